//! Set-up of single motors: at every rate, interrupted at every step, refused where it must be. Time is a fake clock.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use motors::setup::{Alone, Identity, SetupError, find_alone, give};
use motors::{Bus, MotorId, Port};
use sim::{Chain, ChainConfig, MemoryPort, Misbehaviour, MotorConfig, memory_port, table};
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
