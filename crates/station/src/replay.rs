//! `replay()`: plays the actions of a recorded episode on the arm, after a bounded first move.

use std::path::PathBuf;

use arms::{ArmConfig, JOINTS, Values};
use dataset::Dataset;
use protocol::{ErrorCode, Failure};
use teleop::{LoopConfig, ReplayTeleoperator};
use units::Hz;

use crate::drive::{DriveCommand, DriveEvent, DriveOutcome, RigConfig};
use crate::failure::{bad_request, failure};
use crate::process::{Cx, Process, Verb};
use crate::teleoperate::supervise;

/// Most rows of an episode that is played: ten hours at 30 a second.
const MOST_ROWS: u64 = 1_080_000;

/// What to play, and on what.
#[derive(Debug, Clone)]
pub struct ReplayConfig {
    /// Folder of the dataset.
    pub root: PathBuf,
    /// The episode, from 0.
    pub episode: u64,
    /// One follower, or the left and the right one. In the units the dataset was recorded in.
    pub followers: Vec<ArmConfig>,
    /// Cycles a second.
    pub rate: Hz,
}

/// The verb behind [`replay`].
#[derive(Debug)]
pub struct Replay;

/// Plays an episode on the arm.
pub fn replay(config: ReplayConfig) -> Process<Replay> {
    Process::new(config)
}

impl Verb for Replay {
    const NAME: &'static str = "replay";
    const DRIVES: bool = true;
    type Config = ReplayConfig;
    type Command = DriveCommand;
    type Event = DriveEvent;
    type Outcome = DriveOutcome;

    fn run(config: ReplayConfig, cx: &Cx<Self>) -> Result<DriveOutcome, Failure> {
        let (rows, fps) = actions(&config)?;
        cx.emit(DriveEvent::Note(format!(
            "episode {}: {} rows at {fps} fps",
            config.episode,
            rows.len()
        )));
        let rig = RigConfig {
            followers: config.followers,
            leaders: Vec::new(),
            teleoperator: Box::new(ReplayTeleoperator::new(rows, fps)),
        };
        let loop_config = LoopConfig {
            end_when_finished: true,
            ..LoopConfig::new(config.rate)
        };
        supervise(rig, loop_config, None, cx)
    }
}

fn actions(config: &ReplayConfig) -> Result<(Vec<Values>, Hz), Failure> {
    let fail = |error: dataset::DatasetError| failure(ErrorCode::Data, &error, error.remedy());
    let dataset = Dataset::open(&config.root).map_err(fail)?;
    let info = dataset.info();
    let fps = Hz::new(info.fps).ok_or_else(|| {
        bad_request(
            format!("a dataset at {} fps cannot be played", info.fps),
            "Choose a dataset between 1 and 250 fps.",
        )
    })?;
    let episodes = dataset.episodes();
    let episode = episodes.get(config.episode as usize).ok_or_else(|| {
        bad_request(
            format!(
                "there is no episode {}, only {}",
                config.episode,
                episodes.len()
            ),
            "Episodes are counted from 0.",
        )
    })?;
    if episode.length > MOST_ROWS {
        return Err(bad_request(
            format!("episode {} has {} rows", config.episode, episode.length),
            "Episodes of more than ten hours cannot be played.",
        ));
    }
    let wanted = config.followers.len() * JOINTS;
    let mut rows = Vec::with_capacity(episode.length as usize);
    for row in dataset.rows(config.episode).map_err(fail)? {
        let action = row.map_err(fail)?.action;
        if action.len() != wanted {
            return Err(bad_request(
                format!(
                    "an action of the dataset has {} values, the rig wants {wanted}",
                    action.len()
                ),
                "Play it on the same kind of rig it was recorded on.",
            ));
        }
        let arm = |arm: usize| -> [f64; JOINTS] {
            std::array::from_fn(|joint| f64::from(action[arm * JOINTS + joint]))
        };
        let arms: Vec<_> = (0..config.followers.len()).map(arm).collect();
        rows.push(Values::from_arms(&arms));
    }
    Ok((rows, fps))
}
