//! Recording with two cameras through the program: what it costs, what it leaves, and what the loop feels of it. The arm
//! and the cameras are simulated in a process of their own.
//!
//! Not here: the wait after an episode (`saving`), single steps of a picture (`pictures`, and criterion beside the code).

use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use dataset::PictureFlags;
use serde_json::Value;
use stdx::Clock as _;
use stdx::thread::{Intent, spawn};

use super::arrivals::{Pace, QUANTILES};
use super::control::{self, Session, USB_LATENCY_US};
use super::figures::{Figure, Results, number, say};
use super::filmed;
use super::tendon::{Drive, Scene, Tendon, flag};
use super::{Effort, clock};

/// The loop, and rows a second.
const RATE: f64 = 120.0;
const FPS: u32 = 30;
const VIEWS: [&str; 2] = ["front", "wrist"];
/// What was promised of a minute of recording: CPU seconds, memory, and how much later 99 % of the goal writes may come.
const CPU_S: f64 = 12.0;
const MEMORY_MB: f64 = 150.0;
const LATER_US: f64 = 100.0;
/// What is promised is promised for a minute.
const MINUTE: f64 = 60.0;

/// A recording, what the program said of it, and where it lies.
struct Recorded {
    session: Session,
    saved: Value,
    scene: Scene,
}

/// Records one episode of `seconds`, with cameras or without.
fn recorded(tendon: &Tendon, seconds: f64, cameras: bool) -> Result<Recorded> {
    let scene = tendon.scene()?;
    let more: &[String] = if cameras {
        &[flag("cameras", VIEWS.join(","))]
    } else {
        &[]
    };
    let sim = scene.start_sim_with(USB_LATENCY_US, more)?;
    let script = scene.write_script()?;
    let mut command = scene.record(Drive::Script(&script), RATE, FPS, seconds);
    if cameras {
        look_through(&scene, &mut command)?;
    }
    let session = control::watch(&scene, sim, command, seconds)?;
    let saved = scene
        .said("episode_saved")
        .context("the program saved no episode")?;
    Ok(Recorded {
        session,
        saved,
        scene,
    })
}

/// Names the simulator's cameras to the program.
fn look_through(scene: &Scene, command: &mut Command) -> Result<()> {
    let serving = scene
        .sim_said("serving")
        .context("the simulator does not say where its cameras are")?;
    let camera = |view: &str| -> Result<String> {
        let url = serving["cameras"][view].as_str();
        let url = url.with_context(|| format!("no camera {view}: {serving}"))?;
        Ok(format!(
            "{view}: {{type: mjpeg, url: \"{url}\", width: 640, height: 480, fps: {FPS}}}"
        ))
    };
    let cameras: Vec<String> = VIEWS
        .iter()
        .map(|view| camera(view))
        .collect::<Result<_>>()?;
    command.arg(flag(
        "robot.cameras",
        format!("{{ {} }}", cameras.join(", ")),
    ));
    Ok(())
}

impl Recorded {
    fn count(&self, view: &str, what: &str) -> f64 {
        self.saved["cameras"][view][what]
            .as_f64()
            .unwrap_or(f64::NAN)
    }

    fn pace(&self) -> Result<Pace> {
        let period = Duration::from_secs_f64(1.0 / RATE);
        Pace::of(
            &self.session.arrivals,
            period,
            self.session.from,
            self.session.to,
        )
    }

    /// What the loop says of its own period.
    fn own_p99_us(&self) -> Option<f64> {
        self.session.report.as_ref()?["period_error_us"]["p99"].as_f64()
    }

    /// CPU seconds that a minute of it takes.
    fn cpu_s_per_minute(&self) -> f64 {
        let span = (self.session.cpu_to - self.session.cpu_from) as f64 / 1e9;
        self.session.cpu.as_secs_f64() / span * MINUTE
    }
}

/// A minute with two MJPG cameras of 640x480 at 30, the loop at 120 Hz, against the same without cameras.
pub fn filming(tendon: &Tendon, effort: Effort, results: &mut Results) -> Result<()> {
    let seconds = effort.seconds.max(MINUTE);
    let without = recorded(tendon, seconds, false)?;
    let with = recorded(tendon, seconds, true)?;
    let rows = with.saved["rows"].as_f64().unwrap_or(0.0);
    let wanted = (seconds * f64::from(FPS)).round();
    results.add(
        Figure::new("cameras: rows written", rows, "")
            .higher_is_better()
            .target(wanted),
    );
    let cpu = with.cpu_s_per_minute();
    results.add(
        Figure::new("cameras: CPU for 60 s of recording", cpu, "s")
            .target(CPU_S)
            .ratio(cpu / without.cpu_s_per_minute(), 0.5),
    );
    results.add(Figure::new(
        "cameras: CPU for 60 s without cameras",
        without.cpu_s_per_minute(),
        "s",
    ));
    let memory = with.session.peak_memory as f64 / 1e6;
    results.add(
        Figure::new("cameras: most memory", memory, "MB")
            .target(MEMORY_MB)
            .ratio(memory, 0.15),
    );
    for view in VIEWS {
        for what in ["repeated", "skipped", "late", "squeezed"] {
            let name = format!("cameras: {what} pictures, {view}");
            results.add(Figure::new(name, with.count(view, what), ""));
        }
    }
    results.add(Figure::new(
        "cameras: saving the episode",
        with.saved["save_ms"].as_f64().unwrap_or(f64::NAN),
        "ms",
    ));
    let (quiet, busy) = (without.pace()?, with.pace()?);
    for (words, quantile) in QUANTILES {
        let (quiet, busy) = (quiet.quantile(quantile), busy.quantile(quantile));
        let mut later = Figure::new(
            format!("cameras: period error {words}, later than without"),
            busy - quiet,
            "µs",
        );
        if quantile == 0.99 {
            later = later.target(LATER_US);
        }
        results.add(later);
        results.add(Figure::new(
            format!("cameras: period error {words}, without"),
            quiet,
            "µs",
        ));
    }
    // What the kernel adds on the way to the simulated arm is in the figures above; the loop's own view is without it.
    if let (Some(quiet), Some(busy)) = (without.own_p99_us(), with.own_p99_us()) {
        results.add(Figure::new(
            "cameras: period error p99 as the loop itself measures it, later than without",
            busy - quiet,
            "µs",
        ));
        results.add(Figure::new(
            "cameras: period error p99 as the loop itself measures it, without",
            quiet,
            "µs",
        ));
    }
    results.add(Figure::new(
        "cameras: missed cycles",
        busy.missed as f64,
        "",
    ));
    Ok(())
}

/// A thread of no special right that does nothing but wait for the next [`LOOK`]: how long the machine kept it waiting beyond
/// that is how long it may have kept a camera's thread waiting.
struct Bystander {
    over: Arc<AtomicBool>,
    thread: stdx::thread::Joined<Vec<(u64, u64)>>,
}

const LOOK: Duration = Duration::from_millis(5);
/// Waits that are remembered, in nanoseconds.
const LONG: u64 = 15_000_000;

impl Bystander {
    fn start() -> Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        let thread = spawn("bystander", Intent::Capture, move || {
            let (clock, mut waits) = (clock(), Vec::new());
            while !ended.load(Ordering::Acquire) {
                let due = clock.now() + LOOK;
                clock.sleep(LOOK);
                let late = clock.now().since(due).as_nanos() as u64;
                if late > LONG {
                    waits.push((due.as_nanos(), late));
                }
            }
            waits
        })?;
        Ok(Self { over, thread })
    }

    /// Its long waits: when each began and how long it was, in nanoseconds.
    fn end(self) -> Result<Vec<(u64, u64)>> {
        self.over.store(true, Ordering::Release);
        self.thread.join().map_err(anyhow::Error::new)
    }
}

/// What is known of each row whose picture was too old: how old, how long the camera let it wait for the next one, and how
/// long an idle thread had to wait meanwhile.
fn late_rows(film: &filmed::Film, waits: &[(u64, u64)]) -> impl Iterator<Item = String> {
    let account = &film.account;
    let late = |row: &usize| PictureFlags(account.flags[*row]).has(PictureFlags::LATE);
    let rows = (0..film.observed.len()).filter(late);
    rows.map(move |row| {
        let (number, arrived) = (account.sequence[row], account.arrived_at_ns[row]);
        let next = (row..account.sequence.len()).find(|later| account.sequence[*later] != number);
        let ms = |ns: u64| ns as f64 / 1e6;
        let until = next.map_or(film.observed[row], |next| account.arrived_at_ns[next]);
        let meanwhile = waits
            .iter()
            .filter(|(from, wait)| *from < until && from + wait > arrived);
        let waited = meanwhile.map(|(_, wait)| *wait).max();
        format!(
            "        row {row} at {:.1} s: its picture is {:.1} ms old, the camera's next one came {:.1} ms after it; an idle thread {}",
            row as f64 / f64::from(FPS),
            ms(film.observed[row] - arrived),
            next.map_or(f64::NAN, |next| ms(account.arrived_at_ns[next] - arrived)),
            waited.map_or_else(
                || "had to wait for less than 15 ms".to_owned(),
                |wait| format!("had to wait {:.1} ms meanwhile", ms(wait))
            ),
        )
    })
}

/// What the program held from the first to the last row: saving them all at once takes more, for a moment.
fn while_recording(session: &Session, first: u64, last: u64) -> Vec<u64> {
    let held = session.memory.iter();
    held.filter(|(at, _)| (first..=last).contains(at))
        .map(|(_, bytes)| *bytes)
        .collect()
}

/// Records two cameras for `seconds` in real time: whether every row has the newest picture that had arrived, by its own
/// account and by the count that is drawn in it, none of them late, and memory stays flat.
pub fn soak(tendon: &Tendon, seconds: f64) -> Result<bool> {
    say(&format!(
        "\nrecording two cameras of 640x480 at {FPS} and the arm at {RATE} Hz for {} s",
        number(seconds)
    ));
    let bystander = Bystander::start()?;
    let recorded = recorded(tendon, seconds, true)?;
    let waits = bystander.end()?;
    say(&format!(
        "an idle thread of the same machine had to wait longer than 15 ms {} times, the longest {:.1} ms",
        waits.len(),
        waits.iter().map(|(_, wait)| *wait).max().unwrap_or(0) as f64 / 1e6
    ));
    ensure!(
        recorded.session.memory.len() > 4,
        "the run was too short to judge its memory"
    );
    let rows = recorded.saved["rows"].as_f64().unwrap_or(0.0);
    let wanted = (seconds * f64::from(FPS)).round();
    let mut well = control::judge(
        "every row was written",
        &format!("{rows} of {wanted}"),
        rows == wanted,
    );
    let films = filmed::films(&recorded.scene.folder.path().join("dataset"), 0)?;
    ensure!(films.len() == VIEWS.len(), "{} films", films.len());
    for (view, film) in VIEWS.iter().zip(&films) {
        let count = |what| recorded.count(view, what);
        let agreed = film.agrees();
        let (words, agrees) = match &agreed {
            Ok(seen) => (
                format!("{seen:?}"),
                film.strips.len() as f64 == rows && seen.unread == 0 && seen.doubles == 0,
            ),
            Err(error) => (error.to_string(), false),
        };
        well &= control::judge(
            &format!("camera {view}: every row shows the newest picture that had arrived"),
            &words,
            agrees,
        );
        well &= control::judge(
            &format!("camera {view}: none of them late or squeezed"),
            &format!(
                "{} fresh, {} repeated, {} skipped, {} late, {} squeezed",
                count("fresh"),
                count("repeated"),
                count("skipped"),
                count("late"),
                count("squeezed")
            ),
            count("late") == 0.0 && count("squeezed") == 0.0,
        );
        late_rows(film, &waits).for_each(|words| say(&words));
    }
    // Flat: the last quarter is no higher than the second, but for a hundredth of the promised whole.
    let rows = &films[0].observed;
    let [first, .., last] = rows[..] else {
        bail!("too few rows to judge the memory by");
    };
    let memory: Vec<u64> = while_recording(&recorded.session, first, last);
    let most = |part: &[u64]| part.iter().max().copied().unwrap_or(0) as f64 / 1e6;
    let quarter = memory.len() / 4;
    say(&format!(
        "memory over time, the most of each twentieth, MB: {}",
        memory
            .chunks(memory.len().div_ceil(20))
            .map(|part| format!("{:.1}", most(part)))
            .collect::<Vec<_>>()
            .join(" ")
    ));
    let (early, late) = (
        most(&memory[quarter..2 * quarter]),
        most(&memory[3 * quarter..]),
    );
    say(&format!(
        "and while the episode was saved: {:.1} MB",
        recorded.session.peak_memory as f64 / 1e6
    ));
    well &= control::judge(
        "memory stays flat",
        &format!(
            "{} MB in the second quarter, {} MB in the last",
            number(early),
            number(late)
        ),
        late <= early + MEMORY_MB / 100.0,
    );
    Ok(well)
}
