//! Blurs, sharpening and noise against plain sums over every neighbour in `f64`.

use imaging::effects::{BoxBlur, Denoise, GaussianBlur, Sharpen};
use imaging::{Layout, Operation, Picture, Run, Spread};
use proptest::prelude::*;

use crate::drawn::{noisy, pixel, scene, size};

fn made(operation: impl Into<Operation>, picture: &Picture) -> Picture {
    operation.into().apply(picture, &Run::default()).unwrap()
}

/// A channel of the picture at any place; beyond the edge that of the edge.
fn at(picture: &Picture, x: i64, y: i64, channel: usize) -> f64 {
    let x = x.clamp(0, i64::from(picture.size().width()) - 1) as u32;
    let y = y.clamp(0, i64::from(picture.size().height()) - 1) as u32;
    f64::from(pixel(picture, x, y)[channel])
}

/// The sum over all neighbours, with `weight` of their distance in a row times that in a column.
fn weighed(picture: &Picture, reach: i64, weight: impl Fn(i64) -> f64) -> Vec<f64> {
    let total: f64 = (-reach..=reach).map(&weight).sum();
    let mut sums = Vec::new();
    for y in 0..i64::from(picture.size().height()) {
        for x in 0..i64::from(picture.size().width()) {
            for channel in 0..picture.layout().channels() {
                let mut sum = 0.0;
                for dy in -reach..=reach {
                    for dx in -reach..=reach {
                        let both = weight(dx) * weight(dy);
                        sum += both * at(picture, x + dx, y + dy, channel);
                    }
                }
                sums.push(sum / (total * total));
            }
        }
    }
    sums
}

fn assert_near(got: &Picture, exact: &[f64], off: f64, what: &str) {
    for (index, (got, exact)) in got.bytes().iter().zip(exact).enumerate() {
        let difference = (f64::from(*got) - exact).abs();
        assert!(
            difference <= off,
            "{what}: byte {index} is {got}, exactly {exact}"
        );
    }
}

#[test]
fn a_gaussian_is_the_weighed_mean_of_its_neighbours() {
    for (width, height) in [(31, 150), (3, 5), (1, 1), (1, 40)] {
        let picture = noisy(width, height, Layout::Rgb, 4);
        for sigma in [0.5f32, 0.8, 1.3, 3.0] {
            let reach = (3.0 * sigma).ceil() as i64;
            let spread = 2.0 * f64::from(sigma).powi(2);
            let exact = weighed(&picture, reach, |d| (-((d * d) as f64) / spread).exp());
            let blurred = made(GaussianBlur { sigma }, &picture);
            // Rounded once after rows and once after columns.
            assert_near(
                &blurred,
                &exact,
                1.05,
                &format!("{width}x{height} sigma {sigma}"),
            );
        }
    }
}

#[test]
fn a_box_is_the_even_mean_and_its_rim_counts_by_what_it_covers() {
    for (width, height) in [(31, 150), (3, 5), (1, 1)] {
        let picture = noisy(width, height, Layout::Rgb, 4);
        for radius in [0.25f32, 1.0, 2.5, 7.0] {
            let whole = radius.floor() as i64;
            let exact = weighed(&picture, whole + 1, |d| {
                if d.abs() <= whole {
                    1.0
                } else {
                    f64::from(radius.fract())
                }
            });
            let blurred = made(BoxBlur { radius }, &picture);
            assert_near(
                &blurred,
                &exact,
                1.05,
                &format!("{width}x{height} radius {radius}"),
            );
        }
    }
}

#[test]
fn a_blur_of_nothing_is_nothing() {
    let picture = noisy(9, 9, Layout::Rgba, 2);
    assert_eq!(made(GaussianBlur { sigma: 0.0 }, &picture), picture);
    assert_eq!(made(BoxBlur { radius: 0.0 }, &picture), picture);
    assert_eq!(made(Denoise { radius: 0 }, &picture), picture);
    let sharpen = Sharpen {
        amount: 0.0,
        sigma: 1.0,
        threshold: 0.0,
    };
    assert_eq!(made(sharpen, &picture), picture);
}

#[test]
fn an_unsharp_mask_adds_what_the_blur_took_away() {
    let picture = noisy(40, 90, Layout::Rgb, 9);
    let blurred = made(GaussianBlur { sigma: 1.5 }, &picture);
    for (amount, threshold) in [(1.0f32, 0.0f32), (0.4, 0.1), (5.0, 0.0)] {
        let sharpen = Sharpen {
            amount,
            sigma: 1.5,
            threshold,
        };
        let sharp = made(sharpen, &picture);
        let pairs = picture.bytes().iter().zip(blurred.bytes());
        for (got, (v, soft)) in sharp.bytes().iter().zip(pairs) {
            let (v, soft) = (f64::from(*v), f64::from(*soft));
            let added = match (v - soft).abs() >= f64::from(threshold) * 255.0 {
                true => f64::from(amount) * (v - soft),
                false => 0.0,
            };
            let exact = (v + added).clamp(0.0, 255.0);
            assert!((f64::from(*got) - exact).abs() <= 0.51, "{v} {soft}: {got}");
        }
    }
}

#[test]
fn a_median_is_the_middle_of_all_neighbours() {
    for (width, height) in [(37, 131), (2, 3), (1, 1), (11, 1)] {
        let picture = noisy(width, height, Layout::Rgb, 6);
        for radius in 1..=3u32 {
            let cleaned = made(Denoise { radius }, &picture);
            let reach = i64::from(radius);
            for y in 0..height {
                for x in 0..width {
                    for channel in 0..3 {
                        let mut all: Vec<f64> = (-reach..=reach)
                            .flat_map(|dy| (-reach..=reach).map(move |dx| (dx, dy)))
                            .map(|(dx, dy)| {
                                at(&picture, i64::from(x) + dx, i64::from(y) + dy, channel)
                            })
                            .collect();
                        all.sort_by(f64::total_cmp);
                        let exact = all[all.len() / 2];
                        assert_eq!(f64::from(pixel(&cleaned, x, y)[channel]), exact);
                    }
                }
            }
        }
    }
}

#[test]
fn a_median_takes_single_outliers_away_and_leaves_an_edge() {
    let mut bytes = vec![0; 60 * 60 * 3];
    for (index, pixel) in bytes.chunks_mut(3).enumerate() {
        let right = index % 60 >= 30;
        pixel.fill(if right { 200 } else { 50 });
    }
    let clean = Picture::new(size(60, 60), Layout::Rgb, bytes.clone()).unwrap();
    for index in [5 * 60 + 7, 20 * 60 + 45, 58 * 60 + 3] {
        bytes[index * 3..][..3].fill(255);
    }
    let salted = Picture::new(size(60, 60), Layout::Rgb, bytes).unwrap();
    assert_eq!(made(Denoise { radius: 1 }, &salted), clean);
}

#[test]
fn what_is_transparent_gives_no_colour_to_its_neighbours() {
    // Opaque grey in a sea of transparent red: all that is left of red is nothing.
    let mut bytes = [255, 0, 0, 0].repeat(40 * 40);
    for y in 15..25 {
        for x in 15..25 {
            bytes[(y * 40 + x) * 4..][..4].copy_from_slice(&[90, 90, 90, 255]);
        }
    }
    let picture = Picture::new(size(40, 40), Layout::Rgba, bytes).unwrap();
    let sharpen = Sharpen {
        amount: 1.0,
        sigma: 2.0,
        threshold: 0.0,
    };
    let operations: [Operation; 4] = [
        GaussianBlur { sigma: 2.0 }.into(),
        BoxBlur { radius: 2.0 }.into(),
        Denoise { radius: 1 }.into(),
        sharpen.into(),
    ];
    for operation in operations {
        let result = operation.apply(&picture, &Run::default()).unwrap();
        let soft = operation.name().ends_with("blur");
        let mut between = 0;
        for pixel in result.bytes().chunks(4) {
            // Products of few levels are divided again: only grey may come out, coarsely where there is little alpha.
            let [red, green, blue, alpha] = *pixel else {
                panic!()
            };
            assert_eq!((red, green), (green, blue), "{operation:?}: {pixel:?}");
            between += usize::from(alpha != 0 && alpha != 255);
        }
        assert_eq!(between > 0, soft, "{operation:?}");
    }
}

#[test]
fn strips_show_no_seams_and_threads_change_nothing() {
    let picture = scene(1000, 700, Layout::Rgb);
    let operations: [Operation; 4] = [
        GaussianBlur { sigma: 12.0 }.into(),
        BoxBlur { radius: 9.5 }.into(),
        Denoise { radius: 2 }.into(),
        Sharpen {
            amount: 0.7,
            sigma: 4.0,
            threshold: 0.01,
        }
        .into(),
    ];
    let spread = Run {
        spread: Spread::AllCores,
        ..Run::default()
    };
    for operation in operations {
        let alone = operation.apply(&picture, &Run::default()).unwrap();
        assert_eq!(
            operation.apply(&picture, &spread).unwrap(),
            alone,
            "{operation:?}"
        );
        // The same rows from a picture that begins 100 rows later have their seams elsewhere.
        let crop = imaging::effects::Crop {
            left: 0,
            top: 100,
            width: 1000,
            height: 600,
        };
        let later = operation
            .apply(&made(crop, &picture), &Run::default())
            .unwrap();
        let row = picture.row_bytes();
        assert_eq!(
            &alone.bytes()[150 * row..],
            &later.bytes()[50 * row..],
            "{operation:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_plain_picture_stays_plain(
        width in 1u32..60, height in 1u32..90, value: [u8; 3], sigma in 0.0f32..20.0, radius in 0.0f32..40.0,
    ) {
        let size = size(width, height);
        let picture = Picture::new(size, Layout::Rgb, value.repeat(size.pixels())).unwrap();
        prop_assert_eq!(&made(GaussianBlur { sigma }, &picture), &picture);
        prop_assert_eq!(&made(BoxBlur { radius }, &picture), &picture);
        prop_assert_eq!(&made(Denoise { radius: radius as u32 % 4 }, &picture), &picture);
        let sharpen = Sharpen { amount: 3.0, sigma: sigma.max(0.2), threshold: 0.0 };
        prop_assert_eq!(&made(sharpen, &picture), &picture);
    }
}
