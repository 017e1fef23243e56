//! Requirements that nobody has to speak for.

use std::collections::BTreeMap;

use super::Coverage;

const SCOPE: &str = include_str!("../../data/scope.tsv");

/// Why nobody has to speak for a requirement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// It says what something is; nothing can fail it.
    Definition,
    /// It refers to the rules of SIP as a whole.
    GenericSip,
    /// It describes an implementation's memory; its effects have ids of their own.
    DataModel,
    /// Other requirements, joined by `+`, say the same: whoever speaks for all of them speaks for it.
    Duplicate(&'static str),
    /// It describes damage in a printed example.
    DefectiveExample,
    /// It is left out, for this reason.
    Out(&'static str),
}

impl Scope {
    fn read(class: &str, rest: &'static str) -> Option<Self> {
        Some(match class {
            "definition" => Self::Definition,
            "generic-sip" => Self::GenericSip,
            "data-model" => Self::DataModel,
            "duplicate" => Self::Duplicate(rest),
            "defective-example" => Self::DefectiveExample,
            "out-of-scope" if !rest.is_empty() => Self::Out(rest),
            _ => return None,
        })
    }

    /// Whether the requirement needs nobody, given who speaks for the others.
    pub fn settles(self, coverage: &BTreeMap<String, Coverage>) -> bool {
        match self {
            Self::Duplicate(targets) => targets.split('+').all(|target| coverage.contains_key(target)),
            _ => true,
        }
    }

    /// In words.
    pub fn phrase(self) -> String {
        match self {
            Self::Definition => "a definition".to_owned(),
            Self::GenericSip => "the rules of SIP as a whole".to_owned(),
            Self::DataModel => "an implementation's memory".to_owned(),
            Self::Duplicate(targets) => format!("the same as {}", targets.replace('+', " and ")),
            Self::DefectiveExample => "damage in a printed example".to_owned(),
            Self::Out(why) => format!("left out: {why}"),
        }
    }
}

/// Every requirement that has such a reason. A line that cannot be read is nobody's reason; a test sees to it
/// that there is none.
pub fn scope() -> BTreeMap<&'static str, Scope> {
    rows().filter_map(|(id, class, rest)| Some((id, Scope::read(class, rest)?))).collect()
}

/// The rows of the table: id, class, target or reason.
fn rows() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    SCOPE.lines().filter(|line| !line.starts_with('#')).map(|line| {
        let mut cells = line.splitn(3, '\t');
        let mut next = || cells.next().unwrap_or_default();
        (next(), next(), next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_says_why() {
        for (id, class, rest) in rows() {
            assert!(Scope::read(class, rest).is_some(), "sim/data/scope.tsv: {id}: {class} {rest}");
        }
        assert_eq!(rows().count(), scope().len(), "an id has one reason");
    }
}
