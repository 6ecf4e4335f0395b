//! Which request a thread works for, so that its log lines, errors and reports can name it.
//!
//! A thread started through [`crate::thread::spawn`] inherits the request of the thread that started it.

use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    static CURRENT: RefCell<Option<Arc<str>>> = const { RefCell::new(None) };
}

/// The request this thread works for, if any.
pub fn current() -> Option<Arc<str>> {
    CURRENT.with(|current| current.borrow().clone())
}

/// From now on this thread works for `request`; `None` for nobody.
pub fn set(request: Option<Arc<str>>) {
    CURRENT.with(|current| *current.borrow_mut() = request);
}

#[cfg(test)]
mod tests {
    use crate::thread::{Intent, spawn};

    #[test]
    fn a_thread_inherits_the_request_of_the_one_that_started_it() {
        super::set(Some("r-7".into()));
        let seen = spawn("child", Intent::Encode, super::current)
            .unwrap()
            .join();
        super::set(None);
        assert_eq!(seen.unwrap().as_deref(), Some("r-7"));
        assert_eq!(super::current(), None);
    }
}
