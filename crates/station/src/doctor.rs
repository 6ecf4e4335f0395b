//! `doctor()`: everything support would ask about this machine, each point well, doubtful or wrong, with what to do.
//!
//! Looks and changes nothing; of the person it tells no more than paths. Gathering is in `machine`, the judgement in
//! `checks`, so that its words can be tested with a machine that is not there.

mod checks;
mod home;
mod machine;
#[cfg(test)]
mod tests;

use arms::ArmConfig;
use protocol::Failure;

use crate::process::{Cx, Process, Verb};

pub use checks::{Check, Level, checks};
pub use home::without_home;
pub use machine::{CalibrationFile, Disk, Machine, PortState, Unfinished, Variable};

/// What to look at.
#[derive(Debug, Clone, Default)]
pub struct DoctorConfig {
    /// An arm whose line is scanned too.
    pub arm: Option<ArmConfig>,
}

/// Nothing can be told to it.
#[derive(Debug, Clone, Copy)]
pub enum DoctorCommand {}

/// What happens meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DoctorEvent {
    /// The line of the arm is being scanned, which takes up to nine seconds.
    Scanning,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct DoctorOutcome {
    /// What the machine is and holds.
    pub machine: Machine,
    /// What there is to say about it.
    pub checks: Vec<Check>,
}

/// The verb behind [`doctor`].
#[derive(Debug)]
pub struct Doctor;

/// Looks at this machine as support would.
pub fn doctor(config: DoctorConfig) -> Process<Doctor> {
    Process::new(config)
}

impl Verb for Doctor {
    const NAME: &'static str = "doctor";
    const DRIVES: bool = false;
    type Config = DoctorConfig;
    type Command = DoctorCommand;
    type Event = DoctorEvent;
    type Outcome = DoctorOutcome;

    fn run(config: DoctorConfig, cx: &Cx<Self>) -> Result<DoctorOutcome, Failure> {
        let mut machine = Machine::this();
        if let Some(arm) = config.arm {
            cx.emit(DoctorEvent::Scanning);
            machine.scan = Some(machine::scan_line(&arm, &cx.clock, || cx.stopping()));
        }
        let checks = checks(&machine);
        Ok(DoctorOutcome { machine, checks })
    }
}
