//! The chain on a Unix socket: raw bytes both ways, one client at a time, for a virtual machine whose serial adapter
//! leads there.
//!
//! A client may leave and another may come. While the adapter is pulled out nobody listens and the socket's file is gone,
//! so the machine sees its adapter unplugged. A socket knows no line rate: the chain keeps its own.
//! Not here: what is answered and when (`line`).

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::time::Duration;

use stdx::thread::Panicked;

use crate::chain::Chain;
use crate::serving::{End, Manner, Outlet, Server};

/// How a chain is served.
#[derive(Debug, Clone)]
pub struct SocketConfig {
    /// The chain. Its clock must be the system's.
    pub chain: Chain,
    /// Where the socket is.
    pub path: PathBuf,
    /// As in [`crate::PtyConfig`].
    pub spin: Duration,
    /// As in [`crate::PtyConfig`].
    pub realtime: bool,
}

/// A socket could not be made.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// The system refused the socket.
    #[error("no socket for the simulated arm: {source}\nPath: {path}")]
    NoSocket {
        /// What the system said.
        source: io::Error,
        /// Where it should be.
        path: PathBuf,
    },
    /// The thread could not be started.
    #[error("no thread for the simulated arm: {0}")]
    NoThread(#[source] io::Error),
}

impl SocketError {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NoSocket { .. } => {
                "Choose a short path (under 108 bytes) in a folder you may write, where no other file stands and no \
                 other program listens."
            }
            Self::NoThread(_) => "Close programs and try again.",
        }
    }
}

/// A chain that is being served. Dropping it stops the thread and takes the socket away.
#[derive(Debug)]
pub struct SocketServer(Server<Socket>);

#[derive(Debug)]
struct Socket {
    path: PathBuf,
}

impl SocketServer {
    /// Listens, and serves on a thread of its own.
    ///
    /// # Errors
    /// [`SocketError`]
    pub fn start(config: SocketConfig) -> Result<Self, SocketError> {
        let socket = Socket { path: config.path };
        let plug = socket
            .open(&config.chain)
            .map_err(|source| SocketError::NoSocket {
                source,
                path: socket.path.clone(),
            })?;
        let manner = Manner {
            chain: config.chain,
            spin: config.spin,
            realtime: config.realtime,
        };
        Server::start(manner, socket, plug)
            .map(Self)
            .map_err(SocketError::NoThread)
    }

    /// Where it listens.
    pub fn path(&self) -> &Path {
        &self.0.outlet().path
    }

    /// The chain behind the socket.
    pub fn chain(&self) -> &Chain {
        self.0.chain()
    }

    /// Pulls the adapter out: the client is hung up on, and nobody listens.
    pub fn unplug(&self) {
        self.0.unplug();
    }

    /// Plugs the adapter back in: somebody listens again.
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

impl Outlet for Socket {
    type End = Plug;

    fn open(&self, _: &Chain) -> io::Result<Plug> {
        let listener = match UnixListener::bind(&self.path) {
            // Somebody who was killed leaves the file behind.
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && abandoned(&self.path) => {
                fs::remove_file(&self.path)?;
                UnixListener::bind(&self.path)?
            }
            bound => bound?,
        };
        listener.set_nonblocking(true)?;
        Ok(Plug {
            listener,
            client: None,
        })
    }

    fn close(&self) {
        if is_socket(&self.path) {
            fs::remove_file(&self.path).ok();
        }
    }
}

fn is_socket(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|there| there.file_type().is_socket())
}

/// A socket at which nobody listens.
fn abandoned(path: &Path) -> bool {
    is_socket(path) && UnixStream::connect(path).is_err()
}

/// The listening socket and who is there.
#[derive(Debug)]
struct Plug {
    listener: UnixListener,
    client: Option<UnixStream>,
}

impl End for Plug {
    fn waits_on(&self) -> BorrowedFd<'_> {
        match &self.client {
            Some(client) => client.as_fd(),
            None => self.listener.as_fd(),
        }
    }

    fn read(&mut self, buffer: &mut [u8]) -> usize {
        let Some(client) = &mut self.client else {
            self.client = self
                .listener
                .accept()
                .and_then(|(client, _)| client.set_nonblocking(true).map(|()| client))
                .ok();
            return 0;
        };
        match client.read(buffer) {
            Ok(count) if count > 0 => count,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => 0,
            _ => {
                self.client = None;
                0
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) {
        let Some(client) = &mut self.client else {
            return;
        };
        match client.write_all(bytes) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => self.client = None,
        }
    }

    fn baud(&self) -> Option<u32> {
        None
    }

    fn idle(&mut self) {}
}
