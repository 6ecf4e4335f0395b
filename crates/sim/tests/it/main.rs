//! The chain as a host sees it, through its ports: packets, registers, motion, time, misbehaviour.

#![expect(
    clippy::unwrap_used,
    reason = "a test may stop at what it did not expect"
)]

mod any_bytes;
mod cameras;
mod host;
mod misbehaviour;
mod mjpeg;
mod motion;
mod packets;
mod pictures;
mod pty;
mod random;
mod registers;
mod socket;
mod timing;
