//! One pseudo-terminal: both its ends, raw, at the chain's rate.
//!
//! Not here: what is said through it.

use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::PathBuf;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, ioctl_tiocnxcl, tcgetattr, tcsetattr};

use crate::chain::Chain;
use crate::serving::End;

/// Both ends of a pseudo-terminal.
#[derive(Debug)]
pub(super) struct Terminal {
    master: OwnedFd,
    /// Held so that the terminal outlives its clients.
    slave: OwnedFd,
    pub path: PathBuf,
}

impl Terminal {
    pub fn open(chain: &Chain) -> io::Result<Self> {
        let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let path = PathBuf::from(OsString::from_vec(
            ptsname(&master, Vec::new())?.into_bytes(),
        ));
        let slave = rustix::fs::open(
            &path,
            OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC,
            Mode::empty(),
        )?;
        let mut settings = tcgetattr(&slave)?;
        settings.make_raw();
        // Some systems know only the rates of old; the chain then keeps its own.
        settings.set_speed(chain.line_as_it_is().host_baud).ok();
        tcsetattr(&slave, OptionalActions::Now, &settings)?;
        rustix::io::ioctl_fionbio(&master, true)?;
        Ok(Self {
            master,
            slave,
            path,
        })
    }
}

impl End for Terminal {
    fn waits_on(&self) -> BorrowedFd<'_> {
        self.master.as_fd()
    }

    fn read(&mut self, buffer: &mut [u8]) -> usize {
        rustix::io::read(&self.master, buffer).unwrap_or(0)
    }

    fn write(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            match rustix::io::write(&self.master, bytes) {
                Ok(count) => bytes = &bytes[count..],
                Err(rustix::io::Errno::INTR) => {}
                Err(_) => return,
            }
        }
    }

    fn baud(&self) -> Option<u32> {
        tcgetattr(&self.slave)
            .ok()
            .map(|settings| settings.output_speed())
            .filter(|baud| *baud > 0)
    }

    /// A client that was killed leaves the terminal marked as its own; nobody else could open it.
    fn idle(&mut self) {
        ioctl_tiocnxcl(&self.slave).ok();
    }
}
