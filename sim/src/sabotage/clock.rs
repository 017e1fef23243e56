//! A clock that a saboteur has set.

use confsim_core::time::Instant;

/// Parts of a [`Clock`]'s error in a whole.
const MILLION: u64 = 1_000_000;

/// How a node's time goes against that of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// So many microseconds are lost in each second; less than a million.
    slow_by: u32,
}

impl Clock {
    /// The right time.
    pub const RIGHT: Self = Self { slow_by: 0 };

    /// Loses `micros` in each second, at most half of it.
    pub const fn slow_by(micros: u32) -> Self {
        Self { slow_by: if micros > 500_000 { 500_000 } else { micros } }
    }

    /// What it shows at `now`.
    pub fn shows(self, now: Instant) -> Instant {
        let lost = u128::from(now.as_micros()) * u128::from(self.slow_by) / u128::from(MILLION);
        Instant::from_micros(now.as_micros().saturating_sub(u64::try_from(lost).unwrap_or(u64::MAX)))
    }

    /// When it first shows `shown`. What is lost is rounded down, so that what is kept is rounded up.
    pub fn reaches(self, shown: Instant) -> Instant {
        let kept = u128::from(MILLION) - u128::from(self.slow_by);
        let Some(before) = shown.as_micros().checked_sub(1) else { return shown };
        let at = u128::from(before) * u128::from(MILLION) / kept + 1;
        Instant::from_micros(u64::try_from(at).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_reached_when_the_clock_shows_it_and_not_before() {
        for clock in [Clock::RIGHT, Clock::slow_by(1), Clock::slow_by(25_000), Clock::slow_by(500_000)] {
            for shown in [0, 1, 39_999_999, 40_000_000, 7_200_000_000] {
                let shown = Instant::from_micros(shown);
                let at = clock.reaches(shown);
                assert!(clock.shows(at) >= shown, "{clock:?} {shown}");
                let before = Instant::from_micros(at.as_micros().saturating_sub(1));
                assert!(before == at || clock.shows(before) < shown, "{clock:?} {shown}");
            }
        }
    }
}
