//! The page goes and comes back, by a reload and by the death of its process: the session it showed goes on meanwhile and
//! is found again.

use std::time::Duration;

use anyhow::{Result, ensure};
use rustix::process::{Signal, kill_process};
use stdx::{Clock as _, SystemClock};

use crate::bench::Bench;
use crate::display::Window;
use crate::session::{open_session, rows, rows_now, verified};

/// Longest that a page may take to come back.
const BACK_WITHIN: Duration = Duration::from_secs(60);
/// F, which ends a session, as the kernel counts keys.
const KEY_F: u8 = 33;

#[test]
fn a_page_that_is_reloaded_finds_its_recording_again() -> Result<()> {
    let window = Window::open()?;
    window.press("Understood")?;
    open_session(&window, "me/back", 1, 0)?;
    window.press("Start")?;
    rows(&window, 1, 15)?;
    let before = rows_now(&window)?;
    window.wait(async |page| page.refresh().await)?;
    window.session("recording")?;
    rows(&window, 1, before + 10)?;
    window.press("End session")?;
    window.until_said("One episode is saved")?;
    let home = window.close()?;
    let lengths = verified(home.path(), "me/back")?;
    ensure!(
        lengths.len() == 1 && lengths[0] >= u64::from(before) + 10,
        "{lengths:?}"
    );
    Ok(())
}

#[test]
fn a_page_whose_process_is_killed_finds_its_recording_again() -> Result<()> {
    let window = Window::open()?;
    window.press("Understood")?;
    open_session(&window, "me/back", 1, 0)?;
    window.press("Start")?;
    rows(&window, 1, 15)?;
    let page = window.page_process()?;
    kill_process(page, Signal::KILL)?;
    // The driver leaves a page that crashed alone, so from here on there are only the screen and its keyboard. The key does
    // something only where the page has found the recording again.
    let until = SystemClock.now() + BACK_WITHIN;
    let folder = window.home().join("lerobot/me/back");
    let saved = || std::fs::read_to_string(folder.join("meta/info.json"));
    while !saved().is_ok_and(|info| info.contains("\"total_episodes\": 1")) {
        ensure!(SystemClock.now() < until, "the page did not come back");
        SystemClock.sleep(Duration::from_millis(500));
        if window.page_process().is_ok_and(|now| now != page) {
            window.strike_at_screen(KEY_F)?;
        }
    }
    let home = window.close()?;
    let lengths = verified(home.path(), "me/back")?;
    ensure!(lengths.len() == 1 && lengths[0] >= 15, "{lengths:?}");
    Ok(())
}

#[test]
fn a_page_that_hung_shows_what_became_of_the_arm_meanwhile() -> Result<()> {
    let mut bench = Bench::new()?;
    let window = bench.window()?;
    window.press("Drive")?;
    window.session("holding")?;
    let page = window.page_process()?;
    kill_process(page, Signal::STOP)?;
    // By then it is taken to hang, and told nothing any more.
    SystemClock.sleep(Duration::from_secs(4));
    bench.adapter.unplug();
    SystemClock.sleep(Duration::from_secs(2));
    kill_process(page, Signal::CONT)?;
    window.session("faulted")?;
    window.torque("unknown")?;
    window.close()?;
    Ok(())
}
