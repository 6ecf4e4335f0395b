//! What was said lately, so that what stands on a screen is looked up and not matched again. Bounded: two generations, of
//! which the older is forgotten when the newer is full.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Texts of a generation; all screens together show a few hundred.
const GENERATION: usize = 1024;
/// Longer texts are not kept, so that the bound holds for bytes too.
const LONGEST: usize = 4096;

#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    new: HashMap<String, String>,
    old: HashMap<String, String>,
}

impl Cache {
    /// What `text` is, from memory or through `make`.
    pub(crate) fn get(&self, text: &str, make: impl FnOnce(&str) -> String) -> String {
        {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(said) = kept.new.get(text) {
                return said.clone();
            }
            if let Some((text, said)) = kept.old.remove_entry(text) {
                kept.put(text, said.clone());
                return said;
            }
        }
        let said = make(text);
        if text.len() <= LONGEST {
            let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.put(text.to_owned(), said.clone());
        }
        said
    }
}

impl Generations {
    fn put(&mut self, text: String, said: String) {
        if self.new.len() >= GENERATION {
            self.old = std::mem::take(&mut self.new);
        }
        self.new.insert(text, said);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_again_and_again_is_made_once_and_memory_is_bounded() {
        let cache = Cache::default();
        let mut made = 0;
        for number in 0..10 * GENERATION {
            cache.get(&number.to_string(), str::to_owned);
            cache.get("steady", |_| {
                made += 1;
                "stetig".to_owned()
            });
        }
        assert_eq!(made, 1);
        let kept = cache.0.lock().unwrap();
        assert!(kept.new.len() + kept.old.len() <= 2 * GENERATION);
    }
}
