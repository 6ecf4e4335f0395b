//! The settings as the window shows and sets them, and what of them takes effect at once: the log's level, the keys that
//! drive, where datasets go, the worker pool. Limits, rates and codecs count for what begins from then on.
//!
//! Another program may change the file at any time, so it is read again once a second. Not here: the file itself
//! (`station::settings`). The emergency stop goes by none of this.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::Failure;
use protocol::window::{Answer, Level, Notice, SettingsState};
use station::log;
use station::settings::{Change, Settings};

use crate::hands::Bindings;
use crate::notices;
use crate::shared::Shared;

/// The settings as they are known now.
#[derive(Debug)]
pub(crate) struct Book {
    now: Mutex<Arc<Settings>>,
    /// Held while the file is read or written, so that nobody puts back what was read before somebody else wrote.
    file: Mutex<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Book {
    /// Reads them.
    pub(crate) fn open() -> Arc<Self> {
        Arc::new(Self {
            now: Mutex::new(Arc::new(Settings::load())),
            file: Mutex::default(),
        })
    }

    /// What holds.
    pub(crate) fn now(&self) -> Arc<Settings> {
        Arc::clone(&lock(&self.now))
    }

    /// Reads them again. Whether anything is different.
    fn look(&self) -> bool {
        let _file = lock(&self.file);
        self.put(Settings::load())
    }

    fn put(&self, settings: Settings) -> bool {
        let mut now = lock(&self.now);
        let different = **now != settings;
        if different {
            *now = Arc::new(settings);
        }
        different
    }

    fn set(&self, changes: &[Change]) -> Result<(), Failure> {
        let _file = lock(&self.file);
        self.put(Settings::set(changes)?);
        Ok(())
    }

    /// Where the former file stays.
    fn begin_anew(&self) -> Result<PathBuf, Failure> {
        let _file = lock(&self.file);
        let aside = Settings::begin_anew()?;
        tracing::info!(
            "the settings begin anew\nThe former file: {}",
            aside.display()
        );
        self.put(Settings::load());
        Ok(aside)
    }

    /// The topic.
    pub(crate) fn state(&self) -> SettingsState {
        let now = self.now();
        SettingsState {
            path: now.path().display().to_string(),
            settings: now.cards(),
            unknown: now.unknown().to_vec(),
            problem: problem(&now),
        }
    }
}

/// Everything of file and environment that is not used, as one notice: a fault when that is the whole file, which is not
/// written over then.
fn problem(settings: &Settings) -> Option<Notice> {
    let problems = settings.problems();
    let level = match settings.broken() {
        Some(_) => Level::Fault,
        None => Level::Warning,
    };
    let messages: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
    let mut remedies: Vec<&str> = Vec::new();
    for failure in &problems {
        if !remedies.contains(&failure.remedy.as_str()) {
            remedies.push(&failure.remedy);
        }
    }
    (!problems.is_empty())
        .then(|| notices::standing(level, messages.join("\n"), remedies.join("\n")))
}

impl Shared {
    /// Looks whether another program changed the settings.
    pub(crate) fn look_at_settings(&self) {
        if self.settings.look() {
            self.settings_changed();
        }
    }

    pub(crate) fn set_settings(&self, changes: &[Change]) -> Result<(), Failure> {
        self.settings.set(changes)?;
        self.settings_changed();
        Ok(())
    }

    pub(crate) fn begin_settings_anew(&self) -> Result<Answer, Failure> {
        let aside = self.settings.begin_anew()?;
        self.settings_changed();
        Ok(Answer::Saved {
            bytes: aside.metadata().map_or(0, |meta| meta.len()),
            path: aside.display().to_string(),
        })
    }

    /// Lets what can change at once go by the settings as they are now.
    pub(crate) fn settings_changed(&self) {
        let now = self.settings.now();
        log::keep(now.log.level);
        self.workers.set_up(&now);
        self.set_language(Some(now.language()));
        self.hands.bind(Bindings::of(&now));
        self.looking.again();
    }
}
