//! New entries of a log as they are written, also when the file is moved aside meanwhile.
//!
//! Not here: what was written before (`read`), waiting until there may be more.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::PathBuf;
use std::time::UNIX_EPOCH;

use protocol::window::{LogEntry, LogQuery};

use super::line::Wanted;
use super::read::head;

/// Most bytes that are taken at once; what is behind them waits for the next call.
const AT_ONCE: u64 = 1024 * 1024;
/// A line without an end that is longer counts as one.
const LONGEST_LINE: usize = 64 * 1024;

/// Follows a log from where it ends now.
#[derive(Debug)]
pub struct LogTail {
    path: PathBuf,
    wanted: Wanted,
    open: Option<Open>,
    /// A line whose end has not come yet.
    begun: Vec<u8>,
}

#[derive(Debug)]
struct Open {
    file: File,
    at: u64,
}

impl LogTail {
    /// Begins at the end of the log in a folder; it may have none yet. `before` of the query means nothing here.
    pub fn new(folder: PathBuf, query: &LogQuery) -> Self {
        let path = folder.join("tendon.log");
        let open = File::open(&path).ok().and_then(|mut file| {
            let at = file.seek(SeekFrom::End(0)).ok()?;
            Some(Open { file, at })
        });
        Self {
            path,
            wanted: Wanted::new(query),
            open,
            begun: Vec::new(),
        }
    }

    /// What was written since the last call and is wanted, oldest first.
    pub fn more(&mut self) -> Vec<LogEntry> {
        let mut found = Vec::new();
        self.take(&mut found);
        if self.moved_aside() {
            // What was written to it before it was moved is still there to be read.
            self.take(&mut found);
            self.open = File::open(&self.path).ok().map(|file| Open { file, at: 0 });
            self.begun.clear();
            self.take(&mut found);
        }
        found
    }

    /// Whether another file has the name now.
    fn moved_aside(&mut self) -> bool {
        let Ok(mut now) = File::open(&self.path) else {
            return false;
        };
        let Some(open) = &mut self.open else {
            return true;
        };
        let mine = open
            .file
            .seek(SeekFrom::Start(0))
            .and_then(|_| head(&mut open.file));
        match (mine, head(&mut now)) {
            (Ok(mine), Ok(its)) => mine != its,
            _ => false,
        }
    }

    fn take(&mut self, found: &mut Vec<LogEntry>) {
        let Some(open) = &mut self.open else { return };
        let read = |open: &mut Open| -> io::Result<(Vec<u8>, u64)> {
            let known = open.file.metadata()?;
            // Half a line that found no room was taken back.
            open.at = open.at.min(known.len());
            let mut bytes = Vec::new();
            open.file.seek(SeekFrom::Start(open.at))?;
            open.file.by_ref().take(AT_ONCE).read_to_end(&mut bytes)?;
            let written = known.modified()?.duration_since(UNIX_EPOCH);
            Ok((bytes, written.map_or(0, |since| since.as_millis() as u64)))
        };
        let Ok((bytes, written)) = read(open) else {
            return;
        };
        open.at += bytes.len() as u64;
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.begun.extend(piece);
            if piece.ends_with(b"\n") || self.begun.len() > LONGEST_LINE {
                let line = std::mem::take(&mut self.begun);
                found.extend(self.wanted.entry(&line, written));
            }
        }
    }
}
