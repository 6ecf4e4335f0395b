//! The arms while they are driven: what the loop tells of them, shared by driving and recording.
//!
//! Not here: the ways to move them (`inputs`), the process around them (`drive`, `record`), how they are shown (`shown`).

use arms::limits::limits_of;
use arms::{JOINTS, Joint, Limits, Torque};
use protocol::window::{CameraLive, Level, Notice, SavedPoseCard, SessionWord, TorqueWord};
use protocol::{Failure, Spread};
use station::cameras::CameraNews;
use station::drive::{DriveCommand, DriveEvent};
use station::hardware;
use station::pose_book::PoseBook;
use teleop::{Glance, State, Status};

use super::Told;
use crate::arms_known::Seat;
use crate::curves::Curves;
use crate::eyes;
use crate::hands::Hands;
use crate::health::Second;
use crate::inputs::Inputs;
use crate::notices;
use crate::words::{bad_request, not_while};

/// An arm of the rig.
pub(super) struct Place {
    pub(super) seat: Seat,
    pub(super) limits: Limits,
    /// Answers that did not come or were damaged.
    pub(super) lost: [u64; JOINTS],
}

pub(crate) struct Rig {
    pub(super) followers: Vec<Place>,
    pub(super) leaders: Vec<Place>,
    pub(crate) inputs: Inputs,
    pub(super) status: Option<Box<Status>>,
    /// Period errors in bars, since the arms were opened.
    pub(super) bars: Vec<(f64, u64)>,
    /// Period errors and bus times, since the arms were opened.
    pub(super) spread: (Spread, Spread),
    /// What the loop told since the history was written last.
    pub(crate) second: Second,
    pub(super) priority: String,
    pub(super) wanted_hz: f64,
    pub(super) poses: Vec<SavedPoseCard>,
    curves: Curves,
    pub(super) cameras: Vec<String>,
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
            bars: Vec::new(),
            spread: Default::default(),
            second: Second::default(),
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
        self.second.cycles(status.cycles, status.at);
        let motors = status.motors.iter().flatten().flatten();
        self.second
            .motors(motors.map(|motor| (motor.voltage, motor.temperature)));
        self.status = Some(status);
    }

    fn figures(&mut self, glance: Glance) {
        let report = &glance.report;
        let lost = report
            .motors
            .iter()
            .map(|motor| motor.silent + motor.corrupt);
        self.second.account(
            &report.period_error_us,
            &report.bus_us,
            report.missed,
            lost.sum(),
        );
        for motor in &glance.report.motors {
            let mut places = self.followers.iter_mut().chain(&mut self.leaders);
            let place = places.find(|place| place.seat.config.name == motor.arm);
            let joint = Joint::from_name(&motor.joint);
            if let Some((place, joint)) = place.zip(joint) {
                place.lost[joint.index()] += motor.silent + motor.corrupt;
            }
        }
        self.spread = (glance.period_error_us, glance.bus_us);
        self.priority = glance.report.priority;
        self.bars = glance.bars;
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

    /// Whether there is something to let down, or to let go of. `stopping`: its end was asked for already, but an arm that was
    /// caught while it sank holds until somebody asks again.
    pub(crate) fn can_release(&self, stopping: bool) -> bool {
        match self.state() {
            Some(State::Releasing) => false,
            Some(State::Stopped) => true,
            _ => !stopping,
        }
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
