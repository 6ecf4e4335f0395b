//! Pictures become samples: what every encoder offers, whatever its codec.
//!
//! An encoder lives on one thread and knows neither files nor queues; when a key picture is due is decided above it.
//! Not here: the container (`mp4`), the thread (`encoder`), camera bytes (`pixels`).

pub mod av1;
pub mod h264;

use pixels::{Size, Yuv420};

use crate::codec::Codec;
use crate::error::VideoError;

/// Samples that an encoder handed over, in order, in one buffer that is used again.
#[derive(Debug, Default)]
pub struct Coded {
    bytes: Vec<u8>,
    /// Where each sample ends, and whether a decoder can begin at it.
    ends: Vec<(usize, bool)>,
}

impl Coded {
    /// Forgets them.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.ends.clear();
    }

    /// Appends a sample.
    pub fn push(&mut self, bytes: &[u8], key: bool) {
        self.bytes.extend_from_slice(bytes);
        self.ends.push((self.bytes.len(), key));
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Each sample, and whether a decoder can begin at it.
    pub fn iter(&self) -> impl Iterator<Item = (&[u8], bool)> {
        let begins = std::iter::once(0).chain(self.ends.iter().map(|(end, _)| *end));
        begins
            .zip(&self.ends)
            .map(|(begin, (end, key))| (&self.bytes[begin..*end], *key))
    }
}

/// What a film is to look like, and what it may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Size of every picture.
    pub size: Size,
    /// Pictures a second.
    pub fps: u32,
    /// How coarse the film is.
    pub quantizer: Quantizer,
}

/// How coarsely values are rounded, on H.264's own scale: 0 is finest, 51 coarsest, six steps halve the detail.
///
/// For AV1 it is translated to a quantizer of about the same coarseness, so that one setting fits all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantizer(u8);

impl Quantizer {
    /// What a recording has unless it asks for another: 40 dB on a noisy workbench, at LeRobot's size.
    pub const DEFAULT: Self = Self(26);
    /// Coarsest that H.264 has.
    pub const COARSEST: u8 = 51;
    /// Finest that the encoder keeps to.
    pub const FINEST: u8 = 12;

    /// The quantizer, or `None` outside its range.
    pub fn new(value: u8) -> Option<Self> {
        (Self::FINEST..=Self::COARSEST)
            .contains(&value)
            .then_some(Self(value))
    }

    /// Its value.
    pub fn get(self) -> u8 {
        self.0
    }

    /// Coarser by `steps`, as far as the scale goes.
    #[must_use]
    pub fn coarser(self, steps: u8) -> Self {
        Self(self.0.saturating_add(steps).min(Self::COARSEST))
    }
}

/// An encoder of one film. Every picture that goes in comes out as exactly one sample, in order; some encoders hand
/// samples over a few pictures later.
pub trait Encode: Send {
    /// What it writes.
    fn codec(&self) -> Codec;

    /// What a decoder must know first ([`crate::Track::parameters`]); it is known once there is a sample, and stays.
    fn parameters(&self) -> Option<&[u8]>;

    /// Takes a picture. `key` asks for one at which a decoder can begin; the first is one anyhow.
    ///
    /// # Errors
    /// When the encoder refuses the picture, or keeps one back that it must hand over.
    fn encode(
        &mut self,
        picture: &Yuv420,
        key: bool,
        samples: &mut Coded,
    ) -> Result<(), VideoError>;

    /// Hands over what it still holds. No picture follows but a key picture.
    ///
    /// # Errors
    /// When the encoder fails.
    fn drain(&mut self, samples: &mut Coded) -> Result<(), VideoError>;

    /// From the next picture on, which becomes a key picture, rounds so coarsely. The film stays one film:
    /// its parameters do not change.
    ///
    /// # Errors
    /// When the encoder cannot begin anew.
    fn set_quantizer(
        &mut self,
        quantizer: Quantizer,
        samples: &mut Coded,
    ) -> Result<(), VideoError>;
}

/// The encoder of a codec as this program ships it.
///
/// # Errors
/// When the codec cannot have such a film.
pub fn encoder(codec: Codec, settings: Settings) -> Result<Box<dyn Encode>, VideoError> {
    Ok(match codec {
        Codec::H264 => Box::new(h264::H264Encoder::new(settings)?),
        Codec::Av1 => Box::new(av1::Av1Encoder::new(settings)?),
    })
}

/// Shortest and longest side, and the longest that the other one may be: one macroblock, and what openh264 takes.
const SHORTEST: u32 = 16;
const LONGEST: u32 = 3840;
const OTHER: u32 = 2160;

/// Whether every encoder takes pictures of that size.
///
/// # Errors
/// [`VideoError::Encoder`], with the sizes that are possible.
pub fn check(size: Size) -> Result<(), VideoError> {
    let (width, height) = (size.width(), size.height());
    let (long, short) = (width.max(height), width.min(height));
    if long > LONGEST || !(SHORTEST..=OTHER).contains(&short) {
        return Err(refused(format!(
            "a film has pictures of {SHORTEST}x{SHORTEST} to {LONGEST}x{OTHER} pixels, not {size}"
        )));
    }
    if width % 2 != 0 || height % 2 != 0 {
        return Err(refused(format!(
            "a film has pictures of even width and height, not {size}"
        )));
    }
    Ok(())
}

/// Whether the picture is one of the film, with planes as large as it says: encoders read them unchecked.
fn fits(picture: &Yuv420, size: Size) -> Result<(), VideoError> {
    if picture.size != size {
        return Err(refused(format!(
            "a picture of {} does not fit a film of {size}",
            picture.size
        )));
    }
    let chroma = size.chroma().pixels();
    if (picture.y.len(), picture.u.len(), picture.v.len()) != (size.pixels(), chroma, chroma) {
        return Err(refused("a picture's planes are not as large as it says"));
    }
    Ok(())
}

pub(crate) fn refused(problem: impl Into<String>) -> VideoError {
    VideoError::Encoder {
        problem: problem.into(),
    }
}
