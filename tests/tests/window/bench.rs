//! An arm and a camera of the story's own, plugged into the window's machine as far as the window knows: the story pulls them
//! out and looks at the motors.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value, json};
use sim::{PtyConfig, PtyServer, SimArm, Torque};
use stdx::{Clock as _, SystemClock};
use tempfile::TempDir;

use crate::display::{Window, tendon_at};

/// Longest that motors may take to be as they must.
const WITHIN: Duration = Duration::from_secs(30);

/// A calibrated follower with the name Bench, on an adapter whose port has its old name again when it is plugged in again.
pub struct Bench {
    pub adapter: PtyServer,
    home: Option<TempDir>,
}

impl Bench {
    /// Plugs the arm in, and has a home know it by name and hold its calibration.
    pub fn new() -> Result<Self> {
        let home = tempfile::tempdir()?;
        let arm = SimArm::follower();
        let link = home.path().join("arm");
        let adapter = PtyServer::start(PtyConfig {
            realtime: true,
            link: Some(link.clone()),
            ..PtyConfig::serving(arm.chain(SystemClock::shared()))
        })?;
        let joints: Map<String, Value> = arm
            .calibration
            .iter()
            .map(|joint| {
                let numbers = json!({
                    "id": joint.id, "drive_mode": 0, "homing_offset": joint.homing_offset,
                    "range_min": joint.range_min, "range_max": joint.range_max,
                });
                (joint.name.to_owned(), numbers)
            })
            .collect();
        let folder = home.path().join("lerobot/calibration/robots/so_follower");
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("bench.json"), serde_json::to_string(&joints)?)?;
        let said = tendon_at(home.path())?
            .args(["identify", "--robot.id=bench", "--remember=Bench"])
            .arg(format!("--robot.port={}", link.display()))
            .output()?;
        ensure!(
            said.status.success(),
            "{}",
            String::from_utf8_lossy(&said.stderr)
        );
        Ok(Self {
            adapter,
            home: Some(home),
        })
    }

    /// Opens the window at this bench.
    pub fn window(&mut self) -> Result<Window> {
        let home = self.home.take().context("there is a window already")?;
        let window = Window::open_in(home, &[])?;
        window.press("Understood")?;
        Ok(window)
    }

    /// Waits until all six motors push, or none.
    pub fn motors(&self, torque: Torque) -> Result<()> {
        let chain = self.adapter.chain();
        let all = || (1..=6).all(|id| chain.truth(id).is_ok_and(|it| it.torque == torque));
        let until = SystemClock.now() + WITHIN;
        while !all() {
            ensure!(SystemClock.now() < until, "torque is not {torque:?}");
            SystemClock.sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}
