//! Pictures that can be laid under others, by the name that a preset calls them.
//!
//! Operations read no files: whoever runs a pipeline opens what [`crate::Pipeline::backdrops`] names and hands it in.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::picture::Picture;

/// Counts every picture that was handed in, so that a cache notices another picture under an old name.
static COUNT: AtomicU64 = AtomicU64::new(0);

/// Backgrounds by name. Cloning is cheap.
#[derive(Debug, Clone, Default)]
pub struct Backdrops(Arc<BTreeMap<String, (Picture, u64)>>);

impl Backdrops {
    /// The same with one more, or with another picture under its name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, picture: Picture) -> Self {
        let revision = COUNT.fetch_add(1, Ordering::Relaxed);
        Arc::make_mut(&mut self.0).insert(name.into(), (picture, revision));
        self
    }

    /// Names of all.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Picture> {
        self.0.get(name).map(|(picture, _)| picture)
    }

    /// Tells pictures under one name apart.
    pub(crate) fn revision(&self, name: &str) -> Option<u64> {
        self.0.get(name).map(|(_, revision)| *revision)
    }
}
