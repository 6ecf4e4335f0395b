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

use anyhow::{Context, Result, bail};
use stdx::Clock as _;

use super::arrivals::{Arrival, Pace};
use super::pty::Pty;
use super::tendon::{Running, Scene, User};
use super::{clock, tendon};

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
pub fn measure(scene: &Scene, user: User, rate: f64, seconds: f64) -> Result<Bare> {
    let mut pty = Pty::open()?;
    let mut command = tendon::as_user(user, &scene.xtask);
    command
        .arg("bare-loop")
        .arg(format!("--rate={rate}"))
        .arg(format!("--seconds={}", seconds + 1.0))
        .arg(&pty.path)
        .stdin(Stdio::null());
    let child = Running::start(command, "the bare loop")?;
    let clock = clock();
    let begin = clock.now() + Duration::from_millis(500);
    let end = begin + Duration::from_secs_f64(seconds);
    let mut arrivals = Vec::new();
    let mut buffer = [0; 256];
    let (mut pending, mut cpu_before, mut counted_from) = (0, None, 0);
    while clock.now() < end {
        let got = pty.master.read(&mut buffer).context("the line broke")?;
        let now = clock.now();
        pending += got;
        while pending >= GOAL_BYTES {
            pending -= GOAL_BYTES;
            arrivals.push(Arrival {
                at: now.as_nanos(),
                goals: Vec::new(),
            });
        }
        if cpu_before.is_none() && now >= begin {
            cpu_before = Some(child.cpu()?);
            counted_from = arrivals.len();
        }
    }
    let (Some(before), after) = (cpu_before, child.cpu()?) else {
        bail!("the bare loop sent nothing");
    };
    child.finish(Duration::from_secs(5))?;
    let cycles = (arrivals.len() - counted_from).max(1);
    Ok(Bare {
        pace: Pace::of(
            &arrivals,
            Duration::from_secs_f64(1.0 / rate),
            begin.as_nanos(),
            end.as_nanos(),
        )?,
        cpu_us: (after.saturating_sub(before)).as_secs_f64() * 1e6 / cycles as f64,
    })
}

/// The bare loop itself, in a process of its own. Returns the priority it ran with.
///
/// # Errors
/// When the line breaks.
pub fn bare_loop(line: &Path, rate: f64, seconds: f64) -> Result<String> {
    let mut line = File::options().write(true).open(line)?;
    let priority = stdx::priority::elevate(stdx::thread::Intent::Control);
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
