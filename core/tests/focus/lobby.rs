//! Who sees what while somebody waits in the lobby (D-13, D-14).

use confsim_core::covers;
use confsim_core::time::Duration;
use confsim_core::wire::sip::Name;

use crate::common::only;
use crate::pool::{CHAT, Call, FOCUS, Pool, add_user, document, request, told};

const LOBBY_CAPABLE: &str = "<msci:clientInfo \
    xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\" \
    xmlns:cis=\"urn:ietf:params:xml:ns:conference-info-separator\" \
    xmlns:msci2=\"http://schemas.microsoft.com/rtc/2008/12/confinfoextensions\"><cis:separator/>\
    <msci2:lobby-capable>true</msci2:lobby-capable></msci:clientInfo>";

/// Alice (presenter) and bob (attendee) are in and subscribed; the conference is closed to others.
fn closed() -> (Pool, Call) {
    let mut pool = Pool::provisioned(&format!(
        "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" \
         xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\" entity=\"{FOCUS}\">\
         <conference-description><msci:admission-policy>closedAuthenticated</msci:admission-policy>\
         </conference-description><users><user entity=\"sip:bob@contoso.com\"><roles><entry>attendee</entry>\
         </roles></user></users></conference-info>"
    ));
    let alice = pool.join("alice");
    pool.subscribe("alice");
    pool.join("bob");
    pool.subscribe("bob");
    (pool, alice)
}

fn access(access: &str) -> String {
    request(
        "alice",
        &format!(
            "<setLobbyAccess><conferenceKeys confEntity=\"{FOCUS}\"/>\
             <userEntity>sip:carol@contoso.com</userEntity><access>{access}</access></setLobbyAccess>"
        ),
    )
}

#[test]
fn the_lobby_is_for_those_who_know_of_it() {
    let (mut pool, _) = closed();
    assert_eq!(only(pool.invite("carol").1).code(), Some(403));
}

#[test]
fn attendees_get_the_version_and_no_more_until_the_user_is_let_in() {
    covers!("D-13", "D-14", "PRO-2-2-1-2-n", "PRO-2-2-1-2-ah", "PRO-2-2-1-3-c");
    let (mut pool, mut alice) = closed();
    let (_, sent) = pool.invite_with("carol", &add_user("carol", LOBBY_CAPABLE));
    assert_eq!(
        told(&sent)[2..],
        ["alice: BENOTIFY v3 partial carol[focus:on-hold]", "bob: BENOTIFY v3 partial"]
    );
    let (_, seen) = pool.subscribe("carol");
    assert_eq!(crate::pool::in_short(&seen), "v3 full carol[focus:on-hold]");
    assert!(seen.description.unwrap().conf_uris.is_none());
    let mut call = pool.call("carol", CHAT);
    assert_eq!(only(pool.hear(&call.request("INVITE", "", ""))).code(), Some(403));

    let (_, sent) = pool.invite("bob");
    assert!(told(&sent).contains(&"carol: BENOTIFY v4 partial".to_owned()), "{:?}", told(&sent));

    let sent = pool.hear(&alice.command(&access("granted")));
    assert_eq!(
        told(&sent),
        [
            "alice: 202 (INFO)",
            "alice: INFO success",
            "alice: BENOTIFY v5 partial carol[focus]",
            "carol: BENOTIFY v5 full alice[focus] bob[focus] carol[focus] view",
        ]
    );
    let full = document(&sent[3]);
    assert!(full.description.unwrap().conf_uris.is_some());
}

#[test]
fn who_is_denied_leaves_as_if_ejected() {
    let (mut pool, mut alice) = closed();
    let (mut carol, _) = pool.invite_with("carol", &add_user("carol", LOBBY_CAPABLE));
    pool.hear(&carol.ack());
    let sent = pool.hear(&alice.command(&access("denied")));
    assert_eq!(
        told(&sent),
        [
            "alice: 202 (INFO)",
            "alice: INFO success",
            "carol: BYE",
            "alice: BENOTIFY v4 partial -carol",
            "bob: BENOTIFY v4 partial",
        ]
    );
    assert_eq!(sent[2].header(Name::CSeq), "2147483645 BYE");
}

#[test]
fn nobody_waits_for_ever() {
    let (mut pool, _) = closed();
    let (mut carol, _) = pool.invite_with("carol", &add_user("carol", LOBBY_CAPABLE));
    pool.hear(&carol.ack());
    assert!(pool.pass(Duration::from_secs(30 * 60 - 1)).is_empty());
    let sent = pool.pass(Duration::from_secs(1));
    assert_eq!(told(&sent), ["carol: BYE", "alice: BENOTIFY v4 partial -carol", "bob: BENOTIFY v4 partial"]);
}
