//! The dataset crate against folders on disk: LeRobot's golden datasets, and our own through every life they can have.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod cameras;
mod crash;
mod damage;
mod film_crashes;
mod films;
mod fixtures;
mod golden;
mod reencode;
mod repair;
mod resume;
mod tables;
mod verify;
mod write;
