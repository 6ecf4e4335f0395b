//! What interrupted sessions left, as a page sees it: looked for, kept, thrown away, wanted back.

use std::fs;
use std::path::Path;

use dataset::camera::{CameraKind, CameraSpec, PictureNote};
use dataset::progress::Progress;
use dataset::verify::verify;
use dataset::{Dataset, DatasetSpec, Row, RowFlags, journal};
use pixels::{Size, png};
use protocol::ErrorCode;
use protocol::window::{Ask, LeftKind, RecoveryState};
use units::MonoTime;

use crate::workbench::{Bench, Page, alone};

const ROWS: u64 = 60;

/// A dataset whose only episode was cut short, with a camera.
fn cut_short(root: &Path) {
    let size = Size::new(64, 48).unwrap();
    let mut spec = DatasetSpec::so_follower(30, false);
    spec.cameras = vec![CameraSpec::new("front", size, CameraKind::Image)];
    let dataset = Dataset::create(root, &spec).unwrap();
    let mut draft = dataset.begin_episode("wave").unwrap();
    let film = draft.footage_path("observation.images.front");
    let mut film = video::pngs::PngWriter::create(&film).unwrap();
    for row in 0..ROWS {
        draft
            .push(Row {
                state: &[1.0; 6],
                action: &[1.0; 6],
                observed_at: MonoTime(row * 33_333_333),
                flags: RowFlags::default(),
                pictures: &[PictureNote::default()],
            })
            .unwrap();
        let rgb = vec![row as u8 * 4; size.pixels() * 3];
        let bytes = png::encode(size, &rgb, png::Compression::Fast).unwrap();
        film.push(&bytes).unwrap();
    }
    film.flush().unwrap();
}

fn settled(bench: &Bench, what: &str, mut so: impl FnMut(&RecoveryState) -> bool) {
    let still = |page: &Page| !page.recovery.looking && page.recovery.work.is_none();
    bench.wait_until(what, |page| still(page) && so(&page.recovery));
}

fn offered(bench: &Bench, keys: &[&str]) {
    settled(bench, &format!("{keys:?} are offered"), |recovery| {
        let mut found: Vec<&str> = recovery.left.iter().map(|it| it.key.as_str()).collect();
        found.sort_unstable();
        found == keys
    });
}

fn recover(bench: &Bench, key: &str, keep: bool) {
    bench.ask(Ask::Recover {
        key: key.to_owned(),
        keep,
    });
}

#[test]
fn what_is_on_disk_is_offered_at_the_start_and_what_is_kept_verifies() {
    alone(|home| {
        let root = home.join("lerobot/me/cups");
        cut_short(&root);
        let bench = Bench::new();
        offered(&bench, &["me/cups:0000"]);
        let left = bench.page(|page| page.recovery.left[0].clone());
        assert_eq!(
            (left.kind, &*left.dataset, &*left.task),
            (LeftKind::Episode, "me/cups", "wave")
        );
        assert_eq!((left.rows, left.fps, left.episodes), (ROWS, 30, 0));
        assert_eq!(
            (&*left.cameras, left.notice),
            (&["front".to_owned()][..], None)
        );
        let shown = |key, camera, share| bench.desk.left_picture(key, camera, share);
        let first = shown("me/cups:0000", "front", 0.0).unwrap();
        pixels::jpeg::check(&first).unwrap();
        assert_ne!(shown("me/cups:0000", "front", 1.0).unwrap(), first);
        assert_eq!(shown("me/cups:0000", "wrist", 0.0), None);
        assert_eq!(shown("../../etc:0000", "front", 0.0), None);
        recover(&bench, "me/cups:0000", true);
        offered(&bench, &[]);
        let done = bench.page(|page| page.recovery.done.clone());
        assert_eq!(done.len(), 1);
        assert_eq!(
            (done[0].episode, done[0].rows, done[0].undoable),
            (Some(0), ROWS, false)
        );
        assert!(verify(&root, &Progress::new()).findings.is_empty());
    });
}

#[test]
fn what_was_thrown_away_is_offered_again_until_the_program_ends() {
    alone(|home| {
        let root = home.join("lerobot/me/cups");
        cut_short(&root);
        let bench = Bench::new();
        offered(&bench, &["me/cups:0000"]);
        recover(&bench, "me/cups:0000", false);
        offered(&bench, &[]);
        assert!(bench.page(|page| page.recovery.done[0].undoable));
        // Another program that writes to the dataset meanwhile leaves it alone.
        assert!(
            dataset::recovery::find(&root)
                .unwrap()
                .interrupted
                .is_empty()
        );
        bench.ask(Ask::UndoDiscard {
            key: "me/cups:0000".to_owned(),
        });
        offered(&bench, &["me/cups:0000"]);
        assert!(bench.page(|page| page.recovery.done.is_empty()));
        recover(&bench, "me/cups:0000", false);
        offered(&bench, &[]);
        bench.desk.close();
        drop(bench);
        let again = Bench::new();
        offered(&again, &[]);
        let gone = again.try_ask(Ask::UndoDiscard {
            key: "me/cups:0000".to_owned(),
        });
        assert_eq!(gone.unwrap_err().code, ErrorCode::BadRequest);
    });
}

#[test]
fn what_somebody_writes_to_is_only_shown_and_what_cannot_be_kept_says_why() {
    alone(|home| {
        let (used, damaged) = (home.join("lerobot/used"), home.join("lerobot/damaged"));
        cut_short(&used);
        cut_short(&damaged);
        let path = journal::files(&damaged).unwrap().remove(0);
        let mut bytes = fs::read(&path).unwrap();
        bytes[20] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let mut spec = DatasetSpec::so_follower(30, false);
        spec.cameras = vec![CameraSpec::new(
            "front",
            Size::new(64, 48).unwrap(),
            CameraKind::Image,
        )];
        let session = Dataset::resume(&used, &spec).unwrap();
        let bench = Bench::new();
        offered(&bench, &["damaged:0000", "used:0000"]);
        let kind = |key: &str| {
            bench.page(|page| {
                let left = page
                    .recovery
                    .left
                    .iter()
                    .find(|left| left.key == key)
                    .unwrap();
                (left.kind, left.notice.is_some())
            })
        };
        assert_eq!(kind("used:0000"), (LeftKind::InUse, true));
        assert_eq!(kind("damaged:0000"), (LeftKind::PutAway, true));
        for key in ["used:0000", "damaged:0000", "gone:0000"] {
            for keep in [true, false] {
                let asked = bench.try_ask(Ask::Recover {
                    key: key.to_owned(),
                    keep,
                });
                let failure = asked.unwrap_err();
                assert!(!failure.message.is_empty() && !failure.remedy.is_empty());
            }
        }
        assert_eq!(bench.desk.left_picture("used:0000", "front", 0.5), None);
        assert_eq!(
            fs::read(&path).unwrap(),
            bytes,
            "damage is told of, not touched"
        );
        drop(session);
        bench.ask(Ask::LookForLeft);
        bench.wait_until("it is free", |page| {
            let mut left = page.recovery.left.iter();
            left.any(|it| it.key == "used:0000" && it.kind == LeftKind::Episode)
        });
    });
}

#[test]
fn the_desk_works_where_nothing_can_be_written_and_says_so_once() {
    alone(|home| {
        for name in ["config", "state", "lerobot"] {
            fs::write(home.join(name), "").unwrap();
        }
        let bench = Bench::new();
        bench.wait_until("it is said", |page| {
            let mut told = page.bench.notices.iter();
            told.any(|it| it.message.contains("a file where a folder must be"))
        });
        assert_eq!(bench.page(|page| page.bench.notices.len()), 1);
        bench.ask(Ask::Understood);
        bench.wait_until("the note goes", |page| !page.bench.first_start);
        assert!(bench.page(|page| page.notices.is_empty()));
        bench.drive(protocol::window::InputKind::Keys);
        bench.release();
    });
}
