//! Scenarios from bytes: every bytes make a valid small scenario, so that a fuzzing engine can vary scenarios.
//!
//! A recipe is a head of [`HEAD`] bytes (topology, links, limits, who takes part; see [`head`]) and records of
//! [`RECORD`] bytes each, either a step ([`step`]) or a fault ([`fault`]). What is missing is zero; a last record that
//! is not whole does not count. The time of a step is the time since the step before it; a fault comes as much after
//! the last step before it. At the end everything calms down as in generated scenarios, with one more participant as a
//! witness.
//!
//! ```
//! use confsim::scenario::{from_bytes, named, to_bytes};
//! let eject = named("eject").and_then(|named| named.scenario().ok());
//! let (scenario, seed) = from_bytes(&to_bytes(&eject.expect("it is there"), 7));
//! assert_eq!((scenario.check(), seed), (Ok(()), 7));
//! ```

mod fault;
mod head;
mod hostile;
mod step;
mod time;

use confsim_core::time::Duration;

pub use hostile::{hostile_from_bytes, hostile_to_bytes};

use self::head::HEAD;
use super::generate::{depart, settle};
use super::{Scenario, Step};

/// The length of a step or a fault.
const RECORD: usize = 8;
/// Most steps and faults of one recipe.
const RECORDS_MOST: usize = 30;
/// Most participants of one recipe, the witness not counted.
const PEOPLE_MOST: usize = 6;
/// The bit of a record's first byte that makes it a fault.
const FAULT: u8 = 0x80;
/// Who they are.
const NAMES: [&str; PEOPLE_MOST] = ["alice", "bob", "carol", "dave", "erin", "frank"];
/// The conferences there can be.
const CONFERENCES: [&str; 2] = ["meeting", "standup"];

/// A step or a fault.
#[derive(Clone, Copy, Debug, Default)]
struct Record {
    /// What it is.
    what: u8,
    /// Who acts, or is struck.
    who: u8,
    /// Whom it is about, and in which conference.
    whom: u8,
    /// Three bytes whose meaning depends on what it is.
    detail: [u8; 3],
    /// When (see [`time`]).
    when: [u8; 2],
}

/// Who takes part and where, as far as steps and faults must know.
#[derive(Clone, Copy, Debug)]
struct Stage<'a> {
    names: &'a [String],
    one_host: bool,
}

/// The scenario that `bytes` are a recipe for, and the seed to run it with.
pub fn from_bytes(bytes: &[u8]) -> (Scenario, u64) {
    let (head, records) = bytes.split_at(bytes.len().min(HEAD));
    let head = head::Head::read(head);
    let mut scenario = head.scenario();
    let names: Vec<String> = scenario.participants.iter().map(|one| one.name.clone()).collect();
    let stage = Stage { names: &names, one_host: head.one_host() };
    let mut now = Duration::ZERO;
    for record in records.as_chunks().0.iter().take(RECORDS_MOST) {
        let record = Record::read(*record);
        let at = now + time::read(record.when);
        if record.what & FAULT == 0 {
            now = at;
            let action = step::read(&record, stage, scenario.steps.len());
            scenario.steps.extend(action.map(|action| Step { at, who: stage.name(record.who), action }));
        } else {
            scenario.faults.push(fault::read(&record, stage, at));
        }
    }
    settle(&mut scenario);
    if head.departs() {
        depart(&mut scenario);
    }
    (scenario, head.seed())
}

/// A recipe for what comes closest to `scenario`: what a recipe cannot say is left out.
pub fn to_bytes(scenario: &Scenario, seed: u8) -> Vec<u8> {
    let mut bytes = head::write(scenario, seed).to_vec();
    let names: Vec<String> =
        scenario.participants.iter().take(PEOPLE_MOST).map(|one| one.name.clone()).collect();
    let stage = Stage { names: &names, one_host: scenario.topology == super::Topology::Pool };
    let faults = scenario.faults.iter().filter_map(|fault| fault::write(fault, stage));
    let mut conferences = Vec::new();
    let steps = scenario.steps.iter().filter_map(|step| {
        let record = step::write(&step.action, stage, &mut conferences)?;
        Some((step.at, Record { who: stage.place(&step.who)?, ..record }))
    });
    let mut records: Vec<(Duration, Record)> = steps.chain(faults).collect();
    records.sort_by_key(|(at, _)| *at);
    let mut now = Duration::ZERO;
    for (at, record) in records.into_iter().take(RECORDS_MOST) {
        let rough = time::write(at - now);
        if time::read(rough) != at - now {
            bytes.extend(Record { when: rough, ..step::WAIT }.write());
            now = now + time::read(rough);
        }
        bytes.extend(Record { when: time::write(at - now), ..record }.write());
        if record.what & FAULT == 0 {
            now = at;
        }
    }
    bytes
}

impl Record {
    const fn read([what, who, whom, a, b, c, high, low]: [u8; RECORD]) -> Self {
        Self { what, who, whom, detail: [a, b, c], when: [high, low] }
    }

    const fn write(self) -> [u8; RECORD] {
        let Self { what, who, whom, detail: [a, b, c], when: [high, low] } = self;
        [what, who, whom, a, b, c, high, low]
    }
}

impl Stage<'_> {
    /// The participant that `number` stands for.
    fn name(self, number: u8) -> String {
        let place = usize::from(number).checked_rem(self.names.len()).unwrap_or_default();
        self.names.get(place).cloned().unwrap_or_default()
    }

    /// The number of a participant.
    fn place(self, name: &str) -> Option<u8> {
        self.names.iter().position(|one| one == name).and_then(|place| u8::try_from(place).ok())
    }
}

/// The element of `items` that `number` stands for; `items` has one.
fn pick<T: Copy, const N: usize>(items: &[T; N], number: u8) -> T {
    const { assert!(N > 0) };
    items[usize::from(number) % N]
}

/// The number of `item`, if it is one of `items`.
fn number<T: PartialEq>(items: &[T], item: &T) -> Option<u8> {
    items.iter().position(|one| one == item).and_then(|place| u8::try_from(place).ok())
}

#[cfg(feature = "fuzz")]
impl<'a> arbitrary::Arbitrary<'a> for Scenario {
    /// All bytes that there are make one scenario.
    fn arbitrary(bytes: &mut arbitrary::Unstructured<'a>) -> arbitrary::Result<Self> {
        let all = bytes.len();
        Ok(from_bytes(bytes.bytes(all)?).0)
    }
}
