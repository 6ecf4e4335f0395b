//! The log, read back: newest first over the file that is written and those that were moved aside.
//!
//! A place in the log is a file, told by how it begins, and an offset in it; so it stays the same when the file is moved aside,
//! and is known to be gone once the file is. Memory is bounded by a chunk and a line whatever the files hold, and the work of
//! one question by [`MOST_BYTES`]. Files may vanish or shrink meanwhile; then there is less to read. Not here: what a line
//! means (`line`), waiting for new ones (`tail`).

mod backwards;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use protocol::Failure;
use protocol::window::{LogEntry, LogPage, LogQuery};

use super::line::{Wanted, time};
use crate::failure::{log_gone, log_unreadable};
use backwards::Backwards;

/// Longest page, as bytes of JSON: what a page asks for at once passes the window's main thread.
const PAGE: usize = 8 * 1024;
/// What a page says beside its entries.
const PAGE_HEAD: usize = 600;
/// Most bytes that one question reads. A choice: all that is kept with the usual settings, and a moment of work.
const MOST_BYTES: u64 = 32 * 1024 * 1024;
/// Most files that are looked into; the settings keep at most 100.
const MOST_FILES: usize = 128;
/// Bytes at a file's begin that tell it from others.
const HEAD: usize = 4096;
/// Bits of a place that are an offset: 8 GiB. With those that are a file it is a whole number that JavaScript holds.
const OFFSET_BITS: u32 = 33;
/// Bits of a place that are a file.
const FILE_BITS: u32 = 20;

/// Reads a log back. Holds nothing open between two questions.
#[derive(Debug, Clone)]
pub struct LogReader {
    folder: PathBuf,
}

/// A file of the log that is open.
struct Part {
    file: File,
    /// How it begins.
    head: u64,
    length: u64,
    /// When it was last written, in milliseconds since 1970.
    written: u64,
}

/// Where an entry begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    head: u64,
    offset: u64,
}

impl Place {
    /// As a number; none far behind the begin of a file that is none of ours.
    fn number(self) -> Option<u64> {
        let file = short(self.head) << OFFSET_BITS;
        (self.offset < 1 << OFFSET_BITS).then_some(file | self.offset)
    }
}

fn short(head: u64) -> u64 {
    (head ^ (head >> FILE_BITS) ^ (head >> (2 * FILE_BITS))) & ((1 << FILE_BITS) - 1)
}

/// How a look over the log ended.
enum Looked {
    /// At the oldest entry, or where somebody had enough.
    Through,
    /// After so much that it goes on from here at the next question.
    Enough(Place),
}

impl LogReader {
    /// The log in a folder.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The file that is written.
    pub fn file(&self) -> PathBuf {
        self.folder.join("tendon.log")
    }

    /// A page of it, newest first. It may hold no entry and still say where older ones could be: so much is read at once and
    /// no more.
    ///
    /// # Errors
    /// When the log cannot be read, or the place that is asked for is gone.
    pub fn page(&self, query: &LogQuery) -> Result<LogPage, Failure> {
        let mut page = LogPage {
            file: self.file().display().to_string(),
            lost: super::lost(),
            ..LogPage::default()
        };
        let mut room = PAGE - PAGE_HEAD;
        let mut last = None;
        let mut more = None;
        let looked = self.look(query, |place, entry| {
            let length = serde_json::to_string(&entry).map_or(PAGE, |text| text.len() + 1);
            let Some(left) = room.checked_sub(length) else {
                more = last;
                return ControlFlow::Break(());
            };
            room = left;
            last = Some(place);
            page.entries.push(entry);
            ControlFlow::Continue(())
        })?;
        if let Looked::Enough(place) = looked {
            more = Some(place);
        }
        page.older = more.and_then(Place::number);
        Ok(page)
    }

    /// The newest `most` entries, oldest first.
    ///
    /// # Errors
    /// When the log cannot be read.
    pub fn newest(&self, query: &LogQuery, most: usize) -> Result<Vec<LogEntry>, Failure> {
        let mut found = VecDeque::new();
        if most > 0 {
            self.look(query, |_, entry| {
                found.push_front(entry);
                if found.len() < most {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            })?;
        }
        Ok(found.into())
    }

    /// Shows the entries that are wanted, newest first, until somebody has enough.
    fn look(
        &self,
        query: &LogQuery,
        mut show: impl FnMut(Place, LogEntry) -> ControlFlow<()>,
    ) -> Result<Looked, Failure> {
        let wanted = Wanted::new(query);
        let parts = self.parts()?;
        let (first, mut end) = match query.before {
            None => (0, None),
            Some(number) => {
                let (at, offset) = find(&parts, number).ok_or_else(log_gone)?;
                (at, Some(offset))
            }
        };
        let mut budget = MOST_BYTES;
        let mut around = parts.first().map_or(0, |part| part.written);
        for part in parts.into_iter().skip(first) {
            let head = part.head;
            around = around.min(part.written);
            let end = end.take().unwrap_or(part.length);
            let mut lines = Backwards::new(part.file, end);
            while let Some((offset, line)) = lines.next_line(&mut budget) {
                let place = Place { head, offset };
                if let Some(entry) = wanted.entry(&line, around)
                    && show(place, entry).is_break()
                {
                    return Ok(Looked::Through);
                }
                // A line that does not say when it was written was written before the one behind it.
                let told = std::str::from_utf8(&line).ok().and_then(time);
                around = told.unwrap_or(around);
            }
            if let Some(offset) = lines.stopped_at() {
                return Ok(Looked::Enough(Place { head, offset }));
            }
        }
        Ok(Looked::Through)
    }

    /// The files, newest first. They are opened in this order, so that one that is moved aside meanwhile is met twice rather
    /// than not at all.
    fn parts(&self) -> Result<Vec<Part>, Failure> {
        let mut parts: Vec<Part> = Vec::new();
        for path in files(&self.folder) {
            let part = match open(&path) {
                Ok(part) => part,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) if parts.is_empty() => {
                    return Err(log_unreadable(&error, &path));
                }
                Err(_) => continue,
            };
            if part.length > 0 && parts.iter().all(|known| known.head != part.head) {
                parts.push(part);
            }
        }
        Ok(parts)
    }
}

/// The log's files as they are named now, newest first.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut aside: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.path();
            let name = path.file_name()?.to_str()?;
            let number = name.strip_prefix("tendon.")?.strip_suffix(".log")?;
            Some((number.parse().ok()?, path))
        })
        .collect();
    aside.sort();
    let aside = aside.into_iter().map(|(_, path)| path);
    std::iter::once(folder.join("tendon.log"))
        .chain(aside)
        .take(MOST_FILES)
        .collect()
}

fn open(path: &Path) -> io::Result<Part> {
    let mut file = File::open(path)?;
    let known = file.metadata()?;
    if !known.is_file() {
        return Err(io::ErrorKind::NotFound.into());
    }
    let written = known.modified()?.duration_since(UNIX_EPOCH);
    Ok(Part {
        head: head(&mut file)?,
        length: known.len(),
        written: written.map_or(0, |since| since.as_millis() as u64),
        file,
    })
}

/// What tells a file from others although it is renamed and grows: its first entry, which begins with its time. A file
/// without one is told by its first line.
pub(super) fn head(file: &mut File) -> io::Result<u64> {
    let mut bytes = Vec::with_capacity(HEAD);
    file.by_ref().take(HEAD as u64).read_to_end(&mut bytes)?;
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let dated = |line: &&[u8]| std::str::from_utf8(line).is_ok_and(|line| time(line).is_some());
    let line = lines.clone().find(dated).or(lines.next());
    Ok(line.unwrap_or_default().iter().fold(FNV, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(FNV_PRIME)
    }))
}

/// Begin and factor of FNV-1a with 64 bits, as its authors chose them.
const FNV: u64 = 0xcbf2_9ce4_8422_2325;
/// See [`FNV`].
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// The file and the offset of a place.
fn find(parts: &[Part], number: u64) -> Option<(usize, u64)> {
    let offset = number & ((1 << OFFSET_BITS) - 1);
    let at = parts
        .iter()
        .position(|part| short(part.head) == number >> OFFSET_BITS && offset <= part.length)?;
    Some((at, offset))
}
