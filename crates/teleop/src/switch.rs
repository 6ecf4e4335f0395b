//! Several inputs for one rig, one of which drives: a person changes from keys to sliders while the arm holds its torque.
//!
//! A choice counts when driving begins the next time: whoever chooses holds the arm, chooses and resumes, so that the new
//! input engages from where the arm is and its first move is as bounded as every other.
//! Stops count from all of them at all times. Not here: the inputs themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use arms::limits::Following;

use crate::teleoperator::{CycleContext, Goal, InputStatus, Teleoperator};

/// The end that chooses. Clones speak to the same rig; choosing is one atomic store.
#[derive(Debug, Clone)]
pub struct InputSwitch {
    wanted: Arc<AtomicUsize>,
    inputs: usize,
}

impl InputSwitch {
    /// When driving begins the next time the input with this number drives. Returns whether there is one.
    pub fn choose(&self, input: usize) -> bool {
        let there = input < self.inputs;
        if there {
            self.wanted.store(input, Ordering::Release);
        }
        there
    }

    /// The input that was chosen last.
    pub fn chosen(&self) -> usize {
        self.wanted.load(Ordering::Acquire)
    }
}

/// Drives as the chosen one of its inputs does.
pub struct SwitchTeleoperator {
    inputs: Vec<Box<dyn Teleoperator>>,
    wanted: Arc<AtomicUsize>,
    now: usize,
}

impl std::fmt::Debug for SwitchTeleoperator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<_> = self.inputs.iter().map(|input| input.name()).collect();
        f.debug_struct("SwitchTeleoperator")
            .field("inputs", &names)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

/// A switch over `inputs`, the first of which drives at first. `None` without any.
pub fn switch(inputs: Vec<Box<dyn Teleoperator>>) -> Option<(InputSwitch, SwitchTeleoperator)> {
    if inputs.is_empty() {
        return None;
    }
    let wanted = Arc::new(AtomicUsize::new(0));
    let control = InputSwitch {
        wanted: Arc::clone(&wanted),
        inputs: inputs.len(),
    };
    let teleoperator = SwitchTeleoperator {
        inputs,
        wanted,
        now: 0,
    };
    Some((control, teleoperator))
}

impl SwitchTeleoperator {
    fn current(&self) -> Option<&dyn Teleoperator> {
        self.inputs.get(self.now).map(|input| &**input)
    }
}

impl Teleoperator for SwitchTeleoperator {
    fn name(&self) -> &'static str {
        self.current().map_or("no input", Teleoperator::name)
    }

    /// Asked when driving is about to begin, so it is that of the input which will drive.
    fn following(&self) -> Following {
        let wanted = self.wanted.load(Ordering::Acquire);
        self.inputs
            .get(wanted)
            .map_or(Following::Places, |input| input.following())
    }

    fn engage(&mut self, cx: &CycleContext<'_>) {
        self.now = self.wanted.load(Ordering::Acquire);
        if let Some(input) = self.inputs.get_mut(self.now) {
            input.engage(cx);
        }
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        match self.inputs.get_mut(self.now) {
            Some(input) => input.goal(cx),
            None => Goal::Stay,
        }
    }

    fn stop_asked(&mut self) -> bool {
        // Every one is asked: a stop key of an input that does not drive is a stop all the same, and none is kept for later.
        self.inputs
            .iter_mut()
            .fold(false, |asked, input| input.stop_asked() | asked)
    }

    fn input(&self) -> InputStatus {
        self.current()
            .map_or_else(InputStatus::default, Teleoperator::input)
    }
}
