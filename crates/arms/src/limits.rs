//! Turns the goals that somebody wants into goals an arm may be given: inside its range, not too fast, not abruptly.
//!
//! Pure arithmetic on joint values; one call per cycle, no allocation. Unlike LeRobot, goals are clamped to the
//! calibrated range in degrees too: there only the motor's own limits stand between a wrong number and a hard stop.
//! Not here: ticks (`conversion`) and what happens when a motor does not answer (`teleop`).
//!
//! The braking rule is exact for a stepped world. With speeds counted in units of acceleration x cycle and distances
//! in units of acceleration x cycle², a joint that is to come to rest after a distance `d` may now move at
//! `d / (k + 1) + k / 2`, where `k` is the largest whole number with `k (k + 1) / 2 <= d`. One cycle later the same
//! rule allows exactly one unit of speed less, so braking never exceeds the acceleration and never overshoots.

use std::time::Duration;

use units::Ticks;

use crate::calibration::Calibration;
use crate::conversion::Units;
use crate::defaults::SafetyConfig;
use crate::joint::{JOINTS, Joint};

/// What one joint may do, in the units its values are spoken of in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JointLimits {
    /// Lowest value of the calibrated range.
    pub least: f64,
    /// Highest value of the calibrated range.
    pub most: f64,
    /// Units per second.
    pub speed: f64,
    /// Units per second per second.
    pub acceleration: f64,
    /// Units per second until the first goal has been reached.
    pub first_speed: f64,
    /// Closer to the goal than this, the first move is over.
    pub first_within: f64,
}

/// What the joints of one arm may do.
pub type Limits = [JointLimits; JOINTS];

/// The limits of a calibrated arm. Speeds are set in degrees and carried over where `units` are not degrees.
pub fn limits_of(arm: &Calibration, units: Units, safety: &SafetyConfig) -> Limits {
    Joint::ALL.map(|joint| {
        let at = arm.joint(joint);
        let ends = [at.range_min, at.range_max]
            .map(|ticks| units.value_from_ticks(joint, at, Ticks(ticks)));
        // The gripper's own figures are in its own unit already.
        let (scale, speed, acceleration, first_speed) = if joint == Joint::Gripper {
            (
                1.0,
                safety.gripper_speed,
                safety.gripper_acceleration,
                safety.gripper_first_speed,
            )
        } else {
            (
                units.per_degree(joint, at),
                safety.speed,
                safety.acceleration,
                safety.first_speed,
            )
        };
        let tight = &safety.joints[joint.index()];
        let (low, high) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
        let (least, most) = narrowed(low, high, tight.least, tight.most);
        JointLimits {
            least,
            most,
            speed: slower(speed, tight.speed) * scale,
            acceleration: slower(acceleration, tight.acceleration) * scale,
            first_speed: slower(first_speed, tight.speed) * scale,
            first_within: safety.first_within * scale,
        }
    })
}

/// The part of a calibrated range that a person allows. A wish outside the range leaves its nearest end.
fn narrowed(low: f64, high: f64, least: Option<f64>, most: Option<f64>) -> (f64, f64) {
    let inside = |wish: Option<f64>, end: f64| match wish {
        Some(wish) if wish.is_finite() => wish.max(low).min(high),
        _ => end,
    };
    let least = inside(least, low);
    (least, inside(most, high).max(least))
}

/// The lower of a limit and a wish that makes sense; a joint that may not move at all would never be let go of.
fn slower(limit: f64, wish: Option<f64>) -> f64 {
    match wish {
        Some(wish) if wish.is_finite() && wish > 0.0 => limit.min(wish),
        _ => limit,
    }
}

/// How wanted goals arrive, which decides how they are followed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Following {
    /// Goals are places to come to rest at: keys, sliders, single commands. Never overshoots a wanted goal; follows
    /// a moving one with a lag of speed / (2 x acceleration), 21 ms at 42 degrees per second.
    #[default]
    Places,
    /// Goals are samples of a movement, as a leader arm gives them. A steady movement is followed without lag; when
    /// it stops faster than the acceleration allows, the goal runs past it and returns. The range still holds.
    Movement,
}

/// One joint's goal as it was last given, and how fast it moves.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Commanded {
    at: f64,
    speed: f64,
    /// Range that holds at present: the calibrated one, widened to a start outside it and narrowing again.
    least: f64,
    most: f64,
    /// Its speed is bounded until it has come near a wish.
    first_move: bool,
    /// It is on its way to its first wish.
    approaching: bool,
    /// The last two wanted goals' distances from their predecessors, per second; the newest first.
    wanted: f64,
    wanted_speeds: [f64; 2],
}

/// Keeps an arm's goals within its [`Limits`].
#[derive(Debug, Clone)]
pub struct GoalLimiter {
    limits: Limits,
    period: f64,
    following: Following,
    joints: [Commanded; JOINTS],
}

impl GoalLimiter {
    /// A limiter for goals `period` apart, standing still at `start`. A start outside the range is allowed, because
    /// an arm may have been pushed there; from it goals lead back in and never farther out.
    pub fn new(limits: Limits, period: Duration, start: [f64; JOINTS]) -> Self {
        let resting = Commanded {
            at: 0.0,
            speed: 0.0,
            least: 0.0,
            most: 0.0,
            first_move: true,
            approaching: true,
            wanted: 0.0,
            wanted_speeds: [0.0; 2],
        };
        let mut limiter = Self {
            limits,
            period: period.as_secs_f64().max(1e-6),
            following: Following::default(),
            joints: [resting; JOINTS],
        };
        limiter.restart(start);
        limiter
    }

    /// Stands still at `start` and makes the next move a first move again. A value that is no number counts as the
    /// middle of the range.
    pub fn restart(&mut self, start: [f64; JOINTS]) {
        for ((joint, limits), at) in self.joints.iter_mut().zip(&self.limits).zip(start) {
            let at = if at.is_finite() {
                at
            } else {
                (limits.least + limits.most) / 2.0
            };
            *joint = Commanded {
                at,
                speed: 0.0,
                least: limits.least.min(at),
                most: limits.most.max(at),
                first_move: true,
                approaching: true,
                wanted: at,
                wanted_speeds: [0.0; 2],
            };
        }
    }

    /// Sets the distance between goals in time. A cycle that was missed makes the movement slower, never faster.
    pub fn set_period(&mut self, period: Duration) {
        self.period = period.as_secs_f64().max(1e-6);
    }

    /// Sets how goals are followed from now on.
    pub fn set_following(&mut self, following: Following) {
        self.following = following;
    }

    /// The distance between goals in time.
    pub fn period(&self) -> Duration {
        Duration::from_secs_f64(self.period)
    }

    /// How goals are followed.
    pub fn following(&self) -> Following {
        self.following
    }

    /// The limits it keeps.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The goals last given.
    pub fn goals(&self) -> [f64; JOINTS] {
        self.joints.map(|joint| joint.at)
    }

    /// Whether some joint is still on its way to the first goal that was wanted of it. One of which nothing was wanted yet
    /// is not, but its first wish will be approached slowly all the same.
    pub fn first_move(&self) -> bool {
        self.joints.iter().any(|joint| joint.approaching)
    }

    /// The goals to give in this cycle. A wanted value that is no number leaves its joint's goal to come to rest.
    pub fn step(&mut self, wanted: &[f64; JOINTS]) -> [f64; JOINTS] {
        let mut goals = [0.0; JOINTS];
        for (index, joint) in self.joints.iter_mut().enumerate() {
            goals[index] = joint.step(
                &self.limits[index],
                self.following,
                self.period,
                wanted[index],
            );
        }
        goals
    }
}

impl Commanded {
    fn step(
        &mut self,
        limits: &JointLimits,
        following: Following,
        period: f64,
        wanted: f64,
    ) -> f64 {
        let asked = wanted.is_finite();
        // Nobody asks: the joint comes to rest where it is, also outside its range. A wish leads back in.
        let wanted = if asked {
            wanted.clamp(limits.least, limits.most)
        } else {
            self.at
        };
        if asked && (wanted - self.at).abs() <= limits.first_within {
            self.first_move = false;
        }
        self.approaching = asked && self.first_move;
        let top = if self.first_move {
            limits.first_speed.min(limits.speed)
        } else {
            limits.speed
        };
        let change = limits.acceleration * period;
        let target_speed = self.speed_of(wanted, period, top);
        let away = wanted - self.at;
        let mut speed = braking(away, change, period);
        if following == Following::Movement {
            // Seen from the moving goal: come to rest relative to where it will be one cycle on.
            speed = target_speed + braking(away - target_speed * period, change, period);
        }
        let speed = speed
            .clamp(-top, top)
            .clamp(self.speed - change, self.speed + change)
            // Last, because the range holds whatever else does: it never asks for more than the acceleration
            // gives, since every speed before obeyed it too.
            .clamp(
                -braking(self.at - self.least, change, period),
                braking(self.most - self.at, change, period),
            );
        let next = self.at + speed * period;
        // A step that reaches the wanted place ends on it exactly, without the rounding of the sum.
        self.at = if (next - wanted).abs() <= 1e-9 {
            wanted
        } else {
            next
        }
        .clamp(self.least, self.most);
        self.speed = speed;
        self.least = limits.least.min(self.at);
        self.most = limits.most.max(self.at);
        self.at
    }

    /// How fast the wanted goal moves: the slowest of its last three steps if all go the same way, else zero. The
    /// slowest, so that one tick of noise does not count and a stop counts at once.
    fn speed_of(&mut self, wanted: f64, period: f64, top: f64) -> f64 {
        let newest = (wanted - self.wanted) / period;
        self.wanted = wanted;
        let speeds = [newest, self.wanted_speeds[0], self.wanted_speeds[1]];
        self.wanted_speeds = [speeds[0], speeds[1]];
        if speeds.iter().all(|speed| *speed > 0.0) {
            speeds.into_iter().fold(top, f64::min)
        } else if speeds.iter().all(|speed| *speed < 0.0) {
            speeds.into_iter().fold(-top, f64::max)
        } else {
            0.0
        }
    }
}

/// The highest speed, with the sign of `distance`, from which a joint can come to rest after exactly that distance
/// when its speed changes by at most `change` per cycle of `period`.
fn braking(distance: f64, change: f64, period: f64) -> f64 {
    let unit = change * period;
    if unit <= 0.0 {
        return 0.0;
    }
    let units = distance.abs() / unit;
    let whole = ((-1.0 + (1.0 + 8.0 * units).sqrt()) / 2.0).floor().max(0.0);
    (change * (units / (whole + 1.0) + whole / 2.0)).copysign(distance)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: JointLimits = JointLimits {
        least: -90.0,
        most: 90.0,
        speed: 180.0,
        acceleration: 1000.0,
        first_speed: 30.0,
        first_within: 2.0,
    };
    const PERIOD: Duration = Duration::from_nanos(8_333_333);

    fn limiter(start: f64) -> GoalLimiter {
        GoalLimiter::new([LIMITS; JOINTS], PERIOD, [start; JOINTS])
    }

    /// Goals of the first joint while `wanted` is asked for in every cycle.
    fn run(limiter: &mut GoalLimiter, wanted: f64, cycles: usize) -> Vec<f64> {
        (0..cycles)
            .map(|_| limiter.step(&[wanted; JOINTS])[0])
            .collect()
    }

    #[test]
    fn a_wish_for_one_joint_tightens_and_never_widens() {
        for (wish, range) in [
            ((None, None), (-90.0, 90.0)),
            ((Some(-45.0), None), (-45.0, 90.0)),
            ((Some(-200.0), Some(200.0)), (-90.0, 90.0)),
            ((Some(f64::NAN), Some(f64::INFINITY)), (-90.0, 90.0)),
            ((Some(10.0), Some(-10.0)), (10.0, 10.0)),
            ((Some(120.0), None), (90.0, 90.0)),
        ] {
            assert_eq!(narrowed(-90.0, 90.0, wish.0, wish.1), range, "{wish:?}");
        }
        for (wish, speed) in [
            (None, 180.0),
            (Some(60.0), 60.0),
            (Some(900.0), 180.0),
            (Some(0.0), 180.0),
            (Some(-5.0), 180.0),
        ] {
            assert_eq!(slower(180.0, wish), speed, "{wish:?}");
        }
    }

    #[test]
    fn the_first_move_is_slow_and_the_next_one_is_not() {
        let mut limiter = limiter(0.0);
        let first = run(&mut limiter, 60.0, 120);
        assert!(limiter.first_move());
        assert!((28.0..=30.0).contains(&first[119]), "{}", first[119]);
        run(&mut limiter, 60.0, 240);
        assert!(!limiter.first_move());
        assert_eq!(limiter.goals()[0], 60.0);
        let next = run(&mut limiter, -60.0, 120);
        assert_eq!(next[119], -60.0);
    }

    #[test]
    fn a_goal_beyond_the_range_ends_at_its_end() {
        for (wanted, end) in [(1e9, 90.0), (-1e9, -90.0), (f64::INFINITY, 0.0)] {
            let mut limiter = limiter(0.0);
            assert_eq!(run(&mut limiter, wanted, 1000)[999], end, "{wanted}");
        }
    }

    #[test]
    fn a_goal_that_is_no_number_brings_the_joint_to_rest() {
        let mut limiter = limiter(0.0);
        run(&mut limiter, 1.0, 60);
        run(&mut limiter, 90.0, 30);
        let goals = run(&mut limiter, f64::NAN, 60);
        assert_eq!(goals[59], goals[58]);
        assert!(goals.iter().all(|goal| goal.is_finite()));
    }

    #[test]
    fn an_arm_outside_its_range_is_led_back_in_and_never_farther_out() {
        let mut limiter = limiter(100.0);
        let goals = run(&mut limiter, 200.0, 240);
        assert!(goals[0] < 100.0);
        assert!(goals.windows(2).all(|pair| pair[1] <= pair[0]));
        assert_eq!(goals[239], 90.0);
    }

    #[test]
    fn a_leaders_steady_movement_is_followed_without_lag_and_keys_without_overshoot() {
        for (following, worst_lag) in [(Following::Movement, 0.2), (Following::Places, 4.5)] {
            let mut limiter = limiter(-80.0);
            limiter.set_following(following);
            run(&mut limiter, -80.0, 10);
            let (mut lag, mut past) = (0.0_f64, 0.0_f64);
            for cycle in 0..200 {
                // A smooth start, 90 degrees per second, then a dead stop; read in ticks of a servo.
                let seconds = f64::from(cycle.min(160)) * PERIOD.as_secs_f64();
                let moved = if seconds < 0.2 {
                    0.5 * 450.0 * seconds * seconds
                } else {
                    9.0 + 90.0 * (seconds - 0.2)
                };
                let wanted = ((-80.0 + moved) / 0.088).floor() * 0.088;
                let goal = limiter.step(&[wanted; JOINTS])[0];
                if (60..160).contains(&cycle) {
                    lag = lag.max(wanted - goal);
                }
                if cycle > 160 {
                    past = past.max(goal - wanted);
                }
            }
            assert!(lag <= worst_lag, "{following:?} lags {lag}");
            match following {
                Following::Places => assert_eq!(past, 0.0),
                Following::Movement => assert!(past <= 4.5, "{past}"),
            }
        }
    }

    #[test]
    fn speeds_are_carried_over_to_the_other_scales() {
        let joint = |id| crate::calibration::JointCalibration {
            id,
            drive_mode: 0,
            homing_offset: 0,
            range_min: 0,
            range_max: 4095,
        };
        let arm = Calibration::new([1, 2, 3, 4, 5, 6].map(joint)).expect("valid");
        let safety = SafetyConfig::default();
        let degrees = limits_of(&arm, Units::Degrees, &safety);
        assert_eq!((degrees[0].least, degrees[0].most), (-180.0, 180.0));
        assert_eq!((degrees[5].least, degrees[5].most), (0.0, 100.0));
        assert_eq!((degrees[0].speed, degrees[5].speed), (180.0, 200.0));
        let normalized = limits_of(&arm, Units::Normalized, &safety);
        assert_eq!((normalized[0].least, normalized[0].most), (-100.0, 100.0));
        // Half a turn is 100 units here, so 180 degrees per second are 100 units per second.
        assert_eq!((normalized[0].speed, normalized[5].speed), (100.0, 200.0));
    }

    proptest! {
        #[test]
        fn range_speed_and_acceleration_always_hold(
            start in -90.0f64..90.0,
            rate in prop::sample::select(vec![1.0, 30.0, 60.0, 120.0, 250.0]),
            movement in any::<bool>(),
            wanted in prop::collection::vec((-200.0f64..200.0, 1usize..40), 1..20),
        ) {
            let period = 1.0 / rate;
            let mut limiter = GoalLimiter::new([LIMITS; JOINTS], Duration::from_secs_f64(period), [start; JOINTS]);
            let period = limiter.period;
            limiter.set_following(if movement { Following::Movement } else { Following::Places });
            let (mut at, mut speed) = (start, 0.0);
            for (wanted, cycles) in wanted {
                for _ in 0..cycles {
                    let first = limiter.first_move();
                    let goal = limiter.step(&[wanted; JOINTS])[0];
                    let now = (goal - at) / period;
                    prop_assert!((-90.0..=90.0).contains(&goal), "left the range: {goal}");
                    let top = if first && limiter.first_move() { LIMITS.first_speed } else { LIMITS.speed };
                    prop_assert!(now.abs() <= top + 1e-6, "{now} per second");
                    prop_assert!((now - speed).abs() <= LIMITS.acceleration * period + 1e-5, "from {speed} to {now} in {period}");
                    (at, speed) = (goal, now);
                }
            }
        }

        #[test]
        fn it_settles_on_what_is_wanted(start in -90.0f64..90.0, wanted in -120.0f64..120.0, movement in any::<bool>()) {
            let mut limiter = limiter(start);
            limiter.set_following(if movement { Following::Movement } else { Following::Places });
            let goals = run(&mut limiter, wanted, 1200);
            prop_assert_eq!(goals[1199], wanted.clamp(-90.0, 90.0));
            if !movement {
                let overshoot = goals.iter().any(|goal| (goal - start).abs() > (wanted.clamp(-90.0, 90.0) - start).abs() + 1e-9);
                prop_assert!(!overshoot, "overshot");
            }
        }
    }
}
