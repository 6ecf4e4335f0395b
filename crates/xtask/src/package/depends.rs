//! Which packages of the system the programs need, computed from the libraries that the programs themselves name.
//!
//! For Debian its own tool turns libraries into packages with the least version that has what is used. An rpm names libraries
//! instead of packages, in the words that every distribution's packages provide.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::output_of;

/// Debian packages that the programs need, as `Depends` has them.
///
/// # Errors
/// When `dpkg-shlibdeps` is not there or knows no package for a library.
pub fn debian(programs: &[PathBuf]) -> Result<Vec<String>> {
    // It only works below something that looks like a source package.
    let folder = tempfile::tempdir()?;
    super::write(
        &folder.path().join("debian/control"),
        b"Source: tendon\n\nPackage: tendon\nArchitecture: any\n",
    )?;
    let mut command = Command::new("dpkg-shlibdeps");
    command.current_dir(folder.path()).arg("-O");
    for program in programs {
        command.arg(format!("-e{}", program.display()));
    }
    let said = output_of(&mut command)
        .context("what the programs need on Debian could not be found out (package dpkg-dev)")?;
    debian_from(&said)
}

/// Reads what `dpkg-shlibdeps -O` prints.
fn debian_from(said: &str) -> Result<Vec<String>> {
    let list = said
        .lines()
        .find_map(|line| line.strip_prefix("shlibs:Depends="))
        .with_context(|| format!("dpkg-shlibdeps named no packages: {said}"))?;
    let packages: BTreeSet<&str> = list.split(", ").map(str::trim).collect();
    for needed in ["libc6 ", "libwebkit2gtk-4.1-0 "] {
        ensure!(
            packages.iter().any(|one| one.starts_with(needed)),
            "a program without {needed}: {list}"
        );
    }
    Ok(packages.into_iter().map(str::to_owned).collect())
}

/// What the programs need, as an rpm's `Requires`.
///
/// # Errors
/// When `objdump` is not there or cannot read a program.
pub fn rpm(programs: &[PathBuf]) -> Result<Vec<String>> {
    let mut needs = BTreeSet::new();
    for program in programs {
        let said = output_of(Command::new("objdump").arg("-p").arg(program))
            .context("what the programs need could not be found out (package binutils)")?;
        needs.extend(rpm_from(&said));
    }
    ensure!(!needs.is_empty(), "the programs name no libraries");
    Ok(needs.into_iter().collect())
}

/// Reads what `objdump -p` prints of a 64-bit program: its libraries, and the versions of their symbols that it uses.
fn rpm_from(said: &str) -> BTreeSet<String> {
    let mut needs = BTreeSet::new();
    let mut library = None;
    for line in said.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["NEEDED", name] => {
                needs.insert(format!("{name}()(64bit)"));
            }
            ["required", "from", name] => library = Some(name.trim_end_matches(':')),
            // Hash, flags, number and name of a version.
            [hash, _, _, version] if hash.starts_with("0x") => {
                if let Some(library) = library {
                    needs.insert(format!("{library}({version})(64bit)"));
                }
            }
            _ => library = None,
        }
    }
    needs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debians_tool_names_packages_once_each() {
        let said = "shlibs:Depends=libc6 (>= 2.35), libudev1 (>= 183), libudev1 (>= 183), libwebkit2gtk-4.1-0 (>= 2.41.90)\n";
        let expected = [
            "libc6 (>= 2.35)",
            "libudev1 (>= 183)",
            "libwebkit2gtk-4.1-0 (>= 2.41.90)",
        ];
        assert_eq!(debian_from(said).unwrap(), expected);
        for said in ["", "shlibs:Depends=\n", "shlibs:Depends=libc6 (>= 2.35)\n"] {
            assert!(debian_from(said).is_err(), "{said:?}");
        }
    }

    #[test]
    fn libraries_and_versions_of_their_symbols_become_what_rpms_provide() {
        let said = "\n/x:     file format elf64-x86-64\n\nDynamic Section:\n  NEEDED               libudev.so.1\n  \
            NEEDED               libc.so.6\n  INIT                 0x0000000000001000\n\nVersion References:\n  \
            required from libudev.so.1:\n    0x0e5d6c43 0x00 12 LIBUDEV_183\n  required from libc.so.6:\n    \
            0x069691b4 0x00 03 GLIBC_2.34\n    0x09691a75 0x00 02 GLIBC_2.2.5\n\n";
        let needs = rpm_from(said);
        let expected = [
            "libc.so.6()(64bit)",
            "libc.so.6(GLIBC_2.2.5)(64bit)",
            "libc.so.6(GLIBC_2.34)(64bit)",
            "libudev.so.1()(64bit)",
            "libudev.so.1(LIBUDEV_183)(64bit)",
        ];
        assert_eq!(
            needs.iter().map(String::as_str).collect::<Vec<_>>(),
            expected
        );
    }
}
