//! The recorder at work: polls the steps, runs the session, writes to the store, tells what happened.
//!
//! [`Recorder::poll`] is one look at everything and may be called from any loop. Nobody waits for it: the loop's queue
//! refuses when it is full, and the refusals are counted here. When it dies, the journal keeps the episode, and
//! [`Recorder::begin_again`] takes it from there.
//! Not here: which rows and when (`session`, `pairing`), files (`store`), discarded episodes
//! (`process/discarded`), the thread (`worker`).

mod discarded;
mod stop;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use arms::Step;
use protocol::{Failure, LoopReport};
use stdx::{Clock, LatestWriter, QueueReader, QueueWriter, failpoint};
use units::MonoTime;

use crate::account::{account, account_after_failure, pictures};
use crate::command::{Command, Refusal};
use crate::config::{ConfigError, Grid, RecordConfig};
use crate::event::{CameraCounts, Ended, Event, Marks, Phase, Saved, Status, Summary};
use crate::eye::Eye;
use crate::film::{FilmNews, Reel};
use crate::session::{Effect, Session};
use crate::store::{Durable, EpisodeStore, StoreError};
use dataset::PictureNote;
use discarded::Kept;
use stop::Stop;

/// Least time between two states to the window (design invariant 9: at most 20 per second).
const STATUS_EVERY: Duration = Duration::from_millis(50);

/// Least time between two events about lost steps.
const LOST_EVERY: Duration = Duration::from_secs(1);

/// The longest time without a picture that a recording bridges by repeating the last one; such rows are marked as late.
pub const LONGEST_BLIND: Duration = Duration::from_secs(2);

/// A camera that was silent sees again once its newest picture is no older than this.
const SEES_AGAIN: Duration = Duration::from_millis(500);

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
    rows: u64,
    ended: Ended,
    marks: Marks,
    cameras: Vec<CameraCounts>,
    account: serde_json::Value,
}

/// A record session with its store, to be polled.
#[derive(Debug)]
pub struct Recorder<S: EpisodeStore> {
    steps: QueueReader<Step>,
    eyes: Vec<Eye<S::Stats>>,
    store: S,
    /// Index of the first episode that is saved because of this session.
    first: u64,
    task: String,
    grid: Grid,
    wanted: u32,
    session: Session,
    clock: Arc<dyn Clock>,
    outputs: Outputs,
    /// When the actions of the open episode's rows were handed to the line; all else of them is the store's.
    sent_at: Vec<MonoTime>,
    /// When the newest of them was observed.
    last_row_at: Option<MonoTime>,
    /// Rows of the open episode that are in its journal.
    open: u64,
    /// The open episode once it has ended.
    whole: Option<Whole>,
    discarded: Vec<Kept<S::Aside, S::Stats>>,
    /// Those that were asked back and are next to be brought back: each with how many newer ones stay.
    asked_back: VecDeque<usize>,
    /// What is known of the pictures of one row; here so that a row allocates nothing.
    notes: Vec<PictureNote>,
    /// When the newest step was observed.
    observed_at: Option<MonoTime>,
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
            eyes: Vec::new(),
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
            sent_at: Vec::new(),
            last_row_at: None,
            open: 0,
            whole: None,
            discarded: Vec::new(),
            asked_back: VecDeque::new(),
            notes: Vec::new(),
            observed_at: None,
            summary: Summary::default(),
            finished: false,
            effects: Vec::new(),
        })
    }

    /// With cameras, in the order in which the store knows them.
    #[must_use]
    pub fn with_cameras(mut self, eyes: Vec<Eye<S::Stats>>) -> Self {
        self.eyes = eyes;
        self
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
        // After the steps were counted: whatever had arrived when they were observed is seen now.
        self.eyes.iter_mut().for_each(Eye::look);
        self.look_for_silent_cameras(now);
        for _ in 0..waiting {
            let Some(step) = self.steps.pop() else { break };
            self.observed_at = Some(step.observed_at);
            self.with_session(|session, out| session.step(&step, out));
        }
        self.look_after_films();
        let takes_rows = self.session.phase() == Phase::Recording && self.open > 0;
        if !takes_rows {
            for eye in &mut self.eyes {
                eye.let_pass(self.observed_at.unwrap_or(MonoTime(0)));
            }
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
        self.keep_what_is_on_disk(Ended::RecorderFailed);
    }

    /// Closes what is open and has the store keep what of it is on disk; the session goes on with the next episode.
    fn keep_what_is_on_disk(&mut self, ended: Ended) {
        let asked_at = self.clock.now();
        self.forget_rows();
        self.whole = None;
        for eye in &mut self.eyes {
            eye.close(&*self.clock);
            // Whatever else is told of a film that is closed now must not end the next episode too: a thread that fails is
            // noticed from outside, and tells of it itself.
            eye.forget_failures();
        }
        let from = self.first + self.summary.episodes.len() as u64;
        match self
            .store
            .begin_again(from, account_after_failure(&self.grid, &ended))
        {
            Ok(kept) => {
                self.open = 0;
                for put_away in kept.put_away {
                    self.tell(Event::EpisodePutAway(put_away));
                }
                for durable in kept.episodes {
                    let took = self.clock.now().since(asked_at);
                    self.note_saved(durable, ended, Marks::default(), Vec::new(), took);
                }
                let (saved, discarded) = (self.summary.episodes.len(), self.discarded.len());
                // What stood behind the episode that was open is still wanted.
                let asked_back = std::mem::take(&mut self.asked_back).len();
                self.with_session(|session, out| {
                    session.begin_again(saved as u32, discarded as u32, asked_back as u32, out);
                });
            }
            Err(error) => self.fail(error),
        }
    }

    /// Tells what is new about the films; an episode whose film failed is kept as far as it is on disk.
    fn look_after_films(&mut self) {
        let mut failed: Option<(Failure, bool)> = None;
        for at in 0..self.eyes.len() {
            while let Some(news) = self.eyes[at].news() {
                let camera = Arc::clone(self.eyes[at].name());
                match news {
                    FilmNews::Pace(words) => self.tell(Event::FilmPace { camera, words }),
                    FilmNews::Failed { failure, for_good } => {
                        failed = Some((failure.clone(), for_good));
                        self.tell_film_failed(camera, failure, for_good);
                    }
                }
            }
        }
        let Some((failure, for_good)) = failed else {
            return;
        };
        if self.open > 0 {
            self.keep_what_is_on_disk(Ended::FilmFailed);
        }
        if for_good && !self.finished {
            self.session.store_failed();
            self.summary.failure = Some(failure);
            self.finish();
        }
    }

    fn tell_film_failed(&mut self, camera: Arc<str>, failure: Failure, for_good: bool) {
        tracing::error!(%camera, "{}", failure.message);
        self.tell(Event::FilmFailed {
            camera,
            failure,
            for_good,
        });
    }

    /// A session with a camera that gives no pictures waits for it.
    fn look_for_silent_cameras(&mut self, now: MonoTime) {
        let span = if self.session.blind() {
            SEES_AGAIN
        } else {
            LONGEST_BLIND
        };
        let silent = self.eyes.iter().find(|eye| eye.blind(now, span));
        match (silent, self.session.blind()) {
            (Some(eye), false) if self.session.phase() != Phase::Paused => {
                let camera = Arc::clone(eye.name());
                tracing::warn!(%camera, "a camera gives no pictures");
                self.tell(Event::CameraSilent { camera });
                self.with_session(Session::camera_silent);
            }
            (None, true) => {
                self.session.cameras_see();
                self.tell(Event::CamerasSee);
            }
            _ => {}
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
            last_row_at: self.last_row_at,
            undoable: self.session.undoable(),
            cameras: match &self.whole {
                Some(whole) => whole.cameras.clone(),
                None => self.eyes.iter().map(Eye::counts).collect(),
            },
        }
    }

    /// Ends the makers of its films, of which no film is open any more.
    pub(crate) fn let_go_of_cameras(&mut self) {
        self.eyes.clear();
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
        self.asked_back
            .extend(effects.iter().filter_map(|effect| match effect {
                Effect::Restore { newer } => Some(*newer as usize),
                _ => None,
            }));
        let mut stopped = None;
        for effect in effects.drain(..) {
            if matches!(effect, Effect::Restore { .. }) {
                self.asked_back.pop_front();
            }
            if let Err(stop) = self.apply(effect) {
                stopped = Some(stop);
                break;
            }
        }
        effects.clear();
        self.effects = effects;
        match stopped {
            None => {}
            Some(Stop::Store(error)) => self.fail(error),
            Some(Stop::Film(camera, failure)) => {
                self.tell_film_failed(camera, failure, false);
                self.keep_what_is_on_disk(Ended::FilmFailed);
            }
        }
        answer
    }

    fn apply(&mut self, effect: Effect) -> Result<(), Stop> {
        match effect {
            Effect::Begin => {
                self.forget_rows();
                self.whole = None;
                self.store.begin(&self.task)?;
                for (at, eye) in self.eyes.iter_mut().enumerate() {
                    eye.begin(&self.store.film_path(at)?);
                }
            }
            Effect::Row(row) => {
                failpoint::here("recorder.journal");
                self.notes.clear();
                for eye in &mut self.eyes {
                    self.notes.push(eye.pick(row.observed_at));
                }
                self.store.push(&row, &self.notes)?;
                self.open += 1;
                self.sent_at.push(row.sent_at);
                self.last_row_at = Some(row.observed_at);
                for (eye, note) in self.eyes.iter_mut().zip(&self.notes) {
                    eye.film(note);
                }
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
                    match self.reels() {
                        Ok(reels) => {
                            let aside = self.store.set_aside()?;
                            self.open = 0;
                            self.remember(Kept {
                                whole,
                                reels,
                                aside,
                            });
                        }
                        Err(stop) => self.throw_away(&whole, &stop)?,
                    }
                }
            }
            Effect::Restore { newer } => self.restore(newer as usize)?,
            Effect::Finish => self.finish(),
        }
        Ok(())
    }

    fn forget_rows(&mut self) {
        self.sent_at.clear();
        self.last_row_at = None;
    }

    /// The open episode has all its rows: its films are ended too.
    fn whole_episode(&mut self, ended: Ended, marks: Marks) -> Whole {
        let report = (self.outputs.loop_report)();
        let sent_at = std::mem::take(&mut self.sent_at);
        self.last_row_at = None;
        self.eyes.iter_mut().for_each(Eye::end);
        Whole {
            account: account(&self.grid, &ended, &marks, &sent_at, report.as_ref()),
            rows: sent_at.len() as u64,
            ended,
            marks,
            cameras: self.eyes.iter().map(Eye::counts).collect(),
        }
    }

    /// The closed films of the episode that was ended last.
    fn reels(&mut self) -> Result<Vec<Reel<S::Stats>>, Stop> {
        // All of them, also after one failed: none may be left open when its file is looked at.
        let reels: Vec<_> = self
            .eyes
            .iter_mut()
            .map(|eye| {
                eye.reel(&*self.clock)
                    .map_err(|failure| Stop::Film(Arc::clone(eye.name()), failure))
            })
            .collect();
        reels.into_iter().collect()
    }

    /// Moves the open episode into the dataset.
    fn save(&mut self, whole: Whole) -> Result<(), Stop> {
        let asked_at = self.clock.now();
        failpoint::here("recorder.save");
        let reels = self.reels()?;
        Ok(self.save_with(whole, &reels, asked_at)?)
    }

    fn save_with(
        &mut self,
        mut whole: Whole,
        reels: &[Reel<S::Stats>],
        asked_at: MonoTime,
    ) -> Result<(), StoreError> {
        for (camera, reel) in whole.cameras.iter_mut().zip(reels) {
            camera.counts.squeezed = reel.squeezed.len() as u64;
        }
        whole.account["pictures"] = pictures(&whole.cameras, reels);
        let durable = self.store.save(whole.account, reels)?;
        failpoint::here("recorder.saved");
        self.open = 0;
        let took = self.clock.now().since(asked_at);
        self.note_saved(durable, whole.ended, whole.marks, whole.cameras, took);
        Ok(())
    }

    fn note_saved(
        &mut self,
        durable: Durable,
        ended: Ended,
        marks: Marks,
        cameras: Vec<CameraCounts>,
        took: Duration,
    ) {
        let saved = Saved {
            index: durable.index,
            rows: durable.rows,
            seconds: self.grid.time_of_rows(durable.rows).as_secs_f64(),
            ended,
            marks,
            cameras,
            took,
        };
        self.summary.episodes.push(saved.clone());
        self.tell(Event::EpisodeSaved(saved));
    }

    /// The disk refused: what can still be saved is, the rest stays in the journal, and the session ends.
    fn fail(&mut self, error: StoreError) {
        tracing::error!(%error, "recording stopped");
        let marks = self.session.episode().1;
        self.session.store_failed();
        if !self.sent_at.is_empty() {
            let whole = self.whole_episode(Ended::StoreFailed, marks);
            if let Err(stop) = self.save(whole) {
                tracing::error!("the episode stays in its journal: {}", stop.message());
            }
        }
        self.leave_what_was_asked_back();
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
            // Nobody can ask for them any more.
            self.discarded.clear();
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
