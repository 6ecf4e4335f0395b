//! H.264 through openh264: 4:2:0 with 8 bits, frames only.
//!
//! Its own reordering is a guess from the pictures it happened to see, and what it holds back for that can only be had
//! by a call that loses a buffer each time. So it is told not to reorder ([`shown_at_once`]): each sample gives its own
//! picture at once, and the film's times say when that is shown.

use openh264::OpenH264API;
use openh264::decoder::{Decoder, DecoderConfig, Flush};
use openh264::formats::YUVSource;
use pixels::{Size, Yuv420};

use super::colour::Conversion;
use super::sequence::{Sequence, shown_at_once};
use super::{Decode, copy_plane, same_size};
use crate::mp4::Colour;

pub(super) struct H264 {
    decoder: Decoder,
    /// Parameter sets with start codes, to be seen before anything else.
    parameters: Vec<u8>,
    /// They were not seen yet.
    fresh: bool,
    /// A sample failed, and what is left of it cannot be known.
    failed: bool,
    /// Bytes of the length before each unit.
    length_size: usize,
    size: Size,
    conversion: Conversion,
    stream: Vec<u8>,
}

const CUT: &str = "the film's parameter sets are cut short";

impl H264 {
    /// A decoder for films of these parameters (`avcC`).
    pub(super) fn new(
        parameters: &[u8],
        size: Size,
        container: Option<Colour>,
    ) -> Result<Self, String> {
        let (length_size, units) = parameter_sets(parameters).ok_or(CUT)?;
        let mut colour = container;
        let mut stream = Vec::new();
        for unit in units {
            if crate::h264::is_sequence_parameters(unit) {
                let sequence = Sequence::of(unit).ok_or(CUT)?;
                check(&sequence)?;
                colour = sequence.colour.or(colour);
            }
            append_unit(unit, &mut stream);
        }
        Ok(Self {
            decoder: decoder()?,
            parameters: stream,
            fresh: true,
            failed: false,
            length_size,
            size,
            conversion: Conversion::of(colour)?,
            stream: Vec::new(),
        })
    }
}

impl Decode for H264 {
    fn decode(&mut self, sample: &[u8], picture: Option<&mut Yuv420>) -> Result<(), String> {
        self.stream.clear();
        if self.fresh {
            self.stream.extend_from_slice(&self.parameters);
            self.fresh = false;
        }
        self.failed = true;
        for unit in units(sample, self.length_size) {
            append_unit(unit?, &mut self.stream);
        }
        let decoded = self
            .decoder
            .decode(&self.stream)
            .map_err(|error| error.to_string())?
            .ok_or("the decoder gave no picture")?;
        let (width, height) = decoded.dimensions();
        same_size(width, height, self.size)?;
        if let Some(picture) = picture {
            let (y, u, v) = decoded.strides();
            picture.size = self.size;
            copy_plane(decoded.y(), y, self.size, &mut picture.y)?;
            copy_plane(decoded.u(), u, self.size.chroma(), &mut picture.u)?;
            copy_plane(decoded.v(), v, self.size.chroma(), &mut picture.v)?;
            self.conversion.apply(picture);
        }
        self.failed = false;
        Ok(())
    }

    fn can_begin_with(&self, sample: &[u8]) -> bool {
        units(sample, self.length_size)
            .map_while(Result::ok)
            .any(crate::h264::is_refresh)
    }

    fn begin_again(&mut self) -> Result<(), String> {
        // A picture to begin with makes the decoder forget by itself.
        if self.failed {
            self.decoder = decoder()?;
            self.fresh = true;
            self.failed = false;
        }
        Ok(())
    }
}

fn decoder() -> Result<Decoder, String> {
    let config = DecoderConfig::new().flush_after_decode(Flush::NoFlush);
    Decoder::with_api_config(OpenH264API::from_source(), config).map_err(|error| error.to_string())
}

fn check(sequence: &Sequence) -> Result<(), String> {
    let Sequence {
        profile,
        chroma,
        depth,
        interlaced,
        ..
    } = *sequence;
    let what = if depth != 8 {
        format!("{depth} bits")
    } else if chroma != 1 {
        let name = match chroma {
            0 => "monochrome",
            2 => "4:2:2",
            _ => "4:4:4",
        };
        name.to_owned()
    } else if interlaced {
        "fields instead of whole pictures".into()
    } else if !matches!(profile, 66 | 77 | 100) {
        format!("profile {profile}")
    } else {
        return Ok(());
    };
    Err(format!("the film is H.264 with {what}"))
}

/// Length of the lengths, and the parameter sets, from `avcC`.
fn parameter_sets(avcc: &[u8]) -> Option<(usize, Vec<&[u8]>)> {
    let [1, _, _, _, lengths, sequences, rest @ ..] = avcc else {
        return None;
    };
    let mut rest = rest;
    let mut units = Vec::new();
    for _ in 0..sequences & 0x1f {
        units.push(parameter_set(&mut rest)?);
    }
    let (pictures, more) = rest.split_first()?;
    rest = more;
    for _ in 0..*pictures {
        units.push(parameter_set(&mut rest)?);
    }
    Some((usize::from(lengths & 3) + 1, units))
}

fn parameter_set<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, more) = rest.split_first_chunk()?;
    let (unit, more) = more.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    *rest = more;
    Some(unit)
}

fn append_unit(unit: &[u8], stream: &mut Vec<u8>) {
    stream.extend_from_slice(&[0, 0, 0, 1]);
    if crate::h264::is_sequence_parameters(unit) {
        stream.extend_from_slice(&shown_at_once(unit));
    } else {
        stream.extend_from_slice(unit);
    }
}

/// The units of a sample, each behind its length.
fn units(sample: &[u8], length_size: usize) -> impl Iterator<Item = Result<&[u8], String>> {
    let mut rest = sample;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let unit = rest
            .split_at_checked(length_size)
            .and_then(|(length, more)| {
                let length = length
                    .iter()
                    .fold(0_usize, |value, byte| value << 8 | usize::from(*byte));
                more.split_at_checked(length)
            });
        let Some((unit, more)) = unit else {
            rest = &[];
            return Some(Err("a unit is longer than its sample".into()));
        };
        rest = more;
        Some(Ok(unit))
    })
}
