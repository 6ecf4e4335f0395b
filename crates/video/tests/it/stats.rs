//! Statistics of pictures against the definition, written down straightforwardly over every single pixel.

use pixels::{Size, Yuv420};
use proptest::collection::vec;
use proptest::prelude::*;
use video::PictureStats;
use video::stats::{Histogram, stride};

const BINS: usize = 5000;

/// The definition over plain values: mean, population deviation, quantiles from `numpy.histogram` with edges by
/// `numpy.linspace`.
fn reference(values: &[f64]) -> [f64; 9] {
    let count = values.len() as f64;
    let min = values.iter().copied().fold(f64::INFINITY, f64::min);
    let max = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mean = values.iter().sum::<f64>() / count;
    let square = values.iter().map(|value| value * value).sum::<f64>() / count;
    let std = (square - mean * mean).max(0.0).sqrt();
    let (first, last) = (min - 1e-10, max + 1e-10);
    let step = (last - first) / BINS as f64;
    let mut edges: Vec<f64> = (0..=BINS).map(|edge| edge as f64 * step + first).collect();
    edges[BINS] = last;
    let mut histogram = vec![0.0; BINS];
    for value in values {
        let bin = edges.partition_point(|edge| edge <= value) - 1;
        histogram[bin.min(BINS - 1)] += 1.0;
    }
    let quantile = |share: f64| {
        let target = share * count;
        let mut sum = 0.0;
        for (bin, inside) in histogram.iter().enumerate() {
            let before = sum;
            sum += inside;
            if sum >= target {
                if bin == 0 {
                    return edges[0];
                }
                return edges[bin] + (target - before) / inside * (edges[bin + 1] - edges[bin]);
            }
        }
        edges[BINS]
    };
    [
        min,
        max,
        mean,
        std,
        quantile(0.01),
        quantile(0.10),
        quantile(0.50),
        quantile(0.90),
        quantile(0.99),
    ]
    .map(|value| value / 255.0)
}

fn planes() -> impl Strategy<Value = (Size, Vec<u8>)> {
    (1_u32..24, 1_u32..24).prop_flat_map(|(width, height)| {
        let size = Size::new(width, height).unwrap();
        let bytes = size.pixels() + 2 * size.chroma().pixels();
        (Just(size), vec(any::<u8>(), bytes))
    })
}

fn yuv((size, bytes): (Size, Vec<u8>)) -> Yuv420 {
    let (y, colour) = bytes.split_at(size.pixels());
    let (u, v) = colour.split_at(size.chroma().pixels());
    let [y, u, v] = [y, u, v].map(<[u8]>::to_vec);
    Yuv420 { size, y, u, v }
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

proptest! {
    #[test]
    fn they_agree_with_the_definition_over_every_pixel_of_every_picture(
        pictures in vec(planes().prop_map(yuv), 1..4),
    ) {
        let mut stats = PictureStats::default();
        let mut values = [Vec::new(), Vec::new(), Vec::new()];
        for picture in &pictures {
            stats.add_yuv420(picture);
            let mut rgb = Vec::new();
            pixels::rgb_from_yuv420(picture, &mut rgb).unwrap();
            for pixel in rgb.chunks_exact(3) {
                for (values, value) in values.iter_mut().zip(pixel) {
                    values.push(f64::from(*value));
                }
            }
        }
        let colours = stats.colours().unwrap();
        prop_assert_eq!(colours.count, values[0].len() as u64);
        prop_assert_eq!(stats.pictures(), pictures.len() as u64);
        for (channel, values) in values.iter().enumerate() {
            for ((name, ours), theirs) in colours.named().into_iter().zip(reference(values)) {
                prop_assert!(near(ours[channel], theirs), "{name}: {} {theirs}", ours[channel]);
            }
        }
    }

    #[test]
    fn planes_and_their_red_green_and_blue_count_the_same(picture in planes().prop_map(yuv)) {
        let mut rgb = Vec::new();
        pixels::rgb_from_yuv420(&picture, &mut rgb).unwrap();
        prop_assert_eq!(Histogram::of_yuv420(&picture), Histogram::of_rgb(picture.size, &rgb));
    }
}

#[test]
fn large_pictures_count_every_kth_pixel_in_both_axes() {
    for (width, height, every, pixels) in [
        (299, 100, 1, 29_900),
        (300, 100, 2, 150 * 50),
        (640, 480, 4, 160 * 120),
        (480, 640, 4, 160 * 120),
        (1280, 720, 8, 160 * 90),
        (1920, 1080, 12, 160 * 90),
        (641, 481, 4, 161 * 121),
    ] {
        let size = Size::new(width, height).unwrap();
        assert_eq!(stride(size), every, "{size}");
        let mut picture = Yuv420::black(size);
        // What does not count shines.
        for (at, y) in picture.y.iter_mut().enumerate() {
            let (column, row) = (at % width as usize, at / width as usize);
            if column % every != 0 || row % every != 0 {
                *y = 235;
            }
        }
        let mut stats = PictureStats::default();
        stats.add_yuv420(&picture);
        let colours = stats.colours().unwrap();
        assert_eq!(colours.count, pixels, "{size}");
        assert_eq!(colours.max, [0.0; 3], "{size}");
        let mut rgb = Vec::new();
        pixels::rgb_from_yuv420(&picture, &mut rgb).unwrap();
        assert_eq!(
            Histogram::of_yuv420(&picture),
            Histogram::of_rgb(size, &rgb)
        );
    }
}

#[test]
fn one_picture_of_one_colour_is_its_own_quantile() {
    let size = Size::new(4, 4).unwrap();
    let mut stats = PictureStats::default();
    assert!(stats.colours().is_none());
    stats.add(&Histogram::of_rgb(size, &[51; 48]));
    let colours = stats.colours().unwrap();
    for (name, values) in colours.named() {
        let expected = if name == "std" { 0.0 } else { 0.2 };
        for value in values {
            assert!((value - expected).abs() < 1e-12, "{name}: {value}");
        }
    }
}

#[test]
fn films_counted_apart_and_together_agree() {
    let picture = |luma| {
        let mut picture = Yuv420::black(Size::new(8, 8).unwrap());
        picture.y.fill(luma);
        picture
    };
    let (mut one, mut other, mut both) = Default::default();
    let sums: [&mut PictureStats; 3] = [&mut one, &mut other, &mut both];
    let [one, other, both] = sums;
    for luma in 20..40 {
        if luma < 30 { &mut *one } else { &mut *other }.add_yuv420(&picture(luma));
        both.add_yuv420(&picture(luma));
    }
    one.merge(other);
    assert_eq!(one, both);
}

/// What LeRobot's own `RunningQuantileStats` says of the four pictures below, after `auto_downsample_height_width`, when it
/// counts in float64 (numpy 2.2). It gives itself float32, which costs it up to 2.5e-5 of the deviation and one bin.
const LEROBOT: [(&str, [f64; 3]); 9] = [
    ("min", [0.0, 0.0, 0.0]),
    (
        "max",
        [0.9803921568627451, 0.6509803921568628, 0.3254901960784314],
    ),
    (
        "mean",
        [0.49114685457516344, 0.3266674325980392, 0.16210600490196075],
    ),
    (
        "std",
        [0.2833022723166867, 0.18956670702338715, 0.0950054910271432],
    ),
    (
        "q01",
        [
            0.007974668127735035,
            0.003969830249733876,
            -3.9215686274509807e-13,
        ],
    ),
    (
        "q10",
        [
            0.09814003615599283,
            0.06269322785634328,
            0.03133150644535553,
        ],
    ),
    (
        "q50",
        [0.4903452085059376, 0.32941563939308016, 0.16077844055347415],
    ),
    (
        "q90",
        [0.8823073694312664, 0.5883000941179636, 0.2941364810927536],
    ),
    (
        "q99",
        [0.9724626020624871, 0.6470081518030439, 0.321574260249937],
    ),
];

#[test]
fn lerobots_own_code_says_the_same() {
    let size = Size::new(320, 240).unwrap();
    let mut stats = PictureStats::default();
    for picture in 0..4_u64 {
        let pixel = |at: u64| {
            let plain = at * at / 97 + at * 7 + picture * 29;
            [0, 1, 2].map(|colour| ((plain + colour * 61) % 251 * (3 - colour) / 3) as u8)
        };
        let rgb: Vec<u8> = (0..size.pixels() as u64).flat_map(pixel).collect();
        stats.add(&Histogram::of_rgb(size, &rgb));
    }
    let colours = stats.colours().unwrap();
    assert_eq!(colours.count, 76_800);
    for ((name, ours), (same, theirs)) in colours.named().into_iter().zip(LEROBOT) {
        assert_eq!(name, same);
        for (ours, theirs) in ours.into_iter().zip(theirs) {
            assert!((ours - theirs).abs() < 1e-12, "{name}: {ours} {theirs}");
        }
    }
}
