//! What packets say in their comments.

use std::fmt;

use crate::trace::HostChange;

/// What a fault, or a hand, has to do with a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// A fault strikes the message in it, or its connection.
    Struck(u32),
    /// A fault wrote it, nobody said it.
    Made(u32),
    /// A fault keeps it back: it is written later, or never.
    Kept(u32),
    /// A fault strikes a host, or lets go of it.
    Host(u32, String, HostChange),
    /// A participant wrote it past the client: it need not be SIP.
    Forged,
    /// Its connection had ended when it was to be written.
    Ended,
}

const MADE: &str = "made by fault ";
const KEPT: &str = "kept back by fault ";
const STRUCK: &str = "fault ";
const FORGED: &str = "forged: written past the client";
const ENDED: &str = "lost: its connection had ended";

impl Mark {
    /// Which fault it is about.
    pub(crate) const fn fault(&self) -> Option<u32> {
        match self {
            Self::Struck(fault) | Self::Made(fault) | Self::Kept(fault) | Self::Host(fault, ..) => {
                Some(*fault)
            }
            Self::Forged | Self::Ended => None,
        }
    }

    /// Reads a comment, whatever the sentence of the fault is.
    pub(crate) fn parse(comment: &str) -> Option<Self> {
        match comment {
            FORGED => return Some(Self::Forged),
            ENDED => return Some(Self::Ended),
            _ => {}
        }
        let (head, _) = comment.split_once(": ")?;
        if let Some(fault) = head.strip_prefix(MADE) {
            return fault.parse().ok().map(Self::Made);
        }
        if let Some(fault) = head.strip_prefix(KEPT) {
            return fault.parse().ok().map(Self::Kept);
        }
        let head = head.strip_prefix(STRUCK)?;
        let Some((fault, host)) = head.split_once(", ") else { return head.parse().ok().map(Self::Struck) };
        let (name, change) = host.split_once(' ')?;
        Some(Self::Host(fault.parse().ok()?, name.to_owned(), parse_change(change)?))
    }
}

/// Without the sentence of the fault.
impl fmt::Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Struck(fault) => write!(f, "{STRUCK}{fault}"),
            Self::Made(fault) => write!(f, "{MADE}{fault}"),
            Self::Kept(fault) => write!(f, "{KEPT}{fault}"),
            Self::Host(fault, name, change) => {
                write!(f, "{STRUCK}{fault}, {name} ")?;
                match change {
                    HostChange::Back { incarnation } => write!(f, "{BACK}{incarnation}"),
                    other => f.write_str(change_word(*other)),
                }
            }
            Self::Forged => f.write_str(FORGED),
            Self::Ended => f.write_str(ENDED),
        }
    }
}

const BACK: &str = "back, life ";

/// What hosts can become, but for coming back.
const CHANGES: [(HostChange, &str); 6] = [
    (HostChange::Crashed, "crashed"),
    (HostChange::Paused, "paused"),
    (HostChange::Resumed, "resumed"),
    (HostChange::Clock, "clock"),
    (HostChange::DiskFull, "disk full"),
    (HostChange::DiskFree, "disk free"),
];

fn change_word(change: HostChange) -> &'static str {
    CHANGES.iter().find(|(known, _)| *known == change).map_or("", |(_, word)| word)
}

fn parse_change(text: &str) -> Option<HostChange> {
    if let Some(incarnation) = text.strip_prefix(BACK) {
        return Some(HostChange::Back { incarnation: incarnation.parse().ok()? });
    }
    CHANGES.iter().find(|(_, word)| *word == text).map(|(change, _)| *change)
}
