//! The text ladder, drawn over nodes of no protocol in particular.

use super::relay::{Relay, Sin};
use confsim::scenario::{Action, Builder, Rules, scenario};
use confsim::trace::Keep;
use confsim::view::{Ladder, ladder};
use confsim::world::event::run_with;

fn draw(builder: Builder, hops: bool) -> String {
    let scenario = builder.build().unwrap();
    let make = |part: confsim::node::Part<'_>| Relay::new(part.node, part.cast, Sin::None);
    let outcome = run_with(&scenario, 1, Keep::All, &mut [], make);
    ladder(&scenario, &outcome.trace, Ladder { hops })
}

/// Alice says something to Bob, twice.
fn talk() -> Builder {
    let create = || Action::Create {
        conference: "unused".to_owned(),
        subject: "Hello".to_owned(),
        rules: Rules::default(),
    };
    scenario("Talk")
        .participants(&["alice", "bob"])
        .step("0s", "alice", Action::SignIn)
        .step("0s", "bob", Action::SignIn)
        .step("1s", "alice", create())
        .step("1.2s", "alice", create())
        .step("1.3s", "bob", Action::Join { conference: "unused".to_owned() })
}

#[test]
fn the_front_end_does_not_count_as_a_party() {
    let expected = "        time      took  alice            bob
    0.000000            o signs in       |
    0.000000            |                o signs in
    1.000000            o creates        |
    1.000000     40 ms  |--MESSAGE------>|
    1.200000            o creates        |
    1.200000     40 ms  |--MESSAGE------>|
    1.300000            |                o joins            skipped: there is no such conference
";
    assert_eq!(draw(talk(), false), expected);
}

#[test]
fn faults_stand_where_they_struck() {
    let faulty = talk()
        .fault("drop the 2nd MESSAGE from alice to bob")
        .fault("cut the 1st connection between alice and front-end at 1.25s with fin");
    let expected = "        time      took  alice            bob              front-end
    0.000000            o signs in       |                |
    0.000000            |                o signs in       |
    1.000000            o creates        |                |
    1.000000     40 ms  |--MESSAGE------>|                |
    1.200000            o creates        |                |
    1.200000            |--MESSAGE------✗|                |                  FAULT: drop the 2nd MESSAGE from alice to bob
    1.250000            |=cut=============================|                  FAULT: cut the 1st connection between alice and front-end at 1.25s with fin
    1.270000            o is cut off     |                |
    1.270000            |                |                o is cut off
    1.300000            |                o joins          |                  skipped: there is no such conference
";
    assert_eq!(draw(faulty, false), expected);
}

#[test]
fn every_hop_can_be_shown() {
    let drawn = draw(talk(), true);
    let hops: Vec<_> = drawn.lines().filter(|line| line.contains("MESSAGE")).collect();
    let expected = [
        "    1.000000     20 ms  |--MESSAGE----------------------->|",
        "    1.020000     20 ms  |                |<-MESSAGE-------|",
        "    1.200000     20 ms  |--MESSAGE----------------------->|",
        "    1.220000     20 ms  |                |<-MESSAGE-------|",
    ];
    assert_eq!(hops, expected);
    assert!(drawn.contains("alice connects to front-end"));
}
