//! What is to be done to a picture, from a preset and from `--do`.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use imaging::{ImagingError, LARGEST_PRESET, Operation, Pipeline, Preset};
use protocol::{ErrorCode, Failure};
use serde_json::{Map, Value, json};
use station::pictures::imaging_failure;

use crate::setup::bad_request;

/// Where operations come from.
#[derive(Debug, Clone, Default, Args)]
pub struct Recipe {
    /// Operations from a preset.
    #[arg(long, value_name = "FILE.json")]
    pub preset: Option<PathBuf>,
    /// One operation, such as resize:width=800,height=600 or grayscale; may be given several times, they have effect in
    /// this order, after those of the preset. Points of curves stand in brackets: curves:all=[[0,0],[1,0.8]].
    #[arg(long = "do", value_name = "OPERATION[:FIELD=VALUE,…]")]
    pub operations: Vec<String>,
}

impl Recipe {
    /// The preset with what `--do` adds.
    ///
    /// # Errors
    /// When the preset cannot be read, or an operation, a field or a value does not exist.
    pub fn preset(&self) -> Result<Preset, Failure> {
        let mut preset = match &self.preset {
            Some(path) => read(path)?,
            None => Preset::default(),
        };
        for text in &self.operations {
            preset.pipeline.stages.extend(one(text)?.stages);
        }
        preset
            .pipeline
            .check()
            .map_err(|error| imaging_failure(&error))?;
        Ok(preset)
    }

    /// The same, for work that makes no sense without an operation.
    ///
    /// # Errors
    /// As [`Recipe::preset`], and when there is none.
    pub fn some(&self) -> Result<Preset, Failure> {
        if self.preset.is_none() && self.operations.is_empty() {
            return Err(bad_request(
                "it is not said what is to be done",
                "Use --preset FILE.json or --do OPERATION; `tendon image operations` lists them.",
            ));
        }
        self.preset()
    }
}

fn read(path: &Path) -> Result<Preset, Failure> {
    let failed = |error: &std::io::Error| Failure {
        code: ErrorCode::Disk,
        message: format!(
            "the preset cannot be read: {error}\nFile: {}",
            path.display()
        ),
        remedy: "Check that the path is right and the file may be read.".into(),
    };
    let file = File::open(path).map_err(|error| failed(&error))?;
    let mut text = String::new();
    // One byte more than is allowed: whoever reads it says that it is too long.
    file.take(LARGEST_PRESET as u64 + 1)
        .read_to_string(&mut text)
        .map_err(|error| failed(&error))?;
    Preset::from_json(&text).map_err(|error| of_file(&error, path))
}

fn of_file(error: &ImagingError, path: &Path) -> Failure {
    let mut failure = imaging_failure(error);
    failure
        .message
        .push_str(&format!("\nFile: {}", path.display()));
    failure
}

/// One operation as `--do` writes it.
fn one(text: &str) -> Result<Pipeline, Failure> {
    let (name, fields) = text.split_once(':').unwrap_or((text, ""));
    let name = name.trim();
    if !Operation::NAMES.contains(&name) {
        let name: String = name.chars().take(60).collect();
        return Err(bad_request(
            format!(
                "there is no operation `{name}`; there are {}",
                Operation::NAMES.join(", ")
            ),
            "`tendon image operations` lists them with their fields.",
        ));
    }
    let mut stage = Map::new();
    for field in parts(fields) {
        let (key, value) = field.split_once('=').ok_or_else(|| {
            bad_request(
                format!("`{field}` of the operation {name} is no FIELD=VALUE"),
                "Write --do NAME:FIELD=VALUE,FIELD=VALUE.",
            )
        })?;
        put(&mut stage, key.trim(), told(value.trim()));
    }
    stage.insert("operation".to_owned(), json!(name));
    let preset = json!({ "version": imaging::PRESET_VERSION, "stages": [stage] });
    Preset::from_json(&preset.to_string())
        .map(|preset| preset.pipeline)
        .map_err(|error| {
            // There is no preset that the person could look into.
            let message = error.to_string();
            let known = "the preset cannot be read: stage 1 ";
            let message = message.strip_prefix(known).unwrap_or(&message);
            bad_request(
                format!("--do {text}: {message}"),
                "`tendon image operations` lists operations with their fields.",
            )
        })
}

/// What stands between commas, but for those in brackets and quotes.
fn parts(text: &str) -> Vec<&str> {
    let (mut parts, mut from, mut depth, mut quoted) = (Vec::new(), 0, 0_i32, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => depth += 1,
            ']' | '}' if !quoted => depth -= 1,
            ',' if !quoted && depth <= 0 => {
                parts.push(text.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text.get(from..).unwrap_or_default());
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// A value as presets have it; what is no JSON is a text.
fn told(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

/// `matting.erode=5` is the field `erode` of the field `matting`.
fn put(fields: &mut Map<String, Value>, key: &str, value: Value) {
    match key.split_once('.') {
        None => {
            fields.insert(key.to_owned(), value);
        }
        Some((outer, inner)) => {
            let group = fields
                .entry(outer)
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(group) = group {
                put(group, inner, value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(operations: &[&str]) -> Recipe {
        Recipe {
            preset: None,
            operations: operations.iter().map(|&text| text.to_owned()).collect(),
        }
    }

    #[test]
    fn operations_are_done_in_the_order_in_which_they_are_given() {
        let preset = recipe(&[
            "resize:width=800,height=600",
            "exposure:stops=0.5",
            "curves:all=[[0,0],[1,0.8]]",
            "background_colour:colour=#ff0000",
            "remove_background:model=lite,matting.erode=5",
            "grayscale",
        ])
        .preset()
        .unwrap();
        let names: Vec<&str> = preset
            .pipeline
            .active()
            .map(|(_, operation)| operation.name())
            .collect();
        assert_eq!(
            names,
            [
                "resize",
                "exposure",
                "curves",
                "background_colour",
                "remove_background",
                "grayscale"
            ]
        );
        let json = preset.to_json().unwrap();
        assert!(json.contains("\"erode\": 5"), "{json}");
        assert!(json.contains("\"width\": 800"), "{json}");
    }

    #[test]
    fn what_does_not_exist_is_named_with_what_there_is() {
        let told = |operation: &str| recipe(&[operation]).preset().unwrap_err();
        let unknown = told("sepia:amount=1");
        assert_eq!(unknown.code, ErrorCode::BadRequest);
        assert!(
            unknown
                .message
                .starts_with("there is no operation `sepia`; there are background_colour,"),
            "{unknown}"
        );
        let field = told("exposure:stop=1").message;
        assert!(
            field.contains("`stop`") && field.contains("`stops`"),
            "{field}"
        );
        assert!(told("exposure:stops").message.contains("no FIELD=VALUE"));
        let value = told("exposure:stops=1000").message;
        assert!(value.contains("1000"), "{value}");
        let nothing = recipe(&[]).some().unwrap_err();
        assert_eq!(nothing.message, "it is not said what is to be done");
    }
}
