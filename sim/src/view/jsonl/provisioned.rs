//! What users hear from a focus factory, as serde knows it.

use confsim_core::client::Provisioned;
use confsim_core::wire::cccp::{Code, CommandResult, Outcome, Response};
use confsim_core::wire::conference_info::{self, ConferenceInfo};
use serde::{Deserialize, Serialize};

/// What a factory did; conferences are documents of RFC 4575, capabilities are a C3P response.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub(super) enum ProvisionedRow {
    Modified { conference: String, version: u32 },
    VersionConflict { current: String },
    Deleted { id: String },
    Details { info: String, passcode: Option<String> },
    List { is_static: Option<bool>, conferences: Vec<String> },
    EncryptionKey { certificate: String, issuing_server: Option<String> },
    McuTypes(Vec<String>),
    Capabilities(String),
}

impl ProvisionedRow {
    /// What a factory did.
    pub(super) fn of(provisioned: &Provisioned) -> Self {
        match provisioned {
            Provisioned::Modified { conference, version } => {
                Self::Modified { conference: conference.to_string(), version: *version }
            }
            Provisioned::VersionConflict { current } => {
                Self::VersionConflict { current: write_conference(current) }
            }
            Provisioned::Deleted { id } => Self::Deleted { id: id.clone() },
            Provisioned::Details { info, passcode } => {
                Self::Details { info: write_conference(info), passcode: passcode.clone() }
            }
            Provisioned::List { is_static, conferences } => Self::List {
                is_static: *is_static,
                conferences: conferences.iter().map(write_conference).collect(),
            },
            Provisioned::EncryptionKey { certificate, issuing_server } => Self::EncryptionKey {
                certificate: certificate.clone(),
                issuing_server: issuing_server.clone(),
            },
            Provisioned::McuTypes(types) => Self::McuTypes(types.clone()),
            Provisioned::Capabilities(capabilities) => {
                let outcome = Outcome::GetConferencingCapabilities(Some(capabilities.clone()));
                let response = Response {
                    request_id: 0,
                    from: "".into(),
                    to: "".into(),
                    version: None,
                    code: Code::Success,
                    responder: None,
                    result: CommandResult::success(outcome),
                };
                Self::Capabilities(String::from_utf8_lossy(&response.write()).into_owned())
            }
        }
    }

    /// What it was; or the text that stands for nothing.
    pub(super) fn provisioned(self) -> Result<Provisioned, String> {
        Ok(match self {
            Self::Modified { conference, version } => {
                Provisioned::Modified { conference: conference.into(), version }
            }
            Self::VersionConflict { current } => {
                Provisioned::VersionConflict { current: Box::new(read_conference(current)?) }
            }
            Self::Deleted { id } => Provisioned::Deleted { id },
            Self::Details { info, passcode } => {
                Provisioned::Details { info: Box::new(read_conference(info)?), passcode }
            }
            Self::List { is_static, conferences } => Provisioned::List {
                is_static,
                conferences: conferences.into_iter().map(read_conference).collect::<Result<_, _>>()?,
            },
            Self::EncryptionKey { certificate, issuing_server } => {
                Provisioned::EncryptionKey { certificate, issuing_server }
            }
            Self::McuTypes(types) => Provisioned::McuTypes(types),
            Self::Capabilities(document) => {
                let found = Response::parse(document.as_bytes()).ok().map(Response::into_owned);
                match found.map(|response| response.result.outcome) {
                    Some(Outcome::GetConferencingCapabilities(Some(found))) => {
                        Provisioned::Capabilities(found)
                    }
                    _ => return Err(document),
                }
            }
        })
    }
}

fn write_conference(info: &ConferenceInfo<'_>) -> String {
    String::from_utf8_lossy(&conference_info::write(info)).into_owned()
}

fn read_conference(document: String) -> Result<ConferenceInfo<'static>, String> {
    match conference_info::read(document.as_bytes()).map(ConferenceInfo::into_owned) {
        Ok(info) => Ok(info),
        Err(_) => Err(document),
    }
}
