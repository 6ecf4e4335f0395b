//! The keys of a driving session in a terminal: drive keys to the key board, session keys to the session, stop
//! keys and Ctrl-C to the emergency stop, without waiting for anything else.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use recorder::Command as SessionCommand;
use stdx::{Clock as _, SystemClock};
use teleop::{EmergencyStop, KeyBoard, KeyMap, LeaderControls, State};
use units::MonoTime;

use crate::hands::Held;
use crate::keys::{Keys, Motion, Stroke};
use crate::watch::Interrupter;

/// A stop key that is held repeats. While the arm is stopped, only one that comes after a pause of this length is a
/// second press, which releases the arm. An arm that moves is stopped by every press.
const PRESS_APART: Duration = Duration::from_millis(700);
/// Wishes that may wait; they are taken twenty times a second.
const WISHES: usize = 16;

/// The key of a leader's clutch; like Tab and Enter never one that moves a motor (`teleop::keymap`).
const CLUTCH: &str = "Backspace";

/// What a key asks of the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// About the episodes.
    Session(SessionCommand),
    /// Pause, or go on after a pause.
    PauseOrGoOn,
    /// Drive again after a stop.
    Resume,
}

/// What the clutch key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClutchKey {
    /// Each press opens or closes the clutch.
    Toggles,
    /// The clutch is open while the key is held; a terminal that does not tell key-ups makes it toggle.
    Holds,
}

/// Keys while they are listened to.
#[derive(Debug)]
pub struct LiveKeys {
    /// Gives the terminal back when it is dropped.
    _keys: Keys,
    wishes: Receiver<Wish>,
    stopped: Arc<AtomicBool>,
}

impl LiveKeys {
    /// Listens to the terminal, if standard input is one.
    ///
    /// # Errors
    /// When the terminal refuses.
    pub fn start(
        held: &mut Held,
        emergency: EmergencyStop,
        interrupter: Interrupter,
    ) -> io::Result<Option<Self>> {
        let (sender, wishes) = sync_channel(WISHES);
        let stopped = Arc::new(AtomicBool::new(false));
        let mut hands = Hands {
            keyboard: held.keyboard.take(),
            clutch: held.clutch.take(),
            arms: held.arms,
            last_stop: None,
            last_clutch: None,
            stopped: Arc::clone(&stopped),
        };
        let lost = interrupter.clone();
        let on = move |stroke, key_ups| {
            match hands.take(stroke, key_ups, SystemClock.now()) {
                Meaning::Nothing => {}
                Meaning::Stop => emergency.press(),
                Meaning::Interrupt => interrupter.press(),
                // A full queue means that nobody takes wishes any more.
                Meaning::Wish(wish) => drop(sender.try_send(wish)),
            }
        };
        let keys = Keys::start(on, move |why| lost.deaf(why))?;
        Ok(keys.map(|keys| Self {
            _keys: keys,
            wishes,
            stopped,
        }))
    }

    /// Tells what the loop does, so that a repeating stop key is told from a second press.
    pub fn note(&self, state: &State) {
        let stopped = matches!(state, State::Stopped | State::Faulted(_));
        self.stopped.store(stopped, Ordering::Release);
    }

    /// The next wish, if there is one.
    pub fn wish(&self) -> Option<Wish> {
        self.wishes.try_recv().ok()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Meaning {
    Nothing,
    Stop,
    Interrupt,
    Wish(Wish),
}

struct Hands {
    keyboard: Option<KeyBoard>,
    clutch: Option<(LeaderControls, ClutchKey)>,
    arms: usize,
    last_stop: Option<MonoTime>,
    /// When the clutch key last came down, while it may be down still.
    last_clutch: Option<MonoTime>,
    stopped: Arc<AtomicBool>,
}

impl Hands {
    fn take(&mut self, stroke: Option<Stroke>, key_ups: bool, now: MonoTime) -> Meaning {
        let Some(stroke) = stroke else {
            if let Some(keyboard) = &mut self.keyboard {
                keyboard.heartbeat();
            }
            return Meaning::Nothing;
        };
        if !KeyMap::stops(&stroke.key) {
            // Whoever pressed something else in between has let go of the stop key.
            self.last_stop = None;
        }
        if stroke.key != CLUTCH {
            self.last_clutch = None;
        }
        if stroke.motion == Motion::Up {
            self.last_stop = None;
            if stroke.key == CLUTCH {
                self.last_clutch = None;
                if let Some((controls, ClutchKey::Holds)) = &self.clutch {
                    controls.set_clutch(false);
                }
            }
            if let Some(keyboard) = &mut self.keyboard {
                keyboard.release(&stroke.key);
            }
            return Meaning::Nothing;
        }
        if stroke.ctrl {
            return if stroke.key == "c" {
                Meaning::Interrupt
            } else {
                Meaning::Nothing
            };
        }
        if KeyMap::stops(&stroke.key) {
            let apart = self
                .last_stop
                .is_none_or(|last| now.since(last) >= PRESS_APART);
            let repeats = !apart && self.stopped.load(Ordering::Acquire);
            self.last_stop = Some(now);
            if let Some(keyboard) = &mut self.keyboard {
                keyboard.all_released();
            }
            return if repeats {
                Meaning::Nothing
            } else {
                Meaning::Stop
            };
        }
        match stroke.key.as_str() {
            "n" => Meaning::Wish(Wish::Session(SessionCommand::Next)),
            "r" => Meaning::Wish(Wish::Session(SessionCommand::ReRecord)),
            "p" => Meaning::Wish(Wish::PauseOrGoOn),
            "f" => Meaning::Wish(Wish::Session(SessionCommand::Stop)),
            "u" => Meaning::Wish(Wish::Session(SessionCommand::Undo)),
            "Enter" => Meaning::Wish(Wish::Resume),
            CLUTCH => {
                self.clutch_down(key_ups, now);
                Meaning::Nothing
            }
            "Tab" => {
                if let Some(keyboard) = &mut self.keyboard
                    && self.arms > 1
                {
                    let other = usize::from(keyboard.arm() == 0);
                    keyboard.select_arm(other);
                }
                Meaning::Nothing
            }
            key => {
                if let Some(keyboard) = &mut self.keyboard {
                    match key {
                        "PageUp" => drop(keyboard.set_speed(keyboard.speed() * 1.25)),
                        "PageDown" => drop(keyboard.set_speed(keyboard.speed() / 1.25)),
                        key if key_ups => drop(keyboard.press(key)),
                        key => drop(keyboard.strike(key)),
                    }
                }
                Meaning::Nothing
            }
        }
    }
}

impl Hands {
    /// The clutch key came down, or repeats: a key that is held is one press.
    fn clutch_down(&mut self, key_ups: bool, now: MonoTime) {
        let repeats = self
            .last_clutch
            .replace(now)
            .is_some_and(|last| key_ups || now.since(last) < PRESS_APART);
        let Some((controls, key)) = &self.clutch else {
            return;
        };
        match key {
            _ if repeats => {}
            ClutchKey::Holds if key_ups => controls.set_clutch(true),
            ClutchKey::Holds | ClutchKey::Toggles => drop(controls.toggle_clutch()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn down(key: &str) -> Option<Stroke> {
        Some(Stroke {
            key: key.into(),
            motion: Motion::Down,
            ctrl: false,
        })
    }

    fn hands(stopped: bool) -> Hands {
        let stopped = Arc::new(AtomicBool::new(stopped));
        Hands {
            keyboard: None,
            clutch: None,
            arms: 1,
            last_stop: None,
            last_clutch: None,
            stopped,
        }
    }

    #[test]
    fn every_press_stops_an_arm_that_moves() {
        let at = |ms: u64| MonoTime(ms * 1_000_000);
        // Stop, drive on, stop again, all within half a second.
        let mut hands = hands(true);
        assert_eq!(hands.take(down("Space"), false, at(0)), Meaning::Stop);
        assert_eq!(
            hands.take(down("Enter"), false, at(200)),
            Meaning::Wish(Wish::Resume)
        );
        assert_eq!(hands.take(down("Space"), false, at(400)), Meaning::Stop);
        // A sinking arm is caught, however soon.
        hands.stopped.store(false, Ordering::Release);
        assert_eq!(hands.take(down("Space"), false, at(500)), Meaning::Stop);
    }

    #[test]
    fn a_held_stop_key_stops_once_and_a_second_press_counts_again() {
        let mut hands = hands(true);
        let at = |ms: u64| MonoTime(ms * 1_000_000);
        assert_eq!(hands.take(down("Space"), false, at(0)), Meaning::Stop);
        // The terminal repeats the held key after half a second, then thirty times a second.
        for ms in (500..3000).step_by(33) {
            assert_eq!(
                hands.take(down("Space"), false, at(ms)),
                Meaning::Nothing,
                "{ms} ms"
            );
        }
        assert_eq!(hands.take(down("Escape"), false, at(4000)), Meaning::Stop);
    }

    #[test]
    fn the_clutch_key_toggles_once_for_a_held_key_or_opens_while_it_is_held() {
        let at = |ms: u64| MonoTime(ms * 1_000_000);
        let up = || {
            let mut stroke = down(CLUTCH);
            stroke.as_mut().unwrap().motion = Motion::Up;
            stroke
        };
        let with = |key| {
            let (controls, _teleoperator) = teleop::leader(teleop::LeaderConfig::default());
            let mut hands = hands(false);
            hands.clutch = Some((controls.clone(), key));
            (controls, hands)
        };
        // A terminal that tells no key-ups: the second press counts when the key does not merely repeat.
        for key in [ClutchKey::Toggles, ClutchKey::Holds] {
            let (controls, mut hands) = with(key);
            for ms in [0, 500, 533, 566] {
                assert_eq!(hands.take(down(CLUTCH), false, at(ms)), Meaning::Nothing);
                assert!(controls.clutch_open(), "{key:?} at {ms} ms");
            }
            hands.take(down(CLUTCH), false, at(2000));
            assert!(!controls.clutch_open(), "{key:?}");
        }
        for (key, after) in [(ClutchKey::Toggles, true), (ClutchKey::Holds, false)] {
            let (controls, mut hands) = with(key);
            for ms in [0, 900, 1800] {
                hands.take(down(CLUTCH), true, at(ms));
                assert!(controls.clutch_open(), "{key:?} at {ms} ms");
            }
            hands.take(up(), true, at(2000));
            assert_eq!(controls.clutch_open(), after, "{key:?}");
        }
    }

    #[test]
    fn tab_chooses_the_other_arm_of_a_pair_and_nothing_of_a_single_one() {
        for (arms, chosen) in [(1, [0, 0]), (2, [1, 0])] {
            let (board, _teleoperator) =
                teleop::keyboard(&arms::SafetyConfig::default(), SystemClock::shared());
            let mut hands = hands(false);
            hands.keyboard = Some(board);
            hands.arms = arms;
            for arm in chosen {
                hands.take(down("Tab"), true, MonoTime(1));
                assert_eq!(hands.keyboard.as_ref().unwrap().arm(), arm, "{arms} arms");
            }
        }
    }

    #[test]
    fn session_keys_reach_the_session_and_ctrl_c_interrupts() {
        let mut hands = hands(true);
        let now = MonoTime(1);
        for (key, command) in [
            ("n", SessionCommand::Next),
            ("r", SessionCommand::ReRecord),
            ("f", SessionCommand::Stop),
        ] {
            assert_eq!(
                hands.take(down(key), true, now),
                Meaning::Wish(Wish::Session(command))
            );
        }
        let ctrl_c = Stroke {
            key: "c".into(),
            motion: Motion::Down,
            ctrl: true,
        };
        assert_eq!(hands.take(Some(ctrl_c), true, now), Meaning::Interrupt);
    }
}
