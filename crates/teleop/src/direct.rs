//! Goals set from outside, joint by joint: sliders in a window, numbers in a program.
//!
//! [`DirectGoals`] may be cloned to any thread; setting a goal is one atomic store. The newest goal wins.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use arms::{MAX_VALUES, Values};

use crate::teleoperator::{CycleContext, Goal, Teleoperator};

/// Bits of the value that means “leave this joint alone”.
const UNSET: u64 = f64::NAN.to_bits();

/// The end that sets goals.
#[derive(Debug, Clone)]
pub struct DirectGoals(Arc<[AtomicU64; MAX_VALUES]>);

/// Drives to whatever was set last.
#[derive(Debug)]
pub struct DirectTeleoperator(DirectGoals);

/// A handle and its teleoperator.
pub fn direct() -> (DirectGoals, DirectTeleoperator) {
    let goals = DirectGoals(Arc::new(std::array::from_fn(|_| AtomicU64::new(UNSET))));
    (goals.clone(), DirectTeleoperator(goals))
}

impl DirectGoals {
    /// Sets the goal of one joint, by its place in dataset order. Returns whether there is such a place and
    /// the value is a number.
    pub fn move_joint(&self, index: usize, value: f64) -> bool {
        match self.0.get(index) {
            Some(place) if value.is_finite() => {
                place.store(value.to_bits(), Ordering::Release);
                true
            }
            _ => false,
        }
    }

    /// Sets the goals of all joints.
    pub fn move_all(&self, values: &Values) {
        for (index, value) in values.as_slice().iter().enumerate() {
            self.move_joint(index, *value);
        }
    }

    fn forget(&self) {
        for place in self.0.iter() {
            place.store(UNSET, Ordering::Release);
        }
    }
}

impl Teleoperator for DirectTeleoperator {
    fn name(&self) -> &'static str {
        "direct goals"
    }

    fn engage(&mut self, _cx: &CycleContext<'_>) {
        self.0.forget();
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        let mut goal = *cx.last_action;
        for (value, place) in goal.as_mut_slice().iter_mut().zip(self.0.0.iter()) {
            *value = f64::from_bits(place.load(Ordering::Acquire));
        }
        Goal::To(goal)
    }
}
