//! A dataset as a folder that is open: what it holds, its rows, and the way to its next episode.
//!
//! Not here: the files' formats, each in a module of its own; the commit ([`crate::store`]).

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use serde_json::Value;
use stdx::SystemClock;

use crate::data::{ROW_FEATURES, Rows};
use crate::draft::{Aside, Draft, Open};
use crate::episodes::{self, Episode, FilePlace};
use crate::error::DatasetError;
use crate::files::{self, CommitStep, Part};
use crate::info::Info;
use crate::journal::{self, Header, JournalRows, Writer};
use crate::lock::Lock;
use crate::recovery::{self, PutAway};
use crate::spec::DatasetSpec;
use crate::stats::Stats;
use crate::store::{Shared, Store};
use crate::tasks::Tasks;

/// A dataset that is open, for reading or for writing. Drafts begun with it may outlive it; the lock lasts as long as they do.
#[derive(Debug)]
pub struct Dataset {
    root: PathBuf,
    shared: Arc<Shared>,
}

impl Dataset {
    /// Begins a dataset in a folder that does not exist or is empty.
    ///
    /// # Errors
    /// [`DatasetError::NotEmpty`], [`DatasetError::BadInput`] for a spec that makes no sense, or what writing can meet.
    pub fn create(
        root: impl AsRef<Path>,
        spec: impl Borrow<DatasetSpec>,
    ) -> Result<Self, DatasetError> {
        let root = root.as_ref();
        let spec = spec.borrow();
        let info = spec.info()?;
        if holds_anything(root)? {
            return Err(DatasetError::NotEmpty {
                path: root.to_owned(),
            });
        }
        files::create_folder(root)?;
        let lock = Lock::take(root)?;
        files::replace(
            &Info::path(root),
            info.to_text().as_bytes(),
            Part::Info,
            None,
        )?;
        Ok(Self::of(Store {
            root: root.to_owned(),
            clock: SystemClock::shared(),
            lock: Some(lock),
            info,
            tasks: Tasks::default(),
            episodes: Vec::new(),
            stats: None,
            columns: None,
            cameras: spec.cameras.clone(),
            draft_open: false,
            asides: BTreeSet::new(),
            stop: None,
        }))
    }

    /// Opens a dataset for reading: its description, tasks and episodes. Rows are read when asked for.
    ///
    /// # Errors
    /// When one of those files is missing or damaged, in the way [`DatasetError`] says.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, DatasetError> {
        read(root.as_ref(), None).map(Self::of)
    }

    /// Opens a dataset, ours or LeRobot's, to add episodes to it. Commits that a crash cut short are finished first;
    /// episodes that were still being recorded wait for [`crate::recovery`].
    ///
    /// # Errors
    /// [`DatasetError::Differs`] when it was recorded with something else,
    /// [`DatasetError::InUse`], or that its files do not agree, so that adding to it would make matters worse.
    pub fn resume(
        root: impl AsRef<Path>,
        spec: impl Borrow<DatasetSpec>,
    ) -> Result<Self, DatasetError> {
        let root = root.as_ref();
        // Asked before anything is written, so that refusing a dataset leaves no trace in it.
        spec.borrow().check_resume(&Info::read(root)?, root)?;
        let mut store = open_to_write(root)?;
        store.cameras.clone_from(&spec.borrow().cameras);
        // What is put away here is in the log; who wants to tell of it asks `recovery` first.
        recovery::settle(&mut store)?;
        check_continues(&store)?;
        Ok(Self::of(store))
    }

    fn of(store: Store) -> Self {
        Self {
            root: store.root.clone(),
            shared: Shared::new(store),
        }
    }

    /// Begins the next episode. Its rows go to a journal until it is saved or discarded.
    ///
    /// # Errors
    /// [`DatasetError::NotWhile`] when an episode is open already or the dataset was opened for reading,
    /// [`DatasetError::BadInput`] for an empty task.
    pub fn begin_episode(&self, task: &str) -> Result<Draft, DatasetError> {
        let mut store = self.shared.lock();
        if store.lock.is_none() {
            return Err(DatasetError::NotWhile {
                while_what: "the dataset is open for reading",
            });
        }
        if store.draft_open {
            return Err(DatasetError::NotWhile {
                while_what: "another episode of the dataset is open",
            });
        }
        if task.trim().is_empty() {
            return Err(DatasetError::BadInput {
                problem: "the task is empty".to_owned(),
            });
        }
        let names = |feature: &str| {
            store
                .info
                .feature(feature)
                .and_then(|feature| feature.names.clone())
                .unwrap_or_default()
        };
        let header = Header {
            version: if store.cameras.is_empty() { 1 } else { 2 },
            episode_index: store.info.total_episodes,
            task: task.to_owned(),
            fps: store.info.fps as u32,
            robot_type: store.info.robot_type.clone().unwrap_or_default(),
            state: names("observation.state"),
            action: names("action"),
            cameras: store.cameras.iter().map(journal::Camera::of).collect(),
            started_unix_s: SystemTime::now()
                .duration_since(SystemTime::UNIX_EPOCH)
                .unwrap_or_default()
                .as_secs(),
        };
        let journal = Writer::create(&self.root, &header, Arc::clone(&store.clock))?;
        store.draft_open = true;
        drop(store);
        Ok(Draft {
            open: Open(Arc::clone(&self.shared)),
            header,
            journal,
            rows: JournalRows::default(),
        })
    }

    /// Opens an episode again that was set aside, to be saved; the aside is empty then.
    ///
    /// # Errors
    /// [`DatasetError::NotWhile`] when an episode is open or the aside is empty, or [`DatasetError::Io`] when its journal
    /// cannot be renamed. It stays set aside then.
    pub fn restore(&self, aside: &mut Aside) -> Result<Draft, DatasetError> {
        let mut store = self.shared.lock();
        if store.draft_open {
            return Err(DatasetError::NotWhile {
                while_what: "another episode of the dataset is open",
            });
        }
        let Some((mut header, mut journal, rows)) = aside.kept.take() else {
            return Err(DatasetError::NotWhile {
                while_what: "the episode is no longer set aside",
            });
        };
        if let Err(error) = journal.rename("journal") {
            aside.kept = Some((header, journal, rows));
            return Err(error);
        }
        if let Some(number) = crate::footage::number(journal.path()) {
            store.asides.remove(&number);
        }
        store.draft_open = true;
        header.episode_index = store.info.total_episodes;
        drop(store);
        Ok(Draft {
            open: Open(Arc::clone(&self.shared)),
            header,
            journal,
            rows,
        })
    }

    /// Begins again after a panic of whoever wrote: everything is read from the disk anew, a commit that was cut short
    /// is finished, and an episode that was open is appended, marked as recovered and with `report` in its sidecar. The
    /// lock is held all the time. Drop the draft first. Says which episodes had to be put away instead.
    ///
    /// # Errors
    /// [`DatasetError::NotWhile`] while a draft is open or when the dataset was opened for reading, or what reading and
    /// writing can meet; the journals then stay for the next start.
    pub fn begin_again(&self, report: &Value) -> Result<Vec<PutAway>, DatasetError> {
        let mut store = self.shared.lock();
        if store.draft_open || store.lock.is_none() {
            return Err(DatasetError::NotWhile {
                while_what: "an episode of the dataset is open, or it is open for reading",
            });
        }
        let mut fresh = read_to_write(&self.root)?;
        fresh.cameras = std::mem::take(&mut store.cameras);
        fresh.asides = std::mem::take(&mut store.asides);
        fresh.lock = store.lock.take();
        *store = fresh;
        recovery::keep_all(&mut store, report)
    }

    /// Makes the next commit stop at a step, as a crash would.
    #[doc(hidden)]
    pub fn stop_commit_at(&self, step: CommitStep) {
        self.shared.lock().stop = Some(step);
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What `meta/info.json` says now.
    pub fn info(&self) -> Info {
        self.shared.lock().info.clone()
    }

    /// The tasks.
    pub fn tasks(&self) -> Tasks {
        self.shared.lock().tasks.clone()
    }

    /// All rows of the episode metadata. After a crash they may be more than [`Info::total_episodes`].
    pub fn episodes(&self) -> Vec<Episode> {
        self.shared.lock().episodes.clone()
    }

    /// The number that the next saved episode gets.
    pub fn next_episode(&self) -> u64 {
        self.shared.lock().info.total_episodes
    }

    /// The statistics of the whole dataset, if it has any.
    ///
    /// # Errors
    /// When `meta/stats.json` is damaged.
    pub fn stats(&self) -> Result<Option<Stats>, DatasetError> {
        Stats::read(&self.root)
    }

    /// The rows of one episode.
    ///
    /// # Errors
    /// [`DatasetError::NoSuchEpisode`]; damage shows when the rows are read.
    pub fn rows(&self, episode: u64) -> Result<Rows, DatasetError> {
        let store = self.shared.lock();
        let total = store.info.total_episodes.min(store.episodes.len() as u64);
        let at = usize::try_from(episode).ok().filter(|_| episode < total);
        let at = at.ok_or(DatasetError::NoSuchEpisode { episode, total })?;
        Ok(rows(&store, at..at + 1))
    }

    /// The rows of all episodes that the dataset counts, in order.
    pub fn all_rows(&self) -> Rows {
        let store = self.shared.lock();
        let total = usize::try_from(store.info.total_episodes).unwrap_or(usize::MAX);
        rows(&store, 0..total.min(store.episodes.len()))
    }
}

/// Everything but rows and statistics.
fn read(root: &Path, lock: Option<Lock>) -> Result<Store, DatasetError> {
    let info = Info::read(root)?;
    Ok(Store {
        root: root.to_owned(),
        clock: SystemClock::shared(),
        lock,
        tasks: Tasks::read(root)?,
        episodes: episodes::read(root, &info.video_keys())?,
        info,
        stats: None,
        columns: None,
        cameras: Vec::new(),
        draft_open: false,
        asides: BTreeSet::new(),
        stop: None,
    })
}

/// Takes the lock and reads the dataset as far as it counts.
pub(crate) fn open_to_write(root: &Path) -> Result<Store, DatasetError> {
    Info::read(root)?;
    let lock = Lock::take(root)?;
    let mut store = read_to_write(root)?;
    store.lock = Some(lock);
    Ok(store)
}

/// Reads the dataset as far as it counts, for whoever has the lock.
fn read_to_write(root: &Path) -> Result<Store, DatasetError> {
    let mut store = read(root, None)?;
    store
        .episodes
        .truncate(usize::try_from(store.info.total_episodes).unwrap_or(usize::MAX));
    store.columns = episodes::first_columns(root)?.map(|columns| columns.into_iter().collect());
    let files = episodes::files(root)?;
    if let (Some(last), Some(path)) = (store.episodes.last_mut(), files.last()) {
        // The row says which file holds it; rows of other programs may not.
        last.meta = last.meta.or_else(|| episodes::place_of(path));
    }
    Ok(store)
}

/// Whether the files agree, so that an episode can be added without burying an older mistake.
pub(crate) fn check_continues(store: &Store) -> Result<(), DatasetError> {
    let wrong = |path: PathBuf, problem: String| Err(DatasetError::Malformed { problem, path });
    let (root, info) = (&store.root, &store.info);
    let rows = episodes::read(root, &info.video_keys())?.len() as u64;
    if rows != info.total_episodes {
        let problem = format!(
            "info.json counts {} episodes, the episode metadata has {rows}",
            info.total_episodes
        );
        return wrong(root.join("meta/episodes"), problem);
    }
    let mut next = 0;
    for (at, episode) in (0..).zip(&store.episodes) {
        if (episode.episode_index, episode.from_index) != (at, next)
            || episode.to_index.checked_sub(next) != Some(episode.length)
        {
            return wrong(
                root.join("meta/episodes"),
                format!("the metadata of episode {at} does not continue the one before"),
            );
        }
        next = episode.to_index;
    }
    if next != info.total_frames {
        let problem = format!(
            "info.json counts {} rows, the episodes have {next}",
            info.total_frames
        );
        return wrong(Info::path(root), problem);
    }
    if !store.tasks.in_order() || (store.tasks.len() as u64) < info.total_tasks {
        return wrong(
            Tasks::path(root),
            "the tasks are not complete and in order".to_owned(),
        );
    }
    let mentioned: BTreeSet<PathBuf> = store
        .episodes
        .iter()
        .map(|episode| {
            info.data_path
                .data_path(root, episode.data.chunk, episode.data.file)
        })
        .collect();
    match crate::data::files(root)?
        .into_iter()
        .find(|path| !mentioned.contains(path))
    {
        Some(path) => Err(DatasetError::Unreferenced { path }),
        None => Ok(()),
    }
}

/// Whether a folder holds more than what a creation that a crash cut short leaves.
fn holds_anything(folder: &Path) -> Result<bool, DatasetError> {
    for path in episodes::list(folder)? {
        let ours = path == folder.join("lock")
            || path.extension().is_some_and(|extension| extension == "tmp");
        if if path.is_dir() && !path.is_symlink() {
            holds_anything(&path)?
        } else {
            !ours
        } {
            return Ok(true);
        }
    }
    Ok(false)
}

fn rows(store: &Store, wanted: std::ops::Range<usize>) -> Rows {
    let (root, info, episodes) = (&store.root, &store.info, &store.episodes);
    // A file begins with the smallest index among its episodes, whatever order the metadata has.
    let mut begin: BTreeMap<FilePlace, u64> = BTreeMap::new();
    for episode in episodes {
        let first = begin.entry(episode.data).or_insert(episode.from_index);
        *first = (*first).min(episode.from_index);
    }
    let span = |episode: &Episode| {
        let offset = begin.get(&episode.data).copied().unwrap_or(0);
        (
            info.data_path
                .data_path(root, episode.data.chunk, episode.data.file),
            episode.from_index - offset..episode.to_index.max(episode.from_index) - offset,
            episode.episode_index,
        )
    };
    Rows {
        spans: episodes[wanted].iter().map(span).collect::<VecDeque<_>>(),
        features: info
            .features
            .iter()
            .filter(|feature| ROW_FEATURES.contains(&feature.name.as_str()))
            .cloned()
            .collect(),
        current: None,
        ready: VecDeque::new(),
    }
}
