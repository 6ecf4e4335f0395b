//! What the program's exit code means. Documented in `tendon --help`; scripts rely on it.

use protocol::ErrorCode;

/// Everything asked for was done.
pub const DONE: u8 = 0;
/// A defect of ours.
pub const INTERNAL: u8 = 1;
/// The command line makes no sense.
pub const USAGE: u8 = 2;
/// No such port, or it may not be opened.
pub const PORT: u8 = 3;
/// A motor is silent, faulty or of the wrong kind, or the line was lost.
pub const MOTOR: u8 = 4;
/// Calibration is missing, wrong, or was not finished.
pub const CALIBRATION: u8 = 5;
/// A dataset or another file is not as it must be; also what `dataset verify` says of a defect it found.
pub const DATA: u8 = 6;
/// A disk is full, read-only or failing.
pub const DISK: u8 = 7;
/// The control loop stopped by itself.
pub const LOOP: u8 = 8;
/// Refused for now: something else must end first.
pub const NOT_WHILE: u8 = 9;
/// A camera is missing or does not do what was asked.
pub const CAMERA: u8 = 10;
/// Added to the number of the signal that ended the program in good order (130 for Ctrl-C).
pub const SIGNAL: u8 = 128;

/// The exit code of a failure.
pub fn from_code(code: ErrorCode) -> u8 {
    match code {
        ErrorCode::BadRequest => USAGE,
        ErrorCode::NotWhile => NOT_WHILE,
        ErrorCode::Port => PORT,
        ErrorCode::Motor | ErrorCode::LineLost => MOTOR,
        ErrorCode::Camera => CAMERA,
        ErrorCode::Calibration => CALIBRATION,
        ErrorCode::Loop => LOOP,
        ErrorCode::Data => DATA,
        ErrorCode::Disk => DISK,
        ErrorCode::Stopped => SIGNAL + 2,
        _ => INTERNAL,
    }
}

/// The table of exit codes for `--help`.
pub const HELP: &str = "\
Exit codes:
  0  done
  1  a defect of Tendon
  2  the command line makes no sense
  3  no such port, or it may not be opened
  4  a motor is silent, faulty or wrong, or the line was lost
  5  calibration is missing, wrong or was not finished
  6  a dataset or file is not as it must be
  7  a disk is full, read-only or failing
  8  the control loop stopped by itself
  9  refused for now: something else must end first
  10 a camera is missing or does not do what was asked
  128 + n  ended in good order by signal n (130: Ctrl-C)";
