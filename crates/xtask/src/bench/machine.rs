//! The machine's own noise: a bare loop with absolute deadlines that hands as many bytes to a line as a
//! cycle's goals have, and does nothing else; measured as ours is, where the bytes arrive.
//!
//! It sleeps with `clock_nanosleep` and writes with `write`, as a C program would, at the priority our own
//! control loop asks for.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result};
use stdx::Clock as _;
use stdx::thread::Intent;

use super::arrivals::{Arrival, Pace, QUANTILES};
use super::figures::{Figure, Results};
use super::pty::Pty;
use super::tendon::{Running, Tendon, User};
use super::{Effort, clock, tendon};

/// Bytes of a group write of six goals.
const GOAL_BYTES: usize = 26;

/// What the machine does with a bare loop.
pub struct Bare {
    /// Its pace.
    pub pace: Pace,
    /// CPU time of a cycle in microseconds.
    pub cpu_us: f64,
}

/// Runs the bare loop for `seconds` and looks at what arrives.
///
/// # Errors
/// When the line or the process fails.
pub fn measure(user: User, rate: f64, seconds: f64) -> Result<Bare> {
    // A copy, because the one that runs may lie where another user cannot go.
    let folder = tendon::open_folder()?;
    let program = folder.path().join("xtask");
    std::fs::copy(std::env::current_exe()?, &program)?;
    let mut pty = Pty::open()?;
    let mut command = tendon::as_user(user, &program);
    command
        .arg("bare-loop")
        .arg(format!("--rate={rate}"))
        .arg(format!("--seconds={}", seconds + 1.0))
        .arg(&pty.path)
        .stdin(Stdio::null());
    let child = Running::start(command, "the bare loop")?;
    // A thread of its own, because what it is given must not be handed on to the processes started here.
    let read = stdx::thread::spawn("arrivals", Intent::Control, move || {
        // As the simulator: what measures runs before what is measured.
        stdx::priority::elevate(Intent::Control);
        arrivals(&mut pty, &child, seconds).map(|seen| (seen, child))
    })?;
    let (seen, child) = read.join()??;
    child.finish(Duration::from_secs(5))?;
    Ok(Bare {
        pace: Pace::of(
            &seen.arrivals,
            Duration::from_secs_f64(1.0 / rate),
            seen.from,
            u64::MAX,
        )?,
        cpu_us: seen.cpu.as_secs_f64() * 1e6 / seen.cycles.max(1) as f64,
    })
}

struct Seen {
    arrivals: Vec<Arrival>,
    from: u64,
    cpu: Duration,
    cycles: usize,
}

/// Reads for `seconds`, beginning when the loop has settled.
fn arrivals(pty: &mut Pty, child: &Running, seconds: f64) -> Result<Seen> {
    let clock = clock();
    let begin = clock.now() + Duration::from_millis(500);
    let end = begin + Duration::from_secs_f64(seconds);
    let mut arrivals = Vec::new();
    let mut buffer = [0; 256];
    let (mut pending, mut settled) = (0, None);
    while clock.now() < end {
        pending += pty.master.read(&mut buffer).context("the line broke")?;
        let now = clock.now();
        while pending >= GOAL_BYTES {
            pending -= GOAL_BYTES;
            arrivals.push(Arrival {
                at: now.as_nanos(),
                goals: Vec::new(),
            });
        }
        if settled.is_none() && now >= begin {
            settled = Some((child.cpu()?, arrivals.len()));
        }
    }
    let (before, counted_from) = settled.context("the bare loop sent nothing")?;
    Ok(Seen {
        from: begin.as_nanos(),
        cpu: child.cpu()?.saturating_sub(before),
        cycles: arrivals.len() - counted_from,
        arrivals,
    })
}

/// What the bare loop does on a machine with nothing else to do.
pub fn noise(_: &Tendon, effort: Effort, results: &mut Results) -> Result<()> {
    for (user, words) in User::all() {
        let bare = measure(user, 120.0, effort.seconds)?;
        let name = format!("machine 120 Hz {words}");
        for (words, quantile) in QUANTILES {
            let error = bare.pace.quantile(quantile);
            results.add(Figure::new(
                format!("{name}: period error {words}"),
                error,
                "µs",
            ));
        }
        let missed = bare.pace.missed as f64;
        results.add(Figure::new(format!("{name}: missed cycles"), missed, ""));
        results.add(Figure::new(
            format!("{name}: CPU per cycle"),
            bare.cpu_us,
            "µs",
        ));
    }
    Ok(())
}

/// The bare loop itself, in a process of its own. Returns the priority it ran with.
///
/// # Errors
/// When the line breaks.
pub fn bare_loop(line: &Path, rate: f64, seconds: f64) -> Result<String> {
    let mut line = File::options().write(true).open(line)?;
    let priority = stdx::priority::elevate(Intent::Control);
    let clock = clock();
    let period = Duration::from_secs_f64(1.0 / rate);
    let bytes = [0x55; GOAL_BYTES];
    let start = clock.now() + period;
    let cycles = (seconds * rate) as u32;
    for cycle in 0..cycles {
        clock.sleep_until(start + period * cycle);
        line.write_all(&bytes)?;
    }
    Ok(priority.words)
}

/// Seconds this machine takes for a fixed piece of single-threaded work: sorting two million numbers
/// three times, the best of the three. Makes rates of pure computing comparable.
pub fn sorting_seconds() -> f64 {
    let clock = clock();
    let mut best = f64::INFINITY;
    for round in 0..3u64 {
        let mut state = round + 1;
        let mut numbers: Vec<u64> = (0..2_000_000)
            .map(|_| {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                state
            })
            .collect();
        let before = clock.now();
        numbers.sort_unstable();
        std::hint::black_box(&numbers);
        best = best.min(clock.now().since(before).as_secs_f64());
    }
    best
}
