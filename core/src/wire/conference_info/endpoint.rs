//! Endpoints of a user: one for the focus, one for each MCU leg.

use std::borrow::Cow;

use super::extension::Extension;
use super::state::State;
use crate::wire::xml::lexical::{enumerated, spelling};
use crate::wire::xml::owned::{borrowing, plain};

/// `endpoint` (RFC 4575 section 5.7).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Endpoint<'a> {
    /// A GUID in braces; empty where a client left it out.
    pub entity: Cow<'a, str>,
    /// `None`: not written, means full.
    pub state: Option<State>,
    /// `focus`, or the type of the MCU.
    pub session_type: Option<Cow<'a, str>>,
    /// The endpoint identifier of the From header it came with.
    pub epid: Option<Cow<'a, str>>,
    /// Where it can be reached: the Contact GRUU.
    pub endpoint_uri: Option<Cow<'a, str>>,
    /// Whom a dial-out has to call; may hold URI headers.
    pub refer_to_uri: Option<Cow<'a, str>>,
    /// Name to show.
    pub display_text: Option<Cow<'a, str>>,
    /// Who referred it.
    pub referred: Option<Box<Execution<'a>>>,
    /// State of its session.
    pub status: Option<EndpointStatus>,
    /// How it joined.
    pub joining_method: Option<JoiningMethod>,
    /// When, why and through whom it joined.
    pub joining_info: Option<Execution<'a>>,
    /// How it left.
    pub disconnection_method: Option<DisconnectionMethod>,
    /// When, why and through whom it left.
    pub disconnection_info: Option<Box<Execution<'a>>>,
    /// Its media, each `id` once.
    pub media: Vec<Media<'a>>,
    /// What it can render.
    pub capabilities: Option<EndpointCapabilities<'a>>,
    /// What the client says of itself.
    pub client_info: Option<ClientInfo<'a>>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// When, why and by whom something was done to an endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Execution<'a> {
    /// `xs:dateTime`.
    pub when: Option<Cow<'a, str>>,
    /// Why.
    pub reason: Option<Cow<'a, str>>,
    /// URI of who did it.
    pub by: Option<Cow<'a, str>>,
}

/// `media` of an endpoint (RFC 4575 section 5.8).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Media<'a> {
    /// Unique within the endpoint.
    pub id: Cow<'a, str>,
    /// Name to show.
    pub display_text: Option<Cow<'a, str>>,
    /// `chat`, `audio`, `video`, …
    pub kind: Option<Cow<'a, str>>,
    /// Which medium of the conference it takes part in.
    pub label: Option<Cow<'a, str>>,
    /// RTP source.
    pub src_id: Option<Cow<'a, str>>,
    /// Direction, as the endpoint sees it.
    pub status: Option<MediaStatus>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// `endpoint-capabilities` of Microsoft's extensions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EndpointCapabilities<'a> {
    /// What it can do in an IM session.
    pub im: Option<ImCapabilities<'a>>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// `endpoint-capabilities` of the IM extensions (MS-CONFIM 6.1).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImCapabilities<'a> {
    /// MIME types it renders, separated by spaces; at most 512 characters.
    pub supported_im_formats: Option<Cow<'a, str>>,
    /// Its User-Agent; at most 128 characters.
    pub user_agent: Option<Cow<'a, str>>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// `clientInfo` of Microsoft's extensions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientInfo<'a> {
    /// Correlates the sessions of one conversation.
    pub conversation_id: Option<Cow<'a, str>>,
    /// Whether the client can wait in a lobby.
    pub lobby_capable: Option<bool>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// `status` of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum EndpointStatus {
    /// About to be called.
    Pending,
    /// Being called by the focus.
    DialingOut,
    /// Calling the focus.
    DialingIn,
    /// Ringing.
    Alerting,
    /// In the lobby.
    OnHold,
    /// In the conference.
    Connected,
    /// In the conference, muted.
    MutedViaFocus,
    /// Leaving.
    Disconnecting,
    /// Left.
    Disconnected,
}

/// `joining-method` of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum JoiningMethod {
    /// It called.
    DialedIn,
    /// It was called.
    DialedOut,
    /// It is the focus.
    FocusOwner,
}

/// `disconnection-method` of an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum DisconnectionMethod {
    /// It left.
    Departed,
    /// It was ejected.
    Booted,
    /// Its call failed.
    Failed,
    /// It was busy.
    Busy,
}

/// `status` of a medium.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum MediaStatus {
    /// Receives only.
    RecvOnly,
    /// Sends only.
    SendOnly,
    /// Sends and receives.
    SendRecv,
    /// Neither.
    Inactive,
}

/// Spelling both ways, from the schema of RFC 4575.
macro_rules! spelled {
    ($name:ident { $($variant:ident $text:literal),+ $(,)? }) => {
        impl $name {
            const SPELLINGS: &[(Self, &'static str)] = &[$((Self::$variant, $text)),+];

            /// The value spelled so.
            pub fn parse(text: &str) -> Option<Self> {
                enumerated(Self::SPELLINGS, text)
            }

            /// As it is spelled on the wire.
            pub fn as_str(self) -> &'static str {
                spelling(Self::SPELLINGS, self)
            }
        }

        plain!($name);
    };
}

spelled!(EndpointStatus {
    Pending "pending",
    DialingOut "dialing-out",
    DialingIn "dialing-in",
    Alerting "alerting",
    OnHold "on-hold",
    Connected "connected",
    MutedViaFocus "muted-via-focus",
    Disconnecting "disconnecting",
    Disconnected "disconnected",
});
spelled!(JoiningMethod { DialedIn "dialed-in", DialedOut "dialed-out", FocusOwner "focus-owner" });
spelled!(DisconnectionMethod { Departed "departed", Booted "booted", Failed "failed", Busy "busy" });
spelled!(MediaStatus { RecvOnly "recvonly", SendOnly "sendonly", SendRecv "sendrecv", Inactive "inactive" });

borrowing!(Endpoint {
    entity,
    state,
    session_type,
    epid,
    endpoint_uri,
    refer_to_uri,
    display_text,
    referred,
    status,
    joining_method,
    joining_info,
    disconnection_method,
    disconnection_info,
    media,
    capabilities,
    client_info,
    extensions,
});
borrowing!(Execution { when, reason, by });
borrowing!(Media { id, display_text, kind, label, src_id, status, extensions });
borrowing!(EndpointCapabilities { im, extensions });
borrowing!(ImCapabilities { supported_im_formats, user_agent, extensions });
borrowing!(ClientInfo { conversation_id, lobby_capable, extensions });
