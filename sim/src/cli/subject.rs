//! What a command is about: a scenario by its name, file, or draw, and the run of it.

use std::fs;
use std::path::Path;

use clap::ValueEnum;

use super::case::find;
use crate::capsule::Case;
use crate::property::{Judge, Verdict};
use crate::sabotage::Sabotage;
use crate::scenario::Scenario;
use crate::trace::Keep;
use crate::view::{As, Options, render};
use crate::world::{Outcome, event, turmoil};

/// Where to run it.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(super) enum World {
    /// Discrete events, to the microsecond
    Event,
    /// The async shell over simulated sockets
    Turmoil,
}

/// A run that is over, and judged.
pub(super) struct Subject {
    pub(super) scenario: Scenario,
    pub(super) seed: u64,
    pub(super) outcome: Outcome,
    pub(super) verdict: Verdict,
}

impl Subject {
    /// Finds the scenario that `what` names and runs it, with its own seed unless another one is given.
    pub(super) fn run(what: &str, seed: Option<u64>, world: World) -> Result<Self, String> {
        let Case { scenario, seed: own, .. } = find(what)?.case;
        let seed = seed.unwrap_or(own);
        Self::judge(scenario, seed, |scenario, judge| match world {
            World::Event => Ok(event::run(scenario, seed, Keep::All, &mut [judge])),
            World::Turmoil => {
                turmoil::run(scenario, seed, &mut [judge]).map_err(|error| format!("{what}: {error}"))
            }
        })
    }

    /// The same with some nodes broken.
    pub(super) fn sabotaged(what: &str, seed: Option<u64>, sabotage: &Sabotage) -> Result<Self, String> {
        let Case { scenario, seed: own, .. } = find(what)?.case;
        let seed = seed.unwrap_or(own);
        Self::judge(scenario, seed, |scenario, judge| {
            Ok(sabotage.run(scenario, seed, Keep::All, &mut [judge]))
        })
    }

    fn judge(
        scenario: Scenario,
        seed: u64,
        run: impl FnOnce(&Scenario, &mut Judge) -> Result<Outcome, String>,
    ) -> Result<Self, String> {
        let mut judge = Judge::new(&scenario);
        let outcome = run(&scenario, &mut judge)?;
        let verdict = judge.finish(outcome.end);
        Ok(Self { scenario, seed, outcome, verdict })
    }

    /// One view of it.
    pub(super) fn render(&self, form: As, hops: bool) -> Result<Vec<u8>, String> {
        let options = Options { hops, seed: Some(self.seed), ..Options::default() };
        render(form, &self.scenario, &self.outcome.trace, &self.verdict, &options)
            .map_err(|error| format!("as {}: {error}", form.name()))
    }

    /// Every view of it, as files of the folder `out`, which is made if it is not there.
    pub(super) fn write_views(&self, out: &Path, hops: bool) -> Result<(), String> {
        let wrong =
            |path: &Path, error| format!("{}: {error}; the views were not all written", path.display());
        fs::create_dir_all(out).map_err(|error| wrong(out, error))?;
        for form in As::ALL {
            let file = out.join(form.file());
            fs::write(&file, self.render(*form, hops)?).map_err(|error| wrong(&file, error))?;
        }
        Ok(())
    }
}
