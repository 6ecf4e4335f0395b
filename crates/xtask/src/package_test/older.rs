//! A version before the present one, made by packing it again, so that an upgrade has something to go over.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, ensure};
use tempfile::NamedTempFile;

use super::room::{As, Room};
use crate::package::{NAME, output_of};

/// Its version.
const VERSION: &str = "0.0.1";
/// What it has and the present one has not.
const RELIC: &str = "usr/share/doc/tendon/relic";

/// Packs `deb` again with a lower version and a file more.
///
/// # Errors
/// When it cannot be unpacked or packed.
pub fn make(deb: &Path) -> Result<NamedTempFile> {
    let folder = tempfile::tempdir()?;
    let content = folder.path().join("content");
    output_of(Command::new("dpkg-deb").arg("-R").arg(deb).arg(&content))?;
    let control = content.join("DEBIAN/control");
    let lower = |line: &str| match line.strip_prefix("Version: ") {
        Some(_) => format!("Version: {VERSION}\n"),
        None => format!("{line}\n"),
    };
    let words: String = fs::read_to_string(&control)?.lines().map(lower).collect();
    ensure!(words.contains(VERSION), "the package names no version");
    fs::write(&control, words)?;
    fs::write(content.join(RELIC), "of the version before\n")?;
    let older = tempfile::Builder::new().suffix(".deb").tempfile()?;
    output_of(
        Command::new("dpkg-deb")
            .args(["--root-owner-group", "-Zgzip", "-b"])
            .arg(&content)
            .arg(older.path()),
    )?;
    Ok(older)
}

fn version(room: &Room) -> Result<String> {
    room.run(As::Root, &format!("dpkg-query -W -f '${{Version}}' {NAME}"))
}

/// Whether the version before is what is there.
///
/// # Errors
/// When it is not, or its program does not run.
pub fn is_installed(room: &Room) -> Result<()> {
    let version = version(room)?;
    ensure!(version == VERSION, "{version} is installed, not {VERSION}");
    ensure!(
        room.path(RELIC).is_file(),
        "the older version lacks its file"
    );
    room.run(As::Person, "tendon --version").map(drop)
}

/// Whether the present version took its place whole.
///
/// # Errors
/// When something of the version before is left.
pub fn is_gone(room: &Room) -> Result<()> {
    let version = version(room)?;
    let present = env!("CARGO_PKG_VERSION");
    ensure!(version == present, "{version} is installed, not {present}");
    ensure!(!room.path(RELIC).exists(), "the upgrade left /{RELIC}");
    let changed = room.run(As::Root, &format!("dpkg --verify {NAME}"))?;
    ensure!(changed.trim().is_empty(), "after the upgrade: {changed}");
    Ok(())
}
