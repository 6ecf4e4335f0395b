//! Settings of the worker pool: `[workers]`, one section for each product below it, limits of time for each kind of job.
//!
//! What a value may be alone stands in the table, from the pool's own ranges; what goes together is the pool's to judge
//! ([`jobs::Config::validate`]), so that each is said once. Not here: the pool (`crate::workers`).

use std::ops::RangeInclusive;
use std::time::Duration;

use jobs::{Config, Kind, Limit, Product, ProductConfig, SaturationRule};

use super::Settings;
use super::layers::{Held, gives_way};
use super::table::{Setting, number, place, switch};
use super::values::{number as number_of, switched};
use crate::workers::{cores, kinds};

/// The section of everything here.
const SECTION: &str = "workers";

/// A name in the section.
fn name(rest: &str) -> String {
    format!("{SECTION}.{rest}")
}

/// A whole number of the pool's.
fn whole(rest: &str, usual: u64, range: RangeInclusive<u64>, step: u64, what: &str) -> Setting {
    let bounds = (*range.start() as f64, *range.end() as f64, step as f64);
    number(&name(rest), usual as f64, bounds, what).whole()
}

fn millis(span: Duration) -> u64 {
    span.as_millis().try_into().unwrap_or(u64::MAX)
}

/// Every setting of the pool, in the order in which they are shown.
pub(super) fn settings() -> Vec<Setting> {
    let mut all = pool();
    all.extend(saturation());
    all.extend(Product::ALL.into_iter().flat_map(product));
    all.extend(kinds().all().iter().map(limit));
    all
}

fn pool() -> Vec<Setting> {
    let usual = Config::default();
    let memory = *Config::MEMORY_BYTES.start();
    vec![
        whole(
            "pool",
            0,
            0..=*Config::WORKERS.end(),
            1,
            "Workers in all. 0 is one less than the machine has cores, at most six.",
        ),
        whole(
            "warm",
            usual.warm as u64,
            Config::WARM,
            1,
            "Idle workers that are kept while somebody works with pictures.",
        ),
        whole(
            "idle_s",
            usual.idle.as_secs(),
            Config::IDLE_S,
            1,
            "Time without work after which a worker ends.",
        )
        .in_unit("s"),
        whole(
            "in_flight",
            usual.in_flight as u64,
            Config::IN_FLIGHT,
            1,
            "Jobs that one worker may have begun: more urgent ones run in between.",
        ),
        whole(
            "queue",
            usual.queue as u64,
            Config::QUEUE,
            1,
            "Jobs that may wait; more are refused.",
        ),
        whole(
            "offload_bytes",
            usual.offload_bytes,
            Config::OFFLOAD_BYTES,
            1024,
            "Work on fewer bytes than this is done at once where it is asked for.",
        )
        .in_unit("bytes"),
        whole(
            "leaked",
            usual.leaked as u64,
            Config::LEAKED,
            1,
            "Threads of one product that may hang before its work runs where it is asked for.",
        ),
        whole(
            "memory_bytes",
            usual.memory_bytes,
            Config::MEMORY_BYTES,
            memory,
            "Most memory for pictures that are worked on; above it, removing backgrounds waits.",
        )
        .in_unit("bytes"),
    ]
}

fn saturation() -> Vec<Setting> {
    let usual = SaturationRule::default();
    let (least, most) = SaturationRule::ENTER_DEPTH.into_inner();
    let (soonest, latest) = SaturationRule::ENTER_WAIT_MS.into_inner();
    let depth = |key: &str, usual: usize, range: RangeInclusive<usize>, what| {
        let range = *range.start() as u64..=*range.end() as u64;
        whole(&format!("saturation.{key}"), usual as u64, range, 1, what)
    };
    let wait = |key: &str, usual: Duration, range, what| {
        whole(&format!("saturation.{key}"), millis(usual), range, 50, what).in_unit("ms")
    };
    vec![
        depth(
            "enter_depth",
            usual.enter_depth,
            least..=most,
            "Waiting jobs for each worker from which on the pool counts as saturated.",
        ),
        wait(
            "enter_wait_ms",
            usual.enter_wait,
            soonest..=latest,
            "Longest wait from which on the pool counts as saturated.",
        ),
        depth(
            "leave_depth",
            usual.leave_depth,
            0..=most - 1,
            "Waiting jobs for each worker up to which it no longer does; below enter_depth.",
        ),
        wait(
            "leave_wait_ms",
            usual.leave_wait,
            0..=latest - 1,
            "Longest wait up to which it no longer does; below enter_wait_ms.",
        ),
        wait(
            "window_ms",
            usual.window,
            SaturationRule::WINDOW_MS,
            "How long either must last.",
        ),
    ]
}

fn product(product: Product) -> [Setting; 3] {
    let usual = ProductConfig::default();
    let name = |key: &str| name(&format!("{product}.{key}"));
    [
        switch(
            &name("on"),
            usual.on,
            "Whether workers do it. Off: it is done where it is asked for.",
        ),
        whole(
            &format!("{product}.workers"),
            0,
            0..=*Config::WORKERS.end(),
            1,
            "Workers that it may occupy at once, at most as many as there are; 0 is all.",
        ),
        switch(
            &name("inline"),
            usual.inline,
            "Whether it is done where it is asked for when workers cannot do it; otherwise it is refused then.",
        ),
    ]
}

fn limit(kind: &Kind) -> Setting {
    let what = match kind.limit {
        Limit::Total(_) => "Longest time that it may take.",
        Limit::Progress(_) => "Longest time that it may come no further.",
    };
    let (least, most) = Config::LIMIT_MS.into_inner();
    let bounds = (least as f64 / 1e3, most as f64 / 1e3, 1.0);
    let usual = kind.limit.span().as_secs_f64();
    number(&name(&format!("limits.{}", kind.name)), usual, bounds, what).in_unit("s")
}

/// Why a name under `[workers]` is for no product and no kind of job, with those that there are; `None` where it may be a
/// key of a newer Tendon. Of one word, only a `group` of keys must be a product's.
pub(super) fn stranger(full: &str, group: bool) -> Option<String> {
    let rest = full.strip_prefix(SECTION)?.strip_prefix('.')?;
    match rest.split_once('.') {
        Some(("limits", action)) => kinds().named(action).err().map(|it| it.to_string()),
        Some(("saturation", _)) => None,
        Some((product, _)) => unknown(product),
        None if group => unknown(rest),
        None => None,
    }
}

fn unknown(product: &str) -> Option<String> {
    product.parse::<Product>().err().map(|it| it.to_string())
}

/// The set-up that these values come to.
fn config(held: &[Held]) -> Config {
    let at = |rest: &str| number_of(held, &name(rest));
    let count = |rest: &str| at(rest) as usize;
    let some = |count: usize| (count > 0).then_some(count);
    let span = |rest: &str| Duration::from_millis(at(rest) as u64);
    let mut config = Config {
        workers: some(count("pool")),
        warm: count("warm"),
        idle: Duration::from_secs(at("idle_s") as u64),
        in_flight: count("in_flight"),
        queue: count("queue"),
        offload_bytes: at("offload_bytes") as u64,
        leaked: count("leaked"),
        memory_bytes: at("memory_bytes") as u64,
        saturation: SaturationRule {
            enter_depth: count("saturation.enter_depth"),
            enter_wait: span("saturation.enter_wait_ms"),
            leave_depth: count("saturation.leave_depth"),
            leave_wait: span("saturation.leave_wait_ms"),
            window: span("saturation.window_ms"),
        },
        ..Config::default()
    };
    for product in Product::ALL {
        *config.products.of_mut(product) = ProductConfig {
            on: switched(held, &name(&format!("{product}.on"))),
            workers: some(count(&format!("{product}.workers"))),
            inline: switched(held, &name(&format!("{product}.inline"))),
        };
    }
    for kind in kinds().all() {
        let limit = Duration::from_secs_f64(at(&format!("limits.{}", kind.name)).max(0.0));
        // Only what differs from a kind's own is a limit from a set-up.
        if limit != kind.limit.span() {
            config.limits.insert(kind.name.to_owned(), limit);
        }
    }
    config
}

/// The setting of a field of the pool's set-up, and the one that it must go with.
fn place_of(field: &str) -> Option<(usize, usize)> {
    let (ours, other) = match field {
        "saturation.leave_depth" => (field.to_owned(), "saturation.enter_depth"),
        "saturation.leave_wait" => (format!("{field}_ms"), "saturation.enter_wait_ms"),
        // A product's share of the workers.
        _ => (field.strip_prefix("products.")?.to_owned(), "pool"),
    };
    Some((place(&name(&ours))?, place(&name(other))?))
}

/// A value that fits alone and not with the others: which one gives way, the other, and why.
pub(super) fn misfit(held: &[Held]) -> Option<(usize, usize, String)> {
    let errors = config(held).validate(cores(), kinds()).err()?;
    errors.into_iter().find_map(|error| {
        let (ours, other) = place_of(&error.field)?;
        let setting = &super::table::table().get(ours)?.name;
        let why = format!("{setting} is {}; it must be {}", error.value, error.allowed);
        let (lost, stays) = gives_way(held, other, ours)?;
        Some((lost, stays, why))
    })
}

impl Settings {
    /// How the worker pool is set up.
    pub fn workers(&self) -> Config {
        config(&self.held)
    }
}
