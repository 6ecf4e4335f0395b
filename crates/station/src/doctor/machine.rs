//! What this machine is and holds, as plain data: read from the system, judged elsewhere.

use std::env;
use std::fs;
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arms::survey::{self, LineFinding};
use arms::{ArmConfig, ArmKind, calibration_file};
use dataset::left::{self, Condition};
use dataset::{DatasetError, journal};
use motors::ports::{self, PortInfo};
use motors::scan::{self, Scan, ScanConfig};
use protocol::Failure;
use protocol::window::WorkersState;
use stdx::Clock;
use stdx::thread::{Intent, spawn};

use crate::access::{Permission, permission_of};
use crate::adapters::{self, Meddlers, Portless};
use crate::failure::bad_request;
use crate::hardware;
use crate::known_arms::{KnownArms, known_arms_file};
use crate::settings::{self, Settings};
use crate::workers;

/// Variables that decide where LeRobot's and Tendon's things lie, beside those of the settings.
const VARIABLES: [&str; 10] = [
    "HF_HOME",
    "HF_LEROBOT_HOME",
    "HF_LEROBOT_CALIBRATION",
    "LEROBOT_HOME",
    "HF_HUB_OFFLINE",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_STATE_HOME",
    "RUST_LOG",
    "HF_TOKEN",
];
/// Variables of which only that they are set is anybody's business.
const SECRET: [&str; 1] = ["HF_TOKEN"];
/// Most folders that are looked into for unfinished episodes.
const MOST_FOLDERS: usize = 2000;

/// What support would ask about.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Tendon's version.
    pub version: String,
    /// The system's own name, such as `Debian GNU/Linux 13 (trixie)`.
    pub os: String,
    /// The kernel and its version.
    pub kernel: String,
    /// The kind of processor.
    pub arch: &'static str,
    /// The processor's own name.
    pub cpu: Option<String>,
    /// Processors this program may use.
    pub cores: usize,
    /// Whether a control thread gets a real-time class, and what it says.
    pub realtime: (bool, String),
    /// Whether this build's H.264 encoder has its assembly.
    pub assembly: bool,
    /// Serial ports.
    pub ports: Vec<PortState>,
    /// Adapters without a serial port.
    pub portless: Vec<Portless>,
    /// Programs that take ports away.
    pub meddlers: Meddlers,
    /// The file of known arms: names and roles, or what is wrong with it.
    pub known_arms: Result<Vec<(String, ArmKind)>, Failure>,
    /// Where that file is.
    pub known_arms_file: PathBuf,
    /// Calibration files.
    pub calibrations: Vec<CalibrationFile>,
    /// The folder they are in, or why there is none.
    pub calibration_folder: Result<PathBuf, String>,
    /// The settings file: whether it is there, or what is wrong with it.
    pub settings: Result<bool, Failure>,
    /// Single values of it or of the environment that are not used, and keys that are not known.
    pub settings_unused: Vec<Failure>,
    /// Where that file is.
    pub settings_file: PathBuf,
    /// Where the log is.
    pub log_folder: PathBuf,
    /// Disks under the folders that are written to.
    pub disks: Vec<Disk>,
    /// Episodes that earlier sessions left unfinished, and datasets in use.
    pub unfinished: Vec<Unfinished>,
    /// Variables that are set.
    pub variables: Vec<Variable>,
    /// The worker pool: the settings that hold, and its figures.
    pub workers: Arc<WorkersState>,
    /// What is on the line of an arm, when one was named.
    pub scan: Option<Result<(Scan, Vec<LineFinding>), Failure>>,
}

/// One serial port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortState {
    /// What is plugged in.
    pub info: PortInfo,
    /// Whether this user may open it.
    pub permission: Permission,
    /// The adapter's latency timer in milliseconds, where it has one.
    pub latency_ms: Option<u32>,
}

/// One calibration file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalibrationFile {
    /// Where it is.
    pub path: PathBuf,
    /// Whether it lies in a folder of an older LeRobot, which reads it no more.
    pub older: bool,
    /// What is wrong with it.
    pub wrong: Option<String>,
}

/// The disk under a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disk {
    /// What the folder is for.
    pub what: &'static str,
    /// The folder; it may not be there yet.
    pub folder: PathBuf,
    /// Free bytes for this user.
    pub free: Option<u64>,
    /// Whether this user may write there, as far as the bits tell.
    pub writable: bool,
}

/// What an earlier session left in a dataset.
#[derive(Debug, Clone, PartialEq)]
pub struct Unfinished {
    /// The dataset's folder.
    pub folder: PathBuf,
    /// Seconds of each unfinished episode that can be kept; an error when it cannot be looked at, as while it is being recorded
    /// into.
    pub seconds: Result<Vec<f64>, String>,
    /// Unfinished episodes of which nothing can be kept.
    pub lost: usize,
}

/// A variable of the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// Its value; none for a secret, of which only that it is set is told.
    pub value: Option<String>,
}

impl Machine {
    /// This machine. Takes a few milliseconds and changes nothing.
    pub(crate) fn this() -> Self {
        let known = known_arms_file();
        let calibration_folder = calibration_file::root(|name| env::var_os(name), env::home_dir());
        let settings_file = settings::settings_file();
        let settings = Settings::load();
        let log_folder = settings.log.folder.clone();
        let ours = settings::table().iter().map(|it| it.variable.as_str());
        Self {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            os: os_name(),
            kernel: kernel(),
            arch: env::consts::ARCH,
            cpu: cpu_name(),
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            realtime: realtime(),
            assembly: video::encode::h264::ASSEMBLY,
            ports: ports::list().into_iter().map(port_state).collect(),
            portless: adapters::portless(),
            meddlers: adapters::meddlers(),
            known_arms: KnownArms::load(known.clone()).map(|known| {
                let arms = known.arms().into_iter();
                arms.map(|arm| (arm.name, arm.role)).collect()
            }),
            known_arms_file: known,
            calibrations: calibration_folder
                .as_ref()
                .map(|root| calibrations(root))
                .unwrap_or_default(),
            calibration_folder: calibration_folder.map_err(|error| error.to_string()),
            settings: match settings.broken() {
                Some(failure) => Err(failure.clone()),
                None => Ok(settings.there()),
            },
            settings_unused: settings_unused(&settings),
            settings_file,
            disks: vec![
                disk("datasets", settings.datasets()),
                disk("log", log_folder.clone()),
                disk("Tendon's own files", settings::state_folder()),
            ],
            log_folder,
            unfinished: settings
                .dataset_folders()
                .iter()
                .flat_map(|home| unfinished(home))
                .collect(),
            variables: VARIABLES
                .into_iter()
                .chain(ours)
                .filter_map(variable)
                .collect(),
            workers: workers::ours().figures(),
            scan: None,
        }
    }
}

/// What of the settings is not used although the file as a whole is.
fn settings_unused(settings: &Settings) -> Vec<Failure> {
    let broken = settings.broken();
    let problems = settings.problems().into_iter();
    let single = problems.filter(|problem| Some(problem) != broken);
    let unknown = settings.unknown().iter().map(|key| {
        bad_request(
            format!(
                "line {}: nothing is called “{}”; it stays in the file\nFile: {}",
                key.line,
                key.name,
                settings.path().display()
            ),
            "Correct its name, or remove the line. Every name is listed by: tendon settings",
        )
    });
    single.chain(unknown).collect()
}

/// What is on the line of an arm.
pub(super) fn scan_line(
    arm: &ArmConfig,
    clock: &Arc<dyn Clock>,
    stopping: impl Fn() -> bool,
) -> Result<(Scan, Vec<LineFinding>), Failure> {
    let mut line = hardware::open(arm, clock)?;
    let scan = scan::scan(&mut line.bus, &ScanConfig::default(), |_| {
        if stopping() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    })
    .map_err(|error| crate::scan::bus_failure(&error))?;
    let findings = survey::findings(&scan);
    Ok((scan, findings))
}

fn os_name() -> String {
    let text = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let pretty = text
        .lines()
        .find_map(|line| line.strip_prefix("PRETTY_NAME="));
    pretty.map_or_else(
        || env::consts::OS.to_owned(),
        |name| name.trim_matches('"').to_owned(),
    )
}

fn kernel() -> String {
    let read = |name: &str| fs::read_to_string(Path::new("/proc/sys/kernel").join(name)).ok();
    match (read("ostype"), read("osrelease")) {
        (Some(kind), Some(release)) => format!("{} {}", kind.trim(), release.trim()),
        _ => "unknown".to_owned(),
    }
}

fn cpu_name() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// What a control thread would get. A thread asks for itself and ends, so that nothing of it stays.
fn realtime() -> (bool, String) {
    let asked = spawn("doctor", Intent::Control, || {
        stdx::priority::elevate(Intent::Control)
    });
    match asked.map(|thread| thread.join()) {
        Ok(Ok(got)) => (got.realtime, got.words),
        Ok(Err(panicked)) => (false, panicked.to_string()),
        Err(error) => (false, error.to_string()),
    }
}

fn port_state(info: PortInfo) -> PortState {
    let tty = Path::new(&info.path).file_name().unwrap_or_default();
    let timer = Path::new("/sys/bus/usb-serial/devices")
        .join(tty)
        .join("latency_timer");
    PortState {
        permission: permission_of(&info.path),
        latency_ms: fs::read_to_string(timer)
            .ok()
            .and_then(|text| text.trim().parse().ok()),
        info,
    }
}

/// Every calibration file of an SO arm below LeRobot's folder, those of older releases too.
fn calibrations(root: &Path) -> Vec<CalibrationFile> {
    const FOLDERS: [(&str, bool); 6] = [
        ("robots/so_follower", false),
        ("teleoperators/so_leader", false),
        ("robots/so101_follower", true),
        ("robots/so100_follower", true),
        ("teleoperators/so101_leader", true),
        ("teleoperators/so100_leader", true),
    ];
    let mut found = Vec::new();
    for (folder, older) in FOLDERS {
        for path in entries(&root.join(folder)) {
            if path.extension().is_none_or(|extension| extension != "json") {
                continue;
            }
            let wrong = calibration_file::load(&path).err();
            found.push(CalibrationFile {
                wrong: wrong.map(|error| error.to_string()),
                path,
                older,
            });
        }
    }
    found
}

fn disk(what: &'static str, folder: PathBuf) -> Disk {
    // A folder that is not there yet will be on the disk of the first one that is.
    let there = folder.ancestors().find(|folder| folder.is_dir());
    let (free, writable) = there.map_or((None, false), space);
    Disk {
        what,
        free,
        writable,
        folder,
    }
}

#[cfg(unix)]
fn space(folder: &Path) -> (Option<u64>, bool) {
    use rustix::fs::{Access, access, statvfs};
    let free = statvfs(folder)
        .ok()
        .map(|disk| disk.f_bavail * disk.f_frsize);
    (free, access(folder, Access::WRITE_OK).is_ok())
}

#[cfg(not(unix))]
fn space(folder: &Path) -> (Option<u64>, bool) {
    let writable = fs::metadata(folder).is_ok_and(|it| !it.permissions().readonly());
    (None, writable)
}

/// Datasets in LeRobot's folder that an earlier session left with an unfinished episode.
fn unfinished(home: &Path) -> Vec<Unfinished> {
    let users: Vec<PathBuf> = entries(home).into_iter().filter(|it| it.is_dir()).collect();
    let below = users.iter().flat_map(|user| entries(user));
    users
        .clone()
        .into_iter()
        .chain(below)
        .take(MOST_FOLDERS)
        .filter(|folder| journal::files(folder).is_ok_and(|journals| !journals.is_empty()))
        .map(left_in)
        .collect()
}

/// What is left in a dataset, which stays as it is: who only asks how things are must not settle anything.
fn left_in(folder: PathBuf) -> Unfinished {
    let looked = left::look(&folder).map_err(|error| error.to_string());
    let mut lost = 0;
    let seconds = looked.and_then(|looked| {
        if looked.in_use {
            return Err(DatasetError::InUse {
                path: folder.clone(),
            }
            .to_string());
        }
        let mut seconds = Vec::new();
        for left in &looked.left {
            match left.condition {
                Condition::Whole | Condition::Saving => {
                    seconds.push(left.rows as f64 / f64::from(left.fps.max(1)));
                }
                Condition::PutAway(_) => {}
                Condition::Lacking(_) | Condition::Damaged | Condition::Newer => lost += 1,
            }
        }
        Ok(seconds)
    });
    Unfinished {
        folder,
        seconds,
        lost,
    }
}

fn variable(name: &'static str) -> Option<Variable> {
    let value = env::var_os(name)?;
    Some(Variable {
        name,
        value: (!SECRET.contains(&name)).then(|| value.to_string_lossy().into_owned()),
    })
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries: io::Result<Vec<_>> = fs::read_dir(folder).and_then(Iterator::collect);
    let mut paths: Vec<PathBuf> = entries
        .unwrap_or_default()
        .into_iter()
        .map(|entry| entry.path())
        .collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use dataset::{Dataset, DatasetSpec, Row, RowFlags};
    use units::MonoTime;

    use super::*;

    #[test]
    fn a_look_at_what_was_left_leaves_it_as_it_is() {
        let home = tempfile::tempdir().unwrap();
        let root = home.path().join("cups");
        let dataset = Dataset::create(&root, DatasetSpec::so_follower(30, false)).unwrap();
        let mut draft = dataset.begin_episode("stack").unwrap();
        for row in 0..45 {
            draft
                .push(Row {
                    state: &[1.0; 6],
                    action: &[1.0; 6],
                    observed_at: MonoTime(row * 33_333_333),
                    flags: RowFlags::default(),
                    pictures: &[],
                })
                .unwrap();
        }
        drop(draft);
        let now = unfinished(home.path());
        assert!(now[0].seconds.is_err(), "it is being written to");
        drop(dataset);
        let journals = root.join("meta/tendon/journal");
        // One that nobody can read, which whoever writes next would put away.
        fs::write(journals.join("0007.journal"), [7; 100_000]).unwrap();
        let before = entries(&journals);
        let found = unfinished(home.path());
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0].seconds, found[0].lost), (&Ok(vec![1.5]), 1));
        assert_eq!(entries(&journals), before);
        assert!(!root.join("meta/tendon/attic").exists());
    }
}
