//! H.264 by openh264, which is compiled from its source into the program.
//!
//! Measured (one thread, 640x480): 1.3 ms a picture with a key picture every second one, 0.5 ms with one in thirty.
//! Not here: patents (README, licence), a system's own encoder (another [`Encode`]).

use openh264::OpenH264API;
use openh264::encoder::{
    BitRate, Complexity, Encoder, EncoderConfig, FrameRate, FrameType, IntraFramePeriod, Profile,
    QpRange, RateControlMode, UsageType, VuiConfig,
};
use openh264::formats::YUVSource;
use pixels::Yuv420;

use super::{Coded, Encode, Quantizer, Settings, check, refused};
use crate::codec::Codec;
use crate::error::VideoError;
use crate::h264;

/// Bits a pixel that the stream may claim. Far above what the coarsest noise needs at this quantizer, and only there
/// so that the level in the parameter sets stays one that hardware decoders take.
const BITS_A_PIXEL: u64 = 2;

/// Whether openh264 was compiled with its assembly; without, it takes 2.8 times as long.
///
/// Known on x86, where `nasm` must be on the path when the program is compiled.
pub const ASSEMBLY: bool = cfg!(openh264_assembly);

/// The encoder.
pub struct H264Encoder {
    settings: Settings,
    encoder: Encoder,
    /// A new encoder begins with a key picture by itself.
    begun: bool,
    parameters: Option<Vec<u8>>,
    stream: Vec<u8>,
    sample: Vec<u8>,
}

impl std::fmt::Debug for H264Encoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("H264Encoder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl H264Encoder {
    /// An encoder for such a film.
    ///
    /// # Errors
    /// When H.264 cannot have such pictures.
    pub fn new(settings: Settings) -> Result<Self, VideoError> {
        check(settings.size)?;
        Ok(Self {
            encoder: open(&settings)?,
            settings,
            begun: false,
            parameters: None,
            stream: Vec::new(),
            sample: Vec::new(),
        })
    }

    /// Learns the parameter sets, or finds that they are the ones that stand in the film already.
    fn learn(&mut self, stream: &[u8]) -> Result<(), VideoError> {
        match (&self.parameters, h264::parameters_from(stream)) {
            (Some(known), Some(now)) if *known != now => {
                Err(refused("openh264 changed its parameter sets within a film"))
            }
            (Some(_), _) => Ok(()),
            (None, Some(now)) => {
                self.parameters = Some(now);
                Ok(())
            }
            (None, None) => Err(refused("openh264 began a film without parameter sets")),
        }
    }
}

impl Encode for H264Encoder {
    fn codec(&self) -> Codec {
        Codec::H264
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
        if key && self.begun {
            self.encoder.force_intra_frame();
        }
        self.begun = true;
        let mut stream = std::mem::take(&mut self.stream);
        stream.clear();
        let encoded = self
            .encoder
            .encode(&Planes(picture))
            .map_err(|error| refused(format!("openh264: {error}")))?;
        encoded.write_vec(&mut stream);
        let idr = encoded.frame_type() == FrameType::IDR;
        self.sample.clear();
        h264::append_sample(&stream, &mut self.sample);
        if self.sample.is_empty() {
            return Err(refused("openh264 gave nothing for a picture"));
        }
        if key && !idr {
            return Err(refused("openh264 gave no key picture where one is due"));
        }
        if idr {
            self.learn(&stream)?;
        }
        samples.push(&self.sample, idr);
        self.stream = stream;
        Ok(())
    }

    fn drain(&mut self, _samples: &mut Coded) -> Result<(), VideoError> {
        Ok(())
    }

    fn set_quantizer(
        &mut self,
        quantizer: Quantizer,
        _samples: &mut Coded,
    ) -> Result<(), VideoError> {
        if quantizer != self.settings.quantizer {
            self.settings.quantizer = quantizer;
            self.encoder = open(&self.settings)?;
            self.begun = false;
        }
        Ok(())
    }
}

fn open(settings: &Settings) -> Result<Encoder, VideoError> {
    let bits = settings.size.pixels() as u64 * u64::from(settings.fps) * BITS_A_PIXEL;
    let quantizer = settings.quantizer.get();
    let config = EncoderConfig::new()
        // With a quantizer from q to q this gives the very bytes of the quality mode, without that mode's warning on
        // standard error about pictures which it may not skip.
        .rate_control_mode(RateControlMode::Bufferbased)
        .qp(QpRange::new(quantizer, quantizer))
        .bitrate(BitRate::from_bps(
            u32::try_from(bits).unwrap_or(u32::MAX).min(i32::MAX as u32),
        ))
        // A picture that is skipped comes out empty, and a row would lose it.
        .skip_frames(false)
        .num_threads(1)
        .profile(Profile::High)
        .complexity(Complexity::Low)
        .usage_type(UsageType::CameraVideoRealTime)
        // Key pictures come when they are asked for; asked for every n-th, the bytes are those of a period of n.
        .intra_frame_period(IntraFramePeriod::from_num_frames(0))
        .scene_change_detect(false)
        // Neither has anything to choose where the quantizer is fixed; the bytes are the same without.
        .adaptive_quantization(false)
        .background_detection(false)
        .max_frame_rate(FrameRate::from_hz(settings.fps as f32))
        .vui(VuiConfig::bt601().full_range(false));
    Encoder::with_api_config(OpenH264API::from_source(), config)
        .map_err(|error| refused(format!("openh264: {error}")))
}

struct Planes<'a>(&'a Yuv420);

impl YUVSource for Planes<'_> {
    fn dimensions(&self) -> (usize, usize) {
        (self.0.size.width() as usize, self.0.size.height() as usize)
    }

    fn strides(&self) -> (usize, usize, usize) {
        let chroma = self.0.size.chroma().width() as usize;
        (self.0.size.width() as usize, chroma, chroma)
    }

    fn y(&self) -> &[u8] {
        &self.0.y
    }

    fn u(&self) -> &[u8] {
        &self.0.u
    }

    fn v(&self) -> &[u8] {
        &self.0.v
    }
}
