//! `tendon scan`: a table of the motors on a line, and what is wrong with what to do.
//!
//! Not here: what counts as wrong (`arms::survey`).

use arms::survey::{Figures, LineFinding, Weight};
use clap::Args;
use motors::ErrorBits;
use motors::scan::{FoundMotor, Reading, ScanProgress};
use protocol::Failure;
use serde_json::{Value, json};
use station::scan::{ScanConfig, scan};

use crate::arm_flags::OneArmArgs;
use crate::exit;
use crate::output::Out;
use crate::setup;
use crate::watch::{Watch, follow};

/// `tendon scan`
#[derive(Debug, Args)]
pub struct Scan {
    #[command(flatten)]
    pub robot: OneArmArgs,
    /// Wait the whole time at every rate, also when all six motors of an arm have answered (about nine seconds).
    #[arg(long)]
    pub thorough: bool,
}

/// Looks, shows, and ends with 4 when nothing answered.
pub fn run(args: &Scan, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let config = ScanConfig {
        arm: setup::one_arm(&args.robot)?,
        thorough: args.thorough,
    };
    out.one_answer();
    let outcome = follow(scan(config), out, watch, |event, out| match event {
        ScanProgress::Rate { baud, index, of } => {
            out.bar(&format!("{baud} baud"), index as u64, of as u64);
        }
        ScanProgress::Found(_) => {}
    })?;
    let motors: Vec<Value> = outcome.scan.motors.iter().map(object).collect();
    let findings: Vec<Value> = outcome.findings.iter().map(finding_object).collect();
    out.wipe();
    out.object(
        "scan",
        json!({
            "line": outcome.line,
            "motors": motors,
            "findings": findings,
            "complete": !outcome.scan.called_off,
        }),
    );
    out.note(&outcome.line);
    if !outcome.scan.motors.is_empty() {
        out.say(HEAD);
    }
    for motor in &outcome.scan.motors {
        out.say(line(motor));
    }
    for finding in &outcome.findings {
        out.say(format!("{finding}\n  {}", finding.remedy()));
    }
    if outcome.scan.called_off {
        out.say("Called off: more may be there.");
    } else if outcome.findings.is_empty() {
        out.say("All six motors are there and well.");
    }
    Ok(if outcome.scan.motors.is_empty() {
        exit::MOTOR
    } else {
        exit::DONE
    })
}

/// Names of the bits, none for a healthy motor.
fn errors(bits: ErrorBits) -> Vec<String> {
    if bits.healthy() {
        return Vec::new();
    }
    bits.to_string().split(", ").map(str::to_owned).collect()
}

/// One motor as machines see it. What could not be read is null.
pub fn object(motor: &FoundMotor) -> Value {
    let figures = motor.facts().map(Figures::of);
    let answers = match motor.reading {
        Reading::Whole(_) => "whole",
        Reading::Shared => "shared",
        Reading::Damaged => "damaged",
    };
    json!({
        "id": motor.id.0,
        "joint": arms::Joint::ALL.iter().find(|joint| joint.motor_id() == motor.id.0).map(|joint| joint.name()),
        "baud": motor.baud,
        "model": figures.map(|it| it.model_name()),
        "model_number": figures.map(|it| it.model),
        "firmware": figures.map(|it| format!("{}.{}", it.firmware.0, it.firmware.1)),
        "voltage_v": figures.map(|it| it.voltage),
        "max_voltage_v": figures.map(|it| it.max_voltage),
        "temperature_c": figures.map(|it| it.temperature),
        "load_percent": figures.map(|it| it.load),
        "current_a": figures.map(|it| (it.current * 1e4).round() / 1e4),
        "position": figures.map(|it| it.position),
        "torque": figures.map(|it| it.torque),
        "errors": errors(motor.error),
        "error_bits": motor.error.0,
        "answers": answers,
    })
}

fn finding_object(finding: &LineFinding) -> Value {
    let weight = match finding.weight() {
        Weight::Note => "note",
        Weight::Warning => "warning",
        Weight::Stop => "stop",
    };
    json!({
        "weight": weight,
        "motor": finding.motor(),
        "message": finding.to_string(),
        "remedy": finding.remedy(),
    })
}

const HEAD: &str = " id  joint          model    firmware     baud      V   °C  load %      A  position  torque  errors";

fn line(motor: &FoundMotor) -> String {
    let joint = arms::Joint::ALL
        .iter()
        .find(|joint| joint.motor_id() == motor.id.0)
        .map_or("-", |joint| joint.name());
    let Some(it) = motor.facts().map(Figures::of) else {
        let why = match motor.reading {
            Reading::Shared => "two motors talk at once",
            _ => "its answers are damaged",
        };
        return format!("{:>3}  {joint:<13}  {why}", motor.id.0);
    };
    format!(
        "{:>3}  {joint:<13}  {:<8} {:>8}  {:>7}  {:>5.1}  {:>3}  {:>6.1}  {:>5.2}  {:>8}  {:<6}  {}",
        motor.id.0,
        it.model_name(),
        format!("{}.{}", it.firmware.0, it.firmware.1),
        motor.baud,
        it.voltage,
        it.temperature,
        it.load,
        it.current,
        it.position,
        if it.torque { "on" } else { "off" },
        motor.error,
    )
}
