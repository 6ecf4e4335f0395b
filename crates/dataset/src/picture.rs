//! One picture of a dataset, by episode, row and camera, however the camera is kept.
//!
//! Not here: walking through many ([`video::Reader`] for films, [`crate::data::pictures`] for the table).

use std::path::PathBuf;

use pixels::{Size, Yuv420};
use video::Reader;

use crate::data;
use crate::dataset::Dataset;
use crate::error::DatasetError;
use crate::info::Kind;

/// A picture, as it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    /// From a film.
    Planes(Yuv420),
    /// From the table: its size and the PNG file's bytes.
    Png(Size, Vec<u8>),
}

impl Picture {
    /// Its size.
    pub fn size(&self) -> Size {
        match self {
            Self::Planes(planes) => planes.size,
            Self::Png(size, _) => *size,
        }
    }

    /// Its red, green and blue bytes, three for each pixel.
    ///
    /// # Errors
    /// When the PNG does not decode.
    pub fn rgb(&self) -> Result<Vec<u8>, pixels::PictureError> {
        match self {
            Self::Planes(planes) => {
                let mut rgb = Vec::new();
                pixels::rgb_from_yuv420(planes, &mut rgb)?;
                Ok(rgb)
            }
            Self::Png(_, png) => Ok(pixels::png::decode(png)?.1),
        }
    }
}

impl Picture {
    /// The bytes of a PNG file of it: as it was kept, or made from a film's picture.
    ///
    /// # Errors
    /// When the picture cannot be one.
    pub fn png(&self) -> Result<Vec<u8>, pixels::PictureError> {
        match self {
            Self::Planes(planes) => {
                let compression = pixels::png::Compression::default();
                pixels::png::encode(planes.size, &self.rgb()?, compression)
            }
            Self::Png(_, png) => Ok(png.clone()),
        }
    }
}

impl Dataset {
    /// The picture of row `frame` of an episode from the camera `key`: the one LeRobot would show, looked up by its time.
    ///
    /// # Errors
    /// When there is no such episode, row or camera, or its picture cannot be read or decoded.
    pub fn picture(&self, episode: u64, frame: u64, key: &str) -> Result<Picture, DatasetError> {
        let info = self.info();
        let feature = info
            .feature(key)
            .filter(|feature| feature.is_camera())
            .ok_or_else(|| DatasetError::BadInput {
                problem: format!("the dataset has no camera {key:?}"),
            })?;
        let total = info.total_episodes.min(self.episodes().len() as u64);
        let none = DatasetError::NoSuchEpisode { episode, total };
        let all = self.episodes();
        let row = usize::try_from(episode)
            .ok()
            .filter(|_| episode < total)
            .and_then(|at| all.get(at))
            .ok_or(none)?;
        if frame >= row.length {
            return Err(DatasetError::BadInput {
                problem: format!(
                    "episode {episode} has {} rows, not a row {frame}",
                    row.length
                ),
            });
        }
        if feature.kind == Kind::Video {
            let span = row.videos.iter().find(|video| video.key == key);
            let (path, from) = match (span, &info.video_path) {
                (Some(span), Some(template)) => {
                    let path = template.path(span.place.chunk, span.place.file, key);
                    (self.root().join(path), span.from_timestamp)
                }
                _ => {
                    let problem = format!("episode {episode} does not say where its film is");
                    return Err(DatasetError::malformed(
                        &self.root().join("meta/episodes"),
                        problem,
                    ));
                }
            };
            let mut film = Reader::open(&path)?;
            let picture = film.frame_at(from + frame as f64 / info.fps)?;
            return Ok(Picture::Planes(picture));
        }
        let path: PathBuf = info
            .data_path
            .data_path(self.root(), row.data.chunk, row.data.file);
        // Rows of a file begin with the smallest index among its episodes.
        let begin = all
            .iter()
            .filter(|other| other.data == row.data)
            .map(|other| other.from_index)
            .min()
            .unwrap_or(row.from_index);
        let at = row.from_index - begin + frame;
        let png = data::pictures(&path, key, at..at + 1)?
            .next()
            .ok_or_else(|| DatasetError::malformed(&path, format!("there is no row {at}")))??;
        let (size, _) = pixels::png::decode(&png)
            .map_err(|error| DatasetError::malformed(&path, format!("row {at}: {error}")))?;
        Ok(Picture::Png(size, png))
    }
}
