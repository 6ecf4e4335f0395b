//! A line of the log, read back into an entry, as far as it is one.
//!
//! Whatever stands in the file gives an entry that may be shown: a line that is no entry of ours is told as a warning with its
//! text, and nothing in it can steer a terminal. Not here: where lines come from (`read`, `tail`).

use std::time::Duration;

use protocol::window::{LogEntry, LogLevel, LogQuery};

use super::words::{days_from_date, request_word, utc};

/// Longest message of an entry that is read back, as bytes of JSON; a longer one is cut and ends in an ellipsis.
const LONGEST_MESSAGE: usize = 3000;
/// The same for every other word of an entry.
const LONGEST_WORD: usize = 200;
/// Length of `2026-01-31T08:15:30.123Z`.
const TIME: usize = 24;

/// The name of a level, as a line has it in capitals.
pub fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Error => "error",
        LogLevel::Warn => "warn",
        LogLevel::Info => "info",
        LogLevel::Debug => "debug",
        LogLevel::Trace => "trace",
    }
}

/// The level of a name, whatever its case.
pub fn level_from_name(name: &str) -> Option<LogLevel> {
    [
        LogLevel::Error,
        LogLevel::Warn,
        LogLevel::Info,
        LogLevel::Debug,
        LogLevel::Trace,
    ]
    .into_iter()
    .find(|level| level_name(*level).eq_ignore_ascii_case(name))
}

/// An entry as a line of the log has it, without the line's end.
pub fn line_of(entry: &LogEntry) -> String {
    let level = level_name(entry.level).to_uppercase();
    let mut line = format!("{} {level:<5}", utc(Duration::from_millis(entry.at_ms)));
    for word in [&entry.request, &entry.target] {
        if !word.is_empty() {
            line.push(' ');
            line.push_str(word);
        }
    }
    if !entry.thread.is_empty() {
        line.push_str(&format!(" [{}]", entry.thread));
    }
    format!("{line}: {}", entry.message)
}

/// Which entries somebody wants to see.
#[derive(Debug, Clone)]
pub(super) struct Wanted {
    level: LogLevel,
    request: String,
    text: String,
}

impl Wanted {
    pub(super) fn new(query: &LogQuery) -> Self {
        Self {
            level: query.level,
            request: request_word(query.request.trim()),
            text: query.text.to_lowercase(),
        }
    }

    /// The entry of a line, if it is wanted. `around`: when a line was written that does not say it, in milliseconds since
    /// 1970. Nothing comes of an empty line.
    pub(super) fn entry(&self, line: &[u8], around: u64) -> Option<LogEntry> {
        let line = String::from_utf8_lossy(line);
        // What a power cut left is often a row of zeros, with the next entry behind it.
        let line = line.trim_matches(|c: char| c.is_control() || c.is_whitespace());
        if line.is_empty() {
            return None;
        }
        let entry = parse(line).unwrap_or_else(|| LogEntry {
            at_ms: around,
            level: LogLevel::Warn,
            target: String::new(),
            thread: String::new(),
            request: String::new(),
            message: shown(line, LONGEST_MESSAGE),
        });
        let fits = entry.level <= self.level
            && (self.request.is_empty() || entry.request == self.request)
            && (self.text.is_empty() || line.to_lowercase().contains(&self.text));
        fits.then_some(entry)
    }
}

/// When a line was written, in milliseconds since 1970, if it says so.
pub(super) fn time(line: &str) -> Option<u64> {
    let time = line.get(..TIME)?;
    let digits = |from: usize, to: usize| -> Option<u32> {
        let digits = time.get(from..to)?;
        let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| digits.parse().ok()).flatten()
    };
    let marks = [
        (4, b'-'),
        (7, b'-'),
        (10, b'T'),
        (13, b':'),
        (16, b':'),
        (19, b'.'),
        (23, b'Z'),
    ];
    let marked = marks
        .iter()
        .all(|(at, mark)| time.as_bytes().get(*at) == Some(mark));
    let (year, month, day) = (digits(0, 4)?, digits(5, 7)?, digits(8, 10)?);
    let (hour, minute, second, milli) = (
        digits(11, 13)?,
        digits(14, 16)?,
        digits(17, 19)?,
        digits(20, 23)?,
    );
    let makes_sense = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24;
    if !marked || !makes_sense || minute >= 60 || second > 60 {
        return None;
    }
    let days = u64::try_from(days_from_date(i64::from(year), month, day)).ok()?;
    let seconds = days * 86_400 + u64::from(hour * 3600 + minute * 60 + second);
    Some(seconds * 1000 + u64::from(milli))
}

/// `TIME LEVEL [request ]target[ [thread]]: message`.
fn parse(line: &str) -> Option<LogEntry> {
    let at_ms = time(line)?;
    let rest = line.get(TIME..)?.strip_prefix(' ')?;
    let (level, rest) = rest.split_once(' ')?;
    let level = level_from_name(level)?;
    let rest = rest.trim_start_matches(' ');
    let (request, (target, thread, message)) = match head(rest) {
        Some(head) => ("", head),
        None => {
            let (request, rest) = rest.split_once(' ')?;
            (request, head(rest)?)
        }
    };
    Some(LogEntry {
        at_ms,
        level,
        target: shown(target, LONGEST_WORD),
        thread: shown(thread, LONGEST_WORD),
        request: shown(request, LONGEST_WORD),
        message: shown(message.trim_start_matches(' '), LONGEST_MESSAGE),
    })
}

/// `target: message` or `target [thread]: message`.
fn head(text: &str) -> Option<(&str, &str, &str)> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    if let Some(target) = word.strip_suffix(':') {
        return Some((target, "", rest));
    }
    let (thread, message) = rest.strip_prefix('[')?.split_once("]:")?;
    Some((word, thread, message))
}

/// Text as it may be shown: what steers a terminal is replaced, and it is cut where its JSON would be longer than `most` bytes.
fn shown(text: &str, most: usize) -> String {
    let mut shown = String::new();
    let mut room = most;
    for c in text.chars() {
        let c = match c {
            '\t' => ' ',
            c if c.is_control() => char::REPLACEMENT_CHARACTER,
            c => c,
        };
        let cost = if matches!(c, '"' | '\\') {
            2
        } else {
            c.len_utf8()
        };
        let Some(left) = room.checked_sub(cost) else {
            shown.push('…');
            break;
        };
        room = left;
        shown.push(c);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Wanted {
        Wanted::new(&LogQuery {
            level: LogLevel::Trace,
            request: String::new(),
            text: String::new(),
            before: None,
        })
    }

    #[test]
    fn a_line_gives_its_entry_with_and_without_request_and_thread() {
        for (line, target, thread, request, message) in [
            (
                "INFO  r-42 station::log [enc:front]: a: b",
                "station::log",
                "enc:front",
                "r-42",
                "a: b",
            ),
            (
                "INFO  station::log [main]: x",
                "station::log",
                "main",
                "",
                "x",
            ),
            ("INFO  r-42 desk: x [y]: z", "desk", "", "r-42", "x [y]: z"),
            ("INFO  desk: x", "desk", "", "", "x"),
            ("INFO  desk:", "desk", "", "", ""),
        ] {
            let line = format!("2026-01-31T08:15:30.123Z {line}");
            let entry = all().entry(line.as_bytes(), 7).unwrap();
            assert_eq!(line_of(&entry).trim_end(), line);
            assert_eq!(entry.at_ms, 1_769_847_330_123);
            assert_eq!(entry.level, LogLevel::Info);
            assert_eq!(
                (entry.target.as_str(), entry.thread.as_str()),
                (target, thread),
                "{line}"
            );
            assert_eq!(
                (entry.request.as_str(), entry.message.as_str()),
                (request, message),
                "{line}"
            );
        }
    }

    #[test]
    fn what_is_no_entry_is_told_as_a_warning_with_its_text() {
        for line in [
            "17 entries were lost here: the log did not keep up",
            "2026-13-31T08:15:30.123Z INFO  desk: x",
            "2026-01-31T08:15:30.123Z LOUD  desk: x",
            "2026-01-31T08:15:30.123Z",
            "é026-01-31T08:15:30.12",
        ] {
            let entry = all().entry(line.as_bytes(), 7).unwrap();
            assert_eq!((entry.at_ms, entry.level), (7, LogLevel::Warn));
            assert_eq!(entry.message, line);
        }
        for nothing in ["", "  ", "\0\0\0", "\r"] {
            assert_eq!(all().entry(nothing.as_bytes(), 7), None);
        }
    }

    #[test]
    fn zeros_of_a_power_cut_do_not_hide_the_entry_behind_them_and_nothing_steers_a_terminal() {
        let mut line = vec![0; 4096];
        line.extend(b"2026-01-31T08:15:30.123Z ERROR desk: a\x1b[2Jb\xffc");
        let entry = all().entry(&line, 7).unwrap();
        assert_eq!(entry.level, LogLevel::Error);
        assert_eq!(entry.message, "a\u{fffd}[2Jb\u{fffd}c");
    }

    #[test]
    fn a_long_message_is_cut_and_says_so() {
        let line = format!(
            "2026-01-31T08:15:30.123Z ERROR desk: {}",
            "\"é".repeat(9000)
        );
        let entry = all().entry(line.as_bytes(), 7).unwrap();
        assert!(entry.message.ends_with('…'));
        assert!(serde_json::to_string(&entry.message).unwrap().len() < LONGEST_MESSAGE + 8);
    }
}
