//! Motors out of their box become an arm, one at a time; a person who was refused, or left, goes on where it was.

use anyhow::{Result, ensure};
use sim::{Chain, ChainConfig, SimArm, table};
use stdx::SystemClock;

use crate::accessible::sound;
use crate::bench::Bench;
use crate::display::Window;

/// Opens the set-up of the arm Bench from its row on Home.
fn open(window: &Window, what: &str) -> Result<()> {
    window.go("Home")?;
    window.press("More for Bench")?;
    window.click("menuitem", what)
}

/// Sets the motor on the cable up as the one that is asked for, and waits until so many are done.
fn next(window: &Window, done: u8) -> Result<()> {
    window.until_marked("setup", "connect")?;
    window.press("Next")?;
    let counted = if done == 6 {
        "6 motors have their numbers".to_owned()
    } else {
        format!("{done} of 6 done")
    };
    window.until_said(&counted)
}

#[test]
fn motors_out_of_the_box_get_their_numbers_one_by_one_and_then_all_six_answer() -> Result<()> {
    let mut bench = Bench::new()?;
    bench.exchange(Chain::new(
        ChainConfig::factory_fresh(&[1]),
        SystemClock::shared(),
    ))?;
    let window = bench.window()?;
    let motors = bench.adapter.chain().clone();
    // The motor with this number is unplugged, and another one out of the box is plugged in.
    let plug_in_another = |done: u8| motors.set_register(done, table::ID, 1);

    open(&window, "Set up motors")?;
    window.press("Set up motors")?;
    next(&window, 1)?;
    ensure!(motors.ids() == [6]);
    window.press("Next")?;
    window.until_said("which was set up as gripper")?;
    sound(&window, "Set-up, refused")?;
    plug_in_another(6)?;
    next(&window, 2)?;
    window.press("Take the last one back")?;
    window.until_said("1 of 6 done")?;
    ensure!(motors.ids() == [1]);
    next(&window, 2)?;

    // Somebody leaves, and comes back another day.
    window.press("End")?;
    window.until_marked("setup", "ended")?;
    plug_in_another(5)?;
    window.press("Start again")?;
    window.press("Set up motors")?;
    window.until_said("2 of 6 done")?;
    for id in (2..=4).rev() {
        next(&window, 7 - id)?;
        ensure!(motors.ids() == [id]);
        plug_in_another(id)?;
    }
    next(&window, 6)?;
    ensure!(motors.ids() == [1]);

    let arm = SimArm::follower();
    bench.exchange(arm.chain(SystemClock::shared()))?;
    window.press("Scan the bus")?;
    window.press("Scan")?;
    window.until_said("All six answer as they should.")?;
    bench.adapter.chain().set_register(3, table::ID, 30)?;
    window.press("Scan again")?;
    window.until_said("no answer")?;
    sound(&window, "Set-up, scan")?;
    window.close()?;
    Ok(())
}
