//! Scenarios from a seed.
//!
//! A seed first draws what kind of run it wants (how many, how busy, how far apart, on what links), then the
//! steps, keeping a rough idea of who is in the conference so that most of them make sense. Faults have a
//! stream of randomness of their own: with and without them, a seed stands for the same workload.

mod provisioning;

use confsim_core::entropy::Entropy;
use confsim_core::time::Duration;

use super::build::empty;
use super::{Action, Kind, Link, Links, Participant, Range, Rules, Scenario, Split, Step, Topology};
use crate::fault::{Cut, Fault, Harm, How, Line, When, Which};

/// What kind of scenarios to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// No faults.
    Calm,
    /// Messages are dropped, delayed and held back, connections break.
    Lossy,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 2] = [Self::Calm, Self::Lossy];

    /// What it is called on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Lossy => "lossy",
        }
    }
}

/// Who may take part; the first one is the organizer.
const NAMES: [&str; 7] = ["alice", "bob", "carol", "dave", "erin", "frank", "grace"];
/// Who joins when everything has calmed down: a change of the roster that everybody must see, and that shows
/// who has missed the last one before.
const WITNESS: &str = "zoe";
/// The one conference.
const CONFERENCE: &str = "meeting";
/// When the organizer has joined and the others begin, in microseconds.
const BEGIN: u64 = 2_000_000;
/// When the history of the conference ends, about: 40 s after the organizer has joined, in microseconds.
const EDGE: u64 = 41_200_000;
/// How far from that edge a latecomer comes at most.
const AROUND: u64 = 1_200_000;
/// How long after the last step the witness comes: forwards (32 s) have ended, and endpoints whose connection
/// broke count as left (120 s).
const CALM: Duration = Duration::from_secs(150);
/// How long a run goes on after the witness has come: all transactions (32 s) have ended.
const AFTERMATH: Duration = Duration::from_secs(40);

/// The scenario that `seed` stands for.
pub fn generate(seed: u64, profile: Profile) -> Scenario {
    let mut draw = Entropy::named(seed, "workload");
    let mut scenario = empty(&format!("Seed {seed}, profile {}", profile.name()));
    scenario.topology = if draw.chance(1, 2) { Topology::Pool } else { Topology::Split };
    scenario.links = Links { client: link(&mut draw, 50), pool: link(&mut draw, 5) };
    let mut other = Entropy::named(seed, "provisioning");
    if other.chance(1, 6) {
        provisioning::draw(&mut other, &mut scenario);
        if profile == Profile::Lossy {
            scenario.faults = provisioning::faults(&mut Entropy::named(seed, "faults"), &scenario);
        }
        return scenario;
    }
    scenario.participants = participants(&mut draw);
    scenario.steps = steps(&mut draw, scenario.participants.len());
    if profile == Profile::Lossy {
        scenario.faults = faults(&mut Entropy::named(seed, "faults"), &scenario);
    }
    let last = scenario.steps.last().map_or(Duration::ZERO, |step| step.at);
    scenario.participants.push(participant(WITNESS, Kind::Uccp));
    for (after, action) in [(0, Action::SignIn), (1, Action::Join { conference: CONFERENCE.to_owned() })] {
        let at = last + CALM + Duration::from_secs(after);
        scenario.steps.push(Step { at, who: WITNESS.to_owned(), action });
        scenario.end = at + AFTERMATH;
    }
    scenario
}

/// Between 1 and `most` milliseconds, in one of the manners of real links.
fn link(draw: &mut Entropy, most: u64) -> Link {
    let low = draw.between(1, most);
    let high = draw.between(low, most);
    let (low, high) = (Duration::from_millis(low), Duration::from_millis(high));
    let jitter = if draw.chance(1, 2) { Duration::ZERO } else { Duration::from_millis(draw.between(1, 20)) };
    let split = if draw.chance(1, 2) { Split::Whole } else { Split::Pieces };
    Link { latency: Range { low, high }, jitter, split }
}

fn participants(draw: &mut Entropy) -> Vec<Participant> {
    let count = draw.between(2, NAMES.len() as u64) as usize;
    let mixed = draw.chance(1, 4);
    let mut drawn = |name: &&str| {
        let kind = match draw.below(4) {
            0 if mixed && *name != NAMES[0] => Kind::Legacy,
            1 if mixed => Kind::Cwa,
            _ => Kind::Uccp,
        };
        participant(name, kind)
    };
    NAMES.iter().take(count).map(&mut drawn).collect()
}

fn participant(name: &str, kind: Kind) -> Participant {
    Participant { kind, ..Participant::new(name) }
}

/// Everybody signs in; the organizer creates and joins; then things happen.
fn steps(draw: &mut Entropy, people: usize) -> Vec<Step> {
    let conference = || CONFERENCE.to_owned();
    let mut steps: Vec<Step> = (0..people)
        .map(|who| step(if who == 0 { 0 } else { draw.below(1_500) * 1_000 }, who, Action::SignIn))
        .collect();
    steps.push(step(
        500_000,
        0,
        Action::Create { conference: conference(), subject: String::new(), rules: Rules::default() },
    ));
    steps.push(step(1_000_000, 0, Action::Join { conference: conference() }));
    let pace = draw.pick(&[2_000, 200_000, 1_000_000, 8_000_000]).copied().unwrap_or(200_000);
    let weights = Weights::draw(draw);
    let mut present = vec![false; people];
    if let Some(organizer) = present.first_mut() {
        *organizer = true;
    }
    // In some runs the last one does nothing until the history is about to end.
    let late = draw.chance(1, 3).then(|| draw.between(EDGE - AROUND, EDGE + AROUND));
    if let (Some(at), Some(latecomer)) = (late, present.last_mut()) {
        *latecomer = true;
        steps.push(step(at, people.saturating_sub(1), Action::Join { conference: conference() }));
    }
    let mut now = BEGIN;
    for count in 0..draw.between(5, 40) {
        now += draw.below(2 * pace);
        let absent = late.is_some_and(|at| now <= at);
        let who = draw.below((people - usize::from(absent)) as u64) as usize;
        let action = action(draw, weights, who, &mut present, count);
        steps.push(step(now, who, action));
    }
    steps.sort_by_key(|step| step.at);
    steps
}

fn step(micros: u64, who: usize, action: Action) -> Step {
    let who = NAMES.get(who).copied().unwrap_or_default().to_owned();
    Step { at: Duration::from_micros(micros), who, action }
}

/// How often those who are in a conference do what, out of their sum.
#[derive(Clone, Copy)]
struct Weights {
    send: u64,
    typing: u64,
    leave: u64,
    eject: u64,
}

impl Weights {
    /// Some seeds do without some of it.
    fn draw(draw: &mut Entropy) -> Self {
        let mut weight = |most| if draw.chance(3, 4) { draw.between(1, most) } else { 0 };
        Self { send: 1 + weight(9), typing: weight(3), leave: weight(3), eject: weight(3) }
    }
}

/// What participant `who` does next, and what that makes of who is `present`.
fn action(draw: &mut Entropy, weights: Weights, who: usize, present: &mut [bool], count: u64) -> Action {
    let conference = CONFERENCE.to_owned();
    if !present.get(who).copied().unwrap_or_default() {
        present.iter_mut().skip(who).take(1).for_each(|one| *one = true);
        return Action::Join { conference };
    }
    let Weights { send, typing, leave, eject } = weights;
    let mut dice = draw.below(send + typing + leave + eject);
    let mut within = |weight: u64| {
        let hit = dice < weight;
        dice = dice.saturating_sub(weight);
        hit
    };
    if within(typing) {
        return Action::Typing { conference };
    }
    if within(leave) {
        present.iter_mut().skip(who).take(1).for_each(|one| *one = false);
        return Action::Leave { conference };
    }
    // Only the organizer may; that others try, and are refused, is part of the game, but not too often.
    if within(eject) && (who == 0 || draw.chance(1, 5)) {
        let victims: Vec<_> =
            (0..present.len()).filter(|one| *one != who && present.get(*one) == Some(&true)).collect();
        if let Some(victim) = draw.pick(&victims).copied() {
            if who == 0 {
                present.iter_mut().skip(victim).take(1).for_each(|one| *one = false);
            }
            let user = NAMES.get(victim).copied().unwrap_or_default().to_owned();
            return Action::Eject { conference, user };
        }
    }
    Action::Send { conference, format: "text/plain".to_owned(), text: format!("message {count}") }
}

/// One to four faults that have a fair chance to find their victim.
fn faults(draw: &mut Entropy, scenario: &Scenario) -> Vec<Fault> {
    (0..draw.between(1, 4)).map(|_| fault(draw, scenario)).collect()
}

fn fault(draw: &mut Entropy, scenario: &Scenario) -> Fault {
    let joined = |step: &&Step| matches!(step.action, Action::Join { .. });
    let joiners: Vec<_> = scenario.steps.iter().filter(joined).map(|step| &step.who).collect();
    let who = draw.pick(&joiners).copied().cloned().unwrap_or_default();
    let last = scenario.steps.last().map_or(BEGIN, |step| step.at.as_micros());
    if draw.chance(1, 5) {
        let how = draw.pick(&[How::Fin, How::Rst, How::Silence]).copied().unwrap_or(How::Fin);
        let when = if draw.chance(1, 2) {
            When::At(Duration::from_micros(draw.between(BEGIN, last.max(BEGIN))))
        } else {
            When::After { bytes: draw.between(500, 8_000), from: who.clone() }
        };
        let line = Line { nth: 1, between: [who, "front-end".to_owned()] };
        return Fault::Cut(Cut { line, when, how });
    }
    let client_sends =
        [("INVITE", "focus"), ("SUBSCRIBE", "focus"), ("INVITE", "mcu"), ("MESSAGE", "mcu"), ("BYE", "mcu")];
    let server_sends =
        [("MESSAGE", "mcu"), ("BENOTIFY", "focus"), ("BENOTIFY", "mcu"), ("INFO", "focus"), ("BYE", "focus")];
    let towards_client = draw.chance(1, 2);
    let kinds = if towards_client { &server_sends } else { &client_sends };
    let (method, role) = draw.pick(kinds).copied().unwrap_or(("MESSAGE", "mcu"));
    let answered = method != "BENOTIFY" && draw.chance(1, 3);
    let (from, to) = if towards_client != answered { (role.to_owned(), who) } else { (who, role.to_owned()) };
    let code = answered.then(|| if method == "MESSAGE" && !towards_client { 202 } else { 200 });
    let harm = match draw.below(4) {
        0 => Harm::Hold,
        1 => Harm::Delay(Duration::from_millis(draw.between(10, 10_000))),
        _ => Harm::Drop,
    };
    // The first ones more often: they are the ones that there are.
    let most = draw.between(1, 4);
    let nth = draw.between(1, most) as u32;
    let which = Which { nth, code, method: method.to_owned(), from, to };
    Fault::Message { harm, which }
}
