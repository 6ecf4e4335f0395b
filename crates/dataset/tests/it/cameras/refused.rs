//! What cannot be recorded with cameras, and is refused before anything is written.

use super::*;

#[test]
fn what_does_not_fit_an_episode_is_not_saved_and_stays_on_offer() {
    let h264 = CameraKind::Video(FilmSpec {
        codec: Codec::H264,
        gop: 2,
        quality: 26,
    });
    let large = DatasetSpec {
        cameras: CAMERAS
            .iter()
            .map(|name| CameraSpec::new(name, Size::new(128, 96).unwrap(), films()))
            .collect(),
        ..one_arm()
    };
    type Spoil = fn(&dataset::Draft, &mut Vec<dataset::Footage>);
    let cases: [(DatasetSpec, Spoil, &str); 9] = [
        (
            spec(films()),
            |_, footage| drop(footage.pop()),
            "there is none",
        ),
        (
            spec(films()),
            |_, footage| footage.push(footage[0].clone()),
            "there are two",
        ),
        (
            spec(films()),
            |_, footage| footage[1].samples -= 1,
            "it has 8 pictures for 9 rows",
        ),
        (
            spec(films()),
            |draft, _| {
                let path = draft.footage_path(&key("wrist"));
                fs::remove_file(&path).unwrap();
                growing(&path, 8).finish().unwrap();
            },
            "it has 8 pictures for 9 rows",
        ),
        (
            spec(films()),
            |draft, _| {
                let path = draft.footage_path(&key("wrist"));
                fs::remove_file(&path).unwrap();
                let mut writer = growing(&path, 9);
                writer.flush().unwrap();
            },
            "it was not finished",
        ),
        (
            spec(films()),
            |_, footage| footage[0].stats.shape = vec![3],
            "its statistics have the shape [3]",
        ),
        (spec(h264), |_, _| {}, "it is av1 instead of h264"),
        (large, |_, _| {}, "it is 64x48 instead of 128x96"),
        (
            DatasetSpec {
                fps: 60,
                ..spec(films())
            },
            |_, _| {},
            "not 60 a second",
        ),
    ];
    for (spec, spoil, words) in cases {
        let folder = tempfile::tempdir().unwrap();
        let dataset = Dataset::create(folder.path(), spec).unwrap();
        let (draft, mut footage) = recorded(&dataset, "t", films(), 9);
        spoil(&draft, &mut footage);
        let error = draft.save(json!({}), &footage).unwrap_err();
        assert!(
            matches!(&error, DatasetError::Film { problem, .. } if problem.contains(words)),
            "{words}: {error}"
        );
        assert!(!error.remedy().is_empty());
        assert_eq!(check(folder.path()), [0; 0]);
        assert_eq!(journal::files(folder.path()).unwrap().len(), 1);
        assert!(!folder.path().join("videos").exists());
    }
}

#[test]
fn a_row_has_a_note_for_every_camera() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    let mut draft = dataset.begin_episode("t").unwrap();
    let row = dataset::Row {
        state: &[0.0; 6],
        action: &[0.0; 6],
        observed_at: units::MonoTime(0),
        flags: dataset::RowFlags::default(),
        pictures: &[note(0)],
    };
    assert!(matches!(
        draft.push(row),
        Err(DatasetError::BadInput { .. })
    ));
    assert!(draft.is_empty());
}

/// LeRobot's tolerance is finer than float32 is beyond 1024 s in one file.
#[test]
fn an_episode_with_films_ends_before_lerobot_cannot_look_its_pictures_up() {
    let folder = tempfile::tempdir().unwrap();
    let slow = DatasetSpec {
        fps: 1,
        ..spec(films())
    };
    let dataset = Dataset::create(folder.path().join("films"), slow).unwrap();
    let mut draft = dataset.begin_episode("t").unwrap();
    assert_eq!(draft.rows_left(), Some(1024));
    push_rows(&mut draft, 1024);
    let row = dataset::Row {
        state: &[0.0; 6],
        action: &[0.0; 6],
        observed_at: units::MonoTime(0),
        flags: dataset::RowFlags::default(),
        pictures: &[note(0), note(0)],
    };
    let error = draft.push(row).unwrap_err();
    assert!(
        matches!(error, DatasetError::TooLong { rows: 1024 }),
        "{error}"
    );
    let without = Dataset::create(folder.path().join("none"), one_arm()).unwrap();
    assert_eq!(without.begin_episode("t").unwrap().rows_left(), None);
}

#[test]
fn names_that_cannot_be_folders_are_refused() {
    for (name, fine) in [
        ("front", true),
        ("Küche oben", true),
        ("a.b", true),
        ("", false),
        ("a/b", false),
        ("a\\b", false),
        ("..", false),
        ("a:b", false),
        ("tab\there", false),
        (" a", false),
        ("a ", false),
    ] {
        let camera = CameraSpec::new(name, size(), films());
        let spec = DatasetSpec {
            cameras: vec![camera],
            ..one_arm()
        };
        assert_eq!(spec.info().is_ok(), fine, "{name:?}");
    }
    let twice = DatasetSpec {
        cameras: vec![CameraSpec::new("a", size(), films()); 2],
        ..one_arm()
    };
    assert!(twice.info().unwrap_err().to_string().contains("same name"));
    let elsewhere = DatasetSpec {
        cameras: vec![CameraSpec {
            key: "front".to_owned(),
            ..CameraSpec::new("front", size(), films())
        }],
        ..one_arm()
    };
    assert!(elsewhere.info().is_err());
}

#[test]
fn a_dataset_whose_files_cannot_be_named_is_refused_before_anything_is_recorded() {
    for (path, template, refused) in [
        ("video_path", Value::Null, true),
        ("video_path", json!("videos/{video_key}/all.mp4"), true),
        (
            "video_path",
            json!("videos/{file_index}-{chunk_index}.mp4"),
            true,
        ),
        (
            "video_path",
            json!("videos/{video_key}-{chunk_index}-{file_index}.mp4"),
            false,
        ),
        ("data_path", json!("data/{chunk_index}/all.parquet"), true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        drop(Dataset::create(root, spec(films())).unwrap());
        let mut info: Value = serde_json::from_slice(&fs::read(Info::path(root)).unwrap()).unwrap();
        info[path] = template.clone();
        fs::write(Info::path(root), info.to_string()).unwrap();
        let before = fs::read_dir(root).unwrap().count();
        match Dataset::resume(root, spec(films())) {
            Ok(_) => assert!(!refused, "{template}"),
            Err(DatasetError::Differs { what, .. }) => {
                assert!(refused && what == path, "{template}: {what}");
            }
            Err(error) => panic!("{template}: {error}"),
        }
        assert_eq!(fs::read_dir(root).unwrap().count(), before);
    }
}

#[test]
fn pictures_that_no_film_can_have_are_refused_before_there_is_a_folder() {
    for (width, height) in [(641, 480), (640, 481), (4096, 2160), (8, 8)] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("set");
        let of = |kind| DatasetSpec {
            cameras: vec![CameraSpec::new(
                "front",
                Size::new(width, height).unwrap(),
                kind,
            )],
            ..one_arm()
        };
        let error = Dataset::create(&root, of(films())).unwrap_err();
        let size = format!("{width}x{height}");
        assert!(error.to_string().contains(&size), "{error}");
        assert!(error.to_string().starts_with("camera front: "), "{error}");
        assert!(!root.exists());
        drop(Dataset::create(&root, of(CameraKind::Image)).unwrap());
    }
}

#[test]
fn a_dataset_with_other_cameras_is_refused_with_the_difference() {
    let cameras = |cameras: &[(&str, u32, u32, CameraKind)]| DatasetSpec {
        cameras: cameras
            .iter()
            .map(|(name, width, height, kind)| {
                CameraSpec::new(name, Size::new(*width, *height).unwrap(), *kind)
            })
            .collect(),
        ..one_arm()
    };
    let film = films();
    for (spec, words) in [
        (
            one_arm(),
            "\"observation.images.front\" differs (dataset: video [48, 64, 3], now: none)",
        ),
        (
            cameras(&[("front", 64, 48, film), ("wrist", 64, 64, film)]),
            "\"observation.images.wrist\" differs (dataset: video [48, 64, 3], now: video [64, 64, 3])",
        ),
        (
            cameras(&[
                ("front", 64, 48, film),
                ("wrist", 64, 48, CameraKind::Image),
            ]),
            "(dataset: video [48, 64, 3], now: image [48, 64, 3])",
        ),
        (
            cameras(&[
                ("front", 64, 48, film),
                ("wrist", 64, 48, film),
                ("top", 64, 48, film),
            ]),
            "\"observation.images.top\" differs (dataset: none",
        ),
    ] {
        let folder = tempfile::tempdir().unwrap();
        copy(&golden("png-video"), folder.path());
        let error = Dataset::resume(folder.path(), spec).unwrap_err();
        assert!(error.to_string().contains(words), "{error}");
        assert!(!folder.path().join("meta/tendon").exists());
    }
    // The order of cameras is not what makes a dataset another one.
    let folder = tempfile::tempdir().unwrap();
    copy(&golden("png-video"), folder.path());
    let swapped = cameras(&[("wrist", 64, 48, film), ("front", 64, 48, film)]);
    Dataset::resume(folder.path(), swapped).unwrap();
}
