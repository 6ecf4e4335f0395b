//! Adding to datasets that others began, and refusing those that cannot be continued, before anything is written.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, ListArray, RecordBatch};
use arrow::buffer::OffsetBuffer;
use arrow::datatypes::{DataType, Field, Float32Type, Schema};
use dataset::episodes::{self, FilePlace};
use dataset::progress::Progress;
use dataset::table::Table;
use dataset::verify::verify;
use dataset::{Dataset, DatasetError, DatasetSpec, Info, StoredRow};
use serde_json::{Value, json};

use crate::fixtures::{GOLDEN, check, copy, golden, one_arm, record};
use crate::tables;

/// A dataset that LeRobot wrote, with its cameras taken out: three episodes in one data file and one metadata file.
fn lerobots(root: &Path) {
    copy(&golden("png-video"), root);
    std::fs::remove_dir_all(root.join("videos")).unwrap();
    change_json(&Info::path(root), |info| {
        let features = info["features"].as_object_mut().unwrap();
        features.retain(|name, _| !name.contains("images"));
        info["video_path"] = Value::Null;
    });
    change_json(&root.join("meta/stats.json"), |stats| {
        stats
            .as_object_mut()
            .unwrap()
            .retain(|name, _| !name.contains("images"));
    });
    drop_columns(root, |name| name.contains("images"));
}

fn change_json(path: &Path, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    change(&mut value);
    std::fs::write(path, serde_json::to_vec(&value).unwrap()).unwrap();
}

/// Takes columns out of the first metadata file.
fn drop_columns(root: &Path, unwanted: impl Fn(&str) -> bool) {
    tables::rewrite(&episodes::path_of(root, FilePlace::default()), |batch| {
        let kept: Vec<usize> = (0..batch.num_columns())
            .filter(|at| !unwanted(batch.schema().field(*at).name()))
            .collect();
        batch.project(&kept).unwrap()
    });
}

#[test]
fn a_dataset_of_lerobots_is_continued() {
    let folder = tempfile::tempdir().unwrap();
    lerobots(folder.path());
    let dataset = Dataset::resume(folder.path(), one_arm()).unwrap();
    let before: Vec<_> = dataset.all_rows().map(Result::unwrap).collect();
    assert_eq!(record(&dataset, "Put it — ici", 20).episode_index, 3);
    assert_eq!(record(&dataset, "a new task", 10).total_rows, 58);
    assert_eq!(check(folder.path()), [12, 9, 7, 20, 10]);
    let after: Vec<StoredRow> = dataset.all_rows().map(Result::unwrap).collect();
    assert_eq!(after[..28], before);
    let episodes = dataset.episodes();
    let places: Vec<_> = episodes
        .iter()
        .map(|episode| (episode.data.file, episode.meta.unwrap().file))
        .collect();
    assert_eq!(
        places,
        [(0, 0), (0, 0), (0, 0), (1, 1), (2, 2)],
        "always new files"
    );
    assert_eq!(after[28].task_index, 1, "a known task keeps its number");
    assert_eq!(dataset.tasks().index_of("a new task"), Some(2));
    let stats = dataset.stats().unwrap().unwrap();
    assert_eq!(stats.get("action").unwrap().count, [58]);
    let report = verify(folder.path(), &Progress::new());
    assert!(report.sound(), "{report:?}");
}

#[test]
fn episode_rows_have_no_column_that_the_first_file_lacks() {
    let folder = tempfile::tempdir().unwrap();
    lerobots(folder.path());
    // As the v2.1 converter leaves them: no quantiles; and as old tools do: an index column of their own.
    drop_columns(folder.path(), |name| name.contains("/q"));
    tables::rewrite(
        &episodes::path_of(folder.path(), FilePlace::default()),
        |batch| {
            let mut fields = batch.schema().fields().to_vec();
            fields.insert(
                0,
                Arc::new(Field::new("__index_level_0__", DataType::Int64, true)),
            );
            let mut columns = batch.columns().to_vec();
            columns.insert(
                0,
                Arc::clone(batch.column_by_name("episode_index").unwrap()),
            );
            RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
        },
    );
    change_json(&folder.path().join("meta/stats.json"), |stats| {
        for stats in stats.as_object_mut().unwrap().values_mut() {
            stats
                .as_object_mut()
                .unwrap()
                .retain(|stat, _| !stat.starts_with('q'));
        }
    });
    let dataset = Dataset::resume(folder.path(), one_arm()).unwrap();
    record(&dataset, "t", 5);
    assert_eq!(check(folder.path()), [12, 9, 7, 5]);
    let columns = |file| {
        let path = episodes::path_of(folder.path(), FilePlace { chunk: 0, file });
        Table::open(&path)
            .unwrap()
            .columns()
            .into_iter()
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (first, second) = (columns(0), columns(1));
    assert!(
        second.iter().all(|column| first.contains(column)),
        "{second:?}"
    );
    assert!(second.contains(&"stats/action/mean".to_owned()));
    let stats = dataset.stats().unwrap().unwrap();
    assert!(
        !stats.get("action").unwrap().values.contains_key("q50"),
        "an envelope of half the episodes would be a lie"
    );
}

#[test]
fn without_a_column_for_its_own_place_a_row_is_found_by_its_file() {
    let folder = tempfile::tempdir().unwrap();
    lerobots(folder.path());
    drop_columns(folder.path(), |name| name.starts_with("meta/episodes"));
    std::fs::remove_file(folder.path().join("meta/stats.json")).unwrap();
    let dataset = Dataset::resume(folder.path(), one_arm()).unwrap();
    record(&dataset, "t", 5);
    assert_eq!(check(folder.path()), [12, 9, 7, 5]);
    assert_eq!(episodes::files(folder.path()).unwrap().len(), 2);
    assert_eq!(
        dataset
            .stats()
            .unwrap()
            .unwrap()
            .get("action")
            .unwrap()
            .count,
        [33],
        "gathered from the episodes"
    );
}

#[test]
fn after_the_last_file_of_a_chunk_comes_the_next_chunk() {
    for (place, size, next) in [
        ((0, 0), 1000, (0, 1)),
        ((0, 998), 1000, (0, 999)),
        ((0, 999), 1000, (1, 0)),
        ((4, 999), 1000, (5, 0)),
        ((0, 0), 1, (1, 0)),
    ] {
        let place = FilePlace {
            chunk: place.0,
            file: place.1,
        }
        .next(size);
        assert_eq!((place.chunk, place.file), next);
    }
    let folder = tempfile::tempdir().unwrap();
    lerobots(folder.path());
    change_json(&Info::path(folder.path()), |info| {
        info["chunks_size"] = json!(2)
    });
    let dataset = Dataset::resume(folder.path(), one_arm()).unwrap();
    for rows in 2..5 {
        record(&dataset, "t", rows);
    }
    assert!(
        folder
            .path()
            .join("data/chunk-001/file-001.parquet")
            .is_file()
    );
    assert!(
        folder
            .path()
            .join("meta/episodes/chunk-001/file-001.parquet")
            .is_file()
    );
    assert_eq!(check(folder.path()), [12, 9, 7, 2, 3, 4]);
}

#[test]
fn a_dataset_of_something_else_is_refused_with_the_difference_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    lerobots(folder.path());
    let mut swapped = one_arm();
    swapped.action.swap(0, 1);
    for (spec, word) in [
        (
            DatasetSpec {
                fps: 60,
                ..one_arm()
            },
            "fps differs (dataset: 30, now: 60)",
        ),
        (
            DatasetSpec {
                robot_type: "so101_follower".into(),
                ..one_arm()
            },
            "robot_type differs",
        ),
        (DatasetSpec::so_follower(30, true), "robot_type differs"),
        (swapped, "the feature \"action\" differs"),
    ] {
        let error = Dataset::resume(folder.path(), spec).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
        assert!(!error.remedy().is_empty());
    }
    for name in GOLDEN {
        let error = Dataset::resume(golden(name), one_arm()).unwrap_err();
        assert!(
            matches!(&error, DatasetError::Differs { what, .. } if what.contains("observation.images.front")),
            "{error}"
        );
    }
    assert!(!folder.path().join("meta/tendon").exists());
}

#[test]
fn what_does_not_matter_does_not_stand_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    lerobots(folder.path());
    change_json(&Info::path(folder.path()), |info| {
        info["unknown"] = json!({"kept": ["as", "it", "is"]});
        info.as_object_mut().unwrap().shift_remove("splits");
        let features = info["features"].as_object_mut().unwrap();
        let action = features.shift_remove("action").unwrap();
        features.insert("action".into(), action);
        features["action"]["fps"] = json!(30.0);
        features["action"]["info"] = json!({"anything": 1});
    });
    let dataset = Dataset::resume(folder.path(), one_arm()).unwrap();
    record(&dataset, "t", 5);
    assert_eq!(check(folder.path()), [12, 9, 7, 5]);
    let info: Value =
        serde_json::from_slice(&std::fs::read(Info::path(folder.path())).unwrap()).unwrap();
    assert_eq!(info["unknown"], json!({"kept": ["as", "it", "is"]}));
    assert_eq!(info["splits"], json!({"train": "0:4"}));
    let table = Table::open(&folder.path().join("data/chunk-000/file-001.parquet")).unwrap();
    assert_eq!(
        table.columns().last(),
        Some(&"action"),
        "columns in the order of info.json"
    );
}

#[test]
fn a_dataset_whose_files_do_not_agree_is_not_made_worse() {
    let folder = tempfile::tempdir().unwrap();
    let refuse = |name: &str, spoil: &dyn Fn(&Path)| {
        let root = folder.path().join(name);
        lerobots(&root);
        spoil(&root);
        let error = Dataset::resume(&root, one_arm()).unwrap_err();
        assert!(!error.remedy().is_empty());
        error.to_string()
    };
    let error = refuse("counter", &|root| {
        change_json(&Info::path(root), |info| info["total_frames"] = json!(27))
    });
    assert!(
        error.contains("counts 27 rows, the episodes have 28"),
        "{error}"
    );
    let error = refuse("episodes", &|root| {
        change_json(&Info::path(root), |info| info["total_episodes"] = json!(2))
    });
    assert!(
        error.contains("counts 2 episodes, the episode metadata has 3"),
        "{error}"
    );
    let error = refuse("stray", &|root| {
        std::fs::copy(
            root.join("data/chunk-000/file-000.parquet"),
            root.join("data/chunk-000/file-001.parquet"),
        )
        .map(drop)
        .unwrap();
    });
    assert!(error.contains("does not mention this file"), "{error}");
    let error = refuse("footer", &|root| {
        std::fs::write(
            root.join("meta/episodes/chunk-000/file-001.parquet"),
            b"PAR1",
        )
        .unwrap()
    });
    assert!(error.contains("file-001.parquet"), "{error}");
    let error = refuse("tasks", &|root| {
        tables::rewrite(&root.join("meta/tasks.parquet"), |batch| {
            tables::reorder(&batch, [1, 0])
        })
    });
    assert!(
        error.contains("tasks are not complete and in order"),
        "{error}"
    );
    let error = refuse("order", &|root| {
        tables::rewrite(&episodes::path_of(root, FilePlace::default()), |batch| {
            tables::reorder(&batch, [1, 0, 2])
        })
    });
    assert!(error.contains("does not continue"), "{error}");
}

#[test]
fn foreign_data_files_are_read_whatever_their_types_and_lists() {
    let folder = tempfile::tempdir().unwrap();
    lerobots(folder.path());
    let rows = || {
        Dataset::open(folder.path())
            .unwrap()
            .all_rows()
            .collect::<Result<Vec<_>, _>>()
    };
    let expected = rows().unwrap();
    let path = folder.path().join("data/chunk-000/file-000.parquet");
    let change = |make: &dyn Fn(&Field, &ArrayRef) -> ArrayRef| {
        tables::rewrite(&path, |batch| {
            let schema = batch.schema();
            let columns: Vec<(String, ArrayRef)> = schema
                .fields()
                .iter()
                .zip(batch.columns())
                .map(|(field, column)| (field.name().clone(), make(field, column)))
                .collect();
            // In the opposite order, too.
            RecordBatch::try_from_iter(columns.into_iter().rev()).unwrap()
        });
        assert_eq!(rows().unwrap(), expected);
    };
    // Variable lists whose child is called `item`, as arrow-rs and pandas name it.
    change(&|_, column| match column.data_type() {
        DataType::FixedSizeList(..) => {
            let values = Arc::clone(column.as_fixed_size_list().values());
            let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(6, column.len()));
            Arc::new(ListArray::new(
                Arc::new(Field::new("item", DataType::Float32, true)),
                offsets,
                values,
                None,
            ))
        }
        _ => Arc::clone(column),
    });
    change(&|_, column| match column.data_type() {
        DataType::Int64 => arrow::compute::cast(column, &DataType::Int32).unwrap(),
        DataType::Float32 => arrow::compute::cast(column, &DataType::Float64).unwrap(),
        DataType::List(_) => {
            let list =
                DataType::LargeList(Arc::new(Field::new("element", DataType::Float64, true)));
            arrow::compute::cast(column, &list).unwrap()
        }
        _ => Arc::clone(column),
    });
    // Lists of other lengths are not rows of an arm.
    tables::rewrite(&path, |batch| {
        let column = batch.column_by_name("action").unwrap();
        let short = column.as_list::<i64>().values().slice(0, 28 * 5);
        let short = arrow::compute::cast(&short, &DataType::Float32).unwrap();
        assert_eq!(short.as_primitive::<Float32Type>().len(), 140);
        let offsets = OffsetBuffer::from_lengths(std::iter::repeat_n(5, 28));
        let field = Arc::new(Field::new("element", DataType::Float32, true));
        let lists: ArrayRef = Arc::new(ListArray::new(field, offsets, short, None));
        let columns = batch
            .schema()
            .fields()
            .iter()
            .zip(batch.columns())
            .map(|(field, column)| {
                (
                    field.name().clone(),
                    if field.name() == "action" {
                        Arc::clone(&lists)
                    } else {
                        Arc::clone(column)
                    },
                )
            })
            .collect::<Vec<_>>();
        RecordBatch::try_from_iter(columns).unwrap()
    });
    assert!(
        rows()
            .unwrap_err()
            .to_string()
            .contains("does not have 6 values in each row")
    );
}
