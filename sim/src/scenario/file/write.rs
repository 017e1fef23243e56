//! TOML out: every value that is not a default, in one fixed order.

use std::fmt::{self, Write as _};

use super::super::build::capitalised;
use super::super::{
    Action, FORMAT_VERSION, Kind, Link, Links, Participant, Range, Scenario, Split, Step, Topology,
    write_span,
};
use confsim_core::time::Duration;

/// Writes `scenario` as a file that [`super::from_toml`] reads back to the same value.
pub fn to_toml(scenario: &Scenario) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = write_scenario(&mut out, scenario);
    out
}

fn write_scenario(out: &mut String, scenario: &Scenario) -> fmt::Result {
    writeln!(out, "version = {FORMAT_VERSION}")?;
    writeln!(out, "title = {}", Quoted(&scenario.title))?;
    if !scenario.text.is_empty() {
        writeln!(out, "text = {}", Quoted(&scenario.text))?;
    }
    let topology = match scenario.topology {
        Topology::Pool => "pool",
        Topology::Split => "split",
    };
    writeln!(out, "topology = \"{topology}\"")?;
    if scenario.domain != "contoso.com" {
        writeln!(out, "domain = {}", Quoted(&scenario.domain))?;
    }
    writeln!(out, "end = \"{}\"", write_span(scenario.end))?;
    if scenario.parity {
        writeln!(out, "parity = true")?;
    }
    for (key, ids) in [("covers", &scenario.covers), ("exercises", &scenario.exercises)] {
        if !ids.is_empty() {
            let ids: Vec<_> = ids.iter().map(|id| Quoted(id).to_string()).collect();
            writeln!(out, "{key} = [{}]", ids.join(", "))?;
        }
    }
    if let Some(timeout) = scenario.limits.forward_timeout {
        writeln!(out, "\n[limits]\nforward-timeout = \"{}\"", write_span(timeout))?;
    }
    let defaults = Links::default();
    for (name, link, default) in
        [("client", scenario.links.client, defaults.client), ("pool", scenario.links.pool, defaults.pool)]
    {
        if link != default {
            writeln!(out, "\n[links.{name}]\n{}", fields(link).join("\n"))?;
        }
    }
    scenario.participants.iter().try_for_each(|participant| write_participant(out, participant))?;
    scenario.steps.iter().try_for_each(|step| write_step(out, step))?;
    scenario
        .faults
        .iter()
        .try_for_each(|fault| writeln!(out, "\n[[fault]]\nsays = {}", Quoted(&fault.to_string())))
}

fn write_participant(out: &mut String, participant: &Participant) -> fmt::Result {
    writeln!(out, "\n[[participant]]\nname = {}", Quoted(&participant.name))?;
    match participant.kind {
        Kind::Uccp => {}
        Kind::Legacy => writeln!(out, "kind = \"legacy\"")?,
        Kind::Cwa => writeln!(out, "kind = \"cwa\"")?,
    }
    if participant.display_name != capitalised(&participant.name) {
        writeln!(out, "display-name = {}", Quoted(&participant.display_name))?;
    }
    match participant.link {
        Some(link) => writeln!(out, "link = {{ {} }}", fields(link).join(", ")),
        None => Ok(()),
    }
}

fn write_step(out: &mut String, step: &Step) -> fmt::Result {
    writeln!(out, "\n[[step]]\nat = \"{}\"", write_span(step.at))?;
    writeln!(out, "who = {}\nwhat = \"{}\"", Quoted(&step.who), step.action.verb())?;
    if let Some(conference) = step.action.conference() {
        writeln!(out, "conference = {}", Quoted(conference))?;
    }
    match &step.action {
        Action::Create { subject, .. } if !subject.is_empty() => {
            writeln!(out, "subject = {}", Quoted(subject))
        }
        Action::Eject { user, .. } => writeln!(out, "user = {}", Quoted(user)),
        Action::Send { format, text, .. } => {
            if format != "text/plain" {
                writeln!(out, "format = {}", Quoted(format))?;
            }
            writeln!(out, "text = {}", Quoted(text))
        }
        _ => Ok(()),
    }
}

fn fields(link: Link) -> Vec<String> {
    let Range { low, high } = link.latency;
    let mut fields = vec![if low == high {
        format!("latency = \"{}\"", write_span(low))
    } else {
        format!("latency = [\"{}\", \"{}\"]", write_span(low), write_span(high))
    }];
    if link.jitter != Duration::ZERO {
        fields.push(format!("jitter = \"{}\"", write_span(link.jitter)));
    }
    if link.split == Split::Pieces {
        fields.push("split = \"pieces\"".to_owned());
    }
    fields
}

/// A TOML basic string.
struct Quoted<'a>(&'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for letter in self.0.chars() {
            match letter {
                '"' | '\\' => write!(f, "\\{letter}")?,
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                control if control.is_control() => write!(f, "\\u{:04X}", control as u32)?,
                plain => f.write_char(plain)?,
            }
        }
        f.write_char('"')
    }
}
