//! What a user asks of the client, and what the user gets to see.

mod provisioning;
mod roster;

use std::sync::Arc;

use bytes::Bytes;

pub use self::provisioning::{Action, Plan, Provision, Provisioned};
pub use self::roster::{EndpointView, RosterView, UserView};
use crate::wire::conference_info::Role;

/// What a user can ask for. Conferences are named by their focus URI, verbatim (D-19).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// REGISTER at the front end.
    SignIn,
    /// Provision a conference at the focus factory: addConference, answered by [`Event::Created`].
    Create {
        /// The subject, which may be empty.
        subject: String,
    },
    /// Anything else of a focus factory, or a conference with more to it.
    Provision(Box<Provision>),
    /// Join the focus, subscribe to its state, then join the IM MCU named there, in this order.
    Join {
        /// The focus URI.
        conference: Arc<str>,
    },
    /// Send an instant message to the conference.
    Send {
        /// The focus URI.
        conference: Arc<str>,
        /// The Content-Type value.
        content_type: String,
        /// The body.
        body: Bytes,
    },
    /// Say something to the conference, in the format that serves the others best (IM-3-3-1-4-1-b).
    Say {
        /// The focus URI.
        conference: Arc<str>,
        /// What to say.
        text: String,
    },
    /// Tell the others that the user is typing: INFO in the IM session (IM-3-4).
    Typing {
        /// The focus URI.
        conference: Arc<str>,
    },
    /// Remove a user: deleteUser.
    Eject {
        /// The focus URI.
        conference: Arc<str>,
        /// The SIP URI of the victim.
        user: Arc<str>,
    },
    /// Let somebody in from the lobby, or send him away: setLobbyAccess.
    SetLobbyAccess {
        /// The focus URI.
        conference: Arc<str>,
        /// The SIP URI of who waits.
        user: Arc<str>,
        /// Whether he is let in.
        admit: bool,
    },
    /// Lock or unlock the conference: modifyConferenceLock.
    Lock {
        /// The focus URI.
        conference: Arc<str>,
        /// Whether it is to be locked.
        locked: bool,
    },
    /// Promote or demote a user: modifyUserRoles.
    SetRole {
        /// The focus URI.
        conference: Arc<str>,
        /// The SIP URI of the user.
        user: Arc<str>,
        /// The new role.
        role: Role<'static>,
    },
    /// Have the IM MCU call a user: addUser with joining method `dialed-out` (EX-IM-4-1-2-a). To take the call
    /// back while it rings, eject the user.
    Invite {
        /// The focus URI.
        conference: Arc<str>,
        /// The SIP URI of whom to call.
        user: Arc<str>,
    },
    /// End the conference for everybody: deleteConference at the focus.
    End {
        /// The focus URI.
        conference: Arc<str>,
    },
    /// Ask the focus for the conference: getConference, answered by [`Event::State`].
    GetState {
        /// The focus URI.
        conference: Arc<str>,
    },
    /// Ask for the whole roster by refreshing the subscription, or by a new one when there is none.
    Refresh {
        /// The focus URI.
        conference: Arc<str>,
    },
    /// Take other IM formats from now on: re-INVITE in the IM session (D-29).
    SetFormats {
        /// The focus URI.
        conference: Arc<str>,
        /// The accept-types value: media types with blanks between them.
        formats: String,
    },
    /// Invite another user to the conference: an INVITE to him with an ms-conf-invite body (EX-CWA-0-i).
    SendConfInvite {
        /// The focus URI.
        conference: Arc<str>,
        /// The SIP URI of the other user.
        user: Arc<str>,
    },
    /// Leave: unsubscribe, BYE to the focus, BYE to the MCU, without waiting in between (EX-IM-4-3-2-a).
    Leave {
        /// The focus URI.
        conference: Arc<str>,
    },
}

/// What a user gets to see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The registration stands.
    SignedIn,
    /// The conference was provisioned.
    Created {
        /// Its focus URI.
        conference: Arc<str>,
    },
    /// A focus factory did what was asked of it.
    Provisioned(Provisioned),
    /// The focus admitted this client.
    Joined {
        /// The focus URI.
        conference: Arc<str>,
    },
    /// The IM session is up.
    ChatJoined {
        /// The focus URI.
        conference: Arc<str>,
    },
    /// The IM session is over (IM-3-2-1-5-1-a).
    ChatEnded {
        /// The focus URI.
        conference: Arc<str>,
    },
    /// The focus told what the conference is like; the roster replica is not touched.
    State {
        /// The focus URI.
        conference: Arc<str>,
        /// The version (D-12), zero when the focus gave none.
        version: u32,
        /// Who is in the conference.
        roster: Arc<RosterView>,
    },
    /// The IM MCU calls (dial-out).
    Called {
        /// The focus URI that belongs to the caller's chat URI.
        conference: Arc<str>,
        /// Referred-By, as written: who had the MCU call.
        by: Option<String>,
    },
    /// Another user invites to a conference (EX-CWA-0-i). A client that accepts joins it.
    ConfInvite {
        /// The focus URI.
        conference: Arc<str>,
        /// The SIP URI of who invites.
        from: String,
    },
    /// Somebody else is typing (IM-3-4-1-5-2).
    Typing {
        /// The focus URI.
        conference: Arc<str>,
        /// Ms-Sender, as written.
        sender: Option<String>,
    },
    /// The roster replica stands at a new version.
    Roster {
        /// The focus URI.
        conference: Arc<str>,
        /// The version (D-12).
        version: u32,
        /// Who is in the conference.
        roster: Arc<RosterView>,
    },
    /// A version was missed; the client asks for the full state.
    RosterGap {
        /// The focus URI.
        conference: Arc<str>,
        /// The version the replica stands at.
        have: u32,
        /// The version that arrived.
        got: u32,
    },
    /// An instant message arrived.
    Received {
        /// The focus URI.
        conference: Arc<str>,
        /// Message-Id, zero when absent.
        message_id: u32,
        /// Ms-Sender, as written.
        sender: Option<String>,
        /// Content-Type, as written.
        content_type: String,
        /// The body.
        body: Bytes,
    },
    /// The MCU took our message: with 200 nobody else is there, with 202 an IMDN follows.
    Accepted {
        /// The focus URI.
        conference: Arc<str>,
        /// The Message-Id given to it.
        message_id: u32,
        /// Whether a delivery notification is to be expected: it was 202, and the session is not over meanwhile.
        notification_follows: bool,
    },
    /// A delivery notification arrived, or the client gave up waiting for it.
    Delivered {
        /// The focus URI.
        conference: Arc<str>,
        /// Which message.
        message_id: u32,
        /// Who did not get it, with the SIP status. A time-out is 408 for everybody: the list then is empty
        /// and `timed_out` set (IM-3-3-1-5-1-g).
        failures: Vec<(String, u16)>,
        /// The client's own timer ran out.
        timed_out: bool,
    },
    /// A focus command ended well.
    CommandDone {
        /// The focus URI.
        conference: Arc<str>,
        /// The C3P command's element name.
        command: &'static str,
    },
    /// Something asked for failed.
    Failed(Failure),
    /// This client is no longer in the conference.
    Ended {
        /// The focus URI.
        conference: Arc<str>,
        /// Whether the server ended it (ejection, end of the conference) rather than the user.
        by_server: bool,
    },
}

/// Something a user asked for that did not come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was asked, as a C3P command, a SIP method or a phrase: `addConference`, `INVITE`, `MESSAGE`.
    pub what: &'static str,
    /// The conference, if it was about one.
    pub conference: Option<Arc<str>>,
    /// The SIP status, 408 for a time-out, zero when the client refused by itself.
    pub status: u16,
    /// The C3P reason or the SIP reason phrase.
    pub reason: String,
}
