//! From the first start to a simulated arm that follows keys, and stops.

use anyhow::{Result, ensure};
use stdx::{Clock as _, SystemClock};

use crate::display::Window;

/// Time in which an arm that is to stand still would show that it does not.
const A_WHILE: std::time::Duration = std::time::Duration::from_millis(700);

fn driving() -> Result<Window> {
    let window = Window::open()?;
    window.press("Understood")?;
    window.press("Try the simulated arm")?;
    window.until("the arm holds", |window| {
        Ok(window.marked("session")?.as_deref() == Some("holding"))
    })?;
    ensure!(
        window
            .marked("torque")?
            .as_deref()
            .is_some_and(|torque| torque.contains("On"))
    );
    window.press("Start driving")?;
    window.until("the arm is driven", |window| {
        Ok(window.marked("session")?.as_deref() == Some("driving"))
    })?;
    Ok(window)
}

/// Whether a joint stands still from now on.
fn stands(window: &Window, joint: &str) -> Result<bool> {
    let before = window.angle(joint)?;
    SystemClock.sleep(A_WHILE);
    Ok((window.angle(joint)? - before).abs() < 0.5)
}

#[test]
fn a_held_key_moves_its_joint_and_letting_go_stops_it() -> Result<()> {
    let window = driving()?;
    let before = window.angle("shoulder_pan")?;
    window.hold('\u{e014}')?;
    window.until("the joint moves", |window| {
        Ok((window.angle("shoulder_pan")? - before).abs() > 5.0)
    })?;
    window.let_go('\u{e014}')?;
    SystemClock.sleep(A_WHILE);
    ensure!(stands(&window, "shoulder_pan")?, "it goes on after key up");
    window.close()?;
    Ok(())
}

#[test]
fn space_stops_and_the_deck_says_so() -> Result<()> {
    let window = driving()?;
    window.hold('d')?;
    window.strike(' ')?;
    window.until("the arm is stopped", |window| {
        Ok(window.marked("session")?.as_deref() == Some("stopped"))
    })?;
    window.let_go('d')?;
    ensure!(stands(&window, "wrist_flex")?, "it moves after a stop");
    ensure!(window.says("Release gently")?);
    window.close()?;
    Ok(())
}
