//! Curves through points: any tone at all.

use serde::{Deserialize, Serialize};

use super::Effect;
use crate::error::ImagingError;
use crate::fused::Pass;

/// Most points of a curve.
const MOST: usize = 32;

/// A curve for all channels, and then one for each. On sRGB-encoded values.
///
/// A curve is a list of 2 to 32 points `[from, to]`, both from 0 to 1, `from` rising; an empty list changes nothing. Between
/// points it is the monotone cubic of Fritsch and Carlson (1980), with harmonic means of the neighbouring slopes as slopes
/// at the points: it goes through every point and never overshoots. Left of the first and right of the last point it
/// stays level.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Curves {
    /// For all channels, before those of single ones.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub all: Vec<[f32; 2]>,
    /// For red.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub red: Vec<[f32; 2]>,
    /// For green.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub green: Vec<[f32; 2]>,
    /// For blue.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub blue: Vec<[f32; 2]>,
}

impl Effect for Curves {
    fn check(&self) -> Result<(), ImagingError> {
        for (field, points) in [
            ("all", &self.all),
            ("red", &self.red),
            ("green", &self.green),
            ("blue", &self.blue),
        ] {
            check(field, points)?;
        }
        Ok(())
    }

    fn passes(&self) -> Option<Vec<Pass>> {
        let all = Curve::through(&self.all);
        let single = [&self.red, &self.green, &self.blue].map(|points| Curve::through(points));
        let mut passes = Vec::new();
        if !self.all.is_empty() {
            passes.push(Pass::tone(|v| all.at(v)));
        }
        if single.iter().any(|curve| !curve.points.is_empty()) {
            passes.push(Pass::tones(|channel, v| single[channel].at(v)));
        }
        Some(passes)
    }
}

fn check(field: &str, points: &[[f32; 2]]) -> Result<(), ImagingError> {
    let wrong = |place: String, value: String, allowed: String| {
        Err(ImagingError::Parameter {
            operation: "curves",
            field: place,
            value,
            allowed,
        })
    };
    if points.len() == 1 || points.len() > MOST {
        let allowed = format!("none or 2 to {MOST}");
        return wrong(
            field.to_owned(),
            format!("{} points", points.len()),
            allowed,
        );
    }
    let mut before = -1.0;
    for (at, [from, to]) in points.iter().enumerate() {
        for (part, value) in [("from", from), ("to", to)] {
            if !(0.0..=1.0).contains(value) {
                let place = format!("{field}[{at}].{part}");
                return wrong(place, value.to_string(), "0 to 1".to_owned());
            }
        }
        // Nearer points cannot be told apart by 8 bits, and their slope would be beyond any number.
        if *from - before < 1e-4 {
            let place = format!("{field}[{at}].from");
            let allowed =
                format!("at least 0.0001 more than the point before, which is at {before}");
            return wrong(place, from.to_string(), allowed);
        }
        before = *from;
    }
    Ok(())
}

struct Curve {
    points: Vec<[f64; 2]>,
    slopes: Vec<f64>,
}

impl Curve {
    fn through(points: &[[f32; 2]]) -> Self {
        let points: Vec<[f64; 2]> = points.iter().map(|point| point.map(f64::from)).collect();
        let secants: Vec<f64> = points
            .windows(2)
            .map(|pair| (pair[1][1] - pair[0][1]) / (pair[1][0] - pair[0][0]))
            .collect();
        let slopes = (0..points.len())
            .map(|at| {
                match (
                    at.checked_sub(1).and_then(|at| secants.get(at)),
                    secants.get(at),
                ) {
                    (Some(left), Some(right)) if left * right > 0.0 => {
                        2.0 * left * right / (left + right)
                    }
                    // A peak or a valley is level.
                    (Some(_), Some(_)) => 0.0,
                    (Some(only), None) | (None, Some(only)) => *only,
                    (None, None) => 0.0,
                }
            })
            .collect();
        Self { points, slopes }
    }

    fn at(&self, v: f64) -> f64 {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else {
            return v;
        };
        if v <= first[0] {
            return first[1];
        }
        if v >= last[0] {
            return last[1];
        }
        let right = self.points.partition_point(|point| point[0] <= v);
        let ([x0, y0], [x1, y1]) = (self.points[right - 1], self.points[right]);
        let (m0, m1) = (self.slopes[right - 1], self.slopes[right]);
        let width = x1 - x0;
        let t = (v - x0) / width;
        let (t2, t3) = (t * t, t * t * t);
        (2.0 * t3 - 3.0 * t2 + 1.0) * y0
            + (t3 - 2.0 * t2 + t) * width * m0
            + (3.0 * t2 - 2.0 * t3) * y1
            + (t3 - t2) * width * m1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_goes_through_its_points_and_never_overshoots() {
        let points = [[0.1, 0.2], [0.3, 0.25], [0.5, 0.9], [0.6, 0.9], [1.0, 0.0]];
        let curve = Curve::through(&points);
        for [from, to] in points {
            assert!((curve.at(f64::from(from)) - f64::from(to)).abs() < 1e-6);
        }
        for pair in points.windows(2) {
            let (low, high) = (pair[0][1].min(pair[1][1]), pair[0][1].max(pair[1][1]));
            for step in 0..=50 {
                let v = pair[0][0] + (pair[1][0] - pair[0][0]) * step as f32 / 50.0;
                let got = curve.at(f64::from(v)) as f32;
                assert!((low - 1e-5..=high + 1e-5).contains(&got), "{v}: {got}");
            }
        }
        assert_eq!(curve.at(0.0), f64::from(0.2f32));
    }

    #[test]
    fn a_straight_line_is_straight() {
        let curve = Curve::through(&[[0.0, 0.0], [0.25, 0.25], [1.0, 1.0]]);
        for v in 0..=255 {
            let v = f64::from(v) / 255.0;
            assert!((curve.at(v) - v).abs() < 1e-9);
        }
    }
}
