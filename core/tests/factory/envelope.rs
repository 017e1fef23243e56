//! What is not for a factory, or cannot be read: the decided answer each, and nothing changes.

use confsim_core::covers;
use confsim_core::node::Input;
use confsim_core::wire::sip::Name;

use crate::common::{messages, only, sip};
use crate::stage::{
    FACTORY_URI, ID, Stage, add, config, delete, envelope, fixed, get, modify, open, plain, service, uri,
};

/// What the table of a test looks like from outside.
fn table(stage: &mut Stage) -> (u64, String) {
    let list = stage.ask(&envelope("<getConferences/>"));
    let one = stage.ask(&get(ID));
    (stage.count(), format!("{}{}", list.body(), one.body()))
}

/// PRO-3-2-5-1-d: 400 without body.
#[test]
fn damaged_requests_are_400_and_change_nothing() {
    covers!(
        "PRO-2-2-c",
        "PRO-2-2-d",
        "PRO-2-2-e",
        "PRO-2-2-q",
        "PRO-2-2-s",
        "PRO-2-2-1-a",
        "PRO-2-2-1-b",
        "PRO-2-2-1-c",
        "PRO-2-2-1-1-a",
        "PRO-2-2-1-1-b",
        "PRO-2-2-1-1-d",
        "PRO-2-2-1-1-g",
        "PRO-2-2-2-a",
        "PRO-2-2-2-b",
        "PRO-2-2-2-c",
        "PRO-2-2-2-d",
        "PRO-2-2-2-e",
        "PRO-2-2-2-g",
        "PRO-2-2-2-h",
        "PRO-2-2-2-i",
        "PRO-2-2-2-1-a",
        "PRO-2-2-2-1-b",
        "PRO-2-2-2-1-c",
        "PRO-2-2-2-2-a",
        "PRO-2-2-2-3-a",
        "PRO-2-2-2-3-c",
        "PRO-2-2-2-4-a",
        "PRO-2-2-2-4-b",
        "PRO-3-2-5-1-a",
        "PRO-3-2-5-1-b",
        "PRO-3-2-5-1-c",
        "PRO-3-2-5-1-d",
        "EX-PRO-4-8-e",
        "PRO-2-2-i",
        "PRO-2-2-1-2-q",
        "PRO-2-2-1-4-e",
        "PRO-2-2-1-5-b",
    );
    let mut stage = Stage::new(config());
    stage.created(&plain(ID));
    let before = table(&mut stage);
    let other = plain("AAAAAAAA");
    let info = "<ci:conference-info entity=\"\"/>";
    let keys = format!("<conferenceKeys msci:conference-id=\"{ID}\"/>");
    let cases: Vec<(&str, String)> = vec![
        ("no body", String::new()),
        ("no XML", "hello".into()),
        ("malformed XML", other.replace("</addConference>", "")),
        ("an unquoted attribute", other.replace("requestId=\"68537848\"", "requestId=68537848")),
        ("an undeclared entity", other.replace("AAAAAAAA", "&boom;")),
        ("a document type", format!("<!DOCTYPE request>{other}")),
        ("something behind the root", format!("{other}<request/>")),
        ("a wrong root", other.replace("<request ", "<response ").replace("</request>", "</response>")),
        ("a root of another namespace", other.replace("params:xml:ns:cccp", "params:xml:ns:xcon")),
        ("no attributes", "<request xmlns=\"urn:ietf:params:xml:ns:cccp\"/>".into()),
        ("no requestId", other.replace("requestId=\"68537848\"", "")),
        ("a negative requestId", other.replace("requestId=\"68537848\"", "requestId=\"-1\"")),
        ("no from", other.replace("from=\"sip:alice@contoso.com\"", "")),
        ("a foreign from", other.replace("from=\"sip:alice@", "from=\"sip:mallory@")),
        ("no to", other.replace(&format!("to=\"{FACTORY_URI}\""), "")),
        ("a foreign to", other.replace(&format!("to=\"{FACTORY_URI}\""), "to=\"sip:else@contoso.com\"")),
        ("another version of C3P", other.replace("C3PVersion=\"1\"", "C3PVersion=\"2\"")),
        ("no command", envelope("")),
        ("two commands", envelope("<getConferences/><getConferences/>")),
        ("an unknown command", envelope("<makeCoffee/>")),
        ("a command of the focus", envelope(&format!("<deleteUser>{keys}</deleteUser>"))),
        ("a focus command that is complete", envelope(&format!("<endorseUser>{keys}</endorseUser>"))),
        ("a command of another namespace", envelope("<getConferences xmlns=\"urn:x\"/>")),
        ("addConference without conference-info", envelope("<addConference/>")),
        ("addConference with keys", envelope(&format!("<addConference>{keys}</addConference>"))),
        ("addConference with two", envelope(&format!("<addConference>{info}{info}</addConference>"))),
        ("a conference without entity", other.replace("entity=\"\"", "")),
        (
            "a conference that exists",
            other.replace("entity=\"\"", &format!("entity=\"{}\"", uri("AAAAAAAA"))),
        ),
        ("a part of a conference", other.replace("entity=\"\"", "entity=\"\" state=\"partial\"")),
        ("a state that is none", other.replace("entity=\"\"", "entity=\"\" state=\"whole\"")),
        ("a version that is none", other.replace("entity=\"\"", "entity=\"\" version=\"one\"")),
        ("a static that is none", fixed("AAAAAAAA").replace("static=\"true\"", "static=\"maybe\"")),
        ("a user without entity", add(&open("AAAAAAAA"), "<ci:users><ci:user/></ci:users>")),
        (
            "a type of MCU without entity",
            add(&open("AAAAAAAA"), "<msci:conference-view><msci:entity-view/></msci:conference-view>"),
        ),
        ("modifyConference without conference-info", envelope("<modifyConference/>")),
        (
            "a part of a modification",
            modify(1, &open(ID), "").replace("version=", "state=\"partial\" version="),
        ),
        ("deleteConference without keys", envelope("<deleteConference/>")),
        ("deleteConference without id", envelope("<deleteConference><conferenceKeys/></deleteConference>")),
        ("an id of no namespace", delete(ID, "").replace("msci:conference-id", "conference-id")),
        (
            "keys of the focus",
            envelope(&format!("<getConference><conferenceKeys confEntity=\"{}\"/></getConference>", uri(ID))),
        ),
        ("two keys", envelope(&format!("<deleteConference>{keys}{keys}</deleteConference>"))),
        ("getConference without keys", envelope("<getConference/>")),
        (
            "more elements than there may be",
            add(&format!("{}{}", open("AAAAAAAA"), "<ci:a/>".repeat(200_001)), ""),
        ),
    ];
    for (what, body) in cases {
        let sent = stage.ask(&body);
        assert_eq!((sent.start(), sent.body()), ("SIP/2.0 400 Bad Request", ""), "{what}");
        assert_eq!(table(&mut stage), before, "{what}");
    }
}

/// Nothing said about it, a conference is whole.
#[test]
fn a_conference_may_say_that_it_is_whole() {
    covers!("PRO-2-2-1-1-d", "PRO-2-2-1-1-g", "PRO-2-2-2-1-c", "PRO-2-2-2-1-d");
    let mut stage = Stage::new(config());
    stage.created(&plain(ID).replace("entity=\"\"", "entity=\"\" state=\"full\" version=\"1\""));
    stage.created(&plain("AAAAAAAA"));
    assert_eq!(stage.count(), 2);
}

/// Documents are UTF-8, whatever they call themselves.
#[test]
fn another_encoding_is_400() {
    covers!("PRO-2-2-d", "PRO-3-2-5-1-a", "D-34");
    let mut stage = Stage::new(config());
    let body = add(&format!("<ci:subject>D\u{7f}ner</ci:subject>{}", open(ID)), "");
    let mut bytes = sip(&service("alice", 1, &body)).into_bytes();
    let place = bytes.iter().position(|byte| *byte == 0x7f).expect("the letter");
    bytes[place] = 0xee;
    let sent = only(messages(stage.bench.give(Input::Received { conn: stage.conn, bytes: bytes.into() })));
    assert_eq!((sent.start(), sent.body()), ("SIP/2.0 400 Bad Request", ""));
    assert_eq!(stage.count(), 0);
}

#[test]
fn what_is_not_for_a_factory_is_refused_and_changes_nothing() {
    covers!(
        "PRO-2-1-a",
        "PRO-2-2-a",
        "PRO-2-2-j",
        "PRO-2-2-n",
        "PRO-2-2-o",
        "PRO-2-2-p",
        "PRO-3-2-5-1-d",
        "D-34"
    );
    let mut stage = Stage::new(config());
    let good = service("alice", 1, &plain(ID));
    let to = format!("To: <{FACTORY_URI}>");
    for (what, text, code) in [
        ("another method", good.replace("SERVICE", "MESSAGE"), 405),
        ("another type of body", good.replace("application/cccp+xml", "text/plain"), 415),
        ("an extension", good.replace("Content-Type", "Require: x-other\nContent-Type"), 420),
        ("a conference", good.replace("app:conf:focusfactory", "app:conf:focus:id:1"), 404),
        ("a user", good.replace(";gruu;opaque=app:conf:focusfactory", ""), 404),
        ("another To", good.replace(&to, "To: <sip:alice@contoso.com>"), 400),
        ("the factory of somebody else", good.replace(&to, &to.replace("alice", "carol")), 400),
        ("no From that can be read", good.replace("From: <sip:alice@contoso.com>", "From: <alice"), 400),
    ] {
        let sent = stage.hear(&text);
        assert_eq!(sent.code(), Some(code), "{what}");
        assert_eq!(sent.body(), "", "{what}");
        assert_eq!(stage.count(), 0, "{what}");
    }
    let sent = stage.hear(&good.replace("Content-Type", "Require: x-a, x-b\nContent-Type"));
    assert_eq!(sent.header(Name::Unsupported), "x-a, x-b");
}

#[test]
fn examples_write_addresses_without_brackets_and_with_a_tag() {
    covers!("EX-PRO-4-1-a", "EX-PRO-4-1-b", "PRO-2-2-k");
    let mut stage = Stage::new(config());
    let text = service("alice", 1, &plain(ID))
        .replace("From: <sip:alice@contoso.com>", "From: sip:alice@contoso.com")
        .replace(&format!("To: <{FACTORY_URI}>"), &format!("To: {FACTORY_URI};tag=ccb81c3509"));
    assert_eq!(stage.hear(&text).start(), "SIP/2.0 200 OK");
}

/// Elements and attributes that nobody specified are ignored.
#[test]
fn what_is_not_known_is_ignored() {
    covers!(
        "PRO-2-2-f",
        "PRO-2-2-g",
        "PRO-2-2-1-d",
        "PRO-2-2-2-5-a",
        "PRO-2-2-2-6-b",
        "PRO-2-2-2-7-a",
        "PRO-2-2-2-8-b"
    );
    let mut stage = Stage::new(config());
    let body =
        add(&format!("{}<x:y xmlns:x=\"urn:x\"/>", open(ID)), "<ci:sidebars-by-ref/><z xmlns=\"urn:z\"/>")
            .replace("entity=\"\"", "entity=\"\" mood=\"good\"")
            .replace("C3PVersion", "when=\"now\" C3PVersion");
    stage.created(&body);
    for command in
        ["getConferences", "getEncryptionKey", "getAvailableMcuTypes", "getConferencingCapabilities"]
    {
        let sent = stage.ask(&envelope(&format!("<{command}><x xmlns=\"urn:x\"/></{command}>")));
        assert_eq!(sent.start(), "SIP/2.0 200 OK", "{command}");
    }
}
