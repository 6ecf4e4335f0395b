//! Operations that mix the channels, or treat them differently.

use serde::{Deserialize, Serialize};

use super::tone::{encoded, linear, unless};
use super::{Effect, within};
use crate::error::ImagingError;
use crate::fused::{Matrix, Pass};

/// How much red, green and blue give to the brightness of a pixel (ITU-R BT.709), here on sRGB-encoded values.
const LUMA: [f64; 3] = [0.2126, 0.7152, 0.0722];

/// More or less colour: `luma + factor * (v - luma)` for each channel, with BT.709's luma of the sRGB-encoded values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Saturation {
    /// 0 to 3; 1 changes nothing, 0 leaves grey.
    pub factor: f32,
}

impl Effect for Saturation {
    fn check(&self) -> Result<(), ImagingError> {
        within("saturation", "factor", self.factor, 0.0..=3.0)
    }

    fn passes(&self) -> Option<Vec<Pass>> {
        let factor = f64::from(self.factor);
        Some(unless(factor == 1.0, || Pass::Matrix(towards_luma(factor))))
    }
}

/// Turns all colours around the axis of greys; greys and luma (BT.709's, of sRGB-encoded values) stay, as far as nothing
/// is cut. The matrix is that of `hue-rotate` in the W3C's Filter Effects, with exact factors for luma.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hue {
    /// Degrees from -180 to 180; 0 changes nothing. Positive ones go from red towards yellow and green.
    pub degrees: f32,
}

impl Effect for Hue {
    fn check(&self) -> Result<(), ImagingError> {
        within("hue", "degrees", self.degrees, -180.0..=180.0)
    }

    fn passes(&self) -> Option<Vec<Pass>> {
        Some(unless(self.degrees == 0.0, || {
            Pass::Matrix(turned(f64::from(self.degrees)))
        }))
    }
}

/// Warmer or cooler, greener or more purple: gains in linear light, `2^(temperature / 2)` for red,
/// `2^(-temperature / 2)` for blue and `2^(-tint / 2)` for green.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhiteBalance {
    /// -1 (cooler) to 1 (warmer); 0 changes nothing.
    pub temperature: f32,
    /// -1 (greener) to 1 (more purple); 0 changes nothing.
    pub tint: f32,
}

impl Effect for WhiteBalance {
    fn check(&self) -> Result<(), ImagingError> {
        within("white_balance", "temperature", self.temperature, -1.0..=1.0)?;
        within("white_balance", "tint", self.tint, -1.0..=1.0)
    }

    fn passes(&self) -> Option<Vec<Pass>> {
        let halves = [self.temperature, -self.tint, -self.temperature];
        let gains = halves.map(|stops| (f64::from(stops) / 2.0).exp2());
        Some(unless(gains == [1.0; 3], || {
            Pass::tones(|channel, v| match gains[channel] {
                1.0 => v,
                gain => encoded(linear(v) * gain),
            })
        }))
    }
}

/// Takes the colour out: `v + amount * (luma - v)`, with BT.709's luma of the sRGB-encoded values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grayscale {
    /// 0 to 1; 0 changes nothing, 1 (which it is where nothing is said) leaves grey only.
    #[serde(default = "whole")]
    pub amount: f32,
}

fn whole() -> f32 {
    1.0
}

impl Effect for Grayscale {
    fn check(&self) -> Result<(), ImagingError> {
        within("grayscale", "amount", self.amount, 0.0..=1.0)
    }

    fn passes(&self) -> Option<Vec<Pass>> {
        let amount = f64::from(self.amount);
        Some(unless(amount == 0.0, || {
            Pass::Matrix(towards_luma(1.0 - amount))
        }))
    }
}

/// Black and white: white where luma (BT.709's, of sRGB-encoded values, rounded to 8 bits) is at least `level`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Threshold {
    /// 0 (all white) to 1 (only pure white stays white). No value changes nothing.
    pub level: f32,
}

impl Effect for Threshold {
    fn check(&self) -> Result<(), ImagingError> {
        within("threshold", "level", self.level, 0.0..=1.0)
    }

    fn passes(&self) -> Option<Vec<Pass>> {
        // In f32 on both sides: 128/255 as a level means the grey 128, however it was rounded.
        let white = |v: f64| v as f32 >= self.level;
        Some(vec![
            Pass::Matrix([LUMA; 3]),
            Pass::tone(|v| if white(v) { 1.0 } else { 0.0 }),
        ])
    }
}

/// `luma + factor * (v - luma)`. Every row sums to one, so greys stay.
fn towards_luma(factor: f64) -> Matrix {
    std::array::from_fn(|row| {
        std::array::from_fn(|column| {
            let own = if row == column { factor } else { 0.0 };
            own + (1.0 - factor) * LUMA[column]
        })
    })
}

/// Luma, plus the cosine of the angle times what differs from luma, plus its sine times a turn by a right angle.
fn turned(degrees: f64) -> Matrix {
    let (sine, cosine) = degrees.to_radians().sin_cos();
    let [red, green, blue] = LUMA;
    // A turn by a right angle: greys become nothing (rows sum to 0) and so does the luma of whatever comes out. Two
    // rows are the W3C's; the one of red follows from them.
    let green_row = [0.143, 0.140, -0.283];
    let blue_row = [red - 1.0, green, blue];
    let red_row = [0, 1, 2].map(|at| -(green * green_row[at] + blue * blue_row[at]) / red);
    let quarter: Matrix = [red_row, green_row, blue_row];
    std::array::from_fn(|row| {
        std::array::from_fn(|column| {
            let own = if row == column { 1.0 } else { 0.0 };
            LUMA[column] + cosine * (own - LUMA[column]) + sine * quarter[row][column]
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fused::LARGEST_ROW;

    #[test]
    fn every_matrix_keeps_greys_and_stays_within_what_its_sums_hold() {
        let hues = (-36..=36).map(|step| turned(f64::from(step) * 5.0));
        let factors = (0..=30).map(|step| towards_luma(f64::from(step) / 10.0));
        for matrix in hues.chain(factors) {
            for row in matrix {
                assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{row:?}");
                assert!(row.iter().map(|f| f.abs()).sum::<f64>() < LARGEST_ROW);
            }
        }
    }

    #[test]
    fn a_turn_of_hue_keeps_luma_and_returns_after_a_whole_one() {
        for degrees in [-170.0, -90.0, 12.0, 90.0, 135.0] {
            let matrix = turned(degrees);
            for column in 0..3 {
                let luma: f64 = (0..3).map(|row| LUMA[row] * matrix[row][column]).sum();
                assert!((luma - LUMA[column]).abs() < 1e-9);
            }
        }
        let whole = turned(360.0);
        for (row, factors) in whole.iter().enumerate() {
            for (column, factor) in factors.iter().enumerate() {
                let same = if row == column { 1.0 } else { 0.0 };
                assert!((factor - same).abs() < 1e-9);
            }
        }
    }
}
