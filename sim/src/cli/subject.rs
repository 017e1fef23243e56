//! What a command is about: a scenario by its name, file, or draw, and the run of it.

use std::fs;
use std::path::Path;

use clap::ValueEnum;

use crate::capsule::{Case, Judged};
use crate::property::{Judge, Verdict};
use crate::scenario::Scenario;
use crate::trace::Keep;
use crate::view::{As, Options, render};
use crate::world::{Outcome, turmoil};

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
    /// Runs `case`; `whole` if every record of it is needed.
    pub(super) fn run(case: Case, world: World, whole: bool) -> Result<Self, String> {
        let Judged { outcome, verdict } = match world {
            World::Event if whole => case.judge(Keep::All),
            World::Event => Judged::in_part(None, |keep| case.judge(keep)),
            World::Turmoil if case.sabotage.is_some() => {
                return Err("nodes are broken in the event world only; leave --world out".to_owned());
            }
            World::Turmoil => {
                let mut judge = Judge::new(&case.scenario);
                let outcome = turmoil::run(&case.scenario, case.seed, &mut [&mut judge])
                    .map_err(|error| format!("{}: {error}", case.origin))?;
                Judged { verdict: judge.finish(outcome.end), outcome }
            }
        };
        Ok(Self { scenario: case.scenario, seed: case.seed, outcome, verdict })
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
