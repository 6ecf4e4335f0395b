//! The pool as others see it.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use stdx::clock::{Clock, SystemClock};

use crate::buffers::Buffers;
use crate::config::{Config, ConfigError};
use crate::cores::Cores;
use crate::error::{JobError, Refusal, Stop};
use crate::event::Event;
use crate::kind::{Kinds, UnknownKind};
use crate::schedule::{Outcome, Rules, Schedule, Submitted};
use crate::telemetry::{Figures, Telemetry};
use crate::{Product, cpu};

use super::ctx::Ctx;
use super::hub::{Hub, MemoryShort, Open, Produced, Tell, Work, current};
use super::life::Life;
use super::order::Order;
use super::slot::{Handle, Reply, Slot, Ticket};

/// For so long the end of a pool waits for threads that were asked to stop.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a pool is made of.
pub struct Setup {
    config: Config,
    kinds: Kinds,
    cores: usize,
    clock: Arc<dyn Clock>,
    tell: Tell,
    memory_short: MemoryShort,
    watches: bool,
}

impl fmt::Debug for Setup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("config", &self.config)
            .field("cores", &self.cores)
            .finish_non_exhaustive()
    }
}

impl Setup {
    /// A pool for these kinds of jobs on this machine.
    pub fn new(config: Config, kinds: Kinds) -> Self {
        Self {
            config,
            kinds,
            cores: std::thread::available_parallelism().map_or(1, usize::from),
            clock: SystemClock::shared(),
            tell: Box::new(|_| {}),
            memory_short: Box::new(|| false),
            watches: true,
        }
    }

    /// As on a machine with so many cores.
    #[must_use]
    pub fn cores(mut self, cores: usize) -> Self {
        self.cores = cores;
        self
    }

    /// By this clock. Threads that wait for each other do so in the machine's own time.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Tells this function what happens, on whatever thread it happens; it is also in the log.
    #[must_use]
    pub fn tell(mut self, tell: impl Fn(&Event) + Send + Sync + 'static) -> Self {
        self.tell = Box::new(tell);
        self
    }

    /// Asks this function, twice a second while there is work, whether the machine's memory runs short.
    #[must_use]
    pub fn memory_short(mut self, short: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        self.memory_short = Box::new(short);
        self
    }

    /// Without a thread that watches: whoever has the pool calls [`Pool::look`] instead.
    #[must_use]
    pub fn watched_by_hand(mut self) -> Self {
        self.watches = false;
        self
    }

    /// The pool. It has no thread before the first job.
    ///
    /// # Errors
    /// Every value of the set-up that cannot be.
    pub fn build(self) -> Result<Pool, Vec<ConfigError>> {
        self.config.validate(self.cores, &self.kinds)?;
        Ok(self.made())
    }

    /// The pool, with the usual set-up where the one that was wanted cannot be; the errors say why not.
    pub fn build_anyway(mut self) -> (Pool, Vec<ConfigError>) {
        let validated = self.config.validate(self.cores, &self.kinds);
        let errors = validated.err().unwrap_or_default();
        if !errors.is_empty() {
            self.config = Config::default();
        }
        (self.made(), errors)
    }

    fn made(self) -> Pool {
        let kinds = self.config.limited(self.kinds.clone());
        let schedule = Schedule::new(Rules::of(&self.config, self.cores), kinds);
        let buffers = Buffers::new(self.config.memory_bytes, Arc::clone(&self.clock));
        Pool {
            hub: Hub::new(
                schedule,
                self.clock,
                buffers,
                Cores::new(self.cores),
                self.tell,
                self.memory_short,
                self.watches,
            ),
            kinds: self.kinds,
            cores: self.cores,
            figures: Figures::default(),
        }
    }
}

/// Workers, their queue and their buffers. Dropping it answers every job and waits two seconds for those that run.
pub struct Pool {
    hub: Arc<Hub>,
    /// As they were given, before limits from a set-up.
    kinds: Kinds,
    cores: usize,
    figures: Figures,
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

impl Pool {
    /// An order for a job of this kind, to be said more about.
    ///
    /// # Errors
    /// [`UnknownKind`], which lists those that there are.
    pub fn order(&self, kind: &str) -> Result<Order, UnknownKind> {
        let id = self.kinds.named(kind)?;
        Ok(Order::new(id, self.kinds.get(id).name))
    }

    /// Has a job done. It is queued, or runs at once on this very thread: where it is small or inside another job, and
    /// where the pool cannot take it. The function is the same either way, and so is the answer.
    ///
    /// # Errors
    /// Why it was not taken; nothing was begun then.
    pub fn submit<T, F>(&self, order: Order, work: F) -> Result<Ticket<T>, Refusal>
    where
        T: Send + 'static,
        F: FnOnce(&Ctx) -> Result<T, Stop> + Send + 'static,
    {
        let slot = Slot::new();
        let around = current();
        let mut wanted = order.0;
        wanted.within = around.is_some();
        let request = wanted.request.clone();
        let life = Life::inside(around);
        let open = Open {
            work: Some(erased(work, Arc::clone(&slot))),
            reply: Some(Arc::clone(&slot) as Arc<dyn Reply>),
            life: Arc::clone(&life),
        };
        let (id, inline) = self
            .hub
            .turn(|state, now| {
                let (id, inline) = match state.schedule.submit(now, wanted) {
                    Submitted::Queued(id) => (id, false),
                    Submitted::Inline(id, _) => (id, true),
                    Submitted::Refused(refusal) => return Err((refusal, open)),
                };
                state.open.insert(id, open);
                Ok((id, inline))
            })
            // What was not taken is dropped here, after the lock.
            .map_err(|(refusal, _open)| refusal)?;
        if inline {
            self.hub.run(id, None);
        }
        Ok(Ticket {
            slot,
            handle: Handle {
                hub: Arc::downgrade(&self.hub),
                id,
                life,
                request,
            },
        })
    }

    /// Has a job done and waits for its answer.
    ///
    /// # Errors
    /// How it ended without a result; [`JobError::Refused`] when it was not taken.
    pub fn run<T, F>(&self, order: Order, work: F) -> Result<T, JobError>
    where
        T: Send + 'static,
        F: FnOnce(&Ctx) -> Result<T, Stop> + Send + 'static,
    {
        self.submit(order, work)?.wait()
    }

    /// Calls off what a control asked for last. Whether there was something.
    pub fn cancel_control(&self, control: &str) -> bool {
        self.hub
            .turn(|state, now| state.schedule.cancel_control(now, control))
    }

    /// Says that a product is in use, until what is returned is dropped: some idle workers are kept for it.
    #[must_use = "the use ends when this is dropped"]
    pub fn use_product(&self, product: Product) -> InUse {
        self.hub.turn(|state, _| state.schedule.begin_use(product));
        InUse {
            hub: Arc::clone(&self.hub),
            product,
        }
    }

    /// From now on another set-up holds, also for what waits and runs; nothing that was accepted is refused by it.
    ///
    /// # Errors
    /// Every value that cannot be; the old set-up goes on holding then.
    pub fn reconfigure(&self, config: &Config) -> Result<(), Vec<ConfigError>> {
        config.validate(self.cores, &self.kinds)?;
        self.hub.buffers.set_ceiling(config.memory_bytes);
        let rules = Rules::of(config, self.cores);
        let kinds = config.limited(self.kinds.clone());
        self.hub
            .turn(|state, now| state.schedule.reconfigure(now, rules, kinds));
        Ok(())
    }

    /// Whether more work comes in than the workers can do, by [`SaturationRule`](crate::SaturationRule).
    pub fn saturated(&self) -> bool {
        self.hub.lock().schedule.saturated()
    }

    /// The shared buffers.
    pub fn buffers(&self) -> &Buffers {
        &self.hub.buffers
    }

    /// Notes that something was done on this machine, or by a server.
    pub fn note_route(&self, remote: bool) {
        let mut state = self.hub.lock();
        let tally = state.schedule.tally_mut();
        *(if remote {
            &mut tally.remote
        } else {
            &mut tally.local
        }) += 1;
    }

    /// Notes that a result was found in a cache, or was not.
    pub fn note_cache(&self, hit: bool) {
        let mut state = self.hub.lock();
        let tally = state.schedule.tally_mut();
        *(if hit {
            &mut tally.cache_hits
        } else {
            &mut tally.cache_misses
        }) += 1;
    }

    /// Looks after what runs, once; only for a pool that is [watched by hand](Setup::watched_by_hand).
    pub fn look(&self) {
        self.hub.look();
    }

    /// All figures as they are now: some microseconds, and a read of a small file for each worker.
    pub fn telemetry(&self) -> Telemetry {
        let now = self.hub.clock.now();
        let (mut telemetry, threads) = {
            let state = self.hub.lock();
            (Telemetry::of(&state.schedule, now), state.threads.clone())
        };
        self.figures.add_cpu(&mut telemetry, now, |worker| {
            cpu::time_of((*threads.get(&worker)?)?)
        });
        telemetry.buffers = self.hub.buffers.report();
        telemetry.threads_abandoned = stdx::thread::abandoned();
        for job in &mut telemetry.running {
            job.progress = self.hub.said(job.generation);
        }
        telemetry
    }

    /// Ends the pool: every job is answered, those that run are asked to stop and waited for, no longer than `patience`. It
    /// takes no more work; a second end does nothing.
    pub fn end(&self, patience: Duration) {
        self.hub.end(patience);
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.hub.end(PATIENCE);
    }
}

/// The function of a job, with the way of its answer built in.
fn erased<T, F>(work: F, slot: Arc<Slot<T>>) -> Work
where
    T: Send + 'static,
    F: FnOnce(&Ctx) -> Result<T, Stop> + Send + 'static,
{
    Box::new(move |ctx| {
        let (outcome, answer) = match work(ctx) {
            Ok(value) => (Outcome::Done, Ok(value)),
            Err(Stop::Asked(_)) => (Outcome::Stopped, Err(JobError::Cancelled)),
            Err(Stop::Failed(error)) => (
                Outcome::Failed(error.to_string()),
                Err(JobError::Failed(error)),
            ),
        };
        Produced {
            outcome,
            deliver: Box::new(move || slot.answer(answer)),
        }
    })
}

/// A product in use, until this is dropped.
pub struct InUse {
    hub: Arc<Hub>,
    product: Product,
}

impl fmt::Debug for InUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("InUse").field(&self.product).finish()
    }
}

impl Drop for InUse {
    fn drop(&mut self) {
        let product = self.product;
        self.hub.turn(|state, _| state.schedule.end_use(product));
    }
}
