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
use station::threads;
use stdx::thread::{Intent, Joined, spawn};
use stdx::watchdog::{Heart, Seen, Watchdog};
use stdx::{Clock as _, SystemClock, failpoint};

/// Time between two looks at the thread that listens.
const LOOK: Duration = Duration::from_millis(50);
/// Longest that giving the terminal back waits for whoever reads it.
const PATIENCE: Duration = Duration::from_millis(300);

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
    listening: Option<Listening>,
    key_ups: bool,
}

/// Takes every stroke, and `None` at least every 50 ms; and whether this terminal reports key-ups.
type OnStroke = Box<dyn FnMut(Option<Stroke>, bool) + Send>;

impl Keys {
    /// Takes the terminal. `None` when standard input is no terminal. `on` is called with every stroke, and with
    /// `None` at least every 50 ms while the terminal is being read, which is what a dead-man switch needs.
    /// Its second argument tells whether this terminal reports key-ups.
    /// `deaf` is called, once, when nobody listens to the terminal any more: no key reaches the program then, not even
    /// Ctrl-C.
    ///
    /// # Errors
    /// When the terminal refuses raw mode.
    pub fn start(
        on: impl FnMut(Option<Stroke>, bool) + Send + 'static,
        deaf: impl FnOnce(String) + Send + 'static,
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
        let next = Box::new(next_stroke);
        Ok(Some(Self {
            listening: Some(Listening::start(Box::new(on), next, key_ups, deaf)?),
            key_ups,
        }))
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        drop(self.listening.take());
        // The terminal may be gone already (a closed window); there is nobody left to tell.
        if self.key_ups {
            drop(execute!(stdout(), PopKeyboardEnhancementFlags).err());
        }
        drop(terminal::disable_raw_mode().err());
    }
}

/// The thread that listens, and the one that looks after it.
#[derive(Debug)]
struct Listening {
    stop: Arc<AtomicBool>,
    // Joined when it is dropped; it does not wait for a reader that is stuck.
    _owner: Joined<()>,
}

struct Ears {
    on: OnStroke,
    next: Box<dyn FnMut() -> io::Result<Option<Stroke>> + Send>,
    key_ups: bool,
    stop: Arc<AtomicBool>,
}

impl Listening {
    fn start(
        on: OnStroke,
        next: Box<dyn FnMut() -> io::Result<Option<Stroke>> + Send>,
        key_ups: bool,
        deaf: impl FnOnce(String) + Send + 'static,
    ) -> io::Result<Self> {
        let stop = Arc::new(AtomicBool::new(false));
        let ears = Ears {
            on,
            next,
            key_ups,
            stop: Arc::clone(&stop),
        };
        let watchdog = Watchdog::start(threads::KEYS, SystemClock::shared(), ears, listen)?;
        let asked = Arc::clone(&stop);
        let owner = spawn("keys-owner", Intent::Capture, move || {
            look_after(watchdog, &asked, deaf);
        })?;
        Ok(Self {
            stop,
            _owner: owner,
        })
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
    }
}

/// Until told to stop; the words of an error otherwise.
fn listen(ears: &mut Ears, heart: &Heart, _restarts: u32) -> Option<String> {
    while !ears.stop.load(Ordering::Acquire) {
        heart.beat();
        failpoint::here("keys.listen");
        (ears.on)(None, ears.key_ups);
        match (ears.next)() {
            Ok(None) => {}
            Ok(stroke) => (ears.on)(stroke, ears.key_ups),
            Err(error) => return Some(format!("the terminal cannot be read: {error}")),
        }
    }
    None
}

fn look_after(
    mut watchdog: Watchdog<Ears, Option<String>>,
    stop: &AtomicBool,
    deaf: impl FnOnce(String),
) {
    let mut why = None;
    while !stop.load(Ordering::Acquire) {
        match watchdog.look() {
            Seen::Failed(failed) => {
                tracing::error!("{failed}");
                why = Some(failed.to_string());
            }
            Seen::Ended => {
                if let Some(why) = watchdog.end().output.unwrap_or(why) {
                    deaf(why);
                }
                return;
            }
            Seen::Well | Seen::Slow(_) | Seen::Again => {}
        }
        SystemClock.sleep(LOOK);
    }
    // A terminal that is closed at the wrong moment can keep a reader for ever; the program must end all the same.
    let patience = SystemClock.now() + PATIENCE;
    while !watchdog.finished() && SystemClock.now() < patience {
        SystemClock.sleep(Duration::from_millis(5));
    }
    watchdog.leave();
}

/// The next stroke that means something, waiting at most 50 ms for it.
fn next_stroke() -> io::Result<Option<Stroke>> {
    if wait_for_input()? && poll(Duration::ZERO)? {
        return Ok(stroke_of(&read()?));
    }
    Ok(None)
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

    use stdx::failpoint::{Fault, arm};

    use super::*;

    /// Listens to nothing until nobody does any more, and says why.
    fn listen_until_deaf() -> String {
        let (sender, deaf) = std::sync::mpsc::sync_channel(1);
        let nothing = || {
            SystemClock.sleep(Duration::from_millis(1));
            Ok(None)
        };
        let on = |_: Option<Stroke>, _: bool| {};
        let _listening = Listening::start(Box::new(on), Box::new(nothing), false, move |why| {
            sender.send(why).unwrap();
        })
        .unwrap();
        deaf.recv_timeout(Duration::from_secs(30)).unwrap()
    }

    #[test]
    fn a_program_that_hears_no_key_any_more_knows_it() {
        let armed = arm([Fault::panic("keys.listen").times(1000)]);
        assert_eq!(
            listen_until_deaf(),
            "thread keys ended in a panic: failpoint keys.listen; given up"
        );
        assert_eq!(armed.hits("keys.listen"), 4, "three restarts");
        drop(armed);
        let _armed = arm([Fault::hang("keys.listen")]);
        assert_eq!(
            listen_until_deaf(),
            "thread keys has given no sign of life for 2 s; given up"
        );
    }

    #[test]
    fn one_panic_costs_no_more_than_a_moment() {
        let armed = arm([Fault::panic("keys.listen").on(3)]);
        let heard = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&heard);
        let next = || Ok(Some(stroke_of(&Event::Key(KeyCode::Esc.into())).unwrap()));
        let again = move |stroke: Option<Stroke>, _: bool| {
            told.store(stroke.is_some(), Ordering::Release);
            SystemClock.sleep(Duration::from_millis(1));
        };
        let listening = Listening::start(Box::new(again), Box::new(next), true, |why| {
            panic!("deaf: {why}");
        })
        .unwrap();
        while armed.hits("keys.listen") == 0 {
            SystemClock.sleep(Duration::from_millis(1));
        }
        heard.store(false, Ordering::Release);
        while !heard.load(Ordering::Acquire) {
            SystemClock.sleep(Duration::from_millis(1));
        }
        drop(listening);
    }

    #[test]
    fn a_terminal_that_cannot_be_read_is_told_of() {
        let (sender, deaf) = std::sync::mpsc::sync_channel(1);
        let gone = || Err(io::ErrorKind::BrokenPipe.into());
        let _listening = Listening::start(Box::new(|_, _| {}), Box::new(gone), false, move |why| {
            sender.send(why).unwrap();
        })
        .unwrap();
        let why = deaf.recv_timeout(Duration::from_secs(30)).unwrap();
        assert_eq!(why, "the terminal cannot be read: broken pipe");
    }

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
