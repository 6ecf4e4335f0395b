//! Datasets with cameras: what is on disk, what is refused, and what comes back.

mod damaged;
mod discarded;
mod refused;
mod resumed;

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
