//! A bench with one simulated follower on a pseudo terminal of this test's own, so that the journey can look at the
//! motors while `tendon`, another process, drives them; and that process with its output as JSON lines.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use serde_json::Value;
use sim::{Chain, PtyConfig, PtyServer, SimArm, Torque};
use stdx::thread::{Intent, Joined, spawn};
use stdx::{Clock as _, SystemClock};
use tempfile::TempDir;
use units::MonoTime;

use crate::program;

/// Longest that a journey waits for anything, or for a work that tells how far it is to go on: far more than a loaded machine
/// needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// The simulated arm, a home of its own, and where things lie in it.
pub struct Bench {
    pub server: PtyServer,
    pub home: TempDir,
}

impl Bench {
    /// A follower that is calibrated, with its calibration file in the bench's own folder.
    pub fn new() -> Result<Self> {
        Self::on(TempDir::new()?, None)
    }

    /// The same on an adapter whose port has its old name again when it was pulled out and plugged in.
    pub fn replugged() -> Result<Self> {
        let home = TempDir::new()?;
        let link = home.path().join("arm");
        Self::on(home, Some(link))
    }

    fn on(home: TempDir, link: Option<PathBuf>) -> Result<Self> {
        let arm = SimArm::follower();
        let chain = arm.chain(SystemClock::shared());
        let server = PtyServer::start(PtyConfig {
            realtime: true,
            link,
            ..PtyConfig::serving(chain)
        })?;
        let folder = home.path().join("calibration");
        fs::create_dir_all(&folder)?;
        let joints: serde_json::Map<String, Value> = arm
            .calibration
            .iter()
            .map(|joint| {
                let numbers = serde_json::json!({
                    "id": joint.id, "drive_mode": 0, "homing_offset": joint.homing_offset,
                    "range_min": joint.range_min, "range_max": joint.range_max,
                });
                (joint.name.to_owned(), numbers)
            })
            .collect();
        fs::write(folder.join("bench.json"), serde_json::to_string(&joints)?)?;
        Ok(Self { server, home })
    }

    pub fn chain(&self) -> &Chain {
        self.server.chain()
    }

    pub fn dataset(&self) -> PathBuf {
        self.home.path().join("dataset")
    }

    /// Whether all six motors, or none, push.
    pub fn all(&self, torque: Torque) -> bool {
        (1..=6).all(|id| {
            self.chain()
                .truth(id)
                .is_ok_and(|truth| truth.torque == torque)
        })
    }

    /// `tendon` with everything it writes kept inside the bench's home.
    pub fn tendon(&self) -> Result<Command> {
        let home = self.home.path();
        let mut command = Command::new(program::tendon()?);
        command
            .env("HOME", home)
            .env("HF_LEROBOT_HOME", home.join("lerobot"))
            .env("HF_HOME", home.join("huggingface"))
            .env("XDG_STATE_HOME", home.join("state"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("XDG_CONFIG_HOME", home.join("config"));
        Ok(command)
    }

    /// The flags that name this bench's arm.
    pub fn robot(&self) -> Vec<String> {
        vec![
            "--robot.type=so101_follower".into(),
            format!("--robot.port={}", self.server.port().display()),
            "--robot.id=bench".into(),
            format!(
                "--robot.calibration_dir={}",
                self.home.path().join("calibration").display()
            ),
        ]
    }

    /// `tendon VERB --json` on this bench's arm, driven by a script that waves for as long as it is let.
    pub fn driven(&self, verb: &str, more: &[&str]) -> Result<Running> {
        let script = self.home.path().join("wave.script");
        fs::write(
            &script,
            "at 0.2s press d for 0.5s\nat 1.2s press a for 0.5s\nat 2s repeat\n",
        )?;
        let mut command = self.tendon()?;
        command
            .args([verb, "--json"])
            .args(self.robot())
            .arg("--teleop.type=script")
            .arg(format!("--teleop.script={}", script.display()))
            .args(more);
        Running::start(command)
    }

    /// The flags of a short record session into this bench's dataset.
    pub fn recording(&self, seconds: f64, episodes: u32) -> Vec<String> {
        vec![
            "--dataset.repo_id=journeys/bench".into(),
            format!("--dataset.root={}", self.dataset().display()),
            "--dataset.single_task=wave".into(),
            "--dataset.fps=30".into(),
            format!("--dataset.episode_time_s={seconds}"),
            "--dataset.reset_time_s=0".into(),
            format!("--dataset.num_episodes={episodes}"),
        ]
    }
}

/// A running program whose standard output is JSON lines.
pub struct Running {
    child: Child,
    pub stdin: Option<ChildStdin>,
    lines: Receiver<Value>,
    /// Everything it has said so far.
    pub said: Vec<Value>,
    _reader: Joined<()>,
}

impl Running {
    pub fn start(command: Command) -> Result<Self> {
        Self::start_at(command, Stdio::piped())
    }

    /// With standard input from somewhere else, such as a terminal.
    pub fn start_at(mut command: Command, stdin: impl Into<Stdio>) -> Result<Self> {
        let mut child = command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .context("tendon could not be started")?;
        let stdin = child.stdin.take();
        let stdout = child.stdout.take().context("no standard output")?;
        let (sender, lines) = sync_channel(65_536);
        let reader = spawn("lines", Intent::Background, move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if let Ok(object) = serde_json::from_str(&line)
                    && sender.send(object).is_err()
                {
                    return;
                }
            }
        })?;
        Ok(Self {
            child,
            stdin,
            lines,
            said: Vec::new(),
            _reader: reader,
        })
    }

    /// The next line. A work that goes on is given its time anew.
    fn heard(&mut self, until: &mut MonoTime) -> std::result::Result<Value, RecvTimeoutError> {
        let line = self.lines.recv_timeout(until.since(SystemClock.now()))?;
        if line["kind"] == "progress" {
            *until = SystemClock.now() + PATIENCE;
        }
        self.said.push(line.clone());
        Ok(line)
    }

    /// Waits for a line that fits and returns it. A work that goes on is waited for, however slow the machine is.
    pub fn wait_for(&mut self, what: &str, fits: impl Fn(&Value) -> bool) -> Result<Value> {
        let mut until = SystemClock.now() + PATIENCE;
        loop {
            match self.heard(&mut until) {
                Ok(line) if fits(&line) => return Ok(line),
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => bail!("{what} did not come within {PATIENCE:?}"),
                Err(RecvTimeoutError::Disconnected) => {
                    bail!(
                        "the program ended before {what}; it said {:?}",
                        self.said.last()
                    )
                }
            }
        }
    }

    /// Waits for a line of this kind.
    pub fn wait_for_kind(&mut self, kind: &str) -> Result<Value> {
        self.wait_for(kind, |line| line["kind"] == kind)
    }

    /// Waits until the loop says that it is in this state.
    pub fn wait_for_state(&mut self, state: &str) -> Result<Value> {
        self.wait_for(state, |line| {
            line["kind"] == "status" && line["state"] == state
        })
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    pub fn signal(&self, name: &str) -> Result<()> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status()?;
        ensure!(sent.success(), "SIG{name} could not be sent");
        Ok(())
    }

    pub fn enter(&mut self) -> Result<()> {
        let stdin = self.stdin.as_mut().context("standard input is closed")?;
        stdin.write_all(b"\n")?;
        Ok(())
    }

    /// Waits for the end and gathers what was still said.
    pub fn end(&mut self) -> Result<ExitStatus> {
        let mut until = SystemClock.now() + PATIENCE;
        loop {
            match self.heard(&mut until) {
                Ok(_) => {}
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    self.child.kill()?;
                    bail!("the program did not end within {PATIENCE:?}");
                }
            }
        }
        Ok(self.child.wait()?)
    }

    /// All lines of a kind.
    pub fn all(&self, kind: &str) -> Vec<&Value> {
        self.said
            .iter()
            .filter(|line| line["kind"] == kind)
            .collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone, or it must not outlive the journey.
        drop(self.child.kill().err());
        drop(self.child.wait().err());
    }
}

/// A terminal with a person at it: what is written to the first file is typed, the second is standard input.
pub fn terminal() -> Result<(fs::File, fs::File)> {
    let person = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
    grantpt(&person)?;
    unlockpt(&person)?;
    let path = ptsname(&person, Vec::new())?;
    let program = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open(path.to_str().context("a strange name for a terminal")?)?;
    Ok((fs::File::from(person), program))
}

/// Looks again and again until something is so.
pub fn eventually(what: &str, so: impl Fn() -> bool) -> Result<()> {
    let until = SystemClock.now() + PATIENCE;
    while !so() {
        ensure!(
            SystemClock.now() < until,
            "{what} did not happen within {PATIENCE:?}"
        );
        SystemClock.sleep(Duration::from_millis(10));
    }
    Ok(())
}
