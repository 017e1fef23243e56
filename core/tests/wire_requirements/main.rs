//! What the documents say about the form of headers and bodies, requirement by requirement: bytes in, bytes out.

mod commands;
mod description;
mod documents;
mod envelopes;
mod meeting_capabilities;
mod meeting_capability_values;
mod members;
mod outline;
mod printed_provisioning;
mod printed_sip;
mod result_lists;
mod results;
mod sip_headers;
mod tolerance;

use std::fs;
use std::path::Path;

use bytes::Bytes;
use confsim_core::wire::cccp::{CccpError, Code, Command, CommandResult, Outcome, Request, Response};
use confsim_core::wire::conference_info::{self, ConferenceInfo};
use confsim_core::wire::sip::{Limits, Message};
use confsim_core::wire::xml::XmlErrorKind;

const ALICE: &str = "sip:alice@contoso.com";
const FACTORY: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:focusfactory";
const FOCUS: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:SDFBSD12";

/// Declarations for documents written by hand, so that they can use the prefixes of the printed ones.
const NAMESPACES: &str = "xmlns=\"urn:ietf:params:xml:ns:cccp\" \
     xmlns:mscp=\"http://schemas.microsoft.com/rtc/2005/08/cccpextensions\" \
     xmlns:ci=\"urn:ietf:params:xml:ns:conference-info\" \
     xmlns:cis=\"urn:ietf:params:xml:ns:conference-info-separator\" \
     xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\" \
     xmlns:msci2=\"http://schemas.microsoft.com/rtc/2008/12/confinfoextensions\" \
     xmlns:msim=\"http://schemas.microsoft.com/rtc/2005/08/imconfinfoextensions\" \
     xmlns:o=\"urn:example:other\"";

/// A printed document: the path below the folder of the documents' messages.
fn printed(path: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data/messages");
    fs::read(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// A printed SIP message. Some bodies were cut in print, so they are taken as they are.
fn message(name: &str) -> Message {
    let mut bytes = Bytes::from(printed(&format!("{name}.sip")));
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_else(|| panic!("{name}")) + 4;
    Message::from_parts(bytes.split_to(end), bytes, Limits::DEFAULT).unwrap()
}

/// A request of alice's to her factory, with this command element.
fn request(command: &str) -> String {
    format!(
        "<request {NAMESPACES} C3PVersion=\"1\" requestId=\"7\" from=\"{ALICE}\" to=\"{FACTORY}\">{command}</request>"
    )
}

/// The factory's response to it, with this result element.
fn response(code: &str, result: &str) -> String {
    format!(
        "<response {NAMESPACES} C3PVersion=\"1\" requestId=\"7\" from=\"{FACTORY}\" to=\"{ALICE}\" \
         code=\"{code}\">{result}</response>"
    )
}

/// The command of a request.
#[track_caller]
fn command(element: &str) -> Command<'static> {
    let document = request(element);
    Request::parse(document.as_bytes())
        .unwrap_or_else(|error| panic!("{element}: {error}"))
        .command
        .into_owned()
}

/// Why a request with this command is refused.
#[track_caller]
fn refused(element: &str) -> XmlErrorKind {
    match Request::parse(request(element).as_bytes()) {
        Err(CccpError::Xml(error)) => error.kind,
        other => panic!("{element}: {other:?}"),
    }
}

/// The result of a successful response.
#[track_caller]
fn result(element: &str) -> CommandResult<'static> {
    let document = response("success", element);
    Response::parse(document.as_bytes())
        .unwrap_or_else(|error| panic!("{element}: {error}"))
        .result
        .into_owned()
}

/// A command as it is written.
fn written(command: Command<'_>) -> Vec<u8> {
    Request { request_id: 7, from: ALICE.into(), to: FACTORY.into(), version: Some(1), command }.write()
}

/// A result as it is written in the answer to some request.
fn answered(code: Code, result: CommandResult<'_>) -> Vec<u8> {
    let command = Command::GetEncryptionKey;
    let request =
        Request { request_id: 7, from: ALICE.into(), to: FACTORY.into(), version: Some(1), command };
    Response::to(&request, code, result).write()
}

/// A successful result as it is written.
fn told(outcome: Outcome<'_>) -> Vec<u8> {
    answered(Code::Success, CommandResult::success(outcome))
}

/// A conference-info document with these attributes beside its entity, and this content.
fn info_document(attributes: &str, content: &str) -> String {
    format!("<ci:conference-info {NAMESPACES} entity=\"{FOCUS}\" {attributes}>{content}</ci:conference-info>")
}

/// That document, read.
#[track_caller]
fn info(attributes: &str, content: &str) -> ConferenceInfo<'static> {
    let document = info_document(attributes, content);
    conference_info::read(document.as_bytes())
        .unwrap_or_else(|error| panic!("{content}: {error}"))
        .into_owned()
}

/// Why that document is refused.
#[track_caller]
fn info_refused(attributes: &str, content: &str) -> XmlErrorKind {
    conference_info::read(info_document(attributes, content).as_bytes()).unwrap_err().kind
}
