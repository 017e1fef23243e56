//! How requests are refused: status, phrase and the numbered diagnosis (MS-CONFBAS facts on MS-OCER).

use crate::node::Address;
use crate::signal::{Context, Draft, Machine, ServerTransaction};
use crate::wire::sip::Name;

/// A final answer that refuses a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    code: u16,
    phrase: &'static str,
    diagnosis: Option<Diagnosis>,
}

/// Why, by number and text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Diagnosis {
    number: u32,
    text: &'static str,
    /// The part of the server that says so.
    component: Option<&'static str>,
    /// Told to everybody, and not only inside the enterprise: without naming the server.
    public: bool,
}

impl Refusal {
    /// A refusal that says no more than its status.
    pub(crate) const fn new(code: u16, phrase: &'static str) -> Self {
        Self { code, phrase, diagnosis: None }
    }

    /// The same with a diagnosis.
    #[must_use]
    pub(crate) const fn because(self, diagnosis: Diagnosis) -> Self {
        Self { diagnosis: Some(diagnosis), ..self }
    }

    /// Answers with it.
    pub(crate) fn answer<M: Machine>(self, cx: &mut Context<'_, M>, tx: ServerTransaction) {
        self.answer_with(cx, tx, Draft::new());
    }

    /// Answers with it and what else there is to say.
    pub(crate) fn answer_with<M: Machine>(
        self,
        cx: &mut Context<'_, M>,
        tx: ServerTransaction,
        draft: Draft,
    ) {
        let draft = match self.diagnosis {
            Some(diagnosis) => diagnosis.explain(cx.address(), draft),
            None => draft,
        };
        cx.respond(tx, self.code, self.phrase, &draft);
    }
}

impl Diagnosis {
    /// One for the inside of the enterprise.
    pub(crate) const fn new(number: u32, text: &'static str) -> Self {
        Self { number, text, component: None, public: false }
    }

    /// The same for everybody.
    #[must_use]
    pub(crate) const fn public(self) -> Self {
        Self { public: true, ..self }
    }

    /// The same in the name of a part of the server.
    #[must_use]
    pub(crate) const fn of(self, component: &'static str) -> Self {
        Self { component: Some(component), ..self }
    }

    /// Adds its header; `own` is our address.
    fn explain(self, own: &Address, draft: Draft) -> Draft {
        let Self { number, text, .. } = self;
        if self.public {
            let value = format_args!("{number};reason=\"{text}\"");
            return draft.header(Name::MsDiagnosticsPublic.as_str(), value);
        }
        let source = host(own);
        let component = self.component.map(|name| format!(";component=\"{name}\"")).unwrap_or_default();
        let value = format_args!("{number};source=\"{source}\";reason=\"{text}\"{component}");
        draft.header(Name::MsDiagnostics.as_str(), value)
    }
}

/// The host of an address, without its port.
pub(crate) fn host(address: &Address) -> &str {
    address.as_str().split_once(':').map_or(address.as_str(), |(host, _)| host)
}
