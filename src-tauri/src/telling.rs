//! Events from the desk to the page.
//!
//! A small event travels whole. A large one is only announced, and the page fetches it as raw bytes when it is ready, so
//! that nothing large is copied or parsed on the window's main thread. The border stands in the settings.
//! Not here: what is told, and how often (`desk`).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

/// The event's name at the page.
pub const EVENT: &str = "tendon";

/// Events that were too large to be sent, by topic: the newest of each.
#[derive(Debug)]
pub struct Telling {
    /// Longest text that is sent whole, in bytes.
    border: usize,
    kept: Mutex<HashMap<String, String>>,
}

impl Telling {
    /// With the border of the settings.
    pub fn new(border: usize) -> Self {
        Self {
            border,
            kept: Mutex::new(HashMap::new()),
        }
    }

    /// What the page is sent for an event: the event itself, or a word that it is there.
    pub fn for_page(&self, topic: &str, seq: u64, text: &str) -> String {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if text.len() <= self.border {
            kept.remove(topic);
            return text.to_owned();
        }
        kept.insert(topic.to_owned(), text.to_owned());
        Value::from_iter([
            ("v", Value::from(protocol::VERSION)),
            ("seq", Value::from(seq)),
            ("fetch", Value::from(topic)),
        ])
        .to_string()
    }

    /// A large event that was announced; each is handed over once.
    pub fn fetch(&self, topic: &str) -> Option<String> {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(topic)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_small_travels_whole_and_what_is_large_is_fetched_once() {
        let telling = Telling::new(10);
        assert_eq!(telling.for_page("deck", 1, "0123456789"), "0123456789");
        assert_eq!(telling.fetch("deck"), None);
        let word: Value = serde_json::from_str(&telling.for_page("deck", 2, "01234567890")).unwrap();
        assert_eq!(word["fetch"], "deck");
        assert_eq!(word["seq"], 2);
        assert_eq!(telling.fetch("deck").as_deref(), Some("01234567890"));
        assert_eq!(telling.fetch("deck"), None);
    }

    #[test]
    fn a_small_event_makes_a_large_one_before_it_void() {
        let telling = Telling::new(4);
        telling.for_page("drive", 1, "large");
        telling.for_page("drive", 2, "new");
        assert_eq!(telling.fetch("drive"), None);
    }
}
