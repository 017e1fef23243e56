//! Who takes part, and what they do.

use confsim_core::entropy::Entropy;
use confsim_core::time::Duration;

use super::acts::{Acts, Room};
use super::{BEGIN, Profile, WITNESS};
use crate::scenario::{Action, Admission, Answer, Autopromote, Kind, Participant, Rules, Step};

/// Who may take part; the first one is the organizer. Further ones are numbered.
const NAMES: [&str; 7] = ["alice", "bob", "carol", "dave", "erin", "frank", "grace"];
/// The conferences, organized by the first and by the second participant.
const CONFERENCES: [&str; 2] = ["meeting", "standup"];
/// When the history of the conference ends, about: 40 s after the organizer has joined, in microseconds.
const EDGE: u64 = 41_200_000;
/// How far from that edge a latecomer comes at most.
const AROUND: u64 = 1_200_000;

/// Participants and their steps.
pub(super) struct Workload {
    participants: Vec<Participant>,
    steps: Vec<Step>,
    rooms: Vec<Room>,
}

impl Workload {
    /// Everybody signs in; the organizers create and join; then things happen.
    pub(super) fn draw(draw: &mut Entropy, profile: Profile) -> Self {
        let participants = participants(draw, profile);
        let mut workload = Self { participants, steps: Vec::new(), rooms: Vec::new() };
        let people = workload.participants.len();
        for who in 0..people {
            let at = if who == 0 { 0 } else { draw.below(1_500) * 1_000 };
            workload.step(at, who, Action::SignIn);
        }
        let rooms = if people > 2 && draw.chance(1, 5) { 2 } else { 1 };
        for (organizer, conference) in CONFERENCES.into_iter().take(rooms).enumerate() {
            workload.open(draw, organizer, conference);
        }
        workload.live(draw, profile);
        workload.steps.sort_by_key(|step| step.at);
        workload
    }

    /// What it came to.
    pub(super) fn into_parts(self) -> (Vec<Participant>, Vec<Step>) {
        (self.participants, self.steps)
    }

    fn step(&mut self, micros: u64, who: usize, action: Action) {
        let Some(participant) = self.participants.get(who) else { return };
        self.steps.push(Step { at: Duration::from_micros(micros), who: participant.name.clone(), action });
    }

    /// A conference comes to be, with its organizer in it.
    fn open(&mut self, draw: &mut Entropy, organizer: usize, conference: &str) {
        let rules = if draw.chance(1, 3) { self.rules(draw) } else { Rules::default() };
        let name = || conference.to_owned();
        let at = 1_550_000;
        self.rooms.push(Room::new(conference, organizer, &self.participants, &rules));
        self.step(at, organizer, Action::Create { conference: name(), subject: String::new(), rules });
        self.step(at + 500_000, organizer, Action::Join { conference: name() });
    }

    fn rules(&self, draw: &mut Entropy) -> Rules {
        let [closed, open, anonymous] = [Admission::Closed, Admission::Open, Admission::Anonymous];
        let mut presenters = Vec::new();
        let mut attendees = vec![WITNESS.to_owned()];
        for participant in self.participants.iter().skip(1) {
            match draw.below(4) {
                0 => presenters.push(participant.name.clone()),
                1 => attendees.push(participant.name.clone()),
                _ => {}
            }
        }
        let promoted = [Autopromote::Nobody, Autopromote::Company, Autopromote::Everyone];
        Rules {
            admission: draw.pick(&[closed, open, anonymous]).copied().unwrap_or_default(),
            locked: draw.chance(1, 6),
            no_lobby: draw.chance(1, 6),
            autopromote: draw.pick(&promoted).copied().unwrap_or_default(),
            presenters,
            attendees,
        }
    }

    fn live(&mut self, draw: &mut Entropy, profile: Profile) {
        let pace = draw.pick(&[2_000, 200_000, 1_000_000, 8_000_000]).copied().unwrap_or(200_000);
        let acts = Acts::draw(draw, profile);
        let people = self.participants.len();
        // In some runs the last one does nothing until the history is about to end.
        let late = draw.chance(1, 3).then(|| draw.between(EDGE - AROUND, EDGE + AROUND));
        if let (Some(at), Some(room)) = (late, self.rooms.first_mut()) {
            let conference = room.enter(people.saturating_sub(1));
            self.step(at, people.saturating_sub(1), Action::Join { conference });
        }
        let mut now = BEGIN + 500_000;
        let (fewest, most) = profile.acts();
        for count in 0..draw.between(fewest, most) {
            now += draw.below(2 * pace);
            let absent = late.is_some_and(|at| now <= at);
            let who = draw.below((people - usize::from(absent)) as u64) as usize;
            let place = draw.below(self.rooms.len() as u64) as usize;
            let Some(room) = self.rooms.get_mut(place) else { continue };
            let action = acts.next(draw, who, &self.participants, room, count);
            self.step(now, who, action);
        }
    }
}

fn participants(draw: &mut Entropy, profile: Profile) -> Vec<Participant> {
    let (fewest, most) = profile.people();
    let count = draw.between(fewest, most) as usize;
    let mixed = draw.chance(1, 4);
    let particular = draw.chance(1, 2);
    let doubled = draw.chance(1, 4);
    (0..count)
        .map(|place| {
            // In some runs the last one is another endpoint of the one before.
            let second = doubled && place + 1 == count && count > 2;
            let mut participant = if second {
                let user = name(place - 1);
                Participant { user: Some(user.clone()), ..Participant::new(&format!("{user}-2")) }
            } else {
                Participant::new(&name(place))
            };
            participant.kind = match draw.below(4) {
                0 if mixed && place != 0 => Kind::Legacy,
                1 if mixed => Kind::Cwa,
                _ => Kind::Uccp,
            };
            if particular {
                participant.lobby = draw.chance(3, 4);
                participant.autoextend = draw.chance(3, 4);
                participant.answer = answer(draw);
            }
            participant
        })
        .collect()
}

fn name(place: usize) -> String {
    NAMES.get(place).map_or_else(|| format!("guest-{place}"), |name| (*name).to_owned())
}

fn answer(draw: &mut Entropy) -> Answer {
    match draw.below(4) {
        0 => Answer::Decline,
        1 => Answer::Ignore,
        _ => Answer::Accept(Duration::from_millis(draw.below(5_000))),
    }
}
