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
        self.known().lived.replace(now).is_none()
    }

    /// Somebody wants to close the window, while something is at `stake` or nothing is.
    pub fn wish(&self, stake: bool, now: MonoTime) -> Wish {
        let mut known = self.known();
        let silent = known
            .lived
            .is_none_or(|lived| now.since(lived) > PAGE_SILENT);
        let again = std::mem::replace(&mut known.wished, true);
        if !stake || (silent && again) {
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
    fn a_page_that_is_silent_cannot_keep_the_window_open() {
        let closing = Closing::default();
        closing.page_lives_at(at(10));
        assert_eq!(closing.wish(true, at(20)), Wish::Ask);
        assert_eq!(closing.wish(true, at(21)), Wish::Close);
    }
}
