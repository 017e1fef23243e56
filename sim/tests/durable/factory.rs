//! The focus factory with its conferences in a file, in the event world: the power fails at every write and every
//! synchronisation of its medium, and the properties of provisioning judge what clients are told before and after.

use confsim::durable::Durable;
use confsim::node::{Part, Peer};
use confsim::property::{Judge, Verdict};
use confsim::scenario::{Scenario, from_toml, named};
use confsim::trace::{Keep, NodeId};
use confsim::world::event::run_with;
use confsim_core::covers;
use confsim_core::factory::{Store, StoreError};

use super::medium::Handle;

/// What it is all about.
const JUDGES: [&str; 3] = ["provisioning.versions", "provisioning.linearizable", "provisioning.reasons"];

/// A database on a medium in the factory's host: when the medium loses power, so does the host.
#[derive(Debug)]
struct Hosted {
    medium: Handle,
    database: Option<Durable>,
    /// The disk of the host: it takes nothing, and tells what happens to the host.
    host: Box<dyn Store>,
}

impl Hosted {
    /// What the power failure in the medium is to the host: one in its next commit.
    fn with<T>(&mut self, act: impl FnOnce(&mut Durable) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.medium.fill(self.host.append(&[]) == Err(StoreError::Full));
        if self.database.is_none() {
            self.database = self.medium.try_store();
        }
        let done = match &mut self.database {
            Some(database) => act(database),
            None => Err(StoreError::Failed("the file does not open")),
        };
        if self.medium.is_dark() {
            self.host.commit()?;
        }
        done
    }
}

impl Store for Hosted {
    fn load(&mut self) -> Result<Vec<Vec<u8>>, StoreError> {
        self.with(Store::load)
    }

    fn append(&mut self, record: &[u8]) -> Result<(), StoreError> {
        self.with(|database| database.append(record))
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        self.with(Store::commit)
    }

    fn replace(&mut self, records: &[Vec<u8>]) -> Result<(), StoreError> {
        self.with(|database| database.replace(records))
    }
}

/// Runs a scenario with the factory's store on `medium`.
fn judged(scenario: &Scenario, medium: &Handle) -> Verdict {
    let mut judge = Judge::new(scenario);
    let make = |mut part: Part<'_>| {
        if part.node == NodeId::FACTORY {
            if part.incarnation > 1 {
                medium.restart();
            }
            part.store = Box::new(Hosted { medium: medium.clone(), database: None, host: part.store });
        }
        Peer::new(part)
    };
    let outcome = run_with(scenario, 1, Keep::Last(0), &mut [&mut judge], make);
    assert!(outcome.broken.is_none(), "{:?}", outcome.broken);
    judge.finish(outcome.end)
}

fn provisioning() -> Scenario {
    from_toml(include_str!("provisioning.toml")).expect("a valid scenario")
}

/// Lets the power fail at the first deed, the second, and so on until the workload ends before it does. How many were
/// tried, and at how many of them a property was violated.
fn sweep(fresh: impl Fn(u64) -> (Handle, u32)) -> (u32, u32) {
    let scenario = provisioning();
    let mut violated = 0;
    for point in 1.. {
        // Other losses every time.
        let (medium, deeds) = fresh(point.into());
        medium.fail_at(deeds + point);
        let verdict = judged(&scenario, &medium);
        violated += u32::from(!verdict.violations().is_empty());
        if medium.deeds() < deeds + point {
            // Nothing failed: what there is to judge has been judged.
            let idle: Vec<_> = JUDGES[..2].iter().filter(|id| verdict.exercised(id) == 0).collect();
            assert!(idle.is_empty(), "{idle:?}");
            return (point - 1, violated);
        }
    }
    (0, violated)
}

#[test]
fn whenever_the_power_fails_clients_find_what_they_were_told() {
    covers!("PRO-3-2-1-a");
    let (points, violated) = sweep(Handle::fresh);
    assert!(points > 50, "{points} writes and synchronisations");
    assert_eq!(violated, 0, "of {points}");
}

/// A deed within the second change.
const FIRST: u32 = 20;

#[test]
fn whenever_the_power_fails_again_while_the_file_is_repaired_nothing_more_is_lost() {
    let scenario = provisioning();
    let mut points = 0;
    for again in 1.. {
        let (medium, deeds) = Handle::fresh(again.into());
        medium.fail_at(deeds + FIRST);
        medium.fail_again(again);
        let verdict = judged(&scenario, &medium);
        assert_eq!(verdict.violations(), [], "after {FIRST} deeds and {again} more");
        points += 1;
        if !medium.has_failed_again() {
            break;
        }
    }
    assert!(points > 30, "{points} writes and synchronisations");
}

#[test]
fn a_medium_that_only_says_that_it_has_synchronised_is_found_out() {
    // Always the same losses: over some of what others leave of a file redb panics.
    let (points, violated) = sweep(|_| {
        let (medium, deeds) = Handle::fresh(0);
        medium.lie();
        (medium, deeds)
    });
    assert!(violated > 0, "of {points}");
}

#[test]
fn a_full_medium_changes_nothing_and_loses_nothing() {
    covers!("PRO-2-2-3-1-ab");
    let scenario = named("provision-disk-full").and_then(|named| named.scenario().ok()).expect("a scenario");
    let (medium, _) = Handle::fresh(0);
    let verdict = judged(&scenario, &medium);
    assert_eq!(verdict.violations(), []);
    for id in JUDGES {
        assert_ne!(verdict.exercised(id), 0, "{id}");
    }
}
