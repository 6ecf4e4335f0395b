//! Values that do not go together.

use super::*;

#[test]
fn two_settings_cannot_have_one_key_and_both_are_named() {
    let home = Home::new();
    let refused = home.set(&[("keys.next", text("KeyW"))]).unwrap_err();
    assert_eq!(
        refused.message,
        "keys.elbow_flex_plus and keys.next are both KeyW"
    );
    for (name, code) in [
        ("keys.gripper_plus", "KeyN"),
        ("keys.tip_z_plus", "KeyN"),
        ("keys.by_tip", "PageUp"),
        ("keys.stop_also", "KeyW"),
        ("keys.next", "KeyF"),
    ] {
        let refused = home.set(&[(name, text(code))]).unwrap_err();
        assert!(
            refused.message.contains(name) && refused.message.contains(code),
            "{refused}"
        );
    }
    for code in [
        "Space",
        "Escape",
        "Enter",
        "Tab",
        "Backspace",
        "F1",
        "F6",
        "F11",
        "ShiftLeft",
        "MetaRight",
        "keyw",
        "W",
        "Key",
        "KeyWW",
        "F25",
        "F0",
        "Numpad",
        "F01",
        "KeyÄ",
        "Arrow",
    ] {
        let refused = home.set(&[("keys.stop_also", text(code))]).unwrap_err();
        assert!(
            refused.message.contains("keys.stop_also"),
            "{code}: {refused}"
        );
    }
    // Joints and tip are never driven together, and two that swap theirs are set at once.
    home.set(&[
        ("keys.elbow_flex_plus", text("KeyI")),
        ("keys.tip_z_plus", text("KeyI")),
    ])
    .unwrap();
    home.set(&[("keys.next", text("KeyR")), ("keys.again", text("KeyN"))])
        .unwrap();
    home.set(&[("keys.by_tip", text("")), ("keys.by_keys", text(""))])
        .unwrap();
    let settings = home.load();
    assert_eq!(settings.problems(), []);
    let elbow = settings.keys(Mode::Joints);
    assert!(elbow.iter().any(|(code, _)| code == "KeyI"));
    assert!(!elbow.iter().any(|(code, _)| code == "KeyW"));
    // Taken back alone, the other one would have the same key.
    let refused = home.set(&[("keys.next", None)]).unwrap_err();
    assert!(refused.message.contains("keys.again"), "{refused}");
}

#[test]
fn keys_and_temperatures_that_do_not_go_together_in_the_file_are_named_and_fall_back() {
    let home = Home::with(
        "version = 1\n[keys]\nnext = \"KeyW\"\nagain = \"KeyX\"\npause = \"KeyX\"\n\n[limits]\ntemperature_stop = 52\n",
    )
    .variable("TENDON_KEYS_FINISH", "KeyX");
    let settings = home.load();
    insta::assert_snapshot!(told(&home, &settings).join("\n"), @r"
    the settings file, line 8: limits.temperature_stop (52 °C) must be above limits.temperature_warn (55 °C); until then it warns at 51 °C
    File: HOME/settings.toml
    Set the two apart.
    the settings file, line 3: keys.elbow_flex_plus and keys.next are both KeyW; until then keys.next has its usual value
    File: HOME/settings.toml
    Correct the line, or run: tendon settings unset keys.next
    the settings file, line 5: keys.again and keys.pause are both KeyX; until then keys.pause has its usual value
    File: HOME/settings.toml
    Correct the line, or run: tendon settings unset keys.pause
    the settings file, line 4: keys.again and keys.finish are both KeyX; until then keys.again has its usual value
    File: HOME/settings.toml
    Correct the line, or run: tendon settings unset keys.again
    ");
    for (name, value) in [
        ("keys.next", "KeyN"),
        ("keys.again", "KeyR"),
        ("keys.pause", "KeyP"),
        ("keys.finish", "KeyX"),
    ] {
        assert_eq!(bare(&card(&settings, name).value), value, "{name}");
    }
    // The limit that was set lower stays, whoever set the other.
    let heat = |settings: &Settings| {
        ["warn", "stop"]
            .map(|which| bare(&card(settings, &format!("limits.temperature_{which}")).value))
    };
    assert_eq!(heat(&settings), ["51", "52"]);
    let tight = Home::with("version = 1\n[limits]\ntemperature_warn = 50\n")
        .variable("TENDON_LIMITS_TEMPERATURE_STOP", "48")
        .load();
    assert_eq!(heat(&tight), ["47", "48"]);
    assert_eq!(tight.problems().len(), 1);
    // What does not go together is no reason to refuse what has nothing to do with it.
    home.set(&[("log.files", number(2.0))]).unwrap();
    let refused = home
        .set(&[("limits.temperature_stop", number(55.0))])
        .unwrap_err();
    assert_eq!(
        refused.message,
        "limits.temperature_stop (55 °C) must be above limits.temperature_warn (55 °C)"
    );
    home.set(&[
        ("limits.temperature_warn", number(45.0)),
        ("limits.temperature_stop", number(50.0)),
    ])
    .unwrap();
}
