//! The flows of MS-CONFIM section 4, as simulated, beside the messages that the documents print.
//!
//! Per sender and receiver the same requests and responses pass in the same order, the bodies say the same
//! once names, GUIDs and versions are mapped, and what must come before what does. Where we decided
//! otherwise, `data/exceptions.toml` says so, each entry with the decision or requirement behind it; an entry
//! that excepts nothing fails the test.

#[path = "documents/body.rs"]
mod body;
#[path = "documents/exceptions.rs"]
mod exceptions;
#[path = "documents/printed.rs"]
mod printed;
#[path = "documents/provisioning.rs"]
mod provisioning;
#[path = "documents/simulated.rs"]
mod simulated;

use std::collections::BTreeMap;

use confsim_core::node::Summary;
use confsim_core::wire::sip::Message;

use exceptions::Exceptions;
use simulated::Run;

/// A message between two parties as both sides tell it.
struct Told {
    from: String,
    to: String,
    message: Message,
    /// Whether its body is all there.
    complete: bool,
}

/// One flow: the scenario, how many of its last steps it is, and how the document's files begin.
struct Flow {
    scenario: &'static str,
    steps: usize,
    files: &'static str,
    /// Whether the document leaves out messages that pass as well.
    excerpt: bool,
}

impl Flow {
    const fn whole(scenario: &'static str, files: &'static str) -> Self {
        Self { scenario, steps: 1, files, excerpt: false }
    }

    const fn excerpt(scenario: &'static str, steps: usize, files: &'static str) -> Self {
        Self { scenario, steps, files, excerpt: true }
    }

    fn run(&self) -> Run {
        Run::new(self.scenario, self.steps)
    }
}

const EJECT: Flow = Flow::whole("eject", "eject-");
const JOIN: Flow = Flow::whole("join-dial-in", "im-4.1.1-");
const DIAL_OUT: Flow = Flow::whole("dial-out", "im-4.1.2-");
const FORWARDING: Flow = Flow::whole("forwarding", "im-4.2.1-");
const FAILURE: Flow = Flow::excerpt("imdn-failure", 1, "im-4.2.2-");
const LEAVE: Flow = Flow::whole("leave", "im-4.3.2-");
const STATE: Flow = Flow::excerpt("get-conference", 1, "bas-4.4.7-");
const WEB_CLIENT: Flow = Flow::excerpt("cwa-join", 6, "cwa-");

#[test]
fn every_flow_matches_the_documents() {
    let mut exceptions = Exceptions::read();
    let mut differences = Vec::new();
    for flow in [JOIN, DIAL_OUT, FORWARDING, FAILURE, EJECT, LEAVE, STATE, WEB_CLIENT] {
        let run = flow.run();
        differences.extend(compare(&flow, &printed::flow(flow.files), &run.told, &mut exceptions));
    }
    differences.extend(exceptions.unused(|flow| !flow.starts_with("provision-")));
    assert!(differences.is_empty(), "\n{}\n", differences.join("\n"));
}

fn compare(flow: &Flow, printed: &[Told], simulated: &[Told], exceptions: &mut Exceptions) -> Vec<String> {
    let name = flow.scenario;
    let (expected, found) = (by_pair(printed), by_pair(simulated));
    let mut differences = Vec::new();
    let mut pairs: Vec<_> = expected.keys().chain(found.keys()).collect();
    pairs.sort();
    pairs.dedup();
    let (expected_base, found_base) = (body::base(printed), body::base(simulated));
    for pair in pairs {
        let (from, to) = pair;
        if exceptions.party(name, from) || exceptions.party(name, to) {
            continue;
        }
        let mut want: Vec<&Told> = expected.get(pair).into_iter().flatten().copied().collect();
        want.retain(|told| !exceptions.message(name, from, to, &label(&told.message)));
        let mut have: Vec<&Told> = found.get(pair).into_iter().flatten().copied().collect();
        let labels = |all: &[&Told]| all.iter().map(|told| label(&told.message)).collect::<Vec<_>>();
        let (printed, simulated) = (labels(&want), labels(&have));
        if flow.excerpt {
            have = printed_too(&printed, &have);
        }
        if printed != labels(&have) {
            differences.push(format!("{name}: {from} -> {to}: printed {printed:?}, simulated {simulated:?}"));
            continue;
        }
        for (want, have) in want.iter().zip(have).filter(|(want, _)| want.complete) {
            let place = format!("{from} -> {to} {}", label(&want.message));
            let (want, have) = ((&want.message, expected_base), (&have.message, found_base));
            for difference in body::differences(want, have) {
                if !exceptions.body(name, &difference) {
                    differences.push(format!("{name}: {place}: {difference}"));
                }
            }
        }
    }
    differences
}

/// Of what was simulated, the first of each kind that is printed next.
fn printed_too<'a>(printed: &[String], simulated: &[&'a Told]) -> Vec<&'a Told> {
    let mut rest = simulated.iter();
    printed.iter().filter_map(|what| rest.find(|told| label(&told.message) == *what).copied()).collect()
}

fn by_pair(told: &[Told]) -> BTreeMap<(String, String), Vec<&Told>> {
    let mut pairs: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for one in told {
        pairs.entry((one.from.clone(), one.to.clone())).or_default().push(one);
    }
    pairs
}

/// `INVITE`, `200 INVITE`.
fn label(message: &Message) -> String {
    match message.summary() {
        Summary::Request(method) => method.to_string(),
        Summary::Response(code, method) => format!("{code} {method}"),
    }
}

#[test]
fn alice_sees_the_ejection_in_the_order_of_the_documents() {
    let run = EJECT.run();
    let at_alice: Vec<String> = run
        .told
        .iter()
        .filter(|told| told.to == "alice" && told.from == "focus" && told.message.is_request())
        .map(|told| label(&told.message))
        .collect();
    // The delta without the focus endpoint, the result of the command, the delta without the user
    // (EX-IM-4-3-1-k).
    assert_eq!(at_alice, ["BENOTIFY", "INFO", "BENOTIFY"]);
}

#[test]
fn others_are_told_of_a_join_before_the_joiner_acknowledges() {
    let run = JOIN.run();
    let acknowledged = run.heard("carol", "focus", "ACK").expect("an ACK");
    for other in ["alice", "bob"] {
        let told = run.emitted("focus", other, "BENOTIFY").expect("a notification");
        assert!(told < acknowledged, "{other} is told at {told}, the ACK came at {acknowledged}");
    }
}
