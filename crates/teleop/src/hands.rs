//! What hands ask for in one cycle, whatever they hold, and the two ways to obey: joint by joint, or by the tip.
//!
//! Keys and pads differ in how they say it; from here on they are the same. Everything runs inside the cycle.
//! Not here: what keys and sticks mean (`keymap`, `padmap`), how the tip is moved (`jog`).

use arms::{Following, Joint, Values};

use crate::jog::{JogConfig, JogStatus, TipDrive};
use crate::keymap::{AXES, Mode};
use crate::teleoperator::{CycleContext, Goal, InputStatus, Teleoperator, of_arm};

/// A goal of our own this far from the one that was sent has lost touch with the arm (a limit, a stall, a
/// silent motor) and starts again from there. Degrees or percent.
pub(crate) const OUT_OF_TOUCH: f64 = 5.0;

/// What is asked for in one cycle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hands {
    /// The arm that is driven: 0 the only or left one.
    pub(crate) arm: usize,
    /// Speed as a factor of the usual one.
    pub(crate) factor: f64,
    /// -1 to 1 for each axis of the mode.
    pub(crate) along: [f64; AXES],
}

/// The loop's end of something that hands hold.
pub(crate) trait HandSource: Send + std::fmt::Debug {
    /// What a person calls it: joint by joint, and by the tip.
    fn name(&self, mode: Mode) -> &'static str;
    /// Whatever was asked for and not yet looked at is void.
    fn forget(&mut self);
    /// What is asked for now. Nothing, where the source has shown no sign of life for too long.
    fn read(&mut self, cx: &CycleContext<'_>) -> Hands;
    /// The arm that is driven: 0 the only or left one, 1 the right one.
    fn arm(&self) -> u8;
    /// Whether a stop was asked for since the last call.
    fn stop_asked(&mut self) -> bool;
}

/// Drives as hands ask.
#[derive(Debug)]
pub struct HandTeleoperator<S> {
    source: S,
    drive: Drive,
}

#[derive(Debug)]
enum Drive {
    Joints(JointDrive),
    Tip(Box<TipDrive>),
}

impl<S> HandTeleoperator<S> {
    /// Drives joint by joint, or the tip where `jog` says how.
    pub(crate) fn new(source: S, jog: Option<JogConfig>) -> Self {
        let drive = match jog {
            None => Drive::Joints(JointDrive::default()),
            Some(config) => Drive::Tip(Box::new(TipDrive::new(config))),
        };
        Self { source, drive }
    }

    fn mode(&self) -> Mode {
        match self.drive {
            Drive::Joints(_) => Mode::Joints,
            Drive::Tip(_) => Mode::Tip,
        }
    }

    fn jog(&self) -> Option<JogStatus> {
        match &self.drive {
            Drive::Joints(_) => None,
            Drive::Tip(tip) => tip.status(),
        }
    }
}

impl<S: HandSource> Teleoperator for HandTeleoperator<S> {
    fn name(&self) -> &'static str {
        self.source.name(self.mode())
    }

    fn following(&self) -> Following {
        match self.drive {
            Drive::Joints(_) => Following::Places,
            // The tip's way is planned within what joints can do, so they follow it without lag and it stays a line.
            Drive::Tip(_) => Following::Movement,
        }
    }

    fn engage(&mut self, cx: &CycleContext<'_>) {
        self.source.forget();
        match &mut self.drive {
            Drive::Joints(joints) => joints.engage(cx),
            Drive::Tip(tip) => tip.engage(cx),
        }
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        let hands = self.source.read(cx);
        Goal::To(match &mut self.drive {
            Drive::Joints(joints) => joints.advance(cx, &hands),
            Drive::Tip(tip) => tip.advance(cx, &hands),
        })
    }

    fn stop_asked(&mut self) -> bool {
        self.source.stop_asked()
    }

    fn input(&self) -> InputStatus {
        InputStatus {
            arm: Some(self.source.arm()),
            jog: self.jog(),
            ..InputStatus::default()
        }
    }
}

/// Goals that hands move joint by joint: a held key moves its joint at a speed that does not depend on the loop's rate.
#[derive(Debug, Default)]
pub(crate) struct JointDrive {
    own: Option<Values>,
}

impl JointDrive {
    pub(crate) fn engage(&mut self, cx: &CycleContext<'_>) {
        self.own = Some(*cx.last_action);
    }

    /// Goes on from `goal`, which somebody else chose.
    pub(crate) fn set(&mut self, goal: Values) {
        self.own = Some(goal);
    }

    /// The goal after one more period.
    pub(crate) fn advance(&mut self, cx: &CycleContext<'_>, hands: &Hands) -> Values {
        let seconds = cx.period.as_secs_f64();
        let mut own = self.own.unwrap_or(*cx.last_action);
        let mut sent = *cx.last_action;
        let Some(limits) = cx.limits.get(hands.arm) else {
            return own;
        };
        let sent = of_arm(&mut sent, hands.arm);
        for (index, own) in of_arm(&mut own, hands.arm).iter_mut().enumerate() {
            let limits = &limits[index];
            // Where an arm is not spoken of in degrees, its limits were scaled; so is the keyboard's speed.
            let speed = hands.factor
                * match Joint::ALL[index] {
                    Joint::Gripper => cx.safety.keyboard_gripper_speed,
                    _ => cx.safety.keyboard_speed * limits.speed / cx.safety.speed,
                };
            let lag = speed * speed / (2.0 * limits.acceleration);
            if (*own - sent[index]).abs() > OUT_OF_TOUCH + lag {
                *own = sent[index];
            }
            let reach = speed * seconds;
            let direction = hands.along[index];
            // A joint that already stands outside its limits is not pulled in by the other keys' doing.
            if direction > 0.0 {
                *own = (*own + reach * direction).min(limits.most.max(*own));
            } else if direction < 0.0 {
                *own = (*own + reach * direction).max(limits.least.min(*own));
            }
        }
        self.own = Some(own);
        own
    }
}
