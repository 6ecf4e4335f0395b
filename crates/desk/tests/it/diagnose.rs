//! What the program tells about itself, asked as a page asks.

use std::fs;
use std::time::Duration;

use protocol::ErrorCode;
use protocol::window::{
    Answer, Ask, BundlePreview, CheckGrade, HealthPage, InputKind, LogLevel, LogPage, LogQuery,
};
use stdx::{Clock as _, FakeClock, SystemClock};

use crate::workbench::{Bench, alone, sim};

fn log(bench: &Bench, query: LogQuery) -> LogPage {
    match bench.ask(Ask::ReadLog(query)) {
        Answer::Log(page) => page,
        other => panic!("{other:?}"),
    }
}

fn health(bench: &Bench, after: u64) -> HealthPage {
    match bench.ask(Ask::ReadHealth { after }) {
        Answer::Health(page) => page,
        other => panic!("{other:?}"),
    }
}

fn bundle(bench: &Bench) -> BundlePreview {
    match bench.ask(Ask::PrepareBundle) {
        Answer::Bundle(preview) => preview,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_log_is_read_page_by_page_and_a_place_that_never_was_is_refused() {
    alone(|home| {
        let folder = home.join("state/tendon/log");
        fs::create_dir_all(&folder).unwrap();
        let lines: String = (0..300)
            .map(|number| {
                let level = if number % 100 == 0 { "WARN " } else { "INFO " };
                format!("2026-01-31T08:15:30.{number:03}Z {level} r-{number} desk [desk]: entry {number}\n")
            })
            .collect();
        fs::write(folder.join("tendon.log"), lines).unwrap();
        let bench = Bench::new();
        let query = LogQuery {
            level: LogLevel::Warn,
            request: String::new(),
            text: String::new(),
            before: None,
        };
        let page = log(&bench, query.clone());
        let found: Vec<&str> = page
            .entries
            .iter()
            .map(|entry| entry.request.as_str())
            .collect();
        assert_eq!(found, ["r-200", "r-100", "r-0"]);
        assert_eq!(page.file, folder.join("tendon.log").display().to_string());
        let mut query = LogQuery {
            level: LogLevel::Trace,
            ..query
        };
        let mut found = 0;
        loop {
            let page = log(&bench, query.clone());
            found += page.entries.len();
            query.before = page.older;
            if page.older.is_none() {
                break;
            }
        }
        assert_eq!(found, 300);
        query.before = Some(12345);
        let failure = bench.try_ask(Ask::ReadLog(query)).unwrap_err();
        assert_eq!(failure.code, ErrorCode::Data);
    });
}

#[test]
fn the_checks_of_the_machine_are_told_also_while_an_arm_is_driven() {
    alone(|_| {
        let bench = Bench::new();
        bench.drive(InputKind::Keys);
        let Answer::Doctor(lines) = bench.ask(Ask::Doctor) else {
            panic!("no checks");
        };
        assert_eq!(bench.page(|page| page.word().to_owned()), "holding");
        let tendon = &lines[0];
        assert_eq!(
            (tendon.name.as_str(), tendon.grade),
            ("tendon", CheckGrade::Fine)
        );
        assert!(tendon.found.contains(env!("CARGO_PKG_VERSION")));
        for line in &lines {
            assert_eq!(
                line.remedy.is_empty(),
                line.grade == CheckGrade::Fine,
                "{line:?}"
            );
        }
        bench.release();
    });
}

#[test]
fn the_history_has_a_sample_a_second_by_the_desks_clock() {
    alone(|_| {
        let clock = FakeClock::default();
        let bench = Bench::with_clock(clock.shared());
        assert_eq!(health(&bench, 0).newest, 1);
        for newest in 2..=5 {
            clock.advance(Duration::from_millis(999));
            // Every request makes the desk look.
            bench.ask(Ask::Finish);
            assert_eq!(health(&bench, 0).newest, newest - 1);
            clock.advance(Duration::from_millis(1));
            bench.ask(Ask::Finish);
            assert_eq!(health(&bench, 0).newest, newest);
        }
        let page = health(&bench, 3);
        let numbers: Vec<u64> = page.samples.iter().map(|sample| sample.number).collect();
        assert_eq!(numbers, [4, 5]);
        assert!(
            page.samples
                .iter()
                .all(|sample| sample.cycle.is_none() && sample.cameras.is_empty())
        );
    });
}

#[test]
fn the_history_tells_of_loop_bus_and_cameras_while_an_arm_is_driven() {
    alone(|_| {
        let bench = Bench::new();
        bench.drive_with(sim(), InputKind::Keys, vec!["sim:front".into()]);
        let until = SystemClock.now() + Duration::from_secs(60);
        let sample = loop {
            let page = health(&bench, 0);
            let mut samples = page.samples.into_iter();
            let told = samples.find(|sample| {
                let front = sample.cameras.first();
                sample.cycle.is_some() && front.is_some_and(|front| front.fps.is_some())
            });
            if let Some(told) = told {
                break told;
            }
            assert!(SystemClock.now() < until, "never a sample of the loop");
            SystemClock.sleep(Duration::from_millis(50));
        };
        let cycle = sample.cycle.unwrap();
        assert!(cycle.hz > 5.0 && cycle.hz < 90.0, "{cycle:?}");
        assert!(cycle.error_p50_ms <= cycle.error_p99_ms);
        let bus = sample.bus.unwrap();
        assert!(
            bus.time_p50_ms > 0.0 && bus.time_p50_ms <= bus.time_p99_ms,
            "{bus:?}"
        );
        assert_eq!(sample.cameras[0].name, "front");
        bench.release();
    });
}

#[test]
fn a_bundle_is_shown_before_it_is_saved_and_holds_nothing_of_the_person() {
    alone(|home| {
        let bench = Bench::new();
        for ask in [
            Ask::SaveBundle,
            Ask::ReadBundle {
                name: "log.txt".into(),
                from: 0,
            },
        ] {
            assert_eq!(bench.try_ask(ask).unwrap_err().code, ErrorCode::NotWhile);
        }
        let token = "hf_QwErTyUiOpAsDfGhJkLzXcVb";
        fs::create_dir_all(home.join("config/tendon")).unwrap();
        fs::write(
            home.join("config/tendon/settings.toml"),
            format!("# {token}\n"),
        )
        .unwrap();
        let at = home.display().to_string();
        let folder = home.join("state/tendon/log");
        fs::create_dir_all(&folder).unwrap();
        let line =
            format!("2026-01-31T08:15:30.123Z INFO  desk [desk]: below {at}/x with {token}\n");
        fs::write(folder.join("tendon.log"), line).unwrap();
        let preview = bundle(&bench);
        let zips = || {
            let entries = fs::read_dir(home).unwrap().flatten();
            entries
                .filter(|entry| entry.path().extension().is_some_and(|it| it == "zip"))
                .count()
        };
        assert_eq!(zips(), 0, "nothing is written before it was asked for");
        for file in &preview.files {
            let (mut text, mut from) = (String::new(), Some(0));
            while let Some(line) = from {
                let name = file.name.clone();
                let Answer::BundleText(page) = bench.ask(Ask::ReadBundle { name, from: line })
                else {
                    panic!("no text");
                };
                text.push_str(&page.text);
                from = page.next;
            }
            assert_eq!(
                (text.len() as u64, text.lines().count() as u64),
                (file.bytes, file.lines)
            );
            assert!(
                !text.contains(&at) && !text.contains(token),
                "{}:\n{text}",
                file.name
            );
        }
        let taken: Vec<&str> = preview
            .taken_out
            .iter()
            .map(|(kind, _)| kind.as_str())
            .collect();
        assert!(
            taken.contains(&"home") && taken.contains(&"token"),
            "{taken:?}"
        );
        let Answer::Saved { path, bytes } = bench.ask(Ask::SaveBundle) else {
            panic!("not saved");
        };
        assert_eq!((path.as_str(), zips()), (preview.path.as_str(), 1));
        let saved = fs::read(&path).unwrap();
        assert_eq!(saved.len() as u64, bytes);
        assert!(saved.starts_with(b"PK"));
        let Answer::Saved { path: second, .. } = bench.ask(Ask::SaveBundle) else {
            panic!("not saved");
        };
        assert_ne!(second, path);
        assert_eq!(zips(), 2);
    });
}
