//! The worker pool: how it is set up, what it does now, how it has been doing.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// When the pool counts as saturated: pressed for a whole window, until it is at ease for a whole window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct SaturationSettings {
    /// Waiting jobs for each worker from which on it is pressed.
    pub enter_depth: u32,
    /// Longest wait from which on it is pressed, in milliseconds.
    pub enter_wait_ms: f64,
    /// Waiting jobs for each worker up to which it is at ease.
    pub leave_depth: u32,
    /// Longest wait up to which it is at ease, in milliseconds.
    pub leave_wait_ms: f64,
    /// How long either must last, in milliseconds.
    pub window_ms: f64,
}

/// The settings that hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct PoolSettings {
    /// Workers that there may be.
    pub workers: u32,
    /// Idle workers that are kept while a product is in use.
    pub warm: u32,
    /// Seconds without work after which a worker ends.
    pub idle_s: f64,
    /// Jobs that one worker may have begun.
    pub in_flight: u32,
    /// Jobs that may wait.
    pub queue: u32,
    /// Work on fewer bytes is done where it is asked for.
    #[ts(type = "number")]
    pub offload_bytes: u64,
    /// Threads of one product that may hang before its work is done where it is asked for.
    pub leaked: u32,
    /// Most bytes that shared buffers may take.
    #[ts(type = "number")]
    pub memory_bytes: u64,
    /// When it counts as saturated.
    pub saturation: SaturationSettings,
}

/// One product: a part of Tendon that has work done.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct ProductState {
    /// Its name in the settings.
    pub name: String,
    /// Whether workers do its work.
    pub on: bool,
    /// Workers that it may occupy at once.
    pub workers: u32,
    /// Whether its work may be done where it is asked for when workers cannot do it.
    pub may_run_inline: bool,
    /// Why its work is done where it is asked for, if it is.
    pub inline: Option<String>,
    /// Threads of it that hang.
    pub leaked: u32,
}

/// How urgent a job is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum JobPriority {
    /// Nobody waits for it yet.
    #[default]
    Background,
    /// A person waits.
    Export,
    /// A person moves a control and looks at the result.
    Interactive,
}

/// One kind of job, and what became of those that there were.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct JobKind {
    /// Its name in the settings.
    pub name: String,
    /// The product that it works for.
    pub product: String,
    /// How urgent it usually is.
    pub priority: JobPriority,
    /// Longest that it may take, or come no further, in seconds.
    pub limit_s: f64,
    /// Whether the limit counts from one step of its progress to the next.
    pub limit_by_progress: bool,
    /// Jobs that wait.
    pub queued: u32,
    /// Jobs that run.
    pub running: u32,
    /// Accepted.
    #[ts(type = "number")]
    pub taken: u64,
    /// Came to their end.
    #[ts(type = "number")]
    pub done: u64,
    /// Failed by an error of their own.
    #[ts(type = "number")]
    pub failed: u64,
    /// Panicked.
    #[ts(type = "number")]
    pub panicked: u64,
    /// Gave way to a newer one.
    #[ts(type = "number")]
    pub replaced: u64,
    /// Called off.
    #[ts(type = "number")]
    pub cancelled: u64,
    /// Ran for too long or came no further.
    #[ts(type = "number")]
    pub timed_out: u64,
    /// Lost with a thread that hangs.
    #[ts(type = "number")]
    pub lost: u64,
    /// Answered because the pool ended or could not do them any more.
    #[ts(type = "number")]
    pub ended: u64,
    /// Not accepted.
    #[ts(type = "number")]
    pub refused: u64,
    /// Done where they were asked for.
    #[ts(type = "number")]
    pub inline: u64,
}

/// How long one operation takes, in milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct OperationState {
    /// Its name.
    pub name: String,
    /// How many came to their end.
    #[ts(type = "number")]
    pub count: u64,
    /// Mean of all.
    pub mean_ms: f64,
    /// 95 of a hundred lately took at most this; none without one lately.
    pub p95_ms: Option<f64>,
    /// Mean time that they waited before.
    pub waited_mean_ms: f64,
    /// 95 of a hundred lately waited at most this.
    pub waited_p95_ms: Option<f64>,
}

/// One worker.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct WorkerState {
    /// Its number, never used again.
    #[ts(type = "number")]
    pub number: u64,
    /// Jobs begun on it by their number, the one that runs last.
    #[ts(type = "Array<number>")]
    pub jobs: Vec<u64>,
    /// Share of the last seconds in which it had work, 0 to 1.
    pub busy_ratio: f64,
    /// Time of its thread on a core, in seconds; none where the system does not tell.
    pub cpu_seconds: Option<f64>,
    /// Share of the last half second and more that its thread was on a core, 0 to 1.
    pub cpu_ratio: Option<f64>,
}

/// One job that runs.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct RunningJob {
    /// Its number: a greater one was asked for later.
    #[ts(type = "number")]
    pub number: u64,
    /// Its kind.
    pub kind: String,
    /// The control that asked for it.
    pub control: Option<String>,
    /// The request it belongs to, as in the log.
    pub request: Option<String>,
    /// How long it ran, in seconds, without the time that it gave to others.
    pub seconds: f64,
    /// Steps done, if it says so.
    #[ts(type = "number | null")]
    pub steps_done: Option<u64>,
    /// Steps in all; none while that is unknown.
    #[ts(type = "number | null")]
    pub steps: Option<u64>,
    /// Whether it runs where it was asked for.
    pub inline: bool,
    /// Whether it lets a more urgent one go first.
    pub waits: bool,
    /// Whether it was answered already, and only its function has not come back.
    pub answered: bool,
}

/// Work that was done where it was asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct InlineRuns {
    /// Why.
    pub why: String,
    /// How often.
    #[ts(type = "number")]
    pub count: u64,
}

/// The shared buffers of pictures that are worked on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct BufferState {
    /// Bytes in use.
    #[ts(type = "number")]
    pub live_bytes: u64,
    /// Most bytes ever in use at once.
    #[ts(type = "number")]
    pub peak_bytes: u64,
    /// Bytes that wait to be used again.
    #[ts(type = "number")]
    pub idle_bytes: u64,
    /// Buffers taken from the system.
    #[ts(type = "number")]
    pub allocated: u64,
    /// Of those, the ones beyond the ceiling.
    #[ts(type = "number")]
    pub beyond: u64,
    /// Buffers used again.
    #[ts(type = "number")]
    pub recycled: u64,
    /// Contents copied from one buffer to another.
    #[ts(type = "number")]
    pub copies: u64,
    /// Bytes so copied.
    #[ts(type = "number")]
    pub copied_bytes: u64,
}

/// The worker pool.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct WorkersState {
    /// The settings that hold.
    pub settings: PoolSettings,
    /// Workers that there are.
    pub workers: Vec<WorkerState>,
    /// The products.
    pub products: Vec<ProductState>,
    /// The kinds of jobs.
    pub kinds: Vec<JobKind>,
    /// How long operations take.
    pub operations: Vec<OperationState>,
    /// Jobs that run.
    pub running: Vec<RunningJob>,
    /// Jobs that wait.
    pub queued: u32,
    /// The longest time that one of them has waited, in milliseconds.
    pub longest_wait_ms: f64,
    /// Whether more work comes in than the workers can do.
    pub saturated: bool,
    /// Why work that needs much memory is held back, if it is.
    pub suspended: Option<String>,
    /// Work that was done where it was asked for, by the reason.
    pub inline: Vec<InlineRuns>,
    /// Workers that took the place of one that hung.
    #[ts(type = "number")]
    pub restarts: u64,
    /// Threads of the whole program that were left hanging.
    #[ts(type = "number")]
    pub threads_abandoned: u64,
    /// Work done on this machine, of that which could go elsewhere.
    #[ts(type = "number")]
    pub local: u64,
    /// Work done by a server.
    #[ts(type = "number")]
    pub remote: u64,
    /// Results found in a cache.
    #[ts(type = "number")]
    pub cache_hits: u64,
    /// Results not found there.
    #[ts(type = "number")]
    pub cache_misses: u64,
    /// Share of all lookups that found something, 0 to 1; none without a lookup.
    pub cache_hit_rate: Option<f64>,
    /// The shared buffers.
    pub buffers: BufferState,
}
