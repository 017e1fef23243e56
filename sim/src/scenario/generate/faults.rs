//! What goes wrong.

use confsim_core::entropy::Entropy;
use confsim_core::time::Duration;

use super::{BEGIN, Profile};
use crate::fault::{
    Back, Clock, ClockError, Crash, Cut, Fault, Harm, How, Line, POOL, Pause, Slow, Stall, When, Which,
};
use crate::scenario::{Action, Scenario, Topology};

/// A kind of fault to draw.
#[derive(Clone, Copy)]
enum Sort {
    Message,
    Cut,
    Refuse,
    Stall,
    Slow,
    Pause,
    Crash,
    Clock,
}

/// Faults that have a fair chance to find their victim; none if the profile has none.
pub(super) fn draw(draw: &mut Entropy, profile: Profile, scenario: &Scenario) -> Vec<Fault> {
    let most = profile.faults();
    if most == 0 {
        return Vec::new();
    }
    let sorts: &[Sort] = match profile {
        Profile::Slow => &[Sort::Stall, Sort::Slow, Sort::Pause, Sort::Clock],
        Profile::Crash => &[Sort::Crash],
        Profile::Chaos => &[
            Sort::Message,
            Sort::Message,
            Sort::Cut,
            Sort::Refuse,
            Sort::Stall,
            Sort::Slow,
            Sort::Pause,
            Sort::Clock,
        ],
        _ => &[Sort::Message, Sort::Message, Sort::Message, Sort::Message, Sort::Cut],
    };
    // The swarm: a run does without some sorts, so that others get their turn.
    let used: Vec<Sort> = sorts.iter().copied().filter(|_| draw.chance(2, 3)).collect();
    let used = if used.is_empty() { sorts } else { &used };
    let faults = (0..draw.between(1, most)).map(|_| {
        let sort = draw.pick(used).copied().unwrap_or(Sort::Message);
        let mut drawing = Drawing { draw, scenario, profile };
        drawing.fault(sort)
    });
    faults.collect()
}

struct Drawing<'a> {
    draw: &'a mut Entropy,
    scenario: &'a Scenario,
    profile: Profile,
}

impl Drawing<'_> {
    fn fault(&mut self, sort: Sort) -> Fault {
        match sort {
            Sort::Message => self.message(),
            Sort::Cut => self.cut(),
            Sort::Refuse => Fault::Refuse(self.line()),
            Sort::Stall => {
                let line = self.line();
                let towards = line.between.get(self.draw.below(2) as usize).cloned().unwrap_or_default();
                Fault::Stall(Stall { line, towards, at: self.time(), lasts: self.span(10) })
            }
            Sort::Slow => {
                let (line, by) = (self.line(), self.span(5));
                Fault::Slow(Slow { line, by, at: self.time(), lasts: self.span(30) })
            }
            Sort::Pause => Fault::Pause(Pause { host: self.host(), at: self.time(), lasts: self.span(10) }),
            Sort::Crash => {
                let (host, at, away) = (self.host(), self.inconvenience(), self.span(20));
                let without_store = self.draw.chance(1, 4);
                Fault::Crash(Crash { host, at, back: Some(Back { at: at + away, without_store }) })
            }
            Sort::Clock => {
                let error = match self.draw.below(3) {
                    0 => ClockError::Ahead(self.span(100)),
                    1 => ClockError::Fast(self.draw.between(1, 10_000) as u32),
                    _ => ClockError::Slow(self.draw.between(1, 10_000) as u32),
                };
                Fault::Clock(Clock { node: self.node(), error })
            }
        }
    }

    /// Somebody who joins.
    fn joiner(&mut self) -> String {
        let joined = self.scenario.steps.iter().filter(|step| matches!(step.action, Action::Join { .. }));
        let joiners: Vec<_> = joined.map(|step| &step.who).collect();
        self.draw.pick(&joiners).copied().cloned().unwrap_or_default()
    }

    fn node(&mut self) -> String {
        let roles = ["front-end", "factory", "focus", "mcu", "focus", "mcu"];
        let client = self.draw.chance(1, 3);
        if client { self.joiner() } else { self.draw.pick(&roles).copied().unwrap_or(POOL).to_owned() }
    }

    fn host(&mut self) -> String {
        let node = self.node();
        let role = self.scenario.participants.iter().all(|participant| participant.name != node);
        if role && self.scenario.topology == Topology::Pool { POOL.to_owned() } else { node }
    }

    /// Some time at which something happens.
    fn time(&mut self) -> Duration {
        let last = self.scenario.steps.last().map_or(BEGIN, |step| step.at.as_micros());
        Duration::from_micros(self.draw.between(BEGIN, last.max(BEGIN)))
    }

    /// The same; often while somebody is being called.
    fn inconvenience(&mut self) -> Duration {
        let calls = self.scenario.steps.iter().filter(|step| matches!(step.action, Action::Invite { .. }));
        let calls: Vec<Duration> = calls.map(|step| step.at).collect();
        match self.draw.pick(&calls).copied() {
            Some(call) if self.draw.chance(1, 2) => {
                call + Duration::from_millis(self.draw.between(50, 1_000))
            }
            _ => self.time(),
        }
    }

    /// Up to so many seconds; short ones as often as long ones.
    fn span(&mut self, seconds: u64) -> Duration {
        let most = self.draw.pick(&[50, 1_000, seconds * 1_000]).copied().unwrap_or(1_000);
        Duration::from_millis(self.draw.between(1, most))
    }

    fn line(&mut self) -> Line {
        let between = match self.draw.below(4) {
            0 => ["focus".to_owned(), "mcu".to_owned()],
            1 if self.profile == Profile::Chaos => ["front-end".to_owned(), "focus".to_owned()],
            _ => [self.joiner(), "front-end".to_owned()],
        };
        Line { nth: 1, between }
    }

    fn cut(&mut self) -> Fault {
        let who = self.joiner();
        let how = self.draw.pick(&[How::Fin, How::Rst, How::Silence]).copied().unwrap_or(How::Fin);
        let when = if self.draw.chance(1, 2) {
            When::At(self.time())
        } else {
            When::After { bytes: self.draw.between(500, 8_000), from: who.clone() }
        };
        Fault::Cut(Cut { line: Line { nth: 1, between: [who, "front-end".to_owned()] }, when, how })
    }

    fn message(&mut self) -> Fault {
        let who = self.joiner();
        let client_sends = [
            ("INVITE", "focus"),
            ("SUBSCRIBE", "focus"),
            ("INVITE", "mcu"),
            ("MESSAGE", "mcu"),
            ("BYE", "mcu"),
        ];
        let server_sends = [
            ("MESSAGE", "mcu"),
            ("BENOTIFY", "focus"),
            ("BENOTIFY", "mcu"),
            ("INFO", "focus"),
            ("BYE", "focus"),
        ];
        let towards_client = self.draw.chance(1, 2);
        let kinds = if towards_client { &server_sends } else { &client_sends };
        let (method, role) = self.draw.pick(kinds).copied().unwrap_or(("MESSAGE", "mcu"));
        let answered = method != "BENOTIFY" && self.draw.chance(1, 3);
        let (from, to) =
            if towards_client != answered { (role.to_owned(), who) } else { (who, role.to_owned()) };
        let code = answered.then(|| if method == "MESSAGE" && !towards_client { 202 } else { 200 });
        let harm = self.harm(code.is_none() && method != "BENOTIFY");
        // The first ones more often: they are the ones that there are.
        let most = self.draw.between(1, 4);
        let nth = self.draw.between(1, most) as u32;
        Fault::Message { harm, which: Which { nth, code, method: method.to_owned(), from, to } }
    }

    fn harm(&mut self, answerable: bool) -> Harm {
        let kinds = if self.profile == Profile::Chaos { 8 } else { 4 };
        match self.draw.below(kinds) {
            0 => Harm::Hold,
            1 => Harm::Delay(Duration::from_millis(self.draw.between(10, 10_000))),
            4 | 5 => Harm::Duplicate,
            6 => Harm::Corrupt(self.draw.between(0, 1_500) as u32),
            7 if answerable => {
                Harm::Answer(self.draw.pick(&[480, 486, 500, 503, 603]).copied().unwrap_or(503))
            }
            _ => Harm::Drop,
        }
    }
}
