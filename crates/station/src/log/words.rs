//! An entry of the log in words: one line, whatever its message holds.

use std::fmt::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use tracing::Level;

use super::{Entry, Value};

/// Characters of a request's id that are written.
const LONGEST_REQUEST: usize = 100;

/// Appends the entry's line.
pub(super) fn put_into_words(text: &mut String, entry: &Entry) {
    let since = entry.at.duration_since(UNIX_EPOCH).unwrap_or_default();
    text.push_str(&utc(since));
    text.push_str(match *entry.metadata.level() {
        Level::ERROR => " ERROR ",
        Level::WARN => " WARN  ",
        Level::INFO => " INFO  ",
        Level::DEBUG => " DEBUG ",
        Level::TRACE => " TRACE ",
    });
    if let Some(request) = &entry.request {
        text.push_str(&request_word(request));
        text.push(' ');
    }
    text.push_str(entry.metadata.target());
    if let Some(thread) = &entry.thread {
        text.push_str(" [");
        text.push_str(thread);
        text.push(']');
    }
    text.push(':');
    for (name, value) in &entry.fields {
        text.push(' ');
        if *name != "message" {
            text.push_str(name);
            text.push('=');
        }
        // Writing to a String cannot fail. A line break inside a message must not look like a new entry.
        let _ignored = match value {
            Value::Text(words) => write!(text, "{}", words.replace('\n', " | ")),
            Value::Signed(number) => write!(text, "{number}"),
            Value::Unsigned(number) => write!(text, "{number}"),
            Value::Real(number) => write!(text, "{number}"),
            Value::Truth(truth) => write!(text, "{truth}"),
        };
    }
    text.push('\n');
}

/// A request's id as one word of a line: an id comes from outside and could hold anything.
pub(super) fn request_word(request: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_.#".contains(c);
    let word = request.chars().take(LONGEST_REQUEST);
    word.map(|c| if plain(c) { c } else { '_' }).collect()
}

/// `2026-01-31T08:15:30.123Z` from the time since 1970.
pub fn utc(since: Duration) -> String {
    let (year, month, day) = date_from_days((since.as_secs() / 86_400) as i64);
    let second = since.as_secs() % 86_400;
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        second / 3600,
        second / 60 % 60,
        second % 60,
        since.subsec_millis()
    )
}

/// Date in the Gregorian calendar from days since 1970-01-01: years are counted from March, so that the
/// leap day comes last and months follow 153 days to five.
pub fn date_from_days(days: i64) -> (i64, u32, u32) {
    let from_march_zero = days + 719_468;
    let era = from_march_zero.div_euclid(146_097);
    let day_of_era = from_march_zero.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    } as u32;
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

/// Days since 1970-01-01 of a date in the Gregorian calendar: the other way round.
pub(super) fn days_from_date(year: i64, month: u32, day: u32) -> i64 {
    let from_march = year - i64::from(month <= 2);
    let (era, year_of_era) = (from_march.div_euclid(400), from_march.rem_euclid(400));
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_and_its_days_lead_to_each_other() {
        for days in (-200_000..200_000).step_by(37) {
            let (year, month, day) = date_from_days(days);
            assert_eq!(days_from_date(year, month, day), days);
        }
    }

    #[test]
    fn a_request_is_one_word_whatever_its_id() {
        assert_eq!(request_word("r-42"), "r-42");
        assert_eq!(request_word("a b\nERROR c:"), "a_b_ERROR_c_");
        assert_eq!(request_word(&"x".repeat(1000)).len(), LONGEST_REQUEST);
    }

    #[test]
    fn dates_follow_the_calendar() {
        for (seconds, words) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400, "2000-02-29T00:00:00.000Z"),
            (1_709_251_199, "2024-02-29T23:59:59.000Z"),
            (4_102_444_800, "2100-01-01T00:00:00.000Z"),
        ] {
            assert_eq!(utc(Duration::from_secs(seconds)), words);
        }
    }
}
