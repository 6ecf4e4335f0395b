//! Flags of `tendon calibrate`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::arm_flags::OneArmArgs;

/// `tendon calibrate`
#[derive(Debug, Args)]
pub struct Calibrate {
    #[command(flatten)]
    pub robot: OneArmArgs,
    /// so101_leader or so100_leader: it is about a leader arm. With --pair: the leader of the pair.
    #[arg(id = "teleop.type", long = "teleop.type", value_name = "TYPE")]
    pub teleop_kind: Option<String>,
    /// Serial port of the leader arm, or "sim".
    #[arg(id = "teleop.port", long = "teleop.port", value_name = "PORT")]
    pub teleop_port: Option<String>,
    /// Name of the leader arm.
    #[arg(id = "teleop.id", long = "teleop.id", value_name = "ID")]
    pub teleop_id: Option<String>,
    /// Folder of the leader's calibration file, instead of LeRobot's own.
    #[arg(
        id = "teleop.calibration_dir",
        long = "teleop.calibration_dir",
        value_name = "DIR"
    )]
    pub teleop_calibration_dir: Option<PathBuf>,
    /// Range of wrist_roll: the whole turn as LeRobot has it, or its real one, recorded like the others.
    #[arg(long = "wrist_roll", value_enum, default_value_t = WristRoll::Whole, conflicts_with_all = ["instead", "write"])]
    pub wrist_roll: WristRoll,
    /// Before the file is saved, have the arm's power switched off and on: finds a motor whose memory forgets.
    #[arg(long = "verify_power", conflicts_with_all = ["instead", "write"])]
    pub verify_power: bool,
    /// Compare the file with the motors, register by register, instead of calibrating.
    #[arg(long, group = "instead")]
    pub diff: bool,
    /// Compare, then give this side the other side's numbers.
    #[arg(long, value_enum, value_name = "SIDE")]
    pub write: Option<Side>,
    /// List every calibration that was saved for this arm.
    #[arg(long, group = "instead")]
    pub history: bool,
    /// Bring saved calibration N of --history back, into file and motors; without N the one before the newest.
    #[arg(long, group = "instead", value_name = "N", num_args = 0..=1, default_missing_value = "2")]
    pub rollback: Option<usize>,
    /// Make FILE the arm's calibration file; "older" takes the one that an older LeRobot left. Motors: --write=motors.
    #[arg(long, group = "instead", value_name = "FILE")]
    pub import: Option<PathBuf>,
    /// Copy the arm's calibration file to FILE.
    #[arg(long, group = "instead", value_name = "FILE")]
    pub export: Option<PathBuf>,
    /// Replace a file at the place of --export.
    #[arg(long, requires = "export")]
    pub overwrite: bool,
    /// Check whether the leader and its follower agree: hold both in the same pose, press Enter, three times.
    #[arg(long, group = "instead", conflicts_with = "write")]
    pub pair: bool,
}

/// What becomes of `wrist_roll`'s range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WristRoll {
    /// 0 to 4095, whatever it is.
    Whole,
    /// From stop to stop.
    Recorded,
}

/// Which side is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Side {
    /// The motors get what the file says.
    Motors,
    /// The file gets what the motors hold.
    File,
}
