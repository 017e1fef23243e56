//! `confsim view`: the same run, another way to look at it.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use clap::Args;

use super::case::{Found, find};
use super::trouble::Trouble;
use super::{Exit, fail, show_bytes};
use crate::capsule::{self, Case, Judged};
use crate::property::Verdict;
use crate::scenario::Scenario;
use crate::trace::{Keep, Trace};
use crate::view::jsonl::{self, Told};
use crate::view::{As, Options, Side, diff, render};

/// Arguments of `confsim view`.
#[derive(Args, Debug)]
pub(super) struct ViewArgs {
    /// A named scenario (`confsim list scenarios`), a scenario file, a generated one like `calm:17`, a capsule, or a
    /// trace (.jsonl)
    run: String,
    /// Show where this other run is a different one; `--fault` is for the first
    #[arg(long, conflicts_with = "form")]
    diff: Option<String>,
    /// How to look at it: `ladder` is text, `mermaid` a diagram for pages that draw them, `svg` a picture, `html`
    /// a page, `jsonl` the whole trace as JSON lines, `pcapng` a capture file
    #[arg(long = "as", value_parser = form, default_value = "ladder")]
    form: As,
    /// What all chance follows from; for a generated scenario its own seed unless given
    #[arg(long)]
    seed: Option<u64>,
    /// Show every hop, the front end's too
    #[arg(long)]
    hops: bool,
    #[command(flatten)]
    trouble: Trouble,
}

/// A run to be shown.
struct Shown {
    scenario: Scenario,
    trace: Trace,
    verdict: Verdict,
    options: Options,
}

/// Runs the command.
pub(super) fn run(args: &ViewArgs) -> ExitCode {
    let view = Shown::find(&args.run, args, Some(&args.trouble)).and_then(|shown| match &args.diff {
        None => shown.render(args.form),
        Some(other) => {
            Shown::find(other, args, None).map(|other| diff(shown.side(), other.side()).into_bytes())
        }
    });
    match view {
        Ok(bytes) => show_bytes(&bytes, Exit::Held),
        Err(what) => fail(&what),
    }
}

impl Shown {
    /// Reads a trace, or runs what `what` names, with some trouble more.
    fn find(what: &str, args: &ViewArgs, trouble: Option<&Trouble>) -> Result<Self, String> {
        if Path::new(what).extension().is_some_and(|extension| extension == "jsonl") {
            if trouble.is_some_and(Trouble::strikes) {
                return Err(format!(
                    "{what}: nothing more can go wrong in a trace; --fault is for what is run"
                ));
            }
            let file = fs::read(what).map_err(|error| format!("{what}: {error}; no trace was read"))?;
            let Told { scenario, seed, trace, verdict } =
                jsonl::read(&file).map_err(|error| format!("{what}: {error}"))?;
            let options = Options { hops: args.hops, seed, ..Options::default() };
            return Ok(Self { scenario, trace, verdict, options });
        }
        let Found { case, recorded } = find(what)?;
        let mut case = Case { seed: args.seed.unwrap_or(case.seed), ..case };
        trouble.map_or(Ok(()), |trouble| trouble.strike(&mut case.scenario))?;
        let shrunk = recorded.and_then(|capsule| capsule.shrunk);
        let options = Options { hops: args.hops, ..capsule::options(&case, shrunk.as_ref()) };
        let Judged { outcome, verdict, .. } = case.judge(Keep::All);
        Ok(Self { scenario: case.scenario, trace: outcome.trace, verdict, options })
    }

    fn render(&self, form: As) -> Result<Vec<u8>, String> {
        render(form, &self.scenario, &self.trace, &self.verdict, &self.options)
            .map_err(|error| format!("as {}: {error}", form.name()))
    }

    fn side(&self) -> Side<'_> {
        let Self { scenario, trace, verdict, options } = self;
        Side { scenario, trace, verdict, options }
    }
}

fn form(text: &str) -> Result<As, String> {
    let names = As::ALL.iter().map(|form| form.name()).collect::<Vec<_>>().join(" or ");
    As::ALL.iter().copied().find(|form| form.name() == text).ok_or(format!("give {names}"))
}
