//! One source under a pipeline that somebody is choosing: the newest wish wins.
//!
//! A wish ([`View::show`]) becomes a job for the proxy; when that is there and nothing newer is wished for, one for full
//! size. Older jobs are replaced where the pool knows them for the same control or key, and called off otherwise. A job
//! does what is wished for at the moment when it begins, not when it was ordered: so whichever of several jobs remains,
//! the newest wish is what it shows. Results are told one after the other, and never an older one after a newer one.
//!
//! The one place where locks are held keeps them for some assignments only: neither the pool nor whoever listens is
//! called under one, because either may come back here.

mod shown;
mod telling;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use imaging::removal::LITE;
use imaging::{Operation, Picture, Pipeline, Preview, StageCache};
use jobs::{Ctx, Handle, JobError, Pool, Refusal, Stop};

use crate::kinds::{PREVIEW, PREVIEW_FULL, PREVIEW_NETWORK};
use crate::work::Tools;

pub use shown::{Clear, Ground, Opaque, Shown, Style, Visible};
pub use telling::{Figures, Stage, Told};

use telling::Outbox;

/// A source and what is shown of it. Dropping it calls off what is going on; nothing is told afterwards.
#[derive(Debug)]
pub struct View(Arc<Inner>);

struct Inner {
    pool: Weak<Pool>,
    preview: Preview,
    state: Mutex<State>,
    out: Outbox,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner")
            .field("preview", &self.preview)
            .finish_non_exhaustive()
    }
}

struct State {
    wanted: Option<Arc<Wanted>>,
    wishes: u64,
    tools: Tools,
    style: Style,
    proxy: Option<Going>,
    full: Option<Going>,
}

/// One wish.
struct Wanted {
    number: u64,
    control: Arc<str>,
    pipeline: Pipeline,
    longest: u32,
    tools: Tools,
    style: Style,
}

/// A job that was ordered.
struct Going {
    handle: Handle,
    /// Whether it was called off here, because something newer goes on.
    given_up: Arc<AtomicBool>,
}

impl Going {
    fn give_up(self) {
        self.given_up.store(true, Ordering::Release);
        self.handle.cancel();
    }
}

/// What a job gives: the wish that it did, and what is shown for it.
type Done = Option<(Arc<Wanted>, Shown)>;

impl View {
    /// A view of `source`. Views may share a cache; its ceiling holds for all of them. `tell` is called on whatever thread a
    /// result comes to be, with one result at a time, and must not take long.
    pub fn new(
        pool: &Arc<Pool>,
        source: Picture,
        cache: Arc<StageCache>,
        tell: impl Fn(Told) + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            pool: Arc::downgrade(pool),
            preview: Preview::new(source, cache),
            state: Mutex::new(State {
                wanted: None,
                wishes: 0,
                tools: Tools::default(),
                style: Style::default(),
                proxy: None,
                full: None,
            }),
            out: Outbox::new(tell),
        }))
    }

    /// From the next wish on with these backgrounds, networks and limits.
    pub fn set_tools(&self, tools: Tools) {
        self.0.state().tools = tools;
    }

    /// From the next wish on results look like this.
    pub fn set_style(&self, style: Style) {
        self.0.state().style = style;
    }

    /// Wishes to see the source under a pipeline, in a view whose longer side has `longest` pixels. `control` is what the
    /// person has in hand; its name belongs to this view alone. The number that its results will carry: numbers grow by
    /// one with every wish.
    ///
    /// # Errors
    /// When the pool does not take the job. One that waits already may still do what is wished for.
    pub fn show(&self, control: &str, pipeline: Pipeline, longest: u32) -> Result<u64, JobError> {
        let inner = &self.0;
        let Some(pool) = inner.pool.upgrade() else {
            return Err(JobError::Refused(Refusal::Ending));
        };
        // Before the wish is known: a job of full size that is ordered from now on may be for it already.
        let older = inner.state().full.take();
        if let Some(older) = older {
            older.give_up();
        }
        let wanted = {
            let mut state = inner.state();
            state.wishes += 1;
            let wanted = Arc::new(Wanted {
                number: state.wishes,
                control: control.into(),
                pipeline,
                longest: longest.max(1),
                tools: state.tools.clone(),
                style: state.style,
            });
            state.wanted = Some(Arc::clone(&wanted));
            wanted
        };
        inner.order(&pool, Stage::Proxy, &wanted)?;
        Ok(wanted.number)
    }

    /// Calls off what is going on; its wish gets no further result.
    pub fn stop(&self) {
        self.0.stop();
    }

    /// What became of all wishes.
    pub fn figures(&self) -> Figures {
        let asked = self.0.state().wishes;
        self.0.out.figures(asked)
    }

    /// The source and what it is told by in caches.
    pub fn preview(&self) -> &Preview {
        &self.0.preview
    }
}

impl Drop for View {
    fn drop(&mut self) {
        self.0.out.close();
        self.0.stop();
    }
}

impl Inner {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn newest(&self) -> u64 {
        self.state().wishes
    }

    fn stop(&self) {
        let going = {
            let mut state = self.state();
            [state.proxy.take(), state.full.take()]
        };
        for going in going.into_iter().flatten() {
            going.give_up();
        }
    }

    fn order(
        self: &Arc<Self>,
        pool: &Pool,
        stage: Stage,
        wanted: &Arc<Wanted>,
    ) -> Result<(), JobError> {
        let kind = match stage {
            _ if asks_network(&wanted.pipeline) => PREVIEW_NETWORK,
            Stage::Proxy => PREVIEW,
            Stage::Full => PREVIEW_FULL,
        };
        let control: Arc<str> = match stage {
            Stage::Proxy => Arc::clone(&wanted.control),
            // Not the same name: the proxy of the next wish must not wait behind, nor be replaced by, this one.
            Stage::Full => format!("{} (full size)", wanted.control).into(),
        };
        let order = pool
            .order(kind)
            .map_err(|unknown| JobError::Failed(Arc::new(unknown)))?
            .control(control)
            .key(self.key(stage, wanted))
            .operation(kind);
        let doing = Arc::new(AtomicU64::new(wanted.number));
        let given_up = Arc::new(AtomicBool::new(false));
        let (inner, told) = (Arc::clone(self), Arc::clone(&doing));
        let ticket = pool.submit(order, move |ctx| inner.work(ctx, stage, &told))?;
        self.keep(
            stage,
            Going {
                handle: ticket.handle(),
                given_up: Arc::clone(&given_up),
            },
        );
        let inner = Arc::clone(self);
        let control = Arc::clone(&wanted.control);
        // The answer may be there already; it is taken after everything that this order changes here.
        ticket.then(move |answer| match answer {
            Err(JobError::Replaced { .. }) => {}
            Err(JobError::Cancelled) if given_up.load(Ordering::Acquire) => {}
            Err(error) => inner.out.tell(Told {
                number: doing.load(Ordering::Acquire),
                control,
                stage,
                result: Err(error),
            }),
            Ok(None) => {}
            Ok(Some((wanted, shown))) => inner.arrived(stage, &wanted, shown),
        });
        Ok(())
    }

    /// Remembers the job that was ordered last and calls the other one off. The one ordered last began after every wish
    /// that the other one could know.
    fn keep(&self, stage: Stage, going: Going) {
        let mut state = self.state();
        let place = match stage {
            Stage::Proxy => &mut state.proxy,
            Stage::Full => &mut state.full,
        };
        let older = match place {
            Some(kept) if kept.handle.generation() > going.handle.generation() => Some(going),
            _ => place.replace(going),
        };
        drop(state);
        if let Some(older) = older {
            older.give_up();
        }
    }

    fn key(&self, stage: Stage, wanted: &Wanted) -> u64 {
        let mut hasher = DefaultHasher::new();
        (stage, self.preview.revision(), wanted.longest).hash(&mut hasher);
        format!("{:?} {:?}", wanted.pipeline, wanted.style).hash(&mut hasher);
        hasher.finish()
    }

    fn work(&self, ctx: &Ctx, stage: Stage, doing: &AtomicU64) -> Result<Done, Stop> {
        let Some(wanted) = self.state().wanted.clone() else {
            return Ok(None);
        };
        doing.store(wanted.number, Ordering::Release);
        if self.out.told(wanted.number, stage) {
            return Ok(None);
        }
        let made = wanted.tools.run(ctx, |run| {
            let first = run.part(0, 2);
            let picture = match stage {
                Stage::Proxy => self
                    .preview
                    .proxy(&wanted.pipeline, wanted.longest, &first)?,
                Stage::Full => self.preview.full(&wanted.pipeline, &first)?,
            };
            let visible = Visible::of(&picture, wanted.longest, wanted.style, &run.part(1, 2))?;
            Ok((picture, visible))
        })?;
        let (picture, visible) = made.value;
        let shown = Shown {
            picture,
            visible,
            doubts: made.doubts,
        };
        Ok(Some((wanted, shown)))
    }

    fn arrived(self: &Arc<Self>, stage: Stage, wanted: &Arc<Wanted>, shown: Shown) {
        let source = self.preview.source().size();
        // A proxy as large as the source is the full result.
        let whole = source.width().max(source.height()) <= wanted.longest;
        let told = |stage, result| Told {
            number: wanted.number,
            control: Arc::clone(&wanted.control),
            stage,
            result,
        };
        let stage_told = if whole { Stage::Full } else { stage };
        self.out.tell(told(stage_told, Ok(shown)));
        if stage_told == Stage::Full || self.newest() != wanted.number {
            return;
        }
        let ordered = match self.pool.upgrade() {
            Some(pool) => self.order(&pool, Stage::Full, wanted),
            None => Err(JobError::Ending),
        };
        if let Err(error) = ordered {
            self.out.tell(told(Stage::Full, Err(error)));
        }
    }
}

fn asks_network(pipeline: &Pipeline) -> bool {
    pipeline.active().any(|(_, operation)| {
        matches!(operation, Operation::RemoveBackground(removal) if removal.model != LITE)
    })
}
