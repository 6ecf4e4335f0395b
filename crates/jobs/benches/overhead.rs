//! What the pool costs beside the work itself: an empty job through a worker and back, inline, and a plain call; a
//! checkpoint; a buffer; a storm on one control; telemetry.
//!
//! Budget: 50 µs for a job through a worker and back on an otherwise idle machine, of which two wake-ups of a thread are
//! most, so that a preview of 4 ms pays about a hundredth; 100 ns for a checkpoint, so that a tile may have one.

#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot go on says so by panicking"
)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use jobs::{Config, Ctx, Kind, Kinds, Pool, Product, Setup, Stop};

fn pool(workers: usize, on: bool) -> Pool {
    let mut config = Config {
        workers: Some(workers),
        ..Config::default()
    };
    config.products.of_mut(Product::Preview).on = on;
    let kinds = Kinds::new([
        Kind::new("render", Product::Preview),
        Kind::new("file", Product::Batch),
    ]);
    Setup::new(config, kinds).build().unwrap()
}

/// Work of about a millisecond that nothing can shorten.
fn work(rounds: u64) -> u64 {
    (0..rounds).fold(black_box(1), |sum: u64, round| {
        sum.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ round
    })
}

fn jobs(criterion: &mut Criterion) {
    for (name, rounds) in [("empty", 0), ("1 ms", 400_000)] {
        let mut group = criterion.benchmark_group(format!("a job, {name}"));
        group.bench_function("plain call", |bencher| {
            bencher.iter(|| work(black_box(rounds)));
        });
        for (place, on) in [("inline", false), ("worker", true)] {
            let pool = pool(1, on);
            let order = pool.order("render").unwrap();
            group.bench_function(place, |bencher| {
                bencher.iter(|| {
                    let job = move |_: &Ctx| Ok(work(black_box(rounds)));
                    pool.run(order.clone(), job).unwrap()
                });
            });
        }
        group.finish();
    }
}

/// Many jobs at once: what one costs when nobody waits for its answer before asking for the next.
fn throughput(criterion: &mut Criterion) {
    let pool = pool(1, true);
    let order = pool.order("file").unwrap();
    criterion.bench_function("500 empty jobs, queued", |bencher| {
        bencher.iter(|| {
            let tickets: Vec<_> = (0..500)
                .map(|number| {
                    pool.submit(order.clone(), move |_: &Ctx| Ok(number))
                        .unwrap()
                })
                .collect();
            let sum: u64 = tickets
                .into_iter()
                .map(|ticket| ticket.wait().unwrap())
                .sum();
            assert_eq!(sum, 124_750);
        });
    });
}

/// A control that is moved 200 times while each picture takes a while: only the newest is wanted.
fn storm(criterion: &mut Criterion) {
    let pool = pool(1, true);
    let order = pool.order("render").unwrap().control("exposure");
    criterion.bench_function("200 moves of a control", |bencher| {
        bencher.iter(|| {
            let mut newest = None;
            for number in 0..200_u64 {
                let job = move |ctx: &Ctx| -> Result<u64, Stop> {
                    for _ in 0..10 {
                        ctx.checkpoint()?;
                        black_box(work(1000));
                    }
                    Ok(number)
                };
                newest = Some(pool.submit(order.clone(), job).unwrap());
            }
            assert_eq!(newest.unwrap().wait().unwrap(), 199);
        });
    });
}

fn parts(criterion: &mut Criterion) {
    let pool = pool(1, true);
    criterion.bench_function("1000 checkpoints", |bencher| {
        bencher.iter(|| {
            pool.run(pool.order("file").unwrap(), |ctx| {
                (0..1000).try_for_each(|_| ctx.checkpoint())
            })
            .unwrap();
        });
    });
    criterion.bench_function("a recycled buffer of 24 MB", |bencher| {
        bencher.iter(|| black_box(pool.buffers().take(24_000_000, ()).unwrap()).share());
    });
    criterion.bench_function("telemetry", |bencher| bencher.iter(|| pool.telemetry()));
}

criterion_group!(benches, jobs, throughput, storm, parts);
criterion_main!(benches);
