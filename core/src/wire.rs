//! Bytes to typed values and back: everything these protocols put on a wire.

#[cfg(feature = "arbitrary")]
mod arbitrary;
pub mod capabilities;
pub mod cccp;
pub mod conf_invite;
pub mod conference_info;
pub mod conference_key;
pub mod content_type;
pub mod imdn;
pub mod multipart;
pub mod provisioning;
pub mod sdp;
#[cfg(feature = "serde")]
mod serialize;
pub mod sip;
pub mod xml;
