//! Arms against the simulated servo chain, on a clock that stands still until somebody waits.

mod bench;
mod calibrating;
mod chains;
mod connecting;
mod cycling;
mod giving_up;
mod hands;
mod holding;
mod kinematics;
mod memory;
#[cfg(test)]
mod recognising;
#[cfg(test)]
mod surveying;
mod sweeping;
mod thousand;
