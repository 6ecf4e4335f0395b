//! Everything that drives, with the real program and simulated arms on pseudo terminals: two pairs, poses, replays, the
//! way to rest; and that whatever drives can be recorded.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use dataset::progress::Progress;
use dataset::{Dataset, verify};
use serde_json::Value;
use sim::{Chain, Misbehaviour, PtyConfig, PtyServer, SimArm, Torque};
use stdx::SystemClock;
use tempfile::TempDir;

use crate::bench::{Bench, Running, terminal};
use crate::program;

/// LeRobot's names of a two-armed row (`bi_so_follower.py`, `_motors_ft`).
const PAIR: [&str; 12] = [
    "left_shoulder_pan.pos",
    "left_shoulder_lift.pos",
    "left_elbow_flex.pos",
    "left_wrist_flex.pos",
    "left_wrist_roll.pos",
    "left_gripper.pos",
    "right_shoulder_pan.pos",
    "right_shoulder_lift.pos",
    "right_elbow_flex.pos",
    "right_wrist_flex.pos",
    "right_wrist_roll.pos",
    "right_gripper.pos",
];

/// An arm on a pseudo terminal, its calibration where LeRobot looks for it.
fn served(arm: &SimArm, home: &Path, folder: &str, id: &str) -> Result<PtyServer> {
    let folder = home.join("lerobot/calibration").join(folder);
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
    fs::write(
        folder.join(format!("{id}.json")),
        serde_json::to_string(&joints)?,
    )?;
    Ok(PtyServer::start(PtyConfig {
        realtime: true,
        ..PtyConfig::serving(arm.chain(SystemClock::shared()))
    })?)
}

fn tendon(home: &Path) -> Result<Command> {
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

fn is_clean(root: &Path) -> Result<()> {
    let report = verify::verify(root, &Progress::new());
    ensure!(report.clean(), "not clean: {:?}", report.findings);
    Ok(())
}

fn degrees(chain: &Chain, place: usize) -> Result<f64> {
    let recorded = sim::FOLLOWER_CALIBRATION[place];
    let middle = f64::from(recorded.range_min + recorded.range_max) / 2.0;
    let goal = chain.truth(place as u8 + 1)?.goal;
    Ok((f64::from(goal) - middle) * 360.0 / 4095.0)
}

#[test]
fn two_pairs_are_recorded_as_lerobot_has_them_verified_played_and_exported() -> Result<()> {
    let home = TempDir::new()?;
    let home = home.path();
    let (follower, leader) = (SimArm::follower(), SimArm::leader());
    let lines = [
        served(&follower, home, "robots/so_follower", "bench_left")?,
        served(&follower, home, "robots/so_follower", "bench_right")?,
        served(&leader, home, "teleoperators/so_leader", "lead_left")?,
        served(&leader, home, "teleoperators/so_leader", "lead_right")?,
    ];
    // Each leader is held elsewhere.
    for (line, pan) in [(&lines[2], 15.0), (&lines[3], -20.0)] {
        let pose = [pan, -60.0, 60.0, 40.0, 0.0, 30.0];
        for (place, value) in pose.into_iter().enumerate() {
            let at = leader.angle_at(place, value);
            line.chain()
                .hand(place as u8 + 1, Some(sim::Hand::HoldsAt(at)))?;
        }
    }
    let port = |line: &PtyServer| line.path().display().to_string();
    let robot = [
        "--robot.type=bi_so_follower".to_owned(),
        "--robot.id=bench".to_owned(),
        format!("--robot.left_arm_config.port={}", port(&lines[0])),
        format!("--robot.right_arm_config.port={}", port(&lines[1])),
    ];
    let root = home.join("pair");
    let mut command = tendon(home)?;
    command.args(["record", "--json"]).args(&robot).args([
        "--teleop.type=bi_so_leader",
        "--teleop.id=lead",
        &format!("--teleop.left_arm_config.port={}", port(&lines[2])),
        &format!("--teleop.right_arm_config.port={}", port(&lines[3])),
        "--control_rate=120",
        "--dataset.repo_id=journeys/pair",
        &format!("--dataset.root={}", root.display()),
        "--dataset.single_task=fold the towel",
        "--dataset.num_episodes=1",
        "--dataset.episode_time_s=3",
        "--dataset.reset_time_s=0",
    ]);
    let mut recording = Running::start(command)?;
    let status = recording.end()?;
    ensure!(status.success(), "{status}: {:?}", recording.said.last());
    let report = recording.all("loop_report").pop().context("a report")?;
    ensure!(report["rate_hz"] == 120.0, "{report}");
    ensure!(
        report["motors"].as_array().map(Vec::len) == Some(24),
        "{report}"
    );
    let info: Value = serde_json::from_str(&fs::read_to_string(root.join("meta/info.json"))?)?;
    ensure!(info["robot_type"] == "bi_so_follower", "{info}");
    for feature in ["action", "observation.state"] {
        let feature = &info["features"][feature];
        ensure!(feature["names"] == serde_json::json!(PAIR), "{feature}");
        ensure!(feature["shape"] == serde_json::json!([12]), "{feature}");
    }
    is_clean(&root)?;
    let row = Dataset::open(&root)?
        .rows(0)?
        .last()
        .context("rows")??
        .action;
    for (place, pan) in [(0, 15.0), (6, -20.0)] {
        ensure!((row[place] - pan).abs() < 1.0, "{row:?}");
    }

    let mut replay = tendon(home)?;
    replay
        .args(["replay", "--json", "--speed=2"])
        .args(&robot)
        .arg(format!("--dataset.root={}", root.display()));
    let mut playing = Running::start(replay)?;
    let status = playing.end()?;
    ensure!(status.success(), "{status}: {:?}", playing.said.last());
    for (line, pan) in [(&lines[0], 15.0), (&lines[1], -20.0)] {
        let at = degrees(line.chain(), 0)?;
        ensure!((at - pan).abs() < 1.5, "played to {at}, not to {pan}");
    }
    let mut export = tendon(home)?;
    export.args([
        "export",
        &format!("--dataset.root={}", root.display()),
        &format!("--output={}", home.join("pair.zip").display()),
    ]);
    ensure!(export.status()?.success(), "not exported");
    Ok(())
}

/// `tendon pose …` on the bench's arm.
fn pose(bench: &Bench, words: &[&str]) -> Result<Running> {
    let mut command = bench.tendon()?;
    command
        .args(["pose", "--json"])
        .args(words)
        .args(bench.robot());
    Running::start(command)
}

#[test]
fn a_pose_is_saved_listed_gone_to_and_deleted() -> Result<()> {
    let bench = Bench::new()?;
    let mut home = SimArm::follower();
    home = home.posed([20.0, -30.0, 40.0, 10.0, -15.0, 60.0]);
    for (place, motor) in home.config.motors.iter().enumerate() {
        bench.chain().place(place as u8 + 1, motor.angle)?;
        // A hand holds the arm there, without torque.
        let hand = Some(sim::Hand::HoldsAt(motor.angle));
        bench.chain().hand(place as u8 + 1, hand)?;
    }
    let mut saving = pose(&bench, &["save", "home"])?;
    ensure!(saving.end()?.success(), "{:?}", saving.said.last());
    ensure!(bench.all(Torque::Off), "saving a pose switched torque on");
    for place in 0..6 {
        bench.chain().hand(place + 1, None)?;
    }
    let mut listing = pose(&bench, &["list"])?;
    ensure!(listing.end()?.success(), "{:?}", listing.said.last());
    let poses = listing.all("poses").pop().context("a list")?["poses"].clone();
    let names: Vec<_> = poses
        .as_array()
        .into_iter()
        .flatten()
        .map(|pose| pose["name"].as_str().unwrap_or_default().to_owned())
        .collect();
    ensure!(names == ["home", "rest"], "{poses}");
    let pan = poses[0]["joints"]["shoulder_pan"].as_f64();
    ensure!(pan.is_some_and(|pan| (pan - 20.0).abs() < 0.5), "{poses}");

    let mut going = pose(&bench, &["go", "home", "--speed=4"])?;
    going.wait_for("the pose", |line| {
        line["kind"] == "status" && line["input"]["arrived"] == true
    })?;
    // A hand that holds an arm gives way a little; what was saved is where the arm was.
    let joints = [
        "shoulder_pan",
        "shoulder_lift",
        "elbow_flex",
        "wrist_flex",
        "wrist_roll",
    ];
    for (place, joint) in joints.into_iter().enumerate() {
        let wanted = poses[0]["joints"][joint].as_f64().context("a value")?;
        let at = degrees(bench.chain(), place)?;
        ensure!(
            (at - wanted).abs() < 0.6,
            "{joint} is sent to {at}, not {wanted}"
        );
    }
    ensure!(bench.all(Torque::On), "it does not wait there");
    going.signal("INT")?;
    ensure!(going.end()?.code() == Some(130), "{:?}", going.said.last());
    ensure!(bench.all(Torque::Off), "torque is still on");

    let mut resting = pose(&bench, &["rest", "--speed=4"])?;
    ensure!(resting.end()?.success(), "{:?}", resting.said.last());
    let lift = degrees(bench.chain(), 1)?;
    ensure!((lift + 103.0).abs() < 1.0, "rested at {lift}");
    let mut deleting = pose(&bench, &["delete", "home"])?;
    ensure!(deleting.end()?.success(), "{:?}", deleting.said.last());
    let mut gone = pose(&bench, &["go", "home"])?;
    ensure!(gone.end()?.code() == Some(2), "{:?}", gone.said.last());
    let failure = gone.said.last().context("a failure")?.to_string();
    ensure!(failure.contains("has no pose"), "{failure}");
    Ok(())
}

#[test]
fn an_arm_goes_to_rest_before_it_is_released() -> Result<()> {
    let bench = Bench::new()?;
    let script = bench.home.path().join("up.script");
    fs::write(
        &script,
        "at 2s goal shoulder_lift=-60 elbow_flex=60\nat 2.2s end\n",
    )?;
    let mut command = bench.tendon()?;
    command
        .args(["teleoperate", "--json", "--robot.rest_on_end=true"])
        .args(bench.robot())
        .arg("--teleop.type=script")
        .arg(format!("--teleop.script={}", script.display()));
    let mut tendon = Running::start(command)?;
    tendon.wait_for("the end of the script", |line| {
        line["kind"] == "status" && line["input"]["finished"] == true
    })?;
    ensure!((degrees(bench.chain(), 1)? + 60.0).abs() < 3.0, "not up");
    tendon.wait_for_state("releasing")?;
    let lift = degrees(bench.chain(), 1)?;
    ensure!((lift + 103.0).abs() < 1.5, "released at {lift}");
    let status = tendon.end()?;
    ensure!(status.success(), "{status}: {:?}", tendon.said.last());
    ensure!(bench.all(Torque::Off), "torque is still on");
    Ok(())
}

#[test]
fn whatever_drives_can_be_recorded() -> Result<()> {
    let bench = Bench::new()?;
    let first = {
        let recording = bench.recording(2.0, 1);
        let flags: Vec<&str> = recording.iter().map(String::as_str).collect();
        let mut tendon = bench.driven("record", &flags)?;
        let status = tendon.end()?;
        ensure!(status.success(), "{status}: {:?}", tendon.said.last());
        bench.dataset()
    };
    let replay = format!("--teleop.replay.root={}", first.display());
    for (kind, more, seconds) in [
        ("hold", vec![], 1.0),
        (
            "so101_leader",
            vec!["--teleop.port=sim", "--teleop.filter=light"],
            1.0,
        ),
        // These two end by themselves.
        ("replay", vec![replay.as_str(), "--teleop.speed=2"], 600.0),
        (
            "pose",
            vec!["--teleop.pose=rest", "--teleop.speed=4"],
            600.0,
        ),
    ] {
        let root = bench.home.path().join(kind);
        let mut command = bench.tendon()?;
        command
            .args(["record", "--json"])
            .args(bench.robot())
            .arg(format!("--teleop.type={kind}"))
            .args(more)
            .args([
                "--dataset.repo_id=journeys/again",
                &format!("--dataset.root={}", root.display()),
                "--dataset.single_task=again",
                "--dataset.reset_time_s=0",
                "--dataset.num_episodes=1",
                &format!("--dataset.episode_time_s={seconds}"),
            ]);
        let mut tendon = Running::start(command)?;
        let status = tendon.end()?;
        ensure!(
            status.success(),
            "{kind}: {status}, {:?}",
            tendon.said.last()
        );
        let dataset = Dataset::open(&root).with_context(|| kind.to_owned())?;
        ensure!(dataset.info().total_episodes == 1, "{kind}");
        ensure!(dataset.info().total_frames >= 15, "{kind}: too few rows");
        is_clean(&root)?;
    }
    // What was recorded of the replay is what was recorded first.
    let wrist = |root: &Path| -> Result<(f32, f32)> {
        let mut ends = (f32::MAX, f32::MIN);
        for row in Dataset::open(root)?.rows(0)? {
            let value = row?.action[3];
            ends = (ends.0.min(value), ends.1.max(value));
        }
        Ok(ends)
    };
    let (first, again) = (wrist(&first)?, wrist(&bench.home.path().join("replay"))?);
    // At twice the speed a key that is let go is a stop at 84 degrees a second: 3.5 degrees at the arm's acceleration.
    ensure!(
        (first.0 - again.0).abs() < 4.0 && (first.1 - again.1).abs() < 4.0,
        "{first:?}, then {again:?}"
    );
    Ok(())
}

#[test]
fn a_replay_stops_where_a_joint_does_not_follow_and_says_which_and_where() -> Result<()> {
    let bench = Bench::new()?;
    let script = bench.home.path().join("pan.script");
    fs::write(&script, "at 4s goal shoulder_pan=48\nat 5s end\n")?;
    let recording = bench.recording(4.5, 1);
    let mut command = bench.tendon()?;
    command
        .args(["record", "--json"])
        .args(bench.robot())
        .args(&recording)
        .arg("--teleop.type=script")
        .arg(format!("--teleop.script={}", script.display()));
    let mut tendon = Running::start(command)?;
    ensure!(tendon.end()?.success(), "{:?}", tendon.said.last());
    let mut command = bench.tendon()?;
    command
        .args(["replay", "--json"])
        .args(bench.robot())
        .arg(format!("--dataset.root={}", bench.dataset().display()));
    let mut playing = Running::start(command)?;
    playing.wait_for("a second of the replay", |line| {
        line["kind"] == "status" && line["input"]["replay"]["at_s"].as_f64() > Some(1.0)
    })?;
    bench
        .chain()
        .misbehave(Misbehaviour::StuckJoint { id: 1 })?;
    let warning = playing.wait_for("a warning", |line| {
        line["kind"] == "warning"
            && line["text"]
                .as_str()
                .is_some_and(|text| text.contains("shoulder pan does not follow at"))
    })?;
    ensure!(
        warning.to_string().contains("s of the episode"),
        "{warning}"
    );
    // Nobody is at the keys: the arm waits a moment, then it is let down, and the end says why.
    let status = playing.end()?;
    ensure!(!status.success(), "{status}");
    ensure!(bench.all(Torque::Off), "torque is still on");
    Ok(())
}

#[test]
fn keys_open_the_clutch_of_a_leader_and_pause_the_arm() -> Result<()> {
    let bench = Bench::new()?;
    let (mut person, stdin) = terminal()?;
    let mut command = bench.tendon()?;
    command
        .args(["teleoperate", "--json", "--fps=120"])
        .args(bench.robot())
        .args(["--teleop.type=so101_leader", "--teleop.port=sim"]);
    let mut tendon = Running::start_at(command, stdin)?;
    let clutch = |open: bool| {
        move |line: &Value| line["kind"] == "status" && line["input"]["clutch_open"] == open
    };
    tendon.wait_for("driving", |line| {
        line["state"] == "driving" && clutch(false)(line) && line["first_move"] == false
    })?;
    person.write_all(b"\x7f")?;
    tendon.wait_for("an open clutch", clutch(true))?;
    let goals = |line: Value| line["goals"].clone();
    // The leader's hand swings all the time; the follower does not.
    let settled = |tendon: &mut Running| -> Result<Value> {
        for _ in 0..10 {
            tendon.wait_for_kind("status")?;
        }
        tendon.wait_for_kind("status").map(goals)
    };
    let before = settled(&mut tendon)?;
    let after = settled(&mut tendon)?;
    ensure!(before == after, "{before}, then {after}");
    person.write_all(b"\x7f")?;
    tendon.wait_for("a closed clutch", clutch(false))?;
    person.write_all(b"p")?;
    tendon.wait_for_state("holding")?;
    person.write_all(b"p")?;
    tendon.wait_for_state("driving")?;
    tendon.signal("INT")?;
    tendon.end()?;
    ensure!(bench.all(Torque::Off), "torque is still on");
    Ok(())
}
