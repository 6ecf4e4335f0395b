//! A server on the loopback that does exactly what a test wants of it, well or badly.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use stdx::thread::{Intent, Joined, spawn};

/// What somebody asked.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// By their names in small letters.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

/// What is answered.
#[derive(Debug, Clone)]
pub struct Answer {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    declared: Option<usize>,
    /// Bytes of the body after which nothing more comes.
    ends_after: Option<usize>,
    then: End,
    /// Bytes that are sent at once.
    piece: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    HangUp,
    Stall,
}

impl Answer {
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: body.into(),
            declared: None,
            ends_after: None,
            then: End::HangUp,
            piece: usize::MAX,
        }
    }

    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Promises so many bytes, however many come.
    pub fn declare(mut self, bytes: usize) -> Self {
        self.declared = Some(bytes);
        self
    }

    /// Hangs up after so many bytes of the body.
    pub fn cut(mut self, bytes: usize) -> Self {
        self.ends_after = Some(bytes);
        self
    }

    /// Says nothing more after so many bytes of the body.
    pub fn stall(mut self, bytes: usize) -> Self {
        self.ends_after = Some(bytes);
        self.then = End::Stall;
        self
    }

    /// Sends so many bytes at once, with a little rest in between.
    pub fn slowly(mut self, bytes: usize) -> Self {
        self.piece = bytes;
        self
    }

    fn send(&self, stream: &mut TcpStream, ending: &AtomicBool) -> std::io::Result<()> {
        if self.ends_after == Some(0) && self.then == End::Stall {
            return wait(stream, ending);
        }
        let length = self.declared.unwrap_or(self.body.len());
        let mut head = format!(
            "HTTP/1.1 {} Said\r\nContent-Length: {length}\r\nConnection: close\r\n",
            self.status
        );
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        stream.write_all(format!("{head}\r\n").as_bytes())?;
        let until = self.ends_after.unwrap_or(self.body.len());
        for piece in self.body[..until.min(self.body.len())].chunks(self.piece) {
            stream.write_all(piece)?;
            if self.piece < usize::MAX {
                stdx::Clock::sleep(&stdx::SystemClock, Duration::from_millis(1));
            }
        }
        match self.then {
            End::HangUp => Ok(()),
            End::Stall => wait(stream, ending),
        }
    }
}

/// Until the other side hangs up or the test ends.
fn wait(stream: &mut TcpStream, ending: &AtomicBool) -> std::io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_millis(10)))?;
    while !ending.load(Ordering::Acquire) {
        match stream.read(&mut [0]) {
            Ok(0) => return Ok(()),
            Err(error) if error.kind() != std::io::ErrorKind::WouldBlock => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// The server; it ends when it is dropped.
pub struct Web {
    at: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    ending: Arc<AtomicBool>,
    thread: Option<Joined<()>>,
}

impl Web {
    pub fn new(handler: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        Self::at("127.0.0.1:0", handler)
    }

    pub fn at(address: &str, handler: impl Fn(&Request) -> Answer + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let at = listener.local_addr().unwrap();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let ending = Arc::new(AtomicBool::new(false));
        let handler = Arc::new(handler);
        let (list, end) = (Arc::clone(&seen), Arc::clone(&ending));
        let body = move || {
            let mut threads = Vec::new();
            for stream in listener.incoming() {
                if end.load(Ordering::Acquire) {
                    break;
                }
                let (handler, list, end) =
                    (Arc::clone(&handler), Arc::clone(&list), Arc::clone(&end));
                let serve = move || {
                    let mut stream = stream.unwrap();
                    if let Some(request) = read(&mut stream) {
                        list.lock().unwrap().push(request.clone());
                        let answer = handler(&request);
                        // Whoever hung up does not want it.
                        answer.send(&mut stream, &end).ok();
                    }
                };
                threads.push(spawn("web", Intent::Background, serve).unwrap());
            }
        };
        Self {
            at,
            seen,
            ending,
            thread: Some(spawn("web", Intent::Background, body).unwrap()),
        }
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.at)
    }

    /// Everything that was asked so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Web {
    fn drop(&mut self) {
        self.ending.store(true, Ordering::Release);
        // Wakes the listener.
        drop(TcpStream::connect(self.at));
        drop(self.thread.take());
    }
}

fn read(stream: &mut TcpStream) -> Option<Request> {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: BTreeMap<String, String> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        .collect();
    let length: usize = headers
        .get("content-length")
        .map_or(0, |length| length.parse().unwrap());
    let mut body = bytes[end + 4..].to_vec();
    while body.len() < length {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return None,
            Ok(read) => body.extend_from_slice(&piece[..read]),
        }
    }
    Some(Request {
        method,
        target,
        headers,
        body,
    })
}
