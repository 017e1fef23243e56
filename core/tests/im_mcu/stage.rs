//! An IM MCU with everybody around it played by hand: the focus on one connection, the front end with all
//! clients behind it on another. Bytes in, bytes out.

use bytes::Bytes;
use confsim_core::entropy::Entropy;
use confsim_core::im_mcu::{Config, Event, ImMcu};
use confsim_core::node::{Address, ConnId, Deadline, Input, Node, Output, Transmit};
use confsim_core::signal::{Endpoint, Settings};
use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::{Message, Method, Name};

pub(crate) const FOCUS: &str =
    "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:7ECB5F9BFFB1F343B36775DBA09E8038";
pub(crate) const CHAT: &str =
    "sip:alice@contoso.com;gruu;opaque=app:conf:chat:id:7ECB5F9BFFB1F343B36775DBA09E8038";
pub(crate) const FOCUS_CONN: ConnId = ConnId::accepted(0);
pub(crate) const CLIENT_CONN: ConnId = ConnId::accepted(1);

/// The MCU and its surroundings.
pub(crate) struct Stage {
    mcu: Endpoint<ImMcu>,
    now: Instant,
    deadline: Option<Deadline>,
    epoch: String,
    sent: u64,
    branch: u32,
    /// Bodies of what the MCU sent the focus over the link, in order.
    pub(crate) to_focus: Vec<String>,
    /// Everything else the MCU sent, in order.
    pub(crate) sends: Vec<Sent>,
    pub(crate) events: Vec<Event>,
    /// Whether the focus answers the link.
    pub(crate) focus_answers: bool,
}

/// A message the MCU sent. `at` counts all messages, those to the focus included.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) at: usize,
    pub(crate) message: Message,
    pub(crate) body: Bytes,
}

/// A client with a session, or on the way to one.
#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) user: String,
    pub(crate) call_id: String,
    pub(crate) tag: String,
    pub(crate) mcu_tag: String,
    cseq: u32,
}

/// What a client can do.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) supported: &'static str,
    pub(crate) accept: Option<&'static str>,
}

pub(crate) const MODERN: Kind = Kind {
    supported: "ms-sender",
    accept: Some("text/rtf application/x-ms-ink image/gif multipart/alternative application/ms-imdn+xml"),
};
pub(crate) const LEGACY: Kind = Kind { supported: "ms-early-media", accept: None };

impl Stage {
    /// An MCU that knows one conference, created at second 1.
    pub(crate) fn new() -> Self {
        Self::with(|_| {})
    }

    pub(crate) fn with(change: impl FnOnce(&mut Config)) -> Self {
        let at = |host: &str| Address::new(&format!("{host}.pool.contoso.com:5061"));
        let mut config = Config::new(at("focus"), at("fe"));
        change(&mut config);
        let settings = Settings::new(at("mcu"));
        let mut stage = Self {
            mcu: Endpoint::new(ImMcu::new(config), settings, Entropy::named(7, "im-mcu#1")),
            now: Instant::ZERO + Duration::from_secs(1),
            deadline: None,
            epoch: String::new(),
            sent: 0,
            branch: 0,
            to_focus: Vec::new(),
            sends: Vec::new(),
            events: Vec::new(),
            focus_answers: true,
        };
        stage.give(Input::Start);
        stage.give(Input::Accepted { conn: FOCUS_CONN, from: at("focus") });
        stage.give(Input::Accepted { conn: CLIENT_CONN, from: at("fe") });
        stage.create();
        stage
    }

    /// The focus has the MCU serve the conference.
    pub(crate) fn create(&mut self) {
        self.command(&format!(
            r#"<createConference mscp:mcuUri="{CHAT}" xmlns:mscp="http://schemas.microsoft.com/rtc/2005/08/cccpextensions"><ci:conference-info xmlns:ci="urn:ietf:params:xml:ns:conference-info" entity="{FOCUS}"/></createConference>"#
        ));
    }

    pub(crate) fn now(&self) -> u64 {
        self.now.as_micros()
    }

    /// Lets time pass, up to and including what is due `micros` after the start.
    pub(crate) fn until(&mut self, micros: u64) {
        let end = Instant::from_micros(micros);
        while let Some(deadline) = self.deadline.filter(|deadline| deadline.at <= end) {
            self.now = self.now.max(deadline.at);
            self.give(Input::Timeout);
        }
        self.now = end;
    }

    pub(crate) fn give(&mut self, input: Input<std::convert::Infallible>) {
        let mut answers = Vec::new();
        self.mcu.handle(self.now, input);
        loop {
            match self.mcu.poll() {
                Output::Wait(deadline) => {
                    self.deadline = deadline;
                    break;
                }
                Output::Send(transmit) => answers.extend(self.take(transmit)),
                Output::Event(event) => self.events.push(event),
                Output::Garbage { error, .. } => panic!("we sent no SIP: {error}"),
                _ => {}
            }
        }
        for answer in answers {
            self.give(Input::Received { conn: FOCUS_CONN, bytes: answer.into() });
        }
    }

    /// Sorts what the MCU sent; answers the link as the focus does.
    fn take(&mut self, transmit: Transmit) -> Option<String> {
        let mut bytes = transmit.head.to_vec();
        bytes.extend_from_slice(&transmit.body);
        let (message, surplus) = Message::parse_datagram(bytes.into()).expect("the MCU writes SIP");
        assert_eq!(surplus, 0);
        if transmit.conn != FOCUS_CONN || *message.method() != Method::Service {
            let at = self.sends.len() + self.to_focus.len();
            self.sends.push(Sent { at, message, body: transmit.body });
            return None;
        }
        let link = message.pool_link().unwrap().unwrap();
        self.epoch = link.epoch.to_owned();
        if !message.is_request() || !self.focus_answers {
            return None;
        }
        if link.seq > 0 {
            self.to_focus.push(String::from_utf8(message.body().to_vec()).unwrap());
        }
        let head = echo(&message, "200 OK");
        Some(format!(
            "{head}Pool-Link: f0c5;seq=0;ack={};peer={}\r\nContent-Length: 0\r\n\r\n",
            link.seq, self.epoch
        ))
    }

    /// The focus sends a command; the last document it gets in return.
    pub(crate) fn command(&mut self, element: &str) -> String {
        let body = format!(
            r#"<request xmlns="urn:ietf:params:xml:ns:cccp" C3PVersion="1" requestId="{}" from="{FOCUS}" to="{CHAT}">{element}</request>"#,
            self.sent + 1
        );
        let before = self.to_focus.len();
        self.document("application/cccp+xml", &body);
        self.to_focus.get(before).cloned().unwrap_or_default()
    }

    pub(crate) fn document(&mut self, content_type: &str, body: &str) {
        self.sent += 1;
        let (epoch, seq) = (self.epoch.clone(), self.sent);
        let head = self.request_line("SERVICE", "sip:mcu.pool.contoso.com:5061");
        let text = format!(
            "{head}From: <sip:focus.pool.contoso.com>;tag=f{seq}\r\nTo: <sip:mcu.pool.contoso.com>\r\nCall-ID: link{seq}\r\nCSeq: 1 SERVICE\r\n\
             Pool-Link: f0c5;seq={seq};ack=0;peer={epoch}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.give(Input::Received { conn: FOCUS_CONN, bytes: text.into() });
    }

    /// The focus comes anew, and greets.
    pub(crate) fn new_focus(&mut self) {
        let greeting = "SERVICE sip:mcu.pool.contoso.com:5061 SIP/2.0\r\nVia: SIP/2.0/TCP focus.pool.contoso.com:5061;branch=z9hG4bKnew\r\n\
             From: <sip:focus.pool.contoso.com>;tag=1\r\nTo: <sip:mcu.pool.contoso.com>\r\nCall-ID: new\r\nCSeq: 1 SERVICE\r\n\
             Pool-Link: 0e1f;seq=0;ack=0\r\nContent-Length: 0\r\n\r\n";
        self.give(Input::Received { conn: FOCUS_CONN, bytes: greeting.into() });
    }

    fn request_line(&mut self, method: &str, target: &str) -> String {
        self.branch += 1;
        let n = self.branch;
        format!(
            "{method} {target} SIP/2.0\r\nVia: SIP/2.0/TCP peer.contoso.com:5061;branch=z9hG4bKt{n}\r\nMax-Forwards: 70\r\n"
        )
    }

    /// The focus announces a participant.
    pub(crate) fn announce(&mut self, name: &str, guid: &str) -> String {
        self.command(&format!(
            r#"<addUser><conferenceKeys confEntity="{FOCUS}"/><ci:user xmlns:ci="urn:ietf:params:xml:ns:conference-info" entity="{}"><ci:display-text>{name}</ci:display-text><ci:endpoint entity="{{{guid}}}" xmlns:msci="http://schemas.microsoft.com/rtc/2005/08/confinfoextensions" msci:endpoint-uri="{}"><ci:joining-method>dialed-in</ci:joining-method></ci:endpoint></ci:user></addUser>"#,
            aor(name),
            gruu(name),
        ))
    }

    /// The focus has the MCU call a user; the first response.
    pub(crate) fn call(&mut self, name: &str, guid: &str) -> String {
        self.command(&format!(
            r#"<addUser xmlns:mscp="http://schemas.microsoft.com/rtc/2005/08/cccpextensions" mscp:mcuUri="{CHAT}"><conferenceKeys confEntity="{FOCUS}"/><ci:user xmlns:ci="urn:ietf:params:xml:ns:conference-info" entity="{0}"><ci:endpoint entity="{{{guid}}}" xmlns:msci="http://schemas.microsoft.com/rtc/2005/08/confinfoextensions" msci:refer-to-uri="{0}?ms-conversation-id=AchaQv%2F0%3D"><ci:joining-method>dialed-out</ci:joining-method><ci:joining-info><ci:by>{1}</ci:by></ci:joining-info><ci:media id="chat"><ci:type>chat</ci:type></ci:media><msci:clientInfo><msci:conversation-id>AchaQv/0=</msci:conversation-id></msci:clientInfo></ci:endpoint></ci:user></addUser>"#,
            aor(name),
            aor("Alice")
        ))
    }

    pub(crate) fn delete_user(&mut self, name: &str) -> String {
        let user = aor(name);
        self.command(&format!(
            r#"<deleteUser><userKeys confEntity="{FOCUS}" userEntity="{user}"/></deleteUser>"#
        ))
    }

    /// A client's INVITE, as the focus passes it on; the response.
    pub(crate) fn invite(&mut self, name: &str, guid: &str, kind: Kind) -> (Client, Sent) {
        self.invite_with(name, guid, kind, "")
    }

    pub(crate) fn invite_with(
        &mut self,
        name: &str,
        guid: &str,
        kind: Kind,
        headers: &str,
    ) -> (Client, Sent) {
        let (mut client, text) = self.write_invite(name, guid, kind, headers);
        self.hear_from_focus(text);
        let answer = self.sends.last().expect("an answer").clone();
        client.mcu_tag = answer.message.to().unwrap().tag().unwrap_or_default().to_owned();
        (client, answer)
    }

    /// A client's INVITE that has no answer yet; its text.
    pub(crate) fn invite_waiting(&mut self, name: &str, guid: &str, kind: Kind) -> String {
        let (_, text) = self.write_invite(name, guid, kind, "");
        self.hear_from_focus(text.clone());
        text
    }

    /// Something comes from the focus that is no document of the link.
    pub(crate) fn hear_from_focus(&mut self, text: String) {
        self.give(Input::Received { conn: FOCUS_CONN, bytes: text.into() });
    }

    /// A client's INVITE as the focus passes it on.
    pub(crate) fn write_invite(
        &mut self,
        name: &str,
        guid: &str,
        kind: Kind,
        headers: &str,
    ) -> (Client, String) {
        let client = Client {
            user: aor(name),
            call_id: format!("call-{guid}"),
            tag: format!("tag-{guid}"),
            mcu_tag: String::new(),
            cseq: 1,
        };
        let sdp = sdp(kind.accept);
        let head = self.request_line("INVITE", CHAT);
        let text = format!(
            "{head}Record-Route: <sip:fe.pool.contoso.com:5061;lr>\r\nPool-Endpoint: {{{guid}}}\r\n\
             From: <{}>;tag={}\r\nTo: <{CHAT}>\r\nCall-ID: {}\r\nCSeq: 1 INVITE\r\nContact: <{}>\r\n\
             User-Agent: UCCP/2.0.6362.0\r\nSupported: {}\r\n{headers}Content-Type: application/sdp\r\nContent-Length: {}\r\n\r\n{sdp}",
            client.user,
            client.tag,
            client.call_id,
            gruu(name),
            kind.supported,
            sdp.len()
        );
        (client, text)
    }

    /// Announced, called, acknowledged. What was sent meanwhile is forgotten.
    pub(crate) fn join(&mut self, name: &str, kind: Kind) -> Client {
        let mut client = self.ring(name, kind);
        self.ack(&mut client);
        self.sends.clear();
        client
    }

    /// Announced and called, the ACK outstanding.
    pub(crate) fn ring(&mut self, name: &str, kind: Kind) -> Client {
        let guid = format!("guid-{}", self.branch);
        self.announce(name, &guid);
        let (client, answer) = self.invite(name, &guid, kind);
        assert_eq!(answer.message.code(), Some(200), "{:?}", answer.message.head());
        client
    }

    pub(crate) fn ack(&mut self, client: &mut Client) {
        self.in_dialog(client, "ACK", "", "");
    }

    /// A request of a client within its session, through the front end; everything the MCU sent upon it.
    pub(crate) fn in_dialog(
        &mut self,
        client: &mut Client,
        method: &str,
        headers: &str,
        body: &str,
    ) -> Vec<Sent> {
        if method != "ACK" {
            client.cseq += 1;
        }
        let head = self.request_line(method, CHAT);
        let text = format!(
            "{head}From: <{}>;tag={}\r\nTo: <{CHAT}>;tag={}\r\nCall-ID: {}\r\nCSeq: {} {method}\r\n{headers}Content-Length: {}\r\n\r\n{body}",
            client.user,
            client.tag,
            client.mcu_tag,
            client.call_id,
            client.cseq,
            body.len()
        );
        let before = self.sends.len();
        self.give(Input::Received { conn: CLIENT_CONN, bytes: text.into() });
        self.sends[before..].to_vec()
    }

    pub(crate) fn say(&mut self, client: &mut Client, text: &str) -> Vec<Sent> {
        self.in_dialog(client, "MESSAGE", "Content-Type: text/plain\r\n", text)
    }

    /// A client answers a request of the MCU.
    pub(crate) fn answer(&mut self, request: &Sent, status: &str) -> Vec<Sent> {
        self.answer_with(request, status, "")
    }

    pub(crate) fn answer_with(&mut self, request: &Sent, status: &str, headers: &str) -> Vec<Sent> {
        self.respond(request, status, headers, "")
    }

    pub(crate) fn respond(&mut self, request: &Sent, status: &str, headers: &str, body: &str) -> Vec<Sent> {
        let head = echo(&request.message, status);
        self.hear(format!("{head}{headers}Content-Length: {}\r\n\r\n{body}", body.len()))
    }

    pub(crate) fn hear(&mut self, text: String) -> Vec<Sent> {
        let before = self.sends.len();
        self.give(Input::Received { conn: CLIENT_CONN, bytes: text.into() });
        self.sends[before..].to_vec()
    }

    pub(crate) fn dump(&self, what: &str) -> u64 {
        self.mcu.dump()[what]
    }
}

impl Sent {
    /// `200` or `MESSAGE bob`, as a test reads best.
    pub(crate) fn brief(&self) -> String {
        match self.message.code() {
            Some(code) => code.to_string(),
            None => {
                let to = self.message.to().unwrap();
                format!("{} {}", self.message.method(), to.uri.user().unwrap_or_default())
            }
        }
    }

    pub(crate) fn header(&self, name: Name) -> &str {
        self.message.header(name).unwrap_or_default()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

pub(crate) fn briefs(sends: &[Sent]) -> Vec<String> {
    sends.iter().map(Sent::brief).collect()
}

pub(crate) fn aor(name: &str) -> String {
    format!("sip:{}@contoso.com", name.to_lowercase().replace('ë', "e"))
}

pub(crate) fn gruu(name: &str) -> String {
    format!("{};opaque=user:epid:{}AA;gruu", aor(name), name.len())
}

pub(crate) fn sdp(accept: Option<&str>) -> String {
    let accept = accept.map(|list| format!("a=accept-types:{list}\r\n")).unwrap_or_default();
    format!(
        "v=0\r\no=- 0 0 IN IP4 10.0.0.1\r\ns=session\r\nc=IN IP4 10.0.0.1\r\nt=0 0\r\nm=message 5060 sip null\r\n{accept}"
    )
}

/// Start line and copied headers of a response.
fn echo(request: &Message, status: &str) -> String {
    let mut head = format!("SIP/2.0 {status}\r\n");
    for field in request.fields() {
        if matches!(field.name(), Name::Via | Name::From | Name::CallId | Name::CSeq) {
            head.push_str(field.line());
        }
        if field.name() == Name::To {
            let tag = if field.value().contains(";tag=") { "" } else { ";tag=peer" };
            head.push_str(&format!("To: {}{tag}\r\n", field.value()));
        }
    }
    head
}
