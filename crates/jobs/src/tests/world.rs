//! A world of make-believe threads around a schedule, which checks every promise at every step.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use units::MonoTime;

use crate::schedule::{
    Effect, JobId, Next, Outcome, Rules, Schedule, Signs, Submitted, Wanted, WorkerId,
};
use crate::{
    Config, JobError, Kind, KindId, Kinds, Limit, Pressure, Priority, Product, ProductConfig,
};

/// A kind for every product, and one more of background removal that may be suspended.
pub(super) fn kinds() -> Kinds {
    let second = Duration::from_secs(1);
    Kinds::new([
        Kind::new("render", Product::Preview).silence(4 * second),
        Kind::new("inference", Product::BackgroundRemoval)
            .suspendable()
            .spreads()
            .silence(20 * second),
        Kind::new("mask", Product::BackgroundRemoval).silence(4 * second),
        Kind::new("file", Product::Batch)
            .limit(Limit::Progress(30 * second))
            .silence(8 * second),
        Kind::new("verify", Product::Dataset)
            .limit(Limit::Progress(30 * second))
            .silence(8 * second),
        Kind::new("zip", Product::Export)
            .limit(Limit::Progress(30 * second))
            .silence(8 * second),
    ])
}

/// What a job is, as far as this world remembers it.
#[derive(Debug, Clone)]
pub(super) struct Known {
    pub(super) product: Product,
    pub(super) priority: Priority,
    pub(super) suspendable: bool,
    pub(super) control: Option<Arc<str>>,
    pub(super) key: Option<u64>,
    pub(super) queued_at: MonoTime,
    pub(super) answer: Option<Result<(), JobError>>,
    pub(super) started: bool,
    pub(super) beats: u64,
    pub(super) lively: bool,
    stopped: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Thread {
    Awake(Vec<JobId>),
    Asleep,
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) schedule: Schedule,
    pub(super) now: MonoTime,
    pub(super) jobs: BTreeMap<JobId, Known>,
    threads: BTreeMap<WorkerId, Thread>,
    /// Threads that were left alone, with what they have in hand.
    left: Vec<(WorkerId, Vec<JobId>)>,
    pub(super) inline: BTreeSet<JobId>,
    pub(super) no_threads: bool,
    pub(super) config: Config,
    pub(super) cores: usize,
    pub(super) order: Vec<JobId>,
}

impl World {
    pub(super) fn new(config: Config, cores: usize) -> Self {
        assert_eq!(config.validate(cores, &kinds()), Ok(()));
        Self {
            schedule: Schedule::new(Rules::of(&config, cores), config.limited(kinds())),
            now: MonoTime(1_000_000_000),
            jobs: BTreeMap::new(),
            threads: BTreeMap::new(),
            left: Vec::new(),
            inline: BTreeSet::new(),
            no_threads: false,
            config,
            cores,
            order: Vec::new(),
        }
    }

    pub(super) fn product(&mut self, product: Product, change: impl FnOnce(&mut ProductConfig)) {
        change(self.config.products.of_mut(product));
        let rules = Rules::of(&self.config, self.cores);
        self.schedule.reconfigure(self.now, rules, kinds());
        self.settle_effects();
    }

    pub(super) fn wanted(kind: usize) -> Wanted {
        Wanted {
            kind: KindId(kind),
            priority: None,
            operation: kinds().all()[kind].name,
            control: None,
            key: None,
            request: None,
            bytes: None,
            within: false,
        }
    }

    pub(super) fn submit(&mut self, wanted: Wanted) -> Submitted {
        let kind = kinds().all()[wanted.kind.0].clone();
        let submitted = self.schedule.submit(self.now, wanted.clone());
        if let Submitted::Queued(id) | Submitted::Inline(id, _) = submitted {
            let known = Known {
                product: kind.product,
                priority: wanted.priority.unwrap_or(kind.priority),
                suspendable: kind.suspendable,
                control: wanted.control.filter(|_| !wanted.within),
                key: wanted.key.filter(|_| !wanted.within),
                queued_at: self.now,
                answer: None,
                started: matches!(submitted, Submitted::Inline(..)),
                beats: 0,
                lively: true,
                stopped: false,
            };
            assert!(self.jobs.insert(id, known).is_none(), "an id is used once");
            if matches!(submitted, Submitted::Inline(..)) {
                self.inline.insert(id);
            }
        }
        self.settle_effects();
        self.check_newest();
        submitted
    }

    fn answered(&mut self, id: JobId, answer: Result<(), JobError>) {
        let known = self
            .jobs
            .get_mut(&id)
            .expect("only accepted jobs are answered");
        assert!(
            known.answer.is_none(),
            "{id:?} is answered twice: {:?}, then {answer:?}",
            known.answer
        );
        known.answer = Some(answer);
    }

    /// Carries out what the last change left, and what that leaves.
    pub(super) fn settle_effects(&mut self) {
        loop {
            let effects = self.schedule.drain();
            if effects.is_empty() {
                break;
            }
            for effect in effects {
                self.carry_out(effect);
            }
        }
        assert!(self.schedule.workers() <= self.schedule.rules().size.max(self.threads.len()));
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Answer(id, error) => self.answered(id, Err(error)),
            Effect::Stop(id, _) => {
                let known = self.jobs.get_mut(&id).expect("only known jobs are stopped");
                assert!(known.started, "{id:?} is stopped and never ran");
                known.stopped = true;
            }
            Effect::Start(worker) if self.no_threads => {
                let none = self
                    .schedule
                    .start_failed(self.now, worker, "none".to_owned());
                while none && let Some(id) = self.schedule.adopt(self.now) {
                    let known = self.jobs.get_mut(&id).expect("only known jobs are adopted");
                    known.started = true;
                    self.inline.insert(id);
                }
            }
            Effect::Start(worker) => {
                self.threads.insert(worker, Thread::Awake(Vec::new()));
            }
            Effect::Abandon(worker) => {
                if let Some(Thread::Awake(stack)) = self.threads.remove(&worker) {
                    for id in &stack {
                        assert!(
                            self.jobs[id].answer.is_some(),
                            "{id:?} is lost with its thread"
                        );
                    }
                    self.left.push((worker, stack));
                }
            }
            Effect::WakeOne => {
                let asleep = self
                    .threads
                    .values_mut()
                    .find(|thread| **thread == Thread::Asleep);
                if let Some(thread) = asleep {
                    *thread = Thread::Awake(Vec::new());
                }
            }
            Effect::WakeAll => {
                for thread in self
                    .threads
                    .values_mut()
                    .filter(|thread| **thread == Thread::Asleep)
                {
                    *thread = Thread::Awake(Vec::new());
                }
            }
            Effect::Tell(_) => {}
        }
    }

    /// Of one control and of one key at most the newest is not answered.
    fn check_newest(&self) {
        let (mut controls, mut keys) = (BTreeSet::new(), BTreeSet::new());
        for (id, known) in self.jobs.iter().rev() {
            let newest_of_control = known
                .control
                .as_ref()
                .is_none_or(|control| controls.insert(control));
            let newest_of_key = known.key.is_none_or(|key| keys.insert(key));
            assert!(
                known.answer.is_some() || newest_of_control && newest_of_key,
                "{id:?} is open beside a newer one"
            );
        }
    }

    fn on_workers(&self, product: Product) -> usize {
        self.threads
            .values()
            .filter_map(|thread| match thread {
                Thread::Awake(stack) => Some(stack),
                Thread::Asleep => None,
            })
            .flatten()
            .filter(|id| self.jobs[id].product == product)
            .count()
    }

    /// Nothing that could have run instead was due before this one.
    fn check_turn(&self, id: JobId, above: Option<Priority>) {
        let due = |known: &Known| known.queued_at + known.priority.patience();
        let chosen = &self.jobs[&id];
        assert!(
            chosen.answer.is_none() && !chosen.started,
            "{id:?} begins once, unanswered"
        );
        for (other, known) in &self.jobs {
            let waits = known.answer.is_none() && !known.started && *other != id;
            let share = self.schedule.rules().products.of(known.product).workers;
            let free = self.on_workers(known.product) < share
                && !(known.suspendable && self.schedule.suspended().is_some())
                && above.is_none_or(|above| known.priority > above);
            assert!(
                !(waits && free && (due(known), *other) < (due(chosen), id)),
                "{other:?} was due before {id:?}"
            );
        }
    }

    /// The worker at this place, of those that are awake.
    pub(super) fn awake(&self, at: usize) -> Option<WorkerId> {
        let awake: Vec<WorkerId> = self
            .threads
            .iter()
            .filter(|(_, thread)| **thread != Thread::Asleep)
            .map(|(id, _)| *id)
            .collect();
        (!awake.is_empty()).then(|| awake[at % awake.len()])
    }

    fn stack(&mut self, worker: WorkerId) -> &mut Vec<JobId> {
        match self.threads.get_mut(&worker) {
            Some(Thread::Awake(stack)) => stack,
            other => panic!("{worker:?} is {other:?}"),
        }
    }

    fn began(&mut self, worker: WorkerId, id: JobId, above: Option<Priority>) {
        self.check_turn(id, above);
        let known = self.jobs.get_mut(&id).expect("only known jobs run");
        known.started = true;
        let (product, priority) = (known.product, known.priority);
        self.order.push(id);
        if let Some(below) = self.stack(worker).last().copied() {
            assert!(
                self.jobs[&below].priority < priority,
                "only more urgent work goes between"
            );
        }
        self.stack(worker).push(id);
        let in_flight = self.schedule.rules().in_flight;
        assert!(self.stack(worker).len() <= in_flight);
        let share = self.schedule.rules().products.of(product).workers;
        assert!(
            self.on_workers(product) <= share,
            "{product} has more than its share"
        );
    }

    /// One step of a worker that is awake: it asks for work, or its job comes to a checkpoint or back.
    pub(super) fn step(&mut self, worker: WorkerId, comes_back: Option<Outcome>) {
        match (self.stack(worker).last().copied(), comes_back) {
            (None, _) => match self.schedule.next(self.now, worker) {
                Next::Run(id) => self.began(worker, id, None),
                Next::Wait => {
                    self.threads.insert(worker, Thread::Asleep);
                }
                Next::End => {
                    self.threads.remove(&worker);
                }
            },
            (Some(id), None) => {
                let known = &self.jobs[&id];
                let (priority, runs_on) = (known.priority, !known.stopped && known.lively);
                if runs_on && let Some(urgent) = self.schedule.yielding(self.now, worker, id) {
                    self.began(worker, urgent, Some(priority));
                }
            }
            (Some(id), Some(_)) if !self.jobs[&id].lively => {}
            (Some(id), Some(outcome)) => {
                self.stack(worker).pop();
                self.finish(id, outcome);
            }
        }
        self.settle_effects();
    }

    fn finish(&mut self, id: JobId, outcome: Outcome) {
        let open = self.jobs[&id].answer.is_none();
        let accepted = self.schedule.finish(self.now, id, outcome);
        assert_eq!(accepted, open, "a result is the answer when there was none");
        if accepted {
            self.answered(id, Ok(()));
        }
    }

    /// A job that runs where it was asked for comes back.
    pub(super) fn finish_inline(&mut self, at: usize, outcome: Outcome) {
        let id = self
            .inline
            .iter()
            .nth(at % self.inline.len().max(1))
            .copied();
        if let Some(id) = id.filter(|id| self.jobs[id].lively) {
            self.inline.remove(&id);
            self.finish(id, outcome);
            self.settle_effects();
        }
    }

    /// A thread that was left alone comes back.
    pub(super) fn come_back(&mut self) {
        if let Some((worker, stack)) = self.left.pop() {
            for id in stack.into_iter().rev() {
                self.finish(id, Outcome::Done);
            }
            assert_eq!(self.schedule.next(self.now, worker), Next::End);
            self.settle_effects();
        }
    }

    /// Time goes by, in steps of the watcher; lively jobs beat in each.
    pub(super) fn pass(&mut self, span: Duration) {
        let until = self.now + span;
        while self.now < until {
            self.now = (self.now + Duration::from_millis(500)).min(until);
            for known in self.jobs.values_mut().filter(|known| known.lively) {
                known.beats += 1;
            }
            let jobs = &self.jobs;
            self.schedule.look(self.now, |id| Signs {
                beats: jobs[&id].beats,
                progress: None,
            });
            self.settle_effects();
        }
    }

    /// Lets everything come to its end with nobody asking for more, waking only whom the schedule wakes.
    pub(super) fn settle(&mut self) {
        self.schedule.press(self.now, Pressure::None);
        self.pass(Duration::from_secs(3));
        for _ in 0..10_000 {
            while !self.inline.is_empty() {
                let before = self.inline.len();
                (0..before).for_each(|at| self.finish_inline(at, Outcome::Done));
                if self.inline.len() == before {
                    break;
                }
            }
            let ready = (0..self.threads.len()).filter_map(|at| self.awake(at)).find(|worker| {
                let stack = self.threads.get(worker);
                !matches!(stack, Some(Thread::Awake(stack)) if stack.last().is_some_and(|id| !self.jobs[id].lively))
            });
            let hangs = self
                .threads
                .values()
                .any(|thread| matches!(thread, Thread::Awake(stack) if !stack.is_empty()));
            match ready {
                Some(worker) => self.step(worker, Some(Outcome::Done)),
                // Only threads that hang are left: the watcher sees to them.
                None if hangs => self.pass(Duration::from_secs(5)),
                None => break,
            }
        }
    }

    /// Whatever was accepted has its answer, and the figures say so.
    pub(super) fn check_all_answered(&self) {
        for (id, known) in &self.jobs {
            let hangs_inline = self.inline.contains(id) && !known.lively;
            assert!(
                known.answer.is_some() || hangs_inline,
                "{id:?} has no answer: {known:?}"
            );
        }
        assert_eq!(self.schedule.queued(), 0);
        let counts = self.schedule.tally().kinds();
        let taken: u64 = counts.iter().map(|counts| counts.taken).sum();
        let answered: u64 = counts.iter().map(|counts| counts.answered()).sum();
        let given = self
            .jobs
            .values()
            .filter(|known| known.answer.is_some())
            .count();
        assert_eq!((taken, answered), (self.jobs.len() as u64, given as u64));
    }
}
