//! A client from outside: what its user wants, what it sends, what its user gets to see.

mod common;

use std::sync::Arc;

use common::{Bench, Out, Sent, messages, only, starts};
use confsim_core::client::{Client, Command, Config, Event, Kind};
use confsim_core::entropy::Entropy;
use confsim_core::node::{Address, ConnId, Input, Node as _};
use confsim_core::signal::Endpoint;
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{self, Code, CommandResult, Outcome};
use confsim_core::wire::sip::{Method, Name};

const FOCUS: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:7ECB5F9B";
const CHAT: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:chat:id:7ECB5F9B";
const CONN: ConnId = ConnId::opened(0);

/// A client on a bench; the test plays its front end.
type Stage = Bench<Endpoint<Client>>;

/// A client that has sent its REGISTER, and the REGISTER.
fn signing_in() -> (Stage, Sent) {
    let at = |address| Address::new(address);
    let config = Config::new(
        "sip:bob@contoso.com",
        "01010101aa",
        Kind::Cwa,
        at("bob.example:5061"),
        at("fe.contoso.com:5061"),
    );
    let settings = config.settings();
    let mut stage = Bench::new(Endpoint::new(Client::new(config), settings, Entropy::named(3, "bob")));
    stage.give(Input::Start);
    let out = stage.give(Input::Command(Command::SignIn));
    assert!(matches!(out[..], [Out::Open(CONN, _)]), "{out:?}");
    let register = only(messages(stage.give(Input::Connected { conn: CONN })));
    assert!(register.is(&Method::Register));
    (stage, register)
}

impl Stage {
    fn answer(&mut self, request: &Sent, status: &str, more: &str) -> Vec<Sent> {
        self.hear(CONN, &request.response(status, "far", more))
    }

    fn register(&mut self, register: &Sent) {
        let contact = "Contact: <sip:bob@contoso.com>;gruu=\"sip:bob@contoso.com;opaque=user:epid:B;gruu\"\n";
        assert!(self.answer(register, "200 OK", contact).is_empty());
        assert_eq!(self.seen(), [Event::SignedIn]);
    }

    /// Joins focus and IM MCU; the SUBSCRIBE in between.
    fn join(&mut self) -> Sent {
        let invite = only(self.command(Command::Join { conference: FOCUS.into() }));
        let request = cccp::Request::parse(invite.message.body()).unwrap();
        let result = CommandResult::success(Outcome::AddUser { keys: None, user: None });
        let admitted = cccp::Response::to(&request, Code::Success, result).write();
        let admitted = String::from_utf8(admitted).unwrap();
        let more = format!("Contact: <{FOCUS}>;isfocus\nContent-Type: application/cccp+xml\n\n{admitted}");
        let sent = self.answer(&invite, "200 Invite dialog created", &more);
        let roster = format!(
            "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" entity=\"{FOCUS}\" \
             state=\"full\" version=\"1\"><conference-description><conf-uris><entry><uri>{CHAT}</uri>\
             <purpose>chat</purpose></entry></conf-uris></conference-description></conference-info>"
        );
        let more = format!(
            "Contact: <{FOCUS}>;isfocus\nExpires: 3600\nContent-Type: application/conference-info+xml\n\n{roster}"
        );
        let subscribe = last(&sent, &Method::Subscribe).clone();
        let invite = only(self.answer(&subscribe, "200 OK", &more));
        let sdp = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=session\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n\
                   m=message 5060 sip null\r\na=accept-types:*\r\n";
        let more = format!("Contact: <{CHAT}>;isfocus\nContent-Type: application/sdp\n\n{sdp}");
        assert_eq!(starts(&self.answer(&invite, "200 OK", &more)), [format!("ACK {CHAT} SIP/2.0")]);
        assert!(matches!(self.seen().last(), Some(Event::ChatJoined { .. })));
        subscribe
    }

    /// A BENOTIFY in the dialog of a SUBSCRIBE.
    fn notify(&mut self, subscribe: &Sent, cseq: u32, more: &str) -> Vec<Sent> {
        let (from, to) = (subscribe.header(Name::To), subscribe.header(Name::From));
        let tag = if subscribe.tag().is_empty() { ";tag=far" } else { "" };
        let call_id = subscribe.header(Name::CallId);
        let text = format!(
            "BENOTIFY sip:bob@contoso.com SIP/2.0\nVia: SIP/2.0/TCP fe;branch=z9hG4bKn{cseq}\n\
             Max-Forwards: 70\nFrom: {from}{tag}\nTo: {to}\nCall-ID: {call_id}\nCSeq: {cseq} BENOTIFY\n\
             Event: conference\n{more}"
        );
        self.hear(CONN, &text)
    }
}

/// The last message, which is such a request.
#[track_caller]
fn last<'a>(sent: &'a [Sent], method: &Method) -> &'a Sent {
    sent.last().filter(|sent| sent.is(method)).unwrap_or_else(|| panic!("{sent:?}"))
}

#[test]
fn a_registration_without_answer_is_tried_again() {
    let (mut stage, first) = signing_in();
    let sent = stage.pass(Duration::from_secs(32));
    assert!(sent.is_empty());
    assert!(matches!(&stage.seen()[..], [Event::Failed(failure)] if failure.status == 408));
    let again = only(stage.pass(Duration::from_secs(1)));
    assert_ne!(again.header(Name::CallId), first.header(Name::CallId));
    stage.register(&again);
}

#[test]
fn a_refused_registration_is_told_and_not_repeated() {
    for status in ["403 Forbidden", "503 Service Unavailable"] {
        let (mut stage, register) = signing_in();
        stage.answer(&register, status, "");
        assert!(matches!(&stage.seen()[..], [Event::Failed(failure)] if failure.what == "REGISTER"));
        assert!(stage.pass(Duration::from_secs(100)).is_empty());
    }
}

/// D-25: who has ended his session gets no report, and does not wait for one either.
#[test]
fn a_message_accepted_after_the_end_of_the_session_awaits_no_report() {
    let (mut stage, register) = signing_in();
    stage.register(&register);
    stage.join();
    let conference: Arc<str> = FOCUS.into();
    let message = only(stage.command(Command::Send {
        conference: Arc::clone(&conference),
        content_type: "text/plain".into(),
        body: "bye".into(),
    }));
    let sent = stage.command(Command::Leave { conference });
    assert_eq!(sent.len(), 3, "{sent:?}");
    stage.answer(&message, "202 Accepted", "Message-Id: 7\n");
    assert!(matches!(&stage.seen()[..], [Event::ChatEnded { .. }, Event::Accepted { message_id: 7, .. }]));
    for request in &sent {
        stage.answer(request, "200 OK", "");
    }
    assert!(matches!(&stage.seen()[..], [Event::Ended { by_server: false, .. }]));
    stage.pass(Duration::from_secs(20));
    assert!(stage.seen().is_empty(), "nothing was awaited");
    assert_eq!(stage.node.dump()["dialogs"], 0);
}

/// The focus never saw the SUBSCRIBE that ends the subscription, and ends it with the dialog.
#[test]
fn the_end_of_an_old_subscription_is_not_the_end_of_a_new_session() {
    let (mut stage, register) = signing_in();
    stage.register(&register);
    stage.join();
    let sent = stage.command(Command::Leave { conference: FOCUS.into() });
    let [unsubscribe, bye, _] = &sent[..] else { panic!("{sent:?}") };
    stage.answer(bye, "200 OK", "");
    assert!(matches!(&stage.seen()[..], [Event::ChatEnded { .. }, Event::Ended { .. }]));
    let invite = only(stage.command(Command::Join { conference: FOCUS.into() }));
    stage.answer(&invite, "100 Trying", "");

    let end = "subscription-state: terminated;expires=0;reason=noresource\n";
    assert!(stage.notify(unsubscribe, 2, end).is_empty());
    assert!(stage.seen().is_empty());
}

/// It was asked for to fill a gap, before the leave.
#[test]
fn the_late_answer_of_an_old_subscription_is_not_the_roster_of_a_new_session() {
    let (mut stage, register) = signing_in();
    stage.register(&register);
    let subscribe = stage.join();
    let roster = |version| {
        format!(
            "Content-Type: application/conference-info+xml\n\n<conference-info \
             xmlns=\"urn:ietf:params:xml:ns:conference-info\" entity=\"{FOCUS}\" state=\"{}\" version=\"{version}\"/>",
            if version == 9 { "full" } else { "partial" }
        )
    };
    let refresh = only(stage.notify(&subscribe, 2, &format!("subscription-state: active\n{}", roster(3))));
    assert!(refresh.is(&Method::Subscribe));
    let sent = stage.command(Command::Leave { conference: FOCUS.into() });
    for request in &sent {
        stage.answer(request, "200 OK", "");
    }
    stage.seen();
    stage.command(Command::Join { conference: FOCUS.into() });
    let late = format!("Contact: <{FOCUS}>;isfocus\nExpires: 3600\n{}", roster(9));
    assert!(stage.answer(&refresh, "200 OK", &late).is_empty());
    assert!(stage.seen().is_empty());
    assert_eq!(stage.node.dump()["sessions"], 0);
}
