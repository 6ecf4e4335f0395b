//! The keys of a driving session in a terminal: drive keys to the key board, session keys to the session, stop
//! keys and Ctrl-C to the emergency stop, without waiting for anything else.

use std::io;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::Duration;

use recorder::Command as SessionCommand;
use stdx::{Clock as _, SystemClock};
use teleop::{EmergencyStop, KeyBoard, KeyMap};
use units::MonoTime;

use crate::keys::{Keys, Motion, Stroke};

/// A stop key that is held repeats. Only one that comes after a pause of this length is a second press, which
/// releases the arm.
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
        let mut hands = Hands {
            keyboard,
            last_stop: None,
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
        }))
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
}

impl Hands {
    fn take(&mut self, stroke: Option<Stroke>, key_ups: bool, now: MonoTime) -> Meaning {
        let Some(stroke) = stroke else {
            if let Some(keyboard) = &mut self.keyboard {
                keyboard.heartbeat();
            }
            return Meaning::Nothing;
        };
        if stroke.motion == Motion::Up {
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
            self.last_stop = Some(now);
            if let Some(keyboard) = &mut self.keyboard {
                keyboard.all_released();
            }
            return if apart {
                Meaning::Stop
            } else {
                Meaning::Nothing
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

    #[test]
    fn a_held_stop_key_stops_once_and_a_second_press_counts_again() {
        let mut hands = Hands {
            keyboard: None,
            last_stop: None,
        };
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
        let mut hands = Hands {
            keyboard: None,
            last_stop: None,
        };
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
