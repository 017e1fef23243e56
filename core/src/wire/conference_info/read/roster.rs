//! Users, endpoints, media.

use super::{Extensions, push_sibling, state, text, token};
use crate::wire::conference_info::{
    ClientInfo, DisconnectionMethod, Endpoint, EndpointCapabilities, EndpointStatus, Execution,
    ImCapabilities, JoiningMethod, Media, MediaStatus, Role, User, Users,
};
use crate::wire::xml::lexical::boolean;
use crate::wire::xml::{Element, Ns, Reader, XmlError};

pub(super) fn users<'a>(reader: &mut Reader<'a>) -> Result<Users<'a>, XmlError> {
    let mut users = Users { state: state(reader, Ns::None)?, ..Users::default() };
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceInfo, "user") => users.users.push(user(reader)?),
            _ => extensions.read(reader, child)?,
        }
    }
    users.extensions = extensions.list;
    Ok(users)
}

/// Reads the `user` element that has just started.
pub(crate) fn user<'a>(reader: &mut Reader<'a>) -> Result<User<'a>, XmlError> {
    let mut user = User {
        entity: reader.required_attribute(Ns::None, "entity")?,
        state: state(reader, Ns::None)?,
        ..User::default()
    };
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceInfo, "display-text") => user.display_text = text(reader)?,
            // A second list is no second chance: what it names counts too (PRO-2-2-1-4-g).
            (Ns::ConferenceInfo, "roles") => user.roles.extend(roles(reader)?),
            (Ns::ConferenceInfo, "languages") => user.languages = text(reader)?,
            (Ns::ConferenceInfo, "cascaded-focus") => user.cascaded_focus = token(reader)?,
            (Ns::ConferenceInfo, "endpoint") => {
                let endpoint = endpoint(reader)?;
                push_sibling(reader, &mut user.endpoints, endpoint)?;
            }
            (Ns::ConferenceExtensions, "clientInfo") => user.client_info = Some(client_info(reader)?),
            _ => extensions.read(reader, child)?,
        }
    }
    user.extensions = extensions.list;
    Ok(user)
}

/// Reads the `roles` or `user-roles` element that has just started.
pub(crate) fn roles<'a>(reader: &mut Reader<'a>) -> Result<Vec<Role<'a>>, XmlError> {
    let mut roles = Vec::new();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceInfo, "entry") => roles.push(Role::parse(reader.token()?)),
            _ => reader.skip()?,
        }
    }
    Ok(roles)
}

/// Reads the `endpoint` element that has just started.
pub(crate) fn endpoint<'a>(reader: &mut Reader<'a>) -> Result<Endpoint<'a>, XmlError> {
    let mut endpoint = Endpoint {
        entity: reader.token_attribute(Ns::None, "entity").unwrap_or_default(),
        state: state(reader, Ns::None)?,
        session_type: reader.token_attribute(Ns::ConferenceExtensions, "session-type"),
        epid: reader.token_attribute(Ns::ConferenceExtensions, "epid"),
        endpoint_uri: reader.token_attribute(Ns::ConferenceExtensions, "endpoint-uri"),
        refer_to_uri: reader.token_attribute(Ns::ConferenceExtensions, "refer-to-uri"),
        ..Endpoint::default()
    };
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match child.ns {
            Ns::ConferenceInfo => endpoint_part(reader, child, &mut endpoint)?,
            Ns::ConferenceExtensions if child.local == "endpoint-capabilities" => {
                endpoint.capabilities = Some(capabilities(reader)?);
            }
            Ns::ConferenceExtensions if child.local == "clientInfo" => {
                endpoint.client_info = Some(client_info(reader)?);
            }
            _ => extensions.read(reader, child)?,
        }
    }
    endpoint.extensions = extensions.list;
    Ok(endpoint)
}

/// Elements of RFC 4575.
fn endpoint_part<'a>(
    reader: &mut Reader<'a>,
    element: Element<'a>,
    endpoint: &mut Endpoint<'a>,
) -> Result<(), XmlError> {
    match element.local {
        "display-text" => endpoint.display_text = text(reader)?,
        "referred" => endpoint.referred = Some(Box::new(execution(reader)?)),
        "status" => endpoint.status = Some(reader.parse_text("status", EndpointStatus::parse)?),
        "joining-method" => {
            endpoint.joining_method = Some(reader.parse_text("joining-method", JoiningMethod::parse)?);
        }
        "joining-info" => endpoint.joining_info = Some(execution(reader)?),
        "disconnection-method" => {
            endpoint.disconnection_method =
                Some(reader.parse_text("disconnection-method", DisconnectionMethod::parse)?);
        }
        "disconnection-info" => endpoint.disconnection_info = Some(Box::new(execution(reader)?)),
        "media" => {
            let media = media(reader)?;
            push_sibling(reader, &mut endpoint.media, media)?;
        }
        _ => reader.skip()?,
    }
    Ok(())
}

fn execution<'a>(reader: &mut Reader<'a>) -> Result<Execution<'a>, XmlError> {
    let mut execution = Execution::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceInfo, "when") => execution.when = token(reader)?,
            (Ns::ConferenceInfo, "reason") => execution.reason = text(reader)?,
            (Ns::ConferenceInfo, "by") => execution.by = token(reader)?,
            _ => reader.skip()?,
        }
    }
    Ok(execution)
}

/// Reads the `media` element of an endpoint that has just started.
pub(crate) fn media<'a>(reader: &mut Reader<'a>) -> Result<Media<'a>, XmlError> {
    let mut media = Media { id: reader.required_attribute(Ns::None, "id")?, ..Media::default() };
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceInfo, "display-text") => media.display_text = text(reader)?,
            (Ns::ConferenceInfo, "type") => media.kind = token(reader)?,
            (Ns::ConferenceInfo, "label") => media.label = token(reader)?,
            (Ns::ConferenceInfo, "src-id") => media.src_id = token(reader)?,
            (Ns::ConferenceInfo, "status") => {
                media.status = Some(reader.parse_text("status", MediaStatus::parse)?);
            }
            _ => extensions.read(reader, child)?,
        }
    }
    media.extensions = extensions.list;
    Ok(media)
}

fn capabilities<'a>(reader: &mut Reader<'a>) -> Result<EndpointCapabilities<'a>, XmlError> {
    let mut capabilities = EndpointCapabilities::default();
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ImExtensions, "endpoint-capabilities") => capabilities.im = Some(im_capabilities(reader)?),
            _ => extensions.read(reader, child)?,
        }
    }
    capabilities.extensions = extensions.list;
    Ok(capabilities)
}

fn im_capabilities<'a>(reader: &mut Reader<'a>) -> Result<ImCapabilities<'a>, XmlError> {
    let mut capabilities = ImCapabilities::default();
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ImExtensions, "supported-im-formats") => capabilities.supported_im_formats = token(reader)?,
            (Ns::ImExtensions, "user-agent") => capabilities.user_agent = text(reader)?,
            _ => extensions.read(reader, child)?,
        }
    }
    capabilities.extensions = extensions.list;
    Ok(capabilities)
}

fn client_info<'a>(reader: &mut Reader<'a>) -> Result<ClientInfo<'a>, XmlError> {
    let mut info = ClientInfo::default();
    let mut extensions = Extensions::default();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceExtensions, "conversation-id") => info.conversation_id = token(reader)?,
            (Ns::ConferenceExtensions2, "lobby-capable") => {
                info.lobby_capable = Some(reader.parse_text("lobby-capable", boolean)?);
            }
            _ => extensions.read(reader, child)?,
        }
    }
    info.extensions = extensions.list;
    Ok(info)
}
