//! What may stand in a command element.

use std::borrow::Cow;

use super::{Access, embedded};
use crate::wire::cccp::{ConferenceKeys, EndpointKeys, MediaKeys, UserKeys};
use crate::wire::conference_info::{ConferenceInfo, Endpoint, Media, Role, User, write};
use crate::wire::xml::{Ns, Writer};

pub(super) fn keys(writer: &mut Writer, keys: &ConferenceKeys<'_>) {
    writer.start("conferenceKeys");
    writer.optional_attribute("confEntity", keys.conf_entity.as_deref());
    writer.optional_attribute("msci:conference-id", keys.conference_id.as_deref());
    writer.boolean_attribute("static", keys.is_static);
    writer.end("conferenceKeys");
}

pub(super) fn optional_keys(writer: &mut Writer, optional: Option<&ConferenceKeys<'_>>) {
    if let Some(present) = optional {
        keys(writer, present);
    }
}

pub(super) fn user_keys(writer: &mut Writer, keys: &UserKeys<'_>) {
    writer.start("userKeys");
    writer.attribute("confEntity", &keys.conf_entity);
    writer.attribute("userEntity", &keys.user_entity);
    writer.end("userKeys");
}

pub(super) fn endpoint_keys(writer: &mut Writer, keys: Option<&EndpointKeys<'_>>) {
    let Some(keys) = keys else { return };
    writer.start("endpointKeys");
    writer.attribute("confEntity", &keys.conf_entity);
    writer.attribute("userEntity", &keys.user_entity);
    writer.attribute("endpointEntity", &keys.endpoint_entity);
    writer.end("endpointKeys");
}

pub(super) fn media_keys(writer: &mut Writer, keys: &MediaKeys<'_>) {
    writer.start("mediaKeys");
    writer.attribute("confEntity", &keys.conf_entity);
    writer.attribute("userEntity", &keys.user_entity);
    writer.attribute("endpointEntity", &keys.endpoint_entity);
    writer.attribute("mediaId", &keys.media_id);
    writer.end("mediaKeys");
}

pub(super) fn certificate(writer: &mut Writer, certificate: Option<&str>) {
    let Some(certificate) = certificate else { return };
    writer.start("msci:encryption-key");
    writer.element("msci:x509-certificate", certificate);
    writer.end("msci:encryption-key");
}

pub(super) fn issuing_server(writer: &mut Writer, server: Option<&str>) {
    let Some(server) = server else { return };
    writer.start("msci:opaque");
    writer.element("msci:issuing-server", server);
    writer.end("msci:opaque");
}

pub(super) fn user(writer: &mut Writer, user: &User<'_>) {
    writer.start("user");
    writer.namespace("", Ns::ConferenceInfo);
    write::user(writer, user);
    writer.end("user");
}

pub(super) fn roles(writer: &mut Writer, roles: &[Role<'_>]) {
    writer.start("user-roles");
    writer.namespace("", Ns::ConferenceInfo);
    write::role_entries(writer, roles);
    writer.end("user-roles");
}

pub(super) fn endpoint(writer: &mut Writer, endpoint: Option<&Endpoint<'_>>) {
    let Some(endpoint) = endpoint else { return };
    writer.start("endpoint");
    writer.namespace("", Ns::ConferenceInfo);
    write::endpoint(writer, endpoint);
    writer.end("endpoint");
}

pub(super) fn media(writer: &mut Writer, media: &Media<'_>) {
    writer.start("media");
    writer.namespace("", Ns::ConferenceInfo);
    write::media(writer, media);
    writer.end("media");
}

pub(super) fn lobby_access(writer: &mut Writer, users: &[Cow<'_, str>], access: Option<Access>) {
    for user in users {
        writer.element("userEntity", user);
    }
    writer.optional_keyword("access", access.map(Access::as_str));
}

pub(super) fn conferences(writer: &mut Writer, conferences: Option<&[ConferenceInfo<'_>]>) {
    let Some(conferences) = conferences else { return };
    writer.start("conferences");
    for info in conferences {
        embedded(writer, info);
    }
    writer.end("conferences");
}

pub(super) fn mcu_types(writer: &mut Writer, types: &[Cow<'_, str>]) {
    writer.start("mcu-types");
    for kind in types {
        writer.element("mcuType", kind);
    }
    writer.end("mcu-types");
}
