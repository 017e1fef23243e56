//! `confsim list`: what there is.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{Exit, fail, show};
use crate::covers::{catalogue, coverage, scope};
use crate::fault::EXAMPLES;
use crate::property::CATALOGUE;
use crate::sabotage;
use crate::scenario::NAMED;
use crate::world::turmoil::incomparable;

/// Arguments of `confsim list`.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// What to list
    #[arg(value_enum)]
    what: What,
    /// Of the requirements, only those that nobody speaks for and that have no reason for it
    #[arg(long)]
    open: bool,
    /// Of the scenarios, whether they are compared message by message with their runs in the turmoil world, or why not
    #[arg(long)]
    parity: bool,
}

#[derive(ValueEnum, Clone, Copy, Debug)]
enum What {
    /// The scenarios that come with the program
    Scenarios,
    /// What every run is judged by
    Properties,
    /// Every requirement of the documents, and who speaks for it
    Requirements,
    /// What can go wrong in a scenario, and how to say it
    Faults,
    /// How nodes can be broken, and which property must notice
    Saboteurs,
}

/// Runs the command.
pub(super) fn run(args: &ListArgs) -> ExitCode {
    let text = match args.what {
        What::Scenarios if args.parity => parity(),
        What::Scenarios => scenarios(),
        What::Properties => properties(),
        What::Requirements => match requirements(args.open) {
            Ok(text) => text,
            Err(error) => return fail(&format!("the catalogue that was built in: {error}; build again")),
        },
        What::Faults => faults(),
        What::Saboteurs => saboteurs(),
    };
    show(&text, Exit::Held)
}

fn scenarios() -> String {
    let mut text = String::new();
    for named in NAMED {
        let title = named.scenario().map(|scenario| scenario.title).unwrap_or_default();
        let _ = writeln!(text, "{:<16} {title}", named.name);
    }
    text
}

fn parity() -> String {
    let mut text = String::new();
    for named in NAMED {
        let reason = named.scenario().map_or(Some("unreadable"), |scenario| incomparable(&scenario));
        let _ = writeln!(text, "{:<28} {}", named.name, reason.unwrap_or("compared"));
    }
    text
}

fn properties() -> String {
    let mut text = String::new();
    for property in CATALOGUE {
        let _ = writeln!(text, "{:<20} {:<11} {}", property.id, property.kind.as_str(), property.sentence);
        let _ = writeln!(text, "{:<20} {:<11} ({})", "", "", property.requirements.join(", "));
        if !property.needs.is_empty() {
            let needs: Vec<&str> = property.needs.iter().map(|need| need.as_str()).collect();
            let _ = writeln!(text, "{:<20} {:<11} needs: {}", "", "", needs.join(", "));
        }
    }
    text
}

/// `id`, level, title; then properties, scenarios and tests, or why there are none.
fn requirements(open_only: bool) -> Result<String, toml::de::Error> {
    let (all, coverage, scope) = (catalogue()?, coverage(), scope());
    let mut text = String::new();
    let (mut covered, mut settled) = (0, 0);
    for requirement in &all {
        let known = coverage.get(&requirement.id);
        let reason = scope.get(&*requirement.id).filter(|reason| reason.settles(&coverage));
        covered += usize::from(known.is_some());
        settled += usize::from(known.is_none() && reason.is_some());
        if open_only && (known.is_some() || reason.is_some()) {
            continue;
        }
        let _ = writeln!(text, "{:<20} {:<10} {}", requirement.id, requirement.level, requirement.title);
        let known = known.cloned().unwrap_or_default();
        for (kind, names) in [
            ("property", known.properties.join(", ")),
            ("scenario", known.scenarios.join(", ")),
            ("test", known.tests.join(", ")),
            ("none", reason.map(|reason| reason.phrase()).unwrap_or_default()),
        ] {
            if !names.is_empty() {
                let _ = writeln!(text, "{:<20} {kind:<10} {names}", "");
            }
        }
    }
    let open = all.len() - covered - settled;
    let _ = writeln!(
        text,
        "\nof {} requirements {covered} have somebody to speak for them, {settled} need nobody, {open} are open",
        all.len(),
    );
    Ok(text)
}

fn faults() -> String {
    let mut text = String::new();
    for (example, meaning) in EXAMPLES {
        let _ = writeln!(text, "{example}\n    {meaning}");
    }
    text.push_str(
        "\nfin: what is under way arrives; rst: it is lost; silence: it is lost and nobody is told\n\
        crash and pause take a node, or `pool`: all its roles at once\n",
    );
    text
}

fn saboteurs() -> String {
    let mut text = String::new();
    for sabotage in sabotage::CATALOGUE {
        let _ = writeln!(text, "{:<40} {}", sabotage.name, sabotage.sentence);
        let _ = writeln!(text, "{:<40} ({}, profile {})", "", sabotage.property, sabotage.profile.name());
    }
    text
}
