//! One connection to a camera and what comes out of it: a stream of pictures, or one picture for each request.
//!
//! Every wait ends at an instant that the caller gives. Not here: which camera, and what of it is wanted (`mod.rs`).

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use pixels::Size;
use stdx::Clock;
use units::MonoTime;

use super::address::Address;
use super::dial;
use super::error::NetworkError;
use super::pictures::{Found, Pictures, may_be_jpeg};
use super::request;
use super::response::{Form, HEAD, Head};

/// Bytes that are read at once: a picture of an ESP32 comes in a few.
const BUFFER: usize = 64 * 1024;
const _: () = assert!(BUFFER > HEAD, "a whole head fits");
/// Least time for a connection to be made anew, when a picture is asked for.
const RECONNECT: Duration = Duration::from_millis(500);

/// How long a camera may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// To be found and to take a connection.
    pub connect: Duration,
    /// From the first request to a whole picture, redirects included.
    pub answer: Duration,
    /// From one picture to the next.
    pub silence: Duration,
}

impl Default for Patience {
    /// Opening takes 4.5 seconds at most, so that whoever watches the thread need not worry.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(2),
            answer: Duration::from_millis(2500),
            // A little less than after what a camera's owner opens it anew: here is known better what to say.
            silence: Duration::from_millis(1900),
        }
    }
}

#[derive(Debug)]
enum Phase {
    /// Between two requests for one picture each, until the next is due.
    Rest,
    /// The head of an answer is awaited.
    Head,
    /// The body of an answer.
    Body { head: Head, form: Form, found: u64 },
}

/// What came out of a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Came {
    /// A picture, whole or cut; take it with [`Session::swap`].
    Picture(Option<Size>),
    /// The answer is a redirect, to be followed.
    Redirect,
    /// Nothing within the wait.
    Nothing,
}

/// A connection and the pictures on it.
pub(super) struct Session {
    address: Address,
    numbers: Vec<SocketAddr>,
    stream: TcpStream,
    /// Whether the other end may have closed the connection since it was last used.
    used: bool,
    closed: bool,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    phase: Phase,
    pictures: Pictures,
    asked: Size,
    limit: usize,
    period: Duration,
    due: MonoTime,
    /// The last picture that was asked for by itself: a camera may have no newer one yet.
    last: Vec<u8>,
    came: u64,
    clock: Arc<dyn Clock>,
}

impl Session {
    /// Connects and asks for the pictures.
    ///
    /// # Errors
    /// When nobody answers.
    pub fn start(
        address: Address,
        numbers: Vec<SocketAddr>,
        asked: Size,
        period: Duration,
        clock: Arc<dyn Clock>,
        until: MonoTime,
    ) -> Result<Self, NetworkError> {
        let stream = dial::connect(&numbers, &address.place(), &*clock, until)?;
        // An uncompressed picture and a half: no JPEG that a camera makes is larger.
        let limit = 64 * 1024 + asked.pixels() * 4;
        let due = clock.now() + period;
        let mut session = Self {
            address,
            numbers,
            stream,
            used: false,
            closed: false,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            phase: Phase::Rest,
            pictures: Pictures::new(None, limit),
            asked,
            limit,
            period,
            due,
            last: Vec::new(),
            came: 0,
            clock,
        };
        session.ask(until)?;
        Ok(session)
    }

    /// Waits for the next picture, at most until the given instant.
    ///
    /// # Errors
    /// When the answer is not one of a camera, or the stream is broken or over.
    pub fn wait(&mut self, until: MonoTime) -> Result<Came, NetworkError> {
        let mut tried = false;
        loop {
            // Bytes without end and without a picture must not keep anybody waiting.
            if tried && self.clock.now() >= until {
                return Ok(Came::Nothing);
            }
            tried = true;
            match &mut self.phase {
                Phase::Rest => {
                    let now = self.clock.now();
                    if self.due > until {
                        self.clock.sleep_until(until);
                        return Ok(Came::Nothing);
                    }
                    self.clock.sleep_until(self.due);
                    // A late picture is no reason to ask for two at once.
                    self.due = (self.due + self.period).max(now);
                    self.ask(until.max(now + RECONNECT))?;
                }
                Phase::Head => {
                    // What is left of the last answer, such as a line break too many.
                    while self.start < self.end && self.buffer[self.start].is_ascii_whitespace() {
                        self.start += 1;
                    }
                    let bytes = &self.buffer[self.start..self.end];
                    let head = if bytes.is_empty() {
                        None
                    } else {
                        Head::parse(bytes)?
                    };
                    match head {
                        Some((head, length)) => {
                            self.start += length;
                            if let Some(came) = self.answered(head)? {
                                return Ok(came);
                            }
                        }
                        None => {
                            if !self.more(until)? {
                                return Ok(Came::Nothing);
                            }
                        }
                    }
                }
                Phase::Body { .. } => {
                    if let Some(came) = self.body(until)? {
                        return Ok(came);
                    }
                }
            }
        }
    }

    /// Gives the picture that just came, and takes a buffer to use again.
    pub fn swap(&mut self, into: &mut Vec<u8>) {
        self.pictures.swap(into);
    }

    /// Where the redirect leads.
    ///
    /// # Errors
    /// When it leads nowhere.
    pub fn redirected(&self) -> Result<Address, NetworkError> {
        match &self.phase {
            Phase::Body { head, .. } => {
                let location = head.header("location").unwrap_or_default();
                self.address.redirected(location)
            }
            _ => Err(NetworkError::NotHttp),
        }
    }

    /// Why there is still no picture, after waiting for the first one.
    pub fn why_none(&self, waited: Duration) -> NetworkError {
        match (&self.phase, self.pictures.foreign()) {
            (_, Some(kind)) => NetworkError::NotPictures {
                kind: kind.to_owned(),
            },
            (Phase::Body { .. }, None) if self.came == 0 => NetworkError::Stalled { waited },
            (Phase::Body { .. }, None) => NetworkError::NoPicture {
                bytes: self.came,
                waited,
            },
            _ => NetworkError::NoAnswer { waited },
        }
    }

    fn ask(&mut self, until: MonoTime) -> Result<(), NetworkError> {
        if self.closed {
            self.stream = dial::connect(&self.numbers, &self.address.place(), &*self.clock, until)?;
            self.closed = false;
            self.used = false;
        }
        (self.start, self.end) = (0, 0);
        self.phase = Phase::Head;
        let broken = |source| NetworkError::Broken { source };
        let left = until.since(self.clock.now()).max(Duration::from_millis(1));
        self.stream.set_write_timeout(Some(left)).map_err(broken)?;
        let sent = self.stream.write_all(&request::get(&self.address));
        match sent {
            Err(_) if self.used => {
                self.closed = true;
                self.ask(until)
            }
            sent => sent.map_err(broken),
        }
    }

    /// A head came. `None` where its body is to be read.
    fn answered(&mut self, head: Head) -> Result<Option<Came>, NetworkError> {
        match head.status {
            // To be followed by the real answer.
            100..=199 => return Ok(None),
            200 => {}
            301 | 302 | 303 | 307 | 308 if head.header("location").is_some() => {
                let form = head.form();
                self.phase = Phase::Body {
                    head,
                    form,
                    found: 0,
                };
                return Ok(Some(Came::Redirect));
            }
            401 => {
                let scheme = head.header("www-authenticate").unwrap_or_default();
                let scheme = scheme.split(' ').next().unwrap_or_default().to_owned();
                return Err(match &self.address.login {
                    _ if !scheme.is_empty() && !scheme.eq_ignore_ascii_case("basic") => {
                        NetworkError::OtherLogin { scheme }
                    }
                    None => NetworkError::LoginNeeded,
                    Some(_) => NetworkError::LoginWrong,
                });
            }
            403 if self.address.login.is_some() => return Err(NetworkError::LoginWrong),
            404 | 410 => {
                return Err(NetworkError::NoSuchPath {
                    path: self.address.path.clone(),
                });
            }
            status @ (429 | 500..) => {
                return Err(NetworkError::NotNow {
                    status,
                    reason: head.reason,
                });
            }
            status => {
                return Err(NetworkError::Status {
                    status,
                    reason: head.reason,
                });
            }
        }
        let kind = head.kind();
        if !head.multipart() && !may_be_jpeg(&kind) {
            return Err(match kind.as_str() {
                "text/html" | "application/xhtml+xml" => NetworkError::WebPage,
                _ => NetworkError::NotPictures { kind },
            });
        }
        self.pictures = Pictures::new(head.boundary().filter(|_| head.multipart()), self.limit);
        let form = head.form();
        self.phase = Phase::Body {
            head,
            form,
            found: 0,
        };
        Ok(None)
    }

    /// Goes on in a body. `None` when something changed and there is more to look at.
    fn body(&mut self, until: MonoTime) -> Result<Option<Came>, NetworkError> {
        let Phase::Body { head, form, found } = &mut self.phase else {
            return Ok(None);
        };
        while self.start < self.end && !form.over() {
            let piece = form.piece(&self.buffer[self.start..self.end])?;
            self.start += piece.skip;
            let (taken, event) = self
                .pictures
                .take(&self.buffer[self.start..self.start + piece.body]);
            self.start += taken;
            form.read(taken);
            self.came += taken as u64;
            let Some(event) = event else { continue };
            *found += 1;
            let size = match event {
                Found::Whole(size) => size,
                // Whoever looks pictures over counts it.
                Found::Cut => None,
                Found::TooLarge => {
                    return Err(NetworkError::TooLarge {
                        asked: self.asked,
                        limit: self.limit,
                    });
                }
            };
            if !head.multipart() && self.pictures.same_as(&self.last) {
                continue;
            }
            if !head.multipart() {
                self.pictures.copy_to(&mut self.last);
            }
            return Ok(Some(Came::Picture(size)));
        }
        let over = form.over();
        if over || self.closed {
            // One picture and then an end is what was asked for, if it is not a stream.
            if !head.multipart() && *found > 0 && !self.pictures.in_picture() {
                self.closed |= !head.keeps;
                self.used = true;
                self.phase = Phase::Rest;
                return Ok(None);
            }
            return Err(NetworkError::Closed {
                in_picture: self.pictures.in_picture(),
            });
        }
        if self.more(until)? || self.closed {
            return Ok(None);
        }
        Ok(Some(Came::Nothing))
    }

    /// Reads more into the buffer. False when nothing came in time.
    fn more(&mut self, until: MonoTime) -> Result<bool, NetworkError> {
        if self.start == self.end {
            (self.start, self.end) = (0, 0);
        } else if self.end == self.buffer.len() {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
        }
        match dial::read(
            &mut self.stream,
            &mut self.buffer[self.end..],
            &*self.clock,
            until,
        ) {
            Ok(Some(0)) => {
                self.closed = true;
                match self.phase {
                    Phase::Body { .. } => Ok(false),
                    _ if self.used && self.end == 0 => self.ask(until).map(|()| true),
                    _ => Err(NetworkError::HungUp),
                }
            }
            Ok(Some(bytes)) => {
                self.end += bytes;
                self.used = false;
                Ok(true)
            }
            Ok(None) => Ok(false),
            Err(_) if self.used && self.end == 0 && matches!(self.phase, Phase::Head) => {
                self.closed = true;
                self.ask(until).map(|()| true)
            }
            Err(error) => Err(error),
        }
    }
}
