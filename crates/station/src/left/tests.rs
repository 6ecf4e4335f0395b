//! What is found, by which key, and what can be done with it.

use dataset::camera::{CameraKind, CameraSpec, PictureNote};
use dataset::verify::verify;
use dataset::{Dataset, DatasetSpec, Row, RowFlags};
use pixels::png::Compression;
use units::MonoTime;
use video::pngs::PngWriter;

use super::*;

const ROWS: u64 = 40;

/// A dataset whose only episode was cut short, with a camera whose pictures get brighter.
fn cut_short(root: &Path, task: &str) {
    let size = Size::new(640, 480).unwrap();
    let mut spec = DatasetSpec::so_follower(30, false);
    spec.cameras = vec![CameraSpec::new("front", size, CameraKind::Image)];
    let dataset = Dataset::create(root, &spec).unwrap();
    let mut draft = dataset.begin_episode(task).unwrap();
    let mut film = PngWriter::create(&draft.footage_path("observation.images.front")).unwrap();
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
        let rgb = vec![40 + 5 * row as u8; size.pixels() * 3];
        film.push(&pixels::png::encode(size, &rgb, Compression::Fast).unwrap())
            .unwrap();
    }
    film.flush().unwrap();
}

fn keys(looked: &Looked) -> Vec<String> {
    let mut keys: Vec<String> = looked.found.iter().map(|it| it.key.clone()).collect();
    keys.sort();
    keys
}

/// What a look finds, in a home of its own with two datasets and one elsewhere.
struct Home(tempfile::TempDir);

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, task) in [
            ("home/cups", "stack"),
            ("home/ada/plates", "wash"),
            ("data/forks", "lay"),
            ("second/cups", "stack elsewhere"),
            ("data/not-remembered", "hide"),
            ("home/2026/may/knives", "cut"),
        ] {
            cut_short(&folder.path().join(name), task);
        }
        Self(folder)
    }

    fn path(&self, below: &str) -> PathBuf {
        self.0.path().join(below)
    }

    fn look(&self) -> Looked {
        look_through(
            &[self.path("home"), self.path("second")],
            &[
                self.path("home/cups"),
                self.path("data/forks"),
                // Deeper than datasets below a home are looked for.
                self.path("home/2026/may/knives"),
                self.path("gone"),
            ],
        )
    }

    fn found(&self, key: &str) -> Found {
        let found = self.look().found.into_iter().find(|it| it.key == key);
        found.unwrap_or_else(|| panic!("{key} is not found"))
    }
}

#[test]
fn datasets_below_the_home_and_those_recorded_into_are_looked_through() {
    let home = Home::new();
    let looked = home.look();
    let forks = home.path("data/forks");
    let second = home.path("second");
    let mut expected = vec![
        "ada/plates:0000".to_owned(),
        "cups:0000".to_owned(),
        format!("{}:0000", forks.display()),
        format!("{}/cups:0000", second.display()),
        "2026/may/knives:0000".to_owned(),
    ];
    expected.sort();
    assert_eq!(keys(&looked), expected);
    assert_eq!(
        looked.folders,
        [
            home.path("home"),
            second,
            forks,
            home.path("home/2026/may/knives"),
            home.path("gone")
        ]
    );
    assert_eq!(looked.trouble, []);
    let plates = home.found("ada/plates:0000");
    assert_eq!(
        (&*plates.dataset, plates.root),
        ("ada/plates", home.path("home/ada/plates"))
    );
    assert_eq!(
        (plates.episodes, &*plates.left.task, plates.left.rows),
        (0, "wash", ROWS)
    );
}

#[test]
fn what_is_kept_verifies_and_what_is_thrown_away_can_be_wanted_back() {
    let home = Home::new();
    let cups = home.found("cups:0000");
    assert!(cups.can_be_kept() && cups.can_be_thrown_away() && cups.word().is_none());
    let thrown = cups.throw_away().unwrap();
    assert!(!keys(&home.look()).contains(&cups.key));
    thrown.bring_back().unwrap();
    drop(thrown);
    assert_eq!(home.found("cups:0000"), cups);
    let kept = cups.keep(&Progress::new()).unwrap();
    assert_eq!(
        kept.saved.map(|it| (it.episode_index, it.rows)),
        Some((0, ROWS))
    );
    assert!(verify(&cups.root, &Progress::new()).findings.is_empty());
    let again = cups.keep(&Progress::new()).unwrap_err();
    assert_eq!(again.code, ErrorCode::Disk, "{again}");
}

#[test]
fn keeping_can_be_called_off_and_is_then_still_on_offer() {
    let home = Home::new();
    let cups = home.found("cups:0000");
    let progress = Progress::new();
    progress.cancel();
    let failure = cups.keep(&progress).unwrap_err();
    assert_eq!(failure.code, ErrorCode::Stopped, "{failure}");
    assert_eq!(home.found("cups:0000"), cups);
}

#[test]
fn what_is_being_recorded_is_only_told_of() {
    let home = Home::new();
    let root = home.path("home/ada/now");
    let dataset = Dataset::create(&root, DatasetSpec::so_follower(30, false)).unwrap();
    let mut draft = dataset.begin_episode("now").unwrap();
    draft
        .push(Row {
            state: &[1.0; 6],
            action: &[1.0; 6],
            observed_at: MonoTime(1),
            flags: RowFlags::default(),
            pictures: &[],
        })
        .unwrap();
    let now = home.found("ada/now:0000");
    assert!(now.in_use && !now.can_be_kept() && !now.can_be_thrown_away());
    assert_eq!(
        now.keep(&Progress::new()).unwrap_err().code,
        ErrorCode::NotWhile
    );
    assert_eq!(now.throw_away().unwrap_err().code, ErrorCode::NotWhile);
    assert_eq!(now.picture("front", 0.5), Ok(None));
}

#[test]
fn a_small_picture_is_the_one_at_its_share() {
    let home = Home::new();
    let cups = home.found("cups:0000");
    assert_eq!(cups.left.cameras, ["front"]);
    let shown = |share| {
        let jpeg = cups.picture("front", share).unwrap().unwrap();
        let size = jpeg::check(&jpeg).unwrap();
        assert_eq!((size.width(), size.height()), (320, 240));
        jpeg
    };
    assert_ne!(shown(0.0), shown(1.0));
    assert_eq!(shown(1.0), shown(2.0));
    assert_eq!(cups.picture("wrist", 0.5), Ok(None));
}

#[test]
fn what_was_put_away_is_told_with_its_folder() {
    let home = Home::new();
    let root = home.path("home/cups");
    let film = dataset::journal::folder(&root).join("0000.front.pngs");
    std::fs::remove_file(film).unwrap();
    let cups = home.found("cups:0000");
    let word = cups.word().unwrap();
    assert!(word.message.contains("picture of front"), "{word}");
    assert!(cups.keep(&Progress::new()).is_err() && cups.throw_away().is_err());
    recovery::find(&root).unwrap();
    let looked = home.look();
    let away = looked.found.iter().find(|it| it.dataset == "cups").unwrap();
    assert!(
        away.key.starts_with("cups:attic/") && away.key.ends_with("/0000"),
        "{}",
        away.key
    );
    assert!(matches!(&away.left.condition, Condition::PutAway(folder) if folder.is_dir()));
    assert!(away.word().is_some() && away.keep(&Progress::new()).is_err());
}
