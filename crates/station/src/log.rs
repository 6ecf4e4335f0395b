//! The log: threads that work only hand an entry over; one thread formats, gathers and writes it to a
//! rotating file.
//!
//! Entries are gathered up to a stated number and written at the latest after a stated time, and at once
//! when an entry is an error. A full queue loses entries rather than time, and says how many.
//! Not here: what is worth logging; each room decides that by its reader (error: data lost or work not
//! done; warn: done differently; info: rare and for the user).

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use stdx::thread::{Intent, Joined};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

use crate::settings::LogSettings;

/// Entries that may wait for the log thread; beyond them entries are counted instead of kept.
const QUEUE: usize = 4096;

/// What the log thread is told.
enum Message {
    Entry(Entry),
    Flush(SyncSender<()>),
}

/// One entry as it leaves the thread that made it: nothing is put into words yet.
struct Entry {
    at: SystemTime,
    metadata: &'static Metadata<'static>,
    thread: Option<String>,
    request: Option<Arc<str>>,
    fields: Vec<(&'static str, Value)>,
}

enum Value {
    Text(String),
    Signed(i64),
    Unsigned(u64),
    Real(f64),
    Truth(bool),
}

/// The running log. Dropping it writes what is still waiting and joins the thread.
#[derive(Debug)]
pub struct Log {
    sender: Option<SyncSender<Message>>,
    thread: Option<Joined<()>>,
    file: PathBuf,
    lost: Arc<AtomicU64>,
}

impl Log {
    /// Starts the log thread and makes it the destination of this program's entries.
    ///
    /// # Errors
    /// When the folder or the file cannot be written, or when this program already has a log.
    pub fn start(settings: &LogSettings) -> io::Result<Log> {
        let (log, layer) = Log::open(settings)?;
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::set_global_default(subscriber).map_err(io::Error::other)?;
        Ok(log)
    }

    fn open(settings: &LogSettings) -> io::Result<(Log, Capture)> {
        fs::create_dir_all(&settings.folder)?;
        let file = settings.folder.join("tendon.log");
        let writer = Writer {
            out: OpenOptions::new().create(true).append(true).open(&file)?,
            path: file.clone(),
            written: fs::metadata(&file)?.len(),
            limit: settings.file_bytes,
            kept: settings.files,
        };
        let lost = Arc::new(AtomicU64::new(0));
        let (sender, receiver) = sync_channel(QUEUE);
        let gather = settings.buffer_entries.max(1);
        let every = Duration::from_millis(settings.flush_ms.max(1));
        let counter = Arc::clone(&lost);
        let thread = stdx::thread::spawn("log", Intent::Background, move || {
            write_entries(&receiver, writer, gather, every, &counter);
        })?;
        let capture = Capture {
            sender: sender.clone(),
            level: settings.level,
            lost: Arc::clone(&lost),
        };
        Ok((
            Log {
                sender: Some(sender),
                thread: Some(thread),
                file,
                lost,
            },
            capture,
        ))
    }

    /// Where the entries go.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Entries that found the queue full.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Returns when everything logged so far is in the file, or after two seconds.
    pub fn flush(&self) {
        if let Some(sender) = &self.sender {
            let (done, wait) = sync_channel(1);
            if sender.try_send(Message::Flush(done)).is_ok() {
                // Either end of the wait is an answer: written, or given up.
                let _written = wait.recv_timeout(Duration::from_secs(2)).is_err();
            }
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.flush();
        self.sender = None;
        // The global subscriber keeps a sender for the rest of the program, so the thread is not joined:
        // it sleeps until the process ends, and everything it was given is written.
        if let Some(thread) = self.thread.take() {
            std::mem::forget(thread);
        }
    }
}

/// The front of the log: takes entries from whatever thread makes them.
struct Capture {
    sender: SyncSender<Message>,
    level: Level,
    lost: Arc<AtomicU64>,
}

impl<S: Subscriber> Layer<S> for Capture {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        metadata.level() <= &self.level
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut fields = Fields(Vec::new());
        event.record(&mut fields);
        let entry = Entry {
            at: SystemTime::now(),
            metadata: event.metadata(),
            thread: std::thread::current().name().map(str::to_owned),
            request: stdx::request::current(),
            fields: fields.0,
        };
        if self.sender.try_send(Message::Entry(entry)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }
}

struct Fields(Vec<(&'static str, Value)>);

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.push((field.name(), Value::Signed(value)));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.push((field.name(), Value::Unsigned(value)));
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.push((field.name(), Value::Real(value)));
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.push((field.name(), Value::Truth(value)));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.push((field.name(), Value::Text(value.to_owned())));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0
            .push((field.name(), Value::Text(format!("{value:?}"))));
    }
}

struct Writer {
    out: File,
    path: PathBuf,
    written: u64,
    limit: u64,
    kept: u32,
}

impl Writer {
    fn write(&mut self, text: &str) -> io::Result<()> {
        if self.written > 0 && self.written + text.len() as u64 > self.limit {
            self.rotate()?;
        }
        self.out.write_all(text.as_bytes())?;
        self.written += text.len() as u64;
        Ok(())
    }

    /// `tendon.log` becomes `tendon.1.log`, that becomes `tendon.2.log`, and so on; the oldest goes.
    fn rotate(&mut self) -> io::Result<()> {
        let numbered = |n: u32| self.path.with_file_name(format!("tendon.{n}.log"));
        for n in (1..self.kept).rev() {
            if numbered(n).exists() {
                fs::rename(numbered(n), numbered(n + 1))?;
            }
        }
        if self.kept > 0 {
            fs::rename(&self.path, numbered(1))?;
        }
        self.out = OpenOptions::new()
            .create(true)
            .write(true)
            .truncate(true)
            .open(&self.path)?;
        self.written = 0;
        Ok(())
    }
}

fn write_entries(
    receiver: &Receiver<Message>,
    mut writer: Writer,
    gather: usize,
    every: Duration,
    lost: &AtomicU64,
) {
    let mut text = String::new();
    let mut waiting = 0usize;
    let mut said_lost = 0;
    loop {
        let mut done = None;
        let ended = match receiver.recv_timeout(every) {
            Ok(Message::Entry(entry)) => {
                let urgent = *entry.metadata.level() == Level::ERROR;
                put_into_words(&mut text, &entry);
                waiting += 1;
                if !urgent && waiting < gather {
                    continue;
                }
                false
            }
            Ok(Message::Flush(sender)) => {
                done = Some(sender);
                false
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => true,
        };
        let now_lost = lost.load(Ordering::Relaxed);
        if now_lost > said_lost {
            // Writing to a String cannot fail.
            let _ignored = writeln!(
                text,
                "{} entries were lost: the log could not keep up",
                now_lost - said_lost
            );
            said_lost = now_lost;
        }
        if !text.is_empty() {
            if writer.write(&text).is_err() {
                // A full disk must not stop the program, and there is no better place to say so.
                lost.fetch_add(waiting as u64, Ordering::Relaxed);
            }
            text.clear();
            waiting = 0;
        }
        if let Some(done) = done {
            drop(done); // the waiting end sees its partner go
        }
        if ended {
            return;
        }
    }
}

fn put_into_words(text: &mut String, entry: &Entry) {
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
        text.push_str(request);
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
pub(crate) fn date_from_days(days: i64) -> (i64, u32, u32) {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(folder: &Path) -> LogSettings {
        LogSettings {
            folder: folder.to_owned(),
            flush_ms: 600_000,
            ..LogSettings::default()
        }
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

    #[test]
    fn an_error_is_in_the_file_at_once_and_brings_what_waited_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let (log, capture) = Log::open(&settings(folder.path())).unwrap();
        let subscriber = tracing_subscriber::registry().with(capture);
        stdx::request::set(Some("r-42".into()));
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(joints = 6, "arm found");
            tracing::error!("line lost\nPort: /dev/ttyACM0");
        });
        stdx::request::set(None);
        log.flush();
        let text = fs::read_to_string(log.file()).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), 2, "{text}");
        assert!(
            lines[0].contains("INFO  r-42 station::log::tests"),
            "{text}"
        );
        assert!(lines[0].ends_with("arm found joints=6"), "{text}");
        assert!(
            lines[1].ends_with("line lost | Port: /dev/ttyACM0"),
            "{text}"
        );
    }

    #[test]
    fn a_full_file_moves_aside_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tendon.log");
        let mut writer = Writer {
            out: File::create(&path).unwrap(),
            path: path.clone(),
            written: 0,
            limit: 10,
            kept: 2,
        };
        for text in ["first----", "second---", "third----", "fourth---"] {
            writer.write(text).unwrap();
        }
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).ok();
        assert_eq!(read("tendon.log").as_deref(), Some("fourth---"));
        assert_eq!(read("tendon.1.log").as_deref(), Some("third----"));
        assert_eq!(read("tendon.2.log").as_deref(), Some("second---"));
        assert_eq!(read("tendon.3.log"), None);
    }
}
