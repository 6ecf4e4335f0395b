//! From a camera's bytes to samples: the picture that is shown now, kept so that it can be shown again.

use pixels::png::Compression;
use pixels::{CameraFrame, Converter, PictureError, PixelFormat, Rotation, Size, Yuv420};

use super::FootageKind;
use super::film::Parts;
use super::thrift::Level;
use crate::codec::Track;
use crate::encode::{Coded, Encode, Quantizer, Settings, refused};
use crate::error::VideoError;
use crate::stats::{Histogram, PictureStats};

/// Keeps the present picture and makes samples of it.
pub(super) struct Press {
    size: Size,
    fps: u32,
    converter: Converter,
    scratch: Yuv420,
    histogram: Histogram,
    into: Into,
}

enum Into {
    Film {
        picture: Yuv420,
        encoder: Box<dyn Encode>,
    },
    Pngs {
        rgb: Vec<u8>,
        /// The present picture's PNG; empty until it is needed.
        png: Vec<u8>,
    },
}

impl Press {
    pub fn new(
        footage: FootageKind,
        size: Size,
        fps: u32,
        level: Level,
        parts: &Parts,
    ) -> Result<Self, VideoError> {
        let into = match footage {
            FootageKind::Film(codec) => Into::Film {
                picture: Yuv420::black(size),
                encoder: (parts.encoder)(
                    codec,
                    Settings {
                        size,
                        fps,
                        quantizer: level.quantizer,
                    },
                )?,
            },
            FootageKind::Pngs => Into::Pngs {
                rgb: Vec::new(),
                png: Vec::new(),
            },
        };
        Ok(Self {
            size,
            fps,
            converter: Converter::new(),
            scratch: Yuv420::black(size),
            histogram: Histogram::default(),
            into,
        })
    }

    /// The present picture becomes this one; when its bytes are none, it stays the one it was.
    pub fn show(&mut self, frame: &CameraFrame) -> Result<(), PictureError> {
        let upright = frame.upright_size();
        if upright != self.size {
            return Err(PictureError::OtherSize {
                expected: self.size,
                got: upright,
            });
        }
        match &mut self.into {
            Into::Film { picture, .. } => {
                self.converter.to_yuv420(frame, &mut self.scratch)?;
                std::mem::swap(picture, &mut self.scratch);
                self.histogram = Histogram::of_yuv420(picture);
            }
            Into::Pngs { rgb, png } => {
                if frame.format == PixelFormat::Rgb && frame.rotation == Rotation::None {
                    let wanted = self.size.pixels() * 3;
                    if frame.bytes.len() != wanted {
                        return Err(PictureError::Length {
                            format: frame.format,
                            size: frame.size,
                            expected: wanted,
                            got: frame.bytes.len(),
                        });
                    }
                    rgb.clear();
                    rgb.extend_from_slice(&frame.bytes);
                } else {
                    self.converter.to_yuv420(frame, &mut self.scratch)?;
                    pixels::rgb_from_yuv420(&self.scratch, rgb)?;
                }
                png.clear();
                self.histogram = Histogram::of_rgb(self.size, rgb);
            }
        }
        Ok(())
    }

    /// The present picture becomes black.
    pub fn show_black(&mut self) {
        match &mut self.into {
            Into::Film { picture, .. } => {
                *picture = Yuv420::black(self.size);
                self.histogram = Histogram::of_yuv420(picture);
            }
            Into::Pngs { rgb, png } => {
                rgb.clear();
                rgb.resize(self.size.pixels() * 3, 0);
                png.clear();
                self.histogram = Histogram::of_rgb(self.size, rgb);
            }
        }
    }

    /// Makes the present picture's sample and counts its colours.
    pub fn press(
        &mut self,
        key: bool,
        samples: &mut Coded,
        stats: &mut PictureStats,
    ) -> Result<(), VideoError> {
        match &mut self.into {
            Into::Film { picture, encoder } => encoder.encode(picture, key, samples)?,
            Into::Pngs { rgb, png } => {
                if png.is_empty() {
                    *png = pixels::png::encode(self.size, rgb, Compression::Fast)
                        .map_err(|error| refused(error.to_string()))?;
                }
                samples.push(png, true);
            }
        }
        stats.add(&self.histogram);
        Ok(())
    }

    pub fn drain(&mut self, samples: &mut Coded) -> Result<(), VideoError> {
        match &mut self.into {
            Into::Film { encoder, .. } => encoder.drain(samples),
            Into::Pngs { .. } => Ok(()),
        }
    }

    pub fn set_quantizer(
        &mut self,
        quantizer: Quantizer,
        samples: &mut Coded,
    ) -> Result<(), VideoError> {
        match &mut self.into {
            Into::Film { encoder, .. } => encoder.set_quantizer(quantizer, samples),
            Into::Pngs { .. } => Ok(()),
        }
    }

    /// What the film's track is, once there is a sample; PNGs have none.
    pub fn track(&self) -> Result<Option<Track>, VideoError> {
        let Into::Film { encoder, .. } = &self.into else {
            return Ok(None);
        };
        let parameters = encoder
            .parameters()
            .ok_or_else(|| refused("the encoder gave a sample without its parameters"))?;
        Ok(Some(Track {
            codec: encoder.codec(),
            size: self.size,
            fps: self.fps,
            parameters: parameters.to_vec(),
        }))
    }
}
