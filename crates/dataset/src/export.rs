//! A dataset as one ZIP file: streamed, written aside, read back, compared, synced, then renamed into place.
//!
//! Already packed files (mp4, Parquet, pictures) are stored, text is deflated, and sizes beyond the classic
//! format's limits use ZIP64. A file that changes while it is read is an error, not a quiet mixture: export
//! between episodes.
//!
//! Invariants: the target's name only ever holds a complete, checked archive; a failed or cancelled export
//! leaves nothing behind. Not here: what a sound dataset is ([`crate::verify`]), where the file goes next.

mod aside;
mod early_sync;
mod error;
mod readback;
mod sources;

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::leftovers::Leftover;
use crate::progress::{Progress, Stage};
use aside::Aside;
use early_sync::EarlySync;
pub use error::ExportError;
use sources::Source;

/// One read and one write; large enough that the calls cost nothing, small enough that memory stays flat.
const BLOCK: usize = 1 << 20;
/// Sizes from here on need ZIP64. The limit is 2^32 - 1; a deflated entry may grow by a little.
const ZIP64_FROM: u64 = (1 << 32) - (1 << 24);
/// zlib's usual level: JSON shrinks to a tenth, and higher levels gain next to nothing.
const DEFLATE_LEVEL: i64 = 6;
/// Suffixes that are text and shrink. Everything unknown is stored: guessing costs time and gains little.
const TEXT: [&str; 12] = [
    "json", "jsonl", "md", "txt", "csv", "yaml", "yml", "toml", "log", "html", "svg", "xml",
];

/// How the archive is laid out, and what may be replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOptions {
    /// Replace a file of the target's name. Off: an existing target is an error.
    pub replace: bool,
    /// Put everything in one folder named like the dataset's, so that unpacking does not spill.
    pub top_folder: bool,
}

impl Default for ExportOptions {
    fn default() -> Self {
        Self {
            replace: false,
            top_folder: true,
        }
    }
}

/// What was written and checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportReport {
    /// Where the archive is.
    pub target: PathBuf,
    /// Files in it.
    pub files: usize,
    /// Bytes of those files before packing.
    pub bytes: u64,
    /// Bytes of the archive.
    pub zip_bytes: u64,
    /// What lies in the dataset's folder and is not part of the dataset, relative to the root.
    pub left_out: Vec<(PathBuf, Leftover)>,
}

/// Writes the dataset in `root` to the ZIP file `target` and returns once it is checked and on disk.
///
/// `progress` counts bytes in [`Stage::Writing`], then again in [`Stage::Checking`].
///
/// # Errors
/// See [`ExportError`]; nothing is left at the target's place after one.
pub fn export_zip(
    root: &Path,
    target: &Path,
    options: &ExportOptions,
    progress: &Progress,
) -> Result<ExportReport, ExportError> {
    progress.begin(Stage::Looking, 0);
    let root = root.canonicalize().map_err(|source| ExportError::Read {
        path: root.to_owned(),
        source,
    })?;
    if !root.join("meta/info.json").is_file() {
        return Err(ExportError::NotADataset { root });
    }
    let aside = Aside::open(&root, target, options.replace)?;
    let listing = sources::list(&root)?;
    let bytes: u64 = listing.sources.iter().map(|source| source.stamp.len).sum();
    aside.check_room(bytes)?;
    let prefix = prefix(&root, options)?;

    let sync = write(&aside, &listing.sources, &prefix, bytes, progress)?;
    readback::check(
        aside.path(),
        &listing.sources,
        |source| entry_name(&prefix, source),
        progress,
    )?;
    progress.begin(Stage::Syncing, 0);
    // What is written cannot be called back, but whoever gave us the thread wants to hear of us.
    let beat = || {
        progress.cancelled();
    };
    sync.wait(beat)
        .map_err(|source| aside.write_error(source))?;
    listing.check_unchanged(&root)?;
    progress.check()?;
    let zip_bytes = aside.commit()?;
    progress.begin(Stage::Done, 0);
    Ok(ExportReport {
        target: target.to_owned(),
        files: listing.sources.len(),
        bytes,
        zip_bytes,
        left_out: listing.left_out,
    })
}

/// The folder inside the archive, with its slash; empty when there is none.
fn prefix(root: &Path, options: &ExportOptions) -> Result<String, ExportError> {
    if !options.top_folder {
        return Ok(String::new());
    }
    match root.file_name().map(|name| name.to_str()) {
        Some(Some(name)) => Ok(format!("{name}/")),
        // A dataset in `/` itself has no name to give.
        None => Ok("dataset/".to_owned()),
        Some(None) => Err(ExportError::Unpackable {
            path: root.to_owned(),
            why: "its name is not Unicode",
        }),
    }
}

fn entry_name(prefix: &str, source: &Source) -> String {
    format!("{prefix}{}", source.name)
}

/// Writes every entry and the directory, and starts the final sync, which the caller waits for.
fn write(
    aside: &Aside,
    sources: &[Source],
    prefix: &str,
    bytes: u64,
    progress: &Progress,
) -> Result<EarlySync, ExportError> {
    progress.begin(Stage::Writing, bytes);
    let failed = |source| aside.write_error(source);
    let mut sync = EarlySync::start(aside.file().map_err(failed)?, aside.file().map_err(failed)?);
    let mut zip = ZipWriter::new(aside.file().map_err(failed)?);
    let mut block = vec![0; BLOCK];
    for source in sources {
        progress.check()?;
        zip.start_file(entry_name(prefix, source), file_options(source))
            .map_err(|error| failed(error.into()))?;
        copy(source, &mut zip, &mut block, |written| {
            progress.advance(written);
            sync.wrote(written);
            progress.check().map_err(ExportError::from)
        })
        .map_err(|stop| stop.into_error(source, failed))?;
    }
    let mut file = zip.finish().map_err(|error| failed(error.into()))?;
    file.flush().map_err(failed)?;
    sync.finish();
    Ok(sync)
}

fn file_options(source: &Source) -> SimpleFileOptions {
    let text = match Path::new(&source.name).extension() {
        Some(suffix) => TEXT.iter().any(|text| suffix.eq_ignore_ascii_case(text)),
        None => true, // LICENSE, .gitattributes
    };
    let options = SimpleFileOptions::default()
        .unix_permissions(0o644)
        .last_modified_time(source.stamp.dos_time())
        .large_file(source.stamp.len >= ZIP64_FROM);
    if text {
        options
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(DEFLATE_LEVEL))
    } else {
        options.compression_method(CompressionMethod::Stored)
    }
}

/// Why a copy stopped; which side failed decides what the person is told.
enum Stop {
    Reading(io::Error),
    Writing(io::Error),
    Changed,
    Told(ExportError),
}

impl Stop {
    fn into_error(
        self,
        source: &Source,
        failed: impl FnOnce(io::Error) -> ExportError,
    ) -> ExportError {
        match self {
            Self::Reading(error) => ExportError::Read {
                path: source.path.clone(),
                source: error,
            },
            Self::Writing(error) => failed(error),
            Self::Changed => ExportError::Changed {
                path: source.path.clone(),
            },
            Self::Told(error) => error,
        }
    }
}

fn copy(
    source: &Source,
    into: &mut impl Write,
    block: &mut [u8],
    mut wrote: impl FnMut(u64) -> Result<(), ExportError>,
) -> Result<(), Stop> {
    let mut file = File::open(&source.path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Stop::Changed,
        _ => Stop::Reading(error),
    })?;
    let unchanged = |file: &File| match file.metadata() {
        Ok(now) if source.stamp == sources::Stamp::of(&now) => Ok(()),
        Ok(_) => Err(Stop::Changed),
        Err(error) => Err(Stop::Reading(error)),
    };
    unchanged(&file)?;
    let mut copied = 0;
    loop {
        let read = match file.read(block) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Stop::Reading(error)),
        };
        into.write_all(&block[..read]).map_err(Stop::Writing)?;
        copied += read as u64;
        wrote(read as u64).map_err(Stop::Told)?;
    }
    if copied != source.stamp.len {
        return Err(Stop::Changed);
    }
    unchanged(&file)
}

#[cfg(test)]
mod tests;
