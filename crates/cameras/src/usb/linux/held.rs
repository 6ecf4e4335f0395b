//! Cameras that could not be stopped, and are therefore still held by this program.
//!
//! `v4l` panics when it cannot stop a camera that is still there, and again while it unwinds, which would end the whole
//! program with its arms. So such a camera is kept here, and stopping it is tried again before a camera is opened: after a
//! hub's reset it often can be, and once it was unplugged always.

use std::io;
use std::sync::{Mutex, PoisonError};

use v4l::io::mmap::Stream as Mapped;
use v4l::io::traits::Stream as Streams;

/// "No such device", the driver's word for one that was pulled out.
const ENODEV: i32 = 19;

/// What is held in this program.
pub(super) static CAMERAS: Held<Mapped<'static>> = Held::new();

/// Something that must be stopped before it may be dropped.
pub(super) trait Stop {
    /// Stops it.
    fn stop(&mut self) -> io::Result<()>;
}

impl Stop for Mapped<'static> {
    fn stop(&mut self) -> io::Result<()> {
        Streams::stop(self)
    }
}

/// What could not be stopped, by the camera's identity.
pub(super) struct Held<T>(Mutex<Vec<(String, T)>>);

impl<T: Stop> Held<T> {
    pub(super) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    /// Stops it and drops it; holds it where it does not stop.
    pub(super) fn close(&self, identity: &str, mut what: T) {
        if stopped(&mut what) {
            return;
        }
        self.lock().push((identity.to_owned(), what));
    }

    /// Tries again to stop what is held.
    pub(super) fn let_go(&self) {
        self.lock().retain_mut(|(_, what)| !stopped(what));
    }

    /// Whether this camera is held.
    pub(super) fn has(&self, identity: &str) -> bool {
        self.lock().iter().any(|(held, _)| held == identity)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<(String, T)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether it may be dropped: it has stopped, or is gone.
fn stopped(what: &mut impl Stop) -> bool {
    match what.stop() {
        Ok(()) => true,
        Err(error) => error.raw_os_error() == Some(ENODEV),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use super::*;

    /// Stops as the next of these says; tells when it was dropped.
    struct Camera {
        answers: Vec<Option<i32>>,
        dropped: Rc<Cell<bool>>,
    }

    impl Stop for Camera {
        fn stop(&mut self) -> io::Result<()> {
            match self.answers.remove(0) {
                None => Ok(()),
                Some(error) => Err(io::Error::from_raw_os_error(error)),
            }
        }
    }

    impl Drop for Camera {
        fn drop(&mut self) {
            self.dropped.set(true);
        }
    }

    #[test]
    fn a_camera_that_cannot_be_stopped_is_held_until_it_can_be_or_is_gone() {
        const EIO: i32 = 5;
        for (answers, held_after) in [
            (vec![None], 0),
            (vec![Some(ENODEV)], 0),
            (vec![Some(EIO), None], 1),
            (vec![Some(EIO), Some(EIO), Some(ENODEV)], 2),
        ] {
            let (held, dropped) = (Held::new(), Rc::new(Cell::new(false)));
            let camera = Camera {
                answers,
                dropped: Rc::clone(&dropped),
            };
            held.close("port 1-2", camera);
            for _ in 0..held_after {
                assert!(held.has("port 1-2") && !held.has("port 1-3"));
                assert!(!dropped.get());
                held.let_go();
            }
            assert!(!held.has("port 1-2"));
            assert!(dropped.get());
        }
    }
}
