//! What has to be known of a network before its file is read.

use serde::{Deserialize, Serialize};

use crate::error::ImagingError;
use crate::removal::steps::input::Normalisation;
use crate::removal::steps::output::Squash;

/// How a network is fed and read. Facts of the known ones: rembg 2.0.86.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSpec {
    /// What operations and presets call it: 1 to 100 letters, not `lite`.
    pub name: String,
    /// Side of the square that it reads, in pixels, 16 to 4096.
    pub side: u32,
    /// What colours are shifted and divided by.
    pub normalisation: Normalisation,
    /// What becomes of its numbers; nothing where nothing is said.
    #[serde(default)]
    pub squash: Squash,
}

impl ModelSpec {
    /// Smallest and largest [`ModelSpec::side`].
    pub const SIDES: std::ops::RangeInclusive<u32> = 16..=4096;

    /// u2netp: 4.6 MB, good for a first look.
    pub fn u2netp() -> Self {
        Self::known("u2netp", 320, Normalisation::IMAGENET)
    }

    /// silueta: 44 MB, u2net made smaller.
    pub fn silueta() -> Self {
        Self::known("silueta", 320, Normalisation::IMAGENET)
    }

    /// isnet-general-use: 179 MB, finer outlines, ten times the work.
    pub fn isnet_general_use() -> Self {
        Self::known("isnet-general-use", 1024, Normalisation::HALF)
    }

    /// All networks that are known by name.
    pub fn all() -> [Self; 3] {
        [Self::u2netp(), Self::silueta(), Self::isnet_general_use()]
    }

    fn known(name: &str, side: u32, normalisation: Normalisation) -> Self {
        Self {
            name: name.to_owned(),
            side,
            normalisation,
            squash: Squash::None,
        }
    }

    /// Whether a network could be fed like this.
    ///
    /// # Errors
    /// [`ImagingError::Parameter`] with field, value and what is allowed.
    pub fn check(&self) -> Result<(), ImagingError> {
        let wrong = |field: &str, value: String, allowed: &str| {
            Err(ImagingError::Parameter {
                operation: "network",
                field: field.to_owned(),
                value,
                allowed: allowed.to_owned(),
            })
        };
        let letters = self.name.chars().count();
        if !(1..=100).contains(&letters) || self.name == super::super::LITE {
            let shown = self.name.chars().take(100).collect();
            return wrong("name", shown, "1 to 100 letters, not \"lite\"");
        }
        if !Self::SIDES.contains(&self.side) {
            let allowed = format!("{} to {}", Self::SIDES.start(), Self::SIDES.end());
            return wrong("side", self.side.to_string(), &allowed);
        }
        let Normalisation { mean, deviation } = self.normalisation;
        if let Some(value) = mean.into_iter().find(|value| !(-1e3..=1e3).contains(value)) {
            return wrong("normalisation.mean", value.to_string(), "-1000 to 1000");
        }
        if let Some(value) = deviation.into_iter().find(|v| !(1e-6..=1e3).contains(v)) {
            return wrong(
                "normalisation.deviation",
                value.to_string(),
                "0.000001 to 1000",
            );
        }
        Ok(())
    }
}
