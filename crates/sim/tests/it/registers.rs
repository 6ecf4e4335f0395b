//! What registers do, asked over the wire.

use std::time::Duration;

use motors::Port;
use sim::table;
use sim::{ChainConfig, Hand, SimArm, Torque};
use stdx::Clock;

use crate::host::{Host, NOTHING, packet};

const HOMING_OFFSET: u8 = 31;
const TORQUE_ENABLE: u8 = 40;
const LOCK: u8 = 55;
const PRESENT_POSITION: u8 = 56;

#[test]
fn eeprom_written_under_lock_acts_until_the_power_goes() {
    for (lock, after) in [(1, 0), (0, 300)] {
        let mut host = Host::of(ChainConfig::factory_fresh(&[1]));
        assert_eq!(host.read(1, LOCK, 1), 1);
        host.write(1, LOCK, &[lock]);
        let before = host.read(1, PRESENT_POSITION, 2);
        host.write2(1, HOMING_OFFSET, 300);
        assert_eq!(
            host.read(1, PRESENT_POSITION, 2),
            before - 300,
            "acts at once"
        );
        host.chain.power_cycle();
        assert_eq!(host.read(1, HOMING_OFFSET, 2), after, "lock {lock}");
        assert_eq!(host.read(1, LOCK, 1), 1);
    }
}

#[test]
fn present_position_is_the_encoder_less_the_offset() {
    // Encoder 2048 at angle zero; offset as raw bits, sign bit 11.
    for (degrees, offset, phase, position) in [
        (0.0, 0x000, 0, 2048),
        (0.0, 0x0ac5 & 0x7ff, 0, 2048 - 709),
        (0.0, 0x0ac5, 0, 2048 + 709),
        (0.0, 0xfff, 0, 4095),
        (90.0, 0x800 | 2000, 0, (2048 + 1024 + 2000) - 4096),
        (-180.0, 0x001, 0, 4095),
        (179.95, 0x000, 0, 4095),
        (270.0, 0x000, 0x10, 2048 + 3072),
        (270.0, 0x000, 0, 2048 + 3072 - 4096),
        (-360.0, 0x000, 0x10, 0x8000 | 2048),
    ] {
        let mut host = Host::of(ChainConfig::factory_fresh(&[1]));
        host.chain.place(1, degrees).unwrap();
        host.write2(1, HOMING_OFFSET, offset);
        host.write(1, 18, &[12 | phase]);
        assert_eq!(
            host.read(1, PRESENT_POSITION, 2),
            position,
            "{degrees} degrees, offset {offset:#05x}, phase {phase:#x}"
        );
    }
}

#[test]
fn loss_of_power_forgets_whole_turns() {
    let mut host = Host::of(ChainConfig::factory_fresh(&[1]));
    host.write(1, LOCK, &[0]);
    host.write(1, 18, &[12 | 0x10]);
    host.chain.place(1, 720.0).unwrap();
    assert_eq!(host.read(1, PRESENT_POSITION, 2), 2048 + 8192);
    host.chain.power_cycle();
    assert_eq!(host.read(1, PRESENT_POSITION, 2), 2048);
}

#[test]
fn the_present_position_can_be_made_any_other() {
    for (instruction, params, becomes) in [
        (3, &[TORQUE_ENABLE, 128][..], 2048),
        (0x0b, &[], 2048),
        (0x0b, &[0xe8, 0x03], 1000),
    ] {
        for degrees in [0.0, 77.0, -130.0] {
            let mut host = Host::of(ChainConfig::factory_fresh(&[1]));
            host.chain.place(1, degrees).unwrap();
            host.write(1, LOCK, &[0]);
            host.ask(1, instruction, params).unwrap();
            assert_eq!(host.read(1, PRESENT_POSITION, 2), becomes, "from {degrees}");
            assert_eq!(
                host.read(1, TORQUE_ENABLE, 1),
                0,
                "128 is a command, not a value"
            );
            host.chain.power_cycle();
            assert_eq!(host.read(1, PRESENT_POSITION, 2), becomes, "kept");
        }
    }
}

#[test]
fn torque_has_three_states() {
    let mut host = Host::of_arm(&SimArm::follower());
    for (value, torque) in [(1, Torque::On), (2, Torque::Damping), (0, Torque::Off)] {
        host.write(4, TORQUE_ENABLE, &[value]);
        assert_eq!(host.chain.truth(4).unwrap().torque, torque);
    }
}

#[test]
fn read_only_registers_take_a_write_and_keep_their_value() {
    let mut host = Host::of_arm(&SimArm::follower());
    for (address, length) in [(0, 2), (3, 2), (PRESENT_POSITION, 2), (62, 1), (65, 1)] {
        let before = host.read(1, address, length);
        host.write(1, address, &[0x55, 0x55][..usize::from(length)]);
        assert_eq!(host.read(1, address, length), before, "address {address}");
    }
}

#[test]
fn a_motor_at_another_rate_hears_nothing() {
    let mut host = Host::of_arm(&SimArm::follower());
    // The acknowledgement still comes at the old rate.
    host.write(6, 6, &[4]);
    assert_eq!(host.ask(6, 1, &[]), None);
    host.port.set_baud(115_200).unwrap();
    assert!(host.ask(6, 1, &[]).is_some());
    assert_eq!(host.ask(5, 1, &[]), None);
    for (code, baud) in table::BAUD_RATES.into_iter().enumerate() {
        host.write(6, 6, &[code as u8]);
        host.port.set_baud(baud).unwrap();
        assert!(host.ask(6, 1, &[]).is_some(), "code {code}");
    }
}

#[test]
fn factory_values_come_back_but_not_the_id() {
    let mut host = Host::of_arm(&SimArm::follower());
    assert_ne!(host.read(3, HOMING_OFFSET, 2), 0);
    host.ask(3, 6, &[]);
    assert_eq!(
        (
            host.read(3, HOMING_OFFSET, 2),
            host.read(3, 21, 1),
            host.read(3, 5, 1)
        ),
        (0, 32, 3)
    );
}

#[test]
fn a_reboot_is_a_power_up_of_one_motor() {
    let mut host = Host::of_arm(&SimArm::follower());
    for id in [1, 2] {
        host.write(id, TORQUE_ENABLE, &[1]);
        host.write(id, LOCK, &[0]);
    }
    assert_eq!(host.exchange(&packet(1, 8, &[])), NOTHING);
    assert_eq!(
        (host.read(1, TORQUE_ENABLE, 1), host.read(1, LOCK, 1)),
        (0, 1)
    );
    assert_eq!(
        (host.read(2, TORQUE_ENABLE, 1), host.read(2, LOCK, 1)),
        (1, 0)
    );
}

#[test]
fn the_goal_after_power_up_is_where_the_joint_stands() {
    let host = Host::of_arm(&SimArm::follower().posed([10.0, -20.0, 30.0, 0.0, 5.0, 40.0]));
    for id in 1..=6 {
        let truth = host.chain.truth(id).unwrap();
        assert_eq!(truth.goal, truth.position, "motor {id}");
    }
}

#[test]
fn torque_on_goes_to_the_goal_that_was_left_there() {
    let mut host = Host::of_arm(&SimArm::follower());
    host.chain.hand(1, Some(Hand::HoldsAt(40.0))).unwrap();
    host.clock.sleep(Duration::from_secs(1));
    host.chain.hand(1, None).unwrap();
    let goal = host.read(1, 42, 2);
    assert!(host.read(1, PRESENT_POSITION, 2).abs_diff(goal) > 400);
    host.write(1, TORQUE_ENABLE, &[1]);
    host.clock.sleep(Duration::from_secs(1));
    assert!(
        host.read(1, PRESENT_POSITION, 2).abs_diff(goal) < 10,
        "it jumped"
    );
}

#[test]
fn errors_are_in_every_answer_and_end_as_the_registers_say() {
    let mut host = Host::of_arm(&SimArm::follower());
    host.chain.set_supply(9.0);
    host.clock.sleep(Duration::from_millis(10));
    assert_eq!(host.ask(1, 1, &[]).unwrap().1, 0x01, "ping");
    assert_eq!(host.ask(1, 2, &[62, 1]).unwrap(), (vec![90], 0x01), "read");
    let group = host.exchange(&packet(0xfe, 0x82, &[56, 2, 1, 2]));
    assert_eq!((group[4], group[12]), (0x01, 0x01), "group read");
    assert_eq!(host.read(1, 65, 1), 0x01, "Status");
    host.chain.set_supply(7.4);
    host.clock.sleep(Duration::from_millis(10));
    assert_eq!(host.ask(1, 1, &[]).unwrap().1, 0);

    host.write(1, TORQUE_ENABLE, &[1]);
    host.chain.heat_to(1, 72.0).unwrap();
    host.clock.sleep(Duration::from_millis(10));
    assert_eq!(host.ask(1, 1, &[]).unwrap().1, 0x04);
    assert_eq!(host.read(1, TORQUE_ENABLE, 1), 0, "a hot motor lets go");
    host.clock.sleep(Duration::from_secs(120));
    assert_eq!(host.ask(1, 1, &[]).unwrap().1, 0, "and cools");
}

#[test]
fn a_blocked_gripper_trips_overload_and_keeps_its_protective_torque() {
    let mut host = Host::of_arm(&SimArm::follower().posed([0.0, 0.0, 0.0, 0.0, 0.0, 50.0]));
    host.chain
        .misbehave(sim::Misbehaviour::StuckJoint { id: 6 })
        .unwrap();
    host.write(6, TORQUE_ENABLE, &[1]);
    host.write2(6, 42, 1400);
    host.clock.sleep(Duration::from_millis(1900));
    assert_eq!(host.ask(6, 1, &[]).unwrap().1, 0);
    let load = host.read(6, 60, 2);
    assert!(
        load & 0x400 != 0 && load & 0x3ff == 500,
        "limited to 50 %: {load:#x}"
    );
    host.clock.sleep(Duration::from_millis(500));
    assert_eq!(host.ask(6, 1, &[]).unwrap().1, 0x20);
    assert_eq!(host.read(6, 60, 2), 0x400 | 200, "20 % is left");
    host.write2(6, 42, 2200);
    host.clock.sleep(Duration::from_millis(10));
    assert_eq!(
        host.ask(6, 1, &[]).unwrap().1,
        0,
        "a goal on the other side ends it"
    );
}

#[test]
fn present_values_are_those_of_the_motion() {
    let mut host = Host::of_arm(&SimArm::follower().posed([0.0; 6]));
    host.write(1, TORQUE_ENABLE, &[1]);
    host.write2(1, 46, 1000);
    let start = host.read(1, PRESENT_POSITION, 2);
    host.write2(1, 42, start - 900);
    host.clock.sleep(Duration::from_millis(400));
    let speed = host.read(1, 58, 2);
    assert!(
        speed & 0x8000 != 0 && (speed & 0x7fff).abs_diff(1000) < 30,
        "{speed:#x}"
    );
    assert!(host.read(1, 60, 2) & 0x400 != 0, "pulls backwards");
    assert_eq!(host.read(1, 66, 1), 1, "moving");
    assert!(
        (2..200).contains(&host.read(1, 69, 2)),
        "draws some current"
    );
    host.clock.sleep(Duration::from_secs(2));
    assert_eq!(
        (host.read(1, 58, 2), host.read(1, 66, 1)),
        (0, 0),
        "arrived"
    );
    assert_eq!(host.read(1, 62, 1), 74);
    assert!((26..30).contains(&host.read(1, 63, 1)));
}

#[test]
fn an_arm_that_stands_still_notices_what_befalls_all_its_motors_at_once() {
    let mut host = Host::of_arm(&SimArm::follower());
    host.exchange(&packet(0xfe, 3, &[TORQUE_ENABLE, 1]));
    host.clock.sleep(Duration::from_secs(5));
    // Every motor raises the same bit in the same step.
    host.chain.set_supply(3.0);
    host.clock.sleep(Duration::from_secs(5));
    for id in 1..=6 {
        assert_eq!(host.chain.truth(id).unwrap().errors, 0x01, "motor {id}");
        host.chain.heat_to(id, 80.0).unwrap();
    }
    host.clock.sleep(Duration::from_secs(1));
    for id in 1..=6 {
        assert_eq!(
            host.chain.truth(id).unwrap().torque,
            Torque::Off,
            "motor {id}"
        );
    }
}
