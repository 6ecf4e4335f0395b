//! The memory of an STS3215 as the simulator knows it: one line per register.
//!
//! Addresses, sizes and areas are those of the manufacturer's memory table. Defaults that no
//! source states with certainty are plausible choices and are marked `~`.
//! Not here: what a register does (`servo`).

/// Bytes of memory a motor has; reading beyond gives zeros.
pub const MEMORY: usize = 128;

/// Where a register lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Area {
    /// Kept without power when it was written with Lock = 0.
    Eeprom,
    /// Back to its default at power-up.
    Ram,
    /// Above 79: set by the factory, kept like EEPROM.
    Factory,
}

/// One register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// The name LeRobot gives it, where it gives one.
    pub name: &'static str,
    /// First byte; the low byte comes first.
    pub address: u8,
    /// 1 or 2 bytes.
    pub size: u8,
    /// Where it lives.
    pub area: Area,
    /// Whether the host may write it; a motor takes a write to any other and changes nothing.
    pub writable: bool,
    /// Sign-magnitude: the bit that says negative.
    pub sign_bit: Option<u8>,
    /// Value of a motor fresh from the factory.
    pub default: u16,
}

impl Row {
    /// The addresses it covers.
    pub fn bytes(self) -> std::ops::Range<usize> {
        usize::from(self.address)..usize::from(self.address) + usize::from(self.size)
    }

    /// The value that the raw bits stand for. Bits above the sign bit are ignored.
    pub fn decode(self, raw: u16) -> i32 {
        match self.sign_bit {
            None => i32::from(raw),
            Some(bit) => {
                let magnitude = i32::from(raw & ((1 << bit) - 1));
                if raw & (1 << bit) == 0 {
                    magnitude
                } else {
                    -magnitude
                }
            }
        }
    }

    /// The raw bits of `value`; a magnitude that does not fit becomes the greatest that does.
    pub fn encode(self, value: i32) -> u16 {
        let Some(bit) = self.sign_bit else {
            let most = if self.size == 1 { 0xff } else { 0xffff };
            return value.clamp(0, most) as u16;
        };
        let magnitude = value.unsigned_abs().min((1 << bit) - 1) as u16;
        if value < 0 {
            magnitude | 1 << bit
        } else {
            magnitude
        }
    }
}

macro_rules! rows {
    ($($constant:ident $name:literal $address:literal $size:literal $area:ident $access:ident $sign:expr, $default:literal;)*) => {
        $(#[doc = concat!($name, ", address ", $address, ".")]
        pub const $constant: Row = Row {
            name: $name, address: $address, size: $size, area: Area::$area,
            writable: writable(stringify!($access)), sign_bit: $sign, default: $default,
        };)*
        /// Every register, by address.
        pub const TABLE: &[Row] = &[$($constant),*];
    };
}

const fn writable(access: &str) -> bool {
    access.len() == 2
}

rows! {
    FIRMWARE_MAJOR "Firmware_Major_Version" 0 1 Eeprom r None, 3; // ~
    FIRMWARE_MINOR "Firmware_Minor_Version" 1 1 Eeprom r None, 10; // ~
    BYTE_ORDER "Byte_Order" 2 1 Eeprom r None, 0;
    MODEL_NUMBER "Model_Number" 3 2 Eeprom r None, 777;
    ID "ID" 5 1 Eeprom rw None, 1;
    BAUD_RATE "Baud_Rate" 6 1 Eeprom rw None, 0;
    RETURN_DELAY_TIME "Return_Delay_Time" 7 1 Eeprom rw None, 250;
    RESPONSE_STATUS_LEVEL "Response_Status_Level" 8 1 Eeprom rw None, 1;
    MIN_POSITION_LIMIT "Min_Position_Limit" 9 2 Eeprom rw None, 0;
    MAX_POSITION_LIMIT "Max_Position_Limit" 11 2 Eeprom rw None, 4095;
    MAX_TEMPERATURE_LIMIT "Max_Temperature_Limit" 13 1 Eeprom rw None, 70;
    MAX_VOLTAGE_LIMIT "Max_Voltage_Limit" 14 1 Eeprom rw None, 80; // ~ of the 7.4 V motor
    MIN_VOLTAGE_LIMIT "Min_Voltage_Limit" 15 1 Eeprom rw None, 40;
    MAX_TORQUE_LIMIT "Max_Torque_Limit" 16 2 Eeprom rw None, 1000;
    PHASE "Phase" 18 1 Eeprom rw None, 12; // ~
    UNLOADING_CONDITION "Unloading_Condition" 19 1 Eeprom rw None, 44; // ~ overheat, over-current, overload
    LED_ALARM_CONDITION "LED_Alarm_Condition" 20 1 Eeprom rw None, 47; // ~
    P_COEFFICIENT "P_Coefficient" 21 1 Eeprom rw None, 32;
    D_COEFFICIENT "D_Coefficient" 22 1 Eeprom rw None, 32;
    I_COEFFICIENT "I_Coefficient" 23 1 Eeprom rw None, 0;
    MINIMUM_STARTUP_FORCE "Minimum_Startup_Force" 24 2 Eeprom rw None, 16; // ~
    CW_DEAD_ZONE "CW_Dead_Zone" 26 1 Eeprom rw None, 1;
    CCW_DEAD_ZONE "CCW_Dead_Zone" 27 1 Eeprom rw None, 1;
    PROTECTION_CURRENT "Protection_Current" 28 2 Eeprom rw None, 500;
    ANGULAR_RESOLUTION "Angular_Resolution" 30 1 Eeprom rw None, 1;
    HOMING_OFFSET "Homing_Offset" 31 2 Eeprom rw Some(11), 0;
    OPERATING_MODE "Operating_Mode" 33 1 Eeprom rw None, 0;
    PROTECTIVE_TORQUE "Protective_Torque" 34 1 Eeprom rw None, 20;
    PROTECTION_TIME "Protection_Time" 35 1 Eeprom rw None, 200;
    OVERLOAD_TORQUE "Overload_Torque" 36 1 Eeprom rw None, 80;
    VELOCITY_P "Velocity_closed_loop_P_proportional_coefficient" 37 1 Eeprom rw None, 10; // ~
    OVER_CURRENT_PROTECTION_TIME "Over_Current_Protection_Time" 38 1 Eeprom rw None, 200;
    VELOCITY_I "Velocity_closed_loop_I_integral_coefficient" 39 1 Eeprom rw None, 10; // ~
    TORQUE_ENABLE "Torque_Enable" 40 1 Ram rw None, 0;
    ACCELERATION "Acceleration" 41 1 Ram rw None, 0;
    GOAL_POSITION "Goal_Position" 42 2 Ram rw Some(15), 0;
    GOAL_TIME "Goal_Time" 44 2 Ram rw Some(10), 0;
    GOAL_VELOCITY "Goal_Velocity" 46 2 Ram rw Some(15), 0;
    TORQUE_LIMIT "Torque_Limit" 48 2 Ram rw None, 1000;
    LOCK "Lock" 55 1 Ram rw None, 1;
    PRESENT_POSITION "Present_Position" 56 2 Ram r Some(15), 0;
    PRESENT_VELOCITY "Present_Velocity" 58 2 Ram r Some(15), 0;
    PRESENT_LOAD "Present_Load" 60 2 Ram r Some(10), 0;
    PRESENT_VOLTAGE "Present_Voltage" 62 1 Ram r None, 0;
    PRESENT_TEMPERATURE "Present_Temperature" 63 1 Ram r None, 0;
    WRITE_PENDING "Deferred_Write_Pending" 64 1 Ram r None, 0;
    STATUS "Status" 65 1 Ram r None, 0;
    MOVING "Moving" 66 1 Ram r None, 0;
    PRESENT_CURRENT "Present_Current" 69 2 Ram r None, 0;
    GOAL_POSITION_2 "Goal_Position_2" 71 2 Ram r Some(15), 0;
    MOVING_VELOCITY "Moving_Velocity" 80 1 Factory rw None, 1; // ~
    DTS "DTs" 81 1 Factory rw None, 1; // ~
    VELOCITY_UNIT "Velocity_Unit_factor" 82 1 Factory rw None, 50; // ~ with 84: 3400 step/s
    HTS "Hts" 83 1 Factory rw None, 1; // ~
    MAXIMUM_VELOCITY_LIMIT "Maximum_Velocity_Limit" 84 1 Factory rw None, 68; // ~
    MAXIMUM_ACCELERATION "Maximum_Acceleration" 85 1 Factory rw None, 0; // ~ 0 sets no limit
    ACCELERATION_MULTIPLIER "Acceleration_Multiplier " 86 1 Factory rw None, 1; // ~
}

/// Line rates by the code in Baud_Rate. For codes 5 to 7 the manufacturer's headers, where LeRobot's table differs.
pub const BAUD_RATES: [u32; 8] = [
    1_000_000, 500_000, 250_000, 128_000, 115_200, 76_800, 57_600, 38_400,
];

/// How a motor's EEPROM takes what is written to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Eeprom {
    /// As the memory table says.
    #[default]
    Sound,
    /// It acts, and is gone when the power was off, whatever Lock says.
    Forgetful,
    /// It changes nothing.
    Deaf,
}

/// A motor's bytes: what acts now, and what will be there after the power was off.
#[derive(Debug, Clone)]
pub struct Memory {
    live: [u8; MEMORY],
    kept: [u8; MEMORY],
    /// How its EEPROM takes what is written.
    pub eeprom: Eeprom,
}

impl Default for Memory {
    /// As it left the factory.
    fn default() -> Self {
        let mut memory = Self {
            live: [0; MEMORY],
            kept: [0; MEMORY],
            eeprom: Eeprom::Sound,
        };
        for row in TABLE {
            memory.set(*row, row.default);
        }
        memory.kept = memory.live;
        memory
    }
}

impl Memory {
    /// The raw bits of a register.
    pub fn get(&self, row: Row) -> u16 {
        let at = usize::from(row.address);
        let low = u16::from(self.live[at]);
        if row.size == 1 {
            low
        } else {
            low | u16::from(self.live[at + 1]) << 8
        }
    }

    /// The value of a register, its sign decoded.
    pub fn value(&self, row: Row) -> i32 {
        row.decode(self.get(row))
    }

    /// Puts raw bits into a register, for now.
    pub fn set(&mut self, row: Row, raw: u16) {
        let at = usize::from(row.address);
        self.live[at] = raw as u8;
        if row.size == 2 {
            self.live[at + 1] = (raw >> 8) as u8;
        }
    }

    /// Puts raw bits into a register, for now and for after the power was off.
    pub fn keep(&mut self, row: Row, raw: u16) {
        self.set(row, raw);
        self.kept[row.bytes()].copy_from_slice(&self.live[row.bytes()]);
    }

    /// The byte at `address`, zero beyond the memory.
    pub fn byte(&self, address: usize) -> u8 {
        self.live.get(address).copied().unwrap_or(0)
    }

    /// What the host writes: read-only bytes stay, EEPROM is kept only while Lock is 0.
    pub fn write(&mut self, address: usize, bytes: &[u8]) {
        let unlocked = self.get(LOCK) == 0;
        for (at, &byte) in (address..MEMORY).zip(bytes) {
            let Some(row) = TABLE.iter().find(|row| row.bytes().contains(&at)) else {
                continue;
            };
            let lasting = row.area != Area::Ram;
            if !row.writable || lasting && self.eeprom == Eeprom::Deaf {
                continue;
            }
            self.live[at] = byte;
            if lasting && unlocked && self.eeprom == Eeprom::Sound {
                self.kept[at] = byte;
            }
        }
    }

    /// What power-up does: kept areas come back, RAM takes its defaults, Torque_Limit takes Max_Torque_Limit.
    pub fn power_up(&mut self) {
        for row in TABLE {
            match row.area {
                Area::Eeprom | Area::Factory => {
                    self.live[row.bytes()].copy_from_slice(&self.kept[row.bytes()]);
                }
                Area::Ram => self.set(*row, row.default),
            }
        }
        self.set(TORQUE_LIMIT, self.get(MAX_TORQUE_LIMIT));
    }

    /// The factory's values in every EEPROM register but the id and the line rate.
    pub fn recover(&mut self) {
        for row in TABLE {
            if row.area == Area::Eeprom && *row != ID && *row != BAUD_RATE {
                self.keep(*row, row.default);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_travel_as_one_bit_and_a_magnitude() {
        for (row, value, raw) in [
            (HOMING_OFFSET, -709, 0x0ac5),
            (HOMING_OFFSET, 2047, 0x07ff),
            (HOMING_OFFSET, -2047, 0x0fff),
            (GOAL_POSITION, -1, 0x8001),
            (PRESENT_POSITION, 4095, 0x0fff),
            (PRESENT_LOAD, -1000, 0x07e8),
        ] {
            assert_eq!(row.encode(value), raw, "{} {value}", row.name);
            assert_eq!(row.decode(raw), value, "{} {raw:#06x}", row.name);
        }
        assert_eq!(
            HOMING_OFFSET.decode(0xf001),
            1,
            "bits above the sign are ignored"
        );
        assert_eq!(HOMING_OFFSET.encode(5000), 0x07ff);
    }

    #[test]
    fn registers_do_not_overlap_and_stand_in_order() {
        for pair in TABLE.windows(2) {
            assert!(
                pair[0].bytes().end <= pair[1].bytes().start,
                "{} and {}",
                pair[0].name,
                pair[1].name
            );
        }
        assert!(TABLE.iter().all(|row| row.bytes().end <= MEMORY));
    }

    #[test]
    fn what_is_written_under_lock_acts_and_is_gone_after_power_was_off() {
        for (lock, row, written, after) in [
            (1, HOMING_OFFSET, 300, 0),
            (0, HOMING_OFFSET, 300, 300),
            (1, P_COEFFICIENT, 16, 32),
            (0, P_COEFFICIENT, 16, 16),
            (0, GOAL_POSITION, 99, 0),
            (0, ACCELERATION, 254, 0),
            (0, MAXIMUM_ACCELERATION, 254, 254),
        ] {
            let mut memory = Memory::default();
            memory.write(LOCK.bytes().start, &[lock]);
            memory.write(
                row.bytes().start,
                &u16::to_le_bytes(written)[..usize::from(row.size)],
            );
            assert_eq!(memory.get(row), written, "{} acts", row.name);
            memory.power_up();
            assert_eq!(memory.get(row), after, "{} with lock {lock}", row.name);
            assert_eq!(memory.get(LOCK), 1);
        }
    }

    #[test]
    fn read_only_registers_keep_their_value() {
        let mut memory = Memory::default();
        for row in TABLE.iter().filter(|row| !row.writable) {
            let before = memory.get(*row);
            memory.write(row.bytes().start, &[0x55, 0x55][..usize::from(row.size)]);
            assert_eq!(memory.get(*row), before, "{}", row.name);
        }
    }

    #[test]
    fn the_torque_limit_comes_from_eeprom_at_power_up_only() {
        let mut memory = Memory::default();
        memory.write(LOCK.bytes().start, &[0]);
        memory.write(MAX_TORQUE_LIMIT.bytes().start, &[0xf4, 0x01]);
        assert_eq!(memory.get(TORQUE_LIMIT), 1000);
        memory.power_up();
        assert_eq!(memory.get(TORQUE_LIMIT), 500);
    }
}
