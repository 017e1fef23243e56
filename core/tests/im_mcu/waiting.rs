//! INVITEs that have overtaken their announcement (D-10, D-11).

use confsim_core::covers;
use confsim_core::node::{Address, ConnId, Input};
use confsim_core::wire::sip::Name;

use crate::stage::{CLIENT_CONN, FOCUS_CONN, MODERN, Stage, briefs};

const GUID: &str = "A1";

#[test]
fn an_invite_waits_for_an_announcement_that_was_lost() {
    covers!("D-10", "D-11");
    let mut stage = Stage::new();
    stage.invite_waiting("Alice", GUID, MODERN);
    assert_eq!((stage.sends.len(), stage.dump("waiting INVITEs")), (0, 1));
    stage.until(9_000_000);
    stage.announce("Alice", GUID);
    assert_eq!(briefs(&stage.sends), ["200"]);
    assert_eq!((stage.dump("waiting INVITEs"), stage.dump("announced participants")), (0, 0));
}

#[test]
fn an_invite_waits_for_its_conference_too() {
    let mut stage = Stage::new();
    stage.command(&format!(
        "<deleteConference><conferenceKeys confEntity=\"{}\"/></deleteConference>",
        crate::stage::FOCUS
    ));
    stage.invite_waiting("Alice", GUID, MODERN);
    stage.create();
    stage.announce("Alice", GUID);
    assert_eq!(briefs(&stage.sends), ["200"]);
}

#[test]
fn nobody_waits_for_ever() {
    let mut stage = Stage::new();
    stage.invite_waiting("Alice", GUID, MODERN);
    stage.until(10_999_999);
    assert!(stage.sends.is_empty());
    stage.until(11_000_000);
    assert_eq!(briefs(&stage.sends), ["403"]);
    assert!(stage.sends[0].header(Name::MsDiagnostics).starts_with("3014;"));
    // The announcement that comes after all is for an INVITE that does not.
    stage.announce("Alice", GUID);
    assert_eq!((stage.sends.len(), stage.dump("legs")), (1, 0));
}

#[test]
fn who_waits_can_give_up() {
    let mut stage = Stage::new();
    let invite = stage.invite_waiting("Alice", GUID, MODERN);
    let cancel = invite.replace("INVITE", "CANCEL");
    let (head, _) = cancel.split_once("\r\n\r\n").unwrap();
    let head: String =
        head.lines().filter(|it| !it.starts_with("Content-")).map(|it| format!("{it}\r\n")).collect();
    stage.hear_from_focus(format!("{head}Content-Length: 0\r\n\r\n"));
    assert_eq!(briefs(&stage.sends), ["200", "487"]);
    stage.announce("Alice", GUID);
    assert_eq!((stage.sends.len(), stage.dump("legs")), (2, 0));
}

/// Who waits came over a connection of the focus, and is forgotten with that one alone.
#[test]
fn who_waits_outlives_the_front_end_but_not_the_connection_of_the_focus() {
    covers!("D-11");
    let mut stage = Stage::new();
    stage.invite_waiting("Alice", GUID, MODERN);
    stage.give(Input::Closed { conn: CLIENT_CONN });
    stage.announce("Alice", GUID);
    assert_eq!(briefs(&stage.sends), ["200"]);
    stage.invite_waiting("Bob", "B2", MODERN);
    let earlier = ConnId::accepted(2);
    stage.give(Input::Accepted { conn: earlier, from: Address::new("focus.contoso.com:5061") });
    stage.give(Input::Closed { conn: earlier });
    assert_eq!((stage.sends.len(), stage.dump("waiting INVITEs")), (1, 1));
    stage.give(Input::Closed { conn: FOCUS_CONN });
    assert_eq!((stage.sends.len(), stage.dump("waiting INVITEs")), (1, 0));
    stage.until(40_000_000);
    assert_eq!(stage.dump("server transactions"), 0);
}

/// An ejection that follows the announcement finds the session.
#[test]
fn who_is_ejected_right_after_he_was_let_in_is_hung_up_on() {
    let mut stage = Stage::new();
    stage.invite_waiting("Alice", GUID, MODERN);
    stage.announce("Alice", GUID);
    stage.delete_user("Alice");
    assert_eq!((briefs(&stage.sends), stage.dump("legs")), (vec!["200".to_owned()], 0));
}

#[test]
fn only_so_many_wait() {
    let mut stage = Stage::new();
    for n in 0..1024 {
        stage.invite_waiting("Alice", &format!("{n}"), MODERN);
    }
    assert!(stage.sends.is_empty());
    stage.invite_waiting("Alice", "more", MODERN);
    assert_eq!(briefs(&stage.sends), ["503"]);
}
