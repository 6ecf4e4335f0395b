//! A bounded queue for values that all count. The writer never waits: a full queue refuses, and the refusal is counted.
//!
//! There is no lock and no wake-up call on the writer's side, so a control thread may write; the reader
//! looks as often as its own clock says.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crossbeam_queue::ArrayQueue;

#[derive(Debug)]
struct Shared<T> {
    values: ArrayQueue<T>,
    refused: AtomicU64,
    closed: AtomicBool,
}

/// The end that puts values in. Dropping it closes the queue.
#[derive(Debug)]
pub struct QueueWriter<T>(Arc<Shared<T>>);

/// The end that takes values out.
#[derive(Debug)]
pub struct QueueReader<T>(Arc<Shared<T>>);

/// A queue for at most `capacity` values and its two ends.
///
/// # Panics
/// When `capacity` is zero.
pub fn queue<T>(capacity: usize) -> (QueueWriter<T>, QueueReader<T>) {
    let shared = Arc::new(Shared {
        values: ArrayQueue::new(capacity),
        refused: AtomicU64::new(0),
        closed: AtomicBool::new(false),
    });
    (QueueWriter(Arc::clone(&shared)), QueueReader(shared))
}

impl<T> QueueWriter<T> {
    /// Appends the value, or counts the refusal and hands it back when the queue is full.
    pub fn push(&self, value: T) -> Result<(), T> {
        self.0.values.push(value).inspect_err(|_| {
            self.0.refused.fetch_add(1, Ordering::Relaxed);
        })
    }

    /// How many values found the queue full.
    pub fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }
}

impl<T> Drop for QueueWriter<T> {
    fn drop(&mut self) {
        self.0.closed.store(true, Ordering::Release);
    }
}

impl<T> QueueReader<T> {
    /// The oldest value, or `None` when there is none now.
    pub fn pop(&self) -> Option<T> {
        self.0.values.pop()
    }

    /// Values waiting now.
    pub fn len(&self) -> usize {
        self.0.values.len()
    }

    /// Whether nothing waits now.
    pub fn is_empty(&self) -> bool {
        self.0.values.is_empty()
    }

    /// Whether the writer is gone and everything it wrote was taken.
    pub fn finished(&self) -> bool {
        // Closed first: a value pushed before the close is then visible to the second look.
        self.0.closed.load(Ordering::Acquire) && self.0.values.is_empty()
    }

    /// How many values found the queue full.
    pub fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_queue_refuses_counts_and_keeps_the_order() {
        let (writer, reader) = queue(2);
        assert_eq!(writer.push(1), Ok(()));
        assert_eq!(writer.push(2), Ok(()));
        assert_eq!(writer.push(3), Err(3));
        assert_eq!(reader.refused(), 1);
        assert_eq!(
            (reader.pop(), reader.pop(), reader.pop()),
            (Some(1), Some(2), None)
        );
    }

    #[test]
    fn a_queue_is_finished_only_when_closed_and_empty() {
        let (writer, reader) = queue(2);
        assert!(!reader.finished());
        writer.push(1).unwrap();
        drop(writer);
        assert!(!reader.finished());
        reader.pop();
        assert!(reader.finished());
    }
}
