//! The menu entry, as an ordinary user chooses it: how soon the window can be used, and whether there is something to see.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use stdx::Clock as _;

use super::room::{As, Room};
use super::screen::Screen;
use crate::bench::clock;
use crate::bench::tendon::Running;
use crate::bench::window::{USABLE, since_1970};
use crate::house::root;

/// What the bundler calls the entry.
const ENTRY: &str = "usr/share/applications/Tendon.desktop";
/// Where a program without other orders keeps its log, below the home.
const LOG: &str = ".local/state/tendon/log";
/// Starts that are measured; the first fills the caches and is not counted.
const STARTS: usize = 6;
/// Longest that a start may take.
const PATIENCE: Duration = Duration::from_secs(60);
/// Until everything is drawn.
const SETTLING: Duration = Duration::from_secs(3);
/// A drawn page has more colours than this, and no single one of them has more than this share of the screen.
const COLOURS: usize = 50;
const LARGEST_SHARE: f64 = 0.97;

/// Starts it several times; what each start but the first took, in milliseconds. Keeps a picture of the last.
///
/// # Errors
/// When a start does not come to a window that can be used, or nothing is to be seen in it.
pub fn starts(room: &Room) -> Result<Vec<f64>> {
    let words = exec(room)?;
    let (program, arguments) = words.split_first().context("the entry starts nothing")?;
    let screen = Screen::open()?;
    let mut took = Vec::new();
    for start in 0..STARTS {
        let mut command = room.command(As::Person, program);
        let said = room.path("var/log/window");
        command
            .args(arguments)
            .env("DISPLAY", screen.name())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&said)?);
        let began = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let mut window = Running::start(command, "the installed window")?;
        let usable =
            usable_after(began, &room.home().join(LOG), &mut window).with_context(|| {
                let words = fs::read_to_string(&said).unwrap_or_default();
                format!("start {start} of {program}, which said: {words}")
            })?;
        if start > 0 {
            took.push(usable.saturating_sub(began).as_secs_f64() * 1e3);
        }
        if start + 1 == STARTS {
            clock().sleep(SETTLING);
            look(&screen)?;
        }
        window.interrupt();
        window.finish(Duration::from_secs(20))?;
    }
    Ok(took)
}

/// What the entry starts, without the places for files that nobody gives it.
fn exec(room: &Room) -> Result<Vec<String>> {
    let entry = fs::read_to_string(room.path(ENTRY)).context("there is no menu entry")?;
    let line = entry.lines().find_map(|line| line.strip_prefix("Exec="));
    let words = line.context("the menu entry starts nothing")?;
    Ok(words
        .split_whitespace()
        .filter(|word| !word.starts_with('%'))
        .map(str::to_owned)
        .collect())
}

/// When the log first said after `began` that the window can be used, since 1970.
fn usable_after(began: Duration, folder: &Path, window: &mut Running) -> Result<Duration> {
    let clock = clock();
    let until = clock.now() + PATIENCE;
    while clock.now() < until {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            let times = text.lines().filter(|line| line.contains(USABLE));
            if let Some(time) = times.filter_map(since_1970).find(|time| *time >= began) {
                return Ok(time);
            }
        }
        if let Some(status) = window.ended()? {
            bail!("the window ended with {status}");
        }
        clock.sleep(Duration::from_millis(20));
    }
    bail!("the window could not be used within {PATIENCE:?}")
}

fn look(screen: &Screen) -> Result<()> {
    let picture = screen.look()?;
    let place = root().join("target/package-test/window.png");
    picture.keep(&place)?;
    let (colours, share) = picture.colours();
    ensure!(
        colours > COLOURS && share < LARGEST_SHARE,
        "there is nothing to be seen in the window: {colours} colours, one of them on {:.0} % of the screen, see {}",
        share * 100.0,
        place.display()
    );
    Ok(())
}
