//! The one table of everything that can be set: names, kinds, bounds, usual values, variables. Reading, writing, the page,
//! the command line and `docs/settings.md` all come from it.
//!
//! Not here: what a value does; whoever it is for asks [`super::Settings`].

use std::sync::LazyLock;

use arms::SafetyConfig;
use protocol::window::{SettingKind, SettingValue};
use teleop::{Axis, KeyMap, Mode, Motion, TipAxis, keymap};

/// One thing that can be set.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// Section, a dot, key; a section may stand below another one.
    pub name: String,
    /// What it is, for a person, as one sentence.
    pub what: String,
    /// What it can be.
    pub kind: SettingKind,
    /// What holds when nobody sets it.
    pub usual: SettingValue,
    /// The environment variable that overrides it.
    pub variable: String,
    /// Whether a change takes effect only when Tendon is started again.
    pub restart: bool,
    /// Whether a number must be whole.
    pub whole: bool,
}

/// Every setting, in the order in which they are shown.
pub fn table() -> &'static [Setting] {
    static TABLE: LazyLock<Vec<Setting>> = LazyLock::new(make);
    &TABLE
}

/// The place of a setting in the table.
pub(super) fn place(name: &str) -> Option<usize> {
    table().iter().position(|setting| setting.name == name)
}

/// The setting that says which key causes a motion, such as `keys.elbow_flex_plus` or `keys.tip_z_minus`.
pub(super) fn name_of(motion: Motion) -> String {
    let tip = match motion.axis {
        Axis::Joint(_) => "",
        Axis::Tip(_) => "tip_",
    };
    let way = if motion.forward { "plus" } else { "minus" };
    format!("keys.{tip}{}_{way}", motion.axis.name())
}

/// Every motion of a mode, in dataset order, towards smaller values first.
pub(super) fn motions(mode: Mode) -> impl Iterator<Item = Motion> {
    let both = |axis| [false, true].map(|forward| Motion { axis, forward });
    Axis::all(mode).into_iter().flat_map(both)
}

pub(super) fn setting(name: &str, kind: SettingKind, usual: SettingValue, what: &str) -> Setting {
    Setting {
        name: name.to_owned(),
        what: what.to_owned(),
        kind,
        usual,
        variable: format!("TENDON_{}", name.to_uppercase().replace(['.', '-'], "_")),
        restart: false,
        whole: false,
    }
}

pub(super) fn switch(name: &str, on: bool, what: &str) -> Setting {
    setting(name, SettingKind::Switch, SettingValue::Switch(on), what)
}

fn choice(name: &str, options: &[&str], usual: &str, what: &str) -> Setting {
    let options = options.iter().map(|&option| option.to_owned()).collect();
    let usual = SettingValue::Text(usual.to_owned());
    setting(name, SettingKind::Choice { options }, usual, what)
}

pub(super) fn folder(name: &str, what: &str) -> Setting {
    let usual = SettingValue::Text(String::new());
    setting(name, SettingKind::Folder, usual, what)
}

/// An address of a server.
pub(super) fn address(name: &str, usual: &str, what: &str) -> Setting {
    let usual = SettingValue::Text(usual.to_owned());
    setting(name, SettingKind::Address, usual, what)
}

fn key(name: &str, usual: &str, what: &str) -> Setting {
    let usual = SettingValue::Text(usual.to_owned());
    setting(name, SettingKind::Key, usual, what)
}

/// A number from `least` to `most`; `step` is the distance of two values where they are stepped through.
pub(super) fn number(
    name: &str,
    usual: f64,
    (least, most, step): (f64, f64, f64),
    what: &str,
) -> Setting {
    let kind = SettingKind::Number {
        least,
        most,
        step,
        unit: String::new(),
    };
    setting(name, kind, SettingValue::Number(usual), what)
}

impl Setting {
    pub(super) fn in_unit(mut self, word: &str) -> Self {
        if let SettingKind::Number { unit, .. } = &mut self.kind {
            word.clone_into(unit);
        }
        self
    }

    pub(super) fn whole(mut self) -> Self {
        self.whole = true;
        self
    }

    fn after_restart(mut self) -> Self {
        self.restart = true;
        self
    }

    pub(super) fn known_as(mut self, variable: &str) -> Self {
        variable.clone_into(&mut self.variable);
        self
    }
}

fn make() -> Vec<Setting> {
    let mut all = looks();
    all.extend(driving());
    all.extend(recording());
    all.extend(keys());
    all.extend(super::imaging::settings());
    all.extend(super::workers::settings());
    all.extend(logging());
    all
}

fn looks() -> Vec<Setting> {
    vec![
        choice(
            "look.language",
            &["system", "en", "de", "zh"],
            "system",
            "Language of the window.",
        ),
        choice(
            "look.theme",
            &["system", "light", "dark"],
            "system",
            "Colours of the window.",
        ),
        choice(
            "look.text",
            &["100", "110", "125"],
            "100",
            "Size of text in the window, in percent.",
        ),
        switch(
            "look.letters",
            true,
            "Bare letters and digits are shortcuts in the window.",
        ),
        switch("sound.on", true, "The window makes sounds."),
        number(
            "sound.volume",
            100.0,
            (0.0, 100.0, 10.0),
            "How loud they are.",
        )
        .in_unit("%")
        .whole(),
    ]
}

fn driving() -> Vec<Setting> {
    let safety = SafetyConfig::default();
    let (slowest, fastest) = (teleop::RATES.start(), teleop::RATES.end());
    // Built-in limits are the most that can be set: nothing here widens one.
    let limit = |name, most: f64, least: f64, step: f64, unit, what| {
        number(name, most, (least, most, step), what).in_unit(unit)
    };
    vec![
        number(
            "drive.rate_hz",
            120.0,
            (*slowest, *fastest, 1.0),
            "Cycles a second of new sessions.",
        )
        .in_unit("Hz")
        .whole(),
        number(
            "drive.speed",
            1.0,
            (
                safety.keyboard_factor_least,
                safety.keyboard_factor_most,
                0.25,
            ),
            "Speed of the keys when a session begins, as a factor of the usual one.",
        ),
        limit(
            "limits.joint_speed",
            safety.speed,
            5.0,
            1.0,
            "°/s",
            "Highest speed of a joint. Limits only tighten what is built in; those of single arms still hold.",
        ),
        limit(
            "limits.gripper_speed",
            safety.gripper_speed,
            5.0,
            1.0,
            "%/s",
            "Highest speed of the gripper.",
        ),
        limit(
            "limits.first_speed",
            safety.first_speed,
            5.0,
            1.0,
            "°/s",
            "Speed of a joint's first move when a session begins; the gripper's is lowered in the same measure.",
        ),
        limit(
            "limits.temperature_warn",
            safety.temperature_warn,
            40.0,
            1.0,
            "°C",
            "Temperature of a motor at which there is a warning.",
        ),
        limit(
            "limits.temperature_stop",
            safety.temperature_stop,
            45.0,
            1.0,
            "°C",
            "Temperature of a motor at which the arm is stopped; above that of the warning.",
        ),
    ]
}

fn recording() -> Vec<Setting> {
    vec![
        number(
            "record.fps",
            30.0,
            (1.0, 120.0, 1.0),
            "Rows a second with which the window's form begins.",
        )
        .in_unit("Hz")
        .whole(),
        number(
            "record.episode_s",
            20.0,
            (1.0, 3600.0, 1.0),
            "Length of an episode with which the form begins.",
        )
        .in_unit("s"),
        number(
            "record.reset_s",
            10.0,
            (0.0, 3600.0, 1.0),
            "Time between two episodes with which the form begins.",
        )
        .in_unit("s"),
        number(
            "record.episodes",
            20.0,
            (1.0, 10_000.0, 1.0),
            "Number of episodes with which the form begins.",
        )
        .whole(),
        folder(
            "storage.datasets",
            "Where new datasets go. Empty is LeRobot's own folder, which HF_LEROBOT_HOME and HF_HOME decide.",
        ),
        choice(
            "storage.codec",
            &["h264", "av1"],
            "h264",
            "Films while recording. AV1 takes about fifteen times the computing.",
        ),
    ]
}

/// What the tip does, seen from behind the arm.
fn by_tip(axis: TipAxis, forward: bool) -> &'static str {
    match (axis, forward) {
        (TipAxis::X, true) => "away from the base",
        (TipAxis::X, false) => "towards the base",
        (TipAxis::Y, true) => "to the left",
        (TipAxis::Y, false) => "to the right",
        (TipAxis::Z, true) => "up",
        (TipAxis::Z, false) => "down",
        (TipAxis::Pitch, true) => "points the gripper further down",
        (TipAxis::Pitch, false) => "points the gripper further up",
        (TipAxis::Roll, true) => "rolls the gripper towards larger angles",
        (TipAxis::Roll, false) => "rolls the gripper towards smaller angles",
        (TipAxis::Gripper, true) => "opens the gripper",
        (TipAxis::Gripper, false) => "closes the gripper",
    }
}

fn keys() -> Vec<Setting> {
    let mut keys = vec![key(
        "keys.stop_also",
        "",
        "One more key that stops the arm, such as a foot pedal. Space and Esc always do.",
    )];
    for mode in [Mode::Joints, Mode::Tip] {
        let map = KeyMap::of(mode);
        for motion in motions(mode) {
            let bound = map.bindings().find(|(_, bound)| *bound == motion);
            let usual = bound.map_or_else(String::new, |(key, _)| keymap::physical(key));
            let what = match motion.axis {
                Axis::Joint(joint) => {
                    let larger = if motion.forward { "larger" } else { "smaller" };
                    format!("Moves {} towards {larger} values.", joint.name())
                }
                Axis::Tip(axis) => {
                    format!("Driving by the tip: {}.", by_tip(axis, motion.forward))
                }
            };
            keys.push(key(&name_of(motion), &usual, &what));
        }
    }
    for (name, usual, what) in [
        (
            "next",
            "KeyN",
            "Record: begins an episode, saves it, ends a reset.",
        ),
        (
            "again",
            "KeyR",
            "Record: throws the episode away and records it again.",
        ),
        ("pause", "KeyP", "Record: stands still, and goes on."),
        ("finish", "KeyF", "Record: ends the session."),
        ("by_keys", "Digit1", "Lets keys drive."),
        ("by_leader", "Digit2", "Lets a leader arm drive."),
        ("by_gamepad", "Digit3", "Lets a gamepad drive."),
        ("by_sliders", "Digit4", "Lets sliders drive."),
        ("by_tip", "Digit5", "Lets keys drive the tip."),
        ("faster", "PageUp", "Makes the keys faster."),
        ("slower", "PageDown", "Makes the keys slower."),
        ("drive_keys", "F9", "Switches drive keys on and off."),
    ] {
        keys.push(key(&format!("keys.{name}"), usual, what));
    }
    keys
}

fn logging() -> Vec<Setting> {
    let large =
        |name, usual, bounds, what| number(name, usual, bounds, what).whole().after_restart();
    vec![
        switch(
            "log.verbose",
            false,
            "The log keeps what helps to find a defect too: the level debug.",
        ),
        choice(
            "log.level",
            &["error", "warn", "info", "debug", "trace"],
            "info",
            "Most talkative level that the log keeps.",
        ),
        folder(
            "log.folder",
            "Where the log is. Empty is the folder log beside what else Tendon keeps for itself.",
        )
        .after_restart()
        .known_as("TENDON_LOG_DIR"),
        large(
            "log.buffer_entries",
            100.0,
            (1.0, 100_000.0, 1.0),
            "Entries that are gathered before they are written together.",
        )
        .known_as("TENDON_LOG_BUFFER"),
        large(
            "log.flush_ms",
            1000.0,
            (1.0, 60_000.0, 1.0),
            "Longest time that an entry waits to be written.",
        )
        .in_unit("ms"),
        large(
            "log.file_bytes",
            4_194_304.0,
            (65_536.0, 1_073_741_824.0, 1.0),
            "Size at which the log's file is moved aside.",
        )
        .in_unit("bytes"),
        large(
            "log.files",
            4.0,
            (1.0, 100.0, 1.0),
            "Files that are kept beside the one being written.",
        ),
        choice(
            "window.graphics",
            &["auto", "plain", "card"],
            "auto",
            "How the window is drawn: without the graphics card, with it, or as this machine needs it. For Linux.",
        )
        .after_restart()
        .known_as("TENDON_GRAPHICS"),
        large(
            "window.whole_event_bytes",
            10_240.0,
            (1024.0, 1_048_576.0, 1.0),
            "Longest event that is sent to the page as it is; a longer one is fetched by it.",
        )
        .in_unit("bytes"),
    ]
}
