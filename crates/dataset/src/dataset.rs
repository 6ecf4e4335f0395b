//! A dataset as a folder that is open: what it holds, and its rows.

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};

use crate::data::{ROW_FEATURES, Rows};
use crate::episodes::{self, Episode, FilePlace};
use crate::error::DatasetError;
use crate::info::{Info, Kind};
use crate::stats::Stats;
use crate::tasks::Tasks;

/// A dataset that was opened.
#[derive(Debug)]
pub struct Dataset {
    root: PathBuf,
    info: Info,
    tasks: Tasks,
    episodes: Vec<Episode>,
}

impl Dataset {
    /// Opens a dataset for reading: its description, tasks and episodes. Rows are read when asked for.
    ///
    /// # Errors
    /// When one of those files is missing or damaged, in the way [`DatasetError`] says.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, DatasetError> {
        let root = root.as_ref();
        let info = Info::read(root)?;
        let tasks = Tasks::read(root)?;
        let videos: Vec<&str> = info
            .features
            .iter()
            .filter(|feature| feature.kind == Kind::Video)
            .map(|feature| feature.name.as_str())
            .collect();
        let episodes = episodes::read(root, &videos)?;
        Ok(Self {
            root: root.to_owned(),
            info,
            tasks,
            episodes,
        })
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What `meta/info.json` says.
    pub fn info(&self) -> Info {
        self.info.clone()
    }

    /// The tasks.
    pub fn tasks(&self) -> Tasks {
        self.tasks.clone()
    }

    /// All rows of the episode metadata, which may be more than [`Info::total_episodes`] after a crash.
    pub fn episodes(&self) -> Vec<Episode> {
        self.episodes.clone()
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
        let total = self.info.total_episodes.min(self.episodes.len() as u64);
        let at = usize::try_from(episode).ok().filter(|_| episode < total);
        let at = at.ok_or(DatasetError::NoSuchEpisode { episode, total })?;
        Ok(rows(&self.root, &self.info, &self.episodes, at..at + 1))
    }

    /// The rows of all episodes that the dataset counts, in order.
    pub fn all_rows(&self) -> Rows {
        let total = usize::try_from(self.info.total_episodes).unwrap_or(usize::MAX);
        rows(
            &self.root,
            &self.info,
            &self.episodes,
            0..total.min(self.episodes.len()),
        )
    }
}

fn rows(root: &Path, info: &Info, episodes: &[Episode], wanted: std::ops::Range<usize>) -> Rows {
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
