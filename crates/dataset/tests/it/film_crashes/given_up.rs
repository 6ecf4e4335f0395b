//! Episodes of which nothing can be kept are put away, and who asked is told.

use super::*;

#[test]
fn rows_without_a_film_are_put_away_unless_they_are_less_than_a_second() {
    for (rows, kept) in [(30, false), (31, true)] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("set");
        killed(&root, films(), rows, rows, 1);
        fs::remove_file(journal::folder(&root).join("0000.wrist.mp4")).unwrap();
        let found = recovery::find(&root).unwrap();
        assert_eq!(found.interrupted, []);
        assert_eq!(found.put_away.len(), usize::from(kept));
        for put_away in &found.put_away {
            assert_eq!(
                (put_away.task.as_str(), put_away.rows, &*put_away.lacking),
                ("second", 31, &[key("wrist")][..])
            );
            assert!(
                put_away
                    .attic
                    .join("meta/tendon/journal/0000.journal")
                    .is_file()
            );
            let told = put_away.to_string();
            assert!(
                told.starts_with("1.0 s of “second” cannot be kept"),
                "{told}"
            );
            assert!(told.contains("picture of wrist;"), "{told}");
        }
        assert_eq!(
            recovery::find(&root).unwrap(),
            recovery::Found::default(),
            "told once"
        );
        assert_eq!(check(&root), [5]);
        assert_eq!(fs::read_dir(journal::folder(&root)).unwrap().count(), 0);
        let attic: Vec<PathBuf> = contents(&root)
            .into_keys()
            .filter(|path| path.starts_with("meta/tendon/attic"))
            .map(|path| path.file_name().unwrap().into())
            .collect();
        let expected: &[&str] = if kept {
            &["0000.front.mp4", "0000.journal"]
        } else {
            &[]
        };
        assert_eq!(
            attic,
            expected.iter().map(PathBuf::from).collect::<Vec<_>>()
        );
        assert!(is_clean(&root));
    }
}

#[test]
fn an_episode_whose_first_picture_does_not_decode_is_put_away_and_told_of() {
    for repairs in [false, true] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("set");
        killed(&root, films(), 40, 40, 40);
        let film = journal::folder(&root).join("0000.wrist.mp4");
        let mut bytes = fs::read(&film).unwrap();
        let data = bytes.windows(4).position(|four| four == b"mdat").unwrap() + 4;
        bytes[data..data + 60].fill(0xff);
        fs::write(&film, bytes).unwrap();
        if repairs {
            let done = repair::apply(&root, &Progress::new()).unwrap().done;
            assert_eq!(done.len(), 1, "{done:?}");
            assert!(done[0].to_string().contains("picture of wrist"), "{done:?}");
        } else {
            let found = recovery::find(&root).unwrap();
            assert_eq!(found.interrupted[0].rows, 40);
            let kept = recovery::keep(&root, &found.interrupted[0], &Progress::new()).unwrap();
            assert_eq!(kept.saved, None);
            assert_eq!(kept.put_away[0].lacking, [key("wrist")]);
        }
        assert_eq!(recovery::find(&root).unwrap(), recovery::Found::default());
        assert_eq!(check(&root), [5]);
        assert!(is_clean(&root));
    }
}

#[test]
fn a_damaged_journal_with_films_is_put_away_and_one_that_never_began_is_not() {
    for (films, cut) in [(true, false), (false, true)] {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("set");
        killed(&root, crate::films::films(), 40, 40, 40);
        let journal = journal::files(&root).unwrap().remove(0);
        let mut bytes = fs::read(&journal).unwrap();
        if cut {
            bytes.truncate(30);
        } else {
            bytes[20] ^= 1;
        }
        fs::write(&journal, bytes).unwrap();
        if !films {
            fs::remove_file(journal.with_file_name("0000.front.mp4")).unwrap();
            fs::remove_file(journal.with_file_name("0000.wrist.mp4")).unwrap();
        }
        let found = recovery::find(&root).unwrap();
        assert_eq!(found.interrupted, []);
        assert_eq!(found.put_away.len(), usize::from(films));
        for put_away in &found.put_away {
            let there = put_away.attic.join("meta/tendon/journal");
            assert_eq!(fs::read_dir(there).unwrap().count(), 3);
            let told = put_away.to_string();
            assert!(told.contains("its journal is damaged"), "{told}");
        }
        assert_eq!(check(&root), [5]);
        assert!(is_clean(&root));
    }
}
