//! Reads gamepads on a thread of its own: which is there, what its sticks and buttons do, when it is pulled and back.
//!
//! One pad drives: the first that is there, or the one whose name was asked for. When it goes, everything counts as let
//! go at once, and it drives again when it is back. The stop button counts on every pad, also on one that does not drive.
//! The device is known to `gilrs` here and nowhere else; what its controls mean is `teleop::padmap`'s.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use gilrs::{Axis, Button, EventType, Gilrs, GilrsBuilder};
use protocol::{ErrorCode, Failure};
use stdx::thread::{Intent, Joined, spawn};
use teleop::{EmergencyStop, GamePad, PadControl, PadPressed};

use crate::failure::failure;

/// The reader looks up this often, which is what keeps the pad's dead-man from letting go.
const LOOK: Duration = Duration::from_millis(20);
/// News that may wait; they are rare.
const NEWS: usize = 16;

/// What a person should know about the pad.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PadNews {
    /// This one drives from now on.
    Drives(String),
    /// The one that drove is gone; nothing moves until it is back.
    Gone(String),
    /// None is there yet that could drive. Those that are there, but not wanted, by name.
    None(Vec<String>),
    /// The reader ended, which it never should while somebody drives.
    Ended(String),
}

impl std::fmt::Display for PadNews {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Drives(name) => write!(f, "Gamepad: {name} drives. East (B) or Select stops."),
            Self::Gone(name) => write!(
                f,
                "Gamepad: {name} is gone, so everything counts as let go. It drives again when it is back."
            ),
            Self::None(others) if others.is_empty() => f.write_str(
                "No gamepad yet: plug one in, or switch it on. If it is there, your user must be allowed to read \
                 /dev/input (on most systems by logging in at the machine itself).",
            ),
            Self::None(others) => write!(
                f,
                "No gamepad of the wanted name yet. There is: {}.",
                others.join(", ")
            ),
            Self::Ended(why) => write!(
                f,
                "The gamepad is no longer read ({why}), so nothing moves. Start again to drive on."
            ),
        }
    }
}

/// Something that happened to a pad, after the library's own mapping of controls.
#[derive(Debug, Clone, PartialEq)]
pub enum PadEvent {
    /// It is there.
    Connected {
        /// Which, for as long as it is there.
        id: usize,
        /// What it calls itself.
        name: String,
    },
    /// It is gone.
    Disconnected {
        /// Which.
        id: usize,
    },
    /// A button or trigger has a new value, 0 to 1.
    Button {
        /// Which pad.
        id: usize,
        /// Which button.
        button: Button,
        /// How far it is pressed.
        value: f32,
    },
    /// A stick has a new value, -1 to 1; right and up are positive.
    Axis {
        /// Which pad.
        id: usize,
        /// Which axis.
        axis: Axis,
        /// How far it is out.
        value: f32,
    },
}

/// Where events come from: the library, or a test.
pub trait PadSource {
    /// The next event, waiting at most so long. `None`: nothing happened.
    fn next(&mut self, wait: Duration) -> Option<PadEvent>;
}

/// A pad that is being read. Dropping it ends the reading, and the pad counts as gone.
#[derive(Debug)]
pub struct PadReader {
    stop: Arc<AtomicBool>,
    news: Receiver<PadNews>,
    thread: Option<Joined<()>>,
    ended: bool,
}

impl PadReader {
    /// Reads the machine's gamepads for `pad`. With `wanted`, only one whose name contains it drives (in any case). The
    /// stop button presses `emergency` directly.
    ///
    /// # Errors
    /// When the system has no gamepads or no room for a thread.
    pub fn start(
        pad: GamePad,
        wanted: Option<String>,
        emergency: EmergencyStop,
    ) -> Result<Self, Failure> {
        Self::start_with(Library::open, pad, wanted, emergency)
    }

    /// The same from another source, which is opened on the reader's own thread.
    ///
    /// # Errors
    /// As [`PadReader::start`].
    pub fn start_with<S: PadSource>(
        open: impl FnOnce() -> Result<S, Failure> + Send + 'static,
        pad: GamePad,
        wanted: Option<String>,
        emergency: EmergencyStop,
    ) -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        let (tell, news) = sync_channel(NEWS);
        let (opened, open_result) = sync_channel(1);
        let asked = Arc::clone(&stop);
        let thread = spawn("gamepad", Intent::Capture, move || {
            let mut source = match open() {
                Ok(source) => {
                    drop(opened.try_send(Ok(())));
                    source
                }
                Err(failure) => return drop(opened.try_send(Err(failure))),
            };
            let mut hand = Reading::new(pad, wanted, emergency);
            hand.begin(&tell);
            while !asked.load(Ordering::Acquire) {
                if let Some(event) = source.next(LOOK) {
                    hand.take(event, &tell);
                }
                hand.alive();
            }
        })
        .map_err(|error| {
            failure(
                ErrorCode::Internal,
                format!("the gamepad cannot be read: {error}"),
                "Close other programs and try again.",
            )
        })?;
        match open_result.recv() {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => return Err(failure),
            Err(_) => {
                return Err(failure(
                    ErrorCode::Internal,
                    "the gamepad's reader ended at once",
                    "This is a defect of Tendon: please report it with the log.",
                ));
            }
        }
        Ok(Self {
            stop,
            news,
            thread: Some(thread),
            ended: false,
        })
    }

    /// What is new since the last call, one at a time.
    pub fn news(&mut self) -> Option<PadNews> {
        if let Ok(news) = self.news.try_recv() {
            return Some(news);
        }
        let ended = self.thread.as_ref().is_none_or(Joined::finished);
        if !ended || std::mem::replace(&mut self.ended, true) {
            return None;
        }
        let why = self.thread.take().map(Joined::join);
        Some(PadNews::Ended(match why {
            Some(Err(panicked)) => panicked.to_string(),
            _ => "it ended by itself".to_owned(),
        }))
    }
}

impl Drop for PadReader {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
    }
}

/// What the reader knows between two events.
struct Reading {
    pad: GamePad,
    wanted: Option<String>,
    emergency: EmergencyStop,
    names: BTreeMap<usize, String>,
    driving: Option<usize>,
    /// Stop buttons that are down, so that a held one is one press.
    stops: Vec<(usize, PadControl)>,
}

impl Reading {
    fn new(pad: GamePad, wanted: Option<String>, emergency: EmergencyStop) -> Self {
        Self {
            pad,
            wanted: wanted.map(|name| name.to_lowercase()),
            emergency,
            names: BTreeMap::new(),
            driving: None,
            stops: Vec::new(),
        }
    }

    /// Tells that nothing drives yet, unless something turns up at once.
    fn begin(&mut self, tell: &SyncSender<PadNews>) {
        self.say(tell, PadNews::None(Vec::new()));
    }

    fn say(&self, tell: &SyncSender<PadNews>, news: PadNews) {
        tracing::info!("{news}");
        // A full queue means that nobody listens.
        drop(tell.try_send(news));
    }

    fn take(&mut self, event: PadEvent, tell: &SyncSender<PadNews>) {
        match event {
            PadEvent::Connected { id, name } => {
                let fits = self
                    .wanted
                    .as_ref()
                    .is_none_or(|wanted| name.to_lowercase().contains(wanted));
                self.names.insert(id, name.clone());
                if self.driving.is_some() {
                    return;
                }
                if fits {
                    self.driving = Some(id);
                    self.pad.connected();
                    self.say(tell, PadNews::Drives(name));
                } else {
                    let others = self.names.values().cloned().collect();
                    self.say(tell, PadNews::None(others));
                }
            }
            PadEvent::Disconnected { id } => {
                let name = self.names.remove(&id).unwrap_or_default();
                self.stops.retain(|(pad, _)| *pad != id);
                if self.driving == Some(id) {
                    self.driving = None;
                    self.pad.disconnected();
                    self.say(tell, PadNews::Gone(name));
                }
            }
            PadEvent::Button { id, button, value } => {
                if let Some(control) = control_of(button) {
                    self.moved(id, control, value);
                }
            }
            PadEvent::Axis { id, axis, value } => {
                for (control, value) in controls_of(axis, value).into_iter().flatten() {
                    self.moved(id, control, value);
                }
            }
        }
    }

    fn moved(&mut self, id: usize, control: PadControl, value: f32) {
        let held = (id, control);
        if self.pad.stops(control, value) {
            // Straight to the loop, also while it waits for a motor; the loop counts both ways as one press.
            if !self.stops.contains(&held) {
                self.stops.push(held);
                self.emergency.press();
                self.pad.stop();
            }
        } else {
            self.stops.retain(|other| *other != held);
        }
        if self.driving == Some(id) && self.pad.moved(control, value) == PadPressed::Stops {
            tracing::info!("the gamepad's stop button was pressed");
        }
    }

    /// The reader lives; so does the pad, as far as the system knows.
    fn alive(&mut self) {
        if self.driving.is_some() {
            self.pad.heartbeat();
        }
    }
}

fn control_of(button: Button) -> Option<PadControl> {
    Some(match button {
        Button::South => PadControl::South,
        Button::East => PadControl::East,
        Button::North => PadControl::North,
        Button::West => PadControl::West,
        // The library counts triggers from above: the first is the bumper.
        Button::LeftTrigger => PadControl::LeftBumper,
        Button::LeftTrigger2 => PadControl::LeftTrigger,
        Button::RightTrigger => PadControl::RightBumper,
        Button::RightTrigger2 => PadControl::RightTrigger,
        Button::Select => PadControl::Select,
        Button::Start => PadControl::Start,
        Button::Mode => PadControl::Mode,
        Button::LeftThumb => PadControl::LeftThumb,
        Button::RightThumb => PadControl::RightThumb,
        Button::DPadUp => PadControl::DPadUp,
        Button::DPadDown => PadControl::DPadDown,
        Button::DPadLeft => PadControl::DPadLeft,
        Button::DPadRight => PadControl::DPadRight,
        Button::C | Button::Z | Button::Unknown => return None,
    })
}

/// A cross of four buttons is two axes on many pads.
fn controls_of(axis: Axis, value: f32) -> [Option<(PadControl, f32)>; 2] {
    let one = |control| [Some((control, value)), None];
    let two = |low, high| [Some((low, (-value).max(0.0))), Some((high, value.max(0.0)))];
    match axis {
        Axis::LeftStickX => one(PadControl::LeftX),
        Axis::LeftStickY => one(PadControl::LeftY),
        Axis::RightStickX => one(PadControl::RightX),
        Axis::RightStickY => one(PadControl::RightY),
        Axis::LeftZ => one(PadControl::LeftTrigger),
        Axis::RightZ => one(PadControl::RightTrigger),
        Axis::DPadX => two(PadControl::DPadLeft, PadControl::DPadRight),
        Axis::DPadY => two(PadControl::DPadDown, PadControl::DPadUp),
        Axis::Unknown => [None, None],
    }
}

/// The machine's own gamepads.
struct Library {
    gilrs: Gilrs,
    /// Pads that were there when it was opened and are not told of yet.
    there: Vec<usize>,
}

impl Library {
    fn open() -> Result<Self, Failure> {
        // Dead zones are ours: the library's depend on the pad's own idea of its noise.
        let gilrs = GilrsBuilder::new()
            .with_default_filters(false)
            .build()
            .map_err(|error| {
                failure(
                    ErrorCode::Internal,
                    format!("gamepads cannot be read on this system: {error}"),
                    "Drive with the keyboard or a leader arm.",
                )
            })?;
        let there = gilrs.gamepads().map(|(id, _)| id.into()).collect();
        Ok(Self { gilrs, there })
    }

    fn name(&self, id: usize) -> String {
        let found = self
            .gilrs
            .gamepads()
            .find(|(known, _)| usize::from(*known) == id);
        found.map_or_else(
            || "a gamepad".to_owned(),
            |(_, pad)| pad.os_name().to_owned(),
        )
    }
}

impl PadSource for Library {
    fn next(&mut self, wait: Duration) -> Option<PadEvent> {
        if let Some(id) = self.there.pop() {
            let name = self.name(id);
            return Some(PadEvent::Connected { id, name });
        }
        let event = self.gilrs.next_event_blocking(Some(wait))?;
        let id = usize::from(event.id);
        match event.event {
            EventType::Connected => Some(PadEvent::Connected {
                id,
                name: self.name(id),
            }),
            EventType::Disconnected => Some(PadEvent::Disconnected { id }),
            EventType::ButtonChanged(button, value, _) => {
                Some(PadEvent::Button { id, button, value })
            }
            EventType::AxisChanged(axis, value, _) => Some(PadEvent::Axis { id, axis, value }),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
