use std::fs;

use super::*;

fn front() -> CameraSetting {
    let (size, fps) = (Size::new(640, 480).unwrap(), Hz::new(30.0).unwrap());
    CameraSetting {
        config: CameraConfig {
            format: Some(PixelFormat::Mjpg),
            rotation: Rotation::Half,
            controls: vec![
                ControlSetting {
                    name: "exposure".into(),
                    value: ControlValue::Number(250),
                },
                ControlSetting {
                    name: "focus".into(),
                    value: ControlValue::Words("auto".into()),
                },
            ],
            ..CameraConfig::new("front", size, fps)
        },
        source: CameraSource::Device("usb:046d:0825:ABC".into()),
    }
}

#[test]
fn cameras_are_read_as_they_were_set_up() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tendon/cameras.toml");
    let mut known = KnownCameras::load(path.clone()).unwrap();
    assert_eq!(known.cameras(), []);
    let wrist = CameraSetting {
        config: CameraConfig::new(
            "wrist",
            Size::new(320, 240).unwrap(),
            Hz::new(29.97).unwrap(),
        ),
        source: CameraSource::Sim(SimView::Wrist),
    };
    let phone = CameraSetting {
        config: CameraConfig::new(
            "phone",
            Size::new(800, 600).unwrap(),
            Hz::new(15.0).unwrap(),
        ),
        source: CameraSource::Network("http://10.0.0.7:8080/video".into()),
    };
    for camera in [&front(), &wrist, &phone] {
        known.remember(camera).unwrap();
    }
    let again = KnownCameras::load(path.clone()).unwrap();
    assert_eq!(again.cameras(), [front(), wrist.clone(), phone.clone()]);
    assert!(known.forget("wrist").unwrap());
    assert!(!known.forget("wrist").unwrap());
    let again = KnownCameras::load(path).unwrap();
    assert_eq!(again.cameras(), [front(), phone]);
}

#[test]
fn what_a_person_or_a_newer_tendon_wrote_beside_it_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cameras.toml");
    fs::write(
        &path,
        "version = 1\nlikes = \"light\"\n[[camera]]\nname = \"front\"\nsource = \"sim:front\"\nwidth = 640\nheight = 480\nfps = 30\nlens = \"wide\"\n",
    )
    .unwrap();
    let mut known = KnownCameras::load(path.clone()).unwrap();
    let mut camera = known.get("front").unwrap().clone();
    camera.config.rotation = Rotation::Quarter;
    known.remember(&camera).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    for kept in ["likes = \"light\"", "lens = \"wide\"", "rotation = 90"] {
        assert!(text.contains(kept), "{kept}: {text}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cameras.toml");
    let entry = "[[camera]]\nname = \"front\"\nsource = \"sim:front\"\nwidth = 640\nheight = 480\nfps = 30\n";
    for (text, wanted) in [
        ("version = 2\n".to_owned(), "newer Tendon"),
        (entry.to_owned(), "version is missing"),
        ("version = 1\n[[camera]]\n".to_owned(), "no name"),
        (
            format!("version = 1\n{}", entry.replace("640", "0")),
            "the size of camera “front”",
        ),
        (
            format!("version = 1\n{}", entry.replace("30", "\"fast\"")),
            "the rate of camera “front”",
        ),
        (
            format!("version = 1\n{entry}rotation = 45\n"),
            "the rotation of camera “front”",
        ),
        (
            format!("version = 1\n{}", entry.replace("sim:front", "sim:moon")),
            "the source of camera “front”",
        ),
    ] {
        fs::write(&path, text).unwrap();
        let failure = KnownCameras::load(path.clone()).unwrap_err();
        assert_eq!(failure.code, ErrorCode::Data);
        assert!(failure.message.contains(wanted), "{wanted}: {failure}");
        assert!(failure.message.contains("cameras.toml"), "{failure}");
    }
}

#[test]
fn a_camera_has_one_name_that_datasets_can_have() {
    let folder = tempfile::tempdir().unwrap();
    let mut known = KnownCameras::load(folder.path().join("cameras.toml")).unwrap();
    known.remember(&front()).unwrap();
    let mut twin = front();
    twin.config.key = "top".into();
    let failure = known.remember(&twin).unwrap_err();
    assert_eq!(failure.code, ErrorCode::NotWhile, "{failure}");
    for bad in ["", "a b", "../front", "front.left"] {
        twin.config.key = bad.into();
        assert_eq!(
            known.remember(&twin).unwrap_err().code,
            ErrorCode::BadRequest,
            "{bad}"
        );
    }
}
