//! `conference-description`.

use super::{extensions, generations, optional_content};
use crate::wire::conference_info::{ConferenceUris, Description, PstnAccess, State};
use crate::wire::xml::Writer;

pub(super) fn description(writer: &mut Writer, description: &Description<'_>) {
    writer.start("conference-description");
    writer.optional_element("display-text", description.display_text.as_deref());
    writer.optional_element("subject", description.subject.as_deref());
    writer.optional_element("free-text", description.free_text.as_deref());
    writer.optional_element("keywords", description.keywords.as_deref());
    uris(writer, "conf-uris", description.conf_uris.as_ref());
    uris(writer, "service-uris", description.service_uris.as_ref());
    writer.optional_number("maximum-user-count", description.maximum_user_count);
    let newest = newest_generation(description);
    generations(writer, &description.extensions, newest, |writer, generation| match generation {
        0 => first(writer, description),
        1 => second(writer, description),
        2 => third(writer, description),
        _ => fourth(writer, description),
    });
    writer.end("conference-description");
}

/// The newest schema generation with a field set. Order and generations follow MS-CONFPRO 2.2.1.2 and 4.1, 4.8.
fn newest_generation(description: &Description<'_>) -> u8 {
    let d = description;
    let fourth = [
        d.anonymous_dialout_allowed,
        d.endorse_allowed,
        d.main_video_mute_allowed,
        d.pano_video_mute_allowed,
    ];
    let third = [
        d.pstn_lobby_bypass,
        d.pstn_lobby_bypass_allowed,
        d.recording_allowed,
        d.externaluser_recording_allowed,
    ];
    let third_numbers = [d.autopromote, d.autopromote_allowed, d.server_mode];
    let second = [d.lobby_capable, d.anonymous_type_allowed];
    if fourth.iter().any(Option::is_some) {
        3
    } else if third.iter().any(Option::is_some) || third_numbers.iter().any(Option::is_some) {
        2
    } else {
        u8::from(second.iter().any(Option::is_some) || d.join_url.is_some() || d.pstn_access.is_some())
    }
}

fn first(writer: &mut Writer, description: &Description<'_>) {
    writer.optional_element("msci:conference-id", description.conference_id.as_deref());
    optional_content(writer, "msci:conference-key", description.conference_key.as_deref());
    writer.optional_element("msci:last-update", description.last_update.as_deref());
    writer.optional_element("msci:last-activate", description.last_activate.as_deref());
    writer.optional_boolean("msci:is-active", description.is_active);
    writer.optional_element("msci:expiry-time", description.expiry_time.as_deref());
    writer.optional_element("msci:admission-policy", description.admission_policy.as_deref());
    optional_content(writer, "msci:organizer-roaming-data", description.organizer_roaming_data.as_deref());
    optional_content(writer, "msci:notification-data", description.notification_data.as_deref());
}

fn second(writer: &mut Writer, description: &Description<'_>) {
    writer.optional_boolean("msci:lobby-capable", description.lobby_capable);
    writer.optional_boolean("msci:anonymous-type-allowed", description.anonymous_type_allowed);
    writer.optional_element("msci:join-url", description.join_url.as_deref());
    if let Some(access) = &description.pstn_access {
        pstn_access(writer, access);
    }
}

fn third(writer: &mut Writer, description: &Description<'_>) {
    writer.optional_number("msci:autopromote", description.autopromote);
    writer.optional_number("msci:autopromote-allowed", description.autopromote_allowed);
    writer.optional_boolean("msci:pstn-lobby-bypass", description.pstn_lobby_bypass);
    writer.optional_boolean("msci:pstn-lobby-bypass-allowed", description.pstn_lobby_bypass_allowed);
    writer.optional_boolean("msci:recording-allowed", description.recording_allowed);
    writer
        .optional_boolean("msci:externaluser-recording-allowed", description.externaluser_recording_allowed);
    writer.optional_number("msci:server-mode", description.server_mode);
}

fn fourth(writer: &mut Writer, description: &Description<'_>) {
    writer.optional_boolean("msci:anonymous-dialout-allowed", description.anonymous_dialout_allowed);
    writer.optional_boolean("msci:endorse-allowed", description.endorse_allowed);
    writer.optional_boolean("msci:main-video-mute-allowed", description.main_video_mute_allowed);
    writer.optional_boolean("msci:pano-video-mute-allowed", description.pano_video_mute_allowed);
}

fn uris(writer: &mut Writer, name: &'static str, uris: Option<&ConferenceUris<'_>>) {
    let Some(uris) = uris else { return };
    writer.start(name);
    writer.optional_attribute("state", uris.state.map(State::as_str));
    for uri in &uris.entries {
        writer.start("entry");
        writer.element("uri", &uri.uri);
        writer.optional_element("display-text", uri.display_text.as_deref());
        writer.optional_element("purpose", uri.purpose.as_deref());
        extensions(writer, &uri.extensions);
        writer.end("entry");
    }
    writer.end(name);
}

fn pstn_access(writer: &mut Writer, access: &PstnAccess<'_>) {
    writer.start("msci:pstn-access");
    writer.optional_element("msci:id", access.id.as_deref());
    extensions(writer, &access.extensions);
    writer.end("msci:pstn-access");
}
