//! The chain behind a real serial device: a pseudo-terminal whose other end a thread of ours serves in real time.
//!
//! Anything that can open a serial port can talk to it. The rate that a client sets on the terminal is the rate the
//! host talks at, so motors at another rate stay silent. Not here: what is answered and when (`line`).

mod terminal;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use stdx::thread::Panicked;

use crate::chain::Chain;
use crate::serving::{Manner, Outlet, Server};
use terminal::Terminal;

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
pub struct PtyServer(Server<Terminals>);

/// Where the terminal of the moment is.
#[derive(Debug)]
struct Terminals {
    link: Option<PathBuf>,
    path: Mutex<PathBuf>,
}

impl PtyServer {
    /// Opens the terminal and serves it on a thread of its own.
    ///
    /// # Errors
    /// [`PtyError`]
    pub fn start(config: PtyConfig) -> Result<Self, PtyError> {
        let terminal = Terminal::open(&config.chain).map_err(PtyError::NoTerminal)?;
        let terminals = Terminals {
            link: config.link,
            path: Mutex::new(PathBuf::new()),
        };
        terminals
            .publish(&terminal)
            .map_err(|source| PtyError::NoLink {
                source,
                path: terminals.link.clone().unwrap_or_default(),
            })?;
        let manner = Manner {
            chain: config.chain,
            spin: config.spin,
            realtime: config.realtime,
        };
        Server::start(manner, terminals, terminal)
            .map(Self)
            .map_err(PtyError::NoThread)
    }

    /// The terminal a client opens, such as `/dev/pts/7`. Another one after [`PtyServer::replug`].
    pub fn path(&self) -> PathBuf {
        self.0.outlet().path()
    }

    /// What a person should use: the link if there is one, else the terminal.
    pub fn port(&self) -> PathBuf {
        self.0.outlet().link.clone().unwrap_or_else(|| self.path())
    }

    /// The chain behind the terminal.
    pub fn chain(&self) -> &Chain {
        self.0.chain()
    }

    /// Pulls the adapter out: the terminal hangs up.
    pub fn unplug(&self) {
        self.0.unplug();
    }

    /// Plugs the adapter back in. There is a new terminal; the link leads to it once [`PtyServer::path`] has changed.
    pub fn replug(&self) {
        self.0.replug();
    }

    /// Makes the server look at its chain at once, after somebody else has changed it.
    pub fn wake(&self) {
        self.0.wake();
    }

    /// Stops serving and waits for the thread.
    ///
    /// # Errors
    /// [`Panicked`] when the thread had died.
    pub fn stop(mut self) -> Result<(), Panicked> {
        self.0.stop()
    }
}

impl Outlet for Terminals {
    type End = Terminal;

    fn open(&self, chain: &Chain) -> io::Result<Terminal> {
        let terminal = Terminal::open(chain)?;
        // A link that cannot be moved leaves the terminal reachable by its own name.
        self.publish(&terminal).ok();
        Ok(terminal)
    }

    /// The link goes with the terminal, as the name of a device does that was pulled out.
    fn close(&self) {
        let path = self.path();
        if let Some(link) = &self.link
            && fs::read_link(link).is_ok_and(|target| target == path)
        {
            fs::remove_file(link).ok();
        }
    }
}

impl Terminals {
    fn path(&self) -> PathBuf {
        self.path
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Tells where the terminal is.
    fn publish(&self, terminal: &Terminal) -> io::Result<()> {
        if let Some(link) = &self.link {
            replace_link(link, &terminal.path)?;
        }
        *self.path.lock().unwrap_or_else(PoisonError::into_inner) = terminal.path.clone();
        Ok(())
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
