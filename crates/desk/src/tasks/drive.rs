//! Driving, as the window shows it.

use protocol::Failure;
use protocol::window::{InputKind, Level};
use station::drive::DriveCommand;
use station::teleoperate::Teleoperate;
use teleop::State;

use super::rig::Rig;
use super::{Running, Taken, Told};
use crate::hands::Hands;
use crate::notices;

/// Words of a failure after which a motor may still push.
const MAY_PUSH: &str = "torque may still be on";

pub(crate) struct DriveTask {
    pub(crate) running: Running<Teleoperate>,
    pub(crate) rig: Rig,
    pub(crate) hands: Hands,
}

/// Whether motors may push although their process has ended.
pub(crate) fn may_push(rig: &Rig, failure: Option<&Failure>) -> bool {
    let said =
        |failure: &Failure| failure.message.contains(MAY_PUSH) || failure.remedy.contains(MAY_PUSH);
    failure.is_some_and(said) || rig.torque() == protocol::window::TorqueWord::Unknown
}

impl DriveTask {
    pub(crate) fn releasing(&self) -> bool {
        let stopping = self.running.stopping();
        self.rig.releasing() || (stopping && !matches!(self.rig.state(), Some(State::Stopped)))
    }

    pub(crate) fn pump(&mut self) -> Told {
        let Taken {
            events,
            trouble,
            outcome,
        } = self.running.take();
        let mut told = Told::default();
        for event in events {
            self.rig.event(event, &mut told);
        }
        let running = &self.running;
        self.rig.turn(
            &self.hands,
            &|command| drop(running.command(command)),
            &mut told,
        );
        told.notices.extend(
            trouble.map(|failure| notices::once(Level::Fault, failure.message, failure.remedy)),
        );
        if let Some(outcome) = outcome {
            told.ended = true;
            let failure = outcome.err();
            told.torque_unknown = may_push(&self.rig, failure.as_ref());
            told.notices.extend(
                failure.map(|failure| notices::once(Level::Fault, failure.message, failure.remedy)),
            );
        }
        told
    }

    pub(crate) fn resume(&mut self) -> Result<(), Failure> {
        self.running.command(DriveCommand::Resume)
    }

    pub(crate) fn hold(&mut self) -> Result<(), Failure> {
        self.rig.inputs.held();
        self.running.command(DriveCommand::Hold)
    }

    pub(crate) fn choose(&mut self, kind: InputKind) -> Result<(), Failure> {
        let state: Option<State> = self.rig.state().cloned();
        let running = &self.running;
        self.rig
            .inputs
            .choose(kind, state.as_ref(), &|command| running.command(command))
    }

    pub(crate) fn go_to(&mut self, place: &arms::Values) -> Result<(), Failure> {
        let state: Option<State> = self.rig.state().cloned();
        let running = &self.running;
        self.rig
            .inputs
            .go_to(place, state.as_ref(), &|command| running.command(command))
    }
}
