//! Presets there and back, and presets that somebody wrote by hand, or with malice.

use imaging::effects::{
    Axis, BackgroundColour, BackgroundPicture, BoxBlur, Channel, Colour, Crop, Curves, Denoise,
    Filter, Fit, Flip, GaussianBlur, Levels, Resize, Rotate, Sharpen,
};
use imaging::{ImagingError, LARGEST_PRESET, Operation, Pipeline, Preset, Stage};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::pipelines::pointwise;

fn any_operation() -> impl Strategy<Value = Operation> {
    let fits = || prop::sample::select(vec![Fit::Inside, Fit::Stretch, Fit::Cover]);
    prop_oneof![
        8 => pointwise(),
        1 => any::<[u32; 4]>().prop_map(|[left, top, width, height]| {
            Crop { left, top, width: width.max(1), height: height.max(1) }.into()
        }),
        1 => (1u32..=16_384, 1u32..=16_384, fits()).prop_map(|(width, height, fit)| {
            Resize { width, height, fit, filter: Filter::CatmullRom }.into()
        }),
        1 => (-360.0f32..=360.0, any::<bool>()).prop_map(|(degrees, expand)| Rotate { degrees, expand }.into()),
        1 => Just(Flip { axis: Axis::Vertical }.into()),
        1 => (0.0f32..=100.0).prop_map(|sigma| GaussianBlur { sigma }.into()),
        1 => (0.0f32..=200.0).prop_map(|radius| BoxBlur { radius }.into()),
        1 => (0.0f32..=5.0, 0.2f32..=50.0, 0.0f32..=1.0)
            .prop_map(|(amount, sigma, threshold)| Sharpen { amount, sigma, threshold }.into()),
        1 => (0u32..=3).prop_map(|radius| Denoise { radius }.into()),
        1 => any::<[u8; 3]>().prop_map(|[red, green, blue]| {
            BackgroundColour { colour: Colour { red, green, blue } }.into()
        }),
        1 => (".{1,40}", fits()).prop_map(|(picture, fit)| BackgroundPicture { picture, fit }.into()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn what_is_written_is_read_again(
        stages in vec((any_operation(), any::<bool>()), 0..8), name in ".{0,60}",
    ) {
        let stages = stages
            .into_iter()
            .map(|(operation, bypass)| Stage { operation, bypass })
            .collect();
        let preset = Preset { name, pipeline: Pipeline { stages } };
        let text = preset.to_json().unwrap();
        prop_assert_eq!(Preset::from_json(&text).unwrap(), preset);
    }

    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,200}") {
        drop(Preset::from_json(&text));
    }

    #[test]
    fn no_change_of_a_sound_preset_makes_it_panic(at: prop::sample::Index, byte in 0x20u8..0x7f) {
        let mut bytes = SOUND.as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        drop(Preset::from_json(std::str::from_utf8(&bytes).unwrap()));
    }
}

const SOUND: &str = r##"{
  "version": 1,
  "name": "Product on white",
  "stages": [
    {"operation": "levels", "channel": "red", "black": 0.1},
    {"operation": "curves", "all": [[0, 0.1], [1, 0.9]]},
    {"operation": "resize", "bypass": true, "width": 800, "height": 600},
    {"operation": "grayscale"},
    {"operation": "background_colour", "colour": "#FFeedd"}
  ]
}"##;

#[test]
fn a_preset_written_by_hand_may_leave_out_what_is_usual() {
    let preset = Preset::from_json(SOUND).unwrap();
    assert_eq!(preset.name, "Product on white");
    let expected: [Operation; 5] = [
        Levels {
            channel: Channel::Red,
            black: 0.1,
            ..Levels::default()
        }
        .into(),
        Curves {
            all: vec![[0.0, 0.1], [1.0, 0.9]],
            ..Curves::default()
        }
        .into(),
        Resize {
            width: 800,
            height: 600,
            fit: Fit::Inside,
            filter: Filter::Lanczos3,
        }
        .into(),
        imaging::effects::Grayscale { amount: 1.0 }.into(),
        BackgroundColour {
            colour: Colour {
                red: 255,
                green: 238,
                blue: 221,
            },
        }
        .into(),
    ];
    let stages = &preset.pipeline.stages;
    assert!(stages.iter().map(|stage| &stage.operation).eq(&expected));
    let bypassed: Vec<bool> = stages.iter().map(|stage| stage.bypass).collect();
    assert_eq!(bypassed, [false, false, true, false, false]);
}

#[test]
fn a_written_preset_is_fit_for_people() {
    let preset = Preset {
        name: "Warm".to_owned(),
        pipeline: Pipeline::new()
            .then(imaging::effects::Exposure { stops: 0.1 })
            .then(Stage {
                operation: Flip {
                    axis: Axis::Horizontal,
                }
                .into(),
                bypass: true,
            }),
    };
    let expected = r#"{
  "version": 1,
  "name": "Warm",
  "stages": [
    {
      "operation": "exposure",
      "stops": 0.1
    },
    {
      "operation": "flip",
      "bypass": true,
      "axis": "horizontal"
    }
  ]
}
"#;
    assert_eq!(preset.to_json().unwrap(), expected);
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let stage = |stage: &str| {
        format!(r#"{{"version": 1, "stages": [{{"operation": "invert"}}, {stage}]}}"#)
    };
    for (text, said) in [
        (String::new(), "EOF while parsing"),
        ("[1]".to_owned(), "it is no object"),
        (r#"{"stages": []}"#.to_owned(), "\"version\" is missing"),
        (
            r#"{"version": "1", "stages": []}"#.to_owned(),
            "\"version\" is no number",
        ),
        (
            r#"{"version": 0, "stages": []}"#.to_owned(),
            "\"version\" is no number from 1 to 1",
        ),
        (r#"{"version": 1}"#.to_owned(), "\"stages\" is no list"),
        (
            r#"{"version": 1, "stages": [], "x\ty": 1}"#.to_owned(),
            "unknown field \"x y\"",
        ),
        (stage("7"), "stage 2 is no object"),
        (stage("{}"), "stage 2 has no text \"operation\""),
        (
            stage(r#"{"operation": "flip", "bypass": 1, "axis": "vertical"}"#),
            "stage 2: \"bypass\"",
        ),
        (
            stage(r#"{"operation": "flip"}"#),
            "stage 2 (flip): missing field `axis`",
        ),
        (
            stage(r#"{"operation": "flip", "axis": "up"}"#),
            "expected `horizontal` or `vertical`",
        ),
        (
            stage(r#"{"operation": "gamma", "gama": 1}"#),
            "unknown field `gama`, expected `gamma`",
        ),
        (
            stage(r#"{"operation": "gamma", "gamma": 1e39}"#),
            "stage 2 (gamma): gamma: gamma is inf; allowed is 0.1 to 10",
        ),
        (
            stage(r#"{"operation": "invert", "amount": 1}"#),
            "unknown field `amount`",
        ),
        (
            stage(r##"{"operation": "background_colour", "colour": "#ffffé"}"##),
            "is no colour",
        ),
    ] {
        let error = Preset::from_json(&text).unwrap_err();
        assert!(error.to_string().contains(said), "{text}: {error}");
        assert!(!error.remedy().is_empty());
    }
}

#[test]
fn an_unknown_operation_is_told_with_all_that_exist() {
    let text = r#"{"version": 1, "stages": [{"operation": "sepia"}]}"#;
    let error = Preset::from_json(text).unwrap_err();
    let ImagingError::UnknownOperation { stage, name, known } = &error else {
        panic!("{error}");
    };
    assert_eq!((*stage, name.as_str()), (1, "sepia"));
    for operation in Operation::NAMES {
        assert!(known.contains(operation));
    }
}

#[test]
fn a_newer_preset_asks_for_a_newer_program() {
    let error = Preset::from_json(r#"{"version": 2, "stages": []}"#).unwrap_err();
    assert!(matches!(
        error,
        ImagingError::NewerPreset { found: 2, known: 1 }
    ));
    assert!(error.remedy().contains("Update"));
}

#[test]
fn huge_deep_and_endless_presets_are_refused() {
    let long = format!(
        r#"{{"version": 1, "name": "{}", "stages": []}}"#,
        "a".repeat(201)
    );
    let large = " ".repeat(LARGEST_PRESET + 1);
    let deep = "[".repeat(100_000);
    let stages = vec![r#"{"operation": "invert"}"#; Pipeline::MOST + 1].join(",");
    let many = format!(r#"{{"version": 1, "stages": [{stages}]}}"#);
    let points = vec!["[0.5, 0.5]"; 10_000].join(",");
    let curve =
        format!(r#"{{"version": 1, "stages": [{{"operation": "curves", "all": [{points}]}}]}}"#);
    let name = "x".repeat(10_000);
    let named = format!(r#"{{"version": 1, "stages": [{{"operation": "{name}"}}]}}"#);
    for text in [long, large, deep, many, curve, named] {
        let error = Preset::from_json(&text).unwrap_err().to_string();
        assert!(error.len() < 1500, "{} letters", error.len());
    }
}
