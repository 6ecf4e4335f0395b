//! LeRobot's own datasets, read row by row.

use dataset::data::timestamp;
use dataset::episodes::{self, FilePlace};
use dataset::stats::{self, Stats};
use dataset::{Dataset, Info, Kind, StoredRow};

use crate::fixtures::{GOLDEN, golden};

#[test]
fn every_row_of_a_golden_dataset_is_read() {
    for name in GOLDEN {
        let dataset = Dataset::open(golden(name)).unwrap();
        let rows: Vec<StoredRow> = dataset.all_rows().collect::<Result<_, _>>().unwrap();
        assert_eq!(rows.len(), 28, "{name}");
        let mut index = 0;
        for (episode, length) in [12, 9, 7].into_iter().enumerate() {
            for frame in 0..length {
                let row = &rows[index];
                assert_eq!(row.index, index as i64);
                assert_eq!(row.episode_index, episode as i64);
                assert_eq!(row.frame_index, frame);
                assert_eq!(row.timestamp, timestamp(frame, 30.0));
                assert_eq!(row.task_index, i64::from(episode == 2));
                assert_eq!((row.state.len(), row.action.len()), (6, 6));
                index += 1;
            }
        }
        // Taken with pyarrow.
        let action = [
            0.957_385_6,
            -0.113_836_35,
            0.418_352_5,
            -0.376_027_14,
            0.067_569_2,
            -0.291_282_92,
        ];
        let state = [
            -0.530_008_44,
            -0.236_154_63,
            1.816_476,
            -0.049_800_97,
            0.086_619_265,
            -1.487_072_8,
        ];
        assert_eq!(rows[27].action, action, "{name}");
        assert_eq!(rows[13].state, state, "{name}");
    }
}

#[test]
fn one_episode_of_a_shared_file_is_read_alone() {
    for name in GOLDEN {
        let dataset = Dataset::open(golden(name)).unwrap();
        let rows: Vec<StoredRow> = dataset.rows(1).unwrap().collect::<Result<_, _>>().unwrap();
        assert_eq!(
            rows.iter().map(|row| row.index).collect::<Vec<_>>(),
            (12..21).collect::<Vec<_>>()
        );
        assert!(dataset.rows(3).is_err());
    }
}

#[test]
fn tasks_and_episodes_of_a_golden_dataset_are_read() {
    for name in GOLDEN {
        let dataset = Dataset::open(golden(name)).unwrap();
        let tasks = dataset.tasks();
        assert!(tasks.pandas_key && tasks.in_order());
        assert_eq!(
            (tasks.text(0), tasks.text(1)),
            (Some("Grab the cube"), Some("Put it — ici"))
        );
        assert_eq!(tasks.index_of("Put it — ici"), Some(1));
        let episodes = dataset.episodes();
        let spans: Vec<_> = episodes
            .iter()
            .map(|row| (row.episode_index, row.from_index, row.to_index, row.length))
            .collect();
        assert_eq!(spans, [(0, 0, 12, 12), (1, 12, 21, 9), (2, 21, 28, 7)]);
        assert_eq!(episodes[2].tasks, ["Put it — ici"]);
        assert_eq!(episodes[2].meta, Some(FilePlace { chunk: 0, file: 0 }));
        let videos: Vec<_> = episodes[1]
            .videos
            .iter()
            .map(|span| (span.from_timestamp, span.to_timestamp))
            .collect();
        assert_eq!(
            videos,
            if name == "png-image" {
                vec![]
            } else {
                vec![(0.4, Some(0.7)); 2]
            }
        );
    }
}

#[test]
fn the_description_of_a_golden_dataset_is_understood_and_rewritten_unchanged() {
    for name in GOLDEN {
        let root = golden(name);
        let info = Info::read(&root).unwrap();
        assert_eq!(
            info.to_text(),
            std::fs::read_to_string(Info::path(&root)).unwrap(),
            "{name}"
        );
        assert_eq!(
            (
                info.fps,
                info.total_frames,
                info.total_episodes,
                info.total_tasks
            ),
            (30.0, 28, 3, 2)
        );
        assert_eq!(info.robot_type.as_deref(), Some("so_follower"));
        let camera = info.feature("observation.images.front").unwrap();
        assert_eq!(
            camera.kind,
            if name == "png-image" {
                Kind::Image
            } else {
                Kind::Video
            }
        );
        let stats = Dataset::open(&root).unwrap().stats().unwrap().unwrap();
        assert_eq!(
            stats.to_text(),
            std::fs::read_to_string(root.join("meta/stats.json")).unwrap(),
            "{name}"
        );
    }
}

/// LeRobot's columns, recomputed from the rows: what training normalises with must not depend on who recorded.
#[test]
fn statistics_of_golden_episodes_come_out_as_lerobot_wrote_them() {
    for name in GOLDEN {
        let root = golden(name);
        let dataset = Dataset::open(&root).unwrap();
        let written =
            episodes::read_stats(&episodes::path_of(&root, FilePlace::default())).unwrap();
        let mut whole = Stats::default();
        for (episode, expected) in (0..).zip(&written) {
            let rows: Vec<StoredRow> = dataset
                .rows(episode)
                .unwrap()
                .collect::<Result<_, _>>()
                .unwrap();
            let mut ours = Stats::default();
            let flat = |of: fn(&StoredRow) -> &Vec<f32>| {
                rows.iter()
                    .flat_map(|row| of(row).clone())
                    .collect::<Vec<f32>>()
            };
            *ours.entry("action") = stats::of_rows(&flat(|row| &row.action), 6);
            *ours.entry("observation.state") = stats::of_rows(&flat(|row| &row.state), 6);
            let wide = |of: fn(&StoredRow) -> f64| {
                stats::of_rows(&rows.iter().map(of).collect::<Vec<f64>>(), 1)
            };
            *ours.entry("timestamp") = wide(|row| row.frame_index as f64 / 30.0);
            *ours.entry("frame_index") = wide(|row| row.frame_index as f64);
            *ours.entry("episode_index") = wide(|row| row.episode_index as f64);
            *ours.entry("index") = wide(|row| row.index as f64);
            *ours.entry("task_index") = wide(|row| row.task_index as f64);
            for (feature, ours) in ours.iter() {
                assert_eq!(
                    Some(ours),
                    expected.get(feature),
                    "{name}, episode {episode}, {feature}"
                );
            }
            whole = stats::merge(&whole, &ours);
        }
        let expected = dataset.stats().unwrap().unwrap();
        for (feature, ours) in whole.iter() {
            let expected = expected.get(feature).unwrap();
            assert_eq!(ours.count, expected.count);
            assert_eq!(
                ours.values.keys().collect::<Vec<_>>(),
                expected.values.keys().collect::<Vec<_>>()
            );
            for (stat, values) in &ours.values {
                for (ours, theirs) in values.iter().zip(&expected.values[stat]) {
                    // LeRobot squares float32 deviations before it widens them.
                    assert!(
                        (ours - theirs).abs() <= 1e-6 * theirs.abs().max(1e-3),
                        "{name} {feature} {stat}: {ours} {theirs}"
                    );
                }
            }
        }
    }
}
