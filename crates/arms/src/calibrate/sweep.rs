//! One joint's way while its range is recorded: follows it over the seam of its encoder, and judges what was seen.
//!
//! An encoder counts 0 to 4095 and begins anew. LeRobot keeps the lowest and the highest reading, so a joint that
//! crosses the seam silently records nearly the whole turn; here the signed differences are added up. Both ends must
//! have been visited twice at the same place: a stop is where a joint ends every time, and a hand that turns back in
//! the air does not do that. And the joint must have rested there: between two looks a quick hand is at a stop unseen.
//! Not here: reading motors (the module above), what widths a joint can have (`plausible`).

use motors::ErrorBits;
use units::{MonoTime, Ticks};

use super::told::{End, Progress, Travel, Unusable};
use crate::config::ArmKind;
use crate::joint::Joint;
use crate::plausible::{TICKS_PER_TURN, degrees_from_ticks, plausible_width, ticks_from_degrees};

/// Less travel than this, in ticks, is the noise of an encoder and not a movement (1.8 degrees).
const LEAST_TRAVEL: i32 = 20;

/// Two visits within this of each other were at the same stop, ticks (3 degrees): prints give way under a hand.
const SAME_PLACE: i32 = 34;

/// A visit has ended when the joint is this far from the end, ticks (10 degrees).
const AWAY: i32 = 114;

/// Visits that make an end a stop.
const VISITS: u32 = 2;

/// Readings within this of the end are one place, ticks: what an encoder flickers.
const FLICKER: i32 = 2;

/// Readings in a row at an end that make it a rest: two could lie on either side of a turn unseen.
const RESTING: u32 = 3;

/// Fastest a hand turns a joint, ticks per second (1000 degrees per second): a geared motor without power resists.
const FASTEST: f64 = 11_378.0;

/// What two readings may differ beyond that, ticks: noise, and answers that were late.
const SLACK: f64 = 40.0;

/// Answers that may be lost before a sweep is not worth trusting: one in five.
const LEAST_ANSWERED: f64 = 0.8;

/// Questions after which that share means something.
const ENOUGH_ASKED: u32 = 25;

/// One end of a joint's travel, in the direction in which it is the greatest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Extreme {
    farthest: i32,
    /// Where the last visit had ended.
    former: i32,
    visits: u32,
    there: bool,
    /// Readings in a row at the farthest place.
    still: u32,
    rested: bool,
}

impl Extreme {
    fn beginning(at: i32) -> Self {
        Self {
            farthest: at,
            former: at,
            visits: 1,
            there: true,
            still: 0,
            rested: false,
        }
    }

    fn see(&mut self, at: i32) {
        let before = self.farthest;
        self.farthest = before.max(at);
        if at > before + FLICKER {
            self.still = 1;
            self.rested = false;
        } else if at >= self.farthest - FLICKER {
            self.still += 1;
            self.rested |= self.still >= RESTING;
        } else {
            self.still = 0;
        }
        if self.there {
            if at < self.farthest - AWAY {
                self.there = false;
                self.former = self.farthest;
            }
        } else if at >= before - SAME_PLACE {
            self.there = true;
            self.visits += 1;
        }
        if self.there && self.farthest > self.former + SAME_PLACE {
            // Beyond what earlier visits reached: those were no stop.
            self.visits = 1;
        }
    }

    fn visited(&self) -> bool {
        self.visits >= VISITS
    }

    fn proven(&self) -> bool {
        self.visited() && self.rested
    }
}

/// One joint's recording.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sweep {
    /// Last reading, 0 to 4095.
    reading: i32,
    /// The same with whole turns, beginning at the homed reading.
    at: i32,
    seen_at: MonoTime,
    low: Extreme,
    high: Extreme,
    asked: u32,
    answered: u32,
    /// The last question got no usable answer.
    silent: bool,
    crossed: bool,
    lost_track: bool,
    sensor_fault: bool,
}

/// What one reading meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Followed.
    Followed,
    /// Followed over the seam, for the first time.
    Crossed,
    /// It moved so far since the last reading that its way is not known. Its recording began again.
    LostTrack,
}

impl Sweep {
    pub fn beginning(reading: i32, now: MonoTime) -> Self {
        let at = reading.rem_euclid(TICKS_PER_TURN);
        Self {
            reading: at,
            at,
            seen_at: now,
            low: Extreme::beginning(-at),
            high: Extreme::beginning(at),
            asked: 0,
            answered: 0,
            silent: false,
            crossed: false,
            lost_track: false,
            sensor_fault: false,
        }
    }

    /// The motor was asked and gave no usable answer.
    pub fn unanswered(&mut self) {
        self.asked = self.asked.saturating_add(1);
        self.silent = true;
    }

    /// The motor was asked and said this, in whole turns or not.
    pub fn answered(&mut self, reading: i32, bits: ErrorBits, now: MonoTime) -> Step {
        self.asked = self.asked.saturating_add(1);
        self.answered = self.answered.saturating_add(1);
        self.silent = false;
        self.sensor_fault |= bits.contains(ErrorBits::ANGLE_SENSOR);
        let reading = reading.rem_euclid(TICKS_PER_TURN);
        let half = TICKS_PER_TURN / 2;
        let moved = (reading - self.reading + half).rem_euclid(TICKS_PER_TURN) - half;
        let seam = (reading - self.reading).abs() > half;
        let reach = FASTEST * now.since(self.seen_at).as_secs_f64() + SLACK;
        self.reading = reading;
        self.seen_at = now;
        let far = f64::from(moved.abs());
        // Either no hand can do that, or a hand could as well have gone the other way round.
        if far > reach || (moved.abs() >= LEAST_TRAVEL && f64::from(TICKS_PER_TURN) - far <= reach)
        {
            let (asked, answered) = (self.asked, self.answered);
            *self = Self {
                asked,
                answered,
                lost_track: true,
                sensor_fault: self.sensor_fault,
                ..Self::beginning(reading, now)
            };
            return Step::LostTrack;
        }
        self.at += moved;
        self.low.see(-self.at);
        self.high.see(self.at);
        if seam && !self.crossed {
            self.crossed = true;
            return Step::Crossed;
        }
        Step::Followed
    }

    /// Lowest and highest position, with whole turns.
    pub fn range(&self) -> (i32, i32) {
        (-self.low.farthest, self.high.farthest)
    }

    /// Why nothing can be made of it; none when it is good.
    pub fn verdict(&self, kind: ArmKind, joint: Joint) -> Option<Unusable> {
        if let Some(why) = self.unheard() {
            return Some(why);
        }
        let (low, high) = self.range();
        let width = high - low;
        let degrees = degrees_from_ticks(width);
        let plausible = plausible_width(kind, joint);
        let missing = if self.lost_track {
            Some(Unusable::TooFast)
        } else if width < LEAST_TRAVEL {
            Some(Unusable::NoTravel)
        } else {
            Some(Unusable::TooSmall {
                degrees,
                least: plausible.least,
            })
        };
        if width > ticks_from_degrees(plausible.most) {
            Some(Unusable::TooLarge {
                degrees,
                most: plausible.most,
            })
        } else if width < ticks_from_degrees(plausible.least) {
            missing
        } else {
            let missing = |low, high| match (low, high) {
                (true, true) => None,
                (false, true) => Some(End::Low),
                (true, false) => Some(End::High),
                (false, false) => Some(End::Both),
            };
            missing(self.low.visited(), self.high.visited())
                .map(Unusable::SeenOnce)
                .or_else(|| missing(self.low.rested, self.high.rested).map(Unusable::Brief))
        }
    }

    /// Why the motor itself cannot be trusted, whatever its joint did.
    pub fn unheard(&self) -> Option<Unusable> {
        if self.sensor_fault {
            return Some(Unusable::SensorFault);
        }
        let share = f64::from(self.answered) / f64::from(self.asked.max(1));
        (self.asked >= ENOUGH_ASKED && share < LEAST_ANSWERED).then_some(Unusable::TooRarely {
            answered: self.answered,
            asked: self.asked,
        })
    }

    /// What a person may be shown. `needed` says whether this joint's range is recorded at all.
    pub fn travel(&self, kind: ArmKind, joint: Joint, needed: bool) -> Travel {
        let (min, max) = self.range();
        let progress = if !needed {
            Progress::NotNeeded
        } else if max - min < LEAST_TRAVEL {
            Progress::NotMoved
        } else if self.verdict(kind, joint).is_none() {
            Progress::Enough
        } else {
            Progress::KeepGoing
        };
        Travel {
            position: Ticks(self.at),
            min: Ticks(min),
            max: Ticks(max),
            low_proven: needed && self.low.proven(),
            high_proven: needed && self.high.proven(),
            crossed: self.crossed,
            answers: !self.silent,
            lost: self.asked - self.answered,
            progress,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const FINE: ErrorBits = ErrorBits(0);

    #[test]
    fn answers_that_do_not_come_are_counted_and_the_position_is_not_of_now() {
        let start = MonoTime(0);
        let mut sweep = Sweep::beginning(2047, start);
        let told = |sweep: &Sweep| {
            let travel = sweep.travel(ArmKind::Follower, Joint::ElbowFlex, true);
            (travel.answers, travel.lost)
        };
        sweep.answered(2050, FINE, start + Duration::from_millis(20));
        assert_eq!(told(&sweep), (true, 0));
        sweep.unanswered();
        sweep.unanswered();
        assert_eq!(told(&sweep), (false, 2));
        sweep.answered(2055, FINE, start + Duration::from_millis(80));
        assert_eq!(told(&sweep), (true, 2));
    }

    /// Moves the joint to one place after another, 37 ticks every 20 ms, resting a moment at each.
    fn go(sweep: &mut Sweep, places: &[i32]) -> Vec<Step> {
        let mut told = Vec::new();
        let mut at = sweep.at;
        for place in places {
            let mut rest = 0;
            while rest < RESTING {
                let now = sweep.seen_at + Duration::from_millis(20);
                rest += u32::from(at == *place);
                at += (place - at).clamp(-37, 37);
                told.push(sweep.answered(at.rem_euclid(4096), FINE, now));
            }
        }
        told.retain(|step| *step != Step::Followed);
        told
    }

    fn begun(at: i32) -> Sweep {
        Sweep::beginning(at, MonoTime::default())
    }

    #[test]
    fn a_seam_inside_the_range_is_followed_and_told_once() {
        for (low, high) in [(800, 3200), (-500, 1900), (2200, 4600), (-4096, -1700)] {
            let mut sweep = begun(low);
            let start = sweep.at;
            let (low, high) = (start, start + high - low);
            let told = go(&mut sweep, &[high, low, high, low]);
            let seam = high >= 4096;
            assert_eq!(told, vec![Step::Crossed; usize::from(seam)], "{low} {high}");
            assert_eq!(sweep.range(), (low, high));
            assert_eq!(sweep.verdict(ArmKind::Follower, Joint::WristFlex), None);
        }
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let kind = ArmKind::Follower;
        let joint = Joint::ElbowFlex;
        let why = |places: &[i32]| {
            let mut sweep = begun(2047);
            go(&mut sweep, places);
            sweep.verdict(kind, joint)
        };
        assert_eq!(why(&[2050, 2047]), Some(Unusable::NoTravel));
        assert!(matches!(
            why(&[1500, 2600, 1500, 2600]),
            Some(Unusable::TooSmall { degrees, least: 172.0 }) if (degrees - 96.7).abs() < 0.1
        ));
        assert!(matches!(
            why(&[600, 3600, 600, 3600]),
            Some(Unusable::TooLarge { most: 225.0, .. })
        ));
        for (places, seen) in [
            (&[950, 3150][..], Some(Unusable::SeenOnce(End::Both))),
            (&[950, 3150, 950], Some(Unusable::SeenOnce(End::High))),
            (&[950, 3150, 950, 2900], Some(Unusable::SeenOnce(End::High))),
            (&[3150, 950, 3140], Some(Unusable::SeenOnce(End::Low))),
            (&[3150, 950, 3140, 960], None),
        ] {
            assert_eq!(why(places), seen, "{places:?}");
        }
    }

    #[test]
    fn an_end_at_which_the_joint_never_rested_is_not_known() {
        let mut sweep = begun(1000);
        let mut at = 1000;
        let mut turn = |sweep: &mut Sweep, to: i32| {
            while at != to {
                let now = sweep.seen_at + Duration::from_millis(20);
                at += (to - at).clamp(-110, 110);
                sweep.answered(at, FINE, now);
            }
        };
        for to in [3200, 1000, 3200, 1000, 3200] {
            turn(&mut sweep, to);
        }
        assert_eq!(
            sweep.verdict(ArmKind::Follower, Joint::ElbowFlex),
            Some(Unusable::Brief(End::Both))
        );
        go(&mut sweep, &[3200, 1000]);
        assert_eq!(sweep.verdict(ArmKind::Follower, Joint::ElbowFlex), None);
        // A stop that gave way a little more is a new end.
        go(&mut sweep, &[3190]);
        let now = sweep.seen_at + Duration::from_millis(20);
        sweep.answered(3210, FINE, now);
        assert_eq!(
            sweep.verdict(ArmKind::Follower, Joint::ElbowFlex),
            Some(Unusable::Brief(End::High))
        );
    }

    #[test]
    fn hands_that_turn_back_in_the_air_prove_no_end() {
        let mut sweep = begun(2047);
        // Each time a little farther, by more than what counts as the same place.
        for more in 0..12 {
            go(&mut sweep, &[1000, 2800 + more * 45]);
        }
        assert_eq!(
            sweep.verdict(ArmKind::Follower, Joint::ElbowFlex),
            Some(Unusable::SeenOnce(End::High))
        );
        // And one that creeps beyond a place that it had visited twice.
        let mut sweep = begun(2047);
        go(&mut sweep, &[1000, 3000, 1000, 3000]);
        assert_eq!(sweep.verdict(ArmKind::Follower, Joint::ElbowFlex), None);
        for at in (3000..3200).step_by(5) {
            go(&mut sweep, &[at]);
        }
        assert_eq!(
            sweep.verdict(ArmKind::Follower, Joint::ElbowFlex),
            Some(Unusable::SeenOnce(End::High))
        );
    }

    #[test]
    fn a_joint_that_moved_half_a_turn_unseen_begins_again() {
        for (gap, moved, lost) in [
            (20, 200, false),
            (20, 600, true),
            (160, 1700, false),
            (200, 2100, true),
            (300, 1000, true),
            (400, 1000, true),
            (400, 5, false),
        ] {
            let mut sweep = begun(1000);
            let now = sweep.seen_at + Duration::from_millis(gap);
            let step = sweep.answered(1000 + moved, FINE, now);
            assert_eq!(step == Step::LostTrack, lost, "{moved} ticks in {gap} ms");
            if lost {
                assert_eq!(sweep.range(), (1000 + moved, 1000 + moved));
                assert_eq!(
                    sweep.verdict(ArmKind::Follower, Joint::ElbowFlex),
                    Some(Unusable::TooFast)
                );
            }
        }
    }

    #[test]
    fn a_motor_that_answers_too_rarely_or_has_no_sensor_is_not_believed() {
        let mut sweep = begun(1000);
        go(&mut sweep, &[3200, 1000, 3200, 1000]);
        for _ in 0..50 {
            sweep.unanswered();
        }
        assert_eq!(sweep.verdict(ArmKind::Follower, Joint::ElbowFlex), None);
        for _ in 0..300 {
            sweep.unanswered();
        }
        assert!(matches!(
            sweep.verdict(ArmKind::Follower, Joint::ElbowFlex),
            Some(Unusable::TooRarely { .. })
        ));
        let mut sweep = begun(1000);
        let now = sweep.seen_at + Duration::from_millis(20);
        sweep.answered(1000, ErrorBits::ANGLE_SENSOR, now);
        assert_eq!(sweep.unheard(), Some(Unusable::SensorFault));
    }
}
