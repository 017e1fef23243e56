//! JSON lines tell a run, whole.

use confsim::property::Judge;
use confsim::scenario::{NAMED, Profile, Scenario, generate, named};
use confsim::trace::{Keep, Observer, Trace};
use confsim::view::jsonl::{Fault, read, write};
use confsim::world::event::run;

fn told(scenario: &Scenario, seed: u64, keep: Keep) -> (Trace, Vec<u8>) {
    let mut judge = Judge::new(scenario);
    let outcome = run(scenario, seed, keep, &mut [&mut judge]);
    let verdict = judge.finish(outcome.end);
    let lines = write(scenario, &outcome.trace, &verdict, Some(seed)).unwrap();
    (outcome.trace, lines)
}

/// What is read is what was written: every record, the verdict, and what an observer makes of it.
fn comes_back(name: &str, scenario: &Scenario, seed: u64) {
    let (trace, lines) = told(scenario, seed, Keep::All);
    let told = read(&lines).unwrap_or_else(|fault| panic!("{name}, seed {seed}: {fault}"));
    assert_eq!(told.trace.digest(), trace.digest(), "{name}, seed {seed}");
    assert_eq!((&told.scenario, told.seed), (scenario, Some(seed)), "{name}");
    for ((at, mine), (when, theirs)) in trace.records().zip(told.trace.records()) {
        assert_eq!((at, format!("{mine:?}")), (when, format!("{theirs:?}")), "{name}, seed {seed}");
    }
    let mut judge = Judge::new(&told.scenario);
    for (at, record) in told.trace.records() {
        judge.observe(at, record);
    }
    let verdict = judge.finish(confsim_core::time::Instant::ZERO + scenario.end);
    assert_eq!(format!("{verdict:?}"), format!("{:?}", told.verdict), "{name}, seed {seed}");
    assert!(
        write(&told.scenario, &told.trace, &verdict, told.seed).unwrap() == lines,
        "{name}: written again"
    );
}

#[test]
fn every_named_scenario_comes_back() {
    for named in NAMED {
        comes_back(named.name, &named.scenario().unwrap(), 1);
    }
}

#[test]
fn drawn_runs_of_every_profile_come_back() {
    for profile in Profile::SMALL {
        for seed in 0..3 {
            comes_back(profile.name(), &generate(seed, profile), seed);
        }
    }
}

#[test]
fn a_trace_that_forgot_its_beginning_says_how_much() {
    let (trace, lines) = told(&named("eject").unwrap().scenario().unwrap(), 1, Keep::Last(50));
    let told = read(&lines).unwrap();
    assert!(trace.forgotten() > 0);
    assert_eq!(told.trace.forgotten(), trace.forgotten());
    assert_eq!(told.trace.digest(), trace.digest());
    assert_eq!(told.trace.records().count(), 50);
}

/// The file of a short run, with `old` replaced by `new`, and what is wrong with it.
fn damaged(old: &str, new: &str) -> (String, Fault) {
    let (_, lines) = told(&named("alone").unwrap().scenario().unwrap(), 1, Keep::All);
    let text = String::from_utf8(lines).unwrap();
    let file = text.replacen(old, new, 1);
    assert!(file != text, "{old} occurs");
    let fault = read(file.as_bytes()).unwrap_err();
    (file, fault)
}

#[test]
fn errors_say_where() {
    let (_, fault) = damaged("{\"trace\":{\"version\":1,", "{\"trace\":{\"version\":2,");
    assert_eq!(fault.to_string(), "line 1, column 21: this program reads traces of version 1, not: 2");
    let (_, fault) = damaged("\"forgotten\"", "\"forgiven\"");
    assert_eq!(fault.line, 1);
    assert!(fault.what.starts_with("unknown field `forgiven`"), "{fault}");

    for (old, new, column_of, what) in [
        ("\"who\":\"alice\"", "\"who\":\"nobody\"", "\"nobody\"", "no such node: nobody"),
        ("\"from\":\"alice\"", "\"from\":\"\"", "\"\"", "no such node: "),
        ("\"cause\":\"step 2\"", "\"cause\":\"fate\"", "\"fate\"", "no cause: fate"),
        ("\"summary\":\"REGISTER\"", "\"summary\":\"A B\"", "\"A B\"", "no summary: A B"),
        ("\"property\":\"wire.sip\"", "\"property\":\"luck\"", "\"luck\"", "no such property: luck"),
    ] {
        let (file, fault) = damaged(old, new);
        let line = file.lines().nth(fault.line - 1).unwrap();
        assert_eq!(fault.what, what);
        let column = line.find(column_of).unwrap() + 1;
        assert_eq!(fault.column, column, "{fault}");
    }
    for (old, new) in [("\"heard\":", "\"overheard\":"), ("\"nth\":", "\"Nth\":")] {
        let (file, fault) = damaged(old, new);
        assert!(fault.what.contains("unknown"), "{fault}");
        assert!(file.lines().nth(fault.line - 1).unwrap().contains(new), "{fault}");
    }
}

#[test]
fn a_file_is_whole_or_it_is_none() {
    let (_, lines) = told(&named("alone").unwrap().scenario().unwrap(), 1, Keep::All);
    let text = String::from_utf8(lines.clone()).unwrap();
    let without_last: Vec<&str> = text.lines().collect();
    let cut = without_last[..without_last.len() - 1].join("\n");
    assert!(read(cut.as_bytes()).unwrap_err().what.contains("before the verdict"));
    assert!(read(b"").is_err());
    let behind = format!("{text}{}", without_last[1]);
    assert!(read(behind.as_bytes()).unwrap_err().what.contains("behind the verdict"));
    // A record that is missing, or says something else, does not fit the digest.
    let changed = text.replacen("\"at\":0", "\"at\":1", 1);
    let missing = [&without_last[..2], &without_last[3..]].concat().join("\n");
    for file in [changed, missing] {
        let fault = read(file.as_bytes()).unwrap_err();
        assert!(fault.what.contains("digest") || fault.what.contains("before"), "{fault}");
    }
    for end in (0..lines.len()).step_by(97) {
        assert!(read(&lines[..end]).is_err(), "cut off at {end}");
    }
}
