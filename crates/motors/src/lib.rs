//! Feetech servos on one line: packets, registers, the bus that asks them, and the serial port under it.
//!
//! From the wire upwards: [`packet`] turns bytes into answers and knows no line; [`registers`] says where a
//! value lives in a motor; [`Port`] is a line; [`Bus`] asks motors over a line; [`serial`] is the line of a
//! real adapter and [`ports`] finds it.
//!
//! Not here: joints, degrees, calibration (`arms`), and when to ask (`teleop`).

mod bus;
mod error;
mod motor;
pub mod packet;
pub mod port;
pub mod ports;
pub mod registers;
pub mod scan;
pub mod serial;
pub mod setup;

pub use bus::{
    Asked, Bus, Counts, Interrupt, Lifeline, LineCounts, MotorCounters, Outcome, Patience, Span,
    deadlines, group_read_all,
};
pub use error::BusError;
pub use motor::{ErrorBits, MotorId};
pub use port::Port;
pub use registers::Register;

/// A bus whose line is chosen at run time: an adapter, a pseudo terminal or the simulator's memory.
pub type AnyBus = Bus<Box<dyn Port>>;
