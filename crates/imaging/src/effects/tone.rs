//! Operations on the tone of each channel: one formula for all three.

use serde::{Deserialize, Serialize};

use super::{Effect, within};
use crate::error::ImagingError;
use crate::fused::Pass;

/// Adds to every value: `v + amount`, cut to 0..=1. On sRGB-encoded values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brightness {
    /// -1 to 1; 0 changes nothing, 1 makes all white, -1 all black.
    pub amount: f32,
}

impl Effect for Brightness {
    fn check(&self) -> Result<(), ImagingError> {
        within("brightness", "amount", self.amount, -1.0..=1.0)
    }

    fn passes(&self) -> Option<Vec<Pass>> {
        let amount = f64::from(self.amount);
        Some(unless(amount == 0.0, || Pass::tone(|v| v + amount)))
    }
}

/// Moves values away from the middle or towards it: `(v - 0.5) * factor + 0.5`. On sRGB-encoded values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contrast {
    /// 0 to 4; 1 changes nothing, 0 makes all middle grey.
    pub factor: f32,
}

impl Effect for Contrast {
    fn check(&self) -> Result<(), ImagingError> {
        within("contrast", "factor", self.factor, 0.0..=4.0)
    }

    fn passes(&self) -> Option<Vec<Pass>> {
        let factor = f64::from(self.factor);
        Some(unless(factor == 1.0, || {
            Pass::tone(|v| (v - 0.5) * factor + 0.5)
        }))
    }
}

/// Brightens or darkens the middle, and leaves black and white: `v^(1 / gamma)`. On sRGB-encoded values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gamma {
    /// 0.1 to 10; 1 changes nothing, more is brighter.
    pub gamma: f32,
}

impl Effect for Gamma {
    fn check(&self) -> Result<(), ImagingError> {
        within("gamma", "gamma", self.gamma, 0.1..=10.0)
    }

    fn passes(&self) -> Option<Vec<Pass>> {
        let power = 1.0 / f64::from(self.gamma);
        Some(unless(self.gamma == 1.0, || Pass::tone(|v| v.powf(power))))
    }
}

/// More or less light, as by a longer or shorter exposure: `2^stops` times the light. In linear light:
/// values are decoded from sRGB, multiplied, cut and encoded again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// Stops (doublings) from -5 to 5; 0 changes nothing.
    pub stops: f32,
}

impl Effect for Exposure {
    fn check(&self) -> Result<(), ImagingError> {
        within("exposure", "stops", self.stops, -5.0..=5.0)
    }

    fn passes(&self) -> Option<Vec<Pass>> {
        let gain = f64::from(self.stops).exp2();
        Some(unless(self.stops == 0.0, || {
            Pass::tone(|v| encoded(linear(v) * gain))
        }))
    }
}

/// The negative: `1 - v`. On sRGB-encoded values.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invert {}

impl Effect for Invert {
    fn check(&self) -> Result<(), ImagingError> {
        Ok(())
    }

    fn passes(&self) -> Option<Vec<Pass>> {
        Some(vec![Pass::tone(|v| 1.0 - v)])
    }
}

/// A single pass, or none where it would change nothing.
pub(super) fn unless(neutral: bool, pass: impl FnOnce() -> Pass) -> Vec<Pass> {
    if neutral { Vec::new() } else { vec![pass()] }
}

/// Light of an sRGB-encoded value (IEC 61966-2-1).
pub(super) fn linear(v: f64) -> f64 {
    if v <= 0.040_45 {
        v / 12.92
    } else {
        ((v + 0.055) / 1.055).powf(2.4)
    }
}

/// The sRGB-encoded value of light (IEC 61966-2-1), cut to 0..=1.
pub(super) fn encoded(light: f64) -> f64 {
    if light <= 0.003_130_8 {
        (light * 12.92).max(0.0)
    } else {
        (1.055 * light.powf(1.0 / 2.4) - 0.055).min(1.0)
    }
}
