//! When bytes are readable: exact to the nanosecond on a fake clock.

use std::time::Duration;

use motors::Port;
use sim::{ChainConfig, Misbehaviour, SimArm};
use stdx::Clock;

use crate::host::{Host, packet};

/// How long until `bytes` of answer are there.
fn round_trip(host: &mut Host, request: &[u8], bytes: usize) -> Duration {
    let sent = host.clock.now();
    host.port.send(request).unwrap();
    let mut buffer = [0; 256];
    let mut got = 0;
    while got < bytes {
        let count = host
            .port
            .receive(&mut buffer, sent + Duration::from_secs(1))
            .unwrap();
        assert!(count > 0, "only {got} bytes");
        got += count;
    }
    host.clock.now().since(sent)
}

#[test]
fn a_round_trip_is_wire_time_and_latency_and_return_delay() {
    let group = packet(0xfe, 0x82, &[56, 2, 1, 2, 3, 4, 5, 6]);
    let ping = packet(1, 1, &[]);
    for (latency, baud, delay, request, reply, expected) in [
        (1000, 1_000_000, 0, &group, 48, 1000 + 140 + 480),
        (0, 1_000_000, 0, &group, 48, 140 + 480),
        (0, 1_000_000, 250, &group, 48, 140 + 480 + 6 * 500),
        (0, 500_000, 0, &group, 48, 2 * (140 + 480)),
        (1000, 1_000_000, 0, &ping, 6, 1000 + 60 + 60),
        (16_000, 1_000_000, 10, &ping, 6, 16_000 + 60 + 20 + 60),
    ] {
        let mut arm = SimArm::follower().with_usb_latency(Duration::from_micros(latency));
        arm.config.baud = baud;
        for motor in &mut arm.config.motors {
            motor.eeprom.push((sim::table::RETURN_DELAY_TIME, delay));
            motor
                .eeprom
                .push((sim::table::BAUD_RATE, i32::from(baud != 1_000_000)));
        }
        let mut host = Host::of_arm(&arm);
        let taken = round_trip(&mut host, request, reply);
        assert_eq!(
            taken,
            Duration::from_micros(expected),
            "{latency} µs, {baud} baud, delay {delay}"
        );
    }
}

#[test]
fn the_wire_carries_one_thing_at_a_time() {
    // The cycle of a control loop: ask six positions, then six goals: 14 + 48 + 26 bytes.
    let arm = SimArm::follower().with_usb_latency(Duration::ZERO);
    let mut host = Host::of_arm(&arm);
    let group = packet(0xfe, 0x82, &[56, 2, 1, 2, 3, 4, 5, 6]);
    let goals: Vec<u8> = (1..=6).flat_map(|id| [id, 0, 8]).collect();
    let goals = packet(0xfe, 0x83, &[&[42, 2][..], &goals].concat());
    let begun = host.clock.now();
    for _ in 0..100 {
        round_trip(&mut host, &group, 48);
        host.port.send(&goals).unwrap();
    }
    round_trip(&mut host, &group, 48);
    assert_eq!(
        host.clock.now().since(begun),
        Duration::from_micros(100 * 880 + 620)
    );
}

#[test]
fn a_reader_that_gives_up_earlier_gets_nothing_and_later_everything() {
    let mut host = Host::of_arm(&SimArm::follower());
    let sent = host.clock.now();
    host.port.send(&packet(1, 1, &[])).unwrap();
    let mut buffer = [0; 4];
    let early = sent + Duration::from_micros(1119);
    assert_eq!(host.port.receive(&mut buffer, early).unwrap(), 0);
    assert_eq!(host.clock.now(), early, "it slept to its deadline");
    let late = sent + Duration::from_millis(5);
    assert_eq!(host.port.receive(&mut buffer, late).unwrap(), 4);
    assert_eq!(host.clock.now(), sent + Duration::from_micros(1120));
    assert_eq!(host.port.receive(&mut buffer, late).unwrap(), 2);
}

#[test]
fn goals_are_logged_with_the_instant_they_arrived() {
    let mut config = ChainConfig::factory_fresh(&[1, 2]);
    config.goal_log = 3;
    let mut host = Host::of(config);
    let mut instants = Vec::new();
    for cycle in 0..5u8 {
        instants.push(host.clock.now());
        host.port
            .send(&packet(0xfe, 0x83, &[42, 2, 1, cycle, 8, 2, 7, 0x80]))
            .unwrap();
        host.clock.advance(Duration::from_millis(8));
    }
    host.port
        .send(&packet(0xfe, 0x83, &[41, 1, 1, 50, 2, 50]))
        .unwrap();
    let log = host.chain.take_goal_log(8);
    assert_eq!((log.len(), log.overwritten()), (3, 2));
    for (arrival, cycle) in log.arrivals().zip(2..) {
        assert_eq!(arrival.at, instants[cycle]);
        assert_eq!(arrival.goal(1), Some(2048 + cycle as i32));
        assert_eq!((arrival.goal(2), arrival.goal(3)), (Some(-7), None));
    }
    assert!(host.chain.take_goal_log(0).is_empty());
}

#[test]
fn a_late_answer_comes_that_much_later_and_the_others_in_time() {
    let mut host = Host::of_arm(&SimArm::follower().with_usb_latency(Duration::ZERO));
    let late = Misbehaviour::LateReply {
        id: 2,
        by: Duration::from_millis(9),
    };
    host.chain.misbehave(late).unwrap();
    let sent = host.clock.now();
    host.port
        .send(&packet(0xfe, 0x82, &[56, 2, 1, 2, 3]))
        .unwrap();
    let first = host.listen(Duration::from_millis(5));
    assert_eq!(first.len(), 16);
    assert_eq!((first[2], first[10]), (1, 3));
    let mut buffer = [0; 16];
    assert_eq!(
        host.port
            .receive(&mut buffer, sent + Duration::from_secs(1))
            .unwrap(),
        8
    );
    assert_eq!(buffer[2], 2);
    assert!(host.clock.now().since(sent) > Duration::from_millis(9));
}
