//! Flags of what an arm follows beyond its type and port: how a leader is followed, the filter, what is replayed, which
//! poses are gone to.
//!
//! Not here: what they do (`teleop`, `station`).

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use arms::{ArmConfig, JOINTS, Joint};
use clap::{ArgAction, Args, ValueEnum};
use protocol::Failure;
use station::episode::{self, Episode, EpisodeConfig};
use teleop::leader::{LONGEST_SMOOTHING, SCALES};
use teleop::{FilterConfig, Filtered, LeaderConfig, LeaderStart, PoseTeleoperator, Teleoperator};

use crate::live::ClutchKey;
use crate::setup::{self, bad_request};

/// Flags of what an arm follows.
#[derive(Debug, Clone, Args)]
pub struct InputFlags {
    /// Movement of the follower over that of the leader, 0.1 to 2: a number, or JOINT=NUMBER with commas between. Never
    /// the gripper's.
    #[arg(
        id = "teleop.scale",
        long = "teleop.scale",
        value_name = "SCALE",
        default_value = "1"
    )]
    pub scale: Scale,
    /// Smoothing of a leader's movement: its time constant in milliseconds, up to 500. A movement comes so much later.
    #[arg(
        id = "teleop.smoothing",
        long = "teleop.smoothing",
        value_name = "MS",
        default_value_t = 0.0
    )]
    pub smoothing: f64,
    /// What the clutch key (Backspace) does: with the clutch open the follower holds and the leader can be moved freely.
    #[arg(id = "teleop.clutch", long = "teleop.clutch", value_enum, default_value_t = Clutch::Toggle)]
    pub clutch: Clutch,
    /// Units of the leader, as LeRobot has the flag; they are always those of its follower.
    #[arg(id = "teleop.use_degrees", long = "teleop.use_degrees", action = ArgAction::Set, value_name = "BOOL", hide_short_help = true)]
    pub use_degrees: Option<bool>,
    /// How following begins.
    #[arg(id = "teleop.start", long = "teleop.start", value_enum, default_value_t = Start::Approach)]
    pub start: Start,
    /// Filter against jitter, for whatever drives: off, light, strong, or MIN_CUTOFF:BETA of a 1-euro filter. Its delay
    /// is shown.
    #[arg(
        id = "teleop.filter",
        long = "teleop.filter",
        value_name = "FILTER",
        default_value = "off"
    )]
    pub filter: Filter,
    /// Poses to go to, for --teleop.type=pose, comma between.
    #[arg(
        id = "teleop.pose",
        long = "teleop.pose",
        value_name = "NAMES",
        value_delimiter = ','
    )]
    pub poses: Vec<String>,
    /// Folder of the dataset to play, for --teleop.type=replay.
    #[arg(
        id = "teleop.replay.root",
        long = "teleop.replay.root",
        value_name = "DIR"
    )]
    pub replay_root: Option<PathBuf>,
    /// Name of the dataset to play, for --teleop.type=replay.
    #[arg(
        id = "teleop.replay.repo_id",
        long = "teleop.replay.repo_id",
        value_name = "USER/NAME"
    )]
    pub replay_repo_id: Option<String>,
    /// Episode to play, for --teleop.type=replay.
    #[arg(
        id = "teleop.replay.episode",
        long = "teleop.replay.episode",
        value_name = "N",
        default_value_t = 0
    )]
    pub replay_episode: u64,
}

/// What the clutch key does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Clutch {
    /// There is none.
    Off,
    /// Each press opens or closes it.
    Toggle,
    /// It is open while the key is held, where the terminal tells; elsewhere as toggle.
    Hold,
    /// As toggle, and open at first.
    Open,
}

/// How following begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Start {
    /// The follower goes to the leader, slowly.
    Approach,
    /// The follower keeps its distance, which is worked off slowly.
    Bumpless,
}

/// A scale per joint.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale([f64; JOINTS]);

impl FromStr for Scale {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let number = |text: &str| {
            let number = text.trim().parse::<f64>().ok();
            number
                .filter(|number| SCALES.contains(number))
                .ok_or_else(|| format!("`{}` is not a number from 0.1 to 2", text.trim()))
        };
        if !text.contains('=') {
            return number(text).map(|scale| Self([scale; JOINTS]));
        }
        let mut scales = [1.0; JOINTS];
        for entry in text.split(',') {
            let (name, value) = entry
                .split_once('=')
                .ok_or_else(|| format!("`{entry}` is not joint=number"))?;
            match Joint::from_name(name.trim()) {
                Some(Joint::Gripper) => return Err("the gripper is never scaled".to_owned()),
                Some(joint) => scales[joint.index()] = number(value)?,
                None => return Err(format!("there is no joint `{}`", name.trim())),
            }
        }
        Ok(Self(scales))
    }
}

/// A filter, or none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Filter(Option<FilterConfig>);

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim() == "off" {
            return Ok(Self(None));
        }
        text.parse()
            .map(|config| Self(Some(config)))
            .map_err(|error: teleop::FilterError| format!("{error}. {}", error.remedy()))
    }
}

impl InputFlags {
    /// How a leader is to be followed.
    ///
    /// # Errors
    /// When the smoothing is out of range.
    pub fn leader(&self) -> Result<LeaderConfig, Failure> {
        let longest = LONGEST_SMOOTHING.as_secs_f64() * 1e3;
        if !(0.0..=longest).contains(&self.smoothing) {
            return Err(bad_request(
                format!(
                    "--teleop.smoothing={} is outside 0 to {longest}",
                    self.smoothing
                ),
                "It is a time in milliseconds.",
            ));
        }
        Ok(LeaderConfig {
            scale: self.scale.0,
            smoothing: Duration::from_secs_f64(self.smoothing / 1e3),
            start: match self.start {
                Start::Approach => LeaderStart::Approach,
                Start::Bumpless => LeaderStart::Bumpless,
            },
            clutch_open: self.clutch == Clutch::Open,
        })
    }

    /// What the clutch key does; none without a clutch.
    pub fn clutch_key(&self) -> Option<ClutchKey> {
        match self.clutch {
            Clutch::Off => None,
            Clutch::Toggle | Clutch::Open => Some(ClutchKey::Toggles),
            Clutch::Hold => Some(ClutchKey::Holds),
        }
    }

    /// Puts a teleoperator behind the filter, if there is to be one.
    pub fn filtered(&self, teleoperator: Box<dyn Teleoperator>) -> Box<dyn Teleoperator> {
        match self.filter.0 {
            Some(config) => Box::new(Filtered::new(teleoperator, config)),
            None => teleoperator,
        }
    }

    /// The poses to go to.
    ///
    /// # Errors
    /// When none is named or an arm has no such pose.
    pub fn poses(&self, followers: &[ArmConfig], speed: f64) -> Result<PoseTeleoperator, Failure> {
        if self.poses.is_empty() {
            return Err(bad_request(
                "--teleop.pose is missing",
                "Name the poses to go to, or see what there is: tendon pose list.",
            ));
        }
        let targets: Result<Vec<_>, Failure> = self
            .poses
            .iter()
            .map(|name| station::pose::target(followers, name))
            .collect();
        Ok(PoseTeleoperator::new(targets?, speed))
    }

    /// The episode to play.
    ///
    /// # Errors
    /// When no dataset is named or the episode cannot be played on this rig.
    pub fn episode(
        &self,
        followers: &[ArmConfig],
        speed: f64,
        units_confirmed: bool,
    ) -> Result<Episode, Failure> {
        let root = setup::dataset_root(self.replay_root.as_deref(), self.replay_repo_id.as_deref())
            .map_err(|failure| Failure {
                remedy: "Use --teleop.replay.repo_id=user/name or --teleop.replay.root=DIR.".into(),
                ..failure
            })?;
        let config = EpisodeConfig {
            speed,
            units_confirmed,
            ..EpisodeConfig::new(root, self.replay_episode)
        };
        episode::read(&config, followers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_is_a_number_or_one_for_some_joints() {
        assert_eq!("0.5".parse(), Ok(Scale([0.5; JOINTS])));
        assert_eq!(
            "shoulder_pan=0.5,wrist_roll=2".parse(),
            Ok(Scale([0.5, 1.0, 1.0, 1.0, 2.0, 1.0]))
        );
        for (text, what) in [
            ("3", "0.1 to 2"),
            ("", "0.1 to 2"),
            ("gripper=0.5", "never scaled"),
            ("thumb=1", "no joint"),
            ("shoulder_pan=1,2", "not joint=number"),
        ] {
            let error = text.parse::<Scale>().unwrap_err();
            assert!(error.contains(what), "{text}: {error}");
        }
        assert_eq!("off".parse(), Ok(Filter(None)));
        assert_eq!("light".parse(), Ok(Filter(Some(FilterConfig::LIGHT))));
        assert!("weak".parse::<Filter>().is_err());
    }
}
