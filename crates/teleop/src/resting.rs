//! Goes to rest before an arm is released: whatever drives, at the end of a session the arm first folds itself.
//!
//! Not here: when a session ends and that an emergency stop, a fault or a person who leaves comes first (`station`).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use arms::Values;
use arms::limits::Following;

use crate::poses::PoseTeleoperator;
use crate::teleoperator::{CycleContext, Goal, InputStatus, Teleoperator};

/// Asks a [`Resting`] rig to go to rest; one atomic store.
#[derive(Debug, Clone)]
pub struct RestControl(Arc<AtomicBool>);

impl RestControl {
    /// From the next cycle on nobody else drives. Cannot be taken back.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// A teleoperator that can be told to go to rest instead of going on.
#[derive(Debug)]
pub struct Resting<T> {
    inner: T,
    asked: Arc<AtomicBool>,
    to: PoseTeleoperator,
    begun: bool,
    rested: bool,
}

impl<T: Teleoperator> Resting<T> {
    /// Lets `inner` drive until the control asks for `rest`, in the arms' units.
    pub fn new(inner: T, rest: Values) -> (RestControl, Self) {
        let asked = Arc::new(AtomicBool::new(false));
        let this = Self {
            inner,
            asked: Arc::clone(&asked),
            to: PoseTeleoperator::new(vec![rest], 1.0),
            begun: false,
            rested: false,
        };
        (RestControl(asked), this)
    }
}

impl<T: Teleoperator> Teleoperator for Resting<T> {
    fn name(&self) -> &'static str {
        self.inner.name()
    }

    fn following(&self) -> Following {
        self.inner.following()
    }

    fn engage(&mut self, cx: &CycleContext<'_>) {
        if self.asked.load(Ordering::Acquire) {
            self.begun = true;
            self.to.engage(cx);
        } else {
            self.inner.engage(cx);
        }
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        if !self.asked.load(Ordering::Acquire) {
            return self.inner.goal(cx);
        }
        if !self.begun {
            self.begun = true;
            self.to.engage(cx);
        }
        let goal = self.to.goal(cx);
        self.rested |= goal == Goal::Finished;
        goal
    }

    /// Stop keys go on counting.
    fn stop_asked(&mut self) -> bool {
        self.inner.stop_asked()
    }

    fn input(&self) -> InputStatus {
        if self.begun {
            InputStatus {
                rested: self.rested,
                ..self.to.input()
            }
        } else {
            self.inner.input()
        }
    }
}
