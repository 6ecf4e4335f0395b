//! The recorder at work: polls the steps, runs the session, writes to the store, tells what happened.
//!
//! [`Recorder::poll`] is one look at everything and may be called from any loop. Nobody waits for it: the loop's queue
//! refuses when it is full, and the refusals are counted here. When it dies, the journal keeps the episode, and
//! [`Recorder::begin_again`] takes it from there.
//! Not here: which rows and when (`session`, `pairing`), files (`store`), the thread (`worker`).

use std::sync::Arc;
use std::time::Duration;

use arms::Step;
use protocol::LoopReport;
use stdx::{Clock, LatestWriter, QueueReader, QueueWriter, failpoint};
use units::MonoTime;

use crate::account::{account, account_after_failure};
use crate::command::{Command, Refusal};
use crate::config::{ConfigError, Grid, RecordConfig};
use crate::event::{Discarded, Ended, Event, Marks, Saved, Status, Summary};
use crate::pairing::Row;
use crate::session::{Effect, Session};
use crate::store::{Durable, EpisodeStore, StoreError};

/// Least time between two states to the window (design invariant 9: at most 20 per second).
const STATUS_EVERY: Duration = Duration::from_millis(50);

/// Least time between two events about lost steps.
const LOST_EVERY: Duration = Duration::from_secs(1);

/// Discarded rows that are kept for undo: ten minutes at 60 rows a second, about 10 MB.
const UNDO_ROWS: usize = 36_000;

/// Where the recorder tells what happens, and where it learns how the loop does.
pub struct Outputs {
    /// Every event counts; a reader that lets it fill up loses events, counted by the queue.
    pub events: QueueWriter<Event>,
    /// The newest status.
    pub status: LatestWriter<Status>,
    /// The loop's report on itself so far, asked once at the end of each episode.
    pub loop_report: Box<dyn FnMut() -> Option<LoopReport> + Send>,
}

impl std::fmt::Debug for Outputs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outputs").finish_non_exhaustive()
    }
}

/// What is left when a recorder has ended.
#[derive(Debug)]
pub struct Outcome<S> {
    /// What the session came to.
    pub summary: Summary,
    /// The store, to be closed or used again.
    pub store: S,
}

/// An episode with all its rows.
#[derive(Debug)]
struct Whole {
    rows: Vec<Row>,
    ended: Ended,
    marks: Marks,
    account: serde_json::Value,
}

/// A record session with its store, to be polled.
#[derive(Debug)]
pub struct Recorder<S> {
    steps: QueueReader<Step>,
    store: S,
    /// Index of the first episode that is saved because of this session.
    first: u64,
    task: String,
    grid: Grid,
    wanted: u32,
    session: Session,
    clock: Arc<dyn Clock>,
    outputs: Outputs,
    /// Rows of the open episode while it goes on.
    rows: Vec<Row>,
    /// Rows of the open episode that are in its journal.
    open: u64,
    /// The open episode once it has ended.
    whole: Option<Whole>,
    discarded: Vec<Whole>,
    summary: Summary,
    status_due: MonoTime,
    /// Steps lost of which no event has told yet.
    lost: u64,
    lost_due: MonoTime,
    finished: bool,
    effects: Vec<Effect>,
}

impl<S: EpisodeStore> Recorder<S> {
    /// A session over the end of a loop's queue.
    ///
    /// # Errors
    /// [`ConfigError`] when the numbers do not fit each other.
    pub fn new(
        steps: QueueReader<Step>,
        store: S,
        config: &RecordConfig,
        clock: Arc<dyn Clock>,
        outputs: Outputs,
    ) -> Result<Self, ConfigError> {
        let grid = config.grid()?;
        Ok(Self {
            steps,
            first: store.next_index(),
            store,
            task: config.task.clone(),
            grid,
            wanted: config.num_episodes,
            session: Session::new(
                grid,
                config.reset_time,
                config.num_episodes,
                config.start_at_once,
            ),
            status_due: clock.now(),
            lost: 0,
            lost_due: clock.now(),
            clock,
            outputs,
            rows: Vec::new(),
            open: 0,
            whole: None,
            discarded: Vec::new(),
            summary: Summary::default(),
            finished: false,
            effects: Vec::new(),
        })
    }

    /// Takes every step that waits, and says whether the session goes on.
    pub fn poll(&mut self) -> bool {
        if self.finished {
            return false;
        }
        failpoint::here("recorder.poll");
        // Asked before the queue is emptied: whatever was sent until then has been seen afterwards.
        let now = self.clock.now();
        let waiting = self.steps.len();
        for _ in 0..waiting {
            let Some(step) = self.steps.pop() else { break };
            self.with_session(|session, out| session.step(&step, out));
        }
        self.count_lost(now);
        if self.steps.finished() {
            self.with_session(Session::loop_ended);
        } else if self.steps.is_empty() {
            self.with_session(|session, out| session.silent_at(now, out));
        }
        if now >= self.status_due && !self.finished {
            self.status_due = now + STATUS_EVERY;
            self.outputs.status.put(self.status());
        }
        !self.finished
    }

    /// Carries out a command, or says why not.
    ///
    /// # Errors
    /// [`Refusal`]; nothing has changed then.
    pub fn command(&mut self, command: Command) -> Result<(), Refusal> {
        self.with_session(|session, out| session.command(command, out))
    }

    /// Begins again after a panic in here: whatever was open is kept as far as it reached its journal, marked, and the
    /// session goes on with the next episode. Discarded episodes can still be brought back.
    pub fn begin_again(&mut self) {
        self.effects.clear();
        self.rows.clear();
        self.whole = None;
        let from = self.first + self.summary.episodes.len() as u64;
        match self
            .store
            .begin_again(from, account_after_failure(&self.grid))
        {
            Ok(kept) => {
                self.open = 0;
                for durable in kept {
                    self.note_saved(durable, Ended::RecorderFailed, Marks::default());
                }
                let (saved, discarded) = (self.summary.episodes.len(), self.discarded.len());
                self.with_session(|session, out| {
                    session.begin_again(saved as u32, discarded as u32, out);
                });
            }
            Err(error) => self.fail(error),
        }
    }

    /// Whether the session is over.
    pub fn finished(&self) -> bool {
        self.finished
    }

    /// The clock it goes by.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.clock)
    }

    /// The present state of the session.
    pub fn status(&self) -> Status {
        let (rows, marks) = self.session.episode();
        Status {
            phase: self.session.phase(),
            episode: self.store.next_index(),
            saved: self.session.saved(),
            wanted: self.wanted,
            rows,
            rows_wanted: self.grid.rows,
            left: self.session.left(),
            marks,
            last_row_at: self.rows.last().map(|row| row.observed_at),
            undoable: self.session.undoable(),
        }
    }

    /// What is left of a recorder that will not be polled any more.
    pub fn into_outcome(self) -> Outcome<S> {
        Outcome {
            summary: self.summary,
            store: self.store,
        }
    }

    fn with_session<T>(&mut self, act: impl FnOnce(&mut Session, &mut Vec<Effect>) -> T) -> T {
        let mut effects = std::mem::take(&mut self.effects);
        let answer = act(&mut self.session, &mut effects);
        for effect in effects.drain(..) {
            if let Err(error) = self.apply(effect) {
                self.fail(error);
                break;
            }
        }
        effects.clear();
        self.effects = effects;
        answer
    }

    fn apply(&mut self, effect: Effect) -> Result<(), StoreError> {
        match effect {
            Effect::Begin => {
                self.rows.clear();
                self.whole = None;
                self.store.begin(&self.task)?;
            }
            Effect::Row(row) => {
                failpoint::here("recorder.journal");
                self.store.push(&row)?;
                self.open += 1;
                self.rows.push(row);
                if row.index == 0 {
                    let index = self.store.next_index();
                    self.tell(Event::EpisodeStarted { index });
                }
            }
            Effect::End { ended, rows, marks } => {
                self.tell(Event::EpisodeEnded {
                    rows,
                    seconds: self.grid.time_of_rows(rows).as_secs_f64(),
                    ended,
                    marks,
                });
                self.whole = Some(self.whole_episode(ended, marks));
            }
            Effect::Save => {
                if let Some(whole) = self.whole.take() {
                    self.save(whole)?;
                }
            }
            Effect::Discard => {
                if let Some(whole) = self.whole.take() {
                    self.store.discard()?;
                    self.open = 0;
                    self.remember(whole);
                }
            }
            Effect::Restore { newer } => self.restore(newer as usize)?,
            Effect::Finish => self.finish(),
        }
        Ok(())
    }

    fn whole_episode(&mut self, ended: Ended, marks: Marks) -> Whole {
        let report = (self.outputs.loop_report)();
        let rows = std::mem::take(&mut self.rows);
        Whole {
            account: account(&self.grid, &ended, &marks, &rows, report.as_ref()),
            rows,
            ended,
            marks,
        }
    }

    /// Moves the open episode into the dataset.
    fn save(&mut self, whole: Whole) -> Result<(), StoreError> {
        failpoint::here("recorder.save");
        let durable = self.store.save(whole.account)?;
        failpoint::here("recorder.saved");
        self.open = 0;
        self.note_saved(durable, whole.ended, whole.marks);
        Ok(())
    }

    fn note_saved(&mut self, durable: Durable, ended: Ended, marks: Marks) {
        let saved = Saved {
            index: durable.index,
            rows: durable.rows,
            seconds: self.grid.time_of_rows(durable.rows).as_secs_f64(),
            ended,
            marks,
        };
        self.summary.episodes.push(saved);
        self.tell(Event::EpisodeSaved(saved));
    }

    /// Keeps a discarded episode for undo, and lets go of the oldest when there are too many rows.
    fn remember(&mut self, whole: Whole) {
        let rows = whole.rows.len() as u64;
        self.summary.discarded += 1;
        self.discarded.push(whole);
        let mut kept: usize = self.discarded.iter().map(|whole| whole.rows.len()).sum();
        while kept > UNDO_ROWS && self.session.forget_oldest_discarded() {
            kept -= self.discarded.remove(0).rows.len();
        }
        self.tell(Event::EpisodeDiscarded(Discarded {
            rows,
            seconds: self.grid.time_of_rows(rows).as_secs_f64(),
            undoable: self.session.undoable() > 0,
        }));
    }

    /// Writes a discarded episode anew and saves it.
    fn restore(&mut self, newer: usize) -> Result<(), StoreError> {
        let Some(at) = self.discarded.len().checked_sub(newer + 1) else {
            return Ok(());
        };
        let whole = self.discarded.remove(at);
        self.store.begin(&self.task)?;
        for row in &whole.rows {
            self.store.push(row)?;
            self.open += 1;
        }
        self.summary.discarded -= 1;
        self.save(whole)
    }

    /// The disk refused: what can still be saved is, the rest stays in the journal, and the session ends.
    fn fail(&mut self, error: StoreError) {
        tracing::error!(%error, "recording stopped");
        let marks = self.session.episode().1;
        self.session.store_failed();
        if !self.rows.is_empty() {
            let whole = self.whole_episode(Ended::StoreFailed, marks);
            if let Err(error) = self.save(whole) {
                tracing::error!(%error, "the episode stays in its journal");
            }
        }
        self.tell(Event::StoreFailed {
            message: error.message.clone(),
            remedy: error.remedy.clone(),
            rows_in_journal: self.open,
        });
        self.summary.failure = Some(error.into());
        self.finish();
    }

    fn finish(&mut self) {
        if !self.finished {
            self.finished = true;
            self.outputs.status.put(self.status());
            self.tell(Event::SessionEnded(self.summary.clone()));
        }
    }

    fn count_lost(&mut self, now: MonoTime) {
        let count = self.steps.refused() - self.summary.steps_lost;
        if count > 0 {
            self.summary.steps_lost += count;
            self.session.steps_lost(count);
            self.lost += count;
        }
        if self.lost > 0 && now >= self.lost_due {
            self.lost_due = now + LOST_EVERY;
            let count = std::mem::take(&mut self.lost);
            tracing::warn!(count, "the recorder did not keep up with the control loop");
            self.tell(Event::StepsLost { count });
        }
    }

    fn tell(&mut self, event: Event) {
        if let Err(event) = self.outputs.events.push(event) {
            tracing::warn!(?event, "nobody takes the recorder's events");
        }
    }
}

#[cfg(test)]
mod tests;
