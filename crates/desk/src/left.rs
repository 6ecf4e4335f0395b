//! What interrupted sessions left: looked for, kept, thrown away and wanted back, one thing at a time on a thread of its own
//! that may be late.
//!
//! Not here: what an episode on disk is and what can become of it (`station::left`, `dataset`).

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::UNIX_EPOCH;

use dataset::left::Condition;
use dataset::progress::{Progress, Stage};
use dataset::recovery::{Kept, Thrown};
use protocol::window::{
    LeftEpisode, LeftKind, Level, Notice, RecoveryDone, RecoveryState, RecoveryWork,
};
use protocol::{ErrorCode, Failure};
use station::left::{self, Found, Looked};

use crate::notices;
use crate::settings::Book;
use crate::words::{bad_request, not_while};

/// Things done that are shown; the oldest give way, and with them what could be wanted back.
const MOST_DONE: usize = 50;

/// What is asked of the thread.
#[derive(Debug, Clone)]
enum Order {
    Keep(Found),
    ThrowAway(Found),
    WantBack(String),
}

impl Order {
    fn key(&self) -> &str {
        match self {
            Self::Keep(found) | Self::ThrowAway(found) => &found.key,
            Self::WantBack(key) => key,
        }
    }
}

/// Something that was done.
#[derive(Debug)]
struct Done {
    shown: RecoveryDone,
    thrown: Option<Arc<Thrown>>,
}

#[derive(Debug, Default)]
struct State {
    /// A look is wanted or under way.
    look: bool,
    looked: Looked,
    /// What is wanted or under way.
    order: Option<Order>,
    progress: Progress,
    done: VecDeque<Done>,
    /// Why the last step failed, or what it did beside what was asked.
    trouble: Vec<Notice>,
    over: bool,
}

/// What was left, shared by those who ask, the thread that works, and who shows it.
#[derive(Debug)]
pub(crate) struct LeftBehind {
    settings: Arc<Book>,
    state: Mutex<State>,
    wake: Condvar,
    /// Pictures are decoded one after the other: a page may ask for a screenful at once.
    decoding: Mutex<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl LeftBehind {
    /// Looks as soon as its thread runs.
    pub(crate) fn new(settings: Arc<Book>) -> Arc<Self> {
        Arc::new(Self {
            settings,
            state: Mutex::new(State {
                look: true,
                ..State::default()
            }),
            wake: Condvar::new(),
            decoding: Mutex::default(),
        })
    }

    /// Looks again as soon as it can.
    pub(crate) fn look_again(&self) {
        lock(&self.state).look = true;
        self.wake.notify_all();
    }

    /// Keeps what was left, or throws it away; `recording` is the dataset of a session that is open.
    ///
    /// # Errors
    /// When there is no such thing, it cannot be done with it, or something else is being done.
    pub(crate) fn recover(
        &self,
        key: &str,
        keep: bool,
        recording: Option<&Path>,
    ) -> Result<(), Failure> {
        let mut state = lock(&self.state);
        state.is_free()?;
        let mut found = state.found(key).cloned().ok_or_else(gone)?;
        if recording.is_some_and(|root| root == found.root) {
            return Err(not_while(
                "this dataset is being recorded into",
                "End the session first.",
            ));
        }
        found.in_use = dataset::left::in_use(&found.root);
        let possible = if keep {
            found.can_be_kept()
        } else {
            found.can_be_thrown_away()
        };
        if !possible {
            return Err(found.word().unwrap_or_else(gone));
        }
        state.begin(if keep {
            Order::Keep(found)
        } else {
            Order::ThrowAway(found)
        });
        self.wake.notify_all();
        Ok(())
    }

    /// Offers what was thrown away again.
    ///
    /// # Errors
    /// When nothing was thrown away under this key, or something else is being done.
    pub(crate) fn want_back(&self, key: &str) -> Result<(), Failure> {
        let mut state = lock(&self.state);
        state.is_free()?;
        if state.thrown(key).is_none() {
            return Err(bad_request(
                "nothing was thrown away that could be offered again under this name",
                "Look again.",
            ));
        }
        state.begin(Order::WantBack(key.to_owned()));
        self.wake.notify_all();
        Ok(())
    }

    /// Calls off what is being kept; it is then offered again.
    pub(crate) fn call_off(&self) {
        lock(&self.state).progress.cancel();
    }

    /// A small picture of a film, decoded on the time of whoever asks.
    pub(crate) fn picture(&self, key: &str, camera: &str, share: f64) -> Option<Vec<u8>> {
        let found = lock(&self.state).found(key).cloned()?;
        let _one = lock(&self.decoding);
        found.picture(camera, share).unwrap_or_else(|failure| {
            tracing::info!(
                "a picture of what was left cannot be shown: {}",
                failure.message
            );
            None
        })
    }

    /// The topic.
    pub(crate) fn shown(&self) -> RecoveryState {
        let state = lock(&self.state);
        let trouble = state.looked.trouble.iter();
        RecoveryState {
            looking: state.look,
            folders: (state.looked.folders.iter())
                .map(|folder| folder.display().to_string())
                .collect(),
            left: state.looked.found.iter().map(card).collect(),
            work: state.order.as_ref().map(|order| {
                let reached = state.progress.reached();
                let counts = reached.stage == Stage::Decoding;
                RecoveryWork {
                    key: order.key().to_owned(),
                    share: reached.fraction().filter(|_| counts),
                }
            }),
            done: state.done.iter().map(|done| done.shown.clone()).collect(),
            trouble: trouble
                .map(notices::of_failure)
                .chain(state.trouble.iter().cloned())
                .collect(),
        }
    }

    /// Ends the thread: what is being kept is called off, and offered again at the next start.
    pub(crate) fn close(&self) {
        let mut state = lock(&self.state);
        state.over = true;
        state.progress.cancel();
        drop(state);
        self.wake.notify_all();
    }

    /// The thread's body; `told` when there is something new to show.
    pub(crate) fn run(&self, told: impl Fn()) {
        while let Some(order) = self.next() {
            told();
            let worked = catch_unwind(AssertUnwindSafe(|| match order {
                Some(order) => self.work(&order),
                None => self.look(),
            }));
            if let Err(panic) = worked {
                let words = stdx::thread::words(&*panic);
                tracing::error!("recovery failed and goes on: {words}");
                let mut state = lock(&self.state);
                state.look = false;
                state.order = None;
                state.trouble = vec![notices::standing(
                    Level::Fault,
                    format!("What was left could not be dealt with: {words}"),
                    "Nothing was deleted. Report this with the log.",
                )];
            }
            told();
        }
    }

    /// What is to be done next: an order, or a look (`None`). Waits for it; nothing once the desk is closed.
    fn next(&self) -> Option<Option<Order>> {
        let mut state = lock(&self.state);
        loop {
            if state.over {
                return None;
            }
            if state.order.is_some() {
                return Some(state.order.clone());
            }
            if state.look {
                return Some(None);
            }
            state = self
                .wake
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn look(&self) {
        let looked = left::look(&self.settings.now().dataset_folders());
        let mut state = lock(&self.state);
        state.looked = looked;
        state.look = false;
    }

    fn work(&self, order: &Order) {
        let progress = lock(&self.state).progress.clone();
        let (done, trouble) = match order {
            Order::Keep(found) => kept(found, found.keep(&progress)),
            Order::ThrowAway(found) => match found.throw_away() {
                Ok(thrown) => {
                    tracing::info!(key = found.key, "an interrupted episode was thrown away");
                    (
                        Some(done(found, None, found.left.rows, Some(thrown))),
                        Vec::new(),
                    )
                }
                Err(failure) => (None, vec![notices::of_failure(&failure)]),
            },
            Order::WantBack(key) => (None, self.bring_back(key)),
        };
        let looked = left::look(&self.settings.now().dataset_folders());
        let mut state = lock(&self.state);
        if let Some(done) = done {
            state.done.push_front(done);
            state.done.truncate(MOST_DONE);
        }
        state.trouble = trouble;
        state.looked = looked;
        state.order = None;
    }

    /// Why it could not be offered again; nothing where it is.
    fn bring_back(&self, key: &str) -> Vec<Notice> {
        let Some(thrown) = lock(&self.state).thrown(key) else {
            return Vec::new();
        };
        if let Err(error) = thrown.bring_back() {
            return vec![notices::of_failure(&left::data_failure(&error))];
        }
        let mut state = lock(&self.state);
        let there = |done: &Done| done.thrown.is_some() && done.shown.key == key;
        if let Some(at) = state.done.iter().position(there) {
            state.done.remove(at);
        }
        Vec::new()
    }
}

impl State {
    fn found(&self, key: &str) -> Option<&Found> {
        self.looked.found.iter().find(|found| found.key == key)
    }

    fn thrown(&self, key: &str) -> Option<Arc<Thrown>> {
        let mut done = self.done.iter().filter(|done| done.shown.key == key);
        done.find_map(|done| done.thrown.clone())
    }

    fn is_free(&self) -> Result<(), Failure> {
        match &self.order {
            Some(order) => Err(not_while(
                format!("not now: {} is being dealt with", order.key()),
                "Wait until that is done.",
            )),
            None => Ok(()),
        }
    }

    fn begin(&mut self, order: Order) {
        self.progress = Progress::new();
        self.trouble.clear();
        self.order = Some(order);
    }
}

/// What became of an episode that was to be kept, and what a person should know.
fn kept(found: &Found, kept: Result<Kept, Failure>) -> (Option<Done>, Vec<Notice>) {
    let kept = match kept {
        Ok(kept) => kept,
        // Whoever called it off knows.
        Err(failure) if failure.code == ErrorCode::Stopped => return (None, Vec::new()),
        Err(failure) => return (None, vec![notices::of_failure(&failure)]),
    };
    let away = kept.put_away.iter();
    let mut trouble: Vec<Notice> = away
        .map(|away| {
            notices::standing(
                Level::Warning,
                away.to_string(),
                "Take from its folder what you need, then delete the folder.",
            )
        })
        .collect();
    let Some(saved) = kept.saved else {
        if trouble.is_empty() {
            trouble.push(notices::standing(
                Level::Note,
                "Nothing of the episode could be kept: it was shorter than a second, without a whole picture.",
                "Nothing is left to be done.",
            ));
        }
        return (None, trouble);
    };
    tracing::info!(
        key = found.key,
        episode = saved.episode_index,
        "an interrupted episode was kept"
    );
    let number = u32::try_from(saved.episode_index).ok();
    (Some(done(found, number, saved.rows, None)), trouble)
}

fn gone() -> Failure {
    bad_request("it is not on offer any more", "Look again.")
}

fn done(found: &Found, episode: Option<u32>, rows: u64, thrown: Option<Thrown>) -> Done {
    Done {
        shown: RecoveryDone {
            key: found.key.clone(),
            dataset: found.dataset.clone(),
            task: found.left.task.clone(),
            episode,
            rows,
            fps: found.left.fps,
            undoable: thrown.is_some(),
        },
        thrown: thrown.map(Arc::new),
    }
}

/// What the page shows of something that was left.
fn card(found: &Found) -> LeftEpisode {
    let left = &found.left;
    let path = match &left.condition {
        Condition::PutAway(folder) => folder,
        _ => &found.root,
    };
    let since = left.started.duration_since(UNIX_EPOCH);
    LeftEpisode {
        key: found.key.clone(),
        kind: match left.condition {
            _ if found.in_use => LeftKind::InUse,
            Condition::Whole | Condition::Saving => LeftKind::Episode,
            _ => LeftKind::PutAway,
        },
        dataset: found.dataset.clone(),
        path: path.display().to_string(),
        task: left.task.clone(),
        rows: left.rows,
        fps: left.fps,
        at: since.map_or(0, |since| since.as_secs()),
        bytes: left.bytes,
        cameras: left.cameras.clone(),
        episodes: u32::try_from(found.episodes).unwrap_or(u32::MAX),
        discardable: found.can_be_thrown_away(),
        notice: found.word().map(|word| {
            let level = match left.condition {
                _ if found.in_use => Level::Note,
                Condition::Whole | Condition::Saving | Condition::PutAway(_) => Level::Note,
                _ => Level::Warning,
            };
            notices::standing(level, word.message, word.remedy)
        }),
    }
}
