//! Arguments in; output, errors and exit codes out.

use std::process::Output;
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, process};

use confsim_core::covers;

use super::{confsim, text};

/// The only line of an error, which has to be one.
pub(super) fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty(), "no result beside an error");
    let error = text(&output.stderr);
    assert_eq!(error.lines().count(), 1, "{error}");
    assert!(error.starts_with("error: "), "{error}");
    error
}

#[test]
fn alone_it_tells_what_to_try() {
    let output = confsim(&[]);
    assert_eq!(output.status.code(), Some(0));
    let help = text(&output.stdout);
    for line in ["confsim run eject", "confsim sweep --for 10s", "confsim list properties", "Exit codes"] {
        assert!(help.contains(line), "{help}");
    }
}

#[test]
fn an_error_is_one_line_that_tells_what_to_do() {
    for (arguments, parts) in [
        (&["run", "nowhere.toml"][..], &["nowhere.toml", "confsim list scenarios"][..]),
        (&["run"], &["<SCENARIO>", "--help"]),
        (&["run", "eject", "--out", "/proc/none"], &["/proc/none", "not all written"]),
        (&["view", "nowhere.toml"], &["nowhere.toml", "confsim list scenarios"]),
        (&["view", "eject", "--as", "a-dance"], &["a-dance", "ladder"]),
        (&["dance"], &["dance", "--help"]),
        (&["sweep", "--profile", "stormy"], &["stormy", "calm or lossy"]),
        (&["sweep", "--seeds", "9..3"], &["9..3", "no seed"]),
        (&["sweep", "--seeds", "1.."], &["--for"]),
        (&["sweep", "--sabotage", "nobody"], &["nobody", "confsim list saboteurs"]),
        (&["sweep", "--sabotage", "mcu-reports-twice", "--matrix"], &["--sabotage all"]),
        (&["run", "eject", "--sabotage", "nobody"], &["nobody", "confsim list saboteurs"]),
        (&["run", "eject", "--fault", "lose the 1st BYE"], &["lose the 1st BYE", "expected drop, delay"]),
        (&["run", "eject", "--fault", "crash dave at 5s"], &["--fault", "`dave`"]),
        (
            &["view", "core.jsonl", "--fault", "crash focus at 5s"],
            &["core.jsonl", "--fault is for what is run"],
        ),
        (&["run", "eject", "--sabotage", "mcu-reports-twice", "--world", "turmoil"], &["event world"]),
        (
            &["run", "provision-disk-full", "--world", "turmoil"],
            &["fill the disk of factory at 3s for 5s", "--world event"],
        ),
        (&["sweep", "--for", "soon"], &["soon", "60s"]),
        (&["sweep", "--shard", "2/2"], &["2/2", "0/4"]),
        (&["merge"], &["<REPORTS>", "--help"]),
        (&["merge", "/nowhere.json"], &["/nowhere.json"]),
        (&["merge", "Cargo.toml"], &["Cargo.toml", "no report"]),
        (&["parse", "sip", "/nowhere"], &["/nowhere"]),
    ] {
        let error = complaint(&confsim(arguments));
        for part in parts {
            assert!(error.contains(part), "{arguments:?}: {error}");
        }
    }
}

#[test]
fn a_saboteur_is_sought_and_its_run_shown_again() {
    let found = confsim(&["sweep", "--sabotage", "client-shows-an-old-roster"]);
    let told = text(&found.stdout);
    assert_eq!(found.status.code(), Some(0), "{told}");
    assert!(told.contains("roster.convergence, at") && told.ends_with("KILLED\n"), "{told}");
    let (_, again) = told.split_once("see it with: confsim ").expect("it tells how to see it");
    let again = again.lines().next().expect("a line").split(' ').collect::<Vec<_>>();
    let shown = confsim(&again);
    assert_eq!(shown.status.code(), Some(1));
    let violation = told.lines().find(|line| line.contains("roster.convergence, at")).expect("a violation");
    assert!(text(&shown.stdout).contains(violation.trim()), "{violation}");
    let sound = again.split(|word| *word == "--sabotage").next().expect("the run itself");
    assert_eq!(confsim(sound).status.code(), Some(0));
}

/// What `confsim run` makes of a file in which zoe does what `step` says.
fn run_file(step: &str) -> Output {
    static FILES: AtomicU32 = AtomicU32::new(0);
    let number = FILES.fetch_add(1, Ordering::Relaxed);
    let file = env::temp_dir().join(format!("confsim-{}-{number}.toml", process::id()));
    let head = "version = 1\ntitle = \"Quiet\"\ntopology = \"pool\"\nend = \"1s\"\n";
    let text = format!("{head}participants = [{{ name = \"zoe\" }}]\nsteps = [{step}]\n");
    fs::write(&file, text).expect("a temporary file");
    let output = confsim(&["run", &file.to_string_lossy()]);
    fs::remove_file(&file).expect("still there");
    output
}

#[test]
fn a_wrong_scenario_file_is_told_with_its_place() {
    let error = complaint(&run_file("{ at = \"0s\", who = \"zed\", what = \"sign-in\" }"));
    assert!(error.contains(": line 6, column 10: ") && error.contains("`zed`"), "{error}");
}

#[test]
fn run_prints_the_ladder_and_the_verdict() {
    covers!("EX-IM-4-3-1-a");
    let output = confsim(&["run", "eject"]);
    let shown = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{shown}");
    assert!(shown.starts_with("Alice ejects Carol, seed 1\n"), "{shown}");
    assert!(shown.contains("deleteUser") && shown.ends_with("HELD\n"), "{shown}");
    let hops = text(&confsim(&["run", "eject", "--hops"]).stdout);
    assert!(hops.lines().count() > shown.lines().count(), "every hop is more than every message");
}

#[test]
fn a_generated_scenario_runs_by_its_name() {
    let output = confsim(&["run", "calm:3"]);
    let shown = text(&output.stdout);
    assert!(shown.starts_with("Seed 3, profile calm, seed 3\n"), "{shown}");
    assert_eq!(shown, text(&confsim(&["run", "calm:3"]).stdout), "and again the same");
    let (_, drawn) = shown.split_once('\n').expect("more than a title");
    let lines: Vec<_> = drawn.lines().take(3).collect();
    for (line, part) in lines.iter().zip([" participants: ", "links of clients ", " steps: "]) {
        assert!(line.contains(part), "what the seed drew: {lines:?}");
    }
}

#[test]
fn a_run_that_exercises_nothing_is_vacuous() {
    let output = run_file("{ at = \"0s\", who = \"zoe\", what = \"sign-in\" }");
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stderr));
    assert!(text(&output.stdout).ends_with("VACUOUS: nothing was exercised\n"));
}

#[test]
fn lists_are_complete() {
    for (what, lines) in [("scenarios", 6), ("properties", 20), ("faults", 10), ("requirements", 790)] {
        let output = confsim(&["list", what]);
        assert_eq!(output.status.code(), Some(0));
        assert!(text(&output.stdout).lines().count() >= lines, "{what}");
    }
}
