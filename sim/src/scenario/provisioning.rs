//! What users ask of a focus factory, and what the factory allows.

use std::collections::BTreeMap;

use confsim_core::client;
use confsim_core::wire::conference_info::{self, ConferenceInfo};
use serde::{Deserialize, Serialize};
use x509_cert::der::DateTime;

/// A wish for a focus factory. Conferences go by their ids, which organizers choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Whose factory, by participant name, where it is not the user's own.
    pub on_behalf_of: Option<String>,
    /// What is wanted.
    pub deed: Deed,
}

/// What is wanted of a factory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Create a conference as a document says.
    Provision {
        /// Its name in this scenario.
        conference: String,
        /// A conference-info document, with the conference id.
        document: String,
        /// The passcode of anonymous users.
        passcode: Option<String>,
    },
    /// Create the organizer's static meeting, or look at it if there is one.
    CreateStatic {
        /// Its name in this scenario.
        conference: String,
    },
    /// Make another conference of one.
    Modify {
        /// A conference-info document, with the conference id.
        document: String,
        /// The passcode of anonymous users.
        passcode: Option<String>,
        /// The version that the user has in mind, where it is not the last one seen.
        version: Option<u32>,
    },
    /// Delete a conference.
    Delete {
        /// Its id.
        id: String,
        /// Whether it is the static meeting.
        is_static: bool,
    },
    /// Look at a conference.
    Get {
        /// Its id.
        id: String,
        /// Whether its passcode is wanted.
        with_passcode: bool,
    },
    /// List the organizer's conferences.
    List {
        /// Static ones, the others, or not said.
        is_static: Option<bool>,
    },
    /// Ask for the factory's certificate.
    GetEncryptionKey,
    /// Ask what types of MCU there are.
    GetMcuTypes,
    /// Ask what conferences can have.
    GetCapabilities,
}

/// What a factory allows; what is not said is the factory's default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct FactoryRules {
    /// Whether the admission policy may be `anonymous`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub anonymous: Option<bool>,
    /// Which bits of `autopromote` may be set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autopromote: Option<u32>,
    /// Date and time when the run begins, like `2007-01-01T00:00:00Z`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub begins: Option<String>,
    /// How many conferences an organizer may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conferences: Option<u32>,
    /// Who may act for whom: organizers and their delegates, by participant name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub delegates: BTreeMap<String, Vec<String>>,
    /// Whether users of other domains may be on the roster.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub federated: Option<bool>,
    /// Whether telephone users may pass the lobby by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lobby_bypass: Option<bool>,
    /// Whether conferences may be created locked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locked: Option<bool>,
    /// The types of MCU that conferences can have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mcu_types: Option<Vec<String>>,
    /// Whether organizers may have a static meeting.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub static_meeting: Option<bool>,
    /// Whether conferences may be reached by telephone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub telephone: Option<bool>,
}

impl Wish {
    /// A wish for the user's own factory.
    pub const fn own(deed: Deed) -> Self {
        Self { on_behalf_of: None, deed }
    }

    /// The document that the wish has, or what is wrong with it.
    pub(super) fn check(&self) -> Result<(), String> {
        let (Deed::Provision { document, .. } | Deed::Modify { document, .. }) = &self.deed else {
            return Ok(());
        };
        read(document).map(|_| ()).map_err(|error| format!("the document is no conference-info: {error}"))
    }
}

impl Deed {
    /// The word for it in scenario files.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Provision { .. } => "provision",
            Self::CreateStatic { .. } => "create-static",
            Self::Modify { .. } => "modify",
            Self::Delete { .. } => "delete",
            Self::Get { .. } => "get",
            Self::List { .. } => "list",
            Self::GetEncryptionKey => "get-encryption-key",
            Self::GetMcuTypes => "get-mcu-types",
            Self::GetCapabilities => "get-capabilities",
        }
    }

    /// The name that the scenario gives to the conference.
    pub fn conference(&self) -> Option<&str> {
        match self {
            Self::Provision { conference, .. } | Self::CreateStatic { conference } => Some(conference),
            _ => None,
        }
    }

    /// The id of the conference it is about.
    pub fn id(&self) -> Option<String> {
        match self {
            Self::Provision { document, .. } | Self::Modify { document, .. } => plan(document, None).id,
            Self::Delete { id, .. } | Self::Get { id, .. } => Some(id.clone()),
            _ => None,
        }
    }

    /// What that is to a client, `seen` being the version that the user has seen last.
    pub fn action(&self, seen: u32) -> client::Action {
        use client::Action;
        match self {
            Self::Provision { document, passcode, .. } => Action::Create(plan(document, passcode.as_deref())),
            Self::CreateStatic { .. } => Action::CreateStatic,
            Self::Modify { document, passcode, version } => {
                Action::Modify { plan: plan(document, passcode.as_deref()), version: version.unwrap_or(seen) }
            }
            Self::Delete { id, is_static } => Action::Delete { id: id.clone(), is_static: *is_static },
            Self::Get { id, with_passcode } => Action::Get { id: id.clone(), with_passcode: *with_passcode },
            Self::List { is_static } => Action::List { is_static: *is_static },
            Self::GetEncryptionKey => Action::GetEncryptionKey,
            Self::GetMcuTypes => Action::GetAvailableMcuTypes,
            Self::GetCapabilities => Action::GetCapabilities,
        }
    }
}

impl FactoryRules {
    /// Unix time at the beginning of the run, if it is said and is one.
    pub fn epoch(&self) -> Option<i64> {
        let begins: DateTime = self.begins.as_deref()?.parse().ok()?;
        i64::try_from(begins.unix_duration().as_secs()).ok()
    }

    /// The participants named, and what is wrong.
    pub(super) fn check(&self) -> Result<Vec<&str>, String> {
        if let Some(begins) = self.begins.as_ref().filter(|_| self.epoch().is_none()) {
            return Err(format!("`{begins}` is no date and time like 2007-01-01T00:00:00Z"));
        }
        let named = self
            .delegates
            .iter()
            .flat_map(|(organizer, delegates)| std::iter::once(organizer).chain(delegates));
        Ok(named.map(String::as_str).collect())
    }
}

fn read(document: &str) -> Result<ConferenceInfo<'_>, confsim_core::wire::xml::XmlError> {
    conference_info::read(document.as_bytes())
}

/// A document as clients take it. One that cannot be read says nothing; a checked scenario has none.
fn plan(document: &str, passcode: Option<&str>) -> client::Plan {
    let info = read(document).map(ConferenceInfo::into_owned).unwrap_or_default();
    let id = info.description.as_ref().and_then(|it| it.conference_id.as_deref()).map(str::to_owned);
    client::Plan { id, info, passcode: passcode.map(str::to_owned) }
}
