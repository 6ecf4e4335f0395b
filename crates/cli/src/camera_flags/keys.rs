//! What the keys of one camera say, each with what is to be told when it says nothing that makes sense.

use std::time::Duration;

use cameras::{ControlSetting, ControlValue};
use pixels::{PixelFormat, Rotation, Size};
use protocol::Failure;

use super::tree::Node;
use super::{COMMON, One, TYPES, USUAL, WARMUP};

/// The keys of one camera.
pub(super) struct Keys<'a> {
    pub camera: &'a One,
    pub keys: &'a [(String, Node)],
}

impl Keys<'_> {
    pub fn find(&self, key: &str) -> Option<&Node> {
        self.keys
            .iter()
            .find(|(known, _)| known == key)
            .map(|(_, node)| node)
    }

    fn bad(&self, key: &str, node: &Node, remedy: impl Into<String>) -> Failure {
        self.camera
            .bad(format!("{key} cannot be {}", node.words()), remedy)
    }

    pub fn all_known(&self, kind: &str) -> Result<(), Failure> {
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

    pub fn needed(&self, key: &str, remedy: &str) -> Result<String, Failure> {
        self.word(key, remedy)?
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| self.camera.bad(format!("it has no {key}"), remedy))
    }

    pub fn number(&self, key: &str, usual: f64) -> Result<f64, Failure> {
        match self.find(key) {
            None => Ok(usual),
            Some(node) => number(node).ok_or_else(|| self.bad(key, node, "Give a number.")),
        }
    }

    pub fn seconds(&self, key: &str) -> Result<Duration, Failure> {
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
    pub fn size(&self) -> Result<Size, Failure> {
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

    pub fn rotation(&self) -> Result<Rotation, Failure> {
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

    pub fn color_mode(&self) -> Result<(), Failure> {
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
    pub fn backend(&self) -> Result<(), Failure> {
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

    pub fn fourcc(&self) -> Result<Option<PixelFormat>, Failure> {
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

    pub fn controls(&self) -> Result<Vec<ControlSetting>, Failure> {
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
