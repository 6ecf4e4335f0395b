//! What a supervisor tells of a teleoperator, once each: a clutch, a delay, a limit that holds a replay back, a joint
//! that does not follow.
//!
//! Not here: warnings about motors, which come from the loop (`drive`).

use std::time::Duration;

use arms::{JOINTS, Joint};
use protocol::{ErrorCode, Failure};
use teleop::{InputStatus, Status};

use crate::failure::failure;

/// Looks with a joint that does not follow before the arm is held: by then its goal is back where it is.
const STUCK_LOOKS: u32 = 12;

/// What was told so far.
#[derive(Debug, Default)]
pub(crate) struct News {
    clutch_open: Option<bool>,
    delayed: bool,
    slowed: bool,
    beyond: bool,
    arrived: bool,
    stuck: Option<u8>,
    stuck_looks: u32,
    failure: Option<Failure>,
}

/// What a supervisor is to do about it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) notes: Vec<String>,
    pub(crate) warnings: Vec<String>,
    /// The arm is to be held.
    pub(crate) hold: bool,
}

impl News {
    /// Looks at a status.
    pub(crate) fn look(&mut self, status: &Status) -> Told {
        let mut told = Told::default();
        if status.state.word() != "driving" {
            return told;
        }
        let input = &status.input;
        let pair = status.goals.as_slice().len() > JOINTS;
        if let Some(open) = input.clutch_open
            && self.clutch_open != Some(open)
        {
            if open {
                let what =
                    "The clutch is open: the follower holds, the leader can be moved freely.";
                told.notes.push(what.to_owned());
            } else if self.clutch_open.is_some() {
                let what = "The clutch is closed: the follower goes on from where both stand.";
                told.notes.push(what.to_owned());
            }
            self.clutch_open = Some(open);
        }
        if let Some(delay) = input.delay
            && !std::mem::replace(&mut self.delayed, true)
        {
            told.notes.push(format!(
                "Goals are filtered: at rest they come {} ms later, less in movement; the table shows it.",
                delay.as_millis()
            ));
        }
        if input.arrived && !std::mem::replace(&mut self.arrived, true) {
            told.notes.push("The pose is reached.".to_owned());
        }
        self.replay(input, pair, &mut told);
        self.stuck(input, pair, &mut told);
        told
    }

    fn replay(&mut self, input: &InputStatus, pair: bool, told: &mut Told) {
        let Some(place) = input.replay else {
            return;
        };
        if let Some((joint, at)) = place.slowed
            && !std::mem::replace(&mut self.slowed, true)
        {
            told.notes.push(format!(
                "The speed limit of {} makes the replay slower from {} on; its path stays the same.",
                joint_words(joint, pair),
                second(at)
            ));
        }
        if let Some((joint, at)) = place.beyond
            && !std::mem::replace(&mut self.beyond, true)
        {
            told.notes.push(format!(
                "At {} the recording asks for more than the range of {}: it stops at the end of its range.",
                second(at),
                joint_words(joint, pair)
            ));
        }
    }

    fn stuck(&mut self, input: &InputStatus, pair: bool, told: &mut Told) {
        let Some(joint) = input.stuck else {
            self.stuck = None;
            self.stuck_looks = 0;
            self.failure = None;
            return;
        };
        if self.stuck.replace(joint) != Some(joint) {
            let place = match input.replay {
                Some(replay) => format!(" at {} of the episode", second(replay.at)),
                None => String::new(),
            };
            let message = format!("{} does not follow{place}", joint_words(joint, pair));
            let remedy = "See what is in its way, then drive on; or end the session.";
            told.warnings
                .push(format!("{message}; the arm waits there. {remedy}"));
            self.failure = Some(failure(ErrorCode::Motor, message, remedy));
        }
        self.stuck_looks += 1;
        told.hold = self.stuck_looks == STUCK_LOOKS;
    }

    /// What went wrong with what drives, if it was not overcome.
    pub(crate) fn failure(&self) -> Option<Failure> {
        self.failure.clone()
    }
}

/// A joint's name by its place in a row; the arm's side before it where there are two.
pub(crate) fn joint_words(place: u8, pair: bool) -> String {
    let place = usize::from(place);
    let joint = Joint::ALL[place % JOINTS].name().replace('_', " ");
    match (pair, place < JOINTS) {
        (false, _) => joint,
        (true, true) => format!("left {joint}"),
        (true, false) => format!("right {joint}"),
    }
}

fn second(at: Duration) -> String {
    format!("{:.1} s", at.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_holds_a_replay_back_is_told_once_with_joint_and_place() {
        let mut news = News::default();
        let mut input = InputStatus {
            replay: Some(teleop::ReplayPlace {
                at: Duration::from_millis(4_250),
                slowed: Some((2, Duration::from_millis(1_300))),
                beyond: Some((7, Duration::from_millis(2_000))),
                ..teleop::ReplayPlace::default()
            }),
            stuck: Some(6),
            ..InputStatus::default()
        };
        let mut told = Told::default();
        for _ in 0..STUCK_LOOKS {
            assert!(!told.hold);
            news.replay(&input, true, &mut told);
            news.stuck(&input, true, &mut told);
        }
        assert!(told.hold, "the arm is held once its goal is back");
        assert_eq!(
            told.notes,
            [
                "The speed limit of left elbow flex makes the replay slower from 1.3 s on; its path stays the same.",
                "At 2.0 s the recording asks for more than the range of right shoulder lift: it stops at the end of its range.",
            ]
        );
        assert_eq!(
            told.warnings,
            [
                "right shoulder pan does not follow at 4.2 s of the episode; the arm waits there. See what is in its way, then \
              drive on; or end the session."
            ]
        );
        let failure = news.failure().unwrap();
        assert_eq!(failure.code, ErrorCode::Motor);
        // Somebody drove on, and it follows again.
        input.stuck = None;
        news.stuck(&input, true, &mut told);
        assert_eq!(news.failure(), None);
    }

    #[test]
    fn joints_of_a_pair_are_named_with_their_side() {
        assert_eq!(joint_words(2, false), "elbow flex");
        assert_eq!(joint_words(2, true), "left elbow flex");
        assert_eq!(joint_words(11, true), "right gripper");
    }
}
