//! TOML out: every value that is not a default, in one fixed order.

use std::fmt::{self, Write as _};

use confsim_core::time::Duration;

use super::super::build::capitalised;
use super::super::{
    Action, Admission, Answer, Autopromote, FORMAT_VERSION, Kind, Limits, Link, Links, Participant, Range,
    Rules, Scenario, Speech, Split, Step, Topology,
};
use crate::span::write_span;

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
    for (key, limit) in limits(&scenario.limits) {
        if let Some(span) = limit {
            writeln!(out, "limits.{key} = \"{}\"", write_span(span))?;
        }
    }
    if let Ok(toml::Value::Table(rules)) = toml::Value::try_from(&scenario.factory) {
        for (key, value) in rules {
            writeln!(out, "factory.{key} = {value}")?;
        }
    }
    let defaults = Links::default();
    for (name, link, default) in
        [("client", scenario.links.client, defaults.client), ("pool", scenario.links.pool, defaults.pool)]
    {
        if link != default {
            writeln!(out, "links.{name} = {}", table(&fields(link)))?;
        }
    }
    let tables = |items: Vec<Vec<String>>| items.iter().map(|item| table(item)).collect::<Vec<_>>();
    write_list(out, "participants", &tables(scenario.participants.iter().map(participant).collect()))?;
    write_list(out, "steps", &tables(scenario.steps.iter().map(step).collect()))?;
    let faults: Vec<_> = scenario.faults.iter().map(|fault| Quoted(&fault.to_string()).to_string()).collect();
    write_list(out, "faults", &faults)
}

const fn limits(limits: &Limits) -> [(&str, Option<Duration>); 8] {
    [
        ("forward-timeout", limits.forward_timeout),
        ("ringing-timeout", limits.ringing_timeout),
        ("lobby-timeout", limits.lobby_timeout),
        ("idle-timeout", limits.idle_timeout),
        ("link-timeout", limits.link_timeout),
        ("session-expires", limits.session_expires),
        ("subscription-expires", limits.subscription_expires),
        ("registration", limits.registration),
    ]
}

fn write_list(out: &mut String, key: &str, items: &[String]) -> fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{key} = [")?;
    items.iter().try_for_each(|item| writeln!(out, "    {item},"))?;
    writeln!(out, "]")
}

fn table(fields: &[String]) -> String {
    format!("{{ {} }}", fields.join(", "))
}

fn participant(participant: &Participant) -> Vec<String> {
    let mut fields_of = vec![format!("name = {}", Quoted(&participant.name))];
    for (key, text) in
        [("user", &participant.user), ("domain", &participant.domain), ("passcode", &participant.passcode)]
    {
        fields_of.extend(text.iter().map(|text| format!("{key} = {}", Quoted(text))));
    }
    if participant.kind != Kind::Uccp {
        fields_of.push(format!("kind = \"{}\"", participant.kind.word()));
    }
    if participant.display_name != capitalised(&participant.name) {
        fields_of.push(format!("display-name = {}", Quoted(&participant.display_name)));
    }
    fields_of.extend(participant.link.map(|link| format!("link = {}", table(&fields(link)))));
    match participant.answer {
        Answer::Accept(Duration::ZERO) => {}
        Answer::Accept(after) => fields_of.push(format!("answers = \"accept after {}\"", write_span(after))),
        Answer::Decline => fields_of.push("answers = \"decline\"".to_owned()),
        Answer::Ignore => fields_of.push("answers = \"ignore\"".to_owned()),
    }
    fields_of.extend(participant.timer.map(|timer| format!("timer = {timer}")));
    if participant.lobby {
        fields_of.push("lobby = true".to_owned());
    }
    for (key, setting) in [("autoextend", participant.autoextend), ("rejoin", participant.rejoin)] {
        if !setting {
            fields_of.push(format!("{key} = false"));
        }
    }
    fields_of
}

fn step(step: &Step) -> Vec<String> {
    let mut fields = vec![
        format!("at = \"{}\"", write_span(step.at)),
        format!("who = {}", Quoted(&step.who)),
        format!("what = \"{}\"", step.action.verb()),
    ];
    fields.extend(step.action.conference().map(|name| format!("conference = {}", Quoted(name))));
    if let Action::Provision(wish) = &step.action {
        fields.extend(super::wish::fields(wish, |text| Quoted(text).to_string()));
        return fields;
    }
    fields.extend(step.action.user().map(|user| format!("user = {}", Quoted(user))));
    match &step.action {
        Action::Create { subject, rules, .. } => {
            if !subject.is_empty() {
                fields.push(format!("subject = {}", Quoted(subject)));
            }
            fields.extend(rules_fields(rules));
        }
        Action::SetFormats { formats, .. } => fields.push(format!("formats = {}", Quoted(formats))),
        Action::Send { format, text, .. } => {
            if format != "text/plain" {
                fields.push(format!("format = {}", Quoted(format)));
            }
            fields.push(format!("text = {}", Quoted(text)));
        }
        Action::Say(Speech::Text(text)) => fields.push(format!("text = {}", Quoted(text))),
        Action::Say(Speech::Bytes(bytes)) => {
            let bytes: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            fields.push(format!("bytes = \"{}\"", bytes.join(" ")));
        }
        _ => {}
    }
    fields
}

fn rules_fields(rules: &Rules) -> Vec<String> {
    let default = Rules::default();
    let mut fields = Vec::new();
    let admission = Admission::ALL.into_iter().find(|(value, _)| *value == rules.admission);
    if let Some((_, word)) = admission.filter(|_| rules.admission != default.admission) {
        fields.push(format!("admission = \"{word}\""));
    }
    if rules.locked {
        fields.push("locked = true".to_owned());
    }
    if rules.no_lobby {
        fields.push("lobby = false".to_owned());
    }
    let autopromote = Autopromote::ALL.into_iter().find(|(value, _)| *value == rules.autopromote);
    if let Some((_, word)) = autopromote.filter(|_| rules.autopromote != default.autopromote) {
        fields.push(format!("autopromote = \"{word}\""));
    }
    for (key, names) in [("presenters", &rules.presenters), ("attendees", &rules.attendees)] {
        if !names.is_empty() {
            let names: Vec<_> = names.iter().map(|name| Quoted(name).to_string()).collect();
            fields.push(format!("{key} = [{}]", names.join(", ")));
        }
    }
    fields
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
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

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
