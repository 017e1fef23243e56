//! Invents values for tests and fuzzing: only such as can be written and read again unchanged.

use std::borrow::Cow;

use arbitrary::{Arbitrary, Result, Unstructured};

use super::characters::is_legal;
use super::lexical::token;
use super::raw::RawElement;
use crate::wire::cccp::{Access, Code, Command, CommandKind, Outcome, Reason};
use crate::wire::conference_info::{
    DisconnectionMethod, EndpointStatus, Extension, JoiningMethod, MediaStatus, Role, State,
};

/// Members of a list, at most.
const MAX_LIST: usize = 3;

/// A value made from bytes.
pub(crate) trait Sample: Sized {
    fn sample(bytes: &mut Unstructured<'_>) -> Result<Self>;

    /// Puts a list in the order in which it is written.
    fn arrange(_list: &mut [Self]) {}
}

/// For a struct with one lifetime: samples its fields.
macro_rules! sampling {
    ($name:ident { $($field:ident),+ $(,)? }) => {
        impl $crate::wire::xml::sample::Sample for $name<'_> {
            fn sample(bytes: &mut arbitrary::Unstructured<'_>) -> arbitrary::Result<Self> {
                Ok($name { $($field: $crate::wire::xml::sample::Sample::sample(bytes)?),+ })
            }
        }

        impl<'b> arbitrary::Arbitrary<'b> for $name<'_> {
            fn arbitrary(bytes: &mut arbitrary::Unstructured<'b>) -> arbitrary::Result<Self> {
                $crate::wire::xml::sample::Sample::sample(bytes)
            }
        }
    };
}
pub(crate) use sampling;

/// Text without white space at its ends, where reading drops it from URIs and tokens.
impl Sample for Cow<'_, str> {
    fn sample(bytes: &mut Unstructured<'_>) -> Result<Self> {
        let text: String =
            String::arbitrary(bytes)?.chars().filter(|&character| is_legal(character)).collect();
        Ok(Cow::Owned(token(&text).to_owned()))
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample(bytes: &mut Unstructured<'_>) -> Result<Self> {
        if bool::arbitrary(bytes)? { T::sample(bytes).map(Some) } else { Ok(None) }
    }
}

impl<T: Sample> Sample for Vec<T> {
    fn sample(bytes: &mut Unstructured<'_>) -> Result<Self> {
        let length = bytes.int_in_range(0..=MAX_LIST)?;
        let mut list = (0..length).map(|_| T::sample(bytes)).collect::<Result<Self>>()?;
        T::arrange(&mut list);
        Ok(list)
    }
}

impl<T: Sample> Sample for Box<T> {
    fn sample(bytes: &mut Unstructured<'_>) -> Result<Self> {
        T::sample(bytes).map(Self::new)
    }
}

macro_rules! arbitrary {
    ($($type:ty),+ $(,)?) => {$(
        impl Sample for $type {
            fn sample(bytes: &mut Unstructured<'_>) -> Result<Self> {
                Self::arbitrary(bytes)
            }
        }
    )+};
}

arbitrary!(
    bool,
    u32,
    u64,
    State,
    EndpointStatus,
    JoiningMethod,
    DisconnectionMethod,
    MediaStatus,
    Access,
    Code,
    CommandKind
);

/// Elements of vocabularies that no field is for.
const FOREIGN: [&str; 5] = [
    r#"<x:a xmlns:x="urn:x"/>"#,
    r#"<AnyXml xmlns="">text &amp; <b c="d"/></AnyXml>"#,
    r#"<x:a xmlns:x="urn:x" x:b="&lt;&quot;"><!-- c --><x:a><![CDATA[<]]></x:a></x:a>"#,
    r#"<settings xmlns="http://schemas.microsoft.com/rtc/2005/08/avconfinfoextensions"><audio/></settings>"#,
    "<nothing xmlns=\"urn:example:nothing\">\r\n\u{E9}\u{1F600}</nothing>",
];

impl Sample for RawElement<'_> {
    fn sample(bytes: &mut Unstructured<'_>) -> Result<Self> {
        Ok(RawElement::trusted(Cow::Borrowed(*bytes.choose(&FOREIGN)?)))
    }
}

impl Sample for Extension<'_> {
    fn sample(bytes: &mut Unstructured<'_>) -> Result<Self> {
        Ok(Self { generation: bytes.int_in_range(0..=3)?, element: Sample::sample(bytes)? })
    }

    fn arrange(list: &mut [Self]) {
        list.sort_by_key(|extension| extension.generation);
    }
}

impl Sample for Role<'_> {
    fn sample(bytes: &mut Unstructured<'_>) -> Result<Self> {
        Cow::sample(bytes).map(Self::parse)
    }
}

impl Sample for Reason<'_> {
    fn sample(bytes: &mut Unstructured<'_>) -> Result<Self> {
        if bool::arbitrary(bytes)? {
            return Cow::sample(bytes).map(Self::parse);
        }
        Ok(bytes.choose(&Reason::SPELLINGS)?.0.clone())
    }
}

impl Sample for Command<'_> {
    fn sample(bytes: &mut Unstructured<'_>) -> Result<Self> {
        let Some(kind) = Option::<CommandKind>::sample(bytes)? else {
            return RawElement::sample(bytes).map(Self::Unknown);
        };
        Ok(match kind {
            CommandKind::AddConference => Self::AddConference(Sample::sample(bytes)?),
            CommandKind::ModifyConference => {
                Self::ModifyConference { mcu_uri: Sample::sample(bytes)?, info: Sample::sample(bytes)? }
            }
            CommandKind::DeleteConference => Self::DeleteConference(Sample::sample(bytes)?),
            CommandKind::GetConference => {
                Self::GetConference { keys: Sample::sample(bytes)?, certificate: Sample::sample(bytes)? }
            }
            CommandKind::GetConferences => Self::GetConferences { is_static: Sample::sample(bytes)? },
            CommandKind::GetEncryptionKey => Self::GetEncryptionKey,
            CommandKind::GetAvailableMcuTypes => Self::GetAvailableMcuTypes,
            CommandKind::GetConferencingCapabilities => Self::GetConferencingCapabilities,
            CommandKind::AddUser => Self::AddUser(Sample::sample(bytes)?),
            CommandKind::DeleteUser => Self::DeleteUser(Sample::sample(bytes)?),
            CommandKind::ModifyUserRoles => Self::ModifyUserRoles(Sample::sample(bytes)?),
            CommandKind::ModifyConferenceLock => Self::ModifyConferenceLock {
                keys: Sample::sample(bytes)?,
                locked: Sample::sample(bytes)?,
                admission_policy: Sample::sample(bytes)?,
            },
            CommandKind::SetLobbyAccess => Self::SetLobbyAccess(Sample::sample(bytes)?),
            CommandKind::EndorseUser => Self::EndorseUser(Sample::sample(bytes)?),
            CommandKind::ModifyEndpoint => Self::ModifyEndpoint(Sample::sample(bytes)?),
            CommandKind::ModifyEndpointMedia => Self::ModifyEndpointMedia(Sample::sample(bytes)?),
            CommandKind::ModifyConferenceAnnouncements => Self::ModifyConferenceAnnouncements {
                keys: Sample::sample(bytes)?,
                enabled: Sample::sample(bytes)?,
            },
            CommandKind::CreateConference => {
                Self::CreateConference { mcu_uri: Sample::sample(bytes)?, info: Sample::sample(bytes)? }
            }
        })
    }
}

impl Sample for Outcome<'_> {
    fn sample(bytes: &mut Unstructured<'_>) -> Result<Self> {
        Ok(match CommandKind::sample(bytes)? {
            CommandKind::AddConference => Self::AddConference(Sample::sample(bytes)?),
            CommandKind::ModifyConference => Self::ModifyConference(Sample::sample(bytes)?),
            CommandKind::DeleteConference => Self::DeleteConference(Sample::sample(bytes)?),
            CommandKind::GetConference => Self::GetConference(Sample::sample(bytes)?),
            CommandKind::GetConferences => Self::GetConferences(Sample::sample(bytes)?),
            CommandKind::GetEncryptionKey => Self::GetEncryptionKey(Sample::sample(bytes)?),
            CommandKind::GetAvailableMcuTypes => Self::GetAvailableMcuTypes(Sample::sample(bytes)?),
            CommandKind::GetConferencingCapabilities => {
                Self::GetConferencingCapabilities(Sample::sample(bytes)?)
            }
            CommandKind::AddUser => {
                Self::AddUser { keys: Sample::sample(bytes)?, user: Sample::sample(bytes)? }
            }
            CommandKind::DeleteUser => {
                Self::DeleteUser { keys: Sample::sample(bytes)?, user: Sample::sample(bytes)? }
            }
            CommandKind::ModifyUserRoles => {
                Self::ModifyUserRoles { keys: Sample::sample(bytes)?, roles: Sample::sample(bytes)? }
            }
            CommandKind::ModifyConferenceLock => {
                Self::ModifyConferenceLock { keys: Sample::sample(bytes)?, locked: Sample::sample(bytes)? }
            }
            CommandKind::SetLobbyAccess => Self::SetLobbyAccess {
                keys: Sample::sample(bytes)?,
                users: Sample::sample(bytes)?,
                access: Sample::sample(bytes)?,
            },
            CommandKind::EndorseUser => {
                Self::EndorseUser { keys: Sample::sample(bytes)?, result: Sample::sample(bytes)? }
            }
            CommandKind::ModifyEndpoint => Self::ModifyEndpoint(Sample::sample(bytes)?),
            CommandKind::ModifyEndpointMedia => Self::ModifyEndpointMedia(Sample::sample(bytes)?),
            CommandKind::ModifyConferenceAnnouncements => {
                Self::ModifyConferenceAnnouncements(Sample::sample(bytes)?)
            }
            CommandKind::CreateConference => Self::CreateConference(Sample::sample(bytes)?),
        })
    }
}
