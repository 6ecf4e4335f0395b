//! `meta/tendon/frames.json` of a new dataset: what it was made from, and how. It is there before the first episode, so
//! that work which was cut short is only taken up by the same task.

use std::fs;
use std::path::{Path, PathBuf};

use dataset::Info;
use imaging::effects::Colour;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::FramesError;
use super::source::Source;
use crate::aside;

/// Version of the file's shape.
const VERSION: u32 = 1;

/// What a dataset of frames was made from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provenance {
    /// Version of this file's shape: 1.
    pub version: u32,
    /// The source's folder, as it was named.
    pub source: String,
    /// Episodes of the source when it was read first.
    pub source_episodes: u64,
    /// Rows of the source when it was read first.
    pub source_rows: u64,
    /// Features of the cameras whose pictures went through the preset.
    pub cameras: Vec<String>,
    /// Which episode of the source each episode of this dataset is.
    pub episodes: Vec<u64>,
    /// The preset.
    pub preset: Value,
    /// The colour under pictures with alpha, as `#rrggbb`.
    pub ground: String,
    /// Whether all of it is there.
    pub finished: bool,
}

impl Provenance {
    /// Where the file is in a dataset.
    pub fn path(root: &Path) -> PathBuf {
        root.join("meta/tendon/frames.json")
    }

    pub(super) fn of(source: &Source, preset: Value, ground: Colour) -> Self {
        let Colour { red, green, blue } = ground;
        Self {
            version: VERSION,
            source: source.root.to_string_lossy().into_owned(),
            source_episodes: source.info.total_episodes,
            source_rows: source.info.total_frames,
            cameras: source.chosen().map(|camera| camera.key.clone()).collect(),
            episodes: source.episodes.clone(),
            preset,
            ground: format!("#{red:02x}{green:02x}{blue:02x}"),
            finished: false,
        }
    }

    /// Reads the file; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be read or makes no sense.
    pub fn read(root: &Path) -> Result<Option<Self>, FramesError> {
        Self::read_at(root, &Self::path(root))
    }

    /// Reads what was announced before a crash.
    pub(super) fn announced(root: &Path) -> Result<Option<Self>, FramesError> {
        Self::read_at(root, &unfinished(root))
    }

    fn read_at(root: &Path, path: &Path) -> Result<Option<Self>, FramesError> {
        let other = |what: String| FramesError::Other {
            what,
            path: root.to_owned(),
        };
        match fs::read(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(other(format!(
                "its {} cannot be read: {error}",
                path.display()
            ))),
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|error| other(format!("its frames.json cannot be read: {error}"))),
        }
    }

    /// Puts the file where a dataset that is begun does not see it yet.
    pub(super) fn announce(&self, root: &Path) -> Result<(), FramesError> {
        self.write(&unfinished(root))
    }

    /// Puts the file in its place.
    pub(super) fn put(&self, root: &Path) -> Result<(), FramesError> {
        let from = unfinished(root);
        self.write(&from)?;
        aside::place(&from, &Self::path(root), true).map_err(failed(root))
    }

    /// Takes up what was announced just before a crash: only of a dataset that has no episode yet.
    pub(super) fn settle(root: &Path) -> Result<(), FramesError> {
        let from = unfinished(root);
        let begun = Info::read(root).is_ok_and(|info| info.total_episodes == 0);
        if begun && !Self::path(root).exists() && from.is_file() {
            aside::place(&from, &Self::path(root), true).map_err(failed(root))?;
        }
        Ok(())
    }

    fn write(&self, path: &Path) -> Result<(), FramesError> {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        aside::write(path, text.as_bytes()).map_err(failed(path))
    }

    /// What differs from the same file of another task, but for whether it is finished.
    pub(super) fn differs(&self, other: &Self) -> Option<String> {
        let parts = [
            ("the source", self.source != other.source),
            (
                "the number of episodes that the source had",
                (self.source_episodes, self.source_rows)
                    != (other.source_episodes, other.source_rows),
            ),
            ("the cameras", self.cameras != other.cameras),
            ("the episodes", self.episodes != other.episodes),
            ("the preset", self.preset != other.preset),
            ("the ground", self.ground != other.ground),
        ];
        let what = parts.into_iter().find(|(_, differs)| *differs)?.0;
        Some(format!("frames of another task; {what} differs"))
    }
}

fn unfinished(root: &Path) -> PathBuf {
    Provenance::path(root).with_extension("json.tmp")
}

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> FramesError + use<> {
    let path = path.to_owned();
    move |source| {
        FramesError::Dataset(dataset::DatasetError::Io {
            doing: "writing where the frames are from",
            path,
            source,
        })
    }
}
