//! When time is short the film becomes cheaper: key pictures come less often first, then it becomes coarser.
//!
//! Short means that pictures wait and either each costs most of its own time, or half of the queue is full. A queue that
//! waits for a disk is not short of time, so it changes nothing until it is half full. Room means that hardly anything
//! waits and a picture costs so little that the dearer setting would fit too. Once nothing cheaper is left and a picture
//! still costs too much, waiting helps nobody ([`Thrift::spent`]). Pure: queue and cost go in, levels come out.

use std::time::Duration;

use crate::encode::Quantizer;

/// Longer distances between key pictures, in turn.
const GOPS: [u32; 3] = [10, 30, 60];
/// Then coarser quantizers: steps on H.264's scale, in turn. Six halve the detail, and a film of twelve is still of use.
const COARSER: [u8; 3] = [4, 8, 12];
/// Pictures that may wait without meaning anything.
const WAITING: usize = 3;
/// Pictures that a cheaper setting is given to show what it brings, but one while more wait than [`HURRY`] takes.
const TRIAL: u32 = 4;
/// Part of a second's pictures that may wait before there is a hurry: one in five, 0.2 s.
const HURRY: u32 = 5;
/// Share of a picture's own time beyond which it costs too much, in percent.
const DEAR: u32 = 80;
/// Share below which the next dearer setting fits too: from one key picture in ten to every second costs 2.2 times as much.
const CHEAP: u32 = 40;
/// Seconds with room before a dearer setting is tried; twice as many each time that was too early.
const CALM: u32 = 5;
const CALMEST: u32 = 60;

/// What a film may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Level {
    /// Pictures from one key picture to the next.
    pub gop: u32,
    /// How coarse it is.
    pub quantizer: Quantizer,
}

/// The film became cheaper, or dearer again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ThriftChange {
    /// The first sample of the new setting.
    pub sample: u64,
    /// As it was.
    pub from: Level,
    /// As it is now.
    pub to: Level,
    /// Pictures that waited then.
    pub waiting: usize,
}

impl ThriftChange {
    /// Whether the new setting is the cheaper one.
    pub fn cheaper(&self) -> bool {
        (self.to.gop, self.to.quantizer) > (self.from.gop, self.from.quantizer)
    }
}

/// Chooses the level.
#[derive(Debug, Clone)]
pub(super) struct Thrift {
    ladder: Vec<Level>,
    at: usize,
    period: Duration,
    half_full: usize,
    hurry: usize,
    fps: u32,
    /// What a picture costs, smoothed; nothing is known right after a change.
    cost: Option<Duration>,
    since_change: u32,
    /// The next picture is a key picture because of the last change, and says nothing of what others cost.
    key_comes: bool,
    /// Pictures with room, one after the other.
    calm: u32,
    calm_needed: u32,
    /// The last change was to a dearer setting.
    lowered: bool,
}

impl Thrift {
    pub fn new(asked: Level, fps: u32, capacity: usize) -> Self {
        let mut ladder = vec![asked];
        let mut last = asked;
        for gop in GOPS {
            if gop > last.gop {
                last.gop = gop;
                ladder.push(last);
            }
        }
        for steps in COARSER {
            let quantizer = asked.quantizer.coarser(steps);
            if quantizer > last.quantizer {
                last.quantizer = quantizer;
                ladder.push(last);
            }
        }
        Self {
            ladder,
            at: 0,
            period: Duration::from_secs(1) / fps.max(1),
            half_full: (capacity / 2).max(WAITING),
            hurry: ((fps / HURRY) as usize).max(WAITING),
            fps: fps.max(1),
            cost: None,
            since_change: TRIAL,
            key_comes: false,
            calm: 0,
            calm_needed: CALM,
            lowered: false,
        }
    }

    /// One that has nothing to choose.
    pub fn fixed(asked: Level, fps: u32, capacity: usize) -> Self {
        let mut this = Self::new(asked, fps, capacity);
        this.ladder.truncate(1);
        this
    }

    pub fn level(&self) -> Level {
        self.ladder.get(self.at).copied().unwrap_or(self.ladder[0])
    }

    /// How many steps down, and how many there are.
    pub fn steps(&self) -> (usize, usize) {
        (self.at, self.ladder.len() - 1)
    }

    /// What a picture costs now.
    pub fn cost(&self) -> Duration {
        self.cost.unwrap_or_default()
    }

    /// Whether nothing cheaper is left and a picture still costs most of its own time: whatever waits then will go on
    /// waiting, and would be lost to a kill.
    pub fn spent(&self) -> bool {
        self.at + 1 >= self.ladder.len() && self.cost.is_some_and(|cost| self.dear(cost))
    }

    fn dear(&self, cost: Duration) -> bool {
        cost * 100 > self.period * DEAR
    }

    /// After a picture that took `cost`, with `waiting` others behind it: the level before, if there is a new one.
    pub fn after(&mut self, waiting: usize, cost: Duration) -> Option<Level> {
        self.since_change = self.since_change.saturating_add(1);
        let half_full = waiting >= self.half_full;
        if std::mem::take(&mut self.key_comes) && !half_full {
            return None;
        }
        let cost = match self.cost {
            Some(before) => (before * 7 + cost) / 8,
            None => cost,
        };
        self.cost = Some(cost);
        let dear = self.dear(cost);
        if half_full || waiting >= WAITING && dear {
            self.calm = 0;
            let tried = self.since_change >= TRIAL || waiting >= self.hurry;
            return if tried { self.cheaper() } else { None };
        }
        if waiting <= 1 && cost * 100 < self.period * CHEAP {
            self.calm = self.calm.saturating_add(1);
            if self.calm >= self.calm_needed * self.fps {
                return self.dearer();
            }
        } else {
            self.calm = 0;
        }
        None
    }

    fn cheaper(&mut self) -> Option<Level> {
        let before = self.level();
        if self.at + 1 >= self.ladder.len() {
            return None;
        }
        if self.lowered {
            self.calm_needed = (self.calm_needed * 2).min(CALMEST);
        }
        self.at += 1;
        self.changed(before, false);
        Some(before)
    }

    fn dearer(&mut self) -> Option<Level> {
        let before = self.level();
        self.calm = 0;
        if self.at == 0 {
            self.calm_needed = CALM;
            return None;
        }
        self.at -= 1;
        self.changed(before, true);
        Some(before)
    }

    fn changed(&mut self, before: Level, lowered: bool) {
        self.key_comes = before.quantizer != self.level().quantizer;
        self.cost = None;
        self.since_change = 0;
        self.calm = 0;
        self.lowered = lowered;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ASKED: Level = Level {
        gop: 2,
        quantizer: Quantizer::DEFAULT,
    };
    const FRAME: Duration = Duration::from_nanos(33_333_333);

    fn thrift() -> Thrift {
        Thrift::new(ASKED, 30, 60)
    }

    fn story(
        thrift: &mut Thrift,
        pictures: usize,
        waiting: usize,
        cost: Duration,
    ) -> Vec<(u32, u8)> {
        (0..pictures)
            .filter_map(|_| {
                thrift.after(waiting, cost)?;
                Some((thrift.level().gop, thrift.level().quantizer.get()))
            })
            .collect()
    }

    #[test]
    fn key_pictures_become_rarer_before_the_film_becomes_coarser() {
        let mut thrift = thrift();
        assert_eq!(
            story(&mut thrift, 100, 4, FRAME),
            [(10, 26), (30, 26), (60, 26), (60, 30), (60, 34), (60, 38)]
        );
        assert_eq!(thrift.steps(), (6, 6));
    }

    #[test]
    fn a_film_that_asked_for_rare_key_pictures_has_fewer_steps() {
        for (gop, quantizer, steps) in [
            (2, 26, 6),
            (30, 26, 4),
            (90, 26, 3),
            (90, 51, 0),
            (2, 50, 4),
        ] {
            let quantizer = Quantizer::new(quantizer).unwrap();
            let thrift = Thrift::new(Level { gop, quantizer }, 30, 60);
            assert_eq!(thrift.steps(), (0, steps), "{gop} {quantizer:?}");
        }
    }

    #[test]
    fn a_queue_that_waits_for_the_disk_changes_nothing_until_it_is_half_full() {
        let mut thrift = thrift();
        assert_eq!(story(&mut thrift, 100, 29, FRAME / 20), []);
        assert_eq!(story(&mut thrift, 3, 30, FRAME / 20).len(), 3, "at once");
    }

    #[test]
    fn a_picture_says_what_a_setting_costs_when_there_is_a_hurry_but_never_a_key_picture() {
        let mut thrift = thrift();
        let pictures = [1, 1, 1, 1, 2, 2];
        for (step, pictures) in pictures.into_iter().enumerate() {
            assert_eq!(thrift.steps().0, step);
            assert!(!thrift.spent());
            assert_eq!(story(&mut thrift, pictures - 1, 6, FRAME), []);
            assert_eq!(story(&mut thrift, 1, 6, FRAME).len(), 1, "step {step}");
        }
        assert!(!thrift.spent(), "nothing is known of the cheapest yet");
        story(&mut thrift, 2, 6, FRAME);
        assert!(thrift.spent());
        story(&mut thrift, 4, 6, FRAME / 2);
        assert!(!thrift.spent(), "it fits now");
    }

    #[test]
    fn it_comes_back_step_by_step_when_there_is_room_and_only_then() {
        let mut thrift = thrift();
        story(&mut thrift, 8, 4, FRAME);
        assert_eq!(thrift.level().gop, 30);
        assert_eq!(
            story(&mut thrift, 1000, 2, FRAME / 10),
            [],
            "something waits"
        );
        assert_eq!(
            story(&mut thrift, 1000, 0, FRAME / 2),
            [],
            "the dearer would not fit"
        );
        // Two pictures until the smoothed cost is low enough.
        assert_eq!(story(&mut thrift, 151, 0, FRAME / 10), []);
        assert_eq!(story(&mut thrift, 151, 1, FRAME / 10), [(10, 26), (2, 26)]);
        assert_eq!(story(&mut thrift, 1000, 0, FRAME / 10), []);
    }

    #[test]
    fn a_step_back_that_was_too_early_waits_twice_as_long_next_time() {
        let mut thrift = thrift();
        story(&mut thrift, 1, 4, FRAME);
        for seconds in [5, 10, 20, 40, 60, 60] {
            assert_eq!(story(&mut thrift, 30 * seconds - 1, 0, FRAME / 10), []);
            assert_eq!(
                story(&mut thrift, 1, 0, FRAME / 10),
                [(2, 26)],
                "{seconds} s"
            );
            story(&mut thrift, 4, 4, FRAME);
        }
    }
}
