//! Cameras in a session: one picture per row in every film, cameras that fall silent, films that fail.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::Mutex;

use pixels::{CameraFrame, PictureWriter, PixelFormat, Rotation, Size, picture_ring};
use protocol::ErrorCode;

use super::*;
use crate::film::Film;
use crate::pictures::Sight;

/// What a maker of films was told, and how it is to fail.
#[derive(Debug, Default)]
struct Studio {
    open: Option<u64>,
    closed: VecDeque<Result<Reel<()>, Failure>>,
    /// Numbers of the pictures pushed, `None` for a repetition.
    pictures: Vec<Option<u64>>,
    news: VecDeque<FilmNews>,
    /// Films that cannot be closed, from now on.
    breaks: bool,
    /// What is told when a film is closed.
    at_end: Vec<FilmNews>,
}

#[derive(Debug, Clone, Default)]
struct FakeFilm(Arc<Mutex<Studio>>);

fn broken() -> Failure {
    Failure {
        code: ErrorCode::Disk,
        message: "the film broke".into(),
        remedy: "Check the disk.".into(),
    }
}

impl Film for FakeFilm {
    type Stats = ();

    fn begin(&mut self, _path: &Path) {
        let mut studio = self.0.lock().unwrap();
        assert!(studio.open.replace(0).is_none(), "one film at a time");
    }

    fn push(&mut self, picture: &CameraFrame) {
        let mut studio = self.0.lock().unwrap();
        studio.pictures.push(Some(picture.sequence));
        *studio.open.as_mut().unwrap() += 1;
    }

    fn repeat(&mut self) {
        let mut studio = self.0.lock().unwrap();
        studio.pictures.push(None);
        *studio.open.as_mut().unwrap() += 1;
    }

    fn end(&mut self) {
        let mut studio = self.0.lock().unwrap();
        let samples = studio.open.take().unwrap();
        let reel = if studio.breaks {
            Err(broken())
        } else {
            Ok(Reel {
                samples,
                squeezed: vec![1],
                bad: 0,
                stats: (),
            })
        };
        studio.closed.push_back(reel);
        let told = std::mem::take(&mut studio.at_end);
        studio.news.extend(told);
    }

    fn take(&mut self) -> Option<Result<Reel<()>, Failure>> {
        self.0.lock().unwrap().closed.pop_front()
    }

    fn news(&mut self) -> Option<FilmNews> {
        self.0.lock().unwrap().news.pop_front()
    }
}

/// A session with two cameras at 30 pictures a second, whose loop runs at 60 Hz for 30 rows a second.
struct Studios {
    bench: Bench,
    cameras: Vec<(Option<PictureWriter>, u64)>,
    films: Vec<FakeFilm>,
}

impl Studios {
    fn new(seconds: f64, episodes: u32) -> Self {
        let mut bench = Bench::new(60, 30, seconds, episodes, 1024);
        let (mut cameras, mut films, mut eyes) = (Vec::new(), Vec::new(), Vec::new());
        for name in ["front", "wrist"] {
            let (camera, reader) = picture_ring(16, bench.clock.shared());
            let sight = Sight::new(reader, Duration::from_micros(33_333));
            let film = FakeFilm::default();
            eyes.push(Eye::new(name, sight, Box::new(film.clone())));
            cameras.push((Some(camera), 0));
            films.push(film);
        }
        bench.recorder = bench.recorder.with_cameras(eyes);
        let mut studios = Self {
            bench,
            cameras,
            films,
        };
        studios.take(0);
        studios.take(1);
        studios
    }

    fn take(&mut self, camera: usize) {
        let (writer, sequence) = &mut self.cameras[camera];
        if let Some(writer) = writer {
            writer.push(CameraFrame {
                format: PixelFormat::Gray,
                size: Size::new(1, 1).unwrap(),
                rotation: Rotation::None,
                sequence: *sequence,
                arrived_at: MonoTime(0),
                bytes: vec![0].into(),
            });
        }
        *sequence += 1;
    }

    /// Cycles of the loop; a picture of each camera that is named comes before every other one.
    fn run(&mut self, cycles: u64, cameras: &[usize]) {
        for _ in 0..cycles {
            if self.bench.slot.is_multiple_of(2) {
                cameras.iter().for_each(|camera| self.take(*camera));
            }
            self.bench.run(1);
        }
    }

    fn films(&self) -> Vec<Vec<u64>> {
        self.bench.store.0.lock().unwrap().films.clone()
    }
}

#[test]
fn every_film_has_a_picture_for_every_row_and_the_rows_say_which() {
    let mut studios = Studios::new(1.0, 2);
    studios.run(60, &[0, 1]);
    // One camera at half the rate in the second episode.
    studios.run(70, &[0, 1]);
    for _ in 0..20 {
        studios.run(2, &[0]);
        studios.run(2, &[0, 1]);
    }
    let saved = studios.bench.saved();
    assert_eq!(saved.len(), 2);
    assert_eq!(studios.films(), [[30, 30], [30, 30]]);
    let counts: Vec<_> = saved[1]
        .cameras
        .iter()
        .map(|camera| camera.counts)
        .collect();
    assert_eq!((counts[0].fresh, counts[0].repeated), (30, 0));
    assert!((12..=13).contains(&counts[1].repeated), "{:?}", counts[1]);
    assert_eq!(counts[1].fresh + counts[1].repeated, 30);
    assert_eq!(counts[0].squeezed, 1, "as the film's maker said");
    let account = studios.bench.account(1);
    assert_eq!(account["pictures"]["wrist"]["repeated"], counts[1].repeated);
    assert_eq!(account["pictures"]["front"]["squeezed_rows"][0], 1);
    // What went to the film is what the rows say.
    let disk = studios.bench.store.0.lock().unwrap();
    for (at, film) in studios.films.iter().enumerate() {
        let told: Vec<Option<u64>> = disk
            .notes
            .iter()
            .map(|notes| crate::pictures::is_new(&notes[at]).then_some(notes[at].sequence))
            .collect();
        assert_eq!(film.0.lock().unwrap().pictures, told);
    }
}

#[test]
fn a_camera_that_is_silent_for_a_moment_is_repeated_and_marked_late() {
    let mut studios = Studios::new(2.0, 1);
    studios.run(60, &[0, 1]);
    studios.run(50, &[0]);
    studios.run(10, &[0, 1]);
    let saved = studios.bench.saved();
    assert_eq!((saved[0].rows, saved[0].ended), (60, Ended::Time));
    let wrist = saved[0].cameras[1].counts;
    assert_eq!(
        (wrist.repeated, wrist.late),
        (25, 24),
        "late beyond two frame times"
    );
    assert_eq!(saved[0].cameras[0].counts.late, 0);
}

#[test]
fn a_camera_that_stays_silent_ends_the_episode_kept_and_marked_and_the_session_waits_for_it() {
    let mut studios = Studios::new(60.0, 2);
    studios.run(60, &[0, 1]);
    studios.run(125, &[0]);
    let saved = studios.bench.events();
    assert!(saved.contains(&Event::CameraSilent {
        camera: "wrist".into()
    }));
    let saved: Vec<_> = saved
        .into_iter()
        .filter_map(|event| match event {
            Event::EpisodeSaved(saved) => Some(saved),
            _ => None,
        })
        .collect();
    assert_eq!(saved[0].ended, Ended::CameraSilent);
    assert_eq!(studios.films(), [[saved[0].rows, saved[0].rows]]);
    assert_eq!(studios.bench.recorder.status().phase, Phase::Paused);
    // No countdown and no rows while it is away; then the reset takes its whole second.
    studios.run(600, &[0]);
    assert_eq!(studios.bench.recorder.status().rows, 0);
    studios.run(4, &[0, 1]);
    assert!(studios.bench.events().contains(&Event::CamerasSee));
    assert_eq!(studios.bench.recorder.status().phase, Phase::Resetting);
    studios.run(70, &[0, 1]);
    assert_eq!(studios.bench.recorder.status().phase, Phase::Recording);
}

#[test]
fn no_episode_begins_before_every_camera_has_given_a_picture() {
    let mut studios = Studios::new(1.0, 1);
    let (camera, reader) = picture_ring(4, studios.bench.clock.shared());
    let sight = Sight::new(reader, Duration::from_millis(33));
    let eye = Eye::new("late", sight, Box::new(FakeFilm::default()));
    studios.bench.recorder = studios.bench.recorder.with_cameras(vec![eye]);
    studios.bench.run(30);
    assert_eq!(studios.bench.recorder.status().rows, 0);
    studios.cameras = vec![(Some(camera), 0)];
    studios.run(20, &[0]);
    assert!(studios.bench.recorder.status().rows > 5);
}

#[test]
fn a_film_that_fails_ends_the_episode_as_far_as_it_is_on_disk_and_the_next_one_is_made() {
    let mut studios = Studios::new(60.0, 3);
    studios.run(60, &[0, 1]);
    studios.films[1]
        .0
        .lock()
        .unwrap()
        .news
        .push_back(FilmNews::Failed {
            failure: broken(),
            for_good: false,
        });
    studios.run(1, &[0, 1]);
    let events = studios.bench.events();
    assert!(events.iter().any(|event| matches!(event,
        Event::FilmFailed { camera, for_good: false, .. } if &**camera == "wrist")));
    assert!(events.iter().any(|event| matches!(event,
        Event::EpisodeSaved(saved) if saved.ended == Ended::FilmFailed && saved.rows == 31)));
    assert_eq!(studios.bench.account(0)["ended"], "film_failed");
    studios.run(130, &[0, 1]);
    assert_eq!(studios.bench.recorder.status().phase, Phase::Recording);
    assert_eq!(studios.bench.recorder.status().episode, 1);
}

#[test]
fn a_person_hears_of_an_episode_that_could_not_be_kept_and_where_it_lies() {
    let mut studios = Studios::new(60.0, 3);
    studios.run(60, &[0, 1]);
    let put_away = dataset::recovery::PutAway {
        task: "stack".into(),
        rows: 31,
        fps: 30,
        lacking: vec!["observation.images.wrist".into()],
        attic: "/data/cups/meta/tendon/attic/1-0".into(),
    };
    studios.bench.store.0.lock().unwrap().put_away = vec![put_away.clone()];
    studios.films[1]
        .0
        .lock()
        .unwrap()
        .news
        .push_back(FilmNews::Failed {
            failure: broken(),
            for_good: false,
        });
    studios.run(1, &[0, 1]);
    let events = studios.bench.events();
    assert!(events.contains(&Event::EpisodePutAway(put_away)));
    let saved = |event: &Event| matches!(event, Event::EpisodeSaved(_));
    assert!(!events.iter().any(saved), "{events:?}");
}

#[test]
fn a_failure_that_is_told_twice_ends_one_episode() {
    let mut studios = Studios::new(60.0, 9);
    studios.run(60, &[0, 1]);
    {
        let mut studio = studios.films[1].0.lock().unwrap();
        let failed = FilmNews::Failed {
            failure: broken(),
            for_good: false,
        };
        studio.news.push_back(failed.clone());
        // Told while the film is being closed.
        studio.at_end.push(failed);
    }
    studios.run(61 + 60, &[0, 1]);
    let events = studios.bench.events();
    let count = |wanted: fn(&Event) -> bool| events.iter().filter(|event| wanted(event)).count();
    assert_eq!(count(|event| matches!(event, Event::FilmFailed { .. })), 1);
    assert_eq!(count(|event| matches!(event, Event::EpisodeSaved(_))), 1);
    assert_eq!(studios.bench.recorder.status().rows, 30);
}

#[test]
fn a_film_that_cannot_be_closed_costs_nothing_but_the_end_of_its_episode() {
    let mut studios = Studios::new(60.0, 3);
    studios.run(60, &[0, 1]);
    studios.films[0].0.lock().unwrap().breaks = true;
    studios.bench.recorder.command(Command::Next).unwrap();
    studios.bench.recorder.command(Command::Next).unwrap();
    let saved = studios.bench.saved();
    assert_eq!((saved[0].ended, saved[0].rows), (Ended::FilmFailed, 30));
    assert!(!studios.bench.recorder.finished(), "the session goes on");
}

#[test]
fn a_film_that_fails_for_good_ends_the_session_with_everything_kept() {
    let mut studios = Studios::new(60.0, 3);
    studios.run(60, &[0, 1]);
    studios.films[0]
        .0
        .lock()
        .unwrap()
        .news
        .push_back(FilmNews::Failed {
            failure: broken(),
            for_good: true,
        });
    studios.run(1, &[0, 1]);
    assert!(studios.bench.recorder.finished());
    let outcome = studios.bench.recorder.into_outcome();
    assert_eq!(outcome.summary.episodes.len(), 1);
    assert_eq!(outcome.summary.failure, Some(broken()));
}

#[test]
fn a_change_of_pace_is_told() {
    let mut studios = Studios::new(60.0, 1);
    let words = "key pictures every 10 pictures".to_owned();
    studios.films[0]
        .0
        .lock()
        .unwrap()
        .news
        .push_back(FilmNews::Pace(words.clone()));
    studios.run(1, &[0, 1]);
    assert!(studios.bench.events().contains(&Event::FilmPace {
        camera: "front".into(),
        words,
    }));
}

#[test]
fn a_discarded_episode_comes_back_with_its_films() {
    let mut studios = Studios::new(60.0, 3);
    studios.run(60, &[0, 1]);
    studios.bench.recorder.command(Command::ReRecord).unwrap();
    studios.bench.recorder.command(Command::Undo).unwrap();
    assert_eq!(studios.films(), [[30, 30]]);
    let saved = studios.bench.saved();
    assert_eq!(saved[0].cameras[0].counts.fresh, 30);
}

#[test]
fn a_recorder_that_panicked_closes_its_films_before_it_keeps_the_episode() {
    let mut studios = Studios::new(60.0, 3);
    studios.run(60, &[0, 1]);
    studios.bench.recorder.begin_again();
    for film in &studios.films {
        let studio = film.0.lock().unwrap();
        assert!(studio.open.is_none() && studio.closed.is_empty());
    }
    assert_eq!(studios.bench.saved()[0].ended, Ended::RecorderFailed);
    studios.run(130, &[0, 1]);
    assert_eq!(studios.bench.recorder.status().phase, Phase::Recording);
}

#[test]
fn an_episode_that_was_to_be_discarded_is_discarded_also_when_its_film_failed() {
    let mut studios = Studios::new(60.0, 3);
    studios.run(60, &[0, 1]);
    studios.films[0].0.lock().unwrap().breaks = true;
    studios.bench.recorder.command(Command::ReRecord).unwrap();
    assert!(studios.bench.saved().is_empty());
    assert_eq!(studios.bench.recorder.status().undoable, 0);
    assert_eq!(
        studios.bench.recorder.command(Command::Undo),
        Err(Refusal::NothingDiscarded)
    );
}

#[test]
fn a_pause_skips_no_pictures() {
    let mut studios = Studios::new(3.0, 1);
    studios.run(60, &[0, 1]);
    studios.bench.recorder.command(Command::Pause).unwrap();
    studios.run(120, &[0, 1]);
    studios.bench.recorder.command(Command::Resume).unwrap();
    studios.run(130, &[0, 1]);
    let saved = studios.bench.saved();
    assert_eq!(saved[0].cameras[0].counts.skipped, 0);
    assert_eq!(saved[0].cameras[0].counts.fresh, 90);
}

/// An episode of 30 rows was discarded and asked back while the next, of 15 rows, is open.
fn asked_back() -> Studios {
    let mut studios = Studios::new(60.0, 9);
    studios.run(60, &[0, 1]);
    studios.bench.recorder.command(Command::ReRecord).unwrap();
    studios.run(60 + 30, &[0, 1]);
    assert_eq!(studios.bench.recorder.status().rows, 15);
    studios.bench.recorder.command(Command::Undo).unwrap();
    assert!(studios.bench.saved().is_empty(), "behind the open one");
    studios
}

#[test]
fn an_episode_that_was_asked_back_comes_back_also_when_the_film_of_the_open_one_fails() {
    for stops in [true, false] {
        let mut studios = asked_back();
        studios.films[0].0.lock().unwrap().breaks = true;
        if stops {
            studios.bench.recorder.command(Command::Stop).unwrap();
        } else {
            let failed = FilmNews::Failed {
                failure: broken(),
                for_good: false,
            };
            studios.films[0].0.lock().unwrap().news.push_back(failed);
            studios.run(1, &[0, 1]);
        }
        let saved: Vec<_> = studios.bench.saved();
        let saved: Vec<_> = saved
            .iter()
            .map(|saved| (saved.rows, saved.ended))
            .collect();
        assert_eq!(
            saved,
            [
                (15 + u64::from(!stops), Ended::FilmFailed),
                (30, Ended::Asked)
            ],
            "{stops}"
        );
        assert_eq!(studios.films(), [[30, 30]], "whole, with its own films");
        assert_eq!(studios.bench.recorder.finished(), stops);
    }
}

#[test]
fn an_episode_that_was_asked_back_is_left_to_the_next_start_when_the_disk_refuses() {
    let mut studios = asked_back();
    studios.bench.store.0.lock().unwrap().refuse_saving = true;
    studios.bench.recorder.command(Command::Stop).unwrap();
    assert!(studios.bench.recorder.finished());
    assert_eq!(studios.bench.store.0.lock().unwrap().left, [30]);
    // Refused already while rows come: the wish was not yet carried out.
    let mut studios = asked_back();
    studios.bench.store.0.lock().unwrap().room = Some(0);
    studios.run(2, &[0, 1]);
    assert!(studios.bench.recorder.finished());
    assert_eq!(studios.bench.store.0.lock().unwrap().left, [30]);
}

#[test]
fn an_undo_that_the_disk_refuses_loses_nothing() {
    let mut studios = Studios::new(60.0, 9);
    studios.run(60, &[0, 1]);
    studios.bench.recorder.command(Command::ReRecord).unwrap();
    studios.bench.store.0.lock().unwrap().refuse_restoring = true;
    studios.bench.recorder.command(Command::Undo).unwrap();
    assert!(studios.bench.recorder.finished());
    assert_eq!(studios.bench.store.0.lock().unwrap().left, [30]);
}

#[test]
fn a_panic_before_an_episode_is_brought_back_does_not_cost_it() {
    let mut studios = asked_back();
    let _armed = arm([Fault::panic("recorder.save")]);
    let stop = std::panic::AssertUnwindSafe(|| studios.bench.recorder.command(Command::Stop));
    assert!(std::panic::catch_unwind(stop).is_err());
    studios.bench.recorder.begin_again();
    let saved: Vec<_> = studios.bench.saved();
    let rows: Vec<_> = saved.iter().map(|saved| saved.rows).collect();
    assert_eq!(rows, [15, 30]);
}
