//! Every number of our own choosing about an arm's safety and manners, in one place, as settings.
//!
//! These are choices and not facts of the motor, and are to be confirmed on hardware. Where a motor's own limit is tighter, the motor wins.
//! Not here: which adapters look like an arm (`motors::ports`), and what the limits do (`limits`, `teleop`).

use std::time::Duration;

use motors::Patience;

use crate::joint::JOINTS;

/// What an arm may do, how long it is waited for, and when it is stopped.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SafetyConfig {
    /// Waiting for the answers of a group read: this much longer than the bytes need on the wire. Six motors
    /// need 0.6 ms, a USB adapter adds 1 ms (16 ms with an FTDI adapter whose latency timer was left alone).
    pub reply_margin: Duration,
    /// A group read is waited for at least this long, whatever the wire needs.
    pub reply_least: Duration,
    /// A group read is waited for at most this share of a cycle (0 to 1).
    pub reply_share_of_cycle: f64,
    /// Waiting for one answer outside the loop.
    pub reply_outside_loop: Duration,
    /// How often a lost question is asked again outside the loop. Inside it, never: a retry makes the next cycle
    /// late, and the motor's last value stands in, marked stale.
    pub retries_outside_loop: u32,

    /// Cycles in a row without a motor's answer before a warning.
    pub stale_warn_cycles: u32,
    /// A motor silent for this long: its joint's goal is held.
    pub stale_hold: Duration,
    /// A motor silent for this long: the rig is faulted.
    pub stale_fault: Duration,
    /// A whole line silent for this long: the rig is faulted. Its goals are held at once.
    pub line_fault: Duration,

    /// Speed of a joint's first move, degrees per second: the leader may stand anywhere.
    pub first_speed: f64,
    /// Speed of the gripper's first move, percent per second.
    pub gripper_first_speed: f64,
    /// The first move ends within this distance of the goal, degrees (gripper: percent).
    pub first_within: f64,
    /// Speed of a joint, degrees per second. Below the motor's no-load speed.
    pub speed: f64,
    /// Change of a joint's speed, degrees per second per second.
    pub acceleration: f64,
    /// What one joint may do less than the others and than its calibration allows, in bus order.
    pub joints: [JointSafety; JOINTS],
    /// Speed of the gripper, percent per second.
    pub gripper_speed: f64,
    /// Change of the gripper's speed, percent per second per second. The same figure as for
    /// the joints, which is a little gentler because 100 % of a gripper is about 127 degrees.
    pub gripper_acceleration: f64,

    /// Speed at which the distance between a leader and its follower is worked off, degrees per second: slow enough
    /// to be noticed only by its result. The gripper's is its first move's.
    pub offset_speed: f64,

    /// Speed of a joint under a held key, degrees per second: lerobot.js's 8 ticks at 60 Hz.
    pub keyboard_speed: f64,
    /// Speed of the gripper under a held key, percent per second.
    pub keyboard_gripper_speed: f64,
    /// The slowest the keyboard may be set to, as a factor.
    pub keyboard_factor_least: f64,
    /// The fastest the keyboard may be set to, as a factor.
    pub keyboard_factor_most: f64,
    /// Keys count as released this long after the last sign of life of whoever reports them.
    pub dead_man: Duration,

    /// Degrees Celsius at which a warning is given. The motor itself trips at 70.
    pub temperature_warn: f64,
    /// Degrees Celsius at which the arm is stopped.
    pub temperature_stop: f64,
    /// Drop below the idle voltage at connect, as a share of it, at which a warning is given.
    pub voltage_warn_drop: f64,
    /// Drop below the idle voltage at connect, as a share of it, at which the arm is stopped.
    pub voltage_stop_drop: f64,
    /// The voltage must stay that low for this long.
    pub voltage_stop_after: Duration,
    /// Current of a joint's motor.
    pub current: CurrentLimits,
    /// Current of the gripper's motor.
    pub gripper_current: CurrentLimits,
    /// Load of a joint's motor. Not the gripper's, whose own protection is tighter and whose work is to push.
    pub load: LoadLimits,
    /// When a motor counts as stalled.
    pub stall: StallLimits,
    /// What the first press of the emergency stop does.
    pub emergency: EmergencyPolicy,

    /// Written to the gripper's `Max_Torque_Limit`, 0.1 %, as LeRobot does.
    pub gripper_max_torque: i32,
    /// Written to the gripper's `Protection_Current`, 6.5 mA, as LeRobot does.
    pub gripper_protection_current: i32,
    /// Written to the gripper's `Overload_Torque`, 1 %, as LeRobot does.
    pub gripper_overload_torque: i32,
    /// The gentle release: from its value to nothing, the torque limit takes this long.
    pub soft_release: Duration,
}

/// When a motor draws too much.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CurrentLimits {
    /// Ampere above which a warning is given.
    pub warn: f64,
    /// The current must stay that high for this long.
    pub warn_after: Duration,
    /// Ampere above which the arm is stopped.
    pub stop: f64,
    /// The current must stay that high for this long.
    pub stop_after: Duration,
}

/// When a motor pushes too hard. Both figures lie below the motor's own protection (`Overload_Torque` 80 % for
/// `Protection_Time` 2 s), because a motor that protects itself lets go, and an arm that stops in time does not fall.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LoadLimits {
    /// Percent of full drive above which a warning is given.
    pub warn: f64,
    /// The load must stay that high for this long.
    pub warn_after: Duration,
    /// Percent of full drive above which the arm is stopped.
    pub stop: f64,
    /// The load must stay that high for this long.
    pub stop_after: Duration,
}

/// What one joint may do less than others. `None` leaves it as it is; nothing here can widen a limit.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct JointSafety {
    /// Lowest value, in the arm's units.
    pub least: Option<f64>,
    /// Highest value, in the arm's units.
    pub most: Option<f64>,
    /// Degrees per second (gripper: percent per second).
    pub speed: Option<f64>,
    /// Degrees per second per second (gripper: percent).
    pub acceleration: Option<f64>,
}

/// What the first press of the emergency stop does. Whatever it is, a press while the arm sinks catches it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EmergencyPolicy {
    /// Hold still, with torque: an arm that drops is a hazard too. The second press releases gently.
    #[default]
    Hold,
    /// Hold, and let the arm sink at once.
    SoftRelease,
    /// Switch all motors off at once: the arm drops.
    Release,
}

impl EmergencyPolicy {
    /// `hold`, `soft-release` or `release`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "hold" => Some(Self::Hold),
            "soft-release" => Some(Self::SoftRelease),
            "release" => Some(Self::Release),
            _ => None,
        }
    }
}

/// A motor that pushes and does not move. All three figures must hold at once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StallLimits {
    /// Farther from its goal than this, degrees.
    pub error: f64,
    /// Slower than this, degrees per second.
    pub speed: f64,
    /// Loaded more than this, percent.
    pub load: f64,
    /// For this long: a warning.
    pub warn_after: Duration,
    /// For this long: the joint's goal returns to where the joint is.
    pub yield_after: Duration,
}

impl Default for SafetyConfig {
    fn default() -> Self {
        Self {
            reply_margin: Duration::from_millis(3),
            reply_least: Duration::from_millis(4),
            reply_share_of_cycle: 0.8,
            reply_outside_loop: Duration::from_millis(50),
            retries_outside_loop: 2,
            stale_warn_cycles: 3,
            stale_hold: Duration::from_millis(100),
            stale_fault: Duration::from_millis(500),
            line_fault: Duration::from_millis(250),
            first_speed: 30.0,
            gripper_first_speed: 30.0,
            first_within: 2.0,
            speed: 180.0,
            acceleration: 1000.0,
            joints: [JointSafety::default(); JOINTS],
            gripper_speed: 200.0,
            gripper_acceleration: 1000.0,
            offset_speed: 5.0,
            keyboard_speed: 42.2,
            keyboard_gripper_speed: 60.0,
            keyboard_factor_least: 0.25,
            keyboard_factor_most: 4.0,
            dead_man: Duration::from_millis(250),
            temperature_warn: 55.0,
            temperature_stop: 65.0,
            voltage_warn_drop: 0.12,
            voltage_stop_drop: 0.25,
            voltage_stop_after: Duration::from_millis(500),
            current: CurrentLimits {
                warn: 1.0,
                warn_after: Duration::from_secs(1),
                stop: 1.5,
                stop_after: Duration::from_millis(500),
            },
            gripper_current: CurrentLimits {
                warn: 0.8,
                warn_after: Duration::from_secs(1),
                stop: 1.2,
                stop_after: Duration::from_millis(500),
            },
            load: LoadLimits {
                warn: 70.0,
                warn_after: Duration::from_secs(1),
                stop: 80.0,
                stop_after: Duration::from_millis(1500),
            },
            emergency: EmergencyPolicy::default(),
            stall: StallLimits {
                error: 5.0,
                speed: 2.0,
                load: 40.0,
                warn_after: Duration::from_millis(700),
                yield_after: Duration::from_secs(2),
            },
            gripper_max_torque: 500,
            gripper_protection_current: 250,
            gripper_overload_torque: 25,
            soft_release: Duration::from_millis(1500),
        }
    }
}

impl SafetyConfig {
    /// The waiting times and retries as the bus takes them.
    pub fn patience(&self) -> Patience {
        Patience {
            group_slack: self.reply_margin,
            group_least: self.reply_least,
            cycle_share: self.reply_share_of_cycle,
            outside: self.reply_outside_loop,
            retries: self.retries_outside_loop,
            ..Patience::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_bus_waits_by_default_is_what_is_set_here() {
        assert_eq!(SafetyConfig::default().patience(), Patience::default());
    }
}
