//! `tendon calibrate` and `tendon release`.

use std::io::{self, BufRead as _, IsTerminal as _};
use std::sync::mpsc::{Receiver, sync_channel};

use arms::calibrate::{Travel, Unusable};
use arms::{ArmConfig, ArmKind, Joint};
use protocol::Failure;
use serde_json::{Value, json};
use station::calibrate::{CalibrateCommand, CalibrateConfig, CalibrateEvent, calibrate};
use station::release_motors::{ReleaseConfig, ReleaseEvent, release_motors};
use stdx::thread::{Intent, spawn};

use crate::args;
use crate::output::Out;
use crate::setup::{self, bad_request};
use crate::watch::{Watch, follow, follow_with};

/// `tendon calibrate`
pub fn run(args: &args::Calibrate, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let arm = arm(args)?;
    let enter = enter_presses()?;
    let mut recording = false;
    let outcome = follow_with(
        calibrate(CalibrateConfig { arm }),
        out,
        watch,
        |event, out, process| {
            if enter.try_recv().is_ok() {
                let command = if recording {
                    CalibrateCommand::Finish
                } else {
                    CalibrateCommand::HomeHere
                };
                if let Err(failure) = process.command(command) {
                    out.note(failure.message);
                }
            }
            recording |= matches!(event, CalibrateEvent::Homed { .. });
            show(event, out);
        },
    )?;
    out.object(
        "calibrated",
        json!({ "file": outcome.path, "backup": outcome.backup }),
    );
    if let Some(backup) = outcome.backup {
        out.say(format!("former calibration: {}", backup.display()));
    }
    out.say(format!("calibration: {}", outcome.path.display()));
    Ok(crate::exit::DONE)
}

fn arm(args: &args::Calibrate) -> Result<ArmConfig, Failure> {
    let Some(kind) = &args.teleop_kind else {
        return setup::one_arm(&args.robot);
    };
    if ArmKind::from_lerobot_type(kind) != Some(ArmKind::Leader) {
        return Err(bad_request(
            format!("--teleop.type={kind} is no leader arm"),
            "Use so101_leader or so100_leader.",
        ));
    }
    let id = args.teleop_id.as_deref();
    let mut arm = setup::single(ArmKind::Leader, &args.teleop_port, id, "--teleop.port")?;
    arm.calibration_dir = args.teleop_calibration_dir.clone();
    Ok(arm)
}

fn show(event: CalibrateEvent, out: &mut Out) {
    match event {
        CalibrateEvent::Ready => {
            out.object("ready", json!({}));
            out.note(
                "Torque is off. Move every joint to the middle of its travel, then press Enter.",
            );
        }
        CalibrateEvent::Homed { offsets } => {
            out.object("homed", json!({ "offsets": offsets }));
            out.note(
                "Now move every joint but wrist_roll through its whole travel, then press Enter.",
            );
        }
        CalibrateEvent::Positions(ticks) => {
            let lines: Vec<_> = Joint::ALL
                .iter()
                .zip(ticks)
                .map(|(joint, ticks)| format!("{:<16}{:>6}", joint.name(), ticks.0))
                .collect();
            out.draw(&lines);
        }
        CalibrateEvent::Travelled(travel) => {
            let joints = travel.map(|travel| [travel.min.0, travel.position.0, travel.max.0]);
            out.object("travel", json!({ "joints": joints }));
            out.draw(&table(&travel));
        }
        CalibrateEvent::Refused(joints) => {
            let objects: Vec<Value> = joints
                .iter()
                .map(|(joint, why)| json!({ "joint": joint.name(), "why": words(*why) }))
                .collect();
            out.object("refused", json!({ "joints": objects }));
            for (joint, why) in joints {
                out.note(format!("{} {}", joint.name(), words(why)));
            }
        }
        CalibrateEvent::NotNow { .. } => out.note("Not yet: the arm is still being made ready."),
        // How it ended is told by the process's result.
        CalibrateEvent::Saved { .. }
        | CalibrateEvent::Cancelled
        | CalibrateEvent::Failed { .. } => {}
    }
}

fn words(why: Unusable) -> &'static str {
    match why {
        Unusable::NoTravel => "has not moved. Move it to both ends, then press Enter again.",
        Unusable::CrossedTheEnd => {
            "ran over the end of its encoder's scale. Give up with Ctrl-C, bring it closer to the middle, \
             and calibrate again."
        }
    }
}

fn table(travel: &[Travel]) -> Vec<String> {
    let mut lines = vec![format!(
        "{:<16}{:>6}{:>6}{:>6}",
        "joint", "min", "now", "max"
    )];
    lines.extend(Joint::ALL.iter().zip(travel).map(|(joint, travel)| {
        let (min, now, max) = (travel.min.0, travel.position.0, travel.max.0);
        format!("{:<16}{min:>6}{now:>6}{max:>6}", joint.name())
    }));
    lines
}

/// One message per line on standard input. The reading thread ends with the program: a read of a terminal cannot
/// be called off.
fn enter_presses() -> Result<Receiver<()>, Failure> {
    let (sender, receiver) = sync_channel(4);
    if !io::stdin().is_terminal() {
        crate::output::hint("Standard input is no terminal: each line of it counts as Enter.");
    }
    let thread = spawn("enter", Intent::Background, move || {
        for line in io::stdin().lock().lines() {
            if line.is_err() || sender.send(()).is_err() {
                return;
            }
        }
    })
    .map_err(|error| {
        bad_request(
            format!("standard input cannot be read: {error}"),
            "Close other programs.",
        )
    })?;
    thread.detach();
    Ok(receiver)
}

/// `tendon release`
pub fn run_release(args: &args::Release, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
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
