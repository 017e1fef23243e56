//! What a client asks its pool at sign-in and what it is told: the two documents of the event package
//! `vnd-microsoft-provisioning-v2`.
//!
//! No document at hand specifies them. They are as real clients send and read them, which look at local
//! names only; so do we.

use super::xml::{Element, Ns, Reader, Writer, XmlError, XmlErrorKind};

#[cfg(feature = "arbitrary")]
mod arbitrary;

/// The namespace of a [`ProvisioningQuery`].
pub const QUERY_NAMESPACE: &str = "http://schemas.microsoft.com/2006/09/sip/provisioninggrouplist";
/// The namespace of a [`Provisioning`].
pub const NAMESPACE: &str = "http://schemas.microsoft.com/2006/09/sip/provisiongrouplist";
/// The group that names the focus factory.
pub const SERVER_CONFIGURATION: &str = "ServerConfiguration";
/// Most groups of one document, and most properties of one group.
pub const MAX_ITEMS: usize = 256;

/// The question: names of the groups wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ProvisioningQuery {
    /// Names such as `ServerConfiguration` and `meetingPolicy`.
    pub groups: Vec<String>,
}

/// The answer: groups of settings.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Provisioning {
    /// The groups, in order.
    pub groups: Vec<Group>,
}

/// One group of settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Group {
    /// `ServerConfiguration` and so on.
    pub name: String,
    /// Where conferences are created.
    pub focus_factory_uri: Option<String>,
    /// Name and text of each `property`, in order.
    pub properties: Vec<(String, String)>,
}

impl ProvisioningQuery {
    /// Reads a query.
    ///
    /// # Errors
    /// When it is no well-formed XML, or a group has no name.
    pub fn parse(body: &[u8]) -> Result<Self, XmlError> {
        let groups = list(body, "provisioningGroupList", "provisioningGroup", |reader| {
            let name = reader.required_attribute(Ns::None, "name")?.into_owned();
            reader.skip()?;
            Ok(name)
        })?;
        Ok(Self { groups })
    }

    /// The query without white space.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.start("provisioningGroupList");
        writer.attribute("xmlns", QUERY_NAMESPACE);
        for group in &self.groups {
            writer.start("provisioningGroup");
            writer.attribute("name", group);
            writer.end("provisioningGroup");
        }
        writer.end("provisioningGroupList");
        writer.finish()
    }
}

impl Provisioning {
    /// The answer that names the focus factory and nothing else.
    pub fn focus_factory(uri: impl Into<String>) -> Self {
        let group = Group {
            name: SERVER_CONFIGURATION.to_owned(),
            focus_factory_uri: Some(uri.into()),
            properties: Vec::new(),
        };
        Self { groups: vec![group] }
    }

    /// Reads an answer. Settings nobody knows are skipped.
    ///
    /// # Errors
    /// When it is no well-formed XML, or a group or property has no name.
    pub fn parse(body: &[u8]) -> Result<Self, XmlError> {
        Ok(Self { groups: list(body, "provisionGroupList", "provisionGroup", group)? })
    }

    /// The answer without white space.
    pub fn write(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        writer.declaration();
        writer.start("provisionGroupList");
        writer.attribute("xmlns", NAMESPACE);
        for group in &self.groups {
            writer.start("provisionGroup");
            writer.attribute("name", &group.name);
            writer.optional_element("focusFactoryUri", group.focus_factory_uri.as_deref());
            for (name, value) in &group.properties {
                writer.start("property");
                writer.attribute("name", name);
                writer.text(value);
                writer.end("property");
            }
            writer.end("provisionGroup");
        }
        writer.end("provisionGroupList");
        writer.finish()
    }
}

/// Reads the `item` children of the root `root`.
fn list<T>(
    body: &[u8],
    root: &'static str,
    item: &str,
    mut read: impl FnMut(&mut Reader<'_>) -> Result<T, XmlError>,
) -> Result<Vec<T>, XmlError> {
    let mut reader = Reader::new(body)?;
    let found = reader.any_root()?;
    if !is_ours(found) || found.local != root {
        return Err(XmlErrorKind::UnexpectedRoot(root).at(found.offset));
    }
    let mut items = Vec::new();
    while let Some(child) = reader.child()? {
        if !is_ours(child) || child.local != item {
            reader.skip()?;
        } else if items.len() == MAX_ITEMS {
            return Err(XmlErrorKind::TooManyElements.at(child.offset));
        } else {
            items.push(read(&mut reader)?);
        }
    }
    reader.finish()?;
    Ok(items)
}

fn group(reader: &mut Reader<'_>) -> Result<Group, XmlError> {
    let name = reader.required_attribute(Ns::None, "name")?.into_owned();
    let mut group = Group { name, ..Group::default() };
    while let Some(child) = reader.child()? {
        match child.local {
            "focusFactoryUri" if is_ours(child) && group.focus_factory_uri.is_none() => {
                group.focus_factory_uri = Some(reader.token()?.into_owned());
            }
            "focusFactoryUri" if is_ours(child) => {
                return Err(XmlErrorKind::RepeatedElement("focusFactoryUri").at(child.offset));
            }
            "property" if is_ours(child) && group.properties.len() == MAX_ITEMS => {
                return Err(XmlErrorKind::TooManyElements.at(child.offset));
            }
            "property" if is_ours(child) => {
                let name = reader.required_attribute(Ns::None, "name")?.into_owned();
                group.properties.push((name, reader.text()?.into_owned()));
            }
            _ => reader.skip()?,
        }
    }
    Ok(group)
}

/// Whether the element may belong to these documents: of no namespace that means something else here.
fn is_ours(element: Element<'_>) -> bool {
    matches!(element.ns, Ns::None | Ns::Foreign)
}
