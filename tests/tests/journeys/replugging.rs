//! An adapter that is pulled out in the middle of a session and plugged in again: the session goes on with the same arm,
//! and with no other.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use dataset::progress::Progress;
use dataset::{Dataset, verify};
use serde_json::Value;
use sim::{Torque, table};
use stdx::{Clock as _, SystemClock};

use crate::bench::{Bench, Running, eventually};

fn rows(line: &Value) -> u64 {
    line["rows"].as_u64().unwrap_or(0)
}

fn recording(bench: &Bench) -> Result<Running> {
    let flags = bench.recording(600.0, 5);
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let mut tendon = bench.driven("record", &flags)?;
    tendon.wait_for("a second of rows", |line| {
        line["kind"] == "session" && rows(line) >= 30
    })?;
    Ok(tendon)
}

/// What was told so far, in one text.
fn told(tendon: &Running) -> String {
    let texts = tendon
        .said
        .iter()
        .filter(|line| line["kind"] != "status" && line["kind"] != "session");
    texts.map(Value::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_session_goes_on_when_the_adapter_is_back_and_what_was_recorded_is_kept() -> Result<()> {
    let bench = Bench::replugged()?;
    let mut tendon = recording(&bench)?;
    // In the middle of an answer, for two seconds.
    bench.chain().plan("cut=29@0s+2s".parse()?)?;
    tendon.wait_for_kind("episode_saved")?;
    ensure!(
        (1..=6).all(|id| bench
            .chain()
            .truth(id)
            .is_ok_and(|truth| truth.torque == Torque::On)),
        "the arm was not left holding"
    );
    tendon.wait_for("rows after the gap", |line| {
        line["kind"] == "session" && line["state"] != "faulted" && (1..30).contains(&rows(line))
    })?;
    tendon.wait_for("a second of rows after the gap", |line| {
        line["kind"] == "session" && rows(line) >= 30
    })?;
    ensure!(
        told(&tendon).contains("the same arm is back"),
        "{}",
        told(&tendon)
    );
    tendon.signal("INT")?;
    tendon.end()?;
    ensure!(bench.all(Torque::Off), "torque is still on");
    let lengths: Vec<u64> = Dataset::open(bench.dataset())?
        .episodes()
        .iter()
        .map(|episode| episode.length)
        .collect();
    ensure!(
        lengths.len() == 2 && lengths.iter().all(|length| *length >= 30),
        "rows were lost: {lengths:?}"
    );
    let report = verify::verify(&bench.dataset(), &Progress::new());
    ensure!(report.clean(), "{:?}", report.findings);
    let goals = bench.chain().take_goal_log(0);
    for arrival in goals.arrivals() {
        for joint in &sim::FOLLOWER_CALIBRATION {
            let goal = arrival.goal(joint.id).context("a goal for each motor")?;
            // A folded arm rests a little outside its range and is held there.
            ensure!(
                (joint.range_min - 15..=joint.range_max + 15).contains(&goal),
                "{} was sent to {goal}",
                joint.name
            );
        }
    }
    Ok(())
}

#[test]
fn another_arm_on_the_same_adapter_is_not_driven() -> Result<()> {
    let bench = Bench::replugged()?;
    let mut tendon = bench.driven("teleoperate", &[])?;
    tendon.wait_for_state("driving")?;
    bench.server.unplug();
    tendon.wait_for_state("faulted")?;
    // The cable behind the adapter now leads to an arm with another calibration.
    bench.chain().set_register(3, table::HOMING_OFFSET, 77)?;
    SystemClock.sleep(Duration::from_millis(500));
    bench.chain().take_goal_log(100);
    bench.server.replug();
    eventually("the port is back", || bench.server.port().exists())?;
    for _ in 0..100 {
        let status = tendon.wait_for_kind("status")?;
        ensure!(status["state"] != "driving", "another arm is driven");
    }
    let words = told(&tendon);
    ensure!(
        words.contains("another arm was plugged in, or it was calibrated anew"),
        "nobody was told why the arm does not go on: {words}"
    );
    ensure!(
        bench.chain().take_goal_log(0).is_empty(),
        "goals were sent to another arm"
    );
    tendon.signal("INT")?;
    tendon.end()?;
    Ok(())
}
