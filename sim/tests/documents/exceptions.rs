//! Where we decided otherwise than the documents' examples.

use std::fs;

use serde::Deserialize;

use super::printed::data;

/// What differs, and why. `flow` is a scenario, or `*`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exception {
    flow: String,
    /// A party that does not take part.
    party: Option<String>,
    /// A printed message that is not sent, `from -> to WHAT`.
    message: Option<String>,
    /// The beginning of a difference between bodies, without its place.
    body: Option<String>,
    /// The decision or requirement.
    why: String,
    #[serde(skip)]
    used: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    exception: Vec<Exception>,
}

/// All of them.
pub(super) struct Exceptions(Vec<Exception>);

impl Exceptions {
    pub(super) fn read() -> Self {
        let text = fs::read_to_string(data().join("exceptions.toml")).expect("the exceptions");
        Self(toml::from_str::<File>(&text).expect("exceptions in TOML").exception)
    }

    pub(super) fn party(&mut self, flow: &str, party: &str) -> bool {
        self.find(flow, |exception| exception.party.as_deref() == Some(party))
    }

    pub(super) fn message(&mut self, flow: &str, from: &str, to: &str, label: &str) -> bool {
        let message = format!("{from} -> {to} {label}");
        self.find(flow, |exception| exception.message.as_deref() == Some(&message))
    }

    pub(super) fn body(&mut self, flow: &str, difference: &str) -> bool {
        self.find(flow, |exception| {
            exception.body.as_deref().is_some_and(|body| difference.starts_with(body))
        })
    }

    fn find(&mut self, flow: &str, matches: impl Fn(&Exception) -> bool) -> bool {
        let found = self
            .0
            .iter_mut()
            .find(|exception| (exception.flow == flow || exception.flow == "*") && matches(exception));
        found.map(|exception| exception.used = true).is_some()
    }

    /// Exceptions for these flows that except nothing.
    pub(super) fn unused(&self, flows: impl Fn(&str) -> bool) -> impl Iterator<Item = String> {
        let unused = move |exception: &&Exception| !exception.used && flows(&exception.flow);
        self.0.iter().filter(unused).map(|exception| {
            let what = [&exception.party, &exception.message, &exception.body];
            let what: Vec<&str> = what.into_iter().flatten().map(String::as_str).collect();
            format!(
                "{}: the exception `{}` ({}) excepts nothing",
                exception.flow,
                what.join(" "),
                exception.why
            )
        })
    }
}
