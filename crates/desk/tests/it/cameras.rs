//! Cameras: previews that cost nothing when nobody looks, set-ups in a file that people may read.

use std::time::UNIX_EPOCH;

use protocol::ErrorCode;
use protocol::window::{Ask, CameraPlace, CameraSetup, CameraWord, InputKind};

use crate::workbench::{Bench, alone, sim};

fn setup(name: &str, view: &str) -> CameraSetup {
    CameraSetup {
        name: name.into(),
        place: CameraPlace::Sim(view.into()),
        width: 320,
        height: 240,
        fps: 30.0,
        format: None,
        rotation: 0,
        controls: Vec::new(),
    }
}

/// Sequence, width and height of a picture, whose JPEG is whole.
fn head(bytes: &[u8]) -> (u64, u16, u16) {
    let short = |at: usize| u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap());
    let length = u32::from_le_bytes(bytes[20..24].try_into().unwrap()) as usize;
    assert_eq!(bytes.len(), 24 + length);
    let arrived = f64::from_le_bytes(bytes[8..16].try_into().unwrap());
    let age = UNIX_EPOCH.elapsed().unwrap().as_secs_f64() * 1e3 - arrived;
    assert!((0.0..60_000.0).contains(&age), "{age} ms");
    let size = pixels::jpeg::check(&bytes[24..]).unwrap();
    assert_eq!(
        (size.width(), size.height()),
        (u32::from(short(16)), u32::from(short(18)))
    );
    (
        u64::from_le_bytes(bytes[..8].try_into().unwrap()),
        short(16),
        short(18),
    )
}

fn picture(bench: &Bench, key: &str, after: u64) -> Vec<u8> {
    bench.wait("a picture", |_| bench.desk.picture(key, after))
}

fn word(bench: &Bench, key: &str, wanted: CameraWord) {
    bench.wait_until(&format!("{key} is {wanted:?}"), |page| {
        let card = page.cameras.iter().find(|card| card.key == key);
        card.is_some_and(|card| card.live.word == wanted)
    });
}

#[test]
fn pictures_come_while_somebody_looks_and_the_camera_is_closed_when_nobody_does() {
    alone(|_| {
        let bench = Bench::new();
        assert_eq!(bench.desk.picture("sim:front", 0), None);
        bench.ask(Ask::OpenCamera {
            key: "sim:front".into(),
        });
        let first = head(&picture(&bench, "sim:front", u64::MAX));
        let second = head(&picture(&bench, "sim:front", first.0));
        assert!(second.0 > first.0 && (second.1, second.2) == (640, 480));
        word(&bench, "sim:front", CameraWord::Streaming);
        assert_eq!(bench.desk.looked_through(), 1);
        // Nobody asks any more: it is looked through no longer, and then closed.
        bench.wait_until("nobody looks", |_| bench.desk.looked_through() == 0);
        word(&bench, "sim:front", CameraWord::Closed);
        assert_eq!(bench.desk.picture("sim:front", 0), None);
        bench.ask(Ask::OpenCamera {
            key: "sim:front".into(),
        });
        picture(&bench, "sim:front", u64::MAX);
        bench.ask(Ask::CloseCamera {
            key: "sim:front".into(),
        });
        word(&bench, "sim:front", CameraWord::Closed);
        let failure = bench
            .try_ask(Ask::OpenCamera {
                key: "sim:moon".into(),
            })
            .unwrap_err();
        assert_eq!(failure.code, ErrorCode::BadRequest);
    });
}

#[test]
fn a_preview_is_given_up_before_a_session_and_the_session_s_own_cameras_are_shown() {
    alone(|_| {
        let bench = Bench::new();
        bench.ask(Ask::SaveCamera(setup("top", "front")));
        bench.ask(Ask::OpenCamera { key: "top".into() });
        picture(&bench, "top", u64::MAX);
        bench.drive_with(sim(), InputKind::Keys, vec!["top".into()]);
        let shown = head(&picture(&bench, "top", u64::MAX));
        assert_eq!((shown.1, shown.2), (320, 240));
        word(&bench, "top", CameraWord::Streaming);
        assert_eq!(
            bench.page(|page| page.drive.as_ref().unwrap().cameras.clone()),
            ["top"]
        );
        let failure = bench
            .try_ask(Ask::OpenCamera {
                key: "sim:wrist".into(),
            })
            .unwrap_err();
        assert_eq!(failure.code, ErrorCode::NotWhile, "{failure}");
        bench.release();
        word(&bench, "top", CameraWord::Closed);
        assert_eq!(bench.desk.picture("top", 0), None);
    });
}

#[test]
fn a_camera_that_lies_on_its_side_is_shown_upright() {
    alone(|_| {
        let bench = Bench::new();
        bench.ask(Ask::SaveCamera(CameraSetup {
            rotation: 90,
            ..setup("side", "front")
        }));
        bench.ask(Ask::OpenCamera { key: "side".into() });
        let shown = head(&picture(&bench, "side", u64::MAX));
        assert_eq!((shown.1, shown.2), (240, 320));
    });
}

#[test]
fn a_set_up_is_kept_in_a_file_told_with_what_it_costs_and_forgotten() {
    alone(|home| {
        let bench = Bench::new();
        bench.ask(Ask::SaveCamera(setup("top", "front")));
        bench.wait_until("its card", |page| {
            let card = page.cameras.iter().find(|card| card.key == "top");
            card.is_some_and(|card| {
                let cost = card.cost.as_ref();
                card.setup == Some(setup("top", "front"))
                    && cost.is_some_and(|cost| cost.disk_bytes_a_minute > 1e6)
            })
        });
        let file = home.join("config/tendon/cameras.toml");
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(text.contains("name = \"top\"") && text.contains("source = \"sim:front\""));
        // A person changes the file, and the window shows it.
        std::fs::write(&file, text.replace("width = 320", "width = 640")).unwrap();
        bench.wait_until("the person's size", |page| {
            let card = page.cameras.iter().find(|card| card.key == "top");
            let setup = card.and_then(|card| card.setup.as_ref());
            setup.is_some_and(|setup| setup.width == 640)
        });
        for wrong in [
            CameraSetup {
                name: "a b".into(),
                ..setup("", "wrist")
            },
            CameraSetup {
                width: 0,
                ..setup("w", "wrist")
            },
            CameraSetup {
                rotation: 45,
                ..setup("w", "wrist")
            },
            setup("w", "moon"),
            CameraSetup {
                place: CameraPlace::Network("ftp://nowhere".into()),
                ..setup("w", "wrist")
            },
        ] {
            let failure = bench.try_ask(Ask::SaveCamera(wrong.clone())).unwrap_err();
            assert_eq!(failure.code, ErrorCode::BadRequest, "{wrong:?}");
        }
        let nothing = bench.try_ask(Ask::SetControl {
            key: "top".into(),
            control: "exposure".into(),
            value: 1.0,
        });
        assert_eq!(nothing.unwrap_err().code, ErrorCode::BadRequest);
        bench.ask(Ask::ForgetCamera { name: "top".into() });
        bench.wait_until("it is gone", |page| {
            page.cameras.iter().all(|card| card.setup.is_none())
        });
        assert!(
            bench
                .try_ask(Ask::ForgetCamera { name: "top".into() })
                .is_err()
        );
    });
}
