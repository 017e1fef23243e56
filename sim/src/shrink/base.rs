//! What a search goes on from.

use confsim_core::time::Instant;

use super::Lineage;
use crate::scenario::Scenario;

/// A scenario that fails as it should.
#[derive(Clone)]
pub(super) struct Base {
    pub(super) scenario: Scenario,
    /// What its faults struck.
    pub(super) lineage: Lineage,
    /// When the failure was found first.
    pub(super) found: Instant,
    /// The faults that struck nothing, by their places.
    pub(super) idle_faults: Vec<u32>,
}
