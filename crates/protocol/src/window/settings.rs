//! What a person set once for all, and what can be set.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::bench::Notice;

/// A setting's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(untagged)]
#[ts(export_to = "protocol.ts")]
pub enum SettingValue {
    /// On or off.
    Switch(bool),
    /// A number in the setting's unit.
    Number(f64),
    /// One of several words, a folder, an address, or a physical key.
    Text(String),
}

/// What a setting can be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum SettingKind {
    /// On or off.
    Switch,
    /// A number.
    Number {
        /// Least.
        least: f64,
        /// Most.
        most: f64,
        /// Distance of two values.
        step: f64,
        /// What it counts, as units are written; empty for a factor.
        unit: String,
    },
    /// One of these words.
    Choice {
        /// The words.
        options: Vec<String>,
    },
    /// A folder; empty is the usual one.
    Folder,
    /// An address of a server that begins with `http://` or `https://`; empty is none, or the usual one.
    Address,
    /// A physical key as a page's `KeyboardEvent.code` names it; empty is no key.
    Key,
}

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum SettingSource {
    /// Nobody set it.
    Usual,
    /// The settings file.
    File,
    /// The environment, which wins over the file.
    Environment,
}

/// One setting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct SettingCard {
    /// Its name: section, a dot, key, as in the file.
    pub name: String,
    /// What it can be.
    pub kind: SettingKind,
    /// What holds.
    pub value: SettingValue,
    /// What holds when nobody sets it.
    pub usual: SettingValue,
    /// Where the value comes from.
    pub source: SettingSource,
    /// The environment variable that overrides it.
    pub variable: String,
    /// Whether a change takes effect only when Tendon is started again.
    pub restart: bool,
}

/// A key of the file that this version does not know. It stays in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct UnknownKey {
    /// Its name: section, a dot, key.
    pub name: String,
    /// Its line in the file, from 1.
    pub line: u32,
}

/// Every setting.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct SettingsState {
    /// The file.
    pub path: String,
    /// In the order in which they are shown; settings of one section stand together.
    pub settings: Vec<SettingCard>,
    /// Keys of the file that are not known here.
    pub unknown: Vec<UnknownKey>,
    /// What of the file or the environment is not used; its usual value holds instead. A fault: nothing of the file is, and it is not
    /// written over until the person begins anew. A warning: only what it names is not, and the rest of the file is used and can
    /// be changed.
    pub problem: Option<Notice>,
}
