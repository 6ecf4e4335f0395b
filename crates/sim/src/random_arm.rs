//! Arms nobody has seen before: the same seed gives the same arm, and each says what a perfect calibration of it is.
//!
//! What differs: how each encoder was mounted (so that the seam between 4095 and 0 lies anywhere, also inside the
//! range), where the joint stops, how it lies, an old calibration in the EEPROM or none, multi-turn readings (Phase bit
//! 4), and how noisy its line is. Not here: hands that move it, dead motors (`misbehaviour`).

use std::sync::Arc;

use stdx::Clock;

use crate::arm::{MOTORS, SimArm, WRIST_ROLL};
use crate::chain::{Chain, NoSuchMotor};
use crate::line::Random;
use crate::misbehaviour::{Misbehaviour, Whom};
use crate::plan::Plan;
use crate::table;

/// Degrees by which a stop differs from the drawing at most: printed parts and screws; a choice.
const STOP_SPREAD: f64 = 6.0;
/// Share of motors that read over several turns.
const MULTI_TURN: f64 = 0.2;
/// Share of motors that carry an old calibration.
const CALIBRATED_BEFORE: f64 = 0.5;
/// Share of arms with a noisy line, and the most of its answers that are then damaged.
const NOISY: f64 = 0.3;
const MOST_NOISE: f64 = 0.02;

/// Ticks in a degree.
const TICKS_PER_DEGREE: f64 = 4096.0 / 360.0;
/// What a joint reads at its middle after homing, as LeRobot has it: half of 4095, cut off.
const MIDDLE: i32 = 2047;

/// An arm, and the truth about it.
#[derive(Debug, Clone)]
pub struct RandomArm {
    /// The arm, not calibrated or calibrated by somebody else. Its `calibration` is the perfect one for homing in the
    /// middle between the stops.
    pub arm: SimArm,
    /// Motors with Phase bit 4 set: Present_Position counts on beyond a turn until that bit is cleared.
    pub multi_turn: [bool; MOTORS],
    /// Share of the answers with a wrong checksum, 0 for a quiet line.
    pub noise: f64,
}

impl RandomArm {
    /// The arm of this seed.
    pub fn of(seed: u64) -> Self {
        // Neighbouring seeds should not give alike arms.
        let mut random =
            Random::new(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d);
        for _ in 0..8 {
            random.share();
        }
        let mut arm = SimArm::follower()
            .uncalibrated()
            .named(format!("random-{seed}"));
        arm.config.seed = seed;
        let mut multi_turn = [false; MOTORS];
        for (place, multi_turn) in multi_turn.iter_mut().enumerate() {
            let (low, high) = arm.stops[place];
            let mut spread = || (random.share() * 2.0 - 1.0) * STOP_SPREAD;
            let stops = (low + spread(), high + spread());
            arm.stops[place] = stops;
            let motor = &mut arm.config.motors[place];
            motor.stops = Some(stops);
            motor.angle = stops.0 + random.share() * (stops.1 - stops.0);
            motor.encoder_at_zero = (random.share() * 4096.0) as i32;
            if random.happens(CALIBRATED_BEFORE) {
                let low = (random.share() * 2000.0) as i32;
                let high = low + 1 + (random.share() * 2000.0) as i32;
                motor.eeprom.extend([
                    (
                        table::HOMING_OFFSET,
                        (random.share() * 4095.0) as i32 - 2047,
                    ),
                    (table::MIN_POSITION_LIMIT, low),
                    (table::MAX_POSITION_LIMIT, high),
                ]);
            }
            *multi_turn = random.happens(MULTI_TURN);
            if *multi_turn {
                motor
                    .eeprom
                    .push((table::PHASE, i32::from(table::PHASE.default) | 0x10));
            }
        }
        let noise = if random.happens(NOISY) {
            random.share() * MOST_NOISE
        } else {
            0.0
        };
        let mut random_arm = Self {
            arm,
            multi_turn,
            noise,
        };
        let middle = std::array::from_fn(|place| {
            let (low, high) = random_arm.stops(place);
            (low + high) / 2.0
        });
        random_arm.arm.calibration = random_arm.calibration_homed_at(middle);
        random_arm
    }

    /// Powers it up, its line as noisy as it is.
    ///
    /// # Errors
    /// [`NoSuchMotor`], never: noise is about all motors.
    pub fn chain(&self, clock: Arc<dyn Clock>) -> Result<Chain, NoSuchMotor> {
        let chain = self.arm.chain(clock);
        if self.noise > 0.0 {
            chain.plan(Plan::now(Misbehaviour::CorruptReplies {
                whom: Whom::All,
                share: self.noise,
            }))?;
        }
        Ok(chain)
    }

    /// Where the joint stops, degrees. `place` is the motor's id less one.
    pub fn stops(&self, place: usize) -> (f64, f64) {
        self.arm.stops[place]
    }

    /// Ticks of the bare encoder over all turns, without homing offset, at this angle in degrees.
    pub fn encoder(&self, place: usize, degrees: f64) -> f64 {
        f64::from(self.arm.config.motors[place].encoder_at_zero) + degrees * TICKS_PER_DEGREE
    }

    /// Whether the seam between 4095 and 0 of the bare encoder lies inside the joint's range.
    pub fn seam_inside(&self, place: usize) -> bool {
        let (low, high) = self.stops(place);
        let turn = |degrees| (self.encoder(place, degrees) / 4096.0).floor();
        turn(low) != turn(high)
    }

    /// What a perfect calibration writes when the joints stand at these angles (degrees) for homing and are then moved
    /// from stop to stop. wrist_roll has LeRobot's full turn.
    pub fn calibration_homed_at(&self, middle: [f64; MOTORS]) -> [crate::JointCalibration; MOTORS] {
        let mut calibration = self.arm.calibration;
        for (place, joint) in calibration.iter_mut().enumerate() {
            let (low, high) = self.stops(place);
            let turn =
                (self.encoder(place, middle[place]).round() as i32 - MIDDLE).rem_euclid(4096);
            let offset = if turn > 2047 { turn - 4096 } else { turn };
            joint.homing_offset = offset.max(-2047);
            let homed = self.encoder(place, middle[place]) - f64::from(MIDDLE);
            let ticks = |degrees| (self.encoder(place, degrees) - homed).round() as i32;
            (joint.range_min, joint.range_max) = if place == WRIST_ROLL {
                (0, 4095)
            } else {
                (ticks(low), ticks(high))
            };
        }
        calibration
    }
}
