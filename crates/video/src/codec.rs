//! What a film is made of: its codec, its size and rate, and the bytes a decoder needs before the first sample.

use std::fmt;

use pixels::Size;

/// How the samples of a film are coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// H.264: cheap to write; patents may apply to who ships an encoder.
    H264,
    /// AV1: free of royalties, dear to write.
    Av1,
}

impl Codec {
    /// LeRobot's name, as `video.codec` in `info.json` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::H264 => "h264",
            Self::Av1 => "av1",
        }
    }

    /// The codec of LeRobot's name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::H264, Self::Av1]
            .into_iter()
            .find(|codec| codec.name() == name)
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The one track of a film: every sample is one picture, all of the same duration, none reordered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Track {
    /// How its samples are coded.
    pub codec: Codec,
    /// Pixels of every picture.
    pub size: Size,
    /// Pictures per second; LeRobot knows whole numbers only.
    pub fps: u32,
    /// The content of the codec's own box: of `avcC` for H.264 (parameter sets, samples have NAL lengths of four
    /// bytes), of `av1C` for AV1 (sequence header, samples are low-overhead OBUs without temporal delimiters).
    pub parameters: Vec<u8>,
}
