//! What a control loop says about itself when it ends and with each episode.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a measured span was distributed, in microseconds, from a histogram that the loop itself kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct Spread {
    /// How many were measured.
    #[ts(type = "number")]
    pub count: u64,
    /// Half were at most this.
    pub p50: f64,
    /// 95 % were at most this.
    pub p95: f64,
    /// 99 % were at most this.
    pub p99: f64,
    /// 99.9 % were at most this.
    pub p999: f64,
    /// The largest.
    pub max: f64,
}

/// What one motor did while the loop ran.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct MotorReport {
    /// The arm it belongs to, as named in the rig: `follower`, `left_leader`, …
    pub arm: String,
    /// Its joint.
    pub joint: String,
    /// Its id on the bus.
    pub id: u8,
    /// Answers that came whole and in time.
    pub answered: u64,
    /// Requests without an answer in time.
    pub silent: u64,
    /// Answers that were damaged.
    pub corrupt: u64,
    /// Error bits it ever reported, or-ed together (0x01 voltage, 0x02 angle sensor, 0x04 heat, 0x08 current, 0x20 overload).
    pub error_bits: u8,
}

/// A control loop's account of itself.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LoopReport {
    /// Version of this shape, [`crate::VERSION`].
    pub version: u32,
    /// The request the loop ran for, as in the log; empty when it ran for none.
    #[serde(default)]
    pub request: String,
    /// The rate asked for, in Hz.
    pub rate_hz: f64,
    /// Cycles that ran.
    pub cycles: u64,
    /// Cycles whose slot passed without a goal write.
    pub missed: u64,
    /// Wall time from the first to the last goal write, in seconds.
    pub seconds: f64,
    /// Distance between the time between two goal writes and the period asked for, absolute.
    pub period_error_us: Spread,
    /// Time a cycle spent waiting for the motors.
    pub bus_us: Spread,
    /// Time a cycle spent computing.
    pub compute_us: Spread,
    /// The priority the loop ran with, in words.
    pub priority: String,
    /// Every motor the loop talked to.
    pub motors: Vec<MotorReport>,
}
