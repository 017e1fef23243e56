//! What a focus is told about itself.

use crate::node::Address;
use crate::time::Duration;

/// Where a focus stands in its pool, and its limits.
#[derive(Clone, Debug)]
pub struct Config {
    /// The front end: the only peer whose requests speak for users.
    pub front_end: Address,
    /// The IM MCU.
    pub im_mcu: Address,
    /// The focus factory.
    pub factory: Address,
    /// The longest session interval granted, in seconds (D-3).
    pub session_expires: u32,
    /// The longest subscription granted, in seconds (D-5).
    pub subscription_expires: u32,
    /// How long a pool member may take over a command.
    pub link_timeout: Duration,
    /// How long the MCU may take to tell what came of a call since it last said so: more than it lets a user
    /// ring, less than the three minutes that clients wait for news (MS-CONFBAS facts 1.3).
    pub dial_out_timeout: Duration,
    /// How long a user's IM sessions may outlive his last focus dialog.
    pub straggler_grace: Duration,
    /// How long a user may wait in the lobby.
    pub lobby_timeout: Duration,
    /// How long a conference stays active without authenticated participants.
    pub idle_timeout: Duration,
    /// How long a conference stays active without a new participant.
    pub stale_timeout: Duration,
    /// How many users one conference may have.
    pub users_max: usize,
    /// How many conferences may be active.
    pub conferences_max: usize,
}

impl Config {
    /// The limits of the documents and of our decisions, for the focus of the pool of these members.
    pub fn new(front_end: Address, im_mcu: Address, factory: Address) -> Self {
        Self {
            front_end,
            im_mcu,
            factory,
            session_expires: 7200,
            subscription_expires: 3600,
            link_timeout: Duration::from_secs(10),
            dial_out_timeout: Duration::from_secs(70),
            straggler_grace: Duration::from_secs(10),
            lobby_timeout: Duration::from_secs(30 * 60),
            idle_timeout: Duration::from_secs(10 * 60),
            stale_timeout: Duration::from_secs(24 * 3600),
            users_max: 2000,
            conferences_max: 10_000,
        }
    }
}

/// How many focus endpoints one user may have (D-17 asks for several); ours.
pub(super) const ENDPOINTS_MAX: usize = 16;

/// How many IM sessions one user may be about to open at a time; ours.
pub(super) const INVITED_MAX: usize = 16;

/// How many subscriptions may hang on one focus endpoint; ours.
pub(super) const SUBSCRIPTIONS_MAX: usize = 4;

/// How many joins may wait for one conference to become active; ours.
pub(super) const WAITING_MAX: usize = 2000;

/// How many commands of one user may wait for pool members; ours.
pub(super) const COMMANDS_MAX: usize = 64;
