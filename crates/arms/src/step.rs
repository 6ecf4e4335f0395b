//! What one control cycle leaves behind for whoever records: the observation, and the action that was sent.

use units::MonoTime;

use crate::joint::JOINTS;

/// Most joint values a rig has: two follower arms of six.
pub const MAX_VALUES: usize = 2 * JOINTS;

/// Joint values of a rig in dataset order: one arm's six, or the left arm's six and then the right arm's.
/// Degrees, the grippers in percent. Copied, never allocated, because it is made in every cycle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Values {
    values: [f64; MAX_VALUES],
    len: usize,
}

impl Values {
    /// The values of one or two arms.
    pub fn from_arms(arms: &[[f64; JOINTS]]) -> Self {
        let mut all = Self {
            values: [0.0; MAX_VALUES],
            len: 0,
        };
        for arm in arms.iter().take(MAX_VALUES / JOINTS) {
            all.values[all.len..all.len + JOINTS].copy_from_slice(arm);
            all.len += JOINTS;
        }
        all
    }

    /// 6 or 12 values.
    pub fn as_slice(&self) -> &[f64] {
        &self.values[..self.len]
    }

    /// 6 or 12 values, to be changed in place.
    pub fn as_mut_slice(&mut self) -> &mut [f64] {
        &mut self.values[..self.len]
    }
}

/// One control cycle as the recorder sees it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Number of the cycle's slot on the loop's absolute grid, from 0. A jump by more than one means that
    /// the slots between were missed.
    pub slot: u64,
    /// When the observation was complete.
    pub observed_at: MonoTime,
    /// When the goal was handed to the line.
    pub sent_at: MonoTime,
    /// Measured before the action was chosen.
    pub observation: Values,
    /// The goals that were sent, after every limit.
    pub action: Values,
    /// Bit i set: value i of the observation is an older one, because its motor did not answer in this cycle.
    pub stale: u16,
}
