//! Closing the window: at once when nothing is at stake, else the page asks first. A page that does not answer cannot
//! keep the window open: the second wish to close ends everything in good order.
//!
//! Not here: what is at stake, and the orderly end (`desk`).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use units::MonoTime;

/// A page gives a sign of life this often at least while it is well.
const PAGE_SILENT: Duration = Duration::from_secs(3);

/// What is known of the page and of wishes to close.
#[derive(Debug, Default)]
pub struct Closing {
    state: Mutex<Known>,
}

#[derive(Debug, Default, Clone, Copy)]
struct Known {
    lived: Option<MonoTime>,
    wished: bool,
    ending: bool,
}

/// What becomes of a wish to close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The window closes.
    Close,
    /// The page asks the person.
    Ask,
}

impl Closing {
    /// The page is alive. Whether this is its first sign of life.
    pub fn page_lives_at(&self, now: MonoTime) -> bool {
        let mut known = self.known();
        known.wished = false;
        known.lived.replace(now).is_none()
    }

    /// Whether a page that was there gives no sign of life any more.
    pub fn page_is_silent(&self, now: MonoTime) -> bool {
        let lived = self.known().lived;
        lived.is_some_and(|lived| now.since(lived) > PAGE_SILENT)
    }

    /// Everything ends now. Whether it did not yet: an end that is under way goes on undisturbed.
    pub fn begins_to_end(&self) -> bool {
        !std::mem::replace(&mut self.known().ending, true)
    }

    /// Somebody wants to close the window, while something is at `stake` or nothing is.
    pub fn wish(&self, stake: bool, now: MonoTime) -> Wish {
        let mut known = self.known();
        let silent = known
            .lived
            .is_none_or(|lived| now.since(lived) > PAGE_SILENT);
        let again = std::mem::replace(&mut known.wished, true);
        if known.ending || !stake || (silent && again) {
            Wish::Close
        } else {
            Wish::Ask
        }
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> MonoTime {
        MonoTime(seconds * 1_000_000_000)
    }

    #[test]
    fn nothing_at_stake_closes_at_once() {
        assert_eq!(Closing::default().wish(false, at(1)), Wish::Close);
    }

    #[test]
    fn a_page_that_lives_is_asked_every_time() {
        let closing = Closing::default();
        closing.page_lives_at(at(10));
        assert_eq!(closing.wish(true, at(11)), Wish::Ask);
        assert_eq!(closing.wish(true, at(12)), Wish::Ask);
    }

    #[test]
    fn what_ends_is_not_ended_twice_and_asks_nobody_any_more() {
        let closing = Closing::default();
        closing.page_lives_at(at(10));
        assert!(closing.begins_to_end());
        assert!(!closing.begins_to_end());
        assert_eq!(closing.wish(true, at(11)), Wish::Close);
    }

    #[test]
    fn a_wish_is_forgotten_when_the_page_lives_again() {
        let closing = Closing::default();
        closing.page_lives_at(at(10));
        assert_eq!(closing.wish(true, at(11)), Wish::Ask);
        closing.page_lives_at(at(12));
        assert_eq!(closing.wish(true, at(20)), Wish::Ask);
        assert_eq!(closing.wish(true, at(21)), Wish::Close);
    }

    #[test]
    fn only_a_page_that_was_there_can_fall_silent() {
        let closing = Closing::default();
        assert!(!closing.page_is_silent(at(100)));
        closing.page_lives_at(at(100));
        assert!(!closing.page_is_silent(at(103)));
        assert!(closing.page_is_silent(at(104)));
    }

    #[test]
    fn a_page_that_is_silent_cannot_keep_the_window_open() {
        let closing = Closing::default();
        closing.page_lives_at(at(10));
        assert_eq!(closing.wish(true, at(20)), Wish::Ask);
        assert_eq!(closing.wish(true, at(21)), Wish::Close);
    }
}
