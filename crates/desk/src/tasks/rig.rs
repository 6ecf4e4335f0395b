//! The arms while they are driven, as the window shows them: shared by driving and recording.
//!
//! Not here: the ways to move them (`inputs`), the process around them (`drive`, `record`).

use std::collections::VecDeque;

use arms::limits::limits_of;
use arms::{JOINTS, Joint, Limits, Torque, Values};
use protocol::window::{
    ArmLive, CameraLive, DriveState, Histogram, InputKind, JogState, JointLive, Level, LoopFigures,
    Notice, SavedPoseCard, SessionWord, TorqueWord,
};
use protocol::{Failure, Spread};
use station::cameras::CameraNews;
use station::drive::{DriveCommand, DriveEvent};
use station::hardware;
use station::pose_book::PoseBook;
use teleop::{ArmPlace, Glance, State, Status, Warning, WarningKind};

use super::Told;
use crate::arms_known::Seat;
use crate::curves::Curves;
use crate::eyes;
use crate::hands::Hands;
use crate::inputs::Inputs;
use crate::notices;
use crate::words::{bad_request, not_while};

/// Accounts of the loop that its histogram is made of: a minute.
const GLANCES: usize = 120;

/// An arm of the rig.
struct Place {
    seat: Seat,
    limits: Limits,
    /// Answers that did not come or were damaged.
    lost: [u64; JOINTS],
}

pub(crate) struct Rig {
    followers: Vec<Place>,
    leaders: Vec<Place>,
    pub(crate) inputs: Inputs,
    status: Option<Box<Status>>,
    glances: VecDeque<Vec<(f64, u64)>>,
    spread: (Spread, Spread),
    priority: String,
    wanted_hz: f64,
    poses: Vec<SavedPoseCard>,
    curves: Curves,
    cameras: Vec<String>,
    pub(crate) live: Vec<(String, CameraLive)>,
    /// Warnings that were told and may be those that the next status holds too.
    warned: Vec<String>,
    ending: bool,
}

/// What a rig is made of.
pub(crate) struct Plan {
    pub(crate) followers: Vec<Seat>,
    pub(crate) leaders: Vec<Seat>,
    pub(crate) inputs: Inputs,
    pub(crate) rate_hz: f64,
    pub(crate) curves: Curves,
    pub(crate) cameras: Vec<String>,
}

impl Rig {
    /// A rig that is about to be opened.
    ///
    /// # Errors
    /// When an arm has no calibration, or one that makes no sense.
    pub(crate) fn new(plan: Plan) -> Result<Self, Failure> {
        plan.curves.begin();
        let poses = poses_of(&plan.followers);
        Ok(Self {
            followers: places(plan.followers)?,
            leaders: places(plan.leaders)?,
            inputs: plan.inputs,
            status: None,
            glances: VecDeque::new(),
            spread: Default::default(),
            priority: String::new(),
            wanted_hz: plan.rate_hz,
            poses,
            curves: plan.curves,
            cameras: plan.cameras,
            live: Vec::new(),
            warned: Vec::new(),
            ending: false,
        })
    }

    pub(crate) fn seats(&self) -> Vec<Seat> {
        self.followers
            .iter()
            .map(|place| place.seat.clone())
            .collect()
    }

    fn all(&self) -> impl Iterator<Item = &Place> {
        self.followers.iter().chain(&self.leaders)
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.all().map(|place| place.seat.key.clone()).collect()
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.all().map(|place| place.seat.name.clone()).collect()
    }

    /// The poses that all followers have.
    pub(crate) fn set_poses(&mut self, poses: Vec<SavedPoseCard>) {
        self.poses = poses;
    }

    /// Where the followers are, arm by arm.
    ///
    /// # Errors
    /// Before they answered, or while a joint does not.
    pub(crate) fn present(&self) -> Result<Vec<[f64; JOINTS]>, Failure> {
        let silent = || {
            not_while(
                "not every joint says where it is",
                "Wait until all motors answer, then save the pose.",
            )
        };
        let status = self.status.as_ref().ok_or_else(silent)?;
        let values = status.observation.as_slice();
        if status.stale != 0 || values.iter().any(|value| !value.is_finite()) {
            return Err(silent());
        }
        let arms = values.chunks_exact(JOINTS);
        Ok(arms.map(|arm| std::array::from_fn(|at| arm[at])).collect())
    }

    /// Takes an event of the process.
    pub(crate) fn event(&mut self, event: DriveEvent, told: &mut Told) {
        match event {
            DriveEvent::Note(note) => {
                // Where an arm's line is and how fast it answers is the log's.
                if self.status.is_some() || !note.contains("/dev/") {
                    told.notices.push(notices::of_words(Level::Note, &note));
                }
            }
            DriveEvent::Warning(words) => self.warned.push(words),
            DriveEvent::Status(status) => self.status(status, told),
            DriveEvent::Figures(glance) => self.figures(*glance),
            DriveEvent::Cameras(news) => self.cameras(news, told),
        }
    }

    fn status(&mut self, status: Box<Status>, told: &mut Told) {
        let pair = self.followers.len() > 1;
        let shown: Vec<String> = status
            .warnings
            .iter()
            .map(|warning| warning.words(pair))
            .collect();
        // What the status itself shows for as long as it lasts need not be told as well.
        let others = self.warned.drain(..);
        let others = others.filter(|words| !shown.contains(words));
        told.notices
            .extend(others.map(|words| notices::of_words(Level::Warning, &words)));
        if !matches!(status.state, State::Idle) {
            self.curves.push(&status);
        }
        self.status = Some(status);
    }

    fn figures(&mut self, glance: Glance) {
        for motor in &glance.report.motors {
            let mut places = self.followers.iter_mut().chain(&mut self.leaders);
            let place = places.find(|place| place.seat.config.name == motor.arm);
            let joint = Joint::from_name(&motor.joint);
            if let Some((place, joint)) = place.zip(joint) {
                place.lost[joint.index()] += motor.silent + motor.corrupt;
            }
        }
        self.spread = (glance.report.period_error_us, glance.report.bus_us);
        self.priority = glance.report.priority;
        self.glances.push_back(glance.bars);
        if self.glances.len() > GLANCES {
            self.glances.pop_front();
        }
    }

    fn cameras(&mut self, news: CameraNews, told: &mut Told) {
        told.notices.extend(eyes::notice(&news));
        if let CameraNews::Status(statuses) = news {
            self.live = statuses
                .iter()
                .map(|status| (status.key.clone(), eyes::live(status)))
                .collect();
        }
    }

    /// Does what waits for the loop: a change of input, the way back from a pose.
    pub(crate) fn turn(&mut self, hands: &Hands, tell: &dyn Fn(DriveCommand), told: &mut Told) {
        if let Some(status) = &self.status {
            self.inputs.turn(status, tell);
        }
        told.notices.extend(self.inputs.pad_news());
        hands.with(|keys| keys.drive(self.inputs.keys_drive()));
    }

    /// Its end was asked for.
    pub(crate) fn ends(&mut self) {
        self.ending = true;
    }

    pub(crate) fn state(&self) -> Option<&State> {
        self.status.as_ref().map(|status| &status.state)
    }

    pub(crate) fn releasing(&self) -> bool {
        matches!(self.state(), Some(State::Releasing))
    }

    /// Whether a motor may push.
    pub(crate) fn torque(&self) -> TorqueWord {
        let Some(status) = &self.status else {
            return TorqueWord::None;
        };
        let torques: Vec<Torque> = status.torque.iter().flatten().copied().collect();
        if status.lost.followers.contains(&true) {
            // Its motors hold their last goals for as long as they have power.
            TorqueWord::Unknown
        } else if torques.contains(&Torque::On) {
            TorqueWord::On
        } else if torques.contains(&Torque::Unknown) {
            TorqueWord::Unknown
        } else {
            TorqueWord::Off
        }
    }

    pub(crate) fn word(&self) -> SessionWord {
        match self.state() {
            None | Some(State::Idle) => SessionWord::Ready,
            Some(State::Holding) => SessionWord::Holding,
            Some(State::Driving) => SessionWord::Driving,
            Some(State::Stopped) => SessionWord::Stopped,
            Some(State::Releasing) => SessionWord::Releasing,
            Some(State::Faulted(_)) => SessionWord::Faulted,
        }
    }

    /// What is wrong with the arms.
    pub(crate) fn trouble(&self) -> Option<Notice> {
        let status = self.status.as_ref()?;
        if let State::Faulted(failure) = &status.state {
            return Some(notices::of_failure(failure));
        }
        status
            .warnings
            .iter()
            .map(|warning| self.warning(warning))
            .next()
    }

    pub(crate) fn can_resume(&self) -> bool {
        let still = matches!(
            self.state(),
            Some(State::Holding | State::Stopped | State::Idle | State::Faulted(_))
        );
        still && !self.ending && !self.inputs.changing()
    }

    /// The bounds of a joint, by its place in dataset order.
    fn bounds(&self, index: usize) -> Option<(f64, f64)> {
        let place = self.followers.get(index / JOINTS)?;
        let limits = place.limits.get(index % JOINTS)?;
        Some((limits.least, limits.most))
    }

    /// Moves a joint to a place, or by a step: only where sliders drive.
    ///
    /// # Errors
    /// When there is no such joint, the value is no number, or something else drives.
    pub(crate) fn move_joint(&mut self, index: u8, to: Move) -> Result<(), Failure> {
        let index = usize::from(index);
        let (least, most) = self.bounds(index).ok_or_else(|| {
            bad_request(
                format!("there is no joint {index}"),
                "Joints are counted from 0, the left arm's first.",
            )
        })?;
        let goal = self.status.as_ref();
        let goal = goal.and_then(|status| status.goals.as_slice().get(index).copied());
        let driving = matches!(self.state(), Some(State::Driving));
        self.inputs
            .move_joint(index, to, goal, (least, most), driving)
    }

    fn warning(&self, warning: &Warning) -> Notice {
        let pair = self.followers.len() > 1;
        // Figures in the words change all the time; the warning is the same.
        let key = format!(
            "{:?} {:?} {:?}",
            warning.arm,
            warning.joint,
            std::mem::discriminant(&warning.kind)
        );
        notices::keyed(
            &key,
            Level::Warning,
            warning.words(pair),
            remedy(&warning.kind),
        )
    }

    pub(crate) fn show(&self, hands: &Hands) -> DriveState {
        let status = self.status.as_deref();
        let (keys, keys_on) = hands
            .with(|keys| (keys.caps(), keys.on()))
            .unwrap_or_default();
        let (kind, speed) = (self.inputs.shown(), self.inputs.speed());
        DriveState {
            word: status
                .map_or("opening", |status| status.state.word())
                .to_owned(),
            followers: self.arms(&self.followers, false),
            leaders: self.arms(&self.leaders, true),
            input: kind,
            inputs: self.inputs.choices(),
            keys_on,
            keys,
            arm: self.inputs.arm(),
            speed,
            degrees_per_second: speed * self.speed_of_keys(),
            first_move: status.is_some_and(|status| status.first_move),
            clutch_open: self.inputs.clutch_open(),
            jog: status
                .and_then(|status| status.input.jog)
                .filter(|_| kind == InputKind::Tip)
                .map(|jog| JogState {
                    place_mm: jog.pose.position.map(|metres| metres * 1e3),
                    angles: [jog.pose.pitch, jog.pose.roll],
                    why_not: jog
                        .holds
                        .map_or_else(String::new, |holds| format!("{holds}. {}", holds.remedy())),
                }),
            poses: self.poses.clone(),
            figures: self.loop_figures(),
            warnings: status.map_or_else(Vec::new, |status| {
                let warnings = status.warnings.iter();
                warnings.map(|warning| self.warning(warning)).collect()
            }),
            gamepad: self.inputs.gamepad(),
            cameras: self.cameras.clone(),
        }
    }

    fn speed_of_keys(&self) -> f64 {
        let first = self.followers.first();
        first.map_or(0.0, |place| place.seat.config.safety.keyboard_speed)
    }

    fn arms(&self, places: &[Place], led: bool) -> Vec<ArmLive> {
        let status = self.status.as_deref();
        let values = |values: &Values, arm: usize, joint: usize| {
            let value = values.as_slice().get(arm * JOINTS + joint).copied();
            value.filter(|value| value.is_finite())
        };
        let one = |(arm, place): (usize, &Place)| {
            let lost = status.is_some_and(|status| {
                let lost = if led {
                    status.lost.leaders
                } else {
                    status.lost.followers
                };
                lost.get(arm).copied().unwrap_or_default()
            });
            let joint = |joint: Joint| {
                let index = joint.index();
                let limits = &place.limits[index];
                let motor = status
                    .filter(|_| !led)
                    .and_then(|status| *status.motors.get(arm)?.get(index)?);
                let bit = 1_u16 << (arm * JOINTS + index);
                JointLive {
                    joint: joint.name().to_owned(),
                    id: joint.motor_id(),
                    position: status.and_then(|status| {
                        let seen = if led {
                            status.leaders.as_ref()?
                        } else {
                            &status.observation
                        };
                        values(seen, arm, index)
                    }),
                    goal: status
                        .filter(|_| !led)
                        .and_then(|status| values(&status.goals, arm, index)),
                    stale: !led && status.is_some_and(|status| status.stale & bit != 0),
                    least: limits.least,
                    most: limits.most,
                    temperature: motor.map(|motor| motor.temperature),
                    voltage: motor.map(|motor| motor.voltage),
                    current: motor.map(|motor| motor.current),
                    load: motor.map(|motor| motor.load),
                    lost: place.lost[index],
                    trouble: status
                        .map_or_else(String::new, |status| trouble_of(status, arm, joint, led)),
                }
            };
            ArmLive {
                key: place.seat.key.clone(),
                name: place.seat.name.clone(),
                lost,
                joints: Joint::ALL.map(joint).to_vec(),
            }
        };
        places.iter().enumerate().map(one).collect()
    }

    fn loop_figures(&self) -> LoopFigures {
        let status = self.status.as_deref();
        let mut histogram = Histogram::default();
        for bars in &self.glances {
            histogram.counts.resize(bars.len(), 0);
            histogram.ends_us = bars.iter().map(|(end, _)| *end).collect();
            for (sum, (_, count)) in histogram.counts.iter_mut().zip(bars) {
                *sum += count;
            }
        }
        LoopFigures {
            wanted_hz: self.wanted_hz,
            rate_hz: status.map_or(0.0, |status| status.rate_hz),
            cycles: status.map_or(0, |status| status.cycles),
            missed: status.map_or(0, |status| status.missed),
            period_error_us: self.spread.0,
            bus_us: self.spread.1,
            histogram,
            priority: self.priority.clone(),
        }
    }
}

/// Reads the poses that all of these arms have.
pub(crate) fn poses_of(seats: &[Seat]) -> Vec<SavedPoseCard> {
    let books = seats
        .iter()
        .filter_map(|seat| PoseBook::open(&seat.config).ok());
    let books: Vec<PoseBook> = books.collect();
    let Some((first, others)) = books.split_first() else {
        return Vec::new();
    };
    let everywhere = |name: &&String| {
        others
            .iter()
            .all(|book| book.poses().contains_key(name.as_str()))
    };
    let names = first.poses().keys().filter(everywhere);
    names
        .map(|name| SavedPoseCard { name: name.clone() })
        .collect()
}

/// Where a slider wants its joint.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Move {
    To(f64),
    By(f64),
}

fn places(seats: Vec<Seat>) -> Result<Vec<Place>, Failure> {
    let place = |seat: Seat| {
        let calibration = hardware::calibration_for(&seat.config)?;
        let config = &seat.config;
        Ok(Place {
            limits: limits_of(&calibration, config.units(), &config.safety),
            lost: [0; JOINTS],
            seat,
        })
    };
    seats.into_iter().map(place).collect()
}

/// What is wrong with a joint, in a few words.
fn trouble_of(status: &Status, arm: usize, joint: Joint, led: bool) -> String {
    let of = |warning: &&Warning| {
        let here = match warning.arm {
            ArmPlace::Follower(number) => !led && usize::from(number) == arm,
            ArmPlace::Leader(number) => led && usize::from(number) == arm,
        };
        here && warning.joint == Some(joint)
    };
    let warning = status.warnings.iter().find(of);
    warning.map_or_else(String::new, |warning| match warning.kind {
        WarningKind::Silent(_) | WarningKind::LineSilent(_) => "does not answer".to_owned(),
        WarningKind::Warm(_) => "warm".to_owned(),
        WarningKind::Sagging(_) => "its supply sags".to_owned(),
        WarningKind::Straining(_) => "draws much current".to_owned(),
        WarningKind::Pushing(_) => "pushes hard".to_owned(),
        WarningKind::Stalled => "pushes and does not move".to_owned(),
        WarningKind::GaveWay => "was stuck".to_owned(),
        WarningKind::Complains(bits) => motors::ErrorBits(bits).to_string(),
    })
}

/// What a person can do about a warning.
fn remedy(kind: &WarningKind) -> &'static str {
    match kind {
        WarningKind::Silent(_) => "Check the cable of this motor and of the one before it.",
        WarningKind::LineSilent(_) => "Check the arm's power and its USB cable.",
        WarningKind::Warm(_) => "Let the arm rest in a pose in which nothing pulls at it.",
        WarningKind::Sagging(_) => {
            "Check the power supply and its plug; use the one that belongs to these motors."
        }
        WarningKind::Straining(_) | WarningKind::Pushing(_) | WarningKind::Stalled => {
            "See what keeps the joint, and drive it back a little."
        }
        WarningKind::GaveWay => "Drive the joint away from what it pushed against.",
        WarningKind::Complains(_) => {
            "Switch the arm's power off and on. If it stays, check this motor."
        }
    }
}
