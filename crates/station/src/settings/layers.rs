//! What the file says, what the environment says, and what holds: a value that does not fit is named, and the usual one
//! holds in its place.
//!
//! Not here: whether one value fits its setting (`value`), writing (`write`).

use std::ffi::OsString;

use protocol::window::{SettingSource, SettingValue, UnknownKey};
use protocol::{ErrorCode, Failure};
use toml_edit::{Document, Item, TableLike, Value};

use super::table::{place, table};
use super::value::{fitting, from_text, words};
use super::{VERSION, keys, workers};
use crate::failure::failure;

/// Longest file that is read; every setting with a comment takes a hundredth of it.
pub(super) const LONGEST: usize = 1024 * 1024;
/// Unknown keys that are named at most; the others stay in the file too.
const MOST_UNKNOWN: usize = 100;

/// A value that does not hold, and why.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Problem {
    /// The setting that has its usual value instead; empty where it is a whole section.
    pub(super) name: String,
    /// The setting that it does not go with.
    pub(super) other: Option<String>,
    /// Its line in the file; `None` when it comes from the environment.
    pub(super) line: Option<u32>,
    /// What is wrong, as a sentence without its place.
    pub(super) why: String,
    /// What holds until it is put right.
    pub(super) meanwhile: Meanwhile,
}

/// What holds in place of a value that does not.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Meanwhile {
    /// The usual value, or the usual ones of a section.
    Usual,
    /// The warning comes at this temperature, in °C.
    WarnsAt(f64),
    /// Nothing: there is no setting that it could be for.
    Nothing,
}

impl Problem {
    /// For a person, with its place.
    pub(super) fn failure(&self, path: &std::path::Path) -> Failure {
        let Self { name, why, .. } = self;
        if let Meanwhile::WarnsAt(warned) = self.meanwhile {
            let message = match self.line {
                Some(line) => format!(
                    "the settings file, line {line}: {why}; until then it warns at {warned} °C\nFile: {}",
                    path.display()
                ),
                None => format!("{why}; until then it warns at {warned} °C"),
            };
            return failure(ErrorCode::BadRequest, message, "Set the two apart.");
        }
        match self.line {
            Some(line) if self.meanwhile == Meanwhile::Nothing => failure(
                ErrorCode::BadRequest,
                format!(
                    "the settings file, line {line}: {why}; what stands there is not used\nFile: {}",
                    path.display()
                ),
                "Correct the name, or remove what stands under it.",
            ),
            Some(line) if name.is_empty() => failure(
                ErrorCode::BadRequest,
                format!(
                    "the settings file, line {line}: {why}; until then its usual values hold\nFile: {}",
                    path.display()
                ),
                "Correct the line.",
            ),
            Some(line) => failure(
                ErrorCode::BadRequest,
                format!(
                    "the settings file, line {line}: {why}; until then {name} has its usual value\nFile: {}",
                    path.display()
                ),
                format!("Correct the line, or run: tendon settings unset {name}"),
            ),
            None => failure(
                ErrorCode::BadRequest,
                format!("{why}; until then the variable is not used"),
                "Correct the variable, or unset it.",
            ),
        }
    }
}

/// What the file says.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Layer {
    /// Value and line of every setting that is in it and fits, in the table's order.
    values: Vec<Option<(SettingValue, u32)>>,
    pub(super) unknown: Vec<UnknownKey>,
    problems: Vec<Problem>,
    /// Whether it was written before files had a version.
    pub(super) unversioned: bool,
}

/// Reads a file's text.
///
/// # Errors
/// Why nothing of it can be used: line and reason.
pub(super) fn read(text: &str) -> Result<Layer, String> {
    if text.len() > LONGEST {
        return Err(format!("it is longer than {} KiB", LONGEST / 1024));
    }
    let line = |at: usize| line_of(text, at);
    let document = Document::parse(text).map_err(|error| {
        let place = error.span().map_or(1, |span| line(span.start));
        let why = error.message().trim().replace('\n', ", ");
        format!("line {place}: {why}")
    })?;
    let root = document.as_table();
    let mut layer = Layer {
        values: vec![None; table().len()],
        ..Layer::default()
    };
    match root.get("version") {
        None => layer.unversioned = true,
        Some(version) => {
            let place = version.span().map_or(1, |span| line(span.start));
            match version.as_integer() {
                Some(VERSION) => {}
                Some(newer) if newer > VERSION => {
                    return Err(format!(
                        "line {place}: a newer Tendon wrote it (version {newer} of the file, this one knows {VERSION})"
                    ));
                }
                _ => {
                    return Err(format!(
                        "line {place}: its version must be the number {VERSION}"
                    ));
                }
            }
        }
    }
    for (section, item) in root.iter().filter(|(key, _)| *key != "version") {
        let at = key_line(root, section, item, &line);
        match item.as_table_like() {
            Some(keys) if keys.is_empty() && !is_section(section) => {
                layer.name(section.to_owned(), at);
            }
            Some(keys) => layer.section(section, keys, at, &line),
            None if is_section(section) => layer.no_section(section, at),
            None => layer.name(section.to_owned(), at),
        }
    }
    Ok(layer)
}

/// Whether settings stand in a section of this name, or in one below it.
fn is_section(section: &str) -> bool {
    let inside = |rest: &str| rest.starts_with('.');
    let mut names = table().iter().map(|it| it.name.as_str());
    names.any(|name| name.strip_prefix(section).is_some_and(inside))
}

/// The line of a byte, from 1.
fn line_of(text: &str, at: usize) -> u32 {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let breaks = before.iter().filter(|&&byte| byte == b'\n').count();
    u32::try_from(breaks + 1).unwrap_or(u32::MAX)
}

fn key_line(table: &dyn TableLike, key: &str, item: &Item, line: &dyn Fn(usize) -> u32) -> u32 {
    let span = table.key(key).and_then(toml_edit::Key::span);
    span.or(item.span()).map_or(1, |span| line(span.start))
}

impl Layer {
    fn name(&mut self, name: String, line: u32) {
        if self.unknown.len() < MOST_UNKNOWN {
            self.unknown.push(UnknownKey { name, line });
        }
    }

    fn no_section(&mut self, section: &str, line: u32) {
        self.problems.push(Problem {
            name: String::new(),
            other: None,
            line: Some(line),
            why: format!("{section} is no section; it must begin with [{section}]"),
            meanwhile: Meanwhile::Usual,
        });
    }

    /// Takes what stands in a section, and in those below it.
    fn section(
        &mut self,
        section: &str,
        keys: &dyn TableLike,
        at: u32,
        line: &dyn Fn(usize) -> u32,
    ) {
        for (key, item) in keys.iter() {
            let at = key_line(keys, key, item, line).max(at);
            let name = format!("{section}.{key}");
            match item.as_table_like() {
                Some(below) if is_section(&name) => self.section(&name, below, at, line),
                None if is_section(&name) => self.no_section(&name, at),
                below => self.take(name, item, below.is_some(), at),
            }
        }
    }

    fn take(&mut self, name: String, item: &Item, group: bool, line: u32) {
        let Some(place) = place(&name) else {
            return match workers::stranger(&name, group) {
                Some(why) => self.problems.push(Problem {
                    name: String::new(),
                    other: None,
                    line: Some(line),
                    why,
                    meanwhile: Meanwhile::Nothing,
                }),
                None => self.name(name, line),
            };
        };
        let setting = &table()[place];
        let why = match said(item) {
            Some(value) => match fitting(setting, &value) {
                Ok(value) => {
                    self.values[place] = Some((value, line));
                    return;
                }
                Err(why) => format!("{name} is {}; {why}", words(&value)),
            },
            None => format!(
                "{name} is a {}; it must be {}",
                item.type_name(),
                super::value::wanted(setting)
            ),
        };
        self.problems.push(Problem {
            name,
            other: None,
            line: Some(line),
            why,
            meanwhile: Meanwhile::Usual,
        });
    }
}

fn said(item: &Item) -> Option<SettingValue> {
    Some(match item.as_value()? {
        Value::Boolean(it) => SettingValue::Switch(*it.value()),
        Value::Integer(it) => SettingValue::Number(*it.value() as f64),
        Value::Float(it) => SettingValue::Number(*it.value()),
        Value::String(it) => SettingValue::Text(it.value().clone()),
        _ => return None,
    })
}

/// A setting's value that holds.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Held {
    pub(super) value: SettingValue,
    pub(super) source: SettingSource,
    line: Option<u32>,
}

/// What holds of the file and the environment, in the table's order, and what of them does not.
pub(super) fn resolve(
    layer: &Layer,
    variable: &dyn Fn(&str) -> Option<OsString>,
) -> (Vec<Held>, Vec<Problem>) {
    let mut problems = layer.problems.clone();
    let mut held: Vec<Held> = Vec::with_capacity(table().len());
    for (place, setting) in table().iter().enumerate() {
        let mut now = match layer.values.get(place).cloned().flatten() {
            Some((value, line)) => Held {
                value,
                source: SettingSource::File,
                line: Some(line),
            },
            None => usual(place),
        };
        // An empty variable is as good as none, as everywhere in these folders' rules.
        if let Some(said) = variable(&setting.variable).filter(|said| !said.is_empty()) {
            let name = &setting.variable;
            let refused = match said.to_str().map(|said| from_text(setting, said)) {
                Some(Ok(value)) => {
                    now = Held {
                        value,
                        source: SettingSource::Environment,
                        line: None,
                    };
                    None
                }
                Some(Err(why)) => {
                    let said = SettingValue::Text(said.to_string_lossy().into_owned());
                    Some(format!("{name} is {}; {why}", words(&said)))
                }
                None => Some(format!("{name} is no text")),
            };
            problems.extend(refused.map(|why| Problem {
                name: setting.name.clone(),
                other: None,
                line: None,
                why,
                meanwhile: Meanwhile::Usual,
            }));
        }
        held.push(now);
    }
    problems.extend(cooler(&mut held));
    // What does not go together: each turn one of the two falls back, so it ends with the usual values at the latest,
    // which do.
    while let Some((lost, other, why)) = misfit(&held) {
        problems.push(Problem {
            name: table()[lost].name.clone(),
            other: Some(table()[other].name.clone()),
            line: held[lost].line,
            why,
            meanwhile: Meanwhile::Usual,
        });
        held[lost] = usual(lost);
    }
    (held, problems)
}

pub(super) fn usual(place: usize) -> Held {
    Held {
        value: table()[place].usual.clone(),
        source: SettingSource::Usual,
        line: None,
    }
}

/// How far below the temperature that stops the arm a warning is held, in degrees.
const WARNED_BEFORE: f64 = 1.0;

/// A warning that would come no earlier than the stop is held just below it: the limit that a person set lower stays, whoever
/// set the other one.
fn cooler(held: &mut [Held]) -> Option<Problem> {
    let number = |name: &str, held: &[Held]| {
        let place = place(name)?;
        match held.get(place)?.value {
            SettingValue::Number(number) => Some((place, number)),
            _ => None,
        }
    };
    let (warn, low) = number("limits.temperature_warn", held)?;
    let (stop, high) = number("limits.temperature_stop", held)?;
    if low < high {
        return None;
    }
    let line = held[warn].line.or(held[stop].line);
    let warned = high - WARNED_BEFORE;
    held[warn].value = SettingValue::Number(warned);
    Some(Problem {
        name: table()[warn].name.clone(),
        other: Some(table()[stop].name.clone()),
        line,
        why: format!(
            "limits.temperature_stop ({high} °C) must be above limits.temperature_warn ({low} °C)"
        ),
        meanwhile: Meanwhile::WarnsAt(warned),
    })
}

/// Two values that do not go together: the one that gives way, the other, and why.
fn misfit(held: &[Held]) -> Option<(usize, usize, String)> {
    same_key(held).or_else(|| workers::misfit(held))
}

/// One key that is bound twice.
fn same_key(held: &[Held]) -> Option<(usize, usize, String)> {
    let key = |place: usize| match &held.get(place)?.value {
        SettingValue::Text(code) if table()[place].name.starts_with("keys.") => {
            (!code.is_empty()).then_some((place, code))
        }
        _ => None,
    };
    let all: Vec<(usize, &String)> = (0..held.len()).filter_map(key).collect();
    all.iter().enumerate().find_map(|(at, (second, code))| {
        let same = |(_, other): &&(usize, &String)| other == code;
        let mut before = all[..at].iter().filter(same);
        before.find_map(|(first, _)| {
            let (one, two) = (&table()[*first].name, &table()[*second].name);
            if !keys::meet(one, two) {
                return None;
            }
            let (lost, other) = gives_way(held, *first, *second)?;
            Some((lost, other, format!("{one} and {two} are both {code}")))
        })
    })
}

/// Which of two gives way: what a person set before what nobody did, the file before the environment, the later one of two
/// alike. Usual values never do.
pub(super) fn gives_way(held: &[Held], first: usize, second: usize) -> Option<(usize, usize)> {
    use SettingSource::{Environment, File, Usual};
    match (held.get(first)?.source, held.get(second)?.source) {
        (Usual, Usual) => None,
        (_, Usual) | (File, Environment) => Some((first, second)),
        (Usual | File, File | Environment) | (Environment, _) => Some((second, first)),
    }
}
