//! A participant who writes what no client would: out of order, in others' names, into others' dialogs, or no SIP at
//! all.

use confsim_core::entropy::Entropy;
use confsim_core::time::Duration;

use super::BEGIN;
use crate::scenario::{Action, Participant, Scenario, Speech, Step};

/// The one who forges.
pub(super) const FORGER: &str = "mallory";

/// Lets the forger sign in, join, and forge.
pub(super) fn add(draw: &mut Entropy, scenario: &mut Scenario) {
    let last = scenario.steps.last().map_or(BEGIN, |step| step.at.as_micros());
    let honest: Vec<String> =
        scenario.participants.iter().map(|participant| participant.name.clone()).collect();
    let conference =
        scenario.steps.iter().find_map(|step| step.action.conference()).unwrap_or("meeting").to_owned();
    scenario.participants.push(Participant::new(FORGER));
    let mut steps = vec![(100_000, Action::SignIn)];
    if draw.chance(2, 3) {
        steps.push((BEGIN + 300_000, Action::Join { conference: conference.clone() }));
    }
    for _ in 0..draw.between(1, 12) {
        let victim = draw.pick(&honest).cloned().unwrap_or_default();
        let speech = speech(draw, &conference, &victim);
        steps.push((draw.between(BEGIN, last.max(BEGIN)), Action::Say(speech)));
    }
    for (at, action) in steps {
        scenario.steps.push(Step { at: Duration::from_micros(at), who: FORGER.to_owned(), action });
    }
    scenario.steps.sort_by_key(|step| step.at);
}

fn speech(draw: &mut Entropy, conference: &str, victim: &str) -> Speech {
    if draw.chance(1, 6) {
        let mut bytes = vec![0; draw.between(1, 64) as usize];
        draw.fill(&mut bytes);
        return Speech::Bytes(bytes);
    }
    let methods = ["INVITE", "BYE", "INFO", "MESSAGE", "SUBSCRIBE", "CANCEL", "ACK", "UPDATE", "SERVICE"];
    let method = draw.pick(&methods).copied().unwrap_or("BYE");
    let (role, target) = if draw.chance(1, 2) { ("focus", "focus") } else { ("mcu", "chat") };
    let target = format!("${{{target}:{conference}}}");
    let from = if draw.chance(1, 2) { victim } else { FORGER };
    // Whose dialog, and whether its numbers fit.
    let dialog = if draw.chance(1, 2) { victim } else { FORGER };
    let cseq = if draw.chance(1, 3) { "1".to_owned() } else { format!("${{next-cseq:{dialog}:{role}}}") };
    let (call_id, own, peer) = if draw.chance(3, 4) {
        let part = |name: &str| format!("${{{name}:{dialog}:{role}}}");
        (part("call-id"), part("own-tag"), format!(";tag={}", part("peer-tag")))
    } else {
        ("nowhere".to_owned(), "nobody".to_owned(), String::new())
    };
    let bodies = [
        "",
        "Hello",
        "<request xmlns=\"urn:ietf:params:xml:ns:cccp\" requestId=\"9\"><deleteConference/></request>",
        "<response xmlns=\"urn:ietf:params:xml:ns:cccp\" requestId=\"1\" code=\"success\"/>",
    ];
    let body = draw.pick(&bodies).copied().unwrap_or_default();
    let kind = if body.starts_with('<') { "application/cccp+xml" } else { "text/plain" };
    Speech::Text(format!(
        "{method} {target} SIP/2.0\r\nVia: SIP/2.0/TCP {FORGER}.clients.contoso.com:5061\r\nMax-Forwards: 70\r\n\
         From: <${{uri:{from}}}>;tag={own};epid=f0f0f0f0f0\r\nTo: <{target}>{peer}\r\nCall-ID: {call_id}\r\n\
         CSeq: {cseq} {method}\r\nContact: <${{uri:{FORGER}}}>\r\nContent-Type: {kind}\r\n\
         Content-Length: ${{length}}\r\n\r\n{body}"
    ))
}
