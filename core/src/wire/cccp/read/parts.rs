//! What may stand in a command element. One reader for all commands: each takes what it needs, the rest is ignored.

use std::borrow::Cow;

use super::is_own;
use crate::wire::cccp::{Access, ConferenceKeys, EndpointKeys, MediaKeys, UserKeys};
use crate::wire::conference_info::{ConferenceInfo, Endpoint, Media, Role, User, read};
use crate::wire::xml::lexical::boolean;
use crate::wire::xml::{Element, Ns, Reader, XmlError, XmlErrorKind};

#[derive(Default)]
pub(super) struct Parts<'a> {
    /// Where the command starts.
    offset: usize,
    pub(super) keys: Option<ConferenceKeys<'a>>,
    pub(super) user_keys: Option<UserKeys<'a>>,
    pub(super) endpoint_keys: Option<EndpointKeys<'a>>,
    pub(super) media_keys: Option<MediaKeys<'a>>,
    pub(super) info: Option<Box<ConferenceInfo<'a>>>,
    pub(super) conferences: Option<Vec<ConferenceInfo<'a>>>,
    pub(super) mcu_types: Option<Vec<Cow<'a, str>>>,
    pub(super) certificate: Option<Cow<'a, str>>,
    pub(super) issuing_server: Option<Cow<'a, str>>,
    pub(super) user: Option<Box<User<'a>>>,
    pub(super) roles: Option<Vec<Role<'a>>>,
    pub(super) endpoint: Option<Box<Endpoint<'a>>>,
    pub(super) media: Option<Media<'a>>,
    pub(super) locked: Option<bool>,
    pub(super) admission_policy: Option<Cow<'a, str>>,
    pub(super) user_entities: Vec<Cow<'a, str>>,
    pub(super) access: Option<Access>,
    pub(super) enabled: Option<bool>,
}

/// A part that the command cannot do without.
macro_rules! required {
    ($($part:ident: $type:ty = $name:literal),+ $(,)?) => {$(
        pub(super) fn $part(&mut self) -> Result<$type, XmlError> {
            self.$part.take().ok_or(XmlErrorKind::MissingElement($name).at(self.offset))
        }
    )+};
}

impl<'a> Parts<'a> {
    required! {
        keys: ConferenceKeys<'a> = "conferenceKeys",
        user_keys: UserKeys<'a> = "userKeys",
        media_keys: MediaKeys<'a> = "mediaKeys",
        info: Box<ConferenceInfo<'a>> = "conference-info",
        user: Box<User<'a>> = "user",
        roles: Vec<Role<'a>> = "user-roles",
        media: Media<'a> = "media",
        locked: bool = "locked",
        access: Access = "access",
    }

    /// Reads the content of the command element that has just started at `offset`.
    pub(super) fn read(reader: &mut Reader<'a>, offset: usize) -> Result<Self, XmlError> {
        let mut parts = Self { offset, ..Self::default() };
        while let Some(child) = reader.child()? {
            match child.ns {
                Ns::ConferenceInfo if parts.data_model(reader, child)? => {}
                Ns::ConferenceExtensions => parts.extended(reader, child)?,
                ns if is_own(ns) => parts.own(reader, child)?,
                _ => reader.skip()?,
            }
        }
        Ok(parts)
    }

    /// Elements of the data model; says whether it was one of them, otherwise nothing has been read.
    fn data_model(&mut self, reader: &mut Reader<'a>, element: Element<'a>) -> Result<bool, XmlError> {
        match element.local {
            "conference-info" if self.info.is_some() => {
                return Err(XmlErrorKind::RepeatedElement("conference-info").at(element.offset));
            }
            "conference-info" => self.info = Some(Box::new(read::info(reader)?)),
            "user" => self.user = Some(Box::new(read::user(reader)?)),
            "user-roles" => self.roles = Some(read::roles(reader)?),
            "endpoint" => self.endpoint = Some(Box::new(read::endpoint(reader)?)),
            "media" => self.media = Some(read::media(reader)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn extended(&mut self, reader: &mut Reader<'a>, element: Element<'a>) -> Result<(), XmlError> {
        match element.local {
            "encryption-key" => {
                let missing = reader.error(XmlErrorKind::MissingElement("x509-certificate"));
                self.certificate = Some(only_token(reader, "x509-certificate")?.ok_or(missing)?);
            }
            "opaque" => self.issuing_server = only_token(reader, "issuing-server")?,
            _ => reader.skip()?,
        }
        Ok(())
    }

    fn own(&mut self, reader: &mut Reader<'a>, element: Element<'a>) -> Result<(), XmlError> {
        match element.local {
            "conferenceKeys" if self.keys.is_some() => {
                return Err(XmlErrorKind::RepeatedElement("conferenceKeys").at(element.offset));
            }
            "conferenceKeys" => return self.conference_keys(reader),
            "userKeys" => self.user_keys = Some(user_keys(reader)?),
            "endpointKeys" => self.endpoint_keys = Some(endpoint_keys(reader)?),
            "mediaKeys" => self.media_keys = Some(media_keys(reader)?),
            "conferences" => self.conferences = Some(conferences(reader)?),
            "mcu-types" => self.mcu_types = Some(mcu_types(reader)?),
            "locked" => self.locked = Some(reader.parse_text("locked", boolean)?),
            "admission-policy" => self.admission_policy = Some(reader.token()?),
            "userEntity" => self.user_entities.push(reader.token()?),
            "access" => self.access = Some(reader.parse_text("access", Access::parse)?),
            "enabled" => self.enabled = Some(reader.parse_text("enabled", boolean)?),
            _ => reader.skip()?,
        }
        Ok(())
    }

    /// `conferenceKeys`; announcements have their switch inside it, by some accounts.
    fn conference_keys(&mut self, reader: &mut Reader<'a>) -> Result<(), XmlError> {
        self.keys = Some(ConferenceKeys {
            conf_entity: reader.token_attribute(Ns::None, "confEntity"),
            conference_id: reader.token_attribute(Ns::ConferenceExtensions, "conference-id"),
            is_static: reader.parse_attribute(Ns::None, "static", boolean)?,
        });
        while let Some(child) = reader.child()? {
            match child.local {
                "enabled" => self.enabled = Some(reader.parse_text("enabled", boolean)?),
                _ => reader.skip()?,
            }
        }
        Ok(())
    }
}

fn user_keys<'a>(reader: &mut Reader<'a>) -> Result<UserKeys<'a>, XmlError> {
    let keys = UserKeys {
        conf_entity: reader.required_attribute(Ns::None, "confEntity")?,
        user_entity: reader.required_attribute(Ns::None, "userEntity")?,
    };
    reader.skip()?;
    Ok(keys)
}

fn endpoint_keys<'a>(reader: &mut Reader<'a>) -> Result<EndpointKeys<'a>, XmlError> {
    let keys = EndpointKeys {
        conf_entity: reader.required_attribute(Ns::None, "confEntity")?,
        user_entity: reader.required_attribute(Ns::None, "userEntity")?,
        endpoint_entity: reader.required_attribute(Ns::None, "endpointEntity")?,
    };
    reader.skip()?;
    Ok(keys)
}

fn media_keys<'a>(reader: &mut Reader<'a>) -> Result<MediaKeys<'a>, XmlError> {
    let keys = MediaKeys {
        conf_entity: reader.required_attribute(Ns::None, "confEntity")?,
        user_entity: reader.required_attribute(Ns::None, "userEntity")?,
        endpoint_entity: reader.required_attribute(Ns::None, "endpointEntity")?,
        media_id: reader.required_attribute(Ns::None, "mediaId")?,
    };
    reader.skip()?;
    Ok(keys)
}

fn conferences<'a>(reader: &mut Reader<'a>) -> Result<Vec<ConferenceInfo<'a>>, XmlError> {
    let mut conferences = Vec::new();
    while let Some(child) = reader.child()? {
        match (child.ns, child.local) {
            (Ns::ConferenceInfo, "conference-info") => conferences.push(read::info(reader)?),
            _ => reader.skip()?,
        }
    }
    Ok(conferences)
}

/// Reads the `mcu-types` element that has just started.
pub(super) fn mcu_types<'a>(reader: &mut Reader<'a>) -> Result<Vec<Cow<'a, str>>, XmlError> {
    let mut types = Vec::new();
    while let Some(child) = reader.child()? {
        match child.local {
            "mcuType" if is_own(child.ns) => types.push(reader.token()?),
            _ => reader.skip()?,
        }
    }
    Ok(types)
}

/// The text of the one child wanted.
fn only_token<'a>(reader: &mut Reader<'a>, name: &str) -> Result<Option<Cow<'a, str>>, XmlError> {
    let mut token = None;
    while let Some(child) = reader.child()? {
        if child.ns == Ns::ConferenceExtensions && child.local == name {
            token = Some(reader.token()?);
        } else {
            reader.skip()?;
        }
    }
    Ok(token)
}
