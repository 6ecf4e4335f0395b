//! Which key moves which joint. The default is lerobot.js's map; keys can be bound anew.
//!
//! Keys are named in lower case, as browsers name them: `w`, `arrowup`. Physical names (`KeyW`) mean the same.
//! Not here: the session's keys and what they do (`cli`, the window); they are only refused here.

use arms::{JOINTS, Joint};

/// A joint and a direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Motion {
    /// The joint that moves.
    pub joint: Joint,
    /// Towards larger values.
    pub forward: bool,
}

impl Motion {
    pub(crate) const COUNT: usize = 2 * JOINTS;

    pub(crate) fn all() -> impl Iterator<Item = Motion> {
        Joint::ALL.into_iter().flat_map(|joint| {
            [false, true]
                .into_iter()
                .map(move |forward| Motion { joint, forward })
        })
    }

    pub(crate) fn index(self) -> usize {
        2 * self.joint.index() + usize::from(self.forward)
    }

    pub(crate) fn bit(self) -> u32 {
        1 << self.index()
    }

    pub(crate) fn sign(self) -> f64 {
        if self.forward { 1.0 } else { -1.0 }
    }

    /// -1, 0 or 1: where the motions of `held` take joint `index` of an arm. Opposite keys cancel.
    pub(crate) fn direction(held: u32, index: usize) -> f64 {
        let backward = f64::from((held >> (2 * index)) & 1);
        let forward = f64::from((held >> (2 * index + 1)) & 1);
        forward - backward
    }
}

/// lerobot.js's keys (`so100_config.ts`).
const DEFAULT: [(&str, Joint, bool); Motion::COUNT] = [
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

/// Keys that stop the arm whatever else they might mean.
const STOP_KEYS: [&str; 3] = ["escape", "space", " "];
/// Keys a recording session or a screen uses; none of them may move a motor.
const TAKEN: [&str; 13] = [
    "n",
    "r",
    "p",
    "f",
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
    /// It already moves another joint.
    #[error("key {key} already moves {}", .motion.joint.name())]
    Taken {
        /// The key, as named here.
        key: String,
        /// What it moves.
        motion: Motion,
    },
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
            Self::Nameless => "Press the key that is meant.",
        }
    }
}

/// The meaning of every key that moves a joint. Several keys may move one joint; one key never moves two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyMap {
    bindings: Vec<(String, Motion)>,
}

impl Default for KeyMap {
    fn default() -> Self {
        Self {
            bindings: DEFAULT
                .iter()
                .map(|&(key, joint, forward)| (key.to_owned(), Motion { joint, forward }))
                .collect(),
        }
    }
}

impl KeyMap {
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

    /// Lets `key` move a joint as well.
    ///
    /// # Errors
    /// When the key is reserved or moves something else.
    pub fn bind(&mut self, key: &str, motion: Motion) -> Result<(), BindError> {
        let key = key_name(key);
        if key.is_empty() {
            return Err(BindError::Nameless);
        }
        if STOP_KEYS.contains(&key.as_str()) || TAKEN.contains(&key.as_str()) {
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
            assert_eq!(map.motion(key), Some(Motion { joint, forward }), "{key}");
        }
        assert_eq!(map.motion("n"), None);
        assert!(KeyMap::stops("Escape") && KeyMap::stops(" ") && !KeyMap::stops("w"));
    }

    #[test]
    fn a_key_is_bound_once_and_never_to_a_session_key() {
        let mut map = KeyMap::default();
        let open = Motion {
            joint: Joint::Gripper,
            forward: true,
        };
        for key in ["N", "r", "KeyP", "f", "Space", "escape", "F9"] {
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
