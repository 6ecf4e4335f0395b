//! `meta/tendon/episodes/episode-NNNNNN.json`: what is known about an episode and has no place in LeRobot's columns.
//!
//! One JSON object per episode, compact, written before the episode counts:
//!
//! | key | meaning |
//! |---|---|
//! | `version` | 1 |
//! | `episode_index`, `task`, `fps` | as in the dataset, so that the file makes sense alone |
//! | `recovered` | true when the episode was kept after a crash or a failed save; its `report` is then missing |
//! | `observed_at_ns` | per row: when its observation was complete, on the machine's monotonic clock |
//! | `flags` | per row: bits, 1 repeated, 2 stale, 4 first after a pause |
//! | `stale` | per row: bit i says that value i of the state is older than its row |
//! | `cameras` | per camera: how its pictures met the rows (see [`CameraAccount`]) |
//! | `report` | what the recorder says about the episode: why it ended, how the loop did |

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::camera::{PictureFlags, PictureNote};
use crate::error::DatasetError;
use crate::journal::{Header, JournalRows, Seal};
use crate::store::Recorded;

/// Version of the file's shape. Raised when a reader of the older one would misread a newer one.
pub const VERSION: u32 = 1;

/// What the sidecar of an episode says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sidecar {
    /// [`VERSION`].
    pub version: u32,
    /// The episode's number.
    pub episode_index: u64,
    /// Its task.
    pub task: String,
    /// Rows per second.
    pub fps: u32,
    /// Whether it was kept after a crash or a failed save.
    pub recovered: bool,
    /// Per row, nanoseconds on the machine's monotonic clock.
    pub observed_at_ns: Vec<u64>,
    /// Per row, see [`crate::RowFlags::bits`].
    pub flags: Vec<u8>,
    /// Per row, see [`crate::RowFlags::stale`].
    pub stale: Vec<u16>,
    /// One per camera, in the order in which they were recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cameras: Vec<CameraAccount>,
    /// The recorder's own account; null when there is none.
    pub report: Value,
}

impl Sidecar {
    /// The sidecar of an episode that is being saved.
    pub(crate) fn of(recorded: &Recorded<'_>, episode_index: u64, seal: &Seal) -> Self {
        let Recorded { header, rows, .. } = *recorded;
        Self {
            version: VERSION,
            episode_index,
            task: header.task.clone(),
            fps: header.fps,
            recovered: seal.recovered,
            observed_at_ns: rows.observed_at_ns.clone(),
            flags: rows.flags.clone(),
            stale: rows.stale.clone(),
            cameras: CameraAccount::all(header, rows, seal),
            report: seal.report.clone(),
        }
    }
}

/// How the pictures of one camera met the rows of an episode.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameraAccount {
    /// The camera's feature.
    pub key: String,
    /// Rows with a picture of their own.
    pub fresh: u64,
    /// Rows with the picture of the row before, because none newer had arrived.
    pub repeated: u64,
    /// Pictures that are in no row, because a newer one came before the row.
    pub skipped: u64,
    /// Rows whose picture was older than two frame times.
    pub late: u64,
    /// Rows before the camera's first picture.
    pub missing: u64,
    /// Rows for which the film repeats a picture because the encoder had no time; null where that is not known, because
    /// the episode was kept after a crash.
    pub not_encoded: Option<u64>,
    /// Rows for which the film repeats a picture because the bytes of their own were none; null as above.
    pub bad: Option<u64>,
    /// Per row: the picture's number since its camera was started.
    pub sequence: Vec<u64>,
    /// Per row: when the picture had arrived, nanoseconds on the machine's monotonic clock.
    pub arrived_at_ns: Vec<u64>,
    /// Per row: pictures that were skipped before it.
    pub skipped_before: Vec<u32>,
    /// Per row: bits, 1 repeated, 2 late, 4 missing, 8 the film repeats the picture before, 16 whether it does is not known.
    pub flags: Vec<u8>,
}

impl CameraAccount {
    /// The accounts of all cameras of an episode.
    fn all(header: &Header, rows: &JournalRows, seal: &Seal) -> Vec<Self> {
        let cameras = header.cameras.len();
        let account = |(at, camera): (usize, &crate::journal::Camera)| {
            let notes = || rows.pictures.iter().skip(at).step_by(cameras.max(1));
            let count =
                |flag: PictureFlags| notes().filter(|note| note.flags.has(flag)).count() as u64;
            let (repeated, missing) = (count(PictureFlags::REPEATED), count(PictureFlags::MISSING));
            let sealed = seal.cameras.iter().find(|sealed| sealed.key == camera.key);
            // An episode without its seal's account, and one that was kept after a crash, says nothing about its film.
            let squeezed = sealed.and_then(|sealed| sealed.squeezed.as_deref());
            let bad = sealed.and_then(|sealed| sealed.bad);
            let mut flags: Vec<u8> = notes().map(|note| note.flags.0).collect();
            for row in squeezed.unwrap_or_default() {
                let row = usize::try_from(*row)
                    .ok()
                    .and_then(|row| flags.get_mut(row));
                if let Some(flags) = row {
                    *flags |= PictureFlags::SQUEEZED.0;
                }
            }
            if squeezed.is_none() {
                flags
                    .iter_mut()
                    .for_each(|flags| *flags |= PictureFlags::UNSURE.0);
            }
            let is_fresh = |note: &&PictureNote| {
                !note.flags.has(PictureFlags::REPEATED) && !note.flags.has(PictureFlags::MISSING)
            };
            Self {
                key: camera.key.clone(),
                fresh: notes().filter(is_fresh).count() as u64,
                repeated,
                skipped: notes().map(|note| u64::from(note.skipped)).sum(),
                late: count(PictureFlags::LATE),
                missing,
                not_encoded: squeezed
                    .zip(bad)
                    .map(|(squeezed, bad)| (squeezed.len() as u64).saturating_sub(bad)),
                bad,
                sequence: notes().map(|note| note.sequence).collect(),
                arrived_at_ns: notes().map(|note| note.arrived_at.as_nanos()).collect(),
                skipped_before: notes().map(|note| note.skipped).collect(),
                flags,
            }
        };
        header.cameras.iter().enumerate().map(account).collect()
    }
}

/// Where the sidecar of an episode is.
pub fn path(root: &Path, episode: u64) -> PathBuf {
    root.join(format!("meta/tendon/episodes/episode-{episode:06}.json"))
}

/// Reads an episode's sidecar; `None` when there is none, as in datasets of other programs.
///
/// # Errors
/// When the file cannot be read or makes no sense.
pub fn read(root: &Path, episode: u64) -> Result<Option<Sidecar>, DatasetError> {
    let path = path(root, episode);
    match std::fs::read(&path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            DatasetError::malformed(&path, format!("this is not a sidecar: {error}"))
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DatasetError::io("reading a sidecar", &path)(error)),
    }
}
