//! Users of a conference.

use std::borrow::Cow;

use super::endpoint::{ClientInfo, Endpoint};
use super::extension::Extension;
use super::state::State;
use crate::wire::xml::owned::{Owned, borrowing};

/// `users` (RFC 4575 section 5.6, MS-CONFPRO 2.2.1.4).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Users<'a> {
    /// `None`: not written, means full.
    pub state: Option<State>,
    /// The users, each `entity` once.
    pub users: Vec<User<'a>>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// `user` (RFC 4575 section 5.6).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct User<'a> {
    /// The user's SIP URI.
    pub entity: Cow<'a, str>,
    /// `None`: not written, means full.
    pub state: Option<State>,
    /// Name to show.
    pub display_text: Option<Cow<'a, str>>,
    /// Roles; the protocol uses one. Empty: no `roles` element.
    pub roles: Vec<Role<'a>>,
    /// Languages, separated by spaces.
    pub languages: Option<Cow<'a, str>>,
    /// URI of the focus behind which the user is.
    pub cascaded_focus: Option<Cow<'a, str>>,
    /// The user's endpoints, each `entity` once.
    pub endpoints: Vec<Endpoint<'a>>,
    /// What the client says of itself; some put it here rather than in the endpoint.
    pub client_info: Option<ClientInfo<'a>>,
    /// Further elements.
    pub extensions: Vec<Extension<'a>>,
}

/// What a user may do (MS-CONFPRO 2.2.1.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Role<'a> {
    /// May control the conference.
    Presenter,
    /// May take part.
    Attendee,
    /// Some other role, as spelled.
    Other(Cow<'a, str>),
}

impl<'a> Role<'a> {
    /// The role spelled so.
    pub fn parse(text: Cow<'a, str>) -> Self {
        match crate::wire::xml::lexical::token(&text) {
            "presenter" => Self::Presenter,
            "attendee" => Self::Attendee,
            _ => Self::Other(text),
        }
    }

    /// As it is spelled on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Presenter => "presenter",
            Self::Attendee => "attendee",
            Self::Other(text) => text,
        }
    }
}

impl Owned for Role<'_> {
    type Owned = Role<'static>;
    fn owned(self) -> Self::Owned {
        match self {
            Self::Presenter => Role::Presenter,
            Self::Attendee => Role::Attendee,
            Self::Other(text) => Role::Other(text.owned()),
        }
    }
}

impl Role<'_> {
    /// The same value, independent of the document it was read from.
    pub fn into_owned(self) -> Role<'static> {
        self.owned()
    }
}

borrowing!(Users { state, users, extensions });
borrowing!(User {
    entity,
    state,
    display_text,
    roles,
    languages,
    cascaded_focus,
    endpoints,
    client_info,
    extensions,
});
