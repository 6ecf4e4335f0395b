//! Benches of writing and packing datasets.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use dataset::{Dataset, DatasetSpec, Row, RowFlags};
use stdx::Clock as _;

use super::arrivals::quantile_of;
use super::figures::{Figure, Results, say};
use super::machine::sorting_seconds;
use super::tendon::{Running, Tendon};
use super::{Effort, clock};
use crate::house::root;

/// Episodes that are written, and rows of each: a minute at 30 a second.
const EPISODES: u32 = 9;
const ROWS_PER_EPISODE: u32 = 1800;
/// What LeRobot writes, measured on a machine like this one.
const LEROBOT_ROWS_PER_SECOND: f64 = 3500.0;
/// Size of the dataset that is packed.
const PACKED_BYTES: u64 = 1 << 30;
/// How often both ways are measured, in turn.
const ROUNDS: usize = 3;

/// Rows written per second: episodes of a minute at 30 rows a second, from the first row to the commit,
/// journal and syncs included.
pub fn rows(_: &Tendon, _effort: Effort, results: &mut Results) -> Result<()> {
    let folder = tempfile::Builder::new()
        .prefix("rows-bench")
        .tempdir_in(root().join("target"))?;
    let spec = DatasetSpec::so_follower(30, false);
    let dataset = Dataset::create(folder.path().join("dataset"), &spec)?;
    let clock = clock();
    let mut speeds = Vec::new();
    for episode in 0..EPISODES {
        let before = clock.now();
        let mut draft = dataset.begin_episode("measure")?;
        for row in 0..ROWS_PER_EPISODE {
            let angle = (episode * ROWS_PER_EPISODE + row) as f32 / 100.0;
            let state: [f32; 6] = std::array::from_fn(|joint| 50.0 * (angle + joint as f32).sin());
            draft.push(Row {
                state: &state,
                action: &state.map(|value| value + 0.5),
                observed_at: units::MonoTime(u64::from(row) * 33_333_333),
                flags: RowFlags::default(),
                pictures: &[],
            })?;
        }
        draft.save(serde_json::json!({}), &[])?;
        speeds.push(f64::from(ROWS_PER_EPISODE) / clock.now().since(before).as_secs_f64());
    }
    speeds.sort_by(f64::total_cmp);
    let speed = quantile_of(&speeds, 0.5);
    results.add(
        Figure::new("rows: dataset rows per second", speed, "1/s")
            .higher_is_better()
            .target(LEROBOT_ROWS_PER_SECOND)
            .ratio(speed * sorting_seconds(), 0.5),
    );
    Ok(())
}

/// Speed and memory of the export against `cp -r` and `sync`, on the same files, in turn.
pub fn zip(tendon: &Tendon, _effort: Effort, results: &mut Results) -> Result<()> {
    let scene = tendon.scene()?;
    // On the disk of the build, not where temporary files may live in memory.
    let folder = tempfile::Builder::new()
        .prefix("zip-bench")
        .tempdir_in(root().join("target"))?;
    let dataset = folder.path().join("dataset");
    large_dataset(&dataset)?;
    let zip = folder.path().join("dataset.zip");
    let copy = folder.path().join("copy");
    let clock = clock();
    let (mut ratios, mut speeds, mut memory) = (Vec::new(), Vec::new(), 0);
    for _ in 0..ROUNDS {
        settle(folder.path())?;
        let before = clock.now();
        let mut command = scene.export(&dataset, &zip);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let mut export = Running::start(command, "tendon export")?;
        while export.ended()?.is_none() {
            if let Ok(peak) = export.peak_memory() {
                memory = memory.max(peak);
            }
            clock.sleep(Duration::from_millis(5));
        }
        let ours = clock.now().since(before).as_secs_f64();
        export.finish(Duration::ZERO)?;
        fs::remove_file(&zip).context("the export left no ZIP")?;

        settle(folder.path())?;
        let before = clock.now();
        run(Command::new("cp").arg("-r").arg(&dataset).arg(&copy))?;
        settle(&copy)?;
        let theirs = clock.now().since(before).as_secs_f64();
        fs::remove_dir_all(&copy)?;
        say(&format!("  ZIP {ours:.2} s, cp and sync {theirs:.2} s"));
        ratios.push(theirs / ours);
        speeds.push(PACKED_BYTES as f64 / 1e6 / ours);
    }
    ratios.sort_by(f64::total_cmp);
    speeds.sort_by(f64::total_cmp);
    let ratio = quantile_of(&ratios, 0.5);
    results.add(
        Figure::new("zip: speed over cp -r and sync", ratio, "")
            .higher_is_better()
            .target(0.7)
            .ratio(ratio, 0.4),
    );
    results.add(Figure::new("zip: speed", quantile_of(&speeds, 0.5), "MB/s").higher_is_better());
    let megabytes = memory as f64 / 1e6;
    results.add(
        Figure::new("zip: most memory", megabytes, "MB")
            .target(64.0 * 1.048_576)
            .ratio(megabytes, 0.15),
    );
    Ok(())
}

/// A folder as large as two cameras make it: few large files that do not shrink, and some text.
fn large_dataset(folder: &Path) -> Result<()> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut noise = |size: u64, path: &Path| -> Result<()> {
        fs::create_dir_all(path.parent().context("a file has a folder")?)?;
        let mut file = fs::File::create(path)?;
        let mut block = vec![0; 1 << 20];
        for _ in 0..size.div_ceil(1 << 20) {
            for chunk in block.chunks_exact_mut(8) {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                chunk.copy_from_slice(&state.to_le_bytes());
            }
            file.write_all(&block)?;
        }
        Ok(())
    };
    let files = 10;
    for camera in ["front", "wrist"] {
        for index in 0..files / 2 {
            noise(
                PACKED_BYTES / files,
                &folder.join(format!(
                    "videos/observation.images.{camera}/chunk-000/file-{index:03}.mp4"
                )),
            )?;
        }
    }
    noise(8 << 20, &folder.join("data/chunk-000/file-000.parquet"))?;
    noise(
        1 << 20,
        &folder.join("meta/episodes/chunk-000/file-000.parquet"),
    )?;
    fs::write(folder.join("meta/stats.json"), "{}\n".repeat(100_000))?;
    fs::write(
        folder.join("meta/info.json"),
        "{\"codebase_version\": \"v3.0\"}\n",
    )?;
    settle(folder)
}

/// Waits until everything written is on the disk.
fn settle(folder: &Path) -> Result<()> {
    run(Command::new("sync").arg("-f").arg(folder))
}

fn run(command: &mut Command) -> Result<()> {
    let status = command.status()?;
    if !status.success() {
        bail!("{command:?} ended with {status}");
    }
    Ok(())
}
