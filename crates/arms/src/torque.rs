//! Switching an arm's torque on without a jump and off without a drop.
//!
//! On: every goal is the present position before any motor may push. Off: the torque limit sinks to nothing first, so
//! that the arm sinks with it; only [`Arm::release_motors`] lets go at once.
//! Not here: when to hold and when to release (`teleop`).

use motors::{ErrorBits, MotorId, registers};
use units::{MonoTime, Ticks};

use crate::arm::{Arm, Torque, torque_from};
use crate::configure::FULL_ACCELERATION;
use crate::error::{ArmError, at};
use crate::joint::{JOINTS, Joint};
use crate::link::{motor, read, torque_off, write_and_check};

/// How often the inline release lowers the torque limit: 75 steps in 1.5 s.
const RELEASE_STEP: std::time::Duration = std::time::Duration::from_millis(20);

impl Arm {
    /// Makes the arm hold still where it is. For each motor the goal becomes the present position before torque is
    /// switched on and the EEPROM locked, and both are read back. All six are asked before the first one pushes.
    ///
    /// # Errors
    /// [`ArmError::Unhealthy`] when a motor reports wrong voltage, heat or a broken sensor; [`ArmError::Bus`] and
    /// [`ArmError::NotKept`] when one does not answer or obey. Motors that already hold go on holding.
    pub fn hold(&mut self) -> Result<(), ArmError> {
        self.holding = false;
        for joint in Joint::ALL {
            self.read(joint, registers::PRESENT_POSITION)?;
            let bits = self.error_bits[joint.index()];
            // Overload and over-current end when torque is switched on anew; these three do not.
            let grave = ErrorBits::VOLTAGE.0 | ErrorBits::ANGLE_SENSOR.0 | ErrorBits::OVERHEAT.0;
            if bits.0 & grave != 0 {
                return Err(ArmError::Unhealthy {
                    arm: self.config.name.clone(),
                    joint,
                    bits,
                });
            }
        }
        for joint in Joint::ALL {
            self.hold_joint(joint)?;
        }
        self.goal_ticks = self.ticks;
        self.limiter.restart(self.values());
        self.holding = true;
        Ok(())
    }

    fn hold_joint(&mut self, joint: Joint) -> Result<(), ArmError> {
        let index = joint.index();
        let present = self.read(joint, registers::PRESENT_POSITION)?;
        self.ticks[index] = Ticks(present);
        self.seen_at[index] = self.clock.now();
        // From the first write on that might make it push, nobody may call it off.
        let full = self.torque_limits[index];
        let lowered = self.torque_limits_now[index] != full;
        let name = &self.config.name;
        write_and_check(
            &mut self.bus,
            name,
            joint,
            registers::GOAL_POSITION,
            present,
        )?;
        if lowered {
            write_and_check(&mut self.bus, name, joint, registers::TORQUE_LIMIT, full)?;
            self.torque_limits_now[index] = full;
        }
        if self.torque[index] != Torque::On {
            self.torque[index] = Torque::Unknown;
        }
        write_and_check(&mut self.bus, name, joint, registers::TORQUE_ENABLE, 1)?;
        self.torque[index] = Torque::On;
        write_and_check(&mut self.bus, name, joint, registers::LOCK, 1)
    }

    /// Lets go of the joints' motors at once: torque off, EEPROM unlocked, as LeRobot leaves them. What they held
    /// falls. All are tried, whatever the first ones answer. The arm takes no goals until it holds again.
    ///
    /// # Errors
    /// The first failure; [`Arm::joint_torque`] tells which motors are not known to be off.
    pub fn release_motors(&mut self, joints: &[Joint]) -> Result<(), ArmError> {
        self.holding = false;
        let mut outcome = Ok(());
        for joint in joints {
            let released = torque_off(&mut self.bus, &self.config.name, *joint);
            self.torque[joint.index()] = if released.is_ok() {
                Torque::Off
            } else {
                Torque::Unknown
            };
            outcome = outcome.and(released);
        }
        outcome
    }

    /// Puts back what a motor forgets without power (its acceleration), after it was gone for a moment. Changes nothing
    /// that lasts, and nothing in a motor that kept it.
    ///
    /// # Errors
    /// When a motor does not answer or does not keep a value.
    pub fn restore_volatile(&mut self) -> Result<(), ArmError> {
        for joint in Joint::ALL {
            if self.read(joint, registers::ACCELERATION)? != FULL_ACCELERATION {
                write_and_check(
                    &mut self.bus,
                    &self.config.name,
                    joint,
                    registers::ACCELERATION,
                    FULL_ACCELERATION,
                )?;
            }
        }
        Ok(())
    }

    /// Asks every motor whether it pushes. An arm that was holding and still does goes on holding.
    ///
    /// # Errors
    /// When a motor does not answer.
    pub fn look_at_torque(&mut self) -> Result<Torque, ArmError> {
        for joint in Joint::ALL {
            self.torque[joint.index()] = torque_from(self.read(joint, registers::TORQUE_ENABLE)?);
        }
        Ok(self.torque())
    }

    /// Begins to let the arm sink. From now on it takes no goals; [`Release::step`] does the rest, from a loop.
    pub fn begin_release(&mut self) -> Release {
        self.holding = false;
        Release {
            from: self.torque_limits_now,
            stage: if self.torque() == Torque::Off {
                Stage::Confirming { next: 0 }
            } else {
                Stage::Beginning
            },
            unconfirmed: 0,
        }
    }

    /// Switches every motor off at once, in one packet: the arm drops. [`Release::step`] then asks each motor whether it
    /// is off.
    ///
    /// # Errors
    /// When the line is gone.
    pub fn begin_release_at_once(&mut self) -> Result<Release, ArmError> {
        let mut release = self.begin_release();
        release.cut(self)?;
        Ok(release)
    }

    /// The gentle release from beginning to end, on the caller's time: 1.5 seconds and a little.
    ///
    /// # Errors
    /// When the line is gone or a motor does not confirm that it let go.
    pub fn release_gently(&mut self) -> Result<(), ArmError> {
        let mut release = self.begin_release();
        loop {
            let now = self.clock.now();
            match release.step(self, now)? {
                Releasing::Sinking => self.clock.sleep_until(now + RELEASE_STEP),
                Releasing::Confirming => {}
                Releasing::Done { unconfirmed: 0 } => return Ok(()),
                Releasing::Done { unconfirmed } => {
                    let joints = Joint::ALL
                        .into_iter()
                        .filter(|joint| unconfirmed & (1 << joint.index()) != 0);
                    // One last, plain try, whose error says what is wrong.
                    for joint in joints {
                        self.release_motors(&[joint])?;
                    }
                    return Ok(());
                }
            }
        }
    }
}

/// How far a gentle release is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Releasing {
    /// The torque limit sinks.
    Sinking,
    /// Torque is off; each motor in turn confirms it.
    Confirming,
    /// Nothing is left to do.
    Done {
        /// Bit i set: joint i's motor did not confirm that its torque is off.
        unconfirmed: u8,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Beginning,
    Sinking { since: MonoTime },
    Confirming { next: usize },
    Done,
}

/// A gentle release under way. A step sends one unacknowledged packet while the arm sinks, and afterwards asks one
/// motor, so that a loop can carry it. Dropped halfway, the arm keeps the torque limit it had reached.
#[derive(Debug, Clone)]
pub struct Release {
    from: [i32; JOINTS],
    stage: Stage,
    unconfirmed: u8,
}

impl Release {
    /// Does what is due at `now`. A motor that does not answer is noted and the others go on.
    ///
    /// # Errors
    /// When the line is gone.
    pub fn step(&mut self, arm: &mut Arm, now: MonoTime) -> Result<Releasing, ArmError> {
        if self.stage == Stage::Beginning {
            self.stage = Stage::Sinking { since: now };
        }
        match self.stage {
            Stage::Beginning | Stage::Sinking { .. } => self.sink(arm, now),
            Stage::Confirming { next } => {
                match self.confirm(arm, Joint::ALL[next.min(JOINTS - 1)]) {
                    Err(error) if error.line_lost() => return Err(error),
                    // Somebody pressed the emergency stop meanwhile; this motor has its turn again.
                    Err(error) if error.interrupted() => return Ok(self.progress()),
                    Err(_) if arm.torque[next.min(JOINTS - 1)] != Torque::Off => {
                        self.unconfirmed |= 1 << next;
                    }
                    Err(_) | Ok(()) => {}
                }
                self.stage = if next + 1 < JOINTS {
                    Stage::Confirming { next: next + 1 }
                } else {
                    Stage::Done
                };
                Ok(self.progress())
            }
            Stage::Done => Ok(self.progress()),
        }
    }

    fn progress(&self) -> Releasing {
        match self.stage {
            Stage::Beginning | Stage::Sinking { .. } => Releasing::Sinking,
            Stage::Confirming { .. } => Releasing::Confirming,
            Stage::Done => Releasing::Done {
                unconfirmed: self.unconfirmed,
            },
        }
    }

    fn sink(&mut self, arm: &mut Arm, now: MonoTime) -> Result<Releasing, ArmError> {
        let Stage::Sinking { since } = self.stage else {
            return Ok(self.progress());
        };
        let whole = arm.config.safety.soft_release.as_secs_f64().max(1e-3);
        let left = (1.0 - now.since(since).as_secs_f64() / whole).max(0.0);
        let mut packet = [(MotorId(0), 0); JOINTS];
        for (index, place) in packet.iter_mut().enumerate() {
            let limit = (f64::from(self.from[index]) * left) as i32;
            arm.torque_limits_now[index] = limit;
            *place = (arm.ids[index], limit);
        }
        let sent = arm.bus.group_write(registers::TORQUE_LIMIT, &packet);
        sent.or_else(|error| arm.unless_lost(error))?;
        if left > 0.0 {
            return Ok(Releasing::Sinking);
        }
        self.cut(arm)?;
        Ok(Releasing::Confirming)
    }

    /// Torque off for all, unacknowledged; each is asked afterwards.
    fn cut(&mut self, arm: &mut Arm) -> Result<(), ArmError> {
        let off = arm.ids.map(|id| (id, 0));
        let sent = arm.bus.group_write(registers::TORQUE_ENABLE, &off);
        sent.or_else(|error| arm.unless_lost(error))?;
        arm.torque = [Torque::Unknown; JOINTS];
        self.stage = Stage::Confirming { next: 0 };
        Ok(())
    }

    fn confirm(&mut self, arm: &mut Arm, joint: Joint) -> Result<(), ArmError> {
        let index = joint.index();
        torque_off(&mut arm.bus, &arm.config.name, joint)?;
        arm.torque[index] = Torque::Off;
        // RAM only, and no harm without torque: the next one to hold this arm finds its full strength.
        let full = arm.torque_limits[index];
        arm.bus
            .write(motor(joint), registers::TORQUE_LIMIT, full)
            .map_err(at(&arm.config.name, joint))?;
        let (found, _) = read(&mut arm.bus, motor(joint), registers::TORQUE_LIMIT)
            .map_err(at(&arm.config.name, joint))?;
        arm.torque_limits_now[index] = found;
        Ok(())
    }
}
