//! Delivery notifications: one for each 202, when everything is known, with every failure.

mod report;
mod reports;

use std::collections::BTreeMap;

use confsim_core::time::{Duration, Instant};
use confsim_core::wire::imdn::Imdn;
use confsim_core::wire::sip::{Method, Name};

use self::report::{Forward, Report, TIMED_OUT, lost};
use self::reports::Reports;
use super::dialog::{Dialog, DialogId, Use};
use super::naming::address;
use super::sight::{Observe, Scene, Sight, Spoken, Topic};
use super::{Kind, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// One for each, complete.
pub(super) const COMPLETE: Property = Property {
    id: "imdn.complete",
    kind: Kind::Always,
    needs: &[],
    requirements: &[
        "D-25",
        "D-7",
        "IM-2-2-2-c",
        "IM-2-2-2-j",
        "IM-3-3-2-5-1-b",
        "IM-3-3-2-5-1-d",
        "IM-3-3-2-5-2-a",
        "IM-3-3-2-5-2-b",
        "IM-3-3-2-5-2-c",
        "IM-3-3-2-5-2-e",
        "IM-3-3-2-5-2-f",
        "IM-3-3-2-5-2-j",
        "IM-3-3-2-5-2-k",
        "EX-IM-4-2-1-j",
        "EX-IM-4-2-1-k",
        "EX-IM-4-2-2-a",
    ],
    sentence: "Each 202 is followed by exactly one IMDN to its author while his dialog lives, when the last \
               forward has its outcome, listing exactly the recipients who failed; nothing else is.",
};

/// A dead recipient.
pub(super) const WAITED: Property = Property {
    id: "imdn.waited",
    kind: Kind::Sometimes,
    needs: &[],
    requirements: &["D-26", "EX-IM-4-2-2-b"],
    sentence: "An IMDN waits until a forward has timed out.",
};

/// A recipient leaves meanwhile.
pub(super) const DEPARTED: Property = Property {
    id: "imdn.departed",
    kind: Kind::Sometimes,
    needs: &[],
    requirements: &["D-25"],
    sentence: "A recipient's session ends while a forward to it runs.",
};

pub(super) struct Notifications {
    timeout: Duration,
    /// MESSAGEs that the IM MCU has heard and not answered, by dialog and CSeq.
    asked: BTreeMap<(DialogId, u32), u64>,
    reports: Reports,
}

impl Observe for Notifications {
    const TOPICS: &'static [Topic] = &[Topic::Heard, Topic::Said, Topic::Connection];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Heard(spoken) if spoken.node == NodeId::MCU => self.heard(scene, spoken),
            Sight::Said(spoken) if spoken.node == NodeId::MCU => {
                match (spoken.message.method(), spoken.message.code()) {
                    (Method::Message, Some(code @ 200..)) => self.answered(scene, spoken, code),
                    (Method::Message, None) => self.forwarded(scene, spoken),
                    (Method::Benotify, None) if is_notification(spoken) => {
                        self.notified(scene, spoken, verdict);
                    }
                    // A BYE that is refused, for coming out of order, ends nothing.
                    (Method::Bye, None | Some(200..300)) => self.ended(scene, spoken, verdict),
                    _ => {}
                }
            }
            Sight::Gone(NodeId::MCU, connection) | Sight::Closed(NodeId::MCU, connection) => {
                self.reports.gone(connection, scene.clock(NodeId::MCU));
            }
            _ => {}
        }
    }

    fn end(&mut self, scene: &Scene, verdict: &mut Verdict) {
        for ((_, message_id), report) in self.reports.iter() {
            if !report.follows {
                continue;
            }
            verdict.exercise(&COMPLETE);
            self.judge_outcomes(scene, *message_id, report, verdict);
        }
    }
}

impl Notifications {
    pub(super) fn new(timeout: Duration) -> Self {
        Self { timeout, asked: BTreeMap::new(), reports: Reports::default() }
    }

    fn heard(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        match (spoken.message.method(), spoken.message.code()) {
            (Method::Message, None) => {
                if let Some(key) = spoken.key() {
                    self.asked.insert(key, scene.tick);
                }
            }
            (Method::Message, Some(code @ 200..)) => {
                let clock = scene.clock(NodeId::MCU);
                let forward = spoken.key().is_some_and(|key| self.reports.answered(key, code, clock));
                // Nobody waits for a report on history.
                if !forward && lost(code) {
                    self.reports.give_up(spoken.dialog.as_slice(), clock);
                }
            }
            (Method::Update, Some(code)) if lost(code) => {
                self.reports.give_up(spoken.dialog.as_slice(), scene.clock(NodeId::MCU));
            }
            (Method::Service, None) => self.commanded(scene, spoken),
            _ => {}
        }
    }

    /// The focus closes a conference, or has the sessions of a user ended.
    fn commanded(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        let asked = spoken.command.filter(|command| spoken.fresh && command.code.is_none());
        let Some(command) = asked else { return };
        let Some(conference) = &command.conference else { return };
        let clock = scene.clock(NodeId::MCU);
        match (command.name.as_str(), &command.user) {
            ("deleteConference", _) => self.reports.close(conference, clock),
            ("deleteUser", Some(user)) => {
                // Of the others a BYE tells.
                let user = address(user).unwrap_or_default();
                let all = scene.dialogs.of(NodeId::MCU, Use::Session, conference);
                let ours = all.filter(|(_, dialog)| dialog.closed && scene.cast.key(dialog.user) == user);
                let over: Vec<DialogId> = ours.map(|(id, _)| id).collect();
                self.reports.give_up(&over, clock);
            }
            _ => {}
        }
    }

    /// A BYE of the MCU, or its 200 to one: what runs towards this session has failed.
    fn ended(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some(session) = spoken.dialog else { return };
        verdict.exercise_times(&DEPARTED, self.reports.ended(session, scene.clock(NodeId::MCU)));
    }

    fn answered(&mut self, scene: &Scene, spoken: &Spoken<'_>, code: u16) {
        let Some(heard) = spoken.key().and_then(|key| self.asked.remove(&key)) else { return };
        let Some((author, dialog)) = scene.mcu_session(spoken) else { return };
        let (Ok(Some(message_id)), 200..300) = (spoken.message.message_id(), code) else { return };
        let all = scene.dialogs.of(NodeId::MCU, Use::Session, &dialog.conference);
        let others = all.filter(|(id, other)| *id != author && other.takes_part());
        let recipients =
            others.map(|(id, _)| id).filter(|id| self.reports.silent_since(*id).is_none()).collect();
        let report = Report {
            author,
            answered: spoken.id,
            at: scene.clock(NodeId::MCU),
            follows: code == 202,
            heard,
            recipients,
            forwards: Vec::new(),
            notified: None,
            closed: None,
        };
        self.reports.insert((dialog.conference.clone(), message_id), report);
    }

    /// A forward of something that was said before the session was connected is history and nobody's IMDN.
    fn forwarded(&mut self, scene: &Scene, spoken: &Spoken<'_>) {
        let Some((to, dialog)) = scene.mcu_session(spoken) else { return };
        let (Ok(Some(message_id)), Ok(cseq)) = (spoken.message.message_id(), spoken.message.cseq()) else {
            return;
        };
        let message = (dialog.conference.clone(), message_id);
        let Some(report) = self.reports.get_mut(&message) else { return };
        if dialog.connected.is_none_or(|(_, tick)| tick > report.heard) {
            return;
        }
        let (said, at, connection) = (spoken.id, scene.clock(NodeId::MCU), spoken.connection);
        let due = at + self.timeout;
        let forward = Forward { to, said, at, due, connection, twin: false, outcome: None };
        self.reports.forward(message, cseq.seq, forward);
    }

    /// An IMDN is sent.
    fn notified(&mut self, scene: &Scene, spoken: &Spoken<'_>, verdict: &mut Verdict) {
        let Some((id, dialog)) = scene.mcu_session(spoken) else { return };
        let user = scene.name(dialog.user);
        let Ok(imdn) = Imdn::parse(spoken.message.body()) else {
            let words = format!("{user} gets an IMDN that cannot be read");
            return verdict.violate(&COMPLETE, scene.finding(NodeId::MCU, &[spoken.id], words));
        };
        let message_id = imdn.message_id;
        let (clock, message) = (scene.clock(NodeId::MCU), (dialog.conference.clone(), message_id));
        self.reports.time_out(&message, clock);
        let report = self.reports.get_mut(&message);
        let Some(report) = report.filter(|report| report.author == id && report.follows) else {
            let words = format!("{user} gets an IMDN for message {message_id}, of which he was told no 202");
            return verdict.violate(&COMPLETE, scene.finding(NodeId::MCU, &[spoken.id], words));
        };
        if let Some((_, first)) = report.notified {
            let words = format!("{user} gets a second IMDN for message {message_id}");
            return verdict.violate(&COMPLETE, scene.finding(NodeId::MCU, &[first, spoken.id], words));
        }
        report.notified = Some((clock, spoken.id));
        let waited =
            report.forwards.iter().filter(|forward| forward.outcome == Some((TIMED_OUT, forward.due)));
        verdict.exercise_times(&WAITED, waited.count() as u64);
        let words = report.fault(scene, &imdn);
        if let Some(words) = words {
            let messages = [report.answered, spoken.id];
            let words = format!("{user}'s IMDN for message {message_id} {words}");
            verdict.violate(&COMPLETE, scene.finding(NodeId::MCU, &messages, words));
        }
        self.reports.give_up_after(&message);
    }

    /// At the end of the run: no IMDN is missing, and none came before its last outcome.
    fn judge_outcomes(&self, scene: &Scene, message_id: u32, report: &Report, verdict: &mut Verdict) {
        let Some(author) = scene.dialogs.get(report.author) else { return };
        let outcome = |forward: &Forward| {
            let due = forward.due;
            forward.outcome.map(|(_, at)| at).or((due < scene.clock(NodeId::MCU)).then_some(due))
        };
        let outcomes: Option<Vec<Instant>> = report.forwards.iter().map(outcome).collect();
        let complete = outcomes.map(|outcomes| outcomes.into_iter().max().unwrap_or(report.at));
        let user = scene.name(author.user);
        if report.closed.is_some_and(|closed| report.notified.is_none_or(|(at, _)| at >= closed)) {
            return;
        }
        match (report.notified, complete) {
            (Some((at, imdn)), complete) if complete.is_none_or(|complete| complete > at) => {
                let early = report.forwards.iter().find(|f| outcome(f).is_none_or(|known| known > at));
                let to = early.and_then(|forward| scene.dialogs.get(forward.to));
                let whom = to.map(|dialog| scene.name(dialog.user)).unwrap_or_default();
                let words = format!(
                    "{user}'s IMDN for message {message_id} was sent at {at}, before the outcome of the \
                     forward to {whom} was known"
                );
                let messages: Vec<MsgId> = early.map(|f| f.said).into_iter().chain([imdn]).collect();
                verdict.violate(&COMPLETE, scene.finding(NodeId::MCU, &messages, words));
            }
            (None, Some(complete))
                if owed(scene, author, complete)
                    && self.reports.silent_since(report.author).is_none_or(|since| since > complete)
                    && !scene.pool_broken =>
            {
                let words = format!(
                    "{user} never got an IMDN for message {message_id}; the last outcome was known at {complete}"
                );
                verdict.violate(&COMPLETE, scene.finding(NodeId::MCU, &[report.answered], words));
            }
            _ => {}
        }
    }
}

/// Whether an IMDN is owed to a session when the last outcome is known at `complete` (D-25). One that was never
/// acknowledged may have been given up before its BYE could be sent (D-6).
fn owed(scene: &Scene, author: &Dialog, complete: Instant) -> bool {
    let shown = |at| scene.shows(NodeId::MCU, at);
    let connected = author.connected.is_some_and(|(at, _)| shown(at) <= complete);
    connected && author.ended.is_none_or(|(ended, _)| shown(ended) > complete) && !author.lapsed
}

fn is_notification(spoken: &Spoken<'_>) -> bool {
    let content_type = spoken.message.header(Name::ContentType).unwrap_or_default();
    content_type.trim().eq_ignore_ascii_case("application/ms-imdn+xml")
}
