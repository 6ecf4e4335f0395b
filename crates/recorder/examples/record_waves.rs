//! Records joints that follow slow waves, in real time, without an arm: the recorder by itself, for looking at
//! its cost and for cutting its power.
//!
//! `record_waves ROOT FPS EPISODE_SECONDS EPISODES` tells of its rows as `tendon record --json` does, one
//! object per line.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use arms::{JOINTS, Step, Values};
use dataset::{Dataset, DatasetSpec};
use recorder::{DatasetStore, Event, Outputs, RecordConfig, Recorder};
use stdx::thread::{Intent, spawn};
use stdx::{Clock, QueueWriter, SystemClock, latest, queue};
use units::{Hz, MonoTime};

const CONTROL_RATE: f64 = 120.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [root, fps, seconds, episodes] = arguments.as_slice() else {
        return Err("record_waves ROOT FPS EPISODE_SECONDS EPISODES".into());
    };
    let config = RecordConfig {
        task: "follow the waves".into(),
        fps: fps.parse()?,
        control_rate: Hz::new(CONTROL_RATE).ok_or("not a rate")?,
        episode_time: Duration::from_secs_f64(seconds.parse()?),
        reset_time: Duration::ZERO,
        num_episodes: episodes.parse()?,
        start_at_once: true,
    };
    let spec = DatasetSpec::so_follower(config.fps, false);
    let store = DatasetStore::new(Dataset::create(root, &spec)?);
    let clock = SystemClock::shared();
    let (steps, taken) = queue(1024);
    let (told, events) = queue(256);
    let (put, status) = latest();
    let outputs = Outputs {
        events: told,
        status: put,
        loop_report: Box::new(|| None),
    };
    let mut recorder = Recorder::new(taken, store, &config, Arc::clone(&clock), outputs)?;
    let over = Arc::new(AtomicBool::new(false));
    let waves = spawn("waves", Intent::Control, {
        let over = Arc::clone(&over);
        move || waves(&steps, &over)
    })?;
    loop {
        let goes_on = recorder.poll();
        while let Some(event) = events.pop() {
            if let Event::EpisodeSaved(saved) = event {
                tell(&format!(
                    r#"{{"kind":"episode_saved","episode":{},"rows":{}}}"#,
                    saved.index, saved.rows
                ))?;
            }
        }
        if let Some(status) = status.take() {
            tell(&format!(
                r#"{{"kind":"recording","episode":{},"rows":{}}}"#,
                status.episode, status.rows
            ))?;
        }
        if !goes_on {
            break;
        }
        clock.sleep(Duration::from_millis(5));
    }
    over.store(true, Ordering::Relaxed);
    waves.join()?;
    Ok(())
}

fn tell(line: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()
}

/// Each joint on a wave of its own, at the control rate, until it is over.
fn waves(steps: &QueueWriter<Step>, over: &AtomicBool) {
    let clock = SystemClock;
    let start = clock.now();
    let mut slot = 0;
    while !over.load(Ordering::Relaxed) {
        let due = MonoTime(start.0 + (slot as f64 / CONTROL_RATE * 1e9) as u64);
        clock.sleep_until(due);
        let now = clock.now();
        let mut joints = [0.0; JOINTS];
        for (joint, value) in joints.iter_mut().enumerate() {
            *value = 40.0 * (slot as f64 / CONTROL_RATE * (1.0 + joint as f64 * 0.3)).sin();
        }
        let lost = steps.push(Step {
            slot,
            observed_at: now,
            sent_at: now,
            observation: Values::from_arms(&[joints]),
            action: Values::from_arms(&[joints.map(|value| value + 0.5)]),
            stale: 0,
        });
        if lost.is_err() {
            tracing::debug!("the recorder counts it");
        }
        slot = (now.since(start).as_secs_f64() * CONTROL_RATE) as u64 + 1;
    }
}
