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
            "conference-info" => {
                reader.once(&mut self.info, "conference-info", |reader| read::info(reader).map(Box::new))?;
            }
            "user" => reader.once(&mut self.user, "user", |reader| read::user(reader).map(Box::new))?,
            "user-roles" => reader.once(&mut self.roles, "user-roles", read::roles)?,
            "endpoint" => {
                reader.once(&mut self.endpoint, "endpoint", |reader| read::endpoint(reader).map(Box::new))?;
            }
            "media" => reader.once(&mut self.media, "media", read::media)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn extended(&mut self, reader: &mut Reader<'a>, element: Element<'a>) -> Result<(), XmlError> {
        match element.local {
            "encryption-key" => reader.once(&mut self.certificate, "encryption-key", certificate)?,
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
            "userKeys" => reader.once(&mut self.user_keys, "userKeys", user_keys)?,
            "endpointKeys" => reader.once(&mut self.endpoint_keys, "endpointKeys", endpoint_keys)?,
            "mediaKeys" => reader.once(&mut self.media_keys, "mediaKeys", media_keys)?,
            "conferences" => reader.once(&mut self.conferences, "conferences", conferences)?,
            "mcu-types" => reader.once(&mut self.mcu_types, "mcu-types", mcu_types)?,
            "locked" => {
                reader.once(&mut self.locked, "locked", |reader| reader.parse_text("locked", boolean))?;
            }
            "admission-policy" => {
                reader.once(&mut self.admission_policy, "admission-policy", Reader::token)?;
            }
            "userEntity" => self.user_entities.push(reader.token()?),
            "access" => {
                reader
                    .once(&mut self.access, "access", |reader| reader.parse_text("access", Access::parse))?;
            }
            "enabled" => {
                reader.once(&mut self.enabled, "enabled", |reader| reader.parse_text("enabled", boolean))?;
            }
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

/// The certificate in `encryption-key`, which holds one (PRO-2-2-2-4-d).
fn certificate<'a>(reader: &mut Reader<'a>) -> Result<Cow<'a, str>, XmlError> {
    let missing = reader.error(XmlErrorKind::MissingElement("x509-certificate"));
    only_token(reader, "x509-certificate")?.ok_or(missing)
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
