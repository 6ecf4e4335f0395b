//! Calibrations that are there: compare, write either way, history, roll-back, import and export, in words.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use arms::{HistoryEntry, Joint};
use protocol::Failure;
use serde_json::json;
use station::calibrations::{
    CompareConfig, CompareOutcome, HistoryConfig, RegisterPair, Side, Transfer, TransferConfig,
    calibration_history, compare_calibration, transfer_calibration,
};

use super::args::{self, Calibrate};
use super::{arm, doubts_as_json, tell_doubts};
use crate::output::Out;
use crate::setup::bad_request;
use crate::watch::{Watch, follow};

/// `--diff` and `--write`
pub fn compare(args: &Calibrate, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let config = CompareConfig {
        arm: arm(args, true)?,
        write: args.write.map(|side| match side {
            args::Side::Motors => Side::Motors,
            args::Side::File => Side::File,
        }),
    };
    let asked = config.write.is_some();
    let outcome = follow(
        compare_calibration(config),
        out,
        watch,
        |event, _| match event {},
    )?;
    let alike = outcome.registers.iter().all(RegisterPair::agrees);
    let registers: Vec<_> = outcome
        .registers
        .iter()
        .map(|pair| {
            json!({
                "joint": pair.joint.name(), "register": pair.register,
                "file": pair.file, "motor": pair.motor, "agrees": pair.agrees(),
            })
        })
        .collect();
    out.object(
        "calibration_compared",
        json!({
            "file": outcome.path, "file_there": outcome.file_there, "older": outcome.older,
            "alike": alike, "registers": registers, "doubts": doubts_as_json(&outcome.doubts),
            "written": outcome.written.map(side_name), "kept": outcome.kept,
        }),
    );
    for line in compared(&outcome) {
        out.say(line);
    }
    tell_doubts(&outcome.doubts, out);
    // Two sides that differ are an answer to --diff, and one that scripts ask for.
    Ok(if alike || asked {
        crate::exit::DONE
    } else {
        crate::exit::CALIBRATION
    })
}

fn side_name(side: Side) -> &'static str {
    match side {
        Side::Motors => "motors",
        Side::File => "file",
    }
}

fn compared(outcome: &CompareOutcome) -> Vec<String> {
    let mut lines = vec![format!(
        "{:<16}{:>22}{:>22}{:>22}",
        "joint", "homing offset", "lowest", "highest"
    )];
    for joint in Joint::ALL {
        let its = outcome.registers.iter().filter(|pair| pair.joint == joint);
        let cells: String = its.map(cell).collect();
        lines.push(format!("{:<16}{cells}", joint.name()));
    }
    let differ = outcome
        .registers
        .iter()
        .filter(|pair| !pair.agrees())
        .count();
    let verdict = match (outcome.written, outcome.file_there, differ) {
        (Some(Side::Motors), _, _) => {
            "The motors now hold what the file says, and were read back.".to_owned()
        }
        (Some(Side::File), _, _) => "The file now says what the motors hold.".to_owned(),
        (None, false, _) => {
            "There is no calibration file; these are the motors' numbers.".to_owned()
        }
        (None, true, 0) => "File and motors agree.".to_owned(),
        (None, true, differ) => format!(
            "{differ} of {} registers differ (file / motor). --write=motors takes the file's numbers, \
             --write=file the motors'.",
            outcome.registers.len()
        ),
    };
    lines.push(verdict);
    if let Some(older) = outcome.older.first() {
        lines.push(format!(
            "An older LeRobot left a file: --import=older takes it.\nOlder file: {}",
            older.display()
        ));
    }
    if let Some(kept) = &outcome.kept {
        lines.push(format!("former calibration: {}", kept.display()));
    }
    lines.push(format!("calibration: {}", outcome.path.display()));
    lines
}

/// One number where both agree, both where they do not.
fn cell(pair: &RegisterPair) -> String {
    match pair.file {
        Some(file) if file == pair.motor => format!("{file:>22}"),
        Some(file) => format!("{:>22}", format!("{file} / {} *", pair.motor)),
        None => format!("{:>22}", format!("- / {}", pair.motor)),
    }
}

/// `--history` and `--rollback`
pub fn history(args: &Calibrate, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    if args.write.is_some() {
        return Err(bad_request(
            "--rollback writes file and motors by itself",
            "Leave --write away.",
        ));
    }
    let config = HistoryConfig {
        arm: arm(args, args.rollback.is_some())?,
        roll_back: args.rollback,
    };
    let outcome = follow(
        calibration_history(config),
        out,
        watch,
        |event, _| match event {},
    )?;
    let entries: Vec<_> = outcome
        .entries
        .iter()
        .enumerate()
        .map(|(place, entry)| {
            json!({
                "number": place + 1, "at": time(entry.at), "reason": entry.reason.name(),
                "path": entry.path, "usable": entry.calibration.is_some(),
            })
        })
        .collect();
    out.object(
        "calibration_history",
        json!({
            "file": outcome.path, "entries": entries, "rolled_back": args.rollback,
            "doubts": doubts_as_json(&outcome.doubts),
        }),
    );
    match (outcome.rolled_back, args.rollback) {
        (Some(_), Some(number)) => out.say(format!(
            "File and motors hold saved calibration {number} again; the motors were read back.\ncalibration: {}",
            outcome.path.display()
        )),
        _ => {
            for line in listed(&outcome.entries, &outcome.path) {
                out.say(line);
            }
        }
    }
    tell_doubts(&outcome.doubts, out);
    Ok(crate::exit::DONE)
}

fn listed(entries: &[HistoryEntry], path: &Path) -> Vec<String> {
    if entries.is_empty() {
        return vec![format!(
            "Nothing was saved for this arm yet.\ncalibration: {}",
            path.display()
        )];
    }
    let mut lines: Vec<_> = entries
        .iter()
        .enumerate()
        .map(|(place, entry)| {
            let unusable = if entry.calibration.is_some() {
                ""
            } else {
                ", not usable"
            };
            format!(
                "{:>3}  {}  {}{unusable}",
                place + 1,
                time(entry.at),
                entry.reason
            )
        })
        .collect();
    lines.push("--rollback=N brings one back, into file and motors.".to_owned());
    lines
}

/// `--import` and `--export`
pub fn transfer(args: &Calibrate, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let transfer = match (&args.import, &args.export) {
        (Some(from), _) if from == Path::new("older") => Transfer::ImportOlder,
        (Some(from), _) => Transfer::Import(from.clone()),
        (None, Some(to)) => Transfer::Export {
            to: to.clone(),
            overwrite: args.overwrite,
        },
        (None, None) => return Err(bad_request("nothing to import or export", "Name a file.")),
    };
    let importing = args.import.is_some();
    if args.write == Some(args::Side::File) {
        return Err(bad_request(
            "--write=file would replace what is imported or exported",
            "Use --write=motors with --import, or leave it away.",
        ));
    }
    let config = TransferConfig {
        arm: arm(args, importing && args.write.is_some())?,
        transfer,
    };
    let outcome = follow(
        transfer_calibration(config),
        out,
        watch,
        |event, _| match event {},
    )?;
    out.object(
        if importing {
            "calibration_imported"
        } else {
            "calibration_exported"
        },
        json!({
            "from": outcome.from, "to": outcome.to, "kept": outcome.kept,
            "doubts": doubts_as_json(&outcome.doubts),
        }),
    );
    if let Some(kept) = &outcome.kept {
        out.say(format!("former calibration: {}", kept.display()));
    }
    out.say(format!(
        "from: {}\nto: {}",
        outcome.from.display(),
        outcome.to.display()
    ));
    tell_doubts(&outcome.doubts, out);
    if importing && args.write.is_some() {
        return compare(args, out, watch);
    }
    if importing {
        out.say("The motors still hold what they held: --diff compares, --write=motors writes.");
    }
    Ok(crate::exit::DONE)
}

/// `2026-11-21 16:30:05 UTC`
fn time(at: SystemTime) -> String {
    let seconds = at
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (year, month, day) = station::log::date_from_days((seconds / 86_400) as i64);
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02} UTC")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use arms::{Calibration, Reason};

    use super::*;

    fn registers(file: Option<i32>) -> Vec<RegisterPair> {
        let mut all: Vec<_> = Joint::ALL
            .into_iter()
            .flat_map(|joint| {
                [
                    ("Homing_Offset", 100),
                    ("Min_Position_Limit", 800),
                    ("Max_Position_Limit", 3200),
                ]
                .map(|(register, motor)| RegisterPair {
                    joint,
                    register,
                    file: file.map(|_| motor),
                    motor,
                })
            })
            .collect();
        all[3].file = file;
        all
    }

    #[test]
    fn file_and_motors_stand_side_by_side() {
        let mut outcome = CompareOutcome {
            path: "/c/bench.json".into(),
            file_there: true,
            older: Vec::new(),
            registers: registers(Some(-709)),
            doubts: Vec::new(),
            written: None,
            kept: None,
        };
        insta::assert_snapshot!(compared(&outcome).join("\n"), @r"
        joint                    homing offset                lowest               highest
        shoulder_pan                       100                   800                  3200
        shoulder_lift             -709 / 100 *                   800                  3200
        elbow_flex                         100                   800                  3200
        wrist_flex                         100                   800                  3200
        wrist_roll                         100                   800                  3200
        gripper                            100                   800                  3200
        1 of 18 registers differ (file / motor). --write=motors takes the file's numbers, --write=file the motors'.
        calibration: /c/bench.json
        ");
        outcome.file_there = false;
        outcome.registers = registers(None);
        outcome.older = vec!["/c/so101_follower/bench.json".into()];
        insta::assert_snapshot!(compared(&outcome)[6..].join("\n"), @r"
        gripper                        - / 100               - / 800              - / 3200
        There is no calibration file; these are the motors' numbers.
        An older LeRobot left a file: --import=older takes it.
        Older file: /c/so101_follower/bench.json
        calibration: /c/bench.json
        ");
    }

    #[test]
    fn the_history_tells_when_and_why() {
        let entry = |seconds, reason, usable: bool| HistoryEntry {
            at: UNIX_EPOCH + Duration::from_secs(seconds),
            reason,
            path: "x".into(),
            calibration: usable.then(Calibration::full_turn),
        };
        let entries = [
            entry(1_795_278_605, Reason::Calibrated, true),
            entry(1_795_192_205, Reason::Found, false),
        ];
        insta::assert_snapshot!(listed(&entries, Path::new("x")).join("\n"), @r"
          1  2026-11-21 16:30:05 UTC  calibrated
          2  2026-11-20 16:30:05 UTC  made by another program, not usable
        --rollback=N brings one back, into file and motors.
        ");
    }
}
