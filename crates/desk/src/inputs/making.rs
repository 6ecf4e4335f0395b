//! The inputs of a rig, made before its process begins.
//!
//! Not here: changing from one to another (the module above).

use std::sync::Arc;

use arms::{ArmModel, SafetyConfig};
use protocol::Failure;
use protocol::window::InputKind;
use stdx::Clock;
use teleop::{
    GamePad, JogConfig, LeaderConfig, Mode, PadMap, SwitchTeleoperator, Teleoperator, chosen_pose,
    direct, gamepad, keyboard, keyboard_ee, leader, switch,
};

use super::{Inputs, VALUES};
use crate::hands::Hands;
use crate::words::bad_request;

/// What a rig is driven by, and what has to be started with its process.
pub(crate) struct Made {
    pub(crate) inputs: Inputs,
    pub(crate) teleoperator: SwitchTeleoperator,
    /// Read once there is an emergency stop for its stop button.
    pub(crate) pad: Option<GamePad>,
}

/// The inputs of a rig of so many followers, with leaders or without; `first` drives first, keys at `speed`, a factor of the
/// usual one.
///
/// # Errors
/// When the first is a leader and there is none.
pub(crate) fn make(
    followers: usize,
    led: bool,
    first: InputKind,
    hands: &Hands,
    clock: &Arc<dyn Clock>,
    speed: f64,
) -> Result<Made, Failure> {
    let safety = SafetyConfig::default();
    let (joints, by_joint) = keyboard(&safety, Arc::clone(clock));
    // The two models differ by less than half a millimetre at the tip.
    let jog = JogConfig::new(ArmModel::So101);
    let (tip, by_tip) = keyboard_ee(&safety, Arc::clone(clock), jog);
    hands.take(joints, tip, safety.dead_man, Arc::clone(clock));
    let speed = hands.with(|keys| keys.set_speed(speed)).unwrap_or(speed);
    let (goals, sliders) = direct();
    let (pose, poses) = chosen_pose();
    // A gamepad's own thread goes by the system's clock.
    let system = stdx::SystemClock::shared();
    let pad = gamepad(&safety, system, PadMap::of(Mode::Joints), None, followers);
    let mut kinds = Vec::new();
    let mut inputs: Vec<Box<dyn Teleoperator>> = Vec::new();
    let mut add = |kind, input| {
        kinds.push(kind);
        inputs.push(input);
    };
    add(InputKind::Keys, Box::new(by_joint));
    let mut led_by = None;
    if led {
        let (controls, follows) = leader(LeaderConfig::default());
        led_by = Some(controls);
        add(InputKind::Leader, Box::new(follows));
    }
    let mut read = None;
    if let Some((pad, sticks)) = pad {
        read = Some(pad);
        add(InputKind::Gamepad, Box::new(sticks));
    }
    add(InputKind::Sliders, Box::new(sliders));
    add(InputKind::Tip, Box::new(by_tip));
    let pose_place = inputs.len();
    inputs.push(Box::new(poses));
    let made = switch(inputs);
    let (control, teleoperator) =
        made.ok_or_else(|| bad_request("there is nothing that could drive", ""))?;
    let inputs = Inputs {
        switch: control,
        kinds,
        pose_place,
        goals,
        sliders: [None; VALUES],
        leader: led_by,
        pose,
        away: None,
        chosen: first,
        change: None,
        pad: None,
        pad_name: String::new(),
        no_pad: "No gamepad is there: plug one in, or switch it on.".to_owned(),
        hands: hands.clone(),
        speed,
        arm: 0,
    };
    let place = inputs.place(first)?;
    inputs.switch.choose(place);
    Ok(Made {
        inputs,
        teleoperator,
        pad: read,
    })
}
