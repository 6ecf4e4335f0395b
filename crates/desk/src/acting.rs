//! What a request does, on the time of whoever asks. Whatever may take a while is done with nothing locked.
//!
//! Not here: how tasks begin (`start`), reading requests (`asking`).

use std::path::PathBuf;

use protocol::Failure;
use protocol::window::{Activity, Answer, ArmChoice, Ask, InputKind, Level, SavedPoseCard};
use station::calibrations::Side;
use station::pose_book::PoseBook;

use crate::shared::{Inner, Reserved, Shared, understood};
use crate::tasks::drive::DriveTask;
use crate::tasks::record::RecordTask;
use crate::tasks::rig::{Move, Rig, poses_of};
use crate::tasks::{Task, calibration};
use crate::words::{bad_request, not_while, nothing_runs};
use crate::{arms_known, diagnose, eyes, notices};

impl Shared {
    /// Does what is asked; `quit` is called when a person may and wants to close the program.
    ///
    /// # Errors
    /// When it cannot be done now, or not at all.
    pub(crate) fn act(&self, ask: Ask, quit: &dyn Fn()) -> Result<Answer, Failure> {
        let shared = self;
        match ask {
            Ask::Hello => {
                shared.turn();
                let (seq, topics) = shared.board.welcome();
                return Ok(Answer::Welcome { seq, topics });
            }
            Ask::LookAgain => shared.looking.again(),
            Ask::Understood => shared.understood(),
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
                        let last = &mut inner.last;
                        let shown = last.setup.take().is_some()
                            | last.identify.take().is_some()
                            | last.calibration.take().is_some();
                        if !shown {
                            shared.left.call_off();
                        }
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
            Ask::LookForLeft => shared.left.look_again(),
            Ask::Recover { key, keep } => {
                let recording = shared.lock().recording();
                shared.left.recover(&key, keep, recording.as_deref())?;
            }
            Ask::UndoDiscard { key } => shared.left.want_back(&key)?,
            Ask::SetSettings(changes) => shared.set_settings(&changes)?,
            Ask::Speak { language } => shared.page_speaks(&language),
            Ask::BeginSettingsAnew => return shared.begin_settings_anew(),
            Ask::Doctor => return Ok(Answer::Doctor(diagnose::doctor()?)),
            Ask::ReadLog(query) => return Ok(Answer::Log(diagnose::log(&query)?)),
            Ask::ReadHealth { after } => {
                return Ok(Answer::Health(shared.lock().health.page(after)));
            }
            Ask::PrepareBundle => return Ok(Answer::Bundle(shared.prepare_bundle())),
            Ask::ReadBundle { name, from } => {
                return Ok(Answer::BundleText(shared.read_bundle(&name, from)?));
            }
            Ask::SaveBundle => return shared.save_bundle(),
            Ask::Quit { confirmed } => {
                let why = shared.lock().why_ask();
                if confirmed || why.is_none() {
                    quit();
                }
                return Ok(Answer::MayClose {
                    closes: confirmed || why.is_none(),
                    why: why.unwrap_or_default(),
                });
            }
        }
        shared.turn();
        Ok(Answer::Done)
    }

    fn compare(&self, key: &str) -> Result<Reserved<'_>, Failure> {
        self.reserve(
            "calibrations are being compared",
            Activity::Calibrating,
            key,
        )
    }

    fn understood(&self) {
        let file = understood();
        let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        let kept = folder.and_then(|()| std::fs::write(&file, "The note about Stop was read.\n"));
        if let Err(error) = kept {
            // It was read all the same. Why it will be shown again stands on Home already, unless it is something else.
            let message = format!("that the note was read could not be remembered: {error}");
            tracing::warn!("{message}\nFile: {}", file.display());
            if self.looking.seen().folders.is_empty() {
                self.lock().notices.push(notices::once(
                    Level::Note,
                    format!("{message}\nFile: {}", file.display()),
                    "It is shown again at the next start. Check the folder's owner and permissions.",
                ));
            }
        }
        self.lock().first_start = false;
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

    fn show_poses(&self, poses: &[SavedPoseCard]) {
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
}

fn no_arm() -> Failure {
    not_while("no arm is open", "Open one on Drive or Record.")
}

/// A task that drives.
enum Session<'a> {
    Drive(&'a mut DriveTask),
    Record(&'a mut RecordTask),
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

    /// The dataset that a session records into.
    fn recording(&self) -> Option<PathBuf> {
        match &self.task {
            Some(Task::Record(task)) => Some(PathBuf::from(&task.state.root)),
            _ => None,
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
}
