//! What kind of client this is, and whose.

use std::sync::Arc;

use crate::cryptography::{self, Cryptography};
use crate::node::Address;
use crate::signal::Settings;
use crate::time::Duration;
use crate::wire::sdp::AcceptTypes;

/// How long a client waits for a delivery notification (IM-3-3-1-6-a).
pub const SEND_MESSAGE_TIMER: Duration = Duration::from_secs(10);

/// How long a registration lasts, in seconds. It is renewed at half its time.
pub const REGISTRATION_EXPIRES: u32 = 7200;

/// The make of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Communicator on the UCCP stack: no Via branch, Ms-Sender, many formats.
    Uccp,
    /// Live Communications Client 1.3: no Ms-Sender, plain text only.
    Legacy,
    /// Communicator Web Access: branches, Ms-Sender, plain text.
    Cwa,
}

impl Kind {
    /// The User-Agent value.
    pub fn user_agent(self) -> &'static str {
        match self {
            Self::Uccp => "UCCP/2.0.6362.0 OC/2.0.6362.0 (Microsoft Office Communicator)",
            Self::Legacy => "LCC/1.3",
            Self::Cwa => "RTCC/3.5.0.0 CWA/3.5.0.0",
        }
    }

    /// Whether its requests carry a Via branch (D-2).
    pub fn branches(self) -> bool {
        self != Self::Uccp
    }

    /// Whether it knows the Ms-Sender header (IM-3-1-1-2-a).
    pub fn ms_sender(self) -> bool {
        self != Self::Legacy
    }

    /// The parameters behind its Contact (EX-CWA-0-j).
    pub(super) fn contact_parameters(self) -> &'static str {
        if self == Self::Cwa { ";text;audio;video;applicationsharing" } else { "" }
    }

    /// The formats it names in accept-types; plain text goes without saying (IM-2-2-5-l).
    pub fn formats(self) -> &'static str {
        match self {
            Self::Uccp => {
                "text/rtf application/x-ms-ink image/gif multipart/alternative application/ms-imdn+xml"
            }
            Self::Legacy | Self::Cwa => "text/plain",
        }
    }
}

/// What a client does when it is called: by the IM MCU (dial-out), or by a user who invites to a conference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It rings, and answers.
    Accept {
        /// How long it rings.
        after: Duration,
    },
    /// It declines at once: 603.
    Decline,
    /// It rings until the caller gives up.
    Ignore,
}

/// What a client is told about itself.
#[derive(Clone, Debug)]
pub struct Config {
    /// The user's SIP URI.
    pub user: String,
    /// The name shown to others.
    pub display_name: Option<String>,
    /// The make.
    pub kind: Kind,
    /// The endpoint identifier, ten hexadecimal digits.
    pub epid: String,
    /// This client's own address.
    pub address: Address,
    /// Where the front end listens.
    pub front_end: Address,
    /// How long to wait for a delivery notification.
    pub send_message_timer: Duration,
    /// What becomes of calls.
    pub answer: Answer,
    /// Whether it knows session timers (RFC 4028); Live Communications Client 1.3 does not (EX-IM-4-1-2-j).
    pub session_timer: bool,
    /// Whether its subscriptions live as long as the focus dialog (D-5); else it refreshes them.
    pub autoextend: bool,
    /// Whether it can wait in a lobby, and says so when it joins; else it is refused (MS-CONFBAS facts 5.5).
    pub lobby_capable: bool,
    /// Whether it joins again by itself when focus or IM MCU know nothing of its sessions any more.
    pub rejoin: bool,
    /// What an anonymous user shows when he joins, where the conference asks for it (D-18).
    pub passcode: Option<String>,
    /// What passcodes are enveloped and opened with.
    pub cryptography: Arc<dyn Cryptography>,
}

impl Config {
    /// A client of `user` at `address`, with the documents' timers.
    pub fn new(user: &str, epid: &str, kind: Kind, address: Address, front_end: Address) -> Self {
        Self {
            user: user.to_owned(),
            display_name: None,
            kind,
            epid: epid.to_owned(),
            address,
            front_end,
            send_message_timer: SEND_MESSAGE_TIMER,
            answer: Answer::Accept { after: Duration::ZERO },
            session_timer: kind != Kind::Legacy,
            autoextend: true,
            lobby_capable: false,
            rejoin: true,
            passcode: None,
            cryptography: Arc::new(cryptography::Absent),
        }
    }

    /// The settings of the signalling layer for such a client.
    pub fn settings(&self) -> Settings {
        Settings {
            branches: self.kind.branches(),
            one_cseq: self.kind == Kind::Cwa,
            ..Settings::new(self.address.clone())
        }
    }

    /// The accept-types of an offer.
    pub(super) fn accept_types(&self) -> AcceptTypes {
        AcceptTypes::parse(self.kind.formats()).unwrap_or(AcceptTypes::PLAIN_ONLY)
    }

    /// The domain of the user, to register at.
    pub(super) fn domain(&self) -> &str {
        self.user.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The From value of requests outside dialogs.
    pub(super) fn from(&self) -> String {
        match &self.display_name {
            Some(name) => format!("\"{}\"<{}>;epid={}", name.replace(['"', '\\'], ""), self.user, self.epid),
            None => format!("<{}>;epid={}", self.user, self.epid),
        }
    }
}
