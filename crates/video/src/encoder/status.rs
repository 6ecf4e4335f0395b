//! What an encoder shows of itself, and what it tells the person.

use std::fmt;
use std::time::Duration;

use super::thrift::{Level, ThriftChange};

/// What the encoder is doing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EncoderState {
    /// No film is open.
    #[default]
    Idle,
    /// A film grows.
    Encoding,
    /// A film that is open failed; pictures are lost until the next begins.
    Failed,
    /// There is no thread any more.
    Gone,
}

/// How the encoder stands; counts are those of the film that is open, or was last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncoderStatus {
    /// What it is doing.
    pub state: EncoderState,
    /// Pictures that wait.
    pub waiting: usize,
    /// Most that may wait: fewer once the encoder is too slow although nothing cheaper is left.
    pub capacity: usize,
    /// Most that ever waited.
    pub most_waited: usize,
    /// Samples made.
    pub samples: u64,
    /// Pictures that found no room; the film repeats the one before.
    pub repeated_for_want_of_time: u64,
    /// Pictures whose bytes were none; the film repeats the one before.
    pub undecodable: u64,
    /// What a picture costs now, from its bytes to the film.
    pub cost: Duration,
    /// What the film may cost now.
    pub level: Level,
    /// How far that is from what was asked: 0 is as asked.
    pub thrift: usize,
    /// How far it can go.
    pub thriftiest: usize,
    /// Why the film that is open failed, or why its disk takes nothing.
    pub trouble: Option<String>,
}

/// What the person should be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EncoderEvent {
    /// The film became cheaper or dearer.
    Thrift {
        /// The camera.
        camera: String,
        /// What changed.
        change: ThriftChange,
    },
    /// The first picture of an episode that found no room; more are counted.
    NoTime {
        /// The camera.
        camera: String,
    },
    /// The first picture of an episode whose bytes were none; more are counted.
    Undecodable {
        /// The camera.
        camera: String,
        /// The sample that repeats the picture before.
        sample: u64,
        /// What was wrong, and what can be done.
        why: String,
    },
    /// The disk takes nothing; what comes is kept in memory for a while.
    DiskTrouble {
        /// The camera.
        camera: String,
        /// What the system said.
        why: String,
    },
    /// The disk takes it again; nothing was lost.
    DiskAgain {
        /// The camera.
        camera: String,
    },
    /// The film failed. It is kept as far as it goes.
    Failed {
        /// The camera.
        camera: String,
        /// Why.
        why: String,
    },
}

impl fmt::Display for EncoderEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Thrift { camera, change } => {
                let why = if change.cheaper() {
                    "the computer is short of time, so its film becomes cheaper"
                } else {
                    "there is time again"
                };
                write!(f, "Camera {camera}: {why}: ")?;
                let (from, to) = (change.from, change.to);
                if from.gop != to.gop {
                    write!(f, "a key picture every {} instead of {}", to.gop, from.gop)?;
                }
                if from.quantizer != to.quantizer {
                    let (to, from) = (to.quantizer.get(), from.quantizer.get());
                    write!(f, "quantizer {to} instead of {from}")?;
                }
                f.write_str(". No picture is lost.")
            }
            Self::NoTime { camera } => write!(
                f,
                "Camera {camera}: the computer is too slow for its film: pictures are repeated and marked. Choose a smaller \
                 picture, fewer cameras or a lower rate."
            ),
            Self::Undecodable {
                camera,
                sample,
                why,
            } => write!(
                f,
                "Camera {camera}: picture {sample} could not be read, the one before is repeated and marked: {why}"
            ),
            Self::DiskTrouble { camera, why } => {
                write!(f, "Camera {camera}: the disk does not take its film: {why}")
            }
            Self::DiskAgain { camera } => {
                write!(
                    f,
                    "Camera {camera}: the disk takes its film again; nothing was lost."
                )
            }
            Self::Failed { camera, why } => write!(
                f,
                "Camera {camera}: its film failed and is kept as far as it goes: {why}"
            ),
        }
    }
}
