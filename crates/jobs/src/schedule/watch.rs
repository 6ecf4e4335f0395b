//! What only time brings: limits, hangs, idle workers, memory that is short and memory that is there again.

use std::time::Duration;

use units::MonoTime;

use crate::Product;
use crate::error::{JobError, Pressure, StopReason, WhyInline};
use crate::event::Event;
use crate::kind::Limit;

use super::{Effect, JobId, Place, Schedule, Signs, WorkerId};

/// Memory must have been there for so long before what was held back goes on.
const AT_EASE: Duration = Duration::from_secs(2);
/// Over so long a worker's busy share is taken.
const WINDOW: Duration = Duration::from_secs(2);

enum Verdict {
    Goes,
    Slow(JobError),
    Hangs(Duration),
}

impl Schedule {
    /// Looks after everything that runs; about ten times a second. `signs` gives a running job's signs of life.
    pub fn look(&mut self, now: MonoTime, signs: impl Fn(JobId) -> Signs) {
        let step = self
            .looked_at
            .map_or(Duration::ZERO, |before| now.since(before));
        self.looked_at = Some(now);
        let running: Vec<JobId> = self
            .jobs
            .iter()
            .filter(|(_, job)| job.run.is_some())
            .map(|(id, _)| *id)
            .collect();
        for id in running {
            self.look_at(now, id, step, signs(id));
        }
        self.end_idle(now);
        self.ease(now);
        self.tally.turn(now);
        self.turn_windows(now);
        self.judge(now);
        self.staff(now);
    }

    /// Looks after one job, as one that runs where it was asked for does at its checkpoints.
    pub fn look_at_one(&mut self, now: MonoTime, id: JobId, signs: Signs) {
        self.look_at(now, id, Duration::ZERO, signs);
    }

    fn look_at(&mut self, now: MonoTime, id: JobId, step: Duration, signs: Signs) {
        match self.judge_one(now, id, step, signs) {
            Verdict::Goes => {}
            Verdict::Slow(error) => {
                let Some(job) = self.jobs.get(&id) else {
                    return;
                };
                let about = job.about.clone();
                let ran = job.run.as_ref().map_or(Duration::ZERO, |run| run.ran(now));
                self.tally
                    .count_of(&self.jobs, id, |counts| counts.timed_out += 1);
                self.tell(Event::TimedOut { about, ran });
                self.answer(id, error, Some(StopReason::TimedOut));
            }
            Verdict::Hangs(silent) => {
                let place = self
                    .jobs
                    .get(&id)
                    .and_then(|job| job.run.as_ref())
                    .map(|run| run.place);
                match place {
                    Some(Place::Worker(worker)) => self.abandon(now, worker, id, silent),
                    Some(Place::Inline) => self.tell_hang(id, silent),
                    None => {}
                }
            }
        }
    }

    fn judge_one(&mut self, now: MonoTime, id: JobId, step: Duration, signs: Signs) -> Verdict {
        let Some(job) = self.jobs.get_mut(&id) else {
            return Verdict::Goes;
        };
        let kind = self.kinds.get(job.kind);
        let (limit, patience, name) = (kind.limit, kind.silence, kind.name);
        let Some(run) = job.run.as_mut().filter(|run| run.away_since.is_none()) else {
            return Verdict::Goes;
        };
        let ran = run.ran(now);
        if signs.progress != run.signs.progress {
            run.progressed = ran;
        }
        // One that was asked to stop is to come back, however lively it is.
        if signs.beats != run.signs.beats && !run.stopped {
            run.silent = Duration::ZERO;
        } else {
            // Who looks may have been away itself, with the whole program stopped: that is nobody else's silence.
            run.silent += step.min(patience / 2);
        }
        run.signs = signs;
        if run.silent >= patience {
            return Verdict::Hangs(run.silent);
        }
        if job.answered {
            return Verdict::Goes;
        }
        let progress = signs.progress;
        match limit {
            Limit::Total(limit) if ran >= limit => Verdict::Slow(JobError::TimedOut {
                kind: name,
                limit,
                ran,
                progress,
            }),
            Limit::Progress(limit) if ran.saturating_sub(run.progressed) >= limit => {
                Verdict::Slow(JobError::Stuck {
                    kind: name,
                    limit,
                    ran,
                    progress,
                })
            }
            Limit::Total(_) | Limit::Progress(_) => Verdict::Goes,
        }
    }

    /// A job that hangs where it was asked for: told once.
    fn tell_hang(&mut self, id: JobId, silent: Duration) {
        let Some(job) = self.jobs.get_mut(&id) else {
            return;
        };
        let about = job.about.clone();
        if let Some(run) = job.run.as_mut()
            && !std::mem::replace(&mut run.hang_told, true)
        {
            self.tell(Event::HangsInline { about, silent });
        }
    }

    /// Leaves a worker's thread alone, answers everything that it had begun, and has another take its place.
    fn abandon(&mut self, now: MonoTime, worker: WorkerId, culprit: JobId, silent: Duration) {
        let Some(known) = self.workers.remove(&worker) else {
            return;
        };
        let Some(about) = self.jobs.get(&culprit).map(|job| job.about.clone()) else {
            return;
        };
        let (kind, product) = (about.kind, about.product);
        let inline_before = self.inline(product, now);
        self.hanging.insert(worker, product);
        self.tally.restarts += 1;
        let leaked = self.leaked(product);
        self.tell(Event::Hung {
            about,
            silent,
            leaked,
        });
        for id in known.stack {
            let error = if id == culprit {
                JobError::Hung { kind, silent }
            } else {
                let own = self.jobs.get(&id).map_or(kind, |job| job.about.kind);
                JobError::Lost {
                    kind: own,
                    by: kind,
                }
            };
            self.tally
                .count_of(&self.jobs, id, |counts| counts.lost += 1);
            self.answer(id, error, Some(StopReason::TimedOut));
            self.jobs.remove(&id);
        }
        self.effects.push(Effect::Abandon(worker));
        if self.inline(product, now) == Some(WhyInline::Leaked) && inline_before.is_none() {
            self.give_up_product(product, WhyInline::Leaked);
        }
        self.staff(now);
        self.effects.push(Effect::WakeAll);
    }

    /// A product's work no longer goes to the pool: what of it waits there is answered.
    fn give_up_product(&mut self, product: Product, why: WhyInline) {
        self.tell(Event::RunsInline { product, why });
        let waiting: Vec<JobId> = self
            .queue
            .all()
            .filter(|id| {
                self.jobs
                    .get(id)
                    .is_some_and(|job| job.about.product == product)
            })
            .collect();
        for id in waiting {
            self.lose(id, why);
        }
    }

    /// Ends workers that had nothing to do for long, but for those that are kept for a product in use.
    fn end_idle(&mut self, now: MonoTime) {
        let in_use = Product::ALL
            .into_iter()
            .any(|product| *self.in_use.of(product) > 0);
        let kept = if in_use {
            self.rules.warm.min(self.rules.size)
        } else {
            0
        };
        let mut left = self
            .workers
            .values()
            .filter(|worker| !worker.ending)
            .count();
        let mut told = false;
        for worker in self.workers.values_mut() {
            let idle = worker.stack.is_empty() && !worker.starting && !worker.ending;
            let long = now.since(worker.idle_since) >= self.rules.idle;
            if idle && (left > kept && long || left > self.rules.size) {
                worker.ending = true;
                left -= 1;
                told = true;
            }
        }
        if told {
            self.effects.push(Effect::WakeAll);
        }
    }

    /// What there is too little of, as of now. Work that needs much memory is held back at once, and goes on when
    /// nothing was short for two seconds.
    pub fn press(&mut self, now: MonoTime, pressure: Pressure) {
        self.pressure = pressure;
        if pressure == Pressure::None {
            self.at_ease_since.get_or_insert(now);
            return;
        }
        self.at_ease_since = None;
        let before = self.suspended.replace(pressure);
        if before.is_none() {
            self.tell(Event::Suspended { why: pressure });
        }
    }

    fn ease(&mut self, now: MonoTime) {
        let over = self
            .at_ease_since
            .is_some_and(|since| now.since(since) >= AT_EASE);
        if over && self.suspended.take().is_some() {
            self.tell(Event::Resumed);
            self.effects.push(Effect::WakeAll);
        }
    }

    fn turn_windows(&mut self, now: MonoTime) {
        let began = *self.window_began.get_or_insert(now);
        let span = now.since(began);
        if span < WINDOW {
            return;
        }
        self.window_began = Some(now);
        for worker in self.workers.values_mut() {
            let busy = worker.busy_until(now);
            let share = busy.saturating_sub(worker.busy_before).as_secs_f64() / span.as_secs_f64();
            (worker.busy_ratio, worker.busy_before) = (share.min(1.0), busy);
        }
    }

    /// Takes note of the queue for the rule of saturation.
    pub(super) fn judge(&mut self, now: MonoTime) {
        let free = |id: &JobId| self.jobs.get(id).is_some_and(|job| !self.is_held_back(job));
        let (depth, longest) = if self.suspended.is_none() {
            (self.queue.len(), self.longest_wait(now))
        } else {
            let waits = self.queue.all().filter(free);
            let waits = waits
                .filter_map(|id| self.jobs.get(&id))
                .map(|job| now.since(job.queued_at));
            waits.fold((0, Duration::ZERO), |(depth, longest), wait| {
                (depth + 1, longest.max(wait))
            })
        };
        if let Some(on) = self.saturation.note(now, depth, longest, self.rules.size) {
            self.tell(Event::Saturated(on));
        }
    }
}
