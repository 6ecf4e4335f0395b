//! From a key press to the first goal on the wire that shows it: a person types into a terminal that tells
//! when keys come up, and the simulator notes when goals arrive.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Result, bail};
use rustix::event::{PollFd, PollFlags, poll};
use stdx::Clock as _;
use stdx::thread::{Intent, spawn};

use super::arrivals::{Arrival, quantile_of};
use super::control::USB_LATENCY_US;
use super::figures::{Figure, Results, say};
use super::pty::Pty;
use super::tendon::{Drive, Running, Tendon, User};
use super::{Effort, clock};

const RATE: f64 = 120.0;
/// Seconds until the arm is connected and has made its bounded first move.
const SETTLING: f64 = 4.0;
/// How long a key is held, and how long the arm then rests, in milliseconds; the rest varies, so that
/// presses fall anywhere in a cycle.
const HELD_MS: u64 = 80;
const REST_MS: u64 = 220;

/// Measures the latency of key presses.
pub fn latency(tendon: &Tendon, effort: Effort, results: &mut Results) -> Result<()> {
    let scene = tendon.scene()?;
    let sim = scene.start_sim(USB_LATENCY_US)?;
    let pty = Pty::open()?;
    let typing = effort.seconds.max(10.0);
    let command = in_terminal(
        &scene.teleoperate(User::Own, Drive::Keyboard, RATE, SETTLING + typing + 1.0),
        &pty,
    )?;
    let driver = Running::start(command, "tendon teleoperate in a terminal")?;
    let screen = Screen::start(pty.master.try_clone()?)?;

    let clock = clock();
    clock.sleep(Duration::from_secs_f64(SETTLING));
    let mut keyboard = pty.master.try_clone()?;
    let end = clock.now() + Duration::from_secs_f64(typing);
    let mut presses = Vec::new();
    let mut turn = 0u64;
    while clock.now() < end {
        // The wrist there and back: it rests far from its limits. Kitty's key events: 1 is a press, 3 a release.
        let key = if turn.is_multiple_of(2) { b'q' } else { b'e' };
        presses.push(clock.now().as_nanos());
        write!(keyboard, "\x1b[{key};1:1u")?;
        clock.sleep(Duration::from_millis(HELD_MS));
        write!(keyboard, "\x1b[{key};1:3u")?;
        // A step of 0.618 of a cycle covers a cycle evenly.
        let shift = Duration::from_secs_f64((turn as f64 * 0.618).fract() / RATE);
        clock.sleep(Duration::from_millis(REST_MS) + shift);
        turn += 1;
    }
    driver.finish(Duration::from_secs(20))?;
    drop(screen);
    let arrivals = scene.goals(sim)?;

    let mut latencies: Vec<f64> = presses
        .iter()
        .filter_map(|&press| shown_after(&arrivals, press))
        .map(|span| span as f64 / 1e6)
        .collect();
    latencies.sort_by(f64::total_cmp);
    say(&format!(
        "  {} presses, {} seen on the wire",
        presses.len(),
        latencies.len()
    ));
    if latencies.len() * 10 < presses.len() * 9 {
        bail!("too few presses moved the arm");
    }
    let period_ms = 1e3 / RATE;
    results.add(Figure::new(
        "key: press to goal on the wire p50",
        quantile_of(&latencies, 0.5),
        "ms",
    ));
    let p99 = quantile_of(&latencies, 0.99);
    results.add(
        Figure::new("key: press to goal on the wire p99", p99, "ms")
            .target(period_ms + 1.0)
            .ratio(p99 / period_ms, 0.25),
    );
    Ok(())
}

/// Nanoseconds from a press to the first write that changes the goals. `None` when the goals were not at
/// rest before it, or did not change before the next press.
fn shown_after(arrivals: &[Arrival], press: u64) -> Option<u64> {
    let next = arrivals.partition_point(|arrival| arrival.at <= press);
    let before = arrivals.get(next.checked_sub(3)?..next)?;
    let resting = &before[2].goals;
    if resting.is_empty() || before.iter().any(|arrival| &arrival.goals != resting) {
        return None;
    }
    arrivals[next..]
        .iter()
        .take_while(|arrival| arrival.at < press + (HELD_MS + REST_MS) * 1_000_000)
        .find(|arrival| &arrival.goals != resting)
        .map(|arrival| arrival.at - press)
}

/// The same command with the terminal as its standard streams and as its controlling terminal.
fn in_terminal(command: &std::process::Command, pty: &Pty) -> Result<std::process::Command> {
    let mut wrapped = std::process::Command::new("setsid");
    wrapped
        .args(["--ctty", "--wait"])
        .arg(command.get_program())
        .args(command.get_args())
        .env("TERM", "xterm-kitty")
        .stdin(pty.far_end()?)
        .stdout(pty.far_end()?)
        .stderr(pty.far_end()?);
    for (name, value) in command.get_envs() {
        if let Some(value) = value {
            wrapped.env(name, value);
        }
    }
    if let Some(folder) = command.get_current_dir() {
        wrapped.current_dir(folder);
    }
    Ok(wrapped)
}

/// The rest of a terminal: reads what the program draws and answers what it asks.
struct Screen {
    stop: Arc<AtomicBool>,
    thread: Option<stdx::thread::Joined<()>>,
}

impl Screen {
    fn start(mut master: File) -> Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let thread = spawn("screen", Intent::Capture, move || {
            let mut buffer = [0; 4096];
            while !asked.load(Ordering::Relaxed) {
                let wait = rustix::time::Timespec {
                    tv_sec: 0,
                    tv_nsec: 50_000_000,
                };
                let ready = poll(&mut [PollFd::new(&master, PollFlags::IN)], Some(&wait));
                if !matches!(ready, Ok(1..)) {
                    continue;
                }
                let Ok(got) = master.read(&mut buffer) else {
                    return;
                };
                let drawn = String::from_utf8_lossy(&buffer[..got]);
                // “Do you tell key-ups?” “Yes.” “What are you?” “A VT220.”
                let mut answer = String::new();
                if drawn.contains("\x1b[?u") {
                    answer.push_str("\x1b[?0u");
                }
                if drawn.contains("\x1b[c") {
                    answer.push_str("\x1b[?62c");
                }
                if master.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self {
            stop,
            thread: Some(thread),
        })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.thread.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write_at(at: u64, goal: i64) -> Arrival {
        Arrival {
            at,
            goals: vec![goal],
        }
    }

    #[test]
    fn a_press_counts_from_rest_to_the_first_changed_goal() {
        let arrivals: Vec<Arrival> = [(10, 5), (20, 5), (30, 5), (40, 5), (50, 6), (60, 7)]
            .map(|(at, goal)| write_at(at, goal))
            .into();
        assert_eq!(shown_after(&arrivals, 35), Some(15));
        assert_eq!(shown_after(&arrivals, 45), Some(5));
        assert_eq!(shown_after(&arrivals, 55), None, "not at rest");
        assert_eq!(shown_after(&arrivals, 15), None, "too early to know");
        assert_eq!(shown_after(&arrivals[..4], 35), None, "never shown");
    }
}
