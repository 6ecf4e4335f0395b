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
//! | `report` | what the recorder says about the episode: why it ended, how the loop did |

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::DatasetError;

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
    /// The recorder's own account; null when there is none.
    pub report: Value,
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
