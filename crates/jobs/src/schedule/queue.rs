//! What waits, in the order in which it is due.

use std::collections::BTreeSet;

use crate::kind::Priority;

use super::JobId;

/// Jobs that wait: of each priority the oldest first, because ids grow with time.
#[derive(Debug, Default)]
pub struct Queue {
    waiting: [BTreeSet<JobId>; 3],
}

impl Queue {
    /// How many wait.
    pub fn len(&self) -> usize {
        self.waiting.iter().map(BTreeSet::len).sum()
    }

    /// Whether none does.
    pub fn is_empty(&self) -> bool {
        self.waiting.iter().all(BTreeSet::is_empty)
    }

    /// The most urgent priority of which one waits.
    pub fn most_urgent(&self) -> Option<Priority> {
        Priority::ALL
            .into_iter()
            .rev()
            .find(|priority| !self.of(*priority).is_empty())
    }

    /// The oldest of each priority.
    pub fn heads(&self) -> impl Iterator<Item = JobId> {
        self.waiting.iter().filter_map(|of| of.first().copied())
    }

    /// All that wait, in no order that matters.
    pub fn all(&self) -> impl Iterator<Item = JobId> {
        self.waiting.iter().flatten().copied()
    }

    pub(super) fn of(&self, priority: Priority) -> &BTreeSet<JobId> {
        &self.waiting[usize::from(priority.rank())]
    }

    pub(super) fn push(&mut self, priority: Priority, id: JobId) {
        self.waiting[usize::from(priority.rank())].insert(id);
    }

    pub(super) fn remove(&mut self, priority: Priority, id: JobId) {
        self.waiting[usize::from(priority.rank())].remove(&id);
    }
}
