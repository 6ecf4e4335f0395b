//! `transfer_calibration()`: an arm's calibration file copied in or out. Motors are not touched.
//!
//! Not here: comparing the file with the motors and writing either (the module above).

use std::fs;
use std::path::{MAIN_SEPARATOR, Path, PathBuf};

use arms::plausible::doubts;
use arms::{ArmConfig, Doubt, Reason, calibration_file};
use protocol::Failure;

use super::{Nothing, file_failure, history, no_file};
use crate::failure::bad_request;
use crate::process::{Cx, Process, Verb};

/// Where a calibration comes from or goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Transfer {
    /// This file becomes the arm's calibration file. The motors are not touched: compare, then write them.
    Import(PathBuf),
    /// The file of the same name that an older LeRobot left becomes the arm's calibration file.
    ImportOlder,
    /// The arm's calibration file is copied there.
    Export {
        /// The new file.
        to: PathBuf,
        /// Whether it may replace one.
        overwrite: bool,
    },
}

/// Which arm, and what is to be done.
#[derive(Debug, Clone)]
pub struct TransferConfig {
    /// The arm. Its port is not used.
    pub arm: ArmConfig,
    /// In or out.
    pub transfer: Transfer,
}

/// What was copied.
#[derive(Debug, Clone)]
pub struct TransferOutcome {
    /// Where it came from.
    pub from: PathBuf,
    /// Where it is now.
    pub to: PathBuf,
    /// Ranges that no such joint has.
    pub doubts: Vec<Doubt>,
    /// Where the former file is kept, when one was replaced.
    pub kept: Option<PathBuf>,
}

/// The verb behind [`transfer_calibration`].
#[derive(Debug)]
pub struct TransferCalibration;

/// Copies a calibration file in or out.
pub fn transfer_calibration(config: TransferConfig) -> Process<TransferCalibration> {
    Process::new(config)
}

impl Verb for TransferCalibration {
    const NAME: &'static str = "transfer-calibration";
    const DRIVES: bool = false;
    type Config = TransferConfig;
    type Command = Nothing;
    type Event = Nothing;
    type Outcome = TransferOutcome;

    fn run(config: TransferConfig, _cx: &Cx<Self>) -> Result<TransferOutcome, Failure> {
        let history = history(&config.arm)?;
        let file = history.path().to_owned();
        let kind = config.arm.kind;
        let from = match config.transfer {
            Transfer::Import(from) if !from.exists() => {
                return Err(bad_request(
                    format!("there is no such file\nFile: {}", from.display()),
                    "Check its name; --import=older finds what an older LeRobot left.",
                ));
            }
            Transfer::Import(from) => from,
            Transfer::ImportOlder => calibration_file::older_places(&file)
                .into_iter()
                .next()
                .ok_or_else(|| no_file(&file, &[]))?,
            Transfer::Export { to, .. } if is_folder(&to) => {
                return Err(bad_request(
                    format!("that is a folder\nFolder: {}", to.display()),
                    "Name a file in it, such as bench.json.",
                ));
            }
            Transfer::Export { to, overwrite } => {
                let calibration = calibration_file::load(&file).map_err(file_failure)?;
                if !overwrite && fs::symlink_metadata(&to).is_ok() {
                    return Err(bad_request(
                        format!("there is a file already\nFile: {}", to.display()),
                        "Choose another name, or remove it first.",
                    ));
                }
                calibration_file::save(&to, &calibration).map_err(file_failure)?;
                return Ok(TransferOutcome {
                    from: file,
                    to,
                    doubts: doubts(kind, &calibration),
                    kept: None,
                });
            }
        };
        let calibration = calibration_file::load(&from).map_err(file_failure)?;
        let kept = history
            .save(&calibration, Reason::Imported)
            .map_err(file_failure)?;
        Ok(TransferOutcome {
            from,
            to: file,
            doubts: doubts(kind, &calibration),
            kept,
        })
    }
}

/// Whether it is a folder, or is written as one.
fn is_folder(path: &Path) -> bool {
    path.is_dir() || path.to_string_lossy().ends_with(MAIN_SEPARATOR)
}
