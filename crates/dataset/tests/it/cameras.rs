//! Datasets with cameras: what is on disk, what is refused, and what comes back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};
use dataset::camera::{CameraKind, CameraSpec, FilmSpec, PictureFlags};
use dataset::progress::Progress;
use dataset::verify::{Defect, Report, verify};
use dataset::{
    Dataset, DatasetError, DatasetSpec, Info, Squeezed, data, episodes, journal, recovery, sidecar,
};
use pixels::Size;
use serde_json::{Value, json};
use video::Codec;

use crate::films::{
    CAMERAS, films, growing, key, note, push_rows, record, recorded, shoot, size, spec,
};
use crate::fixtures::{GOLDEN, check, copy, golden, one_arm};
use crate::tables;

fn verified(root: &Path) -> Report {
    verify(root, &Progress::new())
}

#[test]
fn episodes_with_films_are_clean_and_each_film_lies_where_its_row_says() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    for rows in [12, 9, 1] {
        record(&dataset, "t", films(), rows);
    }
    assert_eq!(check(folder.path()), [12, 9, 1]);
    let report = verified(folder.path());
    assert!(report.findings.is_empty(), "{report:?}");
    for (number, episode) in dataset.episodes().iter().enumerate() {
        assert_eq!(episode.videos.len(), 2);
        for (video, name) in episode.videos.iter().zip(CAMERAS) {
            assert_eq!(video.key, key(name));
            assert_eq!((video.place.chunk, video.place.file), (0, number as u64));
            assert_eq!(video.from_timestamp, 0.0);
            assert_eq!(video.to_timestamp, Some(episode.length as f64 / 30.0));
            let path = format!("videos/{}/chunk-000/file-{number:03}.mp4", video.key);
            let film = video::mp4::inspect(&folder.path().join(path)).unwrap();
            assert_eq!(film.samples, episode.length);
        }
    }
    assert_eq!(
        fs::read_dir(journal::folder(folder.path()))
            .unwrap()
            .count(),
        0,
        "nothing is left beside the journals"
    );
    // Pictures, as LeRobot counts what it staged.
    let stats = dataset.stats().unwrap().unwrap();
    assert_eq!(stats.get(&key("front")).unwrap().count, [22]);
}

#[test]
fn the_description_of_a_camera_is_the_one_lerobot_writes() {
    for (name, kind) in [("png-video", films()), ("png-image", CameraKind::Image)] {
        let folder = tempfile::tempdir().unwrap();
        let dataset = Dataset::create(folder.path(), spec(kind)).unwrap();
        record(&dataset, "Grab the cube", kind, 12);
        let ours = dataset.info().to_value();
        let mut theirs = Info::read(&golden(name)).unwrap().to_value();
        for (counter, value) in [
            ("total_episodes", 1),
            ("total_frames", 12),
            ("total_tasks", 1),
        ] {
            theirs[counter] = json!(value);
        }
        theirs["splits"] = json!({"train": "0:1"});
        if kind != CameraKind::Image {
            // The one thing that is not known of samples that somebody else encoded.
            for camera in CAMERAS {
                theirs["features"][key(camera)]["info"]["video.preset"] = Value::Null;
            }
        }
        assert_eq!(ours.to_string(), theirs.to_string(), "{name}");
    }
}

#[test]
fn a_camera_is_described_when_its_first_film_is_there_and_never_again() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    let about = |info: &Info| info.to_value()["features"][key("front")]["info"].clone();
    assert_eq!(about(&dataset.info()), json!({"is_depth_map": false}));
    record(&dataset, "t", films(), 3);
    let first = about(&dataset.info());
    assert_eq!(first["video.codec"], "av1");
    drop(dataset);
    let other = CameraKind::Video(FilmSpec {
        codec: Codec::Av1,
        gop: 30,
        quality: 50,
    });
    let dataset = Dataset::resume(folder.path(), spec(other)).unwrap();
    record(&dataset, "t", other, 3);
    assert_eq!(about(&dataset.info()), first);
}

#[test]
fn columns_of_a_dataset_with_cameras_are_lerobots() {
    for (name, kind) in [("png-video", films()), ("png-image", CameraKind::Image)] {
        let folder = tempfile::tempdir().unwrap();
        let dataset = Dataset::create(folder.path(), spec(kind)).unwrap();
        record(&dataset, "t", kind, 12);
        for part in [
            "data/chunk-000/file-000.parquet",
            "meta/episodes/chunk-000/file-000.parquet",
        ] {
            let columns = |root: &Path| {
                let file = fs::File::open(root.join(part)).unwrap();
                let reader = parquet::file::reader::SerializedFileReader::new(file).unwrap();
                let metadata = parquet::file::reader::FileReader::metadata(&reader).clone();
                let schema = metadata.file_metadata().schema_descr().columns().to_vec();
                let line = |column: &parquet::schema::types::ColumnDescPtr| {
                    format!(
                        "{} {} {:?} {}",
                        column.path().string(),
                        column.physical_type(),
                        column.logical_type_ref(),
                        column.max_def_level()
                    )
                };
                schema.iter().map(line).collect::<Vec<_>>()
            };
            assert_eq!(
                columns(folder.path()),
                columns(&golden(name)),
                "{name} {part}"
            );
        }
        let keys = |root: &Path| {
            let table = dataset::table::Table::open(&data::files(root).unwrap()[0]).unwrap();
            let keys: Value =
                serde_json::from_str(table.key_value("huggingface").unwrap()).unwrap();
            keys["info"].to_string()
        };
        assert_eq!(keys(folder.path()), keys(&golden(name)));
    }
}

#[test]
fn the_sidecar_says_of_every_row_which_picture_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    let (draft, mut footage) = recorded(&dataset, "t", films(), 8);
    footage[1].squeezed = Some(Squeezed {
        rows: vec![5, 6, 7],
        bad: 1,
    });
    draft.save(json!({}), &footage).unwrap();
    let sidecar = sidecar::read(folder.path(), 0).unwrap().unwrap();
    let [front, wrist] = sidecar.cameras.as_slice() else {
        panic!("{sidecar:?}")
    };
    assert_eq!(
        (front.key.clone(), wrist.key.clone()),
        (key("front"), key("wrist"))
    );
    assert_eq!(
        (front.fresh, front.repeated, front.skipped, front.late),
        (7, 1, 1, 1)
    );
    assert_eq!(
        (front.missing, front.not_encoded, front.bad),
        (0, Some(0), Some(0))
    );
    assert_eq!((wrist.not_encoded, wrist.bad), (Some(2), Some(1)));
    assert_eq!(front.sequence, [0, 1, 1, 2, 4, 5, 6, 7]);
    assert_eq!(front.arrived_at_ns[4], note(4).arrived_at.as_nanos());
    assert_eq!(front.skipped_before, [0, 0, 0, 0, 1, 0, 0, 0]);
    assert_eq!(front.flags, [0, 0, 1, 0, 2, 0, 0, 0]);
    assert_eq!(wrist.flags, [0, 0, 1, 0, 2, 8, 8, 8]);
}

#[test]
fn pictures_inside_the_table_come_back_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(CameraKind::Image)).unwrap();
    for rows in [12, 1, 30] {
        record(&dataset, "t", CameraKind::Image, rows);
    }
    assert_eq!(check(folder.path()), [12, 1, 30]);
    let report = verified(folder.path());
    assert!(report.findings.is_empty(), "{report:?}");
    assert!(!folder.path().join("videos").exists());
    assert!(
        dataset
            .episodes()
            .iter()
            .all(|episode| episode.videos.is_empty())
    );
    for (path, rows) in data::files(folder.path()).unwrap().iter().zip([12, 1, 30]) {
        let pictures: Vec<Vec<u8>> = data::pictures(path, &key("wrist"), 0..rows as u64)
            .unwrap()
            .map(Result::unwrap)
            .collect();
        let drawn: Vec<Vec<u8>> = (0..rows).map(crate::films::drawn).collect();
        assert!(pictures == drawn, "{path:?}");
    }
    let front = dataset.picture(2, 29, &key("front")).unwrap();
    assert_eq!(
        (front.size(), front.rgb().unwrap()[0]),
        (size(), (29 * 8) as u8)
    );
}

#[test]
fn lerobots_own_pictures_are_read_one_by_one() {
    for name in GOLDEN {
        let dataset = Dataset::open(golden(name)).unwrap();
        // Drawn by the maker of the fixtures: red is 5 x (row in the episode) x (episode + 1), as the film's codec left it.
        let mut reds = Vec::new();
        for row in 0..9 {
            let picture = dataset.picture(1, row, &key("front")).unwrap();
            assert_eq!(picture.size(), size());
            reds.push(picture.rgb().unwrap()[0]);
        }
        assert!(
            reds.windows(2).any(|pair| pair[0] != pair[1]),
            "{name}: {reds:?}"
        );
        let images = Dataset::open(golden("png-image")).unwrap();
        for (row, red) in reds.iter().enumerate() {
            let exact = images.picture(1, row as u64, &key("front")).unwrap();
            let exact = exact.rgb().unwrap()[0];
            assert!(
                red.abs_diff(exact) <= 8,
                "{name}, row {row}: {red} for {exact}"
            );
        }
        assert!(matches!(
            dataset.picture(1, 9, &key("front")),
            Err(DatasetError::BadInput { .. })
        ));
        assert!(dataset.picture(1, 0, "action").is_err());
        assert!(dataset.picture(3, 0, &key("front")).is_err());
    }
}

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
fn a_dataset_of_lerobots_with_cameras_is_continued() {
    for (name, kind) in [
        ("png-video", films()),
        ("stream-video", films()),
        ("png-image", CameraKind::Image),
    ] {
        let folder = tempfile::tempdir().unwrap();
        copy(&golden(name), folder.path());
        let dataset = Dataset::resume(folder.path(), spec(kind)).unwrap();
        assert_eq!(record(&dataset, "a new task", kind, 20).episode_index, 3);
        assert_eq!(record(&dataset, "Grab the cube", kind, 4).episode_index, 4);
        assert_eq!(check(folder.path()), [12, 9, 7, 20, 4]);
        let report = verified(folder.path());
        assert!(report.clean(), "{name}: {report:?}");
        let places: Vec<Vec<u64>> = dataset
            .episodes()
            .iter()
            .map(|episode| {
                episode
                    .videos
                    .iter()
                    .map(|video| video.place.file)
                    .collect()
            })
            .collect();
        if kind != CameraKind::Image {
            assert_eq!(
                places,
                [[0, 0], [0, 0], [0, 0], [1, 1], [2, 2]],
                "always new files"
            );
        }
        let before: Value =
            serde_json::from_slice(&fs::read(Info::path(&golden(name))).unwrap()).unwrap();
        assert_eq!(
            dataset.info().to_value()["features"],
            before["features"],
            "what LeRobot found out about its films stays"
        );
    }
}

#[test]
fn an_episode_weighs_as_much_as_its_rows_in_the_statistics_of_lerobots_dataset() {
    for (name, kind, counted) in [
        ("png-video", films(), 1),
        ("stream-video", films(), 64 * 48),
        ("png-image", CameraKind::Image, 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        copy(&golden(name), folder.path());
        let dataset = Dataset::resume(folder.path(), spec(kind)).unwrap();
        let of_front = |dataset: &Dataset| {
            let stats = dataset.stats().unwrap().unwrap();
            stats.get(&key("front")).unwrap().clone()
        };
        let before = of_front(&dataset);
        assert_eq!(before.count, [28 * counted], "{name}");
        let mut draft = dataset.begin_episode("Grab the cube").unwrap();
        push_rows(&mut draft, 14);
        let mut footage = CAMERAS.map(|name| shoot(&draft, name, kind, 14));
        for footage in &mut footage {
            // White, all of it: a mean that is half of each would tell that one side was forgotten.
            for (stat, values) in &mut footage.stats.values {
                values.fill(if stat == "std" { 0.0 } else { 1.0 });
            }
        }
        draft.save(json!({}), &footage).unwrap();
        let after = of_front(&dataset);
        assert_eq!(after.count, [42 * counted], "{name}");
        let (old, new) = (&before.values["mean"], &after.values["mean"]);
        for ((old, new), deviation) in old.iter().zip(new).zip(&after.values["std"]) {
            let expected = (old * 28.0 + 14.0) / 42.0;
            assert!((new - expected).abs() < 1e-9, "{name}: {new}, {expected}");
            assert!(*deviation > 0.1, "{name}: {deviation}");
        }
        drop(dataset);
        let again = Dataset::resume(folder.path(), spec(kind)).unwrap();
        record(&again, "Grab the cube", kind, 8);
        assert_eq!(of_front(&again).count, [50 * counted], "{name}");
    }
}

#[test]
fn a_new_film_comes_after_the_last_of_all_films_not_after_the_last_episodes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let dataset = Dataset::create(root, spec(films())).unwrap();
    record(&dataset, "t", films(), 12);
    record(&dataset, "t", films(), 9);
    drop(dataset);
    // By hand: the first episode's film stands behind the second's.
    let film = |number: u64| {
        let name = format!("videos/{}/chunk-000/file-{number:03}.mp4", key("front"));
        root.join(name)
    };
    fs::rename(film(0), film(2)).unwrap();
    let first = episodes::path_of(root, episodes::FilePlace { chunk: 0, file: 0 });
    tables::rewrite(&first, |batch| {
        let name = format!("videos/{}/file_index", key("front"));
        let at = batch.schema().index_of(&name).unwrap();
        let mut columns = batch.columns().to_vec();
        columns[at] = Arc::new(Int64Array::from(vec![2]));
        RecordBatch::try_new(batch.schema(), columns).unwrap()
    });
    let before = fs::read(film(2)).unwrap();
    let dataset = Dataset::resume(root, spec(films())).unwrap();
    record(&dataset, "t", films(), 7);
    assert!(fs::read(film(2)).unwrap() == before, "nobody moved it");
    let places: Vec<u64> = dataset
        .episodes()
        .iter()
        .map(|episode| episode.videos[0].place.file)
        .collect();
    assert_eq!(places, [2, 1, 3]);
    assert_eq!(check(root), [12, 9, 7]);
    assert!(!root.join("meta/tendon/attic").exists());
    let report = verified(root);
    assert!(report.clean(), "{report:?}");
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

#[test]
fn an_episode_that_was_set_aside_can_be_brought_back_or_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    let inside = || {
        let mut names: Vec<String> = fs::read_dir(journal::folder(folder.path()))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let (draft, footage) = recorded(&dataset, "first", films(), 12);
    let mut first = draft.set_aside().unwrap();
    assert_eq!(first.rows(), 12);
    assert_eq!(inside(), ["0000.aside", "0000.front.mp4", "0000.wrist.mp4"]);
    let (draft, _) = recorded(&dataset, "second", films(), 5);
    let error = dataset.restore(&mut first).unwrap_err();
    assert!(matches!(error, DatasetError::NotWhile { .. }));
    let second = draft.set_aside().unwrap();
    record(&dataset, "third", films(), 7);
    drop(second);
    assert_eq!(inside(), ["0000.aside", "0000.front.mp4", "0000.wrist.mp4"]);
    let draft = dataset.restore(&mut first).unwrap();
    assert!(dataset.restore(&mut first).is_err(), "it is open");
    assert_eq!(
        (draft.episode_index(), draft.len(), draft.task()),
        (1, 12, "first")
    );
    draft.save(json!({}), &footage).unwrap();
    assert_eq!(inside(), [""; 0]);
    assert_eq!(check(folder.path()), [7, 12]);
    assert!(verified(folder.path()).findings.is_empty());
}

#[test]
fn an_episode_that_was_set_aside_can_be_left_to_the_next_start_with_its_films() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    let aside = recorded(&dataset, "t", films(), 12).0.set_aside().unwrap();
    aside.leave();
    drop(dataset);
    let found = recovery::find(folder.path()).unwrap().interrupted;
    assert_eq!((found.len(), found[0].rows), (1, 12));
    recovery::keep(folder.path(), &found[0], &Progress::new()).unwrap();
    assert_eq!(check(folder.path()), [12]);
    assert!(verified(folder.path()).findings.is_empty());
}

#[test]
fn discarding_takes_the_films_too() {
    let folder = tempfile::tempdir().unwrap();
    for kind in [films(), CameraKind::Image] {
        let root = folder.path().join(format!("{}", kind == CameraKind::Image));
        let dataset = Dataset::create(&root, spec(kind)).unwrap();
        let (draft, _) = recorded(&dataset, "t", kind, 4);
        draft.discard().unwrap();
        assert_eq!(fs::read_dir(journal::folder(&root)).unwrap().count(), 0);
    }
}

#[test]
fn what_a_crash_leaves_of_discarded_episodes_is_named_and_then_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    record(&dataset, "t", films(), 3);
    let aside = recorded(&dataset, "t", films(), 4).0.set_aside().unwrap();
    let (draft, _) = recorded(&dataset, "t", films(), 5);
    let journals = journal::folder(folder.path());
    let killed = tempfile::tempdir().unwrap();
    copy(&journals, killed.path());
    drop((draft, aside, dataset));
    copy(killed.path(), &journals);
    // A kill between the two steps of a discard.
    fs::remove_file(journals.join("0001.journal")).unwrap();
    let report = verified(folder.path());
    let named: Vec<(Defect, &str)> = report
        .findings
        .iter()
        .map(|finding| (finding.defect, finding.place.as_str()))
        .collect();
    let in_journal = |name: &str| format!("meta/tendon/journal/{name}");
    assert_eq!(
        named,
        [
            (Defect::Leftover, in_journal("0000.aside").as_str()),
            (Defect::Leftover, in_journal("0000.front.mp4").as_str()),
            (Defect::Leftover, in_journal("0000.wrist.mp4").as_str()),
            (Defect::Leftover, in_journal("0001.front.mp4").as_str()),
            (Defect::Leftover, in_journal("0001.wrist.mp4").as_str()),
        ]
    );
    assert_eq!(recovery::find(folder.path()).unwrap().interrupted, []);
    assert_eq!(
        fs::read_dir(journal::folder(folder.path()))
            .unwrap()
            .count(),
        0
    );
    assert!(verified(folder.path()).findings.is_empty());
}

#[test]
fn the_zip_stores_films_as_they_are_and_leaves_unfinished_ones_out() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("set");
    let dataset = Dataset::create(&root, spec(films())).unwrap();
    record(&dataset, "t", films(), 28);
    let (draft, _) = recorded(&dataset, "t", films(), 5);
    drop(draft);
    drop(dataset);
    let target = folder.path().join("set.zip");
    let options = dataset::export::ExportOptions::default();
    let report = dataset::export::export_zip(&root, &target, &options, &Progress::new()).unwrap();
    let left: Vec<String> = report
        .left_out
        .iter()
        .map(|(path, kind)| format!("{}: {kind}", path.display()))
        .collect();
    assert_eq!(
        left,
        [
            "meta/tendon/journal/0000.front.mp4: the film of an unfinished episode",
            "meta/tendon/journal/0000.journal: the journal of an unfinished episode",
            "meta/tendon/journal/0000.wrist.mp4: the film of an unfinished episode",
            "meta/tendon/lock: the lock of an open dataset",
        ]
    );
    let mut zip = zip::ZipArchive::new(fs::File::open(&target).unwrap()).unwrap();
    for name in CAMERAS {
        let film = format!("videos/{}/chunk-000/file-000.mp4", key(name));
        let mut entry = zip.by_name(&format!("set/{film}")).unwrap();
        assert_eq!(entry.compression(), zip::CompressionMethod::Stored);
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut entry, &mut bytes).unwrap();
        assert!(bytes == fs::read(root.join(film)).unwrap());
    }
    assert!(
        !zip.file_names()
            .any(|name| name.unwrap().contains("journal"))
    );
}

/// Statistics of the episodes as LeRobot would have taken them while streaming, from the pictures that its films hold.
#[test]
fn statistics_of_a_golden_film_are_near_those_lerobot_wrote() {
    let root = golden("stream-video");
    let written =
        episodes::read_stats(&episodes::path_of(&root, episodes::FilePlace::default())).unwrap();
    let path = root.join("videos/observation.images.front/chunk-000/file-000.mp4");
    let mut reader = video::Reader::open(&path).unwrap();
    for (written, rows) in written.iter().zip([12, 9, 7]) {
        let mut stats = video::PictureStats::default();
        for _ in 0..rows {
            stats.add_yuv420(&reader.next().unwrap().unwrap());
        }
        let ours = dataset::FeatureStats::from(&stats.colours().unwrap());
        let theirs = written.get(&key("front")).unwrap();
        assert_eq!(ours.count, theirs.count);
        assert_eq!(ours.shape, theirs.shape);
        for (name, values) in &theirs.values {
            for (ours, theirs) in ours.values[name].iter().zip(values) {
                assert!((ours - theirs).abs() < 0.03, "{name}: {ours} for {theirs}");
            }
        }
    }
}

#[test]
fn damage_of_every_kind_to_films_and_pictures_is_found_and_named() {
    type Damage = fn(&Path, &Path);
    let cases: [(&str, CameraKind, Damage, Defect); 8] = [
        (
            "a film lost",
            films(),
            |_, film| fs::remove_file(film).unwrap(),
            Defect::VideoMissing,
        ),
        (
            "a film cut off",
            films(),
            |_, film| {
                let bytes = fs::read(film).unwrap();
                fs::write(film, &bytes[..bytes.len() / 2]).unwrap();
            },
            Defect::VideoFile,
        ),
        (
            "a film with a picture too few",
            films(),
            |_, film| video::mp4::truncate(film, 11).unwrap(),
            Defect::VideoSpan,
        ),
        (
            "a film with a picture too many",
            films(),
            |_, film| {
                fs::remove_file(film).unwrap();
                growing(film, 13).finish().unwrap();
            },
            Defect::VideoLonger,
        ),
        (
            "a film with a picture that is none",
            films(),
            |_, film| {
                let mut bytes = fs::read(film).unwrap();
                // In the middle of the first sample, behind the boxes of the beginning.
                let at = bytes.windows(4).position(|four| four == b"moof").unwrap() + 400;
                for byte in &mut bytes[at..at + 200] {
                    *byte ^= 0x5a;
                }
                fs::write(film, bytes).unwrap();
            },
            Defect::VideoPicture,
        ),
        (
            "a film of another size",
            films(),
            |root, _| {
                change_info(root, |camera| camera["shape"] = json!([96, 128, 3]));
            },
            Defect::VideoSize,
        ),
        (
            "a film of another codec",
            films(),
            |root, _| change_info(root, |camera| camera["info"]["video.codec"] = json!("h264")),
            Defect::VideoCodec,
        ),
        (
            "pictures of another size",
            CameraKind::Image,
            |root, _| change_info(root, |camera| camera["shape"] = json!([96, 128, 3])),
            Defect::Picture,
        ),
    ];
    for (what, kind, damage, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let dataset = Dataset::create(folder.path(), spec(kind)).unwrap();
        record(&dataset, "t", kind, 12);
        drop(dataset);
        let film = format!("videos/{}/chunk-000/file-000.mp4", key("front"));
        damage(folder.path(), &folder.path().join(film));
        let report = verified(folder.path());
        assert!(report.has(expected), "{what}: {report:?}");
    }
}

fn change_info(root: &Path, change: impl FnOnce(&mut Value)) {
    let path = Info::path(root);
    let mut value: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut value["features"][key("front")]);
    fs::write(&path, serde_json::to_vec(&value).unwrap()).unwrap();
}

#[test]
fn a_film_at_another_rate_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    record(&dataset, "t", films(), 12);
    drop(dataset);
    let path = Info::path(folder.path());
    let mut value: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    value["fps"] = json!(29);
    fs::write(&path, serde_json::to_vec(&value).unwrap()).unwrap();
    assert!(verified(folder.path()).has(Defect::VideoTimes));
}

#[test]
fn swapped_films_are_noticed_by_their_colours() {
    let folder = tempfile::tempdir().unwrap();
    copy(&golden("stream-video"), folder.path());
    let film = |name: &str| -> PathBuf {
        folder
            .path()
            .join(format!("videos/{}/chunk-000/file-000.mp4", key(name)))
    };
    fs::copy(film("wrist"), film("front")).unwrap();
    assert!(verified(folder.path()).has(Defect::VideoColours));
}

#[test]
fn flags_are_bits() {
    let both = PictureFlags::LATE.with(PictureFlags::SQUEEZED);
    assert!(both.has(PictureFlags::LATE) && both.has(PictureFlags::SQUEEZED));
    assert!(!both.has(PictureFlags::REPEATED));
}

#[test]
fn one_camera_may_be_kept_as_films_and_another_as_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let mixed = DatasetSpec {
        cameras: vec![
            CameraSpec::new("front", size(), films()),
            CameraSpec::new("wrist", size(), CameraKind::Image),
        ],
        ..one_arm()
    };
    let dataset = Dataset::create(folder.path(), mixed).unwrap();
    let mut draft = dataset.begin_episode("t").unwrap();
    push_rows(&mut draft, 6);
    let footage = [
        shoot(&draft, "front", films(), 6),
        shoot(&draft, "wrist", CameraKind::Image, 6),
    ];
    draft.save(json!({}), &footage).unwrap();
    let report = verified(folder.path());
    assert!(report.findings.is_empty(), "{report:?}");
}
