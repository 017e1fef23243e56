//! The pool link: what the focus gets, which conferences are active, what is deleted while it is.

use confsim_core::covers;
use confsim_core::factory::{Event, StoreError};
use confsim_core::node::{Address, ConnId, Input};
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{Code, Command, Outcome, Reason, Request, Response};
use confsim_core::wire::conference_key::ConferenceKey;
use confsim_core::wire::sip::{Method, Name};

use crate::common::{self, Sent, only};
use crate::reasons::key;
use crate::stage::{
    FACTORY_URI, FOCUS, ID, Stage, add, c3p, config, delete, fixed, id_and_policy, open, plain, uri,
};

/// The focus' end of the link, as the test plays it.
struct Focus {
    conn: ConnId,
    name: &'static str,
    /// The factory's epoch.
    epoch: String,
    sent: u64,
    cseq: u32,
}

impl Focus {
    /// A focus called `name` connects, as the `nth` connection of the factory.
    fn connect(stage: &mut Stage, name: &'static str, nth: u32) -> Self {
        let conn = ConnId::accepted(nth);
        let greeting = stage.bench.give(Input::Accepted { conn, from: Address::new(FOCUS) });
        // What was not acknowledged before comes with it.
        let greeting = common::messages(greeting).into_iter().find(|sent| sent.body().is_empty());
        let greeting = greeting.expect("a greeting");
        let link = greeting.message.pool_link().expect("a link header").expect("a link header");
        let mut focus = Self { conn, name, epoch: link.epoch.to_owned(), sent: 0, cseq: nth * 100 };
        // It answers, and so is known before it says anything.
        let answer = greeting.response(
            "200 OK",
            "f",
            &format!("Pool-Link: {name};seq=0;ack=0;peer={}\n", focus.epoch),
        );
        assert!(focus.take(stage, &answer).is_empty());
        focus
    }

    /// Text from the focus: the documents that come back, each acknowledged.
    fn take(&mut self, stage: &mut Stage, text: &str) -> Vec<Sent> {
        let sent = stage.bench.hear(self.conn, text);
        sent.into_iter().filter(|sent| sent.is(&Method::Service) && !sent.body().is_empty()).collect()
    }

    fn tell(&mut self, stage: &mut Stage, content_type: &str, body: &str) -> Vec<Sent> {
        self.sent += 1;
        self.cseq += 1;
        let (cseq, seq, name, epoch) = (self.cseq, self.sent, self.name, &self.epoch);
        let text = format!(
            "SERVICE sip:factory.pool.contoso.com:5061 SIP/2.0\n\
             Via: SIP/2.0/TCP {FOCUS};branch=z9hG4bKf{cseq}\n\
             From: <sip:{FOCUS}>;tag=f\n\
             To: <sip:factory.pool.contoso.com:5061>\n\
             Call-ID: link\n\
             CSeq: {cseq} SERVICE\n\
             Pool-Link: {name};seq={seq};ack=0;peer={epoch}\n\
             Content-Type: {content_type}\n\n{body}"
        );
        self.take(stage, &text)
    }

    /// Asks for a conference to activate.
    fn activate(&mut self, stage: &mut Stage, conference: &str) -> Response<'static> {
        let answer = self.tell(stage, "application/cccp+xml", &activation(conference));
        c3p(&only(answer))
    }

    /// Tells whether a conference is active.
    fn state(&mut self, stage: &mut Stage, conference: &str, active: bool) -> Vec<Sent> {
        let document = format!(
            "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" entity=\"{conference}\">\
             <conference-state><active>{active}</active></conference-state></conference-info>"
        );
        self.tell(stage, "application/conference-info+xml", &document)
    }
}

/// What the focus asks about `conference`.
fn activation(conference: &str) -> String {
    format!(
        "<request xmlns=\"urn:ietf:params:xml:ns:cccp\" C3PVersion=\"1\" to=\"{FACTORY_URI}\" \
         from=\"{conference}\" requestId=\"7\"><getConference><conferenceKeys confEntity=\"{conference}\"/>\
         </getConference></request>"
    )
}

/// The conference that a link document of the factory has the focus end.
#[track_caller]
fn ended(sent: &Sent) -> String {
    let request = Request::parse(sent.message.body()).expect("a command");
    match request.command {
        Command::DeleteConference(keys) => keys.conf_entity.expect("a conference").into_owned(),
        other => panic!("{other:?}"),
    }
}

fn is_active(stage: &mut Stage) -> Option<bool> {
    stage.found(ID).description.expect("a description").is_active
}

fn last_activate(stage: &mut Stage) -> Option<String> {
    stage.found(ID).description.expect("a description").last_activate.map(Into::into)
}

#[test]
fn the_focus_gets_a_conference_to_activate() {
    covers!(
        "PRO-2-2-1-2-i",
        "PRO-2-2-1-2-x",
        "PRO-2-2-1-3-a",
        "PRO-2-2-1-4-b",
        "PRO-2-2-1-5-g",
        "PRO-2-2-3-4-m",
        "D-18",
        "D-19",
    );
    let mut stage = Stage::new(config());
    let roaming = "<msci:organizer-roaming-data><x xmlns=\"urn:x\"/></msci:organizer-roaming-data>";
    let notes = "<msci:notification-data><y xmlns=\"urn:y\"/></msci:notification-data>";
    let users = "<ci:users><ci:user entity=\"sip:bob@contoso.com\"><ci:roles><ci:entry>attendee</ci:entry></ci:roles>\
                 </ci:user></ci:users>";
    let state = "<ci:conference-state><ci:locked>true</ci:locked></ci:conference-state>";
    let view = "<msci:conference-view><msci:entity-view entity=\"chat\"/></msci:conference-view>";
    let description = id_and_policy(ID, "anonymous") + &key("cert factory", "s3cret") + roaming + notes;
    stage.created(&add(&description, &format!("{state}{users}{view}")));
    stage.bench.pass(Duration::from_secs(3600));
    let mut focus = Focus::connect(&mut stage, "focus1", 1);
    // The URI as somebody spelled it is the one the focus knows.
    let spelled = uri(ID).replace("alice", "Alice");
    let response = focus.activate(&mut stage, &spelled);
    assert_eq!((response.code, response.request_id), (Code::Success, 7));
    let Outcome::GetConference(Some(info)) = response.result.outcome else { panic!() };
    assert_eq!(info.entity, spelled);
    assert_eq!(info.conference_state.expect("a state").locked, Some(true));
    assert_eq!(info.users.expect("users").users[0].entity, "sip:bob@contoso.com");
    assert_eq!(info.conference_view.expect("a view").entity_views.len(), 1);
    let description = info.description.expect("a description");
    assert_eq!(description.admission_policy.as_deref(), Some("anonymous"));
    // The passcode is for the focus, what roams with the organizer is not.
    let content = description.conference_key.expect("a key");
    assert_eq!(ConferenceKey::read(&content), Some(ConferenceKey::Passcode("s3cret".into())));
    assert!(description.notification_data.is_some() && description.organizer_roaming_data.is_none());
    // From now on the organizer sees when it was activated, also after a restart and a modification.
    assert_eq!(last_activate(&mut stage).as_deref(), Some("2007-01-01T01:00:00Z"));
    stage.restart();
    assert_eq!(last_activate(&mut stage).as_deref(), Some("2007-01-01T01:00:00Z"));
    stage.modified(&crate::stage::modify(1, &open(ID), ""));
    assert_eq!(last_activate(&mut stage).as_deref(), Some("2007-01-01T01:00:00Z"));
}

#[test]
fn the_focus_hears_of_conferences_that_are_not() {
    covers!("D-11");
    let mut stage = Stage::new(config());
    let mut focus = Focus::connect(&mut stage, "focus1", 1);
    for conference in [uri("00000000"), "sip:alice@contoso.com".into(), "no uri".into()] {
        let response = focus.activate(&mut stage, &conference);
        assert_eq!(response.code, Code::Failure);
        assert_eq!(response.result.reason, Some(Reason::ConferenceDoesNotExist));
    }
    let other = activation(&uri(ID)).replace("getConference", "deleteConference");
    let response = c3p(&only(focus.tell(&mut stage, "application/cccp+xml", &other)));
    assert_eq!(response.result.reason, Some(Reason::OtherFailure));
}

/// D-11: documents of the link count on the link's connection alone.
#[test]
fn nobody_else_speaks_for_the_focus() {
    covers!("D-11");
    let mut stage = Stage::new(config());
    stage.created(&plain(ID));
    let forged = crate::stage::service("alice", 9, &activation(&uri(ID)))
        .replace("Content-Type", "Pool-Link: focus1;seq=1;ack=0\nContent-Type");
    let sent = stage.hear(&forged);
    assert_eq!(sent.code(), Some(403));
    assert!(sent.header(Name::MsDiagnostics).starts_with("3005;"));
    assert_eq!(last_activate(&mut stage), None);
}

#[test]
fn the_focus_tells_what_is_active() {
    covers!("PRO-2-2-1-2-j", "PRO-2-2-3-4-o", "PRO-2-2-3-4-p", "D-11");
    let mut stage = Stage::new(config());
    stage.created(&plain(ID));
    let mut focus = Focus::connect(&mut stage, "focus1", 1);
    focus.activate(&mut stage, &uri(ID));
    assert_eq!(is_active(&mut stage), None);
    assert!(focus.state(&mut stage, &uri(ID), true).is_empty());
    assert_eq!(is_active(&mut stage), Some(true));
    // A modification leaves it active.
    stage.modified(&crate::stage::modify(1, &open(ID), ""));
    assert_eq!(is_active(&mut stage), Some(true));
    assert!(focus.state(&mut stage, &uri(ID), false).is_empty());
    assert_eq!(is_active(&mut stage), None);
    focus.state(&mut stage, &uri(ID), true);
    // A focus that was restarted has nothing active until it says so.
    let mut focus = Focus::connect(&mut stage, "focus2", 2);
    assert_eq!(is_active(&mut stage), None);
    focus.state(&mut stage, &uri(ID), true);
    // A factory that was restarted is told again.
    stage.restart();
    assert_eq!(is_active(&mut stage), None);
    let mut focus = Focus::connect(&mut stage, "focus2", 1);
    focus.state(&mut stage, &uri(ID), true);
    assert_eq!(is_active(&mut stage), Some(true));
    assert_eq!(last_activate(&mut stage).as_deref(), Some("2007-01-01T00:00:00Z"));
}

#[test]
fn an_active_conference_survives_its_expiry() {
    covers!("PRO-3-2-6-1-a", "PRO-2-2-3-5-e");
    let mut stage = Stage::new(config());
    let expiry = "<msci:expiry-time>2007-01-01T01:00:00Z</msci:expiry-time>";
    stage.created(&add(&format!("{}{expiry}", open(ID)), ""));
    let mut focus = Focus::connect(&mut stage, "focus1", 1);
    focus.state(&mut stage, &uri(ID), true);
    stage.bench.pass(Duration::from_secs(100 * 3600));
    assert_eq!(stage.listed(false).len(), 1);
    assert_eq!(is_active(&mut stage), Some(true));
    focus.state(&mut stage, &uri(ID), false);
    assert_eq!(stage.listed(false).len(), 0);
    stage.bench.pass(Duration::from_secs(3600));
    assert_eq!(stage.count(), 0);
}

#[test]
fn what_is_deleted_while_active_is_ended() {
    covers!("PRO-3-2-5-4-b", "D-11", "D-37");
    let mut stage = Stage::new(config());
    stage.created(&plain(ID));
    stage.created(&plain("AAAAAAAA"));
    stage.created(&fixed("BBBBBBBB"));
    let mut focus = Focus::connect(&mut stage, "focus1", 1);
    for id in [ID, "BBBBBBBB"] {
        focus.state(&mut stage, &uri(id), true);
    }
    for (id, flag, active) in [(ID, "", true), ("AAAAAAAA", "", false), ("BBBBBBBB", "static=\"true\"", true)]
    {
        let text = crate::stage::service("alice", 20, &delete(id, flag));
        let sent = stage.bench.hear(stage.conn, &text);
        let (answers, link): (Vec<_>, Vec<_>) = sent.into_iter().partition(|sent| sent.conn == stage.conn);
        assert_eq!(only(answers).code(), Some(200));
        let ended: Vec<_> = link.iter().map(ended).collect();
        assert_eq!(ended, if active { vec![uri(id)] } else { vec![] });
    }
    // One that the focus has active although it is not in the table is ended too.
    assert_eq!(ended(&only(focus.state(&mut stage, &uri("CCCCCCCC"), true))), uri("CCCCCCCC"));
    assert!(focus.state(&mut stage, &uri("CCCCCCCC"), false).is_empty());
    // What the focus answers to that asks for nothing.
    let answer = "<response xmlns=\"urn:ietf:params:xml:ns:cccp\" requestId=\"1\" from=\"a\" to=\"b\" code=\"success\">\
                  <deleteConference/></response>";
    assert!(focus.tell(&mut stage, "application/cccp+xml", answer).is_empty());
}

/// A store that fails keeps nobody from joining.
#[test]
fn a_note_that_cannot_be_taken_is_no_obstacle() {
    covers!("D-18");
    let mut stage = Stage::new(config());
    stage.created(&plain(ID));
    stage.bench.seen();
    stage.disk.lock().commit = Some(StoreError::Full);
    let mut focus = Focus::connect(&mut stage, "focus1", 1);
    assert_eq!(focus.activate(&mut stage, &uri(ID)).code, Code::Success);
    let failed = Event::StoreFailed { error: StoreError::Full };
    assert_eq!(stage.bench.seen(), [failed, Event::Activated { conference: uri(ID).into() }]);
    assert_eq!(last_activate(&mut stage), None);
}

/// The focus is given a conference that is deleted and made anew before it has told anything.
#[test]
fn what_is_deleted_while_it_is_activated_is_ended() {
    covers!("PRO-3-2-5-4-b", "D-11");
    for restart in [false, true] {
        let mut stage = Stage::new(config());
        stage.created(&plain(ID));
        let mut focus = Focus::connect(&mut stage, "focus1", 1);
        focus.activate(&mut stage, &uri(ID));
        if restart {
            stage.restart();
            focus = Focus::connect(&mut stage, "focus1", 1);
        }
        let sent = stage.bench.hear(stage.conn, &crate::stage::service("alice", 20, &delete(ID, "")));
        let (answers, link): (Vec<_>, Vec<_>) = sent.into_iter().partition(|sent| sent.conn == stage.conn);
        assert_eq!((only(answers).code(), ended(&only(link))), (Some(200), uri(ID)));
        // The new one of this name runs only as long as the focus has not ended the old one.
        stage.created(&plain(ID));
        focus.state(&mut stage, &uri(ID), true);
        focus.state(&mut stage, &uri(ID), false);
        assert_eq!((is_active(&mut stage), last_activate(&mut stage)), (None, None));
    }
}
