//! Wishes for a focus factory in TOML.

use super::super::{Deed, Wish};
use super::read::step::{FileStep, FileVerb};

impl FileStep {
    /// Takes what the verb needs and leaves the rest; `None` for verbs that are about something else.
    pub(super) fn wish(&mut self) -> Result<Option<Wish>, String> {
        let deed = match self.what {
            FileVerb::Provision => Deed::Provision {
                conference: self.conference()?,
                document: self.document()?,
                passcode: self.passcode.take(),
            },
            FileVerb::CreateStatic => Deed::CreateStatic { conference: self.conference()? },
            FileVerb::Modify => Deed::Modify {
                document: self.document()?,
                passcode: self.passcode.take(),
                version: self.version.take(),
            },
            FileVerb::Delete => {
                Deed::Delete { id: self.id()?, is_static: self.is_static.take().unwrap_or_default() }
            }
            FileVerb::Get => {
                Deed::Get { id: self.id()?, with_passcode: self.with_passcode.take().unwrap_or_default() }
            }
            FileVerb::List => Deed::List { is_static: self.is_static.take() },
            FileVerb::GetEncryptionKey => Deed::GetEncryptionKey,
            FileVerb::GetMcuTypes => Deed::GetMcuTypes,
            FileVerb::GetCapabilities => Deed::GetCapabilities,
            _ => return Ok(None),
        };
        Ok(Some(Wish { on_behalf_of: self.on_behalf_of.take(), deed }))
    }

    /// What is left of it.
    pub(super) fn surplus_of_wish(&self) -> Option<&'static str> {
        let left = [
            ("document", self.document.is_some()),
            ("id", self.id.is_some()),
            ("passcode", self.passcode.is_some()),
            ("version", self.version.is_some()),
            ("static", self.is_static.is_some()),
            ("with-passcode", self.with_passcode.is_some()),
            ("on-behalf-of", self.on_behalf_of.is_some()),
        ];
        left.into_iter().find_map(|(key, left)| left.then_some(key))
    }

    fn document(&mut self) -> Result<String, String> {
        self.document.take().ok_or_else(|| "`document` is missing".to_owned())
    }

    fn id(&mut self) -> Result<String, String> {
        self.id.take().ok_or_else(|| "`id` is missing".to_owned())
    }
}

/// The fields of a wish but for verb and conference, as TOML.
pub(super) fn fields(wish: &Wish, quoted: impl Fn(&str) -> String) -> Vec<String> {
    let text =
        |key: &str, value: &Option<String>| value.as_ref().map(|value| format!("{key} = {}", quoted(value)));
    let mut fields = Vec::new();
    match &wish.deed {
        Deed::Provision { document, passcode, .. } | Deed::Modify { document, passcode, .. } => {
            fields.push(format!("document = {}", quoted(document)));
            fields.extend(text("passcode", passcode));
        }
        Deed::Delete { id, .. } | Deed::Get { id, .. } => fields.push(format!("id = {}", quoted(id))),
        _ => {}
    }
    match &wish.deed {
        Deed::Modify { version: Some(version), .. } => fields.push(format!("version = {version}")),
        Deed::Delete { is_static: true, .. } => fields.push("static = true".to_owned()),
        Deed::List { is_static: Some(is_static) } => fields.push(format!("static = {is_static}")),
        Deed::Get { with_passcode: true, .. } => fields.push("with-passcode = true".to_owned()),
        _ => {}
    }
    fields.extend(text("on-behalf-of", &wish.on_behalf_of));
    fields
}
