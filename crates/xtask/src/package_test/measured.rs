//! What a package test measured, kept for `make bench NAME=package`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use super::LARGEST_BYTES;
use crate::bench::figures::Figure;
use crate::house::root;

/// What the window's start may take, in milliseconds; the same as for the program that is not installed.
const START_MS: f64 = 1500.0;

/// Sizes and starts of one package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// File name of the .deb.
    pub package: String,
    /// Checksum of it, so that figures of another build are not taken for its own.
    pub checksum: u32,
    /// Size of the .deb.
    pub deb_bytes: u64,
    /// Size of the .rpm.
    pub rpm_bytes: u64,
    /// Size of all installed files.
    pub installed_bytes: u64,
    /// Starts from the menu entry to a window that can be used, sorted.
    pub start_ms: Vec<f64>,
}

fn path() -> PathBuf {
    root().join("target/package-test/measured.json")
}

/// Of a file's bytes.
///
/// # Errors
/// When it cannot be read.
pub fn checksum(file: &Path) -> Result<u32> {
    let bytes = fs::read(file).with_context(|| format!("{}", file.display()))?;
    Ok(crc32fast::hash(&bytes))
}

impl Measured {
    /// What was measured of the package that is there.
    ///
    /// # Errors
    /// When there is none, or nothing was measured of it.
    pub fn of_the_present() -> Result<Self> {
        let deb = super::package("deb")?;
        let text = fs::read_to_string(path())
            .context("nothing was measured yet: run make package-test")?;
        let measured: Self = serde_json::from_str(&text)?;
        ensure!(
            measured.checksum == checksum(&deb)?,
            "what was measured is of another build: run make package-test"
        );
        Ok(measured)
    }

    /// Keeps it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep(&self) -> Result<()> {
        let text = serde_json::to_string_pretty(self)? + "\n";
        crate::package::write(&path(), text.as_bytes())
    }

    /// As a bench shows it.
    pub fn figures(&self) -> Vec<Figure> {
        let megabytes = |bytes: u64| bytes as f64 / 1e6;
        let at = |share: f64| {
            let last = self.start_ms.len().saturating_sub(1) as f64;
            let chosen = self.start_ms.get((share * last).round() as usize);
            chosen.copied().unwrap_or(f64::NAN)
        };
        vec![
            Figure::new("package: .deb", megabytes(self.deb_bytes), "MB")
                .target(megabytes(LARGEST_BYTES)),
            Figure::new("package: .rpm", megabytes(self.rpm_bytes), "MB"),
            Figure::new(
                "package: installed files",
                megabytes(self.installed_bytes),
                "MB",
            ),
            Figure::new("package: start to usable, installed", at(0.5), "ms").target(START_MS),
            Figure::new(
                "package: start to usable, installed, longest",
                at(1.0),
                "ms",
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn median_and_longest_start_and_the_promised_size_are_shown() {
        let measured = Measured {
            package: "Tendon_0.1.0_amd64.deb".into(),
            checksum: 1,
            deb_bytes: 20_000_000,
            rpm_bytes: 18_000_000,
            installed_bytes: 60_000_000,
            start_ms: vec![700.0, 800.0, 2000.0],
        };
        let figures = measured.figures();
        let value = |name: &str| {
            let figure = figures.iter().find(|figure| figure.name.ends_with(name));
            figure.map(|figure| (figure.value, figure.met()))
        };
        assert_eq!(value(".deb"), Some((20.0, Some(true))));
        assert_eq!(
            value("start to usable, installed"),
            Some((800.0, Some(true)))
        );
        assert_eq!(value("longest"), Some((2000.0, None)));
    }
}
