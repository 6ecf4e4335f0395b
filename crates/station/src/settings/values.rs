//! Settings as those who use them want them: limits for an arm, keys for a map, a folder.

use std::path::PathBuf;

use arms::SafetyConfig;
use dataset::{Codec, FilmSpec};
use protocol::window::SettingValue;
use teleop::{Mode, Motion};
use tracing::Level;

use super::layers::Held;
use super::table::{motions, name_of, place};
use super::value::folder;
use super::{NOTHING, Settings, state_folder};
use crate::paths;
use crate::record::FilmSettings;

/// How the window talks to its page, and is drawn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WindowSettings {
    /// Longest event in bytes that is sent to the page as it is; a longer one is only announced, and fetched by the page,
    /// so that nothing large passes the window's main thread.
    pub whole_event_bytes: usize,
    /// How it is drawn.
    pub graphics: Graphics,
}

/// How the window is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Graphics {
    /// As this machine needs it.
    Auto,
    /// Without the graphics card.
    Plain,
    /// With it.
    Card,
}

/// The log's file and its rhythm.
#[derive(Debug, Clone, PartialEq)]
pub struct LogSettings {
    /// Folder of `tendon.log`.
    pub folder: PathBuf,
    /// Entries gathered before they are written together.
    pub buffer_entries: usize,
    /// Longest time in milliseconds that an entry waits to be written.
    pub flush_ms: u64,
    /// Most talkative level that is kept.
    pub level: Level,
    /// Size in bytes at which the file is moved aside.
    pub file_bytes: u64,
    /// Files kept beside the one being written.
    pub files: u32,
}

impl Default for LogSettings {
    fn default() -> Self {
        Settings::default().log
    }
}

fn value<'a>(held: &'a [Held], name: &str) -> &'a SettingValue {
    let held = place(name).and_then(|place| held.get(place));
    held.map_or(&NOTHING, |held| &held.value)
}

pub(super) fn number(held: &[Held], name: &str) -> f64 {
    match value(held, name) {
        SettingValue::Number(number) => *number,
        _ => 0.0,
    }
}

pub(super) fn switched(held: &[Held], name: &str) -> bool {
    *value(held, name) == SettingValue::Switch(true)
}

pub(super) fn text<'a>(held: &'a [Held], name: &str) -> &'a str {
    match value(held, name) {
        SettingValue::Text(text) => text,
        _ => "",
    }
}

impl LogSettings {
    pub(super) fn of(held: &[Held]) -> Self {
        let count = |name| number(held, name) as u64;
        let verbose = switched(held, "log.verbose");
        let level = text(held, "log.level").parse().unwrap_or(Level::INFO);
        Self {
            folder: folder(text(held, "log.folder")).unwrap_or_else(|| state_folder().join("log")),
            buffer_entries: count("log.buffer_entries") as usize,
            flush_ms: count("log.flush_ms"),
            // The more talkative of two levels is the greater one.
            level: if verbose {
                level.max(Level::DEBUG)
            } else {
                level
            },
            file_bytes: count("log.file_bytes"),
            files: count("log.files") as u32,
        }
    }
}

impl WindowSettings {
    pub(super) fn of(held: &[Held]) -> Self {
        Self {
            whole_event_bytes: number(held, "window.whole_event_bytes") as usize,
            graphics: match text(held, "window.graphics") {
                "plain" => Graphics::Plain,
                "card" => Graphics::Card,
                _ => Graphics::Auto,
            },
        }
    }
}

impl Settings {
    /// Makes an arm's limits as tight as the person wants them. Nothing here widens one: what is tighter already stays.
    pub fn tighten(&self, safety: &mut SafetyConfig) {
        let limit = |name| number(&self.held, name);
        let tighter = |at: &mut f64, most: f64| *at = at.min(most);
        let built_in = SafetyConfig::default();
        let first = limit("limits.first_speed");
        tighter(&mut safety.speed, limit("limits.joint_speed"));
        tighter(&mut safety.gripper_speed, limit("limits.gripper_speed"));
        tighter(&mut safety.first_speed, first);
        tighter(
            &mut safety.gripper_first_speed,
            built_in.gripper_first_speed * first / built_in.first_speed,
        );
        tighter(
            &mut safety.temperature_warn,
            limit("limits.temperature_warn"),
        );
        tighter(
            &mut safety.temperature_stop,
            limit("limits.temperature_stop"),
        );
    }

    /// Physical keys and what they move in a mode of driving; motions without a key are left out.
    pub fn keys(&self, mode: Mode) -> Vec<(String, Motion)> {
        let bound = |motion: Motion| {
            let code = text(&self.held, &name_of(motion));
            (!code.is_empty()).then(|| (code.to_owned(), motion))
        };
        motions(mode).filter_map(bound).collect()
    }

    /// The language of the window by its tag; `system` is the system's.
    pub fn language(&self) -> &str {
        text(&self.held, "look.language")
    }

    /// Cycles a second of new sessions.
    pub fn rate_hz(&self) -> f64 {
        number(&self.held, "drive.rate_hz")
    }

    /// Speed of keys when a session begins, as a factor of the usual one.
    pub fn speed(&self) -> f64 {
        number(&self.held, "drive.speed")
    }

    /// Where new datasets go: the folder that was set, else LeRobot's own.
    pub fn datasets(&self) -> PathBuf {
        folder(text(&self.held, "storage.datasets")).unwrap_or_else(paths::lerobot_home)
    }

    /// Where datasets may be: the folder for new ones first, then LeRobot's own.
    pub fn dataset_folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.datasets(), paths::lerobot_home()];
        folders.dedup();
        folders
    }

    /// The folder of a dataset by its name: where it is, or would be made.
    pub fn dataset(&self, repo_id: &str) -> PathBuf {
        let mut places = self
            .dataset_folders()
            .into_iter()
            .map(|it| it.join(repo_id));
        places
            .find(|place| place.exists())
            .unwrap_or_else(|| self.datasets().join(repo_id))
    }

    /// The codec of films while recording, by its name on the command line.
    pub fn codec(&self) -> &str {
        text(&self.held, "storage.codec")
    }

    /// How pictures are kept while recording.
    pub fn film(&self) -> FilmSettings {
        let codec = match self.codec() {
            "av1" => Codec::Av1,
            _ => Codec::H264,
        };
        match FilmSettings::default() {
            FilmSettings::Video(film) => FilmSettings::Video(FilmSpec { codec, ..film }),
            other => other,
        }
    }
}
