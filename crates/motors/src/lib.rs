//! Feetech servos on one line: packets, registers, the bus that asks them, and the serial port under it.

pub mod port;

pub use port::Port;
