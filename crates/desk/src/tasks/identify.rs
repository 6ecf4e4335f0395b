//! The search for an arm by moving it, as the window shows it.

use std::time::Duration;

use arms::{ArmConfig, ArmKind, Joint};
use protocol::window::{IdentifyState, Signature};
use protocol::{ErrorCode, Failure};
use station::hardware;
use station::identify::{Identify, IdentifyConfig, IdentifyEvent, identify, likely_ports};
use station::known_arms::{KnownArms, Match, known_arms_file};

use super::{Running, Taken, Told};
use crate::notices;

/// How long a hand is waited for.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) struct IdentifyTask {
    pub(crate) running: Running<Identify>,
    pub(crate) state: IdentifyState,
}

impl IdentifyTask {
    pub(crate) fn start() -> Result<Self, Failure> {
        let mut ports = likely_ports();
        // Lines that are in no list of ports, because nobody but Tendon knows of them.
        let known = KnownArms::load(known_arms_file())?.arms();
        let unlisted = known
            .into_iter()
            .map(|arm| arm.port)
            .filter(|port| hardware::harmless(port));
        ports.extend(unlisted);
        let arms = ports
            .iter()
            .map(|port| ArmConfig::new(ArmKind::Follower, port))
            .collect();
        Ok(Self {
            running: Running::start(identify(IdentifyConfig {
                arms,
                by_hand: Some(PATIENCE),
                remember: None,
            }))?,
            state: IdentifyState {
                running: true,
                ..IdentifyState::default()
            },
        })
    }

    pub(crate) fn pump(&mut self) -> Told {
        let Taken {
            events, outcome, ..
        } = self.running.take();
        let state = &mut self.state;
        for event in events {
            match event {
                IdentifyEvent::NotWatched { port, failure } => {
                    state.ports.retain(|watched| *watched != port);
                    state
                        .not_watched
                        .push((port, notices::of_failure(&failure)));
                }
                IdentifyEvent::Stiff { port } => state.stiff.push(port),
                IdentifyEvent::MoveOne { ports } => state.ports = ports,
            }
        }
        let ended = outcome.is_some();
        state.running &= !ended;
        match outcome {
            None => {}
            Some(Ok(outcome)) => {
                state.found = Some(outcome.port);
                state.moved = outcome.moved.map(|joint| joint.name().to_owned());
                state.signature = signature(&outcome.who);
                state.known = match outcome.who {
                    Match::Same { name } | Match::Swapped { found: name, .. } => Some(name),
                    _ => None,
                };
            }
            Some(Err(failure)) if failure.code == ErrorCode::Stopped => {}
            Some(Err(failure)) => state.failure = Some(notices::of_failure(&failure)),
        }
        Told {
            ended,
            ..Told::default()
        }
    }
}

/// How an arm compares with what was remembered; nothing to say of one that nobody named.
fn signature(who: &Match) -> Option<Signature> {
    let joints: &[Joint] = match who {
        Match::Unknown => return None,
        Match::Same { .. } | Match::Swapped { .. } => &[],
        Match::Recalibrated { joints, .. }
        | Match::OtherMotors { joints, .. }
        | Match::Unclear { joints, .. } => joints,
    };
    Some(Signature {
        differing: joints.iter().map(|joint| joint.name().to_owned()).collect(),
        verdict: who.to_string(),
    })
}
