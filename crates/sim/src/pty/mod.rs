//! The chain behind a real serial device: a pseudo-terminal whose other end a thread of ours serves in real time.
//!
//! Anything that can open a serial port can talk to it. The rate that a client sets on the terminal is the rate the
//! host talks at, so motors at another rate stay silent. Not here: what is answered and when (`line`).

mod terminal;

use std::fs;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use stdx::thread::{Intent, Joined, Panicked, spawn};
use units::MonoTime;

use crate::chain::Chain;
use terminal::Terminal;

/// How long the server sleeps when nothing happens.
const IDLE: Duration = Duration::from_millis(100);
/// Idle sleeps after which a client that died is taken to be gone.
const IDLE_SLEEPS: u32 = 5;

/// How a chain is served.
#[derive(Debug, Clone)]
pub struct PtyConfig {
    /// The chain. Its clock must be the system's.
    pub chain: Chain,
    /// A stable name: a symbolic link that leads to the terminal, also after it was unplugged and replugged.
    pub link: Option<PathBuf>,
    /// How long before an answer is due the server stops sleeping and watches the clock; for as long after an
    /// answer it watches for the next request. Zero sleeps throughout, which costs next to nothing and is late
    /// by what the system's scheduler takes (tens of microseconds).
    pub spin: Duration,
    /// Whether to ask for a real-time class; on a busy machine answers are late without it.
    pub realtime: bool,
}

impl PtyConfig {
    /// The chain without a link, sleeping.
    pub fn serving(chain: Chain) -> Self {
        Self {
            chain,
            link: None,
            spin: Duration::ZERO,
            realtime: false,
        }
    }
}

/// A pseudo-terminal could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PtyError {
    /// The system gave no pseudo-terminal.
    #[error("no pseudo-terminal for the simulated arm: {0}")]
    NoTerminal(#[source] io::Error),
    /// The link could not be made.
    #[error("no link to the simulated arm: {source}\nPath: {path}")]
    NoLink {
        /// What the system said.
        source: io::Error,
        /// Where the link should be.
        path: PathBuf,
    },
    /// The thread could not be started.
    #[error("no thread for the simulated arm: {0}")]
    NoThread(#[source] io::Error),
}

impl PtyError {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoTerminal(_) => "Mount /dev/pts, or close programs that hold many terminals.",
            Self::NoLink { .. } => "Choose a path in a folder you may write, where no file stands.",
            Self::NoThread(_) => "Close programs and try again.",
        }
    }
}

/// A chain that is being served. Dropping it stops the thread and hangs the terminal up.
#[derive(Debug)]
pub struct PtyServer {
    shared: Arc<Shared>,
    waker: UnixStream,
    thread: Option<Joined<()>>,
}

#[derive(Debug)]
struct Shared {
    chain: Chain,
    link: Option<PathBuf>,
    spin: Duration,
    realtime: bool,
    path: Mutex<PathBuf>,
    stop: AtomicBool,
}

impl PtyServer {
    /// Opens the terminal and serves it on a thread of its own.
    ///
    /// # Errors
    /// [`PtyError`]
    pub fn start(config: PtyConfig) -> Result<Self, PtyError> {
        let terminal = Terminal::open(&config.chain).map_err(PtyError::NoTerminal)?;
        let shared = Arc::new(Shared {
            chain: config.chain,
            link: config.link,
            spin: config.spin,
            realtime: config.realtime,
            path: Mutex::new(PathBuf::new()),
            stop: AtomicBool::new(false),
        });
        shared
            .publish(&terminal)
            .map_err(|source| PtyError::NoLink {
                source,
                path: shared.link.clone().unwrap_or_default(),
            })?;
        let (waker, wake) = UnixStream::pair().map_err(PtyError::NoThread)?;
        wake.set_nonblocking(true).map_err(PtyError::NoThread)?;
        let served = Arc::clone(&shared);
        let thread = spawn(
            format!("sim:{}", shared.chain.name()),
            Intent::Control,
            move || {
                served.serve(terminal, wake);
            },
        )
        .map_err(PtyError::NoThread)?;
        Ok(Self {
            shared,
            waker,
            thread: Some(thread),
        })
    }

    /// The terminal a client opens, such as `/dev/pts/7`. Another one after [`PtyServer::replug`].
    pub fn path(&self) -> PathBuf {
        self.shared
            .path
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What a person should use: the link if there is one, else the terminal.
    pub fn port(&self) -> PathBuf {
        self.shared.link.clone().unwrap_or_else(|| self.path())
    }

    /// The chain behind the terminal.
    pub fn chain(&self) -> &Chain {
        &self.shared.chain
    }

    /// Pulls the adapter out: the terminal hangs up.
    pub fn unplug(&self) {
        self.shared.chain.unplug();
        self.wake();
    }

    /// Plugs the adapter back in. There is a new terminal; the link leads to it once [`PtyServer::path`] has changed.
    pub fn replug(&self) {
        self.shared.chain.replug();
        self.wake();
    }

    /// Stops serving and waits for the thread.
    ///
    /// # Errors
    /// [`Panicked`] when the thread had died.
    pub fn stop(mut self) -> Result<(), Panicked> {
        self.end();
        self.thread.take().map_or(Ok(()), Joined::join)
    }

    fn end(&self) {
        self.shared.stop.store(true, Ordering::Release);
        self.wake();
    }

    fn wake(&self) {
        // A full pipe means that the thread is being woken anyway.
        rustix::io::write(&self.waker, &[1]).ok();
    }
}

impl Drop for PtyServer {
    fn drop(&mut self) {
        self.end();
    }
}

/// What came of looking for answers that are due.
struct Delivered {
    handed_over: bool,
    /// When the next answer is due.
    next: Option<MonoTime>,
    /// Whether the adapter is plugged in.
    connected: bool,
}

impl Shared {
    fn serve(&self, terminal: Terminal, wake: UnixStream) {
        self.sharpen();
        let mut terminal = Some(terminal);
        let clock = self.chain.clock();
        let mut idle = 0;
        let mut alert_until = clock.now();
        while !self.stop.load(Ordering::Acquire) {
            let Delivered {
                handed_over,
                next,
                connected,
            } = self.deliver(terminal.as_ref());
            if connected && terminal.is_none() {
                terminal = Terminal::open(&self.chain).ok();
                if let Some(fresh) = &terminal {
                    self.publish(fresh).ok();
                }
            } else if !connected {
                terminal = None;
            }
            let now = clock.now();
            if handed_over {
                alert_until = now + self.spin;
            }
            let wait = match next {
                _ if now < alert_until => Duration::ZERO,
                Some(due) => due.since(now).saturating_sub(self.spin).min(IDLE),
                None => IDLE,
            };
            let happened = self.wait(terminal.as_ref(), &wake, wait);
            let Some(terminal) = &terminal else { continue };
            if happened {
                idle = 0;
                self.listen(terminal);
            } else if wait == IDLE {
                idle += 1;
                if idle % IDLE_SLEEPS == 0 {
                    terminal.release();
                }
            }
        }
        self.unlink();
    }

    /// Hands over what is due.
    fn deliver(&self, terminal: Option<&Terminal>) -> Delivered {
        let mut buffer = [0; 512];
        let mut handed_over = false;
        loop {
            let now = self.chain.clock().now();
            let mut line = self.chain.line_as_it_is();
            let count = line.host_reads(now, &mut buffer);
            let (next, connected) = (line.next_event(), line.connected);
            drop(line);
            if let Some(terminal) = terminal {
                terminal.write(&buffer[..count]);
            }
            handed_over |= count > 0;
            if count < buffer.len() {
                return Delivered {
                    handed_over,
                    next,
                    connected,
                };
            }
        }
    }

    fn listen(&self, terminal: &Terminal) {
        let mut buffer = [0; 1024];
        loop {
            let count = terminal.read(&mut buffer);
            if count == 0 {
                return;
            }
            let at = self.chain.clock().now();
            let baud = terminal.baud();
            let mut line = self.chain.line_as_it_is();
            if let Some(baud) = baud {
                line.host_baud = baud;
            }
            line.host_sends(at, &buffer[..count]);
            if count < buffer.len() {
                return;
            }
        }
    }

    /// Sleeps until the client sends, somebody wakes the server, or `most` passes. Whether the client sent.
    fn wait(&self, terminal: Option<&Terminal>, wake: &UnixStream, most: Duration) -> bool {
        let timeout = Timespec {
            tv_sec: most.as_secs() as _,
            tv_nsec: most.subsec_nanos() as _,
        };
        let called = PollFd::new(wake, PollFlags::IN);
        let mut both = match terminal {
            Some(terminal) => [called, PollFd::new(&terminal.master, PollFlags::IN)],
            None => [called.clone(), called],
        };
        let fds = &mut both[..1 + usize::from(terminal.is_some())];
        if poll(fds, Some(&timeout)).is_err() {
            return false;
        }
        if !fds[0].revents().is_empty() {
            let mut calls = [0; 16];
            rustix::io::read(wake, &mut calls).ok();
        }
        fds.get(1)
            .is_some_and(|fd| fd.revents().contains(PollFlags::IN))
    }

    /// Makes the thread wake when it asked to.
    fn sharpen(&self) {
        if self.realtime {
            stdx::priority::elevate(Intent::Control);
        }
        #[cfg(target_os = "linux")]
        rustix::thread::set_current_timer_slack(std::num::NonZeroU64::new(1)).ok();
    }

    /// Tells where the terminal is.
    fn publish(&self, terminal: &Terminal) -> io::Result<()> {
        if let Some(link) = &self.link {
            replace_link(link, &terminal.path)?;
        }
        *self.path.lock().unwrap_or_else(PoisonError::into_inner) = terminal.path.clone();
        Ok(())
    }

    fn unlink(&self) {
        let path = self
            .path
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        if let Some(link) = &self.link
            && fs::read_link(link).is_ok_and(|target| target == path)
        {
            fs::remove_file(link).ok();
        }
    }
}

/// Points `link` at `target` without a moment in which it is not there. Anything but a link stays untouched.
fn replace_link(link: &Path, target: &Path) -> io::Result<()> {
    if fs::symlink_metadata(link).is_ok_and(|there| !there.is_symlink()) {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let mut aside = link.as_os_str().to_owned();
    aside.push(format!(".{}", std::process::id()));
    let aside = PathBuf::from(aside);
    fs::remove_file(&aside).ok();
    std::os::unix::fs::symlink(target, &aside)?;
    fs::rename(&aside, link)
}
