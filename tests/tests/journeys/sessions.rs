//! Sessions of the real program with an arm on a real serial device: how they end, what they leave behind, and that
//! the arm is never left with torque and without an owner.

use std::fs;
use std::io::Write as _;

use anyhow::{Result, ensure};
use dataset::progress::Progress;
use dataset::{Dataset, verify};
use serde_json::Value;
use sim::Torque;

use crate::bench::{Bench, Running, eventually, terminal};

fn flags(owned: &[String]) -> Vec<&str> {
    owned.iter().map(String::as_str).collect()
}

fn record(bench: &Bench, seconds: f64, episodes: u32, more: &[&str]) -> Result<Running> {
    let recording = bench.recording(seconds, episodes);
    let mut all = flags(&recording);
    all.extend(more);
    bench.driven("record", &all)
}

fn rows(line: &Value) -> u64 {
    line["rows"].as_u64().unwrap_or(0)
}

fn is_clean(bench: &Bench) -> Result<()> {
    let report = verify::verify(&bench.dataset(), &Progress::new());
    ensure!(
        report.clean(),
        "the dataset is not clean: {:?}",
        report.findings
    );
    Ok(())
}

#[test]
fn each_signal_closes_the_episode_and_lets_the_arm_down() -> Result<()> {
    for (signal, code) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let bench = Bench::new()?;
        let mut tendon = record(&bench, 600.0, 1, &[])?;
        tendon.wait_for("a second of rows", |line| {
            line["kind"] == "session" && rows(line) >= 30
        })?;
        ensure!(
            bench.all(Torque::On),
            "the arm is not held while it records"
        );
        tendon.signal(signal)?;
        let status = tendon.end()?;
        ensure!(
            status.code() == Some(code),
            "SIG{signal} ended with {status}"
        );
        ensure!(bench.all(Torque::Off), "SIG{signal} left torque on");
        let saved = tendon.all("episode_saved");
        ensure!(
            saved.len() == 1 && rows(saved[0]) >= 30,
            "SIG{signal} saved {saved:?}"
        );
        ensure!(saved[0]["ended"] == "stop", "{}", saved[0]);
        is_clean(&bench)?;
        let log = fs::read_to_string(bench.home.path().join("state/tendon/log/tendon.log"))?;
        ensure!(
            log.contains("ended verb=record"),
            "the log was not flushed: {log}"
        );
    }
    Ok(())
}

#[test]
fn a_second_ctrl_c_holds_the_arm_and_a_third_releases_it() -> Result<()> {
    let bench = Bench::new()?;
    let mut tendon = bench.driven("teleoperate", &["--fps=120"])?;
    tendon.wait_for_state("driving")?;
    tendon.signal("INT")?;
    tendon.wait_for_state("releasing")?;
    tendon.signal("INT")?;
    tendon.wait_for_state("stopped")?;
    ensure!(
        bench.all(Torque::On),
        "the emergency stop does not hold the arm"
    );
    let goals = || -> Vec<i32> {
        (1..=6)
            .filter_map(|id| bench.chain().truth(id).ok())
            .map(|truth| truth.goal)
            .collect()
    };
    let held = goals();
    // The script would have moved the wrist by 21 degrees meanwhile. A joint that was caught sinking settles
    // within a degree (11 ticks).
    for _ in 0..20 {
        tendon.wait_for_state("stopped")?;
    }
    let later = goals();
    let moved = held
        .iter()
        .zip(&later)
        .map(|(held, later)| (held - later).abs())
        .max();
    ensure!(
        moved <= Some(11),
        "goals move after an emergency stop: {held:?}, then {later:?}"
    );
    tendon.signal("INT")?;
    let status = tendon.end()?;
    ensure!(status.code() == Some(130), "ended with {status}");
    ensure!(bench.all(Torque::Off), "torque is still on");
    Ok(())
}

#[test]
fn a_dataset_is_resumed_played_exported_and_its_time_does_not_slip() -> Result<()> {
    let bench = Bench::new()?;
    let mut first = record(&bench, 1.5, 2, &[])?;
    ensure!(first.end()?.success(), "{:?}", first.said.last());
    let mut again = record(&bench, 1.0, 1, &["--resume=true"])?;
    ensure!(again.end()?.success(), "{:?}", again.said.last());
    let dataset = Dataset::open(bench.dataset())?;
    let lengths: Vec<u64> = dataset
        .episodes()
        .iter()
        .map(|episode| episode.length)
        .collect();
    ensure!(
        lengths == [45, 45, 30],
        "N seconds did not give N x fps rows: {lengths:?}"
    );
    is_clean(&bench)?;

    // A second recording under the same name is refused before anything moves, and changes nothing.
    let before = fs::read(bench.dataset().join("meta/info.json"))?;
    let mut refused = record(&bench, 1.0, 1, &[])?;
    let status = refused.end()?;
    ensure!(
        !status.success() && bench.all(Torque::Off),
        "recorded over a dataset"
    );
    ensure!(!refused.all("error").is_empty(), "the refusal has no words");
    ensure!(fs::read(bench.dataset().join("meta/info.json"))? == before);

    let mut replay = bench.tendon()?;
    replay
        .args(["replay", "--json", "--dataset.episode=1"])
        .arg(format!("--dataset.root={}", bench.dataset().display()))
        .args(bench.robot());
    let mut replay = Running::start(replay)?;
    ensure!(replay.end()?.success(), "{:?}", replay.said.last());
    let drove = replay
        .all("status")
        .iter()
        .any(|line| line["state"] == "driving");
    ensure!(
        drove && bench.all(Torque::Off),
        "the episode was not played"
    );

    let mut export = bench.tendon()?;
    export
        .args(["export", "--json"])
        .arg(format!("--dataset.root={}", bench.dataset().display()));
    let mut export = Running::start(export)?;
    ensure!(export.end()?.success(), "{:?}", export.said.last());
    ensure!(
        bench.home.path().join("dataset.zip").is_file(),
        "there is no ZIP"
    );
    Ok(())
}

#[test]
fn an_adapter_that_is_pulled_out_ends_the_episode_kept_and_says_what_to_do() -> Result<()> {
    let bench = Bench::new()?;
    let mut tendon = record(&bench, 600.0, 1, &[])?;
    tendon.wait_for("a second of rows", |line| {
        line["kind"] == "session" && rows(line) >= 30
    })?;
    bench.server.unplug();
    let status = tendon.end()?;
    ensure!(status.code() == Some(4), "ended with {status}");
    let errors = tendon.all("error");
    ensure!(errors.len() == 1, "{errors:?}");
    ensure!(errors[0]["code"] == "line_lost", "{}", errors[0]);
    let remedy = errors[0]["remedy"].as_str().unwrap_or_default();
    ensure!(remedy.contains("torque may still be on"), "{remedy}");
    let saved = tendon.all("episode_saved");
    ensure!(
        saved.len() == 1 && rows(saved[0]) >= 30,
        "the episode was not kept: {saved:?}"
    );
    is_clean(&bench)
}

#[test]
fn a_silent_motor_is_named_before_anything_moves() -> Result<()> {
    let bench = Bench::new()?;
    bench
        .chain()
        .misbehave(sim::Misbehaviour::MuteMotor { id: 4 })?;
    let mut tendon = bench.driven("teleoperate", &[])?;
    let status = tendon.end()?;
    ensure!(status.code() == Some(4), "ended with {status}");
    let error = tendon.all("error")[0]["message"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    ensure!(
        error.contains("wrist_flex") || error.contains("wrist flex"),
        "{error}"
    );
    ensure!(bench.all(Torque::Off));
    Ok(())
}

#[test]
fn release_lets_an_arm_down_that_another_program_left_holding() -> Result<()> {
    let bench = Bench::new()?;
    let mut tendon = bench.driven("teleoperate", &[])?;
    tendon.wait_for_state("driving")?;
    tendon.signal("KILL")?;
    tendon.end()?;
    ensure!(
        bench.all(Torque::On),
        "a killed program cannot have released the arm"
    );
    let mut release = bench.tendon()?;
    release.args(["release", "--json"]).args(bench.robot());
    let mut release = Running::start(release)?;
    ensure!(release.end()?.success(), "{:?}", release.said.last());
    eventually("torque off", || bench.all(Torque::Off))
}

#[test]
fn an_arm_is_calibrated_and_then_drives_with_the_file_it_wrote() -> Result<()> {
    let bench = Bench::new()?;
    let folder = bench.home.path().join("fresh");
    let mut calibrate = bench.tendon()?;
    calibrate.args([
        "calibrate",
        "--json",
        "--robot.type=so101_follower",
        "--robot.port=sim:uncalibrated",
        "--robot.id=fresh",
        &format!("--robot.calibration_dir={}", folder.display()),
    ]);
    let mut calibrate = Running::start(calibrate)?;
    calibrate.wait_for_kind("ready")?;
    // The simulated hands need a moment to bring the joints to the middle.
    calibrate.enter()?;
    calibrate.wait_for_kind("homed")?;
    // Enter before every joint was at both of its stops, twice, is a refusal that names the joints; it goes on.
    calibrate.enter()?;
    let refused = calibrate.wait_for_kind("refused")?;
    ensure!(refused["joints"][0]["joint"].is_string(), "{refused}");
    calibrate.wait_for_kind("complete")?;
    calibrate.enter()?;
    let status = calibrate.end()?;
    ensure!(status.success(), "{:?}", calibrate.said.last());
    let text = fs::read_to_string(folder.join("fresh.json"))?;
    let file: Value = serde_json::from_str(&text)?;
    ensure!(file["wrist_roll"]["range_min"] == 0 && file["wrist_roll"]["range_max"] == 4095);
    ensure!(
        text.starts_with("{\n    \"shoulder_pan\": {\n        \"id\": 1,"),
        "{text}"
    );
    Ok(())
}

#[test]
fn the_tip_is_driven_with_keys_recorded_and_told_of() -> Result<()> {
    let bench = Bench::new()?;
    let mut command = bench.tendon()?;
    command
        .args(["record", "--json", "--teleop.type=keyboard_ee"])
        .args(["--robot.trims=preset", "--teleop.speed=4"])
        .args(bench.robot())
        .args(bench.recording(600.0, 1));
    let (mut person, stdin) = terminal()?;
    let mut tendon = Running::start_at(command, stdin)?;
    tendon.wait_for("rows", |line| {
        line["kind"] == "session" && line["phase"] == "recording" && rows(line) >= 15
    })?;
    let tip = |tendon: &mut Running| -> Result<Vec<f64>> {
        let line = tendon.wait_for_kind("status")?;
        let parts = line["jog"]["commanded_m"].as_array().cloned();
        Ok(parts
            .unwrap_or_default()
            .iter()
            .filter_map(Value::as_f64)
            .collect())
    };
    let before = tip(&mut tendon)?;
    for _ in 0..20 {
        person.write_all(b"W")?;
        tendon.wait_for_kind("status")?;
    }
    for _ in 0..10 {
        tendon.wait_for_state("driving")?;
    }
    let after = tip(&mut tendon)?;
    ensure!(
        before.len() == 3 && after.len() == 3,
        "{before:?} {after:?}"
    );
    let moved: Vec<f64> = after.iter().zip(&before).map(|(a, b)| a - b).collect();
    ensure!(
        moved[2] > 0.01 && moved[0].abs() < 1e-6 && moved[1].abs() < 1e-6,
        "twenty strokes upwards moved the tip by {moved:?}"
    );
    let line = tendon.wait_for_kind("status")?;
    ensure!(
        line["jog"]["yaw_remainder_deg"].is_number() && line["jog"]["holds"].is_null(),
        "{line}"
    );
    person.write_all(b"f")?;
    tendon.wait_for_kind("episode_saved")?;
    let status = tendon.end()?;
    ensure!(status.success(), "ended with {status}");
    is_clean(&bench)
}

#[test]
fn keys_in_a_terminal_drive_the_arm_and_lead_the_session() -> Result<()> {
    let bench = Bench::new()?;
    let mut command = bench.tendon()?;
    command
        .args(["record", "--json", "--teleop.type=keyboard"])
        .args(bench.robot())
        .args(bench.recording(600.0, 3));
    let (mut person, stdin) = terminal()?;
    let mut tendon = Running::start_at(command, stdin)?;
    let enough = |line: &Value| {
        line["kind"] == "session" && line["phase"] == "recording" && rows(line) >= 15
    };
    let wrist = || bench.chain().truth(4).map(|truth| truth.goal);

    // Each stroke is a bounded step; the arm then stands still, because this terminal tells no key-ups.
    tendon.wait_for("rows", enough)?;
    let before = wrist()?;
    for _ in 0..10 {
        person.write_all(b"D")?;
        tendon.wait_for_kind("status")?;
    }
    for _ in 0..10 {
        tendon.wait_for_state("driving")?;
    }
    let after = wrist()?;
    ensure!(
        (20..600).contains(&(after - before)),
        "ten strokes moved the wrist by {} ticks",
        after - before
    );
    for _ in 0..10 {
        tendon.wait_for_state("driving")?;
    }
    ensure!(wrist()? == after, "the arm moves with no key pressed");

    person.write_all(b"n")?;
    tendon.wait_for_kind("episode_saved")?;
    tendon.wait_for("rows of the next episode", enough)?;
    person.write_all(b"r")?;
    tendon.wait_for_kind("episode_discarded")?;
    tendon.wait_for("rows of the same episode", enough)?;

    // Space stops the arm; the episode is kept and the arm held. A second press releases it.
    person.write_all(b" ")?;
    tendon.wait_for_state("stopped")?;
    ensure!(bench.all(Torque::On), "the stop key does not hold the arm");
    tendon.wait_for_kind("episode_saved")?;
    for _ in 0..20 {
        tendon.wait_for_state("stopped")?;
    }
    person.write_all(b" ")?;
    let status = tendon.end()?;
    ensure!(
        status.success(),
        "ended with {status}: {:?}",
        tendon.said.last()
    );
    ensure!(bench.all(Torque::Off), "torque is still on");
    let dataset = Dataset::open(bench.dataset())?;
    ensure!(
        dataset.episodes().len() == 2,
        "{} episodes",
        dataset.episodes().len()
    );
    is_clean(&bench)
}

#[test]
fn a_session_that_recorded_nothing_leaves_no_folder_in_the_way() -> Result<()> {
    let bench = Bench::new()?;
    // Recorded again as soon as it began, and ended while the scene is put back.
    let mut command = bench.tendon()?;
    command
        .args(["record", "--json", "--teleop.type=keyboard"])
        .args(bench.robot())
        .args(
            bench
                .recording(600.0, 1)
                .iter()
                .map(|flag| match flag.as_str() {
                    "--dataset.reset_time_s=0" => "--dataset.reset_time_s=600",
                    flag => flag,
                }),
        );
    let (mut person, stdin) = terminal()?;
    let mut tendon = Running::start_at(command, stdin)?;
    tendon.wait_for("rows", |line| line["kind"] == "session" && rows(line) >= 5)?;
    person.write_all(b"r")?;
    tendon.wait_for_kind("episode_discarded")?;
    person.write_all(b"f")?;
    tendon.end()?;
    ensure!(
        tendon.all("episode_saved").is_empty() && !bench.dataset().exists(),
        "an empty dataset stays in the way"
    );
    ensure!(bench.all(Torque::Off), "torque is still on");
    Ok(())
}

#[test]
fn a_logout_that_sends_several_signals_still_lets_the_arm_down() -> Result<()> {
    let bench = Bench::new()?;
    let mut tendon = bench.driven("teleoperate", &["--fps=120"])?;
    tendon.wait_for_state("driving")?;
    for signal in ["HUP", "HUP", "TERM"] {
        tendon.signal(signal)?;
    }
    let status = tendon.end()?;
    ensure!(status.code() == Some(129), "ended with {status}");
    ensure!(bench.all(Torque::Off), "torque is still on");
    Ok(())
}

#[test]
fn two_quick_presses_of_ctrl_c_leave_the_arm_holding() -> Result<()> {
    let bench = Bench::new()?;
    let mut tendon = bench.driven("teleoperate", &["--fps=120"])?;
    tendon.wait_for_state("driving")?;
    tendon.signal("INT")?;
    tendon.signal("INT")?;
    // Signals that come together may be one; the state tells which it was.
    tendon.wait_for("stop", |line| {
        line["state"] == "stopped" || line["state"] == "releasing"
    })?;
    if tendon
        .said
        .last()
        .is_some_and(|line| line["state"] == "releasing")
    {
        tendon.signal("INT")?;
        tendon.wait_for_state("stopped")?;
    }
    for _ in 0..20 {
        tendon.wait_for_state("stopped")?;
    }
    ensure!(
        bench.all(Torque::On),
        "the emergency stop does not hold the arm"
    );
    let last: Vec<_> = tendon
        .all("status")
        .iter()
        .rev()
        .take(15)
        .map(|line| line["state"].clone())
        .collect();
    ensure!(
        last.iter().all(|state| state == "stopped"),
        "it did not stay stopped: {last:?}"
    );
    tendon.signal("INT")?;
    tendon.end()?;
    ensure!(bench.all(Torque::Off), "torque is still on");
    Ok(())
}

#[test]
fn a_closed_terminal_ends_the_program_and_lets_the_arm_down() -> Result<()> {
    let bench = Bench::new()?;
    let mut command = bench.tendon()?;
    command
        .args(["teleoperate", "--json", "--teleop.type=keyboard"])
        .args(bench.robot());
    let (person, stdin) = terminal()?;
    let mut tendon = Running::start_at(command, stdin)?;
    tendon.wait_for_state("driving")?;
    drop(person);
    tendon.signal("HUP")?;
    let status = tendon.end()?;
    ensure!(status.code() == Some(129), "ended with {status}");
    ensure!(bench.all(Torque::Off), "torque is still on");
    Ok(())
}

#[test]
fn a_sinking_arm_is_caught_while_it_is_released() -> Result<()> {
    let bench = Bench::new()?;
    let mut tendon = bench.driven("teleoperate", &[])?;
    tendon.wait_for_state("driving")?;
    tendon.signal("KILL")?;
    tendon.end()?;
    let mut release = bench.tendon()?;
    release.args(["release", "--json"]).args(bench.robot());
    let mut release = Running::start(release)?;
    release.wait_for_kind("sinking")?;
    release.signal("INT")?;
    release.wait_for_kind("stopping")?;
    release.signal("INT")?;
    let caught = release.wait_for("holding", |line| {
        line["kind"] == "holding" || line["kind"] == "released"
    })?;
    if caught["kind"] == "holding" {
        ensure!(bench.all(Torque::On), "the arm was not caught");
        release.signal("INT")?;
    }
    release.end()?;
    ensure!(bench.all(Torque::Off), "torque is still on");
    Ok(())
}

#[test]
fn an_episode_that_was_cut_short_is_told_of_by_the_next_recording_of_the_same_name() -> Result<()> {
    let bench = Bench::new()?;
    let named = [
        "--dataset.repo_id=you/cups",
        "--dataset.single_task=stack",
        "--dataset.episode_time_s=600",
        "--dataset.num_episodes=1",
    ];
    let mut tendon = bench.driven("record", &named)?;
    tendon.wait_for("rows", |line| line["kind"] == "session" && rows(line) >= 30)?;
    tendon.signal("KILL")?;
    tendon.end()?;
    let mut again = bench.driven("record", &named)?;
    let told = again.wait_for_kind("interrupted")?;
    ensure!(rows(&told) >= 1 && told["task"] == "stack", "{told}");
    again.wait_for("rows", |line| line["kind"] == "session" && rows(line) >= 1)?;
    again.signal("INT")?;
    again.end()?;
    let mut repair = bench.tendon()?;
    let root = told["root"].as_str().unwrap_or_default();
    repair.args(["dataset", "repair", "--json", root]);
    let mut repair = Running::start(repair)?;
    ensure!(repair.end()?.success(), "{:?}", repair.said.last());
    ensure!(
        Dataset::open(root)?.episodes().len() == 1,
        "the episode did not come back"
    );
    Ok(())
}

#[test]
fn a_logout_releases_an_arm_that_was_stopped_in_an_emergency() -> Result<()> {
    let bench = Bench::new()?;
    let mut tendon = bench.driven("teleoperate", &["--fps=120"])?;
    tendon.wait_for_state("driving")?;
    tendon.signal("INT")?;
    tendon.wait_for_state("releasing")?;
    tendon.signal("INT")?;
    tendon.wait_for_state("stopped")?;
    tendon.signal("HUP")?;
    tendon.end()?;
    ensure!(bench.all(Torque::Off), "torque is on and nobody is there");
    Ok(())
}
