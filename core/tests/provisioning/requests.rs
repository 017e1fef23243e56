//! The form of requests.

use confsim_core::client::{Action, Command, Event, Plan};
use confsim_core::covers;
use confsim_core::wire::cccp::{Command as C3p, Outcome};
use confsim_core::wire::conference_info::State;
use confsim_core::wire::sip::Name;

use crate::common::{Sent, only};
use crate::stage::{BOB, CONN, ID, Stage, c3p, conference, name, plan};

const FACTORY: &str = "sip:bob@contoso.com;gruu;opaque=app:conf:focusfactory";

#[test]
fn a_request_says_who_asks_whom() {
    covers!(
        "PRO-1-5-a",
        "PRO-2-2-a",
        "PRO-2-2-j",
        "PRO-2-2-k",
        "PRO-2-2-n",
        "PRO-2-2-o",
        "PRO-2-2-p",
        "PRO-2-2-q",
        "PRO-2-2-1-a",
        "PRO-2-2-1-b",
        "PRO-2-2-1-c",
        "PRO-2-2-1-1-b",
        "PRO-2-2-2-a",
        "PRO-2-2-2-b",
        "PRO-2-2-2-c",
        "PRO-2-2-2-d",
        "PRO-2-2-2-e",
        "PRO-2-2-2-f",
        "PRO-2-2-2-g",
        "PRO-2-2-2-h",
        "PRO-2-2-2-i",
        "PRO-2-2-2-1-a",
        "PRO-2-2-2-1-b",
        "PRO-2-2-2-1-c",
        "PRO-2-2-2-1-d",
        "PRO-2-2-2-1-e",
        "PRO-2-2-2-1-f",
        "PRO-2-2-2-1-i",
        "PRO-3-1-3-a",
        "PRO-3-1-4-1-a",
        "PRO-3-1-4-1-b",
        "PRO-3-1-5-3-b",
        "PRO-3-1-7-1-a",
        "PRO-2-2-g",
        "PRO-2-2-1-4-d",
    );
    let mut stage = Stage::new();
    let sent = only(stage.bench.command(Command::Create { subject: "Lunch".into() }));
    assert_eq!(sent.start(), format!("SERVICE {FACTORY} SIP/2.0"));
    assert_eq!(sent.header(Name::To), format!("<{FACTORY}>"));
    assert!(sent.header(Name::From).starts_with("<sip:bob@contoso.com>;"), "{sent:?}");
    assert_eq!(sent.header(Name::ContentType), "application/cccp+xml");
    assert_eq!(sent.message.require().count(), 0);
    assert_eq!(sent.message.header(Name::PSessionOnBehalfOf), None);

    let document = roxmltree::Document::parse(sent.body()).expect("XML");
    let root = document.root_element();
    assert_eq!(
        (root.tag_name().name(), root.tag_name().namespace()),
        ("request", Some("urn:ietf:params:xml:ns:cccp"))
    );
    assert_eq!(root.children().count(), 1);
    let request = c3p(&sent);
    assert_eq!((&*request.from, &*request.to, request.version), (BOB, FACTORY, Some(1)));
    let C3p::AddConference(info) = request.command else { panic!("{request:?}") };
    assert_eq!((&*info.entity, info.state, info.version, info.is_static), ("", None, None, None));
    let description = info.description.expect("a description");
    assert_eq!(description.subject.as_deref(), Some("Lunch"));
    assert_eq!((description.conference_key, description.server_mode), (None, None));
    let id = description.conference_id.expect("an id");
    assert!((8..=32).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{id}");

    // The next one has another requestId and makes another conference.
    let second = only(stage.bench.command(Command::Create { subject: String::new() }));
    assert_ne!(c3p(&second).request_id, request.request_id);
    let C3p::AddConference(info) = c3p(&second).command else { panic!() };
    assert_ne!(info.description.expect("a description").conference_id, Some(id));

    stage.succeed(&second, Outcome::AddConference(Some(conference(State::Partial, 1))));
    let uri = format!("{BOB};gruu;opaque=app:conf:focus:id:{ID}");
    assert_eq!(stage.bench.seen(), [Event::Created { conference: uri.into() }]);
}

#[test]
fn each_wish_is_a_command() {
    covers!(
        "PRO-2-2-2-2-a",
        "PRO-2-2-2-3-a",
        "PRO-2-2-2-3-b",
        "PRO-2-2-2-3-c",
        "PRO-2-2-2-3-d",
        "PRO-2-2-2-3-e",
        "PRO-2-2-2-4-a",
        "PRO-2-2-2-4-b",
        "PRO-2-2-2-5-a",
        "PRO-2-2-2-5-b",
        "PRO-2-2-2-6-b",
        "PRO-2-2-2-7-a",
        "PRO-2-2-2-7-b",
        "PRO-2-2-2-8-a",
        "PRO-2-2-2-8-b",
        "PRO-2-2-2-8-c",
        "PRO-3-1-4-3-a",
        "PRO-3-1-4-3-b",
        "PRO-3-1-4-4-a",
        "PRO-3-1-4-4-b",
        "PRO-3-1-4-5-b",
        "PRO-3-1-4-6-a",
        "PRO-3-1-4-7-b",
        "PRO-3-1-4-8-a",
        "PRO-3-1-4-8-b",
        "PRO-1-7-a",
    );
    let id = || ID.to_owned();
    for (action, command) in [
        (
            Action::Delete { id: id(), is_static: false },
            format!("<deleteConference><conferenceKeys msci:conference-id=\"{ID}\"/></deleteConference>"),
        ),
        (
            Action::Delete { id: id(), is_static: true },
            format!(
                "<deleteConference><conferenceKeys msci:conference-id=\"{ID}\" static=\"true\"/></deleteConference>"
            ),
        ),
        (
            Action::Get { id: id(), with_passcode: false },
            format!("<getConference><conferenceKeys msci:conference-id=\"{ID}\"/></getConference>"),
        ),
        (Action::List { is_static: None }, "<getConferences/>".into()),
        (Action::List { is_static: Some(true) }, "<getConferences static=\"true\"/>".into()),
        (Action::List { is_static: Some(false) }, "<getConferences static=\"false\"/>".into()),
        (Action::GetEncryptionKey, "<getEncryptionKey/>".into()),
        (Action::GetAvailableMcuTypes, "<getAvailableMcuTypes/>".into()),
        (Action::GetCapabilities, "<getConferencingCapabilities/>".into()),
    ] {
        let sent = Stage::new().wish(action);
        let body = sent.body();
        assert!(body.ends_with(&format!(">{command}</request>")), "{command}: {body}");
    }
}

#[test]
fn a_delegate_says_for_whom() {
    covers!("PRO-2-2-k", "PRO-2-2-l", "PRO-2-2-2-f", "EX-PRO-4-9-a");
    let mut stage = Stage::new();
    let sent = only(stage.wishes(Some("sip:alice@contoso.com"), Action::Create(plan("Lunch"))));
    let factory = FACTORY.replace("bob", "alice");
    assert_eq!(sent.start(), format!("SERVICE {factory} SIP/2.0"));
    assert_eq!(sent.header(Name::To), format!("<{factory}>"));
    assert!(sent.header(Name::From).starts_with("<sip:bob@contoso.com>;"), "{sent:?}");
    assert_eq!(sent.header(Name::PSessionOnBehalfOf), "sip:alice@contoso.com");
    let request = c3p(&sent);
    assert_eq!((&*request.from, &*request.to), ("sip:alice@contoso.com", &*factory));
}

/// A trial creation tells whether the factory speaks our version; it is cleaned up.
#[test]
fn a_trial_can_be_taken_back() {
    covers!("PRO-1-7-b", "PRO-3-1-4-3-a", "PRO-3-1-5-5-b");
    let mut stage = Stage::new();
    let sent = stage.wish(Action::Create(Plan { id: Some(ID.into()), ..plan("trial") }));
    stage.succeed(&sent, Outcome::AddConference(Some(conference(State::Partial, 1))));
    stage.bench.seen();
    let sent = stage.wish(Action::Delete { id: ID.into(), is_static: false });
    assert_eq!((name(&sent), sent.conn), ("deleteConference", CONN));
    assert!(stage.succeed(&sent, Outcome::DeleteConference(None)).is_empty());
    assert_eq!(stage.told(), confsim_core::client::Provisioned::Deleted { id: ID.into() });
    let none: Vec<Sent> = stage.bench.pass(confsim_core::client::REQUEST_TIMER);
    assert!(none.is_empty() && stage.bench.seen().is_empty());
}
