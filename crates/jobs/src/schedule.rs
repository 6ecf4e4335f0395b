//! Who runs what, and when: a state machine without threads, without a clock and without a single wait.
//!
//! Every method takes the time and leaves its consequences as [`Effect`]s for whoever drives it ([`Schedule::drain`]). So
//! ten thousand random histories can be tried in a second, and the threads around it (`shell`) have one lock, under which
//! nothing but this runs.
//!
//! What it promises: an accepted job is answered exactly once; of two jobs with one control or key the newer is answered
//! and the older is told that it was replaced; a waiting job is overtaken only by jobs that are due before it
//! ([`Priority::patience`]); no more than a product's share runs at once.
//! Not here: threads, functions, results (`shell`), memory (`buffers`).

mod flow;
mod queue;
mod report;
mod rules;
mod saturation;
mod tally;
mod watch;
mod words;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use units::MonoTime;

use crate::error::{JobError, Pressure, Refusal, StopReason, WhyInline};
use crate::event::{About, Event};
use crate::kind::{KindId, Kinds, Priority};
use crate::{Generation, PerProduct, Product};

pub use queue::Queue;
pub use report::{RunReport, WorkerReport};
pub use rules::{ProductRules, Rules};
pub use saturation::Saturation;
pub use tally::{Counts, Tally, Timing};
pub use words::{Effect, JobId, Next, Outcome, Signs, Submitted, Wanted, WorkerId};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Worker(WorkerId),
    Inline,
}

#[derive(Debug, Clone)]
struct Run {
    place: Place,
    started: MonoTime,
    /// Time given to more urgent jobs on the same thread, and since when such a one runs now.
    away: Duration,
    away_since: Option<MonoTime>,
    signs: Signs,
    silent: Duration,
    /// How long it had run when its progress last grew.
    progressed: Duration,
    /// It was asked to stop: signs of life do not count any more, it is to come back.
    stopped: bool,
    hang_told: bool,
}

impl Run {
    fn new(place: Place, now: MonoTime) -> Self {
        Self {
            place,
            started: now,
            away: Duration::ZERO,
            away_since: None,
            signs: Signs::default(),
            silent: Duration::ZERO,
            progressed: Duration::ZERO,
            stopped: false,
            hang_told: false,
        }
    }

    fn ran(&self, now: MonoTime) -> Duration {
        let away = self
            .away_since
            .map_or(Duration::ZERO, |since| now.since(since));
        now.since(self.started).saturating_sub(self.away + away)
    }
}

#[derive(Debug, Clone)]
struct Job {
    about: About,
    kind: KindId,
    priority: Priority,
    operation: &'static str,
    key: Option<u64>,
    queued_at: MonoTime,
    answered: bool,
    run: Option<Run>,
}

#[derive(Debug, Clone)]
struct Worker {
    /// Jobs begun on it, the one that runs last.
    stack: Vec<JobId>,
    /// Its thread has not asked for work yet.
    starting: bool,
    ending: bool,
    idle_since: MonoTime,
    busy: Duration,
    busy_since: Option<MonoTime>,
    /// `busy` when the present window began, and the share of the one before.
    busy_before: Duration,
    busy_ratio: f64,
}

impl Worker {
    fn busy_until(&self, now: MonoTime) -> Duration {
        self.busy
            + self
                .busy_since
                .map_or(Duration::ZERO, |since| now.since(since))
    }
}

/// The state machine.
#[derive(Debug)]
pub struct Schedule {
    rules: Rules,
    kinds: Kinds,
    jobs: BTreeMap<JobId, Job>,
    queue: Queue,
    controls: HashMap<Arc<str>, JobId>,
    keys: HashMap<u64, JobId>,
    workers: BTreeMap<WorkerId, Worker>,
    /// Workers whose threads hang, and whose work they did.
    hanging: BTreeMap<WorkerId, Product>,
    in_use: PerProduct<usize>,
    last_job: u64,
    last_worker: u64,
    no_thread_until: Option<MonoTime>,
    pressure: Pressure,
    suspended: Option<Pressure>,
    at_ease_since: Option<MonoTime>,
    saturation: Saturation,
    tally: Tally,
    looked_at: Option<MonoTime>,
    window_began: Option<MonoTime>,
    ending: bool,
    effects: Vec<Effect>,
}

impl Schedule {
    /// A schedule without work and without workers.
    pub fn new(rules: Rules, kinds: Kinds) -> Self {
        Self {
            saturation: Saturation::new(rules.saturation),
            tally: Tally::new(kinds.all().len()),
            rules,
            kinds,
            jobs: BTreeMap::new(),
            queue: Queue::default(),
            controls: HashMap::new(),
            keys: HashMap::new(),
            workers: BTreeMap::new(),
            hanging: BTreeMap::new(),
            in_use: PerProduct::default(),
            last_job: 0,
            last_worker: 0,
            no_thread_until: None,
            pressure: Pressure::None,
            suspended: None,
            at_ease_since: None,
            looked_at: None,
            window_began: None,
            ending: false,
            effects: Vec::new(),
        }
    }

    /// What follows from the changes since this was last asked, in their order.
    pub fn drain(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// From now on other rules hold, and other limits of the same kinds. What waits and runs goes on under them; nothing
    /// that was accepted is refused.
    pub fn reconfigure(&mut self, now: MonoTime, rules: Rules, kinds: Kinds) {
        self.saturation.change(rules.saturation);
        self.rules = rules;
        if kinds.all().len() == self.kinds.all().len() {
            self.kinds = kinds;
        }
        self.staff(now);
    }

    /// A product is in use from now on: some idle workers are kept for it.
    pub fn begin_use(&mut self, product: Product) {
        *self.in_use.of_mut(product) += 1;
    }

    /// A product is in use no more, by one of those who used it.
    pub fn end_use(&mut self, product: Product) {
        let users = self.in_use.of_mut(product);
        *users = users.saturating_sub(1);
    }

    fn tell(&mut self, event: Event) {
        self.effects.push(Effect::Tell(event));
    }

    /// Takes an order, or says why not.
    pub fn submit(&mut self, now: MonoTime, wanted: Wanted) -> Submitted {
        if self.ending {
            return Submitted::Refused(Refusal::Ending);
        }
        if !self.kinds.has(wanted.kind) {
            return Submitted::Refused(Refusal::UnknownKind);
        }
        let kind = self.kinds.get(wanted.kind);
        let (product, suspendable, name) = (kind.product, kind.suspendable, kind.name);
        let priority = wanted.priority.unwrap_or(kind.priority);
        let small = wanted
            .bytes
            .is_some_and(|bytes| bytes < self.rules.offload_bytes);
        let fallback = self.inline(product, now);
        let inline = if wanted.within {
            Some(WhyInline::WithinJob)
        } else {
            fallback.or(small.then_some(WhyInline::Small))
        };
        let refusal = match inline {
            Some(why) if fallback == Some(why) && !self.rules.products.of(product).inline => {
                Some(Refusal::NoInline { product, why })
            }
            // What was asked for inside a job was allowed when that job began.
            Some(why) if why != WhyInline::WithinJob && suspendable => self
                .suspended
                .map(|why| Refusal::Suspended { kind: name, why }),
            Some(_) => None,
            None => {
                let makes_room = self.older(&wanted).filter(|id| self.is_queued(*id)).count();
                let waiting = self.queue.len() - makes_room;
                (waiting >= self.rules.queue).then_some(Refusal::QueueFull {
                    waiting,
                    limit: self.rules.queue,
                })
            }
        };
        if let Some(refusal) = refusal {
            self.tally.count(wanted.kind).refused += 1;
            return Submitted::Refused(refusal);
        }
        self.last_job += 1;
        let id = JobId(self.last_job);
        let generation = Generation(id.0);
        let older: Vec<JobId> = self.older(&wanted).collect();
        for old in older {
            self.tally
                .count_of(&self.jobs, old, |counts| counts.replaced += 1);
            self.answer(
                old,
                JobError::Replaced { by: generation },
                Some(StopReason::Replaced),
            );
        }
        if let Some(control) = wanted.control.iter().find(|_| !wanted.within) {
            self.controls.insert(Arc::clone(control), id);
        }
        if let Some(key) = wanted.key.filter(|_| !wanted.within) {
            self.keys.insert(key, id);
        }
        self.tally.count(wanted.kind).taken += 1;
        let run = inline.map(|_| Run::new(Place::Inline, now));
        let job = Job {
            about: About {
                kind: name,
                product,
                control: wanted.control,
                request: wanted.request,
                generation,
            },
            kind: wanted.kind,
            priority,
            operation: wanted.operation,
            key: wanted.key,
            queued_at: now,
            answered: false,
            run,
        };
        self.jobs.insert(id, job);
        let submitted = match inline {
            Some(why) => {
                self.tally.count(wanted.kind).inline += 1;
                self.tally.inline(why);
                Submitted::Inline(id, why)
            }
            None => {
                self.queue.push(priority, id);
                if self.workers.values().any(|worker| worker.stack.is_empty()) {
                    self.effects.push(Effect::WakeOne);
                }
                self.staff(now);
                Submitted::Queued(id)
            }
        };
        self.judge(now);
        submitted
    }

    /// The jobs whose place an order takes.
    fn older(&self, wanted: &Wanted) -> impl Iterator<Item = JobId> + use<> {
        let counts = !wanted.within;
        let by_control = wanted.control.as_ref().filter(|_| counts);
        let by_control = by_control.and_then(|control| self.controls.get(control).copied());
        let by_key = wanted
            .key
            .filter(|_| counts)
            .and_then(|key| self.keys.get(&key).copied());
        by_control
            .into_iter()
            .chain(by_key.filter(|id| by_control != Some(*id)))
    }

    fn is_queued(&self, id: JobId) -> bool {
        self.jobs.get(&id).is_some_and(|job| job.run.is_none())
    }

    /// Answers a job that was not answered yet; one that runs is asked to stop and stays until its function comes back.
    fn answer(&mut self, id: JobId, error: JobError, stop: Option<StopReason>) {
        let Some(job) = self.jobs.get_mut(&id).filter(|job| !job.answered) else {
            return;
        };
        job.answered = true;
        if let (Some(run), Some(reason)) = (&mut job.run, stop) {
            (run.stopped, run.silent) = (true, Duration::ZERO);
            self.effects.push(Effect::Stop(id, reason));
        }
        self.effects.push(Effect::Answer(id, error));
        self.forget_names(id);
        if self.is_queued(id)
            && let Some(job) = self.jobs.remove(&id)
        {
            self.queue.remove(job.priority, id);
        }
    }

    /// An answered job is nobody's newest any more.
    fn forget_names(&mut self, id: JobId) {
        let Some(job) = self.jobs.get(&id) else {
            return;
        };
        if let Some(control) = &job.about.control
            && self.controls.get(control) == Some(&id)
        {
            self.controls.remove(control);
        }
        if let Some(key) = job.key
            && self.keys.get(&key) == Some(&id)
        {
            self.keys.remove(&key);
        }
    }
}
