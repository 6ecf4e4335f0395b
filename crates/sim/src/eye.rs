//! An arm as it can be seen: where its joints were at an instant, for whoever draws it.
//!
//! The line leaves a trace of every step of its motion, and an eye reads that trace without the line's lock, so that a
//! camera that looks a moment later than it exposes never keeps an answer waiting. Only when nobody has talked to the arm
//! since does an eye move the world on itself, and only if nobody holds the lock.
//! Not here: the motion (`servo`), the picture (`draw`).

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::Duration;

use units::MonoTime;

use crate::arm::MOTORS;
use crate::chain::Chain;

/// Samples that are kept: two seconds of motion, 128 KiB.
const SAMPLES: u64 = 2048;
/// Longest step of the motion: a sample that is older than this says less than there is to know.
const STEP: Duration = Duration::from_millis(1);

/// Where the six joints are, from the shoulder's pan to the gripper. Joints that a chain does not have stand at zero.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Joints {
    /// Degrees, zero as in TheRobotStudio's so101_new_calib.urdf.
    pub degrees: [f64; MOTORS],
    /// What Present_Position is, 0 to 4095; several turns are counted from the last.
    pub ticks: [u16; MOTORS],
}

/// Joints and the instant at which they stood so.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Posture {
    /// At most a millisecond before the instant that was asked for while the arm moves and is talked to.
    pub at: MonoTime,
    /// The joints.
    pub joints: Joints,
}

/// One sample: a sequence that is odd while it is being written, its instant, and each joint in one word.
#[derive(Debug, Default)]
struct Slot {
    turn: AtomicU64,
    at: AtomicU64,
    joints: [AtomicU64; MOTORS],
}

/// The trace of a chain's motion: one writer, who holds the line's lock, and readers who need none.
#[derive(Debug)]
pub(crate) struct Trace {
    slots: Box<[Slot]>,
    written: AtomicU64,
}

impl Default for Trace {
    fn default() -> Self {
        Self {
            slots: (0..SAMPLES).map(|_| Slot::default()).collect(),
            written: AtomicU64::new(0),
        }
    }
}

impl Trace {
    /// Leaves a sample. Only one thread at a time may do so.
    pub fn leave(&self, at: MonoTime, joints: &Joints) {
        let number = self.written.load(Ordering::Relaxed);
        let slot = self.slot(number);
        slot.turn.store(2 * number + 1, Ordering::Relaxed);
        fence(Ordering::Release);
        slot.at.store(at.0, Ordering::Relaxed);
        for (place, word) in slot.joints.iter().enumerate() {
            let angle = u64::from((joints.degrees[place] as f32).to_bits());
            word.store(
                angle << 32 | u64::from(joints.ticks[place]),
                Ordering::Relaxed,
            );
        }
        slot.turn.store(2 * number + 2, Ordering::Release);
        self.written.store(number + 1, Ordering::Release);
    }

    /// The newest sample of an instant not after `until`; the oldest one there is when all came later.
    fn newest(&self, until: MonoTime) -> Option<Posture> {
        let written = self.written.load(Ordering::Acquire);
        let mut found = None;
        // The last few slots may be written anew while they are read.
        for back in 1..=written.min(SAMPLES - 16) {
            let Some(sample) = self.read(written - back) else {
                break;
            };
            found = Some(sample);
            if sample.at <= until {
                break;
            }
        }
        found
    }

    fn read(&self, number: u64) -> Option<Posture> {
        let slot = self.slot(number);
        if slot.turn.load(Ordering::Acquire) != 2 * number + 2 {
            return None;
        }
        let at = MonoTime(slot.at.load(Ordering::Relaxed));
        let mut joints = Joints::default();
        for (place, word) in slot.joints.iter().enumerate() {
            let word = word.load(Ordering::Relaxed);
            joints.degrees[place] = f64::from(f32::from_bits((word >> 32) as u32));
            joints.ticks[place] = word as u16;
        }
        fence(Ordering::Acquire);
        (slot.turn.load(Ordering::Relaxed) == 2 * number + 2).then_some(Posture { at, joints })
    }

    fn slot(&self, number: u64) -> &Slot {
        &self.slots[(number % SAMPLES) as usize]
    }
}

/// What sees one chain. Clones see the same.
#[derive(Debug, Clone)]
pub struct Eye {
    chain: Chain,
    trace: Arc<Trace>,
}

impl Eye {
    pub(crate) fn new(chain: Chain, trace: Arc<Trace>) -> Self {
        Self { chain, trace }
    }

    /// Where the joints were at `instant`, which must not lie in the future; what is further back than the trace is
    /// answered with its oldest sample.
    pub fn at(&self, instant: MonoTime) -> Posture {
        if let Some(seen) = self.trace.newest(instant)
            && seen.at + STEP >= instant
        {
            return seen;
        }
        self.chain.move_on_if_free(instant);
        self.trace.newest(instant).unwrap_or(Posture {
            at: instant,
            joints: Joints::default(),
        })
    }
}

#[cfg(test)]
mod tests {
    use stdx::{Clock as _, FakeClock};

    use super::*;
    use crate::SimArm;

    fn joints(value: u16) -> Joints {
        Joints {
            degrees: [f64::from(value); MOTORS],
            ticks: [value; MOTORS],
        }
    }

    #[test]
    fn the_newest_sample_not_after_an_instant_is_found_also_when_the_ring_has_gone_round() {
        let trace = Trace::default();
        assert_eq!(trace.newest(MonoTime(5)), None);
        for number in 0..5000_u64 {
            trace.leave(
                MonoTime(1000 + number * 10),
                &joints((number % 4096) as u16),
            );
        }
        for (until, number) in [(1000 + 49_990, 4999), (1000 + 49_989, 4998), (40_005, 3900)] {
            let seen = trace.newest(MonoTime(until)).unwrap();
            assert_eq!(
                (seen.at.0, seen.joints),
                (1000 + number * 10, joints((number % 4096) as u16))
            );
        }
        let oldest = trace.newest(MonoTime(0)).unwrap();
        assert!(oldest.at > MonoTime(1000 + 2900 * 10), "{oldest:?}");
    }

    #[test]
    fn a_sample_is_read_whole_or_not_at_all() {
        let trace = Arc::new(Trace::default());
        let writing = Arc::clone(&trace);
        let writer = stdx::thread::spawn("writer", stdx::thread::Intent::Background, move || {
            for number in 0..200_000_u64 {
                writing.leave(MonoTime(number), &joints((number % 4096) as u16));
            }
        })
        .unwrap();
        let mut seen = 0_u64;
        while !writer.finished() || seen == 0 {
            if let Some(sample) = trace.newest(MonoTime(u64::MAX)) {
                assert_eq!(sample.joints, joints((sample.at.0 % 4096) as u16));
                seen += 1;
            }
        }
        writer.join().unwrap();
    }

    #[test]
    fn an_eye_sees_the_joints_as_the_chain_tells_them_at_any_instant_of_the_last_while() {
        let clock = FakeClock::default();
        let arm = SimArm::follower();
        let chain = arm.chain(clock.shared());
        let eye = chain.eye();
        chain
            .hand(2, Some(crate::Hand::parse("0s:-100 2s:40").unwrap()))
            .unwrap();
        let mut truth = Vec::new();
        for _ in 0..100 {
            clock.advance(Duration::from_millis(10));
            truth.push((clock.now(), chain.truth(2).unwrap()));
        }
        for (at, truth) in truth {
            let seen = eye.at(at);
            assert_eq!(seen.at, at);
            assert!((seen.joints.degrees[1] - truth.angle).abs() < 1e-3);
            assert_eq!(i32::from(seen.joints.ticks[1]), truth.position);
        }
        // Nobody looks for a second, and the arm moves all the same.
        clock.advance(Duration::from_secs(1));
        let seen = eye.at(clock.now());
        assert_eq!(seen.at, clock.now());
        let truth = chain.truth(2).unwrap();
        assert_eq!(i32::from(seen.joints.ticks[1]), truth.position);
        assert!(truth.angle > 35.0, "{truth:?}");
    }
}
