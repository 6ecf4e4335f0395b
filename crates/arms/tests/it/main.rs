//! Arms against the simulated servo chain, on a clock that stands still until somebody waits.

mod bench;
mod calibrating;
mod chains;
mod connecting;
mod cycling;
mod holding;
mod kinematics;
mod memory;
#[cfg(test)]
mod recognising;
#[cfg(test)]
mod surveying;
mod thousand;
