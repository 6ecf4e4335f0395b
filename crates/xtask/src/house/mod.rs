//! The checks of the house: arrows between crates, what stays out of the control loop, held signatures.

pub mod arrows;
pub mod bindings;
pub mod forbidden;
pub mod graph;
pub mod sentences;
pub mod signatures;
pub mod sources;

use std::path::PathBuf;

/// The folder of the workspace.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .map(PathBuf::from)
        .unwrap_or_default()
}
