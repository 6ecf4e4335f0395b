//! Backgrounds removed by whoever can do it best, with the reason told every time.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use imaging::effects::RemoveBackground;
use imaging::removal::{Doubt, Session, SessionReport};
use imaging::{Picture, Pipeline};
use jobs::{Ctx, JobError, Order, Pool, Priority, Refusal, Stop, Ticket};
use serde::Serialize;
use stdx::Clock;

use super::decide::{Decision, Purpose, RouteRules, Standing};
use super::elsewhere::elsewhere;
use super::health::Health;
use super::latency::Latencies;
use crate::kinds::{ASK_SERVER, REMOVE_BACKGROUND, WARM_MODEL};
use crate::server::{Loss, Server, ServerError};
use crate::work::Tools;

/// One decision about one picture, as it is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Decided {
    /// The model.
    pub model: String,
    /// The request that the picture belongs to.
    pub request: Option<String>,
    /// Who does it and why.
    pub decision: Decision,
}

/// A picture without its background, and how it came to be.
#[derive(Debug, Clone)]
pub struct Removed {
    /// The picture, with alpha, at its size.
    pub picture: Picture,
    /// Why the cut-out may be wrong; of a server's nothing is known.
    pub doubts: Vec<Doubt>,
    /// Who was to do it and why, in that order: the last one did it.
    pub decisions: Vec<Decision>,
    /// What a server left out of what was asked for.
    pub losses: Vec<Loss>,
}

impl Removed {
    /// Nothing was done yet.
    pub(super) fn untouched(picture: &Picture) -> Self {
        Self {
            picture: picture.clone(),
            doubts: Vec::new(),
            decisions: Vec::new(),
            losses: Vec::new(),
        }
    }

    /// What was done next, on top.
    pub(super) fn goes_on(&mut self, next: Self) {
        self.picture = next.picture;
        self.doubts.extend(next.doubts);
        self.decisions.extend(next.decisions);
        self.losses.extend(next.losses);
    }
}

/// A network and the memory that it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryFigures {
    /// Its name.
    pub model: String,
    /// What it takes now.
    pub session: SessionReport,
}

/// How it stands with everything that removes backgrounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoverReport {
    /// Networks on this computer.
    pub networks: Vec<MemoryFigures>,
    /// Bytes that all of them take now, without what single runs need besides.
    pub bytes: u64,
    /// Address of the server, where one is set up.
    pub server: Option<String>,
    /// Version of the server, while it is well.
    pub version: Option<String>,
    /// Why the server is left alone, while it is.
    pub complaint: Option<String>,
}

/// Removes backgrounds, here or by a server. Cloning shares it.
#[derive(Clone)]
pub struct Remover(Arc<Inner>);

pub(super) struct Inner {
    pub(super) pool: Weak<Pool>,
    pub(super) clock: Arc<dyn Clock>,
    state: Mutex<State>,
    pub(super) latencies: Latencies,
    pub(super) tell: Box<dyn Fn(&Decided) + Send + Sync>,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) tools: Tools,
    pub(super) rules: RouteRules,
    pub(super) server: Option<Arc<Health>>,
    /// Models that the server was asked for with success, so that it has them in memory.
    pub(super) warm: Vec<String>,
}

impl fmt::Debug for Remover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remover").finish_non_exhaustive()
    }
}

impl Remover {
    /// A remover that knows no networks and no server yet. `tell` hears every decision, on the thread that makes it.
    pub fn new(
        pool: &Arc<Pool>,
        clock: Arc<dyn Clock>,
        tell: impl Fn(&Decided) + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            pool: Arc::downgrade(pool),
            clock,
            state: Mutex::default(),
            latencies: Latencies::default(),
            tell: Box::new(tell),
        }))
    }

    /// From now on with these networks, backgrounds and limits.
    pub fn set_tools(&self, tools: Tools) {
        self.0.state().tools = tools;
    }

    /// From now on by these rules.
    pub fn set_rules(&self, rules: RouteRules) {
        self.0.state().rules = rules;
    }

    /// From now on with this server, or with none. It is asked whether it is there at the next [`Remover::tick`].
    pub fn set_server(&self, server: Option<Server>) {
        let mut state = self.0.state();
        state.server = server.map(|server| Arc::new(Health::new(server)));
        state.warm.clear();
    }

    /// Has the background of a picture removed. Who does it is decided when its turn comes.
    ///
    /// # Errors
    /// When the pool does not take the job.
    pub fn remove(
        &self,
        picture: Picture,
        how: RemoveBackground,
        purpose: Purpose,
        control: Option<&str>,
    ) -> Result<Ticket<Removed>, JobError> {
        let pool = self.pool()?;
        let mut order = ordered(&pool, REMOVE_BACKGROUND)?;
        if let Some(control) = control {
            order = order.control(control);
        }
        if purpose == Purpose::Batch {
            order = order.priority(Priority::Background);
        }
        let inner = Arc::clone(&self.0);
        let work = move |ctx: &Ctx| inner.removed(ctx, &picture, &how, purpose);
        Ok(pool.submit(order, work)?)
    }

    /// Runs a whole pipeline inside a job, as a batch does. Every removal in it is done by whoever is to do it; everything
    /// else is done here.
    ///
    /// # Errors
    /// [`Stop::Asked`] when the job was asked to stop, [`Stop::Failed`] with the first stage that cannot be done.
    pub fn apply(
        &self,
        ctx: &Ctx,
        picture: &Picture,
        pipeline: &Pipeline,
        purpose: Purpose,
    ) -> Result<Removed, Stop> {
        self.0.applied(ctx, picture, pipeline, purpose)
    }

    /// Reads a network before it is needed, when nothing else is to be done. Nothing happens for one that is not here.
    ///
    /// # Errors
    /// When the pool does not take the job.
    pub fn warm(&self, model: &str) -> Result<Option<Ticket<()>>, JobError> {
        let Some(session) = self.0.session(model) else {
            return Ok(None);
        };
        let pool = self.pool()?;
        let order = ordered(&pool, WARM_MODEL)?.control(format!("warm {model}"));
        let ticket = pool.submit(order, move |ctx| {
            ctx.checkpoint()?;
            session.warm()?;
            Ok(())
        })?;
        Ok(Some(ticket))
    }

    /// To be called about once a second: networks that nobody used for 30 s leave memory, and a server of which nothing is
    /// known, or whose rest is over, is asked whether it is there. The ticket of that question, where one is asked.
    ///
    /// # Errors
    /// When the pool does not take that question; it is due again then.
    pub fn tick(&self) -> Result<Option<Ticket<()>>, JobError> {
        let now = self.0.clock.now();
        let (sessions, server) = {
            let state = self.0.state();
            let sessions: Vec<_> = state.tools.networks.sessions().map(Arc::clone).collect();
            (sessions, state.server.clone())
        };
        for session in sessions {
            if session.tick(now) {
                tracing::info!(
                    "the model {} left memory: nobody used it lately",
                    session.spec().name
                );
            }
        }
        let Some(health) = server.filter(|health| health.due(now)) else {
            return Ok(None);
        };
        let asked = self.ask(&health);
        if asked.is_err() {
            health.not_asked();
        }
        asked.map(Some)
    }

    fn ask(&self, health: &Arc<Health>) -> Result<Ticket<()>, JobError> {
        let pool = self.pool()?;
        let order = ordered(&pool, ASK_SERVER)?;
        let (inner, asked) = (Arc::clone(&self.0), Asked(Arc::clone(health)));
        let ticket = pool.submit(order, move |ctx| {
            let health = &asked.0;
            let server = health.server.clone();
            match elsewhere(ctx, move |cancel| server.contract(cancel))? {
                Ok(contract) => {
                    tracing::info!(
                        "the server {} is there: rembg {}",
                        health.server.address(),
                        contract.version
                    );
                    health.well(contract);
                }
                Err(error) => inner.complain(health, &error),
            }
            Ok(())
        })?;
        Ok(ticket)
    }

    /// Lets go of all networks that nobody uses just now, because memory is short. How many there were.
    pub fn release(&self) -> usize {
        let sessions: Vec<Arc<Session>> = {
            let state = self.0.state();
            state.tools.networks.sessions().map(Arc::clone).collect()
        };
        sessions.iter().filter(|session| session.release()).count()
    }

    /// How it stands with networks and the server.
    pub fn report(&self) -> RemoverReport {
        let (sessions, server) = {
            let state = self.0.state();
            let sessions: Vec<_> = state.tools.networks.sessions().map(Arc::clone).collect();
            (sessions, state.server.clone())
        };
        let networks: Vec<MemoryFigures> = sessions
            .into_iter()
            .map(|session| MemoryFigures {
                model: session.spec().name.clone(),
                session: session.report(),
            })
            .collect();
        RemoverReport {
            bytes: networks.iter().map(|network| network.session.weights).sum(),
            networks,
            server: server
                .as_ref()
                .map(|health| health.server.address().to_owned()),
            version: server
                .as_ref()
                .and_then(|health| Some(health.contract()?.version.clone())),
            complaint: server.as_ref().and_then(|health| health.complaint()),
        }
    }

    /// How it stands with the server, for this model.
    pub fn standing(&self, model: &str) -> Standing {
        let server = self.0.state().server.clone();
        server.map_or(Standing::NotSetUp, |health| {
            health.standing(model, self.0.clock.now())
        })
    }

    fn pool(&self) -> Result<Arc<Pool>, JobError> {
        let pool = self.0.pool.upgrade();
        pool.ok_or(JobError::Refused(Refusal::Ending))
    }
}

/// A question to a server that is to be answered; one that is dropped without an answer is due again.
struct Asked(Arc<Health>);

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.not_asked();
    }
}

fn ordered(pool: &Pool, kind: &str) -> Result<Order, JobError> {
    pool.order(kind)
        .map_err(|unknown| JobError::Failed(Arc::new(unknown)))
}

impl Inner {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn session(&self, model: &str) -> Option<Arc<Session>> {
        let state = self.state();
        let mut sessions = state.tools.networks.sessions();
        sessions
            .find(|session| session.spec().name == model)
            .map(Arc::clone)
    }

    /// The server failed: it is left alone for a while.
    pub(super) fn complain(&self, health: &Health, error: &ServerError) {
        tracing::warn!("{error}; it is left alone for {:?}", super::health::PAUSE);
        health.failed(self.clock.now(), error.to_string());
    }
}
