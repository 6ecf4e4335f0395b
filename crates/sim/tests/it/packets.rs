//! The golden packets of Feetech's protocol 0, and who answers what.

use sim::{ChainConfig, SimArm};

use crate::host::{Host, NOTHING, packet};

#[test]
fn the_golden_packets_are_answered_to_the_byte() {
    let mut host = Host::of_arm(&SimArm::follower().posed([0.0; 6]));
    host.clock.advance(std::time::Duration::from_millis(1));
    for (what, request, reply) in [
        (
            "ping 1",
            &[0xff, 0xff, 0x01, 0x02, 0x01, 0xfb][..],
            &[0xff, 0xff, 0x01, 0x02, 0x00, 0xfc][..],
        ),
        (
            "read model",
            &[0xff, 0xff, 0x01, 0x04, 0x02, 0x03, 0x02, 0xf3],
            &[0xff, 0xff, 0x01, 0x04, 0x00, 0x09, 0x03, 0xee],
        ),
        (
            "torque on",
            &[0xff, 0xff, 0x01, 0x04, 0x03, 0x28, 0x01, 0xce],
            &[0xff, 0xff, 0x01, 0x02, 0x00, 0xfc],
        ),
        (
            "lock 0",
            &[0xff, 0xff, 0x01, 0x04, 0x03, 0x37, 0x00, 0xc0],
            &[0xff, 0xff, 0x01, 0x02, 0x00, 0xfc],
        ),
        (
            "read position, 2039 = 0x07f7",
            &[0xff, 0xff, 0x01, 0x04, 0x02, 0x38, 0x02, 0xbe],
            &[0xff, 0xff, 0x01, 0x04, 0x00, 0xf7, 0x07, 0xfc],
        ),
        (
            "homing offset -709",
            &[0xff, 0xff, 0x01, 0x05, 0x03, 0x1f, 0xc5, 0x0a, 0x08],
            &[0xff, 0xff, 0x01, 0x02, 0x00, 0xfc],
        ),
        (
            "group write of goals",
            &[
                0xff, 0xff, 0xfe, 0x16, 0x83, 0x2a, 2, 1, 0, 8, 2, 0, 8, 3, 0, 8, 4, 0, 8, 5, 0, 8,
                6, 0, 8, 0xf7,
            ],
            &[],
        ),
    ] {
        assert_eq!(host.exchange(request), reply, "{what}");
    }
    for id in 1..=6 {
        assert_eq!(host.chain.truth(id).unwrap().goal, 2048);
    }
    let heard = host.exchange(&[
        0xff, 0xff, 0xfe, 0x0a, 0x82, 0x38, 2, 1, 2, 3, 4, 5, 6, 0x26,
    ]);
    assert_eq!(heard.len(), 48);
    for (status, id) in heard.chunks(8).zip(1u8..) {
        assert_eq!(status[..5], [0xff, 0xff, id, 4, 0], "in the order asked");
    }
}

#[test]
fn a_new_id_is_acknowledged_by_the_old_one() {
    let mut host = Host::of(ChainConfig::factory_fresh(&[1]));
    let acknowledged = host.exchange(&[0xff, 0xff, 0x01, 0x04, 0x03, 0x05, 0x06, 0xec]);
    assert_eq!(acknowledged, [0xff, 0xff, 0x01, 0x02, 0x00, 0xfc]);
    assert_eq!(host.exchange(&packet(1, 1, &[])), NOTHING);
    assert_eq!(
        host.exchange(&[0xff, 0xff, 0x06, 0x04, 0x03, 0x06, 0x00, 0xec]),
        packet(6, 0, &[])
    );
}

#[test]
fn requests_to_all_are_obeyed_in_silence_and_only_a_ping_is_answered() {
    let mut host = Host::of_arm(&SimArm::follower());
    assert_eq!(host.exchange(&packet(0xfe, 3, &[41, 77])), NOTHING);
    assert_eq!(host.exchange(&packet(0xfe, 2, &[56, 2])), NOTHING);
    for id in 1..=6 {
        assert_eq!(host.read(id, 41, 1), 77);
    }
    let everyone: Vec<u8> = (1..=6).flat_map(|id| packet(id, 0, &[])).collect();
    assert_eq!(
        host.exchange(&[0xff, 0xff, 0xfe, 0x02, 0x01, 0xfe]),
        everyone
    );
}

#[test]
fn a_group_read_of_a_motor_that_is_not_there_costs_only_its_answer() {
    let mut host = Host::of_arm(&SimArm::follower());
    let heard = host.exchange(&packet(0xfe, 0x82, &[3, 2, 1, 9, 3]));
    assert_eq!(
        heard,
        [packet(1, 0, &[9, 3]), packet(3, 0, &[9, 3])].concat()
    );
}

#[test]
fn two_motors_of_one_id_talk_over_each_other() {
    let mut host = Host::of(ChainConfig::factory_fresh(&[1, 1]));
    // Equal answers that begin together look like one; that is why two fresh motors on one cable can go unnoticed.
    // Mostly they begin a little apart and fall to pieces.
    let one = packet(1, 0, &[]);
    let heard: Vec<bool> = (0..200)
        .map(|_| host.exchange(&packet(1, 1, &[])) == one)
        .collect();
    let clean = heard.iter().filter(|clean| **clean).count();
    assert!((2..60).contains(&clean), "{clean} of 200");
    assert_eq!(host.chain.injected().collided, 200);
    host.exchange(&packet(1, 3, &[41, 7]));
    host.chain.place(1, 90.0).unwrap();
    assert!(
        (0..200).all(|_| {
            let heard = host.exchange(&packet(1, 2, &[56, 2]));
            heard != packet(1, 0, &[0, 8]) && heard != packet(1, 0, &[0, 12])
        }),
        "motors that stand differently never sound like one"
    );
}

#[test]
fn a_deferred_write_waits_for_its_action() {
    let mut host = Host::of_arm(&SimArm::follower());
    host.write2(2, 42, 2000);
    assert_eq!(host.ask(2, 4, &[42, 0x34, 0x08]).unwrap().0, NOTHING);
    assert_eq!((host.read(2, 42, 2), host.read(2, 64, 1)), (2000, 1));
    assert_eq!(host.exchange(&packet(0xfe, 5, &[])), NOTHING);
    assert_eq!((host.read(2, 42, 2), host.read(2, 64, 1)), (0x0834, 0));
}

#[test]
fn status_level_zero_answers_reading_only() {
    let mut host = Host::of_arm(&SimArm::follower());
    host.exchange(&packet(3, 3, &[8, 0]));
    assert_eq!(host.ask(3, 3, &[41, 9]), None);
    assert_eq!(host.read(3, 41, 1), 9);
    assert!(host.ask(3, 1, &[]).is_some());
}

#[test]
fn damaged_and_unknown_requests_are_ignored() {
    let mut host = Host::of_arm(&SimArm::follower());
    for request in [
        &[0xff, 0xff, 0x01, 0x02, 0x01, 0xfa][..],
        &packet(1, 0x55, &[1, 2]),
        &packet(1, 2, &[3]),
        &packet(1, 3, &[]),
        &packet(1, 0x82, &[56, 2, 1]),
        &packet(0xfe, 0x83, &[42]),
        &packet(0xfe, 0x83, &[42, 0, 1, 2, 3]),
        &packet(0xfe, 0x83, &[42, 2, 1, 0]),
    ] {
        assert_eq!(host.exchange(request), NOTHING, "{request:02x?}");
    }
    assert!(host.ask(1, 1, &[]).is_some());
}

#[test]
fn reading_beyond_the_memory_gives_zeros() {
    let mut host = Host::of_arm(&SimArm::follower());
    let (bytes, _) = host.ask(1, 2, &[120, 20]).unwrap();
    assert_eq!(bytes, [0; 20]);
    assert_eq!(host.ask(1, 2, &[250, 250]).unwrap().0.len(), 244);
}
