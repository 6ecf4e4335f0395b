//! The window at work: how soon it can be used, what it costs at rest, and how even page and loop run while two cameras are
//! shown and keys drive an arm.
//!
//! On a screen of its own (Xvfb), drawn without a graphics card. Not here: what a person can do with it (`tests/window`).

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::{Value, json};
use stdx::Clock as _;

use self::display::Window;
use super::arrivals::quantile_of;
use super::figures::{Figure, Results, say};
use super::tendon::{Running, Tendon, flag};
use super::{Effort, clock};

/// The stories' own way to open a window and to press what is on it.
#[path = "../../../../tests/tests/window/display.rs"]
#[expect(dead_code, reason = "the stories need more of it")]
mod display;
#[path = "../../../../tests/tests/window/page.rs"]
#[expect(dead_code, reason = "the stories need more of it")]
mod page;
#[path = "../../../../tests/tests/journeys/program.rs"]
#[expect(dead_code, reason = "the journeys need more of it")]
mod program;
#[path = "../../../../tests/tests/window/screens.rs"]
mod screens;

/// What was promised.
const START_MS: f64 = 1500.0;
const IDLE_PERCENT: f64 = 2.0;
const FRAME_P95_MS: f64 = 17.0;
const FRAME_P99_MS: f64 = 34.0;
const PICTURE_P95_MS: f64 = 20.0;
const LATER_US: f64 = 100.0;

const RATE: f64 = 120.0;
/// Starts that are measured; the first fills the caches.
const STARTS: usize = 6;
/// Longest that a start may take.
const PATIENCE: Duration = Duration::from_secs(40);
/// What the program logs when the page has drawn what the core said.
pub(crate) const USABLE: &str = "the page is there";
/// Seconds before a figure of a drive is taken: everything is open and drawn by then.
const SETTLING: u64 = 4;

/// Start, rest, and driving with two cameras.
///
/// # Errors
/// When there is no Xvfb, no WebDriver, no window, or it does not come up.
pub fn window(tendon: &Tendon, effort: Effort, results: &mut Results) -> Result<()> {
    starting(effort, results)?;
    let headless = headless(tendon, effort)?;
    driving(effort, headless, results)
}

/// From starting the program to a page that shows what the core said, then the cost of a window at which nobody does anything.
fn starting(effort: Effort, results: &mut Results) -> Result<()> {
    let program = display::window()?;
    let (_screen, screen) = display::screen()?;
    let mut took = Vec::new();
    for start in 0..STARTS {
        let home = tempfile::tempdir()?;
        let mut command = Command::new(&program);
        display::at_home(&mut command, home.path(), &screen);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let began = SystemTime::now().duration_since(UNIX_EPOCH)?;
        let running = Running::start(command, "tendon-window")?;
        let usable = usable_at(home.path())?;
        if start > 0 {
            took.push(usable.saturating_sub(began).as_secs_f64() * 1e3);
        }
        if start + 1 == STARTS {
            resting(&running, effort, results)?;
        }
        running.interrupt();
        running.finish(Duration::from_secs(20))?;
    }
    took.sort_by(f64::total_cmp);
    results.add(
        Figure::new("window: start to usable", quantile_of(&took, 0.5), "ms").target(START_MS),
    );
    results.add(Figure::new(
        "window: start to usable, longest",
        quantile_of(&took, 1.0),
        "ms",
    ));
    Ok(())
}

/// Home is shown, no arm is open.
fn resting(running: &Running, effort: Effort, results: &mut Results) -> Result<()> {
    let clock = clock();
    clock.sleep(Duration::from_secs(SETTLING));
    let family = family(running.id());
    ensure!(family.len() > 1, "the page has no process of its own");
    let (from, before) = (clock.now(), cpu_ns(&family));
    clock.sleep(Duration::from_secs_f64(effort.seconds));
    let (to, after) = (clock.now(), cpu_ns(&family));
    let percent = 100.0 * after.saturating_sub(before) as f64 / to.since(from).as_nanos() as f64;
    results.add(Figure::new("window: CPU at rest, of a core", percent, "%").target(IDLE_PERCENT));
    let memory: u64 = family.iter().filter_map(|pid| proportional(*pid)).sum();
    results.add(Figure::new(
        "window: memory at rest, page included",
        memory as f64 / 1e6,
        "MB",
    ));
    Ok(())
}

/// When the log says that the window can be used, since 1970.
fn usable_at(home: &Path) -> Result<Duration> {
    let clock = clock();
    let until = clock.now() + PATIENCE;
    let folder = home.join("state/tendon/log");
    while clock.now() < until {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            if let Some(line) = text.lines().find(|line| line.contains(USABLE)) {
                return since_1970(line).with_context(|| format!("no time in {line:?}"));
            }
        }
        clock.sleep(Duration::from_millis(20));
    }
    bail!("the window could not be used within {PATIENCE:?}")
}

/// The time of day at the beginning of a line of the log, on the day that it is.
pub(crate) fn since_1970(line: &str) -> Option<Duration> {
    let (_, time) = line
        .split_whitespace()
        .find(|word| word.ends_with('Z'))?
        .split_once('T')?;
    let mut parts = time.trim_end_matches('Z').split(':');
    let (hours, minutes, seconds): (f64, f64, f64) = (
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
        parts.next()?.parse().ok()?,
    );
    let day = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs() / 86_400;
    let midnight = Duration::from_secs(day * 86_400);
    Some(midnight + Duration::from_secs_f64(hours * 3600.0 + minutes * 60.0 + seconds))
}

/// A process and all that come from it.
fn family(pid: u32) -> BTreeSet<u32> {
    let mut known = BTreeSet::from([pid]);
    let mut open = vec![pid];
    while let Some(pid) = open.pop() {
        let tasks = fs::read_dir(format!("/proc/{pid}/task"))
            .into_iter()
            .flatten()
            .flatten();
        for task in tasks {
            let children = fs::read_to_string(task.path().join("children")).unwrap_or_default();
            for child in children
                .split_whitespace()
                .filter_map(|word| word.parse().ok())
            {
                if known.insert(child) {
                    open.push(child);
                }
            }
        }
    }
    known
}

/// CPU time of all living threads of processes, in nanoseconds.
fn cpu_ns(family: &BTreeSet<u32>) -> u64 {
    let of = |pid: &u32| -> u64 {
        let tasks = fs::read_dir(format!("/proc/{pid}/task"));
        let tasks = tasks.into_iter().flatten().flatten();
        let own = tasks.filter_map(|task| {
            let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split_whitespace().next()?.parse::<u64>().ok()
        });
        own.sum()
    };
    family.iter().map(of).sum()
}

/// Memory of a process, what it shares divided by those who share it, in bytes.
fn proportional(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    line.trim()
        .strip_suffix(" kB")?
        .trim()
        .parse::<u64>()
        .ok()
        .map(|kib| kib * 1024)
}

/// The same arm and cameras without a window: the loop's own p99 of its period error, in µs.
fn headless(tendon: &Tendon, effort: Effort) -> Result<f64> {
    let scene = tendon.scene()?;
    let script = scene.write_script()?;
    let mut command = scene.home(Command::new(&scene.tendon), "home");
    command
        .arg("teleoperate")
        .arg(flag("robot.type", "so101_follower"))
        .arg(flag("robot.port", "sim"))
        .arg(flag("robot.id", "bench"))
        .arg(flag(
            "robot.cameras",
            "{front: {type: sim, view: front}, wrist: {type: sim, view: wrist}}",
        ))
        .arg(flag("teleop.type", "script"))
        .arg(flag("teleop.script", script.display()))
        .arg(flag("fps", RATE))
        .arg(flag("teleop_time_s", effort.seconds));
    scene.quiet(&mut command)?;
    Running::start(command, "tendon teleoperate")?
        .finish(Duration::from_secs_f64(effort.seconds + 30.0))?;
    let report = scene.report().context("the drive left no report")?;
    report["period_error_us"]["p99"]
        .as_f64()
        .context("no period error in the report")
}

/// The simulated arm is driven by a held key, with both cameras on the page.
fn driving(effort: Effort, headless_us: f64, results: &mut Results) -> Result<()> {
    let window = Window::open()?;
    window.press("Understood")?;
    window.press("Try the simulated arm")?;
    window.session("holding")?;
    window.press("Start driving")?;
    window.session("driving")?;
    window.until("both cameras stream", |window| {
        let script = "return [...document.querySelectorAll('[data-test=camera]')].filter(e => e.dataset.value === 'streaming').length";
        let live = window.wait(async |page| page.execute(script, Vec::new()).await)?;
        Ok(live.as_u64() == Some(2))
    })?;
    let clock = clock();
    clock.sleep(Duration::from_secs(SETTLING));
    window.wait(async |page| page.execute("tendonMeasures.clear()", Vec::new()).await)?;
    let from = clock.now();
    let mut turn = 0_u64;
    while clock.now().since(from).as_secs_f64() < effort.seconds {
        let key = if turn.is_multiple_of(2) { 'q' } else { 'e' };
        window.hold(key)?;
        clock.sleep(Duration::from_millis(450));
        window.let_go(key)?;
        turn += 1;
    }
    let page = window.wait(async |page| {
        page.execute("return tendonMeasures.report()", Vec::new())
            .await
    })?;
    let figures = loop_figures(&window)?;
    window.close()?;
    for (name, key, target) in [
        ("animation frame p50", "frame_p50", None),
        ("animation frame p95", "frame_p95", Some(FRAME_P95_MS)),
        ("animation frame p99", "frame_p99", Some(FRAME_P99_MS)),
        ("picture to canvas p50", "picture_p50", None),
        ("picture to canvas p95", "picture_p95", Some(PICTURE_P95_MS)),
    ] {
        let value = page[key]
            .as_f64()
            .with_context(|| format!("the page measured no {key}: {page}"))?;
        let mut figure = Figure::new(format!("window: {name}"), value, "ms");
        if let Some(target) = target {
            figure = figure.target(target);
        }
        results.add(figure);
    }
    say(&format!(
        "  {} frames and {} pictures were drawn",
        page["frame_count"], page["picture_count"]
    ));
    let own = figures["period_error_us"]["p99"]
        .as_f64()
        .context("no period error")?;
    results.add(Figure::new(
        "window: period error p99, headless",
        headless_us,
        "µs",
    ));
    results.add(
        Figure::new(
            "window: period error p99, later than headless",
            own - headless_us,
            "µs",
        )
        .target(LATER_US),
    );
    results.add(Figure::new(
        "window: missed cycles",
        figures["missed"].as_f64().unwrap_or(f64::NAN),
        "",
    ));
    Ok(())
}

/// What the loop says of itself, asked as the page asks.
fn loop_figures(window: &Window) -> Result<Value> {
    const ASK: &str = "const [text, done] = arguments;\
        window.__TAURI_INTERNALS__.invoke('request', new TextEncoder().encode(text))\
        .then((bytes) => done(new TextDecoder().decode(bytes)), (error) => done(String(error)));";
    let hello =
        json!({ "v": protocol::VERSION, "id": "bench-1", "ask": { "do": "hello" } }).to_string();
    let told = window.wait(async |page| page.execute_async(ASK, vec![hello.into()]).await)?;
    let told = told.as_str().context("the core does not answer")?;
    let reply: Value = serde_json::from_str(told).with_context(|| told.to_owned())?;
    find(&reply, "period_error_us")
        .cloned()
        .with_context(|| format!("no figures of a loop: {told}"))
}

/// The innermost object that has this field.
fn find<'a>(value: &'a Value, field: &str) -> Option<&'a Value> {
    match value {
        Value::Object(fields) if fields.contains_key(field) => Some(value),
        Value::Object(fields) => fields.values().find_map(|inner| find(inner, field)),
        Value::Array(items) => items.iter().find_map(|inner| find(inner, field)),
        _ => None,
    }
}
