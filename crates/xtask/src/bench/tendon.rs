//! The release program as the benches run it. Every command line of theirs is in this file.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use stdx::Clock as _;

use super::arrivals::{self, Arrival};
use super::{clock, pty};
use crate::house::root;

/// Whom a program runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum User {
    /// Whoever runs the benches.
    Own,
    /// An ordinary user, when the benches run as root.
    Nobody,
}

impl User {
    /// The users a bench can be run as here, with the words for the table.
    pub fn all() -> Vec<(Self, &'static str)> {
        if rustix::process::geteuid().is_root() {
            vec![(Self::Own, "root"), (Self::Nobody, "user")]
        } else {
            vec![(Self::Own, "user")]
        }
    }
}

/// The built programs.
#[derive(Debug, Clone)]
pub struct Tendon {
    program: PathBuf,
}

impl Tendon {
    /// The program that `make build` leaves, or the one that `TENDON_BIN` names.
    pub fn built() -> Self {
        Self {
            program: std::env::var_os("TENDON_BIN")
                .map_or_else(|| root().join("target/release/tendon"), PathBuf::from),
        }
    }

    /// A fresh folder with copies of the programs that every user may run.
    ///
    /// # Errors
    /// When the program is not built or the folder cannot be made.
    pub fn scene(&self) -> Result<Scene> {
        if !self.program.is_file() {
            bail!("{} is not there: run make build", self.program.display());
        }
        let folder = open_folder()?;
        let place = |name: &str| folder.path().join(name);
        std::fs::copy(&self.program, place("tendon"))?;
        Ok(Scene {
            tendon: place("tendon"),
            line: place("arm"),
            goal_log: place("goals"),
            output: place("output"),
            folder,
        })
    }
}

/// One measured session: a folder, a simulated arm in a process of its own, and what drives it.
pub struct Scene {
    /// Everything is in here and goes with it.
    pub folder: tempfile::TempDir,
    /// Copy of the program.
    pub tendon: PathBuf,
    /// The simulated arm's serial device.
    pub line: PathBuf,
    goal_log: PathBuf,
    output: PathBuf,
}

/// What drives the arm.
#[derive(Debug, Clone, Copy)]
pub enum Drive<'a> {
    /// A script of timed keys.
    Script(&'a Path),
    /// Keys from the terminal.
    Keyboard,
}

impl Scene {
    /// A home of its own for each program, because one may be another user's.
    pub(super) fn home(&self, mut command: Command, name: &str) -> Command {
        let home = &self.folder.path().join(name);
        command
            .current_dir(self.folder.path())
            .env("HOME", home)
            .env("HF_HOME", home.join("hf"))
            .env("HF_LEROBOT_HOME", home.join("lerobot"))
            .env("XDG_DATA_HOME", home.join("data"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"));
        command
    }

    /// Starts the simulated arm and waits until its line is there.
    ///
    /// # Errors
    /// When it is not there within ten seconds.
    pub fn start_sim(&self, usb_latency_us: u32) -> Result<Running> {
        self.start_faulty_sim(usb_latency_us, &[])
    }

    /// The same with faults, written as for `tendon sim --fault`.
    ///
    /// # Errors
    /// When it is not there within ten seconds.
    pub fn start_faulty_sim(&self, usb_latency_us: u32, faults: &[String]) -> Result<Running> {
        let faults: Vec<String> = faults.iter().map(|fault| flag("fault", fault)).collect();
        self.start_sim_with(usb_latency_us, &faults)
    }

    /// The same with more flags of `tendon sim`.
    ///
    /// # Errors
    /// When it is not there within ten seconds.
    pub fn start_sim_with(&self, usb_latency_us: u32, more: &[String]) -> Result<Running> {
        let mut command = self.home(Command::new(&self.tendon), "sim-home");
        command
            .arg("sim")
            .arg(flag("link", self.line.display()))
            .arg(flag("usb-latency-us", usb_latency_us))
            .arg(flag("goal-log", self.goal_log.display()))
            .arg(flag("calibration_dir", self.folder.path().display()))
            .arg(flag("id", "bench"))
            .args(more)
            .arg("--json")
            .stdin(Stdio::null())
            .stdout(File::create(self.sim_output())?);
        let mut sim = Running::start(command, "tendon sim")?;
        let clock = clock();
        let patience = clock.now() + Duration::from_secs(10);
        while !self.line.exists() || self.sim_said("serving").is_none() {
            if let Some(status) = sim.ended()? {
                bail!("tendon sim ended at once: {status}");
            }
            if clock.now() > patience {
                bail!("tendon sim made no line within ten seconds");
            }
            clock.sleep(Duration::from_millis(20));
        }
        pty::allow_everybody(&self.line.canonicalize()?)?;
        self.allow_everybody_in()?;
        Ok(sim)
    }

    /// `tendon teleoperate`, ready to be started.
    pub fn teleoperate(&self, user: User, drive: Drive<'_>, rate: f64, seconds: f64) -> Command {
        let mut command = self.home(as_user(user, &self.tendon), "home");
        command.arg("teleoperate");
        self.robot(&mut command);
        self.drive(&mut command, drive);
        command
            .arg(flag("fps", rate))
            .arg(flag("teleop_time_s", seconds));
        command
    }

    /// `tendon record`, one episode, ready to be started.
    pub fn record(&self, drive: Drive<'_>, rate: f64, fps: u32, seconds: f64) -> Command {
        let mut command = self.home(Command::new(&self.tendon), "home");
        command.arg("record");
        self.robot(&mut command);
        self.drive(&mut command, drive);
        command
            .arg(flag("control_rate", rate))
            .arg(flag("dataset.repo_id", "bench/memory"))
            .arg(flag(
                "dataset.root",
                self.folder.path().join("dataset").display(),
            ))
            .arg(flag("dataset.single_task", "measure"))
            .arg(flag("dataset.fps", fps))
            .arg(flag("dataset.num_episodes", 1))
            .arg(flag("dataset.episode_time_s", seconds))
            .arg(flag("dataset.reset_time_s", 0));
        command
    }

    /// `tendon export`, ready to be started.
    pub fn export(&self, dataset: &Path, zip: &Path) -> Command {
        let mut command = self.home(Command::new(&self.tendon), "home");
        command
            .arg("export")
            .arg(flag("dataset.root", dataset.display()))
            .arg(flag("output", zip.display()))
            .arg("--json");
        command
    }

    /// As fast as the line allows.
    pub fn uncapped(command: &mut Command) {
        command.arg(flag("uncapped", true));
    }

    /// For machines, with the report in a file that [`Scene::report`] reads.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn quiet(&self, command: &mut Command) -> Result<()> {
        command
            .arg("--json")
            .stdin(Stdio::null())
            .stdout(File::create(&self.output)?);
        Ok(())
    }

    /// What the program said of its own loop, once it has ended.
    pub fn report(&self) -> Option<serde_json::Value> {
        std::fs::read_to_string(&self.output)
            .ok()?
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter_map(|value: serde_json::Value| find_report(&value).cloned())
            .next_back()
    }

    /// What the simulator counted of its own faults, once it has ended.
    pub fn injected(&self) -> Option<serde_json::Value> {
        self.sim_said("injected")
    }

    /// The simulator's first line of a kind.
    pub fn sim_said(&self, kind: &str) -> Option<serde_json::Value> {
        first_of_kind(&self.sim_output(), kind)
    }

    /// The program's first line of a kind, once it has ended.
    pub fn said(&self, kind: &str) -> Option<serde_json::Value> {
        first_of_kind(&self.output, kind)
    }

    fn sim_output(&self) -> PathBuf {
        self.folder.path().join("sim.out")
    }

    /// Ends the simulator and reads what arrived at it.
    ///
    /// # Errors
    /// When it does not end or left no log.
    pub fn goals(&self, sim: Running) -> Result<Vec<Arrival>> {
        sim.interrupt();
        sim.finish(Duration::from_secs(10))?;
        let log = std::fs::read_to_string(&self.goal_log)
            .context("the simulator left no log of goals")?;
        arrivals::parse(&log)
    }

    /// A script that moves three joints to and fro, without an end, so that goals change in every cycle.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write_script(&self) -> Result<PathBuf> {
        let path = self.folder.path().join("keys.txt");
        let mut text = String::new();
        for (turn, (there, back)) in [("w", "s"), ("a", "d"), ("q", "e")].iter().enumerate() {
            text.push_str(&format!(
                "at {}.0s press {there} for 0.45s\nat {turn}.5s press {back} for 0.45s\n",
                turn,
            ));
        }
        text.push_str("at 3s repeat\n");
        std::fs::write(&path, text)?;
        pty::allow_everybody(&path)?;
        Ok(path)
    }

    fn robot(&self, command: &mut Command) {
        command
            .arg(flag("robot.type", "so101_follower"))
            .arg(flag("robot.port", self.line.display()))
            .arg(flag("robot.id", "bench"))
            .arg(flag("robot.calibration_dir", self.folder.path().display()));
    }

    fn drive(&self, command: &mut Command, drive: Drive<'_>) {
        match drive {
            Drive::Script(path) => command
                .arg(flag("teleop.type", "script"))
                .arg(flag("teleop.script", path.display())),
            Drive::Keyboard => command.arg(flag("teleop.type", "keyboard")),
        };
    }

    fn allow_everybody_in(&self) -> Result<()> {
        for entry in std::fs::read_dir(self.folder.path())? {
            let path = entry?.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                pty::allow_everybody(&path)?;
            }
        }
        Ok(())
    }
}

/// A folder that goes when it is dropped, where every user of the machine may put files.
///
/// # Errors
/// When it cannot be made.
pub fn open_folder() -> Result<tempfile::TempDir> {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::Builder::new().prefix("tendon-bench").tempdir()?;
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o777))?;
    Ok(folder)
}

/// A program, to be run as `user`.
pub fn as_user(user: User, program: &Path) -> Command {
    match user {
        User::Own => Command::new(program),
        User::Nobody => {
            let mut command = Command::new("setpriv");
            command
                .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
                .arg(program);
            command
        }
    }
}

/// A child that is ended when it is dropped.
pub struct Running {
    child: Child,
    what: &'static str,
}

impl Running {
    /// Starts it.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn start(mut command: Command, what: &'static str) -> Result<Self> {
        let child = command
            .spawn()
            .with_context(|| format!("{what} did not start"))?;
        Ok(Self { child, what })
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it ended, if it did.
    ///
    /// # Errors
    /// When the system does not say.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Asks it to end, as Ctrl-C does.
    pub fn interrupt(&self) {
        if let Some(pid) = rustix::process::Pid::from_raw(self.child.id() as i32) {
            // It may have ended already, which is as good.
            let _ended_or_told = rustix::process::kill_process(pid, rustix::process::Signal::INT);
        }
    }

    /// Waits for a good end.
    ///
    /// # Errors
    /// When it takes longer than `patience` or ends badly.
    pub fn finish(mut self, patience: Duration) -> Result<()> {
        let clock = clock();
        let end = clock.now() + patience;
        loop {
            if let Some(status) = self.ended()? {
                // 130: ended in good order by the interrupt that was asked for.
                if !status.success() && status.code() != Some(130) {
                    bail!("{} ended with {status}", self.what);
                }
                return Ok(());
            }
            if clock.now() > end {
                bail!("{} did not end within {patience:?}", self.what);
            }
            clock.sleep(Duration::from_millis(10));
        }
    }

    /// CPU time of all its living threads, to the nanosecond.
    ///
    /// # Errors
    /// When it has ended, or the system does not count.
    pub fn cpu(&self) -> Result<Duration> {
        let tasks = format!("/proc/{}/task", self.child.id());
        let mut sum = 0u64;
        for task in std::fs::read_dir(&tasks).with_context(|| format!("{} has ended", self.what))? {
            // A thread may end between the list and the look.
            if let Ok(text) = std::fs::read_to_string(task?.path().join("schedstat")) {
                sum += text
                    .split_whitespace()
                    .next()
                    .and_then(|word| word.parse::<u64>().ok())
                    .unwrap_or(0);
            }
        }
        Ok(Duration::from_nanos(sum))
    }

    /// The most memory it has held so far, in bytes.
    ///
    /// # Errors
    /// When it has ended.
    pub fn peak_memory(&self) -> Result<u64> {
        self.kernel_says("VmHWM:")
    }

    /// The memory it holds now, in bytes.
    ///
    /// # Errors
    /// When it has ended.
    pub fn memory(&self) -> Result<u64> {
        self.kernel_says("VmRSS:")
    }

    fn kernel_says(&self, what: &str) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        status
            .lines()
            .find_map(|line| line.strip_prefix(what))
            .and_then(|rest| rest.trim().strip_suffix(" kB"))
            .and_then(|number| number.trim().parse::<u64>().ok())
            .map(|kib| kib * 1024)
            .with_context(|| format!("{} has ended", self.what))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

pub(super) fn flag(name: &str, value: impl std::fmt::Display) -> String {
    format!("--{name}={value}")
}

fn first_of_kind(output: &Path, kind: &str) -> Option<serde_json::Value> {
    std::fs::read_to_string(output)
        .ok()?
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .find(|value: &serde_json::Value| value["kind"] == kind)
}

/// The first object in `value` that looks like a loop's account of itself.
fn find_report(value: &serde_json::Value) -> Option<&serde_json::Value> {
    match value {
        serde_json::Value::Object(fields) => {
            if fields.contains_key("period_error_us") {
                return Some(value);
            }
            fields.values().find_map(find_report)
        }
        serde_json::Value::Array(items) => items.iter().find_map(find_report),
        _ => None,
    }
}
