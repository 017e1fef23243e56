//! XML bodies by what they say: parsed, with names, GUIDs and versions mapped, value by value.

use std::collections::BTreeMap;

use confsim_core::wire::imdn::Imdn;
use confsim_core::wire::sip::{Message, Name};
use confsim_core::wire::{cccp, conference_info};
use serde_json::Value;

use super::Told;

/// How long the conference ids are that the examples of provisioning choose.
const CHOSEN: usize = 8;

/// The lowest roster version that a flow tells of: versions are compared from there.
pub(super) fn base(told: &[Told]) -> u32 {
    let versions = told.iter().filter_map(|told| {
        let document = conference_info::read(told.message.body()).ok()?;
        document.version
    });
    versions.min().unwrap_or(0)
}

/// What differs between two bodies, as sentences that begin with the place in the body.
pub(super) fn differences((want, base): (&Message, u32), (have, found): (&Message, u32)) -> Vec<String> {
    let (Some(want), Some(have)) = (values(want, base), values(have, found)) else {
        let kinds = [want, have].map(|message| message.header(Name::ContentType).unwrap_or("nothing"));
        let alike = kinds[0].split(';').next() == kinds[1].split(';').next();
        return if alike {
            Vec::new()
        } else {
            vec![format!("printed {}, simulated {}", kinds[0], kinds[1])]
        };
    };
    let missing = want.iter().filter(|(place, _)| !have.contains_key(*place));
    let missing = missing.map(|(place, value)| format!("{place}: printed {value}, simulated nothing"));
    let others = have.iter().filter(|(place, value)| want.get(*place) != Some(value));
    let others = others.map(|(place, value)| {
        let printed = want.get(place).map_or("nothing", String::as_str);
        format!("{place}: printed {printed}, simulated {value}")
    });
    missing.chain(others).collect()
}

/// The values of an XML body by their place; `None` for other bodies.
fn values(message: &Message, base: u32) -> Option<BTreeMap<String, String>> {
    let body = message.body();
    let mut value = match message.header(Name::ContentType)? {
        "application/cccp+xml" => cccp::Request::parse(body)
            .ok()
            .and_then(|request| serde_json::to_value(request).ok())
            .or_else(|| serde_json::to_value(cccp::Response::parse(body).ok()?).ok())?,
        "application/conference-info+xml" => serde_json::to_value(conference_info::read(body).ok()?).ok()?,
        "application/ms-imdn+xml" => serde_json::to_value(Imdn::parse(body).ok()?).ok()?,
        _ => return None,
    };
    if let Some(version) = value.get("version").and_then(Value::as_u64)
        && value.get("users").is_some()
    {
        value["version"] = (version - u64::from(base)).into();
    }
    let mut values = BTreeMap::new();
    let mut names = Names::default();
    flatten("", &value, &mut names, &mut values);
    Some(values)
}

fn flatten(place: &str, value: &Value, names: &mut Names, values: &mut BTreeMap<String, String>) {
    let join = |key: &str| if place.is_empty() { key.to_owned() } else { format!("{place}.{key}") };
    match value {
        Value::Null => {}
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let key = ["entity", "purpose", "label", "id"]
                    .iter()
                    .find_map(|key| item.get(key).and_then(Value::as_str))
                    .map_or_else(|| index.to_string(), |key| names.map("entity", key));
                flatten(&format!("{place}[{key}]"), item, names, values);
            }
        }
        Value::Object(fields) => {
            for (key, field) in fields {
                flatten(&join(key), field, names, values);
            }
        }
        Value::String(text) => {
            let key = place.rsplit('.').next().unwrap_or_default();
            values.insert(place.to_owned(), names.map(key, text));
        }
        Value::Number(_) if place.ends_with("request_id") || place == "message_id" => {}
        Value::Bool(_) | Value::Number(_) => {
            values.insert(place.to_owned(), value.to_string());
        }
    }
}

/// An element as it came, but for white space between its tags and attributes.
fn squeezed(element: &str) -> String {
    let words = element.split_whitespace().collect::<Vec<_>>().join(" ");
    words.replace("> <", "><")
}

/// Names that differ from run to run, by the order of their appearance in a document.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn map(&mut self, key: &str, text: &str) -> String {
        if text.starts_with('{') || ["epid", "conversation_id"].contains(&key) {
            let number = self.0.iter().position(|known| known == text).unwrap_or_else(|| {
                self.0.push(text.to_owned());
                self.0.len() - 1
            });
            return format!("NAME{number}");
        }
        let cut = |text: &str, mark: &str| {
            text.find(mark).map(|at| format!("{}{mark}…", text.get(..at).unwrap_or_default()))
        };
        if let Some((before, id)) = text.split_once(":id:").filter(|(_, id)| id.len() == CHOSEN) {
            return format!("{}:id:{id}", before.replace("; ", ";"));
        }
        if text.starts_with('<') && !text.starts_with("<sip:") {
            return squeezed(text);
        }
        let marks = [":id:", "opaque=user:epid:", "?ms-conversation-id="];
        marks.iter().find_map(|mark| cut(text, mark)).unwrap_or_else(|| text.to_owned())
    }
}
