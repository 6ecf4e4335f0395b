//! Drives the recorded actions of an episode again, at the dataset's own rate.
//!
//! The arm first goes to the first row at the bounded speed of a first move; only then does time begin. Between
//! rows goals lie on the line from one to the next, because the loop runs faster than the dataset.
//! Not here: reading the rows (`dataset`).

use arms::limits::Following;
use arms::{Limits, Values};
use units::{Hz, MonoTime};

use crate::teleoperator::{CycleContext, Goal, Teleoperator};

/// The rows of one episode as goals.
#[derive(Debug)]
pub struct ReplayTeleoperator {
    rows: Vec<Values>,
    fps: Hz,
    began: Option<MonoTime>,
}

impl ReplayTeleoperator {
    /// Rows in order, `fps` of them to a second, in the units of the arm that is to drive them.
    pub fn new(rows: Vec<Values>, fps: Hz) -> Self {
        Self {
            rows,
            fps,
            began: None,
        }
    }
}

impl Teleoperator for ReplayTeleoperator {
    fn name(&self) -> &'static str {
        "replay"
    }

    fn following(&self) -> Following {
        Following::Movement
    }

    fn engage(&mut self, _cx: &CycleContext<'_>) {
        self.began = None;
    }

    fn goal(&mut self, cx: &CycleContext<'_>) -> Goal {
        let Some(first) = self.rows.first() else {
            return Goal::Finished;
        };
        let began = match self.began {
            Some(began) => began,
            None if at(
                &reachable(first, cx.limits),
                cx.last_action,
                cx.safety.first_within,
            ) =>
            {
                self.began = Some(cx.now);
                cx.now
            }
            None => return Goal::To(*first),
        };
        let place = cx.now.since(began).as_secs_f64() * self.fps.get();
        let index = place as usize;
        match (self.rows.get(index), self.rows.get(index + 1)) {
            (Some(row), Some(next)) => Goal::To(between(row, next, place.fract())),
            (Some(row), None) => Goal::To(*row),
            (None, _) => Goal::Finished,
        }
    }
}

/// A row as far as the arm may follow it: LeRobot stores actions that lie beyond the range, and an arm that waited
/// to be there would wait for ever.
fn reachable(row: &Values, limits: &[Limits]) -> Values {
    let mut row = *row;
    for (value, limit) in row.as_mut_slice().iter_mut().zip(limits.iter().flatten()) {
        *value = value.max(limit.least).min(limit.most);
    }
    row
}

fn at(goal: &Values, sent: &Values, within: f64) -> bool {
    goal.as_slice()
        .iter()
        .zip(sent.as_slice())
        .all(|(goal, sent)| (goal - sent).abs() <= within)
}

/// The point `share` (0 to 1) of the way from `from` to `to`.
pub(crate) fn between(from: &Values, to: &Values, share: f64) -> Values {
    let mut values = *from;
    for (value, to) in values.as_mut_slice().iter_mut().zip(to.as_slice()) {
        *value += (to - *value) * share;
    }
    values
}
