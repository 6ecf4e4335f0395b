//! A motor's name on its line, and what it says about its own health.

use std::fmt;

/// A motor's id on its line. SO arms number their motors 1 to 6 from the base to the gripper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MotorId(pub u8);

impl MotorId {
    /// The id that every motor listens to and, except to a ping, none answers.
    pub const BROADCAST: MotorId = MotorId(0xFE);

    /// The highest id that one motor can have.
    pub const MAX: MotorId = MotorId(0xFD);

    /// Whether this id can belong to a single motor.
    pub fn single(self) -> bool {
        self <= Self::MAX
    }
}

impl fmt::Display for MotorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The error byte that a motor sends with every answer; the same layout as its `Status` register.
///
/// A set bit is the motor's complaint about itself. It does not mean that the request was refused: an
/// overloaded motor still answers a read and still obeys "torque off".
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct ErrorBits(pub u8);

impl ErrorBits {
    /// Supply voltage outside the motor's own limits.
    pub const VOLTAGE: ErrorBits = ErrorBits(0x01);
    /// The magnetic angle sensor gives no usable angle.
    pub const ANGLE_SENSOR: ErrorBits = ErrorBits(0x02);
    /// Hotter than the motor's own limit.
    pub const OVERHEAT: ErrorBits = ErrorBits(0x04);
    /// More current than `Protection_Current` for longer than allowed.
    pub const OVER_CURRENT: ErrorBits = ErrorBits(0x08);
    /// More load than `Overload_Torque` for longer than `Protection_Time`.
    pub const OVERLOAD: ErrorBits = ErrorBits(0x20);

    /// Every bit with its name, lowest first.
    pub const NAMED: [(ErrorBits, &'static str); 5] = [
        (Self::VOLTAGE, "voltage out of range"),
        (Self::ANGLE_SENSOR, "angle sensor fault"),
        (Self::OVERHEAT, "too hot"),
        (Self::OVER_CURRENT, "over-current"),
        (Self::OVERLOAD, "overload"),
    ];

    /// Whether the motor complains about nothing.
    pub fn healthy(self) -> bool {
        self.0 == 0
    }

    /// Whether all bits of `other` are set here.
    pub fn contains(self, other: ErrorBits) -> bool {
        self.0 & other.0 == other.0
    }
}

impl fmt::Display for ErrorBits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.healthy() {
            return f.write_str("no fault");
        }
        let mut unnamed = self.0;
        let mut separator = "";
        for (bit, words) in Self::NAMED {
            if self.contains(bit) {
                write!(f, "{separator}{words}")?;
                separator = ", ";
                unnamed &= !bit.0;
            }
        }
        if unnamed != 0 {
            write!(f, "{separator}reserved bits {unnamed:#04x}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn error_bits_speak_in_words() {
        for (bits, words) in [
            (0x00, "no fault"),
            (0x01, "voltage out of range"),
            (0x24, "too hot, overload"),
            (0x2A, "angle sensor fault, over-current, overload"),
            (0x50, "reserved bits 0x50"),
            (0x81, "voltage out of range, reserved bits 0x80"),
        ] {
            assert_eq!(ErrorBits(bits).to_string(), words, "{bits:#04x}");
        }
    }

    #[test]
    fn only_ids_up_to_253_belong_to_one_motor() {
        for (id, single) in [
            (0, true),
            (6, true),
            (253, true),
            (254, false),
            (255, false),
        ] {
            assert_eq!(MotorId(id).single(), single, "{id}");
        }
    }
}
