//! Threads with a name, an intent and somebody who joins them.

use std::any::Any;
use std::collections::BTreeSet;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;

/// Threads of this program that were left hanging.
static ABANDONED: AtomicU64 = AtomicU64::new(0);

/// What a thread is for; decides the priority it asks the system for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Intent {
    /// Moves motors: wakes at absolute deadlines, must not be kept waiting.
    Control,
    /// Takes pictures from a device.
    Capture,
    /// Writes what was recorded.
    Encode,
    /// Works through pictures, millisecond after millisecond, and has a queue before it: steps behind the kernel's own
    /// workers, which carry a motor's bytes, and ahead of what may be late.
    Pictures,
    /// Everything that may be late.
    Background,
}

/// A running thread. Dropping the handle joins the thread; tell it to stop first.
#[derive(Debug)]
pub struct Joined<T> {
    name: String,
    handle: Option<JoinHandle<T>>,
}

/// A thread ended in a panic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Panicked {
    /// The thread's name.
    pub thread: String,
    /// What the panic said.
    pub message: String,
}

impl std::fmt::Display for Panicked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "thread {} ended in a panic: {}",
            self.thread, self.message
        )
    }
}

impl std::error::Error for Panicked {}

/// A thread's name that is only known at run time, such as `cam:front`, for places that want one that lasts.
///
/// Every distinct name is kept for the rest of the program's life, once; there are as many as a person gives to things.
pub fn name(name: &str) -> &'static str {
    static NAMES: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut names = NAMES.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.get(name) {
        return known;
    }
    let kept: &'static str = Box::leak(name.to_owned().into_boxed_str());
    names.insert(kept);
    kept
}

/// Starts a thread. The name shows in debuggers, logs and panic messages (Linux keeps 15 bytes of it).
///
/// # Errors
/// When the system has no room for another thread.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that starts threads"
)]
pub fn spawn<T, F>(name: impl Into<String>, intent: Intent, body: F) -> io::Result<Joined<T>>
where
    T: Send + 'static,
    F: FnOnce() -> T + Send + 'static,
{
    let name = name.into();
    let request = crate::request::current();
    let faults = crate::failpoint::current();
    let handle = std::thread::Builder::new()
        .name(name.clone())
        .spawn(move || {
            crate::request::set(request);
            crate::failpoint::set(faults);
            lower(intent);
            body()
        })?;
    Ok(Joined {
        name,
        handle: Some(handle),
    })
}

impl<T> Joined<T> {
    /// The thread's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether the thread has ended, well or not.
    pub fn finished(&self) -> bool {
        self.handle.as_ref().is_none_or(JoinHandle::is_finished)
    }

    /// Lets the thread run to its end with nobody waiting for it: only for one that may be stuck in a read that
    /// cannot be called off and that owns nothing.
    pub fn detach(mut self) {
        drop(self.handle.take());
    }

    /// Leaves a thread alone that hangs, and counts it: whoever waited for it would hang too.
    pub fn abandon(self) {
        ABANDONED.fetch_add(1, Ordering::Relaxed);
        self.detach();
    }

    /// Waits for the thread's end.
    ///
    /// # Errors
    /// [`Panicked`] with the panic's own words.
    pub fn join(mut self) -> Result<T, Panicked> {
        match self.handle.take() {
            Some(handle) => handle.join().map_err(|payload| Panicked {
                thread: self.name.clone(),
                message: words(&*payload),
            }),
            None => unreachable!("join takes the handle by value, once"),
        }
    }
}

impl<T> Drop for Joined<T> {
    fn drop(&mut self) {
        if let Some(handle) = self.handle.take() {
            drop(handle.join());
        }
    }
}

/// Threads of this program that hung and were left alone since it began.
pub fn abandoned() -> u64 {
    ABANDONED.load(Ordering::Relaxed)
}

/// What a panic said.
pub fn words(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(ToString::to_string)
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}

/// Background work steps behind everything else, and pictures behind what waits for a device; the others keep the
/// priority they were born with.
fn lower(intent: Intent) {
    #[cfg(target_os = "linux")]
    if let Some(nice) = match intent {
        Intent::Background => Some(10),
        // A third of the share of a thread at 0 where the two compete, all of it where nobody does.
        Intent::Pictures => Some(5),
        Intent::Control | Intent::Capture | Intent::Encode => None,
    } {
        // Linux keeps a nice value per thread; a refusal leaves the thread where it was, which is harmless.
        rustix::process::setpriority_process(None, nice).ok();
    }
    #[cfg(not(target_os = "linux"))]
    let _: Intent = intent;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_given_at_run_time_is_kept_once() {
        let first = name(&format!("cam:{}", "front"));
        assert_eq!(first, "cam:front");
        assert!(std::ptr::eq(first, name("cam:front")));
    }

    #[test]
    fn a_panic_comes_back_with_the_thread_name_and_the_words() {
        let joined = spawn("doomed", Intent::Background, || -> () {
            panic!("out of {}", "luck")
        })
        .unwrap();
        assert_eq!(
            joined.join(),
            Err(Panicked {
                thread: "doomed".into(),
                message: "out of luck".into()
            })
        );
    }
}
