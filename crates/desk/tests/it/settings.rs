//! Settings as a page sees and sets them, and what of them takes effect.

use std::fs;
use std::path::Path;
use std::time::Duration;

use protocol::ErrorCode;
use protocol::window::{Ask, InputKind, Level, SettingSource, SettingValue};

use crate::workbench::{Bench, Page, alone};

/// Longest time in which a key that is held must have moved its joint.
const LONG: Duration = Duration::from_secs(20);
/// The joint that `elbow_flex` keys move.
const ELBOW: usize = 2;

fn text(value: &str) -> Option<SettingValue> {
    Some(SettingValue::Text(value.to_owned()))
}

fn number(value: f64) -> Option<SettingValue> {
    Some(SettingValue::Number(value))
}

fn set(changes: &[(&str, Option<SettingValue>)]) -> Ask {
    let change = |(name, value): &(&str, Option<SettingValue>)| ((*name).to_owned(), value.clone());
    Ask::SetSettings(changes.iter().map(change).collect())
}

fn holds(page: &Page, name: &str, value: &SettingValue, source: SettingSource) -> bool {
    let card = page.setting(name);
    card.is_some_and(|card| card.value == *value && card.source == source)
}

fn file(home: &Path) -> std::path::PathBuf {
    home.join("config/tendon/settings.toml")
}

fn write(home: &Path, text: &str) {
    let file = file(home);
    fs::create_dir_all(file.parent().expect("it is in a folder")).unwrap();
    fs::write(file, text).unwrap();
}

#[test]
fn what_is_set_is_told_and_stands_in_the_file_all_of_it_or_nothing() {
    alone(|home| {
        let bench = Bench::new();
        bench.wait_until("the settings are told", |page| {
            page.settings.path == file(home).display().to_string()
                && holds(
                    page,
                    "record.fps",
                    &SettingValue::Number(30.0),
                    SettingSource::Usual,
                )
        });
        bench.ask(set(&[
            ("record.fps", number(60.0)),
            ("look.theme", text("dark")),
        ]));
        bench.wait_until("both are told", |page| {
            holds(
                page,
                "record.fps",
                &SettingValue::Number(60.0),
                SettingSource::File,
            ) && holds(
                page,
                "look.theme",
                &SettingValue::Text("dark".into()),
                SettingSource::File,
            )
        });
        let before = fs::read_to_string(file(home)).unwrap();
        let refused = bench
            .try_ask(set(&[
                ("record.fps", number(25.0)),
                ("keys.next", text("KeyF")),
            ]))
            .unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadRequest);
        assert_eq!(refused.message, "keys.next and keys.finish are both KeyF");
        assert_eq!(fs::read_to_string(file(home)).unwrap(), before);
        bench.ask(set(&[("record.fps", None)]));
        bench.wait_until("it is the usual one again", |page| {
            holds(
                page,
                "record.fps",
                &SettingValue::Number(30.0),
                SettingSource::Usual,
            )
        });
    });
}

#[test]
fn what_another_program_writes_is_told_and_a_broken_file_is_kept_until_the_person_begins_anew() {
    alone(|home| {
        write(home, "[log]\nfiles = = 2\n");
        let bench = Bench::new();
        bench.wait_until("what is wrong is told", |page| {
            let problem = page.settings.problem.as_ref();
            problem.is_some_and(|it| it.level == Level::Fault && it.message.contains("line 2"))
        });
        let refused = bench
            .try_ask(set(&[("log.files", number(2.0))]))
            .unwrap_err();
        assert_eq!(refused.code, ErrorCode::Data);
        assert!(refused.message.contains("line 2"), "{refused}");
        assert_eq!(
            fs::read_to_string(file(home)).unwrap(),
            "[log]\nfiles = = 2\n"
        );
        bench.ask(Ask::BeginSettingsAnew);
        bench.wait_until("nothing is wrong", |page| page.settings.problem.is_none());
        let aside = file(home).with_file_name("settings.broken-1.toml");
        assert_eq!(fs::read_to_string(aside).unwrap(), "[log]\nfiles = = 2\n");
        let refused = bench.try_ask(Ask::BeginSettingsAnew).unwrap_err();
        assert_eq!(refused.code, ErrorCode::NotWhile);

        // By hand, while the window is open; another value of it does not fit.
        write(
            home,
            "version = 1\n[record]\nfps = 50\nepisodes = \"many\"\n[other]\nkey = 1\n",
        );
        bench.wait_until("it is told", |page| {
            let problem = page.settings.problem.as_ref();
            let unknown = page.settings.unknown.first();
            holds(
                page,
                "record.fps",
                &SettingValue::Number(50.0),
                SettingSource::File,
            ) && problem
                .is_some_and(|it| it.level == Level::Warning && it.message.contains("line 4"))
                && unknown.is_some_and(|it| it.name == "other.key" && it.line == 6)
        });
        bench.ask(set(&[("record.episodes", number(3.0))]));
        bench.wait_until("it is put right", |page| page.settings.problem.is_none());
        assert!(
            fs::read_to_string(file(home))
                .unwrap()
                .contains("[other]\nkey = 1")
        );
    });
}

#[test]
fn other_keys_drive_at_once_and_a_session_begins_at_the_speed_that_was_set() {
    alone(|_| {
        let bench = Bench::new();
        bench.ask(set(&[("drive.speed", number(2.0))]));
        bench.drive(InputKind::Keys);
        bench.resume();
        let speed = bench.page(|page| page.drive.as_ref().map(|drive| drive.speed));
        assert_eq!(speed, Some(2.0));
        // Keys change places with others in one request, and the tip's, which had one of them, is given another.
        bench.ask(set(&[
            ("keys.elbow_flex_plus", text("KeyI")),
            ("keys.elbow_flex_minus", text("PageUp")),
            ("keys.faster", text("KeyS")),
            ("keys.tip_z_minus", text("KeyG")),
        ]));
        let cap = |page: &Page, code: &str| {
            let drive = page.drive.as_ref()?;
            let cap = drive.keys.iter().find(|cap| cap.code == code)?;
            Some((cap.axis.clone(), cap.positive))
        };
        bench.wait_until("the page shows them", |page| {
            cap(page, "KeyI") == Some(("elbow_flex".into(), true))
                && cap(page, "PageUp") == Some(("elbow_flex".into(), false))
                && cap(page, "KeyW").is_none()
                && cap(page, "KeyS").is_none()
        });
        // The arm begins folded, where the elbow can only come down; the goal is half a unit within its limit then.
        let from = bench.page(|page| page.goal(ELBOW));
        bench.holding(&["KeyS"], Duration::from_millis(500), |_| false);
        let still = bench.page(|page| page.goal(ELBOW));
        assert!(
            (still - from).abs() < 1.0,
            "its former key moved it from {from} to {still}"
        );
        bench.desk.keys(&[], true);
        // Less far up than down: its limit is near.
        for (key, way) in [("PageUp", -10.0), ("KeyI", 5.0)] {
            let from = bench.page(|page| page.goal(ELBOW));
            let there = |page: &Page| (page.goal(ELBOW) - from) / way >= 1.0;
            bench.holding(&[key], LONG, there);
            assert!(bench.page(there), "{key}");
            bench.desk.keys(&[], true);
        }
        // The stop goes by none of this.
        bench.desk.stop();
        bench.wait_until("it is stopped", |page| page.word() == "stopped");
        bench.release();
    });
}

#[test]
fn new_datasets_go_where_the_person_wants_them() {
    alone(|home| {
        let bench = Bench::new();
        let usual = home.join("lerobot").display().to_string();
        bench.wait_until("the usual folder is told", |page| {
            page.bench.datasets == usual
        });
        let sets = home.join("sets");
        let meta = sets.join("ada/cups/meta");
        fs::create_dir_all(&meta).unwrap();
        fs::write(meta.join("info.json"), "{}").unwrap();
        let sets = sets.display().to_string();
        bench.ask(set(&[("storage.datasets", text(&sets))]));
        bench.wait_until("the other folder is told, with what is in it", |page| {
            page.bench.datasets == sets && page.bench.lately == ["ada/cups"]
        });
    });
}

#[test]
fn the_workers_go_by_what_is_set_at_once_and_say_so() {
    alone(|home| {
        let bench = Bench::new();
        let export = |page: &Page| {
            let mut products = page.workers.products.iter();
            products.find(|it| it.name == "export").cloned()
        };
        bench.wait_until("the workers are told", |page| {
            export(page).is_some_and(|it| it.on && it.inline.is_none())
        });
        bench.ask(set(&[
            ("workers.export.on", Some(SettingValue::Switch(false))),
            ("workers.queue", number(7.0)),
            ("look.language", text("de")),
        ]));
        bench.wait_until("export is off, and why is said in German", |page| {
            let why = export(page).and_then(|it| it.inline);
            why.as_deref() == Some("es ist ausgeschaltet") && page.workers.settings.queue == 7
        });
        let refused = bench
            .try_ask(set(&[("workers.exports.on", None)]))
            .unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadRequest);
        assert!(refused.message.contains("background-removal"), "{refused}");
        // Another program writes the file.
        write(
            home,
            "version = 1\n[workers]\nqueue = 9\n[workers.exports]\non = false\n",
        );
        bench.wait_until(
            "what it wrote holds, and what it misspelt is named",
            |page| {
                let problem = page.settings.problem.as_ref();
                page.workers.settings.queue == 9
                    && export(page).is_some_and(|it| it.on)
                    && problem.is_some_and(|it| it.message.contains("`exports`"))
            },
        );
    });
}
