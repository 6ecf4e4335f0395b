//! The log, read back from folders as programs, disks and people leave them.

use protocol::window::LogLevel;

use super::*;
use crate::log::LogTail;
use crate::log::words::utc;
use crate::log::writer::Writer;
use crate::settings::LogSettings;
use std::time::Duration;

struct Bench {
    folder: tempfile::TempDir,
    reader: LogReader,
}

fn all() -> LogQuery {
    LogQuery {
        level: LogLevel::Trace,
        request: String::new(),
        text: String::new(),
        before: None,
    }
}

fn line(number: u64, level: &str, request: &str, message: &str) -> String {
    let time = utc(Duration::from_millis(1_700_000_000_000 + number));
    format!("{time} {level:<5} {request}station::tests [main]: {message}\n")
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let reader = LogReader::new(folder.path().to_owned());
        Self { folder, reader }
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn messages(&self, query: &LogQuery) -> Vec<String> {
        let page = self.reader.page(query).unwrap();
        page.entries
            .into_iter()
            .map(|entry| entry.message)
            .collect()
    }

    /// Every message, page by page, and how many pages that took.
    fn walk(&self, query: &LogQuery) -> (Vec<String>, usize) {
        let (mut query, mut found, mut pages) = (query.clone(), Vec::new(), 0);
        loop {
            let page = self.reader.page(&query).unwrap();
            assert!(serde_json::to_string(&page).unwrap().len() <= PAGE);
            found.extend(page.entries.into_iter().map(|entry| entry.message));
            pages += 1;
            query.before = page.older;
            if page.older.is_none() {
                return (found, pages);
            }
        }
    }
}

#[test]
fn pages_lead_from_the_newest_entry_to_the_oldest_over_all_files() {
    let bench = Bench::new();
    let text = |from: u64| -> String {
        let lines = from..from + 100;
        lines
            .map(|number| line(number, "INFO", "", &format!("entry {number}")))
            .collect()
    };
    bench.write("tendon.10.log", text(0));
    bench.write("tendon.2.log", text(100));
    bench.write("tendon.1.log", text(200));
    bench.write("tendon.log", text(300));
    bench.write("other.log", "not ours\n");
    let (found, pages) = bench.walk(&all());
    let wanted: Vec<String> = (0..400)
        .rev()
        .map(|number| format!("entry {number}"))
        .collect();
    assert_eq!(found, wanted);
    assert!(pages > 3, "{pages}");
}

#[test]
fn entries_are_found_by_level_request_and_text() {
    let bench = Bench::new();
    bench.write(
        "tendon.log",
        [
            line(1, "ERROR", "r-1 ", "Line lost"),
            line(2, "WARN", "r-2 ", "line slow"),
            line(3, "INFO", "r-2 ", "opened Ärm"),
            line(4, "DEBUG", "", "step"),
        ]
        .concat(),
    );
    let with = |level, request: &str, text: &str| {
        bench.messages(&LogQuery {
            level,
            request: request.into(),
            text: text.into(),
            before: None,
        })
    };
    assert_eq!(with(LogLevel::Warn, "", ""), ["line slow", "Line lost"]);
    assert_eq!(
        with(LogLevel::Trace, "r-2", ""),
        ["opened Ärm", "line slow"]
    );
    assert_eq!(
        with(LogLevel::Trace, "", "LINE"),
        ["line slow", "Line lost"]
    );
    assert_eq!(with(LogLevel::Trace, "", "ärm"), ["opened Ärm"]);
    assert_eq!(with(LogLevel::Error, "r-2", ""), [""; 0]);
}

#[test]
fn a_place_survives_that_its_file_is_moved_aside_and_says_when_it_is_gone() {
    let bench = Bench::new();
    let settings = LogSettings {
        folder: bench.folder.path().to_owned(),
        file_bytes: 20_000,
        files: 2,
        ..LogSettings::default()
    };
    let mut writer = Writer::open(&settings).unwrap();
    let mut number = 0;
    let mut write = |count: u64| {
        for _ in 0..count {
            writer
                .write(&line(number, "INFO", "", &format!("entry {number}")))
                .unwrap();
            number += 1;
        }
    };
    write(220);
    let first = bench.reader.page(&all()).unwrap();
    let before = LogQuery {
        before: first.older,
        ..all()
    };
    let second = bench.messages(&before);
    write(220);
    assert!(bench.folder.path().join("tendon.1.log").exists());
    assert_eq!(bench.messages(&before), second);
    write(2000);
    let gone = bench.reader.page(&before).unwrap_err();
    assert!(gone.message.contains("is gone"), "{gone}");
    // Numbers that never were a place.
    for before in [1, 1 << 33, u64::MAX] {
        let query = LogQuery {
            before: Some(before),
            ..all()
        };
        assert!(bench.reader.page(&query).is_err());
    }
}

#[test]
fn damaged_lines_are_told_and_hide_nothing() {
    let bench = Bench::new();
    let mut text = line(1, "INFO", "", "first").into_bytes();
    text.extend(b"\xff\xfe garbage\n\n\n");
    text.extend(line(2, "INFO", "", "second").into_bytes());
    text.extend(b"2023-11-14T22:13:20.003Z INFO  station [main]: cut of");
    bench.write("tendon.log", text);
    let page = bench.reader.page(&all()).unwrap();
    let told: Vec<_> = page
        .entries
        .iter()
        .map(|entry| {
            (
                entry.level,
                entry.message.as_str(),
                entry.at_ms - 1_700_000_000_000,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (LogLevel::Info, "cut of", 3),
            (LogLevel::Info, "second", 2),
            // It does not say when it was written: not after the one behind it.
            (LogLevel::Warn, "\u{fffd}\u{fffd} garbage", 2),
            (LogLevel::Info, "first", 1),
        ]
    );
}

#[test]
fn a_huge_file_and_an_endless_line_are_read_within_bounds() {
    let bench = Bench::new();
    let path = bench.folder.path().join("tendon.log");
    bench.write("tendon.log", line(1, "INFO", "", "first"));
    // Sparse: ten gigabytes of zeros without a line's end, then an entry.
    let file = File::options().append(true).open(&path).unwrap();
    file.set_len(10 << 30).unwrap();
    io::Write::write_all(
        &mut &file,
        format!("\n{}", line(2, "INFO", "", "last")).as_bytes(),
    )
    .unwrap();
    let page = bench.reader.page(&all()).unwrap();
    assert_eq!(page.entries.len(), 1, "{page:?}");
    assert_eq!(page.entries[0].message, "last");
    // No number says where it goes on, so far behind its begin.
    assert_eq!(page.older, None);
    // A smaller one is gone through in steps, although no line of it is wanted.
    let noise = "x".repeat(1_000_000);
    let rows: String = (0..80).map(|row| line(row, "DEBUG", "", &noise)).collect();
    bench.write("tendon.log", line(1, "INFO", "", "first") + &rows);
    let query = LogQuery {
        level: LogLevel::Info,
        ..all()
    };
    assert_eq!(bench.walk(&query), (vec!["first".into()], 3));
}

#[test]
fn a_log_that_is_not_there_is_empty_and_one_that_may_not_be_read_is_told() {
    let bench = Bench::new();
    assert_eq!(bench.reader.page(&all()).unwrap().entries, []);
    let nowhere = LogReader::new(bench.folder.path().join("no"));
    assert_eq!(nowhere.newest(&all(), 10).unwrap(), []);
    // A folder under the log's name is no log, and those that were moved aside are read.
    fs::create_dir(bench.folder.path().join("tendon.log")).unwrap();
    bench.write("tendon.1.log", line(1, "INFO", "", "old"));
    assert_eq!(bench.messages(&all()), ["old"]);
}

#[test]
fn a_file_that_shrinks_while_it_is_read_ends_the_reading_of_it() {
    let bench = Bench::new();
    let path = bench.folder.path().join("tendon.log");
    let rows: String = (0..2000)
        .map(|row| line(row, "INFO", "", "entry"))
        .collect();
    bench.write("tendon.log", &rows);
    let part = open(&path).unwrap();
    let mut lines = Backwards::new(part.file, part.length);
    let mut budget = MOST_BYTES;
    assert!(lines.next_line(&mut budget).is_some());
    fs::write(&path, "").unwrap();
    let mut left = 0;
    while lines.next_line(&mut budget).is_some() {
        left += 1;
    }
    assert!(left < 2000, "only what was in memory: {left}");
    assert_eq!(lines.stopped_at(), None);
}

#[test]
fn a_log_is_followed_through_a_file_that_is_moved_aside() {
    let bench = Bench::new();
    let settings = LogSettings {
        folder: bench.folder.path().to_owned(),
        file_bytes: 2_000,
        files: 2,
        ..LogSettings::default()
    };
    let query = LogQuery {
        text: "wanted".into(),
        ..all()
    };
    let mut tail = LogTail::new(bench.folder.path().to_owned(), &query);
    assert_eq!(tail.more(), [], "there is no log yet");
    let mut writer = Writer::open(&settings).unwrap();
    let mut found = Vec::new();
    for number in 0..100 {
        writer
            .write(&line(number, "INFO", "", &format!("wanted {number}")))
            .unwrap();
        writer.write(&line(number, "INFO", "", "noise")).unwrap();
        if number % 3 == 0 {
            found.extend(tail.more());
        }
    }
    found.extend(tail.more());
    let found: Vec<String> = found.into_iter().map(|entry| entry.message).collect();
    let wanted: Vec<String> = (0..100).map(|number| format!("wanted {number}")).collect();
    assert_eq!(found, wanted);
    let newest = bench.reader.newest(&query, 3).unwrap();
    let newest: Vec<String> = newest.into_iter().map(|entry| entry.message).collect();
    assert_eq!(newest, ["wanted 97", "wanted 98", "wanted 99"]);
}
