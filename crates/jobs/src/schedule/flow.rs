//! Workers asking for work, yielding and coming back; jobs called off; the end.

use std::collections::BTreeSet;
use std::time::Duration;

use units::MonoTime;

use crate::PerProduct;
use crate::error::{JobError, Pressure, StopReason, WhyInline};
use crate::event::Event;
use crate::kind::Priority;

use super::{Effect, Job, JobId, Next, Outcome, Place, Run, Schedule, Worker, WorkerId};

/// For so long nobody tries for a thread again after the system gave none.
const NO_THREAD_FOR: Duration = Duration::from_secs(10);

impl Schedule {
    /// What a worker does next. The first call says that its thread is there.
    pub fn next(&mut self, now: MonoTime, worker: WorkerId) -> Next {
        if let Some(product) = self.hanging.remove(&worker) {
            let leaked = self.leaked(product);
            self.tell(Event::CameBack { product, leaked });
            return Next::End;
        }
        let Some(known) = self.workers.get_mut(&worker) else {
            return Next::End;
        };
        known.starting = false;
        if let Some(id) = self.pick(None) {
            self.begin(now, worker, id);
            self.judge(now);
            return Next::Run(id);
        }
        let ends = self.ending || self.workers.get(&worker).is_some_and(|known| known.ending);
        if ends {
            self.workers.remove(&worker);
            return Next::End;
        }
        Next::Wait
    }

    /// A job on a worker has come to a place where more urgent work may go first on the same thread. At most one job is
    /// handed out at each such place, so that the one that yields comes on between two others.
    pub fn yielding(&mut self, now: MonoTime, worker: WorkerId, job: JobId) -> Option<JobId> {
        let known = self.workers.get(&worker)?;
        let on_top = known.stack.last() == Some(&job);
        if !on_top || known.stack.len() >= self.rules.in_flight {
            return None;
        }
        // Whoever has nothing to do takes it in a moment.
        if self
            .workers
            .values()
            .any(|other| other.stack.is_empty() && !other.starting)
        {
            return None;
        }
        let below = self.jobs.get(&job)?.priority;
        let urgent = self.pick(Some(below))?;
        if let Some(run) = self.jobs.get_mut(&job).and_then(|job| job.run.as_mut()) {
            run.away_since = Some(now);
        }
        self.begin(now, worker, urgent);
        self.judge(now);
        Some(urgent)
    }

    /// A job's function has come back. Whether its result is the job's answer; otherwise the job was answered before.
    pub fn finish(&mut self, now: MonoTime, id: JobId, outcome: Outcome) -> bool {
        let Some(job) = self.jobs.get(&id) else {
            return false;
        };
        let Some(run) = &job.run else {
            return false;
        };
        let (ran, place) = (run.ran(now), run.place);
        let waited = run.started.since(job.queued_at);
        let (about, operation, answered) = (job.about.clone(), job.operation, job.answered);
        if !answered {
            let counts = self.tally.count(job.kind);
            match &outcome {
                Outcome::Done => counts.done += 1,
                Outcome::Failed(_) => counts.failed += 1,
                Outcome::Panicked(_) => counts.panicked += 1,
                Outcome::Stopped => counts.cancelled += 1,
            }
            if outcome == Outcome::Done {
                self.tally.took(operation, waited, ran);
            }
        }
        match outcome {
            // Told even when nobody waits for the answer any more: a panic is a mistake of ours.
            Outcome::Panicked(message) => self.tell(Event::Panicked { about, message }),
            Outcome::Failed(message) if !answered => self.tell(Event::Failed { about, message }),
            Outcome::Done | Outcome::Stopped | Outcome::Failed(_) => {}
        }
        self.forget_names(id);
        self.jobs.remove(&id);
        if let Place::Worker(worker) = place {
            self.come_back(now, worker, id);
        }
        !answered
    }

    fn come_back(&mut self, now: MonoTime, worker: WorkerId, id: JobId) {
        let Some(known) = self.workers.get_mut(&worker) else {
            return;
        };
        known.stack.retain(|on| *on != id);
        match known.stack.last().copied() {
            None => {
                known.busy = known.busy_until(now);
                (known.busy_since, known.idle_since) = (None, now);
            }
            Some(below) => {
                if let Some(run) = self.jobs.get_mut(&below).and_then(|job| job.run.as_mut())
                    && let Some(since) = run.away_since.take()
                {
                    run.away += now.since(since);
                    run.silent = Duration::ZERO;
                }
            }
        }
        // Its product's share has room again, for somebody who may be asleep.
        if !self.queue.is_empty() {
            self.effects.push(Effect::WakeOne);
        }
    }

    /// Calls a job off. Whether it was still to be answered.
    pub fn cancel(&mut self, now: MonoTime, id: JobId) -> bool {
        let open = self.jobs.get(&id).is_some_and(|job| !job.answered);
        if open {
            self.tally
                .count_of(&self.jobs, id, |counts| counts.cancelled += 1);
            self.answer(id, JobError::Cancelled, Some(StopReason::Cancelled));
            self.judge(now);
        }
        open
    }

    /// Calls off what a control asked for last. Whether there was something.
    pub fn cancel_control(&mut self, now: MonoTime, control: &str) -> bool {
        let id = self.controls.get(control).copied();
        id.is_some_and(|id| self.cancel(now, id))
    }

    /// The system gave no thread for a worker. Whether none is left at all: then whoever asked is to run what waits
    /// ([`Schedule::adopt`]), or, if it cannot, to give it up ([`Schedule::give_up`]).
    pub fn start_failed(&mut self, now: MonoTime, worker: WorkerId, message: String) -> bool {
        self.workers.remove(&worker);
        self.no_thread_until = Some(now + NO_THREAD_FOR);
        self.tell(Event::NoThread { message });
        self.workers.is_empty()
    }

    /// A job that waits, to be run on the asking thread because there is no worker. None when none waits, or when there
    /// are workers again.
    pub fn adopt(&mut self, now: MonoTime) -> Option<JobId> {
        while self.workers.is_empty() {
            let id = self.due_first(self.queue.heads())?;
            let (kind, product) = self
                .jobs
                .get(&id)
                .map(|job| (job.kind, job.about.product))?;
            if self.rules.products.of(product).inline {
                self.tally.count(kind).inline += 1;
                self.tally.inline(WhyInline::NoThread);
                let job = self.jobs.get_mut(&id)?;
                job.run = Some(Run::new(Place::Inline, now));
                self.queue.remove(job.priority, id);
                return Some(id);
            }
            self.lose(id, WhyInline::NoThread);
        }
        None
    }

    /// Answers all that waits for a worker that will not come.
    pub fn give_up(&mut self) {
        let waiting: Vec<JobId> = self.queue.all().collect();
        for id in waiting {
            self.lose(id, WhyInline::NoThread);
        }
    }

    pub(super) fn lose(&mut self, id: JobId, why: WhyInline) {
        let Some(product) = self.jobs.get(&id).map(|job| job.about.product) else {
            return;
        };
        self.tally
            .count_of(&self.jobs, id, |counts| counts.ended += 1);
        self.answer(id, JobError::NoWorker { product, why }, None);
    }

    /// Takes no more orders, answers everything, asks what runs to stop and lets all workers end.
    pub fn end(&mut self) {
        self.ending = true;
        let all: Vec<JobId> = self.jobs.keys().copied().collect();
        for id in all {
            self.tally
                .count_of(&self.jobs, id, |counts| counts.ended += 1);
            self.answer(id, JobError::Ending, Some(StopReason::Ending));
        }
        self.effects.push(Effect::WakeAll);
    }

    /// Whether [`Schedule::end`] was called.
    pub fn is_ending(&self) -> bool {
        self.ending
    }

    fn begin(&mut self, now: MonoTime, worker: WorkerId, id: JobId) {
        let Some(job) = self.jobs.get_mut(&id) else {
            return;
        };
        job.run = Some(Run::new(Place::Worker(worker), now));
        self.queue.remove(job.priority, id);
        if let Some(known) = self.workers.get_mut(&worker) {
            known.stack.push(id);
            known.busy_since.get_or_insert(now);
            // It was told to end while this came in.
            known.ending = false;
        }
    }

    /// The job that goes first: of all that may run, and are more urgent than `above` if that is given, the one that is
    /// due first.
    fn pick(&self, above: Option<Priority>) -> Option<JobId> {
        let occupied = self.occupied();
        let candidates = Priority::ALL
            .into_iter()
            .filter(|priority| above.is_none_or(|above| *priority > above))
            .filter_map(|priority| {
                self.queue
                    .of(priority)
                    .iter()
                    .copied()
                    .find(|id| self.may_run(*id, &occupied))
            });
        self.due_first(candidates)
    }

    fn due_first(&self, candidates: impl Iterator<Item = JobId>) -> Option<JobId> {
        candidates.min_by_key(|id| (self.jobs.get(id).map(Job::due), *id))
    }

    fn may_run(&self, id: JobId, occupied: &PerProduct<usize>) -> bool {
        let Some(job) = self.jobs.get(&id) else {
            return false;
        };
        let product = job.about.product;
        *occupied.of(product) < self.rules.products.of(product).workers && !self.is_held_back(job)
    }

    /// Whether memory is too short for this job. Of what is held back only because of our own buffers one may go when
    /// nothing else runs: it may be the very one whose end frees them.
    pub(super) fn is_held_back(&self, job: &Job) -> bool {
        let nothing_runs = || self.workers.values().all(|worker| worker.stack.is_empty());
        self.kinds.get(job.kind).suspendable
            && match self.suspended {
                None => false,
                Some(Pressure::System) => true,
                Some(Pressure::Buffers | Pressure::None) => !nothing_runs(),
            }
    }

    fn occupied(&self) -> PerProduct<usize> {
        let mut occupied = PerProduct::<usize>::default();
        for id in self.workers.values().flat_map(|worker| &worker.stack) {
            if let Some(job) = self.jobs.get(id) {
                *occupied.of_mut(job.about.product) += 1;
            }
        }
        occupied
    }

    /// Has workers started while there is work that could run at once on more of them.
    pub(super) fn staff(&mut self, now: MonoTime) {
        // What waits when the last worker was lost does not wait for the system to have had its rest.
        let forsaken = self.workers.is_empty() && !self.queue.is_empty();
        let resting = self.no_thread_until.is_some_and(|until| now < until);
        if self.ending || resting && !forsaken {
            return;
        }
        while self.workers.len() < self.rules.size && self.could_use_another() {
            self.last_worker += 1;
            let id = WorkerId(self.last_worker);
            self.workers.insert(
                id,
                Worker {
                    stack: Vec::new(),
                    starting: true,
                    ending: false,
                    idle_since: now,
                    busy: Duration::ZERO,
                    busy_since: None,
                    busy_before: Duration::ZERO,
                    busy_ratio: 0.0,
                },
            );
            self.effects.push(Effect::Start(id));
        }
    }

    fn could_use_another(&self) -> bool {
        let idle = self
            .workers
            .values()
            .filter(|worker| worker.stack.is_empty())
            .count();
        let mut occupied = self.occupied();
        let mut startable = 0;
        for id in self.queue.all().collect::<BTreeSet<_>>() {
            if self.may_run(id, &occupied)
                && let Some(job) = self.jobs.get(&id)
            {
                *occupied.of_mut(job.about.product) += 1;
                startable += 1;
                if startable > idle {
                    return true;
                }
            }
        }
        false
    }
}

impl Job {
    pub(super) fn due(&self) -> MonoTime {
        self.queued_at + self.priority.patience()
    }
}
