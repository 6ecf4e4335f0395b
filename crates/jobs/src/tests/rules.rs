//! The rules of the schedule, one by one.

use std::time::Duration;

use units::MonoTime;

use super::world::{World, kinds};
use crate::schedule::{Effect, JobId, Next, Outcome, Rules, Schedule, Signs, Submitted, WorkerId};
use crate::{Config, Generation, JobError, KindId, Limit, Priority, Product, Refusal, WhyInline};

pub(super) const RENDER: usize = 0;
pub(super) const INFERENCE: usize = 1;
pub(super) const FILE: usize = 3;
pub(super) const ZIP: usize = 5;

pub(super) fn at(millis: u64) -> MonoTime {
    MonoTime(1_000_000_000 + millis * 1_000_000)
}

pub(super) fn schedule(config: &Config) -> Schedule {
    Schedule::new(Rules::of(config, 8), config.limited(kinds()))
}

pub(super) fn with_workers(workers: usize) -> Config {
    Config {
        workers: Some(workers),
        ..Config::default()
    }
}

pub(super) fn queued(schedule: &mut Schedule, millis: u64, kind: usize) -> JobId {
    match schedule.submit(at(millis), World::wanted(kind)) {
        Submitted::Queued(id) => id,
        other => panic!("{other:?}"),
    }
}

/// What was told and answered, in words.
pub(super) fn said(schedule: &mut Schedule) -> Vec<String> {
    let effects = schedule.drain().into_iter();
    let words = effects.filter_map(|effect| match effect {
        Effect::Answer(id, error) => Some(format!("{}: {error}", id.0)),
        Effect::Tell(event) => Some(event.to_string()),
        Effect::Stop(id, reason) => Some(format!("{} stops: {reason:?}", id.0)),
        Effect::Abandon(worker) => Some(format!("worker {} is left", worker.0)),
        Effect::Start(worker) => Some(format!("worker {} starts", worker.0)),
        Effect::WakeOne | Effect::WakeAll => None,
    });
    words.collect()
}

/// Looks every 100 ms until `to`; the jobs in `lively` beat.
pub(super) fn look(schedule: &mut Schedule, from: u64, to: u64, lively: &[JobId]) {
    for millis in (from..=to).step_by(100) {
        schedule.look(at(millis), |id| Signs {
            beats: if lively.contains(&id) { millis + 1 } else { 0 },
            progress: None,
        });
    }
}

#[test]
fn what_is_more_urgent_goes_first_until_the_other_is_due() {
    let mut schedule = schedule(&with_workers(1));
    let worker = WorkerId(1);
    let background = queued(&mut schedule, 0, FILE);
    let export = queued(&mut schedule, 10, ZIP);
    let interactive = queued(&mut schedule, 20, RENDER);
    let mut order = Vec::new();
    for _ in 0..2 {
        let Next::Run(id) = schedule.next(at(30), worker) else {
            panic!("there is work");
        };
        order.push(id);
        schedule.finish(at(40), id, Outcome::Done);
    }
    assert_eq!(order, [interactive, export]);
    // Ten seconds after it was queued the background job goes before whatever came in later.
    queued(&mut schedule, 10_001, RENDER);
    assert_eq!(schedule.next(at(10_002), worker), Next::Run(background));
}

#[test]
fn at_a_checkpoint_more_urgent_work_goes_between_and_its_time_does_not_count() {
    let mut schedule = schedule(&with_workers(1));
    let worker = WorkerId(1);
    let zip = queued(&mut schedule, 0, ZIP);
    assert_eq!(schedule.next(at(0), worker), Next::Run(zip));
    queued(&mut schedule, 5, ZIP);
    assert_eq!(
        schedule.yielding(at(5), worker, zip),
        None,
        "one of its own kind waits"
    );
    let render = queued(&mut schedule, 10, RENDER);
    assert_eq!(schedule.yielding(at(10), worker, zip), Some(render));
    let report = schedule.run_reports(at(2010));
    assert!(report[0].waits && report[0].ran == Duration::from_millis(10));
    schedule.finish(at(2010), render, Outcome::Done);
    let report = schedule.run_reports(at(2015));
    assert_eq!(report[0].ran, Duration::from_millis(15));
    assert_eq!(
        schedule.yielding(at(2015), worker, zip),
        None,
        "nothing more urgent waits"
    );
}

#[test]
fn room_in_a_products_share_wakes_somebody_who_sleeps() {
    let mut config = with_workers(2);
    config.products.of_mut(Product::Preview).workers = Some(1);
    let mut schedule = schedule(&config);
    let zip = queued(&mut schedule, 0, ZIP);
    let file = queued(&mut schedule, 0, FILE);
    assert_eq!(schedule.next(at(0), WorkerId(1)), Next::Run(zip));
    assert_eq!(schedule.next(at(0), WorkerId(2)), Next::Run(file));
    let first = queued(&mut schedule, 1, RENDER);
    queued(&mut schedule, 1, RENDER);
    assert_eq!(schedule.yielding(at(2), WorkerId(1), zip), Some(first));
    schedule.finish(at(3), file, Outcome::Done);
    assert_eq!(
        schedule.next(at(3), WorkerId(2)),
        Next::Wait,
        "its share is full"
    );
    schedule.drain();
    schedule.finish(at(4), first, Outcome::Done);
    let effects = schedule.drain();
    assert!(matches!(effects[..], [Effect::WakeOne]), "{effects:?}");
}

#[test]
fn a_newer_order_of_a_control_or_key_replaces_the_queued_one_and_stops_the_running_one() {
    let mut schedule = schedule(&with_workers(1));
    let mut wanted = World::wanted(RENDER);
    wanted.control = Some("exposure".into());
    let mut story = Vec::new();
    schedule.submit(at(0), wanted.clone());
    assert_eq!(schedule.next(at(1), WorkerId(1)), Next::Run(JobId(1)));
    for millis in [2, 3] {
        schedule.submit(at(millis), wanted.clone());
        story.extend(said(&mut schedule));
    }
    let mut by_key = World::wanted(RENDER);
    by_key.key = Some(7);
    schedule.submit(at(4), by_key.clone());
    by_key.control = wanted.control;
    // One order may take the place of two.
    schedule.submit(at(5), by_key);
    story.extend(said(&mut schedule));
    assert_eq!(
        story,
        [
            "worker 1 starts",
            "1 stops: Replaced",
            "1: a newer order took its place",
            "2: a newer order took its place",
            "3: a newer order took its place",
            "4: a newer order took its place",
        ]
    );
    assert!(
        !schedule.finish(at(6), JobId(1), Outcome::Done),
        "nobody wants it any more"
    );
    assert_eq!(schedule.next(at(7), WorkerId(1)), Next::Run(JobId(5)));
    assert_eq!(schedule.tally().kinds()[RENDER].replaced, 4);
}

#[test]
fn a_full_queue_refuses_with_its_length_and_still_lets_the_newest_take_a_place() {
    let mut config = with_workers(1);
    config.queue = 2;
    let mut schedule = schedule(&config);
    queued(&mut schedule, 0, FILE);
    let mut wanted = World::wanted(RENDER);
    wanted.control = Some("gamma".into());
    schedule.submit(at(0), wanted.clone());
    let refused = schedule.submit(at(1), World::wanted(FILE));
    assert_eq!(
        refused,
        Submitted::Refused(Refusal::QueueFull {
            waiting: 2,
            limit: 2
        })
    );
    assert_eq!(schedule.submit(at(2), wanted), Submitted::Queued(JobId(3)));
    assert_eq!(schedule.tally().kinds()[FILE].refused, 1);
}

#[test]
fn a_product_that_is_off_or_small_work_runs_inline_and_the_figures_say_so() {
    let mut config = with_workers(2);
    config.products.of_mut(Product::Batch).on = false;
    config.products.of_mut(Product::Export).on = false;
    config.products.of_mut(Product::Export).inline = false;
    let mut schedule = schedule(&config);
    let off = schedule.submit(at(0), World::wanted(FILE));
    assert_eq!(off, Submitted::Inline(JobId(1), WhyInline::SwitchedOff));
    let refused = schedule.submit(at(0), World::wanted(ZIP));
    let why = WhyInline::SwitchedOff;
    let product = Product::Export;
    assert_eq!(
        refused,
        Submitted::Refused(Refusal::NoInline { product, why })
    );
    let mut small = World::wanted(RENDER);
    small.bytes = Some(10 * 1024 - 1);
    assert_eq!(
        schedule.submit(at(0), small.clone()),
        Submitted::Inline(JobId(2), WhyInline::Small)
    );
    small.bytes = Some(10 * 1024);
    assert_eq!(schedule.submit(at(0), small), Submitted::Queued(JobId(3)));
    assert_eq!(schedule.tally().inline_runs(WhyInline::SwitchedOff), 1);
    assert_eq!(schedule.tally().kinds()[RENDER].inline, 1);
    assert!(schedule.finish(at(1), JobId(1), Outcome::Done));
    assert_eq!(schedule.tally().kinds()[FILE].done, 1);
}

#[test]
fn a_panic_is_told_with_the_control_that_asked() {
    let mut schedule = schedule(&with_workers(1));
    let mut wanted = World::wanted(RENDER);
    wanted.control = Some("hue".into());
    wanted.request = Some("r-12".into());
    schedule.submit(at(0), wanted);
    schedule.next(at(0), WorkerId(1));
    schedule.drain();
    assert!(schedule.finish(at(1), JobId(1), Outcome::Panicked("index 9".into())));
    let effects = schedule.drain();
    let Some(Effect::Tell(event)) = effects.first() else {
        panic!("{effects:?}");
    };
    assert_eq!(
        event.to_string(),
        "render for `hue` ended in a panic: index 9"
    );
    let about = event.about().unwrap();
    assert_eq!(about.request.as_deref(), Some("r-12"));
    assert_eq!(about.generation, Generation(1));
    assert_eq!(
        schedule.next(at(2), WorkerId(1)),
        Next::Wait,
        "its worker goes on"
    );
}

#[test]
fn a_changed_set_up_holds_for_what_runs() {
    let config = with_workers(1);
    let mut schedule = schedule(&config);
    let render = queued(&mut schedule, 0, RENDER);
    schedule.next(at(0), WorkerId(1));
    let mut shorter = config.clone();
    shorter
        .limits
        .insert("render".into(), Duration::from_millis(200));
    schedule.reconfigure(at(0), Rules::of(&shorter, 8), shorter.limited(kinds()));
    assert_eq!(
        schedule.kinds().all()[0].limit,
        Limit::Total(Duration::from_millis(200))
    );
    schedule.drain();
    look(&mut schedule, 100, 300, &[render]);
    let answers = schedule.drain();
    assert!(answers.iter().any(|effect| matches!(
        effect,
        Effect::Answer(_, JobError::TimedOut { kind: "render", .. })
    )));
    assert_eq!(schedule.waiting_and_running(KindId(RENDER)), (0, 0));
    assert_eq!(Priority::Interactive.patience(), Duration::ZERO);
}
