//! The new pictures of one camera and one episode, written where the episode's draft wants them.

use std::path::{Path, PathBuf};

use dataset::camera::{CameraKind, FilmSpec};
use dataset::{DatasetError, FeatureStats};
use imaging::effects::{BackgroundColour, Colour};
use imaging::{ImagingError, Picture, Pipeline, Run};
use pixels::{Size, Yuv420};
use video::encode::{Coded, Encode, Quantizer, Settings, encoder};
use video::mp4::Writer;
use video::pngs::PngWriter;
use video::stats::Histogram;
use video::{PictureStats, Track};

use super::error::FramesError;

/// A film or a file of pictures that grows.
pub(super) struct Cutter {
    size: Size,
    kept: Kept,
    stats: PictureStats,
    pictures: u64,
}

enum Kept {
    Film(Box<Film>),
    Pngs(PngWriter),
}

struct Film {
    encoder: Box<dyn Encode>,
    gop: u32,
    /// There is none before the first sample, which some encoders hand over late.
    writer: Option<Writer>,
    path: PathBuf,
    track: Track,
    planes: Yuv420,
    coded: Coded,
}

impl Film {
    /// Writes what the encoder handed over.
    fn write(&mut self) -> Result<(), FramesError> {
        for (sample, key) in self.coded.iter() {
            let writer = match &mut self.writer {
                Some(writer) => writer,
                none => {
                    let parameters = self.encoder.parameters().unwrap_or_default().to_vec();
                    let track = Track {
                        parameters,
                        ..self.track.clone()
                    };
                    none.insert(Writer::create(&self.path, track)?)
                }
            };
            writer.push(sample, key)?;
        }
        self.coded.clear();
        Ok(())
    }
}

impl Cutter {
    pub(super) fn create(
        path: &Path,
        size: Size,
        kind: CameraKind,
        fps: u32,
    ) -> Result<Self, FramesError> {
        let kept = match kind {
            CameraKind::Video(FilmSpec {
                codec,
                gop,
                quality,
            }) => {
                let quantizer = u8::try_from(quality)
                    .ok()
                    .and_then(Quantizer::new)
                    .unwrap_or(Quantizer::DEFAULT);
                let settings = Settings {
                    size,
                    fps,
                    quantizer,
                };
                Kept::Film(Box::new(Film {
                    encoder: encoder(codec, settings)?,
                    gop: gop.max(1),
                    writer: None,
                    path: path.to_owned(),
                    track: Track {
                        codec,
                        size,
                        fps,
                        parameters: Vec::new(),
                    },
                    planes: Yuv420::black(size),
                    coded: Coded::default(),
                }))
            }
            CameraKind::Image => Kept::Pngs(PngWriter::create(path)?),
        };
        Ok(Self {
            size,
            kept,
            stats: PictureStats::default(),
            pictures: 0,
        })
    }

    /// The next picture: of this size, without alpha.
    pub(super) fn push(&mut self, picture: &Picture) -> Result<(), FramesError> {
        let wrong = |error: pixels::PictureError| DatasetError::BadInput {
            problem: error.to_string(),
        };
        match &mut self.kept {
            Kept::Film(film) => {
                let key = self.pictures.is_multiple_of(u64::from(film.gop));
                pixels::yuv420_from_rgb(self.size, picture.bytes(), &mut film.planes)
                    .map_err(wrong)?;
                film.encoder.encode(&film.planes, key, &mut film.coded)?;
                film.write()?;
                self.stats.add_yuv420(&film.planes);
            }
            Kept::Pngs(writer) => {
                let compression = pixels::png::Compression::default();
                let png =
                    pixels::png::encode(self.size, picture.bytes(), compression).map_err(wrong)?;
                writer.push(&png)?;
                self.stats
                    .add(&Histogram::of_rgb(self.size, picture.bytes()));
            }
        }
        self.pictures += 1;
        Ok(())
    }

    /// Ends it: how many pictures there are, and their statistics.
    pub(super) fn finish(self) -> Result<(u64, FeatureStats), FramesError> {
        let samples = match self.kept {
            Kept::Film(mut film) => {
                film.encoder.drain(&mut film.coded)?;
                film.write()?;
                match film.writer {
                    Some(writer) => writer.finish()?.samples,
                    None => 0,
                }
            }
            Kept::Pngs(writer) => writer.finish()?.samples,
        };
        let colours = self.stats.colours();
        Ok((
            samples,
            colours.as_ref().map(FeatureStats::from).unwrap_or_default(),
        ))
    }
}

/// A picture with everything in it opaque, over a colour.
pub(super) fn grounded(
    picture: &Picture,
    ground: Colour,
    run: &Run<'_>,
) -> Result<Picture, ImagingError> {
    match picture.layout() {
        imaging::Layout::Rgb => Ok(picture.clone()),
        imaging::Layout::Rgba => Pipeline::new()
            .then(BackgroundColour { colour: ground })
            .apply(picture, run),
    }
}
