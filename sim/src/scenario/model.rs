//! The scenario type.

use confsim_core::time::Duration;

use super::Rules;
use super::build::capitalised;
use super::{FactoryRules, Wish};
use crate::fault::Fault;

/// The version of the scenario file's grammar that this code reads and writes.
pub const FORMAT_VERSION: u32 = 1;

/// Most participants one scenario may have: node numbers are 16 bits wide, with room for the roles.
pub const MAX_PARTICIPANTS: usize = 60_000;

/// One run, but for its seed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// One line: what this is about.
    pub title: String,
    /// One paragraph: what happens and what it shows. May be empty.
    pub text: String,
    /// Where the pool's roles run.
    pub topology: Topology,
    /// The SIP domain of pool and participants.
    pub domain: String,
    /// When the run ends. Everything that is to settle must have settled by then.
    pub end: Duration,
    /// Whether every world must tell the same story: asks for fixed latencies of whole ticks, steps well
    /// apart, a short run and no faults.
    pub parity: bool,
    /// What connections are like.
    pub links: Links,
    /// Settings of the pool that differ from its defaults.
    pub limits: Limits,
    /// What the focus factory allows.
    pub factory: FactoryRules,
    /// Who takes part, in a stable order.
    pub participants: Vec<Participant>,
    /// What they do, ordered by time.
    pub steps: Vec<Step>,
    /// What goes wrong; each item can be removed without touching the others.
    pub faults: Vec<Fault>,
    /// Requirement ids that this scenario is there to show.
    pub covers: Vec<String>,
    /// Properties (by id) that a run must have exercised.
    pub exercises: Vec<String>,
}

/// Where the pool's roles run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topology {
    /// All roles on one host: no latency between them.
    Pool,
    /// Each role on a host of its own.
    Split,
}

/// What connections are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Links {
    /// Between a participant and the front end, unless the participant has a link of its own.
    pub client: Link,
    /// Between pool hosts, where they are apart.
    pub pool: Link,
}

/// What one connection is like, in each direction alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// One-way delay, drawn once per connection.
    pub latency: Range,
    /// Added per chunk: up to this much. Order within a direction is kept.
    pub jitter: Duration,
    /// How the byte stream is cut into chunks.
    pub split: Split,
}

/// A span of time, fixed or drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// At least this.
    pub low: Duration,
    /// At most this.
    pub high: Duration,
}

/// How a byte stream is cut into chunks on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Split {
    /// What was written at one go arrives at one go.
    Whole,
    /// Writes arrive whole or in up to [`Split::MOST`] pieces cut at any byte, drawn per write.
    Pieces,
}

/// Settings of the pool; `None` leaves the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// How long the IM MCU waits for the answer to a forwarded MESSAGE (D-26; default 32 s).
    pub forward_timeout: Option<Duration>,
    /// How long somebody whom the MCU calls may ring (default 60 s).
    pub ringing_timeout: Option<Duration>,
    /// How long one may wait in the lobby (default 30 min).
    pub lobby_timeout: Option<Duration>,
    /// How long a conference without participants stays active (default 10 min).
    pub idle_timeout: Option<Duration>,
    /// How long a pool member may take over a command of another one (default 10 s).
    pub link_timeout: Option<Duration>,
    /// The longest session interval that the focus grants (D-3; default 7200 s), in whole seconds.
    pub session_expires: Option<Duration>,
    /// The longest subscription that the focus grants (D-5; default 3600 s), in whole seconds.
    pub subscription_expires: Option<Duration>,
    /// The longest registration that the front end grants (default 7200 s).
    pub registration: Option<Duration>,
}

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
    /// The connection to the front end, where it differs from [`Links::client`].
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

/// Somebody does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// When, since the start of the run.
    pub at: Duration,
    /// Who, by participant name.
    pub who: String,
    /// What.
    pub action: Action,
}

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
    /// A text with placeholders (see [`Words`](super::Words)).
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

impl Range {
    /// No choice: always `span`.
    pub const fn fixed(span: Duration) -> Self {
        Self { low: span, high: span }
    }
}

impl Split {
    /// Most pieces that one write is cut into.
    pub const MOST: u64 = 4;
}

impl Link {
    /// A link with a fixed delay, no jitter, and no splitting.
    pub const fn fixed(latency: Duration) -> Self {
        Self { latency: Range::fixed(latency), jitter: Duration::ZERO, split: Split::Whole }
    }
}

/// Participants 20 ms from the pool, pool hosts 1 ms apart.
impl Default for Links {
    fn default() -> Self {
        Self { client: Link::fixed(Duration::from_millis(20)), pool: Link::fixed(Duration::from_millis(1)) }
    }
}
