//! How many rows per second become part of a dataset: journal, statistics, Parquet, commit, everything synced to the disk.
//!
//! One arm of six joints, 30 rows per second, episodes of 900 rows. LeRobot writes 3,500 rows per second, without a
//! journal and without syncing; budget: at least as many. The disk decides: each commit syncs a dozen files and folders.

use std::hint::black_box;
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dataset::{Dataset, DatasetError, DatasetSpec, Row, RowFlags};
use serde_json::Value;
use units::MonoTime;

const ROWS: usize = 900;

fn episode(dataset: &Dataset, rows: &[[f32; 6]]) -> Result<(), DatasetError> {
    let mut draft = dataset.begin_episode("Grab the cube")?;
    for (at, row) in (0..).zip(rows) {
        draft.push(Row {
            state: row,
            action: row,
            observed_at: MonoTime(at * 33_333_333),
            flags: RowFlags::default(),
            pictures: &[],
        })?;
    }
    black_box(draft.save(Value::Null, &[])?);
    Ok(())
}

fn write(criterion: &mut Criterion, place: &Path) -> Result<(), DatasetError> {
    let rows: Vec<[f32; 6]> = (0..ROWS)
        .map(|row| std::array::from_fn(|joint| (row as f32 / 50.0 + joint as f32).sin() * 60.0))
        .collect();
    let dataset = Dataset::create(place, DatasetSpec::so_follower(30, false))?;
    let mut failed = None;
    let mut group = criterion.benchmark_group("rows");
    group
        .throughput(Throughput::Elements(ROWS as u64))
        .sample_size(20);
    group.bench_function("record and save an episode of 900", |bencher| {
        bencher.iter(|| failed = episode(&dataset, &rows).err().or(failed.take()));
    });
    group.bench_function("read an episode of 900", |bencher| {
        bencher.iter(|| {
            let read = dataset.rows(0).and_then(|rows| {
                rows.map(|row| row.map(|row| row.index))
                    .sum::<Result<i64, _>>()
            });
            failed = read.map(black_box).err().or(failed.take());
        });
    });
    group.finish();
    failed.map_or(Ok(()), Err)
}

fn rows(criterion: &mut Criterion) {
    // Beside the build, because /tmp is often memory and would flatter.
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let outcome = tempfile::tempdir_in(place)
        .map_err(anyhow::Error::from)
        .and_then(|folder| Ok(write(criterion, &folder.path().join("set"))?));
    assert!(outcome.is_ok(), "{outcome:?}");
}

criterion_group!(benches, rows);
criterion_main!(benches);
