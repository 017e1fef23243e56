//! Who sees what while somebody waits in the lobby (D-13, D-14).

use confsim_core::covers;
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{Access, Outcome};
use confsim_core::wire::sip::Name;

use crate::common::only;
use crate::pool::{CHAT, Call, FOCUS, Pool, add_user, answer, document, request, told};

pub(crate) const LOBBY_CAPABLE: &str = "<msci:clientInfo \
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

/// Who is of another enterprise counts like somebody without name.
#[test]
fn an_open_conference_is_open_to_the_enterprise() {
    covers!("PRO-2-2-1-2-o", "PRO-2-2-1-2-aj", "PRO-2-2-1-3-d");
    let mut pool = Pool::provisioned(&format!(
        "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" \
         xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\" entity=\"{FOCUS}\">\
         <conference-description><msci:admission-policy>openAuthenticated</msci:admission-policy>\
         </conference-description><conference-state><locked>false</locked></conference-state></conference-info>"
    ));
    assert_eq!(told(&pool.invite("bob").1), ["bob: 183 (INVITE)", "bob: 200 (INVITE)"]);
    let at_home = pool.subscribe("bob").1;
    assert_eq!(crate::pool::in_short(&at_home), "v1 full bob[focus] view");
    for (info, code) in [("", 403), (LOBBY_CAPABLE, 200)] {
        let mut call = pool.call("eve", FOCUS);
        let invite = call.request("INVITE", "Content-Type: application/cccp+xml\n", &add_user("eve", info));
        let sent = pool.hear(&invite.replace("eve@contoso.com", "eve@fabrikam.com"));
        assert!(sent.iter().any(|it| it.code() == Some(code)), "{sent:?}");
    }
    assert_eq!(crate::pool::in_short(&pool.subscribe("bob").1), "v2 full bob[focus] view");
}

/// Two wait; one command lets in both, and names those whom it concerned.
#[test]
fn several_are_let_in_at_once() {
    let (mut pool, mut alice) = closed();
    pool.invite_with("carol", &add_user("carol", LOBBY_CAPABLE));
    pool.invite_with("dave", &add_user("dave", LOBBY_CAPABLE));
    let both = access("granted").replace(
        "<access>",
        "<userEntity>sip:dave@contoso.com</userEntity><userEntity>sip:eve@contoso.com</userEntity>\
         <userEntity>sip:bob@contoso.com</userEntity><access>",
    );
    let sent = pool.hear(&alice.command(&both));
    let Outcome::SetLobbyAccess { users, access, .. } = answer(&sent[1]).result.outcome else { panic!() };
    assert_eq!(users, ["sip:carol@contoso.com", "sip:dave@contoso.com"]);
    assert_eq!(access, Some(Access::Granted));
    let shown = told(&sent);
    assert!(shown.contains(&"bob: BENOTIFY v5 partial carol[focus]".to_owned()), "{shown:?}");
    assert!(shown.contains(&"bob: BENOTIFY v6 partial dave[focus]".to_owned()), "{shown:?}");
}

/// Who waits and is promoted goes on waiting; who waits and leaves was never seen by attendees.
#[test]
fn who_leaves_the_lobby_is_gone_without_an_attendee_knowing() {
    covers!("D-13");
    let (mut pool, _) = closed();
    let (mut carol, _) = pool.invite_with("carol", &add_user("carol", LOBBY_CAPABLE));
    pool.hear(&carol.ack());
    let sent = pool.hear(&carol.request("BYE", "", ""));
    assert_eq!(told(&sent)[1..], ["alice: BENOTIFY v4 partial -carol", "bob: BENOTIFY v4 partial"]);
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
