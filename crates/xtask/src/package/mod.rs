//! What a person installs: everything that goes into a package beside the programs, and Tauri's bundler, which puts it together.
//!
//! Generated files that are committed (icons, device rules) have a check in the tests; what belongs to one build only (manual
//! pages, completions, licence texts, dependencies) is made when a package is. Not here: trying a package (`package_test`).

pub mod bundle;
pub mod depends;
pub mod icons;
pub mod licences;
pub mod pages;
pub mod rules;
pub mod tree;
pub mod words;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::house::root;

/// Name of the package, and of the folder of its documents.
pub const NAME: &str = "tendon";
/// The window's program, and the command line.
pub const PROGRAMS: [&str; 2] = ["tendon-window", "tendon"];

/// Where finished packages lie.
pub fn finished() -> PathBuf {
    root().join("target/packages")
}

/// Where packages are put together.
fn workshop() -> PathBuf {
    root().join("target/package")
}

/// The built program of this name, as `make build` leaves it.
///
/// # Errors
/// When it is not there.
fn built(program: &str) -> Result<PathBuf> {
    let path = root()
        .join("target/release")
        .join(program)
        .with_extension(std::env::consts::EXE_EXTENSION);
    if !path.is_file() {
        bail!("{} is not there: run make build", path.display());
    }
    Ok(path)
}

/// Runs a command to its end and hands out what it printed.
///
/// # Errors
/// When it does not start or fails; with what it said.
pub(crate) fn output_of(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .output()
        .with_context(|| format!("{name} did not start"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{name} ended with {}: {}", output.status, said.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Writes a file and the folders it needs.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("{} cannot be made", folder.display()))?;
    }
    std::fs::write(path, bytes).with_context(|| format!("{} cannot be written", path.display()))
}
