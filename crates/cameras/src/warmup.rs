//! When a camera is ready, measured: its pictures come steadily and their brightness has settled.
//!
//! Automatic exposure and white balance take half a second to three seconds; nobody waits longer than it takes.

use std::time::Duration;

use pixels::{CameraFrame, Converter, PixelFormat, Yuv420};
use units::MonoTime;

use crate::config::Warmup;
use crate::pace::Arrivals;

/// So many intervals in a row must be steady.
const STEADY: usize = 10;
/// Jitter of steady pictures, as a share of the time between two.
const JITTER: f64 = 0.25;
/// Time between two looks at the brightness.
const LOOK: Duration = Duration::from_millis(150);
/// So many looks in a row must agree...
const LOOKS: usize = 3;
/// ... within so many of 255 levels.
const LEVELS: f64 = 2.5;

/// What is known of a camera that is warming up.
#[derive(Debug)]
pub(crate) struct Warming {
    limits: Warmup,
    meter: Meter,
    first_at: Option<MonoTime>,
    looked_at: Option<MonoTime>,
    brightness: Vec<f64>,
}

/// How warm it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Warmth {
    /// Not yet.
    Warming,
    /// Ready, so long after the first picture; settled, or out of patience.
    Ready { after: Duration, settled: bool },
}

impl Warming {
    pub(crate) fn new(limits: Warmup) -> Self {
        Self {
            limits,
            meter: Meter::default(),
            first_at: None,
            looked_at: None,
            brightness: Vec::new(),
        }
    }

    /// A good picture came.
    pub(crate) fn picture(
        &mut self,
        frame: &CameraFrame,
        now: MonoTime,
        arrivals: &Arrivals,
    ) -> Warmth {
        let first_at = *self.first_at.get_or_insert(now);
        let after = now.since(first_at);
        if self.looked_at.is_none_or(|at| now.since(at) >= LOOK) {
            self.looked_at = Some(now);
            if let Some(mean) = self.meter.brightness(frame) {
                self.brightness.push(mean);
            }
        }
        // Where nobody wants to wait, nothing is missed.
        let settled = self.limits.at_most.is_zero() || (self.settled() && steady(arrivals));
        if settled || after >= self.limits.at_most {
            Warmth::Ready { after, settled }
        } else {
            Warmth::Warming
        }
    }

    fn settled(&self) -> bool {
        let Some(last) = self.brightness.len().checked_sub(LOOKS) else {
            return false;
        };
        let last = &self.brightness[last..];
        let (low, high) = last.iter().fold((f64::MAX, f64::MIN), |(low, high), mean| {
            (low.min(*mean), high.max(*mean))
        });
        high - low <= LEVELS
    }
}

fn steady(arrivals: &Arrivals) -> bool {
    arrivals
        .last(STEADY + 1)
        .is_some_and(|pace| pace.jitter.as_secs_f64() * pace.fps <= JITTER)
}

/// Tells how bright pictures are.
#[derive(Debug, Default)]
struct Meter {
    /// For pictures that must be decoded: seven times a second, and only while a camera warms up.
    decoder: Option<(Converter, Yuv420)>,
}

impl Meter {
    /// Mean brightness of about a thousand pixels, 0 to 255; `None` for a picture that cannot be decoded.
    fn brightness(&mut self, frame: &CameraFrame) -> Option<f64> {
        let pixels = frame.size.pixels();
        match frame.format {
            PixelFormat::Yuyv => mean(&frame.bytes, 0, 2, pixels),
            PixelFormat::Nv12 | PixelFormat::Gray => mean(&frame.bytes, 0, 1, pixels),
            // Green carries most of the brightness.
            PixelFormat::Rgb => mean(&frame.bytes, 1, 3, pixels),
            PixelFormat::Mjpg => {
                let (converter, picture) = self
                    .decoder
                    .get_or_insert_with(|| (Converter::new(), Yuv420::black(frame.size)));
                converter.to_yuv420(frame, picture).ok()?;
                mean(&picture.y, 0, 1, pixels)
            }
        }
    }
}

/// Mean of every so many-th of `count` pixels, of which the first lies at `first`, and the next `step` bytes on.
fn mean(bytes: &[u8], first: usize, step: usize, count: usize) -> Option<f64> {
    // Odd, so that it does not stay in the same columns of pictures whose width is a power of two.
    let stride = (count / 1000) | 1;
    let (mut sum, mut seen) = (0u64, 0u64);
    for pixel in (0..count).step_by(stride) {
        sum += u64::from(*bytes.get(first + pixel * step)?);
        seen += 1;
    }
    Some(sum as f64 / seen.max(1) as f64)
}
