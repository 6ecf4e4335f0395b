//! The files of a bundle as texts, before anything is taken out of them. Names that a person gave to arms and datasets do not
//! come in at all.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use arms::ArmKind;
use protocol::window::{HealthSample, LogEntry};

use super::source::{Shape, Source};
use crate::doctor::{Machine, checks};
use crate::known_arms::role_name;
use crate::log::{line_of, utc};

/// The file that holds the log.
pub(super) const LOG: &str = "log.txt";

/// Name, what it holds, text.
pub(super) fn all(source: &Source) -> Vec<(&'static str, &'static str, String)> {
    vec![
        ("about.txt", "about", about(source)),
        ("checks.txt", "checks", checked(&source.machine)),
        ("settings.toml", "settings", settings(source)),
        (LOG, "log", log(source)),
        ("figures.jsonl", "figures", figures(&source.history)),
        ("datasets.txt", "datasets", datasets(&source.datasets)),
    ]
}

fn about(source: &Source) -> String {
    let machine = &source.machine;
    let mut ports: Vec<String> = machine
        .ports
        .iter()
        .filter_map(|port| port.info.vid_pid)
        .map(|(vendor, product)| format!("{vendor:04x}:{product:04x}"))
        .collect();
    ports.sort();
    let arms = machine
        .known_arms
        .iter()
        .flatten()
        .map(|(_, role)| role_name(*role));
    let lines = [
        ("Tendon", machine.version.clone()),
        ("Prepared", utc(source.at)),
        ("System", format!("{}, {}", machine.os, machine.kernel)),
        (
            "Processor",
            format!(
                "{} ({}), {} cores",
                machine.cpu.as_deref().unwrap_or("unnamed"),
                machine.arch,
                machine.cores
            ),
        ),
        ("USB adapters", listed(&ports)),
        ("Known arms", counted(arms)),
        ("Cameras set up", counted(source.cameras.iter().copied())),
    ];
    let mut text = String::new();
    for (name, value) in lines {
        // Writing to a String cannot fail.
        let _ignored = writeln!(text, "{name}: {value}");
    }
    text.push_str(
        "\nNames, home folders, serial numbers, passwords and addresses were taken out of every file here; a word such as\n\
         <home> stands in their place. Look through it before you give it to others.\n",
    );
    text
}

fn listed(words: &[String]) -> String {
    if words.is_empty() {
        return "none".to_owned();
    }
    words.join(", ")
}

/// `2 follower, 1 leader`.
fn counted<'a>(kinds: impl Iterator<Item = &'a str>) -> String {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for kind in kinds {
        *counts.entry(kind).or_default() += 1;
    }
    let words: Vec<String> = counts
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    listed(&words)
}

/// What the doctor says of the machine, without the names of arms and the numbers of adapters.
fn checked(machine: &Machine) -> String {
    let mut machine = machine.clone();
    if let Err(why) = &mut machine.known_arms {
        // The line itself, which the reader of the file shows below, may hold a name or a number.
        let message = &mut why.message;
        message.truncate(message.find('\n').unwrap_or(message.len()));
    }
    if let Ok(arms) = &mut machine.known_arms {
        let kinds: Vec<ArmKind> = arms.iter().map(|(_, kind)| *kind).collect();
        let numbered = kinds.into_iter().enumerate();
        *arms = numbered
            .map(|(at, kind)| (format!("arm {}", at + 1), kind))
            .collect();
    }
    for port in &mut machine.ports {
        // Only whether there is one: it could be as short as a figure.
        port.info.serial_number = port
            .info
            .serial_number
            .as_ref()
            .map(|_| "<serial>".to_owned());
    }
    for (at, file) in machine.calibrations.iter_mut().enumerate() {
        let named = file
            .path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let numbered = format!("arm-{}.json", at + 1);
        file.path.set_file_name(&numbered);
        if let (Some(wrong), Some(named)) = (&mut file.wrong, named) {
            *wrong = wrong.replace(&named, &numbered);
        }
    }
    let mut text = String::new();
    for check in checks(&machine) {
        let (level, topic) = (check.level.name(), check.topic);
        let message = check.message.replace('\n', "\n      ");
        let _ignored = writeln!(text, "{level:<4}  {topic}: {message}");
        if let Some(remedy) = check.remedy {
            let _ignored = writeln!(text, "      {}", remedy.replace('\n', "\n      "));
        }
    }
    text
}

fn settings(source: &Source) -> String {
    let mut text = match &source.settings {
        Ok(Some(text)) => text.clone(),
        Ok(None) => "# There is no settings file: everything is as usual.\n".to_owned(),
        Err(why) => format!("# The settings file cannot be read: {why}\n"),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    for (name, value) in &source.variables {
        let _ignored = writeln!(
            text,
            "# From the environment: {name}={}",
            value.replace('\n', " ")
        );
    }
    text
}

fn log(source: &Source) -> String {
    match &source.log {
        Ok(entries) => entries.iter().map(|it| entry(it) + "\n").collect(),
        Err(failure) => format!("The log cannot be read: {}\n", failure.message),
    }
}

fn entry(entry: &LogEntry) -> String {
    // Where a message was cut, half of a word could be half of a secret.
    let whole = |cut: &str| {
        cut.rsplit_once(' ')
            .map_or("", |(whole, _)| whole)
            .to_owned()
    };
    match entry.message.strip_suffix('…') {
        Some(cut) => line_of(&LogEntry {
            message: whole(cut),
            ..entry.clone()
        }),
        None => line_of(entry),
    }
}

fn figures(history: &[HealthSample]) -> String {
    let lines = history
        .iter()
        .filter_map(|sample| serde_json::to_string(sample).ok());
    lines.map(|line| line + "\n").collect()
}

fn datasets(shapes: &[Shape]) -> String {
    let mut text = format!("{} datasets\n", shapes.len());
    for (at, shape) in shapes.iter().enumerate() {
        let _ignored = writeln!(text, "{}. {}", at + 1, shape.words);
    }
    text
}
