//! The keys of a driving session in a terminal: drive keys to the key board, session keys to the session, stop
//! keys and Ctrl-C to the emergency stop, without waiting for anything else.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use recorder::Command as SessionCommand;
use stdx::{Clock as _, SystemClock};
use teleop::{EmergencyStop, KeyBoard, KeyMap, State};
use units::MonoTime;

use crate::keys::{Keys, Motion, Stroke};

/// A stop key that is held repeats. While the arm is stopped, only one that comes after a pause of this length is a
/// second press, which releases the arm. An arm that moves is stopped by every press.
const PRESS_APART: Duration = Duration::from_millis(700);
/// Wishes that may wait; they are taken twenty times a second.
const WISHES: usize = 16;

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
        keyboard: Option<KeyBoard>,
        emergency: EmergencyStop,
        interrupt: impl Fn() + Send + 'static,
    ) -> io::Result<Option<Self>> {
        let (sender, wishes) = sync_channel(WISHES);
        let stopped = Arc::new(AtomicBool::new(false));
        let mut hands = Hands {
            keyboard,
            last_stop: None,
            stopped: Arc::clone(&stopped),
        };
        let keys = Keys::start(move |stroke, key_ups| {
            match hands.take(stroke, key_ups, SystemClock.now()) {
                Meaning::Nothing => {}
                Meaning::Stop => emergency.press(),
                Meaning::Interrupt => interrupt(),
                // A full queue means that nobody takes wishes any more.
                Meaning::Wish(wish) => drop(sender.try_send(wish)),
            }
        })?;
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
    last_stop: Option<MonoTime>,
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
        if stroke.motion == Motion::Up {
            self.last_stop = None;
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
            last_stop: None,
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
