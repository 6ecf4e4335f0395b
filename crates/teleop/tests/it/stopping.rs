//! Torque on, holds, stops and releases.

use arms::{EmergencyPolicy, SafetyConfig, Torque};
use sim::table;
use stdx::latest;
use teleop::{Controls, KeyBoard, LeaderTeleoperator, Outputs, keyboard};

use crate::bench::{Bench, MIDDLE, folded, ms, rig, rig_with, unhurried};
use crate::timing::Still;

fn with_keys() -> (Bench, KeyBoard) {
    let mut keys = None;
    let bench = Bench::driving(120.0, 1, None, |clock| {
        let (board, teleoperator) = keyboard(&SafetyConfig::default(), clock.shared());
        keys = Some(board);
        Box::new(teleoperator)
    });
    (bench, keys.expect("a keyboard"))
}

#[test]
fn nothing_is_switched_on_before_it_is_asked_for_and_then_nothing_jumps() {
    let (clock, rig, chains) = folded();
    let mut bench = Bench::of(120.0, clock, rig, chains, Vec::new(), Box::new(Still));
    bench.turn_for(ms(200));
    assert_eq!(bench.word(), "idle");
    assert_eq!(bench.status().torque[0], Some(Torque::Off));
    let before: Vec<i32> = (1..=6)
        .map(|id| bench.followers[0].truth(id).expect("motor").position)
        .collect();
    bench.controls.hold();
    bench.turn();
    assert_eq!(bench.word(), "holding");
    for (id, before) in (1..=6).zip(before) {
        let truth = bench.followers[0].truth(id).expect("motor");
        assert!(
            (truth.goal - before).abs() < 60,
            "motor {id} would jump: {truth:?}"
        );
        assert!(
            (truth.goal - truth.position).abs() < 40,
            "motor {id}: {truth:?}"
        );
    }
    assert_eq!(bench.status().torque[0], Some(Torque::On));
    assert_eq!(
        bench.status().missed,
        0,
        "switching torque on is not a missed cycle"
    );
}

#[test]
fn an_emergency_stop_takes_effect_within_one_cycle_and_the_second_press_releases() {
    let (mut bench, mut keys) = with_keys();
    keys.press("w");
    keys.press("arrowleft");
    bench.turn_for_with(ms(400), |_| keys.heartbeat());
    bench.controls.emergency_stop().press();
    keys.heartbeat();
    bench.turn();
    assert_eq!(bench.word(), "stopped");
    for id in 1..=6 {
        let truth = bench.followers[0].truth(id).expect("motor");
        assert!(
            (truth.goal - truth.position).abs() < 30,
            "motor {id}: {truth:?}"
        );
        assert_ne!(truth.torque, sim::Torque::Off);
    }
    let goals = bench.status().goals;
    bench.turn_for_with(ms(400), |_| keys.heartbeat());
    assert_eq!(
        bench.status().goals,
        goals,
        "a held key no longer moves anything"
    );
    bench.controls.emergency_stop().press();
    bench.turn();
    assert_eq!(bench.word(), "releasing");
    bench.turn_for(ms(1_800));
    assert_eq!(bench.word(), "idle");
    assert_eq!(bench.status().torque[0], Some(Torque::Off));
}

#[test]
fn a_bouncing_stop_key_is_one_press() {
    let (mut bench, mut keys) = with_keys();
    for _ in 0..20 {
        keys.press(" ");
        bench.turn();
    }
    assert_eq!(bench.word(), "stopped");
}

#[test]
fn after_a_stop_driving_begins_again_with_a_bounded_first_move() {
    let mut pose = MIDDLE;
    pose[0] = 0.0;
    let mut bench = Bench::driving(120.0, 1, Some(pose), |_| {
        Box::new(LeaderTeleoperator::default())
    });
    bench.turn_for(ms(500));
    bench.controls.emergency_stop().press();
    bench.turn();
    let sim = sim::SimArm::leader();
    bench.leaders[0]
        .hand(1, Some(sim::Hand::HoldsAt(sim.angle_at(0, 60.0))))
        .expect("held");
    bench.turn_for(ms(500));
    assert!(bench.status().goals.as_slice()[0].abs() < 3.0);
    bench.controls.resume();
    bench.take_steps();
    bench.turn_for(ms(1_000));
    let steps = bench.take_steps();
    let fastest = steps
        .windows(2)
        .map(|pair| (pair[1].action.as_slice()[0] - pair[0].action.as_slice()[0]) * 120.0)
        .fold(0.0, f64::max);
    assert!(
        (25.0..31.0).contains(&fastest),
        "{fastest} degrees per second"
    );
}

#[test]
fn a_stopped_loop_lets_the_arm_sink_before_it_lets_go() {
    let (mut bench, _keys) = with_keys();
    bench.turn_for(ms(300));
    bench.controls.stop();
    let mut limits = Vec::new();
    let mut off_after = 0;
    let start = stdx::Clock::now(&bench.clock);
    while bench.turn() {
        let chain = &bench.followers[0];
        limits.push(chain.register(2, table::TORQUE_LIMIT).expect("limit"));
        if chain.register(2, table::TORQUE_ENABLE).expect("enable") != 0 {
            off_after = stdx::Clock::now(&bench.clock).since(start).as_millis();
        }
    }
    assert!(
        (1_450..1_700).contains(&off_after),
        "torque off after {off_after} ms"
    );
    let lowest = limits
        .iter()
        .position(|limit| *limit == 0)
        .expect("sank to nothing");
    assert!(limits[..lowest].windows(2).all(|pair| pair[1] <= pair[0]));
    assert!(limits[lowest / 2] > 200, "{limits:?}");
    for id in 1..=6 {
        let chain = &bench.followers[0];
        assert_eq!(chain.register(id, table::TORQUE_ENABLE).expect("enable"), 0);
        assert_eq!(chain.register(id, table::LOCK).expect("lock"), 0);
    }
    assert!(!bench.turn(), "ended stays ended");
    assert!(bench.controls.ended());
}

#[test]
fn a_stop_pressed_before_the_first_cycle_keeps_torque_off() {
    let (clock, rig, chains) = folded();
    let mut bench = Bench::of(120.0, clock, rig, chains, Vec::new(), Box::new(Still));
    bench.controls.emergency_stop().press();
    bench.controls.resume();
    bench.turn_for(ms(100));
    assert_eq!(bench.word(), "idle");
    assert_eq!(bench.status().torque[0], Some(Torque::Off));
}

#[test]
fn an_emergency_stop_catches_an_arm_that_is_sinking() {
    let (mut bench, _keys) = with_keys();
    bench.turn_for(ms(300));
    bench.controls.stop();
    bench.turn_for(ms(600));
    assert_eq!(bench.word(), "releasing");
    let chain = bench.followers[0].clone();
    assert!(chain.register(2, table::TORQUE_LIMIT).expect("limit") < 800);
    bench.controls.emergency_stop().press();
    bench.turn();
    assert_eq!(bench.word(), "stopped");
    assert_eq!(chain.register(2, table::TORQUE_LIMIT).expect("limit"), 1000);
    let caught = chain.truth(2).expect("lift").position;
    bench.turn_for(ms(1_000));
    let lift = chain.truth(2).expect("lift");
    assert!((lift.position - caught).abs() < 150, "{caught}, {lift:?}");
    assert_eq!(bench.status().torque[0], Some(Torque::On));
    bench.controls.emergency_stop().press();
    while bench.turn() {}
    assert_eq!(chain.truth(2).expect("lift").torque, sim::Torque::Off);
}

#[test]
fn dropping_the_handle_lets_the_arm_down() {
    let (clock, rig, chains, _) = rig(1, None);
    let (status, reader) = latest();
    let outputs = Outputs {
        steps: None,
        status,
    };
    let handle = teleop::start(
        rig,
        Box::new(Still),
        unhurried(),
        stdx::FakeClock::shared(&clock),
        outputs,
        &Controls::new(),
    )
    .expect("started");
    while reader
        .take()
        .is_none_or(|status| status.state.word() != "driving")
    {
        std::thread::yield_now();
    }
    drop(handle);
    assert_eq!(chains[0].truth(2).expect("lift").torque, sim::Torque::Off);
}

#[test]
fn the_first_press_does_what_the_policy_says_and_a_bounce_undoes_nothing() {
    for (policy, at_once, later, dropped) in [
        (EmergencyPolicy::Hold, "stopped", "stopped", false),
        (EmergencyPolicy::SoftRelease, "releasing", "idle", false),
        (EmergencyPolicy::Release, "releasing", "idle", true),
    ] {
        let (clock, rig, chains, _) = rig_with(1, None, |config| {
            config.safety.emergency = policy;
        });
        let (_keys, keys) = keyboard(&SafetyConfig::default(), clock.shared());
        let mut bench = Bench::of(120.0, clock, rig, chains, Vec::new(), Box::new(keys));
        bench.controls.resume();
        bench.turn_for(ms(200));
        bench.controls.emergency_stop().press();
        bench.turn();
        assert_eq!(bench.word(), at_once, "{policy:?}");
        let off = bench.followers[0]
            .register(2, table::TORQUE_ENABLE)
            .expect("lift")
            == 0;
        assert_eq!(off, dropped, "{policy:?}");
        bench.controls.emergency_stop().press();
        bench.turn_for(ms(2_000));
        assert_eq!(
            bench.word(),
            later,
            "{policy:?}: a bounce is no second press"
        );
        if policy != EmergencyPolicy::Hold {
            assert_eq!(bench.status().torque[0], Some(Torque::Off), "{policy:?}");
        }
    }
}
