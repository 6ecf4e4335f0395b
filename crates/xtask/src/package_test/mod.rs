//! The packages as a person meets them: installed in an empty Debian 12, started from the menu, upgraded, removed.
//!
//! Runs as root, in mounts of its own that go with the process. Not here: making packages (`package`).

mod files;
mod installed;
mod measured;
mod menu;
mod older;
mod room;
mod rpms;
mod screen;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use self::files::Listing;
use self::room::{As, Room};
use crate::bench::figures::{number, say};
use crate::package::{NAME, finished, output_of};

pub use measured::Measured;

/// What a package may weigh.
pub const LARGEST_BYTES: u64 = 25_000_000;

/// Tries what `make package` left. Everything it measures is printed and kept for the bench of the same name.
///
/// # Errors
/// At the first thing that is not as a person may expect it.
pub fn run(inside: bool) -> Result<()> {
    ensure!(
        rustix::process::geteuid().is_root(),
        "the package test installs into a folder of its own, which only root may do: run it as root"
    );
    if !inside {
        // Whatever is mounted from here on is seen by nobody else, and goes with the last process.
        let status = Command::new("unshare")
            .args(["--mount", "--propagation", "private", "--"])
            .arg(std::env::current_exe()?)
            .args(["package-test", "--inside"])
            .status()
            .context("unshare did not start")?;
        ensure!(status.success(), "the package test ended with {status}");
        return Ok(());
    }
    let (deb, rpm) = (package("deb")?, package("rpm")?);
    let bytes = fs::metadata(&deb)?.len();
    ensure!(
        bytes < LARGEST_BYTES,
        "{} has {bytes} bytes, more than {LARGEST_BYTES}",
        deb.display()
    );
    said("the .deb unpacks and the .rpm holds the same");
    let unpacked = tempfile::tempdir()?;
    output_of(
        Command::new("dpkg-deb")
            .arg("-x")
            .arg(&deb)
            .arg(unpacked.path()),
    )?;
    rpms::compare(&rpm, unpacked.path())?;

    said("an empty Debian 12 is furnished");
    let room = Room::furnish()?;
    let delivered = room.deliver(&deb)?;
    said("it installs with what it names itself, and nothing else");
    let folder = Path::new(&delivered).parent().context("a folder")?;
    let file = deb.file_name().context("a name")?.to_string_lossy();
    room.run(
        As::Root,
        &format!("cd {} && apt install -q -y ./{file}", folder.display()),
    )?;
    installed::is_whole(&room, unpacked.path())?;
    said("the command line works for an ordinary user");
    installed::command_line(&room)?;
    said("the menu entry opens a window that can be used");
    let start_ms = menu::starts(&room)?;
    said("shells complete, pages read, the menu entry and the rules are valid");
    installed::documents(&room)?;
    let mut measured = Measured {
        package: file.into_owned(),
        checksum: measured::checksum(&deb)?,
        deb_bytes: bytes,
        rpm_bytes: fs::metadata(&rpm)?.len(),
        installed_bytes: files::bytes_below(unpacked.path())?,
        start_ms,
    };
    measured.start_ms.sort_by(f64::total_cmp);
    goes_without_a_trace(&room, &delivered, &deb)?;
    measured.keep()?;
    for figure in measured.figures() {
        say(&format!(
            "{}: {} {}",
            figure.name,
            number(figure.value),
            figure.unit
        ));
    }
    say("the packages are well");
    Ok(())
}

/// Upgrades over an older version, removes and purges, and looks for what was left.
fn goes_without_a_trace(room: &Room, delivered: &str, deb: &Path) -> Result<()> {
    said("it upgrades over the version before");
    room.apt(&format!("purge {NAME}"))?;
    let without = Listing::of(room)?;
    let traces: Vec<&String> = without
        .paths()
        .filter(|path| path.to_lowercase().contains(NAME))
        .collect();
    ensure!(traces.is_empty(), "a purge leaves {traces:?}");

    let older = older::make(deb)?;
    let old = room.deliver(older.path())?;
    room.apt(&format!("install {old}"))?;
    older::is_installed(room)?;
    let data = files::contents_below(&room.home())?;
    ensure!(
        data.keys().any(|path| path.ends_with("info.json")),
        "the ordinary user has recorded nothing that could be lost"
    );
    room.apt(&format!("install {delivered}"))?;
    older::is_gone(room)?;

    said("it is removed and purged without a trace but the person's data");
    for word in ["remove", "purge"] {
        room.apt(&format!("{word} {NAME}"))?;
        let mut difference = Listing::of(room)?.difference(&without);
        if word == "remove" {
            // Until a purge the system's books name the package.
            difference.retain(|path| !path.starts_with("var/lib/dpkg/info/tendon."));
        }
        ensure!(
            difference.is_empty(),
            "after {word}: {}",
            difference.join(", ")
        );
    }
    let after = files::contents_below(&room.home())?;
    ensure!(after == data, "packages touched the person's own files");
    Ok(())
}

/// The package with this ending that `make package` left.
fn package(ending: &str) -> Result<PathBuf> {
    let folder = finished();
    let packages: BTreeSet<PathBuf> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|known| known == ending))
        .collect();
    let count = packages.len();
    let only = packages.into_iter().next().filter(|_| count == 1);
    only.with_context(|| {
        format!(
            "{count} .{ending} in {}, not one: run make package",
            folder.display()
        )
    })
}

fn said(what: &str) {
    say(&format!("package: {what}"));
}
