//! A camera on the network that does what a test tells it, byte for byte, over a real socket.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use stdx::thread::{Intent, Joined, spawn};

/// What the server does on a connection, in this order; then it closes it.
#[derive(Clone)]
pub enum Do {
    /// Reads a request up to its empty line and remembers it.
    Listen,
    /// Sends bytes.
    Send(Vec<u8>),
    /// Sends the same bytes until the other end has had enough.
    Flood(Vec<u8>),
    /// Says nothing until the other end has gone away.
    Stall,
}

/// A running server. One connection is served after the other; the last script serves all that come later.
pub struct Server {
    port: u16,
    requests: Arc<Mutex<Vec<String>>>,
    _thread: Stopped,
}

struct Stopped(u16, Arc<AtomicBool>, Option<Joined<()>>);

impl Drop for Stopped {
    fn drop(&mut self) {
        self.1.store(true, Ordering::Release);
        drop(TcpStream::connect(("127.0.0.1", self.0)));
        drop(self.2.take());
    }
}

impl Server {
    pub fn start(scripts: Vec<Vec<Do>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let stop = Arc::new(AtomicBool::new(false));
        let (heard, told) = (Arc::clone(&requests), Arc::clone(&stop));
        let thread = spawn("fake-camera", Intent::Background, move || {
            for (served, stream) in listener.incoming().enumerate() {
                if told.load(Ordering::Acquire) {
                    return;
                }
                let script = &scripts[served.min(scripts.len() - 1)];
                serve(stream.unwrap(), script, &heard, &told);
            }
        })
        .unwrap();
        Self {
            port,
            requests,
            _thread: Stopped(port, stop, Some(thread)),
        }
    }

    /// The address of a path here.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The requests so far.
    pub fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, script: &[Do], requests: &Mutex<Vec<String>>, stop: &AtomicBool) {
    // A test that fails must not leave the server waiting.
    stream
        .set_read_timeout(Some(Duration::from_millis(50)))
        .unwrap();
    stream
        .set_write_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    for step in script {
        match step {
            Do::Listen => {
                let mut request = Vec::new();
                while !request.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    match stream.read(&mut byte) {
                        Ok(1) => request.push(byte[0]),
                        Err(error) if waits(&error) && !stop.load(Ordering::Acquire) => {}
                        _ => return,
                    }
                }
                requests
                    .lock()
                    .unwrap()
                    .push(String::from_utf8(request).unwrap());
            }
            Do::Send(bytes) => {
                if stream.write_all(bytes).is_err() {
                    return;
                }
            }
            Do::Flood(bytes) => while stream.write_all(bytes).is_ok() {},
            Do::Stall => loop {
                match stream.read(&mut [0; 100]) {
                    Ok(1..) => {}
                    Err(error) if waits(&error) && !stop.load(Ordering::Acquire) => {}
                    _ => return,
                }
            },
        }
    }
}

fn waits(error: &std::io::Error) -> bool {
    matches!(
        error.kind(),
        std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut
    )
}

/// A grey picture that a decoder takes, and that is told from others by its `number`.
pub fn picture(width: u32, height: u32, number: u8) -> Vec<u8> {
    let size = pixels::Size::new(width, height).unwrap();
    let mut planes = pixels::Yuv420::black(size);
    planes.y.fill(40 + number);
    pixels::jpeg::encode(&planes, 90).unwrap()
}

/// The head of a stream with the boundary `frame`.
pub fn head() -> Do {
    Do::Send(
        b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
            .to_vec(),
    )
}

/// One part of such a stream.
pub fn part(picture: &[u8]) -> Do {
    let head = format!(
        "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n",
        picture.len()
    );
    Do::Send([head.as_bytes(), picture, b"\r\n"].concat())
}

/// A whole answer with a body of a known length.
pub fn answer(status: &str, headers: &str, body: &[u8]) -> Do {
    let head = format!(
        "HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    Do::Send([head.as_bytes(), body].concat())
}
