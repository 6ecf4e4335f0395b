//! Reading boxes: every look at the bytes may fail, and says where.
//!
//! Nothing here trusts a length or a count; memory is only taken for bytes that are there.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::error::VideoError;

/// Largest box whose content is read as a whole; an index of a day of film is a tenth of it.
pub(super) const LARGEST_TABLE: u64 = 64 << 20;

/// Some bytes of a file, and how far they were read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bytes<'a> {
    left: &'a [u8],
    /// Where in the file `left` begins.
    at: u64,
    path: &'a Path,
}

impl<'a> Bytes<'a> {
    /// `bytes` that stand at `at` in the file `path`.
    pub(super) fn new(bytes: &'a [u8], at: u64, path: &'a Path) -> Self {
        Self {
            left: bytes,
            at,
            path,
        }
    }

    pub(super) fn path(&self) -> &'a Path {
        self.path
    }

    /// What is left.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.left
    }

    /// An error at this place.
    pub(super) fn wrong(&self, problem: impl Into<String>) -> VideoError {
        VideoError::malformed(self.path, self.at, problem)
    }

    pub(super) fn take(&mut self, count: usize, what: &str) -> Result<&'a [u8], VideoError> {
        let Some((taken, left)) = self.left.split_at_checked(count) else {
            return Err(self.wrong(format!("{what} is cut short")));
        };
        self.left = left;
        self.at += count as u64;
        Ok(taken)
    }

    pub(super) fn skip(&mut self, count: usize, what: &str) -> Result<(), VideoError> {
        self.take(count, what).map(|_| ())
    }

    fn array<const N: usize>(&mut self, what: &str) -> Result<[u8; N], VideoError> {
        let taken = self.take(N, what)?;
        let mut array = [0; N];
        array.copy_from_slice(taken);
        Ok(array)
    }

    pub(super) fn u8(&mut self, what: &str) -> Result<u8, VideoError> {
        self.array(what).map(u8::from_be_bytes)
    }

    pub(super) fn u16(&mut self, what: &str) -> Result<u16, VideoError> {
        self.array(what).map(u16::from_be_bytes)
    }

    pub(super) fn u32(&mut self, what: &str) -> Result<u32, VideoError> {
        self.array(what).map(u32::from_be_bytes)
    }

    pub(super) fn u64(&mut self, what: &str) -> Result<u64, VideoError> {
        self.array(what).map(u64::from_be_bytes)
    }

    /// 32 or 64 bits, as a box's version has it.
    pub(super) fn long(&mut self, wide: bool, what: &str) -> Result<u64, VideoError> {
        if wide {
            self.u64(what)
        } else {
            self.u32(what).map(u64::from)
        }
    }

    /// Version and flags of a box.
    pub(super) fn version(&mut self, what: &str) -> Result<(u8, u32), VideoError> {
        let word = self.u32(what)?;
        let [version, ..] = word.to_be_bytes();
        Ok((version, word & 0x00ff_ffff))
    }

    /// The next box inside these bytes, and what is in it; `None` at the end.
    pub(super) fn child(&mut self) -> Result<Option<([u8; 4], Bytes<'a>)>, VideoError> {
        // Fewer than eight bytes at the end are padding that some writers leave.
        if self.left.len() < 8 {
            return Ok(None);
        }
        let whole = *self;
        let mut head = *self;
        let short = head.u32("a box")?;
        let kind: [u8; 4] = head.array("a box")?;
        let length = match short {
            0 => whole.left.len() as u64,
            1 => head.u64("the length of a box")?,
            other => u64::from(other),
        };
        let header = (whole.left.len() - head.left.len()) as u64;
        let inside = length
            .checked_sub(header)
            .and_then(|inside| usize::try_from(inside).ok())
            .filter(|inside| *inside <= head.left.len())
            .ok_or_else(|| {
                whole.wrong(format!(
                    "the box {} says {length} bytes and does not fit where it is",
                    name(kind)
                ))
            })?;
        let content = Bytes {
            left: &head.left[..inside],
            ..head
        };
        self.skip(
            usize::try_from(header).unwrap_or(usize::MAX) + inside,
            "a box",
        )?;
        Ok(Some((kind, content)))
    }

    /// The first box of that kind.
    pub(super) fn find(mut self, wanted: &[u8; 4]) -> Result<Option<Bytes<'a>>, VideoError> {
        while let Some((kind, content)) = self.child()? {
            if kind == *wanted {
                return Ok(Some(content));
            }
        }
        Ok(None)
    }

    /// The first box of that kind, which must be there.
    pub(super) fn need(self, wanted: &[u8; 4]) -> Result<Bytes<'a>, VideoError> {
        self.find(wanted)?
            .ok_or_else(|| self.wrong(format!("the box {} is missing", name(*wanted))))
    }

    /// A count of entries that each take `size` bytes here: never more than there are.
    pub(super) fn count(&mut self, size: usize, what: &str) -> Result<usize, VideoError> {
        let before = *self;
        let count = self.u32(what)? as usize;
        if count > self.left.len() / size {
            return Err(before.wrong(format!("{what} says {count} entries and has fewer")));
        }
        Ok(count)
    }
}

/// The letters of a box for a message.
pub(super) fn name(kind: [u8; 4]) -> String {
    kind.escape_ascii().to_string()
}

/// A box on the outermost level of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Top {
    pub(super) kind: [u8; 4],
    /// First byte of its header.
    pub(super) at: u64,
    /// First byte of what is in it.
    pub(super) inside: u64,
    /// First byte behind it, which may lie beyond the file.
    pub(super) end: u64,
}

/// The file, and how long it is.
pub(super) struct Source<'a, R> {
    pub(super) reader: R,
    pub(super) length: u64,
    pub(super) path: &'a Path,
}

impl<R: Read + Seek> Source<'_, R> {
    /// The header of the box at `at`; `None` at the end of the file, and where fewer bytes than a header are left.
    pub(super) fn top(&mut self, at: u64) -> Result<Option<Top>, VideoError> {
        let left = self.length.saturating_sub(at);
        if left < 8 {
            return Ok(None);
        }
        let mut header = [0; 16];
        let there = usize::try_from(left.min(16)).unwrap_or(16);
        self.read(at, &mut header[..there])?;
        let mut bytes = Bytes::new(&header[..there], at, self.path);
        let short = bytes.u32("a box")?;
        let kind = bytes.array("a box")?;
        let (header, length) = match short {
            0 => (8, left),
            1 if left < 16 => return Ok(None),
            1 => (16, bytes.u64("the length of a box")?),
            other => (8, u64::from(other)),
        };
        let end = at.checked_add(length).filter(|_| length >= header);
        let Some(end) = end else {
            return Err(VideoError::malformed(
                self.path,
                at,
                format!("the box {} says {length} bytes", name(kind)),
            ));
        };
        Ok(Some(Top {
            kind,
            at,
            inside: at + header,
            end,
        }))
    }

    /// All that is in a box that lies whole in the file.
    pub(super) fn inside(&mut self, top: &Top) -> Result<Vec<u8>, VideoError> {
        let length = top.end.saturating_sub(top.inside);
        if length > LARGEST_TABLE || top.end > self.length {
            return Err(VideoError::malformed(
                self.path,
                top.at,
                format!("the box {} says {length} bytes", name(top.kind)),
            ));
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or(0)];
        self.read(top.inside, &mut bytes)?;
        Ok(bytes)
    }

    fn read(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), VideoError> {
        self.reader
            .seek(SeekFrom::Start(at))
            .and_then(|_| self.reader.read_exact(bytes))
            .map_err(VideoError::io("reading the film", self.path))
    }
}
