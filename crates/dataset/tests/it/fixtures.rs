//! Where the golden datasets are, and small helpers that several tests share.

use std::path::{Path, PathBuf};

use dataset::{Dataset, DatasetSpec, Draft, EpisodeSaved, Row, RowFlags, data, episodes};
use serde_json::json;
use units::MonoTime;

/// Folders that LeRobot itself wrote.
pub const GOLDEN: [&str; 3] = ["png-image", "png-video", "stream-video"];

/// A golden dataset. Fails loudly when the fixtures are not there: a skipped check would look like a passed one.
pub fn golden(name: &str) -> PathBuf {
    let fixtures = std::env::var_os("TENDON_FIXTURES")
        .map(PathBuf::from)
        .unwrap_or_else(|| {
            let here = Path::new(env!("CARGO_MANIFEST_DIR"));
            here.ancestors()
                .map(|folder| folder.join("shared/fixtures"))
                .find(|folder| folder.is_dir())
                .unwrap_or_else(|| {
                    panic!(
                        "no folder shared/fixtures beside or above {here:?}; set TENDON_FIXTURES"
                    )
                })
        });
    let path = fixtures.join("lerobot-golden").join(name);
    assert!(
        path.join("meta/info.json").is_file(),
        "no golden dataset in {path:?}"
    );
    path
}

/// Copies a folder with everything in it.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// The spec of one arm at 30 rows per second.
pub fn one_arm() -> DatasetSpec {
    DatasetSpec::so_follower(30, false)
}

/// A row whose every value can be told from every other's.
pub fn values(episode: u64, row: usize) -> ([f32; 6], [f32; 6]) {
    let at = |joint: usize, kind: f32| {
        episode as f32 * 10.0 + kind + (row as f32 / 7.0 + joint as f32).sin() * 40.0
    };
    (
        std::array::from_fn(|joint| at(joint, 0.0)),
        std::array::from_fn(|joint| at(joint, 0.5)),
    )
}

/// Pushes rows `0..rows`, marked with the number of the episode.
pub fn push_rows(draft: &mut Draft, episode: u64, rows: usize) {
    for row in 0..rows {
        let (state, action) = values(episode, row);
        let observed_at = MonoTime(1_000_000_000 + row as u64 * 33_333_333);
        let flags = RowFlags {
            bits: u8::from(row == 3),
            stale: if row == 5 { 0b10 } else { 0 },
        };
        draft
            .push(Row {
                state: &state,
                action: &action,
                observed_at,
                flags,
                pictures: &[],
            })
            .unwrap();
    }
}

/// Records and saves an episode.
pub fn record(dataset: &Dataset, task: &str, rows: usize) -> EpisodeSaved {
    let mut draft = dataset.begin_episode(task).unwrap();
    let episode = draft.episode_index();
    push_rows(&mut draft, episode, rows);
    draft.save(json!({"ended": "full"}), &[]).unwrap()
}

/// Everything that must hold in a dataset, read back with our own reader: counters, places, rows, tasks, statistics, whole files.
/// Gives the episodes' lengths.
pub fn check(root: &Path) -> Vec<u64> {
    let dataset = Dataset::open(root).unwrap();
    let info = dataset.info();
    let episodes: Vec<_> = dataset
        .episodes()
        .into_iter()
        .take(info.total_episodes as usize)
        .collect();
    assert_eq!(episodes.len() as u64, info.total_episodes);
    assert_eq!(
        episodes.iter().map(|episode| episode.length).sum::<u64>(),
        info.total_frames
    );
    let tasks = dataset.tasks();
    assert!(tasks.in_order() && tasks.len() as u64 >= info.total_tasks);
    for path in data::files(root)
        .unwrap()
        .into_iter()
        .chain(episodes::files(root).unwrap())
    {
        assert!(std::fs::read(&path).unwrap().ends_with(b"PAR1"), "{path:?}");
    }
    let mut index = 0;
    for (number, episode) in (0..).zip(&episodes) {
        assert_eq!(
            (episode.episode_index, episode.from_index),
            (number, index as u64)
        );
        for (frame, row) in dataset.rows(number).unwrap().enumerate() {
            let row = row.unwrap();
            assert_eq!(
                (row.index, row.frame_index, row.episode_index),
                (index, frame as i64, number as i64)
            );
            assert_eq!(row.timestamp, data::timestamp(row.frame_index, info.fps));
            assert_eq!(episode.tasks, [tasks.text(row.task_index).unwrap()]);
            index += 1;
        }
        assert_eq!(index as u64, episode.to_index);
    }
    if let (Some(stats), true) = (dataset.stats().unwrap(), info.total_episodes > 0) {
        assert!(stats.get("action").unwrap().count[0] >= info.total_frames as i64);
    }
    episodes.iter().map(|episode| episode.length).collect()
}
