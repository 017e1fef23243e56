//! What the client remembers of the requests it sent, and its timers.

use crate::signal::{DialogId, ServerTransaction, TimerKey};

/// A conference as this client numbers it.
pub(super) type Number = u32;

/// What the client remembers of a request it sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// REGISTER.
    Register,
    /// SERVICE to a focus factory: request id.
    Provisioning(u64),
    /// INVITE to the focus.
    Focus(u32),
    /// SUBSCRIBE, first or refreshing.
    Subscribe(u32),
    /// SUBSCRIBE with Expires 0.
    Unsubscribe(DialogId),
    /// INVITE to the IM MCU.
    Chat(u32),
    /// MESSAGE.
    Message(u32),
    /// INFO in the IM session.
    Typing,
    /// INFO to the focus: conference and request id.
    Command(u32, u64),
    /// BYE to the focus.
    ByeFocus(u32, DialogId),
    /// BYE to the IM MCU, or in a dialog nobody cares for.
    ByeChat(DialogId),
    /// UPDATE: a session is refreshed.
    Session(DialogId),
    /// re-INVITE in the IM session, and the version of the description it offers.
    Reinvite {
        /// The conference.
        conference: u32,
        /// The IM session.
        dialog: DialogId,
        /// The version of the offer.
        version: u64,
    },
    /// INVITE to another user, about a conference.
    ConfInvite(u32),
}

/// The client's timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Timer {
    /// The registration has to be renewed.
    Register,
    /// A lost connection is tried again.
    Reconnect,
    /// No delivery notification came: conference and Message-Id (IM-3-3-1-6-a).
    SendMessage(u32, u32),
    /// No final answer to a focus command came: conference and request id.
    Command(u32, u64),
    /// A session is to be refreshed, or given up (RFC 4028).
    Session(DialogId),
    /// A re-INVITE that crossed another one is sent again.
    Reinvite(DialogId),
    /// A call has rung for long enough.
    Answer(ServerTransaction),
    /// Whoever has sent an invitation does not end it.
    Invitation(DialogId),
    /// The subscription is to be refreshed.
    Subscription(u32),
    /// The IM session is asked for again.
    Chat(u32),
    /// The focus is asked whether it still knows the session.
    Focus(u32),
    /// The conference is joined again.
    Rejoin(u32),
    /// The Request Timer: request id (PRO-3-1-2-a).
    Provisioning(u64),
}

impl TimerKey for Timer {
    fn name(self) -> &'static str {
        match self {
            Self::Register => "registration renewal",
            Self::Reconnect => "reconnect",
            Self::SendMessage(..) => "sendMessageTimer",
            Self::Command(..) => "command time-out",
            Self::Session(_) => "session timer",
            Self::Reinvite(_) => "re-INVITE",
            Self::Answer(_) => "answer",
            Self::Invitation(_) => "invitation",
            Self::Subscription(_) => "subscription refresh",
            Self::Chat(_) => "chat retry",
            Self::Focus(_) => "focus check",
            Self::Rejoin(_) => "rejoin",
            Self::Provisioning(_) => "request timer",
        }
    }
}
