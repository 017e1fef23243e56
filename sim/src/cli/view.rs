//! `confsim view`: the same run, another way to look at it.

use std::process::ExitCode;

use clap::Args;

use super::subject::{Subject, World};
use super::{Exit, fail, show_bytes};
use crate::view::As;

/// Arguments of `confsim view`.
#[derive(Args, Debug)]
pub(super) struct ViewArgs {
    /// A named scenario (`confsim list scenarios`), a scenario file, or a generated one like `calm:17`
    run: String,
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
}

/// Runs the command.
pub(super) fn run(args: &ViewArgs) -> ExitCode {
    let view = Subject::run(&args.run, args.seed, World::Event)
        .and_then(|subject| subject.render(args.form, args.hops));
    match view {
        Ok(bytes) => show_bytes(&bytes, Exit::Held),
        Err(what) => fail(&what),
    }
}

fn form(text: &str) -> Result<As, String> {
    let names = As::ALL.iter().map(|form| form.name()).collect::<Vec<_>>().join(" or ");
    As::ALL.iter().copied().find(|form| form.name() == text).ok_or(format!("give {names}"))
}
