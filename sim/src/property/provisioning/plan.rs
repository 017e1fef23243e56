//! What a conference is, or is to be, as far as it can be told from a `conference-info`: the texts, users and MCUs in it,
//! and what else is there.

use std::collections::{BTreeMap, BTreeSet};

use confsim_core::wire::sip::Uri;
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

/// Reads a `conference-info` that has just started: id, version, `static`, and what it says.
pub(super) fn conference(reader: &mut Reader<'_>) -> Result<(String, u32, Option<bool>, Plan), XmlError> {
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

/// The `static` attribute of the element that has just started, if it has one.
pub(super) fn flag(reader: &mut Reader<'_>, ns: Ns) -> Option<bool> {
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
