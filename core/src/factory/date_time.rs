//! `xs:dateTime` in UTC and whole seconds, the form of the examples: `2006-01-10T17:11:47Z`.

/// Days of 400 years of the Gregorian calendar.
const ERA: i64 = 146_097;
/// Days from 0000-03-01 to 1970-01-01.
const UNIX: i64 = 719_468;

/// Writes a Unix time.
pub(super) fn format(unix: i64) -> String {
    let (days, second) = (unix.div_euclid(86_400), unix.rem_euclid(86_400));
    let (year, month, day) = date(days);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}Z", second % 60)
}

/// Reads a Unix time; fractions of a second are dropped. `None` for anything but a date and time in UTC.
pub(super) fn parse(text: &str) -> Option<i64> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    let fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let days = days(year, month, day);
    let real = self::date(days) == (year, month, day);
    (fraction && real && hour < 24 && minute < 60 && second < 60)
        .then_some(days * 86_400 + hour * 3600 + minute * 60 + second)
}

/// Three numbers of so many digits each.
fn numbers(text: &str, separator: char, digits: [usize; 3]) -> Option<[i64; 3]> {
    let mut parts = text.split(separator);
    let mut found = [0; 3];
    for (number, digits) in found.iter_mut().zip(digits) {
        let part = parts.next()?;
        if part.len() != digits || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(found)
}

/// Year, month and day of a day since 1970-01-01. Years are reckoned from March, so that the leap day is the
/// last.
fn date(days: i64) -> (i64, i64, i64) {
    let days = days + UNIX;
    let (era, day) = (days.div_euclid(ERA), days.rem_euclid(ERA));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let of_month = day - (153 * month + 2) / 5 + 1;
    let (year, month) = (year + era * 400, month + 3);
    if month > 12 { (year + 1, month - 12, of_month) } else { (year, month, of_month) }
}

/// The day since 1970-01-01 of a date; of one that does not exist, some day with another date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * ERA + year * 365 + year / 4 - year / 100 + of_year - UNIX
}

#[cfg(test)]
mod tests {
    use super::{format, parse};

    #[test]
    fn reads_what_it_writes() {
        for (text, unix) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2006-01-10T17:11:47Z", 1_136_913_107),
            ("2100-03-01T00:00:00Z", 4_107_542_400),
        ] {
            assert_eq!(format(unix), text);
            assert_eq!(parse(text), Some(unix));
        }
        assert_eq!(parse("2006-01-10T17:11:47.250Z"), Some(1_136_913_107));
    }

    #[test]
    fn refuses_what_is_no_date() {
        for text in [
            "",
            "Z",
            "2006-01-10",
            "2006-01-10T17:11:47",
            "2006-02-29T00:00:00Z",
            "2006-13-01T00:00:00Z",
            "2006-00-01T00:00:00Z",
            "2006-01-10T24:00:00Z",
            "2006-01-10T17:60:00Z",
            "2006-01-10T17:11:47.Z",
            "2006-1-10T17:11:47Z",
            "+006-01-10T17:11:47Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
