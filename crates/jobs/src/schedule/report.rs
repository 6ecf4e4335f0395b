//! What a schedule tells of itself.

use std::time::Duration;

use units::MonoTime;

use crate::Product;
use crate::error::{Pressure, WhyInline};
use crate::event::About;
use crate::kind::{KindId, Kinds, Priority};

use super::{JobId, Place, Rules, Schedule, Tally, WorkerId};

/// A worker, as telemetry shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerReport {
    /// Which one.
    pub id: WorkerId,
    /// Jobs begun on it, the one that runs last.
    pub jobs: Vec<JobId>,
    /// Share of the last full window of two seconds in which it had work, 0 to 1.
    pub busy_ratio: f64,
}

/// A job that runs, as telemetry shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct RunReport {
    /// Which one.
    pub id: JobId,
    /// Whose it is.
    pub about: About,
    /// How long it ran, without the time that it gave to others.
    pub ran: Duration,
    /// Whether it runs where it was asked for.
    pub inline: bool,
    /// Whether a more urgent one runs on its thread now.
    pub waits: bool,
    /// Whether it was answered already and has not come back yet.
    pub answered: bool,
}

impl Schedule {
    /// The kinds of jobs.
    pub fn kinds(&self) -> &Kinds {
        &self.kinds
    }

    /// The rules that hold now.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The figures.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// The figures, for those that are counted elsewhere.
    pub fn tally_mut(&mut self) -> &mut Tally {
        &mut self.tally
    }

    /// Jobs that wait.
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Jobs of one kind that wait, and that run and were not answered yet.
    pub fn waiting_and_running(&self, kind: KindId) -> (usize, usize) {
        let of_kind = || self.jobs.values().filter(|job| job.kind == kind);
        (
            of_kind().filter(|job| job.run.is_none()).count(),
            of_kind()
                .filter(|job| job.run.is_some() && !job.answered)
                .count(),
        )
    }

    /// Workers that are there or being started.
    pub fn workers(&self) -> usize {
        self.workers.len()
    }

    /// Threads of one product that hang.
    pub fn leaked(&self, product: Product) -> usize {
        self.hanging.values().filter(|of| **of == product).count()
    }

    /// Why one product's work runs where it is asked for, if it does.
    pub fn inline(&self, product: Product, now: MonoTime) -> Option<WhyInline> {
        if !self.rules.products.of(product).on {
            return Some(WhyInline::SwitchedOff);
        }
        if self.leaked(product) > 0 && self.leaked(product) >= self.rules.leaked {
            return Some(WhyInline::Leaked);
        }
        let no_thread =
            self.workers.is_empty() && self.no_thread_until.is_some_and(|until| now < until);
        no_thread.then_some(WhyInline::NoThread)
    }

    /// Whether more work comes in than the workers can do, by the stated rule.
    pub fn saturated(&self) -> bool {
        self.saturation.is_on()
    }

    /// Why work that needs much memory is held back, if it is.
    pub fn suspended(&self) -> Option<Pressure> {
        self.suspended
    }

    /// The rank of the most urgent job that waits, and one more; 0 when none does.
    pub fn urgent(&self) -> u8 {
        self.queue
            .most_urgent()
            .map_or(0, |priority| priority.rank() + 1)
    }

    /// How long the job that waits for longest has waited.
    pub fn longest_wait(&self, now: MonoTime) -> Duration {
        self.queue
            .heads()
            .filter_map(|id| self.jobs.get(&id))
            .map(|job| now.since(job.queued_at))
            .max()
            .unwrap_or_default()
    }

    /// All workers.
    pub fn worker_reports(&self) -> Vec<WorkerReport> {
        self.workers
            .iter()
            .map(|(id, worker)| WorkerReport {
                id: *id,
                jobs: worker.stack.clone(),
                busy_ratio: worker.busy_ratio,
            })
            .collect()
    }

    /// All jobs that run.
    pub fn run_reports(&self, now: MonoTime) -> Vec<RunReport> {
        self.jobs
            .iter()
            .filter_map(|(id, job)| {
                let run = job.run.as_ref()?;
                Some(RunReport {
                    id: *id,
                    about: job.about.clone(),
                    ran: run.ran(now),
                    inline: run.place == Place::Inline,
                    waits: run.away_since.is_some(),
                    answered: job.answered,
                })
            })
            .collect()
    }

    /// Whose job this is, how urgent, and whether it may spread over all cores, while it waits or runs.
    pub fn described(&self, id: JobId) -> Option<(About, Priority, bool)> {
        let job = self.jobs.get(&id)?;
        Some((
            job.about.clone(),
            job.priority,
            self.kinds.get(job.kind).spreads,
        ))
    }
}
