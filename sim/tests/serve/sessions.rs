//! Conferences from the first REGISTER to the last BYE.

use std::process::Command;
use std::{env, fs, process};

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
    // Her Contact is no GRUU, and no address that she goes by.
    assert_eq!(heard.one("Ms-Sender"), "<sip:alice@contoso.com>");
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

/// What tshark shows of a capture file in which SIP is spoken on this port: some fields of what passes a filter.
fn tshark(file: &str, port: u16, filter: &str, field: &str) -> Vec<String> {
    let sip = format!("tcp.port=={port},sip");
    let output = Command::new("tshark")
        .args(["-r", file, "-d", &sip, "-Y", filter, "-T", "fields", "-e", field])
        .output()
        .expect("tshark is there: see `tools` in .ci/run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(str::to_owned).collect()
}

#[test]
fn recorded_it_can_be_looked_at() {
    let file = env::temp_dir().join(format!("confsim-{}-serve.pcapng", process::id()));
    let path = file.to_str().expect("UTF-8");
    let pool = Served::start(&["--tls", "--tls-listen", "127.0.0.1:0", "--trace", path]);
    meet(&|user| Caller::new(user, pool.tcp));
    let tls = pool.tls.expect("it listens");
    let mut carol = Caller::encrypted("carol", tls, &pool.certificate);
    carol.sign_in();
    let ports = [pool.tcp.port(), tls.port()];
    pool.signal("-TERM");
    pool.end();
    let captured = fs::metadata(&file).expect("it is written").len();
    assert!(captured > 10_000, "{captured} bytes");
    let methods = tshark(path, ports[0], "sip.Request-Line", "sip.Method");
    for method in ["REGISTER", "SERVICE", "INVITE", "ACK", "MESSAGE", "BYE"] {
        assert!(methods.iter().any(|line| line.split(',').any(|one| one == method)), "{method}: {methods:?}");
    }
    for port in ports {
        assert_eq!(tshark(path, port, "_ws.malformed or tcp.analysis.flags", "frame.number"), [""; 0]);
    }
    let users = tshark(path, ports[1], "sip.Method == REGISTER", "sip.from.user");
    assert!(users.iter().any(|user| user == "carol"), "behind TLS: {users:?}");
    fs::remove_file(&file).expect("still there");
}

#[test]
fn recorded_it_can_be_judged() {
    for kind in ["pcapng", "jsonl"] {
        let file = env::temp_dir().join(format!("confsim-{}-judged.{kind}", process::id()));
        let path = file.to_str().expect("UTF-8");
        let pool = Served::start(&["--trace", path]);
        let mut alice = Caller::new("alice", pool.tcp);
        alice.sign_in();
        let focus = alice.create("JUDGED");
        let dialog = alice.join(&focus);
        alice.within(&dialog, "BYE", "", "");
        alice.hear("200");
        pool.signal("-TERM");
        pool.end();
        let output =
            Command::new(env!("CARGO_BIN_EXE_confsim")).args(["check", path]).output().expect("it starts");
        let text = String::from_utf8(output.stdout).expect("UTF-8");
        assert_eq!(output.status.code(), Some(0), "{kind}: {text}");
        assert!(text.starts_with("A capture of alice:") && text.contains("HELD"), "{kind}: {text}");
        fs::remove_file(&file).expect("still there");
    }
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
