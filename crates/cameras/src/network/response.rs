//! What a server says before the body: its status line and headers, and in which form the body comes.
//!
//! Written by hand, because a client library that reads with a time-out of its own for each wait was not to be had
//! without many times this code; an endless body is all that a camera sends. Lenient where cameras are careless, with a limit on everything.

use super::error::NetworkError;

/// Longest head that is read.
pub(super) const HEAD: usize = 16 * 1024;

/// A server's answer up to its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    /// The status, such as 200.
    pub status: u16,
    /// What the server calls it.
    pub reason: String,
    /// Whether the connection may be used again by itself.
    pub keeps: bool,
    headers: Vec<(String, String)>,
}

impl Head {
    /// Reads a head from the beginning of `bytes`; `None` while it is not whole. Returns also its length.
    ///
    /// # Errors
    /// When it is no HTTP, or longer than [`HEAD`].
    pub fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, NetworkError> {
        let begins = |with: &[u8]| {
            let both = with.len().min(bytes.len());
            bytes[..both].eq_ignore_ascii_case(&with[..both])
        };
        // Some cameras answer as the radio stations of old did.
        if !begins(b"HTTP/") && !begins(b"ICY ") {
            return Err(NetworkError::NotHttp);
        }
        let mut lines = Vec::new();
        let mut at = 0;
        while let Some(length) = bytes[at..].iter().position(|byte| *byte == b'\n') {
            let line = bytes[at..at + length].trim_ascii_end();
            at += length + 1;
            if at > HEAD {
                break;
            }
            if line.is_empty() {
                return Self::from_lines(&lines).map(|head| Some((head, at)));
            }
            lines.push(String::from_utf8_lossy(line).into_owned());
        }
        if bytes.len() > HEAD {
            return Err(NetworkError::NotHttp);
        }
        Ok(None)
    }

    fn from_lines(lines: &[String]) -> Result<Self, NetworkError> {
        let first = lines.first().map(String::as_str).unwrap_or_default();
        let mut words = first.splitn(3, ' ');
        let version = words.next().unwrap_or_default();
        let status = words
            .next()
            .and_then(|status| status.trim().parse().ok())
            .filter(|status| (100..1000).contains(status))
            .ok_or(NetworkError::NotHttp)?;
        let headers: Vec<(String, String)> = lines[1..]
            .iter()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        let mut head = Self {
            status,
            reason: words.next().unwrap_or_default().trim().to_owned(),
            keeps: false,
            headers,
        };
        let connection = head
            .header("connection")
            .unwrap_or_default()
            .to_ascii_lowercase();
        head.keeps = match version.eq_ignore_ascii_case("HTTP/1.1") {
            true => !connection.contains("close"),
            false => connection.contains("keep-alive"),
        };
        Ok(head)
    }

    /// The first header of this name, which is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(told, _)| told == name)
            .map(|(_, value)| value.as_str())
    }

    /// The type of the body, in lower case and without parameters; empty where none is told.
    pub fn kind(&self) -> String {
        let told = self.header("content-type").unwrap_or_default();
        told.split(';')
            .next()
            .unwrap_or_default()
            .trim()
            .to_ascii_lowercase()
    }

    /// Whether the body is a series of parts.
    pub fn multipart(&self) -> bool {
        self.kind().starts_with("multipart/")
    }

    /// The text between the parts, where it is told.
    pub fn boundary(&self) -> Option<&str> {
        let told = self.header("content-type")?;
        let at = told.to_ascii_lowercase().find("boundary=")? + "boundary=".len();
        let value = told[at..].trim_start();
        Some(match value.strip_prefix('"') {
            Some(quoted) => quoted.split('"').next().unwrap_or_default(),
            None => value.split(';').next().unwrap_or_default().trim(),
        })
    }

    /// In which form the body comes.
    pub fn form(&self) -> Form {
        if self
            .header("transfer-encoding")
            .is_some_and(|told| told.to_ascii_lowercase().contains("chunked"))
        {
            return Form::Chunked(Chunk::Size(Vec::new()));
        }
        if matches!(self.status, 100..200 | 204 | 304) {
            return Form::Length(0);
        }
        // Cameras give a stream without end a length of nothing, or of as much as fits into the number.
        let length = self
            .header("content-length")
            .and_then(|told| told.parse().ok());
        match length {
            Some(length) if !self.multipart() => Form::Length(length),
            _ => Form::UntilClosed,
        }
    }
}

/// In which form a body comes, and where in it the reader stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// Until the connection is closed.
    UntilClosed,
    /// So many bytes more.
    Length(u64),
    /// In pieces with a length each.
    Chunked(Chunk),
}

/// Where the reader stands in a body of chunks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Chunk {
    /// In the line with the next chunk's size.
    Size(Vec<u8>),
    /// So many bytes before a chunk's end.
    Data(u64),
    /// Behind a chunk, before its line break.
    Break,
    /// In the lines behind the last chunk; so long is the present one.
    Trailer(usize),
    /// Behind the end.
    Over,
}

/// Longest line with the size of a chunk, or behind the last one.
const CHUNK_LINE: usize = 1024;

/// What the next bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    /// So many bytes belong to the form, not to the body.
    pub skip: usize,
    /// So many bytes behind them belong to the body.
    pub body: usize,
}

impl Form {
    /// What the beginning of `bytes` is. What is skipped counts as read; [`Form::read`] tells of the body's bytes.
    ///
    /// # Errors
    /// When the size of a chunk is none.
    pub fn piece(&mut self, bytes: &[u8]) -> Result<Piece, NetworkError> {
        let body = |left: u64| usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
        match self {
            Self::UntilClosed => Ok(Piece {
                skip: 0,
                body: bytes.len(),
            }),
            Self::Length(left) => Ok(Piece {
                skip: 0,
                body: body(*left),
            }),
            Self::Chunked(chunk) => chunk.piece(bytes),
        }
    }

    /// So many bytes of the body were taken.
    pub fn read(&mut self, bytes: usize) {
        match self {
            Self::UntilClosed => {}
            Self::Length(left) => *left = left.saturating_sub(bytes as u64),
            Self::Chunked(chunk) => {
                if let Chunk::Data(left) = chunk {
                    *left = left.saturating_sub(bytes as u64);
                    if *left == 0 {
                        *chunk = Chunk::Break;
                    }
                }
            }
        }
    }

    /// Whether the body is over without the connection being closed.
    pub fn over(&self) -> bool {
        matches!(self, Self::Length(0) | Self::Chunked(Chunk::Over))
    }
}

impl Chunk {
    fn piece(&mut self, bytes: &[u8]) -> Result<Piece, NetworkError> {
        let mut skip = 0;
        while let Some(&byte) = bytes.get(skip) {
            match self {
                Self::Data(left) => {
                    let left = usize::try_from(*left).unwrap_or(usize::MAX);
                    let body = left.min(bytes.len() - skip);
                    return Ok(Piece { skip, body });
                }
                Self::Over => break,
                Self::Size(line) if byte == b'\n' => {
                    *self = match size_of_chunk(line) {
                        Some(0) => Self::Trailer(0),
                        Some(size) => Self::Data(size),
                        None => return Err(NetworkError::Chunks),
                    }
                }
                Self::Size(line) if line.len() < CHUNK_LINE => line.push(byte),
                Self::Size(_) => return Err(NetworkError::Chunks),
                Self::Break => match byte {
                    b'\r' => {}
                    b'\n' => *self = Self::Size(Vec::new()),
                    _ => return Err(NetworkError::Chunks),
                },
                Self::Trailer(length) => match byte {
                    b'\n' if *length == 0 => *self = Self::Over,
                    b'\n' => *length = 0,
                    b'\r' => {}
                    _ if *length < CHUNK_LINE => *length += 1,
                    _ => return Err(NetworkError::Chunks),
                },
            }
            skip += 1;
        }
        Ok(Piece { skip, body: 0 })
    }
}

/// The size in a chunk's line: hexadecimal digits, and whatever stands behind a semicolon.
fn size_of_chunk(line: &[u8]) -> Option<u64> {
    let digits = line.split(|byte| *byte == b';').next()?.trim_ascii();
    let digits = std::str::from_utf8(digits).ok()?;
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u64::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests;
