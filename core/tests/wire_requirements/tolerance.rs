//! What a receiver makes of things that nobody specified, and what a sender never writes (MS-CONFPRO 2.2).

use std::fmt::Debug;

use confsim_core::covers;
use confsim_core::wire::cccp::{Request, Response};
use confsim_core::wire::conference_info::{self, ConferenceInfo};
use confsim_core::wire::xml::XmlErrorKind as Kind;

use super::outline::is;
use super::{info, info_refused, printed, refused, request};

/// A printed document with something unspecified in every element but the first: an attribute, and a child of its
/// own namespace. The envelope itself has one child and no more.
fn grown(document: &[u8]) -> String {
    let mut out = String::new();
    let mut elements = 0;
    for piece in std::str::from_utf8(document).unwrap().split_inclusive('>') {
        let at = piece.find('<').unwrap_or(piece.len());
        let (text, tag) = piece.split_at(at);
        out.push_str(text);
        let is_start = tag.len() > 1 && !tag.starts_with("</") && !tag.starts_with("<?");
        elements += usize::from(is_start);
        if !is_start || elements == 1 {
            out.push_str(tag);
            continue;
        }
        let end = tag.len() - if tag.ends_with("/>") { 2 } else { 1 };
        let name =
            tag[1..].split(|c: char| c.is_whitespace() || c == '/' || c == '>').next().unwrap_or_default();
        out.push_str(&tag[..end]);
        out.push_str(" later=\"1\">");
        out.push_str("<later xmlns=\"urn:ietf:params:xml:ns:cccp\" a=\"b\">text<conference-info/></later>");
        if tag.ends_with("/>") {
            out.push_str(&format!("</{name}>"));
        }
    }
    assert!(elements > 1);
    out
}

/// Checks that a document reads the same when it has grown.
#[track_caller]
fn unchanged<T: Debug + PartialEq, E: Debug>(path: &str, read: impl Fn(&[u8]) -> Result<T, E>) {
    let document = printed(path);
    let grown = grown(&document);
    assert_eq!(read(grown.as_bytes()).unwrap(), read(&document).unwrap(), "{path}: {grown}");
}

#[test]
fn what_nobody_specified_is_ignored() {
    covers!("PRO-2-2-f");
    for path in [
        "xml/pro-4.1-01-SERVICE-addConference-alice-factory.xml",
        "xml/pro-4.3-01-SERVICE-deleteConference-alice-factory.xml",
        "xml/pro-4.4-01-SERVICE-getConferences-alice-factory.xml",
        "xml/pro-4.5-01-SERVICE-getConference-alice-factory.xml",
        "xml/im-4.1.1-01-INVITE-carol-focus.xml",
        "xml/im-4.1.2-01-INFO-alice-focus.xml",
        "xml/im-4.3.1-01-INFO-alice-focus.xml",
    ] {
        unchanged(path, |bytes| Request::parse(bytes).map(|it| it.command.into_owned()));
    }
    for path in [
        "xml/pro-4.1-02-200-addConference-factory-alice.xml",
        "xml/pro-4.1-03-403-addConference-factory-alice.xml",
        "xml/pro-4.4-02-200-getConferences-factory-alice.xml",
        "xml/pro-4.6-02-200-getEncryptionKey-factory-alice.xml",
        "xml/pro-4.7-02-200-getAvailableMcuTypes-factory-alice.xml",
        "xml/im-4.1.1-04-200-focus-carol.xml",
        "xml/im-4.3.1-14-INFO-focus-alice.xml",
    ] {
        unchanged(path, |bytes| Response::parse(bytes).map(|it| it.result.outcome.into_owned()));
    }
    for path in ["xml/im-4.1.1-05-BENOTIFY-focus-alice.xml", "xml/im-4.1.1-15-BENOTIFY-focus-carol.xml"] {
        unchanged(path, |bytes| conference_info::read(bytes).map(ConferenceInfo::into_owned));
    }
}

#[test]
fn what_the_protocol_does_not_use_is_not_passed_on() {
    covers!("PRO-2-2-g");
    let read = info(
        "state=\"full\" version=\"1\"",
        "<ci:conference-description><ci:available-media><ci:entry label=\"1\"/></ci:available-media>\
         <ci:subject>s</ci:subject></ci:conference-description>\
         <ci:host-info><ci:display-text>h</ci:display-text></ci:host-info>\
         <ci:users><ci:user entity=\"sip:a@b\"><ci:associated-aors><ci:entry><ci:uri>x</ci:uri></ci:entry>\
         </ci:associated-aors><ci:endpoint entity=\"1\"><ci:call-info><ci:sip/></ci:call-info></ci:endpoint>\
         </ci:user></ci:users>\
         <ci:sidebars-by-ref><ci:entry/></ci:sidebars-by-ref><ci:sidebars-by-val/>",
    );
    is(conference_info::write(&read), "conference-info", "
        ci:conference-info entity=sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:SDFBSD12 state=full version=1
          ci:conference-description
            ci:subject : s
          ci:users
            ci:user entity=sip:a@b
              ci:endpoint entity=1
    ");
}

#[test]
fn what_may_be_there_once_is_there_once() {
    covers!("PRO-2-2-e", "PRO-2-2-2-4-a", "PRO-2-2-2-1-a", "PRO-2-2-2-2-a", "PRO-2-2-2-3-a");
    for (name, content) in [
        ("conference-description", "<ci:conference-description/>"),
        ("conference-state", "<ci:conference-state/>"),
        ("users", "<ci:users/>"),
        ("conference-view", "<msci:conference-view/>"),
    ] {
        assert_eq!(info_refused("", &content.repeat(2)), Kind::RepeatedElement(name));
    }
    for name in
        ["ci:subject", "ci:conf-uris", "msci:conference-id", "msci:conference-key", "msci:admission-policy"]
    {
        let (_, local) = name.split_once(':').unwrap();
        let content = format!("<{name}/>").repeat(2);
        let content = format!("<ci:conference-description>{content}</ci:conference-description>");
        assert_eq!(info_refused("", &content), Kind::RepeatedElement(local));
    }
    for (name, value) in [("autopromote", "0"), ("is-active", "true"), ("pstn-lobby-bypass", "1")] {
        let content = format!("<msci:{name}>{value}</msci:{name}>").repeat(2);
        let content = format!("<ci:conference-description>{content}</ci:conference-description>");
        assert_eq!(info_refused("", &content), Kind::RepeatedElement(name));
    }
    let keys = "<conferenceKeys confEntity=\"a\"/>";
    let user = "<userKeys confEntity=\"a\" userEntity=\"b\"/>";
    let key = "<msci:encryption-key><msci:x509-certificate>A</msci:x509-certificate></msci:encryption-key>";
    let roles = "<ci:user-roles><ci:entry>attendee</ci:entry></ci:user-roles>";
    for (command, first, twice, name) in [
        ("getConference", keys, key, "encryption-key"),
        ("getConference", "", keys, "conferenceKeys"),
        ("deleteUser", "", user, "userKeys"),
        ("modifyUserRoles", user, roles, "user-roles"),
        ("addUser", keys, "<ci:user entity=\"b\"/>", "user"),
        ("modifyConferenceLock", keys, "<locked>true</locked>", "locked"),
        ("setLobbyAccess", keys, "<access>granted</access>", "access"),
        ("addConference", "", "<ci:conference-info entity=\"\"/>", "conference-info"),
    ] {
        let element = format!("<{command}>{first}{twice}{twice}</{command}>");
        assert_eq!(refused(&element), Kind::RepeatedElement(name), "{command}");
        let element = format!("<{command}>{first}{twice}</{command}>");
        assert!(Request::parse(request(&element).as_bytes()).is_ok(), "{element}");
    }
}

#[test]
fn separators_may_stand_anywhere() {
    covers!("EX-PRO-4-1-d");
    let read = |content: &str| {
        let content = format!("<ci:conference-description>{content}</ci:conference-description>");
        info("", &content).description
    };
    let (id, mode) = ("<msci:conference-id>A</msci:conference-id>", "<msci:autopromote>0</msci:autopromote>");
    let telephone = "<msci:pstn-access/>";
    let expected = read(&format!("{id}<cis:separator/>{telephone}<cis:separator/>{mode}"));
    for document in [
        format!("{id}{telephone}{mode}"),
        format!("<cis:separator/>{mode}<cis:separator>\r\n</cis:separator><cis:separator/>{id}{telephone}"),
        format!("{}{telephone}{mode}{id}", "<cis:separator/>".repeat(9)),
    ] {
        assert_eq!(read(&document), expected, "{document}");
    }
}

#[test]
fn bodies_are_well_formed_xml_in_utf_8() {
    covers!("PRO-2-2-c", "PRO-2-2-d");
    let document = request("<getConferences/>");
    let accepted = |bytes: &[u8]| Request::parse(bytes).is_ok();
    assert!(accepted(document.as_bytes()));
    for declaration in ["<?xml version=\"1.0\"?>", "<?xml version='1.0' encoding='UTF-8'?>\r\n"] {
        assert!(accepted(format!("{declaration}{document}").as_bytes()), "{declaration}");
    }
    let utf_16: Vec<u8> = document.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(!accepted(&utf_16));
    let latin = document.replace("alice", "al\u{ed}ce").chars().map(|c| c as u8).collect::<Vec<_>>();
    assert!(!accepted(&latin));
    assert!(accepted(document.replace("alice", "al\u{ed}ce").as_bytes()));
    for (from, to) in [("</request>", ""), ("\"7\"", "7"), ("<getConferences/>", "<getConferences>")] {
        assert!(!accepted(document.replace(from, to).as_bytes()), "{from}");
    }
    let foreign_name = "sip:\u{ed}@contoso.com";
    let command = confsim_core::wire::cccp::Command::GetEncryptionKey;
    let written =
        Request { request_id: 1, from: foreign_name.into(), to: "sip:x@y".into(), version: None, command }
            .write();
    assert!(std::str::from_utf8(&written).unwrap().contains(foreign_name));
}
