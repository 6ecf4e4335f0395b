//! Old habits, odd files and damaged bytes: understood where possible, refused in words otherwise, never a panic.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringArray};
use dataset::table::Table;
use dataset::{Dataset, DatasetError, Info, Kind, Stats, Tasks, data, episodes, journal};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixtures::{copy, golden, one_arm, push_rows};
use crate::tables;

fn info_with(change: impl FnOnce(&mut Value)) -> Result<Info, DatasetError> {
    let mut info: Value =
        serde_json::from_slice(&std::fs::read(Info::path(&golden("png-video"))).unwrap()).unwrap();
    change(&mut info);
    Info::parse(info.to_string().as_bytes(), Path::new("info.json"))
}

#[test]
fn old_ways_of_describing_features_are_understood() {
    let info = info_with(|info| {
        info["fps"] = json!(29.97);
        let features = info["features"].as_object_mut().unwrap();
        features["action"]["names"] = json!({"motors": ["a", "b", "c", "d", "e", "f"]});
        features["observation.state"]
            .as_object_mut()
            .unwrap()
            .shift_remove("names");
        features["observation.images.front"]["names"] = json!(["height", "width", "channel"]);
        features["observation.images.front"]["video_info"] = json!({"video.fps": 30.0});
        features["timestamp"]["fps"] = json!(30);
        features.insert(
            "hint".into(),
            json!({"dtype": "string", "shape": [1], "names": null}),
        );
        features.insert("done".into(), json!({"dtype": "bool", "shape": [1]}));
        features.insert("later".into(), json!({"dtype": "tensor9", "shape": [1]}));
        for key in [
            "splits",
            "robot_type",
            "total_tasks",
            "chunks_size",
            "data_path",
            "video_path",
        ] {
            info.as_object_mut().unwrap().shift_remove(key);
        }
    })
    .unwrap();
    assert_eq!(info.fps, 29.97);
    assert_eq!(
        info.feature("action").unwrap().names.as_ref().unwrap()[5],
        "f"
    );
    assert_eq!(info.feature("observation.state").unwrap().names, None);
    assert_eq!(info.feature("hint").unwrap().kind, Kind::Text);
    assert_eq!(info.feature("done").unwrap().kind, Kind::Int64);
    assert_eq!(info.feature("later").unwrap().kind, Kind::Unknown);
    assert_eq!((info.chunks_size, info.robot_type), (1000, None));
    assert_eq!(
        info.data_path.path(0, 12, ""),
        Path::new("data/chunk-000/file-012.parquet")
    );
    assert_eq!(
        info.video_path.unwrap().path(0, 12, "cam"),
        Path::new("videos/cam/chunk-000/file-012.mp4")
    );
}

#[test]
fn descriptions_that_cannot_be_used_are_refused_with_the_reason() {
    for (key, value, word) in [
        ("codebase_version", json!("v2.1"), "v2.1"),
        ("codebase_version", json!("v4.0"), "v4.0"),
        (
            "codebase_version",
            Value::Null,
            "codebase_version is missing",
        ),
        ("fps", json!(0), "fps"),
        ("fps", Value::Null, "fps"),
        ("features", json!([]), "features are missing"),
        (
            "features",
            json!({"a/b": {"dtype": "float32", "shape": [1]}}),
            "cannot be a feature's name",
        ),
        ("features", json!({"a": {"dtype": "float32"}}), "no shape"),
        ("features", json!({"a": {"shape": [1]}}), "no dtype"),
        (
            "features",
            json!({"a": {"dtype": "float32", "shape": [0]}}),
            "has the shape",
        ),
        (
            "features",
            json!({"a": {"dtype": "float32", "shape": [4294967296u64, 4294967296u64]}}),
            "has the shape",
        ),
        ("chunks_size", json!(0), "chunks_size"),
        ("total_frames", json!(-1), "total_frames is not a count"),
        (
            "data_path",
            json!("../../{file_index}"),
            "leaves the dataset",
        ),
        ("data_path", Value::Null, "data_path is null"),
    ] {
        let error = info_with(|info| info[key] = value).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
        assert!(!error.remedy().is_empty());
    }
    assert!(matches!(
        Dataset::open(Path::new("/nowhere")),
        Err(DatasetError::Missing { .. })
    ));
}

#[test]
fn a_newer_minor_version_is_read() {
    assert_eq!(
        info_with(|info| info["codebase_version"] = json!("v3.1"))
            .unwrap()
            .codebase_version,
        "v3.1"
    );
}

#[test]
fn other_path_templates_are_honoured() {
    let folder = tempfile::tempdir().unwrap();
    copy(&golden("png-video"), folder.path());
    let path = Info::path(folder.path());
    let text = std::fs::read_to_string(&path).unwrap().replace(
        "chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
        "part{chunk_index}/{file_index:05d}.parquet",
    );
    std::fs::write(&path, text).unwrap();
    std::fs::create_dir(folder.path().join("data/part0")).unwrap();
    std::fs::rename(
        folder.path().join("data/chunk-000/file-000.parquet"),
        folder.path().join("data/part0/00000.parquet"),
    )
    .unwrap();
    assert_eq!(
        Dataset::open(folder.path())
            .unwrap()
            .all_rows()
            .map(Result::unwrap)
            .count(),
        28
    );
}

#[test]
fn tasks_are_read_under_both_names_of_their_index() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("meta")).unwrap();
    let write = |columns: Vec<(&str, ArrayRef)>| {
        tables::write(
            &Tasks::path(folder.path()),
            &RecordBatch::try_from_iter(columns).unwrap(),
            vec![],
        );
        Tasks::read(folder.path())
    };
    let numbers = || Arc::new(Int64Array::from(vec![1, 0])) as ArrayRef;
    let texts = || Arc::new(StringArray::from(vec!["one", "zero"])) as ArrayRef;
    for name in ["task", "__index_level_0__"] {
        let tasks = write(vec![("task_index", numbers()), (name, texts())]).unwrap();
        assert_eq!(
            (tasks.text(0), tasks.text(1), tasks.text(2)),
            (Some("zero"), Some("one"), None)
        );
        assert!(
            !tasks.in_order() && !tasks.pandas_key,
            "which LeRobot would get wrong"
        );
    }
    assert!(write(vec![("task_index", numbers())]).is_err());
    assert!(write(vec![("task", texts())]).is_err());
    std::fs::remove_file(Tasks::path(folder.path())).unwrap();
    assert!(Tasks::read(folder.path()).unwrap().is_empty());
}

/// Two rows of `action`, written by pyarrow with one codec each.
fn compressed(codec: &str) -> Result<Vec<data::Block>, DatasetError> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/it/{codec}.parquet"));
    let features = info_with(|_| {}).unwrap().features;
    let action: Vec<_> = features
        .into_iter()
        .filter(|feature| feature.name == "action")
        .collect();
    data::read(&path, &action, 0..2)?.collect()
}

#[test]
fn every_codec_that_lerobot_loads_is_read() {
    for codec in ["gzip", "lz4", "zstd"] {
        let blocks = compressed(codec).unwrap();
        let rows: usize = blocks.iter().map(|block| block.rows).sum();
        assert_eq!(rows, 2, "{codec}");
        let first = blocks[0].floats("action").unwrap();
        assert_eq!(&first[..6], [1.0; 6], "{codec}");
    }
}

#[test]
fn an_unknown_codec_is_named() {
    let error = compressed("brotli").unwrap_err();
    assert!(
        matches!(&error, DatasetError::Codec { codec, column, .. } if codec == "brotli" && column == "action"),
        "{error}"
    );
}

#[test]
fn statistics_with_values_that_are_no_numbers_are_read_and_written_back() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("meta")).unwrap();
    std::fs::write(Stats::path(folder.path()), r#"{"a": {"mean": [NaN, 1.5], "count": [2]}, "c": {"max": [[[1.0]], [[0.5]]], "count": [3]}}"#).unwrap();
    let stats = Stats::read(folder.path()).unwrap().unwrap();
    assert!(stats.get("a").unwrap().values["mean"][0].is_nan());
    assert_eq!(stats.get("c").unwrap().shape, [2, 1, 1]);
    assert!(stats.to_text().contains("NaN,"));
    std::fs::write(
        Stats::path(folder.path()),
        r#"{"a": {"mean": [[1, 2], [3]]}}"#,
    )
    .unwrap();
    assert!(Stats::read(folder.path()).is_err());
}

/// Reads everything that can be read, whatever comes of it.
fn read_everything(root: &Path) {
    drop(Tasks::read(root));
    drop(Stats::read(root));
    for path in episodes::files(root).unwrap() {
        drop(episodes::read_file(&path, &["observation.images.front"]));
        drop(episodes::read_stats(&path));
    }
    let Ok(dataset) = Dataset::open(root) else {
        return;
    };
    drop(dataset.all_rows().collect::<Result<Vec<_>, _>>());
    for path in data::files(root).unwrap() {
        let rows = Table::open(&path).map_or(0, |table| table.rows());
        if let Ok(blocks) = data::read(&path, &dataset.info().features, 0..rows.min(10_000)) {
            blocks.take(20).for_each(drop);
        }
    }
}

const FILES: [&str; 5] = [
    "meta/info.json",
    "meta/stats.json",
    "meta/tasks.parquet",
    "meta/episodes/chunk-000/file-000.parquet",
    "data/chunk-000/file-000.parquet",
];

proptest! {
    #[test]
    fn damaged_files_give_errors_and_no_panic(
        file in 0..FILES.len(),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in proptest::option::of(any::<prop::sample::Index>()),
        footer in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        copy(&golden("png-video"), folder.path());
        let path = folder.path().join(FILES[file]);
        let mut bytes = std::fs::read(&path).unwrap();
        let from = if footer { bytes.len().saturating_sub(4000) } else { 0 };
        for (at, value) in flips {
            let at = from + at.index(bytes.len() - from);
            bytes[at] = value;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        std::fs::write(&path, bytes).unwrap();
        read_everything(folder.path());
    }

    #[test]
    fn a_damaged_journal_gives_a_prefix_of_its_rows(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
    ) {
        let whole = journal_of_40_rows();
        let rows = journal::parse(whole).unwrap().rows;
        let mut bytes = whole[..cut.index(whole.len() + 1)].to_vec();
        for (at, value) in flips {
            if !bytes.is_empty() {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
        }
        if let Some(journal) = journal::parse(&bytes) {
            let count = journal.rows.len();
            prop_assert!(rows.state.starts_with(&journal.rows.state));
            prop_assert!(rows.action.starts_with(&journal.rows.action));
            prop_assert_eq!(&journal.rows.stale[..], &rows.stale[..count]);
        }
    }

    #[test]
    fn any_bytes_at_all_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut bytes = bytes;
        drop(Info::parse(&bytes, Path::new("info.json")));
        journal::parse(&bytes);
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("meta")).unwrap();
        bytes.extend(b"PAR1");
        std::fs::write(Tasks::path(folder.path()), &bytes).unwrap();
        std::fs::write(Stats::path(folder.path()), &bytes).unwrap();
        read_everything(folder.path());
    }
}

fn journal_of_40_rows() -> &'static [u8] {
    static BYTES: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    BYTES.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
        let mut draft = dataset.begin_episode("t").unwrap();
        push_rows(&mut draft, 0, 40);
        std::fs::read(journal::files(folder.path()).unwrap().pop().unwrap()).unwrap()
    })
}
