//! A client on a bench; the test plays its front end, and everybody behind it.

use confsim_core::client::{Client, Command, Config, Event, Kind};
use confsim_core::entropy::Entropy;
use confsim_core::node::{Address, ConnId, Input};
use confsim_core::signal::Endpoint;
use confsim_core::wire::cccp::{self, Code, CommandResult, Outcome};
use confsim_core::wire::sip::{Method, Name};

use crate::common::{Bench, Out, Sent, messages, only, starts};

pub(crate) const FOCUS: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:7ECB5F9B";
pub(crate) const CHAT: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:chat:id:7ECB5F9B";
pub(crate) const CONN: ConnId = ConnId::opened(0);
/// What focus and IM MCU agree to.
const FOCUS_TIMER: &str = "Session-Expires: 7200;refresher=uac\nRequire: timer\n";
const CHAT_TIMER: &str = "Session-Expires: 600;refresher=uac\nRequire: timer\n";
/// An answer of the IM MCU.
pub(crate) const SDP: &str = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=session\r\nc=IN IP4 0.0.0.0\r\nt=0 0\r\n\
                              m=message 5060 sip null\r\na=accept-types:*\r\n";

pub(crate) type Stage = Bench<Endpoint<Client>>;

/// The requests that opened the sessions of a client in a conference.
pub(crate) struct Sessions {
    pub(crate) focus: Sent,
    pub(crate) subscription: Sent,
    pub(crate) chat: Sent,
}

/// bob's client, which has sent its REGISTER, and the REGISTER.
pub(crate) fn signing_in(kind: Kind, tweak: impl FnOnce(&mut Config)) -> (Stage, Sent) {
    let at = |address| Address::new(address);
    let (own, front_end) = (at("bob.example:5061"), at("fe.contoso.com:5061"));
    let mut config = Config::new("sip:bob@contoso.com", "01010101aa", kind, own, front_end);
    tweak(&mut config);
    let settings = config.settings();
    let mut stage = Bench::new(Endpoint::new(Client::new(config), settings, Entropy::named(3, "bob")));
    stage.give(Input::Start);
    let out = stage.give(Input::Command(Command::SignIn));
    assert!(matches!(out[..], [Out::Open(CONN, _)]), "{out:?}");
    let register = only(messages(stage.give(Input::Connected { conn: CONN })));
    assert!(register.is(&Method::Register));
    (stage, register)
}

/// bob's client, signed in.
pub(crate) fn signed_in(kind: Kind, tweak: impl FnOnce(&mut Config)) -> Stage {
    let (mut stage, register) = signing_in(kind, tweak);
    stage.register(&register);
    stage
}

/// bob's client in a conference.
pub(crate) fn joined(kind: Kind) -> (Stage, Sessions) {
    let mut stage = signed_in(kind, |_| {});
    let sessions = stage.join();
    stage.seen();
    (stage, sessions)
}

impl Stage {
    pub(crate) fn answer(&mut self, request: &Sent, status: &str, more: &str) -> Vec<Sent> {
        self.hear(request.conn, &request.response(status, "far", more))
    }

    pub(crate) fn register(&mut self, register: &Sent) {
        let contact = "Contact: <sip:bob@contoso.com>;gruu=\"sip:bob@contoso.com;opaque=user:epid:B;gruu\"\n";
        assert!(self.answer(register, "200 OK", contact).is_empty());
        assert_eq!(self.seen(), [Event::SignedIn]);
    }

    /// The focus admits a joiner; gives what he sends on it.
    pub(crate) fn admit(&mut self, invite: &Sent) -> Vec<Sent> {
        let request = cccp::Request::parse(invite.message.body()).unwrap();
        let result = CommandResult::success(Outcome::AddUser { keys: None, user: None });
        let admitted = cccp::Response::to(&request, Code::Success, result).write();
        let admitted = String::from_utf8(admitted).unwrap();
        let more = format!(
            "Contact: <{FOCUS}>;isfocus\n{FOCUS_TIMER}Content-Type: application/cccp+xml\n\n{admitted}"
        );
        self.answer(invite, "200 Invite dialog created", &more)
    }

    /// The answer to a SUBSCRIBE, with the roster; gives what the client sends on it.
    pub(crate) fn tell(&mut self, subscribe: &Sent, roster: &str) -> Vec<Sent> {
        let more = format!("Contact: <{FOCUS}>;isfocus\nExpires: 3600\n{roster}");
        self.answer(subscribe, "200 OK", &more)
    }

    /// The IM MCU accepts.
    pub(crate) fn accept_chat(&mut self, invite: &Sent) {
        let more = format!("Contact: <{CHAT}>;isfocus\n{CHAT_TIMER}Content-Type: application/sdp\n\n{SDP}");
        assert_eq!(starts(&self.answer(invite, "200 OK", &more)), [format!("ACK {CHAT} SIP/2.0")]);
        assert!(matches!(self.events.last(), Some(Event::ChatJoined { .. })));
    }

    /// Joins focus and IM MCU; the SUBSCRIBE in between.
    pub(crate) fn join(&mut self) -> Sessions {
        let focus = only(self.command(Command::Join { conference: FOCUS.into() }));
        let sent = self.admit(&focus);
        let [_, subscription] = &sent[..] else { panic!("{sent:?}") };
        let chat = only(self.tell(subscription, &roster("full", 1, "")));
        self.accept_chat(&chat);
        Sessions { focus, subscription: subscription.clone(), chat }
    }

    /// A request of the peer in the dialog that `ours` opened.
    pub(crate) fn hear_in(&mut self, ours: &Sent, method: &str, cseq: u32, more: &str) -> Vec<Sent> {
        let (from, to) = (ours.header(Name::To), ours.header(Name::From));
        let tag = if ours.tag().is_empty() { ";tag=far" } else { "" };
        let call_id = ours.header(Name::CallId);
        let text = format!(
            "{method} sip:bob@contoso.com SIP/2.0\nVia: SIP/2.0/TCP fe;branch=z9hG4bK{call_id}{method}{cseq}\n\
             Max-Forwards: 70\nFrom: {from}{tag}\nTo: {to}\nCall-ID: {call_id}\nCSeq: {cseq} {method}\n{more}"
        );
        self.hear(ours.conn, &text)
    }

    /// A BENOTIFY in the dialog of a SUBSCRIBE.
    pub(crate) fn notify(&mut self, subscribe: &Sent, cseq: u32, more: &str) -> Vec<Sent> {
        self.hear_in(subscribe, "BENOTIFY", cseq, &format!("Event: conference\n{more}"))
    }
}

/// Content-Type and body of a roster document.
pub(crate) fn roster(state: &str, version: u32, users: &str) -> String {
    let description = format!(
        "<conference-description><conf-uris><entry><uri>{CHAT}</uri><purpose>chat</purpose></entry></conf-uris>\
         </conference-description>"
    );
    let description = if state == "full" { &*description } else { "" };
    format!(
        "Content-Type: application/conference-info+xml\n\n\
         <conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" entity=\"{FOCUS}\" state=\"{state}\" \
         version=\"{version}\">{description}<users state=\"{state}\">{users}</users></conference-info>"
    )
}

/// A user with an IM session that takes these formats.
pub(crate) fn chatting(user: &str, formats: &str) -> String {
    format!(
        "<user entity=\"sip:{user}@contoso.com\" state=\"full\">\
         <endpoint entity=\"{{{user}}}\" xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\" \
         msci:session-type=\"chat\"><status>connected</status><msci:endpoint-capabilities>\
         <x:endpoint-capabilities xmlns:x=\"http://schemas.microsoft.com/rtc/2005/08/imconfinfoextensions\">\
         <x:supported-im-formats>{formats}</x:supported-im-formats></x:endpoint-capabilities>\
         </msci:endpoint-capabilities></endpoint></user>"
    )
}
