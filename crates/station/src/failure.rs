//! Turns each room's errors into the one shape that leaves the core: code, words, remedy.

use protocol::{ErrorCode, Failure};

/// An error with words of its own and a remedy beside it.
pub(crate) fn failure(
    code: ErrorCode,
    message: impl ToString,
    remedy: impl Into<String>,
) -> Failure {
    Failure {
        code,
        message: message.to_string(),
        remedy: remedy.into(),
    }
}

/// A request that makes no sense.
pub(crate) fn bad_request(message: impl Into<String>, remedy: impl Into<String>) -> Failure {
    Failure {
        code: ErrorCode::BadRequest,
        message: message.into(),
        remedy: remedy.into(),
    }
}
