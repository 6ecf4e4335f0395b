//! When a camera is ready, measured: its pictures come steadily and their brightness has settled.
//!
//! Automatic exposure and white balance take half a second to three seconds; nobody waits longer than it takes.

use std::time::Duration;

use pixels::{CameraFrame, PixelFormat};
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
            if let Some(mean) = brightness(frame) {
                self.brightness.push(mean);
            }
        }
        let settled = self.settled() && steady(arrivals);
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

/// Mean brightness of about a thousand pixels, 0 to 255; `None` where it cannot be told cheaply.
fn brightness(frame: &CameraFrame) -> Option<f64> {
    let pixels = frame.size.pixels();
    let (first, step, count) = match frame.format {
        PixelFormat::Yuyv => (0, 2, pixels),
        PixelFormat::Nv12 | PixelFormat::Gray => (0, 1, pixels),
        // Green carries most of the brightness.
        PixelFormat::Rgb => (1, 3, pixels),
        PixelFormat::Mjpg => return None,
    };
    // A step that shares no factor with the width walks over all columns.
    let stride = (count / 1000).max(1) | 1;
    let (mut sum, mut seen) = (0u64, 0u64);
    for pixel in (0..count).step_by(stride) {
        sum += u64::from(*frame.bytes.get(first + pixel * step)?);
        seen += 1;
    }
    Some(sum as f64 / seen.max(1) as f64)
}
