//! Spans of time in two bytes: two bits of unit, fourteen of count. A microsecond more makes a race, ten
//! milliseconds fill two and a half minutes.

use confsim_core::time::Duration;

/// In microseconds, by the first two bits.
const UNITS: [u64; 4] = [1, 100, 1_000, 10_000];
/// The largest count.
const MOST: u64 = 0x3FFF;

/// The span that the two bytes stand for.
pub(super) fn read(bytes: [u8; 2]) -> Duration {
    let word = u16::from_be_bytes(bytes);
    let unit = super::pick(&UNITS, (word >> 14) as u8);
    Duration::from_micros(unit * (u64::from(word) & MOST))
}

/// The two bytes that come closest to `span`, from below.
pub(super) fn write(span: Duration) -> [u8; 2] {
    let micros = span.as_micros();
    let fits = |unit: &u64| micros / unit <= MOST;
    let exact = UNITS.iter().position(|unit| fits(unit) && micros.is_multiple_of(*unit));
    let place = exact.or_else(|| UNITS.iter().position(fits)).unwrap_or(UNITS.len() - 1);
    let count = (micros / UNITS.get(place).copied().unwrap_or(1)).min(MOST);
    ((place as u16) << 14 | count as u16).to_be_bytes()
}
