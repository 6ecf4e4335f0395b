//! Every misbehaviour does what its name says, and stops when it is told to behave.

use std::io;
use std::time::Duration;

use motors::Port;
use sim::{Misbehaviour, NoSuchMotor, SimArm, Torque};
use stdx::Clock;

use crate::host::{Host, packet};

#[test]
fn each_spoils_the_answers_of_its_motor_and_of_no_other() {
    let healthy = |id: u8| packet(id, 0, &[9, 3]);
    let mut corrupt = healthy(2);
    *corrupt.last_mut().unwrap() ^= 0x5a;
    for (what, second) in [
        (Misbehaviour::MuteMotor { id: 2 }, vec![]),
        (Misbehaviour::UnpluggedMotor { id: 2 }, vec![]),
        (Misbehaviour::CorruptReply { id: 2, every: 1 }, corrupt),
        (
            Misbehaviour::ShortReply { id: 2, bytes: 5 },
            healthy(2)[..5].to_vec(),
        ),
        (
            Misbehaviour::WrongId { id: 2, claims: 5 },
            packet(5, 0, &[9, 3]),
        ),
        (
            Misbehaviour::Fault { id: 2, bits: 0x24 },
            packet(2, 0x24, &[9, 3]),
        ),
    ] {
        let mut host = Host::of_arm(&SimArm::follower());
        host.chain.misbehave(what.clone()).unwrap();
        let ask = packet(0xfe, 0x82, &[3, 2, 1, 2, 3]);
        assert_eq!(
            host.exchange(&ask),
            [healthy(1), second, healthy(3)].concat(),
            "{what:?}"
        );
        host.chain.behave();
        assert_eq!(
            host.exchange(&ask),
            [healthy(1), healthy(2), healthy(3)].concat(),
            "after {what:?}"
        );
    }
}

#[test]
fn noise_stands_before_the_answer_and_differs_by_seed() {
    let heard = |seed| {
        let mut arm = SimArm::follower();
        arm.config.seed = seed;
        let mut host = Host::of_arm(&arm);
        host.chain
            .misbehave(Misbehaviour::NoiseBeforeReply { id: 1, bytes: 7 })
            .unwrap();
        host.exchange(&packet(1, 1, &[]))
    };
    assert_eq!(heard(1).len(), 13);
    assert_eq!(heard(1)[7..], packet(1, 0, &[]));
    assert_eq!(heard(1), heard(1));
    assert_ne!(heard(1), heard(3));
}

#[test]
fn only_every_nth_answer_or_request_is_spoiled() {
    let mut host = Host::of_arm(&SimArm::follower());
    host.chain
        .misbehave(Misbehaviour::CorruptReply { id: 1, every: 3 })
        .unwrap();
    let good = packet(1, 0, &[]);
    let ping = packet(1, 1, &[]);
    let fine: Vec<bool> = (0..6).map(|_| host.exchange(&ping) == good).collect();
    assert_eq!(fine, [true, true, false, true, true, false]);

    host.chain.behave();
    host.chain
        .misbehave(Misbehaviour::LostRequests { every: 2 })
        .unwrap();
    let answered = (0..10).filter(|_| !host.exchange(&ping).is_empty()).count();
    assert_eq!(answered, 5);
}

#[test]
fn the_line_ends_in_the_middle_of_a_packet() {
    let mut host = Host::of_arm(&SimArm::follower());
    host.chain
        .misbehave(Misbehaviour::UnpluggedMidPacket { after: 11 })
        .unwrap();
    host.port
        .send(&packet(0xfe, 0x82, &[56, 2, 1, 2, 3, 4, 5, 6]))
        .unwrap();
    let deadline = host.clock.now() + Duration::from_millis(50);
    let mut buffer = [0; 64];
    assert_eq!(host.port.receive(&mut buffer, deadline).unwrap(), 11);
    for _ in 0..2 {
        let gone = host.port.receive(&mut buffer, deadline).unwrap_err();
        assert_eq!(gone.kind(), io::ErrorKind::NotConnected);
    }
    assert!(host.port.send(&[1]).is_err());
    assert!(host.port.discard_input().is_err());
    assert!(!host.chain.plugged_in());
    host.chain.behave();
    assert!(host.chain.plugged_in());
    assert!(host.port.send(&[1]).is_err(), "what was open is dead");
    host.reopen();
    assert!(host.ask(1, 1, &[]).is_some());
}

#[test]
fn unplugging_leaves_the_motors_as_they_were() {
    let mut host = Host::of_arm(&SimArm::follower());
    host.write(1, 40, &[1]);
    host.chain.unplug();
    assert!(host.port.send(&packet(1, 3, &[40, 0])).is_err());
    host.clock.sleep(Duration::from_secs(1));
    assert_eq!(
        host.chain.truth(1).unwrap().torque,
        Torque::On,
        "nobody told it otherwise"
    );
    host.chain.replug();
    host.reopen();
    assert_eq!(host.read(1, 40, 1), 1);
}

#[test]
fn a_brown_out_and_a_pulled_cable_cost_the_torque() {
    let mut host = Host::of_arm(&SimArm::follower());
    host.exchange(&packet(0xfe, 3, &[40, 1]));
    host.chain.brown_out(3).unwrap();
    assert_eq!((host.read(3, 40, 1), host.read(3, 55, 1)), (0, 1));
    assert_eq!(host.read(2, 40, 1), 1);
    host.chain
        .misbehave(Misbehaviour::UnpluggedMotor { id: 2 })
        .unwrap();
    assert_eq!(host.chain.truth(2).unwrap().torque, Torque::Off);
    host.exchange(&packet(0xfe, 3, &[40, 1]));
    assert_eq!(
        host.chain.truth(2).unwrap().torque,
        Torque::Off,
        "it hears nothing"
    );
}

#[test]
fn without_power_nothing_answers_and_the_arm_sinks() {
    let mut host = Host::of_arm(&SimArm::follower().posed([0.0; 6]));
    host.exchange(&packet(0xfe, 3, &[40, 1]));
    host.clock.sleep(Duration::from_secs(1));
    let held = host.chain.truth(3).unwrap().angle;
    host.chain.set_power(false);
    assert_eq!(host.ask(1, 1, &[]), None);
    host.clock.sleep(Duration::from_secs(1));
    assert!((host.chain.truth(3).unwrap().angle - held).abs() > 30.0);
    host.chain.set_power(true);
    assert_eq!(host.ask(3, 2, &[40, 1]).unwrap(), (vec![0], 0));
}

#[test]
fn a_stuck_joint_stays_where_it_is() {
    let mut host = Host::of_arm(&SimArm::follower());
    host.chain
        .misbehave(Misbehaviour::StuckJoint { id: 1 })
        .unwrap();
    host.write(1, 40, &[1]);
    let before = host.read(1, 56, 2);
    host.write2(1, 42, before + 500);
    host.clock.sleep(Duration::from_secs(1));
    assert_eq!(host.read(1, 56, 2), before);
    assert!(host.read(1, 69, 2) > 150, "and draws more than an ampere");
}

#[test]
fn a_motor_that_is_not_there_is_refused() {
    let host = Host::of_arm(&SimArm::follower());
    assert_eq!(host.chain.truth(9), Err(NoSuchMotor(9)));
    assert_eq!(
        host.chain.misbehave(Misbehaviour::MuteMotor { id: 0 }),
        Err(NoSuchMotor(0))
    );
}
