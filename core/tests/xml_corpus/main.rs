//! Every XML body printed in the protocol documents.

mod items;

use std::fs;
use std::path::{Path, PathBuf};

use confsim_core::covers;
use confsim_core::wire::cccp::{CccpError, Request, Response};
use confsim_core::wire::conference_info;
use confsim_core::wire::xml::{Reader, XmlError, XmlErrorKind as Kind};
use items::items;

fn folder(name: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data/messages").join(name);
    let mut paths: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (name(path), fs::read(path).unwrap())).collect()
}

fn well_formed() -> Vec<(String, Vec<u8>)> {
    let mut bodies = folder("xml");
    bodies.retain(|(name, _)| !name.ends_with(".wf-bad.xml"));
    bodies.extend(folder("xml-fixed"));
    bodies
}

fn root(body: &[u8]) -> String {
    Reader::new(body).unwrap().any_root().unwrap().local.to_owned()
}

/// Reads and writes a body twice; `None` if it is another layer's.
fn canonical(name: &str, body: &[u8]) -> Option<Vec<u8>> {
    let written = match root(body).as_str() {
        "request" => {
            let request = Request::parse(body).unwrap_or_else(|error| panic!("{name}: {error}"));
            let written = request.write();
            assert_eq!(Request::parse(&written).as_ref(), Ok(&request), "{name}");
            assert_eq!(Request::parse(&written).unwrap().write(), written, "{name}");
            written
        }
        "response" => {
            let response = Response::parse(body).unwrap_or_else(|error| panic!("{name}: {error}"));
            let written = response.write();
            assert_eq!(Response::parse(&written).as_ref(), Ok(&response), "{name}");
            assert_eq!(Response::parse(&written).unwrap().write(), written, "{name}");
            written
        }
        "conference-info" => {
            let info = conference_info::read(body).unwrap_or_else(|error| panic!("{name}: {error}"));
            let written = conference_info::write(&info);
            assert_eq!(conference_info::read(&written).as_ref(), Ok(&info), "{name}");
            written
        }
        _ => return None,
    };
    Some(written)
}

#[test]
fn every_well_formed_body_is_kept_whole() {
    covers!("EX-PRO-4-2-c", "EX-PRO-4-2-d");
    let mut count = 0;
    for (name, body) in well_formed() {
        let Some(written) = canonical(&name, &body) else { continue };
        count += 1;
        let (written, printed) = (items(&written), items(&body));
        let differs = written.iter().zip(&printed).find(|(written, printed)| written != printed);
        assert_eq!(differs, None, "{name}");
        assert_eq!(written.len(), printed.len(), "{name}");
    }
    assert_eq!(count, 63);
}

/// The printed notifications, without the white space of the page, are what we write.
#[test]
fn notifications_are_laid_out_as_printed() {
    let mut count = 0;
    for (name, body) in well_formed() {
        let written = canonical(&name, &body);
        // A full document has parts of other MCUs, which are kept with their own declarations.
        if root(&body) != "conference-info" || name == "im-4.1.1-09-200-focus-carol.xml" {
            continue;
        }
        count += 1;
        assert_eq!(String::from_utf8(written.unwrap()).unwrap(), without_layout(&body), "{name}");
    }
    assert_eq!(count, 19);
}

/// Removes white space between elements and extra white space in tags.
fn without_layout(body: &[u8]) -> String {
    let mut out = String::new();
    for piece in std::str::from_utf8(body).unwrap().split_inclusive('>') {
        let (text, tag) = piece.rfind('<').map_or((piece, ""), |at| piece.split_at(at));
        if !text.trim().is_empty() {
            out.push_str(text);
        }
        let words: Vec<&str> = tag.split_ascii_whitespace().collect();
        out.push_str(&words.join(" "));
    }
    out
}

fn walk(body: &[u8]) -> Result<(), XmlError> {
    let mut reader = Reader::new(body)?;
    reader.any_root()?;
    reader.skip()?;
    reader.finish()
}

#[test]
fn bodies_that_are_not_well_formed_are_refused_where_they_break() {
    covers!("PRO-2-2-c");
    let expected = [
        ("cwa-06-200-factory-user1.wf-bad.xml", Kind::OutsideRoot, 0),
        ("cwa-08-200-factory-user1.wf-bad.xml", Kind::MismatchedEnd, 617),
        ("cwa-13-INFO-user2-focus.wf-bad.xml", Kind::NoRoot, 22),
        ("cwa-15-INFO-focus-user2.wf-bad.xml", Kind::MismatchedEnd, 337),
        ("pro-4.8-02-200-getConferencingCapabilities-factory-alice.wf-bad.xml", Kind::MalformedAttribute, 39),
        ("pro-4.8-04-200-getConferencingCapabilities-factory-alice.wf-bad.xml", Kind::MalformedAttribute, 39),
        ("pro-4.8-06-200-getConferencingCapabilities-factory-alice.wf-bad.xml", Kind::MalformedAttribute, 39),
    ];
    let mut bodies = folder("xml");
    bodies.retain(|(name, _)| name.ends_with(".wf-bad.xml") && !name.starts_with("bas-"));
    let found: Vec<_> = bodies
        .iter()
        .map(|(name, body)| {
            assert!(matches!(Response::parse(body), Err(CccpError::Xml(_))), "{name}");
            let error = walk(body).unwrap_err();
            (name.as_str(), error.kind, error.offset)
        })
        .collect();
    assert_eq!(found, expected);
}

/// MS-CONFBAS 4.4.7 declares the default namespace of its root twice and uses prefixes it never declares.
#[test]
fn the_body_with_doubled_and_missing_declarations_is_read() {
    let (_, body) = folder("xml").into_iter().find(|(name, _)| name.starts_with("bas-4.4.7-02")).unwrap();
    let response = Response::parse(&body).unwrap();
    let confsim_core::wire::cccp::Outcome::GetConference(Some(info)) = &response.result.outcome else {
        panic!("{response:?}")
    };
    assert_eq!(info.version, Some(4));
    assert_eq!(info.users.as_ref().unwrap().users[0].display_text.as_deref(), Some("Alice Gates"));
    let written = response.write();
    assert_eq!(Response::parse(&written), Ok(response));
}
