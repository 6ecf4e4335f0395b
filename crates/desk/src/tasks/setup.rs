//! The set-up wizard, as the window shows it.

use arms::Joint;
use protocol::window::{SetupMotor, SetupMotorWord, SetupPhase, SetupState, SetupStep};
use protocol::{ErrorCode, Failure};
use station::setup_motors::{
    SetupMotors, SetupMotorsCommand, SetupMotorsConfig, SetupMotorsEvent, setup_motors,
};

use super::{Running, Taken, Told};
use crate::arms_known::Seat;
use crate::notices;
use crate::words::not_while;

pub(crate) struct SetupTask {
    pub(crate) running: Running<SetupMotors>,
    pub(crate) state: SetupState,
}

impl SetupTask {
    pub(crate) fn start(seat: Seat, fresh: bool) -> Result<Self, Failure> {
        let motor = |joint: &Joint| SetupMotor {
            joint: joint.name().to_owned(),
            id: joint.motor_id(),
            word: SetupMotorWord::ToCome,
            changed: String::new(),
        };
        Ok(Self {
            running: Running::start(setup_motors(SetupMotorsConfig {
                fresh,
                ..SetupMotorsConfig::whole_arm(seat.config)
            }))?,
            state: SetupState {
                arm: seat.key,
                motors: Joint::ALL.iter().rev().map(motor).collect(),
                ..SetupState::default()
            },
        })
    }

    pub(crate) fn step(&mut self, step: SetupStep) -> Result<(), Failure> {
        if self.state.phase != SetupPhase::Connect {
            return Err(not_while(
                "no motor is waited for just now",
                "Wait until the wizard asks for the next motor.",
            ));
        }
        self.running.command(match step {
            SetupStep::Next => SetupMotorsCommand::Next,
            SetupStep::Anyway => SetupMotorsCommand::Anyway,
            SetupStep::Skip => SetupMotorsCommand::Skip,
            SetupStep::Undo => SetupMotorsCommand::Undo,
        })?;
        self.state.phase = SetupPhase::Working;
        self.state.refused = None;
        self.state.can_go_on_anyway = false;
        Ok(())
    }

    fn motor(&mut self, joint: Joint) -> Option<&mut SetupMotor> {
        let mut motors = self.state.motors.iter_mut();
        motors.find(|motor| motor.joint == joint.name())
    }

    fn word(&mut self, joint: Joint, word: SetupMotorWord) {
        if let Some(motor) = self.motor(joint) {
            motor.word = word;
        }
    }

    pub(crate) fn pump(&mut self) -> Told {
        let Taken {
            events, outcome, ..
        } = self.running.take();
        for event in events {
            self.event(event);
        }
        let ended = outcome.is_some();
        if let Some(outcome) = outcome {
            self.state.looking_baud = None;
            self.state.phase = match &outcome {
                Ok(_) => SetupPhase::Done,
                Err(_) => SetupPhase::Ended,
            };
            if let Err(failure) = outcome
                && failure.code != ErrorCode::Stopped
            {
                self.state.failure = Some(notices::of_failure(&failure));
            }
        }
        Told {
            ended,
            ..Told::default()
        }
    }

    fn event(&mut self, event: SetupMotorsEvent) {
        match event {
            SetupMotorsEvent::Looking { baud } => self.state.looking_baud = Some(baud),
            SetupMotorsEvent::Plan { done, earlier, .. } => {
                for joint in done {
                    self.word(joint, SetupMotorWord::Done);
                }
                for joint in earlier {
                    self.word(joint, SetupMotorWord::DoneEarlier);
                }
            }
            SetupMotorsEvent::Connect { joint, .. } => {
                self.word(joint, SetupMotorWord::Now);
                self.waits();
            }
            SetupMotorsEvent::Refused(mut failure) => {
                // What the command line calls a flag is a button here.
                let anyway = failure.remedy.find("; or take this one all the same");
                if let Some(at) = anyway {
                    failure.remedy.truncate(at);
                    failure.remedy.push_str(", or take this one anyway.");
                }
                self.waits();
                self.state.can_go_on_anyway = anyway.is_some();
                self.state.refused = Some(notices::of_failure(&failure));
            }
            SetupMotorsEvent::Set {
                joint,
                former,
                changed,
            } => {
                let words = if changed.is_empty() {
                    "it was right already".to_owned()
                } else {
                    format!("was motor {} at {} baud", former.id, former.baud)
                };
                if let Some(motor) = self.motor(joint) {
                    motor.word = SetupMotorWord::Done;
                    motor.changed = words;
                }
                self.waits();
            }
            SetupMotorsEvent::Undone { joint, now } => {
                if let Some(motor) = self.motor(joint) {
                    motor.word = SetupMotorWord::ToCome;
                    motor.changed = format!("is motor {} at {} baud again", now.id, now.baud);
                }
                self.waits();
            }
            SetupMotorsEvent::Skipped { joint } => {
                self.word(joint, SetupMotorWord::Skipped);
                self.waits();
            }
        }
    }

    fn waits(&mut self) {
        self.state.phase = SetupPhase::Connect;
        self.state.looking_baud = None;
    }
}
