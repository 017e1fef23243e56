//! `request` and `response` (MS-CONFPRO 2.2.2, 2.2.3).

use confsim_core::covers;
use confsim_core::wire::cccp::{
    CccpError, Code, Command, CommandKind, CommandResult, Outcome, Request, Response,
};
use confsim_core::wire::xml::XmlErrorKind as Kind;

use super::outline::is;
use super::{ALICE, FACTORY, answered, request, response, written};

/// A request without its command, changed once.
fn changed(from: &str, to: &str) -> Result<(), Kind> {
    let document = request("<getEncryptionKey/>");
    assert!(document.contains(from), "{from}");
    match Request::parse(document.replace(from, to).as_bytes()) {
        Ok(_) => Ok(()),
        Err(CccpError::Xml(error)) => Err(error.kind),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_request_is_what_its_root_and_attributes_make_it() {
    covers!("PRO-2-2-2-a", "PRO-2-2-2-b", "PRO-2-2-2-c", "PRO-2-2-2-e");
    assert_eq!(changed("requestId", "requestId"), Ok(()));
    // Root and namespace.
    let document =
        request("<getEncryptionKey/>").replace("<request ", "<ask ").replace("</request>", "</ask>");
    let error = Request::parse(document.as_bytes()).unwrap_err();
    assert!(matches!(error, CccpError::Xml(error) if error.kind == Kind::UnexpectedRoot("request")));
    assert_eq!(
        changed("urn:ietf:params:xml:ns:cccp\"", "urn:example\""),
        Err(Kind::UnexpectedRoot("request"))
    );
    // Attributes are in no namespace: one that is in the envelope's own is another attribute.
    for (attribute, name) in [("requestId", "requestId"), ("from", "from"), ("to", "to")] {
        let plain = format!(" {attribute}=\"");
        let qualified = format!(" mscp:{attribute}=\"");
        assert_eq!(changed(&plain, &qualified), Err(Kind::MissingAttribute(name)));
    }
    for id in ["0", "00", "18446744073709551615"] {
        assert_eq!(changed("requestId=\"7\"", &format!("requestId=\"{id}\"")), Ok(()), "{id}");
    }
    for id in ["", "-1", "1.5", "one", "18446744073709551616"] {
        let invalid = Err(Kind::InvalidValue("requestId"));
        assert_eq!(changed("requestId=\"7\"", &format!("requestId=\"{id}\"")), invalid, "{id}");
    }
    assert_eq!(changed("C3PVersion=\"1\" ", ""), Ok(()));
    assert_eq!(changed("C3PVersion=\"1\"", "C3PVersion=\"one\""), Err(Kind::InvalidValue("C3PVersion")));
}

#[test]
fn a_request_is_written_as_the_document_has_it() {
    covers!("PRO-2-2-2-a", "PRO-2-2-2-b", "PRO-2-2-2-c", "PRO-2-2-2-i", "PRO-2-2-2-6-b");
    is(
        written(Command::GetEncryptionKey),
        "request",
        &format!("cccp:request C3PVersion=1 from={ALICE} requestId=7 to={FACTORY}\n  cccp:getEncryptionKey"),
    );
}

/// Every element name of 2.2.2, and that of the commands a focus takes.
const COMMANDS: [(&str, CommandKind); 8] = [
    ("addConference", CommandKind::AddConference),
    ("modifyConference", CommandKind::ModifyConference),
    ("deleteConference", CommandKind::DeleteConference),
    ("getConference", CommandKind::GetConference),
    ("getConferences", CommandKind::GetConferences),
    ("getEncryptionKey", CommandKind::GetEncryptionKey),
    ("getAvailableMcuTypes", CommandKind::GetAvailableMcuTypes),
    ("getConferencingCapabilities", CommandKind::GetConferencingCapabilities),
];

#[test]
fn the_only_child_says_what_is_asked_and_answered() {
    covers!("PRO-2-2-2-j", "PRO-2-2-2-i", "PRO-2-2-3-j", "PRO-2-2-2-b", "PRO-2-2-3-b");
    for (name, kind) in COMMANDS {
        let content = "<conferenceKeys msci:conference-id=\"A\"/><ci:conference-info entity=\"\"/>";
        let element = format!("<{name}>{content}</{name}>");
        assert_eq!(super::command(&element).kind(), Some(kind));
        assert_eq!(super::result(&format!("<{name}/>")).outcome.kind(), Some(kind));
        // The same name in another namespace is another command.
        let foreign = format!("<o:{name}/>");
        assert_eq!(super::command(&foreign).kind(), None, "{name}");
        assert_eq!(super::result(&foreign).outcome.kind(), None, "{name}");
        // Case matters.
        let upper = format!("<{}/>", name.to_uppercase());
        assert_eq!(super::command(&upper).kind(), None, "{name}");
    }
    let two = response("success", "<getEncryptionKey/><getEncryptionKey/>");
    assert!(matches!(Response::parse(two.as_bytes()), Err(CccpError::SeveralCommands { .. })));
    let none = response("success", "");
    assert!(matches!(Response::parse(none.as_bytes()), Err(CccpError::NoCommand { .. })));
}

#[test]
fn a_response_goes_back_with_the_id_of_the_request() {
    covers!(
        "PRO-2-2-3-a",
        "PRO-2-2-3-b",
        "PRO-2-2-3-c",
        "PRO-2-2-3-e",
        "PRO-2-2-3-f",
        "PRO-2-2-3-g",
        "PRO-2-2-3-i"
    );
    let asked = request("<getConferences/>").replace("requestId=\"7\"", "requestId=\"161651504\"");
    let asked = Request::parse(asked.as_bytes()).unwrap();
    let result = CommandResult::success(Outcome::nothing(CommandKind::GetConferences));
    let expected = format!(
        "cccp:response C3PVersion=1 code=success from={FACTORY} requestId=161651504 to={ALICE}\n  cccp:getConferences"
    );
    is(Response::to(&asked, Code::Success, result).write(), "response", &expected);
}

#[test]
fn a_response_says_success_pending_or_failure() {
    covers!("PRO-2-2-3-h", "PRO-2-2-3-a", "PRO-2-2-3-c", "PRO-2-2-3-i");
    for (text, code) in [("success", Code::Success), ("failure", Code::Failure), ("pending", Code::Pending)] {
        let read = response(text, "<getConferences/>");
        assert_eq!(Response::parse(read.as_bytes()).unwrap().code, code);
        let result = CommandResult::success(Outcome::nothing(CommandKind::GetConferences));
        let document = String::from_utf8(answered(code, result)).unwrap();
        assert!(document.contains(&format!(" code=\"{text}\"")), "{document}");
    }
    let kind = |from: &str, to: &str| {
        let document = response("success", "<getConferences/>").replace(from, to);
        match Response::parse(document.as_bytes()) {
            Err(CccpError::Xml(error)) => error.kind,
            other => panic!("{other:?}"),
        }
    };
    for code in ["", "Success", "ok", "200"] {
        assert_eq!(kind("code=\"success\"", &format!("code=\"{code}\"")), Kind::InvalidValue("code"));
    }
    assert_eq!(kind("code=\"success\"", ""), Kind::MissingAttribute("code"));
    assert_eq!(kind("code=\"success\"", "o:code=\"success\""), Kind::MissingAttribute("code"));
    assert_eq!(kind("requestId=\"7\"", ""), Kind::MissingAttribute("requestId"));
    assert_eq!(kind("C3PVersion=\"1\"", "C3PVersion=\"x\""), Kind::InvalidValue("C3PVersion"));
    let other = response("success", "<getConferences/>").replace("<response ", "<answer ");
    let error = Response::parse(other.replace("</response>", "</answer>").as_bytes()).unwrap_err();
    assert!(matches!(error, CccpError::Xml(error) if error.kind == Kind::UnexpectedRoot("response")));
}
