//! Changing the file: what a person wrote into it stays, comments and unknown keys too; all of a change is written or
//! nothing; two programs that change it at once lose nothing of each other's.
//!
//! A file that makes no sense as a whole is never written over. A single value that does not fit stays in it as it is until
//! that value is set. Not here: what a file means (`layers`).

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use protocol::window::SettingValue;
use protocol::{ErrorCode, Failure};
use stdx::{Clock as _, SystemClock};
use toml_edit::{DocumentMut, Item, Table, TableLike, Value};

use super::layers::{self, resolve};
use super::table::Setting;
use super::value::{fitting, words};
use super::{Settings, VERSION, broken, read_text};
use crate::failure::failure;
use crate::kept;

/// How a new file begins.
const HEADER: &str =
    "# Tendon's settings, read at every start. `tendon settings` lists all of them by name.\n";
/// Longest that another program is waited for that changes the file just now.
const WAIT: Duration = Duration::from_secs(5);
/// Time between two looks whether it is done.
const LOOK: Duration = Duration::from_millis(5);

/// A setting by name, and its new value; none for the usual one.
pub type Change = (String, Option<SettingValue>);

/// Whether these changes could be made: each alone, whatever is in the file.
///
/// # Errors
/// When there is no such setting, one is named twice, or a value does not fit.
fn checked(changes: &[Change]) -> Result<Vec<(&'static Setting, Option<SettingValue>)>, Failure> {
    let mut done: Vec<(&'static Setting, Option<SettingValue>)> = Vec::new();
    for (name, value) in changes {
        let setting = super::find(name)?;
        if done.iter().any(|(other, _)| other.name == *name) {
            return Err(failure(
                ErrorCode::BadRequest,
                format!("{name} is set twice at once"),
                "Set it once.",
            ));
        }
        let value = match value {
            Some(value) => Some(fitting(setting, value).map_err(|why| {
                failure(
                    ErrorCode::BadRequest,
                    format!("{name} cannot be {}; {why}", words(value)),
                    "Nothing was changed. Choose another value.",
                )
            })?),
            None => None,
        };
        done.push((setting, value));
    }
    Ok(done)
}

/// Sets some values in the file, all or none.
///
/// # Errors
/// When a value does not fit its setting or does not go with another one, the file makes no sense, or the disk does not take
/// it. Nothing is changed then.
pub(super) fn set(
    path: &Path,
    variable: &dyn Fn(&str) -> Option<OsString>,
    changes: &[Change],
) -> Result<Settings, Failure> {
    let changes = checked(changes)?;
    let _locked = lock(path)?;
    let refused = |why: String| broken(path, &why);
    let before = read_text(path).map_err(refused)?;
    let new_file = format!("{HEADER}version = {VERSION}\n");
    let old = before.as_deref().unwrap_or(&new_file);
    let layer = layers::read(old).map_err(refused)?;
    if before.is_none() && changes.iter().all(|(_, value)| value.is_none()) {
        return Ok(Settings::of_text(path, Ok(None), variable));
    }
    let new = edited(old, &changes).map_err(refused)?;
    // What was written is read as any file is, so nothing can be set that could not be read.
    let after = layers::read(&new).map_err(refused)?;
    let (_, problems) = resolve(&after, &|_| None);
    let ours = |name: &str| changes.iter().any(|(setting, _)| setting.name == name);
    let about_ours = problems
        .iter()
        .find(|problem| ours(&problem.name) || problem.other.as_deref().is_some_and(ours));
    if let Some(problem) = about_ours {
        return Err(failure(
            ErrorCode::BadRequest,
            problem.why.clone(),
            "Nothing was changed. Choose another value, or set both at once.",
        ));
    }
    if before.as_deref() != Some(new.as_str()) {
        if layer.unversioned && before.is_some() {
            kept::write(&free_name(path, "before-version-1"), old)?;
        }
        // A link to a file elsewhere stays one.
        let file = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        kept::write(&file, &new)?;
    }
    Ok(Settings::of_text(path, Ok(Some(new)), variable))
}

/// Moves a file that makes no sense aside, where it stays, and begins a new one. Where it is now.
///
/// # Errors
/// When nothing is wrong with the file, or the disk does not take it.
pub(super) fn begin_anew(path: &Path) -> Result<PathBuf, Failure> {
    let _locked = lock(path)?;
    if Settings::of_text(path, read_text(path), &|_| None)
        .problems()
        .is_empty()
    {
        return Err(failure(
            ErrorCode::NotWhile,
            format!(
                "nothing is wrong with the settings file\nFile: {}",
                path.display()
            ),
            "Set single values back instead.",
        ));
    }
    let aside = free_name(path, "broken");
    fs::rename(path, &aside).map_err(|error| disk(path, &error))?;
    if let Err(failure) = kept::write(path, &format!("{HEADER}version = {VERSION}\n")) {
        // All or nothing: the file that was named stays where it was named.
        fs::rename(&aside, path).map_err(|error| disk(&aside, &error))?;
        return Err(failure);
    }
    Ok(aside)
}

/// A file's text with the changes in it; everything else as it was.
fn edited(
    text: &str,
    changes: &[(&'static Setting, Option<SettingValue>)],
) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error| format!("{error}"))?;
    if !document.contains_key("version") {
        document.insert("version", toml_edit::value(VERSION));
        // The first section's comment stands below it, with a line between.
        let first = document.iter_mut().find_map(|(_, item)| match item {
            Item::Table(table) if !table.is_dotted() => Some(table),
            _ => None,
        });
        if let Some(first) = first {
            let prefix = first.decor().prefix().and_then(|it| it.as_str());
            let prefix = prefix.unwrap_or_default();
            if !prefix.starts_with('\n') {
                let prefix = format!("\n{prefix}");
                first.decor_mut().set_prefix(prefix);
            }
        }
    }
    for (setting, value) in changes {
        let Some((section, key)) = setting.name.rsplit_once('.') else {
            continue;
        };
        let Some(keys) = keys_of(&mut document, section, value.is_some())? else {
            continue;
        };
        match (value, keys.get_mut(key)) {
            (None, _) => {
                keys.remove(key);
            }
            // What stands behind the value, such as a comment, stays there.
            (Some(value), Some(Item::Value(old))) => {
                let decor = old.decor().clone();
                *old = written(value);
                *old.decor_mut() = decor;
            }
            (Some(value), _) => {
                keys.insert(key, Item::Value(written(value)));
            }
        }
    }
    Ok(document.to_string())
}

/// The keys of a section, which may stand below others; `None` where it is not there and is not to be `made`.
fn keys_of<'a>(
    document: &'a mut DocumentMut,
    section: &str,
    made: bool,
) -> Result<Option<&'a mut dyn TableLike>, String> {
    let mut keys: &mut dyn TableLike = document.as_table_mut();
    let mut rest = Some(section);
    while let Some(path) = rest {
        let (name, below) = path
            .split_once('.')
            .map_or((path, None), |(it, below)| (it, Some(below)));
        if !made && !keys.contains_key(name) {
            return Ok(None);
        }
        let item = keys.entry(name).or_insert_with(|| {
            let mut new = Table::new();
            // A section of which only those below it hold something needs no line of its own.
            new.set_implicit(below.is_some());
            Item::Table(new)
        });
        keys = item
            .as_table_like_mut()
            .ok_or_else(|| format!("{section} is no section; it must begin with [{section}]"))?;
        rest = below;
    }
    Ok(Some(keys))
}

fn written(value: &SettingValue) -> Value {
    match value {
        SettingValue::Switch(on) => (*on).into(),
        // Every whole number that can be set is far below where a float no longer counts.
        SettingValue::Number(number) if number.fract() == 0.0 => (*number as i64).into(),
        SettingValue::Number(number) => (*number).into(),
        SettingValue::Text(text) => text.as_str().into(),
    }
}

/// A name beside the file that nothing has yet: `settings.WORD-1.toml`.
fn free_name(path: &Path, word: &str) -> PathBuf {
    let name = |number: u32| path.with_file_name(format!("settings.{word}-{number}.toml"));
    let free = |path: &PathBuf| fs::symlink_metadata(path).is_err();
    (1..u32::MAX)
        .map(name)
        .find(free)
        .unwrap_or_else(|| name(0))
}

/// Keeps other programs from changing the file, until it is dropped.
fn lock(path: &Path) -> Result<File, Failure> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|error| disk(path, &error))?;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path.with_file_name("settings.lock"))
        .map_err(|error| disk(path, &error))?;
    let until = SystemClock.now() + WAIT;
    loop {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) if SystemClock.now() < until => SystemClock.sleep(LOOK),
            Err(TryLockError::WouldBlock) => {
                return Err(failure(
                    ErrorCode::NotWhile,
                    format!(
                        "another program is changing the settings\nFile: {}",
                        path.display()
                    ),
                    "Try again in a moment.",
                ));
            }
            // A file system that knows no locks cannot tell: reading just before writing must do.
            Ok(()) | Err(TryLockError::Error(_)) => return Ok(file),
        }
    }
}

fn disk(path: &Path, error: &io::Error) -> Failure {
    failure(
        ErrorCode::Disk,
        format!(
            "the settings cannot be written: {error}\nFile: {}",
            path.display()
        ),
        "Make room on the disk, or check the folder's owner and permissions.",
    )
}

/// A file's text with one change in it, as it would be written.
#[cfg(test)]
pub(super) fn changed(text: &str, change: &Change) -> Result<String, String> {
    let changes = checked(std::slice::from_ref(change)).map_err(|failure| failure.message)?;
    edited(text, &changes)
}
