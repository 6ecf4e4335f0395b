//! The log's thread and its file: entries are put into words, gathered and written.
//!
//! Whatever becomes of the file, nobody waits: what cannot be written is counted, said once, and writing goes on when
//! there is room again.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use protocol::ErrorCode;
use stdx::watchdog::Heart;
use stdx::{Clock as _, SystemClock, failpoint};
use tracing::Level;
use units::MonoTime;

use super::words::put_into_words;
use super::{Health, Message};
use crate::failure::failure;
use crate::settings::LogSettings;

/// Longest time between two signs of life.
const BEAT: Duration = Duration::from_millis(250);

/// What the log's thread works with; goes on to the next one after a panic.
#[derive(Debug)]
pub(super) struct Work {
    receiver: Receiver<Message>,
    writer: Writer,
    health: Arc<Health>,
    gather: usize,
    every: Duration,
    text: String,
    /// Entries in `text`.
    waiting: u64,
    written_at: MonoTime,
    /// Lost entries of which the file tells.
    said_lost: u64,
    /// The file refused the last entries.
    refused: bool,
}

impl Work {
    pub(super) fn new(
        receiver: Receiver<Message>,
        writer: Writer,
        health: Arc<Health>,
        settings: &LogSettings,
    ) -> Self {
        Self {
            receiver,
            writer,
            health,
            gather: settings.buffer_entries.max(1),
            every: Duration::from_millis(settings.flush_ms.max(1)),
            text: String::new(),
            waiting: 0,
            written_at: SystemClock.now(),
            said_lost: 0,
            refused: false,
        }
    }

    /// Writes until nobody can log any more.
    pub(super) fn run(&mut self, heart: &Heart, restarts: u32) {
        if restarts > 0 {
            // One of them may have been the reason.
            self.lose();
        }
        loop {
            heart.beat();
            let left = self
                .every
                .saturating_sub(SystemClock.now().since(self.written_at));
            let mut due = false;
            let mut done = None;
            let mut ended = false;
            match self.receiver.recv_timeout(left.min(BEAT)) {
                Ok(Message::Entry(entry)) => {
                    self.waiting += 1;
                    failpoint::here("log.words");
                    put_into_words(&mut self.text, &entry);
                    due = *entry.metadata.level() == Level::ERROR
                        || self.waiting >= self.gather as u64;
                }
                Ok(Message::Flush(sender)) => done = Some(sender),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => ended = true,
            }
            let now = SystemClock.now();
            if due || done.is_some() || ended || now.since(self.written_at) >= self.every {
                self.written_at = now;
                self.write();
            }
            drop(done); // the waiting end sees its partner go
            if ended {
                return;
            }
        }
    }

    fn write(&mut self) {
        let lost = self.health.lost.load(Ordering::Relaxed);
        if lost > self.said_lost {
            // Writing to a String cannot fail.
            let _ignored = writeln!(
                self.text,
                "{} entries were lost here: the log could not be written or did not keep up",
                lost - self.said_lost
            );
        }
        if self.text.is_empty() {
            return;
        }
        match self.writer.write(&self.text) {
            Ok(()) => {
                self.said_lost = lost;
                self.text.clear();
                self.waiting = 0;
                if std::mem::replace(&mut self.refused, false) {
                    self.health.tell(failure(
                        ErrorCode::Disk,
                        "the log is written again",
                        format!("{lost} entries were lost."),
                    ));
                }
            }
            Err(error) => {
                self.lose();
                if !std::mem::replace(&mut self.refused, true) {
                    self.health.tell(failure(
                        ErrorCode::Disk,
                        format!(
                            "the log cannot be written: {error}\nFile: {}",
                            self.writer.path.display()
                        ),
                        "Everything else goes on. Free some space; the log then goes on by itself.",
                    ));
                }
            }
        }
    }

    /// Gives up what was gathered.
    fn lose(&mut self) {
        self.health.lost.fetch_add(self.waiting, Ordering::Relaxed);
        self.waiting = 0;
        self.text.clear();
    }
}

/// The log's file and those that were moved aside.
#[derive(Debug)]
pub(super) struct Writer {
    out: File,
    path: PathBuf,
    written: u64,
    limit: u64,
    kept: u32,
}

impl Writer {
    /// Goes on with the log in the folder of `settings`.
    pub(super) fn open(settings: &LogSettings) -> io::Result<Self> {
        fs::create_dir_all(&settings.folder)?;
        let path = settings.folder.join("tendon.log");
        Ok(Self {
            out: OpenOptions::new().create(true).append(true).open(&path)?,
            written: fs::metadata(&path)?.len(),
            path,
            limit: settings.file_bytes,
            kept: settings.files,
        })
    }

    /// The file being written.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends whole lines; moves the file aside first when it would become too long.
    pub(super) fn write(&mut self, text: &str) -> io::Result<()> {
        if self.written > 0 && self.written + text.len() as u64 > self.limit {
            self.rotate()?;
        }
        let put = failpoint::error("log.write").and_then(|()| self.out.write_all(text.as_bytes()));
        if let Err(error) = put {
            // Half a line would run into the next one, so it is taken back.
            let taken_back = self.out.set_len(self.written);
            return Err(taken_back.err().unwrap_or(error));
        }
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
            match fs::rename(&self.path, numbered(1)) {
                // Somebody took the file away; a new one begins.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                renamed => renamed?,
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_file_moves_aside_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = Writer::open(&LogSettings {
            folder: folder.path().to_owned(),
            file_bytes: 10,
            files: 2,
            ..LogSettings::default()
        })
        .unwrap();
        for text in ["first----", "second---", "third----", "fourth---"] {
            writer.write(text).unwrap();
        }
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).ok();
        assert_eq!(read("tendon.log").as_deref(), Some("fourth---"));
        assert_eq!(read("tendon.1.log").as_deref(), Some("third----"));
        assert_eq!(read("tendon.2.log").as_deref(), Some("second---"));
        assert_eq!(read("tendon.3.log"), None);
        // A file that somebody took away does not end the log.
        fs::remove_file(folder.path().join("tendon.log")).unwrap();
        writer.write("fifth----").unwrap();
        assert_eq!(read("tendon.log").as_deref(), Some("fifth----"));
    }
}
