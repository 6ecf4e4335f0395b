//! Recording sessions on a simulated arm, as a person goes through them.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use dataset::progress::Progress;
use dataset::verify::verify;
use dataset::{Dataset, DatasetSpec, Info};
use protocol::ErrorCode;
use protocol::window::{
    Answer, ArmChoice, Ask, CheckGrade, EpisodeEnd, InputKind, RecordPhase, RecordStep,
    SessionWord, StartDrive, StartRecord, TorqueWord,
};
use sim::SimArm;
use units::MonoTime;

use crate::workbench::{Bench, Plugged, alone, follower, sim};

pub fn session(arms: Vec<ArmChoice>, cameras: &[&str], root: &Path) -> StartRecord {
    StartRecord {
        drive: StartDrive {
            arms,
            cameras: cameras.iter().map(|name| (*name).to_owned()).collect(),
            rate_hz: 60.0,
            input: InputKind::Keys,
        },
        dataset: root.display().to_string(),
        resume: false,
        task: "wave".into(),
        fps: 30,
        episode_s: 60.0,
        reset_s: 30.0,
        episodes: 2,
        keep_left_over: None,
    }
}

fn root(home: &Path) -> PathBuf {
    home.join("data/cups")
}

fn phase(bench: &Bench, wanted: RecordPhase) {
    bench.wait_until(&format!("{wanted:?}"), |page| {
        page.record.as_ref().is_some_and(|it| it.phase == wanted)
    });
}

/// Begins a session and waits until it can be begun.
fn open(bench: &Bench, start: StartRecord) {
    bench.ask(Ask::StartRecord(start));
    phase(bench, RecordPhase::Ready);
}

fn step(bench: &Bench, step: RecordStep) {
    bench.ask(Ask::RecordStep(step));
}

fn rows(bench: &Bench, rows: u64) {
    bench.wait_until(&format!("{rows} rows"), |page| {
        let record = page.record.as_ref().unwrap();
        record.phase == RecordPhase::Recording && record.rows >= rows
    });
}

/// The episodes that are in the dataset, once it was found sound.
fn sound(root: &Path) -> u64 {
    let report = verify(root, &Progress::new());
    assert!(report.sound(), "{report:#?}");
    Dataset::open(root).unwrap().episodes().len() as u64
}

#[test]
fn two_episodes_with_two_cameras_of_which_one_is_recorded_again_make_a_sound_dataset() {
    alone(|home| {
        let bench = Bench::new();
        let root = root(home);
        open(&bench, session(sim(), &["sim:front", "sim:wrist"], &root));
        bench.page(|page| {
            let record = page.record.as_ref().unwrap();
            assert!(
                record
                    .checks
                    .iter()
                    .all(|check| check.grade != CheckGrade::Refused)
            );
            assert!(!record.checks.is_empty() && record.rows == 0);
            assert_eq!(
                page.word(),
                "holding",
                "nothing moves before somebody begins"
            );
        });
        // A picture of each camera, while the session has them.
        for camera in ["front", "wrist"] {
            bench.wait_until(camera, |_| {
                bench
                    .desk
                    .picture(camera, u64::MAX)
                    .is_some_and(|bytes| bytes.len() > 1000 && bytes[24..26] == [0xff, 0xd8])
            });
        }
        step(&bench, RecordStep::Next);
        rows(&bench, 25);
        bench.wait_until("counts, true rate and room on the disk", |page| {
            let record = page.record.as_ref().unwrap();
            let fresh = record.cameras.iter().filter(|camera| camera.fresh > 0);
            fresh.count() == 2
                && record.true_fps.is_some_and(|fps| (fps - 30.0).abs() < 3.0)
                && record.disk_free.is_some()
                && record.disk_minutes.is_some_and(|minutes| minutes > 1.0)
                && page.deck.session == SessionWord::Recording
                && page.deck.unsaved
        });
        step(&bench, RecordStep::Next);
        phase(&bench, RecordPhase::Resetting);
        step(&bench, RecordStep::Next);
        bench.wait_until("the first is saved", |page| {
            page.record.as_ref().unwrap().saved == 1
        });
        rows(&bench, 20);
        step(&bench, RecordStep::Again);
        bench.wait_until("it was thrown away", |page| {
            let episodes = &page.record.as_ref().unwrap().episodes;
            episodes.last().is_some_and(|last| last.discarded)
        });
        phase(&bench, RecordPhase::Resetting);
        step(&bench, RecordStep::Next);
        rows(&bench, 20);
        step(&bench, RecordStep::Next);
        phase(&bench, RecordPhase::Over);
        bench.wait_until("the arm is let down", |page| {
            page.deck.torque == TorqueWord::None
        });
        bench.page(|page| {
            let episodes = &page.record.as_ref().unwrap().episodes;
            let told: Vec<_> = episodes.iter().map(|it| (it.index, it.discarded)).collect();
            assert_eq!(told, [(Some(0), false), (None, true), (Some(1), false)]);
            assert_eq!(episodes[0].ended, EpisodeEnd::Asked);
            assert_eq!(episodes[0].cameras.len(), 2);
            assert!(page.record.as_ref().unwrap().failure.is_none());
        });
        assert_eq!(sound(&root), 2);
        let info = Info::read(&root).unwrap();
        assert!(info.film_codec("observation.images.front").is_some());
        bench.wait_until(
            "it is among the lately recorded, or lies elsewhere",
            |page| page.bench.lately.is_empty(),
        );
    });
}

#[test]
fn a_discarded_episode_comes_back_and_closing_keeps_the_one_that_is_not_saved() {
    alone(|home| {
        let bench = Bench::new();
        let root = root(home);
        open(&bench, session(sim(), &[], &root));
        step(&bench, RecordStep::Next);
        rows(&bench, 15);
        step(&bench, RecordStep::Again);
        bench.wait_until("it can be brought back", |page| {
            page.record.as_ref().unwrap().undoable == 1
        });
        step(&bench, RecordStep::Undo);
        bench.wait_until("it is back", |page| {
            let record = page.record.as_ref().unwrap();
            record.saved == 1
                && record.episodes.len() == 1
                && !record.episodes[0].discarded
                && record.episodes[0].index == Some(0)
        });
        phase(&bench, RecordPhase::Resetting);
        step(&bench, RecordStep::Next);
        rows(&bench, 15);
        let why = bench.desk.may_close().unwrap();
        assert!(why.contains("not saved"), "{why}");
        let answer = bench.ask(Ask::Quit { confirmed: false });
        assert!(matches!(answer, Answer::MayClose { closes: false, .. }));
        assert!(!bench.quit.load(Ordering::Acquire));
        let answer = bench.ask(Ask::Quit { confirmed: true });
        assert!(matches!(answer, Answer::MayClose { closes: true, .. }));
        assert!(bench.quit.load(Ordering::Acquire));
        assert!(bench.page(|page| page.deck.unsaved));
        bench.desk.close();
        assert_eq!(sound(&root), 2);
    });
}

#[test]
fn a_pause_stands_still_and_a_stop_keeps_and_marks_the_episode() {
    alone(|home| {
        let bench = Bench::new();
        let root = root(home);
        open(&bench, session(sim(), &[], &root));
        step(&bench, RecordStep::Next);
        rows(&bench, 10);
        step(&bench, RecordStep::Pause);
        phase(&bench, RecordPhase::Paused);
        bench.wait_until("the arm holds", |page| page.word() == "holding");
        bench.ask(Ask::Resume);
        phase(&bench, RecordPhase::Recording);
        rows(&bench, 20);
        bench.desk.stop();
        bench.wait_until("stopped", |page| page.deck.session == SessionWord::Stopped);
        bench.wait_until("the episode is kept", |page| {
            page.record.as_ref().unwrap().saved == 1
        });
        assert_eq!(
            bench.page(|page| page.record.as_ref().unwrap().episodes[0].ended),
            EpisodeEnd::Emergency
        );
        bench.ask(Ask::Resume);
        bench.wait_until("the arm is driven", |page| page.word() == "driving");
        step(&bench, RecordStep::Finish);
        phase(&bench, RecordPhase::Over);
        bench.wait_until("nothing is open", |page| page.drive.is_none());
        assert_eq!(sound(&root), 1);
    });
}

#[test]
fn an_adapter_that_is_pulled_out_in_an_episode_costs_its_end_and_the_session_nothing() {
    alone(|home| {
        let bench = Bench::new();
        let plugged = Plugged::new(home, "arm", SimArm::follower());
        let key = plugged.name(&bench, home, "bench");
        let root = root(home);
        let start = StartRecord {
            reset_s: 1.0,
            ..session(vec![follower(&key)], &[], &root)
        };
        open(&bench, start);
        step(&bench, RecordStep::Next);
        rows(&bench, 20);
        plugged.server.unplug();
        bench.wait_until("the arm is lost and the person told", |page| {
            page.deck.torque == TorqueWord::Unknown && page.deck.trouble.is_some()
        });
        bench.wait_until("the episode is kept", |page| {
            page.record.as_ref().unwrap().saved == 1
        });
        plugged.server.replug();
        rows(&bench, 20);
        step(&bench, RecordStep::Next);
        phase(&bench, RecordPhase::Over);
        bench.wait_until("nothing is open", |page| page.drive.is_none());
        assert_eq!(sound(&root), 2);
    });
}

#[test]
fn what_would_be_refused_is_said_before_anything_is_opened() {
    alone(|home| {
        let bench = Bench::new();
        let root = root(home);
        let checks = |start| match bench.ask(Ask::Preflight(start)) {
            Answer::Checks(checks) => checks,
            other => panic!("{other:?}"),
        };
        let fine = checks(session(sim(), &["sim:front"], &root));
        assert!(
            fine.iter().all(|check| check.grade != CheckGrade::Refused),
            "{fine:#?}"
        );
        let wrong = StartRecord {
            fps: 50,
            task: String::new(),
            ..session(sim(), &[], &root)
        };
        let told = checks(wrong.clone());
        let refused: Vec<&str> = told
            .iter()
            .filter(|check| check.grade == CheckGrade::Refused)
            .map(|check| check.name.as_str())
            .collect();
        assert!(refused.contains(&"rate"), "{told:#?}");
        bench.ask(Ask::StartRecord(wrong));
        bench.wait_until("it did not begin, and says why", |page| {
            let record = page.record.as_ref();
            record.is_some_and(|it| it.phase == RecordPhase::Over && it.failure.is_some())
        });
        assert!(!root.exists());
        for dataset in ["", "../cups", "a b"] {
            let start = StartRecord {
                dataset: dataset.into(),
                ..session(sim(), &[], &root)
            };
            let failure = bench.try_ask(Ask::StartRecord(start)).unwrap_err();
            assert_eq!(failure.code, ErrorCode::BadRequest, "{dataset}");
        }
        let unknown = session(sim(), &["nowhere"], &root);
        let failure = bench.try_ask(Ask::StartRecord(unknown)).unwrap_err();
        assert!(failure.message.contains("nowhere"), "{failure}");
    });
}

#[test]
fn switching_what_drives_works_while_a_session_is_open() {
    alone(|home| {
        let bench = Bench::new();
        open(&bench, session(sim(), &[], &root(home)));
        bench.ask(Ask::ChooseInput(InputKind::Sliders));
        bench.wait_until("sliders are chosen", |page| {
            page.drive.as_ref().unwrap().input == InputKind::Sliders
        });
        step(&bench, RecordStep::Next);
        rows(&bench, 5);
        let to = bench.page(|page| page.goal(2)) - 8.0;
        bench.ask(Ask::MoveJoint {
            index: 2,
            value: to,
        });
        bench.wait_until("it is there", |page| (page.goal(2) - to).abs() < 0.5);
        bench.ask(Ask::ChooseInput(InputKind::Keys));
        bench.wait_until("keys drive", |page| {
            page.word() == "driving" && page.drive.as_ref().unwrap().input == InputKind::Keys
        });
        let from = bench.page(|page| page.goal(2));
        bench.holding(&["KeyW"], Duration::from_secs(20), |page| {
            (page.goal(2) - from).abs() > 2.0
        });
        assert!(bench.page(|page| (page.goal(2) - from).abs() > 2.0));
        bench.release();
        phase(&bench, RecordPhase::Over);
    });
}

/// A dataset in which a recording was cut short after so many rows.
fn cut_short(root: &Path, rows: u64) {
    let dataset = Dataset::create(root, DatasetSpec::so_follower(30, false)).unwrap();
    let mut draft = dataset.begin_episode("wave").unwrap();
    for row in 0..rows {
        draft
            .push(dataset::Row {
                state: &[1.0; 6],
                action: &[1.0; 6],
                observed_at: MonoTime(row * 33_333_333),
                flags: dataset::RowFlags::default(),
                pictures: &[],
            })
            .unwrap();
    }
}

#[test]
fn an_episode_that_an_earlier_session_left_is_asked_about_and_kept_or_thrown_away() {
    alone(|home| {
        let bench = Bench::new();
        for keep in [true, false] {
            let root = home.join(format!("data/kept-{keep}"));
            cut_short(&root, 60);
            let resumed = |keep_left_over| StartRecord {
                resume: true,
                keep_left_over,
                ..session(sim(), &[], &root)
            };
            let failure = bench.try_ask(Ask::StartRecord(resumed(None))).unwrap_err();
            assert_eq!(failure.code, ErrorCode::NotWhile, "{failure}");
            bench.wait_until("it is asked", |page| {
                let left = page.record.as_ref().and_then(|it| it.left_over.as_ref());
                left.is_some_and(|left| left.task == "wave" && (left.seconds - 2.0).abs() < 0.1)
            });
            open(&bench, resumed(Some(keep)));
            assert!(bench.page(|page| page.record.as_ref().unwrap().left_over.is_none()));
            step(&bench, RecordStep::Finish);
            phase(&bench, RecordPhase::Over);
            bench.wait_until("nothing is open", |page| page.drive.is_none());
            assert_eq!(sound(&root), u64::from(keep));
        }
    });
}
