//! Set-up of single motors: at every rate, interrupted at every step, refused where it must be. Time is a fake clock.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use motors::setup::{Alone, Identity, SetupError, find_alone, give};
use motors::{Bus, MotorId, Port};
use sim::{Chain, ChainConfig, MemoryPort, Misbehaviour, MotorConfig, Whom, memory_port, table};
use stdx::FakeClock;
use units::MonoTime;

const WANTED: MotorId = MotorId(5);

fn factory(eeprom: &[(table::Row, i32)]) -> (Chain, FakeClock) {
    let clock = FakeClock::default();
    let mut config = ChainConfig::factory_fresh(&[1]);
    config.motors[0].eeprom = eeprom.to_vec();
    (Chain::new(config, clock.shared()), clock)
}

fn alone<P: Port>(bus: &mut Bus<P>) -> Result<Alone, SetupError> {
    find_alone(bus, |_| ControlFlow::Continue(()))
}

fn set_up<P: Port>(bus: &mut Bus<P>, wanted: Identity) -> Result<Identity, SetupError> {
    let motor = alone(bus)?;
    give(bus, &motor, wanted)?;
    Ok(motor.identity)
}

/// What lasts, seen behind the motor's back after its power was off.
fn lasting(chain: &Chain, id: u8) -> [i32; 5] {
    chain.power_cycle();
    [
        table::ID,
        table::BAUD_RATE,
        table::RETURN_DELAY_TIME,
        table::RESPONSE_STATUS_LEVEL,
        table::LOCK,
    ]
    .map(|row| chain.register(id, row).unwrap())
}

#[test]
fn a_motor_is_set_up_from_every_rate_and_given_back_what_it_had() {
    for code in 0..table::BAUD_RATES.len() as i32 {
        for level in [0, 1] {
            let (chain, clock) = factory(&[
                (table::BAUD_RATE, code),
                (table::RESPONSE_STATUS_LEVEL, level),
            ]);
            let mut bus = Bus::new(memory_port(chain.clone()), clock.shared());
            let former = set_up(&mut bus, Identity::of_arm(WANTED)).unwrap();
            assert_eq!(chain.register(5, table::LOCK).unwrap(), 1, "code {code}");
            assert_eq!(lasting(&chain, 5), [5, 0, 0, 1, 1], "code {code}");
            let again = alone(&mut bus).unwrap();
            assert_eq!(
                give(&mut bus, &again, Identity::of_arm(WANTED)).unwrap(),
                []
            );
            set_up(&mut bus, former).unwrap();
            assert_eq!(lasting(&chain, 1), [1, code, 250, level, 1], "code {code}");
        }
    }
}

/// A line on which the power fails before the request with this number.
struct PowerCut {
    port: MemoryPort,
    left: Arc<AtomicUsize>,
}

impl Port for PowerCut {
    fn name(&self) -> &str {
        self.port.name()
    }
    fn discard_input(&mut self) -> io::Result<()> {
        self.port.discard_input()
    }
    fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.left.load(Ordering::Relaxed) == 0 {
            self.port.chain().power_cycle();
            return Err(io::ErrorKind::NotConnected.into());
        }
        self.left.fetch_sub(1, Ordering::Relaxed);
        self.port.send(bytes)
    }
    fn receive(&mut self, buffer: &mut [u8], deadline: MonoTime) -> io::Result<usize> {
        self.port.receive(buffer, deadline)
    }
    fn set_baud(&mut self, baud: u32) -> io::Result<()> {
        self.port.set_baud(baud)
    }
    fn baud(&self) -> u32 {
        self.port.baud()
    }
}

#[test]
fn a_power_cut_at_any_step_leaves_a_motor_that_the_next_attempt_completes() {
    let mut completed = false;
    for steps in 0..200 {
        let (chain, clock) = factory(&[(table::BAUD_RATE, 4), (table::RESPONSE_STATUS_LEVEL, 0)]);
        let mut bus = Bus::new(memory_port(chain.clone()), clock.shared());
        let motor = alone(&mut bus).unwrap();
        let port = PowerCut {
            port: bus.into_port(),
            left: Arc::new(AtomicUsize::new(steps)),
        };
        let mut bus = Bus::new(port, clock.shared());
        let first = give(&mut bus, &motor, Identity::of_arm(WANTED));
        if first.is_ok() {
            completed = true;
            break;
        }
        let mut bus = Bus::new(memory_port(chain.clone()), clock.shared());
        set_up(&mut bus, Identity::of_arm(WANTED)).unwrap();
        assert_eq!(
            lasting(&chain, 5),
            [5, 0, 0, 1, 1],
            "cut before request {steps}"
        );
    }
    assert!(completed, "the set-up never came to its end");
}

#[test]
fn more_than_one_motor_is_refused_and_nothing_is_written() {
    let clock = FakeClock::default();
    let other_rate = MotorConfig {
        eeprom: vec![(table::BAUD_RATE, 2)],
        ..MotorConfig::factory_fresh(1)
    };
    let elsewhere = MotorConfig {
        encoder_at_zero: 777,
        ..MotorConfig::factory_fresh(1)
    };
    for (motors, says) in [
        (
            vec![MotorConfig::factory_fresh(1), MotorConfig::factory_fresh(2)],
            "2 motors answer, and only one may be connected: motor 1, motor 2",
        ),
        (
            vec![MotorConfig::factory_fresh(1), other_rate],
            "2 motors answer, and only one may be connected: motor 1, motor 1 at 250000 baud",
        ),
        (
            vec![MotorConfig::factory_fresh(1), elsewhere],
            "two motors have the id 1 and talk at once",
        ),
    ] {
        let config = ChainConfig {
            motors,
            ..ChainConfig::default()
        };
        let chain = Chain::new(config, clock.shared());
        let mut bus = Bus::new(memory_port(chain.clone()), clock.shared());
        let error = set_up(&mut bus, Identity::of_arm(WANTED)).unwrap_err();
        assert_eq!(error.to_string(), says);
        assert!(chain.ids().iter().all(|id| *id != WANTED.0), "{says}");
    }
}

#[test]
fn a_motor_that_cannot_be_set_up_is_refused_in_words() {
    type Spoil = fn(&Chain);
    let cases: [(Spoil, &str); 4] = [
        (
            |chain| chain.misbehave(Misbehaviour::MuteMotor { id: 1 }).unwrap(),
            "no motor answers at any rate",
        ),
        (
            |chain| chain.set_register(1, table::MODEL_NUMBER, 1284).unwrap(),
            "motor 1 is of model SCS0009, not an STS3215",
        ),
        (
            |chain| chain.set_register(1, table::MODEL_NUMBER, 9).unwrap(),
            "motor 1 is of the unknown model 9, not an STS3215",
        ),
        (
            |chain| {
                chain
                    .misbehave(Misbehaviour::CorruptReply { id: 1, every: 1 })
                    .unwrap()
            },
            "motor 1 answers, but its answers are damaged",
        ),
    ];
    for (spoil, says) in cases {
        let (chain, clock) = factory(&[]);
        spoil(&chain);
        let mut bus = Bus::new(memory_port(chain.clone()), clock.shared());
        let error = set_up(&mut bus, Identity::of_arm(WANTED)).unwrap_err();
        assert_eq!(error.to_string(), says);
        assert!(!error.remedy().is_empty());
        assert_eq!(chain.ids(), [1]);
    }
}

#[test]
fn a_complaining_motor_is_set_up_all_the_same() {
    let (chain, clock) = factory(&[]);
    chain
        .misbehave(Misbehaviour::Fault { id: 1, bits: 0x21 })
        .unwrap();
    let mut bus = Bus::new(memory_port(chain.clone()), clock.shared());
    set_up(&mut bus, Identity::of_arm(WANTED)).unwrap();
    assert_eq!(chain.ids(), [5]);
}

#[test]
fn a_motor_that_does_not_take_what_is_written_is_named_with_what_it_holds() {
    for (eeprom, says) in [
        (
            vec![],
            "motor 1: Return_Delay_Time was set to 0 but reads 250",
        ),
        (
            vec![(table::RETURN_DELAY_TIME, 0)],
            "motor 1: ID was set to 5 but reads 1",
        ),
        (
            vec![
                (table::RETURN_DELAY_TIME, 0),
                (table::ID, 5),
                (table::BAUD_RATE, 2),
            ],
            "motor 5: Baud_Rate was set to 0 but reads 2",
        ),
    ] {
        let (chain, clock) = factory(&eeprom);
        let whom = Whom::All;
        chain.misbehave(Misbehaviour::DeafEeprom { whom }).unwrap();
        let mut bus = Bus::new(memory_port(chain.clone()), clock.shared());
        let error = set_up(&mut bus, Identity::of_arm(WANTED)).unwrap_err();
        assert_eq!(error.to_string(), says);
    }
}

#[test]
fn two_motors_with_one_id_are_refused_at_every_rate_whatever_the_noise() {
    for seed in 0..20 {
        for code in 0..table::BAUD_RATES.len() as i32 {
            let clock = FakeClock::default();
            let motor = |encoder_at_zero| MotorConfig {
                encoder_at_zero,
                eeprom: vec![(table::BAUD_RATE, code)],
                ..MotorConfig::factory_fresh(1)
            };
            let config = ChainConfig {
                motors: vec![motor(1000 + 97 * seed), motor(3333)],
                seed: 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(1 + seed as u64),
                ..ChainConfig::default()
            };
            let chain = Chain::new(config, clock.shared());
            let mut bus = Bus::new(memory_port(chain), clock.shared());
            let error = set_up(&mut bus, Identity::of_arm(WANTED)).unwrap_err();
            assert!(
                matches!(
                    error,
                    SetupError::SharedId { .. }
                        | SetupError::Damaged { .. }
                        | SetupError::OnlyNoise
                ),
                "seed {seed}, code {code}: {error}"
            );
        }
    }
}

#[test]
fn two_motors_with_an_id_that_nobody_asks_for_are_not_called_missing() {
    let mut only_noise = 0;
    for seed in 1..12 {
        let clock = FakeClock::default();
        let motor = |encoder_at_zero| MotorConfig {
            encoder_at_zero,
            ..MotorConfig::factory_fresh(9)
        };
        let config = ChainConfig {
            motors: vec![motor(0), motor(1500)],
            seed: 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(seed),
            ..ChainConfig::default()
        };
        let mut bus = Bus::new(
            memory_port(Chain::new(config, clock.shared())),
            clock.shared(),
        );
        match set_up(&mut bus, Identity::of_arm(WANTED)).unwrap_err() {
            SetupError::OnlyNoise => only_noise += 1,
            SetupError::SharedId { .. } | SetupError::Damaged { .. } => {}
            other => panic!("seed {seed}: {other}"),
        }
    }
    assert!(only_noise > 0, "no pair was ever heard as noise only");
}
