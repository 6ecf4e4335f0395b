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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn head(text: &str) -> Head {
        Head::parse(text.as_bytes()).unwrap().unwrap().0
    }

    /// The body in `bytes`, which come in pieces.
    fn body(form: &mut Form, bytes: &[u8], piece: usize) -> Result<Vec<u8>, NetworkError> {
        let mut body = Vec::new();
        for bytes in bytes.chunks(piece) {
            let mut rest = bytes;
            while !rest.is_empty() && !form.over() {
                let piece = form.piece(rest)?;
                rest = &rest[piece.skip..];
                body.extend_from_slice(&rest[..piece.body]);
                form.read(piece.body);
                rest = &rest[piece.body..];
            }
        }
        Ok(body)
    }

    #[test]
    fn a_head_is_read_as_careless_cameras_write_it() {
        let text = "HTTP/1.0 200 OK\r\nserver: x\nContent-Type:multipart/x-mixed-replace; Boundary=\"--b;0\"; a=b\r\nno header\r\nCONTENT-LENGTH: 0\r\n\r\n--b";
        let (head, length) = Head::parse(text.as_bytes()).unwrap().unwrap();
        assert_eq!(
            (head.status, head.reason.as_str(), length),
            (200, "OK", text.len() - 3)
        );
        assert_eq!(
            (head.kind().as_str(), head.boundary()),
            ("multipart/x-mixed-replace", Some("--b;0"))
        );
        assert_eq!((head.form(), head.keeps), (Form::UntilClosed, false));
        assert_eq!(head.header("server"), Some("x"));
        for (text, status) in [
            ("HTTP/1.1 404\r\n\r\n", 404),
            ("ICY 200 OK\r\n\r\n", 200),
            ("http/1.1 503 Busy now\n\n", 503),
        ] {
            assert_eq!(self::head(text).status, status, "{text:?}");
        }
    }

    #[test]
    fn the_form_of_a_body_follows_from_its_head() {
        for (headers, form, keeps) in [
            ("Content-Length: 12", Form::Length(12), true),
            (
                "Content-Length: 12\r\nConnection: Close",
                Form::Length(12),
                false,
            ),
            ("Content-Length: many", Form::UntilClosed, true),
            (
                "Transfer-Encoding: Chunked",
                Form::Chunked(Chunk::Size(Vec::new())),
                true,
            ),
            (
                "Content-Type: multipart/mixed\r\nContent-Length: 12",
                Form::UntilClosed,
                true,
            ),
        ] {
            let head = head(&format!("HTTP/1.1 200 OK\r\n{headers}\r\n\r\n"));
            assert_eq!((head.form(), head.keeps), (form, keeps), "{headers}");
        }
    }

    #[test]
    fn what_is_no_head_is_refused_at_its_first_bytes_or_at_the_limit() {
        for bytes in [
            &b"SSH-2.0-dropbear\r\n"[..],
            b"RTSP/1.0 200 OK\r\n\r\n",
            b"\xff\xd8\xff",
            b"HTTP/1.1 okay\r\n\r\n",
            b"HTTP/1.1 20\r\n\r\n",
        ] {
            assert!(
                matches!(Head::parse(bytes), Err(NetworkError::NotHttp)),
                "{bytes:?}"
            );
        }
        let mut long = b"HTTP/1.1 200 OK\r\n".to_vec();
        assert!(Head::parse(&long).unwrap().is_none());
        long.resize(HEAD + 1, b'x');
        assert!(Head::parse(&long).is_err());
    }

    #[test]
    fn chunks_are_taken_out_of_a_body_in_whatever_pieces_they_come() {
        let bytes = b"5;name=x\r\nHello\r\n1\n,\n00B\r\n there you \r\n0\r\nTrailer: x\r\n\r\nnext";
        for piece in 1..bytes.len() {
            let mut form = Form::Chunked(Chunk::Size(Vec::new()));
            assert_eq!(
                body(&mut form, bytes, piece).unwrap(),
                b"Hello, there you ",
                "{piece}"
            );
            assert!(form.over());
        }
        for wrong in [
            &b"x\r\n"[..],
            b"\r\n",
            b"-1\r\n",
            b"11223344556677889\r\n",
            b"1\r\nabc",
            &[b'0'; 2000],
        ] {
            let mut form = Form::Chunked(Chunk::Size(Vec::new()));
            assert!(
                matches!(body(&mut form, wrong, 9), Err(NetworkError::Chunks)),
                "{wrong:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn any_head_and_any_body_end_in_something_or_an_error(
            start in prop_oneof![Just(&b"HTTP/1.1 200"[..]), Just(&b"ICY "[..]), Just(&b""[..])],
            noise in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'\r'), Just(b'\n'), Just(b':')], 0..300),
            piece in 1usize..50,
        ) {
            let bytes = [start, &noise].concat();
            if let Ok(Some((head, length))) = Head::parse(&bytes) {
                prop_assert!(length <= bytes.len());
                let mut form = head.form();
                head.boundary();
                drop(body(&mut form, &bytes[length..], piece));
            }
            let mut chunks = Form::Chunked(Chunk::Size(Vec::new()));
            if let Ok(body) = body(&mut chunks, &noise, piece) {
                prop_assert!(body.len() <= noise.len());
            }
        }

        #[test]
        fn a_body_comes_out_of_chunks_as_it_went_in(parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..40), 0..12), piece in 1usize..60) {
            let mut bytes = Vec::new();
            for part in &parts {
                bytes.extend_from_slice(format!("{:x}\r\n", part.len()).as_bytes());
                bytes.extend_from_slice(part);
                bytes.extend_from_slice(b"\r\n");
            }
            bytes.extend_from_slice(b"0\r\n\r\n");
            let mut form = Form::Chunked(Chunk::Size(Vec::new()));
            prop_assert_eq!(body(&mut form, &bytes, piece).unwrap(), parts.concat());
            prop_assert!(form.over());
        }
    }
}
