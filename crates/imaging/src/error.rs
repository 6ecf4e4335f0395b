//! What can go wrong with a picture, and what the person can do.

use std::io;
use std::path::PathBuf;

use pixels::{PictureError, Size};

use crate::format::Format;

/// A picture, parameter or preset that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ImagingError {
    /// The bytes are of no format that is read here.
    #[error("this is no picture of a known kind: it begins with {begins}")]
    UnknownFormat {
        /// The first bytes, as hexadecimal numbers.
        begins: String,
    },
    /// The bytes end before the picture does.
    #[error("the {format} picture is cut off: {what}")]
    CutOff {
        /// Format of the file.
        format: Format,
        /// Where it ends, or what is missing.
        what: String,
    },
    /// The bytes are not what their format demands.
    #[error("the {format} picture is damaged: {what}")]
    Damaged {
        /// Format of the file.
        format: Format,
        /// What the decoder found.
        what: String,
    },
    /// Sound, but of a kind that is not read here.
    #[error("the {format} picture is of a kind that cannot be read: {what}")]
    Unsupported {
        /// Format of the file.
        format: Format,
        /// What kind.
        what: String,
    },
    /// More pixels than the limits allow.
    #[error(
        "{what} has {width}x{height} pixels; at most {side} a side and {pixels} in all are worked on"
    )]
    TooLarge {
        /// The picture or the operation that makes it.
        what: String,
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
        /// Largest width and height.
        side: u32,
        /// Most pixels.
        pixels: usize,
    },
    /// A file with more bytes than the limits allow.
    #[error("the file has {bytes} bytes; at most {limit} are read")]
    TooManyBytes {
        /// Bytes of the file.
        bytes: u64,
        /// The limit.
        limit: u64,
    },
    /// A picture without pixels.
    #[error("{what} has {width}x{height} pixels, which is nothing")]
    Empty {
        /// The picture or the operation that makes it.
        what: String,
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    },
    /// Bytes that do not make a picture of the size that was told.
    #[error("a picture of {size} has {expected} bytes, but {got} came")]
    Length {
        /// The size that was told.
        size: Size,
        /// Bytes of such a picture.
        expected: usize,
        /// Bytes that came.
        got: usize,
    },
    /// A camera's or film's picture that cannot be read.
    #[error(transparent)]
    Camera(PictureError),
    /// A parameter beyond what it may be.
    #[error("{operation}: {field} is {value}; allowed is {allowed}")]
    Parameter {
        /// Name of the operation.
        operation: &'static str,
        /// Name of the parameter.
        field: String,
        /// What was given.
        value: String,
        /// What may be given.
        allowed: String,
    },
    /// A background that a pipeline names and nobody handed in.
    #[error("there is no background named \"{name}\"; known are: {known}")]
    NoBackdrop {
        /// The name in the pipeline.
        name: String,
        /// Those that were handed in.
        known: String,
    },
    /// A preset that cannot be read.
    #[error("the preset cannot be read: {what}")]
    Preset {
        /// Where and what.
        what: String,
    },
    /// An operation of a preset that does not exist.
    #[error(
        "stage {stage} of the preset names the unknown operation \"{name}\"; known are: {known}"
    )]
    UnknownOperation {
        /// Which stage, counted from 1.
        stage: usize,
        /// The name in the preset.
        name: String,
        /// All that exist.
        known: String,
    },
    /// A preset of a newer program.
    #[error("the preset has version {found}; this program reads up to version {known}")]
    NewerPreset {
        /// Version in the preset.
        found: u64,
        /// Newest version that is read.
        known: u64,
    },
    /// A stage of a pipeline that failed.
    #[error("stage {stage} ({operation}): {source}")]
    Stage {
        /// Which stage, counted from 1.
        stage: usize,
        /// Its operation.
        operation: &'static str,
        /// Why.
        #[source]
        source: Box<ImagingError>,
    },
    /// A library refused what it was given, which its caller should have seen.
    #[error("{operation} could not be done: {what}")]
    NotDone {
        /// Name of the operation.
        operation: &'static str,
        /// What the library says.
        what: String,
    },
    /// The picture could not be written in this format.
    #[error("the picture cannot be written as {format}: {what}")]
    NotWritten {
        /// Format that was asked for.
        format: Format,
        /// Why.
        what: String,
    },
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
    /// A file that exists is not overwritten unless that was asked for.
    #[error("the file exists already\nFile: {path}")]
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// A network's file that cannot be used.
    #[error("the model \"{model}\" cannot be used: {what}")]
    Model {
        /// Name of the model.
        model: String,
        /// Why.
        what: String,
    },
    /// A network that gave something that is no mask.
    #[error("the model \"{model}\" gave {what}")]
    ModelOutput {
        /// Name of the model.
        model: String,
        /// What it gave instead.
        what: String,
    },
    /// A network that an operation names and nobody handed in.
    #[error("there is no model named \"{name}\"; known are: {known}")]
    NoNetwork {
        /// The name in the operation.
        name: String,
        /// Those that are there.
        known: String,
    },
    /// Whoever else works on the picture could not; its own words.
    #[error("{message}")]
    Told {
        /// What went wrong.
        message: String,
        /// What the person can do.
        remedy: &'static str,
    },
    /// Whoever watched wanted the work to end.
    #[error("the work was stopped before it was done")]
    Stopped,
}

impl ImagingError {
    /// What the person can do. Shown under the message.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::UnknownFormat { .. } => {
                "Open a PNG, JPEG, WebP, TIFF or BMP file; other kinds must be converted first."
            }
            Self::CutOff { .. } => "Copy or download the file again; a part of it is missing.",
            Self::Damaged { .. } => {
                "Copy the file again, or open it in the program that made it and save it anew."
            }
            Self::Unsupported { .. } => {
                "Open it in the program that made it and save it as PNG with 8 bits a channel."
            }
            Self::TooLarge { .. } | Self::TooManyBytes { .. } => {
                "Choose a smaller picture, or make it smaller in another program first."
            }
            Self::Empty { .. } | Self::Length { .. } => {
                "Check where the picture comes from: its size and its bytes do not fit together."
            }
            Self::Camera(error) => error.remedy(),
            Self::Parameter { .. } => "Choose a value within what is allowed.",
            Self::NoBackdrop { .. } => {
                "Choose the background's picture again; the file may have been moved or renamed."
            }
            Self::Preset { .. } => {
                "Save the preset again, or correct the place that is named in a text editor."
            }
            Self::UnknownOperation { .. } => {
                "Correct the name, or remove this stage from the preset."
            }
            Self::NewerPreset { .. } => "Update this program, or save the preset with this one.",
            Self::Stage { source, .. } => source.remedy(),
            Self::NotDone { .. } => "Choose other parameters or a smaller picture.",
            Self::NotWritten { .. } => "Choose another format or a smaller picture.",
            Self::File { .. } => {
                "Check that the path is right, readable and writable, and the disk not full."
            }
            Self::Exists { .. } => "Choose another name, or allow that the file is replaced.",
            Self::Model { .. } => {
                "Download the model again, or choose the input size and normalisation that belong to it."
            }
            Self::ModelOutput { .. } => {
                "Choose another model; this file is damaged or not made for removing backgrounds."
            }
            Self::NoNetwork { .. } => {
                "Download or import the model first, or choose one of those that are there."
            }
            Self::Told { remedy, .. } => remedy,
            Self::Stopped => "Start it again if the result is still wanted.",
        }
    }

    /// Whether this is no failure but the wish of whoever watched.
    pub fn stopped(&self) -> bool {
        match self {
            Self::Stopped => true,
            Self::Stage { source, .. } => source.stopped(),
            _ => false,
        }
    }

    /// The same, told as that of stage `index`, counted from 0. A stop belongs to no stage.
    pub(crate) fn at_stage(self, index: usize, operation: &'static str) -> Self {
        if self.stopped() {
            return self;
        }
        Self::Stage {
            stage: index + 1,
            operation,
            source: Box::new(self),
        }
    }
}
