//! What a session records: rate, robot, the names of the values in a row, and the cameras.

use std::collections::BTreeSet;
use std::path::Path;

use crate::camera::CameraSpec;
use crate::error::DatasetError;
use crate::info::{DATA_PATH, Feature, Info, VIDEO_PATH};
use crate::template::Template;

/// What the rows of a dataset are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatasetSpec {
    /// Rows per second, 1 to 1000.
    pub fps: u32,
    /// LeRobot's class name: `so_follower`, for two arms `bi_so_follower`.
    pub robot_type: String,
    /// Names of the values of `observation.state`, such as `shoulder_pan.pos`, in order.
    pub state: Vec<String>,
    /// Names of the values of `action`.
    pub action: Vec<String>,
    /// The cameras, in order; each row has one picture of each.
    pub cameras: Vec<CameraSpec>,
}

/// Rates a dataset may have.
pub const FPS: std::ops::RangeInclusive<u32> = 1..=1000;

impl DatasetSpec {
    /// The spec of LeRobot's SO-100 and SO-101 followers: six joints; with `two_arms` twelve, the left arm's first.
    /// Without cameras.
    pub fn so_follower(fps: u32, two_arms: bool) -> Self {
        const JOINTS: [&str; 6] = [
            "shoulder_pan",
            "shoulder_lift",
            "elbow_flex",
            "wrist_flex",
            "wrist_roll",
            "gripper",
        ];
        let sides: &[&str] = if two_arms {
            &["left_", "right_"]
        } else {
            &[""]
        };
        let names: Vec<String> = sides
            .iter()
            .flat_map(|side| JOINTS.iter().map(move |joint| format!("{side}{joint}.pos")))
            .collect();
        Self {
            fps,
            robot_type: if two_arms {
                "bi_so_follower"
            } else {
                "so_follower"
            }
            .to_owned(),
            state: names.clone(),
            action: names,
            cameras: Vec::new(),
        }
    }

    /// The description of a dataset without episodes.
    ///
    /// # Errors
    /// [`DatasetError::BadInput`] when the rate is out of range or names are missing or repeated.
    pub fn info(&self) -> Result<Info, DatasetError> {
        let wrong = |problem: String| Err(DatasetError::BadInput { problem });
        if !FPS.contains(&self.fps) {
            return wrong(format!(
                "a dataset has {} to {} rows per second, not {}",
                FPS.start(),
                FPS.end(),
                self.fps
            ));
        }
        if self.robot_type.is_empty() {
            return wrong("the robot type is empty".to_owned());
        }
        for (feature, names) in [("action", &self.action), ("observation.state", &self.state)] {
            let distinct: BTreeSet<&String> = names.iter().collect();
            if names.is_empty() || distinct.len() != names.len() {
                return wrong(format!("{feature} needs names, each once: {names:?}"));
            }
        }
        let distinct: BTreeSet<&str> = self.cameras.iter().map(CameraSpec::name).collect();
        if distinct.len() != self.cameras.len() {
            let names: Vec<&str> = self.cameras.iter().map(CameraSpec::name).collect();
            return wrong(format!("two cameras have the same name: {names:?}"));
        }
        if let Some(problem) = self.cameras.iter().find_map(CameraSpec::problem) {
            return wrong(problem);
        }
        Info::new(
            self.fps,
            &self.robot_type,
            &[
                ("action", self.action.clone()),
                ("observation.state", self.state.clone()),
            ],
            &self.cameras,
        )
    }

    /// Whether a dataset can be continued with this: robot, rate and features the same; the features' order and what
    /// they say under `info` do not matter. So films of another codec may be added: LeRobot opens each film by itself,
    /// and only its tools that join films refuse two codecs.
    ///
    /// # Errors
    /// [`DatasetError::Differs`], naming the first thing that differs.
    pub fn check_resume(&self, info: &Info, root: &Path) -> Result<(), DatasetError> {
        let differs = |what: &str, theirs: String, ours: String| {
            Err(DatasetError::Differs {
                what: what.to_owned(),
                theirs,
                ours,
                path: root.to_owned(),
            })
        };
        if info.robot_type.as_deref() != Some(&self.robot_type) {
            let theirs = info.robot_type.clone().unwrap_or_else(|| "none".to_owned());
            return differs("robot_type", theirs, self.robot_type.clone());
        }
        if info.fps != f64::from(self.fps) {
            return differs("fps", info.fps.to_string(), self.fps.to_string());
        }
        let ours = self.info()?;
        for feature in &ours.features {
            let name = format!("the feature {:?}", feature.name);
            match info.feature(&feature.name) {
                None => return differs(&name, "none".to_owned(), describe(feature)),
                Some(theirs) if describe(theirs) != describe(feature) => {
                    return differs(&name, describe(theirs), describe(feature));
                }
                Some(_) => {}
            }
        }
        let mut features = info.features.iter();
        if let Some(extra) = features.find(|feature| ours.feature(&feature.name).is_none()) {
            return differs(
                &format!("the feature {:?}", extra.name),
                describe(extra),
                "none".to_owned(),
            );
        }
        if !tells_apart(&info.data_path, false) {
            return differs(
                "data_path",
                "one name for several files".to_owned(),
                DATA_PATH.to_owned(),
            );
        }
        match &info.video_path {
            _ if info.video_keys().is_empty() => Ok(()),
            Some(path) if tells_apart(path, info.video_keys().len() > 1) => Ok(()),
            Some(_) => differs(
                "video_path",
                "one name for several films".to_owned(),
                VIDEO_PATH.to_owned(),
            ),
            None => differs("video_path", "null".to_owned(), VIDEO_PATH.to_owned()),
        }
    }
}

/// Whether every file, and with `cameras` every camera's, has a name of its own.
fn tells_apart(path: &Template, cameras: bool) -> bool {
    let first = path.path(0, 0, "a");
    first != path.path(0, 1, "a")
        && first != path.path(1, 0, "a")
        && (!cameras || first != path.path(0, 0, "b"))
}

/// A feature as one line: dtype, shape, and names if there are any. The names of a camera's axes are always the same.
fn describe(feature: &Feature) -> String {
    match &feature.names {
        Some(names) if !feature.is_default() && !feature.is_camera() => {
            format!("{} {:?} {}", feature.dtype, feature.shape, names.join(", "))
        }
        _ => format!("{} {:?}", feature.dtype, feature.shape),
    }
}
