//! Chooses dataset rows from control steps by their slots, so that a loop that stumbles does not bend time.
//!
//! Row k of an episode is due at slot `first + k * stride`. When that cycle was missed, the newest step
//! before it stands in, flagged: what was measured last, and what the arm was last told. A hole longer than
//! [`crate::config::LONGEST_GAP`] is not bridged.
//! Pure: no disk, no clock, no thread.

use arms::{Step, Values};
use units::MonoTime;

use crate::config::Grid;

/// What is unusual about a row, as bits.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RowFlags(pub u8);

impl RowFlags {
    /// Nothing unusual.
    pub const NONE: Self = Self(0);
    /// The row's cycle was missed: observation and action are those of the newest step before it.
    pub const REPEATED: Self = Self(1);
    /// At least one joint's value is older than the observation, see [`Row::stale`].
    pub const STALE: Self = Self(2);
    /// The first row after a pause: time passed between it and the row before.
    pub const RESUMED: Self = Self(4);

    /// Whether all bits of `other` are set.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    fn with(self, other: Self, set: bool) -> Self {
        if set { Self(self.0 | other.0) } else { self }
    }
}

/// One dataset row: the observation, and the action that was sent after it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Row {
    /// Place in the episode, from 0. The dataset's time is this over fps.
    pub index: u64,
    /// When the observation was complete; the older step's time when the row is repeated.
    pub observed_at: MonoTime,
    /// When the action was handed to the line.
    pub sent_at: MonoTime,
    /// Joint values as measured: degrees, grippers in percent.
    pub state: Values,
    /// Joint goals as sent, after every limit.
    pub action: Values,
    /// Bit i set: value i of `state` is older than `observed_at`.
    pub stale: u16,
    /// What is unusual about the row.
    pub flags: RowFlags,
}

/// What a step meant for the episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The episode goes on.
    Going,
    /// The last row of a whole episode was chosen.
    Full,
    /// The step came too long after the one before, or from another grid; it is not part of the episode.
    Gap {
        /// Distance to the last step in slots; 0 when the numbers went back, so that it cannot be told.
        slots: u64,
    },
}

/// The rows of one episode as its steps come in.
#[derive(Debug, Clone)]
pub struct Pairing {
    grid: Grid,
    chosen: u64,
    /// Slot of the next row; set by the first step and again by the first after a pause.
    due: Option<u64>,
    last: Option<Step>,
    resumed: bool,
}

impl Pairing {
    /// An episode that begins with the next step.
    pub fn new(grid: Grid) -> Self {
        Self {
            grid,
            chosen: 0,
            due: None,
            last: None,
            resumed: false,
        }
    }

    /// Rows chosen so far.
    pub fn rows(&self) -> u64 {
        self.chosen
    }

    /// When the newest step of the episode was sent.
    pub fn last_sent_at(&self) -> Option<MonoTime> {
        self.last.map(|step| step.sent_at)
    }

    /// Forgets where the grid stood: the next step carries the next row, flagged as resumed.
    pub fn pause(&mut self) {
        self.resumed = self.chosen > 0;
        self.due = None;
        self.last = None;
    }

    /// Takes the next step and hands every row it settles to `row`, at most [`Grid::rows`] in all.
    pub fn step(&mut self, step: &Step, mut row: impl FnMut(Row)) -> Verdict {
        if let Some(last) = self.last {
            let slots = step.slot.saturating_sub(last.slot);
            if slots == 0 || slots > self.grid.bridged_slots() {
                return Verdict::Gap { slots };
            }
        }
        let mut due = self.due.unwrap_or(step.slot);
        // Rows whose cycles were missed: this step is the proof that they will not come any more.
        while due < step.slot && self.chosen < self.grid.rows {
            if let Some(last) = self.last {
                row(self.choose(&last, true));
            }
            due += self.grid.stride;
        }
        if due == step.slot && self.chosen < self.grid.rows {
            row(self.choose(step, false));
            due += self.grid.stride;
        }
        self.due = Some(due);
        self.last = Some(*step);
        if self.chosen >= self.grid.rows {
            Verdict::Full
        } else {
            Verdict::Going
        }
    }

    fn choose(&mut self, step: &Step, repeated: bool) -> Row {
        let index = self.chosen;
        self.chosen += 1;
        Row {
            index,
            observed_at: step.observed_at,
            sent_at: step.sent_at,
            state: step.observation,
            action: step.action,
            stale: step.stale,
            flags: RowFlags::NONE
                .with(RowFlags::REPEATED, repeated)
                .with(RowFlags::STALE, step.stale != 0)
                .with(RowFlags::RESUMED, std::mem::take(&mut self.resumed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use units::Hz;

    use super::*;
    use crate::RecordConfig;

    fn grid(control: u32, fps: u32, rows: u64) -> Grid {
        let config = RecordConfig {
            control_rate: Hz::new(f64::from(control)).unwrap(),
            fps,
            ..RecordConfig::default()
        };
        Grid {
            rows,
            ..config.grid().unwrap()
        }
    }

    /// A step whose numbers tell its slot.
    fn step(slot: u64) -> Step {
        Step {
            slot,
            observed_at: MonoTime(slot * 1_000_000),
            sent_at: MonoTime(slot * 1_000_000 + 300),
            observation: Values::from_arms(&[[slot as f64; 6]]),
            action: Values::from_arms(&[[slot as f64 + 0.5; 6]]),
            stale: 0,
        }
    }

    fn feed(pairing: &mut Pairing, slots: impl IntoIterator<Item = u64>) -> (Vec<Row>, Verdict) {
        let mut rows = Vec::new();
        let mut verdict = Verdict::Going;
        for slot in slots {
            verdict = pairing.step(&step(slot), |row| rows.push(row));
            if verdict != Verdict::Going {
                break;
            }
        }
        (rows, verdict)
    }

    fn from_slot(row: &Row) -> (u64, bool) {
        (
            row.state.as_slice()[0] as u64,
            row.flags.has(RowFlags::REPEATED),
        )
    }

    #[test]
    fn every_stride_th_step_is_a_row_from_whatever_slot_it_begins() {
        let mut pairing = Pairing::new(grid(120, 30, 3));
        let (rows, verdict) = feed(&mut pairing, 1001..);
        let chosen: Vec<_> = rows.iter().map(from_slot).collect();
        assert_eq!(chosen, [(1001, false), (1005, false), (1009, false)]);
        assert_eq!(verdict, Verdict::Full);
    }

    #[test]
    fn a_missed_row_repeats_the_newest_step_before_it_and_is_flagged() {
        let mut pairing = Pairing::new(grid(120, 30, 5));
        // Slots 4 and 12 were missed; 3 and 11 are the newest before them.
        let slots = (0..).filter(|slot| *slot != 4 && *slot != 12);
        let (rows, _) = feed(&mut pairing, slots);
        let chosen: Vec<_> = rows.iter().map(from_slot).collect();
        assert_eq!(
            chosen,
            [(0, false), (3, true), (8, false), (11, true), (16, false)]
        );
        assert_eq!(rows[1].action.as_slice()[0], 3.5, "the last action sent");
        assert_eq!(
            rows[1].observed_at,
            step(3).observed_at,
            "its own true time"
        );
    }

    #[test]
    fn a_hole_of_half_a_second_is_bridged_and_a_longer_one_is_not() {
        for (control, fps) in [(60, 30), (120, 60), (120, 30), (100, 50), (250, 50)] {
            let grid = grid(control, fps, 1000);
            let half = u64::from(control) / 2;
            let mut bridged = Pairing::new(grid);
            let (rows, verdict) = feed(&mut bridged, [0, half]);
            assert_eq!(verdict, Verdict::Going);
            assert_eq!(rows.len() as u64, half / grid.stride + 1);
            let mut torn = Pairing::new(grid);
            let (rows, verdict) = feed(&mut torn, [0, half + 1]);
            assert_eq!(verdict, Verdict::Gap { slots: half + 1 });
            assert_eq!(rows.len(), 1, "nothing is made up for a gap");
        }
    }

    #[test]
    fn a_grid_that_starts_again_is_a_gap() {
        let mut pairing = Pairing::new(grid(60, 30, 10));
        assert_eq!(feed(&mut pairing, [7, 8, 2]).1, Verdict::Gap { slots: 0 });
    }

    #[test]
    fn the_first_row_after_a_pause_is_flagged_and_the_count_goes_on() {
        let mut pairing = Pairing::new(grid(60, 30, 4));
        let (before, _) = feed(&mut pairing, 0..3);
        pairing.pause();
        let (after, verdict) = feed(&mut pairing, 901..);
        assert_eq!((before.len(), after.len()), (2, 2));
        assert_eq!(verdict, Verdict::Full);
        assert_eq!(after[0].index, 2);
        assert!(after[0].flags.has(RowFlags::RESUMED));
        assert!(!after[1].flags.has(RowFlags::RESUMED));
    }

    #[test]
    fn a_stale_joint_marks_its_row() {
        let mut pairing = Pairing::new(grid(30, 30, 2));
        let mut rows = Vec::new();
        let silent = Step {
            stale: 0b10_0000,
            ..step(0)
        };
        pairing.step(&silent, |row| rows.push(row));
        assert!(rows[0].flags.has(RowFlags::STALE));
        assert_eq!(rows[0].stale, 0b10_0000);
    }

    proptest! {
        #[test]
        fn n_seconds_give_n_times_fps_rows_whatever_cycles_are_missed(
            rates in prop::sample::select(vec![(60u32, 30u32), (120, 30), (120, 60), (100, 50), (250, 50), (30, 30)]),
            seconds in 1u64..8,
            start in 0u64..10_000,
            holes in prop::collection::vec((1u64..40, 0.0f64..=1.0), 0..200),
        ) {
            let (control, fps) = rates;
            let wanted = seconds * u64::from(fps);
            let grid = grid(control, fps, wanted);
            let mut pairing = Pairing::new(grid);
            let mut rows = Vec::new();
            let mut came = std::collections::BTreeSet::new();
            let mut slot = start;
            let mut holes = holes.into_iter();
            let mut run = 0;
            loop {
                came.insert(slot);
                match pairing.step(&step(slot), |row| rows.push(row)) {
                    Verdict::Going => {}
                    Verdict::Full => break,
                    gap => prop_assert!(false, "{gap:?}"),
                }
                if run == 0 {
                    let (next_run, share) = holes.next().unwrap_or((u64::MAX, 0.0));
                    run = next_run;
                    slot += ((grid.bridged_slots() as f64 * share) as u64).max(1);
                } else {
                    run -= 1;
                    slot += 1;
                }
            }
            prop_assert_eq!(rows.len() as u64, wanted);
            for (k, row) in rows.iter().enumerate() {
                prop_assert_eq!(row.index, k as u64);
                let due = start + k as u64 * grid.stride;
                let newest = *came.range(..=due).next_back().unwrap();
                let (from, repeated) = from_slot(row);
                prop_assert_eq!(from, newest, "row {} takes the newest step at or before its slot", k);
                prop_assert_eq!(repeated, newest != due);
            }
        }
    }
}
