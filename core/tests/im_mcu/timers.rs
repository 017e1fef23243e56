//! Sessions that end, or are kept, by the clock.

use crate::stage::{Kind, MODERN, Stage, briefs};
use confsim_core::covers;
use confsim_core::wire::sip::Name;

const SECOND: u64 = 1_000_000;
const TIMED: Kind = Kind { supported: "timer, ms-sender", ..MODERN };
const GUID: &str = "E9F6FF05-1C46-4D93-889D-9CA1398FFA49";

#[test]
fn a_session_without_refresh_ends_shortly_before_its_time() {
    covers!("IM-3-1-f", "D-3");
    let mut stage = Stage::new();
    stage.join("Bob", TIMED);
    stage.until((1 + 600 - 32) * SECOND - 1);
    assert!(stage.sends.is_empty());
    stage.until((1 + 600 - 32) * SECOND);
    assert_eq!(briefs(&stage.sends), ["BYE bob"]);
    assert!(stage.to_focus.last().unwrap().contains(r#"state="deleted""#));
}

#[test]
fn an_update_keeps_the_session() {
    covers!("IM-3-1-f", "D-3");
    let mut stage = Stage::new();
    let mut bob = stage.join("Bob", TIMED);
    stage.until(300 * SECOND);
    let headers = "Supported: timer\r\nSession-Expires: 300;refresher=uac\r\n";
    let sent = stage.in_dialog(&mut bob, "UPDATE", headers, "");
    assert_eq!(sent[0].header(Name::SessionExpires), "300;refresher=uac");
    stage.sends.clear();
    stage.until((300 + 300 - 32) * SECOND - 1);
    assert!(stage.sends.is_empty());
    stage.until((300 + 300 - 32) * SECOND);
    assert_eq!(briefs(&stage.sends), ["BYE bob"]);
}

#[test]
fn a_client_without_timer_is_never_expired() {
    covers!("D-3");
    let mut stage = Stage::new();
    stage.join("Bob", MODERN);
    stage.until(100_000 * SECOND);
    assert!(stage.sends.is_empty());
    assert_eq!(stage.dump("legs"), 1);
}

#[test]
fn an_interval_below_the_least_is_refused() {
    let mut stage = Stage::new();
    stage.announce("Bob", GUID);
    let (_, answer) = stage.invite_with("Bob", GUID, TIMED, "Session-Expires: 89\r\n");
    assert_eq!(answer.message.code(), Some(422));
    assert_eq!(answer.header(Name::MinSe), "90");
}

#[test]
fn the_mcu_refreshes_where_it_is_asked_to() {
    let mut stage = Stage::new();
    stage.announce("Bob", GUID);
    let headers = "Session-Expires: 100;refresher=uas\r\n";
    let (mut bob, answer) = stage.invite_with("Bob", GUID, TIMED, headers);
    assert_eq!(answer.header(Name::SessionExpires), "100;refresher=uas");
    stage.ack(&mut bob);
    stage.sends.clear();
    stage.until(51 * SECOND);
    assert_eq!(briefs(&stage.sends), ["UPDATE bob"]);
    let update = stage.sends[0].clone();
    assert_eq!(update.header(Name::SessionExpires), "100;refresher=uac");
    stage.answer(&update, "200 OK");
    stage.sends.clear();
    stage.until(101 * SECOND);
    assert_eq!(briefs(&stage.sends), ["UPDATE bob"]);
    let update = stage.sends[0].clone();
    assert_eq!(briefs(&stage.answer(&update, "481 Call/Transaction Does Not Exist")), ["BYE bob"]);
}

#[test]
fn without_an_ack_the_session_ends() {
    covers!("D-1");
    let mut stage = Stage::new();
    stage.ring("Bob", MODERN);
    let before = stage.to_focus.len();
    stage.until(33 * SECOND);
    assert_eq!(stage.sends.last().unwrap().brief(), "BYE bob");
    assert_eq!(stage.to_focus.len(), before + 1, "the focus expects it no longer");
    assert_eq!(stage.dump("legs"), 0);
}
