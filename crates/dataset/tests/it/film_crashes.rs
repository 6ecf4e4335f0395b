//! Crashes of recordings with cameras: films and rows stay in step, whatever was cut short.

mod given_up;
mod looked_at;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use dataset::camera::{CameraKind, PictureFlags, Squeezed};
use dataset::progress::Progress;
use dataset::verify::{Defect, verify};
use dataset::{CommitStep, Dataset, DatasetError, Part, journal, recovery, repair, sidecar};
use proptest::prelude::*;
use serde_json::json;

use crate::films::{
    film_stats, films, growing, growing_pngs, key, note, push_rows, record, recorded, shoot, spec,
};
use crate::fixtures::{check, copy};

/// Two episodes.
fn begun(root: &Path, kind: CameraKind) {
    let dataset = Dataset::create(root, spec(kind)).unwrap();
    record(&dataset, "first", kind, 12);
    record(&dataset, "first", kind, 7);
}

/// A third episode with a new task, after those of `begun`, whose commit stops at `step`.
fn crash_at(root: &Path, begun: &Path, kind: CameraKind, step: CommitStep) {
    copy(begun, root);
    let dataset = Dataset::resume(root, spec(kind)).unwrap();
    dataset.stop_commit_at(step);
    let (draft, footage) = recorded(&dataset, "second", kind, 9);
    let error = draft.save(json!({"ended": "full"}), &footage).unwrap_err();
    assert!(matches!(error, DatasetError::StoppedAt { .. }), "{error}");
}

fn steps(kind: CameraKind) -> Vec<CommitStep> {
    match kind {
        CameraKind::Video(_) => CommitStep::all_with_films(),
        CameraKind::Image => CommitStep::all(),
    }
}

/// What is in a dataset, without the lock.
pub fn contents(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, all: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, all);
            } else {
                let relative = path.strip_prefix(root).unwrap().to_owned();
                all.insert(relative, fs::read(&path).unwrap());
            }
        }
    }
    let mut all = BTreeMap::new();
    walk(root, root, &mut all);
    all
}

fn is_clean(root: &Path) -> bool {
    let report = verify(root, &Progress::new());
    assert!(report.clean(), "{report:?}");
    report.findings.is_empty()
}

#[test]
fn a_commit_with_cameras_that_stops_anywhere_is_finished_to_the_same_bytes() {
    for kind in [films(), CameraKind::Image] {
        let folder = tempfile::tempdir().unwrap();
        let base = folder.path().join("begun");
        begun(&base, kind);
        let untroubled = folder.path().join("untroubled");
        copy(&base, &untroubled);
        let dataset = Dataset::resume(&untroubled, spec(kind)).unwrap();
        record(&dataset, "second", kind, 9);
        let expected = contents(&untroubled);
        for step in steps(kind) {
            let root = folder.path().join(format!("{step:?}"));
            crash_at(&root, &base, kind, step);
            let counted: &[u64] = match step {
                CommitStep::Placed(Part::Info) => &[12, 7, 9],
                _ => &[12, 7],
            };
            assert_eq!(check(&root), counted, "{step:?}, before anything is mended");
            let report = verify(&root, &Progress::new());
            assert!(report.sound(), "{step:?}: {report:?}");

            assert_eq!(recovery::find(&root).unwrap().interrupted, [], "{step:?}");
            assert_eq!(check(&root), [12, 7, 9], "{step:?}");
            assert!(
                contents(&root) == expected,
                "{step:?}: the same to the byte"
            );
            assert!(is_clean(&root), "{step:?}");
            assert_eq!(
                recovery::find(&root).unwrap().interrupted,
                [],
                "{step:?}: once is enough"
            );
        }
    }
}

/// Rows in the journal and pictures of each camera as a kill leaves them: films not finished.
fn killed(root: &Path, kind: CameraKind, rows: usize, front: usize, wrist: usize) {
    let dataset = Dataset::create(root, spec(kind)).unwrap();
    record(&dataset, "first", kind, 5);
    cut_short(&dataset, "second", kind, [rows, front, wrist]);
}

/// An episode whose program ends with so many rows and pictures of each camera on disk.
fn cut_short(dataset: &Dataset, task: &str, kind: CameraKind, [rows, front, wrist]: [usize; 3]) {
    let mut draft = dataset.begin_episode(task).unwrap();
    push_rows(&mut draft, rows);
    for (name, pictures) in [("front", front), ("wrist", wrist)] {
        let path = draft.footage_path(&key(name));
        match kind {
            CameraKind::Video(_) => growing(&path, pictures).flush().unwrap(),
            CameraKind::Image => growing_pngs(&path, pictures).flush().unwrap(),
        }
    }
}

#[test]
fn an_episode_that_was_killed_is_kept_to_the_shortest_of_rows_and_films() {
    for (rows, front, wrist) in [(30, 27, 20), (20, 27, 30), (25, 25, 25), (30, 1, 30)] {
        let kept = rows.min(front).min(wrist);
        for kind in [films(), CameraKind::Image] {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path().join("set");
            killed(&root, kind, rows, front, wrist);
            let found = recovery::find(&root).unwrap().interrupted;
            assert_eq!(found.len(), 1);
            assert_eq!(
                (found[0].rows, found[0].task.as_str()),
                (kept as u64, "second")
            );
            let waits = verify(&root, &Progress::new());
            assert!(
                waits.has(Defect::Journal) && !waits.has(Defect::Leftover),
                "{waits:?}"
            );

            let saved = recovery::keep(&root, &found[0], &Progress::new())
                .unwrap()
                .saved
                .unwrap();
            assert_eq!((saved.episode_index, saved.rows), (1, kept as u64));
            assert_eq!(check(&root), [5, kept as u64]);
            assert!(is_clean(&root));
            assert_eq!(recovery::find(&root).unwrap().interrupted, []);
            let sidecar = sidecar::read(&root, 1).unwrap().unwrap();
            assert!(sidecar.recovered);
            assert_eq!(sidecar.observed_at_ns.len(), kept);
            assert_eq!(sidecar.cameras[0].sequence.len(), kept);
            for camera in &sidecar.cameras {
                assert_eq!((camera.not_encoded, camera.bad), (None, None), "not known");
                let unsure = |flags: &u8| PictureFlags(*flags).has(PictureFlags::UNSURE);
                assert!(camera.flags.iter().all(unsure), "{camera:?}");
            }
            assert_eq!(fs::read_dir(journal::folder(&root)).unwrap().count(), 0);
        }
    }
}

#[test]
fn statistics_of_a_kept_episode_are_those_of_the_pictures_that_are_left() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("set");
    killed(&root, films(), 30, 27, 20);
    let found = recovery::find(&root).unwrap().interrupted;
    recovery::keep(&root, &found[0], &Progress::new()).unwrap();
    let path =
        dataset::episodes::path_of(&root, dataset::episodes::FilePlace { chunk: 0, file: 1 });
    let written = dataset::episodes::read_stats(&path).unwrap().remove(0);
    let film = root.join(format!("videos/{}/chunk-000/file-001.mp4", key("front")));
    let written = written.get(&key("front")).unwrap();
    assert_eq!(written.values, film_stats(&film).values);
    assert_eq!(written.count, [20]);
}

#[test]
fn a_repair_keeps_an_episode_with_cameras_too() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("set");
    killed(&root, films(), 30, 27, 20);
    let plan = repair::plan(&root, &Progress::new()).unwrap();
    assert_eq!(
        plan.steps[0].to_string(),
        "keep the interrupted episode \"second\" with 20 rows (meta/tendon/journal/0000.journal)"
    );
    let repaired = repair::apply(&root, &Progress::new()).unwrap();
    assert!(repaired.report.clean(), "{repaired:?}");
    assert_eq!(check(&root), [5, 20]);
}

#[test]
fn an_episode_ends_before_the_first_picture_that_does_not_decode() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("set");
    killed(&root, films(), 30, 30, 30);
    // A loss of power: the second half second of one film was never written, though the file is as long.
    let film = journal::folder(&root).join("0000.wrist.mp4");
    let mut bytes = fs::read(&film).unwrap();
    let fragments: Vec<usize> = (0..bytes.len() - 4)
        .filter(|at| &bytes[*at..at + 4] == b"mdat")
        .collect();
    assert_eq!(fragments.len(), 2);
    let from = fragments[1] + 4;
    bytes[from..].fill(0);
    fs::write(&film, bytes).unwrap();
    let found = recovery::find(&root).unwrap().interrupted;
    recovery::keep(&root, &found[0], &Progress::new()).unwrap();
    assert_eq!(check(&root), [5, 15]);
    assert!(is_clean(&root));
}

#[test]
fn a_recorder_that_begins_again_keeps_what_the_films_have() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    let mut aside = recorded(&dataset, "aside", films(), 6)
        .0
        .set_aside()
        .unwrap();
    let mut draft = dataset.begin_episode("cut short").unwrap();
    push_rows(&mut draft, 20);
    growing(&draft.footage_path(&key("front")), 20)
        .finish()
        .unwrap();
    growing(&draft.footage_path(&key("wrist")), 17)
        .flush()
        .unwrap();
    drop(draft);
    dataset
        .begin_again(&json!({"why": "a film failed"}))
        .unwrap();
    assert_eq!(check(folder.path()), [17]);
    let sidecar = sidecar::read(folder.path(), 0).unwrap().unwrap();
    assert_eq!(
        (sidecar.recovered, sidecar.report),
        (true, json!({"why": "a film failed"}))
    );
    // What was set aside is still there, and the next episode has cameras as before.
    let footage = ["front", "wrist"].map(|name| dataset::Footage {
        key: key(name),
        samples: 6,
        stats: film_stats(&journal::folder(folder.path()).join(format!("0000.{name}.mp4"))),
        squeezed: Some(Squeezed::default()),
    });
    dataset
        .restore(&mut aside)
        .unwrap()
        .save(json!({}), &footage)
        .unwrap();
    record(&dataset, "t", films(), 3);
    assert_eq!(check(folder.path()), [17, 6, 3]);
    assert!(is_clean(folder.path()));
}

#[test]
fn bringing_an_episode_back_counts_its_pictures_and_can_be_called_off() {
    for kind in [films(), CameraKind::Image] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("set");
        killed(&root, kind, 30, 27, 30);
        let journal = journal::files(&root).unwrap().remove(0);
        let before = fs::read(&journal).unwrap();
        let found = recovery::find(&root).unwrap();
        let progress = Progress::new();
        progress.cancel();
        let error = recovery::keep(&root, &found.interrupted[0], &progress).unwrap_err();
        assert!(matches!(error, DatasetError::Cancelled(_)), "{error}");
        assert_eq!(progress.reached().total, 2 * 27);
        assert_eq!(fs::read(&journal).unwrap(), before);
        assert_eq!(recovery::find(&root).unwrap(), found, "still on offer");
        let error = repair::apply(&root, &progress).unwrap_err();
        assert!(matches!(error, DatasetError::Cancelled(_)), "{error}");
        recovery::keep(&root, &found.interrupted[0], &Progress::new()).unwrap();
        assert_eq!(check(&root), [5, 27]);
        assert!(is_clean(&root));
    }
}

#[test]
fn a_sealed_episode_with_films_that_somebody_else_overtook_gets_its_films_back() {
    let folder = tempfile::tempdir().unwrap();
    let (base, crashed) = (folder.path().join("begun"), folder.path().join("crashed"));
    begun(&base, films());
    crash_at(&crashed, &base, films(), CommitStep::Placed(Part::Sidecar));
    assert!(!journal::folder(&crashed).join("0000.front.mp4").exists());
    let journal = journal::files(&crashed).unwrap().pop().unwrap();
    let journal = journal.strip_prefix(&crashed).unwrap();

    // Another program ignored the journal and recorded a third episode: under the same name for one camera, and, as
    // happens when files are moved about, under another one for the other.
    let other = folder.path().join("other");
    copy(&crashed, &other);
    fs::remove_file(other.join(journal)).unwrap();
    let film = |name: &str, file: u64| {
        other.join(format!("videos/{}/chunk-000/file-{file:03}.mp4", key(name)))
    };
    let ours = fs::read(film("front", 2)).unwrap();
    fs::remove_file(film("front", 2)).unwrap();
    fs::remove_file(film("wrist", 2)).unwrap();
    let dataset = Dataset::resume(&other, spec(films())).unwrap();
    record(&dataset, "their own", films(), 15);
    drop(dataset);
    fs::copy(crashed.join(journal), other.join(journal)).unwrap();
    for name in ["front", "wrist"] {
        fs::write(
            journal::folder(&other).join(format!("0000.{name}.mp4")),
            &ours,
        )
        .unwrap();
    }
    let found = recovery::find(&other).unwrap().interrupted;
    assert_eq!((found.len(), found[0].rows), (1, 9));
    assert_eq!(check(&other), [12, 7, 15]);
    recovery::keep(&other, &found[0], &Progress::new()).unwrap();
    assert_eq!(check(&other), [12, 7, 15, 9]);
    assert!(is_clean(&other));

    // Its counters went on without a third film: ours are brought back from the names that nobody uses.
    let alone = folder.path().join("alone");
    copy(&crashed, &alone);
    let dataset = {
        let path = alone.join("meta/info.json");
        let text = fs::read_to_string(&path).unwrap();
        let shorter = text.replace("\"total_frames\": 19", "\"total_frames\": 12");
        let shorter = shorter.replace("\"total_episodes\": 2", "\"total_episodes\": 1");
        fs::write(&path, shorter.replace("0:2", "0:1")).unwrap();
        fs::remove_file(alone.join("meta/episodes/chunk-000/file-001.parquet")).unwrap();
        fs::remove_file(alone.join("data/chunk-000/file-001.parquet")).unwrap();
        recovery::find(&alone).unwrap().interrupted
    };
    assert_eq!(dataset[0].rows, 9);
    assert!(journal::folder(&alone).join("0000.front.mp4").exists());
    recovery::keep(&alone, &dataset[0], &Progress::new()).unwrap();
    assert_eq!(check(&alone), [12, 9]);
}

#[test]
fn a_save_that_fails_with_films_leaves_the_episode_on_offer() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    record(&dataset, "t", films(), 5);
    let (draft, footage) = recorded(&dataset, "t", films(), 6);
    let stand_in = folder
        .path()
        .join("meta/episodes/chunk-000/file-001.parquet.tmp");
    fs::create_dir(&stand_in).unwrap();
    assert!(matches!(
        draft.save(json!(null), &footage),
        Err(DatasetError::Io { .. })
    ));
    fs::remove_dir(&stand_in).unwrap();
    assert_eq!(check(folder.path()), [5]);
    // Its films have their names already; the next episode overtakes it.
    record(&dataset, "t", films(), 7);
    drop(dataset);
    let found = recovery::find(folder.path()).unwrap().interrupted;
    assert_eq!((found.len(), found[0].rows), (1, 6));
    recovery::keep(folder.path(), &found[0], &Progress::new()).unwrap();
    assert_eq!(check(folder.path()), [5, 7, 6]);
    assert!(is_clean(folder.path()));
}

#[test]
fn a_journal_with_cameras_cut_anywhere_gives_back_the_rows_before_the_cut() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    let mut draft = dataset.begin_episode("t").unwrap();
    push_rows(&mut draft, 8);
    let path = journal::files(folder.path()).unwrap().pop().unwrap();
    let whole = fs::read(&path).unwrap();
    let read = journal::parse(&whole).unwrap();
    assert_eq!(read.header.version, 2);
    assert_eq!(read.rows.len(), 8);
    let notes: Vec<_> = (0..8).flat_map(|row| [note(row), note(row)]).collect();
    assert_eq!(read.rows.pictures, notes);
    let mut last = 0;
    for length in 0..=whole.len() {
        let Some(part) = journal::parse(&whole[..length]) else {
            continue;
        };
        assert!(part.rows.len() == last || part.rows.len() == last + 1);
        last = part.rows.len();
        assert_eq!(part.rows.pictures, notes[..2 * last]);
    }
    assert_eq!(last, 8);
}

/// Journals of before there were cameras are still understood, and those without cameras are still written like them.
#[test]
fn a_journal_without_cameras_is_as_it_was_before_there_were_cameras() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), crate::fixtures::one_arm()).unwrap();
    let mut draft = dataset.begin_episode("t").unwrap();
    crate::fixtures::push_rows(&mut draft, 0, 3);
    let path = journal::files(folder.path()).unwrap().pop().unwrap();
    let bytes = fs::read(&path).unwrap();
    let header = br#"{"version":1,"episode_index":0,"task":"t","fps":30,"robot_type":"so_follower","state":["#;
    assert_eq!(&bytes[17..17 + header.len()], header);
    assert!(!String::from_utf8_lossy(&bytes).contains("cameras"));
    // Kind, time, flags, stale and twelve values; nothing else.
    let row = 8 + 12 + 12 * 4;
    let rest = journal::parse(&bytes[..bytes.len() - 1]).unwrap();
    assert_eq!((rest.rows.len(), rest.torn_bytes), (2, row - 1));
}

/// A newer program's journal is not ours to throw away, nor are the films beside it.
#[test]
fn a_journal_of_a_version_that_is_not_known_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("set");
    killed(&root, films(), 9, 9, 9);
    let path = journal::files(&root).unwrap().pop().unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes
        .windows(11)
        .position(|it| it == b"\"version\":2")
        .unwrap();
    bytes[at + 10] = b'9';
    let length = u32::from_le_bytes(bytes[8..12].try_into().unwrap()) as usize;
    let sum = crc32fast::hash(&bytes[16..16 + length]).to_le_bytes();
    bytes[12..16].copy_from_slice(&sum);
    fs::write(&path, &bytes).unwrap();
    let before = contents(&root);
    assert_eq!(recovery::find(&root).unwrap().interrupted, []);
    assert!(contents(&root) == before);
    let dataset = Dataset::resume(&root, spec(films())).unwrap();
    record(&dataset, "goes on", films(), 2);
    assert!(fs::read(&path).unwrap() == bytes);
}

fn journal_of_five_rows() -> &'static [u8] {
    static JOURNAL: OnceLock<Vec<u8>> = OnceLock::new();
    JOURNAL.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
        let mut draft = dataset.begin_episode("t").unwrap();
        push_rows(&mut draft, 5);
        let path = journal::files(folder.path()).unwrap().pop().unwrap();
        fs::read(path).unwrap()
    })
}

proptest! {
    #[test]
    fn no_bytes_make_the_journal_s_parser_panic(at in 0usize..4000, byte in any::<u8>(), more in proptest::collection::vec(any::<u8>(), 0..60)) {
        let mut bytes = journal_of_five_rows().to_vec();
        let length = bytes.len();
        bytes[at % length] = byte;
        // A whole record with a body that nobody wrote.
        bytes.extend((more.len() as u32).to_le_bytes());
        bytes.extend(crc32fast::hash(&more).to_le_bytes());
        bytes.extend(&more);
        if let Some(journal) = journal::parse(&bytes) {
            prop_assert_eq!(journal.rows.pictures.len(), 2 * journal.rows.len());
            prop_assert_eq!(journal.rows.state.len(), 6 * journal.rows.len());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever a kill leaves of rows and films, what is kept is in step and nothing else stays.
    #[test]
    fn rows_and_films_stay_in_step_wherever_they_are_cut(
        rows in 1usize..40,
        front in 0usize..40,
        wrist in 0usize..40,
        cut in 0.0f64..1.0,
        image in any::<bool>(),
    ) {
        let kind = if image { CameraKind::Image } else { films() };
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("set");
        killed(&root, kind, rows, front, wrist);
        // The last write of one film was torn.
        let extension = if image { "pngs" } else { "mp4" };
        let film = journal::folder(&root).join(format!("0000.wrist.{extension}"));
        let bytes = fs::read(&film).unwrap();
        fs::write(&film, &bytes[..(bytes.len() as f64 * cut) as usize]).unwrap();
        let before = verify(&root, &Progress::new());
        prop_assert!(before.sound());
        let found = recovery::find(&root).unwrap().interrupted;
        let mut kept = 0;
        if let Some(waiting) = found.first() {
            let saved = recovery::keep(&root, waiting, &Progress::new()).unwrap().saved.unwrap();
            prop_assert!(saved.rows <= waiting.rows && saved.rows > 0);
            prop_assert!(saved.rows <= rows.min(front).min(wrist) as u64);
            kept = 1;
        }
        prop_assert_eq!(check(&root).len(), 1 + kept);
        prop_assert!(verify(&root, &Progress::new()).findings.is_empty());
        prop_assert_eq!(fs::read_dir(journal::folder(&root)).unwrap().count(), 0);
        let dataset = Dataset::resume(&root, spec(kind)).unwrap();
        record(&dataset, "goes on", kind, 2);
    }
}

#[test]
fn an_unfinished_film_does_not_outlive_a_choice_to_discard_it() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("set");
    killed(&root, films(), 30, 27, 20);
    let found = recovery::find(&root).unwrap().interrupted;
    recovery::discard(&root, &found[0]).unwrap();
    assert_eq!(fs::read_dir(journal::folder(&root)).unwrap().count(), 0);
    assert!(is_clean(&root));
}

#[test]
fn a_new_episode_does_not_take_the_films_of_one_that_waits() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("set");
    killed(&root, films(), 30, 27, 20);
    let dataset = Dataset::resume(&root, spec(films())).unwrap();
    let draft = dataset.begin_episode("t").unwrap();
    assert!(
        draft
            .footage_path(&key("front"))
            .ends_with("0001.front.mp4")
    );
    shoot(&draft, "front", films(), 2);
    draft.discard().unwrap();
    drop(dataset);
    assert_eq!(recovery::find(&root).unwrap().interrupted[0].rows, 20);
}
