//! A client of another make, played by hand: it writes what a libpurple-based client writes (no Via branch, a
//! transport in lower case, ever the same identifiers), and reads what comes.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// How long a test waits for bytes before it fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// Something to speak SIP over.
pub(crate) trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

/// A message that was read.
#[derive(Clone, Debug)]
pub(crate) struct Heard {
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Heard {
    /// Status code or method.
    pub(crate) fn what(&self) -> &str {
        let mut words = self.head.split(' ');
        match words.next() {
            Some("SIP/2.0") => words.next().unwrap_or_default(),
            first => first.unwrap_or_default(),
        }
    }

    /// All values of a header.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.filter(|(found, _)| *found == name).map(|(_, value)| value).collect()
    }

    /// The value of a header.
    pub(crate) fn one(&self, name: &str) -> &str {
        self.all(name).first().copied().unwrap_or_else(|| panic!("no {name}: {}", self.head))
    }
}

/// A user's client on one connection.
pub(crate) struct Caller {
    stream: Box<dyn Stream>,
    user: String,
    buffer: Vec<u8>,
    /// What was read while something else was awaited.
    kept: VecDeque<Heard>,
    cseq: u32,
}

/// A dialog that the caller opened.
#[derive(Clone, Debug)]
pub(crate) struct Dialog {
    uri: String,
    to: String,
    call_id: String,
}

impl Caller {
    /// A connection to `address`.
    pub(crate) fn new(user: &str, address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).expect("somebody listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        Self::over(user, Box::new(stream))
    }

    /// An encrypted one, with a server that shows this certificate.
    pub(crate) fn encrypted(user: &str, address: SocketAddr, certificate: &str) -> Self {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(certificate.as_bytes()).expect("PEM"))
            .expect("a certificate");
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").expect("a name");
        let client = ClientConnection::new(Arc::new(config), name).expect("a client");
        let stream = TcpStream::connect(address).expect("somebody listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        Self::over(user, Box::new(StreamOwned::new(client, stream)))
    }

    fn over(user: &str, stream: Box<dyn Stream>) -> Self {
        Self { stream, user: user.to_owned(), buffer: Vec::new(), kept: VecDeque::new(), cseq: 0 }
    }

    /// Speaks for another user from now on.
    pub(crate) fn become_user(&mut self, user: &str) {
        user.clone_into(&mut self.user);
    }

    /// Writes these bytes; false when nobody reads them any more.
    pub(crate) fn try_write(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).and_then(|()| self.stream.flush()).is_ok()
    }

    /// Writes these bytes.
    pub(crate) fn write(&mut self, text: &str) {
        assert!(self.try_write(text.as_bytes()), "{}: nobody reads", self.user);
    }

    /// The next message, whatever it is; `None` at the end of the stream.
    pub(crate) fn read(&mut self) -> Option<Heard> {
        loop {
            if let Some(heard) = self.whole() {
                return Some(heard);
            }
            let mut bytes = [0; 16_384];
            match self.stream.read(&mut bytes) {
                Ok(0) => return None,
                Ok(length) => self.buffer.extend_from_slice(&bytes[..length]),
                Err(error) => match error.kind() {
                    std::io::ErrorKind::ConnectionReset | std::io::ErrorKind::UnexpectedEof => return None,
                    _ => panic!("{}: {error}", self.user),
                },
            }
        }
    }

    /// The first message in the buffer, if it is there in full.
    fn whole(&mut self) -> Option<Heard> {
        let end = self.buffer.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
        let head = String::from_utf8(self.buffer[..end].to_vec()).expect("UTF-8");
        let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        let length: usize = length.expect("every message has a length").parse().expect("a number");
        if self.buffer.len() < end + length {
            return None;
        }
        let body = String::from_utf8(self.buffer[end..end + length].to_vec()).expect("UTF-8");
        self.buffer.drain(..end + length);
        Some(Heard { head, body })
    }

    /// The next message with this code or method; others wait.
    pub(crate) fn hear(&mut self, what: &str) -> Heard {
        if let Some(place) = self.kept.iter().position(|heard| heard.what() == what) {
            return self.kept.remove(place).expect("it is there");
        }
        loop {
            let heard =
                self.read().unwrap_or_else(|| panic!("{}: the stream ended before {what}", self.user));
            if heard.what() == what {
                return heard;
            }
            assert!(
                heard.what().parse().is_ok_and(|code: u16| code < 200)
                    || heard.what().parse::<u16>().is_err(),
                "{} waits for {what} and hears {}{}",
                self.user,
                heard.head,
                heard.body
            );
            self.kept.push_back(heard);
        }
    }

    /// A request outside dialogs. `more` holds further header lines, each with its end.
    pub(crate) fn ask(&mut self, method: &str, uri: &str, more: &str, body: &str) {
        self.request(method, uri, &format!("<{uri}>"), &format!("{method}-call"), more, body);
    }

    fn request(&mut self, method: &str, uri: &str, to: &str, call_id: &str, more: &str, body: &str) {
        if method != "ACK" {
            self.cseq += 1;
        }
        let Self { user, cseq, .. } = self;
        let text = format!(
            "{method} {uri} SIP/2.0\r\nVia: SIP/2.0/tcp 127.0.0.1:5060\r\nFrom: <sip:{user}@contoso.com>;tag=1042;epid=0b9a\r\n\
             To: {to}\r\nMax-Forwards: 70\r\nCSeq: {cseq} {method}\r\nCall-ID: {call_id}\r\n\
             Contact: <sip:{user}@192.0.2.1:9;transport=tcp>\r\n{more}Content-Length: {}\r\n\r\n{body}",
            body.len()
        );
        self.write(&text);
    }

    /// Signs in, and gives the answer.
    pub(crate) fn sign_in(&mut self) -> Heard {
        self.sign_in_for(900)
    }

    /// Signs in for so many seconds, and gives the answer.
    pub(crate) fn sign_in_for(&mut self, seconds: u32) -> Heard {
        let uri = format!("sip:{}@contoso.com", self.user);
        let expires = format!("Expires: {seconds}\r\n");
        self.request("REGISTER", "sip:contoso.com", &format!("<{uri}>"), "register", &expires, "");
        self.hear("200")
    }

    /// Makes a conference; its focus URI. `id` is filled up to the length that ids have.
    pub(crate) fn create(&mut self, id: &str) -> String {
        let id = format!("{id:0>32}");
        self.ask_to_create(&id);
        let answer = self.hear("200");
        assert!(answer.body.contains("code=\"success\""), "{}", answer.body);
        format!("sip:{}@contoso.com;gruu;opaque=app:conf:focus:id:{id}", self.user)
    }

    /// Asks for a conference with this id.
    pub(crate) fn ask_to_create(&mut self, id: &str) {
        let user = self.user.clone();
        let factory = format!("sip:{user}@contoso.com;gruu;opaque=app:conf:focusfactory");
        let body = format!(
            "<?xml version=\"1.0\"?><request xmlns=\"urn:ietf:params:xml:ns:cccp\" \
             xmlns:mscp=\"http://schemas.microsoft.com/rtc/2005/08/cccpextensions\" C3PVersion=\"1\" to=\"{factory}\" \
             from=\"sip:{user}@contoso.com\" requestId=\"1\"><addConference>\
             <ci:conference-info xmlns:ci=\"urn:ietf:params:xml:ns:conference-info\" entity=\"\" \
             xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\"><ci:conference-description>\
             <ci:subject>Lunch</ci:subject><msci:conference-id>{id}</msci:conference-id>\
             <msci:admission-policy>openAuthenticated</msci:admission-policy></ci:conference-description>\
             <msci:conference-view><msci:entity-view entity=\"chat\"/></msci:conference-view></ci:conference-info>\
             </addConference></request>"
        );
        self.ask("SERVICE", &factory, "Content-Type: application/cccp+xml\r\n", &body);
    }

    /// Asks what conference `id` is.
    pub(crate) fn look_up(&mut self, id: &str) -> Heard {
        let user = self.user.clone();
        let factory = format!("sip:{user}@contoso.com;gruu;opaque=app:conf:focusfactory");
        let body = format!(
            "<?xml version=\"1.0\"?><request xmlns=\"urn:ietf:params:xml:ns:cccp\" C3PVersion=\"1\" to=\"{factory}\" \
             from=\"sip:{user}@contoso.com\" requestId=\"1\"><getConference><conferenceKeys \
             xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\" msci:conference-id=\"{id}\"/>\
             </getConference></request>"
        );
        self.ask("SERVICE", &factory, "Content-Type: application/cccp+xml\r\n", &body);
        self.read().expect("an answer")
    }

    /// Asks what conference keys are to be encrypted for: the factory's certificate, in base64.
    pub(crate) fn encryption_key(&mut self) -> String {
        let user = self.user.clone();
        let factory = format!("sip:{user}@contoso.com;gruu;opaque=app:conf:focusfactory");
        let body = format!(
            "<?xml version=\"1.0\"?><request xmlns=\"urn:ietf:params:xml:ns:cccp\" C3PVersion=\"1\" to=\"{factory}\" \
             from=\"sip:{user}@contoso.com\" requestId=\"1\"><getEncryptionKey/></request>"
        );
        self.ask("SERVICE", &factory, "Content-Type: application/cccp+xml\r\n", &body);
        let answer = self.hear("200").body;
        let (_, rest) = answer.split_once("x509-certificate>").expect("a certificate");
        rest.split_once('<').expect("its end").0.to_owned()
    }

    /// Asks to join a conference.
    pub(crate) fn ask_to_join(&mut self, focus: &str) {
        let user = self.user.clone();
        let body = format!(
            "<?xml version=\"1.0\"?><request xmlns=\"urn:ietf:params:xml:ns:cccp\" C3PVersion=\"1\" to=\"{focus}\" \
             from=\"sip:{user}@contoso.com\" requestId=\"0\"><addUser><conferenceKeys confEntity=\"{focus}\"/>\
             <ci:user xmlns:ci=\"urn:ietf:params:xml:ns:conference-info\" entity=\"sip:{user}@contoso.com\">\
             <ci:roles><ci:entry>attendee</ci:entry></ci:roles>\
             <ci:endpoint entity=\"{{DCB1F2C1-04F9-4AE3-B1F1-2B0C5F6F1A55}}\" \
             xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\"/></ci:user></addUser></request>"
        );
        self.ask("INVITE", focus, "Content-Type: application/cccp+xml\r\n", &body);
    }

    /// Joins a conference.
    pub(crate) fn join(&mut self, focus: &str) -> Dialog {
        self.ask_to_join(focus);
        self.confirm()
    }

    /// Opens an IM session with a conference.
    pub(crate) fn chat(&mut self, focus: &str) -> Dialog {
        let sdp = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=session\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n\
                   m=message 5060 sip null\r\na=accept-types:text/plain text/html application/ms-imdn+xml\r\n";
        let more = "Content-Type: application/sdp\r\nSupported: ms-sender\r\n";
        self.ask("INVITE", &focus.replace(":focus:", ":chat:"), more, sdp);
        let dialog = self.confirm();
        // Whatever is answered after the ACK shows that the session is connected.
        self.within(&dialog, "OPTIONS", "", "");
        self.hear("405");
        dialog
    }

    /// Hears the 200 to an INVITE and acknowledges it.
    fn confirm(&mut self) -> Dialog {
        let answer = self.hear("200");
        let contact = answer.one("Contact").split(['<', '>']).nth(1).expect("a URI").to_owned();
        let (to, call_id) = (answer.one("To").to_owned(), answer.one("Call-ID").to_owned());
        let dialog = Dialog { uri: contact, to, call_id };
        self.within(&dialog, "ACK", "", "");
        dialog
    }

    /// A request within a dialog.
    pub(crate) fn within(&mut self, dialog: &Dialog, method: &str, more: &str, body: &str) {
        self.request(method, &dialog.uri, &dialog.to, &dialog.call_id, more, body);
    }

    /// Says something.
    pub(crate) fn say(&mut self, dialog: &Dialog, text: &str) {
        self.within(dialog, "MESSAGE", "Content-Type: text/plain; charset=UTF-8\r\n", text);
    }

    /// Answers a request with 200.
    pub(crate) fn answer(&mut self, request: &Heard) {
        let mut text = "SIP/2.0 200 OK\r\n".to_owned();
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            for value in request.all(name) {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        self.write(&format!("{text}Content-Length: 0\r\n\r\n"));
    }
}
