//! Reading envelopes.

mod capabilities;
mod parts;

use std::borrow::Cow;

use super::command::{
    AddUser, Command, DeleteUser, ModifyEndpoint, ModifyEndpointMedia, ModifyUserRoles, SetLobbyAccess,
};
use super::error::CccpError;
use super::kind::CommandKind;
use super::outcome::{CommandResult, Conferences, EncryptionKey, Outcome};
use super::reason::Reason;
use super::request::Request;
use super::response::{Code, Response};
use crate::wire::xml::lexical::{boolean, unsigned_int, unsigned_long};
use crate::wire::xml::{Element, Ns, Reader, XmlError, XmlErrorKind};
use parts::Parts;

impl<'a> Request<'a> {
    /// Reads a request, borrowing from it.
    pub fn parse(document: &'a [u8]) -> Result<Self, CccpError> {
        let mut reader = Reader::new(document)?;
        let root = envelope(&mut reader, "request")?;
        let (request_id, from, to, version) = addresses(&mut reader)?;
        let command = only_child(&mut reader, root, command)?;
        reader.finish()?;
        Ok(Self { request_id, from, to, version, command })
    }
}

impl<'a> Response<'a> {
    /// Reads a response, borrowing from it.
    pub fn parse(document: &'a [u8]) -> Result<Self, CccpError> {
        let mut reader = Reader::new(document)?;
        let root = envelope(&mut reader, "response")?;
        let (request_id, from, to, version) = addresses(&mut reader)?;
        let code = reader
            .parse_attribute(Ns::None, "code", Code::parse)?
            .ok_or_else(|| reader.error(XmlErrorKind::MissingAttribute("code")))?;
        let responder = reader.token_attribute(Ns::None, "responder");
        let result = only_child(&mut reader, root, result)?;
        reader.finish()?;
        Ok(Self { request_id, from, to, version, code, responder, result })
    }
}

/// Whether an element may be one of C3P's own. MS-CONFBAS 4.4.7 prints a server that declares the default namespace of
/// the envelope twice, and so moves it into that of the data model.
const fn is_own(ns: Ns) -> bool {
    matches!(ns, Ns::Cccp | Ns::ConferenceInfo)
}

fn envelope<'a>(reader: &mut Reader<'a>, name: &'static str) -> Result<Element<'a>, XmlError> {
    let root = reader.any_root()?;
    if is_own(root.ns) && root.local == name {
        Ok(root)
    } else {
        Err(XmlErrorKind::UnexpectedRoot(name).at(root.offset))
    }
}

type Addresses<'a> = (u64, Cow<'a, str>, Cow<'a, str>, Option<u32>);

fn addresses<'a>(reader: &mut Reader<'a>) -> Result<Addresses<'a>, XmlError> {
    let request_id = reader
        .parse_attribute(Ns::None, "requestId", unsigned_long)?
        .ok_or_else(|| reader.error(XmlErrorKind::MissingAttribute("requestId")))?;
    let from = reader.required_attribute(Ns::None, "from")?;
    let to = reader.required_attribute(Ns::None, "to")?;
    let version = reader.parse_attribute(Ns::None, "C3PVersion", unsigned_int)?;
    Ok((request_id, from, to, version))
}

fn only_child<'a, T>(
    reader: &mut Reader<'a>,
    root: Element<'a>,
    read: impl FnOnce(&mut Reader<'a>, Element<'a>) -> Result<T, XmlError>,
) -> Result<T, CccpError> {
    let Some(child) = reader.child()? else {
        return Err(CccpError::NoCommand { offset: root.offset });
    };
    let value = read(reader, child)?;
    match reader.child()? {
        None => Ok(value),
        Some(second) => Err(CccpError::SeveralCommands { offset: second.offset }),
    }
}

fn kind(element: Element<'_>) -> Option<CommandKind> {
    CommandKind::parse(element.local).filter(|_| is_own(element.ns))
}

fn command<'a>(reader: &mut Reader<'a>, element: Element<'a>) -> Result<Command<'a>, XmlError> {
    let Some(kind) = kind(element) else { return reader.raw().map(Command::Unknown) };
    let mcu_uri = reader.token_attribute(Ns::CccpExtensions, "mcuUri");
    let is_static = reader.parse_attribute(Ns::None, "static", boolean)?;
    let mut parts = Parts::read(reader, element.offset)?;
    Ok(match kind {
        CommandKind::AddConference => Command::AddConference(parts.info()?),
        CommandKind::ModifyConference => Command::ModifyConference { mcu_uri, info: parts.info()? },
        CommandKind::CreateConference => Command::CreateConference { mcu_uri, info: parts.info()? },
        CommandKind::DeleteConference => Command::DeleteConference(parts.keys()?),
        CommandKind::GetConference => {
            Command::GetConference { keys: parts.keys()?, certificate: parts.certificate }
        }
        CommandKind::GetConferences => Command::GetConferences { is_static },
        CommandKind::GetEncryptionKey => Command::GetEncryptionKey,
        CommandKind::GetAvailableMcuTypes => Command::GetAvailableMcuTypes,
        CommandKind::GetConferencingCapabilities => Command::GetConferencingCapabilities,
        CommandKind::AddUser => {
            Command::AddUser(AddUser { mcu_uri, keys: parts.keys()?, user: parts.user()? })
        }
        CommandKind::DeleteUser => Command::DeleteUser(DeleteUser { mcu_uri, keys: parts.user_keys()? }),
        CommandKind::ModifyUserRoles => {
            Command::ModifyUserRoles(ModifyUserRoles { keys: parts.user_keys()?, roles: parts.roles()? })
        }
        CommandKind::ModifyConferenceLock => Command::ModifyConferenceLock {
            keys: parts.keys()?,
            locked: parts.locked()?,
            admission_policy: parts.admission_policy,
        },
        CommandKind::SetLobbyAccess => {
            let (keys, access) = (parts.keys()?, parts.access()?);
            Command::SetLobbyAccess(SetLobbyAccess { keys, users: parts.user_entities, access })
        }
        CommandKind::EndorseUser => Command::EndorseUser(parts.keys()?),
        CommandKind::ModifyEndpointMedia => {
            let (keys, media) = (parts.media_keys()?, parts.media()?);
            Command::ModifyEndpointMedia(ModifyEndpointMedia { mcu_uri, keys, media })
        }
        CommandKind::ModifyConferenceAnnouncements => {
            Command::ModifyConferenceAnnouncements { keys: parts.keys()?, enabled: parts.enabled }
        }
        CommandKind::ModifyEndpoint => {
            let (keys, endpoint) = (parts.endpoint_keys, parts.endpoint);
            Command::ModifyEndpoint(ModifyEndpoint { mcu_uri, keys, endpoint })
        }
    })
}

fn result<'a>(reader: &mut Reader<'a>, element: Element<'a>) -> Result<CommandResult<'a>, XmlError> {
    let Some(kind) = kind(element) else {
        return Ok(CommandResult::success(Outcome::Unknown(reader.raw()?)));
    };
    let reason = reader.token_attribute(Ns::None, "reason").map(Reason::parse);
    let outcome = match kind {
        CommandKind::GetConferencingCapabilities => {
            Outcome::GetConferencingCapabilities(capabilities::capabilities(reader)?.map(Box::new))
        }
        _ => outcome(reader, element, kind)?,
    };
    Ok(CommandResult { reason, outcome })
}

fn outcome<'a>(
    reader: &mut Reader<'a>,
    element: Element<'a>,
    kind: CommandKind,
) -> Result<Outcome<'a>, XmlError> {
    let is_static = reader.parse_attribute(Ns::None, "static", boolean)?;
    let result = reader.token_attribute(Ns::None, "result");
    let parts = Parts::read(reader, element.offset)?;
    let keys = parts.keys;
    Ok(match kind {
        CommandKind::AddConference => Outcome::AddConference(parts.info),
        CommandKind::ModifyConference => Outcome::ModifyConference(parts.info),
        CommandKind::DeleteConference => Outcome::DeleteConference(parts.info),
        CommandKind::GetConference => Outcome::GetConference(parts.info),
        CommandKind::CreateConference => Outcome::CreateConference(parts.info),
        CommandKind::GetConferences => {
            Outcome::GetConferences(Conferences { is_static, conferences: parts.conferences })
        }
        CommandKind::GetEncryptionKey => Outcome::GetEncryptionKey(
            parts
                .certificate
                .map(|certificate| EncryptionKey { certificate, issuing_server: parts.issuing_server }),
        ),
        CommandKind::GetAvailableMcuTypes => Outcome::GetAvailableMcuTypes(parts.mcu_types),
        CommandKind::GetConferencingCapabilities => Outcome::GetConferencingCapabilities(None),
        CommandKind::AddUser => Outcome::AddUser { keys, user: parts.user },
        CommandKind::DeleteUser => Outcome::DeleteUser { keys, user: parts.user },
        CommandKind::ModifyUserRoles => {
            Outcome::ModifyUserRoles { keys: parts.user_keys, roles: parts.roles.unwrap_or_default() }
        }
        CommandKind::ModifyConferenceLock => Outcome::ModifyConferenceLock { keys, locked: parts.locked },
        CommandKind::SetLobbyAccess => {
            Outcome::SetLobbyAccess { keys, users: parts.user_entities, access: parts.access }
        }
        CommandKind::EndorseUser => Outcome::EndorseUser { keys, result },
        CommandKind::ModifyEndpoint => Outcome::ModifyEndpoint(parts.endpoint_keys),
        CommandKind::ModifyEndpointMedia => Outcome::ModifyEndpointMedia(parts.media_keys),
        CommandKind::ModifyConferenceAnnouncements => Outcome::ModifyConferenceAnnouncements(keys),
    })
}
