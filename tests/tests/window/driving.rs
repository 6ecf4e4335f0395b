//! From the first start to a simulated arm that follows keys, and stops.

use std::time::Duration;

use anyhow::{Result, ensure};
use stdx::{Clock as _, SystemClock};

use crate::display::Window;
use crate::page::key;

/// Time in which an arm that is driven would show it.
const A_WHILE: Duration = Duration::from_millis(700);
/// A joint that is let go comes to rest long before its range ends, even where a machine is slow to tell.
const FAR: f64 = 80.0;

/// First start, then the simulated arm by one click; it holds.
pub fn try_the_arm(window: &Window) -> Result<()> {
    window.press("Understood")?;
    window.press("Try the simulated arm")?;
    window.session("holding")?;
    window.torque("on")
}

/// The same, and drive keys move it.
pub fn drive_the_arm(window: &Window) -> Result<()> {
    try_the_arm(window)?;
    window.press("Start driving")?;
    window.session("driving")
}

/// Holds a key until its joint moves, and says where the joint was before.
pub fn move_by(window: &Window, held: char, joint: &str) -> Result<f64> {
    let before = window.angle(joint)?;
    window.hold(held)?;
    window.until(&format!("{joint} moves"), |window| {
        Ok((window.angle(joint)? - before).abs() > 5.0)
    })?;
    Ok(before)
}

/// Waits until a joint stands still, which it must do before its range ends.
pub fn comes_to_rest(window: &Window, joint: &str, before: f64) -> Result<()> {
    let mut last = window.angle(joint)?;
    window.until(&format!("{joint} stands still"), |window| {
        SystemClock.sleep(A_WHILE);
        let now = window.angle(joint)?;
        Ok((now - std::mem::replace(&mut last, now)).abs() < 0.2)
    })?;
    ensure!(
        (last - before).abs() < FAR,
        "{joint} went on, from {before} to {last}"
    );
    Ok(())
}

#[test]
fn a_held_key_moves_its_joint_and_letting_go_or_leaving_the_window_stops_it() -> Result<()> {
    let window = Window::open()?;
    drive_the_arm(&window)?;
    let before = move_by(&window, key::RIGHT, "shoulder_pan")?;
    window.let_go(key::RIGHT)?;
    comes_to_rest(&window, "shoulder_pan", before)?;

    // Another window takes the keyboard, and the key-up with it.
    let before = move_by(&window, key::LEFT, "shoulder_pan")?;
    window.focus(false)?;
    comes_to_rest(&window, "shoulder_pan", before)?;
    window.session("driving")?;
    window.focus(true)?;
    window.let_go(key::LEFT)?;
    comes_to_rest(&window, "shoulder_pan", before)?;

    // Keys are for the arm only as long as no text is typed and no shortcut is meant.
    let before = window.angle("wrist_roll")?;
    window.hold(key::CONTROL)?;
    window.hold('e')?;
    SystemClock.sleep(A_WHILE);
    window.let_go('e')?;
    window.let_go(key::CONTROL)?;
    ensure!((window.angle("wrist_roll")? - before).abs() < 0.2);
    window.close()?;
    Ok(())
}

#[test]
fn space_stops_and_the_deck_says_what_can_be_done() -> Result<()> {
    let window = Window::open()?;
    drive_the_arm(&window)?;
    let before = move_by(&window, 's', "elbow_flex")?;
    window.strike(' ')?;
    window.session("stopped")?;
    comes_to_rest(&window, "elbow_flex", before)?;
    window.let_go('s')?;
    window.torque("on")?;
    ensure!(window.has("button", "Release gently")?);
    window.press("Resume")?;
    window.session("driving")?;
    window.close()?;
    Ok(())
}
