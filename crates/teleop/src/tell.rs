//! What the loop says about itself: statuses for people, measures for reports.
//!
//! Nothing here waits or allocates: a status replaces the one before, measures are handed over whole.

use std::time::Duration;

use arms::{JOINTS, Joint};
use stdx::QueueWriter;

use crate::cycle::ControlLoop;
use crate::health::Verdict;
use crate::report::{MAX_MOTORS, MotorCounts};
use crate::rig::Follower;
use crate::status::{ArmPlace, LostArms, Status, WarningKind, Warnings};

/// Shortest time between two statuses: 20 a second.
const STATUS_EVERY: Duration = Duration::from_millis(50);
/// So many motors of an arm whose supply sags together mean the arm's supply, not their plugs.
const SAG_TOGETHER: usize = 3;
/// What a motor says of its own accord when its supply sags far.
const VOLTAGE: WarningKind = WarningKind::Complains(motors::ErrorBits::VOLTAGE.0);

impl ControlLoop {
    /// A status, when it is time for one or the state has changed.
    pub(crate) fn tell(&mut self) {
        let now = self.clock.now();
        let word = self.state.word();
        let (at, cycles) = match self.told_at {
            Some((at, _)) if word == self.told_state && now.since(at) < STATUS_EVERY => return,
            Some(told) => told,
            None => (now, 0),
        };
        let cycles_now = self.handed.0 + self.measures.cycles();
        let span = now.since(at).as_secs_f64();
        self.told_at = Some((now, cycles_now));
        self.told_state = word;
        let mut torque = [None; 2];
        let mut motors = [[None; JOINTS]; 2];
        for (arm, follower) in self.followers.iter().enumerate() {
            torque[arm] = Some(follower.side.arm.torque());
            motors[arm] = follower.motors;
            add_health(&mut self.warnings, arm as u8, follower);
        }
        let input = self.teleoperator.input();
        self.status.put(Status {
            at: now,
            slot: self.slot,
            state: self.state.clone(),
            torque,
            observation: self.observation,
            goals: self.action,
            stale: self.stale(),
            lost: self.lost_arms(),
            leaders: self.led,
            first_move: self
                .followers
                .iter()
                .any(|follower| follower.side.arm.limiter().first_move())
                || input.approaching,
            finished: self.finished,
            input,
            rate_hz: if span > 0.0 {
                (cycles_now - cycles) as f64 / span
            } else {
                0.0
            },
            late_us: self.late.as_secs_f64() * 1e6,
            bus_us: self.bus.as_secs_f64() * 1e6,
            cycles: cycles_now,
            missed: self.handed.1 + self.measures.missed_so_far(),
            steps_refused: self.steps.as_ref().map_or(0, QueueWriter::refused),
            motors,
            warnings: self.warnings,
        });
    }

    /// Which arms have no line.
    fn lost_arms(&self) -> LostArms {
        let mut lost = LostArms::default();
        for (place, follower) in lost.followers.iter_mut().zip(&self.followers) {
            *place = follower.side.lost;
        }
        for (place, leader) in lost.leaders.iter_mut().zip(&self.leaders) {
            *place = leader.lost;
        }
        lost
    }

    /// Gives the measures to whoever asked for them.
    pub(crate) fn hand_over(&mut self) {
        let Some(exchange) = &self.exchange else {
            return;
        };
        if !exchange.asked() {
            return;
        }
        self.count_motors();
        self.handed.0 += self.measures.cycles();
        self.handed.1 += self.measures.missed_so_far();
        if let Some(exchange) = &self.exchange {
            exchange.serve(&mut self.measures);
        }
        self.counted = self.bus_counts();
        self.carried = Default::default();
        let followers = self.followers.iter_mut().map(|follower| &mut follower.side);
        for side in followers.chain(&mut self.leaders) {
            side.bits_seen = side.error_bits;
        }
    }

    /// Writes what the lines counted since the last hand-over into the measures.
    pub(crate) fn count_motors(&mut self) {
        let now = self.bus_counts();
        for (index, place) in self.measures.motors.iter_mut().enumerate() {
            let since = since(now[index], self.counted[index]);
            let carried = self.carried[index];
            *place = MotorCounts {
                answered: carried.answered + since.answered,
                silent: carried.silent + since.silent,
                corrupt: carried.corrupt + since.corrupt,
                error_bits: carried.error_bits | since.error_bits,
            };
        }
    }

    /// Keeps what was counted for the six motors from `first` on, whose line is about to be replaced by a new one.
    pub(crate) fn carry_counts(&mut self, first: usize) {
        let now = self.bus_counts();
        for index in (first..first + JOINTS).filter(|index| *index < MAX_MOTORS) {
            let since = since(now[index], self.counted[index]);
            let carried = &mut self.carried[index];
            carried.answered += since.answered;
            carried.silent += since.silent;
            carried.corrupt += since.corrupt;
            carried.error_bits |= since.error_bits;
        }
    }

    pub(crate) fn bus_counts(&self) -> [MotorCounts; MAX_MOTORS] {
        let mut counts = [MotorCounts::default(); MAX_MOTORS];
        let sides = self.followers.iter().map(|follower| &follower.side);
        for (arm, side) in sides.chain(&self.leaders).enumerate() {
            for joint in Joint::ALL {
                let found = side.arm.bus().counters().iter();
                let motor = found
                    .into_iter()
                    .find(|motor| motor.id.0 == joint.motor_id());
                if let (Some(motor), Some(place)) =
                    (motor, counts.get_mut(arm * JOINTS + joint.index()))
                {
                    *place = MotorCounts {
                        answered: motor.counts.answered,
                        silent: motor.counts.silent,
                        corrupt: motor.counts.corrupt,
                        error_bits: side.bits_seen[joint.index()],
                    };
                }
            }
        }
        counts
    }
}

/// What was counted between two looks.
fn since(now: MotorCounts, before: MotorCounts) -> MotorCounts {
    MotorCounts {
        answered: now.answered.saturating_sub(before.answered),
        silent: now.silent.saturating_sub(before.silent),
        corrupt: now.corrupt.saturating_sub(before.corrupt),
        error_bits: now.error_bits,
    }
}

fn add_health(warnings: &mut Warnings, arm: u8, follower: &Follower) {
    let place = ArmPlace::Follower(arm);
    let together = sags_together(&follower.verdicts);
    if let Some(volts) = together {
        warnings.add(place, None, WarningKind::Sagging(volts));
    }
    // Each motor also reports it by itself, and before it is asked for its voltage.
    if warnings.of_motors(place, VOLTAGE) >= SAG_TOGETHER {
        warnings.drop_of_motors(place, VOLTAGE);
        if together.is_none() {
            warnings.add(place, None, VOLTAGE);
        }
    }
    for (joint, verdict) in Joint::ALL.into_iter().zip(&follower.verdicts) {
        let mut add = |kind| warnings.add(place, Some(joint), kind);
        if let Some(degrees) = verdict.warm {
            add(WarningKind::Warm(degrees));
        }
        // Told of one motor only when all the others were asked since: it may be the whole arm.
        if let Some(volts) = verdict.sagging
            && verdict.sags_on
            && together.is_none()
        {
            add(WarningKind::Sagging(volts));
        }
        if let Some(ampere) = verdict.straining {
            add(WarningKind::Straining(ampere));
        }
        if let Some(percent) = verdict.pushing {
            add(WarningKind::Pushing(percent));
        }
        if follower.gave_way[joint.index()].is_some() {
            add(WarningKind::GaveWay);
        } else if verdict.stalled {
            add(WarningKind::Stalled);
        }
    }
}

/// The lowest voltage of an arm at least [`SAG_TOGETHER`] of whose motors sag at once. They are asked in turn, so one that
/// recovered counts until all were asked anew: otherwise the last ones would each be told of.
fn sags_together(verdicts: &[Verdict; JOINTS]) -> Option<f64> {
    let lately = verdicts.iter().filter(|verdict| verdict.sagged_lately);
    if lately.count() < SAG_TOGETHER {
        return None;
    }
    verdicts
        .iter()
        .filter_map(|verdict| verdict.sagging)
        .reduce(f64::min)
}
