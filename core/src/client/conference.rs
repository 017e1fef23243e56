//! What a client knows of one conference.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::signal::{ClientTransaction, DialogId};
use crate::wire::conference_info::Replica;

/// Which of a conference's dialogs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Leg {
    /// The INVITE dialog with the focus.
    Focus,
    /// The SUBSCRIBE dialog with the focus.
    Subscription,
    /// The INVITE dialog with the IM MCU.
    Chat,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Session {
    /// There is none.
    #[default]
    Idle,
    /// The INVITE or SUBSCRIBE is under way.
    Asked(ClientTransaction),
    /// It is up.
    Up(DialogId),
}

impl Session {
    pub(super) fn dialog(self) -> Option<DialogId> {
        match self {
            Self::Up(dialog) => Some(dialog),
            Self::Idle | Self::Asked(_) => None,
        }
    }
}

/// One conference, from the join to the end. A later join starts anew.
#[derive(Debug, Default)]
pub(super) struct Conference {
    /// The focus URI, verbatim.
    pub(super) uri: Arc<str>,
    pub(super) focus: Session,
    pub(super) subscription: Session,
    pub(super) chat: Session,
    /// The IM session has been asked for: once per join, also when it fails.
    pub(super) chat_tried: bool,
    /// The roster (D-12: one per subscription dialog).
    pub(super) replica: Replica,
    /// A full document has been asked for.
    pub(super) refreshing: bool,
    /// Commands without a final answer, by request id.
    pub(super) commands: BTreeMap<u64, &'static str>,
    /// The next request id (focus commands are numbered per dialog).
    pub(super) request_id: u64,
    /// Messages whose delivery notification is awaited.
    pub(super) undelivered: BTreeSet<u32>,
    /// Leaving has begun: no session is started any more.
    pub(super) leaving: bool,
    /// The server began it.
    pub(super) by_server: bool,
}

impl Conference {
    /// Whether any session is up or under way.
    pub(super) fn is_live(&self) -> bool {
        [self.focus, self.subscription, self.chat].iter().any(|session| *session != Session::Idle)
    }
}
