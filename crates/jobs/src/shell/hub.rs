//! The one lock, and everything that is done after it was released.

mod watch;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use stdx::clock::Clock;
use stdx::thread::words;
use units::MonoTime;

use super::sync::{
    AtomicU8, Condvar, Mutex, MutexGuard, Ordering, PoisonError, Thread, spawn, this_thread,
    thread_local,
};
use crate::buffers::Buffers;
use crate::cores::Cores;
use crate::cpu;
use crate::error::JobError;
use crate::event::Event;
use crate::schedule::{Effect, JobId, Next, Outcome, Schedule, WorkerId};

use super::ctx::Ctx;
use super::life::Life;
use super::slot::Reply;

thread_local! {
    /// The job that runs on this thread.
    static CURRENT: RefCell<Option<Arc<Life>>> = const { RefCell::new(None) };
    /// Whether this thread is a pool's own.
    static OURS: Cell<bool> = const { Cell::new(false) };
}

/// The job that runs on this thread, if one does.
pub(super) fn current() -> Option<Arc<Life>> {
    CURRENT.with(|current| current.borrow().clone())
}

/// What a thread of the pool does first. Whoever happened to ask for it is not whom it works for from now on.
fn settle_in() {
    OURS.with(|ours| ours.set(true));
    stdx::request::set(None);
}

/// How a function came back, and the way its answer goes if it is the answer.
pub(super) struct Produced {
    pub(super) outcome: Outcome,
    pub(super) deliver: Box<dyn FnOnce() + Send>,
}

pub(super) type Work = Box<dyn FnOnce(&Ctx) -> Produced + Send>;
pub(super) type Tell = Box<dyn Fn(&Event) + Send + Sync>;
pub(super) type MemoryShort = Box<dyn Fn() -> bool + Send + Sync>;

/// A job that is not over: what its function is, until it runs, and who waits, until that was answered.
pub(super) struct Open {
    pub(super) work: Option<Work>,
    pub(super) reply: Option<Arc<dyn Reply>>,
    pub(super) life: Arc<Life>,
}

pub(super) struct State {
    pub(super) schedule: Schedule,
    pub(super) open: HashMap<JobId, Open>,
    /// The system's numbers of the workers' threads, for their time on a core.
    pub(super) threads: HashMap<WorkerId, Option<u64>>,
    watched: bool,
    memory_asked: Option<MonoTime>,
}

/// What is left to do once the lock is released.
#[derive(Default)]
struct After {
    tell: Vec<Event>,
    answers: Vec<(Arc<dyn Reply>, JobError)>,
    /// Functions that will never run: they may hold pictures, whose end is nobody's business under the lock.
    dropped: Vec<Work>,
    start: Vec<WorkerId>,
    leave: Vec<WorkerId>,
}

/// Whose thread it is on which something is done.
#[derive(Clone, Copy, PartialEq, Eq)]
enum On {
    /// Somebody's who asked, and who can run a job if need be.
    Caller,
    /// The watcher's, which must go on watching.
    Watcher,
}

pub(crate) struct Hub {
    state: Mutex<State>,
    bell: Condvar,
    watch_bell: Condvar,
    /// The rank of the most urgent job that waits, and one more: what a checkpoint looks at without the lock.
    pub(super) urgent: AtomicU8,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) buffers: Buffers,
    pub(super) cores: Cores,
    tell: Tell,
    memory_short: MemoryShort,
    workers: Mutex<HashMap<WorkerId, Thread>>,
    watcher: Mutex<Option<Thread>>,
    watches: bool,
}

impl Hub {
    pub(super) fn new(
        schedule: Schedule,
        clock: Arc<dyn Clock>,
        buffers: Buffers,
        cores: Cores,
        tell: Tell,
        memory_short: MemoryShort,
        watches: bool,
    ) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                schedule,
                open: HashMap::new(),
                threads: HashMap::new(),
                watched: false,
                memory_asked: None,
            }),
            bell: Condvar::new(),
            watch_bell: Condvar::new(),
            urgent: AtomicU8::new(0),
            clock,
            buffers,
            cores,
            tell,
            memory_short,
            workers: Mutex::new(HashMap::new()),
            watcher: Mutex::new(None),
            watches,
        })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the schedule and carries out what follows.
    pub(super) fn turn<R>(self: &Arc<Self>, change: impl FnOnce(&mut State, MonoTime) -> R) -> R {
        self.turn_on(On::Caller, change)
    }

    fn turn_on<R>(self: &Arc<Self>, on: On, change: impl FnOnce(&mut State, MonoTime) -> R) -> R {
        let mut state = self.lock();
        let result = change(&mut state, self.clock.now());
        let after = self.collect(&mut state);
        drop(state);
        self.carry_out(on, after);
        result
    }

    fn collect(&self, state: &mut State) -> After {
        let mut after = After::default();
        for effect in state.schedule.drain() {
            match effect {
                Effect::Answer(id, error) => {
                    if let Some(open) = state.open.get_mut(&id) {
                        after
                            .answers
                            .extend(open.reply.take().map(|reply| (reply, error)));
                        if let Some(work) = open.work.take() {
                            after.dropped.push(work);
                            state.open.remove(&id);
                        }
                    }
                }
                Effect::Stop(id, reason) => {
                    if let Some(open) = state.open.get(&id) {
                        open.life.stop(reason);
                    }
                }
                Effect::Start(worker) => after.start.push(worker),
                Effect::Abandon(worker) => {
                    state.threads.remove(&worker);
                    after.leave.push(worker);
                }
                Effect::WakeOne => self.bell.notify_one(),
                Effect::WakeAll => self.bell.notify_all(),
                Effect::Tell(event) => after.tell.push(event),
            }
        }
        self.urgent
            .store(state.schedule.urgent(), Ordering::Relaxed);
        after
    }

    fn carry_out(self: &Arc<Self>, on: On, after: After) {
        for event in &after.tell {
            self.say(event);
        }
        for (reply, error) in after.answers {
            guarded(|| reply.fail(error));
        }
        guarded(|| drop(after.dropped));
        for worker in after.leave {
            if let Some(thread) = self.worker_threads().remove(&worker) {
                thread.leave();
            }
        }
        for worker in after.start {
            self.start(on, worker);
        }
    }

    /// Tells an event: to the log, under the request of the job it is about, and to whoever listens.
    fn say(&self, event: &Event) {
        let own = stdx::request::current();
        let request = event.about().and_then(|about| about.request.clone());
        stdx::request::set(request.or_else(|| own.clone()));
        if event.is_trouble() {
            tracing::warn!("{event}");
        } else {
            tracing::info!("{event}");
        }
        guarded(|| (self.tell)(event));
        stdx::request::set(own);
    }

    fn worker_threads(&self) -> MutexGuard<'_, HashMap<WorkerId, Thread>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(self: &Arc<Self>, on: On, worker: WorkerId) {
        let hub = Arc::clone(self);
        let started = spawn(format!("jobs-{}", worker.0), move || hub.work(worker));
        match started {
            Ok(thread) => {
                let mut threads = self.worker_threads();
                // Those that ended are let go here, so that the table holds no more than there ever were at once.
                threads.retain(|_, thread| !thread.finished());
                threads.insert(worker, thread);
                drop(threads);
                self.watch();
            }
            Err(error) => {
                let message = error.to_string();
                let none_left = self.turn_on(on, |state, now| {
                    let none_left = state.schedule.start_failed(now, worker, message);
                    if none_left && on == On::Watcher {
                        state.schedule.give_up();
                    }
                    none_left
                });
                if none_left && on == On::Caller {
                    while let Some(id) = self.turn(|state, now| state.schedule.adopt(now)) {
                        self.run(id, None);
                    }
                }
            }
        }
    }

    /// The life of a worker.
    fn work(self: &Arc<Self>, worker: WorkerId) {
        settle_in();
        let mut state = self.lock();
        state.threads.insert(worker, cpu::this_thread());
        loop {
            match state.schedule.next(self.clock.now(), worker) {
                Next::Run(id) => {
                    let after = self.collect(&mut state);
                    drop(state);
                    self.carry_out(On::Watcher, after);
                    self.run(id, Some(worker));
                    state = self.lock();
                }
                Next::Wait => {
                    state = self
                        .bell
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner);
                }
                Next::End => {
                    state.threads.remove(&worker);
                    let after = self.collect(&mut state);
                    drop(state);
                    self.carry_out(On::Watcher, after);
                    return;
                }
            }
        }
    }

    /// Runs a job on this thread and sees to its answer.
    pub(super) fn run(self: &Arc<Self>, id: JobId, worker: Option<WorkerId>) {
        let Some((work, ctx)) = self.begin(id, worker) else {
            // It was answered after it was picked and before its function was taken: its place is free again.
            self.turn(|state, now| state.schedule.finish(now, id, Outcome::Stopped));
            return;
        };
        let before = (stdx::request::current(), current());
        stdx::request::set(ctx.about.request.clone());
        CURRENT.with(|current| current.replace(Some(Arc::clone(&ctx.life))));
        let came_back = catch_unwind(AssertUnwindSafe(|| {
            stdx::failpoint::here("jobs:run");
            work(&ctx)
        }));
        let (outcome, deliver) = match came_back {
            Ok(produced) => (produced.outcome, Ok(produced.deliver)),
            Err(panic) => {
                let message = words(&*panic);
                // A panic's payload may be anything, also something that panics when it goes.
                guarded(|| drop(panic));
                (Outcome::Panicked(message.clone()), Err(message))
            }
        };
        let reply = self.turn(|state, now| {
            let accepted = state.schedule.finish(now, id, outcome);
            let open = state.open.remove(&id);
            open.and_then(|open| open.reply).filter(|_| accepted)
        });
        // Whoever gets the answer may ask for more, and is not inside a job by that.
        CURRENT.with(|current| current.replace(None));
        if let Some(reply) = reply {
            guarded(|| match deliver {
                Ok(deliver) => deliver(),
                Err(message) => reply.fail(JobError::Panicked {
                    kind: ctx.about.kind,
                    message,
                }),
            });
        }
        CURRENT.with(|current| current.replace(before.1));
        stdx::request::set(before.0);
    }

    fn begin(self: &Arc<Self>, id: JobId, worker: Option<WorkerId>) -> Option<(Work, Ctx)> {
        let mut state = self.lock();
        let (about, priority, spreads) = state.schedule.described(id)?;
        let open = state.open.get_mut(&id)?;
        let (work, life) = (open.work.take()?, Arc::clone(&open.life));
        let ctx = Ctx {
            hub: Arc::clone(self),
            id,
            about,
            priority,
            spreads,
            life,
            home: worker.map(|worker| (worker, this_thread())),
        };
        Some((work, ctx))
    }

    pub(super) fn yield_to_urgent(self: &Arc<Self>, worker: WorkerId, job: JobId) {
        let urgent = self.turn_on(On::Watcher, |state, now| {
            state.schedule.yielding(now, worker, job)
        });
        if let Some(urgent) = urgent {
            self.run(urgent, Some(worker));
        }
    }

    pub(super) fn look_at_one(self: &Arc<Self>, id: JobId, life: &Life) {
        let signs = life.signs();
        self.turn(|state, now| state.schedule.look_at_one(now, id, signs));
    }

    pub(super) fn cancel(self: &Arc<Self>, id: JobId) -> bool {
        self.turn(|state, now| state.schedule.cancel(now, id))
    }
}

/// Runs what others gave us to run; a panic of theirs is logged and goes no further.
fn guarded(work: impl FnOnce()) {
    if let Err(panic) = catch_unwind(AssertUnwindSafe(work)) {
        let message = words(&*panic);
        tracing::error!("whoever was to get an answer of the pool panicked: {message}");
        // What a panic leaves is not worth a second one.
        std::mem::forget(panic);
    }
}
