//! What the desk says to a person, in the person's language, from causes deep in the house up to a topic.

use protocol::Failure;
use protocol::window::{Answer, ArmChoice, ArmRole, Ask, CheckGrade, InputKind, SettingValue};
use serde_json::Value;

use crate::recording::session;
use crate::workbench::{Bench, alone, follower, sim};

fn refused(bench: &Bench, ask: Ask) -> (String, String) {
    let Failure {
        message, remedy, ..
    } = bench.try_ask(ask).unwrap_err();
    (message, remedy)
}

fn pair(message: &str, remedy: &str) -> (String, String) {
    (message.to_owned(), remedy.to_owned())
}

#[test]
fn refusals_and_their_remedies_are_said_in_german() {
    alone(|home| {
        let bench = Bench::new();
        bench.desk.set_language(Some("de"));
        assert_eq!(
            refused(&bench, Ask::Hold),
            pair(
                "kein Arm ist offen",
                "Einen auf „Steuern“ oder „Aufnehmen“ öffnen."
            )
        );
        let key = "known:it is back.".to_owned();
        assert_eq!(
            refused(&bench, Ask::CompareCalibration(follower(&key))),
            pair(
                "kein Arm heißt „it is back.“",
                "Einen der Arme in der Übersicht wählen."
            )
        );
        // A cause that is not ours stays as it came, behind what we know of it.
        let text = r#"{"v": 1, "id": "a", "ask": {"do": "fly"}}"#;
        let reply: Value = serde_json::from_str(&bench.desk.request(text)).unwrap();
        let message = reply["outcome"]["failed"]["message"].as_str().unwrap();
        assert!(
            message.starts_with("das Verlangte ergibt keinen Sinn: unknown variant `fly`"),
            "{message}"
        );
        // What the system says of a file, in the middle of what we say of it; its path stays.
        let file = home.join("config/tendon/known-arms.toml");
        std::fs::create_dir_all(&file).unwrap();
        assert_eq!(
            refused(&bench, Ask::CompareCalibration(follower(&key))),
            pair(
                &format!(
                    "eine Datei ist nicht lesbar: ist ein Ordner (os error 21)\nDatei: {}",
                    file.display()
                ),
                "Besitzer und Rechte der Datei prüfen."
            )
        );
    });
}

#[test]
fn where_the_system_is_to_decide_the_core_speaks_as_the_page_does() {
    alone(|_| {
        let bench = Bench::new();
        let speak = |language: &str| {
            bench.ask(Ask::Speak {
                language: language.into(),
            });
        };
        let said = || refused(&bench, Ask::SetSpeed(99.5)).1;
        speak("de");
        bench.drive(InputKind::Keys);
        assert_eq!(said(), "1 ist das übliche Tempo.");
        // A language that was set wins, and a page that speaks another one does not change it.
        let set = |language: &str| {
            let value = Some(SettingValue::Text(language.to_owned()));
            bench.ask(Ask::SetSettings(vec![("look.language".to_owned(), value)]));
        };
        set("en");
        speak("zh");
        assert_eq!(said(), "1 is the usual speed.");
        set("system");
        assert!(!said().is_ascii());
        speak("klingon");
        bench.release();
    });
}

#[test]
fn what_is_going_on_is_said_in_the_language_that_is_chosen_now() {
    alone(|_| {
        let bench = Bench::new();
        bench.desk.set_language(Some("de"));
        bench.drive(InputKind::Keys);
        assert_eq!(
            refused(&bench, Ask::Identify),
            pair(
                "nicht jetzt: ein Arm ist unter „Steuern“ offen",
                "Das zuerst beenden, dann neu versuchen."
            )
        );
        assert_eq!(
            refused(&bench, Ask::SetSpeed(99.5)).1,
            "1 ist das übliche Tempo."
        );
        assert_eq!(
            bench.desk.may_close().unwrap(),
            "Ein Arm ist in Betrieb. Schließen senkt ihn sanft ab."
        );
        let why = "Kein Führungsarm gehört zu dieser Sitzung; mit einem beginnen.";
        bench.wait_until("topics in German", |page| {
            let drive = page.drive.as_ref().unwrap();
            let named = drive.followers[0].name == "Simulierter Arm";
            let told = drive.inputs.iter().any(|input| input.why_not == why);
            named && told && page.deck.arms == ["Simulierter Arm"]
        });
        // While it is driven, and without a word of what is only a name.
        bench.desk.set_language(Some("zh"));
        bench.wait_until("topics in Chinese", |page| {
            let drive = page.drive.as_ref().unwrap();
            let named = drive.followers[0].name == "模拟机械臂";
            named && page.deck.arms == ["模拟机械臂"] && drive.word == "holding"
        });
        assert_eq!(
            refused(&bench, Ask::Identify),
            pair("现在不行：“操控”中有机械臂打开着", "先结束它，然后重试。")
        );
        bench.desk.set_language(Some("en"));
        bench.wait_until("topics in English", |page| {
            page.deck.arms == ["Simulated arm"]
        });
        bench.release();
    });
}

#[test]
fn answers_and_checks_are_said_in_german_and_chinese() {
    alone(|home| {
        let bench = Bench::new();
        let unknown = ArmChoice {
            key: "known:moon".to_owned(),
            role: ArmRole::Follower,
        };
        for (language, wanted) in [
            ("de", "kein Arm heißt „moon“"),
            ("zh", "没有名为“moon”的机械臂"),
        ] {
            bench.desk.set_language(Some(language));
            assert_eq!(
                refused(&bench, Ask::CalibrationHistory(unknown.clone())).0,
                wanted
            );
        }
        let start = session(sim(), &[], &home.join("data/cups"));
        for (language, wanted) in [
            ("de", "Regelung mit 60 Hz, 30 Zeilen je Sekunde"),
            ("zh", "控制 60 Hz，每秒 30 行"),
        ] {
            bench.desk.set_language(Some(language));
            let Answer::Checks(checks) = bench.ask(Ask::Preflight(start.clone())) else {
                panic!("a preflight is answered with checks");
            };
            let found = |check: &protocol::window::CheckLine| check.found == wanted;
            assert!(checks.iter().any(found), "{checks:#?}");
            // What the page knows a check by stays as it is.
            assert!(
                checks.iter().any(|check| check.name == "space"),
                "{checks:#?}"
            );
            assert!(
                checks
                    .iter()
                    .all(|check| check.grade != CheckGrade::Refused)
            );
        }
    });
}
