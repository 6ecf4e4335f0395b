//! The lines of a file from its end to its begin, with no more in memory than a chunk and a line.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};

/// Bytes that are read at once.
const CHUNK: u64 = 64 * 1024;
/// Bytes of a line that are kept; of a longer one its begin, which says what it is.
const LONGEST_LINE: usize = 16 * 1024;

/// Walks over the lines that end before an offset.
#[derive(Debug)]
pub(super) struct Backwards {
    file: File,
    /// Bytes before this one are not read yet.
    from: u64,
    /// What was read and is not handled yet: the bytes from `from` on.
    chunk: Vec<u8>,
    /// The begin of what was read behind the chunk and belongs to the same line.
    behind: Vec<u8>,
    /// The first line was handed out, or the file cannot be read any further.
    over: bool,
    /// The line that was handed out last begins here.
    handed: u64,
    stopped: bool,
}

impl Backwards {
    pub(super) fn new(file: File, end: u64) -> Self {
        Self {
            file,
            from: end,
            chunk: Vec::new(),
            behind: Vec::new(),
            over: false,
            handed: end,
            stopped: false,
        }
    }

    /// Where the next line begins, and its bytes without the line's end. Takes what it reads from `budget`; none when that
    /// is used up, at the file's begin, and when the file is not what it was any more.
    pub(super) fn next_line(&mut self, budget: &mut u64) -> Option<(u64, Vec<u8>)> {
        while !self.over {
            let end = self.chunk.iter().rposition(|byte| *byte == b'\n');
            if let Some(at) = end {
                let mut line = self.chunk.split_off(at + 1);
                self.chunk.truncate(at);
                line.append(&mut self.behind);
                line.truncate(LONGEST_LINE);
                self.handed = self.from + at as u64 + 1;
                return Some((self.handed, line));
            }
            let mut line = std::mem::take(&mut self.chunk);
            line.append(&mut self.behind);
            line.truncate(LONGEST_LINE);
            if self.from == 0 {
                self.over = true;
                return Some((0, line));
            }
            self.behind = line;
            let length = self.from.min(CHUNK);
            if *budget < length {
                self.stopped = true;
                return None;
            }
            *budget -= length;
            self.chunk = vec![0; length as usize];
            let read = self
                .file
                .seek(SeekFrom::Start(self.from - length))
                .and_then(|_| self.file.read_exact(&mut self.chunk));
            if read.is_err() {
                // Somebody made it shorter.
                self.over = true;
                return None;
            }
            self.from -= length;
        }
        None
    }

    /// Where it goes on, when the budget was used up.
    pub(super) fn stopped_at(&self) -> Option<u64> {
        // Within a line that never ends what was read of it is not read again.
        let behind = if self.handed - self.from > CHUNK {
            self.from
        } else {
            self.handed
        };
        self.stopped.then_some(behind)
    }
}
