//! Events from the desk to the page.
//!
//! A small event travels whole. A large one is only announced, and the page fetches it as raw bytes when it is ready, so
//! that nothing large is copied or parsed on the window's main thread. The border stands in the settings.
//! Not here: what is told, and how often (`desk`).

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use desk::Told;
use serde_json::json;

/// The event's name at the page.
pub const EVENT: &str = "tendon";
/// The topic of what is told once.
pub const NOTICE: &str = "notice";

/// Events that were too large to be sent: the newest of each topic.
#[derive(Debug)]
pub struct Telling {
    /// Longest text that is sent whole, in bytes.
    border: usize,
    kept: Mutex<HashMap<&'static str, String>>,
    missed: AtomicBool,
}

impl Telling {
    /// With the border of the settings.
    pub fn new(border: usize) -> Self {
        Self {
            border,
            kept: Mutex::new(HashMap::new()),
            missed: AtomicBool::new(false),
        }
    }

    /// An event was kept back from a page that hangs, in which it would wait and grow with all others.
    pub fn miss(&self) {
        self.missed.store(true, Ordering::Release);
    }

    /// Whether the page missed events. Says so once.
    pub fn missed(&self) -> bool {
        self.missed.swap(false, Ordering::AcqRel)
    }

    /// What the page is sent for an event: the event itself, or a word that it is there. A notice is a few lines, and each is
    /// told once: it always travels whole.
    pub fn for_page(&self, told: Told<'_>) -> String {
        if told.text.len() <= self.border || told.topic == NOTICE {
            return told.text.to_owned();
        }
        let word =
            json!({ "v": protocol::VERSION, "seq": told.seq, "fetch": told.topic }).to_string();
        self.kept().insert(told.topic, told.text.to_owned());
        word
    }

    /// A large event that was announced; each is handed over once.
    pub fn fetch(&self, topic: &str) -> Option<String> {
        self.kept().remove(topic)
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, HashMap<&'static str, String>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn deck(seq: u64, text: &str) -> Told<'_> {
        Told {
            topic: "deck",
            seq,
            text,
        }
    }

    #[test]
    fn what_is_as_large_as_the_border_travels_whole_and_one_byte_more_is_fetched_once() {
        let telling = Telling::new(4);
        assert_eq!(telling.for_page(deck(7, "1234")), "1234");
        assert_eq!(telling.fetch("deck"), None);
        let word: Value = serde_json::from_str(&telling.for_page(deck(8, "12345"))).unwrap();
        assert_eq!(
            word,
            json!({ "v": protocol::VERSION, "seq": 8, "fetch": "deck" })
        );
        assert_eq!(telling.fetch("deck").as_deref(), Some("12345"));
        assert_eq!(telling.fetch("deck"), None);
    }

    #[test]
    fn the_newest_of_two_large_events_is_what_is_fetched() {
        let telling = Telling::new(0);
        telling.for_page(deck(1, "old"));
        telling.for_page(deck(2, "new"));
        assert_eq!(telling.fetch("deck").as_deref(), Some("new"));
    }

    #[test]
    fn what_was_missed_is_said_once() {
        let telling = Telling::new(4);
        assert!(!telling.missed());
        telling.miss();
        telling.miss();
        assert!(telling.missed());
        assert!(!telling.missed());
    }

    #[test]
    fn no_notice_takes_the_place_of_another() {
        let telling = Telling::new(0);
        let notice = Told {
            topic: NOTICE,
            seq: 1,
            text: "the adapter is gone",
        };
        assert_eq!(telling.for_page(notice), notice.text);
        assert_eq!(telling.fetch(NOTICE), None);
    }
}
