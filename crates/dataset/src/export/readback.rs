//! Reads the finished archive from its beginning, as a stranger would, and compares it with the sources.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use zip::ZipArchive;

use super::sources::Source;
use super::{BLOCK, ExportError};
use crate::progress::{Progress, Stage};

/// Every entry is there once, under its name and with its size, and its bytes have the checksum that was taken
/// from the source while it was read.
pub(super) fn check(
    path: &Path,
    sources: &[Source],
    name_of: impl Fn(&Source) -> String,
    progress: &Progress,
) -> Result<(), ExportError> {
    progress.begin(
        Stage::Checking,
        sources.iter().map(|source| source.stamp.len).sum(),
    );
    let file = File::open(path).map_err(|source| ExportError::Read {
        path: path.to_owned(),
        source,
    })?;
    let unfaithful = |entry: &str, why: String| ExportError::NotFaithful {
        entry: entry.to_owned(),
        why,
    };
    let mut archive = ZipArchive::new(BufReader::new(file))
        .map_err(|error| unfaithful("the directory", error.to_string()))?;
    if archive.len() != sources.len() {
        return Err(unfaithful(
            "the directory",
            format!("{} entries instead of {}", archive.len(), sources.len()),
        ));
    }
    let mut block = vec![0; BLOCK];
    for (position, source) in sources.iter().enumerate() {
        progress.check()?;
        let name = name_of(source);
        let mut entry = archive
            .by_index(position)
            .map_err(|error| unfaithful(&name, error.to_string()))?;
        if entry.name_raw() != name.as_bytes() {
            let found = String::from_utf8_lossy(entry.name_raw());
            return Err(unfaithful(&name, format!("found {found} in its place")));
        }
        let mut length = 0;
        // Reading to the end is what makes the reader compare the checksum.
        loop {
            let read = entry
                .read(&mut block)
                .map_err(|error| unfaithful(&name, error.to_string()))?;
            if read == 0 {
                break;
            }
            length += read as u64;
            progress.advance(read as u64);
            progress.check()?;
        }
        if length != source.stamp.len {
            return Err(unfaithful(
                &name,
                format!("{length} bytes instead of {}", source.stamp.len),
            ));
        }
    }
    Ok(())
}
