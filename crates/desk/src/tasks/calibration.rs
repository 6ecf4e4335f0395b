//! The calibration wizard, as the window shows it, and the calibrations that there are.

use arms::calibrate::{Progress, Travel, Unusable};
use arms::plausible::{degrees_from_ticks, plausible_width};
use arms::{ArmKind, Calibration, JOINTS, Joint};
use protocol::window::{
    CalibrationCopy, CalibrationDiff, CalibrationPhase, CalibrationState, CalibrationStep,
    CalibrationValues, JointDiff, JointTravel, Level, TravelTag,
};
use protocol::{ErrorCode, Failure};
use station::calibrate::{
    Calibrate, CalibrateCommand, CalibrateConfig, CalibrateEvent, CalibrateOptions, calibrate,
};
use station::calibrations::{CompareConfig, HistoryConfig, RegisterPair, Side};
use station::{calibration_history, compare_calibration, hardware};
use std::time::UNIX_EPOCH;

use super::{Running, Taken, Told};
use crate::arms_known::Seat;
use crate::notices;
use crate::words::{bad_request, not_while};

/// A joint that moved by so many ticks between two looks is the one that moves.
const MOVES: i32 = 6;

pub(crate) struct CalibrateTask {
    pub(crate) running: Running<Calibrate>,
    pub(crate) state: CalibrationState,
    /// Why a joint's recording could not be used when it was asked for last.
    unusable: [Option<Unusable>; JOINTS],
}

impl CalibrateTask {
    pub(crate) fn start(seat: Seat, options: CalibrateOptions) -> Result<Self, Failure> {
        let kind = seat.config.kind;
        let path = arms::calibration_file::path_for(&seat.config)
            .map_err(|error| bad_request(error.to_string(), error.remedy()))?;
        let simulated = hardware::simulated(&seat.config.port);
        let power = options.verify_power;
        Ok(Self {
            running: Running::start(calibrate(CalibrateConfig {
                arm: seat.config,
                options,
            }))?,
            state: CalibrationState {
                arm: seat.key,
                name: seat.name,
                simulated,
                power,
                joints: Joint::ALL
                    .iter()
                    .map(|joint| untravelled(kind, *joint))
                    .collect(),
                path: path.display().to_string(),
                ..CalibrationState::default()
            },
            unusable: [None; JOINTS],
        })
    }

    pub(crate) fn step(&mut self, step: CalibrationStep) -> Result<(), Failure> {
        use CalibrationPhase::{Middle, Recording, Review};
        let phase = self.state.phase;
        let command = match (step, phase) {
            (CalibrationStep::HomeHere, Middle | Recording | Review) => CalibrateCommand::HomeHere,
            (CalibrationStep::Review, Recording) => CalibrateCommand::Review,
            (CalibrationStep::Write, Review) => CalibrateCommand::Finish,
            (CalibrationStep::Back, Review) => {
                self.state.phase = Recording;
                self.state.result.clear();
                return Ok(());
            }
            _ => {
                return Err(not_while(
                    "this step does not fit where the calibration stands",
                    "Follow the steps in their order.",
                ));
            }
        };
        self.running.command(command)?;
        self.state.refused.clear();
        self.unusable = [None; JOINTS];
        Ok(())
    }

    pub(crate) fn pump(&mut self) -> Told {
        let Taken {
            events, outcome, ..
        } = self.running.take();
        let mut told = Told::default();
        for event in events {
            self.event(event, &mut told);
        }
        let Some(outcome) = outcome else {
            return told;
        };
        told.ended = true;
        told.changed = true;
        match outcome {
            Ok(outcome) => {
                self.state.phase = CalibrationPhase::Done;
                self.state.result = values(&outcome.calibration);
                self.state.path = outcome.path.display().to_string();
                self.state.backup = outcome.backup.map(|path| path.display().to_string());
                self.state.moved = names(&outcome.moved);
            }
            Err(failure) => {
                // Nobody had let go of its motors yet.
                told.torque_unknown = self.state.phase == CalibrationPhase::Preparing
                    && failure.code != ErrorCode::Port;
                self.state.phase = if failure.code == ErrorCode::Stopped {
                    CalibrationPhase::Cancelled
                } else {
                    CalibrationPhase::Failed
                };
                self.state.failure = Some(notices::of_failure(&failure));
            }
        }
        told
    }

    fn event(&mut self, event: CalibrateEvent, told: &mut Told) {
        let state = &mut self.state;
        match event {
            CalibrateEvent::MotorPresent { joint, findings } => {
                let words = findings
                    .iter()
                    .map(|what| arms::MotorFinding { joint, what: *what }.to_string());
                let level = Level::Warning;
                told.notices
                    .extend(words.map(|words| notices::of_words(level, &words)));
            }
            CalibrateEvent::Ready => state.phase = CalibrationPhase::Middle,
            CalibrateEvent::Positions(ticks) => {
                for (joint, ticks) in state.joints.iter_mut().zip(ticks) {
                    joint.now = Some(ticks.0);
                }
            }
            CalibrateEvent::Homed { .. } => {
                state.phase = CalibrationPhase::Recording;
                state.result.clear();
                state.refused.clear();
                self.unusable = [None; JOINTS];
            }
            CalibrateEvent::Travelled(travel) => self.travelled(&travel),
            CalibrateEvent::CrossedSeam { joint } => {
                if let Some(joint) = state.joints.get_mut(joint.index()) {
                    joint.crossed = true;
                }
            }
            CalibrateEvent::TooFast { joint } => {
                let name = joint.name();
                told.notices.push(notices::once(
                    Level::Warning,
                    format!("{name} moved too fast to be followed; its recording began again."),
                    "Move it to both of its stops again, more slowly.",
                ));
            }
            CalibrateEvent::Refused(joints) => {
                state.phase = CalibrationPhase::Recording;
                state.result.clear();
                state.refused = joints
                    .iter()
                    .map(|(joint, why)| {
                        let message = format!("{} {why}.", joint.name());
                        notices::standing(Level::Warning, message, why.remedy())
                    })
                    .collect();
                for (joint, why) in joints {
                    self.unusable[joint.index()] = Some(why);
                }
            }
            CalibrateEvent::Reviewed {
                calibration,
                moved,
                former,
            } => {
                state.phase = CalibrationPhase::Review;
                state.result = values(&calibration);
                state.moved = names(&moved);
                state.before = former.map_or_else(Vec::new, before);
            }
            CalibrateEvent::SwitchPower => state.phase = CalibrationPhase::Power,
            CalibrateEvent::NotNow { .. } => {
                state.refused = vec![notices::standing(
                    Level::Note,
                    "Not now: this step ends by itself.",
                    "Wait a moment, then try again.",
                )];
            }
            // How it ended is told by the process's result.
            CalibrateEvent::Saved { .. }
            | CalibrateEvent::Cancelled
            | CalibrateEvent::Failed { .. } => {}
        }
    }

    fn travelled(&mut self, travel: &[Travel; JOINTS]) {
        let mut fastest = (MOVES, None);
        for (joint, travel) in Joint::ALL.into_iter().zip(travel) {
            let place = &mut self.state.joints[joint.index()];
            let moved = (travel.position.0 - place.now.unwrap_or(travel.position.0)).abs();
            if moved > fastest.0 {
                fastest = (moved, Some(joint));
            }
            place.now = travel.answers.then_some(travel.position.0);
            place.lost = travel.lost;
            place.min = Some(travel.min.0);
            place.max = Some(travel.max.0);
            place.swing = degrees_from_ticks(travel.max.0 - travel.min.0);
            place.low_proven = travel.low_proven;
            place.high_proven = travel.high_proven;
            place.crossed = travel.crossed;
            let unusable = self.unusable[joint.index()];
            (place.tag, place.sentence, place.remedy) = judged(travel, unusable);
        }
        if let Some(joint) = fastest.1 {
            self.state.moving = Some(joint.name().to_owned());
        }
        // What was refused is judged by what the joint did since.
        for (joint, travel) in Joint::ALL.into_iter().zip(travel) {
            if matches!(travel.progress, Progress::Enough) {
                self.unusable[joint.index()] = None;
            }
        }
    }
}

fn judged(travel: &Travel, unusable: Option<Unusable>) -> (TravelTag, String, String) {
    let said = |tag, sentence: &str, remedy: &str| (tag, sentence.to_owned(), remedy.to_owned());
    let proven = (travel.low_proven, travel.high_proven);
    match (travel.progress, unusable, proven) {
        (Progress::Enough, ..) => said(TravelTag::Enough, "", ""),
        (Progress::NotNeeded, ..) => said(TravelTag::NotNeeded, "", ""),
        (_, Some(why), _) => said(TravelTag::Unusable, &format!("It {why}."), why.remedy()),
        (Progress::NotMoved, ..) => said(
            TravelTag::NotMoved,
            "It has not moved yet.",
            "Move it slowly to both of its stops, twice.",
        ),
        (Progress::KeepGoing, _, (true, true)) => said(
            TravelTag::KeepGoing,
            "Its range is not plausible yet.",
            "Move it as far as it goes.",
        ),
        (Progress::KeepGoing, _, (true, false)) => said(
            TravelTag::KeepGoing,
            "Its high end is missing.",
            "Once more to its high end; rest there a moment.",
        ),
        (Progress::KeepGoing, _, (false, true)) => said(
            TravelTag::KeepGoing,
            "Its low end is missing.",
            "Once more to its low end; rest there a moment.",
        ),
        (Progress::KeepGoing, _, (false, false)) => said(
            TravelTag::KeepGoing,
            "Both ends are missing.",
            "Move it to both of its stops, twice.",
        ),
    }
}

fn untravelled(kind: ArmKind, joint: Joint) -> JointTravel {
    let usual = plausible_width(kind, joint);
    JointTravel {
        joint: joint.name().to_owned(),
        id: joint.motor_id(),
        now: None,
        min: None,
        max: None,
        swing: 0.0,
        usual: (usual.least, usual.most),
        low_proven: false,
        high_proven: false,
        crossed: false,
        lost: 0,
        tag: TravelTag::NotMoved,
        sentence: String::new(),
        remedy: String::new(),
    }
}

fn names(joints: &[Joint]) -> Vec<String> {
    joints.iter().map(|joint| joint.name().to_owned()).collect()
}

fn values(calibration: &Calibration) -> Vec<CalibrationValues> {
    let one = |joint: Joint| {
        let at = calibration.joint(joint);
        CalibrationValues {
            joint: joint.name().to_owned(),
            id: at.id,
            homing_offset: at.homing_offset,
            range_min: at.range_min,
            range_max: at.range_max,
        }
    };
    Joint::ALL.map(one).to_vec()
}

fn before(former: [[i32; 3]; JOINTS]) -> Vec<CalibrationValues> {
    let one =
        |(joint, [homing_offset, range_min, range_max]): (Joint, [i32; 3])| CalibrationValues {
            joint: joint.name().to_owned(),
            id: joint.motor_id(),
            homing_offset,
            range_min,
            range_max,
        };
    Joint::ALL.into_iter().zip(former).map(one).collect()
}

/// Compares file and motors, on the caller's time.
///
/// # Errors
/// As [`compare_calibration`].
pub(crate) fn compare(seat: Seat, write: Option<Side>) -> Result<CalibrationDiff, Failure> {
    let wanted = write;
    let mut process = compare_calibration(CompareConfig {
        arm: seat.config.clone(),
        write,
    });
    process.start()?;
    let outcome = process.result()?;
    if wanted.is_some() {
        // What was told is how it was before; what the person wants to see is how it is now.
        return compare(seat, None);
    }
    let joint = |joint: Joint| {
        let of = |pair: &&RegisterPair| pair.joint == joint;
        let pairs: Vec<&RegisterPair> = outcome.registers.iter().filter(of).collect();
        let side = |value: &dyn Fn(&RegisterPair) -> Option<i32>| {
            let register = |name: &str| {
                let pair = pairs.iter().find(|pair| pair.register == name)?;
                value(pair)
            };
            Some(CalibrationValues {
                joint: joint.name().to_owned(),
                id: joint.motor_id(),
                homing_offset: register("Homing_Offset")?,
                range_min: register("Min_Position_Limit")?,
                range_max: register("Max_Position_Limit")?,
            })
        };
        JointDiff {
            joint: joint.name().to_owned(),
            file: side(&|pair| pair.file),
            motor: side(&|pair| Some(pair.motor)),
            agrees: pairs.iter().all(|pair| pair.agrees()),
        }
    };
    Ok(CalibrationDiff {
        path: outcome.path.display().to_string(),
        joints: Joint::ALL.map(joint).to_vec(),
    })
}

/// The calibrations that were kept of an arm, newest first.
///
/// # Errors
/// As [`calibration_history`].
pub(crate) fn history(seat: Seat) -> Result<Vec<CalibrationCopy>, Failure> {
    let entries = look_back(seat, None)?;
    let copies = entries.into_iter().map(|entry| CalibrationCopy {
        path: entry.path.display().to_string(),
        at: entry
            .at
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs()),
        values: entry.calibration.as_ref().map_or_else(Vec::new, values),
    });
    Ok(copies.collect())
}

/// Brings a former calibration back into file and motors.
///
/// # Errors
/// When it is not among those that were kept, or as [`calibration_history`].
pub(crate) fn roll_back(seat: Seat, path: &str) -> Result<(), Failure> {
    let entries = look_back(seat.clone(), None)?;
    let place = entries
        .iter()
        .position(|entry| entry.path.display().to_string() == path);
    let number = place.ok_or_else(|| {
        bad_request(
            format!("this is none of the calibrations that were kept of this arm\nFile: {path}"),
            "Choose one of the list.",
        )
    })? + 1;
    look_back(seat, Some(number)).map(drop)
}

fn look_back(seat: Seat, roll_back: Option<usize>) -> Result<Vec<arms::HistoryEntry>, Failure> {
    let mut process = calibration_history(HistoryConfig {
        arm: seat.config,
        roll_back,
    });
    process.start()?;
    Ok(process.result()?.entries)
}
