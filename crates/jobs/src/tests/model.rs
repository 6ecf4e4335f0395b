//! The threads' shell over a model checker, which tries thousands of orders in which threads may run, and fails when all
//! of them wait.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use stdx::clock::FakeClock;

use super::world::kinds;
use crate::{Config, JobError, Product, Refusal, Stop};
use shell::{Ctx, Pool, Setup, Ticket};

/// Threads, locks and atomics of the model checker, in the shape of `crate::sync`.
mod sync {
    pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
    pub(crate) use shuttle::sync::{Condvar, Mutex, MutexGuard};
    pub(crate) use shuttle::thread::ThreadId;
    pub(crate) use shuttle::thread_local;
    pub(crate) use std::sync::PoisonError;

    use std::io;
    use std::sync::Arc;
    use std::time::Duration;

    pub(crate) struct Thread {
        handle: shuttle::thread::JoinHandle<()>,
        over: Arc<AtomicBool>,
    }

    pub(crate) fn spawn(_: String, body: impl FnOnce() + Send + 'static) -> io::Result<Thread> {
        // Also the system is asked in vain now and then.
        stdx::failpoint::error("jobs:thread")?;
        let over = Arc::new(AtomicBool::new(false));
        let done = Arc::clone(&over);
        let handle = shuttle::thread::spawn(move || {
            body();
            done.store(true, Ordering::SeqCst);
        });
        Ok(Thread { handle, over })
    }

    impl Thread {
        pub(crate) fn finished(&self) -> bool {
            self.over.load(Ordering::SeqCst)
        }

        pub(crate) fn leave(self) {}

        pub(crate) fn detach(self) {}

        /// Waits however long it takes: one that never ends is what the checker is to find.
        pub(crate) fn join_within(self, _: Duration) -> bool {
            self.handle.join().is_ok()
        }
    }

    pub(crate) fn this_thread() -> ThreadId {
        shuttle::thread::current().id()
    }
}

// Compiled once more, with the `sync` above beside it.
#[expect(
    clippy::duplicate_mod,
    reason = "the same source over other threads is what this is about"
)]
#[allow(dead_code, unused_imports, unreachable_pub)]
#[path = "../shell/mod.rs"]
mod shell;

/// Tries `scenario` in many orders: at random, and with few changes between threads, which finds what needs an unlucky
/// one at a certain place.
fn explore(scenario: impl Fn() + Send + Sync + 'static) {
    let scenario = Arc::new(scenario);
    let again = Arc::clone(&scenario);
    shuttle::check_random(move || scenario(), 700);
    shuttle::check_pct(move || again(), 700, 3);
}

fn pool(workers: usize, change: impl FnOnce(&mut Config)) -> Pool {
    pool_by(&FakeClock::default(), workers, change)
}

fn pool_by(clock: &FakeClock, workers: usize, change: impl FnOnce(&mut Config)) -> Pool {
    let mut config = Config {
        workers: Some(workers),
        ..Config::default()
    };
    change(&mut config);
    Setup::new(config, kinds())
        .cores(8)
        .clock(clock.shared())
        .watched_by_hand()
        .build()
        .unwrap()
}

fn ask(pool: &Pool, kind: &str, control: &'static str, value: u32) -> Ticket<u32> {
    let order = pool.order(kind).unwrap().control(control);
    pool.submit(order, move |ctx: &Ctx| -> Result<u32, Stop> {
        ctx.checkpoint()?;
        ctx.progress(1, 2);
        ctx.checkpoint()?;
        Ok(value)
    })
    .unwrap()
}

#[test]
fn two_who_move_one_control_are_both_answered_and_only_older_work_gives_way() {
    explore(|| {
        let pool = Arc::new(pool(2, |_| {}));
        let other = Arc::clone(&pool);
        let mover = shuttle::thread::spawn(move || {
            let first = ask(&other, "render", "hue", 1);
            let second = ask(&other, "render", "hue", 2);
            let generations = (first.generation(), second.generation());
            (generations, first.wait(), second.wait())
        });
        let third = ask(&pool, "render", "hue", 3);
        let third = (third.generation(), third.wait());
        let ((first_at, second_at), first, second) = mover.join().unwrap();
        let newest = first_at.max(second_at).max(third.0);
        for (at, answer, value) in [
            (first_at, first, 1),
            (second_at, second, 2),
            (third.0, third.1, 3),
        ] {
            match answer {
                Ok(got) => assert_eq!(got, value),
                Err(JobError::Replaced { by }) => assert!(by > at && at < newest),
                Err(other) => panic!("{other}"),
            }
        }
    });
}

#[test]
fn a_job_called_off_at_any_moment_has_one_answer_and_its_worker_goes_on() {
    explore(|| {
        let pool = pool(1, |_| {});
        let ticket = ask(&pool, "zip", "save", 1);
        let handle = ticket.handle();
        let canceller = shuttle::thread::spawn(move || handle.cancel());
        let after = ask(&pool, "zip", "other", 2);
        let cancelled = match ticket.wait() {
            Ok(value) => {
                assert_eq!(value, 1);
                false
            }
            Err(JobError::Cancelled) => true,
            Err(other) => panic!("{other}"),
        };
        assert_eq!(canceller.join().unwrap(), cancelled);
        assert_eq!(after.wait().unwrap(), 2);
    });
}

#[test]
fn an_end_at_any_moment_answers_everybody_and_leaves_no_thread() {
    explore(|| {
        let pool = Arc::new(pool(2, |_| {}));
        let asker = Arc::clone(&pool);
        let asked = shuttle::thread::spawn(move || {
            let order = asker.order("file").unwrap();
            let inside = Arc::clone(&asker);
            let ticket = asker.submit(order, move |ctx: &Ctx| {
                drop(inside);
                ctx.checkpoint()
            });
            // The pool ends with whoever lets go of it last: here, there, or in the job.
            drop(asker);
            match ticket {
                Ok(ticket) => assert!(matches!(ticket.wait(), Ok(()) | Err(JobError::Ending))),
                Err(refusal) => assert_eq!(refusal, Refusal::Ending),
            }
        });
        let own = ask(&pool, "render", "hue", 1);
        drop(pool);
        assert!(matches!(own.wait(), Ok(1) | Err(JobError::Ending)));
        asked.join().unwrap();
    });
}

#[test]
fn a_product_with_a_small_share_leaves_nobody_asleep() {
    explore(|| {
        let pool = pool(2, |config| {
            config.products.of_mut(Product::Preview).workers = Some(1);
        });
        let tickets: Vec<_> = [
            ("render", "a"),
            ("zip", "b"),
            ("render", "c"),
            ("file", "d"),
        ]
        .map(|(kind, control)| ask(&pool, kind, control, 1))
        .into();
        for ticket in tickets {
            assert_eq!(ticket.wait().unwrap(), 1);
        }
    });
}

#[test]
fn what_is_urgent_goes_between_and_both_are_answered_once() {
    explore(|| {
        let pool = pool(1, |_| {});
        let answers = Arc::new(AtomicU32::new(0));
        for (kind, control) in [("file", "a"), ("zip", "b"), ("render", "c")] {
            let answers = Arc::clone(&answers);
            ask(&pool, kind, control, 1).then(move |answer| {
                assert_eq!(answer.unwrap(), 1);
                answers.fetch_add(1, Ordering::SeqCst);
            });
        }
        let last = ask(&pool, "render", "d", 2);
        assert_eq!(last.wait().unwrap(), 2);
        // The last of the background; the others may still be under way.
        assert_eq!(ask(&pool, "file", "e", 3).wait().unwrap(), 3);
        pool.end(Duration::ZERO);
        assert_eq!(answers.load(Ordering::SeqCst), 3);
    });
}

#[test]
fn a_worker_that_is_told_to_end_still_does_what_comes_in_just_then() {
    explore(|| {
        let clock = FakeClock::default();
        let pool = Arc::new(pool_by(&clock, 1, |config| {
            // It may be running when the minute passes.
            let hour = Duration::from_secs(3600);
            config.limits.insert("render".to_owned(), hour);
        }));
        assert_eq!(ask(&pool, "render", "hue", 1).wait().unwrap(), 1);
        let watched = Arc::clone(&pool);
        let watcher = shuttle::thread::spawn(move || {
            clock.advance(Duration::from_secs(61));
            watched.look();
        });
        assert_eq!(ask(&pool, "render", "hue", 2).wait().unwrap(), 2);
        watcher.join().unwrap();
    });
}

#[test]
fn a_job_that_comes_back_just_as_its_thread_is_given_up_has_one_answer() {
    explore(|| {
        let clock = FakeClock::default();
        let pool = Arc::new(pool_by(&clock, 1, |_| {}));
        let watched = Arc::clone(&pool);
        let watcher = shuttle::thread::spawn(move || {
            for _ in 0..4 {
                watched.look();
                clock.advance(Duration::from_secs(2));
            }
        });
        let answers = Arc::new(AtomicU32::new(0));
        for control in ["a", "b"] {
            let answers = Arc::clone(&answers);
            ask(&pool, "render", control, 1).then(move |answer| {
                assert!(matches!(
                    answer,
                    Ok(1) | Err(JobError::Hung { .. } | JobError::NoWorker { .. })
                ));
                answers.fetch_add(1, Ordering::SeqCst);
            });
        }
        watcher.join().unwrap();
        let last = ask(&pool, "zip", "c", 2);
        assert_eq!(last.wait().unwrap(), 2);
        drop(pool);
        assert_eq!(answers.load(Ordering::SeqCst), 2);
    });
}
