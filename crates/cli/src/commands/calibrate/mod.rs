//! `tendon calibrate`: a new calibration, or what is to be done with one that is there.

mod args;
mod kept;
mod pair;
mod session;

use std::io::{self, BufRead as _, IsTerminal as _};
use std::sync::mpsc::{Receiver, sync_channel};

use arms::{ArmConfig, ArmKind, Doubt};
use protocol::Failure;
use serde_json::{Value, json};
use stdx::thread::{Intent, spawn};

use crate::output::Out;
use crate::setup::{self, bad_request};
use crate::watch::Watch;

pub use args::Calibrate;

/// Does what the flags ask for.
pub fn run(args: &Calibrate, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    if args.pair {
        pair::run(args, out, watch)
    } else if args.history || args.rollback.is_some() {
        kept::history(args, out, watch)
    } else if args.import.is_some() || args.export.is_some() {
        kept::transfer(args, out, watch)
    } else if args.diff || args.write.is_some() {
        kept::compare(args, out, watch)
    } else {
        session::run(args, out, watch)
    }
}

/// The arm in question: the leader when a leader is named, else the robot. A port is needed only where motors are.
fn arm(args: &Calibrate, with_port: bool) -> Result<ArmConfig, Failure> {
    match &args.teleop_kind {
        Some(_) => leader(args, with_port),
        None if with_port || args.robot.port.is_some() => setup::one_arm(&args.robot),
        None => setup::one_arm(&crate::arm_flags::OneArmArgs {
            port: Some(String::new()),
            ..args.robot.clone()
        }),
    }
}

fn leader(args: &Calibrate, with_port: bool) -> Result<ArmConfig, Failure> {
    let kind = args.teleop_kind.as_deref().unwrap_or("so101_leader");
    if ArmKind::from_lerobot_type(kind) != Some(ArmKind::Leader) {
        return Err(bad_request(
            format!("--teleop.type={kind} is no leader arm"),
            "Use so101_leader or so100_leader.",
        ));
    }
    let id = args.teleop_id.as_deref();
    let port = match &args.teleop_port {
        None if !with_port => Some(String::new()),
        port => port.clone(),
    };
    let mut arm = setup::single(ArmKind::Leader, &port, id, "--teleop.port")?;
    arm.calibration_dir = args.teleop_calibration_dir.clone();
    Ok(arm)
}

fn doubts_as_json(doubts: &[Doubt]) -> Vec<Value> {
    let object = |doubt: &Doubt| {
        json!({
            "joint": doubt.joint.name(), "degrees": doubt.degrees,
            "least": doubt.plausible.least, "most": doubt.plausible.most,
        })
    };
    doubts.iter().map(object).collect()
}

fn tell_doubts(doubts: &[Doubt], out: &mut Out) {
    for doubt in doubts {
        out.say(format!("doubtful: {doubt}"));
    }
    if !doubts.is_empty() {
        out.say(
            "A range that is too large often holds the seam of an encoder; one that is too small missed an end. \
             Calibrate again: `tendon calibrate`.",
        );
    }
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
