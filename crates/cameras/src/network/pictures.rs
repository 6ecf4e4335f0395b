//! Finds the pictures in the body of a stream, in whatever way a camera's firmware put them there.
//!
//! Between pictures it reads lines: boundaries and headers of parts, of which only a type that is no picture matters. A
//! picture begins with a JPEG's own first bytes, boundary or not, and ends where the JPEG says, so that leading dashes,
//! lengths that are wrong or missing, and a missing last line break make no difference. A boundary in the middle of a
//! picture tells that it was cut.

use memchr::memmem::Finder;
use pixels::Size;

use super::jpeg_end::{Walk, Walked};

/// Longest line between pictures that is looked at; of longer ones the beginning.
const LINE: usize = 1024;

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    /// A picture from its first marker to its last, and the size that it says it has.
    Whole(Option<Size>),
    /// A picture that ends before its end: the stream went on with something else, or its bytes make no sense. Also a part
    /// that should be a picture and holds none: of it the first bytes.
    Cut,
    /// A picture larger than any that was asked for. Its bytes are not kept.
    TooLarge,
}

/// Where in a part of the stream it stands; a stream without boundaries has no parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Before the first boundary.
    None,
    /// In its headers.
    Head,
    /// Behind them, and no picture came yet.
    Empty,
    /// A picture came.
    Pictured,
}

/// Takes the body of a stream apart.
pub(super) struct Pictures {
    boundary: Option<Finder<'static>>,
    limit: usize,
    /// The picture that is coming in, or the last one found.
    picture: Vec<u8>,
    walk: Option<Walk>,
    line: Vec<u8>,
    /// The last two bytes between pictures.
    tail: [u8; 2],
    /// What the present part is, if that is no picture.
    foreign: Option<String>,
    part: Part,
    /// What stands in the present part instead of a picture: of each line the beginning.
    junk: Vec<u8>,
}

impl Pictures {
    /// For a stream with this boundary, if it has one, and pictures of at most `limit` bytes.
    pub fn new(boundary: Option<&str>, limit: usize) -> Self {
        let core = boundary.map(|boundary| boundary.trim_start_matches('-'));
        Self {
            boundary: core
                .filter(|core| !core.is_empty())
                .map(|core| Finder::new(core).into_owned()),
            limit,
            picture: Vec::new(),
            walk: None,
            line: Vec::new(),
            tail: [0; 2],
            foreign: None,
            part: Part::None,
            junk: Vec::new(),
        }
    }

    /// Takes bytes until a picture ended, well or not. Returns how many were taken.
    pub fn take(&mut self, bytes: &[u8]) -> (usize, Option<Found>) {
        let mut taken = 0;
        while taken < bytes.len() {
            let rest = &bytes[taken..];
            let (used, found) = if self.walk.is_some() {
                self.inside(rest)
            } else {
                self.between(rest)
            };
            taken += used;
            if found.is_some() {
                return (taken, found);
            }
        }
        (taken, None)
    }

    /// Gives the picture that was just found, and takes a buffer to use again.
    pub fn swap(&mut self, into: &mut Vec<u8>) {
        into.clear();
        std::mem::swap(&mut self.picture, into);
    }

    /// Whether the picture that was just found is, byte for byte, this one.
    pub fn same_as(&self, other: &[u8]) -> bool {
        self.picture == other
    }

    /// Copies the picture that was just found.
    pub fn copy_to(&self, other: &mut Vec<u8>) {
        other.clone_from(&self.picture);
    }

    /// Whether the stream stands in the middle of a picture.
    pub fn in_picture(&self) -> bool {
        self.walk.is_some()
    }

    /// The type of the present part, where it says that it is no picture.
    pub fn foreign(&self) -> Option<&str> {
        self.foreign.as_deref()
    }

    fn between(&mut self, bytes: &[u8]) -> (usize, Option<Found>) {
        for (at, &byte) in bytes.iter().enumerate() {
            if self.tail == [0xff, 0xd8] && byte == 0xff && self.foreign.is_none() {
                self.begin();
                // The third byte belongs to the next marker.
                return (at, None);
            }
            self.tail = [self.tail[1], byte];
            match byte {
                b'\n' => {
                    if let Some(found) = self.end_of_line() {
                        return (at + 1, Some(found));
                    }
                }
                byte if self.line.len() < LINE => self.line.push(byte),
                _ => {}
            }
        }
        (bytes.len(), None)
    }

    fn begin(&mut self) {
        self.picture.clear();
        self.picture.extend_from_slice(&[0xff, 0xd8]);
        self.walk = Some(Walk::new());
        if self.part != Part::None {
            self.part = Part::Pictured;
        }
        self.leave_line();
    }

    fn leave_line(&mut self) {
        self.line.clear();
        self.tail = [0; 2];
    }

    /// Something was found where the line ends a part that should have been a picture.
    fn end_of_line(&mut self) -> Option<Found> {
        let mut found = None;
        let line = self.line.trim_ascii();
        if self.is_boundary(line) {
            if self.part == Part::Empty && self.foreign.is_none() && !self.junk.is_empty() {
                std::mem::swap(&mut self.picture, &mut self.junk);
                found = Some(Found::Cut);
            }
            self.junk.clear();
            self.foreign = None;
            self.part = Part::Head;
        } else if let Some(kind) = header(line, "content-type") {
            let kind = kind.split(';').next().unwrap_or_default().trim();
            self.foreign = (!may_be_jpeg(kind)).then(|| kind.to_owned());
        } else if self.part == Part::Head && line.is_empty() {
            self.part = Part::Empty;
        } else if self.part == Part::Empty && self.junk.len() < LINE {
            self.junk.extend_from_slice(line);
        }
        self.line.clear();
        found
    }

    fn is_boundary(&self, line: &[u8]) -> bool {
        self.boundary.as_ref().is_some_and(|core| {
            let dashes = line.iter().take_while(|byte| **byte == b'-').count();
            line[dashes..]
                .strip_prefix(core.needle())
                .is_some_and(|rest| matches!(rest.trim_ascii(), b"" | b"--"))
        })
    }

    fn inside(&mut self, bytes: &[u8]) -> (usize, Option<Found>) {
        let Some(walk) = &mut self.walk else {
            return (0, None);
        };
        let (used, walked) = walk.push(bytes);
        let size = walk.size();
        let before = self.picture.len();
        self.picture.extend_from_slice(&bytes[..used]);
        if let Some((start, end)) = self.boundary_in_picture(before) {
            self.picture.truncate(start);
            self.walk = None;
            self.leave_line();
            self.part = Part::Head;
            self.foreign = None;
            return (end - before, Some(Found::Cut));
        }
        let found = match walked {
            Walked::On | Walked::End if self.picture.len() > self.limit => {
                self.picture = Vec::new();
                Some(Found::TooLarge)
            }
            Walked::End => Some(Found::Whole(size)),
            Walked::Broken => Some(Found::Cut),
            Walked::Restart => {
                // The two bytes of the next picture's first marker are read again, as the end of a line between.
                self.picture.truncate(self.picture.len().saturating_sub(2));
                self.leave_line();
                self.walk = None;
                self.tail = [0xff, 0xd8];
                return (used, Some(Found::Cut));
            }
            Walked::On => None,
        };
        if found.is_some() {
            self.walk = None;
        }
        (used, found)
    }

    /// Where a whole boundary line stands that ends behind `from`: from its line break on, and to behind it.
    fn boundary_in_picture(&self, from: usize) -> Option<(usize, usize)> {
        let core = self.boundary.as_ref()?;
        let picture = &self.picture;
        // Two dashes, white space and a line break may stand behind it.
        let mut look = from.saturating_sub(core.needle().len() + 8);
        while let Some(at) = core.find(&picture[look..]) {
            let start = look + at;
            let end = start + core.needle().len();
            look = start + 1;
            let dashes = picture[..start]
                .iter()
                .rev()
                .take_while(|byte| **byte == b'-')
                .count();
            let line = start - dashes;
            if dashes < 2 && (line == 0 || picture[line - 1] != b'\n') {
                continue;
            }
            let rest = &picture[end..];
            let Some(length) = rest.iter().take(8).position(|byte| *byte == b'\n') else {
                continue;
            };
            if end + length + 1 > from && matches!(rest[..length].trim_ascii(), b"" | b"--") {
                let ends = [&b"\r\n"[..], b"\n"];
                let before = &picture[..line];
                let start = ends
                    .iter()
                    .find_map(|end| before.strip_suffix(*end))
                    .map_or(line, <[u8]>::len);
                return Some((start, end + length + 1));
            }
        }
        None
    }
}

/// The value of a header line of this name, in any case.
fn header<'a>(line: &'a [u8], name: &str) -> Option<&'a str> {
    let line = std::str::from_utf8(line).ok()?;
    let (told, value) = line.split_once(':')?;
    told.trim().eq_ignore_ascii_case(name).then(|| value.trim())
}

/// Whether something of this type may be a JPEG: firmware is careless with the word.
pub(super) fn may_be_jpeg(kind: &str) -> bool {
    const KINDS: [&str; 7] = [
        "",
        "image/jpeg",
        "image/jpg",
        "image/pjpeg",
        "image/*",
        "application/octet-stream",
        "video/x-motion-jpeg",
    ];
    KINDS.iter().any(|known| kind.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests;
