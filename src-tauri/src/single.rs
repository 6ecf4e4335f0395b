//! One window at a time: a second start brings the first one to the front and ends.
//!
//! The first holds a lock on a file in the state folder, which the system gives back however it ends. The second touches
//! a file beside it, at which the first looks four times a second.

use std::fs::{self, File, TryLockError};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use protocol::{ErrorCode, Failure};

/// Time between two looks at the call.
const LOOK: Duration = Duration::from_millis(250);

/// Held as long as the window lives.
#[derive(Debug)]
pub struct Single {
    _lock: File,
    call: PathBuf,
}

/// The lock, or `None` when another window has it: that one was called.
///
/// # Errors
/// When the state folder cannot be written.
pub fn lock() -> Result<Option<Single>, Failure> {
    let folder = station::settings::state_folder();
    let refused = |error: std::io::Error| Failure {
        code: ErrorCode::Disk,
        message: format!("{} cannot be written: {error}", folder.display()),
        remedy: "Check who owns the folder, and whether the disk is full.".into(),
    };
    fs::create_dir_all(&folder).map_err(refused)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("window.lock"))
        .map_err(refused)?;
    let call = folder.join("window.call");
    match file.try_lock() {
        Ok(()) => Ok(Some(Single { _lock: file, call })),
        Err(TryLockError::WouldBlock) => {
            fs::write(&call, b"").map_err(refused)?;
            Ok(None)
        }
        // A file system that knows no locks cannot tell: a second window is better than none.
        Err(TryLockError::Error(_)) => Ok(Some(Single { _lock: file, call })),
    }
}

impl Single {
    /// Looks for calls until `stopped` says so, and says `come` at each.
    pub fn listen(&self, stopped: impl Fn() -> bool, mut come: impl FnMut()) {
        let clock = stdx::SystemClock::shared();
        let mut last = self.called();
        while !stopped() {
            clock.sleep(LOOK);
            let now = self.called();
            if now != last {
                last = now;
                come();
            }
        }
    }

    fn called(&self) -> Option<SystemTime> {
        fs::metadata(&self.call).ok()?.modified().ok()
    }
}
