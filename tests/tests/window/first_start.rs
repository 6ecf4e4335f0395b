//! First starts that go wrong: a home that cannot be written to or is full, no network, no hardware. Each ends in a window that
//! can be used and says once what is amiss.

use std::fs;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use stdx::{Clock as _, SystemClock};

use crate::accessible::sound;
use crate::display::{Window, at_home, namespace, screen, window};
use crate::driving::try_the_arm;
use crate::session::{fill_session, release};

/// Longest that a window may take to be there.
const THERE_WITHIN: Duration = Duration::from_secs(60);

/// How often these words stand on the page.
fn times(window: &Window, words: &str) -> Result<usize> {
    Ok(window.words()?.matches(words).count())
}

/// The simulated arm can be driven, and a recording says why it cannot begin.
fn can_be_used(window: &Window) -> Result<()> {
    try_the_arm(window)?;
    release(window)?;
    fill_session(window, "me/nowhere", 1, 0)?;
    window.until("the recording says why not", |window| {
        let words = window.words()?.to_lowercase();
        Ok([
            "read-only",
            "no space",
            "not a directory",
            "free space",
            "cannot be written",
        ]
        .iter()
        .any(|why| words.contains(why)))
    })?;
    window.session("idle")
}

#[test]
fn a_home_that_is_read_only_costs_what_would_be_written_and_is_said_once() -> Result<()> {
    let window = Window::open_behind(
        tempfile::tempdir()?,
        "mount --bind \"$HOME\" \"$HOME\" && mount -o remount,bind,ro \"$HOME\"",
    )?;
    window.until_said("the disk is read-only")?;
    ensure!(
        times(&window, "the disk is read-only")? == 1,
        "{}",
        window.words()?
    );
    can_be_used(&window)?;
    window.go("Home")?;
    window.until_said("the disk is read-only")?;
    ensure!(
        times(&window, "cannot be written")? == 1,
        "{}",
        window.words()?
    );
    sound(&window, "Home, read-only")?;
    window.keep_picture("first start, read-only");
    window.close()?;
    Ok(())
}

#[test]
fn a_home_that_is_full_costs_what_would_be_written_and_is_said_once() -> Result<()> {
    let window = Window::open_behind(
        tempfile::tempdir()?,
        "mount -t tmpfs -o size=64k tmpfs \"$HOME\" && { head -c 1M /dev/zero > \"$HOME/filler\" || true; }",
    )?;
    window.until_said("the disk is full")?;
    ensure!(
        times(&window, "the disk is full")? == 1,
        "{}",
        window.words()?
    );
    can_be_used(&window)?;
    window.keep_picture("first start, full");
    window.close()?;
    Ok(())
}

#[test]
fn files_in_the_place_of_folders_are_said_once() -> Result<()> {
    let home = tempfile::tempdir()?;
    for name in ["config", "state", "data", "cache", "lerobot"] {
        fs::write(home.path().join(name), "")?;
    }
    let window = Window::open_in(home, &[])?;
    window.until_said("a file where a folder must be")?;
    ensure!(
        times(&window, "cannot be written")? == 1,
        "{}",
        window.words()?
    );
    can_be_used(&window)?;
    window.close()?;
    Ok(())
}

#[test]
fn a_log_that_cannot_be_written_is_said_once() -> Result<()> {
    let home = tempfile::tempdir()?;
    fs::write(home.path().join("file"), "")?;
    let log = home.path().join("file/log").display().to_string();
    let window = Window::open_in(home, &[("TENDON_LOG_DIR", &log)])?;
    window.until_said("No log is written")?;
    ensure!(
        times(&window, "No log is written")? == 1,
        "{}",
        window.words()?
    );
    try_the_arm(&window)?;
    release(&window)?;
    window.close()?;
    Ok(())
}

#[test]
fn without_hardware_the_simulated_arm_is_offered_and_driven() -> Result<()> {
    let window = Window::open()?;
    window.until_said("Plug in an arm")?;
    try_the_arm(&window)?;
    release(&window)?;
    window.close()?;
    Ok(())
}

/// The driver itself comes by the network, so this story has none: the log says that the page is there.
#[test]
fn without_network_the_page_is_there() -> Result<()> {
    let (_display, screen) = screen()?;
    let home = tempfile::tempdir()?;
    let mut command: Command = namespace("--net")?;
    command.arg(window()?);
    at_home(&mut command, home.path(), &screen);
    let mut child = command.spawn().context("the window could not be started")?;
    let log = home.path().join("state/tendon/log/tendon.log");
    let until = SystemClock.now() + THERE_WITHIN;
    let there = loop {
        let said = fs::read_to_string(&log).unwrap_or_default();
        if said.contains("the page is there") {
            break Ok(());
        }
        if let Some(status) = child.try_wait()? {
            break Err(anyhow::anyhow!("the window ended: {status}\n{said}"));
        }
        if SystemClock.now() > until {
            break Err(anyhow::anyhow!("the page is not there\n{said}"));
        }
        SystemClock.sleep(Duration::from_millis(100));
    };
    child.kill()?;
    child.wait()?;
    there
}
