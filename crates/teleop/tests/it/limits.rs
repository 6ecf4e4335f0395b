//! No sequence of wishes, faults, requests and clock jumps gets a goal past the limits. Judged by what arrived at the
//! simulated motors.

use proptest::prelude::*;
use sim::{Chain, FOLLOWER_CALIBRATION, Hand, Misbehaviour};
use stdx::Clock as _;
use teleop::{CycleContext, Goal, Teleoperator};

use arms::limits::Following;
use arms::{JOINTS, JointSafety, Values};

use crate::bench::{Bench, ms, rig_with};

const RATE: f64 = 120.0;
/// Ticks by which a reading may be off, and a joint may move between two looks of the test.
const SLACK: i32 = 4;

/// Asks for anything at all.
struct Wild {
    random: u64,
    following: Following,
    wish: Option<Values>,
}

impl Wild {
    fn next(&mut self) -> u64 {
        // xorshift64*, Vigna 2016.
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        self.random.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn value(&mut self) -> f64 {
        match self.next() % 16 {
            0 => f64::NAN,
            1 => f64::INFINITY,
            2 => f64::NEG_INFINITY,
            3 => 1e300,
            4 => -1e300,
            5 => f64::MIN_POSITIVE,
            _ => (self.next() % 8_000) as f64 / 10.0 - 400.0,
        }
    }
}

impl Teleoperator for Wild {
    fn name(&self) -> &'static str {
        "wild"
    }

    fn following(&self) -> Following {
        self.following
    }

    fn engage(&mut self, _cx: &CycleContext<'_>) {}

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        // The bounded first move ends near a wish; without that nothing would ever move fast.
        if cx.first_move && self.next().is_multiple_of(8) {
            return Goal::To(*cx.last_action);
        }
        // Most wishes last a while, so that joints get somewhere.
        if let Some(wish) = self.wish
            && !self.next().is_multiple_of(40)
        {
            return Goal::To(wish);
        }
        if self.next().is_multiple_of(16) {
            return Goal::Stay;
        }
        let mut values = [0.0; JOINTS];
        for value in &mut values {
            *value = self.value();
        }
        Goal::To(*self.wish.insert(Values::from_arms(&[values])))
    }
}

#[derive(Debug, Clone)]
enum Act {
    Turn(u8),
    Jump(u64),
    Hold,
    Resume,
    Release,
    Emergency,
    Misbehave(u8, u8),
    Behave,
    BrownOut(u8),
    Power(bool),
    Supply(u8),
    Heat(u8),
    /// A hand takes a joint to a place between and beyond its stops, or lets go.
    Push(u8, Option<i16>),
    Unplug,
}

fn act() -> impl Strategy<Value = Act> {
    let motor = 1u8..=6;
    prop_oneof![
        12 => (1u8..60).prop_map(Act::Turn),
        1 => (1u64..20_000).prop_map(Act::Jump),
        1 => Just(Act::Hold),
        4 => Just(Act::Resume),
        1 => Just(Act::Release),
        1 => Just(Act::Emergency),
        3 => (motor.clone(), 0u8..7).prop_map(|(id, what)| Act::Misbehave(id, what)),
        2 => Just(Act::Behave),
        1 => motor.clone().prop_map(Act::BrownOut),
        1 => any::<bool>().prop_map(Act::Power),
        1 => (40u8..80).prop_map(Act::Supply),
        1 => (motor.clone(), prop::option::of(-200i16..200)).prop_map(|(id, to)| Act::Push(id, to)),
        1 => motor.prop_map(Act::Heat),
        1 => Just(Act::Unplug),
    ]
}

fn misbehaviour(id: u8, what: u8) -> Misbehaviour {
    match what {
        0 => Misbehaviour::MuteMotor { id },
        1 => Misbehaviour::CorruptReply { id, every: 3 },
        2 => Misbehaviour::LateReply { id, by: ms(9) },
        3 => Misbehaviour::NoiseBeforeReply { id, bytes: 5 },
        4 => Misbehaviour::Fault { id, bits: 0x20 },
        5 => Misbehaviour::StuckJoint { id },
        _ => Misbehaviour::ShortReply { id, bytes: 4 },
    }
}

/// Where each joint has been, in ticks.
struct Been([(i32, i32); JOINTS]);

impl Been {
    fn look(&mut self, chain: &Chain) {
        for (place, (least, most)) in self.0.iter_mut().enumerate() {
            let at = chain.truth(place as u8 + 1).expect("a motor").position;
            *least = (*least).min(at);
            *most = (*most).max(at);
        }
    }
}

fn check(
    acts: Vec<Act>,
    seed: u64,
    following: Following,
    narrow: bool,
) -> Result<(), TestCaseError> {
    judge(acts, seed, following, narrow, narrow)
}

/// Drives an arm whose lift is `limited` or not, and judges it as if its limits were `narrow` or not.
fn judge(
    acts: Vec<Act>,
    seed: u64,
    following: Following,
    limited: bool,
    narrow: bool,
) -> Result<(), TestCaseError> {
    let (clock, rig, chains, _) = rig_with(1, None, |config| {
        if limited {
            config.safety.joints[1] = JointSafety {
                least: Some(-30.0),
                most: Some(20.0),
                speed: Some(45.0),
                acceleration: None,
            };
        }
    });
    let teleoperator = Box::new(Wild {
        random: seed | 1,
        following,
        wish: None,
    });
    let mut bench = Bench::of(RATE, clock, rig, chains, Vec::new(), teleoperator);
    let chain = bench.followers[0].clone();
    let mut been = Been(FOLLOWER_CALIBRATION.map(|joint| (joint.range_min, joint.range_max)));
    if narrow {
        // 4095 ticks to 360 degrees, from the middle of the recorded range.
        let middle =
            f64::from(FOLLOWER_CALIBRATION[1].range_min + FOLLOWER_CALIBRATION[1].range_max) / 2.0;
        let at = |degrees: f64| (middle + degrees * 4095.0 / 360.0) as i32;
        been.0[1] = (at(-30.0), at(20.0));
    }
    // Degrees a second and percent a second, as ticks a cycle.
    let fastest: [f64; JOINTS] = std::array::from_fn(|place| {
        let joint = &FOLLOWER_CALIBRATION[place];
        match place {
            5 => 200.0 / 100.0 * f64::from(joint.range_max - joint.range_min) / RATE,
            1 if narrow => 45.0 * 4095.0 / 360.0 / RATE,
            _ => 180.0 * 4095.0 / 360.0 / RATE,
        }
    });
    bench.controls.resume();
    let mut last: Option<[i32; JOINTS]> = None;
    for act in acts {
        let mut turns = 1;
        match act {
            Act::Turn(count) => turns = count,
            Act::Jump(millis) => bench.clock.sleep(ms(millis)),
            Act::Hold => bench.controls.hold(),
            Act::Resume => bench.controls.resume(),
            Act::Release => bench.controls.release(),
            Act::Emergency => bench.controls.emergency_stop().press(),
            Act::Misbehave(id, what) => chain.misbehave(misbehaviour(id, what)).expect("a motor"),
            Act::Behave => chain.behave(),
            Act::BrownOut(id) => chain.brown_out(id).expect("a motor"),
            Act::Power(on) => chain.set_power(on),
            Act::Supply(tenths) => chain.set_supply(f64::from(tenths) / 10.0),
            Act::Heat(id) => chain.heat_to(id, 68.0).expect("a motor"),
            Act::Push(id, to) => {
                let hand = to.map(|to| Hand::HoldsAt(f64::from(to)));
                chain.hand(id, hand).expect("a motor");
            }
            Act::Unplug => chain.unplug(),
        }
        for turn in 0..turns {
            been.look(&chain);
            let before = bench.word();
            bench.turn();
            been.look(&chain);
            let driven = before == "driving" && bench.word() == "driving";
            let stopped = turn > 0 && before == "stopped" && bench.word() == "stopped";
            let log = chain.take_goal_log(64);
            if log.is_empty() {
                // Motors without power hear nothing: the next goal they hear is not one cycle on.
                last = None;
            }
            for arrival in log.arrivals() {
                let mut goals = [0; JOINTS];
                for (id, goal) in arrival.goals() {
                    let place = usize::from(id) - 1;
                    goals[place] = goal;
                    let (least, most) = been.0[place];
                    prop_assert!(
                        (least - SLACK..=most + SLACK).contains(&goal),
                        "motor {id}: {goal} outside {least} to {most}"
                    );
                    if let (true, Some(last)) = (stopped, &last) {
                        prop_assert_eq!(goal, last[place], "motor {}: moved while stopped", id);
                    }
                    if let (true, Some(last)) = (driven, &last) {
                        let step = f64::from((goal - last[place]).abs());
                        prop_assert!(
                            step <= fastest[place] + 2.0,
                            "motor {id}: {step} ticks in one cycle"
                        );
                    }
                }
                last = Some(goals);
            }
            if !driven && bench.word() != "stopped" {
                last = None;
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn nothing_gets_a_goal_past_the_limits(
        acts in prop::collection::vec(act(), 1..40),
        seed in any::<u64>(),
        movement in any::<bool>(),
        narrow in any::<bool>(),
    ) {
        let following = if movement { Following::Movement } else { Following::Places };
        check(acts, seed, following, narrow)?;
    }
}

#[test]
fn goals_of_an_arm_with_wider_limits_than_it_is_judged_by_are_noticed() {
    let acts = vec![Act::Turn(200); 4];
    let found = judge(acts, 7, Following::Places, false, true);
    assert!(found.is_err(), "the property above would prove nothing");
}
