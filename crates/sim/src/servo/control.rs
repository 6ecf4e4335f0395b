//! The controller in the motor: follows the goal with a bounded speed and acceleration and sets the duty.
//!
//! Not here: what the winding makes of the duty (`physics`), when it must let go (`protection`).

use crate::servo::physics::{Body, Drive, TICKS_PER_RADIAN};
use crate::table::{self, Memory};

/// Duty per radian of position error for each unit of P_Coefficient (Rhoban's bam).
const DUTY_PER_P: f64 = 0.166;
/// Greatest duty the position loop asks for.
const MOST_DUTY: f64 = 0.97;
/// Duty per rad/s of speed error in velocity mode; a choice that settles without ringing.
const DUTY_PER_SPEED: f64 = 0.4;

/// The running goal: where the controller wants the joint at this instant, and how fast.
#[derive(Debug, Clone, Default)]
pub struct Ramp {
    /// In the coordinates of Present_Position, ticks.
    pub position: f64,
    /// ticks/s.
    pub speed: f64,
}

/// How far the running goal may go per second, from the registers.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Pace {
    speed: f64,
    /// Infinite when Acceleration is 0.
    acceleration: f64,
}

impl Pace {
    fn of(memory: &Memory) -> Self {
        let most = f64::from(memory.get(table::MAXIMUM_VELOCITY_LIMIT))
            * f64::from(memory.get(table::VELOCITY_UNIT));
        let asked = f64::from(memory.value(table::GOAL_VELOCITY).abs());
        let cap = f64::from(memory.get(table::MAXIMUM_ACCELERATION));
        let acceleration = match f64::from(memory.get(table::ACCELERATION)) {
            0.0 => f64::INFINITY,
            units if cap > 0.0 => units.min(cap) * 100.0,
            units => units * 100.0,
        };
        Self {
            speed: if asked > 0.0 { asked.min(most) } else { most },
            acceleration,
        }
    }
}

impl Ramp {
    /// Forgets the way and stands at `position`.
    pub fn rest_at(&mut self, position: f64) {
        self.position = position;
        self.speed = 0.0;
    }

    /// Moves towards `goal` for `h` seconds.
    fn approach(&mut self, goal: f64, pace: Pace, h: f64) {
        let distance = goal - self.position;
        // The speed from which the rest of the way is just enough to stop.
        let braking = (2.0 * pace.acceleration * distance.abs()).sqrt();
        let wanted = distance.signum() * pace.speed.min(braking);
        let change = pace.acceleration * h;
        self.speed += (wanted - self.speed).clamp(-change, change);
        let travelled = self.speed * h;
        if distance.abs() <= travelled.abs() && travelled * distance >= 0.0
            || distance.abs() < 0.5 && self.speed.abs() <= change
        {
            self.rest_at(goal);
        } else {
            self.position += travelled;
        }
    }

    fn change_speed(&mut self, wanted: f64, pace: Pace, h: f64) {
        let change = pace.acceleration * h;
        self.speed += (wanted - self.speed).clamp(-change, change);
    }
}

/// Duty of one step. `present` is the joint in the coordinates of Present_Position, `step_goal` the goal that steps
/// have added up to in mode 3.
pub fn drive(
    memory: &Memory,
    ramp: &mut Ramp,
    body: &Body,
    present: f64,
    step_goal: f64,
    volts: f64,
    h: f64,
) -> Drive {
    let most = MOST_DUTY.min(f64::from(memory.get(table::TORQUE_LIMIT)) / 1000.0);
    let pace = Pace::of(memory);
    let duty = match memory.get(table::OPERATING_MODE) {
        1 => {
            let wanted = f64::from(memory.value(table::GOAL_VELOCITY));
            ramp.change_speed(wanted.clamp(-MOST_SPEED, MOST_SPEED), pace, h);
            ramp.position = present;
            let speed = ramp.speed / TICKS_PER_RADIAN;
            body.duty_at(speed, volts) + DUTY_PER_SPEED * (speed - body.speed)
        }
        2 => {
            ramp.rest_at(present);
            f64::from(memory.value(table::GOAL_TIME)) / 1000.0
        }
        mode => {
            let goal = if mode == 3 {
                step_goal
            } else {
                clamped_goal(memory)
            };
            ramp.approach(goal, pace, h);
            let error = ramp.position - present;
            let dead = f64::from(memory.get(if error > 0.0 {
                table::CW_DEAD_ZONE
            } else {
                table::CCW_DEAD_ZONE
            }));
            if error.abs() <= dead {
                0.0
            } else {
                DUTY_PER_P * f64::from(memory.get(table::P_COEFFICIENT)) * error / TICKS_PER_RADIAN
            }
        }
    };
    Drive::Duty(duty.clamp(-most, most))
}

/// Fastest the velocity loop is asked to turn, ticks/s.
const MOST_SPEED: f64 = 3400.0;

/// Goal_Position within the position limits; equal or crossed limits do not limit.
pub fn clamped_goal(memory: &Memory) -> f64 {
    let goal = memory.value(table::GOAL_POSITION);
    let low = i32::from(memory.get(table::MIN_POSITION_LIMIT));
    let high = i32::from(memory.get(table::MAX_POSITION_LIMIT));
    f64::from(if low < high {
        goal.clamp(low, high)
    } else {
        goal
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Milliseconds and greatest speed on the way from 0 to `goal`.
    fn travel(goal: f64, pace: Pace) -> (u32, f64) {
        let mut ramp = Ramp::default();
        let mut fastest = 0.0f64;
        for millis in 1..100_000 {
            ramp.approach(goal, pace, 0.001);
            fastest = fastest.max(ramp.speed.abs());
            if ramp.position == goal {
                return (millis, fastest);
            }
        }
        panic!("never arrived");
    }

    #[test]
    fn the_ramp_takes_the_time_that_speed_and_acceleration_say() {
        for (goal, speed, acceleration, seconds, fastest) in [
            (3400.0, 3400.0, f64::INFINITY, 1.0, 3400.0),
            (-1000.0, 500.0, f64::INFINITY, 2.0, 500.0),
            // Up, level, down: d/v + v/a.
            (2000.0, 1000.0, 1000.0, 3.0, 1000.0),
            // Never reaches full speed: 2·sqrt(d/a), at most sqrt(d·a).
            (1000.0, 3400.0, 1000.0, 2.0, 1000.0),
        ] {
            let (millis, top) = travel(
                goal,
                Pace {
                    speed,
                    acceleration,
                },
            );
            let taken = f64::from(millis) / 1000.0;
            assert!(
                (taken - seconds).abs() < 0.06 * seconds,
                "{goal}: {taken} s for {seconds}"
            );
            assert!(
                (top - fastest).abs() < 0.03 * fastest,
                "{goal}: {top} for {fastest}"
            );
        }
    }

    #[test]
    fn registers_set_the_pace() {
        for (acceleration, cap, velocity, expected) in [
            (0, 0, 0, (3400.0, f64::INFINITY)),
            (254, 254, 0, (3400.0, 25_400.0)),
            (50, 0, 1000, (1000.0, 5_000.0)),
            (254, 20, 9000, (3400.0, 2_000.0)),
        ] {
            let mut memory = Memory::default();
            memory.set(table::ACCELERATION, acceleration);
            memory.set(table::MAXIMUM_ACCELERATION, cap);
            memory.set(table::GOAL_VELOCITY, velocity);
            let pace = Pace::of(&memory);
            assert_eq!((pace.speed, pace.acceleration), expected);
        }
    }

    #[test]
    fn position_limits_clamp_the_goal_but_not_the_register() {
        for (goal, low, high, used) in [
            (5000, 700, 3300, 3300.0),
            (-20, 700, 3300, 700.0),
            (2048, 700, 3300, 2048.0),
            (5000, 0, 0, 5000.0),
        ] {
            let mut memory = Memory::default();
            memory.set(table::MIN_POSITION_LIMIT, low);
            memory.set(table::MAX_POSITION_LIMIT, high);
            memory.set(table::GOAL_POSITION, table::GOAL_POSITION.encode(goal));
            assert_eq!(clamped_goal(&memory), used);
            assert_eq!(memory.value(table::GOAL_POSITION), goal);
        }
    }
}
