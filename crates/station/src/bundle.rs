//! A bundle for a bug report: a few small texts about this machine and what the program did lately, without personal data.
//!
//! It is gathered and scrubbed in memory, can be read to the last line, and is written only when somebody says so, to this
//! machine's own disk. Nothing is ever sent. Every text passes one scrubber; what is written is what was shown.
//! Not here: what a machine has and holds (`source`), what each file says (`parts`), what is taken out (`scrub`, `shapes`,
//! `known`), where it is saved (`places`).

mod known;
mod parts;
mod places;
mod scrub;
mod shapes;
mod source;
#[cfg(test)]
mod tests;

use std::io::{self, Cursor, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use protocol::window::{BundleFile, BundlePreview, BundleText};
use protocol::{ErrorCode, Failure};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::failure::{bad_request, failure};
use crate::log::date_from_days;
use scrub::Scrubber;

pub use source::Source;

/// Longest piece of a file that is read at once, as bytes of JSON.
const PAGE: usize = 8 * 1024;
/// What such a piece says beside its text.
const PAGE_HEAD: usize = 200;
/// Longest line in characters; a longer one is cut and ends in an ellipsis, so that every line can be shown.
const LONGEST_LINE: usize = 1200;

/// A bundle that was prepared. Nothing of it is on a disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    files: Vec<File>,
    taken_out: Vec<(String, u32)>,
    places: Vec<PathBuf>,
    /// Since 1970.
    at: Duration,
}

/// A file of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    name: &'static str,
    holds: &'static str,
    text: String,
}

/// Where a bundle was saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Saved {
    /// The file.
    pub path: PathBuf,
    /// Its length.
    pub bytes: u64,
}

impl Bundle {
    /// Prepares a bundle of what was gathered.
    pub fn of(source: &Source) -> Self {
        let mut scrubber = Scrubber::new(&source.known);
        let files = parts::all(source)
            .into_iter()
            .map(|(name, holds, text)| File {
                name,
                holds,
                text: cut(&if name == parts::LOG {
                    // Names and tasks that a person gave stand in quotes there.
                    let text = scrubber.scrub(&text);
                    scrubber.scrub_quoted(&text)
                } else {
                    scrubber.scrub(&text)
                }),
            })
            .collect();
        Self {
            files,
            taken_out: scrubber.counts(),
            places: source.places.clone(),
            at: source.at,
        }
    }

    /// What it holds, what was taken out, and where it would be saved.
    pub fn preview(&self) -> BundlePreview {
        let files = self.files.iter().map(|file| BundleFile {
            name: file.name.to_owned(),
            holds: file.holds.to_owned(),
            bytes: file.text.len() as u64,
            lines: file.text.lines().count() as u64,
        });
        let place = places::first(&self.places, &self.name());
        BundlePreview {
            files: files.collect(),
            taken_out: self.taken_out.clone(),
            path: place.display().to_string(),
        }
    }

    /// Lines of a file, from one on.
    ///
    /// # Errors
    /// When it has no such file.
    pub fn read(&self, name: &str, from: u64) -> Result<BundleText, Failure> {
        let text = self.text(name).ok_or_else(|| {
            let names: Vec<&str> = self.files.iter().map(|file| file.name).collect();
            bad_request(
                format!("the bundle has no file “{name}”"),
                format!("It holds {}.", names.join(", ")),
            )
        })?;
        let mut page = BundleText {
            text: String::new(),
            next: None,
        };
        let mut room = PAGE - PAGE_HEAD;
        let skipped = usize::try_from(from).unwrap_or(usize::MAX);
        for (number, line) in text.split_inclusive('\n').enumerate().skip(skipped) {
            let length = serde_json::to_string(line).map_or(PAGE, |text| text.len());
            let Some(left) = room.checked_sub(length) else {
                page.next = Some(number as u64);
                break;
            };
            room = left;
            page.text.push_str(line);
        }
        Ok(page)
    }

    /// The whole text of a file.
    pub fn text(&self, name: &str) -> Option<&str> {
        let file = self.files.iter().find(|file| file.name == name);
        file.map(|file| file.text.as_str())
    }

    /// Saves it in the first place that takes it: the person's downloads, their home folder, Tendon's own folder, the
    /// system's for temporary files. Never over another file.
    ///
    /// # Errors
    /// When no place takes it; the failure says why of each.
    pub fn save(&self) -> Result<Saved, Failure> {
        let zip = self.zip()?;
        places::write(&self.places, &self.name(), &zip)
    }

    /// Saves it under a name, or under its usual one in a folder. Never over another file.
    ///
    /// # Errors
    /// When the file is there already, or the disk does not take it.
    pub fn save_to(&self, path: &Path) -> Result<Saved, Failure> {
        let zip = self.zip()?;
        if path.is_dir() {
            return places::write(&[path.to_owned()], &self.name(), &zip);
        }
        places::write_new(path, &zip).map_err(|error| {
            let (code, remedy) = match error.kind() {
                io::ErrorKind::AlreadyExists => {
                    (ErrorCode::BadRequest, "Choose another name, or a folder.")
                }
                _ => (ErrorCode::Disk, "Choose another place, or make room there."),
            };
            failure(
                code,
                format!(
                    "the bundle cannot be saved: {error}\nFile: {}",
                    path.display()
                ),
                remedy,
            )
        })
    }

    /// `tendon-report-2026-01-31`.
    fn name(&self) -> String {
        let (year, month, day) = date_from_days((self.at.as_secs() / 86_400) as i64);
        format!("tendon-report-{year:04}-{month:02}-{day:02}")
    }

    fn zip(&self) -> Result<Vec<u8>, Failure> {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(self.time());
        let pack = || -> io::Result<Vec<u8>> {
            let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
            for file in &self.files {
                zip.start_file(file.name, options)?;
                zip.write_all(file.text.as_bytes())?;
            }
            Ok(zip.finish()?.into_inner())
        };
        pack().map_err(|error| {
            failure(
                ErrorCode::Internal,
                format!("the bundle cannot be packed: {error}"),
                "This is a defect of Tendon: report it with the log.",
            )
        })
    }

    fn time(&self) -> DateTime {
        let seconds = self.at.as_secs();
        let (year, month, day) = date_from_days((seconds / 86_400) as i64);
        let part = |part: u64| (part % 60) as u8;
        let time = u16::try_from(year).ok().and_then(|year| {
            DateTime::from_date_and_time(
                year,
                month as u8,
                day as u8,
                (seconds / 3600 % 24) as u8,
                part(seconds / 60),
                part(seconds),
            )
            .ok()
        });
        time.unwrap_or_default()
    }
}

/// The text with every line cut to its longest.
fn cut(text: &str) -> String {
    let mut all = String::with_capacity(text.len());
    for line in text.lines() {
        match line.char_indices().nth(LONGEST_LINE) {
            Some((at, _)) => {
                all.push_str(&line[..at]);
                all.push('…');
            }
            None => all.push_str(line),
        }
        all.push('\n');
    }
    all
}
