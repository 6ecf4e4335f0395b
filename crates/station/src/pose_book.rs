//! Saved poses of one arm: a text file that people may read and change, in LeRobot's degrees.
//!
//! One file per arm, found by its kind and its id, beside the settings and not beside the calibration, because LeRobot
//! refuses files it does not know there. It is replaced whole, never half. An arm that was calibrated anew since may
//! reach a pose a little differently; its limits hold all the same.
//! Not here: going there (`pose`).

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use arms::{ArmConfig, JOINTS, Joint};
use protocol::{ErrorCode, Failure};
use serde::Deserialize;

use crate::failure::failure;
use crate::settings;

/// The pose an arm rests in, where it has no pose of that name: LeRobot's own reset pose, folded on the table. As every
/// goal it is brought within the arm's own range.
pub const FOLDED: [f64; JOINTS] = [-4.0, -103.0, 97.0, 78.0, -65.0, 0.0];
/// The name of the pose an arm rests in.
pub const REST: &str = "rest";
/// What the numbers of this program's poses are.
const DEGREES: &str = "degrees";
/// The only version so far.
const VERSION: u32 = 1;
/// A file of poses is a few kilobytes; anything much larger is something else.
const LARGEST: u64 = 1 << 20;

/// Why poses could not be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum PoseError {
    /// The name cannot be one.
    #[error("“{0}” is no name for a pose")]
    Name(String),
    /// There is none.
    #[error("{arm} has no pose “{name}”, only: {}\nFile: {}", listed(.known), path.display())]
    Unknown {
        /// The arm.
        arm: String,
        /// What was asked for.
        name: String,
        /// What there is.
        known: Vec<String>,
        /// The file.
        path: PathBuf,
    },
    /// It was saved in other units.
    #[error("{arm}: the pose “{name}” was saved in {units}, not in degrees\nFile: {}", path.display())]
    Units {
        /// The arm.
        arm: String,
        /// The pose.
        name: String,
        /// What the file says.
        units: String,
        /// The file.
        path: PathBuf,
    },
    /// The arm is not driven in degrees.
    #[error("{0}: poses are in degrees, and this arm is not driven in degrees")]
    NotDegrees(String),
    /// It belongs to another arm.
    #[error("these are poses of the {kind} “{id}”, not of {arm}\nFile: {}", path.display())]
    OtherArm {
        /// The arm.
        arm: String,
        /// The file's kind of arm.
        kind: String,
        /// The file's arm.
        id: String,
        /// The file.
        path: PathBuf,
    },
    /// The file makes no sense.
    #[error("the poses make no sense: {message}\nFile: {}", path.display())]
    Wrong {
        /// Line and reason.
        message: String,
        /// The file.
        path: PathBuf,
    },
    /// The disk refused.
    #[error("the poses could not be {doing}: {source}\nFile: {}", path.display())]
    Disk {
        /// `read` or `written`.
        doing: &'static str,
        /// The system's words.
        source: io::Error,
        /// The file.
        path: PathBuf,
    },
}

fn listed(known: &[String]) -> String {
    if known.is_empty() {
        "none".to_owned()
    } else {
        known.join(", ")
    }
}

impl PoseError {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Name(_) => "Use up to 40 letters, digits, - and _.",
            Self::Unknown { .. } => "Bring the arm there and save it: tendon pose save NAME.",
            Self::Units { .. } => "Bring the arm there and save the pose again.",
            Self::NotDegrees(_) => "Leave --robot.use_degrees=false out.",
            Self::OtherArm { .. } => "Move the file away, or name the arm it belongs to.",
            Self::Wrong { .. } => "Mend the file, or move it away and save the poses again.",
            Self::Disk { .. } => "Check that the folder is yours and that the disk is not full.",
        }
    }
}

impl From<PoseError> for Failure {
    fn from(error: PoseError) -> Self {
        let code = match &error {
            PoseError::Disk { .. } => ErrorCode::Disk,
            PoseError::Wrong { .. } => ErrorCode::Data,
            _ => ErrorCode::BadRequest,
        };
        failure(code, &error, error.remedy())
    }
}

/// One saved pose.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPose {
    /// `degrees`; the gripper is in percent all the same.
    pub units: String,
    /// When it was saved, UTC.
    #[serde(default)]
    pub saved_at: String,
    /// Motor 1.
    pub shoulder_pan: f64,
    /// Motor 2.
    pub shoulder_lift: f64,
    /// Motor 3.
    pub elbow_flex: f64,
    /// Motor 4.
    pub wrist_flex: f64,
    /// Motor 5.
    pub wrist_roll: f64,
    /// Motor 6, percent.
    pub gripper: f64,
}

impl SavedPose {
    /// The values in bus order.
    pub fn joints(&self) -> [f64; JOINTS] {
        [
            self.shoulder_pan,
            self.shoulder_lift,
            self.elbow_flex,
            self.wrist_flex,
            self.wrist_roll,
            self.gripper,
        ]
    }

    /// A pose in degrees, saved now.
    fn now(joints: [f64; JOINTS]) -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let [
            shoulder_pan,
            shoulder_lift,
            elbow_flex,
            wrist_flex,
            wrist_roll,
            gripper,
        ] = joints;
        Self {
            units: DEGREES.to_owned(),
            saved_at: crate::log::utc(since.unwrap_or_default()),
            shoulder_pan,
            shoulder_lift,
            elbow_flex,
            wrist_flex,
            wrist_roll,
            gripper,
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    version: u32,
    arm_kind: String,
    arm_id: String,
    #[serde(default)]
    poses: BTreeMap<String, SavedPose>,
}

/// The poses of one arm, as they are on disk.
#[derive(Debug)]
pub struct PoseBook {
    arm: String,
    kind: &'static str,
    id: String,
    degrees: bool,
    path: PathBuf,
    poses: BTreeMap<String, SavedPose>,
}

impl PoseBook {
    /// Reads the poses of an arm from the usual folder, `poses` beside the settings file.
    ///
    /// # Errors
    /// When the file cannot be read, makes no sense, or belongs to another arm. No file means no poses.
    pub fn open(arm: &ArmConfig) -> Result<Self, PoseError> {
        let settings = settings::settings_file();
        let folder = settings.parent().unwrap_or_else(|| Path::new("."));
        Self::open_in(&folder.join("poses"), arm)
    }

    /// Reads the poses of an arm from a folder of poses.
    ///
    /// # Errors
    /// As [`PoseBook::open`].
    pub fn open_in(folder: &Path, arm: &ArmConfig) -> Result<Self, PoseError> {
        let kind = arm.kind.lerobot_name();
        // LeRobot's name for the file of an arm without one.
        let id = arm.id.clone().unwrap_or_else(|| "None".to_owned());
        if id.contains(['/', '\\', '"']) || id.starts_with('.') || id.chars().any(char::is_control)
        {
            return Err(PoseError::Name(id));
        }
        let path = folder.join(kind).join(format!("{id}.toml"));
        let mut book = Self {
            arm: arm.name.clone(),
            kind,
            id,
            degrees: arm.use_degrees,
            path,
            poses: BTreeMap::new(),
        };
        if let Some(text) = book.read()? {
            book.poses = book.parse(&text)?;
        }
        Ok(book)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// All poses by name.
    pub fn poses(&self) -> &BTreeMap<String, SavedPose> {
        &self.poses
    }

    /// A pose in the arm's values. An arm without a pose `rest` rests folded.
    ///
    /// # Errors
    /// When there is no such pose, or it or the arm is not in degrees.
    pub fn get(&self, name: &str) -> Result<[f64; JOINTS], PoseError> {
        if !self.degrees {
            return Err(PoseError::NotDegrees(self.arm.clone()));
        }
        match self.poses.get(name) {
            Some(pose) if pose.units == DEGREES => Ok(pose.joints()),
            Some(pose) => Err(PoseError::Units {
                arm: self.arm.clone(),
                name: name.to_owned(),
                units: pose.units.clone(),
                path: self.path.clone(),
            }),
            None if name == REST => Ok(FOLDED),
            None => Err(self.unknown(name)),
        }
    }

    /// Keeps a pose, given in degrees and percent, and replaces one of the same name.
    ///
    /// # Errors
    /// When the name cannot be one or the disk refuses.
    pub fn save(&mut self, name: &str, joints: [f64; JOINTS]) -> Result<(), PoseError> {
        let letters = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || name.len() > 40 || !name.chars().all(letters) {
            return Err(PoseError::Name(name.to_owned()));
        }
        self.poses.insert(name.to_owned(), SavedPose::now(joints));
        self.write()
    }

    /// Forgets a pose.
    ///
    /// # Errors
    /// When there is none of that name or the disk refuses.
    pub fn delete(&mut self, name: &str) -> Result<SavedPose, PoseError> {
        let pose = self.poses.remove(name).ok_or_else(|| self.unknown(name))?;
        self.write()?;
        Ok(pose)
    }

    fn unknown(&self, name: &str) -> PoseError {
        PoseError::Unknown {
            arm: self.arm.clone(),
            name: name.to_owned(),
            known: self.poses.keys().cloned().collect(),
            path: self.path.clone(),
        }
    }

    fn read(&self) -> Result<Option<String>, PoseError> {
        let disk = |source| PoseError::Disk {
            doing: "read",
            source,
            path: self.path.clone(),
        };
        match fs::metadata(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(disk(error)),
            Ok(about) if about.len() > LARGEST => return Err(self.wrong("it is larger than 1 MiB")),
            Ok(_) => {}
        }
        fs::read_to_string(&self.path).map(Some).map_err(disk)
    }

    fn wrong(&self, message: impl Into<String>) -> PoseError {
        PoseError::Wrong {
            message: message.into(),
            path: self.path.clone(),
        }
    }

    fn parse(&self, text: &str) -> Result<BTreeMap<String, SavedPose>, PoseError> {
        let content: Content =
            toml::from_str(text).map_err(|error| self.wrong(error.to_string()))?;
        if content.version != VERSION {
            return Err(self.wrong(format!(
                "version {} is not known, only {VERSION}",
                content.version
            )));
        }
        if content.arm_kind != self.kind || content.arm_id != self.id {
            return Err(PoseError::OtherArm {
                arm: self.arm.clone(),
                kind: content.arm_kind,
                id: content.arm_id,
                path: self.path.clone(),
            });
        }
        for (name, pose) in &content.poses {
            if let Some(joint) = pose.joints().iter().position(|value| !value.is_finite()) {
                return Err(self.wrong(format!(
                    "{} of the pose “{name}” is no number",
                    Joint::ALL[joint].name()
                )));
            }
        }
        Ok(content.poses)
    }

    fn text(&self) -> String {
        let mut text = format!(
            "# Poses of one arm. Joints in LeRobot's degrees (0 is the middle of the recorded range), the gripper in \
             percent.\nversion = {VERSION}\narm_kind = \"{}\"\narm_id = \"{}\"\n",
            self.kind, self.id
        );
        for (name, pose) in &self.poses {
            text.push_str(&format!(
                "\n[poses.{name}]\nunits = \"{}\"\nsaved_at = \"{}\"\n",
                pose.units, pose.saved_at
            ));
            for (joint, value) in Joint::ALL.iter().zip(pose.joints()) {
                text.push_str(&format!("{} = {value:.3}\n", joint.name()));
            }
        }
        text
    }

    fn write(&self) -> Result<(), PoseError> {
        let disk = |source| PoseError::Disk {
            doing: "written",
            source,
            path: self.path.clone(),
        };
        let folder = self.path.parent().unwrap_or_else(|| Path::new("."));
        fs::create_dir_all(folder).map_err(disk)?;
        let mut aside = self.path.clone().into_os_string();
        aside.push(format!(".{}", std::process::id()));
        let written = File::create(&aside)
            .and_then(|mut file| {
                file.write_all(self.text().as_bytes())?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&aside, &self.path));
        if written.is_err() {
            // What was left half written is of use to nobody; the reason is told below.
            drop(fs::remove_file(&aside));
        }
        written.map_err(disk)
    }
}

#[cfg(test)]
mod tests;
