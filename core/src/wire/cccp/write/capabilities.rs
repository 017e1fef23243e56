//! `getConferencingCapabilities` results, in the namespaces MS-CONFPRO 4.8 prints.

use super::parts::mcu_types;
use crate::wire::cccp::{AccessNumber, AccessNumbers, Capabilities, CustomInvite, PstnBridging};
use crate::wire::conference_info::write::generations;
use crate::wire::xml::{Ns, Writer};

/// Attributes and content of the command element that has been started.
pub(super) fn capabilities(writer: &mut Writer, capabilities: &Capabilities<'_>) {
    writer.number_attribute("capability-version", capabilities.capability_version.map(u64::from));
    let newest = newest_generation(capabilities);
    generations(writer, &capabilities.extensions, newest, |writer, generation| match generation {
        0 => first(writer, capabilities),
        1 => second(writer, capabilities),
        2 => third(writer, capabilities),
        _ => fourth(writer, capabilities),
    });
}

/// The newest schema generation with a field set (MS-CONFPRO 4.8, third example).
fn newest_generation(capabilities: &Capabilities<'_>) -> u8 {
    let c = capabilities;
    let fourth = [c.im_mute_allowed, c.questions_and_answers_allowed, c.in_room_user_notification_supported];
    let third = [c.endorse_allowed, c.main_video_mute_allowed, c.pano_video_mute_allowed];
    let second = [
        c.schedule_locked,
        c.pstn_lobby_bypass_allowed,
        c.default_meeting_static,
        c.recording_allowed,
        c.externaluser_recording_allowed,
        c.schedule_key_optional,
        c.default_entry_exit_announcements,
    ];
    let second_numbers = [c.autopromote_allowed, c.default_autopromote, c.static_meeting_limit];
    if fourth.iter().any(Option::is_some) {
        3
    } else if third.iter().any(Option::is_some) || c.custom_invite.is_some() {
        2
    } else {
        u8::from(second.iter().any(Option::is_some) || second_numbers.iter().any(Option::is_some))
    }
}

fn first(writer: &mut Writer, capabilities: &Capabilities<'_>) {
    mcu_types(writer, &capabilities.mcu_types);
    if let Some(bridging) = &capabilities.pstn_bridging {
        pstn_bridging(writer, bridging);
    }
    writer.optional_boolean("conference-key-optional", capabilities.conference_key_optional);
    writer.optional_boolean("anonymous-scheduling", capabilities.anonymous_scheduling);
    writer.optional_element("default-admission-policy", capabilities.default_admission_policy.as_deref());
}

fn second(writer: &mut Writer, capabilities: &Capabilities<'_>) {
    writer.optional_boolean("mscp:schedule-locked", capabilities.schedule_locked);
    writer.optional_number("msci:autopromote-allowed", capabilities.autopromote_allowed);
    writer.optional_number("mscp:default-autopromote", capabilities.default_autopromote);
    writer.optional_boolean("msci:pstn-lobby-bypass-allowed", capabilities.pstn_lobby_bypass_allowed);
    writer.optional_number("mscp:static-meeting-limit", capabilities.static_meeting_limit);
    writer.optional_boolean("mscp:default-meeting-static", capabilities.default_meeting_static);
    writer.optional_boolean("msci:recording-allowed", capabilities.recording_allowed);
    writer
        .optional_boolean("msci:externaluser-recording-allowed", capabilities.externaluser_recording_allowed);
    writer.optional_boolean("mscp:schedule-key-optional", capabilities.schedule_key_optional);
    writer.optional_boolean(
        "msci:default-entry-exit-announcements",
        capabilities.default_entry_exit_announcements,
    );
}

fn third(writer: &mut Writer, capabilities: &Capabilities<'_>) {
    if let Some(invite) = &capabilities.custom_invite {
        custom_invite(writer, invite);
    }
    writer.optional_boolean("msci:endorse-allowed", capabilities.endorse_allowed);
    writer.optional_boolean("msci:main-video-mute-allowed", capabilities.main_video_mute_allowed);
    writer.optional_boolean("msci:pano-video-mute-allowed", capabilities.pano_video_mute_allowed);
}

fn fourth(writer: &mut Writer, capabilities: &Capabilities<'_>) {
    writer.optional_boolean("msci:im-mute-allowed", capabilities.im_mute_allowed);
    writer.optional_boolean("msci:questions-and-answers-allowed", capabilities.questions_and_answers_allowed);
    writer.optional_boolean(
        "msci:in-room-user-notification-supported",
        capabilities.in_room_user_notification_supported,
    );
}

fn pstn_bridging(writer: &mut Writer, bridging: &PstnBridging<'_>) {
    writer.start("pstn-bridging");
    writer.optional_boolean("enabled", Some(bridging.enabled));
    if let Some(numbers) = &bridging.access_numbers {
        access_numbers(writer, numbers);
    }
    writer.end("pstn-bridging");
}

fn access_numbers(writer: &mut Writer, numbers: &AccessNumbers<'_>) {
    writer.start("access-numbers");
    writer.optional_element("msci:internal-url", numbers.internal_url.as_deref());
    writer.optional_element("msci:external-url", numbers.external_url.as_deref());
    for region in &numbers.regions {
        writer.start("msci:region");
        writer.attribute("name", &region.name);
        for number in &region.access_numbers {
            access_number(writer, number);
        }
        writer.end("msci:region");
    }
    if let Some(region) = &numbers.default_region {
        writer.start("msci2:default-region");
        writer.namespace("msci2", Ns::ConferenceExtensions2);
        writer.text(region);
        writer.end("msci2:default-region");
    }
    writer.end("access-numbers");
}

fn access_number(writer: &mut Writer, number: &AccessNumber<'_>) {
    writer.start("msci:access-number");
    for language in &number.languages {
        writer.start("msci:language");
        writer.attribute("tag", &language.tag);
        writer.number_attribute("lcid", Some(u64::from(language.lcid)));
        writer.end("msci:language");
    }
    writer.element("msci:number", &number.number);
    writer.optional_boolean("msci:toll-free", number.toll_free);
    writer.end("msci:access-number");
}

fn custom_invite(writer: &mut Writer, invite: &CustomInvite<'_>) {
    writer.start("msci:custom-invite");
    writer.optional_element("msci:logo-url", invite.logo_url.as_deref());
    writer.optional_element("msci:legal-url", invite.legal_url.as_deref());
    writer.optional_element("msci:help-url", invite.help_url.as_deref());
    writer.optional_element("msci:settings-url", invite.settings_url.as_deref());
    writer.optional_element("msci:custom-footer-text", invite.custom_footer_text.as_deref());
    writer.end("msci:custom-invite");
}
