//! What went wrong, in the three parts a reader needs: a code for programs, words for people, a remedy for hands.

use std::fmt;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Ties together what one request caused: its log lines, its errors and its reports.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(pub String);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The kinds of failure a program may tell apart. Stable: kinds are added, never renamed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
#[non_exhaustive]
pub enum ErrorCode {
    /// The request itself makes no sense: an unknown option, a value out of range.
    BadRequest,
    /// Not now: something else is going on that must end first.
    NotWhile,
    /// No such port, or it may not be opened.
    Port,
    /// A motor is silent, faulty or of the wrong kind.
    Motor,
    /// A camera is missing, cannot do what is asked, or its film cannot be made.
    Camera,
    /// The line went away while in use.
    LineLost,
    /// Calibration is missing, wrong or does not agree with the motors.
    Calibration,
    /// The loop could not hold what was asked of it.
    Loop,
    /// A dataset or another file is not as it must be.
    Data,
    /// A disk is full, read-only or failing.
    Disk,
    /// A person or a signal ended it.
    Stopped,
    /// A defect of ours.
    Internal,
}

/// An error as it leaves the core.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct Failure {
    /// The kind, for programs.
    pub code: ErrorCode,
    /// What and where, for people; paths and ports last.
    pub message: String,
    /// What the person can do about it.
    pub remedy: String,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.remedy.is_empty() {
            write!(f, "\n{}", self.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for Failure {}
