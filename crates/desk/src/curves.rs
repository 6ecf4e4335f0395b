//! The last minute of what the joints did and were told, for a plot: observation and action of every status of the loop.
//!
//! A status is what the loop tells anyway, at most 20 times a second, so curves cost it nothing.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::window::raw::{CURVE_HEAD, CurveHead};
use teleop::Status;
use units::MonoTime;

/// Rows that are kept: a minute.
const ROWS: usize = 1200;
/// Rows over which their rate is measured.
const PACE: usize = 40;
/// The usual rate, until it was measured.
const USUAL_HZ: f64 = 20.0;

#[derive(Debug, Default)]
struct Ring {
    /// Number of the first row that is kept.
    first: u64,
    values: usize,
    rows: VecDeque<(MonoTime, Vec<f32>)>,
}

/// The rows of the rig that is open, or was open last.
#[derive(Debug, Clone, Default)]
pub(crate) struct Curves(Arc<Mutex<Ring>>);

impl Curves {
    fn lock(&self) -> MutexGuard<'_, Ring> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins anew: another drive, another episode.
    pub(crate) fn begin(&self) {
        *self.lock() = Ring::default();
    }

    /// One more row.
    pub(crate) fn push(&self, status: &Status) {
        let observed = status.observation.as_slice().iter().enumerate();
        let observed = observed.map(|(at, value)| {
            if status.stale & (1 << at) == 0 {
                *value as f32
            } else {
                f32::NAN
            }
        });
        let sent = status.goals.as_slice().iter().map(|value| *value as f32);
        let row: Vec<f32> = observed.chain(sent).collect();
        let mut ring = self.lock();
        ring.values = row.len();
        ring.rows.push_back((status.at, row));
        if ring.rows.len() > ROWS {
            ring.rows.pop_front();
            ring.first += 1;
        }
    }

    /// The rows from number `after` on, as the window takes them. Who had more rows than there are gets all: they began anew.
    pub(crate) fn bytes(&self, after: u64) -> Vec<u8> {
        let ring = self.lock();
        let next = ring.first + ring.rows.len() as u64;
        let first = if after > next {
            ring.first
        } else {
            after.max(ring.first)
        };
        let rows = ring.rows.iter().skip((first - ring.first) as usize);
        let head = CurveHead {
            first,
            rows: (next - first) as u32,
            values: ring.values as u32,
            rate_hz: ring.rate_hz(),
        };
        let mut bytes = Vec::with_capacity(CURVE_HEAD + rows.len() * ring.values * 4);
        bytes.extend_from_slice(&head.bytes());
        for value in rows.flat_map(|(_, row)| row) {
            bytes.extend_from_slice(&value.to_le_bytes());
        }
        bytes
    }
}

impl Ring {
    fn rate_hz(&self) -> f64 {
        let from = self.rows.len().saturating_sub(PACE);
        let ends = self.rows.get(from).zip(self.rows.back());
        let Some(((first, _), (last, _))) = ends else {
            return USUAL_HZ;
        };
        let seconds = last.since(*first).as_secs_f64();
        let rows = self.rows.len() - from;
        if rows < 3 || seconds <= 0.0 {
            USUAL_HZ
        } else {
            (rows - 1) as f64 / seconds
        }
    }
}
