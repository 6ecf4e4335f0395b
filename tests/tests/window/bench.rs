//! An arm and a camera of the story's own, plugged into the window's machine as far as the window knows: the story pulls them
//! out and looks at the motors.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value, json};
use sim::{Chain, PtyConfig, PtyServer, SimArm, Torque};
use stdx::{Clock as _, SystemClock};
use tempfile::TempDir;

use crate::display::{Window, tendon_at};

/// Longest that motors may take to be as they must.
const WITHIN: Duration = Duration::from_secs(30);

/// A calibrated follower with the name Bench, on an adapter whose port has its old name again when it is plugged in again.
pub struct Bench {
    pub adapter: PtyServer,
    link: PathBuf,
    home: Option<TempDir>,
}

/// An arm on an adapter whose port has a name that stays.
fn plug(link: &Path, chain: Chain) -> Result<PtyServer> {
    Ok(PtyServer::start(PtyConfig {
        realtime: true,
        link: Some(link.to_owned()),
        ..PtyConfig::serving(chain)
    })?)
}

/// Has a home hold an arm's calibration and know the arm by name.
fn remember(home: &Path, link: &Path, arm: &SimArm, role: &str, name: &str) -> Result<()> {
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
    let kind = if role == "leader" {
        "teleoperators/so_leader"
    } else {
        "robots/so_follower"
    };
    let folder = home.join("lerobot/calibration").join(kind);
    fs::create_dir_all(&folder)?;
    let id = name.to_lowercase();
    fs::write(
        folder.join(format!("{id}.json")),
        serde_json::to_string(&joints)?,
    )?;
    let said = tendon_at(home)?
        .arg("identify")
        .arg(format!("--robot.id={id}"))
        .arg(format!("--robot.port={}", link.display()))
        .arg(format!("--remember={name}"))
        .arg(format!("--role={role}"))
        .output()?;
    ensure!(
        said.status.success(),
        "{}",
        String::from_utf8_lossy(&said.stderr)
    );
    Ok(())
}

impl Bench {
    /// Plugs the arm in, and has a home know it by name and hold its calibration.
    pub fn new() -> Result<Self> {
        let home = tempfile::tempdir()?;
        let arm = SimArm::follower();
        let link = home.path().join("arm");
        let adapter = plug(&link, arm.chain(SystemClock::shared()))?;
        remember(home.path(), &link, &arm, "follower", "Bench")?;
        Ok(Self {
            adapter,
            link,
            home: Some(home),
        })
    }

    /// Plugs in another arm, with a name and a calibration of its own. It goes with what is returned.
    pub fn plug_in(&self, arm: &SimArm, role: &str, name: &str) -> Result<PtyServer> {
        let home = self.home.as_ref().context("there is a window already")?;
        let link = home.path().join(name);
        let adapter = plug(&link, arm.chain(SystemClock::shared()))?;
        remember(home.path(), &link, arm, role, name)?;
        Ok(adapter)
    }

    /// Hangs other motors on the arm's adapter.
    pub fn exchange(&mut self, chain: Chain) -> Result<()> {
        self.adapter = plug(&self.link, chain)?;
        Ok(())
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
        motors_of(&self.adapter, torque)
    }
}

/// The same for an arm that was plugged in later.
pub fn motors_of(adapter: &PtyServer, torque: Torque) -> Result<()> {
    let chain = adapter.chain();
    let all = || (1..=6).all(|id| chain.truth(id).is_ok_and(|it| it.torque == torque));
    let until = SystemClock.now() + WITHIN;
    while !all() {
        ensure!(SystemClock.now() < until, "torque is not {torque:?}");
        SystemClock.sleep(Duration::from_millis(20));
    }
    Ok(())
}
