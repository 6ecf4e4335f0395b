//! The pool with its threads when something goes wrong.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use stdx::clock::FakeClock;
use stdx::failpoint::{Fault, arm};

use super::pool::{PATIENCE, answer, held, pool, setup};
use super::world::kinds;
use crate::{Config, Ctx, Event, JobError, Setup, Stop, Ticket, WhyInline};

#[test]
fn where_the_system_gives_no_thread_the_asking_one_does_the_work() {
    let armed = arm([Fault::error("jobs:thread", std::io::ErrorKind::WouldBlock)]);
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let clock = FakeClock::default();
    let pool = setup(2)
        .clock(clock.shared())
        .watched_by_hand()
        .tell(move |event| listener.lock().unwrap().push(event.clone()))
        .build()
        .unwrap();
    let own = std::thread::current().id();
    let here = move |_: &Ctx| Ok(std::thread::current().id() == own);
    assert!(pool.run(pool.order("render").unwrap(), here).unwrap());
    assert_eq!(armed.hits("jobs:thread"), 1);
    assert!(matches!(
        &told.lock().unwrap()[..],
        [Event::NoThread { .. }]
    ));
    // Nobody asks the system again for ten seconds; then there may be one.
    assert!(pool.run(pool.order("render").unwrap(), here).unwrap());
    clock.advance(Duration::from_secs(10));
    assert!(!pool.run(pool.order("render").unwrap(), here).unwrap());
    let telemetry = pool.telemetry();
    let why = WhyInline::NoThread.to_string();
    let inline = telemetry
        .inline
        .iter()
        .find(|inline| inline.why == why)
        .unwrap();
    assert_eq!(inline.count, 2);
}

#[test]
fn a_failure_and_a_panic_are_the_jobs_own_and_the_worker_goes_on() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let pool = setup(1)
        .tell(move |event| listener.lock().unwrap().push(event.to_string()))
        .build()
        .unwrap();
    let order = || pool.order("render").unwrap().control("blur");
    let failed = pool.run(order(), |_| {
        let number: u32 = "seven".parse()?;
        Ok(number)
    });
    assert_eq!(
        failed.unwrap_err().to_string(),
        "invalid digit found in string"
    );
    let panicked = pool.run(order(), |_| -> Result<(), Stop> {
        panic!("out of {}", "luck")
    });
    assert_eq!(
        panicked.unwrap_err().to_string(),
        "render ended in a panic: out of luck"
    );
    assert_eq!(pool.run(order(), |_| Ok(1)).unwrap(), 1);
    assert_eq!(pool.telemetry().workers[0].worker, 1);
    assert_eq!(
        *told.lock().unwrap(),
        [
            "render for `blur` failed: invalid digit found in string",
            "render for `blur` ended in a panic: out of luck",
        ]
    );
}

#[test]
fn a_thread_that_hangs_is_left_alone_and_another_goes_on() {
    let armed = arm([Fault::hang("jobs:run")]);
    let clock = FakeClock::default();
    let told = Arc::new(Mutex::new(Vec::new()));
    let listener = Arc::clone(&told);
    let pool = setup(1)
        .clock(clock.shared())
        .watched_by_hand()
        .tell(move |event| listener.lock().unwrap().push(event.to_string()))
        .build()
        .unwrap();
    let order = || pool.order("render").unwrap().control("hue");
    let stuck = pool.submit(order(), |_| Ok(1)).unwrap();
    while armed.hanging("jobs:run") == 0 {
        std::thread::yield_now();
    }
    let waits = pool
        .submit(pool.order("render").unwrap(), |_| Ok(2))
        .unwrap();
    pool.look();
    for _ in 0..3 {
        clock.advance(Duration::from_secs(2));
        pool.look();
    }
    assert_eq!(
        answer(stuck).unwrap_err().to_string(),
        "render has given no sign of life for 4s, and its thread was left alone"
    );
    assert_eq!(answer(waits).unwrap(), 2);
    assert_eq!(pool.telemetry().restarts, 1);
    assert_eq!(pool.telemetry().products[0].leaked, 1);
    armed.release("jobs:run");
    while pool.telemetry().products[0].leaked > 0 {
        std::thread::yield_now();
    }
    let mut told = told.lock().unwrap();
    told.retain(|line| !line.starts_with("more work"));
    assert_eq!(
        *told,
        [
            "render for `hue` has given no sign of life for 4s: its thread was left alone, another takes its place; 1 of preview hang",
            "a thread of preview that hung has come back; 0 still hang",
        ]
    );
}

#[test]
fn the_pools_own_watcher_stops_what_takes_too_long() {
    let mut config = Config::default();
    let limit = Duration::from_millis(10);
    config.limits.insert("render".to_owned(), limit);
    let pool = Setup::new(config, kinds()).cores(2).build().unwrap();
    let endless = |ctx: &Ctx| -> Result<(), Stop> {
        loop {
            ctx.checkpoint()?;
        }
    };
    let ticket = pool.submit(pool.order("render").unwrap(), endless).unwrap();
    match answer(ticket) {
        Err(JobError::TimedOut {
            limit: told, ran, ..
        }) => assert!(told == limit && ran >= limit),
        other => panic!("{other:?}"),
    }
    assert_eq!(pool.run(pool.order("file").unwrap(), |_| Ok(5)).unwrap(), 5);
}

#[test]
fn the_end_answers_what_runs_and_what_waits() {
    let pool = pool(1);
    let (begun, wait) = mpsc::sync_channel(1);
    let (_go, gate) = mpsc::sync_channel(1);
    let runs = pool
        .submit(pool.order("zip").unwrap(), held(begun, gate))
        .unwrap();
    wait.recv().unwrap();
    let waits: Vec<Ticket<()>> = (0..3)
        .map(|_| pool.submit(pool.order("zip").unwrap(), |_| Ok(())).unwrap())
        .collect();
    let handle = runs.handle();
    pool.end(PATIENCE);
    assert!(matches!(runs.try_take().unwrap(), Err(JobError::Ending)));
    for ticket in waits {
        assert!(matches!(ticket.try_take().unwrap(), Err(JobError::Ending)));
    }
    assert!(!handle.cancel());
}

#[test]
fn short_memory_holds_inference_back_until_it_is_there_again() {
    let clock = FakeClock::default();
    let short = Arc::new(AtomicBool::new(true));
    let asked = Arc::clone(&short);
    let pool = setup(1)
        .clock(clock.shared())
        .watched_by_hand()
        .memory_short(move || asked.load(Ordering::SeqCst))
        .build()
        .unwrap();
    pool.look();
    let ticket = pool
        .submit(pool.order("inference").unwrap(), |_| Ok(()))
        .unwrap();
    pool.run(pool.order("render").unwrap(), |_| Ok(())).unwrap();
    assert_eq!(
        pool.telemetry().suspended.as_deref(),
        Some("the machine's memory runs short")
    );
    let ticket = ticket.try_take().unwrap_err();
    short.store(false, Ordering::SeqCst);
    for _ in 0..6 {
        clock.advance(Duration::from_millis(500));
        pool.look();
    }
    answer(ticket).unwrap();
    assert_eq!(pool.telemetry().suspended, None);
}
