//! IMDN, IM capabilities, invitations and provisioning lists: printed documents and hostile ones.

use confsim_core::covers;
use confsim_core::wire::capabilities::{ImCapabilities, MAX_FORMATS, MAX_USER_AGENT};
use confsim_core::wire::conf_invite::{ConfInvite, ImInvite, Medium};
use confsim_core::wire::content_type::MediaType;
use confsim_core::wire::imdn::{Imdn, MAX_ENTRIES, MAX_RECIPIENTS, Recipient};
use confsim_core::wire::provisioning::{Group, Provisioning, ProvisioningQuery};
use confsim_core::wire::sdp::AcceptTypes;
use confsim_core::wire::xml::{XmlError, XmlErrorKind as Kind};

const BOB: &str = "sip:bob@contoso.com;opaque=user:epid:d7NL6_mHNFSL3I1rbITi2gAA;gruu";

/// MS-CONFIM 4.2.1 step 7, without the white space of the page: 230 octets as declared there.
const SUCCESS: &str = "<?xml version=\"1.0\" encoding=\"utf-8\"?><imdn xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" \
                       xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
                       xmlns=\"http://schemas.microsoft.com/rtc/2005/08/imdn\"><message-id>2</message-id></imdn>";

/// MS-CONFIM 4.2.2 step 1, likewise: 485 octets.
fn failure() -> String {
    let recipient = "<recipient uri=\"&lt;sip:bob@contoso.com;opaque=user:epid:d7NL6_mHNFSL3I1rbITi2gAA;gruu&gt;\">\
                     <status>408</status><entry><key>ms-diagnostics</key><value>6001;source=\"C20-OCG.contoso.com\";\
                     reason=\"Request Timeout\";component=\"ImMcu\"</value></entry></recipient>";
    SUCCESS.replace("</imdn>", &format!("{recipient}</imdn>"))
}

fn imdn(content: &str) -> Result<Imdn, XmlError> {
    Imdn::parse(
        format!("<imdn xmlns=\"http://schemas.microsoft.com/rtc/2005/08/imdn\">{content}</imdn>").as_bytes(),
    )
}

/// Where the content starts in what [`imdn`] reads.
const CONTENT: usize = "<imdn xmlns=\"http://schemas.microsoft.com/rtc/2005/08/imdn\">".len();

#[test]
fn an_imdn_of_success_is_the_printed_one() {
    covers!("IM-6-2-a", "IM-6-2-b");
    assert_eq!(SUCCESS.len(), 230);
    let report = Imdn { message_id: 2, recipients: Vec::new() };
    assert_eq!(String::from_utf8(report.write()).unwrap(), SUCCESS);
    assert_eq!(Imdn::parse(SUCCESS.as_bytes()), Ok(report));
}

#[test]
fn an_imdn_of_failure_is_the_printed_one() {
    covers!("IM-2-2-2-e", "IM-2-2-2-f", "IM-2-2-2-h", "IM-6-2-a", "IM-6-2-f", "IM-6-2-d", "IM-6-2-g");
    assert_eq!(failure().len(), 485);
    let report = Imdn { message_id: 2, recipients: vec![Recipient::timed_out(BOB, "C20-OCG.contoso.com")] };
    assert_eq!(String::from_utf8(report.write()).unwrap(), failure());
    assert_eq!(Imdn::parse(failure().as_bytes()), Ok(report));
}

#[test]
fn layout_prefixes_order_and_foreign_elements_do_not_matter() {
    covers!("IM-2-2-2-g", "IM-2-2-2-k", "IM-6-2-b", "IM-6-2-d");
    let document = "<i:imdn xmlns:i=\"http://schemas.microsoft.com/rtc/2005/08/imdn\" xmlns:o=\"urn:other\">\r\n\
                    <o:status>1</o:status> <i:recipient uri=\"a\" o:uri=\"b\"><i:entry><i:value>v</i:value>\
                    <i:key>k</i:key></i:entry><i:status> 200 </i:status><i:later/></i:recipient>\
                    <i:message-id>\n7\n</i:message-id></i:imdn>";
    let recipient = Recipient { uri: "a".into(), status: 200, entries: vec![("k".into(), "v".into())] };
    assert_eq!(Imdn::parse(document.as_bytes()), Ok(Imdn { message_id: 7, recipients: vec![recipient] }));
}

#[test]
fn an_imdn_that_breaks_its_schema_is_refused_at_the_right_place() {
    covers!("IM-2-2-2-f", "IM-6-2-b", "IM-6-2-c", "IM-6-2-d", "IM-6-2-e", "IM-6-2-f", "IM-6-2-g");
    let fails = |content: &str, kind: Kind, offset: usize| {
        let error = imdn(content).unwrap_err();
        assert_eq!((error.kind, error.offset), (kind, CONTENT + offset), "{content}");
    };
    assert_eq!(imdn("").unwrap_err(), Kind::MissingElement("message-id").at(0));
    for id in ["", "x", "-1", "4294967296"] {
        fails(&format!("<message-id>{id}</message-id>"), Kind::InvalidValue("message-id"), 0);
    }
    fails("<message-id>1</message-id><message-id>1</message-id>", Kind::RepeatedElement("message-id"), 26);
    fails("<recipient/>", Kind::MissingAttribute("uri"), 0);
    fails("<recipient uri=\"a\"/>", Kind::MissingElement("status"), 0);
    for status in ["", "99", "700", "65736"] {
        let recipient = format!("<recipient uri=\"a\"><status>{status}</status></recipient>");
        fails(&recipient, Kind::InvalidValue("status"), 19);
    }
    fails("<recipient uri=\"a\"><entry><value/></entry></recipient>", Kind::MissingElement("key"), 19);
    fails("<recipient uri=\"a\"><entry><key/></entry></recipient>", Kind::MissingElement("value"), 19);
    fails("<recipient uri=\"a\"><entry><key/><key/></entry></recipient>", Kind::RepeatedElement("key"), 32);
}

#[test]
fn imdn_bounds_hold() {
    let recipient = "<recipient uri=\"a\"><status>200</status></recipient>";
    let with = |count: usize| imdn(&format!("<message-id>1</message-id>{}", recipient.repeat(count)));
    assert_eq!(with(MAX_RECIPIENTS).unwrap().recipients.len(), MAX_RECIPIENTS);
    assert_eq!(with(MAX_RECIPIENTS + 1).unwrap_err().kind, Kind::TooManyElements);
    let entries = "<entry><key/><value/></entry>".repeat(MAX_ENTRIES + 1);
    let error = imdn(&format!("<recipient uri=\"a\"><status>200</status>{entries}</recipient>")).unwrap_err();
    assert_eq!(error.kind, Kind::TooManyElements);
}

fn capabilities(content: &str) -> Result<ImCapabilities, XmlError> {
    let ns = "http://schemas.microsoft.com/rtc/2005/08/imconfinfoextensions";
    ImCapabilities::parse(
        format!("<msim:endpoint-capabilities xmlns:msim=\"{ns}\">{content}</msim:endpoint-capabilities>")
            .as_bytes(),
    )
}

#[test]
fn printed_capabilities_are_read() {
    covers!("IM-2-2-1-b", "IM-6-1-a", "IM-6-1-b");
    let read = capabilities(
        "<msim:supported-im-formats> text/rtf application/x-ms-ink\r\n image/gif multipart/alternative\r\n\
         application/ms-imdn+xml\r\n</msim:supported-im-formats>\
         <msim:user-agent>UCCP/2.0.6362.0 OC/2.0.6362.0 (Microsoft Office Communicator)</msim:user-agent>",
    )
    .unwrap();
    let formats = "text/rtf application/x-ms-ink image/gif multipart/alternative application/ms-imdn+xml";
    assert_eq!(read.formats.as_ref().unwrap().to_string(), formats);
    assert_eq!(
        read.user_agent.as_deref(),
        Some("UCCP/2.0.6362.0 OC/2.0.6362.0 (Microsoft Office Communicator)")
    );
    let written = String::from_utf8(read.write()).unwrap();
    assert!(written.contains(&format!("<msim:supported-im-formats>{formats}</msim:supported-im-formats>")));
}

#[test]
fn a_client_that_lists_nothing_renders_plain_text() {
    let legacy = ImCapabilities::new(&AcceptTypes::PLAIN_ONLY, Some("LCC/1.3"));
    let written = String::from_utf8(legacy.write()).unwrap();
    assert!(written.contains("<msim:supported-im-formats>text/plain</msim:supported-im-formats>"));
    assert!(written.contains("<msim:user-agent>LCC/1.3</msim:user-agent>"));
}

#[test]
fn capabilities_are_cut_to_what_the_schema_allows() {
    covers!("IM-6-1-c", "IM-6-1-d");
    let long: Vec<MediaType> =
        (0..60).map(|n| MediaType::parse(&format!("application/x-{n:02}")).unwrap()).collect();
    let cut =
        ImCapabilities::new(&AcceptTypes::List(long.clone()), Some(&"\u{e9}".repeat(MAX_USER_AGENT + 1)));
    let Some(AcceptTypes::List(formats)) = &cut.formats else { panic!("{cut:?}") };
    assert!(long.starts_with(formats));
    assert_eq!(formats.len(), (MAX_FORMATS + 1) / "application/x-00 ".len());
    assert_eq!(cut.user_agent.as_ref().unwrap().chars().count(), MAX_USER_AGENT);
    assert_eq!(ImCapabilities::parse(&cut.write()), Ok(cut));
}

#[test]
fn the_last_format_may_end_at_the_limit_but_not_behind_it() {
    covers!("IM-6-1-c");
    let kept = |last: usize| {
        let first = format!("a/{}", "x".repeat(250));
        let list = [first, format!("b/{}", "x".repeat(last))].map(|text| MediaType::parse(&text).unwrap());
        let cut = ImCapabilities::new(&AcceptTypes::List(list.to_vec()), None);
        cut.formats.unwrap().to_string().len()
    };
    assert_eq!(kept(MAX_FORMATS - 252 - 3), MAX_FORMATS);
    assert_eq!(kept(MAX_FORMATS - 252 - 2), 252);
}

#[test]
fn capabilities_beyond_the_schema_are_refused() {
    covers!("IM-6-1-c", "IM-6-1-d", "IM-6-1-e");
    let kind = |content: &str| capabilities(content).unwrap_err().kind;
    let formats = format!("<msim:supported-im-formats>{}</msim:supported-im-formats>", "a/b ".repeat(200));
    assert_eq!(kind(&formats), Kind::InvalidValue("supported-im-formats"));
    assert_eq!(
        kind("<msim:supported-im-formats>rtf</msim:supported-im-formats>"),
        Kind::InvalidValue("supported-im-formats")
    );
    let agent = format!("<msim:user-agent>{}</msim:user-agent>", "a".repeat(MAX_USER_AGENT + 1));
    assert_eq!(kind(&agent), Kind::InvalidValue("user-agent"));
    assert_eq!(kind("<msim:user-agent/><msim:user-agent/>"), Kind::RepeatedElement("user-agent"));
    assert_eq!(capabilities(""), Ok(ImCapabilities { formats: None, user_agent: None }));
}

#[test]
fn the_invitation_of_a_real_trace_is_read() {
    covers!("EX-CWA-0-i");
    let uri = "sip:User1@litwareinc.com;gruu;opaque=app:conf:focus:id:W52Q3KCQXXSHEUZ2M0KVHY1C006F0T5D";
    let body = format!(
        "<Conferencing version=\"2.0\">\r\n  <focus-uri>\r\n\r\n{uri}</focus-uri>\r\n  <subject />\r\n  \
         <im available=\"true\" additional=\"false\">\r\n\t<first-im />\r\n  </im>\r\n</Conferencing>"
    );
    let invite = ConfInvite::parse(body.as_bytes()).unwrap();
    assert_eq!(invite, ConfInvite::new(uri, ""));
    let compact = format!(
        "<Conferencing version=\"2.0\"><focus-uri>{uri}</focus-uri><subject/>\
         <im available=\"true\" additional=\"false\"><first-im/></im></Conferencing>"
    );
    assert_eq!(String::from_utf8(invite.write()).unwrap(), compact);
}

#[test]
fn an_invitation_with_everything_is_read() {
    let body = b"<Conferencing><focus-uri>sip:f@x</focus-uri><subject>a &amp; b</subject><conversation-id> c1\
                 </conversation-id><im available=\"1\"/><audio available=\"true\"/><video/><toll/><meeting/></Conferencing>";
    let expected = ConfInvite {
        focus_uri: "sip:f@x".into(),
        subject: "a & b".into(),
        conversation_id: Some("c1".into()),
        im: Some(ImInvite { available: true, additional: None, first_im: None }),
        media: vec![(Medium::Audio, true), (Medium::Video, false)],
    };
    assert_eq!(ConfInvite::parse(body), Ok(expected));
}

#[test]
fn a_useless_invitation_is_refused() {
    let kind = |body: &str| ConfInvite::parse(body.as_bytes()).unwrap_err().kind;
    assert_eq!(kind("<Conferencing version=\"2.0\"/>"), Kind::MissingElement("focus-uri"));
    assert_eq!(kind("<Conferencing version=\"3.0\"/>"), Kind::InvalidValue("version"));
    assert_eq!(kind("<Conferencing xmlns=\"urn:x\"/>"), Kind::UnexpectedRoot("Conferencing"));
    assert_eq!(
        kind("<Conferencing><focus-uri> </focus-uri></Conferencing>"),
        Kind::InvalidValue("focus-uri")
    );
    assert_eq!(
        kind("<Conferencing><focus-uri>a b</focus-uri></Conferencing>"),
        Kind::InvalidValue("focus-uri")
    );
    assert_eq!(kind("<Conferencing><audio/><audio/></Conferencing>"), Kind::RepeatedElement("audio"));
    assert_eq!(kind("<Conferencing><im available=\"yes\"/></Conferencing>"), Kind::InvalidValue("available"));
    assert_eq!(kind("<Conferencing><im/><im/></Conferencing>"), Kind::RepeatedElement("im"));
}

#[test]
fn a_sign_in_query_is_read_and_answered() {
    let query = "<provisioningGroupList xmlns=\"http://schemas.microsoft.com/2006/09/sip/provisioninggrouplist\">\
                 <provisioningGroup name=\"ServerConfiguration\"/><provisioningGroup name=\"meetingPolicy\"/>\
                 </provisioningGroupList>";
    let read = ProvisioningQuery::parse(query.as_bytes()).unwrap();
    assert_eq!(read.groups, ["ServerConfiguration", "meetingPolicy"]);
    assert_eq!(String::from_utf8(read.write()).unwrap(), query);
    let uri = "sip:alice@contoso.com;gruu;opaque=app:conf:focusfactory";
    let answer = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <provisionGroupList xmlns=\"http://schemas.microsoft.com/2006/09/sip/provisiongrouplist\">\
         <provisionGroup name=\"ServerConfiguration\"><focusFactoryUri>{uri}</focusFactoryUri></provisionGroup>\
         </provisionGroupList>"
    );
    assert_eq!(String::from_utf8(Provisioning::focus_factory(uri).write()).unwrap(), answer);
    assert_eq!(Provisioning::parse(answer.as_bytes()), Ok(Provisioning::focus_factory(uri)));
}

#[test]
fn settings_nobody_knows_are_skipped() {
    let body = b"<provisionGroupList><provisionGroup name=\"a\"><x><property name=\"n\">v</property></x>\
                 <property name=\"p\">q</property></provisionGroup><other/></provisionGroupList>";
    let group =
        Group { name: "a".into(), focus_factory_uri: None, properties: vec![("p".into(), "q".into())] };
    assert_eq!(Provisioning::parse(body), Ok(Provisioning { groups: vec![group] }));
    let kind = |body: &str| Provisioning::parse(body.as_bytes()).unwrap_err().kind;
    assert_eq!(
        kind("<provisionGroupList><provisionGroup/></provisionGroupList>"),
        Kind::MissingAttribute("name")
    );
    assert_eq!(kind("<provisioningGroupList/>"), Kind::UnexpectedRoot("provisionGroupList"));
}

#[test]
fn hostile_documents_are_answered_by_every_reader() {
    let deep = "<a>".repeat(100_000);
    let laughs = "<!DOCTYPE imdn [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><imdn>&b;</imdn>";
    let long = format!("<imdn a=\"{}\"/>", "x".repeat(1_000_000));
    for document in
        ["", "x", "<", "<imdn", "<imdn>", "<imdn>&x;</imdn>", "<imdn>\0</imdn>", &deep, laughs, &long]
    {
        let document = document.as_bytes();
        assert!(Imdn::parse(document).is_err());
        assert!(ImCapabilities::parse(document).is_err());
        assert!(ConfInvite::parse(document).is_err());
        assert!(ProvisioningQuery::parse(document).is_err());
        assert!(Provisioning::parse(document).is_err());
    }
    let failure = failure();
    for end in 0..failure.len() {
        let error = Imdn::parse(&failure.as_bytes()[..end]).unwrap_err();
        assert!(error.offset <= end);
    }
}
