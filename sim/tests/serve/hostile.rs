//! Input that no client means well: answered or hung up on, while the others are served as before.

use std::fs;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::path::Path;

use confsim_core::covers;

use super::caller::Caller;
use super::pool::Served;

/// How much memory the pool may use whatever comes, in kilobytes.
const MEMORY: u64 = 300_000;

/// Signs somebody in, has the rest happen, and sees that he is served all the same.
fn meanwhile(arguments: &[&str], happens: impl FnOnce(&Served)) {
    let pool = Served::start(arguments);
    let mut alice = Caller::new("alice", pool.tcp);
    alice.sign_in();
    happens(&pool);
    alice.create("MEANWHILE");
    assert!(pool.memory() < MEMORY, "{} kB", pool.memory());
}

/// Everything that comes back until the pool hangs up.
fn until_the_end(stream: &mut TcpStream) -> String {
    let mut back = Vec::new();
    // A connection that is reset has ended too.
    let _ = stream.read_to_end(&mut back);
    String::from_utf8_lossy(&back).into_owned()
}

fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).expect("it listens")
}

#[test]
fn garbage() {
    meanwhile(&[], |pool| {
        for garbage in
            [&[0xff; 4096][..], b"GET / HTTP/1.1\r\nHost: pool\r\n\r\n", b"\r\n\r\n\0\0\0\0\r\n\r\n"]
        {
            let mut stream = connect(pool.tcp);
            stream.write_all(garbage).expect("it is taken");
            stream.shutdown(Shutdown::Write).expect("it is open");
            assert_eq!(until_the_end(&mut stream), "");
        }
    });
}

#[test]
fn a_gigabyte_of_header() {
    meanwhile(&[], |pool| {
        let mut stream = connect(pool.tcp);
        stream.write_all(b"OPTIONS sip:pool SIP/2.0\r\n").expect("it is taken");
        let line = format!("X-Long: {}\r\n", "x".repeat(1000)).repeat(1000);
        let taken = (0..1024).take_while(|_| stream.write_all(line.as_bytes()).is_ok()).count();
        assert!(taken < 64, "hung up on after {taken} MB");
    });
}

#[test]
fn a_body_that_is_too_long() {
    meanwhile(&[], |pool| {
        let mut stream = connect(pool.tcp);
        let head = "OPTIONS sip:pool SIP/2.0\r\nContent-Length: 99999999999\r\n\r\n";
        stream.write_all(head.as_bytes()).expect("it is taken");
        assert_eq!(until_the_end(&mut stream), "");
    });
}

#[test]
fn a_message_that_never_ends_and_a_connection_that_never_speaks() {
    meanwhile(&["--idle", "1"], |pool| {
        let mut slow = Caller::new("slow", pool.tcp);
        slow.sign_in();
        let mut silent = connect(pool.tcp);
        slow.write("INVITE sip:alice@contoso.com SIP/2.0\r\nVia: SIP");
        assert!(slow.read().is_none());
        assert_eq!(until_the_end(&mut silent), "");
    });
}

#[test]
fn more_connections_than_there_is_room_for() {
    meanwhile(&["--connections", "8"], |pool| {
        let mut streams: Vec<_> = (0..64).map(|_| connect(pool.tcp)).collect();
        // Alice has one of the eight.
        for stream in &mut streams[7..] {
            assert_eq!(until_the_end(stream), "");
        }
    });
}

#[test]
fn no_tls_where_tls_is_spoken() {
    meanwhile(&["--tls", "--tls-listen", "127.0.0.1:0"], |pool| {
        let address = pool.tls.expect("it listens");
        for garbage in
            [&b"REGISTER sip:contoso.com SIP/2.0\r\n\r\n"[..], &[22, 3, 1, 255, 255, 1, 0, 0], &[0; 100]]
        {
            let mut stream = connect(address);
            stream.write_all(garbage).expect("it is taken");
            stream.shutdown(Shutdown::Write).expect("it is open");
            assert!(!until_the_end(&mut stream).contains("SIP/2.0"));
        }
        Caller::encrypted("bob", address, &pool.certificate).sign_in();
    });
}

#[test]
fn words_of_a_pool_member() {
    covers!("D-11");
    meanwhile(&[], |pool| {
        let mut mallory = Caller::new("mallory", pool.tcp);
        mallory.sign_in();
        for role in ["focusfactory", "focus:id:1", "chat:id:1"] {
            let more = "Pool-Link: command;epoch=00000000;seq=1\r\nContent-Type: application/cccp+xml\r\n";
            let uri = format!("sip:alice@contoso.com;gruu;opaque=app:conf:{role}");
            mallory.ask("SERVICE", &uri, more, "<request/>");
            mallory.hear("403");
        }
    });
}

#[test]
fn words_of_somebody_else() {
    covers!("D-8");
    meanwhile(&[], |pool| {
        let mut mallory = Caller::new("alice", pool.tcp);
        mallory.ask_to_create("00000000000000000000000000000001");
        mallory.hear("403");
    });
    meanwhile(&["--trusted-peer", "127.0.0.1"], |pool| {
        Caller::new("anybody", pool.tcp).create("TRUSTED");
    });
}

#[test]
fn torture() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/torture");
    let mut messages = Vec::new();
    let mut folders = vec![folder];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("an entry").path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_none_or(|kind| kind != "md" && kind != "tsv") {
                messages.push(fs::read(entry).expect("it reads"));
            }
        }
    }
    assert!(messages.len() > 40, "{}", messages.len());
    meanwhile(&["--idle", "1"], |pool| {
        for message in &messages {
            let mut stream = connect(pool.tcp);
            stream.write_all(message).expect("it is taken");
            stream.shutdown(Shutdown::Write).expect("it is open");
            until_the_end(&mut stream);
        }
    });
}

/// To the network the connection is as it was: nobody ends it, and nobody answers.
#[test]
fn a_client_that_is_gone_without_a_word() {
    covers!("D-4");
    meanwhile(&["--idle", "1"], |pool| {
        let [mut ann, mut gone] = ["ann", "gone"].map(|user| Caller::new(user, pool.tcp));
        ann.sign_in();
        gone.sign_in_for(3);
        let focus = ann.create("HALFOPEN");
        let [chat, _] = [&mut ann, &mut gone].map(|caller| {
            caller.join(&focus);
            caller.chat(&focus)
        });
        ann.say(&chat, "Is anybody there?");
        ann.hear("202");
        // His registration expires, and then nobody is left on his connection.
        while gone.read().is_some() {}
        ann.ask("INVITE", "sip:gone@contoso.com", "", "");
        ann.hear("480");
        ann.say(&chat, "Nobody is.");
        ann.hear("200");
    });
}

#[test]
fn a_reader_who_does_not_read() {
    meanwhile(&[], |pool| {
        let [mut ann, mut carol] = ["ann", "carol"].map(|user| Caller::new(user, pool.tcp));
        let mut deaf = Caller::new("deaf", pool.tcp);
        ann.sign_in();
        carol.sign_in();
        let focus = ann.create("SLOW");
        let [chat, _] = [&mut ann, &mut carol].map(|caller| {
            caller.join(&focus);
            caller.chat(&focus)
        });
        // Everything is sent to the deaf one several times.
        for number in 0..8 {
            deaf.become_user(&format!("deaf{number}"));
            deaf.sign_in();
            deaf.join(&focus);
            deaf.chat(&focus);
        }
        // As much as the history of a conference holds. Carol gets every message all the same.
        let text = "x".repeat(60_000);
        for _ in 0..66 {
            ann.say(&chat, &text);
            let heard = carol.hear("MESSAGE");
            assert_eq!(heard.body.len(), text.len());
            carol.answer(&heard);
            ann.hear("202");
        }
        while deaf.read().is_some() {}
    });
}
