//! When goals arrived: the instants at which group writes of Goal_Position reached the simulator, for benches of a
//! control loop's period.

use units::MonoTime;

/// Most motors of one group write that are written down.
pub const MOST_GOALS: usize = 12;

/// One group write of Goal_Position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GoalArrival {
    /// Right after the read that brought the packet's last byte returned.
    pub at: MonoTime,
    goals: [(u8, i16); MOST_GOALS],
    len: u8,
}

impl GoalArrival {
    /// A group write at `at` for these motors: id and goal in ticks. Those beyond [`MOST_GOALS`] are left out.
    pub fn new(at: MonoTime, all: impl Iterator<Item = (u8, i32)>) -> Self {
        let mut goals = [(0, 0); MOST_GOALS];
        let mut len = 0;
        for (place, (id, goal)) in goals.iter_mut().zip(all) {
            *place = (id, goal as i16);
            len += 1;
        }
        Self { at, goals, len }
    }

    /// Motor id and goal in ticks.
    pub fn goals(&self) -> impl Iterator<Item = (u8, i32)> {
        self.goals[..usize::from(self.len)]
            .iter()
            .map(|(id, goal)| (*id, i32::from(*goal)))
    }

    /// The goal of one motor.
    pub fn goal(&self, id: u8) -> Option<i32> {
        self.goals()
            .find(|(motor, _)| *motor == id)
            .map(|(_, goal)| goal)
    }
}

/// A ring of the latest arrivals. Its memory is taken once; what is overwritten is counted.
#[derive(Debug, Clone)]
pub struct GoalLog {
    ring: Vec<GoalArrival>,
    capacity: usize,
    next: usize,
    overwritten: u64,
}

impl GoalLog {
    /// A ring for `capacity` arrivals, 64 bytes each. Zero keeps none and counts all.
    pub fn new(capacity: usize) -> Self {
        Self {
            ring: Vec::with_capacity(capacity),
            capacity,
            next: 0,
            overwritten: 0,
        }
    }

    pub(crate) fn push(&mut self, arrival: GoalArrival) {
        if self.ring.len() < self.capacity {
            self.ring.push(arrival);
            return;
        }
        self.overwritten += 1;
        if let Some(place) = self.ring.get_mut(self.next) {
            *place = arrival;
            self.next = (self.next + 1) % self.capacity;
        }
    }

    /// Arrivals, the oldest first.
    pub fn arrivals(&self) -> impl Iterator<Item = &GoalArrival> {
        let (newer, older) = self.ring.split_at(self.next);
        older.iter().chain(newer)
    }

    /// Arrivals that are here.
    pub fn len(&self) -> usize {
        self.ring.len()
    }

    /// Whether nothing arrived.
    pub fn is_empty(&self) -> bool {
        self.ring.is_empty()
    }

    /// Arrivals that found the ring full and replaced the oldest.
    pub fn overwritten(&self) -> u64 {
        self.overwritten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ring_keeps_the_latest_in_order_and_counts_the_rest() {
        for (pushed, kept, overwritten) in [
            (2, vec![0, 1], 0),
            (3, vec![0, 1, 2], 0),
            (5, vec![2, 3, 4], 2),
        ] {
            let mut log = GoalLog::new(3);
            for at in 0..pushed {
                log.push(GoalArrival::new(MonoTime(at), [(1, 2048)].into_iter()));
            }
            assert_eq!(
                log.arrivals()
                    .map(|arrival| arrival.at.0)
                    .collect::<Vec<_>>(),
                kept
            );
            assert_eq!(log.overwritten(), overwritten);
        }
    }
}
