//! The program as its users meet it, and what it says about itself.

mod check;
mod cli;
mod coverage;
mod deploy;
mod readme;
mod sweep;
mod views;

use std::process::{Command, Output};

/// Runs the program as in a shell at the top of the repository.
fn confsim(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_confsim"))
        .args(arguments)
        .current_dir(TOP)
        .output()
        .expect("the program starts")
}

/// The top of the repository.
const TOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the program speaks UTF-8")
}
