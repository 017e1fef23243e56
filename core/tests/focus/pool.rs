//! A focus in its pool: the test plays the front end with its clients, the IM MCU and the factory.

use confsim_core::entropy::Entropy;
use confsim_core::focus::Command::Stop;
use confsim_core::focus::{Config, Event, Focus};
use confsim_core::node::{Address, ConnId, Input};
use confsim_core::signal::{Endpoint, Settings};
use confsim_core::time::Duration;
use confsim_core::wire::cccp::{self, Code, Command, CommandResult, ConferenceKeys, Outcome, Reason};
use confsim_core::wire::conference_info::{self, ConferenceInfo, State, User};
use confsim_core::wire::sip::{Method, Name};

use crate::common::{Bench, Out, Sent, messages};

pub(crate) const FOCUS: &str =
    "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:FC275ECD12493E4E9C27C894FE91E104";
pub(crate) const CHAT: &str =
    "sip:alice@contoso.com;gruu;opaque=app:conf:chat:id:FC275ECD12493E4E9C27C894FE91E104";

const FRONT_END: &str = "fe.pool.contoso.com:5061";
const IM_MCU: &str = "mcu.pool.contoso.com:5061";
const FACTORY: &str = "factory.pool.contoso.com:5061";

/// The focus and everybody it speaks to.
pub(crate) struct Pool {
    pub(crate) bench: Bench<Endpoint<Focus>>,
    pub(crate) front_end: ConnId,
    pub(crate) mcu: Peer,
    pub(crate) factory: Peer,
    /// What the factory provisioned; `None`: nothing.
    pub(crate) provisioned: Option<ConferenceInfo<'static>>,
    next_call: u32,
}

/// The far end of a pool link, played by the test.
pub(crate) struct Peer {
    pub(crate) conn: ConnId,
    epoch: &'static str,
    focus_epoch: String,
    sent: u64,
    taken: u64,
    /// C3P requests of the focus that nobody has looked at.
    pub(crate) heard: Vec<cccp::Request<'static>>,
    /// Its C3P responses.
    pub(crate) answers: Vec<cccp::Response<'static>>,
    /// Its state documents.
    pub(crate) states: Vec<ConferenceInfo<'static>>,
    /// Whether it reads what it gets.
    pub(crate) deaf: bool,
}

/// A dialog as the client sees it.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) user: &'static str,
    pub(crate) call_id: String,
    pub(crate) tag: String,
    pub(crate) cseq: u32,
    pub(crate) uri: &'static str,
}

impl Peer {
    fn new(conn: ConnId, epoch: &'static str) -> Self {
        let (heard, answers, states) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            conn,
            epoch,
            focus_epoch: String::new(),
            sent: 0,
            taken: 0,
            heard,
            answers,
            states,
            deaf: false,
        }
    }

    fn hear(&mut self, sent: &Sent) -> String {
        let envelope = sent.message.pool_link().unwrap().unwrap();
        if envelope.peer == Some(self.epoch) && envelope.seq == self.taken + 1 {
            self.taken += 1;
            let body = sent.message.body();
            match (sent.message.content_type(), cccp::Request::parse(body)) {
                (Some(cccp::CONTENT_TYPE), Ok(request)) => self.heard.push(request.into_owned()),
                (Some(cccp::CONTENT_TYPE), Err(_)) => {
                    self.answers.push(cccp::Response::parse(body).unwrap().into_owned());
                }
                _ => self.states.push(conference_info::read(body).unwrap().into_owned()),
            }
        }
        self.focus_epoch = envelope.epoch.to_owned();
        let (epoch, seq, ack, peer) = (self.epoch, envelope.seq, self.taken, &self.focus_epoch);
        sent.response("200 OK", "t", &format!("Pool-Link: {epoch};seq={seq};ack={ack};peer={peer}\n"))
    }

    fn say(&mut self, kind: &str, body: &str) -> String {
        self.sent += 1;
        let (epoch, seq, ack, peer) = (self.epoch, self.sent, self.taken, &self.focus_epoch);
        format!(
            "SERVICE sip:focus SIP/2.0\nVia: SIP/2.0/TCP peer;branch=z9hG4bK{epoch}{seq}\nMax-Forwards: 70\n\
             From: <sip:{epoch}>;tag=a\nTo: <sip:focus>\nCall-ID: {epoch}{seq}\nCSeq: 1 SERVICE\n\
             Pool-Link: {epoch};seq={seq};ack={ack};peer={peer}\nContent-Type: {kind}\n\n{body}"
        )
    }
}

impl Pool {
    /// A pool that is up, with one conference that everybody of the enterprise may join.
    pub(crate) fn new() -> Self {
        Self::provisioned(&plain())
    }

    /// The same for so many users at most.
    pub(crate) fn for_users(most: usize) -> Self {
        Self::configured(&plain(), |config| config.users_max = most)
    }

    /// A pool that is up, with one conference as described.
    pub(crate) fn provisioned(description: &str) -> Self {
        Self::configured(description, |_| ())
    }

    /// The same with other settings than usual.
    pub(crate) fn configured(description: &str, set: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new(Address::new(FRONT_END), Address::new(IM_MCU), Address::new(FACTORY));
        set(&mut config);
        let settings = Settings::new(Address::new("focus.pool.contoso.com:5061"));
        let node = Endpoint::new(Focus::new(config), settings, Entropy::named(7, "focus"));
        let mut bench = Bench::new(node);
        let mut opened = bench.give(Input::Start).into_iter().filter_map(|out| match out {
            Out::Open(conn, to) => Some((conn, to)),
            _ => None,
        });
        let (mcu, factory) = (opened.next().unwrap(), opened.next().unwrap());
        assert_eq!((mcu.1.as_str(), factory.1.as_str()), (IM_MCU, FACTORY));
        let mut pool = Self {
            front_end: bench.accept(FRONT_END),
            bench,
            mcu: Peer::new(mcu.0, "mcu1"),
            factory: Peer::new(factory.0, "fac1"),
            provisioned: Some(conference_info::read(description.as_bytes()).unwrap().into_owned()),
            next_call: 1,
        };
        for conn in [mcu.0, factory.0] {
            let greeting = messages(pool.bench.give(Input::Connected { conn }));
            assert!(pool.settle(greeting).is_empty());
        }
        pool
    }

    /// The pool members take what is meant for them; the factory answers at once. What is left goes to clients.
    fn settle(&mut self, sent: Vec<Sent>) -> Vec<Sent> {
        let mut left = Vec::new();
        for sent in sent {
            let peer = match sent.conn {
                conn if conn == self.mcu.conn => &mut self.mcu,
                conn if conn == self.factory.conn => &mut self.factory,
                _ => {
                    left.push(sent);
                    continue;
                }
            };
            if !sent.is(&Method::Service) {
                left.push(sent);
                continue;
            }
            if peer.deaf {
                continue;
            }
            let (conn, answer) = (peer.conn, peer.hear(&sent));
            let more = self.bench.hear(conn, &answer);
            left.extend(self.settle(more));
            left.extend(self.look_up());
        }
        left
    }

    /// The factory answers what it was asked.
    fn look_up(&mut self) -> Vec<Sent> {
        let mut sent = Vec::new();
        for request in std::mem::take(&mut self.factory.heard) {
            assert!(
                matches!(&request.command, Command::GetConference { keys, .. } if keys.conf_entity.as_deref() == Some(FOCUS))
            );
            let info = self.provisioned.clone().map(Box::new);
            let code = if info.is_some() { Code::Success } else { Code::Failure };
            let result = CommandResult::success(Outcome::GetConference(info));
            let answer = cccp::Response::to(&request, code, result).write();
            let answer = self.factory.say(cccp::CONTENT_TYPE, std::str::from_utf8(&answer).unwrap());
            sent.extend(self.bench.hear(self.factory.conn, &answer));
        }
        sent.retain(|sent| !(sent.conn == self.factory.conn && sent.code() == Some(200)));
        self.settle(sent)
    }

    /// Something arrives from a client by way of the front end.
    pub(crate) fn hear(&mut self, text: &str) -> Vec<Sent> {
        let sent = self.bench.hear(self.front_end, text);
        self.settle(sent)
    }

    /// The operator has the focus stop.
    pub(crate) fn stop(&mut self) -> Vec<Sent> {
        let sent = self.bench.command(Stop);
        self.settle(sent)
    }

    /// Time passes.
    pub(crate) fn pass(&mut self, span: Duration) -> Vec<Sent> {
        let sent = self.bench.pass(span);
        self.settle(sent)
    }

    /// The MCU answers the oldest command with success.
    pub(crate) fn mcu_answers(&mut self, outcome: Outcome<'static>) -> Vec<Sent> {
        let request = self.mcu.heard.remove(0);
        let answer = cccp::Response::to(&request, Code::Success, CommandResult::success(outcome)).write();
        let text = self.mcu.say(cccp::CONTENT_TYPE, std::str::from_utf8(&answer).unwrap());
        self.mcu_says(&text)
    }

    /// The MCU answers the oldest command and goes on working on it.
    pub(crate) fn mcu_is_busy(&mut self, outcome: Outcome<'static>) -> Vec<Sent> {
        let request = self.mcu.heard[0].clone();
        let answer = cccp::Response::to(&request, Code::Pending, CommandResult::success(outcome)).write();
        let text = self.mcu.say(cccp::CONTENT_TYPE, std::str::from_utf8(&answer).unwrap());
        self.mcu_says(&text)
    }

    /// The MCU answers the oldest command with failure.
    pub(crate) fn mcu_refuses(&mut self, reason: Reason<'static>) -> Vec<Sent> {
        let request = self.mcu.heard.remove(0);
        let result = CommandResult::failure(request.command.kind().unwrap(), reason);
        let answer = cccp::Response::to(&request, Code::Failure, result).write();
        let text = self.mcu.say(cccp::CONTENT_TYPE, std::str::from_utf8(&answer).unwrap());
        self.mcu_says(&text)
    }

    /// The MCU reports sessions: `users` is the content of the document's `users`.
    pub(crate) fn mcu_reports(&mut self, state: &str, users: &str) -> Vec<Sent> {
        let body = format!(
            "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" \
             xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\" \
             entity=\"{FOCUS}\" state=\"{state}\"><users state=\"{state}\">{users}</users></conference-info>"
        );
        let text = self.mcu.say(conference_info::CONTENT_TYPE, &body);
        self.mcu_says(&text)
    }

    fn mcu_says(&mut self, text: &str) -> Vec<Sent> {
        let mut sent = self.bench.hear(self.mcu.conn, text);
        sent.retain(|sent| !(sent.conn == self.mcu.conn && sent.code() == Some(200)));
        self.settle(sent)
    }

    /// The factory has deleted the conference.
    pub(crate) fn factory_deletes(&mut self) -> Vec<Sent> {
        let command = format!(
            "<request xmlns=\"urn:ietf:params:xml:ns:cccp\" C3PVersion=\"1\" to=\"{FOCUS}\" from=\"{FOCUS}\" \
             requestId=\"7\"><deleteConference><conferenceKeys confEntity=\"{FOCUS}\"/></deleteConference></request>"
        );
        let text = self.factory.say(cccp::CONTENT_TYPE, &command);
        let mut sent = self.bench.hear(self.factory.conn, &text);
        sent.retain(|sent| !(sent.conn == self.factory.conn && sent.code() == Some(200)));
        self.settle(sent)
    }

    /// The factory comes back without its memory.
    pub(crate) fn factory_restarts(&mut self) -> Vec<Sent> {
        self.factory = Peer::new(self.factory.conn, "fac2");
        let (conn, mut sent) = self.reconnect(self.factory.conn);
        self.factory.conn = conn;
        sent.extend(messages(self.bench.give(Input::Connected { conn })));
        self.settle(sent)
    }

    /// The activity that the factory was told of, in order.
    pub(crate) fn activity(&mut self) -> Vec<bool> {
        let states = std::mem::take(&mut self.factory.states);
        states
            .into_iter()
            .map(|info| {
                assert_eq!(info.entity, FOCUS);
                info.conference_state.unwrap().active.unwrap()
            })
            .collect()
    }

    /// The MCU comes back without its memory.
    pub(crate) fn mcu_restarts(&mut self) -> Vec<Sent> {
        self.mcu = Peer::new(self.mcu.conn, "mcu2");
        self.mcu_reconnects()
    }

    /// The MCU comes back with its memory, but could not keep all documents that waited.
    pub(crate) fn mcu_renews(&mut self) -> Vec<Sent> {
        self.mcu = Peer::new(self.mcu.conn, "mcu1.1");
        self.mcu_reconnects()
    }

    /// The connection with the MCU is lost, and comes back.
    pub(crate) fn mcu_reconnects(&mut self) -> Vec<Sent> {
        let (conn, mut sent) = self.reconnect(self.mcu.conn);
        self.mcu.conn = conn;
        sent.extend(messages(self.bench.give(Input::Connected { conn })));
        self.settle(sent)
    }

    /// A connection is lost and opened again: the new one, not up yet, and what left meanwhile.
    fn reconnect(&mut self, conn: ConnId) -> (ConnId, Vec<Sent>) {
        let out = self.bench.give(Input::Closed { conn });
        let mut sent = messages(out);
        let end = self.bench.now + Duration::from_secs(3);
        let conn = loop {
            assert!(self.bench.now < end, "no new connection");
            self.bench.now += Duration::from_secs(1);
            let out = self.bench.give(Input::Timeout);
            let opened = out.iter().find_map(|out| match out {
                Out::Open(conn, _) => Some(*conn),
                _ => None,
            });
            sent.extend(messages(out));
            if let Some(conn) = opened {
                break conn;
            }
        };
        (conn, sent)
    }

    /// A client joins: the answers and whatever else leaves.
    pub(crate) fn invite(&mut self, user: &'static str) -> (Call, Vec<Sent>) {
        self.invite_with(user, &add_user(user, ""))
    }

    /// A client joins with a document of the test's making.
    pub(crate) fn invite_with(&mut self, user: &'static str, document: &str) -> (Call, Vec<Sent>) {
        let mut call = self.call(user, FOCUS);
        let more = "Supported: timer\nms-keep-alive: UAC;hop-hop=yes\nContent-Type: application/cccp+xml\n";
        let sent = self.hear(&call.request("INVITE", more, document));
        call.tag = sent.last().map(|_| tag_of(&sent, &call)).unwrap_or_default();
        (call, sent)
    }

    /// A client joins and acknowledges.
    pub(crate) fn join(&mut self, user: &'static str) -> Call {
        let (mut call, sent) = self.invite(user);
        assert!(sent.iter().any(|it| it.start() == "SIP/2.0 200 Invite dialog created"), "{sent:?}");
        let ack = call.ack();
        assert!(self.hear(&ack).is_empty());
        call
    }

    /// A client subscribes: its dialog and the document it got.
    pub(crate) fn subscribe(&mut self, user: &'static str) -> (Call, ConferenceInfo<'static>) {
        let (call, sent) = self.subscribe_with(user, SUBSCRIBE);
        assert_eq!(sent.len(), 1, "{sent:?}");
        assert_eq!(sent[0].code(), Some(200), "{sent:?}");
        (call, document(&sent[0]))
    }

    /// A client sends a SUBSCRIBE with these headers.
    pub(crate) fn subscribe_with(&mut self, user: &'static str, more: &str) -> (Call, Vec<Sent>) {
        let mut call = self.call(user, FOCUS);
        let sent = self.hear(&call.request("SUBSCRIBE", more, ""));
        call.tag = tag_of(&sent, &call);
        (call, sent)
    }

    /// A client calls the MCU and the MCU reports the session; gives what the focus sent on that.
    pub(crate) fn join_chat(&mut self, user: &'static str) -> (String, Vec<Sent>) {
        let mut call = self.call(user, CHAT);
        let sent = self.hear(&call.request("INVITE", "Content-Type: application/sdp\n", "v=0\n"));
        let forwarded = sent.iter().find(|it| it.is(&Method::Invite)).expect("a forwarded INVITE");
        let guid = forwarded.message.other("Pool-Endpoint").unwrap().to_owned();
        let answer = forwarded.response("200 OK", "mcu", &format!("Contact: <{CHAT}>;isfocus\n"));
        self.mcu_says(&answer);
        self.mcu.heard.clear();
        let sent = self.mcu_reports("partial", &session(user, &guid));
        (guid, sent)
    }

    /// A new call.
    pub(crate) fn call(&mut self, user: &'static str, uri: &'static str) -> Call {
        let call_id = format!("call-{}", self.next_call);
        self.next_call += 1;
        Call { user, call_id, tag: String::new(), cseq: 0, uri }
    }

    pub(crate) fn events(&mut self) -> Vec<Event> {
        self.bench.seen()
    }
}

/// What clients send with a SUBSCRIBE (EX-IM-4-1-1).
pub(crate) const SUBSCRIBE: &str = "Event: conference\nAccept: application/conference-info+xml\n\
    Supported: com.microsoft.autoextend\nSupported: ms-benotify\nProxy-Require: ms-benotify\n\
    Supported: ms-piggyback-first-notify\n";

impl Call {
    /// The next request in the call.
    pub(crate) fn request(&mut self, method: &str, more: &str, body: &str) -> String {
        self.cseq += 1;
        self.numbered(method, self.cseq, more, body)
    }

    /// The ACK of its INVITE.
    pub(crate) fn ack(&mut self) -> String {
        self.numbered("ACK", self.cseq, "", "")
    }

    /// A command in its dialog.
    pub(crate) fn command(&mut self, document: &str) -> String {
        self.request("INFO", "Content-Type: application/cccp+xml\n", document)
    }

    fn numbered(&self, method: &str, cseq: u32, more: &str, body: &str) -> String {
        let (user, call_id, uri) = (self.user, &self.call_id, self.uri);
        let tag = if self.tag.is_empty() { String::new() } else { format!(";tag={}", self.tag) };
        format!(
            "{method} {uri} SIP/2.0\nVia: SIP/2.0/TCP {user}.example\nMax-Forwards: 70\n\
             From: \"{user}\"<sip:{user}@contoso.com>;tag=from-{user};epid=epid-{user}\nTo: <{uri}>{tag}\n\
             Call-ID: {call_id}\nCSeq: {cseq} {method}\n\
             Contact: <sip:{user}@contoso.com;opaque=user:epid:{user};gruu>\n{more}\n{body}"
        )
    }
}

/// A conference of which nothing particular is provisioned.
fn plain() -> String {
    format!(
        "<conference-info xmlns=\"urn:ietf:params:xml:ns:conference-info\" entity=\"{FOCUS}\" version=\"1\"/>"
    )
}

/// The GUID of a user's focus endpoint.
pub(crate) fn guid(user: &str) -> String {
    let number = user.bytes().fold(0_u64, |sum, byte| sum * 31 + u64::from(byte)) % 0xFFFF_FFFF;
    format!("{{{number:08X}-13A6-4DCF-A376-7C4EC2C9017D}}")
}

/// The join request of the documents; `info` goes into the endpoint.
pub(crate) fn add_user(user: &str, info: &str) -> String {
    let guid = guid(user);
    request(
        user,
        &format!(
            "<addUser><conferenceKeys confEntity=\"{FOCUS}\"/><ci:user \
             xmlns:ci=\"urn:ietf:params:xml:ns:conference-info\" entity=\"sip:{user}@contoso.com\"><ci:roles>\
             <ci:entry>attendee</ci:entry></ci:roles><ci:endpoint entity=\"{guid}\">{info}</ci:endpoint>\
             </ci:user></addUser>"
        ),
    )
}

/// `deleteUser`.
pub(crate) fn delete_user(user: &str, victim: &str) -> String {
    let keys = format!("confEntity=\"{FOCUS}\" userEntity=\"sip:{victim}@contoso.com\"");
    request(user, &format!("<deleteUser><userKeys {keys}/></deleteUser>"))
}

/// A C3P request of `user`.
pub(crate) fn request(user: &str, command: &str) -> String {
    format!(
        "<request xmlns=\"urn:ietf:params:xml:ns:cccp\" C3PVersion=\"1\" to=\"{FOCUS}\" \
         from=\"sip:{user}@contoso.com\" requestId=\"63022864\">{command}</request>"
    )
}

/// A session as the MCU reports it.
pub(crate) fn session(user: &str, guid: &str) -> String {
    format!(
        "<user entity=\"sip:{user}@contoso.com\" state=\"partial\"><endpoint entity=\"{guid}\" state=\"full\" \
         msci:session-type=\"chat\"><status>connected</status><joining-method>dialed-in</joining-method>\
         <media id=\"1\"><type>chat</type></media></endpoint></user>"
    )
}

/// A session's end as the MCU reports it.
pub(crate) fn session_gone(user: &str, guid: &str) -> String {
    format!(
        "<user entity=\"sip:{user}@contoso.com\" state=\"partial\"><endpoint entity=\"{guid}\" \
         state=\"deleted\"/></user>"
    )
}

/// The document in a message.
#[track_caller]
pub(crate) fn document(sent: &Sent) -> ConferenceInfo<'static> {
    assert_eq!(sent.header(Name::ContentType), conference_info::CONTENT_TYPE, "{sent:?}");
    conference_info::read(sent.message.body()).unwrap().into_owned()
}

/// The C3P response in a message.
#[track_caller]
pub(crate) fn answer(sent: &Sent) -> cccp::Response<'static> {
    assert_eq!(sent.header(Name::ContentType), cccp::CONTENT_TYPE, "{sent:?}");
    cccp::Response::parse(sent.message.body()).unwrap().into_owned()
}

/// One line per message: who gets what, with the version and what it says of users.
pub(crate) fn told(sent: &[Sent]) -> Vec<String> {
    sent.iter().map(tell).collect()
}

fn tell(sent: &Sent) -> String {
    let party = if sent.message.is_request() { sent.message.to() } else { sent.message.from() };
    let party = party.unwrap().uri.user().unwrap_or_default().to_owned();
    let what = sent.message.summary();
    if sent.message.content_type() == Some(conference_info::CONTENT_TYPE) {
        return format!("{party}: {what} {}", in_short(&document(sent)));
    }
    if sent.message.content_type() == Some(cccp::CONTENT_TYPE) && sent.message.is_request() {
        return format!("{party}: {what} {}", answer(sent).code.as_str());
    }
    format!("{party}: {what}")
}

/// A document in one line: `v2 partial bob[focus chat]`.
pub(crate) fn in_short(info: &ConferenceInfo<'_>) -> String {
    let users = info.users.iter().flat_map(|users| &users.users).map(|user| {
        let name = user.entity.trim_start_matches("sip:").split('@').next().unwrap();
        if user.state == Some(State::Deleted) {
            return format!(" -{name}");
        }
        let sessions = user.endpoints.iter().map(|it| {
            let kind = it.session_type.as_deref().unwrap_or("?");
            let status = it.status.map_or("", |status| status.as_str());
            if status == "connected" { kind.to_owned() } else { format!("{kind}:{status}") }
        });
        format!(" {name}[{}]", sessions.collect::<Vec<_>>().join(" "))
    });
    let view = info.conference_view.as_ref().map_or("", |_| " view");
    let state = info.state.unwrap_or_default().as_str();
    format!("v{} {state}{}{view}", info.version.unwrap_or_default(), users.collect::<String>())
}

pub(crate) fn tag_of(sent: &[Sent], call: &Call) -> String {
    let own =
        |it: &&Sent| it.header(Name::CallId) == call.call_id && it.code().is_some_and(|code| code > 100);
    sent.iter().rfind(own).map(|it| it.tag().to_owned()).unwrap_or_default()
}

/// The MCU's answer to `deleteUser`.
pub(crate) fn deleted(victim: &str) -> Outcome<'static> {
    let user = User { entity: format!("sip:{victim}@contoso.com").into(), ..User::default() };
    Outcome::DeleteUser { keys: Some(ConferenceKeys::entity(FOCUS)), user: Some(Box::new(user)) }
}
