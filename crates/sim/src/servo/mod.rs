//! One STS3215: its memory, what it answers, and the joint it turns.
//!
//! Kept but without effect: D_Coefficient (the identified damping holds its usual value), I_Coefficient (LeRobot writes
//! 0), Minimum_Startup_Force, Goal_Time outside PWM mode, Angular_Resolution, and Phase but for its bit 4. A real
//! joint also has about a degree of backlash; this one has none.
//! Not here: the line it hangs on (`line`), packets (`packet`).

mod control;
mod gravity;
mod physics;
mod protection;

use units::MonoTime;

use crate::hand::Hand;
use crate::packet::instruction;
use crate::table::{self, Memory, Row};
use control::Ramp;
pub(crate) use gravity::torques as gravity_torques;
use physics::{Body, Drive, Outside, TICKS_PER_RADIAN};
pub use protection::bits;
use protection::{Allowed, Protection, Watched};

/// Temperature of the room, degrees Celsius.
const ROOM: f64 = 26.0;
/// Kelvin that a watt of winding heat adds in the end; a plausible choice, no source.
const KELVIN_PER_WATT: f64 = 8.0;
/// Hottest that something from outside makes a motor, degrees Celsius: its plastic softens above.
const HOTTEST: f64 = 120.0;
/// Seconds in which the case follows by 63 %; a plausible choice.
const THERMAL_TIME: f64 = 240.0;

/// What a motor turns; decides the gravity on it and the inertia behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the joints of an SO arm, named as everywhere")]
pub enum Role {
    ShoulderPan,
    ShoulderLift,
    ElbowFlex,
    WristFlex,
    WristRoll,
    Gripper,
    /// A motor that lies on the bench and turns nothing.
    Bench,
}

impl Role {
    /// Inertia of the links, kg·m² (stretched; masses of so101_new_calib.urdf, motor of Rhoban's bam, the last three estimated).
    fn inertia(self) -> f64 {
        match self {
            Self::ShoulderPan | Self::ShoulderLift => 0.024,
            Self::ElbowFlex => 0.0086,
            Self::WristFlex => 0.0010,
            Self::WristRoll | Self::Gripper => 0.0004,
            Self::Bench => 0.0,
        }
    }
}

/// One motor and the joint it is built into.
#[derive(Debug, Clone)]
pub struct MotorConfig {
    /// Id in its EEPROM.
    pub id: u8,
    /// What it turns.
    pub role: Role,
    /// Gearbox: 345, 191 or 147.
    pub ratio: f64,
    /// Degrees at the start, zero as in TheRobotStudio's so101_new_calib.urdf.
    pub angle: f64,
    /// What the encoder shows, without any homing offset, where that angle is zero.
    pub encoder_at_zero: i32,
    /// Where the joint stops, degrees; `None` for endless.
    pub stops: Option<(f64, f64)>,
    /// EEPROM values that differ from the factory's.
    pub eeprom: Vec<(Row, i32)>,
}

impl MotorConfig {
    /// A motor as it comes out of its box, lying on the bench: id 1 if nobody changed it.
    pub fn factory_fresh(id: u8) -> Self {
        Self {
            id,
            role: Role::Bench,
            ratio: 345.0,
            angle: 0.0,
            encoder_at_zero: 2048,
            stops: None,
            eeprom: Vec::new(),
        }
    }
}

/// What the motor does to its joint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Torque {
    /// Nothing: the joint turns freely.
    Off,
    /// Follows its goal.
    On,
    /// Brakes (Torque_Enable = 2).
    Damping,
}

/// The motor.
#[derive(Debug)]
pub(crate) struct Motor {
    pub memory: Memory,
    pub role: Role,
    body: Body,
    ramp: Ramp,
    protection: Protection,
    encoder_at_zero: f64,
    /// Whole turns of the encoder that power-up forgot, ticks.
    forgotten: f64,
    /// Where the steps of mode 3 have led.
    step_goal: f64,
    deferred: Option<Vec<u8>>,
    pub celsius: f64,
    pub volts: f64,
    duty: f64,
    /// An error came or went in the last step; the next one acts on it.
    alarmed: bool,
    /// Error bits that somebody asked for.
    pub forced_errors: u8,
    pub stuck: bool,
    /// What heats it from outside, degrees Celsius per second.
    pub heating: f64,
    /// Torque of a misbehaviour, N·m.
    pub weight: f64,
    /// Torque of somebody who pushes, N·m.
    pub push: f64,
    hand: Option<(Hand, MonoTime)>,
}

impl Motor {
    pub fn new(config: &MotorConfig) -> Self {
        let mut memory = Memory::default();
        memory.keep(table::ID, u16::from(config.id));
        for (row, value) in &config.eeprom {
            memory.keep(*row, row.encode(*value));
        }
        let stops = config
            .stops
            .map(|(low, high)| (low.to_radians(), high.to_radians()));
        let mut angle = config.angle.to_radians();
        if let Some((low, high)) = stops {
            angle = angle.max(low).min(high);
        }
        let mut motor = Self {
            memory,
            role: config.role,
            body: Body::new(angle, config.ratio, config.role.inertia(), stops),
            ramp: Ramp::default(),
            protection: Protection::default(),
            encoder_at_zero: f64::from(config.encoder_at_zero),
            forgotten: 0.0,
            step_goal: 0.0,
            deferred: None,
            celsius: ROOM,
            volts: 7.4,
            duty: 0.0,
            alarmed: false,
            forced_errors: 0,
            stuck: false,
            heating: 0.0,
            weight: 0.0,
            push: 0.0,
            hand: None,
        };
        motor.power_up();
        motor
    }

    pub fn id(&self) -> u8 {
        self.memory.get(table::ID) as u8
    }

    /// Line rate; an unknown code is the fastest.
    pub fn baud(&self) -> u32 {
        let code = usize::from(self.memory.get(table::BAUD_RATE));
        table::BAUD_RATES
            .get(code)
            .copied()
            .unwrap_or(table::BAUD_RATES[0])
    }

    /// Whether it answers anything but PING and READ.
    pub fn acknowledges(&self) -> bool {
        self.memory.get(table::RESPONSE_STATUS_LEVEL) != 0
    }

    pub fn errors(&self) -> u8 {
        self.protection.errors | self.forced_errors
    }

    pub fn torque(&self) -> Torque {
        match self.memory.get(table::TORQUE_ENABLE) {
            0 => Torque::Off,
            2 => Torque::Damping,
            _ => Torque::On,
        }
    }

    /// rad.
    pub fn angle(&self) -> f64 {
        self.body.angle
    }

    /// rad/s.
    pub fn speed(&self) -> f64 {
        self.body.speed
    }

    /// Winding current, signed, amperes.
    pub fn current(&self) -> f64 {
        self.body.current
    }

    /// What it draws from the supply, amperes.
    pub fn drawn(&self) -> f64 {
        (self.body.current * self.duty).abs() + 0.02
    }

    /// Encoder ticks since the encoder's zero, over all turns, without homing offset.
    pub fn encoder(&self) -> f64 {
        self.encoder_at_zero + self.body.angle * TICKS_PER_RADIAN
    }

    /// Present_Position before rounding: 0 to 4095 in single-turn mode, unwrapped in multi-turn mode.
    pub fn present(&self) -> f64 {
        let offset = f64::from(self.memory.value(table::HOMING_OFFSET));
        if self.memory.get(table::PHASE) & 0x10 != 0 {
            self.encoder() - self.forgotten - offset
        } else {
            // Half a tick below zero still reads as zero.
            (self.encoder() - offset + 0.5).rem_euclid(4096.0) - 0.5
        }
    }

    /// Everything that loss of power does.
    pub fn power_up(&mut self) {
        self.memory.power_up();
        self.forget_turns();
        self.protection = Protection::default();
        self.deferred = None;
        self.duty = 0.0;
        // No source says what Goal_Position holds now. Taking the present position is the reading under which
        // LeRobot, which switches torque on without a goal, does not throw the arm.
        let present = self.present();
        self.memory.set(
            table::GOAL_POSITION,
            table::GOAL_POSITION.encode(present.round() as i32),
        );
        self.step_goal = present;
        self.ramp.rest_at(present);
    }

    /// Nothing from outside makes it misbehave.
    pub fn behave(&mut self) {
        self.forced_errors = 0;
        self.stuck = false;
        self.heating = 0.0;
        self.weight = 0.0;
        self.memory.eeprom = table::Eeprom::Sound;
    }

    /// Takes the joint into a hand, or lets go.
    pub fn hold(&mut self, hand: Option<Hand>, now: MonoTime) {
        self.hand = hand.map(|hand| (hand, now));
    }

    /// Puts the joint somewhere at once.
    pub fn place(&mut self, degrees: f64) {
        self.body.angle = degrees.to_radians();
        self.body.speed = 0.0;
        let present = self.present();
        self.ramp.rest_at(present);
    }

    /// Answers a request: the parameters of its status packet, or nothing.
    pub fn obey(&mut self, code: u8, params: &[u8]) -> Option<Vec<u8>> {
        match (code, params) {
            (instruction::PING, _) => Some(Vec::new()),
            (instruction::READ, [address, length, ..]) => Some(self.read(*address, *length)),
            (instruction::WRITE, [address, bytes @ ..]) => {
                self.write(*address, bytes);
                Some(Vec::new())
            }
            (instruction::REG_WRITE, [_, ..]) => {
                self.deferred = Some(params.to_vec());
                Some(Vec::new())
            }
            (instruction::ACTION, _) => {
                if let Some(deferred) = self.deferred.take()
                    && let [address, bytes @ ..] = deferred.as_slice()
                {
                    self.write(*address, bytes);
                }
                Some(Vec::new())
            }
            (instruction::RECOVER, _) => {
                self.memory.recover();
                Some(Vec::new())
            }
            (instruction::REBOOT, _) => {
                self.power_up();
                None
            }
            (instruction::RESET, _) => {
                self.forget_turns();
                self.protection.rearm();
                Some(Vec::new())
            }
            (instruction::OFFSET_CAL, params) => {
                let becomes = match params {
                    [low, high, ..] => {
                        table::GOAL_POSITION.decode(u16::from_le_bytes([*low, *high]))
                    }
                    _ => 2048,
                };
                self.calibrate(becomes);
                Some(Vec::new())
            }
            _ => None,
        }
    }

    /// `length` bytes from `address`, present values brought up to date first.
    pub fn read(&mut self, address: u8, length: u8) -> Vec<u8> {
        self.refresh();
        (usize::from(address)..usize::from(address) + usize::from(length.min(244)))
            .map(|at| self.memory.byte(at))
            .collect()
    }

    /// What a WRITE does, its immediate effects included.
    pub fn write(&mut self, address: u8, bytes: &[u8]) {
        let torque_before = self.memory.get(table::TORQUE_ENABLE);
        self.memory.write(usize::from(address), bytes);
        let written = usize::from(address)..usize::from(address) + bytes.len();
        let touches = |row: Row| written.start < row.bytes().end && row.bytes().start < written.end;
        if touches(table::TORQUE_ENABLE) {
            match self.memory.get(table::TORQUE_ENABLE) {
                128 => {
                    self.memory.set(table::TORQUE_ENABLE, torque_before);
                    self.calibrate(2048);
                }
                _ => self.protection.rearm(),
            }
        }
        if touches(table::GOAL_POSITION) {
            self.goal_written();
        }
        if touches(table::OPERATING_MODE) {
            self.step_goal = self.present();
            let present = self.present();
            self.ramp.rest_at(present);
        }
    }

    /// Moves the joint on by `h` seconds.
    pub fn step(&mut self, h: f64, gravity: f64, volts: f64, now: MonoTime) {
        self.volts = volts;
        let present = self.present();
        let allowed = self.protection.allowed(&self.memory);
        if allowed == Allowed::Nothing {
            self.memory.set(table::TORQUE_ENABLE, 0);
        }
        let drive = match self.torque() {
            Torque::On => control::drive(
                &self.memory,
                &mut self.ramp,
                &self.body,
                present,
                self.step_goal,
                volts,
                h,
            ),
            Torque::Off => Drive::Free,
            Torque::Damping => Drive::Brake,
        };
        let drive = match (drive, allowed) {
            (Drive::Duty(duty), Allowed::Duty(most)) => Drive::Duty(duty.clamp(-most, most)),
            (drive, _) => drive,
        };
        self.duty = if let Drive::Duty(duty) = drive {
            duty
        } else {
            self.ramp.rest_at(present);
            0.0
        };
        let outside = Outside {
            torque: gravity + self.push + self.weight,
            volts,
            hand: self
                .hand
                .as_ref()
                .map(|(hand, since)| hand.angle(now.since(*since)).to_radians()),
            stuck: self.stuck,
        };
        self.body.step(h, drive, outside);
        self.wait(h, volts);
    }

    /// Lets `h` seconds pass over a joint that stands still: heat and protection only.
    pub fn wait(&mut self, h: f64, volts: f64) {
        self.volts = volts;
        let settled = ROOM + KELVIN_PER_WATT * self.body.heat();
        self.celsius = settled + (self.celsius - settled) * (-h / THERMAL_TIME).exp();
        if self.heating > 0.0 {
            self.celsius = (self.celsius + self.heating * h).min(HOTTEST);
        }
        let seen = Watched {
            duty: self.duty.abs(),
            current: self.body.current.abs(),
            volts,
            celsius: self.celsius,
        };
        let before = self.protection.errors;
        self.protection.watch(&self.memory, seen, h);
        self.alarmed = before != self.protection.errors;
    }

    /// Whether nothing moves and nothing is about to.
    pub fn still(&self) -> bool {
        self.body.speed == 0.0 && self.ramp.speed == 0.0 && self.hand.is_none() && !self.alarmed
    }

    /// Brings the registers of present values up to date.
    pub fn refresh(&mut self) {
        let values = [
            (table::PRESENT_POSITION, self.present().round() as i32),
            (
                table::PRESENT_VELOCITY,
                (self.body.speed * TICKS_PER_RADIAN).round() as i32,
            ),
            (table::PRESENT_LOAD, (self.duty * 1000.0).round() as i32),
            (table::PRESENT_VOLTAGE, (self.volts * 10.0).round() as i32),
            (table::PRESENT_TEMPERATURE, self.celsius.round() as i32),
            (table::WRITE_PENDING, i32::from(self.deferred.is_some())),
            (table::STATUS, i32::from(self.errors())),
            (table::MOVING, i32::from(self.moving())),
            (
                table::PRESENT_CURRENT,
                (self.body.current.abs() / 0.0065).round() as i32,
            ),
            (
                table::GOAL_POSITION_2,
                self.memory.value(table::GOAL_POSITION),
            ),
        ];
        for (row, value) in values {
            self.memory.set(row, row.encode(value));
        }
    }

    fn moving(&self) -> bool {
        // A register unit is taken as one Velocity_Unit_factor, like those of Maximum_Velocity_Limit.
        let least = f64::from(self.memory.get(table::MOVING_VELOCITY))
            * f64::from(self.memory.get(table::VELOCITY_UNIT));
        self.ramp.speed != 0.0 || self.body.speed.abs() * TICKS_PER_RADIAN > least
    }

    fn goal_written(&mut self) {
        let goal = f64::from(self.memory.value(table::GOAL_POSITION));
        if self.memory.get(table::OPERATING_MODE) == 3 {
            self.step_goal += goal;
        }
        let wanted = if self.memory.get(table::OPERATING_MODE) == 3 {
            self.step_goal
        } else {
            control::clamped_goal(&self.memory)
        };
        if (wanted - self.present()) * self.duty <= 0.0 {
            self.protection.rearm();
        }
    }

    /// Sets the homing offset so that the present position reads `becomes`.
    fn calibrate(&mut self, becomes: i32) {
        let turn = (self.encoder().round() as i32 - becomes).rem_euclid(4096);
        let offset = if turn > 2047 { turn - 4096 } else { turn };
        let raw = table::HOMING_OFFSET.encode(offset);
        let bytes = raw.to_le_bytes();
        self.memory
            .write(usize::from(table::HOMING_OFFSET.address), &bytes);
    }

    fn forget_turns(&mut self) {
        self.forgotten = (self.encoder() / 4096.0).floor() * 4096.0;
    }
}
