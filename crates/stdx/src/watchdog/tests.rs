use std::sync::atomic::AtomicBool;

use super::*;
use crate::clock::FakeClock;
use crate::failpoint::{Fault, arm, here};
use crate::queue::{QueueReader, queue};
use crate::thread::abandoned;

const POLICY: Policy = Policy {
    thread: "worker",
    intent: Intent::Encode,
    slow_after: Duration::from_secs(1),
    hangs_after: Duration::from_secs(5),
    restarts: 2,
    after_hang: AfterHang::Abandon,
};

/// Adds up what comes until the queue is closed; passes a point for every number.
struct Sum {
    numbers: QueueReader<u64>,
    sum: u64,
}

fn add(state: &mut Sum, heart: &Heart, _restarts: u32) -> u64 {
    while !state.numbers.finished() {
        heart.beat();
        if let Some(number) = state.numbers.pop() {
            here("add");
            state.sum += number;
        } else {
            SystemClock.sleep(LOOK);
        }
    }
    state.sum
}

fn seen<S: Send + 'static, T: Send + 'static>(dog: &mut Watchdog<S, T>) -> Seen {
    loop {
        match dog.look() {
            Seen::Well => SystemClock.sleep(LOOK),
            news => return news,
        }
    }
}

fn told(seen: &Seen) -> String {
    match seen {
        Seen::Failed(failed) => failed.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_panic_gives_the_state_back_and_the_work_goes_on_from_it() {
    let _armed = arm([Fault::panic("add").on(3)]);
    let (writer, numbers) = queue(8);
    for number in [1, 10, 100, 1000] {
        writer.push(number).unwrap();
    }
    drop(writer);
    let state = Sum { numbers, sum: 0 };
    let mut dog = Watchdog::start(POLICY, SystemClock::shared(), state, add).unwrap();
    let words = told(&seen(&mut dog));
    assert_eq!(
        words,
        "thread worker ended in a panic: failpoint add; started again (1 of 2)"
    );
    assert_eq!(seen(&mut dog), Seen::Ended);
    assert_eq!(dog.restarts(), 1);
    assert_eq!(dog.end().output, Some(1011), "the third number was in hand");
}

#[test]
fn a_thread_that_keeps_failing_is_given_up_after_the_stated_number_of_restarts() {
    let armed = arm([Fault::panic("add").times(100)]);
    let (writer, numbers) = queue(8);
    for number in 1..=8 {
        writer.push(number).unwrap();
    }
    let state = Sum { numbers, sum: 0 };
    let mut dog = Watchdog::start(POLICY, SystemClock::shared(), state, add).unwrap();
    let story: Vec<_> = std::iter::from_fn(|| match seen(&mut dog) {
        Seen::Ended => None,
        news => Some(told(&news)),
    })
    .collect();
    assert_eq!(
        story,
        [
            "thread worker ended in a panic: failpoint add; started again (1 of 2)",
            "thread worker ended in a panic: failpoint add; started again (2 of 2)",
            "thread worker ended in a panic: failpoint add; given up",
        ]
    );
    assert_eq!(armed.hits("add"), 3);
    let end = dog.end();
    assert_eq!(end.output, None);
    assert_eq!(end.state.unwrap().numbers.len(), 5, "nothing else is lost");
}

#[test]
fn a_hang_is_told_twice_then_left_alone_and_never_joined() {
    let armed = arm([Fault::hang("add")]);
    let clock = FakeClock::default();
    let (writer, numbers) = queue(8);
    writer.push(1).unwrap();
    let state = Sum { numbers, sum: 0 };
    let mut dog = Watchdog::start(POLICY, clock.shared(), state, add).unwrap();
    while armed.hanging("add") == 0 {
        SystemClock.sleep(LOOK);
    }
    assert_eq!(dog.look(), Seen::Well);
    clock.advance(Duration::from_millis(1500));
    assert_eq!(dog.look(), Seen::Slow(Duration::from_millis(1500)));
    assert_eq!(dog.look(), Seen::Well, "told once");
    assert!(dog.in_trouble());
    clock.advance(Duration::from_millis(1500));
    assert_eq!(dog.look(), Seen::Well);
    clock.advance(Duration::from_millis(2000));
    let before = abandoned();
    assert_eq!(
        told(&dog.look()),
        "thread worker has given no sign of life for 5 s; given up"
    );
    assert!(abandoned() > before);
    assert_eq!(dog.look(), Seen::Ended);
    let end = dog.end();
    assert!(end.state.is_none() && end.output.is_none());
}

#[test]
fn an_owner_that_was_away_itself_judges_nobody() {
    let clock = FakeClock::default();
    let (_writer, numbers) = queue(8);
    let armed = arm([Fault::hang("add")]);
    let idle = |_: &mut QueueReader<u64>, heart: &Heart, _: u32| {
        heart.beat();
        here("add");
    };
    let mut dog = Watchdog::start(POLICY, clock.shared(), numbers, idle).unwrap();
    while dog.heart.count() == 0 {
        SystemClock.sleep(LOOK);
    }
    dog.look();
    // The program was stopped for an hour and its owner wakes first.
    clock.advance(Duration::from_secs(3600));
    assert!(matches!(dog.look(), Seen::Slow(_)));
    dog.heart.beat();
    assert_eq!(dog.look(), Seen::Again);
    drop(armed);
}

#[test]
fn a_hang_can_be_replaced_and_the_old_thread_is_not_heard_any_more() {
    let armed = arm([Fault::hang("add")]);
    let clock = FakeClock::default();
    let (writer, numbers) = queue(8);
    writer.push(1).unwrap();
    let (again, other) = queue(8);
    again.push(7).unwrap();
    drop(again);
    let mut spare = Some(Sum {
        numbers: other,
        sum: 0,
    });
    let mut dog = Watchdog::start(POLICY, clock.shared(), Sum { numbers, sum: 0 }, add)
        .unwrap()
        .or_anew(move || spare.take());
    while armed.hanging("add") == 0 {
        SystemClock.sleep(LOOK);
    }
    dog.look();
    clock.advance(POLICY.hangs_after / 2);
    assert!(matches!(dog.look(), Seen::Slow(_)));
    clock.advance(POLICY.hangs_after / 2);
    assert_eq!(
        told(&dog.look()),
        "thread worker has given no sign of life for 5 s; started again (1 of 2)"
    );
    assert_eq!(seen(&mut dog), Seen::Ended);
    assert_eq!(dog.end().output, Some(7));
}

#[test]
fn a_thread_that_may_come_back_goes_on_where_it_was() {
    let policy = Policy {
        after_hang: AfterHang::Wait,
        ..POLICY
    };
    let armed = arm([Fault::hang("add")]);
    let clock = FakeClock::default();
    let (writer, numbers) = queue(8);
    writer.push(4).unwrap();
    let mut dog = Watchdog::start(policy, clock.shared(), Sum { numbers, sum: 0 }, add).unwrap();
    while armed.hanging("add") == 0 {
        SystemClock.sleep(LOOK);
    }
    dog.look();
    clock.advance(POLICY.hangs_after / 2);
    assert!(matches!(dog.look(), Seen::Slow(_)));
    clock.advance(POLICY.hangs_after / 2);
    assert_eq!(
        told(&dog.look()),
        "thread worker has given no sign of life for 5 s; it may come back"
    );
    assert_eq!(dog.look(), Seen::Well);
    armed.release("add");
    assert_eq!(seen(&mut dog), Seen::Again);
    drop(writer);
    assert_eq!(seen(&mut dog), Seen::Ended);
    assert_eq!(dog.end().output, Some(4));
}

#[test]
fn dropping_waits_for_a_thread_that_lives_but_not_for_one_that_hangs() {
    let policy = Policy {
        hangs_after: Duration::from_millis(30),
        ..POLICY
    };
    let done = Arc::new(AtomicBool::new(false));
    let body = |done: &mut Arc<AtomicBool>, heart: &Heart, _: u32| {
        for _ in 0..60 {
            heart.beat();
            SystemClock.sleep(LOOK);
        }
        here("after");
        done.store(true, Ordering::Release);
    };
    let clock = SystemClock::shared();
    drop(Watchdog::start(policy, Arc::clone(&clock), Arc::clone(&done), body).unwrap());
    assert!(done.swap(false, Ordering::AcqRel), "waited to its end");
    let _armed = arm([Fault::hang("after")]);
    drop(Watchdog::start(policy, clock, Arc::clone(&done), body).unwrap());
    assert!(!done.load(Ordering::Acquire), "left alone");
}

#[test]
fn work_far_below_the_body_gives_a_sign_of_life_of_its_own_thread() {
    // Nobody watches this thread, and nothing happens.
    super::alive();
    let heart = Heart::default();
    OWN.set(Some(heart.clone()));
    super::alive();
    super::alive();
    OWN.set(None);
    assert_eq!(heart.count(), 2);
}

#[test]
fn an_owner_in_a_hurry_leaves_a_thread_alone_that_does_not_end() {
    let armed = arm([Fault::hang("add").times(2)]);
    let start = || {
        let (writer, numbers) = queue(8);
        writer.push(1).unwrap();
        Watchdog::start(POLICY, SystemClock::shared(), Sum { numbers, sum: 0 }, add).unwrap()
    };
    let (mut one, mut two) = (start(), start());
    while armed.hanging("add") < 2 {
        SystemClock.sleep(LOOK);
    }
    one.abandon();
    assert_eq!(one.look(), Seen::Ended);
    two.hurry(Duration::ZERO);
    drop((one, two));
    assert_eq!(armed.hanging("add"), 2, "nobody waited for them");
}

#[test]
fn restarts_that_are_long_ago_do_not_count_where_that_is_forgiven() {
    let _armed = arm([Fault::panic("add").times(100)]);
    let clock = FakeClock::default();
    let (writer, numbers) = queue(8);
    for number in 1..=8 {
        writer.push(number).unwrap();
    }
    let state = Sum { numbers, sum: 0 };
    let mut dog = Watchdog::start(POLICY, clock.shared(), state, add)
        .unwrap()
        .forgiving(Duration::from_secs(600));
    let mut story = Vec::new();
    for minutes in [0, 9, 2, 5] {
        clock.advance(Duration::from_secs(60 * minutes));
        story.push(loop {
            match dog.look() {
                Seen::Failed(failed) => break failed.then,
                _ => SystemClock.sleep(LOOK),
            }
        });
    }
    let again = |nth| Then::Restarted { nth, of: 2 };
    // Two in ten minutes are allowed: at 0 and 9, at 9 and 11; at 16 it would be the third.
    assert_eq!(story, [again(1), again(2), again(2), Then::GivenUp]);
    assert_eq!(dog.restarts(), 3);
}
