//! Letting an arm down when the thread that owns it no longer can: it hangs, or died on its way to do so itself.
//!
//! Until somebody takes over the motors hold their last goals by themselves. Then the torque limit sinks to nothing, as in a
//! gentle release, and each motor is asked whether it let go.
//! Not here: noticing that an owner hangs (whoever watches over it).

use std::time::Duration;

use motors::{AnyBus, Lifeline, MotorId, registers};
use stdx::Clock;

use crate::arm::Arm;
use crate::defaults::SafetyConfig;
use crate::error::ArmError;
use crate::joint::{JOINTS, Joint};
use crate::link::{motor, read, torque_off};

/// How often the torque limit is lowered: 75 steps in 1.5 s.
const STEP: Duration = Duration::from_millis(20);

/// A second way to one arm, unused until its owner hangs.
#[derive(Debug)]
pub struct ArmLifeline {
    line: Lifeline,
    name: String,
    limits: [i32; JOINTS],
    safety: SafetyConfig,
}

impl Arm {
    /// A second way to this arm; `None` where the line cannot be had twice.
    pub fn lifeline(&self) -> Option<ArmLifeline> {
        Some(ArmLifeline {
            line: self.bus.lifeline()?,
            name: self.config.name.clone(),
            limits: self.torque_limits,
            safety: self.config.safety,
        })
    }
}

impl ArmLifeline {
    /// The arm's name in the rig.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes the arm from its owner and lets it down gently, on the caller's time: 1.5 seconds and a little. Every motor
    /// is tried, whatever the others answer.
    ///
    /// # Errors
    /// The first motor that did not confirm that it let go, or that the line is gone.
    pub fn release_gently(self, clock: &dyn Clock) -> Result<(), ArmError> {
        let mut bus = self.line.take_over();
        let from = now_in_force(&mut bus, &self.limits);
        let begun = clock.now();
        let whole = self.safety.soft_release.as_secs_f64().max(1e-3);
        loop {
            let now = clock.now();
            let left = (1.0 - now.since(begun).as_secs_f64() / whole).max(0.0);
            let lowered = from.map(|(id, limit)| (id, (f64::from(limit) * left) as i32));
            // Nobody acknowledges these; what a lost one would have said, the next one says.
            if let Err(error) = bus.group_write(registers::TORQUE_LIMIT, &lowered)
                && error.line_lost()
            {
                return Err(crate::error::at(&self.name, None)(error));
            }
            if left <= 0.0 {
                break;
            }
            clock.sleep_until(now + STEP);
        }
        let mut outcome = Ok(());
        for joint in Joint::ALL {
            outcome = outcome.and(torque_off(&mut bus, &self.name, joint));
        }
        for joint in Joint::ALL {
            // Without torque no harm, and whoever holds this arm next finds its full strength.
            let full = self.limits[joint.index()];
            bus.write(motor(joint), registers::TORQUE_LIMIT, full).ok();
        }
        outcome
    }
}

/// Each motor and the torque limit it has now, so that a release that was under way goes on and never back.
fn now_in_force(bus: &mut AnyBus, full: &[i32; JOINTS]) -> [(MotorId, i32); JOINTS] {
    Joint::ALL.map(|joint| {
        let id = motor(joint);
        let full = full[joint.index()];
        let limit =
            read(bus, id, registers::TORQUE_LIMIT).map_or(full, |(limit, _)| limit.min(full));
        (id, limit)
    })
}
