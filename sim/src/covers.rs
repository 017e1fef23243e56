//! What is known to be proved: the catalogue of requirements, and who proves which.
//!
//! The catalogue (`sim/data/requirements.toml`) has the requirements of the documents, and
//! `sim/data/decisions.md` what was decided where they are silent. Properties and scenarios name ids in their
//! data, tests by `confsim_core::covers!`. What nobody has to speak for has its reason in `sim/data/scope.tsv`.

mod reach;
mod scope;

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::property;
use crate::scenario::NAMED;

pub use self::reach::{Reach, State};
pub use self::scope::{Scope, scope};

const REQUIREMENTS: &str = include_str!("../data/requirements.toml");
const DECISIONS: &str = include_str!("../data/decisions.md");

/// Every `covers!` in the workspace, collected when this crate is built.
pub const PROOFS: &[Proof] = include!(concat!(env!("OUT_DIR"), "/proofs.rs"));

/// One use of `covers!`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The source file, from the top of the workspace.
    pub file: &'static str,
    /// The function it stands in.
    pub test: &'static str,
    /// What it names.
    pub ids: &'static [&'static str],
}

/// One entry of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Requirement {
    /// Its id: `IM-3-3-2-5-1-c`, `D-23`.
    pub id: String,
    /// What it is about, in a few words.
    pub title: String,
    /// `MUST`, `MUST NOT`, `SHOULD`, `SHOULD NOT`, `MAY`, `FACT`, or `DECISION`.
    pub level: String,
    /// Who has to fulfil it.
    pub role: String,
    /// What kind of thing it is: `wire-syntax`, `state`, `timer`, `ordering`, `error`, `capability`.
    pub kind: String,
}

/// Who speaks for a requirement.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Ids of properties.
    pub properties: Vec<&'static str>,
    /// Names of scenarios.
    pub scenarios: Vec<&'static str>,
    /// Tests, as `file: function`.
    pub tests: Vec<String>,
}

#[derive(Deserialize)]
struct Catalogue {
    requirement: Vec<Requirement>,
}

/// Every requirement and decision, in the order of the documents.
///
/// # Errors
/// Never for the catalogue that was built in; a test sees to it.
pub fn catalogue() -> Result<Vec<Requirement>, toml::de::Error> {
    let mut all = toml::from_str::<Catalogue>(REQUIREMENTS)?.requirement;
    all.extend(DECISIONS.split("\n- ").filter_map(decision));
    Ok(all)
}

/// The decision in an item of the list: `D-23 History runs …`. Its first sentence is its title.
fn decision(item: &str) -> Option<Requirement> {
    let (id, text) = item.split_once(' ').filter(|(id, _)| id.starts_with("D-"))?;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.find(". ").unwrap_or(text.len());
    Some(Requirement {
        id: id.to_owned(),
        title: text.get(..end).unwrap_or(&text).to_owned(),
        level: "DECISION".to_owned(),
        role: "any".to_owned(),
        kind: "state".to_owned(),
    })
}

/// Everything that is named by a property, a scenario or a test, known to the catalogue or not.
pub fn coverage() -> BTreeMap<String, Coverage> {
    let mut all = BTreeMap::<String, Coverage>::new();
    for property in property::CATALOGUE {
        for id in property.requirements {
            all.entry((*id).to_owned()).or_default().properties.push(property.id);
        }
    }
    for named in NAMED {
        for id in named.scenario().map(|scenario| scenario.covers).unwrap_or_default() {
            all.entry(id).or_default().scenarios.push(named.name);
        }
    }
    for proof in PROOFS {
        for id in proof.ids {
            let test = format!("{}: {}", proof.file, proof.test);
            all.entry((*id).to_owned()).or_default().tests.push(test);
        }
    }
    all
}
