//! Networks of a person's own: an ONNX file with a small JSON file beside it.
//!
//! ```json
//! {
//!   "name": "leaves",
//!   "side": 512,
//!   "normalisation": { "mean": [0.485, 0.456, 0.406], "deviation": [0.229, 0.224, 0.225] },
//!   "squash": "sigmoid"
//! }
//! ```

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use imaging::removal::{LITE, ModelSpec, Session};

use super::catalogue::known;
use super::error::ModelError;

/// Most bytes of a description.
const LARGEST: u64 = 64 * 1024;

/// A network of a person's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Custom {
    /// How it is fed and read.
    pub spec: ModelSpec,
    /// Its ONNX file.
    pub path: PathBuf,
}

impl Custom {
    /// Where the description of the network in `model` lies: beside it, ending in `.json`.
    pub fn description(model: &Path) -> PathBuf {
        model.with_extension("json")
    }

    /// Reads the description beside a network's file. The network itself is looked at when it is first used, or by
    /// [`imaging::removal::Model::load`].
    ///
    /// # Errors
    /// When the description is not there, is too long, says what is not allowed, or has the name of a known network.
    pub fn read(model: &Path) -> Result<Self, ModelError> {
        let path = Self::description(model);
        let failed = |doing| {
            let path = path.clone();
            move |source| ModelError::File {
                doing,
                path,
                source,
            }
        };
        let wrong = |what: String| ModelError::Description {
            path: path.clone(),
            what,
        };
        std::fs::metadata(model).map_err(|source| ModelError::File {
            doing: "looking for the model",
            path: model.to_owned(),
            source,
        })?;
        let file = File::open(&path).map_err(failed("opening the model's description"))?;
        let mut bytes = Vec::new();
        file.take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .map_err(failed("reading the model's description"))?;
        if bytes.len() as u64 > LARGEST {
            return Err(wrong(format!("it has more than {LARGEST} bytes")));
        }
        let spec: ModelSpec =
            serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
        spec.check().map_err(|error| wrong(error.to_string()))?;
        if known(&spec.name).is_some() {
            let what = format!("{:?} is the name of another model", spec.name);
            return Err(wrong(what));
        }
        Ok(Self {
            spec,
            path: model.to_owned(),
        })
    }

    /// The network, to be read when it is first needed.
    ///
    /// # Errors
    /// When its description is not allowed.
    pub fn session(&self) -> Result<Session, ModelError> {
        Ok(Session::new(self.spec.clone(), &self.path)?)
    }
}

/// Whether a network of a person's own may be called so: its name becomes a file's.
pub(super) fn check_name(name: &str) -> Result<(), ModelError> {
    let wrong = |what| {
        Err(ModelError::Name {
            name: name.chars().take(100).collect(),
            what,
        })
    };
    let plain = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_');
    if name.is_empty() || name.len() > 100 {
        return wrong("it must have 1 to 100 letters");
    }
    if !name.chars().all(plain) || name.starts_with('.') {
        return wrong("it has other letters, or begins with a dot");
    }
    if name == LITE || known(name).is_some() {
        return wrong("another model is called so");
    }
    Ok(())
}
