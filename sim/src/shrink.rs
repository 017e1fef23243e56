//! Makes a scenario that fails smaller, until nothing can be taken out of it any more.
//!
//! Delta debugging over participants, steps and faults, then over what each of them says, and at last over times. A
//! candidate is kept only if the same property fails for the same role and kind of client ([`Failure`]). A fault means
//! the message it struck: where steps before that message go, its ordinal goes down with them (`Lineage`).
//!
//! Everything is tried in one order, so that the result depends on the case alone, whatever the number of jobs.

mod base;
mod edit;
mod lineage;
mod part;
mod search;
mod time;

use std::num::NonZeroUsize;

use confsim_core::time::Duration;

use self::lineage::Lineage;
use self::part::Part;
use self::search::Search;
use crate::capsule::{Case, Failure, Judged, Shrunk};
use crate::scenario::Scenario;
use crate::trace::{Keep, Observer};

/// How a candidate is run and judged; [`Judged::of`] in the event world.
pub type Run<'a> = dyn Fn(&Scenario, u64, Keep, Option<&mut dyn Observer>) -> Judged + Sync + 'a;

/// Most runs a search makes when nothing else is said.
pub const MAX_RUNS: u32 = 2_000;

/// How long after the last thing that happens a run may be judged at its end: what waits for a time limit has reached
/// it (an endpoint without connection 120 s, a transaction 32 s).
const SETTLED: Duration = Duration::from_secs(190);

/// How to search.
#[derive(Clone, Copy, Debug)]
pub struct Settings<'a> {
    /// Most runs. Those that tell what faults are needed for come on top, one for each.
    pub max_runs: u32,
    /// How many runs at a time; the result does not depend on it.
    pub jobs: NonZeroUsize,
    /// Which property is to fail; the first one that does if none is named.
    pub property: Option<&'a str>,
}

/// A case that was made smaller.
#[derive(Clone, Debug)]
pub struct Smaller {
    /// What is left of it.
    pub case: Case,
    /// What fails in both.
    pub failure: Failure,
    /// How it was done.
    pub shrunk: Shrunk,
    /// Whether nothing more can be taken out, as far as one can tell; not so when the runs were used up.
    pub is_least: bool,
}

/// Makes `case` smaller; `None` if nothing fails in it, or not what is wanted.
pub fn shrink(case: &Case, run: &Run<'_>, settings: Settings<'_>) -> Option<Smaller> {
    let mut search = Search::begin(case, run, settings)?;
    search.stop_when_found();
    search.drop_idle_faults();
    loop {
        let mut smaller = false;
        for part in [Part::Participant, Part::Step, Part::Fault] {
            smaller |= search.thin(part);
        }
        // Much may go at once before anything is looked at closely.
        if smaller {
            continue;
        }
        smaller |= search.edit(edit::edits);
        smaller |= search.edit(time::edits);
        smaller |= search.stop_when_found();
        if !smaller {
            break;
        }
    }
    Some(search.finish(case))
}
