//! Failures of the window's own, in the shape that every failure has.

use protocol::{ErrorCode, Failure};

/// The request makes no sense.
pub(crate) fn bad_request(message: impl Into<String>, remedy: impl Into<String>) -> Failure {
    Failure {
        code: ErrorCode::BadRequest,
        message: message.into(),
        remedy: remedy.into(),
    }
}

/// Something else is going on that must end first.
pub(crate) fn not_while(message: impl Into<String>, remedy: impl Into<String>) -> Failure {
    Failure {
        code: ErrorCode::NotWhile,
        message: message.into(),
        remedy: remedy.into(),
    }
}

/// Nothing is going on that this could be about.
pub(crate) fn nothing_runs(what: &str) -> Failure {
    not_while(what, "Begin it first.")
}
