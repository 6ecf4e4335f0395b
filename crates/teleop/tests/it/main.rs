//! The control loop against simulated arms on a clock that the tests own: nothing here sleeps.

#![allow(clippy::expect_used, reason = "a test says what it expected")]

mod allocation;
mod beginning;
mod bench;
mod demonstration;
mod driving;
mod dying;
mod emergencies;
mod failing;
mod jogging;
mod leading;
mod limits;
mod lossy;
mod mishaps;
mod padding;
mod playing;
mod returning;
mod stopping;
mod switching;
mod timing;
