//! What keeps the house in order: which crate may use which, what stays out of the control loop, which
//! signatures are held, the packages, and the benches.
//!
//! Every check is a function from data to findings, so that a test can turn an arrow and see it noticed.
//! Not here: anything that a built program needs.

#[cfg(target_os = "linux")]
pub mod bench;
pub mod house;
pub mod package;
#[cfg(target_os = "linux")]
pub mod package_test;
