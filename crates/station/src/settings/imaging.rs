//! Settings of work on pictures: `[imaging]`. When a picture goes to a server, where networks lie, what a batch may take.
//!
//! Not here: what is done with them (`crate::pictures`), how a picture goes where (`studio::routing`).

use std::path::PathBuf;
use std::time::Duration;

use studio::models::{ADDRESS, ADDRESS_VARIABLE};
use studio::routing::RouteRules;

use super::table::{Setting, address, folder, number, switch};
use super::values::{number as number_of, switched, text};
use super::{Settings, state_folder, value};

/// Pixels of a megapixel.
const MEGAPIXEL: f64 = 1e6;
/// Least memory of a batch in bytes: one picture of a few megapixels is worked on in it.
const LEAST_MEMORY: u64 = 64 << 20;
/// Most memory of a batch in bytes.
const MOST_MEMORY: u64 = 1 << 40;

/// How pictures are worked on.
#[derive(Debug, Clone, PartialEq)]
pub struct ImagingSettings {
    /// Address of a rembg server; `None` where none is set up.
    pub server: Option<String>,
    /// When a picture goes there.
    pub rules: RouteRules,
    /// Folder of networks.
    pub models: PathBuf,
    /// Where networks are fetched from.
    pub models_address: String,
    /// Most memory in bytes for all pictures of a batch that are worked on together.
    pub batch_memory: u64,
}

/// Every setting of work on pictures, in the order in which they are shown.
pub(super) fn settings() -> Vec<Setting> {
    let usual = RouteRules::default();
    vec![
        address(
            "imaging.server",
            "",
            "Address of a rembg server that removes backgrounds which are too much for this computer. Empty is none.",
        ),
        switch(
            "imaging.server_for_batches",
            usual.batches,
            "Pictures of batches may go to the server too.",
        ),
        number(
            "imaging.longest_side",
            f64::from(usual.longest),
            (256.0, 65_535.0, 256.0),
            "Longer side of a picture above which its background is removed by the server.",
        )
        .in_unit("px")
        .whole(),
        number(
            "imaging.megapixels",
            usual.pixels as f64 / MEGAPIXEL,
            (0.5, 200.0, 0.5),
            "Size of a picture above which its background is removed by the server.",
        )
        .in_unit("MP"),
        number(
            "imaging.slow_ms",
            usual.latency.as_millis() as f64,
            (10.0, 600_000.0, 50.0),
            "Time for one picture above which this computer counts as slow, and the server is asked.",
        )
        .in_unit("ms")
        .whole(),
        folder(
            "imaging.models",
            "Where networks that remove backgrounds are kept. Empty is the folder models beside what else Tendon keeps for itself.",
        ),
        address(
            "imaging.models_address",
            ADDRESS,
            "Where they are fetched from, for instance a copy in a house without internet.",
        )
        .known_as(ADDRESS_VARIABLE),
        number(
            "imaging.batch_memory_bytes",
            batch::MEMORY as f64,
            (LEAST_MEMORY as f64, MOST_MEMORY as f64, LEAST_MEMORY as f64),
            "Most memory for the pictures of a batch that are worked on together.",
        )
        .in_unit("bytes")
        .whole(),
    ]
}

impl Settings {
    /// How pictures are worked on.
    pub fn imaging(&self) -> ImagingSettings {
        let held = &self.held;
        let number = |name| number_of(held, name);
        let said = |name| Some(text(held, name).to_owned()).filter(|said| !said.is_empty());
        ImagingSettings {
            server: said("imaging.server"),
            rules: RouteRules {
                longest: number("imaging.longest_side") as u32,
                pixels: (number("imaging.megapixels") * MEGAPIXEL) as usize,
                latency: Duration::from_millis(number("imaging.slow_ms") as u64),
                batches: switched(held, "imaging.server_for_batches"),
            },
            models: value::folder(text(held, "imaging.models"))
                .unwrap_or_else(|| state_folder().join("models")),
            models_address: said("imaging.models_address").unwrap_or_else(|| ADDRESS.to_owned()),
            batch_memory: number("imaging.batch_memory_bytes") as u64,
        }
    }
}
