//! A pseudo terminal of our own: the line of the machine's yardstick, and the keyboard of a person who types.

use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::PathBuf;

use anyhow::{Context, Result};
use rustix::fs::OFlags;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

/// Both ends of a pseudo terminal.
pub struct Pty {
    /// The end that is kept here.
    pub master: File,
    /// The end that others open by name.
    pub path: PathBuf,
    // Held open, so that the line stays when others come and go.
    slave: File,
}

impl Pty {
    /// A fresh one, raw, that every user of the machine may open.
    ///
    /// # Errors
    /// When the system has none.
    pub fn open() -> Result<Self> {
        let master: OwnedFd =
            openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).context("no pseudo terminal")?;
        grantpt(&master)?;
        unlockpt(&master)?;
        let name = ptsname(&master, Vec::new())?;
        let path = PathBuf::from(name.into_string()?);
        // Never this process's own controlling terminal, not even where it has none.
        let slave = File::options()
            .read(true)
            .write(true)
            .custom_flags(OFlags::NOCTTY.bits() as i32)
            .open(&path)?;
        let mut modes = tcgetattr(&slave)?;
        modes.make_raw();
        tcsetattr(&slave, OptionalActions::Now, &modes)?;
        allow_everybody(&path)?;
        Ok(Self {
            master: master.into(),
            path,
            slave,
        })
    }

    /// The far end, for the standard streams of a child.
    ///
    /// # Errors
    /// When the system refuses another handle.
    pub fn far_end(&self) -> io::Result<File> {
        self.slave.try_clone()
    }
}

/// Lets every user of the machine open a line that this user made.
///
/// # Errors
/// When it is not ours to share.
pub fn allow_everybody(path: &std::path::Path) -> Result<()> {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))
        .with_context(|| format!("cannot share {}", path.display()))
}
