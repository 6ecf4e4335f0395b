//! Every step against what `tests/vectors/removal_steps.py` computed from the step's definition.

use pixels::Size;
use serde::Deserialize;

use super::clean::cleaned;
use super::input::{Normalisation, input};
use super::lanczos::lanczos;
use super::output::{Squash, resized, stretched};
use super::trimap::{Matting, trimap};
use crate::picture::{Layout, Picture};
use crate::removal::cut::multiplied;
use crate::removal::matting::closed_form::alpha;
use crate::removal::matting::foreground::foreground;
use crate::run::Run;

/// Bytes, written as hexadecimal digits.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Hex(Vec<u8>);

impl TryFrom<String> for Hex {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16));
        bytes.collect::<Result<_, _>>().map(Self)
    }
}

#[derive(Deserialize)]
struct Vectors {
    resizes: Vec<ResizeCase>,
    inputs: Vec<InputCase>,
    masks: Vec<MaskCase>,
    cleanings: Vec<CleaningCase>,
    trimaps: Vec<TrimapCase>,
    mattings: Vec<MattingCase>,
    cutouts: Vec<CutoutCase>,
}

#[derive(Deserialize)]
struct ResizeCase {
    size: [u32; 2],
    to: [u32; 2],
    rgb: Hex,
    grey: Hex,
    rgb_made: Hex,
    grey_made: Hex,
}

#[derive(Deserialize)]
struct InputCase {
    size: [u32; 2],
    side: u32,
    normalisation: String,
    rgb: Hex,
    made: Vec<f32>,
}

#[derive(Deserialize)]
struct MaskCase {
    side: u32,
    squash: Squash,
    output: Vec<f32>,
    size: [u32; 2],
    made: Hex,
}

#[derive(Deserialize)]
struct CleaningCase {
    size: [u32; 2],
    mask: Hex,
    made: Hex,
}

#[derive(Deserialize)]
struct TrimapCase {
    size: [u32; 2],
    mask: Hex,
    erode: u32,
    made: Hex,
}

#[derive(Deserialize)]
struct MattingCase {
    size: [u32; 2],
    rgb: Hex,
    trimap: Hex,
    alpha: Vec<f32>,
    foreground: Hex,
}

#[derive(Deserialize)]
struct CutoutCase {
    rgb: Hex,
    mask: Hex,
    made: Hex,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../../tests/vectors/removal_steps.json")).unwrap()
}

fn size([width, height]: [u32; 2]) -> Size {
    Size::new(width, height).unwrap()
}

fn run() -> Run<'static> {
    Run::default()
}

fn farthest(a: &[u8], b: &[u8]) -> u8 {
    assert_eq!(a.len(), b.len());
    a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

#[test]
fn resizing_equals_pillow() {
    for case in vectors().resizes {
        let (from, to) = (size(case.size), size(case.to));
        let colours = lanczos::<3>(&case.rgb.0, from, to, &run()).unwrap();
        assert_eq!(colours, case.rgb_made.0, "{from} to {to}");
        let grey = lanczos::<1>(&case.grey.0, from, to, &run()).unwrap();
        assert_eq!(grey, case.grey_made.0, "{from} to {to}");
    }
}

#[test]
fn a_network_reads_the_same_numbers() {
    for case in vectors().inputs {
        let normalisation = match case.normalisation.as_str() {
            "imagenet" => Normalisation::IMAGENET,
            _ => Normalisation::HALF,
        };
        let side = size([case.side, case.side]);
        let opaque = Picture::new(size(case.size), Layout::Rgb, case.rgb.0.clone()).unwrap();
        let glass = case.rgb.0.as_chunks::<3>().0.iter();
        let glass = glass.flat_map(|[r, g, b]| [*r, *g, *b, 7]).collect();
        let glass = Picture::new(size(case.size), Layout::Rgba, glass).unwrap();
        for picture in [opaque, glass] {
            let made = input(&picture, side, &normalisation, &run()).unwrap();
            assert_eq!(made.len(), case.made.len());
            for (made, expected) in made.iter().zip(&case.made) {
                // The vectors are written with seven digits.
                assert!((made - expected).abs() <= 1e-6 * expected.abs().max(1.0));
            }
        }
    }
}

#[test]
fn a_networks_output_becomes_the_same_mask() {
    for case in vectors().masks {
        let side = size([case.side, case.side]);
        let bytes = stretched(&case.output, case.squash).unwrap();
        let made = resized(&bytes, side, size(case.size), &run()).unwrap();
        // Exponential functions of two libraries may differ in their last bit.
        let allowed = u8::from(case.squash == Squash::Sigmoid);
        assert!(
            farthest(&made, &case.made.0) <= allowed,
            "{:?}",
            case.squash
        );
    }
    assert!(stretched(&[0.3; 9], Squash::None).is_none());
}

#[test]
fn masks_are_cleaned_alike() {
    for case in vectors().cleanings {
        let made = cleaned(&case.mask.0, size(case.size), &run()).unwrap();
        assert_eq!(made, case.made.0);
    }
}

#[test]
fn the_same_pixels_are_certain() {
    for case in vectors().trimaps {
        let matting = Matting {
            erode: case.erode,
            ..Matting::default()
        };
        let made = trimap(&case.mask.0, size(case.size), &matting);
        assert!(made == case.made.0, "erode {}", case.erode);
    }
}

#[test]
fn matting_finds_the_same_alpha_and_colours() {
    for case in vectors().mattings {
        let size = size(case.size);
        let guess = vec![128; size.pixels()];
        let found = alpha(&case.rgb.0, &case.trimap.0, &guess, size, &run()).unwrap();
        for (found, expected) in found.unwrap().iter().zip(&case.alpha) {
            // Far from uncertain pixels springs give way by less than a thousandth, here not at all.
            assert!((found - expected).abs() < 2e-3, "{found} {expected}");
        }
        let colours = foreground(&case.rgb.0, &case.alpha, size, &run()).unwrap();
        // Single against double precision, and results are cut, not rounded.
        assert!(farthest(&colours, &case.foreground.0) <= 2);
    }
}

#[test]
fn the_plain_cut_out_multiplies_colours_by_the_mask() {
    for case in vectors().cutouts {
        let made = multiplied(&case.rgb.0, &case.mask.0);
        assert_eq!(made, case.made.0);
    }
}
