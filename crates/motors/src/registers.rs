//! The STS3215's registers, one line each: name, address, size, sign bit, memory, access.
//!
//! Names and addresses are LeRobot's (`feetech/tables.py`), which are the manufacturer's; the key of 86 has
//! a trailing space there, not here. Numbers with a sign travel as sign and magnitude, not as two's
//! complement. Not here: what a value means in degrees or volts (`arms`).

use crate::error::BusError;

/// Where a register lives, which decides what survives power-off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Area {
    /// Survives power-off when it was written while `Lock` was 0.
    Eeprom,
    /// Starts anew at power-up.
    Ram,
    /// Set by the factory; LeRobot writes only `Maximum_Acceleration` here.
    Factory,
}

/// Whether a register takes values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    /// Only the motor changes it.
    Read,
    /// It can be written.
    ReadWrite,
}

/// One value in a motor's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Register {
    /// LeRobot's name.
    pub name: &'static str,
    /// Address of the first byte.
    pub address: u8,
    /// Bytes: 1 or 2, low byte first.
    pub size: u8,
    /// The bit that means "negative", where the value has a sign; the bits below it are the magnitude.
    pub sign_bit: Option<u8>,
    /// The memory it lives in.
    pub area: Area,
    /// Whether it takes values.
    pub access: Access,
}

macro_rules! registers {
    ($($ident:ident = $name:literal, $address:literal, $size:literal, $sign:expr, $area:ident, $access:ident;)*) => {
        $(
            #[doc = concat!("`", $name, "`, address ", $address, ", ", $size, " byte(s).")]
            pub const $ident: Register = Register {
                name: $name,
                address: $address,
                size: $size,
                sign_bit: $sign,
                area: Area::$area,
                access: Access::$access,
            };
        )*

        /// Every register, by rising address.
        pub const ALL: &[Register] = &[$($ident),*];
    };
}

#[rustfmt::skip]
registers! {
    FIRMWARE_MAJOR_VERSION = "Firmware_Major_Version", 0, 1, None, Eeprom, Read;
    FIRMWARE_MINOR_VERSION = "Firmware_Minor_Version", 1, 1, None, Eeprom, Read;
    BYTE_ORDER = "Byte_Order", 2, 1, None, Eeprom, Read;
    MODEL_NUMBER = "Model_Number", 3, 2, None, Eeprom, Read;
    ID = "ID", 5, 1, None, Eeprom, ReadWrite;
    BAUD_RATE = "Baud_Rate", 6, 1, None, Eeprom, ReadWrite;
    RETURN_DELAY_TIME = "Return_Delay_Time", 7, 1, None, Eeprom, ReadWrite;
    RESPONSE_STATUS_LEVEL = "Response_Status_Level", 8, 1, None, Eeprom, ReadWrite;
    MIN_POSITION_LIMIT = "Min_Position_Limit", 9, 2, None, Eeprom, ReadWrite;
    MAX_POSITION_LIMIT = "Max_Position_Limit", 11, 2, None, Eeprom, ReadWrite;
    MAX_TEMPERATURE_LIMIT = "Max_Temperature_Limit", 13, 1, None, Eeprom, ReadWrite;
    MAX_VOLTAGE_LIMIT = "Max_Voltage_Limit", 14, 1, None, Eeprom, ReadWrite;
    MIN_VOLTAGE_LIMIT = "Min_Voltage_Limit", 15, 1, None, Eeprom, ReadWrite;
    MAX_TORQUE_LIMIT = "Max_Torque_Limit", 16, 2, None, Eeprom, ReadWrite;
    PHASE = "Phase", 18, 1, None, Eeprom, ReadWrite;
    UNLOADING_CONDITION = "Unloading_Condition", 19, 1, None, Eeprom, ReadWrite;
    LED_ALARM_CONDITION = "LED_Alarm_Condition", 20, 1, None, Eeprom, ReadWrite;
    P_COEFFICIENT = "P_Coefficient", 21, 1, None, Eeprom, ReadWrite;
    D_COEFFICIENT = "D_Coefficient", 22, 1, None, Eeprom, ReadWrite;
    I_COEFFICIENT = "I_Coefficient", 23, 1, None, Eeprom, ReadWrite;
    MINIMUM_STARTUP_FORCE = "Minimum_Startup_Force", 24, 2, None, Eeprom, ReadWrite;
    CW_DEAD_ZONE = "CW_Dead_Zone", 26, 1, None, Eeprom, ReadWrite;
    CCW_DEAD_ZONE = "CCW_Dead_Zone", 27, 1, None, Eeprom, ReadWrite;
    PROTECTION_CURRENT = "Protection_Current", 28, 2, None, Eeprom, ReadWrite;
    ANGULAR_RESOLUTION = "Angular_Resolution", 30, 1, None, Eeprom, ReadWrite;
    HOMING_OFFSET = "Homing_Offset", 31, 2, Some(11), Eeprom, ReadWrite;
    OPERATING_MODE = "Operating_Mode", 33, 1, None, Eeprom, ReadWrite;
    PROTECTIVE_TORQUE = "Protective_Torque", 34, 1, None, Eeprom, ReadWrite;
    PROTECTION_TIME = "Protection_Time", 35, 1, None, Eeprom, ReadWrite;
    OVERLOAD_TORQUE = "Overload_Torque", 36, 1, None, Eeprom, ReadWrite;
    VELOCITY_P_COEFFICIENT = "Velocity_closed_loop_P_proportional_coefficient", 37, 1, None, Eeprom, ReadWrite;
    OVER_CURRENT_PROTECTION_TIME = "Over_Current_Protection_Time", 38, 1, None, Eeprom, ReadWrite;
    VELOCITY_I_COEFFICIENT = "Velocity_closed_loop_I_integral_coefficient", 39, 1, None, Eeprom, ReadWrite;
    TORQUE_ENABLE = "Torque_Enable", 40, 1, None, Ram, ReadWrite;
    ACCELERATION = "Acceleration", 41, 1, None, Ram, ReadWrite;
    GOAL_POSITION = "Goal_Position", 42, 2, Some(15), Ram, ReadWrite;
    GOAL_TIME = "Goal_Time", 44, 2, None, Ram, ReadWrite;
    GOAL_VELOCITY = "Goal_Velocity", 46, 2, Some(15), Ram, ReadWrite;
    TORQUE_LIMIT = "Torque_Limit", 48, 2, None, Ram, ReadWrite;
    LOCK = "Lock", 55, 1, None, Ram, ReadWrite;
    PRESENT_POSITION = "Present_Position", 56, 2, Some(15), Ram, Read;
    PRESENT_VELOCITY = "Present_Velocity", 58, 2, Some(15), Ram, Read;
    PRESENT_LOAD = "Present_Load", 60, 2, Some(10), Ram, Read;
    PRESENT_VOLTAGE = "Present_Voltage", 62, 1, None, Ram, Read;
    PRESENT_TEMPERATURE = "Present_Temperature", 63, 1, None, Ram, Read;
    DEFERRED_WRITE_PENDING = "Deferred_Write_Pending", 64, 1, None, Ram, Read;
    STATUS = "Status", 65, 1, None, Ram, Read;
    MOVING = "Moving", 66, 1, None, Ram, Read;
    PRESENT_CURRENT = "Present_Current", 69, 2, None, Ram, Read;
    GOAL_POSITION_2 = "Goal_Position_2", 71, 2, None, Ram, Read;
    MOVING_VELOCITY = "Moving_Velocity", 80, 1, None, Factory, ReadWrite;
    DTS = "DTs", 81, 1, None, Factory, ReadWrite;
    VELOCITY_UNIT_FACTOR = "Velocity_Unit_factor", 82, 1, None, Factory, ReadWrite;
    HTS = "Hts", 83, 1, None, Factory, ReadWrite;
    MAXIMUM_VELOCITY_LIMIT = "Maximum_Velocity_Limit", 84, 1, None, Factory, ReadWrite;
    MAXIMUM_ACCELERATION = "Maximum_Acceleration", 85, 1, None, Factory, ReadWrite;
    ACCELERATION_MULTIPLIER = "Acceleration_Multiplier", 86, 1, None, Factory, ReadWrite;
}

/// The `Model_Number` of an STS3215.
pub const MODEL_STS3215: i32 = 777;

/// Other models that share the plug, for the message that says what was found instead.
pub const OTHER_MODELS: [(i32, &str); 3] =
    [(2825, "STS3250"), (11272, "SM8512BL"), (1284, "SCS0009")];

/// The value of `Baud_Rate` that means 1,000,000; the only code that sources agree on beyond 19,200 and up.
pub const BAUD_CODE_1M: i32 = 0;

/// The register of that name, as LeRobot writes it.
pub fn named(name: &str) -> Option<Register> {
    ALL.iter().copied().find(|register| register.name == name)
}

/// The register that starts at `address`.
pub fn at(address: u8) -> Option<Register> {
    ALL.iter()
        .copied()
        .find(|register| register.address == address)
}

impl Register {
    /// The largest value that fits; with a sign, the largest magnitude.
    pub const fn max(self) -> i32 {
        match (self.sign_bit, self.size) {
            (Some(bit), _) => (1 << bit) - 1,
            (None, 1) => 0xFF,
            (None, _) => 0xFFFF,
        }
    }

    /// The smallest value that fits.
    pub const fn min(self) -> i32 {
        match self.sign_bit {
            Some(_) => -self.max(),
            None => 0,
        }
    }

    /// The value as it travels, low byte first; the first `size` bytes count.
    ///
    /// # Errors
    /// [`BusError::OutOfRange`] when the value does not fit: never a clamp, because a clamped homing offset
    /// is a wrong angle.
    pub fn wire_from_value(self, value: i32) -> Result<[u8; 2], BusError> {
        if value < self.min() || value > self.max() {
            return Err(BusError::OutOfRange {
                register: self.name,
                value,
                min: self.min(),
                max: self.max(),
            });
        }
        let sign = match self.sign_bit {
            Some(bit) if value < 0 => 1u16 << bit,
            _ => 0,
        };
        // In range, so the magnitude fits below the sign bit.
        Ok((sign | value.unsigned_abs() as u16).to_le_bytes())
    }

    /// The value of the bytes a motor sent, or `None` when there are fewer than `size`.
    ///
    /// Bits above the sign bit are ignored: some registers carry other flags there.
    pub fn value_from_wire(self, bytes: &[u8]) -> Option<i32> {
        let raw = match (self.size, bytes) {
            (1, [low, ..]) => u16::from(*low),
            (2, [low, high, ..]) => u16::from_le_bytes([*low, *high]),
            _ => return None,
        };
        Some(match self.sign_bit {
            None => i32::from(raw),
            Some(bit) => {
                let magnitude = i32::from(raw & ((1 << bit) - 1));
                if raw & (1 << bit) == 0 {
                    magnitude
                } else {
                    -magnitude
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_values_travel_as_sign_and_magnitude() {
        for (register, value, wire) in [
            (HOMING_OFFSET, 0, 0x0000),
            (HOMING_OFFSET, 1, 0x0001),
            (HOMING_OFFSET, -1, 0x0801),
            (HOMING_OFFSET, -709, 0x0AC5),
            (HOMING_OFFSET, 2047, 0x07FF),
            (HOMING_OFFSET, -2047, 0x0FFF),
            (PRESENT_LOAD, 1023, 0x03FF),
            (PRESENT_LOAD, -1023, 0x07FF),
            (GOAL_POSITION, -275, 0x8113),
            (GOAL_POSITION, 32767, 0x7FFF),
            (PRESENT_VELOCITY, -32767, 0xFFFF),
            (PRESENT_CURRENT, 65535, 0xFFFF),
        ] {
            let bytes = u16::to_le_bytes(wire);
            assert_eq!(
                register.wire_from_value(value).unwrap(),
                bytes,
                "{value} of {}",
                register.name
            );
            assert_eq!(
                register.value_from_wire(&bytes),
                Some(value),
                "{wire:#06x} of {}",
                register.name
            );
        }
    }

    #[test]
    fn a_value_that_does_not_fit_is_an_error_and_not_a_clamp() {
        for (register, value) in [
            (HOMING_OFFSET, 2048),
            (HOMING_OFFSET, -2048),
            (PRESENT_LOAD, 1024),
            (GOAL_POSITION, 32768),
            (GOAL_POSITION, i32::MIN),
            (TORQUE_ENABLE, 256),
            (TORQUE_LIMIT, -1),
            (TORQUE_LIMIT, 65536),
        ] {
            let error = register.wire_from_value(value).unwrap_err();
            assert!(
                matches!(error, BusError::OutOfRange { .. }),
                "{value} of {}: {error}",
                register.name
            );
        }
    }

    #[test]
    fn stray_bits_above_the_sign_are_ignored_and_short_replies_have_no_value() {
        assert_eq!(HOMING_OFFSET.value_from_wire(&[0x05, 0xF8]), Some(-5));
        assert_eq!(PRESENT_LOAD.value_from_wire(&[0x05, 0xF8]), Some(5));
        assert_eq!(PRESENT_POSITION.value_from_wire(&[0x05]), None);
        assert_eq!(LOCK.value_from_wire(&[]), None);
    }

    #[test]
    fn the_table_is_in_order_and_does_not_overlap() {
        for pair in ALL.windows(2) {
            assert!(
                pair[0].address + pair[0].size <= pair[1].address,
                "{} runs into {}",
                pair[0].name,
                pair[1].name
            );
        }
        assert_eq!(named("Goal_Position"), Some(GOAL_POSITION));
        assert_eq!(at(31), Some(HOMING_OFFSET));
        assert_eq!(at(32), None);
    }
}
