//! What this crate asks of `video`, in one place: films and files of PNGs, looked at, closed, cut and decoded.
//!
//! A film that makes no sense has no pictures; only what the disk refuses is an error here.

use std::io::ErrorKind;
use std::path::Path;

use pixels::{Size, Yuv420};
use video::pngs::{self, PngReader};
use video::stats::{ColourStats, Histogram};
use video::{PictureStats, Reader, VideoError, mp4};

use crate::data::Source;
use crate::error::DatasetError;
use crate::progress::Progress;
use crate::stats::FeatureStats;

/// Pictures of a film as far as they are whole. Nothing is changed.
pub(crate) fn samples(path: &Path) -> Result<u64, DatasetError> {
    match mp4::inspect(path) {
        Ok(film) => Ok(film.samples),
        Err(error) => none(error),
    }
}

/// Closes a film that nobody finished and says how many pictures it has; one that is finished stays as it is.
pub(crate) fn close(path: &Path) -> Result<u64, DatasetError> {
    mp4::recover(path).or_else(none)
}

/// Lets a closed film end earlier.
pub(crate) fn cut(path: &Path, samples: u64) -> Result<(), DatasetError> {
    Ok(mp4::truncate(path, samples)?)
}

/// Decodes the first `most` pictures of a film: how many there were before one did not decode, and their statistics.
pub(crate) fn film_stats(
    path: &Path,
    most: u64,
    progress: &Progress,
) -> Result<(u64, FeatureStats), DatasetError> {
    let mut stats = PictureStats::default();
    let decoded = match Reader::open(path) {
        Ok(reader) => each(reader, most, &mut |_, picture| {
            stats.add_yuv420(picture);
            progress.advance(1);
            !progress.cancelled()
        }),
        Err(error) => Err((0, error)),
    };
    let decoded = match decoded {
        Ok(decoded) => decoded,
        Err((decoded, error)) => {
            none(error)?;
            decoded
        }
    };
    progress.check()?;
    Ok((decoded, feature_stats(&stats)))
}

/// Decodes the first `most` pictures of a film, one after the other, as long as `see` wants more. Says how many there
/// were before the end; the error, which picture did not decode.
pub(crate) fn each(
    mut reader: Reader,
    most: u64,
    see: &mut dyn FnMut(u64, &Yuv420) -> bool,
) -> Result<u64, (u64, VideoError)> {
    let mut picture = Yuv420::black(reader.film().size);
    for index in 0..most {
        stdx::watchdog::alive();
        match reader.next_into(&mut picture) {
            Ok(true) if see(index, &picture) => {}
            Ok(_) => return Ok(index),
            Err(error) => return Err((index, error)),
        }
    }
    Ok(most)
}

/// The picture at a share of a film of that size, as far as it is whole.
pub(crate) fn picture_at(
    path: &Path,
    size: Size,
    share: f64,
) -> Result<Option<Yuv420>, DatasetError> {
    let look = || {
        let mut reader = Reader::open(path)?;
        let Some(last) = reader.film().samples.checked_sub(1) else {
            return Ok(None);
        };
        if reader.film().size != size {
            return Ok(None);
        }
        reader.frame((last as f64 * share).round() as u64).map(Some)
    };
    look().or_else(|error| none(error).map(|_| None))
}

/// The same of a file of PNGs.
pub(crate) fn png_at(path: &Path, size: Size, share: f64) -> Result<Option<Yuv420>, DatasetError> {
    let png = pngs::at(path, share).or_else(|error| none(error).map(|_| None))?;
    let decoded = png.and_then(|png| pixels::png::decode(&png).ok());
    let Some((_, rgb)) = decoded.filter(|(found, _)| *found == size) else {
        return Ok(None);
    };
    let mut picture = Yuv420::black(size);
    let made = pixels::yuv420_from_rgb(size, &rgb, &mut picture);
    Ok(made.is_ok().then_some(picture))
}

/// Whole pictures in a file of PNGs. Nothing is changed.
pub(crate) fn whole_pngs(path: &Path) -> Result<u64, DatasetError> {
    let count = || {
        let mut reader = PngReader::open(path)?;
        let mut samples = 0;
        while reader.next_png()?.is_some() {
            samples += 1;
        }
        Ok(samples)
    };
    count().or_else(none)
}

/// Lets a file of PNGs end earlier; what is not whole at its end is cut off too.
pub(crate) fn cut_pngs(path: &Path, samples: u64) -> Result<(), DatasetError> {
    pngs::truncate(path, samples)?;
    Ok(())
}

/// As [`film_stats`], of a file of PNGs of that size.
pub(crate) fn png_stats(
    path: &Path,
    size: Option<Size>,
    most: u64,
    progress: &Progress,
) -> Result<(u64, FeatureStats), DatasetError> {
    let mut stats = PictureStats::default();
    let mut decoded = 0;
    let mut look = || {
        let mut reader = PngReader::open(path)?;
        while decoded < most && !progress.cancelled() {
            stdx::watchdog::alive();
            let Some(png) = reader.next_png()? else { break };
            match pixels::png::decode(&png) {
                Ok((found, rgb)) if size.is_none_or(|size| size == found) => {
                    stats.add(&Histogram::of_rgb(found, &rgb));
                    decoded += 1;
                    progress.advance(1);
                }
                _ => break,
            }
        }
        Ok(0)
    };
    look().or_else(none)?;
    progress.check()?;
    Ok((decoded, feature_stats(&stats)))
}

/// The PNGs of a file, one after the other.
pub(crate) fn pngs<'a>(path: &Path) -> Result<Source<'a>, DatasetError> {
    let mut reader = PngReader::open(path)?;
    Ok(Box::new(std::iter::from_fn(move || {
        stdx::watchdog::alive();
        reader.next_png().map_err(DatasetError::from).transpose()
    })))
}

/// No pictures where the file is missing or makes no sense; what the disk refuses stays an error.
fn none(error: VideoError) -> Result<u64, DatasetError> {
    match error {
        VideoError::Io { ref source, .. } if source.kind() == ErrorKind::NotFound => Ok(0),
        VideoError::Io { .. } => Err(error.into()),
        damaged => {
            tracing::warn!(%damaged, "pictures that were being recorded cannot be recovered");
            Ok(0)
        }
    }
}

/// Statistics as `stats.json` and the episode's row have them; empty when no picture was counted.
pub(crate) fn feature_stats(stats: &PictureStats) -> FeatureStats {
    stats
        .colours()
        .map_or_else(FeatureStats::default, |colours| {
            FeatureStats::from(&colours)
        })
}

impl From<&ColourStats> for FeatureStats {
    fn from(colours: &ColourStats) -> Self {
        Self {
            shape: vec![3, 1, 1],
            values: colours
                .named()
                .into_iter()
                .map(|(name, values)| (name.to_owned(), values.to_vec()))
                .collect(),
            count: vec![i64::try_from(colours.count).unwrap_or(i64::MAX)],
        }
    }
}
