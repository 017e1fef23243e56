//! `confsim list`: what there is.

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{Exit, fail, show};
use crate::covers::{catalogue, coverage};
use crate::property::CATALOGUE;
use crate::scenario::NAMED;

/// Each kind of fault in an example, and what it does.
const FAULTS: [(&str, &str); 5] = [
    ("drop the 3rd MESSAGE from mcu to bob", "it is never written to the stream"),
    ("delay the 1st 202 MESSAGE from mcu to alice by 2s", "it is written that much later"),
    ("hold the 1st INFO from alice to focus", "it is written right behind the next message of the two"),
    ("cut the 1st connection between bob and front-end at 5s with rst", "it breaks at that time"),
    (
        "cut the 1st connection between bob and front-end after 900 bytes from bob with silence",
        "it breaks there",
    ),
];

/// Arguments of `confsim list`.
#[derive(Args, Debug)]
pub(super) struct ListArgs {
    /// What to list
    #[arg(value_enum)]
    what: What,
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
}

/// Runs the command.
pub(super) fn run(args: &ListArgs) -> ExitCode {
    let text = match args.what {
        What::Scenarios => scenarios(),
        What::Properties => properties(),
        What::Requirements => match requirements() {
            Ok(text) => text,
            Err(error) => return fail(&format!("the catalogue that was built in: {error}; build again")),
        },
        What::Faults => faults(),
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

fn properties() -> String {
    let mut text = String::new();
    for property in CATALOGUE {
        let _ = writeln!(text, "{:<20} {:<11} {}", property.id, property.kind.as_str(), property.sentence);
        let _ = writeln!(text, "{:<20} {:<11} ({})", "", "", property.requirements.join(", "));
    }
    text
}

/// `id`, level, title; then properties, scenarios and tests, where there are any.
fn requirements() -> Result<String, toml::de::Error> {
    let (all, coverage) = (catalogue()?, coverage());
    let mut text = String::new();
    for requirement in &all {
        let _ = writeln!(text, "{:<20} {:<10} {}", requirement.id, requirement.level, requirement.title);
        let Some(known) = coverage.get(&requirement.id) else { continue };
        for (kind, names) in [
            ("property", known.properties.join(", ")),
            ("scenario", known.scenarios.join(", ")),
            ("test", known.tests.join(", ")),
        ] {
            if !names.is_empty() {
                let _ = writeln!(text, "{:<20} {kind:<10} {names}", "");
            }
        }
    }
    let covered = all.iter().filter(|requirement| coverage.contains_key(&requirement.id)).count();
    let _ = writeln!(text, "\n{covered} of {} have somebody to speak for them", all.len());
    Ok(text)
}

fn faults() -> String {
    let mut text = String::new();
    for (example, meaning) in FAULTS {
        let _ = writeln!(text, "{example}\n    {meaning}");
    }
    text.push_str(
        "\nfin: what is under way arrives; rst: it is lost; silence: it is lost and nobody is told\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::Fault;

    #[test]
    fn every_example_of_a_fault_is_one() {
        for (example, _) in FAULTS {
            assert_eq!(example.parse::<Fault>().map(|fault| fault.to_string()).as_deref(), Ok(example));
        }
    }
}
