//! Ctrl-C, SIGTERM, SIGHUP and the end of a login: the first asks for an orderly end, a second Ctrl-C is an
//! emergency stop, one more releases the arm gently. A real-time thread that computes without a wait (SIGXCPU) loses its place.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::time::Duration;

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXCPU};
use signal_hook::iterator::{Handle, Signals};
use stdx::thread::{Intent, Joined, spawn};
use stdx::{Clock as _, SystemClock};
use units::MonoTime;

/// Interrupts that come closer together than this are one: `timeout` sends one to its child and one to its group, and
/// no finger is so fast.
const ONE_PRESS: Duration = Duration::from_millis(50);

/// What the signals so far ask for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    presses: Arc<AtomicU32>,
    ends: Arc<AtomicU32>,
    last: Arc<AtomicI32>,
}

impl Asked {
    /// How often Ctrl-C was pressed; an end that was asked for in another way counts as the first.
    pub fn presses(&self) -> u32 {
        let ends = self.ends.load(Ordering::Acquire).min(1);
        self.presses.load(Ordering::Acquire).max(ends)
    }

    /// How often an end was asked for by something else than Ctrl-C: a logout, a closed terminal, `kill`.
    pub fn ends(&self) -> u32 {
        self.ends.load(Ordering::Acquire)
    }

    /// The signal that asked first, once one has.
    pub fn signal(&self) -> Option<i32> {
        match self.last.load(Ordering::Acquire) {
            0 => None,
            signal => Some(signal),
        }
    }

    /// An end that no signal asked for: nobody can ask any more.
    pub fn leave(&self) {
        self.ends.fetch_add(1, Ordering::AcqRel);
    }

    /// One more request, as if the signal had come. Only Ctrl-C counts up: a logout may send several of the others,
    /// and none of them means that somebody saw the arm do harm.
    pub fn ask(&self, signal: i32) -> u32 {
        let _kept_first =
            self.last
                .compare_exchange(0, signal, Ordering::AcqRel, Ordering::Acquire);
        if signal == SIGINT {
            self.presses.fetch_add(1, Ordering::AcqRel) + 1
        } else {
            self.ends.fetch_add(1, Ordering::AcqRel);
            0
        }
    }
}

/// When an interrupt last counted.
#[derive(Debug, Default)]
struct Counted(Option<MonoTime>);

impl Counted {
    /// Whether a signal that came now asks for something; an interrupt that repeats the last one does not.
    fn asks(&mut self, signal: i32, now: MonoTime) -> bool {
        if signal != SIGINT {
            return true;
        }
        if self.0.is_some_and(|last| now.since(last) < ONE_PRESS) {
            return false;
        }
        self.0 = Some(now);
        true
    }
}

/// Listens until it is dropped.
#[derive(Debug)]
pub struct Listener {
    /// What was asked so far.
    pub asked: Asked,
    handle: Handle,
    thread: Option<Joined<()>>,
}

impl Listener {
    /// Listens for signals; `on_ask` is called on the listening thread with the number of requests so far.
    ///
    /// # Errors
    /// When the system refuses the handlers or the thread.
    pub fn start(on_ask: impl Fn(u32) + Send + 'static) -> io::Result<Self> {
        let mut signals = Signals::new([SIGINT, SIGTERM, SIGHUP, SIGXCPU])?;
        stdx::priority::watch_overruns();
        let handle = signals.handle();
        let asked = Asked::default();
        let shared = asked.clone();
        let thread = spawn("signals", Intent::Capture, move || {
            let mut counted = Counted::default();
            for signal in signals.forever() {
                if signal == SIGXCPU {
                    overrun();
                    continue;
                }
                if counted.asks(signal, SystemClock.now()) {
                    on_ask(shared.ask(signal));
                }
            }
        })?;
        Ok(Self {
            asked,
            handle,
            thread: Some(thread),
        })
    }
}

/// A real-time thread computes on and on: the kernel would end this program soon, with the motors still pushing.
fn overrun() {
    let (threads, failed) = stdx::priority::demote_all();
    tracing::error!(
        threads,
        "a real-time thread computed for too long; it goes on as an ordinary one"
    );
    for why in failed {
        tracing::error!("a real-time thread could not be made an ordinary one: {why}");
    }
}

impl Listener {
    /// Whether nobody listens any more.
    pub fn ended(&self) -> bool {
        self.thread.as_ref().is_none_or(Joined::finished)
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.handle.close();
        drop(self.thread.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interrupts_at_the_same_moment_are_one_and_a_stream_of_them_is_not() {
        let mut counted = Counted::default();
        for (at_ms, signal, asks) in [
            (0, SIGINT, true),
            (0, SIGINT, false),
            (49, SIGINT, false),
            (49, SIGTERM, true),
            (50, SIGINT, true),
            (99, SIGINT, false),
            (100, SIGINT, true),
            (101, SIGHUP, true),
        ] {
            let now = MonoTime(at_ms * 1_000_000);
            assert_eq!(counted.asks(signal, now), asks, "{signal} at {at_ms} ms");
        }
    }

    #[test]
    fn the_warning_before_the_kernel_ends_a_busy_program_does_not_end_it_and_asks_for_nothing() {
        let listener = Listener::start(|_| {}).unwrap();
        signal_hook::low_level::raise(SIGXCPU).unwrap();
        // Signals that count, after it, show that it was taken and did not count.
        let until = SystemClock.now() + Duration::from_secs(10);
        for ends in 1..=2 {
            signal_hook::low_level::raise(SIGHUP).unwrap();
            while listener.asked.ends() < ends {
                assert!(SystemClock.now() < until, "no signal came");
                SystemClock.sleep(Duration::from_millis(1));
            }
        }
        assert_eq!(listener.asked.ends(), 2);
        assert!(!listener.ended());
    }
}
