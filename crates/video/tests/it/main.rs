//! Films against peers: what LeRobot and FFmpeg wrote, what a crash leaves, what a broken disk gives.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on says so by panicking"
)]

mod broken;
mod encode;
mod encoder;
mod films;
mod foreign;
mod growing;
mod lerobot;
mod pngs;
mod reencode;
mod scene;
mod stats;
