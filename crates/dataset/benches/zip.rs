//! How fast a dataset becomes a checked, synced ZIP, against `cp -r` plus `sync -f` of the same files.
//!
//! Budget: for 1 GiB at least 0.7 of cp's speed, memory below 64 MiB. The two take turns, each on an emptied
//! target, and both start with a synced disk; the medians are compared. The last line is JSON.
//! `TENDON_BENCH_DIR` says where (default: beside the build), `TENDON_BENCH_MIB` how much, `TENDON_BENCH_RUNS`
//! how often. Everything is deleted afterwards.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use dataset::export::{ExportOptions, export_zip};
use dataset::progress::Progress;
use stdx::{Clock, SystemClock};

const MIB: usize = 1 << 20;

fn main() -> Result<()> {
    let setting = |name: &str, usual: usize| {
        std::env::var(name)
            .ok()
            .and_then(|text| text.parse().ok())
            .unwrap_or(usual)
    };
    let place = std::env::var_os("TENDON_BENCH_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")), PathBuf::from)
        .join("zip-bench");
    if place.exists() {
        fs::remove_dir_all(&place)?;
    }
    let outcome = measure(
        &place,
        setting("TENDON_BENCH_MIB", 1024),
        setting("TENDON_BENCH_RUNS", 5),
    );
    fs::remove_dir_all(&place)?;
    outcome
}

fn measure(place: &Path, mib: usize, runs: usize) -> Result<()> {
    let source = place.join("source");
    generate(&source, mib)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for run in 0..=runs {
        let zip = place.join("source.zip");
        let copy = place.join("copy");
        let by_zip = timed(place, || {
            export_zip(&source, &zip, &ExportOptions::default(), &Progress::new())?;
            Ok(())
        })?;
        fs::remove_file(&zip)?;
        let by_cp = timed(place, || {
            command("cp", &["-r".as_ref(), source.as_ref(), copy.as_ref()])?;
            command("sync", &["-f".as_ref(), copy.as_ref()])
        })?;
        fs::remove_dir_all(&copy)?;
        say(&format!("run {run}: zip {by_zip:.3} s, cp {by_cp:.3} s"))?;
        // The first round only brings the sources into memory for both.
        if run > 0 {
            ours.push(by_zip);
            theirs.push(by_cp);
        }
    }
    let (ours, theirs) = (median(ours), median(theirs));
    let result = serde_json::json!({
        "bench": "zip",
        "mib": mib,
        "zip_s": ours,
        "cp_s": theirs,
        "speed_ratio": theirs / ours,
        "peak_rss_mib": peak_rss_mib(),
    });
    say(&result.to_string())
}

/// Files that cannot be packed further, as videos are, and a little JSON.
fn generate(root: &Path, mib: usize) -> Result<()> {
    fs::create_dir_all(root.join("meta"))?;
    fs::write(root.join("meta/info.json"), "{}")?;
    fs::write(
        root.join("meta/stats.json"),
        "[0.125, 7.5, 33.0], ".repeat(10_000),
    )?;
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let videos = mib * 9 / 10;
    let sizes = [0.25, 0.22, 0.18, 0.14, 0.11, 0.10].map(|part| (videos as f64 * part) as usize);
    for (index, size) in sizes.into_iter().enumerate() {
        let name = format!("videos/observation.images.front/chunk-000/file-{index:03}.mp4");
        noise.fill(&root.join(name), size)?;
    }
    let data = mib.saturating_sub(sizes.iter().sum());
    for index in 0..10 {
        let name = format!("data/chunk-000/file-{index:03}.parquet");
        noise.fill(&root.join(name), data / 10)?;
    }
    Ok(())
}

/// A small generator (xorshift64*), so that the files are the same every time and cannot be compressed.
struct Noise(u64);

impl Noise {
    fn fill(&mut self, path: &Path, mib: usize) -> Result<()> {
        fs::create_dir_all(path.parent().context("a file has a folder")?)?;
        let mut file = File::create(path)?;
        let mut block = vec![0; MIB];
        for _ in 0..mib {
            for chunk in block.chunks_exact_mut(8) {
                self.0 ^= self.0 >> 12;
                self.0 ^= self.0 << 25;
                self.0 ^= self.0 >> 27;
                chunk.copy_from_slice(&self.0.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
            }
            file.write_all(&block)?;
        }
        Ok(())
    }
}

fn timed(place: &Path, work: impl FnOnce() -> Result<()>) -> Result<f64> {
    command("sync", &["-f".as_ref(), place.as_ref()])?;
    let start = SystemClock.now();
    work()?;
    Ok(SystemClock.now().since(start).as_secs_f64())
}

fn command(program: &str, arguments: &[&std::ffi::OsStr]) -> Result<()> {
    let status = Command::new(program).args(arguments).status()?;
    ensure!(status.success(), "{program} ended with {status}");
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The most memory this process ever had resident, as the kernel counts it.
fn peak_rss_mib() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib / 1024.0)
}

fn say(line: &str) -> Result<()> {
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
