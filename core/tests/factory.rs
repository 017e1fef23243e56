//! The focus factory: commands over SERVICE, activation over the pool link (MS-CONFPRO 2.2, 3.2).

mod common;

use std::path::Path;

use common::{Bench, Sent, only};
use confsim_core::cryptography;
use confsim_core::entropy::Entropy;
use confsim_core::factory::{Config, Event, Factory, MemoryStore, Policy};
use confsim_core::node::{Address, ConnId, Input, Node as _};
use confsim_core::signal::{Endpoint, Settings};
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{Capabilities, Code, Outcome, Reason, Response};
use confsim_core::wire::conference_info::{ConferenceInfo, Role, State};
use confsim_core::wire::sip::{Method, Name};

const FACTORY_URI: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:focusfactory";
const FOCUS: &str = "focus.pool.contoso.com:5061";
const ID: &str = "FC275ECD12493E4E9C27C894FE91E104";

type Node = Bench<Endpoint<Factory>>;

fn config() -> Config {
    Config::new(Address::new(FOCUS))
}

fn started(config: Config) -> (Node, ConnId) {
    let settings = Settings::new(Address::new("factory.pool.contoso.com:5061"));
    let factory = Factory::new(config, Box::new(MemoryStore::default()), Box::new(cryptography::Absent));
    let mut node = Bench::new(Endpoint::new(factory, settings, Entropy::named(5, "factory")));
    node.give(Input::Start);
    let conn = node.accept("fe.contoso.com:5061");
    (node, conn)
}

fn factory() -> (Node, ConnId) {
    started(config())
}

/// A SERVICE request of `user`'s to the factory of alice.
fn service(user: &str, cseq: u32, body: &str) -> String {
    format!(
        "SERVICE {FACTORY_URI} SIP/2.0\n\
         Via: SIP/2.0/TCP fe.contoso.com:5061;branch=z9hG4bK{cseq}\n\
         From: <sip:{user}@contoso.com>;tag=f7588dc661;epid=1\n\
         To: <{FACTORY_URI}>\n\
         Call-ID: 72d6a36a36784cf58e7e7ab1a51deca2\n\
         CSeq: {cseq} SERVICE\n\
         Content-Type: application/cccp+xml\n\n{body}"
    )
}

/// The envelope of alice's request.
fn envelope(command: &str) -> String {
    format!(
        "<request xmlns=\"urn:ietf:params:xml:ns:cccp\" \
         xmlns:ci=\"urn:ietf:params:xml:ns:conference-info\" \
         xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\" C3PVersion=\"1\" \
         to=\"{FACTORY_URI}\" from=\"sip:alice@contoso.com\" requestId=\"68537848\">{command}</request>"
    )
}

/// addConference with these children of conference-info, of its description first.
fn add(description: &str, more: &str) -> String {
    envelope(&format!(
        "<addConference><ci:conference-info entity=\"\"><ci:conference-description>{description}\
         </ci:conference-description>{more}</ci:conference-info></addConference>"
    ))
}

fn id_and_policy(id: &str, policy: &str) -> String {
    format!(
        "<msci:conference-id>{id}</msci:conference-id><msci:admission-policy>{policy}</msci:admission-policy>"
    )
}

/// The smallest conference.
fn plain(id: &str) -> String {
    add(&id_and_policy(id, "openAuthenticated"), "")
}

fn get(id: &str) -> String {
    envelope(&format!("<getConference><conferenceKeys msci:conference-id=\"{id}\"/></getConference>"))
}

impl Node {
    /// A command of alice's: the SIP response.
    #[track_caller]
    fn ask(&mut self, conn: ConnId, body: &str) -> Sent {
        only(self.hear(conn, &service("alice", 1, body)))
    }

    /// A command of alice's that the factory refuses: code, phrase and reason.
    #[track_caller]
    fn refused(&mut self, conn: ConnId, body: &str) -> (u16, Reason<'static>) {
        let sent = self.ask(conn, body);
        let response = c3p(&sent);
        assert_eq!(response.code, Code::Failure);
        let reason = response.result.reason.expect("a reason");
        assert_eq!(sent.start().splitn(3, ' ').nth(2), Some(reason.as_str()));
        (sent.code().unwrap_or_default(), reason)
    }

    #[track_caller]
    fn created(&mut self, conn: ConnId, body: &str) -> ConferenceInfo<'static> {
        let sent = self.ask(conn, body);
        assert_eq!(sent.start(), "SIP/2.0 200 OK", "{sent:?}");
        match c3p(&sent).result.outcome {
            Outcome::AddConference(Some(info)) => *info,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn found(&mut self, conn: ConnId, id: &str) -> ConferenceInfo<'static> {
        let sent = self.ask(conn, &get(id));
        assert_eq!(sent.start(), "SIP/2.0 200 OK", "{sent:?}");
        match c3p(&sent).result.outcome {
            Outcome::GetConference(Some(info)) => *info,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    fn capabilities(&mut self, conn: ConnId) -> Capabilities<'static> {
        let sent = self.ask(conn, &envelope("<getConferencingCapabilities/>"));
        match c3p(&sent).result.outcome {
            Outcome::GetConferencingCapabilities(Some(found)) => *found,
            other => panic!("{other:?}"),
        }
    }
}

#[track_caller]
fn c3p(sent: &Sent) -> Response<'static> {
    assert_eq!(sent.header(Name::ContentType), "application/cccp+xml");
    Response::parse(sent.message.body()).expect("a C3P response").into_owned()
}

fn uri(id: &str) -> String {
    format!("sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:{id}")
}

#[test]
fn a_conference_is_created() {
    let (mut node, conn) = factory();
    let sent = node.ask(conn, &plain("TPDD8VYG"));
    assert_eq!(sent.start(), "SIP/2.0 200 OK");
    let response = c3p(&sent);
    assert_eq!(response.request_id, 68_537_848);
    assert_eq!((&*response.from, &*response.to), (FACTORY_URI, "sip:alice@contoso.com"));
    assert_eq!((response.code, response.result.reason), (Code::Success, None));
    let Outcome::AddConference(Some(info)) = response.result.outcome else { panic!() };
    assert_eq!(info.entity, uri("TPDD8VYG"));
    assert_eq!((info.state, info.version), (Some(State::Partial), Some(1)));
    let description = info.description.expect("a description");
    assert_eq!(description.conference_id.as_deref(), Some("TPDD8VYG"));
    assert_eq!(description.last_update.as_deref(), Some("2007-01-01T00:00:00Z"));
    assert_eq!(node.seen(), [Event::Created { conference: uri("TPDD8VYG").into() }]);
}

#[test]
fn a_conference_is_found_as_it_was_provisioned() {
    let (mut node, conn) = factory();
    let description = format!(
        "<ci:subject>Lunch</ci:subject>{}<msci:expiry-time>2007-01-10T17:11:47Z</msci:expiry-time>\
         <msci:organizer-roaming-data><own xmlns=\"urn:x\">1</own></msci:organizer-roaming-data>",
        id_and_policy(ID, "closedAuthenticated")
    );
    let users = "<ci:users><ci:user entity=\"sip:bob@contoso.com\"><ci:roles><ci:entry>presenter</ci:entry>\
                 </ci:roles></ci:user></ci:users>";
    let state = "<ci:conference-state><ci:locked>true</ci:locked></ci:conference-state>";
    let view = "<msci:conference-view><msci:entity-view entity=\"chat\"/></msci:conference-view>";
    node.pass(Duration::from_secs(90));
    node.created(conn, &add(&description, &format!("{state}{users}{view}")));
    node.pass(Duration::from_secs(90));

    let info = node.found(conn, ID);
    assert_eq!(info.entity, uri(ID));
    assert_eq!((info.state, info.version), (Some(State::Full), Some(1)));
    let description = info.description.expect("a description");
    assert_eq!(description.subject.as_deref(), Some("Lunch"));
    assert_eq!(description.admission_policy.as_deref(), Some("closedAuthenticated"));
    assert_eq!(description.expiry_time.as_deref(), Some("2007-01-10T17:11:47Z"));
    assert_eq!(description.last_update.as_deref(), Some("2007-01-01T00:01:30Z"));
    assert_eq!(description.autopromote, Some(0));
    assert!(description.organizer_roaming_data.expect("roaming data")[0].as_str().starts_with("<own"));
    // Nobody has joined it yet, and there was no notification data (PRO-2-2-3-4-n, -r).
    assert_eq!(description.last_activate, None);
    assert_eq!(description.notification_data, None);
    assert_eq!(info.conference_state.expect("a state").locked, Some(true));
    let users = info.users.expect("users").users;
    assert_eq!((&*users[0].entity, &users[0].roles[..]), ("sip:bob@contoso.com", &[Role::Presenter][..]));
    assert_eq!(info.conference_view.expect("a view").entity_views[0].entity, "chat");
}

#[test]
fn conferences_belong_to_their_organizer() {
    let (mut node, conn) = factory();
    node.created(conn, &plain(ID));
    assert_eq!(node.refused(conn, &plain(ID)), (403, Reason::ConferenceExistsAlready));
    assert_eq!(node.refused(conn, &get("00000000")), (404, Reason::ConferenceDoesNotExist));
    // Ids keep their case.
    assert_eq!(node.refused(conn, &get(&ID.to_lowercase())), (404, Reason::ConferenceDoesNotExist));
    // The same id at another organizer's factory is another conference.
    let others = service("bob", 1, &plain(ID)).replace("alice@", "bob@");
    let sent = only(node.hear(conn, &others));
    let Outcome::AddConference(Some(info)) = c3p(&sent).result.outcome else { panic!("{sent:?}") };
    assert_eq!(info.entity, uri(ID).replace("alice", "bob"));
    assert_eq!(node.node.dump()["conferences"], 2);
}

#[test]
fn an_organizer_lists_his_conferences_in_order() {
    let (mut node, conn) = factory();
    for id in ["ZZZZZZZZ", "AAAAAAAA", "MMMMMMMM"] {
        node.created(conn, &plain(id));
    }
    for (ask, is_static, count) in
        [("", None, 3), (" static=\"false\"", Some(false), 3), (" static=\"true\"", Some(true), 0)]
    {
        let sent = node.ask(conn, &envelope(&format!("<getConferences{ask}/>")));
        let Outcome::GetConferences(found) = c3p(&sent).result.outcome else { panic!("{sent:?}") };
        assert_eq!(found.is_static, is_static);
        let entities: Vec<_> = found.conferences.into_iter().flatten().map(|info| info.entity).collect();
        assert_eq!(entities, [uri("ZZZZZZZZ"), uri("AAAAAAAA"), uri("MMMMMMMM")][..count]);
    }
}

#[test]
fn refusals_name_their_reason() {
    let (mut node, conn) = started(Config {
        policy: Policy { conferences_max: 1, ..Policy::default() },
        mcu_types: vec!["chat".into(), "audio-video".into()],
        ..config()
    });
    let good = id_and_policy(ID, "openAuthenticated");
    let user = |entity: &str, roles: &str| {
        format!("<ci:user entity=\"{entity}\"><ci:roles>{roles}</ci:roles></ci:user>")
    };
    let users = |users: &str| add(&good, &format!("<ci:users>{users}</ci:users>"));
    let attendee = "<ci:entry>attendee</ci:entry>";
    let views = |views: &str| add(&good, &format!("<msci:conference-view>{views}</msci:conference-view>"));
    let data = |name: &str, size: usize| {
        let xml = format!("<d xmlns=\"urn:x\">{}</d>", "x".repeat(size));
        add(&format!("{good}<msci:{name}>{xml}</msci:{name}>"), "")
    };
    let settings = format!(
        "<msci:entity-view entity=\"audio-video\"><msci:entity-settings><s xmlns=\"urn:x\">{}</s>\
         </msci:entity-settings></msci:entity-view>",
        "x".repeat(2048)
    );
    let cases = [
        (
            add(&format!("<msci:conference-id>{ID}</msci:conference-id>"), ""),
            400,
            Reason::InvalidAdmissionPolicy,
        ),
        (add(&id_and_policy(ID, "everyone"), ""), 400, Reason::InvalidAdmissionPolicy),
        (plain("short"), 400, Reason::InvalidConferenceId),
        (plain("has-a-dash"), 400, Reason::InvalidConferenceId),
        (plain(&"A".repeat(33)), 400, Reason::InvalidConferenceId),
        (
            add(&format!("{good}<msci:expiry-time>soon</msci:expiry-time>"), ""),
            400,
            Reason::InvalidExpiryTime,
        ),
        (
            add(&format!("{good}<msci:expiry-time>2006-12-31T23:59:59Z</msci:expiry-time>"), ""),
            400,
            Reason::InvalidExpiryTime,
        ),
        (add(&format!("{good}<msci:pstn-access/>"), ""), 403, Reason::PstnBridgeNotEnabled),
        (
            add(&format!("{good}<msci:autopromote>1</msci:autopromote>"), ""),
            400,
            Reason::InvalidAutopromoteValue,
        ),
        (
            add(&format!("{good}<msci:pstn-lobby-bypass>true</msci:pstn-lobby-bypass>"), ""),
            403,
            Reason::PstnLobbyBypassNotAllowed,
        ),
        (users(&user("sip:bob@contoso.com", "<ci:entry>king</ci:entry>")), 400, Reason::InvalidRole),
        (users(&user("sip:bob@contoso.com", &attendee.repeat(2))), 400, Reason::InvalidRole),
        (users(&user("bob", attendee)), 400, Reason::InvalidUserEntity),
        (
            users(&(user("sip:bob@contoso.com", attendee) + &user("sip:BOB@contoso.com", attendee))),
            400,
            Reason::InvalidUserEntity,
        ),
        (views("<msci:entity-view entity=\"meeting\"/>"), 403, Reason::McuTypeNotAvailable),
        (views(&"<msci:entity-view entity=\"chat\"/>".repeat(2)), 500, Reason::OtherFailure),
        (views(&settings), 400, Reason::EntitySettingsTooLarge),
        (data("notification-data", 4096), 400, Reason::NotificationDataTooLarge),
        (data("organizer-roaming-data", 4096), 400, Reason::OrganizerRoamingDataTooLarge),
        (plain(ID).replace("entity=\"\"", "entity=\"\" version=\"2\""), 400, Reason::InvalidVersion),
        (
            plain(ID).replace("entity=\"\"", "entity=\"\" static=\"true\""),
            400,
            Reason::InvalidStaticMeetingRequest,
        ),
    ];
    for (body, code, reason) in cases {
        assert_eq!(node.refused(conn, &body), (code, reason), "{body}");
        assert_eq!(node.node.dump()["conferences"], 0);
    }
    node.created(conn, &data("notification-data", 4000));
    // The quota comes before the id (PRO-3-2-5-2-g, -h).
    assert_eq!(node.refused(conn, &plain(ID)), (403, Reason::MaxConferencesExceeded));
}

#[test]
fn anonymous_conferences_need_permission() {
    let body = add(&id_and_policy(ID, "anonymous"), "");
    let (mut node, conn) = factory();
    node.created(conn, &body);
    assert_eq!(node.capabilities(conn).anonymous_scheduling, Some(true));
    let (mut node, conn) =
        started(Config { policy: Policy { anonymous: false, ..Policy::default() }, ..config() });
    assert_eq!(node.refused(conn, &body), (403, Reason::AnonymousUsersNotAllowed));
    assert_eq!(node.capabilities(conn).anonymous_scheduling, Some(false));
}

#[test]
fn capabilities_list_what_the_pool_runs() {
    let (mut node, conn) = factory();
    let found = node.capabilities(conn);
    assert_eq!((found.capability_version, &found.mcu_types[..]), (Some(0), &["chat".into()][..]));
    assert_eq!(found.static_meeting_limit, Some(1));
    let sent = node.ask(conn, &envelope("<getAvailableMcuTypes/>"));
    let Outcome::GetAvailableMcuTypes(Some(types)) = c3p(&sent).result.outcome else { panic!("{sent:?}") };
    assert_eq!(types, ["chat"]);
}

#[test]
fn only_the_organizer_may_ask() {
    let (mut node, conn) = factory();
    let sent = only(node.hear(conn, &service("mallory", 1, &plain(ID))));
    assert_eq!(sent.code(), Some(403));
    assert!(sent.header(Name::MsDiagnostics).starts_with("3014;"));
    let forged = plain(ID).replace("from=\"sip:alice@", "from=\"sip:bob@");
    assert_eq!(node.ask(conn, &forged).code(), Some(400));
    assert_eq!(node.node.dump()["conferences"], 0);
    // An example leaves the scheme out (PRO-2-2-2-f).
    node.created(conn, &plain(ID).replace("from=\"sip:alice@", "from=\"Alice@"));
}

/// PRO-3-2-5-1-d: 400 without body.
#[test]
fn damaged_requests_are_400() {
    let (mut node, conn) = factory();
    for body in [
        "",
        "<request",
        "<request/>",
        &plain(ID).replace("C3PVersion=\"1\"", "C3PVersion=\"2\""),
        &plain(ID).replace(&format!("to=\"{FACTORY_URI}\""), "to=\"sip:elsewhere@contoso.com\""),
        &envelope(""),
        &envelope("<getConferencingCapabilities/><getConferencingCapabilities/>"),
        &envelope("<makeCoffee/>"),
    ] {
        let sent = node.ask(conn, body);
        assert_eq!((sent.start(), sent.body()), ("SIP/2.0 400 Bad Request", ""), "{body}");
    }
}

#[test]
fn what_is_not_for_a_factory_is_refused() {
    let (mut node, conn) = factory();
    let good = service("alice", 1, &plain(ID));
    for (text, code) in [
        (good.replace("SERVICE", "MESSAGE"), 405),
        (good.replace("application/cccp+xml", "text/plain"), 415),
        (good.replace("Content-Type", "Require: x-other\nContent-Type"), 420),
        (good.replace("app:conf:focusfactory", "app:conf:focus:id:1"), 404),
        (service("alice", 1, &envelope("<getEncryptionKey/>")), 500),
    ] {
        assert_eq!(only(node.hear(conn, &text)).code(), Some(code), "{text}");
    }
    assert_eq!(node.node.dump()["server transactions"], 0);
}

/// The requests of a real client, in its own spelling of header names.
#[test]
fn a_web_client_is_understood() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/data/messages");
    let file = folder.join("cwa-01-SERVICE-user1-factory.sip");
    let text = std::fs::read_to_string(file).expect("the message").replace("\r\n", "\n");
    let lines: Vec<&str> = text.lines().filter(|line| !line.starts_with("CONTENT-LENGTH")).collect();
    let (mut node, conn) = factory();
    let sent = only(node.hear(conn, &lines.join("\n")));
    assert_eq!(sent.start(), "SIP/2.0 200 OK");
    let response = c3p(&sent);
    assert_eq!(response.request_id, 1);
    assert!(matches!(response.result.outcome, Outcome::GetConferencingCapabilities(Some(_))));
}

/// A link message of the focus.
fn link(cseq: u32, envelope: &str, body: &str) -> String {
    let content = if body.is_empty() { "" } else { "Content-Type: application/cccp+xml\n" };
    format!(
        "SERVICE sip:factory.pool.contoso.com:5061 SIP/2.0\n\
         Via: SIP/2.0/TCP {FOCUS};branch=z9hG4bKf{cseq}\n\
         From: <sip:{FOCUS}>;tag=f\n\
         To: <sip:factory.pool.contoso.com:5061>\n\
         Call-ID: link\n\
         CSeq: {cseq} SERVICE\n\
         Pool-Link: {envelope}\n{content}\n{body}"
    )
}

/// What the focus asks about `conference`.
fn activation(conference: &str) -> String {
    format!(
        "<request xmlns=\"urn:ietf:params:xml:ns:cccp\" C3PVersion=\"1\" to=\"{FACTORY_URI}\" \
         from=\"{conference}\" requestId=\"7\"><getConference><conferenceKeys confEntity=\"{conference}\"/>\
         </getConference></request>"
    )
}

/// The focus connects and sends a document: what the factory sends back over the link.
fn over_link(node: &mut Node, body: &str) -> Response<'static> {
    let conn = ConnId::accepted(1);
    let greeting = node.give(Input::Accepted { conn, from: Address::new(FOCUS) });
    let greeting = only(common::messages(greeting));
    let epoch = greeting.message.pool_link().expect("a link header").expect("a link header").epoch.to_owned();
    let sent = node.hear(conn, &link(1, &format!("focus1;seq=1;ack=0;peer={epoch}"), body));
    let [ok, answer] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(ok.code(), Some(200));
    assert_eq!(ok.message.pool_link().expect("a link header").expect("a link header").ack, 1);
    assert!(answer.is(&Method::Service) && answer.conn == conn);
    c3p(answer)
}

#[test]
fn the_focus_gets_a_conference_to_activate() {
    let (mut node, conn) = factory();
    node.created(conn, &plain(ID));
    node.pass(Duration::from_secs(3600));
    // The URI as somebody spelled it is the one the focus knows (D-19).
    let spelled = uri(ID).replace("alice", "Alice");
    let response = over_link(&mut node, &activation(&spelled));
    assert_eq!((response.code, response.request_id), (Code::Success, 7));
    let Outcome::GetConference(Some(info)) = response.result.outcome else { panic!() };
    assert_eq!(info.entity, spelled);
    assert_eq!((info.state, info.version), (Some(State::Full), Some(1)));
    let description = info.description.expect("a description");
    assert_eq!(description.admission_policy.as_deref(), Some("openAuthenticated"));
    // From now on the organizer sees when it was activated (PRO-2-2-3-4-m).
    let description = node.found(conn, ID).description.expect("a description");
    assert_eq!(description.last_activate.as_deref(), Some("2007-01-01T01:00:00Z"));
}

#[test]
fn the_focus_hears_of_conferences_that_are_not() {
    for conference in [uri("00000000"), "sip:alice@contoso.com".into(), "no uri".into()] {
        let (mut node, _) = factory();
        let response = over_link(&mut node, &activation(&conference));
        assert_eq!(response.code, Code::Failure);
        assert_eq!(response.result.reason, Some(Reason::ConferenceDoesNotExist));
    }
}

/// D-11: commands of the link count on the link's connection alone.
#[test]
fn nobody_else_speaks_for_the_focus() {
    let (mut node, conn) = factory();
    node.created(conn, &plain(ID));
    let sent = only(node.hear(conn, &link(1, "focus1;seq=1;ack=0", &activation(&uri(ID)))));
    assert_eq!(sent.code(), Some(403));
    assert!(sent.header(Name::MsDiagnostics).starts_with("3005;"));
    assert_eq!(node.found(conn, ID).description.and_then(|it| it.last_activate), None);
}
