//! Where the memory of pictures comes from, and where it goes when the last holder lets go.
//!
//! A picture of 24 megapixels is 72 MB; memory that is fresh from the system costs more to touch for the first time
//! than most operations cost altogether. Whoever runs many operations hands in a [`Recycler`] or memory of his own.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of one picture. Dropping them gives them back to where they came from.
pub trait Memory: DerefMut<Target = [u8]> + Send + Sync {}

impl<T: DerefMut<Target = [u8]> + Send + Sync> Memory for T {}

/// A source of memory for pictures.
pub trait Buffers: Send + Sync {
    /// `len` bytes with any content. Whoever asks fills all of them.
    fn take(&self, len: usize) -> Box<dyn Memory>;
}

/// Memory from the system, given back to the system.
#[derive(Debug, Clone, Copy, Default)]
pub struct Fresh;

impl Buffers for Fresh {
    fn take(&self, len: usize) -> Box<dyn Memory> {
        Box::new(vec![0; len])
    }
}

/// Memory that is used again, up to a ceiling of what lies unused.
#[derive(Debug)]
pub struct Recycler(Arc<Shelf>);

#[derive(Debug)]
struct Shelf {
    free: Mutex<Vec<Vec<u8>>>,
    ceiling: usize,
}

impl Recycler {
    /// Keeps at most `ceiling` bytes that nobody uses.
    pub fn new(ceiling: usize) -> Self {
        Self(Arc::new(Shelf {
            free: Mutex::default(),
            ceiling,
        }))
    }

    /// Bytes that lie unused now.
    pub fn unused(&self) -> usize {
        self.0.free().iter().map(Vec::capacity).sum()
    }
}

impl Shelf {
    fn free(&self) -> MutexGuard<'_, Vec<Vec<u8>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
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

impl Buffers for Recycler {
    fn take(&self, len: usize) -> Box<dyn Memory> {
        let mut free = self.0.free();
        // The smallest that is large enough, and not so large that a thumbnail keeps the memory of a poster.
        let best = free
            .iter()
            .enumerate()
            .filter(|(_, bytes)| bytes.capacity() >= len && bytes.capacity() / 2 <= len)
            .min_by_key(|(_, bytes)| bytes.capacity())
            .map(|(at, _)| at);
        let found = best.map(|at| free.swap_remove(at));
        drop(free);
        let bytes = match found {
            Some(mut bytes) => {
                // Only what was never written is filled, so that using memory again costs nothing.
                bytes.resize(len, 0);
                bytes
            }
            None => vec![0; len],
        };
        Box::new(Lent {
            bytes,
            shelf: Arc::clone(&self.0),
        })
    }
}

/// Bytes of a [`Recycler`], on their way.
struct Lent {
    bytes: Vec<u8>,
    shelf: Arc<Shelf>,
}

impl Deref for Lent {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.bytes
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.shelf.give_back(std::mem::take(&mut self.bytes));
    }
}

/// Bytes of a picture.
pub(crate) struct Filled(Box<dyn Memory>);

impl Filled {
    pub fn take(len: usize, buffers: &Arc<dyn Buffers>) -> Self {
        let bytes = buffers.take(len);
        // Memory of others is trusted with speed, not with length.
        Self(if bytes.len() == len {
            bytes
        } else {
            Fresh.take(len)
        })
    }
}

impl From<Vec<u8>> for Filled {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Box::new(bytes))
    }
}

impl Deref for Filled {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl DerefMut for Filled {
    fn deref_mut(&mut self) -> &mut [u8] {
        &mut self.0
    }
}

impl fmt::Debug for Filled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
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
    fn memory_of_the_wrong_length_is_not_used() {
        struct Short;
        impl Buffers for Short {
            fn take(&self, len: usize) -> Box<dyn Memory> {
                Box::new(vec![0; len / 2])
            }
        }
        let home: Arc<dyn Buffers> = Arc::new(Short);
        assert_eq!(Filled::take(100, &home).len(), 100);
    }

    #[test]
    fn no_more_lies_unused_than_the_ceiling_allows() {
        let recycler = Recycler::new(250);
        let lent = [100, 120, 90].map(|len| recycler.take(len));
        assert_eq!(recycler.unused(), 0);
        drop(lent);
        assert_eq!(recycler.unused(), 210, "the oldest of them is gone");
        drop(recycler.take(300));
        assert_eq!(recycler.unused(), 0, "more than the ceiling is not kept");
    }
}
