//! What a person asks for: which files, what is done to them, and where the results go.

use std::path::PathBuf;

use imaging::effects::Colour;
use imaging::{Existing, Format, ImagingError, Pipeline, Preset, Quality, Saving};
use serde::{Deserialize, Serialize};

/// One batch, as it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Task {
    /// Files and folders. Folders are looked through, files are taken whatever they are called.
    pub inputs: Vec<PathBuf>,
    /// Whether folders inside folders are looked through too.
    pub recursive: bool,
    /// The folder for the outputs. It need not exist.
    pub into: PathBuf,
    /// How outputs are written.
    pub output: Output,
    /// Whether a file that lies where an output should go is replaced. An input never is.
    pub existing: Existing,
    /// What is done to each picture.
    pub preset: Preset,
}

/// How outputs are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Output {
    /// Format of all outputs; `None` for that of each input.
    pub format: Option<Format>,
    /// How good.
    pub quality: Quality,
    /// What lies under a picture with alpha in a format without it.
    pub ground: Colour,
}

impl Default for Output {
    /// The input's format, its usual quality, white under what has alpha.
    fn default() -> Self {
        Self {
            format: None,
            quality: Quality::Usual,
            ground: Colour::WHITE,
        }
    }
}

impl Output {
    /// How a picture that came in this format is written.
    pub fn saving(&self, came_as: Format) -> Saving {
        let format = self.format.unwrap_or(came_as);
        Saving {
            format,
            // A folder may mix formats; what cannot be without loss is as good as usual.
            quality: match self.quality {
                Quality::Lossless if self.format.is_none() && format == Format::Jpeg => {
                    Quality::Usual
                }
                quality => quality,
            },
            ground: self.ground,
        }
    }

    /// Whether files can be written like this.
    ///
    /// # Errors
    /// When the format cannot have the quality.
    pub fn check(&self) -> Result<(), ImagingError> {
        let refused = |value: String, allowed: &str| {
            Err(ImagingError::Parameter {
                operation: "save",
                field: "quality".to_owned(),
                value,
                allowed: allowed.to_owned(),
            })
        };
        match self.quality {
            Quality::Level(level) if !(1..=100).contains(&level) => {
                refused(level.to_string(), "1 to 100")
            }
            Quality::Lossless if self.format == Some(Format::Jpeg) => refused(
                "lossless".to_owned(),
                "1 to 100 for JPEG, which always loses something",
            ),
            _ => Ok(()),
        }
    }
}

impl Task {
    /// These inputs through this preset into this folder, with what is usual for the rest.
    pub fn new(inputs: Vec<PathBuf>, into: impl Into<PathBuf>, preset: Preset) -> Self {
        Self {
            inputs,
            recursive: true,
            into: into.into(),
            output: Output::default(),
            existing: Existing::Keep,
            preset,
        }
    }

    /// What is done to each picture.
    pub fn pipeline(&self) -> &Pipeline {
        &self.preset.pipeline
    }
}

/// A task as the queue keeps it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Written {
    inputs: Vec<String>,
    recursive: bool,
    into: String,
    format: Option<String>,
    quality: String,
    ground: String,
    replace: bool,
}

impl Written {
    /// The task without its preset; `None` when a path is not text.
    pub(crate) fn of(task: &Task) -> Option<Self> {
        let text = |path: &PathBuf| path.to_str().map(str::to_owned);
        let Colour { red, green, blue } = task.output.ground;
        Some(Self {
            inputs: task.inputs.iter().map(text).collect::<Option<_>>()?,
            recursive: task.recursive,
            into: text(&task.into)?,
            format: task.output.format.map(|format| format.name().to_owned()),
            quality: match task.output.quality {
                Quality::Usual => "usual".to_owned(),
                Quality::Lossless => "lossless".to_owned(),
                Quality::Level(level) => level.to_string(),
            },
            ground: format!("#{red:02x}{green:02x}{blue:02x}"),
            replace: task.existing == Existing::Replace,
        })
    }

    /// The task again; what is wrong where it cannot be one.
    pub(crate) fn task(self, preset: Preset) -> Result<Task, String> {
        let format = match self.format {
            None => None,
            Some(name) => {
                let known = Format::ALL.into_iter().find(|known| known.name() == name);
                Some(known.ok_or_else(|| format!("the format {name:?} is unknown"))?)
            }
        };
        let quality = match self.quality.as_str() {
            "usual" => Quality::Usual,
            "lossless" => Quality::Lossless,
            level => Quality::Level(
                level
                    .parse()
                    .map_err(|_error| format!("the quality {level:?} is unknown"))?,
            ),
        };
        let task = Task {
            inputs: self.inputs.into_iter().map(PathBuf::from).collect(),
            recursive: self.recursive,
            into: self.into.into(),
            output: Output {
                format,
                quality,
                ground: Colour::from_hex(&self.ground)
                    .ok_or_else(|| format!("the colour {:?} is unknown", self.ground))?,
            },
            existing: match self.replace {
                true => Existing::Replace,
                false => Existing::Keep,
            },
            preset,
        };
        task.output.check().map_err(|error| error.to_string())?;
        Ok(task)
    }
}
