//! Finds the programs that journeys run.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context as _, Result, ensure};

/// The program `tendon`: the one named by `TENDON_BIN`, or this workspace's own, brought up to date first.
pub fn tendon() -> Result<PathBuf> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    if let Some(named) = std::env::var_os("TENDON_BIN") {
        return Ok(named.into());
    }
    BUILT
        .get_or_init(|| {
            build("cli", &["--bin", "tendon"], "tendon").map_err(|error| format!("{error:#}"))
        })
        .clone()
        .map_err(anyhow::Error::msg)
}

/// Builds a program in the profile that this test was built in and says where it is.
pub fn build(package: &str, target: &[&str], program: &str) -> Result<PathBuf> {
    // target/PROFILE/deps/journeys-HASH, or target/PROFILE/xtask
    let own = std::env::current_exe()?;
    let folder = own
        .ancestors()
        .skip(1)
        .find(|folder| !folder.ends_with("deps"))
        .context("the test is not in a target folder")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command
        .args(["build", "--quiet", "--package", package])
        .args(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"));
    if folder.ends_with("release") {
        command.arg("--release");
    }
    ensure!(
        command.status()?.success(),
        "{program} could not be built; see above"
    );
    Ok(folder
        .join(program)
        .with_extension(std::env::consts::EXE_EXTENSION))
}

/// A Python that has pyarrow: `TENDON_PYTHON`, one that `make interop` has set up, or the machine's `python3`.
pub fn python_with_pyarrow() -> Option<PathBuf> {
    let has_pyarrow = |python: &PathBuf| {
        Command::new(python)
            .args(["-c", "import pyarrow"])
            .output()
            .is_ok_and(|output| output.status.success())
    };
    if let Some(named) = std::env::var_os("TENDON_PYTHON") {
        return Some(PathBuf::from(named)).filter(has_pyarrow);
    }
    interop_pythons()
        .into_iter()
        .chain([PathBuf::from("python3")])
        .find(has_pyarrow)
}

/// The Pythons below `target/interop` or `TENDON_INTEROP_DIR`.
fn interop_pythons() -> Vec<PathBuf> {
    let folder = std::env::var_os("TENDON_INTEROP_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/interop"),
        PathBuf::from,
    );
    let Ok(environments) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    environments
        .filter_map(|environment| Some(environment.ok()?.path().join("bin/python")))
        .filter(|python| python.is_file())
        .collect()
}
