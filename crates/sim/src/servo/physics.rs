//! One joint's motion: motor, gearbox friction, gravity from outside, stops.
//!
//! The motor model is the one identified for the 7.4 V STS3215 1:345 at its output (masses of so101_new_calib.urdf, motor of Rhoban's bam);
//! other gearboxes are that motor scaled by their ratio. Joints move one by one, because the motor's own
//! reflected inertia outweighs what the links do to each other.
//! Not here: what the controller wants (`control`), where gravity comes from (`gravity`).

use std::f64::consts::TAU;

/// Torque per current at the output, N·m/A.
const KT: f64 = 1.2116;
/// Winding resistance, ohm.
const RESISTANCE: f64 = 2.676;
/// The motor's inertia at the output, kg·m².
const ARMATURE: f64 = 0.0284;
/// Friction that does not depend on speed, N·m.
const COULOMB: f64 = 0.0524;
/// Friction per speed, N·m·s/rad.
const VISCOUS: f64 = 0.0591;
/// The gearbox these numbers were identified with.
const RATIO: f64 = 345.0;
/// Fastest a hand moves a joint, rad/s.
const HAND_SPEED: f64 = 12.0;

/// Ticks in a radian.
pub const TICKS_PER_RADIAN: f64 = 4096.0 / TAU;

/// What the controller does with the winding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Drive {
    /// Open: nothing brakes but friction.
    Free,
    /// Shorted: the motor brakes itself.
    Brake,
    /// Driven with this share of the supply, -1 to 1.
    Duty(f64),
}

/// What acts on the joint from outside during one step.
#[derive(Debug, Clone, Copy)]
pub struct Outside {
    /// Torque of gravity and of anybody who pushes, N·m; positive turns the joint towards higher ticks.
    pub torque: f64,
    /// Supply at the motor, volts.
    pub volts: f64,
    /// Where a hand holds the joint, rad.
    pub hand: Option<f64>,
    /// The joint is jammed.
    pub stuck: bool,
}

/// Angle, speed and current of one joint.
#[derive(Debug, Clone)]
pub struct Body {
    /// rad, zero as in TheRobotStudio's so101_new_calib.urdf.
    pub angle: f64,
    /// rad/s.
    pub speed: f64,
    /// Winding current, amperes, signed.
    pub current: f64,
    gearing: f64,
    link_inertia: f64,
    stops: Option<(f64, f64)>,
}

impl Body {
    /// A joint at rest. `ratio` is the gearbox, `link_inertia` in kg·m², `stops` in rad.
    pub fn new(angle: f64, ratio: f64, link_inertia: f64, stops: Option<(f64, f64)>) -> Self {
        Self {
            angle,
            speed: 0.0,
            current: 0.0,
            gearing: ratio / RATIO,
            link_inertia,
            stops,
        }
    }

    /// Duty that keeps the unloaded motor turning at `speed`.
    pub fn duty_at(&self, speed: f64, volts: f64) -> f64 {
        let kt = KT * self.gearing;
        let standing = if speed == 0.0 {
            0.0
        } else {
            COULOMB.copysign(speed)
        };
        let friction = self.gearing * (standing + VISCOUS * speed);
        (kt * speed + friction * RESISTANCE / kt) / volts.max(1.0)
    }

    /// Moves on by `h` seconds, at most a few milliseconds.
    pub fn step(&mut self, h: f64, drive: Drive, outside: Outside) {
        let kt = KT * self.gearing;
        let (volts, wound) = match drive {
            Drive::Free => (0.0, false),
            Drive::Brake => (0.0, true),
            Drive::Duty(duty) => (duty * outside.volts, true),
        };
        if outside.stuck {
            self.speed = 0.0;
        } else if let Some(held) = outside.hand {
            let before = self.angle;
            self.angle += (held - before).clamp(-HAND_SPEED * h, HAND_SPEED * h);
            self.stop_at_stops();
            self.speed = (self.angle - before) / h;
        } else {
            // Damping enters implicitly, so that a step of a millisecond cannot overshoot it.
            let inertia = ARMATURE * self.gearing * self.gearing + self.link_inertia;
            let electric = if wound { kt * kt / RESISTANCE } else { 0.0 };
            let damping = VISCOUS * self.gearing + electric;
            let torque = kt * volts / RESISTANCE + outside.torque;
            let free = (self.speed + h / inertia * torque) / (1.0 + h / inertia * damping);
            let lost = h / inertia * COULOMB * self.gearing;
            self.speed = free.signum() * (free.abs() - lost).max(0.0);
            self.angle += self.speed * h;
            self.stop_at_stops();
        }
        self.current = if wound {
            (volts - kt * self.speed) / RESISTANCE
        } else {
            0.0
        };
    }

    /// Heat in the winding, watts.
    pub fn heat(&self) -> f64 {
        self.current * self.current * RESISTANCE
    }

    fn stop_at_stops(&mut self) {
        let Some((low, high)) = self.stops else {
            return;
        };
        let stopped = self.angle.clamp(low, high);
        if stopped != self.angle {
            self.angle = stopped;
            self.speed = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AIR: Outside = Outside {
        torque: 0.0,
        volts: 7.4,
        hand: None,
        stuck: false,
    };

    fn run(body: &mut Body, seconds: f64, drive: Drive, outside: Outside) {
        for _ in 0..(seconds * 1000.0) as usize {
            body.step(0.001, drive, outside);
        }
    }

    #[test]
    fn full_duty_turns_at_the_no_load_speed_of_the_data_sheet() {
        let mut body = Body::new(0.0, 345.0, 0.0, None);
        run(&mut body, 1.0, Drive::Duty(0.97), AIR);
        let rpm = body.speed * 60.0 / TAU;
        assert!((48.0..56.0).contains(&rpm), "{rpm} rpm, sheet says 52");
    }

    #[test]
    fn a_jammed_motor_draws_its_stall_current() {
        let mut body = Body::new(0.0, 345.0, 0.0, None);
        run(
            &mut body,
            0.1,
            Drive::Duty(0.97),
            Outside { stuck: true, ..AIR },
        );
        assert!((2.4..2.8).contains(&body.current), "{} A", body.current);
        assert_eq!(body.angle, 0.0);
    }

    #[test]
    fn friction_holds_a_small_torque_and_not_a_large_one() {
        for (torque, moves) in [(0.04, false), (0.06, true), (-0.04, false), (-0.06, true)] {
            let mut body = Body::new(0.0, 345.0, 0.0, None);
            run(&mut body, 0.2, Drive::Free, Outside { torque, ..AIR });
            assert_eq!(body.angle != 0.0, moves, "{torque} N·m");
            assert!(body.angle * torque >= 0.0);
        }
    }

    #[test]
    fn a_shorted_motor_sinks_slower_than_a_free_one() {
        let sunk = |drive| {
            let mut body = Body::new(0.0, 345.0, 0.024, None);
            run(&mut body, 0.3, drive, Outside { torque: 0.8, ..AIR });
            body.angle
        };
        assert!(sunk(Drive::Brake) < 0.5 * sunk(Drive::Free));
    }

    #[test]
    fn a_hand_takes_the_joint_along_as_far_as_the_stop() {
        let mut body = Body::new(0.0, 345.0, 0.0, Some((-1.0, 1.0)));
        run(
            &mut body,
            1.0,
            Drive::Free,
            Outside {
                hand: Some(3.0),
                ..AIR
            },
        );
        assert_eq!((body.angle, body.speed), (1.0, 0.0));
    }
}
