//! What only time brings, one by one: limits, hangs, idle workers, short memory, saturation.

use std::time::Duration;

use super::rules::{FILE, INFERENCE, RENDER, ZIP, at, look, queued, said, schedule, with_workers};
use super::world::World;
use crate::schedule::{JobId, Next, Outcome, Schedule, Signs, Submitted, WorkerId};
use crate::{Event, Pressure, Product, Refusal};

#[test]
fn a_job_that_takes_too_long_is_answered_and_stopped_and_one_without_progress_too() {
    let mut config = with_workers(2);
    config
        .limits
        .insert("render".into(), Duration::from_secs(1));
    config.limits.insert("zip".into(), Duration::from_secs(2));
    let mut schedule = schedule(&config);
    let render = queued(&mut schedule, 0, RENDER);
    let zip = queued(&mut schedule, 0, ZIP);
    schedule.next(at(0), WorkerId(1));
    schedule.next(at(0), WorkerId(2));
    said(&mut schedule);
    for tenth in 0..=60 {
        schedule.look(at(tenth * 100), |id| Signs {
            beats: tenth + 1,
            // The other one comes on for three seconds.
            progress: (id == zip).then_some((tenth.min(30), 100)),
        });
    }
    assert_eq!(
        said(&mut schedule),
        [
            "render was stopped after 1s: it may not take so long",
            "1 stops: TimedOut",
            "1: render took longer than the 1s that it may take (setting `workers.limits.render`), and was stopped after 1s",
            // Four seconds without a sign of having heard it.
            "render has given no sign of life for 4s: its thread was left alone, another takes its place; 1 of preview hang",
            "worker 1 is left",
            "zip was stopped after 5s: it may not take so long",
            "2 stops: TimedOut",
            "2: zip has come no further for 2s (setting `workers.limits.zip`), and was stopped after 5s, at 30 of 100",
        ]
    );
    assert!(!schedule.finish(at(6100), render, Outcome::Stopped));
    assert_eq!(schedule.next(at(6100), WorkerId(1)), Next::End);
    assert_eq!(schedule.leaked(Product::Preview), 0, "it has come back");
}

#[test]
fn threads_that_hang_are_replaced_until_there_are_too_many_and_then_work_runs_inline() {
    let mut schedule = schedule(&with_workers(1));
    let mut millis = 0;
    for worker in 1..=2 {
        queued(&mut schedule, millis, RENDER);
        let Next::Run(_) = schedule.next(at(millis), WorkerId(worker)) else {
            panic!("there is work");
        };
        queued(&mut schedule, millis, RENDER);
        look(&mut schedule, millis, millis + 4100, &[]);
        millis += 4200;
    }
    let mut story = said(&mut schedule);
    story.retain(|line| !line.contains(" stops") && !line.starts_with("more work"));
    assert_eq!(
        story,
        [
            "worker 1 starts",
            "render has given no sign of life for 4s: its thread was left alone, another takes its place; 1 of preview hang",
            "1: render has given no sign of life for 4s, and its thread was left alone",
            "worker 1 is left",
            "worker 2 starts",
            "render has given no sign of life for 4s: its thread was left alone, another takes its place; 2 of preview hang",
            "2: render has given no sign of life for 4s, and its thread was left alone",
            "worker 2 is left",
            "preview runs where it is asked for from now on: too many of its threads hang",
            "3: the pool cannot do preview any more (too many of its threads hang): asked for again, it runs where it is asked for",
            "4: the pool cannot do preview any more (too many of its threads hang): asked for again, it runs where it is asked for",
        ]
    );
}

#[test]
fn what_waits_under_a_job_that_hangs_is_answered_too() {
    let mut schedule = schedule(&with_workers(1));
    let zip = queued(&mut schedule, 0, ZIP);
    schedule.next(at(0), WorkerId(1));
    let render = queued(&mut schedule, 1, RENDER);
    assert_eq!(schedule.yielding(at(1), WorkerId(1), zip), Some(render));
    said(&mut schedule);
    look(&mut schedule, 0, 4100, &[zip]);
    let story = said(&mut schedule);
    assert!(
        story.contains(
            &"1: zip waited for render on the same thread, which hangs: ask again".to_owned()
        ),
        "{story:?}"
    );
    assert_eq!(schedule.tally().restarts, 1);
}

#[test]
fn an_owner_that_was_away_takes_nobodys_silence_for_a_hang() {
    let mut schedule = schedule(&with_workers(1));
    queued(&mut schedule, 0, FILE);
    schedule.next(at(0), WorkerId(1));
    look(&mut schedule, 0, 1000, &[]);
    said(&mut schedule);
    // The program was stopped for a quarter of a minute.
    look(&mut schedule, 16_000, 16_000, &[]);
    assert_eq!(said(&mut schedule), Vec::<String>::new());
}

#[test]
fn idle_workers_end_after_a_minute_but_for_those_kept_for_a_product_in_use() {
    let mut schedule = schedule(&with_workers(3));
    let ids: Vec<JobId> = (0..3).map(|_| queued(&mut schedule, 0, RENDER)).collect();
    for (worker, id) in (1..=3).zip(&ids) {
        assert_eq!(schedule.next(at(0), WorkerId(worker)), Next::Run(*id));
    }
    for (worker, id) in (1..=3).zip(&ids) {
        schedule.finish(at(100), *id, Outcome::Done);
        assert_eq!(schedule.next(at(100), WorkerId(worker)), Next::Wait);
    }
    schedule.begin_use(Product::Preview);
    let ends = |schedule: &mut Schedule, millis| {
        look(schedule, millis, millis, &[]);
        let known = (1..=3).map(WorkerId);
        known
            .filter(|worker| schedule.next(at(millis), *worker) == Next::End)
            .count()
    };
    assert_eq!(ends(&mut schedule, 60_099), 0);
    assert_eq!(ends(&mut schedule, 60_100), 1);
    assert_eq!(schedule.workers(), 2, "two are kept warm");
    schedule.end_use(Product::Preview);
    look(&mut schedule, 60_200, 60_200, &[]);
    assert_eq!(schedule.workers(), 2, "told to end, and not yet gone");
    let late = queued(&mut schedule, 60_250, RENDER);
    let next: Vec<Next> = [2, 3]
        .into_iter()
        .map(|id| schedule.next(at(60_300), WorkerId(id)))
        .collect();
    assert!(
        next.contains(&Next::Run(late)),
        "work that comes in just then is done: {next:?}"
    );
}

#[test]
fn short_memory_holds_back_what_needs_much_and_lets_it_go_two_seconds_after() {
    let mut schedule = schedule(&with_workers(1));
    schedule.press(at(0), Pressure::System);
    let inference = queued(&mut schedule, 0, INFERENCE);
    let render = queued(&mut schedule, 1, RENDER);
    assert_eq!(schedule.next(at(2), WorkerId(1)), Next::Run(render));
    schedule.finish(at(3), render, Outcome::Done);
    assert_eq!(schedule.next(at(4), WorkerId(1)), Next::Wait);
    let mut small = World::wanted(INFERENCE);
    small.bytes = Some(1);
    assert!(matches!(
        schedule.submit(at(5), small),
        Submitted::Refused(Refusal::Suspended {
            kind: "inference",
            why: Pressure::System
        })
    ));
    schedule.press(at(1000), Pressure::None);
    look(&mut schedule, 2900, 2900, &[]);
    assert_eq!(schedule.next(at(2900), WorkerId(1)), Next::Wait);
    look(&mut schedule, 3000, 3000, &[]);
    assert_eq!(schedule.next(at(3000), WorkerId(1)), Next::Run(inference));
    assert_eq!(
        said(&mut schedule),
        [
            "work that needs much memory waits: the machine's memory runs short",
            "worker 1 starts",
            "memory is there again: what waited for it goes on",
        ]
    );
}

#[test]
fn what_our_own_buffers_hold_back_may_go_alone_because_it_may_free_them() {
    let mut schedule = schedule(&with_workers(2));
    schedule.press(at(0), Pressure::Buffers);
    let first = queued(&mut schedule, 0, INFERENCE);
    let second = queued(&mut schedule, 0, INFERENCE);
    assert_eq!(schedule.next(at(1), WorkerId(1)), Next::Run(first));
    assert_eq!(schedule.next(at(1), WorkerId(2)), Next::Wait);
    schedule.finish(at(2), first, Outcome::Done);
    assert_eq!(schedule.next(at(3), WorkerId(1)), Next::Run(second));
}

#[test]
fn saturation_is_told_when_it_comes_and_when_it_goes() {
    let mut schedule = schedule(&with_workers(1));
    let ids: Vec<JobId> = (0..4).map(|_| queued(&mut schedule, 0, FILE)).collect();
    look(&mut schedule, 0, 1000, &[]);
    assert!(schedule.saturated());
    for id in ids {
        assert_eq!(schedule.next(at(1000), WorkerId(1)), Next::Run(id));
        schedule.finish(at(1000), id, Outcome::Done);
    }
    look(&mut schedule, 1100, 2200, &[]);
    assert!(!schedule.saturated());
    let told = said(&mut schedule);
    assert!(
        told.contains(&Event::Saturated(true).to_string()),
        "{told:?}"
    );
    assert!(
        told.contains(&Event::Saturated(false).to_string()),
        "{told:?}"
    );
}
