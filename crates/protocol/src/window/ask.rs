//! What the window can ask for, and what it gets.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::Tell;
use super::bench::ArmRole;
use super::calibration::{CalibrationCopy, CalibrationDiff};
use super::camera::CameraSetup;
use super::diagnostics::{BundlePreview, BundleText, HealthPage, LogPage, LogQuery};
use super::drive::InputKind;
use super::record::CheckLine;
use super::settings::SettingValue;

/// An arm by key, and how it is used this time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct ArmChoice {
    /// Its key, as in [`super::ArmCard`].
    pub key: String,
    /// What it is used as.
    pub role: ArmRole,
}

/// What to drive.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct StartDrive {
    /// One follower, or left and right; as many leaders, or none.
    pub arms: Vec<ArmChoice>,
    /// Cameras by name.
    pub cameras: Vec<String>,
    /// Cycles a second.
    pub rate_hz: f64,
    /// What moves the arm first.
    pub input: InputKind,
}

/// What to record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[ts(export_to = "protocol.ts")]
pub struct StartRecord {
    /// Arms, cameras, rate and input.
    pub drive: StartDrive,
    /// The dataset's name, below the usual folder, or a whole path.
    pub dataset: String,
    /// Whether it is there already and goes on.
    pub resume: bool,
    /// What the arm is to do.
    pub task: String,
    /// Rows a second.
    pub fps: u32,
    /// Length of an episode in seconds.
    pub episode_s: f64,
    /// Time between two episodes in seconds.
    pub reset_s: f64,
    /// Episodes.
    pub episodes: u32,
    /// What becomes of an episode that an earlier session left: `true` keeps it, `false` throws it away, none asks.
    pub keep_left_over: Option<bool>,
}

/// What a person says in the set-up wizard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum SetupStep {
    /// The motor is connected.
    Next,
    /// Go on in spite of the refusal.
    Anyway,
    /// Leave this motor out.
    Skip,
    /// Give the motor that was done last what it held before.
    Undo,
}

/// What a person says in the calibration wizard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum CalibrationStep {
    /// Every joint stands in its middle; while recording: begin again from here.
    HomeHere,
    /// Every joint has been through its travel: show what would be written.
    Review,
    /// Write motors and file.
    Write,
    /// Back to recording.
    Back,
}

/// What a person says while recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum RecordStep {
    /// Begin the first episode; save and go on; end the reset.
    Next,
    /// Throw the running or last episode away and record it again.
    Again,
    /// Stand still.
    Pause,
    /// Go on.
    Resume,
    /// Bring the episode discarded last back.
    Undo,
    /// End the session; the running episode is saved.
    Finish,
}

/// A request's body.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "do", content = "with", rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum Ask {
    /// A page begins: every topic's newest value.
    Hello,
    /// Look for arms and cameras again.
    LookAgain,
    /// The note about Stop was read.
    Understood,
    /// Gives an arm a name and a role, and remembers it by its adapter.
    NameArm {
        /// Its key.
        key: String,
        /// Its name.
        name: String,
        /// What it is used as.
        role: ArmRole,
    },
    /// Forgets an arm; its calibration stays.
    ForgetArm {
        /// Its key.
        key: String,
    },
    /// Waits for an arm to be moved by hand.
    Identify,
    /// Looks for motors on an arm's bus.
    Scan {
        /// Its key.
        key: String,
        /// At every rate and every id.
        thorough: bool,
    },
    /// Opens the set-up wizard.
    SetUp {
        /// The arm's key.
        key: String,
        /// What it will be used as.
        role: ArmRole,
        /// From the beginning, though an earlier run is remembered.
        fresh: bool,
    },
    /// A step of the set-up wizard.
    SetUpStep(SetupStep),
    /// Opens the calibration wizard.
    Calibrate {
        /// The arm.
        arm: ArmChoice,
        /// Whether `wrist_roll`'s range is recorded too.
        wrist_roll: bool,
        /// Whether the person switches the power off and on at the end.
        verify_power: bool,
    },
    /// A step of the calibration wizard.
    CalibrateStep(CalibrationStep),
    /// Compares an arm's calibration file with its motors.
    CompareCalibration(ArmChoice),
    /// Writes the file's numbers into the motors, or the motors' into the file.
    TransferCalibration {
        /// The arm.
        arm: ArmChoice,
        /// From the file into the motors; otherwise the other way.
        to_motors: bool,
    },
    /// The calibrations that were kept of an arm.
    CalibrationHistory(ArmChoice),
    /// Brings a former calibration back, in file and motors.
    RollBackCalibration {
        /// The arm.
        arm: ArmChoice,
        /// The file to bring back.
        path: String,
    },
    /// Ends the search, the wizard or the session that is going on, in good order; where there is none, calls off the keeping of
    /// what was left, which is then offered again.
    Finish,
    /// Sets a camera up, or changes how it is.
    SaveCamera(CameraSetup),
    /// Forgets how a camera is set up.
    ForgetCamera {
        /// Its name.
        name: String,
    },
    /// Opens a camera for a preview; closed when nobody looks for five seconds.
    OpenCamera {
        /// Its key.
        key: String,
    },
    /// Closes a preview.
    CloseCamera {
        /// Its key.
        key: String,
    },
    /// Sets a control of an open camera.
    SetControl {
        /// The camera's key.
        key: String,
        /// The control's name.
        control: String,
        /// Its value.
        value: f64,
    },
    /// Opens arms and holds them.
    StartDrive(StartDrive),
    /// Drives: for the first time, or again after a hold or a stop.
    Resume,
    /// Holds still, with torque.
    Hold,
    /// Lets the arms down gently and closes them.
    Release,
    /// Chooses what moves the arm.
    ChooseInput(InputKind),
    /// Switches drive keys on or off.
    KeysOn(bool),
    /// Speed, as a factor of the usual one.
    SetSpeed(f64),
    /// The arm that keys drive.
    SelectArm(u8),
    /// Moves one joint to a place: a slider.
    MoveJoint {
        /// Its place in dataset order.
        index: u8,
        /// Degrees, percent for the gripper.
        value: f64,
    },
    /// Moves one joint by a step: for who cannot hold a key.
    StepJoint {
        /// Its place in dataset order.
        index: u8,
        /// Degrees, percent for the gripper.
        by: f64,
    },
    /// Keeps the present pose under a name.
    SavePose {
        /// The name.
        name: String,
    },
    /// Goes to a pose at a bounded speed.
    GoToPose {
        /// Its name.
        name: String,
    },
    /// Forgets a pose.
    DeletePose {
        /// Its name.
        name: String,
    },
    /// Opens or closes a leader's clutch.
    SetClutch {
        /// Open: the leader moves, the follower holds.
        open: bool,
    },
    /// What would be checked before recording, without opening anything.
    Preflight(StartRecord),
    /// Opens arms and cameras and waits for the first episode.
    StartRecord(StartRecord),
    /// A step of the recording session.
    RecordStep(RecordStep),
    /// Sets several settings, all or none; a setting without a value gets its usual one.
    SetSettings(Vec<(String, Option<SettingValue>)>),
    /// Puts a settings file that makes no sense aside, where it stays, and begins a new one.
    BeginSettingsAnew,
    /// Which language the page speaks, by its tag (`en`, `de`, `zh`): where the settings say `system` it is the page that knows
    /// the computer's languages, and both must speak one.
    Speak {
        /// The tag.
        language: String,
    },
    /// Looks at this machine as support would.
    Doctor,
    /// Entries of the log.
    ReadLog(LogQuery),
    /// What the program was like, from the sample after this number on.
    ReadHealth {
        /// Number of the last sample that is known.
        #[ts(type = "number")]
        after: u64,
    },
    /// Gathers a bundle for a report, to be looked at. Nothing is written.
    PrepareBundle,
    /// Part of a file of the bundle that was prepared.
    ReadBundle {
        /// The file's name.
        name: String,
        /// The first line, from 0.
        #[ts(type = "number")]
        from: u64,
    },
    /// Saves the bundle that was prepared.
    SaveBundle,
    /// Looks for what interrupted sessions left.
    LookForLeft,
    /// Keeps what was left in its dataset, or throws it away.
    Recover {
        /// Which, by key.
        key: String,
        /// Whether it is kept.
        keep: bool,
    },
    /// Offers what was thrown away last again.
    UndoDiscard {
        /// Which, by key.
        key: String,
    },
    /// Closes the program: refused while an arm is live or an episode unsaved, unless it was confirmed.
    Quit {
        /// The person has seen what is going on and wants the end.
        confirmed: bool,
    },
}

/// What a request gets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "is", content = "what", rename_all = "snake_case")]
#[ts(export_to = "protocol.ts")]
pub enum Answer {
    /// It was done, or begun; topics tell the rest.
    Done,
    /// Every topic's newest value, and the number of the last event.
    Welcome {
        /// Number of the last event.
        #[ts(type = "number")]
        seq: u64,
        /// Every topic.
        topics: Vec<Tell>,
    },
    /// File and motors side by side.
    Diff(CalibrationDiff),
    /// What was kept.
    History(Vec<CalibrationCopy>),
    /// Checks before recording.
    Checks(Vec<CheckLine>),
    /// What was found on this machine.
    Doctor(Vec<CheckLine>),
    /// Entries of the log.
    Log(LogPage),
    /// Part of the history.
    Health(HealthPage),
    /// The bundle as it would be saved.
    Bundle(BundlePreview),
    /// Part of a file of the bundle.
    BundleText(BundleText),
    /// A file was saved.
    Saved {
        /// Where.
        path: String,
        /// Its length in bytes.
        #[ts(type = "number")]
        bytes: u64,
    },
    /// The program may close; or it may not without a confirmation, and why.
    MayClose {
        /// Whether it closes.
        closes: bool,
        /// Why it asks; empty when it does not.
        why: String,
    },
}
