//! `wiggle()`: turns one joint of an arm a few degrees there and back, slowly, so that a person sees which arm it is.
//!
//! Only on an arm that is well, calibrated and inside its limits; through the same loop, limits, stops and gentle
//! release as any driving. Not here: telling an arm by moving it by hand (`identify`).

use std::f64::consts::{PI, TAU};
use std::time::Duration;

use arms::limits::limits_of;
use arms::{ArmConfig, JOINTS, Joint};
use protocol::{ErrorCode, Failure};
use teleop::{CycleContext, Goal, LoopConfig, Teleoperator};
use units::{Hz, MonoTime};

use crate::cameras::Previews;
use crate::drive::{DriveCommand, DriveEvent, DriveOutcome, RigConfig};
use crate::failure::failure;
use crate::hardware;
use crate::process::{Cx, Process, Verb};
use crate::teleoperate::supervise;

/// How far the joint turns, degrees (gripper: percent). A choice: well visible, and no more than a nudge.
const SWING: f64 = 8.0;
/// One turn there and back. With the swing above: 8.4 degrees per second at most.
const PERIOD: Duration = Duration::from_secs(3);
/// How often it turns there and back.
const TIMES: u32 = 2;
/// A folded arm rests on its stops, a little beyond the range that was recorded, degrees (gripper: percent).
const SLACK: f64 = 5.0;
/// Cycles a second.
const RATE: f64 = 60.0;

/// Which arm to show.
#[derive(Debug, Clone)]
pub struct WiggleConfig {
    /// The arm. It must be calibrated.
    pub arm: ArmConfig,
    /// The joint that turns: the one that bears no load is the roll of the wrist.
    pub joint: Joint,
}

/// The verb behind [`wiggle`].
#[derive(Debug)]
pub struct Wiggle;

/// Shows which arm is on a port by turning one joint a little. The arm is released gently afterwards.
pub fn wiggle(config: WiggleConfig) -> Process<Wiggle> {
    Process::new(config)
}

impl Verb for Wiggle {
    const NAME: &'static str = "wiggle";
    const DRIVES: bool = true;
    type Config = WiggleConfig;
    type Command = DriveCommand;
    type Event = DriveEvent;
    type Outcome = DriveOutcome;

    fn run(config: WiggleConfig, cx: &Cx<Self>) -> Result<DriveOutcome, Failure> {
        ready(&config.arm, cx)?;
        let rate = Hz::new(RATE).ok_or_else(|| failure(ErrorCode::Internal, "no rate", ""))?;
        let rig = RigConfig {
            followers: vec![config.arm],
            leaders: Vec::new(),
            teleoperator: Box::new(Swing::of(config.joint)),
        };
        let loop_config = LoopConfig {
            end_when_finished: true,
            ..LoopConfig::new(rate)
        };
        supervise(rig, (&[], &Previews::default()), loop_config, None, cx)
    }
}

/// Connects once to see whether the arm may be moved at all. Nothing moves.
fn ready(arm: &ArmConfig, cx: &Cx<Wiggle>) -> Result<(), Failure> {
    let connected = hardware::connect(arm, &cx.clock)?;
    if let Some(fault) = connected.arm.handshake().findings.first() {
        return Err(failure(
            ErrorCode::Motor,
            format!("an arm that is not well is not moved: {fault}"),
            fault.remedy(),
        ));
    }
    let arm = &connected.arm;
    let limits = limits_of(arm.calibration(), arm.units(), &arm.config().safety);
    let outside = Joint::ALL
        .into_iter()
        .zip(arm.values())
        .find(|(joint, value)| {
            let limits = limits[joint.index()];
            !(limits.least - SLACK..=limits.most + SLACK).contains(value)
        });
    match outside {
        Some((joint, value)) => Err(failure(
            ErrorCode::Motor,
            format!(
                "{} stands at {value:.1}, outside its recorded range, so nothing is moved",
                joint.name()
            ),
            "Move the arm by hand to the middle of its range, or identify it by moving it: tendon identify",
        )),
        None => Ok(()),
    }
}

/// Turns one joint about where it was.
#[derive(Debug)]
struct Swing {
    joint: Joint,
    /// When its last goal was made.
    last: Option<MonoTime>,
    /// How far it is on its way, in turns. Time that cycles missed does not count, so a busy machine never makes it quicker.
    turns: f64,
    start: f64,
    towards: f64,
}

impl Swing {
    fn of(joint: Joint) -> Self {
        Self {
            joint,
            last: None,
            turns: 0.0,
            start: 0.0,
            towards: 1.0,
        }
    }
}

impl Teleoperator for Swing {
    fn name(&self) -> &'static str {
        "wiggle"
    }

    fn engage(&mut self, cx: &CycleContext<'_>) {
        let index = self.joint.index();
        self.last = None;
        self.turns = 0.0;
        self.start = cx.last_action.as_slice().get(index).copied().unwrap_or(0.0);
        // Away from the nearer end of the joint's range.
        let limits = cx.limits.first().map(|limits| limits[index]);
        self.towards = match limits {
            Some(limits) if limits.most - self.start < self.start - limits.least => -1.0,
            _ => 1.0,
        };
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        if cx.first_move {
            return Goal::Stay;
        }
        let since = self.last.replace(cx.now).map(|last| cx.now.since(last));
        let step = since.unwrap_or_default().min(cx.period);
        self.turns += step.as_secs_f64() / PERIOD.as_secs_f64();
        let turns = self.turns;
        if turns >= f64::from(TIMES) {
            return Goal::Finished;
        }
        let mut goal = *cx.last_action;
        let index = self.joint.index();
        let before = goal.as_slice().get(index).copied().unwrap_or(self.start);
        for value in goal.as_mut_slice().iter_mut().take(JOINTS) {
            *value = f64::NAN;
        }
        if let Some(value) = goal.as_mut_slice().get_mut(index) {
            // There and back on one side: starts and ends at rest where the joint was.
            let place = self.start + self.towards * SWING * (1.0 - (TAU * turns).cos()) / 2.0;
            // Goals that were held back while nobody answered are not caught up quicker than it ever turns.
            let step = PI * SWING / PERIOD.as_secs_f64() * cx.period.as_secs_f64();
            *value = place.clamp(before - step, before + step);
        }
        Goal::To(goal)
    }
}

#[cfg(test)]
mod tests {
    use arms::ArmKind;
    use sim::{Misbehaviour, Torque};
    use stdx::SystemClock;

    use super::*;
    use crate::hardware::Simulated;

    /// A simulated arm behind a pseudo terminal, and how to reach it with a calibration file of its own.
    fn bench() -> (Simulated, tempfile::TempDir, ArmConfig) {
        let (simulated, path) =
            Simulated::start(ArmKind::Follower, true, SystemClock::shared()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut arm = ArmConfig::new(ArmKind::Follower, path);
        arm.id = Some("bench".to_owned());
        arm.calibration_dir = Some(folder.path().to_owned());
        let calibration = hardware::calibration_of(&simulated.arm).unwrap();
        std::fs::write(folder.path().join("bench.json"), calibration.to_json()).unwrap();
        (simulated, folder, arm)
    }

    fn run(arm: ArmConfig) -> Result<DriveOutcome, Failure> {
        let mut process = wiggle(WiggleConfig {
            arm,
            joint: Joint::WristRoll,
        });
        process.start().unwrap();
        process.result()
    }

    #[test]
    fn one_joint_turns_a_little_there_and_back_and_the_arm_is_released() {
        let (simulated, _folder, arm) = bench();
        let before: Vec<_> = (1..=6)
            .map(|id| simulated.chain.truth(id).unwrap().angle)
            .collect();
        simulated.chain.take_goal_log(10_000);
        run(arm).unwrap();
        let log = simulated.chain.take_goal_log(0);
        let goals: Vec<i32> = log
            .arrivals()
            .flat_map(|arrival| arrival.goals().collect::<Vec<_>>())
            .filter(|(id, _)| *id == 5)
            .map(|(_, ticks)| ticks)
            .collect();
        let (least, most) = (goals.iter().min().unwrap(), goals.iter().max().unwrap());
        let swing = f64::from(most - least) * 360.0 / 4096.0;
        assert!(
            (7.0..9.0).contains(&swing),
            "the wrist turned {swing} degrees"
        );
        // 8.4 degrees per second at 60 goals a second are 1.6 ticks a goal, however busy the machine is.
        let fastest = goals.windows(2).map(|two| (two[1] - two[0]).abs()).max();
        assert!(fastest <= Some(2), "a step of {fastest:?} ticks");
        for (id, before) in (1..=6).zip(before) {
            let truth = simulated.chain.truth(id).unwrap();
            assert_eq!(truth.torque, Torque::Off, "motor {id}");
            let moved = (truth.angle - before).abs();
            assert!(moved < 4.0, "motor {id} ended {moved} degrees off");
        }
    }

    #[test]
    fn cycles_that_were_missed_make_the_swing_longer_and_never_quicker() {
        use arms::{SafetyConfig, Values};

        let safety = SafetyConfig::default();
        let period = Duration::from_secs_f64(1.0 / RATE);
        // Every cycle in time; every fourth one after a tenth of a second in which the machine did something else, and the goal
        // before it held back because nobody answered.
        for every in [usize::MAX, 4] {
            let mut swing = Swing::of(Joint::WristRoll);
            let mut last_action = Values::from_arms(&[[0.0; JOINTS]]);
            let observation = last_action;
            let mut now = MonoTime(1_000_000_000);
            let (mut most, mut fastest, mut cycles) = (0.0_f64, 0.0_f64, 0);
            loop {
                cycles += 1;
                now = now + period;
                if cycles % every == 0 {
                    now = now + Duration::from_millis(100);
                }
                let cx = CycleContext {
                    slot: cycles as u64,
                    now,
                    period,
                    observation: &observation,
                    last_action: &last_action,
                    leaders: None,
                    leaders_stale: 0,
                    limits: &[],
                    first_move: false,
                    safety: &safety,
                };
                let goal = match swing.goal(&cx) {
                    Goal::To(goal) => goal.as_slice()[Joint::WristRoll.index()],
                    Goal::Finished => break,
                    Goal::Stay => panic!("it stays"),
                };
                let place = &mut last_action.as_mut_slice()[Joint::WristRoll.index()];
                fastest = fastest.max((goal - *place).abs());
                if cycles % every != 3 {
                    *place = goal;
                }
                most = most.max(goal);
            }
            assert!((SWING - 0.1..=SWING).contains(&most), "it turned {most}");
            assert!(fastest < 0.15, "a step of {fastest} degrees, every {every}");
        }
    }

    #[test]
    fn an_arm_that_is_not_well_or_not_calibrated_is_not_moved() {
        type Spoil = fn(&Simulated);
        let cases: [(Spoil, &str); 2] = [
            (
                |it| {
                    let what = Misbehaviour::Fault { id: 2, bits: 0x20 };
                    it.chain.misbehave(what).unwrap();
                },
                "an arm that is not well is not moved",
            ),
            (
                |it| {
                    it.chain
                        .set_register(3, sim::table::HOMING_OFFSET, 9)
                        .unwrap();
                },
                "do not hold the calibration",
            ),
        ];
        for (spoil, says) in cases {
            let (simulated, _folder, arm) = bench();
            spoil(&simulated);
            simulated.chain.take_goal_log(100);
            let failure = run(arm).unwrap_err();
            assert!(failure.message.contains(says), "{failure}");
            assert_eq!(simulated.chain.take_goal_log(0).len(), 0, "{says}");
        }
    }
}
