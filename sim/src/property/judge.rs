//! Shows a run to every observer.

use std::collections::BTreeSet;

use confsim_core::node::Summary;
use confsim_core::time::Instant;
use confsim_core::wire::sip::{Limits, Message, Method};

use super::Verdict;
use super::brief::{Brief, UnderWay};
use super::command::{Command, Commands, Docket, Link, Term};
use super::dialog::DialogId;
use super::dialogs::Dialogs;
use super::document::{News, Press};
use super::known::Known;
use super::letter::Letter;
use super::panel::Panel;
use super::provisioning::is_service;
use super::reach::Reach;
use super::sight::{Place, Reading, Scene, Sight, Spoken, Written};
use crate::scenario::Scenario;
use crate::trace::{
    Cause, ConnectionId, Emitted, Heard, HostChange, MsgId, NodeId, Observer, Opened, Record, Role,
};

/// Judges one run by all properties.
pub struct Judge {
    known: Known,
    scene: Scene,
    panel: Panel,
    verdict: Verdict,
    ends: Vec<(NodeId, Option<NodeId>)>,
    press: Press,
    /// Subscription messages under way, which a fault may strike: who is concerned.
    subscribing: Vec<(MsgId, NodeId)>,
    briefs: UnderWay,
    docket: Docket,
    commands: Commands,
    /// The link to the IM MCU.
    link: Link,
    /// Whether observers are shown also what they do not ask for.
    #[cfg(test)]
    shows_all: bool,
}

impl Judge {
    /// A judge for runs of `scenario`.
    pub fn new(scenario: &Scenario) -> Self {
        Self::knowing(Known::of(scenario))
    }

    /// The same without the second reading of every message, which takes as long as all the rest.
    pub fn quick(scenario: &Scenario) -> Self {
        Self::reading(Known::of(scenario), false)
    }

    /// A judge for a run of which only so much is known.
    pub fn knowing(known: Known) -> Self {
        Self::reading(known, true)
    }

    fn reading(known: Known, twice: bool) -> Self {
        let cast = known.cast.clone();
        Self {
            scene: Scene {
                struck: cast.nodes().map(|_| false).collect(),
                skews: known.skews(),
                cast,
                at: Instant::ZERO,
                tick: 0,
                dialogs: Dialogs::default(),
                pool_broken: false,
                forgers: known.forgers.clone(),
                tainted: BTreeSet::new(),
                reach: Reach::default(),
            },
            panel: Panel::new(&known, twice),
            verdict: Verdict::default(),
            ends: Vec::new(),
            press: Press::default(),
            subscribing: Vec::new(),
            briefs: UnderWay::default(),
            docket: Docket::default(),
            commands: Commands::default(),
            link: Link::default(),
            #[cfg(test)]
            shows_all: false,
            known,
        }
    }

    /// A judge who shows every observer everything.
    #[cfg(test)]
    pub(crate) fn showing_all(scenario: &Scenario) -> Self {
        Self { shows_all: true, ..Self::new(scenario) }
    }

    /// The verdict at the end of the run.
    pub fn finish(mut self, end: Instant) -> Verdict {
        self.scene.at = end;
        self.scene.tick += 1;
        self.panel.end(&self.scene, &mut self.verdict);
        self.verdict
    }

    #[inline(always)]
    fn show(&mut self, sight: Sight<'_>) {
        #[cfg(test)]
        if self.shows_all {
            return self.panel.see_all(&self.scene, sight, &mut self.verdict);
        }
        self.panel.see(&self.scene, sight, &mut self.verdict);
    }

    /// Only what the focus and the IM MCU say of their own accord is judged; what is passed on was said before.
    fn emitted(&mut self, emitted: &Emitted) {
        let Emitted { id, from, to, origin, connection, cause, summary, head, body, .. } = emitted;
        let letter = Letter::read(head);
        let brief = Brief::of(&letter);
        self.briefs.insert(*id, brief);
        if matches!(cause, Cause::Fault(_)) {
            return;
        }
        self.show(Sight::Wrote(&Written {
            id: *id,
            from: *from,
            to: *to,
            origin: *origin,
            own: from == origin,
            connection: *connection,
            cause: if let Cause::Message(cause) = cause { Some(*cause) } else { None },
            letter: &letter,
            brief,
            head,
            body,
        }));
        if let Cause::Message(cause) = *cause {
            self.show(Sight::Sent { id: *id, node: *from, cause, summary });
        }
        if method_of(summary) == &Method::Subscribe {
            let client = [*from, *to].into_iter().find(|node| node.role() == Role::Client);
            self.subscribing.push((*id, client.unwrap_or(*origin)));
        }
        if from != origin || !matches!(from.role(), Role::Focus | Role::Mcu) {
            return self.service_emitted(emitted);
        }
        let Ok(message) = Message::from_parts(head.clone(), body.clone(), Limits::DEFAULT) else { return };
        let Scene { cast, at, dialogs, .. } = &mut self.scene;
        let dialog = dialogs.said(cast, *at, *from, *id, &message, &letter);
        let (node, peer, connection) = (*from, *to, *connection);
        let news = if node == NodeId::FOCUS { self.press.read(&message) } else { News::Nothing };
        let command = self.docket.read(&message);
        let tells = node == NodeId::FOCUS && *message.method() == Method::Info;
        let progress = tells.then(|| self.commands.said(dialog, &message, command.as_deref())).flatten();
        self.show(Sight::Said(&Spoken {
            dialog,
            news,
            command: command.as_deref(),
            progress: progress.as_ref(),
            ..Spoken::new(*id, node, peer, connection, &message)
        }));
    }

    fn heard(&mut self, heard: &Heard) {
        let Heard { id, from, to, connection, message, .. } = heard;
        let message: &Message = message;
        let brief = self.briefs.remove(*id).unwrap_or_default();
        let (node, head) = (*to, message.head());
        self.show(Sight::Read(&Reading {
            id: *id,
            from: *from,
            to: node,
            connection: *connection,
            brief,
            head,
        }));
        let spoken = Spoken::new(*id, node, *from, *connection, message);
        match to.role() {
            Role::FrontEnd => self.show(Sight::Passing(&spoken)),
            Role::Factory => self.service(Place::FactoryHears, &spoken),
            Role::Client => {
                let spoken = Spoken { dialog: client_dialog(&self.scene.dialogs, message), ..spoken };
                self.service(Place::ClientHears, &spoken);
                self.show(Sight::Heard(&spoken));
            }
            Role::Focus | Role::Mcu => self.server_heard(heard, spoken),
        }
    }

    /// What the focus or the IM MCU hears.
    fn server_heard(&mut self, heard: &Heard, spoken: Spoken<'_>) {
        let Spoken { node, peer, message, .. } = spoken;
        let Scene { cast, at, tick, dialogs, .. } = &mut self.scene;
        let dialog = dialogs.heard(cast, *at, *tick, heard);
        let command = self.docket.read(message);
        let command = command.as_deref();
        if node == NodeId::FOCUS && *message.method() == Method::Info {
            self.commands.heard(dialog, message, command);
        }
        let linked = node == NodeId::MCU && *message.method() == Method::Service;
        let fresh = linked && self.link.takes(peer, message);
        let spoken = Spoken { dialog, command, fresh, ..spoken };
        if let Some(Term::Ends(conference)) = spoken.term() {
            self.scene.dialogs.closed(conference);
        }
        if let Some((conference, user)) = spoken.command.filter(|_| fresh).and_then(Command::ejects) {
            let Scene { cast, dialogs, pool_broken, .. } = &mut self.scene;
            dialogs.ejected(cast, conference, user, *pool_broken);
        }
        self.show(Sight::Heard(&spoken));
    }

    /// What a client and the factory say to each other.
    fn service_emitted(&mut self, emitted: &Emitted) {
        let Emitted { id, from, to, origin, connection, summary, head, body, .. } = emitted;
        let place = match (from.role(), to.role()) {
            (Role::Client, Role::FrontEnd) => Place::ClientSays,
            (Role::Factory, Role::FrontEnd) => Place::FactorySays,
            _ => return,
        };
        if from != origin || method_of(summary) != &Method::Service {
            return;
        }
        if let Ok(message) = Message::from_parts(head.clone(), body.clone(), Limits::DEFAULT) {
            self.service(place, &Spoken::new(*id, *from, *to, *connection, &message));
        }
    }

    fn service(&mut self, place: Place, spoken: &Spoken<'_>) {
        if is_service(spoken.message) {
            self.show(Sight::Service(place, spoken));
        }
    }

    fn broken(&mut self, connection: ConnectionId) {
        let Some((opener, acceptor)) = self.ends.get(connection.0 as usize).copied() else { return };
        let clients = [Some(opener), acceptor].into_iter().flatten().filter(|n| n.role() == Role::Client);
        let mut pool = true;
        for client in clients {
            self.strike(client);
            pool = false;
        }
        self.scene.pool_broken |= pool;
    }

    fn strike(&mut self, client: NodeId) {
        if let Some(struck) = self.scene.struck.get_mut(client.index()) {
            *struck = true;
        }
    }

    /// A host is struck. All that a role of the pool owes to anybody may then be unpaid.
    fn host(&mut self, who: NodeId) {
        if who.role() == Role::Client {
            return self.strike(who);
        }
        self.scene.pool_broken = true;
        self.scene.struck.fill(true);
    }

    fn opened(&mut self, opened: &Opened) {
        let place = opened.connection.0 as usize;
        if self.ends.len() <= place {
            self.ends.resize(place + 1, (NodeId::FRONT_END, None));
        }
        if let Some(ends) = self.ends.get_mut(place) {
            *ends = (opened.opener, opened.acceptor);
        }
    }
}

impl Observer for Judge {
    fn observe(&mut self, at: Instant, record: &Record) {
        self.scene.at = at;
        self.scene.tick += 1;
        self.scene.reach.see(&self.known.faults, at, record);
        match record {
            Record::Emitted(emitted) => self.emitted(emitted),
            Record::Heard(heard) => self.heard(heard),
            Record::Lost { id, .. } => {
                self.briefs.remove(*id);
            }
            Record::Event { who, event, .. } => self.show(Sight::Event(*who, event)),
            Record::Said { connection, .. } => {
                self.scene.tainted.insert(*connection);
            }
            Record::Garbage { connection, .. } if self.scene.tainted.contains(connection) => {}
            Record::Garbage { who, error, .. } => self.show(Sight::Garbage(*who, error)),
            Record::End { who, dump } => self.show(Sight::Left(*who, dump)),
            Record::Opened(opened) => self.opened(opened),
            Record::Gone { who, connection } => {
                self.broken(*connection);
                self.show(Sight::Gone(*who, *connection));
            }
            Record::Closed { who, connection, .. } => self.show(Sight::Closed(*who, *connection)),
            Record::Host { who, change, .. } => {
                if *change == HostChange::Crashed {
                    self.scene.dialogs.forgotten(*who);
                    self.show(Sight::Crashed(*who));
                }
                self.host(*who);
            }
            Record::Fault { message: None, connection, .. } => self.broken(*connection),
            Record::Fault { message: Some(struck), fault, connection } => {
                if self.known.corrupts(*fault) {
                    self.scene.tainted.insert(*connection);
                    self.broken(*connection);
                }
                let found = self.subscribing.iter().rev().find(|(id, _)| id == struck);
                if let Some((_, client)) = found.copied() {
                    self.strike(client);
                }
            }
            _ => {}
        }
    }
}

/// The dialog of the focus or the IM MCU that a client hears something in: the server's tag names it.
fn client_dialog(dialogs: &Dialogs, message: &Message) -> Option<DialogId> {
    dialogs.of_server(NodeId::FOCUS, message).or_else(|| dialogs.of_server(NodeId::MCU, message))
}

const fn method_of(summary: &Summary) -> &Method {
    match summary {
        Summary::Request(method) | Summary::Response(_, method) => method,
    }
}
