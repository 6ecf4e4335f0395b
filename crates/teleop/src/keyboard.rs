//! Keys that drive: joint by joint, or the tip. A held key moves at a speed that does not depend on the loop's rate.
//!
//! [`KeyBoard`] belongs to whoever sees the keys (a window, a terminal); [`KeyboardTeleoperator`] belongs to
//! the loop. Between them there are only atomic numbers, so neither ever waits for the other.
//! Not here: which key means what (`keymap`), what is made of it (`hands`, `jog`), keys read from a terminal (`cli`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use arms::SafetyConfig;
use stdx::Clock;
use units::MonoTime;

use crate::hands::{HandSource, HandTeleoperator, Hands};
use crate::jog::JogConfig;
use crate::keymap::{AXES, KeyMap, Mode, Motion, key_name};
use crate::teleoperator::CycleContext;

/// How long one key event moves where key-ups are not to be had: the distance of a terminal's own
/// repeat rate (30 a second), so that a key held down moves at about the held speed.
const STEP: Duration = Duration::from_nanos(33_333_333);
/// Steps that may wait at most, so that a burst of events does not move the arm long after it.
const MOST_STEPS: f64 = 3.0;

#[derive(Debug)]
struct Shared {
    /// Motions of the keys held now, one bit each.
    held: AtomicU32,
    /// Motions struck since the loop looked last, so that a short tap is not lost between two cycles.
    struck: AtomicU32,
    /// Single steps asked for since the loop looked last, one count per motion.
    steps: [AtomicU32; Motion::COUNT],
    /// When the reporter of keys was last known to be alive, nanoseconds.
    heartbeat: AtomicU64,
    /// Speed as a factor, bits of an `f32`.
    factor: AtomicU32,
    /// The arm that is driven.
    arm: AtomicU8,
    stop: AtomicBool,
}

/// What pressing a key meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pressed {
    /// It moves a joint or the tip.
    Moves(Motion),
    /// It stops the arm.
    Stops,
    /// It means nothing here.
    Nothing,
}

/// The end that reports keys. A key counts as released [`SafetyConfig::dead_man`] after the last sign of life:
/// call [`KeyBoard::heartbeat`] at least every 100 ms while a key is held.
#[derive(Debug)]
pub struct KeyBoard {
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    map: KeyMap,
    held: Vec<(String, Motion)>,
    dead_man: Duration,
    factors: (f32, f32),
}

impl KeyBoard {
    /// A key of this name went down (or repeated). Case and the spelling of a physical key (`KeyW`) do not matter.
    pub fn press(&mut self, key: &str) -> Pressed {
        self.heartbeat();
        match self.meaning(key) {
            Pressed::Moves(motion) => {
                let key = key_name(key);
                if !self.held.iter().any(|(held, _)| *held == key) {
                    self.held.push((key, motion));
                }
                self.shared.struck.fetch_or(motion.bit(), Ordering::Release);
                self.publish();
                Pressed::Moves(motion)
            }
            Pressed::Stops => {
                self.all_released();
                self.shared.stop.store(true, Ordering::Release);
                Pressed::Stops
            }
            Pressed::Nothing => Pressed::Nothing,
        }
    }

    /// The key went up.
    pub fn release(&mut self, key: &str) {
        self.heartbeat();
        let key = key_name(key);
        self.held.retain(|(held, _)| *held != key);
        self.publish();
    }

    /// One key event where key-ups are not to be had: moves its joint by one bounded step.
    pub fn strike(&mut self, key: &str) -> Pressed {
        match self.meaning(key) {
            Pressed::Moves(motion) => {
                self.shared.steps[motion.index()].fetch_add(1, Ordering::Release);
                Pressed::Moves(motion)
            }
            Pressed::Stops => {
                self.all_released();
                self.shared.stop.store(true, Ordering::Release);
                Pressed::Stops
            }
            Pressed::Nothing => Pressed::Nothing,
        }
    }

    /// The reporter of keys is alive. Keys that had already counted as released stay so until they are pressed again.
    pub fn heartbeat(&mut self) {
        let now = self.clock.now();
        let last = MonoTime(self.shared.heartbeat.load(Ordering::Acquire));
        if now.since(last) > self.dead_man {
            self.all_released();
        }
        self.shared.heartbeat.store(now.0, Ordering::Release);
    }

    /// Every key is up: focus was lost, the window went away, a shortcut key came down.
    pub fn all_released(&mut self) {
        self.held.clear();
        self.shared.struck.store(0, Ordering::Release);
        self.publish();
    }

    /// Sets the speed as a factor of the usual one and returns what it became: 0.25 to 4 by default.
    pub fn set_speed(&mut self, factor: f32) -> f32 {
        let (least, most) = self.factors;
        let factor = if factor.is_finite() {
            factor.clamp(least, most)
        } else {
            1.0
        };
        self.shared
            .factor
            .store(factor.to_bits(), Ordering::Release);
        factor
    }

    /// The speed as a factor of the usual one.
    pub fn speed(&self) -> f32 {
        f32::from_bits(self.shared.factor.load(Ordering::Acquire))
    }

    /// Chooses which arm of a pair the keys drive: 0 the only or left one, 1 the right one. Lets all keys go.
    pub fn select_arm(&mut self, arm: usize) {
        self.all_released();
        self.shared.arm.store(u8::from(arm > 0), Ordering::Release);
    }

    /// The arm that the keys drive: 0 the only or left one, 1 the right one.
    pub fn arm(&self) -> usize {
        usize::from(self.shared.arm.load(Ordering::Acquire))
    }

    /// What the keys mean.
    pub fn map(&self) -> &KeyMap {
        &self.map
    }

    /// Gives the keys another meaning within the same mode. Lets all keys go, so that none stays down under its old
    /// meaning. Returns whether it did: a table of the other mode is refused.
    pub fn set_map(&mut self, map: KeyMap) -> bool {
        self.all_released();
        let fits = map.mode() == self.map.mode();
        if fits {
            self.map = map;
        }
        fits
    }

    fn meaning(&self, key: &str) -> Pressed {
        if KeyMap::stops(key) {
            return Pressed::Stops;
        }
        self.map
            .motion(key)
            .map_or(Pressed::Nothing, Pressed::Moves)
    }

    fn publish(&self) {
        let mask = self
            .held
            .iter()
            .fold(0, |mask, (_, motion)| mask | motion.bit());
        self.shared.held.store(mask, Ordering::Release);
    }
}

impl Drop for KeyBoard {
    fn drop(&mut self) {
        self.all_released();
    }
}

/// Drives as held keys ask.
pub type KeyboardTeleoperator = HandTeleoperator<HeldKeys>;

/// The loop's end of a keyboard.
#[derive(Debug)]
pub struct HeldKeys {
    shared: Arc<Shared>,
    dead_man: Duration,
    arm: usize,
    /// Steps still to be moved per axis, in steps; signed.
    waiting: [f64; AXES],
}

/// A keyboard that drives joint by joint, and its teleoperator, with lerobot.js's key map.
pub fn keyboard(safety: &SafetyConfig, clock: Arc<dyn Clock>) -> (KeyBoard, KeyboardTeleoperator) {
    board_of(safety, clock, None)
}

/// A keyboard that drives the tip, and its teleoperator.
pub fn keyboard_ee(
    safety: &SafetyConfig,
    clock: Arc<dyn Clock>,
    jog: JogConfig,
) -> (KeyBoard, KeyboardTeleoperator) {
    board_of(safety, clock, Some(jog))
}

fn board_of(
    safety: &SafetyConfig,
    clock: Arc<dyn Clock>,
    jog: Option<JogConfig>,
) -> (KeyBoard, KeyboardTeleoperator) {
    let shared = Arc::new(Shared {
        held: AtomicU32::new(0),
        struck: AtomicU32::new(0),
        steps: std::array::from_fn(|_| AtomicU32::new(0)),
        heartbeat: AtomicU64::new(clock.now().0),
        factor: AtomicU32::new(1.0f32.to_bits()),
        arm: AtomicU8::new(0),
        stop: AtomicBool::new(false),
    });
    let mode = match jog {
        None => Mode::Joints,
        Some(_) => Mode::Tip,
    };
    let board = KeyBoard {
        shared: Arc::clone(&shared),
        clock,
        map: KeyMap::of(mode),
        held: Vec::new(),
        dead_man: safety.dead_man,
        factors: (
            safety.keyboard_factor_least as f32,
            safety.keyboard_factor_most as f32,
        ),
    };
    let keys = HeldKeys {
        shared,
        dead_man: safety.dead_man,
        arm: 0,
        waiting: [0.0; AXES],
    };
    (board, HandTeleoperator::new(keys, jog))
}

impl HeldKeys {
    /// Motions that count as held at `now`.
    fn held(&self, now: MonoTime) -> u32 {
        let heartbeat = MonoTime(self.shared.heartbeat.load(Ordering::Acquire));
        let struck = self.shared.struck.swap(0, Ordering::AcqRel);
        if now.since(heartbeat) > self.dead_man {
            return 0;
        }
        struck | self.shared.held.load(Ordering::Acquire)
    }

    /// Steps asked for since the last call, per axis.
    fn take_steps(&self) -> [f64; AXES] {
        let mut net = [0.0; AXES];
        for (index, steps) in self.shared.steps.iter().enumerate() {
            let steps = f64::from(steps.swap(0, Ordering::AcqRel));
            net[index / 2] += if index % 2 == 1 { steps } else { -steps };
        }
        net
    }
}

impl HandSource for HeldKeys {
    fn arm(&self) -> u8 {
        self.shared.arm.load(Ordering::Acquire)
    }

    fn name(&self, mode: Mode) -> &'static str {
        match mode {
            Mode::Joints => "keyboard",
            Mode::Tip => "keyboard, by the tip",
        }
    }

    fn forget(&mut self) {
        self.shared.struck.store(0, Ordering::Release);
        self.take_steps();
        self.waiting = [0.0; AXES];
    }

    fn read(&mut self, cx: &CycleContext<'_>) -> Hands {
        let arm = usize::from(self.shared.arm.load(Ordering::Acquire));
        let mut along = Motion::directions(self.held(cx.now));
        let steps = self.take_steps();
        if arm != self.arm {
            self.arm = arm;
            self.waiting = [0.0; AXES];
        }
        let seconds = cx.period.as_secs_f64();
        for ((along, waiting), steps) in along.iter_mut().zip(&mut self.waiting).zip(steps) {
            *waiting = (*waiting + steps).clamp(-MOST_STEPS, MOST_STEPS);
            if *along == 0.0 && *waiting != 0.0 {
                // A step is worked off at the held speed, so a terminal drives no faster than a window.
                let share = (seconds / STEP.as_secs_f64()).min(waiting.abs()) * waiting.signum();
                *along = share * STEP.as_secs_f64() / seconds;
                *waiting -= share;
            }
        }
        Hands {
            arm,
            factor: f64::from(f32::from_bits(self.shared.factor.load(Ordering::Acquire))),
            along,
        }
    }

    fn stop_asked(&mut self) -> bool {
        self.shared.stop.swap(false, Ordering::AcqRel)
    }
}
