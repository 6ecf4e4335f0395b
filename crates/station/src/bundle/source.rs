//! What a bundle is made of: this machine, Tendon's files, what the program did lately, and whose all that is.
//!
//! Read once, with nothing opened that is plugged in; what cannot be read is told instead. Not here: the texts made of it
//! (`parts`).

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use dataset::info::Info;
use protocol::Failure;
use protocol::window::{HealthSample, LogEntry, LogLevel, LogQuery};
use toml::Table;

use super::known::{Known, Traces, usb_serials};
use super::places;
use crate::doctor::Machine;
use crate::known_arms::known_arms_file;
use crate::known_cameras::known_cameras_file;
use crate::log::{self, LogReader};
use crate::{paths, settings};

/// Entries of the log that a bundle holds.
const ENTRIES: usize = 2000;
/// Most datasets that are told of.
const MOST_DATASETS: usize = 500;
/// Longest text of a settings file that is taken.
const LONGEST_SETTINGS: usize = 64 * 1024;
/// Where Linux lists what is on USB.
const USB: &str = "/sys/bus/usb/devices";

/// What is known when a bundle is prepared.
#[derive(Debug, Clone)]
pub struct Source {
    pub(super) at: Duration,
    pub(super) machine: Machine,
    /// The settings file; none when there is none.
    pub(super) settings: Result<Option<String>, String>,
    /// Variables that change settings.
    pub(super) variables: Vec<(String, String)>,
    /// Oldest first.
    pub(super) log: Result<Vec<LogEntry>, Failure>,
    pub(super) history: Vec<HealthSample>,
    pub(super) datasets: Vec<Shape>,
    /// Where pictures come from, one for each camera that is set up.
    pub(super) cameras: Vec<&'static str>,
    pub(super) known: Vec<Known>,
    pub(super) places: Vec<PathBuf>,
}

/// A dataset without its name and its tasks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Shape {
    /// In words, or why it cannot be told.
    pub(super) words: String,
}

/// Where to look.
#[derive(Debug, Clone)]
pub(super) struct Sites {
    pub(super) settings: PathBuf,
    pub(super) arms: PathBuf,
    pub(super) cameras: PathBuf,
    pub(super) log: PathBuf,
    /// LeRobot's folder, and the one that the settings name.
    pub(super) datasets: Vec<PathBuf>,
    /// Folders elsewhere that were recorded into.
    pub(super) recorded: Vec<PathBuf>,
    /// A folder of files with saved poses.
    pub(super) poses: PathBuf,
}

impl Source {
    /// Gathers it on this machine; `history` is what the program was like, second by second, as far as somebody wrote it
    /// down. Takes up to a second or two.
    pub fn this(history: Vec<HealthSample>) -> Self {
        let variables: BTreeMap<String, String> = env::vars_os()
            .map(|(name, value)| {
                (
                    name.to_string_lossy().into_owned(),
                    value.to_string_lossy().into_owned(),
                )
            })
            .collect();
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        let token = token_file(&variables, env::home_dir());
        let mut hosts = vec![read("/etc/hostname"), read("/proc/sys/kernel/hostname")];
        #[cfg(unix)]
        hosts.push(
            rustix::system::uname()
                .nodename()
                .to_string_lossy()
                .into_owned(),
        );
        hosts.extend(
            ["HOSTNAME", "COMPUTERNAME"]
                .map(|name| variables.get(name).cloned().unwrap_or_default()),
        );
        let ports = motors::ports::list().into_iter();
        let serials = ports.filter_map(|port| port.serial_number);
        let traces = Traces {
            home: env::home_dir(),
            passwd: read("/etc/passwd"),
            hosts,
            serials: serials.chain(usb_serials(Path::new(USB))).collect(),
            token: token
                .and_then(|file| fs::read_to_string(file).ok())
                .unwrap_or_default(),
            variables,
            ..Traces::default()
        };
        let sites = Sites {
            settings: settings::settings_file(),
            arms: known_arms_file(),
            cameras: known_cameras_file(),
            log: log::folder(),
            datasets: vec![paths::lerobot_home(), settings::Settings::load().datasets()],
            recorded: crate::left::recorded_folders(),
            poses: settings::settings_file().with_file_name("poses"),
        };
        Self::at(&sites, traces, Machine::this(), history)
    }

    /// Gathers it in stated places.
    pub(super) fn at(
        sites: &Sites,
        mut traces: Traces,
        machine: Machine,
        history: Vec<HealthSample>,
    ) -> Self {
        traces.arms = table(&sites.arms, &mut traces.given);
        traces.cameras = table(&sites.cameras, &mut traces.given);
        traces.given.extend(poses(&sites.poses));
        for folder in &sites.recorded {
            let mut names = folder
                .iter()
                .rev()
                .map(|name| name.to_string_lossy().into_owned());
            traces.datasets.extend(names.by_ref().take(2));
        }
        let found: BTreeMap<PathBuf, Shape> = sites
            .datasets
            .iter()
            .flat_map(|home| datasets(home))
            .collect();
        for folder in found.keys() {
            let homes = sites.datasets.iter();
            let below = homes
                .filter_map(|home| folder.strip_prefix(home).ok())
                .next();
            let below = below.unwrap_or(folder);
            let mut names = below
                .iter()
                .rev()
                .map(|name| name.to_string_lossy().into_owned());
            traces.datasets.extend(names.next());
            traces.owners.extend(names.next());
        }
        let query = LogQuery {
            level: LogLevel::Trace,
            request: String::new(),
            text: String::new(),
            before: None,
        };
        let ours = |(name, _): &(&String, &String)| name.starts_with("TENDON_");
        let variables = traces.variables.iter().filter(ours);
        Self {
            at: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
            settings: text_of(&sites.settings),
            variables: variables
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
            log: LogReader::new(sites.log.clone()).newest(&query, ENTRIES),
            datasets: found.into_values().collect(),
            cameras: cameras(&traces.cameras),
            known: traces.known(),
            places: save_places(&traces),
            machine,
            history,
        }
    }
}

/// A file of Tendon's own; of one that makes no sense, which is the doctor's to tell of, whatever it quotes is taken for a name.
fn table(path: &Path, given: &mut Vec<String>) -> Table {
    let text = fs::read_to_string(path).unwrap_or_default();
    toml::from_str(&text).unwrap_or_else(|_| {
        let quoted = text
            .lines()
            .flat_map(|line| line.split('"').skip(1).step_by(2));
        given.extend(quoted.map(|name| name.trim().to_owned()));
        Table::new()
    })
}

/// Names of saved poses, from every file in their folder.
fn poses(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let tables = entries.filter_map(|entry| {
        let text = fs::read_to_string(entry.path()).ok()?;
        serde_json::from_str::<serde_json::Value>(&text).ok()
    });
    let names = |table: serde_json::Value| -> Vec<String> {
        let poses = table.get("poses").and_then(serde_json::Value::as_object);
        let id = table.get("arm_id").and_then(serde_json::Value::as_str);
        let names = poses.into_iter().flat_map(|poses| poses.keys().cloned());
        names.chain(id.map(str::to_owned)).collect()
    };
    tables.flat_map(names).collect()
}

fn text_of(path: &Path) -> Result<Option<String>, String> {
    match fs::read(path) {
        Ok(bytes) => {
            let bytes = bytes.get(..LONGEST_SETTINGS).unwrap_or(&bytes);
            Ok(Some(String::from_utf8_lossy(bytes).into_owned()))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// The file in which the hub's own tools keep a person's key.
fn token_file(variables: &BTreeMap<String, String>, home: Option<PathBuf>) -> Option<PathBuf> {
    let set = |name: &str| {
        variables
            .get(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    let cache = || set("XDG_CACHE_HOME").or_else(|| Some(home?.join(".cache")));
    let hub = || set("HF_HOME").or_else(|| Some(cache()?.join("huggingface")));
    set("HF_TOKEN_PATH").or_else(|| hub().map(|hub| hub.join("token")))
}

fn cameras(known: &Table) -> Vec<&'static str> {
    let list = known
        .get("camera")
        .and_then(toml::Value::as_array)
        .into_iter()
        .flatten();
    let sources = list.filter_map(|camera| camera.get("source")?.as_str());
    let kind = |source: &str| match source {
        _ if source.starts_with("sim:") => "simulated",
        _ if source.contains("://") => "network",
        _ => "device",
    };
    sources.map(kind).collect()
}

/// Datasets in a folder, `name` or `user/name`.
fn datasets(home: &Path) -> Vec<(PathBuf, Shape)> {
    let below = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut folders: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
            .collect();
        folders.sort();
        folders
    };
    let is_one = |folder: &PathBuf| Info::path(folder).is_file();
    let folders = below(home).into_iter().flat_map(|folder| {
        if is_one(&folder) {
            vec![folder]
        } else {
            below(&folder).into_iter().filter(is_one).collect()
        }
    });
    folders
        .take(MOST_DATASETS)
        .map(|folder| {
            let shape = shape(&folder);
            (folder, shape)
        })
        .collect()
}

fn shape(folder: &Path) -> Shape {
    let words = match Info::read(folder) {
        Ok(info) => {
            let cameras = info.features.iter().filter(|feature| feature.is_camera());
            let cameras: Vec<String> = cameras
                .map(|camera| format!("{} {:?}", camera.dtype, camera.shape))
                .collect();
            let action = info
                .features
                .iter()
                .find(|feature| feature.name == "action");
            format!(
                "{}: {} episodes, {} rows at {} Hz, {} tasks, action {:?}, cameras: {}",
                info.codebase_version,
                info.total_episodes,
                info.total_frames,
                info.fps,
                info.total_tasks,
                action
                    .map(|action| action.shape.as_slice())
                    .unwrap_or_default(),
                if cameras.is_empty() {
                    "none".to_owned()
                } else {
                    cameras.join(", ")
                },
            )
        }
        Err(_) => "its description cannot be read".to_owned(),
    };
    Shape { words }
}

/// The person's downloads, their home folder, Tendon's own, the system's for temporary files.
fn save_places(traces: &Traces) -> Vec<PathBuf> {
    let mut places = Vec::new();
    if let Some(home) = &traces.home {
        let set = traces
            .variables
            .get("XDG_CONFIG_HOME")
            .filter(|folder| !folder.is_empty());
        let config = set.map_or_else(|| home.join(".config"), PathBuf::from);
        let dirs = fs::read_to_string(config.join("user-dirs.dirs")).unwrap_or_default();
        places.push(places::downloads(&dirs, home));
        places.push(home.clone());
    }
    places.push(settings::state_folder());
    places.push(env::temp_dir());
    places
}
