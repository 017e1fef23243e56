//! What a client knows of one conference.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::api::RosterView;
use crate::signal::{ClientTransaction, DialogId};
use crate::wire::conference_info::Replica;
use crate::wire::sdp::AcceptTypes;

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
    /// The IM session has been asked for.
    pub(super) chat_tried: bool,
    /// How often it has been asked for again since it last was up.
    pub(super) chat_retries: u32,
    /// How often the subscription has been asked for again since it last was up.
    pub(super) subscribe_retries: u32,
    /// The URI of the conference's IM MCU.
    pub(super) chat_uri: Option<Arc<str>>,
    /// The IM session came by a call, and its ACK is awaited.
    pub(super) called: Option<DialogId>,
    /// The formats that the user wants, instead of those of the client's kind.
    pub(super) formats: Option<AcceptTypes>,
    /// The version of our session description (RFC 3264 section 8).
    pub(super) description: u64,
    /// A re-INVITE is under way in the IM session.
    pub(super) reinviting: bool,
    /// How often this conference has been joined again since a join succeeded.
    pub(super) rejoins: u32,
    /// The roster (D-12: one per subscription dialog).
    pub(super) replica: Replica,
    /// The roster as it was shown last.
    pub(super) shown: Arc<RosterView>,
    /// A full document has been asked for.
    pub(super) refreshing: bool,
    /// Commands without a final answer, by request id.
    pub(super) commands: BTreeMap<u64, &'static str>,
    /// The next request id (focus commands are numbered per dialog).
    pub(super) request_id: u64,
    /// Messages whose delivery notification is awaited.
    pub(super) undelivered: BTreeSet<u32>,
    /// MESSAGEs without final answer.
    pub(super) unanswered: u32,
    /// Delivery notifications that overtook the 202 they belong to.
    pub(super) early_reports: BTreeMap<u32, Vec<(String, u16)>>,
    /// The roster has shown this client's IM session.
    pub(super) chat_shown: bool,
    /// It began with a call of the MCU: there is no focus dialog.
    pub(super) by_call: bool,
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
