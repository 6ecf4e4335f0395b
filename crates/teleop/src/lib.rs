//! Drives a rig of arms: one control loop with absolute deadlines, and the teleoperators that tell it where to go.
//!
//! [`start`] runs the loop on a thread of its own, [`run`] on the caller's, [`ControlLoop`] one cycle at a time.
//! Not here: what an arm is (`arms`), rows of a dataset (`recorder`), keys read from a terminal (`cli`).

mod comeback;
pub mod config;
pub mod control;
pub mod cycle;
pub mod direct;
mod ease;
pub mod filter;
pub mod gamepad;
mod grid;
pub mod handle;
pub mod hands;
pub mod health;
pub mod jog;
pub mod keyboard;
pub mod keymap;
pub mod leader;
pub mod padmap;
mod poll;
pub mod poses;
pub mod replay;
mod report;
pub mod resting;
pub mod rig;
pub mod script;
mod states;
pub mod status;
pub mod switch;
pub mod teleoperator;
mod tell;
mod watch;

pub use config::{LoopConfig, Outputs, RATES, StartError};
pub use control::{Controls, EmergencyStop};
pub use cycle::ControlLoop;
pub use direct::{DirectGoals, DirectTeleoperator, direct};
pub use filter::{FilterConfig, FilterError, Filtered};
pub use gamepad::{GamePad, GamepadTeleoperator, PadPressed, gamepad};
pub use handle::{Ended, Glance, LoopHandle, NotRescued, RESTARTS, Rescued, run, start};
pub use hands::HandTeleoperator;
pub use jog::{Holds, JogConfig, JogLimits, JogStatus};
pub use keyboard::{KeyBoard, KeyboardTeleoperator, Pressed, keyboard, keyboard_ee};
pub use keymap::{Axis, BindError, KeyMap, Mode, Motion, TipAxis};
pub use leader::{LeaderConfig, LeaderControls, LeaderStart, LeaderTeleoperator, leader};
pub use padmap::{PadBindError, PadControl, PadMap, PadMeaning};
pub use poses::{ChosenPose, PoseGoal, PoseTeleoperator, chosen_pose};
pub use replay::ReplayTeleoperator;
pub use resting::{RestControl, Resting};
pub use rig::{Rig, RigError};
pub use script::{Script, ScriptError, ScriptTeleoperator};
pub use status::{ArmPlace, LostArms, State, Status, Warning, WarningKind, Warnings};
pub use switch::{InputSwitch, SwitchTeleoperator, switch};
pub use teleoperator::{CycleContext, Goal, InputStatus, ReplayPlace, Teleoperator};
