//! What a record session can be told, and why it may refuse.

use crate::event::Phase;

/// What a person can ask of a running session, and what the station tells it about the arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Ends the episode and keeps it; ends the reset; begins the first episode. LeRobot's right arrow, N.
    Next,
    /// Throws the running episode away, or the last one while it waits in the reset (until a second before its
    /// end), and records it again after the reset. LeRobot's left arrow, R.
    ReRecord,
    /// Stands still: no rows, no countdown. The arm should hold meanwhile, or the picture jumps.
    Pause,
    /// Goes on after a pause.
    Resume,
    /// Brings the episode discarded last back into the dataset.
    Undo,
    /// Ends the session; the running episode is saved.
    Stop,
    /// The arm does not follow any more: no rows and no countdown until [`Command::Follows`]. A running episode is
    /// bridged for as long as any gap, then it ends; after an emergency stop it ends at once. Kept and marked.
    StoodStill {
        /// Whether a person stopped the arm in an emergency.
        emergency: bool,
    },
    /// The arm follows again.
    Follows,
}

impl Command {
    /// The name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::ReRecord => "record again",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Undo => "undo",
            Self::Stop => "stop",
            Self::StoodStill { .. } => "stand still",
            Self::Follows => "follow",
        }
    }
}

/// A command that was not carried out; nothing changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It makes no sense in this phase.
    #[error("not while {}: {}", .phase.name(), .command.name())]
    NotWhile {
        /// What was asked.
        command: Command,
        /// What the session is doing.
        phase: Phase,
    },
    /// There is no row to save or to discard yet.
    #[error("nothing is recorded yet")]
    NothingRecorded,
    /// No discarded episode is left to bring back.
    #[error("no discarded episode to bring back")]
    NothingDiscarded,
    /// The recorder is writing, or has more commands than it can hold.
    #[error("the recorder is busy")]
    Busy,
    /// The recorder is no more.
    #[error("the recorder has ended")]
    Ended,
}

impl Refusal {
    /// What the person can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotWhile { .. } => "Wait for the session's next phase.",
            Self::NothingRecorded => {
                "Wait for the first row; if none comes, check that the arm is driven."
            }
            Self::NothingDiscarded => {
                "Discarded episodes can be brought back until the session ends."
            }
            Self::Busy => "Try again in a second.",
            Self::Ended => "Start a new session.",
        }
    }
}
