//! Looks after one motor of one follower per cycle: asks how it is, and acts on the answer.
//!
//! A poll takes only time that the cycle does not need; half a second without one, and it is forced.
//! Not here: the rules (`health`).

use std::time::Duration;

use arms::Joint;
use units::MonoTime;

use crate::cycle::ControlLoop;
use crate::health::{JointMotion, MotorStatus, StopReason};
use crate::rig::{lose, motor_failure};
use crate::status::State;

/// A status poll is forced, whatever it costs, when none fitted into a cycle for this long.
const POLL_AT_LEAST_EVERY: Duration = Duration::from_millis(500);
/// A status poll is waited for no longer than this.
pub(crate) const POLL_PATIENCE: Duration = Duration::from_millis(4);

impl ControlLoop {
    /// Asks one motor of one follower how it is, when there is time for it before the next observation.
    pub(crate) fn poll_one(&mut self) {
        if self.config.uncapped {
            return;
        }
        let Some(grid) = self.grid else { return };
        let now = self.clock.now();
        let free_until = grid.due(self.from) - self.lead.get();
        let overdue = now.since(self.polled_at) >= POLL_AT_LEAST_EVERY;
        if now + self.poll_span > free_until && !overdue {
            return;
        }
        self.poll_turn = (self.poll_turn + 1) % self.followers.len();
        let follower = &mut self.followers[self.poll_turn];
        if follower.side.lost {
            return;
        }
        let patience = if overdue {
            POLL_PATIENCE
        } else {
            free_until.since(now).min(POLL_PATIENCE)
        };
        self.polled_at = now;
        let asked = follower.side.arm.poll_health(now + patience);
        let done = self.clock.now();
        self.poll_span = done.since(now).max(self.poll_span * 15 / 16);
        match asked {
            Ok(Some((joint, health))) => {
                let status = MotorStatus {
                    voltage: health.voltage,
                    temperature: health.temperature,
                    current: health.current.abs(),
                    load: health.load.abs(),
                };
                self.judge(self.poll_turn, joint, status, done);
                self.look_after_torque(self.poll_turn);
            }
            Ok(None) => {}
            Err(error) => {
                let failure = lose(&mut follower.side, &error);
                self.fault(failure);
            }
        }
    }

    /// A motor that should hold and has no torque had no power for a moment, or protects itself.
    fn look_after_torque(&mut self, arm: usize) {
        let arm = &self.followers[arm].side.arm;
        let lost = arm.lost_torque();
        let first = Joint::ALL
            .into_iter()
            .find(|joint| lost & (1 << joint.index()) != 0);
        if let (Some(joint), false) = (first, matches!(self.state, State::Faulted(_))) {
            let remedy = "Check the motor's plug and the power supply, then resume.";
            let failure = motor_failure(arm.name(), joint, "has lost its torque", remedy);
            self.stop_here();
            self.fault(failure);
        }
    }

    fn judge(&mut self, arm: usize, joint: Joint, status: MotorStatus, now: MonoTime) {
        let follower = &mut self.followers[arm];
        let index = joint.index();
        let present = follower.side.present[index];
        let speed = match follower.polled[index] {
            Some((at, was)) if now > at => {
                (present - was).abs() / now.since(at).as_secs_f64().max(1e-6)
            }
            // Not known yet: taken as moving, which is never a stall.
            _ => f64::INFINITY,
        };
        follower.polled[index] = Some((now, present));
        follower.motors[index] = Some(status);
        let motion = JointMotion {
            error: (follower.side.arm.goals()[index] - present).abs(),
            speed,
        };
        let gripper = joint == Joint::Gripper;
        let verdict = follower.health[index].judge(now, &status, &motion, gripper, &self.safety);
        follower.verdicts[index] = verdict;
        if verdict.give_way && self.state == State::Driving && follower.gave_way[index].is_none() {
            follower.gave_way[index] = Some(present);
        }
        if let Some(reason) = verdict.stop {
            let (what, remedy) = match reason {
                StopReason::Hot(degrees) => (
                    format!("is at {degrees:.0} °C"),
                    "Let the arm rest until the motor has cooled down, then resume.",
                ),
                StopReason::LowVoltage(volts) => (
                    format!("gets only {volts:.1} V"),
                    "Check plug and power supply, then resume.",
                ),
                StopReason::HighLoad(percent) => (
                    format!("pushes with {percent:.0} % of its force"),
                    "Take the load off the joint before its motor protects itself and lets go, then resume.",
                ),
                StopReason::HighCurrent(ampere) => (
                    format!("draws {ampere:.1} A"),
                    "Take the load off the joint, then resume.",
                ),
            };
            let failure = motor_failure(follower.side.arm.name(), joint, &what, remedy);
            if matches!(self.state, State::Driving | State::Holding) {
                // A motor that suffers is not left pushing towards its goal.
                self.stop_here();
            }
            self.fault(failure);
        }
    }
}
