//! All figures of a pool at one instant, to be shown twice a second.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::Serialize;
use units::MonoTime;

use crate::buffers::BufferReport;
use crate::error::WhyInline;
use crate::event::About;
use crate::kind::Priority;
use crate::schedule::{Counts, Schedule, WorkerId};
use crate::{Generation, Product};

/// Figures of one kind of job.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct KindFigures {
    /// Its name.
    pub kind: &'static str,
    /// Whom it works for.
    pub product: Product,
    /// How urgent it usually is.
    pub priority: Priority,
    /// Jobs that wait.
    pub queued: usize,
    /// Jobs that run.
    pub running: usize,
    /// What became of all others.
    #[serde(flatten)]
    pub counts: Counts,
}

/// How long one operation takes, in milliseconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct OperationFigures {
    /// Its name.
    pub operation: &'static str,
    /// How many came to their end.
    pub count: u64,
    /// Mean of all.
    pub mean_ms: f64,
    /// 95 of a hundred in the last half to whole minute took at most this; at most an eighth above the truth. None
    /// without one in that time.
    pub p95_ms: Option<f64>,
    /// Mean time that they waited before.
    pub waited_mean_ms: f64,
    /// 95 of a hundred in the last half to whole minute waited at most this.
    pub waited_p95_ms: Option<f64>,
}

/// One worker.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkerFigures {
    /// Its number, never used again.
    pub worker: u64,
    /// Jobs begun on it by their generation, the one that runs last.
    pub jobs: Vec<u64>,
    /// Share of the last full two seconds in which it had work, 0 to 1.
    pub busy_ratio: f64,
    /// Time of its thread on a core, in seconds; none where the system does not tell.
    pub cpu_seconds: Option<f64>,
    /// Share of the time since a figure of at least half a second ago that its thread was on a core, 0 to 1.
    pub cpu_ratio: Option<f64>,
}

/// One product.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ProductFigures {
    /// Which one.
    pub product: Product,
    /// Whether it is switched on.
    pub on: bool,
    /// Workers that it may occupy at once.
    pub workers: usize,
    /// Why its work runs where it is asked for, if it does.
    pub inline: Option<String>,
    /// Threads of it that hang.
    pub leaked: usize,
}

/// One job that runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunningFigures {
    /// Which order it is.
    pub generation: Generation,
    /// Its kind.
    pub kind: &'static str,
    /// The control that asked for it.
    pub control: Option<String>,
    /// The request it belongs to.
    pub request: Option<String>,
    /// How long it ran, in seconds, without the time that it gave to others.
    pub seconds: f64,
    /// Steps done, of how many, if it says so.
    pub progress: Option<(u64, u64)>,
    /// Whether it runs where it was asked for.
    pub inline: bool,
    /// Whether it lets a more urgent one go first.
    pub waits: bool,
    /// Whether it was answered already, and only its function has not come back.
    pub answered: bool,
}

/// Work that ran where it was asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct InlineFigures {
    /// Why.
    pub why: String,
    /// How often.
    pub count: u64,
}

/// All figures of a pool.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Telemetry {
    /// Workers that there may be.
    pub size: usize,
    /// Workers that there are.
    pub workers: Vec<WorkerFigures>,
    /// The products.
    pub products: Vec<ProductFigures>,
    /// The kinds of jobs.
    pub kinds: Vec<KindFigures>,
    /// How long operations take.
    pub operations: Vec<OperationFigures>,
    /// Jobs that run.
    pub running: Vec<RunningFigures>,
    /// Jobs that wait.
    pub queued: usize,
    /// Jobs that may wait.
    pub queue_limit: usize,
    /// The longest time that one of them has waited, in milliseconds.
    pub longest_wait_ms: f64,
    /// Whether more work comes in than the workers can do.
    pub saturated: bool,
    /// Why work that needs much memory is held back, if it is.
    pub suspended: Option<String>,
    /// Work that ran where it was asked for, by the reason.
    pub inline: Vec<InlineFigures>,
    /// Workers that took the place of one that hung.
    pub restarts: u64,
    /// Threads of the whole program that were left hanging.
    pub threads_abandoned: u64,
    /// Work done on this machine, of that which could go elsewhere.
    pub local: u64,
    /// Work done by a server.
    pub remote: u64,
    /// Results found in a cache.
    pub cache_hits: u64,
    /// Results not found there.
    pub cache_misses: u64,
    /// Share of all lookups that found something, 0 to 1; none without a lookup.
    pub cache_hit_rate: Option<f64>,
    /// The shared buffers.
    pub buffers: BufferReport,
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

fn mean(sum: Duration, count: u64) -> f64 {
    if count == 0 {
        0.0
    } else {
        millis(sum) / count as f64
    }
}

fn owned(text: Option<&std::sync::Arc<str>>) -> Option<String> {
    text.map(|text| text.to_string())
}

impl Telemetry {
    pub(crate) fn of(schedule: &Schedule, now: MonoTime) -> Self {
        let (rules, tally) = (schedule.rules(), schedule.tally());
        let kinds = schedule.kinds().all().iter().zip(tally.kinds());
        let lookups = tally.cache_hits + tally.cache_misses;
        Self {
            size: rules.size,
            workers: workers(schedule),
            products: Product::ALL
                .map(|product| product_figures(schedule, product, now))
                .to_vec(),
            kinds: kinds
                .enumerate()
                .map(|(at, (kind, counts))| {
                    let (queued, running) = schedule.waiting_and_running(crate::KindId(at));
                    KindFigures {
                        kind: kind.name,
                        product: kind.product,
                        priority: kind.priority,
                        queued,
                        running,
                        counts: *counts,
                    }
                })
                .collect(),
            operations: tally
                .operations()
                .map(|(operation, timing)| OperationFigures {
                    operation,
                    count: timing.count,
                    mean_ms: mean(timing.ran, timing.count),
                    p95_ms: timing.ran_quantile(0.95).map(millis),
                    waited_mean_ms: mean(timing.waited, timing.count),
                    waited_p95_ms: timing.waited_quantile(0.95).map(millis),
                })
                .collect(),
            running: running(schedule, now),
            queued: schedule.queued(),
            queue_limit: rules.queue,
            longest_wait_ms: millis(schedule.longest_wait(now)),
            saturated: schedule.saturated(),
            suspended: schedule.suspended().map(|why| why.to_string()),
            inline: WhyInline::ALL
                .map(|why| InlineFigures {
                    why: why.to_string(),
                    count: tally.inline_runs(why),
                })
                .to_vec(),
            restarts: tally.restarts,
            threads_abandoned: 0,
            local: tally.local,
            remote: tally.remote,
            cache_hits: tally.cache_hits,
            cache_misses: tally.cache_misses,
            cache_hit_rate: (lookups > 0).then(|| tally.cache_hits as f64 / lookups as f64),
            buffers: BufferReport::default(),
        }
    }
}

fn workers(schedule: &Schedule) -> Vec<WorkerFigures> {
    let reports = schedule.worker_reports().into_iter();
    let figures = reports.map(|report| WorkerFigures {
        worker: report.id.0,
        jobs: report.jobs.iter().map(|id| id.0).collect(),
        busy_ratio: report.busy_ratio,
        cpu_seconds: None,
        cpu_ratio: None,
    });
    figures.collect()
}

fn product_figures(schedule: &Schedule, product: Product, now: MonoTime) -> ProductFigures {
    let rules = schedule.rules().products.of(product);
    ProductFigures {
        product,
        on: rules.on,
        workers: rules.workers,
        inline: schedule.inline(product, now).map(|why| why.to_string()),
        leaked: schedule.leaked(product),
    }
}

fn running(schedule: &Schedule, now: MonoTime) -> Vec<RunningFigures> {
    let reports = schedule.run_reports(now).into_iter();
    let figures = reports.map(|report| {
        let About {
            kind,
            control,
            request,
            generation,
            ..
        } = &report.about;
        RunningFigures {
            generation: *generation,
            kind,
            control: owned(control.as_ref()),
            request: owned(request.as_ref()),
            seconds: report.ran.as_secs_f64(),
            progress: None,
            inline: report.inline,
            waits: report.waits,
            answered: report.answered,
        }
    });
    figures.collect()
}

/// What must be remembered from one telemetry to the next.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    cpu: Mutex<HashMap<u64, Cpu>>,
}

#[derive(Debug, Clone, Copy)]
struct Cpu {
    at: MonoTime,
    time: Duration,
    ratio: Option<f64>,
}

/// Shorter spans say little about a thread's share, because the system counts in steps.
const CPU_SPAN: Duration = Duration::from_millis(450);

impl Figures {
    /// Adds what the workers' threads took, from `time_of` each.
    pub(crate) fn add_cpu(
        &self,
        telemetry: &mut Telemetry,
        now: MonoTime,
        time_of: impl Fn(WorkerId) -> Option<Duration>,
    ) {
        let mut known = self.cpu.lock().unwrap_or_else(PoisonError::into_inner);
        let mut still = HashMap::new();
        for worker in &mut telemetry.workers {
            let Some(time) = time_of(WorkerId(worker.worker)) else {
                continue;
            };
            let ratio = None;
            let mut cpu = *known.get(&worker.worker).unwrap_or(&Cpu {
                at: now,
                time,
                ratio,
            });
            let span = now.since(cpu.at);
            if span >= CPU_SPAN {
                let share = time.saturating_sub(cpu.time).as_secs_f64() / span.as_secs_f64();
                let ratio = Some(share.min(1.0));
                cpu = Cpu {
                    at: now,
                    time,
                    ratio,
                };
            }
            (worker.cpu_seconds, worker.cpu_ratio) = (Some(time.as_secs_f64()), cpu.ratio);
            still.insert(worker.worker, cpu);
        }
        *known = still;
    }
}
