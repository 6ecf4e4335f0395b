//! What a motor's temperature, voltage, current and load mean: nothing, a warning, a joint that gives way, or a stop.
//!
//! A pure function over status polls and the time they were taken; the figures are `SafetyConfig`'s.
//! Not here: asking the motors, one a cycle in turn (`cycle`).

use std::time::Duration;

use arms::SafetyConfig;
use units::MonoTime;

/// What a motor said about itself.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct MotorStatus {
    /// Volts at its terminals.
    pub voltage: f64,
    /// Degrees Celsius.
    pub temperature: f64,
    /// Ampere, without sign.
    pub current: f64,
    /// Percent of its torque, without sign.
    pub load: f64,
}

/// How a joint moves at the time of a poll. Degrees (gripper: percent) and those per second, without sign.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct JointMotion {
    /// Distance of the goal from the position.
    pub error: f64,
    /// Speed.
    pub speed: f64,
}

/// Why the arm must stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StopReason {
    /// Too hot, degrees Celsius.
    Hot(f64),
    /// The supply broke down, volts.
    LowVoltage(f64),
    /// Too much current, ampere.
    HighCurrent(f64),
    /// Too much load, percent of full drive.
    HighLoad(f64),
}

/// What follows from a poll.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Verdict {
    /// Warm, degrees Celsius.
    pub warm: Option<f64>,
    /// The supply sags, volts.
    pub sagging: Option<f64>,
    /// The supply sagged at this poll and the one before: every other motor of the arm was asked in between.
    pub sags_on: bool,
    /// The supply sagged at this poll or the one before.
    pub sagged_lately: bool,
    /// Much current for long, ampere.
    pub straining: Option<f64>,
    /// Much load for long, percent of full drive.
    pub pushing: Option<f64>,
    /// It pushes and does not move.
    pub stalled: bool,
    /// The joint's goal should return to where the joint is.
    pub give_way: bool,
    /// The arm must stop.
    pub stop: Option<StopReason>,
}

/// How long something has been true, over polls.
#[derive(Debug, Clone, Copy, Default)]
struct Since(Option<MonoTime>);

impl Since {
    fn note(&mut self, now: MonoTime, true_now: bool) {
        self.0 = match (true_now, self.0) {
            (true, None) => Some(now),
            (true, since) => since,
            (false, _) => None,
        };
    }

    fn lasts(&self, now: MonoTime, span: Duration) -> bool {
        self.0.is_some_and(|since| now.since(since) >= span)
    }
}

/// One motor's recent past, as far as the rules need it.
#[derive(Debug, Clone, Copy, Default)]
pub struct MotorHealth {
    idle_voltage: Option<f64>,
    low: Since,
    sagged: bool,
    straining: Since,
    overdrawn: Since,
    pushing: Since,
    overloaded: Since,
    stalled: Since,
}

impl MotorHealth {
    /// A motor whose supply read `idle_voltage` volts at connect; without it the first poll counts.
    pub fn new(idle_voltage: Option<f64>) -> Self {
        Self {
            idle_voltage,
            ..Self::default()
        }
    }

    /// What follows from a poll taken at `now`.
    pub fn judge(
        &mut self,
        now: MonoTime,
        status: &MotorStatus,
        motion: &JointMotion,
        gripper: bool,
        safety: &SafetyConfig,
    ) -> Verdict {
        let mut verdict = Verdict::default();

        if status.temperature >= safety.temperature_stop {
            verdict.stop = Some(StopReason::Hot(status.temperature));
        } else if status.temperature >= safety.temperature_warn {
            verdict.warm = Some(status.temperature);
        }

        let idle = *self.idle_voltage.get_or_insert(status.voltage);
        self.low.note(
            now,
            status.voltage <= idle * (1.0 - safety.voltage_stop_drop),
        );
        if self.low.lasts(now, safety.voltage_stop_after) {
            verdict.stop = Some(StopReason::LowVoltage(status.voltage));
        }
        if status.voltage <= idle * (1.0 - safety.voltage_warn_drop) {
            verdict.sagging = Some(status.voltage);
        }
        let sags = verdict.sagging.is_some();
        verdict.sags_on = sags && self.sagged;
        verdict.sagged_lately = sags || self.sagged;
        self.sagged = sags;

        let current = if gripper {
            &safety.gripper_current
        } else {
            &safety.current
        };
        self.straining.note(now, status.current >= current.warn);
        self.overdrawn.note(now, status.current >= current.stop);
        if self.overdrawn.lasts(now, current.stop_after) {
            verdict.stop = Some(StopReason::HighCurrent(status.current));
        }
        if self.straining.lasts(now, current.warn_after) {
            verdict.straining = Some(status.current);
        }

        let load = &safety.load;
        self.pushing.note(now, !gripper && status.load >= load.warn);
        self.overloaded
            .note(now, !gripper && status.load >= load.stop);
        if self.overloaded.lasts(now, load.stop_after) {
            verdict.stop = Some(StopReason::HighLoad(status.load));
        }
        if self.pushing.lasts(now, load.warn_after) {
            verdict.pushing = Some(status.load);
        }

        // A gripper that holds something pushes and does not move: that is its work, and its motor has tighter
        // limits of its own (`SafetyConfig::gripper_max_torque` and the two after it).
        let stall = &safety.stall;
        self.stalled.note(
            now,
            !gripper
                && motion.error > stall.error
                && motion.speed < stall.speed
                && status.load > stall.load,
        );
        verdict.stalled = self.stalled.lasts(now, stall.warn_after);
        verdict.give_way = self.stalled.lasts(now, stall.yield_after);
        verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: MotorStatus = MotorStatus {
        voltage: 12.0,
        temperature: 35.0,
        current: 0.2,
        load: 10.0,
    };
    const STILL: JointMotion = JointMotion {
        error: 0.1,
        speed: 0.0,
    };

    /// The verdict after `status` and `motion` have been so for `ms` milliseconds, polled every 50 ms.
    fn after(ms: u64, status: MotorStatus, motion: JointMotion, gripper: bool) -> Verdict {
        let safety = SafetyConfig::default();
        let mut health = MotorHealth::new(Some(12.0));
        let start = MonoTime(1_000_000_000);
        let mut verdict = Verdict::default();
        for at in (0..=ms).step_by(50) {
            let now = start + Duration::from_millis(at);
            verdict = health.judge(now, &status, &motion, gripper, &safety);
        }
        verdict
    }

    #[test]
    fn a_healthy_motor_is_left_alone() {
        assert_eq!(after(5_000, FINE, STILL, false), Verdict::default());
    }

    #[test]
    fn heat_warns_and_stops_at_once() {
        for (temperature, warm, stop) in [
            (54.9, None, None),
            (55.0, Some(55.0), None),
            (64.0, Some(64.0), None),
            (65.0, None, Some(StopReason::Hot(65.0))),
        ] {
            let status = MotorStatus {
                temperature,
                ..FINE
            };
            let verdict = after(0, status, STILL, false);
            assert_eq!((verdict.warm, verdict.stop), (warm, stop), "{temperature}");
        }
    }

    #[test]
    fn a_sagging_supply_warns_and_a_broken_one_stops_after_half_a_second() {
        for (voltage, ms, sagging, stops) in [
            (10.6, 1_000, false, false),
            (10.5, 0, true, false),
            (9.0, 450, true, false),
            (9.0, 500, true, true),
        ] {
            let status = MotorStatus { voltage, ..FINE };
            let verdict = after(ms, status, STILL, false);
            assert_eq!(verdict.sagging.is_some(), sagging, "{voltage} V, {ms} ms");
            assert_eq!(verdict.stop.is_some(), stops, "{voltage} V, {ms} ms");
        }
        // Without a voltage from connect the first poll is the reference: 7.4 V arms are not low at 7.4 V.
        let mut health = MotorHealth::new(None);
        let low = MotorStatus {
            voltage: 7.4,
            ..FINE
        };
        let safety = SafetyConfig::default();
        let verdict = health.judge(MonoTime(1), &low, &STILL, false, &safety);
        assert_eq!(verdict.sagging, None);
    }

    #[test]
    fn current_counts_only_when_it_lasts_and_the_gripper_is_allowed_less() {
        for (current, gripper, ms, warns, stops) in [
            (1.1, false, 950, false, false),
            (1.1, false, 1_000, true, false),
            (1.6, false, 450, false, false),
            (1.6, false, 500, false, true),
            (0.9, false, 5_000, false, false),
            (0.9, true, 1_000, true, false),
            (1.3, true, 500, false, true),
        ] {
            let status = MotorStatus { current, ..FINE };
            let verdict = after(ms, status, STILL, gripper);
            let found = (verdict.straining.is_some(), verdict.stop.is_some());
            assert_eq!(
                found,
                (warns, stops),
                "{current} A, {ms} ms, gripper {gripper}"
            );
        }
    }

    #[test]
    fn a_gripper_may_hold_on_to_something() {
        let holding = MotorStatus { load: 48.0, ..FINE };
        let squeezing = JointMotion {
            error: 20.0,
            speed: 0.0,
        };
        assert_eq!(after(10_000, holding, squeezing, true), Verdict::default());
    }

    #[test]
    fn a_stall_needs_all_three_signs_then_warns_and_then_gives_way() {
        let pushing = MotorStatus { load: 60.0, ..FINE };
        let stuck = JointMotion {
            error: 8.0,
            speed: 0.5,
        };
        for (status, motion, ms, stalled, gives_way) in [
            (pushing, stuck, 650, false, false),
            (pushing, stuck, 700, true, false),
            (pushing, stuck, 2_000, true, true),
            (FINE, stuck, 3_000, false, false),
            (pushing, STILL, 3_000, false, false),
            (
                pushing,
                JointMotion {
                    speed: 5.0,
                    ..stuck
                },
                3_000,
                false,
                false,
            ),
        ] {
            let verdict = after(ms, status, motion, false);
            assert_eq!(
                (verdict.stalled, verdict.give_way),
                (stalled, gives_way),
                "{status:?} {motion:?} {ms} ms"
            );
        }
    }
}
