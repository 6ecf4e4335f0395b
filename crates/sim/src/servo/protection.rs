//! When the motor must protect itself: voltage, heat, overload and over-current, by the protection registers.
//!
//! Thresholds and times are registers (Feetech's memory table of the STS3215); which register bit enables which action is the layout of
//! the error byte there (2.2). How a real motor leaves a tripped state is not written down anywhere: here a
//! trip ends with the next write of Torque_Enable or of a goal on the other side.

use crate::table::{self, Memory};

/// Bits of the error byte that this motor can raise.
pub mod bits {
    /// Supply outside its limits.
    pub const VOLTAGE: u8 = 0x01;
    /// Too hot.
    pub const OVERHEAT: u8 = 0x04;
    /// Too much current for too long.
    pub const OVER_CURRENT: u8 = 0x08;
    /// Too much load for too long.
    pub const OVERLOAD: u8 = 0x20;
}

/// Degrees a hot motor must cool below its limit before the error goes.
const COOLING: f64 = 5.0;

/// What a motor may still do.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Allowed {
    /// Everything.
    All,
    /// At most this duty: an overload tripped.
    Duty(f64),
    /// Nothing: torque was switched off.
    Nothing,
}

/// Timers and latches.
#[derive(Debug, Clone, Default)]
pub struct Protection {
    overloaded_for: f64,
    over_current_for: f64,
    /// The error byte as it is now.
    pub errors: u8,
}

/// What is watched, in the units of the registers.
#[derive(Debug, Clone, Copy)]
pub struct Watched {
    /// Share of the supply, 0 to 1, without sign.
    pub duty: f64,
    /// Amperes, without sign.
    pub current: f64,
    /// Volts.
    pub volts: f64,
    /// Degrees Celsius.
    pub celsius: f64,
}

impl Protection {
    /// Watches for `h` seconds.
    pub fn watch(&mut self, memory: &Memory, seen: Watched, h: f64) {
        let volts = (seen.volts * 10.0).round();
        let low = f64::from(memory.get(table::MIN_VOLTAGE_LIMIT));
        let high = f64::from(memory.get(table::MAX_VOLTAGE_LIMIT));
        self.set(bits::VOLTAGE, volts < low || volts > high);

        let hottest = f64::from(memory.get(table::MAX_TEMPERATURE_LIMIT));
        let cooling = if self.errors & bits::OVERHEAT == 0 {
            0.0
        } else {
            COOLING
        };
        self.set(bits::OVERHEAT, seen.celsius >= hottest - cooling);

        let most = f64::from(memory.get(table::OVERLOAD_TORQUE)) / 100.0;
        let patience = f64::from(memory.get(table::PROTECTION_TIME)) * 0.01;
        let time = &mut self.overloaded_for;
        *time = if seen.duty > most { *time + h } else { 0.0 };
        if *time > patience {
            self.errors |= bits::OVERLOAD;
        }

        let most = f64::from(memory.get(table::PROTECTION_CURRENT)) * 0.0065;
        let patience = f64::from(memory.get(table::OVER_CURRENT_PROTECTION_TIME)) * 0.01;
        let time = &mut self.over_current_for;
        *time = if most > 0.0 && seen.current > most {
            *time + h
        } else {
            0.0
        };
        if *time > patience {
            self.errors |= bits::OVER_CURRENT;
        }
    }

    /// What the motor may do, given the conditions that Unloading_Condition enables.
    pub fn allowed(&self, memory: &Memory) -> Allowed {
        let acting = self.errors & memory.get(table::UNLOADING_CONDITION) as u8;
        if acting & !bits::OVERLOAD != 0 {
            Allowed::Nothing
        } else if acting & bits::OVERLOAD != 0 {
            Allowed::Duty(f64::from(memory.get(table::PROTECTIVE_TORQUE)) / 100.0)
        } else {
            Allowed::All
        }
    }

    /// Ends what tripped; conditions that still hold trip again after their time.
    pub fn rearm(&mut self) {
        self.errors &= !(bits::OVERLOAD | bits::OVER_CURRENT);
        self.overloaded_for = 0.0;
        self.over_current_for = 0.0;
    }

    fn set(&mut self, bit: u8, raised: bool) {
        if raised {
            self.errors |= bit;
        } else {
            self.errors &= !bit;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: Watched = Watched {
        duty: 0.2,
        current: 0.3,
        volts: 7.4,
        celsius: 30.0,
    };

    #[test]
    fn each_condition_raises_its_bit_after_its_time() {
        for (seen, seconds, errors, allowed) in [
            (FINE, 10.0, 0, Allowed::All),
            (
                Watched { volts: 8.2, ..FINE },
                0.1,
                bits::VOLTAGE,
                Allowed::All,
            ),
            (
                Watched { volts: 3.8, ..FINE },
                0.1,
                bits::VOLTAGE,
                Allowed::All,
            ),
            (
                Watched {
                    celsius: 71.0,
                    ..FINE
                },
                0.1,
                bits::OVERHEAT,
                Allowed::Nothing,
            ),
            (Watched { duty: 0.9, ..FINE }, 1.9, 0, Allowed::All),
            (
                Watched { duty: 0.9, ..FINE },
                2.1,
                bits::OVERLOAD,
                Allowed::Duty(0.2),
            ),
            (
                Watched {
                    current: 3.4,
                    ..FINE
                },
                1.9,
                0,
                Allowed::All,
            ),
            (
                Watched {
                    current: 3.4,
                    ..FINE
                },
                2.1,
                bits::OVER_CURRENT,
                Allowed::Nothing,
            ),
        ] {
            let memory = Memory::default();
            let mut protection = Protection::default();
            for _ in 0..(seconds * 100.0) as usize {
                protection.watch(&memory, seen, 0.01);
            }
            assert_eq!(protection.errors, errors, "{seen:?} for {seconds} s");
            assert_eq!(
                protection.allowed(&memory),
                allowed,
                "{seen:?} for {seconds} s"
            );
        }
    }

    #[test]
    fn a_trip_stays_until_it_is_rearmed_and_a_condition_ends_by_itself() {
        let memory = Memory::default();
        let mut protection = Protection::default();
        protection.watch(
            &memory,
            Watched {
                duty: 0.9,
                volts: 8.5,
                ..FINE
            },
            2.5,
        );
        protection.watch(&memory, FINE, 0.1);
        assert_eq!(protection.errors, bits::OVERLOAD);
        protection.rearm();
        assert_eq!(protection.errors, 0);
    }

    #[test]
    fn conditions_that_are_not_enabled_only_report() {
        let mut memory = Memory::default();
        memory.set(table::UNLOADING_CONDITION, 0);
        let mut protection = Protection::default();
        protection.watch(
            &memory,
            Watched {
                celsius: 90.0,
                duty: 1.0,
                ..FINE
            },
            5.0,
        );
        assert_eq!(protection.errors, bits::OVERHEAT | bits::OVERLOAD);
        assert_eq!(protection.allowed(&memory), Allowed::All);
    }
}
