//! The tip driven by keys: on its line, never faster than a joint may, held where it cannot go on.

use std::time::Duration;

use arms::kinematics::{Angles, ArmModel, Kinematics, Trims};
use arms::{GoalLimiter, JOINTS, JointLimits, Limits, SafetyConfig, Values};
use proptest::prelude::*;
use stdx::FakeClock;
use teleop::{
    CycleContext, Goal, Holds, JogConfig, JogStatus, KeyBoard, KeyboardTeleoperator, Teleoperator,
    keyboard_ee,
};

use crate::bench::{Bench, ms};

const MODEL: ArmModel = ArmModel::So101;

/// A keyboard's teleoperator with an arm that goes where it is told, without a loop around it.
struct Alone {
    clock: FakeClock,
    board: KeyBoard,
    teleoperator: KeyboardTeleoperator,
    safety: SafetyConfig,
    limits: [Limits; 2],
    period: Duration,
    goals: Values,
}

fn range(degrees: f64) -> Limits {
    [JointLimits {
        least: -degrees,
        most: degrees,
        speed: 180.0,
        acceleration: 1000.0,
        first_speed: 30.0,
        first_within: 2.0,
    }; JOINTS]
}

impl Alone {
    fn new(arms: &[[f64; JOINTS]], hz: f64) -> Self {
        let clock = FakeClock::default();
        let safety = SafetyConfig::default();
        let (board, teleoperator) = keyboard_ee(&safety, clock.shared(), JogConfig::new(MODEL));
        let mut alone = Self {
            clock,
            board,
            teleoperator,
            safety,
            limits: [range(110.0); 2],
            period: Duration::from_secs_f64(1.0 / hz),
            goals: Values::from_arms(arms),
        };
        alone.with(|teleoperator, cx| teleoperator.engage(cx));
        alone
    }

    fn with<T>(
        &mut self,
        act: impl FnOnce(&mut KeyboardTeleoperator, &CycleContext<'_>) -> T,
    ) -> T {
        let arms = self.goals.as_slice().len() / JOINTS;
        let cx = CycleContext {
            slot: 0,
            now: stdx::Clock::now(&self.clock),
            period: self.period,
            observation: &self.goals,
            last_action: &self.goals,
            leaders: None,
            leaders_stale: 0,
            limits: &self.limits[..arms],
            first_move: false,
            safety: &self.safety,
        };
        act(&mut self.teleoperator, &cx)
    }

    /// One cycle. Returns how far each joint of the first arm moved, degrees.
    fn turn(&mut self) -> Angles {
        let before = angles(&self.goals);
        self.board.heartbeat();
        match self.with(|teleoperator, cx| teleoperator.goal(cx)) {
            Goal::To(goals) => self.goals = goals,
            other => panic!("{other:?}"),
        }
        self.clock.advance(self.period);
        let after = angles(&self.goals);
        std::array::from_fn(|joint| after[joint] - before[joint])
    }

    fn turn_for(&mut self, span: Duration) {
        let until = stdx::Clock::now(&self.clock) + span;
        while stdx::Clock::now(&self.clock) < until {
            self.turn();
        }
    }

    fn jog(&self) -> JogStatus {
        self.teleoperator.input().jog.expect("the tip is driven")
    }
}

fn angles(values: &Values) -> Angles {
    std::array::from_fn(|joint| values.as_slice()[joint])
}

fn arm() -> Kinematics {
    Kinematics::new(MODEL, Trims::NOMINAL)
}

/// A pose with room on every side.
const READY: [f64; JOINTS] = [0.0, -10.0, 20.0, 45.0, 0.0, 50.0];

#[test]
fn a_held_key_moves_the_tip_on_a_line_at_the_usual_speed_and_keeps_pitch_and_roll() {
    for (key, axis, sign) in [
        ("ArrowUp", 0, 1.0),
        ("ArrowDown", 0, -1.0),
        ("ArrowLeft", 1, 1.0),
        ("ArrowRight", 1, -1.0),
        ("w", 2, 1.0),
        ("s", 2, -1.0),
    ] {
        let mut alone = Alone::new(&[READY], 120.0);
        let from = arm().forward(&angles(&alone.goals)).pose;
        alone.board.press(key);
        alone.turn_for(ms(1000));
        alone.board.release(key);
        alone.turn_for(ms(200));
        let to = arm().forward(&angles(&alone.goals)).pose;
        let moved: Vec<f64> = (0..3)
            .map(|place| to.position[place] - from.position[place])
            .collect();
        assert!(
            (moved[axis] * sign - 0.05).abs() < 0.002,
            "{key}: {moved:?}"
        );
        for (place, part) in moved.iter().enumerate() {
            assert!(place == axis || part.abs() < 1e-9, "{key}: {moved:?}");
        }
        assert!((to.pitch - from.pitch).abs() < 1e-9, "{key}");
        assert!((to.roll - from.roll).abs() < 1e-9, "{key}");
        assert_eq!(alone.jog().holds, None, "{key}");
    }
}

#[test]
fn keys_of_pitch_roll_and_gripper_leave_the_tip_where_it_is() {
    for (key, pitch, roll, gripper) in [
        ("d", 30.0, 0.0, 0.0),
        ("a", -30.0, 0.0, 0.0),
        ("e", 0.0, 30.0, 0.0),
        ("q", 0.0, -30.0, 0.0),
        ("o", 0.0, 0.0, 30.0),
        ("c", 0.0, 0.0, -30.0),
    ] {
        let mut alone = Alone::new(&[READY], 120.0);
        let from = arm().forward(&angles(&alone.goals)).pose;
        alone.board.press(key);
        alone.turn_for(ms(500));
        alone.board.release(key);
        alone.turn_for(ms(200));
        let to = arm().forward(&angles(&alone.goals)).pose;
        for place in 0..3 {
            let off = to.position[place] - from.position[place];
            assert!(off.abs() < 1e-9, "{key} moved the tip by {off}");
        }
        let opened = alone.goals.as_slice()[5] - READY[5];
        for (found, wanted) in [
            (to.pitch - from.pitch, pitch),
            (to.roll - from.roll, roll),
            (opened, gripper),
        ] {
            let off = found - wanted;
            assert!(
                off.abs() < 15.0 && (wanted == 0.0) == (found.abs() < 1e-6),
                "{key}: {found}"
            );
        }
    }
}

#[test]
fn the_tip_holds_at_the_end_of_the_workspace_says_why_and_comes_back() {
    let mut alone = Alone::new(&[READY], 120.0);
    alone.board.press("s");
    alone.turn_for(ms(6000));
    let held = alone.jog();
    let why = held.holds.expect("it holds").to_string();
    assert_eq!(why, "the tip is at the end of the workspace: z 0 mm");
    assert!(held.commanded.position[2] >= 0.0, "{held:?}");
    // Held means held: nothing creeps.
    let goals = alone.goals;
    alone.turn_for(ms(1000));
    assert_eq!(alone.goals, goals);
    alone.board.release("s");
    alone.turn();
    assert_eq!(alone.jog().holds, None, "nobody asks for anything");
    alone.board.press("w");
    alone.turn_for(ms(500));
    let back = alone.jog();
    assert_eq!(back.holds, None);
    assert!(back.commanded.position[2] > held.commanded.position[2] + 0.015);
}

#[test]
fn what_stands_in_the_way_is_told_in_words() {
    let mut told = Vec::new();
    for (start, key) in [
        (READY, "w"),
        (READY, "s"),
        (READY, "ArrowUp"),
        (READY, "ArrowDown"),
        (READY, "ArrowLeft"),
        (READY, "d"),
        (READY, "e"),
    ] {
        let mut alone = Alone::new(&[start], 120.0);
        alone.board.set_speed(4.0);
        alone.board.press(key);
        alone.turn_for(ms(8000));
        let holds = alone.jog().holds.expect("it holds somewhere");
        told.push(format!("{key}: {holds}. {}", holds.remedy()));
    }
    insta::assert_snapshot!(told.join("\n"), @r"
    w: the arm would be stretched, its elbow bent by only 15 degrees. Move the tip back towards the arm.
    s: the tip is at the end of the workspace: z 0 mm. Go back; the joints can be driven beyond one by one.
    ArrowUp: the arm would be stretched, its elbow bent by only 15 degrees. Move the tip back towards the arm.
    ArrowDown: shoulder lift would pass its lowest angle, -110 degrees. Go back, or drive this joint by itself.
    ArrowLeft: the arm would be stretched, its elbow bent by only 15 degrees. Move the tip back towards the arm.
    d: the arm would be stretched, its elbow bent by only 15 degrees. Move the tip back towards the arm.
    e: wrist roll would pass its highest angle, 110 degrees. Go back, or drive this joint by itself.
    ");
}

#[test]
fn the_yaw_that_no_joint_can_give_is_told_and_not_driven() {
    let mut alone = Alone::new(&[READY], 120.0);
    alone.board.press("ArrowLeft");
    alone.turn_for(ms(2000));
    let jog = alone.jog();
    let tip = arm().forward(&angles(&alone.goals));
    assert!(tip.heading < -10.0, "{}", tip.heading);
    // The tip now points to the left of where it did, so it would have to turn to the right.
    let wanted = (tip.pose.pitch.to_radians().cos() * tip.heading.to_radians().sin())
        .asin()
        .to_degrees();
    assert!((jog.yaw_remainder - wanted).abs() < 1e-6, "{jog:?}");
}

#[test]
fn an_arm_at_rest_beyond_the_guards_is_led_out_and_not_pulled() {
    // Folded as LeRobot leaves it: elbow bent beyond 160 degrees, tip below the workspace.
    let mut alone = Alone::new(&[[0.0, -103.0, 96.0, 75.0, 0.0, 0.0]], 60.0);
    let goals = alone.goals;
    alone.turn_for(ms(500));
    assert_eq!(alone.goals, goals, "nobody asked for anything");
    alone.board.press("w");
    alone.board.press("ArrowUp");
    alone.turn_for(ms(1500));
    let jog = alone.jog();
    assert_eq!(jog.holds, None);
    assert!(jog.commanded.position[2] > 0.03, "{jog:?}");
}

#[test]
fn keys_let_go_by_the_dead_man_bring_the_tip_to_rest() {
    let mut alone = Alone::new(&[READY], 120.0);
    alone.board.press("w");
    alone.turn_for(ms(500));
    // The one who reports keys dies with the key held.
    let mut last = alone.goals;
    for _ in 0..60 {
        last = alone.goals;
        let Goal::To(goals) = alone.with(|teleoperator, cx| teleoperator.goal(cx)) else {
            panic!("no goal");
        };
        alone.goals = goals;
        alone.clock.advance(alone.period);
    }
    assert_eq!(
        alone.goals, last,
        "half a second later the tip stands still"
    );
}

#[test]
fn each_arm_of_a_pair_is_driven_by_itself() {
    let mut alone = Alone::new(&[READY, READY], 120.0);
    alone.board.select_arm(1);
    alone.board.press("w");
    alone.turn_for(ms(500));
    assert_eq!(alone.jog().arm, 1);
    let goals = alone.goals;
    let (left, right) = goals.as_slice().split_at(JOINTS);
    assert_eq!(left, READY);
    assert_ne!(right, READY);
    alone.board.select_arm(0);
    alone.board.press("w");
    alone.turn_for(ms(500));
    assert_eq!(&alone.goals.as_slice()[JOINTS..], right);
    assert_ne!(&alone.goals.as_slice()[..JOINTS], READY);
}

#[test]
fn an_arm_that_did_not_follow_is_driven_on_from_its_goal() {
    let mut alone = Alone::new(&[READY], 120.0);
    alone.board.press("w");
    alone.turn_for(ms(500));
    // A stalled elbow gave way: its goal went back by 30 degrees.
    alone.goals.as_mut_slice()[2] -= 30.0;
    let kept = angles(&alone.goals);
    let moved = alone.turn();
    assert!(moved.iter().all(|by| by.abs() < 0.5), "{moved:?}");
    let commanded = alone.jog().commanded;
    let there = arm().forward(&kept).pose;
    for place in 0..3 {
        assert!((commanded.position[place] - there.position[place]).abs() < 0.001);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_keys_make_a_joint_too_fast_the_tip_jump_or_the_elbow_change_its_side(
        start in prop::array::uniform5(-60.0f64..60.0),
        hz in prop::sample::select(vec![30.0, 60.0, 120.0, 250.0]),
        presses in prop::collection::vec((0usize..12, 1u64..600, 0.25f32..4.0), 1..12)
    ) {
        const KEYS: [&str; 12] =
            ["arrowup", "arrowdown", "arrowleft", "arrowright", "w", "s", "a", "d", "q", "e", "o", "c"];
        let start = [start[0], start[1], start[2], start[3], start[4], 50.0];
        let mut alone = Alone::new(&[start], hz);
        let seconds = alone.period.as_secs_f64();
        let began = arm().forward(&angles(&alone.goals));
        let mut held: Vec<&str> = Vec::new();
        for (key, span, speed) in presses {
            let key = KEYS[key];
            alone.board.set_speed(speed);
            if held.contains(&key) {
                alone.board.release(key);
                held.retain(|other| *other != key);
            } else {
                alone.board.press(key);
                held.push(key);
            }
            let until = stdx::Clock::now(&alone.clock) + ms(span);
            while stdx::Clock::now(&alone.clock) < until {
                let was = arm().forward(&angles(&alone.goals));
                let moved = alone.turn();
                for by in moved {
                    prop_assert!(by.abs() <= 180.0 * seconds + 1e-9, "{by} degrees in a cycle");
                }
                let tip = arm().forward(&angles(&alone.goals));
                prop_assert_eq!(tip.branch, began.branch);
                let step = (0..3)
                    .map(|place| (tip.pose.position[place] - was.pose.position[place]).powi(2))
                    .sum::<f64>()
                    .sqrt();
                prop_assert!(step <= 0.15 * seconds + 1e-9, "{step} m in a cycle");
                // What is led is where the goals are.
                let commanded = alone.jog().commanded;
                for place in 0..3 {
                    let off = commanded.position[place] - tip.pose.position[place];
                    prop_assert!(off.abs() < 1e-6, "{off} m off its line");
                }
                for (angle, limits) in angles(&alone.goals).iter().zip(&alone.limits[0]) {
                    prop_assert!((limits.least - 1e-6..=limits.most + 1e-6).contains(angle));
                }
            }
        }
    }
}

#[test]
fn a_simulated_arm_follows_its_tip_through_the_whole_loop() {
    let mut keys = None;
    let mut bench = Bench::driving(120.0, 1, None, |clock| {
        let (board, teleoperator) = keyboard_ee(
            &SafetyConfig::default(),
            clock.shared(),
            JogConfig::new(MODEL),
        );
        keys = Some(board);
        Box::new(teleoperator)
    });
    let mut board = keys.expect("a keyboard");
    // It sagged a little before it was held.
    let start = angles(&bench.take_steps().last().expect("a step").action);
    let start = arm().forward(&start).pose;
    board.press("ArrowDown");
    bench.turn_for_with(ms(1500), |_| board.heartbeat());
    board.release("ArrowDown");
    bench.turn_for_with(ms(500), |_| board.heartbeat());
    let steps = bench.take_steps();
    let mut last: Option<Angles> = None;
    for step in &steps {
        let now = angles(&step.action);
        let tip = arm().forward(&now).pose;
        // A tick of a motor is a third of a millimetre here, and it sagged while it was taken hold of.
        assert!(
            (tip.position[1] - start.position[1]).abs() < 0.002,
            "{tip:?}"
        );
        assert!(
            (tip.position[2] - start.position[2]).abs() < 0.003,
            "{tip:?}"
        );
        if let Some(last) = last {
            for joint in 0..5 {
                assert!((now[joint] - last[joint]).abs() <= 180.0 / 120.0 + 1e-6);
            }
        }
        last = Some(now);
    }
    let end = arm().forward(&last.expect("steps")).pose;
    assert!(
        (start.position[0] - end.position[0] - 0.075).abs() < 0.005,
        "{end:?}"
    );
    let seen = bench.status().input.jog.expect("told").pose;
    assert!(
        (seen.position[0] - end.position[0]).abs() < 0.02,
        "{seen:?}"
    );
    // A stop key stops it like any other.
    board.press("Space");
    bench.turn();
    assert_eq!(bench.word(), "stopped");
    assert_eq!(board.map().mode(), teleop::Mode::Tip);
}

#[test]
fn a_line_stays_a_line_through_the_limits_of_the_joints_also_where_it_ends() {
    let mut worst = 0.0_f64;
    for hz in [30.0, 60.0, 120.0, 250.0] {
        for start in [READY, [20.0, -40.0, 50.0, 20.0, 30.0, 50.0]] {
            for (key, axis) in [
                ("ArrowUp", 0),
                ("ArrowDown", 0),
                ("ArrowLeft", 1),
                ("ArrowRight", 1),
                ("w", 2),
                ("s", 2),
            ] {
                for speed in [1.0, 4.0] {
                    let off = off_the_line(hz, start, key, axis, speed);
                    assert!(off < 0.001, "{key} at {hz} Hz, {speed}x: {off} m");
                    worst = worst.max(off);
                }
            }
        }
    }
    assert!(worst > 0.0, "the limiter was not asked");
}

/// How far the tip leaves its line, metres, when its goals pass the limiter: a key held for longer than there is room,
/// then let go.
fn off_the_line(hz: f64, start: [f64; JOINTS], key: &str, axis: usize, speed: f32) -> f64 {
    let mut alone = Alone::new(&[start], hz);
    let mut limiter = GoalLimiter::new(alone.limits[0], alone.period, start);
    limiter.set_following(alone.teleoperator.following());
    alone.board.set_speed(speed);
    alone.board.press(key);
    let from = arm().forward(&angles(&alone.goals)).pose;
    let mut worst = 0.0_f64;
    let cycles = (3.0 * hz) as u32;
    for cycle in 0..cycles {
        if cycle == cycles * 2 / 3 {
            alone.board.release(key);
        }
        alone.turn();
        let mut wanted = [0.0; JOINTS];
        wanted.copy_from_slice(alone.goals.as_slice());
        alone.goals = Values::from_arms(&[limiter.step(&wanted)]);
        assert_ne!(alone.jog().holds, Some(Holds::DidNotFollow), "{key} {hz}");
        let tip = arm().forward(&angles(&alone.goals)).pose;
        let aside = (0..3)
            .filter(|place| *place != axis)
            .map(|place| (tip.position[place] - from.position[place]).powi(2))
            .sum::<f64>()
            .sqrt();
        worst = worst.max(aside);
    }
    let goals = alone.goals;
    alone.turn();
    assert_eq!(alone.goals, goals, "{key} at {hz} Hz: it came to rest");
    worst
}
