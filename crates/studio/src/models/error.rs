//! What can go wrong with a network's file, and what the person can do.

use std::io;
use std::path::PathBuf;

use imaging::ImagingError;

use crate::net::NetError;

/// A network that cannot be had or used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// No network of this name.
    #[error("there is no model named {name:?}; there are {known}")]
    Unknown {
        /// The name.
        name: String,
        /// Those that there are.
        known: String,
    },
    /// Known, but its file is not there.
    #[error("the model {name} is not on this computer")]
    NotThere {
        /// Its name.
        name: String,
    },
    /// Known, but it does not run here.
    #[error("the model {name} does not run here: {why}")]
    Elsewhere {
        /// Its name.
        name: String,
        /// Why.
        why: &'static str,
    },
    /// Somebody fetches it already.
    #[error("the model {name} is being fetched already")]
    Busy {
        /// Its name.
        name: String,
    },
    /// The disk is too full.
    #[error(
        "the model {name} needs {needed} bytes, and the disk has {free} left\nFolder: {folder}"
    )]
    NoRoom {
        /// Its name.
        name: String,
        /// Bytes that are still to come, with some to spare.
        needed: u64,
        /// Bytes that are left.
        free: u64,
        /// Where it would lie.
        folder: PathBuf,
    },
    /// Not as long as it should be.
    #[error("what comes as {name} has {got} bytes instead of {expected}")]
    Length {
        /// Its name.
        name: String,
        /// Bytes that it should have.
        expected: u64,
        /// Bytes that it has.
        got: u64,
    },
    /// Not the bytes that it should have.
    #[error("what came as {name} is something else: its checksum is {found} instead of {expected}")]
    Checksum {
        /// Its name.
        name: String,
        /// Checksum that it should have.
        expected: String,
        /// Checksum that it has.
        found: String,
    },
    /// Not the same bytes as when it was checked the first time.
    #[error(
        "the model {name} is not what it was: its checksum is {found}, and was {pinned} when it was fetched first"
    )]
    Changed {
        /// Its name.
        name: String,
        /// Checksum at the first time.
        pinned: String,
        /// Checksum now.
        found: String,
    },
    /// A server's answer that fits no question.
    #[error("{address} answered something that was not asked for: {what}")]
    Answer {
        /// Who was asked.
        address: String,
        /// What it answered.
        what: String,
    },
    /// The description beside a network of a person's own.
    #[error("the description of the model cannot be used: {what}\nFile: {path}")]
    Description {
        /// Where it lies.
        path: PathBuf,
        /// Where in it, and what.
        what: String,
    },
    /// A name that cannot be a file's.
    #[error("{name:?} cannot be the name of a model: {what}")]
    Name {
        /// The name.
        name: String,
        /// Why.
        what: &'static str,
    },
    /// The network's server.
    #[error(transparent)]
    Net(#[from] NetError),
    /// What imaging says of the file.
    #[error(transparent)]
    Imaging(#[from] ImagingError),
    /// A file could not be read or written.
    #[error("{doing} failed: {source}\nFile: {path}")]
    File {
        /// What was tried.
        doing: &'static str,
        /// Which file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
}

impl ModelError {
    /// What the person can do. Shown under the message.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unknown { .. } => "Choose one of those that there are.",
            Self::NotThere { .. } => "Fetch it, or import its file.",
            Self::Elsewhere { .. } => "Choose another model, or set up a rembg server that has it.",
            Self::Busy { .. } => "Wait until it is there, or call the other one off.",
            Self::NoRoom { .. } => {
                "Free some room on this disk, or choose another folder for models in the settings."
            }
            Self::Length { .. } | Self::Checksum { .. } => {
                "Try again; if it happens twice, check the address in the settings, or import the file by hand."
            }
            Self::Changed { .. } => "Remove it and fetch it again.",
            Self::Answer { .. } => "Check the address in the settings, and try again.",
            Self::Description { .. } => {
                "Write name, side and normalisation into it, as the manual shows."
            }
            Self::Name { .. } => "Choose a name of letters, digits, dots, dashes and underscores.",
            Self::Net(error) => error.remedy(),
            Self::Imaging(error) => error.remedy(),
            Self::File { .. } => {
                "Check that the folder is there, readable and writable, and the disk not full."
            }
        }
    }

    /// Whether this is no failure but the wish of whoever asked.
    pub fn cancelled(&self) -> bool {
        matches!(self, Self::Net(error) if error.cancelled())
    }
}
