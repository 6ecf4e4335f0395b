//! `replay()`: plays the actions of a recorded episode on the arm, after a soft way to its first row.

use arms::ArmConfig;
use protocol::Failure;
use teleop::LoopConfig;
use units::Hz;

use crate::cameras::Previews;
use crate::drive::{DriveCommand, DriveEvent, DriveOutcome, RigConfig};
use crate::episode::{self, EpisodeConfig};
use crate::process::{Cx, Process, Verb};
use crate::teleoperate::supervise;

/// What to play, and on what.
#[derive(Debug, Clone)]
pub struct ReplayConfig {
    /// The episode, which part of it and how fast.
    pub episode: EpisodeConfig,
    /// One follower, or the left and the right one. In the units the dataset was recorded in.
    pub followers: Vec<ArmConfig>,
    /// Cycles a second.
    pub rate: Hz,
}

/// The verb behind [`replay`].
#[derive(Debug)]
pub struct Replay;

/// Plays an episode on the arm. Held and let go on, it goes on where it was; a joint that does not follow stops it.
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
        let mut episode = episode::read(&config.episode, &config.followers)?;
        for note in std::mem::take(&mut episode.notes) {
            cx.emit(DriveEvent::Note(note));
        }
        let rig = RigConfig {
            followers: config.followers,
            leaders: Vec::new(),
            teleoperator: Box::new(episode.teleoperator()),
        };
        let loop_config = LoopConfig {
            end_when_finished: true,
            ..LoopConfig::new(config.rate)
        };
        supervise(rig, (&[], &Previews::default()), loop_config, None, cx)
    }
}
