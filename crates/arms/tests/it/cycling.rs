//! Cycles: observing, sending limited goals, stopping, looking after the motors.

use std::time::Duration;

use arms::{Arm, ArmKind, Joint, Observation, Torque};
use sim::{Misbehaviour, SimArm, table};
use units::Hz;

use crate::bench::{Bench, MIDDLE};

const CYCLE: Duration = Duration::from_nanos(8_333_333);

fn observe(arm: &mut Arm) -> Observation {
    arm.begin_observe().expect("asked");
    let deadline = arm.observe_deadline(CYCLE);
    arm.finish_observe(deadline).expect("observed")
}

#[test]
fn two_arms_are_asked_before_either_is_awaited() {
    let bench = Bench::of(ArmKind::Follower, SimArm::follower().posed(MIDDLE));
    let other = sim::SimArm::leader()
        .posed(MIDDLE)
        .chain(bench.shared_clock());
    let mut leader = Bench {
        clock: bench.clock.clone(),
        chain: other,
        kind: ArmKind::Leader,
        calibration: Bench::leader().calibration,
    }
    .connect();
    let mut follower = bench.connect();
    let alone = {
        let start = bench.clock_now();
        observe(&mut follower);
        bench.clock_now().since(start)
    };
    let start = bench.clock_now();
    follower.begin_observe().expect("asked");
    leader.begin_observe().expect("asked");
    let (one, two) = (
        follower.observe_deadline(CYCLE),
        leader.observe_deadline(CYCLE),
    );
    let seen = [
        follower.finish_observe(one).expect("observed"),
        leader.finish_observe(two).expect("observed"),
    ];
    let both = bench.clock_now().since(start);
    assert!(both < alone * 3 / 2, "{both:?} for both, {alone:?} for one");
    assert!(seen.iter().all(|seen| seen.stale == 0));
}

#[test]
fn a_silent_motor_costs_its_own_value_only_and_its_age_grows() {
    let bench = Bench::follower();
    let mut arm = bench.connect();
    let before = observe(&mut arm);
    bench
        .chain
        .misbehave(Misbehaviour::MuteMotor { id: 3 })
        .expect("a motor");
    bench.chain.place(1, 40.0).expect("a motor");
    bench.chain.place(3, 40.0).expect("a motor");
    bench.wait_ms(100);
    let seen = observe(&mut arm);
    assert_eq!(seen.stale, 1 << Joint::ElbowFlex.index());
    assert_eq!(seen.values[2], before.values[2]);
    assert!(seen.values[0] > 20.0);
    assert!(seen.ages[2] >= Duration::from_millis(100) && seen.ages[0] == Duration::ZERO);
    bench.chain.behave();
    bench.wait_ms(100);
    let seen = observe(&mut arm);
    assert_eq!((seen.stale, seen.ages[2]), (0, Duration::ZERO));
    assert!(seen.values[2] > 20.0);
}

#[test]
fn a_line_without_any_answer_is_silent_and_one_without_adapter_is_lost() {
    let bench = Bench::follower();
    let mut arm = bench.holding();
    bench.chain.set_power(false);
    assert!(observe(&mut arm).all_silent());
    bench.chain.set_power(true);
    bench.chain.unplug();
    let lost = arm
        .begin_observe()
        .and_then(|()| arm.finish_observe(bench.clock_now()));
    assert!(lost.expect_err("unplugged").line_lost());
    let lost = arm.send_goal(&MIDDLE).expect_err("unplugged");
    assert!(lost.line_lost());
    arm.line_is_gone();
    assert_eq!(arm.torque(), Torque::Unknown);
}

#[test]
fn complaints_come_with_every_observation() {
    let bench = Bench::follower();
    let mut arm = bench.connect();
    bench
        .chain
        .misbehave(Misbehaviour::Fault { id: 2, bits: 0x24 })
        .expect("a motor");
    let seen = observe(&mut arm);
    assert_eq!(seen.error_bits.map(|bits| bits.0), [0, 0x24, 0, 0, 0, 0]);
    assert_eq!(seen.stale, 0);
}

#[test]
fn the_arm_follows_goals_within_speed_and_range_and_gets_there() {
    let bench = Bench::of(ArmKind::Follower, SimArm::follower().posed(MIDDLE));
    let mut arm = bench.holding();
    arm.set_rate(Hz::new(120.0).expect("a rate"));
    let wanted = [60.0, -40.0, 500.0, 20.0, -30.0, 140.0];
    bench.chain.take_goal_log(1024);
    let mut next = bench.clock_now();
    let mut last = arm.goals();
    for _ in 0..720 {
        observe(&mut arm);
        let sent = arm.send_goal(&wanted).expect("sent");
        for (place, (sent, last)) in sent.into_iter().zip(last).enumerate() {
            let top = if place == 5 { 200.0 } else { 180.0 };
            assert!((sent - last).abs() <= top / 120.0 + 1e-6);
        }
        last = sent;
        next = next + CYCLE;
        bench.wait(next.since(bench.clock_now()));
    }
    let elbow = f64::from(3128 - 951) / 2.0 * 360.0 / 4095.0;
    assert_eq!(last, [60.0, -40.0, elbow, 20.0, -30.0, 100.0]);
    let seen = observe(&mut arm);
    assert!(Bench::apart(seen.values, last) < 6.0, "{:?}", seen.values);
    let log = bench.chain.take_goal_log(16);
    assert_eq!(log.len(), 720);
    for arrival in log.arrivals() {
        for joint in Joint::ALL {
            let range = bench.calibration.joint(joint);
            let goal = arrival.goal(joint.motor_id()).expect("a goal");
            assert!(
                (range.range_min..=range.range_max).contains(&goal),
                "{joint:?} {goal}"
            );
        }
    }
}

#[test]
fn stopping_makes_every_goal_the_present_position_in_one_packet() {
    let bench = Bench::of(ArmKind::Follower, SimArm::follower().posed(MIDDLE));
    let mut arm = bench.holding();
    for _ in 0..60 {
        arm.send_goal(&[80.0, 0.0, 0.0, 0.0, 0.0, 50.0])
            .expect("sent");
        bench.wait(CYCLE);
    }
    let seen = observe(&mut arm);
    let before = bench.chain.take_goal_log(16).len();
    assert!(before >= 60);
    let goals = arm.stop_here().expect("stopped");
    assert_eq!(goals, seen.values);
    bench.wait_ms(2);
    assert_eq!(bench.chain.take_goal_log(16).len(), 1);
    assert_eq!(
        bench.registers(table::GOAL_POSITION),
        seen.ticks.map(|ticks| ticks.0)
    );
    assert_eq!(arm.torque(), Torque::On);
    assert!(arm.limiter().first_move());
}

#[test]
fn one_motor_after_the_other_tells_how_it_is() {
    let bench = Bench::of(
        ArmKind::Follower,
        SimArm::follower().posed([0.0, 40.0, 0.0, 0.0, 0.0, 50.0]),
    );
    let mut arm = bench.holding();
    bench.wait_ms(500);
    bench
        .chain
        .misbehave(Misbehaviour::MuteMotor { id: 5 })
        .expect("a motor");
    bench.chain.heat_to(1, 48.0).expect("a motor");
    let mut asked = Vec::new();
    for _ in 0..6 {
        let deadline = bench.clock_now() + Duration::from_millis(4);
        asked.push(
            arm.poll_health(deadline)
                .expect("the line is there")
                .map(|(joint, _)| joint.index()),
        );
    }
    assert_eq!(asked, [Some(0), Some(1), Some(2), Some(3), None, Some(5)]);
    let health = arm.health();
    assert!(health[4].is_none());
    let shoulder = health[1].expect("asked");
    let truth = bench.chain.truth(2).expect("a motor");
    assert!((shoulder.voltage - truth.volts).abs() < 0.2, "{shoulder:?}");
    assert!(
        (shoulder.current - truth.current.abs()).abs() < 0.05,
        "{shoulder:?} {truth:?}"
    );
    assert!(
        shoulder.load != 0.0,
        "it holds the arm's weight: {shoulder:?}"
    );
    let pan = health[0].expect("asked");
    assert!((47.0..=48.0).contains(&pan.temperature), "{pan:?}");
}

#[test]
fn a_motor_that_lost_its_torque_for_a_moment_is_noticed_within_twelve_cycles() {
    let bench = Bench::follower();
    let mut arm = bench.holding();
    bench.chain.brown_out(3).expect("a motor");
    for _ in 0..12 {
        let deadline = bench.clock_now() + Duration::from_millis(4);
        arm.poll_health(deadline).expect("the line is there");
    }
    assert_eq!(arm.lost_torque(), 1 << Joint::ElbowFlex.index());
    assert_eq!(arm.torque(), Torque::On);
}

#[test]
fn a_stale_joint_is_stopped_at_its_goal_and_not_where_it_was_long_ago() {
    let bench = Bench::of(ArmKind::Follower, SimArm::follower().posed(MIDDLE));
    let mut arm = bench.holding();
    let seen = observe(&mut arm);
    bench
        .chain
        .misbehave(Misbehaviour::MuteMotor { id: 1 })
        .expect("a motor");
    let mut goals = seen.values;
    for _ in 0..60 {
        observe(&mut arm);
        goals = arm
            .send_goal(&[40.0, 0.0, 0.0, 0.0, 0.0, 50.0])
            .expect("sent");
        bench.wait(CYCLE);
    }
    let seen = observe(&mut arm);
    let stopped = arm.stop_here().expect("stopped");
    assert_eq!(stopped[0], goals[0]);
    assert!((stopped[0] - seen.values[0]).abs() > 5.0);
    assert_eq!(stopped[1..], seen.values[1..]);
}

#[test]
fn a_largest_distance_from_the_present_is_kept_when_one_is_set() {
    let bench = Bench::follower();
    let mut config = bench.config();
    config.max_relative_target = Some([3.0; 6]);
    let mut arm = Arm::connect(bench.bus(), config, bench.calibration, bench.shared_clock())
        .expect("connected");
    arm.configure().expect("configured");
    arm.hold().expect("holding");
    bench
        .chain
        .misbehave(Misbehaviour::StuckJoint { id: 1 })
        .expect("a motor");
    let start = arm.values()[0];
    let mut goals = [0.0; 6];
    for _ in 0..120 {
        observe(&mut arm);
        goals = arm
            .send_goal(&[60.0, -100.0, 80.0, 70.0, 0.0, 0.0])
            .expect("sent");
        bench.wait(CYCLE);
    }
    assert!(
        (goals[0] - start - 3.0).abs() < 1e-9,
        "{} from {start}",
        goals[0]
    );
}

#[test]
fn the_first_cycle_of_a_movement_shows_on_the_wire_and_its_end_is_lerobots_tick() {
    let bench = Bench::of(ArmKind::Follower, SimArm::follower().posed(MIDDLE));
    let mut arm = bench.holding();
    arm.set_rate(Hz::new(250.0).expect("a rate"));
    let start = arm.goals();
    arm.send_goal(&start).expect("sent");
    for up in [1.0, -1.0] {
        let before = *arm.goal_ticks();
        let wanted = arm.goals().map(|goal| goal + up);
        arm.send_goal(&wanted).expect("sent");
        for joint in Joint::ALL {
            let moved = arm.goal_ticks()[joint.index()].0 - before[joint.index()].0;
            assert_eq!(moved, up as i32, "{joint:?}");
        }
        for _ in 0..250 {
            arm.send_goal(&wanted).expect("sent");
        }
        let lerobots = arm.units().ticks_from_values(arm.calibration(), &wanted);
        assert_eq!(*arm.goal_ticks(), lerobots);
    }
}
