//! The one pool of workers of the whole program, and what everybody must agree on about it: which kinds of jobs there are,
//! how it is set up, when the machine's memory is short, who hears what happens in it.
//!
//! It lives while somebody holds it ([`ours`]), and ends with the last of them: every job is answered then. Nothing that
//! moves an arm may wait for it, so `teleop` and `recorder` do not even link it. Not here: when which job runs (`jobs`),
//! what a job does (whoever asks for it), the settings' names (`crate::settings`).

mod figures;
mod kinds;
mod memory;
mod stream;
#[cfg(test)]
mod tests;
mod work;

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use jobs::{Config, ConfigError, Pool, Setup};
use protocol::window::WorkersState;
use stdx::{Clock, SystemClock};
use units::MonoTime;

pub use figures::plain;
pub use kinds::{APPLY_PIPELINE, DATASET_VERIFY, EXPORT_ZIP, kinds};
pub use stream::{News, Stream, Told};
pub(crate) use work::pooled;
pub use work::refused;

use crate::settings::Settings;
use stream::Ears;
pub(crate) use stream::Teller;

/// Least time between two looks at all figures: no more than twice a second.
const FIGURES_EVERY: Duration = Duration::from_millis(500);

/// Cores of this machine that the program may use.
pub(crate) fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// What a pool is made of. [`Machine::this`] for a program; a test owns the parts.
pub struct Machine {
    /// Cores that workers are counted by.
    pub cores: usize,
    /// The clock that the pool and its figures go by.
    pub clock: Arc<dyn Clock>,
    /// Whether memory runs short.
    pub memory_short: Box<dyn Fn() -> bool + Send + Sync>,
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine")
            .field("cores", &self.cores)
            .finish_non_exhaustive()
    }
}

impl Machine {
    /// The machine that this runs on.
    pub fn this() -> Self {
        Self {
            cores: cores(),
            clock: SystemClock::shared(),
            memory_short: Box::new(memory::short),
        }
    }
}

/// A pool with its set-up and those who hear of it.
pub struct Workers {
    pool: Arc<Pool>,
    clock: Arc<dyn Clock>,
    config: Mutex<Config>,
    ears: Arc<Ears>,
    /// The newest figures and when they were taken, so that several who listen cost no more than one.
    taken: Mutex<Option<(MonoTime, Arc<WorkersState>)>>,
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The program's own pool: the one that somebody holds, else a new one by this user's settings. It has no thread before the
/// first job.
pub fn ours() -> Arc<Workers> {
    static OURS: Mutex<Weak<Workers>> = Mutex::new(Weak::new());
    let mut known = lock(&OURS);
    if let Some(workers) = known.upgrade() {
        return workers;
    }
    let (workers, errors) = Workers::anyway(Settings::load().workers(), Machine::this());
    // Settings that do not go together were put right when they were read, so this is a defect of ours.
    for error in errors {
        tracing::error!(%error, "the worker pool has its usual set-up instead");
    }
    let workers = Arc::new(workers);
    *known = Arc::downgrade(&workers);
    workers
}

impl Workers {
    /// A pool for all kinds of jobs.
    ///
    /// # Errors
    /// Every value of the set-up that cannot be.
    pub fn new(config: Config, machine: Machine) -> Result<Self, Vec<ConfigError>> {
        match Self::anyway(config, machine) {
            (workers, errors) if errors.is_empty() => Ok(workers),
            (_, errors) => Err(errors),
        }
    }

    /// The same, with the usual set-up where the one that was wanted cannot be; the errors say why not.
    fn anyway(config: Config, machine: Machine) -> (Self, Vec<ConfigError>) {
        let ears = Arc::new(Ears::default());
        let tell = Arc::clone(&ears);
        let Machine {
            cores,
            clock,
            memory_short,
        } = machine;
        let (pool, errors) = Setup::new(config.clone(), kinds().clone())
            .cores(cores)
            .clock(Arc::clone(&clock))
            .memory_short(memory_short)
            .tell(move |event| tell.hear(event))
            .build_anyway();
        let holds = if errors.is_empty() {
            config
        } else {
            Config::default()
        };
        let workers = Self {
            pool: Arc::new(pool),
            clock,
            config: Mutex::new(holds),
            ears,
            taken: Mutex::default(),
        };
        (workers, errors)
    }

    /// The pool itself: orders, buffers, saturation, routes.
    pub fn pool(&self) -> &Arc<Pool> {
        &self.pool
    }

    /// The set-up that holds.
    pub fn config(&self) -> Config {
        lock(&self.config).clone()
    }

    /// From now on another set-up holds, also for what waits and runs. Whether it is another one.
    ///
    /// # Errors
    /// Every value that cannot be; the old set-up goes on holding then.
    pub fn set_up(&self, config: Config) -> Result<bool, Vec<ConfigError>> {
        let mut now = lock(&self.config);
        if *now == config {
            return Ok(false);
        }
        self.pool.reconfigure(&config)?;
        *now = config;
        Ok(true)
    }

    /// Begins to listen: what happens from now on, and the figures, at most twice a second.
    pub fn listen(self: &Arc<Self>) -> Stream {
        Stream::new(Arc::clone(self), &self.ears)
    }

    /// For whoever uses the pool and has something to tell those who listen to it.
    pub(crate) fn teller(&self) -> Teller {
        Teller(Arc::clone(&self.ears))
    }

    /// All figures, at most half a second old.
    pub fn figures(&self) -> Arc<WorkersState> {
        let now = self.clock.now();
        let mut taken = lock(&self.taken);
        match &*taken {
            Some((at, figures)) if now.since(*at) < FIGURES_EVERY => Arc::clone(figures),
            _ => {
                let config = self.config();
                let figures = figures::of(&self.pool.telemetry(), &config, kinds());
                let figures = Arc::new(figures);
                *taken = Some((now, Arc::clone(&figures)));
                figures
            }
        }
    }

    /// Ends the pool: every job is answered, those that run are asked to stop and waited for, no longer than `patience`. It
    /// takes no more work.
    pub fn end(&self, patience: Duration) {
        self.pool.end(patience);
    }
}
