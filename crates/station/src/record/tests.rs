//! Failures injected into a whole record session on a simulated arm: the arm goes on, the person is told, the dataset
//! is sound. Real time, because the arm is on a real serial device.

use std::path::PathBuf;
use std::time::Duration;

use arms::{ArmConfig, ArmKind, Values, calibration_file};
use dataset::progress::Progress;
use dataset::verify::verify;
use dataset::{Dataset, recovery};
use protocol::ErrorCode;
use sim::{PtyConfig, PtyServer, SimArm, Torque};
use stdx::failpoint::{Armed, Fault, arm};
use stdx::{Clock as _, SystemClock};
use teleop::{CycleContext, Goal, Teleoperator};
use units::{Hz, MonoTime};

use super::*;
use crate::ProcessState;
use crate::hardware::calibration_of;
use recorder::{Ended, Phase};

mod threads;

/// Longest that a test waits for anything: far more than a loaded machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Swings the wrist, slowly and for ever.
struct Waves(Option<MonoTime>);

impl Teleoperator for Waves {
    fn name(&self) -> &'static str {
        "waves"
    }

    fn engage(&mut self, cx: &CycleContext<'_>) {
        self.0 = Some(cx.now);
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        let since = cx.now.since(self.0.unwrap_or(cx.now)).as_secs_f64();
        let mut goals = [f64::NAN; 6];
        goals[3] = 10.0 * since.sin();
        Goal::To(Values::from_arms(&[goals]))
    }
}

struct Bench {
    server: PtyServer,
    home: tempfile::TempDir,
    process: Process<Record>,
    told: Vec<RecordEvent>,
}

impl Bench {
    fn new(seconds: f64, episodes: u32) -> Self {
        Self::with_cameras(seconds, episodes, Vec::new())
    }

    fn with_cameras(seconds: f64, episodes: u32, cameras: Vec<CameraSetting>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let port = home.path().join("arm");
        let made = SimArm::follower();
        // A name that leads to the terminal also after it was unplugged and plugged in again.
        let server = PtyServer::start(PtyConfig {
            link: Some(port.clone()),
            realtime: true,
            ..PtyConfig::serving(made.chain(SystemClock::shared()))
        })
        .unwrap();
        let mut follower = ArmConfig::new(ArmKind::Follower, port.display().to_string());
        follower.id = Some("bench".into());
        follower.calibration_dir = Some(home.path().join("calibration"));
        let path = calibration_file::path_for(&follower).unwrap();
        calibration_file::save(&path, &calibration_of(&made).unwrap()).unwrap();
        let mut process = record(RecordConfig {
            rig: RigConfig {
                followers: vec![follower],
                leaders: Vec::new(),
                teleoperator: Box::new(Waves(None)),
            },
            cameras,
            film: super::FilmSettings::default(),
            av1: Av1::default(),
            root: home.path().join("cups"),
            resume: false,
            recovery: Recovery::Ask,
            start_holding: false,
            previews: Default::default(),
            session: SessionConfig {
                task: "wave".into(),
                fps: 30,
                control_rate: Hz::new(60.0).unwrap(),
                episode_time: Duration::from_secs_f64(seconds),
                reset_time: Duration::ZERO,
                num_episodes: episodes,
                start_at_once: true,
            },
        });
        process.start().unwrap();
        Self {
            server,
            home,
            process,
            told: Vec::new(),
        }
    }

    fn root(&self) -> PathBuf {
        self.home.path().join("cups")
    }

    /// Reads events until one answers the question.
    fn wait<T>(&mut self, what: &str, mut found: impl FnMut(&RecordEvent) -> Option<T>) -> T {
        let until = SystemClock.now() + PATIENCE;
        loop {
            if let Some(event) = self.process.next_event(Duration::from_millis(20)) {
                let answer = found(&event);
                if !matches!(event, RecordEvent::Drive(_) | RecordEvent::Status(_)) {
                    self.told.push(event);
                }
                if let Some(answer) = answer {
                    return answer;
                }
            }
            assert!(
                SystemClock.now() < until,
                "waited for {what}; told: {:?}",
                self.told
            );
            assert!(
                self.process.state() != ProcessState::Ended,
                "ended before {what}: {:?}",
                self.told
            );
        }
    }

    fn wait_for_rows(&mut self, rows: u64) {
        self.wait("rows", |event| match event {
            RecordEvent::Status(status) if status.rows >= rows => Some(()),
            _ => None,
        });
    }

    fn wait_for_trouble(&mut self) -> (Failure, bool) {
        self.wait("trouble", |event| match event {
            RecordEvent::Trouble { failure, recording } => Some((failure.clone(), *recording)),
            _ => None,
        })
    }

    fn wait_for_saved(&mut self) -> (u64, Ended) {
        self.wait("an episode", |event| match event {
            RecordEvent::Session(SessionEvent::EpisodeSaved(saved)) => {
                Some((saved.rows, saved.ended))
            }
            _ => None,
        })
    }

    /// Takes the log of goals now and again after `span`: whether the arm got its goals all the time.
    fn goals_go_on(&mut self, span: Duration) {
        drop(self.server.chain().take_goal_log(4096));
        let begun = SystemClock.now();
        while SystemClock.now().since(begun) < span {
            if let Some(event) = self.process.next_event(Duration::from_millis(20)) {
                self.told.push(event);
            }
        }
        let log = self.server.chain().take_goal_log(4096);
        let at: Vec<_> = log.arrivals().map(|arrival| arrival.at).collect();
        let longest = at.windows(2).map(|pair| pair[1].since(pair[0])).max();
        let wanted = (span.as_secs_f64() * 60.0 * 0.5) as usize;
        assert!(at.len() >= wanted, "{} goals in {span:?}", at.len());
        // Cycles may be missed: this machine is shared with other tests. A loop that waits for a disk misses all.
        assert!(
            longest < Some(Duration::from_millis(500)),
            "a gap of {longest:?}"
        );
    }

    fn end(self) -> (Result<RecordOutcome, Failure>, Ends) {
        let Self {
            server,
            home,
            process,
            ..
        } = self;
        process.stop();
        let result = process.result();
        let all = (1..=6).all(|id| server.chain().truth(id).unwrap().torque == Torque::Off);
        (
            result,
            Ends {
                home,
                torque_off: all,
            },
        )
    }
}

/// What a session left behind.
struct Ends {
    home: tempfile::TempDir,
    torque_off: bool,
}

impl Ends {
    fn check(&self) -> u64 {
        assert!(self.torque_off, "the arm was not released");
        let root = self.home.path().join("cups");
        let report = verify(&root, &Progress::new());
        assert!(report.sound(), "{:?}", report.findings);
        Dataset::open(&root).unwrap().info().total_episodes
    }
}

fn words(failure: &Failure, bench: &Bench) -> String {
    failure
        .to_string()
        .replace(&bench.root().display().to_string(), "FOLDER")
}

#[test]
fn a_recorder_that_panics_keeps_its_episode_and_the_arm_never_notices() {
    for point in ["recorder.poll", "recorder.journal", "dataset.journal"] {
        let armed = arm([Fault::panic(point).when_triggered()]);
        let mut bench = Bench::new(600.0, 5);
        bench.wait_for_rows(20);
        armed.trigger(point);
        let (failure, recording) = bench.wait_for_trouble();
        assert!(recording);
        assert_eq!(
            words(&failure, &bench),
            format!(
                "thread recorder ended in a panic: failpoint {point}; started again (1 of 3)\n\
                 The arm goes on. The running episode is kept as far as it was written, and marked; the next one \
                 begins after a reset. Please report this with the log."
            )
        );
        let (rows, ended) = bench.wait_for_saved();
        assert!(rows >= 20, "{rows}");
        assert_eq!(ended, Ended::RecorderFailed);
        bench.wait("the next episode", |event| {
            matches!(
                event,
                RecordEvent::Session(SessionEvent::EpisodeStarted { index: 1 })
            )
            .then_some(())
        });
        bench.wait_for_rows(10);
        let (result, ends) = bench.end();
        assert_eq!(result.unwrap().summary.episodes.len(), 2);
        assert_eq!(ends.check(), 2);
    }
}

#[test]
fn a_panic_between_two_files_of_a_save_costs_no_row() {
    // The eleventh step: the rows have their name, the episode's own row does not.
    let _armed = arm([Fault::panic("dataset.commit").on(11)]);
    let mut bench = Bench::new(0.5, 2);
    let (failure, recording) = bench.wait_for_trouble();
    assert!(recording, "{failure}");
    let mut saved = 0;
    bench.wait("the end", |event| match event {
        RecordEvent::Session(SessionEvent::EpisodeSaved(episode)) => {
            assert_eq!(episode.rows, 15);
            saved += 1;
            (saved == 2).then_some(())
        }
        _ => None,
    });
    let (result, ends) = bench.end();
    assert_eq!(result.unwrap().summary.rows(), 30);
    assert_eq!(ends.check(), 2);
}

#[test]
fn a_recorder_that_keeps_panicking_is_given_up_and_the_arm_goes_on_until_the_person_ends_it() {
    let armed = arm([Fault::panic("recorder.journal").on(30).times(1000)]);
    let mut bench = Bench::new(600.0, 5);
    let failure = loop {
        let (failure, recording) = bench.wait_for_trouble();
        if !recording {
            break failure;
        }
    };
    assert_eq!(armed.hits("recorder.journal"), 4);
    assert_eq!(
        words(&failure, &bench),
        "recording has stopped: thread recorder ended in a panic: failpoint recorder.journal; given up\n\
         Folder: FOLDER\n\
         The arm goes on; end the session when you are ready. Saved episodes are safe, the running one is in its \
         journal: tendon dataset repair FOLDER\n\
         Please report this with the log."
    );
    bench.goals_go_on(Duration::from_secs(1));
    let next = SessionCommand::Next;
    bench.process.command(RecordCommand::Session(next)).unwrap();
    let refused = bench.wait("a refusal", |event| match event {
        RecordEvent::Refused(why) => Some(why.clone()),
        _ => None,
    });
    assert_eq!(refused, "recording has ended");
    let root = bench.root();
    let (result, ends) = bench.end();
    assert_eq!(result.unwrap_err().code, ErrorCode::Internal);
    assert_eq!(ends.check(), 1, "29 rows were kept when it failed first");
    assert!(
        recovery::find(&root).unwrap().interrupted.is_empty(),
        "no row came after that"
    );
}

#[test]
fn a_disk_that_hangs_never_stops_the_arm_nor_its_release_and_the_person_is_told() {
    let armed = arm([Fault::hang("recorder.journal").on(30)]);
    let mut bench = Bench::new(600.0, 5);
    let (failure, recording) = bench.wait_for_trouble();
    assert!(recording);
    assert_eq!(
        words(&failure, &bench),
        "the recorder has been waiting for its disk for 2 s\nFolder: FOLDER\n\
         The arm goes on. Close programs that use the disk, or record to a faster one."
    );
    bench.goals_go_on(Duration::from_secs(1));
    let (failure, recording) = bench.wait_for_trouble();
    assert!(!recording);
    assert_eq!(
        words(&failure, &bench),
        "recording has stopped: the disk has not answered for 10 s\nFolder: FOLDER\n\
         The arm goes on; end the session when you are ready. Saved episodes are safe, the running one is in its \
         journal. Check the disk, then: tendon dataset repair FOLDER"
    );
    bench.goals_go_on(Duration::from_secs(1));
    let root = bench.root();
    let (result, ends) = bench.end();
    assert_eq!(result.unwrap_err().code, ErrorCode::Disk);
    assert_eq!(ends.check(), 0);
    // The disk comes back: what the recorder had becomes an episode after all, and the lock is given back.
    armed.release("recorder.journal");
    let until = SystemClock.now() + PATIENCE;
    while Dataset::open(&root).unwrap().info().total_episodes == 0 {
        assert!(SystemClock.now() < until);
        SystemClock.sleep(Duration::from_millis(10));
    }
    assert_eq!(ends.check(), 1);
}

#[test]
fn a_full_disk_ends_the_recording_with_its_rows_saved_and_the_arm_goes_on() {
    let full = std::io::ErrorKind::StorageFull;
    let _armed = arm([Fault::error("dataset.journal", full).on(30)]);
    let mut bench = Bench::new(600.0, 5);
    let (message, in_journal) = bench.wait("a refusal", |event| match event {
        RecordEvent::Session(SessionEvent::StoreFailed {
            message,
            rows_in_journal,
            ..
        }) => Some((message.clone(), *rows_in_journal)),
        _ => None,
    });
    assert!(message.starts_with("writing the journal"), "{message}");
    assert_eq!(in_journal, 0, "the rows before it became an episode");
    let (failure, recording) = bench.wait_for_trouble();
    assert!(!recording);
    assert_eq!(
        failure.to_string(),
        "recording has stopped\nThe arm goes on; end the session when you are ready."
    );
    bench.goals_go_on(Duration::from_secs(1));
    let (result, ends) = bench.end();
    assert_eq!(result.unwrap_err().code, ErrorCode::Disk);
    assert_eq!(ends.check(), 1);
}

#[test]
fn a_person_who_ends_a_session_does_not_wait_for_a_slow_disk_with_the_arm_up() {
    let armed = arm([Fault::hang("recorder.journal").on(30)]);
    let mut bench = Bench::new(600.0, 5);
    bench.wait_for_trouble();
    bench.process.stop();
    let begun = SystemClock.now();
    while (1..=6).any(|id| bench.server.chain().truth(id).unwrap().torque != Torque::Off) {
        assert!(
            SystemClock.now().since(begun) < Duration::from_secs(5),
            "the arm waits for the disk"
        );
        SystemClock.sleep(Duration::from_millis(10));
    }
    armed.release("recorder.journal");
    let (result, ends) = bench.end();
    assert_eq!(result.unwrap().summary.episodes.len(), 1);
    assert_eq!(ends.check(), 1);
}

#[test]
fn an_emergency_stop_keeps_and_marks_the_episode_and_the_session_goes_on_when_the_arm_drives_again()
{
    let mut bench = Bench::new(600.0, 5);
    bench.wait_for_rows(20);
    bench.process.emergency().press();
    let (rows, ended) = bench.wait_for_saved();
    assert!(rows >= 20);
    assert_eq!(ended, Ended::Emergency);
    bench.wait("a pause", |event| match event {
        RecordEvent::Status(status) => (status.phase == Phase::Paused).then_some(()),
        _ => None,
    });
    bench
        .process
        .command(RecordCommand::Drive(DriveCommand::Resume))
        .unwrap();
    bench.wait_for_rows(20);
    let (result, ends) = bench.end();
    let summary = result.unwrap().summary;
    let ended: Vec<_> = summary.episodes.iter().map(|saved| saved.ended).collect();
    assert_eq!(ended, [Ended::Emergency, Ended::Stop]);
    assert_eq!(ends.check(), 2);
}

#[test]
fn an_arm_that_falls_silent_ends_the_episode_by_the_clock_and_the_session_waits_for_it() {
    let mut bench = Bench::new(600.0, 5);
    bench.wait_for_rows(20);
    bench.server.chain().set_power(false);
    let off_at = SystemClock.now();
    let (failure, recording) = bench.wait_for_trouble();
    assert!(recording);
    assert_eq!(
        failure.to_string(),
        "recording waits for the arm: follower: no motor answers any more\n\
         Check the arm's power supply and the cable to its first motor, then resume.\n\
         The running episode is kept and marked. Without an arm the session ends in 60 s."
    );
    let (rows, ended) = bench.wait_for_saved();
    assert!(rows >= 20);
    assert!(
        matches!(ended, Ended::Gap { seconds: Some(s) } if s > 0.5),
        "{ended:?}"
    );
    assert!(SystemClock.now().since(off_at) < Duration::from_secs(3));
    bench.server.chain().set_power(true);
    // The person resumes as soon as the loop has heard from every motor again.
    let resume = RecordCommand::Drive(DriveCommand::Resume);
    let mut driven = false;
    while !driven {
        bench.process.command(resume).unwrap();
        driven = bench.wait("a status", |event| match event {
            RecordEvent::Drive(DriveEvent::Status(status)) => {
                Some(matches!(status.state, teleop::State::Driving))
            }
            _ => None,
        });
    }
    bench.wait_for_rows(20);
    let (result, ends) = bench.end();
    let episodes = result.unwrap().summary.episodes;
    assert_eq!(episodes.len(), 2);
    assert_eq!(episodes[1].ended, Ended::Stop);
    assert_eq!(ends.check(), 2);
}

#[test]
fn an_adapter_that_is_pulled_out_and_put_back_costs_the_running_episode_its_end_and_the_session_nothing()
 {
    let mut bench = Bench::new(600.0, 5);
    bench.wait_for_rows(20);
    bench.server.unplug();
    let (failure, recording) = bench.wait_for_trouble();
    assert!(recording);
    assert_eq!(failure.code, ErrorCode::LineLost, "{failure}");
    let (rows, ended) = bench.wait_for_saved();
    assert!(rows >= 20);
    assert!(matches!(ended, Ended::Gap { .. }), "{ended:?}");
    bench.server.replug();
    bench.wait_for_rows(20);
    let (result, ends) = bench.end();
    let episodes = result.unwrap().summary.episodes;
    assert_eq!(episodes.len(), 2);
    assert_eq!(ends.check(), 2);
    let first = dataset::sidecar::read(&ends.home.path().join("cups"), 0).unwrap();
    assert_eq!(first.unwrap().report["ended"], "gap");
}

#[test]
fn a_control_loop_that_panics_ends_the_episode_and_the_next_one_begins_when_a_person_drives_on() {
    let armed = arm([Fault::panic("teleop.cycle").when_triggered()]);
    let mut bench = Bench::new(600.0, 5);
    bench.wait_for_rows(20);
    armed.trigger("teleop.cycle");
    let (rows, ended) = bench.wait_for_saved();
    assert!(rows >= 20);
    assert!(matches!(ended, Ended::Gap { .. }), "{ended:?}");
    let (failure, recording) = bench.wait_for_trouble();
    assert!(recording);
    assert_eq!(
        failure.to_string(),
        "recording waits for the arm: the control loop failed: failpoint teleop.cycle\n\
         The arm is released gently; drive on when it should. Report this, with the log.\n\
         The running episode is kept and marked. Without an arm the session ends in 60 s."
    );
    bench
        .process
        .command(RecordCommand::Drive(DriveCommand::Resume))
        .unwrap();
    bench.wait_for_rows(20);
    let (result, ends) = bench.end();
    assert_eq!(result.unwrap().summary.episodes.len(), 2);
    assert_eq!(ends.check(), 2);
}

#[test]
fn a_verb_that_hangs_while_it_drives_is_given_up_when_the_person_wants_the_end_and_the_arm_is_let_down()
 {
    let armed = arm([Fault::hang("record.look").when_triggered()]);
    let mut bench = Bench::new(600.0, 5);
    bench.wait_for_rows(20);
    armed.trigger("record.look");
    bench.goals_go_on(Duration::from_secs(1));
    bench.process.stop();
    while bench.process.state() != ProcessState::Ended {
        bench.process.next_event(Duration::from_millis(20));
    }
    let root = bench.root();
    let (result, ends) = bench.end();
    assert_eq!(
        result.unwrap_err().to_string(),
        "thread record has given no sign of life for 5 s; given up\n\
         The arm was let down. Please report this with the log."
    );
    ends.check();
    // Should it ever wake, it puts its things in order.
    drop(armed);
    let until = SystemClock.now() + PATIENCE;
    while Dataset::open(&root).unwrap().info().total_episodes == 0 {
        assert!(SystemClock.now() < until);
        SystemClock.sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_verb_that_panics_while_it_drives_leaves_the_arm_released() {
    let armed: Armed = arm([Fault::panic("record.look").when_triggered()]);
    let mut bench = Bench::new(600.0, 5);
    bench.wait_for_rows(20);
    armed.trigger("record.look");
    while bench.process.state() != ProcessState::Ended {
        SystemClock.sleep(Duration::from_millis(10));
    }
    let (result, ends) = bench.end();
    let failure = result.unwrap_err();
    assert_eq!(failure.code, ErrorCode::Internal);
    assert_eq!(
        failure.to_string(),
        "thread record ended in a panic: failpoint record.look\n\
         This is a defect of Tendon: please report it with the log."
    );
    assert_eq!(ends.check(), 1, "the episode was saved on the way");
}
