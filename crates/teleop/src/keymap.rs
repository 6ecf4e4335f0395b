//! Which key moves what: one table of keys for driving joint by joint (lerobot.js's), one for driving the tip. Keys can
//! be bound anew.
//!
//! Keys are named in lower case, as browsers name them: `w`, `arrowup`. Physical names (`KeyW`) mean the same.
//! Not here: the session's keys and what they do (`cli`, the window); they are only refused here.

use arms::{JOINTS, Joint};

/// Motions of one table: six things to move, two ways each.
pub(crate) const AXES: usize = JOINTS;

/// What keys and sticks move in one mode of driving.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    /// Joint by joint.
    #[default]
    Joints,
    /// The tip, along the axes of the arm's base, with its pitch and roll.
    Tip,
}

/// What the tip is moved along or about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TipAxis {
    /// Forward, away from the arm's foot.
    X,
    /// To the left.
    Y,
    /// Up.
    Z,
    /// Tips the gripper down.
    Pitch,
    /// Rolls the gripper.
    Roll,
    /// Opens the gripper.
    Gripper,
}

impl TipAxis {
    /// All six, in the order of [`Axis::index`].
    pub const ALL: [TipAxis; AXES] = [
        TipAxis::X,
        TipAxis::Y,
        TipAxis::Z,
        TipAxis::Pitch,
        TipAxis::Roll,
        TipAxis::Gripper,
    ];

    /// How it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::X => "x",
            Self::Y => "y",
            Self::Z => "z",
            Self::Pitch => "pitch",
            Self::Roll => "roll",
            Self::Gripper => "gripper",
        }
    }
}

/// One of the six things that are moved in a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Axis {
    /// A joint.
    Joint(Joint),
    /// The tip.
    Tip(TipAxis),
}

impl Axis {
    /// All six of a mode.
    pub fn all(mode: Mode) -> [Axis; AXES] {
        match mode {
            Mode::Joints => Joint::ALL.map(Axis::Joint),
            Mode::Tip => TipAxis::ALL.map(Axis::Tip),
        }
    }

    /// The mode it belongs to.
    pub fn mode(self) -> Mode {
        match self {
            Self::Joint(_) => Mode::Joints,
            Self::Tip(_) => Mode::Tip,
        }
    }

    /// Its place in its mode, 0 to 5.
    pub fn index(self) -> usize {
        match self {
            Self::Joint(joint) => joint.index(),
            Self::Tip(axis) => axis as usize,
        }
    }

    /// How it is written: `elbow_flex`, `x`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Joint(joint) => joint.name(),
            Self::Tip(axis) => axis.name(),
        }
    }

    /// What is written so in a mode.
    pub fn from_name(name: &str, mode: Mode) -> Option<Self> {
        Self::all(mode).into_iter().find(|axis| axis.name() == name)
    }
}

/// Something to move, and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Motion {
    /// What moves.
    pub axis: Axis,
    /// Towards larger values.
    pub forward: bool,
}

impl Motion {
    pub(crate) const COUNT: usize = 2 * AXES;

    /// A joint and a direction.
    pub fn of_joint(joint: Joint, forward: bool) -> Self {
        Self {
            axis: Axis::Joint(joint),
            forward,
        }
    }

    /// A motion of the tip.
    pub fn of_tip(axis: TipAxis, forward: bool) -> Self {
        Self {
            axis: Axis::Tip(axis),
            forward,
        }
    }

    /// Reads `elbow_flex+` or `z-`.
    pub fn from_name(name: &str, mode: Mode) -> Option<Self> {
        let (name, forward) = match (name.strip_suffix('+'), name.strip_suffix('-')) {
            (Some(name), _) => (name, true),
            (_, Some(name)) => (name, false),
            _ => return None,
        };
        let axis = Axis::from_name(name, mode)?;
        Some(Self { axis, forward })
    }

    pub(crate) fn index(self) -> usize {
        2 * self.axis.index() + usize::from(self.forward)
    }

    pub(crate) fn bit(self) -> u32 {
        1 << self.index()
    }

    /// -1, 0 or 1 per axis: where the motions of `held` go. Opposite keys cancel.
    pub(crate) fn directions(held: u32) -> [f64; AXES] {
        std::array::from_fn(|index| {
            let backward = f64::from((held >> (2 * index)) & 1);
            let forward = f64::from((held >> (2 * index + 1)) & 1);
            forward - backward
        })
    }
}

/// lerobot.js's keys (`so100_config.ts`).
const JOINT_KEYS: [(&str, Joint, bool); Motion::COUNT] = [
    ("arrowleft", Joint::ShoulderPan, false),
    ("arrowright", Joint::ShoulderPan, true),
    ("arrowdown", Joint::ShoulderLift, false),
    ("arrowup", Joint::ShoulderLift, true),
    ("s", Joint::ElbowFlex, false),
    ("w", Joint::ElbowFlex, true),
    ("a", Joint::WristFlex, false),
    ("d", Joint::WristFlex, true),
    ("q", Joint::WristRoll, false),
    ("e", Joint::WristRoll, true),
    ("c", Joint::Gripper, false),
    ("o", Joint::Gripper, true),
];

/// Where a key takes the tip. Letters that mean much the same joint by joint keep their places.
const TIP_KEYS: [(&str, TipAxis, bool); Motion::COUNT] = [
    ("arrowdown", TipAxis::X, false),
    ("arrowup", TipAxis::X, true),
    ("arrowright", TipAxis::Y, false),
    ("arrowleft", TipAxis::Y, true),
    ("s", TipAxis::Z, false),
    ("w", TipAxis::Z, true),
    ("a", TipAxis::Pitch, false),
    ("d", TipAxis::Pitch, true),
    ("q", TipAxis::Roll, false),
    ("e", TipAxis::Roll, true),
    ("c", TipAxis::Gripper, false),
    ("o", TipAxis::Gripper, true),
];

/// Keys that stop the arm whatever else they might mean.
const STOP_KEYS: [&str; 3] = ["escape", "space", " "];
/// Keys a recording session or a screen uses; none of them may move a motor.
const TAKEN: [&str; 14] = [
    "n",
    "r",
    "p",
    "f",
    "u",
    "enter",
    "tab",
    "f1",
    "f6",
    "f9",
    "f11",
    "pageup",
    "pagedown",
    "backspace",
];

/// Why a key cannot be bound.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BindError {
    /// It has a fixed meaning.
    #[error("key {key} stops the arm or belongs to the session")]
    Reserved {
        /// The key, as named here.
        key: String,
    },
    /// It already moves something else.
    #[error("key {key} already moves {}", .motion.axis.name())]
    Taken {
        /// The key, as named here.
        key: String,
        /// What it moves.
        motion: Motion,
    },
    /// It would move a joint in a table for the tip, or the other way round.
    #[error("{} belongs to the other way of driving", .0.axis.name())]
    OtherMode(Motion),
    /// It has no name.
    #[error("a key without a name")]
    Nameless,
}

impl BindError {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Reserved { .. } => "Choose another key.",
            Self::Taken { .. } => "Free that key first, or choose another.",
            Self::OtherMode(_) => {
                "Bind joints for driving joint by joint, and x, y, z, pitch, roll and gripper for driving the tip."
            }
            Self::Nameless => "Press the key that is meant.",
        }
    }
}

/// The meaning of every key of one mode. Several keys may do the same; one key never does two things.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMap {
    mode: Mode,
    bindings: Vec<(String, Motion)>,
}

impl Default for KeyMap {
    fn default() -> Self {
        Self::of(Mode::Joints)
    }
}

impl KeyMap {
    /// The usual keys of a mode.
    pub fn of(mode: Mode) -> Self {
        let bindings = match mode {
            Mode::Joints => JOINT_KEYS
                .iter()
                .map(|&(key, joint, forward)| (key.to_owned(), Motion::of_joint(joint, forward)))
                .collect(),
            Mode::Tip => TIP_KEYS
                .iter()
                .map(|&(key, axis, forward)| (key.to_owned(), Motion::of_tip(axis, forward)))
                .collect(),
        };
        Self { mode, bindings }
    }

    /// A table of other keys than the usual ones, such as a person set. Keys that a terminal's session takes may be among them,
    /// because whoever sets such keys has other ones for the session; keys that stop the arm never.
    ///
    /// # Errors
    /// When a key stops the arm or has no name, moves two things, or a motion belongs to the other mode.
    pub fn bound<K: AsRef<str>>(
        mode: Mode,
        keys: impl IntoIterator<Item = (K, Motion)>,
    ) -> Result<Self, BindError> {
        let mut map = Self {
            mode,
            bindings: Vec::new(),
        };
        for (key, motion) in keys {
            map.add(key.as_ref(), motion, &[])?;
        }
        Ok(map)
    }

    /// What its keys move.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// What `key` moves.
    pub fn motion(&self, key: &str) -> Option<Motion> {
        let key = key_name(key);
        self.bindings
            .iter()
            .find(|(bound, _)| *bound == key)
            .map(|(_, motion)| *motion)
    }

    /// Whether `key` stops the arm.
    pub fn stops(key: &str) -> bool {
        STOP_KEYS.contains(&key_name(key).as_str())
    }

    /// Every key and what it moves.
    pub fn bindings(&self) -> impl Iterator<Item = (&str, Motion)> {
        self.bindings
            .iter()
            .map(|(key, motion)| (key.as_str(), *motion))
    }

    /// Lets `key` cause a motion as well.
    ///
    /// # Errors
    /// When the key is reserved or moves something else, or the motion belongs to the other mode.
    pub fn bind(&mut self, key: &str, motion: Motion) -> Result<(), BindError> {
        self.add(key, motion, &TAKEN)
    }

    fn add(&mut self, key: &str, motion: Motion, taken: &[&str]) -> Result<(), BindError> {
        let key = key_name(key);
        if key.is_empty() {
            return Err(BindError::Nameless);
        }
        if motion.axis.mode() != self.mode {
            return Err(BindError::OtherMode(motion));
        }
        if STOP_KEYS.contains(&key.as_str()) || taken.contains(&key.as_str()) {
            return Err(BindError::Reserved { key });
        }
        match self.motion(&key) {
            Some(bound) if bound == motion => Ok(()),
            Some(bound) => Err(BindError::Taken { key, motion: bound }),
            None => {
                self.bindings.push((key, motion));
                Ok(())
            }
        }
    }

    /// Takes the meaning from `key`. Returns what it moved.
    pub fn free(&mut self, key: &str) -> Option<Motion> {
        let key = key_name(key);
        let at = self.bindings.iter().position(|(bound, _)| *bound == key)?;
        Some(self.bindings.remove(at).1)
    }
}

/// The physical key (`KeyboardEvent.code`) of a letter or an arrow as tables here name it: `KeyW`, `ArrowUp`.
pub fn physical(key: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| {
            first.to_uppercase().chain(letters).collect()
        })
    };
    match key.strip_prefix("arrow") {
        Some(way) => format!("Arrow{}", capital(way)),
        None if key.len() == 1 => format!("Key{}", key.to_uppercase()),
        None => capital(key),
    }
}

/// One spelling per key: lower case, and `KeyW` and `w` are one.
pub(crate) fn key_name(key: &str) -> String {
    let lower = key.to_lowercase();
    match lower.strip_prefix("key") {
        Some(letter) if letter.chars().count() == 1 => letter.to_owned(),
        _ => lower,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_map_is_that_of_the_browser_library() {
        let map = KeyMap::default();
        for (key, joint, forward) in [
            ("ArrowUp", Joint::ShoulderLift, true),
            ("ArrowDown", Joint::ShoulderLift, false),
            ("ArrowLeft", Joint::ShoulderPan, false),
            ("ArrowRight", Joint::ShoulderPan, true),
            ("W", Joint::ElbowFlex, true),
            ("s", Joint::ElbowFlex, false),
            ("KeyA", Joint::WristFlex, false),
            ("d", Joint::WristFlex, true),
            ("Q", Joint::WristRoll, false),
            ("e", Joint::WristRoll, true),
            ("o", Joint::Gripper, true),
            ("c", Joint::Gripper, false),
        ] {
            let motion = Motion::of_joint(joint, forward);
            assert_eq!(map.motion(key), Some(motion), "{key}");
        }
        assert_eq!(map.motion("n"), None);
        assert!(KeyMap::stops("Escape") && KeyMap::stops(" ") && !KeyMap::stops("w"));
    }

    #[test]
    fn both_tables_move_everything_both_ways_and_use_no_key_of_a_session() {
        for mode in [Mode::Joints, Mode::Tip] {
            let map = KeyMap::of(mode);
            for axis in Axis::all(mode) {
                for forward in [false, true] {
                    let motion = Motion { axis, forward };
                    let keys = map.bindings().filter(|(_, bound)| *bound == motion);
                    assert_eq!(keys.count(), 1, "{motion:?}");
                }
            }
            for (key, _) in map.bindings() {
                assert!(!TAKEN.contains(&key) && !KeyMap::stops(key), "{key}");
            }
        }
    }

    #[test]
    fn a_motion_is_written_with_its_direction_and_belongs_to_one_mode() {
        for (name, mode, motion) in [
            ("z-", Mode::Tip, Some(Motion::of_tip(TipAxis::Z, false))),
            (
                "elbow_flex+",
                Mode::Joints,
                Some(Motion::of_joint(Joint::ElbowFlex, true)),
            ),
            ("z-", Mode::Joints, None),
            ("z", Mode::Tip, None),
            ("thumb+", Mode::Joints, None),
        ] {
            assert_eq!(Motion::from_name(name, mode), motion, "{name}");
        }
        let up = Motion::of_tip(TipAxis::Z, true);
        let refused = KeyMap::default().bind("i", up);
        assert_eq!(refused, Err(BindError::OtherMode(up)));
    }

    #[test]
    fn a_table_of_other_keys_may_have_a_sessions_and_never_one_that_stops() {
        let open = Motion::of_joint(Joint::Gripper, true);
        let shut = Motion::of_joint(Joint::Gripper, false);
        let map = KeyMap::bound(Mode::Joints, [("KeyN", open), ("PageUp", shut)]).unwrap();
        assert_eq!(map.motion("KeyN"), Some(open));
        assert_eq!(map.motion("PageUp"), Some(shut));
        assert_eq!(map.motion("KeyO"), None, "the usual keys are not in it");
        for keys in [
            vec![("Space", open)],
            vec![("Escape", open)],
            vec![("", open)],
            vec![("KeyN", open), ("KeyN", shut)],
            vec![("KeyN", Motion::of_tip(TipAxis::X, true))],
        ] {
            assert!(
                KeyMap::bound(Mode::Joints, keys.clone()).is_err(),
                "{keys:?}"
            );
        }
    }

    #[test]
    fn the_usual_keys_have_their_physical_names() {
        for mode in [Mode::Joints, Mode::Tip] {
            for (key, _) in KeyMap::of(mode).bindings() {
                assert_eq!(key_name(&physical(key)), key);
            }
        }
        assert_eq!(physical("w"), "KeyW");
        assert_eq!(physical("arrowup"), "ArrowUp");
    }

    #[test]
    fn a_key_is_bound_once_and_never_to_a_session_key() {
        let mut map = KeyMap::default();
        let open = Motion::of_joint(Joint::Gripper, true);
        for key in ["N", "r", "KeyP", "f", "u", "Space", "escape", "F9"] {
            let refused = map.bind(key, open);
            assert!(matches!(refused, Err(BindError::Reserved { .. })), "{key}");
        }
        assert!(matches!(map.bind("W", open), Err(BindError::Taken { .. })));
        assert_eq!(map.bind("", open), Err(BindError::Nameless));
        assert_eq!(map.bind("i", open), Ok(()));
        assert_eq!(map.bind("O", open), Ok(()));
        assert_eq!(map.motion("I"), Some(open));
        assert!(map.free("w").is_some());
        assert_eq!(map.bind("w", open), Ok(()));
    }
}
