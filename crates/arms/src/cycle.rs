//! What a control cycle does with an arm: ask where it is, give it goals, look after one motor.
//!
//! Nothing here allocates, touches a file or takes a lock, and only the two `finish` halves wait, no longer than the
//! deadline they are given. An error means that the line is gone; a motor that does not answer is no error here, its
//! joint is marked stale and keeps its last value.
//! Not here: when a stale joint becomes a fault (`teleop`, by the times in `defaults`).

use std::time::Duration;

use motors::{BusError, ErrorBits, MotorId, Outcome, registers};
use units::{MonoTime, Ticks};

use crate::arm::{Arm, Torque, torque_from};
use crate::error::{ArmError, at};
use crate::joint::{JOINTS, Joint};

/// Where an arm is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// When the last answer had arrived, or the waiting ended.
    pub at: MonoTime,
    /// Positions as the motors count them.
    pub ticks: [Ticks; JOINTS],
    /// Positions in the arm's units.
    pub values: [f64; JOINTS],
    /// Bit i set: joint i did not answer in this cycle, its values are older.
    pub stale: u8,
    /// Age of each joint's position at [`Observation::at`]; zero for one that answered.
    pub ages: [Duration; JOINTS],
    /// What each motor complains about, from its last answer.
    pub error_bits: [ErrorBits; JOINTS],
}

impl Observation {
    /// Whether no motor at all answered in this cycle.
    pub fn all_silent(&self) -> bool {
        self.stale == (1 << JOINTS) - 1
    }
}

/// How one motor is, from one read of its feedback registers.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Health {
    /// When it was read.
    pub at: MonoTime,
    /// Share of full drive, percent; negative the other way.
    pub load: f64,
    /// Supply at the motor, volts.
    pub voltage: f64,
    /// Degrees Celsius.
    pub temperature: f64,
    /// Ampere.
    pub current: f64,
    /// Whether the motor says it moves.
    pub moving: bool,
    /// What it complains about.
    pub error_bits: ErrorBits,
}

impl Arm {
    /// Sends the question where the joints are. Returns at once, so that other arms can be asked before the first
    /// answer is awaited; [`Arm::finish_observe`] collects.
    ///
    /// # Errors
    /// When the line is gone.
    pub fn begin_observe(&mut self) -> Result<(), ArmError> {
        let asked = self
            .bus
            .begin_group_read(registers::PRESENT_POSITION, &self.ids);
        self.asked = asked.is_ok();
        asked.or_else(|error| self.unless_lost(error))
    }

    /// Collects the answers, until all are there or `deadline` passes.
    ///
    /// # Errors
    /// When the line is gone.
    pub fn finish_observe(&mut self, deadline: MonoTime) -> Result<Observation, ArmError> {
        self.outcomes = [Outcome::Silent; JOINTS];
        if std::mem::take(&mut self.asked) {
            let done = self.bus.finish_group_read(deadline, &mut self.outcomes);
            if let Err(error) = done {
                self.unless_lost(error)?;
            }
        }
        let now = self.clock.now();
        let mut stale = 0;
        let mut ages = [Duration::ZERO; JOINTS];
        for (index, outcome) in self.outcomes.iter().enumerate() {
            match outcome {
                Outcome::Value { value, error } => {
                    self.ticks[index] = Ticks(*value);
                    self.error_bits[index] = *error;
                    self.seen_at[index] = now;
                }
                Outcome::Silent | Outcome::Corrupt => {
                    stale |= 1 << index;
                    ages[index] = now.since(self.seen_at[index]);
                }
            }
        }
        self.stale = stale;
        Ok(Observation {
            at: now,
            ticks: self.ticks,
            values: self.values(),
            stale,
            ages,
            error_bits: self.error_bits,
        })
    }

    /// Sends the goals that come nearest to `wanted` within the limits, in one packet that nobody acknowledges.
    /// Returns the goals that were sent, in the arm's units; as a dataset's action they are what the arm was told.
    ///
    /// # Errors
    /// [`ArmError::NotHolding`] without torque, [`ArmError::Bus`] when the line is gone.
    pub fn send_goal(&mut self, wanted: &[f64; JOINTS]) -> Result<[f64; JOINTS], ArmError> {
        if !self.holding {
            return Err(ArmError::NotHolding {
                arm: self.config.name.clone(),
            });
        }
        let wanted = &self.near_present(wanted);
        let goals = self.limiter.step(wanted);
        let ticks = self.ticks_to_send(&goals, wanted);
        self.write_goals(ticks)?;
        Ok(goals)
    }

    /// LeRobot's ticks for these goals, with two exceptions of one tick. Truncation can leave the lowest value one
    /// tick below the range; it is sent as the range's end. And a goal on its way may lead by one tick until it
    /// arrives: otherwise the first, small steps of a movement would not show on the wire, at 250 Hz for two cycles.
    fn ticks_to_send(&self, goals: &[f64; JOINTS], wanted: &[f64; JOINTS]) -> [Ticks; JOINTS] {
        let mut ticks = self.units().ticks_from_values(&self.calibration, goals);
        for joint in Joint::ALL {
            let index = joint.index();
            let at = self.calibration.joint(joint);
            let limits = &self.limiter.limits()[index];
            if !(limits.least..=limits.most).contains(&goals[index]) {
                continue;
            }
            let in_range = |ticks: Ticks| self.gate.joints[index].inside(ticks).0;
            let tick = in_range(ticks[index]);
            let last = self.goal_ticks[index].0;
            let end = if wanted[index].is_nan() {
                tick
            } else {
                let end = wanted[index].clamp(limits.least, limits.most);
                in_range(self.units().ticks_from_value(joint, at, end))
            };
            ticks[index].0 = if end > tick {
                tick.max(last.saturating_add(1).min(tick + 1))
            } else if end < tick {
                tick.min(last.saturating_sub(1).max(tick - 1))
            } else {
                tick
            };
        }
        ticks
    }

    /// LeRobot's `max_relative_target`: no goal farther than that from where the joint was last seen.
    fn near_present(&self, wanted: &[f64; JOINTS]) -> [f64; JOINTS] {
        let Some(farthest) = self.config.max_relative_target else {
            return *wanted;
        };
        let mut near = self.values();
        for ((near, wanted), farthest) in near.iter_mut().zip(wanted).zip(farthest) {
            let farthest = farthest.abs();
            // A value that is no number asks for no place at all, and `max` would make one of it.
            *near = if wanted.is_finite() {
                *near + (wanted - *near).max(-farthest).min(farthest)
            } else {
                *wanted
            };
        }
        near
    }

    /// Stops where the arm is: every goal becomes the position seen in this cycle (a stale joint keeps its goal,
    /// because where it was may be far behind), the next move is a first move again, and torque stays as it is. One
    /// packet; the emergency stop. Returns the goals. Nothing is sent to an arm whose motors are all known to be off.
    ///
    /// # Errors
    /// When the line is gone.
    pub fn stop_here(&mut self) -> Result<[f64; JOINTS], ArmError> {
        let (mut values, mut ticks) = (self.values(), self.ticks);
        let goals = self.limiter.goals();
        for index in (0..JOINTS).filter(|index| self.stale & (1 << index) != 0) {
            values[index] = goals[index];
            ticks[index] = self.goal_ticks[index];
        }
        self.limiter.restart(values);
        if self.torque() != Torque::Off {
            self.write_goals(ticks)?;
        }
        Ok(values)
    }

    /// Until when the answers to the question just sent are worth waiting for in a cycle of length `cycle`.
    pub fn observe_deadline(&self, cycle: Duration) -> MonoTime {
        let sent = self.bus.group_read_sent();
        sent.unwrap_or_else(|| self.clock.now())
            + self
                .bus
                .group_read_time(JOINTS, registers::PRESENT_POSITION, cycle)
    }

    /// Asks one motor how it is, each time the next one, and waits for its answer until `deadline`. A motor that
    /// does not answer has its next turn after the others. Every other round also sees whether it still has torque,
    /// which costs 20 bytes, 0.2 ms, more.
    ///
    /// # Errors
    /// When the line is gone.
    pub fn poll_health(&mut self, deadline: MonoTime) -> Result<Option<(Joint, Health)>, ArmError> {
        let turn = self.next_health;
        self.next_health = (turn + 1) % (2 * JOINTS);
        let joint = Joint::ALL[turn % JOINTS];
        let first = if turn < JOINTS {
            registers::PRESENT_LOAD
        } else {
            registers::TORQUE_ENABLE
        };
        let span = self.bus.read_span_within(
            self.ids[joint.index()],
            first,
            registers::PRESENT_CURRENT,
            Some(deadline),
        );
        let span = match span {
            Ok(span) => span,
            Err(error) => return self.unless_lost(error).map(|()| None),
        };
        let value = |register| f64::from(span.value(register).unwrap_or_default());
        let health = Health {
            at: self.clock.now(),
            // Units of Feetech's memory table of the STS3215: 0.1 %, 0.1 V, 1 C, 6.5 mA.
            load: value(registers::PRESENT_LOAD) * 0.1,
            voltage: value(registers::PRESENT_VOLTAGE) * 0.1,
            temperature: value(registers::PRESENT_TEMPERATURE),
            current: value(registers::PRESENT_CURRENT) * 0.0065,
            moving: value(registers::MOVING) != 0.0,
            error_bits: span.error,
        };
        if let Some(enabled) = span.value(registers::TORQUE_ENABLE) {
            self.torque[joint.index()] = torque_from(enabled);
        }
        self.error_bits[joint.index()] = span.error;
        self.health[joint.index()] = Some(health);
        Ok(Some((joint, health)))
    }

    /// The one place that every goal passes on its way to a moving arm.
    fn write_goals(&mut self, ticks: [Ticks; JOINTS]) -> Result<(), ArmError> {
        let mut goals = [(MotorId(0), 0); JOINTS];
        for (index, goal) in goals.iter_mut().enumerate() {
            let allowed = self.gate.joints[index].pass(
                ticks[index],
                self.ticks[index],
                self.goal_ticks[index],
            );
            self.goal_ticks[index] = allowed;
            *goal = (self.ids[index], allowed.0);
        }
        match self.bus.group_write(registers::GOAL_POSITION, &goals) {
            Ok(()) => Ok(()),
            Err(error) => self.unless_lost(error),
        }
    }

    /// The ticks of the goals last sent.
    pub fn goal_ticks(&self) -> &[Ticks; JOINTS] {
        &self.goal_ticks
    }

    /// Passes on that the line is gone; anything else is a loss of this cycle only, which the answers show.
    pub(crate) fn unless_lost(&self, error: BusError) -> Result<(), ArmError> {
        if error.line_lost() {
            Err(at(&self.config.name, None)(error))
        } else {
            Ok(())
        }
    }

    /// Notes that the line is gone: what was on may be on or not, and no goal gets through.
    pub fn line_is_gone(&mut self) {
        self.holding = false;
        for torque in &mut self.torque {
            if *torque == Torque::On {
                *torque = Torque::Unknown;
            }
        }
    }
}
