//! Keys from a terminal: raw mode while it lasts, true key-ups where the terminal has them.
//!
//! Terminals that speak the kitty keyboard protocol report releases; all others only report presses and
//! repeats, which a caller must treat as steps of a bounded length, never as a held key.

use std::io::{self, IsTerminal as _, stdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::{
    Event, KeyCode, KeyEventKind, KeyModifiers, KeyboardEnhancementFlags, ModifierKeyCode,
    PopKeyboardEnhancementFlags, PushKeyboardEnhancementFlags, poll, read,
};
use crossterm::{execute, terminal};
use rustix::event::{PollFd, PollFlags, Timespec};
use rustix::io::Errno;
use stdx::thread::{Intent, Joined, spawn};
use stdx::{Clock as _, SystemClock};

/// What happened to a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// It went down, or repeats.
    Down,
    /// It came up; only from terminals that tell.
    Up,
}

/// One key event. Names are those of the key map: `a`, `ArrowUp`, `Escape`, `Space`, `Enter`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stroke {
    /// The key's name.
    pub key: String,
    /// What happened to it.
    pub motion: Motion,
    /// Whether it came with Ctrl.
    pub ctrl: bool,
}

/// Reads keys on a thread of its own until it is dropped, then gives the terminal back as it was.
#[derive(Debug)]
pub struct Keys {
    stop: Arc<AtomicBool>,
    thread: Option<Joined<()>>,
    key_ups: bool,
}

impl Keys {
    /// Takes the terminal. `None` when standard input is no terminal. `on` is called with every stroke, and with
    /// `None` at least every 50 ms while the terminal is being read, which is what a dead-man switch needs.
    /// Its second argument tells whether this terminal reports key-ups.
    ///
    /// # Errors
    /// When the terminal refuses raw mode.
    pub fn start(
        mut on: impl FnMut(Option<Stroke>, bool) + Send + 'static,
    ) -> io::Result<Option<Self>> {
        if !io::stdin().is_terminal() {
            return Ok(None);
        }
        terminal::enable_raw_mode()?;
        let key_ups = terminal::supports_keyboard_enhancement().unwrap_or(false);
        if key_ups {
            execute!(
                stdout(),
                PushKeyboardEnhancementFlags(
                    KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES
                        | KeyboardEnhancementFlags::REPORT_EVENT_TYPES
                )
            )?;
        }
        let stop = Arc::new(AtomicBool::new(false));
        let asked = Arc::clone(&stop);
        let thread = spawn("keys", Intent::Capture, move || {
            while !asked.load(Ordering::Acquire) {
                on(None, key_ups);
                match wait_for_input() {
                    Ok(false) => continue,
                    Ok(true) => {}
                    Err(_) => return,
                }
                match poll(Duration::ZERO) {
                    Ok(true) => {
                        let Ok(event) = read() else { return };
                        if let Some(known) = stroke_of(&event) {
                            on(Some(known), key_ups);
                        }
                    }
                    Ok(false) => {}
                    Err(_) => return,
                }
            }
        })?;
        Ok(Some(Self {
            stop,
            thread: Some(thread),
            key_ups,
        }))
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // A terminal that is closed at the wrong moment can keep a reader for ever; the program must end all the same.
        if let Some(thread) = self.thread.take() {
            let patience = SystemClock.now() + Duration::from_millis(300);
            while !thread.finished() && SystemClock.now() < patience {
                SystemClock.sleep(Duration::from_millis(5));
            }
            if !thread.finished() {
                thread.detach();
            }
        }
        // The terminal may be gone already (a closed window); there is nobody left to tell.
        if self.key_ups {
            drop(execute!(stdout(), PopKeyboardEnhancementFlags).err());
        }
        drop(terminal::disable_raw_mode().err());
    }
}

/// Waits at most 50 ms for input; an error once the terminal is gone, on which a reader would spin for ever.
fn wait_for_input() -> io::Result<bool> {
    let stdin = io::stdin();
    let mut ready = [PollFd::new(&stdin, PollFlags::IN)];
    let patience = Timespec {
        tv_sec: 0,
        tv_nsec: 50_000_000,
    };
    match rustix::event::poll(&mut ready, Some(&patience)) {
        Ok(_) => {}
        Err(Errno::INTR) => return Ok(false),
        Err(error) => return Err(error.into()),
    }
    let seen = ready[0].revents();
    if seen.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL) {
        return Err(io::ErrorKind::BrokenPipe.into());
    }
    Ok(seen.contains(PollFlags::IN))
}

fn stroke_of(event: &Event) -> Option<Stroke> {
    let Event::Key(key) = event else { return None };
    let name = match key.code {
        KeyCode::Char(' ') => "Space".to_owned(),
        KeyCode::Char(letter) => letter.to_lowercase().collect(),
        KeyCode::Up => "ArrowUp".into(),
        KeyCode::Down => "ArrowDown".into(),
        KeyCode::Left => "ArrowLeft".into(),
        KeyCode::Right => "ArrowRight".into(),
        KeyCode::Esc => "Escape".into(),
        KeyCode::Enter => "Enter".into(),
        KeyCode::Tab => "Tab".into(),
        KeyCode::Backspace => "Backspace".into(),
        KeyCode::PageUp => "PageUp".into(),
        KeyCode::PageDown => "PageDown".into(),
        KeyCode::Modifier(ModifierKeyCode::LeftShift | ModifierKeyCode::RightShift) => {
            "Shift".into()
        }
        _ => return None,
    };
    Some(Stroke {
        key: name,
        motion: if key.kind == KeyEventKind::Release {
            Motion::Up
        } else {
            Motion::Down
        },
        ctrl: key.modifiers.contains(KeyModifiers::CONTROL),
    })
}

#[cfg(test)]
mod tests {
    use crossterm::event::KeyEvent;

    use super::*;

    #[test]
    fn capitals_and_arrows_have_the_names_of_the_key_map() {
        for (code, name) in [
            (KeyCode::Char('W'), "w"),
            (KeyCode::Char(' '), "Space"),
            (KeyCode::Left, "ArrowLeft"),
            (KeyCode::Esc, "Escape"),
        ] {
            let event = Event::Key(KeyEvent::new(code, KeyModifiers::NONE));
            let stroke = stroke_of(&event).unwrap();
            assert_eq!((stroke.key.as_str(), stroke.motion), (name, Motion::Down));
        }
        assert_eq!(stroke_of(&Event::FocusLost), None);
    }
}
