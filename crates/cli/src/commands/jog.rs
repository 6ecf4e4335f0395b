//! `tendon jog`: the tip of an arm driven in straight lines, with keys or a gamepad.
//!
//! The same process as `tendon teleoperate`; recording by the tip is `tendon record --teleop.type=keyboard_ee`.

use std::time::Duration;

use clap::{Args, ValueEnum};
use protocol::Failure;
use station::teleoperate::{TeleoperateConfig, teleoperate};
use teleop::Mode;

use crate::args::RobotArgs;
use crate::chosen;
use crate::commands::teleoperate::{drive, needs_keys, rate};
use crate::hands::{self, HandArgs};
use crate::output::Out;
use crate::setup;
use crate::watch::Watch;

/// `tendon jog`
#[derive(Debug, Args)]
pub struct Jog {
    #[command(flatten)]
    pub robot: RobotArgs,
    #[command(flatten)]
    pub hands: HandArgs,
    /// What the hands hold.
    #[arg(long, value_enum, default_value_t = With::Keyboard)]
    pub with: With,
    /// Speed as a multiple of 50 mm and 40 degrees per second, 0.25 to 4. Default: 1, for keys the setting drive.speed.
    #[arg(long, value_name = "FACTOR")]
    pub speed: Option<f64>,
    /// Other keys than the usual ones, as KEY=x+ or KEY=pitch-, comma between.
    #[arg(long, value_name = "MAP", value_delimiter = ',')]
    pub keys: Vec<String>,
    /// Rate of the control loop, 1 to 250 Hz. Default: the setting drive.rate_hz.
    #[arg(long, value_name = "HZ")]
    pub fps: Option<f64>,
    /// End after this many seconds.
    #[arg(long = "time_s", value_name = "SECONDS")]
    pub time_s: Option<f64>,
}

/// What the hands hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum With {
    /// Keys of this terminal.
    Keyboard,
    /// A gamepad; Space, Enter and Ctrl-C still work in the terminal.
    Gamepad,
}

/// `tendon jog`
pub fn run(args: &Jog, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let followers = setup::followers(&args.robot)?;
    let input = match args.with {
        With::Keyboard => hands::keys(
            Mode::Tip,
            &args.hands,
            &args.robot,
            args.speed.unwrap_or_else(|| chosen::settings().speed()),
            &args.keys,
        )?,
        With::Gamepad => hands::pad(
            Mode::Tip,
            &args.hands,
            &args.robot,
            args.speed.unwrap_or(1.0),
            followers.len(),
        )?,
    };
    let (rig, held) = setup::rig(followers, input);
    needs_keys(held.keyboard.is_some())?;
    let config = TeleoperateConfig {
        rig,
        cameras: setup::cameras(&args.robot)?,
        rate: rate(args.fps.unwrap_or_else(|| chosen::settings().rate_hz()))?,
        duration: args
            .time_s
            .map(|seconds| Duration::from_secs_f64(seconds.clamp(0.0, 1e9))),
        uncapped: false,
        start_holding: false,
        previews: Default::default(),
    };
    drive(teleoperate(config), held, out, watch)
}
