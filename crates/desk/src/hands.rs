//! The keys that a page says are held, on their way to the loop.
//!
//! A page tells the whole set on every change and as a sign of life; what it does not tell counts as let go. Only drive keys
//! get through: a session key or a stop key never does. Behind a lock of its own, so that a key waits for nothing.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::window::KeyCap;
use stdx::Clock;
use teleop::{Axis, KeyBoard, KeyMap, Mode, TipAxis};
use units::MonoTime;

#[derive(Debug)]
struct Key {
    code: String,
    /// It counted as let go in between, and stays so until it is pressed again.
    dead: bool,
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
    told_at: MonoTime,
    dead_man: Duration,
    clock: Arc<dyn Clock>,
}

/// Keyboards of the rig that is open, if one is.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hands(Arc<Mutex<Option<Keyboards>>>);

impl Hands {
    fn lock(&self) -> MutexGuard<'_, Option<Keyboards>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A rig was opened: its keyboards, of which none drives yet.
    pub(crate) fn take(
        &self,
        joints: KeyBoard,
        tip: KeyBoard,
        dead_man: Duration,
        clock: Arc<dyn Clock>,
    ) {
        *self.lock() = Some(Keyboards {
            joints,
            tip,
            active: None,
            on: true,
            held: Vec::new(),
            told_at: clock.now(),
            dead_man,
            clock,
        });
    }

    /// The rig is gone.
    pub(crate) fn let_go(&self) {
        *self.lock() = None;
    }

    /// What is held now, by its physical codes; `on` when the page has the focus and its keys are to drive.
    pub(crate) fn keys(&self, held: &[&str], on: bool) {
        if let Some(keyboards) = &mut *self.lock() {
            keyboards.keys(held, on);
        }
    }

    /// Does something with the keyboards; nothing while no rig is open.
    pub(crate) fn with<T>(&self, what: impl FnOnce(&mut Keyboards) -> T) -> Option<T> {
        self.lock().as_mut().map(what)
    }
}

impl Keyboards {
    fn board(&mut self) -> Option<&mut KeyBoard> {
        match self.active? {
            Mode::Joints => Some(&mut self.joints),
            Mode::Tip => Some(&mut self.tip),
        }
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
        if !on || !self.on || held.is_empty() {
            return self.all_up();
        }
        // The loop let everything go long ago; a sign of life must not press it again.
        for key in &mut self.held {
            key.dead |= away;
        }
        let before = std::mem::take(&mut self.held);
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
                board.press(code);
                still.push(Key {
                    code: (*code).to_owned(),
                    dead: false,
                });
            }
        }
        self.held = still;
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
        let Some(board) = self.board() else {
            return Vec::new();
        };
        let cap = |(key, motion): (&str, teleop::Motion)| {
            let code = code(key);
            KeyCap {
                held: held.contains(&code),
                code,
                axis: axis(motion.axis).to_owned(),
                positive: motion.forward,
            }
        };
        board.map().bindings().map(cap).collect()
    }
}

/// The physical key of a name in the table, as a page's `KeyboardEvent.code` says it.
fn code(key: &str) -> String {
    match key.strip_prefix("arrow") {
        Some(way) => format!("Arrow{}", capital(way)),
        None if key.len() == 1 => format!("Key{}", key.to_uppercase()),
        None => capital(key),
    }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
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
    use arms::{ArmModel, SafetyConfig};
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
