//! What a person may set once for all: one TOML file that people may read and comment, its usual values, and overrides from
//! the environment.
//!
//! One [`table`] says what there is; the file, the page, the command line and `docs/settings.md` come from it. Reading never
//! fails: a file that makes no sense is named with its place, the usual values hold, and it is not written over before the
//! person begins anew; a single value that does not fit is named, and the usual one holds for it. Keys that are not known
//! here stay in the file and are named. Not here: what a value does (whoever it is for), the window (`desk`).

mod imaging;
mod keys;
mod layers;
mod table;
mod value;
mod values;
mod workers;
mod write;

use std::env;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use protocol::window::{SettingCard, SettingSource, SettingValue, UnknownKey};
use protocol::{ErrorCode, Failure};

pub use self::imaging::ImagingSettings;
pub use table::{Setting, table};
pub use value::{bare, from_text, wanted, words};
pub use values::{Graphics, LogSettings, WindowSettings};
pub use write::Change;

use crate::failure::failure;
use layers::{Held, Layer, Problem, resolve};

/// Version of the file.
const VERSION: i64 = 1;

/// Everything that can be set, as it holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// The log's file and its rhythm.
    pub log: LogSettings,
    /// The window.
    pub window: WindowSettings,
    path: PathBuf,
    /// Whether there is a file.
    there: bool,
    /// In the table's order.
    held: Vec<Held>,
    unknown: Vec<UnknownKey>,
    problems: Vec<Problem>,
    /// Why nothing of the file is used.
    broken: Option<Failure>,
}

impl Default for Settings {
    /// What holds where nobody set anything.
    fn default() -> Self {
        Self::of_text(&settings_file(), Ok(None), &|_| None)
    }
}

impl Settings {
    /// The settings of this user: the file where there is one, then the environment. Whatever is wrong with them,
    /// [`Settings::problems`] says it.
    pub fn load() -> Self {
        Self::load_from(&settings_file(), &|name| env::var_os(name))
    }

    /// The same from another file and other variables.
    pub fn load_from(path: &Path, variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        Self::of_text(path, read_text(path), variable)
    }

    fn of_text(
        path: &Path,
        text: Result<Option<String>, String>,
        variable: &dyn Fn(&str) -> Option<OsString>,
    ) -> Self {
        let there = !matches!(text, Ok(None));
        let read = text.and_then(|text| text.map_or(Ok(Layer::default()), |it| layers::read(&it)));
        let (layer, broken) = match read {
            Ok(layer) => (layer, None),
            Err(why) => (Layer::default(), Some(broken(path, &why))),
        };
        let (held, problems) = resolve(&layer, variable);
        Self {
            log: LogSettings::of(&held),
            window: WindowSettings::of(&held),
            path: path.to_owned(),
            there,
            held,
            unknown: layer.unknown,
            problems,
            broken,
        }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is a file.
    pub fn there(&self) -> bool {
        self.there
    }

    /// Every setting as it holds, in the order in which they are shown.
    pub fn cards(&self) -> Vec<SettingCard> {
        let card = |(setting, held): (&Setting, &Held)| SettingCard {
            name: setting.name.clone(),
            kind: setting.kind.clone(),
            value: held.value.clone(),
            usual: setting.usual.clone(),
            source: held.source,
            variable: setting.variable.clone(),
            restart: setting.restart,
        };
        table().iter().zip(&self.held).map(card).collect()
    }

    /// Keys of the file that are not known here. They stay in it.
    pub fn unknown(&self) -> &[UnknownKey] {
        &self.unknown
    }

    /// Why nothing of the file is used, with line and remedy. It is not written over then.
    pub fn broken(&self) -> Option<&Failure> {
        self.broken.as_ref()
    }

    /// Everything of file and environment that is not used, each with place and remedy: the file as a whole, or single values.
    pub fn problems(&self) -> Vec<Failure> {
        let single = self.problems.iter().map(|it| it.failure(&self.path));
        self.broken.clone().into_iter().chain(single).collect()
    }

    /// Whether somebody set it, in the file or by its variable.
    pub fn is_set(&self, name: &str) -> bool {
        let held = table::place(name).and_then(|place| self.held.get(place));
        held.is_some_and(|held| held.source != SettingSource::Usual)
    }

    /// Sets some values in the file, all or none. What is in the file is read once more just before, so that nothing that
    /// another program changed is lost. What the environment overrides goes on holding.
    ///
    /// # Errors
    /// When a value does not fit its setting or does not go with another one, the file makes no sense, or the disk does not
    /// take it. Nothing is changed then.
    pub fn set(changes: &[Change]) -> Result<Self, Failure> {
        write::set(&settings_file(), &|name| env::var_os(name), changes)
    }

    /// Moves a file that makes no sense aside, as `settings.broken-1.toml` beside it, and begins a new one with the usual
    /// values. Where the old one is now.
    ///
    /// # Errors
    /// When nothing is wrong with the file, or the disk does not take it.
    pub fn begin_anew() -> Result<PathBuf, Failure> {
        write::begin_anew(&settings_file())
    }
}

/// A setting by its name.
///
/// # Errors
/// When there is none of that name; the ones that are near are named.
pub fn find(name: &str) -> Result<&'static Setting, Failure> {
    let found = table().iter().find(|setting| setting.name == name);
    found.ok_or_else(|| {
        if let Some(why) = workers::stranger(name, false) {
            return failure(
                ErrorCode::BadRequest,
                why,
                "`tendon settings` lists all of them.",
            );
        }
        let section = name.split('.').next().unwrap_or_default();
        let same: Vec<&str> = table()
            .iter()
            .map(|setting| setting.name.as_str())
            .filter(|known| known.split('.').next() == Some(section))
            .take(8)
            .collect();
        let near = if same.is_empty() {
            String::new()
        } else {
            format!(" Near it: {}.", same.join(", "))
        };
        let name: String = name.chars().take(60).collect();
        failure(
            ErrorCode::BadRequest,
            format!("there is no setting “{name}”"),
            format!("`tendon settings` lists all of them.{near}"),
        )
    })
}

/// A file of which nothing is used.
fn broken(path: &Path, why: &str) -> Failure {
    failure(
        ErrorCode::Data,
        format!(
            "the settings file is not used, {why}; the usual values hold\nFile: {}",
            path.display()
        ),
        "Correct it, or move it away to begin anew; the Settings page does that, and keeps it beside the new one.",
    )
}

/// The file's text; none when there is no file.
fn read_text(path: &Path) -> Result<Option<String>, String> {
    use io::ErrorKind::{NotADirectory, NotFound};

    let file = match File::open(path) {
        Ok(file) => file,
        // With a file in the place of its folder there is none either; whoever writes to the folder says so.
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => return Ok(None),
        Err(error) => return Err(format!("it cannot be read: {error}")),
    };
    let mut bytes = Vec::new();
    file.take(layers::LONGEST as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| format!("it cannot be read: {error}"))?;
    match String::from_utf8(bytes) {
        // Editors of other systems put a mark before the text.
        Ok(text) => Ok(Some(match text.strip_prefix('\u{feff}') {
            Some(text) => text.to_owned(),
            None => text,
        })),
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let bytes = error.into_bytes();
            let line = 1 + bytes[..good].iter().filter(|&&byte| byte == b'\n').count();
            Err(format!("line {line}: it is no text (UTF-8)"))
        }
    }
}

/// `$XDG_CONFIG_HOME/tendon/settings.toml`.
pub fn settings_file() -> PathBuf {
    xdg("XDG_CONFIG_HOME", ".config").join("tendon/settings.toml")
}

/// `$XDG_STATE_HOME/tendon`: what the program keeps for itself.
pub fn state_folder() -> PathBuf {
    xdg("XDG_STATE_HOME", ".local/state").join("tendon")
}

/// Where every saved calibration is kept, with its time and reason.
pub fn calibrations_folder() -> PathBuf {
    state_folder().join("calibrations")
}

fn xdg(variable: &str, under_home: &str) -> PathBuf {
    match env::var_os(variable) {
        Some(folder) if !folder.is_empty() => folder.into(),
        _ => env::home_dir()
            .unwrap_or_else(env::temp_dir)
            .join(under_home),
    }
}

/// The usual value of what is not in the table; only a defect of ours asks for it.
static NOTHING: SettingValue = SettingValue::Switch(false);

#[cfg(test)]
mod documents;
#[cfg(test)]
mod tests;
