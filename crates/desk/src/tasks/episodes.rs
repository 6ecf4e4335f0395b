//! What is seen of an episode while it is recorded, beyond its newest status, and its card.
//!
//! Not here: the session (`record`).

use std::collections::HashMap;

use protocol::window::{EpisodeEnd, PicturesOf};
use recorder::{CameraCounts, Ended, Phase, Status};
use units::MonoTime;

/// Places that are remembered of one camera in an episode.
const LATE_PLACES: usize = 64;

/// What has been seen of the running episode beyond its newest status.
#[derive(Default)]
pub(super) struct Episode {
    /// Since when rows come without a pause: the first of them and its time.
    since: Option<(u64, MonoTime)>,
    pub(super) true_fps: Option<f64>,
    /// Rows at which pictures were late or repeated, by camera, and how many had been by then.
    late: HashMap<String, (u64, Vec<u64>)>,
}

impl Episode {
    /// Takes a status of the running episode.
    pub(super) fn note(&mut self, status: &Status) {
        let recording = status.phase == Phase::Recording;
        if !recording || status.rows == 0 {
            self.since = None;
        }
        if let Some(at) = status.last_row_at.filter(|_| recording && status.rows > 0) {
            let (rows, since) = *self.since.get_or_insert((status.rows, at));
            let seconds = at.since(since).as_secs_f64();
            let more = status.rows.saturating_sub(rows);
            if more > 0 && seconds > 0.0 {
                self.true_fps = Some(more as f64 / seconds);
            }
        }
        for camera in status.cameras.iter().filter(|_| recording) {
            let counts = &camera.counts;
            let now = counts.late + counts.repeated;
            let (before, places) = self.late.entry(camera.camera.to_string()).or_default();
            if now > *before && places.len() < LATE_PLACES {
                places.push(status.rows);
            }
            *before = now;
        }
    }
}

/// The pictures of an episode of so many rows, camera by camera.
pub(super) fn pictures(cameras: &[CameraCounts], episode: &Episode, rows: u64) -> Vec<PicturesOf> {
    let one = |camera: &CameraCounts| {
        let counts = camera.counts;
        let places = episode.late.get(&*camera.camera);
        let share = |row: &u64| (*row as f64 / rows.max(1) as f64).clamp(0.0, 1.0);
        PicturesOf {
            camera: camera.camera.to_string(),
            fresh: counts.fresh,
            repeated: counts.repeated,
            skipped: counts.skipped,
            late: counts.late,
            squeezed: counts.squeezed,
            late_at: places.map_or_else(Vec::new, |(_, rows)| rows.iter().map(share).collect()),
        }
    };
    cameras.iter().map(one).collect()
}

/// Why an episode ended, in the window's words.
pub(super) fn end(ended: &Ended) -> EpisodeEnd {
    match ended {
        Ended::Time => EpisodeEnd::Time,
        Ended::Asked => EpisodeEnd::Asked,
        Ended::Stop => EpisodeEnd::Stop,
        Ended::Gap { .. } => EpisodeEnd::Gap,
        Ended::LoopEnded => EpisodeEnd::LoopEnded,
        Ended::StoreFailed => EpisodeEnd::StoreFailed,
        Ended::Emergency => EpisodeEnd::Emergency,
        Ended::RecorderFailed => EpisodeEnd::RecorderFailed,
        Ended::CameraSilent => EpisodeEnd::CameraSilent,
        Ended::FilmFailed => EpisodeEnd::FilmFailed,
    }
}
