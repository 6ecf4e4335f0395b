//! The command line: flags in LeRobot's spelling where LeRobot has them.

use std::path::PathBuf;

use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::exit;
use crate::film_flags::FilmArgs;
use crate::hands::{DriveMode, HandArgs};

/// Drive an SO-100 or SO-101 arm, record episodes, export LeRobot datasets.
#[derive(Debug, Parser)]
#[command(name = "tendon", version, after_help = exit::HELP, propagate_version = true)]
pub struct Cli {
    /// One JSON object per line on standard output, for machines.
    #[arg(long, global = true)]
    pub json: bool,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The verbs.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List serial ports, or find the arm's by unplugging it.
    FindPort(FindPort),
    /// List cameras with what each offers, and take a picture with each.
    FindCameras(crate::commands::find_cameras::FindCameras),
    /// Look for motors on a line at every rate, and say what is wrong.
    Scan(crate::commands::scan::Scan),
    /// Look at this machine as support would, and say what to do about what is not as it should be.
    ///
    /// The exit code is 0 whatever is found, because the looking did not fail; with --json, "worst" is ok, warn or fail.
    /// The home folder is told as ~, so that all of it can be sent to others.
    Doctor(crate::commands::doctor::Doctor),
    /// Show the log, also of earlier runs and of a window that is open.
    Log(crate::commands::log::Log),
    /// Gather what helps with a bug report, without personal data: shown first, saved only with --save or --to, never sent.
    Bundle(crate::commands::bundle::Bundle),
    /// Tell which arm is on which port, by moving it, and know it by name from then on.
    Identify(crate::commands::identify::Identify),
    /// Give the motors of an arm their ids, one by one, or take it back.
    SetupMotors(crate::commands::setup_motors::SetupMotors),
    /// Home an arm, record the range of every joint, write motors and calibration file.
    Calibrate(Box<crate::commands::calibrate::Calibrate>),
    /// Drive an arm.
    Teleoperate(Teleoperate),
    /// Drive the tip of an arm in straight lines, with keys or a gamepad.
    Jog(crate::commands::jog::Jog),
    /// Record episodes into a LeRobot v3.0 dataset while driving.
    Record(Record),
    /// Save where an arm is under a name, list poses, go to one.
    Pose(crate::commands::pose::Pose),
    /// Play a recorded episode on the arm.
    Replay(Replay),
    /// Pack a dataset into a ZIP and verify it.
    Export(Export),
    /// List what interrupted sessions left on this machine, keep it or throw it away.
    ///
    /// Listing changes nothing. What each kind of failure leaves, and what can be done with it: docs/recovery.md.
    Recover(crate::commands::recover::Recover),
    /// Work on pictures: change them, remove backgrounds, one by one, in folders or in datasets.
    #[command(subcommand)]
    Image(Box<crate::commands::image::Image>),
    /// Look at, verify or repair a dataset on disk.
    #[command(subcommand)]
    Dataset(Dataset),
    /// Switch the torque of an arm off, gently by default.
    Release(Release),
    /// List what is set once for all, and change it: rates, limits, keys, folders, the log.
    ///
    /// Without a verb it lists every setting with its value and where that comes from: usual, the file, or a variable of the
    /// environment. docs/settings.md says what each is.
    Settings(crate::commands::settings::SettingsArgs),
    /// Serve a simulated arm on a pseudo terminal, for this program or any other.
    Sim(Sim),
    /// Record, export and verify a short session on the simulated arm: the whole job without hardware.
    Demo(Demo),
}

/// Which arm is to be driven.
#[derive(Debug, Clone, Args)]
pub struct RobotArgs {
    /// so101_follower, so100_follower, or bi_so_follower for two arms.
    #[arg(
        long = "robot.type",
        default_value = "so101_follower",
        value_name = "TYPE"
    )]
    pub kind: String,
    /// Serial port of the arm, or "sim" for a simulated arm on a pseudo terminal.
    #[arg(id = "robot.port", long = "robot.port", value_name = "PORT")]
    pub port: Option<String>,
    /// Name of the arm; its calibration file carries it.
    #[arg(id = "robot.id", long = "robot.id", value_name = "ID")]
    pub id: Option<String>,
    /// Folder of the calibration file, instead of LeRobot's own.
    #[arg(
        id = "robot.calibration_dir",
        long = "robot.calibration_dir",
        value_name = "DIR"
    )]
    pub calibration_dir: Option<PathBuf>,
    /// Joints in degrees (true, unless said otherwise) or in -100..100 of their range.
    #[arg(id = "robot.use_degrees", long = "robot.use_degrees", action = ArgAction::Set, value_name = "BOOL")]
    pub use_degrees: Option<bool>,
    /// Limits of single joints tighter than the calibrated range, comma between: JOINT=[LEAST]..[MOST][@SPEED[/ACCELERATION]],
    /// such as elbow_flex=-60..80@90. Degrees and degrees per second, the gripper in percent.
    #[arg(
        id = "robot.joint_limits",
        long = "robot.joint_limits",
        value_name = "LIMITS",
        value_delimiter = ','
    )]
    pub joint_limits: Vec<String>,
    /// What the first press of the emergency stop does: hold, soft-release (hold and sink), or release (drop).
    #[arg(
        id = "robot.emergency_stop",
        long = "robot.emergency_stop",
        default_value = "hold",
        value_name = "POLICY"
    )]
    pub emergency_stop: String,
    /// Port of the left arm of a bi_so_follower.
    #[arg(
        id = "robot.left_arm_config.port",
        long = "robot.left_arm_config.port",
        value_name = "PORT"
    )]
    pub left_port: Option<String>,
    /// Port of the right arm of a bi_so_follower.
    #[arg(
        id = "robot.right_arm_config.port",
        long = "robot.right_arm_config.port",
        value_name = "PORT"
    )]
    pub right_port: Option<String>,
    #[command(flatten)]
    pub more: crate::arm_flags::ArmFlags,
    #[command(flatten)]
    pub cameras: crate::camera_flags::CameraArgs,
}

/// What the arm follows.
#[derive(Debug, Clone, Args)]
pub struct TeleopArgs {
    /// keyboard, keyboard_ee (by the tip), gamepad, so101_leader, so100_leader, bi_so_leader, script, replay, pose, or hold.
    #[arg(
        id = "teleop.type",
        long = "teleop.type",
        default_value = "keyboard",
        value_name = "TYPE"
    )]
    pub kind: String,
    /// Serial port of the leader arm, or "sim".
    #[arg(id = "teleop.port", long = "teleop.port", value_name = "PORT")]
    pub port: Option<String>,
    /// Name of the leader arm.
    #[arg(id = "teleop.id", long = "teleop.id", value_name = "ID")]
    pub id: Option<String>,
    /// Folder of the leader's calibration file, instead of LeRobot's own.
    #[arg(
        id = "teleop.calibration_dir",
        long = "teleop.calibration_dir",
        value_name = "DIR"
    )]
    pub calibration_dir: Option<PathBuf>,
    /// Port of the left arm of a bi_so_leader.
    #[arg(
        id = "teleop.left_arm_config.port",
        long = "teleop.left_arm_config.port",
        value_name = "PORT"
    )]
    pub left_port: Option<String>,
    /// Port of the right arm of a bi_so_leader.
    #[arg(
        id = "teleop.right_arm_config.port",
        long = "teleop.right_arm_config.port",
        value_name = "PORT"
    )]
    pub right_port: Option<String>,
    /// Script of timed key presses for --teleop.type=script.
    #[arg(id = "teleop.script", long = "teleop.script", value_name = "FILE")]
    pub script: Option<PathBuf>,
    /// Speed as a multiple of the usual one: of joints (42.2 degrees per second), the tip (50 mm per second) and poses
    /// (30 degrees per second) 0.25 to 4, of a replay 0.1 to 4. Default: 1, for keys the setting drive.speed.
    #[arg(id = "teleop.speed", long = "teleop.speed", value_name = "FACTOR")]
    pub speed: Option<f64>,
    /// Other keys than the usual ones, as KEY=JOINT+ or KEY=JOINT- (by the tip KEY=x+ or KEY=pitch-), comma between.
    #[arg(
        id = "teleop.keys",
        long = "teleop.keys",
        value_name = "MAP",
        value_delimiter = ','
    )]
    pub keys: Vec<String>,
    /// What a keyboard or gamepad drives: the joints one by one, or the tip. Default: joint.
    #[arg(
        id = "teleop.mode",
        long = "teleop.mode",
        value_enum,
        value_name = "MODE"
    )]
    pub mode: Option<DriveMode>,
    #[command(flatten)]
    pub hands: HandArgs,
    #[command(flatten)]
    pub more: crate::input_flags::InputFlags,
}

/// `tendon find-port`
#[derive(Debug, Args)]
pub struct FindPort {
    /// Only list the ports, do not ask to unplug anything.
    #[arg(long)]
    pub list: bool,
}

/// `tendon teleoperate`
#[derive(Debug, Args)]
pub struct Teleoperate {
    #[command(flatten)]
    pub robot: RobotArgs,
    #[command(flatten)]
    pub teleop: TeleopArgs,
    /// Rate of the control loop, 1 to 250 Hz. Default: the setting drive.rate_hz where it is set, else 60.
    #[arg(long, value_name = "HZ")]
    pub fps: Option<f64>,
    /// End after this many seconds.
    #[arg(long = "teleop_time_s", value_name = "SECONDS")]
    pub teleop_time_s: Option<f64>,
    /// Run as fast as the line allows; for measuring on the simulated arm only.
    #[arg(long, default_value_t = false, action = ArgAction::Set, hide = true)]
    pub uncapped: bool,
}

/// Where and how to record.
#[derive(Debug, Clone, Args)]
pub struct DatasetArgs {
    /// Name of the dataset, as user/name.
    #[arg(
        id = "dataset.repo_id",
        long = "dataset.repo_id",
        value_name = "USER/NAME"
    )]
    pub repo_id: String,
    /// Folder of the dataset, instead of LeRobot's own.
    #[arg(id = "dataset.root", long = "dataset.root", value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// What the arm does, in words; stored with every frame.
    #[arg(
        id = "dataset.single_task",
        long = "dataset.single_task",
        value_name = "TEXT"
    )]
    pub single_task: String,
    /// Frames per second of the dataset.
    #[arg(
        id = "dataset.fps",
        long = "dataset.fps",
        default_value_t = 30,
        value_name = "FPS"
    )]
    pub fps: u32,
    /// Length of an episode in seconds.
    #[arg(
        long = "dataset.episode_time_s",
        default_value_t = 60.0,
        value_name = "SECONDS"
    )]
    pub episode_time_s: f64,
    /// Time to set the scene up again between episodes, in seconds.
    #[arg(
        long = "dataset.reset_time_s",
        default_value_t = 60.0,
        value_name = "SECONDS"
    )]
    pub reset_time_s: f64,
    /// Number of episodes to record; with --resume, of additional ones.
    #[arg(
        long = "dataset.num_episodes",
        default_value_t = 50,
        value_name = "COUNT"
    )]
    pub num_episodes: u32,
    #[command(flatten)]
    pub film: FilmArgs,
    /// Keep the name as it is; otherwise date and time are appended to a new dataset's name.
    #[arg(id = "dataset.no_stamp", long = "dataset.no_stamp", default_value_t = false, action = ArgAction::Set, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub no_stamp: bool,
    /// Uploading is not part of recording; only "false" is accepted.
    #[arg(id = "dataset.push_to_hub", long = "dataset.push_to_hub", default_value_t = false, action = ArgAction::Set, value_name = "BOOL")]
    pub push_to_hub: bool,
}

/// `tendon record`
#[derive(Debug, Args)]
pub struct Record {
    #[command(flatten)]
    pub robot: RobotArgs,
    #[command(flatten)]
    pub teleop: TeleopArgs,
    #[command(flatten)]
    pub dataset: DatasetArgs,
    /// Rate of the control loop, a multiple of the dataset's fps. Default: the first multiple from 100 Hz up.
    #[arg(long = "control_rate", value_name = "HZ")]
    pub control_rate: Option<f64>,
    /// Add episodes to a dataset that is there.
    #[arg(long, default_value_t = false, action = ArgAction::Set, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub resume: bool,
    /// What to do with an episode that an earlier session left unfinished.
    #[arg(long, value_enum, default_value_t = Recover::Keep)]
    pub recover: Recover,
}

/// What to do with an interrupted episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Recover {
    /// Save what is there as an episode, marked as recovered.
    Keep,
    /// Throw it away.
    Discard,
    /// Stop and say what is there.
    Ask,
}

/// `tendon replay`
#[derive(Debug, Args)]
pub struct Replay {
    #[command(flatten)]
    pub robot: RobotArgs,
    /// Name of the dataset.
    #[arg(
        id = "dataset.repo_id",
        long = "dataset.repo_id",
        value_name = "USER/NAME"
    )]
    pub repo_id: Option<String>,
    /// Folder of the dataset, instead of LeRobot's own.
    #[arg(id = "dataset.root", long = "dataset.root", value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Episode to play, from 0.
    #[arg(
        id = "dataset.episode",
        long = "dataset.episode",
        default_value_t = 0,
        value_name = "N"
    )]
    pub episode: u64,
    /// Speed as a multiple of the recorded one, 0.1 to 4. No joint goes faster than its limit.
    #[arg(long, default_value_t = 1.0, value_name = "FACTOR")]
    pub speed: f64,
    /// Play from this second of the episode on.
    #[arg(long, value_name = "SECONDS")]
    pub from: Option<f64>,
    /// Play up to this second of the episode.
    #[arg(long, value_name = "SECONDS")]
    pub to: Option<f64>,
}

/// `tendon export`
#[derive(Debug, Args)]
pub struct Export {
    /// Name of the dataset.
    #[arg(
        id = "dataset.repo_id",
        long = "dataset.repo_id",
        value_name = "USER/NAME"
    )]
    pub repo_id: Option<String>,
    /// Folder of the dataset, instead of LeRobot's own.
    #[arg(id = "dataset.root", long = "dataset.root", value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// The ZIP to write. Default: beside the dataset, with its name.
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Replace a ZIP that is there.
    #[arg(long)]
    pub overwrite: bool,
}

/// `tendon dataset …`
#[derive(Debug, Subcommand)]
pub enum Dataset {
    /// What a dataset holds.
    Info(DatasetPlace),
    /// Check every rule LeRobot relies on.
    Verify(DatasetPlace),
    /// Put right what can be put right without inventing data.
    Repair(DatasetRepair),
    /// Make the films again in another codec, each checked before it takes its old one's place.
    Reencode(crate::commands::reencode::DatasetReencode),
    /// Save the pictures of one row as PNG files.
    Frame(crate::commands::frame::DatasetFrame),
}

/// Which dataset.
#[derive(Debug, Args)]
pub struct DatasetPlace {
    /// Folder of the dataset.
    #[arg(value_name = "DIR", required_unless_present = "dataset.repo_id")]
    pub folder: Option<PathBuf>,
    /// Name of the dataset, in LeRobot's folder.
    #[arg(
        id = "dataset.repo_id",
        long = "dataset.repo_id",
        value_name = "USER/NAME"
    )]
    pub repo_id: Option<String>,
}

/// `tendon dataset repair`
#[derive(Debug, Args)]
pub struct DatasetRepair {
    #[command(flatten)]
    pub place: DatasetPlace,
    /// Only say what would be done.
    #[arg(long)]
    pub dry_run: bool,
    /// What to do with an episode that an earlier session left unfinished.
    #[arg(long, value_enum, default_value_t = Recover::Keep)]
    pub recover: Recover,
}

/// `tendon release`
#[derive(Debug, Args)]
pub struct Release {
    #[command(flatten)]
    pub robot: crate::arm_flags::OneArmArgs,
    /// Only these motors, by id, comma between.
    #[arg(long, value_delimiter = ',', value_name = "IDS")]
    pub motors: Vec<u8>,
    /// At once instead of gently: the arm drops.
    #[arg(long)]
    pub now: bool,
}

/// `tendon sim`
#[derive(Debug, Args)]
pub struct Sim {
    /// follower, leader, uncalibrated, random:SEED, or factory (one new motor; factory:1,1 two with one id,
    /// factory:1,6@115200 one at another rate).
    #[arg(long, default_value = "follower")]
    pub arm: String,
    /// Make this link to the pseudo terminal.
    #[arg(long, value_name = "PATH")]
    pub link: Option<PathBuf>,
    /// Listen on this Unix socket instead of a pseudo terminal, for a virtual machine's serial adapter.
    #[arg(long, value_name = "PATH", conflicts_with = "link")]
    pub socket: Option<PathBuf>,
    /// Rate of the line in bits per second.
    #[arg(long, default_value_t = 1_000_000)]
    pub baud: u32,
    /// Latency of the simulated USB adapter in microseconds.
    #[arg(long = "usb-latency-us", default_value_t = 1000)]
    pub usb_latency_us: u64,
    /// Write the arrival instants of goal writes in nanoseconds to this file at the end.
    #[arg(long = "goal-log", value_name = "FILE")]
    pub goal_log: Option<PathBuf>,
    /// Write the calibration file of the simulated arm into this folder, named after --id.
    #[arg(long = "calibration_dir", value_name = "DIR")]
    pub calibration_dir: Option<PathBuf>,
    /// Name of the simulated arm, for its calibration file.
    #[arg(long, default_value = "sim")]
    pub id: String,
    /// End after this many seconds.
    #[arg(long = "time_s", value_name = "SECONDS")]
    pub time_s: Option<f64>,
    /// How the arm misbehaves, such as mute=3, corrupt=*:2% or unplug@5s+2s (five seconds from now, for two); may be
    /// given several times.
    #[arg(long = "fault", value_name = "FAULT")]
    pub faults: Vec<String>,
    /// Take commands from standard input, one a line, each answered with one line: fault FAULT, behave, unplug, replug,
    /// hand ID DEGREES, place ID DEGREES, power off and others. Ends when the input ends.
    #[arg(long)]
    pub commands: bool,
    #[command(flatten)]
    pub cameras: crate::commands::sim_cameras::SimCameraArgs,
}

/// `tendon demo`
#[derive(Debug, Args)]
pub struct Demo {
    /// Folder of the dataset; default: a new one in LeRobot's folder.
    #[arg(id = "dataset.root", long = "dataset.root", value_name = "DIR")]
    pub root: Option<PathBuf>,
    /// Episodes to record.
    #[arg(
        long = "dataset.num_episodes",
        default_value_t = 2,
        value_name = "COUNT"
    )]
    pub num_episodes: u32,
    /// Length of an episode in seconds.
    #[arg(
        long = "dataset.episode_time_s",
        default_value_t = 20.0,
        value_name = "SECONDS"
    )]
    pub episode_time_s: f64,
    /// Record the two simulated cameras too; --robot.cameras names others instead.
    #[arg(long, default_value_t = true, action = ArgAction::Set, value_name = "BOOL")]
    pub cameras: bool,
    #[command(flatten)]
    pub others: crate::camera_flags::CameraArgs,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn lerobots_own_spelling_is_understood() {
        let line = "tendon record --robot.type=so101_follower --robot.port=/dev/ttyACM0 --robot.id=bench \
            --teleop.type=so101_leader --teleop.port=/dev/ttyACM1 --teleop.id=lead --dataset.repo_id=me/cups \
            --dataset.single_task=stack --dataset.fps=30 --dataset.num_episodes=3 --resume=true \
            --dataset.push_to_hub=false --dataset.episode_time_s=12.5";
        let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
        let Command::Record(record) = cli.command else {
            panic!("not record")
        };
        assert_eq!(record.robot.port.as_deref(), Some("/dev/ttyACM0"));
        assert_eq!(record.teleop.kind, "so101_leader");
        assert!(record.resume && !record.dataset.no_stamp);
        assert_eq!(
            (record.dataset.fps, record.dataset.episode_time_s),
            (30, 12.5)
        );
    }
}
