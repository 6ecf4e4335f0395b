//! The writing side of a dataset: what is on disk, what comes next, and the commit of one episode.
//!
//! Order of a commit: seal in the journal, films, sidecar, task, data, episode row, statistics, info. Every file is replaced
//! whole, so LeRobot can load the folder between any two steps; the episode counts once `info.json` says so. A sealed journal
//! can be committed again from its start: every step writes the same bytes to the same place.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;
use stdx::Clock;

use crate::camera::{CameraSpec, Footage};
use crate::data::{self, EpisodeRows};
use crate::draft::EpisodeSaved;
use crate::episodes::{self, Episode, FilePlace, VideoSpan};
use crate::error::DatasetError;
use crate::files::{self, CommitStep, Part, StopAt};
use crate::footage;
use crate::info::{Feature, Info};
use crate::journal::{Camera, Header, JournalRows, Seal, SealedCamera, SealedFilm, Writer};
use crate::lock::Lock;
use crate::sidecar::{self, CameraAccount, Sidecar};
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
        let plan = self.plan(header, rows);
        footage::check(header, journal.path(), rows.len() as u64, footage)?;
        let of_cameras = footage::stats(footage);
        let of_episode = self.episode_stats(&plan, rows, &of_cameras);
        let stats = match self.stats_so_far()? {
            Some(stats) => stats::merge(&stats, &of_episode),
            None => of_episode.clone(),
        };
        let data = self.data_bytes(&plan, rows)?;
        let seal = Seal {
            episode_index: plan.episode.episode_index,
            from_index: plan.episode.from_index,
            rows: plan.episode.length,
            data: (plan.episode.data.chunk, plan.episode.data.file),
            data_crc: Some(crc32fast::hash(&data)),
            stats: stats.to_text(),
            recovered,
            report,
            cameras: Self::sealed(header, &plan, journal.path(), footage)?,
            camera_stats: if footage.is_empty() {
                Value::Null
            } else {
                of_cameras.to_value()
            },
        };
        journal.seal(&seal)?;
        files::pass(CommitStep::Sealed, self.stop)?;
        let saved = self.apply(
            header,
            rows,
            journal.path(),
            &plan,
            &of_episode,
            &data,
            &seal,
        )?;
        self.stats = Some(stats);
        forget(journal.path());
        Ok(saved)
    }

    /// Makes a sealed commit again, from its first step.
    pub(crate) fn redo(
        &mut self,
        header: &Header,
        rows: &JournalRows,
        journal: &Path,
        seal: &Seal,
    ) -> Result<EpisodeSaved, DatasetError> {
        let plan = self.plan(header, rows);
        let of_cameras = seal.camera_stats()?;
        let of_episode = self.episode_stats(&plan, rows, &of_cameras);
        let data = self.data_bytes(&plan, rows)?;
        let saved = self.apply(header, rows, journal, &plan, &of_episode, &data, seal)?;
        self.stats = None;
        Ok(saved)
    }

    fn plan(&self, header: &Header, rows: &JournalRows) -> Plan {
        let last = self.episodes.last();
        let next = |place: Option<FilePlace>| {
            place.map_or_else(FilePlace::default, |place| {
                place.next(self.info.chunks_size)
            })
        };
        let meta = next(last.and_then(|last| last.meta));
        let length = rows.len() as u64;
        let video = |key: &str| {
            let last = last.and_then(|last| last.videos.iter().find(|video| video.key == key));
            VideoSpan {
                key: key.to_owned(),
                place: next(last.map(|last| last.place)),
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
                data: next(last.map(|last| last.data)),
                from_index,
                to_index: from_index + length,
                videos: self.info.video_keys().into_iter().map(video).collect(),
                meta: Some(meta),
            },
            meta,
        }
    }

    fn data_bytes(&self, plan: &Plan, rows: &JournalRows) -> Result<Vec<u8>, DatasetError> {
        let episode = EpisodeRows {
            episode_index: plan.episode.episode_index,
            from_index: plan.episode.from_index,
            task_index: plan.task_index,
            rows: rows.len(),
            state: &rows.state,
            action: &rows.action,
        };
        data::to_bytes(&self.data_path(plan.episode.data), &self.info, &episode)
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

    /// The steps of a commit. Ends with the episode counted, in the files and here.
    fn apply(
        &mut self,
        header: &Header,
        rows: &JournalRows,
        journal: &Path,
        plan: &Plan,
        of_episode: &Stats,
        data: &[u8],
        seal: &Seal,
    ) -> Result<EpisodeSaved, DatasetError> {
        let (root, stop) = (self.root.clone(), self.stop);
        let place =
            |path: PathBuf, bytes: &[u8], part: Part| files::replace(&path, bytes, part, stop);

        for camera in &seal.cameras {
            if let Some(film) = &camera.film {
                let (to, key) = (self.film_path(&camera.key, film.place())?, &camera.key);
                footage::place(&footage::path(journal, key, true), &to, key, film, stop)?;
            }
        }

        let sidecar_path = sidecar::path(&root, plan.episode.episode_index);
        let sidecar = Sidecar {
            version: sidecar::VERSION,
            episode_index: plan.episode.episode_index,
            task: header.task.clone(),
            fps: header.fps,
            recovered: seal.recovered,
            observed_at_ns: rows.observed_at_ns.clone(),
            flags: rows.flags.clone(),
            stale: rows.stale.clone(),
            cameras: CameraAccount::all(header, rows, seal),
            report: seal.report.clone(),
        };
        let sidecar = serde_json::to_vec(&sidecar)
            .map_err(|error| DatasetError::malformed(&sidecar_path, error.to_string()))?;
        place(sidecar_path, &sidecar, Part::Sidecar)?;

        if self.tasks.index_of(&header.task).is_none() {
            let mut tasks = self.tasks.clone();
            tasks.rows.push((header.task.clone(), plan.task_index));
            tasks.pandas_key = true;
            let path = Tasks::path(&root);
            let bytes = tasks.to_bytes(&path)?;
            place(path, &bytes, Part::Tasks)?;
            self.tasks = tasks;
        }

        place(self.data_path(plan.episode.data), data, Part::Data)?;

        let path = episodes::path_of(&root, plan.meta);
        let keep = |name: &str| {
            self.columns
                .as_ref()
                .is_none_or(|columns| columns.contains(name))
        };
        let row = episodes::to_bytes(&path, &plan.episode, of_episode, &keep)?;
        place(path, &row, Part::Episode)?;

        place(Stats::path(&root), seal.stats.as_bytes(), Part::Stats)?;

        let mut info = self.info.clone();
        for camera in header.cameras.iter().filter_map(Camera::spec) {
            info.describe_film(&camera);
        }
        info.total_episodes += 1;
        info.total_frames += plan.episode.length;
        info.total_tasks = self.tasks.len() as u64;
        place(Info::path(&root), info.to_text().as_bytes(), Part::Info)?;

        self.info = info;
        self.episodes.push(plan.episode.clone());
        if self.columns.is_none() {
            self.columns =
                episodes::first_columns(&root)?.map(|columns| columns.into_iter().collect());
        }
        Ok(EpisodeSaved {
            episode_index: plan.episode.episode_index,
            rows: plan.episode.length,
            total_rows: self.info.total_frames,
        })
    }

    /// Where a film goes. A dataset with films says where they are, or nobody could have recorded into it.
    fn film_path(&self, key: &str, place: FilePlace) -> Result<PathBuf, DatasetError> {
        let template = self.info.video_path.as_ref().ok_or_else(|| {
            DatasetError::malformed(&Info::path(&self.root), "video_path is null")
        })?;
        Ok(self.root.join(template.path(place.chunk, place.file, key)))
    }

    /// What the seal says about each camera. Its film is made durable first.
    fn sealed(
        header: &Header,
        plan: &Plan,
        journal: &Path,
        footage: &[Footage],
    ) -> Result<Vec<SealedCamera>, DatasetError> {
        let sealed = |camera: &Camera| {
            let of_camera = footage.iter().find(|footage| footage.key == camera.key);
            let span = plan
                .episode
                .videos
                .iter()
                .find(|video| video.key == camera.key);
            let film = match span {
                Some(span) => {
                    let path = footage::path(journal, &camera.key, true);
                    let (bytes, tail_crc) = footage::fingerprint(&path)?;
                    Some(SealedFilm {
                        place: (span.place.chunk, span.place.file),
                        bytes,
                        tail_crc,
                    })
                }
                None => None,
            };
            Ok(SealedCamera {
                key: camera.key.clone(),
                not_encoded: of_camera.map_or(0, |footage| footage.not_encoded),
                bad: of_camera.map_or(0, |footage| footage.bad),
                film,
            })
        };
        header.cameras.iter().map(sealed).collect()
    }
}

/// Removes the journal of an episode that counts, and what is left of its footage. If that fails, the next start sees
/// that it counts and tries again.
fn forget(journal: &Path) {
    let removed = files::remove(journal).and_then(|()| footage::remove_all(journal));
    if let Err(error) = removed {
        tracing::warn!(%error, "the journal of a saved episode could not be removed");
    }
}
