//! What an organizer may have: the part of the configuration that can differ between organizers.

/// Everyone becomes presenter (PRO-2-2-1-2-ad).
const EVERYONE: u32 = 0x8000_0000;
/// The company's own users become presenters (PRO-2-2-1-2-ad).
const COMPANY: u32 = 0x0000_8000;

/// What an organizer's conferences can have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether the admission policy may be `anonymous` (PRO-2-2-3-8-m, -n).
    pub anonymous: bool,
    /// Whether users of other domains than the organizer's may be on the roster (PRO-2-2-3-1-h).
    pub federated: bool,
    /// Whether conferences may be created locked (PRO-2-2-3-8-q).
    pub locked: bool,
    /// Whether conferences may be reached by telephone (PRO-2-2-3-1-y).
    pub telephone: bool,
    /// Whether telephone users may pass the lobby by (PRO-2-2-3-1-x).
    pub telephone_lobby_bypass: bool,
    /// The bits of `autopromote` that may be set. With a bit, all lower ones that have a meaning are allowed too
    /// (PRO-2-2-3-8-v); bits without meaning never are (PRO-2-2-3-8-w).
    pub autopromote_allowed: u32,
    /// The value of `autopromote` where none is given (PRO-2-2-3-8-x); bits that are not allowed do not count.
    pub autopromote_default: u32,
    /// How many conferences the organizer may have, not counting the static one (PRO-3-2-5-2-g).
    pub conferences_max: usize,
    /// Whether the organizer may have a static meeting; nobody may have two (PRO-2-2-3-8-z).
    pub static_meeting: bool,
}

impl Default for Policy {
    /// Everything the pool has, a thousand conferences and a static one, nobody promoted unasked.
    fn default() -> Self {
        Self {
            anonymous: true,
            federated: true,
            locked: true,
            telephone: false,
            telephone_lobby_bypass: false,
            autopromote_allowed: EVERYONE,
            autopromote_default: 0,
            conferences_max: 1000,
            static_meeting: true,
        }
    }
}

impl Policy {
    /// The mask that is told and enforced.
    pub(super) const fn autopromote_mask(&self) -> u32 {
        if self.autopromote_allowed & EVERYONE != 0 {
            EVERYONE | COMPANY
        } else {
            self.autopromote_allowed & COMPANY
        }
    }

    /// The value for conferences that give none.
    pub(super) const fn autopromote(&self) -> u32 {
        self.autopromote_default & self.autopromote_mask()
    }
}
