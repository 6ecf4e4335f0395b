//! One arm on its line: connected, configured, observed, driven and let go of.
//!
//! The arm owns its bus. What a cycle calls is in `cycle` and neither allocates nor touches a file; what happens
//! before and after is in `configure` and `torque`.
//! Not here: when to do what (`teleop`), files (`calibration_file`) and calibrating (`calibrate`).

use std::sync::Arc;

use motors::{AnyBus, ErrorBits, Interrupt, MotorId, Outcome, Port, registers};
use stdx::Clock;
use units::{Hz, MonoTime, Ticks};

use crate::calibration::Calibration;
use crate::config::{ArmConfig, ArmKind};
use crate::conversion::Units;
use crate::cycle::Health;
use crate::error::{ArmError, at};
use crate::gate::Gate;
use crate::handshake::{Handshake, shake_hands};
use crate::joint::{JOINTS, Joint};
use crate::limits::{Following, GoalLimiter, limits_of};
use crate::link::{motor, read};

/// Whether an arm's motors push.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Torque {
    /// At least one motor pushes, or was told to and has not been seen to stop.
    On,
    /// Every motor has confirmed that it does not push.
    Off,
    /// Nobody knows: a motor has not been asked, or did not answer. Treat it as on.
    #[default]
    Unknown,
}

/// What a value of `Torque_Enable` means. 2 brakes, which is torque too.
pub(crate) fn torque_from(enabled: i32) -> Torque {
    if enabled == 0 {
        Torque::Off
    } else {
        Torque::On
    }
}

/// An arm whose six motors have answered.
pub struct Arm {
    pub(crate) bus: AnyBus,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) config: ArmConfig,
    pub(crate) calibration: Calibration,
    pub(crate) handshake: Handshake,
    pub(crate) ids: [MotorId; JOINTS],
    pub(crate) torque: [Torque; JOINTS],
    /// The motors hold, the goals are ours, and no release has begun.
    pub(crate) holding: bool,
    /// `Torque_Limit` of each motor as it is when nobody lowers it, 0.1 %: its `Max_Torque_Limit`.
    pub(crate) torque_limits: [i32; JOINTS],
    /// `Torque_Limit` of each motor as it was last read or written.
    pub(crate) torque_limits_now: [i32; JOINTS],
    pub(crate) limiter: GoalLimiter,
    pub(crate) gate: Gate,
    pub(crate) goal_ticks: [Ticks; JOINTS],

    pub(crate) asked: bool,
    pub(crate) outcomes: [Outcome; JOINTS],
    pub(crate) ticks: [Ticks; JOINTS],
    pub(crate) seen_at: [MonoTime; JOINTS],
    pub(crate) error_bits: [ErrorBits; JOINTS],
    pub(crate) health: [Option<Health>; JOINTS],
    pub(crate) next_health: usize,
    /// Bit i set: joint i did not answer when it was last asked.
    pub(crate) stale: u8,
}

impl std::fmt::Debug for Arm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Arm")
            .field("name", &self.config.name)
            .field("port", &self.config.port)
            .field("torque", &self.torque())
            .finish_non_exhaustive()
    }
}

impl Arm {
    /// Asks all six motors who they are, where they are and whether they push. Changes nothing in them.
    ///
    /// Whether the motors hold this calibration is a question of its own ([`Arm::calibration_differences`]),
    /// because the answer may be to write it to them.
    ///
    /// # Errors
    /// [`ArmError::Handshake`] with plain words for each motor, [`ArmError::Bus`] when the line fails.
    pub fn connect(
        mut bus: AnyBus,
        config: ArmConfig,
        calibration: Calibration,
        clock: Arc<dyn Clock>,
    ) -> Result<Arm, ArmError> {
        bus.set_patience(config.safety.patience());
        let handshake = shake_hands(&mut bus, &config.name)?;
        let mut ticks = [Ticks(0); JOINTS];
        let mut torque = [Torque::Unknown; JOINTS];
        let mut error_bits = [ErrorBits::default(); JOINTS];
        let mut seen_at = [MonoTime::default(); JOINTS];
        let mut torque_limits = [0; JOINTS];
        let mut torque_limits_now = [0; JOINTS];
        for joint in Joint::ALL {
            let index = joint.index();
            let mut get =
                |register| read(&mut bus, motor(joint), register).map_err(at(&config.name, joint));
            let (position, bits) = get(registers::PRESENT_POSITION)?;
            ticks[index] = Ticks(position);
            error_bits[index] = bits;
            seen_at[index] = clock.now();
            torque_limits[index] = get(registers::MAX_TORQUE_LIMIT)?.0;
            torque_limits_now[index] = get(registers::TORQUE_LIMIT)?.0;
            torque[index] = torque_from(get(registers::TORQUE_ENABLE)?.0);
        }
        let units = config.units();
        let limits = limits_of(&calibration, units, &config.safety);
        let gate = Gate::new(&calibration, units, &limits);
        let limiter = GoalLimiter::new(
            limits,
            // LeRobot's own rate, until the loop says which it keeps.
            std::time::Duration::from_secs(1) / 60,
            units.values_from_ticks(&calibration, &ticks),
        );
        Ok(Arm {
            bus,
            clock,
            calibration,
            handshake,
            ids: Joint::ALL.map(motor),
            torque,
            holding: false,
            torque_limits,
            torque_limits_now,
            limiter,
            gate,
            goal_ticks: ticks,
            asked: false,
            outcomes: [Outcome::Silent; JOINTS],
            ticks,
            seen_at,
            error_bits,
            health: [None; JOINTS],
            next_health: 0,
            stale: 0,
            config,
        })
    }

    /// Its name in the rig.
    pub fn name(&self) -> &str {
        &self.config.name
    }

    /// Follower or leader.
    pub fn kind(&self) -> ArmKind {
        self.config.kind
    }

    /// What was decided about it.
    pub fn config(&self) -> &ArmConfig {
        &self.config
    }

    /// The units of its values.
    pub fn units(&self) -> Units {
        self.config.units()
    }

    /// The calibration its values are computed with.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// What was found out about the motors at connect.
    pub fn handshake(&self) -> &Handshake {
        &self.handshake
    }

    /// The line, for its counters and latencies.
    pub fn bus(&self) -> &AnyBus {
        &self.bus
    }

    /// Lets somebody break off waits for single motors, for an emergency stop. The group reads of a cycle go on.
    pub fn set_interrupt(&mut self, interrupt: Option<Interrupt>) {
        self.bus.set_interrupt(interrupt);
    }

    /// Gives the port away because the line is gone; nothing gets through from now on. Closing it may take time.
    pub fn take_port(&mut self) -> Box<dyn Port> {
        self.line_is_gone();
        self.bus.take_port()
    }

    /// Gives the line back, as it is: torque stays as it was.
    pub fn into_bus(self) -> AnyBus {
        self.bus
    }

    /// Whether the arm's motors push: on if any does, off only when all have said so.
    pub fn torque(&self) -> Torque {
        if self.torque.contains(&Torque::On) {
            Torque::On
        } else if self.torque.contains(&Torque::Unknown) {
            Torque::Unknown
        } else {
            Torque::Off
        }
    }

    /// Whether each motor pushes, in bus order.
    pub fn joint_torque(&self) -> &[Torque; JOINTS] {
        &self.torque
    }

    /// Joints that should hold but were seen without torque: their motors had no power for a moment, or protect
    /// themselves. Bit i is joint i. [`Arm::poll_health`] sees it within twelve cycles.
    pub fn lost_torque(&self) -> u8 {
        if !self.holding {
            return 0;
        }
        Joint::ALL
            .into_iter()
            .filter(|joint| self.torque[joint.index()] == Torque::Off)
            .fold(0, |mask, joint| mask | 1 << joint.index())
    }

    /// Whether the arm takes goals: torque is on and no release has begun.
    pub fn holding(&self) -> bool {
        self.holding
    }

    /// Values of the positions last seen.
    pub fn values(&self) -> [f64; JOINTS] {
        self.units()
            .values_from_ticks(&self.calibration, &self.ticks)
    }

    /// Goals last given, in the arm's values; where the arm was when nothing has been given since.
    pub fn goals(&self) -> [f64; JOINTS] {
        self.limiter.goals()
    }

    /// Keeps the goals within limits; for looking at.
    pub fn limiter(&self) -> &GoalLimiter {
        &self.limiter
    }

    /// Tells how often goals will come. Speed limits are kept per goal, so a missed cycle never makes a faster one.
    pub fn set_rate(&mut self, rate: Hz) {
        self.limiter.set_period(rate.period());
    }

    /// Tells whether goals are places (keys, sliders) or samples of a movement (a leader).
    pub fn set_following(&mut self, following: Following) {
        self.limiter.set_following(following);
    }

    /// Makes the next move a first move again, from the goals last given: somebody else drives from now on, and
    /// may want to be anywhere.
    pub fn begin_move(&mut self) {
        self.limiter.restart(self.limiter.goals());
    }

    /// Most recent health of each motor, as far as it has been asked.
    pub fn health(&self) -> &[Option<Health>; JOINTS] {
        &self.health
    }
}
