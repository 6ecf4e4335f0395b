//! One value: whether it fits its setting, and how it is read and written.
//!
//! Not here: values that do not fit each other (`layers`).

use std::path::{Path, PathBuf};

use protocol::window::{SettingKind, SettingValue};
use studio::server::Server;

use super::keys;
use super::table::Setting;

/// Longest text that a value may be: longer than any path.
const LONGEST: usize = 4096;

/// A value as a person writes it: `on`, `120`, `“soon”`.
pub fn words(value: &SettingValue) -> String {
    match value {
        SettingValue::Text(text) if text.is_empty() => "empty".to_owned(),
        SettingValue::Text(text) => {
            let short: String = text.chars().take(60).collect();
            let more = if short.len() < text.len() { "…" } else { "" };
            format!("“{short}{more}”")
        }
        other => bare(other),
    }
}

/// The same without marks: what [`from_text`] reads.
pub fn bare(value: &SettingValue) -> String {
    match value {
        SettingValue::Switch(true) => "on".to_owned(),
        SettingValue::Switch(false) => "off".to_owned(),
        SettingValue::Number(number) => number.to_string(),
        SettingValue::Text(text) => text.clone(),
    }
}

/// What a setting can be, in words that end a sentence which begins with “it must be”.
pub fn wanted(setting: &Setting) -> String {
    match &setting.kind {
        SettingKind::Switch => "on or off (true or false)".to_owned(),
        SettingKind::Number {
            least, most, unit, ..
        } => {
            let number = if setting.whole {
                "a whole number"
            } else {
                "a number"
            };
            let unit = if unit.is_empty() {
                String::new()
            } else {
                format!(" {unit}")
            };
            format!("{number} from {least} to {most}{unit}")
        }
        SettingKind::Choice { options } => match options.split_last() {
            Some((last, [])) => last.clone(),
            Some((last, others)) => format!("{} or {last}", others.join(", ")),
            None => String::new(),
        },
        SettingKind::Folder => {
            "a folder's whole path, one that begins with ~/, or empty for the usual one".to_owned()
        }
        SettingKind::Address => {
            "an address that begins with http:// or https://, such as http://192.168.1.20:7000, or empty".to_owned()
        }
        SettingKind::Key => {
            "a key such as KeyW, Digit1, ArrowUp or F9, or empty for none".to_owned()
        }
    }
}

/// The value in its one form, if it fits.
///
/// # Errors
/// Why it does not, as the end of a sentence about it.
pub(super) fn fitting(setting: &Setting, value: &SettingValue) -> Result<SettingValue, String> {
    let refused = || format!("it must be {}", wanted(setting));
    match (&setting.kind, value) {
        (SettingKind::Switch, SettingValue::Switch(_)) => Ok(value.clone()),
        (SettingKind::Number { least, most, .. }, SettingValue::Number(number)) => {
            let whole = !setting.whole || number.fract() == 0.0;
            if (*least..=*most).contains(number) && whole {
                Ok(value.clone())
            } else {
                Err(refused())
            }
        }
        (SettingKind::Choice { options }, value) => {
            let said = bare(value);
            let found = options
                .iter()
                .find(|option| option.eq_ignore_ascii_case(&said));
            let option = found.ok_or_else(refused)?;
            Ok(SettingValue::Text(option.clone()))
        }
        (SettingKind::Folder, SettingValue::Text(text)) => {
            let whole = Path::new(text).is_absolute() || text.starts_with("~/") || text == "~";
            let clean = !text.contains(char::is_control) && text.len() <= LONGEST;
            if clean && (text.is_empty() || whole) {
                Ok(value.clone())
            } else {
                Err(refused())
            }
        }
        (SettingKind::Address, SettingValue::Text(text)) => {
            let clean = !text.contains(char::is_control) && text.len() <= LONGEST;
            if clean && (text.is_empty() || Server::new(text).is_ok()) {
                Ok(value.clone())
            } else {
                Err(refused())
            }
        }
        (SettingKind::Key, SettingValue::Text(code)) => {
            if keys::reserved(code) {
                Err("this key means the same everywhere and cannot have another meaning".to_owned())
            } else if code.is_empty() || keys::known(code) {
                Ok(value.clone())
            } else {
                Err(refused())
            }
        }
        _ => Err(refused()),
    }
}

/// Reads a value from a variable or a command line. Folders may be relative to the present one; `none` is no key.
///
/// # Errors
/// As [`fitting`].
pub fn from_text(setting: &Setting, text: &str) -> Result<SettingValue, String> {
    let trimmed = text.trim();
    let value = match &setting.kind {
        SettingKind::Switch => match trimmed.to_ascii_lowercase().as_str() {
            "on" | "true" | "yes" | "1" => SettingValue::Switch(true),
            "off" | "false" | "no" | "0" => SettingValue::Switch(false),
            _ => SettingValue::Text(text.to_owned()),
        },
        SettingKind::Number { .. } => match trimmed.parse::<f64>() {
            Ok(number) if number.is_finite() => SettingValue::Number(number),
            _ => SettingValue::Text(text.to_owned()),
        },
        SettingKind::Choice { .. } => SettingValue::Text(trimmed.to_owned()),
        SettingKind::Folder => SettingValue::Text(whole_path(text)),
        SettingKind::Address => SettingValue::Text(trimmed.to_owned()),
        SettingKind::Key if trimmed.eq_ignore_ascii_case("none") => {
            SettingValue::Text(String::new())
        }
        SettingKind::Key => SettingValue::Text(trimmed.to_owned()),
    };
    fitting(setting, &value)
}

/// A path as whoever types it in the present folder means it.
fn whole_path(text: &str) -> String {
    if text.is_empty() || text == "~" || text.starts_with("~/") {
        return text.to_owned();
    }
    let whole = std::path::absolute(text).ok();
    whole
        .and_then(|path| path.to_str().map(str::to_owned))
        .unwrap_or_else(|| text.to_owned())
}

/// A folder of the settings as the system wants it; `None` when it is empty.
pub(super) fn folder(text: &str) -> Option<PathBuf> {
    let home = || std::env::home_dir().unwrap_or_else(std::env::temp_dir);
    match text {
        "" => None,
        "~" => Some(home()),
        text => Some(match text.strip_prefix("~/") {
            Some(below) => home().join(below),
            None => PathBuf::from(text),
        }),
    }
}
