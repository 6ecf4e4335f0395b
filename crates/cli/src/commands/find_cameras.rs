//! `tendon find-cameras`: a table of the cameras, what each offers, and a picture of each.
//!
//! Not here: what a camera is and how it is opened (`cameras`), in which mode it is looked through (`station`).

use std::path::PathBuf;

use cameras::Mode;
use clap::Args;
use protocol::Failure;
use serde_json::{Value, json};
use station::camera_settings::{CameraSetting, CameraSource};
use station::find_cameras::{
    FindCamerasConfig, FindCamerasEvent, FindCamerasOutcome, Listed, Taken, find_cameras,
};

use crate::camera_flags::CameraArgs;
use crate::exit;
use crate::output::{Out, hint};
use crate::watch::{Watch, follow};

/// `tendon find-cameras`
#[derive(Debug, Args)]
pub struct FindCameras {
    /// Folder for the pictures, one JPEG file of each camera.
    #[arg(
        long,
        alias = "output-dir",
        default_value = "outputs/captured_images",
        value_name = "DIR"
    )]
    pub output: PathBuf,
    /// Only list the cameras.
    #[arg(long)]
    pub no_pictures: bool,
    /// Simulated cameras too.
    #[arg(long)]
    pub simulated: bool,
    #[command(flatten)]
    pub cameras: CameraArgs,
}

/// Looks, shows, and ends with 10 when no camera can be used.
pub fn run(args: &FindCameras, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let pair = args.cameras.left_cameras.is_some() || args.cameras.right_cameras.is_some();
    let config = FindCamerasConfig {
        pictures: (!args.no_pictures).then(|| args.output.clone()),
        simulated: args.simulated,
        also: args.cameras.settings(pair)?,
    };
    out.one_answer();
    let mut names = Vec::new();
    let outcome = follow(find_cameras(config), out, watch, |event, out| match event {
        FindCamerasEvent::Listed(cameras) => {
            names = cameras.into_iter().map(|camera| camera.name).collect();
        }
        FindCamerasEvent::Opening(at) => {
            let name = names.get(at).map(String::as_str).unwrap_or_default();
            out.bar(
                &format!("looking through {name}"),
                at as u64,
                names.len() as u64,
            );
        }
        FindCamerasEvent::Looked(..) | FindCamerasEvent::Trouble(_) => {}
    })?;
    out.wipe();
    out.object("cameras", object(&outcome));
    for line in lines(&outcome) {
        out.say(line);
    }
    let works = |(camera, looked): &(Listed, Option<Result<Taken, Failure>>)| match looked {
        Some(looked) => looked.is_ok(),
        None => camera.way.is_ok(),
    };
    if outcome.cameras.iter().any(works) {
        return Ok(exit::DONE);
    }
    if out.json() {
        hint("No camera can be used.");
    }
    Ok(exit::CAMERA)
}

/// What a person reads.
fn lines(outcome: &FindCamerasOutcome) -> Vec<String> {
    let mut lines = Vec::new();
    for (camera, looked) in &outcome.cameras {
        lines.extend(about(camera));
        match (looked, &camera.way) {
            (Some(Ok(taken)), Ok(setting)) => {
                lines.push(format!("  picture: {}", picture(taken)));
                if taken.dark {
                    lines.push(
                        "    It is almost black: is the lens covered, or the light off?".to_owned(),
                    );
                }
                lines.extend(usage(camera, setting));
            }
            (None, Ok(setting)) => lines.extend(usage(camera, setting)),
            (Some(Err(why)), _) | (None, Err(why)) => {
                lines.push(format!("  {}", why.message.replace('\n', "\n  ")));
                lines.push(format!("    {}", why.remedy.replace('\n', "\n    ")));
            }
            (Some(Ok(_)), Err(_)) => {}
        }
        lines.push(String::new());
    }
    for trouble in &outcome.troubles {
        lines.push(format!("{}\n  {}", trouble.message, trouble.remedy));
    }
    if lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// Identity, name, place and what it offers.
fn about(camera: &Listed) -> Vec<String> {
    let mut place = camera.place.clone();
    if let Some(number) = camera.number {
        place.push_str(&format!(" (number {number} today)"));
    }
    if let Some(usb) = &camera.usb {
        place.push_str(&format!(", USB port {} at {} Mbit/s", usb.port, usb.mbits));
    }
    let mut lines = vec![
        format!("{}  {}", camera.identity, camera.name),
        format!("  {place}"),
    ];
    lines.extend(camera.offers.iter().map(|offer| format!("  {offer}")));
    lines
}

/// What came of looking through it.
fn picture(taken: &Taken) -> String {
    let mut line = format!(
        "{}  {} {} at {} fps",
        taken.path.display(),
        taken.format,
        taken.size,
        rate(taken.asked_fps)
    );
    if let Some(fps) = taken.fps {
        line.push_str(&format!(", measured {fps:.1}"));
    }
    if let Some(warmed) = taken.warmed_in {
        line.push_str(&format!(", ready after {:.1} s", warmed.as_secs_f64()));
    }
    line
}

/// How it is named on a command line; nothing for a camera that was named there.
fn usage(camera: &Listed, setting: &CameraSetting) -> Option<String> {
    let config = &setting.config;
    let common = format!(
        "width: {}, height: {}, fps: {}",
        config.size.width(),
        config.size.height(),
        rate(config.fps.get())
    );
    let source = match &setting.source {
        CameraSource::Device(identity) if camera.number.is_some() => {
            format!("type: opencv, index_or_path: '{identity}', {common}")
        }
        CameraSource::Sim(view) if camera.identity != config.key => {
            format!("type: sim, view: {}, {common}", view.name())
        }
        _ => return None,
    };
    Some(format!("  --robot.cameras=\"{{ NAME: {{{source}}} }}\""))
}

fn rate(fps: f64) -> String {
    let text = format!("{fps:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// What a machine reads.
fn object(outcome: &FindCamerasOutcome) -> Value {
    let cameras: Vec<Value> = outcome
        .cameras
        .iter()
        .map(|(camera, looked)| {
            let trouble = match looked {
                Some(looked) => looked.as_ref().err(),
                None => camera.way.as_ref().err(),
            };
            let taken = looked.as_ref().and_then(|looked| looked.as_ref().ok());
            json!({
                "id": camera.identity,
                "name": camera.name,
                "place": camera.place,
                "number": camera.number,
                "usb": camera.usb.as_ref().map(|usb| json!({
                    "port": usb.port,
                    "bus": usb.bus,
                    "mbits": usb.mbits,
                    "vid_pid": format!("{:04x}:{:04x}", usb.vendor, usb.product),
                    "serial_number": usb.serial,
                })),
                "modes": camera.modes.iter().map(mode).collect::<Vec<_>>(),
                "picture": taken.map(|taken| json!({
                    "path": taken.path,
                    "format": taken.format.name(),
                    "width": taken.size.width(),
                    "height": taken.size.height(),
                    "asked_fps": taken.asked_fps,
                    "fps": taken.fps,
                    "ready_after_s": taken.warmed_in.map(|span| span.as_secs_f64()),
                    "dark": taken.dark,
                })),
                "trouble": trouble,
            })
        })
        .collect();
    json!({ "cameras": cameras, "troubles": outcome.troubles })
}

fn mode(mode: &Mode) -> Value {
    json!({
        "format": mode.format.name(),
        "width": mode.size.width(),
        "height": mode.size.height(),
        "fps": mode.fps.get(),
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use cameras::CameraConfig;
    use cameras::usb::UsbPlace;
    use insta::assert_snapshot;
    use pixels::{PixelFormat, Size};
    use protocol::ErrorCode;
    use units::Hz;

    use super::*;

    fn webcam() -> Listed {
        let mode = Mode {
            format: PixelFormat::Mjpg,
            size: Size::new(640, 480).unwrap(),
            fps: Hz::new(30.0).unwrap(),
        };
        Listed {
            identity: "usb-046d:0825-8F2A1B40".to_owned(),
            name: "HD Webcam C270".to_owned(),
            place: "/dev/video0".to_owned(),
            number: Some(0),
            usb: Some(UsbPlace {
                vendor: 0x046d,
                product: 0x0825,
                serial: Some("8F2A1B40".to_owned()),
                port: "1-2".to_owned(),
                interface: 0,
                bus: 1,
                mbits: 480.0,
            }),
            modes: vec![mode],
            offers: vec![
                "MJPG  640x480    15, 30 fps".to_owned(),
                "YUYV  640x480    30 fps".to_owned(),
            ],
            way: Ok(CameraSetting {
                config: CameraConfig::new("camera0", mode.size, mode.fps),
                source: CameraSource::Device("usb-046d:0825-8F2A1B40".to_owned()),
            }),
        }
    }

    fn taken() -> Taken {
        Taken {
            path: "outputs/captured_images/0-hd-webcam-c270.jpg".into(),
            format: PixelFormat::Mjpg,
            size: Size::new(640, 480).unwrap(),
            asked_fps: 30.0,
            fps: Some(29.97),
            warmed_in: Some(Duration::from_millis(1240)),
            dark: false,
        }
    }

    fn told(
        cameras: Vec<(Listed, Option<Result<Taken, Failure>>)>,
        troubles: Vec<Failure>,
    ) -> String {
        lines(&FindCamerasOutcome { cameras, troubles }).join("\n")
    }

    fn failure(message: &str, remedy: &str) -> Failure {
        Failure {
            code: ErrorCode::Camera,
            message: message.to_owned(),
            remedy: remedy.to_owned(),
        }
    }

    #[test]
    fn a_camera_is_shown_with_what_it_offers_its_picture_and_how_it_is_named() {
        assert_snapshot!(told(vec![(webcam(), Some(Ok(taken())))], Vec::new()), @r#"
        usb-046d:0825-8F2A1B40  HD Webcam C270
          /dev/video0 (number 0 today), USB port 1-2 at 480 Mbit/s
          MJPG  640x480    15, 30 fps
          YUYV  640x480    30 fps
          picture: outputs/captured_images/0-hd-webcam-c270.jpg  MJPG 640x480 at 30 fps, measured 30.0, ready after 1.2 s
          --robot.cameras="{ NAME: {type: opencv, index_or_path: 'usb-046d:0825-8F2A1B40', width: 640, height: 480, fps: 30} }"
        "#);
        let dark = Taken {
            dark: true,
            fps: None,
            warmed_in: None,
            ..taken()
        };
        assert_snapshot!(told(vec![(webcam(), Some(Ok(dark))), (webcam(), None)], Vec::new()), @r#"
        usb-046d:0825-8F2A1B40  HD Webcam C270
          /dev/video0 (number 0 today), USB port 1-2 at 480 Mbit/s
          MJPG  640x480    15, 30 fps
          YUYV  640x480    30 fps
          picture: outputs/captured_images/0-hd-webcam-c270.jpg  MJPG 640x480 at 30 fps
            It is almost black: is the lens covered, or the light off?
          --robot.cameras="{ NAME: {type: opencv, index_or_path: 'usb-046d:0825-8F2A1B40', width: 640, height: 480, fps: 30} }"

        usb-046d:0825-8F2A1B40  HD Webcam C270
          /dev/video0 (number 0 today), USB port 1-2 at 480 Mbit/s
          MJPG  640x480    15, 30 fps
          YUYV  640x480    30 fps
          --robot.cameras="{ NAME: {type: opencv, index_or_path: 'usb-046d:0825-8F2A1B40', width: 640, height: 480, fps: 30} }"
        "#);
    }

    #[test]
    fn a_camera_that_cannot_be_used_is_shown_with_the_reason() {
        let busy = failure(
            "camera HD Webcam C270 is used by another program",
            "Close the program that shows it.",
        );
        let closed = Listed {
            way: Err(failure(
                "no permission to open camera HD Webcam C270\nDevice: /dev/video0",
                "Join the group video.",
            )),
            offers: Vec::new(),
            modes: Vec::new(),
            ..webcam()
        };
        assert_snapshot!(told(vec![(webcam(), Some(Err(busy))), (closed, None)], Vec::new()), @"
        usb-046d:0825-8F2A1B40  HD Webcam C270
          /dev/video0 (number 0 today), USB port 1-2 at 480 Mbit/s
          MJPG  640x480    15, 30 fps
          YUYV  640x480    30 fps
          camera HD Webcam C270 is used by another program
            Close the program that shows it.

        usb-046d:0825-8F2A1B40  HD Webcam C270
          /dev/video0 (number 0 today), USB port 1-2 at 480 Mbit/s
          no permission to open camera HD Webcam C270
          Device: /dev/video0
            Join the group video.
        ");
        let none = failure("no camera is plugged in", "Plug one in.");
        assert_snapshot!(told(Vec::new(), vec![none]), @"
        no camera is plugged in
          Plug one in.
        ");
    }

    #[test]
    fn a_machine_reads_one_object() {
        let outcome = FindCamerasOutcome {
            cameras: vec![(webcam(), Some(Ok(taken())))],
            troubles: Vec::new(),
        };
        let text = serde_json::to_string_pretty(&object(&outcome)).unwrap();
        assert_snapshot!(text, @r#"
        {
          "cameras": [
            {
              "id": "usb-046d:0825-8F2A1B40",
              "name": "HD Webcam C270",
              "place": "/dev/video0",
              "number": 0,
              "usb": {
                "port": "1-2",
                "bus": 1,
                "mbits": 480.0,
                "vid_pid": "046d:0825",
                "serial_number": "8F2A1B40"
              },
              "modes": [
                {
                  "format": "MJPG",
                  "width": 640,
                  "height": 480,
                  "fps": 30.0
                }
              ],
              "picture": {
                "path": "outputs/captured_images/0-hd-webcam-c270.jpg",
                "format": "MJPG",
                "width": 640,
                "height": 480,
                "asked_fps": 30.0,
                "fps": 29.97,
                "ready_after_s": 1.24,
                "dark": false
              },
              "trouble": null
            }
          ],
          "troubles": []
        }
        "#);
    }
}
