//! What lies under a picture with alpha: a colour, or another picture.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::resize::{Filter, Fit, Resize};
use super::{Effect, Shape};
use crate::error::ImagingError;
use crate::limits::Limits;
use crate::picture::{Canvas, Layout, Picture};
use crate::run::{Run, cached_rows};

/// A colour in sRGB. In presets `"#rrggbb"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    /// Red.
    pub red: u8,
    /// Green.
    pub green: u8,
    /// Blue.
    pub blue: u8,
}

impl Colour {
    /// Pure white.
    pub const WHITE: Self = Self {
        red: 255,
        green: 255,
        blue: 255,
    };

    /// The colour of `#rrggbb`, in any case; `None` for everything else.
    pub fn from_hex(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let [_, red, green, blue] = u32::from_str_radix(digits, 16).ok()?.to_be_bytes();
        Some(Self { red, green, blue })
    }
}

impl fmt::Display for Colour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl Serialize for Colour {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Colour {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::from_hex(&text).ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            serde::de::Error::custom(format!(
                "{shown:?} is no colour, which is written \"#rrggbb\""
            ))
        })
    }
}

/// Lays a colour under the picture: `alpha * v + (1 - alpha) * colour`, on sRGB-encoded values as browsers do. The result
/// is opaque. A picture without alpha stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackgroundColour {
    /// The colour.
    pub colour: Colour,
}

impl Effect for BackgroundColour {
    fn check(&self) -> Result<(), ImagingError> {
        Ok(())
    }

    fn shape(&self, from: Shape, _limits: &Limits) -> Result<Shape, ImagingError> {
        Ok(opaque(from))
    }

    fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        let Colour { red, green, blue } = self.colour;
        composed(picture, run, |_, into| {
            for pixel in into.as_chunks_mut::<3>().0 {
                *pixel = [red, green, blue];
            }
        })
    }
}

/// Lays another picture under this one, enlarged or shrunk to its size (Lanczos3); otherwise as [`BackgroundColour`].
/// Where the other picture is transparent, white lies under both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BackgroundPicture {
    /// Name of the other picture, 1 to 1000 letters; see [`crate::Backdrops`].
    pub picture: String,
    /// How it gets this picture's size; `cover` where nothing is said. `inside` is `cover` here: nothing stays bare.
    #[serde(default = "cover")]
    pub fit: Fit,
}

fn cover() -> Fit {
    Fit::Cover
}

impl Effect for BackgroundPicture {
    fn check(&self) -> Result<(), ImagingError> {
        if self.picture.is_empty() || self.picture.chars().count() > 1000 {
            return Err(ImagingError::Parameter {
                operation: "background_picture",
                field: "picture".to_owned(),
                value: format!("{} letters long", self.picture.chars().count()),
                allowed: "1 to 1000 letters".to_owned(),
            });
        }
        Ok(())
    }

    fn shape(&self, from: Shape, _limits: &Limits) -> Result<Shape, ImagingError> {
        Ok(opaque(from))
    }

    fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        if picture.layout() == Layout::Rgb {
            return Ok(picture.clone());
        }
        let Some(backdrop) = run.backdrops.get(&self.picture) else {
            let known: Vec<&str> = run.backdrops.names().collect();
            return Err(ImagingError::NoBackdrop {
                name: self.picture.clone(),
                known: if known.is_empty() {
                    "none".to_owned()
                } else {
                    known.join(", ")
                },
            });
        };
        let white = BackgroundColour {
            colour: Colour::WHITE,
        };
        let ground = Resize {
            width: picture.size().width(),
            height: picture.size().height(),
            fit: match self.fit {
                Fit::Stretch => Fit::Stretch,
                Fit::Inside | Fit::Cover => Fit::Cover,
            },
            filter: Filter::Lanczos3,
        }
        .apply(backdrop, &run.part(0, 3))
        .and_then(|ground| white.apply(&ground, &run.part(1, 3)))?;
        composed(picture, &run.part(2, 3), |first, into| {
            let start = first * ground.row_bytes();
            into.copy_from_slice(&ground.bytes()[start..][..into.len()]);
        })
    }
}

fn opaque(from: Shape) -> Shape {
    Shape {
        layout: Layout::Rgb,
        ..from
    }
}

/// The picture over a ground, which `ground` writes for the rows from the given one on.
fn composed(
    picture: &Picture,
    run: &Run<'_>,
    ground: impl Fn(usize, &mut [u8]) + Sync,
) -> Result<Picture, ImagingError> {
    if picture.layout() == Layout::Rgb {
        return Ok(picture.clone());
    }
    let mut canvas = Canvas::new(picture.size(), Layout::Rgb, &run.buffers);
    let (row, wide) = (canvas.row_bytes(), picture.row_bytes());
    run.strips(&mut canvas.bytes, row, cached_rows(wide), |first, strip| {
        ground(first, strip);
        let from = picture.bytes()[first * wide..].as_chunks::<4>().0;
        for (to, &[r, g, b, a]) in strip.as_chunks_mut::<3>().0.iter_mut().zip(from) {
            for (to, from) in to.iter_mut().zip([r, g, b]) {
                let (over, under) = (i32::from(from), i32::from(*to));
                let mixed = over * i32::from(a) + under * (255 - i32::from(a));
                *to = over_255(mixed);
            }
        }
        Ok(())
    })?;
    Ok(canvas.finish())
}

/// `sum / 255`, rounded, for sums up to 255 * 255.
#[inline(always)]
fn over_255(sum: i32) -> u8 {
    let sum = sum + 128;
    ((sum + (sum >> 8)) >> 8) as u8
}
