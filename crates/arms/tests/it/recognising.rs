//! Arms are told apart by what lasts in their motors.

use arms::{Fingerprint, Joint, Likeness};
use motors::{AnyBus, Bus, Port};
use sim::{Chain, Misbehaviour, SimArm, memory_port, table};
use stdx::FakeClock;

fn print_of(chain: &Chain, clock: &FakeClock) -> Fingerprint {
    let port: Box<dyn Port> = Box::new(memory_port(chain.clone()));
    let mut bus: AnyBus = Bus::new(port, clock.shared());
    Fingerprint::read(&mut bus).unwrap()
}

#[test]
fn an_arm_is_the_same_until_it_is_calibrated_anew_or_its_motors_change() {
    let clock = FakeClock::default();
    let chain = SimArm::follower().chain(clock.shared());
    let before = print_of(&chain, &clock);
    assert!(before.complete());
    // What sessions write and where the arm stands do not matter.
    for id in 1..=6 {
        chain.set_register(id, table::P_COEFFICIENT, 8).unwrap();
        chain
            .set_register(id, table::MAX_TORQUE_LIMIT, 400)
            .unwrap();
        chain.place(id, 10.0).unwrap();
    }
    chain.power_cycle();
    let after = print_of(&chain, &clock);
    assert_eq!(after.likeness(&before), Likeness::Same);
    assert_eq!(after.digest(), before.digest());

    let other = SimArm::leader().chain(clock.shared());
    assert!(matches!(
        print_of(&other, &clock).likeness(&before),
        Likeness::Recalibrated { joints } if joints.len() >= 5
    ));
    chain.set_register(2, table::HOMING_OFFSET, 77).unwrap();
    let moved = print_of(&chain, &clock);
    assert_ne!(moved.digest(), before.digest());
    assert_eq!(
        moved.likeness(&before),
        Likeness::Recalibrated {
            joints: vec![Joint::ShoulderLift]
        }
    );
    chain
        .set_register(6, table::MAX_VOLTAGE_LIMIT, 140)
        .unwrap();
    assert_eq!(
        print_of(&chain, &clock).likeness(&before),
        Likeness::Other {
            joints: vec![Joint::Gripper]
        }
    );
    chain.misbehave(Misbehaviour::MuteMotor { id: 4 }).unwrap();
    assert_eq!(
        print_of(&chain, &clock).likeness(&before),
        Likeness::Unknown {
            joints: vec![Joint::WristFlex]
        }
    );
}
