//! The set of icons, all drawn from one source, `icons/tendon.svg`.
//!
//! Drawing needs Tauri's command line, checking does not: beside the set lies a list of checksums, of the source and of every
//! picture, so that a source that was changed without drawing anew, and a picture that was touched, are both found by the tests.
//! `cargo run -p xtask -- icons --update` draws.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::{bundle, output_of};
use crate::house::root;

/// What everything is drawn from.
const SOURCE: &str = "tendon.svg";
/// Checksums of source and pictures.
const LIST: &str = "made-from.txt";
/// Sizes in the menus of Linux desktops.
const SIZES: [u32; 8] = [16, 24, 32, 48, 64, 96, 256, 512];
/// What Tauri's own set holds of use here: 128 and twice 128 pixels, macOS's and Windows' own formats.
const SET: [&str; 4] = ["128x128.png", "128x128@2x.png", "icon.icns", "icon.ico"];

fn folder() -> PathBuf {
    root().join("icons")
}

/// Names of all pictures.
fn pictures() -> Vec<String> {
    let sized = SIZES.iter().map(|size| format!("{size}x{size}.png"));
    let mut all: Vec<String> = sized.chain(SET.map(str::to_owned)).collect();
    all.sort();
    all
}

/// The list as the files are at present.
///
/// # Errors
/// When one of them is missing.
fn present() -> Result<String> {
    let mut text = String::from(
        "# Drawn from tendon.svg by `cargo run -p xtask -- icons --update`: checksums (CRC-32) of source and pictures.\n",
    );
    for name in std::iter::once(SOURCE.to_owned()).chain(pictures()) {
        let path = folder().join(&name);
        let bytes = std::fs::read(&path).with_context(|| format!("{}", path.display()))?;
        let _written = writeln!(text, "{:08x}  {name}", crc32fast::hash(&bytes));
    }
    Ok(text)
}

/// Draws all pictures from the source, with Tauri's command line.
///
/// # Errors
/// When that is not there, or the source cannot be drawn.
pub fn update() -> Result<()> {
    let source = folder().join(SOURCE);
    let drawn = tempfile::tempdir()?;
    let sizes: Vec<String> = SIZES.iter().map(u32::to_string).collect();
    for sized in [None, Some(sizes.join(","))] {
        let mut command = Command::new(bundle::tauri()?);
        command.current_dir(root()).arg("icon").arg(&source);
        command.arg("--output").arg(drawn.path());
        if let Some(sizes) = sized {
            command.arg("--png").arg(sizes);
        }
        output_of(&mut command)?;
    }
    for name in pictures() {
        let picture = drawn.path().join(&name);
        ensure!(picture.is_file(), "Tauri drew no {name}");
        std::fs::copy(picture, folder().join(&name))?;
    }
    std::fs::write(folder().join(LIST), present()?)?;
    Ok(())
}

/// What is wrong with the set, in sentences.
///
/// # Errors
/// When a picture is missing.
pub fn changes() -> Result<Vec<String>> {
    let listed = std::fs::read_to_string(folder().join(LIST)).unwrap_or_default();
    let present = present()?;
    let mut findings: Vec<String> = present
        .lines()
        .filter(|line| !listed.lines().any(|known| known == *line))
        .map(|line| {
            let name = line.split_whitespace().last().unwrap_or_default();
            format!("icons/{name} is not what the set was drawn from: run `cargo run -p xtask -- icons --update`")
        })
        .collect();
    if findings.is_empty() && listed != present {
        findings.push(format!("icons/{LIST} names what is not there"));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_was_drawn_from_the_source_as_it_is() {
        assert_eq!(changes().unwrap(), Vec::<String>::new());
    }

    #[test]
    fn the_bundler_is_given_the_icons_that_there_are() {
        let text = std::fs::read_to_string(root().join("src-tauri/tauri.conf.json")).unwrap();
        let config: serde_json::Value = serde_json::from_str(&text).unwrap();
        let named: Vec<&str> = config["bundle"]["icon"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|icon| icon.as_str()?.strip_prefix("../icons/"))
            .collect();
        for name in &named {
            assert!(pictures().iter().any(|picture| picture == name), "{name}");
        }
        for size in SIZES {
            let name = format!("{size}x{size}.png");
            assert!(
                named.contains(&name.as_str()),
                "{name} is not in the package"
            );
        }
    }

    #[test]
    fn a_png_is_as_large_as_its_name_says() {
        for name in pictures()
            .iter()
            .filter(|name| name.contains('x') && name.ends_with(".png"))
        {
            let bytes = std::fs::read(folder().join(name)).unwrap();
            // Width and height stand behind signature and head of the first chunk.
            let width = u32::from_be_bytes(bytes[16..20].try_into().unwrap());
            let said: u32 = name.split('x').next().unwrap().parse().unwrap();
            let times = if name.contains("@2x") { 2 } else { 1 };
            assert_eq!(width, said * times, "{name}");
        }
    }
}
