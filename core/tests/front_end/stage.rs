//! The front end between the roles of its pool and endpoints, all played by hand.

use crate::common::{Bench, Out, Sent, only};
use confsim_core::entropy::Entropy;
use confsim_core::front_end::{Config, FrontEnd};
use confsim_core::node::{Address, ConnId, Input};
use confsim_core::signal::{Endpoint, Settings};

pub(crate) const FACTORY: ConnId = ConnId::opened(0);

pub(crate) const FOCUS: ConnId = ConnId::opened(1);

pub(crate) const IM_MCU: ConnId = ConnId::opened(2);

pub(crate) const FOCUS_URI: &str =
    "sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:FC275ECD12493E4E9C27C894FE91E104";

pub(crate) const CHAT_URI: &str =
    "sip:alice@contoso.com;gruu;opaque=app:conf:chat:id:FC275ECD12493E4E9C27C894FE91E104";

pub(crate) const FACTORY_URI: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:focusfactory";

pub(crate) type Node = Bench<Endpoint<FrontEnd>>;

pub(crate) fn config() -> Config {
    let address = |role: &str| Address::new(&format!("{role}.pool.contoso.com:5061"));
    Config::new(address("factory"), address("focus"), address("mcu"))
}

pub(crate) fn started(config: Config) -> Node {
    let settings = Settings::new(Address::new("fe.contoso.com:5061"));
    let mut node = Bench::new(Endpoint::new(FrontEnd::new(config), settings, Entropy::named(3, "front_end")));
    let opened: Vec<_> = ["factory", "focus", "mcu"]
        .iter()
        .zip([FACTORY, FOCUS, IM_MCU])
        .map(|(role, conn)| Out::Open(conn, Address::new(&format!("{role}.pool.contoso.com:5061"))))
        .collect();
    assert_eq!(node.give(Input::Start), opened);
    for conn in [FACTORY, FOCUS, IM_MCU] {
        node.give(Input::Connected { conn });
    }
    node
}

pub(crate) fn pool() -> Node {
    started(config())
}

/// A request of `user`'s endpoint `epid`.
pub(crate) struct Ask<'a> {
    pub(crate) method: &'a str,
    pub(crate) uri: &'a str,
    pub(crate) user: &'a str,
    pub(crate) to: &'a str,
    pub(crate) to_tag: &'a str,
    pub(crate) cseq: u32,
    pub(crate) more: &'a str,
}

impl Ask<'_> {
    pub(crate) fn text(&self) -> String {
        let Self { method, uri, user, to, to_tag, cseq, more } = self;
        let to_tag = if to_tag.is_empty() { String::new() } else { format!(";tag={to_tag}") };
        format!(
            "{method} {uri} SIP/2.0\n\
             Via: SIP/2.0/TCP 192.0.2.1:2157\n\
             Max-Forwards: 70\n\
             From: <sip:{user}@contoso.com>;tag=a2d73820f1;epid=1\n\
             To: <{to}>{to_tag}\n\
             Call-ID: f799d40aef33402a8e4095aba7915692\n\
             CSeq: {cseq} {method}\n\
             Contact: <sip:{user}@192.0.2.1:2157>\n{more}"
        )
    }
}

/// A request of carol's to `uri`, outside any dialog.
pub(crate) fn ask<'a>(method: &'a str, uri: &'a str) -> Ask<'a> {
    Ask { method, uri, user: "carol", to: uri, to_tag: "", cseq: 1, more: "" }
}

pub(crate) fn register(user: &str, epid: &str, cseq: u32, more: &str) -> String {
    format!(
        "REGISTER sip:contoso.com SIP/2.0\n\
         Via: SIP/2.0/TCP 192.0.2.1:2157\n\
         From: <sip:{user}@contoso.com>;tag=r;epid={epid}\n\
         To: <sip:{user}@contoso.com>\n\
         Call-ID: register {epid}\n\
         CSeq: {cseq} REGISTER\n{more}"
    )
}

pub(crate) fn contact(user: &str) -> String {
    format!("Contact: <sip:{user}@contoso.com>\n")
}

impl Node {
    /// Signs an endpoint in on a new connection, and gives its GRUU.
    pub(crate) fn sign_in(&mut self, user: &str, epid: &str) -> (ConnId, String) {
        let conn = self.accept(&format!("{user} {epid}"));
        let ok = only(self.hear(conn, &register(user, epid, 1, &contact(user))));
        assert_eq!(ok.start(), "SIP/2.0 200 OK");
        (conn, gruu(&ok))
    }

    /// A request of the focus to `uri`, outside any dialog.
    pub(crate) fn focus_asks(&mut self, method: &str, uri: &str, to: &str, to_tag: &str) -> Vec<Sent> {
        let to_tag = if to_tag.is_empty() { String::new() } else { format!(";tag={to_tag}") };
        let text = format!(
            "{method} {uri} SIP/2.0\n\
             Via: SIP/2.0/TCP focus.pool.contoso.com:5061;branch=z9hG4bKf{method}\n\
             From: <{FOCUS_URI}>;tag=f\n\
             To: <{to}>{to_tag};epid=1\n\
             Call-ID: 0d47a20d5eaa49b399f1ca52ff210115\n\
             CSeq: 2 {method}\n"
        );
        self.hear(FOCUS, &text)
    }
}

pub(crate) fn gruu(ok: &Sent) -> String {
    let contact = ok.message.contact().expect("a Contact").expect("a Contact");
    contact.params.value("gruu").expect("a GRUU").to_owned()
}
