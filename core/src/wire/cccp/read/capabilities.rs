//! `getConferencingCapabilities` results.

use std::borrow::Cow;

use super::parts::mcu_types;
use crate::wire::cccp::{
    AccessNumber, AccessNumbers, Capabilities, CustomInvite, Language, PstnBridging, Region,
};
use crate::wire::conference_info::Extensions;
use crate::wire::xml::lexical::{boolean, unsigned_int};
use crate::wire::xml::{Element, Ns, Reader, XmlError, XmlErrorKind};

/// Reads the command element that has just started; `None` if it is without capabilities, as in a failure.
pub(super) fn capabilities<'a>(reader: &mut Reader<'a>) -> Result<Option<Capabilities<'a>>, XmlError> {
    let mut capabilities = Capabilities {
        capability_version: reader.parse_attribute(Ns::None, "capability-version", unsigned_int)?,
        ..Capabilities::default()
    };
    let mut extensions = Extensions::default();
    let mut any = false;
    while let Some(child) = reader.child()? {
        any = true;
        if !is_known(child.ns)
            || !(part(reader, child, &mut capabilities)? || flag(reader, child, &mut capabilities)?)
        {
            extensions.read(reader, child)?;
        }
    }
    capabilities.extensions = extensions.list;
    Ok(any.then_some(capabilities))
}

/// MS-CONFPRO 4.8 has the elements in these namespaces in turn, so only the local name counts.
const fn is_known(ns: Ns) -> bool {
    super::is_own(ns)
        || matches!(ns, Ns::CccpExtensions | Ns::ConferenceExtensions | Ns::ConferenceExtensions2)
}

/// Elements other than flags; says whether it was one of them.
fn part<'a>(
    reader: &mut Reader<'a>,
    element: Element<'a>,
    capabilities: &mut Capabilities<'a>,
) -> Result<bool, XmlError> {
    match element.local {
        "mcu-types" => capabilities.mcu_types = mcu_types(reader)?,
        "pstn-bridging" => capabilities.pstn_bridging = Some(pstn_bridging(reader)?),
        "default-admission-policy" => capabilities.default_admission_policy = Some(reader.token()?),
        "autopromote-allowed" => {
            capabilities.autopromote_allowed = Some(reader.parse_text("autopromote-allowed", unsigned_int)?);
        }
        "default-autopromote" => {
            capabilities.default_autopromote = Some(reader.parse_text("default-autopromote", unsigned_int)?);
        }
        "static-meeting-limit" => {
            capabilities.static_meeting_limit =
                Some(reader.parse_text("static-meeting-limit", unsigned_int)?);
        }
        "custom-invite" => capabilities.custom_invite = Some(custom_invite(reader)?),
        _ => return Ok(false),
    }
    Ok(true)
}

/// Elements that hold a boolean; says whether it was one of them.
fn flag<'a>(
    reader: &mut Reader<'a>,
    element: Element<'a>,
    capabilities: &mut Capabilities<'a>,
) -> Result<bool, XmlError> {
    let c = capabilities;
    let (name, flag) = match element.local {
        "conference-key-optional" => ("conference-key-optional", &mut c.conference_key_optional),
        "anonymous-scheduling" => ("anonymous-scheduling", &mut c.anonymous_scheduling),
        "schedule-locked" => ("schedule-locked", &mut c.schedule_locked),
        "pstn-lobby-bypass-allowed" => ("pstn-lobby-bypass-allowed", &mut c.pstn_lobby_bypass_allowed),
        "default-meeting-static" => ("default-meeting-static", &mut c.default_meeting_static),
        "recording-allowed" => ("recording-allowed", &mut c.recording_allowed),
        "externaluser-recording-allowed" => {
            ("externaluser-recording-allowed", &mut c.externaluser_recording_allowed)
        }
        "schedule-key-optional" => ("schedule-key-optional", &mut c.schedule_key_optional),
        "default-entry-exit-announcements" => {
            ("default-entry-exit-announcements", &mut c.default_entry_exit_announcements)
        }
        "endorse-allowed" => ("endorse-allowed", &mut c.endorse_allowed),
        "main-video-mute-allowed" => ("main-video-mute-allowed", &mut c.main_video_mute_allowed),
        "pano-video-mute-allowed" => ("pano-video-mute-allowed", &mut c.pano_video_mute_allowed),
        "im-mute-allowed" => ("im-mute-allowed", &mut c.im_mute_allowed),
        "questions-and-answers-allowed" => {
            ("questions-and-answers-allowed", &mut c.questions_and_answers_allowed)
        }
        "in-room-user-notification-supported" => {
            ("in-room-user-notification-supported", &mut c.in_room_user_notification_supported)
        }
        _ => return Ok(false),
    };
    *flag = Some(reader.parse_text(name, boolean)?);
    Ok(true)
}

fn pstn_bridging<'a>(reader: &mut Reader<'a>) -> Result<PstnBridging<'a>, XmlError> {
    let missing = reader.error(XmlErrorKind::MissingElement("enabled"));
    let (mut enabled, mut access_numbers) = (None, None);
    while let Some(child) = reader.child()? {
        match child.local {
            "enabled" => enabled = Some(reader.parse_text("enabled", boolean)?),
            "access-numbers" => access_numbers = Some(numbers(reader)?),
            _ => reader.skip()?,
        }
    }
    Ok(PstnBridging { enabled: enabled.ok_or(missing)?, access_numbers })
}

fn numbers<'a>(reader: &mut Reader<'a>) -> Result<AccessNumbers<'a>, XmlError> {
    let mut numbers = AccessNumbers::default();
    while let Some(child) = reader.child()? {
        match child.local {
            "internal-url" => numbers.internal_url = Some(reader.token()?),
            "external-url" => numbers.external_url = Some(reader.token()?),
            "region" => numbers.regions.push(region(reader)?),
            "default-region" => numbers.default_region = Some(reader.text()?),
            _ => reader.skip()?,
        }
    }
    Ok(numbers)
}

fn region<'a>(reader: &mut Reader<'a>) -> Result<Region<'a>, XmlError> {
    let name = reader.attribute(Ns::None, "name");
    let name = name.ok_or_else(|| reader.error(XmlErrorKind::MissingAttribute("name")))?;
    let mut access_numbers = Vec::new();
    while let Some(child) = reader.child()? {
        match child.local {
            "access-number" => access_numbers.push(access_number(reader)?),
            _ => reader.skip()?,
        }
    }
    Ok(Region { name, access_numbers })
}

fn access_number<'a>(reader: &mut Reader<'a>) -> Result<AccessNumber<'a>, XmlError> {
    let missing = reader.error(XmlErrorKind::MissingElement("number"));
    let (mut languages, mut number, mut toll_free) = (Vec::new(), None, None);
    while let Some(child) = reader.child()? {
        match child.local {
            "language" => languages.push(language(reader)?),
            "number" => number = Some(reader.text()?),
            "toll-free" => toll_free = Some(reader.parse_text("toll-free", boolean)?),
            _ => reader.skip()?,
        }
    }
    Ok(AccessNumber { languages, number: number.ok_or(missing)?, toll_free })
}

fn language<'a>(reader: &mut Reader<'a>) -> Result<Language<'a>, XmlError> {
    let tag = reader.required_attribute(Ns::None, "tag")?;
    let missing = reader.error(XmlErrorKind::MissingAttribute("lcid"));
    let lcid = reader.parse_attribute(Ns::None, "lcid", unsigned_int)?.ok_or(missing)?;
    reader.skip()?;
    Ok(Language { tag, lcid })
}

fn custom_invite<'a>(reader: &mut Reader<'a>) -> Result<CustomInvite<'a>, XmlError> {
    let mut invite = CustomInvite::default();
    while let Some(child) = reader.child()? {
        let field: &mut Option<Cow<'a, str>> = match child.local {
            "logo-url" => &mut invite.logo_url,
            "legal-url" => &mut invite.legal_url,
            "help-url" => &mut invite.help_url,
            "settings-url" => &mut invite.settings_url,
            "custom-footer-text" => {
                invite.custom_footer_text = Some(reader.text()?);
                continue;
            }
            _ => {
                reader.skip()?;
                continue;
            }
        };
        *field = Some(reader.token()?);
    }
    Ok(invite)
}
