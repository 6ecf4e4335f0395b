//! What can go wrong with a server that removes backgrounds, and what the person can do.

use imaging::ImagingError;

use crate::net::NetError;

/// A server that did not do what was asked for.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The connection, or what HTTP says.
    #[error(transparent)]
    Net(#[from] NetError),
    /// Something else answers there.
    #[error("what answers at {address} is no rembg server: {what}")]
    NotRembg {
        /// Who was asked.
        address: String,
        /// What is missing.
        what: String,
    },
    /// It does not have the model.
    #[error("the server {address} has no model {model:?}; it has {known}")]
    NoModel {
        /// Who was asked.
        address: String,
        /// The model, as the server would call it.
        model: String,
        /// Those that it has.
        known: String,
    },
    /// An answer that cannot be what was asked for.
    #[error("the server {address} answered with {what}")]
    Reply {
        /// Who was asked.
        address: String,
        /// What is wrong with it.
        what: String,
    },
    /// The picture itself.
    #[error(transparent)]
    Imaging(#[from] ImagingError),
}

impl ServerError {
    /// What the person can do. Shown under the message.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Net(error) => error.remedy(),
            Self::NotRembg { .. } => {
                "Check the address in the settings; a rembg server is started with `rembg s`."
            }
            Self::NoModel { .. } => "Choose one of its models, or say what the server calls yours.",
            Self::Reply { .. } => {
                "Look into the server's own log, and whether its version is known."
            }
            Self::Imaging(error) => error.remedy(),
        }
    }

    /// Whether this is no failure but the wish of whoever asked.
    pub fn cancelled(&self) -> bool {
        match self {
            Self::Net(error) => error.cancelled(),
            Self::Imaging(error) => error.stopped(),
            _ => false,
        }
    }
}
