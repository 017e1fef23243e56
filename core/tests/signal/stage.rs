//! The signalling layer under a machine that does what the test says.

use crate::common::{Bench, Sent, only};
use confsim_core::entropy::Entropy;
use confsim_core::node::Node as _;
use confsim_core::node::{Address, ConnId, Dump};
use confsim_core::signal::{
    ClientTransaction, Context, DialogId, Draft, Endpoint, Machine, Outcome, Outside, Request, Response,
    ServerTransaction, Settings, TimerKey,
};
use confsim_core::time::Duration;
use confsim_core::wire::sip::{Message, Method};
use std::sync::Arc;

pub(crate) type Act = Box<dyn FnOnce(&mut Context<'_, Probe>)>;

/// A machine without a will: it reports what it hears and does what it is told.
pub(crate) struct Probe;

#[derive(Debug)]
pub(crate) enum Heard {
    Request(Request),
    Cancelled(ServerTransaction),
    Acknowledged(DialogId),
    Unacknowledged(DialogId),
    StrayAck,
    Response(Response<u32>),
    Disconnected(ConnId),
    Made(Made),
}

/// What an act gave.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Made {
    Dialog(Option<DialogId>),
    Client(Option<ClientTransaction>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NoTimer;

impl TimerKey for NoTimer {
    fn name(self) -> &'static str {
        "none"
    }
}

impl Machine for Probe {
    type Command = Act;
    type Event = Heard;
    type Ask = u32;
    type Timer = NoTimer;

    fn command(&mut self, cx: &mut Context<'_, Self>, act: Act) {
        act(cx);
    }

    fn disconnected(&mut self, cx: &mut Context<'_, Self>, conn: ConnId, _peer: &Address) {
        cx.event(Heard::Disconnected(conn));
    }

    fn request(&mut self, cx: &mut Context<'_, Self>, request: Request) {
        cx.event(Heard::Request(request));
    }

    fn cancelled(&mut self, cx: &mut Context<'_, Self>, tx: ServerTransaction) {
        cx.event(Heard::Cancelled(tx));
    }

    fn acknowledged(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId) {
        cx.event(Heard::Acknowledged(dialog));
    }

    fn unacknowledged(&mut self, cx: &mut Context<'_, Self>, dialog: DialogId) {
        cx.event(Heard::Unacknowledged(dialog));
    }

    fn stray_ack(&mut self, cx: &mut Context<'_, Self>, _conn: ConnId, _message: &Arc<Message>) {
        cx.event(Heard::StrayAck);
    }

    fn response(&mut self, cx: &mut Context<'_, Self>, response: Response<u32>) {
        cx.event(Heard::Response(response));
    }

    fn timer(&mut self, _cx: &mut Context<'_, Self>, _timer: NoTimer) {}

    fn dump(&self, _dump: &mut Dump) {}
}

pub(crate) type Node = Bench<Endpoint<Probe>>;

/// A node that has accepted Bob's INVITE and waits for his ACK: it, his connection, the dialog, and the 2xx.
#[track_caller]
pub(crate) fn accepted(cseq: u32) -> (Node, ConnId, DialogId, Sent) {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", cseq, "", BRANCH, ""));
    let invite = node.request();
    let (dialog, ok) = node.take(invite.tx);
    (node, conn, dialog, ok)
}

pub(crate) fn node() -> Node {
    Bench::new(Endpoint::new(
        Probe,
        Settings::new(Address::new("node.contoso.com:5061")),
        Entropy::named(7, "node"),
    ))
}

impl Node {
    pub(crate) fn act(&mut self, act: impl FnOnce(&mut Context<'_, Probe>) + 'static) -> Vec<Sent> {
        self.command(Box::new(act))
    }

    /// The request that the machine was given since the last time.
    #[track_caller]
    pub(crate) fn request(&mut self) -> Request {
        match self.seen().pop() {
            Some(Heard::Request(request)) => request,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn respond(&mut self, tx: ServerTransaction, code: u16, reason: &'static str) -> Vec<Sent> {
        self.act(move |cx| cx.respond(tx, code, reason, &Draft::new()))
    }

    /// Accepts an INVITE or SUBSCRIBE.
    #[track_caller]
    pub(crate) fn take(&mut self, tx: ServerTransaction) -> (DialogId, Sent) {
        let sent = self.act(move |cx| {
            let dialog = cx.accept(tx, "OK", "<sip:node.contoso.com:5061>", &Draft::new());
            cx.event(Heard::Made(Made::Dialog(dialog)));
        });
        let Some(Heard::Made(Made::Dialog(Some(dialog)))) = self.seen().pop() else { panic!("no dialog") };
        (dialog, only(sent))
    }

    /// Sends a request outside any dialog.
    pub(crate) fn send(&mut self, conn: ConnId, method: Method, ask: u32) -> (ClientTransaction, Sent) {
        let sent = self.act(move |cx| {
            let outside = Outside {
                method,
                target: "sip:carol@contoso.com",
                from: "<sip:alice@contoso.com>;epid=1",
                to: "<sip:carol@contoso.com>",
                contact: Some("<sip:node.contoso.com:5061>"),
                draft: &Draft::new(),
            };
            let tx = cx.send(conn, &outside, ask);
            cx.event(Heard::Made(Made::Client(tx)));
        });
        (self.made_client().expect("a connection"), only(sent))
    }

    /// Sends a request in a dialog.
    pub(crate) fn within(
        &mut self,
        dialog: DialogId,
        method: Method,
        ask: u32,
    ) -> (Option<ClientTransaction>, Vec<Sent>) {
        let sent = self.act(move |cx| {
            let tx = cx.request(dialog, method, &Draft::new(), ask);
            cx.event(Heard::Made(Made::Client(tx)));
        });
        (self.made_client(), sent)
    }

    #[track_caller]
    pub(crate) fn made_client(&mut self) -> Option<ClientTransaction> {
        match self.seen().pop() {
            Some(Heard::Made(Made::Client(tx))) => tx,
            other => panic!("{other:?}"),
        }
    }

    /// Asks and codes of the responses the machine was given since the last time; 1 for a time-out, 2 for a
    /// lost connection.
    pub(crate) fn answers(&mut self) -> Vec<(u32, u16)> {
        self.seen()
            .into_iter()
            .filter_map(|heard| match heard {
                Heard::Response(response) => Some(match response.outcome {
                    Outcome::TimedOut => (response.ask, 1),
                    Outcome::ConnectionLost => (response.ask, 2),
                    outcome => (response.ask, outcome.status()),
                }),
                _ => None,
            })
            .collect()
    }

    #[track_caller]
    pub(crate) fn nothing_left(&self, dialogs: u64) {
        let dump = self.node.dump();
        assert_eq!(dump["server transactions"], 0, "{dump:?}");
        assert_eq!(dump["client transactions"], 0, "{dump:?}");
        assert_eq!(dump["timers"], 0, "{dump:?}");
        assert_eq!(dump["dialogs"], dialogs, "{dump:?}");
    }
}

/// A request of a peer. `more` holds further header lines, and after an empty line the body.
pub(crate) fn request(method: &str, cseq: u32, to_tag: &str, via: &str, more: &str) -> String {
    let to_tag = if to_tag.is_empty() { String::new() } else { format!(";tag={to_tag}") };
    format!(
        "{method} sip:node.contoso.com:5061 SIP/2.0\n\
         Via: SIP/2.0/TCP 192.0.2.1:2157{via}\n\
         From: <sip:bob@contoso.com>;tag=b;epid=2\n\
         To: <sip:alice@contoso.com>{to_tag}\n\
         Call-ID: f799d40aef33402a8e4095aba7915692\n\
         CSeq: {cseq} {method}\n\
         Contact: <sip:bob@192.0.2.1:2157>\n{more}"
    )
}

pub(crate) const BRANCH: &str = ";branch=z9hG4bK1";

pub(crate) fn times(sent: &[Sent]) -> Vec<u64> {
    sent.iter().map(|sent| sent.at.as_micros() / 1000).collect()
}

pub(crate) const SECOND: Duration = Duration::from_secs(1);
