//! How fast this computer encodes: measured with the encoders that would be used, all at once and on threads of their own,
//! as they would be while recording.
//!
//! Not here: how fast is fast enough (`station`).

use std::sync::Arc;
use std::time::Duration;

use pixels::{Size, Yuv420};
use stdx::thread::{Intent, Joined, spawn};
use stdx::{Clock, SystemClock};
use units::MonoTime;

use crate::codec::Codec;
use crate::encode::{self, Coded, Settings};
use crate::error::VideoError;

/// How long is measured, in all: short for a person who waits, and long enough for a dozen pictures of the usual size.
const SPAN: Duration = Duration::from_millis(900);
/// Samples that are waited for in any case, also when that takes longer: from a key picture to the next at the usual distance.
const LEAST: u32 = 2;
/// Larger pictures are measured at this size, so that a slow computer does not keep anybody waiting; the time is in proportion
/// to the pixels, because encoders work block by block.
const LARGEST: (u32, u32) = (1280, 720);
/// Pictures that differ, used over and over: each is a step of a movement, with a noise of its own.
const PICTURES: u32 = 6;

/// A film as it would be encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Its codec.
    pub codec: Codec,
    /// Size, rate, quantizer.
    pub settings: Settings,
    /// Pictures from one key picture to the next.
    pub gop: u32,
}

/// Pictures a second that this computer encodes of each film, with all of them at work at once and nothing else.
///
/// # Errors
/// When there can be no such film, or no thread to encode it.
pub fn pictures_per_second(films: &[Load]) -> Result<Vec<f64>, VideoError> {
    let clock = SystemClock::shared();
    // Drawn beforehand: drawing takes longer than some encoders.
    let pictures: Vec<Vec<Yuv420>> = films.iter().map(drawn).collect();
    let until = clock.now() + SPAN;
    let mut threads: Vec<Joined<Result<f64, VideoError>>> = Vec::new();
    for (film, pictures) in films.iter().copied().zip(pictures) {
        let clock = Arc::clone(&clock);
        let thread = spawn("gauge", Intent::Pictures, move || {
            let measured = measure(film, &pictures, &*clock, until)?;
            let share = size_of(&film).pixels() as f64 / film.settings.size.pixels() as f64;
            Ok(measured * share)
        });
        threads.push(thread.map_err(|error| encode::refused(format!("no thread: {error}")))?);
    }
    threads
        .into_iter()
        .map(|thread| match thread.join() {
            Ok(measured) => measured,
            Err(panic) => Err(encode::refused(panic.to_string())),
        })
        .collect()
}

/// Samples a second, from the first one that comes out until the time is over: an encoder's beginning is not its pace.
fn measure(
    film: Load,
    pictures: &[Yuv420],
    clock: &dyn Clock,
    until: MonoTime,
) -> Result<f64, VideoError> {
    let settings = Settings {
        size: size_of(&film),
        ..film.settings
    };
    let mut encoder = encode::encoder(film.codec, settings)?;
    let mut coded = Coded::default();
    let mut first: Option<(MonoTime, u32)> = None;
    let mut samples = 0;
    for (number, picture) in (0..).zip(pictures.iter().cycle()) {
        coded.clear();
        encoder.encode(picture, number % film.gop.max(1) == 0, &mut coded)?;
        samples += coded.len() as u32;
        let now = clock.now();
        let Some((began, before)) = first else {
            first = (samples > 0).then_some((now, samples));
            continue;
        };
        let since = samples - before;
        if now >= until && since >= LEAST {
            let took = now.since(began).as_secs_f64();
            return Ok(f64::from(since) / took.max(1e-9));
        }
    }
    Err(encode::refused("there is nothing to measure with"))
}

fn size_of(film: &Load) -> Size {
    let size = film.settings.size;
    let (width, height) = LARGEST;
    let largest = Size::new(width, height).filter(|largest| largest.pixels() < size.pixels());
    largest.unwrap_or(size)
}

/// A lit bench with clutter, something bright that moves across it, and a sensor's noise that is new in every picture. AV1 takes
/// a fifth to a third longer for it than for the scene that the benches measure encoders with, so nothing is promised too soon.
fn drawn(film: &Load) -> Vec<Yuv420> {
    let size = size_of(film);
    let (width, height) = (size.width() as usize, size.height() as usize);
    let mut seed = 0x9e37_79b9_u32;
    let mut all = Vec::new();
    for number in 0..PICTURES as usize {
        let mut picture = Yuv420::black(size);
        let left = (number * width / 80) % width;
        let rows = picture.y.chunks_exact_mut(width).enumerate();
        for (row, line) in rows {
            let light = 80 + 60 * row / height;
            for (column, y) in line.iter_mut().enumerate() {
                seed ^= seed << 13;
                seed ^= seed >> 17;
                seed ^= seed << 5;
                let noise = (seed >> 29) as usize;
                let tile = if (column / 37 + row / 29).is_multiple_of(5) {
                    35
                } else {
                    0
                };
                let texture = usize::from(row / 6 % 2 == column / 6 % 2) * 6;
                let inside = (left..left + width / 6).contains(&column) && row > height / 3;
                *y = (if inside { 200 } else { light + tile + texture } + noise) as u8;
            }
        }
        for (at, (u, v)) in picture.u.iter_mut().zip(&mut picture.v).enumerate() {
            *u = 118 + (at / 80 % 20) as u8;
            *v = 122 + (at / 50 % 16) as u8;
        }
        all.push(picture);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encode::Quantizer;

    /// A clock on which every look takes a while.
    #[derive(Debug, Default)]
    struct Steps(std::sync::atomic::AtomicU64, u64);

    impl Clock for Steps {
        fn now(&self) -> MonoTime {
            MonoTime(
                self.0
                    .fetch_add(self.1, std::sync::atomic::Ordering::Relaxed),
            )
        }

        fn sleep_until(&self, _: MonoTime) {}
    }

    fn load(codec: Codec, width: u32, height: u32) -> Load {
        Load {
            codec,
            settings: Settings {
                size: Size::new(width, height).unwrap(),
                fps: 30,
                quantizer: Quantizer::DEFAULT,
            },
            gop: 2,
        }
    }

    #[test]
    fn a_pace_is_samples_by_the_time_from_the_first_one_on() {
        for codec in [Codec::H264, Codec::Av1] {
            let film = load(codec, 64, 48);
            for (step_ms, pace) in [(20, 50.0), (500, 2.0)] {
                let clock = Steps(0.into(), step_ms * 1_000_000);
                let measured = measure(film, &drawn(&film), &clock, MonoTime(900_000_000));
                let measured = measured.unwrap();
                assert!(
                    (measured - pace).abs() < 1e-6,
                    "{codec}: {measured} at {step_ms} ms"
                );
            }
        }
    }

    #[test]
    fn every_film_is_measured_and_large_ones_in_proportion() {
        let films = [load(Codec::H264, 64, 48), load(Codec::H264, 2560, 1440)];
        assert_eq!(size_of(&films[1]).to_string(), "1280x720");
        let measured = pictures_per_second(&films).unwrap();
        assert_eq!(measured.len(), 2);
        assert!(measured.iter().all(|pace| *pace > 0.0), "{measured:?}");
        assert_eq!(pictures_per_second(&[]).unwrap(), Vec::<f64>::new());
    }

    #[test]
    fn a_film_that_cannot_be_is_an_error() {
        let odd = load(Codec::Av1, 65, 48);
        assert!(matches!(
            pictures_per_second(&[odd]),
            Err(VideoError::Encoder { .. })
        ));
    }
}
