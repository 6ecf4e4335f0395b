//! Benches of the worker pool: what a job costs beside its work, through a worker and where it is asked for, and what becomes
//! of a storm on one control.
//!
//! Not here: the same under a profiler's eye (`crates/jobs/benches/overhead.rs`), jobs that do something.

use std::hint::black_box;

use anyhow::{Context as _, Result, anyhow};
use jobs::{Config, Ctx, Kind, Kinds, Order, Pool, Product, Setup, Stop};
use stdx::Clock as _;

use super::figures::{Figure, Results, say};
use super::tendon::Tendon;
use super::{Effort, clock};

/// Each is done so often, and the middle one counts: a shared machine disturbs single ones by much.
const TIMES: usize = 2001;
/// Two wake-ups of a thread are most of it. A light preview takes 4 ms, of which this is about a hundredth. Microseconds.
const JOB_TARGET_US: f64 = 50.0;
/// Cheap enough for every tile of a picture. Nanoseconds.
const CHECKPOINT_TARGET_NS: f64 = 100.0;
/// Checkpoints of one job that is measured.
const CHECKPOINTS: u32 = 10_000;
/// Moves of one control, faster than any screen shows them.
const MOVES: usize = 1000;
/// Rounds of work that take about a millisecond.
const MILLISECOND: u64 = 400_000;

/// One worker; the kind `render` of a product that is switched on or off.
fn pool(on: bool) -> Result<Pool> {
    let mut config = Config {
        workers: Some(1),
        ..Config::default()
    };
    config.products.of_mut(Product::Preview).on = on;
    let kinds = Kinds::new([Kind::new("render", Product::Preview)]);
    let built = Setup::new(config, kinds).build();
    built.map_err(|errors| anyhow!("the pool cannot be set up: {errors:?}"))
}

/// Work that nothing can shorten.
fn work(rounds: u64) -> u64 {
    (0..rounds).fold(black_box(1), |sum: u64, round| {
        sum.rotate_left(7).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ round
    })
}

/// Microseconds of the middle one of many runs.
fn middle(times: usize, mut step: impl FnMut() -> Result<()>) -> Result<f64> {
    let clock = clock();
    let mut spans = Vec::with_capacity(times);
    for _ in 0..times {
        let before = clock.now();
        step()?;
        spans.push(clock.now().since(before).as_secs_f64() * 1e6);
    }
    spans.sort_by(f64::total_cmp);
    Ok(spans[times / 2])
}

fn run(pool: &Pool, order: &Order, rounds: u64) -> Result<()> {
    let job = move |_: &Ctx| Ok(work(black_box(rounds)));
    black_box(pool.run(order.clone(), job)?);
    Ok(())
}

/// What the pool costs.
pub fn overhead(_: &Tendon, _effort: Effort, results: &mut Results) -> Result<()> {
    say(&format!("pool: one worker, {TIMES} jobs each"));
    let (threaded, inline) = (pool(true)?, pool(false)?);
    let (by_worker, by_asker) = (threaded.order("render")?, inline.order("render")?);
    let each = middle(TIMES, || run(&threaded, &by_worker, 0))?;
    results.add(
        Figure::new(
            "pool: an empty job through a worker and back, p50",
            each,
            "us",
        )
        .target(JOB_TARGET_US),
    );
    let each = middle(TIMES, || run(&inline, &by_asker, 0))?;
    results.add(Figure::new(
        "pool: an empty job where it is asked for, p50",
        each,
        "us",
    ));
    let plain = middle(201, || {
        black_box(work(black_box(MILLISECOND)));
        Ok(())
    })?;
    let each = middle(201, || run(&threaded, &by_worker, MILLISECOND))?;
    results.add(Figure::new(
        "pool: about 1 ms of work through a worker, over a plain call",
        each / plain,
        "x",
    ));
    results.add(checkpoint(&threaded, &by_worker)?);
    let each = middle(201, || {
        black_box(threaded.telemetry());
        Ok(())
    })?;
    results.add(Figure::new("pool: all figures, p50", each, "us"));
    storm(&threaded, results)
}

fn checkpoint(pool: &Pool, order: &Order) -> Result<Figure> {
    let clock = clock();
    let job = move |ctx: &Ctx| -> Result<f64, Stop> {
        let before = clock.now();
        for _ in 0..CHECKPOINTS {
            ctx.checkpoint()?;
        }
        Ok(clock.now().since(before).as_secs_f64())
    };
    let seconds = pool.run(order.clone(), job)?;
    let each = seconds * 1e9 / f64::from(CHECKPOINTS);
    Ok(Figure::new("pool: a checkpoint", each, "ns").target(CHECKPOINT_TARGET_NS))
}

/// A control is moved as fast as can be; only the newest is wanted, and everything else must make room for it.
fn storm(pool: &Pool, results: &mut Results) -> Result<()> {
    let order = pool.order("render")?.control("exposure");
    let before = pool.telemetry().kinds[0].counts;
    let clock = clock();
    let mut newest = None;
    for number in 0..MOVES {
        let job = move |ctx: &Ctx| -> Result<usize, Stop> {
            for _ in 0..10 {
                ctx.checkpoint()?;
                black_box(work(MILLISECOND / 10));
            }
            Ok(number)
        };
        newest = Some(pool.submit(order.clone(), job)?);
    }
    let asked = clock.now();
    let answer = newest.context("nothing was asked for")?.wait()?;
    let waited = clock.now().since(asked).as_secs_f64() * 1e3;
    anyhow::ensure!(answer == MOVES - 1, "an older picture came last");
    let after = pool.telemetry().kinds[0].counts;
    let done = after.done - before.done;
    results.add(Figure::new(
        format!("pool: {MOVES} moves at once, from the last to its result of about 1 ms"),
        waited,
        "ms",
    ));
    results.add(Figure::new(
        format!("pool: jobs done of {MOVES} moves at once"),
        done as f64,
        "jobs",
    ));
    Ok(())
}
