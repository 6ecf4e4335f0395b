//! Results on their way to whoever listens: one at a time, and never an older one after a newer one.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jobs::JobError;
use serde::Serialize;

use super::shown::Shown;

/// How far a wish has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The source shrunk to the view before anything was done to it: soon there, nearly right.
    Proxy,
    /// Everything done to the full source, then shrunk to the view.
    Full,
}

/// What became of a wish.
#[derive(Debug, Clone)]
pub struct Told {
    /// Which wish; a greater one is newer.
    pub number: u64,
    /// The control that asked.
    pub control: Arc<str>,
    /// How far it has come.
    pub stage: Stage,
    /// What is to be seen, or why nothing is.
    pub result: Result<Shown, JobError>,
}

impl Told {
    /// Whether nothing more will be told of this wish.
    pub fn last(&self) -> bool {
        self.stage == Stage::Full || self.result.is_err()
    }
}

/// What became of all wishes of a view.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Wishes.
    pub asked: u64,
    /// Proxies that were told.
    pub proxies: u64,
    /// Results of full size that were told.
    pub fulls: u64,
    /// Failures that were told.
    pub failed: u64,
    /// Wishes of which nothing was told, because something newer was told before.
    pub dropped: u64,
    /// Results that came after newer ones and were not told.
    pub late: u64,
    /// Wishes since the last one of which something was told.
    pub open: u64,
}

pub(super) struct Outbox {
    state: Mutex<State>,
    tell: Box<dyn Fn(Told) + Send + Sync>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Told>,
    /// Whether a thread is telling; it takes what others leave here.
    telling: bool,
    last: Option<(u64, Stage)>,
    figures: Figures,
    closed: bool,
}

impl Outbox {
    pub(super) fn new(tell: impl Fn(Told) + Send + Sync + 'static) -> Self {
        Self {
            state: Mutex::default(),
            tell: Box::new(tell),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether this or something newer was told.
    pub(super) fn told(&self, number: u64, stage: Stage) -> bool {
        self.state().last >= Some((number, stage))
    }

    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let unheard = std::mem::take(&mut state.queue);
        drop(state);
        drop(unheard);
    }

    pub(super) fn figures(&self, asked: u64) -> Figures {
        let state = self.state();
        Figures {
            asked,
            open: asked - state.last.map_or(0, |(number, _)| number),
            ..state.figures
        }
    }

    /// Tells this, now or after what is being told, unless something newer was told.
    pub(super) fn tell(&self, told: Told) {
        let mut state = self.state();
        if state.closed {
            return;
        }
        let place = (told.number, told.stage);
        if state.last >= Some(place) {
            state.figures.late += 1;
            return;
        }
        let before = state.last.map_or(0, |(number, _)| number);
        state.figures.dropped += told.number.saturating_sub(before + 1);
        *match (&told.result, told.stage) {
            (Err(_), _) => &mut state.figures.failed,
            (Ok(_), Stage::Proxy) => &mut state.figures.proxies,
            (Ok(_), Stage::Full) => &mut state.figures.fulls,
        } += 1;
        state.last = Some(place);
        state.queue.push_back(told);
        if std::mem::replace(&mut state.telling, true) {
            return;
        }
        drop(state);
        let _until_told = Telling(self);
        while let Some(told) = self.next() {
            (self.tell)(told);
        }
    }

    /// The next one to tell. Without one nobody tells any more, in the same instant.
    fn next(&self) -> Option<Told> {
        let mut state = self.state();
        let next = state.queue.pop_front();
        state.telling = next.is_some();
        next
    }
}

/// A listener that panics must not silence the view.
struct Telling<'a>(&'a Outbox);

impl Drop for Telling<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.state().telling = false;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(number: u64, stage: Stage) -> Told {
        Told {
            number,
            control: "hue".into(),
            stage,
            result: Err(JobError::Ending),
        }
    }

    type Heard = Arc<Mutex<Vec<(u64, Stage)>>>;

    fn outbox() -> (Outbox, Heard) {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&heard);
        let tell = move |told: Told| list.lock().unwrap().push((told.number, told.stage));
        (Outbox::new(tell), heard)
    }

    #[test]
    fn nothing_older_is_told_after_something_newer() {
        let (outbox, heard) = outbox();
        for (number, stage) in [
            (3, Stage::Proxy),
            (2, Stage::Full),
            (3, Stage::Full),
            (3, Stage::Proxy),
            (3, Stage::Full),
            (7, Stage::Full),
        ] {
            outbox.tell(failure(number, stage));
        }
        assert_eq!(
            *heard.lock().unwrap(),
            [(3, Stage::Proxy), (3, Stage::Full), (7, Stage::Full)]
        );
        let figures = outbox.figures(9);
        assert_eq!(figures.late, 3);
        assert_eq!((figures.dropped, figures.open), (2 + 3, 2));
    }

    #[test]
    fn what_comes_while_something_is_told_is_told_afterwards_by_the_same_thread() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&heard);
        let outbox = Arc::new_cyclic(|own: &std::sync::Weak<Outbox>| {
            let own = own.clone();
            Outbox::new(move |told: Told| {
                if told.number == 1
                    && let Some(outbox) = own.upgrade()
                {
                    outbox.tell(failure(2, Stage::Proxy));
                }
                list.lock().unwrap().push(told.number);
            })
        });
        outbox.tell(failure(1, Stage::Proxy));
        assert_eq!(*heard.lock().unwrap(), [1, 2]);
    }

    #[test]
    fn a_listener_that_panics_once_hears_the_next_result() {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&heard);
        let outbox = Outbox::new(move |told: Told| {
            assert_ne!(told.number, 1, "not this one");
            list.lock().unwrap().push(told.number);
        });
        let first = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            outbox.tell(failure(1, Stage::Proxy));
        }));
        assert!(first.is_err());
        outbox.tell(failure(2, Stage::Proxy));
        assert_eq!(*heard.lock().unwrap(), [2]);
    }

    #[test]
    fn a_view_that_is_closed_tells_nothing() {
        let (outbox, heard) = outbox();
        outbox.close();
        outbox.tell(failure(1, Stage::Full));
        assert!(heard.lock().unwrap().is_empty());
    }
}
