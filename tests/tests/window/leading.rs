//! A leader arm drives a follower, and the one that a hand moves is found.

use anyhow::{Result, ensure};
use sim::{Hand, SimArm, Torque};

use crate::accessible::sound;
use crate::bench::{Bench, motors_of};
use crate::driving::comes_to_rest;
use crate::session::release;

/// The elbow's motor, and its place among the joints.
const ELBOW: (u8, usize) = (3, 2);

#[test]
fn a_follower_does_as_its_leader_and_stands_where_it_was_stopped() -> Result<()> {
    let mut bench = Bench::new()?;
    let arm = SimArm::leader();
    let leader = bench.plug_in(&arm, "leader", "Lead")?;
    let hand = |by: f64| {
        let place = arm.middle(ELBOW.1) + by;
        leader.chain().hand(ELBOW.0, Some(Hand::HoldsAt(place)))
    };
    let window = bench.window()?;

    // Which is which: the one that a hand moves.
    window.press("Which arm is which?")?;
    window.until_said("2 ports are watched")?;
    hand(30.0)?;
    window.until_said("Lead moved its elbow flex")?;
    window.press("Done")?;

    window.until_said("Lead drives Bench")?;
    hand(0.0)?;
    window.press("Drive")?;
    window.session("holding")?;
    window.press("Start driving")?;
    window.session("driving")?;
    bench.motors(Torque::On)?;
    let middle = window.angle("elbow_flex")?;
    hand(25.0)?;
    window.until("the follower's elbow follows", |window| {
        Ok((window.angle("elbow_flex")? - middle).abs() > 20.0)
    })?;
    sound(&window, "Drive, led")?;
    window.press("Stop, emergency stop")?;
    window.session("stopped")?;
    // It stands where its goal was, which it may not have reached yet.
    comes_to_rest(&window, "elbow_flex", middle)?;
    let stopped = window.angle("elbow_flex")?;
    hand(-10.0)?;
    comes_to_rest(&window, "elbow_flex", stopped)?;
    ensure!((window.angle("elbow_flex")? - stopped).abs() < 3.0);

    release(&window)?;
    bench.motors(Torque::Off)?;
    motors_of(&leader, Torque::Off)?;
    window.close()?;
    Ok(())
}
