//! The actions of a recorded episode as goals of a rig: the right values in the right order and the right units.
//!
//! Works for datasets of this program, of LeRobot and of others: joints are found by the names of the `action` feature,
//! in whatever order they stand. Neither LeRobot's datasets nor its calibration files say in which units they are, so
//! what can be seen in the numbers is used to refuse what cannot be meant.
//! Not here: playing them (`replay`).

use std::path::PathBuf;
use std::time::Duration;

use arms::{ArmConfig, JOINTS, Joint, Values};
use dataset::Dataset;
use protocol::{ErrorCode, Failure};
use teleop::ReplayTeleoperator;
use units::Hz;

use crate::failure::{bad_request, failure};

/// Most rows of an episode that is played: ten hours at 30 a second.
const MOST_ROWS: u64 = 1_080_000;
/// A joint farther than this cannot be on a scale of -100 to 100.
const SURELY_DEGREES: f32 = 100.5;
/// Names of the robot in datasets of LeRobot releases that recorded on the scale of -100 to 100 by default.
const OLDER_TYPES: [&str; 6] = [
    "so100",
    "so101",
    "so100_follower",
    "so101_follower",
    "bi_so100_follower",
    "bi_so101_follower",
];

/// Which part of which episode is to be played, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct EpisodeConfig {
    /// Folder of the dataset.
    pub root: PathBuf,
    /// The episode, from 0.
    pub episode: u64,
    /// From this second of the episode on.
    pub from: Option<f64>,
    /// Up to this second.
    pub to: Option<f64>,
    /// 0.1 to 4 times the recorded speed.
    pub speed: f64,
    /// The person has said in which units the arms are, so what only looks like other units is played.
    pub units_confirmed: bool,
}

impl EpisodeConfig {
    /// A whole episode as it was recorded.
    pub fn new(root: PathBuf, episode: u64) -> Self {
        Self {
            root,
            episode,
            from: None,
            to: None,
            speed: 1.0,
            units_confirmed: false,
        }
    }
}

/// An episode that can be played.
#[derive(Debug)]
pub struct Episode {
    rows: Vec<Values>,
    fps: Hz,
    first: Duration,
    speed: f64,
    /// What a person should know about it.
    pub notes: Vec<String>,
}

impl Episode {
    /// What drives it.
    pub fn teleoperator(self) -> ReplayTeleoperator {
        ReplayTeleoperator::new(self.rows, self.fps)
            .at_speed(self.speed)
            .beginning_at(self.first)
    }
}

/// Reads an episode for a rig.
///
/// # Errors
/// When there is no such episode, when its joints are not the rig's, or when its units cannot be the rig's.
pub fn read(config: &EpisodeConfig, followers: &[ArmConfig]) -> Result<Episode, Failure> {
    let fail = |error: dataset::DatasetError| failure(ErrorCode::Data, &error, error.remedy());
    if !teleop::replay::REPLAY_SPEEDS.contains(&config.speed) {
        return Err(bad_request(
            format!("a replay does not run at {} times its speed", config.speed),
            "Use 0.1 to 4.",
        ));
    }
    let dataset = Dataset::open(&config.root).map_err(fail)?;
    let info = dataset.info();
    let fps = Hz::new(info.fps).ok_or_else(|| {
        bad_request(
            format!("a dataset at {} fps cannot be played", info.fps),
            "Choose a dataset between 1 and 250 fps.",
        )
    })?;
    let length = episode_length(&dataset, config.episode)?;
    let range = rows_between(config, length, fps)?;
    let feature = info.feature("action").ok_or_else(|| {
        bad_request(
            "the dataset has no actions",
            "Play a dataset that was recorded with an arm.",
        )
    })?;
    let mut notes = Vec::new();
    let places = places(feature, followers.len(), &mut notes)?;
    let mut rows = Vec::with_capacity(range.len());
    let mut seen = Seen::default();
    for row in dataset.rows(config.episode).map_err(fail)?.take(range.end) {
        let row = row.map_err(fail)?;
        if (row.frame_index.max(0) as usize) < range.start {
            continue;
        }
        let values = values(&row.action, &places).ok_or_else(|| {
            failure(
                ErrorCode::Data,
                format!(
                    "row {} of episode {} has {} actions, or one that is no number",
                    row.frame_index,
                    config.episode,
                    row.action.len()
                ),
                "Check the dataset with `tendon dataset verify`.",
            )
        })?;
        seen.note(&values);
        rows.push(values);
    }
    if rows.is_empty() {
        return Err(bad_request(
            format!("episode {} has no rows there", config.episode),
            "Choose another episode or another part of it.",
        ));
    }
    for arm in followers {
        seen.check(arm, info.robot_type.as_deref(), config.units_confirmed)?;
    }
    let first = Duration::from_secs_f64(range.start as f64 / fps.get());
    let seconds = (rows.len() - 1) as f64 / fps.get() / config.speed;
    notes.insert(
        0,
        format!(
            "episode {}: {} rows at {fps} fps, {seconds:.1} s at {} times the speed",
            config.episode,
            rows.len(),
            config.speed
        ),
    );
    Ok(Episode {
        rows,
        fps,
        first,
        speed: config.speed,
        notes,
    })
}

fn episode_length(dataset: &Dataset, episode: u64) -> Result<u64, Failure> {
    let episodes = dataset.episodes();
    let found = usize::try_from(episode)
        .ok()
        .and_then(|at| episodes.get(at))
        .ok_or_else(|| {
            bad_request(
                format!("there is no episode {episode}, only {}", episodes.len()),
                "Episodes are counted from 0.",
            )
        })?;
    if found.length > MOST_ROWS {
        return Err(bad_request(
            format!("episode {episode} has {} rows", found.length),
            "Episodes of more than ten hours cannot be played.",
        ));
    }
    Ok(found.length)
}

/// The rows between two seconds, both included.
fn rows_between(
    config: &EpisodeConfig,
    length: u64,
    fps: Hz,
) -> Result<std::ops::Range<usize>, Failure> {
    let seconds = length.saturating_sub(1) as f64 / fps.get();
    let (from, to) = (config.from.unwrap_or(0.0), config.to.unwrap_or(seconds));
    if !(from >= 0.0 && from <= seconds && to > from) {
        return Err(bad_request(
            format!(
                "episode {} lasts {seconds:.1} s: nothing lies between {from} s and {to} s",
                config.episode
            ),
            "Choose two seconds of the episode, the earlier one first.",
        ));
    }
    // A hair, so that 0.1 s at 30 fps is row 3 in spite of rounding.
    let first = (from * fps.get() - 1e-6).ceil().max(0.0) as usize;
    let last = (to * fps.get() + 1e-6).floor() as usize;
    Ok(first..last.saturating_add(1).min(length as usize).max(first))
}

/// Where in an action each joint of the rig stands, in dataset order.
fn places(
    feature: &dataset::Feature,
    arms: usize,
    notes: &mut Vec<String>,
) -> Result<Vec<usize>, Failure> {
    let wanted: Vec<(Option<&str>, Joint)> = if arms > 1 {
        ["left", "right"]
            .into_iter()
            .flat_map(|side| Joint::ALL.map(|joint| (Some(side), joint)))
            .collect()
    } else {
        Joint::ALL.map(|joint| (None, joint)).to_vec()
    };
    let width = feature.width();
    let other_rig = |what: String| {
        bad_request(
            what,
            "Play it on the same kind of rig it was recorded on: one arm, or --robot.type=bi_so_follower.",
        )
    };
    let Some(names) = &feature.names else {
        if width != wanted.len() {
            return Err(other_rig(format!(
                "an action of the dataset has {width} values, the rig wants {}",
                wanted.len()
            )));
        }
        notes.push(
            "the dataset does not name its joints; they are taken in LeRobot's order".to_owned(),
        );
        return Ok((0..width).collect());
    };
    if names.len() != width {
        return Err(failure(
            ErrorCode::Data,
            format!("the dataset names {} of {width} actions", names.len()),
            "Check the dataset with `tendon dataset verify`.",
        ));
    }
    let meant: Vec<_> = names.iter().map(|name| joint_named(name)).collect();
    if let Some(at) = meant.iter().position(Option::is_none) {
        return Err(other_rig(format!(
            "the dataset's action “{}” is no joint of this rig",
            names[at]
        )));
    }
    let mut places = Vec::with_capacity(wanted.len());
    for (side, joint) in &wanted {
        let found: Vec<usize> = (0..names.len())
            .filter(|at| meant[*at] == Some((*side, *joint)))
            .collect();
        match found[..] {
            [at] => places.push(at),
            [] => {
                return Err(other_rig(format!(
                    "the dataset has no action for {}{}: {}",
                    side.map_or_else(String::new, |side| format!("{side} ")),
                    joint.name().replace('_', " "),
                    names.join(", ")
                )));
            }
            _ => {
                return Err(other_rig(format!(
                    "the dataset has several actions for {}: {}",
                    joint.name().replace('_', " "),
                    names.join(", ")
                )));
            }
        }
    }
    if names.len() > wanted.len() {
        return Err(other_rig(format!(
            "the dataset has actions that this rig has no joints for: {}",
            names.join(", ")
        )));
    }
    if places.windows(2).any(|pair| pair[1] != pair[0] + 1) {
        notes
            .push("the dataset has its joints in another order; they go by their names".to_owned());
    }
    Ok(places)
}

/// `shoulder_pan.pos`, `left_gripper.pos`, and as older datasets have them `shoulder_pan` and `main_shoulder_pan`.
fn joint_named(name: &str) -> Option<(Option<&'static str>, Joint)> {
    let name = name.strip_suffix(".pos").unwrap_or(name);
    let (side, name) = if let Some(rest) = name.strip_prefix("left_") {
        (Some("left"), rest)
    } else if let Some(rest) = name.strip_prefix("right_") {
        (Some("right"), rest)
    } else {
        (None, name)
    };
    let name = name.strip_prefix("main_").unwrap_or(name);
    Joint::from_name(name).map(|joint| (side, joint))
}

fn values(action: &[f32], places: &[usize]) -> Option<Values> {
    let mut arms = Vec::with_capacity(2);
    for arm in places.chunks_exact(JOINTS) {
        let mut joints = [0.0; JOINTS];
        for (value, at) in joints.iter_mut().zip(arm) {
            *value = f64::from(*action.get(*at)?);
            if !value.is_finite() {
                return None;
            }
        }
        arms.push(joints);
    }
    Some(Values::from_arms(&arms))
}

/// What the numbers show about their units; grippers are in percent either way.
#[derive(Debug, Default)]
struct Seen {
    /// The farthest joint from the middle of its range.
    farthest: f32,
    /// Values that are 100 or -100 to the last digit, where the older scale ends.
    at_the_end: u64,
}

impl Seen {
    fn note(&mut self, values: &Values) {
        for (place, value) in values.as_slice().iter().enumerate() {
            if place % JOINTS == Joint::Gripper.index() {
                continue;
            }
            let far = value.abs() as f32;
            self.farthest = self.farthest.max(far);
            self.at_the_end += u64::from(far == 100.0);
        }
    }

    fn check(&self, arm: &ArmConfig, robot: Option<&str>, confirmed: bool) -> Result<(), Failure> {
        let beyond = self.farthest > SURELY_DEGREES;
        if !arm.use_degrees {
            return if beyond {
                Err(bad_request(
                    format!(
                        "the episode is in degrees (a joint is at {:.1}), but {} is driven from -100 to 100",
                        self.farthest, arm.name
                    ),
                    "Use --robot.use_degrees=true.",
                ))
            } else {
                Ok(())
            };
        }
        if beyond || confirmed {
            return Ok(());
        }
        let why = if self.at_the_end > 0 {
            format!("{} values are exactly 100 or -100", self.at_the_end)
        } else if robot.is_some_and(|robot| OLDER_TYPES.contains(&robot)) {
            format!(
                "its robot type is {}, of a LeRobot that recorded so by default",
                robot.unwrap_or_default()
            )
        } else {
            return Ok(());
        };
        Err(bad_request(
            format!(
                "the episode seems to be on the older scale of -100 to 100 ({why}), but {} is driven in degrees",
                arm.name
            ),
            "Use --robot.use_degrees=false to play it so, or say --robot.use_degrees=true if it is in degrees.",
        ))
    }
}

#[cfg(test)]
mod tests;
