//! `tendon settings`: what is set, by name, and where it comes from; changes it.
//!
//! Not here: what can be set and the file (`station::settings`).

use clap::{Args, Subcommand};
use protocol::Failure;
use protocol::window::{SettingCard, SettingSource};
use serde_json::{Value, json};
use station::settings::{Change, Settings, bare, find, from_text, settings_file, wanted};

use crate::exit;
use crate::output::{self, Out};
use crate::setup::bad_request;

/// `tendon settings`
#[derive(Debug, Args)]
pub struct SettingsArgs {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The value of one setting.
    Get {
        /// Its name, such as log.level.
        name: String,
    },
    /// Set one value, or several at once as NAME=VALUE: all of them or none.
    Set {
        /// NAME VALUE, or NAME=VALUE as often as you like.
        #[arg(required = true, num_args = 1.., allow_hyphen_values = true, value_name = "NAME=VALUE")]
        values: Vec<String>,
    },
    /// Give settings their usual values again.
    Unset {
        /// Their names.
        #[arg(required = true, num_args = 1.., value_name = "NAME")]
        names: Vec<String>,
    },
    /// Where the settings file is.
    Path,
}

/// `tendon settings …`
///
/// # Errors
/// When there is no such setting, a value does not fit, or the file makes no sense or cannot be written.
pub fn run(args: &SettingsArgs, out: &mut Out) -> Result<u8, Failure> {
    match &args.what {
        None => list(out),
        Some(What::Get { name }) => {
            find(name)?;
            let settings = Settings::load();
            tell_problems(&settings);
            for card in settings.cards().iter().filter(|card| card.name == *name) {
                out.object("setting", object(card));
                out.say(bare(&card.value));
            }
        }
        Some(What::Set { values }) => change(&wishes(values)?, out)?,
        Some(What::Unset { names }) => {
            let changes: Vec<Change> = names.iter().map(|name| (name.clone(), None)).collect();
            change(&changes, out)?;
        }
        Some(What::Path) => {
            let path = settings_file();
            out.object("settings_path", json!({ "path": path }));
            out.say(path.display().to_string());
        }
    }
    Ok(exit::DONE)
}

/// Says on standard error what of file and environment is not used.
pub fn tell_problems(settings: &Settings) {
    for failure in settings.problems() {
        output::hint(&failure.to_string());
    }
}

fn list(out: &mut Out) {
    let settings = Settings::load();
    tell_problems(&settings);
    for card in settings.cards() {
        out.object("setting", object(&card));
        out.say(line(&card));
    }
    for key in settings.unknown() {
        out.object("unknown_setting", key);
        out.note(format!(
            "Not known, and left as it is: {}, line {}\nFile: {}",
            key.name,
            key.line,
            settings.path().display()
        ));
    }
}

/// A setting for machines, as lines of this program are: their `kind` says what a line is, so what a setting takes stands
/// under `takes`.
fn object(card: &SettingCard) -> Value {
    let mut object = json!(card);
    if let Some(fields) = object.as_object_mut()
        && let Some(takes) = fields.remove("kind")
    {
        fields.insert("takes".to_owned(), takes);
    }
    object
}

/// `log.level                   debug              file`
fn line(card: &SettingCard) -> String {
    let source = match card.source {
        SettingSource::Usual => "usual",
        SettingSource::File => "file",
        SettingSource::Environment => card.variable.as_str(),
    };
    let value = match bare(&card.value) {
        value if value.is_empty() => "-".to_owned(),
        value => value,
    };
    format!("{:<26} {value:<16} {source}", card.name)
}

/// `NAME VALUE`, or `NAME=VALUE` several times.
fn wishes(values: &[String]) -> Result<Vec<Change>, Failure> {
    if let [name, value] = values
        && !name.contains('=')
    {
        return Ok(vec![wish(name, value)?]);
    }
    let pair = |text: &String| {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            bad_request(
                format!("“{text}” has no ="),
                "Use NAME VALUE, or NAME=VALUE as often as you like.",
            )
        })?;
        wish(name, value)
    };
    values.iter().map(pair).collect()
}

fn wish(name: &str, value: &str) -> Result<Change, Failure> {
    let setting = find(name)?;
    let value = from_text(setting, value).map_err(|why| {
        bad_request(
            format!("{name} cannot be “{value}”; {why}"),
            format!("Nothing was changed. It can be {}.", wanted(setting)),
        )
    })?;
    Ok((name.to_owned(), Some(value)))
}

fn change(changes: &[Change], out: &mut Out) -> Result<(), Failure> {
    let settings = Settings::set(changes)?;
    tell_problems(&settings);
    for card in settings.cards() {
        if !changes.iter().any(|(name, _)| *name == card.name) {
            continue;
        }
        out.object("setting", object(&card));
        out.say(line(&card));
        if card.source == SettingSource::Environment {
            out.note(format!(
                "The variable {} is set and wins over the file.",
                card.variable
            ));
        } else if card.restart {
            out.note(format!(
                "{} counts from the next start of Tendon on.",
                card.name
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use protocol::window::SettingValue;

    use super::*;

    fn read(words: &[&str]) -> Result<Vec<Change>, String> {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        wishes(&words).map_err(|failure| failure.message)
    }

    fn text(value: &str) -> Option<SettingValue> {
        Some(SettingValue::Text(value.to_owned()))
    }

    #[test]
    fn one_pair_of_words_or_several_with_equal_signs_are_values() {
        let level = ("log.level".to_owned(), text("warn"));
        let off = ("keys.by_tip".to_owned(), text(""));
        assert_eq!(read(&["log.level", "warn"]), Ok(vec![level.clone()]));
        assert_eq!(read(&["log.level=warn"]), Ok(vec![level.clone()]));
        assert_eq!(
            read(&["log.level=warn", "keys.by_tip="]),
            Ok(vec![level, off.clone()])
        );
        assert_eq!(read(&["keys.by_tip", "none"]), Ok(vec![off]));
        let switch = ("sound.on".to_owned(), Some(SettingValue::Switch(false)));
        assert_eq!(read(&["sound.on", "off"]), Ok(vec![switch]));
        assert_eq!(
            read(&["storage.datasets", "/a=b"]),
            Ok(vec![("storage.datasets".to_owned(), text("/a=b"))])
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_what_it_must_be() {
        assert_eq!(read(&["log.level"]), Err("“log.level” has no =".into()));
        assert_eq!(
            read(&["log.levle=warn"]),
            Err("there is no setting “log.levle”".into())
        );
        assert_eq!(
            read(&["record.fps", "fast"]),
            Err("record.fps cannot be “fast”; it must be a whole number from 1 to 120 Hz".into())
        );
    }
}
