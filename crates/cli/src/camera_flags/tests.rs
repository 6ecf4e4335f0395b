//! What `--robot.cameras` means, and what a person is told who got it wrong.

use std::time::Duration;

use cameras::ControlValue;
use insta::assert_snapshot;
use pixels::{PixelFormat, Rotation, Size};
use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Result<Vec<CameraSetting>, Failure> {
    CameraArgs {
        cameras: Some(text.to_owned()),
        ..CameraArgs::default()
    }
    .settings(false)
}

fn told(text: &str) -> String {
    read(text).unwrap_err().to_string()
}

#[test]
fn a_line_of_lerobot_s_says_here_what_it_says_there() {
    let settings = read(
        "{ front: {type: opencv, index_or_path: /dev/video0, width: 800, height: 600, fps: 25, rotation: 180, fourcc: MJPG, \
         warmup_s: 1, color_mode: rgb, backend: 200}, wrist: {type: opencv, index_or_path: 2, width: 480, height: 640, \
         fps: 30, rotation: -90, fourcc: null} }",
    )
    .unwrap();
    let size = |width, height| Size::new(width, height).unwrap();
    let [front, wrist] = <[CameraSetting; 2]>::try_from(settings).unwrap();
    assert_eq!(front.source, CameraSource::Device("/dev/video0".to_owned()));
    assert_eq!(
        front.config,
        CameraConfig {
            format: Some(PixelFormat::Mjpg),
            rotation: Rotation::Half,
            warmup: Warmup {
                at_most: Duration::from_secs(1)
            },
            ..CameraConfig::new("front", size(800, 600), Hz::new(25.0).unwrap())
        }
    );
    assert_eq!(wrist.source, CameraSource::Device("2".to_owned()));
    // What is asked for there is the size of the turned picture.
    assert_eq!(wrist.config.size, size(640, 480));
    assert_eq!(wrist.config.rotation, Rotation::ThreeQuarters);
    assert_eq!(
        wrist.config.rotation.applied_to(wrist.config.size),
        size(480, 640)
    );
    assert_eq!(
        (wrist.config.key.as_str(), wrist.config.format),
        ("wrist", None)
    );
}

#[test]
fn the_other_types_have_an_address_or_a_view_and_what_is_left_out_is_usual() {
    let text = r#"{"phone": {"type": "mjpeg", "url": "http://10.0.0.7:8080/video"}, "esp": {"type": "network", "url": "http://esp:81/stream"}, "old": {"type": "opencv", "index_or_path": "http://10.0.0.8/"}, "top": {"type": "sim", "view": "front"}}"#;
    let settings = read(text).unwrap();
    let sources: Vec<&CameraSource> = settings.iter().map(|setting| &setting.source).collect();
    assert_eq!(
        sources,
        [
            &CameraSource::Network("http://10.0.0.7:8080/video".to_owned()),
            &CameraSource::Network("http://esp:81/stream".to_owned()),
            &CameraSource::Network("http://10.0.0.8/".to_owned()),
            &CameraSource::Sim(SimView::Front),
        ]
    );
    for setting in &settings {
        let usual = CameraConfig::new(
            setting.config.key.clone(),
            Size::new(640, 480).unwrap(),
            Hz::new(30.0).unwrap(),
        );
        assert_eq!(setting.config, usual);
    }
    assert_eq!(read("{}").unwrap(), []);
}

#[test]
fn controls_are_numbers_switches_or_words() {
    let settings = read(
        "{a: {type: opencv, index_or_path: 0, controls: {gain: -3, focus_automatic_continuous: false, auto_exposure: Manual Mode, power_line_frequency: '2'}}}",
    )
    .unwrap();
    let values: Vec<&ControlValue> = settings[0]
        .config
        .controls
        .iter()
        .map(|control| &control.value)
        .collect();
    assert_eq!(
        values,
        [
            &ControlValue::Number(-3),
            &ControlValue::Switch(false),
            &ControlValue::Words("Manual Mode".to_owned()),
            &ControlValue::Words("2".to_owned()),
        ]
    );
}

#[test]
fn cameras_of_each_arm_of_a_pair_carry_its_side() {
    let camera = |name: &str| Some(format!("{{{name}: {{type: sim, view: wrist}}}}"));
    let args = CameraArgs {
        cameras: camera("top"),
        left_cameras: camera("wrist"),
        right_cameras: camera("wrist"),
    };
    let names: Vec<String> = args
        .settings(true)
        .unwrap()
        .into_iter()
        .map(|setting| setting.config.key)
        .collect();
    assert_eq!(names, ["top", "left_wrist", "right_wrist"]);
    assert_snapshot!(args.settings(false).unwrap_err(), @"
    --robot.left_arm_config.cameras is for a pair of arms
    Use --robot.cameras, or --robot.type=bi_so_follower.
    ");
    let twice = CameraArgs {
        cameras: camera("left_wrist"),
        ..args
    };
    assert_snapshot!(twice.settings(true).unwrap_err(), @"
    two cameras are called left_wrist
    Give every camera a name of its own; datasets know it by that name.
    ");
}

#[test]
fn what_makes_no_sense_is_told_with_what_would() {
    assert_snapshot!(told("{ front: {type: opencv, index_or_path: 0, resolution: vga} }"), @"
    --robot.cameras, camera front: type opencv has no key resolution
    It has backend, color_mode, controls, fourcc, fps, height, index_or_path, rotation, type, warmup_s, width.
    ");
    assert_snapshot!(told("{ front: {type: mjpeg, url: 'http://x/', index_or_path: 0} }"), @"
    --robot.cameras, camera front: type mjpeg has no key index_or_path
    It has color_mode, fps, height, rotation, type, url, warmup_s, width.
    ");
    assert_snapshot!(told("{ front: {index_or_path: 0} }"), @"
    --robot.cameras, camera front: it has no type
    Use opencv for a camera of this machine, mjpeg for one on the network, sim for a drawn one.
    ");
    assert_snapshot!(told("{ front: {type: webcam} }"), @"
    --robot.cameras, camera front: type webcam is not known
    Use opencv for a camera of this machine, mjpeg for one on the network, sim for a drawn one.
    ");
    assert_snapshot!(told("{ front: {type: intelrealsense, serial_number_or_name: 1} }"), @"
    --robot.cameras, camera front: type intelrealsense is not known
    A RealSense's colour camera works as type opencv; depth is not recorded.
    ");
    assert_snapshot!(told("{ front: {type: opencv} }"), @"
    --robot.cameras, camera front: it has no index_or_path
    Its number, its device file, or its stable name; tendon find-cameras lists them.
    ");
    assert_snapshot!(told("{ front: {type: mjpeg} }"), @"
    --robot.cameras, camera front: it has no url
    Use its address, such as http://192.168.1.20:8080/video.
    ");
    assert_snapshot!(told("{ front: {type: sim, view: side} }"), @"
    --robot.cameras, camera front: there is no view side
    Use front or wrist.
    ");
    assert_snapshot!(told("{ front: {type: sim, view: front, width: 640} }"), @"
    --robot.cameras, camera front: width and height belong together
    Give both, or none for 640x480.
    ");
    assert_snapshot!(told("{ front: {type: sim, view: front, width: 640.5, height: 480} }"), @"
    --robot.cameras, camera front: width cannot be 640.5
    Give a whole number from 1 to 16384.
    ");
    assert_snapshot!(told("{ front: {type: sim, view: front, fps: 0} }"), @"
    --robot.cameras, camera front: no camera gives 0 pictures a second
    Choose 1 to 1000; 30 is usual.
    ");
    assert_snapshot!(told("{ front: {type: sim, view: front, fps: fast} }"), @"
    --robot.cameras, camera front: fps cannot be fast
    Give a number.
    ");
    assert_snapshot!(told("{ front: {type: sim, view: front, rotation: 45} }"), @"
    --robot.cameras, camera front: rotation cannot be 45
    Use 0, 90, 180 or -90 degrees, clockwise.
    ");
    assert_snapshot!(told("{ front: {type: sim, view: front, warmup_s: 100} }"), @"
    --robot.cameras, camera front: warmup_s cannot be 100
    Give 0 to 60 seconds; no more than needed is waited.
    ");
    assert_snapshot!(told("{ front: {type: sim, view: front, color_mode: bgr} }"), @"
    --robot.cameras, camera front: color_mode cannot be bgr
    Leave it out: pictures are shown and recorded as RGB, which is what color_mode: rgb means.
    ");
    assert_snapshot!(told("{ front: {type: opencv, index_or_path: 0, backend: GSTREAMER} }"), @"
    --robot.cameras, camera front: backend cannot be GSTREAMER
    Leave it out: the camera is opened through the system's own driver.
    ");
    assert_snapshot!(told("{ front: {type: opencv, index_or_path: 0, fourcc: H264} }"), @"
    --robot.cameras, camera front: fourcc H264 cannot be read here
    Use MJPG, YUYV, NV12, RGB3 or GREY, or leave it out: then MJPG is taken where the camera has it.
    ");
    assert_snapshot!(told("{ front: {type: opencv, index_or_path: 0, controls: 5} }"), @"
    --robot.cameras, camera front: controls cannot be 5
    Write it as controls: {exposure: 200, white_balance: auto}.
    ");
    assert_snapshot!(told("{ 'my camera': {type: sim, view: front} }"), @"
    --robot.cameras, camera my camera: this cannot be a camera's name
    Use letters, digits, _ and -, such as front or wrist_left.
    ");
    assert_snapshot!(told("{ front: sim }"), @"
    --robot.cameras, camera front: sim instead of a map of keys
    Write it as front: {type: opencv, index_or_path: 0}
    ");
    assert_snapshot!(told("[front, wrist]"), @"
    --robot.cameras is a list instead of a map of names
    Give each camera a name: --robot.cameras='{ front: {type: opencv, index_or_path: 0} }'
    ");
    assert_snapshot!(told("{"), @"
    --robot.cameras cannot be read: while parsing a node, did not find expected node content, at character 2
    Put all of it in single quotes, and a space behind each colon: --robot.cameras='{ front: {type: opencv, index_or_path: 0, width: 640, height: 480, fps: 30} }'
    ");
    assert_snapshot!(told("{ front: {type: sim, view: front}, front: {type: sim, view: wrist} }"), @"
    --robot.cameras cannot be read: front stands there twice, at character 36
    Put all of it in single quotes, and a space behind each colon: --robot.cameras='{ front: {type: opencv, index_or_path: 0, width: 640, height: 480, fps: 30} }'
    ");
}

proptest! {
    #[test]
    fn any_text_gives_cameras_or_a_failure_with_a_remedy(
        text in prop_oneof![
            "[ -~\n]{0,60}",
            "\\{ ?[a-c ]{0,3}: ?\\{type: (opencv|mjpeg|sim|x), (index_or_path|url|view|fps|width|height|rotation|warmup_s|controls): ?[-a-z0-9.{}\\[\\]'\"]{0,9}, (fps|height|fourcc): [-0-9.e]{0,6}\\} ?\\}",
        ]
    ) {
        if let Err(failure) = read(&text) {
            prop_assert!(!failure.remedy.is_empty());
        }
    }
}
