//! All cores of the machine for one job at a time, behind everything that must not be late.
//!
//! The threads are rayon's, started when first asked for, at the priority of background work, so that they take what
//! the control loop and the cameras leave. They end with the pool.

use std::fmt;
use std::sync::OnceLock;

use stdx::thread::{Intent, spawn};

/// Threads over which a job may spread.
#[derive(Default)]
pub struct Cores {
    count: usize,
    pool: OnceLock<Option<rayon::ThreadPool>>,
}

impl fmt::Debug for Cores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cores")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl Cores {
    pub(crate) fn new(count: usize) -> Self {
        Self {
            count: count.max(1),
            pool: OnceLock::new(),
        }
    }

    /// Itself for who may, if its threads can be had. One core gives nothing to spread over.
    pub(crate) fn allowed(&self, spreads: bool) -> Option<&Self> {
        (spreads && self.count > 1 && self.pool().is_some()).then_some(self)
    }

    fn pool(&self) -> Option<&rayon::ThreadPool> {
        self.pool.get_or_init(|| started(self.count)).as_ref()
    }

    /// How many threads there are.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Runs a function whose parallel iterators, joins and scopes use these threads, and waits for it.
    pub fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match self.pool() {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }
}

fn started(count: usize) -> Option<rayon::ThreadPool> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .spawn_handler(|thread| {
            let name = format!("jobs-core-{}", thread.index());
            // Told to end when the pool is dropped. Waiting for them would hang with a job that hangs in one of them.
            spawn(name, Intent::Background, move || thread.run()).map(stdx::thread::Joined::detach)
        })
        .build()
        .inspect_err(|error| tracing::warn!("no threads to spread over: {error}"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rayon::prelude::*;

    #[test]
    fn a_job_spreads_over_as_many_threads_as_there_are_cores_and_only_if_it_may() {
        let cores = Cores::new(3);
        assert!(cores.allowed(false).is_none());
        let names: Vec<String> = cores.allowed(true).unwrap().install(|| {
            assert_eq!(rayon::current_num_threads(), 3);
            (0..64)
                .into_par_iter()
                .map(|_| std::thread::current().name().unwrap_or_default().to_owned())
                .collect()
        });
        assert!(
            names.iter().all(|name| name.starts_with("jobs-core-")),
            "{names:?}"
        );
        assert!(Cores::new(1).allowed(true).is_none());
    }
}
