//! What a factory is told about its pool and its limits.

use std::collections::BTreeSet;

use crate::node::Address;

/// Every bit of `autopromote` that has a meaning: everyone, and the company's own users (PRO-2-2-1-2-ad).
pub(super) const AUTOPROMOTE_DEFINED: u32 = 0x8000_8000;

/// The settings of a factory.
#[derive(Clone, Debug)]
pub struct Config {
    /// The focus, the one pool member the factory is linked with.
    pub focus: Address,
    /// The types of MCU that the pool runs (D-19), in the order they are told. Never `meeting`
    /// (PRO-2-2-3-8-l).
    pub mcu_types: Vec<Box<str>>,
    /// Whether the admission policy may be `anonymous` (PRO-2-2-3-8-m, -n).
    pub anonymous: bool,
    /// Whether conferences may be reached by telephone.
    pub telephone: bool,
    /// Whether telephone users may pass the lobby by.
    pub telephone_lobby_bypass: bool,
    /// The bits of `autopromote` that may be set.
    pub autopromote_allowed: u32,
    /// The value of `autopromote` where none is given (PRO-2-2-3-8-x).
    pub autopromote_default: u32,
    /// How many conferences an organizer may have. The bound is the implementation's (PRO-3-2-5-2-g).
    pub conferences_max: usize,
    /// Bytes of `organizer-roaming-data`, and of `notification-data`; at least 4096 (PRO-2-2-1-2-u, -z).
    pub data_max: usize,
    /// Bytes of the `entity-settings` of one MCU; at least 2048 (PRO-2-2-1-5-j).
    pub settings_max: usize,
    /// Unix time, in seconds, of the driver's zero: what dates are reckoned from.
    pub epoch: i64,
}

impl Config {
    /// A factory of a pool that runs chat only, with the floors of the document as limits.
    pub fn new(focus: Address) -> Self {
        Self {
            focus,
            mcu_types: vec!["chat".into()],
            anonymous: true,
            telephone: false,
            telephone_lobby_bypass: false,
            autopromote_allowed: AUTOPROMOTE_DEFINED,
            autopromote_default: 0,
            conferences_max: 1000,
            data_max: 4096,
            settings_max: 2048,
            // 2007-01-01T00:00:00Z
            epoch: 1_167_609_600,
        }
    }

    /// The types of MCU as a set.
    pub(super) fn mcu_type_set(&self) -> BTreeSet<&str> {
        self.mcu_types.iter().map(|kind| &**kind).collect()
    }
}
