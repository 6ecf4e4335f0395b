//! A film made again in another codec, picture by picture, and checked before anybody relies on it.
//!
//! Meant for AV1 after a session: too dear while an arm is driven, free of royalties. The new film lies beside the old one;
//! whoever asked for it puts it in the old one's place. Nothing is reported as done that was not read back: as many
//! pictures, at the same times, each one close to what it was.
//! Not here: which films, and putting them into their dataset (`dataset`).

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use pixels::Yuv420;
use stdx::thread::{Intent, Joined, spawn};

use crate::codec::{Codec, Track};
use crate::encode::{self, Coded, Quantizer, Settings};
use crate::error::VideoError;
use crate::mp4::{Film, Writer, inspect};
use crate::reader::Reader;

/// How the new film is made, and how close it must be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reencode {
    /// Its codec.
    pub codec: Codec,
    /// Pictures from one key picture to the next.
    pub gop: u32,
    /// How coarse it is.
    pub quantizer: Quantizer,
    /// Peak signal-to-noise ratio that every picture must reach against the old film's, in dB over all three planes.
    pub floor_db: f64,
}

impl Default for Reencode {
    fn default() -> Self {
        Self {
            codec: Codec::Av1,
            gop: crate::encoder::DEFAULT_GOP,
            quantizer: Quantizer::DEFAULT,
            // What a viewer would notice; a picture that is shifted by one frame of a moving arm is below it.
            floor_db: 32.0,
        }
    }
}

/// How far it is. Both steps count every picture once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// Pictures encoded, of so many.
    Encoded(u64, u64),
    /// Pictures compared, of so many.
    Compared(u64, u64),
}

/// A film that was made again and checked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reencoded {
    /// Pictures in it.
    pub samples: u64,
    /// Length of the file.
    pub bytes: u64,
    /// The worst picture's ratio, in dB; infinite when all are equal.
    pub worst_db: f64,
    /// Which that is.
    pub worst_at: u64,
}

/// Makes the film `from` again as `to`, which must not exist, on the calling thread. The result is durable.
///
/// # Errors
/// When the old film cannot be read, the new one cannot be written or is not what it must be, or when `cancel` was set. There is
/// no file `to` then.
pub fn reencode(
    from: &Path,
    to: &Path,
    how: Reencode,
    progress: impl FnMut(Progress),
    cancel: &AtomicBool,
) -> Result<Reencoded, VideoError> {
    let made = make_and_compare(from, to, how, progress, cancel);
    // What existed before is not ours to remove.
    let ours = !matches!(&made, Err(VideoError::Io { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists);
    if made.is_err() && ours {
        // It was never anybody's film.
        std::fs::remove_file(to).ok();
    }
    made
}

/// The same on a thread of its own that steps behind everything else.
///
/// # Errors
/// When the system has no room for another thread.
pub fn reencode_in_background(
    from: PathBuf,
    to: PathBuf,
    how: Reencode,
    progress: impl FnMut(Progress) + Send + 'static,
    cancel: Arc<AtomicBool>,
) -> io::Result<Joined<Result<Reencoded, VideoError>>> {
    spawn("reencode", Intent::Background, move || {
        reencode(&from, &to, how, progress, &cancel)
    })
}

fn make_and_compare(
    from: &Path,
    to: &Path,
    how: Reencode,
    mut progress: impl FnMut(Progress),
    cancel: &AtomicBool,
) -> Result<Reencoded, VideoError> {
    let mut reader = Reader::open(from)?;
    let film = reader.film().clone();
    let fps = whole_rate(&film, from)?;
    let settings = Settings {
        size: film.size,
        fps,
        quantizer: how.quantizer,
    };
    let mut encoder = encode::encoder(how.codec, settings)?;
    let mut picture = Yuv420::black(film.size);
    let (mut coded, mut writer, mut taken) = (Coded::default(), None, 0);
    while reader.next_into(&mut picture)? {
        go_on(cancel)?;
        coded.clear();
        encoder.encode(&picture, taken % u64::from(how.gop.max(1)) == 0, &mut coded)?;
        write(&mut writer, &coded, to, &*encoder, settings)?;
        taken += 1;
        progress(Progress::Encoded(taken, film.samples));
    }
    coded.clear();
    encoder.drain(&mut coded)?;
    write(&mut writer, &coded, to, &*encoder, settings)?;
    let finished = match writer {
        Some(writer) => writer.finish()?,
        None => {
            return Err(VideoError::BadInput {
                problem: "a film without pictures cannot be made again".to_owned(),
            });
        }
    };
    let (worst_db, worst_at) = compare(from, to, &film, how.floor_db, &mut progress, cancel)?;
    std::fs::File::open(to)
        .and_then(|file| file.sync_all())
        .map_err(VideoError::io("making the film durable", to))?;
    Ok(Reencoded {
        samples: finished.samples,
        bytes: finished.bytes,
        worst_db,
        worst_at,
    })
}

fn write(
    writer: &mut Option<Writer>,
    coded: &Coded,
    to: &Path,
    encoder: &dyn encode::Encode,
    settings: Settings,
) -> Result<(), VideoError> {
    for (sample, key) in coded.iter() {
        let writer = match &mut *writer {
            Some(writer) => writer,
            none => {
                let parameters = encoder
                    .parameters()
                    .ok_or_else(|| encode::refused("a sample came before its parameters"))?;
                none.insert(Writer::create(
                    to,
                    Track {
                        codec: encoder.codec(),
                        size: settings.size,
                        fps: settings.fps,
                        parameters: parameters.to_vec(),
                    },
                )?)
            }
        };
        writer.push(sample, key)?;
    }
    Ok(())
}

/// Decodes both films side by side: the worst picture's ratio and place.
fn compare(
    from: &Path,
    to: &Path,
    film: &Film,
    floor: f64,
    progress: &mut impl FnMut(Progress),
    cancel: &AtomicBool,
) -> Result<(f64, u64), VideoError> {
    let made = inspect(to)?;
    let same = |what: &str, before: f64, after: f64| {
        if (before - after).abs() < 1e-9 {
            return Ok(());
        }
        Err(unlike(format!("{what} is {after} instead of {before}"), to))
    };
    same(
        "its number of pictures",
        film.samples as f64,
        made.samples as f64,
    )?;
    same("its rate", film.fps, made.fps)?;
    same("its length in seconds", film.duration, made.duration)?;
    same("its first picture's time", film.start, made.start)?;
    if made.size != film.size || !made.steady || made.reordered || !made.finished {
        return Err(unlike("it is not a plain film of its size".to_owned(), to));
    }
    let (mut old, mut new) = (Reader::open(from)?, Reader::open(to)?);
    let (mut a, mut b) = (Yuv420::black(film.size), Yuv420::black(film.size));
    let mut worst = (f64::INFINITY, 0);
    for at in 0..film.samples {
        go_on(cancel)?;
        if !old.next_into(&mut a)? || !new.next_into(&mut b)? {
            return Err(unlike(format!("picture {at} is missing"), to));
        }
        let ratio = psnr(&a, &b);
        if ratio.is_nan() || ratio < floor {
            return Err(unlike(
                format!(
                    "picture {at} reaches {ratio:.1} dB against the old film's, {floor:.1} are needed"
                ),
                to,
            ));
        }
        if ratio < worst.0 {
            worst = (ratio, at);
        }
        progress(Progress::Compared(at + 1, film.samples));
    }
    Ok(worst)
}

/// Peak signal-to-noise ratio of two pictures over all planes, in dB; infinite for equal ones, none for others' sizes.
pub fn psnr(a: &Yuv420, b: &Yuv420) -> f64 {
    if a.size != b.size {
        return f64::NAN;
    }
    let planes = [(&a.y, &b.y), (&a.u, &b.u), (&a.v, &b.v)];
    let (mut squares, mut count) = (0_u64, 0_usize);
    for (a, b) in planes {
        for (a, b) in a.iter().zip(b.iter()) {
            squares += u64::from(a.abs_diff(*b)).pow(2);
        }
        count += a.len();
    }
    10.0 * (255.0 * 255.0 * count as f64 / squares as f64).log10()
}

fn whole_rate(film: &Film, path: &Path) -> Result<u32, VideoError> {
    let rate = film.fps.round();
    let whole = (film.fps - rate).abs() < 1e-9 && (1.0..=1000.0).contains(&rate);
    if !whole || !film.steady || film.start != 0.0 {
        return Err(VideoError::Unsupported {
            what: format!(
                "the film does not begin at 0 with a whole number of pictures a second ({})",
                film.fps
            ),
            remedy: "Leave this film as it is.",
            path: path.to_owned(),
        });
    }
    Ok(rate as u32)
}

fn go_on(cancel: &AtomicBool) -> Result<(), VideoError> {
    if cancel.load(Ordering::Relaxed) {
        return Err(VideoError::Cancelled);
    }
    Ok(())
}

fn unlike(problem: String, path: &Path) -> VideoError {
    VideoError::Unlike {
        problem,
        path: path.to_owned(),
    }
}
