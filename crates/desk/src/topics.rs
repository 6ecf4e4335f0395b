//! What the topics say: from what is running, what has ended and what was seen to their newest values.

use protocol::window::{
    CalibrationPhase, CameraLive, Deck, Level, Notice, SessionWord, Tell, TorqueWord,
};

use crate::look::Seen;
use crate::shared::{Inner, Shared};
use crate::tasks::Task;
use crate::tasks::record;
use crate::{eyes, notices};

impl Inner {
    pub(crate) fn topics(&mut self, seen: &Seen, shared: &Shared) -> Vec<Tell> {
        let mut bench = self.bench();
        bench.arms.clone_from(&seen.arms);
        bench.notices = self
            .known
            .iter()
            .chain(&seen.folders)
            .chain(&seen.notices)
            .chain(&seen.camera_notices)
            .cloned()
            .collect();
        bench.datasets.clone_from(&seen.datasets);
        bench.lately.clone_from(&seen.lately);
        let session: &[(String, CameraLive)] = match &self.task {
            Some(Task::Drive(task)) => &task.rig.live,
            Some(Task::Record(task)) => &task.rig.live,
            _ => &[],
        };
        let cameras = eyes::cards(seen, &self.eyes, session, &shared.previews);
        let drive = match &self.task {
            Some(Task::Drive(task)) => Some(Box::new(task.rig.show(&shared.hands))),
            Some(Task::Record(task)) => Some(Box::new(task.rig.show(&shared.hands))),
            _ => None,
        };
        let mut tells = vec![
            Tell::Bench(bench),
            Tell::Deck(self.deck()),
            Tell::Cameras(cameras),
            Tell::Drive(drive),
            Tell::Record(match &self.task {
                Some(Task::Record(task)) => Some(Box::new(task.state.clone())),
                _ => self.last.record.clone(),
            }),
            Tell::Setup(match &self.task {
                Some(Task::Setup(task)) => Some(Box::new(task.state.clone())),
                _ => self.last.setup.clone(),
            }),
            Tell::Scan(match &self.task {
                Some(Task::Scan(task)) => Some(Box::new(task.state.clone())),
                _ => self.last.scan.clone(),
            }),
            Tell::Identify(match &self.task {
                Some(Task::Identify(task)) => Some(Box::new(task.state.clone())),
                _ => self.last.identify.clone(),
            }),
            Tell::Calibration(match &self.task {
                Some(Task::Calibrate(task)) => Some(Box::new(task.state.clone())),
                _ => self.last.calibration.clone(),
            }),
            Tell::Settings(Box::new(shared.settings.state())),
            Tell::Recovery(Box::new(shared.left.shown())),
            Tell::Workers(Box::new(shared.workers.shown())),
        ];
        tells.extend(self.notices.drain(..).map(Tell::Notice));
        tells
    }

    fn deck(&self) -> Deck {
        let mut deck = match &self.task {
            Some(Task::Drive(task)) => Deck {
                torque: opened(task.rig.torque()),
                session: task.rig.word(),
                arms: task.rig.names(),
                trouble: task.rig.trouble(),
                can_resume: task.rig.can_resume() && !task.running.stopping(),
                can_release: task.rig.can_release(task.running.stopping()),
                unsaved: false,
            },
            Some(Task::Record(task)) => Deck {
                torque: opened(task.rig.torque()),
                session: task.word(),
                arms: task.rig.names(),
                trouble: record::trouble(task),
                can_resume: task.rig.can_resume() && !task.running.stopping(),
                can_release: task.rig.can_release(task.running.stopping()),
                unsaved: task.unsaved(),
            },
            Some(Task::Calibrate(task)) => Deck {
                // Before it is let go of nobody has asked its motors.
                torque: if task.state.phase == CalibrationPhase::Preparing {
                    TorqueWord::Unknown
                } else {
                    TorqueWord::Off
                },
                session: SessionWord::Calibrating,
                arms: vec![task.state.name.clone()],
                ..Deck::default()
            },
            _ => Deck::default(),
        };
        if !self.doubt.is_empty() {
            deck.torque = match deck.torque {
                TorqueWord::On => TorqueWord::On,
                _ => TorqueWord::Unknown,
            };
            deck.trouble.get_or_insert_with(|| unknown(&self.doubt));
        }
        deck
    }
}

/// While arms are being opened their motors have not said whether they push, and may from any moment on.
fn opened(torque: TorqueWord) -> TorqueWord {
    match torque {
        TorqueWord::None => TorqueWord::Unknown,
        said => said,
    }
}

/// Motors may push and nobody knows.
fn unknown(arms: &[(String, String)]) -> Notice {
    let names: Vec<&str> = arms.iter().map(|(_, name)| name.as_str()).collect();
    notices::standing(
        Level::Fault,
        format!("Torque of {} is unknown.", names.join(" and ")),
        "Hold the arm and pull its power plug, or plug it in again and open it.",
    )
}
