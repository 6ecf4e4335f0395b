//! Pictures: what works on them, set up as the person wants it, and the verbs that do.
//!
//! [`Pictures`] holds the networks that are on this computer, the server that was set up, and decides with their help who
//! removes a background; every decision is in the log and told to everybody who listens to the pool. It does its own
//! housekeeping while somebody holds it. Not here: what is done to pixels (`imaging`), who does it (`studio`), files of a
//! batch (`batch`).

pub mod apply;
pub mod batch;
mod failing;
pub mod fetch;
pub mod frames;
mod house;
pub mod look;
mod render;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ::batch::Render;
use imaging::removal::Networks;
use imaging::{Operation, Pipeline, Run, open};
use protocol::{ErrorCode, Failure};
use stdx::{Clock, SystemClock};
use studio::Tools;
use studio::models::{State, Store};
use studio::routing::{Decided, Remover, RemoverReport, Standing};
use studio::server::Server;

use crate::failure::failure;
use crate::settings::ImagingSettings;
use crate::workers::{News, Workers};
use house::House;
use render::Routed;

pub use failing::{batch_failure, frames_failure, imaging_failure, model_failure};

/// Time between two looks at a server that has not answered yet.
const LOOK: Duration = Duration::from_millis(20);
/// Longest that a server is waited for before the first picture: a little more than it is given to answer.
const SERVER_ANSWERS: Duration = Duration::from_secs(4);

/// Everything that works on pictures.
pub struct Pictures {
    settings: ImagingSettings,
    store: Store,
    remover: Remover,
    tools: Mutex<Tools>,
    // Before the pool: whoever ticks needs it no longer than this.
    _house: House,
    workers: Arc<Workers>,
}

impl fmt::Debug for Pictures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pictures")
            .field("settings", &self.settings)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

impl Pictures {
    /// As these settings want it, on this pool. Networks are read, and a server is asked, when they are first needed.
    ///
    /// # Errors
    /// When an address is none, or the system gives no thread.
    pub fn new(settings: ImagingSettings, workers: Arc<Workers>) -> Result<Arc<Self>, Failure> {
        let store = Store::new(&settings.models)
            .address(&settings.models_address)
            .map_err(|error| failure(ErrorCode::BadRequest, &error, error.remedy()))?;
        let server = settings.server.as_deref().map(Server::new).transpose();
        let server =
            server.map_err(|error| failure(ErrorCode::BadRequest, &error, error.remedy()))?;
        let teller = workers.teller();
        let tell = move |decided: &Decided| teller.tell(&news(decided));
        let remover = Remover::new(workers.pool(), SystemClock::shared(), tell);
        remover.set_rules(settings.rules);
        remover.set_server(server);
        let house = House::keep(remover.clone()).map_err(|error| {
            failure(
                ErrorCode::Internal,
                format!("no thread to keep house of pictures: {error}"),
                "Close other programs and try again.",
            )
        })?;
        let this = Self {
            settings,
            store,
            remover,
            tools: Mutex::default(),
            _house: house,
            workers,
        };
        this.look_again();
        Ok(Arc::new(this))
    }

    /// The pool that works.
    pub fn workers(&self) -> &Arc<Workers> {
        &self.workers
    }

    /// How it was set up.
    pub fn settings(&self) -> &ImagingSettings {
        &self.settings
    }

    /// Networks on this computer.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Who removes backgrounds.
    pub fn remover(&self) -> &Remover {
        &self.remover
    }

    /// What imaging needs inside a job.
    pub fn tools(&self) -> Tools {
        self.lock().clone()
    }

    /// How it stands with networks and the server.
    pub fn report(&self) -> RemoverReport {
        self.remover.report()
    }

    /// For batches: pictures through a pipeline, each removal by whoever is to do it.
    pub fn render(&self) -> Arc<dyn Render> {
        Arc::new(Routed::new(self.remover.clone()))
    }

    /// Looks again which networks are there, for instance after one came.
    pub fn look_again(&self) {
        let mut networks = Networks::default();
        for listed in self.store.list() {
            if !matches!(listed.state, State::Present { .. }) {
                continue;
            }
            match self.store.session(&listed.name) {
                Ok(session) => networks = networks.with(Arc::new(session)),
                Err(error) => tracing::info!("{error}"),
            }
        }
        self.change(|tools| tools.networks = networks);
    }

    /// Opens the pictures that a pipeline lays under others: their names are paths.
    ///
    /// # Errors
    /// When one cannot be opened.
    pub fn open_backdrops(&self, pipeline: &Pipeline) -> Result<(), Failure> {
        for name in pipeline.backdrops() {
            let opened = open(Path::new(name), &Run::default());
            let opened = opened.map_err(|error| imaging_failure(&error))?;
            self.change(|tools| {
                tools.backdrops = tools.backdrops.clone().with(name, opened.picture);
            });
        }
        Ok(())
    }

    /// Waits until it is known how it stands with the server, where one is set up and this pipeline may need it: a picture
    /// that comes first should not stay here only because nobody asked yet.
    pub fn know_server(&self, pipeline: &Pipeline, go_on: impl Fn() -> bool) {
        let Some(model) = networks_of(pipeline).next() else {
            return;
        };
        let until = SystemClock.now() + SERVER_ANSWERS;
        while self.remover.standing(model) == Standing::Untried
            && SystemClock.now() < until
            && go_on()
        {
            SystemClock.sleep(LOOK);
        }
    }

    fn change(&self, how: impl FnOnce(&mut Tools)) {
        let mut tools = self.lock();
        how(&mut tools);
        self.remover.set_tools(tools.clone());
    }

    fn lock(&self) -> MutexGuard<'_, Tools> {
        self.tools.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Networks that a pipeline asks, by name.
fn networks_of(pipeline: &Pipeline) -> impl Iterator<Item = &str> {
    removals(pipeline).filter(|model| *model != imaging::removal::LITE)
}

/// Models of all removals of a pipeline.
fn removals(pipeline: &Pipeline) -> impl Iterator<Item = &str> {
    pipeline
        .active()
        .filter_map(|(_, operation)| match operation {
            Operation::RemoveBackground(how) => Some(how.model.as_str()),
            _ => None,
        })
}

/// A decision, for those who listen to the pool.
fn news(decided: &Decided) -> News {
    News {
        message: format!("background with {}: {}", decided.model, decided.decision),
        remedy: if decided.decision.warns() {
            "Set up a server for large pictures, or make this one smaller first."
        } else {
            ""
        },
        request: decided.request.as_deref().map(Into::into),
        trouble: decided.decision.warns(),
    }
}
