//! What a node takes for the time.

use confsim_core::time::{Duration, Instant};

use super::ClockError;

/// By how much a clock is wrong: an offset and a rate, both none at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Skew {
    ahead: Duration,
    /// Microseconds gained in a second.
    drift: i32,
}

/// Parts of a drift.
const MILLION: i128 = 1_000_000;

impl Skew {
    /// Adds an error.
    pub fn err(&mut self, error: ClockError) {
        let ppm = |ppm: u32| i32::try_from(ppm).unwrap_or(i32::MAX);
        match error {
            ClockError::Ahead(by) => self.ahead = self.ahead + by,
            ClockError::Fast(by) => self.drift = self.drift.saturating_add(ppm(by)),
            ClockError::Slow(by) => self.drift = self.drift.saturating_sub(ppm(by)),
        }
        // A clock never stands still or runs backwards.
        self.drift = self.drift.max(-999_999);
    }

    /// What the clock shows at `now`.
    pub fn shows(self, now: Instant) -> Instant {
        if self == Self::default() {
            return now;
        }
        let micros = i128::from(now.as_micros());
        Instant::from_micros((micros + micros * i128::from(self.drift) / MILLION) as u64) + self.ahead
    }

    /// The first moment at which the clock shows `time` or more.
    pub fn reaches(self, time: Instant) -> Instant {
        if self == Self::default() {
            return time;
        }
        let shown = i128::from(time.since(Instant::ZERO + self.ahead).as_micros());
        let rate = MILLION + i128::from(self.drift);
        // Rounding up may leave it one too late or too early, never more: the division above rounds as well.
        let mut at = (shown * MILLION / rate) as u64;
        while self.shows(Instant::from_micros(at)) < time {
            at += 1;
        }
        while at > 0 && self.shows(Instant::from_micros(at - 1)) >= time {
            at -= 1;
        }
        Instant::from_micros(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_reaches_what_it_shows() {
        let errors = [
            vec![],
            vec![ClockError::Ahead(Duration::from_secs(3))],
            vec![ClockError::Fast(200)],
            vec![ClockError::Slow(100_000), ClockError::Ahead(Duration::from_micros(1))],
        ];
        for errors in errors {
            let mut clock = Skew::default();
            errors.iter().for_each(|error| clock.err(*error));
            for micros in [0, 1, 999, 5_000, 1_000_000, 40_000_000, 86_400_000_000] {
                let at = Instant::from_micros(micros);
                let reached = clock.reaches(clock.shows(at));
                assert!(reached <= at, "{errors:?} {micros}");
                assert_eq!(clock.shows(reached), clock.shows(at), "{errors:?} {micros}");
                let before = Instant::from_micros(reached.as_micros().saturating_sub(1));
                assert!(reached == before || clock.shows(before) < clock.shows(at), "{errors:?} {micros}");
            }
        }
    }

    #[test]
    fn a_fast_clock_is_early() {
        let mut clock = Skew::default();
        clock.err(ClockError::Fast(1_000));
        assert_eq!(clock.shows(Instant::from_micros(40_000_000)).as_micros(), 40_040_000);
        assert_eq!(clock.reaches(Instant::from_micros(40_000_000)).as_micros(), 39_960_040);
    }
}
