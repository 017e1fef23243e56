//! The messages of MS-CONFPRO section 4 beside what the named scenarios say in their place.

use std::fs;

use bytes::Bytes;
use confsim::node::Peer;
use confsim::scenario::named;
use confsim::trace::{Keep, Record, Role};
use confsim::world::event::run_with;
use confsim_core::covers;
use confsim_core::node::Summary;
use confsim_core::wire::cccp;
use confsim_core::wire::sip::{Message, Method, Name};

use super::body;
use super::exceptions::Exceptions;
use super::printed::data;

/// A printed message, and the simulated one that is to say the same: in which scenario, the command, the status
/// code for a response, and how many such ones come before.
struct Row {
    file: &'static str,
    scenario: &'static str,
    command: &'static str,
    code: Option<u16>,
    before: usize,
}

const fn asks(file: &'static str, scenario: &'static str, command: &'static str, before: usize) -> Row {
    Row { file, scenario, command, code: None, before }
}

const fn tells(
    file: &'static str,
    scenario: &'static str,
    command: &'static str,
    code: u16,
    before: usize,
) -> Row {
    Row { file, scenario, command, code: Some(code), before }
}

const ROWS: [Row; 25] = [
    asks("pro-4.1-01-SERVICE-addConference-alice-factory.sip", "provision-create", "addConference", 0),
    tells("pro-4.1-02-200-addConference-factory-alice.sip", "provision-create", "addConference", 200, 0),
    tells("pro-4.1-03-403-addConference-factory-alice.sip", "provision-create", "addConference", 403, 0),
    asks("fragments/pro-4.1-04-addConference-static-request.xml", "provision-list", "addConference", 2),
    asks("pro-4.2-01-SERVICE-modifyConference-alice-factory.sip", "provision-modify", "modifyConference", 0),
    asks("pro-4.2-02-SERVICE-modifyConference-alice-factory.sip", "provision-modify", "modifyConference", 1),
    tells(
        "pro-4.2-03-200-modifyConference-factory-alice.sip",
        "provision-modify",
        "modifyConference",
        200,
        0,
    ),
    tells(
        "pro-4.2-04-400-modifyConference-factory-alice.sip",
        "provision-modify",
        "modifyConference",
        400,
        0,
    ),
    asks("pro-4.3-01-SERVICE-deleteConference-alice-factory.sip", "provision-delete", "deleteConference", 0),
    tells(
        "pro-4.3-02-200-deleteConference-factory-alice.sip",
        "provision-delete",
        "deleteConference",
        200,
        0,
    ),
    tells(
        "pro-4.3-03-404-deleteConference-factory-alice.sip",
        "provision-delete",
        "deleteConference",
        404,
        0,
    ),
    asks("pro-4.4-01-SERVICE-getConferences-alice-factory.sip", "provision-list", "getConferences", 1),
    tells("pro-4.4-02-200-getConferences-factory-alice.sip", "provision-list", "getConferences", 200, 1),
    asks("fragments/pro-4.4-03-getConferences-static-request.xml", "provision-list", "getConferences", 2),
    tells(
        "fragments/pro-4.4-04-getConferences-static-response.xml",
        "provision-list",
        "getConferences",
        200,
        2,
    ),
    asks("pro-4.5-01-SERVICE-getConference-alice-factory.sip", "provision-get", "getConference", 1),
    tells("pro-4.5-02-200-getConference-factory-alice.sip", "provision-get", "getConference", 200, 1),
    asks(
        "pro-4.6-01-SERVICE-getEncryptionKey-alice-factory.sip",
        "provision-passcode",
        "getEncryptionKey",
        0,
    ),
    tells(
        "pro-4.6-02-200-getEncryptionKey-factory-alice.sip",
        "provision-passcode",
        "getEncryptionKey",
        200,
        0,
    ),
    asks(
        "pro-4.7-01-SERVICE-getAvailableMcuTypes-alice-factory.sip",
        "provision-capabilities",
        "getAvailableMcuTypes",
        0,
    ),
    tells(
        "pro-4.7-02-200-getAvailableMcuTypes-factory-alice.sip",
        "provision-capabilities",
        "getAvailableMcuTypes",
        200,
        0,
    ),
    asks(
        "pro-4.8-01-SERVICE-getConferencingCapabilities-alice-factory.sip",
        "provision-capabilities",
        "getConferencingCapabilities",
        0,
    ),
    tells(
        "xml-fixed/pro-4.8-02-200-getConferencingCapabilities-factory-alice.xml",
        "provision-capabilities",
        "getConferencingCapabilities",
        200,
        0,
    ),
    tells(
        "xml-fixed/pro-4.8-04-200-getConferencingCapabilities-factory-alice.xml",
        "provision-capabilities",
        "getConferencingCapabilities",
        200,
        0,
    ),
    asks("pro-4.9-01-SERVICE-addConference-bob-factory.sip", "provision-delegate", "addConference", 0),
];

#[test]
fn every_message_of_provisioning_matches_the_documents() {
    let mut exceptions = Exceptions::read();
    let mut differences = Vec::new();
    for row in &ROWS {
        let printed = printed(row.file);
        let simulated = simulated(row);
        if let (Some(want), Some(have)) = (printed.code(), simulated.code())
            && want != have
        {
            differences.push(format!("{}: printed {want}, simulated {have}", row.file));
        }
        for difference in body::differences((&printed, 0), (&simulated, 0)) {
            if !exceptions.body(row.scenario, &difference) {
                differences.push(format!("{}: {}: {difference}", row.scenario, row.file));
            }
        }
    }
    differences.extend(exceptions.unused(|flow| flow.starts_with("provision-")));
    assert!(differences.is_empty(), "\n{}\n", differences.join("\n"));
}

#[test]
fn every_printed_message_has_its_row() {
    let index = fs::read_to_string(data().join("messages/INDEX.tsv")).expect("the index");
    for file in
        index.lines().filter_map(|row| row.split('\t').next()).filter(|file| file.starts_with("pro-4"))
    {
        let number: Vec<&str> = file.split('-').take(3).collect();
        let number = number.join("-");
        let found = ROWS.iter().any(|row| row.file.contains(&number));
        // The requests of 4.8 are one request three times, and its last response adds numbers to the second.
        let repeats = ["pro-4.8-03", "pro-4.8-05", "pro-4.8-06"].contains(&number.as_str());
        assert!(found != repeats, "{file}");
    }
}

/// A delegated request differs from the organizer's own in who sends it, and in saying for whom.
#[test]
fn a_delegate_says_for_whom() {
    covers!("EX-PRO-4-9-a");
    let row = ROWS.iter().rfind(|row| row.scenario == "provision-delegate").expect("there is one");
    for message in [printed(row.file), simulated(row)] {
        let uri = message.request_uri().expect("a URI");
        assert_eq!(
            (uri.address().as_str(), uri.opaque()),
            ("sip:alice@contoso.com", Some("app:conf:focusfactory"))
        );
        let named = message.on_behalf_of().expect("an address").map(|named| named.uri.address());
        assert_eq!(named.as_deref(), Some("sip:alice@contoso.com"));
        assert_eq!(message.from().expect("From").uri.address(), "sip:bob@contoso.com");
    }
}

/// A printed message; what is printed as XML only gets a head, and a root where it is a fragment.
fn printed(file: &str) -> Message {
    let bytes = fs::read(data().join("messages").join(file)).expect("a file");
    let bytes =
        if file.ends_with(".sip") { bytes } else { with_head(&String::from_utf8(bytes).expect("text")) };
    let (message, _) = Message::parse_datagram(Bytes::from(bytes)).expect("SIP");
    message
}

fn with_head(body: &str) -> Vec<u8> {
    let (from, to) = ("sip:alice@contoso.com", "sip:alice@contoso.com;gruu;opaque=app:conf:focusfactory");
    let root = |name: &str, from: &str, to: &str, more: &str| {
        format!(
            "<{name} xmlns=\"urn:ietf:params:xml:ns:cccp\" C3PVersion=\"1\" requestId=\"1\" from=\"{from}\" \
             to=\"{to}\"{more}>{body}</{name}>"
        )
    };
    let body = match body.split_whitespace().next() {
        Some("<addConference>") => root("request", from, to, ""),
        // The id of its static meeting is made as long as one that a client draws.
        Some("<getConferences") => {
            root("response", to, from, " code=\"success\"").replace("I5TQBR7J", &"0".repeat(32))
        }
        _ => body.to_owned(),
    };
    let start = if body.contains("<response") { "SIP/2.0 200 OK" } else { "SERVICE sip:x SIP/2.0" };
    format!("{start}\r\nContent-Type: application/cccp+xml\r\n\r\n{body}").into_bytes()
}

/// The message that a scenario has in the place of a printed one.
fn simulated(row: &Row) -> Message {
    let scenario = named(row.scenario).expect("a named scenario").scenario().expect("a valid scenario");
    let outcome = run_with(&scenario, 1, Keep::All, &mut [], Peer::new);
    assert_eq!(outcome.broken, None);
    let at_the_end = if row.code.is_none() { Role::Factory } else { Role::Client };
    let fits = |record: &Record| match record {
        Record::Heard(heard) => {
            let code = match heard.message.summary() {
                Summary::Request(Method::Service) => None,
                Summary::Response(code, Method::Service) => Some(code),
                _ => return None,
            };
            let here = heard.to.role() == at_the_end && heard.message.header(Name::PoolLink).is_none();
            let says = here && code == row.code && command(&heard.message).as_deref() == Some(row.command);
            says.then(|| Message::clone(&heard.message))
        }
        _ => None,
    };
    let found = outcome.trace.records().filter_map(|(_, record)| fits(record)).nth(row.before);
    found.unwrap_or_else(|| panic!("{}: no {} in the place of {}", row.scenario, row.command, row.file))
}

fn command(message: &Message) -> Option<String> {
    let kind = match cccp::Request::parse(message.body()) {
        Ok(request) => request.command.kind(),
        Err(_) => cccp::Response::parse(message.body()).ok()?.result.outcome.kind(),
    };
    kind.map(|kind| kind.as_str().to_owned())
}
