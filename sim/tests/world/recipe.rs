//! Bytes make scenarios: always valid ones, and the named ones come back out of theirs.

use confsim::scenario::{NAMED, Scenario, from_bytes, hostile_from_bytes, hostile_to_bytes, named, to_bytes};
use proptest::prelude::*;

/// What a recipe cannot say: documents, identifiers of one's own choice, and what is written by hand.
const LEFT_OUT: [&str; 5] = ["provision", "modify", "delete", "get", "say"];

/// What happens, without the words that are used and the conferences' names.
fn story(scenario: &Scenario) -> Vec<String> {
    let steps = scenario.steps.iter().filter(|step| !LEFT_OUT.contains(&step.action.verb()));
    let tell = |step: &confsim::scenario::Step| {
        format!("{} {} {} {:?}", step.at, step.who, step.action.verb(), step.action.user())
    };
    steps.map(tell).collect()
}

#[test]
fn named_scenarios_come_back_out_of_their_recipes() {
    let (mut steps, mut faults) = (0, 0);
    for named in NAMED {
        let scenario = named.scenario().expect("it reads");
        let cast: Vec<_> = scenario.participants.iter().map(|one| one.name.as_str()).collect();
        let usual = ["alice", "bob", "carol", "dave", "erin", "frank"];
        if !usual.starts_with(&cast) || scenario.steps.len() + scenario.faults.len() > 30 {
            continue;
        }
        let (read, seed) = from_bytes(&to_bytes(&scenario, 3));
        assert_eq!(seed, 3);
        let (told, story) = (story(&read), story(&scenario));
        assert!(told.starts_with(&story), "{}: {told:#?} {story:#?}", named.name);
        assert_eq!(read.links, scenario.links, "{}", named.name);
        let sentences = |scenario: &Scenario| {
            let mut faults: Vec<_> = scenario.faults.iter().map(ToString::to_string).collect();
            faults.sort();
            faults
        };
        assert_eq!(sentences(&read), sentences(&scenario), "{}", named.name);
        steps += story.len();
        faults += scenario.faults.len();
    }
    assert!(steps > 300 && faults > 30, "{steps} steps and {faults} faults came back");
}

#[test]
fn what_was_written_by_hand_comes_back_out_of_its_bytes() {
    let forged = named("spoofed-from").expect("it is there").scenario().expect("it reads");
    let (read, _) = hostile_from_bytes(&hostile_to_bytes(&forged));
    let said = |scenario: &Scenario| {
        let said = scenario.steps.iter().filter(|step| step.action.verb() == "say");
        said.map(|step| step.action.clone()).collect::<Vec<_>>()
    };
    assert_eq!(said(&read), said(&forged));
    assert_eq!(said(&forged).len(), 3);
}

proptest! {
    #[test]
    fn any_bytes_make_a_small_valid_scenario(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for (scenario, _) in [from_bytes(&bytes), hostile_from_bytes(&bytes)] {
            prop_assert_eq!(scenario.check(), Ok(()));
            prop_assert!(scenario.participants.len() <= 7 && scenario.faults.len() <= 30);
            // A recipe's steps, then the end of the conferences, and everybody leaves.
            prop_assert!(scenario.steps.len() <= 30 + 2 * 30 + 1 + 7 * 2);
        }
    }
}
