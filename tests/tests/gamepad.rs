//! `tendon` and a gamepad that the kernel believes in: made through uinput, found through udev, driven, pulled and put back
//! while it drives, and stopped with.
//!
//! Runs in the virtual machine of `../shared/hardware-vm`, or of `TENDON_HARDWARE_VM`; elsewhere the test says that it was
//! skipped. This file is both ends, as `hardware.rs` is. Rates are modest because the machine's processor is emulated.
//! Not here: what the controls mean (`teleop::padmap`), the serial line (`hardware.rs`).

#![cfg(target_os = "linux")]

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

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bench::Running;
use evdev::uinput::VirtualDevice;
use evdev::{
    AbsInfo, AbsoluteAxisCode, AttributeSet, BusType, EventType, InputEvent, InputId, KeyCode,
    UinputAbsSetup,
};
use serde_json::{Value, json};
use sim::{FOLLOWER_CALIBRATION, SimArm, SocketConfig, SocketServer, Torque};
use stdx::{Clock as _, SystemClock};
use tempfile::TempDir;

/// Where the arm is there.
const PORT: &str = "/dev/ttyUSB0";
/// What the pad calls itself.
const PAD: &str = "Sim Gamepad";
/// All the way to one side.
const FAR: i32 = 32_000;

#[test]
fn a_real_gamepad_drives_the_arm_and_may_be_pulled() -> Result<()> {
    if machine::inside() {
        return Ok(());
    }
    let Some(script) = machine::script() else {
        machine::skipped("a real gamepad was");
        return Ok(());
    };
    let folder = TempDir::new()?;
    let socket = folder.path().join("arm");
    let server = SocketServer::start(SocketConfig {
        // Away from the ends of its joints, so that there is room every way.
        chain: SimArm::follower()
            .posed([0.0, -10.0, 20.0, 45.0, 0.0, 50.0])
            .chain(SystemClock::shared()),
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
    for id in 1..=6 {
        ensure!(
            server.chain().truth(id)?.torque == Torque::Off,
            "motor {id} still pushes"
        );
    }
    Ok(())
}

/// The other end. One test, because the machine boots once.
#[test]
fn in_the_machine() -> Result<()> {
    if !machine::inside() {
        return Ok(());
    }
    let home = TempDir::new()?;
    machine::say("in the machine: joint by joint");
    joint_by_joint(&home)?;
    machine::say("in the machine: by the tip");
    by_the_tip(&home)
}

/// A pad with the controls and numbers of an Xbox 360 pad.
struct Pad(VirtualDevice);

impl Pad {
    fn plug() -> Result<Self> {
        let mut keys = AttributeSet::<KeyCode>::new();
        for key in [
            KeyCode::BTN_SOUTH,
            KeyCode::BTN_EAST,
            KeyCode::BTN_NORTH,
            KeyCode::BTN_WEST,
            KeyCode::BTN_TL,
            KeyCode::BTN_TR,
            KeyCode::BTN_SELECT,
            KeyCode::BTN_START,
            KeyCode::BTN_MODE,
            KeyCode::BTN_THUMBL,
            KeyCode::BTN_THUMBR,
        ] {
            keys.insert(key);
        }
        let stick = AbsInfo::new(0, -32_768, 32_767, 16, 128, 0);
        let trigger = AbsInfo::new(0, 0, 255, 0, 0, 0);
        let hat = AbsInfo::new(0, -1, 1, 0, 0, 0);
        let mut builder = VirtualDevice::builder()?
            .name(PAD)
            .input_id(InputId::new(BusType::BUS_USB, 0x045e, 0x028e, 0x0110))
            .with_keys(&keys)?;
        for (axis, range) in [
            (AbsoluteAxisCode::ABS_X, stick),
            (AbsoluteAxisCode::ABS_Y, stick),
            (AbsoluteAxisCode::ABS_RX, stick),
            (AbsoluteAxisCode::ABS_RY, stick),
            (AbsoluteAxisCode::ABS_Z, trigger),
            (AbsoluteAxisCode::ABS_RZ, trigger),
            (AbsoluteAxisCode::ABS_HAT0X, hat),
            (AbsoluteAxisCode::ABS_HAT0Y, hat),
        ] {
            builder = builder.with_absolute_axis(&UinputAbsSetup::new(axis, range))?;
        }
        Ok(Self(builder.build()?))
    }

    fn push(&mut self, axis: AbsoluteAxisCode, value: i32) -> Result<()> {
        Ok(self
            .0
            .emit(&[InputEvent::new(EventType::ABSOLUTE.0, axis.0, value)])?)
    }

    fn press(&mut self, key: KeyCode, down: bool) -> Result<()> {
        let value = i32::from(down);
        Ok(self
            .0
            .emit(&[InputEvent::new(EventType::KEY.0, key.0, value)])?)
    }
}

fn tendon(home: &TempDir, more: &[&str]) -> Result<Running> {
    let home = home.path();
    let folder = home.join("calibration");
    std::fs::create_dir_all(&folder)?;
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
    std::fs::write(folder.join("bench.json"), serde_json::to_string(&joints)?)?;
    let mut command = Command::new(program::tendon()?);
    command
        .args(["teleoperate", "--json", "--robot.type=so101_follower"])
        .args(["--robot.id=bench", "--teleop.type=gamepad", "--fps=30"])
        .arg(format!("--robot.port={PORT}"))
        .arg(format!("--robot.calibration_dir={}", folder.display()))
        .args(more)
        .env("HOME", home)
        .env("HF_LEROBOT_HOME", home.join("lerobot"))
        .env("XDG_STATE_HOME", home.join("state"))
        .env("XDG_CONFIG_HOME", home.join("config"));
    Running::start(command)
}

fn told_of_pad(tendon: &mut Running, words: &str) -> Result<()> {
    tendon.wait_for(words, |line| {
        line["kind"] == "gamepad"
            && line["text"]
                .as_str()
                .is_some_and(|text| text.contains(words))
    })?;
    Ok(())
}

/// The goals of one status.
fn goals(tendon: &mut Running) -> Result<Vec<f64>> {
    let line = tendon.wait_for_state("driving")?;
    let goals = line["goals"].as_array().cloned().unwrap_or_default();
    Ok(goals.iter().filter_map(Value::as_f64).collect())
}

/// How far each goal moves over so many statuses, 50 ms each.
fn moved(tendon: &mut Running, statuses: usize) -> Result<Vec<f64>> {
    let before = goals(tendon)?;
    for _ in 0..statuses {
        goals(tendon)?;
    }
    let after = goals(tendon)?;
    Ok(after.iter().zip(before).map(|(a, b)| a - b).collect())
}

fn joint_by_joint(home: &TempDir) -> Result<()> {
    let mut tendon = tendon(home, &[])?;
    told_of_pad(&mut tendon, "No gamepad yet")?;
    tendon.wait_for_state("driving")?;

    // Hot plugged: found, named, and moving the pan with its left stick.
    let mut pad = Pad::plug()?;
    told_of_pad(&mut tendon, PAD)?;
    let still = moved(&mut tendon, 5)?;
    ensure!(still.iter().all(|by| by.abs() < 1e-9), "{still:?}");
    pad.push(AbsoluteAxisCode::ABS_X, FAR)?;
    let by = moved(&mut tendon, 20)?;
    ensure!(by[0] > 5.0, "the stick moved nothing: {by:?}");
    ensure!(by[1..].iter().all(|by| by.abs() < 1e-9), "{by:?}");
    // Up on the right stick raises the forearm: the kernel's down is up to everybody else.
    pad.push(AbsoluteAxisCode::ABS_X, 0)?;
    pad.push(AbsoluteAxisCode::ABS_RY, -FAR)?;
    moved(&mut tendon, 5)?;
    let by = moved(&mut tendon, 10)?;
    ensure!(by[2] < -2.0 && by[0].abs() < 1e-9, "{by:?}");
    // The trigger closes the gripper, which is soon at its end.
    pad.push(AbsoluteAxisCode::ABS_RY, 0)?;
    moved(&mut tendon, 5)?;
    pad.push(AbsoluteAxisCode::ABS_RZ, 255)?;
    let by = moved(&mut tendon, 10)?;
    ensure!(by[5] < -2.0, "{by:?}");

    // Pulled with the stick out: everything is let go.
    pad.push(AbsoluteAxisCode::ABS_RZ, 0)?;
    pad.push(AbsoluteAxisCode::ABS_X, -FAR)?;
    moved(&mut tendon, 5)?;
    drop(pad);
    told_of_pad(&mut tendon, "is gone")?;
    moved(&mut tendon, 5)?;
    let by = moved(&mut tendon, 10)?;
    ensure!(by.iter().all(|by| by.abs() < 1e-9), "{by:?}");

    // Back again.
    let mut pad = Pad::plug()?;
    told_of_pad(&mut tendon, "drives")?;
    moved(&mut tendon, 3)?;
    pad.push(AbsoluteAxisCode::ABS_X, -FAR)?;
    let by = moved(&mut tendon, 10)?;
    ensure!(by[0] < -2.0, "{by:?}");

    // B stops, in a moment; the next press releases.
    pad.press(KeyCode::BTN_EAST, true)?;
    tendon.wait_for_state("stopped")?;
    pad.press(KeyCode::BTN_EAST, false)?;
    SystemClock.sleep(Duration::from_millis(500));
    pad.press(KeyCode::BTN_EAST, true)?;
    tendon.wait_for_state("releasing")?;
    ended(tendon)
}

fn by_the_tip(home: &TempDir) -> Result<()> {
    let mut pad = Pad::plug()?;
    let mut tendon = tendon(
        home,
        &["--teleop.mode=cartesian", "--teleop.buttons=righty=z-"],
    )?;
    told_of_pad(&mut tendon, PAD)?;
    tendon.wait_for_state("driving")?;
    moved(&mut tendon, 3)?;
    let place = |tendon: &mut Running| -> Result<Vec<f64>> {
        let line = tendon.wait_for_state("driving")?;
        let parts = line["jog"]["commanded_m"].as_array().cloned();
        Ok(parts
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_f64)
            .collect())
    };
    let before = place(&mut tendon)?;
    // Bound the other way round, down on the right stick is up: the arm was let down before, so there is room only there.
    pad.push(AbsoluteAxisCode::ABS_RY, FAR)?;
    moved(&mut tendon, 20)?;
    let after = place(&mut tendon)?;
    let by: Vec<f64> = after.iter().zip(&before).map(|(a, b)| a - b).collect();
    let held = tendon.wait_for_state("driving")?["jog"]["holds"].clone();
    ensure!(
        by.len() == 3 && by[2] > 0.01 && by[0].abs() < 1e-6 && by[1].abs() < 1e-6,
        "{by:?}, held because of {held}"
    );
    pad.press(KeyCode::BTN_SELECT, true)?;
    tendon.wait_for_state("stopped")?;
    ended(tendon)
}

/// The person leaves: the arm is let down.
fn ended(mut tendon: Running) -> Result<()> {
    tendon.signal("TERM")?;
    let status = tendon.end()?;
    ensure!(
        status.code() == Some(143),
        "ended with {status}: {:?}",
        tendon.said.last()
    );
    Ok(())
}
