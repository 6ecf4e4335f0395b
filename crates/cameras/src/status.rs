//! What is known of a running camera, and what has happened to it.

use std::time::Duration;

use units::MonoTime;

use crate::device::Opened;
use crate::error::CameraError;

/// What the person is told of a failure: the words, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// The error's short name.
    pub code: &'static str,
    /// What happened.
    pub why: String,
    /// What to do.
    pub remedy: String,
}

impl From<&CameraError> for Trouble {
    fn from(error: &CameraError) -> Self {
        Self {
            code: error.code(),
            why: error.to_string(),
            remedy: error.remedy(),
        }
    }
}

/// What a camera is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum CameraState {
    /// It is being opened for the first time.
    #[default]
    Opening,
    /// Its first pictures come; rate and brightness have not settled.
    Warming,
    /// It is ready.
    Streaming,
    /// It is gone, and is opened again as soon as it is back.
    Lost(Trouble),
    /// It cannot be had as it was asked for; its thread has ended.
    Refused(Trouble),
    /// It was told to stop.
    Stopped,
}

/// Measured rate over the last two seconds of pictures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pace {
    /// Pictures per second.
    pub fps: f64,
    /// Standard deviation of the time from one picture to the next.
    pub jitter: Duration,
}

/// A camera at one moment. Counts are since it was started.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CameraStatus {
    /// Its name in datasets.
    pub key: String,
    /// Which camera it is, in words.
    pub device: String,
    /// What it is doing.
    pub state: CameraState,
    /// What it agreed to when it was last opened.
    pub opened: Option<Opened>,
    /// Its measured rate, once there are enough pictures.
    pub pace: Option<Pace>,
    /// Good pictures.
    pub pictures: u64,
    /// Pictures that were damaged, and that nobody gets.
    pub bad: u64,
    /// What was wrong with the last bad one.
    pub last_bad: Option<String>,
    /// Pictures that the device took and that never arrived, where it tells.
    pub missed: u64,
    /// Pictures that left the ring before anybody took them.
    pub overwritten: u64,
    /// How often it was lost and came back.
    pub reconnects: u32,
    /// When the last good picture arrived.
    pub last_arrival: Option<MonoTime>,
    /// How long it took from the first picture until it was ready.
    pub warmed_in: Option<Duration>,
}

/// Something that happened to a camera, told once.
#[derive(Debug, Clone, PartialEq)]
pub enum CameraEvent {
    /// It is ready, so long after its first picture.
    Ready {
        /// Time since the first picture.
        after: Duration,
        /// Whether it had settled, or the longest wait had passed.
        settled: bool,
    },
    /// It is gone.
    Lost(Trouble),
    /// The same camera is back, after so long.
    Back {
        /// Time without it.
        after: Duration,
    },
    /// It was refused.
    Refused(Trouble),
    /// Pictures are damaged; told at the first, and again when there are ten times as many.
    Bad {
        /// So many by now.
        bad: u64,
        /// What was wrong with the last one.
        why: String,
        /// What to do about it.
        remedy: String,
    },
    /// A control was to be set while it was open, and could not be.
    NotSet(Trouble),
    /// It gives fewer pictures than it agreed to.
    Slow {
        /// What it agreed to.
        asked: f64,
        /// What it gives.
        gives: f64,
    },
}
