//! Values as `serde` data, for showing them: in the shape of our types, with the spellings of the wire.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::cccp::{Access, Code, Reason};
use super::conference_info::{DisconnectionMethod, EndpointStatus, JoiningMethod, MediaStatus, Role, State};
use super::content_type::{ContentType, MediaType};
use super::sdp::AcceptTypes;
use super::xml::RawElement;

macro_rules! as_spelled {
    ($($type:ty),+ $(,)?) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
    )+};
}

as_spelled!(
    Access,
    Code,
    DisconnectionMethod,
    EndpointStatus,
    JoiningMethod,
    MediaStatus,
    MediaType,
    RawElement<'_>,
    Reason<'_>,
    Role<'_>,
    State,
);

/// `"*"`, or the list.
impl Serialize for AcceptTypes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Any => serializer.serialize_str("*"),
            Self::List(list) => list.serialize(serializer),
        }
    }
}

/// The media type, and the parameters by name: a flag is true, and of one repeated the first counts.
impl Serialize for ContentType<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Shown<'a> {
            media: &'a MediaType,
            params: BTreeMap<&'a str, Value<'a>>,
        }
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Value<'a> {
            Text(&'a str),
            Flag(bool),
        }
        let mut params = BTreeMap::new();
        for (name, value) in self.params() {
            params.entry(name).or_insert(value.map_or(Value::Flag(true), Value::Text));
        }
        Shown { media: self.media(), params }.serialize(serializer)
    }
}
