//! The desk: what a window calls, and the threads behind it.
//!
//! Invariants: the lock around what is running is held only for moments; the emergency stop goes by no lock that anything
//! slow can hold; a reader that is slow keeps nobody waiting. Not here: what a request does (`acting`), what is shared by
//! those who act and those who show (`shared`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::window::{Level, Outcome};
use protocol::{ErrorCode, Failure};
use stdx::thread::{Intent, Joined, spawn};
use stdx::{Clock, SystemClock};

use crate::asking;
use crate::board::Told;
use crate::notices;
use crate::shared::Shared;
use crate::speaking::Speak;

/// Longest that an orderly end is waited for: an episode to be saved, an arm to be let down.
const CLOSE_WITHIN: Duration = Duration::from_secs(30);
/// Time between two looks at an end.
const CLOSE_LOOK: Duration = Duration::from_millis(20);
/// Longest that the desk's own threads are waited for.
const JOIN_WITHIN: Duration = Duration::from_secs(5);

/// What a desk is made of.
pub struct DeskConfig {
    /// The clock that keys and previews go by.
    pub clock: Arc<dyn Clock>,
    /// Takes every event, in order, on a thread of the desk's own.
    pub tell: Box<dyn Fn(Told<'_>) + Send>,
    /// Called when a person may and wants to close the program; [`Desk::close`] is up to whoever is called.
    pub quit: Box<dyn Fn() + Send + Sync>,
    /// What went wrong before there was a desk, which the page shows for as long as it runs.
    pub known: Vec<Failure>,
}

impl std::fmt::Debug for DeskConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeskConfig").finish_non_exhaustive()
    }
}

/// What a window talks to. Dropping it ends what is running, in good order.
pub struct Desk {
    shared: Arc<Shared>,
    threads: Mutex<Vec<Joined<()>>>,
    quit: Box<dyn Fn() + Send + Sync>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

impl Desk {
    /// Begins to look and to tell. Opens no port and no camera.
    ///
    /// # Errors
    /// When the system has no room for a thread.
    pub fn open(config: DeskConfig) -> Result<Self, Failure> {
        let shared = Shared::new(config.clock);
        let known = config.known.iter();
        let known = known.map(|it| notices::standing(Level::Warning, &it.message, &it.remedy));
        shared.lock().known = known.collect();
        shared.turn();
        let this = Self {
            shared: Arc::clone(&shared),
            threads: Mutex::default(),
            quit: config.quit,
        };
        let (board, tell) = (Arc::clone(&shared.board), config.tell);
        this.spawn("desk-tell", Intent::Encode, move || {
            board.run(&SystemClock::shared(), tell);
        })?;
        let (looking, woken) = (Arc::clone(&shared.looking), Arc::clone(&shared));
        this.spawn("desk-look", Intent::Background, move || {
            looking.run(|| {
                woken.look_at_settings();
                woken.wake();
            });
        })?;
        let (left, woken) = (Arc::clone(&shared.left), Arc::clone(&shared));
        this.spawn("desk-left", Intent::Background, move || {
            left.run(|| woken.wake());
        })?;
        this.spawn("desk", Intent::Encode, move || shared.run())?;
        Ok(this)
    }

    fn spawn(
        &self,
        name: &str,
        intent: Intent,
        body: impl FnOnce() + Send + 'static,
    ) -> Result<(), Failure> {
        let thread = spawn(name, intent, body).map_err(|error| Failure {
            code: ErrorCode::Internal,
            message: format!("no thread for the window: {error}"),
            remedy: "Close other programs and try again.".into(),
        })?;
        self.threads().push(thread);
        Ok(())
    }

    fn threads(&self) -> std::sync::MutexGuard<'_, Vec<Joined<()>>> {
        self.threads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Answers a request: the text of a `Request` gets the text of a `Reply`, whatever it is.
    pub fn request(&self, text: &str) -> String {
        let (id, ask) = asking::read(text);
        let before = stdx::request::current();
        stdx::request::set(Some(id.0.as_str().into()));
        let outcome = ask.and_then(|ask| {
            // A defect of ours must not leave the page without an answer.
            catch_unwind(AssertUnwindSafe(|| self.shared.act(ask, &*self.quit))).unwrap_or_else(
                |panic| {
                    Err(Failure {
                        code: ErrorCode::Internal,
                        message: stdx::thread::words(&*panic),
                        remedy: "This is a defect of Tendon: report it with the log.".into(),
                    })
                },
            )
        });
        if let Err(failure) = &outcome {
            tracing::info!(code = ?failure.code, "refused: {}", failure.message);
        }
        stdx::request::set(before);
        self.shared.wake();
        let mut outcome = outcome.map_or_else(Outcome::Failed, Outcome::Done);
        outcome.speak(&self.shared.phrases());
        asking::reply(id, outcome)
    }

    /// The same for bytes, which should be UTF-8.
    pub fn request_bytes(&self, bytes: &[u8]) -> String {
        self.request(&String::from_utf8_lossy(bytes))
    }

    /// Stops at once whatever is driven; ends in good order what moves nothing. Works while a request is under way.
    pub fn stop(&self) {
        self.shared.stop();
    }

    /// Every physical key that is held now, on every change and as a sign of life; `on` while they are to drive.
    pub fn keys(&self, held: &[&str], on: bool) {
        self.shared.hands.keys(held, on);
    }

    /// The newest picture of a camera, unless it is the one with number `after`: head and JPEG as in
    /// [`protocol::window::raw`].
    pub fn picture(&self, camera: &str, after: u64) -> Option<Vec<u8>> {
        self.shared.pictures.newest(camera, after)
    }

    /// A small JPEG of what an interrupted session left: the picture at a `share` (0 to 1) of a camera's film. `None` where there
    /// is none, and while the dataset is being written to.
    pub fn left_picture(&self, key: &str, camera: &str, share: f64) -> Option<Vec<u8>> {
        self.shared.left.picture(key, camera, share)
    }

    /// The rows of curves from number `after` on: head and rows as in [`protocol::window::raw`].
    pub fn curves(&self, after: u64) -> Vec<u8> {
        self.shared.curves.bytes(after)
    }

    /// Cameras that are being looked through: none while nobody asks for a picture.
    pub fn looked_through(&self) -> usize {
        self.shared.pictures.looking()
    }

    /// Why closing should be asked about; `None` when nothing is going on that it would end.
    pub fn may_close(&self) -> Option<String> {
        let why = self.shared.lock().why_ask()?;
        Some(self.shared.phrases().say(&why))
    }

    /// Speaks to the person in this language from now on, by its tag (`en`, `de`, `zh`); `system`, none and a tag that is
    /// not known take the system's. Topics that are shown are told again.
    pub fn set_language(&self, tag: Option<&str>) {
        self.shared.set_language(tag);
    }

    /// Ends what is running in good order: an episode is kept, an arm is let down gently. Afterwards nothing can begin; a
    /// second call does nothing.
    pub fn close(&self) {
        let threads = std::mem::take(&mut *self.threads());
        if threads.is_empty() {
            return;
        }
        let shared = &self.shared;
        {
            let mut inner = shared.lock();
            inner.closing = true;
            if let Some(task) = &mut inner.task {
                task.leave();
            }
        }
        let until = SystemClock.now() + CLOSE_WITHIN;
        while SystemClock.now() < until && shared.lock().under_way() {
            shared.turn();
            SystemClock.sleep(CLOSE_LOOK);
        }
        let (task, closed) = {
            let mut inner = shared.lock();
            (inner.task.take(), inner.eyes.close(None))
        };
        // What has not ended by now is waited for as long as its own owner waits for it.
        drop(task);
        drop(closed);
        shared.turn();
        shared.end();
        shared.workers.let_go();
        let until = SystemClock.now() + JOIN_WITHIN;
        for thread in threads {
            while !thread.finished() && SystemClock.now() < until {
                SystemClock.sleep(CLOSE_LOOK);
            }
            if !thread.finished() {
                tracing::error!(thread = thread.name(), "did not end");
                thread.abandon();
            }
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.close();
    }
}
