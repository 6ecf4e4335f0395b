//! `tendon export`: a checked ZIP of a dataset, with a bar.

use std::path::{Path, PathBuf};

use dataset::leftovers::Leftover;
use protocol::Failure;
use serde_json::json;
use station::export::{ExportConfig, export};

use crate::args;
use crate::output::{Out, bytes};
use crate::setup;
use crate::watch::{Watch, follow};

/// Packs a dataset.
pub fn run(args: &args::Export, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let root = setup::dataset_root(args.root.as_deref(), args.repo_id.as_deref())?;
    let target = args.output.clone().unwrap_or_else(|| beside(&root));
    pack(root, target, args.overwrite, out, watch)?;
    Ok(crate::exit::DONE)
}

/// Packs `root` into `target` and says so.
pub fn pack(
    root: PathBuf,
    target: PathBuf,
    overwrite: bool,
    out: &mut Out,
    watch: &Watch,
) -> Result<PathBuf, Failure> {
    let config = ExportConfig {
        root,
        target,
        overwrite,
    };
    let report = follow(export(config), out, watch, |reached, out| {
        out.progress(&reached)
    })?;
    // A lock is always there; only what somebody might miss is worth a word.
    let missed = report
        .left_out
        .iter()
        .filter(|(_, why)| *why != Leftover::Lock);
    for (path, why) in missed {
        out.note(format!("left out: {} ({why})", path.display()));
    }
    out.object(
        "exported",
        json!({
            "zip": report.target,
            "files": report.files,
            "bytes": report.bytes,
            "zip_bytes": report.zip_bytes,
        }),
    );
    out.say(format!(
        "{} files, {}, packed into {} and read back whole",
        report.files,
        bytes(report.bytes),
        bytes(report.zip_bytes)
    ));
    out.say(format!("zip: {}", report.target.display()));
    Ok(report.target)
}

/// `…/name` is packed into `…/name.zip`.
pub fn beside(root: &Path) -> PathBuf {
    let mut name = root.file_name().unwrap_or("dataset".as_ref()).to_owned();
    name.push(".zip");
    root.with_file_name(name)
}
