//! Pictures for a canvas: the newest of a camera, on the time of whoever asks.
//!
//! A camera is looked through from the first question on, and no longer once nobody has asked for a while; then it does
//! nothing for it. Not here: opening cameras (`eyes`), layout of the answer (`protocol`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pixels::{Preview, Size, View};
use protocol::window::raw::{PICTURE_HEAD, PictureHead};
use station::cameras::Previews;
use stdx::Clock;
use units::MonoTime;

/// A camera that nobody asked about for so long is looked through no longer.
const LOOKED: Duration = Duration::from_secs(1);
/// Most names of cameras that are remembered as asked about; there are as many as a person gives.
const MOST: usize = 256;
/// Room for which a picture is made that the camera did not make itself.
const ROOM: (u32, u32) = (640, 480);

struct Viewer {
    preview: Arc<Mutex<Preview>>,
    looked_at: MonoTime,
}

/// What is looked through.
pub(crate) struct Pictures {
    previews: Previews,
    viewers: Mutex<HashMap<String, Viewer>>,
    /// When a camera was asked about last, whether it was open or not.
    asked: Mutex<HashMap<String, MonoTime>>,
    clock: Arc<dyn Clock>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The computer's time of day, in milliseconds since 1970; 0 on one whose clock stands before that.
fn since_1970_ms() -> f64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0.0, |since| since.as_secs_f64() * 1e3)
}

impl Pictures {
    pub(crate) fn new(previews: Previews, clock: Arc<dyn Clock>) -> Self {
        Self {
            previews,
            viewers: Mutex::default(),
            asked: Mutex::default(),
            clock,
        }
    }

    /// The newest picture of a camera unless it is the one with number `after`.
    pub(crate) fn newest(&self, camera: &str, after: u64) -> Option<Vec<u8>> {
        let now = self.clock.now();
        {
            let mut asked = lock(&self.asked);
            if asked.len() < MOST || asked.contains_key(camera) {
                asked.insert(camera.to_owned(), now);
            }
        }
        let preview = self.viewer(camera, now)?;
        let room = Size::new(ROOM.0, ROOM.1)?;
        let mut preview = lock(&preview);
        // A picture that is not whole reaches nobody anyway; the next one comes soon.
        let shown = preview.pull(&mut View::new(room)).ok().flatten()?;
        drop(preview);
        if shown.sequence == after {
            return None;
        }
        let head = PictureHead {
            sequence: shown.sequence,
            arrived_ms: since_1970_ms()
                - self.clock.now().since(shown.arrived_at).as_secs_f64() * 1e3,
            width: u16::try_from(shown.size.width()).unwrap_or(u16::MAX),
            height: u16::try_from(shown.size.height()).unwrap_or(u16::MAX),
            bytes: u32::try_from(shown.jpeg.len()).unwrap_or(u32::MAX),
        };
        let mut bytes = Vec::with_capacity(PICTURE_HEAD + shown.jpeg.len());
        bytes.extend_from_slice(&head.bytes());
        bytes.extend_from_slice(&shown.jpeg);
        Some(bytes)
    }

    fn viewer(&self, camera: &str, now: MonoTime) -> Option<Arc<Mutex<Preview>>> {
        let mut viewers = lock(&self.viewers);
        if let Some(viewer) = viewers.get_mut(camera) {
            viewer.looked_at = now;
            return Some(Arc::clone(&viewer.preview));
        }
        let reader = self.previews.reader(camera).or_else(|| {
            let name = camera.strip_prefix("sim:")?;
            self.previews.reader(name)
        })?;
        let preview = Arc::new(Mutex::new(Preview::new(reader).upright()));
        viewers.insert(
            camera.to_owned(),
            Viewer {
                preview: Arc::clone(&preview),
                looked_at: now,
            },
        );
        Some(preview)
    }

    /// When somebody asked for a picture of this camera last.
    pub(crate) fn asked_at(&self, camera: &str) -> Option<MonoTime> {
        lock(&self.asked).get(camera).copied()
    }

    /// Looks no longer where nobody asks.
    pub(crate) fn tidy(&self) {
        let now = self.clock.now();
        lock(&self.viewers).retain(|_, viewer| now.since(viewer.looked_at) < LOOKED);
    }

    /// Looks at nothing any more: the cameras are others from now on.
    pub(crate) fn forget(&self) {
        lock(&self.viewers).clear();
    }

    /// How many cameras are being looked through.
    pub(crate) fn looking(&self) -> usize {
        lock(&self.viewers).len()
    }
}
