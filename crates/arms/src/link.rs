//! Questions to one motor outside the control cycle, answered even when the motor complains about itself.
//!
//! LeRobot takes a motor with an error bit for a missing one. A motor that is overloaded or too warm still answers and
//! still obeys, so here its answer counts and its complaint is handed on beside it.
//! Not here: group reads and writes, which the cycle does itself (`cycle`).

use motors::{AnyBus, BusError, ErrorBits, MotorId, Register, registers};

use crate::error::{ArmError, at, not_kept};
use crate::joint::Joint;

/// The motor of a joint.
pub(crate) fn motor(joint: Joint) -> MotorId {
    MotorId(joint.motor_id())
}

/// Reads a register and what the motor complains about.
pub(crate) fn read(
    bus: &mut AnyBus,
    id: MotorId,
    register: Register,
) -> Result<(i32, ErrorBits), BusError> {
    let span = bus.read_span(id, register, register)?;
    match span.value(register) {
        Some(value) => Ok((value, span.error)),
        None => Err(BusError::Corrupt { motor: id }),
    }
}

/// Writes a register and reads it back.
pub(crate) fn write_and_check(
    bus: &mut AnyBus,
    arm: &str,
    joint: Joint,
    register: Register,
    value: i32,
) -> Result<(), ArmError> {
    bus.write(motor(joint), register, value)
        .map_err(at(arm, joint))?;
    let (found, _) = read(bus, motor(joint), register).map_err(at(arm, joint))?;
    if found == value {
        Ok(())
    } else {
        Err(not_kept(arm, joint, register, value, found))
    }
}

/// Switches one motor's torque off and unlocks its EEPROM, in LeRobot's order.
pub(crate) fn torque_off(bus: &mut AnyBus, arm: &str, joint: Joint) -> Result<(), ArmError> {
    write_and_check(bus, arm, joint, registers::TORQUE_ENABLE, 0)?;
    write_and_check(bus, arm, joint, registers::LOCK, 0)
}
