//! What the motors held before calibration touched them, and giving it back.
//!
//! Not here: when that happens (the module above).

use motors::{Register, registers};

use crate::arm::{Arm, Torque};
use crate::error::ArmError;
use crate::joint::{JOINTS, Joint};
use crate::link::{torque_off, write_and_check};

/// What calibration changes in a motor. `Lock` comes last, because the others can be written only while it is 0.
const TOUCHED: [Register; 7] = [
    registers::PHASE,
    registers::OPERATING_MODE,
    registers::HOMING_OFFSET,
    registers::MIN_POSITION_LIMIT,
    registers::MAX_POSITION_LIMIT,
    registers::TORQUE_LIMIT,
    registers::LOCK,
];

/// Times that a motor is asked to take a value back, each with the bus's own retries; LeRobot's number at disconnect.
const TRIES: u32 = 5;

/// Register contents of six motors.
#[derive(Debug, Clone, Copy)]
pub(super) struct Former([[i32; TOUCHED.len()]; JOINTS]);

impl Former {
    /// Reads them.
    pub fn read(arm: &mut Arm) -> Result<Self, ArmError> {
        let mut values = [[0; TOUCHED.len()]; JOINTS];
        for joint in Joint::ALL {
            for (place, register) in TOUCHED.into_iter().enumerate() {
                values[joint.index()][place] = arm.read(joint, register)?;
            }
        }
        Ok(Self(values))
    }

    /// `Homing_Offset`, `Min_Position_Limit` and `Max_Position_Limit` of each joint.
    pub fn numbers(&self) -> [[i32; 3]; JOINTS] {
        self.0.map(|values| [values[2], values[3], values[4]])
    }

    /// Writes them back where they differ, to all motors that can be reached. Torque stays off: an arm that was let
    /// go of is in somebody's hands. Returns the joints whose motors did not take it, and why.
    pub fn restore(&self, arm: &mut Arm) -> Vec<(Joint, ArmError)> {
        // Given up in the middle of letting go: that is finished first. What it fails at shows below.
        if arm.torque() == Torque::On {
            arm.release_gently().ok();
        }
        Joint::ALL
            .into_iter()
            .filter_map(|joint| Some((joint, self.restore_joint(arm, joint).err()?)))
            .collect()
    }

    fn restore_joint(&self, arm: &mut Arm, joint: Joint) -> Result<(), ArmError> {
        for (register, value) in TOUCHED.into_iter().zip(self.0[joint.index()]) {
            persistently(|| {
                if arm.read(joint, register)? == value {
                    return Ok(());
                }
                if register != registers::LOCK && arm.read(joint, registers::LOCK)? != 0 {
                    unlock(arm, joint)?;
                }
                write(arm, joint, register, value)
            })?;
        }
        Ok(())
    }
}

/// A motor that answers rarely is asked again and again, because what it holds now fits no calibration at all.
fn persistently(mut work: impl FnMut() -> Result<(), ArmError>) -> Result<(), ArmError> {
    let mut outcome = Ok(());
    for _ in 0..TRIES {
        outcome = work();
        match &outcome {
            Err(error) if !error.line_lost() => {}
            _ => break,
        }
    }
    outcome
}

/// Switches a motor's torque off and lets its EEPROM be written.
pub(super) fn unlock(arm: &mut Arm, joint: Joint) -> Result<(), ArmError> {
    torque_off(&mut arm.bus, &arm.config.name, joint)?;
    arm.torque[joint.index()] = Torque::Off;
    Ok(())
}

/// Writes a register and reads it back.
pub(super) fn write(
    arm: &mut Arm,
    joint: Joint,
    register: Register,
    value: i32,
) -> Result<(), ArmError> {
    write_and_check(&mut arm.bus, &arm.config.name, joint, register, value)
}
