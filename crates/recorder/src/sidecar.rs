//! What is known about an episode beyond LeRobot's columns: true times, flags, why it ended, how the loop did.
//!
//! Written as JSON to `meta/tendon/` by the dataset. Lists have one entry per row.

use protocol::LoopReport;
use serde_json::{Value, json};

use crate::config::Grid;
use crate::event::{Ended, Marks};
use crate::pairing::Row;

/// Version of this shape. Raised when a reader of the older one would misread a newer one.
pub const VERSION: u32 = 1;

/// The sidecar of an episode.
pub fn sidecar(
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
        "rows": {
            "observed_at_ns": rows.iter().map(|row| row.observed_at.as_nanos()).collect::<Vec<_>>(),
            "sent_at_ns": rows.iter().map(|row| row.sent_at.as_nanos()).collect::<Vec<_>>(),
            "stale_joints": rows.iter().map(|row| row.stale).collect::<Vec<_>>(),
            "flags": rows.iter().map(|row| row.flags.0).collect::<Vec<_>>(),
        },
        "flag_bits": { "repeated": 1, "stale": 2, "resumed": 4 },
        "loop": report,
    })
}
