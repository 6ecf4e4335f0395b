//! Looks what is plugged in, on a thread of its own that may be late: serial ports once a second, cameras and what is wrong
//! with the machine every few seconds, and the small files that say what is known of them.
//!
//! Nothing is opened but, for a moment and without taking pictures, the cameras' own descriptions of themselves.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use motors::ports;
use protocol::window::{ArmCard, Level, Notice};
use station::camera_settings::CameraSetting;
use station::known_cameras::{KnownCameras, known_cameras_file};
use station::{adapters, folders};

use crate::settings::Book;
use crate::{arms_known, notices};

/// Time between two looks at the serial ports.
const PORTS_EVERY: Duration = Duration::from_secs(1);
/// So many looks at the ports lie between two at datasets and at the list of cameras.
const ELSE_EVERY: u64 = 4;
/// So many lie between two at adapters without a port and programs that take ports away: every process is asked its name.
const MEDDLERS_EVERY: u64 = 30;
/// Where Linux lists its cameras.
const CAMERAS: &str = "/sys/class/video4linux";
/// Datasets that are named as recorded into lately.
const LATELY: usize = 8;
/// Folders that are looked into for them at most.
const MOST_FOLDERS: usize = 500;

/// What was seen when it was last looked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) arms: Vec<ArmCard>,
    pub(crate) notices: Vec<Notice>,
    /// Cameras that are plugged in; none before it was looked.
    pub(crate) cameras: Option<Vec<cameras::Found>>,
    pub(crate) setups: Vec<CameraSetting>,
    pub(crate) camera_notices: Vec<Notice>,
    pub(crate) datasets: String,
    pub(crate) lately: Vec<String>,
    /// Folders of Tendon's own that cannot be written to.
    pub(crate) folders: Vec<Notice>,
    /// Free bytes on the disk that is watched.
    pub(crate) disk_free: Option<u64>,
}

#[derive(Debug, Default)]
struct State {
    seen: Seen,
    again: bool,
    over: bool,
    /// A folder whose disk is watched.
    disk: Option<PathBuf>,
    /// Things that take a while to be dropped, such as cameras.
    trash: Trash,
}

#[derive(Default)]
struct Trash(Vec<Box<dyn Send>>);

impl std::fmt::Debug for Trash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Trash").field(&self.0.len()).finish()
    }
}

/// What is seen, shared by who looks and who shows it.
#[derive(Debug)]
pub(crate) struct Looking {
    state: Mutex<State>,
    wake: Condvar,
    settings: Arc<Book>,
}

impl Looking {
    /// Before it was looked: what is known anyway.
    pub(crate) fn new(settings: Arc<Book>) -> Arc<Self> {
        let this = Self {
            state: Mutex::default(),
            wake: Condvar::new(),
            settings,
        };
        let (arms, notices) = arms_known::cards(None);
        let mut state = this.lock();
        state.seen.arms = arms;
        state.seen.notices = notices;
        state.seen.datasets = this.settings.now().datasets().display().to_string();
        state.seen.folders = unwritable(&this.settings.now().datasets());
        let (setups, camera_notices) = setups();
        state.seen.setups = setups;
        state.seen.camera_notices = camera_notices;
        drop(state);
        Arc::new(this)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was seen last.
    pub(crate) fn seen(&self) -> Seen {
        self.lock().seen.clone()
    }

    /// Looks again at once.
    pub(crate) fn again(&self) {
        self.lock().again = true;
        self.wake.notify_all();
    }

    /// Reads what a person changed just now, so that the reply of the request finds it.
    pub(crate) fn changed(&self) {
        let (setups, camera_notices) = setups();
        let mut state = self.lock();
        state.seen.setups = setups;
        state.seen.camera_notices = camera_notices;
        state.again = true;
        drop(state);
        self.wake.notify_all();
    }

    /// Watches how much room the disk of a folder has, or none any more.
    pub(crate) fn watch_disk(&self, folder: Option<PathBuf>) {
        let mut state = self.lock();
        state.disk = folder;
        state.seen.disk_free = None;
        state.again = true;
        drop(state);
        self.wake.notify_all();
    }

    /// Lets something go on the thread that may be late.
    pub(crate) fn let_go(&self, thing: impl Send + 'static) {
        self.lock().trash.0.push(Box::new(thing));
        self.wake.notify_all();
    }

    pub(crate) fn close(&self) {
        self.lock().over = true;
        self.wake.notify_all();
    }

    /// The thread's body.
    pub(crate) fn run(&self, told: impl Fn()) {
        let mut glance = Glance::default();
        loop {
            let looked = catch_unwind(AssertUnwindSafe(|| self.look(&mut glance)));
            if let Err(panic) = looked {
                tracing::error!("looking failed: {}", stdx::thread::words(&*panic));
            }
            told();
            let trash = std::mem::take(&mut self.lock().trash);
            drop(trash);
            let mut state = self.lock();
            if !state.over && !state.again && state.trash.0.is_empty() {
                let waited = self.wake.wait_timeout(state, PORTS_EVERY);
                state = waited.unwrap_or_else(PoisonError::into_inner).0;
            }
            if state.over {
                return;
            }
            if std::mem::take(&mut state.again) {
                glance.again();
            } else {
                glance.turn += 1;
            }
        }
    }

    fn look(&self, glance: &mut Glance) {
        let ports = ports::list();
        let (arms, mut notices) = arms_known::cards(Some(&ports));
        let (setups, camera_notices) = setups();
        let paths: Vec<String> = ports.into_iter().map(|port| port.path).collect();
        if glance.turn.is_multiple_of(MEDDLERS_EVERY) || glance.ports != paths {
            glance.ports = paths;
            let portless = adapters::portless();
            let told = portless.iter().map(|portless| {
                notices::standing(Level::Warning, portless.message(), portless.remedy())
            });
            glance.portless = told.collect();
        }
        notices.extend(glance.portless.iter().cloned());
        let more = glance.turn.is_multiple_of(ELSE_EVERY).then(|| {
            let home = self.settings.now().datasets();
            (lately(&home), home.display().to_string(), unwritable(&home))
        });
        let cameras = glance.cameras();
        let disk = self.lock().disk.clone();
        let free = disk.and_then(|folder| recorder::preflight::free_bytes(&folder).ok());
        let mut state = self.lock();
        let seen = &mut state.seen;
        seen.disk_free = free;
        seen.arms = arms;
        seen.notices = notices;
        seen.setups = setups;
        seen.camera_notices = camera_notices;
        if let Some(cameras) = cameras {
            seen.cameras = Some(cameras);
        }
        if let Some((lately, datasets, folders)) = more {
            seen.lately = lately;
            seen.datasets = datasets;
            seen.folders = folders;
        }
    }
}

/// What the looks before were about, so that what takes long is done only when something has changed.
#[derive(Default)]
struct Glance {
    turn: u64,
    ports: Vec<String>,
    portless: Vec<Notice>,
    /// The system's list of cameras when they were asked; none before.
    nodes: Option<Vec<String>>,
}

impl Glance {
    /// Everything is looked at again.
    fn again(&mut self) {
        *self = Self {
            turn: 0,
            portless: std::mem::take(&mut self.portless),
            ..Self::default()
        };
    }

    /// The cameras, if the system's list of them has changed: asking one opens it, which wakes it up.
    fn cameras(&mut self) -> Option<Vec<cameras::Found>> {
        if !self.turn.is_multiple_of(ELSE_EVERY) && self.nodes.is_some() {
            return None;
        }
        let nodes = cfg!(target_os = "linux").then(|| {
            let entries = fs::read_dir(CAMERAS).into_iter().flatten().flatten();
            let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
            let mut names: Vec<String> = names.collect();
            names.sort();
            names
        });
        if nodes.is_some() && nodes == self.nodes {
            return None;
        }
        self.nodes = nodes;
        Some(cameras::find())
    }
}

/// What of Tendon's own cannot be written: a notice for each cause.
fn unwritable(datasets: &Path) -> Vec<Notice> {
    let told = folders::unwritable(datasets).into_iter();
    told.map(|failure| notices::standing(Level::Warning, failure.message, failure.remedy))
        .collect()
}

fn setups() -> (Vec<CameraSetting>, Vec<Notice>) {
    match KnownCameras::load(known_cameras_file()) {
        Ok(known) => (known.cameras().to_vec(), Vec::new()),
        Err(failure) => (Vec::new(), vec![notices::of_failure(&failure)]),
    }
}

/// Datasets below a folder, `name` or `user/name`, that were recorded into last.
fn lately(home: &Path) -> Vec<String> {
    let written = |folder: &Path| -> Option<SystemTime> {
        fs::metadata(folder.join("meta/info.json"))
            .ok()?
            .modified()
            .ok()
    };
    let folders = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let paths = entries.map(|entry| entry.path());
        paths
            .filter(|path| path.is_dir())
            .take(MOST_FOLDERS)
            .collect()
    };
    let mut found: Vec<(SystemTime, String)> = Vec::new();
    let mut note = |folder: &Path| {
        let name = folder.strip_prefix(home).ok().and_then(Path::to_str);
        let there = written(folder).zip(name);
        if let Some((at, name)) = there {
            found.push((at, name.to_owned()));
        }
        there.is_some()
    };
    for folder in folders(home) {
        if !note(&folder) {
            for below in folders(&folder) {
                note(&below);
            }
        }
    }
    found.sort_by(|a, b| b.cmp(a));
    found
        .into_iter()
        .take(LATELY)
        .map(|(_, name)| name)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn datasets_are_named_newest_first() {
        let home = tempfile::tempdir().unwrap();
        for (name, age) in [("cups", 30), ("ada/plates", 10), ("ada/forks", 20)] {
            let meta = home.path().join(name).join("meta");
            fs::create_dir_all(&meta).unwrap();
            let file = fs::File::create(meta.join("info.json")).unwrap();
            let at = SystemTime::now() - Duration::from_secs(age);
            file.set_modified(at).unwrap();
        }
        fs::create_dir_all(home.path().join("calibration/robots")).unwrap();
        assert_eq!(lately(home.path()), ["ada/plates", "ada/forks", "cups"]);
        assert_eq!(lately(&home.path().join("nothing")), [] as [&str; 0]);
    }
}
