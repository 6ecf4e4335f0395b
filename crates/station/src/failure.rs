//! Turns each room's errors into the one shape that leaves the core: code, words, remedy.

use std::io;
use std::path::Path;

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

/// A file of the log that the system does not let us read. Here and not beside the reader, because what the log's own owner
/// says never reaches the window and this does.
pub(crate) fn log_unreadable(error: &io::Error, path: &Path) -> Failure {
    failure(
        ErrorCode::Disk,
        format!("the log cannot be read: {error}\nFile: {}", path.display()),
        "Check the file's owner and permissions.",
    )
}

/// A place in the log whose file is there no more.
pub(crate) fn log_gone() -> Failure {
    failure(
        ErrorCode::Data,
        "this part of the log is gone: newer entries took its place",
        "Read the log from its newest entry again.",
    )
}

/// A request that makes no sense.
pub(crate) fn bad_request(message: impl Into<String>, remedy: impl Into<String>) -> Failure {
    Failure {
        code: ErrorCode::BadRequest,
        message: message.into(),
        remedy: remedy.into(),
    }
}
