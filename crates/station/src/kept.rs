//! Small files that the program keeps for itself and a person may read: written whole or not at all.
//!
//! Not here: what is in them, settings (`settings`), calibrations (`arms`), datasets (`dataset`).

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use protocol::{ErrorCode, Failure};
use stdx::failpoint;
use toml::{Table, Value};

use crate::failure::failure;

/// The text of a file; `None` when there is none.
///
/// # Errors
/// When it is there and cannot be read.
pub(crate) fn read(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        // With a file in the place of its folder there is none either; whoever writes to the folder says so.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(None)
        }
        Err(error) => Err(failure(
            ErrorCode::Disk,
            format!("a file cannot be read: {error}\nFile: {}", path.display()),
            "Check the file's owner and permissions.",
        )),
    }
}

/// A TOML file with a version, read whole: keys that this version does not know are in it. None is an empty table. `what`
/// begins the sentence about a file that is too new, such as "the cameras were set up".
///
/// # Errors
/// When it cannot be read, makes no sense, has no version, or a newer Tendon wrote it.
pub(crate) fn table(path: &Path, version: i64, what: &str) -> Result<Table, Failure> {
    let table: Table = match read(path)? {
        None => Table::new(),
        Some(text) => toml::from_str(&text).map_err(|why| damaged(path, why))?,
    };
    match table.get("version").map(Value::as_integer) {
        None if table.is_empty() => Ok(table),
        Some(Some(its)) if its == version => Ok(table),
        Some(Some(newer)) if newer > version => Err(failure(
            ErrorCode::Data,
            format!(
                "{what} by a newer Tendon (version {newer} of the file)\nFile: {}",
                path.display()
            ),
            "Use the newer Tendon, or move the file away to begin anew.",
        )),
        _ => Err(damaged(path, "its version is missing")),
    }
}

/// Writes a file beside its name, makes it durable and renames it; its folder is made if need be.
///
/// # Errors
/// When the disk does not take it; what stood there before still does.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    let work = || -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let aside = path.with_extension("new");
        let mut file = File::create(&aside)?;
        file.write_all(text.as_bytes())?;
        failpoint::error("kept.write")?;
        file.sync_all()?;
        fs::rename(&aside, path)?;
        // A rename is on the disk once its folder is; only Unix opens folders.
        if cfg!(unix) {
            File::open(folder)?.sync_all()?;
        }
        Ok(())
    };
    work().map_err(|error| {
        failure(
            ErrorCode::Disk,
            format!(
                "a file cannot be written: {error}\nFile: {}",
                path.display()
            ),
            "Make room on the disk, or check the folder's owner and permissions.",
        )
    })
}

/// A file that is there and makes no sense.
pub(crate) fn damaged(path: &Path, why: impl std::fmt::Display) -> Failure {
    failure(
        ErrorCode::Data,
        format!(
            "a file of Tendon's own makes no sense: {why}\nFile: {}",
            path.display()
        ),
        "Correct the line, or move the file away to begin anew.",
    )
}
