//! The cameras of a session: built from what a person asks, started together, watched while they work.
//!
//! A camera that is lost opens again by itself; whoever records decides what that means for an episode. No arm ever
//! waits for a camera.
//! Not here: what a camera does (`cameras`), which picture a row has (`recorder`), how often a thread may fail
//! (`threads`).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use cameras::{
    Camera, CameraError, CameraEvent, CameraState, CameraStatus, CameraView, ControlSetting,
    NetworkCamera, OpenDevice, Trouble, Which, usb,
};
use pixels::{CameraFrame, PictureReader};
use protocol::{ErrorCode, Failure};
use sim::Scene;
use stdx::watchdog::{How, Seen};
use stdx::{Clock, LatestReader, SystemClock};
use units::MonoTime;

use crate::camera_settings::{CameraSetting, CameraSource};
use crate::failure::{bad_request, failure};
use crate::sim_camera::SimulatedCamera;
use crate::threads;

/// Longest that the cameras of a session are waited for in all: opening a slow camera, its first picture and its warm-up.
const READY_WITHIN: Duration = Duration::from_secs(20);

/// Longest that the end of all cameras together is waited for: they hear of it within a tenth of a second, and closing a
/// device takes about as long again. One whose driver hangs ends with the program.
const STOPS_WITHIN: Duration = Duration::from_secs(2);
/// Time between two looks at whether they have ended.
const ENDING: Duration = Duration::from_millis(5);

/// Time between two states of all cameras that are told.
const STATUS_EVERY: Duration = Duration::from_millis(200);

/// Something that happened to a camera of a session, told once.
#[derive(Debug, Clone, PartialEq)]
pub enum CameraNews {
    /// Something about the camera itself.
    Camera {
        /// Its name.
        camera: String,
        /// What.
        event: CameraEvent,
    },
    /// Its thread failed.
    Thread {
        /// Its name.
        camera: String,
        /// What, and what is done about it.
        failure: Failure,
    },
    /// Something a person should know before it begins, such as a bus that is nearly full.
    Note(String),
    /// How all cameras do, a few times a second.
    Status(Vec<CameraStatus>),
}

/// Where cameras at work can be looked through and set, by name: filled by whoever opens them, emptied when they are closed. Clones
/// are the same place. As long as nobody looks, a camera does nothing for it.
#[derive(Debug, Clone, Default)]
pub struct Previews(Arc<Mutex<Vec<(String, CameraView)>>>);

impl Previews {
    /// A reader of the newest picture of a camera; `None` when no such camera is at work.
    pub fn reader(&self, camera: &str) -> Option<LatestReader<CameraFrame>> {
        let open = self.lock();
        let (_, source) = open.iter().rev().find(|(name, _)| name == camera)?;
        source.reader()
    }

    /// Wishes for a control of a camera to be set, by the thread that has it. Whether the camera is at work; what came of it
    /// is told as its news.
    pub fn set(&self, camera: &str, setting: ControlSetting) -> bool {
        let open = self.lock();
        let found = open.iter().rev().find(|(name, _)| name == camera);
        found.is_some_and(|(_, source)| source.set(setting))
    }

    /// What can be set on a camera, with what it is now; nothing while it is not at work.
    pub fn controls(&self, camera: &str) -> Vec<usb::Control> {
        let open = self.lock();
        let found = open.iter().rev().find(|(name, _)| name == camera);
        found.map_or_else(Vec::new, |(_, source)| source.controls())
    }

    /// The cameras that are at work.
    pub fn names(&self) -> Vec<String> {
        self.lock().iter().map(|(name, _)| name.clone()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(String, CameraView)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The cameras of a session. Dropping it closes them.
#[derive(Debug)]
pub struct CameraSet {
    running: Vec<Running>,
    /// Recording ends that nobody reads.
    unused: Vec<PictureReader>,
    /// What a person should know, not told yet.
    notes: Vec<String>,
    clock: Arc<dyn Clock>,
    status_due: MonoTime,
    /// Where they can be looked through.
    shown_in: Option<Previews>,
}

#[derive(Debug)]
struct Running {
    setting: CameraSetting,
    camera: Camera,
    /// Since when it has not been ready.
    away_since: Option<MonoTime>,
}

impl CameraSet {
    /// Starts all cameras. `room` is what [`room_on_buses`] found, `scene` what simulated cameras look at.
    ///
    /// # Errors
    /// When there is no room, two have one name, one cannot be what is asked, or there is no thread for one.
    pub fn start(
        settings: &[CameraSetting],
        room: Result<Room, Failure>,
        scene: &Scene,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        Self::open(settings, scene, clock, room?.notes)
    }

    /// The same for those to whom cameras are welcome but not needed: one that is not there, or has no room on its bus, is
    /// told of, and its pictures are only shown.
    ///
    /// # Errors
    /// As [`CameraSet::start`], but not because of a camera's bus.
    pub fn welcome(
        settings: &[CameraSetting],
        room: Result<Room, Failure>,
        scene: &Scene,
        clock: &Arc<dyn Clock>,
    ) -> Result<Self, Failure> {
        let notes = room.map_or_else(|failure| vec![failure.to_string()], |room| room.notes);
        let mut cameras = Self::open(settings, scene, clock, notes)?;
        // Nobody records them: what their rings hold is let go of at every look.
        cameras.unused = cameras
            .pictures()
            .into_iter()
            .map(|(_, reader, _)| reader)
            .collect();
        Ok(cameras)
    }

    fn open(
        settings: &[CameraSetting],
        scene: &Scene,
        clock: &Arc<dyn Clock>,
        notes: Vec<String>,
    ) -> Result<Self, Failure> {
        names_differ(settings)?;
        let mut running = Vec::new();
        for (at, setting) in settings.iter().enumerate() {
            let open = way_to(setting, at, scene, clock)?;
            let camera = cameras::start(
                setting.config.clone(),
                open,
                Arc::clone(clock),
                threads::CAMERA,
            )
            .map_err(|error| {
                failure(
                    ErrorCode::Internal,
                    format!("no thread for camera {}: {error}", setting.config.key),
                    "Close other programs and try again.",
                )
            })?;
            running.push(Running {
                setting: setting.clone(),
                camera,
                away_since: Some(clock.now()),
            });
        }
        Ok(Self {
            running,
            notes,
            unused: Vec::new(),
            clock: Arc::clone(clock),
            status_due: clock.now(),
            shown_in: None,
        })
    }

    /// Lets others look through them, for as long as they are open.
    pub fn show_in(&mut self, previews: &Previews) {
        let ours = self.running.iter().map(|running| {
            let name = running.setting.config.key.clone();
            (name, running.camera.view())
        });
        previews.lock().extend(ours);
        self.shown_in = Some(previews.clone());
    }

    /// Whether there is any.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Waits until every camera is ready; false when `stopping` said so first.
    ///
    /// # Errors
    /// When a camera cannot be had as it was asked for, or is not ready in time; the failure says which and why.
    pub fn wait(
        &mut self,
        stopping: impl Fn() -> bool,
        mut tell: impl FnMut(CameraNews),
    ) -> Result<bool, Failure> {
        let until = self.clock.now() + READY_WITHIN;
        loop {
            self.look(&mut tell)?;
            let states: Vec<_> = self.running.iter().map(Running::status).collect();
            let waits_for = states
                .iter()
                .find(|status| status.state != CameraState::Streaming);
            let Some(status) = waits_for else {
                return Ok(true);
            };
            if stopping() {
                return Ok(false);
            }
            // Nobody unplugged it: it was not there, or not usable, from the beginning.
            if let CameraState::Lost(trouble) = &status.state
                && status.pictures == 0
                && status.reconnects == 0
            {
                return Err(refused(&status.key, trouble));
            }
            if self.clock.now() >= until {
                return Err(failure(
                    ErrorCode::Camera,
                    format!(
                        "camera {} was not ready within {} s: {}",
                        status.key,
                        READY_WITHIN.as_secs(),
                        words(&status.state)
                    ),
                    "Check its cable; another port or a powered hub may help.",
                ));
            }
            self.clock.sleep(crate::drive::LOOK);
        }
    }

    /// Looks at every camera once and tells what is new.
    ///
    /// # Errors
    /// When a camera is gone for good: refused, or its thread was given up.
    pub fn look(&mut self, tell: &mut impl FnMut(CameraNews)) -> Result<(), Failure> {
        let now = self.clock.now();
        let mut gone = None;
        for note in self.notes.drain(..) {
            tell(CameraNews::Note(note));
        }
        for running in &mut self.running {
            let camera = running.setting.config.key.clone();
            for event in running.camera.events() {
                tell(CameraNews::Camera {
                    camera: camera.clone(),
                    event,
                });
            }
            let status = running.camera.status();
            match &status.state {
                CameraState::Streaming => running.away_since = None,
                CameraState::Refused(trouble) => gone = Some(refused(&camera, trouble)),
                _ => {
                    running.away_since.get_or_insert(now);
                }
            }
            let Some((failure, for_good)) = thread_trouble(&camera, running.camera.look()) else {
                continue;
            };
            tracing::warn!(camera, "{}", failure.message);
            if for_good {
                gone = Some(failure.clone());
            }
            tell(CameraNews::Thread { camera, failure });
        }
        if now >= self.status_due && !self.running.is_empty() {
            self.status_due = now + STATUS_EVERY;
            tell(CameraNews::Status(self.status()));
        }
        gone.map_or(Ok(()), Err)
    }

    /// As [`CameraSet::look`], for those to whom cameras are welcome but not needed: one that is gone for good is told of.
    pub fn show(&mut self, mut tell: impl FnMut(CameraNews)) {
        for reader in &self.unused {
            reader.drain(&mut VecDeque::new());
        }
        if let Err(failure) = self.look(&mut tell) {
            tracing::debug!("{}", failure.message);
        }
    }

    /// How every camera does, in the order of the settings.
    pub fn status(&self) -> Vec<CameraStatus> {
        self.running.iter().map(Running::status).collect()
    }

    /// The recording ends: name, pictures, and the time from one picture to the next that was asked for. Once.
    pub fn pictures(&mut self) -> Vec<(String, PictureReader, Duration)> {
        let pictures = |running: &mut Running| {
            let config = &running.setting.config;
            let reader = running.camera.pictures()?;
            Some((config.key.clone(), reader, config.fps.period()))
        };
        self.running.iter_mut().filter_map(pictures).collect()
    }

    /// The camera that has been away longest, and for how long.
    pub fn away(&self) -> Option<(&str, Duration)> {
        let now = self.clock.now();
        self.running
            .iter()
            .filter_map(|running| {
                let since = running.away_since?;
                Some((running.setting.config.key.as_str(), now.since(since)))
            })
            .max_by_key(|(_, span)| *span)
    }
}

impl Drop for CameraSet {
    /// All are told to stop before any is waited for, and all together no longer than [`STOPS_WITHIN`].
    fn drop(&mut self) {
        if let Some(previews) = &self.shown_in {
            // By what they are and not by name: others of the same name may be open by now.
            let ours: Vec<CameraView> = self.running.iter().map(|one| one.camera.view()).collect();
            let is_ours = |view: &CameraView| ours.iter().any(|own| own.is(view));
            previews.lock().retain(|(_, view)| !is_ours(view));
        }
        for running in &self.running {
            running.camera.stop();
        }
        let until = SystemClock.now() + STOPS_WITHIN;
        let finished = |running: &Running| running.camera.finished();
        while !self.running.iter().all(finished) && SystemClock.now() < until {
            SystemClock.sleep(ENDING);
        }
        for running in &mut self.running {
            if !running.camera.finished() {
                tracing::warn!(
                    camera = running.setting.config.key,
                    "a camera does not stop"
                );
            }
            running.camera.leave();
        }
    }
}

impl Running {
    fn status(&self) -> CameraStatus {
        self.camera.status()
    }
}

/// How to open a camera. `number` tells simulated cameras apart.
fn way_to(
    setting: &CameraSetting,
    number: usize,
    scene: &Scene,
    clock: &Arc<dyn Clock>,
) -> Result<Box<dyn OpenDevice>, Failure> {
    let config = &setting.config;
    let refused = |error: CameraError| failure(ErrorCode::BadRequest, &error, error.remedy());
    Ok(match &setting.source {
        CameraSource::Device(wanted) => usb::open(Which::parse(wanted), config),
        CameraSource::Network(url) => Box::new(
            NetworkCamera::new(url, config.size, config.fps, Arc::clone(clock))
                .map_err(|error| failure(ErrorCode::BadRequest, &error, error.remedy()))?,
        ),
        CameraSource::Sim(view) => {
            Box::new(SimulatedCamera::new(scene, *view, number, config, clock).map_err(refused)?)
        }
    })
}

fn names_differ(settings: &[CameraSetting]) -> Result<(), Failure> {
    for (at, setting) in settings.iter().enumerate() {
        let name = &setting.config.key;
        if settings[..at].iter().any(|other| other.config.key == *name) {
            return Err(bad_request(
                format!("two cameras are called {name}"),
                "Give every camera a name of its own; datasets know it by that name.",
            ));
        }
    }
    Ok(())
}

/// The buses that several cameras share carry them.
#[derive(Debug)]
pub struct Room {
    /// What a person should know about them.
    notes: Vec<String>,
}

impl Room {
    /// What a person should know about them, a line each.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }
}

/// Whether the buses that several cameras share have room for them. Asks the devices, whose drivers may hang: to be called
/// before there is an arm to look after.
///
/// # Errors
/// When cameras want more of one than it carries, or one of them is not there or does not offer what is asked.
pub fn room_on_buses(settings: &[CameraSetting]) -> Result<Room, Failure> {
    let plugged: Vec<_> = settings
        .iter()
        .filter_map(|setting| match &setting.source {
            CameraSource::Device(wanted) => Some((Which::parse(wanted), setting.config.clone())),
            CameraSource::Network(_) | CameraSource::Sim(_) => None,
        })
        .collect();
    let failed = |error: CameraError| failure(ErrorCode::Camera, &error, error.remedy());
    let loads = usb::loads(&plugged).map_err(failed)?;
    let mut notes = Vec::new();
    for crowded in usb::crowded(&loads) {
        if crowded.impossible() {
            return Err(failure(ErrorCode::Camera, &crowded, crowded.remedy()));
        }
        notes.push(format!("{crowded}. {}", crowded.remedy()));
    }
    Ok(Room { notes })
}

fn refused(camera: &str, trouble: &Trouble) -> Failure {
    failure(
        ErrorCode::Camera,
        format!("{camera}: {}", trouble.why),
        trouble.remedy.clone(),
    )
}

fn words(state: &CameraState) -> String {
    match state {
        CameraState::Opening => "it is still being opened".into(),
        CameraState::Warming => "its pictures do not come steadily yet".into(),
        CameraState::Streaming => "it is ready".into(),
        CameraState::Lost(trouble) | CameraState::Refused(trouble) => trouble.why.clone(),
        CameraState::Stopped => "it was stopped".into(),
    }
}

/// What a person is told about a camera's thread, and whether nobody does its work any more.
fn thread_trouble(camera: &str, seen: Seen) -> Option<(Failure, bool)> {
    let failure = |message: String, remedy: &str| failure(ErrorCode::Camera, message, remedy);
    match seen {
        Seen::Well | Seen::Again | Seen::Ended => None,
        Seen::Slow(silent) => Some((
            failure(
                format!(
                    "camera {camera} has kept its thread waiting for {:.0} s",
                    silent.as_secs_f64()
                ),
                "The arm goes on. Check the camera's cable.",
            ),
            false,
        )),
        Seen::Failed(failed) => {
            let remedy = match &failed.how {
                How::Panicked(_) => "The arm goes on. Please report this with the log.",
                How::Hangs(_) => "The arm goes on. Unplug the camera and plug it in again.",
            };
            let for_good = failed.for_good();
            Some((
                failure(format!("camera {camera}: {failed}"), remedy),
                for_good,
            ))
        }
    }
}

#[cfg(test)]
mod tests {
    use cameras::CameraConfig;
    use pixels::Size;
    use stdx::failpoint::{Fault, arm};
    use units::Hz;

    use super::*;
    use crate::camera_settings::SimView;

    #[test]
    fn cameras_that_hang_are_not_waited_for_one_after_the_other() {
        let armed = arm([Fault::hang("camera.turn").times(3)]);
        let settings = ["one", "two", "three"].map(|name| CameraSetting {
            config: CameraConfig::new(name, Size::new(64, 48).unwrap(), Hz::new(30.0).unwrap()),
            source: CameraSource::Sim(SimView::Front),
        });
        let clock = SystemClock::shared();
        let scene = Scene::new(None, clock.now());
        let room = room_on_buses(&settings);
        let set = CameraSet::start(&settings, room, &scene, &clock).unwrap();
        while armed.hanging("camera.turn") < 3 {
            SystemClock.sleep(ENDING);
        }
        let begun = SystemClock.now();
        drop(set);
        assert_eq!(armed.hanging("camera.turn"), 3);
        // One alone hangs for longer before its own thread counts as hanging.
        assert!(SystemClock.now().since(begun) < threads::CAMERA.hangs_after);
    }
}
