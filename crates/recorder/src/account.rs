//! The recorder's own account of an episode: why it ended, what is unusual about it, how the loop did.
//!
//! JSON; the dataset puts it under `report` in the episode's sidecar, beside the rows' times, flags and stale
//! joints, which the dataset keeps itself because they must outlive a crash.

use protocol::LoopReport;
use serde_json::{Value, json};
use units::MonoTime;

use crate::config::Grid;
use crate::event::{CameraCounts, Ended, Marks};
use crate::film::Reel;

/// Version of this shape. Raised when a reader of the older one would misread a newer one.
pub const VERSION: u32 = 1;

/// The account of an episode whose recorder or film failed: what else was known of it is gone.
pub fn account_after_failure(grid: &Grid, ended: &Ended) -> Value {
    json!({
        "version": VERSION,
        "control_rate_hz": grid.control_rate(),
        "ended": ended.name(),
    })
}

/// The account of an episode. `sent_at` says per row when its action was handed to the line.
pub fn account(
    grid: &Grid,
    ended: &Ended,
    marks: &Marks,
    sent_at: &[MonoTime],
    report: Option<&LoopReport>,
) -> Value {
    let gap_s = match ended {
        Ended::Gap { seconds } => *seconds,
        _ => None,
    };
    json!({
        "version": VERSION,
        "control_rate_hz": grid.control_rate(),
        "ended": ended.name(),
        "gap_s": gap_s,
        "marks": {
            "repeated_rows": marks.repeated,
            "stale_rows": marks.stale,
            "resumed_rows": marks.resumed,
            "steps_lost": marks.steps_lost,
        },
        "sent_at_ns": sent_at.iter().map(|at| at.as_nanos()).collect::<Vec<_>>(),
        "loop": report,
    })
}

/// The pictures of an episode, camera by camera: how they met its rows, and in which rows the film repeats a picture
/// for want of time or because its bytes could not be read.
pub fn pictures<T>(cameras: &[CameraCounts], reels: &[Reel<T>]) -> Value {
    let camera = |(camera, reel): (&CameraCounts, &Reel<T>)| {
        let counts = camera.counts;
        let about = json!({
            "fresh": counts.fresh,
            "repeated": counts.repeated,
            "skipped": counts.skipped,
            "late": counts.late,
            "squeezed_rows": reel.squeezed,
        });
        (camera.camera.to_string(), about)
    };
    Value::Object(cameras.iter().zip(reels).map(camera).collect())
}
