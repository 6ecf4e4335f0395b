//! The first day without a mouse: nothing is clicked, everything is reached with Tab, arrows, Enter and the screens' own keys.

use std::time::Duration;

use anyhow::{Result, bail, ensure};

use crate::display::Window;
use crate::driving::{comes_to_rest, move_by};
use crate::page::key;
use crate::session::{rows, verified};

/// More stops than any screen has.
const STOPS: usize = 90;

/// Goes on with Tab until the focus is on an element.
fn tab_to(window: &Window, role: &str, name: &str) -> Result<()> {
    window.until(&format!("{role} “{name}”"), |window| {
        window.has(role, name)
    })?;
    for _ in 0..STOPS {
        if window.focused(role, name)? {
            return Ok(());
        }
        window.strike(key::TAB)?;
    }
    window.keep_picture(&format!("no way to {name}"));
    bail!("{role} “{name}” is not reached with Tab")
}

/// Presses a button that Tab leads to.
fn enter(window: &Window, name: &str) -> Result<()> {
    tab_to(window, "button", name)?;
    window.strike(key::ENTER)
}

/// Types into a field that Tab leads to.
fn write(window: &Window, role: &str, name: &str, text: &str) -> Result<()> {
    tab_to(window, role, name)?;
    window.chord(key::CONTROL, 'a')?;
    for sign in text.chars() {
        window.strike(sign)?;
    }
    window.strike(key::TAB)?;
    let value = window.value_of(role, name)?;
    ensure!(value == text, "{name} holds {value:?}");
    Ok(())
}

#[test]
fn the_first_day_goes_by_keyboard_alone() -> Result<()> {
    let window = Window::open()?;
    enter(&window, "Understood")?;

    enter(&window, "Calibrate")?;
    enter(&window, "Start calibrating")?;
    window.until_marked("calibrate", "middle")?;
    window.strike(key::ENTER)?;
    window.until_marked("calibrate", "recording")?;
    window.within(Duration::from_secs(120), "all joints are known", |window| {
        window.has("button", "Review ranges")
    })?;
    window.strike(key::ENTER)?;
    window.until_marked("calibrate", "review")?;
    window.strike(key::ENTER)?;
    window.until_said("Simulated arm is calibrated")?;

    enter(&window, "Drive it")?;
    window.session("holding")?;
    enter(&window, "Start driving")?;
    window.session("driving")?;
    let before = move_by(&window, key::RIGHT, "shoulder_pan")?;
    window.let_go(key::RIGHT)?;
    comes_to_rest(&window, "shoulder_pan", before)?;
    window.strike(' ')?;
    window.session("stopped")?;
    enter(&window, "Resume")?;
    window.session("driving")?;
    // Ctrl lets drive keys go, so that no shortcut moves an arm.
    window.chord_of(&[key::CONTROL, key::SHIFT], 't')?;
    window.until_said("Let the arm down gently?")?;
    enter(&window, "Release gently")?;
    window.session("idle")?;

    window.chord(key::CONTROL, '3')?;
    write(&window, "textbox", "Dataset", "me/keys")?;
    write(&window, "textbox", "What the arm is to do", "wave")?;
    write(&window, "spinbutton", "Episodes", "2")?;
    write(&window, "spinbutton", "Time between episodes", "0")?;
    enter(&window, "Open and get ready")?;
    window.until_marked("record", "ready")?;
    window.strike('n')?;
    rows(&window, 1, 15)?;
    window.strike('r')?;
    window.until_said("1 discarded")?;
    rows(&window, 2, 15)?;
    window.strike('n')?;
    window.until_said("1 saved")?;
    rows(&window, 3, 15)?;
    window.strike('n')?;
    window.until_said("2 episodes are saved")?;
    let home = window.close()?;
    let lengths = verified(home.path(), "me/keys")?;
    ensure!(
        lengths.len() == 2 && lengths.iter().all(|length| *length > 0),
        "{lengths:?}"
    );
    Ok(())
}
