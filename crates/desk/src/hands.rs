//! The keys that a page says are held, on their way to the loop.
//!
//! A page tells the whole set on every change and as a sign of life; what it does not tell counts as let go. Only drive keys
//! get through: a session key or a stop key never does. Behind a lock of its own, so that a key waits for nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::window::KeyCap;
use station::settings::Settings;
use stdx::Clock;
use teleop::{Axis, KeyBoard, KeyMap, Mode, Motion, TipAxis};
use units::MonoTime;

#[derive(Debug)]
struct Key {
    code: String,
    /// It counted as let go in between, and stays so until it is pressed again.
    dead: bool,
}

/// Which physical key moves what, joint by joint and by the tip.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Bindings {
    joints: Vec<(String, Motion)>,
    tip: Vec<(String, Motion)>,
}

impl Bindings {
    /// The keys that a person set.
    pub(crate) fn of(settings: &Settings) -> Self {
        Self {
            joints: settings.keys(Mode::Joints),
            tip: settings.keys(Mode::Tip),
        }
    }

    fn keys(&self, mode: Mode) -> &[(String, Motion)] {
        match mode {
            Mode::Joints => &self.joints,
            Mode::Tip => &self.tip,
        }
    }

    /// Gives a keyboard its keys; all of them count as let go.
    fn give(&self, board: &mut KeyBoard) {
        let mode = board.map().mode();
        let keys = self.keys(mode).iter().map(|(key, motion)| (key, *motion));
        match KeyMap::bound(mode, keys) {
            Ok(map) => {
                board.set_map(map);
            }
            // Settings that do not fit are never held; the keys before stay.
            Err(error) => tracing::error!("the keys stay as they are: {error}"),
        }
    }
}

/// The keyboards of a rig, and what is held.
#[derive(Debug)]
pub(crate) struct Keyboards {
    pub(crate) joints: KeyBoard,
    pub(crate) tip: KeyBoard,
    /// Which of them drives; none while another input does.
    active: Option<Mode>,
    /// Whether drive keys are switched on.
    on: bool,
    held: Vec<Key>,
    /// The keys have another meaning since they were last told: what is held now must not get it.
    rebound: bool,
    told_at: MonoTime,
    dead_man: Duration,
    clock: Arc<dyn Clock>,
    bindings: Bindings,
}

/// Keyboards of the rig that is open, if one is, and the keys that they have.
#[derive(Debug, Clone)]
pub(crate) struct Hands(Arc<Mutex<Held>>);

#[derive(Debug)]
struct Held {
    keyboards: Option<Keyboards>,
    bindings: Bindings,
}

impl Default for Hands {
    /// With the usual keys.
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Held {
            keyboards: None,
            bindings: Bindings::of(&Settings::default()),
        })))
    }
}

impl Hands {
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Other keys drive from now on. What is held counts as let go until it is pressed again.
    pub(crate) fn bind(&self, bindings: Bindings) {
        let mut held = self.lock();
        if held.bindings != bindings {
            if let Some(keyboards) = &mut held.keyboards {
                keyboards.bind(bindings.clone());
            }
            held.bindings = bindings;
        }
    }

    /// A rig was opened: its keyboards, of which none drives yet.
    pub(crate) fn take(
        &self,
        joints: KeyBoard,
        tip: KeyBoard,
        dead_man: Duration,
        clock: Arc<dyn Clock>,
    ) {
        let mut held = self.lock();
        let mut keyboards = Keyboards {
            joints,
            tip,
            active: None,
            on: true,
            held: Vec::new(),
            rebound: false,
            told_at: clock.now(),
            dead_man,
            clock,
            bindings: held.bindings.clone(),
        };
        keyboards.give();
        held.keyboards = Some(keyboards);
    }

    /// The rig is gone.
    pub(crate) fn let_go(&self) {
        self.lock().keyboards = None;
    }

    /// What is held now, by its physical codes; `on` when the page has the focus and its keys are to drive.
    pub(crate) fn keys(&self, held: &[&str], on: bool) {
        if let Some(keyboards) = &mut self.lock().keyboards {
            keyboards.keys(held, on);
        }
    }

    /// Does something with the keyboards; nothing while no rig is open.
    pub(crate) fn with<T>(&self, what: impl FnOnce(&mut Keyboards) -> T) -> Option<T> {
        self.lock().keyboards.as_mut().map(what)
    }
}

impl Keyboards {
    fn board(&mut self) -> Option<&mut KeyBoard> {
        match self.active? {
            Mode::Joints => Some(&mut self.joints),
            Mode::Tip => Some(&mut self.tip),
        }
    }

    fn bind(&mut self, bindings: Bindings) {
        self.all_up();
        self.rebound = true;
        self.bindings = bindings;
        self.give();
    }

    fn give(&mut self) {
        self.bindings.give(&mut self.joints);
        self.bindings.give(&mut self.tip);
    }

    fn all_up(&mut self) {
        self.held.clear();
        self.joints.all_released();
        self.tip.all_released();
    }

    /// Another input drives from now on, or none.
    pub(crate) fn drive(&mut self, mode: Option<Mode>) {
        if self.active != mode {
            self.all_up();
            self.active = mode;
        }
    }

    /// Switches drive keys on or off.
    pub(crate) fn switch(&mut self, on: bool) {
        self.all_up();
        self.on = on;
    }

    pub(crate) fn on(&self) -> bool {
        self.on
    }

    pub(crate) fn set_speed(&mut self, factor: f64) -> f64 {
        self.tip.set_speed(factor as f32);
        f64::from(self.joints.set_speed(factor as f32))
    }

    pub(crate) fn select_arm(&mut self, arm: usize) {
        self.held.clear();
        self.joints.select_arm(arm);
        self.tip.select_arm(arm);
    }

    fn keys(&mut self, held: &[&str], on: bool) {
        let now = self.clock.now();
        let away = now.since(self.told_at) > self.dead_man;
        self.told_at = now;
        self.rebound &= !held.is_empty();
        if !on || !self.on || held.is_empty() {
            return self.all_up();
        }
        // The loop let everything go long ago; a sign of life must not press it again.
        for key in &mut self.held {
            key.dead |= away;
        }
        let before = std::mem::take(&mut self.held);
        let rebound = self.rebound;
        let Some(board) = self.board() else {
            return;
        };
        board.heartbeat();
        for key in &before {
            if !held.contains(&key.code.as_str()) {
                board.release(&key.code);
            }
        }
        let mut still: Vec<Key> = before
            .into_iter()
            .filter(|key| held.contains(&key.code.as_str()))
            .collect();
        for code in held {
            let known = still.iter().any(|key| key.code == *code);
            if !known && board.map().motion(code).is_some() && !KeyMap::stops(code) {
                if !rebound {
                    board.press(code);
                }
                still.push(Key {
                    code: (*code).to_owned(),
                    dead: rebound,
                });
            }
        }
        self.held = still;
        self.rebound = false;
    }

    /// The table of the keys that drive, with what is held as the loop sees it; empty while something else drives.
    pub(crate) fn caps(&mut self) -> Vec<KeyCap> {
        let alive = self.clock.now().since(self.told_at) <= self.dead_man;
        let held: Vec<String> = self
            .held
            .iter()
            .filter(|key| alive && !key.dead)
            .map(|key| key.code.clone())
            .collect();
        let Some(mode) = self.active else {
            return Vec::new();
        };
        let cap = |(code, motion): &(String, Motion)| KeyCap {
            held: held.contains(code),
            code: code.clone(),
            axis: axis(motion.axis).to_owned(),
            positive: motion.forward,
        };
        self.bindings.keys(mode).iter().map(cap).collect()
    }
}

fn axis(axis: Axis) -> &'static str {
    match axis {
        Axis::Joint(joint) => joint.name(),
        Axis::Tip(TipAxis::X) => "forward",
        Axis::Tip(TipAxis::Y) => "left",
        Axis::Tip(TipAxis::Z) => "up",
        Axis::Tip(axis) => axis.name(),
    }
}

#[cfg(test)]
mod tests {
    use arms::{ArmModel, Joint, SafetyConfig};
    use stdx::FakeClock;
    use teleop::{JogConfig, keyboard, keyboard_ee};

    use super::*;

    fn hands() -> (Hands, FakeClock) {
        let clock = FakeClock::default();
        let safety = SafetyConfig::default();
        let (joints, _) = keyboard(&safety, clock.shared());
        let (tip, _) = keyboard_ee(&safety, clock.shared(), JogConfig::new(ArmModel::So101));
        let hands = Hands::default();
        hands.take(joints, tip, safety.dead_man, clock.shared());
        hands.with(|keys| keys.drive(Some(Mode::Joints)));
        (hands, clock)
    }

    fn held(hands: &Hands) -> Vec<String> {
        let caps = hands.with(Keyboards::caps).unwrap_or_default();
        let held = caps.into_iter().filter(|cap| cap.held);
        held.map(|cap| cap.code).collect()
    }

    #[test]
    fn only_drive_keys_get_through() {
        let (hands, _) = hands();
        hands.keys(&["KeyW", "KeyN", "Space", "Escape", "ArrowUp", ""], true);
        let mut keys = held(&hands);
        keys.sort();
        assert_eq!(keys, ["ArrowUp", "KeyW"]);
        hands.keys(&["ArrowUp"], true);
        assert_eq!(held(&hands), ["ArrowUp"]);
        hands.keys(&["ArrowUp"], false);
        assert_eq!(held(&hands), [""; 0]);
    }

    #[test]
    fn keys_without_a_sign_of_life_stay_let_go_until_they_are_pressed_again() {
        let (hands, clock) = hands();
        hands.keys(&["KeyW"], true);
        for _ in 0..5 {
            clock.advance(Duration::from_millis(100));
            hands.keys(&["KeyW"], true);
        }
        assert_eq!(held(&hands), ["KeyW"]);
        clock.advance(Duration::from_millis(400));
        assert_eq!(held(&hands), [""; 0], "nobody said a word");
        hands.keys(&["KeyW"], true);
        assert_eq!(held(&hands), [""; 0], "it was never pressed again");
        hands.keys(&["KeyW", "KeyE"], true);
        assert_eq!(held(&hands), ["KeyE"]);
        hands.keys(&[], true);
        hands.keys(&["KeyW"], true);
        assert_eq!(held(&hands), ["KeyW"]);
    }

    #[test]
    fn other_keys_drive_at_once_and_a_key_that_is_held_gets_no_other_meaning() {
        let (hands, _) = hands();
        hands.keys(&["KeyW", "KeyI"], true);
        assert_eq!(held(&hands), ["KeyW"]);
        let up = Motion::of_joint(Joint::ElbowFlex, true);
        let open = Motion::of_joint(Joint::Gripper, true);
        let bindings = Bindings {
            joints: vec![("KeyI".into(), up), ("KeyW".into(), open)],
            tip: vec![("PageUp".into(), Motion::of_tip(TipAxis::Z, true))],
        };
        hands.bind(bindings.clone());
        hands.keys(&["KeyW", "KeyI"], true);
        hands.keys(&["KeyW", "KeyI"], true);
        assert_eq!(held(&hands), [""; 0], "nobody pressed them anew");
        // The same keys once more change nothing.
        hands.keys(&["KeyW"], true);
        hands.bind(bindings);
        hands.keys(&["KeyI", "KeyW"], true);
        assert_eq!(held(&hands), ["KeyI"]);
        hands.keys(&[], true);
        hands.keys(&["KeyW", "KeyS"], true);
        let caps = hands.with(Keyboards::caps).unwrap_or_default();
        let said: Vec<_> = caps
            .iter()
            .map(|cap| (cap.code.as_str(), cap.axis.as_str(), cap.held))
            .collect();
        assert_eq!(
            said,
            [("KeyI", "elbow_flex", false), ("KeyW", "gripper", true)]
        );
        hands.with(|keys| keys.drive(Some(Mode::Tip)));
        hands.keys(&["PageUp"], true);
        assert_eq!(held(&hands), ["PageUp"]);
    }

    #[test]
    fn keys_that_are_switched_off_or_drive_nothing_are_not_held() {
        let (hands, _) = hands();
        hands.with(|keys| keys.switch(false));
        hands.keys(&["KeyW"], true);
        assert_eq!(held(&hands), [""; 0]);
        hands.with(|keys| keys.switch(true));
        hands.with(|keys| keys.drive(None));
        hands.keys(&["KeyW"], true);
        assert_eq!(hands.with(Keyboards::caps), Some(Vec::new()));
        hands.with(|keys| keys.drive(Some(Mode::Tip)));
        hands.keys(&["KeyW"], true);
        assert_eq!(held(&hands), ["KeyW"]);
        let caps = hands.with(Keyboards::caps).unwrap_or_default();
        let up = caps.iter().find(|cap| cap.code == "KeyW");
        assert_eq!(
            up.map(|cap| (cap.axis.as_str(), cap.positive)),
            Some(("up", true))
        );
    }
}
