//! Requests to the focus factory and its answers, as observers read them.

use std::collections::{BTreeMap, BTreeSet};

use confsim_core::wire::sip::{Message, Name, Uri};
use confsim_core::wire::xml::{Ns, Reader, XmlError};

/// Elements of a conference whose text counts.
const LEAVES: [&str; 8] = [
    "subject",
    "admission-policy",
    "expiry-time",
    "autopromote",
    "pstn-lobby-bypass",
    "locked",
    "display-text",
    "keywords",
];
/// Elements that only hold others.
const HOLDERS: [&str; 4] = ["conference-description", "conference-state", "users", "conference-view"];
/// Elements of a conference that hold a document of somebody else's.
const DOCUMENTS: [&str; 2] = ["notification-data", "organizer-roaming-data"];

/// What is asked of a factory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wish {
    /// Whose conferences it is about: the address of the factory's owner.
    pub(super) organizer: String,
    /// The name of the command.
    pub(super) command: String,
    /// The conference id.
    pub(super) id: String,
    /// The `static` attribute, if there is one.
    pub(super) is_static: Option<bool>,
    /// The version, which is 1 when it is not given (PRO-2-2-1-1-k).
    pub(super) version: u32,
    /// What the conference is to be.
    pub(super) plan: Plan,
    /// How long the request is, in bytes.
    pub(super) length: usize,
}

/// What a conference is, or is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    /// What is said of it: the text of elements, roles by user, types of MCU, names in documents of others.
    pub(super) values: BTreeMap<String, String>,
    /// Names of elements that are there, whatever they hold.
    pub(super) present: BTreeSet<String>,
    /// Whether something is listed twice.
    pub(super) repeats: bool,
}

/// How a factory answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It was done.
    Done(Box<Told>),
    /// It was refused for a reason.
    Refused(String),
    /// It was not looked at.
    Rejected,
    /// Nobody knows whether it was done.
    Unknown,
}

/// What a success tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The conferences told of: id, version, what they are.
    pub(super) conferences: Vec<(String, u32, Plan)>,
}

impl Wish {
    /// The wish in a SERVICE request, if it is one that can be read.
    pub(super) fn of(message: &Message) -> Option<Self> {
        let uri = message.request_uri().ok().filter(|uri| uri.opaque() == Some("app:conf:focusfactory"))?;
        is_c3p(message).then(|| read_wish(&uri, message.body()).ok().flatten()).flatten()
    }

    /// Whether it changes something when it is done.
    pub(super) fn changes(&self) -> bool {
        matches!(self.command.as_str(), "addConference" | "modifyConference" | "deleteConference")
    }
}

impl Answer {
    /// The answer in a final response to a SERVICE request.
    pub(super) fn of(message: &Message) -> Self {
        if is_c3p(message) {
            return read_answer(message.body()).unwrap_or(Self::Unknown);
        }
        match message.code() {
            // A proxy says these when it does not know what came of it (RFC 3261 section 16.7).
            Some(408 | 480 | 500..) | None => Self::Unknown,
            Some(_) => Self::Rejected,
        }
    }
}

impl Plan {
    /// What `told` leaves out or says otherwise. The factory adds what was not said.
    pub(super) fn difference(&self, told: &Self, organizer: &str) -> Option<String> {
        let listed = |name: &str| name.starts_with("user ") || name.starts_with("mcu ");
        let organizer = format!("user {organizer}");
        let missing = self.values.iter().find(|(name, value)| {
            **name != organizer && told.values.get(*name).is_none_or(|told| told != *value)
        });
        let surplus = told.values.keys().find(|name| listed(name) && !self.values.contains_key(*name));
        missing.map(|(name, _)| name.clone()).or_else(|| surplus.cloned())
    }

    fn insert(&mut self, name: String, value: String) {
        self.repeats |= self.values.insert(name, value).is_some();
    }

    /// Reads the element that has just started, called `local`.
    fn read(&mut self, reader: &mut Reader<'_>, local: &str) -> Result<(), XmlError> {
        self.present.insert(local.to_owned());
        match local {
            "conference-id" => {
                let id = reader.text()?.trim().to_owned();
                self.insert(local.to_owned(), id);
            }
            "user" => {
                let entity = reader.attribute(Ns::None, "entity").unwrap_or_default();
                let address =
                    Uri::parse(entity.trim()).map_or_else(|_| entity.to_string(), |uri| uri.address());
                let roles = texts(reader)?;
                self.insert(format!("user {address}"), roles.join(" "));
            }
            "entity-view" => {
                let entity = reader.attribute(Ns::None, "entity").unwrap_or_default();
                let inside = names(reader)?;
                self.present.extend(inside.contains("entity-settings").then(|| "entity-settings".to_owned()));
                self.insert(format!("mcu {}", entity.trim()), inside);
            }
            _ if LEAVES.contains(&local) => {
                let text = reader.text()?.trim().to_owned();
                self.insert(local.to_owned(), text);
            }
            _ if DOCUMENTS.contains(&local) => {
                let inside = names(reader)?;
                self.insert(local.to_owned(), inside);
            }
            _ if HOLDERS.contains(&local) => {
                while let Some(child) = reader.child()? {
                    self.read(reader, child.local)?;
                }
            }
            _ => reader.skip()?,
        }
        Ok(())
    }
}

fn is_c3p(message: &Message) -> bool {
    let content_type = message.header(Name::ContentType).unwrap_or_default();
    content_type.trim().eq_ignore_ascii_case("application/cccp+xml")
}

fn read_wish(uri: &Uri<'_>, body: &[u8]) -> Result<Option<Wish>, XmlError> {
    let mut reader = Reader::new(body)?;
    reader.any_root()?;
    let Some(command) = reader.child()? else { return Ok(None) };
    let mut wish = Wish {
        organizer: uri.address(),
        command: command.local.to_owned(),
        id: String::new(),
        is_static: flag(&mut reader, Ns::None),
        version: 1,
        plan: Plan::default(),
        length: body.len(),
    };
    while let Some(part) = reader.child()? {
        wish.plan.present.insert(part.local.to_owned());
        match part.local {
            "conference-info" => {
                let (id, version, is_static, plan) = conference(&mut reader)?;
                (wish.id, wish.version, wish.is_static, wish.plan) = (id, version, is_static, plan);
            }
            "conferenceKeys" => {
                let id = reader.attribute(Ns::ConferenceExtensions, "conference-id").unwrap_or_default();
                wish.id = id.trim().to_owned();
                wish.is_static =
                    [Ns::None, Ns::ConferenceExtensions].into_iter().find_map(|ns| flag(&mut reader, ns));
                reader.skip()?;
            }
            _ => reader.skip()?,
        }
    }
    Ok(Some(wish))
}

fn read_answer(body: &[u8]) -> Result<Answer, XmlError> {
    let mut reader = Reader::new(body)?;
    reader.any_root()?;
    let success = reader.attribute(Ns::None, "code").is_some_and(|code| code == "success");
    let Some(_) = reader.child()? else { return Ok(Answer::Unknown) };
    if !success {
        let reason = reader.attribute(Ns::None, "reason").unwrap_or_default();
        return Ok(Answer::Refused(reason.into_owned()));
    }
    let mut told = Told::default();
    while let Some(part) = reader.child()? {
        match part.local {
            "conference-info" => told.take(&mut reader)?,
            "conferences" => {
                while reader.child()?.is_some() {
                    told.take(&mut reader)?;
                }
            }
            _ => reader.skip()?,
        }
    }
    Ok(Answer::Done(Box::new(told)))
}

impl Told {
    fn take(&mut self, reader: &mut Reader<'_>) -> Result<(), XmlError> {
        let entity = reader.attribute(Ns::None, "entity").unwrap_or_default().into_owned();
        let (id, version, _, plan) = conference(reader)?;
        let from_entity = entity.rsplit_once(":id:").map(|(_, id)| id.to_owned()).unwrap_or_default();
        self.conferences.push((if id.is_empty() { from_entity } else { id }, version, plan));
        Ok(())
    }
}

/// Reads a `conference-info` that has just started: id, version, `static`, and what it says.
fn conference(reader: &mut Reader<'_>) -> Result<(String, u32, Option<bool>, Plan), XmlError> {
    let version = reader.attribute(Ns::None, "version").and_then(|text| text.trim().parse().ok());
    let is_static = flag(reader, Ns::None);
    let mut plan = Plan::default();
    if version.is_some() {
        plan.present.insert("version".to_owned());
    }
    while let Some(child) = reader.child()? {
        plan.read(reader, child.local)?;
    }
    let id = plan.values.remove("conference-id").unwrap_or_default();
    Ok((id, version.unwrap_or(1), is_static, plan))
}

fn flag(reader: &mut Reader<'_>, ns: Ns) -> Option<bool> {
    reader.attribute(ns, "static").map(|text| matches!(text.trim(), "true" | "1"))
}

/// The texts of the innermost elements under the one that has just started, two levels down.
fn texts(reader: &mut Reader<'_>) -> Result<Vec<String>, XmlError> {
    let mut found = Vec::new();
    while let Some(holder) = reader.child()? {
        if holder.local != "roles" {
            reader.skip()?;
            continue;
        }
        while reader.child()?.is_some() {
            found.push(reader.text()?.trim().to_owned());
        }
    }
    Ok(found)
}

/// The names of all elements under the one that has just started.
fn names(reader: &mut Reader<'_>) -> Result<String, XmlError> {
    let mut found = String::new();
    while let Some(child) = reader.child()? {
        let inside = names(reader)?;
        found.push_str(child.local);
        if !inside.is_empty() {
            found.push('(');
            found.push_str(&inside);
            found.push(')');
        }
        found.push(' ');
    }
    Ok(found)
}
