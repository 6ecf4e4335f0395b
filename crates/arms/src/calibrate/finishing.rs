//! The end of a calibration: judge the sweeps, make the numbers, write them, read them back, and only then save the file.
//!
//! Not here: how the sweeps came about (the module above).

use motors::registers;

use super::former::write;
use super::homing::off_the_seam;
use super::sweep::Sweep;
use super::told::{CalibrateState, Event, Unusable};
use super::{Calibrate, CalibrateError, Stage};
use crate::calibration::{Calibration, JointCalibration};
use crate::calibration_history::Reason;
use crate::configure::{PHASE_MULTI_TURN, calibration_registers};
use crate::error::not_kept;
use crate::joint::{JOINTS, Joint};

/// The numbers, and the joints whose homing offset had to be moved; or the joints that cannot be used yet, and why.
type Judged = Result<(Calibration, Vec<Joint>), Vec<(Joint, Unusable)>>;

impl Calibrate {
    /// Tells what would be written, and goes on recording.
    pub(super) fn review(&self, events: &mut Vec<Event>) -> Result<(), CalibrateError> {
        let Stage::Recording {
            offsets, sweeps, ..
        } = &self.stage
        else {
            return Ok(());
        };
        events.push(match self.judged(offsets, sweeps)? {
            Ok((calibration, moved)) => Event::Reviewed {
                calibration,
                moved,
                former: self.former.map(|former| former.numbers()),
            },
            Err(unusable) => Event::Refused(unusable),
        });
        Ok(())
    }

    fn judged(
        &self,
        offsets: &[i32; JOINTS],
        sweeps: &[Sweep; JOINTS],
    ) -> Result<Judged, CalibrateError> {
        let kind = self.arm.kind();
        let unusable: Vec<_> = Joint::ALL
            .into_iter()
            .filter_map(|joint| {
                let sweep = &sweeps[joint.index()];
                let why = if self.recorded(joint) {
                    sweep.verdict(kind, joint)
                } else {
                    sweep.unheard()
                };
                why.map(|why| (joint, why))
            })
            .collect();
        if !unusable.is_empty() {
            return Ok(Err(unusable));
        }
        Ok(Ok(self.calibration_from(offsets, sweeps)?))
    }

    pub(super) fn finish(&mut self, events: &mut Vec<Event>) -> Result<(), CalibrateError> {
        let Stage::Recording {
            offsets, sweeps, ..
        } = &self.stage
        else {
            return Ok(());
        };
        let (calibration, moved) = match self.judged(offsets, sweeps)? {
            Ok(numbers) => numbers,
            Err(unusable) => {
                events.push(Event::Refused(unusable));
                return Ok(());
            }
        };
        for joint in Joint::ALL {
            self.require_power(joint)?;
        }
        for joint in Joint::ALL {
            for (register, value) in calibration_registers(calibration.joint(joint)) {
                write(&mut self.arm, joint, register, value)?;
            }
        }
        for joint in Joint::ALL {
            // Power that was lost while the numbers were written would have lost them.
            self.require_power(joint)?;
            for (register, wanted) in calibration_registers(calibration.joint(joint)) {
                let found = self.arm.read(joint, register)?;
                if found != wanted {
                    let name = &self.arm.config.name;
                    return Err(not_kept(name, joint, register, wanted, found).into());
                }
            }
        }
        self.stage = if self.options.verify_power {
            events.push(Event::SwitchPower);
            Stage::WaitingForPower {
                calibration,
                moved,
                silent: Box::new([None; JOINTS]),
                returned: [false; JOINTS],
                next: 0,
            }
        } else {
            self.save(calibration, moved, events)?
        };
        Ok(())
    }

    /// The numbers, and the joints whose homing offset had to be moved.
    fn calibration_from(
        &self,
        offsets: &[i32; JOINTS],
        sweeps: &[Sweep; JOINTS],
    ) -> Result<(Calibration, Vec<Joint>), CalibrateError> {
        let mut moved = Vec::new();
        let mut joints = *Calibration::full_turn().joints();
        for joint in Joint::ALL {
            let index = joint.index();
            let at = &mut joints[index];
            at.homing_offset = offsets[index];
            // LeRobot's "full turn" motor keeps the whole turn that already stands there.
            if self.recorded(joint) {
                let (low, high) = sweeps[index].range();
                let (homing_offset, range_min, range_max) = off_the_seam(offsets[index], low, high)
                    .ok_or(CalibrateError::NoRoom {
                        joint,
                        ticks: high - low,
                    })?;
                if homing_offset != offsets[index] {
                    moved.push(joint);
                }
                *at = JointCalibration {
                    homing_offset,
                    range_min,
                    range_max,
                    ..*at
                };
            }
        }
        Ok((Calibration::new(joints)?, moved))
    }

    /// Compares every motor with what was written to it, after its power was off.
    pub(super) fn require_kept(&mut self, calibration: &Calibration) -> Result<(), CalibrateError> {
        for joint in Joint::ALL {
            let single_turn = self.arm.read(joint, registers::PHASE)? & PHASE_MULTI_TURN;
            let mode = self.arm.read(joint, registers::OPERATING_MODE)?;
            let mut seen = vec![
                (registers::PHASE.name, 0, single_turn),
                (registers::OPERATING_MODE.name, 0, mode),
            ];
            for (register, wanted) in calibration_registers(calibration.joint(joint)) {
                seen.push((register.name, wanted, self.arm.read(joint, register)?));
            }
            if let Some((register, wanted, found)) =
                seen.into_iter().find(|(_, wanted, found)| wanted != found)
            {
                return Err(CalibrateError::Forgot {
                    joint,
                    register,
                    wanted,
                    found,
                });
            }
        }
        Ok(())
    }

    pub(super) fn save(
        &mut self,
        calibration: Calibration,
        moved: Vec<Joint>,
        events: &mut Vec<Event>,
    ) -> Result<Stage, CalibrateError> {
        let backup = self.history.save(&calibration, Reason::Calibrated)?;
        self.arm.set_calibration(calibration);
        events.push(Event::Saved {
            calibration,
            path: self.history.path().to_owned(),
            backup,
            moved,
        });
        Ok(Stage::Ended(CalibrateState::Done))
    }
}
