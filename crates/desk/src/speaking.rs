//! What is told to a person, in the person's language: of every shape of the protocol which fields are text and which are
//! names, keys and figures, and the texts said anew just before they go on the board or into a reply.
//!
//! Every shape is taken apart without `..`, so a new field does not compile until it is put on one of the two sides. What
//! is logged, kept in files or compared by programs stays English. Not here: which words those are (`phrases`).

use phrases::Phrases;
use protocol::Failure;
use protocol::window::{
    Answer, ArmCard, ArmLive, Bench, CalibrationCopy, CalibrationDiff, CalibrationState,
    CalibrationValues, CameraCard, CameraControl, CameraLive, CameraMode, CameraPlace, CameraSetup,
    CheckLine, Deck, DriveState, EpisodeCard, FoundMotor, IdentifyState, InlineRuns, InputChoice,
    JogState, JointLive, JointTravel, KeyCap, LeftEpisode, LeftOver, LoopFigures, Notice, Outcome,
    PicturesOf, ProductState, RecordState, RecoveryDone, RecoveryState, RecoveryWork,
    SavedPoseCard, ScanState, SettingCard, SettingsState, SetupMotor, SetupState, Signature, Tell,
    UnknownKey, WorkersState,
};

use crate::arms_known::SIMULATED_NAME;

/// A shape that has texts for a person.
pub(crate) trait Speak {
    /// Says its texts in the language of `phrases`.
    fn speak(&mut self, phrases: &Phrases);
}

impl Speak for String {
    fn speak(&mut self, phrases: &Phrases) {
        phrases.put(self);
    }
}

impl<T: Speak> Speak for Option<T> {
    fn speak(&mut self, phrases: &Phrases) {
        if let Some(inner) = self {
            inner.speak(phrases);
        }
    }
}

impl<T: Speak> Speak for Vec<T> {
    fn speak(&mut self, phrases: &Phrases) {
        for inner in self {
            inner.speak(phrases);
        }
    }
}

impl<T: Speak> Speak for Box<T> {
    fn speak(&mut self, phrases: &Phrases) {
        (**self).speak(phrases);
    }
}

/// A name of something, and what is said of it.
impl<T: Speak> Speak for (String, T) {
    fn speak(&mut self, phrases: &Phrases) {
        self.1.speak(phrases);
    }
}

/// Shapes with their texts, and then everything else they hold.
macro_rules! speak {
    ($($shape:ident: [$($text:ident)*] [$($other:ident)*];)*) => {
        $(
            impl Speak for $shape {
                fn speak(&mut self, phrases: &Phrases) {
                    // A shape may have none.
                    let _ = phrases;
                    let Self { $($text,)* $($other: _,)* } = self;
                    $($text.speak(phrases);)*
                }
            }
        )*
    };
}

speak! {
    // Names, keys and figures alone, until somebody adds a text.
    CalibrationCopy: [] [path at values];
    CalibrationDiff: [] [path joints];
    CalibrationValues: [] [joint id homing_offset range_min range_max];
    CameraMode: [] [format width height fps];
    CameraSetup: [] [name place width height fps format rotation controls];
    EpisodeCard: [] [index rows seconds true_fps ended repeated_rows stale_rows cameras discarded];
    KeyCap: [] [code axis positive held];
    LeftOver: [] [root task seconds];
    PicturesOf: [] [camera fresh repeated skipped late squeezed late_at];
    RecoveryDone: [] [key dataset task episode rows fps undoable];
    RecoveryWork: [] [key share];
    SavedPoseCard: [] [name];
    SettingCard: [] [name kind value usual source variable restart];
    UnknownKey: [] [name line];

    Failure: [message remedy] [code];
    Notice: [message remedy] [number level command];
    Signature: [verdict] [differing];
    CheckLine: [found remedy] [name grade];
    InputChoice: [why_not] [kind];
    JogState: [why_not] [place_mm angles];
    JointLive: [trouble] [joint id position goal stale least most temperature voltage current load lost];
    LoopFigures: [priority] [wanted_hz rate_hz cycles missed period_error_us bus_us histogram];
    DriveState: [followers leaders inputs keys jog poses figures warnings gamepad] [word input keys_on arm speed
        degrees_per_second first_move clutch_open cameras];
    RecordState: [checks left_over cameras episodes film_words failure] [root dataset task fps episode_s reset_s phase
        episode saved wanted rows waiting rows_wanted left_s true_fps repeated_rows undoable disk_free disk_minutes];
    FoundMotor: [model complaint] [id baud firmware voltage temperature position torque];
    ScanState: [motors findings failure] [arm running done baud];
    SetupMotor: [changed] [joint id word];
    SetupState: [motors refused failure] [arm phase looking_baud can_go_on_anyway];
    IdentifyState: [not_watched signature failure] [running ports stiff found moved known];
    JointTravel: [sentence remedy] [joint id now min max swing usual low_proven high_proven crossed lost tag];
    CameraControl: [label why_not] [name kind value usual];
    CameraLive: [trouble] [word fps pictures bad missed reconnects warmed_in_ms];
    SettingsState: [settings unknown problem] [path];
    LeftEpisode: [notice] [key kind dataset path task rows fps at bytes cameras episodes discardable];
    RecoveryState: [left work done trouble] [looking folders];
}

/// An arm's name is the person's own, but for the arm that is not there.
fn say_name(name: &mut String, phrases: &Phrases) {
    if name == SIMULATED_NAME {
        phrases.put(name);
    }
}

impl Speak for ArmCard {
    fn speak(&mut self, phrases: &Phrases) {
        let Self {
            name,
            notice,
            key: _,
            role: _,
            serial: _,
            port: _,
            adapter: _,
            online: _,
            simulated: _,
            calibration: _,
            calibrated_at: _,
        } = self;
        say_name(name, phrases);
        notice.speak(phrases);
    }
}

impl Speak for Bench {
    fn speak(&mut self, phrases: &Phrases) {
        let Self {
            arms,
            notices,
            version: _,
            first_start: _,
            activity: _,
            busy: _,
            datasets: _,
            lately: _,
        } = self;
        arms.speak(phrases);
        notices.speak(phrases);
    }
}

impl Speak for Deck {
    fn speak(&mut self, phrases: &Phrases) {
        let Self {
            arms,
            trouble,
            torque: _,
            session: _,
            can_resume: _,
            can_release: _,
            unsaved: _,
        } = self;
        for name in arms {
            say_name(name, phrases);
        }
        trouble.speak(phrases);
    }
}

impl Speak for ArmLive {
    fn speak(&mut self, phrases: &Phrases) {
        let Self {
            name,
            joints,
            key: _,
            lost: _,
        } = self;
        say_name(name, phrases);
        joints.speak(phrases);
    }
}

impl Speak for CalibrationState {
    fn speak(&mut self, phrases: &Phrases) {
        let Self {
            name,
            joints,
            refused,
            result,
            before,
            failure,
            arm: _,
            simulated: _,
            power: _,
            phase: _,
            moving: _,
            path: _,
            backup: _,
            moved: _,
        } = self;
        say_name(name, phrases);
        joints.speak(phrases);
        refused.speak(phrases);
        result.speak(phrases);
        before.speak(phrases);
        failure.speak(phrases);
    }
}

impl Speak for CameraCard {
    fn speak(&mut self, phrases: &Phrases) {
        let Self {
            label,
            controls,
            live,
            notice,
            place,
            setup,
            modes,
            key: _,
            online: _,
            cost: _,
        } = self;
        // What a device calls itself is its name.
        if matches!(place, CameraPlace::Sim(_)) {
            label.speak(phrases);
        }
        setup.speak(phrases);
        modes.speak(phrases);
        controls.speak(phrases);
        live.speak(phrases);
        notice.speak(phrases);
    }
}

impl Speak for WorkersState {
    fn speak(&mut self, phrases: &Phrases) {
        let Self {
            suspended,
            products,
            inline,
            settings: _,
            workers: _,
            kinds: _,
            operations: _,
            running: _,
            queued: _,
            longest_wait_ms: _,
            saturated: _,
            restarts: _,
            threads_abandoned: _,
            local: _,
            remote: _,
            cache_hits: _,
            cache_misses: _,
            cache_hit_rate: _,
            buffers: _,
        } = self;
        suspended.speak(phrases);
        products.speak(phrases);
        inline.speak(phrases);
    }
}

impl Speak for ProductState {
    fn speak(&mut self, phrases: &Phrases) {
        let Self {
            inline,
            name: _,
            on: _,
            workers: _,
            may_run_inline: _,
            leaked: _,
        } = self;
        inline.speak(phrases);
    }
}

impl Speak for InlineRuns {
    fn speak(&mut self, phrases: &Phrases) {
        let Self { why, count: _ } = self;
        why.speak(phrases);
    }
}

impl Speak for Tell {
    fn speak(&mut self, phrases: &Phrases) {
        match self {
            Self::Bench(inner) => inner.speak(phrases),
            Self::Deck(inner) => inner.speak(phrases),
            Self::Cameras(inner) => inner.speak(phrases),
            Self::Drive(inner) => inner.speak(phrases),
            Self::Record(inner) => inner.speak(phrases),
            Self::Setup(inner) => inner.speak(phrases),
            Self::Scan(inner) => inner.speak(phrases),
            Self::Identify(inner) => inner.speak(phrases),
            Self::Calibration(inner) => inner.speak(phrases),
            Self::Settings(inner) => inner.speak(phrases),
            Self::Recovery(inner) => inner.speak(phrases),
            Self::Workers(inner) => inner.speak(phrases),
            Self::Notice(inner) => inner.speak(phrases),
        }
    }
}

impl Speak for Answer {
    fn speak(&mut self, phrases: &Phrases) {
        match self {
            Self::Diff(inner) => inner.speak(phrases),
            Self::History(inner) => inner.speak(phrases),
            Self::Checks(inner) | Self::Doctor(inner) => inner.speak(phrases),
            Self::MayClose { why, closes: _ } => why.speak(phrases),
            // Topics were said when they went on the board; a log and a bundle are the same for everybody who reads them.
            Self::Done
            | Self::Welcome { seq: _, topics: _ }
            | Self::Log(_)
            | Self::Health(_)
            | Self::Bundle(_)
            | Self::BundleText(_)
            | Self::Saved { path: _, bytes: _ } => {}
        }
    }
}

impl Speak for Outcome {
    fn speak(&mut self, phrases: &Phrases) {
        match self {
            Self::Done(answer) => answer.speak(phrases),
            Self::Failed(failure) => failure.speak(phrases),
        }
    }
}
