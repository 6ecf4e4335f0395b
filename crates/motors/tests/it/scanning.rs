//! Scans of simulated lines: whole, broken, doubled, misbehaving. Time is a fake clock.

use std::ops::ControlFlow;
use std::time::Duration;

use motors::registers;
use motors::scan::{RATES, Reading, Scan, ScanConfig, ScanProgress, scan};
use motors::{Bus, ErrorBits, MotorId};
use sim::{Chain, ChainConfig, Misbehaviour, MotorConfig, SimArm, memory_port, table};
use stdx::{Clock, FakeClock};

fn look(chain: &Chain, clock: &FakeClock) -> (Scan, Duration) {
    let mut bus = Bus::new(memory_port(chain.clone()), clock.shared());
    let begun = clock.now();
    let found = scan(&mut bus, &ScanConfig::default(), |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(bus.baud(), 1_000_000, "the rate is as before");
    (found, clock.now().since(begun))
}

fn ids(scan: &Scan) -> Vec<(u8, u32)> {
    scan.motors
        .iter()
        .map(|motor| (motor.id.0, motor.baud))
        .collect()
}

#[test]
fn a_whole_arm_is_found_in_two_seconds_with_every_rate_looked_at() {
    let clock = FakeClock::default();
    let chain = SimArm::follower().chain(clock.shared());
    let (scan, took) = look(&chain, &clock);
    assert_eq!(
        ids(&scan),
        (1..=6).map(|id| (id, 1_000_000)).collect::<Vec<_>>()
    );
    assert!(took < Duration::from_secs(2), "{took:?}");
    for motor in &scan.motors {
        let facts = motor.facts().unwrap();
        assert_eq!(facts.model(), 777);
        assert_eq!(facts.firmware(), (3, 10));
        let offset = chain.register(motor.id.0, table::HOMING_OFFSET).unwrap();
        assert_eq!(facts.value(registers::HOMING_OFFSET), offset);
        assert_eq!(facts.value(registers::PRESENT_VOLTAGE), 74);
    }
}

#[test]
fn a_motor_is_found_at_any_rate_it_can_be_set_to() {
    for (code, rate) in table::BAUD_RATES.iter().enumerate() {
        let clock = FakeClock::default();
        let mut config = ChainConfig::factory_fresh(&[1]);
        config.motors[0].eeprom = vec![(table::BAUD_RATE, code as i32)];
        let chain = Chain::new(config, clock.shared());
        let (scan, _) = look(&chain, &clock);
        assert_eq!(ids(&scan), [(1, *rate)], "code {code}");
    }
    assert_eq!(RATES.len(), 9);
}

#[test]
fn an_extra_motor_beside_a_whole_arm_is_found_at_its_own_rate_and_at_another() {
    for code in [0, 4] {
        let clock = FakeClock::default();
        let mut arm = SimArm::follower();
        let mut extra = MotorConfig::factory_fresh(9);
        extra.eeprom = vec![(table::BAUD_RATE, code)];
        arm.config.motors.push(extra);
        let (scan, _) = look(&arm.chain(clock.shared()), &clock);
        assert_eq!(scan.motors.len(), 7, "code {code}");
        assert!(scan.motors.iter().any(|motor| motor.id == MotorId(9)));
    }
}

#[test]
fn a_complaining_motor_is_there_and_a_mute_one_is_not() {
    let clock = FakeClock::default();
    let chain = SimArm::follower().chain(clock.shared());
    chain
        .misbehave(Misbehaviour::Fault { id: 2, bits: 0x20 })
        .unwrap();
    chain.misbehave(Misbehaviour::MuteMotor { id: 5 }).unwrap();
    chain
        .misbehave(Misbehaviour::CorruptReply { id: 3, every: 1 })
        .unwrap();
    let (scan, _) = look(&chain, &clock);
    let at = |id| scan.at_usual_rate(id);
    assert_eq!(at(2).unwrap().error, ErrorBits::OVERLOAD);
    assert!(at(2).unwrap().facts().is_some());
    assert_eq!(at(3).unwrap().reading, Reading::Damaged);
    assert_eq!(at(5), None);
    assert!(!scan.whole_arm());
}

#[test]
fn two_motors_with_one_id_are_told_from_one() {
    let clock = FakeClock::default();
    let mut arm = SimArm::follower();
    arm.config.motors[3].id = 3;
    let (scan, _) = look(&arm.chain(clock.shared()), &clock);
    assert_eq!(scan.at_usual_rate(3).unwrap().reading, Reading::Shared);
    assert_eq!(scan.at_usual_rate(4), None);
}

#[test]
fn a_scan_can_be_called_off_and_leaves_the_rate_as_it_was() {
    let clock = FakeClock::default();
    let chain = Chain::new(ChainConfig::factory_fresh(&[]), clock.shared());
    let mut bus = Bus::new(memory_port(chain), clock.shared());
    let found = scan(
        &mut bus,
        &ScanConfig::default(),
        |progress| match progress {
            ScanProgress::Rate { index: 2, .. } => ControlFlow::Break(()),
            _ => ControlFlow::Continue(()),
        },
    )
    .unwrap();
    assert!(found.called_off && found.motors.is_empty());
    assert_eq!(bus.baud(), 1_000_000);
}
