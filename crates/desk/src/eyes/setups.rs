//! How cameras are set up: from the window's words to the station's and back, and the file that remembers them.
//!
//! Not here: the file's shape (`station`), what a set-up costs (`cards`).

use cameras::{CameraConfig, ControlSetting, ControlValue};
use pixels::{PixelFormat, Rotation, Size};
use protocol::Failure;
use protocol::window::{CameraPlace, CameraSetup};
use station::camera_settings::{CameraSetting, CameraSource, SimView};
use station::known_cameras::{self, KnownCameras, known_cameras_file};
use stdx::SystemClock;
use units::Hz;

use crate::words::bad_request;

/// A set-up as the station wants it.
///
/// # Errors
/// When one of its values cannot be.
pub(crate) fn from_setup(setup: &CameraSetup) -> Result<CameraSetting, Failure> {
    let wrong = |what: &str| bad_request(format!("{what} of camera {} cannot be", setup.name), "");
    let size = Size::new(setup.width, setup.height).ok_or_else(|| wrong("the size"))?;
    let fps = Hz::new(setup.fps).ok_or_else(|| wrong("the rate"))?;
    let format = setup.format.as_deref();
    let format = format
        .map(|name| PixelFormat::from_name(name).ok_or_else(|| wrong("the format")))
        .transpose()?;
    let rotation = Rotation::from_degrees(setup.rotation.into());
    let controls = setup.controls.iter().map(|(name, value)| ControlSetting {
        name: name.clone(),
        value: ControlValue::Number(value.round() as i64),
    });
    Ok(CameraSetting {
        config: CameraConfig {
            format,
            rotation: rotation.ok_or_else(|| wrong("the rotation"))?,
            controls: controls.collect(),
            ..CameraConfig::new(setup.name.trim(), size, fps)
        },
        source: match &setup.place {
            CameraPlace::Device(identity) => CameraSource::Device(identity.clone()),
            CameraPlace::Network(url) => {
                // Said now, and not when somebody wants to record.
                cameras::NetworkCamera::new(url, size, fps, SystemClock::shared())
                    .map_err(|error| bad_request(error.to_string(), error.remedy()))?;
                CameraSource::Network(url.clone())
            }
            CameraPlace::Sim(view) => CameraSource::Sim(
                SimView::from_name(view).ok_or_else(|| wrong("the simulated view"))?,
            ),
        },
    })
}

/// Remembers how a camera is set up.
///
/// # Errors
/// As [`from_setup`], and when the file cannot be written.
pub(crate) fn save(setup: &CameraSetup) -> Result<(), Failure> {
    KnownCameras::load(known_cameras_file())?.remember(&from_setup(setup)?)
}

/// Forgets how a camera is set up.
///
/// # Errors
/// When none has this name, or the file cannot be written.
pub(crate) fn forget(name: &str) -> Result<(), Failure> {
    if KnownCameras::load(known_cameras_file())?.forget(name)? {
        return Ok(());
    }
    Err(bad_request(
        format!("no camera is set up as “{name}”"),
        "Choose one of the list.",
    ))
}

/// A set-up in the window's words.
pub(super) fn to_setup(setting: &CameraSetting) -> CameraSetup {
    let config = &setting.config;
    let number = |control: &ControlSetting| {
        let value = match control.value {
            ControlValue::Number(number) => number as f64,
            ControlValue::Switch(on) => f64::from(u8::from(on)),
            ControlValue::Words(_) => return None,
        };
        Some((control.name.clone(), value))
    };
    CameraSetup {
        name: config.key.clone(),
        place: match &setting.source {
            CameraSource::Device(identity) => CameraPlace::Device(identity.clone()),
            CameraSource::Network(url) => CameraPlace::Network(url.clone()),
            CameraSource::Sim(view) => CameraPlace::Sim(view.name().to_owned()),
        },
        width: config.size.width(),
        height: config.size.height(),
        fps: config.fps.get(),
        format: config.format.map(|format| format.to_string()),
        rotation: known_cameras::degrees(config.rotation),
        controls: config.controls.iter().filter_map(number).collect(),
    }
}
