//! Parts of a scenario that can be made plainer.

use confsim_core::time::Duration;

use super::base::Base;
use crate::capsule::Failure;
use crate::scenario::{
    Action, FactoryRules, Kind, Limits, Link, Links, Participant, Range, Rules, Scenario, Split, Topology,
};

/// A change of a scenario.
pub(super) type Edit = Box<dyn Fn(&mut Scenario)>;

/// So many participants can be tried in each other's places.
const FEW: usize = 5;

/// What a user says who has nothing in particular to say.
const TEXT: &str = "Hello";

/// Everything that can be said more plainly, the larger things first.
pub(super) fn edits(base: &Base, _: Failure) -> Vec<Edit> {
    let mut edits: Vec<Edit> = vec![
        Box::new(|scenario| scenario.links = Links::default()),
        Box::new(|scenario| scenario.links.client = plain(scenario.links.client)),
        Box::new(|scenario| scenario.links.pool = plain(scenario.links.pool)),
        Box::new(|scenario| scenario.limits = Limits::default()),
        Box::new(|scenario| scenario.factory = FactoryRules::default()),
        Box::new(|scenario| scenario.topology = Topology::Split),
    ];
    let people = base.scenario.participants.len();
    if people <= FEW {
        for one in (0..people).rev() {
            for other in 0..people {
                edits.push(Box::new(move |scenario| stand_in(scenario, one, other)));
            }
        }
    }
    for place in 0..people {
        edits.push(Box::new(move |scenario| unadorn(scenario, place, Kind::Uccp)));
        edits.push(Box::new(move |scenario| {
            let kind = scenario.participants.get(place).map_or(Kind::Uccp, |participant| participant.kind);
            unadorn(scenario, place, kind);
        }));
    }
    for place in 0..base.scenario.steps.len() {
        edits.push(Box::new(move |scenario| {
            if let Some(step) = scenario.steps.get_mut(place) {
                plainer(&mut step.action);
            }
        }));
    }
    edits
}

/// The participant at place `other` does also what the one at `one` did, who is then not needed any more.
fn stand_in(scenario: &mut Scenario, one: usize, other: usize) {
    let name = |place: usize| scenario.participants.get(place).map(|participant| participant.name.clone());
    let (Some(one), Some(other)) = (name(one), name(other)) else { return };
    if one == other {
        return;
    }
    for step in &mut scenario.steps {
        if step.who == one {
            step.who.clone_from(&other);
        }
    }
    // What he did anyway he does once.
    let mut done = Vec::new();
    scenario.steps.retain(|step| {
        let again = matches!(step.action, Action::SignIn | Action::Join { .. })
            && done.contains(&(step.who.clone(), step.action.clone()));
        done.push((step.who.clone(), step.action.clone()));
        !again
    });
    for fault in &mut scenario.faults {
        let sentence = fault.to_string();
        let words: Vec<&str> =
            sentence.split(' ').map(|word| if word == one { other.as_str() } else { word }).collect();
        if let Ok(renamed) = words.join(" ").parse() {
            *fault = renamed;
        }
    }
    scenario.participants.retain(|participant| participant.name != one);
}

/// Chance has no part in it.
const fn plain(link: Link) -> Link {
    Link { latency: Range::fixed(link.latency.low), jitter: Duration::ZERO, split: Split::Whole }
}

/// A participant with nothing special but whose client it is.
fn unadorn(scenario: &mut Scenario, place: usize, kind: Kind) {
    if let Some(participant) = scenario.participants.get_mut(place) {
        let Participant { name, user, domain, passcode, .. } = participant.clone();
        *participant = Participant { kind, user, domain, passcode, ..Participant::new(&name) };
    }
}

fn plainer(action: &mut Action) {
    match action {
        Action::Create { subject, rules, .. } => {
            subject.clear();
            *rules = Rules::default();
        }
        Action::Send { format, text, .. } => {
            "text/plain".clone_into(format);
            TEXT.clone_into(text);
        }
        _ => {}
    }
}
