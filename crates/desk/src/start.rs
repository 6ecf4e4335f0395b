//! How each task begins: what is asked becomes a process, on the time of whoever asks.
//!
//! Not here: what a task does (`tasks`), answering (`desk`).

use std::path::PathBuf;
use std::time::Duration;

use arms::{ArmConfig, ArmKind};
use dataset::left::Condition;
use protocol::window::{
    Activity, ArmChoice, ArmRole, CheckGrade, CheckLine, LeftOver, RecordPhase, RecordState,
    StartDrive, StartRecord,
};
use protocol::{ErrorCode, Failure};
use station::calibrate::{CalibrateOptions, WristRoll};
use station::camera_settings::CameraSetting;
use station::drive::RigConfig;
use station::record::{Av1, RecordConfig, Recovery, SessionConfig, checks, record, spec_of};
use station::settings::Settings;
use station::teleoperate::{TeleoperateConfig, teleoperate};
use station::{hardware, paths};
use teleop::GamePad;
use units::Hz;

use crate::arms_known::{self, Seat};
use crate::eyes;
use crate::inputs::{self, Made};
use crate::shared::Shared;
use crate::tasks::calibration::CalibrateTask;
use crate::tasks::drive::DriveTask;
use crate::tasks::identify::IdentifyTask;
use crate::tasks::record::RecordTask;
use crate::tasks::rig::{Plan, Rig};
use crate::tasks::scan::ScanTask;
use crate::tasks::setup::SetupTask;
use crate::tasks::{Running, Task, record as recording};
use crate::words::{bad_request, not_while};

/// The arms of a session by what they are used as.
struct Arms {
    followers: Vec<Seat>,
    leaders: Vec<Seat>,
}

impl Arms {
    /// The arms, with limits as tight as the settings want them.
    fn of(choices: &[ArmChoice], settings: &Settings) -> Result<Self, Failure> {
        let mut arms = Self {
            followers: Vec::new(),
            leaders: Vec::new(),
        };
        for choice in choices {
            let mut seat = arms_known::seat(choice)?;
            settings.tighten(&mut seat.config.safety);
            match choice.role {
                ArmRole::Follower => arms.followers.push(seat),
                ArmRole::Leader => arms.leaders.push(seat),
            }
        }
        let (followers, leaders) = (arms.followers.len(), arms.leaders.len());
        if !(1..=2).contains(&followers) {
            return Err(bad_request(
                format!("{followers} follower arms cannot be driven"),
                "Choose one follower, or a left and a right one.",
            ));
        }
        if leaders != 0 && leaders != followers {
            return Err(bad_request(
                format!("{leaders} leader arms cannot lead {followers} follower arms"),
                "Choose one leader for each follower, or none.",
            ));
        }
        let all: Vec<&Seat> = arms.followers.iter().chain(&arms.leaders).collect();
        for (at, seat) in all.iter().enumerate() {
            let twice = all[..at].iter().any(|other| other.key == seat.key);
            // Each simulated arm is one of its own.
            if twice && !hardware::simulated(&seat.config.port) {
                return Err(bad_request(
                    format!("“{}” is chosen twice", seat.name),
                    "An arm is one follower or one leader.",
                ));
            }
        }
        for side in [&mut arms.followers, &mut arms.leaders] {
            if let [left, right] = side.as_mut_slice() {
                for (name, seat) in [("left", left), ("right", right)] {
                    seat.config.name = format!("{name}_{}", kind_word(seat.config.kind));
                    if hardware::simulated(&seat.config.port) {
                        seat.name = format!("{}, {name}", seat.name);
                    }
                }
            }
        }
        Ok(arms)
    }
}

fn kind_word(kind: ArmKind) -> &'static str {
    match kind {
        ArmKind::Follower => "follower",
        ArmKind::Leader => "leader",
    }
}

/// A rig that is about to be opened, as the station and as the window want it.
struct Ready {
    config: RigConfig,
    rig: Rig,
    pad: Option<GamePad>,
    cameras: Vec<CameraSetting>,
    rate: Hz,
}

impl Shared {
    /// Puts a task where it is pumped.
    fn put(&self, task: Task) {
        let mut task = task;
        let mut inner = self.lock();
        if inner.closing {
            task.leave();
        } else if self.stopped_meanwhile() {
            task.finish();
        }
        match &task {
            Task::Scan(_) => inner.last.scan = None,
            Task::Setup(_) => inner.last.setup = None,
            Task::Identify(_) => inner.last.identify = None,
            Task::Calibrate(_) => inner.last.calibration = None,
            Task::Record(_) => inner.last.record = None,
            Task::Drive(_) => {}
        }
        inner.task = Some(task);
    }

    pub(crate) fn identify(&self) -> Result<(), Failure> {
        let _reserved = self.reserve("an arm is being identified", Activity::Identifying, "")?;
        self.put(Task::Identify(IdentifyTask::start()?));
        Ok(())
    }

    pub(crate) fn scan(&self, key: &str, thorough: bool) -> Result<(), Failure> {
        let _reserved = self.reserve("motors are being looked for", Activity::Scanning, key)?;
        let mut seat = arms_known::seat_of_adapter(&ArmChoice {
            key: key.to_owned(),
            role: ArmRole::Follower,
        })?;
        self.tighten(&mut seat);
        self.put(Task::Scan(ScanTask::start(seat, thorough)?));
        Ok(())
    }

    pub(crate) fn set_up(&self, arm: &ArmChoice, fresh: bool) -> Result<(), Failure> {
        let _reserved = self.reserve("motors are being set up", Activity::SettingUp, &arm.key)?;
        let mut seat = arms_known::seat_of_adapter(arm)?;
        self.tighten(&mut seat);
        self.put(Task::Setup(SetupTask::start(seat, fresh)?));
        Ok(())
    }

    pub(crate) fn calibrate(
        &self,
        arm: &ArmChoice,
        wrist_roll: bool,
        verify_power: bool,
    ) -> Result<(), Failure> {
        let _reserved = self.reserve(
            "an arm is being calibrated",
            Activity::Calibrating,
            &arm.key,
        )?;
        let mut seat = arms_known::seat_to_calibrate(arm)?;
        self.tighten(&mut seat);
        let options = CalibrateOptions {
            wrist_roll: if wrist_roll {
                WristRoll::Recorded
            } else {
                WristRoll::WholeTurn
            },
            verify_power,
        };
        self.put(Task::Calibrate(CalibrateTask::start(seat, options)?));
        Ok(())
    }

    /// Makes the limits of an arm that is opened outside a session as tight as the settings want them.
    fn tighten(&self, seat: &mut Seat) {
        self.settings.now().tighten(&mut seat.config.safety);
    }

    fn ready(&self, start: &StartDrive) -> Result<Ready, Failure> {
        let settings = self.settings.now();
        let arms = Arms::of(&start.arms, &settings)?;
        let rate = Hz::new(start.rate_hz)
            .filter(|rate| teleop::RATES.contains(&rate.get()))
            .ok_or_else(|| {
                bad_request(
                    format!("a control loop does not run at {} Hz", start.rate_hz),
                    "Choose a rate from 1 to 250 Hz.",
                )
            })?;
        let cameras = eyes::of_session(&start.cameras, &self.looking.seen())?;
        // Those that are open for a preview are given up before a session wants them.
        let closed = self.lock().eyes.close(None);
        self.pictures.forget();
        drop(closed);
        let Made {
            inputs,
            teleoperator,
            pad,
        } = inputs::make(
            arms.followers.len(),
            !arms.leaders.is_empty(),
            start.input,
            &self.hands,
            &self.clock,
            settings.speed(),
        )?;
        let configs = |seats: &[Seat]| seats.iter().map(|seat| seat.config.clone()).collect();
        let config = RigConfig {
            followers: configs(&arms.followers),
            leaders: configs(&arms.leaders),
            teleoperator: Box::new(teleoperator),
        };
        let rig = Rig::new(Plan {
            followers: arms.followers,
            leaders: arms.leaders,
            inputs,
            rate_hz: rate.get(),
            curves: self.curves.clone(),
            cameras: cameras
                .iter()
                .map(|camera| camera.config.key.clone())
                .collect(),
        })?;
        Ok(Ready {
            config,
            rig,
            pad,
            cameras,
            rate,
        })
    }

    pub(crate) fn start_drive(&self, start: &StartDrive) -> Result<(), Failure> {
        let first = start.arms.first().map_or("", |arm| arm.key.as_str());
        let _reserved = self.reserve("an arm is being opened", Activity::Driving, first)?;
        let ready = self.ready(start).inspect_err(|_| self.hands.let_go())?;
        let mut rig = ready.rig;
        let running = Running::start(teleoperate(TeleoperateConfig {
            rig: ready.config,
            cameras: ready.cameras,
            rate: ready.rate,
            duration: None,
            uncapped: false,
            start_holding: true,
            previews: self.previews.clone(),
        }))
        .inspect_err(|_| self.hands.let_go())?;
        // At once: whatever takes its time below, the arm can be stopped.
        self.set_stop(running.emergency());
        if let Some(emergency) = running.emergency() {
            rig.inputs.read_pads(ready.pad, emergency);
        }
        self.put(Task::Drive(Box::new(DriveTask {
            running,
            rig,
            hands: self.hands.clone(),
        })));
        Ok(())
    }

    pub(crate) fn preflight(&self, start: &StartRecord) -> Result<Vec<CheckLine>, Failure> {
        let arms = Arms::of(&start.drive.arms, &self.settings.now())?;
        let cameras = eyes::of_session(&start.drive.cameras, &self.looking.seen())?;
        let rate = Hz::new(start.drive.rate_hz)
            .ok_or_else(|| bad_request("the rate is none", "Choose a rate from 1 to 250 Hz."))?;
        let config = RigConfig {
            followers: arms.followers.into_iter().map(|seat| seat.config).collect(),
            leaders: arms.leaders.into_iter().map(|seat| seat.config).collect(),
            teleoperator: Box::new(teleop::direct().1),
        };
        let mut lines = arm_lines(&config.followers);
        lines.extend(arm_lines(&config.leaders));
        lines.extend(bus_lines(&cameras));
        let config = self.record_config(start, config, cameras, rate)?;
        lines.extend(checks(&config).iter().map(recording::check));
        Ok(lines)
    }

    fn record_config(
        &self,
        start: &StartRecord,
        rig: RigConfig,
        cameras: Vec<CameraSetting>,
        control_rate: Hz,
    ) -> Result<RecordConfig, Failure> {
        let span = |what: &str, seconds: f64| {
            if (0.0..=86_400.0).contains(&seconds) {
                Ok(Duration::from_secs_f64(seconds))
            } else {
                Err(bad_request(
                    format!("{what} of {seconds} s is no length of time"),
                    "Use seconds, from 0 to a day.",
                ))
            }
        };
        Ok(RecordConfig {
            rig,
            cameras,
            film: self.settings.now().film(),
            av1: Av1::default(),
            root: self.root(start)?,
            resume: start.resume,
            recovery: match start.keep_left_over {
                Some(true) => Recovery::Keep,
                Some(false) => Recovery::Discard,
                None => Recovery::Ask,
            },
            session: SessionConfig {
                task: start.task.clone(),
                fps: start.fps,
                control_rate,
                episode_time: span("an episode", start.episode_s)?,
                reset_time: span("a reset", start.reset_s)?,
                num_episodes: start.episodes,
                start_at_once: false,
            },
            start_holding: true,
            previews: self.previews.clone(),
        })
    }

    pub(crate) fn start_record(&self, start: &StartRecord) -> Result<(), Failure> {
        let first = start.drive.arms.first().map_or("", |arm| arm.key.as_str());
        let _reserved = self.reserve("a recording is being opened", Activity::Recording, first)?;
        let folder = self.root(start)?;
        if start.resume && start.keep_left_over.is_none() {
            self.ask_for_left_over(start, &folder)?;
        }
        let let_go = |_: &Failure| self.hands.let_go();
        let ready = self.ready(&start.drive).inspect_err(let_go)?;
        let mut rig = ready.rig;
        let config = self
            .record_config(start, ready.config, ready.cameras, ready.rate)
            .inspect_err(let_go)?;
        let (session, spec) = (config.session.clone(), spec_of(&config));
        station::left::note_recording(&folder);
        let running = Running::start(record(config)).inspect_err(let_go)?;
        self.set_stop(running.emergency());
        if let Some(emergency) = running.emergency() {
            rig.inputs.read_pads(ready.pad, emergency);
        }
        self.looking.watch_disk(Some(folder.clone()));
        self.put(Task::Record(Box::new(RecordTask::new(recording::Plan {
            running,
            rig,
            hands: self.hands.clone(),
            root: folder,
            dataset: start.dataset.clone(),
            session,
            spec,
            curves: self.curves.clone(),
        }))));
        Ok(())
    }

    /// The folder of a dataset: a whole path, or a name below the folder for new ones. One that goes on is looked for in
    /// LeRobot's own folder too.
    fn root(&self, start: &StartRecord) -> Result<PathBuf, Failure> {
        let dataset = &start.dataset;
        let path = PathBuf::from(dataset);
        if path.is_absolute() {
            return Ok(path);
        }
        let settings = self.settings.now();
        if !paths::is_repo_id(dataset) {
            return Err(bad_request(
                format!("“{dataset}” is no name for a dataset"),
                "Use NAME or USER/NAME with letters, digits, -, _ and ., or a whole path.",
            ));
        }
        Ok(if start.resume {
            settings.dataset(dataset)
        } else {
            settings.datasets().join(dataset)
        })
    }

    /// Whether an earlier session left an episode unfinished in this dataset: then a person decides first.
    fn ask_for_left_over(&self, start: &StartRecord, folder: &PathBuf) -> Result<(), Failure> {
        if !folder.exists() {
            return Ok(());
        }
        let looked = dataset::left::look(folder).map_err(|error| Failure {
            code: ErrorCode::Data,
            message: error.to_string(),
            remedy: error.remedy().to_string(),
        })?;
        // One that somebody writes to is refused by the recorder; what of it cannot be kept it puts away, and says so.
        let whole =
            |left: &&dataset::left::Left| left.condition == Condition::Whole && !looked.in_use;
        let Some(left) = looked.left.iter().find(whole) else {
            return Ok(());
        };
        let seconds = left.rows as f64 / f64::from(left.fps.max(1));
        let state = RecordState {
            root: folder.display().to_string(),
            dataset: start.dataset.clone(),
            task: start.task.clone(),
            fps: start.fps,
            phase: RecordPhase::Over,
            left_over: Some(LeftOver {
                root: folder.display().to_string(),
                task: left.task.clone(),
                seconds,
            }),
            ..RecordState::default()
        };
        self.lock().last.record = Some(Box::new(state));
        Err(not_while(
            format!(
                "an earlier session left {seconds:.1} s of “{}” in this dataset",
                left.task
            ),
            "Keep it or throw it away, then record.",
        ))
    }
}

/// Whether every arm has a calibration that it can be driven with.
fn arm_lines(followers: &[ArmConfig]) -> Vec<CheckLine> {
    let one = |arm: &ArmConfig| {
        let calibration = hardware::calibration_for(arm);
        let (grade, found, remedy) = match calibration {
            Ok(_) => (
                CheckGrade::Fine,
                format!("{} is calibrated", arm.name),
                String::new(),
            ),
            Err(failure) => (CheckGrade::Refused, failure.message, failure.remedy),
        };
        CheckLine {
            name: "arm".to_owned(),
            grade,
            found,
            remedy,
        }
    };
    followers.iter().map(one).collect()
}

/// Whether the buses carry what the cameras send; nothing to say where they do.
fn bus_lines(cameras: &[CameraSetting]) -> Vec<CheckLine> {
    let line = |grade, found: String, remedy: String| CheckLine {
        name: "cameras".to_owned(),
        grade,
        found,
        remedy,
    };
    match station::cameras::room_on_buses(cameras) {
        Ok(room) => room
            .notes()
            .iter()
            .cloned()
            .map(|note| line(CheckGrade::Notice, note, String::new()))
            .collect(),
        Err(failure) => vec![line(CheckGrade::Refused, failure.message, failure.remedy)],
    }
}

#[cfg(test)]
mod tests {
    use stdx::SystemClock;

    use super::*;

    fn scan() -> Task {
        let seat = arms_known::seat(&ArmChoice {
            key: "sim".to_owned(),
            role: ArmRole::Follower,
        });
        Task::Scan(ScanTask::start(seat.unwrap(), true).unwrap())
    }

    #[test]
    fn every_arm_of_a_session_has_the_limits_that_were_set_and_never_wider_ones() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.toml");
        std::fs::write(
            &file,
            "version = 1\n[limits]\njoint_speed = 60\ntemperature_warn = 45\ngripper_speed = 900\n",
        )
        .unwrap();
        let settings = Settings::load_from(&file, &|_| None);
        let arm = |role| ArmChoice {
            key: "sim".to_owned(),
            role,
        };
        let choices = [arm(ArmRole::Follower), arm(ArmRole::Leader)];
        let arms = Arms::of(&choices, &settings).unwrap();
        let built_in = arms::SafetyConfig::default();
        let seats: Vec<&Seat> = arms.followers.iter().chain(&arms.leaders).collect();
        assert_eq!(seats.len(), 2);
        for seat in seats {
            let safety = seat.config.safety;
            assert_eq!((safety.speed, safety.temperature_warn), (60.0, 45.0));
            assert_eq!(safety.gripper_speed, built_in.gripper_speed);
            assert_eq!(safety.temperature_stop, built_in.temperature_stop);
        }
    }

    #[test]
    fn a_stop_while_something_is_being_opened_ends_what_is_then_opened() {
        let shared = Shared::new(SystemClock::shared());
        let reserved = shared
            .reserve("an arm is being opened", Activity::Driving, "sim")
            .unwrap();
        shared.stop();
        // The desk looks while there is nothing yet that could be stopped.
        shared.turn();
        shared.put(scan());
        drop(reserved);
        let stopping = |shared: &Shared| match &shared.lock().task {
            Some(Task::Scan(task)) => task.running.stopping(),
            Some(_) => false,
            None => true,
        };
        assert!(stopping(&shared));
    }

    #[test]
    fn a_stop_while_nothing_runs_does_not_end_what_begins_later() {
        let shared = Shared::new(SystemClock::shared());
        shared.stop();
        let reserved = shared
            .reserve("an arm is being opened", Activity::Driving, "sim")
            .unwrap();
        shared.put(scan());
        drop(reserved);
        let task = &shared.lock().task;
        assert!(matches!(task, Some(Task::Scan(task)) if !task.running.stopping()));
    }
}
