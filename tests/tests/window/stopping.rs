//! The emergency stop: on every screen, over every dialog, by button and by key, and while text is typed.

use anyhow::{Result, ensure};

use crate::display::Window;
use crate::driving::drive_the_arm;
use crate::page::key;
use crate::session::{open_session, rows, verified};

const STOP: &str = "Stop, emergency stop";

/// Goes where a person gets by links and buttons, without them.
fn visit(window: &Window, place: &str) -> Result<()> {
    window.run("location.hash = arguments[0]", vec![place.into()])?;
    window.until(&format!("the screen {place}"), |window| {
        let script =
            "return location.hash === '#' + arguments[0] && document.querySelector('h1') !== null";
        Ok(window.run(script, vec![place.into()])?.as_bool() == Some(true))
    })
}

/// Ends a stop from wherever it is.
fn resume(window: &Window) -> Result<()> {
    window.session("stopped")?;
    window.torque("on")?;
    window.press("Resume")?;
    window.until("the stop is over", |window| {
        let word = window.marked("session")?.unwrap_or_default();
        Ok(["driving", "holding"].contains(&word.as_str()))
    })
}

#[test]
fn the_emergency_stop_works_on_every_screen_over_dialogs_and_in_text() -> Result<()> {
    let window = Window::open()?;
    drive_the_arm(&window)?;
    for place in [
        "drive",
        "home",
        "record",
        "cameras",
        "calibrate/sim",
        "setup/sim",
    ] {
        visit(&window, place)?;
        window.press(STOP)?;
        resume(&window)?;
        window.strike(' ')?;
        resume(&window)?;
    }

    // A dialog covers everything but the deck; the first Esc stops, the second closes.
    visit(&window, "drive")?;
    window.press("Release gently")?;
    window.until_said("Let the arm down gently?")?;
    window.press(STOP)?;
    window.session("stopped")?;
    ensure!(
        window.says("Let the arm down gently?")?,
        "the stop closed the dialog"
    );
    window.strike(key::ESCAPE)?;
    window.until("Esc closed the dialog", |window| {
        Ok(window.strike(key::ESCAPE).is_ok() && !window.says("Let the arm down gently?")?)
    })?;
    resume(&window)?;

    // In a text field Space is a letter, and Esc still stops.
    visit(&window, "record")?;
    window.click("textbox", "What the arm is to do")?;
    window.strike('a')?;
    window.strike(' ')?;
    window.strike('b')?;
    let typed = window.value_of("textbox", "What the arm is to do")?;
    ensure!(typed.ends_with("a b"), "{typed:?} was typed");
    ensure!(window.marked("session")?.as_deref() != Some("stopped"));
    window.strike(key::ESCAPE)?;
    resume(&window)?;
    window.close()?;
    Ok(())
}

#[test]
fn a_stop_in_mid_episode_keeps_what_was_recorded_and_the_session_goes_on() -> Result<()> {
    let window = Window::open()?;
    window.press("Understood")?;
    open_session(&window, "me/stopped", 2, 0)?;
    window.press("Start")?;
    rows(&window, 1, 20)?;
    window.strike(' ')?;
    window.until("Resume is offered", |window| window.has("button", "Resume"))?;
    window.torque("on")?;
    window.press("Resume")?;
    rows(&window, 2, 10)?;
    window.press("End session")?;
    window.session("idle")?;
    let home = window.close()?;
    let lengths = verified(home.path(), "me/stopped")?;
    ensure!(lengths.len() == 2 && lengths[0] >= 20, "{lengths:?}");
    Ok(())
}
