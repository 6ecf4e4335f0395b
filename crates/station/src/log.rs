//! The log: threads that work only hand an entry over; one thread formats, gathers and writes it to a
//! rotating file.
//!
//! Entries are gathered up to a stated number and written at the latest after a stated time, and at once
//! when an entry is an error. A full queue loses entries rather than time, and says how many.
//! The thread has an owner of its own, which starts it again after a panic; a disk that hangs or is full costs entries,
//! which are counted, and the person is told once ([`news`]).
//! Not here: the file (`writer`), reading it back (`read`), following it (`tail`), an entry's words (`words`), what is worth logging; each room decides that by its reader (error: data lost or work not
//! done; warn: done differently; info: rare and for the user).

mod line;
mod read;
mod tail;
mod words;
mod writer;

use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use protocol::{ErrorCode, Failure};
use stdx::thread::{Intent, Joined};
use stdx::watchdog::{How, Seen, Watchdog};
use stdx::{Clock, SystemClock};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};

pub use line::{level_from_name, level_name, line_of};
pub use read::LogReader;
pub use tail::LogTail;
pub use words::date_from_days;

use crate::failure::failure;
use crate::settings::LogSettings;
use crate::threads;
pub use words::utc;
use writer::{Work, Writer};

/// Entries that may wait for the log thread; beyond them entries are counted instead of kept.
const QUEUE: usize = 4096;

/// Time between two looks of the log's owner.
const LOOK: Duration = Duration::from_millis(250);
/// News that may wait to be told; they come a few an hour at worst.
const NEWS: usize = 16;

/// Levels, the most talkative one last.
const LEVELS: [Level; 5] = [
    Level::ERROR,
    Level::WARN,
    Level::INFO,
    Level::DEBUG,
    Level::TRACE,
];

/// The health of this program's log.
static HEALTH: OnceLock<Arc<Health>> = OnceLock::new();
/// The file of this program's log.
static FILE: OnceLock<PathBuf> = OnceLock::new();

/// How the log does, for whoever wants to know.
#[derive(Debug, Default)]
struct Health {
    lost: AtomicU64,
    hangs: AtomicBool,
    news: Mutex<VecDeque<Failure>>,
    /// Place in [`LEVELS`] of the most talkative level that is kept.
    level: AtomicU8,
}

impl Health {
    fn keep(&self, level: Level) {
        let place = LEVELS.iter().position(|it| *it == level);
        // There are five of them.
        let place = place.unwrap_or_default() as u8;
        if self.level.swap(place, Ordering::Relaxed) != place {
            // Places that log remember whether anybody wants their entries.
            tracing::callsite::rebuild_interest_cache();
        }
    }

    fn level(&self) -> Level {
        let place = usize::from(self.level.load(Ordering::Relaxed));
        LEVELS.get(place).copied().unwrap_or(Level::INFO)
    }

    fn tell(&self, failure: Failure) {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        if news.len() < NEWS {
            news.push_back(failure);
        }
    }

    fn news(&self) -> Option<Failure> {
        let mut news = self.news.lock().unwrap_or_else(PoisonError::into_inner);
        news.pop_front()
    }
}

/// What a person should know about this program's log: that entries are lost, and why. Each is told once.
pub fn news() -> Option<Failure> {
    HEALTH.get().and_then(|health| health.news())
}

/// Keeps entries up to this level from now on. Without a log it does nothing.
pub fn keep(level: Level) {
    if let Some(health) = HEALTH.get() {
        health.keep(level);
    }
}

/// Entries of this program that could not be kept; none are counted where it has no log.
pub fn lost() -> u64 {
    let health = HEALTH.get();
    health.map_or(0, |health| health.lost.load(Ordering::Relaxed))
}

/// The folder of this program's log: the one it writes to, else the one that the settings name.
pub fn folder() -> PathBuf {
    let written = FILE.get().and_then(|file| file.parent());
    written
        .map(Path::to_owned)
        .unwrap_or_else(|| crate::settings::Settings::load().log.folder)
}

/// What the log thread is told.
#[derive(Debug)]
enum Message {
    Entry(Entry),
    Flush(SyncSender<()>),
}

/// One entry as it leaves the thread that made it: nothing is put into words yet.
#[derive(Debug)]
struct Entry {
    at: SystemTime,
    metadata: &'static Metadata<'static>,
    thread: Option<String>,
    request: Option<Arc<str>>,
    fields: Vec<(&'static str, Value)>,
}

#[derive(Debug)]
enum Value {
    Text(String),
    Signed(i64),
    Unsigned(u64),
    Real(f64),
    Truth(bool),
}

/// The running log. Dropping it writes what is still waiting, unless the disk hangs.
#[derive(Debug)]
pub struct Log {
    sender: SyncSender<Message>,
    /// Dropping it ends the owner.
    ended: Option<SyncSender<()>>,
    owner: Option<Joined<()>>,
    file: PathBuf,
    health: Arc<Health>,
}

impl Log {
    /// Starts the log thread and makes it the destination of this program's entries.
    ///
    /// # Errors
    /// When the folder or the file cannot be written, or when this program already has a log.
    pub fn start(settings: &LogSettings) -> io::Result<Log> {
        let (log, layer) = Log::open(settings, SystemClock::shared())?;
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::set_global_default(subscriber).map_err(io::Error::other)?;
        // The first log of a program is its only one: the line above refuses a second.
        HEALTH.set(Arc::clone(&log.health)).ok();
        FILE.set(log.file.clone()).ok();
        Ok(log)
    }

    /// `clock` is the owner's.
    fn open(settings: &LogSettings, clock: Arc<dyn Clock>) -> io::Result<(Log, Capture)> {
        let writer = Writer::open(settings)?;
        let file = writer.path().to_owned();
        let health = Arc::new(Health::default());
        health.keep(settings.level);
        let (sender, receiver) = sync_channel(QUEUE);
        let work = Work::new(receiver, writer, Arc::clone(&health), settings);
        let watchdog = Watchdog::start(threads::LOG, clock, work, Work::run)?;
        let (ended, until) = sync_channel(1);
        let owner = stdx::thread::spawn("log-owner", Intent::Background, {
            let health = Arc::clone(&health);
            move || look_after(watchdog, &until, &health)
        })?;
        let capture = Capture {
            sender: sender.clone(),
            health: Arc::clone(&health),
        };
        Ok((
            Log {
                sender,
                ended: Some(ended),
                owner: Some(owner),
                file,
                health,
            },
            capture,
        ))
    }

    /// Where the entries go.
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// Entries that found the queue full or could not be written.
    pub fn lost(&self) -> u64 {
        self.health.lost.load(Ordering::Relaxed)
    }

    /// Returns when everything logged so far is in the file, or after two seconds; at once when the disk hangs.
    pub fn flush(&self) {
        if self.health.hangs.load(Ordering::Relaxed) {
            return;
        }
        let (done, wait) = sync_channel(1);
        if self.sender.try_send(Message::Flush(done)).is_ok() {
            // Either end of the wait is an answer: written, or given up.
            let _written = wait.recv_timeout(Duration::from_secs(2)).is_err();
        }
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.flush();
        self.ended = None;
        // Joined here; the log's own thread is left by its owner.
        self.owner = None;
    }
}

/// The owner of the log's thread, until the log is dropped.
fn look_after(mut watchdog: Watchdog<Work, ()>, ended: &Receiver<()>, health: &Health) {
    loop {
        match watchdog.look() {
            Seen::Failed(failed) => {
                let hangs = matches!(failed.how, How::Hangs(_));
                health
                    .hangs
                    .store(hangs || failed.for_good(), Ordering::Relaxed);
                let (code, remedy) = match (hangs, failed.for_good()) {
                    (true, _) => (
                        ErrorCode::Disk,
                        "Everything else goes on; entries are counted and lost until the disk answers. Check the disk.",
                    ),
                    (false, false) => (
                        ErrorCode::Internal,
                        "Everything else goes on; a few entries may be lost. Please report this.",
                    ),
                    (false, true) => (
                        ErrorCode::Internal,
                        "Everything else goes on, without a log. Please report this.",
                    ),
                };
                health.tell(failure(code, failed, remedy));
            }
            Seen::Again => {
                health.hangs.store(false, Ordering::Relaxed);
                let lost = health.lost.load(Ordering::Relaxed);
                let lost = format!("{lost} entries were lost.");
                health.tell(failure(ErrorCode::Disk, "the log is written again", lost));
            }
            Seen::Well | Seen::Slow(_) | Seen::Ended => {}
        }
        if !matches!(ended.recv_timeout(LOOK), Err(RecvTimeoutError::Timeout)) {
            // The global subscriber keeps a sender for the rest of the program, so the thread is not waited for:
            // it sleeps until the process ends, and everything it was given is written.
            watchdog.leave();
            return;
        }
    }
}

/// The front of the log: takes entries from whatever thread makes them.
struct Capture {
    sender: SyncSender<Message>,
    health: Arc<Health>,
}

impl<S: Subscriber> Layer<S> for Capture {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        *metadata.level() <= self.health.level()
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
            self.health.lost.fetch_add(1, Ordering::Relaxed);
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

#[cfg(test)]
mod tests;
