//! Settings from file and environment, and what becomes of the file.

mod file;
mod imaging;
mod together;
mod workers;

use std::collections::BTreeMap;
use std::fs;

use arms::{JointSafety, SafetyConfig};
use teleop::{KeyMap, Mode};
use tempfile::TempDir;
use tracing::Level;

use super::*;

/// A folder with a settings file, and variables.
struct Home {
    folder: TempDir,
    variables: BTreeMap<String, OsString>,
}

impl Home {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            variables: BTreeMap::new(),
        }
    }

    fn with(text: &str) -> Self {
        let home = Self::new();
        fs::write(home.path(), text).unwrap();
        home
    }

    fn variable(mut self, name: &str, value: &str) -> Self {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("settings.toml")
    }

    fn load(&self) -> Settings {
        Settings::load_from(&self.path(), &|name| self.variables.get(name).cloned())
    }

    fn set(&self, changes: &[(&str, Option<SettingValue>)]) -> Result<Settings, Failure> {
        let changes: Vec<Change> = changes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        let variable = |name: &str| self.variables.get(name).cloned();
        write::set(&self.path(), &variable, &changes)
    }

    fn text(&self) -> String {
        fs::read_to_string(self.path()).unwrap()
    }

    /// Names of all files but the lock.
    fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let name = |entry: fs::DirEntry| entry.file_name().into_string().unwrap();
        let mut names: Vec<String> = entries.map(|it| name(it.unwrap())).collect();
        names.retain(|name| name != "settings.lock");
        names.sort();
        names
    }
}

fn number(value: f64) -> Option<SettingValue> {
    Some(SettingValue::Number(value))
}

fn text(value: &str) -> Option<SettingValue> {
    Some(SettingValue::Text(value.to_owned()))
}

fn card(settings: &Settings, name: &str) -> SettingCard {
    let mut cards = settings.cards().into_iter();
    cards.find(|card| card.name == name).unwrap()
}

/// What is wrong, with the folder's name taken out.
fn told(home: &Home, settings: &Settings) -> Vec<String> {
    let folder = home.folder.path().display().to_string();
    let words = |failure: Failure| failure.to_string().replace(&folder, "HOME");
    settings.problems().into_iter().map(words).collect()
}

/// Some other value of a setting.
fn another(setting: &Setting) -> SettingValue {
    use protocol::window::SettingKind as Kind;
    match (&setting.kind, &setting.usual) {
        (Kind::Switch, usual) => SettingValue::Switch(*usual != SettingValue::Switch(true)),
        (Kind::Number { least, most, .. }, usual) => {
            let other = if *usual == SettingValue::Number(*most) {
                *least
            } else {
                *most
            };
            // A warning above where the arm is stopped is refused.
            SettingValue::Number(match setting.name.as_str() {
                "limits.temperature_stop" => 60.0,
                // Saturation ends below where it begins.
                "workers.saturation.leave_depth" => 2.0,
                "workers.saturation.leave_wait_ms" => 200.0,
                // No product gets more workers than there are.
                name if name.starts_with("workers.") && name.ends_with(".workers") => 1.0,
                _ => other,
            })
        }
        (Kind::Choice { options }, usual) => {
            let other = |it: &&String| SettingValue::Text((*it).clone()) != *usual;
            SettingValue::Text(options.iter().find(other).unwrap().clone())
        }
        (Kind::Folder, _) => SettingValue::Text("/data/elsewhere".into()),
        (Kind::Key, _) => SettingValue::Text("F13".into()),
    }
}

#[test]
fn names_stand_once_in_the_table_sections_together_and_usual_values_fit() {
    let mut names: Vec<&str> = table().iter().map(|it| it.name.as_str()).collect();
    let sections: Vec<&str> = names
        .iter()
        .map(|name| name.split_once('.').unwrap().0)
        .collect();
    let mut runs = sections.clone();
    runs.dedup();
    let count = runs.len();
    runs.sort_unstable();
    runs.dedup();
    assert_eq!(
        runs.len(),
        count,
        "a section is in two places: {sections:?}"
    );
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), table().len());
    let mut variables: Vec<&str> = table().iter().map(|it| it.variable.as_str()).collect();
    variables.sort_unstable();
    variables.dedup();
    assert_eq!(variables.len(), table().len());
    for setting in table() {
        let fits = value::fitting(setting, &setting.usual);
        assert_eq!(fits.as_ref(), Ok(&setting.usual), "{}", setting.name);
    }
    // Nothing gives way where nobody set anything.
    assert_eq!(Settings::default().problems(), []);
}

#[test]
fn every_setting_goes_by_its_name_through_file_variable_and_back() {
    for setting in table() {
        let home = Home::new();
        let value = another(setting);
        let name = setting.name.as_str();
        let set = home.set(&[(name, Some(value.clone()))]).unwrap();
        assert_eq!(set, home.load(), "{name}");
        assert_eq!(set.problems(), [], "{name}");
        let held = card(&set, name);
        assert_eq!((&held.value, held.source), (&value, SettingSource::File));
        assert_eq!(
            from_text(setting, &bare(&value)),
            Ok(value.clone()),
            "{name}"
        );
        let others = |it: &SettingCard| it.name == name || it.source == SettingSource::Usual;
        assert!(set.cards().iter().all(others), "{name}");

        let home = home.variable(&setting.variable, &bare(&setting.usual));
        let over = card(&home.load(), name);
        // An empty variable is none.
        if bare(&setting.usual).is_empty() {
            assert_eq!(over.value, value);
        } else {
            assert_eq!(over.value, setting.usual);
            assert_eq!(over.source, SettingSource::Environment);
        }

        let back = home.set(&[(name, None)]).unwrap();
        assert_ne!(card(&back, name).source, SettingSource::File, "{name}");
        assert_eq!(card(&back, name).value, setting.usual, "{name}");
    }
}

#[test]
fn typed_values_are_those_of_the_table() {
    let usual = Settings::default();
    assert_eq!((usual.rate_hz(), usual.speed()), (120.0, 1.0));
    assert_eq!(usual.codec(), "h264");
    assert_eq!(usual.film(), crate::record::FilmSettings::default());
    assert_eq!(usual.datasets(), crate::paths::lerobot_home());
    assert_eq!(usual.log.buffer_entries, 100);
    assert_eq!(usual.log.flush_ms, 1000);
    assert_eq!(usual.log.file_bytes, 4 * 1024 * 1024);
    assert_eq!((usual.log.files, usual.log.level), (4, Level::INFO));
    assert_eq!(usual.log.folder, state_folder().join("log"));
    assert_eq!(usual.window.whole_event_bytes, 10 * 1024);
    assert_eq!(usual.window.graphics, Graphics::Auto);
    for mode in [Mode::Joints, Mode::Tip] {
        let map = KeyMap::bound(mode, usual.keys(mode)).unwrap();
        for (key, motion) in KeyMap::of(mode).bindings() {
            assert_eq!(map.motion(key), Some(motion), "{key}");
        }
        assert_eq!(map.bindings().count(), 12);
    }
    let home = Home::with(
        "[drive]\nrate_hz = 60\nspeed = 0.5\n[storage]\ndatasets = \"/data/sets\"\ncodec = \"av1\"\n\
         [window]\ngraphics = \"plain\"\n[log]\nfolder = \"/data/log\"\n",
    );
    let set = home.load();
    assert_eq!((set.rate_hz(), set.speed()), (60.0, 0.5));
    assert_eq!(set.datasets(), Path::new("/data/sets"));
    assert_eq!(set.dataset("me/cups"), Path::new("/data/sets/me/cups"));
    assert_eq!(set.codec(), "av1");
    assert!(
        matches!(set.film(), crate::record::FilmSettings::Video(film) if film.codec == dataset::Codec::Av1)
    );
    assert_eq!(set.window.graphics, Graphics::Plain);
    assert_eq!(set.log.folder, Path::new("/data/log"));
}

#[test]
fn verbose_keeps_debug_entries_and_never_fewer_than_the_level() {
    for (level, verbose, kept) in [
        ("info", true, Level::DEBUG),
        ("error", true, Level::DEBUG),
        ("trace", true, Level::TRACE),
        ("warn", false, Level::WARN),
    ] {
        let home = Home::with(&format!(
            "[log]\nlevel = \"{level}\"\nverbose = {verbose}\n"
        ));
        assert_eq!(home.load().log.level, kept, "{level} {verbose}");
    }
}

#[test]
fn limits_only_ever_tighten() {
    let built_in = SafetyConfig::default();
    let home = Home::with(
        "[limits]\njoint_speed = 90\ngripper_speed = 50\nfirst_speed = 15\ntemperature_warn = 45\ntemperature_stop = 50\n",
    );
    let mut safety = built_in;
    home.load().tighten(&mut safety);
    assert_eq!((safety.speed, safety.gripper_speed), (90.0, 50.0));
    assert_eq!(
        (safety.first_speed, safety.gripper_first_speed),
        (15.0, 15.0)
    );
    assert_eq!(
        (safety.temperature_warn, safety.temperature_stop),
        (45.0, 50.0)
    );
    // Everything else is as it was.
    let as_before = SafetyConfig {
        speed: built_in.speed,
        gripper_speed: built_in.gripper_speed,
        first_speed: built_in.first_speed,
        gripper_first_speed: built_in.gripper_first_speed,
        temperature_warn: built_in.temperature_warn,
        temperature_stop: built_in.temperature_stop,
        ..safety
    };
    assert_eq!(as_before, built_in);

    // What is tighter already stays, limits of single joints too.
    let mut strict = SafetyConfig {
        speed: 30.0,
        temperature_stop: 48.0,
        ..built_in
    };
    strict.joints[2] = JointSafety {
        speed: Some(10.0),
        ..JointSafety::default()
    };
    let mut tightened = strict;
    home.load().tighten(&mut tightened);
    assert_eq!(tightened.speed, 30.0);
    assert_eq!(tightened.temperature_stop, 48.0);
    assert_eq!(tightened.joints, strict.joints);

    // Nothing above what is built in can be set: not by the file, not by a variable, not at all.
    let home = Home::with("[limits]\njoint_speed = 500\n")
        .variable("TENDON_LIMITS_GRIPPER_SPEED", "1e9")
        .variable("TENDON_LIMITS_TEMPERATURE_STOP", "NaN");
    let settings = home.load();
    assert_eq!(settings.problems().len(), 3);
    let mut safety = built_in;
    settings.tighten(&mut safety);
    assert_eq!(safety, built_in);
    let refused = home
        .set(&[("limits.first_speed", number(31.0))])
        .unwrap_err();
    assert!(refused.message.contains("from 5 to 30 °/s"), "{refused}");
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_usual_values() {
    let home = Home::with("[log]\nflush_ms = 250\nlevel = \"DEBUG\"\n")
        .variable("TENDON_LOG_BUFFER", "7")
        .variable("TENDON_LOG_FLUSH_MS", "300")
        .variable("TENDON_LOG_FILES", "");
    let log = home.load().log;
    assert_eq!((log.buffer_entries, log.flush_ms, log.files), (7, 300, 4));
    assert_eq!(log.level, Level::DEBUG);
    // What is set goes into the file, and the variable goes on holding.
    let set = home.set(&[("log.flush_ms", number(400.0))]).unwrap();
    assert_eq!(set.log.flush_ms, 300);
    assert_eq!(
        card(&set, "log.flush_ms").source,
        SettingSource::Environment
    );
    assert!(home.text().contains("flush_ms = 400"));
}

#[test]
fn a_variable_that_does_not_fit_is_named_and_not_used() {
    let home = Home::with("[log]\nflush_ms = 250\n").variable("TENDON_LOG_FLUSH_MS", "soon");
    let settings = home.load();
    assert_eq!(settings.log.flush_ms, 250);
    insta::assert_snapshot!(told(&home, &settings).join("\n"), @r"
    TENDON_LOG_FLUSH_MS is “soon”; it must be a whole number from 1 to 60000 ms; until then the variable is not used
    Correct the variable, or unset it.
    ");
}

#[test]
fn a_value_that_does_not_fit_is_named_with_its_line_and_everything_else_holds() {
    let before = "# mine\nversion = 1\n\n[log]\nflush_ms = \"soon\" # quick\nlevel = \"debug\"\n\n[record]\nfps = 29.5\n";
    let home = Home::with(before);
    let settings = home.load();
    assert_eq!(settings.log.flush_ms, 1000);
    assert_eq!(settings.log.level, Level::DEBUG);
    assert!(settings.broken().is_none());
    insta::assert_snapshot!(told(&home, &settings).join("\n"), @r"
    the settings file, line 5: log.flush_ms is “soon”; it must be a whole number from 1 to 60000 ms; until then log.flush_ms has its usual value
    File: HOME/settings.toml
    Correct the line, or run: tendon settings unset log.flush_ms
    the settings file, line 9: record.fps is 29.5; it must be a whole number from 1 to 120 Hz; until then record.fps has its usual value
    File: HOME/settings.toml
    Correct the line, or run: tendon settings unset record.fps
    ");
    // Setting something else leaves the line alone; setting it puts it right.
    home.set(&[("log.files", number(9.0))]).unwrap();
    assert!(home.text().contains("flush_ms = \"soon\" # quick"));
    let set = home
        .set(&[("log.flush_ms", number(20.0)), ("record.fps", None)])
        .unwrap();
    assert_eq!(set.problems(), []);
    insta::assert_snapshot!(home.text(), @r#"
    # mine
    version = 1

    [log]
    flush_ms = 20 # quick
    level = "debug"
    files = 9

    [record]
    "#);
}
