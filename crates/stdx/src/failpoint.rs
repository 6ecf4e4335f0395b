//! Named points in long-lived threads at which a test can make the thread panic, hang or meet an error.
//!
//! A test arms faults for the thread it runs on; every thread that one starts inherits them, so that tests side by
//! side do not disturb each other. Nothing here locks, so a control loop may pass a point in every cycle.
//!
//! The points exist only where debug assertions do, which is in tests: in a release build [`here`] and [`error`] are
//! empty, so the program people run cannot be made to fail from outside, and pays nothing. With debug assertions an
//! unarmed point costs one look at a thread-local, 29 ns unoptimised (`cargo test -p stdx -- --ignored cost`).
//! Not here: noticing that a thread failed (their owners do).

use std::cell::RefCell;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::clock::{Clock, SystemClock};

/// Time between two looks of a hanging thread at whether it may go on.
const LOOK: Duration = Duration::from_millis(1);

thread_local! {
    static ARMED: RefCell<Option<Arc<Plan>>> = const { RefCell::new(None) };
}

/// The faults a test armed; what its threads share.
#[derive(Debug)]
pub(crate) struct Plan {
    faults: Vec<Planned>,
    over: AtomicBool,
}

#[derive(Debug)]
struct Planned {
    point: &'static str,
    what: What,
    /// The first passing that is hit; `u64::MAX` while nobody triggered it.
    from: AtomicU64,
    times: u64,
    passed: AtomicU64,
    hit: AtomicU64,
    hanging: AtomicU64,
    released: AtomicBool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Panic,
    Hang,
    Error(io::ErrorKind),
}

/// A fault to be armed. Hits once, at the first passing, unless told otherwise.
#[derive(Debug)]
pub struct Fault {
    point: &'static str,
    what: What,
    from: u64,
    times: u64,
}

impl Fault {
    /// A panic at `point`.
    pub fn panic(point: &'static str) -> Self {
        Self::new(point, What::Panic)
    }

    /// The thread stands still at `point` until [`Armed::release`], or until what was armed is dropped.
    pub fn hang(point: &'static str) -> Self {
        Self::new(point, What::Hang)
    }

    /// An error of this kind at `point`, where [`error`] asks; [`here`] passes it by.
    pub fn error(point: &'static str, kind: io::ErrorKind) -> Self {
        Self::new(point, What::Error(kind))
    }

    /// Hits from the `nth` passing on, counted from 1.
    #[must_use]
    pub fn on(mut self, nth: u64) -> Self {
        self.from = nth.max(1);
        self
    }

    /// Hits in that many passings, one after the other.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// Hits in no passing before [`Armed::trigger`].
    #[must_use]
    pub fn when_triggered(mut self) -> Self {
        self.from = u64::MAX;
        self
    }

    fn new(point: &'static str, what: What) -> Self {
        Self {
            point,
            what,
            from: 1,
            times: 1,
        }
    }
}

/// Faults that are armed for this thread and those it starts. Dropping it ends all hangs and disarms the rest.
#[derive(Debug)]
#[must_use = "dropping it disarms the faults"]
pub struct Armed {
    plan: Arc<Plan>,
    before: Option<Arc<Plan>>,
}

/// Arms faults for the calling thread and for every thread that it starts from now on.
///
/// # Panics
/// In a build without the points: a test that expects a fault must not pass because there was none.
#[expect(
    clippy::assertions_on_constants,
    reason = "the constant differs from build to build"
)]
pub fn arm(faults: impl IntoIterator<Item = Fault>) -> Armed {
    assert!(
        cfg!(debug_assertions),
        "this build has no failpoints; test with debug assertions"
    );
    let planned = |fault: Fault| Planned {
        point: fault.point,
        what: fault.what,
        from: AtomicU64::new(fault.from),
        times: fault.times,
        passed: AtomicU64::new(0),
        hit: AtomicU64::new(0),
        hanging: AtomicU64::new(0),
        released: AtomicBool::new(false),
    };
    let plan = Arc::new(Plan {
        faults: faults.into_iter().map(planned).collect(),
        over: AtomicBool::new(false),
    });
    let before = current();
    set(Some(Arc::clone(&plan)));
    Armed { plan, before }
}

impl Armed {
    /// How often the faults at `point` have hit.
    pub fn hits(&self, point: &str) -> u64 {
        self.at(point)
            .map(|fault| fault.hit.load(Ordering::Acquire))
            .sum()
    }

    /// How often `point` was passed, hit or not.
    pub fn passed(&self, point: &str) -> u64 {
        self.at(point)
            .map(|fault| fault.passed.load(Ordering::Acquire))
            .max()
            .unwrap_or(0)
    }

    /// Threads that stand still at `point` now.
    pub fn hanging(&self, point: &str) -> u64 {
        self.at(point)
            .map(|fault| fault.hanging.load(Ordering::Acquire))
            .sum()
    }

    /// Hits at `point` from the next passing on.
    pub fn trigger(&self, point: &str) {
        for fault in self.at(point) {
            let next = fault.passed.load(Ordering::Acquire) + 1;
            fault.from.store(next, Ordering::Release);
        }
    }

    /// Lets threads that hang at `point` go on, now and later.
    pub fn release(&self, point: &str) {
        for fault in self.at(point) {
            fault.released.store(true, Ordering::Release);
        }
    }

    fn at<'a>(&'a self, point: &'a str) -> impl Iterator<Item = &'a Planned> {
        self.plan
            .faults
            .iter()
            .filter(move |fault| fault.point == point)
    }
}

impl Drop for Armed {
    fn drop(&mut self) {
        self.plan.over.store(true, Ordering::Release);
        set(self.before.take());
    }
}

/// A point that a thread passes: panics or hangs here when a test wants it to.
#[inline]
pub fn here(point: &'static str) {
    if cfg!(debug_assertions) {
        drop(pass(point));
    }
}

/// As [`here`], at a place that can also fail.
///
/// # Errors
/// When a test wants one.
#[inline]
pub fn error(point: &'static str) -> io::Result<()> {
    if cfg!(debug_assertions) {
        pass(point)
    } else {
        Ok(())
    }
}

/// What a thread that is started now inherits.
pub(crate) fn current() -> Option<Arc<Plan>> {
    ARMED
        .try_with(|armed| armed.borrow().clone())
        .ok()
        .flatten()
}

/// From now on this thread meets the faults of `plan`.
pub(crate) fn set(plan: Option<Arc<Plan>>) {
    // A thread that ends has nothing left to arm.
    ARMED.try_with(|armed| *armed.borrow_mut() = plan).ok();
}

fn pass(point: &'static str) -> io::Result<()> {
    let armed = ARMED
        .try_with(|armed| armed.borrow().is_some())
        .unwrap_or(false);
    if !armed || std::thread::panicking() {
        return Ok(());
    }
    match current() {
        Some(plan) => plan.pass(point),
        None => Ok(()),
    }
}

impl Plan {
    fn pass(&self, point: &'static str) -> io::Result<()> {
        for fault in self.faults.iter().filter(|fault| fault.point == point) {
            let nth = fault.passed.fetch_add(1, Ordering::AcqRel) + 1;
            let from = fault.from.load(Ordering::Acquire);
            if self.over.load(Ordering::Acquire)
                || nth < from
                || fault.hit.load(Ordering::Acquire) >= fault.times
            {
                continue;
            }
            fault.hit.fetch_add(1, Ordering::AcqRel);
            match fault.what {
                #[expect(clippy::panic, reason = "a test asked for this panic")]
                What::Panic => panic!("failpoint {point}"),
                What::Hang => self.hang(fault),
                What::Error(kind) => {
                    return Err(io::Error::new(kind, format!("failpoint {point}")));
                }
            }
        }
        Ok(())
    }

    fn hang(&self, fault: &Planned) {
        fault.hanging.fetch_add(1, Ordering::AcqRel);
        while !fault.released.load(Ordering::Acquire) && !self.over.load(Ordering::Acquire) {
            SystemClock.sleep(LOOK);
        }
        fault.hanging.fetch_sub(1, Ordering::AcqRel);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::thread::{Intent, spawn};

    #[test]
    fn a_fault_hits_where_and_when_it_was_armed_and_nowhere_else() {
        let armed = arm([
            Fault::panic("b").on(2),
            Fault::error("c", io::ErrorKind::StorageFull).times(2),
            Fault::panic("d").when_triggered(),
        ]);
        here("a");
        here("b");
        assert!(std::panic::catch_unwind(|| here("b")).is_err());
        here("b");
        assert_eq!((armed.passed("b"), armed.hits("b")), (3, 1));
        let kinds: Vec<_> = (0..3)
            .map(|_| error("c").map_err(|error| error.kind()))
            .collect();
        let full = Err(io::ErrorKind::StorageFull);
        assert_eq!(kinds, [full, full, Ok(())]);
        here("d");
        armed.trigger("d");
        assert!(std::panic::catch_unwind(|| here("d")).is_err());
        drop(armed);
        let armed = arm([Fault::panic("e")]);
        drop(armed);
        here("e");
    }

    #[test]
    fn threads_inherit_what_is_armed_and_others_know_nothing_of_it() {
        let stranger = spawn("stranger", Intent::Encode, || {
            while !std::thread::panicking() {
                here("shared");
                if current().is_none() {
                    return;
                }
            }
        })
        .unwrap();
        let armed = arm([Fault::panic("shared")]);
        let child = spawn("child", Intent::Encode, || {
            let grandchild = spawn("grandchild", Intent::Encode, || here("shared"));
            grandchild.unwrap().join().is_err()
        });
        assert!(child.unwrap().join().unwrap());
        assert!(stranger.join().is_ok());
        assert_eq!(armed.hits("shared"), 1);
    }

    #[test]
    fn a_hang_lasts_until_it_is_released_or_disarmed() {
        let armed = arm([Fault::hang("x"), Fault::hang("y")]);
        let one = spawn("one", Intent::Encode, || here("x")).unwrap();
        let two = spawn("two", Intent::Encode, || here("y")).unwrap();
        while armed.hanging("x") + armed.hanging("y") < 2 {
            std::thread::yield_now();
        }
        armed.release("x");
        one.join().unwrap();
        assert!(!two.finished());
        drop(armed);
        two.join().unwrap();
    }

    /// `cargo test -p stdx -- --ignored --nocapture cost`
    #[test]
    #[ignore = "measures, decides nothing"]
    #[expect(clippy::print_stdout, reason = "a measurement for whoever asked")]
    fn cost() {
        for armed in [false, true] {
            let _armed = armed.then(|| arm([Fault::panic("elsewhere")]));
            let begin = SystemClock.now();
            for _ in 0..1_000_000 {
                here("nowhere");
            }
            let span = SystemClock.now().since(begin);
            println!(
                "armed {armed}: {:.1} ns a passing",
                span.as_nanos() as f64 / 1e6
            );
        }
    }
}
