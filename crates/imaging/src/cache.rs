//! Results of a pipeline's steps, kept so that a slider at the end does not start from the beginning.
//!
//! A result is found again by what it depends on: the revision of its source, the size that was worked at, and all
//! parameters up to its step. The texts themselves are compared, so two keys cannot be taken for each other.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use pixels::Size;

use crate::picture::Picture;

/// What a result depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    /// Which source, and which edition of it.
    pub revision: u64,
    /// Size of the source or of the proxy that stands for it.
    pub size: Size,
    /// Longest side that the proxy may have; what a resize comes to depends on it.
    pub longest: Option<u32>,
    /// Parameters up to the step.
    pub steps: String,
}

/// Keeps results up to a ceiling of memory; those not used for longest go first. May be shared by threads.
#[derive(Debug)]
pub struct StageCache {
    inner: Mutex<Inner>,
    ceiling: usize,
}

#[derive(Debug, Default)]
struct Inner {
    kept: HashMap<Key, Kept>,
    bytes: usize,
    /// Counts uses; the smallest number was used longest ago.
    clock: u64,
    hits: u64,
    misses: u64,
    evicted: u64,
}

#[derive(Debug)]
struct Kept {
    picture: Picture,
    used: u64,
}

/// What a cache has done so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CacheReport {
    /// Steps whose result was there. Those before a step that is found are not asked for and not counted.
    pub hits: u64,
    /// Steps that had to be done.
    pub misses: u64,
    /// Results that made room for others.
    pub evicted: u64,
    /// Results that are kept now.
    pub kept: usize,
    /// Bytes of their pixels. Pictures that share their bytes are counted each.
    pub bytes: usize,
}

impl StageCache {
    /// Keeps at most `ceiling` bytes of pixels; 0 keeps nothing.
    pub fn new(ceiling: usize) -> Self {
        Self {
            inner: Mutex::default(),
            ceiling,
        }
    }

    /// Counts so far.
    pub fn report(&self) -> CacheReport {
        let inner = self.inner();
        CacheReport {
            hits: inner.hits,
            misses: inner.misses,
            evicted: inner.evicted,
            kept: inner.kept.len(),
            bytes: inner.bytes,
        }
    }

    /// Forgets all results of a source, for instance because it was closed.
    pub fn forget(&self, revision: u64) {
        self.inner().retain(|key| key.revision != revision);
    }

    /// Forgets everything, for instance because the system runs short of memory.
    pub fn clear(&self) {
        self.inner().retain(|_| false);
    }

    pub(crate) fn get(&self, key: &Key) -> Option<Picture> {
        let mut inner = self.inner();
        inner.clock += 1;
        let now = inner.clock;
        let found = inner.kept.get_mut(key).map(|kept| {
            kept.used = now;
            kept.picture.clone()
        });
        if found.is_some() {
            inner.hits += 1;
        }
        found
    }

    /// Keeps what had to be made.
    pub(crate) fn put(&self, key: Key, picture: &Picture) {
        let mut inner = self.inner();
        inner.misses += 1;
        let bytes = picture.bytes().len();
        if bytes > self.ceiling {
            return;
        }
        inner.clock += 1;
        let kept = Kept {
            picture: picture.clone(),
            used: inner.clock,
        };
        if let Some(before) = inner.kept.insert(key, kept) {
            inner.bytes -= before.picture.bytes().len();
        }
        inner.bytes += bytes;
        while inner.bytes > self.ceiling {
            let oldest = inner.kept.iter().min_by_key(|(_, kept)| kept.used);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                break;
            };
            inner.retain(|key| *key != oldest);
            inner.evicted += 1;
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn retain(&mut self, stays: impl Fn(&Key) -> bool) {
        self.kept.retain(|key, _| stays(key));
        self.bytes = self
            .kept
            .values()
            .map(|kept| kept.picture.bytes().len())
            .sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Layout;

    fn key(revision: u64, steps: &str) -> Key {
        Key {
            revision,
            size: Size::ONE,
            longest: None,
            steps: steps.to_owned(),
        }
    }

    fn picture(bytes: u32) -> Picture {
        let size = Size::new(bytes / 3, 1).unwrap();
        Picture::new(size, Layout::Rgb, vec![0; bytes as usize]).unwrap()
    }

    #[test]
    fn the_result_used_longest_ago_makes_room() {
        let cache = StageCache::new(90);
        for name in ["a", "b", "c"] {
            cache.put(key(1, name), &picture(30));
        }
        assert!(cache.get(&key(1, "a")).is_some());
        cache.put(key(1, "d"), &picture(30));
        assert!(cache.get(&key(1, "b")).is_none());
        assert!(cache.get(&key(1, "a")).is_some());
        let report = cache.report();
        assert_eq!((report.kept, report.bytes, report.evicted), (3, 90, 1));
    }

    #[test]
    fn what_is_larger_than_the_ceiling_is_not_kept_and_drives_nothing_out() {
        let cache = StageCache::new(90);
        cache.put(key(1, "a"), &picture(30));
        cache.put(key(1, "poster"), &picture(93));
        assert!(cache.get(&key(1, "a")).is_some());
        assert_eq!(cache.report().kept, 1);
    }

    #[test]
    fn a_closed_source_is_forgotten_and_others_stay() {
        let cache = StageCache::new(90);
        cache.put(key(1, "a"), &picture(30));
        cache.put(key(2, "a"), &picture(30));
        cache.forget(1);
        assert!(cache.get(&key(1, "a")).is_none());
        assert!(cache.get(&key(2, "a")).is_some());
        assert_eq!(cache.report().bytes, 30);
    }
}
