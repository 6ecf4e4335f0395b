//! Cameras of a dataset: what is kept of each, what is known about the picture of each row, and a finished film.
//!
//! Not here: devices (`cameras`), codecs (`video`), where films lie and how they are moved ([`crate::footage`]).

use std::time::Duration;

use pixels::Size;
use units::MonoTime;
pub use video::Codec;

use crate::stats::FeatureStats;

/// What every camera's feature name begins with, as LeRobot names them.
pub const PREFIX: &str = "observation.images.";

/// Longest film, 1024 s: beyond, the times inside one file are too coarse in float32 for LeRobot's tolerance.
pub const LONGEST_FILM: Duration = Duration::from_secs(1024);

/// One camera of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CameraSpec {
    /// The feature's name: `observation.images.` and the camera's own name.
    pub key: String,
    /// Size of the pictures as they are kept, after any rotation.
    pub size: Size,
    /// How they are kept.
    pub kind: CameraKind,
}

impl CameraSpec {
    /// A camera called `name` (without LeRobot's prefix).
    pub fn new(name: &str, size: Size, kind: CameraKind) -> Self {
        Self {
            key: format!("{PREFIX}{name}"),
            size,
            kind,
        }
    }

    /// The camera's own name.
    pub fn name(&self) -> &str {
        self.key.strip_prefix(PREFIX).unwrap_or(&self.key)
    }

    /// Why this cannot be a camera of a dataset, if it cannot.
    pub(crate) fn problem(&self) -> Option<String> {
        // Names become folders, columns and fields of path templates, on every system.
        const FORBIDDEN: [char; 10] = ['/', '\\', ':', '*', '?', '"', '<', '>', '|', '\0'];
        let Some(name) = self.key.strip_prefix(PREFIX) else {
            return Some(format!(
                "{:?} cannot be a camera's feature: it does not begin with {PREFIX}",
                self.key
            ));
        };
        if let CameraKind::Video(_) = self.kind
            && let Err(error) = video::encode::check(self.size)
        {
            return Some(format!("camera {name}: {error}"));
        }
        let bad = name.is_empty()
            || name.len() > 100
            || name.ends_with(['.', ' '])
            || name.starts_with(' ')
            || name.contains(|letter: char| FORBIDDEN.contains(&letter) || letter.is_control());
        bad.then(|| format!("{name:?} cannot be a camera's name: it becomes the name of a folder"))
    }
}

/// How a camera's pictures are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CameraKind {
    /// As films, one mp4 file per episode.
    Video(FilmSpec),
    /// As PNG files inside the table.
    Image,
}

/// What the films of a camera are encoded with. All of it goes to `info.json` as LeRobot names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FilmSpec {
    /// The codec.
    pub codec: Codec,
    /// Pictures from one key picture to the next when there is time enough (`video.g`).
    pub gop: u32,
    /// The quality asked for, in the codec's own measure: QP for H.264, the quantizer for AV1 (`video.crf`).
    pub quality: u32,
}

/// What is known about the picture of one camera in one row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PictureNote {
    /// The picture's number since its camera was started.
    pub sequence: u64,
    /// When it had arrived.
    pub arrived_at: MonoTime,
    /// Pictures that had arrived since the row before and are in no row, because this one came after them.
    pub skipped: u32,
    /// What is unusual about it.
    pub flags: PictureFlags,
}

/// What is unusual about the picture of a row, as bits. None of them: its first use, and in time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct PictureFlags(pub u8);

impl PictureFlags {
    /// The row before had the same picture: none newer had arrived.
    pub const REPEATED: Self = Self(1);
    /// It was older than two frame times when its row was observed.
    pub const LATE: Self = Self(2);
    /// No picture had arrived at all; the film shows black.
    pub const MISSING: Self = Self(4);
    /// The encoder had no time for it, or its bytes were no picture: the film repeats the one before.
    pub const SQUEEZED: Self = Self(8);
    /// Whether the film has it is not known, because the episode was kept after a crash: it may repeat the one before.
    pub const UNSURE: Self = Self(16);

    /// Whether all bits of `other` are set.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// These bits and those.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The finished film (or the pictures) of one camera and one episode, where [`crate::Draft::footage_path`] said.
#[derive(Debug, Clone, PartialEq)]
pub struct Footage {
    /// The camera's feature.
    pub key: String,
    /// Pictures in it; must be the rows of the episode.
    pub samples: u64,
    /// Statistics of all of them, shape `[3, 1, 1]`, colours from 0 to 1. They count pixels;
    /// saved, they count what the dataset counts.
    pub stats: FeatureStats,
    /// Rows whose own picture is not in it; `None` where nobody knows any more, as after a crash.
    pub squeezed: Option<Squeezed>,
}

/// Rows whose own picture is not in their film, which repeats the one before.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Squeezed {
    /// The rows, from 0: the encoder had no time, or the bytes were no picture.
    pub rows: Vec<u64>,
    /// How many of those had bytes that were no picture.
    pub bad: u64,
}
