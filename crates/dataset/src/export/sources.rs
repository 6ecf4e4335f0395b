//! The files that go into the archive, and how they looked when they were listed.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use zip::DateTime;

use super::ExportError;
use crate::leftovers::{self, Leftover};

/// One file of the dataset.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Source {
    pub path: PathBuf,
    /// Relative to the root, with forward slashes, as ZIP wants it.
    pub name: String,
    pub stamp: Stamp,
}

/// What changes when somebody writes to a file or puts another in its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub len: u64,
    modified: Option<SystemTime>,
    file_number: u64,
}

impl Stamp {
    pub fn of(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        let file_number = std::os::unix::fs::MetadataExt::ino(metadata);
        #[cfg(not(unix))]
        let file_number = 0;
        Self {
            len: metadata.len(),
            modified: metadata.modified().ok(),
            file_number,
        }
    }

    /// The time of the last change in ZIP's own notation: UTC, two-second steps, 1980 to 2107.
    pub fn dos_time(&self) -> DateTime {
        let seconds = self
            .modified
            .and_then(|modified| modified.duration_since(UNIX_EPOCH).ok())
            .map_or(0, |since| since.as_secs());
        let (year, month, day) = civil_from_days(seconds / 86_400);
        let second = seconds % 86_400;
        u16::try_from(year)
            .ok()
            .and_then(|year| {
                DateTime::from_date_and_time(
                    year,
                    month,
                    day,
                    (second / 3600) as u8,
                    (second / 60 % 60) as u8,
                    (second % 60) as u8,
                )
                .ok()
            })
            .unwrap_or_default()
    }
}

/// Year, month and day of the Gregorian calendar, from days since 1970-01-01. Counts years from March, so that
/// the leap day is the last of its year; 719,468 days lie between 0000-03-01 and 1970-01-01.
fn civil_from_days(days: u64) -> (u64, u8, u8) {
    let days = days + 719_468;
    let era = days / 146_097;
    let of_era = days % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    (year, month as u8, day as u8)
}

/// Everything under a dataset's root.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Listing {
    /// In the order of their names.
    pub sources: Vec<Source>,
    pub left_out: Vec<(PathBuf, Leftover)>,
}

/// Lists the dataset. Links to files are followed, as in a Hub download; links to folders are refused.
pub(super) fn list(root: &Path) -> Result<Listing, ExportError> {
    let mut listing = Listing::default();
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let path = root.join(&folder);
        let failed = |source| ExportError::Read {
            path: path.clone(),
            source,
        };
        for entry in fs::read_dir(&path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let relative = folder.join(entry.file_name());
            let kind = entry.file_type().map_err(failed)?;
            if let Some(leftover) = leftovers::kind(&relative, kind.is_dir()) {
                listing.left_out.push((relative, leftover));
            } else if kind.is_dir() {
                folders.push(relative);
            } else {
                listing.sources.push(source(entry.path(), &relative)?);
            }
        }
    }
    listing.sources.sort_by(|a, b| a.name.cmp(&b.name));
    listing.left_out.sort();
    Ok(listing)
}

fn source(path: PathBuf, relative: &Path) -> Result<Source, ExportError> {
    let metadata = match fs::metadata(&path) {
        Ok(metadata) => metadata,
        Err(source) => return Err(ExportError::Read { path, source }),
    };
    if !metadata.is_file() {
        return Err(ExportError::Unpackable {
            path,
            why: "it is neither a file nor a folder, or a link to a folder",
        });
    }
    let Some(name) = slashed(relative) else {
        return Err(ExportError::Unpackable {
            path,
            why: "its name is not Unicode",
        });
    };
    Ok(Source {
        path,
        name,
        stamp: Stamp::of(&metadata),
    })
}

fn slashed(relative: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = relative.iter().map(|part| part.to_str()).collect();
    parts.map(|parts| parts.join("/"))
}

impl Listing {
    /// Nothing was added, removed or written to since the listing was made.
    pub fn check_unchanged(&self, root: &Path) -> Result<(), ExportError> {
        let now = list(root)?;
        let changed = |source: &Source| ExportError::Changed {
            path: source.path.clone(),
        };
        for (before, after) in self.sources.iter().zip(&now.sources) {
            if before != after {
                return Err(changed(if before.name <= after.name {
                    before
                } else {
                    after
                }));
            }
        }
        let shorter = self.sources.len().min(now.sources.len());
        match self.sources[shorter..]
            .first()
            .or(now.sources[shorter..].first())
        {
            Some(extra) => Err(changed(extra)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::civil_from_days;

    #[test]
    fn days_become_dates() {
        for (days, date) in [
            (0, (1970, 1, 1)),
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (20_747, (2026, 10, 21)),
        ] {
            assert_eq!(civil_from_days(days), date, "{days}");
        }
    }
}
