//! `tendon setup-motors`: the dialogue of plugging motors in, one at a time.
//!
//! Not here: what is written to them (`motors::setup`), what is remembered (`station::setup_motors`).

use std::io::{self, BufRead as _, IsTerminal as _};
use std::sync::mpsc::{Receiver, sync_channel};

use arms::{ArmKind, Joint};
use clap::Args;
use protocol::Failure;
use serde_json::json;
use station::setup_motors::{
    SetupMotorsCommand, SetupMotorsConfig, SetupMotorsEvent, setup_motors,
};
use stdx::thread::{Intent, spawn};

use crate::arm_flags::OneArmArgs;
use crate::output::Out;
use crate::setup::{self, bad_request};
use crate::watch::{Watch, follow_and_listen};

/// `tendon setup-motors`
#[derive(Debug, Args)]
pub struct SetupMotors {
    #[command(flatten)]
    pub robot: OneArmArgs,
    /// Serial port of a leader arm, in place of --robot.port.
    #[arg(id = "teleop.port", long = "teleop.port", value_name = "PORT")]
    pub teleop_port: Option<String>,
    /// Only the motor of this joint, which is connected already.
    #[arg(long, value_name = "JOINT", conflicts_with = "id")]
    pub motor: Option<String>,
    /// Only the motor that shall have this id, 1 to 6, which is connected already.
    #[arg(long, value_name = "ID")]
    pub id: Option<u8>,
    /// Give the motors back the id and rate they had: those of the last session, or only the one named.
    #[arg(long)]
    pub undo: bool,
    /// Begin anew, although some motors were set up before.
    #[arg(long)]
    pub fresh: bool,
    /// With --motor or --id: take the motor although it has the id of another joint of this arm.
    #[arg(long)]
    pub anyway: bool,
}

/// Sets motors up.
pub fn run(args: &SetupMotors, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let arm = match &args.teleop_port {
        Some(_) => setup::single(ArmKind::Leader, &args.teleop_port, None, "--teleop.port")?,
        None => setup::one_arm(&args.robot)?,
    };
    let joints: Vec<Joint> = joint(args)?.into_iter().collect();
    let ask = joints.is_empty();
    if args.anyway && ask {
        return Err(bad_request(
            "--anyway is for one motor",
            "Name it with --motor or --id; in the dialogue the key a does the same.",
        ));
    }
    let config = SetupMotorsConfig {
        joints,
        undo: args.undo,
        fresh: args.fresh,
        anyway: args.anyway,
        ask,
        ..SetupMotorsConfig::whole_arm(arm)
    };
    let said = if ask { Some(lines()?) } else { None };
    let undo = args.undo;
    let outcome = follow_and_listen(
        setup_motors(config),
        out,
        watch,
        |event, out, _| show(event, undo, ask, out),
        |out, process| {
            while let Some(line) = said.as_ref().and_then(|said| said.try_recv().ok()) {
                tell(&line, out, |command| process.command(command));
            }
        },
    )?;
    let names = |joints: &[Joint]| joints.iter().map(|it| it.name()).collect::<Vec<_>>();
    out.object(
        "motors_set_up",
        json!({
            "done": names(&outcome.done),
            "skipped": names(&outcome.skipped),
            "undone": names(&outcome.undone),
        }),
    );
    for (what, joints) in [
        ("set up", &outcome.done),
        ("left out", &outcome.skipped),
        ("given back what they had", &outcome.undone),
    ] {
        if !joints.is_empty() {
            out.say(format!("{what}: {}", names(joints).join(", ")));
        }
    }
    Ok(crate::exit::DONE)
}

fn joint(args: &SetupMotors) -> Result<Option<Joint>, Failure> {
    match (&args.motor, args.id) {
        (Some(name), _) => Joint::from_name(name).map(Some).ok_or_else(|| {
            let all: Vec<_> = Joint::ALL.iter().map(|joint| joint.name()).collect();
            bad_request(
                format!("--motor={name} is no joint"),
                format!("Use one of {}.", all.join(", ")),
            )
        }),
        (None, Some(id)) => Joint::ALL
            .into_iter()
            .find(|joint| joint.motor_id() == id)
            .map(Some)
            .ok_or_else(|| {
                bad_request(
                    format!("--id={id} is no id of an arm's motor"),
                    "SO arms use 1 to 6, from the base to the gripper.",
                )
            }),
        (None, None) => Ok(None),
    }
}

fn tell(line: &str, out: &mut Out, send: impl FnOnce(SetupMotorsCommand) -> Result<(), Failure>) {
    let command = match line.trim() {
        "" => SetupMotorsCommand::Next,
        "s" => SetupMotorsCommand::Skip,
        "u" => SetupMotorsCommand::Undo,
        "a" => SetupMotorsCommand::Anyway,
        other => {
            out.note(format!("“{other}” means nothing here. {KEYS}"));
            return;
        }
    };
    if let Err(failure) = send(command) {
        out.note(failure.message);
    }
}

const KEYS: &str = "Enter goes on, s leaves this joint out, u gives the connected motor back what it had, \
                    a takes it although it belongs to another joint; Ctrl-C leaves, and next time it goes on here.";

fn show(event: SetupMotorsEvent, undo: bool, ask: bool, out: &mut Out) {
    let names = |joints: &[Joint]| joints.iter().map(|it| it.name()).collect::<Vec<_>>();
    match event {
        SetupMotorsEvent::Looking { baud } => {
            out.draw(&[format!("Looking for the motor at {baud} baud")]);
        }
        SetupMotorsEvent::Plan {
            done,
            earlier,
            left,
        } => {
            out.object(
                "plan",
                json!({ "done": names(&done), "earlier": names(&earlier), "left": names(&left) }),
            );
            let (earlier, here): (Vec<Joint>, Vec<Joint>) =
                done.into_iter().partition(|joint| earlier.contains(joint));
            if !here.is_empty() {
                out.note(format!("Done already: {}", names(&here).join(", ")));
            }
            if !earlier.is_empty() {
                out.note(format!(
                    "Set up in an earlier session on this adapter, and not on the line now: {}. For another arm: --fresh",
                    names(&earlier).join(", ")
                ));
            }
            if left.is_empty() {
                out.note("Nothing is left to do. To begin anew: --fresh");
            } else if ask {
                out.note(KEYS);
            }
        }
        SetupMotorsEvent::Connect { joint, index, of } => {
            out.object(
                "connect",
                json!({ "joint": joint.name(), "id": joint.motor_id(), "index": index, "of": of }),
            );
            if ask {
                let why = if undo {
                    "to give it back what it had"
                } else {
                    "and no other"
                };
                out.note(format!(
                    "{} of {of}: connect the motor of {} alone, {why}, then press Enter.",
                    index + 1,
                    joint.name(),
                ));
            }
        }
        SetupMotorsEvent::Refused(failure) => {
            out.object("refused", json!(failure));
            out.note(format!("{failure}\nThen press Enter again."));
        }
        SetupMotorsEvent::Set {
            joint,
            former,
            changed,
        } => {
            let changes: Vec<_> = changed
                .iter()
                .map(|it| json!({ "register": it.register.name, "from": it.from, "to": it.to }))
                .collect();
            out.object(
                "motor_set_up",
                json!({
                    "joint": joint.name(), "id": joint.motor_id(), "former_id": former.id.0,
                    "former_baud": former.baud, "changes": changes,
                }),
            );
            out.note(if changed.is_empty() {
                format!("{}: was set up already", joint.name())
            } else {
                format!(
                    "{}: motor {} at {} baud is now motor {} at 1000000 baud, read back and locked",
                    joint.name(),
                    former.id,
                    former.baud,
                    joint.motor_id()
                )
            });
        }
        SetupMotorsEvent::Undone { joint, now } => {
            out.object(
                "motor_undone",
                json!({ "joint": joint.name(), "id": now.id.0, "baud": now.baud }),
            );
            out.note(format!(
                "{}: its motor is motor {} at {} baud again",
                joint.name(),
                now.id,
                now.baud
            ));
        }
        SetupMotorsEvent::Skipped { joint } => {
            out.object("skipped", json!({ "joint": joint.name() }));
            out.note(format!("{} is left out", joint.name()));
        }
    }
}

/// One message per line on standard input. The reading thread ends with the program: a read of a terminal cannot be
/// called off.
fn lines() -> Result<Receiver<String>, Failure> {
    let (sender, receiver) = sync_channel(16);
    if !io::stdin().is_terminal() {
        crate::output::hint("Standard input is no terminal: an empty line of it counts as Enter.");
    }
    let thread = spawn("lines", Intent::Background, move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
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
