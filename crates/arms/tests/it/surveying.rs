//! What a person is told about a line that is not as it should be. Time is a fake clock.

use std::ops::ControlFlow;

use arms::survey;
use motors::Bus;
use motors::scan::{ScanConfig, scan};
use sim::{Chain, ChainConfig, Misbehaviour, MotorConfig, SimArm, memory_port, table};
use stdx::FakeClock;

fn told_of(chain: &Chain, clock: &FakeClock) -> String {
    let mut bus = Bus::new(memory_port(chain.clone()), clock.shared());
    let found = scan(&mut bus, &ScanConfig::default(), |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    let lines: Vec<String> = survey::findings(&found)
        .iter()
        .map(|finding| format!("{:?}: {finding}. {}", finding.weight(), finding.remedy()))
        .collect();
    lines.join("\n")
}

fn told(arm: SimArm, spoil: impl FnOnce(&Chain)) -> String {
    let clock = FakeClock::default();
    let chain = arm.chain(clock.shared());
    spoil(&chain);
    told_of(&chain, &clock)
}

fn wrong(what: Misbehaviour) -> String {
    told(SimArm::follower(), |chain| chain.misbehave(what).unwrap())
}

#[test]
fn a_healthy_arm_gives_nothing_to_say() {
    assert_eq!(told(SimArm::follower(), |_| ()), "");
    assert_eq!(told(SimArm::leader(), |_| ()), "");
}

#[test]
fn each_misbehaviour_is_told_as_what_it_is() {
    insta::assert_snapshot!(told(SimArm::follower(), |chain| {
        for id in 4..=6 {
            chain.misbehave(Misbehaviour::UnpluggedMotor { id }).unwrap();
        }
    }), @"Stop: motors 1-3 answer, motors 4-6 do not. Check the cable between motor 3 and motor 4, at both plugs.");
    insta::assert_snapshot!(wrong(Misbehaviour::MuteMotor { id: 6 }), @"Stop: motors 1-5 answer, motor 6 does not. Check the cable between motor 5 and motor 6, at both plugs.");
    insta::assert_snapshot!(wrong(Misbehaviour::MuteMotor { id: 3 }), @"Stop: elbow_flex (motor 3) does not answer. The cable to it works, since others answer: check its own plugs. If it was never set up, connect it alone and run: tendon setup-motors --id=3");
    insta::assert_snapshot!(wrong(Misbehaviour::Fault { id: 2, bits: 0x20 }), @"Warning: shoulder_lift (motor 2) is there but reports: overload. Take the load off the joint and release the arm; the fault ends when torque is switched on anew or after a power cycle.");
    insta::assert_snapshot!(wrong(Misbehaviour::Fault { id: 2, bits: 0x05 }), @"Warning: shoulder_lift (motor 2) is there but reports: voltage out of range, too hot (7.4 V) (26 °C). Check that the power supply fits the motor (7.4 V and 12 V motors look alike) and is strong enough.");
    insta::assert_snapshot!(wrong(Misbehaviour::CorruptReply { id: 4, every: 1 }), @"Stop: wrist_flex (motor 4) answers, but its answers are damaged. Check the plugs and cables from the adapter to this motor, and that no other motor has its id.");
    insta::assert_snapshot!(wrong(Misbehaviour::WrongId { id: 3, claims: 9 }), @r"
    Stop: motor 9 answers, but its answers are damaged. Check the plugs and cables from the adapter to this motor, and that no other motor has its id.
    Stop: elbow_flex (motor 3) does not answer. Motor 9 has an id that no arm uses and may be this one. Connect it alone and run: tendon setup-motors --id=3
    Warning: motor 9 is on the line, an id that no arm uses. If it belongs to this arm, connect it alone and set it up: tendon setup-motors --id=N. Otherwise take it off the line.
    ");
    insta::assert_snapshot!(told(SimArm::follower(), |chain| chain.set_power(false)), @"Stop: no motor answers at any rate. Switch the arm's power supply on, check its plug, and the cable from the adapter to the first motor.");
}

#[test]
fn what_is_in_the_motors_is_told_as_what_it_is() {
    let set = |id, row, value| {
        told(SimArm::follower(), |chain| {
            chain.set_register(id, row, value).unwrap();
        })
    };
    insta::assert_snapshot!(set(3, table::ID, 9), @r"
    Stop: elbow_flex (motor 3) does not answer. Motor 9 has an id that no arm uses and may be this one. Connect it alone and run: tendon setup-motors --id=3
    Warning: motor 9 is on the line, an id that no arm uses. If it belongs to this arm, connect it alone and set it up: tendon setup-motors --id=N. Otherwise take it off the line.
    ");
    insta::assert_snapshot!(set(4, table::ID, 3), @r"
    Stop: two motors have the id 3 and talk at once. Take one of the two off the line and set it up alone: tendon setup-motors --id=N
    Stop: wrist_flex (motor 4) does not answer. The cable to it works, since others answer: check its own plugs. If it was never set up, connect it alone and run: tendon setup-motors --id=4
    ");
    insta::assert_snapshot!(set(4, table::BAUD_RATE, 1), @"Stop: wrist_flex (motor 4) runs at 500000 baud instead of 1000000. Connect it alone and set it up: tendon setup-motors --id=4");
    insta::assert_snapshot!(set(5, table::MODEL_NUMBER, 2825), @"Stop: wrist_roll (motor 5) is of model STS3250, not STS3215. SO arms use STS3215 motors: exchange this one.");
    insta::assert_snapshot!(set(5, table::FIRMWARE_MINOR, 9), @"Stop: wrist_roll (motor 5) runs firmware 3.9, the others 3.10. Bring all motors to one firmware with Feetech's own tool (FD, on Windows).");
    insta::assert_snapshot!(set(5, table::MAX_VOLTAGE_LIMIT, 140), @r"
    Stop: motor 5 of the 12 V kind (14.0 V at most), supplied with 7.4 V. Use a 12 V supply for 12 V motors: with less they are weak and protect themselves.
    Warning: motor 5 is of the 12 V kind, motors 1, 2, 3, 4, 6 are of the 7.4 V kind. Exchange the motors of one kind, unless you know that your supply fits both.
    ");
    insta::assert_snapshot!(set(1, table::RESPONSE_STATUS_LEVEL, 0), @"Warning: shoulder_pan (motor 1) obeys but does not acknowledge (Response_Status_Level 0). Connect it alone and set it up: tendon setup-motors --id=1");
    insta::assert_snapshot!(set(1, table::TORQUE_ENABLE, 1), @"Note: torque is on: motor 1. Nothing to do. To move the arm by hand, release it first: tendon release");
}

#[test]
fn a_motor_that_lost_its_supply_for_a_moment_is_named() {
    insta::assert_snapshot!(told(SimArm::follower(), |chain| {
        for id in 1..=6 {
            chain.set_register(id, table::ACCELERATION, 254).unwrap();
        }
        chain.brown_out(4).unwrap();
    }), @"Warning: wrist_flex (motor 4) was restarted while the others went on: its supply failed for a moment. Check the plugs of this motor and that the supply is strong enough (5 A for 7.4 V arms); then connect the arm again.");
}

#[test]
fn a_supply_that_does_not_fit_is_named() {
    insta::assert_snapshot!(told(SimArm::follower(), |chain| chain.set_supply(12.0)), @"Stop: motors 1, 2, 3, 4, 5, 6 of the 7.4 V kind (8.0 V at most), supplied with 12.0 V. Switch the supply off now and use one that fits: 5 to 7.4 V for these motors.");
}

#[test]
fn motors_fresh_from_the_factory_are_told_apart_from_a_broken_arm() {
    let clock = FakeClock::default();
    let mut config = ChainConfig::factory_fresh(&[1]);
    config.motors.push(MotorConfig {
        encoder_at_zero: 1234,
        ..MotorConfig::factory_fresh(1)
    });
    let chain = Chain::new(config, clock.shared());
    insta::assert_snapshot!(told_of(&chain, &clock), @r"
    Stop: two motors have the id 1 and talk at once. Take one of the two off the line and set it up alone: tendon setup-motors --id=N
    Stop: only one motor answers: shoulder_pan (motor 1). While motors are set up one by one that is as it must be (tendon setup-motors). In an arm, check the cable from this motor to the next, at both plugs.
    ");
}
