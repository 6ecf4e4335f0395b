//! The .rpm beside the .deb: the same files, and everything named that the programs need.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::files::contents_below;
use crate::package::{PROGRAMS, depends, output_of, pages};

/// The bundler writes into the window's program what kind of package it is in.
const DIFFERS: &str = "usr/bin/tendon-window";

/// Compares an .rpm with an unpacked .deb.
///
/// # Errors
/// When the one holds what the other does not, or does not say what it needs.
pub fn compare(rpm: &Path, deb: &Path) -> Result<()> {
    let query = |words: &str| output_of(Command::new("rpm").arg("-qp").arg(words).arg(rpm));
    let list =
        query("--list").context("rpm is not there: scripts/setup --package-test installs it")?;
    let requires = query("--requires")?;
    let programs: Vec<_> = PROGRAMS
        .iter()
        .map(|name| deb.join("usr/bin").join(name))
        .collect();
    for need in depends::rpm(&programs)? {
        ensure!(
            requires.lines().any(|line| line == need),
            "the .rpm does not require {need}"
        );
    }
    ensure!(
        query("--scripts")?.contains("udevadm"),
        "the .rpm tells nobody of its rules"
    );

    let unpacked = tempfile::tempdir()?;
    output_of(
        Command::new("sh")
            .args(["-eu", "-c", "rpm2cpio \"$1\" | cpio -idm --quiet", "sh"])
            .arg(rpm)
            .current_dir(unpacked.path()),
    )?;
    let there = zsh_at_debians(contents_below(unpacked.path())?);
    let here = contents_below(deb)?;
    for path in here.keys().chain(there.keys()) {
        let (a, b) = (here.get(path), there.get(path));
        ensure!(a.is_some(), "/{path} is in the .rpm and not in the .deb");
        ensure!(b.is_some(), "/{path} is in the .deb and not in the .rpm");
        ensure!(
            a == b || path == DIFFERS,
            "/{path} differs between .deb and .rpm"
        );
    }
    let size = |folder: &Path| fs::metadata(folder.join(DIFFERS)).map(|what| what.len());
    ensure!(
        size(deb)? == size(unpacked.path())?,
        "/{DIFFERS} differs in size"
    );
    for path in there.keys().filter(|path| !path.contains("/zsh/")) {
        ensure!(
            list.lines().any(|line| line == format!("/{path}")),
            "/{path} is not listed"
        );
    }
    Ok(())
}

/// The one file that has another place in an .rpm.
fn zsh_at_debians(files: BTreeMap<String, u32>) -> BTreeMap<String, u32> {
    let (_, debian, _) = pages::SHELLS[1];
    let moved = |path: String| path.replace(pages::ZSH_ELSEWHERE, debian);
    files
        .into_iter()
        .map(|(path, sum)| (moved(path), sum))
        .collect()
}
