//! What is made from the table and committed: `docs/settings.md` for people, and the table of the page's pretend core. Run
//! `UPDATE_DOCS=1 cargo test -p station settings` after a change.

use std::fs;
use std::path::PathBuf;

use protocol::window::SettingKind;

use super::*;

const INTRODUCTION: &str = "\
# Settings

Made from the table in `crates/station/src/settings/table.rs` by `UPDATE_DOCS=1 cargo test -p station settings`. Change it
there.

One file holds them: `~/.config/tendon/settings.toml` (`$XDG_CONFIG_HOME/tendon/settings.toml`); `tendon settings path` says
where it is. It is TOML and begins with `version = 1`. A name such as `log.level` is the key `level` in the section `[log]`:

```toml
version = 1

[limits]
joint_speed = 90
temperature_warn = 50

[keys]
next = \"KeyM\"
```

Change it on the Settings page, with `tendon settings set NAME=VALUE`, or by hand while Tendon runs: the window sees it and
goes by it at once, but for what the last column says.

- A variable of the environment wins over the file. An empty one counts as not set.
- Comments and keys that Tendon does not know stay in the file. `tendon settings` and `tendon doctor` name unknown keys with
  their line.
- A value that does not fit is named with its line, and its usual value holds; everything else in the file is used. It stays
  in the file until you correct it or set it.
- A file that cannot be read at all, or that a newer Tendon wrote, is named with its line; the usual values hold and nothing
  is written over it. Correct it, or begin anew on the Settings page: that moves it to `settings.broken-1.toml` beside it.
- A file of an older Tendon without a version is read as it is. The first change gives it its version and keeps the old file
  as `settings.before-version-1-1.toml`.
- Several values are set at once or not at all. Every write makes a new file beside the old one, waits until it is on the
  disk and renames it; `settings.lock` beside it keeps two programs from writing at once.
- Keys are physical keys, named as browsers name them (`KeyboardEvent.code`): `KeyW` is the key that types w on an English
  keyboard. Keys of joints and keys of the tip may be the same; no other two may. Space, Escape, Enter, Tab, Backspace, F1,
  F6, F11 and keys such as Shift and Control are nobody's. An empty text is no key. They are the window's; a terminal has
  `--teleop.keys`.
- Flags of a command win over all of this.

";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn committed(path: &str, text: &str) {
    let file = root().join(path);
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&file, text).unwrap();
    }
    let there = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        there == text,
        "{path} is not what the table says: run UPDATE_DOCS=1 cargo test -p station settings"
    );
}

/// What it can be, in a cell.
fn values(setting: &Setting) -> String {
    match &setting.kind {
        SettingKind::Switch => "`true`, `false`".to_owned(),
        SettingKind::Number { .. } => wanted(setting),
        SettingKind::Choice { options } => {
            let options: Vec<String> = options.iter().map(|it| format!("`\"{it}\"`")).collect();
            options.join(", ")
        }
        SettingKind::Folder => "folder".to_owned(),
        SettingKind::Address => "address".to_owned(),
        SettingKind::Key => "key".to_owned(),
    }
}

fn usual(value: &SettingValue) -> String {
    match value {
        SettingValue::Switch(on) => format!("`{on}`"),
        SettingValue::Number(number) => format!("`{number}`"),
        SettingValue::Text(text) => format!("`\"{text}\"`"),
    }
}

#[test]
fn the_page_of_settings_is_what_the_table_says() {
    let mut text = INTRODUCTION.to_owned();
    text.push_str("| Name | What it is | Values | Usual | Variable | After a restart |\n");
    text.push_str("|---|---|---|---|---|---|\n");
    for setting in table() {
        text.push_str(&format!(
            "| `{}` | {} | {} | {} | `{}` | {} |\n",
            setting.name,
            setting.what,
            values(setting),
            usual(&setting.usual),
            setting.variable,
            if setting.restart { "yes" } else { "" }
        ));
    }
    committed("docs/settings.md", &text);
}

#[test]
fn the_pages_pretend_core_has_the_same_settings() {
    let cards = Settings::default().cards();
    let line = |card: &SettingCard| format!("  {}", serde_json::to_string(card).unwrap());
    let lines: Vec<String> = cards.iter().map(line).collect();
    let text = format!("[\n{}\n]\n", lines.join(",\n"));
    committed("ui/src/lib/fake/settings.json", &text);
}
