//! `--robot.cameras`, in LeRobot's spelling: a map of names, each with a type and what that type has.
//!
//! Keys of LeRobot that mean nothing here are taken where leaving them out makes no difference, and refused with the
//! reason where it would. Not here: opening a camera (`cameras`), which ones there are (`tendon find-cameras`).

mod tree;

use std::time::Duration;

use cameras::{CameraConfig, ControlSetting, ControlValue, Warmup};
use clap::Args;
use pixels::{PixelFormat, Rotation, Size};
use protocol::Failure;
use station::camera_settings::{CameraSetting, CameraSource, SimView};
use units::Hz;

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

/// The keys of one camera.
struct Keys<'a> {
    camera: &'a One,
    keys: &'a [(String, Node)],
}

impl Keys<'_> {
    fn find(&self, key: &str) -> Option<&Node> {
        self.keys
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, node)| node)
    }

    fn bad(&self, key: &str, node: &Node, remedy: impl Into<String>) -> Failure {
        self.camera
            .bad(format!("{key} cannot be {}", node.words()), remedy)
    }

    fn all_known(&self, kind: &str) -> Result<(), Failure> {
        let own = TYPES
            .iter()
            .find(|(known, _)| *known == kind)
            .map_or(&[][..], |(_, own)| own);
        let unknown = |key: &str| !COMMON.contains(&key) && !own.contains(&key);
        match self.keys.iter().find(|(key, _)| unknown(key)) {
            None => Ok(()),
            Some((key, _)) => {
                let mut known: Vec<&str> = COMMON.iter().chain(own).copied().collect();
                known.sort_unstable();
                Err(self.camera.bad(
                    format!("type {kind} has no key {key}"),
                    format!("It has {}.", known.join(", ")),
                ))
            }
        }
    }

    fn word(&self, key: &str, remedy: &str) -> Result<Option<&str>, Failure> {
        match self.find(key) {
            None => Ok(None),
            Some(Node::Word { text, .. }) => Ok(Some(text.trim())),
            Some(node) => Err(self.bad(key, node, remedy)),
        }
    }

    fn needed(&self, key: &str, remedy: &str) -> Result<String, Failure> {
        self.word(key, remedy)?
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| self.camera.bad(format!("it has no {key}"), remedy))
    }

    fn number(&self, key: &str, usual: f64) -> Result<f64, Failure> {
        match self.find(key) {
            None => Ok(usual),
            Some(node) => number(node).ok_or_else(|| self.bad(key, node, "Give a number.")),
        }
    }

    fn seconds(&self, key: &str) -> Result<Duration, Failure> {
        let seconds = self.number(key, 0.0)?;
        if !(0.0..=WARMUP).contains(&seconds) {
            return Err(self.camera.bad(
                format!("{key} cannot be {seconds}"),
                format!("Give 0 to {WARMUP} seconds; no more than needed is waited."),
            ));
        }
        Ok(Duration::from_secs_f64(seconds))
    }

    /// Width and height, both or none.
    fn size(&self) -> Result<Size, Failure> {
        let side = |key: &str, usual: u32| -> Result<u32, Failure> {
            match self.find(key) {
                None => Ok(usual),
                Some(node) => number(node)
                    .filter(|pixels| {
                        pixels.fract() == 0.0 && (1.0..=f64::from(Size::LARGEST)).contains(pixels)
                    })
                    .map(|pixels| pixels as u32)
                    .ok_or_else(|| {
                        self.bad(
                            key,
                            node,
                            format!("Give a whole number from 1 to {}.", Size::LARGEST),
                        )
                    }),
            }
        };
        if self.find("width").is_some() != self.find("height").is_some() {
            return Err(self.camera.bad(
                "width and height belong together",
                "Give both, or none for 640x480.",
            ));
        }
        let (width, height) = (side("width", USUAL.0)?, side("height", USUAL.1)?);
        Size::new(width, height).ok_or_else(|| {
            self.camera.bad(
                format!("there are no pictures of {width}x{height}"),
                "Choose another size.",
            )
        })
    }

    fn rotation(&self) -> Result<Rotation, Failure> {
        let Some(node) = self.find("rotation") else {
            return Ok(Rotation::None);
        };
        let degrees = match node.words().to_ascii_uppercase().as_str() {
            "NO_ROTATION" => Some(0.0),
            "ROTATE_90" => Some(90.0),
            "ROTATE_180" => Some(180.0),
            "ROTATE_270" => Some(270.0),
            _ => number(node),
        };
        degrees
            .filter(|degrees| degrees.fract() == 0.0)
            .and_then(|degrees| Rotation::from_degrees(degrees as i64))
            .ok_or_else(|| {
                self.bad(
                    "rotation",
                    node,
                    "Use 0, 90, 180 or -90 degrees, clockwise.",
                )
            })
    }

    fn color_mode(&self) -> Result<(), Failure> {
        match self.find("color_mode") {
            Some(node) if !node.words().eq_ignore_ascii_case("rgb") => Err(self.bad(
                "color_mode",
                node,
                "Leave it out: pictures are shown and recorded as RGB, which is what color_mode: rgb means.",
            )),
            _ => Ok(()),
        }
    }

    /// OpenCV's way to the camera. There is one way here, the system's own; the names and numbers that mean it are taken.
    fn backend(&self) -> Result<(), Failure> {
        const OWN: &[&str] = &[
            "ANY",
            "V4L2",
            "DSHOW",
            "MSMF",
            "AVFOUNDATION",
            "0",
            "200",
            "700",
            "1400",
            "1200",
        ];
        match self.find("backend") {
            Some(node) if !OWN.contains(&node.words().to_ascii_uppercase().as_str()) => Err(self
                .bad(
                    "backend",
                    node,
                    "Leave it out: the camera is opened through the system's own driver.",
                )),
            _ => Ok(()),
        }
    }

    fn fourcc(&self) -> Result<Option<PixelFormat>, Failure> {
        const REMEDY: &str = "Use MJPG, YUYV, NV12, RGB3 or GREY, or leave it out: then MJPG is taken where the camera has it.";
        let Some(told) = self.word("fourcc", REMEDY)? else {
            return Ok(None);
        };
        // Windows has another name for the same bytes.
        let name = if told.eq_ignore_ascii_case("YUY2") {
            "YUYV"
        } else {
            told
        };
        match PixelFormat::from_name(name) {
            Some(format) => Ok(Some(format)),
            None => Err(self
                .camera
                .bad(format!("fourcc {told} cannot be read here"), REMEDY)),
        }
    }

    fn controls(&self) -> Result<Vec<ControlSetting>, Failure> {
        const REMEDY: &str = "Write it as controls: {exposure: 200, white_balance: auto}.";
        let pairs = match self.find("controls") {
            None => return Ok(Vec::new()),
            Some(Node::Map(pairs)) => pairs,
            Some(node) => return Err(self.bad("controls", node, REMEDY)),
        };
        pairs
            .iter()
            .map(|(name, node)| {
                let Node::Word { text, quoted } = node else {
                    return Err(self.bad(name, node, REMEDY));
                };
                let value = match (text.parse(), text.as_str()) {
                    (Ok(number), _) if !quoted => ControlValue::Number(number),
                    (_, "true" | "on") if !quoted => ControlValue::Switch(true),
                    (_, "false" | "off") if !quoted => ControlValue::Switch(false),
                    _ => ControlValue::Words(text.clone()),
                };
                Ok(ControlSetting {
                    name: name.clone(),
                    value,
                })
            })
            .collect()
    }
}

/// A finite number.
fn number(node: &Node) -> Option<f64> {
    match node {
        Node::Word { text, .. } => text
            .trim()
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
