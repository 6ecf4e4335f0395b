//! A network's output as a mask.

use pixels::Size;
use serde::{Deserialize, Serialize};

use super::lanczos::lanczos;
use crate::error::ImagingError;
use crate::run::Run;

/// What becomes of a network's numbers before the smallest is stretched to 0 and the largest to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Squash {
    /// Nothing: the network ends with a sigmoid of its own.
    #[default]
    None,
    /// What lies outside 0 to 1 is cut.
    Clip,
    /// The logistic function, for networks that end without it.
    Sigmoid,
}

/// Bytes of a mask from a network's numbers; `None` where all are the same, so that nothing stands out.
pub(crate) fn stretched(output: &[f32], squash: Squash) -> Option<Vec<u8>> {
    let squashed = |value: f32| match squash {
        Squash::None => value,
        Squash::Clip => value.clamp(0.0, 1.0),
        Squash::Sigmoid => 1.0 / (1.0 + (-value).exp()),
    };
    let values: Vec<f32> = output.iter().map(|value| squashed(*value)).collect();
    let low = values.iter().copied().fold(f32::INFINITY, f32::min);
    let high = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let span = high - low;
    if !(span.is_finite() && span > 0.0) {
        return None;
    }
    let byte = |value: &f32| ((value - low) / span * 255.0) as u8;
    Some(values.iter().map(byte).collect())
}

/// A mask of `from` as one of `to`.
pub(crate) fn resized(
    mask: &[u8],
    from: Size,
    to: Size,
    run: &Run<'_>,
) -> Result<Vec<u8>, ImagingError> {
    lanczos::<1>(mask, from, to, run)
}
