//! The pool link between two members, over a connection that breaks and members that restart (D-11).

mod common;

use std::collections::VecDeque;

use bytes::Bytes;
use common::{Bench, Out};
use confsim_core::entropy::Entropy;
use confsim_core::link::{Kind, Link, Meeting, News, OUTSTANDING_MAX, RESEND, Side};
use confsim_core::node::{Address, ConnId, Dump, Input, Node as _};
use confsim_core::signal::{Context, Endpoint, Machine, Request, Response, Settings, TimerKey};
use confsim_core::time::Duration;

/// A pool member that does nothing but speak over its link.
struct Member {
    peer: Address,
    side: Side,
    link: Option<Link<(), LinkTimer>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct LinkTimer;

impl TimerKey for LinkTimer {
    fn name(self) -> &'static str {
        "pool link"
    }
}

impl Member {
    fn tell(cx: &mut Context<'_, Self>, news: Vec<News>) {
        news.into_iter().for_each(|news| cx.event(news));
    }
}

impl Machine for Member {
    type Command = &'static str;
    type Event = News;
    type Ask = ();
    type Timer = LinkTimer;

    fn start(&mut self, cx: &mut Context<'_, Self>) {
        let epoch = cx.entropy().hex(8);
        let link = self.link.insert(Link::new(self.peer.clone(), self.side, &epoch, (), LinkTimer));
        link.start(cx);
    }

    fn command(&mut self, cx: &mut Context<'_, Self>, document: &'static str) {
        if let Some(link) = &mut self.link {
            link.send(cx, Kind::Command, document);
        }
    }

    fn connected(&mut self, cx: &mut Context<'_, Self>, _conn: ConnId) {
        if let Some(link) = &mut self.link {
            link.connected(cx);
        }
    }

    fn disconnected(&mut self, cx: &mut Context<'_, Self>, _conn: ConnId, _peer: &Address) {
        if let Some(link) = &mut self.link {
            link.disconnected(cx);
        }
    }

    fn request(&mut self, cx: &mut Context<'_, Self>, request: Request) {
        if let Some(link) = &mut self.link {
            let news = link.request(cx, &request);
            Self::tell(cx, news);
        }
    }

    fn response(&mut self, cx: &mut Context<'_, Self>, response: Response<()>) {
        if let Some(link) = &mut self.link {
            let news = link.response(cx, &response.outcome);
            Self::tell(cx, news);
        }
    }

    fn timer(&mut self, cx: &mut Context<'_, Self>, _timer: LinkTimer) {
        if let Some(link) = &mut self.link {
            link.timer(cx);
        }
    }

    fn dump(&self, dump: &mut Dump) {
        dump.insert("link documents", self.link.as_ref().map_or(0, Link::outstanding));
        dump.insert("meeting", self.link.as_ref().map_or(0, |link| link.meeting() as u64));
    }
}

/// Which of the two: the focus opens the connection, the MCU accepts it.
const FOCUS: usize = 0;
const MCU: usize = 1;
const NAMES: [&str; 2] = ["focus.contoso.com:5061", "mcu.contoso.com:5061"];

/// Two members and the wire between them.
struct Pair {
    nodes: [Bench<Endpoint<Member>>; 2],
    /// Each side's name of the connection, while there is one.
    conns: Option<[ConnId; 2]>,
    accepted: u32,
    /// What is under way: to whom, and what.
    wire: VecDeque<(usize, Bytes)>,
    lives: u64,
}

fn member(who: usize, life: u64) -> Bench<Endpoint<Member>> {
    let side = if who == FOCUS { Side::Opener } else { Side::Acceptor };
    let machine = Member { peer: Address::new(NAMES[1 - who]), side, link: None };
    Bench::new(Endpoint::new(
        machine,
        Settings::new(Address::new(NAMES[who])),
        Entropy::named(life, NAMES[who]),
    ))
}

impl Pair {
    fn new() -> Self {
        let nodes = [member(FOCUS, 0), member(MCU, 0)];
        let mut pair = Self { nodes, conns: None, accepted: 0, wire: VecDeque::new(), lives: 0 };
        pair.give(MCU, Input::Start);
        pair.give(FOCUS, Input::Start);
        pair
    }

    fn give(&mut self, who: usize, input: Input<&'static str>) {
        for out in self.nodes[who].give(input) {
            match out {
                Out::Sent(sent) => self.wire.push_back((1 - who, Bytes::from(sent.text))),
                Out::Open(conn, to) => {
                    assert_eq!((who, to.as_str()), (FOCUS, NAMES[MCU]));
                    let there = ConnId::accepted(self.accepted);
                    self.accepted += 1;
                    self.conns = Some([conn, there]);
                    self.give(MCU, Input::Accepted { conn: there, from: Address::new(NAMES[FOCUS]) });
                    self.give(FOCUS, Input::Connected { conn });
                }
                other => panic!("{other:?}"),
            }
        }
    }

    fn send(&mut self, who: usize, documents: &[&'static str]) {
        for document in documents {
            self.give(who, Input::Command(document));
        }
    }

    /// Brings the next message to where it goes. Whether there was one.
    fn step(&mut self) -> bool {
        let Some((to, bytes)) = self.wire.pop_front() else { return false };
        let conn = self.conns.expect("a connection")[to];
        self.give(to, Input::Received { conn, bytes });
        true
    }

    /// Brings everything.
    fn run(&mut self) {
        while self.step() {}
    }

    /// The connection breaks: what is under way is lost.
    fn cut(&mut self) {
        self.wire.clear();
        if let Some(conns) = self.conns.take() {
            self.give(FOCUS, Input::Closed { conn: conns[FOCUS] });
            self.give(MCU, Input::Closed { conn: conns[MCU] });
        }
    }

    /// A member loses its memory, and with it the connection.
    fn restart(&mut self, who: usize) {
        self.lives += 1;
        let now = self.nodes[who].now;
        self.nodes[who] = member(who, self.lives);
        self.nodes[who].now = now;
        self.wire.clear();
        let conns = self.conns.take().expect("a connection");
        self.give(1 - who, Input::Closed { conn: conns[1 - who] });
        if who == MCU {
            self.accepted = 0;
        }
        self.give(who, Input::Start);
    }

    /// Time passes, and everything arrives.
    fn pass(&mut self, span: Duration) {
        for who in [FOCUS, MCU] {
            self.nodes[who].now += span;
        }
        for who in [FOCUS, MCU] {
            self.give(who, Input::Timeout);
        }
        self.run();
    }

    /// The documents a member was given since the last time, `"fresh"` for news of a new peer.
    fn heard(&mut self, who: usize) -> Vec<String> {
        self.nodes[who]
            .seen()
            .into_iter()
            .map(|news| match news {
                News::Fresh => "fresh".to_owned(),
                News::Document(Kind::Command, document) => String::from_utf8_lossy(&document).into_owned(),
                News::Document(Kind::State, _) => panic!("a command became a state"),
            })
            .collect()
    }

    /// How each of the two met the other the last time.
    fn meetings(&self) -> [u64; 2] {
        [FOCUS, MCU].map(|who| self.nodes[who].node.dump()["meeting"])
    }

    #[track_caller]
    fn nothing_waits(&self) {
        for node in &self.nodes {
            let dump = node.node.dump();
            assert_eq!((dump["link documents"], dump["client transactions"]), (0, 0), "{dump:?}");
        }
    }
}

#[test]
fn documents_arrive_once_and_in_order() {
    let mut pair = Pair::new();
    // Before the two have met, documents wait.
    pair.send(FOCUS, &["a", "b"]);
    pair.send(MCU, &["1"]);
    pair.run();
    assert_eq!(pair.heard(MCU), ["fresh", "a", "b"]);
    assert_eq!(pair.heard(FOCUS), ["fresh", "1"]);
    assert_eq!(pair.meetings(), [Meeting::First as u64; 2]);
    pair.send(FOCUS, &["c"]);
    pair.send(MCU, &["2", "3"]);
    pair.run();
    assert_eq!(pair.heard(MCU), ["c"]);
    assert_eq!(pair.heard(FOCUS), ["2", "3"]);
    pair.nothing_waits();
    pair.pass(Duration::from_secs(100));
    assert!(pair.heard(MCU).is_empty() && pair.heard(FOCUS).is_empty());
}

/// The connection breaks after any number of messages, then comes back.
#[test]
fn a_break_loses_nothing_and_repeats_nothing() {
    let mut longest = 0;
    for steps in 0..40 {
        let mut pair = Pair::new();
        pair.run();
        pair.heard(MCU);
        pair.heard(FOCUS);
        pair.send(FOCUS, &["a", "b", "c"]);
        pair.send(MCU, &["1", "2", "3"]);
        longest = longest.max((0..steps).take_while(|_| pair.step()).count());
        pair.cut();
        pair.send(FOCUS, &["d"]);
        pair.pass(RESEND);
        assert_eq!(pair.heard(MCU), ["a", "b", "c", "d"], "after {steps} messages");
        assert_eq!(pair.heard(FOCUS), ["1", "2", "3"], "after {steps} messages");
        pair.nothing_waits();
    }
    // Every document and every acknowledgement has been the last to arrive.
    assert_eq!(longest, 12);
}

/// A connection is asked for, and not up yet: what waits goes first all the same.
#[test]
fn what_is_said_while_the_connection_is_opened_keeps_its_place() {
    let mut pair = Pair::new();
    pair.run();
    pair.cut();
    pair.send(FOCUS, &["a"]);
    let focus = &mut pair.nodes[FOCUS];
    focus.now += RESEND;
    let [Out::Open(conn, _)] = focus.give(Input::Timeout)[..] else { panic!("opens nothing") };
    assert!(focus.give(Input::Command("b")).is_empty());
    let sent = focus.give(Input::Connected { conn }).into_iter().map(|out| match out {
        Out::Sent(sent) => sent.body().to_owned(),
        other => panic!("{other:?}"),
    });
    assert_eq!(sent.collect::<Vec<_>>(), ["", "a", "b"]);
}

#[test]
fn messages_lost_on_the_way_come_again() {
    let mut pair = Pair::new();
    pair.run();
    pair.heard(MCU);
    pair.send(FOCUS, &["a", "b", "c"]);
    // The first gets lost: the others skip a number and have to wait for it.
    pair.wire.pop_front();
    pair.run();
    assert!(pair.heard(MCU).is_empty());
    pair.pass(RESEND);
    assert_eq!(pair.heard(MCU), ["a", "b", "c"]);
    // An acknowledgement gets lost: the repeat is not handed on.
    pair.send(FOCUS, &["d"]);
    pair.step();
    pair.wire.clear();
    pair.pass(RESEND);
    assert_eq!(pair.heard(MCU), ["d"]);
}

/// Whoever has something to say every second neither keeps the link from coming back nor a lost document from
/// being repeated.
#[test]
fn steady_traffic_does_not_put_off_what_is_due() {
    let second = Duration::from_secs(1);
    let mut pair = Pair::new();
    pair.run();
    pair.heard(MCU);
    pair.cut();
    for document in ["a", "b", "c"] {
        pair.send(FOCUS, &[document]);
        pair.pass(second);
    }
    assert_eq!(pair.heard(MCU), ["a", "b", "c"]);
    pair.send(FOCUS, &["d"]);
    pair.wire.clear();
    for document in ["e", "f", "g"] {
        pair.send(FOCUS, &[document]);
        pair.pass(second);
    }
    assert_eq!(pair.heard(MCU), ["d", "e", "f", "g"]);
    pair.pass(Duration::from_secs(32));
    pair.nothing_waits();
}

#[test]
fn a_restart_is_news_and_voids_what_waited() {
    for who in [FOCUS, MCU] {
        let other = 1 - who;
        let mut pair = Pair::new();
        pair.run();
        pair.send(other, &["old"]);
        pair.run();
        pair.heard(MCU);
        pair.heard(FOCUS);
        // What the restarted member never took over was meant for its former life.
        pair.send(other, &["void"]);
        pair.restart(who);
        pair.pass(RESEND);
        assert_eq!(pair.heard(who), ["fresh"]);
        assert_eq!(pair.heard(other), ["fresh"]);
        let met = pair.meetings();
        assert_eq!((met[who], met[other]), (Meeting::First as u64, Meeting::Restarted as u64));
        pair.send(who, &["x"]);
        pair.send(other, &["y"]);
        pair.run();
        assert_eq!(pair.heard(who), ["y"]);
        assert_eq!(pair.heard(other), ["x"]);
        pair.nothing_waits();
    }
}

#[test]
fn members_greet_until_they_have_met() {
    let mut pair = Pair::new();
    pair.wire.clear();
    pair.send(FOCUS, &["a"]);
    pair.pass(RESEND);
    assert_eq!(pair.heard(MCU), ["fresh", "a"]);
    assert_eq!(pair.heard(FOCUS), ["fresh"]);
    // The lost greetings time out; nobody greets any more.
    pair.pass(Duration::from_secs(32));
    assert!(pair.heard(MCU).is_empty() && pair.heard(FOCUS).is_empty());
    pair.nothing_waits();
}

/// More waits than may: the link is renewed, and both members know that documents were lost, but no memory.
#[test]
fn what_waits_is_bounded() {
    let mut pair = Pair::new();
    pair.run();
    pair.cut();
    pair.heard(MCU);
    pair.heard(FOCUS);
    for _ in 0..OUTSTANDING_MAX {
        pair.send(FOCUS, &["lost"]);
    }
    assert_eq!(pair.nodes[FOCUS].node.dump()["link documents"], OUTSTANDING_MAX as u64);
    pair.send(FOCUS, &["kept"]);
    assert_eq!(pair.nodes[FOCUS].node.dump()["link documents"], 1);
    pair.pass(RESEND);
    assert_eq!(pair.heard(MCU), ["fresh", "kept"]);
    assert_eq!(pair.meetings(), [Meeting::Again as u64; 2]);
    assert_eq!(pair.heard(FOCUS), ["fresh"]);
    pair.send(MCU, &["1"]);
    pair.run();
    assert_eq!(pair.heard(FOCUS), ["1"]);
    pair.nothing_waits();
}
