//! Where a bundle is saved: in the first place that takes it, never over another file.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use protocol::{ErrorCode, Failure};
use stdx::failpoint;

use super::Saved;
use crate::failure::failure;

/// Most files of one day in one place.
const MOST: u32 = 999;

/// The downloads folder that a desktop's `user-dirs.dirs` names; the usual one where it names none.
pub(super) fn downloads(user_dirs: &str, home: &Path) -> PathBuf {
    let named = user_dirs.lines().find_map(|line| {
        let value = line
            .trim()
            .strip_prefix("XDG_DOWNLOAD_DIR=")?
            .trim_matches('"');
        let path = match value.strip_prefix("$HOME") {
            Some(below) => home.join(below.trim_start_matches('/')),
            None => PathBuf::from(value),
        };
        path.is_absolute().then_some(path)
    });
    named.unwrap_or_else(|| home.join("Downloads"))
}

/// A free name in a folder: `NAME.zip`, `NAME-2.zip`, and so on.
fn names(folder: &Path, name: &str) -> impl Iterator<Item = PathBuf> {
    (1..=MOST).map(move |number| {
        folder.join(match number {
            1 => format!("{name}.zip"),
            _ => format!("{name}-{number}.zip"),
        })
    })
}

/// The file that [`write`] tries first.
pub(super) fn first(places: &[PathBuf], name: &str) -> PathBuf {
    let place = places
        .iter()
        .find(|place| place.is_dir())
        .or(places.first());
    let place = place.map(PathBuf::as_path).unwrap_or(Path::new("."));
    let free = names(place, name).find(|path| path.symlink_metadata().is_err());
    free.unwrap_or_else(|| place.join(name))
}

/// Writes a new file in the first place that takes it. Only the program's own folder and those behind it are made if need
/// be: a person who has no folder for downloads gets none.
///
/// # Errors
/// When none takes it.
pub(super) fn write(places: &[PathBuf], name: &str, bytes: &[u8]) -> Result<Saved, Failure> {
    let mut whys = Vec::new();
    let there = places.iter().filter(|place| place.is_dir());
    let others = places.iter().filter(|place| !place.is_dir()).rev();
    for place in there.chain(others) {
        match write_in(place, name, bytes) {
            Ok(saved) => return Ok(saved),
            Err(error) => whys.push(format!("{}: {error}", place.display())),
        }
    }
    Err(failure(
        ErrorCode::Disk,
        format!("the bundle cannot be saved\n{}", whys.join("\n")),
        "Make room on the disk, or check the folder's owner and permissions.",
    ))
}

fn write_in(place: &Path, name: &str, bytes: &[u8]) -> io::Result<Saved> {
    fs::create_dir_all(place)?;
    for path in names(place, name) {
        match write_new(&path, bytes) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            written => return written,
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

/// Writes a file that is not there yet, whole or not at all.
///
/// # Errors
/// When it is there, or the disk does not take it.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<Saved> {
    let mut file = File::create_new(path)?;
    let written = failpoint::error("bundle.write")
        .and_then(|()| file.write_all(bytes))
        .and_then(|()| file.sync_all());
    if let Err(error) = written {
        drop(file);
        // Half a bundle helps nobody.
        fs::remove_file(path).ok();
        return Err(error);
    }
    Ok(Saved {
        path: path.to_owned(),
        bytes: bytes.len() as u64,
    })
}

#[cfg(test)]
mod tests {
    use stdx::failpoint::{Fault, arm};

    use super::*;

    #[test]
    fn the_downloads_folder_is_the_desktops_own() {
        let home = Path::new("/home/ada");
        for (dirs, folder) in [
            ("", "/home/ada/Downloads"),
            ("XDG_DOWNLOAD_DIR=\"$HOME/Laden\"\n", "/home/ada/Laden"),
            ("# x\nXDG_DOWNLOAD_DIR=\"/data/in\"", "/data/in"),
            ("XDG_DOWNLOAD_DIR=\"relative\"", "/home/ada/Downloads"),
        ] {
            assert_eq!(downloads(dirs, home), Path::new(folder), "{dirs}");
        }
    }

    #[test]
    fn nothing_is_written_over_and_a_second_one_of_the_day_is_numbered() {
        let folder = tempfile::tempdir().unwrap();
        let places = [folder.path().to_owned()];
        fs::write(folder.path().join("report.zip"), "a person's own").unwrap();
        assert_eq!(first(&places, "report"), folder.path().join("report-2.zip"));
        let saved = write(&places, "report", b"zip").unwrap();
        assert_eq!(saved.path, folder.path().join("report-2.zip"));
        assert_eq!(
            write(&places, "report", b"zip").unwrap().path,
            folder.path().join("report-3.zip")
        );
        let kept = fs::read_to_string(folder.path().join("report.zip")).unwrap();
        assert_eq!(kept, "a person's own");
        assert!(write_new(&folder.path().join("report.zip"), b"zip").is_err());
    }

    #[test]
    fn a_place_that_does_not_take_it_is_passed_by_and_nothing_is_left_there() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir(at("downloads")).unwrap();
        fs::create_dir(at("home")).unwrap();
        fs::write(at("file"), "").unwrap();
        let armed = arm([Fault::error("bundle.write", io::ErrorKind::StorageFull)]);
        let places = [at("downloads"), at("file"), at("home"), at("state")];
        let saved = write(&places, "report", b"zip").unwrap();
        assert_eq!(saved.path, at("home/report.zip"));
        assert_eq!(fs::read_dir(at("downloads")).unwrap().count(), 0);
        drop(armed);
        // A folder is made where no other takes it.
        let saved = write(&[at("file"), at("state")], "report", b"zip").unwrap();
        assert_eq!(saved.path, at("state/report.zip"));
        let failure = write(&[at("file")], "report", b"zip").unwrap_err();
        assert_eq!(failure.code, ErrorCode::Disk);
        assert!(failure.message.contains("file"), "{failure}");
    }
}
