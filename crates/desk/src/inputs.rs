//! The ways to move a rig's arms, of which one drives: keys, a leader, a gamepad, sliders, the tip; and poses in between.
//!
//! A choice counts when driving begins the next time, so a change while the arm is driven is: hold, wait until the loop says
//! that it holds, choose, drive on. Not here: the inputs themselves (`teleop`), keys on their way (`hands`).

mod making;

use arms::{SafetyConfig, Values};
use protocol::Failure;
use protocol::window::{InputChoice, InputKind, Level, Notice};
use station::drive::DriveCommand;
use station::gamepad::{PadNews, PadReader};
use teleop::{
    DirectGoals, EmergencyStop, GamePad, InputSwitch, LeaderControls, Mode, PoseGoal, State, Status,
};

use crate::hands::Hands;
use crate::notices;
use crate::tasks::rig::Move;
use crate::words::{bad_request, not_while};

pub(crate) use making::{Made, make};

/// All of them, in the order of their keys.
const ALL: [InputKind; 5] = [
    InputKind::Keys,
    InputKind::Leader,
    InputKind::Gamepad,
    InputKind::Sliders,
    InputKind::Tip,
];
/// Speed at which a pose is gone to, as a factor of a first move's.
const POSE_SPEED: f64 = 1.0;
/// Most joints of a rig.
const VALUES: usize = arms::MAX_VALUES;

/// What waits until the loop holds.
#[derive(Debug, Clone, Copy)]
struct Change {
    /// Place in the switch.
    place: usize,
    /// What it is, unless it is a pose.
    kind: Option<InputKind>,
    /// Driving goes on afterwards.
    resume: bool,
}

/// A way to a pose.
#[derive(Debug, Clone, Copy)]
struct Away {
    /// What drove before, and will again.
    former: InputKind,
    /// Whether it drove, or the arm was held.
    resume: bool,
    /// The loop was seen driving there.
    under_way: bool,
}

pub(crate) struct Inputs {
    switch: InputSwitch,
    /// The kinds that the switch has, by their place in it.
    kinds: Vec<InputKind>,
    /// The place of poses.
    pose_place: usize,
    goals: DirectGoals,
    /// Where sliders want joints, since they began to drive.
    sliders: [Option<f64>; VALUES],
    leader: Option<LeaderControls>,
    pose: PoseGoal,
    /// It goes to a pose.
    away: Option<Away>,
    chosen: InputKind,
    change: Option<Change>,
    pad: Option<PadReader>,
    pad_name: String,
    /// Why no gamepad drives; empty when one can.
    no_pad: String,
    hands: Hands,
    speed: f64,
    arm: u8,
}

impl Inputs {
    /// Begins to read gamepads, whose stop button presses `emergency`.
    pub(crate) fn read_pads(&mut self, pad: Option<GamePad>, emergency: EmergencyStop) {
        let Some(pad) = pad else {
            return;
        };
        match PadReader::start(pad, None, emergency) {
            Ok(reader) => self.pad = Some(reader),
            Err(failure) => self.no_pad = failure.message,
        }
    }

    /// What is new about gamepads.
    pub(crate) fn pad_news(&mut self) -> Vec<Notice> {
        let mut told = Vec::new();
        while let Some(news) = self.pad.as_mut().and_then(PadReader::news) {
            let words = news.to_string();
            match &news {
                PadNews::Drives(name) => {
                    self.pad_name.clone_from(name);
                    self.no_pad.clear();
                }
                PadNews::None(_) => {}
                PadNews::Gone(_) | PadNews::Again(_) | PadNews::Hangs | PadNews::Ended(_) => {
                    self.pad_name.clear();
                    self.no_pad.clone_from(&words);
                    if self.chosen == InputKind::Gamepad {
                        told.push(notices::of_words(Level::Warning, &words));
                    }
                }
            }
        }
        told
    }

    fn place(&self, kind: InputKind) -> Result<usize, Failure> {
        let place = self.kinds.iter().position(|known| *known == kind);
        place.ok_or_else(|| bad_request(self.why_not(kind), "Choose another input."))
    }

    fn why_not(&self, kind: InputKind) -> String {
        match kind {
            InputKind::Leader if self.leader.is_none() => {
                "No leader arm is part of this session; start with one.".to_owned()
            }
            InputKind::Gamepad if self.pad_name.is_empty() => self.no_pad.clone(),
            _ => String::new(),
        }
    }

    pub(crate) fn choices(&self) -> Vec<InputChoice> {
        let choice = |kind| InputChoice {
            kind,
            why_not: self.why_not(kind),
        };
        ALL.map(choice).to_vec()
    }

    /// The input that drives, or will when what is going on now is done.
    pub(crate) fn shown(&self) -> InputKind {
        self.change
            .and_then(|change| change.kind)
            .unwrap_or(self.chosen)
    }

    pub(crate) fn changing(&self) -> bool {
        self.change.is_some() || self.away.is_some()
    }

    pub(crate) fn speed(&self) -> f64 {
        self.speed
    }

    pub(crate) fn arm(&self) -> u8 {
        self.arm
    }

    pub(crate) fn gamepad(&self) -> String {
        self.pad_name.clone()
    }

    pub(crate) fn clutch_open(&self) -> Option<bool> {
        let leads = self.chosen == InputKind::Leader;
        let leader = self.leader.as_ref().filter(|_| leads);
        leader.map(LeaderControls::clutch_open)
    }

    /// Which keyboard drives, if one does.
    pub(crate) fn keys_drive(&self) -> Option<Mode> {
        let steady = self.change.is_none() && self.away.is_none();
        match self.chosen {
            InputKind::Keys if steady => Some(Mode::Joints),
            InputKind::Tip if steady => Some(Mode::Tip),
            _ => None,
        }
    }

    /// Chooses what drives: at once where nothing drives, else by way of a hold.
    ///
    /// # Errors
    /// When it cannot be chosen, or another change is under way.
    pub(crate) fn choose(
        &mut self,
        kind: InputKind,
        state: Option<&State>,
        tell: &dyn Fn(DriveCommand) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if self.away.is_some() {
            return Err(not_while(
                "the arm is on its way to a pose",
                "Wait until it is there, or hold the arm.",
            ));
        }
        let why = self.why_not(kind);
        if !why.is_empty() {
            return Err(not_while(why, "Choose another input."));
        }
        let place = self.place(kind)?;
        if let Some(change) = &mut self.change {
            // Whoever changes his mind before the arm holds.
            change.place = place;
            change.kind = Some(kind);
            return Ok(());
        }
        if kind == self.chosen {
            return Ok(());
        }
        self.begin(
            Change {
                place,
                kind: Some(kind),
                resume: matches!(state, Some(State::Driving)),
            },
            tell,
        )
    }

    fn begin(
        &mut self,
        change: Change,
        tell: &dyn Fn(DriveCommand) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if change.resume {
            // What is held under its old meaning must not move anything under a new one.
            tell(DriveCommand::Hold)?;
            self.hands.with(|keys| keys.drive(None));
            self.change = Some(change);
        } else {
            self.take(change);
        }
        Ok(())
    }

    fn take(&mut self, change: Change) {
        self.switch.choose(change.place);
        self.sliders = [None; VALUES];
        if let Some(kind) = change.kind {
            self.chosen = kind;
        }
    }

    /// Goes on with a change as far as the loop is.
    pub(crate) fn turn(&mut self, status: &Status, tell: &dyn Fn(DriveCommand)) {
        if let Some(change) = self.change {
            let holds = matches!(status.state, State::Holding);
            if !matches!(status.state, State::Driving) {
                self.change = None;
                self.take(change);
                // Whoever stopped the arm meanwhile wants it to stand.
                if change.resume && holds {
                    tell(DriveCommand::Resume);
                } else if self.away.is_some() {
                    self.back();
                }
            }
            return;
        }
        let Some(away) = &mut self.away else {
            return;
        };
        let driving = matches!(status.state, State::Driving);
        if driving && status.input.arrived {
            let Away { former, resume, .. } = *away;
            let place = self.place(former).unwrap_or_default();
            self.away = None;
            tell(DriveCommand::Hold);
            self.change = Some(Change {
                place,
                kind: Some(former),
                resume,
            });
        } else if driving {
            away.under_way = true;
        } else if away.under_way || !matches!(status.state, State::Holding) {
            // Held by a joint that does not follow, stopped or at fault.
            self.back();
        }
    }

    /// Gives up the way to a pose: what drove before drives when driving begins again.
    fn back(&mut self) {
        if let Some(away) = self.away.take() {
            let place = self.place(away.former).unwrap_or_default();
            self.switch.choose(place);
        }
    }

    /// A person holds the arm: whatever was under way is over.
    pub(crate) fn held(&mut self) {
        if let Some(change) = self.change.take() {
            self.take(change);
        }
        self.back();
    }

    /// Goes to a pose, and then back to what drives now.
    ///
    /// # Errors
    /// While a change is under way, or the arm neither drives nor holds.
    pub(crate) fn go_to(
        &mut self,
        place: &Values,
        state: Option<&State>,
        tell: &dyn Fn(DriveCommand) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if self.changing() {
            return Err(not_while(
                "the arm is on its way to a pose, or another input is just being changed to",
                "Wait until it is there, or hold the arm.",
            ));
        }
        let driving = matches!(state, Some(State::Driving));
        if !driving && !matches!(state, Some(State::Holding)) {
            return Err(not_while(
                "the arm is neither driven nor held",
                "Resume first, then go to the pose.",
            ));
        }
        self.pose.go_to(place, POSE_SPEED);
        let change = Change {
            place: self.pose_place,
            kind: None,
            resume: true,
        };
        if driving {
            self.begin(change, tell)?;
        } else {
            self.take(change);
            tell(DriveCommand::Resume)?;
        }
        self.away = Some(Away {
            former: self.chosen,
            resume: driving,
            under_way: false,
        });
        Ok(())
    }

    pub(crate) fn set_speed(&mut self, factor: f64) -> Result<(), Failure> {
        let safety = SafetyConfig::default();
        let (least, most) = (safety.keyboard_factor_least, safety.keyboard_factor_most);
        if !(least..=most).contains(&factor) {
            return Err(bad_request(
                format!("a speed of {factor} is outside {least} to {most}"),
                "1 is the usual speed.",
            ));
        }
        let became = self.hands.with(|keys| keys.set_speed(factor));
        self.speed = became.unwrap_or(factor);
        Ok(())
    }

    pub(crate) fn select_arm(&mut self, arm: u8, arms: usize) -> Result<(), Failure> {
        if usize::from(arm) >= arms {
            return Err(bad_request(
                format!("there is no arm {arm}"),
                "0 is the only or left arm, 1 the right one.",
            ));
        }
        self.hands.with(|keys| keys.select_arm(usize::from(arm)));
        self.arm = arm;
        Ok(())
    }

    pub(crate) fn set_clutch(&self, open: bool) -> Result<(), Failure> {
        let leader = self.leader.as_ref();
        let leader = leader.ok_or_else(|| {
            bad_request(
                "no leader arm is part of this session",
                "Start with a leader arm.",
            )
        })?;
        leader.set_clutch(open);
        Ok(())
    }

    /// Moves a joint by its slider.
    pub(crate) fn move_joint(
        &mut self,
        index: usize,
        to: Move,
        goal: Option<f64>,
        (least, most): (f64, f64),
        driving: bool,
    ) -> Result<(), Failure> {
        if self.chosen != InputKind::Sliders || self.changing() {
            return Err(not_while(
                "sliders do not drive just now",
                "Choose Sliders as what drives, then move the joint.",
            ));
        }
        if !driving {
            return Err(not_while(
                "the arm is not driven",
                "Press Resume, then move the joint.",
            ));
        }
        let from = self.sliders.get(index).copied().flatten().or(goal);
        let wanted = match (to, from) {
            (Move::To(value), _) => value,
            (Move::By(step), Some(from)) => from + step,
            (Move::By(_), None) => f64::NAN,
        };
        if !wanted.is_finite() {
            return Err(bad_request(
                "where the joint is to go is no number",
                "Give degrees, or percent for the gripper.",
            ));
        }
        let wanted = wanted.clamp(least, most);
        self.goals.move_joint(index, wanted);
        if let Some(slider) = self.sliders.get_mut(index) {
            *slider = Some(wanted);
        }
        Ok(())
    }
}
