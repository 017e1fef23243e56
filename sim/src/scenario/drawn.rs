//! What a scenario is made of, in three lines.

use std::collections::BTreeMap;
use std::fmt;

use super::{Kind, Link, Scenario, Split, Topology};
use crate::span::write_span;

/// Tells what a scenario has, for a reader who wants to know what a seed drew.
#[derive(Clone, Copy, Debug)]
pub struct Drawn<'a>(pub &'a Scenario);

impl fmt::Display for Drawn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(scenario) = self;
        let kinds = scenario.participants.iter().map(|participant| match participant.kind {
            Kind::Uccp => "uccp",
            Kind::Legacy => "legacy",
            Kind::Cwa => "cwa",
        });
        let topology = match scenario.topology {
            Topology::Pool => "pool",
            Topology::Split => "split",
        };
        let (client, pool) = (link(scenario.links.client), link(scenario.links.pool));
        writeln!(f, "{} participants: {}", scenario.participants.len(), tally(kinds))?;
        writeln!(f, "topology {topology}; links of clients {client}, in the pool {pool}")?;
        let steps = scenario.steps.iter().map(|step| step.action.verb());
        write!(f, "{} steps: {}", scenario.steps.len(), tally(steps))?;
        if !scenario.faults.is_empty() {
            let faults = scenario.faults.iter().map(crate::fault::Fault::kind);
            write!(f, "\n{} faults: {}", scenario.faults.len(), tally(faults))?;
        }
        Ok(())
    }
}

/// `join 6, send 12`
fn tally<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut counts = BTreeMap::<&str, usize>::new();
    for word in words {
        *counts.entry(word).or_default() += 1;
    }
    let counts: Vec<_> = counts.into_iter().map(|(word, count)| format!("{word} {count}")).collect();
    counts.join(", ")
}

/// `1ms to 20ms, jitter 3ms, in pieces`
fn link(link: Link) -> String {
    let mut text = write_span(link.latency.low);
    if link.latency.high != link.latency.low {
        text = format!("{text} to {}", write_span(link.latency.high));
    }
    if link.jitter != confsim_core::time::Duration::ZERO {
        text = format!("{text}, jitter {}", write_span(link.jitter));
    }
    if link.split == Split::Pieces { text + ", in pieces" } else { text }
}
