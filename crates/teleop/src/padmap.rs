//! What the sticks, triggers and buttons of a gamepad mean: one table for driving joint by joint, one for the tip.
//!
//! Controls are named by where they are, as on every pad: `lefty`, `righttrigger`, `south`. Not here: reading a pad
//! (`station`), what is made of it (`gamepad`).

use arms::Joint;

use crate::keymap::{Mode, Motion, TipAxis};

/// A stick's axis, a trigger or a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names say where each is")]
pub enum PadControl {
    LeftX,
    LeftY,
    RightX,
    RightY,
    LeftTrigger,
    RightTrigger,
    LeftBumper,
    RightBumper,
    South,
    East,
    North,
    West,
    DPadUp,
    DPadDown,
    DPadLeft,
    DPadRight,
    Select,
    Start,
    Mode,
    LeftThumb,
    RightThumb,
}

impl PadControl {
    /// How many there are.
    pub const COUNT: usize = 21;

    /// All of them, with their names.
    pub const NAMES: [(PadControl, &'static str); PadControl::COUNT] = [
        (PadControl::LeftX, "leftx"),
        (PadControl::LeftY, "lefty"),
        (PadControl::RightX, "rightx"),
        (PadControl::RightY, "righty"),
        (PadControl::LeftTrigger, "lefttrigger"),
        (PadControl::RightTrigger, "righttrigger"),
        (PadControl::LeftBumper, "leftbumper"),
        (PadControl::RightBumper, "rightbumper"),
        (PadControl::South, "south"),
        (PadControl::East, "east"),
        (PadControl::North, "north"),
        (PadControl::West, "west"),
        (PadControl::DPadUp, "up"),
        (PadControl::DPadDown, "down"),
        (PadControl::DPadLeft, "left"),
        (PadControl::DPadRight, "right"),
        (PadControl::Select, "select"),
        (PadControl::Start, "start"),
        (PadControl::Mode, "mode"),
        (PadControl::LeftThumb, "leftthumb"),
        (PadControl::RightThumb, "rightthumb"),
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self.index()].1
    }

    /// The control of that name, in any case.
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.to_lowercase();
        Self::NAMES
            .into_iter()
            .find(|(_, known)| *known == name)
            .map(|(control, _)| control)
    }

    /// Its place, 0 to [`PadControl::COUNT`] - 1.
    pub fn index(self) -> usize {
        self as usize
    }

    /// Whether it has values between and rests in the middle or at zero, so that it needs a dead zone.
    pub(crate) fn analogue(self) -> bool {
        self.index() <= PadControl::RightTrigger.index()
    }
}

/// What a control does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PadMeaning {
    /// Moves something: forward with a positive value (right, up, pressed), the other way with a negative one; a motion
    /// that is not forward is turned round.
    Moves(Motion),
    /// The emergency stop.
    Stops,
    /// The other arm of a pair.
    OtherArm,
    /// A quarter faster.
    Faster,
    /// A fifth slower.
    Slower,
}

/// Why a binding makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PadBindError {
    /// Not `CONTROL=MEANING`.
    #[error("“{0}” has no =")]
    NoEquals(String),
    /// No such control.
    #[error("a gamepad has no “{0}”")]
    NoControl(String),
    /// No such meaning in this mode.
    #[error("“{0}” is nothing that a control can do in this way of driving")]
    NoMeaning(String),
    /// Nothing would stop the arm.
    #[error("no control of the gamepad would be left that stops the arm")]
    NoStop,
}

impl PadBindError {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoEquals(_) | Self::NoMeaning(_) => {
                "A binding reads like lefty=x+, south=gripper-, north=stop, north=arm, select=slower or west=none."
            }
            Self::NoControl(_) => {
                "Use leftx, lefty, rightx, righty, lefttrigger, righttrigger, leftbumper, rightbumper, south, east, north, west, up, down, left, right, select, start, mode, leftthumb or rightthumb."
            }
            Self::NoStop => "Bind another control to stop first, such as north=stop.",
        }
    }
}

/// The meaning of every control in one mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PadMap {
    mode: Mode,
    meanings: [Option<PadMeaning>; PadControl::COUNT],
}

impl PadMap {
    /// The usual meanings of a mode. Left stick: where the arm goes; right stick: height and roll; triggers: gripper;
    /// east and select: stop.
    pub fn of(mode: Mode) -> Self {
        use PadControl as C;
        let joint = |joint, forward| PadMeaning::Moves(Motion::of_joint(joint, forward));
        let tip = |axis, forward| PadMeaning::Moves(Motion::of_tip(axis, forward));
        let moves = match mode {
            Mode::Joints => [
                (C::LeftX, joint(Joint::ShoulderPan, true)),
                (C::LeftY, joint(Joint::ShoulderLift, true)),
                // A larger angle lowers forearm and gripper.
                (C::RightY, joint(Joint::ElbowFlex, false)),
                (C::RightX, joint(Joint::WristRoll, true)),
                (C::DPadUp, joint(Joint::WristFlex, false)),
                (C::DPadDown, joint(Joint::WristFlex, true)),
                (C::LeftTrigger, joint(Joint::Gripper, true)),
                (C::RightTrigger, joint(Joint::Gripper, false)),
            ],
            Mode::Tip => [
                (C::LeftY, tip(TipAxis::X, true)),
                (C::LeftX, tip(TipAxis::Y, false)),
                (C::RightY, tip(TipAxis::Z, true)),
                (C::RightX, tip(TipAxis::Roll, true)),
                (C::DPadUp, tip(TipAxis::Pitch, false)),
                (C::DPadDown, tip(TipAxis::Pitch, true)),
                (C::LeftTrigger, tip(TipAxis::Gripper, true)),
                (C::RightTrigger, tip(TipAxis::Gripper, false)),
            ],
        };
        let others = [
            (C::East, PadMeaning::Stops),
            (C::Select, PadMeaning::Stops),
            (C::North, PadMeaning::OtherArm),
            (C::LeftBumper, PadMeaning::Slower),
            (C::RightBumper, PadMeaning::Faster),
        ];
        let mut meanings = [None; PadControl::COUNT];
        for (control, meaning) in moves.into_iter().chain(others) {
            meanings[control.index()] = Some(meaning);
        }
        Self { mode, meanings }
    }

    /// What its controls move.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What a control does.
    pub fn meaning(&self, control: PadControl) -> Option<PadMeaning> {
        self.meanings[control.index()]
    }

    /// The usual meanings of a mode with others on top, each as `lefty=x+`, `north=stop`, `north=arm`, `mode=faster`,
    /// `mode=slower` or `west=none`.
    ///
    /// # Errors
    /// The first that makes no sense, or when nothing would be left that stops the arm.
    pub fn with<T: AsRef<str>>(mode: Mode, bindings: &[T]) -> Result<Self, PadBindError> {
        let mut map = Self::of(mode);
        for binding in bindings {
            let text = binding.as_ref().trim();
            let (control, meaning) = text
                .split_once('=')
                .ok_or_else(|| PadBindError::NoEquals(text.to_owned()))?;
            let place = PadControl::from_name(control)
                .ok_or_else(|| PadBindError::NoControl(control.to_owned()))?;
            map.meanings[place.index()] = match meaning {
                "none" => None,
                "stop" => Some(PadMeaning::Stops),
                "arm" => Some(PadMeaning::OtherArm),
                "faster" => Some(PadMeaning::Faster),
                "slower" => Some(PadMeaning::Slower),
                motion => Some(
                    Motion::from_name(motion, mode)
                        .map(PadMeaning::Moves)
                        .ok_or_else(|| PadBindError::NoMeaning(motion.to_owned()))?,
                ),
            };
        }
        if !map.meanings.contains(&Some(PadMeaning::Stops)) {
            return Err(PadBindError::NoStop);
        }
        Ok(map)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keymap::Axis;

    #[test]
    fn both_tables_move_everything_both_ways_and_can_stop() {
        for mode in [Mode::Joints, Mode::Tip] {
            let map = PadMap::of(mode);
            for axis in Axis::all(mode) {
                let ways: Vec<_> = PadControl::NAMES
                    .into_iter()
                    .filter_map(|(control, _)| match map.meaning(control) {
                        Some(PadMeaning::Moves(motion)) if motion.axis == axis => {
                            Some((control, motion.forward))
                        }
                        _ => None,
                    })
                    .collect();
                let stick = |control: PadControl| control.index() <= PadControl::RightY.index();
                let both = ways.iter().any(|(control, _)| stick(*control))
                    || (ways.iter().any(|(_, forward)| *forward)
                        && ways.iter().any(|(_, forward)| !forward));
                assert!(both, "{mode:?}: {axis:?} by {ways:?}");
            }
            assert_eq!(map.meaning(PadControl::East), Some(PadMeaning::Stops));
        }
    }

    #[test]
    fn controls_are_bound_anew_by_name_and_a_stop_always_remains() {
        let map = PadMap::with(Mode::Tip, &["RightX=pitch-", "mode=faster", "west=none"]).unwrap();
        let moves = PadMeaning::Moves(Motion::of_tip(TipAxis::Pitch, false));
        assert_eq!(map.meaning(PadControl::RightX), Some(moves));
        assert_eq!(map.meaning(PadControl::Mode), Some(PadMeaning::Faster));
        for (bindings, told) in [
            (vec!["lefty"], "has no ="),
            (vec!["knob=x+"], "no “knob”"),
            (vec!["lefty=elbow_flex+"], "elbow_flex+"),
            (vec!["east=none", "select=gripper+"], "stops the arm"),
        ] {
            let error = PadMap::with(Mode::Tip, &bindings).unwrap_err();
            assert!(error.to_string().contains(told), "{error}");
            assert!(!error.remedy().is_empty());
        }
        for (place, (control, name)) in PadControl::NAMES.into_iter().enumerate() {
            assert_eq!(control.index(), place, "{name}");
            assert_eq!(PadControl::from_name(name), Some(control));
        }
    }
}
