//! `tendon identify`: which arm is on which port, and by which name it is known.
//!
//! Not here: what makes an arm the same (`arms::fingerprint`), how it moves when it shows itself (`station::wiggle`).

use std::time::Duration;

use arms::{ArmConfig, ArmKind, Joint};
use clap::Args;
use protocol::{ErrorCode, Failure};
use serde_json::{Value, json};
use station::identify::{IdentifyConfig, IdentifyEvent, Remember, identify, likely_ports};
use station::known_arms::{KnownArm, KnownArms, Match, known_arms_file, role_from_name, role_name};
use station::wiggle::{WiggleConfig, wiggle};

use crate::arm_flags::OneArmArgs;
use crate::exit;
use crate::output::Out;
use crate::setup::{self, bad_request};
use crate::watch::{Watch, follow};

/// `tendon identify`
#[derive(Debug, Args)]
pub struct Identify {
    #[command(flatten)]
    pub robot: OneArmArgs,
    /// Ports to watch while one arm is moved by hand, comma between. Default: all that look like an arm's.
    #[arg(long, value_name = "PORTS", value_delimiter = ',')]
    pub ports: Vec<String>,
    /// Turn a joint of the arm on --robot.port a few degrees there and back. It must be calibrated.
    #[arg(long, requires = "robot.port")]
    pub wiggle: bool,
    /// The joint that turns with --wiggle.
    #[arg(long, default_value = "wrist_roll", value_name = "JOINT")]
    pub joint: String,
    /// Remember the arm under this name; --robot.port=known:NAME then finds it, whatever its port.
    #[arg(long, value_name = "NAME")]
    pub remember: Option<String>,
    /// leader or follower, for --remember.
    #[arg(long, value_name = "ROLE", requires = "remember")]
    pub role: Option<String>,
    /// Forget the arm of this name.
    #[arg(long, value_name = "NAME")]
    pub forget: Option<String>,
    /// List the arms that are known.
    #[arg(long)]
    pub list: bool,
    /// How long to wait for a hand, in seconds.
    #[arg(long = "time_s", default_value_t = 60.0, value_name = "SECONDS")]
    pub time_s: f64,
}

/// Identifies, names, forgets or lists arms.
pub fn run(args: &Identify, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    if args.list {
        return list(out);
    }
    if let Some(name) = &args.forget {
        return forget(name, out);
    }
    if args.wiggle {
        show_by_moving(args, out, watch)?;
    }
    let remember = remember(args)?;
    let config = match &args.robot.port {
        Some(_) => IdentifyConfig {
            arms: vec![setup::one_arm(&args.robot)?],
            by_hand: None,
            remember,
        },
        None => {
            let ports = if args.ports.is_empty() {
                likely_ports()
            } else {
                args.ports.clone()
            };
            let kind = ArmKind::from_lerobot_type(&args.robot.kind).unwrap_or(ArmKind::Follower);
            let patience = Duration::try_from_secs_f64(args.time_s).map_err(|_unhelpful| {
                bad_request(
                    format!("--time_s={} is no time", args.time_s),
                    "Use seconds, such as 60.",
                )
            })?;
            IdentifyConfig {
                arms: ports
                    .into_iter()
                    .map(|port| ArmConfig {
                        safety: setup::safety(),
                        ..ArmConfig::new(kind, port)
                    })
                    .collect(),
                by_hand: Some(patience),
                remember,
            }
        }
    };
    let outcome = follow(identify(config), out, watch, |event, out| match event {
        IdentifyEvent::NotWatched { port, failure } => {
            out.object("not_watched", json!({ "port": port, "failure": failure }));
            out.note(format!("Not watched: {port}\n{failure}"));
        }
        IdentifyEvent::Stiff { port } => {
            out.object("stiff", json!({ "port": port }));
            out.note(format!(
                "The arm on {port} holds itself and cannot be moved by hand. To release it: tendon release --robot.port={port}"
            ));
        }
        IdentifyEvent::MoveOne { ports } => {
            out.object("move_one", json!({ "ports": ports }));
            out.note(format!(
                "Move one arm by hand now. Watched: {}",
                ports.join(", ")
            ));
        }
    })?;
    out.object(
        "identified",
        json!({
            "port": outcome.port,
            "adapter_serial": outcome.serial,
            "moved": outcome.moved.map(Joint::name),
            "name": name_of(&outcome.who),
            "match": kind_of(&outcome.who),
            "message": outcome.who.to_string(),
            "remedy": outcome.who.remedy().replace("PORT", &outcome.port),
            "fingerprint": outcome.fingerprint.digest(),
            "remembered": outcome.remembered.as_ref().map(object),
        }),
    );
    if let Some(joint) = outcome.moved {
        out.say(format!("moved: {}", joint.name()));
    }
    match &outcome.remembered {
        Some(arm) => {
            out.say(format!(
                "remembered: “{}”, {}, on {}",
                arm.name,
                role_name(arm.role),
                arm.port
            ));
            out.say(format!("Use --robot.port=known:{}", arm.name));
        }
        None => {
            out.say(format!("{}: {}", outcome.port, outcome.who));
            let remedy = outcome.who.remedy().replace("PORT", &outcome.port);
            if !remedy.is_empty() {
                out.note(remedy);
            }
        }
    }
    Ok(exit::DONE)
}

fn show_by_moving(args: &Identify, out: &mut Out, watch: &Watch) -> Result<(), Failure> {
    let joint = Joint::from_name(&args.joint).ok_or_else(|| {
        bad_request(
            format!("--joint={} is no joint", args.joint),
            "Use wrist_roll, or another of the six.",
        )
    })?;
    let arm = setup::one_arm(&args.robot)?;
    out.note(format!(
        "Look at your arms: {} of the one on {} turns a few degrees there and back.",
        joint.name(),
        arm.port
    ));
    follow(
        wiggle(WiggleConfig { arm, joint }),
        out,
        watch,
        |event, out| {
            if let station::drive::DriveEvent::Note(note)
            | station::drive::DriveEvent::Warning(note) = event
            {
                out.note(note);
            }
        },
    )?;
    // Which arm it was is for the person to say, and a person who stops it says nothing.
    if watch.asked().presses() > 0 {
        return Err(Failure {
            code: ErrorCode::Stopped,
            message: "the arm was stopped while it showed itself; nothing was remembered".into(),
            remedy: "Run it again when it can move.".into(),
        });
    }
    out.object("wiggled", json!({ "joint": joint.name() }));
    Ok(())
}

fn remember(args: &Identify) -> Result<Option<Remember>, Failure> {
    let Some(name) = &args.remember else {
        return Ok(None);
    };
    let role = match args.role.as_deref() {
        None => None,
        Some(role) => Some(role_from_name(role).ok_or_else(|| {
            bad_request(
                format!("--role={role} is not known"),
                "Use leader or follower.",
            )
        })?),
    };
    Ok(Some(Remember {
        name: name.clone(),
        role,
        id: args.robot.id.clone(),
    }))
}

fn list(out: &mut Out) -> Result<u8, Failure> {
    let known = KnownArms::load(known_arms_file())?;
    let arms = known.arms();
    out.object(
        "known_arms",
        json!({ "arms": arms.iter().map(object).collect::<Vec<_>>(), "file": known.path() }),
    );
    if arms.is_empty() {
        out.say("No arm is known yet. tendon identify --robot.port=PORT --remember=NAME");
    }
    for arm in &arms {
        out.say(format!(
            "{:<16}  {:<8}  adapter {:<16}  last on {:<14}  {}",
            arm.name,
            role_name(arm.role),
            arm.adapter_serial.as_deref().unwrap_or("without number"),
            arm.port,
            arm.fingerprint
        ));
    }
    Ok(exit::DONE)
}

fn forget(name: &str, out: &mut Out) -> Result<u8, Failure> {
    let mut known = KnownArms::load(known_arms_file())?;
    if !known.forget(name)? {
        return Err(bad_request(
            format!("no arm is called “{name}”"),
            "See which are known: tendon identify --list",
        ));
    }
    out.object("forgotten", json!({ "name": name }));
    out.say(format!("forgotten: “{name}”"));
    Ok(exit::DONE)
}

fn name_of(who: &Match) -> Option<&str> {
    match who {
        Match::Same { name } | Match::Swapped { found: name, .. } => Some(name),
        _ => None,
    }
}

fn kind_of(who: &Match) -> &'static str {
    match who {
        Match::Same { .. } => "same",
        Match::Swapped { .. } => "swapped",
        Match::Recalibrated { .. } => "recalibrated",
        Match::OtherMotors { .. } => "other_motors",
        Match::Unclear { .. } => "unclear",
        Match::Unknown => "unknown",
    }
}

fn object(arm: &KnownArm) -> Value {
    json!({
        "name": arm.name,
        "role": role_name(arm.role),
        "calibration_id": arm.id,
        "adapter_serial": arm.adapter_serial,
        "port": arm.port,
        "fingerprint": arm.fingerprint.digest(),
    })
}
