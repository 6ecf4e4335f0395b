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
    ended: VecDeque<Ended>,
    news: VecDeque<FilmNews>,
}

#[derive(Debug)]
struct Ended {
    ending: Ending,
    no_room: Vec<u64>,
}

impl VideoFilm {
    /// The films of `camera`, which `encoder` makes.
    pub fn new(camera: &str, encoder: EncoderHandle) -> Self {
        Self {
            camera: camera.to_owned(),
            encoder,
            samples: 0,
            no_room: Vec::new(),
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
        self.samples += 1;
    }

    fn end(&mut self) {
        self.ended.push_back(Ended {
            ending: self.encoder.end(),
            no_room: std::mem::take(&mut self.no_room),
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
        Some(Ok(Reel {
            samples: encoded.samples,
            squeezed,
            bad: encoded.undecodable,
            stats: feature_stats(&encoded.stats),
        }))
    }

    fn news(&mut self) -> Option<FilmNews> {
        if self.news.is_empty() {
            self.look();
        }
        self.news.pop_front()
    }
}

fn feature_stats(stats: &video::PictureStats) -> FeatureStats {
    let Some(colours) = stats.colours() else {
        return FeatureStats::default();
    };
    FeatureStats {
        shape: vec![3, 1, 1],
        values: colours
            .named()
            .into_iter()
            .map(|(name, values)| (name.to_owned(), values.to_vec()))
            .collect(),
        count: vec![colours.count as i64],
    }
}

fn broken(why: &str) -> Failure {
    Failure {
        code: ErrorCode::Camera,
        message: format!("the film cannot go on: {why}"),
        remedy: "The arm goes on. Check the disk; if this comes again, report it with the log."
            .into(),
    }
}
