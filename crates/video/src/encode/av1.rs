//! AV1 by rav1e: free of royalties and dear, so it is live only where the CPU allows, and else made after the session.
//!
//! Measured (one thread, 640x480): 50 ms a picture with a key picture every second one, 19 ms with one in thirty.
//! Coded come a few pictures late, all in order. Not here: making a film again ([`crate::reencode`]).

use pixels::Yuv420;
use rav1e::prelude::{
    ChromaSampling, ColorDescription, ColorPrimaries, Config, Context, EncoderConfig,
    EncoderStatus, FrameParameters, FrameType, FrameTypeOverride, MatrixCoefficients, PixelRange,
    Rational, SceneDetectionSpeed, TransferCharacteristics,
};

use super::{Coded, Encode, Quantizer, Settings, check, refused};
use crate::codec::Codec;
use crate::error::VideoError;

/// Fastest that rav1e has.
const SPEED: u8 = 10;
/// The unit that begins each picture in a stream, and that has no place in an mp4 (AV1 in ISOBMFF, 2.4).
const TEMPORAL_DELIMITER: u8 = 2;
/// The unit with what a decoder must know first.
const SEQUENCE_HEADER: u8 = 1;

/// The encoder.
pub struct Av1Encoder {
    settings: Settings,
    context: Context<u8>,
    begun: bool,
    /// Pictures taken and not yet handed over.
    held: u64,
    parameters: Option<Vec<u8>>,
    sample: Vec<u8>,
}

impl std::fmt::Debug for Av1Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Av1Encoder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl Av1Encoder {
    /// An encoder for such a film.
    ///
    /// # Errors
    /// When rav1e cannot have such pictures.
    pub fn new(settings: Settings) -> Result<Self, VideoError> {
        check(settings.size)?;
        Ok(Self {
            context: open(&settings)?,
            settings,
            begun: false,
            held: 0,
            parameters: None,
            sample: Vec::new(),
        })
    }

    /// Takes every sample that is ready. Whether the encoder came to its end.
    fn take(&mut self, samples: &mut Coded) -> Result<bool, VideoError> {
        loop {
            let packet = match self.context.receive_packet() {
                Ok(packet) => packet,
                Err(EncoderStatus::Encoded) => continue,
                Err(EncoderStatus::NeedMoreData) => return Ok(false),
                Err(EncoderStatus::LimitReached) => return Ok(true),
                Err(status) => return Err(refused(format!("rav1e: {status}"))),
            };
            let key = packet.frame_type == FrameType::KEY;
            self.sample.clear();
            let mut header = None;
            for unit in units(&packet.data) {
                let Some(unit) = unit else {
                    return Err(refused("rav1e gave units without a length"));
                };
                if unit.kind == SEQUENCE_HEADER {
                    header = Some(unit.bytes);
                }
                if unit.kind != TEMPORAL_DELIMITER {
                    self.sample.extend_from_slice(unit.bytes);
                }
            }
            if self.sample.is_empty() {
                return Err(refused("rav1e gave nothing for a picture"));
            }
            if self.parameters.is_none() {
                let header =
                    header.ok_or_else(|| refused("rav1e began a film without its header"))?;
                let mut parameters = self.context.container_sequence_header();
                parameters.extend_from_slice(header);
                self.parameters = Some(parameters);
            }
            self.held = self.held.saturating_sub(1);
            samples.push(&self.sample, key);
        }
    }
}

impl Encode for Av1Encoder {
    fn codec(&self) -> Codec {
        Codec::Av1
    }

    fn parameters(&self) -> Option<&[u8]> {
        self.parameters.as_deref()
    }

    fn encode(
        &mut self,
        picture: &Yuv420,
        key: bool,
        samples: &mut Coded,
    ) -> Result<(), VideoError> {
        super::fits(picture, self.settings.size)?;
        let (width, chroma) = (
            picture.size.width() as usize,
            picture.size.chroma().width() as usize,
        );
        let mut frame = self.context.new_frame();
        let planes = [
            (&picture.y, width),
            (&picture.u, chroma),
            (&picture.v, chroma),
        ];
        for (plane, (bytes, stride)) in frame.planes.iter_mut().zip(planes) {
            plane.copy_from_raw_u8(bytes, stride, 1);
        }
        let parameters = FrameParameters {
            frame_type_override: if key || !self.begun {
                FrameTypeOverride::Key
            } else {
                FrameTypeOverride::No
            },
            opaque: None,
            t35_metadata: Box::default(),
        };
        self.begun = true;
        self.context
            .send_frame((frame, parameters))
            .map_err(|status| refused(format!("rav1e: {status}")))?;
        self.held += 1;
        self.take(samples).map(drop)
    }

    fn drain(&mut self, samples: &mut Coded) -> Result<(), VideoError> {
        if !self.begun {
            return Ok(());
        }
        self.context.flush();
        let ended = self.take(samples)?;
        if !ended || self.held != 0 {
            return Err(refused(format!(
                "rav1e kept {} pictures at the end",
                self.held
            )));
        }
        self.context = open(&self.settings)?;
        self.begun = false;
        Ok(())
    }

    fn set_quantizer(
        &mut self,
        quantizer: Quantizer,
        samples: &mut Coded,
    ) -> Result<(), VideoError> {
        if quantizer != self.settings.quantizer {
            self.drain(samples)?;
            self.settings.quantizer = quantizer;
            self.context = open(&self.settings)?;
        }
        Ok(())
    }
}

/// rav1e's base quantizer of about the same coarseness: 100 matches H.264's 26 on the reference clip.
fn base(quantizer: Quantizer) -> usize {
    let steps = i32::from(quantizer.get()) - i32::from(Quantizer::DEFAULT.get());
    (100 + 6 * steps).clamp(10, 255) as usize
}

fn open(settings: &Settings) -> Result<Context<u8>, VideoError> {
    let mut config = EncoderConfig::with_speed_preset(SPEED);
    config.width = settings.size.width() as usize;
    config.height = settings.size.height() as usize;
    config.time_base = Rational {
        num: 1,
        den: u64::from(settings.fps.max(1)),
    };
    config.bit_depth = 8;
    config.chroma_sampling = ChromaSampling::Cs420;
    config.pixel_range = PixelRange::Limited;
    config.color_description = Some(ColorDescription {
        color_primaries: ColorPrimaries::BT601,
        transfer_characteristics: TransferCharacteristics::BT601,
        matrix_coefficients: MatrixCoefficients::BT601,
    });
    // Nothing is reordered, and nothing is looked ahead at that need not be.
    config.low_latency = true;
    config.speed_settings.rdo_lookahead_frames = 1;
    // Key pictures come when they are asked for.
    config.speed_settings.scene_detection_mode = SceneDetectionSpeed::None;
    config.set_key_frame_interval(0, 0);
    config.quantizer = base(settings.quantizer);
    Config::new()
        .with_encoder_config(config)
        .with_threads(1)
        .new_context()
        .map_err(|error| refused(format!("rav1e: {error}")))
}

struct Unit<'a> {
    kind: u8,
    bytes: &'a [u8],
}

/// The units (OBUs) of a packet, headers included; `None` for one whose length is missing or beyond the end, the last then.
fn units(packet: &[u8]) -> impl Iterator<Item = Option<Unit<'_>>> {
    let mut rest = Some(packet);
    std::iter::from_fn(move || {
        let bytes = rest.filter(|bytes| !bytes.is_empty())?;
        let unit = unit(bytes);
        rest = unit.as_ref().map(|unit| &bytes[unit.bytes.len()..]);
        Some(unit)
    })
}

fn unit(bytes: &[u8]) -> Option<Unit<'_>> {
    let (first, mut at) = (*bytes.first()?, 1);
    if first & 0b100 != 0 {
        at += 1;
    }
    if first & 0b10 == 0 {
        return None;
    }
    let mut length = 0_u64;
    for shift in (0..56).step_by(7) {
        let byte = *bytes.get(at)?;
        at += 1;
        length |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let end = at.checked_add(usize::try_from(length).ok()?)?;
            return Some(Unit {
                kind: first >> 3 & 0xf,
                bytes: bytes.get(..end)?,
            });
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn units_are_parted_by_their_own_lengths() {
        let packet = [0x12, 0, 0x0a, 2, 7, 8, 0x32, 0x80, 0x01];
        let kinds: Vec<_> = units(&packet)
            .map(|unit| unit.map(|unit| (unit.kind, unit.bytes.len())))
            .collect();
        assert_eq!(kinds, [Some((2, 2)), Some((1, 4)), None]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_units_or_refused(bytes in vec(any::<u8>(), 0..64)) {
            let total: usize = units(&bytes).flatten().map(|unit| unit.bytes.len()).sum();
            prop_assert!(total <= bytes.len());
        }
    }
}
