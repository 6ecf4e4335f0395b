//! Whoever only looks changes nothing, and what was thrown away can be wanted back.

use dataset::left::{self, Condition};
use pixels::Yuv420;

use super::*;

fn look(root: &Path) -> left::Looked {
    let before = contents(root);
    let looked = left::look(root).unwrap();
    assert!(contents(root) == before, "looking changed something");
    looked
}

fn resume(root: &Path) -> Dataset {
    Dataset::resume(root, spec(films())).unwrap()
}

#[test]
fn a_look_tells_what_a_kill_left_and_leaves_it_as_it_is() {
    for kind in [films(), CameraKind::Image] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("set");
        killed(&root, kind, 30, 27, 20);
        let looked = look(&root);
        assert_eq!((looked.in_use, looked.episodes), (false, 1));
        let [left] = &looked.left[..] else {
            panic!("{looked:?}");
        };
        assert_eq!(left.condition, Condition::Whole);
        assert_eq!((&*left.task, left.rows, left.fps), ("second", 20, 30));
        assert_eq!(left.cameras, ["front", "wrist"]);
        let films = contents(&journal::folder(&root)).into_values();
        let bytes: usize = films.map(|bytes| bytes.len()).sum();
        assert_eq!(left.bytes, bytes as u64);

        let kept = recovery::keep_left(&root, left, &Progress::new()).unwrap();
        assert_eq!(kept.saved.map(|saved| saved.rows), Some(20));
        assert_eq!(check(&root), [5, 20]);
        assert!(is_clean(&root));
        assert_eq!(look(&root), left::Looked::default());
    }
}

#[test]
fn an_episode_that_is_being_recorded_is_in_use_and_its_recorder_is_not_disturbed() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let dataset = Dataset::create(root, spec(films())).unwrap();
    let (draft, footage) = recorded(&dataset, "now", films(), 12);
    let looked = look(root);
    assert!(looked.in_use && left::in_use(root));
    assert_eq!((looked.left.len(), looked.left[0].rows), (1, 12));
    draft.save(json!({}), &footage).unwrap();
    drop(dataset);
    assert!(!left::in_use(root));
    assert_eq!(check(root), [12]);
}

#[test]
fn a_save_that_was_cut_short_is_told_as_such_and_keeping_it_finishes_it() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("begun");
    begun(&base, films());
    for step in steps(films()) {
        let root = folder.path().join(format!("{step:?}"));
        crash_at(&root, &base, films(), step);
        let looked = look(&root);
        let [left] = &looked.left[..] else {
            panic!("{step:?}: {looked:?}");
        };
        assert_eq!(
            (&left.condition, left.rows),
            (&Condition::Saving, 9),
            "{step:?}"
        );
        let kept = recovery::keep_left(&root, left, &Progress::new()).unwrap();
        let saved = kept.saved.unwrap();
        assert_eq!((saved.episode_index, saved.rows), (2, 9), "{step:?}");
        assert_eq!(check(&root), [12, 7, 9], "{step:?}");
        assert!(is_clean(&root));
    }
}

#[test]
fn what_cannot_be_kept_is_told_before_and_after_it_was_put_away() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("set");
    killed(&root, films(), 40, 40, 1);
    fs::remove_file(journal::folder(&root).join("0000.wrist.mp4")).unwrap();
    let [left] = &look(&root).left[..] else {
        panic!("one was left");
    };
    assert_eq!(left.condition, Condition::Lacking(vec!["wrist".into()]));
    assert_eq!((left.rows, &*left.cameras), (40, &["front".to_owned()][..]));
    let put_away = recovery::find(&root).unwrap().put_away.remove(0);
    let [left] = &look(&root).left[..] else {
        panic!("it is put away");
    };
    assert_eq!(left.condition, Condition::PutAway(put_away.attic));
    assert_eq!((&*left.task, left.rows), ("second", 40));
}

#[test]
fn damaged_journals_are_told_of_and_beginnings_are_not() {
    for (cut, expected) in [(20, None), (200, Some(Condition::Damaged))] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("set");
        killed(&root, films(), 40, 40, 40);
        let journal = journal::files(&root).unwrap().remove(0);
        let mut bytes = fs::read(&journal).unwrap();
        bytes.truncate(cut);
        fs::write(&journal, bytes).unwrap();
        if expected.is_none() {
            fs::remove_file(journal.with_file_name("0000.front.mp4")).unwrap();
            fs::remove_file(journal.with_file_name("0000.wrist.mp4")).unwrap();
        }
        let found: Vec<Condition> = look(&root)
            .left
            .into_iter()
            .map(|it| it.condition)
            .collect();
        assert_eq!(found, expected.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn what_was_thrown_away_survives_other_recordings_and_can_be_wanted_back() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("set");
    killed(&root, films(), 30, 30, 30);
    let left = look(&root).left.remove(0);
    let thrown = recovery::throw_away(&root, &left).unwrap();
    assert_eq!(look(&root), left::Looked::default());
    assert_eq!(recovery::find(&root).unwrap(), recovery::Found::default());
    let dataset = resume(&root);
    let busy = thrown.bring_back().unwrap_err();
    assert!(matches!(busy, DatasetError::InUse { .. }), "{busy}");
    record(&dataset, "meanwhile", films(), 7);
    drop(dataset);
    thrown.bring_back().unwrap();
    drop(thrown);
    assert_eq!(look(&root).left[0].rows, 30);
    recovery::keep_left(&root, &left, &Progress::new()).unwrap();
    assert_eq!(check(&root), [5, 7, 30]);
    assert!(is_clean(&root));
}

#[test]
fn what_was_decided_of_one_episode_is_not_done_with_another_in_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("set");
    killed(&root, films(), 30, 30, 30);
    let shown = look(&root).left.remove(0);
    // Somebody else kept it, and recorded another that was cut short.
    recovery::keep_left(&root, &shown, &Progress::new()).unwrap();
    let dataset = resume(&root);
    cut_short(&dataset, "another", films(), [40, 40, 40]);
    drop(dataset);
    let now = look(&root).left;
    assert_eq!(now[0].journal, shown.journal, "the number is free again");
    for refused in [
        recovery::throw_away(&root, &shown).map(drop),
        recovery::keep_left(&root, &shown, &Progress::new()).map(drop),
    ] {
        let refused = refused.unwrap_err();
        assert!(matches!(refused, DatasetError::Changed { .. }), "{refused}");
    }
    assert_eq!(look(&root).left, now);
    assert_eq!(check(&root), [5, 30]);
}

#[test]
fn what_nobody_can_want_back_any_more_goes_with_the_next_recording() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("set");
    killed(&root, films(), 30, 30, 30);
    let left = look(&root).left.remove(0);
    let thrown = recovery::throw_away(&root, &left).unwrap();
    drop(thrown);
    assert_eq!(look(&root), left::Looked::default());
    drop(resume(&root));
    assert_eq!(fs::read_dir(journal::folder(&root)).unwrap().count(), 0);
}

#[test]
fn pictures_of_an_unfinished_film_are_those_at_their_share_of_it() {
    for kind in [films(), CameraKind::Image] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("set");
        killed(&root, kind, 28, 28, 28);
        let journal = journal::files(&root).unwrap().remove(0);
        let at = |camera: &str, share| left::picture(&journal, camera, share).unwrap();
        let pictures: Vec<Yuv420> = (0..28)
            .map(|at_row| at("front", f64::from(at_row) / 27.0))
            .map(Option::unwrap)
            .collect();
        assert!(pictures.iter().all(|it| it.size == crate::films::size()));
        assert!(pictures[0].y != pictures[27].y);
        for (share, row) in [(f64::NAN, 0), (-1.0, 0), (0.5, 14), (7.0, 27)] {
            assert_eq!(at("front", share).unwrap().y, pictures[row].y, "{share}");
        }
        assert!(at("elsewhere", 0.5).is_none());
        let film = fs::read_dir(journal::folder(&root)).unwrap();
        let film = film
            .map(|entry| entry.unwrap().path())
            .find(|path| path.to_string_lossy().contains("wrist"))
            .unwrap();
        fs::write(&film, "no film at all").unwrap();
        assert!(at("wrist", 0.5).is_none());
        fs::remove_file(film).unwrap();
        assert!(at("wrist", 0.5).is_none());
    }
}
