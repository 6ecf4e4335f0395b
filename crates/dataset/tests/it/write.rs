//! What our own datasets look like on disk, byte by byte where LeRobot or the Hub cares.

use std::path::Path;

use dataset::table::Table;
use dataset::{Dataset, DatasetError, DatasetSpec, Info, Row, RowFlags, data, episodes, sidecar};
use parquet::basic::{Compression, Encoding};
use parquet::file::reader::FileReader;
use serde_json::{Value, json};
use units::MonoTime;

use crate::fixtures::{check, golden, one_arm, push_rows, record, values};

#[test]
fn what_was_pushed_is_what_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("set");
    let dataset = Dataset::create(&root, one_arm()).unwrap();
    assert_eq!(record(&dataset, "Grab the cube", 40).episode_index, 0);
    assert_eq!(record(&dataset, "Würfel 拿起", 25).episode_index, 1);
    let saved = record(&dataset, "Grab the cube", 1);
    assert_eq!(
        (saved.episode_index, saved.rows, saved.total_rows),
        (2, 1, 66)
    );
    assert_eq!(check(&root), [40, 25, 1]);
    for episode in 0..3 {
        for (at, row) in dataset.rows(episode).unwrap().enumerate() {
            let row = row.unwrap();
            let (state, action) = values(episode, at);
            assert_eq!(
                (row.state.as_slice(), row.action.as_slice()),
                (state.as_slice(), action.as_slice())
            );
            assert_eq!(row.task_index, i64::from(episode == 1));
        }
    }
}

#[test]
fn a_row_must_fit_and_be_finite() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    let mut draft = dataset.begin_episode("t").unwrap();
    let good = [0.0; 6];
    for (state, action) in [
        (&good[..5], &good[..]),
        (&good[..], &[0.0; 7][..]),
        (&[f32::NAN; 6][..], &good[..]),
        (&good[..], &[f32::INFINITY; 6][..]),
    ] {
        let row = Row {
            state,
            action,
            observed_at: MonoTime(0),
            flags: RowFlags::default(),
            pictures: &[],
        };
        assert!(matches!(
            draft.push(row),
            Err(DatasetError::BadInput { .. })
        ));
    }
    assert!(draft.is_empty());
    assert!(
        matches!(
            draft.save(Value::Null, &[]),
            Err(DatasetError::BadInput { .. })
        ),
        "an episode without rows"
    );
}

#[test]
fn one_episode_is_open_at_a_time_and_none_when_reading() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    let draft = dataset.begin_episode("t").unwrap();
    assert!(matches!(
        dataset.begin_episode("t"),
        Err(DatasetError::NotWhile { .. })
    ));
    draft.discard().unwrap();
    assert!(dataset.begin_episode("  ").is_err());
    dataset.begin_episode("t").unwrap().discard().unwrap();
    assert!(
        Dataset::open(folder.path())
            .unwrap()
            .begin_episode("t")
            .is_err()
    );
    assert!(
        Dataset::resume(folder.path(), one_arm()).is_err(),
        "the first one still has it"
    );
    drop(dataset);
    Dataset::resume(folder.path(), one_arm()).unwrap();
}

#[test]
fn a_new_dataset_needs_an_empty_place() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "mine").unwrap();
    assert!(matches!(
        Dataset::create(folder.path(), one_arm()),
        Err(DatasetError::NotEmpty { .. })
    ));
    assert!(Dataset::create(folder.path().join("file"), one_arm()).is_err());
    let cut_short = folder.path().join("set");
    std::fs::create_dir_all(cut_short.join("meta/tendon")).unwrap();
    std::fs::write(cut_short.join("meta/tendon/lock"), "").unwrap();
    std::fs::write(cut_short.join("meta/info.json.tmp"), "{").unwrap();
    Dataset::create(&cut_short, one_arm()).unwrap();
    assert!(matches!(
        Dataset::create(&cut_short, one_arm()),
        Err(DatasetError::NotEmpty { .. })
    ));
    let never = DatasetSpec {
        fps: 0,
        ..one_arm()
    };
    assert!(matches!(
        Dataset::create(folder.path().join("other"), never),
        Err(DatasetError::BadInput { .. })
    ));
    assert!(!folder.path().join("other").exists());
}

#[test]
fn info_json_reads_as_lerobot_writes_it() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    let text = std::fs::read_to_string(Info::path(folder.path())).unwrap();
    assert!(text.ends_with("\"splits\": {}\n}"), "{text}");
    record(&dataset, "t", 30);
    record(&dataset, "u", 20);
    insta::assert_snapshot!(std::fs::read_to_string(Info::path(folder.path())).unwrap());
    // Apart from cameras and counters it is the golden file.
    let mut theirs: Value =
        serde_json::from_slice(&std::fs::read(Info::path(&golden("png-image"))).unwrap()).unwrap();
    let features = theirs["features"].as_object_mut().unwrap();
    features.shift_remove("observation.images.front");
    features.shift_remove("observation.images.wrist");
    for (key, value) in [
        ("total_episodes", json!(2)),
        ("total_frames", json!(50)),
        ("splits", json!({"train": "0:2"})),
    ] {
        theirs[key] = value;
    }
    assert_eq!(
        dataset.info().to_value().to_string(),
        theirs.to_string(),
        "values and order of keys"
    );
}

#[test]
fn an_episode_row_reads_as_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    record(&dataset, "Grab the cube", 30);
    record(&dataset, "Put it — ici", 20);
    let path = episodes::path_of(folder.path(), episodes::FilePlace { chunk: 0, file: 1 });
    insta::assert_snapshot!(as_table(&path));
}

/// Every column of a file with one row: name, type, value.
fn as_table(path: &Path) -> String {
    let file = std::fs::File::open(path).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap();
    let batch = reader.map(Result::unwrap).next().unwrap();
    let options = arrow::util::display::FormatOptions::default();
    let lines = batch
        .schema()
        .fields()
        .iter()
        .zip(batch.columns())
        .map(|(field, column)| {
            let value = arrow::util::display::ArrayFormatter::try_new(column, &options)
                .unwrap()
                .value(0)
                .to_string();
            format!("{} | {} | {value}", field.name(), field.data_type())
        })
        .collect::<Vec<_>>();
    lines.join("\n")
}

#[test]
fn columns_have_the_names_types_and_order_of_lerobots() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    record(&dataset, "t", 30);
    for part in [
        "data/chunk-000/file-000.parquet",
        "meta/episodes/chunk-000/file-000.parquet",
        "meta/tasks.parquet",
    ] {
        let schema = |root: &Path| {
            let file = std::fs::File::open(root.join(part)).unwrap();
            let reader = parquet::file::reader::SerializedFileReader::new(file).unwrap();
            let schema = reader
                .metadata()
                .file_metadata()
                .schema_descr()
                .columns()
                .to_vec();
            let line = |column: &parquet::schema::types::ColumnDescPtr| {
                format!(
                    "{} {} {:?} {}",
                    column.path().string(),
                    column.physical_type(),
                    column.logical_type_ref(),
                    column.max_def_level()
                )
            };
            schema
                .iter()
                .map(line)
                .filter(|line| !line.contains("observation.images"))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            schema(folder.path()),
            schema(&golden("png-image")),
            "{part}"
        );
    }
}

#[test]
fn a_data_file_is_snappy_with_dictionaries_in_one_row_group_and_names_its_features() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    record(&dataset, "t", 3000);
    let path = folder.path().join("data/chunk-000/file-000.parquet");
    let reader =
        parquet::file::reader::SerializedFileReader::new(std::fs::File::open(&path).unwrap())
            .unwrap();
    let metadata = reader.metadata();
    assert_eq!(metadata.num_row_groups(), 1);
    for column in metadata.row_group(0).columns() {
        assert_eq!(column.compression(), Compression::SNAPPY);
        assert!(column.dictionary_page_offset().is_some());
        assert!(
            column
                .encodings()
                .any(|encoding| encoding == Encoding::RLE_DICTIONARY)
        );
    }
    let pages = reader
        .get_row_group(0)
        .unwrap()
        .get_column_page_reader(0)
        .unwrap();
    assert!(
        pages
            .map(Result::unwrap)
            .all(|page| !matches!(page, parquet::column::page::Page::DataPageV2 { .. }))
    );
    let table = Table::open(&path).unwrap();
    assert!(table.key_value("ARROW:schema").is_some());
    let ours: Value = serde_json::from_str(table.key_value("huggingface").unwrap()).unwrap();
    let theirs = Table::open(&golden("png-video").join("data/chunk-000/file-000.parquet")).unwrap();
    let theirs: Value = serde_json::from_str(theirs.key_value("huggingface").unwrap()).unwrap();
    assert_eq!(ours["info"].to_string(), theirs["info"].to_string());
}

/// pyarrow takes the keys from the Arrow schema in the footer when there is one, and ignores the footer's own.
#[test]
fn keys_are_where_pyarrow_looks_for_them() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    record(&dataset, "t", 2);
    for (part, key) in [
        ("meta/tasks.parquet", "pandas"),
        ("data/chunk-000/file-000.parquet", "huggingface"),
    ] {
        let file = std::fs::File::open(folder.path().join(part)).unwrap();
        let reader = parquet::file::reader::SerializedFileReader::new(file).unwrap();
        let footer = reader.metadata().file_metadata();
        let pairs = footer.key_value_metadata().unwrap();
        assert_eq!(
            pairs.iter().filter(|pair| pair.key == key).count(),
            1,
            "{part}"
        );
        let arrow = pairs
            .iter()
            .filter(|pair| pair.key == "ARROW:schema")
            .cloned()
            .collect::<Vec<_>>();
        let schema =
            parquet::arrow::parquet_to_arrow_schema(footer.schema_descr(), Some(&arrow)).unwrap();
        assert!(schema.metadata().contains_key(key), "{part}");
    }
}

#[test]
fn tasks_carry_what_pandas_needs_to_find_its_index() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    assert!(
        !folder.path().join("meta/tasks.parquet").exists(),
        "no tasks, no file"
    );
    record(&dataset, "t", 2);
    let table = Table::open(&folder.path().join("meta/tasks.parquet")).unwrap();
    let pandas: Value = serde_json::from_str(table.key_value("pandas").unwrap()).unwrap();
    assert_eq!(
        (&pandas["index_columns"], &pandas["column_indexes"]),
        (&json!(["task"]), &json!([]))
    );
    let columns: Vec<_> = pandas["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| {
            (
                &column["name"],
                &column["pandas_type"],
                &column["numpy_type"],
            )
        })
        .collect();
    assert_eq!(
        columns,
        [
            (&json!("task_index"), &json!("int64"), &json!("int64")),
            (&json!("task"), &json!("unicode"), &json!("object"))
        ]
    );
    assert_eq!(table.columns(), ["task_index", "task"]);
}

#[test]
fn the_sidecar_holds_what_lerobot_has_no_column_for() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    record(&dataset, "t", 8);
    let sidecar = sidecar::read(folder.path(), 0).unwrap().unwrap();
    assert_eq!(sidecar.flags, [0, 0, 0, RowFlags::REPEATED, 0, 0, 0, 0]);
    assert_eq!(sidecar.stale, [0, 0, 0, 0, 0, 2, 0, 0]);
    assert_eq!(sidecar.observed_at_ns[1], 1_033_333_333);
    assert_eq!(
        (sidecar.recovered, sidecar.report),
        (false, json!({"ended": "full"}))
    );
    assert_eq!(sidecar::read(folder.path(), 1).unwrap(), None);
    let columns = Table::open(&data::files(folder.path()).unwrap()[0])
        .unwrap()
        .columns()
        .len();
    assert_eq!(columns, 7, "nothing of ours in LeRobot's columns");
}

#[test]
fn a_discarded_episode_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    record(&dataset, "t", 8);
    let before = everything(folder.path());
    let mut draft = dataset.begin_episode("another").unwrap();
    push_rows(&mut draft, 1, 9);
    draft.discard().unwrap();
    assert_eq!(everything(folder.path()), before);
    assert_eq!(record(&dataset, "t", 8).episode_index, 1);
}

/// Paths and contents of all files.
fn everything(root: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all.extend(everything(&path))
        } else {
            all.push((path.clone(), std::fs::read(&path).unwrap()))
        }
    }
    all.sort();
    all
}

#[test]
fn two_arms_have_twelve_values() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), DatasetSpec::so_follower(50, true)).unwrap();
    let mut draft = dataset.begin_episode("t").unwrap();
    let row: [f32; 12] = std::array::from_fn(|joint| joint as f32);
    draft
        .push(Row {
            state: &row,
            action: &row,
            observed_at: MonoTime(0),
            flags: RowFlags::default(),
            pictures: &[],
        })
        .unwrap();
    draft.save(Value::Null, &[]).unwrap();
    let info = dataset.info();
    let names = info.feature("action").unwrap().names.clone().unwrap();
    assert_eq!(
        (names[0].as_str(), names[11].as_str()),
        ("left_shoulder_pan.pos", "right_gripper.pos")
    );
    assert_eq!(info.robot_type.as_deref(), Some("bi_so_follower"));
    assert_eq!(dataset.rows(0).unwrap().next().unwrap().unwrap().state, row);
}
