//! Sharper pictures by an unsharp mask.

use serde::{Deserialize, Serialize};

use super::blur::{SHARP, gaussian, reach};
use super::tiles::neighbours;
use super::{Effect, Scale, within};
use crate::error::ImagingError;
use crate::operation::Operation;
use crate::picture::Picture;
use crate::run::Run;

/// An unsharp mask: `v + amount * (v - blurred)` where `v` and `blurred` differ by at least `threshold`, with `blurred` as of
/// [`super::GaussianBlur`]; elsewhere `v`. Alpha stays. On sRGB-encoded values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sharpen {
    /// How much of the difference is added, 0 to 5; 0 changes nothing.
    pub amount: f32,
    /// Standard deviation of the blur in pixels, 0.2 to 50; 1 where nothing is said.
    #[serde(default = "one")]
    pub sigma: f32,
    /// Smallest difference that counts, 0 to 1 of the whole range; 0 where nothing is said.
    #[serde(default)]
    pub threshold: f32,
}

fn one() -> f32 {
    1.0
}

impl Effect for Sharpen {
    fn check(&self) -> Result<(), ImagingError> {
        within("sharpen", "amount", self.amount, 0.0..=5.0)?;
        within("sharpen", "sigma", self.sigma, SHARP..=50.0)?;
        within("sharpen", "threshold", self.threshold, 0.0..=1.0)
    }

    fn on_proxy(&self, scale: &Scale) -> Option<Operation> {
        let sigma = self.sigma * scale.mean();
        Some(Operation::Sharpen(Self {
            // What is finer than the proxy's pixels cannot be seen on it.
            amount: if sigma < SHARP { 0.0 } else { self.amount },
            sigma: sigma.max(SHARP),
            threshold: self.threshold,
        }))
    }

    fn apply(&self, picture: &Picture, run: &Run<'_>) -> Result<Picture, ImagingError> {
        if self.amount == 0.0 {
            return Ok(picture.clone());
        }
        // What is to be added for each difference from -255 to 255.
        let least = (self.threshold * 255.0).ceil() as i32;
        let added: Vec<i32> = (-255..=255)
            .map(|difference: i32| match difference.abs() < least {
                true => 0,
                false => (difference as f32 * self.amount).round() as i32,
            })
            .collect();
        neighbours(picture, reach(self.sigma), run, |tile, strip| {
            let blurred = gaussian(tile, self.sigma, "sharpen")?;
            let start = tile.skip * tile.width * tile.channels;
            let (sharp, soft) = (&tile.bytes[start..], &blurred[start..]);
            let n = tile.channels;
            let pixels = sharp.chunks_exact(n).zip(soft.chunks_exact(n));
            for (to, (sharp, soft)) in strip.chunks_exact_mut(n).zip(pixels) {
                // A colour multiplied by alpha is never more than alpha.
                let most = sharp.get(3).copied().unwrap_or(255);
                to.copy_from_slice(sharp);
                for (to, soft) in to.iter_mut().zip(soft).take(3) {
                    let v = i32::from(*to);
                    let sum = v + added[(v - i32::from(*soft) + 255) as usize];
                    *to = sum.clamp(0, i32::from(most)) as u8;
                }
            }
            Ok(())
        })
    }
}
