//! By what an arm is recognised: servos have no serial number, but what lasts in six of them is as good as one.
//!
//! Of each motor: model, firmware, calibration, and a digest of the factory's own settings, which tell variants and
//! batches apart. What sessions write (gains, the gripper's limits) does not count.
//! Not here: names, adapters and the file they are kept in (`station::known_arms`).

use std::fmt;

use motors::scan::Facts;
use motors::{AnyBus, BusError, Register, registers};

use crate::arm::Arm;
use crate::calibration::Calibration;
use crate::error::{ArmError, at};
use crate::joint::{JOINTS, Joint};
use crate::link::motor;

/// Registers that the factory sets and neither this program nor LeRobot writes.
const MAKE: [Register; 16] = [
    registers::MAX_TEMPERATURE_LIMIT,
    registers::MAX_VOLTAGE_LIMIT,
    registers::MIN_VOLTAGE_LIMIT,
    registers::UNLOADING_CONDITION,
    registers::LED_ALARM_CONDITION,
    registers::MINIMUM_STARTUP_FORCE,
    registers::CW_DEAD_ZONE,
    registers::CCW_DEAD_ZONE,
    registers::PROTECTIVE_TORQUE,
    registers::PROTECTION_TIME,
    registers::VELOCITY_P_COEFFICIENT,
    registers::OVER_CURRENT_PROTECTION_TIME,
    registers::VELOCITY_I_COEFFICIENT,
    registers::VELOCITY_UNIT_FACTOR,
    registers::MAXIMUM_VELOCITY_LIMIT,
    registers::ACCELERATION_MULTIPLIER,
];

/// What lasts in one motor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MotorPrint {
    /// `Model_Number`.
    pub model: i32,
    /// Firmware, major and minor.
    pub firmware: (i32, i32),
    /// Digest of the factory's own settings.
    pub make: u32,
    /// `Homing_Offset`, ticks.
    pub homing_offset: i32,
    /// `Min_Position_Limit`, ticks.
    pub range_min: i32,
    /// `Max_Position_Limit`, ticks.
    pub range_max: i32,
}

impl MotorPrint {
    /// What lasts, out of all a motor says.
    pub fn of(facts: &Facts) -> Self {
        let mut make = Digest::default();
        for register in MAKE {
            make.take(facts.value(register));
        }
        Self {
            model: facts.model(),
            firmware: facts.firmware(),
            make: (make.0 ^ (make.0 >> 32)) as u32,
            homing_offset: facts.value(registers::HOMING_OFFSET),
            range_min: facts.value(registers::MIN_POSITION_LIMIT),
            range_max: facts.value(registers::MAX_POSITION_LIMIT),
        }
    }

    fn calibration(&self) -> [i32; 3] {
        [self.homing_offset, self.range_min, self.range_max]
    }

    fn build(&self) -> (i32, (i32, i32), u32) {
        (self.model, self.firmware, self.make)
    }
}

/// What lasts in the six motors of an arm; none for a motor that did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [Option<MotorPrint>; JOINTS]);

/// What a fingerprint says about an arm whose former one is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Likeness {
    /// The same arm in the same calibration.
    Same,
    /// Motors of the same make that hold another calibration at these joints: calibrated anew, or another arm.
    Recalibrated {
        /// The joints.
        joints: Vec<Joint>,
    },
    /// Other motors at these joints: another arm, exchanged motors, other firmware.
    Other {
        /// The joints.
        joints: Vec<Joint>,
    },
    /// These motors did not answer, so nothing can be said.
    Unknown {
        /// The joints.
        joints: Vec<Joint>,
    },
}

impl Fingerprint {
    /// Asks the six motors of an arm. Changes nothing; one that does not answer has none.
    ///
    /// # Errors
    /// When the line is gone.
    pub fn read(bus: &mut AnyBus) -> Result<Self, BusError> {
        let mut prints = [None; JOINTS];
        for joint in Joint::ALL {
            match Facts::read(bus, motor(joint)) {
                Ok(facts) => prints[joint.index()] = Some(MotorPrint::of(&facts)),
                Err(error) if error.line_lost() => return Err(error),
                Err(_) => {}
            }
        }
        Ok(Self(prints))
    }

    /// The same motors with another calibration in them.
    pub fn holding(mut self, calibration: &Calibration) -> Self {
        for joint in Joint::ALL {
            let at = calibration.joint(joint);
            if let Some(motor) = &mut self.0[joint.index()] {
                motor.homing_offset = at.homing_offset;
                motor.range_min = at.range_min;
                motor.range_max = at.range_max;
            }
        }
        self
    }

    /// Whether every motor answered.
    pub fn complete(&self) -> bool {
        self.0.iter().all(Option::is_some)
    }

    /// Whether any motor answered.
    pub fn any(&self) -> bool {
        self.0.iter().any(Option::is_some)
    }

    /// The whole of it in sixteen characters.
    pub fn digest(&self) -> String {
        let mut digest = Digest::default();
        for print in &self.0 {
            let Some(print) = print else {
                digest.take(-1);
                continue;
            };
            let (major, minor) = print.firmware;
            for value in [print.model, major, minor, print.make as i32] {
                digest.take(value);
            }
            print
                .calibration()
                .into_iter()
                .for_each(|it| digest.take(it));
        }
        format!("{:016x}", digest.0)
    }

    /// How this arm, as it is now, is like the one that had `before`.
    pub fn likeness(&self, before: &Fingerprint) -> Likeness {
        let joints = |wrong: &dyn Fn(&Option<MotorPrint>, &Option<MotorPrint>) -> bool| {
            Joint::ALL
                .into_iter()
                .filter(|joint| wrong(&self.0[joint.index()], &before.0[joint.index()]))
                .collect::<Vec<_>>()
        };
        let unknown = joints(&|now, before| now.is_none() || before.is_none());
        if !unknown.is_empty() {
            return Likeness::Unknown { joints: unknown };
        }
        let build = |print: &Option<MotorPrint>| print.map(|print| print.build());
        let other = joints(&|now, before| build(now) != build(before));
        if !other.is_empty() {
            return Likeness::Other { joints: other };
        }
        let calibration = |print: &Option<MotorPrint>| print.map(|print| print.calibration());
        let moved = joints(&|now, before| calibration(now) != calibration(before));
        if moved.is_empty() {
            Likeness::Same
        } else {
            Likeness::Recalibrated { joints: moved }
        }
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.digest())
    }
}

/// FNV-1a over 64 bits: for telling arms apart, not for keeping secrets.
struct Digest(u64);

impl Default for Digest {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Digest {
    fn take(&mut self, value: i32) {
        for byte in value.to_le_bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
}

impl Arm {
    /// What lasts in its motors.
    ///
    /// # Errors
    /// When the line is gone.
    pub fn fingerprint(&mut self) -> Result<Fingerprint, ArmError> {
        Fingerprint::read(&mut self.bus).map_err(at(&self.config.name, None))
    }
}
