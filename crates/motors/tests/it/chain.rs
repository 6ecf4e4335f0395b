//! Every motor of a simulated arm through the bus, and the arm misbehaving. Time is a fake clock.

use std::time::Duration;

use motors::registers::{
    self, GOAL_POSITION, HOMING_OFFSET, LOCK, MODEL_NUMBER, PRESENT_CURRENT, PRESENT_POSITION,
    PRESENT_TEMPERATURE, PRESENT_VOLTAGE, TORQUE_ENABLE, TORQUE_LIMIT,
};
use motors::{Asked, Bus, BusError, ErrorBits, MotorId, Outcome, Port, group_read_all};
use sim::{Chain, MemoryPort, Misbehaviour, SimArm, memory_port, table};
use stdx::{Clock, FakeClock};

const CYCLE: Duration = Duration::from_micros(8_333);
const SIX: [MotorId; 6] = [
    MotorId(1),
    MotorId(2),
    MotorId(3),
    MotorId(4),
    MotorId(5),
    MotorId(6),
];

struct Bench {
    bus: Bus<MemoryPort>,
    chain: Chain,
    clock: FakeClock,
}

impl Bench {
    fn new() -> Self {
        Self::with(SimArm::follower())
    }

    fn with(arm: SimArm) -> Self {
        let clock = FakeClock::default();
        let chain = arm.chain(clock.shared());
        let bus = Bus::new(memory_port(chain.clone()), clock.shared());
        Self { bus, chain, clock }
    }

    /// One turn of a control loop at 120 Hz: what the six motors answered, and how long it took.
    fn cycle(&mut self) -> Result<([Outcome; 6], Duration), BusError> {
        let begun = self.clock.now();
        let mut outcomes = [Outcome::Silent; 6];
        self.bus.begin_group_read(PRESENT_POSITION, &SIX)?;
        let deadline = begun + self.bus.group_read_time(6, PRESENT_POSITION, CYCLE);
        self.bus.finish_group_read(deadline, &mut outcomes)?;
        let took = self.clock.now().since(begun);
        self.clock.sleep_until(begun + CYCLE);
        Ok((outcomes, took))
    }

    fn truth(&self, id: MotorId) -> i32 {
        self.chain.truth(id.0).unwrap().position
    }

    /// Positions of those who answered are the true ones, to a step or two of sinking during the cycle.
    fn assert_only_missing(&self, outcomes: &[Outcome; 6], missing: &[(u8, Outcome)], what: &str) {
        for (id, outcome) in SIX.iter().zip(outcomes) {
            match missing.iter().find(|(missing, _)| *missing == id.0) {
                Some((_, expected)) => assert_eq!(outcome, expected, "{what}: motor {id}"),
                None => {
                    let value = outcome
                        .value()
                        .unwrap_or_else(|| panic!("{what}: motor {id} {outcome:?}"));
                    assert!(
                        (value - self.truth(*id)).abs() <= 3,
                        "{what}: motor {id} says {value}"
                    );
                }
            }
        }
    }
}

#[test]
fn both_register_tables_agree() {
    // LeRobot reads these two without a sign, and we do as LeRobot does.
    let unsigned_in_lerobot = ["Goal_Time", "Goal_Position_2"];
    for ours in registers::ALL {
        let theirs = table::TABLE.iter().find(|row| row.address == ours.address);
        let theirs = theirs.unwrap_or_else(|| panic!("the simulator does not know {}", ours.name));
        assert_eq!(ours.name, theirs.name.trim_end());
        assert_eq!(ours.size, theirs.size, "size of {}", ours.name);
        assert_eq!(
            ours.access == registers::Access::ReadWrite,
            theirs.writable,
            "access to {}",
            ours.name
        );
        assert_eq!(
            format!("{:?}", ours.area),
            format!("{:?}", theirs.area),
            "area of {}",
            ours.name
        );
        if !unsigned_in_lerobot.contains(&ours.name) {
            assert_eq!(ours.sign_bit, theirs.sign_bit, "sign of {}", ours.name);
        }
    }
    assert_eq!(registers::ALL.len(), table::TABLE.len());
}

#[test]
fn every_motor_answers_pings_reads_and_writes() {
    let mut bench = Bench::new();
    let found = bench
        .bus
        .broadcast_ping(motors::deadlines::broadcast_window(1_000_000))
        .unwrap();
    assert_eq!(found, SIX.map(|id| (id, ErrorBits(0))));
    for (id, recorded) in SIX.iter().zip(sim::FOLLOWER_CALIBRATION) {
        assert_eq!(bench.bus.ping(*id).unwrap(), ErrorBits(0));
        assert_eq!(
            bench.bus.read(*id, MODEL_NUMBER).unwrap(),
            registers::MODEL_STS3215
        );
        assert_eq!(
            bench.bus.read(*id, HOMING_OFFSET).unwrap(),
            recorded.homing_offset
        );
        for offset in [-2047, -1, 0, 2047] {
            bench.bus.write(*id, LOCK, 0).unwrap();
            bench.bus.write(*id, HOMING_OFFSET, offset).unwrap();
            assert_eq!(bench.bus.read(*id, HOMING_OFFSET).unwrap(), offset);
            assert_eq!(
                bench.chain.register(id.0, table::HOMING_OFFSET).unwrap(),
                offset
            );
        }
        let span = bench
            .bus
            .read_span(*id, PRESENT_POSITION, PRESENT_CURRENT)
            .unwrap();
        assert!(
            (35..=90).contains(&span.value(PRESENT_VOLTAGE).unwrap()),
            "{span:?}"
        );
        assert!(
            (10..=70).contains(&span.value(PRESENT_TEMPERATURE).unwrap()),
            "{span:?}"
        );
    }
    assert!(matches!(
        bench.bus.ping(MotorId(7)),
        Err(BusError::NoReply {
            motor: MotorId(7),
            ..
        })
    ));
    assert_eq!(bench.bus.line_counts().noise_bytes, 0);
}

#[test]
fn a_deferred_write_waits_for_action_and_an_offset_calibration_moves_the_zero() {
    let mut bench = Bench::new();
    bench.bus.reg_write(SIX[0], TORQUE_LIMIT, 321).unwrap();
    assert_eq!(
        bench
            .bus
            .read(SIX[0], registers::DEFERRED_WRITE_PENDING)
            .unwrap(),
        1
    );
    assert_ne!(bench.bus.read(SIX[0], TORQUE_LIMIT).unwrap(), 321);
    bench.bus.action().unwrap();
    assert_eq!(bench.bus.read(SIX[0], TORQUE_LIMIT).unwrap(), 321);

    bench.bus.write(SIX[4], LOCK, 0).unwrap();
    bench.bus.offset_cal(SIX[4], None).unwrap();
    let middle = bench.bus.read(SIX[4], PRESENT_POSITION).unwrap();
    assert!((middle - 2048).abs() <= 2, "{middle}");

    bench.bus.write(SIX[0], TORQUE_ENABLE, 1).unwrap();
    bench.bus.reboot(SIX[0]).unwrap();
    assert_eq!(bench.bus.read(SIX[0], TORQUE_ENABLE).unwrap(), 0);
    bench.bus.reset(SIX[0]).unwrap();
    assert_eq!(bench.bus.ping(SIX[0]).unwrap(), ErrorBits(0));
}

#[test]
fn goals_reach_all_motors_and_positions_come_back_within_the_wire_time() {
    let mut bench = Bench::new();
    let goals = SIX.map(|id| (id, 2000 + i32::from(id.0)));
    bench.bus.group_write(GOAL_POSITION, &goals).unwrap();
    for (id, goal) in goals {
        assert_eq!(bench.chain.truth(id.0).unwrap().goal, goal);
    }
    bench.clock.advance(CYCLE);
    let (outcomes, took) = bench.cycle().unwrap();
    bench.assert_only_missing(&outcomes, &[], "all well");
    // 14 bytes there, 48 back, 1 ms of USB.
    assert!((1_620..1_700).contains(&took.as_micros()), "{took:?}");
}

#[test]
fn a_late_position_is_never_taken_for_the_content_of_a_shorter_or_longer_register() {
    for late in [5, 6, 9, 14] {
        let mut bench = Bench::new();
        bench
            .chain
            .misbehave(Misbehaviour::LateReply {
                id: 3,
                by: Duration::from_millis(late),
            })
            .unwrap();
        for cycle in 0..40 {
            let (outcomes, _) = bench.cycle().unwrap();
            for (id, outcome) in SIX.iter().zip(outcomes) {
                if let Outcome::Value { value, .. } = outcome {
                    let truth = bench.truth(*id);
                    assert!((value - truth).abs() <= 2, "{id}: {value}, it is {truth}");
                }
            }
            for (register, content) in [(LOCK, 1), (MODEL_NUMBER, 777), (TORQUE_ENABLE, 0)]
                .into_iter()
                .cycle()
                .skip(cycle % 3)
                .take(1 + cycle % 2)
            {
                let read = bench.bus.read(SIX[2], register);
                assert_eq!(
                    read.unwrap(),
                    content,
                    "{}, {late} ms late, cycle {cycle}",
                    register.name
                );
            }
        }
    }
}

#[test]
fn whatever_one_motor_does_costs_only_its_own_value() {
    use Misbehaviour as M;
    let late = Duration::from_millis(6);
    for (what, misbehaviour, expected) in [
        ("mute", M::MuteMotor { id: 3 }, Some(Outcome::Silent)),
        (
            "unplugged",
            M::UnpluggedMotor { id: 3 },
            Some(Outcome::Silent),
        ),
        (
            "corrupt",
            M::CorruptReply { id: 3, every: 1 },
            Some(Outcome::Corrupt),
        ),
        (
            "short",
            M::ShortReply { id: 3, bytes: 5 },
            Some(Outcome::Corrupt),
        ),
        (
            "late",
            M::LateReply { id: 3, by: late },
            Some(Outcome::Silent),
        ),
        (
            "as another",
            M::WrongId { id: 3, claims: 9 },
            Some(Outcome::Silent),
        ),
        (
            "after noise",
            M::NoiseBeforeReply { id: 3, bytes: 40 },
            None,
        ),
        ("faulty", M::Fault { id: 3, bits: 0x24 }, None),
    ] {
        let mut bench = Bench::new();
        bench.chain.misbehave(misbehaviour).unwrap();
        let missing: Vec<(u8, Outcome)> =
            expected.into_iter().map(|outcome| (3, outcome)).collect();
        for cycle in 0..30 {
            let (outcomes, took) = bench.cycle().unwrap();
            bench.assert_only_missing(&outcomes, &missing, &format!("{what}, cycle {cycle}"));
            assert!(took <= Duration::from_millis(4), "{what} took {took:?}");
            if what == "faulty" {
                assert_eq!(outcomes[2].error(), Some(ErrorBits(0x24)));
            }
        }
        bench.chain.behave();
        bench.clock.advance(Duration::from_millis(60));
        let (outcomes, _) = bench.cycle().unwrap();
        bench.assert_only_missing(&outcomes, &[], &format!("{what}, healed"));
        let counts = bench
            .bus
            .counters()
            .iter()
            .find(|motor| motor.id == MotorId(3))
            .unwrap()
            .counts;
        assert_eq!(
            counts.asked,
            counts.answered + counts.silent + counts.corrupt,
            "{what}: {counts:?}"
        );
        assert!(what != "late" || counts.silent == 30, "{counts:?}");
    }
}

#[test]
fn an_answer_to_a_former_request_is_not_taken_for_the_position_of_now() {
    // The joint is moved on by 20 degrees in each cycle, so that a position of a former cycle shows.
    for late in [5, 9, 12, 17, 21, 26] {
        let mut bench = Bench::new();
        let misbehaviour = Misbehaviour::LateReply {
            id: 1,
            by: Duration::from_millis(late),
        };
        bench.chain.misbehave(misbehaviour).unwrap();
        for cycle in 0..60u32 {
            bench
                .chain
                .place(1, f64::from(cycle % 5) * 20.0 - 40.0)
                .unwrap();
            let (outcomes, _) = bench.cycle().unwrap();
            if let Some(value) = outcomes[0].value() {
                let truth = bench.truth(SIX[0]);
                assert!(
                    (value - truth).abs() < 60,
                    "{late} ms late, cycle {cycle}: {value}, but it is {truth}"
                );
            }
        }
    }
}

#[test]
fn requests_that_get_lost_are_asked_again_outside_the_loop() {
    let mut bench = Bench::new();
    bench
        .chain
        .misbehave(Misbehaviour::LostRequests { every: 2 })
        .unwrap();
    for id in SIX {
        assert_eq!(
            bench.bus.read(id, MODEL_NUMBER).unwrap(),
            registers::MODEL_STS3215
        );
    }
    let mut outcomes = [Outcome::Silent; 6];
    for _ in 0..4 {
        bench
            .bus
            .group_read(PRESENT_POSITION, &SIX, &mut outcomes)
            .unwrap();
        bench.assert_only_missing(&outcomes, &[], "lost requests");
    }
    assert!(
        bench
            .bus
            .counters()
            .iter()
            .any(|motor| motor.counts.retries > 0)
    );
}

#[test]
fn an_adapter_pulled_out_in_the_middle_of_an_answer_is_noticed_in_the_same_cycle() {
    for after in [0, 1, 7, 8, 30, 47] {
        let mut bench = Bench::new();
        bench.cycle().unwrap();
        bench
            .chain
            .misbehave(Misbehaviour::UnpluggedMidPacket { after })
            .unwrap();
        let begun = bench.clock.now();
        let error = bench.cycle().unwrap_err();
        assert!(error.line_lost(), "after {after} bytes: {error}");
        assert!(
            bench.clock.now().since(begun) < CYCLE,
            "after {after} bytes"
        );
        bench.chain.behave();
        let error = bench.cycle().unwrap_err();
        assert!(error.line_lost(), "what was open stays dead: {error}");
        bench.bus = Bus::new(memory_port(bench.chain.clone()), bench.clock.shared());
        let (outcomes, _) = bench.cycle().unwrap();
        bench.assert_only_missing(&outcomes, &[], "plugged in again");
    }
}

#[test]
fn four_buses_of_a_rig_cost_hardly_more_than_one() {
    let clock = FakeClock::default();
    let chain = |_| SimArm::follower().chain(clock.shared());
    let mut buses: Vec<Bus<Box<dyn Port>>> = (0..4)
        .map(chain)
        .map(|chain| {
            Bus::new(
                Box::new(memory_port(chain)) as Box<dyn Port>,
                clock.shared(),
            )
        })
        .collect();
    let mut outcomes = [[Outcome::Silent; 6]; 4];
    let begun = clock.now();
    let mut asked: Vec<Asked<'_, Box<dyn Port>>> = buses
        .iter_mut()
        .zip(&mut outcomes)
        .map(|(bus, outcomes)| Asked {
            bus,
            ids: &SIX,
            outcomes,
            result: Ok(()),
        })
        .collect();
    group_read_all(PRESENT_POSITION, Duration::from_millis(4), &mut asked);
    assert!(asked.iter().all(|part| part.result.is_ok()));
    let took = clock.now().since(begun);
    assert!(
        outcomes
            .iter()
            .flatten()
            .all(|outcome| outcome.value().is_some())
    );
    assert!(took < Duration::from_micros(1_700), "{took:?}");
}
