//! What an installed package gives a person: programs that run, documents that read, shells that complete.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::files::contents_below;
use super::room::{As, Room};
use crate::package::{NAME, PROGRAMS, pages, rules};

/// Tools of a person's machine that the package works with and does not need.
const TOOLS: &str = "bash-completion zsh fish man-db desktop-file-utils appstream udev";

/// Every file is there as packed, everybody may use it, nobody but root may change it, and no library is missing.
///
/// # Errors
/// When one is not.
pub fn is_whole(room: &Room, unpacked: &Path) -> Result<()> {
    let packed = contents_below(unpacked)?;
    for path in expected()? {
        ensure!(packed.contains_key(&path), "/{path} is not in the package");
    }
    for path in packed.keys() {
        let what = fs::metadata(room.path(path)).with_context(|| format!("/{path}"))?;
        let mode = what.permissions().mode() & 0o777;
        let wanted = if path.starts_with("usr/bin/") {
            0o755
        } else {
            0o644
        };
        ensure!(
            mode == wanted && what.uid() == 0,
            "/{path} has mode {mode:o} and owner {}",
            what.uid()
        );
    }
    let changed = room.run(As::Root, &format!("dpkg --verify {NAME}"))?;
    ensure!(
        changed.trim().is_empty(),
        "installed otherwise than packed: {changed}"
    );
    for program in PROGRAMS {
        let libraries = room.run(As::Root, &format!("ldd /usr/bin/{program}"))?;
        ensure!(
            !libraries.contains("not found"),
            "{program} lacks libraries:\n{libraries}"
        );
    }
    Ok(())
}

/// What a package without which something promised would be missing.
fn expected() -> Result<BTreeSet<String>> {
    let mut paths: BTreeSet<String> = [
        "usr/bin/tendon",
        "usr/bin/tendon-window",
        "usr/share/applications/Tendon.desktop",
        "usr/share/metainfo/dev.tendon.window.metainfo.xml",
        "usr/share/icons/hicolor/scalable/apps/tendon-window.svg",
        "usr/share/doc/tendon/copyright",
        "usr/share/doc/tendon/changelog.gz",
        "usr/share/doc/tendon/licences.txt.gz",
    ]
    .map(str::to_owned)
    .into();
    for size in [16, 24, 32, 48, 64, 96, 128, 256, 512] {
        paths.insert(format!(
            "usr/share/icons/hicolor/{size}x{size}/apps/tendon-window.png"
        ));
    }
    for (_, folder, name) in pages::SHELLS {
        paths.insert(format!("usr/share/{folder}/{name}"));
    }
    for (page, _) in pages::manual()? {
        paths.insert(format!("usr/share/man/man1/{page}.gz"));
    }
    paths.insert(format!("usr/lib/udev/rules.d/{}", rules::FILE));
    Ok(paths)
}

/// An ordinary user asks for the version, and records, packs and verifies with the simulated arm.
///
/// # Errors
/// When it fails.
pub fn command_line(room: &Room) -> Result<()> {
    let version = room.run(As::Person, "tendon --version")?;
    let present = concat!("tendon ", env!("CARGO_PKG_VERSION"));
    ensure!(
        version.trim() == present,
        "{version:?} instead of {present:?}"
    );
    let said = room.run(
        As::Person,
        "cd && tendon demo --dataset.num_episodes=1 --dataset.episode_time_s=4",
    )?;
    for line in ["dataset: /home/person/", "zip: /home/person/"] {
        ensure!(
            said.contains(line),
            "no {line:?} in what the demo said:\n{said}"
        );
    }
    Ok(())
}

/// Completions, manual pages, menu entry, catalogue and rules, judged by the tools that read them.
///
/// # Errors
/// When one of them finds something.
pub fn documents(room: &Room) -> Result<()> {
    room.apt(&format!("install --no-install-recommends {TOOLS}"))?;
    let asked: [(&str, &str, &str); 3] = [
        (
            "bash",
            "bash --norc -c '. /usr/share/bash-completion/bash_completion; _completion_loader tendon; complete -p tendon; \
             COMP_WORDS=(tendon rec); COMP_CWORD=1; COMP_LINE=\"tendon rec\"; COMP_POINT=10; _tendon tendon rec tendon; \
             echo \"${COMPREPLY[@]}\"'",
            "record",
        ),
        (
            "zsh",
            "zsh -fc 'autoload -Uz compinit && compinit -u -d /tmp/dump && autoload -Uz +X _tendon && print $_comps[tendon]'",
            "_tendon",
        ),
        ("fish", "fish -c 'complete -C \"tendon rec\"'", "record"),
    ];
    for (shell, line, word) in asked {
        let said = room.run(As::Person, line)?;
        let found = said.split_whitespace().any(|known| known == word);
        ensure!(found, "{shell} does not complete to {word}: {said}");
    }
    for (page, _) in pages::manual()? {
        let name = page.trim_end_matches(".1");
        // What groff has against a page is the only thing on the second way.
        let complaints = room.run(
            As::Person,
            &format!("man --warnings {name} 2>&1 >/tmp/page"),
        )?;
        ensure!(complaints.trim().is_empty(), "man {name}: {complaints}");
        let text = fs::read_to_string(room.path("tmp/page"))?;
        ensure!(
            text.contains("NAME") && text.lines().count() > 10,
            "man {name} shows {text:?}"
        );
    }
    for line in [
        "desktop-file-validate /usr/share/applications/Tendon.desktop",
        "appstreamcli validate --no-net /usr/share/metainfo/dev.tendon.window.metainfo.xml",
    ] {
        room.run(As::Person, line)?;
    }
    let read = room.run(As::Root, "udevadm test /sys/class/mem/null 2>&1 || true")?;
    ensure!(
        read.contains(rules::FILE),
        "the device manager does not read its rules: {read}"
    );
    // A rule that it does not understand is told with file and line.
    let refused = format!("{}:", rules::FILE);
    let complaints: Vec<&str> = read
        .lines()
        .filter(|line| line.contains(&refused))
        .collect();
    ensure!(
        complaints.is_empty(),
        "the device manager says: {complaints:?}"
    );
    Ok(())
}
