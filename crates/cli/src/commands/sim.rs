//! `tendon sim`: a simulated arm on a pseudo terminal, for any program that drives these arms.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use protocol::{ErrorCode, Failure};
use serde_json::json;
use sim::{Chain, ChainConfig, Misbehaviour, PtyConfig, PtyServer, SimArm};
use stdx::{Clock as _, SystemClock};

use crate::args;
use crate::output::Out;
use crate::setup::bad_request;
use crate::watch::Watch;

/// Goal writes kept for `--goal-log`: an hour at 250 Hz.
const GOALS: usize = 900_000;
/// How often the end is looked for.
const LOOK: Duration = Duration::from_millis(50);

/// Serves until it is told to stop.
pub fn run(args: &args::Sim, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let clock = SystemClock;
    let (chain, calibration) = chain(args)?;
    for fault in &args.faults {
        chain
            .misbehave(parse_fault(fault)?)
            .map_err(|error| bad_request(error.to_string(), error.remedy()))?;
    }
    let server = PtyServer::start(PtyConfig {
        link: args.link.clone(),
        // Without latency to hide in, the simulator's own wake-up would count as wire time.
        spin: if args.usb_latency_us == 0 {
            Duration::from_micros(150)
        } else {
            Duration::ZERO
        },
        realtime: true,
        ..PtyConfig::serving(chain.clone())
    })
    .map_err(|error| Failure {
        code: ErrorCode::Port,
        message: error.to_string(),
        remedy: error.remedy().to_owned(),
    })?;
    if let (Some(folder), Some(arm)) = (&args.calibration_dir, &calibration) {
        let path = folder.join(format!("{}.json", args.id));
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&path, arm))
            .map_err(|error| disk(&path, &error))?;
        out.say(format!("calibration: {}", path.display()));
    }
    let port = server.port();
    out.object(
        "serving",
        json!({ "port": port, "baud": args.baud, "usb_latency_us": args.usb_latency_us }),
    );
    out.say(format!("port: {}", port.display()));
    let until = args
        .time_s
        .map(|seconds| clock.now() + Duration::from_secs_f64(seconds.max(0.0)));
    let asked = watch.asked();
    while asked.presses() == 0 && until.is_none_or(|until| clock.now() < until) {
        clock.sleep(LOOK);
    }
    if let Some(path) = &args.goal_log {
        write_goals(&chain, path)?;
    }
    server.stop().map_err(|panicked| Failure {
        code: ErrorCode::Internal,
        message: panicked.to_string(),
        remedy: "This is a defect of Tendon: please report it with the log.".into(),
    })?;
    Ok(crate::exit::DONE)
}

fn chain(args: &args::Sim) -> Result<(Chain, Option<String>), Failure> {
    let arm = match args.arm.as_str() {
        "follower" => SimArm::follower(),
        "leader" => SimArm::leader(),
        "uncalibrated" => SimArm::follower().uncalibrated(),
        "factory" => {
            let config = ChainConfig {
                baud: args.baud,
                usb_latency: Duration::from_micros(args.usb_latency_us),
                ..ChainConfig::factory_fresh(&[1])
            };
            return Ok((Chain::new(config, Arc::new(SystemClock)), None));
        }
        other => {
            return Err(bad_request(
                format!("--arm={other} is not known"),
                "Use follower, leader, uncalibrated or factory.",
            ));
        }
    };
    let mut arm = arm.with_usb_latency(Duration::from_micros(args.usb_latency_us));
    arm.config.baud = args.baud;
    arm.config.goal_log = if args.goal_log.is_some() { GOALS } else { 0 };
    let calibration = station::hardware::calibration_of(&arm)?;
    Ok((
        arm.chain(Arc::new(SystemClock)),
        Some(calibration.to_json()),
    ))
}

/// One line per goal write: the instant of its arrival in nanoseconds of the monotonic clock, then `id:ticks`
/// for each motor.
fn write_goals(chain: &Chain, path: &Path) -> Result<(), Failure> {
    let log = chain.take_goal_log(0);
    let mut text = Vec::with_capacity(log.len() * 64);
    for arrival in log.arrivals() {
        // Writing to a Vec cannot fail.
        let _ignored = write!(text, "{}", arrival.at.as_nanos());
        for (id, ticks) in arrival.goals() {
            let _ignored = write!(text, " {id}:{ticks}");
        }
        text.push(b'\n');
    }
    fs::write(path, text).map_err(|error| disk(path, &error))
}

fn disk(path: &Path, error: &std::io::Error) -> Failure {
    Failure {
        code: ErrorCode::Disk,
        message: format!(
            "the file cannot be written: {error}\nFile: {}",
            path.display()
        ),
        remedy: "Choose a folder you may write, on a disk with room.".into(),
    }
}

/// `mute=3`, `corrupt=2` or `corrupt=2:10` (every tenth), `late=4:20` (milliseconds), `stuck=5`, `lost=100` and so on.
fn parse_fault(text: &str) -> Result<Misbehaviour, Failure> {
    let refused = || {
        bad_request(
            format!("--fault={text} is not known"),
            "Use mute=ID, unplugged=ID, corrupt=ID[:EVERY], short=ID:BYTES, late=ID:MS, noise=ID:BYTES, \
             wrong-id=ID:OTHER, fault=ID:BITS, stuck=ID, lost=EVERY or cut=BYTES.",
        )
    };
    let (name, values) = text.split_once('=').ok_or_else(refused)?;
    let numbers: Vec<u32> = values
        .split(':')
        .map(|value| value.parse().map_err(|_unhelpful| refused()))
        .collect::<Result<_, _>>()?;
    let first = *numbers.first().ok_or_else(refused)?;
    let id = u8::try_from(first).unwrap_or(u8::MAX);
    let second = numbers.get(1).copied();
    let byte = || {
        second
            .and_then(|value| u8::try_from(value).ok())
            .ok_or_else(refused)
    };
    Ok(match name {
        "mute" => Misbehaviour::MuteMotor { id },
        "unplugged" => Misbehaviour::UnpluggedMotor { id },
        "corrupt" => Misbehaviour::CorruptReply {
            id,
            every: second.unwrap_or(1).max(1),
        },
        "short" => Misbehaviour::ShortReply {
            id,
            bytes: usize::from(byte()?),
        },
        "late" => Misbehaviour::LateReply {
            id,
            by: Duration::from_millis(u64::from(second.ok_or_else(refused)?)),
        },
        "noise" => Misbehaviour::NoiseBeforeReply {
            id,
            bytes: usize::from(byte()?),
        },
        "wrong-id" => Misbehaviour::WrongId {
            id,
            claims: byte()?,
        },
        "fault" => Misbehaviour::Fault { id, bits: byte()? },
        "stuck" => Misbehaviour::StuckJoint { id },
        "lost" => Misbehaviour::LostRequests {
            every: first.max(1),
        },
        "cut" => Misbehaviour::UnpluggedMidPacket {
            after: first as usize,
        },
        _ => return Err(refused()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_on_the_command_line() {
        assert_eq!(
            parse_fault("mute=3").unwrap(),
            Misbehaviour::MuteMotor { id: 3 }
        );
        assert_eq!(
            parse_fault("corrupt=2:10").unwrap(),
            Misbehaviour::CorruptReply { id: 2, every: 10 }
        );
        assert_eq!(
            parse_fault("late=4:20").unwrap(),
            Misbehaviour::LateReply {
                id: 4,
                by: Duration::from_millis(20)
            }
        );
        for bad in ["mute", "mute=x", "late=4", "bites=3", "wrong-id=2:900"] {
            assert_eq!(
                parse_fault(bad).unwrap_err().code,
                ErrorCode::BadRequest,
                "{bad}"
            );
        }
    }
}
