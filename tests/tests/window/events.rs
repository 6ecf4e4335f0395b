//! Events above and below the border from which on the page fetches them: it shows the same.

use anyhow::{Result, ensure};

use crate::display::Window;
use crate::driving::{drive_the_arm, move_by};
use crate::page::key;

/// Counts from now on how often the page fetches an event.
const COUNT: &str = "const fetch = window.fetch; window.fetched = 0;\
    window.fetch = (address, ...rest) => { if (/topic$/.test(address)) window.fetched++; return fetch(address, ...rest); };";

fn driven_with(border: &str) -> Result<u64> {
    let border = [("TENDON_WINDOW_WHOLE_EVENT_BYTES", border)];
    let window = Window::open_in(tempfile::tempdir()?, &border)?;
    window.run(COUNT, Vec::new())?;
    drive_the_arm(&window)?;
    move_by(&window, key::RIGHT, "shoulder_pan")?;
    window.let_go(key::RIGHT)?;
    let fetched = window.run("return window.fetched", Vec::new())?;
    window.close()?;
    Ok(fetched.as_u64().unwrap_or_default())
}

#[test]
fn events_above_the_border_are_fetched_and_below_it_none_is() -> Result<()> {
    let above = driven_with("1024")?;
    ensure!(above > 10, "only {above} events were fetched");
    let below = driven_with("1048576")?;
    ensure!(below == 0, "{below} events were fetched");
    Ok(())
}
