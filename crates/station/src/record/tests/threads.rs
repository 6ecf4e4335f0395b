//! Threads of cameras and films that fail beside a moving arm: its goals go on, the episode is kept and marked, the person
//! is told, and the session goes on with the next episode.

use cameras::CameraConfig;
use dataset::{PictureFlags, sidecar};
use pixels::Size;
use stdx::failpoint::{Fault, arm};

use super::*;
use crate::camera_settings::{CameraSource, SimView};
use crate::cameras::CameraNews;

/// Two small cameras.
fn cameras() -> Vec<CameraSetting> {
    [SimView::Front, SimView::Wrist]
        .map(|view| CameraSetting {
            config: CameraConfig::new(
                view.name(),
                Size::new(160, 120).unwrap(),
                Hz::new(30.0).unwrap(),
            ),
            source: CameraSource::Sim(view),
        })
        .to_vec()
}

/// The arm's goals while something else goes wrong, as they arrived at the motors.
struct Goals;

impl Goals {
    fn watch(bench: &Bench) -> Self {
        // A minute of them.
        drop(bench.server.chain().take_goal_log(4096));
        Self
    }

    /// As long as this thread waits for a picture or a film the arm would miss every cycle; a busy machine costs some.
    fn went_on(self, bench: &Bench) {
        let log = bench.server.chain().take_goal_log(1);
        let at: Vec<_> = log.arrivals().map(|arrival| arrival.at).collect();
        let (Some(first), Some(last)) = (at.first(), at.last()) else {
            panic!("no goals");
        };
        let wanted = last.since(*first).as_secs_f64() * 60.0 * 0.8;
        assert!(at.len() as f64 > wanted, "{} goals of {wanted}", at.len());
        let longest = at.windows(2).map(|pair| pair[1].since(pair[0])).max();
        assert!(
            longest < Some(Duration::from_millis(500)),
            "a gap of {longest:?}"
        );
    }
}

impl Bench {
    /// What is told of a camera's thread.
    fn wait_for_thread(&mut self) -> String {
        self.wait("news of a camera's thread", |event| match event {
            RecordEvent::Drive(DriveEvent::Cameras(CameraNews::Thread { failure, .. })) => {
                Some(failure.to_string())
            }
            _ => None,
        })
    }

    fn wait_for_film(&mut self) -> String {
        self.wait("a film that fails", |event| match event {
            RecordEvent::Session(SessionEvent::FilmFailed {
                failure, for_good, ..
            }) => {
                assert!(!for_good);
                Some(failure.to_string())
            }
            _ => None,
        })
    }

    fn wait_for_episode(&mut self, wanted: u64) {
        self.wait("the next episode", |event| {
            matches!(event, RecordEvent::Session(SessionEvent::EpisodeStarted { index }) if *index == wanted)
                .then_some(())
        });
        self.wait_for_rows(20);
    }
}

/// Ends the session; every episode must be kept, with films that have a picture for each of its rows.
fn ends(bench: Bench, ended: &[Ended]) -> Ends {
    let (result, ends) = bench.end();
    let episodes = result.unwrap().summary.episodes;
    let found: Vec<_> = episodes.iter().map(|saved| saved.ended).collect();
    assert_eq!(found, ended);
    assert!(
        episodes.iter().all(|saved| saved.rows >= 10),
        "{episodes:?}"
    );
    assert_eq!(ends.check(), ended.len() as u64);
    ends
}

#[test]
fn an_encoder_that_panics_costs_its_episode_the_end_and_the_arm_nothing() {
    let armed = arm([Fault::panic("encoder.picture").when_triggered()]);
    let mut bench = Bench::with_cameras(600.0, 5, cameras());
    bench.wait_for_rows(40);
    let goals = Goals::watch(&bench);
    armed.trigger("encoder.picture");
    let told = bench.wait_for_film();
    assert!(told.contains("in a panic"), "{told}");
    assert!(told.contains("The arm goes on."), "{told}");
    let (rows, ended) = bench.wait_for_saved();
    assert!(rows >= 15, "{rows}");
    assert_eq!(ended, Ended::FilmFailed);
    bench.wait_for_episode(1);
    goals.went_on(&bench);
    ends(bench, &[Ended::FilmFailed, Ended::Stop]);
}

#[test]
fn an_encoder_that_hangs_is_left_behind_and_the_arm_never_waits_for_it() {
    // Inside a write, after the first fragment; what it writes when it comes back is in nobody's film.
    let armed = arm([Fault::hang("video.write").when_triggered()]);
    let mut bench = Bench::with_cameras(600.0, 5, cameras());
    bench.wait_for_rows(60);
    let goals = Goals::watch(&bench);
    armed.trigger("video.write");
    let told = bench.wait_for_film();
    assert!(told.contains("no sign of life"), "{told}");
    let (rows, ended) = bench.wait_for_saved();
    assert!(rows >= 15, "{rows}");
    assert_eq!(ended, Ended::FilmFailed);
    bench.wait_for_episode(1);
    armed.release("video.write");
    bench.wait_for_rows(40);
    goals.went_on(&bench);
    ends(bench, &[Ended::FilmFailed, Ended::Stop]);
}

#[test]
fn a_camera_that_panics_is_taken_up_again_within_the_episode() {
    let armed = arm([Fault::panic("camera.turn").when_triggered()]);
    let mut bench = Bench::with_cameras(600.0, 5, cameras());
    bench.wait_for_rows(20);
    let goals = Goals::watch(&bench);
    armed.trigger("camera.turn");
    let told = bench.wait_for_thread();
    assert!(
        told.contains("ended in a panic: failpoint camera.turn; started again (1 of 3)"),
        "{told}"
    );
    bench.wait_for_rows(60);
    goals.went_on(&bench);
    let ends = ends(bench, &[Ended::Stop]);
    let known = sidecar::read(&ends.home.path().join("cups"), 0).unwrap();
    // Whichever camera it was: it gives pictures again.
    for camera in known.unwrap().cameras {
        let last = camera.flags.len() - 15;
        let fresh = |flags: &&u8| !PictureFlags(**flags).has(PictureFlags::REPEATED);
        assert!(
            camera.flags[last..].iter().filter(fresh).count() > 5,
            "{camera:?}"
        );
    }
}

#[test]
fn a_camera_that_hangs_ends_the_episode_and_the_next_begins_when_another_thread_has_it() {
    let armed = arm([Fault::hang("camera.turn").when_triggered()]);
    let mut bench = Bench::with_cameras(600.0, 5, cameras());
    bench.wait_for_rows(20);
    let goals = Goals::watch(&bench);
    armed.trigger("camera.turn");
    let (rows, ended) = bench.wait_for_saved();
    assert!(rows >= 20, "{rows}");
    assert_eq!(ended, Ended::CameraSilent);
    let told = bench.wait_for_thread();
    assert!(
        told.contains("has kept its thread waiting for 5 s"),
        "{told}"
    );
    let told = bench.wait_for_thread();
    assert!(
        told.contains("has given no sign of life for 15 s; started again (1 of 3)"),
        "{told}"
    );
    bench.wait_for_episode(1);
    goals.went_on(&bench);
    ends(bench, &[Ended::CameraSilent, Ended::Stop]);
}
