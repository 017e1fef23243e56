//! Spans of time as people write them: `1.2s`, `20ms`, `350us`.

use confsim_core::time::Duration;

/// Units with their length in microseconds and the decimals that makes.
const UNITS: [(&str, u64, usize); 3] = [("us", 1, 0), ("ms", 1_000, 3), ("s", 1_000_000, 6)];

/// Reads a span: a decimal number and a unit (`s`, `ms` or `us`), to the microsecond. `None` for anything else.
pub fn parse_span(text: &str) -> Option<Duration> {
    let (number, (_, length, decimals)) =
        UNITS.into_iter().find_map(|unit| text.strip_suffix(unit.0).map(|number| (number, unit)))?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (number.contains('.') && fraction.len() > decimals) {
        return None;
    }
    let missing = 10_u64.checked_pow(u32::try_from(decimals.saturating_sub(fraction.len())).ok()?)?;
    let fraction = if decimals == 0 { 0 } else { fraction.parse::<u64>().ok()?.checked_mul(missing)? };
    let micros = whole.parse::<u64>().ok()?.checked_mul(length)?.checked_add(fraction)?;
    Some(Duration::from_micros(micros))
}

/// Writes a span in the largest unit that it fills.
pub fn write_span(span: Duration) -> String {
    let micros = span.as_micros();
    let (unit, length, decimals) =
        UNITS.into_iter().rev().find(|(_, length, _)| micros >= *length).unwrap_or(("s", 1_000_000, 6));
    let mut text = format!("{}.{:0decimals$}", micros / length, micros % length);
    text.truncate(text.trim_end_matches('0').trim_end_matches('.').len());
    text + unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, micros) in
            [("1.2s", 1_200_000), ("0s", 0), ("20ms", 20_000), ("350us", 350), ("39.999999s", 39_999_999)]
        {
            assert_eq!(parse_span(text), Some(Duration::from_micros(micros)), "{text}");
            assert_eq!(write_span(Duration::from_micros(micros)), text);
        }
        assert_eq!(parse_span("0.5ms"), Some(Duration::from_micros(500)));
        assert_eq!(write_span(Duration::from_micros(10_000_000)), "10s");
    }

    #[test]
    fn refuses_the_rest() {
        let too_long = "99999999999999999999s";
        for text in ["", "s", "1", "-1s", "1.s", ".5s", "1.2us", "1.0000001s", "1 s", "1e3s", too_long] {
            assert_eq!(parse_span(text), None, "{text}");
        }
    }
}
