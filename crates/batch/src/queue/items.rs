//! The items of a queue: what is known of each.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Connection, Row};
use serde::Serialize;

use super::Queue;
use crate::error::BatchError;
use crate::plan::{Passed, Planned};

/// Which item of its queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ItemId(pub i64);

/// Where an item stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ItemState {
    /// Its turn comes.
    Waiting,
    /// It is being worked on.
    Running,
    /// Its output is there, whole and durable.
    Done,
    /// It has no output; its error says why.
    Failed,
    /// It is not worked on.
    Passed,
}

impl ItemState {
    const ALL: [Self; 5] = [
        Self::Waiting,
        Self::Running,
        Self::Done,
        Self::Failed,
        Self::Passed,
    ];

    /// Its name in the queue and in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Passed => "passed",
        }
    }
}

/// One item, as the queue has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// Which.
    pub id: ItemId,
    /// The file that is read.
    pub input: PathBuf,
    /// The file that is written, relative to the folder for outputs; empty where it is passed over.
    pub output: PathBuf,
    /// Bytes of the input.
    pub bytes: u64,
    /// Where it stands.
    pub state: ItemState,
    /// How often work on it began.
    pub attempts: u64,
    /// Why it failed or is passed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What the person can do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// What is to be known about its output: what was changed when it was opened, what is unsure.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// How long the last work on it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
}

/// How many items stand where.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Their turn comes.
    pub waiting: u64,
    /// Worked on now.
    pub running: u64,
    /// With an output.
    pub done: u64,
    /// Without one, with an error.
    pub failed: u64,
    /// Not worked on.
    pub passed: u64,
}

impl Counts {
    /// Items that are or were to be worked on.
    pub fn all(&self) -> u64 {
        self.waiting + self.running + self.done + self.failed
    }
}

/// What was put in order when a queue was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Recovered {
    /// Items that were being worked on when the program ended, and wait again.
    pub again: u64,
    /// Items whose output was there already, but not written down yet.
    pub finished: u64,
    /// Items that are not tried again, because the program ended with them three times.
    pub given_up: u64,
}

/// Size and time of a file, which tell whether it was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) bytes: u64,
    /// Nanoseconds since 1970, as far as the system knows.
    pub(crate) modified: Option<i64>,
}

impl Stamp {
    pub(crate) fn new(bytes: u64, modified: Option<SystemTime>) -> Self {
        Self {
            bytes,
            modified: modified.and_then(|time| {
                let since = time.duration_since(SystemTime::UNIX_EPOCH).ok()?;
                i64::try_from(since.as_nanos()).ok()
            }),
        }
    }

    pub(crate) fn of(path: &Path) -> std::io::Result<Self> {
        let found = fs::metadata(path)?;
        Ok(Self::new(found.len(), found.modified().ok()))
    }
}

/// An item that can be begun.
#[derive(Debug, Clone)]
pub(crate) struct Ready {
    pub(crate) id: ItemId,
    pub(crate) input: PathBuf,
    pub(crate) output: PathBuf,
}

pub(super) fn add(db: &Connection, items: &[Planned], passed: &[Passed]) -> rusqlite::Result<()> {
    let mut insert = db.prepare(
        "INSERT OR IGNORE INTO item (input, output, bytes, modified_ns, state, error)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for item in items {
        let stamp = Stamp::new(item.bytes, item.modified);
        insert.execute((
            text(&item.input),
            text(&item.output),
            whole(stamp.bytes),
            stamp.modified,
            ItemState::Waiting.name(),
            None::<String>,
        ))?;
    }
    for passed in passed {
        insert.execute((
            text(&passed.path),
            "",
            0,
            None::<i64>,
            ItemState::Passed.name(),
            Some(passed.why.to_string()),
        ))?;
    }
    Ok(())
}

impl Queue {
    /// How many items stand where.
    ///
    /// # Errors
    /// When the queue cannot be read.
    pub fn counts(&self) -> Result<Counts, BatchError> {
        let failed = self.told("counting the queue");
        let mut counts = Counts::default();
        let mut found = self
            .db
            .prepare("SELECT state, count(*) FROM item GROUP BY state")
            .map_err(&failed)?;
        let rows = found
            .query_map((), |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
            })
            .map_err(&failed)?;
        for row in rows {
            let (state, count) = row.map_err(&failed)?;
            let count = u64::try_from(count).unwrap_or_default();
            match ItemState::ALL
                .into_iter()
                .find(|known| known.name() == state)
            {
                Some(ItemState::Waiting) => counts.waiting = count,
                Some(ItemState::Running) => counts.running = count,
                Some(ItemState::Done) => counts.done = count,
                Some(ItemState::Failed) => counts.failed = count,
                Some(ItemState::Passed) => counts.passed = count,
                None => {}
            }
        }
        Ok(counts)
    }

    /// Every item of a state, or all of them, in the order in which they were added.
    ///
    /// # Errors
    /// When the queue cannot be read.
    pub fn items(&self, state: Option<ItemState>) -> Result<Vec<Item>, BatchError> {
        let failed = self.told("reading the queue");
        let mut found = self
            .db
            .prepare(
                "SELECT id, input, output, bytes, state, attempts, error, remedy, notes, took_ms
                 FROM item WHERE ?1 IS NULL OR state = ?1 ORDER BY id",
            )
            .map_err(&failed)?;
        found
            .query_map([state.map(ItemState::name)], item)
            .and_then(Iterator::collect)
            .map_err(&failed)
    }

    /// Has every item that failed tried again. How many there were.
    ///
    /// # Errors
    /// When the queue cannot be written.
    pub fn retry_failed(&self) -> Result<u64, BatchError> {
        self.db
            .execute(
                "UPDATE item SET state = 'waiting', attempts = 0, error = NULL, remedy = NULL,
                 made_bytes = NULL, made_hash = NULL WHERE state = 'failed'",
                (),
            )
            .map(|count| count as u64)
            .map_err(self.told("trying items again"))
    }
}

fn item(row: &Row<'_>) -> rusqlite::Result<Item> {
    let notes: Option<String> = row.get(8)?;
    Ok(Item {
        id: ItemId(row.get(0)?),
        input: path(row, 1)?,
        output: path(row, 2)?,
        bytes: count(row, 3)?,
        state: state(row, 4)?,
        attempts: count(row, 5)?,
        error: row.get(6)?,
        remedy: row.get(7)?,
        notes: notes
            .iter()
            .flat_map(|notes| notes.lines())
            .map(str::to_owned)
            .collect(),
        took_ms: row
            .get::<_, Option<i64>>(9)?
            .and_then(|took| took.try_into().ok()),
    })
}

pub(super) fn state(row: &Row<'_>, at: usize) -> rusqlite::Result<ItemState> {
    let name: String = row.get(at)?;
    Ok(ItemState::ALL
        .into_iter()
        .find(|known| known.name() == name)
        // The table allows no other.
        .unwrap_or(ItemState::Failed))
}

pub(super) fn path(row: &Row<'_>, at: usize) -> rusqlite::Result<PathBuf> {
    row.get::<_, String>(at).map(PathBuf::from)
}

pub(super) fn count(row: &Row<'_>, at: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(at)?).unwrap_or_default())
}

/// A number as SQLite keeps it.
pub(super) fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
