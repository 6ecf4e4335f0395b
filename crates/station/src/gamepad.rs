//! Reads gamepads on a thread of its own: which is there, what its sticks and buttons do, when it is pulled and back.
//!
//! One pad drives: the first that is there, or the one whose name was asked for. When it goes, everything counts as let
//! go at once, and it drives again when it is back. The stop button counts on every pad, also on one that does not drive.
//! A reader that fails is started again a few times and the person is told; one that is stuck is told of. Either way the
//! pad's dead-man has let everything go.
//! The device is known to `gilrs` here and nowhere else; what its controls mean is `teleop::padmap`'s.

use std::any::Any;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use gilrs::{Axis, Button};
use protocol::{ErrorCode, Failure};
use stdx::thread::{Intent, Joined, spawn};
use stdx::{Clock, SystemClock, failpoint};
use teleop::{EmergencyStop, GamePad, PadControl, PadPressed};

mod library;

use crate::failure::failure;
use crate::silence::Silence;
use crate::threads;
use library::{Library, control_of, controls_of};

/// The reader looks up this often, which is what keeps the pad's dead-man from letting go.
const LOOK: Duration = Duration::from_millis(20);
/// A reader that failed is started again so often in one session.
pub const RESTARTS: u32 = threads::GAMEPAD_RESTARTS;
/// A reader that has not looked for so long hangs: far more than any event takes.
const HANGS: Duration = threads::GAMEPAD_HANGS;
/// Time between two looks at a reader whose end is waited for.
const END_LOOK: Duration = Duration::from_millis(1);
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
    /// The reader failed, and begins again.
    Again(String),
    /// The reader is stuck; if it goes on, so does the pad.
    Hangs,
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
            Self::Again(why) => write!(
                f,
                "The gamepad could not be read ({why}), so everything counted as let go; it is looked for again."
            ),
            Self::Hangs => f.write_str(
                "The gamepad has not been read for two seconds, so everything counts as let go. Pull it and put it back, or \
                 start again.",
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
    clock: Arc<dyn Clock>,
    /// When the reader last looked, nanoseconds.
    beat: Arc<AtomicU64>,
    silence: Silence,
    hangs: bool,
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
        Self::start_with(
            Library::open,
            pad,
            wanted,
            emergency,
            stdx::SystemClock::shared(),
        )
    }

    /// The same from another source, which is opened on the reader's own thread, again after it failed.
    ///
    /// # Errors
    /// As [`PadReader::start`].
    pub fn start_with<S: PadSource>(
        mut open: impl FnMut() -> Result<S, Failure> + Send + 'static,
        pad: GamePad,
        wanted: Option<String>,
        emergency: EmergencyStop,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        let (tell, news) = sync_channel(NEWS);
        let (opened, open_result) = sync_channel(1);
        let beat = Arc::new(AtomicU64::new(clock.now().0));
        let asked = Arc::clone(&stop);
        let (beats, time) = (Arc::clone(&beat), Arc::clone(&clock));
        let thread = spawn("gamepad", Intent::Capture, move || {
            let source = match open() {
                Ok(source) => source,
                Err(failure) => return drop(opened.try_send(Err(failure))),
            };
            drop(opened.try_send(Ok(())));
            let mut reading = Reading::new(pad, wanted, emergency);
            reading.say(&tell, PadNews::None(Vec::new()));
            let mut source = Some(source);
            for restarts in 0..=RESTARTS {
                let turned = catch_unwind(AssertUnwindSafe(|| {
                    let mut source = match source.take() {
                        Some(source) => source,
                        None => open().map_err(|failure| failure.message)?,
                    };
                    while !asked.load(Ordering::Acquire) {
                        failpoint::here("gamepad.read");
                        beats.store(time.now().0, Ordering::Release);
                        if let Some(event) = source.next(LOOK) {
                            reading.take(event, &tell);
                        }
                        reading.alive();
                    }
                    Ok(())
                }));
                let why = match turned {
                    Ok(Ok(())) => return,
                    Ok(Err(why)) => why,
                    Err(panic) => words(&*panic),
                };
                tracing::error!("the gamepad's reader failed: {why}");
                reading.lost();
                reading.say(
                    &tell,
                    if restarts < RESTARTS {
                        PadNews::Again(why)
                    } else {
                        PadNews::Ended(why)
                    },
                );
            }
        })
        .map_err(|error| {
            failure(
                ErrorCode::Internal,
                format!("the gamepad cannot be read: {error}"),
                "Close other programs and try again.",
            )
        })?;
        match open_result.recv_timeout(threads::GAMEPAD_OPENS) {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => return Err(failure),
            Err(RecvTimeoutError::Timeout) => {
                stop.store(true, Ordering::Release);
                thread.abandon();
                return Err(failure(
                    ErrorCode::Internal,
                    "the system's gamepads could not be opened within five seconds",
                    "Unplug the gamepad, plug it in again and start anew.",
                ));
            }
            Err(RecvTimeoutError::Disconnected) => {
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
            clock,
            beat,
            silence: Silence::default(),
            hangs: false,
        })
    }

    /// What is new since the last call, one at a time.
    pub fn news(&mut self) -> Option<PadNews> {
        if let Ok(news) = self.news.try_recv() {
            self.ended |= matches!(news, PadNews::Ended(_));
            return Some(news);
        }
        if self.ended {
            return None;
        }
        if self.thread.as_ref().is_none_or(Joined::finished) {
            self.ended = true;
            return Some(PadNews::Ended("its thread is gone".to_owned()));
        }
        let beat = self.beat.load(Ordering::Acquire);
        let hangs = self.silence.look(self.clock.now(), beat, HANGS) > HANGS;
        let newly = hangs && !self.hangs;
        self.hangs = hangs;
        newly.then_some(PadNews::Hangs)
    }
}

impl Drop for PadReader {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        let Some(thread) = self.thread.take() else {
            return;
        };
        // By the machine's clock: what is waited for is a real thread. One that is stuck in the library, since when ever, is
        // left alone; it holds nothing but the pad.
        let until = SystemClock.now() + threads::GAMEPAD_ENDS;
        while !thread.finished() {
            if self.hangs || SystemClock.now() >= until {
                thread.abandon();
                return;
            }
            SystemClock.sleep(END_LOOK);
        }
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|words| (*words).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
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

    /// Every pad is gone, as far as anybody knows.
    fn lost(&mut self) {
        self.names.clear();
        self.stops.clear();
        self.driving = None;
        self.pad.disconnected();
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

#[cfg(test)]
mod tests;
