//! Events from the desk to the page.
//!
//! A small event travels whole. A large one is only announced, and the page fetches it as raw bytes when it is ready, so
//! that nothing large is copied or parsed on the window's main thread. The border stands in the settings.
//! Not here: what is told, and how often (`desk`).

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde_json::json;

/// The event's name at the page.
pub const EVENT: &str = "tendon";

/// Events that were too large to be sent: the newest of each topic.
#[derive(Debug)]
pub struct Telling {
    /// Longest text that is sent whole, in bytes.
    border: usize,
    kept: Mutex<HashMap<String, String>>,
}

/// What an announcement says of its event.
#[derive(Deserialize)]
struct Head {
    seq: u64,
    tell: Topic,
}

#[derive(Deserialize)]
struct Topic {
    topic: String,
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
    pub fn for_page(&self, text: &str) -> String {
        if text.len() <= self.border {
            return text.to_owned();
        }
        let Ok(head) = serde_json::from_str::<Head>(text) else {
            // Not one of the desk's: the page drops what it cannot read.
            return text.to_owned();
        };
        let topic = head.tell.topic;
        let word = json!({ "v": protocol::VERSION, "seq": head.seq, "fetch": &topic }).to_string();
        self.kept().insert(topic, text.to_owned());
        word
    }

    /// A large event that was announced; each is handed over once.
    pub fn fetch(&self, topic: &str) -> Option<String> {
        self.kept().remove(topic)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<String, String>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn event(seq: u64, value: &str) -> String {
        json!({ "v": 1, "seq": seq, "tell": { "topic": "deck", "value": value } }).to_string()
    }

    #[test]
    fn what_is_as_large_as_the_border_travels_whole_and_one_byte_more_is_fetched_once() {
        let small = event(7, "");
        let telling = Telling::new(small.len());
        assert_eq!(telling.for_page(&small), small);
        assert_eq!(telling.fetch("deck"), None);
        let large = event(8, "x");
        let word: Value = serde_json::from_str(&telling.for_page(&large)).unwrap();
        assert_eq!(word, json!({ "v": 1, "seq": 8, "fetch": "deck" }));
        assert_eq!(telling.fetch("deck"), Some(large));
        assert_eq!(telling.fetch("deck"), None);
    }

    #[test]
    fn the_newest_of_two_large_events_is_what_is_fetched() {
        let telling = Telling::new(0);
        telling.for_page(&event(1, "old"));
        telling.for_page(&event(2, "new"));
        assert_eq!(telling.fetch("deck"), Some(event(2, "new")));
    }
}
