//! A sweep in parts: the parts are disjoint and whole, and their reports make the report of the whole.

use std::num::NonZeroUsize;

use confsim::scenario::Profile;
use confsim::sweep::{Draw, Mismatch, Plan, Ran, Report, Shard, sweep};
use serde_json::{Value, json};

fn shard(text: &str) -> Shard {
    text.parse().expect("a shard")
}

fn plan(shard: Shard) -> Plan {
    Plan { shard, ..Plan::whole(3..8, vec![Profile::Lossy, Profile::Chaos]) }
}

/// A run that is said to have gone wrong, of odd seeds.
fn failing(draw: Draw) -> Ran {
    let broken = (draw.seed % 2 == 1).then(|| format!("at 1.000000 focus: {draw} went wrong"));
    Ran { broken, ..draw.run() }
}

fn report(plan: &Plan, run: fn(Draw) -> Ran) -> Report {
    let mut report = Report::new(plan);
    sweep(plan, NonZeroUsize::MIN, || true, run, |ran| report.add(&ran));
    report
}

/// The report as a file has it, but for what was read from the clock.
fn file(report: &Report) -> String {
    report.json(&Value::Null).to_string()
}

fn draws(plan: &Plan) -> Vec<String> {
    (0..).map_while(|place| plan.draw(place)).map(|draw| draw.to_string()).collect()
}

#[test]
fn shards_are_disjoint_and_whole() {
    let whole = draws(&plan(Shard::WHOLE));
    assert_eq!(whole.first().map(String::as_str), Some("lossy:3"));
    assert_eq!(whole.len(), 10);
    for of in [2, 3, 4, 11] {
        let mut parts = Vec::new();
        for index in 0..of {
            let plan = plan(shard(&format!("{index}/{of}")));
            let part = draws(&plan);
            assert_eq!(plan.length(), Some(part.len() as u64), "{index}/{of}");
            parts.extend(part);
        }
        let mut whole = whole.clone();
        whole.sort();
        parts.sort();
        assert_eq!(parts, whole, "{of} shards");
    }
    for wrong in ["", "1", "2/2", "0/0", "-1/2", "0/100001", "a/b"] {
        assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
    }
}

#[test]
fn merged_reports_are_the_report_of_the_whole() {
    for (run, holds) in [(Draw::run as fn(Draw) -> Ran, true), (failing, false)] {
        let whole = report(&plan(Shard::WHOLE), run);
        assert_eq!(whole.failed() == 0, holds, "{}", whole.text());
        // In any order, through files.
        let mut merged: Option<Report> = None;
        for part in ["1/3", "2/3", "0/3"] {
            let part = report(&plan(shard(part)), run).json(&json!({ "seconds": 7 }));
            let (part, wall) = Report::read(&part.to_string()).expect("what was written reads");
            assert_eq!(wall, json!({ "seconds": 7 }));
            match &mut merged {
                Some(merged) => merged.merge(part).expect("it fits"),
                None => merged = Some(part),
            }
        }
        let merged = merged.expect("some");
        assert_eq!(file(&merged), file(&whole));
        assert_eq!(merged.text(), whole.text());
        assert_eq!(merged.summary(), whole.summary());
    }
}

#[test]
fn what_does_not_fit_is_refused() {
    let none = |plan: &Plan| Report::new(plan);
    let refused = |mine: &Plan, other: &Plan| none(mine).merge(none(other)).expect_err("it does not fit");
    let first = plan(shard("0/2"));
    assert_eq!(refused(&first, &first), Mismatch::Twice(shard("0/2")));
    assert_eq!(refused(&first, &plan(shard("1/3"))), Mismatch::OtherSweep);
    assert_eq!(refused(&plan(Shard::WHOLE), &plan(Shard::WHOLE)), Mismatch::Twice(Shard::WHOLE));
    let seeds = Plan { seeds: 3..9, ..plan(shard("1/2")) };
    assert_eq!(refused(&first, &seeds), Mismatch::OtherSweep);
    let profiles = Plan { profiles: vec![Profile::Lossy], ..plan(shard("1/2")) };
    assert_eq!(refused(&first, &profiles), Mismatch::OtherSweep);
    assert!(none(&first).merge(none(&plan(shard("1/2")))).is_ok());
}

#[test]
fn what_is_no_report_is_refused() {
    let read = |text: &str| Report::read(text).map(|_| ()).expect_err("no report");
    assert!(matches!(read("{"), Mismatch::NoReport(_)));
    assert!(matches!(read("{}"), Mismatch::NoReport(_)));
    let mut json = Report::new(&plan(Shard::WHOLE)).json(&Value::Null);
    assert!(Report::read(&json.to_string()).is_ok());
    let with = |pointer: &str, value: Value| {
        let mut changed = json.clone();
        *changed.pointer_mut(pointer).expect(pointer) = value;
        read(&changed.to_string())
    };
    assert!(matches!(with("/version", json!(2)), Mismatch::Version(_)));
    assert!(matches!(with("/properties/0/id", json!("roster.dance")), Mismatch::Version(_)));
    assert!(matches!(with("/profiles/0/profile", json!("stormy")), Mismatch::Version(_)));
    assert!(matches!(with("/shards", json!(["9/2"])), Mismatch::NoReport(_)));
    json.as_object_mut().expect("an object").insert("colour".to_owned(), json!("red"));
    assert!(matches!(read(&json.to_string()), Mismatch::NoReport(_)));
}
