//! Memory for large things, shared without a copy and used again.
//!
//! A [`Buffer`] has one owner, who fills it; [`Buffer::share`] makes it something that many threads read
//! ([`Shared`]), and that goes back to the pool with its last holder. Both carry a tag that means something to those who
//! use them (size, format, colour space) and nothing to the pool. Bytes begin at an address that sixteen divides, so
//! wider numbers can be read in place.
//!
//! Sizes come in classes, four to each doubling, so at most a fifth of a buffer lies unused. What is in use and what
//! waits to be used again stays below a ceiling: beyond it free buffers are given back first, and then memory is taken
//! plainly, not kept afterwards, and counted, so that whoever watches can hold work back.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stdx::clock::Clock;
use units::MonoTime;

/// Sixteen bytes: what a buffer is made of, for the sake of its address.
type Block = u128;
const BLOCK: usize = size_of::<Block>();
/// The smallest class, in blocks: smaller things are better kept elsewhere.
const SMALLEST: usize = 4096 / BLOCK;
/// More than any picture has, and less than arithmetic on sizes could overflow at.
const LARGEST: usize = 1 << 40;

/// Why there is no buffer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BufferError {
    /// It would go beyond the ceiling.
    #[error(
        "{wanted} bytes more would exceed the ceiling of {ceiling} bytes (setting `workers.memory_bytes`), of which {live} are in use"
    )]
    OverCeiling {
        /// Bytes asked for.
        wanted: u64,
        /// Bytes in use.
        live: u64,
        /// The ceiling.
        ceiling: u64,
    },
    /// The system has no memory for it.
    #[error("the system has no memory for {wanted} bytes more")]
    OutOfMemory {
        /// Bytes asked for.
        wanted: u64,
    },
}

/// What the pool of buffers has done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct BufferReport {
    /// Buffers taken from the system.
    pub allocated: u64,
    /// Buffers used again.
    pub recycled: u64,
    /// Of those allocated, the ones beyond the ceiling.
    pub beyond: u64,
    /// Contents copied from one buffer to another.
    pub copies: u64,
    /// Bytes so copied.
    pub copied_bytes: u64,
    /// Bytes in use.
    pub live_bytes: u64,
    /// Most bytes ever in use at once.
    pub peak_bytes: u64,
    /// Bytes that wait to be used again.
    pub idle_bytes: u64,
    /// Most that both together may be.
    pub ceiling_bytes: u64,
}

#[derive(Default)]
struct Counters {
    allocated: AtomicU64,
    recycled: AtomicU64,
    beyond: AtomicU64,
    copies: AtomicU64,
    copied_bytes: AtomicU64,
}

struct Idle {
    blocks: Vec<Block>,
    since: MonoTime,
}

#[derive(Default)]
struct Shelf {
    /// The ones used last at the end, where the next is taken from.
    idle: Vec<Idle>,
    idle_bytes: u64,
    live_bytes: u64,
    peak_bytes: u64,
    ceiling: u64,
}

struct Inner {
    shelf: Mutex<Shelf>,
    counters: Counters,
    clock: Arc<dyn Clock>,
}

/// A pool of buffers. Cloning shares it.
#[derive(Clone)]
pub struct Buffers(Arc<Inner>);

impl fmt::Debug for Buffers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Buffers").field(&self.report()).finish()
    }
}

/// Blocks of the class that holds so many bytes: four classes to each doubling.
fn class(bytes: usize) -> usize {
    let blocks = bytes.div_ceil(BLOCK).max(SMALLEST);
    let step = (1_usize << blocks.ilog2()) / 4;
    blocks.div_ceil(step) * step
}

fn bytes_of(blocks: usize) -> u64 {
    blocks as u64 * BLOCK as u64
}

impl Buffers {
    /// An empty pool of at most so many bytes.
    pub fn new(ceiling: u64, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner {
            shelf: Mutex::new(Shelf {
                ceiling,
                ..Shelf::default()
            }),
            counters: Counters::default(),
            clock,
        }))
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.0.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A buffer of exactly `len` bytes, if need be beyond the ceiling. What is in it is whatever was there before.
    ///
    /// # Errors
    /// [`BufferError::OutOfMemory`].
    pub fn take<T>(&self, len: usize, tag: T) -> Result<Buffer<T>, BufferError> {
        self.get(len, tag, true)
    }

    /// A buffer of exactly `len` bytes within the ceiling, for sizes that come from outside. What is in it is whatever
    /// was there before.
    ///
    /// # Errors
    /// [`BufferError::OverCeiling`], with the figures, or [`BufferError::OutOfMemory`].
    pub fn take_within<T>(&self, len: usize, tag: T) -> Result<Buffer<T>, BufferError> {
        self.get(len, tag, false)
    }

    /// A buffer of zeros, if need be beyond the ceiling.
    ///
    /// # Errors
    /// [`BufferError::OutOfMemory`].
    pub fn zeroed<T>(&self, len: usize, tag: T) -> Result<Buffer<T>, BufferError> {
        let mut buffer = self.take(len, tag)?;
        buffer.fill(0);
        Ok(buffer)
    }

    fn get<T>(&self, len: usize, tag: T, beyond: bool) -> Result<Buffer<T>, BufferError> {
        let wanted = len as u64;
        if len > LARGEST {
            return Err(BufferError::OutOfMemory { wanted });
        }
        let blocks = class(len);
        let size = bytes_of(blocks);
        let mut given_back = Vec::new();
        let (reused, over) = {
            let mut shelf = self.shelf();
            let over = shelf.live_bytes + size > shelf.ceiling;
            if over && !beyond {
                return Err(BufferError::OverCeiling {
                    wanted,
                    live: shelf.live_bytes,
                    ceiling: shelf.ceiling,
                });
            }
            let reused = shelf.take_idle(blocks);
            shelf.live_bytes += size;
            shelf.peak_bytes = shelf.peak_bytes.max(shelf.live_bytes);
            shelf.make_room(&mut given_back);
            (reused, over)
        };
        // What is given back to the system goes after the lock.
        drop(given_back);
        let mut share = Share {
            pool: self.clone(),
            blocks: Vec::new(),
            size,
            kept: !over,
        };
        let counters = &self.0.counters;
        match reused {
            Some(blocks) => {
                counters.recycled.fetch_add(1, Ordering::Relaxed);
                share.blocks = blocks;
            }
            None => {
                // Dropping the share on the way out takes its bytes off the account again.
                if share.blocks.try_reserve_exact(blocks).is_err() {
                    share.kept = false;
                    return Err(BufferError::OutOfMemory { wanted });
                }
                share.blocks.resize(blocks, 0);
                counters.allocated.fetch_add(1, Ordering::Relaxed);
                counters
                    .beyond
                    .fetch_add(u64::from(over), Ordering::Relaxed);
            }
        }
        Ok(Buffer { share, len, tag })
    }

    /// From now on another ceiling holds; what is in use stays.
    pub fn set_ceiling(&self, bytes: u64) {
        let mut given_back = Vec::new();
        let mut shelf = self.shelf();
        shelf.ceiling = bytes;
        shelf.make_room(&mut given_back);
        drop(shelf);
    }

    /// Gives back to the system what nobody used for `age`.
    pub fn trim(&self, now: MonoTime, age: Duration) {
        let mut shelf = self.shelf();
        let (old, young): (Vec<Idle>, Vec<Idle>) = std::mem::take(&mut shelf.idle)
            .into_iter()
            .partition(|idle| now.since(idle.since) >= age);
        shelf.idle_bytes -= old
            .iter()
            .map(|idle| bytes_of(idle.blocks.len()))
            .sum::<u64>();
        shelf.idle = young;
        drop(shelf);
        drop(old);
    }

    /// Whether more is in use than may be.
    pub fn over_ceiling(&self) -> bool {
        let shelf = self.shelf();
        shelf.live_bytes > shelf.ceiling
    }

    /// Bytes that wait to be used again.
    pub fn idle_bytes(&self) -> u64 {
        self.shelf().idle_bytes
    }

    /// What the pool has done.
    pub fn report(&self) -> BufferReport {
        let shelf = self.shelf();
        let counters = &self.0.counters;
        BufferReport {
            allocated: counters.allocated.load(Ordering::Relaxed),
            recycled: counters.recycled.load(Ordering::Relaxed),
            beyond: counters.beyond.load(Ordering::Relaxed),
            copies: counters.copies.load(Ordering::Relaxed),
            copied_bytes: counters.copied_bytes.load(Ordering::Relaxed),
            live_bytes: shelf.live_bytes,
            peak_bytes: shelf.peak_bytes,
            idle_bytes: shelf.idle_bytes,
            ceiling_bytes: shelf.ceiling,
        }
    }
}

impl Shelf {
    /// The one of this class that was used last.
    fn take_idle(&mut self, blocks: usize) -> Option<Vec<Block>> {
        let at = self
            .idle
            .iter()
            .rposition(|idle| idle.blocks.len() == blocks)?;
        self.idle_bytes -= bytes_of(blocks);
        Some(self.idle.remove(at).blocks)
    }

    /// Hands out what waits for longest until everything is below the ceiling.
    fn make_room(&mut self, given_back: &mut Vec<Idle>) {
        while self.live_bytes + self.idle_bytes > self.ceiling && !self.idle.is_empty() {
            let oldest = self.idle.remove(0);
            self.idle_bytes -= bytes_of(oldest.blocks.len());
            given_back.push(oldest);
        }
    }
}

/// Blocks on the account of their pool.
struct Share {
    pool: Buffers,
    blocks: Vec<Block>,
    size: u64,
    kept: bool,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut given_back = Vec::new();
        let blocks = std::mem::take(&mut self.blocks);
        let since = self.pool.0.clock.now();
        let mut shelf = self.pool.shelf();
        shelf.live_bytes -= self.size;
        if self.kept {
            shelf.idle_bytes += self.size;
            shelf.idle.push(Idle { blocks, since });
            shelf.make_room(&mut given_back);
        }
        drop(shelf);
    }
}

/// Bytes with one owner, and what they are.
pub struct Buffer<T> {
    share: Share,
    len: usize,
    tag: T,
}

impl<T> Buffer<T> {
    /// What the bytes are.
    pub fn tag(&self) -> &T {
        &self.tag
    }

    /// The same bytes, as something else.
    pub fn retag<U>(self, tag: U) -> Buffer<U> {
        Buffer {
            share: self.share,
            len: self.len,
            tag,
        }
    }

    /// The finished bytes, to be read by many.
    pub fn share(self) -> Shared<T> {
        Shared(Arc::new(self))
    }
}

impl<T> Deref for Buffer<T> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        let bytes: &[u8] = bytemuck::cast_slice(&self.share.blocks);
        &bytes[..self.len]
    }
}

impl<T> DerefMut for Buffer<T> {
    fn deref_mut(&mut self) -> &mut [u8] {
        let bytes: &mut [u8] = bytemuck::cast_slice_mut(&mut self.share.blocks);
        &mut bytes[..self.len]
    }
}

impl<T: fmt::Debug> fmt::Debug for Buffer<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Buffer")
            .field("len", &self.len)
            .field("tag", &self.tag)
            .finish_non_exhaustive()
    }
}

/// Bytes that nobody changes any more. Cloning shares them; the last holder gives them back.
#[derive(Debug)]
pub struct Shared<T>(Arc<Buffer<T>>);

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Deref for Shared<T> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl<T> Shared<T> {
    /// What the bytes are.
    pub fn tag(&self) -> &T {
        &self.0.tag
    }

    /// How many hold these bytes.
    pub fn holders(&self) -> usize {
        Arc::strong_count(&self.0)
    }
}

impl<T: Clone> Shared<T> {
    /// The bytes to be changed: the very same ones when nobody else holds them, otherwise a copy, which is counted.
    ///
    /// # Errors
    /// When there is no memory for the copy.
    pub fn into_own(self) -> Result<Buffer<T>, BufferError> {
        match Arc::try_unwrap(self.0) {
            Ok(own) => Ok(own),
            Err(shared) => Shared(shared).copy(),
        }
    }

    /// A copy, which is counted.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn copy(&self) -> Result<Buffer<T>, BufferError> {
        let pool = &self.0.share.pool;
        let mut copy = pool.take(self.len(), self.tag().clone())?;
        copy.copy_from_slice(self);
        let counters = &pool.0.counters;
        counters.copies.fetch_add(1, Ordering::Relaxed);
        counters
            .copied_bytes
            .fetch_add(self.len() as u64, Ordering::Relaxed);
        Ok(copy)
    }
}

#[cfg(test)]
mod tests;
