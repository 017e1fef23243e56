//! What users do.

use crate::scenario::{Rules, Wish};

/// What a user can do. Conferences go by a name the scenario gives them: the step that creates one names it,
/// later steps refer to it, and the world learns its URI on the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Register at the front end.
    SignIn,
    /// Provision a conference.
    Create {
        /// Its name in this scenario.
        conference: String,
        /// Its subject, which may be empty.
        subject: String,
        /// Who may come in and what they may do.
        rules: Rules,
    },
    /// Join the focus, then the IM session.
    Join {
        /// Which conference.
        conference: String,
    },
    /// Send an instant message.
    Send {
        /// Which conference.
        conference: String,
        /// The Content-Type value, or `best`: the client chooses what serves the others (IM-3-3-1-4-1-b).
        format: String,
        /// The body; with `best`, the text.
        text: String,
    },
    /// Tell the others that one is typing.
    Typing {
        /// Which conference.
        conference: String,
    },
    /// Remove somebody.
    Eject {
        /// Which conference.
        conference: String,
        /// Whom, by participant name.
        user: String,
    },
    /// Let somebody in from the lobby.
    LobbyAdmit {
        /// Which conference.
        conference: String,
        /// Whom, by participant name.
        user: String,
    },
    /// Send somebody away from the lobby.
    LobbyDeny {
        /// Which conference.
        conference: String,
        /// Whom, by participant name.
        user: String,
    },
    /// Let nobody else in.
    Lock {
        /// Which conference.
        conference: String,
    },
    /// Let people in again.
    Unlock {
        /// Which conference.
        conference: String,
    },
    /// Make somebody a presenter.
    Promote {
        /// Which conference.
        conference: String,
        /// Whom, by participant name.
        user: String,
    },
    /// Make somebody an attendee.
    Demote {
        /// Which conference.
        conference: String,
        /// Whom, by participant name.
        user: String,
    },
    /// Have the IM MCU call somebody.
    Invite {
        /// Which conference.
        conference: String,
        /// Whom, by participant name.
        user: String,
    },
    /// Invite somebody to join, past the pool's conferencing.
    ConfInvite {
        /// Which conference.
        conference: String,
        /// Whom, by participant name.
        user: String,
    },
    /// End the conference for everybody.
    End {
        /// Which conference.
        conference: String,
    },
    /// Ask the focus what the conference is like.
    GetState {
        /// Which conference.
        conference: String,
    },
    /// Ask for the whole roster once more.
    Refresh {
        /// Which conference.
        conference: String,
    },
    /// Take other formats from now on.
    SetFormats {
        /// Which conference.
        conference: String,
        /// The media types, with blanks between them.
        formats: String,
    },
    /// Leave.
    Leave {
        /// Which conference.
        conference: String,
    },
    /// Ask something of a focus factory.
    Provision(Box<Wish>),
    /// Write something on the connection to the front end, past the client: what a hostile peer does.
    Say(Speech),
}

/// What is written by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Speech {
    /// A text with placeholders (see [`Words`](crate::scenario::Words)).
    Text(String),
    /// Any bytes.
    Bytes(Vec<u8>),
}

impl Action {
    /// The word for it in scenario files.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::Create { .. } => "create",
            Self::Join { .. } => "join",
            Self::Send { .. } => "send",
            Self::Typing { .. } => "typing",
            Self::Eject { .. } => "eject",
            Self::LobbyAdmit { .. } => "lobby-admit",
            Self::LobbyDeny { .. } => "lobby-deny",
            Self::Lock { .. } => "lock",
            Self::Unlock { .. } => "unlock",
            Self::Promote { .. } => "promote",
            Self::Demote { .. } => "demote",
            Self::Invite { .. } => "invite",
            Self::ConfInvite { .. } => "conf-invite",
            Self::End { .. } => "end",
            Self::GetState { .. } => "get-state",
            Self::Refresh { .. } => "refresh",
            Self::SetFormats { .. } => "set-formats",
            Self::Leave { .. } => "leave",
            Self::Provision(wish) => wish.deed.verb(),
            Self::Say(_) => "say",
        }
    }

    /// The participant it is about.
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Eject { user, .. }
            | Self::LobbyAdmit { user, .. }
            | Self::LobbyDeny { user, .. }
            | Self::Promote { user, .. }
            | Self::Demote { user, .. }
            | Self::Invite { user, .. }
            | Self::ConfInvite { user, .. } => Some(user),
            Self::Provision(wish) => wish.on_behalf_of.as_deref(),
            _ => None,
        }
    }

    /// The conference it is about, by its name in the scenario.
    pub fn conference(&self) -> Option<&str> {
        match self {
            Self::SignIn | Self::Say(_) => None,
            Self::Provision(wish) => wish.deed.conference(),
            Self::Create { conference, .. }
            | Self::Join { conference }
            | Self::Send { conference, .. }
            | Self::Typing { conference }
            | Self::Eject { conference, .. }
            | Self::LobbyAdmit { conference, .. }
            | Self::LobbyDeny { conference, .. }
            | Self::Lock { conference }
            | Self::Unlock { conference }
            | Self::Promote { conference, .. }
            | Self::Demote { conference, .. }
            | Self::Invite { conference, .. }
            | Self::ConfInvite { conference, .. }
            | Self::End { conference }
            | Self::GetState { conference }
            | Self::Refresh { conference }
            | Self::SetFormats { conference, .. }
            | Self::Leave { conference } => Some(conference),
        }
    }
}
