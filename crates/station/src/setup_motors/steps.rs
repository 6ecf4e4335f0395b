//! What set-up does with the motor on the line, and what it notes before and after.
//!
//! Not here: the dialogue with the person (the module above), the writing itself (`motors::setup`).

use std::ops::ControlFlow;

use arms::Joint;
use motors::scan::{ScanConfig, ScanProgress, scan};
use motors::setup::{Alone, Identity, SetupError, find_alone, give};
use motors::{AnyBus, MotorId, registers};
use protocol::{ErrorCode, Failure};

use super::progress::Progress;
use super::{SetupMotorsConfig, SetupMotorsEvent};
use crate::failure::{bad_request, failure};
use crate::scan::bus_failure;

/// What is done with the motor on the line, one call for each thing a person can ask for.
pub(super) struct Steps {
    pub(super) bus: AnyBus,
    pub(super) progress: Progress,
    pub(super) adapter: String,
}

/// What is done and what is to do, in the order of the work.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Plan {
    pub(super) done: Vec<Joint>,
    /// Those of `done` of which only the notes know.
    pub(super) earlier: Vec<Joint>,
    pub(super) left: Vec<Joint>,
}

impl Steps {
    /// What is done and what is to do.
    pub(super) fn plan(
        &mut self,
        config: &SetupMotorsConfig,
        tell: &mut impl FnMut(ScanProgress) -> ControlFlow<()>,
    ) -> Result<Plan, Failure> {
        if !config.joints.is_empty() {
            return Ok(Plan {
                left: config.joints.clone(),
                ..Plan::default()
            });
        }
        let wanted: Vec<Joint> = Joint::ALL.into_iter().rev().collect();
        if config.fresh {
            self.progress.begin_anew(&self.adapter, &Joint::ALL)?;
            return Ok(Plan {
                left: wanted,
                ..Plan::default()
            });
        }
        let mut done = self.right_on_the_line(tell)?;
        let mut earlier = Vec::new();
        if done.len() < Joint::ALL.len() {
            for joint in Joint::ALL {
                let noted = self.progress.note(&self.adapter, joint);
                if noted.is_some_and(|note| note.done) && !done.contains(&joint) {
                    done.push(joint);
                    earlier.push(joint);
                }
            }
            if done.len() == Joint::ALL.len() {
                // The arm of the last session is finished and is not on the line: this is another one.
                done.clear();
                earlier.clear();
                self.progress.begin_anew(&self.adapter, &Joint::ALL)?;
            }
        }
        done.sort_by_key(|joint| std::cmp::Reverse(joint.index()));
        let left = wanted
            .into_iter()
            .filter(|joint| !done.contains(joint))
            .collect();
        Ok(Plan {
            done,
            earlier,
            left,
        })
    }

    /// Joints whose motors answer as they must. A motor from the factory has the id of the base, so that one counts
    /// only as part of a whole arm.
    fn right_on_the_line(
        &mut self,
        tell: &mut impl FnMut(ScanProgress) -> ControlFlow<()>,
    ) -> Result<Vec<Joint>, Failure> {
        let scan = scan(&mut self.bus, &ScanConfig::default(), tell)
            .map_err(|error| bus_failure(&error))?;
        let right = |joint: &Joint| {
            scan.at_usual_rate(joint.motor_id())
                .and_then(|motor| motor.facts())
                .is_some_and(|facts| {
                    facts.model() == registers::MODEL_STS3215
                        && facts.value(registers::RESPONSE_STATUS_LEVEL) != 0
                })
        };
        let mut found: Vec<Joint> = Joint::ALL.into_iter().filter(right).collect();
        if found.len() < Joint::ALL.len() {
            found.retain(|joint| joint.motor_id() != 1);
        }
        Ok(found)
    }

    /// Sets the motor on the line up for a joint.
    pub(super) fn set(
        &mut self,
        joint: Joint,
        anyway: bool,
        tell: &mut impl FnMut(ScanProgress) -> ControlFlow<()>,
    ) -> Result<SetupMotorsEvent, Failure> {
        let motor = self.alone(tell)?;
        let found = motor.identity;
        let target = MotorId(joint.motor_id());
        if !anyway {
            self.refuse_another_joints_motor(&found, target)?;
        }
        let noted = self.progress.note(&self.adapter, joint);
        let wanted = Identity::of_arm(target);
        // One that was interrupted stands somewhere between what it was and what it shall be. Where the joint was begun
        // anew, only a motor that is as it must be is surely the one that was noted.
        let former = noted
            .filter(|note| found == wanted || !note.anew)
            .map(|note| note.former())
            .filter(|former| {
                (found.id == former.id || found.id == target)
                    && (found.baud == former.baud || found.baud == motors::serial::BAUD)
            })
            .unwrap_or(found);
        let known = noted.is_some();
        if found != wanted {
            self.progress.put(&self.adapter, joint, former, false)?;
        }
        // The joint that loses its motor to this one is to be done again.
        let robbed = Joint::ALL.into_iter().find(|other| {
            let id = MotorId(other.motor_id());
            // With id 1 it may come from the factory as well as from the base.
            *other != joint && found.id == id && (id.0 != 1 || found == Identity::of_arm(id))
        });
        if let Some(robbed) = robbed {
            self.progress.begin_anew(&self.adapter, &[robbed])?;
        }
        let changed = give(&mut self.bus, &motor, wanted).map_err(|error| refusal(&error))?;
        if found != wanted || known {
            self.progress.put(&self.adapter, joint, former, true)?;
        }
        tracing::info!(
            joint = joint.name(),
            from = found.id.0,
            baud = found.baud,
            changes = changed.len(),
            "motor set up"
        );
        Ok(SetupMotorsEvent::Set {
            joint,
            former: found,
            changed,
        })
    }

    /// A motor that was set up for another joint a moment ago was probably plugged in by mistake. One with id 1 comes
    /// from the factory more often than from the base.
    fn refuse_another_joints_motor(
        &self,
        found: &Identity,
        target: MotorId,
    ) -> Result<(), Failure> {
        let other = Joint::ALL
            .into_iter()
            .find(|joint| joint.motor_id() == found.id.0 && found.id.0 != 1);
        let Some(other) = other.filter(|_| found.id != target) else {
            return Ok(());
        };
        let done = self.progress.note(&self.adapter, other);
        if !done.is_some_and(|note| note.done) {
            return Ok(());
        }
        Err(failure(
            ErrorCode::NotWhile,
            format!(
                "this is motor {}, which was set up as {} of this arm",
                found.id,
                other.name()
            ),
            "Connect the motor that is to be set up now; or take this one all the same: --anyway, in the dialogue the key a.",
        ))
    }

    /// Joints to give back what they had, the last one set up first.
    pub(super) fn to_undo(&self, joints: &[Joint]) -> Result<Vec<Joint>, Failure> {
        let mut noted: Vec<Joint> = self
            .progress
            .of(&self.adapter)
            .filter_map(|note| note.joint())
            .collect();
        noted.reverse();
        if joints.is_empty() && !noted.is_empty() {
            return Ok(noted);
        }
        if let Some(unknown) = joints.iter().find(|joint| !noted.contains(joint)) {
            return Err(nothing_to_undo(&format!(
                "the motor of {} was not set up on this adapter",
                unknown.name()
            )));
        }
        if joints.is_empty() {
            return Err(nothing_to_undo("no motor was set up on this adapter"));
        }
        Ok(joints.to_vec())
    }

    /// Gives the motor on the line back what it had. With a joint, only if it is that joint's.
    pub(super) fn undo(
        &mut self,
        wanted: Option<Joint>,
        tell: &mut impl FnMut(ScanProgress) -> ControlFlow<()>,
    ) -> Result<SetupMotorsEvent, Failure> {
        let motor = self.alone(tell)?;
        let id = motor.identity.id;
        let half_done = |joint: Joint| {
            let note = self.progress.note(&self.adapter, joint);
            note.is_some_and(|note| !note.done && !note.anew && note.former().id == id)
        };
        let joint = Joint::ALL
            .into_iter()
            .find(|joint| joint.motor_id() == id.0 && wanted.is_none_or(|wanted| wanted == *joint))
            .filter(|joint| self.progress.note(&self.adapter, *joint).is_some())
            .or_else(|| wanted.filter(|joint| half_done(*joint)));
        let Some(joint) = joint else {
            return Err(match wanted {
                Some(wanted) => failure(
                    ErrorCode::NotWhile,
                    format!(
                        "this is motor {id}; {} has the id {}",
                        wanted.name(),
                        wanted.motor_id()
                    ),
                    "Connect the motor that is to be given back what it had.",
                ),
                None => nothing_to_undo(&format!(
                    "motor {id} was not set up on this adapter, so nothing is known of what it was"
                )),
            });
        };
        let former = self
            .progress
            .note(&self.adapter, joint)
            .map_or(motor.identity, |note| note.former());
        give(&mut self.bus, &motor, former).map_err(|error| refusal(&error))?;
        self.progress.forget(&self.adapter, joint)?;
        self.bus
            .set_baud(motors::serial::BAUD)
            .map_err(|error| bus_failure(&error))?;
        tracing::info!(
            joint = joint.name(),
            to = former.id.0,
            "motor set-up undone"
        );
        Ok(SetupMotorsEvent::Undone { joint, now: former })
    }

    fn alone(
        &mut self,
        tell: &mut impl FnMut(ScanProgress) -> ControlFlow<()>,
    ) -> Result<Alone, Failure> {
        find_alone(&mut self.bus, tell).map_err(|error| refusal(&error))
    }
}

fn nothing_to_undo(message: &str) -> Failure {
    bad_request(
        message,
        "Set the motor up with the id you want: tendon setup-motors --id=N",
    )
}

fn refusal(error: &SetupError) -> Failure {
    let code = match error {
        SetupError::CalledOff => ErrorCode::Stopped,
        error if error.line_lost() => ErrorCode::LineLost,
        _ => ErrorCode::Motor,
    };
    failure(code, error, error.remedy())
}
