//! Conferences from the first REGISTER to the last BYE.

use confsim_core::covers;

use super::caller::Caller;
use super::pool::Served;

/// Two who are in a conference, by `connect`.
fn meet(connect: &dyn Fn(&str) -> Caller) {
    covers!("D-2", "D-8", "D-9", "D-10");
    let (mut alice, mut bob) = (connect("alice"), connect("bob"));
    alice.sign_in();
    bob.sign_in();
    let focus = alice.create("MEET1");
    // Both use the same Call-ID, tag, CSeq and GUID.
    let (alice_focus, bob_focus) = (alice.join(&focus), bob.join(&focus));
    let (alice_chat, bob_chat) = (alice.chat(&focus), bob.chat(&focus));

    alice.say(&alice_chat, "Hello?");
    let heard = bob.hear("MESSAGE");
    assert_eq!(heard.body, "Hello?");
    assert!(heard.one("Ms-Sender").contains("sip:alice@"), "{}", heard.head);
    bob.answer(&heard);
    alice.hear("202");

    for (caller, chat, focus) in [(&mut alice, alice_chat, alice_focus), (&mut bob, bob_chat, bob_focus)] {
        caller.within(&chat, "BYE", "", "");
        caller.hear("200");
        caller.within(&focus, "BYE", "", "");
        caller.hear("200");
    }
}

#[test]
fn over_tcp() {
    let mut pool = Served::start(&[]);
    meet(&|user| Caller::new(user, pool.tcp));
    for what in
        ["signed in   sip:alice", "created     sip:alice", "active      sip:alice", "session     sip:bob"]
    {
        pool.logs(what);
    }
    pool.logs("ends        sip:bob@contoso.com");
}

#[test]
fn over_tls() {
    let pool = Served::start(&["--tls", "--tls-listen", "127.0.0.1:0"]);
    let address = pool.tls.expect("it listens");
    meet(&|user| Caller::encrypted(user, address, &pool.certificate));
}

#[test]
fn stopped_it_ends_every_session() {
    for signal in ["-INT", "-TERM"] {
        let pool = Served::start(&[]);
        let mut alice = Caller::new("alice", pool.tcp);
        alice.sign_in();
        let focus = alice.create("STOP1");
        let (_, _) = (alice.join(&focus), alice.chat(&focus));
        pool.signal(signal);
        for _ in ["focus", "IM MCU"] {
            let bye = alice.hear("BYE");
            alice.answer(&bye);
        }
        let (status, rest) = pool.end();
        assert_eq!(status.code(), Some(0), "{rest}");
        assert!(rest.contains("inactive    sip:alice@contoso.com"), "{rest}");
        assert!(alice.read().is_none(), "and hangs up");
    }
}
