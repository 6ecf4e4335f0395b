//! The device manager's rules of the package, generated from the adapters that count as an arm, so that what the program looks
//! for and what a person may open cannot differ.
//!
//! A difference is a defect of the commit: `cargo run -p xtask -- rules --update` writes what the code says.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use motors::ports::ARM_ADAPTERS;

use crate::house::root;

/// Name of the rules. Numbered below 73, where the system gives what is tagged to the person at the screen; other than the
/// `70-tendon.rules` that `tendon doctor` proposes for `/etc`, which would hide one of the same name.
pub const FILE: &str = "70-tendon-arms.rules";
/// USB number of FTDI, whose adapters collect bytes unless told otherwise.
const FTDI: u16 = 0x0403;

/// Where the committed file is.
pub fn path() -> PathBuf {
    root().join("packaging/linux").join(FILE)
}

/// The rules as the code says.
pub fn present() -> String {
    let mut text = String::from(
        "# Made from crates/motors/src/ports.rs by `cargo run -p xtask -- rules --update`. Do not edit.\n\
         #\n\
         # Who sits at the screen may open adapters of servo lines and cameras, without joining a group.\n\
         \n\
         ACTION==\"remove\", GOTO=\"tendon_arms_end\"\n\
         \n\
         # Servo lines. ModemManager asks an unknown port for a modem only when it is told to: its questions would reach the servos.\n",
    );
    for (vid, pid, name) in ARM_ADAPTERS {
        // Writing into a text cannot fail.
        let _written = writeln!(
            text,
            "# {name}\n\
             SUBSYSTEM==\"tty\", SUBSYSTEMS==\"usb\", ATTRS{{idVendor}}==\"{vid:04x}\", ATTRS{{idProduct}}==\"{pid:04x}\", \
             TAG+=\"uaccess\", ENV{{ID_MM_TTY_MANUAL_SCAN_ONLY}}=\"1\""
        );
    }
    text.push_str("\n# FTDI's adapters keep bytes for 16 ms unless told otherwise, and only root may tell them.\n");
    for (vid, pid, _) in ARM_ADAPTERS.iter().filter(|(vid, ..)| *vid == FTDI) {
        let _written = writeln!(
            text,
            "SUBSYSTEM==\"usb-serial\", DRIVER==\"ftdi_sio\", ATTRS{{idVendor}}==\"{vid:04x}\", ATTRS{{idProduct}}==\"{pid:04x}\", \
             ATTR{{latency_timer}}=\"1\""
        );
    }
    text.push_str(
        "\n# Cameras.\n\
         SUBSYSTEM==\"video4linux\", SUBSYSTEMS==\"usb\", TAG+=\"uaccess\"\n\
         \n\
         LABEL=\"tendon_arms_end\"\n",
    );
    text
}

/// Writes what the code says.
///
/// # Errors
/// When it cannot be written.
pub fn update() -> Result<()> {
    let path = path();
    std::fs::write(&path, present()).with_context(|| format!("{}", path.display()))
}

/// One sentence when the committed rules are not what the code says.
pub fn changes() -> Vec<String> {
    let committed = std::fs::read_to_string(path()).unwrap_or_default();
    if committed == present() {
        return Vec::new();
    }
    vec![format!(
        "{} does not name the adapters of crates/motors/src/ports.rs: run `cargo run -p xtask -- rules --update`",
        path().display()
    )]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_opens_the_adapters_that_the_program_looks_for() {
        assert_eq!(changes(), Vec::<String>::new());
        let rules = present();
        for (vid, pid, name) in ARM_ADAPTERS {
            let line = format!(
                "ATTRS{{idVendor}}==\"{vid:04x}\", ATTRS{{idProduct}}==\"{pid:04x}\", TAG+=\"uaccess\""
            );
            assert!(rules.contains(&line), "{name}");
        }
    }

    #[test]
    fn the_rules_are_read_before_the_system_hands_devices_out() {
        let number: u32 = FILE.split('-').next().unwrap().parse().unwrap();
        assert!(number < 73, "73-seat-late.rules would have passed already");
        // A rule is one line of conditions and orders; a comment has its own.
        for line in present().lines().filter(|line| !line.is_empty()) {
            let rule = line.contains("==") || line.starts_with("LABEL=");
            assert!(line.starts_with('#') || rule, "{line}");
            assert!(line.starts_with('#') || !line.contains('#'), "{line}");
        }
    }
}
