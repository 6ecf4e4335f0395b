//! Pixels that move: tiny pictures worked out by hand, and properties of larger ones.

use imaging::effects::{Axis, BackgroundColour, Colour, Crop, Filter, Fit, Flip, Resize, Rotate};
use imaging::{Layout, Operation, Picture, Run};
use proptest::prelude::*;

use crate::drawn::{differences, noisy, pixel, scene, size};

fn made(operation: impl Into<Operation>, picture: &Picture) -> Picture {
    operation.into().apply(picture, &Run::default()).unwrap()
}

/// Two rows of three pixels, told apart by red.
fn six() -> Picture {
    let bytes = (1..=6).flat_map(|v| [v * 10, 0, 0]).collect();
    Picture::new(size(3, 2), Layout::Rgb, bytes).unwrap()
}

fn reds(picture: &Picture) -> Vec<u8> {
    let n = picture.layout().channels();
    picture.bytes().iter().step_by(n).copied().collect()
}

fn turn(degrees: f32) -> Rotate {
    Rotate {
        degrees,
        expand: true,
    }
}

#[test]
fn right_angles_and_mirrors_move_pixels_as_by_hand() {
    let picture = six();
    for (degrees, expected, turned) in [
        (0.0, [10, 20, 30, 40, 50, 60], false),
        (90.0, [40, 10, 50, 20, 60, 30], true),
        (180.0, [60, 50, 40, 30, 20, 10], false),
        (-90.0, [30, 60, 20, 50, 10, 40], true),
        (270.0, [30, 60, 20, 50, 10, 40], true),
        (360.0, [10, 20, 30, 40, 50, 60], false),
    ] {
        let result = made(turn(degrees), &picture);
        assert_eq!(reds(&result), expected, "{degrees}");
        let expected = if turned { size(2, 3) } else { size(3, 2) };
        assert_eq!((result.size(), result.layout()), (expected, Layout::Rgb));
    }
    let mirrored = made(
        Flip {
            axis: Axis::Horizontal,
        },
        &picture,
    );
    assert_eq!(reds(&mirrored), [30, 20, 10, 60, 50, 40]);
    let upside_down = made(
        Flip {
            axis: Axis::Vertical,
        },
        &picture,
    );
    assert_eq!(reds(&upside_down), [40, 50, 60, 10, 20, 30]);
}

#[test]
fn a_cut_out_is_what_lies_there_and_its_edges_are_checked() {
    let crop = |left, top, width, height| Crop {
        left,
        top,
        width,
        height,
    };
    assert_eq!(reds(&made(crop(1, 0, 2, 2), &six())), [20, 30, 50, 60]);
    assert_eq!(reds(&made(crop(2, 1, 1, 1), &six())), [60]);
    for (crop, text) in [
        (
            crop(2, 0, 2, 1),
            "crop: left + width is 4; allowed is at most the picture's 3",
        ),
        (
            crop(0, 1, 1, u32::MAX),
            "crop: top + height is 4294967296; allowed is at most the picture's 2",
        ),
        (crop(0, 0, 0, 1), "crop: width is 0; allowed is at least 1"),
    ] {
        let error = Operation::from(crop)
            .apply(&six(), &Run::default())
            .unwrap_err();
        assert_eq!(error.to_string(), text);
    }
}

#[test]
fn a_free_turn_shows_the_picture_turned_with_nothing_around_it() {
    let picture = scene(121, 81, Layout::Rgb);
    let result = made(turn(30.0), &picture);
    // 121 cos 30 + 81 sin 30 = 145.29, 121 sin 30 + 81 cos 30 = 130.65
    assert_eq!(
        (result.size(), result.layout()),
        (size(146, 131), Layout::Rgba)
    );
    for (x, y) in [(0, 0), (145, 0), (0, 130), (145, 130)] {
        assert_eq!(pixel(&result, x, y), [0; 4]);
    }
    // Where each point comes from, the other way round than the program asks.
    let (sine, cosine) = 30f64.to_radians().sin_cos();
    for (x, y) in [(60, 40), (20, 30), (100, 60), (5, 5), (110, 20)] {
        let (dx, dy) = (f64::from(x) + 0.5 - 60.5, f64::from(y) + 0.5 - 40.5);
        let (to_x, to_y) = (
            dx * cosine - dy * sine + 73.0,
            dx * sine + dy * cosine + 65.5,
        );
        let got = pixel(&result, to_x as u32, to_y as u32);
        let expected = pixel(&picture, x, y);
        assert_eq!(got[3], 255);
        for channel in 0..3 {
            // Waves change by a few levels a pixel; places are off by up to a half.
            let off = got[channel].abs_diff(expected[channel]);
            assert!(off <= 8, "{x},{y}: {got:?} for {expected:?}");
        }
    }
    let kept = made(
        Rotate {
            degrees: 30.0,
            expand: false,
        },
        &picture,
    );
    assert_eq!(kept.size(), picture.size());
}

#[test]
fn a_turn_there_and_back_leaves_the_middle_as_it_was() {
    let picture = scene(80, 80, Layout::Rgb);
    let turn = |degrees| Rotate {
        degrees,
        expand: false,
    };
    let back = made(turn(-17.0), &made(turn(17.0), &picture));
    let opaque = BackgroundColour {
        colour: Colour::WHITE,
    };
    // Away from the disc's hard edge, which becomes softer.
    let middle = Crop {
        left: 24,
        top: 50,
        width: 12,
        height: 12,
    };
    let back = made(middle, &made(opaque, &back));
    let (mean, most) = differences(&made(middle, &picture), &back);
    assert!(mean < 1.0 && most <= 3, "{mean}, {most} at most");
}

#[test]
fn means_of_squares_come_out_of_a_box_filter() {
    let picture = noisy(8, 6, Layout::Rgb, 3);
    let half = made(
        Resize {
            width: 4,
            height: 3,
            fit: Fit::Stretch,
            filter: Filter::Box,
        },
        &picture,
    );
    for y in 0..3 {
        for x in 0..4 {
            for channel in 0..3 {
                let four = [(0, 0), (1, 0), (0, 1), (1, 1)];
                let sum: u32 = four
                    .map(|(dx, dy)| u32::from(pixel(&picture, 2 * x + dx, 2 * y + dy)[channel]))
                    .iter()
                    .sum();
                let exact = f64::from(sum) / 4.0;
                let got = f64::from(pixel(&half, x, y)[channel]);
                // Rounded after rows and after columns.
                assert!((got - exact).abs() <= 1.0, "{x},{y}: {got} for {exact}");
            }
        }
    }
}

#[test]
fn every_filter_keeps_a_plain_colour_and_every_fit_its_size() {
    let plain = Picture::new(size(40, 20), Layout::Rgba, [200, 100, 50, 128].repeat(800)).unwrap();
    for filter in [
        Filter::Nearest,
        Filter::Box,
        Filter::Bilinear,
        Filter::CatmullRom,
        Filter::Mitchell,
        Filter::Lanczos3,
    ] {
        for (fit, expected) in [
            (Fit::Inside, size(30, 15)),
            (Fit::Stretch, size(30, 30)),
            (Fit::Cover, size(30, 30)),
        ] {
            for times in [1, 3] {
                let (width, height) = (30 * times, 30 * times);
                let resize = Resize {
                    width,
                    height,
                    fit,
                    filter,
                };
                let result = made(resize, &plain);
                let expected = size(expected.width() * times, expected.height() * times);
                assert_eq!(result.size(), expected, "{resize:?}");
                for pixel in result.bytes().chunks(4) {
                    for (got, expected) in pixel.iter().zip([200, 100, 50, 128]) {
                        assert!(got.abs_diff(expected) <= 1, "{resize:?}: {pixel:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn cover_takes_the_middle() {
    // Red on the left third, green in the middle, blue on the right.
    let row: Vec<u8> = (0..90)
        .flat_map(|x| [[255, 0, 0], [0, 255, 0], [0, 0, 255]][x / 30])
        .collect();
    let picture = Picture::new(size(90, 30), Layout::Rgb, row.repeat(30)).unwrap();
    let square = made(
        Resize {
            width: 10,
            height: 10,
            fit: Fit::Cover,
            filter: Filter::Box,
        },
        &picture,
    );
    assert_eq!(square.bytes(), [0, 255, 0].repeat(100));
}

#[test]
fn the_colour_of_a_transparent_pixel_never_shows() {
    // Opaque red beside transparent green.
    let row = [[255, 0, 0, 255], [0, 255, 0, 0]].concat();
    let picture = Picture::new(size(2, 2), Layout::Rgba, row.repeat(2)).unwrap();
    let one = made(
        Resize {
            width: 1,
            height: 1,
            fit: Fit::Stretch,
            filter: Filter::Box,
        },
        &picture,
    );
    let [red, green, blue, alpha] = one.bytes() else {
        panic!("one pixel");
    };
    assert_eq!([*red, *green, *blue], [255, 0, 0]);
    assert!(alpha.abs_diff(128) <= 1);
}

#[test]
fn bands_show_no_seams() {
    // 300 rows are made in bands; one that is made at once is the same.
    let picture = noisy(40, 900, Layout::Rgb, 5);
    for filter in [
        Filter::Lanczos3,
        Filter::Bilinear,
        Filter::Box,
        Filter::Nearest,
    ] {
        let resize = |height| Resize {
            width: 40,
            height,
            fit: Fit::Stretch,
            filter,
        };
        let whole = made(resize(300), &picture);
        // The middle third of both has a seam of its own at other rows.
        let part = Crop {
            left: 0,
            top: 300,
            width: 40,
            height: 300,
        };
        let middle = made(resize(100), &made(part, &picture));
        for y in 5..95 {
            for x in 0..40 {
                let (a, b) = (pixel(&whole, x, 100 + y), pixel(&middle, x, y));
                for channel in 0..3 {
                    assert!(a[channel].abs_diff(b[channel]) <= 1, "{filter:?} {x},{y}");
                }
            }
        }
    }
}

#[test]
fn a_result_beyond_the_limits_is_refused_before_memory_is_taken() {
    let run = Run {
        limits: imaging::Limits {
            pixels: 10_000,
            ..imaging::Limits::default()
        },
        ..Run::default()
    };
    for operation in [
        Operation::from(Resize {
            width: 16_384,
            height: 16_384,
            fit: Fit::Stretch,
            filter: Filter::Box,
        }),
        Operation::from(turn(45.0)),
    ] {
        let picture = noisy(100, 100, Layout::Rgb, 1);
        let error = operation.apply(&picture, &run).unwrap_err();
        assert!(error.to_string().contains("10000 in all"), "{error}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn four_quarters_and_two_mirrors_lead_back(
        width in 1u32..70, height in 1u32..70, alpha: bool, seed: u32,
    ) {
        let layout = if alpha { Layout::Rgba } else { Layout::Rgb };
        let picture = noisy(width, height, layout, seed);
        let quarter = |picture| made(turn(90.0), &picture);
        let half = quarter(quarter(picture.clone()));
        prop_assert_eq!(&half, &made(turn(180.0), &picture));
        prop_assert_eq!(&quarter(half.clone()), &made(turn(-90.0), &picture));
        prop_assert_eq!(&quarter(quarter(half.clone())), &picture);
        let both = made(Flip { axis: Axis::Vertical }, &made(Flip { axis: Axis::Horizontal }, &picture));
        prop_assert_eq!(both, half);
    }

    #[test]
    fn any_size_becomes_any_other(
        width in 1u32..40, height in 1u32..40, to_width in 1u32..150, to_height in 1u32..150,
        fit in prop::sample::select(vec![Fit::Inside, Fit::Stretch, Fit::Cover]),
        filter in prop::sample::select(vec![Filter::Nearest, Filter::Box, Filter::Lanczos3]),
        alpha: bool,
    ) {
        let layout = if alpha { Layout::Rgba } else { Layout::Rgb };
        let resize = Resize { width: to_width, height: to_height, fit, filter };
        let result = made(resize, &noisy(width, height, layout, 1));
        prop_assert_eq!(result.layout(), layout);
        if fit == Fit::Inside {
            prop_assert!(result.size().width() <= to_width && result.size().height() <= to_height);
            prop_assert!(result.size().width() == to_width || result.size().height() == to_height);
        } else {
            prop_assert_eq!(result.size(), size(to_width, to_height));
        }
    }

    #[test]
    fn any_turn_has_room_for_the_picture(
        width in 1u32..40, height in 1u32..40, degrees in -360.0f32..360.0, expand: bool,
    ) {
        let picture = noisy(width, height, Layout::Rgb, 1);
        let turned = Operation::from(Rotate { degrees, expand });
        let result = turned.apply(&picture, &Run::default()).unwrap();
        let told = turned.shape(
            imaging::Shape { size: picture.size(), layout: Layout::Rgb },
            &imaging::Limits::default(),
        ).unwrap();
        prop_assert_eq!((result.size(), result.layout()), (told.size, told.layout));
    }
}
