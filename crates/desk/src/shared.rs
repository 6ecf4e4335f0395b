//! What is shared by those who act and those who show: what is running, under one lock that is held for moments, and what
//! goes by other ways: the stop, the keys, the board.
//!
//! Not here: what a request does (`acting`), how something begins (`start`), what the topics say (`topics`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use phrases::{Language, Phrases};
use protocol::Failure;
use protocol::window::{
    Activity, Bench, CalibrationState, IdentifyState, Level, Notice, RecordState, ScanState,
    SetupState,
};
use station::bundle::Bundle;
use station::cameras::Previews;
use station::settings::state_folder;
use stdx::{Clock, failpoint};
use teleop::EmergencyStop;

use crate::board::Board;
use crate::curves::Curves;
use crate::eyes::Eyes;
use crate::hands::{Bindings, Hands};
use crate::health::Health;
use crate::left::LeftBehind;
use crate::look::Looking;
use crate::notices;
use crate::pictures::Pictures;
use crate::settings::Book;
use crate::speaking::Speak;
use crate::tasks::Task;
use crate::words::not_while;
use crate::workers::Pool;

/// Time between two looks of the desk's thread.
const LOOK: Duration = Duration::from_millis(50);
/// The same while nothing is going on; a request wakes it.
const IDLE_LOOK: Duration = Duration::from_millis(250);

/// Work that somebody does on his own time, with nothing locked; nothing else begins meanwhile.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    pub(crate) words: &'static str,
    pub(crate) activity: Activity,
    pub(crate) busy: Vec<String>,
}

/// What is shown of tasks that have ended.
#[derive(Debug, Default)]
pub(crate) struct Last {
    pub(crate) record: Option<Box<RecordState>>,
    pub(crate) setup: Option<Box<SetupState>>,
    pub(crate) scan: Option<Box<ScanState>>,
    pub(crate) identify: Option<Box<IdentifyState>>,
    pub(crate) calibration: Option<Box<CalibrationState>>,
}

pub(crate) struct Inner {
    pub(crate) task: Option<Task>,
    pub(crate) work: Option<Work>,
    pub(crate) eyes: Eyes,
    pub(crate) health: Health,
    pub(crate) last: Last,
    /// Names of arms whose motors may push although nobody is in charge of them.
    pub(crate) doubt: Vec<(String, String)>,
    pub(crate) first_start: bool,
    pub(crate) notices: Vec<Notice>,
    /// What went wrong before there was a desk, and stays so.
    pub(crate) known: Vec<Notice>,
    pub(crate) closing: bool,
}

pub(crate) struct Shared {
    inner: Mutex<Inner>,
    /// Pressed by whoever stops; held only to take it or to exchange it.
    stop: Mutex<Option<EmergencyStop>>,
    /// Somebody stopped while nothing that drives was running.
    stop_wish: AtomicBool,
    woken: Mutex<bool>,
    wake: Condvar,
    over: AtomicBool,
    phrases: Mutex<Arc<Phrases>>,
    /// What the page made of the computer's languages.
    page_speaks: Mutex<Option<Language>>,
    pub(crate) board: Arc<Board>,
    pub(crate) looking: Arc<Looking>,
    pub(crate) left: Arc<LeftBehind>,
    pub(crate) settings: Arc<Book>,
    pub(crate) workers: Pool,
    pub(crate) hands: Hands,
    pub(crate) curves: Curves,
    pub(crate) previews: Previews,
    pub(crate) pictures: Pictures,
    /// What was prepared for a report, until it is prepared anew.
    pub(crate) bundle: Mutex<Option<Arc<Bundle>>>,
    pub(crate) clock: Arc<dyn Clock>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The language of a setting: for `system` the page's, and before it was heard the one that the environment names.
fn language(tag: Option<&str>, page: Option<Language>) -> Language {
    tag.filter(|tag| *tag != "system")
        .and_then(Language::named)
        .or(page)
        .unwrap_or_else(|| Language::of_system(|name| std::env::var(name).ok()))
}

/// The file whose presence says that the note about Stop was read.
pub(crate) fn understood() -> std::path::PathBuf {
    state_folder().join("stop-understood")
}

/// Nothing else begins as long as this is there.
pub(crate) struct Reserved<'a>(&'a Shared);

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.0.lock().work = None;
    }
}

impl Shared {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        let previews = Previews::default();
        let settings = Book::open();
        let hands = Hands::default();
        hands.bind(Bindings::of(&settings.now()));
        let phrases = Phrases::new(language(Some(settings.now().language()), None));
        Arc::new(Self {
            inner: Mutex::new(Inner {
                task: None,
                work: None,
                eyes: Eyes::default(),
                health: Health::default(),
                last: Last::default(),
                doubt: Vec::new(),
                first_start: !understood().exists(),
                notices: Vec::new(),
                known: Vec::new(),
                closing: false,
            }),
            stop: Mutex::new(None),
            stop_wish: AtomicBool::new(false),
            woken: Mutex::new(false),
            wake: Condvar::new(),
            over: AtomicBool::new(false),
            phrases: Mutex::new(Arc::new(phrases)),
            page_speaks: Mutex::new(None),
            board: Board::new(),
            looking: Looking::new(Arc::clone(&settings)),
            left: LeftBehind::new(Arc::clone(&settings)),
            workers: Pool::open(&settings.now()),
            settings,
            hands,
            curves: Curves::default(),
            pictures: Pictures::new(previews.clone(), Arc::clone(&clock)),
            previews,
            bundle: Mutex::default(),
            clock,
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
    }

    /// What says things in the person's language.
    pub(crate) fn phrases(&self) -> Arc<Phrases> {
        Arc::clone(&lock(&self.phrases))
    }

    /// The page speaks this language, by its tag.
    pub(crate) fn page_speaks(&self, tag: &str) {
        *lock(&self.page_speaks) = Language::named(tag);
        self.set_language(Some(self.settings.now().language()));
    }

    /// Says everything in this language from now on, by its tag; `system` and none take the system's.
    pub(crate) fn set_language(&self, tag: Option<&str>) {
        let wanted = language(tag, *lock(&self.page_speaks));
        {
            let mut phrases = lock(&self.phrases);
            if phrases.language() == wanted {
                return;
            }
            *phrases = Arc::new(Phrases::new(wanted));
        }
        self.wake();
    }

    /// Keeps everything else from beginning.
    ///
    /// # Errors
    /// While something is going on, and what that is.
    pub(crate) fn reserve(
        &self,
        words: &'static str,
        activity: Activity,
        key: &str,
    ) -> Result<Reserved<'_>, Failure> {
        let mut inner = self.lock();
        if inner.closing {
            return Err(not_while("the program is being closed", ""));
        }
        // Whoever stopped when there was nothing to stop did not mean what begins now.
        self.stop_wish.store(false, Ordering::Release);
        let going_on = inner
            .task
            .as_ref()
            .map(Task::words)
            .or(inner.work.as_ref().map(|work| work.words));
        if let Some(words) = going_on {
            return Err(not_while(
                format!("not now: {words}"),
                "End that first, then try again.",
            ));
        }
        inner.work = Some(Work {
            words,
            activity,
            busy: vec![key.to_owned()],
        });
        Ok(Reserved(self))
    }

    /// Presses the stop of what is driven; ends in good order what moves nothing.
    pub(crate) fn stop(&self) {
        let pressed = lock(&self.stop).as_ref().map(EmergencyStop::hold);
        if pressed.is_none() {
            self.stop_wish.store(true, Ordering::Release);
        }
        self.wake();
    }

    /// Whether somebody stopped while what begins now was being opened. Says so once.
    pub(crate) fn stopped_meanwhile(&self) -> bool {
        self.stop_wish.swap(false, Ordering::AcqRel)
    }

    /// What the stop button presses from now on.
    pub(crate) fn set_stop(&self, stop: Option<EmergencyStop>) {
        *lock(&self.stop) = stop;
    }

    pub(crate) fn wake(&self) {
        *lock(&self.woken) = true;
        self.wake.notify_all();
    }

    /// The thread's body.
    pub(crate) fn run(&self) {
        while !self.over.load(Ordering::Acquire) {
            let turned = catch_unwind(AssertUnwindSafe(|| {
                failpoint::here("desk.turn");
                self.turn();
            }));
            let idle = self.lock().idle();
            if let Err(panic) = turned {
                let words = stdx::thread::words(&*panic);
                tracing::error!("the desk failed and goes on: {words}");
                self.lock().notices.push(notices::once(
                    Level::Warning,
                    format!("What is shown may be old: {words}"),
                    "Report this with the log.",
                ));
            }
            let mut woken = lock(&self.woken);
            if !std::mem::take(&mut *woken) {
                let span = if idle { IDLE_LOOK } else { LOOK };
                let waited = self.wake.wait_timeout(woken, span);
                woken = waited.unwrap_or_else(PoisonError::into_inner).0;
                *woken = false;
            }
        }
    }

    /// Pumps what runs, looks after previews, and puts every topic on the board.
    pub(crate) fn turn(&self) {
        let seen = self.looking.seen();
        let now = self.clock.now();
        let mut inner = self.lock();
        // While something is being opened the wish waits for it.
        let heard = inner.task.is_some() || inner.work.is_none();
        let wish = heard && self.stop_wish.swap(false, Ordering::AcqRel);
        let ended = inner.pump(wish, seen.disk_free);
        if ended.is_some() {
            self.set_stop(None);
            self.hands.let_go();
            self.looking.watch_disk(None);
        }
        let Inner { eyes, notices, .. } = &mut *inner;
        let closed = eyes.look(&self.pictures, now, notices);
        inner.note_health(now);
        inner.notices.extend(self.workers.look());
        let mut tells = inner.topics(&seen, self);
        tells.speak(&self.phrases());
        self.board.put(tells);
        drop(inner);
        self.pictures.tidy();
        if !closed.is_empty() {
            self.pictures.forget();
            self.looking.let_go(closed);
        }
        if let Some((task, changed)) = ended {
            let recorded = matches!(task, Task::Record(_));
            self.pictures.forget();
            // A gamepad's reader is waited for a moment.
            self.looking.let_go(task);
            if changed {
                self.looking.again();
            }
            if recorded {
                self.left.look_again();
            }
        }
    }

    /// Ends the threads.
    pub(crate) fn end(&self) {
        self.over.store(true, Ordering::Release);
        self.wake();
        self.looking.close();
        self.left.close();
        self.board.close();
    }
}

impl Inner {
    fn idle(&self) -> bool {
        self.task.is_none() && self.eyes.is_empty()
    }

    /// Whether something runs or is about to.
    pub(crate) fn under_way(&self) -> bool {
        self.task.is_some() || self.work.is_some()
    }

    /// Why closing should be asked about.
    pub(crate) fn why_ask(&self) -> Option<String> {
        Some(match self.task.as_ref()? {
            Task::Record(task) if task.unsaved() => format!(
                "An episode is not saved yet. Closing keeps its {:.0} s, lets the arm down gently and ends the session.",
                task.state.rows as f64 / f64::from(task.state.fps.max(1))
            ),
            Task::Drive(_) | Task::Record(_) => {
                "An arm is live. Closing lets it down gently.".to_owned()
            }
            Task::Calibrate(_) => {
                "An arm is being calibrated. Closing gives that up; its motors get back what they held."
                    .to_owned()
            }
            Task::Setup(_) => {
                "Motors are being set up. What is done stays done; the rest can be done later.".to_owned()
            }
            Task::Scan(_) | Task::Identify(_) => return None,
        })
    }

    /// Takes what the process told. What has ended, and whether it changed a file that is shown elsewhere.
    fn pump(&mut self, stop: bool, disk_free: Option<u64>) -> Option<(Task, bool)> {
        let task = self.task.as_mut()?;
        if stop {
            task.finish();
        }
        let told = task.pump();
        if let Task::Record(task) = task {
            task.disk(disk_free);
        }
        self.notices.extend(told.notices);
        // Whoever has opened an arm knows its torque again.
        if task.knows_torque() {
            let busy = task.busy();
            self.doubt.retain(|(key, _)| !busy.contains(key));
        }
        if !told.ended {
            return None;
        }
        let task = self.task.take()?;
        if told.torque_unknown {
            let known =
                |(key, _): &(String, String)| self.doubt.iter().any(|(other, _)| other == key);
            let new: Vec<_> = task
                .seats()
                .into_iter()
                .filter(|seat| !known(seat))
                .collect();
            self.doubt.extend(new);
        }
        match &task {
            Task::Scan(task) => self.last.scan = Some(Box::new(task.state.clone())),
            Task::Setup(task) => self.last.setup = Some(Box::new(task.state.clone())),
            Task::Identify(task) => self.last.identify = Some(Box::new(task.state.clone())),
            Task::Calibrate(task) => self.last.calibration = Some(Box::new(task.state.clone())),
            Task::Record(task) => self.last.record = Some(Box::new(task.state.clone())),
            Task::Drive(_) => {}
        }
        Some((task, told.changed))
    }

    /// The bench's part that is the desk's own to know.
    pub(crate) fn bench(&self) -> Bench {
        let (activity, busy) = match (&self.task, &self.work) {
            (Some(task), _) => (task.activity(), task.busy()),
            (None, Some(work)) => (work.activity, work.busy.clone()),
            (None, None) => (Activity::Nothing, Vec::new()),
        };
        Bench {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            first_start: self.first_start,
            activity,
            busy,
            ..Bench::default()
        }
    }
}
