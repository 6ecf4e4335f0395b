//! The one shape every verb of the product has: a config goes in, a handle comes out that can be started,
//! stopped, asked and waited for, and that tells what happens in one stream.
//!
//! Window, command line and tests all use this handle and nothing beside it.

use std::fmt::Debug;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::{ErrorCode, Failure, RequestId};
use stdx::thread::{Intent, Joined};
use stdx::{Clock, SystemClock};
use teleop::{Controls, EmergencyStop};

use crate::sign_of_life::SignOfLife;

/// Time between two looks at a thread whose end is waited for.
const LOOK: Duration = Duration::from_millis(2);
/// Events that may wait for the reader. Beyond them events are counted, never waited for.
const EVENTS: usize = 1024;
/// Commands that may wait for the process; one more is answered with “busy”.
const COMMANDS: usize = 16;

/// What a verb of the product is made of.
pub trait Verb: Sized + Send + 'static {
    /// The verb's name, as on the command line.
    const NAME: &'static str;
    /// Whether it drives an arm, so that an emergency stop has something to hold.
    const DRIVES: bool;
    /// What it must know before it starts.
    type Config: Send + 'static;
    /// What it can be told while it runs.
    type Command: Send + Debug + 'static;
    /// What it tells while it runs.
    type Event: Send + 'static;
    /// What it leaves behind.
    type Outcome: Send + 'static;

    /// Does the work, on the process's own thread, until it is done or told to stop.
    ///
    /// # Errors
    /// When the work cannot be done; the failure says what, where and what to do.
    fn run(config: Self::Config, cx: &Cx<Self>) -> Result<Self::Outcome, Failure>;
}

/// Where a process stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessState {
    /// Configured, not started.
    Ready,
    /// At work.
    Running,
    /// Told to stop, putting things in order.
    Stopping,
    /// Ended, well or not; `result` says which.
    Ended,
}

#[derive(Debug)]
struct Shared {
    state: AtomicU8,
    stop: AtomicBool,
    leaves: AtomicU32,
    lost_events: AtomicU64,
    controls: Controls,
    life: SignOfLife,
}

/// What a running verb sees of its handle.
pub struct Cx<V: Verb> {
    shared: Arc<Shared>,
    commands: Mutex<Receiver<V::Command>>,
    events: SyncSender<V::Event>,
    /// The clock everything in the process goes by.
    pub clock: Arc<dyn Clock>,
    /// The request the process works for.
    pub request: RequestId,
}

impl<V: Verb> Cx<V> {
    /// Whether the person asked for an orderly end.
    pub fn stopping(&self) -> bool {
        self.shared.life.give();
        self.shared.stop.load(Ordering::Acquire)
    }

    /// How often somebody who cannot stay to release an arm by hand asked for the end.
    pub fn leaves(&self) -> u32 {
        self.shared.leaves.load(Ordering::Acquire)
    }

    /// The controls of whatever loop this process runs; the handle's emergency stop presses on them.
    pub fn controls(&self) -> Controls {
        self.shared.controls.clone()
    }

    /// The next command, if one waits.
    pub fn command(&self) -> Option<V::Command> {
        self.shared.life.give();
        self.commands
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .try_recv()
            .ok()
    }

    /// Tells the reader of the handle, or counts the event when the reader does not read.
    pub fn emit(&self, event: V::Event) {
        if self.events.try_send(event).is_err() {
            self.shared.lost_events.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// Handle on one piece of work. Dropping it stops the work and waits for its orderly end.
pub struct Process<V: Verb> {
    config: Option<V::Config>,
    request: RequestId,
    shared: Arc<Shared>,
    commands: SyncSender<V::Command>,
    events: Receiver<V::Event>,
    cx: Option<Cx<V>>,
    thread: Option<Joined<Result<V::Outcome, Failure>>>,
}

impl<V: Verb> Process<V> {
    pub(crate) fn new(config: V::Config) -> Self {
        let shared = Arc::new(Shared {
            state: AtomicU8::new(ProcessState::Ready as u8),
            stop: AtomicBool::new(false),
            leaves: AtomicU32::new(0),
            lost_events: AtomicU64::new(0),
            controls: Controls::new(),
            life: SignOfLife::default(),
        });
        let (commands, command_reader) = sync_channel(COMMANDS);
        let (event_writer, events) = sync_channel(EVENTS);
        let request = next_request();
        let cx = Cx {
            shared: Arc::clone(&shared),
            commands: Mutex::new(command_reader),
            events: event_writer,
            clock: SystemClock::shared(),
            request: request.clone(),
        };
        Self {
            config: Some(config),
            request,
            shared,
            commands,
            events,
            cx: Some(cx),
            thread: None,
        }
    }

    /// Begins the work on a thread of its own. A second call is a refusal.
    ///
    /// # Errors
    /// When it was started before, or when the system has no room for a thread.
    pub fn start(&mut self) -> Result<(), Failure> {
        let (Some(config), Some(cx)) = (self.config.take(), self.cx.take()) else {
            return Err(Failure {
                code: ErrorCode::NotWhile,
                message: format!("{} was started before", V::NAME),
                remedy: "Make a new one.".into(),
            });
        };
        self.shared
            .state
            .store(ProcessState::Running as u8, Ordering::Release);
        let shared = Arc::clone(&self.shared);
        let before = stdx::request::current();
        stdx::request::set(Some(self.request.0.as_str().into()));
        let thread = stdx::thread::spawn(V::NAME, Intent::Encode, move || {
            tracing::info!(verb = V::NAME, "started");
            let ended = EndedOnDrop(shared);
            let result = V::run(config, &cx);
            drop(ended);
            match &result {
                Ok(_) => tracing::info!(verb = V::NAME, "ended"),
                Err(failure) => {
                    tracing::error!(verb = V::NAME, code = ?failure.code, "{}", failure.message)
                }
            }
            result
        });
        stdx::request::set(before);
        self.thread = Some(thread.map_err(|error| Failure {
            code: ErrorCode::Internal,
            message: format!("no thread for {}: {error}", V::NAME),
            remedy: "Close other programs and try again.".into(),
        })?);
        Ok(())
    }

    /// Asks for an orderly end: what is recorded is saved, what is held is released gently.
    pub fn stop(&self) {
        self.shared.stop.store(true, Ordering::Release);
        let _now_stopping = self.shared.state.compare_exchange(
            ProcessState::Running as u8,
            ProcessState::Stopping as u8,
            Ordering::AcqRel,
            Ordering::Acquire,
        );
    }

    /// Asks for an orderly end as [`Process::stop`] does, also of an arm that was stopped in an emergency: nobody will
    /// be there to release it by hand.
    pub fn leave(&self) {
        self.shared.leaves.fetch_add(1, Ordering::AcqRel);
        self.stop();
    }

    /// The emergency stop of whatever this process drives; works from any thread, within one cycle.
    pub fn emergency(&self) -> EmergencyStop {
        self.shared.controls.emergency_stop()
    }

    #[cfg(test)]
    pub(crate) fn controls(&self) -> Controls {
        self.shared.controls.clone()
    }

    /// Where the work stands.
    pub fn state(&self) -> ProcessState {
        if self.shared.life.given_up() {
            return ProcessState::Ended;
        }
        match self.shared.state.load(Ordering::Acquire) {
            0 => ProcessState::Ready,
            1 => ProcessState::Running,
            2 => ProcessState::Stopping,
            _ => ProcessState::Ended,
        }
    }

    /// The request all log lines, errors and reports of this work carry.
    pub fn request(&self) -> &RequestId {
        &self.request
    }

    /// Tells the work something.
    ///
    /// # Errors
    /// “Busy” when it has not taken the commands before; “ended” when nobody is there to take it.
    pub fn command(&self, command: V::Command) -> Result<(), Failure> {
        self.commands
            .try_send(command)
            .map_err(|error| match error {
                TrySendError::Full(command) => Failure {
                    code: ErrorCode::NotWhile,
                    message: format!("{} is busy and did not take {command:?}", V::NAME),
                    remedy: "Wait a moment, then try again.".into(),
                },
                TrySendError::Disconnected(command) => Failure {
                    code: ErrorCode::NotWhile,
                    message: format!("{} has ended and cannot take {command:?}", V::NAME),
                    remedy: String::new(),
                },
            })
    }

    /// The next event, waiting at most `wait` for it. `None` after that time; [`Process::state`] tells
    /// whether there can be more.
    pub fn next_event(&self, wait: Duration) -> Option<V::Event> {
        self.given_up();
        self.events.recv_timeout(wait).ok()
    }

    /// What a person should know soon about the work's own thread, told once: that it gives no sign of life while its arm is
    /// driven. Noticed by whoever asks for events, also when nobody wants the end.
    pub fn trouble(&self) -> Option<Failure> {
        self.shared.life.news()
    }

    /// Looks after the work's own thread: whether it hangs and, because somebody wants the end, was given up.
    fn given_up(&self) -> bool {
        let Shared {
            stop,
            life,
            controls,
            ..
        } = &*self.shared;
        life.look(V::NAME, controls, stop.load(Ordering::Acquire))
    }

    /// Events that found the reader too slow.
    pub fn lost_events(&self) -> u64 {
        self.shared.lost_events.load(Ordering::Relaxed)
    }

    /// Waits for the end and says how it was.
    ///
    /// # Errors
    /// The work's own failure, or a defect of ours that ended its thread or keeps it for ever.
    pub fn result(mut self) -> Result<V::Outcome, Failure> {
        match self.wait() {
            Some(thread) if self.shared.life.given_up() => {
                thread.abandon();
                Err(SignOfLife::failure(V::NAME, &self.shared.controls))
            }
            Some(thread) => thread.join().map_err(|panicked| Failure {
                code: ErrorCode::Internal,
                message: panicked.to_string(),
                remedy: "This is a defect of Tendon: please report it with the log.".into(),
            })?,
            None => Err(Failure {
                code: ErrorCode::NotWhile,
                message: format!("{} was never started", V::NAME),
                remedy: "Start it first.".into(),
            }),
        }
    }
}

impl<V: Verb> Process<V> {
    /// Waits until the thread has ended or was given up.
    fn wait(&mut self) -> Option<Joined<Result<V::Outcome, Failure>>> {
        let thread = self.thread.take()?;
        while !thread.finished() && !self.given_up() {
            SystemClock.sleep(LOOK);
        }
        Some(thread)
    }
}

impl<V: Verb> Drop for Process<V> {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.wait()
            && self.shared.life.given_up()
        {
            thread.abandon();
        }
    }
}

struct EndedOnDrop(Arc<Shared>);

impl Drop for EndedOnDrop {
    fn drop(&mut self) {
        self.0
            .state
            .store(ProcessState::Ended as u8, Ordering::Release);
    }
}

/// Short, unique on this machine for as long as anybody reads the log: process, counter.
fn next_request() -> RequestId {
    static COUNTER: AtomicU64 = AtomicU64::new(1);
    RequestId(format!(
        "r-{:x}-{}",
        std::process::id(),
        COUNTER.fetch_add(1, Ordering::Relaxed)
    ))
}
