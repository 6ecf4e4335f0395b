//! One place for the newest value: the writer overwrites and counts, the reader sees the newest or nothing new.
//!
//! Neither side ever waits for the other: the writer may be a control thread.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crossbeam_queue::ArrayQueue;

#[derive(Debug)]
struct Place<T> {
    slot: ArrayQueue<T>,
    overwritten: AtomicU64,
}

/// The newest value of something, for readers that want to look again and again.
///
/// Keeps a copy of what it saw last, so that looking twice gives the value twice.
#[derive(Debug)]
pub struct Latest<T> {
    reader: LatestReader<T>,
    seen: Option<T>,
}

impl<T> Latest<T> {
    /// The newest value so far, or `None` before the first.
    pub fn get(&mut self) -> Option<&T> {
        if let Some(value) = self.reader.take() {
            self.seen = Some(value);
        }
        self.seen.as_ref()
    }
}

/// The end that puts values in.
#[derive(Debug)]
pub struct LatestWriter<T>(Arc<Place<T>>);

/// The end that takes the newest value out.
#[derive(Debug)]
pub struct LatestReader<T>(Arc<Place<T>>);

impl<T> Clone for LatestWriter<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// A fresh place and its two ends.
pub fn latest<T>() -> (LatestWriter<T>, LatestReader<T>) {
    let place = Arc::new(Place {
        slot: ArrayQueue::new(1),
        overwritten: AtomicU64::new(0),
    });
    (LatestWriter(Arc::clone(&place)), LatestReader(place))
}

impl<T> LatestWriter<T> {
    /// Replaces whatever was there and not taken.
    pub fn put(&self, value: T) {
        if self.0.slot.force_push(value).is_some() {
            self.0.overwritten.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Whether nobody can take values any more: the reader and all other writers are gone.
    pub fn alone(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    /// How many values were replaced before anybody took them.
    pub fn overwritten(&self) -> u64 {
        self.0.overwritten.load(Ordering::Relaxed)
    }
}

impl<T> LatestReader<T> {
    /// The newest value that was not taken yet.
    pub fn take(&self) -> Option<T> {
        self.0.slot.pop()
    }

    /// A view that remembers the last value it saw.
    pub fn remembering(self) -> Latest<T> {
        Latest {
            reader: self,
            seen: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_value_wins_and_the_lost_ones_are_counted() {
        let (writer, reader) = latest();
        assert_eq!(reader.take(), None);
        writer.put(1);
        writer.put(2);
        writer.put(3);
        assert_eq!(reader.take(), Some(3));
        assert_eq!(reader.take(), None);
        assert_eq!(writer.overwritten(), 2);
    }

    #[test]
    fn a_writer_knows_when_nobody_is_left_to_read() {
        let (writer, reader) = latest::<u8>();
        assert!(!writer.alone());
        drop(reader);
        assert!(writer.alone());
    }

    #[test]
    fn a_remembering_view_shows_the_last_value_again() {
        let (writer, reader) = latest();
        let mut view = reader.remembering();
        assert_eq!(view.get(), None);
        writer.put("a");
        assert_eq!(view.get(), Some(&"a"));
        assert_eq!(view.get(), Some(&"a"));
    }
}
