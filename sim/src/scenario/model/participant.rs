//! Who takes part.

use confsim_core::time::Duration;

use super::surroundings::Link;
use crate::scenario::build::capitalised;

/// Somebody who takes part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participant {
    /// Short lower-case name, unique.
    pub name: String,
    /// The user part of the SIP URI where it is not the name: several participants with one user are several
    /// endpoints of that user.
    pub user: Option<String>,
    /// The domain of the SIP URI where it is not the pool's; of `anonymous.invalid` are those nobody vouches for.
    pub domain: Option<String>,
    /// What the user shows when he joins a conference that asks anonymous users for a passcode.
    pub passcode: Option<String>,
    /// What software is used.
    pub kind: Kind,
    /// The display name shown to others.
    pub display_name: String,
    /// The connection to the front end, where it differs from [`Links::client`](super::Links::client).
    pub link: Option<Link>,
    /// What becomes of calls.
    pub answer: Answer,
    /// Whether the client knows session timers, where that is not its kind's habit.
    pub timer: Option<bool>,
    /// Whether the client's subscriptions live as long as the focus dialog (D-5).
    pub autoextend: bool,
    /// Whether the client can wait in a lobby.
    pub lobby: bool,
    /// Whether the client joins again by itself when its sessions are known no more.
    pub rejoin: bool,
}

/// What a participant does with a call of the IM MCU, or of another participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Accept it after it rang for so long.
    Accept(Duration),
    /// Decline it.
    Decline,
    /// Let it ring.
    Ignore,
}

/// What software a participant uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A client of all three documents.
    Uccp,
    /// A client without ms-sender, that takes text/plain only (D-27).
    Legacy,
    /// A Communicator-Web-Access-like client.
    Cwa,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Uccp, Self::Legacy, Self::Cwa];

    /// The word for it in files.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Uccp => "uccp",
            Self::Legacy => "legacy",
            Self::Cwa => "cwa",
        }
    }
}

impl Participant {
    /// A user of the complete client, with nothing special about it.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            user: None,
            domain: None,
            passcode: None,
            kind: Kind::Uccp,
            display_name: capitalised(name),
            link: None,
            answer: Answer::Accept(Duration::ZERO),
            timer: None,
            autoextend: true,
            lobby: false,
            rejoin: true,
        }
    }

    /// The user part of the SIP URI.
    pub fn user(&self) -> &str {
        self.user.as_deref().unwrap_or(&self.name)
    }
}
