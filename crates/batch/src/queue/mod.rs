//! What a batch has done and has still to do, in a file that survives every crash: SQLite with a write-ahead log, every
//! step durable before the next one begins.
//!
//! An item waits, runs, and is done, failed or passed over. What its output will be is written down before the output
//! gets its name; so after a crash in between it is known whether the file that lies there is the one that was made, and
//! nothing is done twice. One program works on a queue at a time.
//! Not here: who works (`run`).

mod items;
mod lock;
mod steps;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use imaging::Preset;
use rusqlite::{Connection, ErrorCode, OptionalExtension};

use crate::aside;
use crate::error::BatchError;
use crate::plan::{self, OURS, Plan};
use crate::task::{Task, Written};

pub use items::{Counts, Item, ItemId, ItemState, Recovered};
pub(crate) use items::{Ready, Stamp};
use lock::Lock;

/// Version of the tables. Raised when an older program would misread a newer file.
const VERSION: i64 = 1;
/// What tells a queue from other databases: `TEND`.
const APPLICATION: i64 = 0x5445_4e44;

const TABLES: &str = "
CREATE TABLE batch (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    created_unix_ms INTEGER NOT NULL,
    mark TEXT NOT NULL,
    task TEXT NOT NULL,
    preset TEXT NOT NULL
) STRICT;
CREATE TABLE item (
    id INTEGER PRIMARY KEY,
    input TEXT NOT NULL UNIQUE,
    output TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    modified_ns INTEGER,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed', 'passed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    error TEXT,
    remedy TEXT,
    notes TEXT,
    made_bytes INTEGER,
    made_hash INTEGER,
    took_ms INTEGER,
    ended_unix_ms INTEGER
) STRICT;
CREATE INDEX item_state ON item (state, id);
CREATE UNIQUE INDEX item_output ON item (output) WHERE output <> '';
";

/// One batch in its file. Nobody else can open it while this lives.
#[derive(Debug)]
pub struct Queue {
    db: Connection,
    path: PathBuf,
    task: Task,
    mark: String,
    recovered: Recovered,
    _lock: Lock,
}

impl Queue {
    /// Where the queue of a batch is kept unless somebody wants it elsewhere: hidden, in the folder of its outputs.
    pub fn beside(into: &Path) -> PathBuf {
        into.join(format!("{OURS}batch.queue"))
    }

    /// Begins a batch. Paths are kept as absolute ones, so that it can be resumed from anywhere.
    ///
    /// # Errors
    /// [`BatchError::Exists`] when the file holds a batch, [`BatchError::InUse`], or what writing can meet.
    pub fn create(path: &Path, task: &Task, plan: &Plan) -> Result<Self, BatchError> {
        let task = whole(task)?;
        if let Some(folder) = path.parent() {
            aside::make_folder(folder)
                .map_err(BatchError::file("making the queue's folder", folder))?;
        }
        let lock = Lock::take(path)?;
        let db = connect(path)?;
        let failed = told("beginning the queue", path);
        if has_tables(&db).map_err(&failed)? {
            return Err(BatchError::Exists {
                path: path.to_owned(),
            });
        }
        endure(&db, path)?;
        let written = Written::of(&task).and_then(|task| serde_json::to_string(&task).ok());
        let written = written.ok_or_else(|| BatchError::Input {
            path: task.into.clone(),
            source: std::io::Error::new(
                std::io::ErrorKind::InvalidFilename,
                "a path is no text in UTF-8",
            ),
        })?;
        let mark = aside::fresh_mark();
        let begun = db.unchecked_transaction().map_err(&failed)?;
        begun.execute_batch(TABLES).map_err(&failed)?;
        begun
            .execute(
                "INSERT INTO batch (one, created_unix_ms, mark, task, preset) VALUES (1, ?1, ?2, ?3, ?4)",
                (now_unix_ms(), &mark, written, task.preset.to_json()?),
            )
            .map_err(&failed)?;
        items::add(&begun, &plan.items, &plan.passed).map_err(&failed)?;
        begun
            .pragma_update(None, "application_id", APPLICATION)
            .and_then(|()| begun.pragma_update(None, "user_version", VERSION))
            .and_then(|()| begun.commit())
            .map_err(&failed)?;
        Ok(Self {
            db,
            path: path.to_owned(),
            task,
            mark,
            recovered: Recovered::default(),
            _lock: lock,
        })
    }

    /// Opens the queue of a batch that was begun, checks it, and puts in order what a crash left: items that ran wait
    /// again, and their half-written files are removed.
    ///
    /// # Errors
    /// [`BatchError::NoBatch`], [`BatchError::InUse`], [`BatchError::Broken`] (see [`Queue::set_aside`]),
    /// [`BatchError::Newer`], or what reading can meet.
    pub fn open(path: &Path) -> Result<Self, BatchError> {
        if !path.is_file() {
            return Err(BatchError::NoBatch {
                path: path.to_owned(),
            });
        }
        let lock = Lock::take(path)?;
        let db = connect(path)?;
        let failed = told("reading the queue", path);
        if !has_tables(&db).map_err(&failed)? {
            return Err(BatchError::NoBatch {
                path: path.to_owned(),
            });
        }
        let number = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
        let broken = |what: String| BatchError::Broken {
            path: path.to_owned(),
            what,
        };
        if number("application_id").map_err(&failed)? != APPLICATION {
            return Err(broken("it is the database of another program".to_owned()));
        }
        let found = number("user_version").map_err(&failed)?;
        if found != VERSION {
            return Err(BatchError::Newer {
                path: path.to_owned(),
                found,
                known: VERSION,
            });
        }
        endure(&db, path)?;
        let health: String = db
            .pragma_query_value(None, "integrity_check", |row| row.get(0))
            .map_err(&failed)?;
        if health != "ok" {
            return Err(broken(health));
        }
        let row = db
            .query_row("SELECT task, preset, mark FROM batch", (), |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
            .optional()
            .map_err(&failed)?;
        let (task, preset, mark): (String, String, String) =
            row.ok_or_else(|| broken("it does not say what is to be done".to_owned()))?;
        let preset = Preset::from_json(&preset)?;
        let task = serde_json::from_str::<Written>(&task)
            .map_err(|error| error.to_string())
            .and_then(|written| written.task(preset))
            .map_err(broken)?;
        let mut this = Self {
            db,
            path: path.to_owned(),
            task,
            mark,
            recovered: Recovered::default(),
            _lock: lock,
        };
        this.sweep()?;
        this.recovered = this.recover()?;
        Ok(this)
    }

    /// Whether there is a file for a queue, sound or not.
    pub fn exists(path: &Path) -> bool {
        path.is_file()
    }

    /// Gives a queue that cannot be read another name, so that a new batch can be begun in its place. Nothing is deleted.
    /// Gives the new name.
    ///
    /// # Errors
    /// [`BatchError::InUse`], or when it cannot be renamed.
    pub fn set_aside(path: &Path) -> Result<PathBuf, BatchError> {
        let _lock = Lock::take(path)?;
        let free = (1..).map(|number: u64| with_suffix(path, &format!(".broken-{number}")));
        let to = free
            .into_iter()
            .find(|path| fs::symlink_metadata(path).is_err())
            .unwrap_or_else(|| with_suffix(path, ".broken"));
        // The log goes with the file that it belongs to; alone it would be applied to the next one.
        for suffix in ["-wal", "-journal", ""] {
            let (from, to) = (with_suffix(path, suffix), with_suffix(&to, suffix));
            match fs::rename(&from, &to) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                done => done.map_err(BatchError::file("setting the queue aside", &from))?,
            }
        }
        Ok(to)
    }

    /// Forgets the batch: its queue and what was half-written are removed. Inputs and outputs stay.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn forget(self) -> Result<(), BatchError> {
        self.sweep()?;
        let path = self.path.clone();
        let Self { db, _lock, .. } = self;
        drop(db);
        for suffix in ["", "-wal", "-journal"] {
            let file = with_suffix(&path, suffix);
            match fs::remove_file(&file) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
                done => done.map_err(BatchError::file("removing the queue", &file))?,
            }
        }
        // The lock's file goes last, while it is held.
        fs::remove_file(lock::path(&path)).ok();
        Ok(())
    }

    /// The queue's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is to be done.
    pub fn task(&self) -> &Task {
        &self.task
    }

    /// What was put in order when it was opened.
    pub fn recovered(&self) -> Recovered {
        self.recovered
    }

    /// Where an output is written before it gets its name: a new name each time, because a function that was called off
    /// may still be writing to the last one.
    pub(crate) fn temporary(&self, output: &Path) -> PathBuf {
        let name = format!("{}{}.tmp", self.mine(), aside::fresh_mark());
        self.task.into.join(output).with_file_name(name)
    }

    /// Begins the name of every half-written file of this batch.
    fn mine(&self) -> String {
        format!("{OURS}{}-", self.mark)
    }

    /// Removes what was half-written when the program ended. Nobody else gives a file such a name.
    fn sweep(&self) -> Result<(), BatchError> {
        let doing = "removing a half-written file";
        let mine = self.mine();
        for folder in self.folders()? {
            let folder = self.task.into.join(folder);
            let entries = match fs::read_dir(&folder) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                entries => entries.map_err(BatchError::file(doing, &folder))?,
            };
            for entry in entries {
                let entry = entry.map_err(BatchError::file(doing, &folder))?;
                if entry
                    .file_name()
                    .as_encoded_bytes()
                    .starts_with(mine.as_bytes())
                {
                    aside::remove(&entry.path()).map_err(BatchError::file(doing, &folder))?;
                }
            }
        }
        Ok(())
    }

    fn told(&self, doing: &'static str) -> impl Fn(rusqlite::Error) -> BatchError + use<> {
        told(doing, &self.path)
    }
}

/// The task with absolute paths.
fn whole(task: &Task) -> Result<Task, BatchError> {
    plan::check(task)?;
    let inputs = task.inputs.iter().map(|input| {
        std::path::absolute(input).map_err(|source| BatchError::Input {
            path: input.clone(),
            source,
        })
    });
    Ok(Task {
        inputs: inputs.collect::<Result<_, _>>()?,
        into: plan::absolute(&task.into)?,
        ..task.clone()
    })
}

/// Opens a database and changes nothing in it, because it may be somebody else's.
fn connect(path: &Path) -> Result<Connection, BatchError> {
    let failed = told("opening the queue", path);
    let db = Connection::open(path).map_err(&failed)?;
    // Alone in the file, SQLite needs no memory shared between programs, which network drives do not have.
    set_up(&db, "locking_mode", "EXCLUSIVE").map_err(&failed)?;
    Ok(db)
}

/// Makes every step durable, from now on.
fn endure(db: &Connection, path: &Path) -> Result<(), BatchError> {
    let failed = told("opening the queue", path);
    set_up(db, "journal_mode", "WAL").map_err(&failed)?;
    // Full, because an item that is done must not wait again after a loss of power.
    db.pragma_update(None, "synchronous", "FULL")
        .map_err(&failed)
}

fn set_up(db: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    db.pragma_update_and_check(None, name, value, |_| Ok(()))
}

fn has_tables(db: &Connection) -> rusqlite::Result<bool> {
    db.query_row("SELECT count(*) FROM sqlite_schema", (), |row| {
        row.get::<_, i64>(0)
    })
    .map(|tables| tables > 0)
}

/// An error of the database, told as what it means.
fn told(doing: &'static str, path: &Path) -> impl Fn(rusqlite::Error) -> BatchError + use<> {
    let path = path.to_owned();
    move |source| {
        let path = path.clone();
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => BatchError::Broken {
                path,
                what: source.to_string(),
            },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => BatchError::InUse { path },
            _ => BatchError::Queue {
                doing,
                path,
                source,
            },
        }
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(suffix);
    path.with_file_name(name)
}

/// Milliseconds since 1970, for people who ask when.
fn now_unix_ms() -> i64 {
    SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or_default()
}
