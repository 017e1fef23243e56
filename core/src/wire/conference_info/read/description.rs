//! `conference-description`.

use super::{Extensions, content, state, text, token};
use crate::wire::conference_info::{ConferenceUri, ConferenceUris, Description, PstnAccess};
use crate::wire::xml::lexical::{boolean, unsigned_int};
use crate::wire::xml::{Element, Ns, Reader, XmlError};

pub(super) fn description<'a>(reader: &mut Reader<'a>) -> Result<Description<'a>, XmlError> {
    let mut description = Description::default();
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match child.ns {
            Ns::ConferenceInfo => standard(reader, child, &mut description)?,
            Ns::ConferenceExtensions => {
                if !extended(reader, child, &mut description)? && !flag(reader, child, &mut description)? {
                    extensions.read(reader, child)?;
                }
            }
            _ => extensions.read(reader, child)?,
        }
    }
    description.extensions = extensions.list;
    Ok(description)
}

/// Elements of RFC 4575.
fn standard<'a>(
    reader: &mut Reader<'a>,
    element: Element<'a>,
    description: &mut Description<'a>,
) -> Result<(), XmlError> {
    match element.local {
        "display-text" => reader.once(&mut description.display_text, "display-text", Reader::text)?,
        "subject" => reader.once(&mut description.subject, "subject", Reader::text)?,
        "free-text" => reader.once(&mut description.free_text, "free-text", Reader::text)?,
        "keywords" => reader.once(&mut description.keywords, "keywords", Reader::text)?,
        "conf-uris" => reader.once(&mut description.conf_uris, "conf-uris", uris)?,
        "service-uris" => reader.once(&mut description.service_uris, "service-uris", uris)?,
        "maximum-user-count" => {
            reader.once(&mut description.maximum_user_count, "maximum-user-count", |reader| {
                reader.parse_text("maximum-user-count", unsigned_int)
            })?;
        }
        _ => reader.skip()?,
    }
    Ok(())
}

/// Microsoft's elements other than flags; says whether it was one of them.
fn extended<'a>(
    reader: &mut Reader<'a>,
    element: Element<'a>,
    description: &mut Description<'a>,
) -> Result<bool, XmlError> {
    match element.local {
        "conference-id" => reader.once(&mut description.conference_id, "conference-id", Reader::token)?,
        "conference-key" => reader.once(&mut description.conference_key, "conference-key", content)?,
        "last-update" => reader.once(&mut description.last_update, "last-update", Reader::token)?,
        "last-activate" => reader.once(&mut description.last_activate, "last-activate", Reader::token)?,
        "expiry-time" => reader.once(&mut description.expiry_time, "expiry-time", Reader::token)?,
        "admission-policy" => {
            reader.once(&mut description.admission_policy, "admission-policy", Reader::token)?;
        }
        "organizer-roaming-data" => {
            reader.once(&mut description.organizer_roaming_data, "organizer-roaming-data", content)?;
        }
        "notification-data" => {
            reader.once(&mut description.notification_data, "notification-data", content)?;
        }
        "join-url" => reader.once(&mut description.join_url, "join-url", Reader::token)?,
        "pstn-access" => reader.once(&mut description.pstn_access, "pstn-access", pstn_access)?,
        "autopromote" => {
            reader.once(&mut description.autopromote, "autopromote", |reader| {
                reader.parse_text("autopromote", unsigned_int)
            })?;
        }
        "autopromote-allowed" => {
            reader.once(&mut description.autopromote_allowed, "autopromote-allowed", |reader| {
                reader.parse_text("autopromote-allowed", unsigned_int)
            })?;
        }
        "server-mode" => {
            reader.once(&mut description.server_mode, "server-mode", |reader| {
                reader.parse_text("server-mode", unsigned_int)
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Microsoft's elements that hold a boolean; says whether it was one of them.
fn flag<'a>(
    reader: &mut Reader<'a>,
    element: Element<'a>,
    description: &mut Description<'a>,
) -> Result<bool, XmlError> {
    let (name, flag) = match element.local {
        "is-active" => ("is-active", &mut description.is_active),
        "lobby-capable" => ("lobby-capable", &mut description.lobby_capable),
        "anonymous-type-allowed" => ("anonymous-type-allowed", &mut description.anonymous_type_allowed),
        "pstn-lobby-bypass" => ("pstn-lobby-bypass", &mut description.pstn_lobby_bypass),
        "pstn-lobby-bypass-allowed" => {
            ("pstn-lobby-bypass-allowed", &mut description.pstn_lobby_bypass_allowed)
        }
        "recording-allowed" => ("recording-allowed", &mut description.recording_allowed),
        "externaluser-recording-allowed" => {
            ("externaluser-recording-allowed", &mut description.externaluser_recording_allowed)
        }
        "anonymous-dialout-allowed" => {
            ("anonymous-dialout-allowed", &mut description.anonymous_dialout_allowed)
        }
        "endorse-allowed" => ("endorse-allowed", &mut description.endorse_allowed),
        "main-video-mute-allowed" => ("main-video-mute-allowed", &mut description.main_video_mute_allowed),
        "pano-video-mute-allowed" => ("pano-video-mute-allowed", &mut description.pano_video_mute_allowed),
        _ => return Ok(false),
    };
    reader.once(flag, name, |reader| reader.parse_text(name, boolean))?;
    Ok(true)
}

fn uris<'a>(reader: &mut Reader<'a>) -> Result<ConferenceUris<'a>, XmlError> {
    let mut uris = ConferenceUris { state: state(reader, Ns::None)?, entries: Vec::new() };
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceInfo, "entry") => uris.entries.push(uri(reader)?),
            _ => reader.skip()?,
        }
    }
    Ok(uris)
}

fn uri<'a>(reader: &mut Reader<'a>) -> Result<ConferenceUri<'a>, XmlError> {
    let mut uri = ConferenceUri::default();
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceInfo, "uri") => uri.uri = reader.token()?,
            (Ns::ConferenceInfo, "display-text") => uri.display_text = text(reader)?,
            (Ns::ConferenceInfo, "purpose") => uri.purpose = token(reader)?,
            _ => extensions.read(reader, child)?,
        }
    }
    uri.extensions = extensions.list;
    Ok(uri)
}

fn pstn_access<'a>(reader: &mut Reader<'a>) -> Result<PstnAccess<'a>, XmlError> {
    let mut access = PstnAccess::default();
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceExtensions, "id") => access.id = token(reader)?,
            _ => extensions.read(reader, child)?,
        }
    }
    access.extensions = extensions.list;
    Ok(access)
}
