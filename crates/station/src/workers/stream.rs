//! What whoever listens to the pool is told: what happens, and the figures.
//!
//! The one who listens asks, so a pool that nobody listens to makes no figures, and no thread waits for anybody. Everything
//! that happens is in the log in any case. Not here: what the figures are (`figures`).

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, Weak};

use jobs::Event;
use protocol::window::WorkersState;

use super::{Workers, lock};

/// Events that wait for one who listens; the oldest give way.
const WAITING: usize = 64;

/// Something that happened, for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    /// What happened, to whose job, and which control asked for it.
    pub message: String,
    /// What can be done about it; empty where there is nothing to do.
    pub remedy: &'static str,
    /// The request it belongs to, as in the log.
    pub request: Option<Arc<str>>,
    /// Whether a person should hear of it without looking for it. What whoever asked for the job is told anyway is none.
    pub trouble: bool,
}

impl News {
    fn of(event: &Event) -> Self {
        let remedy = match event {
            Event::Panicked { .. } => "This is a defect of Tendon: please report it with the log.",
            Event::Hung { .. } | Event::HangsInline { .. } | Event::RunsInline { .. } => {
                "If it goes on like this, end the program and start it again."
            }
            Event::NoThread { .. } | Event::Suspended { .. } => "Close other programs.",
            Event::TimedOut { .. }
            | Event::Failed { .. }
            | Event::CameBack { .. }
            | Event::Resumed
            | Event::Saturated(_) => "",
        };
        Self {
            message: event.to_string(),
            remedy,
            request: event.about().and_then(|about| about.request.clone()),
            trouble: event.is_trouble()
                && !matches!(event, Event::Failed { .. } | Event::TimedOut { .. }),
        }
    }
}

/// What one who listens is told.
#[derive(Debug, Clone, PartialEq)]
pub enum Told {
    /// Something happened.
    News(News),
    /// The figures, when they are others than before.
    Figures(Arc<WorkersState>),
}

type Ear = Mutex<VecDeque<News>>;

/// Everybody who listens.
#[derive(Debug, Default)]
pub(super) struct Ears(Mutex<Vec<Weak<Ear>>>);

impl Ears {
    pub(super) fn hear(&self, event: &Event) {
        self.tell(&News::of(event));
    }

    fn tell(&self, news: &News) {
        let mut ears = lock(&self.0);
        ears.retain(|ear| match ear.upgrade() {
            Some(ear) => {
                let mut waiting = lock(&ear);
                if waiting.len() >= WAITING {
                    waiting.pop_front();
                }
                waiting.push_back(news.clone());
                true
            }
            None => false,
        });
    }
}

/// Tells everybody who listens to the pool what its users decide. Keeps no pool alive.
#[derive(Debug, Clone)]
pub(crate) struct Teller(pub(super) Arc<Ears>);

impl Teller {
    pub(crate) fn tell(&self, news: &News) {
        self.0.tell(news);
    }
}

/// The pool as one who listens hears of it.
#[derive(Debug)]
pub struct Stream {
    workers: Arc<Workers>,
    ear: Arc<Ear>,
    told: Option<Arc<WorkersState>>,
}

impl Stream {
    pub(super) fn new(workers: Arc<Workers>, ears: &Ears) -> Self {
        let ear = Arc::new(Ear::default());
        lock(&ears.0).push(Arc::downgrade(&ear));
        Self {
            workers,
            ear,
            told: None,
        }
    }

    /// The pool that is listened to.
    pub fn workers(&self) -> &Arc<Workers> {
        &self.workers
    }

    /// What there is to tell now, without waiting: everything that happened first, then the figures, at most twice a second
    /// and only when they changed.
    pub fn next_told(&mut self) -> Option<Told> {
        if let Some(news) = lock(&self.ear).pop_front() {
            return Some(Told::News(news));
        }
        let figures = self.workers.figures();
        if self.told.as_ref().is_some_and(|told| **told == *figures) {
            return None;
        }
        self.told = Some(Arc::clone(&figures));
        Some(Told::Figures(figures))
    }
}
