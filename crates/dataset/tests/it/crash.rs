//! Crashes at every step of a commit, and in the middle of an episode: nothing saved is lost, nothing half-saved stays.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use dataset::progress::Progress;
use dataset::verify::verify;
use dataset::{CommitStep, Dataset, DatasetError, Part, journal, recovery, sidecar};
use serde_json::json;

use crate::fixtures::{check, copy, one_arm, push_rows, record};

/// Two episodes saved, then a third one, with a new task, whose commit stops at `step`.
fn crash_at(root: &Path, step: CommitStep) {
    let dataset = Dataset::create(root, one_arm()).unwrap();
    record(&dataset, "first", 12);
    record(&dataset, "first", 7);
    dataset.stop_commit_at(step);
    let mut draft = dataset.begin_episode("second").unwrap();
    push_rows(&mut draft, 2, 9);
    assert!(
        matches!(
            draft.save(json!({"ended": "full"}), &[]),
            Err(DatasetError::StoppedAt { .. })
        ),
        "{step:?}"
    );
}

/// What is in a dataset, without the lock and the folder of journals.
fn contents(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, all: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, all);
            } else {
                all.insert(
                    path.strip_prefix(root).unwrap().to_owned(),
                    std::fs::read(&path).unwrap(),
                );
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(root, root, &mut all);
    all
}

#[test]
fn a_commit_that_stops_anywhere_loads_as_it_is_and_is_finished_on_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let untroubled = folder.path().join("untroubled");
    let dataset = Dataset::create(&untroubled, one_arm()).unwrap();
    for (task, rows) in [("first", 12), ("first", 7), ("second", 9)] {
        record(&dataset, task, rows);
    }
    let expected = contents(&untroubled);
    for step in CommitStep::all() {
        let root = folder.path().join(format!("{step:?}"));
        crash_at(&root, step);
        let counted: &[u64] = if step == CommitStep::Placed(Part::Info) {
            &[12, 7, 9]
        } else {
            &[12, 7]
        };
        assert_eq!(check(&root), counted, "{step:?}, before anything is mended");
        let report = verify(&root, &Progress::new());
        assert!(report.sound(), "{step:?}: {report:?}");

        assert_eq!(
            recovery::find(&root).unwrap().interrupted,
            [],
            "{step:?}: it was saved, so it is finished, not offered"
        );
        assert_eq!(check(&root), [12, 7, 9], "{step:?}");
        assert!(
            contents(&root) == expected,
            "{step:?}: the same to the byte as without a crash"
        );
        let report = verify(&root, &Progress::new());
        assert!(report.clean(), "{step:?}: {report:?}");
        assert_eq!(
            recovery::find(&root).unwrap().interrupted,
            [],
            "{step:?}: once is enough"
        );
    }
}

#[test]
fn resuming_finishes_a_commit_too() {
    let folder = tempfile::tempdir().unwrap();
    crash_at(folder.path(), CommitStep::Placed(Part::Stats));
    let dataset = Dataset::resume(folder.path(), one_arm()).unwrap();
    assert_eq!(record(&dataset, "third", 4).episode_index, 3);
    assert_eq!(check(folder.path()), [12, 7, 9, 4]);
}

#[test]
fn a_crash_while_finishing_a_commit_is_finished_the_next_time() {
    let folder = tempfile::tempdir().unwrap();
    let at = |step| {
        let root = folder.path().join(format!("{step:?}"));
        crash_at(&root, step);
        root
    };
    let crashes: Vec<PathBuf> = CommitStep::all().into_iter().map(at).collect();
    let first = [0, 9, 15].map(|first| {
        let journal = journal::files(&crashes[first]).unwrap().pop().unwrap();
        std::fs::read(journal).unwrap()
    });
    for (number, crash) in crashes.iter().enumerate() {
        // A crash of the second attempt leaves the files of a later crash under the journal of an earlier one.
        let second = folder.path().join(format!("{number} again"));
        copy(crash, &second);
        std::fs::write(
            journal::folder(&second).join("0000.journal"),
            &first[number % 3],
        )
        .unwrap();
        assert_eq!(recovery::find(&second).unwrap().interrupted, []);
        assert_eq!(check(&second), [12, 7, 9]);
    }
}

#[test]
fn an_episode_in_progress_is_offered_and_can_be_kept() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    record(&dataset, "first", 12);
    let mut draft = dataset.begin_episode("second").unwrap();
    push_rows(&mut draft, 1, 30);
    assert!(
        matches!(
            recovery::find(folder.path()),
            Err(DatasetError::InUse { .. })
        ),
        "it is not interrupted, it is going on"
    );
    drop(draft);
    drop(dataset);

    let found = recovery::find(folder.path()).unwrap().interrupted;
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].task.as_str(), found[0].rows, found[0].seconds()),
        ("second", 30, 1.0)
    );
    assert_eq!(check(folder.path()), [12]);
    let saved = recovery::keep(folder.path(), &found[0], &Progress::new())
        .unwrap()
        .saved
        .unwrap();
    assert_eq!((saved.episode_index, saved.rows), (1, 30));
    assert_eq!(check(folder.path()), [12, 30]);
    assert!(sidecar::read(folder.path(), 1).unwrap().unwrap().recovered);
    assert_eq!(recovery::find(folder.path()).unwrap().interrupted, []);
    assert!(verify(folder.path(), &Progress::new()).clean());
}

#[test]
fn an_episode_in_progress_can_be_discarded_or_left_for_later() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    for rows in [5, 6] {
        let mut draft = dataset.begin_episode("cut short").unwrap();
        push_rows(&mut draft, 0, rows);
    }
    // Left for later: recording goes on, and what is kept then comes after what was recorded meanwhile.
    record(&dataset, "whole", 7);
    drop(dataset);
    let found = recovery::find(folder.path()).unwrap().interrupted;
    assert_eq!(
        found
            .iter()
            .map(|interrupted| interrupted.rows)
            .collect::<Vec<_>>(),
        [5, 6]
    );
    recovery::discard(folder.path(), &found[0]).unwrap();
    recovery::keep(folder.path(), &found[1], &Progress::new()).unwrap();
    assert_eq!(check(folder.path()), [7, 6]);
    assert_eq!(recovery::find(folder.path()).unwrap().interrupted, []);
}

#[test]
fn a_save_that_fails_leaves_the_dataset_usable_and_the_episode_on_offer() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    record(&dataset, "t", 5);
    let mut draft = dataset.begin_episode("t").unwrap();
    push_rows(&mut draft, 1, 6);
    // What a full disk would do: the place for the episode's row cannot be written.
    let stand_in = folder
        .path()
        .join("meta/episodes/chunk-000/file-001.parquet.tmp");
    std::fs::create_dir(&stand_in).unwrap();
    let error = draft.save(json!(null), &[]).unwrap_err();
    assert!(
        matches!(error, DatasetError::Io { .. }) && !error.remedy().is_empty(),
        "{error}"
    );
    std::fs::remove_dir(&stand_in).unwrap();
    assert_eq!(check(folder.path()), [5]);
    assert_eq!(record(&dataset, "t", 7).episode_index, 1);
    drop(dataset);
    let found = recovery::find(folder.path()).unwrap().interrupted;
    assert_eq!((found.len(), found[0].rows), (1, 6));
    recovery::keep(folder.path(), &found[0], &Progress::new()).unwrap();
    assert_eq!(check(folder.path()), [5, 7, 6]);
}

#[test]
fn a_journal_cut_anywhere_gives_back_the_rows_before_the_cut() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    let mut draft = dataset.begin_episode("t").unwrap();
    push_rows(&mut draft, 0, 20);
    let path = journal::files(folder.path()).unwrap().pop().unwrap();
    let whole = std::fs::read(&path).unwrap();
    let rows = journal::parse(&whole).unwrap().rows;
    assert_eq!(rows.len(), 20);
    let mut last = 0;
    for length in 0..=whole.len() {
        let Some(part) = journal::parse(&whole[..length]) else {
            assert_eq!(last, 0);
            continue;
        };
        let count = part.rows.len();
        assert!(count == last || count == last + 1);
        assert_eq!(part.rows.state, rows.state[..count * 6]);
        assert_eq!(part.rows.observed_at_ns, rows.observed_at_ns[..count]);
        last = count;
    }
    assert_eq!(last, 20);
    drop(draft);
    drop(dataset);

    // Torn in the middle of a row, it is still offered and kept.
    std::fs::write(&path, &whole[..whole.len() - 30]).unwrap();
    let found = recovery::find(folder.path()).unwrap().interrupted;
    assert_eq!(found[0].rows, 19);
    recovery::keep(folder.path(), &found[0], &Progress::new()).unwrap();
    assert_eq!(check(folder.path()), [19]);
}

#[test]
fn journals_that_hold_nothing_are_swept_away() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), one_arm()).unwrap();
    record(&dataset, "t", 3);
    drop(dataset.begin_episode("nothing").unwrap());
    drop(dataset);
    std::fs::write(
        journal::folder(folder.path()).join("0007.journal"),
        b"TENDON",
    )
    .unwrap();
    assert_eq!(recovery::find(folder.path()).unwrap().interrupted, []);
    assert_eq!(
        journal::files(folder.path()).unwrap(),
        Vec::<PathBuf>::new()
    );
    assert!(verify(folder.path(), &Progress::new()).clean());
}

#[test]
fn a_sealed_episode_that_somebody_else_overtook_is_offered_and_harms_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let crashed = folder.path().join("crashed");
    crash_at(&crashed, CommitStep::Placed(Part::Data));
    let journal = journal::files(&crashed).unwrap().pop().unwrap();
    // Another program ignored the journal, resumed the dataset and recorded its own third episode.
    let other = folder.path().join("other");
    copy(&crashed, &other);
    std::fs::remove_file(other.join(journal.strip_prefix(&crashed).unwrap())).unwrap();
    std::fs::remove_file(other.join("data/chunk-000/file-002.parquet")).unwrap();
    let dataset = Dataset::resume(&other, one_arm()).unwrap();
    record(&dataset, "their own", 15);
    drop(dataset);
    std::fs::copy(
        &journal,
        other.join(journal.strip_prefix(&crashed).unwrap()),
    )
    .unwrap();

    let found = recovery::find(&other).unwrap().interrupted;
    assert_eq!((found.len(), found[0].rows), (1, 9));
    assert_eq!(check(&other), [12, 7, 15]);
    recovery::keep(&other, &found[0], &Progress::new()).unwrap();
    assert_eq!(check(&other), [12, 7, 15, 9]);
}
