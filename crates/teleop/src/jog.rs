//! Drives the tip of an arm in straight lines along the axes of its base, with its pitch and roll, in small steps.
//!
//! What moves is the commanded pose: seeded with the goal that was sent last when driving begins, then integrated, so
//! that an arm which sags is not led down. A step that cannot be taken whole and exactly is not taken: the arm holds its
//! last good pose and the status says why. A step that would need a joint faster than it may is shrunk as a whole, so the
//! tip stays on its line. The elbow never changes its side, and the tip never changes the side of the pan axis.
//!
//! Base frame of each arm: x forward, y left, z up. Heading has no motion of its own: it follows from where the tip is,
//! and how far it has turned from where it pointed at the start is told as the yaw remainder.
//! Not here: the formulas (`arms::kinematics`), keys and sticks (`keyboard`, `gamepad`).

use arms::kinematics::{
    ARM_JOINTS, Angles, ArmModel, Kinematics, Pose, Tip, Trims, Unsolved, Vector, without_gripper,
};
use arms::{JOINTS, Joint, Limits, Values};

use crate::hands::{Hands, OUT_OF_TOUCH};
use crate::keymap::TipAxis;
use crate::teleoperator::{CycleContext, of_arm};

/// How the tip may be driven: every number of our own choosing about it, in one place. Choices, to be confirmed on
/// hardware; section 7 of `so-arm-kinematics.md`. How near to singular poses it may go stands in
/// [`arms::kinematics::Guard`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JogLimits {
    /// Usual speed of the tip, metres per second.
    pub speed: f64,
    /// The tip is never faster, metres per second: 3 mm per cycle at 50 Hz.
    pub most_speed: f64,
    /// Change of the tip's speed, metres per second per second.
    pub acceleration: f64,
    /// Usual speed of pitch and roll, degrees per second.
    pub turn_speed: f64,
    /// Pitch and roll are never faster, degrees per second.
    pub most_turn_speed: f64,
    /// Change of that speed, degrees per second per second.
    pub turn_acceleration: f64,
    /// No joint is faster, degrees per second: 4 degrees per cycle at 50 Hz. Where the joint's own limit is lower, that one
    /// holds.
    pub most_joint_speed: f64,
    /// Where the tip may be, metres in the base frame: lowest and highest x, y and z.
    pub workspace: [(f64, f64); 3],
}

impl Default for JogLimits {
    fn default() -> Self {
        Self {
            speed: 0.05,
            most_speed: 0.15,
            acceleration: 1.0,
            turn_speed: 40.0,
            most_turn_speed: 120.0,
            turn_acceleration: 800.0,
            most_joint_speed: 200.0,
            workspace: [(0.10, 0.40), (-0.30, 0.30), (0.0, 0.40)],
        }
    }
}

/// Whose tip is driven, and how.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JogConfig {
    /// Which arm; both of a pair are of one kind.
    pub model: ArmModel,
    /// Trims of the only or left arm, and of the right one.
    pub trims: [Trims; 2],
    /// How.
    pub limits: JogLimits,
}

impl JogConfig {
    /// The usual way, with LeRobot's numbers taken as the model's.
    pub fn new(model: ArmModel) -> Self {
        Self {
            model,
            trims: [Trims::NOMINAL; 2],
            limits: JogLimits::default(),
        }
    }
}

/// Why the tip does not go on.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Holds {
    /// There are no joint angles for the next step.
    #[error("{0}")]
    Pose(#[from] Unsolved),
    /// The next step leaves the workspace.
    #[error("the tip is at the end of the workspace: {} {:.0} mm", .axis.name(), .end * 1000.0)]
    Workspace {
        /// Along which axis.
        axis: TipAxis,
        /// The end it would pass, metres.
        end: f64,
    },
    /// Even a small step would need a joint faster than it may move.
    #[error("a small step of the tip would turn a joint faster than it may")]
    TooFast,
    /// The arm was kept from its goals (a stall, a limit, a silent motor), so driving goes on from where its goals are.
    #[error("the arm did not follow; driving goes on from its last goal")]
    DidNotFollow,
}

impl Holds {
    /// What the person can do.
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Pose(why) => why.remedy(),
            Self::Workspace { .. } => "Go back; the joints can be driven beyond one by one.",
            Self::TooFast => "Go another way, or drive the joints one by one.",
            Self::DidNotFollow => "See what keeps the arm, then go on.",
        }
    }
}

/// What a person sees of a driven tip.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JogStatus {
    /// The arm that is driven: 0 the only or left one.
    pub arm: u8,
    /// Where the tip is, by the positions measured in this cycle.
    pub pose: Pose,
    /// Where it is led.
    pub commanded: Pose,
    /// How far to its left the tip would have to turn to point where it did when driving began, degrees. No joint can.
    pub yaw_remainder: f64,
    /// Why the tip does not go on.
    pub holds: Option<Holds>,
}

/// An arm whose tip is driven.
#[derive(Debug, Clone, Copy)]
struct Led {
    kinematics: Kinematics,
    commanded: Pose,
    /// Where the arm's plane pointed when driving began, degrees.
    heading: f64,
}

/// Changes of a pose per second: x, y and z in metres, pitch and roll in degrees.
type Velocity = [f64; ARM_JOINTS];

/// A step is shrunk at most so often before it counts as too fast.
const TRIES: u32 = 12;
/// A stick that is held against an end asks for something else once it has moved by so much.
const OTHER_WAY: f64 = 0.2;

/// Moves goals so that the tip goes where hands ask.
#[derive(Debug)]
pub(crate) struct TipDrive {
    config: JogConfig,
    own: Option<Values>,
    led: [Option<Led>; 2],
    arm: usize,
    velocity: Velocity,
    /// How fast each joint's goal moved lately, degrees per second: the limiter lags by the square of it.
    pace: [f64; ARM_JOINTS],
    /// What hands asked for when a step was refused: not tried again until they ask for something else.
    refused: Option<Velocity>,
    holds: Option<Holds>,
    status: Option<JogStatus>,
}

impl TipDrive {
    pub(crate) fn new(config: JogConfig) -> Self {
        Self {
            config,
            own: None,
            led: [None; 2],
            arm: 0,
            velocity: [0.0; ARM_JOINTS],
            pace: [0.0; ARM_JOINTS],
            refused: None,
            holds: None,
            status: None,
        }
    }

    pub(crate) fn status(&self) -> Option<JogStatus> {
        self.status
    }

    /// Goes on from the goals that were sent last.
    pub(crate) fn engage(&mut self, cx: &CycleContext<'_>) {
        self.own = Some(*cx.last_action);
        for (arm, led) in self.led.iter_mut().enumerate() {
            *led = cx.limits.get(arm).map(|limits| {
                let trims = self.config.trims[arm];
                let kinematics = Kinematics::new(self.config.model, trims).with_limits(limits);
                let tip = kinematics.forward(&angles_of(cx.last_action, arm));
                Led {
                    kinematics,
                    commanded: tip.pose,
                    heading: tip.heading,
                }
            });
        }
        self.come_to_rest();
        self.holds = None;
    }

    fn come_to_rest(&mut self) {
        self.velocity = [0.0; ARM_JOINTS];
        self.pace = [0.0; ARM_JOINTS];
        self.refused = None;
    }

    /// The goal after one more period.
    pub(crate) fn advance(&mut self, cx: &CycleContext<'_>, hands: &Hands) -> Values {
        let mut own = self.own.unwrap_or(*cx.last_action);
        if hands.arm != self.arm {
            self.arm = hands.arm;
            self.come_to_rest();
            self.holds = None;
        }
        let (Some(limits), Some(Some(mut led))) =
            (cx.limits.get(hands.arm), self.led.get(hands.arm).copied())
        else {
            return own;
        };
        self.keep_in_touch(cx, limits, &mut led, &mut own);
        let seconds = cx.period.as_secs_f64();
        self.move_gripper(cx, limits, hands, &mut own);
        let asked: Velocity = std::array::from_fn(|place| hands.along[place]);
        if self.ask(&asked, hands.factor, seconds) {
            let near = angles_of(&own, hands.arm);
            let caps = self.caps(limits, cx.first_move, seconds);
            match self.step(&led, &near, &caps, seconds) {
                Ok((angles, commanded)) => {
                    for (joint, pace) in self.pace.iter_mut().enumerate() {
                        *pace = ((angles[joint] - near[joint]).abs() / seconds).max(*pace * 0.9);
                    }
                    led.commanded = commanded;
                    of_arm(&mut own, hands.arm)[..ARM_JOINTS].copy_from_slice(&angles);
                    self.holds = None;
                }
                Err(why) => {
                    self.come_to_rest();
                    self.holds = Some(why);
                    self.refused = Some(asked);
                }
            }
        }
        self.own = Some(own);
        if let Some(place) = self.led.get_mut(hands.arm) {
            *place = Some(led);
        }
        self.tell(cx, &led, &own);
        own
    }

    /// Goals that were kept from the arm are given up, and driving goes on from those it got.
    fn keep_in_touch(
        &mut self,
        cx: &CycleContext<'_>,
        limits: &Limits,
        led: &mut Led,
        own: &mut Values,
    ) {
        let sent = angles_of(cx.last_action, self.arm);
        let here = angles_of(own, self.arm);
        let lost = (0..ARM_JOINTS).any(|joint| {
            let lag = self.pace[joint].powi(2) / (2.0 * limits[joint].acceleration);
            (here[joint] - sent[joint]).abs() > OUT_OF_TOUCH + lag
        });
        for pace in &mut self.pace {
            *pace *= 0.95;
        }
        if lost {
            of_arm(own, self.arm)[..ARM_JOINTS].copy_from_slice(&sent);
            led.commanded = led.kinematics.forward(&sent).pose;
            self.come_to_rest();
            self.holds = Some(Holds::DidNotFollow);
        }
    }

    /// The gripper is a joint of its own: it moves as joint by joint.
    fn move_gripper(
        &self,
        cx: &CycleContext<'_>,
        limits: &Limits,
        hands: &Hands,
        own: &mut Values,
    ) {
        let limits = &limits[Joint::Gripper.index()];
        let mut sent = *cx.last_action;
        let sent = of_arm(&mut sent, hands.arm)[Joint::Gripper.index()];
        let at = &mut of_arm(own, hands.arm)[Joint::Gripper.index()];
        let speed = cx.safety.keyboard_gripper_speed * hands.factor;
        let lag = speed * speed / (2.0 * limits.acceleration);
        if (*at - sent).abs() > OUT_OF_TOUCH + lag {
            *at = sent;
        }
        let step = speed * cx.period.as_secs_f64() * hands.along[TipAxis::Gripper as usize];
        if step > 0.0 {
            *at = (*at + step).min(limits.most.max(*at));
        } else if step < 0.0 {
            *at = (*at + step).max(limits.least.min(*at));
        }
    }

    /// Brings the tip's velocity nearer to what is asked for. Returns whether there is a step to take.
    fn ask(&mut self, asked: &Velocity, factor: f64, seconds: f64) -> bool {
        let idle = asked.iter().all(|part| *part == 0.0);
        if let Some(refused) = &self.refused {
            let same = refused
                .iter()
                .zip(asked)
                .all(|(was, is)| (was - is).abs() <= OTHER_WAY);
            if same && !idle {
                return false;
            }
            self.refused = None;
            self.holds = None;
        }
        let limits = &self.config.limits;
        let mut wanted: Velocity = [0.0; ARM_JOINTS];
        let straight = [asked[0], asked[1], asked[2]].map(|part| part * limits.speed * factor);
        let shrink = (limits.most_speed / length(straight)).min(1.0);
        for (place, part) in straight.into_iter().enumerate() {
            wanted[place] = part * shrink;
        }
        for place in [3, 4] {
            wanted[place] = (asked[place] * limits.turn_speed * factor)
                .clamp(-limits.most_turn_speed, limits.most_turn_speed);
        }
        // The three parts of a straight line change together, or its direction would.
        let change: Vector = std::array::from_fn(|place| wanted[place] - self.velocity[place]);
        let share = (limits.acceleration * seconds / length(change)).min(1.0);
        for (place, part) in change.into_iter().enumerate() {
            self.velocity[place] += if share < 1.0 { part * share } else { part };
        }
        for place in [3, 4] {
            let most = limits.turn_acceleration * seconds;
            self.velocity[place] += (wanted[place] - self.velocity[place]).clamp(-most, most);
        }
        self.velocity.iter().any(|part| *part != 0.0)
    }

    /// How far each joint may turn in one cycle, degrees.
    fn caps(&self, limits: &Limits, first_move: bool, seconds: f64) -> [f64; ARM_JOINTS] {
        std::array::from_fn(|joint| {
            let own = if first_move {
                limits[joint].first_speed.min(limits[joint].speed)
            } else {
                limits[joint].speed
            };
            own.min(self.config.limits.most_joint_speed) * seconds
        })
    }

    /// The next step along the present velocity, shrunk as a whole where a joint would be too fast.
    fn step(
        &mut self,
        led: &Led,
        near: &Angles,
        caps: &[f64; ARM_JOINTS],
        seconds: f64,
    ) -> Result<(Angles, Pose), Holds> {
        let mut scale = 1.0;
        for _ in 0..TRIES {
            let step = self.velocity.map(|part| part * seconds * scale);
            let mut target = led.commanded;
            for (place, part) in target.position.iter_mut().enumerate() {
                *part += step[place];
            }
            target.pitch += step[3];
            target.roll += step[4];
            self.inside(&led.commanded, &target)?;
            let solution = led.kinematics.solve_keeping_branch(&target, near)?;
            let over = (0..ARM_JOINTS)
                .map(|joint| (solution.angles[joint] - near[joint]).abs() / caps[joint])
                .fold(0.0, f64::max);
            if over <= 1.0 {
                self.velocity = self.velocity.map(|part| part * scale);
                return Ok((solution.angles, target));
            }
            scale *= (0.98 / over).min(0.9);
        }
        Err(Holds::TooFast)
    }

    /// A tip outside the workspace is not pulled in: it may stay as far outside as it is, and be led back.
    fn inside(&self, from: &Pose, to: &Pose) -> Result<(), Holds> {
        for (place, axis) in [TipAxis::X, TipAxis::Y, TipAxis::Z].into_iter().enumerate() {
            let (least, most) = self.config.limits.workspace[place];
            let (was, is) = (from.position[place], to.position[place]);
            if is < least.min(was) {
                return Err(Holds::Workspace { axis, end: least });
            }
            if is > most.max(was) {
                return Err(Holds::Workspace { axis, end: most });
            }
        }
        Ok(())
    }

    fn tell(&mut self, cx: &CycleContext<'_>, led: &Led, own: &Values) {
        let seen = led.kinematics.forward(&angles_of(cx.observation, self.arm));
        let commanded: Tip = led.kinematics.forward(&angles_of(own, self.arm));
        let turned = (commanded.heading - led.heading).to_radians().sin();
        let level = led.commanded.pitch.to_radians().cos();
        self.status = Some(JogStatus {
            arm: self.arm as u8,
            pose: seen.pose,
            commanded: led.commanded,
            yaw_remainder: (level * turned).clamp(-1.0, 1.0).asin().to_degrees(),
            holds: self.holds,
        });
    }
}

/// The five joints of one arm within `values`; zeros when there is no such arm.
fn angles_of(values: &Values, arm: usize) -> Angles {
    let mut six = [0.0; JOINTS];
    if let Some(found) = values.as_slice().chunks_exact(JOINTS).nth(arm) {
        six.copy_from_slice(found);
    }
    without_gripper(&six)
}

/// Never zero, so that something may be divided by it.
fn length(v: Vector) -> f64 {
    (v[0] * v[0] + v[1] * v[1] + v[2] * v[2])
        .sqrt()
        .max(f64::MIN_POSITIVE)
}
