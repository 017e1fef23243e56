//! The focus' side of the pool links (D-11): commands out, answers and session reports in.
//!
//! A command that somebody waits for is kept until its answer or [`Config::link_timeout`]; a member that is
//! met again gets it again, and every command may come twice without harm.
//!
//! # When somebody is restarted or a link renewed
//!
//! * The focus: its dialogs and subscriptions are gone, requests in them are answered 481, and clients join
//!   again. The MCU tells the new focus of the conferences it still serves; those that are not active, and in
//!   active ones the sessions that are not announced, are ended (`mcu`). The factory takes all conferences for
//!   inactive until the focus names those that are active (`factory`).
//! * The MCU: its sessions are gone, requests in them are answered 481, and clients join the MCU again. Its
//!   endpoints leave the roster at once; the conferences are created there anew, with a history and
//!   Message-Ids of their own.
//! * The factory: it has its table from its store, and hears what is active. Activations under way are asked
//!   for again.
//! * A renewed link: nobody has forgotten anything, but documents may be missing. The MCU's full state takes
//!   off the roster what has ended, and users without focus dialog are removed from the MCU once more.

use bytes::Bytes;

use super::asker::Asker;
use super::conference::ConferenceId;
use super::{Ask, Config, Cx, Focus, Refusal, Timer};
use crate::link::{Kind, Link, Meeting, News, Side};
use crate::node::{Address, ConnId};
use crate::signal::{DialogId, Outcome, Request};
use crate::time::Duration;
use crate::wire::cccp::{self, Code, Command};

/// A pool member that the focus has a link with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Member {
    /// The IM MCU.
    ImMcu,
    /// The focus factory.
    Factory,
}

/// The links of a focus.
#[derive(Debug)]
pub(super) struct Links {
    im_mcu: End,
    factory: End,
}

/// One link and what there is to know of its peer.
#[derive(Debug)]
struct End {
    peer: Address,
    link: Link<Ask, Timer>,
}

/// A command that a pool member has not answered.
#[derive(Debug)]
pub(super) struct Pending {
    member: Member,
    document: Bytes,
    purpose: Purpose,
}

/// What happens when it has.
#[derive(Debug)]
pub(super) enum Purpose {
    /// The conference becomes active.
    Activate(ConferenceId),
    /// The MCU expects the participant's INVITE, which is on its way.
    Announce { conference: ConferenceId, guid: Box<str> },
    /// The user is gone from the MCU, with these endpoints.
    Eject { conference: ConferenceId, asker: Asker, endpoints: Vec<Box<str>> },
    /// The user takes part, or is not reached.
    DialOut { conference: ConferenceId, asker: Asker, guid: Box<str> },
    /// The conference is locked or unlocked.
    Lock { conference: ConferenceId, asker: Asker, locked: bool },
    /// The conference ends.
    Delete { conference: ConferenceId, by: Requester },
    /// The participant gets to hear the MCU's own answer.
    Relay { asker: Asker },
}

/// Who has a conference deleted.
#[derive(Debug)]
pub(super) enum Requester {
    /// Somebody in it.
    Participant(Asker),
    /// The factory, which has deleted it.
    Factory(cccp::Request<'static>),
}

impl Pending {
    /// Whether the participant with this focus dialog waits for it.
    pub(super) fn waits_for(&self, dialog: DialogId) -> bool {
        match &self.purpose {
            Purpose::Activate(_)
            | Purpose::Announce { .. }
            | Purpose::Delete { by: Requester::Factory(_), .. } => false,
            Purpose::Eject { asker, .. }
            | Purpose::DialOut { asker, .. }
            | Purpose::Lock { asker, .. }
            | Purpose::Delete { by: Requester::Participant(asker), .. }
            | Purpose::Relay { asker } => asker.dialog() == dialog,
        }
    }
}

impl Links {
    pub(super) fn new(config: &Config, epoch: &str) -> Self {
        let end = |peer: &Address, member| End {
            peer: peer.clone(),
            link: Link::new(peer.clone(), Side::Opener, epoch, Ask::Link(member), Timer::Link(member)),
        };
        Self { im_mcu: end(&config.im_mcu, Member::ImMcu), factory: end(&config.factory, Member::Factory) }
    }

    pub(super) fn start(&mut self, cx: &mut Cx<'_>) {
        self.im_mcu.link.start(cx);
        self.factory.link.start(cx);
    }

    pub(super) fn connected(&mut self, cx: &mut Cx<'_>, conn: ConnId) {
        if let Some(end) = self.owner(cx, conn).map(|member| self.end(member)) {
            end.link.connected(cx);
        }
    }

    pub(super) fn disconnected(&mut self, cx: &mut Cx<'_>, peer: &Address) {
        for end in [&mut self.im_mcu, &mut self.factory] {
            if end.peer == *peer {
                end.link.disconnected(cx);
            }
        }
    }

    pub(super) fn timer(&mut self, cx: &mut Cx<'_>, member: Member) {
        self.end(member).link.timer(cx);
    }

    pub(super) fn outstanding(&self) -> u64 {
        self.im_mcu.link.outstanding() + self.factory.link.outstanding()
    }

    pub(super) fn send(&mut self, cx: &mut Cx<'_>, member: Member, kind: Kind, document: Bytes) {
        self.end(member).link.send(cx, kind, document);
    }

    fn owner(&self, cx: &Cx<'_>, conn: ConnId) -> Option<Member> {
        if self.im_mcu.link.owns(cx, conn) {
            Some(Member::ImMcu)
        } else if self.factory.link.owns(cx, conn) {
            Some(Member::Factory)
        } else {
            None
        }
    }

    fn end(&mut self, member: Member) -> &mut End {
        match member {
            Member::ImMcu => &mut self.im_mcu,
            Member::Factory => &mut self.factory,
        }
    }
}

impl Focus {
    /// A SERVICE request: of a pool link, or out of place.
    pub(super) fn pool_request(&mut self, cx: &mut Cx<'_>, request: &Request) {
        let Some(links) = &mut self.links else { return };
        let Some(member) = links.owner(cx, request.conn) else {
            return Refusal::NOT_A_POOL_MEMBER.answer(cx, request.tx);
        };
        let news = links.end(member).link.request(cx, request);
        self.hear(cx, member, news);
    }

    pub(super) fn pool_response(&mut self, cx: &mut Cx<'_>, member: Member, outcome: &Outcome) {
        let Some(links) = &mut self.links else { return };
        let news = links.end(member).link.response(cx, outcome);
        self.hear(cx, member, news);
    }

    fn hear(&mut self, cx: &mut Cx<'_>, member: Member, news: Vec<News>) {
        for item in news {
            match (item, member) {
                (News::Fresh, _) => self.met(cx, member),
                (News::Document(Kind::Command, document), _) => self.hear_command(cx, member, &document),
                (News::Document(Kind::State, document), Member::ImMcu) => self.reported(cx, &document),
                (News::Document(Kind::State, _), Member::Factory) => {}
            }
        }
    }

    /// A member has shown itself. One that did so before gets everything again.
    fn met(&mut self, cx: &mut Cx<'_>, member: Member) {
        let Some(links) = &mut self.links else { return };
        match (member, links.end(member).link.meeting()) {
            (Member::Factory, Meeting::First) => return self.tell_activities(cx),
            (Member::Factory, _) => self.tell_activities(cx),
            (Member::ImMcu, Meeting::First) => return,
            (Member::ImMcu, Meeting::Again) => self.reconcile_mcu(cx),
            (Member::ImMcu, Meeting::Restarted) => self.restore_mcu(cx),
        }
        let Some(links) = &mut self.links else { return };
        let wanted = |purpose: &Purpose| match purpose {
            Purpose::Announce { conference, guid } => {
                self.conferences.get(conference).is_some_and(|it| it.invited.contains_key(guid))
            }
            _ => true,
        };
        let pending = self.pending.values().filter(|pending| pending.member == member);
        for pending in pending.filter(|pending| wanted(&pending.purpose)) {
            links.send(cx, member, Kind::Command, pending.document.clone());
        }
    }

    /// Sends a command whose answer matters to nobody.
    pub(super) fn tell(
        &mut self,
        cx: &mut Cx<'_>,
        member: Member,
        from: &str,
        to: &str,
        command: Command<'_>,
    ) {
        let (_, document) = self.document(from, to, command);
        if let Some(links) = &mut self.links {
            links.send(cx, member, Kind::Command, document);
        }
    }

    /// Sends a command whose answer, or the lack of one, has consequences.
    pub(super) fn ask(
        &mut self,
        cx: &mut Cx<'_>,
        member: Member,
        (from, to): (&str, &str),
        command: Command<'_>,
        purpose: Purpose,
    ) {
        let (id, document) = self.document(from, to, command);
        cx.set_timer(Timer::Command(id), cx.now() + self.patience(&purpose));
        self.pending.insert(id, Pending { member, document: document.clone(), purpose });
        if let Some(links) = &mut self.links {
            links.send(cx, member, Kind::Command, document);
        }
    }

    /// How long a member may take.
    const fn patience(&self, purpose: &Purpose) -> Duration {
        match purpose {
            Purpose::DialOut { .. } => self.config.dial_out_timeout,
            _ => self.config.link_timeout,
        }
    }

    fn document(&mut self, from: &str, to: &str, command: Command<'_>) -> (u64, Bytes) {
        let request_id = self.next_request;
        self.next_request += 1;
        let (from, to) = (from.into(), to.into());
        let request = cccp::Request { request_id, from, to, version: Some(cccp::VERSION), command };
        (request_id, request.write().into())
    }

    /// A C3P document from a member: an answer, or a command of the factory. The MCU commands nothing.
    fn hear_command(&mut self, cx: &mut Cx<'_>, member: Member, document: &Bytes) {
        match (cccp::Response::parse(document), member) {
            (Ok(response), _) => self.answered(cx, member, &response),
            (Err(_), Member::Factory) => {
                if let Ok(request) = cccp::Request::parse(document) {
                    self.factory_command(cx, request.into_owned());
                }
            }
            (Err(_), Member::ImMcu) => {}
        }
    }

    fn answered(&mut self, cx: &mut Cx<'_>, member: Member, response: &cccp::Response<'_>) {
        let id = response.request_id;
        let Some(pending) = self.pending.get(&id).filter(|pending| pending.member == member) else { return };
        if response.code == Code::Pending {
            if let Purpose::DialOut { asker, .. } = &pending.purpose {
                asker.progress(cx, Code::Pending);
            }
            let wait = self.patience(&pending.purpose);
            return cx.set_timer(Timer::Command(id), cx.now() + wait);
        }
        cx.clear_timer(Timer::Command(id));
        self.conclude(cx, id, Some(response));
    }

    pub(super) fn command_timed_out(&mut self, cx: &mut Cx<'_>, id: u64) {
        self.conclude(cx, id, None);
    }

    /// Draws the consequences of an answer, or of its lack.
    fn conclude(&mut self, cx: &mut Cx<'_>, id: u64, response: Option<&cccp::Response<'_>>) {
        let Some(pending) = self.pending.remove(&id) else { return };
        match pending.purpose {
            Purpose::Activate(conference) => self.looked_up(cx, conference, response),
            // The INVITE has an answer of its own.
            Purpose::Announce { .. } => {}
            Purpose::Eject { conference, asker, endpoints } => {
                self.ejected(cx, conference, &asker, &endpoints);
            }
            Purpose::DialOut { conference, asker, guid } => {
                self.dialed_out(cx, conference, &asker, &guid, response);
            }
            Purpose::Lock { conference, asker, locked } => self.lock_turned(cx, conference, &asker, locked),
            Purpose::Delete { conference, by } => self.deleted(cx, conference, &by),
            Purpose::Relay { asker } => asker.relay(cx, response),
        }
    }
}
