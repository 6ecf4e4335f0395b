//! Closing the window: it asks when something is at stake, ends everything in good order, and a page that hangs cannot keep
//! it open. And there is only one.

use std::time::Duration;

use anyhow::{Result, ensure};
use rustix::process::{Signal, kill_process};
use sim::Torque;
use stdx::{Clock as _, SystemClock};

use crate::bench::Bench;
use crate::display::Window;
use crate::session::{open_session, rows, rows_now, verified};

/// Longer than a page may be silent before it is taken to hang.
const SILENT: Duration = Duration::from_secs(4);

#[test]
fn closing_with_an_unsaved_episode_asks_and_then_keeps_it() -> Result<()> {
    let mut bench = Bench::new()?;
    let window = bench.window()?;
    open_session(&window, "me/closed", 2, 0)?;
    window.press("Start")?;
    rows(&window, 1, 20)?;
    window.wish_to_close()?;
    window.until_said("An episode is not saved yet.")?;
    window.press("Keep it open")?;
    let before = rows_now(&window)?;
    rows(&window, 1, before + 10)?;
    window.session("recording")?;
    window.wish_to_close()?;
    window.until_said("An episode is not saved yet.")?;
    window.press("Stop and close")?;
    // The cross again, and the system that logs the person out: the end that is under way is not cut short.
    window.wish_to_close()?;
    if window.runs() {
        window.signal(Signal::TERM)?;
    }
    let home = window.ended()?;
    bench.motors(Torque::Off)?;
    let lengths = verified(home.path(), "me/closed")?;
    ensure!(
        lengths.len() == 1 && lengths[0] >= u64::from(before) + 10,
        "{lengths:?}"
    );
    Ok(())
}

#[test]
fn a_window_at_which_nothing_happens_closes_at_once_and_there_is_never_a_second_one() -> Result<()>
{
    let window = Window::open()?;
    let second = window.start_again()?;
    ensure!(second.success(), "the second start ended with {second}");
    ensure!(window.runs(), "the first window went with the second");
    window.until_said("Try the simulated arm")?;
    window.wish_to_close()?;
    window.ended()?;
    Ok(())
}

#[test]
fn a_page_that_hangs_cannot_keep_the_window_open() -> Result<()> {
    let mut bench = Bench::new()?;
    let window = bench.window()?;
    window.press("Drive")?;
    window.session("holding")?;
    bench.motors(Torque::On)?;
    kill_process(window.page_process()?, Signal::STOP)?;
    SystemClock.sleep(SILENT);
    window.wish_to_close()?;
    // Nobody can answer: the next wish is obeyed.
    SystemClock.sleep(Duration::from_secs(1));
    ensure!(window.runs(), "it closed without asking");
    window.wish_to_close()?;
    window.ended()?;
    bench.motors(Torque::Off)?;
    Ok(())
}
