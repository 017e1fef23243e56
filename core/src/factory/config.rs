//! What a factory is told about its pool, its organizers and its limits.

use std::collections::{BTreeMap, BTreeSet};

use super::policy::Policy;
use crate::node::Address;
use crate::time::Duration;
use crate::wire::cccp::Capabilities;

/// The type of MCU that is never told and never given out (PRO-2-2-3-7-g, PRO-2-2-3-8-l).
const MEETING: &str = "meeting";

/// A day in seconds.
const DAY: u64 = 86_400;

/// The settings of a factory. Users are named by their address in lower case: `sip:alice@contoso.com`.
#[derive(Clone, Debug)]
pub struct Config {
    /// The focus, the one pool member the factory is linked with.
    pub focus: Address,
    /// The types of MCU that the pool runs (D-19), in the order they are told. `meeting` does not count.
    pub mcu_types: Vec<Box<str>>,
    /// What organizers may have.
    pub policy: Policy,
    /// Organizers who may have more or less.
    pub policies: BTreeMap<Box<str>, Policy>,
    /// Who may act for whom: an organizer's delegates (PRO-2-2-m).
    pub delegates: BTreeMap<Box<str>, BTreeSet<Box<str>>>,
    /// Admission policy that is suggested to clients and that static meetings have (PRO-2-2-3-8-p). An organizer who may
    /// not have `anonymous` has `openAuthenticated` in its place.
    pub default_admission_policy: Box<str>,
    /// Capabilities that no policy decides: telephone numbers, recording, announcements, invitations, …
    pub advertised: Capabilities<'static>,
    /// What `join-url` starts with; user and conference id follow. Without it there is none.
    pub join_url: Option<Box<str>>,
    /// How many conferences there may be.
    pub table_max: usize,
    /// Bytes of a conference as it is stored: what has no limit of its own, such as the roster, counts here. Ours.
    pub conference_max: usize,
    /// Bytes of `organizer-roaming-data`, and of `notification-data`; at least 4096 (PRO-2-2-1-2-u, -z).
    pub data_max: usize,
    /// Bytes of the `entity-settings` of one MCU; at least 2048 (PRO-2-2-1-5-j).
    pub settings_max: usize,
    /// How far ahead `expiry-time` may lie (PRO-2-2-1-2-l).
    pub lifetime_max: Duration,
    /// How long conferences last that give no `expiry-time` (PRO-2-2-1-2-k).
    pub lifetime: Duration,
    /// How often the factory looks for expired conferences (PRO-3-2-2-a).
    pub expiry_interval: Duration,
    /// How long after its `expiry-time` a conference is kept (PRO-3-2-6-1-a).
    pub expiry_buffer: Duration,
    /// Unix time, in seconds, of the driver's zero: what dates are reckoned from.
    pub epoch: i64,
}

impl Config {
    /// A factory of a pool that runs chat only, with the floors of the document as limits.
    pub fn new(focus: Address) -> Self {
        Self {
            focus,
            mcu_types: vec!["chat".into()],
            policy: Policy::default(),
            policies: BTreeMap::new(),
            delegates: BTreeMap::new(),
            default_admission_policy: "openAuthenticated".into(),
            advertised: Capabilities::default(),
            join_url: None,
            table_max: 100_000,
            conference_max: 256 * 1024,
            data_max: 4096,
            settings_max: 2048,
            lifetime_max: Duration::from_secs(3653 * DAY),
            lifetime: Duration::from_secs(14 * DAY),
            expiry_interval: Duration::from_secs(3600),
            expiry_buffer: Duration::from_secs(DAY),
            // 2007-01-01T00:00:00Z
            epoch: 1_167_609_600,
        }
    }

    /// The types of MCU that conferences can have.
    pub(super) fn available(&self) -> impl Iterator<Item = &str> {
        self.mcu_types.iter().map(|kind| &**kind).filter(|kind| *kind != MEETING)
    }

    /// What an organizer may have.
    pub(super) fn policy_of(&self, organizer: &str) -> &Policy {
        self.policies.get(organizer).unwrap_or(&self.policy)
    }

    /// The admission policy of an organizer who does not choose.
    pub(super) fn admission_policy_of(&self, organizer: &str) -> &str {
        match &*self.default_admission_policy {
            "anonymous" if !self.policy_of(organizer).anonymous => "openAuthenticated",
            policy => policy,
        }
    }

    /// Whether `user` may act for `organizer`.
    pub(super) fn is_delegate(&self, organizer: &str, user: &str) -> bool {
        self.delegates.get(organizer).is_some_and(|delegates| delegates.contains(user))
    }
}
