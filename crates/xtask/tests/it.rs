//! What `make` says on a machine where something is missing: the script it begins with, run on a PATH of our making.

#![cfg(unix)]

use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output};

use anyhow::{Context as _, Result};

/// Tools the script itself uses, wherever this machine has them.
const TOOLS: &[&str] = &[
    "awk", "bash", "cat", "dirname", "env", "grep", "head", "id", "printf", "sed", "sort", "uname",
];

/// A machine with these programs, each answering every question with the words beside it.
fn setup_check(programs: &[(&str, &str)]) -> Result<Output> {
    let machine = tempfile::tempdir()?;
    for tool in TOOLS {
        if let Some(found) = std::env::split_paths(&std::env::var_os("PATH").context("no PATH")?)
            .map(|folder| folder.join(tool))
            .find(|path| path.is_file())
        {
            symlink(found, machine.path().join(tool))?;
        }
    }
    for (name, words) in programs {
        let path = machine.path().join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{words}\n"))?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))?;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scripts/setup");
    Ok(Command::new("bash")
        .arg(script)
        .arg("--check")
        .env_clear()
        .env("PATH", machine.path())
        .env("HOME", machine.path())
        .output()?)
}

#[test]
fn make_says_what_to_install_where_cargo_or_node_is_missing_or_too_old() {
    let cargo = ("cargo", "echo 'cargo 1.95.0 (f2d3ce0bd 2026-03-21)'");
    let node = ("node", "echo v20.20.2");
    let npm = ("npm", "echo 11.0.0");
    for (programs, words) in [
        (
            vec![node, npm],
            vec!["cargo was not found", "https://sh.rustup.rs", "1.95.0"],
        ),
        (
            vec![("cargo", "echo 'cargo 1.80.0 (abc 2024-01-01)'"), node, npm],
            vec!["cargo 1.80.0 is too old", "rustup toolchain install 1.95.0"],
        ),
        (
            vec![
                ("cargo", "exit 1"),
                ("rustup", "echo nightly-x86_64"),
                node,
                npm,
            ],
            vec!["no Rust toolchain that works"],
        ),
        (vec![cargo, npm], vec!["Node was not found", "nodejs.org"]),
        (
            vec![cargo, ("node", "echo v18.1.0"), npm],
            vec!["Node 18.1.0 is too old", "20 or newer"],
        ),
        (vec![cargo, node], vec!["npm was not found"]),
    ] {
        let output = setup_check(&programs).unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{programs:?}");
        for word in words {
            assert!(said.contains(word), "{word} of {programs:?} in\n{said}");
        }
    }
}

#[test]
fn make_is_content_with_any_toolchain_that_is_new_enough() {
    let node = ("node", "echo v22.0.0");
    let npm = ("npm", "echo 11.0.0");
    for cargo in [
        "echo 'cargo 1.95.0 (x 2026-03-21)'",
        "echo 'cargo 1.101.2 (x 2027-03-21)'",
        // The pinned toolchain is not installed, another one is.
        "[ \"$RUSTUP_TOOLCHAIN\" = stable-x86_64 ] || exit 1; echo 'cargo 1.96.0 (x 2026-05-01)'",
    ] {
        let rustup = (
            "rustup",
            "echo 'stable-x86_64 (default)'; echo nightly-x86_64",
        );
        let output = setup_check(&[("cargo", cargo), rustup, node, npm]).unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{cargo}: {said}");
        assert!(said.is_empty(), "{said}");
    }
}
