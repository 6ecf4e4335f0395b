//! Whole arms set up motor by motor, left and resumed, undone; each motor is a simulated chain of its own that a hand
//! plugs into the same adapter. Time is a fake clock.

use std::io;
use std::sync::{Arc, Mutex};

use motors::setup::find_alone;
use motors::{Bus, Port};
use sim::{Chain, ChainConfig, MotorConfig, SimArm, memory_port, table};
use stdx::FakeClock;
use units::MonoTime;

use super::*;

/// An adapter whose cable a hand plugs from one chain into another.
#[derive(Clone)]
struct Cable(Arc<Mutex<Box<dyn Port>>>);

impl Cable {
    fn plug(&self, chain: &Chain) {
        *self.0.lock().unwrap() = Box::new(memory_port(chain.clone()));
    }
}

impl Port for Cable {
    fn name(&self) -> &str {
        "cable"
    }
    fn discard_input(&mut self) -> io::Result<()> {
        self.0.lock().unwrap().discard_input()
    }
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.lock().unwrap().send(bytes)
    }
    fn receive(&mut self, buffer: &mut [u8], deadline: MonoTime) -> io::Result<usize> {
        self.0.lock().unwrap().receive(buffer, deadline)
    }
    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.0.lock().unwrap().set_baud(baud)
    }
    fn baud(&self) -> u32 {
        self.0.lock().unwrap().baud()
    }
}

struct Bench {
    clock: FakeClock,
    cable: Cable,
    folder: tempfile::TempDir,
    /// Factory-fresh motors, one per joint, each at another rate.
    motors: Vec<Chain>,
}

impl Bench {
    fn new() -> Self {
        let clock = FakeClock::default();
        let motors: Vec<Chain> = (0..6)
            .map(|place| {
                let mut config = ChainConfig::factory_fresh(&[1]);
                config.motors[0].eeprom = vec![(table::BAUD_RATE, place)];
                Chain::new(config, clock.shared())
            })
            .collect();
        let nothing = Chain::new(ChainConfig::factory_fresh(&[]), clock.shared());
        let port: Box<dyn Port> = Box::new(memory_port(nothing));
        Self {
            clock,
            cable: Cable(Arc::new(Mutex::new(port))),
            folder: tempfile::tempdir().unwrap(),
            motors,
        }
    }

    /// As after the program was started anew.
    fn steps(&self) -> Steps {
        let port: Box<dyn Port> = Box::new(self.cable.clone());
        Steps {
            bus: Bus::new(port, self.clock.shared()),
            progress: Progress::load(self.folder.path().join("setup-motors.toml")).unwrap(),
            adapter: "A1".to_owned(),
        }
    }

    fn motor(&self, joint: Joint) -> &Chain {
        &self.motors[joint.index()]
    }

    fn set(&self, steps: &mut Steps, joint: Joint) -> Result<SetupMotorsEvent, Failure> {
        self.cable.plug(self.motor(joint));
        steps.set(joint, false, &mut go_on)
    }

    fn plan(&self, steps: &mut Steps) -> (Vec<Joint>, Vec<Joint>) {
        let arm = ArmConfig::new(arms::ArmKind::Follower, "cable");
        let plan = steps
            .plan(&SetupMotorsConfig::whole_arm(arm), &mut go_on)
            .unwrap();
        assert!(plan.earlier.iter().all(|joint| plan.done.contains(joint)));
        (plan.done, plan.left)
    }
}

fn go_on(_: ScanProgress) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn an_arm_is_set_up_from_the_gripper_to_the_base_and_left_in_the_middle_without_loss() {
    let bench = Bench::new();
    let order: Vec<Joint> = Joint::ALL.into_iter().rev().collect();
    assert_eq!(bench.plan(&mut bench.steps()), (Vec::new(), order.clone()));
    for (done, joint) in order.iter().enumerate() {
        // The program was ended after every motor, and nothing hangs on the line when it starts.
        let mut steps = bench.steps();
        let nothing = Chain::new(ChainConfig::factory_fresh(&[]), bench.clock.shared());
        bench.cable.plug(&nothing);
        let (before, left) = bench.plan(&mut steps);
        assert_eq!(before, order[..done], "done before {}", joint.name());
        assert_eq!(left, order[done..], "left before {}", joint.name());
        bench.set(&mut steps, *joint).unwrap();
        let motor = bench.motor(*joint);
        motor.power_cycle();
        assert_eq!(motor.ids(), [joint.motor_id()]);
        assert_eq!(
            motor.register(joint.motor_id(), table::BAUD_RATE).unwrap(),
            0
        );
    }
    // All of them on one cable are an arm with nothing left to do.
    let whole = SimArm::follower().chain(bench.clock.shared());
    bench.cable.plug(&whole);
    assert_eq!(bench.plan(&mut bench.steps()), (order.clone(), Vec::new()));
    // With another arm's motor on the line, a new session begins, and the way back for the first arm's motors stays.
    let fresh = Chain::new(ChainConfig::factory_fresh(&[1]), bench.clock.shared());
    bench.cable.plug(&fresh);
    assert_eq!(bench.plan(&mut bench.steps()), (Vec::new(), order.clone()));
    assert_eq!(bench.steps().to_undo(&[]).unwrap().len(), 6);
    // The other arm's motor goes back to what it was itself, and not to what the first arm's was.
    bench
        .steps()
        .set(Joint::Gripper, false, &mut go_on)
        .unwrap();
    bench.steps().undo(None, &mut go_on).unwrap();
    assert_eq!(fresh.register(1, table::BAUD_RATE).unwrap(), 0);
}

#[test]
fn begun_anew_the_same_arm_can_still_be_given_back_what_it_had() {
    let bench = Bench::new();
    for joint in Joint::ALL {
        bench.set(&mut bench.steps(), joint).unwrap();
    }
    let fresh = SetupMotorsConfig {
        fresh: true,
        ..SetupMotorsConfig::whole_arm(ArmConfig::new(arms::ArmKind::Follower, "cable"))
    };
    let plan = bench.steps().plan(&fresh, &mut go_on).unwrap();
    assert_eq!((plan.done.len(), plan.left.len()), (0, 6));
    // One is done again, the others are not.
    bench.set(&mut bench.steps(), Joint::Gripper).unwrap();
    for joint in [Joint::Gripper, Joint::ElbowFlex] {
        let motor = bench.motor(joint);
        bench.cable.plug(motor);
        bench.steps().undo(None, &mut go_on).unwrap();
        motor.power_cycle();
        let rate = motor.register(1, table::BAUD_RATE).unwrap();
        assert_eq!(rate, joint.index() as i32, "{}", joint.name());
    }
}

#[test]
fn what_only_the_notes_know_is_told_apart_from_what_is_on_the_line() {
    let bench = Bench::new();
    for joint in [Joint::Gripper, Joint::WristRoll] {
        bench.set(&mut bench.steps(), joint).unwrap();
    }
    // The wrist's motor is still connected.
    let arm = ArmConfig::new(arms::ArmKind::Follower, "cable");
    let whole = SetupMotorsConfig::whole_arm(arm);
    let plan = bench.steps().plan(&whole, &mut go_on).unwrap();
    assert_eq!(plan.done, [Joint::Gripper, Joint::WristRoll]);
    assert_eq!(plan.earlier, [Joint::Gripper]);
}

#[test]
fn a_session_is_undone_motor_by_motor_and_each_has_back_what_it_had() {
    let bench = Bench::new();
    for joint in Joint::ALL {
        bench.set(&mut bench.steps(), joint).unwrap();
    }
    let mut steps = bench.steps();
    let order = steps.to_undo(&[]).unwrap();
    assert_eq!(order.first(), Some(&Joint::Gripper), "the last one first");
    assert_eq!(order.len(), 6);
    // Another motor than the one asked for is refused.
    bench.cable.plug(bench.motor(Joint::ElbowFlex));
    let refused = steps.undo(Some(Joint::Gripper), &mut go_on).unwrap_err();
    assert_eq!(refused.message, "this is motor 3; gripper has the id 6");
    for joint in order {
        bench.cable.plug(bench.motor(joint));
        steps.undo(Some(joint), &mut go_on).unwrap();
        let motor = bench.motor(joint);
        motor.power_cycle();
        assert_eq!(motor.ids(), [1], "{}", joint.name());
        let value = |row| motor.register(1, row).unwrap();
        assert_eq!(value(table::BAUD_RATE), joint.index() as i32);
        assert_eq!(value(table::RETURN_DELAY_TIME), 250);
        assert_eq!(value(table::LOCK), 1);
    }
    let nothing = bench.steps().to_undo(&[]).unwrap_err();
    assert!(nothing.message.contains("no motor was set up"), "{nothing}");
    bench.cable.plug(bench.motor(Joint::Gripper));
    let unknown = bench.steps().undo(None, &mut go_on).unwrap_err();
    assert!(unknown.message.contains("was not set up"), "{unknown}");
}

#[test]
fn a_motor_that_was_interrupted_is_completed_and_its_way_back_is_the_first_one() {
    let bench = Bench::new();
    let mut steps = bench.steps();
    let motor = bench.motor(Joint::WristRoll);
    bench.cable.plug(motor);
    let former = find_alone(&mut steps.bus, go_on).unwrap().identity;
    steps
        .progress
        .put("A1", Joint::WristRoll, former, false)
        .unwrap();
    // Cut after the id, before the rate.
    motor.set_register(1, table::ID, 5).unwrap();
    motor.power_cycle();
    bench.set(&mut bench.steps(), Joint::WristRoll).unwrap();
    assert_eq!(motor.register(5, table::BAUD_RATE).unwrap(), 0);
    bench.steps().undo(None, &mut go_on).unwrap();
    assert_eq!(motor.register(1, table::BAUD_RATE).unwrap(), 4);
}

#[test]
fn the_wrong_motor_in_the_hand_is_refused_unless_it_is_meant() {
    let bench = Bench::new();
    let mut steps = bench.steps();
    bench.set(&mut steps, Joint::Gripper).unwrap();
    // The gripper's motor is still connected when the wrist's is asked for.
    bench.cable.plug(bench.motor(Joint::Gripper));
    let refused = steps.set(Joint::WristRoll, false, &mut go_on).unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotWhile);
    assert_eq!(
        refused.message,
        "this is motor 6, which was set up as gripper of this arm"
    );
    assert_eq!(bench.motor(Joint::Gripper).ids(), [6]);
    steps.set(Joint::WristRoll, true, &mut go_on).unwrap();
    assert_eq!(bench.motor(Joint::Gripper).ids(), [5]);
    // The gripper has lost its motor and needs another; this one's whole way back is known.
    let (done, left) = bench.plan(&mut steps);
    assert_eq!(done, [Joint::WristRoll]);
    assert!(left.contains(&Joint::Gripper), "{left:?}");
    for _ in 0..2 {
        steps.undo(None, &mut go_on).unwrap();
    }
    assert_eq!(bench.motor(Joint::Gripper).ids(), [1]);
}

#[test]
fn two_motors_on_the_line_are_refused_and_neither_is_touched_or_noted() {
    let bench = Bench::new();
    let config = ChainConfig {
        motors: vec![MotorConfig::factory_fresh(1), MotorConfig::factory_fresh(6)],
        ..ChainConfig::default()
    };
    let both = Chain::new(config, bench.clock.shared());
    bench.cable.plug(&both);
    let mut steps = bench.steps();
    let refused = steps.set(Joint::WristRoll, false, &mut go_on).unwrap_err();
    assert!(
        refused.message.contains("only one may be connected"),
        "{refused}"
    );
    assert_eq!(both.ids(), [1, 6]);
    assert!(steps.progress.note("A1", Joint::WristRoll).is_none());
}

#[test]
fn a_motor_that_is_right_already_is_not_written() {
    let bench = Bench::new();
    let mut steps = bench.steps();
    bench.set(&mut steps, Joint::Gripper).unwrap();
    let event = bench.set(&mut steps, Joint::Gripper).unwrap();
    assert!(
        matches!(&event, SetupMotorsEvent::Set { changed, .. } if changed.is_empty()),
        "{event:?}"
    );
    // And it can still be given back what it had before the first time.
    steps.undo(None, &mut go_on).unwrap();
    assert_eq!(bench.motor(Joint::Gripper).ids(), [1]);
}
