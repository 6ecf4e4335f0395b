//! The virtual machine with real kernel drivers: where it is, and how a test says that it did without.
//!
//! Not here: what is tried in it (`hardware`, `gamepad`).

use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Whether this runs in the machine.
pub fn inside() -> bool {
    std::env::var_os("IN_HARDWARE_VM").is_some()
}

/// The script that starts the machine, if it is there: `../shared/hardware-vm` beside the repository, or where
/// `TENDON_HARDWARE_VM` says.
pub fn script() -> Option<PathBuf> {
    let folder = std::env::var_os("TENDON_HARDWARE_VM").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/hardware-vm"),
        PathBuf::from,
    );
    Some(folder.join("run.sh")).filter(|script| script.is_file())
}

/// Said loudly, past the capture of the test harness: `what` was not tried, because there is no machine.
pub fn skipped(what: &str) {
    say(&format!(
        "SKIPPED: {what} not tried: there is no ../shared/hardware-vm beside the repository, and TENDON_HARDWARE_VM \
         names none"
    ));
}

/// Says something past the capture of the test harness.
pub fn say(text: &str) {
    let mut error = std::io::stderr();
    drop(writeln!(error, "{text}").err());
}
