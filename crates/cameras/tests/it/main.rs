//! Cameras against what they did not write themselves: sockets, devices, threads that fail.
//!
//! The modules say `cfg(test)`, which is true anyway, so that their helpers may unwrap as tests may.

#[cfg(test)]
mod network;
