//! Films made by the encoder threads of `video`.

use std::collections::VecDeque;
use std::path::Path;

use dataset::FeatureStats;
use pixels::CameraFrame;
use protocol::{ErrorCode, Failure};
use stdx::watchdog::Seen;
use video::encoder::{EncoderEvent, EncoderHandle, Ending, Pushed};

use crate::film::{Film, FilmNews, Reel};

/// One camera's encoder.
#[derive(Debug)]
pub struct VideoFilm {
    camera: String,
    encoder: EncoderHandle,
    /// Samples of the open film.
    samples: u64,
    /// Those among them that found no room.
    no_room: Vec<u64>,
    /// Those that show the picture before once more because their row has the same one.
    repeats: Vec<u64>,
    ended: VecDeque<Ended>,
    news: VecDeque<FilmNews>,
}

#[derive(Debug)]
struct Ended {
    ending: Ending,
    no_room: Vec<u64>,
    repeats: Vec<u64>,
}

impl VideoFilm {
    /// The films of `camera`, which `encoder` makes.
    pub fn new(camera: &str, encoder: EncoderHandle) -> Self {
        Self {
            camera: camera.to_owned(),
            encoder,
            samples: 0,
            no_room: Vec::new(),
            repeats: Vec::new(),
            ended: VecDeque::new(),
            news: VecDeque::new(),
        }
    }

    fn look(&mut self) {
        match self.encoder.look() {
            Seen::Well | Seen::Ended => {}
            Seen::Slow(silent) => self.news.push_back(FilmNews::Pace(format!(
                "its film has been waiting for {:.0} s, most likely for the disk",
                silent.as_secs_f64()
            ))),
            Seen::Again => self
                .news
                .push_back(FilmNews::Pace("its film goes on".to_owned())),
            Seen::Failed(failed) => self.news.push_back(FilmNews::Failed {
                failure: broken(&failed.to_string()),
                for_good: failed.for_good(),
            }),
        }
        for event in self.encoder.take_events() {
            self.news.push_back(match event {
                EncoderEvent::Failed { why, .. } => FilmNews::Failed {
                    failure: broken(&why),
                    for_good: false,
                },
                event => {
                    let words = event.to_string();
                    let about = format!("Camera {}: ", self.camera);
                    FilmNews::Pace(words.strip_prefix(&about).unwrap_or(&words).to_owned())
                }
            });
        }
    }
}

impl Film for VideoFilm {
    type Stats = FeatureStats;

    fn begin(&mut self, path: &Path) {
        self.samples = 0;
        self.no_room.clear();
        self.repeats.clear();
        self.encoder.begin(path.to_owned());
    }

    fn push(&mut self, picture: &CameraFrame) {
        if self.encoder.push(picture.clone()) == Pushed::Repeated {
            self.no_room.push(self.samples);
        }
        self.samples += 1;
    }

    fn repeat(&mut self) {
        match self.encoder.repeat() {
            // That a repetition repeats is no news, and a film that failed tells of it itself.
            Pushed::Taken | Pushed::Repeated | Pushed::Lost => {}
        }
        self.repeats.push(self.samples);
        self.samples += 1;
    }

    fn end(&mut self) {
        self.ended.push_back(Ended {
            ending: self.encoder.end(),
            no_room: std::mem::take(&mut self.no_room),
            repeats: std::mem::take(&mut self.repeats),
        });
    }

    fn take(&mut self) -> Option<Result<Reel<FeatureStats>, Failure>> {
        let first = self.ended.front()?;
        let Some(answer) = first.ending.answer() else {
            // Nobody else notices a thread that died meanwhile.
            self.look();
            return None;
        };
        let ended = self.ended.pop_front()?;
        let encoded = match answer {
            Ok(encoded) => encoded,
            Err(error) => return Some(Err(broken(&error.to_string()))),
        };
        if let Some(error) = &encoded.failure {
            return Some(Err(broken(&error.to_string())));
        }
        let mut squeezed = ended.no_room;
        squeezed.extend(&encoded.undecodable_at);
        squeezed.sort_unstable();
        let squeezed = with_repeats(squeezed, &ended.repeats);
        Some(Ok(Reel {
            samples: encoded.samples,
            squeezed,
            bad: encoded.undecodable,
            stats: encoded
                .stats
                .colours()
                .map_or_else(FeatureStats::default, |colours| (&colours).into()),
        }))
    }

    fn news(&mut self) -> Option<FilmNews> {
        if self.news.is_empty() {
            self.look();
        }
        self.news.pop_front()
    }
}

/// The samples that show an older picture than their row's: those that were squeezed, and the repetitions behind each.
fn with_repeats(squeezed: Vec<u64>, repeats: &[u64]) -> Vec<u64> {
    let mut all = Vec::with_capacity(squeezed.len());
    for sample in squeezed {
        all.push(sample);
        let after = repeats.partition_point(|repeat| *repeat <= sample);
        let run = repeats[after..].iter().zip(sample + 1..);
        all.extend(
            run.take_while(|(repeat, next)| **repeat == *next)
                .map(|(repeat, _)| *repeat),
        );
    }
    all
}

fn broken(why: &str) -> Failure {
    Failure {
        code: ErrorCode::Camera,
        message: format!("the film cannot go on: {why}"),
        remedy: "The arm goes on. Check the disk; if this comes again, report it with the log."
            .into(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use pixels::{PixelFormat, Rotation, Size};
    use stdx::failpoint::{Fault, arm};
    use stdx::thread::Intent;
    use stdx::watchdog::{AfterHang, Policy};
    use stdx::{Clock as _, SystemClock};
    use units::MonoTime;
    use video::encoder::{EncoderConfig, start};

    use super::*;

    const POLICY: Policy = Policy {
        thread: "enc",
        intent: Intent::Encode,
        slow_after: Duration::from_millis(200),
        hangs_after: Duration::from_millis(400),
        restarts: 3,
        after_hang: AfterHang::Abandon,
    };

    const SIDE: u32 = 32;

    fn frame(sequence: u64) -> CameraFrame {
        let side = SIDE as usize;
        CameraFrame {
            format: PixelFormat::Gray,
            size: Size::new(SIDE, SIDE).unwrap(),
            rotation: Rotation::None,
            sequence,
            arrived_at: MonoTime(0),
            bytes: vec![(sequence % 200) as u8; side * side].into(),
        }
    }

    fn torn() -> CameraFrame {
        CameraFrame {
            bytes: vec![1, 2].into(),
            ..frame(0)
        }
    }

    fn film(policy: Policy) -> (VideoFilm, tempfile::TempDir) {
        let config = EncoderConfig::new("front", Size::new(SIDE, SIDE).unwrap(), 30);
        let encoder = start(config, policy, SystemClock::shared()).unwrap();
        (
            VideoFilm::new("front", encoder),
            tempfile::tempdir().unwrap(),
        )
    }

    fn taken(film: &mut VideoFilm) -> Result<Reel<FeatureStats>, Failure> {
        loop {
            if let Some(reel) = film.take() {
                return reel;
            }
            SystemClock.sleep(Duration::from_millis(1));
        }
    }

    fn failures(film: &mut VideoFilm) -> Vec<bool> {
        std::iter::from_fn(|| film.news())
            .filter_map(|news| match news {
                FilmNews::Failed { for_good, .. } => Some(for_good),
                FilmNews::Pace(_) => None,
            })
            .collect()
    }

    #[test]
    fn pictures_without_room_and_pictures_that_are_none_are_named_with_the_rows_that_repeat_them() {
        let armed = arm([Fault::hang("encoder.picture")]);
        let patient = Policy {
            slow_after: Duration::from_secs(60),
            hangs_after: Duration::from_secs(120),
            ..POLICY
        };
        let (mut film, folder) = film(patient);
        film.begin(&folder.path().join("film.mp4"));
        film.push(&frame(0));
        while armed.hanging("encoder.picture") == 0 {
            SystemClock.sleep(Duration::from_millis(1));
        }
        film.push(&torn());
        film.repeat();
        let room = EncoderConfig::new("front", Size::new(SIDE, SIDE).unwrap(), 30).queue() as u64;
        for number in 0..room - 1 {
            film.push(&frame(number));
        }
        film.push(&frame(7));
        film.repeat();
        film.repeat();
        film.end();
        assert!(film.take().is_none(), "not closed yet");
        // The next film begins before this one is closed, and its pictures count by themselves.
        film.begin(&folder.path().join("next.mp4"));
        armed.release("encoder.picture");
        let reel = taken(&mut film).unwrap();
        let last = 2 + room;
        assert_eq!(reel.samples, last + 3);
        assert_eq!(reel.squeezed, [1, 2, last, last + 1, last + 2]);
        assert_eq!(reel.bad, 1);
        film.push(&frame(1));
        film.end();
        let reel = taken(&mut film).unwrap();
        assert_eq!((reel.samples, reel.squeezed), (1, Vec::new()));
    }

    #[test]
    fn films_are_answered_in_their_order_also_when_the_first_failed() {
        let _armed = arm([Fault::error("encoder.picture", std::io::ErrorKind::Other).on(3)]);
        let (mut film, folder) = film(POLICY);
        for (name, rows) in [("failed.mp4", 5), ("whole.mp4", 4)] {
            film.begin(&folder.path().join(name));
            for number in 0..rows {
                film.push(&frame(number));
            }
            film.end();
        }
        assert!(taken(&mut film).is_err());
        assert_eq!(taken(&mut film).unwrap().samples, 4);
        assert!(film.take().is_none(), "nothing is owed");
        assert_eq!(failures(&mut film), [false], "and told once");
    }

    #[test]
    fn a_film_whose_thread_hangs_is_answered_and_the_thread_that_comes_back_changes_nothing() {
        let armed = arm([Fault::hang("encoder.picture").on(20)]);
        let (mut film, folder) = film(POLICY);
        let path = folder.path().join("hung.mp4");
        film.begin(&path);
        for number in 0..30 {
            film.push(&frame(number));
        }
        film.end();
        let failure = taken(&mut film).unwrap_err();
        assert!(failure.message.contains("no sign of life"), "{failure}");
        assert!(!failures(&mut film).is_empty());
        let before = std::fs::read(&path).unwrap();
        armed.release("encoder.picture");
        film.begin(&folder.path().join("next.mp4"));
        film.push(&frame(1));
        film.end();
        assert_eq!(taken(&mut film).unwrap().samples, 1);
        assert_eq!(std::fs::read(&path).unwrap(), before);
        assert!(failures(&mut film).is_empty());
    }

    #[test]
    fn rows_that_repeat_a_picture_which_is_not_in_the_film_show_an_older_one_too() {
        assert_eq!(
            with_repeats(vec![3, 9], &[1, 4, 5, 7, 10]),
            [3, 4, 5, 9, 10]
        );
        assert_eq!(with_repeats(vec![], &[1, 2]), [0_u64; 0]);
        assert_eq!(with_repeats(vec![2], &[]), [2]);
    }
}
