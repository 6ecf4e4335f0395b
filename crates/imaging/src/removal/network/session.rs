//! A network that is in memory while it is needed, and no longer.
//!
//! Knows no clock: whoever owns it tells the time with [`Session::tick`], about once a second.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use units::MonoTime;

use super::model::{Model, USUAL_MEMORY};
use super::spec::ModelSpec;
use crate::error::ImagingError;

/// A network that nobody used for so long leaves memory: longer than a person ponders over a slider, and reading it again
/// takes a second at most for those that are read often. The product's plan names this figure.
pub const IDLE: Duration = Duration::from_secs(30);

/// Counts sessions, so that no two share masks that are kept.
static COUNT: AtomicU64 = AtomicU64::new(1);

/// One network's file, and the network while it is in memory. May be shared by threads; while one reads the file, others
/// that need the network wait for it.
#[derive(Debug)]
pub struct Session {
    spec: ModelSpec,
    path: PathBuf,
    memory: u64,
    revision: u64,
    loading: AtomicBool,
    loaded: Mutex<Loaded>,
    used: AtomicBool,
}

#[derive(Debug, Default)]
struct Loaded {
    model: Option<Arc<Model>>,
    /// When it was seen to be used the last time.
    seen: MonoTime,
}

/// What a session takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SessionReport {
    /// Whether the network is in memory.
    pub loaded: bool,
    /// Whether its file is being read.
    pub loading: bool,
    /// Runs that go on now.
    pub running: usize,
    /// Bytes of its weights; 0 where it is not in memory.
    pub weights: u64,
    /// Bytes that one run needs besides. Taken only while it runs.
    pub working: u64,
}

impl Session {
    /// A network that is read from `path` when it is first needed.
    ///
    /// # Errors
    /// When `spec` is not allowed. The file is not looked at.
    pub fn new(spec: ModelSpec, path: &Path) -> Result<Self, ImagingError> {
        spec.check()?;
        Ok(Self {
            spec,
            path: path.to_owned(),
            memory: USUAL_MEMORY,
            loading: AtomicBool::new(false),
            revision: COUNT.fetch_add(1, Ordering::Relaxed),
            loaded: Mutex::default(),
            used: AtomicBool::new(false),
        })
    }

    /// The same, where weights and intermediate results may take `memory` bytes together instead of [`USUAL_MEMORY`].
    #[must_use]
    pub fn within(mut self, memory: u64) -> Self {
        self.memory = memory;
        self
    }

    /// How the network is fed and read.
    pub fn spec(&self) -> &ModelSpec {
        &self.spec
    }

    /// Tells this session from every other, also from one of the same file. Part of the keys of kept masks.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The network, read from its file where it is not in memory. It stays there as long as somebody holds it. Reading
    /// asks no checkpoint: u2netp takes a moment, isnet some seconds.
    ///
    /// # Errors
    /// Those of [`Model::load`].
    pub fn model(&self) -> Result<Arc<Model>, ImagingError> {
        let mut loaded = self.loaded();
        self.used.store(true, Ordering::Relaxed);
        if let Some(model) = &loaded.model {
            return Ok(Arc::clone(model));
        }
        self.loading.store(true, Ordering::Relaxed);
        let read = Model::load(&self.spec, &self.path, self.memory);
        self.loading.store(false, Ordering::Relaxed);
        let model = Arc::new(read?);
        loaded.model = Some(Arc::clone(&model));
        Ok(model)
    }

    /// Reads the network before it is needed. Counts as a use.
    ///
    /// # Errors
    /// Those of [`Model::load`].
    pub fn warm(&self) -> Result<(), ImagingError> {
        self.model().map(drop)
    }

    /// Tells the time. A network that was not used for [`IDLE`] leaves memory; whether it did is returned. One that is
    /// used, or read from its file, stays.
    pub fn tick(&self, now: MonoTime) -> bool {
        let Ok(mut loaded) = self.loaded.try_lock() else {
            return false;
        };
        let used = self.used.swap(false, Ordering::Relaxed);
        let Some(model) = &loaded.model else {
            return false;
        };
        if used || Arc::strong_count(model) > 1 {
            loaded.seen = now;
            return false;
        }
        if now.since(loaded.seen) < IDLE {
            return false;
        }
        loaded.model = None;
        true
    }

    /// Lets go of the network now, for instance because memory is short; whether it was there. Runs that go on end as they
    /// would have, and keep it until then. Waits for nobody: a network that is just being read stays.
    pub fn release(&self) -> bool {
        match self.loaded.try_lock() {
            Ok(mut loaded) => loaded.model.take().is_some(),
            Err(_) => false,
        }
    }

    /// What it takes now. Does not wait for a file that is being read.
    pub fn report(&self) -> SessionReport {
        if self.loading.load(Ordering::Relaxed) {
            return SessionReport {
                loading: true,
                ..SessionReport::default()
            };
        }
        let loaded = self.loaded();
        loaded
            .model
            .as_ref()
            .map_or_else(SessionReport::default, |model| SessionReport {
                loaded: true,
                loading: false,
                running: Arc::strong_count(model) - 1,
                weights: model.weights(),
                working: model.working(),
            })
    }

    fn loaded(&self) -> MutexGuard<'_, Loaded> {
        self.loaded.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
