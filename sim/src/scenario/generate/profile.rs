//! What kinds of scenarios there are to draw.

/// What kind of scenarios to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// No faults.
    Calm,
    /// Messages are dropped, delayed and held back, connections break.
    Lossy,
    /// Links with seconds of latency, readers that stall, clocks that are wrong.
    Slow,
    /// Many who come and go, and laptops that sleep.
    Churn,
    /// Every fault but crashes.
    Chaos,
    /// Hosts go down and come back.
    Crash,
    /// One participant writes what no client would.
    HostilePeer,
    /// Five hundred participants.
    Scale,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 8] = [
        Self::Calm,
        Self::Lossy,
        Self::Slow,
        Self::Churn,
        Self::Chaos,
        Self::Crash,
        Self::HostilePeer,
        Self::Scale,
    ];

    /// Those whose runs take a moment.
    pub const SMALL: [Self; 7] =
        [Self::Calm, Self::Lossy, Self::Slow, Self::Churn, Self::Chaos, Self::Crash, Self::HostilePeer];

    /// The profile called `name`.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// What it is called on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Lossy => "lossy",
            Self::Slow => "slow",
            Self::Churn => "churn",
            Self::Chaos => "chaos",
            Self::Crash => "crash",
            Self::HostilePeer => "hostile-peer",
            Self::Scale => "scale",
        }
    }

    /// The largest latencies of a participant's link and of one between pool hosts, in milliseconds.
    pub(super) const fn latencies(self) -> (u64, u64) {
        match self {
            Self::Slow => (3_000, 500),
            _ => (50, 5),
        }
    }

    /// The fewest and most people in a run.
    pub(super) const fn people(self) -> (u64, u64) {
        match self {
            Self::Churn => (4, 16),
            _ => (2, 7),
        }
    }

    /// The fewest and most things that they do.
    pub(super) const fn acts(self) -> (u64, u64) {
        match self {
            Self::Churn => (40, 160),
            _ => (5, 40),
        }
    }

    /// Whether there are laptops that sleep.
    pub(super) const fn has_sleepers(self) -> bool {
        matches!(self, Self::Slow | Self::Churn | Self::Chaos)
    }

    /// The most faults of a run, besides a laptop that sleeps.
    pub(super) const fn faults(self) -> u64 {
        match self {
            Self::Calm | Self::Churn | Self::HostilePeer | Self::Scale => 0,
            Self::Lossy | Self::Slow => 4,
            Self::Crash => 3,
            Self::Chaos => 8,
        }
    }
}
