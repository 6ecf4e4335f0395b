//! `tendon` and its serial port against a real kernel driver: a simulated arm behind an FTDI adapter in a virtual
//! machine, driven, pulled out while it is driven, and plugged in again.
//!
//! The machine is in `../shared/hardware-vm` beside the repository, or where `TENDON_HARDWARE_VM` says; without it the test
//! says that it was skipped. This file is both ends: outside it serves the arm on a socket and starts the machine with
//! itself as the program, inside it runs `tendon`. Rates are modest because the machine's processor is emulated.
//! Not here: how a misbehaving arm is ridden out (`journeys/misbehaviours.rs`).

#[path = "journeys/bench.rs"]
#[expect(
    dead_code,
    reason = "the bench on a pseudo terminal is for the other journeys"
)]
mod bench;
#[path = "journeys/machine.rs"]
mod machine;
#[path = "journeys/program.rs"]
#[expect(dead_code, reason = "no dataset is read here")]
mod program;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use bench::{Running, eventually};
use serde_json::{Value, json};
use sim::{FOLLOWER_CALIBRATION, SimArm, SocketConfig, SocketServer, Torque, table};
use stdx::SystemClock;
use tempfile::TempDir;

/// Ticks by which a folded arm rests outside its recorded range, where it may be held.
const FOLDED: i32 = 15;

/// What is driven there.
const PORT: &str = "/dev/ttyUSB0";
/// Cycles a second: the emulated processor is slow at floating point.
const RATE: u32 = 30;

#[test]
fn a_real_serial_driver_carries_a_session_and_its_unplugging() -> Result<()> {
    if machine::inside() {
        return Ok(());
    }
    let Some(script) = machine::script() else {
        machine::skipped("the serial driver was");
        return Ok(());
    };
    let folder = TempDir::new()?;
    let socket = folder.path().join("arm");
    let mut arm = SimArm::follower();
    arm.config.goal_log = 100_000;
    let server = SocketServer::start(SocketConfig {
        chain: arm.chain(SystemClock::shared()),
        path: socket.clone(),
        spin: Duration::ZERO,
        realtime: true,
    })?;
    let status = Command::new(script)
        .arg(std::env::current_exe()?)
        .args(["in_the_machine", "--exact", "--nocapture"])
        .env("SERIAL_SOCKET", &socket)
        .env("TENDON_BIN", program::tendon()?)
        .env("HWVM_CAMERA", "")
        .env("HWVM_TIMEOUT", "240")
        .status()
        .context("the virtual machine could not be started")?;
    ensure!(status.success(), "in the machine: {status}");

    // What really arrived at the motors.
    let chain = server.chain();
    let log = chain.take_goal_log(0);
    ensure!(log.len() > 100, "only {} goals arrived", log.len());
    for arrival in log.arrivals() {
        for joint in &FOLLOWER_CALIBRATION {
            let goal = arrival.goal(joint.id).context("a goal for each motor")?;
            ensure!(
                (joint.range_min - FOLDED..=joint.range_max + FOLDED).contains(&goal),
                "{} was sent to {goal}",
                joint.name
            );
        }
    }
    for id in 1..=6 {
        ensure!(
            chain.truth(id)?.torque == Torque::Off,
            "motor {id} still pushes"
        );
        ensure!(chain.register(id, table::ID)? == i32::from(id));
    }
    Ok(())
}

/// The other end. One test, because the machine boots once and has one adapter.
#[test]
fn in_the_machine() -> Result<()> {
    if !machine::inside() {
        return Ok(());
    }
    let home = TempDir::new()?;
    told("the adapter is listed");
    the_adapter_is_listed()?;
    told("the motors are found");
    the_motors_are_found(&home)?;
    told("a person without the right is told which group has it");
    the_right_to_the_port_is_named(&home)?;
    told("a session is driven and let down");
    a_session_is_driven_and_let_down(&home)?;
    told("unplugging while driving");
    unplugging_while_driving(&home)
}

/// What is tried next, for whoever must find out why the machine said no.
fn told(what: &str) {
    machine::say(&format!("in the machine: {what}"));
}

fn the_adapter_is_listed() -> Result<()> {
    let ports = motors::ports::list();
    let port = ports
        .iter()
        .find(|port| port.path == PORT)
        .with_context(|| format!("{PORT} is not listed: {ports:?}"))?;
    ensure!(
        port.vid_pid == Some((0x0403, 0x6001))
            && port.serial_number.as_deref() == Some("SIM0000")
            && port.looks_like_arm,
        "{port:?}"
    );
    Ok(())
}

fn tendon(home: &TempDir, verb: &str) -> Result<Command> {
    let home = home.path();
    let mut command = Command::new(program::tendon()?);
    command
        .arg(verb)
        .arg("--json")
        .arg("--robot.type=so101_follower")
        .arg(format!("--robot.port={PORT}"))
        .env("HOME", home)
        .env("HF_LEROBOT_HOME", home.join("lerobot"))
        .env("HF_HOME", home.join("huggingface"))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_CACHE_HOME", home.join("cache"))
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_DATA_HOME", home.join("data"));
    Ok(command)
}

fn the_motors_are_found(home: &TempDir) -> Result<()> {
    let mut scan = Running::start(tendon(home, "scan")?)?;
    let status = scan.end()?;
    ensure!(status.success(), "scan: {status}, {:?}", scan.said);
    let said = serde_json::to_string(&scan.said)?;
    for id in 1..=6 {
        ensure!(
            said.contains(&format!("\"id\":{id},")),
            "no motor {id}: {said}"
        );
    }
    Ok(())
}

/// As somebody who is in no group: the port is there and may not be opened.
fn the_right_to_the_port_is_named(home: &TempDir) -> Result<()> {
    use std::os::unix::fs::PermissionsExt as _;

    let own = home.path().join("nobody");
    fs::create_dir_all(&own)?;
    for folder in [home.path(), &own] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o777))?;
    }
    let scan = tendon(home, "scan")?;
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"])
        .arg(scan.get_program())
        .args(scan.get_args())
        .env_clear()
        .env("HOME", &own);
    let mut refused = Running::start(command)?;
    let status = refused.end()?;
    ensure!(status.code() == Some(3), "ended with {status}");
    let errors = refused.all("error");
    let remedy = errors.first().and_then(|error| error["remedy"].as_str());
    ensure!(
        remedy.is_some_and(|remedy| remedy.contains("dialout")),
        "the group is not named: {errors:?}"
    );
    Ok(())
}

/// `tendon teleoperate` on the adapter, driven by a script that waves.
fn driving(home: &TempDir) -> Result<Running> {
    let folder = home.path().join("calibration");
    fs::create_dir_all(&folder)?;
    let joints: serde_json::Map<String, Value> = FOLLOWER_CALIBRATION
        .iter()
        .map(|joint| {
            let numbers = json!({
                "id": joint.id, "drive_mode": 0, "homing_offset": joint.homing_offset,
                "range_min": joint.range_min, "range_max": joint.range_max,
            });
            (joint.name.to_owned(), numbers)
        })
        .collect();
    fs::write(folder.join("bench.json"), serde_json::to_string(&joints)?)?;
    let script = home.path().join("wave.script");
    fs::write(
        &script,
        "at 0.2s press d for 0.5s\nat 1.2s press a for 0.5s\nat 2s repeat\n",
    )?;
    let mut command = tendon(home, "teleoperate")?;
    command
        .arg("--robot.id=bench")
        .arg(format!("--robot.calibration_dir={}", folder.display()))
        .arg("--teleop.type=script")
        .arg(format!("--teleop.script={}", script.display()))
        .arg(format!("--fps={RATE}"));
    let mut tendon = Running::start(command)?;
    tendon.wait_for_state("driving")?;
    Ok(tendon)
}

/// Waits for so many statuses in which the arm is driven and somebody answers.
fn drives_on(tendon: &mut Running, statuses: usize) -> Result<()> {
    for _ in 0..statuses {
        tendon.wait_for_state("driving")?;
    }
    Ok(())
}

fn a_session_is_driven_and_let_down(home: &TempDir) -> Result<()> {
    let mut tendon = driving(home)?;
    drives_on(&mut tendon, 20)?;
    tendon.signal("INT")?;
    let status = tendon.end()?;
    ensure!(
        status.code() == Some(130),
        "ended with {status}: {:?}",
        tendon.said.last()
    );
    Ok(())
}

/// Pulls the adapter out or plugs it in: the machine's own doing, below the driver.
fn adapter(what: &str) -> Result<()> {
    let status = Command::new("hwvm").args([what, "ser0"]).status()?;
    ensure!(status.success(), "hwvm {what}: {status}");
    let there = what == "plug";
    eventually(&format!("{what} of {PORT}"), || {
        Path::new(PORT).exists() == there
    })
}

fn unplugging_while_driving(home: &TempDir) -> Result<()> {
    let mut tendon = driving(home)?;
    drives_on(&mut tendon, 10)?;
    adapter("unplug")?;
    tendon.wait_for_state("faulted")?;
    adapter("plug")?;
    the_adapter_is_listed()?;
    // The same adapter, the same arm, the same calibration: the session goes on by itself.
    tendon.wait_for_state("driving")?;
    drives_on(&mut tendon, 10)?;
    let notes: Vec<&str> = tendon
        .all("note")
        .iter()
        .filter_map(|note| note["text"].as_str())
        .collect();
    for told in [
        "waiting for the adapter with serial number SIM0000 to be plugged in again",
        "the same arm is back",
    ] {
        ensure!(
            notes.iter().any(|note| note.contains(told)),
            "nobody was told {told:?}: {notes:?}"
        );
    }

    // And once more, this time the person leaves while the adapter is out.
    adapter("unplug")?;
    tendon.wait_for_state("faulted")?;
    tendon.signal("INT")?;
    let status = tendon.end()?;
    ensure!(status.code() == Some(4), "ended with {status}");
    let errors = tendon.all("error");
    let Some(error) = errors.first() else {
        bail!(
            "nothing was said of the lost line: {:?}",
            tendon.said.last()
        );
    };
    ensure!(error["code"] == "line_lost", "{error}");
    let remedy = error["remedy"].as_str().unwrap_or_default();
    ensure!(remedy.contains("torque may still be on"), "{remedy}");

    // The arm was left holding; the next session takes it over, and it is let down at its end.
    adapter("plug")?;
    a_session_is_driven_and_let_down(home)
}
