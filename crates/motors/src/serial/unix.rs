//! The line on Linux and macOS.
//!
//! `serialport` configures the terminal, sets its rate and holds it exclusively; reading and writing go
//! through a descriptor of our own with `poll`, because that waits until an absolute instant, costs one call
//! where nothing is to be waited for, and tells a line that is gone from one that is silent. Our descriptor
//! is opened first: that also gives the system's own reason when opening fails. Run on Linux only.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use serialport::{SerialPort as _, TTYPort};
use stdx::Clock;
use units::MonoTime;

/// Longest wait for room in the output buffer.
const SEND_PATIENCE: Duration = Duration::from_millis(50);
/// Reads of 256 bytes after which discarding gives up on a line that never stops talking.
const DISCARD_READS: usize = 64;

#[derive(Debug)]
pub(super) struct Line {
    /// Settings, rate and the exclusive lock.
    tty: TTYPort,
    /// The same terminal for reading and writing, never blocking by itself.
    fd: OwnedFd,
    clock: Arc<dyn Clock>,
}

impl Line {
    pub(super) fn open(path: &str, baud: u32, clock: Arc<dyn Clock>) -> io::Result<Self> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let fd = rustix::fs::open(path, flags, Mode::empty())?;
        if !rustix::termios::isatty(&fd) {
            return Err(Errno::NOTTY.into());
        }
        let tty =
            TTYPort::open(&serialport::new(path, baud)).map_err(|error| match error.kind {
                // Its one word for "somebody else holds the lock".
                serialport::ErrorKind::NoDevice => Errno::BUSY.into(),
                _ => io::Error::from(error),
            })?;
        Ok(Self { tty, fd, clock })
    }

    /// The same terminal once more, with the same settings and the same lock.
    pub(super) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self {
            tty: self.tty.try_clone_native()?,
            fd: rustix::io::fcntl_dupfd_cloexec(&self.fd, 0)?,
            clock: Arc::clone(&self.clock),
        })
    }

    pub(super) fn discard_input(&mut self) -> io::Result<()> {
        let mut nowhere = [0; 256];
        for _ in 0..DISCARD_READS {
            if self.read(&mut nowhere)? == 0 {
                return Ok(());
            }
        }
        Ok(())
    }

    pub(super) fn send(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        let deadline = self.clock.now() + SEND_PATIENCE;
        while !bytes.is_empty() {
            match rustix::io::write(&self.fd, bytes) {
                Ok(written) => bytes = &bytes[written..],
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    if !self.wait(PollFlags::OUT, deadline)? {
                        return Err(io::ErrorKind::TimedOut.into());
                    }
                }
                Err(errno) => return Err(named(errno)),
            }
        }
        Ok(())
    }

    pub(super) fn receive(&mut self, buffer: &mut [u8], deadline: MonoTime) -> io::Result<usize> {
        loop {
            let ready = self.wait(PollFlags::IN, deadline)?;
            let got = self.read(buffer)?;
            if got > 0 || !ready {
                return Ok(got);
            }
        }
    }

    pub(super) fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        Ok(self.tty.set_baud_rate(baud)?)
    }

    /// Moves what has arrived; 0 when nothing has.
    fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        match rustix::io::read(&self.fd, &mut *buffer) {
            // A terminal that ends has been hung up.
            Ok(0) if !buffer.is_empty() => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(got) => Ok(got),
            Err(Errno::AGAIN | Errno::INTR) => Ok(0),
            Err(errno) => Err(named(errno)),
        }
    }

    /// Whether the line became ready before the deadline. A line that is gone is ready: reading it tells.
    fn wait(&self, flags: PollFlags, deadline: MonoTime) -> io::Result<bool> {
        loop {
            let left = deadline.since(self.clock.now());
            let timeout = Timespec {
                tv_sec: left.as_secs() as i64,
                tv_nsec: left.subsec_nanos() as _,
            };
            match poll(&mut [PollFd::new(&self.fd, flags)], Some(&timeout)) {
                Ok(0) => return Ok(false),
                Ok(_) => return Ok(true),
                Err(Errno::INTR) => {}
                Err(errno) => return Err(named(errno)),
            }
        }
    }
}

/// The errors by which a system says that the adapter was unplugged, as the one kind that means it.
fn named(errno: Errno) -> io::Error {
    match errno {
        Errno::IO | Errno::NXIO | Errno::NODEV | Errno::PIPE | Errno::BADF => {
            io::Error::new(io::ErrorKind::NotConnected, io::Error::from(errno))
        }
        other => other.into(),
    }
}
