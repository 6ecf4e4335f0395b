//! How the loop is told what to do from other threads and from signal handlers: atomic numbers only, so that
//! telling never waits and the loop never waits for the teller.

use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use units::MonoTime;

const HOLD: u8 = 1;
const RESUME: u8 = 2;
const RELEASE: u8 = 4;
const STOP: u8 = 8;

#[derive(Debug, Default)]
struct Shared {
    asked: AtomicU8,
    emergencies: AtomicU32,
    stops: AtomicU32,
    heartbeat: AtomicU64,
    ended: AtomicBool,
    priority: OnceLock<String>,
}

/// Tells one loop what to do. Clones speak to the same loop.
#[derive(Debug, Clone, Default)]
pub struct Controls(Arc<Shared>);

/// Stops one arm at once, from anywhere: a thread, a window, a signal handler. Only one atomic number is touched.
///
/// The first press holds the arm where it is, with torque, also when it was being released; a press while it is
/// stopped releases it gently. A loop that was told to end goes on until an arm that was caught is released.
#[derive(Debug, Clone)]
pub struct EmergencyStop(Arc<Shared>);

/// What was asked for since the loop looked last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) hold: bool,
    pub(crate) resume: bool,
    pub(crate) release: bool,
    pub(crate) stop: bool,
}

impl EmergencyStop {
    /// Stops. Takes effect within one cycle.
    pub fn press(&self) {
        self.0.emergencies.fetch_add(1, Ordering::AcqRel);
    }

    /// Stops and does nothing else: an arm that is stopped already stays where it is, however often this is said. For whoever
    /// has another button to let the arm down.
    pub fn hold(&self) {
        self.0.stops.fetch_add(1, Ordering::AcqRel);
    }
}

impl Controls {
    /// Controls of a loop that is yet to start.
    pub fn new() -> Self {
        Self::default()
    }

    /// Holds the arm: it keeps its goal and torque, the teleoperator is not asked.
    pub fn hold(&self) {
        self.ask(HOLD);
    }

    /// Drives, for the first time or again after a hold or a stop. Switches torque on where it is off.
    pub fn resume(&self) {
        self.ask(RESUME);
    }

    /// Releases the arm gently; the loop goes on, with torque off.
    pub fn release(&self) {
        self.ask(RELEASE);
    }

    /// Releases the arm gently and ends the loop.
    pub fn stop(&self) {
        self.ask(STOP);
    }

    /// A handle that can only stop, for signal handlers and stop keys.
    pub fn emergency_stop(&self) -> EmergencyStop {
        EmergencyStop(Arc::clone(&self.0))
    }

    /// When the loop last began a cycle; an old one means that it hangs. Zero before the first.
    pub fn heartbeat(&self) -> MonoTime {
        MonoTime(self.0.heartbeat.load(Ordering::Acquire))
    }

    /// Whether the loop has ended.
    pub fn ended(&self) -> bool {
        self.0.ended.load(Ordering::Acquire)
    }

    /// The priority the loop's thread got, in words, once it is known.
    pub fn priority(&self) -> Option<&str> {
        self.0.priority.get().map(String::as_str)
    }

    fn ask(&self, what: u8) {
        self.0.asked.fetch_or(what, Ordering::AcqRel);
    }

    pub(crate) fn take(&self) -> Asked {
        let asked = self.0.asked.swap(0, Ordering::AcqRel);
        Asked {
            hold: asked & HOLD != 0,
            resume: asked & RESUME != 0,
            release: asked & RELEASE != 0,
            stop: asked & STOP != 0,
        }
    }

    /// Presses of the emergency stop since the last call.
    pub fn take_emergencies(&self) -> u32 {
        self.0.emergencies.swap(0, Ordering::AcqRel)
    }

    /// Whether [`EmergencyStop::hold`] was said since the last call.
    pub fn take_stop(&self) -> bool {
        self.0.stops.swap(0, Ordering::AcqRel) > 0
    }

    /// Whether the emergency stop was pressed and not yet looked at.
    pub fn emergency_pending(&self) -> bool {
        self.0.emergencies.load(Ordering::Acquire) > 0 || self.0.stops.load(Ordering::Acquire) > 0
    }

    pub(crate) fn beat(&self, now: MonoTime) {
        self.0.heartbeat.store(now.0, Ordering::Release);
    }

    pub(crate) fn end(&self) {
        self.0.ended.store(true, Ordering::Release);
    }

    pub(crate) fn set_priority(&self, words: String) {
        // Set once, before the first cycle; a second loop under the same controls keeps the first one's words.
        self.0.priority.set(words).ok();
    }
}
