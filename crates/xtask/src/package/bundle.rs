//! Tauri's bundler: given the built programs and the tree beside them, it makes the packages of this system.
//!
//! It is Tauri's own command line, as npm ships it built, in a folder of its own that only packaging fetches
//! (`scripts/setup --package`). The programs are those that `make build` left and the benches measured: nothing is compiled here.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::tree::Tree;
use super::{PROGRAMS, built, depends, finished, tree, workshop};
use crate::house::{graph, root};

/// What is made where nobody asks for something else.
#[cfg(target_os = "linux")]
const USUAL: &[&str] = &["deb", "rpm"];
#[cfg(target_os = "windows")]
const USUAL: &[&str] = &["nsis", "msi"];
#[cfg(not(any(target_os = "linux", target_os = "windows")))]
const USUAL: &[&str] = &["app", "dmg"];

/// Endings of finished packages.
const ENDINGS: [&str; 6] = ["deb", "rpm", "AppImage", "exe", "msi", "dmg"];

/// Tauri's command line.
///
/// # Errors
/// When it is not fetched.
pub fn tauri() -> Result<PathBuf> {
    let script = if cfg!(windows) { "tauri.cmd" } else { "tauri" };
    let path = root()
        .join("target/tools/tauri/node_modules/.bin")
        .join(script);
    ensure!(
        path.exists(),
        "{} is not there: run scripts/setup --package",
        path.display()
    );
    Ok(path)
}

/// Makes packages of these kinds, or the usual ones of this system, and hands out their paths.
///
/// # Errors
/// When a program is not built, something cannot be generated, or the bundler fails.
pub fn make(kinds: &[String]) -> Result<Vec<PathBuf>> {
    let kinds: Vec<&str> = if kinds.is_empty() {
        USUAL.to_vec()
    } else {
        kinds.iter().map(String::as_str).collect()
    };
    let workshop = workshop();
    // The bundler writes into the window's program, so it is given copies.
    let (window, line) = (program(&workshop, 0)?, program(&workshop, 1)?);
    let tree = tree::make(&workshop.join("tree"))?;
    let settings = workshop.join("bundle.json");
    let overlay = overlay(&line, &tree, &[window, line.clone()])?;
    std::fs::write(&settings, serde_json::to_string_pretty(&overlay)?)?;
    let bundles = workshop.join("release/bundle");
    if bundles.exists() {
        std::fs::remove_dir_all(&bundles)?;
    }
    let mut command = Command::new(tauri()?);
    command
        .current_dir(root())
        .env("CARGO_TARGET_DIR", &workshop)
        .arg("bundle")
        .arg("--bundles")
        .arg(kinds.join(","));
    for system in ["windows", "macos"] {
        // The settings of the other systems have no effect here, but a word in them that the bundler does not know has.
        command
            .arg("--config")
            .arg(root().join(format!("src-tauri/tauri.{system}.conf.json")));
    }
    let status = command
        .arg("--config")
        .arg(&settings)
        .status()
        .context("Tauri's command line did not start")?;
    ensure!(status.success(), "Tauri's bundler ended with {status}");
    collect(&bundles)
}

/// A copy of a program where the bundler looks for it.
fn program(workshop: &Path, which: usize) -> Result<PathBuf> {
    let built = built(PROGRAMS[which])?;
    let copy = match which {
        0 => workshop
            .join("release")
            .join(built.file_name().unwrap_or_default()),
        // A second program carries the name of the machine it is for; the package has it without.
        _ => workshop
            .join("bin")
            .join(format!("{}-{}", PROGRAMS[which], graph::host_triple()?))
            .with_added_extension(std::env::consts::EXE_EXTENSION),
    };
    if let Some(folder) = copy.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::copy(&built, &copy).with_context(|| format!("{}", built.display()))?;
    Ok(copy)
}

/// What the committed settings cannot know: where the generated files are, and what the programs need.
fn overlay(line: &Path, tree: &Tree, programs: &[PathBuf]) -> Result<Value> {
    let second = line.with_file_name(PROGRAMS[1]);
    let mut bundle = json!({ "externalBin": [second] });
    if cfg!(target_os = "linux") {
        let files = |zsh: &str| {
            json!({
                "/usr/share": tree.common.join("usr/share"),
                "/usr/lib/udev": tree.common.join("usr/lib/udev"),
                (format!("/usr/share/{zsh}")): tree.zsh.file,
            })
        };
        bundle["linux"] = json!({
            "deb": {
                "depends": depends::debian(programs)?,
                "files": files(&tree.zsh.debian),
            },
            "rpm": {
                "depends": depends::rpm(programs)?,
                "files": files(&tree.zsh.elsewhere),
            },
            "appimage": { "files": files(&tree.zsh.elsewhere) },
        });
    } else {
        let mut resources = serde_json::Map::new();
        resources.insert(tree.licences.display().to_string(), json!("licences.txt"));
        bundle["resources"] = Value::Object(resources);
    }
    Ok(json!({ "bundle": bundle }))
}

/// The same .deb pressed with xz: the bundler knows gzip alone, with which it is half as large again.
fn press(from: &Path, to: &Path) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let open = folder.path().join("package");
    for arguments in [
        &["--raw-extract".as_ref(), from.as_os_str(), open.as_os_str()][..],
        &[
            "--root-owner-group".as_ref(),
            "-Zxz".as_ref(),
            "--build".as_ref(),
            open.as_os_str(),
            to.as_os_str(),
        ],
    ] {
        let output = Command::new("dpkg-deb")
            .args(arguments)
            .output()
            .context("dpkg-deb did not start (package dpkg)")?;
        ensure!(
            output.status.success(),
            "dpkg-deb ended with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

/// Copies what the bundler made to where a person looks for it, instead of what was there before.
fn collect(bundles: &Path) -> Result<Vec<PathBuf>> {
    let finished = finished();
    if finished.exists() {
        std::fs::remove_dir_all(&finished)?;
    }
    std::fs::create_dir_all(&finished)?;
    let mut packages = Vec::new();
    for kind in std::fs::read_dir(bundles).context("Tauri's bundler made nothing")? {
        for entry in std::fs::read_dir(kind?.path())?.flatten() {
            let path = entry.path();
            let ending = path.extension().and_then(|ending| ending.to_str());
            if ending.is_some_and(|ending| ENDINGS.contains(&ending)) && path.is_file() {
                let place = finished.join(entry.file_name());
                if ending == Some("deb") {
                    press(&path, &place)?;
                } else {
                    std::fs::copy(&path, &place)?;
                }
                packages.push(place);
            }
        }
    }
    packages.sort();
    ensure!(!packages.is_empty(), "Tauri's bundler made no package");
    Ok(packages)
}
