//! `tendon release`: torque off, gently by default.

use protocol::Failure;
use serde_json::json;
use station::release_motors::{ReleaseConfig, ReleaseEvent, release_motors};

use crate::args;
use crate::output::Out;
use crate::setup;
use crate::watch::{Watch, follow};

/// Lets go of an arm.
pub fn run(args: &args::Release, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let config = ReleaseConfig {
        arm: setup::one_arm(&args.robot)?,
        motors: args.motors.clone(),
        now: args.now,
    };
    let joints = follow(
        release_motors(config),
        out,
        watch,
        |event, out| match event {
            ReleaseEvent::Sinking => {
                out.object("sinking", json!({}));
                out.note("The arm sinks.");
            }
            ReleaseEvent::CannotHold(failure) => {
                out.object("cannot_hold", &failure);
                out.note(format!("The arm cannot be held and sinks on: {failure}"));
            }
            ReleaseEvent::Holding => {
                out.object("holding", json!({}));
                out.note("The arm holds.");
            }
        },
    )?;
    let names: Vec<_> = joints.iter().map(|joint| joint.name()).collect();
    out.object("released", json!({ "joints": names }));
    out.say(format!("torque off: {}", names.join(", ")));
    Ok(crate::exit::DONE)
}
