//! Drives the tip of an arm in straight lines along the axes of its base, with its pitch and roll, in small steps.
//!
//! What moves is the commanded pose: seeded with the goal that was sent last when driving begins, then integrated, so
//! that an arm which sags is not led down. A step that cannot be taken whole and exactly is not taken: the arm holds its
//! last good pose and the status says why. A step that would need a joint faster than it may, or to speed up faster, is
//! shrunk as a whole, and the tip slows down in time before it reaches a place it may not pass, so it stays on its line.
//! The elbow never changes its side, and the tip never changes the side of the pan axis.
//!
//! Base frame of each arm: x forward, y left, z up. Heading has no motion of its own: it follows from where the tip is,
//! and how far it has turned from where it pointed at the start is told as the yaw remainder.
//! Not here: speeds and the workspace (`config`), the formulas (`arms::kinematics`), keys and sticks (`keyboard`, `gamepad`).

use arms::kinematics::{ARM_JOINTS, Angles, Kinematics, Pose, Tip, Vector, without_gripper};
use arms::{JOINTS, Joint, JointLimits, Limits, Values};

mod config;

pub use config::{Holds, JogConfig, JogLimits, JogStatus};

use crate::hands::{Hands, OUT_OF_TOUCH};
use crate::keymap::TipAxis;
use crate::teleoperator::{CycleContext, of_arm};

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

/// A step is shrunk at most so often before the tip holds.
const TRIES: u32 = 24;
/// A step that cannot be taken is tried again with so much of it.
const SHRINK: f64 = 0.8;
/// How many braking distances must be free ahead for the tip to keep its speed: joints get faster towards a singular pose.
const AHEAD: f64 = 3.0;
/// And how many for it to slow down no faster than its joints can.
const BRAKING: f64 = 1.5;
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
    /// How far each joint's goal moved in the last cycle, degrees.
    last: Angles,
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
            last: [0.0; ARM_JOINTS],
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
        self.last = [0.0; ARM_JOINTS];
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
        let caps = self.caps(limits, cx.first_move, seconds);
        if self.ask(&asked, hands.factor, &caps, seconds) {
            let near = angles_of(&own, hands.arm);
            match self.step(&led, &near, &caps, seconds) {
                Ok((angles, commanded)) => {
                    for (joint, pace) in self.pace.iter_mut().enumerate() {
                        self.last[joint] = angles[joint] - near[joint];
                        *pace = (self.last[joint].abs() / seconds).max(*pace * 0.9);
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
        } else {
            self.last = [0.0; ARM_JOINTS];
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
    fn ask(&mut self, asked: &Velocity, factor: f64, caps: &Caps, seconds: f64) -> bool {
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
        let mut most = limits.acceleration * seconds;
        // Where little of the tip's way is much of a joint's, the joint says how fast the tip may slow down.
        let braking = caps.cycles_to_rest(&self.last);
        let speed = length([self.velocity[0], self.velocity[1], self.velocity[2]]);
        if braking > 1.0 && speed > 1e-3 {
            most = most.min(speed / braking);
        }
        let share = (most / length(change)).min(1.0);
        for (place, part) in change.into_iter().enumerate() {
            self.velocity[place] += if share < 1.0 { part * share } else { part };
        }
        for place in [3, 4] {
            let most = limits.turn_acceleration * seconds;
            self.velocity[place] += (wanted[place] - self.velocity[place]).clamp(-most, most);
        }
        self.velocity.iter().any(|part| *part != 0.0)
    }

    fn caps(&self, limits: &Limits, first_move: bool, seconds: f64) -> Caps {
        let of = |value: &dyn Fn(&JointLimits) -> f64| std::array::from_fn(|at| value(&limits[at]));
        Caps {
            turn: of(&|joint| {
                let own = if first_move {
                    joint.first_speed.min(joint.speed)
                } else {
                    joint.speed
                };
                own.min(self.config.limits.most_joint_speed) * seconds
            }),
            change: of(&|joint| joint.acceleration * seconds * seconds),
        }
    }

    /// The next step along the present velocity, shrunk as a whole where a joint would be too fast or the way ahead is not
    /// free for as long as stopping takes.
    fn step(
        &mut self,
        led: &Led,
        near: &Angles,
        caps: &Caps,
        seconds: f64,
    ) -> Result<(Angles, Pose), Holds> {
        // As it is, then slowing down as the joints can, then whatever can be done at all.
        let gentle = 1.0 - 1.0 / caps.cycles_to_rest(&self.last).max(1.0);
        let (mut scale, mut ahead) = (1.0, AHEAD);
        let mut why = Holds::TooFast;
        for _ in 0..TRIES {
            let step = self.velocity.map(|part| part * seconds * scale);
            match self.try_step(led, near, &step, caps, seconds, ahead) {
                Ok((angles, target)) => {
                    let over = caps.over(near, &angles, &self.last);
                    if over <= 1.0 {
                        self.velocity = self.velocity.map(|part| part * scale);
                        return Ok((angles, target));
                    }
                    why = Holds::TooFast;
                    scale *= (0.98 / over).min(0.95);
                }
                Err(refused) => {
                    why = refused;
                    scale *= if ahead > BRAKING && gentle > SHRINK {
                        gentle
                    } else {
                        SHRINK
                    };
                    ahead = BRAKING;
                }
            }
        }
        Err(why)
    }

    /// Where `step` leads, if it can be taken and the way is free for so many braking distances behind it.
    fn try_step(
        &self,
        led: &Led,
        near: &Angles,
        step: &Velocity,
        caps: &Caps,
        seconds: f64,
        ahead: f64,
    ) -> Result<(Angles, Pose), Holds> {
        let from = &led.commanded;
        let target = onward(from, step, 1.0);
        self.inside(from, &target)?;
        let solution = led.kinematics.solve_keeping_branch(&target, near)?;
        let turned = std::array::from_fn(|joint| solution.angles[joint] - near[joint]);
        let limits = &self.config.limits;
        let straight = length([step[0], step[1], step[2]]);
        let cycles = (straight / (limits.acceleration * seconds * seconds))
            .max(step[3].abs().max(step[4].abs()) / (limits.turn_acceleration * seconds * seconds))
            .max(caps.cycles_to_rest(&turned));
        if cycles > 1.0 {
            let rest = onward(&target, step, ahead * cycles / 2.0);
            self.inside(&target, &rest)?;
            led.kinematics
                .solve_keeping_branch(&rest, &solution.angles)?;
        }
        Ok((solution.angles, target))
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

/// What the joints may do in one cycle.
struct Caps {
    /// How far each may turn, degrees.
    turn: Angles,
    /// By how much that may change from one cycle to the next, degrees.
    change: Angles,
}

impl Caps {
    /// How many times too far the worst joint would turn, or speed up. Slowing down is left to who plans the way.
    fn over(&self, from: &Angles, to: &Angles, last: &Angles) -> f64 {
        (0..ARM_JOINTS)
            .map(|joint| {
                let turn = to[joint] - from[joint];
                let before = last[joint] * turn.signum();
                let most = self.turn[joint].min(before.max(0.0) + self.change[joint]);
                turn.abs() / most
            })
            .fold(0.0, f64::max)
    }

    /// In how many cycles joints that turn so far in one come to rest.
    fn cycles_to_rest(&self, turned: &Angles) -> f64 {
        (0..ARM_JOINTS)
            .map(|joint| turned[joint].abs() / self.change[joint])
            .fold(0.0, f64::max)
    }
}

/// `pose` after so many steps.
fn onward(pose: &Pose, step: &Velocity, steps: f64) -> Pose {
    let mut on = *pose;
    for (place, part) in on.position.iter_mut().enumerate() {
        *part += step[place] * steps;
    }
    on.pitch += step[3] * steps;
    on.roll += step[4] * steps;
    on
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
