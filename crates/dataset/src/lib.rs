//! LeRobot v3.0 datasets on disk: write, read, check, repair, export. Knows no hardware.

pub mod export;
pub mod leftovers;
pub mod progress;
