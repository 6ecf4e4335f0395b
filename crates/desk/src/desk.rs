//! The desk: what a window calls, and the threads behind it.
//!
//! Invariants: the lock around what is running is held only for moments; the emergency stop goes by no lock that anything
//! slow can hold; a reader that is slow keeps nobody waiting. Not here: how something begins (`start`), what the topics say
//! (`topics`).

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::window::{
    Activity, Answer, ArmChoice, Ask, Bench, CalibrationState, IdentifyState, InputKind, Level,
    Notice, RecordState, ScanState, SetupState,
};
use protocol::{ErrorCode, Failure};
use station::calibrations::Side;
use station::cameras::Previews;
use station::pose_book::PoseBook;
use station::settings;
use stdx::thread::{Intent, Joined, spawn};
use stdx::{Clock, SystemClock};
use teleop::EmergencyStop;

use crate::board::Board;
use crate::curves::Curves;
use crate::eyes::{self, Eyes};
use crate::hands::Hands;
use crate::look::Looking;
use crate::pictures::Pictures;
use crate::tasks::rig::{Move, Rig, poses_of};
use crate::tasks::{Task, calibration};
use crate::words::{bad_request, not_while, nothing_runs};
use crate::{arms_known, asking, notices};

/// Time between two looks of the desk's thread.
const LOOK: Duration = Duration::from_millis(50);
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
    /// Takes the text of every event, in order, on a thread of the desk's own.
    pub tell: Box<dyn Fn(&str) + Send>,
}

impl std::fmt::Debug for DeskConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DeskConfig").finish_non_exhaustive()
    }
}

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
    pub(crate) last: Last,
    /// Names of arms whose motors may push although nobody is in charge of them.
    pub(crate) doubt: Vec<(String, String)>,
    pub(crate) first_start: bool,
    pub(crate) notices: Vec<Notice>,
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
    pub(crate) board: Arc<Board>,
    pub(crate) looking: Arc<Looking>,
    pub(crate) hands: Hands,
    pub(crate) curves: Curves,
    pub(crate) previews: Previews,
    pub(crate) pictures: Pictures,
    pub(crate) clock: Arc<dyn Clock>,
}

/// What a window talks to. Dropping it ends what is running, in good order.
pub struct Desk {
    shared: Arc<Shared>,
    threads: Vec<Joined<()>>,
}

impl std::fmt::Debug for Desk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Desk").finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The file whose presence says that the note about Stop was read.
fn understood() -> std::path::PathBuf {
    settings::state_folder().join("stop-understood")
}

impl Desk {
    /// Begins to look and to tell. Opens no port and no camera.
    ///
    /// # Errors
    /// When the system has no room for a thread.
    pub fn open(config: DeskConfig) -> Result<Self, Failure> {
        let previews = Previews::default();
        let shared = Arc::new(Shared {
            inner: Mutex::new(Inner {
                task: None,
                work: None,
                eyes: Eyes::default(),
                last: Last::default(),
                doubt: Vec::new(),
                first_start: !understood().exists(),
                notices: Vec::new(),
                closing: false,
            }),
            stop: Mutex::new(None),
            stop_wish: AtomicBool::new(false),
            woken: Mutex::new(false),
            wake: Condvar::new(),
            over: AtomicBool::new(false),
            board: Board::new(),
            looking: Looking::new(),
            hands: Hands::default(),
            curves: Curves::default(),
            pictures: Pictures::new(previews.clone(), Arc::clone(&config.clock)),
            previews,
            clock: config.clock,
        });
        shared.turn();
        let mut this = Self {
            shared: Arc::clone(&shared),
            threads: Vec::new(),
        };
        let (board, tell) = (Arc::clone(&shared.board), config.tell);
        this.spawn("desk-tell", Intent::Encode, move || {
            board.run(&SystemClock::shared(), tell);
        })?;
        let (looking, woken) = (Arc::clone(&shared.looking), Arc::clone(&shared));
        this.spawn("desk-look", Intent::Background, move || {
            looking.run(|| woken.wake());
        })?;
        this.spawn("desk", Intent::Encode, move || shared.run())?;
        Ok(this)
    }

    fn spawn(
        &mut self,
        name: &str,
        intent: Intent,
        body: impl FnOnce() + Send + 'static,
    ) -> Result<(), Failure> {
        let thread = spawn(name, intent, body).map_err(|error| Failure {
            code: ErrorCode::Internal,
            message: format!("no thread for the window: {error}"),
            remedy: "Close other programs and try again.".into(),
        })?;
        self.threads.push(thread);
        Ok(())
    }

    /// Answers a request: the text of a `Request` gets the text of a `Reply`, whatever it is.
    pub fn request(&self, text: &str) -> String {
        let (id, ask) = asking::read(text);
        let before = stdx::request::current();
        stdx::request::set(Some(id.0.as_str().into()));
        let outcome = ask.and_then(|ask| {
            // A defect of ours must not leave the page without an answer.
            catch_unwind(AssertUnwindSafe(|| self.act(ask))).unwrap_or_else(|panic| {
                Err(Failure {
                    code: ErrorCode::Internal,
                    message: stdx::thread::words(&*panic),
                    remedy: "This is a defect of Tendon: please report it with the log.".into(),
                })
            })
        });
        if let Err(failure) = &outcome {
            tracing::info!(code = ?failure.code, "refused: {}", failure.message);
        }
        stdx::request::set(before);
        self.shared.wake();
        asking::reply(id, outcome)
    }

    /// Stops at once whatever is driven; ends in good order what moves nothing. Works while a request is under way.
    pub fn stop(&self) {
        let pressed = lock(&self.shared.stop).as_ref().map(EmergencyStop::press);
        if pressed.is_none() {
            self.shared.stop_wish.store(true, Ordering::Release);
        }
        self.shared.wake();
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
        self.shared.lock().why_ask()
    }

    /// Ends what is running in good order: an episode is kept, an arm is let down gently.
    pub fn close(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let shared = &self.shared;
        {
            let mut inner = shared.lock();
            inner.closing = true;
            if let Some(task) = &mut inner.task {
                task.leave();
            }
        }
        let until = SystemClock.now() + CLOSE_WITHIN;
        while SystemClock.now() < until && shared.lock().task.is_some() {
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
        shared.over.store(true, Ordering::Release);
        shared.wake();
        shared.looking.close();
        shared.board.close();
        let until = SystemClock.now() + JOIN_WITHIN;
        for thread in self.threads.drain(..) {
            while !thread.finished() && SystemClock.now() < until {
                SystemClock.sleep(CLOSE_LOOK);
            }
            if !thread.finished() {
                tracing::error!(thread = thread.name(), "did not end");
                thread.abandon();
            }
        }
    }

    fn act(&self, ask: Ask) -> Result<Answer, Failure> {
        let shared = &*self.shared;
        match ask {
            Ask::Hello => {
                shared.turn();
                let (seq, topics) = shared.board.welcome();
                return Ok(Answer::Welcome { seq, topics });
            }
            Ask::LookAgain => shared.looking.again(),
            Ask::Understood => shared.understood()?,
            Ask::NameArm { key, name, role } => {
                let _reserved =
                    shared.reserve("an arm is being named", Activity::Identifying, &key)?;
                arms_known::name(&key, &name, role)?;
                shared.looking.changed();
            }
            Ask::ForgetArm { key } => {
                shared.lock().not_busy_with(&key)?;
                arms_known::forget(&key)?;
                shared.looking.changed();
            }
            Ask::Identify => shared.identify()?,
            Ask::Scan { key, thorough } => shared.scan(&key, thorough)?,
            Ask::SetUp { key, role, fresh } => shared.set_up(&ArmChoice { key, role }, fresh)?,
            Ask::SetUpStep(step) => match &mut shared.lock().task {
                Some(Task::Setup(task)) => task.step(step)?,
                _ => return Err(nothing_runs("no motors are being set up")),
            },
            Ask::Calibrate {
                arm,
                wrist_roll,
                verify_power,
            } => shared.calibrate(&arm, wrist_roll, verify_power)?,
            Ask::CalibrateStep(step) => match &mut shared.lock().task {
                Some(Task::Calibrate(task)) => task.step(step)?,
                _ => return Err(nothing_runs("no arm is being calibrated")),
            },
            Ask::CompareCalibration(arm) => {
                let seat = arms_known::seat(&arm)?;
                let _reserved = shared.compare(&arm.key)?;
                return Ok(Answer::Diff(calibration::compare(seat, None)?));
            }
            Ask::TransferCalibration { arm, to_motors } => {
                let seat = arms_known::seat(&arm)?;
                let _reserved = shared.compare(&arm.key)?;
                let side = if to_motors { Side::Motors } else { Side::File };
                let diff = calibration::compare(seat, Some(side))?;
                shared.looking.again();
                return Ok(Answer::Diff(diff));
            }
            Ask::CalibrationHistory(arm) => {
                let seat = arms_known::seat(&arm)?;
                return Ok(Answer::History(calibration::history(seat)?));
            }
            Ask::RollBackCalibration { arm, path } => {
                let seat = arms_known::seat(&arm)?;
                let _reserved = shared.compare(&arm.key)?;
                calibration::roll_back(seat, &path)?;
                shared.looking.again();
            }
            Ask::Finish => {
                let mut inner = shared.lock();
                match &mut inner.task {
                    Some(task) => task.finish(),
                    // Nothing runs: what is left to see of a wizard is closed.
                    None => {
                        inner.last.setup = None;
                        inner.last.identify = None;
                        inner.last.calibration = None;
                    }
                }
            }
            Ask::SaveCamera(setup) => {
                eyes::save(&setup)?;
                shared.looking.changed();
            }
            Ask::ForgetCamera { name } => {
                eyes::forget(&name)?;
                shared.close_camera(&name);
                shared.looking.changed();
            }
            Ask::OpenCamera { key } => shared.open_camera(&key)?,
            Ask::CloseCamera { key } => shared.close_camera(&key),
            Ask::SetControl {
                key,
                control,
                value,
            } => eyes::control(&key, &control, value, &shared.previews)?,
            Ask::StartDrive(start) => shared.start_drive(&start)?,
            Ask::Resume => shared.lock().session(|session| match session {
                Session::Drive(task) => task.resume(),
                Session::Record(task) => task.resume(),
            })?,
            Ask::Hold => shared.lock().session(|session| match session {
                Session::Drive(task) => task.hold(),
                Session::Record(task) => task.hold(),
            })?,
            Ask::Release => {
                let mut inner = shared.lock();
                inner.rig()?.ends();
                // A person who asks for it means also an arm that was stopped a moment ago.
                if let Some(task) = &mut inner.task {
                    task.leave();
                }
            }
            Ask::ChooseInput(kind) => shared.choose(kind)?,
            Ask::KeysOn(on) => {
                let switched = shared.hands.with(|keys| keys.switch(on));
                switched.ok_or_else(no_arm)?;
            }
            Ask::SetSpeed(factor) => shared.lock().rig()?.inputs.set_speed(factor)?,
            Ask::SelectArm(arm) => {
                let mut inner = shared.lock();
                let rig = inner.rig()?;
                let arms = rig.seats().len();
                rig.inputs.select_arm(arm, arms)?;
            }
            Ask::MoveJoint { index, value } => {
                shared.lock().rig()?.move_joint(index, Move::To(value))?;
            }
            Ask::StepJoint { index, by } => {
                shared.lock().rig()?.move_joint(index, Move::By(by))?;
            }
            Ask::SavePose { name } => shared.save_pose(&name)?,
            Ask::GoToPose { name } => shared.go_to_pose(&name)?,
            Ask::DeletePose { name } => shared.delete_pose(&name)?,
            Ask::SetClutch { open } => shared.lock().rig()?.inputs.set_clutch(open)?,
            Ask::Preflight(start) => return Ok(Answer::Checks(shared.preflight(&start)?)),
            Ask::StartRecord(start) => shared.start_record(&start)?,
            Ask::RecordStep(step) => match &mut shared.lock().task {
                Some(Task::Record(task)) => task.step(step)?,
                _ => return Err(nothing_runs("no recording session is open")),
            },
            Ask::Quit { confirmed } => {
                let why = shared.lock().why_ask();
                return Ok(Answer::MayClose {
                    closes: confirmed || why.is_none(),
                    why: why.unwrap_or_default(),
                });
            }
        }
        shared.turn();
        Ok(Answer::Done)
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if !self.threads.is_empty() {
            self.end();
        }
    }
}

fn no_arm() -> Failure {
    not_while("no arm is open", "Open one on Drive or Record.")
}

/// A task that drives.
enum Session<'a> {
    Drive(&'a mut crate::tasks::drive::DriveTask),
    Record(&'a mut crate::tasks::record::RecordTask),
}

impl Inner {
    fn session(
        &mut self,
        what: impl FnOnce(Session<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        match &mut self.task {
            Some(Task::Drive(task)) => what(Session::Drive(task)),
            Some(Task::Record(task)) => what(Session::Record(task)),
            _ => Err(no_arm()),
        }
    }

    pub(crate) fn rig(&mut self) -> Result<&mut Rig, Failure> {
        match &mut self.task {
            Some(Task::Drive(task)) => Ok(&mut task.rig),
            Some(Task::Record(task)) => Ok(&mut task.rig),
            _ => Err(no_arm()),
        }
    }

    fn not_busy_with(&self, key: &str) -> Result<(), Failure> {
        let task = self.task.as_ref();
        match task.filter(|task| task.busy().iter().any(|busy| busy == key)) {
            Some(task) => Err(not_while(
                format!("this arm is in use: {}", task.words()),
                "End that first.",
            )),
            None => Ok(()),
        }
    }

    /// Why closing should be asked about.
    fn why_ask(&self) -> Option<String> {
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
}

/// Nothing else begins as long as this is there.
pub(crate) struct Reserved<'a>(&'a Shared);

impl Drop for Reserved<'_> {
    fn drop(&mut self) {
        self.0.lock().work = None;
    }
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Inner> {
        lock(&self.inner)
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

    fn compare(&self, key: &str) -> Result<Reserved<'_>, Failure> {
        self.reserve(
            "calibrations are being compared",
            Activity::Calibrating,
            key,
        )
    }

    /// What the stop button presses from now on.
    pub(crate) fn set_stop(&self, stop: Option<EmergencyStop>) {
        *lock(&self.stop) = stop;
    }

    fn understood(&self) -> Result<(), Failure> {
        let file = understood();
        let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        folder
            .and_then(|()| std::fs::write(&file, "The note about Stop was read.\n"))
            .map_err(|error| Failure {
                code: ErrorCode::Disk,
                message: format!(
                    "it could not be remembered: {error}\nFile: {}",
                    file.display()
                ),
                remedy: "Make room on the disk, or check the folder's owner and permissions."
                    .into(),
            })?;
        self.lock().first_start = false;
        Ok(())
    }

    fn choose(&self, kind: InputKind) -> Result<(), Failure> {
        self.lock().session(|session| match session {
            Session::Drive(task) => task.choose(kind),
            Session::Record(task) => task.choose(kind),
        })
    }

    fn save_pose(&self, name: &str) -> Result<(), Failure> {
        let (seats, places) = {
            let mut inner = self.lock();
            let rig = inner.rig()?;
            (rig.seats(), rig.present()?)
        };
        let mut books = Vec::new();
        for seat in &seats {
            books.push(PoseBook::open(&seat.config)?);
        }
        for (book, place) in books.iter_mut().zip(places) {
            book.save(name, place)?;
        }
        self.show_poses(&poses_of(&seats));
        Ok(())
    }

    fn delete_pose(&self, name: &str) -> Result<(), Failure> {
        let seats = self.lock().rig()?.seats();
        for seat in &seats {
            PoseBook::open(&seat.config)?.delete(name)?;
        }
        self.show_poses(&poses_of(&seats));
        Ok(())
    }

    fn show_poses(&self, poses: &[protocol::window::SavedPoseCard]) {
        if let Ok(rig) = self.lock().rig() {
            rig.set_poses(poses.to_vec());
        }
    }

    fn go_to_pose(&self, name: &str) -> Result<(), Failure> {
        let seats = self.lock().rig()?.seats();
        let configs: Vec<_> = seats.into_iter().map(|seat| seat.config).collect();
        let place = station::pose::target(&configs, name)?;
        self.lock().session(|session| match session {
            Session::Drive(task) => task.go_to(&place),
            Session::Record(task) => task.go_to(&place),
        })
    }

    fn open_camera(&self, key: &str) -> Result<(), Failure> {
        let seen = self.looking.seen();
        {
            let inner = self.lock();
            if inner.eyes.has(key) {
                return Ok(());
            }
            if let Some(task @ (Task::Drive(_) | Task::Record(_))) = &inner.task {
                return Err(not_while(
                    format!("cameras belong to the session: {}", task.words()),
                    "Its own cameras are shown; end it to look through another.",
                ));
            }
        }
        let setting = eyes::setting(key, &seen)?;
        let set = eyes::open(setting, &self.previews)?;
        self.pictures.forget();
        let mut inner = self.lock();
        let too_late = matches!(inner.task, Some(Task::Drive(_) | Task::Record(_)))
            || inner.work.is_some()
            || inner.eyes.has(key);
        if too_late {
            drop(inner);
            drop(set);
            return Err(bad_request(
                "the camera was just opened or given to a session",
                "",
            ));
        }
        inner.eyes.put(key.to_owned(), set, self.clock.now());
        Ok(())
    }

    fn close_camera(&self, key: &str) {
        let closed = self.lock().eyes.close(Some(key));
        self.pictures.forget();
        drop(closed);
    }

    pub(crate) fn wake(&self) {
        *lock(&self.woken) = true;
        self.wake.notify_all();
    }

    /// The thread's body.
    fn run(&self) {
        while !self.over.load(Ordering::Acquire) {
            let turned = catch_unwind(AssertUnwindSafe(|| self.turn()));
            if let Err(panic) = turned {
                let words = stdx::thread::words(&*panic);
                tracing::error!("the desk failed and goes on: {words}");
                self.lock().notices.push(notices::once(
                    Level::Warning,
                    format!("What is shown may be old: {words}"),
                    "Please report this with the log.",
                ));
            }
            let mut woken = lock(&self.woken);
            if !std::mem::take(&mut *woken) {
                let waited = self.wake.wait_timeout(woken, LOOK);
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
        let wish = self.stop_wish.swap(false, Ordering::AcqRel);
        let ended = inner.pump(wish, seen.disk_free);
        if ended.is_some() {
            self.set_stop(None);
            self.hands.let_go();
        }
        let Inner { eyes, notices, .. } = &mut *inner;
        let closed = eyes.look(&self.pictures, now, notices);
        self.board.put(inner.topics(&seen, self));
        drop(inner);
        self.pictures.tidy();
        if !closed.is_empty() {
            self.pictures.forget();
            self.looking.let_go(closed);
        }
        if let Some((task, changed)) = ended {
            self.pictures.forget();
            self.looking.watch_disk(None);
            // A gamepad's reader is waited for a moment.
            self.looking.let_go(task);
            if changed {
                self.looking.again();
            }
        }
    }
}

impl Inner {
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
        if !told.ended {
            return None;
        }
        let task = self.task.take()?;
        if told.torque_unknown {
            self.doubt = task.seats();
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
