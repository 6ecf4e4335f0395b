//! Episodes with films that were discarded: brought back, or gone without a trace.

use super::*;

#[test]
fn an_episode_that_was_set_aside_can_be_brought_back_or_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    let inside = || {
        let mut names: Vec<String> = fs::read_dir(journal::folder(folder.path()))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let (draft, footage) = recorded(&dataset, "first", films(), 12);
    let mut first = draft.set_aside().unwrap();
    assert_eq!(first.rows(), 12);
    assert_eq!(inside(), ["0000.aside", "0000.front.mp4", "0000.wrist.mp4"]);
    let (draft, _) = recorded(&dataset, "second", films(), 5);
    let error = dataset.restore(&mut first).unwrap_err();
    assert!(matches!(error, DatasetError::NotWhile { .. }));
    let second = draft.set_aside().unwrap();
    record(&dataset, "third", films(), 7);
    drop(second);
    assert_eq!(inside(), ["0000.aside", "0000.front.mp4", "0000.wrist.mp4"]);
    let draft = dataset.restore(&mut first).unwrap();
    assert!(dataset.restore(&mut first).is_err(), "it is open");
    assert_eq!(
        (draft.episode_index(), draft.len(), draft.task()),
        (1, 12, "first")
    );
    draft.save(json!({}), &footage).unwrap();
    assert_eq!(inside(), [""; 0]);
    assert_eq!(check(folder.path()), [7, 12]);
    assert!(verified(folder.path()).findings.is_empty());
}

#[test]
fn an_episode_that_was_set_aside_can_be_left_to_the_next_start_with_its_films() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    let aside = recorded(&dataset, "t", films(), 12).0.set_aside().unwrap();
    aside.leave();
    drop(dataset);
    let found = recovery::find(folder.path()).unwrap().interrupted;
    assert_eq!((found.len(), found[0].rows), (1, 12));
    recovery::keep(folder.path(), &found[0], &Progress::new()).unwrap();
    assert_eq!(check(folder.path()), [12]);
    assert!(verified(folder.path()).findings.is_empty());
}

#[test]
fn discarding_takes_the_films_too() {
    let folder = tempfile::tempdir().unwrap();
    for kind in [films(), CameraKind::Image] {
        let root = folder.path().join(format!("{}", kind == CameraKind::Image));
        let dataset = Dataset::create(&root, spec(kind)).unwrap();
        let (draft, _) = recorded(&dataset, "t", kind, 4);
        draft.discard().unwrap();
        assert_eq!(fs::read_dir(journal::folder(&root)).unwrap().count(), 0);
    }
}

#[test]
fn what_a_crash_leaves_of_discarded_episodes_is_named_and_then_cleared_away() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    record(&dataset, "t", films(), 3);
    let aside = recorded(&dataset, "t", films(), 4).0.set_aside().unwrap();
    let (draft, _) = recorded(&dataset, "t", films(), 5);
    let journals = journal::folder(folder.path());
    let killed = tempfile::tempdir().unwrap();
    copy(&journals, killed.path());
    drop((draft, aside, dataset));
    copy(killed.path(), &journals);
    // A kill between the two steps of a discard.
    fs::remove_file(journals.join("0001.journal")).unwrap();
    let report = verified(folder.path());
    let named: Vec<(Defect, &str)> = report
        .findings
        .iter()
        .map(|finding| (finding.defect, finding.place.as_str()))
        .collect();
    let in_journal = |name: &str| format!("meta/tendon/journal/{name}");
    assert_eq!(
        named,
        [
            (Defect::Leftover, in_journal("0000.aside").as_str()),
            (Defect::Leftover, in_journal("0000.front.mp4").as_str()),
            (Defect::Leftover, in_journal("0000.wrist.mp4").as_str()),
            (Defect::Leftover, in_journal("0001.front.mp4").as_str()),
            (Defect::Leftover, in_journal("0001.wrist.mp4").as_str()),
        ]
    );
    assert_eq!(recovery::find(folder.path()).unwrap().interrupted, []);
    assert_eq!(
        fs::read_dir(journal::folder(folder.path()))
            .unwrap()
            .count(),
        0
    );
    assert!(verified(folder.path()).findings.is_empty());
}
