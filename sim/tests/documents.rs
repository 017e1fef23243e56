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
}

/// One flow: the scenario, whose last step begins it, and how the document's files begin.
struct Flow {
    scenario: &'static str,
    files: &'static str,
}

const EJECT: Flow = Flow { scenario: "eject", files: "eject-" };
const JOIN: Flow = Flow { scenario: "join-dial-in", files: "im-4.1.1-" };
const FORWARDING: Flow = Flow { scenario: "forwarding", files: "im-4.2.1-" };
const LEAVE: Flow = Flow { scenario: "leave", files: "im-4.3.2-" };

#[test]
fn every_flow_matches_the_documents() {
    let mut exceptions = Exceptions::read();
    let mut differences = Vec::new();
    for flow in [JOIN, FORWARDING, EJECT, LEAVE] {
        let run = Run::new(flow.scenario);
        differences.extend(compare(&flow, &printed::flow(flow.files), &run.told, &mut exceptions));
    }
    differences.extend(exceptions.unused());
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
        let mut want: Vec<&Message> = expected.get(pair).into_iter().flatten().copied().collect();
        want.retain(|message| !exceptions.message(name, from, to, &label(message)));
        let have: Vec<&Message> = found.get(pair).into_iter().flatten().copied().collect();
        let labels =
            |messages: &[&Message]| messages.iter().map(|message| label(message)).collect::<Vec<_>>();
        if labels(&want) != labels(&have) {
            let (want, have) = (labels(&want), labels(&have));
            differences.push(format!("{name}: {from} -> {to}: printed {want:?}, simulated {have:?}"));
            continue;
        }
        for (want, have) in want.iter().zip(have) {
            let place = format!("{from} -> {to} {}", label(want));
            for difference in body::differences((want, expected_base), (have, found_base)) {
                if !exceptions.body(name, &difference) {
                    differences.push(format!("{name}: {place}: {difference}"));
                }
            }
        }
    }
    differences
}

fn by_pair(told: &[Told]) -> BTreeMap<(String, String), Vec<&Message>> {
    let mut pairs: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for Told { from, to, message } in told {
        pairs.entry((from.clone(), to.clone())).or_default().push(message);
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
    let run = Run::new(EJECT.scenario);
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
    let run = Run::new(JOIN.scenario);
    let acknowledged = run.heard("carol", "focus", "ACK").expect("an ACK");
    for other in ["alice", "bob"] {
        let told = run.emitted("focus", other, "BENOTIFY").expect("a notification");
        assert!(told < acknowledged, "{other} is told at {told}, the ACK came at {acknowledged}");
    }
}
