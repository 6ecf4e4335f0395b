//! The supervisor of a loop with a simulated arm.

use arms::ArmKind;
use stdx::SystemClock;
use units::Hz;

use super::*;

/// A driving loop, and its supervisor.
fn driving() -> Driving {
    let clock = SystemClock::shared();
    let (_goals, teleoperator) = teleop::direct();
    let rig = RigConfig {
        followers: vec![ArmConfig::new(ArmKind::Follower, "sim")],
        leaders: Vec::new(),
        teleoperator: Box::new(teleoperator),
    };
    let connected = ConnectedRig::connect(rig, &clock, |_| {}).unwrap();
    let config = LoopConfig::new(Hz::new(60.0).unwrap());
    let mut driving = Driving::start(connected, config, None, &Controls::new(), &clock).unwrap();
    while !matches!(driving.state, State::Driving) {
        assert!(driving.look(|_| {}), "the loop ended");
        clock.sleep(LOOK);
    }
    driving
}

const LOST: LostArms = LostArms {
    followers: [true, false],
    leaders: [false, false],
};

#[test]
fn an_old_status_does_not_take_the_second_way_to_an_arm_that_was_just_brought_back() {
    let mut driving = driving();
    let place = ArmPlace::Follower(0);
    driving.brought.push((place, driving.clock.now()));
    driving.look_for_lost(LOST, &mut |_| {});
    assert!(driving.reopening.is_empty(), "nobody looks for it");
    let failure = driving.abandon();
    assert!(
        failure.message.contains("torque is off"),
        "it was let down by its second way: {failure}"
    );
}

#[test]
fn arms_that_nobody_could_let_down_are_not_called_let_down() {
    let driving = driving();
    lock(&driving.handle).let_go_of_lost(LOST.places());
    let failure = driving.abandon();
    assert!(
        failure
            .message
            .contains("not every motor could be let go of"),
        "{failure}"
    );
    assert!(
        failure.remedy.contains("torque may still be on"),
        "{failure}"
    );
}
