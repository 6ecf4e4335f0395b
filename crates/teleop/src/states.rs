//! How the loop gets from one state to the next. Every way out of a state is here.
//!
//! Not here: what is done in a state (`cycle`).

use std::sync::Arc;
use std::time::Duration;

use arms::EmergencyPolicy;
use arms::arm::Torque;
use arms::torque::Releasing;
use protocol::Failure;
use stdx::failpoint;
use units::MonoTime;

use crate::cycle::ControlLoop;
use crate::rig::{failure, joined, lose};
use crate::status::State;

/// Presses of the emergency stop closer together than this are one press: keys bounce and repeat.
const ONE_PRESS: Duration = Duration::from_millis(250);

/// A press so soon after a fault was on its way before the person could know of the fault.
const SAME_MOMENT: Duration = Duration::from_millis(500);

impl ControlLoop {
    /// Does what was asked since the last cycle; the safer request wins.
    pub(crate) fn obey(&mut self) {
        let asked = self.controls.take();
        if asked.stop || asked.release || asked.hold {
            self.drive_on = false;
        }
        if asked.stop {
            self.ending = true;
        }
        self.let_go |= asked.stop || asked.release;
        if asked.stop || asked.release {
            if self.state != State::Releasing {
                // Only an orderly end may leave an arm holding, and only one whose person said so.
                let orderly = matches!(self.state, State::Driving | State::Holding);
                self.begin_release_but(asked.stop && orderly);
            }
        } else if asked.hold {
            self.hold();
        } else if asked.resume && !self.controls.emergency_pending() {
            // A stop that was pressed in the same cycle, or before the first one, wins.
            self.resume();
        }
    }

    fn hold(&mut self) {
        match self.state {
            // As for driving: a stop that was pressed before wins over a wish that switches torque on.
            State::Idle => {
                if !self.controls.emergency_pending() && self.torque_on() {
                    self.let_go = false;
                    self.state = State::Holding;
                }
            }
            State::Driving => self.state = State::Holding,
            State::Holding | State::Stopped | State::Releasing | State::Faulted(_) => {}
        }
    }

    pub(crate) fn resume(&mut self) {
        let ready = match self.state {
            State::Holding | State::Stopped => self.all_hold() || self.torque_on(),
            State::Idle => self.torque_on(),
            State::Faulted(_) => {
                self.everybody_answers() && self.restore_volatile() && self.torque_on()
            }
            State::Driving | State::Releasing => false,
        };
        if !ready {
            return;
        }
        let following = self.teleoperator.following();
        for follower in &mut self.followers {
            follower.side.arm.begin_move();
            follower.side.arm.set_following(following);
            follower.gave_way = [None; arms::JOINTS];
        }
        self.fault = None;
        self.panicked = false;
        self.drive_on = false;
        self.let_go = false;
        self.engage = true;
        self.finished = false;
        self.state = State::Driving;
    }

    fn all_hold(&self) -> bool {
        let mut followers = self.followers.iter();
        followers.all(|follower| follower.side.arm.holding())
    }

    /// What motors forget that were without power for a moment. Whether it could be put back.
    fn restore_volatile(&mut self) -> bool {
        self.pause = true;
        for index in 0..self.followers.len() {
            if let Err(error) = self.followers[index].side.arm.restore_volatile() {
                self.failed(index, &error);
                return false;
            }
        }
        true
    }

    /// Follower `index` did not do what it was told outside a cycle.
    fn failed(&mut self, index: usize, error: &arms::ArmError) {
        if error.interrupted() {
            self.broken_off();
            return;
        }
        let mut told = failure(error);
        if error.line_lost() {
            told = lose(&mut self.followers[index].side, error);
        }
        self.fault(told);
    }

    /// The emergency stop was pressed while torque was being switched on: whatever has it stays where it is.
    fn broken_off(&mut self) {
        self.controls.take_emergencies();
        self.controls.take_stop();
        self.pressed_at = Some(self.clock.now());
        self.drive_on = false;
        if self.any_torque() {
            self.first_press();
        }
    }

    pub(crate) fn everybody_answers(&self) -> bool {
        let followers = self.followers.iter().map(|follower| &follower.side);
        followers
            .chain(&self.leaders)
            .all(|side| !side.lost && side.stale == 0)
    }

    /// Switches torque on where it is off; the goals are then the present positions. Takes longer than a cycle.
    fn torque_on(&mut self) -> bool {
        self.pause = true;
        for index in 0..self.followers.len() {
            failpoint::here("teleop.torque_on");
            if let Err(error) = self.followers[index].side.arm.hold() {
                self.failed(index, &error);
                return false;
            }
        }
        let now = self.clock.now();
        for follower in &mut self.followers {
            follower.gave_way = [None; arms::JOINTS];
            follower.side.present = follower.side.arm.values();
            follower.side.watch = crate::watch::Watch::new(now);
        }
        for leader in &mut self.leaders {
            leader.watch = crate::watch::Watch::new(now);
        }
        let goals: Vec<_> = self
            .followers
            .iter()
            .map(|follower| follower.side.arm.goals())
            .collect();
        self.action = joined(goals.iter());
        true
    }

    /// The first press does what the policy says, which is to hold; a press while the arm is sinking catches it; one while
    /// it is stopped or faulted releases it gently. Whoever only wants to stop never releases.
    pub(crate) fn emergencies(&mut self) {
        if self.controls.take_stop() {
            self.only_stop();
        }
        let mut presses = self.controls.take_emergencies();
        if self.teleoperator.stop_asked() {
            presses += 1;
        }
        for _ in 0..presses {
            let now = self.clock.now();
            let repeated = self.pressed_at.is_some_and(|at| now.since(at) < ONE_PRESS);
            self.pressed_at = Some(now);
            self.drive_on = false;
            match self.state {
                State::Driving | State::Holding => self.first_press(),
                // Whoever pressed just as the arm faulted saw it move and meant the first press.
                State::Faulted(_) if self.faulted_just_now(now) => {
                    self.faulted_at = None;
                    self.stop_in_fault();
                }
                State::Stopped | State::Faulted(_) if !repeated => {
                    self.let_go = true;
                    self.begin_release();
                }
                State::Releasing if !repeated => self.catch(),
                State::Stopped | State::Faulted(_) | State::Releasing | State::Idle => {}
            }
        }
    }

    fn only_stop(&mut self) {
        let now = self.clock.now();
        self.pressed_at = Some(now);
        self.drive_on = false;
        match self.state {
            State::Driving | State::Holding => self.first_press(),
            State::Faulted(_) if self.faulted_just_now(now) => {
                self.faulted_at = None;
                self.stop_in_fault();
            }
            State::Releasing => self.catch(),
            State::Stopped | State::Faulted(_) | State::Idle => {}
        }
    }

    fn faulted_just_now(&self, now: MonoTime) -> bool {
        self.faulted_at
            .is_some_and(|at| now.since(at) < SAME_MOMENT)
    }

    /// A first press that met a fault: what the policy says, and the fault stays told.
    fn stop_in_fault(&mut self) {
        let fault = self.fault.clone();
        self.first_press();
        if let (State::Stopped, Some(fault)) = (&self.state, fault) {
            self.state = State::Faulted(fault);
        }
    }

    /// What the first press of the emergency stop does.
    fn first_press(&mut self) {
        match self.safety.emergency {
            EmergencyPolicy::Hold => self.stop_here(),
            EmergencyPolicy::SoftRelease => {
                self.let_go = true;
                self.stop_here();
                self.begin_release();
            }
            EmergencyPolicy::Release => {
                self.let_go = true;
                self.release_at_once();
            }
        }
    }

    /// Every motor off in one packet; the arms drop. Each motor is then asked whether it is off.
    fn release_at_once(&mut self) {
        self.state = State::Releasing;
        self.pause = true;
        for index in 0..self.followers.len() {
            let follower = &mut self.followers[index];
            if follower.side.lost || follower.side.arm.torque() == Torque::Off {
                continue;
            }
            match follower.side.arm.begin_release_at_once() {
                Ok(release) => follower.release = Some(release),
                Err(error) => {
                    let failure = lose(&mut follower.side, &error);
                    self.note_fault(failure);
                }
            }
        }
    }

    /// Every goal becomes the present position; torque stays.
    pub(crate) fn stop_here(&mut self) {
        self.state = State::Stopped;
        let mut goals = [[0.0; arms::JOINTS]; 2];
        let mut lost = None;
        for (follower, sent) in self.followers.iter_mut().zip(&mut goals) {
            follower.gave_way = [None; arms::JOINTS];
            let side = &mut follower.side;
            if !side.lost
                && let Err(error) = side.arm.stop_here()
            {
                lost = Some(lose(side, &error));
            }
            *sent = side.arm.goals();
        }
        self.action = joined(goals[..self.followers.len()].iter());
        if let Some(failure) = lost {
            self.fault(failure);
        }
    }

    /// Stops arms that are sinking: what still has torque holds again, at once where it is and then at full strength.
    /// An arm that has none is left to lie.
    fn catch(&mut self) {
        let mut failed = None;
        let mut caught = false;
        for follower in &mut self.followers {
            let side = &mut follower.side;
            if side.lost || side.arm.torque() != Torque::On {
                continue;
            }
            caught = true;
            follower.release = None;
            follower.gave_way = [None; arms::JOINTS];
            // It is stopped by then; another press must not leave it holding with half of its force.
            side.arm.set_interrupt(None);
            let held = match side.arm.stop_here() {
                Ok(_) => side.arm.hold(),
                Err(error) => Err(error),
            };
            side.arm.set_interrupt(Some(self.interrupt.clone()));
            match held {
                Ok(()) => {}
                Err(error) if error.line_lost() => failed = Some(lose(side, &error)),
                Err(error) => failed = Some(failure(&error)),
            }
        }
        if !caught {
            return;
        }
        self.pause = true;
        self.let_go = false;
        self.state = State::Stopped;
        let goals: Vec<_> = self
            .followers
            .iter()
            .map(|follower| follower.side.arm.goals())
            .collect();
        self.action = joined(goals.iter());
        if let Some(failure) = failed {
            self.fault(failure);
        }
    }

    /// Begins to let every arm down that may be up.
    pub(crate) fn begin_release(&mut self) {
        self.begin_release_but(false);
    }

    /// As [`ControlLoop::begin_release`]; `left_holding`: but for arms that are to keep their torque at the end
    /// (LeRobot's `disable_torque_on_disconnect=false`).
    fn begin_release_but(&mut self, left_holding: bool) {
        for follower in &mut self.followers {
            if left_holding && !follower.side.arm.config().disable_torque_on_disconnect {
                continue;
            }
            if !follower.side.lost && follower.side.arm.torque() != Torque::Off {
                follower.release = Some(follower.side.arm.begin_release());
            }
        }
        self.state = State::Releasing;
        self.pause = true;
        if self
            .followers
            .iter()
            .all(|follower| follower.release.is_none())
        {
            self.released();
        }
    }

    /// Carries every release one step on.
    pub(crate) fn release_step(&mut self) {
        failpoint::here("teleop.release");
        self.pause = true;
        let now = self.clock.now();
        for index in 0..self.followers.len() {
            let follower = &mut self.followers[index];
            let Some(mut release) = follower.release.take() else {
                continue;
            };
            if follower.side.lost {
                continue;
            }
            match release.step(&mut follower.side.arm, now) {
                Ok(Releasing::Done { unconfirmed: 0 }) => {}
                Ok(Releasing::Done { .. }) => {
                    let failure = unconfirmed(follower.side.arm.name());
                    self.note_fault(failure);
                }
                Ok(Releasing::Sinking | Releasing::Confirming) => follower.release = Some(release),
                Err(error) => {
                    let failure = lose(&mut follower.side, &error);
                    self.note_fault(failure);
                }
            }
        }
        if self
            .followers
            .iter()
            .all(|follower| follower.release.is_none())
        {
            self.released();
        }
    }

    fn released(&mut self) {
        self.state = match (&self.fault, self.ending) {
            (Some(fault), false) if self.any_torque() || self.panicked => {
                State::Faulted(Arc::clone(fault))
            }
            _ => State::Idle,
        };
        self.ended = self.ending;
    }

    pub(crate) fn any_torque(&self) -> bool {
        self.followers
            .iter()
            .any(|follower| follower.side.arm.torque() != Torque::Off)
    }

    /// Something failed: the arms that can be reached hold, nobody drives, and a person is told.
    pub(crate) fn fault(&mut self, failure: Failure) {
        let releasing = self.state == State::Releasing;
        self.drive_on |= self.state == State::Driving;
        if self.takes_goals() && !matches!(self.state, State::Faulted(_)) {
            self.faulted_at = Some(self.clock.now());
        }
        self.note_fault(failure);
        if let (Some(fault), false) = (&self.fault, releasing) {
            self.state = State::Faulted(Arc::clone(fault));
        }
    }

    /// Remembers the first failure; what follows from it is not news.
    pub(crate) fn note_fault(&mut self, failure: Failure) {
        self.fault.get_or_insert_with(|| Arc::new(failure));
    }
}

fn unconfirmed(arm: &str) -> Failure {
    Failure {
        code: protocol::ErrorCode::Motor,
        message: format!("{arm}: not every motor confirmed that its torque is off"),
        remedy: "Hold the arm and switch its power off.".to_owned(),
    }
}
