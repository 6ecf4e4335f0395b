//! Films against peers: what LeRobot wrote, and what a crash leaves.

mod lerobot;
