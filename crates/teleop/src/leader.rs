//! The follower does what the leader does: joint by joint, each arm of a pair by its own leader.
//!
//! Both arms speak of their joints in the units of their own calibration, so mid-range follows mid-range.
//! Not here: reading the leader (the loop asks it in parallel with the follower).

use arms::Values;
use arms::limits::Following;

use crate::teleoperator::{CycleContext, Goal, Teleoperator};

/// Hands the leaders' positions on as goals.
#[derive(Debug, Default)]
pub struct LeaderTeleoperator {
    last: Option<Values>,
}

impl Teleoperator for LeaderTeleoperator {
    fn name(&self) -> &'static str {
        "leader arm"
    }

    fn following(&self) -> Following {
        Following::Movement
    }

    fn engage(&mut self, _cx: &CycleContext<'_>) {
        self.last = None;
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        let Some(leaders) = cx.leaders else {
            return Goal::Stay;
        };
        let mut goal = *leaders;
        let last = self.last.unwrap_or(*cx.last_action);
        for (index, (value, last)) in goal
            .as_mut_slice()
            .iter_mut()
            .zip(last.as_slice())
            .enumerate()
        {
            if cx.leaders_stale & (1 << index) != 0 {
                *value = *last;
            }
        }
        self.last = Some(goal);
        Goal::To(goal)
    }
}
