//! USB cameras against the kernel's own V4L2 drivers, in a virtual machine: a webcam (uvcvideo) with MJPG and YUYV,
//! and vivid with many controls.
//!
//! The machine is in `../shared/hardware-vm` beside the repository, or where `TENDON_HARDWARE_VM` says; without it the
//! test says that it was skipped. The machine's processor is emulated: pictures are taken and looked over there, not
//! encoded. Not here: what a capture thread does with devices that misbehave (`crates/cameras`).
#![cfg(target_os = "linux")]

#[path = "journeys/machine.rs"]
mod machine;
#[expect(dead_code, reason = "no dataset is read here")]
#[path = "journeys/program.rs"]
mod program;

use std::collections::VecDeque;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use cameras::usb::{Control, loads, portable};
use cameras::{
    Camera, CameraConfig, CameraEvent, CameraState, ControlSetting, ControlValue, Found,
    OpenDevice, Which,
};
use pixels::{CameraFrame, PixelFormat, Size};
use stdx::thread::Intent;
use stdx::watchdog::{AfterHang, Policy};
use stdx::{Clock, SystemClock};
use units::Hz;

/// Pictures per second where nothing else is said.
const FPS: f64 = 30.0;
/// Longest that anything here may take on an emulated processor.
const PATIENCE: Duration = Duration::from_secs(30);
/// Time between two looks.
const LOOK: Duration = Duration::from_millis(20);

const POLICY: Policy = Policy {
    thread: "camera",
    intent: Intent::Capture,
    slow_after: Duration::from_secs(10),
    hangs_after: Duration::from_secs(30),
    restarts: 0,
    after_hang: AfterHang::Abandon,
};

#[test]
fn real_camera_drivers_carry_pictures_controls_and_unplugging() -> Result<()> {
    if machine::inside() {
        return Ok(());
    }
    let Some(script) = machine::script() else {
        machine::skipped("the camera drivers were");
        return Ok(());
    };
    let status = Command::new(script)
        .arg(std::env::current_exe()?)
        .args(["in_the_machine", "--exact", "--nocapture"])
        .env("TENDON_BIN", program::tendon()?)
        .env("HWVM_CAMERA", "vivid,uvc")
        .env("HWVM_TIMEOUT", "240")
        .status()
        .context("the virtual machine could not be started")?;
    ensure!(status.success(), "in the machine: {status}");
    Ok(())
}

/// The other end. One test, because the machine boots once and its cameras are shared.
#[test]
fn in_the_machine() -> Result<()> {
    if !machine::inside() {
        return Ok(());
    }
    told("the cameras are listed");
    let (webcam, vivid) = the_cameras_are_listed()?;
    for format in [PixelFormat::Mjpg, PixelFormat::Yuyv] {
        told(&format!("{format} through the kernel's driver"));
        pictures_come(&webcam, &config(Some(format))?, format)?;
    }
    told("MJPG is taken when nothing is said, at half the rate when that is asked for");
    let mut half = config(None)?;
    half.fps = Hz::new(FPS / 2.0).context("a rate")?;
    pictures_come(&webcam, &half, PixelFormat::Mjpg)?;
    for format in [PixelFormat::Mjpg, PixelFormat::Yuyv] {
        told(&format!("{format} through nokhwa"));
        pictures_come_through_nokhwa(&webcam, format)?;
    }
    told("what a camera has not is refused");
    what_it_has_not_is_refused(&webcam)?;
    told("a camera that is used is refused, and listed");
    a_camera_that_is_used_is_busy(&webcam)?;
    told("the bus is known");
    the_bus_is_known(&webcam)?;
    told("vivid and its controls");
    pictures_come(&vivid, &vivids()?, PixelFormat::Yuyv)?;
    controls_are_set_and_read_back(&vivid)?;
    told("tendon find-cameras takes a picture of each");
    a_picture_of_each_is_saved(&webcam, &vivid)?;
    told("unplugging and plugging in");
    unplugging_resumes_the_same_camera(&webcam)
}

/// What is tried next, for whoever must find out why the machine said no.
fn told(what: &str) {
    machine::say(&format!("in the machine: {what}"));
}

fn config(format: Option<PixelFormat>) -> Result<CameraConfig> {
    let size = Size::new(640, 480).context("a size")?;
    let mut config = CameraConfig::new("front", size, Hz::new(FPS).context("a rate")?);
    config.format = format;
    Ok(config)
}

/// A mode of vivid's webcam, whose larger pictures are slower.
fn vivids() -> Result<CameraConfig> {
    let mut config = config(Some(PixelFormat::Yuyv))?;
    config.size = Size::new(640, 360).context("a size")?;
    Ok(config)
}

fn open(found: &Found, config: &CameraConfig) -> Box<dyn OpenDevice> {
    cameras::device(&found.identity, config)
}

/// The webcam and vivid, which are all there is: the webcam's second node carries no pictures.
fn the_cameras_are_listed() -> Result<(Found, Found)> {
    let nodes = std::fs::read_dir("/sys/class/video4linux")?.count();
    let found = cameras::find();
    ensure!(nodes > found.len(), "{nodes} nodes, {found:?}");
    for camera in &found {
        machine::say(&format!(
            "{}  {}  {}\n  {}",
            camera.identity,
            camera.name,
            camera.device,
            camera.offers().join("\n  ")
        ));
    }
    let mut webcams = found.iter().filter(|camera| camera.usb.is_some());
    let webcam = webcams.next().context("no webcam")?;
    ensure!(
        webcams.next().is_none(),
        "the metadata node is listed: {found:?}"
    );
    ensure!(webcam.identity.starts_with("usb-"), "{}", webcam.identity);
    for line in ["MJPG  640x480    15, 30 fps", "YUYV  640x480    15, 30 fps"] {
        ensure!(
            webcam.offers().iter().any(|offer| offer == line),
            "{:?}",
            webcam.offers()
        );
    }
    let vivid = found
        .iter()
        .find(|camera| camera.name.starts_with("vivid"))
        .context("no vivid")?;
    ensure!(!vivid.controls.is_empty(), "vivid has no controls");
    Ok((webcam.clone(), vivid.clone()))
}

fn start(found: &Found, config: CameraConfig) -> Result<Camera> {
    let way = open(found, &config);
    Ok(cameras::start(config, way, SystemClock::shared(), POLICY)?)
}

/// Looks until `done` says so.
fn until(what: &str, mut done: impl FnMut() -> Result<bool>) -> Result<()> {
    let end = SystemClock.now() + PATIENCE;
    while !done()? {
        ensure!(SystemClock.now() < end, "never: {what}");
        SystemClock.sleep(LOOK);
    }
    Ok(())
}

fn ready(camera: &Camera) -> Result<()> {
    until("the camera is ready", || match camera.status().state {
        CameraState::Streaming => Ok(true),
        CameraState::Refused(trouble) => bail!("{}\n{}", trouble.why, trouble.remedy),
        _ => Ok(false),
    })
}

fn pictures_come(found: &Found, config: &CameraConfig, taken: PixelFormat) -> Result<()> {
    let mut camera = start(found, config.clone())?;
    let reader = camera.pictures().context("the pictures")?;
    ready(&camera)?;
    let mut pictures: VecDeque<CameraFrame> = VecDeque::new();
    reader.drain(&mut pictures);
    pictures.clear();
    until("60 pictures", || {
        reader.drain(&mut pictures);
        Ok(pictures.len() >= 60)
    })?;
    let status = camera.status();
    machine::say(&format!(
        "  {} pictures, {} bad, {} missed, {:.2} fps, jitter {:.2} ms, ready {:.2} s after the first",
        status.pictures,
        status.bad,
        status.missed,
        status.pace.map_or(0.0, |pace| pace.fps),
        status
            .pace
            .map_or(0.0, |pace| pace.jitter.as_secs_f64() * 1e3),
        status.warmed_in.unwrap_or_default().as_secs_f64(),
    ));
    ensure!(status.bad == 0, "{:?}", status.last_bad);
    let size = config.size;
    for (before, after) in pictures.iter().zip(pictures.iter().skip(1)) {
        ensure!(after.arrived_at > before.arrived_at && after.sequence > before.sequence);
    }
    for picture in &pictures {
        ensure!(
            picture.format == taken && picture.size == size,
            "{:?}",
            picture.format
        );
        match taken.bytes(size) {
            Some(bytes) => ensure!(picture.bytes.len() == bytes),
            None => ensure!(pixels::jpeg::check(&picture.bytes)? == size),
        }
    }
    // An emulated processor may miss some, but more than were asked for come from no camera.
    let fps = status.pace.context("a rate")?.fps;
    ensure!(
        fps < config.fps.get() * 1.2,
        "{fps} fps of {}",
        config.fps.get()
    );
    let opened = status.opened.context("what was agreed")?;
    ensure!(opened.identity == found.identity, "{opened:?}");
    Ok(())
}

fn pictures_come_through_nokhwa(found: &Found, format: PixelFormat) -> Result<()> {
    let config = config(Some(format))?;
    let mut device = portable::open(Which::Number(found.number), &config).open()?;
    ensure!(device.info().format == format && device.info().size == config.size);
    let mut bytes = Vec::new();
    let mut pictures = 0;
    let begin = SystemClock.now();
    while pictures < 30 {
        ensure!(
            SystemClock.now().since(begin) < PATIENCE,
            "{pictures} pictures in {PATIENCE:?}"
        );
        bytes.clear();
        if device
            .next(Duration::from_millis(100), &mut bytes)?
            .is_none()
        {
            continue;
        }
        pictures += 1;
        match format.bytes(config.size) {
            Some(whole) => ensure!(bytes.len() == whole, "{} bytes", bytes.len()),
            None => ensure!(pixels::jpeg::check(&bytes)? == config.size),
        }
    }
    let took = SystemClock.now().since(begin);
    machine::say(&format!("  30 pictures in {:.2} s", took.as_secs_f64()));
    Ok(())
}

fn what_it_has_not_is_refused(webcam: &Found) -> Result<()> {
    let mut odd = config(None)?;
    odd.size = Size::new(800, 600).context("a size")?;
    let camera = start(webcam, odd)?;
    until("the refusal", || {
        Ok(matches!(camera.status().state, CameraState::Refused(_)))
    })?;
    let CameraState::Refused(trouble) = camera.status().state else {
        bail!("{:?}", camera.status().state);
    };
    ensure!(trouble.code == "camera_mode_not_offered", "{trouble:?}");
    ensure!(
        trouble.why.contains("does not offer 800x600 at 30 fps"),
        "{}",
        trouble.why
    );
    ensure!(
        trouble.remedy.contains("MJPG  640x480    15, 30 fps"),
        "{}",
        trouble.remedy
    );

    let mut absent = cameras::device("usb-dead:beef-1", &config(None)?);
    let Err(error) = absent.open() else {
        bail!("a camera that is not there was opened");
    };
    ensure!(
        error.remedy().contains(&webcam.identity),
        "{}",
        error.remedy()
    );
    Ok(())
}

fn a_camera_that_is_used_is_busy(webcam: &Found) -> Result<()> {
    let mut first = open(webcam, &config(None)?).open()?;
    let Err(error) = open(webcam, &config(None)?).open() else {
        bail!("a camera that is used was opened again");
    };
    ensure!(error.code() == "camera_busy", "{error:?}");
    let found = cameras::find();
    let listed = found
        .iter()
        .find(|camera| camera.identity == webcam.identity);
    ensure!(
        listed.is_some_and(|camera| camera.modes == webcam.modes),
        "{listed:?}"
    );
    // Whoever had it goes on.
    let mut bytes = Vec::new();
    until("a picture", || {
        Ok(first
            .next(Duration::from_millis(100), &mut bytes)?
            .is_some())
    })
}

fn the_bus_is_known(webcam: &Found) -> Result<()> {
    let which = Which::Identity(webcam.identity.clone());
    let loads = loads(&[(which, config(Some(PixelFormat::Yuyv))?)])?;
    let load = loads.first().context("no bus")?;
    machine::say(&format!("  bus {} at {} Mbit/s", load.bus, load.mbits));
    ensure!(load.bytes_per_second() == 18_432_000.0, "{load:?}");
    ensure!(load.mbits >= 12.0, "{load:?}");
    Ok(())
}

fn control<'a>(controls: &'a [Control], name: &str) -> Result<&'a Control> {
    controls
        .iter()
        .find(|control| control.name == name)
        .with_context(|| format!("no control {name}"))
}

fn controls_are_set_and_read_back(vivid: &Found) -> Result<()> {
    for control in vivid.controls.iter().take(8) {
        machine::say(&format!("  {control}"));
    }
    let before = control(&vivid.controls, "brightness")?
        .value
        .context("a value")?;
    let mut config = vivids()?;
    let set = |name: &str, value: &str| ControlSetting {
        name: name.to_owned(),
        value: ControlValue::parse(value),
    };
    let wanted = before / 2 + 11;
    config.controls = vec![
        set("brightness", &wanted.to_string()),
        set("gain", "77"),
        set("horizontal_flip", "on"),
    ];
    drop(open(vivid, &config).open()?);
    let now = |name: &str| -> Result<(Option<i64>, bool)> {
        let found = cameras::find();
        let camera = found
            .iter()
            .find(|camera| camera.identity == vivid.identity)
            .context("vivid")?;
        let control = control(&camera.controls, name)?;
        Ok((control.value, control.inactive))
    };
    ensure!(
        now("brightness")?.0 == Some(wanted),
        "{:?}",
        now("brightness")?
    );
    ensure!(now("gain")? == (Some(77), false), "{:?}", now("gain")?);
    ensure!(now("gain_automatic")?.0 == Some(0) && now("horizontal_flip")?.0 == Some(1));

    config.controls = vec![set("gain", "auto")];
    drop(open(vivid, &config).open()?);
    ensure!(
        now("gain_automatic")?.0 == Some(1),
        "{:?}",
        now("gain_automatic")?
    );

    config.controls = vec![set("brightness", "100000")];
    let Err(error) = open(vivid, &config).open() else {
        bail!("a value out of range was taken");
    };
    ensure!(error.code() == "camera_control", "{error}");
    ensure!(
        error.remedy().contains("brightness: "),
        "{}",
        error.remedy()
    );
    Ok(())
}

/// The program as a person runs it: a list, and a file of each camera in the camera's own bytes or in ours.
fn a_picture_of_each_is_saved(webcam: &Found, vivid: &Found) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let output = Command::new(program::tendon()?)
        .args(["find-cameras", "--json", "--output"])
        .arg(folder.path())
        .output()?;
    ensure!(output.status.code() == Some(0), "{output:?}");
    let told: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    for (found, sent) in [(webcam, "MJPG"), (vivid, "YUYV")] {
        let cameras = told["cameras"].as_array().context("cameras")?;
        let camera = cameras
            .iter()
            .find(|camera| camera["id"] == *found.identity);
        let picture = &camera.context("a camera is missing")?["picture"];
        ensure!(picture["format"] == sent, "{picture}");
        ensure!(
            picture["fps"].is_number() && picture["ready_after_s"].is_number(),
            "{picture}"
        );
        let path = picture["path"].as_str().context("a path")?;
        let size = pixels::jpeg::check(&std::fs::read(path)?)?;
        ensure!((size.width(), size.height()) == (640, 480), "{size}");
    }
    let usb = &told["cameras"]
        .as_array()
        .and_then(|cameras| {
            cameras
                .iter()
                .find(|camera| camera["id"] == *webcam.identity)
        })
        .context("the webcam")?["usb"];
    ensure!(usb["mbits"] == 480.0, "{usb}");
    Ok(())
}

/// Pulls the webcam out or plugs it in: the machine's own doing, below the driver.
fn webcam_is(what: &str) -> Result<()> {
    let status = Command::new("hwvm").args([what, "cam"]).status()?;
    ensure!(status.success(), "hwvm {what}: {status}");
    Ok(())
}

fn unplugging_resumes_the_same_camera(webcam: &Found) -> Result<()> {
    let mut camera = start(webcam, config(None)?)?;
    let reader = camera.pictures().context("the pictures")?;
    ready(&camera)?;
    webcam_is("unplug")?;
    until("the loss is noticed", || {
        Ok(matches!(camera.status().state, CameraState::Lost(_)))
    })?;
    let mut pictures = VecDeque::new();
    reader.drain(&mut pictures);
    let last = pictures
        .back()
        .map(|picture: &CameraFrame| picture.sequence);
    pictures.clear();
    webcam_is("plug")?;
    until("it is back", || Ok(camera.status().reconnects == 1))?;
    until("its pictures", || {
        reader.drain(&mut pictures);
        Ok(pictures.len() >= 30)
    })?;
    let status = camera.status();
    ensure!(status.state == CameraState::Streaming, "{:?}", status.state);
    ensure!(
        status
            .opened
            .is_some_and(|opened| opened.identity == webcam.identity)
    );
    ensure!(
        pictures.front().map(|picture| picture.sequence) > last,
        "counted anew"
    );
    let events = camera.events();
    let lost = events
        .iter()
        .position(|event| matches!(event, CameraEvent::Lost(_)));
    let back = events
        .iter()
        .position(|event| matches!(event, CameraEvent::Back { .. }));
    ensure!(lost.is_some() && lost < back, "{events:?}");
    machine::say(&format!("  {:?}", events.last()));
    Ok(())
}
