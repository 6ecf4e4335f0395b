//! Damage that the rows can make good is made good, and nothing that holds data is lost on the way.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Int64Array, RecordBatch};
use dataset::progress::Progress;
use dataset::repair::{Step, apply, plan};
use dataset::verify::{Defect, Report, verify};
use dataset::{Dataset, DatasetSpec, Row, RowFlags, StoredRow};
use serde_json::json;
use tempfile::TempDir;
use units::MonoTime;

use crate::fixtures::{GOLDEN, copy, golden};
use crate::tables::{and, reorder, rewrite, with, without, write};

const INFO: &str = "meta/info.json";
const STATS: &str = "meta/stats.json";
const TASKS: &str = "meta/tasks.parquet";
const TASK: &str = "Pick up the cube";

fn record(dataset: &Dataset, task: &str, rows: u16) -> dataset::Draft {
    let mut draft = dataset.begin_episode(task).unwrap();
    for row in 0..rows {
        let value = f32::from(row) * 0.37 - 4.0;
        draft
            .push(Row {
                state: &[value, -value, 2.0 * value, 0.5, value * value, 40.0],
                action: &[value + 0.1; 6],
                observed_at: MonoTime(1_000_000_000 + u64::from(row) * 33_333_333),
                flags: RowFlags::default(),
                pictures: &[],
            })
            .unwrap();
    }
    draft
}

/// Three episodes of ours, two tasks.
fn ours(root: &Path) {
    let dataset = Dataset::create(root, DatasetSpec::so_follower(30, false)).unwrap();
    for (task, rows) in [(TASK, 12), ("Put it back", 7), (TASK, 9)] {
        record(&dataset, task, rows).save(json!({}), &[]).unwrap();
    }
}

fn check(root: &Path) -> Report {
    verify(root, &Progress::new())
}

fn rows(root: &Path) -> Vec<StoredRow> {
    let rows = Dataset::open(root).unwrap().all_rows();
    rows.collect::<Result<_, _>>().unwrap()
}

fn json_file(root: &Path, file: &str, change: impl FnOnce(&mut serde_json::Value)) {
    let path = root.join(file);
    let mut value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut value);
    fs::write(&path, serde_json::to_vec(&value).unwrap()).unwrap();
}

fn meta(root: &Path, file: u32) -> std::path::PathBuf {
    root.join(format!("meta/episodes/chunk-000/file-{file:03}.parquet"))
}

fn set(batch: &RecordBatch, name: &str, value: i64) -> RecordBatch {
    with(
        batch,
        name,
        Arc::new(Int64Array::from(vec![value; batch.num_rows()])),
    )
}

/// A change of a dataset of ours, by its root.
type Damage = fn(&Path);

const MENDED: &[(&str, Damage)] = &[
    ("counters", |root| {
        json_file(root, INFO, |info| {
            info["total_episodes"] = 7.into();
            info["total_frames"] = 5.into();
            info["total_tasks"] = 9.into();
        });
    }),
    ("an episode not counted", |root| {
        json_file(root, INFO, |info| {
            info["total_episodes"] = 2.into();
            info["total_frames"] = 19.into();
        });
    }),
    ("splits", |root| {
        json_file(root, INFO, |info| info["splits"] = json!({"train": "0:1"}))
    }),
    ("no statistics", |root| {
        fs::remove_file(root.join(STATS)).unwrap()
    }),
    ("statistics cut off", |root| {
        fs::write(root.join(STATS), "{\"acti").unwrap()
    }),
    ("wrong statistics", |root| {
        json_file(root, STATS, |stats| stats["action"]["std"][0] = 99.0.into());
    }),
    ("no quantiles", |root| {
        json_file(root, STATS, |stats| {
            stats["action"].as_object_mut().unwrap().remove("q50");
        });
    }),
    ("tasks without the key", |root| {
        let path = root.join(TASKS);
        let mut kept = None;
        rewrite(&path, |batch| {
            kept = Some(batch.clone());
            batch
        });
        write(&path, &kept.unwrap(), Vec::new());
    }),
    ("tasks in another order", |root| {
        rewrite(&root.join(TASKS), |batch| reorder(&batch, [1, 0]));
    }),
    ("no episode metadata", |root| {
        fs::remove_dir_all(root.join("meta/episodes")).unwrap();
    }),
    ("one metadata file lost", |root| {
        fs::remove_file(meta(root, 1)).unwrap()
    }),
    ("one metadata file cut off", |root| {
        let bytes = fs::read(meta(root, 0)).unwrap();
        fs::write(meta(root, 0), &bytes[..bytes.len() / 2]).unwrap();
    }),
    ("a column too many in later metadata", |root| {
        rewrite(&meta(root, 2), |batch| {
            and(&batch, "mood", Arc::new(Int64Array::from(vec![1])))
        });
    }),
    ("metadata that does not say where it is", |root| {
        for file in 0..3 {
            rewrite(&meta(root, file), |batch| {
                without(&batch, |name| name.starts_with("meta/"))
            });
        }
    }),
    ("a wrong length", |root| {
        rewrite(&meta(root, 1), |batch| set(&batch, "length", 6))
    }),
    ("another episode's number", |root| {
        rewrite(&meta(root, 1), |batch| set(&batch, "episode_index", 2));
    }),
    ("no statistics of episodes", |root| {
        for file in 0..3 {
            rewrite(&meta(root, file), |batch| {
                without(&batch, |name| name.starts_with("stats/"))
            });
        }
    }),
    ("a damaged file after the last episode", |root| {
        fs::write(
            root.join("data/chunk-000/file-003.parquet"),
            "PAR1 and no more",
        )
        .unwrap();
    }),
    ("stray files", |root| {
        fs::write(root.join("data/chunk-000/file-003.parquet.tmp"), "PAR1").unwrap();
        fs::create_dir_all(root.join("tmpabc/deep")).unwrap();
        fs::create_dir_all(root.join("images/observation.images.front")).unwrap();
    }),
];

#[test]
fn what_the_rows_can_make_good_is_made_good() {
    for (name, damage) in MENDED {
        let place = TempDir::new().unwrap();
        let root = place.path().join("set");
        ours(&root);
        let before = rows(&root);
        assert!(check(&root).findings.is_empty(), "{name}: before");
        damage(&root);
        assert!(
            !check(&root).findings.is_empty(),
            "{name}: the damage shows"
        );

        let planned = plan(&root, &Progress::new()).unwrap();
        assert!(!planned.steps.is_empty(), "{name}");
        assert!(planned.beyond.is_empty(), "{name}: {:?}", planned.beyond);
        let repaired = apply(&root, &Progress::new()).unwrap();
        assert_eq!(
            repaired.done, planned.steps,
            "{name}: what was planned was done"
        );
        assert!(
            repaired.report.findings.is_empty(),
            "{name}: after {:?}:\n{:?}",
            repaired.done,
            repaired.report.findings
        );
        assert_eq!(rows(&root), before, "{name}: rows");
        // The repaired set can be continued, and a second repair has nothing to do.
        let dataset = Dataset::resume(&root, DatasetSpec::so_follower(30, false)).unwrap();
        record(&dataset, TASK, 4).save(json!({}), &[]).unwrap();
        drop(dataset);
        assert!(check(&root).findings.is_empty(), "{name}: continued");
        assert!(
            plan(&root, &Progress::new()).unwrap().steps.is_empty(),
            "{name}"
        );
    }
}

#[test]
fn a_plan_touches_nothing() {
    let place = TempDir::new().unwrap();
    let root = place.path().join("set");
    ours(&root);
    fs::remove_file(meta(&root, 1)).unwrap();
    let before = check(&root);
    plan(&root, &Progress::new()).unwrap();
    assert_eq!(check(&root), before);
    assert!(!root.join("meta/tendon/attic").exists());
}

#[test]
fn what_is_set_aside_is_kept() {
    let place = TempDir::new().unwrap();
    let root = place.path().join("set");
    ours(&root);
    let stray = root.join("data/chunk-000/file-003.parquet.tmp");
    fs::write(&stray, "rows of somebody").unwrap();
    let repaired = apply(&root, &Progress::new()).unwrap();
    let kept = root
        .join(repaired.attic.unwrap())
        .join("data/chunk-000/file-003.parquet.tmp");
    assert!(!stray.exists());
    assert_eq!(fs::read(kept).unwrap(), b"rows of somebody");
}

#[test]
fn an_interrupted_episode_is_kept() {
    let place = TempDir::new().unwrap();
    let root = place.path().join("set");
    ours(&root);
    let dataset = Dataset::resume(&root, DatasetSpec::so_follower(30, false)).unwrap();
    drop(record(&dataset, "Never finished", 6));
    drop(dataset);
    let planned = plan(&root, &Progress::new()).unwrap();
    assert!(
        matches!(planned.steps.as_slice(), [Step::Finish { rows: 6, .. }]),
        "{:?}",
        planned.steps
    );
    let repaired = apply(&root, &Progress::new()).unwrap();
    assert!(
        repaired.report.findings.is_empty(),
        "{:?}",
        repaired.report.findings
    );
    assert_eq!(rows(&root).len(), 28 + 6);
}

#[test]
fn a_dataset_in_use_is_not_repaired() {
    let place = TempDir::new().unwrap();
    let root = place.path().join("set");
    ours(&root);
    fs::remove_file(root.join(STATS)).unwrap();
    let _open = Dataset::resume(&root, DatasetSpec::so_follower(30, false)).unwrap();
    let error = apply(&root, &Progress::new()).unwrap_err();
    assert!(
        matches!(error, dataset::DatasetError::InUse { .. }),
        "{error}"
    );
}

#[test]
fn a_damaged_file_in_the_middle_costs_nothing_else() {
    let place = TempDir::new().unwrap();
    let root = place.path().join("set");
    ours(&root);
    let damaged = root.join("data/chunk-000/file-001.parquet");
    fs::write(&damaged, "PAR1").unwrap();
    let repaired = apply(&root, &Progress::new()).unwrap();
    assert_eq!(repaired.done, []);
    assert!(repaired.report.has(Defect::DataFile));
    assert!(damaged.exists());
    let beyond = plan(&root, &Progress::new()).unwrap().beyond;
    assert!(
        beyond
            .iter()
            .any(|finding| finding.defect == Defect::DataFile)
    );
}

#[test]
fn with_cameras_counters_and_statistics_are_mended_and_the_rest_is_named() {
    let place = TempDir::new().unwrap();
    let root = place.path().join("set");
    copy(&golden("png-video"), &root);
    json_file(&root, INFO, |info| info["total_frames"] = 1.into());
    fs::remove_file(root.join(STATS)).unwrap();
    let repaired = apply(&root, &Progress::new()).unwrap();
    assert!(
        repaired.report.findings.is_empty(),
        "{:?}",
        repaired.report.findings
    );
}

#[test]
fn metadata_of_episodes_with_cameras_is_made_again_where_films_and_rows_add_up() {
    for name in GOLDEN {
        let place = TempDir::new().unwrap();
        let root = place.path().join("set");
        copy(&golden(name), &root);
        let before = dataset::Dataset::open(&root).unwrap().episodes();
        fs::remove_dir_all(root.join("meta/episodes")).unwrap();
        let repaired = apply(&root, &Progress::new()).unwrap();
        assert!(repaired.report.clean(), "{name}: {:?}", repaired.report);
        let after = dataset::Dataset::open(&root).unwrap().episodes();
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before.tasks, after.tasks);
            assert_eq!(before.videos.len(), after.videos.len());
            for (before, after) in before.videos.iter().zip(&after.videos) {
                assert_eq!((&before.key, before.place), (&after.key, after.place));
                assert!((before.from_timestamp - after.from_timestamp).abs() < 1e-9);
            }
        }
    }
}

/// What LeRobot 0.4 leaves, whose deviation of pictures squares bytes as bytes.
#[test]
fn wrong_deviations_of_pictures_are_found_and_taken_anew() {
    for name in ["png-image", "stream-video"] {
        let place = TempDir::new().unwrap();
        let root = place.path().join("set");
        copy(&golden(name), &root);
        let path = root.join("meta/episodes/chunk-000/file-000.parquet");
        let column = "stats/observation.images.front/std";
        let std = |root: &Path| -> Vec<f64> {
            let mut all = Vec::new();
            for path in dataset::episodes::files(root).unwrap() {
                for stats in dataset::episodes::read_stats(&path).unwrap() {
                    all.push(stats.get("observation.images.front").unwrap().values["std"][0]);
                }
            }
            all
        };
        let right = std(&root);
        crate::tables::rewrite(&path, |batch| {
            // Of a camera whose green and blue never change, the smallest values stand in for the wrong ones.
            let min = batch
                .column_by_name("stats/observation.images.front/min")
                .unwrap();
            crate::tables::with(&batch, column, std::sync::Arc::clone(min))
        });
        assert_ne!(std(&root), right);
        let found = dataset::verify::verify(&root, &Progress::new());
        assert!(found.has(Defect::StatsValues), "{name}: {found:?}");
        let repaired = apply(&root, &Progress::new()).unwrap();
        assert!(repaired.report.clean(), "{name}: {:?}", repaired.report);
        for (now, right) in std(&root).iter().zip(&right) {
            assert!((now - right).abs() < 0.01, "{name}: {now} for {right}");
        }
    }
}

#[test]
fn a_film_that_does_not_add_up_to_the_rows_keeps_metadata_from_being_made_up() {
    let place = TempDir::new().unwrap();
    let root = place.path().join("set");
    copy(&golden("png-video"), &root);
    let film = root.join("videos/observation.images.wrist/chunk-000/file-000.mp4");
    fs::remove_dir_all(root.join("meta/episodes")).unwrap();
    for pictures in [27, 29] {
        fs::remove_file(&film).unwrap();
        crate::films::growing(&film, pictures).finish().unwrap();
        let planned = plan(&root, &Progress::new()).unwrap();
        assert_eq!(planned.steps, [], "{pictures} pictures for 28 rows");
        assert!(
            planned
                .beyond
                .iter()
                .any(|finding| finding.defect == Defect::EpisodesMissing)
        );
    }
}

#[test]
fn films_that_may_be_those_of_another_camera_are_not_made_this_ones() {
    let place = TempDir::new().unwrap();
    let root = place.path().join("set");
    copy(&golden("png-video"), &root);
    let film = |name: &str| {
        root.join(format!(
            "videos/observation.images.{name}/chunk-000/file-000.mp4"
        ))
    };
    fs::copy(film("wrist"), film("front")).unwrap();
    let planned = plan(&root, &Progress::new()).unwrap();
    assert_eq!(planned.steps, []);
    assert!(
        planned
            .beyond
            .iter()
            .any(|finding| finding.defect == Defect::VideoColours)
    );
}
