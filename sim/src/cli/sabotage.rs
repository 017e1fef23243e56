//! `confsim sweep --sabotage`: would the properties notice?

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::Path;
use std::process::ExitCode;

use indicatif::ProgressBar;

use super::{Exit, fail, show};
use crate::capsule::{self, Case};
use crate::sabotage::{CATALOGUE, MOST, Sabotage, first_kill, matrix, text};
use crate::trace::Keep;

/// The word for every saboteur.
pub(super) const ALL: &str = "all";

/// Seeks the first run that shows each sabotage, from seed `start` on, and keeps it in the folder `out`, if that is
/// given, as a capsule called like the saboteur.
pub(super) fn seek(chosen: &[&'static Sabotage], start: u64, out: Option<&Path>) -> ExitCode {
    let mut told = String::new();
    let mut exit = Exit::Held;
    for sabotage in chosen {
        let Sabotage { name, sentence, property, profile, .. } = sabotage;
        let _ = writeln!(told, "{name}: {sentence}");
        match first_kill(sabotage, start, MOST) {
            Err(what) => return fail(&what),
            Ok(None) => {
                exit = Exit::Violated;
                let profile = profile.name();
                let _ = writeln!(told, "  SURVIVED: {property} held in {MOST} runs, profile {profile}");
            }
            Ok(Some(kill)) => {
                let own = |violation: &&crate::property::Violation| violation.property.id == *property;
                let words = kill.verdict.violations().iter().find(own).map(ToString::to_string);
                let _ = writeln!(told, "  {}", words.unwrap_or_default());
                let (seeds, draw) = (kill.seeds, kill.draw);
                let _ = writeln!(
                    told,
                    "  killed by seed {seeds}; see it with: confsim run {draw} --sabotage {name}"
                );
                let case = Case { sabotage: Some(sabotage), ..Case::from(draw) };
                let kept =
                    out.map(|out| capsule::write(&out.join(name), &case, &case.judge(Keep::All), None));
                if let Some(Err(error)) = kept {
                    return fail(&error.to_string());
                }
            }
        }
    }
    told.push_str(if exit == Exit::Held { "\nKILLED\n" } else { "\nSURVIVED\n" });
    show(&told, exit)
}

/// Prints the whole kill matrix.
pub(super) fn all(jobs: NonZeroUsize) -> ExitCode {
    let bar = ProgressBar::new(CATALOGUE.len() as u64);
    let rows = match matrix(jobs, || bar.inc(1)) {
        Ok(rows) => rows,
        Err(what) => return fail(&what),
    };
    bar.finish_and_clear();
    let exit = if rows.iter().all(crate::sabotage::Row::killed) { Exit::Held } else { Exit::Violated };
    show(&text(&rows), exit)
}

/// The saboteurs that `name` stands for.
pub(super) fn choose(name: &str) -> Result<Vec<&'static Sabotage>, String> {
    if name == ALL { Ok(CATALOGUE.iter().collect()) } else { find(name).map(|sabotage| vec![sabotage]) }
}

/// The saboteur called `name`.
pub(super) fn find(name: &str) -> Result<&'static Sabotage, String> {
    Sabotage::find(name).ok_or_else(|| format!("{name} is no saboteur; see `confsim list saboteurs`"))
}
