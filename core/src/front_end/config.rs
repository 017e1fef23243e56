//! What a front end is told about its pool.

use std::collections::BTreeSet;

use crate::node::Address;
use crate::time::Duration;

/// A server role behind the front end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The focus factory.
    Factory,
    /// The focus.
    Focus,
    /// The IM MCU.
    ImMcu,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Factory, Self::Focus, Self::ImMcu];
}

/// The settings of a front end.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the focus factory listens.
    pub factory: Address,
    /// Where the focus listens.
    pub focus: Address,
    /// Where the IM MCU listens.
    pub im_mcu: Address,
    /// Further peers whose From is taken at its word, next to the roles (D-8): an address, or a host alone,
    /// which stands for all its ports.
    pub trusted: BTreeSet<Address>,
    /// How long a registration lasts unless it is renewed; clients may ask for less.
    pub registration: Duration,
    /// How long an endpoint may be without connection before it counts as gone (D-4).
    pub absence: Duration,
    /// How long a connection may stay without a registration, and a message on it incomplete, before it is closed. `None`:
    /// for ever, as long as nobody is there whom that could harm.
    pub patience: Option<Duration>,
    /// The transport that Record-Route values name, for proxies that choose by it. `None`: they name none.
    pub transport: Option<&'static str>,
    /// How many requests may be under way at a time; beyond that a new one gets 503. Ours.
    pub pending_max: usize,
    /// How many users may ever have registered; beyond that a new one gets 503. Ours.
    pub users_max: usize,
    /// How many endpoints a user may have at a time; beyond that a new one gets 503. Ours.
    pub endpoints_max: usize,
}

impl Config {
    /// A front end for these roles: registrations of 7200 s, no trusted peers.
    pub fn new(factory: Address, focus: Address, im_mcu: Address) -> Self {
        Self {
            factory,
            focus,
            im_mcu,
            trusted: BTreeSet::new(),
            registration: Duration::from_secs(7200),
            absence: Duration::from_secs(120),
            patience: None,
            transport: None,
            pending_max: 65_536,
            users_max: 100_000,
            endpoints_max: 16,
        }
    }

    /// Where `role` listens.
    pub fn address_of(&self, role: Role) -> &Address {
        match role {
            Role::Factory => &self.factory,
            Role::Focus => &self.focus,
            Role::ImMcu => &self.im_mcu,
        }
    }

    /// Whether requests from `peer` need no registration: a role, or configured so.
    pub(super) fn trusts(&self, peer: &Address) -> bool {
        let host = || peer.as_str().rsplit_once(':').is_some_and(|(host, _)| self.trusted.contains(host));
        self.is_role(peer) || self.trusted.contains(peer) || host()
    }

    /// Whether `peer` is a role of the pool.
    pub(super) fn is_role(&self, peer: &Address) -> bool {
        Role::ALL.into_iter().any(|role| self.address_of(role) == peer)
    }
}
