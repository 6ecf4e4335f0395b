//! Our side of the talk with LeRobot: makes a dataset, adds to one, tells what it reads as JSON, verifies.
//!
//! `interop create|add|tell|verify FOLDER`. The values are a fixed function of their place, so that nothing random
//! stands between two runs. Used by `tests/interop/run.sh`.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, bail};
use dataset::progress::Progress;
use dataset::{Dataset, DatasetSpec, Row, RowFlags};
use serde_json::{Map, Value, json};
use units::MonoTime;

const FPS: u32 = 30;
/// Tasks of the episodes that are made here; not plain English only, because labels are not.
const TASKS: [&str; 3] = [
    "Pick up the cube",
    "Put it — ici — 在这里",
    "Pick up the cube",
];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [verb, folder] = arguments.as_slice() else {
        bail!("usage: interop create|add|tell|verify FOLDER");
    };
    let root = Path::new(folder);
    match verb.as_str() {
        "create" => create(root),
        "add" => add(root),
        "tell" => tell(root),
        "verify" => verify(root),
        other => bail!("there is no verb {other:?}"),
    }
}

fn create(root: &Path) -> Result<()> {
    let dataset = Dataset::create(root, DatasetSpec::so_follower(FPS, false))?;
    for (task, rows) in TASKS.into_iter().zip([45, 31, 1]) {
        record(&dataset, task, rows)?;
    }
    Ok(())
}

fn add(root: &Path) -> Result<()> {
    let dataset = Dataset::resume(root, DatasetSpec::so_follower(FPS, false))?;
    record(&dataset, "Hand it over", 20)?;
    record(&dataset, TASKS[0], 33)
}

fn record(dataset: &Dataset, task: &str, rows: u32) -> Result<()> {
    let episode = dataset.next_episode();
    let mut draft = dataset.begin_episode(task)?;
    for row in 0..rows {
        let time = f64::from(row) / f64::from(FPS);
        let at = |joint: usize, delay: f64| {
            let turn = (time - delay) * (0.7 + joint as f64 * 0.3) + episode as f64;
            (turn.sin() * (20.0 + 15.0 * joint as f64)) as f32
        };
        let state: Vec<f32> = (0..6).map(|joint| at(joint, 0.05)).collect();
        let action: Vec<f32> = (0..6).map(|joint| at(joint, 0.0)).collect();
        draft.push(Row {
            state: &state,
            action: &action,
            observed_at: MonoTime(1_000_000_000 + u64::from(row) * 33_333_333),
            flags: RowFlags::default(),
            pictures: &[],
        })?;
    }
    draft.save(json!({"made_by": "the interop example"}), &[])?;
    Ok(())
}

/// All that our reader reads, as one JSON object on standard output.
fn tell(root: &Path) -> Result<()> {
    let dataset = Dataset::open(root)?;
    let tasks = dataset.tasks();
    let mut rows = Vec::new();
    for row in dataset.all_rows() {
        let row = row?;
        let task = tasks
            .text(row.task_index)
            .with_context(|| format!("row {} has a task that does not exist", row.index))?;
        rows.push(json!({
            "index": row.index,
            "episode_index": row.episode_index,
            "frame_index": row.frame_index,
            "timestamp": row.timestamp,
            "task_index": row.task_index,
            "task": task,
            "observation.state": row.state,
            "action": row.action,
        }));
    }
    let lengths: Vec<u64> = dataset
        .episodes()
        .iter()
        .map(|episode| episode.length)
        .collect();
    let stats = dataset.stats()?.context("there are no statistics")?;
    let names: Map<String, Value> = dataset
        .info()
        .features
        .iter()
        .map(|feature| (feature.name.clone(), json!(feature.names)))
        .collect();
    let told = json!({
        "fps": dataset.info().fps,
        "robot_type": dataset.info().robot_type,
        "names": names,
        "lengths": lengths,
        "stats": stats.to_value(),
        "rows": rows,
    });
    writeln!(std::io::stdout(), "{told}")?;
    Ok(())
}

fn verify(root: &Path) -> Result<()> {
    let report = dataset::verify::verify(root, &Progress::new());
    let mut out = std::io::stdout();
    for finding in &report.findings {
        writeln!(out, "{finding}")?;
    }
    writeln!(
        out,
        "verified {}: {} episodes, {} rows, {} findings",
        root.display(),
        report.episodes,
        report.rows,
        report.findings.len()
    )?;
    if !report.clean() {
        bail!("the dataset is not clean");
    }
    Ok(())
}
