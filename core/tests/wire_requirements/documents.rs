//! Delivery reports, capabilities and calls as MS-CONFIM has them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use confsim_core::covers;
use confsim_core::wire::capabilities::ImCapabilities;
use confsim_core::wire::cccp::{AddUser, Command, ConferenceKeys, Request};
use confsim_core::wire::conference_info::{
    self, ClientInfo, Endpoint, JoiningMethod, Media, MediaStatus, Role, User,
};
use confsim_core::wire::content_type::{ContentType, MediaType};
use confsim_core::wire::imdn::{Imdn, Recipient};
use confsim_core::wire::multipart::Multipart;
use confsim_core::wire::sdp::AcceptTypes;

use super::outline::{is, outline};
use super::{info, message, printed};

const BOB: &str = "sip:bob@contoso.com;opaque=user:epid:d7NL6_mHNFSL3I1rbITi2gAA;gruu";

#[test]
fn a_report_lists_outcomes_in_its_own_namespace() {
    covers!(
        "IM-2-2-2-e",
        "IM-2-2-2-f",
        "IM-2-2-2-g",
        "IM-2-2-2-h",
        "IM-2-2-2-k",
        "IM-6-2-a",
        "IM-6-2-b",
        "IM-6-2-d",
        "IM-6-2-f",
        "IM-6-2-g",
    );
    let reached = Recipient { uri: "<sip:carol@contoso.com>".to_owned(), status: 200, entries: Vec::new() };
    let report =
        Imdn { message_id: 2, recipients: vec![Recipient::timed_out(BOB, "server.microsoft.com"), reached] };
    is(
        report.write(),
        "imdn",
        "
        imdn:imdn
          imdn:message-id : 2
          imdn:recipient uri=<sip:bob@contoso.com;opaque=user:epid:d7NL6_mHNFSL3I1rbITi2gAA;gruu>
            imdn:status : 408
            imdn:entry
              imdn:key : ms-diagnostics
              imdn:value : 6001;source=\"server.microsoft.com\";reason=\"Request Timeout\";component=\"ImMcu\"
          imdn:recipient uri=<sip:carol@contoso.com>
            imdn:status : 200
    ",
    );
    let example = printed("fragments/im-2.2.2-imdn-example.xml");
    let read = Imdn::parse(&example).unwrap();
    assert_eq!(read.recipients, report.recipients[..1]);
    assert_eq!(outline(read.write(), "imdn"), outline(&example, "imdn"));
}

#[test]
fn what_an_endpoint_renders_is_said_in_two_elements_of_one_name() {
    covers!("EX-IM-2-2-1-a", "IM-2-2-1-b", "IM-6-1-a", "IM-6-1-b", "IM-6-1-e");
    let example = String::from_utf8(printed("fragments/im-2.2.1-endpoint-example.xml")).unwrap();
    let example =
        example.replacen("<endpoint ", "<endpoint xmlns=\"urn:ietf:params:xml:ns:conference-info\" ", 1);
    let read = info(
        "",
        &format!("<ci:users><ci:user entity=\"sip:alice@contoso.com\">{example}</ci:user></ci:users>"),
    );
    let expected = "
        msci:endpoint-capabilities
          msim:endpoint-capabilities
            msim:supported-im-formats : text/rtf application/x-ms-ink image/gif multipart/alternative application/ms-imdn+xml
            msim:user-agent : UCCP/2.0.6362.0 OC/2.0.6362.0 (Microsoft Office Communicator)
    ";
    is(conference_info::write(&read), "endpoint-capabilities", expected);
    // The same element alone.
    let alone = ImCapabilities {
        formats: AcceptTypes::parse(
            "text/rtf application/x-ms-ink image/gif multipart/alternative application/ms-imdn+xml",
        )
        .ok(),
        user_agent: Some("LCC/1.3".to_owned()),
    };
    is(alone.write(), "endpoint-capabilities", "
        msim:endpoint-capabilities
          msim:supported-im-formats : text/rtf application/x-ms-ink image/gif multipart/alternative application/ms-imdn+xml
          msim:user-agent : LCC/1.3
    ");
    // Attributes are in no namespace, elements in theirs, others are skipped.
    let ns = "http://schemas.microsoft.com/rtc/2005/08/imconfinfoextensions";
    let document = format!(
        "<e:endpoint-capabilities xmlns:e=\"{ns}\" e:user-agent=\"x\"><user-agent>y</user-agent>\
         <e:user-agent>LCC/1.3</e:user-agent><o:more xmlns:o=\"urn:o\"/></e:endpoint-capabilities>"
    );
    let expected = ImCapabilities { formats: None, user_agent: Some("LCC/1.3".to_owned()) };
    assert_eq!(ImCapabilities::parse(document.as_bytes()), Ok(expected));
    assert!(ImCapabilities::parse(document.replace(ns, "urn:other").as_bytes()).is_err());
}

#[test]
fn the_limits_of_the_schema_count_characters() {
    covers!("IM-6-1-c", "IM-6-1-d");
    let read = |name: &str, text: &str| {
        let ns = "http://schemas.microsoft.com/rtc/2005/08/imconfinfoextensions";
        let document =
            format!("<endpoint-capabilities xmlns=\"{ns}\"><{name}>{text}</{name}></endpoint-capabilities>");
        ImCapabilities::parse(document.as_bytes()).is_ok()
    };
    let formats = |length: usize| format!("text/rtf{}", " ".repeat(length - 8));
    assert!(read("supported-im-formats", &formats(512)) && !read("supported-im-formats", &formats(513)));
    // Two octets each.
    assert!(read("user-agent", &"\u{e9}".repeat(128)) && !read("user-agent", &"\u{e9}".repeat(129)));
    // What is written of a client that says more than that.
    let list: String = (100..200).map(|number| format!("image/x-{number} ")).collect();
    let all = AcceptTypes::List(
        (100..150).filter_map(|n| MediaType::parse(&format!("image/x-{n}")).ok()).collect(),
    );
    let written = String::from_utf8(ImCapabilities::new(&all, Some(&"a".repeat(200))).write()).unwrap();
    // 42 formats of 11 characters with 41 blanks between them, not 43.
    let (_, kept) = written.split_once("supported-im-formats>").unwrap();
    assert_eq!(kept.split_once('<').unwrap().0, list[..42 * 12].trim_end());
    assert!(written.contains(&format!(">{}<", "a".repeat(128))));
}

#[test]
fn only_elements_of_its_namespace_make_a_report() {
    covers!("IM-6-2-a", "IM-6-2-b", "IM-6-2-d");
    let ns = "http://schemas.microsoft.com/rtc/2005/08/imdn";
    let read = |content: &str| {
        let document = format!("<imdn xmlns=\"{ns}\" xmlns:o=\"urn:example:other\">{content}</imdn>");
        Imdn::parse(document.as_bytes())
    };
    let foreign = "<o:message-id>9</o:message-id><o:recipient/>";
    assert_eq!(
        read(&format!("<message-id>2</message-id>{foreign}")),
        Ok(Imdn { message_id: 2, recipients: Vec::new() })
    );
    assert!(read(foreign).is_err());
    let status = "<recipient uri=\"a\"><o:status>404</o:status></recipient>";
    assert!(read(&format!("<message-id>2</message-id>{status}")).is_err());
    let entry = "<recipient uri=\"a\"><status>404</status><entry><key>k</key><o:value>v</o:value></entry></recipient>";
    assert!(read(&format!("<message-id>2</message-id>{entry}")).is_err());
    assert!(Imdn::parse(b"<imdn><message-id>2</message-id></imdn>").is_err());
}

/// How MS-CONFIM 4.1.2 has somebody called.
fn dial_out() -> Command<'static> {
    let chat = Media {
        id: "chat".into(),
        kind: Some("chat".into()),
        status: Some(MediaStatus::SendRecv),
        ..Media::default()
    };
    let conversation = ClientInfo {
        conversation_id: Some("AchaQv/0bJhX+yoHQQG10Q2rtna75Q==".into()),
        ..ClientInfo::default()
    };
    let endpoint = Endpoint {
        entity: "{6CD05EA1-25CD-44A5-AAF2-9DA093F5A638}".into(),
        refer_to_uri: Some(
            "sip:leslie@fabrikam.com?ms-conversation-id=AchaQv%2F0bJhX%2ByoHQQG10Q2rtna75Q%3D%3D".into(),
        ),
        joining_method: Some(JoiningMethod::DialedOut),
        media: vec![chat],
        client_info: Some(conversation),
        ..Endpoint::default()
    };
    let user = User {
        entity: "sip:leslie@fabrikam.com".into(),
        roles: vec![Role::Attendee],
        endpoints: vec![endpoint],
        ..User::default()
    };
    let id = "DA8B6C8FE7CAA44F821DA2ADE7C35539";
    let uri = |kind: &str| format!("sip:alice@contoso.com;gruu;opaque=app:conf:{kind}:id:{id}");
    Command::AddUser(AddUser {
        mcu_uri: Some(uri("chat").into()),
        keys: ConferenceKeys::entity(uri("focus")),
        user: Box::new(user),
    })
}

#[test]
fn a_call_is_asked_for_as_printed() {
    covers!("EX-IM-4-1-2-a");
    let document = printed("xml/im-4.1.2-01-INFO-alice-focus.xml");
    let read = Request::parse(&document).unwrap();
    assert_eq!(read.command, dial_out());
    let written = Request { command: dial_out(), ..read }.write();
    assert_eq!(outline(written, "request"), outline(&document, "request"));
}

#[test]
fn a_client_tells_others_of_its_font() {
    covers!("EX-IM-4-2-1-b");
    let said = message("im-4.2.1-01-MESSAGE-alice-immcu");
    let content_type = ContentType::parse(said.content_type().unwrap()).unwrap();
    let parts = Multipart::parse(&content_type, said.body()).unwrap();
    let plain = parts.part(&MediaType::TEXT_PLAIN).unwrap().content_type().unwrap().into_owned();
    let format = STANDARD_NO_PAD.decode(plain.msgr().unwrap()).unwrap();
    let units: Vec<u16> = format.chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    let format = String::from_utf16(&units).unwrap();
    assert_eq!(format, "X-MMS-IM-Format: FN=MS%20Shell%20Dlg%202; EF=; CO=0; CS=0; PF=0\n\r\n\r");
    assert_eq!(plain.charset(), Some("UTF-8"));
}
