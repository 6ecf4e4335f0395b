//! The states of a record session, as LeRobot's users know them: record, reset, record again, until enough
//! episodes are saved or somebody stops.
//!
//! Pure: steps, commands and instants go in, [`Effect`]s come out. Time is that of the steps, so a loop that
//! stands still does not use up a countdown.
//! Where LeRobot misbehaves we do not follow: stopping with nothing recorded saves nothing (LeRobot's save
//! raises), and an episode that was discarded is gone at once, not after the reset (lerobot_record.py).
//! Not here: threads, disks, keys (`process`, `store`, the command line and the window).

use std::time::Duration;

use arms::Step;
use units::MonoTime;

use crate::command::{Command, Refusal};
use crate::config::{Grid, LONGEST_GAP};
use crate::event::{Ended, Marks, Phase};
use crate::pairing::{Pairing, Row, RowFlags, Verdict};

/// How much later than [`LONGEST_GAP`] the clock, rather than the next step, ends an episode: room for the
/// jitter of a step's own time, so that both judge alike.
const CLOCK_MARGIN: Duration = Duration::from_millis(50);

/// Time before the end of a reset at which the last episode is saved: saving then does not keep the first rows
/// of the next episode from their journal. From there on it cannot be recorded again.
const SAVE_AHEAD: Duration = Duration::from_secs(1);

/// What the owner of the disk has to do, in order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// Open an episode. A row follows.
    Begin,
    /// Append the row to the open episode.
    Row(Row),
    /// The open episode has all its rows; it waits for [`Effect::Save`] or [`Effect::Discard`].
    End {
        /// Why.
        ended: Ended,
        /// Its rows.
        rows: u64,
        /// What is unusual about them.
        marks: Marks,
    },
    /// Save the open episode.
    Save,
    /// Throw the open episode away, but remember it for [`Effect::Restore`].
    Discard,
    /// Save a discarded episode. None is open.
    Restore {
        /// How many were discarded after it and stay so.
        newer: u32,
    },
    /// The session is over.
    Finish,
}

#[derive(Debug, Clone)]
enum State {
    Ready,
    Recording {
        pairing: Box<Pairing>,
        marks: Marks,
        paused: bool,
    },
    Resetting {
        left: Duration,
        /// Time of the last step that was counted.
        seen: Option<MonoTime>,
        /// The last episode, while it is not saved yet.
        waiting: Option<(u64, Marks)>,
        paused: bool,
    },
    Done,
}

/// One record session.
#[derive(Debug, Clone)]
pub struct Session {
    grid: Grid,
    reset_time: Duration,
    wanted: u32,
    saved: u32,
    discarded: u32,
    /// Undos that wait for the open episode to be closed.
    restore: u32,
    /// The arm stands still for a reason that may pass.
    still: bool,
    /// A camera gives no pictures.
    blind: bool,
    state: State,
}

impl Session {
    /// A session for `wanted` episodes of `grid.rows` rows each.
    pub fn new(grid: Grid, reset_time: Duration, wanted: u32, start_at_once: bool) -> Self {
        let mut session = Self {
            grid,
            reset_time,
            wanted,
            saved: 0,
            discarded: 0,
            restore: 0,
            still: false,
            blind: false,
            state: State::Ready,
        };
        if start_at_once {
            session.state = session.fresh();
        }
        session
    }

    /// What it is doing.
    pub fn phase(&self) -> Phase {
        match &self.state {
            State::Ready => Phase::Ready,
            State::Recording { paused: true, .. } | State::Resetting { paused: true, .. } => {
                Phase::Paused
            }
            State::Recording { .. } | State::Resetting { .. } if self.still || self.blind => {
                Phase::Paused
            }
            State::Recording { .. } => Phase::Recording,
            State::Resetting { .. } => Phase::Resetting,
            State::Done => Phase::Done,
        }
    }

    /// Episodes saved so far.
    pub fn saved(&self) -> u32 {
        self.saved
    }

    /// Discarded episodes that can be brought back.
    pub fn undoable(&self) -> u32 {
        self.discarded - self.restore
    }

    /// Rows and marks of the episode that is running or waits to be saved.
    pub fn episode(&self) -> (u64, Marks) {
        match &self.state {
            State::Recording { pairing, marks, .. } => (pairing.rows(), *marks),
            State::Resetting { waiting, .. } => waiting.unwrap_or_default(),
            State::Ready | State::Done => (0, Marks::default()),
        }
    }

    /// Time left of the episode or of the reset.
    pub fn left(&self) -> Duration {
        match &self.state {
            State::Recording { pairing, .. } => self
                .grid
                .time_of_rows(self.grid.rows.saturating_sub(pairing.rows())),
            State::Resetting { left, .. } => *left,
            State::Ready | State::Done => Duration::ZERO,
        }
    }

    /// A control cycle was run.
    pub fn step(&mut self, step: &Step, out: &mut Vec<Effect>) {
        if self.still || self.blind {
            return;
        }
        if let State::Resetting {
            left, seen, paused, ..
        } = &mut self.state
        {
            if *paused {
                return;
            }
            if let Some(seen) = *seen {
                *left = left.saturating_sub(step.sent_at.since(seen));
            }
            *seen = Some(step.sent_at);
            let (over, soon) = (left.is_zero(), *left <= SAVE_AHEAD);
            if soon {
                self.settle(out);
            }
            if !over {
                return;
            }
            if !self.finish_if_enough(out) {
                self.state = self.fresh();
            }
        }
        let State::Recording {
            pairing,
            marks,
            paused: false,
        } = &mut self.state
        else {
            return;
        };
        let mut open = pairing.rows() > 0;
        let verdict = pairing.step(step, |row| {
            if !std::mem::replace(&mut open, true) {
                out.push(Effect::Begin);
            }
            marks.repeated += u64::from(row.flags.has(RowFlags::REPEATED));
            marks.stale += u64::from(row.flags.has(RowFlags::STALE));
            marks.resumed += u64::from(row.flags.has(RowFlags::RESUMED));
            out.push(Effect::Row(row));
        });
        match verdict {
            Verdict::Going => {}
            Verdict::Full => self.end(Ended::Time, Some(step.sent_at), out),
            Verdict::Gap { slots } => {
                let seconds = (slots > 0).then(|| self.grid.time_of_slots(slots).as_secs_f64());
                self.end(Ended::Gap { seconds }, Some(step.sent_at), out);
            }
        }
    }

    /// No step is waiting at `now`: ends an episode whose loop has fallen silent.
    pub fn silent_at(&mut self, now: MonoTime, out: &mut Vec<Effect>) {
        let State::Recording {
            pairing,
            paused: false,
            ..
        } = &self.state
        else {
            return;
        };
        let silence = pairing.last_sent_at().map(|last| now.since(last));
        if let Some(silence) = silence.filter(|silence| *silence > LONGEST_GAP + CLOCK_MARGIN) {
            let seconds = Some(silence.as_secs_f64());
            self.end(Ended::Gap { seconds }, None, out);
        }
    }

    /// Steps were lost on their way; marks the running episode.
    pub fn steps_lost(&mut self, count: u64) {
        if let State::Recording { marks, .. } = &mut self.state {
            marks.steps_lost += count;
        }
    }

    /// A camera has given no picture for too long: ends the running episode, kept and marked. No rows and no countdown
    /// until [`Session::cameras_see`].
    pub fn camera_silent(&mut self, out: &mut Vec<Effect>) {
        if std::mem::replace(&mut self.blind, true) {
            return;
        }
        self.forget_time();
        if let State::Recording { pairing, .. } = &self.state
            && pairing.rows() > 0
        {
            self.end(Ended::CameraSilent, None, out);
        }
    }

    /// Every camera gives pictures.
    pub fn cameras_see(&mut self) {
        if std::mem::take(&mut self.blind) {
            self.forget_time();
        }
    }

    /// Whether the session waits for a camera.
    pub fn blind(&self) -> bool {
        self.blind
    }

    /// The oldest discarded episode cannot be brought back any more; false when it is already asked back.
    pub fn forget_oldest_discarded(&mut self) -> bool {
        let free = self.undoable() > 0;
        self.discarded -= u32::from(free);
        free
    }

    /// The recorder failed and begins again with `saved` episodes in the dataset because of this session and
    /// `discarded` that can be brought back; `asked_back` of these were being brought back. No episode is open; the next
    /// one begins after a reset.
    pub fn begin_again(
        &mut self,
        saved: u32,
        discarded: u32,
        asked_back: u32,
        out: &mut Vec<Effect>,
    ) {
        self.restore = (self.restore + asked_back).min(discarded);
        (self.saved, self.discarded) = (saved, discarded);
        if matches!(
            self.state,
            State::Recording { .. } | State::Resetting { .. }
        ) {
            self.reset(None, None);
        }
        self.restore_wanted(0, out);
        if matches!(self.state, State::Done) {
            out.push(Effect::Finish);
        }
        self.finish_if_enough(out);
    }

    /// Discarded episodes that were asked back while another one was open, and are to be brought back behind it.
    pub fn asked_back(&self) -> u32 {
        self.restore
    }

    /// The loop is over and every step of it was seen.
    pub fn loop_ended(&mut self, out: &mut Vec<Effect>) {
        self.close(Ended::LoopEnded, out);
    }

    /// The store refused: the session is over, and nothing more is asked of the store.
    pub fn store_failed(&mut self) {
        self.state = State::Done;
    }

    /// Carries out a command, or says why not.
    ///
    /// # Errors
    /// [`Refusal`]; nothing has changed then.
    pub fn command(&mut self, command: Command, out: &mut Vec<Effect>) -> Result<(), Refusal> {
        let phase = self.phase();
        let not_now = Refusal::NotWhile { command, phase };
        match (command, &mut self.state) {
            (_, State::Done) => return Err(Refusal::Ended),
            (Command::Stop, _) => self.close(Ended::Stop, out),
            (Command::Next, State::Ready) => self.state = self.fresh(),
            (Command::Next, State::Resetting { .. }) => {
                self.settle(out);
                if !self.finish_if_enough(out) {
                    self.state = self.fresh();
                }
            }
            (Command::Next, State::Recording { pairing, .. }) => {
                if pairing.rows() == 0 {
                    return Err(Refusal::NothingRecorded);
                }
                self.end(Ended::Asked, None, out);
            }
            (Command::ReRecord, State::Recording { pairing, marks, .. }) => {
                let (rows, marks) = (pairing.rows(), *marks);
                if rows == 0 {
                    return Err(Refusal::NothingRecorded);
                }
                let ended = Ended::Asked;
                out.extend([Effect::End { ended, rows, marks }, Effect::Discard]);
                self.discarded += 1;
                self.reset(None, None);
                self.restore_wanted(1, out);
                self.finish_if_enough(out);
            }
            (Command::ReRecord, State::Resetting { waiting, .. }) => {
                if waiting.take().is_none() {
                    return Err(not_now);
                }
                out.push(Effect::Discard);
                self.discarded += 1;
                self.restore_wanted(1, out);
                self.finish_if_enough(out);
            }
            (
                Command::Pause,
                State::Recording {
                    pairing, paused, ..
                },
            ) if !*paused => {
                if pairing.rows() == 0 {
                    return Err(Refusal::NothingRecorded);
                }
                pairing.pause();
                *paused = true;
            }
            (Command::Pause, State::Resetting { seen, paused, .. }) if !*paused => {
                *seen = None;
                *paused = true;
            }
            (
                Command::Resume,
                State::Recording { paused, .. } | State::Resetting { paused, .. },
            ) if *paused => *paused = false,
            // What stands still is the arm, or a camera; they say themselves when they go on.
            (Command::Resume, _) if self.still || self.blind => {}
            (Command::Follows, _) => self.follows(),
            (Command::StoodStill { emergency }, _) => self.stood_still(emergency, out),
            (Command::Undo, _) => {
                if self.undoable() == 0 {
                    return Err(Refusal::NothingDiscarded);
                }
                self.restore += 1;
                self.restore_wanted(0, out);
                self.finish_if_enough(out);
            }
            (Command::ReRecord | Command::Pause | Command::Resume, _) => return Err(not_now),
        }
        Ok(())
    }

    fn stood_still(&mut self, emergency: bool, out: &mut Vec<Effect>) {
        self.still = true;
        self.forget_time();
        if emergency
            && let State::Recording { pairing, .. } = &self.state
            && pairing.rows() > 0
        {
            self.end(Ended::Emergency, None, out);
        }
    }

    fn follows(&mut self) {
        self.still = false;
        self.forget_time();
    }

    /// The time until the next step does not count.
    fn forget_time(&mut self) {
        if let State::Resetting { seen, .. } = &mut self.state {
            *seen = None;
        }
    }

    /// A state that begins an episode with the next step.
    fn fresh(&self) -> State {
        State::Recording {
            pairing: Box::new(Pairing::new(self.grid)),
            marks: Marks::default(),
            paused: false,
        }
    }

    fn reset(&mut self, seen: Option<MonoTime>, waiting: Option<(u64, Marks)>) {
        self.state = State::Resetting {
            left: self.reset_time,
            seen,
            waiting,
            paused: false,
        };
    }

    /// Ends the running episode, which has at least one row, and goes on to the reset or to the end.
    fn end(&mut self, ended: Ended, seen: Option<MonoTime>, out: &mut Vec<Effect>) {
        let (rows, marks) = self.episode();
        out.push(Effect::End { ended, rows, marks });
        self.reset(seen, Some((rows, marks)));
        // An episode that nobody ended is made safe at once; the last one has no reset to wait in.
        if ended.by_fault() || self.saved + 1 >= self.wanted {
            self.settle(out);
        }
        self.finish_if_enough(out);
    }

    /// Ends the session; whatever has rows is saved.
    fn close(&mut self, ended: Ended, out: &mut Vec<Effect>) {
        if matches!(self.state, State::Done) {
            return;
        }
        let (rows, marks) = self.episode();
        if rows > 0 {
            if matches!(self.state, State::Recording { .. }) {
                out.push(Effect::End { ended, rows, marks });
            }
            self.reset(None, Some((rows, marks)));
        } else {
            self.reset(None, None);
        }
        self.settle(out);
        self.state = State::Done;
        out.push(Effect::Finish);
    }

    /// Saves the waiting episode, then those that were asked back while it was open.
    fn settle(&mut self, out: &mut Vec<Effect>) {
        if let State::Resetting { waiting, .. } = &mut self.state
            && waiting.take().is_some()
        {
            out.push(Effect::Save);
            self.saved += 1;
        }
        self.restore_wanted(0, out);
    }

    /// Brings discarded episodes back as soon as no episode is open, but not the `newer` ones.
    fn restore_wanted(&mut self, newer: u32, out: &mut Vec<Effect>) {
        if self.episode().0 > 0 {
            return;
        }
        while self.restore > 0 {
            self.restore -= 1;
            self.discarded -= 1;
            self.saved += 1;
            out.push(Effect::Restore { newer });
        }
    }

    /// Ends the session when nothing is open and enough episodes are saved.
    fn finish_if_enough(&mut self, out: &mut Vec<Effect>) -> bool {
        let enough = self.saved >= self.wanted && self.episode().0 == 0;
        if enough && !matches!(self.state, State::Done) {
            self.state = State::Done;
            out.push(Effect::Finish);
        }
        enough
    }
}

#[cfg(test)]
mod tests;
