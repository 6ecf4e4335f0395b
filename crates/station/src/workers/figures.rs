//! The pool's figures as they leave the core, with the settings that hold, and one plain line about them.
//!
//! Not here: how they are gathered (`jobs`).

use std::time::Duration;

use jobs::{
    Config, KindFigures, Kinds, Limit, Priority, ProductFigures, RunningFigures, Telemetry,
};
use protocol::window::{
    BufferState, InlineRuns, JobKind, JobPriority, OperationState, PoolSettings, ProductState,
    RunningJob, SaturationSettings, WorkerState, WorkersState,
};

fn count(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1e3
}

/// Everything, for whoever shows it.
pub(super) fn of(telemetry: &Telemetry, config: &Config, kinds: &Kinds) -> WorkersState {
    let buffers = &telemetry.buffers;
    WorkersState {
        settings: settings(telemetry, config),
        workers: telemetry
            .workers
            .iter()
            .map(|worker| WorkerState {
                number: worker.worker,
                jobs: worker.jobs.clone(),
                busy_ratio: worker.busy_ratio,
                cpu_seconds: worker.cpu_seconds,
                cpu_ratio: worker.cpu_ratio,
            })
            .collect(),
        products: telemetry
            .products
            .iter()
            .map(|figures| product(figures, config))
            .collect(),
        kinds: telemetry
            .kinds
            .iter()
            .map(|figures| kind(figures, config, kinds))
            .collect(),
        operations: telemetry
            .operations
            .iter()
            .map(|operation| OperationState {
                name: operation.operation.to_owned(),
                count: operation.count,
                mean_ms: operation.mean_ms,
                p95_ms: operation.p95_ms,
                waited_mean_ms: operation.waited_mean_ms,
                waited_p95_ms: operation.waited_p95_ms,
            })
            .collect(),
        running: telemetry.running.iter().map(running).collect(),
        queued: count(telemetry.queued),
        longest_wait_ms: telemetry.longest_wait_ms,
        saturated: telemetry.saturated,
        suspended: telemetry.suspended.clone(),
        inline: telemetry
            .inline
            .iter()
            .map(|runs| InlineRuns {
                why: runs.why.clone(),
                count: runs.count,
            })
            .collect(),
        restarts: telemetry.restarts,
        threads_abandoned: telemetry.threads_abandoned,
        local: telemetry.local,
        remote: telemetry.remote,
        cache_hits: telemetry.cache_hits,
        cache_misses: telemetry.cache_misses,
        cache_hit_rate: telemetry.cache_hit_rate,
        buffers: BufferState {
            live_bytes: buffers.live_bytes,
            peak_bytes: buffers.peak_bytes,
            idle_bytes: buffers.idle_bytes,
            allocated: buffers.allocated,
            beyond: buffers.beyond,
            recycled: buffers.recycled,
            copies: buffers.copies,
            copied_bytes: buffers.copied_bytes,
        },
    }
}

fn settings(telemetry: &Telemetry, config: &Config) -> PoolSettings {
    let rule = &config.saturation;
    PoolSettings {
        workers: count(telemetry.size),
        warm: count(config.warm),
        idle_s: config.idle.as_secs_f64(),
        in_flight: count(config.in_flight),
        queue: count(telemetry.queue_limit),
        offload_bytes: config.offload_bytes,
        leaked: count(config.leaked),
        memory_bytes: config.memory_bytes,
        saturation: SaturationSettings {
            enter_depth: count(rule.enter_depth),
            enter_wait_ms: millis(rule.enter_wait),
            leave_depth: count(rule.leave_depth),
            leave_wait_ms: millis(rule.leave_wait),
            window_ms: millis(rule.window),
        },
    }
}

fn product(figures: &ProductFigures, config: &Config) -> ProductState {
    ProductState {
        name: figures.product.name().to_owned(),
        on: figures.on,
        workers: count(figures.workers),
        may_run_inline: config.products.of(figures.product).inline,
        inline: figures.inline.clone(),
        leaked: count(figures.leaked),
    }
}

fn kind(figures: &KindFigures, config: &Config, kinds: &Kinds) -> JobKind {
    let own = kinds.all().iter().find(|kind| kind.name == figures.kind);
    let (usual, limit_by_progress) = match own.map(|kind| kind.limit) {
        Some(Limit::Total(span)) => (span, false),
        Some(Limit::Progress(span)) => (span, true),
        None => (Duration::ZERO, false),
    };
    let limit = config.limits.get(figures.kind).copied().unwrap_or(usual);
    let counts = &figures.counts;
    JobKind {
        name: figures.kind.to_owned(),
        product: figures.product.name().to_owned(),
        priority: match figures.priority {
            Priority::Background => JobPriority::Background,
            Priority::Export => JobPriority::Export,
            Priority::Interactive => JobPriority::Interactive,
        },
        limit_s: limit.as_secs_f64(),
        limit_by_progress,
        queued: count(figures.queued),
        running: count(figures.running),
        taken: counts.taken,
        done: counts.done,
        failed: counts.failed,
        panicked: counts.panicked,
        replaced: counts.replaced,
        cancelled: counts.cancelled,
        timed_out: counts.timed_out,
        lost: counts.lost,
        ended: counts.ended,
        refused: counts.refused,
        inline: counts.inline,
    }
}

fn running(figures: &RunningFigures) -> RunningJob {
    RunningJob {
        number: figures.generation.0,
        kind: figures.kind.to_owned(),
        control: figures.control.clone(),
        request: figures.request.clone(),
        seconds: figures.seconds,
        steps_done: figures.progress.map(|(done, _)| done),
        steps: figures.progress.map(|(_, of)| of).filter(|of| *of > 0),
        inline: figures.inline,
        waits: figures.waits,
        answered: figures.answered,
    }
}

/// The pool in one sentence.
pub fn plain(state: &WorkersState) -> String {
    let off: Vec<&str> = state
        .products
        .iter()
        .filter(|product| !product.on)
        .map(|product| product.name.as_str())
        .collect();
    let workers = match state.settings.workers {
        1 => "one worker".to_owned(),
        several => format!("up to {several} workers"),
    };
    if off.is_empty() {
        return format!("{workers}, every product on");
    }
    format!("{workers}; switched off: {}", off.join(", "))
}
