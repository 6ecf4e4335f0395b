//! A new calibration at the terminal: Enter in the middle pose, Enter when every joint was at both ends.

use arms::calibrate::{Progress, Travel, Unusable};
use arms::{JOINTS, Joint};
use protocol::Failure;
use serde_json::{Value, json};
use station::calibrate::{
    CalibrateCommand, CalibrateConfig, CalibrateEvent, CalibrateOptions, WristRoll, calibrate,
};

use super::args::{self, Calibrate};
use super::{arm, enter_presses};
use crate::output::Out;
use crate::watch::{Watch, follow_with};

/// Calibrates an arm.
pub fn run(args: &Calibrate, out: &mut Out, watch: &Watch) -> Result<u8, Failure> {
    let config = CalibrateConfig {
        arm: arm(args, true)?,
        options: CalibrateOptions {
            wrist_roll: match args.wrist_roll {
                args::WristRoll::Whole => WristRoll::WholeTurn,
                args::WristRoll::Recorded => WristRoll::Recorded,
            },
            verify_power: args.verify_power,
        },
    };
    let enter = enter_presses()?;
    let mut view = View {
        wrist_roll: config.options.wrist_roll,
        recording: false,
        before: None,
    };
    let outcome = follow_with(calibrate(config), out, watch, |event, out, process| {
        if enter.try_recv().is_ok() {
            let command = if view.recording {
                CalibrateCommand::Finish
            } else {
                CalibrateCommand::HomeHere
            };
            if let Err(failure) = process.command(command) {
                out.note(failure.message);
            }
        }
        view.show(event, out);
    })?;
    let moved: Vec<_> = outcome.moved.iter().map(|joint| joint.name()).collect();
    out.object(
        "calibrated",
        json!({ "file": outcome.path, "backup": outcome.backup, "moved_off_the_seam": moved }),
    );
    if !moved.is_empty() {
        out.say(format!(
            "homing offset moved, so that the seam of the encoder lies outside the range: {}",
            moved.join(", ")
        ));
    }
    if let Some(backup) = outcome.backup {
        out.say(format!("former calibration: {}", backup.display()));
    }
    out.say(format!("calibration: {}", outcome.path.display()));
    Ok(crate::exit::DONE)
}

/// What has been told so far.
struct View {
    wrist_roll: WristRoll,
    recording: bool,
    before: Option<[Progress; JOINTS]>,
}

impl View {
    fn show(&mut self, event: CalibrateEvent, out: &mut Out) {
        match event {
            CalibrateEvent::MotorPresent { joint, findings } => {
                let complaints: Vec<_> = findings
                    .iter()
                    .map(|what| arms::MotorFinding { joint, what: *what }.to_string())
                    .collect();
                out.object(
                    "motor",
                    json!({ "joint": joint.name(), "id": joint.motor_id(), "findings": complaints }),
                );
                for complaint in complaints {
                    out.note(complaint);
                }
            }
            CalibrateEvent::Ready => {
                out.object("ready", json!({}));
                out.note(
                    "Torque is off. Move every joint to the middle of its travel, then press Enter.",
                );
            }
            CalibrateEvent::Homed { offsets } => {
                self.recording = true;
                out.object("homed", json!({ "offsets": offsets }));
                out.note(match self.wrist_roll {
                    WristRoll::WholeTurn => {
                        "Now move every joint but wrist_roll to both of its stops, twice, and rest there a moment. Then press Enter."
                    }
                    WristRoll::Recorded => {
                        "Now move every joint to both of its stops, twice, and rest there a moment. Then press Enter."
                    }
                });
            }
            CalibrateEvent::Positions(ticks) => {
                let lines: Vec<_> = Joint::ALL
                    .iter()
                    .zip(ticks)
                    .map(|(joint, ticks)| format!("{:<16}{:>6}", joint.name(), ticks.0))
                    .collect();
                out.draw(&lines);
            }
            CalibrateEvent::Travelled(travel) => self.travelled(&travel, out),
            CalibrateEvent::CrossedSeam { joint } => {
                out.object("crossed_seam", json!({ "joint": joint.name() }));
                out.note(
                    if joint == Joint::WristRoll && self.wrist_roll == WristRoll::WholeTurn {
                        "wrist_roll crossed the end of its encoder's scale, where its angle jumps by a turn. Hold it \
                         nearer to its middle when homing, or use --wrist_roll=recorded."
                            .to_owned()
                    } else {
                        format!(
                            "{} crosses the end of its encoder's scale. It is followed, and its homing offset will be \
                             moved.",
                            joint.name()
                        )
                    },
                );
            }
            CalibrateEvent::TooFast { joint } => {
                out.object("too_fast", json!({ "joint": joint.name() }));
                out.note(format!(
                    "{} moved too fast to be followed: move it to both stops again, more slowly.",
                    joint.name()
                ));
            }
            CalibrateEvent::Refused(joints) => refused(&joints, out),
            CalibrateEvent::SwitchPower => {
                out.object("switch_power", json!({}));
                out.note("The motors are written. Switch the arm's power off and on again.");
            }
            CalibrateEvent::NotNow { .. } => {
                out.note("Not now: this step ends by itself. Ctrl-C gives up.");
            }
            // How it ended is told by the process's result; a review is asked for by a window only.
            CalibrateEvent::Reviewed { .. }
            | CalibrateEvent::Saved { .. }
            | CalibrateEvent::Cancelled
            | CalibrateEvent::Failed { .. } => {}
        }
    }

    fn travelled(&mut self, travel: &[Travel; JOINTS], out: &mut Out) {
        let joints = travel.map(|travel| [travel.min.0, travel.position.0, travel.max.0]);
        let progress = travel.map(|travel| travel.progress);
        out.object(
            "travel",
            json!({ "joints": joints, "progress": progress.map(name) }),
        );
        out.draw(&table(travel));
        let complete = |progress: &[Progress; JOINTS]| {
            progress
                .iter()
                .all(|one| matches!(one, Progress::Enough | Progress::NotNeeded))
        };
        if complete(&progress) && !self.before.as_ref().is_some_and(complete) {
            out.object("complete", json!({}));
            out.note("Every joint was at both of its stops. Press Enter to finish.");
        }
        self.before = Some(progress);
    }
}

fn refused(joints: &[(Joint, Unusable)], out: &mut Out) {
    let objects: Vec<Value> = joints
        .iter()
        .map(|(joint, why)| {
            json!({ "joint": joint.name(), "why": why.to_string(), "remedy": why.remedy() })
        })
        .collect();
    out.object("refused", json!({ "joints": objects }));
    for (joint, why) in joints {
        out.note(format!("{} {why}. {}", joint.name(), why.remedy()));
    }
    out.note("Recording goes on. Press Enter when that is done.");
}

/// For machines.
fn name(progress: Progress) -> &'static str {
    match progress {
        Progress::NotMoved => "not_moved",
        Progress::KeepGoing => "keep_going",
        Progress::Enough => "enough",
        Progress::NotNeeded => "not_needed",
    }
}

/// For people: what this joint still needs.
fn hint(travel: &Travel) -> &'static str {
    match (travel.progress, travel.low_proven, travel.high_proven) {
        (Progress::NotMoved, _, _) => "has not moved yet",
        (Progress::NotNeeded, _, _) => "is not recorded",
        (Progress::Enough, _, _) => "enough",
        (Progress::KeepGoing, true, true) => "keep going: its range is not plausible yet",
        (Progress::KeepGoing, true, false) => "once more to its high end, and rest there",
        (Progress::KeepGoing, false, true) => "once more to its low end, and rest there",
        (Progress::KeepGoing, false, false) => "keep going: both ends, twice",
    }
}

fn table(travel: &[Travel]) -> Vec<String> {
    let mut lines = vec![format!(
        "{:<16}{:>6}{:>6}{:>6}",
        "joint", "min", "now", "max"
    )];
    lines.extend(Joint::ALL.iter().zip(travel).map(|(joint, travel)| {
        let (min, now, max) = (travel.min.0, travel.position.0, travel.max.0);
        format!(
            "{:<16}{min:>6}{now:>6}{max:>6}  {}",
            joint.name(),
            hint(travel)
        )
    }));
    lines
}

#[cfg(test)]
mod tests {
    use units::Ticks;

    use super::*;

    #[test]
    fn the_table_says_what_each_joint_still_needs() {
        let at = |min, now, max, low_proven, high_proven, progress| Travel {
            position: Ticks(now),
            min: Ticks(min),
            max: Ticks(max),
            low_proven,
            high_proven,
            crossed: min < 0,
            answers: true,
            lost: 0,
            progress,
        };
        let travel = [
            at(690, 2000, 3400, true, true, Progress::Enough),
            at(2047, 2047, 2047, false, false, Progress::NotMoved),
            at(-126, 900, 2070, true, false, Progress::KeepGoing),
            at(1900, 2000, 3000, false, false, Progress::KeepGoing),
            at(2000, 2047, 2100, false, false, Progress::NotNeeded),
            at(1300, 1400, 2700, false, true, Progress::KeepGoing),
        ];
        insta::assert_snapshot!(table(&travel).join("\n"), @r"
        joint              min   now   max
        shoulder_pan       690  2000  3400  enough
        shoulder_lift     2047  2047  2047  has not moved yet
        elbow_flex        -126   900  2070  once more to its high end, and rest there
        wrist_flex        1900  2000  3000  keep going: both ends, twice
        wrist_roll        2000  2047  2100  is not recorded
        gripper           1300  1400  2700  once more to its low end, and rest there
        ");
    }
}
