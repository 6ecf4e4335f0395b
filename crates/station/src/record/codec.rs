//! In which codec a session's films are recorded: what this computer can encode while an arm is driven was measured, and
//! what it cannot waits until the session is over.
//!
//! Not here: the measurement (`video::gauge`), making films again ([`mod@crate::reencode`]).

use dataset::{CameraKind, CameraSpec, Codec, FilmSpec};
use recorder::preflight::{Check, Grade};
use video::VideoError;
use video::encode::{Quantizer, Settings};
use video::gauge::Load;

use super::{Av1, FilmSettings};

/// How many times as fast as the cameras the encoders must be for films to be made while recording. They were measured with
/// nothing else to do; while recording, the same processors take and convert pictures, take their statistics, drive the
/// arm and write to the disk, a warm laptop is slower by a third, and a scene may be harder than the one measured.
const ROOM: f64 = 2.0;

/// Pictures a second that this computer encodes of each film, all at once.
pub(super) type Gauge<'a> = &'a dyn Fn(&[Load]) -> Result<Vec<f64>, VideoError>;

/// How the films of a session come to be what was asked for.
#[derive(Debug)]
pub(super) struct FilmPlan {
    /// What is recorded.
    pub film: FilmSettings,
    /// What the films are made into after the session, if they are not that already.
    pub later: Option<FilmSpec>,
    /// What the person should know of it.
    pub checks: Vec<Check>,
}

/// Decides. `said` is what the dataset that is continued says of a camera's films.
pub(super) fn plan(
    asked: FilmSettings,
    when: Av1,
    cameras: &[CameraSpec],
    fps: u32,
    said: &dyn Fn(&str) -> Option<String>,
    gauge: Gauge<'_>,
) -> FilmPlan {
    let mut plan = FilmPlan {
        film: asked,
        later: None,
        checks: Vec::new(),
    };
    let FilmSettings::Video(film) = asked else {
        return plan;
    };
    if cameras.is_empty() {
        return plan;
    }
    if film.codec == Codec::Av1 {
        let (live, why) = match when {
            Av1::Live => (true, "AV1 while recording, as asked for".to_owned()),
            Av1::After => (false, "as asked for".to_owned()),
            Av1::Auto => measured(film, cameras, fps, gauge),
        };
        if live {
            plan.checks.push(check(Grade::Fine, why, ""));
        } else {
            plan.film = FilmSettings::Video(FilmSpec {
                codec: Codec::H264,
                ..film
            });
            plan.later = Some(film);
            plan.checks.push(check(
                Grade::Notice,
                format!("{why}: recording H.264, AV1 after the session"),
                "Leave the program running when the session is over, until the films are made.",
            ));
        }
    }
    plan.checks.extend(mixed(film, cameras, said));
    plan
}

/// Whether this computer encodes the films while they are recorded, and the figures.
fn measured(film: FilmSpec, cameras: &[CameraSpec], fps: u32, gauge: Gauge<'_>) -> (bool, String) {
    let quantizer = u8::try_from(film.quality).ok().and_then(Quantizer::new);
    let load = |camera: &CameraSpec| Load {
        codec: film.codec,
        settings: Settings {
            size: camera.size,
            fps,
            quantizer: quantizer.unwrap_or(Quantizer::DEFAULT),
        },
        gop: film.gop,
    };
    let loads: Vec<Load> = cameras.iter().map(load).collect();
    let paces = match gauge(&loads) {
        Ok(paces) => paces,
        Err(error) => {
            tracing::warn!(%error, "how fast this computer encodes could not be measured");
            let why = format!("how fast this computer encodes AV1 could not be measured ({error})");
            return (false, why);
        }
    };
    let needed = f64::from(fps) * cameras.len() as f64;
    // The slowest film counts: every row needs a picture of each camera.
    let slowest = paces.iter().copied().fold(f64::INFINITY, f64::min);
    let pace = slowest * cameras.len() as f64;
    let live = paces.len() == cameras.len() && pace >= ROOM * needed;
    let room = if !live && pace >= needed {
        format!(", {:.0} with room for everything else", ROOM * needed)
    } else {
        String::new()
    };
    let why =
        format!("this computer encodes {pace:.0} pictures/s in AV1, {needed:.0} are needed{room}");
    (live, why)
}

/// Whether this session's films will not be like those that the dataset has. LeRobot takes both; the person should know.
fn mixed(
    film: FilmSpec,
    cameras: &[CameraSpec],
    said: &dyn Fn(&str) -> Option<String>,
) -> Option<Check> {
    let films = cameras
        .iter()
        .filter(|it| !matches!(it.kind, CameraKind::Image));
    let other = films
        .filter_map(|camera| said(&camera.key))
        .find(|said| said != film.codec.name())?;
    Some(check(
        Grade::Notice,
        format!(
            "the dataset's films are {other}, those of this session will be {}: LeRobot loads both side by side, but its tools \
             that join films refuse two codecs",
            film.codec
        ),
        "`tendon dataset reencode` makes them alike at any later time.",
    ))
}

fn check(grade: Grade, found: String, remedy: &str) -> Check {
    Check {
        name: "codec",
        grade,
        found,
        remedy: remedy.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use pixels::Size;

    use super::*;

    const ASKED: FilmSpec = FilmSpec {
        codec: Codec::Av1,
        gop: 2,
        quality: 30,
    };

    fn cameras() -> Vec<CameraSpec> {
        let size = Size::new(640, 480).unwrap();
        ["front", "wrist"]
            .map(|name| CameraSpec::new(name, size, CameraKind::Video(ASKED)))
            .into()
    }

    fn codec(plan: &FilmPlan) -> Codec {
        let FilmSettings::Video(film) = plan.film else {
            panic!("no films");
        };
        assert_eq!((film.gop, film.quality), (ASKED.gop, ASKED.quality));
        film.codec
    }

    fn decided(when: Av1, paces: [f64; 2]) -> FilmPlan {
        let asked = FilmSettings::Video(ASKED);
        plan(
            asked,
            when,
            &cameras(),
            30,
            &|_| None,
            &|_| Ok(paces.into()),
        )
    }

    #[test]
    fn av1_is_live_where_every_camera_has_twice_the_time_it_needs() {
        let fast = decided(Av1::Auto, [61.0, 60.0]);
        assert_eq!((codec(&fast), fast.later), (Codec::Av1, None));
        assert_eq!(fast.checks.len(), 1);
        assert_eq!(fast.checks[0].grade, Grade::Fine);
        assert_eq!(
            fast.checks[0].found,
            "this computer encodes 120 pictures/s in AV1, 60 are needed"
        );
        for (paces, told) in [
            (
                [59.9, 400.0],
                "this computer encodes 120 pictures/s in AV1, 60 are needed, 120 with room for everything else: recording \
                 H.264, AV1 after the session",
            ),
            (
                [20.0, 19.0],
                "this computer encodes 38 pictures/s in AV1, 60 are needed: recording H.264, AV1 after the session",
            ),
        ] {
            let slow = decided(Av1::Auto, paces);
            assert_eq!((codec(&slow), slow.later), (Codec::H264, Some(ASKED)));
            assert_eq!(slow.checks[0].grade, Grade::Notice);
            assert_eq!(slow.checks[0].found, told);
        }
    }

    #[test]
    fn what_is_measured_are_the_films_as_they_would_be() {
        let seen = RefCell::new(Vec::new());
        let asked = FilmSettings::Video(ASKED);
        let gauge = |films: &[Load]| {
            seen.borrow_mut().extend_from_slice(films);
            Ok(vec![1.0; films.len()])
        };
        plan(asked, Av1::Auto, &cameras(), 25, &|_| None, &gauge);
        let seen = seen.into_inner();
        assert_eq!(seen.len(), 2);
        let settings = seen[0].settings;
        assert_eq!((seen[0].codec, seen[0].gop), (Codec::Av1, 2));
        assert_eq!(settings.size.to_string(), "640x480");
        assert_eq!((settings.fps, settings.quantizer.get()), (25, 30));
    }

    #[test]
    fn a_person_who_decides_is_not_made_to_wait_for_a_measurement() {
        let never = |_: &[Load]| panic!("nothing is to be measured");
        let asked = FilmSettings::Video(ASKED);
        let decided = |when| plan(asked, when, &cameras(), 30, &|_| None, &never);
        assert_eq!(codec(&decided(Av1::Live)), Codec::Av1);
        let after = decided(Av1::After);
        assert_eq!((codec(&after), after.later), (Codec::H264, Some(ASKED)));
        for (asked, cameras) in [
            (FilmSettings::default(), cameras()),
            (FilmSettings::Images, cameras()),
            (asked, Vec::new()),
        ] {
            let plan = plan(asked, Av1::Auto, &cameras, 30, &|_| None, &never);
            assert_eq!((plan.film, plan.later), (asked, None));
            assert!(plan.checks.is_empty(), "{plan:?}");
        }
    }

    #[test]
    fn an_encoder_that_cannot_be_measured_is_not_relied_on() {
        let broken = |_: &[Load]| {
            Err(VideoError::Encoder {
                problem: "no".into(),
            })
        };
        let asked = FilmSettings::Video(ASKED);
        let plan = plan(asked, Av1::Auto, &cameras(), 30, &|_| None, &broken);
        assert_eq!((codec(&plan), plan.later), (Codec::H264, Some(ASKED)));
        assert!(plan.checks[0].found.contains("could not be measured"));
    }

    #[test]
    fn two_codecs_in_one_dataset_are_told_and_not_refused() {
        let asked = FilmSettings::Video(ASKED);
        let slow = |films: &[Load]| Ok(vec![1.0; films.len()]);
        let go_on = |asked, said: &'static str| {
            plan(
                asked,
                Av1::Auto,
                &cameras(),
                30,
                &|_| Some(said.into()),
                &slow,
            )
        };
        // H.264 on the way to AV1 in a dataset of AV1: alike in the end.
        assert_eq!(go_on(asked, "av1").checks.len(), 1);
        let told = &go_on(asked, "h264").checks[1];
        assert_eq!(told.grade, Grade::Notice);
        assert!(
            told.found
                .starts_with("the dataset's films are h264, those of this session will be av1")
        );
        let told = go_on(FilmSettings::default(), "av1").checks;
        assert!(told[0].found.contains("will be h264"), "{told:?}");
        assert!(go_on(FilmSettings::default(), "h264").checks.is_empty());
    }
}
