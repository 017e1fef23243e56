//! Users, endpoints, media.

use super::{extensions, generations};
use crate::wire::conference_info::{
    ClientInfo, DisconnectionMethod, Endpoint, EndpointCapabilities, EndpointStatus, Execution,
    ImCapabilities, JoiningMethod, Media, MediaStatus, Role, State, User, Users,
};
use crate::wire::xml::lexical::boolean_text;
use crate::wire::xml::{Ns, Writer};

pub(super) fn users(writer: &mut Writer, users: &Users<'_>) {
    writer.start("users");
    writer.optional_attribute("state", users.state.map(State::as_str));
    for one in &users.users {
        writer.start("user");
        user(writer, one);
        writer.end("user");
    }
    extensions(writer, &users.extensions);
    writer.end("users");
}

/// Attributes and children of a `user` element that has been started.
pub(crate) fn user(writer: &mut Writer, user: &User<'_>) {
    writer.attribute("entity", &user.entity);
    writer.optional_attribute("state", user.state.map(State::as_str));
    writer.optional_element("display-text", user.display_text.as_deref());
    if !user.roles.is_empty() {
        writer.start("roles");
        role_entries(writer, &user.roles);
        writer.end("roles");
    }
    writer.optional_element("languages", user.languages.as_deref());
    writer.optional_element("cascaded-focus", user.cascaded_focus.as_deref());
    for one in &user.endpoints {
        writer.start("endpoint");
        endpoint(writer, one);
        writer.end("endpoint");
    }
    client_info(writer, user.client_info.as_ref());
    extensions(writer, &user.extensions);
}

/// The content of a `roles` or `user-roles` element.
pub(crate) fn role_entries(writer: &mut Writer, roles: &[Role<'_>]) {
    for role in roles {
        writer.element("entry", role.as_str());
    }
}

/// Attributes and children of an `endpoint` element that has been started.
pub(crate) fn endpoint(writer: &mut Writer, endpoint: &Endpoint<'_>) {
    writer.attribute("entity", &endpoint.entity);
    writer.optional_attribute("state", endpoint.state.map(State::as_str));
    writer.optional_attribute("msci:session-type", endpoint.session_type.as_deref());
    writer.optional_attribute("msci:epid", endpoint.epid.as_deref());
    writer.optional_attribute("msci:endpoint-uri", endpoint.endpoint_uri.as_deref());
    writer.optional_attribute("msci:refer-to-uri", endpoint.refer_to_uri.as_deref());
    writer.optional_element("display-text", endpoint.display_text.as_deref());
    execution(writer, "referred", endpoint.referred.as_deref());
    writer.optional_keyword("status", endpoint.status.map(EndpointStatus::as_str));
    writer.optional_keyword("joining-method", endpoint.joining_method.map(JoiningMethod::as_str));
    execution(writer, "joining-info", endpoint.joining_info.as_ref());
    let disconnection = endpoint.disconnection_method.map(DisconnectionMethod::as_str);
    writer.optional_keyword("disconnection-method", disconnection);
    execution(writer, "disconnection-info", endpoint.disconnection_info.as_deref());
    for one in &endpoint.media {
        writer.start("media");
        media(writer, one);
        writer.end("media");
    }
    if let Some(known) = &endpoint.capabilities {
        capabilities(writer, known);
    }
    client_info(writer, endpoint.client_info.as_ref());
    extensions(writer, &endpoint.extensions);
}

fn execution(writer: &mut Writer, name: &'static str, execution: Option<&Execution<'_>>) {
    let Some(execution) = execution else { return };
    writer.start(name);
    writer.optional_element("when", execution.when.as_deref());
    writer.optional_element("reason", execution.reason.as_deref());
    writer.optional_element("by", execution.by.as_deref());
    writer.end(name);
}

/// Attributes and children of a `media` element that has been started.
pub(crate) fn media(writer: &mut Writer, media: &Media<'_>) {
    writer.attribute("id", &media.id);
    writer.optional_element("display-text", media.display_text.as_deref());
    writer.optional_element("type", media.kind.as_deref());
    writer.optional_element("label", media.label.as_deref());
    writer.optional_element("src-id", media.src_id.as_deref());
    writer.optional_keyword("status", media.status.map(MediaStatus::as_str));
    extensions(writer, &media.extensions);
}

fn capabilities(writer: &mut Writer, capabilities: &EndpointCapabilities<'_>) {
    writer.start("msci:endpoint-capabilities");
    if let Some(im) = &capabilities.im {
        im_capabilities(writer, im);
    }
    extensions(writer, &capabilities.extensions);
    writer.end("msci:endpoint-capabilities");
}

fn im_capabilities(writer: &mut Writer, capabilities: &ImCapabilities<'_>) {
    writer.start("msim:endpoint-capabilities");
    writer.optional_element("msim:supported-im-formats", capabilities.supported_im_formats.as_deref());
    writer.optional_element("msim:user-agent", capabilities.user_agent.as_deref());
    extensions(writer, &capabilities.extensions);
    writer.end("msim:endpoint-capabilities");
}

fn client_info(writer: &mut Writer, info: Option<&ClientInfo<'_>>) {
    let Some(info) = info else { return };
    writer.start("msci:clientInfo");
    let newest = u8::from(info.lobby_capable.is_some());
    generations(writer, &info.extensions, newest, |writer, generation| {
        match (generation, info.lobby_capable) {
            (0, _) => writer.optional_element("msci:conversation-id", info.conversation_id.as_deref()),
            (1, Some(capable)) => {
                writer.start("msci2:lobby-capable");
                writer.namespace("msci2", Ns::ConferenceExtensions2);
                writer.text(boolean_text(capable));
                writer.end("msci2:lobby-capable");
            }
            _ => {}
        }
    });
    writer.end("msci:clientInfo");
}
