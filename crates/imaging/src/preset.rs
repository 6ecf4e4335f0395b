//! Pipelines as JSON that people keep, hand on and edit.
//!
//! ```json
//! {
//!   "version": 1,
//!   "name": "Product on white",
//!   "stages": [
//!     { "operation": "exposure", "stops": 0.5 },
//!     { "operation": "resize", "bypass": true, "width": 800, "height": 800 }
//!   ]
//! }
//! ```
//!
//! Version 1 is the first. A reader refuses versions it does not know, operations and fields it does not know, and values
//! that are not allowed, and says which; so a preset never does something else than it says.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::error::ImagingError;
use crate::operation::Operation;
use crate::pipeline::{Pipeline, Stage};

/// The version that is written, and the newest that is read.
pub const VERSION: u64 = 1;

/// Most bytes of a preset: thousands of stages fit.
pub const LARGEST: usize = 1 << 20;

/// Most letters of a name.
const LONGEST_NAME: usize = 200;

/// A pipeline with a name.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Preset {
    /// For people; up to 200 letters, may be empty.
    pub name: String,
    /// What it does.
    pub pipeline: Pipeline,
}

#[derive(Serialize)]
struct Written<'a> {
    version: u64,
    name: &'a str,
    stages: Vec<WrittenStage<'a>>,
}

#[derive(Serialize)]
struct WrittenStage<'a> {
    operation: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    bypass: bool,
    #[serde(flatten)]
    parameters: &'a Operation,
}

impl Preset {
    /// The preset as JSON, for people to read.
    ///
    /// # Errors
    /// When a parameter is not allowed: such a preset could not be read again.
    pub fn to_json(&self) -> Result<String, ImagingError> {
        self.check()?;
        let written = Written {
            version: VERSION,
            name: &self.name,
            stages: self
                .pipeline
                .stages
                .iter()
                .map(|stage| WrittenStage {
                    operation: stage.operation.name(),
                    bypass: stage.bypass,
                    parameters: &stage.operation,
                })
                .collect(),
        };
        let mut text =
            serde_json::to_string_pretty(&written).map_err(|error| wrong(error.to_string()))?;
        text.push('\n');
        Ok(text)
    }

    /// Reads a preset.
    ///
    /// # Errors
    /// When it is no preset, of a newer version, or names an operation, field or value that does not exist.
    pub fn from_json(text: &str) -> Result<Self, ImagingError> {
        if text.len() > LARGEST {
            let what = format!("it has {} bytes; at most {LARGEST} are read", text.len());
            return Err(wrong(what));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
        let Value::Object(mut fields) = value else {
            return Err(wrong("it is no object in braces".to_owned()));
        };
        match fields.remove("version").as_ref().map(Value::as_u64) {
            Some(Some(1..=VERSION)) => {}
            Some(Some(found)) if found > VERSION => {
                return Err(ImagingError::NewerPreset {
                    found,
                    known: VERSION,
                });
            }
            Some(_) => {
                return Err(wrong(format!(
                    "\"version\" is no number from 1 to {VERSION}"
                )));
            }
            None => return Err(wrong("\"version\" is missing".to_owned())),
        }
        let name = match fields.remove("name") {
            None => String::new(),
            Some(Value::String(name)) => name,
            Some(_) => return Err(wrong("\"name\" is no text".to_owned())),
        };
        let Some(Value::Array(stages)) = fields.remove("stages") else {
            return Err(wrong("\"stages\" is no list, or missing".to_owned()));
        };
        if let Some((unknown, _)) = fields.iter().next() {
            let known = "version, name, stages";
            return Err(wrong(format!(
                "unknown field {}; known are {known}",
                shown(unknown)
            )));
        }
        if stages.len() > Pipeline::MOST {
            let what = format!(
                "it has {} stages; at most {} are read",
                stages.len(),
                Pipeline::MOST
            );
            return Err(wrong(what));
        }
        let stages = stages
            .into_iter()
            .enumerate()
            .map(|(index, value)| stage(index, value))
            .collect::<Result<_, _>>()?;
        let preset = Self {
            name,
            pipeline: Pipeline { stages },
        };
        preset.check()?;
        Ok(preset)
    }

    fn check(&self) -> Result<(), ImagingError> {
        let letters = self.name.chars().count();
        if letters > LONGEST_NAME {
            let what =
                format!("\"name\" has {letters} letters; at most {LONGEST_NAME} are allowed");
            return Err(wrong(what));
        }
        self.pipeline.check()
    }
}

fn stage(index: usize, value: Value) -> Result<Stage, ImagingError> {
    let place = index + 1;
    let Value::Object(mut fields) = value else {
        return Err(wrong(format!("stage {place} is no object in braces")));
    };
    let Some(Value::String(name)) = fields.remove("operation") else {
        return Err(wrong(format!("stage {place} has no text \"operation\"")));
    };
    let bypass = match fields.remove("bypass") {
        None => false,
        Some(Value::Bool(bypass)) => bypass,
        Some(_) => {
            return Err(wrong(format!(
                "stage {place}: \"bypass\" is neither true nor false"
            )));
        }
    };
    let operation = operation(place, &name, fields)?;
    Ok(Stage { operation, bypass })
}

fn operation(
    place: usize,
    name: &str,
    fields: Map<String, Value>,
) -> Result<Operation, ImagingError> {
    match Operation::from_json(name, fields) {
        Some(Ok(operation)) => Ok(operation),
        Some(Err(error)) => Err(wrong(format!("stage {place} ({name}): {error}"))),
        None => Err(ImagingError::UnknownOperation {
            stage: place,
            name: shortened(name),
            known: Operation::NAMES.join(", "),
        }),
    }
}

fn wrong(what: String) -> ImagingError {
    ImagingError::Preset {
        what: shortened(&what),
    }
}

/// A text from outside, quoted and not longer than a person reads.
fn shown(text: &str) -> String {
    format!("\"{}\"", shortened(text))
}

/// At most so many letters of a text from outside, and none that could steer a terminal.
fn shortened(text: &str) -> String {
    let mut letters = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut short: String = letters.by_ref().take(300).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}
