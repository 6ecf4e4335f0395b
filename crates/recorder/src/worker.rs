//! A recorder on a thread of its own, under a watchdog: commands reach it, a panic does not end the session, and nobody
//! waits for it when it hangs.
//!
//! After a panic the next thread goes on with the same recorder and the same queue of steps, see
//! [`Recorder::begin_again`]. A recorder that hangs (a disk that does not answer) keeps its files and its lock; it was
//! told to stop, so it saves its episode if the disk ever comes back.
//! Not here: what a recorder does (`process`), how often it may fail (`station::threads`).

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use stdx::watchdog::{Failed, Heart, Policy, Seen, Watchdog};

use crate::command::{Command, Refusal};
use crate::process::{Outcome, Recorder};
use crate::store::EpisodeStore;

/// Time between two looks at the queue: half a frame at 60 rows a second is 8 ms.
pub const POLL: Duration = Duration::from_millis(5);

/// Commands that may wait; a person gives one at a time.
const COMMANDS: usize = 8;

/// Longest that [`RecorderHandle::command`] waits for an answer: longer than an episode takes to save.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

type Asked = (Command, SyncSender<Result<(), Refusal>>);

/// What passes from a thread that panicked to the next.
#[derive(Debug)]
struct Work<S: EpisodeStore> {
    recorder: Recorder<S>,
    asked: Receiver<Asked>,
    stop: Arc<AtomicBool>,
}

/// A recorder on its own thread. Dropping the handle stops the session and waits for its end, but not for a recorder
/// that hangs.
#[derive(Debug)]
pub struct RecorderHandle<S: EpisodeStore> {
    commands: SyncSender<Asked>,
    // Before the watchdog: the thread is told to stop before anybody waits for it.
    stop: StopOnDrop,
    watchdog: Watchdog<Work<S>, ()>,
}

#[derive(Debug)]
struct StopOnDrop(Arc<AtomicBool>);

impl StopOnDrop {
    fn stop(&self) {
        self.0.store(true, Ordering::Release);
    }
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Puts a recorder on a thread of its own, which may fail as `policy` says.
///
/// # Errors
/// When the system has no room for another thread.
pub fn start<S: EpisodeStore + 'static>(
    recorder: Recorder<S>,
    policy: Policy,
) -> io::Result<RecorderHandle<S>> {
    let (commands, asked) = sync_channel(COMMANDS);
    let stop = Arc::new(AtomicBool::new(false));
    let clock = recorder.clock();
    let work = Work {
        recorder,
        asked,
        stop: Arc::clone(&stop),
    };
    Ok(RecorderHandle {
        commands,
        stop: StopOnDrop(stop),
        watchdog: Watchdog::start(policy, clock, work, run)?,
    })
}

fn run<S: EpisodeStore>(work: &mut Work<S>, heart: &Heart, restarts: u32) {
    let recorder = &mut work.recorder;
    let clock = recorder.clock();
    if restarts > 0 {
        recorder.begin_again();
    }
    loop {
        heart.beat();
        recorder.poll();
        while let Ok((command, reply)) = work.asked.try_recv() {
            let answer = recorder.command(command);
            if reply.try_send(answer).is_err() {
                tracing::debug!(?command, "nobody waited for the answer");
            }
        }
        if work.stop.load(Ordering::Acquire)
            && let Err(refusal) = recorder.command(Command::Stop)
        {
            tracing::debug!(%refusal, "the session was over before it was stopped");
        }
        if recorder.finished() {
            // Here, because whoever takes what is left may be driving an arm.
            recorder.let_go_of_cameras();
            return;
        }
        clock.sleep(POLL);
    }
}

impl<S: EpisodeStore + 'static> RecorderHandle<S> {
    /// Asks for something and waits for the answer, at most two seconds.
    ///
    /// # Errors
    /// [`Refusal`]: the session's own, or that the recorder is busy writing or has ended.
    pub fn command(&self, command: Command) -> Result<(), Refusal> {
        if self.watchdog.finished() {
            return Err(Refusal::Ended);
        }
        if self.watchdog.in_trouble() {
            return Err(Refusal::Busy);
        }
        let (reply, answer) = sync_channel(1);
        match self.commands.try_send((command, reply)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err(Refusal::Busy),
            Err(TrySendError::Disconnected(_)) => return Err(Refusal::Ended),
        }
        match answer.recv_timeout(ANSWER_WITHIN) {
            Ok(answer) => answer,
            // No answer from a thread that has just failed; its owner has not looked yet.
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Err(Refusal::Busy),
        }
    }

    /// Asks for something without waiting for the answer; whether it could be asked.
    pub fn post(&self, command: Command) -> bool {
        let (reply, _answer) = sync_channel(1);
        self.commands.try_send((command, reply)).is_ok()
    }

    /// Ends the session, saving the running episode; never refused, never waits.
    pub fn stop(&self) {
        self.stop.stop();
    }

    /// Looks at the thread once: what is new about it. To be called a few times a second.
    pub fn look(&mut self) -> Seen {
        self.watchdog.look()
    }

    /// Whether the session is over or the thread died; [`RecorderHandle::look`] tells which.
    pub fn finished(&self) -> bool {
        self.watchdog.finished()
    }

    /// Waits for the session's end.
    ///
    /// # Errors
    /// What ended the recorder for good; the journal then holds the running episode.
    pub fn join(self) -> Result<Outcome<S>, Failed> {
        let (work, ()) = self.watchdog.wait()?;
        Ok(work.recorder.into_outcome())
    }
}
