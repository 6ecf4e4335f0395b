//! Datasets with cameras that others began, or put in order by hand, are continued.

use super::*;

#[test]
fn a_dataset_of_lerobots_with_cameras_is_continued() {
    for (name, kind) in [
        ("png-video", films()),
        ("stream-video", films()),
        ("png-image", CameraKind::Image),
    ] {
        let folder = tempfile::tempdir().unwrap();
        copy(&golden(name), folder.path());
        let dataset = Dataset::resume(folder.path(), spec(kind)).unwrap();
        assert_eq!(record(&dataset, "a new task", kind, 20).episode_index, 3);
        assert_eq!(record(&dataset, "Grab the cube", kind, 4).episode_index, 4);
        assert_eq!(check(folder.path()), [12, 9, 7, 20, 4]);
        let report = verified(folder.path());
        assert!(report.clean(), "{name}: {report:?}");
        let places: Vec<Vec<u64>> = dataset
            .episodes()
            .iter()
            .map(|episode| {
                episode
                    .videos
                    .iter()
                    .map(|video| video.place.file)
                    .collect()
            })
            .collect();
        if kind != CameraKind::Image {
            assert_eq!(
                places,
                [[0, 0], [0, 0], [0, 0], [1, 1], [2, 2]],
                "always new files"
            );
        }
        let before: Value =
            serde_json::from_slice(&fs::read(Info::path(&golden(name))).unwrap()).unwrap();
        assert_eq!(
            dataset.info().to_value()["features"],
            before["features"],
            "what LeRobot found out about its films stays"
        );
    }
}

#[test]
fn an_episode_weighs_as_much_as_its_rows_in_the_statistics_of_lerobots_dataset() {
    for (name, kind, counted) in [
        ("png-video", films(), 1),
        ("stream-video", films(), 64 * 48),
        ("png-image", CameraKind::Image, 1),
    ] {
        let folder = tempfile::tempdir().unwrap();
        copy(&golden(name), folder.path());
        let dataset = Dataset::resume(folder.path(), spec(kind)).unwrap();
        let of_front = |dataset: &Dataset| {
            let stats = dataset.stats().unwrap().unwrap();
            stats.get(&key("front")).unwrap().clone()
        };
        let before = of_front(&dataset);
        assert_eq!(before.count, [28 * counted], "{name}");
        let mut draft = dataset.begin_episode("Grab the cube").unwrap();
        push_rows(&mut draft, 14);
        let mut footage = CAMERAS.map(|name| shoot(&draft, name, kind, 14));
        for footage in &mut footage {
            // White, all of it: a mean that is half of each would tell that one side was forgotten.
            for (stat, values) in &mut footage.stats.values {
                values.fill(if stat == "std" { 0.0 } else { 1.0 });
            }
        }
        draft.save(json!({}), &footage).unwrap();
        let after = of_front(&dataset);
        assert_eq!(after.count, [42 * counted], "{name}");
        let (old, new) = (&before.values["mean"], &after.values["mean"]);
        for ((old, new), deviation) in old.iter().zip(new).zip(&after.values["std"]) {
            let expected = (old * 28.0 + 14.0) / 42.0;
            assert!((new - expected).abs() < 1e-9, "{name}: {new}, {expected}");
            assert!(*deviation > 0.1, "{name}: {deviation}");
        }
        drop(dataset);
        let again = Dataset::resume(folder.path(), spec(kind)).unwrap();
        record(&again, "Grab the cube", kind, 8);
        assert_eq!(of_front(&again).count, [50 * counted], "{name}");
    }
}

#[test]
fn a_new_film_comes_after_the_last_of_all_films_not_after_the_last_episodes() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let dataset = Dataset::create(root, spec(films())).unwrap();
    record(&dataset, "t", films(), 12);
    record(&dataset, "t", films(), 9);
    drop(dataset);
    // By hand: the first episode's film stands behind the second's.
    let film = |number: u64| {
        let name = format!("videos/{}/chunk-000/file-{number:03}.mp4", key("front"));
        root.join(name)
    };
    fs::rename(film(0), film(2)).unwrap();
    let first = episodes::path_of(root, episodes::FilePlace { chunk: 0, file: 0 });
    tables::rewrite(&first, |batch| {
        let name = format!("videos/{}/file_index", key("front"));
        let at = batch.schema().index_of(&name).unwrap();
        let mut columns = batch.columns().to_vec();
        columns[at] = Arc::new(Int64Array::from(vec![2]));
        RecordBatch::try_new(batch.schema(), columns).unwrap()
    });
    let before = fs::read(film(2)).unwrap();
    let dataset = Dataset::resume(root, spec(films())).unwrap();
    record(&dataset, "t", films(), 7);
    assert!(fs::read(film(2)).unwrap() == before, "nobody moved it");
    let places: Vec<u64> = dataset
        .episodes()
        .iter()
        .map(|episode| episode.videos[0].place.file)
        .collect();
    assert_eq!(places, [2, 1, 3]);
    assert_eq!(check(root), [12, 9, 7]);
    assert!(!root.join("meta/tendon/attic").exists());
    let report = verified(root);
    assert!(report.clean(), "{report:?}");
}
