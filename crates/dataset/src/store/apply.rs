//! The steps of a commit, and what its seal says about the films.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use super::{Plan, Recorded, Store};
use crate::camera::Footage;
use crate::draft::EpisodeSaved;
use crate::episodes;
use crate::error::DatasetError;
use crate::files::{self, Part};
use crate::footage;
use crate::info::Info;
use crate::journal::{Camera, Seal, SealedCamera, SealedFilm};
use crate::sidecar::{self, Sidecar};
use crate::stats::Stats;
use crate::tasks::Tasks;

impl Store {
    /// The steps of a commit. Ends with the episode counted, in the files and here.
    pub(super) fn apply(
        &mut self,
        recorded: &Recorded<'_>,
        plan: &Plan,
        of_episode: &Stats,
        data: Option<Vec<u8>>,
        seal: &Seal,
    ) -> Result<EpisodeSaved, DatasetError> {
        let (root, stop) = (self.root.clone(), self.stop);
        let header = recorded.header;
        let place =
            |path: PathBuf, bytes: &[u8], part: Part| files::replace(&path, bytes, part, stop);

        for camera in &seal.cameras {
            if let Some(film) = &camera.film {
                let to = self.film_path(&camera.key, film.place())?;
                let film = (film, self.uses(&to));
                footage::place(&root, recorded.journal, &to, &camera.key, film, stop)?;
            }
        }

        let sidecar_path = sidecar::path(&root, plan.episode.episode_index);
        let sidecar = Sidecar::of(recorded, plan.episode.episode_index, seal);
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

        let path = self.data_path(plan.episode.data);
        match data {
            Some(data) => place(path, &data, Part::Data)?,
            None => files::replace_with(&path, Part::Data, stop, |file| {
                self.write_data(recorded, plan, BufWriter::with_capacity(1 << 20, file))?
                    .flush()
                    .map_err(DatasetError::io("writing the episode's rows", &path))
            })?,
        }

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
}

/// What the seal says about each camera.
pub(super) fn sealed(
    recorded: &Recorded<'_>,
    plan: &Plan,
    footage: &[Footage],
) -> Result<Vec<SealedCamera>, DatasetError> {
    let sealed = |camera: &Camera| {
        let of_camera = footage.iter().find(|footage| footage.key == camera.key);
        let mut videos = plan.episode.videos.iter();
        let film = match videos.find(|video| video.key == camera.key) {
            Some(video) => {
                let path = footage::path(recorded.journal, &camera.key, true);
                let (bytes, tail_crc) = footage::fingerprint(&path)?;
                Some(SealedFilm {
                    place: (video.place.chunk, video.place.file),
                    bytes,
                    tail_crc,
                })
            }
            None => None,
        };
        let squeezed = of_camera.and_then(|footage| footage.squeezed.as_ref());
        Ok(SealedCamera {
            key: camera.key.clone(),
            squeezed: squeezed.map(|squeezed| squeezed.rows.clone()),
            bad: squeezed.map(|squeezed| squeezed.bad),
            film,
        })
    };
    recorded.header.cameras.iter().map(sealed).collect()
}

/// Removes the journal of an episode that counts, and what is left of its footage. If that fails, the next start sees
/// that it counts and tries again.
pub(super) fn forget(journal: &Path) {
    let removed = files::remove(journal).and_then(|()| footage::remove_all(journal));
    if let Err(error) = removed {
        tracing::warn!(%error, "the journal of a saved episode could not be removed");
    }
}

/// The CRC-32 of everything that is written to it.
#[derive(Default)]
pub(super) struct Checksum(pub(super) crc32fast::Hasher);

impl Write for Checksum {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(super) fn checksum(path: &Path) -> Result<u32, DatasetError> {
    let read = || {
        let mut checksum = Checksum::default();
        std::io::copy(&mut std::fs::File::open(path)?, &mut checksum)?;
        Ok(checksum.0.finalize())
    };
    read().map_err(DatasetError::io("reading an episode's rows", path))
}
