//! `find_cameras()`: which cameras there are, what each offers, and one picture of each as a file.
//!
//! Cameras are looked through one after the other, so that they cannot take a USB bus from each other. A picture is one
//! from after the measured warm-up, in the camera's own bytes where those are a JPEG.
//! Not here: what is asked of a session's cameras (`camera_settings`), permissions (`access`).

mod absent;
mod choice;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cameras::usb::UsbPlace;
use cameras::{CameraConfig, Mode};
use pixels::{Converter, PixelFormat, Rotation, Size, Yuv420, jpeg};
use protocol::{ErrorCode, Failure};
use sim::Scene;
use units::Hz;

use crate::access;
use crate::camera_settings::{CameraSetting, CameraSource, SimView};
use crate::cameras::{CameraSet, room_on_buses};
use crate::failure::failure;
use crate::process::{Cx, Process, Verb};

/// How long a camera's rate is measured once it is ready.
const MEASURED: Duration = Duration::from_millis(1500);
/// Time between two looks at it meanwhile.
const LOOK: Duration = Duration::from_millis(50);
/// Quality of pictures that a camera did not make itself.
const QUALITY: u8 = 92;
/// At this mean brightness or below, of 16 for black to 235 for white, a lens is likely to be covered.
const DARK: u64 = 20;

/// What to find.
#[derive(Debug, Clone, Default)]
pub struct FindCamerasConfig {
    /// Folder for a picture of each; `None` takes none and opens no camera for longer than a moment.
    pub pictures: Option<PathBuf>,
    /// Simulated cameras too.
    pub simulated: bool,
    /// Cameras that no list knows, such as those on the network.
    pub also: Vec<CameraSetting>,
}

/// A camera that is there.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// What takes its place in settings and is the same tomorrow.
    pub identity: String,
    /// What it calls itself.
    pub name: String,
    /// Where it is now: its device file, its address.
    pub place: String,
    /// The system's number for it now.
    pub number: Option<u32>,
    /// Where on USB it is.
    pub usb: Option<UsbPlace>,
    /// What it offers.
    pub modes: Vec<Mode>,
    /// The same in lines for a person.
    pub offers: Vec<String>,
    /// How it is looked through, or why it cannot be.
    pub way: Result<CameraSetting, Failure>,
}

/// A picture that was taken.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// The file.
    pub path: PathBuf,
    /// Layout in which the camera sent it.
    pub format: PixelFormat,
    /// Its size, upright.
    pub size: Size,
    /// Pictures a second that were asked for.
    pub asked_fps: f64,
    /// Pictures a second that came, once enough had.
    pub fps: Option<f64>,
    /// Time from the first picture until the camera was ready.
    pub warmed_in: Option<Duration>,
    /// Whether it is so dark that the lens may be covered.
    pub dark: bool,
}

/// What happens meanwhile.
#[derive(Debug, Clone)]
pub enum FindCamerasEvent {
    /// The cameras that are there.
    Listed(Vec<Listed>),
    /// Something that keeps a camera from being found or used, and what to do.
    Trouble(Failure),
    /// This one of the list is being looked through.
    Opening(usize),
    /// What came of it.
    Looked(usize, Result<Taken, Failure>),
}

/// Nothing can be told to it.
#[derive(Debug, Clone, Copy)]
pub enum FindCamerasCommand {}

/// What was found.
#[derive(Debug, Clone)]
pub struct FindCamerasOutcome {
    /// The cameras, and what came of looking through each, if it was.
    pub cameras: Vec<(Listed, Option<Result<Taken, Failure>>)>,
    /// What kept cameras from being found.
    pub troubles: Vec<Failure>,
}

/// The verb behind [`find_cameras`].
#[derive(Debug)]
pub struct FindCameras;

/// Finds cameras and takes a picture with each.
pub fn find_cameras(config: FindCamerasConfig) -> Process<FindCameras> {
    Process::new(config)
}

impl Verb for FindCameras {
    const NAME: &'static str = "find-cameras";
    const DRIVES: bool = false;
    type Config = FindCamerasConfig;
    type Command = FindCamerasCommand;
    type Event = FindCamerasEvent;
    type Outcome = FindCamerasOutcome;

    fn run(config: FindCamerasConfig, cx: &Cx<Self>) -> Result<FindCamerasOutcome, Failure> {
        let mut listed = plugged_in();
        if config.simulated {
            listed.extend(
                [SimView::Front, SimView::Wrist]
                    .into_iter()
                    .filter_map(simulated),
            );
        }
        listed.extend(config.also.into_iter().map(asked));
        let troubles = absent::troubles(&listed);
        cx.emit(FindCamerasEvent::Listed(listed.clone()));
        for trouble in &troubles {
            cx.emit(FindCamerasEvent::Trouble(trouble.clone()));
        }
        let mut cameras: Vec<_> = listed.into_iter().map(|camera| (camera, None)).collect();
        if let Some(folder) = &config.pictures {
            if !cameras.is_empty() {
                fs::create_dir_all(folder).map_err(|error| disk(folder, &error))?;
            }
            for (at, (camera, looked)) in cameras.iter_mut().enumerate() {
                if cx.stopping() {
                    break;
                }
                cx.emit(FindCamerasEvent::Opening(at));
                let taken = match &camera.way {
                    Ok(setting) => look(setting, &folder.join(file_name(at, &camera.name)), cx),
                    Err(why) => Err(why.clone()),
                };
                if let Err(why) = &taken
                    && why.code == ErrorCode::Disk
                {
                    return Err(why.clone());
                }
                cx.emit(FindCamerasEvent::Looked(at, taken.clone()));
                *looked = Some(taken);
            }
        }
        Ok(FindCamerasOutcome { cameras, troubles })
    }
}

/// The cameras of this machine.
fn plugged_in() -> Vec<Listed> {
    let found = cameras::find().into_iter().enumerate();
    found
        .map(|(at, found)| {
            let vid_pid = found.usb.as_ref().map(|usb| (usb.vendor, usb.product));
            let way = match (&found.trouble, choice::mode(&found.modes)) {
                (Some(trouble), _) => Err(failure(
                    ErrorCode::Camera,
                    &trouble.why,
                    access::camera_remedy(&found.device, vid_pid)
                        .unwrap_or_else(|| trouble.remedy.clone()),
                )),
                (None, None) => Err(failure(
                    ErrorCode::Camera,
                    format!("{} sends nothing that Tendon can read", found.name),
                    "It may be an infrared or a depth camera; use another one.",
                )),
                (None, Some(mode)) => Ok(CameraSetting {
                    config: CameraConfig {
                        format: Some(mode.format),
                        ..CameraConfig::new(format!("camera{at}"), mode.size, mode.fps)
                    },
                    source: CameraSource::Device(found.identity.clone()),
                }),
            };
            Listed {
                offers: found.offers(),
                identity: found.identity,
                name: found.name,
                place: found.device,
                number: Some(found.number),
                usb: found.usb,
                modes: found.modes,
                way,
            }
        })
        .collect()
}

fn simulated(view: SimView) -> Option<Listed> {
    let (width, height, fps) = choice::USUAL;
    let config = CameraConfig::new(view.name(), Size::new(width, height)?, Hz::new(fps)?);
    Some(Listed {
        identity: format!("sim:{}", view.name()),
        name: format!("simulated {} camera", view.name()),
        place: "drawn by Tendon".to_owned(),
        number: None,
        usb: None,
        modes: Vec::new(),
        offers: vec!["any size and rate".to_owned()],
        way: Ok(CameraSetting {
            config,
            source: CameraSource::Sim(view),
        }),
    })
}

/// A camera that was asked for by name.
fn asked(setting: CameraSetting) -> Listed {
    let place = match &setting.source {
        CameraSource::Device(wanted) => wanted.clone(),
        CameraSource::Network(url) => cameras::network::shown(url),
        CameraSource::Sim(view) => format!("sim:{}", view.name()),
    };
    Listed {
        identity: place.clone(),
        name: setting.config.key.clone(),
        place,
        number: None,
        usb: None,
        modes: Vec::new(),
        offers: Vec::new(),
        way: Ok(setting),
    }
}

/// Opens a camera, waits until it is ready, and keeps its newest picture.
fn look(setting: &CameraSetting, path: &Path, cx: &Cx<FindCameras>) -> Result<Taken, Failure> {
    // Nobody's arm: a simulated camera sees one that lies folded.
    let scene = Scene::new(None, cx.clock.now());
    let one = std::slice::from_ref(setting);
    let mut set = CameraSet::start(one, room_on_buses(one), &scene, &cx.clock)?;
    if !set.wait(|| cx.stopping(), |_| {})? {
        return Err(failure(ErrorCode::Stopped, "called off", ""));
    }
    // A camera's first pictures may come in a heap; its rate is that of the pictures behind them.
    let until = cx.clock.now() + MEASURED;
    while cx.clock.now() < until && !cx.stopping() {
        cx.clock.sleep(LOOK);
        set.look(&mut |_| {})?;
    }
    let mut waiting = Default::default();
    for (_, pictures, _) in set.pictures() {
        pictures.drain(&mut waiting);
    }
    let Some(picture) = waiting.pop_back() else {
        return Err(failure(
            ErrorCode::Camera,
            format!("camera {} gave no picture", setting.config.key),
            "Try again; if it stays, unplug the camera and plug it in again.",
        ));
    };
    let bad = |error: pixels::PictureError| failure(ErrorCode::Camera, &error, error.remedy());
    let mut planes = Yuv420::black(picture.upright_size());
    Converter::new()
        .to_yuv420(&picture, &mut planes)
        .map_err(bad)?;
    let own = picture.format == PixelFormat::Mjpg && picture.rotation == Rotation::None;
    let file = if own {
        jpeg::passed_on(&picture.bytes).into_owned()
    } else {
        jpeg::encode(&planes, QUALITY).map_err(bad)?
    };
    fs::write(path, file).map_err(|error| disk(path, &error))?;
    let status = set.status().into_iter().next().unwrap_or_default();
    let brightness = planes.y.iter().map(|luma| u64::from(*luma)).sum::<u64>();
    Ok(Taken {
        path: path.to_owned(),
        format: picture.format,
        size: planes.size,
        asked_fps: setting.config.fps.get(),
        fps: status.pace.map(|pace| pace.fps),
        warmed_in: status.warmed_in,
        dark: brightness <= DARK * planes.y.len() as u64,
    })
}

fn disk(path: &Path, error: &std::io::Error) -> Failure {
    failure(
        ErrorCode::Disk,
        format!(
            "the pictures cannot be written: {error}\nFile: {}",
            path.display()
        ),
        "Choose a folder that you may write to with --output, or take none with --no-pictures.",
    )
}

/// `0-hd-webcam-c270.jpg`: its place in the list, and its name as every system may have it in a file's.
fn file_name(at: usize, name: &str) -> String {
    let mut slug = String::new();
    for letter in name.chars().take(60) {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    match slug.trim_end_matches('-') {
        "" => format!("{at}.jpg"),
        slug => format!("{at}-{slug}.jpg"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_after_its_camera_on_every_system() {
        for (name, file) in [
            ("HD Webcam C270", "0-hd-webcam-c270.jpg"),
            ("USB 2.0 Camera: USB/2", "0-usb-2-0-camera-usb-2.jpg"),
            ("../../etc", "0-etc.jpg"),
            ("摄像头", "0.jpg"),
            ("", "0.jpg"),
        ] {
            assert_eq!(file_name(0, name), file);
        }
    }
}
