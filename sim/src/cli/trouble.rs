//! Faults that a command brings along.

use std::str::FromStr;

use clap::Args;

use crate::fault::Fault;
use crate::scenario::Scenario;

/// What goes wrong besides what the scenario has.
#[derive(Args, Debug)]
pub(super) struct Trouble {
    /// Something more that goes wrong, as a sentence (`confsim list faults`); can be given several times
    #[arg(long = "fault", value_name = "SENTENCE", value_parser = Fault::from_str)]
    faults: Vec<Fault>,
}

impl Trouble {
    /// Whether there is any.
    pub(super) fn strikes(&self) -> bool {
        !self.faults.is_empty()
    }

    /// Adds it to `scenario`. What was written without it no longer promises what it exercises, nor that two worlds
    /// agree.
    pub(super) fn strike(&self, scenario: &mut Scenario) -> Result<(), String> {
        if !self.strikes() {
            return Ok(());
        }
        scenario.faults.extend(self.faults.iter().cloned());
        scenario.exercises.clear();
        scenario.parity = false;
        scenario.check().map_err(|flaw| format!("--fault: {}", flaw.what))
    }
}
