//! Captures that tell nothing but packets.

use std::collections::BTreeMap;

use confsim::check::{CheckError, Missing, check};
use confsim::property::{Kind, Need, Verdict};
use confsim::scenario::{Action, NAMED, named};
use confsim::trace::Keep;
use confsim::view::pcapng;
use confsim::world::event::run;

use super::captures::{Packet, of_client, packets, pcap};

fn captured(name: &str) -> Vec<Packet> {
    let scenario = named(name).unwrap().scenario().unwrap();
    let trace = run(&scenario, 1, Keep::All, &mut []).trace;
    packets(&pcapng::write(&scenario, &trace, Some(1)))
}

/// How often each property was exercised.
fn exercised(verdict: &Verdict) -> BTreeMap<&'static str, u64> {
    verdict.tallies().iter().map(|tally| (tally.property.id, tally.exercised)).collect()
}

/// A sound system is found sound, with the pool's inside in the capture and without it.
#[test]
fn nobody_is_blamed_in_a_sound_system() {
    let sound = NAMED.iter().filter(|named| {
        let scenario = named.scenario().unwrap();
        let forged = scenario.steps.iter().any(|step| matches!(step.action, Action::Say(_)));
        scenario.faults.is_empty() && !forged
    });
    for named in sound {
        let all = captured(named.name);
        let outside: Vec<Packet> = captured(named.name).into_iter().filter(of_client).collect();
        for (place, packets) in [("everywhere", all), ("outside", outside)] {
            let checked = check(&pcap(&packets)).unwrap_or_else(|error| panic!("{}: {error}", named.name));
            assert_eq!(checked.verdict.violations(), [], "{}, captured {place}", named.name);
            assert!(!checked.verdict.vacuous(), "{}, captured {place}", named.name);
        }
    }
}

/// Who is who is found out, and what the packets do not tell is not judged.
#[test]
fn a_stranger_is_judged_by_what_he_says() {
    let packets = captured("late-joiner");
    let checked = check(&pcap(&packets)).unwrap();
    assert_eq!(checked.title, "A capture of alice, bob, carol, dave");
    let exercised = exercised(&checked.verdict);
    for id in ["roster.versions", "history.replay", "history.seen", "imdn.complete", "wire.sip"] {
        assert!(exercised[id] > 0, "{id}");
    }
    for (property, missing) in &checked.unjudged {
        assert_eq!(exercised[property.id], 0, "{}", property.id);
        let in_the_end =
            property.kind == Kind::Eventually && property.needs.iter().all(|need| *need == Need::Hops);
        assert_eq!(*missing == Missing::End, in_the_end, "{}", property.id);
    }
}

/// Replaces `part` wherever it passes.
fn replace(packets: &mut [Packet], part: &str, by: &str) {
    let part = part.as_bytes();
    let mut found = 0;
    for packet in packets {
        if let Some(at) = packet.data.windows(part.len()).position(|window| window == part) {
            packet.data[at..at + part.len()].copy_from_slice(by.as_bytes());
            found += 1;
        }
    }
    assert!(found > 0);
}

/// What a broken system says is noticed though nothing is known of it.
#[test]
fn a_stranger_who_breaks_a_rule_is_named() {
    for keep in [(|_: &Packet| true) as fn(&Packet) -> bool, of_client] {
        let mut packets: Vec<Packet> = captured("forwarding").into_iter().filter(keep).collect();
        replace(&mut packets, "<message-id>1</message-id>", "<message-id>7</message-id>");
        let checked = check(&pcap(&packets)).unwrap();
        let violated: Vec<&str> =
            checked.verdict.violations().iter().map(|violation| violation.property.id).collect();
        assert!(!violated.is_empty() && violated.iter().all(|id| *id == "imdn.complete"), "{violated:?}");
    }
}

/// Segments that come twice, or in another order, tell the same; what is missing costs what was in it, not the rest.
#[test]
fn packets_may_come_twice_or_late_or_not_at_all() {
    let packets = captured("eject");
    let whole = check(&pcap(&packets)).unwrap();
    let mut twice: Vec<Packet> = Vec::new();
    for Packet { at, data } in captured("eject") {
        twice.push(Packet { at, data: data.clone() });
        twice.push(Packet { at, data });
    }
    // A long segment and its successor change places.
    let mut late = captured("eject");
    for place in 0..late.len() - 1 {
        let [one, other] = [&late[place].data, &late[place + 1].data];
        if one.len() == 1500 && one[12..20] == other[12..20] && other.len() > 40 {
            late.swap(place, place + 1);
        }
    }
    for (what, packets) in [("twice", twice), ("late", late)] {
        let checked = check(&pcap(&packets)).unwrap();
        assert_eq!(checked.messages, whole.messages, "{what}");
        assert_eq!(exercised(&checked.verdict), exercised(&whole.verdict), "{what}");
    }
    let long = packets.iter().position(|packet| packet.data.len() == 1500).unwrap();
    let mut less = captured("eject");
    less.remove(long);
    let checked = check(&pcap(&less)).unwrap();
    assert!(checked.messages.0 < whole.messages.0 && checked.messages.0 + 12 > whole.messages.0);
    let begun: Vec<Packet> = captured("eject").into_iter().skip(30).collect();
    assert!(check(&pcap(&begun)).unwrap().messages.0 > 100);
}

#[test]
fn what_is_no_capture_is_said_to_be_none() {
    assert_eq!(check(&pcap(&[])).unwrap_err(), CheckError::Empty);
    let capture = {
        let scenario = named("alone").unwrap().scenario().unwrap();
        let trace = run(&scenario, 1, Keep::All, &mut []).trace;
        pcapng::write(&scenario, &trace, None)
    };
    let mut wrong = capture.clone();
    wrong[8] = 0;
    assert_eq!(check(&wrong).unwrap_err().to_string(), "byte 8: no byte order of a section");
    let mut wrong = capture.clone();
    let second = u32::from_le_bytes(capture[4..8].try_into().unwrap()) as usize;
    wrong[second + 4] = 3;
    assert_eq!(check(&wrong).unwrap_err().to_string(), format!("byte {}: no length of a block", second + 4));
    // One that was cut off is read as far as it goes, wherever that is.
    for end in (4..capture.len()).step_by(1009) {
        match check(&capture[..end]) {
            Ok(_) | Err(CheckError::Empty | CheckError::Capture(_)) => {}
            Err(error) => panic!("cut off at {end}: {error}"),
        }
    }
}
