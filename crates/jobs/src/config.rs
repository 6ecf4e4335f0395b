//! How a pool is set up. Reading a settings file and the environment is the business of `station`.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::time::Duration;

use crate::{Kinds, PerProduct, Product};

/// The most workers that a pool has unless it is told otherwise; beyond six, work on pictures waits for memory.
pub const MOST_WORKERS: usize = 6;

/// One product's share of the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProductConfig {
    /// Whether its work goes to the pool at all.
    pub on: bool,
    /// How many workers it may occupy at once; `None` for all that there are.
    pub workers: Option<usize>,
    /// Whether its work runs on the asking thread when the pool cannot take it: switched off, no thread to be had, too
    /// many threads that hang. Otherwise it is refused then.
    pub inline: bool,
}

impl Default for ProductConfig {
    fn default() -> Self {
        Self {
            on: true,
            workers: None,
            inline: true,
        }
    }
}

/// When the pool counts as saturated.
///
/// It does when for the whole of `window` at least `enter_depth` jobs per worker were waiting or the longest wait was at
/// least `enter_wait`; it does no more when for the whole of `window` at most `leave_depth` jobs per worker were waiting
/// and none for longer than `leave_wait`. Between the two it stays what it was. Jobs that are held back because memory
/// is short do not count: another worker would not help them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SaturationRule {
    /// Waiting jobs for each worker from which on the pool is pressed.
    pub enter_depth: usize,
    /// Longest wait from which on the pool is pressed.
    pub enter_wait: Duration,
    /// Waiting jobs for each worker up to which the pool is at ease.
    pub leave_depth: usize,
    /// Longest wait up to which the pool is at ease.
    pub leave_wait: Duration,
    /// How long either must last.
    pub window: Duration,
}

impl Default for SaturationRule {
    fn default() -> Self {
        Self {
            enter_depth: 4,
            enter_wait: Duration::from_millis(400),
            leave_depth: 1,
            leave_wait: Duration::from_millis(100),
            window: Duration::from_secs(1),
        }
    }
}

/// How a pool is set up.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Workers in all; `None` for one less than the machine has cores, at most [`MOST_WORKERS`], at least one.
    pub workers: Option<usize>,
    /// Idle workers that are kept while a product is in use.
    pub warm: usize,
    /// After so long without work a worker ends.
    pub idle: Duration,
    /// Jobs on one worker that have begun and not ended: more urgent ones run in between where work yields.
    pub in_flight: usize,
    /// Jobs that may wait; more are refused.
    pub queue: usize,
    /// Work on fewer bytes than this is done by who asks for it, because handing it over would cost more.
    pub offload_bytes: u64,
    /// Threads of one product that may hang before its work runs inline.
    pub leaked: usize,
    /// Most bytes that shared buffers may take.
    pub memory_bytes: u64,
    /// Each product's share.
    pub products: PerProduct<ProductConfig>,
    /// Limits of time that differ from a kind's own, by the kind's name.
    pub limits: BTreeMap<String, Duration>,
    /// When the pool counts as saturated.
    pub saturation: SaturationRule,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            workers: None,
            warm: 2,
            idle: Duration::from_secs(60),
            in_flight: 3,
            queue: 1024,
            offload_bytes: 10 * 1024,
            leaked: 2,
            memory_bytes: 2 << 30,
            products: PerProduct::default(),
            limits: BTreeMap::new(),
            saturation: SaturationRule::default(),
        }
    }
}

/// A value that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{field} is {value}; it must be {allowed}")]
pub struct ConfigError {
    /// Where: `products.preview.workers`.
    pub field: String,
    /// What stands there.
    pub value: String,
    /// What may stand there.
    pub allowed: String,
}

/// Workers of a machine with so many cores: one less, at least one, at most [`MOST_WORKERS`].
pub fn usual_workers(cores: usize) -> usize {
    cores.saturating_sub(1).clamp(1, MOST_WORKERS)
}

impl Config {
    /// Workers in all that may be asked for.
    pub const WORKERS: RangeInclusive<u64> = 1..=64;
    /// Idle workers that may be kept.
    pub const WARM: RangeInclusive<u64> = 0..=64;
    /// Seconds without work after which a worker may end.
    pub const IDLE_S: RangeInclusive<u64> = 1..=3600;
    /// Jobs begun on one worker: one for each priority at most.
    pub const IN_FLIGHT: RangeInclusive<u64> = 1..=3;
    /// Jobs that may wait.
    pub const QUEUE: RangeInclusive<u64> = 1..=100_000;
    /// Bytes below which work may stay with who asks for it.
    pub const OFFLOAD_BYTES: RangeInclusive<u64> = 0..=1 << 30;
    /// Threads of one product that may hang.
    pub const LEAKED: RangeInclusive<u64> = 0..=16;
    /// Bytes of shared buffers.
    pub const MEMORY_BYTES: RangeInclusive<u64> = (16 << 20)..=(1 << 40);
    /// Milliseconds of a limit of time.
    pub const LIMIT_MS: RangeInclusive<u64> = 10..=24 * 3_600_000;

    /// Workers in all on a machine with so many cores.
    pub fn pool_size(&self, cores: usize) -> usize {
        self.workers.unwrap_or_else(|| usual_workers(cores)).max(1)
    }

    /// What cannot be, all of it.
    ///
    /// # Errors
    /// One error for each value that is out of its range, or that names a kind which is not there.
    pub fn validate(&self, cores: usize, kinds: &Kinds) -> Result<(), Vec<ConfigError>> {
        let mut found = Vec::new();
        let mut within = |field: &str, value: u64, range: RangeInclusive<u64>, unit: &str| {
            if !range.contains(&value) {
                found.push(ConfigError {
                    field: field.to_owned(),
                    value: format!("{value}{unit}"),
                    allowed: format!("{} to {}{unit}", range.start(), range.end()),
                });
            }
        };
        let size = self.pool_size(cores) as u64;
        if let Some(workers) = self.workers {
            within("workers", workers as u64, Self::WORKERS, "");
        }
        within("warm", self.warm as u64, Self::WARM, "");
        within("idle", self.idle.as_secs(), Self::IDLE_S, " s");
        within("in_flight", self.in_flight as u64, Self::IN_FLIGHT, "");
        within("queue", self.queue as u64, Self::QUEUE, "");
        within(
            "offload_bytes",
            self.offload_bytes,
            Self::OFFLOAD_BYTES,
            " bytes",
        );
        within("leaked", self.leaked as u64, Self::LEAKED, "");
        within(
            "memory_bytes",
            self.memory_bytes,
            Self::MEMORY_BYTES,
            " bytes",
        );
        for product in Product::ALL {
            if let Some(workers) = self.products.of(product).workers {
                // More than there are would promise what the pool cannot keep.
                within(
                    &format!("products.{product}.workers"),
                    workers as u64,
                    1..=size,
                    "",
                );
            }
        }
        for (name, limit) in &self.limits {
            if kinds.named(name).is_ok() {
                within(
                    &format!("limits.{name}"),
                    limit.as_millis().min(u128::from(u64::MAX)) as u64,
                    Self::LIMIT_MS,
                    " ms",
                );
            }
        }
        for name in self.limits.keys() {
            if let Err(unknown) = kinds.named(name) {
                found.push(ConfigError {
                    field: format!("limits.{name}"),
                    value: "no action of that name".to_owned(),
                    allowed: format!("one of {}", unknown.known.join(", ")),
                });
            }
        }
        found.extend(self.saturation.check());
        if found.is_empty() { Ok(()) } else { Err(found) }
    }

    /// The kinds with the limits of time that this set-up gives them.
    pub(crate) fn limited(&self, mut kinds: Kinds) -> Kinds {
        for kind in kinds.all_mut() {
            if let Some(span) = self.limits.get(kind.name) {
                kind.limit = kind.limit.with_span(*span);
            }
        }
        kinds
    }
}

impl SaturationRule {
    /// Waiting jobs for each worker that may count as pressed.
    pub const ENTER_DEPTH: RangeInclusive<usize> = 1..=1000;
    /// Milliseconds of waiting that may count as pressed.
    pub const ENTER_WAIT_MS: RangeInclusive<u64> = 1..=60_000;
    /// Milliseconds that either must last.
    pub const WINDOW_MS: RangeInclusive<u64> = 100..=60_000;

    fn check(&self) -> Vec<ConfigError> {
        let mut found = Vec::new();
        let mut unless = |fits: bool, field: &str, value: String, allowed: String| {
            if !fits {
                found.push(ConfigError {
                    field: format!("saturation.{field}"),
                    value,
                    allowed,
                });
            }
        };
        let millis = |span: Duration| span.as_millis().try_into().unwrap_or(u64::MAX);
        unless(
            Self::ENTER_DEPTH.contains(&self.enter_depth),
            "enter_depth",
            self.enter_depth.to_string(),
            "1 to 1000".to_owned(),
        );
        // Without a distance between the two the answer would flutter, and with it where work goes.
        unless(
            self.leave_depth < self.enter_depth,
            "leave_depth",
            self.leave_depth.to_string(),
            format!("less than enter_depth, which is {}", self.enter_depth),
        );
        unless(
            Self::ENTER_WAIT_MS.contains(&millis(self.enter_wait)),
            "enter_wait",
            format!("{:?}", self.enter_wait),
            "1 ms to 60 s".to_owned(),
        );
        unless(
            self.leave_wait < self.enter_wait,
            "leave_wait",
            format!("{:?}", self.leave_wait),
            format!("less than enter_wait, which is {:?}", self.enter_wait),
        );
        unless(
            Self::WINDOW_MS.contains(&millis(self.window)),
            "window",
            format!("{:?}", self.window),
            "100 ms to 60 s".to_owned(),
        );
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    fn kinds() -> Kinds {
        Kinds::new([
            Kind::new("render", Product::Preview),
            Kind::new("zip", Product::Export),
        ])
    }

    fn words(config: &Config, cores: usize) -> Vec<String> {
        config
            .validate(cores, &kinds())
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_pool_has_one_worker_less_than_cores_between_one_and_six() {
        let sizes: Vec<usize> = [0, 1, 2, 3, 7, 8, 64]
            .into_iter()
            .map(|cores| Config::default().pool_size(cores))
            .collect();
        assert_eq!(sizes, [1, 1, 1, 2, 6, 6, 6]);
    }

    #[test]
    fn the_usual_set_up_holds_on_every_machine() {
        for cores in 0..100 {
            assert_eq!(Config::default().validate(cores, &kinds()), Ok(()));
        }
    }

    #[test]
    fn what_cannot_be_is_told_with_field_value_and_range_and_all_at_once() {
        let mut config = Config {
            workers: Some(0),
            queue: 0,
            in_flight: 4,
            idle: Duration::from_millis(20),
            ..Config::default()
        };
        config.limits.insert("zip".into(), Duration::ZERO);
        config.limits.insert("unzip".into(), Duration::from_secs(1));
        assert_eq!(
            words(&config, 4),
            [
                "workers is 0; it must be 1 to 64",
                "idle is 0 s; it must be 1 to 3600 s",
                "in_flight is 4; it must be 1 to 3",
                "queue is 0; it must be 1 to 100000",
                "limits.zip is 0 ms; it must be 10 to 86400000 ms",
                "limits.unzip is no action of that name; it must be one of render, zip",
            ]
        );
    }

    #[test]
    fn a_product_cannot_have_more_workers_than_the_pool() {
        let mut config = Config::default();
        config.products.of_mut(Product::BackgroundRemoval).workers = Some(4);
        assert_eq!(config.validate(8, &kinds()), Ok(()));
        assert_eq!(
            words(&config, 4),
            ["products.background-removal.workers is 4; it must be 1 to 3"]
        );
    }

    #[test]
    fn saturation_needs_a_distance_between_coming_and_going() {
        let mut config = Config::default();
        config.saturation.leave_depth = 4;
        config.saturation.leave_wait = Duration::from_millis(400);
        assert_eq!(
            words(&config, 4),
            [
                "saturation.leave_depth is 4; it must be less than enter_depth, which is 4",
                "saturation.leave_wait is 400ms; it must be less than enter_wait, which is 400ms",
            ]
        );
    }

    #[test]
    fn a_limit_from_the_settings_keeps_what_it_counts() {
        let mut config = Config::default();
        config.limits.insert("zip".into(), Duration::from_secs(7));
        let kinds = config.limited(kinds());
        assert_eq!(
            kinds.all()[1].limit,
            crate::Limit::Progress(Duration::from_secs(7))
        );
    }
}
