use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::words::{self, KNOWN};

fn said(language: Language, text: &str) -> String {
    Phrases::new(language).say(text)
}

#[test]
fn sentences_of_the_house_are_said_in_german() {
    for (english, german) in [
        ("it is back.", "sie ist wieder da."),
        (
            "wrist_flex (motor 4) does not answer",
            "Handbeugung (Motor 4) antwortet nicht",
        ),
        (
            "Second follower: wrist flex (motor 4) is at 57 °C.",
            "Zweiter Folgearm: Handbeugung (Motor 4) hat 57 °C.",
        ),
        (
            "Left follower: wrist flex (motor 4) gets only 9.8 V.",
            "Linker Folgearm: Handbeugung (Motor 4) bekommt nur 9,8 V.",
        ),
        (
            "the film cannot go on: writing the journal failed: No space left on device (os error 28)\nFile: /data/it is back./x",
            "der Film kann nicht weitergehen: Schreiben des Journals ist fehlgeschlagen: kein Platz mehr auf dem Datenträger (os error 28)\nDatei: /data/it is back./x",
        ),
        (
            "Camera gripper: the disk takes its film again; nothing was lost.",
            "Kamera gripper: Der Datenträger nimmt ihren Film wieder an; nichts ging verloren.",
        ),
        (
            "An episode of an earlier session was kept: 336 rows of “stack it is back. cups”, now episode 24.",
            "Eine Episode einer früheren Sitzung wurde behalten: 336 Zeilen von „stack it is back. cups“, jetzt Episode 24.",
        ),
        (
            "motors 1-3 answer, motors 4-6 do not",
            "Motoren 1-3 antworten, Motoren 4-6 nicht",
        ),
        (
            "motor 2 reports: too hot, overload",
            "Motor 2 meldet: zu heiß, Überlast",
        ),
        (
            "thread encoder ended in a panic: no message; started again (1 of 3)",
            "Thread encoder endete in einer Panik: keine Nachricht; neu gestartet (1 von 3)",
        ),
        (
            "The arm goes on. Something nobody knows. Close other programs.",
            "The arm goes on. Something nobody knows. Andere Programme schließen.",
        ),
        (
            "12 MB free, up to 9.5 GB needed",
            "12 MB frei, bis zu 9,5 GB nötig",
        ),
    ] {
        assert_eq!(said(Language::German, english), german, "{english}");
        assert_eq!(said(Language::English, english), english);
    }
}

#[test]
fn sentences_of_the_house_are_said_in_chinese() {
    for (english, chinese) in [
        (
            "Second follower: wrist flex (motor 4) is at 57.5 °C.",
            "第二从臂：腕部俯仰（电机 4）温度为 57.5 °C。",
        ),
        (
            "Take the load off the joint, then resume. Close other programs.",
            "卸下关节负载，然后继续。关闭其他程序。",
        ),
        (
            "motor 2 reports: too hot, overload",
            "电机 2 报告：过热、过载",
        ),
        ("File: /dev/ttyUSB0", "文件：/dev/ttyUSB0"),
    ] {
        assert_eq!(said(Language::Chinese, english), chinese, "{english}");
    }
}

#[test]
fn what_is_not_known_stays_as_it_is() {
    for text in [
        "",
        "\n",
        " . ",
        ": ; : (",
        "The moon is made of cheese: yes; really. And so on",
        "Move it slowly to one of them",
        "shoulder_pan.pos",
        "192.168.1.20:8080",
    ] {
        assert_eq!(said(Language::German, text), text, "{text:?}");
    }
}

/// Every template; both languages have the same.
static TEMPLATES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let tables = words::read(words::file(Language::German)).unwrap();
    let tables = tables.into_iter().filter(|(table, _)| table != KNOWN);
    tables
        .flat_map(|(_, entries)| entries.into_keys())
        .collect()
});

/// A template with these texts in its holes.
fn filled(template: &str, holes: &[String]) -> String {
    let mut text = template.to_owned();
    for (number, hole) in holes.iter().enumerate() {
        text = text.replace(&format!("{{{}}}", number + 1), hole);
    }
    text.replace("{{", "{").replace("}}", "}")
}

proptest! {
    #[test]
    fn nothing_that_stands_in_a_hole_is_lost(
        language in prop::sample::select(Language::TRANSLATED.to_vec()),
        which in any::<prop::sample::Index>(),
        words in prop::collection::vec("[qxz]{3}[0-9]{2}( [qxz]{2})?", 9),
    ) {
        let template = &TEMPLATES[which.index(TEMPLATES.len())];
        let holes = crate::holes_of(template).unwrap().len();
        let text = said(language, &filled(template, &words));
        for word in &words[..holes] {
            prop_assert!(text.contains(word.as_str()), "{word} of “{template}” in “{text}”");
        }
    }

    #[test]
    fn whatever_is_to_be_said_is_said_and_soon(text in "([a-z:;.,() \n]|motor|it is|the |[0-9]){0,400}") {
        for language in Language::TRANSLATED {
            said(language, &text);
        }
    }
}
