//! An arm whose line was lost and opened again takes its place in the loop; and when the loop drives on by itself.
//!
//! The owner of the loop opens the line and checks that it is the same arm in the same calibration; the loop takes it over
//! between two cycles. Whatever was driven before the loss is driven again, as a bounded first move, unless a person said
//! something else meanwhile or a motor lost its torque.
//! Not here: looking for the adapter (`station`), and what happens at the loss itself (`cycle`, `states`).

use arms::{Arm, ArmError, JOINTS, Torque};
use motors::Port;
use protocol::{ErrorCode, Failure};
use stdx::{QueueReader, QueueWriter, queue};

use crate::cycle::ControlLoop;
use crate::rig::{failure, lose};
use crate::status::{ArmPlace, State};
use crate::watch::Watch;

/// Arms that may wait at once: two followers and two leaders.
const WAITING: usize = 4;

/// An arm that came back.
#[derive(Debug)]
pub(crate) struct Comeback {
    pub(crate) place: ArmPlace,
    pub(crate) arm: Box<Arm>,
}

/// What the loop has no use for any more; whoever takes it out drops it, which may take time.
pub(crate) enum Departed {
    Port(Box<dyn Port>),
    Arm(Box<Arm>),
}

impl std::fmt::Debug for Departed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, name) = match self {
            Self::Port(port) => ("port", port.name()),
            Self::Arm(arm) => ("arm", arm.name()),
        };
        write!(f, "{kind} {name}")
    }
}

/// The loop's ends.
#[derive(Debug)]
pub(crate) struct Doors {
    pub(crate) arrivals: QueueReader<Comeback>,
    departures: QueueWriter<Departed>,
}

/// The loop's ends are dropped when its owner has joined it: an arm that came back too late for the loop is let down then.
impl Drop for Doors {
    fn drop(&mut self) {
        while let Some(Comeback { mut arm, .. }) = self.arrivals.pop() {
            arm.set_interrupt(None);
            if arm.torque() != Torque::Off
                && let Err(error) = arm.release_gently()
            {
                tracing::error!(%error, "an arm that came back late was not released");
            }
        }
    }
}

/// The owner's ends.
#[derive(Debug)]
pub(crate) struct Outside {
    pub(crate) arrivals: QueueWriter<Comeback>,
    pub(crate) departures: QueueReader<Departed>,
}

/// Both ends.
pub(crate) fn doors() -> (Doors, Outside) {
    let (arrivals_in, arrivals) = queue(WAITING);
    let (departures, departures_out) = queue(4 * WAITING);
    let inside = Doors {
        arrivals,
        departures,
    };
    let outside = Outside {
        arrivals: arrivals_in,
        departures: departures_out,
    };
    (inside, outside)
}

impl ControlLoop {
    /// Hands out what is left of lost lines, and takes in arms that came back.
    pub(crate) fn exchange_arms(&mut self) {
        let Some(doors) = &self.doors else { return };
        let followers = self.followers.iter_mut().map(|follower| &mut follower.side);
        for side in followers.chain(&mut self.leaders) {
            if let Some(port) = side.gone.take()
                && let Err(Departed::Port(port)) = doors.departures.push(Departed::Port(port))
            {
                side.gone = Some(port);
            }
        }
        while let Some(comeback) = self.doors.as_ref().and_then(|doors| doors.arrivals.pop()) {
            self.take_in(comeback);
        }
    }

    fn take_in(&mut self, Comeback { place, arm }: Comeback) {
        let now = self.clock.now();
        // What was counted on the line that is gone stays counted; the new line begins at its own numbers.
        let first = JOINTS
            * match place {
                ArmPlace::Follower(index) => usize::from(index),
                ArmPlace::Leader(index) => self.followers.len() + usize::from(index),
            };
        self.carry_counts(first);
        let side = match place {
            ArmPlace::Follower(index) => self
                .followers
                .get_mut(usize::from(index))
                .map(|follower| &mut follower.side),
            ArmPlace::Leader(index) => self.leaders.get_mut(usize::from(index)),
        };
        let before = match side {
            Some(side) => {
                let before = std::mem::replace(&mut side.arm, *arm);
                side.arm.set_rate(self.config.rate);
                side.arm.set_following(self.teleoperator.following());
                side.arm.set_interrupt(Some(self.interrupt.clone()));
                side.present = side.arm.values();
                side.watch = Watch::new(now);
                side.stale = 0;
                side.lost = false;
                Box::new(before)
            }
            None => arm,
        };
        if let Some(doors) = &self.doors {
            // What does not fit is dropped here: late, but not lost.
            doors.departures.push(Departed::Arm(before)).ok();
        }
        let counts = self.bus_counts();
        if let (Some(counted), Some(now)) = (
            self.counted.get_mut(first..first + JOINTS),
            counts.get(first..first + JOINTS),
        ) {
            counted.copy_from_slice(now);
        }
        if let ArmPlace::Follower(index) = place
            && let Some(follower) = self.followers.get_mut(usize::from(index))
        {
            follower.health = Default::default();
            follower.verdicts = Default::default();
            follower.polled = Default::default();
            follower.gave_way = Default::default();
            let pushes = follower.side.arm.torque() != Torque::Off;
            // A person has released the rig meanwhile, or is about to leave: this arm goes the same way.
            let let_go = self.let_go || matches!(self.state, State::Releasing | State::Idle);
            if pushes && let_go {
                follower.release = Some(follower.side.arm.begin_release());
                self.state = State::Releasing;
            }
        }
    }

    /// After a lost line everybody answers again: drives on where it drove, else holds.
    pub(crate) fn look_for_return(&mut self) {
        let now = self.clock.now();
        let lost_line =
            matches!(&self.state, State::Faulted(fault) if fault.code == ErrorCode::LineLost);
        if !lost_line || !self.everybody_answers() {
            self.back_since = None;
            return;
        }
        let since = *self.back_since.get_or_insert(now);
        if now.since(since) < self.safety.line_fault {
            return;
        }
        self.back_since = None;
        self.pause = true;
        match self.check_return() {
            Ok(None) => {
                self.fault = None;
                self.state = State::Holding;
                if std::mem::take(&mut self.drive_on) {
                    self.resume();
                }
            }
            Ok(Some(failure)) => {
                self.drive_on = false;
                self.fault = None;
                self.fault(failure);
            }
            // A motor that fell silent again, or a stop: the next look tells.
            Err(_) => {}
        }
    }

    /// Whether the arms that answer again are as they were: pushing, in their calibration.
    fn check_return(&mut self) -> Result<Option<Failure>, ArmError> {
        for index in 0..self.followers.len() {
            let side = &mut self.followers[index].side;
            match side.arm.look_at_torque() {
                Ok(Torque::On) if side.arm.holding() => {}
                Ok(_) => {
                    return Ok(Some(Failure {
                        code: ErrorCode::Motor,
                        message: format!(
                            "{}: the line is back, but the motors lost their torque",
                            side.arm.name()
                        ),
                        remedy: "Hold the arm where it should be, then drive on.".to_owned(),
                    }));
                }
                Err(error) => {
                    if error.line_lost() {
                        lose(side, &error);
                    }
                    return Err(error);
                }
            }
        }
        let followers = self.followers.iter_mut().map(|follower| &mut follower.side);
        for side in followers.chain(&mut self.leaders) {
            match side.arm.require_calibrated() {
                Ok(()) => {}
                Err(error @ ArmError::CalibrationDiffers { .. }) => {
                    return Ok(Some(Failure {
                        code: ErrorCode::Calibration,
                        ..failure(&error)
                    }));
                }
                Err(error) => {
                    if error.line_lost() {
                        lose(side, &error);
                    }
                    return Err(error);
                }
            }
        }
        Ok(None)
    }
}
