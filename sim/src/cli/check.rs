//! `confsim check`: the observers over a recording.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{Exit, fail, show};
use crate::check::{Checked, Missing, check};
use crate::sweep::table;

/// Arguments of `confsim check`.
#[derive(Args, Debug)]
pub(super) struct CheckArgs {
    /// A trace (.jsonl) of `confsim view` or `confsim serve`, or a capture (.pcapng, .pcap) of SIP over TCP, of any system
    file: PathBuf,
}

/// Runs the command.
pub(super) fn run(args: &CheckArgs) -> ExitCode {
    let path = args.file.display();
    let file = match std::fs::read(&args.file) {
        Ok(file) => file,
        Err(error) => return fail(&format!("{path}: {error}")),
    };
    match check(&file) {
        Ok(checked) => {
            let (words, exit) = words(&checked);
            show(&words, exit)
        }
        Err(error) => fail(&format!("{path}: {error}")),
    }
}

fn words(checked: &Checked) -> (String, Exit) {
    let Checked { title, messages: (written, read), verdict, unjudged } = checked;
    let mut text = format!("{title}: {written} messages, {read} of them read\n\n{}\n", table(verdict));
    for (property, missing) in unjudged {
        let why = match missing {
            Missing::Needs(needs) => {
                let needs: Vec<&str> = needs.iter().map(|need| need.as_str()).collect();
                format!("needs {}", needs.join(" and "))
            }
            Missing::End => "the recording may end before it comes about".to_owned(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "not judged: {}, {why}", property.id);
    }
    let violations: Vec<String> = verdict.violations().iter().map(ToString::to_string).collect();
    let (word, exit) = if !verdict.held() {
        ("VIOLATED", Exit::Violated)
    } else if verdict.vacuous() {
        ("VACUOUS: nothing was exercised", Exit::Vacuous)
    } else {
        ("HELD", Exit::Held)
    };
    let _ = writeln!(text, "{word}");
    for violation in violations {
        let _ = writeln!(text, "{violation}");
    }
    (text, exit)
}
