//! What becomes of the file: broken, of another version, changed by several, written half-way.

use std::io::ErrorKind;

use stdx::failpoint::{Fault, arm};
use stdx::thread::{Intent, spawn};

use super::*;

#[test]
fn a_file_that_cannot_be_read_is_named_with_its_line_and_never_written_over() {
    for (broken_text, place) in [
        ("[log]\nlevel = = 3\n", "line 2"),
        (
            "version = 1\n[log]\nlevel = \"info\"\nlevel = \"warn\"\n",
            "line 4",
        ),
        (
            "version = 2\n[log]\nlevel = \"warn\"\n",
            "a newer Tendon wrote it (version 2",
        ),
        (
            "\nversion = \"one\"\n",
            "line 2: its version must be the number 1",
        ),
        ("version = 0\n", "line 1: its version"),
    ] {
        let home = Home::with(broken_text);
        let settings = home.load();
        let broken = settings.broken().unwrap();
        assert!(broken.message.contains(place), "{broken_text}: {broken}");
        assert!(broken.message.contains("settings.toml"), "{broken}");
        assert_eq!(settings.log.level, Level::INFO, "the usual values hold");
        let refused = home.set(&[("log.level", text("warn"))]).unwrap_err();
        assert_eq!(refused.code, ErrorCode::Data);
        assert!(refused.message.contains(place), "{refused}");
        assert_eq!(home.text(), broken_text);
        assert_eq!(home.files(), ["settings.toml"]);

        let aside = write::begin_anew(&home.path()).unwrap();
        assert_eq!(fs::read_to_string(&aside).unwrap(), broken_text);
        assert!(aside.ends_with("settings.broken-1.toml"));
        assert_eq!(home.load().problems(), []);
        home.set(&[("log.level", text("warn"))]).unwrap();
        assert_eq!(home.load().log.level, Level::WARN);
        // A second one does not take the first one's place.
        fs::write(home.path(), "[").unwrap();
        let aside = write::begin_anew(&home.path()).unwrap();
        assert!(aside.ends_with("settings.broken-2.toml"));
        let refused = write::begin_anew(&home.path()).unwrap_err();
        assert_eq!(refused.code, ErrorCode::NotWhile);
    }
}

#[test]
fn a_file_that_is_no_text_or_cannot_be_opened_is_named() {
    let home = Home::new();
    fs::write(home.path(), b"[log]\nfolder = \"\xff\"\n").unwrap();
    let broken = home.load().broken().unwrap().message.clone();
    assert!(broken.contains("line 2: it is no text"), "{broken}");
    fs::remove_file(home.path()).unwrap();
    fs::create_dir(home.path()).unwrap();
    let broken = home.load().broken().unwrap().message.clone();
    assert!(broken.contains("it cannot be read"), "{broken}");
    let long = Home::with(&"# long\n".repeat(200_000));
    let broken = long.load().broken().unwrap().message.clone();
    assert!(broken.contains("longer than"), "{broken}");
}

#[test]
fn keys_that_are_not_known_are_named_with_their_line_and_stay() {
    let before = "version = 1\ncolour = \"red\"\n\n[log]\n# later\nnest = { a = 1 }\nlevel = \"warn\"\n\n[future]\nspeed = 3\n\n[empty]\n";
    let home = Home::with(before);
    let settings = home.load();
    let unknown: Vec<(&str, u32)> = settings
        .unknown()
        .iter()
        .map(|it| (it.name.as_str(), it.line))
        .collect();
    assert_eq!(
        unknown,
        [
            ("colour", 2),
            ("log.nest", 6),
            ("future.speed", 10),
            ("empty", 12)
        ]
    );
    assert_eq!(settings.problems(), []);
    let set = home.set(&[("log.level", text("error"))]).unwrap();
    assert_eq!(home.text(), before.replace("\"warn\"", "\"error\""));
    assert_eq!(set.unknown(), settings.unknown());
}

#[test]
fn a_file_without_a_version_is_read_and_gets_one_with_the_first_change() {
    let before = "# What I like\n[log]\n# quick\nflush_ms = 250 # ms\n\n[window]\nwhole_event_bytes = 2048\n";
    let home = Home::with(before);
    let settings = home.load();
    assert_eq!(settings.problems(), []);
    assert_eq!(
        (settings.log.flush_ms, settings.window.whole_event_bytes),
        (250, 2048)
    );
    assert_eq!(home.text(), before, "reading writes nothing");
    home.set(&[("look.theme", text("dark"))]).unwrap();
    insta::assert_snapshot!(home.text(), @r#"
    version = 1

    # What I like
    [log]
    # quick
    flush_ms = 250 # ms

    [window]
    whole_event_bytes = 2048

    [look]
    theme = "dark"
    "#);
    let copy = home.folder.path().join("settings.before-version-1-1.toml");
    assert_eq!(fs::read_to_string(copy).unwrap(), before);
    // Once is enough.
    home.set(&[("look.theme", None)]).unwrap();
    assert_eq!(
        home.files(),
        ["settings.before-version-1-1.toml", "settings.toml"]
    );
    assert_eq!(home.load().log.flush_ms, 250);
}

#[test]
fn a_new_file_says_what_it_is() {
    let home = Home::new();
    home.set(&[
        ("drive.speed", number(0.5)),
        ("keys.stop_also", text("F13")),
        ("sound.on", Some(SettingValue::Switch(false))),
    ])
    .unwrap();
    insta::assert_snapshot!(home.text(), @r#"
    # Tendon's settings, read at every start. `tendon settings` lists all of them by name.
    version = 1

    [drive]
    speed = 0.5

    [keys]
    stop_also = "F13"

    [sound]
    on = false
    "#);
    assert_eq!(home.files(), ["settings.toml"]);
}

#[test]
fn all_of_a_change_is_made_or_nothing() {
    let home = Home::with("version = 1\n");
    for changes in [
        vec![("log.files", number(9.0)), ("record.fps", number(500.0))],
        vec![("log.files", number(9.0)), ("log.file", number(9.0))],
        vec![("log.files", number(9.0)), ("log.files", number(8.0))],
        vec![("log.files", number(9.0)), ("keys.next", text("KeyF"))],
        vec![("log.files", number(9.0)), ("look.theme", number(1.0))],
        vec![("log.files", number(9.5))],
        vec![("storage.datasets", text("sets"))],
    ] {
        let refused = home.set(&changes).unwrap_err();
        assert_eq!(refused.code, ErrorCode::BadRequest, "{refused}");
        assert_ne!(refused.remedy, "");
        assert_eq!(home.text(), "version = 1\n", "{changes:?}");
    }
}

#[test]
fn a_write_that_fails_half_way_leaves_the_old_file() {
    let home = Home::with("version = 1\n[log]\nfiles = 7\n");
    let before = home.text();
    let armed = arm([Fault::error("kept.write", ErrorKind::StorageFull)]);
    let refused = home.set(&[("log.files", number(9.0))]).unwrap_err();
    drop(armed);
    assert_eq!(refused.code, ErrorCode::Disk);
    assert_eq!(home.text(), before);
    assert_eq!(home.load().log.files, 7);
    home.set(&[("log.files", number(9.0))]).unwrap();
    assert_eq!(home.load().log.files, 9);
    assert_eq!(home.files(), ["settings.toml"]);
}

#[test]
fn a_new_beginning_that_the_disk_refuses_leaves_the_file_where_it_was() {
    let home = Home::with("[log\n");
    let armed = arm([Fault::error("kept.write", ErrorKind::StorageFull)]);
    let refused = write::begin_anew(&home.path()).unwrap_err();
    drop(armed);
    assert_eq!(refused.code, ErrorCode::Disk);
    assert_eq!(home.text(), "[log\n");
    write::begin_anew(&home.path()).unwrap();
    assert_eq!(home.files().len(), 2);
}

#[test]
fn programs_that_write_at_once_lose_nothing_of_each_others() {
    let home = Home::new();
    let path = home.path();
    let names = ["log.files", "log.flush_ms", "record.fps", "record.episodes"];
    let writers: Vec<_> = names
        .into_iter()
        .map(|name| {
            let path = path.clone();
            spawn("writer", Intent::Background, move || {
                for value in 1..=20 {
                    let change = (name.to_owned(), number(f64::from(value)));
                    write::set(&path, &|_| None, &[change]).unwrap();
                }
            })
            .unwrap()
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    let settings = home.load();
    for name in names {
        assert_eq!(
            card(&settings, name).value,
            SettingValue::Number(20.0),
            "{name}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_elsewhere_stays_one() {
    let home = Home::new();
    let elsewhere = home.folder.path().join("dotfiles.toml");
    fs::write(&elsewhere, "version = 1\n").unwrap();
    std::os::unix::fs::symlink(&elsewhere, home.path()).unwrap();
    home.set(&[("log.files", number(9.0))]).unwrap();
    assert!(fs::symlink_metadata(home.path()).unwrap().is_symlink());
    assert!(
        fs::read_to_string(&elsewhere)
            .unwrap()
            .contains("files = 9")
    );
}

/// Texts that a file may be: pieces of settings files in any order, and single bytes changed.
#[test]
fn no_text_of_a_file_panics_and_what_can_be_changed_reads_back() {
    let pieces = [
        "version = 1\n",
        "version = 9\n",
        "version",
        "[log]\n",
        "[[log]]\n",
        "log = 5\n",
        "log.level = \"warn\"\n",
        "[log.level]\n",
        "log = { level = \"warn\" }\n",
        "level = \"debug\"\n",
        "files = -1\n",
        "files = 1e400\n",
        "files = nan\n",
        "flush_ms = 9223372036854775807\n",
        "[keys]\n",
        "next = \"KeyW\"\n",
        "again = \"\"\n",
        "pause = \"\\u0000\"\n",
        "[look]\n",
        "text = 110\n",
        "theme = [1, 2]\n",
        "letters = 1979-05-27\n",
        "\"\" = 1\n",
        "[\"\"]\n",
        "[future]\n",
        "# ä\n",
        "\r\n",
        "=",
        "\"",
        "'''",
        "[",
        "]",
        "{",
        "}",
        "\u{feff}",
        "\u{0}",
        "files",
    ];
    // A generator of its own, so that a text that fails can be made again.
    let mut state = 0x9e37_79b9_u32;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as usize % below
    };
    let path = Path::new("/nowhere/settings.toml");
    let change: Change = ("log.files".to_owned(), number(9.0));
    let mut changed = 0;
    for _ in 0..4000 {
        let count = next(12);
        let mut text: String = (0..count).map(|_| pieces[next(pieces.len())]).collect();
        if next(3) == 0 && !text.is_empty() {
            let mut bytes = text.into_bytes();
            let at = next(bytes.len());
            bytes[at] = next(256) as u8;
            text = String::from_utf8_lossy(&bytes).into_owned();
        }
        let settings = Settings::of_text(path, Ok(Some(text.clone())), &|_| None);
        assert_eq!(settings.cards().len(), table().len());
        for failure in settings.problems() {
            assert_ne!(failure.remedy, "", "{text}");
        }
        if settings.broken().is_none()
            && let Ok(new) = write::changed(&text, &change)
        {
            let after = Settings::of_text(path, Ok(Some(new.clone())), &|_| None);
            assert_eq!(
                card(&after, "log.files").value,
                SettingValue::Number(9.0),
                "{text:?}\n{new}"
            );
            assert_eq!(
                after.unknown().len(),
                settings.unknown().len(),
                "{text:?}\n{new}"
            );
            changed += 1;
        }
    }
    assert!(changed > 200, "{changed} texts could be changed");
}
