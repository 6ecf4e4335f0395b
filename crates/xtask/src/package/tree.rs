//! The folders of a package beside the programs, put together anew for each package.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::{NAME, licences, pages, rules, write};
use crate::house::root;

/// Names of the folders that are laid over the system's.
#[derive(Debug)]
pub struct Tree {
    /// What every system with desktop entries takes: `/usr/share` and `/usr/lib` in here.
    pub common: PathBuf,
    /// Completions of zsh, which Debian and the makers of rpms keep in different places: what lies in `/usr/share`.
    pub zsh: Zsh,
    /// Licence texts as one plain file, for systems without a place for documents.
    pub licences: PathBuf,
}

/// The file, and its places below `/usr/share`.
#[derive(Debug)]
pub struct Zsh {
    /// The file itself.
    pub file: PathBuf,
    /// For Debian.
    pub debian: String,
    /// For the others.
    pub elsewhere: String,
}

/// Puts everything below `folder`, which is made anew.
///
/// # Errors
/// When something cannot be generated or written.
pub fn make(folder: &Path) -> Result<Tree> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)
            .with_context(|| format!("{} cannot be made anew", folder.display()))?;
    }
    let common = folder.join("common");
    let share = common.join("usr/share");
    pages::put_into(&share)?;
    let (_, vendor, name) = pages::SHELLS[1];
    let zsh = folder.join(name);
    std::fs::rename(share.join(vendor).join(name), &zsh)?;
    std::fs::remove_dir_all(share.join("zsh"))?;

    let document = licences::texts(&licences::all()?)?;
    let licences = folder.join("licences.txt");
    write(&licences, document.as_bytes())?;
    let documents = share.join("doc").join(NAME);
    write(
        &documents.join("licences.txt.gz"),
        &pages::pressed(document.as_bytes())?,
    )?;
    let changes = read("CHANGELOG.md")?;
    write(&documents.join("changelog.gz"), &pages::pressed(&changes)?)?;
    write(
        &documents.join("copyright"),
        &read("packaging/linux/copyright")?,
    )?;
    let metadata = "dev.tendon.window.metainfo.xml";
    write(
        &share.join("metainfo").join(metadata),
        &read(&format!("packaging/linux/{metadata}"))?,
    )?;
    write(
        &share.join("icons/hicolor/scalable/apps/tendon-window.svg"),
        &read("icons/tendon.svg")?,
    )?;
    write(
        &common.join("usr/lib/udev/rules.d").join(rules::FILE),
        rules::present().as_bytes(),
    )?;
    Ok(Tree {
        common,
        licences,
        zsh: Zsh {
            file: zsh,
            debian: format!("{vendor}/{name}"),
            elsewhere: format!("{}/{name}", pages::ZSH_ELSEWHERE),
        },
    })
}

fn read(path: &str) -> Result<Vec<u8>> {
    std::fs::read(root().join(path)).with_context(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(path: &str) -> String {
        String::from_utf8(read(path).unwrap()).unwrap()
    }

    #[test]
    fn the_catalogue_knows_the_version_and_the_menu_entry() {
        let metadata = text("packaging/linux/dev.tendon.window.metainfo.xml");
        let newest = format!("<release version=\"{}\"", env!("CARGO_PKG_VERSION"));
        let first = metadata.find("<release ").unwrap();
        assert!(
            metadata[first..].starts_with(&newest),
            "the newest release comes first"
        );
        let config: serde_json::Value =
            serde_json::from_str(&text("src-tauri/tauri.conf.json")).unwrap();
        for (tag, value) in [
            ("id", config["identifier"].as_str().unwrap().to_owned()),
            ("name", config["productName"].as_str().unwrap().to_owned()),
            (
                "summary",
                config["bundle"]["shortDescription"]
                    .as_str()
                    .unwrap()
                    .to_owned(),
            ),
            (
                "developer_name",
                config["bundle"]["publisher"].as_str().unwrap().to_owned(),
            ),
        ] {
            assert!(
                metadata.contains(&format!("<{tag}>{value}</{tag}>")),
                "{tag}: {value}"
            );
        }
        // The bundler names the menu entry after the product.
        let entry = format!(
            "{}.desktop</launchable>",
            config["productName"].as_str().unwrap()
        );
        assert!(metadata.contains(&entry));
    }

    #[test]
    fn the_menu_entry_speaks_every_language_of_the_catalogue() {
        let entry = text("packaging/linux/tendon.desktop");
        for key in ["GenericName", "Comment", "Keywords"] {
            for language in ["", "[de]", "[zh_CN]"] {
                let line = format!("\n{key}{language}=");
                assert_eq!(entry.matches(&line).count(), 1, "{key}{language}");
            }
        }
    }

    #[test]
    fn chinese_calls_things_here_as_the_window_does() {
        for path in [
            "packaging/linux/tendon.desktop",
            "packaging/linux/dev.tendon.window.metainfo.xml",
        ] {
            let said = text(path);
            assert!(said.contains("机械臂"), "{path}");
            for word in ["摄像头", "校准", "仿真"] {
                assert!(!said.contains(word), "{path}: {word}");
            }
        }
    }

    #[test]
    fn maintainer_scripts_are_readable_by_the_plainest_shell() {
        let script = text("packaging/linux/devices.sh");
        assert!(script.starts_with("#!/bin/sh\n"));
        let checked = std::process::Command::new("sh")
            .arg("-n")
            .arg(root().join("packaging/linux/devices.sh"))
            .status()
            .unwrap();
        assert!(checked.success());
    }

    #[test]
    fn what_is_plugged_in_already_gets_every_rule_at_installation() {
        let script = text("packaging/linux/devices.sh");
        let rules = rules::present();
        let named: Vec<&str> = rules
            .split("SUBSYSTEM==\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        for subsystem in ["tty", "usb-serial", "video4linux"] {
            assert!(named.contains(&subsystem), "{subsystem}");
        }
        for subsystem in named {
            let told = format!(" --subsystem-match={subsystem} ");
            assert!(script.contains(&told), "{subsystem}");
        }
    }
}
