//! Films and pictures that are not what their dataset says.

use super::*;

#[test]
fn damage_of_every_kind_to_films_and_pictures_is_found_and_named() {
    type Damage = fn(&Path, &Path);
    let cases: [(&str, CameraKind, Damage, Defect); 8] = [
        (
            "a film lost",
            films(),
            |_, film| fs::remove_file(film).unwrap(),
            Defect::VideoMissing,
        ),
        (
            "a film cut off",
            films(),
            |_, film| {
                let bytes = fs::read(film).unwrap();
                fs::write(film, &bytes[..bytes.len() / 2]).unwrap();
            },
            Defect::VideoFile,
        ),
        (
            "a film with a picture too few",
            films(),
            |_, film| video::mp4::truncate(film, 11).unwrap(),
            Defect::VideoSpan,
        ),
        (
            "a film with a picture too many",
            films(),
            |_, film| {
                fs::remove_file(film).unwrap();
                growing(film, 13).finish().unwrap();
            },
            Defect::VideoLonger,
        ),
        (
            "a film with a picture that is none",
            films(),
            |_, film| {
                let mut bytes = fs::read(film).unwrap();
                // In the middle of the first sample, behind the boxes of the beginning.
                let at = bytes.windows(4).position(|four| four == b"moof").unwrap() + 400;
                for byte in &mut bytes[at..at + 200] {
                    *byte ^= 0x5a;
                }
                fs::write(film, bytes).unwrap();
            },
            Defect::VideoPicture,
        ),
        (
            "a film of another size",
            films(),
            |root, _| {
                change_info(root, |camera| camera["shape"] = json!([96, 128, 3]));
            },
            Defect::VideoSize,
        ),
        (
            "a film of another codec",
            films(),
            |root, _| change_info(root, |camera| camera["info"]["video.codec"] = json!("h264")),
            Defect::VideoCodec,
        ),
        (
            "pictures of another size",
            CameraKind::Image,
            |root, _| change_info(root, |camera| camera["shape"] = json!([96, 128, 3])),
            Defect::Picture,
        ),
    ];
    for (what, kind, damage, expected) in cases {
        let folder = tempfile::tempdir().unwrap();
        let dataset = Dataset::create(folder.path(), spec(kind)).unwrap();
        record(&dataset, "t", kind, 12);
        drop(dataset);
        let film = format!("videos/{}/chunk-000/file-000.mp4", key("front"));
        damage(folder.path(), &folder.path().join(film));
        let report = verified(folder.path());
        assert!(report.has(expected), "{what}: {report:?}");
    }
}

fn change_info(root: &Path, change: impl FnOnce(&mut Value)) {
    let path = Info::path(root);
    let mut value: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    change(&mut value["features"][key("front")]);
    fs::write(&path, serde_json::to_vec(&value).unwrap()).unwrap();
}

#[test]
fn a_film_at_another_rate_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let dataset = Dataset::create(folder.path(), spec(films())).unwrap();
    record(&dataset, "t", films(), 12);
    drop(dataset);
    let path = Info::path(folder.path());
    let mut value: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    value["fps"] = json!(29);
    fs::write(&path, serde_json::to_vec(&value).unwrap()).unwrap();
    assert!(verified(folder.path()).has(Defect::VideoTimes));
}

#[test]
fn swapped_films_are_noticed_by_their_colours() {
    let folder = tempfile::tempdir().unwrap();
    copy(&golden("stream-video"), folder.path());
    let film = |name: &str| -> PathBuf {
        folder
            .path()
            .join(format!("videos/{}/chunk-000/file-000.mp4", key(name)))
    };
    fs::copy(film("wrist"), film("front")).unwrap();
    assert!(verified(folder.path()).has(Defect::VideoColours));
}
