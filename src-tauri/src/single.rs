//! One window at a time: a second start brings the first one to the front and ends.
//!
//! The first holds a lock on a file in the state folder, which the system gives back however it ends. The second touches
//! a file beside it, at which the first looks four times a second. Where the state folder cannot be written, both look in the
//! folder of this login; where there is none either, every start opens a window.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use station::{folders, settings};

/// Time between two looks at the call.
const LOOK: Duration = Duration::from_millis(250);

/// Held as long as the window lives.
#[derive(Debug)]
pub struct Single {
    _lock: Option<File>,
    call: PathBuf,
}

/// The lock, or `None` when another window has it: that one was called.
pub fn lock() -> Option<Single> {
    // The second is made by being asked for.
    let places: [fn() -> Option<PathBuf>; 2] =
        [|| Some(settings::state_folder()), folders::for_this_login];
    for folder in places.into_iter().filter_map(|place| place()) {
        match lock_in(&folder) {
            Ok(single) => return single,
            Err(error) => tracing::warn!(
                "no lock against a second window: {error}\nFolder: {}",
                folder.display()
            ),
        }
    }
    // A second window is better than none.
    Some(Single {
        _lock: None,
        call: settings::state_folder().join("window.call"),
    })
}

/// The lock in a folder; `None` when another window has it and was called.
fn lock_in(folder: &Path) -> io::Result<Option<Single>> {
    fs::create_dir_all(folder)?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(folder.join("window.lock"))?;
    let call = folder.join("window.call");
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => {
            // A window that cannot be called is there all the same.
            if let Err(error) = touch(&call) {
                tracing::warn!("the window that is open could not be called: {error}");
            }
            Ok(None)
        }
        // A file system that knows no locks cannot tell: a second window is better than none.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(Some(Single {
            _lock: Some(file),
            call,
        })),
    }
}

/// Gives a file this moment's time; on a full disk one that is there still takes that.
fn touch(call: &Path) -> io::Result<()> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(call)?;
    file.set_modified(SystemTime::now())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_calls_the_first_and_a_folder_that_cannot_be_written_is_no_lock() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("state");
        let first = lock_in(&folder).unwrap().unwrap();
        let before = first.called();
        assert!(lock_in(&folder).unwrap().is_none());
        assert!(first.called().is_some() && first.called() != before);
        drop(first);
        assert!(lock_in(&folder).unwrap().is_some());
        let file = home.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(lock_in(&file.join("state")).is_err());
    }
}
