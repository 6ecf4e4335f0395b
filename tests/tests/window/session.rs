//! Everything that a person does on the first day, on the simulated arm: calibrate it, drive it, record two episodes with
//! two cameras, one of them twice, and have a dataset that the verifier finds nothing in.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::accessible::sound;
use crate::display::{Window, tendon_at};
use crate::driving::{comes_to_rest, move_by};
use crate::page::key;

/// Longest that the simulated arm takes to move all its joints to both of their ends.
const TRAVEL: Duration = Duration::from_secs(120);

/// The calibration wizard, from the arm's row on Home to the last step.
fn calibrate(window: &Window) -> Result<()> {
    window.press("Calibrate")?;
    window.press("Start calibrating")?;
    window.until_marked("calibrate", "middle")?;
    window.torque("off")?;
    window.press("The arm is in its middle")?;
    window.until_marked("calibrate", "recording")?;
    window.within(TRAVEL, "all joints are known", |window| {
        window.has("button", "Review ranges")
    })?;
    window.press("Review ranges")?;
    window.until_marked("calibrate", "review")?;
    sound(window, "Calibrate, review")?;
    window.press("Write motors and file")?;
    window.until_said("Simulated arm is calibrated")?;
    sound(window, "Calibrate, done")?;
    let file = window
        .home()
        .join("lerobot/calibration/robots/so_follower/simulated.json");
    let file: Value = serde_json::from_slice(&std::fs::read(&file).context("no calibration")?)?;
    ensure!(file["shoulder_pan"]["id"] == 1, "{file:#}");
    Ok(())
}

/// Lets the arm down, which is asked about.
pub fn release(window: &Window) -> Result<()> {
    window.press("Release gently")?;
    window.until_said("Let the arm down gently?")?;
    window.press("Release gently")?;
    window.session("idle")
}

/// Fills the form in.
pub fn fill_session(window: &Window, dataset: &str, episodes: u32, reset_s: u32) -> Result<()> {
    window.go("Record")?;
    window.fill("textbox", "Dataset", dataset)?;
    window.fill("textbox", "What the arm is to do", "stack two cups")?;
    window.fill("spinbutton", "Episodes", &episodes.to_string())?;
    window.fill("spinbutton", "Length of an episode", "60")?;
    window.fill("spinbutton", "Time between episodes", &reset_s.to_string())
}

/// Fills the form in and opens arms and cameras.
pub fn open_session(window: &Window, dataset: &str, episodes: u32, reset_s: u32) -> Result<()> {
    fill_session(window, dataset, episodes, reset_s)?;
    window.press("Open and get ready")?;
    window.until_marked("record", "ready")
}

/// Rows of the episode that is being recorded, as the page shows them.
pub fn rows_now(window: &Window) -> Result<u32> {
    let rows = window.marked("record-rows")?.context("no rows are shown")?;
    let rows: String = rows.chars().filter(char::is_ascii_digit).collect();
    // A dash stands where what was counted has been thrown away.
    Ok(rows.parse().unwrap_or_default())
}

/// Waits until a take of the session has so many rows. Takes count from one; one that is thrown away counts too. Without the
/// take, the figures of the one before would do, which the page still shows when the next has begun.
pub fn rows(window: &Window, take: u32, least: u32) -> Result<()> {
    window.until_marked("record-phase", "recording")?;
    window.until(&format!("{least} rows of take {take}"), |window| {
        let shown = window.marked("record-take")?;
        Ok(shown == Some(take.to_string()) && rows_now(window)? >= least)
    })
}

/// Has the verifier look at a dataset, and says how long its episodes are.
pub fn verified(home: &Path, dataset: &str) -> Result<Vec<u64>> {
    let folder = home.join("lerobot").join(dataset);
    let said = tendon_at(home)?
        .args(["dataset", "verify"])
        .arg(&folder)
        .output()?;
    ensure!(
        said.status.success(),
        "the verifier found something:\n{}{}",
        String::from_utf8_lossy(&said.stdout),
        String::from_utf8_lossy(&said.stderr)
    );
    let dataset = dataset::Dataset::open(folder)?;
    Ok(dataset
        .episodes()
        .iter()
        .map(|episode| episode.length)
        .collect())
}

#[test]
fn the_first_day_ends_with_a_dataset_that_the_verifier_finds_nothing_in() -> Result<()> {
    let window = Window::open()?;
    window.press("Understood")?;
    calibrate(&window)?;
    window.press("Drive it")?;
    window.session("holding")?;
    window.press("Start driving")?;
    window.session("driving")?;
    let before = move_by(&window, key::RIGHT, "shoulder_pan")?;
    window.let_go(key::RIGHT)?;
    comes_to_rest(&window, "shoulder_pan", before)?;
    release(&window)?;

    open_session(&window, "me/cups", 2, 0)?;
    window.press("Start")?;
    window.hold('d')?;
    rows(&window, 1, 30)?;
    window.let_go('d')?;
    window.until_drawn("front")?;
    window.until_drawn("wrist")?;
    window.press("Save, next")?;
    window.until_said("Episode 1")?;
    rows(&window, 2, 15)?;
    window.press("Record again")?;
    rows(&window, 3, 15)?;
    window.keep_picture("recording");
    window.press("Save, next")?;
    window.until_said("2 episodes are saved")?;
    window.session("idle")?;
    let home = window.close()?;

    let lengths = verified(home.path(), "me/cups")?;
    ensure!(
        lengths.len() == 2 && lengths[0] >= 30 && lengths[1] > 0,
        "{lengths:?}"
    );
    let info = std::fs::read_to_string(home.path().join("lerobot/me/cups/meta/info.json"))?;
    for camera in ["front", "wrist"] {
        ensure!(
            info.contains(&format!("observation.images.{camera}")),
            "{info}"
        );
    }
    Ok(())
}
