//! A running camera, as its owner sees it.
//!
//! Not here: what its thread does (`capture`), how often it may fail (`station::threads`).

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use pixels::{CameraFrame, PictureReader, RingSize, picture_ring};
use stdx::watchdog::{Policy, RESTARTS_COUNT_FOR, Seen, Watchdog};
use stdx::{Clock, LatestReader, LatestWriter, latest, thread};

use crate::capture::{Capture, Outlet};
use crate::config::{CameraConfig, ControlSetting};
use crate::device::OpenDevice;
use crate::status::{CameraEvent, CameraStatus};
use crate::usb::Control;

/// Pictures that wait for the recorder: two seconds in any case, at most so many.
const RING: usize = 64;
/// And seconds while they are small, as long as steps wait for it ([`RING_BYTES`]): a slow disk may hold the recorder up
/// for seconds, and no row should lose its picture by that.
const RING_SECONDS: f64 = 8.0;
/// Small pictures: 8 s of 640x480 MJPG at 30 fps have 7 to 20 MB.
const RING_BYTES: usize = 24 << 20;
/// Events that wait for the owner; the oldest give way.
const EVENTS: usize = 64;

/// What the thread and its owner share.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    status: Mutex<CameraStatus>,
    events: Mutex<VecDeque<CameraEvent>>,
    previews: Mutex<Vec<LatestWriter<CameraFrame>>>,
    /// Controls that are to be set.
    wishes: Mutex<Vec<ControlSetting>>,
    /// What can be set.
    controls: Mutex<Vec<Control>>,
    stop: AtomicBool,
    /// Counts the threads that were given this camera; only the last one may speak for it.
    turn: AtomicU64,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    pub(crate) fn status(&self) -> MutexGuard<'_, CameraStatus> {
        lock(&self.status)
    }

    pub(crate) fn tell(&self, event: CameraEvent) {
        let mut events = lock(&self.events);
        if events.len() >= EVENTS {
            events.pop_front();
        }
        events.push_back(event);
    }

    pub(crate) fn show(&self, picture: &CameraFrame) {
        lock(&self.previews).retain(|preview| {
            let read = !preview.alone();
            if read {
                preview.put(picture.clone());
            }
            read
        });
    }

    pub(crate) fn events(&self) -> Vec<CameraEvent> {
        lock(&self.events).drain(..).collect()
    }

    pub(crate) fn preview(&self) -> LatestReader<CameraFrame> {
        let (writer, reader) = latest();
        lock(&self.previews).push(writer);
        reader
    }

    pub(crate) fn wish(&self, setting: ControlSetting) {
        lock(&self.wishes).push(setting);
    }

    pub(crate) fn controls(&self) -> Vec<Control> {
        lock(&self.controls).clone()
    }

    pub(crate) fn wishes(&self) -> Vec<ControlSetting> {
        std::mem::take(&mut *lock(&self.wishes))
    }

    pub(crate) fn put_controls(&self, controls: Vec<Control>) {
        *lock(&self.controls) = controls;
    }

    pub(crate) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Takes the camera over from whoever had it.
    pub(crate) fn take_turn(&self) -> u64 {
        self.turn.fetch_add(1, Ordering::AcqRel) + 1
    }

    pub(crate) fn has_turn(&self, turn: u64) -> bool {
        self.turn.load(Ordering::Acquire) == turn
    }
}

/// What others than its owner may do with a running camera: look through it, and set its controls. A reader costs the
/// camera nothing once it is dropped.
#[derive(Debug, Clone)]
pub struct CameraView(Weak<Shared>);

impl CameraView {
    /// Whether both are of one running camera.
    pub fn is(&self, other: &Self) -> bool {
        self.0.ptr_eq(&other.0)
    }

    /// The newest picture, for showing; `None` once the camera is closed.
    pub fn reader(&self) -> Option<LatestReader<CameraFrame>> {
        let shared = self.0.upgrade()?;
        (!shared.stopped()).then(|| shared.preview())
    }

    /// Wishes for a control to be set, by the thread that has the device, between two pictures and again whenever the device
    /// is opened anew. What came of it is in [`CameraView::controls`] and in the camera's events. Whether it still runs.
    pub fn set(&self, setting: ControlSetting) -> bool {
        let shared = self.0.upgrade();
        if let Some(shared) = &shared {
            shared.wish(setting);
        }
        shared.is_some()
    }

    /// What can be set, with what it is now, as of the last opening or setting; empty before it was opened, or where nothing
    /// can be set.
    pub fn controls(&self) -> Vec<Control> {
        let shared = self.0.upgrade();
        shared.map_or_else(Vec::new, |shared| shared.controls())
    }
}

/// A running camera. Dropping it stops it and waits for its thread, but not for one that hangs.
#[derive(Debug)]
pub struct Camera {
    shared: Arc<Shared>,
    pictures: Option<PictureReader>,
    // Last, so that everything else is told to stop before the thread is waited for.
    dog: Watchdog<Capture, ()>,
}

/// Starts a camera: opens it and takes pictures on a thread `cam:<key>` of its own until the camera is dropped.
///
/// `policy` says how long the thread may be silent and how often it is started again; its name is replaced. The
/// thread gives a sign of life with every wait for a picture, but not while a device is being opened.
///
/// # Errors
/// When the system has no room for another thread.
pub fn start(
    config: CameraConfig,
    open: Box<dyn OpenDevice>,
    clock: Arc<dyn Clock>,
    policy: Policy,
) -> io::Result<Camera> {
    let policy = Policy {
        thread: thread::name(&format!("cam:{}", config.key)),
        ..policy
    };
    let shared = Arc::new(Shared::default());
    {
        let mut status = shared.status();
        status.key = config.key.clone();
        status.device = open.describe();
    }
    let capacity = (2.0 * config.fps.get()).ceil() as usize;
    let size = RingSize {
        least: capacity.clamp(1, RING),
        most: (RING_SECONDS * config.fps.get()).ceil() as usize,
        bytes: RING_BYTES,
    };
    let (writer, pictures) = picture_ring(size, Arc::clone(&clock));
    let outlet = Arc::new(Outlet::new(writer, size.least));
    let mut spare = open.another();
    let (again, ways) = (Arc::clone(&shared), Arc::clone(&outlet));
    let (config_again, clock_again) = (config.clone(), Arc::clone(&clock));
    let anew = move || {
        let open = spare.take()?;
        spare = open.another();
        Some(Capture::new(
            config_again.clone(),
            open,
            Arc::clone(&clock_again),
            Arc::clone(&again),
            Arc::clone(&ways),
        ))
    };
    let state = Capture::new(
        config,
        open,
        Arc::clone(&clock),
        Arc::clone(&shared),
        outlet,
    );
    let dog = Watchdog::start(policy, clock, state, |capture, heart, restarts| {
        capture.run(heart, restarts);
    })?
    .or_anew(anew)
    .forgiving(RESTARTS_COUNT_FOR);
    Ok(Camera {
        shared,
        pictures: Some(pictures),
        dog,
    })
}

impl Camera {
    /// The recording end of its pictures; `None` when somebody has it already.
    pub fn pictures(&mut self) -> Option<PictureReader> {
        self.pictures.take()
    }

    /// The newest picture, for showing. Everybody who asks gets a place of their own.
    pub fn preview(&self) -> LatestReader<CameraFrame> {
        self.shared.preview()
    }

    /// A way for others to look through it, which may outlive the camera.
    pub fn view(&self) -> CameraView {
        CameraView(Arc::downgrade(&self.shared))
    }

    /// What it is doing.
    pub fn status(&self) -> CameraStatus {
        self.shared.status().clone()
    }

    /// What has happened since this was last asked, oldest first.
    pub fn events(&self) -> Vec<CameraEvent> {
        self.shared.events()
    }

    /// Looks after its thread: see [`Watchdog::look`].
    pub fn look(&mut self) -> Seen {
        self.dog.look()
    }

    /// Tells it to stop; dropping it waits until it has.
    pub fn stop(&self) {
        self.shared.stop.store(true, Ordering::Release);
    }

    /// Whether its thread has ended.
    pub fn finished(&self) -> bool {
        self.dog.finished()
    }

    /// Waits for its thread no longer: one that was told to stop and has not is left alone.
    pub fn leave(&mut self) {
        self.stop();
        self.dog.abandon();
    }
}

impl Drop for Camera {
    fn drop(&mut self) {
        self.stop();
    }
}
