//! Why what was under way cannot go on.

use std::sync::Arc;

use protocol::Failure;

use crate::store::StoreError;

/// Why what was under way cannot go on.
#[derive(Debug)]
pub(super) enum Stop {
    Store(StoreError),
    /// A camera's film is not there as it should be.
    Film(Arc<str>, Failure),
}

impl Stop {
    pub(super) fn message(&self) -> &str {
        match self {
            Self::Store(error) => &error.message,
            Self::Film(_, failure) => &failure.message,
        }
    }
}

impl From<StoreError> for Stop {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
