//! One participant's session with the MCU: the *client data* of MS-CONFIM 3.1.3.1 and 3.3.2.1.

use std::collections::VecDeque;

use crate::signal::SessionTimer;
use crate::wire::capabilities::ImCapabilities;
use crate::wire::conference_info::JoiningMethod;
use crate::wire::imdn::Recipient;
use crate::wire::sdp::AcceptTypes;
use crate::wire::sip::{Message, Name, Uri};

/// Who takes part, as the focus says.
#[derive(Clone, Debug)]
pub(super) struct Participant {
    /// The user's URI.
    pub(super) user: Box<str>,
    /// The name to show.
    pub(super) name: Option<Box<str>>,
    /// The roster's name for this leg: a GUID in braces.
    pub(super) endpoint: Box<str>,
    /// Where the client is reached: its GRUU, if it has one.
    pub(super) gruu: Option<Box<str>>,
    /// The endpoint identifier, of one who was called.
    pub(super) epid: Option<Box<str>>,
    /// How it comes.
    pub(super) joining: JoiningMethod,
    /// Who had the MCU call it.
    pub(super) inviter: Option<Box<str>>,
}

/// What the client can do, from its SDP and the headers beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Abilities {
    /// The IM formats it takes (IM-3-1-3-5-1-a).
    pub(super) formats: AcceptTypes,
    /// The Ms-Sender flag (IM-3-1-3-5-2-b).
    pub(super) ms_sender: bool,
    /// Its User-Agent.
    pub(super) user_agent: Option<Box<str>>,
}

/// A session.
#[derive(Clone, Debug)]
pub(super) struct Leg {
    pub(super) participant: Participant,
    pub(super) abilities: Abilities,
    /// From the ACK on (D-21).
    pub(super) connected: bool,
    /// The Message-Ids whose forward to this leg is not yet answered.
    pub(super) outstanding: VecDeque<u32>,
    /// The session timer, if the client supports one.
    pub(super) session: Option<SessionTimer>,
}

impl Participant {
    /// The GRUU, else the user's URI.
    pub(super) fn address(&self) -> &str {
        self.gruu.as_deref().unwrap_or(&self.user)
    }

    /// Whether this is the user whom the focus calls `uri`, whatever the case of its letters.
    pub(super) fn is(&self, uri: &str) -> bool {
        match (Uri::parse(&self.user), Uri::parse(uri)) {
            (Ok(own), Ok(other)) => own.address() == other.address(),
            _ => *self.user == *uri,
        }
    }

    /// The name to show, else the URI.
    pub(super) fn display(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.user)
    }

    /// The Ms-Sender value: name and GRUU (EX-IM-4-2-1).
    pub(super) fn sender(&self) -> String {
        match &self.name {
            Some(name) => {
                let name = name.replace('\\', "\\\\").replace('"', "\\\"");
                format!("\"{name}\"<{}>", self.address())
            }
            None => format!("<{}>", self.address()),
        }
    }

    /// An entry of a delivery report without details.
    pub(super) fn failed(&self, status: u16) -> Recipient {
        Recipient { uri: format!("<{}>", self.address()), status, entries: Vec::new() }
    }
}

impl Abilities {
    /// Those of the client that sent `message` with an SDP that takes `formats`.
    pub(super) fn of(message: &Message, formats: AcceptTypes) -> Self {
        Self {
            formats,
            ms_sender: message.supports("ms-sender"),
            user_agent: message.header(Name::UserAgent).map(Box::from),
        }
    }

    /// As the roster tells: without ms-sender a client gets text/plain and nothing else
    /// (IM-3-1-3-5-2-h…l).
    pub(super) fn reported(&self) -> ImCapabilities {
        let formats = if self.ms_sender { &self.formats } else { &AcceptTypes::PLAIN_ONLY };
        ImCapabilities::new(formats, self.user_agent.as_deref())
    }
}

impl Leg {
    pub(super) fn new(participant: Participant, abilities: Abilities, session: Option<SessionTimer>) -> Self {
        Self { participant, abilities, connected: false, outstanding: VecDeque::new(), session }
    }

    /// Takes a Message-Id off the outstanding ones; false if it was not among them.
    pub(super) fn answered(&mut self, message: u32) -> bool {
        // Answers mostly come in the order of the requests.
        let found = self.outstanding.iter().position(|id| *id == message);
        found.and_then(|at| self.outstanding.remove(at)).is_some()
    }
}
