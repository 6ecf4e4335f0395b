use protocol::ErrorCode;
use stdx::failpoint::{Fault, arm};
use stdx::thread::Intent;
use stdx::watchdog::{AfterHang, Policy, Seen};

use self::bench::{Bench, MemoryStore};
use super::*;
use crate::event::Phase;
use crate::pairing::RowFlags;
use crate::worker::start;

mod bench;
mod cameras;

const POLICY: Policy = Policy {
    thread: "recorder",
    intent: Intent::Encode,
    slow_after: Duration::from_secs(1),
    hangs_after: Duration::from_secs(10),
    restarts: 3,
    after_hang: AfterHang::Abandon,
};

#[test]
fn n_seconds_of_a_stumbling_loop_are_n_times_fps_rows_at_every_pair_of_rates() {
    for (control, fps) in [
        (60, 30),
        (120, 30),
        (120, 60),
        (100, 50),
        (250, 50),
        (60, 60),
    ] {
        let mut bench = Bench::new(control, fps, 4.0, 1, 1024);
        while bench.recorder.poll() {
            bench.run(control / 5);
            bench.stall(control / 3);
        }
        let saved = bench.saved();
        assert_eq!(saved.len(), 1, "{control}/{fps}");
        assert_eq!(saved[0].rows, 4 * u64::from(fps));
        assert_eq!(saved[0].ended, Ended::Time);
        let rows = bench.rows(0);
        let repeated = rows.iter().filter(|r| r.flags.has(RowFlags::REPEATED));
        assert_eq!(repeated.count() as u64, saved[0].marks.repeated);
        assert!(saved[0].marks.repeated > u64::from(fps));
        for (k, row) in rows.iter().enumerate() {
            let due = (k as u64 * control / u64::from(fps)) as f64;
            let (state, action) = (row.state.as_slice()[0], row.action.as_slice()[0]);
            assert!(state <= due && (state == due || row.flags.has(RowFlags::REPEATED)));
            assert_eq!(action, state + 0.5, "state and action are of one cycle");
        }
    }
}

#[test]
fn a_gap_keeps_marks_and_reports_the_episode() {
    let mut bench = Bench::new(120, 30, 10.0, 2, 1024);
    bench.run(121);
    bench.stall(90);
    bench.run(1);
    let saved = bench.saved();
    assert_eq!(saved[0].rows, 31);
    assert!(
        matches!(saved[0].ended, Ended::Gap { seconds: Some(s) } if (s - 91.0 / 120.0).abs() < 1e-9)
    );
    let account = bench.account(0);
    assert_eq!(account["ended"], "gap");
    assert_eq!(account["marks"]["repeated_rows"], 0);
    assert_eq!(account["loop"]["cycles"], 7);
    assert_eq!(account["sent_at_ns"][1], 1_033_733_333u64);
    bench.run(119);
    assert_eq!(bench.recorder.status().phase, Phase::Resetting);
    bench.run(2);
    assert_eq!(
        bench.recorder.status().phase,
        Phase::Recording,
        "it goes on"
    );
}

#[test]
fn a_silent_loop_ends_the_episode_by_the_clock_but_a_slow_recorder_does_not() {
    let mut bench = Bench::new(60, 30, 10.0, 2, 1024);
    bench.run(60);
    // The recorder was away for two seconds; the loop was not.
    bench.cycle(120);
    bench.recorder.poll();
    assert_eq!(bench.recorder.status().rows, 90);
    assert_eq!(bench.saved(), []);
    bench.clock.advance(Duration::from_millis(700));
    bench.recorder.poll();
    let saved = bench.saved();
    assert_eq!(saved[0].rows, 90);
    assert!(matches!(saved[0].ended, Ended::Gap { .. }));
}

#[test]
fn recording_again_leaves_nothing_of_the_discarded_episode() {
    let mut bench = Bench::new(60, 30, 2.0, 1, 1024);
    bench.run(60);
    bench.recorder.command(Command::ReRecord).unwrap();
    {
        let kept = bench.store.0.lock().unwrap();
        assert!(kept.open.is_none() && kept.episodes.is_empty());
    }
    bench.run(300);
    let saved = bench.saved();
    assert_eq!((saved.len(), saved[0].index, saved[0].rows), (1, 0, 60));
    let first = bench.rows(0)[0].state.as_slice()[0];
    assert!(first >= 120.0, "begins after the reset, at {first}");
    assert_eq!(bench.recorder.into_outcome().summary.discarded, 1);
}

#[test]
fn a_discarded_episode_comes_back_with_every_row_and_its_own_account() {
    let mut bench = Bench::new(60, 30, 2.0, 2, 1024);
    bench.run(60);
    bench.recorder.command(Command::ReRecord).unwrap();
    bench.run(100);
    bench.recorder.command(Command::Undo).unwrap();
    bench.run(200);
    let saved = bench.saved();
    assert_eq!(saved.len(), 2);
    let (redone, back) = (bench.rows(0), bench.rows(1));
    assert_eq!((redone.len(), back.len()), (60, 30));
    assert_eq!(back[0].state.as_slice()[0], 0.0);
    assert_eq!(bench.account(1)["sent_at_ns"].as_array().unwrap().len(), 30);
    assert_eq!(bench.recorder.into_outcome().summary.discarded, 0);
}

#[test]
fn a_full_queue_is_counted_told_and_marked_and_time_still_does_not_slip() {
    let mut bench = Bench::new(120, 30, 2.0, 1, 32);
    bench.run(40);
    bench.cycle(52);
    bench.recorder.poll();
    assert!(bench.events().contains(&Event::StepsLost { count: 20 }));
    bench.run(148 + 8);
    let saved = bench.saved();
    assert_eq!(saved[0].rows, 60);
    assert_eq!(saved[0].marks.steps_lost, 20);
    assert_eq!(saved[0].marks.repeated, 5);
    assert_eq!(bench.account(0)["marks"]["steps_lost"], 20);
    assert_eq!(bench.recorder.into_outcome().summary.steps_lost, 20);
}

#[test]
fn a_disk_that_fills_ends_the_session_with_what_it_took_saved() {
    let mut bench = Bench::new(60, 30, 10.0, 2, 1024);
    bench.store.0.lock().unwrap().room = Some(20);
    bench.run(100);
    assert!(!bench.recorder.poll());
    let events = bench.events();
    let failed = events
        .iter()
        .find(|event| matches!(event, Event::StoreFailed { .. }));
    assert!(matches!(
        failed,
        Some(Event::StoreFailed {
            rows_in_journal: 0,
            ..
        })
    ));
    let outcome = bench.recorder.into_outcome();
    assert_eq!(outcome.summary.episodes[0].rows, 20);
    assert_eq!(outcome.summary.episodes[0].ended, Ended::StoreFailed);
    assert_eq!(outcome.summary.failure.unwrap().code, ErrorCode::Disk);
}

#[test]
fn a_disk_that_takes_nothing_any_more_leaves_the_episode_in_its_journal() {
    let mut bench = Bench::new(60, 30, 10.0, 2, 1024);
    bench.run(60);
    bench.store.0.lock().unwrap().refuse_saving = true;
    bench.recorder.command(Command::Stop).unwrap();
    assert!(!bench.recorder.poll());
    let rows_in_journal = bench.events().into_iter().find_map(|event| match event {
        Event::StoreFailed {
            rows_in_journal, ..
        } => Some(rows_in_journal),
        _ => None,
    });
    assert_eq!(rows_in_journal, Some(30));
    assert_eq!(
        bench.store.0.lock().unwrap().open.as_ref().unwrap().len(),
        30
    );
}

#[test]
fn the_status_comes_at_most_twenty_times_a_second() {
    let mut bench = Bench::new(250, 50, 4.0, 1, 1024);
    let mut seen = 0;
    for _ in 0..500 {
        bench.run(1);
        seen += u32::from(bench.status.take().is_some());
    }
    assert!((36..=41).contains(&seen), "{seen} in two seconds");
    let status = bench.recorder.status();
    assert_eq!(
        (status.phase, status.rows, status.rows_wanted),
        (Phase::Recording, 100, 200)
    );
    assert_eq!(status.left, Duration::from_secs(2));
}

#[test]
fn a_whole_session_tells_its_story_in_order() {
    let mut bench = Bench::new(60, 30, 1.0, 2, 1024);
    while bench.recorder.poll() {
        bench.run(1);
    }
    let story: Vec<_> = bench
        .events()
        .iter()
        .map(|event| match event {
            Event::EpisodeStarted { index } => format!("started {index}"),
            Event::EpisodeEnded { rows, .. } => format!("ended {rows}"),
            Event::EpisodeSaved(saved) => format!("saved {}", saved.index),
            Event::SessionEnded(summary) => format!("over {}", summary.rows()),
            other => format!("{other:?}"),
        })
        .collect();
    assert_eq!(
        story,
        [
            "started 0",
            "ended 30",
            "saved 0",
            "started 1",
            "ended 30",
            "saved 1",
            "over 60"
        ]
    );
}

#[test]
fn a_recorder_on_its_thread_answers_commands_and_ends_when_stopped() {
    let mut bench = Bench::new(60, 30, 600.0, 1, 1024);
    bench.cycle(60);
    let handle = start(bench.recorder, POLICY).unwrap();
    let steps = bench.steps.take();
    // The clock is not moved by hand here: the recorder moves it by sleeping on it.
    while handle.command(Command::Pause) == Err(Refusal::NothingRecorded) {}
    assert!(matches!(
        handle.command(Command::Pause),
        Err(Refusal::NotWhile { .. } | Refusal::Ended)
    ));
    handle.stop();
    let outcome = handle.join().unwrap();
    assert_eq!(outcome.summary.rows(), 30);
    drop(steps);
}

#[test]
fn an_arm_that_stands_still_bridges_half_a_second_and_ends_a_longer_gap_by_the_clock() {
    let mut bench = Bench::new(60, 30, 10.0, 2, 1024);
    let still = Command::StoodStill { emergency: false };
    bench.run(60);
    bench.recorder.command(still).unwrap();
    // What the arm does while it is held is no part of the episode, and no reason to end it.
    bench.run(20);
    bench.recorder.command(Command::Follows).unwrap();
    bench.run(40);
    assert_eq!(bench.recorder.status().rows, 60, "time does not slip");
    assert_eq!(bench.recorder.status().marks.repeated, 10);
    bench.recorder.command(still).unwrap();
    assert_eq!(bench.recorder.status().phase, Phase::Paused);
    bench.clock.advance(Duration::from_millis(560));
    bench.recorder.poll();
    let saved = bench.saved();
    assert_eq!(saved[0].rows, 60);
    assert!(matches!(saved[0].ended, Ended::Gap { seconds: Some(s) } if s > 0.5));
    // The reset stands still too, and then takes its whole second.
    bench.slot += 600;
    bench.run(100);
    assert_eq!(bench.recorder.status().left, Duration::from_secs(1));
    bench.recorder.command(Command::Follows).unwrap();
    bench.run(60);
    assert_eq!(bench.recorder.status().phase, Phase::Resetting);
    bench.run(3);
    assert_eq!(bench.recorder.status().phase, Phase::Recording);
}

#[test]
fn an_emergency_stop_ends_and_marks_the_episode_at_once_and_the_next_begins_when_the_arm_follows() {
    let mut bench = Bench::new(60, 30, 10.0, 2, 1024);
    bench.run(60);
    let stop = Command::StoodStill { emergency: true };
    bench.recorder.command(stop).unwrap();
    assert_eq!(bench.account(0)["ended"], "emergency");
    let saved = bench.saved();
    assert_eq!((saved[0].rows, saved[0].ended), (30, Ended::Emergency));
    bench.run(600);
    assert_eq!(bench.recorder.status().phase, Phase::Paused);
    assert_eq!(bench.recorder.status().rows, 0);
    bench.recorder.command(Command::Resume).unwrap();
    assert_eq!(
        bench.recorder.status().phase,
        Phase::Paused,
        "the arm says when"
    );
    bench.recorder.command(Command::Follows).unwrap();
    bench.run(64);
    assert_eq!(bench.recorder.status().phase, Phase::Recording);
    assert_eq!(bench.events()[0], Event::EpisodeStarted { index: 1 });
}

/// Looks until there is news.
fn news(handle: &mut crate::RecorderHandle<MemoryStore>) -> Seen {
    loop {
        match handle.look() {
            Seen::Well => std::thread::yield_now(),
            news => return news,
        }
    }
}

#[test]
fn a_recorder_thread_that_panics_goes_on_with_the_next_episode_and_the_same_queue() {
    let mut bench = Bench::new(60, 30, 1.0, 3, 1024);
    let armed = arm([Fault::panic("recorder.journal").on(11)]);
    bench.cycle(400);
    let steps = bench.steps.take();
    let store = bench.store.clone();
    let mut handle = start(bench.recorder, POLICY).unwrap();
    let told = match news(&mut handle) {
        Seen::Failed(failed) => failed.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(
        told,
        "thread recorder ended in a panic: failpoint recorder.journal; started again (1 of 3)"
    );
    let outcome = handle.join().unwrap();
    drop(steps);
    assert_eq!(armed.hits("recorder.journal"), 1);
    let episodes = outcome.summary.episodes;
    let kept: Vec<_> = episodes.iter().map(|e| (e.rows, e.ended)).collect();
    assert_eq!(
        kept,
        [
            (10, Ended::RecorderFailed),
            (30, Ended::Time),
            (30, Ended::Time)
        ]
    );
    assert_eq!(
        store.0.lock().unwrap().episodes[0].1["ended"],
        "recorder_failed"
    );
}

#[test]
fn a_recorder_that_keeps_panicking_is_given_up_after_three_restarts() {
    let mut bench = Bench::new(60, 30, 1.0, 3, 1024);
    let armed = arm([Fault::panic("recorder.poll").times(1000)]);
    bench.cycle(60);
    let steps = bench.steps.take();
    let mut handle = start(bench.recorder, POLICY).unwrap();
    let mut failures = 0;
    let last = loop {
        match news(&mut handle) {
            Seen::Failed(failed) if failed.for_good() => break failed,
            Seen::Failed(_) => failures += 1,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((failures, armed.hits("recorder.poll")), (3, 4));
    assert_eq!(
        last.to_string(),
        "thread recorder ended in a panic: failpoint recorder.poll; given up"
    );
    assert_eq!(handle.command(Command::Next), Err(Refusal::Ended));
    assert!(handle.join().is_err());
    assert!(steps.unwrap().push(Bench::step(1)).is_ok(), "nobody waits");
}

#[test]
fn a_recorder_that_hangs_is_busy_then_left_alone_while_its_queue_counts() {
    let mut bench = Bench::new(60, 30, 1.0, 3, 64);
    let armed = arm([Fault::hang("recorder.journal").on(5)]);
    bench.cycle(60);
    let steps = bench.steps.take().unwrap();
    let clock = bench.clock.clone();
    let mut handle = start(bench.recorder, POLICY).unwrap();
    while armed.hanging("recorder.journal") == 0 {
        std::thread::yield_now();
    }
    while handle.look() != Seen::Well {}
    clock.advance(Duration::from_secs(1));
    assert!(matches!(handle.look(), Seen::Slow(_)));
    assert_eq!(handle.command(Command::Next), Err(Refusal::Busy), "at once");
    for slot in 0..70 {
        let _full: bool = steps.push(Bench::step(slot)).is_err();
    }
    // Nine of the sixty were taken for five rows.
    assert_eq!(steps.refused(), 70 - (64 - 51));
    clock.advance(Duration::from_secs(4));
    assert_eq!(handle.look(), Seen::Well, "told once");
    clock.advance(Duration::from_secs(5));
    let told = match handle.look() {
        Seen::Failed(failed) => failed.to_string(),
        other => format!("{other:?}"),
    };
    assert_eq!(
        told,
        "thread recorder has given no sign of life for 10 s; given up"
    );
    drop(handle);
    // The disk comes back: what the recorder had is saved after all.
    armed.release("recorder.journal");
    while bench.store.0.lock().unwrap().episodes.is_empty() {
        std::thread::yield_now();
    }
    let episodes = &bench.store.0.lock().unwrap().episodes;
    assert!(!episodes[0].0.is_empty());
}

#[test]
fn a_recorder_that_hangs_anywhere_is_noticed_and_ends_its_session_when_it_comes_back() {
    for point in ["recorder.poll", "recorder.journal", "recorder.save"] {
        let mut bench = Bench::new(60, 30, 1.0, 3, 1024);
        let armed = arm([Fault::hang(point)]);
        bench.cycle(120);
        let _steps = bench.steps.take().unwrap();
        let clock = bench.clock.clone();
        let mut handle = start(bench.recorder, POLICY).unwrap();
        while armed.hanging(point) == 0 {
            std::thread::yield_now();
        }
        let failed = loop {
            match handle.look() {
                Seen::Failed(failed) => break failed,
                _ => clock.advance(Duration::from_secs(1)),
            }
        };
        assert!(failed.for_good(), "{point}");
        drop(handle);
        armed.release(point);
        while bench.store.0.lock().unwrap().episodes.is_empty() && point != "recorder.poll" {
            std::thread::yield_now();
        }
    }
}
