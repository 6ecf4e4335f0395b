//! Films of a dataset made again in another codec: the same pictures at the same times, and a dataset that loads whatever was cut
//! short.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dataset::progress::{Progress, Stage};
use dataset::reencode::{Reencode, Reencoded, apply, apply_until, plan, waiting};
use dataset::verify::{Defect, verify};
use dataset::{Codec, CommitStep, Dataset, DatasetError, FilmSpec, Info, Part, recovery};
use pixels::Yuv420;
use stdx::failpoint::{Fault, arm};
use stdx::thread::{Intent, spawn};
use video::encode::{Coded, Quantizer, Settings, encoder};
use video::reencode::psnr;
use video::{Reader, Track, mp4};

use crate::film_crashes::contents;
use crate::films::{films, key, record, recorded, size, spec};
use crate::fixtures::{check, copy, golden};

fn to(codec: Codec) -> Reencode {
    Reencode {
        film: FilmSpec {
            codec,
            gop: 2,
            quality: 26,
        },
        from_episode: 0,
    }
}

/// Every film below `root`, by name.
fn films_of(root: &Path) -> Vec<PathBuf> {
    let all = contents(root).into_keys();
    all.filter(|path| path.extension().is_some_and(|it| it == "mp4"))
        .collect()
}

fn codecs(root: &Path) -> Vec<Codec> {
    films_of(root)
        .iter()
        .map(|film| mp4::inspect(&root.join(film)).unwrap().codec.unwrap())
        .collect()
}

fn said(root: &Path, camera: &str) -> String {
    let info = Info::read(root).unwrap();
    info.film_codec(&key(camera)).unwrap().to_owned()
}

/// Two episodes of two cameras in H.264.
fn in_h264(root: &Path) {
    let dataset = Dataset::create(root, spec(films())).unwrap();
    record(&dataset, "first", films(), 12);
    record(&dataset, "first", films(), 7);
    drop(dataset);
    let report = apply(root, to(Codec::H264), &Progress::new()).unwrap();
    assert_eq!((report.made.len(), report.already), (4, 0));
}

/// The dataset is sound, and has nothing that a person would have to look at.
fn is_whole(root: &Path, when: &str) {
    let report = verify(root, &Progress::new());
    assert!(report.clean(), "{when}: {report:?}");
}

#[test]
fn films_get_another_codec_and_everything_else_stays() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    in_h264(root);
    assert_eq!(codecs(root), [Codec::H264; 4]);
    assert_eq!(
        (said(root, "front"), said(root, "wrist")),
        ("h264".into(), "h264".into())
    );
    is_whole(root, "in H.264");
    let before = contents(root);
    let planned = plan(root, to(Codec::Av1)).unwrap();
    assert_eq!((planned.films.len(), planned.pictures), (4, 2 * 19));
    assert!(planned.needed > planned.bytes / 2, "{planned:?}");
    assert_eq!(waiting(root, Codec::Av1).unwrap(), 4);
    assert!(contents(root) == before, "a plan touches nothing");

    let progress = Progress::new();
    let report = apply(root, to(Codec::Av1), &progress).unwrap();
    assert_eq!(progress.reached().stage, Stage::Done);
    assert_eq!(
        (report.made.len(), report.left.len(), report.waiting),
        (4, 0, 0)
    );
    assert_eq!(report.described, [key("front"), key("wrist")]);
    assert_eq!(codecs(root), [Codec::Av1; 4]);
    assert_eq!(check(root), [12, 7]);
    let after = verify(root, &Progress::new());
    assert_eq!(after.findings, [], "not even a note");
    // Nothing but films and the description.
    for (path, bytes) in contents(root) {
        let may = path.extension().is_some_and(|it| it == "mp4") || path.ends_with("info.json");
        assert_eq!(before[&path] == bytes, !may, "{path:?}");
    }
    let info = fs::read_to_string(root.join("meta/info.json")).unwrap();
    assert!(
        info.contains("\"video.g\": 2") && info.contains("\"video.crf\": 26"),
        "{info}"
    );

    let again = apply(root, to(Codec::Av1), &Progress::new()).unwrap();
    assert_eq!(
        (again.made.len(), again.already, again.described.len()),
        (0, 4, 0)
    );
}

#[test]
fn films_of_lerobot_with_several_episodes_each_keep_every_picture_at_its_time() {
    for name in ["png-video", "stream-video"] {
        let folder = tempfile::tempdir().unwrap();
        copy(&golden(name), folder.path());
        let episodes = check(folder.path());
        let before: Vec<Vec<Yuv420>> = all_pictures(folder.path());
        let report = apply(folder.path(), to(Codec::H264), &Progress::new()).unwrap();
        assert!(
            !report.made.is_empty() && report.left.is_empty(),
            "{report:?}"
        );
        assert!(
            codecs(folder.path())
                .iter()
                .all(|codec| *codec == Codec::H264)
        );
        is_whole(folder.path(), name);
        assert_eq!(check(folder.path()), episodes);
        let after = all_pictures(folder.path());
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before.len(), after.len());
            for (before, after) in before.iter().zip(after) {
                assert!(psnr(before, after) > 32.0);
            }
        }
    }
}

fn all_pictures(root: &Path) -> Vec<Vec<Yuv420>> {
    let of_film = |film: &PathBuf| {
        let reader = Reader::open(&root.join(film)).unwrap();
        reader.map(Result::unwrap).collect()
    };
    films_of(root).iter().map(of_film).collect()
}

#[test]
fn a_crash_at_any_step_leaves_a_dataset_that_loads_and_doing_it_again_does_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let base = folder.path().join("base");
    in_h264(&base);
    let untroubled = folder.path().join("untroubled");
    copy(&base, &untroubled);
    apply(&untroubled, to(Codec::Av1), &Progress::new()).unwrap();
    let expected = contents(&untroubled);
    let film = [
        CommitStep::Torn(Part::Film),
        CommitStep::Staged(Part::Film),
        CommitStep::Placed(Part::Film),
    ];
    let info = [
        CommitStep::Torn(Part::Info),
        CommitStep::Staged(Part::Info),
        CommitStep::Placed(Part::Info),
    ];
    let in_films = [0, 1, 3]
        .into_iter()
        .flat_map(|at| film.map(|step| (at, step)));
    for (at, step) in in_films.chain(info.map(|step| (4, step))) {
        let when = format!("film {at}, {step:?}");
        let root = folder.path().join(&when);
        copy(&base, &root);
        let error = apply_until(&root, to(Codec::Av1), &Progress::new(), Some((at, step)));
        let error = error.unwrap_err();
        assert!(
            matches!(error, DatasetError::StoppedAt { .. }),
            "{when}: {error}"
        );

        let made = at + usize::from(step == CommitStep::Placed(Part::Film));
        let found = codecs(&root);
        let done = found.iter().filter(|codec| **codec == Codec::Av1).count();
        assert_eq!(done, made, "{when}");
        assert_eq!(check(&root), [12, 7], "{when}");
        is_whole(&root, &when);
        let described = step == CommitStep::Placed(Part::Info);
        assert_eq!(said(&root, "front") == "av1", described, "{when}");

        let half_written = matches!(
            step,
            CommitStep::Torn(Part::Film) | CommitStep::Staged(Part::Film)
        );
        let rest = apply(&root, to(Codec::Av1), &Progress::new()).unwrap();
        assert_eq!(rest.swept, u64::from(half_written), "{when}");
        assert_eq!(
            (rest.made.len(), rest.already),
            (4 - made, made as u64),
            "{when}"
        );
        assert!(contents(&root) == expected, "{when}: the same to the byte");
    }
}

#[test]
fn a_person_who_stops_it_keeps_what_was_done_and_no_half_film() {
    let folder = tempfile::tempdir().unwrap();
    in_h264(folder.path());
    let before = contents(folder.path());
    let progress = Progress::new();
    progress.cancel();
    let report = apply(folder.path(), to(Codec::Av1), &progress).unwrap();
    assert_eq!((report.made.len(), report.waiting), (0, 4));
    assert!(contents(folder.path()) == before);
}

#[test]
fn it_does_not_meet_a_recording() {
    let folder = tempfile::tempdir().unwrap();
    in_h264(folder.path());
    let dataset = Dataset::resume(folder.path(), spec(films())).unwrap();
    let error = apply(folder.path(), to(Codec::Av1), &Progress::new()).unwrap_err();
    assert!(matches!(error, DatasetError::InUse { .. }), "{error}");
    drop(dataset);
    apply(folder.path(), to(Codec::Av1), &Progress::new()).unwrap();
}

#[test]
fn only_the_films_of_a_session_are_made_again_and_the_description_waits_for_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    in_h264(root);
    let only_last = Reencode {
        from_episode: 1,
        ..to(Codec::Av1)
    };
    let report = apply(root, only_last, &Progress::new()).unwrap();
    assert_eq!((report.made.len(), report.described.len()), (2, 0));
    assert_eq!(said(root, "front"), "h264");
    let noted = verify(root, &Progress::new());
    assert!(noted.clean() && noted.has(Defect::VideoCodec), "{noted:?}");
    let rest = apply(root, to(Codec::Av1), &Progress::new()).unwrap();
    assert_eq!((rest.made.len(), rest.already), (2, 2));
    assert_eq!(said(root, "front"), "av1");
}

#[test]
fn a_film_that_cannot_be_made_again_stays_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    in_h264(root);
    let film = format!("videos/{}/chunk-000/file-000.mp4", key("front"));
    let broken = b"nothing of a film";
    fs::write(root.join(&film), broken).unwrap();
    let report = apply(root, to(Codec::Av1), &Progress::new()).unwrap();
    assert_eq!(report.made.len(), 3);
    assert_eq!(report.left.len(), 1);
    assert_eq!(report.left[0].path, Path::new(&film));
    assert!(!report.left[0].why.contains('\n') && !report.left[0].why.is_empty());
    assert_eq!(fs::read(root.join(&film)).unwrap(), broken);
    assert_eq!(
        report.described,
        [key("wrist")],
        "the other camera's are all done"
    );
}

/// A film of nothing but noise, which no coarse film can be like.
fn noise(path: &Path, pictures: u32) {
    let settings = Settings {
        size: size(),
        fps: 30,
        quantizer: Quantizer::new(12).unwrap(),
    };
    let mut encoder = encoder(Codec::H264, settings).unwrap();
    let mut coded = Coded::default();
    let mut seed = 1_u32;
    for number in 0..pictures {
        let mut picture = Yuv420::black(size());
        for y in &mut picture.y {
            seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            *y = 100 + (seed >> 26) as u8;
        }
        encoder
            .encode(&picture, number % 2 == 0, &mut coded)
            .unwrap();
    }
    encoder.drain(&mut coded).unwrap();
    let track = Track {
        codec: Codec::H264,
        size: size(),
        fps: 30,
        parameters: encoder.parameters().unwrap().to_vec(),
    };
    fs::remove_file(path).unwrap();
    let mut writer = mp4::Writer::create(path, track).unwrap();
    for (sample, key) in coded.iter() {
        writer.push(sample, key).unwrap();
    }
    writer.finish().unwrap();
}

#[test]
fn a_film_that_comes_out_too_coarse_is_made_finer_until_it_is_like_the_old_one() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    in_h264(root);
    let film = format!("videos/{}/chunk-000/file-000.mp4", key("front"));
    noise(&root.join(&film), 12);
    let coarse = |quality| video::Reencode {
        quantizer: Quantizer::new(quality).unwrap(),
        ..video::Reencode::default()
    };
    let asked = (12..=51).find(|quality| {
        let new = root.join("coarse");
        let made = video::reencode(
            &root.join(&film),
            &new,
            coarse(*quality),
            |_| {},
            &false.into(),
        );
        fs::remove_file(&new).ok();
        made.is_err()
    });
    let asked = asked.unwrap();
    let with = |quality: u8| {
        let mut how = to(Codec::Av1);
        how.film.quality = quality.into();
        how
    };
    let front = |report: &Reencoded| {
        let mut made = report.made.iter();
        made.find(|made| made.path == Path::new(&film)).cloned()
    };

    // Far too coarse: it stays as it is, and the person is told.
    let report = apply(root, with(51), &Progress::new()).unwrap();
    assert_eq!((front(&report), report.made.len()), (None, 3));
    assert!(
        report.left[0].why.contains("dB against the old film's"),
        "{report:?}"
    );
    assert_eq!(report.described, [key("wrist")]);
    // A little too coarse: a finer one is like the old one.
    let report = apply(root, with(asked), &Progress::new()).unwrap();
    assert!(front(&report).unwrap().worst_db >= 32.0, "{report:?}");
    assert_eq!((report.left.len(), report.already), (0, 3));
}

#[test]
fn a_film_that_somebody_else_writes_to_meanwhile_stays_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_owned();
    in_h264(&root);
    let only_last = Reencode {
        from_episode: 1,
        ..to(Codec::Av1)
    };
    // One new film is whole and checked, and about to take its place.
    let armed = arm([Fault::hang("dataset.commit")]);
    let place = root.clone();
    let work = spawn("again", Intent::Background, move || {
        apply(&place, only_last, &Progress::new())
    })
    .unwrap();
    while armed.hanging("dataset.commit") == 0 {
        std::thread::yield_now();
    }
    let mut theirs = BTreeMap::new();
    for name in ["front", "wrist"] {
        let film = root.join(format!("videos/{}/chunk-000/file-001.mp4", key(name)));
        let mut bytes = fs::read(&film).unwrap();
        bytes.extend_from_slice(b"\0\0\0\x08free");
        fs::write(&film, &bytes).unwrap();
        theirs.insert(film, bytes);
    }
    armed.release("dataset.commit");
    let error = work.join().unwrap().unwrap_err();
    let DatasetError::FilmChanged { path } = &error else {
        panic!("{error}");
    };
    assert_eq!(fs::read(path).unwrap(), theirs[path]);
    assert!(!path.with_extension("mp4.tmp").exists());
    drop(armed);
    apply(&root, to(Codec::Av1), &Progress::new()).unwrap();
    assert_eq!(codecs(&root), [Codec::Av1; 4]);
    is_whole(&root, "once the other program has ended");
}

#[test]
fn an_episode_that_waits_in_its_journal_is_not_touched() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    in_h264(root);
    let dataset = Dataset::resume(root, spec(films())).unwrap();
    let (draft, _) = recorded(&dataset, "second", films(), 9);
    drop((draft, dataset));
    let report = apply(root, to(Codec::Av1), &Progress::new()).unwrap();
    assert_eq!(report.made.len(), 4);
    let found = recovery::find(root).unwrap().interrupted;
    assert_eq!((found.len(), found[0].rows), (1, 9));
    recovery::keep(root, &found[0], &Progress::new()).unwrap();
    assert_eq!(check(root), [12, 7, 9]);
    is_whole(root, "after the kept episode");
}

#[test]
fn a_quality_that_no_film_has_is_refused_before_anything_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    in_h264(folder.path());
    let before = contents(folder.path());
    for quality in [11, 52, 300] {
        let mut how = to(Codec::Av1);
        how.film.quality = quality;
        let error = apply(folder.path(), how, &Progress::new()).unwrap_err();
        assert!(matches!(error, DatasetError::BadInput { .. }), "{error}");
    }
    assert!(contents(folder.path()) == before);
}
