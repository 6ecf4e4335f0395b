//! Networks by the name that operations call them, and the masks that they gave.
//!
//! A mask is found again by what the picture shows, not by where it comes from: opening a file anew, or undoing a change,
//! asks no network. Pictures are told apart by 128 bits of hash; the rest of a key is compared as text.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::session::Session;
use crate::picture::Picture;
use crate::removal::mask::Mask;

/// Bytes of masks that are kept unless something else is said.
const USUAL_CEILING: usize = 64 << 20;

/// Networks by name, with what they found so far. Cloning is cheap, and clones share masks.
#[derive(Debug, Clone)]
pub struct Networks {
    sessions: Arc<BTreeMap<String, Arc<Session>>>,
    masks: Arc<Masks>,
}

impl Default for Networks {
    fn default() -> Self {
        Self::keeping(USUAL_CEILING)
    }
}

impl Networks {
    /// None yet, with masks kept up to `ceiling` bytes; 0 keeps none.
    pub fn keeping(ceiling: usize) -> Self {
        Self {
            sessions: Arc::default(),
            masks: Arc::new(Masks {
                kept: Mutex::default(),
                ceiling,
            }),
        }
    }

    /// The same with one more, or with another network under its name.
    #[must_use]
    pub fn with(mut self, session: Arc<Session>) -> Self {
        let name = session.spec().name.clone();
        Arc::make_mut(&mut self.sessions).insert(name, session);
        self
    }

    /// All sessions, sorted by name.
    pub fn sessions(&self) -> impl Iterator<Item = &Arc<Session>> {
        self.sessions.values()
    }

    /// What is kept and how often that helped.
    pub fn report(&self) -> MaskReport {
        let kept = self.masks.kept();
        MaskReport {
            hits: kept.hits,
            misses: kept.misses,
            kept: kept.masks.len(),
            bytes: kept.bytes,
        }
    }

    /// Forgets all masks, for instance because memory is short.
    pub fn forget(&self) {
        let mut kept = self.masks.kept();
        kept.masks.clear();
        kept.bytes = 0;
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Arc<Session>> {
        self.sessions.get(name)
    }

    /// The mask under `key`, or what `make` makes, which is then kept.
    pub(crate) fn mask<E>(
        &self,
        key: MaskKey,
        make: impl FnOnce() -> Result<Mask, E>,
    ) -> Result<Mask, E> {
        if let Some(mask) = self.masks.kept().get(&key) {
            return Ok(mask);
        }
        // Not under the lock: a network takes long, and others may look up meanwhile.
        let mask = make()?;
        self.masks.kept().put(key, mask.clone(), self.masks.ceiling);
        Ok(mask)
    }
}

/// What kept masks did so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MaskReport {
    /// Masks that were there.
    pub hits: u64,
    /// Masks that had to be made.
    pub misses: u64,
    /// Masks that are kept now.
    pub kept: usize,
    /// Their bytes.
    pub bytes: usize,
}

/// What a mask depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct MaskKey {
    picture: [u64; 2],
    parameters: String,
}

impl MaskKey {
    pub fn new(picture: &Picture, parameters: String) -> Self {
        let half = |seed: u8| {
            let mut hasher = DefaultHasher::new();
            // What comes first changes all that follows, so the halves are told apart by one byte.
            hasher.write_u8(seed);
            hasher.write_u32(picture.size().width());
            hasher.write_u32(picture.size().height());
            hasher.write_usize(picture.layout().channels());
            hasher.write(picture.bytes());
            hasher.finish()
        };
        Self {
            picture: [half(0), half(1)],
            parameters,
        }
    }
}

#[derive(Debug)]
struct Masks {
    kept: Mutex<Kept>,
    ceiling: usize,
}

#[derive(Debug, Default)]
struct Kept {
    masks: HashMap<MaskKey, (Mask, u64)>,
    bytes: usize,
    /// Counts uses; the smallest number was used longest ago.
    clock: u64,
    hits: u64,
    misses: u64,
}

impl Masks {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn get(&mut self, key: &MaskKey) -> Option<Mask> {
        self.clock += 1;
        let now = self.clock;
        let found = self.masks.get_mut(key).map(|(mask, used)| {
            *used = now;
            mask.clone()
        });
        self.hits += u64::from(found.is_some());
        found
    }

    fn put(&mut self, key: MaskKey, mask: Mask, ceiling: usize) {
        self.misses += 1;
        let bytes = mask.bytes().len();
        if bytes > ceiling {
            return;
        }
        self.clock += 1;
        if let Some((before, _)) = self.masks.insert(key, (mask, self.clock)) {
            self.bytes -= before.bytes().len();
        }
        self.bytes += bytes;
        while self.bytes > ceiling {
            let oldest = self.masks.iter().min_by_key(|(_, (_, used))| *used);
            let Some(oldest) = oldest.map(|(key, _)| key.clone()) else {
                break;
            };
            if let Some((gone, _)) = self.masks.remove(&oldest) {
                self.bytes -= gone.bytes().len();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use pixels::Size;

    use super::*;
    use crate::picture::Layout;

    fn mask(side: u32) -> Mask {
        let size = Size::new(side, side).unwrap();
        Mask::new(size, vec![0; size.pixels()]).unwrap()
    }

    fn key(level: u8, parameters: &str) -> MaskKey {
        let picture = Picture::new(Size::ONE, Layout::Rgb, vec![level; 3]).unwrap();
        MaskKey::new(&picture, parameters.to_owned())
    }

    #[test]
    fn a_mask_is_found_by_what_the_picture_shows_and_by_parameters() {
        let networks = Networks::keeping(1000);
        let ask = |key: MaskKey| networks.mask(key, || Ok::<_, ()>(mask(10))).unwrap();
        for key in [key(1, "a"), key(2, "a"), key(1, "b"), key(1, "a")] {
            ask(key);
        }
        let report = networks.report();
        assert_eq!((report.hits, report.misses, report.bytes), (1, 3, 300));
        networks.forget();
        assert_eq!(networks.report().kept, 0);
    }

    #[test]
    fn the_mask_used_longest_ago_makes_room_and_failures_are_not_kept() {
        let networks = Networks::keeping(250);
        let ask = |name: &str| networks.mask(key(1, name), || Ok::<_, ()>(mask(10)));
        for name in ["a", "b", "a", "c", "a"] {
            ask(name).unwrap();
        }
        assert_eq!(networks.report().hits, 2, "b made room for c, a stayed");
        assert!(networks.mask(key(1, "b"), || Err(())).is_err());
        assert_eq!(networks.report().kept, 2);
    }
}
