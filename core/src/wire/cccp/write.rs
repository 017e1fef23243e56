//! Writing envelopes, laid out as MS-CONFIM prints them.

mod capabilities;
mod parts;

use super::command::{Access, Command};
use super::outcome::{CommandResult, Outcome};
use super::reason::Reason;
use super::request::Request;
use super::response::Response;
use crate::wire::conference_info::write::embedded;
use crate::wire::xml::{Ns, Writer};

/// Prefixes that the content of a request uses.
const REQUEST_PREFIXES: [(&str, Ns); 5] = [
    ("mscp", Ns::CccpExtensions),
    ("msci", Ns::ConferenceExtensions),
    ("msim", Ns::ImExtensions),
    ("ci", Ns::ConferenceInfo),
    ("cis", Ns::Separator),
];

/// Prefixes that servers declare on a response.
const RESPONSE_PREFIXES: [(&str, Ns); 9] = [
    ("msacp", Ns::AcpExtensions),
    ("tns", Ns::AvExtensions),
    ("mscp", Ns::CccpExtensions),
    ("msci", Ns::ConferenceExtensions),
    ("msdata", Ns::DataExtensions),
    ("msim", Ns::ImExtensions),
    ("ci", Ns::ConferenceInfo),
    ("cis", Ns::Separator),
    ("msls", Ns::Msls),
];

/// Bytes most envelopes take; saves the buffer from growing step by step.
const USUAL_SIZE: usize = 1536;

impl Request<'_> {
    /// Writes the request.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = start("request", &REQUEST_PREFIXES);
        writer.number_attribute("C3PVersion", self.version.map(u64::from));
        writer.attribute("to", &self.to);
        writer.attribute("from", &self.from);
        writer.number_attribute("requestId", Some(self.request_id));
        command(&mut writer, &self.command);
        writer.end("request");
        writer.finish()
    }
}

impl Response<'_> {
    /// Writes the response.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = start("response", &RESPONSE_PREFIXES);
        writer.number_attribute("requestId", Some(self.request_id));
        writer.number_attribute("C3PVersion", self.version.map(u64::from));
        writer.attribute("from", &self.from);
        writer.attribute("to", &self.to);
        writer.optional_attribute("responder", self.responder.as_deref());
        writer.attribute("code", self.code.as_str());
        result(&mut writer, &self.result);
        writer.end("response");
        writer.finish()
    }
}

fn start(name: &'static str, prefixes: &[(&'static str, Ns)]) -> Writer {
    let mut writer = Writer::with_buffer(Vec::with_capacity(USUAL_SIZE));
    writer.start(name);
    writer.namespace("", Ns::Cccp);
    for &(prefix, ns) in prefixes {
        writer.namespace(prefix, ns);
    }
    writer
}

fn command(writer: &mut Writer, command: &Command<'_>) {
    let Some(kind) = command.kind() else {
        if let Command::Unknown(element) = command {
            writer.raw(element);
        }
        return;
    };
    writer.start(kind.as_str());
    writer.optional_attribute("mscp:mcuUri", command.mcu_uri());
    match command {
        Command::AddConference(info)
        | Command::ModifyConference { info, .. }
        | Command::CreateConference { info, .. } => embedded(writer, info),
        Command::DeleteConference(keys) | Command::EndorseUser(keys) => parts::keys(writer, keys),
        Command::GetConference { keys, certificate } => {
            parts::keys(writer, keys);
            parts::certificate(writer, certificate.as_deref());
        }
        Command::GetConferences { is_static } => writer.boolean_attribute("static", *is_static),
        Command::AddUser(it) => {
            parts::keys(writer, &it.keys);
            parts::user(writer, &it.user);
        }
        Command::DeleteUser(it) => parts::user_keys(writer, &it.keys),
        Command::ModifyUserRoles(it) => {
            parts::user_keys(writer, &it.keys);
            parts::roles(writer, &it.roles);
        }
        Command::ModifyConferenceLock { keys, locked, admission_policy } => {
            parts::keys(writer, keys);
            writer.optional_boolean("locked", Some(*locked));
            writer.optional_element("admission-policy", admission_policy.as_deref());
        }
        Command::SetLobbyAccess(it) => {
            parts::keys(writer, &it.keys);
            parts::lobby_access(writer, &it.users, Some(it.access));
        }
        Command::ModifyEndpoint(it) => {
            parts::endpoint_keys(writer, it.keys.as_ref());
            parts::endpoint(writer, it.endpoint.as_deref());
        }
        Command::ModifyEndpointMedia(it) => {
            parts::media_keys(writer, &it.keys);
            parts::media(writer, &it.media);
        }
        Command::ModifyConferenceAnnouncements { keys, enabled } => {
            parts::keys(writer, keys);
            writer.optional_boolean("enabled", *enabled);
        }
        Command::GetEncryptionKey
        | Command::GetAvailableMcuTypes
        | Command::GetConferencingCapabilities
        | Command::Unknown(_) => {}
    }
    writer.end(kind.as_str());
}

fn result(writer: &mut Writer, result: &CommandResult<'_>) {
    let Some(kind) = result.outcome.kind() else {
        if let Outcome::Unknown(element) = &result.outcome {
            writer.raw(element);
        }
        return;
    };
    writer.start(kind.as_str());
    writer.optional_attribute("reason", result.reason.as_ref().map(Reason::as_str));
    outcome(writer, &result.outcome);
    writer.end(kind.as_str());
}

fn outcome(writer: &mut Writer, outcome: &Outcome<'_>) {
    match outcome {
        Outcome::AddConference(info)
        | Outcome::ModifyConference(info)
        | Outcome::DeleteConference(info)
        | Outcome::GetConference(info)
        | Outcome::CreateConference(info) => {
            if let Some(info) = info {
                embedded(writer, info);
            }
        }
        Outcome::GetConferences(it) => {
            writer.boolean_attribute("static", it.is_static);
            parts::conferences(writer, it.conferences.as_deref());
        }
        Outcome::GetEncryptionKey(key) => {
            if let Some(key) = key {
                parts::certificate(writer, Some(&key.certificate));
                parts::issuing_server(writer, key.issuing_server.as_deref());
            }
        }
        Outcome::GetAvailableMcuTypes(types) => {
            if let Some(types) = types {
                parts::mcu_types(writer, types);
            }
        }
        Outcome::GetConferencingCapabilities(it) => {
            if let Some(it) = it {
                capabilities::capabilities(writer, it);
            }
        }
        Outcome::AddUser { keys, user } | Outcome::DeleteUser { keys, user } => {
            parts::optional_keys(writer, keys.as_ref());
            if let Some(user) = user {
                parts::user(writer, user);
            }
        }
        Outcome::ModifyUserRoles { keys, roles } => {
            if let Some(keys) = keys {
                parts::user_keys(writer, keys);
            }
            if !roles.is_empty() {
                parts::roles(writer, roles);
            }
        }
        Outcome::ModifyConferenceLock { keys, locked } => {
            parts::optional_keys(writer, keys.as_ref());
            writer.optional_boolean("locked", *locked);
        }
        Outcome::SetLobbyAccess { keys, users, access } => {
            parts::optional_keys(writer, keys.as_ref());
            parts::lobby_access(writer, users, *access);
        }
        Outcome::EndorseUser { keys, result } => {
            writer.optional_attribute("result", result.as_deref());
            parts::optional_keys(writer, keys.as_ref());
        }
        Outcome::ModifyEndpoint(keys) => parts::endpoint_keys(writer, keys.as_ref()),
        Outcome::ModifyEndpointMedia(Some(keys)) => parts::media_keys(writer, keys),
        Outcome::ModifyConferenceAnnouncements(keys) => parts::optional_keys(writer, keys.as_ref()),
        Outcome::ModifyEndpointMedia(None) | Outcome::Unknown(_) => {}
    }
}
