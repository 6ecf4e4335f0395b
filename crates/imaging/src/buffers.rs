//! Where the memory of pictures comes from, and where it goes when the last holder lets go.
//!
//! A picture of 24 megapixels is 72 MB; memory that is fresh from the system costs more to touch for the first time
//! than most operations cost altogether. Whoever runs many operations hands in a [`Recycler`] or memory of his own.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A source of memory for pictures.
pub trait Buffers: Send + Sync {
    /// `len` bytes with any content. Whoever asks fills all of them.
    fn take(&self, len: usize) -> Vec<u8>;

    /// Takes back what [`Buffers::take`] gave, with the content it was left with.
    fn give_back(&self, bytes: Vec<u8>);
}

/// Memory from the system, given back to the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fresh;

impl Buffers for Fresh {
    fn take(&self, len: usize) -> Vec<u8> {
        vec![0; len]
    }

    fn give_back(&self, _bytes: Vec<u8>) {}
}

/// Memory that is used again, up to a ceiling of what lies unused.
#[derive(Debug)]
pub struct Recycler {
    free: Mutex<Vec<Vec<u8>>>,
    ceiling: usize,
}

impl Recycler {
    /// Keeps at most `ceiling` bytes that nobody uses.
    pub fn new(ceiling: usize) -> Self {
        Self {
            free: Mutex::default(),
            ceiling,
        }
    }

    /// Bytes that lie unused now.
    pub fn unused(&self) -> usize {
        self.free().iter().map(Vec::capacity).sum()
    }

    fn free(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Buffers for Recycler {
    fn take(&self, len: usize) -> Vec<u8> {
        let mut free = self.free();
        // The smallest that is large enough, and not so large that a thumbnail keeps the memory of a poster.
        let best = free
            .iter()
            .enumerate()
            .filter(|(_, bytes)| bytes.capacity() >= len && bytes.capacity() / 2 <= len)
            .min_by_key(|(_, bytes)| bytes.capacity())
            .map(|(at, _)| at);
        let found = best.map(|at| free.swap_remove(at));
        drop(free);
        match found {
            Some(mut bytes) => {
                // Only what was never written is filled, so that using memory again costs nothing.
                bytes.resize(len, 0);
                bytes
            }
            None => vec![0; len],
        }
    }

    fn give_back(&self, bytes: Vec<u8>) {
        let mut free = self.free();
        free.push(bytes);
        let mut gone = Vec::new();
        // The ones that lie there longest go first; what is freed is freed after the lock.
        while free.iter().map(Vec::capacity).sum::<usize>() > self.ceiling {
            gone.push(free.remove(0));
        }
        drop(free);
        drop(gone);
    }
}

/// Bytes with an owner, and the place they go back to.
pub(crate) struct Filled {
    bytes: Vec<u8>,
    home: Option<Arc<dyn Buffers>>,
}

impl Filled {
    pub fn take(len: usize, buffers: &Arc<dyn Buffers>) -> Self {
        let mut bytes = buffers.take(len);
        // Memory of others is trusted with speed, not with length.
        bytes.resize(len, 0);
        Self {
            bytes,
            home: Some(Arc::clone(buffers)),
        }
    }
}

impl From<Vec<u8>> for Filled {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, home: None }
    }
}

impl Deref for Filled {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl DerefMut for Filled {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

impl Drop for Filled {
    fn drop(&mut self) {
        if let Some(home) = self.home.take() {
            home.give_back(std::mem::take(&mut self.bytes));
        }
    }
}

impl fmt::Debug for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_comes_back_and_is_used_again() {
        let recycler = Arc::new(Recycler::new(1000));
        let home: Arc<dyn Buffers> = recycler.clone();
        let first = Filled::take(100, &home);
        let address = first.as_ptr();
        drop(first);
        assert_eq!(recycler.unused(), 100);
        assert_eq!(Filled::take(90, &home).as_ptr(), address);
        let small = Filled::take(10, &home);
        assert_ne!(small.as_ptr(), address, "ten bytes do not hold a hundred");
        assert_eq!(small.len(), 10);
    }

    #[test]
    fn no_more_lies_unused_than_the_ceiling_allows() {
        let recycler = Recycler::new(250);
        for len in [100, 120, 90] {
            recycler.give_back(vec![0; len]);
        }
        assert_eq!(recycler.unused(), 210, "the oldest of them is gone");
        recycler.give_back(vec![0; 300]);
        assert_eq!(recycler.unused(), 0, "more than the ceiling is not kept");
    }
}
