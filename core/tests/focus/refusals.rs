//! What is refused, with which diagnosis, and that nothing changes by it (D-20).

use confsim_core::covers;
use confsim_core::wire::sip::Name;

use crate::common::{Sent, only};
use crate::pool::{FOCUS, Pool, add_user, delete_user, guid, in_short, request};

#[track_caller]
fn refused(sent: Vec<Sent>, code: u16, diagnosis: &str) {
    let sent = only(sent);
    assert_eq!(sent.code(), Some(code), "{sent:?}");
    let found = [Name::MsDiagnostics, Name::MsDiagnosticsPublic].map(|name| sent.header(name));
    assert!(found.iter().any(|value| value.starts_with(&format!("{diagnosis};"))), "{sent:?}");
}

#[test]
fn joins_that_do_not_agree_with_themselves() {
    covers!("D-20");
    let good = add_user("bob", "");
    let cases = [
        (good.replace("</request>", ""), 400, "3006"),
        (good.replace("C3PVersion=\"1\"", "C3PVersion=\"2\""), 400, "3006"),
        (good.replace("from=\"sip:bob@", "from=\"sip:alice@"), 403, "3000"),
        (good.replacen(FOCUS, "sip:elsewhere@contoso.com", 1), 400, "3001"),
        (good.replace(&format!("confEntity=\"{FOCUS}"), "confEntity=\"sip:x"), 400, "3003"),
        (good.replace("entity=\"sip:bob@", "entity=\"sip:alice@"), 403, "3002"),
        (good.replace(&guid("bob"), "bob"), 400, "3009"),
        (good.replace("attendee", "king"), 400, "3016"),
        (
            good.replace("</ci:endpoint>", "<ci:joining-method>dialed-out</ci:joining-method></ci:endpoint>"),
            400,
            "3018",
        ),
        (
            request(
                "bob",
                &format!("<getConference><conferenceKeys confEntity=\"{FOCUS}\"/></getConference>"),
            ),
            603,
            "3004",
        ),
    ];
    for (document, code, diagnosis) in cases {
        let mut pool = Pool::new();
        assert_ne!(document, good);
        refused(pool.invite_with("bob", &document).1, code, diagnosis);
        assert!(pool.events().is_empty());
    }
}

#[test]
fn a_session_interval_can_be_too_small() {
    let mut pool = Pool::new();
    let mut call = pool.call("bob", FOCUS);
    let more = "Supported: timer\nSession-Expires: 60\nContent-Type: application/cccp+xml\n";
    let sent = only(pool.hear(&call.request("INVITE", more, &add_user("bob", ""))));
    assert_eq!((sent.code(), sent.header(Name::MinSe)), (Some(422), "90"));
}

#[test]
fn uris_that_are_no_conference() {
    let mut pool = Pool::new();
    let mut call = pool.call("bob", "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:");
    refused(pool.hear(&call.request("INVITE", "", "")), 404, "3012");
}

#[test]
fn commands_of_those_who_may_not_give_them() {
    covers!("D-20");
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    let mut bob = pool.join("bob");
    let keys = format!("<conferenceKeys confEntity=\"{FOCUS}\"/>");
    let users = format!("<userKeys confEntity=\"{FOCUS}\" userEntity=\"sip:bob@contoso.com\"/>");
    for command in [
        format!("<deleteUser>{users}</deleteUser>"),
        format!(
            "<modifyUserRoles>{users}<user-roles xmlns=\"urn:ietf:params:xml:ns:conference-info\"><entry>presenter</entry></user-roles></modifyUserRoles>"
        ),
        format!("<modifyConferenceLock>{keys}<locked>true</locked></modifyConferenceLock>"),
        format!(
            "<setLobbyAccess>{keys}<userEntity>sip:bob@contoso.com</userEntity><access>granted</access></setLobbyAccess>"
        ),
        format!("<deleteConference>{keys}</deleteConference>"),
    ] {
        refused(pool.hear(&bob.command(&request("bob", &command))), 403, "3014");
    }
    let of_another =
        delete_user("alice", "bob").replace(&format!("confEntity=\"{FOCUS}"), "confEntity=\"sip:x");
    refused(pool.hear(&alice.command(&of_another)), 400, "3003");
    refused(pool.hear(&alice.command(&delete_user("bob", "alice"))), 403, "3000");
    refused(pool.hear(&alice.command("<x")), 400, "3006");
    refused(pool.hear(&alice.command(&request("alice", "<renameUser/>"))), 603, "3004");
    refused(pool.hear(&alice.command(&request("alice", "<getEncryptionKey/>"))), 603, "3004");
    let (_, info) = pool.subscribe("alice");
    assert_eq!(in_short(&info), "v2 full alice[focus] bob[focus] view");
}

/// What this focus does not do, by the name that clients know (MS-CONFBAS facts 2.10, 2.12, 2.13).
#[test]
fn commands_that_are_not_implemented() {
    covers!("D-20");
    let mut pool = Pool::new();
    let mut alice = pool.join("alice");
    let keys = format!("<conferenceKeys confEntity=\"{FOCUS}\"/>");
    let media = format!("confEntity=\"{FOCUS}\" userEntity=\"x\" endpointEntity=\"x\"");
    for command in [
        format!("<endorseUser>{keys}</endorseUser>"),
        format!("<modifyEndpoint><endpointKeys {media}/></modifyEndpoint>"),
        format!(
            "<modifyEndpointMedia><mediaKeys {media} mediaId=\"1\"/><media \
             xmlns=\"urn:ietf:params:xml:ns:conference-info\" id=\"1\"/></modifyEndpointMedia>"
        ),
        format!("<modifyConferenceAnnouncements>{keys}</modifyConferenceAnnouncements>"),
    ] {
        refused(pool.hear(&alice.command(&request("alice", &command))), 603, "3004");
    }
    let endorse = request("bob", &format!("<endorseUser>{keys}</endorseUser>"));
    refused(pool.invite_with("bob", &endorse).1, 603, "3004");
}

/// So it is after a restart of the focus as well: clients join again.
#[test]
fn requests_in_dialogs_that_the_focus_does_not_know() {
    covers!("D-11");
    let mut pool = Pool::new();
    pool.join("alice");
    let mut call = pool.call("alice", FOCUS);
    call.tag = "of another life".replace(' ', "-");
    for (method, more) in [
        ("INFO", "Content-Type: application/cccp+xml\n"),
        ("UPDATE", "Supported: timer\n"),
        ("INVITE", ""),
        ("SUBSCRIBE", "Event: conference\n"),
        ("BYE", ""),
    ] {
        let refused = only(pool.hear(&call.request(method, more, "")));
        assert_eq!(refused.start(), "SIP/2.0 481 Dialog does not exist", "{method}");
    }
}

#[test]
fn strangers_on_the_network() {
    covers!("D-11");
    let mut pool = Pool::new();
    let stranger = pool.bench.accept("evil.example:4242");
    let mut call = pool.call("alice", FOCUS);
    let service = call.request("SERVICE", "Pool-Link: x;seq=1;ack=0\n", "");
    refused(pool.bench.hear(stranger, &service), 403, "3005");
    let join = call.request("INVITE", "Content-Type: application/cccp+xml\n", &add_user("alice", ""));
    refused(pool.bench.hear(stranger, &join), 403, "3014");
}
