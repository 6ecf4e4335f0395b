//! Pointwise operations against their documented formulas, written here anew in `f64`.

use imaging::effects::{
    Brightness, Channel, Contrast, Curves, Exposure, Gamma, Grayscale, Hue, Invert, Levels,
    Saturation, Threshold, WhiteBalance,
};
use imaging::{Layout, Operation, Picture, Run};

use crate::drawn::{noise, size};

/// Every value of each channel, in colours without order.
fn all_values(layout: Layout) -> Picture {
    let size = size(256, 8);
    let mut bytes = noise(layout.bytes(size), 7);
    for (v, pixel) in bytes.chunks_mut(layout.channels()).take(256).enumerate() {
        pixel[..3].fill(v as u8);
    }
    Picture::new(size, layout, bytes).unwrap()
}

/// Asserts that `operation` makes of every pixel what `formula` says over 0..=1, within `off` levels.
fn assert_formula(
    operation: impl Into<Operation>,
    off: f64,
    formula: impl Fn([f64; 3]) -> [f64; 3],
) {
    let operation = operation.into();
    assert!(operation.pointwise(), "{operation:?}");
    for layout in [Layout::Rgb, Layout::Rgba] {
        let picture = all_values(layout);
        let made = operation.apply(&picture, &Run::default()).unwrap();
        assert_eq!((made.size(), made.layout()), (picture.size(), layout));
        let n = layout.channels();
        for (from, to) in picture.bytes().chunks(n).zip(made.bytes().chunks(n)) {
            let exact = formula([0, 1, 2].map(|c| f64::from(from[c]) / 255.0));
            for channel in 0..3 {
                let exact = exact[channel].clamp(0.0, 1.0) * 255.0;
                assert!(
                    (f64::from(to[channel]) - exact).abs() <= off,
                    "{operation:?}: {from:?} became {to:?}, channel {channel} should be {exact}"
                );
            }
            assert_eq!(from.get(3), to.get(3), "alpha stays");
        }
    }
}

/// Half a level, for rounding, and what parameters of 32 bits may be off.
const ROUNDED: f64 = 0.501;
/// A matrix rounds its three products too.
const MIXED: f64 = 0.601;

fn linear(v: f64) -> f64 {
    if v <= 0.04045 {
        v / 12.92
    } else {
        ((v + 0.055) / 1.055).powf(2.4)
    }
}

fn srgb(light: f64) -> f64 {
    if light <= 0.0031308 {
        light * 12.92
    } else {
        1.055 * light.powf(1.0 / 2.4) - 0.055
    }
}

fn luma([r, g, b]: [f64; 3]) -> f64 {
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

#[test]
fn tones_follow_their_formulas() {
    for amount in [-1.0, -0.3, 0.0, 0.15, 1.0] {
        assert_formula(Brightness { amount }, ROUNDED, |p| {
            p.map(|v| v + f64::from(amount))
        });
    }
    for factor in [0.0, 0.5, 1.0, 1.7, 4.0] {
        let by = f64::from(factor);
        assert_formula(Contrast { factor }, ROUNDED, |p| {
            p.map(|v| (v - 0.5) * by + 0.5)
        });
    }
    for gamma in [0.1, 0.45, 1.0, 2.2, 10.0] {
        let power = 1.0 / f64::from(gamma);
        assert_formula(Gamma { gamma }, ROUNDED, |p| p.map(|v| v.powf(power)));
    }
    for stops in [-5.0, -1.0, 0.0, 0.3, 5.0] {
        let gain = 2f64.powf(f64::from(stops));
        assert_formula(Exposure { stops }, ROUNDED, |p| {
            p.map(|v| srgb(linear(v) * gain))
        });
    }
    assert_formula(Invert {}, ROUNDED, |p| p.map(|v| 1.0 - v));
}

#[test]
fn colours_follow_their_formulas() {
    for factor in [0.0, 0.4, 1.0, 1.5, 3.0] {
        let by = f64::from(factor);
        let mixed = |p: [f64; 3]| p.map(|v| luma(p) + by * (v - luma(p)));
        assert_formula(Saturation { factor }, MIXED, mixed);
    }
    for amount in [0.0, 0.25, 1.0] {
        let by = f64::from(amount);
        let mixed = |p: [f64; 3]| p.map(|v| v + by * (luma(p) - v));
        assert_formula(Grayscale { amount }, MIXED, mixed);
    }
    for (temperature, tint) in [(0.0, 0.0), (1.0, -0.5), (-0.4, 1.0)] {
        let (warm, purple) = (f64::from(temperature), f64::from(tint));
        let gains = [warm, -purple, -warm].map(|stops| 2f64.powf(stops / 2.0));
        assert_formula(WhiteBalance { temperature, tint }, ROUNDED, |p| {
            [0, 1, 2].map(|c| srgb(linear(p[c]) * gains[c]))
        });
    }
}

#[test]
fn a_turn_of_hue_is_that_of_the_web() {
    // The matrix of the W3C's Filter Effects, with its three digits: half a level off for large turns.
    for degrees in [-180.0, -75.0, 0.0, 30.0, 90.0, 180.0] {
        let (sine, cosine) = f64::from(degrees).to_radians().sin_cos();
        let still = [[0.213, 0.715, 0.072]; 3];
        let with_cosine = [
            [0.787, -0.715, -0.072],
            [-0.213, 0.285, -0.072],
            [-0.213, -0.715, 0.928],
        ];
        let with_sine = [
            [-0.213, -0.715, 0.928],
            [0.143, 0.140, -0.283],
            [-0.787, 0.715, 0.072],
        ];
        assert_formula(Hue { degrees }, 1.2, |p| {
            [0, 1, 2].map(|row| {
                (0..3)
                    .map(|column| {
                        let factor = still[row][column]
                            + cosine * with_cosine[row][column]
                            + sine * with_sine[row][column];
                        factor * p[column]
                    })
                    .sum()
            })
        });
    }
}

#[test]
fn a_threshold_makes_white_what_is_at_least_its_level() {
    for level in [0.0, 1.0, 128.0 / 255.0, 0.3] {
        let made = Operation::from(Threshold { level })
            .apply(&all_values(Layout::Rgb), &Run::default())
            .unwrap();
        // The first row is all greys from 0 to 255.
        for (v, pixel) in made.bytes().chunks(3).take(256).enumerate() {
            let white = v as f32 / 255.0 >= level;
            assert_eq!(pixel, [if white { 255 } else { 0 }; 3], "{v} at {level}");
        }
    }
}

#[test]
fn levels_spread_what_lies_between_black_and_white() {
    let levels = Levels {
        channel: Channel::All,
        black: 0.1,
        white: 0.8,
        gamma: 1.8,
        out_black: 0.05,
        out_white: 0.9,
    };
    let spread = |v: f64| {
        let x = ((v - 0.1) / 0.7).clamp(0.0, 1.0);
        0.05 + 0.85 * x.powf(1.0 / 1.8)
    };
    assert_formula(levels, ROUNDED, |p| p.map(spread));
    let green = Levels {
        channel: Channel::Green,
        ..levels
    };
    assert_formula(green, ROUNDED, |[r, g, b]| [r, spread(g), b]);
    assert_formula(Levels::default(), 0.001, |p| p);
    let negative = Levels {
        out_black: 1.0,
        out_white: 0.0,
        ..Levels::default()
    };
    assert_formula(negative, ROUNDED, |p| p.map(|v| 1.0 - v));
}

#[test]
fn curves_go_through_their_points_for_all_channels_and_then_for_one() {
    let half = 128.0 / 255.0;
    let curves = Curves {
        all: vec![[0.0, 0.0], [half, 0.75], [1.0, 1.0]],
        red: vec![[0.0, 1.0], [1.0, 0.0]],
        ..Curves::default()
    };
    let made = Operation::from(curves)
        .apply(&all_values(Layout::Rgb), &Run::default())
        .unwrap();
    let grey = |v: usize| &made.bytes()[3 * v..][..3];
    // 0.75 of 255 is 191.25; red is the negative of what the first curve made.
    assert_eq!(grey(0), [255, 0, 0]);
    assert_eq!(grey(128), [64, 191, 191]);
    assert_eq!(grey(255), [0, 255, 255]);
    assert_formula(Curves::default(), 0.001, |p| p);
}

#[test]
fn neutral_values_change_nothing() {
    let neutral: [Operation; 9] = [
        Brightness { amount: 0.0 }.into(),
        Contrast { factor: 1.0 }.into(),
        Gamma { gamma: 1.0 }.into(),
        Exposure { stops: 0.0 }.into(),
        Saturation { factor: 1.0 }.into(),
        Hue { degrees: 0.0 }.into(),
        WhiteBalance {
            temperature: 0.0,
            tint: 0.0,
        }
        .into(),
        Grayscale { amount: 0.0 }.into(),
        Levels::default().into(),
    ];
    let picture = all_values(Layout::Rgba);
    for operation in neutral {
        let made = operation.apply(&picture, &Run::default()).unwrap();
        assert_eq!(made, picture, "{operation:?}");
    }
}

#[test]
fn a_wrong_value_is_told_with_its_field_and_what_is_allowed() {
    let wrong: [(Operation, &str); 8] = [
        (
            Brightness { amount: 1.5 }.into(),
            "brightness: amount is 1.5; allowed is -1 to 1",
        ),
        (
            Contrast { factor: -0.5 }.into(),
            "contrast: factor is -0.5; allowed is 0 to 4",
        ),
        (
            Gamma { gamma: 0.0 }.into(),
            "gamma: gamma is 0; allowed is 0.1 to 10",
        ),
        (
            Exposure { stops: f32::NAN }.into(),
            "exposure: stops is NaN; allowed is -5 to 5",
        ),
        (
            Hue {
                degrees: f32::INFINITY,
            }
            .into(),
            "hue: degrees is inf; allowed is -180 to 180",
        ),
        (
            Threshold { level: 2.0 }.into(),
            "threshold: level is 2; allowed is 0 to 1",
        ),
        (
            Levels {
                black: 0.5,
                white: 0.5,
                ..Levels::default()
            }
            .into(),
            "levels: black is 0.5; allowed is less than white, which is 0.5",
        ),
        (
            Curves {
                blue: vec![[0.0, 0.0], [0.5, 1.2]],
                ..Curves::default()
            }
            .into(),
            "curves: blue[1].to is 1.2; allowed is 0 to 1",
        ),
    ];
    let picture = all_values(Layout::Rgb);
    for (operation, text) in wrong {
        let error = operation.apply(&picture, &Run::default()).unwrap_err();
        assert_eq!(error.to_string(), text);
        assert!(!error.remedy().is_empty());
    }
}
