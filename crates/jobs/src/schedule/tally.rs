//! What became of all jobs, and how long they took.

use std::collections::BTreeMap;
use std::time::Duration;

use units::MonoTime;

use crate::error::WhyInline;
use crate::histogram::{Histogram, quantile};
use crate::kind::KindId;

use super::{Job, JobId};

/// Different operations that are told apart; what comes after them counts as `other`.
const OPERATIONS: usize = 96;
/// Percentiles are those of the last one to two of these.
const ROUND: Duration = Duration::from_secs(30);

/// What became of the jobs of one kind. `taken` is the sum of all others but `refused` and `inline`, and of those that
/// wait or run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    /// Accepted.
    pub taken: u64,
    /// Came to their end.
    pub done: u64,
    /// Failed by an error of their own.
    pub failed: u64,
    /// Panicked.
    pub panicked: u64,
    /// Gave way to a newer one.
    pub replaced: u64,
    /// Called off.
    pub cancelled: u64,
    /// Ran for too long or came no further.
    pub timed_out: u64,
    /// Lost with a thread that hangs.
    pub lost: u64,
    /// Answered because the pool ended or could not do them any more.
    pub ended: u64,
    /// Not accepted.
    pub refused: u64,
    /// Ran where they were asked for.
    pub inline: u64,
}

impl Counts {
    /// Answered, one way or another.
    pub fn answered(&self) -> u64 {
        self.done
            + self.failed
            + self.panicked
            + self.replaced
            + self.cancelled
            + self.timed_out
            + self.lost
            + self.ended
    }
}

/// How long one operation takes.
#[derive(Debug, Default)]
pub struct Timing {
    /// How many came to their end.
    pub count: u64,
    /// Time they ran, together.
    pub ran: Duration,
    /// Time they waited before, together.
    pub waited: Duration,
    now: [Histogram; 2],
    waits: [Histogram; 2],
}

impl Timing {
    /// The time under which `share` of the last minute's runs stayed.
    pub fn ran_quantile(&self, share: f64) -> Option<Duration> {
        quantile([&self.now[0], &self.now[1]], share)
    }

    /// The time under which `share` of the last minute's waits stayed.
    pub fn waited_quantile(&self, share: f64) -> Option<Duration> {
        quantile([&self.waits[0], &self.waits[1]], share)
    }
}

/// All figures.
#[derive(Debug)]
pub struct Tally {
    kinds: Vec<Counts>,
    inline: BTreeMap<WhyInline, u64>,
    operations: BTreeMap<&'static str, Timing>,
    round_began: Option<MonoTime>,
    /// Workers that took the place of one that hung.
    pub restarts: u64,
    /// Work that was done on this machine, and elsewhere.
    pub local: u64,
    /// Work that a server did.
    pub remote: u64,
    /// Results that were found in a cache.
    pub cache_hits: u64,
    /// Results that were not.
    pub cache_misses: u64,
}

impl Tally {
    pub(super) fn new(kinds: usize) -> Self {
        Self {
            kinds: vec![Counts::default(); kinds],
            inline: BTreeMap::new(),
            operations: BTreeMap::new(),
            round_began: None,
            restarts: 0,
            local: 0,
            remote: 0,
            cache_hits: 0,
            cache_misses: 0,
        }
    }

    /// What became of the jobs of each kind, in the order of the kinds.
    pub fn kinds(&self) -> &[Counts] {
        &self.kinds
    }

    /// How often work ran where it was asked for, by the reason.
    pub fn inline_runs(&self, why: WhyInline) -> u64 {
        self.inline.get(&why).copied().unwrap_or(0)
    }

    /// How long each operation takes.
    pub fn operations(&self) -> impl Iterator<Item = (&'static str, &Timing)> {
        self.operations.iter().map(|(name, timing)| (*name, timing))
    }

    pub(super) fn count(&mut self, kind: KindId) -> &mut Counts {
        &mut self.kinds[kind.0]
    }

    pub(super) fn count_of(
        &mut self,
        jobs: &BTreeMap<JobId, Job>,
        id: JobId,
        change: impl FnOnce(&mut Counts),
    ) {
        if let Some(job) = jobs.get(&id).filter(|job| !job.answered) {
            change(&mut self.kinds[job.kind.0]);
        }
    }

    pub(super) fn inline(&mut self, why: WhyInline) {
        *self.inline.entry(why).or_default() += 1;
    }

    pub(super) fn took(&mut self, operation: &'static str, waited: Duration, ran: Duration) {
        let known = self.operations.contains_key(operation) || self.operations.len() < OPERATIONS;
        let timing = self
            .operations
            .entry(if known { operation } else { "other" })
            .or_default();
        timing.count += 1;
        timing.ran += ran;
        timing.waited += waited;
        timing.now[0].record(ran);
        timing.waits[0].record(waited);
    }

    /// Lets the older half of what percentiles are made of go when its time has come.
    pub(super) fn turn(&mut self, now: MonoTime) {
        let began = *self.round_began.get_or_insert(now);
        if now.since(began) < ROUND {
            return;
        }
        self.round_began = Some(now);
        for timing in self.operations.values_mut() {
            for pair in [&mut timing.now, &mut timing.waits] {
                pair.swap(0, 1);
                pair[0].clear();
            }
        }
    }
}
