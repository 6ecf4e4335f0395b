//! The emergency stop in real time: from a key or a signal to the goal that arrives at the simulated arm, by the
//! simulator's own log on the clock that both programs share.
//!
//! That a stop is on the wire within 10 ms at every rate and every part of a cycle is `teleop`'s to show, on a fake clock;
//! here are the threads and devices in between, and that none of them waits for the loop's next cycle.

use std::fs;
use std::io::Write as _;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use sim::Torque;
use stdx::{Clock as _, SystemClock};
use units::MonoTime;

use crate::bench::{Bench, Running, terminal};

/// What a stop may take on a machine that does other work: much less than a cycle of the slow loop, which is half a second.
const WITHIN: Duration = Duration::from_millis(150);
/// Presses of a trial; a machine that does other work may be late with some.
const PRESSES: usize = 5;

/// Ticks by which the goals of a stopped arm may differ from one another.
const SETTLES: i32 = 1;

/// Moves without a pause, so that the goal of a stop is seen for what it is.
const NEVER_STILL: &str = "at 0s press d for 0.5s\nat 0.5s press a for 0.5s\nat 1s repeat\n";

fn never_still(bench: &Bench, rate: u32) -> Result<(fs::File, Running)> {
    let script = bench.home.path().join("still.script");
    fs::write(&script, NEVER_STILL)?;
    let mut command = bench.tendon()?;
    command
        .args(["teleoperate", "--json", "--teleop.type=script"])
        .arg(format!("--teleop.script={}", script.display()))
        .arg(format!("--fps={rate}"))
        .args(bench.robot());
    let (person, stdin) = terminal()?;
    let mut tendon = Running::start_at(command, stdin)?;
    tendon.wait_for_state("driving")?;
    Ok((person, tendon))
}

/// How long after `pressed` the goal arrived that the arm then kept.
fn stopped_after(bench: &Bench, pressed: MonoTime) -> Result<Duration> {
    let log = bench.chain().take_goal_log(4096);
    let after: Vec<_> = log
        .arrivals()
        .filter(|arrival| arrival.at >= pressed)
        .collect();
    let last = after.last().context("no goal arrived after the press")?;
    let kept = |arrival: &&&sim::GoalArrival| {
        arrival
            .goals()
            .zip(last.goals())
            .all(|((_, goal), (_, kept))| (goal - kept).abs() <= SETTLES)
    };
    let first = after.iter().rev().take_while(kept).last();
    Ok(first.context("the goals go on changing")?.at.since(pressed))
}

/// More than half of the presses must be in time: the machine may have been busy with some.
fn mostly_in_time(what: &str, mut took: Vec<Duration>) -> Result<()> {
    took.sort();
    ensure!(
        took[took.len() / 2] <= WITHIN,
        "{what}: presses took {took:?} to reach the arm"
    );
    Ok(())
}

#[test]
fn a_stop_key_in_a_terminal_reaches_the_arm_without_waiting_for_a_cycle() -> Result<()> {
    for rate in [2, 250] {
        let bench = Bench::new()?;
        let (mut person, mut tendon) = never_still(&bench, rate)?;
        let mut took = Vec::new();
        for press in 0..PRESSES {
            // Another part of the cycle each time.
            let phase = Duration::from_secs(1) * press as u32 / PRESSES as u32 / rate;
            SystemClock.sleep(Duration::from_millis(400) + phase);
            bench.chain().take_goal_log(4096);
            let pressed = SystemClock.now();
            person.write_all(b" ")?;
            tendon.wait_for_state("stopped")?;
            SystemClock.sleep(Duration::from_millis(50));
            took.push(stopped_after(&bench, pressed)?);
            ensure!(bench.all(Torque::On), "the stop key does not hold the arm");
            person.write_all(b"\r")?;
            tendon.wait_for_state("driving")?;
        }
        mostly_in_time(&format!("a key at {rate} Hz"), took)?;
        tendon.signal("TERM")?;
        tendon.end()?;
        ensure!(bench.all(Torque::Off), "torque is still on");
    }
    Ok(())
}

#[test]
fn a_second_ctrl_c_catches_the_sinking_arm_without_waiting_for_a_cycle() -> Result<()> {
    for rate in [2, 250] {
        let mut took = Vec::new();
        for press in 0..3 {
            let bench = Bench::new()?;
            let mut tendon = bench.driven("teleoperate", &[&format!("--fps={rate}")])?;
            tendon.wait_for_state("driving")?;
            tendon.signal("INT")?;
            tendon.wait_for_state("releasing")?;
            SystemClock.sleep(Duration::from_millis(300 + 70 * press));
            bench.chain().take_goal_log(4096);
            let id = Pid::from_raw(tendon.id() as i32).context("no process")?;
            let pressed = SystemClock.now();
            kill_process(id, Signal::INT)?;
            tendon.wait_for_state("stopped")?;
            ensure!(bench.all(Torque::On), "the arm was not caught");
            SystemClock.sleep(Duration::from_millis(50));
            let log = bench.chain().take_goal_log(0);
            let first = log
                .arrivals()
                .find(|arrival| arrival.at >= pressed)
                .context("no goal arrived after the press")?;
            took.push(first.at.since(pressed));
            // Presses that come closer together are one.
            SystemClock.sleep(Duration::from_millis(300));
            tendon.signal("INT")?;
            tendon.end()?;
            ensure!(bench.all(Torque::Off), "torque is still on");
        }
        mostly_in_time(&format!("a signal at {rate} Hz"), took)?;
    }
    Ok(())
}

#[test]
fn two_interrupts_at_once_are_one_and_an_arm_that_nobody_can_release_is_let_down() -> Result<()> {
    // As `timeout -s INT` sends them: to the program, and to its group.
    let bench = Bench::new()?;
    let mut tendon = bench.driven("teleoperate", &[])?;
    tendon.wait_for_state("driving")?;
    let id = Pid::from_raw(tendon.id() as i32).context("no process")?;
    kill_process(id, Signal::INT)?;
    SystemClock.sleep(Duration::from_millis(10));
    kill_process(id, Signal::INT)?;
    tendon.end()?;
    let held = |line: &&serde_json::Value| line["state"] == "stopped";
    ensure!(tendon.said.iter().find(held).is_none(), "it held");
    ensure!(bench.all(Torque::Off), "torque is still on");

    let bench = Bench::new()?;
    let mut tendon = bench.driven("teleoperate", &[])?;
    tendon.wait_for_state("driving")?;
    tendon.signal("INT")?;
    tendon.wait_for_state("releasing")?;
    SystemClock.sleep(Duration::from_millis(100));
    tendon.signal("INT")?;
    tendon.wait_for_state("stopped")?;
    let stopped = SystemClock.now();
    ensure!(bench.all(Torque::On), "the arm was not caught");
    tendon.wait_for_kind("leaving")?;
    let held = SystemClock.now().since(stopped);
    ensure!(held >= Duration::from_secs(9), "it held for {held:?}");
    tendon.end()?;
    ensure!(bench.all(Torque::Off), "torque is still on");
    Ok(())
}
