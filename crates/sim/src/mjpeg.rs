//! Simulated cameras on the network: MJPEG over HTTP, as phones and small camera boards serve it.
//!
//! `/` lists the cameras, `/NAME` is a camera's endless stream (multipart/x-mixed-replace), `/NAME.jpg` one picture. A client
//! that is slow misses pictures, as with those boards. A camera that is gone hangs up on everybody and answers 503 until
//! it is back. What a camera sends is served as it is, spoiled or not.
//! Not here: what a client makes of it (`cameras`).

use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use stdx::thread::{Intent, Joined, Panicked, spawn};
use stdx::{Clock as _, SystemClock};

use crate::camera::{CameraGone, SimCamera, Webcam};

/// How often the end is looked for.
const LOOK: Duration = Duration::from_millis(20);
/// How long a thread waits for a picture before it looks for the end.
const WAIT: Duration = Duration::from_millis(100);
/// How long a client may take to say what it wants, or to take a picture.
const PATIENCE: Duration = Duration::from_secs(2);
/// Most clients at once; a board serves fewer.
const MOST_CLIENTS: usize = 16;
/// Longest request that is read.
const LONGEST: usize = 8 * 1024;
const BOUNDARY: &str = "picture";

/// A server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum MjpegError {
    /// The system refused the port.
    #[error("no port for the simulated cameras: {source}\nPort: {port}")]
    NoPort {
        /// What the system said.
        source: io::Error,
        /// The port that was asked for.
        port: u16,
    },
    /// A thread could not be started.
    #[error("no thread for the simulated cameras: {0}")]
    NoThread(#[source] io::Error),
}

impl MjpegError {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoPort { .. } => {
                "Choose a port above 1023 that nobody listens on, or 0 for any free one."
            }
            Self::NoThread(_) => "Close programs and try again.",
        }
    }
}

/// Cameras that are being served, on the loopback interface. Dropping it stops the threads.
#[derive(Debug)]
pub struct MjpegServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    threads: Vec<Joined<()>>,
}

#[derive(Debug)]
struct Shared {
    channels: Vec<Channel>,
    stop: AtomicBool,
    clients: AtomicUsize,
}

/// The newest picture of a camera, and who waits for it.
#[derive(Debug)]
struct Channel {
    webcam: Webcam,
    newest: Mutex<Newest>,
    arrived: Condvar,
}

#[derive(Debug, Default)]
struct Newest {
    /// Counts pictures; none has come when it is 0.
    number: u64,
    picture: Arc<Vec<u8>>,
    /// Counts the times the camera was opened; `None` while it is gone.
    opened: Option<u64>,
    openings: u64,
}

impl Channel {
    fn newest(&self) -> MutexGuard<'_, Newest> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The picture after `number`, if it comes soon.
    fn after(&self, number: u64) -> (Option<u64>, u64, Arc<Vec<u8>>) {
        let (newest, _) = self
            .arrived
            .wait_timeout_while(self.newest(), WAIT, |newest| {
                newest.number == number && newest.opened.is_some()
            })
            .unwrap_or_else(PoisonError::into_inner);
        (newest.opened, newest.number, Arc::clone(&newest.picture))
    }
}

impl MjpegServer {
    /// Serves these cameras, which must send MJPG and live by the system's clock, on `port` of the loopback interface; 0
    /// for any free one. Names are the cameras' own.
    ///
    /// # Errors
    /// [`MjpegError`]
    pub fn start(webcams: Vec<Webcam>, port: u16) -> Result<Self, MjpegError> {
        let refused = |source| MjpegError::NoPort { source, port };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(refused)?;
        listener.set_nonblocking(true).map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let channels = webcams
            .into_iter()
            .map(|webcam| Channel {
                webcam,
                newest: Mutex::default(),
                arrived: Condvar::new(),
            })
            .collect();
        let shared = Arc::new(Shared {
            channels,
            stop: AtomicBool::new(false),
            clients: AtomicUsize::new(0),
        });
        let mut server = Self {
            address,
            shared: Arc::clone(&shared),
            threads: Vec::new(),
        };
        for place in 0..shared.channels.len() {
            let taking = Arc::clone(&shared);
            let name = format!("sim-cam:{}", shared.channels[place].webcam.config().name);
            // Opened here, so that whoever asks at once is not told that it is gone.
            let camera = taking.open(place);
            let thread = spawn(name, Intent::Pictures, move || {
                taking.take_pictures(place, camera);
            })
            .map_err(MjpegError::NoThread)?;
            server.threads.push(thread);
        }
        let accepting = spawn("sim-http", Intent::Background, move || {
            shared.accept(&listener);
        })
        .map_err(MjpegError::NoThread)?;
        server.threads.push(accepting);
        Ok(server)
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The stream of a camera.
    pub fn url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// Names and streams of all cameras.
    pub fn urls(&self) -> Vec<(String, String)> {
        let names = self.shared.channels.iter();
        names
            .map(|channel| channel.webcam.config().name.clone())
            .map(|name| (name.clone(), self.url(&name)))
            .collect()
    }

    /// Stops serving and waits for the threads.
    ///
    /// # Errors
    /// [`Panicked`] when one of them had died.
    pub fn stop(mut self) -> Result<(), Panicked> {
        self.shared.stop.store(true, Ordering::Release);
        self.threads.drain(..).try_for_each(Joined::join)
    }
}

impl Drop for MjpegServer {
    fn drop(&mut self) {
        self.shared.stop.store(true, Ordering::Release);
    }
}

impl Shared {
    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    fn open(&self, place: usize) -> Option<SimCamera> {
        let channel = &self.channels[place];
        let camera = channel.webcam.open().ok()?;
        let mut newest = channel.newest();
        newest.openings += 1;
        newest.opened = Some(newest.openings);
        Some(camera)
    }

    fn take_pictures(&self, place: usize, mut camera: Option<SimCamera>) {
        let channel = &self.channels[place];
        let mut bytes = Vec::new();
        while !self.stopped() {
            let Some(open) = &mut camera else {
                camera = self.open(place);
                if camera.is_none() {
                    SystemClock.sleep(LOOK);
                }
                continue;
            };
            match open.next(WAIT, &mut bytes) {
                Ok(Some(_)) => {
                    let picture = Arc::new(bytes.clone());
                    let mut newest = channel.newest();
                    newest.number += 1;
                    newest.picture = picture;
                }
                Ok(None) => continue,
                Err(CameraGone(_)) => {
                    camera = None;
                    channel.newest().opened = None;
                }
            }
            channel.arrived.notify_all();
        }
    }

    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        let mut clients: Vec<Joined<()>> = Vec::new();
        while !self.stopped() {
            clients.retain(|client| !client.finished());
            let Ok((stream, _)) = listener.accept() else {
                SystemClock.sleep(LOOK);
                continue;
            };
            let shared = Arc::clone(self);
            let serve = move || {
                // A client that hangs up is no failure of ours.
                shared.serve(stream).ok();
                shared.clients.fetch_sub(1, Ordering::AcqRel);
            };
            self.clients.fetch_add(1, Ordering::AcqRel);
            match spawn("sim-client", Intent::Capture, serve) {
                Ok(client) => clients.push(client),
                // Nobody was there to count it out.
                Err(_) => {
                    self.clients.fetch_sub(1, Ordering::AcqRel);
                }
            }
        }
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nonblocking(false)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        let path = asked(&mut stream)?;
        if self.clients.load(Ordering::Acquire) > MOST_CLIENTS {
            return answer(
                &mut stream,
                "503 Service Unavailable",
                "text/plain",
                b"too many clients\n",
            );
        }
        let Some(path) = path else {
            return answer(&mut stream, "400 Bad Request", "text/plain", b"GET only\n");
        };
        let name = path
            .trim_start_matches('/')
            .split('?')
            .next()
            .unwrap_or_default();
        if name.is_empty() {
            let page = self.page();
            return answer(
                &mut stream,
                "200 OK",
                "text/html; charset=utf-8",
                page.as_bytes(),
            );
        }
        let (name, single) = match name.strip_suffix(".jpg") {
            Some(name) => (name, true),
            None => (name, false),
        };
        let found = self
            .channels
            .iter()
            .find(|channel| channel.webcam.config().name == name);
        match found {
            None => answer(
                &mut stream,
                "404 Not Found",
                "text/plain",
                b"no such camera\n",
            ),
            Some(channel) if single => self.picture(channel, &mut stream),
            Some(channel) => self.stream(channel, &mut stream),
        }
    }

    fn picture(&self, channel: &Channel, stream: &mut TcpStream) -> io::Result<()> {
        while !self.stopped() {
            let (opened, number, picture) = channel.after(0);
            if opened.is_none() {
                break;
            }
            if number > 0 {
                return answer(stream, "200 OK", "image/jpeg", &picture);
            }
        }
        gone(stream)
    }

    fn stream(&self, channel: &Channel, stream: &mut TcpStream) -> io::Result<()> {
        let (opened, mut last) = {
            let newest = channel.newest();
            (newest.opened, newest.number)
        };
        if opened.is_none() {
            return gone(stream);
        }
        write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary={BOUNDARY}\r\n\
             Cache-Control: no-store\r\nConnection: close\r\n\r\n"
        )?;
        while !self.stopped() {
            let (now, number, picture) = channel.after(last);
            if now != opened {
                // The camera went away, and its stream with it.
                return Ok(());
            }
            if number == last {
                continue;
            }
            last = number;
            let mut part = format!(
                "--{BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {}\r\n\r\n",
                picture.len()
            )
            .into_bytes();
            part.extend_from_slice(&picture);
            part.extend_from_slice(b"\r\n");
            stream.write_all(&part)?;
        }
        Ok(())
    }

    fn page(&self) -> String {
        let mut page =
            "<!doctype html><title>Simulated cameras</title><h1>Simulated cameras</h1>".to_owned();
        for channel in &self.channels {
            let config = channel.webcam.config();
            let (name, size, rate) = (&config.name, config.size, config.rate.get());
            page.push_str(&format!(
                "<h2><a href=\"/{name}\">{name}</a> {size} at {rate}, <a href=\"/{name}.jpg\">one picture</a></h2>\
                 <img src=\"/{name}\" alt=\"{name}\">"
            ));
        }
        page
    }
}

/// The path of a GET; `None` for anything else.
fn asked(stream: &mut TcpStream) -> io::Result<Option<String>> {
    let mut request = Vec::new();
    let mut buffer = [0; 1024];
    while !request.windows(4).any(|end| end == b"\r\n\r\n") && request.len() < LONGEST {
        let count = stream.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        request.extend_from_slice(&buffer[..count]);
    }
    let text = String::from_utf8_lossy(&request);
    let mut words = text.lines().next().unwrap_or_default().split(' ');
    Ok(match (words.next(), words.next()) {
        (Some("GET"), Some(path)) => Some(path.to_owned()),
        _ => None,
    })
}

fn gone(stream: &mut TcpStream) -> io::Result<()> {
    answer(
        stream,
        "503 Service Unavailable",
        "text/plain",
        b"the camera is gone\n",
    )
}

fn answer(stream: &mut TcpStream, status: &str, kind: &str, body: &[u8]) -> io::Result<()> {
    let mut whole = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Connection: close\r\n\r\n",
        body.len()
    )
    .into_bytes();
    whole.extend_from_slice(body);
    stream.write_all(&whole)
}
