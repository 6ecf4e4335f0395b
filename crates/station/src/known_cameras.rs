//! Cameras that a person has set up: a name each, where its pictures come from, and how they are to be.
//!
//! One file that a person may read and change, `cameras.toml` beside the settings; what this version does not know of it is
//! kept. Not here: opening them (`cameras`), and cameras of a command line, which stand in its flags.

use std::path::{Path, PathBuf};

use cameras::{CameraConfig, ControlSetting, ControlValue};
use pixels::{PixelFormat, Rotation, Size};
use protocol::{ErrorCode, Failure};
use toml::{Table, Value};
use units::Hz;

use crate::camera_settings::{CameraSetting, CameraSource, SimView};
use crate::failure::{bad_request, failure};
use crate::kept;
use crate::settings;

#[cfg(test)]
mod tests;

/// Version of the file's shape.
const VERSION: i64 = 1;
const HEAD: &str = "\
# Cameras as they are set up in Tendon, by their names in datasets. A source is the identity of a device as
# `tendon find-cameras` tells it, an address that begins with http://, or sim:front and sim:wrist.
";
/// What a source begins with that is drawn by Tendon.
const SIM: &str = "sim:";
/// Longest name of a camera: it becomes part of folder names.
const LONGEST_NAME: usize = 40;

/// The cameras that are set up, and the file they are in.
#[derive(Debug, Clone)]
pub struct KnownCameras {
    path: PathBuf,
    table: Table,
    cameras: Vec<CameraSetting>,
}

/// `$XDG_CONFIG_HOME/tendon/cameras.toml`.
pub fn known_cameras_file() -> PathBuf {
    settings::settings_file().with_file_name("cameras.toml")
}

impl KnownCameras {
    /// Reads the file; none means that no camera is set up.
    ///
    /// # Errors
    /// When it cannot be read or makes no sense; the failure names the place.
    pub fn load(path: PathBuf) -> Result<Self, Failure> {
        let table = kept::table(&path, VERSION, "the cameras were set up")?;
        let cameras = entries(&table)
            .map(|entry| camera(entry).map_err(|why| kept::damaged(&path, why)))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            path,
            table,
            cameras,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The cameras, in the order of the file.
    pub fn cameras(&self) -> &[CameraSetting] {
        &self.cameras
    }

    /// The camera of a name.
    pub fn get(&self, name: &str) -> Option<&CameraSetting> {
        self.cameras.iter().find(|camera| camera.config.key == name)
    }

    /// Remembers a camera under its name, in place of what was known under it, and saves.
    ///
    /// # Errors
    /// When the name cannot be one in a dataset, another camera with the same source has another name, or the file cannot be
    /// written.
    pub fn remember(&mut self, camera: &CameraSetting) -> Result<(), Failure> {
        let name = &camera.config.key;
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || name.len() > LONGEST_NAME || !name.chars().all(plain) {
            return Err(bad_request(
                format!("“{name}” is no name for a camera"),
                "Use up to 40 letters, digits, - and _; datasets know the camera by it.",
            ));
        }
        let twin = self
            .cameras
            .iter()
            .find(|known| known.source == camera.source && known.config.key != *name);
        if let Some(twin) = twin {
            return Err(failure(
                ErrorCode::NotWhile,
                format!("this camera is set up as “{}” already", twin.config.key),
                format!(
                    "To give it another name, forget “{}” first.",
                    twin.config.key
                ),
            ));
        }
        let before = self.clone();
        let list = self
            .table
            .entry("camera")
            .or_insert_with(|| Value::Array(Vec::new()));
        let Value::Array(list) = list else {
            return Err(kept::damaged(&self.path, "“camera” is no list"));
        };
        let place = list.iter_mut().find_map(|entry| {
            let entry = entry.as_table_mut()?;
            (entry.get("name").and_then(Value::as_str) == Some(name)).then_some(entry)
        });
        match place {
            Some(entry) => write(entry, camera),
            None => {
                let mut entry = Table::new();
                write(&mut entry, camera);
                list.push(Value::Table(entry));
            }
        }
        match self
            .cameras
            .iter_mut()
            .find(|known| known.config.key == *name)
        {
            Some(known) => *known = camera.clone(),
            None => self.cameras.push(camera.clone()),
        }
        self.save().inspect_err(|_| *self = before)
    }

    /// Forgets a camera, and saves. Whether there was one of that name.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget(&mut self, name: &str) -> Result<bool, Failure> {
        let before = self.cameras.len();
        self.cameras.retain(|camera| camera.config.key != name);
        if self.cameras.len() == before {
            return Ok(false);
        }
        if let Some(Value::Array(list)) = self.table.get_mut("camera") {
            list.retain(|entry| entry.get("name").and_then(Value::as_str) != Some(name));
        }
        self.save().map(|()| true)
    }

    fn save(&mut self) -> Result<(), Failure> {
        self.table
            .insert("version".to_owned(), Value::Integer(VERSION));
        let text = toml::to_string(&self.table).map_err(|why| kept::damaged(&self.path, why))?;
        kept::write(&self.path, &format!("{HEAD}{text}"))
    }
}

fn entries(table: &Table) -> impl Iterator<Item = &Table> {
    table
        .get("camera")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_table)
}

fn write(entry: &mut Table, camera: &CameraSetting) {
    let config = &camera.config;
    let mut set = |key: &str, value: Option<Value>| match value {
        Some(value) => drop(entry.insert(key.to_owned(), value)),
        None => drop(entry.remove(key)),
    };
    let text = |text: &str| Some(Value::String(text.to_owned()));
    let source = match &camera.source {
        CameraSource::Device(identity) => identity.clone(),
        CameraSource::Network(url) => url.clone(),
        CameraSource::Sim(view) => format!("{SIM}{}", view.name()),
    };
    set("name", text(&config.key));
    set("source", text(&source));
    set("width", Some(Value::Integer(config.size.width().into())));
    set("height", Some(Value::Integer(config.size.height().into())));
    set("fps", Some(Value::Float(config.fps.get())));
    set(
        "format",
        config.format.and_then(|format| text(&format.to_string())),
    );
    let degrees = i64::from(degrees(config.rotation));
    set(
        "rotation",
        (degrees != 0).then_some(Value::Integer(degrees)),
    );
    let mut controls = Table::new();
    for control in &config.controls {
        let value = match &control.value {
            ControlValue::Number(number) => Value::Integer(*number),
            ControlValue::Switch(on) => Value::Boolean(*on),
            ControlValue::Words(words) => Value::String(words.clone()),
        };
        controls.insert(control.name.clone(), value);
    }
    set(
        "controls",
        (!controls.is_empty()).then_some(Value::Table(controls)),
    );
}

fn camera(entry: &Table) -> Result<CameraSetting, String> {
    let text = |key: &str| entry.get(key).and_then(Value::as_str);
    let name = text("name").ok_or("a camera has no name")?;
    let wrong = |what: &str| format!("{what} of camera “{name}” is not as it must be");
    let source = match text("source").ok_or_else(|| wrong("the source"))? {
        source if source.starts_with(SIM) => SimView::from_name(&source[SIM.len()..])
            .map(CameraSource::Sim)
            .ok_or_else(|| wrong("the source"))?,
        source if source.contains("://") => CameraSource::Network(source.to_owned()),
        source => CameraSource::Device(source.to_owned()),
    };
    let pixels = |key: &str| u32::try_from(entry.get(key)?.as_integer()?).ok();
    let size = pixels("width")
        .zip(pixels("height"))
        .and_then(|(width, height)| Size::new(width, height))
        .ok_or_else(|| wrong("the size"))?;
    let number = |value: &Value| {
        let whole = value.as_integer().map(|whole| whole as f64);
        value.as_float().or(whole)
    };
    let fps = entry
        .get("fps")
        .and_then(number)
        .and_then(Hz::new)
        .ok_or_else(|| wrong("the rate"))?;
    let format = match text("format") {
        None => None,
        Some(format) => Some(PixelFormat::from_name(format).ok_or_else(|| wrong("the format"))?),
    };
    let rotation = match entry.get("rotation") {
        None => Rotation::None,
        Some(value) => value
            .as_integer()
            .and_then(Rotation::from_degrees)
            .ok_or_else(|| wrong("the rotation"))?,
    };
    let mut controls = Vec::new();
    for (control, value) in entry
        .get("controls")
        .and_then(Value::as_table)
        .into_iter()
        .flatten()
    {
        let value = match value {
            Value::Integer(number) => ControlValue::Number(*number),
            Value::Boolean(on) => ControlValue::Switch(*on),
            Value::String(words) => ControlValue::Words(words.clone()),
            _ => return Err(wrong(&format!("the control {control}"))),
        };
        controls.push(ControlSetting {
            name: control.clone(),
            value,
        });
    }
    Ok(CameraSetting {
        config: CameraConfig {
            format,
            rotation,
            controls,
            ..CameraConfig::new(name, size, fps)
        },
        source,
    })
}

/// Degrees clockwise.
pub fn degrees(rotation: Rotation) -> u32 {
    match rotation {
        Rotation::None => 0,
        Rotation::Quarter => 90,
        Rotation::Half => 180,
        Rotation::ThreeQuarters => 270,
    }
}
