//! Buffers that are used again: a camera's bytes are copied once, out of the driver, and shared from then on.
//!
//! What a stall made grow is given back: buffers that lay unused for [`ROUND`] takes in a row are freed, so that the
//! memory of a long recording is that of its ordinary course and not that of its worst second.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Gives out buffers and takes them back when nobody holds them any more. Cloning shares the pool.
#[derive(Clone)]
pub struct Pool(Arc<Shared>);

/// After so many takes the pool looks which buffers nobody needed: about two seconds of a camera.
const ROUND: usize = 64;

struct Shared {
    free: Mutex<Free>,
    keep: usize,
}

#[derive(Default)]
struct Free {
    /// The ones used last at the end, where the next is taken from.
    buffers: Vec<Vec<u8>>,
    /// Takes since the last look.
    takes: usize,
    /// Fewest buffers that were left over by a take since then: so many lay unused all the while.
    unused: usize,
}

impl Free {
    fn take(&mut self) -> (Option<Vec<u8>>, Vec<Vec<u8>>) {
        let buffer = self.buffers.pop();
        self.unused = self.unused.min(self.buffers.len());
        self.takes += 1;
        let mut idle = Vec::new();
        if self.takes >= ROUND {
            idle = self.buffers.drain(..self.unused).collect();
            (self.takes, self.unused) = (0, self.buffers.len());
        }
        (buffer, idle)
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

impl Pool {
    /// A pool that keeps at most `keep` free buffers; more may be out at once.
    pub fn new(keep: usize) -> Self {
        Self(Arc::new(Shared {
            free: Mutex::default(),
            keep,
        }))
    }

    /// An empty buffer to be filled, with the capacity it had when it was used before.
    pub fn take(&self) -> PoolBuffer {
        // What is freed is freed after the lock.
        let (free, _idle) = self.free_list().take();
        PoolBuffer {
            bytes: free.unwrap_or_default(),
            pool: self.clone(),
        }
    }

    /// Free buffers now.
    pub fn free(&self) -> usize {
        self.free_list().buffers.len()
    }

    fn free_list(&self) -> MutexGuard<'_, Free> {
        self.0.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn give_back(&self, mut bytes: Vec<u8>) {
        bytes.clear();
        let mut free = self.free_list();
        if free.buffers.len() < self.0.keep {
            free.buffers.push(bytes);
        }
    }
}

/// A buffer with one owner, who fills it.
#[derive(Debug)]
pub struct PoolBuffer {
    bytes: Vec<u8>,
    pool: Pool,
}

impl PoolBuffer {
    /// The finished bytes, to be shared.
    pub fn share(self) -> Bytes {
        Bytes(Arc::new(self))
    }
}

impl Deref for PoolBuffer {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for PoolBuffer {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

impl Drop for PoolBuffer {
    fn drop(&mut self) {
        self.pool.give_back(std::mem::take(&mut self.bytes));
    }
}

/// Bytes that nobody changes any more; they go back to their pool when the last clone is dropped.
#[derive(Debug, Clone)]
pub struct Bytes(Arc<PoolBuffer>);

impl Deref for Bytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0.bytes
    }
}

impl From<Vec<u8>> for Bytes {
    fn from(bytes: Vec<u8>) -> Self {
        let pool = Pool::new(0);
        PoolBuffer { bytes, pool }.share()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_when_the_last_holder_lets_go() {
        let pool = Pool::new(1);
        let mut buffer = pool.take();
        buffer.extend_from_slice(b"picture");
        let address = buffer.as_ptr();
        let shared = buffer.share();
        let other = shared.clone();
        drop(shared);
        assert_eq!((&*other, pool.free()), (&b"picture"[..], 0));
        drop(other);
        assert_eq!(pool.free(), 1);
        let again = pool.take();
        assert!(again.is_empty());
        assert_eq!(again.as_ptr(), address, "the same memory");
    }

    #[test]
    fn a_pool_keeps_no_more_than_it_was_told() {
        let pool = Pool::new(1);
        let (a, b) = (pool.take(), pool.take());
        drop((a, b));
        assert_eq!(pool.free(), 1);
    }

    #[test]
    fn what_a_stall_made_grow_is_given_back_and_what_is_used_stays() {
        let pool = Pool::new(100);
        let stalled: Vec<PoolBuffer> = (0..60).map(|_| pool.take()).collect();
        drop(stalled);
        assert_eq!(pool.free(), 60);
        // From now on three at a time, as in the ordinary course.
        for _ in 0..ROUND {
            let three = [pool.take(), pool.take(), pool.take()];
            drop(three);
        }
        assert_eq!(pool.free(), 3);
    }
}
