//! The signalling layer under a machine that does what the test says.

mod common;

use std::sync::Arc;

use bytes::Bytes;
use common::{Bench, Sent, only, sip, starts};
use confsim_core::covers;
use confsim_core::entropy::Entropy;
use confsim_core::node::{Address, ConnId, Dump, Input, Node as _};
use confsim_core::signal::{
    ClientTransaction, Context, DialogId, Draft, EARLY_MAX, Endpoint, Machine, Outcome, Outside, Request,
    Response, ServerTransaction, Settings, TimerKey,
};
use confsim_core::time::{Duration, Instant};
use confsim_core::wire::sip::{Message, Method, Name};

type Act = Box<dyn FnOnce(&mut Context<'_, Probe>)>;

/// A machine without a will: it reports what it hears and does what it is told.
struct Probe;

#[derive(Debug)]
enum Heard {
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
enum Made {
    Dialog(Option<DialogId>),
    Client(Option<ClientTransaction>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct NoTimer;

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

type Node = Bench<Endpoint<Probe>>;

fn node() -> Node {
    Bench::new(Endpoint::new(
        Probe,
        Settings::new(Address::new("node.contoso.com:5061")),
        Entropy::named(7, "node"),
    ))
}

impl Node {
    fn act(&mut self, act: impl FnOnce(&mut Context<'_, Probe>) + 'static) -> Vec<Sent> {
        self.command(Box::new(act))
    }

    /// The request that the machine was given since the last time.
    #[track_caller]
    fn request(&mut self) -> Request {
        match self.seen().pop() {
            Some(Heard::Request(request)) => request,
            other => panic!("{other:?}"),
        }
    }

    fn respond(&mut self, tx: ServerTransaction, code: u16, reason: &'static str) -> Vec<Sent> {
        self.act(move |cx| cx.respond(tx, code, reason, &Draft::new()))
    }

    /// Accepts an INVITE or SUBSCRIBE.
    #[track_caller]
    fn take(&mut self, tx: ServerTransaction) -> (DialogId, Sent) {
        let sent = self.act(move |cx| {
            let dialog = cx.accept(tx, "OK", "<sip:node.contoso.com:5061>", &Draft::new());
            cx.event(Heard::Made(Made::Dialog(dialog)));
        });
        let Some(Heard::Made(Made::Dialog(Some(dialog)))) = self.seen().pop() else { panic!("no dialog") };
        (dialog, only(sent))
    }

    /// Sends a request outside any dialog.
    fn send(&mut self, conn: ConnId, method: Method, ask: u32) -> (ClientTransaction, Sent) {
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
    fn within(
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
    fn made_client(&mut self) -> Option<ClientTransaction> {
        match self.seen().pop() {
            Some(Heard::Made(Made::Client(tx))) => tx,
            other => panic!("{other:?}"),
        }
    }

    /// Asks and codes of the responses the machine was given since the last time; 1 for a time-out, 2 for a
    /// lost connection.
    fn answers(&mut self) -> Vec<(u32, u16)> {
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
    fn nothing_left(&self, dialogs: u64) {
        let dump = self.node.dump();
        assert_eq!(dump["server transactions"], 0, "{dump:?}");
        assert_eq!(dump["client transactions"], 0, "{dump:?}");
        assert_eq!(dump["timers"], 0, "{dump:?}");
        assert_eq!(dump["dialogs"], dialogs, "{dump:?}");
    }
}

/// A request of a peer. `more` holds further header lines, and after an empty line the body.
fn request(method: &str, cseq: u32, to_tag: &str, via: &str, more: &str) -> String {
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

const BRANCH: &str = ";branch=z9hG4bK1";

fn times(sent: &[Sent]) -> Vec<u64> {
    sent.iter().map(|sent| sent.at.as_micros() / 1000).collect()
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_2xx_is_repeated_until_its_ack() {
    covers!("D-1");
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let invite = node.request();
    let (dialog, ok) = node.take(invite.tx);
    assert_eq!(ok.start(), "SIP/2.0 200 OK");
    assert!(!ok.tag().is_empty());

    // T1 doubling to T2: 0.5, 1.5, 3.5, 7.5, 11.5 s.
    let repeats = node.pass(Duration::from_secs(12));
    assert_eq!(times(&repeats), [500, 1500, 3500, 7500, 11_500]);
    assert!(repeats.iter().all(|repeat| repeat.text == ok.text && repeat.conn == conn));

    let ack = request("ACK", 1, ok.tag(), ";branch=z9hG4bK2", "");
    assert!(node.hear(conn, &ack).is_empty());
    assert!(matches!(&node.seen()[..], [Heard::Acknowledged(id)] if *id == dialog));
    // A second ACK is no news; nothing is repeated any more.
    assert!(node.hear(conn, &ack).is_empty());
    assert!(node.seen().is_empty());
    assert!(node.pass(Duration::from_secs(100)).is_empty());
    node.nothing_left(1);
}

#[test]
fn an_ack_with_another_number_settles_nothing() {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 5, "", BRANCH, ""));
    let invite = node.request();
    let (_, ok) = node.take(invite.tx);
    node.hear(conn, &request("ACK", 4, ok.tag(), ";branch=z9hG4bK2", ""));
    assert!(node.seen().is_empty());
    assert_eq!(node.pass(SECOND).len(), 1);
}

#[test]
fn a_2xx_without_ack_is_given_up_after_64_t1() {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let invite = node.request();
    let (dialog, ..) = node.take(invite.tx);
    let repeats = node.pass(Duration::from_millis(31_999));
    assert_eq!(times(&repeats).last(), Some(&31_500));
    assert!(node.seen().is_empty());
    node.pass(Duration::from_millis(1));
    assert!(matches!(&node.seen()[..], [Heard::Unacknowledged(id)] if *id == dialog));
    assert!(node.pass(Duration::from_secs(100)).is_empty());
    node.nothing_left(1);
}

#[test]
fn a_bye_waits_for_the_ack() {
    covers!("D-6");
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let invite = node.request();
    let (dialog, ok) = node.take(invite.tx);
    let (bye, sent) = node.within(dialog, Method::Bye, 9);
    assert!(bye.is_some());
    assert!(sent.is_empty());
    // No other request follows a BYE, not even before it has left.
    assert!(node.within(dialog, Method::Info, 8).0.is_none());

    let sent = only(node.hear(conn, &request("ACK", 1, ok.tag(), ";branch=z9hG4bK2", "")));
    assert_eq!(sent.start(), "BYE sip:bob@192.0.2.1:2157 SIP/2.0");
    assert_eq!(sent.header(Name::To), "<sip:bob@contoso.com>;tag=b;epid=2");
    node.seen();
    node.hear(conn, &sent.response("200 OK", "", ""));
    assert_eq!(node.answers(), [(9, 200)]);
    assert!(node.pass(Duration::from_secs(100)).is_empty());
    node.nothing_left(1);
}

#[test]
fn a_bye_waits_for_the_ack_at_most_64_t1() {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let invite = node.request();
    let (dialog, ..) = node.take(invite.tx);
    node.within(dialog, Method::Bye, 9);
    let sent = node.pass(Duration::from_secs(32));
    let byes: Vec<_> = sent.iter().filter(|sent| sent.is(&Method::Bye)).collect();
    assert_eq!(byes.len(), 1);
    assert_eq!(byes[0].at, Instant::from_micros(32_000_000));
}

#[test]
fn a_bye_that_waited_and_finds_no_connection_has_its_outcome() {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let invite = node.request();
    let (dialog, ..) = node.take(invite.tx);
    node.within(dialog, Method::Bye, 9);
    node.give(Input::Closed { conn });
    node.seen();
    assert!(node.pass(Duration::from_secs(32)).is_empty());
    assert_eq!(node.answers(), [(9, 2)]);
}

#[test]
fn a_request_without_answer_times_out() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, sent) = node.send(conn, Method::Message, 4);
    node.pass(Duration::from_millis(31_999));
    assert!(node.answers().is_empty());
    node.pass(Duration::from_millis(1));
    assert_eq!(node.answers(), [(4, 1)]);
    // What comes late comes to nobody.
    node.hear(conn, &sent.response("200 OK", "c", ""));
    assert!(node.seen().is_empty());
    node.nothing_left(0);
}

#[test]
fn a_provisional_answer_does_not_stop_timer_f() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, sent) = node.send(conn, Method::Message, 4);
    node.pass(SECOND);
    node.hear(conn, &sent.response("182 Queued", "c", ""));
    node.pass(Duration::from_secs(31));
    assert_eq!(node.answers(), [(4, 182), (4, 1)]);
}

#[test]
fn an_invite_times_out_only_while_nothing_is_heard() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, silent) = node.send(conn, Method::Invite, 1);
    let (_, ringing) = node.send(conn, Method::Invite, 2);
    assert_ne!(silent.header(Name::CallId), ringing.header(Name::CallId));
    node.hear(conn, &ringing.response("180 Ringing", "c", ""));
    node.pass(Duration::from_secs(200));
    assert_eq!(node.answers(), [(2, 180), (1, 1)]);
}

#[test]
fn a_failure_is_acknowledged_within_the_transaction() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, invite) = node.send(conn, Method::Invite, 1);
    let ack = only(node.hear(conn, &invite.response("486 Busy Here", "c", "")));
    assert_eq!(ack.start(), "ACK sip:carol@contoso.com SIP/2.0");
    assert_eq!(ack.header(Name::Via), invite.header(Name::Via));
    assert_eq!(ack.header(Name::From), invite.header(Name::From));
    assert_eq!(ack.tag(), "c");
    assert_eq!(ack.header(Name::CSeq), "1 ACK");
    assert_eq!(node.answers(), [(1, 486)]);
    node.nothing_left(0);
}

#[test]
fn a_failure_waits_for_its_ack_and_repeats_on_demand() {
    let mut node = node();
    let conn = node.accept("bob");
    let invite = request("INVITE", 1, "", BRANCH, "");
    node.hear(conn, &invite);
    let tx = node.request().tx;
    let busy = only(node.respond(tx, 486, "Busy Here"));
    // The machine has said its last word.
    assert!(node.respond(tx, 500, "Server Internal Error").is_empty());
    assert_eq!(only(node.hear(conn, &invite)).text, busy.text);
    assert!(node.seen().is_empty());
    // Its ACK has the branch of the INVITE.
    assert!(node.hear(conn, &request("ACK", 1, busy.tag(), BRANCH, "")).is_empty());
    assert!(node.seen().is_empty());
    node.nothing_left(0);
}

#[test]
fn a_failure_without_ack_is_forgotten() {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let tx = node.request().tx;
    node.respond(tx, 486, "Busy Here");
    assert!(node.pass(Duration::from_secs(32)).is_empty());
    node.nothing_left(0);
}

#[test]
fn a_2xx_is_acknowledged_in_the_dialog_each_time() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, invite) = node.send(conn, Method::Invite, 1);
    let more = "Record-Route: <sip:p2.contoso.com;lr>\nRecord-Route: <sip:p1.contoso.com;lr>\n\
                Contact: <sip:carol@192.0.2.3>\n";
    let ok = invite.response("200 OK", "c", more);
    let first = only(node.hear(conn, &ok));
    let again = only(node.hear(conn, &ok));
    for ack in [&first, &again] {
        assert_eq!(ack.start(), "ACK sip:carol@192.0.2.3 SIP/2.0");
        assert_eq!(
            ack.message.headers(Name::Route).collect::<Vec<_>>(),
            ["<sip:p1.contoso.com;lr>", "<sip:p2.contoso.com;lr>"]
        );
        assert_ne!(ack.header(Name::Via), invite.header(Name::Via));
        assert_eq!(ack.header(Name::CSeq), "1 ACK");
    }
    // The machine hears of it once.
    assert_eq!(node.answers(), [(1, 200)]);
    node.pass(Duration::from_secs(32));
    node.nothing_left(1);
}

/// RFC 6026 7.2: whoever goes on repeating his 2xx does not keep the transaction for ever.
#[test]
fn repeated_2xx_do_not_prolong_the_transaction() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, invite) = node.send(conn, Method::Invite, 1);
    let ok = invite.response("200 OK", "c", "");
    node.hear(conn, &ok);
    node.pass(Duration::from_secs(31));
    assert_eq!(starts(&node.hear(conn, &ok)).len(), 1);
    node.pass(Duration::from_secs(1));
    assert!(node.hear(conn, &ok).is_empty());
    node.nothing_left(1);
}

#[test]
fn a_forked_invite_makes_a_dialog_for_each_2xx() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, invite) = node.send(conn, Method::Invite, 1);
    let mut dialogs = Vec::new();
    for (tag, contact) in [("c1", "sip:carol@192.0.2.3"), ("c2", "sip:carol@192.0.2.4")] {
        let ok = invite.response("200 OK", tag, &format!("Contact: <{contact}>\n"));
        let ack = only(node.hear(conn, &ok));
        assert_eq!(ack.start(), format!("ACK {contact} SIP/2.0"));
        assert_eq!(ack.tag(), tag);
        match &node.seen()[..] {
            [Heard::Response(Response { dialog: Some(dialog), .. })] => dialogs.push(*dialog),
            other => panic!("{other:?}"),
        }
    }
    assert_ne!(dialogs[0], dialogs[1]);
    // The peers speak in their own dialogs.
    for (tag, dialog) in [("c2", dialogs[1]), ("c1", dialogs[0])] {
        let from = invite.message.from().expect("From");
        let bye = format!(
            "BYE sip:node.contoso.com:5061 SIP/2.0\nVia: SIP/2.0/TCP carol;branch=z9hG4bK{tag}\n\
             From: <sip:carol@contoso.com>;tag={tag}\nTo: <sip:alice@contoso.com>;tag={}\n\
             Call-ID: {}\nCSeq: 1 BYE\n",
            from.tag().expect("a tag"),
            invite.header(Name::CallId),
        );
        node.hear(conn, &bye);
        assert_eq!(node.request().dialog, Some(dialog));
    }
}

#[test]
fn a_2xx_to_a_later_invite_moves_the_target() {
    let mut node = node();
    let conn = node.accept("carol");
    let (_, invite) = node.send(conn, Method::Invite, 1);
    node.hear(conn, &invite.response("200 OK", "c", "Contact: <sip:carol@192.0.2.3>\n"));
    let Some(Heard::Response(Response { dialog: Some(dialog), .. })) = node.seen().pop() else { panic!() };
    let (_, sent) = node.within(dialog, Method::Invite, 2);
    let again = only(sent);
    assert_eq!(again.header(Name::CSeq), "2 INVITE");
    let ack = only(node.hear(conn, &again.response("200 OK", "", "Contact: <sip:carol@192.0.2.9>\n")));
    assert_eq!(ack.start(), "ACK sip:carol@192.0.2.9 SIP/2.0");
    assert_eq!(ack.header(Name::CSeq), "2 ACK");
}

/// A dialog that the peer created, its ACK heard.
fn established(node: &mut Node, conn: ConnId) -> (DialogId, String) {
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let tx = node.request().tx;
    let (dialog, ok) = node.take(tx);
    node.hear(conn, &request("ACK", 1, ok.tag(), ";branch=z9hG4bKack", ""));
    node.seen();
    (dialog, ok.tag().to_owned())
}

/// RFC 3261 14.2, RFC 3311 5.2: an offer that crosses one of ours.
#[test]
fn an_offer_that_crosses_ours_is_491() {
    let mut node = node();
    let conn = node.accept("bob");
    let (dialog, tag) = established(&mut node, conn);
    let ours = only(node.within(dialog, Method::Invite, 1).1);
    for (method, cseq) in [("INVITE", 2), ("UPDATE", 3)] {
        let body = "Content-Type: application/sdp\n\nv=0\n";
        let answer = only(node.hear(conn, &request(method, cseq, &tag, &format!("{BRANCH}x{cseq}"), body)));
        assert_eq!(answer.code(), Some(491), "{answer:?}");
        assert!(node.seen().is_empty());
    }
    // A refresh without offer is in nobody's way.
    node.hear(conn, &request("UPDATE", 4, &tag, ";branch=z9hG4bKx4", ""));
    let update = node.request().tx;
    node.respond(update, 200, "OK");
    // Nor is an offer once ours has its answer.
    let trying = ours.response("180 Ringing", "", "");
    assert!(node.hear(conn, &trying).is_empty());
    assert!(only(node.hear(conn, &ours.response("491 Request Pending", "", ""))).is(&Method::Ack));
    node.seen();
    node.hear(conn, &request("INVITE", 5, &tag, ";branch=z9hG4bKx5", ""));
    assert_eq!(node.request().dialog, Some(dialog));
}

/// RFC 3261 14.2: the one before is not answered yet.
#[test]
fn an_offer_before_the_last_one_is_answered_waits() {
    let mut node = node();
    let conn = node.accept("bob");
    let (dialog, tag) = established(&mut node, conn);
    node.hear(conn, &request("INVITE", 2, &tag, ";branch=z9hG4bKx2", ""));
    let first = node.request().tx;
    let answer = only(node.hear(conn, &request("INVITE", 3, &tag, ";branch=z9hG4bKx3", "")));
    assert_eq!(answer.code(), Some(500));
    let pause = answer.message.retry_after().unwrap();
    assert!(pause.is_some_and(|seconds| seconds <= 10), "{pause:?}");
    assert!(node.seen().is_empty());
    let (same, ok) = node.take(first);
    assert_eq!((same, ok.header(Name::CSeq)), (dialog, "2 INVITE"));
}

/// D-1, D-4: the peer that has not got the 2xx is back on another connection.
#[test]
fn a_2xx_is_repeated_on_the_newest_connection() {
    covers!("D-1", "D-4");
    let mut node = node();
    let first = node.accept("bob");
    node.hear(first, &request("INVITE", 1, "", BRANCH, ""));
    let tx = node.request().tx;
    node.take(tx);
    node.give(Input::Closed { conn: first });
    let second = node.accept("bob");
    let again = only(node.pass(Duration::from_millis(500)));
    assert_eq!((again.conn, again.code()), (second, Some(200)));
    node.hear(second, &request("ACK", 1, again.tag(), ";branch=z9hG4bKack", ""));
    assert!(node.pass(Duration::from_secs(60)).is_empty());
}

#[test]
fn the_peer_cancels() {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let tx = node.request().tx;
    let ok = only(node.hear(conn, &request("CANCEL", 1, "", BRANCH, "")));
    assert_eq!((ok.start(), ok.header(Name::CSeq)), ("SIP/2.0 200 OK", "1 CANCEL"));
    assert!(matches!(&node.seen()[..], [Heard::Cancelled(it)] if *it == tx));
    let sent = only(node.respond(tx, 487, "Request Terminated"));
    assert_eq!(sent.header(Name::CSeq), "1 INVITE");
    // RFC 3261 9.2: both answers have one tag.
    assert_eq!(sent.tag(), ok.tag());
    node.hear(conn, &request("ACK", 1, sent.tag(), BRANCH, ""));
    node.nothing_left(0);
}

#[test]
fn a_cancel_that_comes_too_late_changes_nothing() {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let invite = node.request();
    node.take(invite.tx);
    let ok = only(node.hear(conn, &request("CANCEL", 1, "", BRANCH, "")));
    assert_eq!(ok.start(), "SIP/2.0 200 OK");
    assert!(node.seen().is_empty());
}

#[test]
fn a_cancel_of_nothing_is_481() {
    let mut node = node();
    let conn = node.accept("bob");
    let sent = only(node.hear(conn, &request("CANCEL", 1, "", BRANCH, "")));
    assert_eq!(sent.code(), Some(481));
    assert!(!sent.tag().is_empty());
    assert!(node.seen().is_empty());
}

#[test]
fn a_cancel_of_ours_waits_for_a_provisional_answer() {
    let mut node = node();
    let conn = node.accept("carol");
    let (tx, invite) = node.send(conn, Method::Invite, 1);
    assert!(node.act(move |cx| cx.cancel(tx)).is_empty());
    let cancel = only(node.hear(conn, &invite.response("180 Ringing", "c", "")));
    assert_eq!(cancel.start(), "CANCEL sip:carol@contoso.com SIP/2.0");
    assert_eq!(cancel.header(Name::Via), invite.header(Name::Via));
    assert_eq!(cancel.header(Name::To), invite.header(Name::To));
    assert_eq!(cancel.header(Name::CSeq), "1 CANCEL");
    assert!(node.hear(conn, &cancel.response("200 OK", "c", "")).is_empty());
    let ack = only(node.hear(conn, &invite.response("487 Request Terminated", "c", "")));
    assert!(ack.is(&Method::Ack));
    assert_eq!(node.answers(), [(1, 180), (1, 487)]);
    node.nothing_left(0);
}

/// RFC 3261 9.1: only an INVITE is cancelled, whatever a peer says meanwhile.
#[test]
fn a_request_other_than_invite_is_not_cancelled() {
    let mut node = node();
    let conn = node.accept("carol");
    for early in [false, true] {
        let (tx, message) = node.send(conn, Method::Message, 1);
        let trying = message.response("100 Trying", "", "");
        if early {
            node.hear(conn, &trying);
        }
        assert!(node.act(move |cx| cx.cancel(tx)).is_empty());
        assert!(node.hear(conn, &trying).is_empty());
        node.hear(conn, &message.response("200 OK", "c", ""));
    }
    node.nothing_left(0);
}

#[test]
fn a_cancelled_invite_ends_even_if_the_peer_is_silent() {
    let mut node = node();
    let conn = node.accept("carol");
    let (tx, invite) = node.send(conn, Method::Invite, 1);
    node.hear(conn, &invite.response("180 Ringing", "c", ""));
    assert!(only(node.act(move |cx| cx.cancel(tx))).is(&Method::Cancel));
    // More ringing does not lengthen it.
    node.hear(conn, &invite.response("180 Ringing", "c", ""));
    node.pass(Duration::from_secs(32));
    assert_eq!(node.answers(), [(1, 180), (1, 180), (1, 1)]);
    node.nothing_left(0);
}

#[test]
fn a_cancel_that_crosses_the_2xx_leaves_a_dialog() {
    let mut node = node();
    let conn = node.accept("carol");
    let (tx, invite) = node.send(conn, Method::Invite, 1);
    node.hear(conn, &invite.response("180 Ringing", "c", ""));
    node.act(move |cx| cx.cancel(tx));
    let ack = only(node.hear(conn, &invite.response("200 OK", "c", "Contact: <sip:carol@192.0.2.3>\n")));
    assert!(ack.is(&Method::Ack));
    assert_eq!(node.answers(), [(1, 180), (1, 200)]);
}

/// D-2: two clients may use the same identifiers, and none of them puts a branch into its Via.
#[test]
fn identifiers_of_two_connections_never_meet() {
    covers!("EX-IM-4-1-1-ae", "D-2");
    let mut node = node();
    let (one, two) = (node.accept("bob"), node.accept("bob's double"));
    let invite = request("INVITE", 1, "", "", "");
    node.hear(one, &invite);
    let first = node.request();
    node.hear(two, &invite);
    let second = node.request();
    assert_ne!(first.tx, second.tx);

    // CANCEL reaches the INVITE of its own connection.
    node.hear(two, &request("CANCEL", 1, "", "", ""));
    assert!(matches!(&node.seen()[..], [Heard::Cancelled(tx)] if *tx == second.tx));
    let gone = only(node.respond(second.tx, 487, "Request Terminated"));
    assert_eq!(gone.conn, two);

    let (dialog, ok) = node.take(first.tx);
    assert_eq!(ok.conn, one);
    // The ACK of the 487 settles nothing on the other connection, and the one of the 200 settles the 200.
    node.hear(two, &request("ACK", 1, gone.tag(), "", ""));
    assert!(node.seen().is_empty());
    node.hear(one, &request("ACK", 1, ok.tag(), "", ""));
    assert!(matches!(&node.seen()[..], [Heard::Acknowledged(id)] if *id == dialog));
    node.pass(Duration::from_secs(32));
    node.nothing_left(1);
}

#[test]
fn dialogs_with_colliding_identifiers_are_told_apart_by_our_tag() {
    covers!("D-2");
    let mut node = node();
    let (one, two) = (node.accept("bob"), node.accept("bob's double"));
    let mut dialogs = Vec::new();
    for conn in [one, two] {
        node.hear(conn, &request("INVITE", 1, "", "", ""));
        let invite = node.request();
        let (dialog, ok) = node.take(invite.tx);
        node.hear(conn, &request("ACK", 1, ok.tag(), "", ""));
        node.seen();
        dialogs.push((conn, dialog, ok.tag().to_owned()));
    }
    assert_ne!(dialogs[0].1, dialogs[1].1);
    for (conn, dialog, tag) in dialogs.into_iter().rev() {
        node.hear(conn, &request("BYE", 2, &tag, "", ""));
        let bye = node.request();
        assert_eq!(bye.dialog, Some(dialog));
        assert_eq!(only(node.respond(bye.tx, 200, "OK")).conn, conn);
    }
}

/// The dialogs of a forked INVITE share all that their caller chose. Without a branch, only the To tag tells
/// a BYE in one from a BYE in the other.
#[test]
fn byes_of_forked_dialogs_are_told_apart_by_the_to_tag() {
    covers!("D-2");
    let mut node = node();
    let conn = node.accept("front-end");
    let heard = ["c1", "c2"].map(|callee| {
        node.hear(conn, &request("BYE", 2, callee, "", ""));
        (node.request(), callee)
    });
    for (bye, callee) in heard {
        assert_eq!(only(node.respond(bye.tx, 200, "OK")).tag(), callee);
    }
}

/// Who knows what names a dialog, and is not its peer, finds none.
#[test]
fn a_dialog_is_closed_to_others() {
    covers!("D-8");
    let mut node = node();
    let conn = node.accept("front-end");
    node.hear(conn, &request("INVITE", 1, "", "", ""));
    let invite = node.request();
    let (dialog, ok) = node.take(invite.tx);
    node.hear(conn, &request("ACK", 1, ok.tag(), "", ""));
    node.seen();
    let forged = request("BYE", 7, ok.tag(), "", "").replace("sip:bob@contoso.com", "sip:eve@contoso.com");
    node.hear(conn, &forged);
    assert_eq!(node.request().dialog, None);
    // Nor has he used up a number.
    node.hear(conn, &request("INFO", 2, ok.tag(), BRANCH, ""));
    assert_eq!(node.request().dialog, Some(dialog));
}

#[test]
fn one_branch_on_two_connections_is_two_transactions() {
    covers!("D-2");
    let mut node = node();
    let (one, two) = (node.accept("bob"), node.accept("bob's double"));
    for conn in [one, two] {
        node.hear(conn, &request("OPTIONS", 1, "", BRANCH, ""));
        let options = node.request();
        assert_eq!(only(node.respond(options.tx, 200, "OK")).conn, conn);
    }
}

/// RFC 3261 12.2.2: within a dialog, a request with a lower number than the last is refused; a gap is none.
#[test]
fn requests_of_a_dialog_come_in_order() {
    covers!("EX-CWA-0-d");
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 10, "", BRANCH, ""));
    let invite = node.request();
    let (_, ok) = node.take(invite.tx);
    node.hear(conn, &request("ACK", 10, ok.tag(), ";branch=z9hG4bK2", ""));
    node.seen();

    node.hear(conn, &request("INFO", 12, ok.tag(), ";branch=z9hG4bK3", ""));
    let info = node.request();
    node.respond(info.tx, 200, "OK");
    for (cseq, branch) in [(11, "4"), (12, "5")] {
        let late = request("INFO", cseq, ok.tag(), &format!(";branch=z9hG4bK{branch}"), "");
        let refused = only(node.hear(conn, &late));
        assert_eq!(refused.code(), Some(500));
        assert!(node.seen().is_empty());
    }
    // A late BENOTIFY is dropped: it has no answer.
    assert!(node.hear(conn, &request("BENOTIFY", 3, ok.tag(), ";branch=z9hG4bK6", "")).is_empty());
    assert!(node.seen().is_empty());
    node.hear(conn, &request("INFO", 13, ok.tag(), ";branch=z9hG4bK7", ""));
    node.request();
}

#[test]
fn a_lost_connection_answers_what_waited_on_it() {
    let mut node = node();
    let (lost, kept) = (node.accept("carol"), node.accept("dave"));
    node.send(lost, Method::Message, 1);
    node.send(lost, Method::Invite, 2);
    let (_, other) = node.send(kept, Method::Message, 3);
    node.give(Input::Closed { conn: lost });
    assert_eq!(node.answers(), [(1, 2), (2, 2)]);
    node.hear(kept, &other.response("200 OK", "d", ""));
    assert_eq!(node.answers(), [(3, 200)]);
    node.nothing_left(0);
}

/// Who answers late may find nobody there: that is the end of the request too.
#[test]
fn an_invite_that_is_accepted_too_late_leaves_nothing() {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let invite = node.request();
    node.give(Input::Closed { conn });
    let sent = node.act(move |cx| {
        let dialog = cx.accept(invite.tx, "OK", "<sip:node.contoso.com:5061>", &Draft::new());
        cx.event(Heard::Made(Made::Dialog(dialog)));
    });
    assert!(sent.is_empty());
    assert!(matches!(node.seen().pop(), Some(Heard::Made(Made::Dialog(None)))));
    node.nothing_left(0);
}

/// D-4: a dialog outlives its connection and goes on over the next one with the same peer.
#[test]
fn a_dialog_takes_the_newest_connection_with_its_peer() {
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("INVITE", 1, "", BRANCH, ""));
    let invite = node.request();
    let (dialog, ok) = node.take(invite.tx);
    node.hear(conn, &request("ACK", 1, ok.tag(), ";branch=z9hG4bK2", ""));
    node.give(Input::Closed { conn });
    node.seen();
    assert!(node.within(dialog, Method::Info, 1).0.is_none());
    let stranger = node.accept("mallory");
    assert!(node.within(dialog, Method::Info, 1).0.is_none());
    let again = node.accept("bob");
    assert_ne!(again, stranger);
    let (_, sent) = node.within(dialog, Method::Info, 2);
    let info = only(sent);
    assert_eq!(info.conn, again);
    assert_eq!(info.header(Name::CSeq), "1 INFO");
}

#[test]
fn a_benotify_has_no_answer() {
    covers!("EX-IM-4-1-1-p");
    let mut node = node();
    let conn = node.accept("bob");
    node.hear(conn, &request("BENOTIFY", 1, "x", BRANCH, ""));
    let benotify = node.request();
    assert!(benotify.dialog.is_none());
    assert!(node.respond(benotify.tx, 481, "Dialog does not exist").is_empty());
    // Not even one that lacks what every request must have.
    assert!(node.hear(conn, "BENOTIFY sip:a@contoso.com SIP/2.0\nCSeq: 1 BENOTIFY\n").is_empty());
    node.nothing_left(0);
}

#[test]
fn what_lacks_the_necessary_is_400() {
    let mut node = node();
    let conn = node.accept("bob");
    let complete = request("INFO", 1, "", BRANCH, "");
    for missing in ["From", "To", "Call-ID", "CSeq"] {
        let text: Vec<&str> = complete.lines().filter(|line| !line.starts_with(missing)).collect();
        let sent = only(node.hear(conn, &text.join("\n")));
        assert_eq!(sent.code(), Some(400), "without {missing}");
        assert!(!sent.text.contains(&format!("\n{missing}:")), "{sent:?}");
        assert!(node.seen().is_empty());
    }
    let sent = only(node.hear(conn, &complete.replace("1 INFO", "1 BYE")));
    assert_eq!(sent.code(), Some(400));
}

#[test]
fn a_stray_ack_is_the_machines_affair() {
    let mut node = node();
    let conn = node.accept("bob");
    assert!(node.hear(conn, &request("ACK", 1, "nobody", BRANCH, "")).is_empty());
    assert!(matches!(&node.seen()[..], [Heard::StrayAck]));
}

/// The order of events does not depend on how a stream is cut.
#[test]
fn bytes_may_come_one_at_a_time() {
    let mut node = node();
    let conn = node.accept("bob");
    let both = [
        sip(&request("MESSAGE", 1, "", BRANCH, "Content-Type: text/plain\n\nSIP/2.0")),
        sip(&request("MESSAGE", 2, "", ";branch=z9hG4bK2", "Content-Type: text/plain\n\nhello")),
    ]
    .concat();
    for byte in both.bytes() {
        node.give(Input::Received { conn, bytes: Bytes::copy_from_slice(&[byte]) });
    }
    let bodies: Vec<_> = node
        .seen()
        .into_iter()
        .map(|heard| match heard {
            Heard::Request(request) => request.message.body().clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(bodies, ["SIP/2.0", "hello"]);
}

#[test]
fn what_is_no_sip_closes_the_connection() {
    let mut node = node();
    let conn = node.accept("bob");
    let (_, invite) = {
        let carol = node.accept("carol");
        node.send(carol, Method::Invite, 1)
    };
    let bytes = Bytes::from_static(b"GET / HTTP/1.1\r\n\r\n");
    let out = node.give(Input::Received { conn, bytes });
    assert_eq!(out, [common::Out::Garbage(conn), common::Out::Close(conn)]);
    assert!(matches!(&node.seen()[..], [Heard::Disconnected(it)] if *it == conn));
    // Others do not suffer.
    let ringing = invite.response("180 Ringing", "c", "");
    node.hear(invite.conn, &ringing);
    assert_eq!(node.answers(), [(1, 180)]);
}

/// RFC 3261 17.2.2: while a request has no final answer, its repeat is not handed on.
#[test]
fn a_repeated_request_is_heard_once() {
    let mut node = node();
    let conn = node.accept("bob");
    let message = request("MESSAGE", 1, "", BRANCH, "");
    node.hear(conn, &message);
    let tx = node.request().tx;
    assert!(node.hear(conn, &message).is_empty());
    assert!(node.seen().is_empty());
    assert_eq!(starts(&node.respond(tx, 200, "OK")), ["SIP/2.0 200 OK"]);
}

/// What was sent on a connection before it came up leaves when it does, in order.
/// Opens a connection and sends requests on it at once, numbered from 1.
fn send_early(node: &mut Node, count: usize) -> ConnId {
    let sent = node.act(move |cx| {
        let conn = cx.open(&Address::new("focus.contoso.com:5061"));
        for number in 1..=count {
            let draft = Draft::new().header("Subject", number);
            let outside = Outside {
                method: Method::Options,
                target: "sip:focus.contoso.com:5061",
                from: "<sip:node.contoso.com>",
                to: "<sip:focus.contoso.com>",
                contact: None,
                draft: &draft,
            };
            cx.send(conn, &outside, 1);
        }
    });
    assert!(sent.is_empty());
    ConnId::opened(0)
}

#[test]
fn early_messages_wait_for_the_connection() {
    let mut node = node();
    let conn = send_early(&mut node, 2);
    let sent = common::messages(node.give(Input::Connected { conn }));
    let subjects: Vec<_> = sent.iter().map(|sent| sent.header(Name::Subject)).collect();
    assert_eq!(subjects, ["1", "2"]);
}

#[test]
fn only_so_many_messages_wait_for_a_connection() {
    let mut node = node();
    let conn = send_early(&mut node, EARLY_MAX + 1);
    assert_eq!(node.give(Input::Connected { conn }).len(), EARLY_MAX);
    node.pass(Duration::from_secs(32));
    node.nothing_left(0);
}
