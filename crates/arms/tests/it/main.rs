//! Arms against the simulated servo chain, on a clock that stands still until somebody waits.

mod bench;
mod calibrating;
mod connecting;
mod cycling;
mod holding;
mod memory;
