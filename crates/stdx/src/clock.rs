//! Time as a thing one is handed: the machine's monotonic clock, or one that a test moves by hand.
//!
//! Every wait in the house goes through a [`Clock`], so that no test has to sleep.

use std::fmt::Debug;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use units::MonoTime;

/// A source of instants and of waiting.
pub trait Clock: Debug + Send + Sync {
    /// The present instant. Never earlier than an instant returned before.
    fn now(&self) -> MonoTime;

    /// Returns at `instant` or as soon after it as the machine allows; at once when it has passed.
    fn sleep_until(&self, instant: MonoTime);

    /// Waits for `span` from now.
    fn sleep(&self, span: Duration) {
        self.sleep_until(self.now() + span);
    }
}

/// The machine's monotonic clock, shared by all its processes.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl SystemClock {
    /// The system clock as the shared handle that most constructors take.
    pub fn shared() -> Arc<dyn Clock> {
        Arc::new(Self)
    }
}

#[cfg(unix)]
impl Clock for SystemClock {
    fn now(&self) -> MonoTime {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
        MonoTime(time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64)
    }

    fn sleep_until(&self, instant: MonoTime) {
        #[cfg(target_os = "linux")]
        {
            let request = rustix::time::Timespec {
                tv_sec: (instant.0 / 1_000_000_000) as i64,
                tv_nsec: (instant.0 % 1_000_000_000) as _,
            };
            // An absolute wait needs no correction after a signal: it is simply asked for again.
            while self.now() < instant {
                match rustix::thread::clock_nanosleep_absolute(
                    rustix::thread::ClockId::Monotonic,
                    &request,
                ) {
                    Ok(()) => return,
                    Err(rustix::io::Errno::INTR) => {}
                    Err(_) => return sleep_relative(instant.since(self.now())),
                }
            }
        }
        #[cfg(not(target_os = "linux"))]
        sleep_relative(instant.since(self.now()));
    }
}

#[cfg(not(unix))]
impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that others ask"
    )]
    fn now(&self) -> MonoTime {
        use std::sync::OnceLock;
        static ZERO: OnceLock<std::time::Instant> = OnceLock::new();
        let zero = *ZERO.get_or_init(std::time::Instant::now);
        MonoTime(zero.elapsed().as_nanos() as u64)
    }

    fn sleep_until(&self, instant: MonoTime) {
        sleep_relative(instant.since(self.now()));
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the clock that others ask"
)]
fn sleep_relative(span: Duration) {
    std::thread::sleep(span);
}

/// A clock that stands still until it is told to move, or until somebody sleeps on it.
///
/// Sleeping moves the clock to the wanted instant instead of waiting, so a loop of an hour runs in the
/// time its work takes. Clones share one time.
#[derive(Debug, Clone)]
pub struct FakeClock(Arc<AtomicU64>);

impl Default for FakeClock {
    /// A clock at one second, so that subtracting a little from its start does not saturate.
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(1_000_000_000)))
    }
}

impl FakeClock {
    /// Moves time on by `span`.
    pub fn advance(&self, span: Duration) {
        self.0.fetch_add(span.as_nanos() as u64, Ordering::SeqCst);
    }

    /// This clock as the shared handle that most constructors take.
    pub fn shared(&self) -> Arc<dyn Clock> {
        Arc::new(self.clone())
    }
}

impl Clock for FakeClock {
    fn now(&self) -> MonoTime {
        MonoTime(self.0.load(Ordering::SeqCst))
    }

    fn sleep_until(&self, instant: MonoTime) {
        self.0.fetch_max(instant.0, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sleeping_on_a_fake_clock_moves_it_and_never_back() {
        let clock = FakeClock::default();
        let start = clock.now();
        clock.sleep(Duration::from_secs(3600));
        assert_eq!(clock.now().since(start), Duration::from_secs(3600));
        clock.sleep_until(start);
        assert_eq!(clock.now().since(start), Duration::from_secs(3600));
    }

    #[test]
    fn the_system_clock_does_not_return_before_the_instant() {
        let clock = SystemClock;
        let until = clock.now() + Duration::from_millis(2);
        clock.sleep_until(until);
        assert!(clock.now() >= until);
    }
}
