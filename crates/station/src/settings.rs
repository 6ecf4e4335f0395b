//! What a person may set once for all: one TOML file, each value with a default and an override from the
//! environment.
//!
//! A missing file means defaults; a damaged one is an error with its place, never silently ignored.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tracing::Level;

/// Everything the settings file holds.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The log's file and its rhythm.
    pub log: LogSettings,
    /// The window.
    pub window: WindowSettings,
}

/// How the window talks to its page.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WindowSettings {
    /// Longest event in bytes that is sent to the page as it is; a longer one is only announced, and fetched by the page,
    /// so that nothing large passes the window's main thread. Environment: `TENDON_WINDOW_WHOLE_EVENT_BYTES`.
    pub whole_event_bytes: usize,
}

impl Default for WindowSettings {
    fn default() -> Self {
        Self {
            whole_event_bytes: 10 * 1024,
        }
    }
}

/// The log's file and its rhythm.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// Folder of `tendon.log`. Environment: `TENDON_LOG_DIR`.
    pub folder: PathBuf,
    /// Entries gathered before they are written together. Environment: `TENDON_LOG_BUFFER`.
    pub buffer_entries: usize,
    /// Longest time in milliseconds that an entry waits to be written. Environment: `TENDON_LOG_FLUSH_MS`.
    pub flush_ms: u64,
    /// Most talkative level that is kept. Environment: `TENDON_LOG_LEVEL`.
    #[serde(deserialize_with = "level_from_name")]
    pub level: Level,
    /// Size in bytes at which the file is moved aside.
    pub file_bytes: u64,
    /// Files kept beside the one being written.
    pub files: u32,
}

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            folder: state_folder().join("log"),
            buffer_entries: 100,
            flush_ms: 1000,
            level: Level::INFO,
            file_bytes: 4 * 1024 * 1024,
            files: 4,
        }
    }
}

/// The settings file or one of its overrides makes no sense.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file is there but cannot be read.
    #[error("the settings file cannot be read: {source}\nFile: {path}")]
    Unreadable {
        /// The settings file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is not what it must be.
    #[error("the settings file is wrong: {message}\nFile: {path}")]
    Wrong {
        /// The settings file.
        path: PathBuf,
        /// Line and reason.
        message: String,
    },
    /// An environment variable has a value that does not fit.
    #[error("{variable} is “{value}”, it must be {wanted}")]
    Override {
        /// The variable.
        variable: &'static str,
        /// What it holds.
        value: String,
        /// What it may hold.
        wanted: &'static str,
    },
}

impl SettingsError {
    /// What the person can do about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "Check the file's owner and permissions.",
            Self::Wrong { .. } => {
                "Correct the line, or move the file away to start with the defaults."
            }
            Self::Override { .. } => "Correct the variable, or unset it.",
        }
    }
}

impl Settings {
    /// The settings of this user: the file where there is one, then the environment.
    ///
    /// # Errors
    /// When the file or a variable makes no sense.
    pub fn load() -> Result<Settings, SettingsError> {
        Self::from_parts(&settings_file(), |name| env::var(name).ok())
    }

    fn from_parts(
        path: &Path,
        variable: impl Fn(&'static str) -> Option<String>,
    ) -> Result<Settings, SettingsError> {
        let mut settings = match fs::read_to_string(path) {
            Ok(text) => toml::from_str(&text).map_err(|error| SettingsError::Wrong {
                path: path.to_owned(),
                message: error.to_string(),
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Settings::default(),
            Err(source) => {
                return Err(SettingsError::Unreadable {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let log = &mut settings.log;
        if let Some(folder) = variable("TENDON_LOG_DIR") {
            log.folder = folder.into();
        }
        if let Some(value) = variable("TENDON_LOG_BUFFER") {
            log.buffer_entries = number("TENDON_LOG_BUFFER", value)?;
        }
        if let Some(value) = variable("TENDON_LOG_FLUSH_MS") {
            log.flush_ms = number("TENDON_LOG_FLUSH_MS", value)? as u64;
        }
        if let Some(value) = variable("TENDON_LOG_LEVEL") {
            log.level = value
                .parse()
                .map_err(|_unhelpful| SettingsError::Override {
                    variable: "TENDON_LOG_LEVEL",
                    value,
                    wanted: "error, warn, info, debug or trace",
                })?;
        }
        if let Some(value) = variable("TENDON_WINDOW_WHOLE_EVENT_BYTES") {
            settings.window.whole_event_bytes = number("TENDON_WINDOW_WHOLE_EVENT_BYTES", value)?;
        }
        Ok(settings)
    }
}

fn number(variable: &'static str, value: String) -> Result<usize, SettingsError> {
    match value.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err(SettingsError::Override {
            variable,
            value,
            wanted: "a whole number above zero",
        }),
    }
}

fn level_from_name<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Level, D::Error> {
    let name = String::deserialize(deserializer)?;
    name.parse().map_err(|_unhelpful| {
        serde::de::Error::custom(format!(
            "“{name}” is no level; use error, warn, info, debug or trace"
        ))
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        fs::write(&path, "[log]\nflush_ms = 250\nlevel = \"debug\"\n").unwrap();
        let settings = Settings::from_parts(&path, |name| {
            (name == "TENDON_LOG_BUFFER").then(|| "7".to_owned())
        })
        .unwrap();
        assert_eq!(settings.log.buffer_entries, 7);
        assert_eq!(settings.log.flush_ms, 250);
        assert_eq!(settings.log.level, Level::DEBUG);
        assert_eq!(settings.log.files, LogSettings::default().files);
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        fs::write(&path, "[log]\nflush = 250\n").unwrap();
        let error = Settings::from_parts(&path, |_| None)
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("line 2") && error.contains("flush"),
            "{error}"
        );
        fs::remove_file(&path).unwrap();
        let error = Settings::from_parts(&path, |name| {
            (name == "TENDON_LOG_FLUSH_MS").then(|| "soon".to_owned())
        })
        .unwrap_err();
        assert_eq!(
            error.to_string(),
            "TENDON_LOG_FLUSH_MS is “soon”, it must be a whole number above zero"
        );
    }
}
