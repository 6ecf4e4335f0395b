//! From flags to hands that drive: keys or a gamepad, joint by joint or by the tip; and the tip as a person sees it.
//!
//! Not here: leader arms and scripts (`setup`), keys of a session (`live`), the device (`station::gamepad`).

use arms::SafetyConfig;
use arms::kinematics::{ArmModel, Trims};
use clap::{Args, ValueEnum};
use protocol::Failure;
use serde_json::{Value, json};
use station::gamepad::PadReader;
use stdx::SystemClock;
use teleop::keymap::{KeyMap, Mode, Motion};
use teleop::{
    EmergencyStop, GamePad, JogConfig, JogStatus, KeyBoard, LeaderControls, PadMap, gamepad,
    keyboard, keyboard_ee,
};

use crate::args::RobotArgs;
use crate::live::ClutchKey;
use crate::output::Out;
use crate::setup::{Input, bad_request};

/// How hands drive.
#[derive(Debug, Clone, Args)]
pub struct HandArgs {
    /// Kinematics of the arm for driving by its tip: so100 or so101. Default: what --robot.type says.
    #[arg(id = "robot.model", long = "robot.model", value_name = "MODEL")]
    pub model: Option<String>,
    /// Degrees added to pan, lift, elbow, wrist_flex and wrist_roll inside kinematics: five numbers with commas, "nominal"
    /// for none, or "preset" for what the middles of the mechanical stops suggest. For two arms LEFT/RIGHT.
    #[arg(
        id = "robot.trims",
        long = "robot.trims",
        default_value = "nominal",
        value_name = "TRIMS",
        allow_hyphen_values = true
    )]
    pub trims: String,
    /// Other controls of a gamepad than the usual ones, as CONTROL=NAME+ or CONTROL=NAME-, CONTROL=stop, arm, faster, slower
    /// or none, comma between: lefty=x+,south=stop. There are leftx, lefty, rightx, righty, lefttrigger, righttrigger,
    /// leftbumper, rightbumper, south, east, north, west, up, down, left, right, select, start, mode, leftthumb, rightthumb.
    #[arg(
        id = "teleop.buttons",
        long = "teleop.buttons",
        value_name = "MAP",
        value_delimiter = ','
    )]
    pub buttons: Vec<String>,
    /// Which gamepad, by a part of its name. Default: the first that is there.
    #[arg(id = "teleop.pad", long = "teleop.pad", value_name = "NAME")]
    pub pad: Option<String>,
}

/// What is driven by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DriveMode {
    /// The joints, one by one.
    Joint,
    /// The tip, in straight lines.
    Cartesian,
}

impl From<DriveMode> for Mode {
    fn from(mode: DriveMode) -> Self {
        match mode {
            DriveMode::Joint => Mode::Joints,
            DriveMode::Cartesian => Mode::Tip,
        }
    }
}

/// What is driven by a teleoperator of this type.
///
/// # Errors
/// When the type knows no such choice.
pub fn mode(kind: &str, wish: Option<DriveMode>) -> Result<Mode, Failure> {
    match (kind, wish) {
        ("keyboard" | "gamepad", wish) => Ok(wish.map_or(Mode::Joints, Mode::from)),
        ("keyboard_ee", None | Some(DriveMode::Cartesian)) => Ok(Mode::Tip),
        (_, None) => Ok(Mode::Joints),
        (kind, Some(_)) => Err(bad_request(
            format!("--teleop.type={kind} cannot be told what to drive"),
            "Leave --teleop.mode out; it is for keyboard and gamepad.",
        )),
    }
}

/// A gamepad that is to be read.
#[derive(Debug)]
pub struct PadInHand {
    pad: GamePad,
    wanted: Option<String>,
}

/// What hands hold while a process runs.
#[derive(Debug, Default)]
pub struct Held {
    /// Where key strokes go.
    pub keyboard: Option<KeyBoard>,
    /// The gamepad.
    pub pad: Option<PadInHand>,
    /// The clutch of a leader.
    pub clutch: Option<(LeaderControls, ClutchKey)>,
    /// Arms that are driven.
    pub arms: usize,
}

/// A gamepad while it is read.
#[derive(Debug)]
pub struct LivePad(Option<PadReader>);

impl LivePad {
    /// Reads the gamepad, if hands hold one. Its stop button presses `emergency` directly.
    ///
    /// # Errors
    /// When the system has no gamepads.
    pub fn start(held: Option<PadInHand>, emergency: EmergencyStop) -> Result<Self, Failure> {
        let reader = held.map(|held| PadReader::start(held.pad, held.wanted, emergency));
        reader.transpose().map(Self)
    }

    /// Tells what is new about it.
    pub fn tell(&mut self, out: &mut Out) {
        while let Some(news) = self.0.as_mut().and_then(PadReader::news) {
            let text = news.to_string();
            out.object("gamepad", json!({ "text": text }));
            out.note(text);
        }
    }
}

/// Speeds that keys and pads may be set to.
pub fn speed(factor: f64) -> Result<f32, Failure> {
    if (0.25..=4.0).contains(&factor) {
        Ok(factor as f32)
    } else {
        Err(bad_request(
            format!("--teleop.speed={factor} is outside 0.25 to 4"),
            "1 is 42.2 degrees per second of a joint, or 50 mm per second of the tip.",
        ))
    }
}

/// A keyboard in a mode.
///
/// # Errors
/// A key, a speed, a model or trims that make no sense.
pub fn keys(
    mode: Mode,
    hands: &HandArgs,
    robot: &RobotArgs,
    factor: f64,
    wishes: &[String],
) -> Result<Input, Failure> {
    let safety = SafetyConfig::default();
    let (mut board, teleoperator) = match mode {
        Mode::Joints => keyboard(&safety, SystemClock::shared()),
        Mode::Tip => keyboard_ee(&safety, SystemClock::shared(), jog_config(hands, robot)?),
    };
    board.set_map(keymap(mode, wishes)?);
    board.set_speed(speed(factor)?);
    Ok(Input {
        leaders: Vec::new(),
        teleoperator: Box::new(teleoperator),
        held: Held {
            keyboard: Some(board),
            ..Held::default()
        },
    })
}

/// A gamepad in a mode, for so many arms.
///
/// # Errors
/// A binding, a speed, a model or trims that make no sense.
pub fn pad(
    mode: Mode,
    hands: &HandArgs,
    robot: &RobotArgs,
    factor: f64,
    arms: usize,
) -> Result<Input, Failure> {
    let map = PadMap::with(mode, &hands.buttons)
        .map_err(|error| bad_request(format!("--teleop.buttons: {error}"), error.remedy()))?;
    let jog = match mode {
        Mode::Joints => None,
        Mode::Tip => Some(jog_config(hands, robot)?),
    };
    let safety = SafetyConfig::default();
    let (mut pad, teleoperator) = gamepad(&safety, SystemClock::shared(), map, jog, arms)
        .ok_or_else(|| bad_request("the gamepad's map is one of the other mode", ""))?;
    pad.set_speed(speed(factor)?);
    let wanted = hands.pad.clone();
    Ok(Input {
        leaders: Vec::new(),
        teleoperator: Box::new(teleoperator),
        held: Held {
            pad: Some(PadInHand { pad, wanted }),
            ..Held::default()
        },
    })
}

/// The kinematics that the flags describe.
///
/// # Errors
/// When the model is not known, the trims are none, or joints are not spoken of in degrees.
pub fn jog_config(hands: &HandArgs, robot: &RobotArgs) -> Result<JogConfig, Failure> {
    let more = &robot.more;
    if [
        robot.use_degrees,
        more.left_use_degrees,
        more.right_use_degrees,
    ]
    .contains(&Some(false))
    {
        return Err(bad_request(
            "driving by the tip needs joints in degrees",
            "Leave use_degrees=false out, or drive joint by joint.",
        ));
    }
    let model = match &hands.model {
        Some(name) => ArmModel::from_lerobot_type(name).ok_or_else(|| {
            bad_request(
                format!("--robot.model={name} is not known"),
                "Use so100 or so101.",
            )
        })?,
        // A pair's type does not say; the two differ by less than half a millimetre at the tip.
        None => ArmModel::from_lerobot_type(&robot.kind).unwrap_or(ArmModel::So101),
    };
    let trims = match hands.trims.split_once('/') {
        Some((left, right)) => [trims(left, model)?, trims(right, model)?],
        None => [trims(&hands.trims, model)?; 2],
    };
    Ok(JogConfig {
        trims,
        ..JogConfig::new(model)
    })
}

fn trims(text: &str, model: ArmModel) -> Result<Trims, Failure> {
    match text.trim() {
        "nominal" => Ok(Trims::NOMINAL),
        "preset" => Ok(Trims::preset(model)),
        numbers => numbers
            .parse()
            .map_err(|error: arms::kinematics::TrimsError| {
                bad_request(format!("--robot.trims: {error}"), error.remedy())
            }),
    }
}

/// The usual keys of a mode with `KEY=NAME+` and `KEY=NAME-` on top. A key that is named anew loses its old meaning.
fn keymap(mode: Mode, wishes: &[String]) -> Result<KeyMap, Failure> {
    let remedy = match mode {
        Mode::Joints => "A binding reads like i=elbow_flex+ or k=elbow_flex-.",
        Mode::Tip => {
            "A binding reads like i=z+ or k=z-; there are x, y, z, pitch, roll and gripper."
        }
    };
    let mut map = KeyMap::of(mode);
    for wish in wishes {
        let refused = |why: &str| bad_request(format!("--teleop.keys: “{wish}” {why}"), remedy);
        let (key, motion) = wish.split_once('=').ok_or_else(|| refused("has no ="))?;
        let motion = Motion::from_name(motion, mode)
            .ok_or_else(|| refused("names nothing that moves, with + or - at its end"))?;
        map.free(key);
        map.bind(key, motion)
            .map_err(|error| bad_request(format!("--teleop.keys: {error}"), error.remedy()))?;
    }
    Ok(map)
}

/// What the keys do where they drive the tip, in one line for the live table.
pub const TIP_HELP: &str = "arrows: x y   W S: up, down   A D: pitch   Q E: roll   C O: gripper   PgUp PgDn: speed   \
     Space: stop   Enter: drive on   Ctrl-C: end";

/// Where the tip is, for the live table.
pub fn lines(jog: &JogStatus) -> Vec<String> {
    let [x, y, z] = jog.pose.position.map(|part| part * 1000.0);
    let mut lines = vec![format!(
        "tip  x {x:>6.1}  y {y:>6.1}  z {z:>6.1} mm  pitch {:>6.1}°  roll {:>6.1}°  yaw remainder {:>5.1}°",
        jog.pose.pitch, jog.pose.roll, jog.yaw_remainder
    )];
    if let Some(holds) = jog.holds {
        lines.push(format!("holds: {holds}. {}", holds.remedy()));
    }
    lines
}

/// The same for machines: metres and degrees.
pub fn object(jog: &JogStatus) -> Value {
    json!({
        "arm": jog.arm,
        "position_m": jog.pose.position,
        "pitch_deg": jog.pose.pitch,
        "roll_deg": jog.pose.roll,
        "commanded_m": jog.commanded.position,
        "commanded_pitch_deg": jog.commanded.pitch,
        "commanded_roll_deg": jog.commanded.roll,
        "yaw_remainder_deg": jog.yaw_remainder,
        "holds": jog.holds.map(|holds| holds.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use arms::Joint;
    use arms::kinematics::{Pose, Unsolved};
    use protocol::ErrorCode;
    use teleop::{Holds, TipAxis};

    use super::*;

    fn robot(kind: &str, use_degrees: bool) -> RobotArgs {
        RobotArgs {
            kind: kind.to_owned(),
            port: None,
            id: None,
            calibration_dir: None,
            joint_limits: Vec::new(),
            emergency_stop: "hold".into(),
            use_degrees: Some(use_degrees),
            more: Default::default(),
            cameras: Default::default(),
            left_port: None,
            right_port: None,
        }
    }

    fn hands(model: Option<&str>, trims: &str) -> HandArgs {
        HandArgs {
            model: model.map(str::to_owned),
            trims: trims.to_owned(),
            buttons: Vec::new(),
            pad: None,
        }
    }

    #[test]
    fn keys_can_be_bound_anew_and_session_keys_cannot() {
        let map = keymap(Mode::Joints, &["i=elbow_flex+".into(), "w=gripper-".into()]).unwrap();
        let elbow = Motion::of_joint(Joint::ElbowFlex, true);
        assert_eq!(map.motion("i"), Some(elbow));
        let gripper = Motion::of_joint(Joint::Gripper, false);
        assert_eq!(map.motion("w"), Some(gripper));
        let map = keymap(Mode::Tip, &["i=z+".into()]).unwrap();
        let up = Motion::of_tip(TipAxis::Z, true);
        assert_eq!(map.motion("i"), Some(up));
        for (mode, bad) in [
            (Mode::Joints, "n=gripper+"),
            (Mode::Joints, "i"),
            (Mode::Joints, "i=gripper"),
            (Mode::Joints, "i=thumb+"),
            (Mode::Joints, "i=z+"),
            (Mode::Tip, "i=elbow_flex+"),
            (Mode::Tip, "u=z+"),
        ] {
            let refused = keymap(mode, &[bad.into()]).unwrap_err();
            assert_eq!(refused.code, ErrorCode::BadRequest, "{bad}");
        }
    }

    #[test]
    fn only_hands_can_be_told_what_to_drive() {
        use DriveMode::{Cartesian, Joint};
        for (kind, wish, mode) in [
            ("keyboard", None, Some(Mode::Joints)),
            ("keyboard", Some(Cartesian), Some(Mode::Tip)),
            ("keyboard_ee", None, Some(Mode::Tip)),
            ("keyboard_ee", Some(Joint), None),
            ("gamepad", Some(Cartesian), Some(Mode::Tip)),
            ("gamepad", Some(Joint), Some(Mode::Joints)),
            ("so101_leader", None, Some(Mode::Joints)),
            ("so101_leader", Some(Cartesian), None),
        ] {
            assert_eq!(super::mode(kind, wish).ok(), mode, "{kind} {wish:?}");
        }
    }

    #[test]
    fn model_and_trims_come_from_the_flags_or_the_robots_type() {
        let config = jog_config(&hands(None, "nominal"), &robot("so100_follower", true)).unwrap();
        assert_eq!(config.model, ArmModel::So100);
        assert_eq!(config.trims, [Trims::NOMINAL; 2]);
        let config = jog_config(
            &hands(Some("so100"), "preset/1,2,3,4,5"),
            &robot("bi_so_follower", true),
        )
        .unwrap();
        assert_eq!(config.trims[0], Trims::preset(ArmModel::So100));
        assert_eq!(config.trims[1].degrees(), [1.0, 2.0, 3.0, 4.0, 5.0]);
        for (model, trims, degrees) in [
            (Some("koch"), "nominal", true),
            (None, "1,2", true),
            (None, "nominal", false),
        ] {
            let refused = jog_config(&hands(model, trims), &robot("so101_follower", degrees));
            assert_eq!(refused.unwrap_err().code, ErrorCode::BadRequest);
        }
    }

    #[test]
    fn the_tip_and_why_it_holds_can_be_read() {
        let pose = Pose {
            position: [0.2512, -0.0304, 0.1],
            pitch: 45.0,
            roll: -12.34,
        };
        let jog = JogStatus {
            arm: 0,
            pose,
            commanded: pose,
            yaw_remainder: 7.25,
            holds: Some(Holds::Pose(Unsolved::Stretched { bend: 14.6 })),
        };
        insta::assert_snapshot!(lines(&jog).join("\n"), @r"
        tip  x  251.2  y  -30.4  z  100.0 mm  pitch   45.0°  roll  -12.3°  yaw remainder   7.2°
        holds: the arm would be stretched, its elbow bent by only 15 degrees. Move the tip back towards the arm.
        ");
        let told = object(&jog);
        assert_eq!(told["yaw_remainder_deg"], 7.25);
        assert!(
            told["holds"]
                .as_str()
                .is_some_and(|why| why.contains("stretched"))
        );
    }
}
