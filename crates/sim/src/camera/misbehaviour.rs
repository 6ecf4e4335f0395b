//! What can go wrong with a camera, named for what it does, and how a person writes it down.
//!
//! `NAME[=VALUE][@AFTER+FOR]`, as the arm's faults are written (`plan`): `stall@5s+2s`, `late=80ms`, `truncated=2%`,
//! `rate=29.97`. Not here: what a picture looks like afterwards (`camera`).

use std::str::FromStr;
use std::time::Duration;

use pixels::Size;
use units::Hz;

use crate::plan::{UnknownFault, number, share, timed};

/// Which pictures are spoiled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Which {
    /// One of so many; 1 for each.
    Every(u32),
    /// A share, drawn at random, 0 to 1.
    Share(f64),
}

/// One thing that goes wrong with a camera.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CameraMisbehaviour {
    /// It takes no pictures, and says nothing about it.
    Stalls,
    /// It is gone as if unplugged. It can be opened again when this ends.
    Disappears,
    /// Its pictures arrive this much later than they should.
    LateFrames {
        /// How much later.
        by: Duration,
    },
    /// The time between exposure and arrival varies by up to this much more.
    Jitter {
        /// How much at most.
        by: Duration,
    },
    /// It takes pictures at another rate than it promised, such as 29.97 for 30.
    OtherRate {
        /// The real rate.
        rate: Hz,
    },
    /// Pictures that were taken and never arrive.
    LosesFrames {
        /// Which.
        which: Which,
    },
    /// Instead of a new picture the last one comes again.
    DuplicateFrames {
        /// Which.
        which: Which,
    },
    /// Pictures of another size than was agreed.
    WrongSize {
        /// The size they have.
        size: Size,
    },
    /// Pictures that end in the middle.
    Truncated {
        /// Which.
        which: Which,
    },
    /// Pictures without any light, strip and digits included.
    Black {
        /// Which.
        which: Which,
    },
    /// Bytes that are no picture at all.
    Garbage {
        /// Which.
        which: Which,
    },
}

/// How camera faults are written, in one line for a person.
pub const FORMS: &str = "stall, gone, late=MS, jitter=MS, rate=HZ, lost[=EVERY|SHARE%], duplicate[=EVERY|SHARE%], \
size=WIDTHxHEIGHT, truncated[=EVERY|SHARE%], black[=EVERY|SHARE%] or garbage[=EVERY|SHARE%], each with @AFTER+FOR if it \
begins or ends later, such as stall@5s+2s";

/// A camera's misbehaviour and its time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CameraPlan {
    /// What goes wrong.
    pub what: CameraMisbehaviour,
    /// From now until it begins.
    pub after: Duration,
    /// How long it lasts; `None` until the camera is told to behave.
    pub lasting: Option<Duration>,
}

/// A text that is no fault of a camera.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the camera fault {text:?} is not known: {why}")]
pub struct UnknownCameraFault {
    /// What was written.
    pub text: String,
    /// What is wrong with it.
    pub why: &'static str,
}

impl UnknownCameraFault {
    /// What to write instead.
    pub fn remedy(&self) -> String {
        format!("Use {FORMS}.")
    }
}

impl From<UnknownFault> for UnknownCameraFault {
    fn from(fault: UnknownFault) -> Self {
        Self {
            text: fault.text,
            why: fault.why,
        }
    }
}

impl CameraPlan {
    /// From now on.
    pub fn now(what: CameraMisbehaviour) -> Self {
        Self {
            what,
            after: Duration::ZERO,
            lasting: None,
        }
    }

    /// The same, beginning later.
    pub fn after(self, after: Duration) -> Self {
        Self { after, ..self }
    }

    /// The same, ending by itself.
    pub fn lasting(self, span: Duration) -> Self {
        Self {
            lasting: Some(span),
            ..self
        }
    }
}

impl FromStr for CameraPlan {
    type Err = UnknownCameraFault;

    fn from_str(text: &str) -> Result<Self, UnknownCameraFault> {
        let (what, after, lasting) = timed(text, misbehaviour)?;
        Ok(Self {
            what,
            after,
            lasting,
        })
    }
}

fn misbehaviour(text: &str) -> Result<CameraMisbehaviour, &'static str> {
    let (name, value) = match text.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (text, None),
    };
    let none = |what| match value {
        None => Ok(what),
        Some(_) => Err("it takes no value"),
    };
    let which = || match value {
        None => Ok(Which::Every(1)),
        Some(text) => match (share(text), text.parse()) {
            (Some(share), _) => Ok(Which::Share(share)),
            (None, Ok(every)) if every > 0 => Ok(Which::Every(every)),
            _ => Err("which pictures is written like 10 (one of ten), 2% or 0.02"),
        },
    };
    let span = || {
        value
            .and_then(|text| crate::plan::span(text, "ms"))
            .ok_or("a time is written like 80ms or 1.5s")
    };
    match name {
        "stall" => none(CameraMisbehaviour::Stalls),
        "gone" => none(CameraMisbehaviour::Disappears),
        "late" => Ok(CameraMisbehaviour::LateFrames { by: span()? }),
        "jitter" => Ok(CameraMisbehaviour::Jitter { by: span()? }),
        "rate" => value
            .and_then(number)
            .and_then(Hz::new)
            .map(|rate| CameraMisbehaviour::OtherRate { rate })
            .ok_or("a rate is written like 29.97, from 1 to 1000"),
        "lost" => Ok(CameraMisbehaviour::LosesFrames { which: which()? }),
        "duplicate" => Ok(CameraMisbehaviour::DuplicateFrames { which: which()? }),
        "size" => value
            .and_then(size)
            .map(|size| CameraMisbehaviour::WrongSize { size })
            .ok_or("a size is written like 320x240"),
        "truncated" => Ok(CameraMisbehaviour::Truncated { which: which()? }),
        "black" => Ok(CameraMisbehaviour::Black { which: which()? }),
        "garbage" => Ok(CameraMisbehaviour::Garbage { which: which()? }),
        _ => Err("no camera fault has this name"),
    }
}

/// Most pixels that are drawn: 4K.
const MOST_PIXELS: usize = 3840 * 2160;

/// A size as a person writes it, such as `640x480`; at most 4K.
pub fn size(text: &str) -> Option<Size> {
    let (width, height) = text.split_once('x')?;
    Size::new(width.parse().ok()?, height.parse().ok()?).filter(|size| size.pixels() <= MOST_PIXELS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn camera_faults_are_written_by_name_value_and_time() {
        use CameraMisbehaviour as M;
        let ms = Duration::from_millis;
        let size = Size::new(320, 240).unwrap();
        let rate = Hz::new(29.97).unwrap();
        for (text, what) in [
            ("stall", M::Stalls),
            ("gone", M::Disappears),
            ("late=80", M::LateFrames { by: ms(80) }),
            ("jitter=5ms", M::Jitter { by: ms(5) }),
            ("rate=29.97", M::OtherRate { rate }),
            (
                "lost=2%",
                M::LosesFrames {
                    which: Which::Share(0.02),
                },
            ),
            (
                "duplicate=10",
                M::DuplicateFrames {
                    which: Which::Every(10),
                },
            ),
            ("size=320x240", M::WrongSize { size }),
            (
                "truncated",
                M::Truncated {
                    which: Which::Every(1),
                },
            ),
            (
                "black=0.5",
                M::Black {
                    which: Which::Share(0.5),
                },
            ),
            (
                "garbage=3",
                M::Garbage {
                    which: Which::Every(3),
                },
            ),
        ] {
            assert_eq!(text.parse(), Ok(CameraPlan::now(what)), "{text}");
            assert_eq!(
                format!("{text}@5s+500ms").parse(),
                Ok(CameraPlan::now(what).after(ms(5000)).lasting(ms(500)))
            );
        }
    }

    #[test]
    fn what_is_no_camera_fault_is_refused_with_the_forms() {
        for text in [
            "",
            "stall=1",
            "gone=x",
            "late",
            "late=x",
            "rate=0",
            "rate=x",
            "lost=0",
            "lost=200%",
            "size=320",
            "size=0x0",
            "size=16000x16000",
            "mute=3",
            "stall@",
            "stall@5s+",
        ] {
            let refused = text.parse::<CameraPlan>().unwrap_err();
            assert_eq!(refused.text, text);
            assert!(refused.remedy().contains("stall@5s+2s"), "{text}");
        }
    }
}
