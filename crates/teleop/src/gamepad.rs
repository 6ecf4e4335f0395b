//! A gamepad that drives: joint by joint, or the tip.
//!
//! [`GamePad`] belongs to whoever reads the device; [`GamepadTeleoperator`] belongs to the loop. Between them there are
//! only atomic numbers, so neither ever waits for the other. A stick that was deflected while nobody could see it (a pad
//! that was away, a reader that was silent, a stop) moves nothing until it has been let go once.
//! Not here: reading the device (`station`), what its controls mean (`padmap`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use arms::SafetyConfig;
use stdx::Clock;
use units::MonoTime;

use crate::hands::{HandSource, HandTeleoperator, Hands};
use crate::jog::JogConfig;
use crate::keymap::{AXES, Mode};
use crate::padmap::{PadControl, PadMap, PadMeaning};
use crate::teleoperator::CycleContext;

/// Share of its way that a stick or trigger has to leave its rest by: sticks do not come back to the same place.
pub const DEAD_ZONE: f32 = 0.1;
/// A button or trigger counts as pressed from here on.
const PRESSED: f32 = 0.5;
/// What one press makes the speed faster by; slower is the same the other way.
const FASTER: f32 = 1.25;

#[derive(Debug)]
struct Shared {
    /// -1 to 1 per axis of the mode, bits of an `f32`.
    along: [AtomicU32; AXES],
    /// When the pad was last known to be alive, nanoseconds.
    heartbeat: AtomicU64,
    connected: AtomicBool,
    /// Speed as a factor, bits of an `f32`.
    factor: AtomicU32,
    /// The arm that is driven.
    arm: AtomicU8,
    stop: AtomicBool,
}

/// What moving a control meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PadPressed {
    /// Something moves, or nothing does.
    Drives,
    /// It stops the arm: whoever reads the pad presses the emergency stop directly as well, if it has one.
    Stops,
}

/// The end that reads the device. Its controls count as let go [`SafetyConfig::dead_man`] after the last sign of life:
/// call [`GamePad::heartbeat`] at least every 100 ms while the pad is there.
#[derive(Debug)]
pub struct GamePad {
    shared: Arc<Shared>,
    clock: Arc<dyn Clock>,
    map: PadMap,
    values: [f32; PadControl::COUNT],
    arms: u8,
    factors: (f32, f32),
}

impl GamePad {
    /// A pad was plugged in, or is there.
    pub fn connected(&mut self) {
        self.let_go();
        self.shared.connected.store(true, Ordering::Release);
        self.heartbeat();
    }

    /// The pad is gone: everything counts as let go at once.
    pub fn disconnected(&mut self) {
        self.shared.connected.store(false, Ordering::Release);
        self.let_go();
    }

    /// The pad is there and is being read.
    pub fn heartbeat(&mut self) {
        self.shared
            .heartbeat
            .store(self.clock.now().0, Ordering::Release);
    }

    /// A control has a new value: sticks -1 to 1 (right and up positive), triggers and buttons 0 to 1. What is no number
    /// counts as let go.
    pub fn moved(&mut self, control: PadControl, value: f32) -> PadPressed {
        self.heartbeat();
        let value = if value.is_finite() {
            value.clamp(-1.0, 1.0)
        } else {
            0.0
        };
        let before = std::mem::replace(&mut self.values[control.index()], value);
        let pressed = value >= PRESSED && before < PRESSED;
        match self.map.meaning(control) {
            Some(PadMeaning::Stops) if pressed => {
                self.stop();
                return PadPressed::Stops;
            }
            Some(PadMeaning::OtherArm) if pressed => self.other_arm(),
            Some(PadMeaning::Faster) if pressed => drop(self.set_speed(self.speed() * FASTER)),
            Some(PadMeaning::Slower) if pressed => drop(self.set_speed(self.speed() / FASTER)),
            Some(PadMeaning::Moves(_)) => self.publish(),
            _ => {}
        }
        PadPressed::Drives
    }

    /// Whether this control, at this value, is a press of the emergency stop: for pads that do not drive.
    pub fn stops(&self, control: PadControl, value: f32) -> bool {
        self.map.meaning(control) == Some(PadMeaning::Stops) && value >= PRESSED
    }

    /// Stops the arm, whoever asked.
    pub fn stop(&mut self) {
        for along in &self.shared.along {
            along.store(0, Ordering::Release);
        }
        self.shared.stop.store(true, Ordering::Release);
    }

    /// Every control is let go.
    fn let_go(&mut self) {
        self.values = [0.0; PadControl::COUNT];
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

    /// What the controls mean.
    pub fn map(&self) -> &PadMap {
        &self.map
    }

    fn other_arm(&mut self) {
        let arm = self.shared.arm.load(Ordering::Acquire);
        let next = (arm + 1) % self.arms.max(1);
        self.shared.arm.store(next, Ordering::Release);
    }

    fn publish(&self) {
        let mut along = [0.0f32; AXES];
        for (control, _) in PadControl::NAMES {
            if let Some(PadMeaning::Moves(motion)) = self.map.meaning(control) {
                let value = self.values[control.index()];
                let value = if control.analogue() {
                    beyond_dead_zone(value)
                } else {
                    value
                };
                along[motion.axis.index()] += if motion.forward { value } else { -value };
            }
        }
        for (place, value) in self.shared.along.iter().zip(along) {
            place.store(value.clamp(-1.0, 1.0).to_bits(), Ordering::Release);
        }
    }
}

impl Drop for GamePad {
    fn drop(&mut self) {
        self.disconnected();
    }
}

/// 0 within the dead zone, from there on evenly to 1.
fn beyond_dead_zone(value: f32) -> f32 {
    let beyond = (value.abs() - DEAD_ZONE).max(0.0) / (1.0 - DEAD_ZONE);
    beyond.copysign(value)
}

/// Drives as a gamepad asks.
pub type GamepadTeleoperator = HandTeleoperator<Sticks>;

/// The loop's end of a gamepad.
#[derive(Debug)]
pub struct Sticks {
    shared: Arc<Shared>,
    dead_man: Duration,
    arm: usize,
    /// Axes that move nothing until they have been let go.
    waits: [bool; AXES],
}

/// A gamepad for `arms` arms and its teleoperator: joint by joint, or the tip where `jog` says how. `None` when the map is
/// one of the other mode.
pub fn gamepad(
    safety: &SafetyConfig,
    clock: Arc<dyn Clock>,
    map: PadMap,
    jog: Option<JogConfig>,
    arms: usize,
) -> Option<(GamePad, GamepadTeleoperator)> {
    let mode = match jog {
        None => Mode::Joints,
        Some(_) => Mode::Tip,
    };
    if map.mode() != mode {
        return None;
    }
    let shared = Arc::new(Shared {
        along: std::array::from_fn(|_| AtomicU32::new(0)),
        heartbeat: AtomicU64::new(clock.now().0),
        connected: AtomicBool::new(false),
        factor: AtomicU32::new(1.0f32.to_bits()),
        arm: AtomicU8::new(0),
        stop: AtomicBool::new(false),
    });
    let pad = GamePad {
        shared: Arc::clone(&shared),
        clock,
        map,
        values: [0.0; PadControl::COUNT],
        arms: arms.clamp(1, 2) as u8,
        factors: (
            safety.keyboard_factor_least as f32,
            safety.keyboard_factor_most as f32,
        ),
    };
    let sticks = Sticks {
        shared,
        dead_man: safety.dead_man,
        arm: 0,
        waits: [true; AXES],
    };
    Some((pad, HandTeleoperator::new(sticks, jog)))
}

impl HandSource for Sticks {
    fn arm(&self) -> u8 {
        self.shared.arm.load(Ordering::Acquire)
    }

    fn name(&self, mode: Mode) -> &'static str {
        match mode {
            Mode::Joints => "gamepad",
            Mode::Tip => "gamepad, by the tip",
        }
    }

    fn forget(&mut self) {
        self.waits = [true; AXES];
    }

    fn read(&mut self, cx: &CycleContext<'_>) -> Hands {
        let heartbeat = MonoTime(self.shared.heartbeat.load(Ordering::Acquire));
        let alive = self.shared.connected.load(Ordering::Acquire)
            && cx.now.since(heartbeat) <= self.dead_man;
        let arm = usize::from(self.shared.arm.load(Ordering::Acquire));
        if !alive || arm != self.arm {
            self.arm = arm;
            self.waits = [true; AXES];
        }
        let mut along = [0.0; AXES];
        for (index, along) in along.iter_mut().enumerate() {
            let value = f32::from_bits(self.shared.along[index].load(Ordering::Acquire));
            if alive && value == 0.0 {
                self.waits[index] = false;
            } else if alive && !self.waits[index] {
                *along = f64::from(value);
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
