//! The writing side of a dataset: what is on disk, what comes next, and the commit of one episode.
//!
//! Order of a commit: seal in the journal, films, sidecar, task, data, episode row, statistics, info. Every file is replaced
//! whole, so LeRobot can load the folder between any two steps; the episode counts once `info.json` says so. A sealed journal
//! can be committed again from its start: every step writes the same bytes to the same place.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use stdx::Clock;

use crate::camera::{CameraSpec, Footage};
use crate::data::{self, EpisodeRows};
use crate::draft::EpisodeSaved;
use crate::episodes::{self, Episode, FilePlace, VideoSpan};
use crate::error::DatasetError;
use crate::files::{self, CommitStep, StopAt};
use crate::footage;
use crate::info::{Feature, Info, Kind};
use crate::journal::{Header, JournalRows, Seal, Writer};
use crate::lock::Lock;
use crate::stats::{self, Stats};
use crate::tasks::Tasks;

/// A dataset that is open; its drafts share it.
#[derive(Debug)]
pub(crate) struct Shared {
    store: Mutex<Store>,
}

impl Shared {
    pub(crate) fn new(store: Store) -> Arc<Self> {
        Arc::new(Self {
            store: Mutex::new(store),
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Store> {
        // A panic elsewhere leaves the store as the last finished assignment did, which is always a state of the disk.
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is on disk and what comes next.
#[derive(Debug)]
pub(crate) struct Store {
    pub(crate) root: PathBuf,
    pub(crate) clock: Arc<dyn Clock>,
    /// Held while the dataset is open for writing.
    pub(crate) lock: Option<Lock>,
    pub(crate) info: Info,
    pub(crate) tasks: Tasks,
    pub(crate) episodes: Vec<Episode>,
    /// Of the whole dataset; read when the first episode is committed.
    pub(crate) stats: Option<Stats>,
    /// The columns that episode rows may have, if the dataset has some already.
    pub(crate) columns: Option<BTreeSet<String>>,
    /// What the next episode is recorded with.
    pub(crate) cameras: Vec<CameraSpec>,
    pub(crate) draft_open: bool,
    /// Journal numbers of episodes that were set aside and may be brought back.
    pub(crate) asides: BTreeSet<u64>,
    pub(crate) stop: StopAt,
}

mod apply;

use apply::{Checksum, checksum, forget, sealed};

/// An episode as it was recorded.
#[derive(Clone, Copy)]
pub(crate) struct Recorded<'a> {
    pub(crate) header: &'a Header,
    pub(crate) rows: &'a JournalRows,
    /// Its journal, beside which its footage lies.
    pub(crate) journal: &'a Path,
}

/// Where an episode goes.
struct Plan {
    episode: Episode,
    task_index: i64,
    meta: FilePlace,
}

impl Store {
    /// Puts an episode into the dataset and forgets its journal.
    pub(crate) fn commit(
        &mut self,
        header: &Header,
        rows: &JournalRows,
        journal: &mut Writer,
        report: Value,
        footage: &[Footage],
    ) -> Result<EpisodeSaved, DatasetError> {
        self.commit_as(header, rows, journal, report, footage, false)
    }

    /// As [`Store::commit`]; `recovered` goes to the sidecar.
    pub(crate) fn commit_as(
        &mut self,
        header: &Header,
        rows: &JournalRows,
        journal: &mut Writer,
        report: Value,
        footage: &[Footage],
        recovered: bool,
    ) -> Result<EpisodeSaved, DatasetError> {
        if rows.is_empty() {
            return Err(DatasetError::BadInput {
                problem: "an episode needs at least one row".to_owned(),
            });
        }
        let path = journal.path().to_owned();
        let recorded = Recorded {
            header,
            rows,
            journal: &path,
        };
        footage::check(&recorded, footage)?;
        let plan = self.plan(&recorded);
        let so_far = self.stats_so_far()?;
        let rows_so_far = self.info.total_frames;
        let of_cameras = footage::stats(footage, so_far.as_ref(), rows_so_far);
        let of_episode = self.episode_stats(&plan, rows, &of_cameras);
        let stats = match &so_far {
            Some(stats) => stats::merge(stats, &of_episode),
            None => of_episode.clone(),
        };
        let data = self.small_data(&recorded, &plan)?;
        let seal = Seal {
            episode_index: plan.episode.episode_index,
            from_index: plan.episode.from_index,
            rows: plan.episode.length,
            data: (plan.episode.data.chunk, plan.episode.data.file),
            data_crc: data.as_deref().map(crc32fast::hash),
            stats: stats.to_text(),
            recovered,
            report,
            cameras: sealed(&recorded, &plan, footage)?,
            camera_stats: if footage.is_empty() {
                Value::Null
            } else {
                of_cameras.to_value()
            },
        };
        journal.seal(&seal)?;
        files::pass(CommitStep::Sealed, self.stop)?;
        let saved = match self.apply(&recorded, &plan, &of_episode, data, &seal) {
            Ok(saved) => saved,
            Err(error) => {
                // The next episode takes the same names. After a crash the next start does this.
                if !matches!(error, DatasetError::StoppedAt { .. })
                    && let Err(error) = self.take_back(&recorded, &seal)
                {
                    tracing::warn!(%error, "the films of an episode that was not saved keep their names");
                }
                return Err(error);
            }
        };
        self.stats = Some(stats);
        forget(&path);
        Ok(saved)
    }

    /// Makes a sealed commit again, from its first step.
    pub(crate) fn redo(
        &mut self,
        recorded: &Recorded<'_>,
        seal: &Seal,
    ) -> Result<EpisodeSaved, DatasetError> {
        let mut plan = self.plan(recorded);
        // To the places it was sealed for, whatever chose them.
        plan.episode.data = seal.data_place();
        for camera in &seal.cameras {
            let mut videos = plan.episode.videos.iter_mut();
            let video = videos.find(|video| video.key == camera.key);
            if let (Some(video), Some(film)) = (video, &camera.film) {
                video.place = film.place();
            }
        }
        let of_episode = self.episode_stats(&plan, recorded.rows, &seal.camera_stats()?);
        let data = self.small_data(recorded, &plan)?;
        let saved = self.apply(recorded, &plan, &of_episode, data, seal)?;
        self.stats = None;
        Ok(saved)
    }

    fn plan(&self, recorded: &Recorded<'_>) -> Plan {
        let Recorded { header, rows, .. } = *recorded;
        // Behind the last file that any episode has: in sets that others put in order, the last one's need not be it.
        let episodes = || self.episodes.iter();
        let next = |place: Option<FilePlace>| {
            place.map_or_else(FilePlace::default, |place| {
                place.next(self.info.chunks_size)
            })
        };
        let meta = next(episodes().filter_map(|episode| episode.meta).max());
        let length = rows.len() as u64;
        let video = |key: &str| {
            let videos = episodes().flat_map(|episode| &episode.videos);
            let of_camera = videos.filter(|video| video.key == key);
            VideoSpan {
                key: key.to_owned(),
                place: next(of_camera.map(|video| video.place).max()),
                from_timestamp: 0.0,
                to_timestamp: Some(length as f64 / self.info.fps),
            }
        };
        let from_index = self.info.total_frames;
        Plan {
            task_index: self
                .tasks
                .index_of(&header.task)
                .unwrap_or(self.tasks.len() as i64),
            episode: Episode {
                episode_index: self.info.total_episodes,
                tasks: vec![header.task.clone()],
                length,
                data: next(episodes().map(|episode| episode.data).max()),
                from_index,
                to_index: from_index + length,
                videos: self.info.video_keys().into_iter().map(video).collect(),
                meta: Some(meta),
            },
            meta,
        }
    }

    /// The data file's bytes where they are few: without pictures.
    fn small_data(
        &self,
        recorded: &Recorded<'_>,
        plan: &Plan,
    ) -> Result<Option<Vec<u8>>, DatasetError> {
        if self.has_pictures() {
            return Ok(None);
        }
        self.write_data(recorded, plan, Vec::new()).map(Some)
    }

    /// Whether the table holds pictures, so that it is too large for memory.
    fn has_pictures(&self) -> bool {
        let mut features = self.info.features.iter();
        features.any(|feature| feature.kind == Kind::Image)
    }

    fn write_data<W: Write + Send>(
        &self,
        recorded: &Recorded<'_>,
        plan: &Plan,
        out: W,
    ) -> Result<W, DatasetError> {
        let rows = recorded.rows;
        let episode = EpisodeRows {
            episode_index: plan.episode.episode_index,
            from_index: plan.episode.from_index,
            task_index: plan.task_index,
            rows: rows.len(),
            state: &rows.state,
            action: &rows.action,
            pictures: footage::sources(recorded)?,
        };
        data::write(&self.data_path(plan.episode.data), &self.info, episode, out)
    }

    /// Whether the data file of a counted episode is what this episode would be written as: the same CRC-32, made again
    /// where the seal could not say it.
    pub(crate) fn wrote(
        &self,
        recorded: &Recorded<'_>,
        seal: &Seal,
        file: &Path,
    ) -> Result<bool, DatasetError> {
        let found = checksum(file)?;
        if let Some(crc) = seal.data_crc {
            return Ok(found == crc);
        }
        let mut plan = self.plan(recorded);
        plan.episode.episode_index = seal.episode_index;
        plan.episode.from_index = seal.from_index;
        // Without its pictures nothing can be made again; the episode's row agrees, so it is taken for what it says.
        match self.write_data(recorded, &plan, Checksum::default()) {
            Ok(crc) => Ok(crc.0.finalize() == found),
            Err(_) => Ok(true),
        }
    }

    fn data_path(&self, place: FilePlace) -> PathBuf {
        self.info
            .data_path
            .data_path(&self.root, place.chunk, place.file)
    }

    /// Statistics of every column, in the order of `info.json`.
    fn episode_stats(&self, plan: &Plan, rows: &JournalRows, of_cameras: &Stats) -> Stats {
        let count = rows.len();
        let fps = self.info.fps;
        let wide = |value: &dyn Fn(usize) -> f64| {
            stats::of_rows(&(0..count).map(value).collect::<Vec<f64>>(), 1)
        };
        let mut stats = Stats::default();
        for Feature { name, .. } in &self.info.features {
            *stats.entry(name) = match name.as_str() {
                "action" => stats::of_rows(&rows.action, rows.action.len() / count),
                "observation.state" => stats::of_rows(&rows.state, rows.state.len() / count),
                // LeRobot takes these before it narrows the timestamp to float32.
                "timestamp" => wide(&|row| row as f64 / fps),
                "frame_index" => wide(&|row| row as f64),
                "episode_index" => wide(&|_| plan.episode.episode_index as f64),
                "index" => wide(&|row| plan.episode.from_index as f64 + row as f64),
                "task_index" => wide(&|_| plan.task_index as f64),
                camera => match of_cameras.get(camera) {
                    Some(stats) => stats.clone(),
                    None => continue,
                },
            };
        }
        stats
    }

    /// Statistics of all episodes before this one: from `stats.json`, or from the episodes when there is none.
    fn stats_so_far(&mut self) -> Result<Option<Stats>, DatasetError> {
        if self.info.total_episodes == 0 {
            return Ok(None);
        }
        if self.stats.is_none() {
            self.stats = Stats::read(&self.root)?;
        }
        if self.stats.is_none() {
            let mut merged = Stats::default();
            for path in episodes::files(&self.root)? {
                for of_episode in episodes::read_stats(&path)? {
                    merged = stats::merge(&merged, &of_episode);
                }
            }
            self.stats = (!merged.is_empty()).then_some(merged);
        }
        Ok(self.stats.clone())
    }

    /// Brings the films of a commit that was not finished back beside the journal, unless an episode of the dataset uses
    /// their names.
    pub(crate) fn take_back(
        &self,
        recorded: &Recorded<'_>,
        seal: &Seal,
    ) -> Result<(), DatasetError> {
        for camera in &seal.cameras {
            let Some(film) = &camera.film else { continue };
            let placed = self.film_path(&camera.key, film.place())?;
            if !self.uses(&placed) {
                footage::take_back(recorded.journal, &placed, &camera.key, film)?;
            }
        }
        Ok(())
    }

    /// Whether an episode of the dataset has its pictures in this film.
    pub(crate) fn uses(&self, film: &Path) -> bool {
        let mut videos = self.episodes.iter().flat_map(|episode| &episode.videos);
        videos.any(|video| {
            self.film_path(&video.key, video.place)
                .is_ok_and(|path| path == film)
        })
    }

    /// Where a film goes. A dataset with films says where they are, or nobody could have recorded into it.
    pub(crate) fn film_path(&self, key: &str, place: FilePlace) -> Result<PathBuf, DatasetError> {
        let template = self.info.video_path.as_ref().ok_or_else(|| {
            DatasetError::malformed(&Info::path(&self.root), "video_path is null")
        })?;
        Ok(self.root.join(template.path(place.chunk, place.file, key)))
    }
}
