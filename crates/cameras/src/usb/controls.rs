//! Exposure, white balance, focus, gain and whatever else a camera lets one set, by names.
//!
//! Names are those of `v4l2-ctl`. Beside them `exposure`, `white_balance`, `focus` and `gain` take a number, which
//! switches the automatic off first, or `auto` and `manual`.
//! Not here: how a control is written (`linux`, `portable`).

use std::fmt;

use crate::config::{ControlSetting, ControlValue};

/// What a control takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlKind {
    /// A number in a range.
    Number {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
        /// Distance from one to the next.
        step: u64,
    },
    /// On or off.
    Switch,
    /// One of these, by number or words.
    Menu(Vec<(i64, String)>),
}

/// Something that can be set on a camera.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// The driver's number for it.
    pub(crate) id: u32,
    /// What it is called here.
    pub name: String,
    /// What it takes.
    pub kind: ControlKind,
    /// What it is when nobody sets it.
    pub default: i64,
    /// What it is now, where the camera tells.
    pub value: Option<i64>,
    /// Whether it only tells.
    pub read_only: bool,
    /// Whether something else decides about it now, such as automatic exposure.
    pub inactive: bool,
}

impl Control {
    fn words(&self, value: i64) -> String {
        match &self.kind {
            ControlKind::Number { .. } => value.to_string(),
            ControlKind::Switch => if value == 0 { "off" } else { "on" }.to_owned(),
            ControlKind::Menu(items) => items
                .iter()
                .find(|(number, _)| *number == value)
                .map_or_else(
                    || value.to_string(),
                    |(number, words)| format!("{number} ({words})"),
                ),
        }
    }
}

impl fmt::Display for Control {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.name)?;
        match &self.kind {
            ControlKind::Number {
                min,
                max,
                step: 0 | 1,
            } => write!(f, "{min} to {max}")?,
            ControlKind::Number { min, max, step } => {
                write!(f, "{min} to {max} in steps of {step}")?
            }
            ControlKind::Switch => f.write_str("on or off")?,
            ControlKind::Menu(items) => {
                let items: Vec<String> = items
                    .iter()
                    .map(|(number, words)| format!("{number} ({words})"))
                    .collect();
                f.write_str(&items.join(", "))?;
            }
        }
        if let Some(value) = self.value {
            write!(f, "; now {}", self.words(value))?;
        }
        if self.read_only {
            f.write_str("; only tells")?;
        } else if self.inactive {
            f.write_str("; something automatic decides now")?;
        }
        Ok(())
    }
}

/// The name of a control that a driver calls `label`: `Exposure Time, Absolute` becomes `exposure_time_absolute`.
pub(crate) fn name_from_label(label: &str) -> String {
    let mut name = String::new();
    for c in label.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    name.trim_end_matches('_').to_owned()
}

/// Something that a camera can also decide by itself: the plain name, the control that says so, the one with the value.
/// Numbers from `linux/v4l2-controls.h`.
const AUTOMATIC: [(&str, u32, u32); 4] = [
    ("exposure", 0x009a_0901, 0x009a_0902),
    ("white_balance", 0x0098_090c, 0x0098_091a),
    ("focus", 0x009a_090c, 0x009a_090a),
    ("gain", 0x0098_0912, 0x0098_0913),
];

/// Entries of the menu "auto exposure" that leave the exposure time to the camera, best first, and the one that does not.
const EXPOSURE_AUTO: [i64; 2] = [0, 3];
const EXPOSURE_MANUAL: i64 = 1;

/// Names that older kernels had.
const OLD_NAMES: [(&str, u32); 5] = [
    ("exposure_auto", 0x009a_0901),
    ("exposure_absolute", 0x009a_0902),
    ("white_balance_temperature_auto", 0x0098_090c),
    ("focus_auto", 0x009a_090c),
    ("exposure_auto_priority", 0x009a_0903),
];

/// What is to be written for one setting, in order: controls and their values.
///
/// # Errors
/// Why it cannot be set, in words.
pub(crate) fn plan(
    controls: &[Control],
    setting: &ControlSetting,
) -> Result<Vec<(u32, i64)>, String> {
    let name = setting.name.to_ascii_lowercase();
    if let Some((_, auto, value)) = AUTOMATIC.iter().find(|(plain, ..)| *plain == name) {
        let (auto, value) = (by_id(controls, *auto), by_id(controls, *value));
        let automatic = match &setting.value {
            ControlValue::Words(words) if words.eq_ignore_ascii_case("auto") => Some(true),
            ControlValue::Words(words) if words.eq_ignore_ascii_case("manual") => Some(false),
            ControlValue::Switch(on) => Some(*on),
            _ => None,
        };
        return match (automatic, auto, value) {
            (Some(automatic), Some(auto), _) => Ok(vec![(auto.id, switch(auto, automatic)?)]),
            (Some(_), None, _) => Err("this camera has nothing automatic there".to_owned()),
            (None, Some(auto), Some(value)) => Ok(vec![
                (auto.id, switch(auto, false)?),
                (value.id, fits(value, &setting.value)?),
            ]),
            (None, None, Some(value)) => Ok(vec![(value.id, fits(value, &setting.value)?)]),
            (None, _, None) => Err("this camera has no such control".to_owned()),
        };
    }
    let control = controls
        .iter()
        .find(|control| control.name == name)
        .or_else(|| {
            let (_, id) = OLD_NAMES.iter().find(|(old, _)| *old == name)?;
            by_id(controls, *id)
        })
        .ok_or("this camera has no such control")?;
    if control.read_only {
        return Err("it only tells".to_owned());
    }
    if control.inactive {
        let plain = AUTOMATIC.iter().find(|(.., value)| *value == control.id);
        return Err(match plain {
            Some((plain, ..)) => {
                format!("the camera decides about it now; set {plain}=manual first")
            }
            None => "something automatic decides about it now; switch that off first".to_owned(),
        });
    }
    Ok(vec![(control.id, fits(control, &setting.value)?)])
}

fn by_id(controls: &[Control], id: u32) -> Option<&Control> {
    controls.iter().find(|control| control.id == id)
}

/// What the control that makes something automatic is to be.
fn switch(auto: &Control, automatic: bool) -> Result<i64, String> {
    let ControlKind::Menu(items) = &auto.kind else {
        return Ok(i64::from(automatic));
    };
    let has = |number: &i64| items.iter().any(|(known, _)| known == number);
    let found = if automatic {
        EXPOSURE_AUTO.into_iter().find(has)
    } else {
        Some(EXPOSURE_MANUAL).filter(has)
    };
    found.ok_or_else(|| {
        let wanted = if automatic { "automatic" } else { "manual" };
        format!("this camera has no {wanted} way")
    })
}

/// The number of a value that the control takes.
fn fits(control: &Control, value: &ControlValue) -> Result<i64, String> {
    match (&control.kind, value) {
        (ControlKind::Number { min, max, step }, ControlValue::Number(number)) => {
            let step = i64::try_from(*step).unwrap_or(1).max(1);
            if !(*min..=*max).contains(number) {
                Err(format!("it takes {min} to {max}"))
            } else if number.wrapping_sub(*min) % step != 0 {
                Err(format!("it takes {min} to {max} in steps of {step}"))
            } else {
                Ok(*number)
            }
        }
        (ControlKind::Switch, ControlValue::Switch(on)) => Ok(i64::from(*on)),
        (ControlKind::Switch, ControlValue::Number(number @ (0 | 1))) => Ok(*number),
        (ControlKind::Menu(items), ControlValue::Number(number)) => items
            .iter()
            .find(|(known, _)| known == number)
            .map(|(number, _)| *number)
            .ok_or_else(|| choices(items)),
        (ControlKind::Menu(items), ControlValue::Words(words)) => items
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(words))
            .map(|(number, _)| *number)
            .ok_or_else(|| choices(items)),
        (ControlKind::Number { min, max, .. }, _) => {
            Err(format!("it takes a number from {min} to {max}"))
        }
        (ControlKind::Switch, _) => Err("it takes on or off".to_owned()),
        (ControlKind::Menu(items), _) => Err(choices(items)),
    }
}

fn choices(items: &[(i64, String)]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|(number, words)| format!("{number} ({words})"))
        .collect();
    format!("it takes {}", items.join(", "))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn control(id: u32, name: &str, kind: ControlKind) -> Control {
        Control {
            id,
            name: name.to_owned(),
            kind,
            default: 0,
            value: Some(3),
            read_only: false,
            inactive: false,
        }
    }

    fn webcam() -> Vec<Control> {
        let menu = ControlKind::Menu(vec![
            (1, "Manual Mode".into()),
            (3, "Aperture Priority Mode".into()),
        ]);
        let mut exposure = control(
            0x009a_0902,
            "exposure_time_absolute",
            ControlKind::Number {
                min: 3,
                max: 2047,
                step: 1,
            },
        );
        exposure.inactive = true;
        let mut told = control(0x0098_0900, "privacy", ControlKind::Switch);
        told.read_only = true;
        vec![
            control(0x009a_0901, "auto_exposure", menu),
            exposure,
            control(0x0098_090c, "white_balance_automatic", ControlKind::Switch),
            control(
                0x0098_091a,
                "white_balance_temperature",
                ControlKind::Number {
                    min: 2800,
                    max: 6500,
                    step: 10,
                },
            ),
            control(
                0x0098_0913,
                "gain",
                ControlKind::Number {
                    min: 0,
                    max: 255,
                    step: 1,
                },
            ),
            told,
        ]
    }

    fn planned(name: &str, value: &str) -> Result<Vec<(u32, i64)>, String> {
        let value = ControlValue::parse(value);
        plan(
            &webcam(),
            &ControlSetting {
                name: name.to_owned(),
                value,
            },
        )
    }

    #[test]
    fn plain_names_switch_the_automatic_on_and_off() {
        for (name, value, written) in [
            ("exposure", "auto", vec![(0x009a_0901, 3)]),
            ("exposure", "manual", vec![(0x009a_0901, 1)]),
            (
                "exposure",
                "250",
                vec![(0x009a_0901, 1), (0x009a_0902, 250)],
            ),
            (
                "white_balance",
                "4600",
                vec![(0x0098_090c, 0), (0x0098_091a, 4600)],
            ),
            ("White_Balance", "AUTO", vec![(0x0098_090c, 1)]),
            ("gain", "7", vec![(0x0098_0913, 7)]),
            ("auto_exposure", "manual mode", vec![(0x009a_0901, 1)]),
            ("exposure_auto", "3", vec![(0x009a_0901, 3)]),
            ("white_balance_automatic", "off", vec![(0x0098_090c, 0)]),
        ] {
            assert_eq!(planned(name, value), Ok(written), "{name}={value}");
        }
    }

    #[test]
    fn what_cannot_be_set_says_why() {
        for (name, value, why) in [
            ("zoom", "1", "this camera has no such control"),
            ("focus", "auto", "this camera has nothing automatic there"),
            ("focus", "10", "this camera has no such control"),
            ("gain", "auto", "this camera has nothing automatic there"),
            ("gain", "256", "it takes 0 to 255"),
            ("gain", "much", "it takes a number from 0 to 255"),
            (
                "white_balance",
                "2805",
                "it takes 2800 to 6500 in steps of 10",
            ),
            (
                "auto_exposure",
                "2",
                "it takes 1 (Manual Mode), 3 (Aperture Priority Mode)",
            ),
            ("white_balance_automatic", "2", "it takes on or off"),
            ("privacy", "on", "it only tells"),
            (
                "exposure_time_absolute",
                "100",
                "the camera decides about it now; set exposure=manual first",
            ),
        ] {
            assert_eq!(planned(name, value), Err(why.to_owned()), "{name}={value}");
        }
    }

    #[test]
    fn labels_become_names_as_v4l2_ctl_writes_them() {
        for (label, name) in [
            ("Exposure Time, Absolute", "exposure_time_absolute"),
            ("White Balance, Automatic", "white_balance_automatic"),
            ("Gain", "gain"),
            ("  odd -- (label) ", "odd_label"),
            ("", ""),
        ] {
            assert_eq!(name_from_label(label), name);
        }
    }

    #[test]
    fn a_control_reads_as_a_line() {
        let lines: Vec<String> = webcam().iter().map(Control::to_string).collect();
        insta::assert_snapshot!(lines.join("\n"), @r"
        auto_exposure: 1 (Manual Mode), 3 (Aperture Priority Mode); now 3 (Aperture Priority Mode)
        exposure_time_absolute: 3 to 2047; now 3; something automatic decides now
        white_balance_automatic: on or off; now on
        white_balance_temperature: 2800 to 6500 in steps of 10; now 3
        gain: 0 to 255; now 3
        privacy: on or off; now on; only tells
        ");
    }

    proptest! {
        #[test]
        fn whatever_is_asked_is_in_range_or_refused(name in "[a-z_]{0,24}", value in any::<i64>(), at in 0usize..6) {
            let controls = webcam();
            let name = if name.len() < 12 { controls[at].name.clone() } else { name };
            if let Ok(writes) = plan(&controls, &ControlSetting { name, value: ControlValue::Number(value) }) {
                for (id, value) in writes {
                    let control = by_id(&controls, id).unwrap();
                    let inside = match &control.kind {
                        ControlKind::Number { min, max, .. } => (*min..=*max).contains(&value),
                        ControlKind::Switch => (0..=1).contains(&value),
                        ControlKind::Menu(items) => items.iter().any(|(number, _)| *number == value),
                    };
                    prop_assert!(inside, "{} = {value}", control.name);
                }
            }
        }
    }
}
