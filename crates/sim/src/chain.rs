//! A chain of motors as a handle that can be shared: its ports feed it, tests and demos look into it and make it
//! misbehave.
//!
//! Not here: presets of whole arms (`arm`), the ways to reach it (`memory`, `pty`).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use stdx::Clock;
use units::MonoTime;

use crate::eye::{Eye, Trace};
use crate::goal_log::GoalLog;
use crate::hand::Hand;
use crate::line::Line;
use crate::misbehaviour::{Injected, Misbehaviour};
use crate::plan::Plan;
use crate::servo::{Motor, MotorConfig, Torque};
use crate::table::{self, Row};

/// What a chain is made of.
#[derive(Debug, Clone)]
pub struct ChainConfig {
    /// Name of its port in memory.
    pub name: String,
    /// The motors, in the order of the cable.
    pub motors: Vec<MotorConfig>,
    /// Rate at which the host talks at first. Motors answer only at their own rate.
    pub baud: u32,
    /// What the USB adapter adds to each round trip.
    pub usb_latency: Duration,
    /// Supply without load, volts.
    pub supply_volts: f64,
    /// Mass in the gripper, kg.
    pub load_kg: f64,
    /// Decides the noise.
    pub seed: u64,
    /// Arrivals of goals that are remembered.
    pub goal_log: usize,
}

impl Default for ChainConfig {
    fn default() -> Self {
        Self {
            name: "sim".to_owned(),
            motors: Vec::new(),
            baud: 1_000_000,
            usb_latency: Duration::from_millis(1),
            supply_volts: 7.4,
            load_kg: 0.0,
            seed: 1,
            goal_log: 1024,
        }
    }
}

impl ChainConfig {
    /// Motors fresh from the factory, with these ids and at these line rates: `1`, `1,1` (two that still have the same
    /// id), `1,6@115200`. `None` when an id or a rate is none a motor can have.
    pub fn parse_factory(text: &str) -> Option<Self> {
        let motors = text
            .split(',')
            .map(|motor| {
                let (id, baud) = match motor.split_once('@') {
                    Some((id, baud)) => (id, baud.parse().ok()?),
                    None => (motor, table::BAUD_RATES[0]),
                };
                let code = table::BAUD_RATES.iter().position(|rate| *rate == baud)?;
                let mut config =
                    MotorConfig::factory_fresh(id.parse().ok().filter(|id| *id < 254)?);
                config.eeprom.push((table::BAUD_RATE, code as i32));
                Some(config)
            })
            .collect::<Option<Vec<_>>>()?;
        Some(Self {
            motors,
            ..Self::default()
        })
    }

    /// Motors fresh from the factory, with these ids.
    pub fn factory_fresh(ids: &[u8]) -> Self {
        Self {
            motors: ids
                .iter()
                .map(|id| MotorConfig::factory_fresh(*id))
                .collect(),
            ..Self::default()
        }
    }
}

/// The chain has no motor with this id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the simulated chain has no motor {0}")]
pub struct NoSuchMotor(pub u8);

impl NoSuchMotor {
    /// What to do about it.
    pub fn remedy(&self) -> &'static str {
        "Ask for an id that one of the chain's motors has now."
    }
}

/// One motor as it really is, whatever it answers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Truth {
    /// The joint's angle in degrees, zero as in TheRobotStudio's so101_new_calib.urdf.
    pub angle: f64,
    /// Degrees per second.
    pub speed: f64,
    /// What Present_Position is.
    pub position: i32,
    /// What Goal_Position is.
    pub goal: i32,
    /// What the motor does to the joint.
    pub torque: Torque,
    /// Winding current, amperes, signed.
    pub current: f64,
    /// Degrees Celsius.
    pub celsius: f64,
    /// Volts at the motor.
    pub volts: f64,
    /// The error byte of its answers.
    pub errors: u8,
}

/// A chain of simulated motors. Clones are handles to the same chain.
///
/// A lock guards it; whoever holds it works for microseconds and never waits.
#[derive(Debug, Clone)]
pub struct Chain {
    line: Arc<Mutex<Line>>,
    clock: Arc<dyn Clock>,
    name: Arc<str>,
}

impl Chain {
    /// Powers the motors up at the clock's present instant.
    pub fn new(config: ChainConfig, clock: Arc<dyn Clock>) -> Self {
        Self {
            line: Arc::new(Mutex::new(Line::new(&config, clock.now()))),
            clock,
            name: config.name.into(),
        }
    }

    /// The name it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The motor's true state now.
    ///
    /// # Errors
    /// [`NoSuchMotor`]
    pub fn truth(&self, id: u8) -> Result<Truth, NoSuchMotor> {
        self.with_motor(id, |motor, _| {
            motor.refresh();
            Truth {
                angle: motor.angle().to_degrees(),
                speed: motor.speed().to_degrees(),
                position: motor.memory.value(table::PRESENT_POSITION),
                goal: motor.memory.value(table::GOAL_POSITION),
                torque: motor.torque(),
                current: motor.current(),
                celsius: motor.celsius,
                volts: motor.volts,
                errors: motor.errors(),
            }
        })
    }

    /// Ids of the motors, in the order of the cable.
    pub fn ids(&self) -> Vec<u8> {
        self.line().motors.iter().map(Motor::id).collect()
    }

    /// A register's value, its sign decoded, without asking over the wire. Rows are in [`crate::table`].
    ///
    /// # Errors
    /// [`NoSuchMotor`]
    pub fn register(&self, id: u8, row: Row) -> Result<i32, NoSuchMotor> {
        self.with_motor(id, |motor, _| {
            motor.refresh();
            motor.memory.value(row)
        })
    }

    /// Changes a register behind everybody's back, for now and for after a power cycle.
    ///
    /// # Errors
    /// [`NoSuchMotor`]
    pub fn set_register(&self, id: u8, row: Row, value: i32) -> Result<(), NoSuchMotor> {
        self.with_motor(id, |motor, _| motor.memory.keep(row, row.encode(value)))
    }

    /// Puts a joint at an angle in degrees at once, as if it had always stood there.
    ///
    /// # Errors
    /// [`NoSuchMotor`]
    pub fn place(&self, id: u8, degrees: f64) -> Result<(), NoSuchMotor> {
        self.with_motor(id, |motor, _| motor.place(degrees))
    }

    /// Takes a joint into a hand; `None` lets go.
    ///
    /// # Errors
    /// [`NoSuchMotor`]
    pub fn hand(&self, id: u8, hand: Option<Hand>) -> Result<(), NoSuchMotor> {
        self.with_motor(id, |motor, now| motor.hold(hand, now))
    }

    /// Pushes a joint with a torque in N·m until told otherwise; positive towards higher ticks.
    ///
    /// # Errors
    /// [`NoSuchMotor`]
    pub fn push(&self, id: u8, torque: f64) -> Result<(), NoSuchMotor> {
        self.with_motor(id, |motor, _| motor.push = torque)
    }

    /// Sets a motor's temperature; it drifts back to what its current makes of it.
    ///
    /// # Errors
    /// [`NoSuchMotor`]
    pub fn heat_to(&self, id: u8, celsius: f64) -> Result<(), NoSuchMotor> {
        self.with_motor(id, |motor, _| motor.celsius = celsius)
    }

    /// One motor lost its supply for a moment and is back as after power-up: torque off, Lock 1.
    ///
    /// # Errors
    /// [`NoSuchMotor`]
    pub fn brown_out(&self, id: u8) -> Result<(), NoSuchMotor> {
        self.with_motor(id, |motor, _| motor.power_up())
    }

    /// Switches something wrong on; it stays until [`Chain::behave`]. Several may be on at once.
    ///
    /// # Errors
    /// [`NoSuchMotor`]
    pub fn misbehave(&self, what: Misbehaviour) -> Result<(), NoSuchMotor> {
        self.plan(Plan::now(what))
    }

    /// Plans something to go wrong from now on: after a time, for a time.
    ///
    /// # Errors
    /// [`NoSuchMotor`]
    pub fn plan(&self, plan: Plan) -> Result<(), NoSuchMotor> {
        let now = self.clock.now();
        let mut line = self.line();
        let place = match plan.what.motor() {
            None => None,
            Some(id) => Some(place(&line, id)?),
        };
        line.plan(place, plan.what, now + plan.after, plan.lasting);
        Ok(())
    }

    /// Everything behaves again, and nothing is planned any more.
    pub fn behave(&self) {
        self.line().behave();
    }

    /// What misbehaviours really spoiled so far.
    pub fn injected(&self) -> Injected {
        self.line().injected
    }

    /// Takes the adapter off the computer: ports in memory fail from now on, and nothing reaches the motors.
    pub fn unplug(&self) {
        self.line().pull();
    }

    /// Puts the adapter back. Motors keep what they had: their supply stayed. Ports that were open before stay dead,
    /// as the device they belonged to is gone.
    pub fn replug(&self) {
        self.line().plug();
    }

    /// Whether the adapter is on the computer.
    pub fn plugged_in(&self) -> bool {
        self.line().connected
    }

    /// Switches the supply of all motors off and on.
    pub fn power_cycle(&self) {
        self.line().power_cycle();
    }

    /// Switches the supply of all motors. Without it the arm sinks and nothing answers.
    pub fn set_power(&self, on: bool) {
        self.line().set_power(on);
    }

    /// Supply voltage without load.
    pub fn set_supply(&self, volts: f64) {
        self.line().set_supply(volts);
    }

    /// Mass in the gripper, kg.
    pub fn set_load(&self, kilograms: f64) {
        self.line().set_load(kilograms);
    }

    /// Takes the log of arrived goals out and leaves an empty one for `capacity` arrivals.
    pub fn take_goal_log(&self, capacity: usize) -> GoalLog {
        // The memory is taken before the lock, so that no packet waits for it.
        let fresh = GoalLog::new(capacity);
        std::mem::replace(&mut self.line().goal_log, fresh)
    }

    /// An eye on its joints. The first one makes the chain leave a trace of its motion; the line's thread never waits for it.
    pub fn eye(&self) -> Eye {
        let mut line = self.line();
        let trace = Arc::clone(line.trace.get_or_insert_with(|| Arc::new(Trace::default())));
        line.leave_trace();
        drop(line);
        Eye::new(self.clone(), trace)
    }

    /// Works the motion out up to `now` unless somebody else is at it.
    pub(crate) fn move_on_if_free(&self, now: MonoTime) {
        match self.line.try_lock() {
            Ok(mut line) => line.advance(now),
            Err(TryLockError::Poisoned(line)) => line.into_inner().advance(now),
            Err(TryLockError::WouldBlock) => {}
        }
    }

    pub(crate) fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The line, brought up to the present. A panic elsewhere does not spoil it: every change is one call.
    pub(crate) fn line(&self) -> MutexGuard<'_, Line> {
        let mut line = self.line_as_it_is();
        line.advance(self.clock.now());
        line
    }

    /// The line as its last byte left it.
    pub(crate) fn line_as_it_is(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_motor<T>(
        &self,
        id: u8,
        work: impl FnOnce(&mut Motor, MonoTime) -> T,
    ) -> Result<T, NoSuchMotor> {
        let now = self.clock.now();
        let mut line = self.line_as_it_is();
        line.advance(now);
        line.wake();
        let place = place(&line, id)?;
        let done = work(&mut line.motors[place], now);
        line.leave_trace();
        Ok(done)
    }
}

fn place(line: &Line, id: u8) -> Result<usize, NoSuchMotor> {
    line.motors
        .iter()
        .position(|motor| motor.id() == id)
        .ok_or(NoSuchMotor(id))
}
