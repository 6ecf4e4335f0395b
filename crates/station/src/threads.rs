//! How often our long-lived threads may fail, and what becomes of one that hangs: the one place where it is stated.
//!
//! Not here: how a failure is noticed (`stdx::watchdog`), what is done about it (each thread's owner).

use std::time::Duration;

use stdx::thread::Intent;
use stdx::watchdog::{AfterHang, Policy};

/// The recorder. Slow disks take seconds to sync (98 ms was the most seen on ours), and the queue of steps holds eight
/// seconds at the highest rate; what lasts longer is a disk that does not answer.
pub const RECORDER: Policy = Policy {
    thread: "recorder",
    intent: Intent::Encode,
    slow_after: Duration::from_secs(2),
    hangs_after: Duration::from_secs(10),
    restarts: 3,
    after_hang: AfterHang::Abandon,
};

/// A camera's thread, whose restarts count for ten minutes ([`stdx::watchdog::RESTARTS_COUNT_FOR`]). It gives a sign of life with every wait for a picture, a quarter of a second at most; opening a
/// camera may take seconds, and a driver whose device was pulled can hang for ever.
pub const CAMERA: Policy = Policy {
    thread: "cam",
    intent: Intent::Capture,
    slow_after: Duration::from_secs(5),
    hangs_after: Duration::from_secs(15),
    restarts: 3,
    after_hang: AfterHang::Abandon,
};

/// A camera's encoder, whose restarts count for ten minutes too. A picture takes milliseconds; a disk that syncs, seconds, as for the recorder.
pub const ENCODER: Policy = Policy {
    thread: "enc",
    intent: Intent::Pictures,
    slow_after: Duration::from_secs(2),
    hangs_after: Duration::from_secs(10),
    restarts: 3,
    after_hang: AfterHang::Abandon,
};

/// What listens to a terminal. Keys count as released 250 ms after its last sign of life; but without it nobody can stop
/// an arm by key either, so the session then ends in good order.
pub const KEYS: Policy = Policy {
    thread: "keys",
    intent: Intent::Capture,
    slow_after: Duration::from_secs(1),
    hangs_after: Duration::from_secs(2),
    restarts: 3,
    after_hang: AfterHang::Abandon,
};

/// A verb's own thread, silent for so long while it drives: the person is told, and the arm goes on.
pub const VERB_SLOW: Duration = Duration::from_secs(2);
/// A verb's own thread, while it drives and somebody wants the end. It looks twenty times a second.
pub const VERB_HANGS: Duration = Duration::from_secs(5);
/// Longest that a loop whose verb hangs is waited for: a gentle release takes about 1.5 s.
pub const LET_DOWN_WITHIN: Duration = Duration::from_secs(5);

/// The search for a lost arm: opening a port and asking six motors takes a second; an adapter can hang for ever. A search
/// that hangs is left behind and another one begun, which counts among the restarts.
pub const REOPEN: Policy = Policy {
    thread: "reopen",
    intent: Intent::Encode,
    slow_after: Duration::from_secs(5),
    hangs_after: Duration::from_secs(15),
    restarts: 3,
    after_hang: AfterHang::Abandon,
};

/// A control loop that has not begun a cycle for this long: far more than any cycle, and than a slow release step. How many
/// panics it survives stands with it ([`teleop::RESTARTS`]), because it lets its arms down itself.
pub const LOOP_HANGS: Duration = Duration::from_secs(2);

/// Opening the system's gamepads is waited for no longer than this.
pub const GAMEPAD_OPENS: Duration = Duration::from_secs(5);
/// The end of a gamepad's reader is waited for no longer than this: it looks fifty times a second.
pub const GAMEPAD_ENDS: Duration = Duration::from_secs(1);
/// A gamepad's reader that has not looked for this long; what was pressed counts as let go long before.
pub const GAMEPAD_HANGS: Duration = Duration::from_secs(2);
/// How often a gamepad's reader is started again after it failed.
pub const GAMEPAD_RESTARTS: u32 = 3;

/// The log. It may wait for a disk as long as it likes: entries beyond its queue are counted, and it goes on when the
/// disk does.
pub const LOG: Policy = Policy {
    thread: "log",
    intent: Intent::Background,
    slow_after: Duration::from_secs(5),
    hangs_after: Duration::from_secs(5),
    restarts: 3,
    after_hang: AfterHang::Wait,
};
