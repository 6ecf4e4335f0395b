//! `--robot.cameras`, in LeRobot's spelling: a map of names, each with a type and what that type has.
//!
//! Keys of LeRobot that mean nothing here are taken where leaving them out makes no difference, and refused with the
//! reason where it would. Not here: opening a camera (`cameras`), which ones there are (`tendon find-cameras`).

mod keys;
mod tree;

use cameras::{CameraConfig, Warmup};
use clap::Args;
use protocol::Failure;
use station::camera_settings::{CameraSetting, CameraSource, SimView};
use units::Hz;

use self::keys::Keys;
use self::tree::Node;
use crate::setup::bad_request;

/// Flags about the cameras of a robot.
#[derive(Debug, Clone, Default, Args)]
pub struct CameraArgs {
    /// Cameras by name, for teleoperate, jog and record: '{ front: {type: opencv, index_or_path: /dev/video0, width: 640,
    /// height: 480, fps: 30}, phone: {type: mjpeg, url: http://PHONE:8080/video}, wrist: {type: sim, view: wrist} }'.
    /// Also rotation (0, 90, 180, -90; width and height are those of the turned picture), fourcc, warmup_s, controls.
    #[arg(id = "robot.cameras", long = "robot.cameras", value_name = "MAP")]
    pub cameras: Option<String>,
    /// Cameras of the left arm of a bi_so_follower; left_ is put before their names.
    #[arg(
        id = "robot.left_arm_config.cameras",
        long = "robot.left_arm_config.cameras",
        value_name = "MAP",
        hide_short_help = true
    )]
    pub left_cameras: Option<String>,
    /// Cameras of the right arm of a bi_so_follower; right_ is put before their names.
    #[arg(
        id = "robot.right_arm_config.cameras",
        long = "robot.right_arm_config.cameras",
        value_name = "MAP",
        hide_short_help = true
    )]
    pub right_cameras: Option<String>,
}

impl CameraArgs {
    /// Whether any flag was given.
    pub fn any(&self) -> bool {
        self.cameras.is_some() || self.left_cameras.is_some() || self.right_cameras.is_some()
    }

    /// The cameras that the flags describe; `pair` says whether there are two arms.
    ///
    /// # Errors
    /// When a flag cannot be read, or means something that is not to be had.
    pub fn settings(&self, pair: bool) -> Result<Vec<CameraSetting>, Failure> {
        let mut all = Vec::new();
        for (flag, text, prefix) in [
            ("--robot.cameras", &self.cameras, ""),
            (
                "--robot.left_arm_config.cameras",
                &self.left_cameras,
                "left_",
            ),
            (
                "--robot.right_arm_config.cameras",
                &self.right_cameras,
                "right_",
            ),
        ] {
            let Some(text) = text else { continue };
            if !pair && !prefix.is_empty() {
                return Err(bad_request(
                    format!("{flag} is for a pair of arms"),
                    "Use --robot.cameras, or --robot.type=bi_so_follower.",
                ));
            }
            for mut setting in cameras(flag, text)? {
                setting.config.key.insert_str(0, prefix);
                if all
                    .iter()
                    .any(|other: &CameraSetting| other.config.key == setting.config.key)
                {
                    return Err(bad_request(
                        format!("two cameras are called {}", setting.config.key),
                        "Give every camera a name of its own; datasets know it by that name.",
                    ));
                }
                all.push(setting);
            }
        }
        Ok(all)
    }
}

/// The usual picture, as LeRobot's own examples have it.
const USUAL: (u32, u32, f64) = (640, 480, 30.0);
/// Longest warm-up that may be asked for, in seconds.
const WARMUP: f64 = 60.0;

/// Keys that every type has.
const COMMON: &[&str] = &[
    "type",
    "width",
    "height",
    "fps",
    "rotation",
    "color_mode",
    "warmup_s",
];
/// Types, and the keys that only they have.
const TYPES: &[(&str, &[&str])] = &[
    (
        "opencv",
        &["index_or_path", "fourcc", "backend", "controls"],
    ),
    ("mjpeg", &["url"]),
    ("network", &["url"]),
    ("sim", &["view"]),
];
/// Types of LeRobot that are not to be had here, and what there is instead.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "intelrealsense",
        "A RealSense's colour camera works as type opencv; depth is not recorded.",
    ),
    (
        "realsense",
        "A RealSense's colour camera works as type opencv; depth is not recorded.",
    ),
    (
        "zmq",
        "Use type mjpeg with a camera that sends MJPEG over HTTP.",
    ),
    (
        "reachy2_camera",
        "Tendon drives SO-100 and SO-101 arms; their cameras are of type opencv, mjpeg or sim.",
    ),
];

/// The cameras of one flag.
fn cameras(flag: &str, text: &str) -> Result<Vec<CameraSetting>, Failure> {
    let tree = tree::parse(text).map_err(|why| {
        bad_request(
            format!("{flag} cannot be read: {why}"),
            format!("Put all of it in single quotes, and a space behind each colon: {flag}='{{ front: {{type: opencv, index_or_path: 0, width: 640, height: 480, fps: 30}} }}'"),
        )
    })?;
    let Node::Map(named) = tree else {
        return Err(bad_request(
            format!("{flag} is {} instead of a map of names", tree.words()),
            format!(
                "Give each camera a name: {flag}='{{ front: {{type: opencv, index_or_path: 0}} }}'"
            ),
        ));
    };
    named
        .into_iter()
        .map(|(name, node)| {
            let camera = One {
                whole: format!("{flag}, camera {name}"),
                name,
            };
            camera.setting(node)
        })
        .collect()
}

/// One camera that is being read.
struct One {
    /// The flag and its name, for messages.
    whole: String,
    name: String,
}

impl One {
    fn bad(&self, what: impl std::fmt::Display, remedy: impl Into<String>) -> Failure {
        bad_request(format!("{}: {what}", self.whole), remedy)
    }

    fn setting(self, node: Node) -> Result<CameraSetting, Failure> {
        // Names become columns of tables and folders, on every system.
        let fits = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
        if self.name.is_empty() || self.name.len() > 60 || !self.name.chars().all(fits) {
            return Err(self.bad(
                "this cannot be a camera's name",
                "Use letters, digits, _ and -, such as front or wrist_left.",
            ));
        }
        let Node::Map(keys) = node else {
            return Err(self.bad(
                format!("{} instead of a map of keys", node.words()),
                format!(
                    "Write it as {}: {{type: opencv, index_or_path: 0}}",
                    self.name
                ),
            ));
        };
        // What stands for nothing was left out.
        let keys: Vec<(String, Node)> = keys
            .into_iter()
            .filter(|(_, node)| !node.is_null())
            .collect();
        let kind = self.kind(&keys)?;
        let keys = Keys {
            camera: &self,
            keys: &keys,
        };
        keys.all_known(kind)?;
        let size = keys.size()?;
        let fps = keys.number("fps", USUAL.2)?;
        let fps = Hz::new(fps).ok_or_else(|| {
            self.bad(
                format!("no camera gives {fps} pictures a second"),
                "Choose 1 to 1000; 30 is usual.",
            )
        })?;
        keys.color_mode()?;
        let rotation = keys.rotation()?;
        let warmup = match keys.find("warmup_s") {
            None => Warmup::default(),
            Some(_) => Warmup {
                at_most: keys.seconds("warmup_s")?,
            },
        };
        let source = match kind {
            "opencv" => {
                keys.backend()?;
                let wanted = keys.needed("index_or_path", "Its number, its device file, or its stable name; tendon find-cameras lists them.")?;
                // OpenCV takes addresses here too.
                match wanted.contains("://") {
                    true => CameraSource::Network(wanted),
                    false => CameraSource::Device(wanted),
                }
            }
            "sim" => {
                let view = keys.needed("view", "Use front or wrist.")?;
                let view = SimView::from_name(&view).ok_or_else(|| {
                    self.bad(format!("there is no view {view}"), "Use front or wrist.")
                })?;
                CameraSource::Sim(view)
            }
            _ => CameraSource::Network(keys.needed(
                "url",
                "Use its address, such as http://192.168.1.20:8080/video.",
            )?),
        };
        let config = CameraConfig {
            format: keys.fourcc()?,
            // LeRobot's size is that of the turned picture, ours that of the camera's.
            rotation,
            controls: keys.controls()?,
            warmup,
            ..CameraConfig::new(self.name.clone(), rotation.applied_to(size), fps)
        };
        Ok(CameraSetting { config, source })
    }

    fn kind(&self, keys: &[(String, Node)]) -> Result<&'static str, Failure> {
        const USE: &str = "Use opencv for a camera of this machine, mjpeg for one on the network, sim for a drawn one.";
        let told = match keys.iter().find(|(key, _)| key == "type") {
            Some((_, node)) => node.words(),
            None => return Err(self.bad("it has no type", USE)),
        };
        if let Some((kind, _)) = TYPES.iter().find(|(kind, _)| *kind == told) {
            return Ok(kind);
        }
        let remedy = ELSEWHERE
            .iter()
            .find(|(kind, _)| *kind == told)
            .map_or(USE, |(_, remedy)| remedy);
        Err(self.bad(format!("type {told} is not known"), remedy))
    }
}

#[cfg(test)]
mod tests;
