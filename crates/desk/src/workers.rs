//! The worker pool as the window shows it: its figures, twice a second at most, and what a person should hear of.
//!
//! Not here: the pool (`station::workers`), what its jobs do.

use std::sync::{Arc, Mutex};

use protocol::window::{Level, Notice, WorkersState};
use station::settings::Settings;
use station::workers::{self, Stream, Told};

use crate::notices;
use crate::shared::lock;

/// The pool, held for as long as the window is open, and what it told last.
#[derive(Debug)]
pub(crate) struct Pool {
    stream: Mutex<Option<Stream>>,
    shown: Mutex<Arc<WorkersState>>,
}

impl Pool {
    /// Holds the program's pool, by these settings.
    pub(crate) fn open(settings: &Settings) -> Self {
        let this = Self {
            stream: Mutex::new(Some(workers::ours().listen())),
            shown: Mutex::default(),
        };
        // Somebody else may hold it since other settings.
        this.set_up(settings);
        this
    }

    /// Lets it go by these settings from now on.
    pub(crate) fn set_up(&self, settings: &Settings) {
        let held = lock(&self.stream)
            .as_ref()
            .map(|it| Arc::clone(it.workers()));
        let Some(held) = held else { return };
        match held.set_up(settings.workers()) {
            Ok(true) => tracing::info!("the workers go by new settings"),
            Ok(false) => {}
            Err(errors) => {
                for error in errors {
                    tracing::error!(%error, "the workers go by the settings before");
                }
            }
        }
    }

    /// Takes what there is to tell; what a person should hear of is given back.
    pub(crate) fn look(&self) -> Vec<Notice> {
        let mut stream = lock(&self.stream);
        let told = std::iter::from_fn(|| stream.as_mut()?.next_told());
        told.filter_map(|told| match told {
            Told::News(news) => news
                .trouble
                .then(|| notices::once(Level::Warning, news.message, news.remedy)),
            Told::Figures(figures) => {
                *lock(&self.shown) = figures;
                None
            }
        })
        .collect()
    }

    /// The topic.
    pub(crate) fn shown(&self) -> WorkersState {
        (**lock(&self.shown)).clone()
    }

    /// Holds the pool no longer; it ends with the last one who does.
    pub(crate) fn let_go(&self) {
        let held = lock(&self.stream).take();
        // Ending waits a moment for what runs, and nobody is to wait for that at the lock.
        drop(held);
    }
}
