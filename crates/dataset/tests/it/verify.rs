//! LeRobot's own datasets are clean, and each kind of damage done to a copy is found and named.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float32Array, Float64Array, Int64Array, ListArray, RecordBatch};
use arrow::datatypes::Float32Type;
use dataset::progress::{Progress, Stage};
use dataset::verify::{Defect, Report, Severity, verify};
use tempfile::TempDir;

use crate::fixtures::{GOLDEN, copy, golden};
use crate::tables::{and, reorder, rewrite, with, without};

const DATA: &str = "data/chunk-000/file-000.parquet";
const EPISODES: &str = "meta/episodes/chunk-000/file-000.parquet";
const TASKS: &str = "meta/tasks.parquet";
const VIDEO: &str = "videos/observation.images.front/chunk-000/file-000.mp4";

fn check(root: &Path) -> Report {
    verify(root, &Progress::new())
}

fn listing(report: &Report) -> String {
    let lines: Vec<String> = report.findings.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

#[test]
fn golden_datasets_are_clean() {
    for name in GOLDEN {
        let progress = Progress::new();
        let report = verify(&golden(name), &progress);
        assert!(report.findings.is_empty(), "{name}:\n{}", listing(&report));
        assert!(report.clean() && report.sound());
        assert_eq!((report.episodes, report.rows), (3, 28), "{name}");
        assert!(report.not_checked.is_empty());
        assert_eq!(progress.reached().stage, Stage::Done);
    }
}

/// A change of a copied dataset, by the copy's root.
type Damage = fn(&Path);

fn json(root: &Path, file: &str, change: impl FnOnce(&mut serde_json::Value)) {
    let path = root.join(file);
    let mut value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut value);
    fs::write(&path, serde_json::to_vec(&value).unwrap()).unwrap();
}

fn data(root: &Path, change: impl FnOnce(RecordBatch) -> RecordBatch) {
    rewrite(&root.join(DATA), change);
}

fn episodes(root: &Path, change: impl FnOnce(RecordBatch) -> RecordBatch) {
    rewrite(&root.join(EPISODES), change);
}

fn integers(batch: &RecordBatch, name: &str) -> Vec<i64> {
    let column = batch.column_by_name(name).unwrap();
    let column = column.as_any().downcast_ref::<Int64Array>().unwrap();
    column.values().to_vec()
}

fn set(batch: &RecordBatch, name: &str, row: usize, value: i64) -> RecordBatch {
    let mut values = integers(batch, name);
    values[row] = value;
    with(batch, name, Arc::new(Int64Array::from(values)))
}

/// Each damage, and the defects that must be found; others may come with them.
const DAMAGES: &[(&str, Damage, &[Defect])] = &[
    (
        "no description",
        |root| fs::remove_file(root.join("meta/info.json")).unwrap(),
        &[Defect::Description],
    ),
    (
        "a description cut off",
        |root| fs::write(root.join("meta/info.json"), "{\"fps\": 30,").unwrap(),
        &[Defect::Description],
    ),
    (
        "version 2.1",
        |root| {
            json(root, "meta/info.json", |info| {
                info["codebase_version"] = "v2.1".into()
            })
        },
        &[Defect::Description],
    ),
    (
        "an index column declared wrongly",
        |root| {
            json(root, "meta/info.json", |info| {
                info["features"]["index"]["dtype"] = "float32".into()
            })
        },
        &[Defect::DefaultFeature],
    ),
    (
        "rows where LeRobot does not look",
        |root| {
            json(root, "meta/info.json", |info| {
                info["data_path"] = "rows/{file_index}.parquet".into()
            })
        },
        &[Defect::PathTemplate, Defect::DataMissing],
    ),
    (
        "too many episodes counted",
        |root| {
            json(root, "meta/info.json", |info| {
                info["total_episodes"] = 4.into()
            })
        },
        &[Defect::EpisodesMissing, Defect::Splits],
    ),
    (
        "too few episodes counted",
        |root| {
            json(root, "meta/info.json", |info| {
                info["total_episodes"] = 2.into()
            })
        },
        &[Defect::Uncommitted, Defect::Counters],
    ),
    (
        "a wrong number of frames",
        |root| {
            json(root, "meta/info.json", |info| {
                info["total_frames"] = 29.into()
            })
        },
        &[Defect::Counters],
    ),
    (
        "a wrong number of tasks",
        |root| {
            json(root, "meta/info.json", |info| {
                info["total_tasks"] = 5.into()
            })
        },
        &[Defect::Counters],
    ),
    (
        "a task that was not counted",
        |root| {
            json(root, "meta/info.json", |info| {
                info["total_tasks"] = 1.into()
            })
        },
        &[Defect::Uncommitted],
    ),
    (
        "no task table",
        |root| fs::remove_file(root.join(TASKS)).unwrap(),
        &[Defect::Tasks, Defect::TaskIndex],
    ),
    (
        "a task table without its footer's key",
        |root| {
            let path = root.join(TASKS);
            let mut kept = None;
            rewrite(&path, |batch| {
                kept = Some(batch.clone());
                batch
            });
            crate::tables::write(&path, &kept.unwrap(), Vec::new());
        },
        &[Defect::TaskIndexName],
    ),
    (
        "a task table whose Arrow schema lacks the key",
        |root| {
            // As the Parquet library writes it when the key is only given beside the schema: pyarrow ignores it then.
            rewrite(&root.join(TASKS), |batch| {
                let bare = batch
                    .schema()
                    .as_ref()
                    .clone()
                    .with_metadata(std::collections::HashMap::<String, String>::new());
                RecordBatch::try_new(Arc::new(bare), batch.columns().to_vec()).unwrap()
            });
        },
        &[Defect::TaskIndexName],
    ),
    (
        "tasks in another order",
        |root| rewrite(&root.join(TASKS), |batch| reorder(&batch, [1, 0])),
        &[Defect::TaskOrder],
    ),
    (
        "no episode metadata",
        |root| fs::remove_dir_all(root.join("meta/episodes")).unwrap(),
        &[Defect::EpisodesMissing],
    ),
    (
        "episode metadata without a footer",
        |root| cut(&root.join(EPISODES)),
        &[Defect::EpisodesFile],
    ),
    (
        "episodes in another order",
        |root| episodes(root, |batch| reorder(&batch, [1, 0, 2])),
        &[Defect::EpisodeOrder, Defect::EpisodeSpan],
    ),
    (
        "an episode left out",
        |root| episodes(root, |batch| reorder(&batch, [0, 2])),
        &[Defect::EpisodeOrder, Defect::EpisodesMissing],
    ),
    (
        "a wrong length",
        |root| episodes(root, |batch| set(&batch, "length", 1, 8)),
        &[Defect::EpisodeSpan, Defect::Counters, Defect::VideoSpan],
    ),
    (
        "an episode that does not say where it is",
        |root| {
            episodes(root, |batch| {
                without(&batch, |name| name.starts_with("meta/"))
            })
        },
        &[Defect::EpisodePlace],
    ),
    (
        "no statistics of episodes",
        |root| {
            episodes(root, |batch| {
                without(&batch, |name| name.starts_with("stats/"))
            })
        },
        &[Defect::StatsIncomplete],
    ),
    (
        "a later metadata file with a column more",
        |root| {
            let second = root.join("meta/episodes/chunk-000/file-001.parquet");
            fs::copy(root.join(EPISODES), &second).unwrap();
            episodes(root, |batch| reorder(&batch, [0, 1]));
            rewrite(&second, |batch| {
                let batch = set(&reorder(&batch, [2]), "meta/episodes/file_index", 0, 1);
                and(&batch, "mood", Arc::new(Int64Array::from(vec![1])))
            });
        },
        &[Defect::EpisodesColumns],
    ),
    (
        "data without a footer",
        |root| cut(&root.join(DATA)),
        &[Defect::DataFile],
    ),
    (
        "no data file",
        |root| fs::remove_file(root.join(DATA)).unwrap(),
        &[Defect::DataMissing, Defect::Counters],
    ),
    (
        "a data file nobody mentions",
        |root| {
            fs::copy(root.join(DATA), root.join("data/chunk-000/file-.parquet")).unwrap();
        },
        &[Defect::DataUnreferenced],
    ),
    (
        "rows of an episode that was never counted",
        |root| {
            fs::copy(
                root.join(DATA),
                root.join("data/chunk-000/file-001.parquet"),
            )
            .unwrap();
        },
        &[Defect::Uncommitted],
    ),
    (
        "a column too many",
        |root| {
            data(root, |batch| {
                and(&batch, "mood", Arc::new(Int64Array::from(vec![1; 28])))
            })
        },
        &[Defect::ColumnExtra],
    ),
    (
        "a column too few",
        |root| data(root, |batch| without(&batch, |name| name == "action")),
        &[Defect::ColumnMissing],
    ),
    (
        "a column of another width",
        |root| {
            data(root, |batch| {
                let column = ListArray::from_iter_primitive::<Float32Type, _, _>(
                    (0..28).map(|_| Some(vec![Some(1.0); 5])),
                );
                with(&batch, "action", Arc::new(column))
            });
        },
        &[Defect::ColumnValues],
    ),
    (
        "an empty value",
        |root| {
            data(root, |batch| {
                let column: ArrayRef = Arc::new(Int64Array::from_iter(
                    (0..28).map(|row| (row != 3).then_some(0)),
                ));
                with(&batch, "task_index", column)
            });
        },
        &[Defect::ColumnValues],
    ),
    (
        "rows in another order",
        |root| {
            data(root, |batch| {
                reorder(&batch, [1, 0].into_iter().chain(2..28))
            })
        },
        &[Defect::Index, Defect::FrameIndex],
    ),
    (
        "a row lost",
        |root| {
            data(root, |batch| {
                reorder(&batch, (0..28).filter(|row| *row != 5))
            })
        },
        &[Defect::Index, Defect::Counters],
    ),
    (
        "a frame index of another row",
        |root| data(root, |batch| set(&batch, "frame_index", 4, 5)),
        &[Defect::FrameIndex],
    ),
    (
        "a row of another episode",
        |root| data(root, |batch| set(&batch, "episode_index", 4, 1)),
        &[Defect::EpisodeIndex],
    ),
    (
        "a task that does not exist",
        |root| data(root, |batch| set(&batch, "task_index", 27, 2)),
        &[Defect::TaskIndex],
    ),
    (
        "a task the episode does not name",
        |root| data(root, |batch| set(&batch, "task_index", 27, 0)),
        &[Defect::EpisodeTasks],
    ),
    (
        "true times instead of even ones",
        |root| {
            data(root, |batch| {
                let times = (0..28).map(|row| row as f32 * 0.034);
                with(
                    &batch,
                    "timestamp",
                    Arc::new(Float32Array::from_iter_values(times)),
                )
            });
        },
        &[Defect::Timestamp],
    ),
    (
        "a value that is not a number",
        |root| {
            data(root, |batch| {
                let column =
                    ListArray::from_iter_primitive::<Float32Type, _, _>((0..28).map(|row| {
                        let value = if row == 9 { f32::NAN } else { 1.0 };
                        Some(vec![Some(value); 6])
                    }));
                with(&batch, "action", Arc::new(column))
            });
        },
        &[Defect::NotFinite, Defect::StatsValues],
    ),
    (
        "no statistics",
        |root| fs::remove_file(root.join("meta/stats.json")).unwrap(),
        &[Defect::StatsMissing],
    ),
    (
        "statistics that are not JSON",
        |root| fs::write(root.join("meta/stats.json"), "{\"action\": {").unwrap(),
        &[Defect::StatsFile],
    ),
    (
        "statistics of one feature missing",
        |root| {
            json(root, "meta/stats.json", |stats| {
                stats.as_object_mut().unwrap().remove("action");
            })
        },
        &[Defect::StatsIncomplete],
    ),
    (
        "no quantiles",
        |root| {
            json(root, "meta/stats.json", |stats| {
                stats["action"].as_object_mut().unwrap().remove("q99");
            })
        },
        &[Defect::StatsQuantiles],
    ),
    (
        "statistics of a camera in the wrong shape",
        |root| {
            json(root, "meta/stats.json", |stats| {
                stats["observation.images.front"] = serde_json::json!({
                    "min": [0.0, 0.0, 0.0], "max": [1.0, 1.0, 1.0], "mean": [0.5, 0.5, 0.5],
                    "std": [0.1, 0.1, 0.1], "count": [3],
                });
            })
        },
        &[Defect::StatsShape],
    ),
    (
        "statistics of other data",
        |root| {
            json(root, "meta/stats.json", |stats| {
                stats["action"]["mean"][2] = 0.75.into()
            })
        },
        &[Defect::StatsValues],
    ),
    (
        "a quantile of one episode that is off",
        |root| {
            episodes(root, |batch| {
                let values = Float64Array::from(vec![9.5; 18]);
                let column = batch.column_by_name("stats/action/q50").unwrap();
                let column = column.as_any().downcast_ref::<ListArray>().unwrap();
                let (field, offsets, _, nulls) = column.clone().into_parts();
                let column = ListArray::new(field, offsets, Arc::new(values), nulls);
                with(&batch, "stats/action/q50", Arc::new(column))
            });
        },
        &[Defect::StatsValues],
    ),
    (
        "a video lost",
        |root| fs::remove_file(root.join(VIDEO)).unwrap(),
        &[Defect::VideoMissing],
    ),
    (
        "a video that is none",
        |root| fs::write(root.join(VIDEO), "this is not a video").unwrap(),
        &[Defect::VideoFile],
    ),
    (
        "a video with a picture too few",
        |root| {
            episodes(root, |batch| {
                let name = "videos/observation.images.front/to_timestamp";
                let column = batch.column_by_name(name).unwrap();
                let column = column.as_any().downcast_ref::<Float64Array>().unwrap();
                let shorter = column.iter().map(|to| to.map(|to| to - 1.0 / 30.0));
                with(&batch, name, Arc::new(Float64Array::from_iter(shorter)))
            });
        },
        &[Defect::VideoSpan],
    ),
    (
        "what an interrupted save leaves",
        |root| {
            fs::write(root.join("data/chunk-000/file-001.parquet.tmp"), "PAR1").unwrap();
            fs::create_dir_all(root.join("tmpx1y2z3")).unwrap();
            fs::create_dir_all(root.join("images/observation.images.front")).unwrap();
        },
        &[Defect::Leftover],
    ),
    (
        "the journal of an episode",
        |root| {
            fs::create_dir_all(root.join("meta/tendon/journal")).unwrap();
            fs::write(root.join("meta/tendon/journal/0003.journal"), "TENDONJ1").unwrap();
        },
        &[Defect::Journal],
    ),
];

fn cut(path: &Path) {
    let bytes = fs::read(path).unwrap();
    fs::write(path, &bytes[..bytes.len() - 100]).unwrap();
}

#[test]
fn each_damage_is_found_and_named() {
    for (name, damage, expected) in DAMAGES {
        let place = TempDir::new().unwrap();
        let root = place.path().join("set");
        copy(&golden("png-video"), &root);
        damage(&root);
        let report = check(&root);
        for defect in *expected {
            assert!(
                report.has(*defect),
                "{name}: no {} in\n{}",
                defect.code(),
                listing(&report)
            );
        }
        let worst = expected.iter().map(|defect| defect.severity()).max();
        assert_eq!(report.worst(), worst, "{name}:\n{}", listing(&report));
        for finding in &report.findings {
            assert!(!finding.place.contains(root.to_str().unwrap()), "{finding}");
        }
    }
}

#[test]
fn what_a_save_interrupted_by_a_crash_leaves_is_not_an_error() {
    let harmless: BTreeSet<Defect> =
        [Defect::Uncommitted, Defect::Leftover, Defect::Journal].into();
    for defect in harmless {
        assert!(defect.severity() < Severity::Error, "{}", defect.code());
    }
}

#[test]
fn no_bytes_make_the_verifier_panic() {
    // A fixed sequence of damage: one byte here, a cut there, in each of the files that are parsed.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let place = TempDir::new().unwrap();
    let root = place.path().join("set");
    copy(&golden("png-video"), &root);
    let files = [
        "meta/info.json",
        "meta/stats.json",
        TASKS,
        EPISODES,
        DATA,
        VIDEO,
    ];
    let whole: Vec<Vec<u8>> = files
        .iter()
        .map(|file| fs::read(root.join(file)).unwrap())
        .collect();
    for _ in 0..40 {
        for (file, bytes) in files.iter().zip(&whole) {
            let path: PathBuf = root.join(file);
            let mut damaged = bytes.clone();
            for _ in 0..=next(4) {
                let at = next(damaged.len());
                damaged[at] ^= 1 << next(8);
            }
            if next(3) == 0 {
                damaged.truncate(next(bytes.len()));
            }
            fs::write(&path, damaged).unwrap();
            let _: Report = check(&root);
            fs::write(&path, bytes).unwrap();
        }
    }
    assert!(check(&root).clean());
}

#[test]
fn a_cancelled_verification_says_so() {
    let progress = Progress::new();
    progress.cancel();
    let report = verify(&golden("png-image"), &progress);
    assert!(report.cancelled && !report.clean() && !report.sound());
}
