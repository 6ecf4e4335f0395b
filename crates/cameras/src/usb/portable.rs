//! Cameras through `nokhwa`: the way on Windows and macOS, and a second one on Linux.
//!
//! `nokhwa` waits for a picture for as long as it takes, so it works on a thread of its own (`cam-in:<key>`) that hands
//! raw bytes over, one ahead; a thread that stays in such a wait is left behind when its camera is closed. Nothing is
//! decoded here.
//! Not run yet on Windows and macOS; what is special there is in `windows` and `macos`.

use std::borrow::Cow;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

use nokhwa::Camera as Nokhwa;
use nokhwa::NokhwaError;
use nokhwa::utils::{
    ApiBackend, CameraFormat, CameraIndex, CameraInfo, ControlValueDescription, ControlValueSetter,
    FrameFormat, RequestedFormat, RequestedFormatType, Resolution,
};
use pixels::{PixelFormat, jpeg};
use stdx::thread::{Intent, Joined, spawn};
use stdx::{Clock, SystemClock};

use crate::config::{CameraConfig, ControlSetting};
use crate::device::{Device, Mode, OpenDevice, Opened};
use crate::error::CameraError;
use crate::usb::bandwidth::Load;
use crate::usb::controls::{Control, ControlKind, name_from_label, plan};
use crate::usb::found::{Found, Which};
use crate::usb::modes::{choose, mode};

/// Longest that a camera may take to open and to agree; less than after what whoever watches its thread takes it for hung.
const OPENS: Duration = Duration::from_secs(10);
/// Longest that the thread's end is waited for when a camera is closed.
const CLOSES: Duration = Duration::from_secs(1);
/// Time between two looks at whether it has ended.
const LOOK: Duration = Duration::from_millis(1);
/// Pictures that wait between the two threads.
const AHEAD: usize = 1;

/// Layouts of `nokhwa` that are also ours.
const FORMATS: [(FrameFormat, PixelFormat); 4] = [
    (FrameFormat::MJPEG, PixelFormat::Mjpg),
    (FrameFormat::YUYV, PixelFormat::Yuyv),
    (FrameFormat::NV12, PixelFormat::Nv12),
    (FrameFormat::RAWRGB, PixelFormat::Rgb),
];

/// See [`crate::usb::find`].
pub fn find() -> Vec<Found> {
    infos()
        .unwrap_or_default()
        .into_iter()
        .map(|info| {
            let mut found = Found {
                identity: identity(&info),
                name: info.human_name(),
                device: info.description().to_owned(),
                number: number(&info),
                usb: None,
                modes: Vec::new(),
                controls: Vec::new(),
                trouble: None,
            };
            match Nokhwa::new(info.index().clone(), anything()) {
                Ok(mut camera) => {
                    found.modes = offers(&mut camera);
                    found.controls = controls(&camera);
                }
                Err(error) => {
                    let error = failed(&found.name, "opening it", &error);
                    found.trouble = Some((&error).into());
                }
            }
            found
        })
        .collect()
}

/// See [`crate::usb::open`].
pub fn open(which: Which, config: &CameraConfig) -> Box<dyn OpenDevice> {
    Box::new(Way {
        which,
        config: config.clone(),
        identity: None,
    })
}

/// See [`crate::usb::loads`]: `nokhwa` does not tell which bus a camera is on.
#[cfg_attr(target_os = "linux", expect(dead_code, reason = "Linux tells more"))]
pub(crate) fn load(_which: &Which, _config: &CameraConfig) -> Result<Option<Load>, CameraError> {
    Ok(None)
}

fn infos() -> Result<Vec<CameraInfo>, CameraError> {
    #[cfg(target_os = "macos")]
    super::macos::permitted()?;
    nokhwa::query(ApiBackend::Auto).map_err(|error| failed("", "listing the cameras", &error))
}

fn number(info: &CameraInfo) -> u32 {
    info.index().as_index().unwrap_or(u32::MAX)
}

/// What the system knows a camera by; its name where it knows none.
fn identity(info: &CameraInfo) -> String {
    let told = info.misc();
    #[cfg(windows)]
    let told = super::windows::identity_from_link(&told);
    if told.is_empty() {
        info.human_name()
    } else {
        told
    }
}

fn anything() -> RequestedFormat<'static> {
    const ALL: [FrameFormat; 4] = [
        FrameFormat::MJPEG,
        FrameFormat::YUYV,
        FrameFormat::NV12,
        FrameFormat::RAWRGB,
    ];
    RequestedFormat::with_formats(RequestedFormatType::None, &ALL)
}

fn failed(name: &str, what: &str, error: &NokhwaError) -> CameraError {
    CameraError::System {
        name: name.to_owned(),
        what: format!("{what} failed"),
        source: io::Error::other(error.to_string()),
    }
}

fn offers(camera: &mut Nokhwa) -> Vec<Mode> {
    let offered = camera.compatible_camera_formats().unwrap_or_default();
    let mut modes: Vec<Mode> = Vec::new();
    for format in offered {
        let mode = FORMATS
            .iter()
            .find(|(theirs, _)| *theirs == format.format())
            .and_then(|(_, ours)| {
                mode(
                    *ours,
                    format.width(),
                    format.height(),
                    f64::from(format.frame_rate()),
                )
            });
        modes.extend(mode.filter(|mode| !modes.contains(mode)));
    }
    modes
}

fn controls(camera: &Nokhwa) -> Vec<Control> {
    let controls = camera.camera_controls().unwrap_or_default();
    let controls = controls
        .into_iter()
        .enumerate()
        .filter_map(|(at, control)| {
            let (kind, default, value) = match control.description() {
                ControlValueDescription::Integer {
                    value,
                    default,
                    step,
                } => (
                    ControlKind::Number {
                        min: i64::MIN,
                        max: i64::MAX,
                        step: step.unsigned_abs(),
                    },
                    *default,
                    *value,
                ),
                ControlValueDescription::IntegerRange {
                    min,
                    max,
                    value,
                    step,
                    default,
                } => (
                    ControlKind::Number {
                        min: *min,
                        max: *max,
                        step: step.unsigned_abs(),
                    },
                    *default,
                    *value,
                ),
                ControlValueDescription::Boolean { value, default } => {
                    (ControlKind::Switch, i64::from(*default), i64::from(*value))
                }
                _ => return None,
            };
            Some(Control {
                // Its place in the list; `nokhwa` has names where drivers have numbers.
                id: u32::try_from(at).ok()?,
                name: name_from_label(&control.control().to_string()),
                kind,
                default,
                value: Some(value),
                read_only: false,
                inactive: !control.active(),
            })
        });
    controls.collect()
}

fn set(camera: &mut Nokhwa, name: &str, setting: &ControlSetting) -> Result<(), CameraError> {
    let there = controls(camera);
    let refused = |why: String| CameraError::Control {
        name: name.to_owned(),
        control: setting.name.clone(),
        value: setting.value.to_string(),
        why,
        there: there.iter().map(Control::to_string).collect(),
    };
    let known = camera.camera_controls().unwrap_or_default();
    for (at, value) in plan(&there, setting).map_err(&refused)? {
        let Some(control) = known.get(at as usize) else {
            continue;
        };
        let value = match control.description() {
            ControlValueDescription::Boolean { .. } => ControlValueSetter::Boolean(value != 0),
            _ => ControlValueSetter::Integer(value),
        };
        camera
            .set_camera_control(control.control(), value)
            .map_err(|error| refused(error.to_string()))?;
    }
    Ok(())
}

struct Way {
    which: Which,
    config: CameraConfig,
    /// Known once it was there.
    identity: Option<String>,
}

impl OpenDevice for Way {
    fn open(&mut self) -> Result<Box<dyn Device>, CameraError> {
        let infos = infos()?;
        let wanted = |info: &&CameraInfo| match (&self.identity, &self.which) {
            (Some(identity), _) | (None, Which::Identity(identity)) => identity_is(info, identity),
            (None, Which::Number(wanted)) => number(info) == *wanted,
            (None, Which::Path(path)) => info.description().ends_with(&*path.to_string_lossy()),
        };
        let info = infos
            .iter()
            .find(wanted)
            .ok_or_else(|| CameraError::NotFound {
                wanted: self
                    .identity
                    .clone()
                    .unwrap_or_else(|| self.which.to_string()),
                there: infos
                    .iter()
                    .map(|info| format!("{}  {}", identity(info), info.human_name()))
                    .collect(),
            })?;
        let device = Pump::start(info, &self.config)?;
        self.identity = Some(device.info.identity.clone());
        Ok(Box::new(device))
    }

    fn describe(&self) -> String {
        self.identity
            .clone()
            .unwrap_or_else(|| self.which.to_string())
    }

    fn another(&self) -> Option<Box<dyn OpenDevice>> {
        Some(Box::new(Self {
            which: self.which.clone(),
            config: self.config.clone(),
            identity: self.identity.clone(),
        }))
    }
}

fn identity_is(info: &CameraInfo, wanted: &str) -> bool {
    identity(info) == wanted || info.misc() == wanted
}

/// A camera on a thread of its own, as its owner sees it.
struct Pump {
    info: Opened,
    /// Taken only when the camera is closed.
    pictures: Option<Receiver<Result<Vec<u8>, CameraError>>>,
    stop: Arc<AtomicBool>,
    thread: Option<Joined<()>>,
}

impl Pump {
    fn start(info: &CameraInfo, config: &CameraConfig) -> Result<Self, CameraError> {
        let (index, name, identity) = (info.index().clone(), info.human_name(), identity(info));
        let (tell, told) = sync_channel(1);
        let (hand, pictures) = sync_channel(AHEAD);
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, config, named) = (Arc::clone(&stop), config.clone(), name.clone());
        let thread = spawn(
            format!("cam-in:{}", config.key),
            Intent::Capture,
            move || {
                let opened = agree(index, &named, &config);
                match opened {
                    Ok((camera, mode)) => {
                        if tell.send(Ok(mode)).is_ok() {
                            pump(camera, mode.format, &named, &stopped, &hand);
                        }
                    }
                    // Whoever asked may have given up; then nobody wants the answer.
                    Err(error) => {
                        tell.send(Err(error)).ok();
                    }
                }
            },
        )
        .map_err(|source| CameraError::System {
            name: name.clone(),
            what: "starting a thread for it failed".to_owned(),
            source,
        })?;
        let agreed = told.recv_timeout(OPENS);
        let mode = match agreed {
            Ok(Ok(mode)) => mode,
            Ok(Err(error)) => return Err(error),
            Err(_) => {
                thread.detach();
                return Err(CameraError::Silent {
                    name,
                    waited: OPENS,
                });
            }
        };
        Ok(Self {
            info: Opened {
                format: mode.format,
                size: mode.size,
                fps: mode.fps,
                name,
                identity,
            },
            pictures: Some(pictures),
            stop,
            thread: Some(thread),
        })
    }
}

/// Opens a camera and makes it agree to what is wanted.
fn agree(
    index: CameraIndex,
    name: &str,
    config: &CameraConfig,
) -> Result<(Nokhwa, Mode), CameraError> {
    let mut camera =
        Nokhwa::new(index, anything()).map_err(|error| failed(name, "opening it", &error))?;
    let mode = choose(name, config, &offers(&mut camera))?;
    let format = FORMATS
        .iter()
        .find(|(_, ours)| *ours == mode.format)
        .map_or(FrameFormat::MJPEG, |(theirs, _)| *theirs);
    let wanted = CameraFormat::new(
        Resolution::new(mode.size.width(), mode.size.height()),
        format,
        mode.fps.get().round() as u32,
    );
    #[expect(deprecated, reason = "the way that replaces it opens the camera anew")]
    camera
        .set_camera_format(wanted)
        .map_err(|error| failed(name, "setting size and rate", &error))?;
    if camera.camera_format() != wanted {
        return Err(CameraError::Disobeys {
            name: name.to_owned(),
            wanted: wanted.to_string(),
            given: camera.camera_format().to_string(),
        });
    }
    for setting in &config.controls {
        set(&mut camera, name, setting)?;
    }
    camera
        .open_stream()
        .map_err(|error| failed(name, "starting its stream", &error))?;
    Ok((camera, mode))
}

fn pump(
    mut camera: Nokhwa,
    format: PixelFormat,
    name: &str,
    stopped: &AtomicBool,
    hand: &SyncSender<Result<Vec<u8>, CameraError>>,
) {
    while !stopped.load(Ordering::Acquire) {
        let picture = camera
            .frame_raw()
            .map(|bytes| whole(format, &bytes).into_owned())
            .map_err(|error| CameraError::Lost {
                name: name.to_owned(),
                source: io::Error::other(error.to_string()),
            });
        let lost = picture.is_err();
        if hand.send(picture).is_err() || lost {
            break;
        }
    }
}

/// The picture in a buffer: on Linux `nokhwa` hands over whole buffers, with what an earlier, longer picture left
/// behind the end of this one. A picture that was cut off can then look whole, which is one reason why Linux has a way of
/// its own.
fn whole(format: PixelFormat, bytes: &[u8]) -> Cow<'_, [u8]> {
    match format {
        PixelFormat::Mjpg => jpeg::passed_on(bytes),
        _ => bytes.into(),
    }
}

impl Device for Pump {
    fn info(&self) -> &Opened {
        &self.info
    }

    fn next(&mut self, wait: Duration, into: &mut Vec<u8>) -> Result<Option<()>, CameraError> {
        let received = self
            .pictures
            .as_ref()
            .map_or(Err(RecvTimeoutError::Disconnected), |pictures| {
                pictures.recv_timeout(wait)
            });
        match received {
            Ok(Ok(picture)) => {
                into.extend_from_slice(&picture);
                Ok(Some(()))
            }
            Ok(Err(error)) => Err(error),
            Err(RecvTimeoutError::Timeout) => Ok(None),
            Err(RecvTimeoutError::Disconnected) => Err(CameraError::Lost {
                name: self.info.name.clone(),
                source: io::Error::from(io::ErrorKind::BrokenPipe),
            }),
        }
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        // A thread that waits to hand a picture over sees that nobody wants it.
        drop(self.pictures.take());
        let Some(thread) = self.thread.take() else {
            return;
        };
        // Whoever opens the camera next finds it free, unless nokhwa waits for a picture that does not come.
        let end = SystemClock.now() + CLOSES;
        while !thread.finished() {
            if SystemClock.now() >= end {
                thread.abandon();
                return;
            }
            SystemClock.sleep(LOOK);
        }
    }
}
