//! The recorder's own account of an episode: why it ended, what is unusual about it, how the loop did.
//!
//! JSON; the dataset puts it under `report` in the episode's sidecar, beside the rows' times, flags and stale
//! joints, which the dataset keeps itself because they must outlive a crash.

use protocol::LoopReport;
use serde_json::{Value, json};

use crate::config::Grid;
use crate::event::{Ended, Marks};
use crate::pairing::Row;

/// Version of this shape. Raised when a reader of the older one would misread a newer one.
pub const VERSION: u32 = 1;

/// The account of an episode whose recorder failed: what else it knew is gone.
pub fn account_after_failure(grid: &Grid) -> Value {
    json!({
        "version": VERSION,
        "control_rate_hz": grid.control_rate(),
        "ended": Ended::RecorderFailed.name(),
    })
}

/// The account of an episode. `sent_at_ns` says per row when its action was handed to the line.
pub fn account(
    grid: &Grid,
    ended: &Ended,
    marks: &Marks,
    rows: &[Row],
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
        "sent_at_ns": rows.iter().map(|row| row.sent_at.as_nanos()).collect::<Vec<_>>(),
        "loop": report,
    })
}
