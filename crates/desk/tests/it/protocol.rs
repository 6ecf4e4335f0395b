//! What crosses the window: whatever comes in is answered, and whoever says hello finds everything.

use std::time::Duration;

use protocol::window::{Answer, Ask, InputKind, Tell};
use protocol::{ErrorCode, VERSION};
use serde_json::Value;
use stdx::failpoint::{Fault, arm};
use stdx::{Clock as _, SystemClock};

use crate::workbench::{Bench, alone};

#[test]
fn what_makes_no_sense_gets_a_reply_that_says_so_and_changes_nothing() {
    alone(|_| {
        let bench = Bench::new();
        for (text, id) in [
            ("nonsense", ""),
            (r#"{"v": 9, "id": "a", "ask": {"do": "hello"}}"#, "a"),
            (r#"{"v": 1, "id": "b", "ask": {"do": "fly"}}"#, "b"),
            (
                r#"{"v": 1, "id": "c", "ask": {"do": "set_speed", "with": null}}"#,
                "c",
            ),
        ] {
            let reply: Value = serde_json::from_str(&bench.desk.request(text)).unwrap();
            assert_eq!(reply["v"], VERSION);
            assert_eq!(reply["id"], id);
            let failed = &reply["outcome"]["failed"];
            assert_eq!(failed["code"], "bad_request", "{reply}");
            assert_ne!(failed["message"], "");
            assert_ne!(failed["remedy"], "");
        }
        bench.ask(Ask::Hello);
    });
}

#[test]
fn hello_gives_every_topic_before_during_and_after_anything() {
    alone(|_| {
        let bench = Bench::new();
        let topics = || match bench.ask(Ask::Hello) {
            Answer::Welcome { seq, topics } => {
                let name = |tell: &Tell| serde_json::to_value(tell).unwrap()["topic"].clone();
                let names: Vec<Value> = topics.iter().map(name).collect();
                assert_eq!(
                    names,
                    [
                        "bench",
                        "deck",
                        "cameras",
                        "drive",
                        "record",
                        "setup",
                        "scan",
                        "identify",
                        "calibration",
                        "settings",
                        "recovery",
                        "workers"
                    ]
                );
                (seq, topics)
            }
            other => panic!("{other:?}"),
        };
        let driven = |topics: &[Tell]| {
            let open = |tell: &Tell| matches!(tell, Tell::Drive(Some(_)));
            topics.iter().any(open)
        };
        assert!(!driven(&topics().1));
        bench.drive(InputKind::Keys);
        let (seq, during) = topics();
        assert!(seq > 0 && driven(&during));
        bench.release();
        assert!(!driven(&topics().1));
        // Nothing is told twice and nothing is left out, however often somebody says hello.
        let numbers = bench.page(|page| page.numbers.clone());
        let without_gap: Vec<u64> = (1..=numbers.len() as u64).collect();
        assert_eq!(numbers, without_gap);
    });
}

#[test]
fn one_thing_at_a_time_and_the_refusal_says_what_is_going_on() {
    alone(|_| {
        let bench = Bench::new();
        bench.drive(InputKind::Keys);
        for ask in [
            Ask::Identify,
            Ask::Scan {
                key: "sim".into(),
                thorough: false,
            },
            Ask::CompareCalibration(crate::workbench::follower("sim")),
        ] {
            let failure = bench.try_ask(ask).unwrap_err();
            assert_eq!(failure.code, ErrorCode::NotWhile);
            assert!(failure.message.contains("open on Drive"), "{failure}");
        }
        bench.release();
        for ask in [
            Ask::Resume,
            Ask::Hold,
            Ask::Release,
            Ask::SetSpeed(1.0),
            Ask::KeysOn(true),
        ] {
            let failure = bench.try_ask(ask).unwrap_err();
            assert_eq!(failure.code, ErrorCode::NotWhile, "{failure}");
        }
    });
}

#[test]
fn the_note_about_stop_is_shown_until_it_was_read_once() {
    alone(|_| {
        let bench = Bench::new();
        bench.wait_until("the first start", |page| page.bench.first_start);
        bench.ask(Ask::Understood);
        bench.wait_until("it was read", |page| !page.bench.first_start);
        bench.desk.close();
        let again = Bench::new();
        again.wait_until("a bench", |page| !page.bench.version.is_empty());
        assert!(!again.page(|page| page.bench.first_start));
    });
}

#[test]
fn a_reader_that_is_slow_keeps_nobody_waiting() {
    alone(|_| {
        let bench = Bench::new();
        bench.drive(InputKind::Keys);
        bench.resume();
        // The page's own lock is what its reader waits for.
        let page = bench.page.lock().unwrap();
        let until = SystemClock.now() + Duration::from_secs(3);
        while SystemClock.now() < until {
            bench.desk.keys(&["KeyS"], true);
            assert!(bench.try_ask(Ask::SetSpeed(1.0)).is_ok());
            SystemClock.sleep(Duration::from_millis(50));
        }
        bench.ask(Ask::Release);
        drop(page);
        bench.wait_until("the newest", |page| page.drive.is_none());
        let numbers = bench.page(|page| page.numbers.clone());
        assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    });
}

#[test]
fn a_desk_that_fails_says_so_and_goes_on() {
    alone(|_| {
        let _armed = arm([Fault::panic("desk.turn").on(3)]);
        let bench = Bench::new();
        bench.wait_until("it is told", |page| {
            let mut notices = page.notices.iter();
            notices.any(|notice| notice.message.contains("may be old"))
        });
        bench.drive(InputKind::Keys);
        bench.release();
    });
}

#[test]
fn a_desk_that_hangs_keeps_nobody_from_stopping_the_arm() {
    alone(|_| {
        let armed = arm([Fault::hang("desk.turn").when_triggered()]);
        let bench = Bench::new();
        bench.drive(InputKind::Keys);
        bench.resume();
        armed.trigger("desk.turn");
        bench.wait_until("it hangs", |_| armed.hanging("desk.turn") > 0);
        bench.desk.stop();
        // Whoever asks has it shown on his own time.
        let until = SystemClock.now() + Duration::from_secs(60);
        while bench.page(|page| page.word() != "stopped") {
            bench.ask(Ask::Hello);
            assert!(SystemClock.now() < until, "it was never stopped");
            SystemClock.sleep(Duration::from_millis(50));
        }
        armed.release("desk.turn");
        bench.release();
    });
}
