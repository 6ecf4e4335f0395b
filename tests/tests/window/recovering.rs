//! The whole window is killed in mid-episode: the next one offers what there is of it, and what it gives back verifies.

use anyhow::{Context as _, Result, ensure};
use rustix::process::Signal;
use serde_json::Value;

use crate::accessible::sound;
use crate::display::{Window, tendon_at};
use crate::session::{open_session, rows, rows_now, verified};

/// What a kill may cost: a second of rows.
const FPS: u64 = 30;

/// What the command line says that was left.
fn left(window: &Window) -> Result<Vec<Value>> {
    let said = tendon_at(window.home())?
        .args(["recover", "--json"])
        .output()?;
    ensure!(said.status.success(), "{said:?}");
    let lines = String::from_utf8(said.stdout)?;
    let lines = lines.lines().map(serde_json::from_str::<Value>);
    Ok(lines.collect::<Result<_, _>>()?)
}

#[test]
fn an_episode_that_the_windows_death_cut_short_is_offered_and_kept() -> Result<()> {
    let window = Window::open()?;
    window.press("Understood")?;
    open_session(&window, "me/killed", 2, 0)?;
    window.press("Start")?;
    rows(&window, 1, 75)?;
    let before = u64::from(rows_now(&window)?);
    window.signal(Signal::KILL)?;
    let home = window.ended()?;

    let window = Window::open_in(home, &[])?;
    let listed = left(&window)?;
    let offered = listed.first().context("nothing is offered")?;
    ensure!(
        listed.len() == 1 && offered["key"] == "me/killed:0000",
        "{listed:#?}"
    );
    window.press("Look at it")?;
    window.until_said("stack two cups")?;
    window.until_said("me/killed")?;
    sound(&window, "Recovery")?;
    window.keep_picture("recovery");
    window.press("Keep it")?;
    window.until_said("was kept in me/killed")?;
    ensure!(left(&window)?.is_empty());
    sound(&window, "Recovery, kept")?;
    let home = window.close()?;
    let lengths = verified(home.path(), "me/killed")?;
    ensure!(
        lengths.len() == 1 && lengths[0] + FPS >= before,
        "{lengths:?} of {before} rows"
    );
    Ok(())
}

#[test]
fn what_was_thrown_away_can_be_offered_again_and_is_then_gone_for_good() -> Result<()> {
    let window = Window::open()?;
    window.press("Understood")?;
    open_session(&window, "me/killed", 2, 0)?;
    window.press("Start")?;
    rows(&window, 1, 75)?;
    window.signal(Signal::KILL)?;
    let home = window.ended()?;

    let window = Window::open_in(home, &[])?;
    window.press("Look at it")?;
    window.until_said("stack two cups")?;
    window.press("Throw away")?;
    window.until_said("were thrown away")?;
    ensure!(left(&window)?.is_empty());
    window.press("Offer it again")?;
    window.until("it is offered again", |window| {
        Ok(window.has("button", "Throw away")? && left(window)?.len() == 1)
    })?;
    window.press("Throw away")?;
    window.until("nothing is left", |window| Ok(left(window)?.is_empty()))?;
    let home = window.close()?;
    let lengths = verified(home.path(), "me/killed")?;
    ensure!(lengths.is_empty(), "{lengths:?}");
    Ok(())
}
