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

fn plan(host: &Host, text: &str) {
    host.chain.plan(text.parse().unwrap()).unwrap();
}

#[test]
fn a_misbehaviour_begins_and_ends_at_its_time_and_others_go_on() {
    let mut host = Host::of_arm(&SimArm::follower());
    plan(&host, "mute=2@1s+500ms");
    plan(&host, "mute=3@1200ms");
    let mut heard = Vec::new();
    for _ in 0..10 {
        heard.push((host.ask(2, 1, &[]).is_some(), host.ask(3, 1, &[]).is_some()));
        let next = host.clock.now() + Duration::from_millis(200) - Duration::from_millis(60);
        host.clock.sleep_until(next);
    }
    let expected: Vec<(bool, bool)> = (0..10).map(|at| (!(5..8).contains(&at), at < 6)).collect();
    assert_eq!(heard, expected);
}

#[test]
fn a_share_of_the_answers_is_damaged_or_lost_and_counted() {
    for (text, motors) in [("*", 6), ("2", 1)] {
        let mut host = Host::of_arm(&SimArm::follower());
        plan(&host, &format!("corrupt={text}:5%"));
        plan(&host, &format!("lost-replies={text}:5%"));
        let good: Vec<Vec<u8>> = (1..=6).map(|id| packet(id, 0, &[9, 3])).collect();
        let (mut whole, mut short) = (0, 0);
        for _ in 0..500 {
            let heard = host.exchange(&packet(0xfe, 0x82, &[3, 2, 1, 2, 3, 4, 5, 6]));
            short += (48 - heard.len()) / 8;
            whole += heard
                .chunks(8)
                .filter(|answer| good.iter().any(|good| good == answer))
                .count();
        }
        let injected = host.chain.injected();
        assert_eq!(injected.lost as usize, short);
        assert_eq!(3000 - whole - short, injected.corrupt as usize);
        let expected = 500 * motors * 5 / 100;
        for count in [injected.lost, injected.corrupt] {
            assert!(
                (expected * 6 / 10..expected * 15 / 10).contains(&(count as usize)),
                "{text}: {count} for {expected}"
            );
        }
    }
}

#[test]
fn split_packets_arrive_in_pieces_with_pauses_and_in_order() {
    let mut host = Host::of_arm(&SimArm::follower());
    plan(&host, "split=5:3ms");
    host.port
        .send(&packet(0xfe, 0x82, &[3, 2, 1, 2, 3]))
        .unwrap();
    let whole: Vec<u8> = (1..=3).flat_map(|id| packet(id, 0, &[9, 3])).collect();
    let (mut heard, mut times) = (Vec::new(), Vec::new());
    while heard.len() < whole.len() {
        let mut buffer = [0; 64];
        let deadline = host.clock.now() + Duration::from_millis(20);
        let count = host.port.receive(&mut buffer, deadline).unwrap();
        assert!((1..=5).contains(&count));
        heard.extend_from_slice(&buffer[..count]);
        times.push(host.clock.now());
    }
    assert_eq!(heard, whole);
    for pair in times.windows(2) {
        assert_eq!(pair[1].since(pair[0]), Duration::from_millis(3));
    }
}

#[test]
fn an_unplugging_that_was_planned_ends_by_itself_with_a_new_device() {
    let mut host = Host::of_arm(&SimArm::follower());
    host.write(1, 40, &[1]);
    plan(&host, "unplug@100ms+300ms");
    let deadline = host.clock.now() + Duration::from_secs(1);
    let gone = host.port.receive(&mut [0; 8], deadline).unwrap_err();
    assert_eq!(gone.kind(), io::ErrorKind::NotConnected);
    host.clock.sleep(Duration::from_millis(290));
    assert!(!host.chain.plugged_in());
    host.clock.sleep(Duration::from_millis(20));
    assert!(host.chain.plugged_in());
    assert!(host.port.discard_input().is_err(), "the old one is dead");
    host.reopen();
    assert_eq!(host.read(1, 40, 1), 1, "nobody told the motors otherwise");
    assert_eq!(host.chain.injected().unplugged, 1);
}

#[test]
fn a_heated_motor_protects_itself_and_recovers_when_it_has_cooled() {
    let mut host = Host::of_arm(&SimArm::follower());
    host.write(2, 40, &[1]);
    plan(&host, "overheat=2:10@0s+5s");
    host.clock.sleep(Duration::from_secs(3));
    assert!((50..65).contains(&host.read(2, 63, 1)));
    host.clock.sleep(Duration::from_secs(2));
    let (torque, errors) = host.ask(2, 2, &[40, 1]).unwrap();
    assert_eq!((torque, errors), (vec![0], 0x04));
    host.clock.sleep(Duration::from_secs(300));
    assert_eq!(host.ask(2, 1, &[]).unwrap().1, 0);
}

#[test]
fn an_overload_trips_after_its_time_and_leaves_the_protective_torque() {
    let mut host = Host::of_arm(&SimArm::follower().posed([0.0; 6]));
    host.write(1, 40, &[1]);
    host.clock.sleep(Duration::from_millis(500));
    plan(&host, "overload=1:3.5");
    host.clock.sleep(Duration::from_millis(1900));
    assert_eq!(host.ask(1, 1, &[]).unwrap().1, 0);
    host.clock.sleep(Duration::from_millis(1200));
    assert_eq!(host.ask(1, 1, &[]).unwrap().1, 0x20);
    assert!((host.chain.truth(1).unwrap().current.abs()) < 0.8);
}

#[test]
fn a_sag_ends_and_the_supply_is_what_it_was() {
    let mut host = Host::of_arm(&SimArm::follower());
    plan(&host, "sag=3.6@1s+1s");
    let mut volts = Vec::new();
    for _ in 0..3 {
        volts.push((host.read(4, 62, 1), host.ask(4, 1, &[]).unwrap().1));
        host.clock.sleep(Duration::from_millis(1000));
    }
    assert_eq!(volts, [(74, 0), (36, 1), (74, 0)]);
}

#[test]
fn eeprom_that_forgets_reads_back_until_the_power_goes_and_deaf_eeprom_never() {
    for (text, at_once, after_power) in [("forgetful=3", 99, 32), ("deaf=3", 32, 32)] {
        let mut host = Host::of_arm(&SimArm::leader());
        plan(&host, text);
        host.write(3, 55, &[0]);
        host.write(3, 21, &[99]);
        host.write(3, 41, &[7]);
        assert_eq!(host.read(3, 21, 1), at_once, "{text}");
        assert_eq!(host.read(3, 41, 1), 7, "RAM is RAM");
        host.chain.power_cycle();
        assert_eq!(host.read(3, 21, 1), after_power, "{text}");
        host.write(4, 55, &[0]);
        host.write(4, 21, &[99]);
        host.chain.power_cycle();
        assert_eq!(host.read(4, 21, 1), 99, "another motor is sound");
    }
}

#[test]
fn two_motors_with_one_id_both_obey_and_talk_over_each_other_until_it_ends() {
    let mut host = Host::of_arm(&SimArm::follower());
    plan(&host, "same-id=4:3@0s+10s");
    assert_eq!(host.chain.ids(), [1, 2, 3, 3, 5, 6]);
    assert_eq!(host.ask(4, 1, &[]), None);
    host.exchange(&packet(3, 3, &[41, 77]));
    for _ in 0..20 {
        // They stand differently, so their answers never make a whole one.
        let heard = host.exchange(&packet(3, 2, &[56, 2]));
        assert!(!heard.is_empty());
        let sum = heard[2..heard.len() - 1]
            .iter()
            .fold(0u8, |sum, byte| sum.wrapping_add(*byte));
        let whole = heard.len() == 8 && heard[7] == !sum && heard.starts_with(&[0xff, 0xff, 3, 4]);
        assert!(!whole, "{heard:02x?}");
    }
    host.clock.sleep(Duration::from_secs(10));
    assert_eq!(host.chain.ids(), [1, 2, 3, 4, 5, 6]);
    for id in [3, 4] {
        assert_eq!(host.read(id, 41, 1), 77, "both obeyed");
    }
}

#[test]
fn a_slow_adapter_hands_over_later_and_a_hand_follows_its_script() {
    let mut host = Host::of_arm(&SimArm::follower());
    plan(&host, "latency=16");
    host.port.send(&packet(1, 1, &[])).unwrap();
    let begun = host.clock.now();
    let deadline = begun + Duration::from_millis(30);
    host.port.receive(&mut [0; 8], deadline).unwrap();
    assert!(host.clock.now().since(begun) >= Duration::from_millis(16));

    host.chain.command("hand 1 0s:0 1s:30 2s:-30").unwrap();
    for (at, degrees) in [(500, 15.0), (1000, 30.0), (1500, 0.0), (4000, -30.0)] {
        host.clock
            .sleep_until(begun + Duration::from_millis(at + 17));
        let angle = host.chain.truth(1).unwrap().angle;
        assert!((angle - degrees).abs() < 1.0, "{at} ms: {angle}");
    }
}

#[test]
fn the_bytes_until_the_adapter_is_pulled_out_count_over_several_answers() {
    let mut host = Host::of_arm(&SimArm::follower());
    plan(&host, "cut=16");
    for id in [1, 2] {
        assert_eq!(host.exchange(&packet(id, 1, &[])).len(), 6);
    }
    host.port.send(&packet(3, 1, &[])).unwrap();
    let deadline = host.clock.now() + Duration::from_millis(30);
    assert_eq!(host.port.receive(&mut [0; 8], deadline).unwrap(), 4);
    assert!(host.port.receive(&mut [0; 8], deadline).is_err());
}
