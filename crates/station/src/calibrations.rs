//! Calibrations that are there already: `compare_calibration()` of file and motors, with one action to write either
//! way; `calibration_history()` with roll-back; in `transfer`, copying in and out.
//!
//! Not here: making a new one (`calibrate`), and whether two arms fit each other (`check_pair`).

mod transfer;

use std::path::PathBuf;
use std::sync::Arc;

use arms::plausible::doubts;
use arms::{
    Arm, ArmConfig, Calibration, CalibrationFileError, Doubt, History, HistoryEntry, Joint, Reason,
    calibration_file,
};
use protocol::{ErrorCode, Failure};

use crate::failure::{bad_request, failure};
use crate::hardware;
use crate::known_arms;
use crate::process::{Cx, Process, Verb};
use crate::settings;

pub use transfer::{
    Transfer, TransferCalibration, TransferConfig, TransferOutcome, transfer_calibration,
};

/// One of the two places that hold a calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The motors' EEPROM.
    Motors,
    /// The calibration file.
    File,
}

/// What to compare, and whether to make both sides alike.
#[derive(Debug, Clone)]
pub struct CompareConfig {
    /// The arm.
    pub arm: ArmConfig,
    /// The side that gets the other side's numbers; none only compares.
    pub write: Option<Side>,
}

/// One register on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterPair {
    /// Whose motor.
    pub joint: Joint,
    /// `Homing_Offset`, `Min_Position_Limit` or `Max_Position_Limit`.
    pub register: &'static str,
    /// What the file says; none without a file.
    pub file: Option<i32>,
    /// What the motor says.
    pub motor: i32,
}

impl RegisterPair {
    /// Whether both sides say the same.
    pub fn agrees(&self) -> bool {
        self.file == Some(self.motor)
    }
}

/// File and motors side by side, as they were before anything was written.
#[derive(Debug, Clone)]
pub struct CompareOutcome {
    /// The calibration file.
    pub path: PathBuf,
    /// Whether it is there.
    pub file_there: bool,
    /// Files that an older LeRobot left, when there is none.
    pub older: Vec<PathBuf>,
    /// All registers, by joint.
    pub registers: Vec<RegisterPair>,
    /// Ranges that no such joint has, of the side that is left or was written.
    pub doubts: Vec<Doubt>,
    /// Which side was written; none when nothing was asked or nothing differed.
    pub written: Option<Side>,
    /// Where the former file is kept, when it was replaced.
    pub kept: Option<PathBuf>,
}

/// Which arm's history, and whether to bring one entry back.
#[derive(Debug, Clone)]
pub struct HistoryConfig {
    /// The arm. Its port is used for a roll-back only.
    pub arm: ArmConfig,
    /// The entry to bring back, 1 for the newest.
    pub roll_back: Option<usize>,
}

/// An arm's history.
#[derive(Debug, Clone)]
pub struct HistoryOutcome {
    /// The calibration file.
    pub path: PathBuf,
    /// Everything that was saved, newest first, as it was before a roll-back.
    pub entries: Vec<HistoryEntry>,
    /// What came back into file and motors.
    pub rolled_back: Option<Calibration>,
    /// Ranges that no such joint has, of what came back.
    pub doubts: Vec<Doubt>,
}

/// Nothing can be told to these verbs, and they tell nothing before their end.
#[derive(Debug, Clone, Copy)]
pub enum Nothing {}

/// The verb behind [`compare_calibration`].
#[derive(Debug)]
pub struct CompareCalibration;

/// The verb behind [`calibration_history`].
#[derive(Debug)]
pub struct CalibrationHistory;

/// Compares an arm's calibration file with its motors, register by register, and makes them alike if asked to.
pub fn compare_calibration(config: CompareConfig) -> Process<CompareCalibration> {
    Process::new(config)
}

/// Lists what was saved for an arm, and brings an older calibration back into file and motors.
pub fn calibration_history(config: HistoryConfig) -> Process<CalibrationHistory> {
    Process::new(config)
}

impl Verb for CompareCalibration {
    const NAME: &'static str = "compare-calibration";
    const DRIVES: bool = false;
    type Config = CompareConfig;
    type Command = Nothing;
    type Event = Nothing;
    type Outcome = CompareOutcome;

    fn run(config: CompareConfig, cx: &Cx<Self>) -> Result<CompareOutcome, Failure> {
        let history = history(&config.arm)?;
        let path = history.path().to_owned();
        let file = match calibration_file::load(&path) {
            Ok(calibration) => Some(calibration),
            Err(CalibrationFileError::Missing { .. }) => None,
            Err(error) => return Err(file_failure(error)),
        };
        let kind = config.arm.kind;
        let mut line = hardware::open(&config.arm, &cx.clock)?;
        let known = known_arms::itself(&mut line);
        let mut arm = Arm::connect(
            line.bus,
            config.arm,
            file.unwrap_or_else(Calibration::full_turn),
            Arc::clone(&cx.clock),
        )
        .map_err(hardware::arm_failure)?;
        let registers = pairs(&mut arm, file.as_ref())?;
        let in_motors = arm.calibration_in_motors().map_err(hardware::arm_failure)?;
        let alike = registers.iter().all(RegisterPair::agrees);
        let mut outcome = CompareOutcome {
            older: if file.is_none() {
                calibration_file::older_places(&path)
            } else {
                Vec::new()
            },
            file_there: file.is_some(),
            path,
            registers,
            doubts: file.iter().flat_map(|file| doubts(kind, file)).collect(),
            written: None,
            kept: None,
        };
        match config.write {
            None => {}
            Some(Side::Motors) => {
                let file = file.ok_or_else(|| no_file(&outcome.path, &outcome.older))?;
                if !alike {
                    arm.replace_calibration(file)
                        .map_err(hardware::arm_failure)?;
                    known_arms::calibrated_anew(known, &file);
                    outcome.written = Some(Side::Motors);
                }
            }
            Some(Side::File) => {
                let calibration = in_motors.map_err(|error| {
                    failure(
                        ErrorCode::Calibration,
                        format!("the motors hold no calibration: {error}"),
                        "Calibrate the arm, or write the file to the motors.",
                    )
                })?;
                outcome.doubts = doubts(kind, &calibration);
                if let Some(doubt) = outcome.doubts.iter().find(|doubt| doubt.too_large()) {
                    return Err(failure(
                        ErrorCode::Calibration,
                        format!("the motors hold no calibration: {doubt}"),
                        "Calibrate the arm, or write the file to the motors.",
                    ));
                }
                if !alike {
                    outcome.kept = history
                        .save(&calibration, Reason::FromMotors)
                        .map_err(file_failure)?;
                    outcome.written = Some(Side::File);
                }
            }
        }
        Ok(outcome)
    }
}

impl Verb for CalibrationHistory {
    const NAME: &'static str = "calibration-history";
    const DRIVES: bool = false;
    type Config = HistoryConfig;
    type Command = Nothing;
    type Event = Nothing;
    type Outcome = HistoryOutcome;

    fn run(config: HistoryConfig, cx: &Cx<Self>) -> Result<HistoryOutcome, Failure> {
        let history = history(&config.arm)?;
        let entries = history.entries().map_err(file_failure)?;
        let mut rolled_back = None;
        let mut its_doubts = Vec::new();
        if let Some(number) = config.roll_back {
            let entry = number
                .checked_sub(1)
                .and_then(|place| entries.get(place))
                .ok_or_else(|| {
                    bad_request(
                        format!(
                            "there is no saved calibration {number}; there are {}",
                            entries.len()
                        ),
                        "List them with `tendon calibrate --history`.",
                    )
                })?;
            let calibration = match entry.calibration {
                Some(calibration) => calibration,
                // Says what is wrong with it.
                None => calibration_file::load(&entry.path).map_err(file_failure)?,
            };
            its_doubts = doubts(config.arm.kind, &calibration);
            if let Some(doubt) = its_doubts.iter().find(|doubt| doubt.too_large()) {
                return Err(failure(
                    ErrorCode::Calibration,
                    format!("saved calibration {number} is none: {doubt}"),
                    "Bring another one back, or calibrate the arm.",
                ));
            }
            let mut line = hardware::open(&config.arm, &cx.clock)?;
            let known = known_arms::itself(&mut line);
            let mut arm = Arm::connect(
                line.bus,
                config.arm,
                Calibration::full_turn(),
                Arc::clone(&cx.clock),
            )
            .map_err(hardware::arm_failure)?;
            let replaced = arm
                .replace_calibration(calibration)
                .map_err(hardware::arm_failure)?;
            if let Err(error) = history.save(&calibration, Reason::RolledBack) {
                // Both sides or none: the motors go back to what they held.
                return Err(not_saved(error, &replaced.take_back(&mut arm)));
            }
            known_arms::calibrated_anew(known, &calibration);
            rolled_back = Some(calibration);
        }
        Ok(HistoryOutcome {
            path: history.path().to_owned(),
            entries,
            rolled_back,
            doubts: its_doubts,
        })
    }
}

fn history(arm: &ArmConfig) -> Result<History, Failure> {
    let path = calibration_file::path_for(arm).map_err(file_failure)?;
    Ok(History::of(path, Some(settings::calibrations_folder())))
}

fn pairs(arm: &mut Arm, file: Option<&Calibration>) -> Result<Vec<RegisterPair>, Failure> {
    let registers = arm.calibration_registers().map_err(hardware::arm_failure)?;
    Ok(registers
        .into_iter()
        .map(|(joint, register, motor)| RegisterPair {
            joint,
            register,
            file: file.and_then(|file| file.register(joint, register)),
            motor,
        })
        .collect())
}

/// A calibration that is in no file, and whether the motors have back what they held before.
fn not_saved(error: CalibrationFileError, not_restored: &[Joint]) -> Failure {
    let failure = file_failure(error);
    let names: Vec<_> = not_restored.iter().map(|joint| joint.name()).collect();
    let (after, remedy) = match names.as_slice() {
        [] => (
            "the motors hold again what they held before".to_owned(),
            failure.remedy,
        ),
        names => (
            format!(
                "these motors could not be given back what they held: {}",
                names.join(", ")
            ),
            format!(
                "{} Then make both sides alike before the arm is driven: tendon calibrate --diff",
                failure.remedy
            ),
        ),
    };
    Failure {
        message: format!("{}\n{after}", failure.message),
        remedy,
        ..failure
    }
}

fn no_file(path: &std::path::Path, older: &[PathBuf]) -> Failure {
    file_failure(CalibrationFileError::Missing {
        path: path.to_owned(),
        older: older.to_vec(),
    })
}

fn file_failure(error: CalibrationFileError) -> Failure {
    let code = match &error {
        CalibrationFileError::Disk { .. } => ErrorCode::Disk,
        _ => ErrorCode::Calibration,
    };
    failure(code, &error, error.remedy())
}
