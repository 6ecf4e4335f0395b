//! The way to rest before an arm is released at the end of a session.
//!
//! An emergency stop, a fault or a person who leaves comes first; then nobody waits for it.
//! Not here: the movement (`teleop::resting`), the poses (`pose_book`).

use std::sync::Arc;
use std::time::Duration;

use arms::{ArmConfig, Values};
use stdx::Clock;
use teleop::{Controls, InputStatus, RestControl, Resting, State, Teleoperator};
use units::MonoTime;

/// Longest that the way to rest may take: 200 degrees at the speed of a first move take 13 s.
const LONGEST: Duration = Duration::from_secs(45);

/// Where the rig stands on its way to rest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnTheWay {
    /// It is going, or waits for what a person does about an emergency stop.
    Going,
    /// It is there, or cannot get there: the arms are to be released.
    Release,
}

/// A rig that goes to rest before it is released.
#[derive(Debug)]
pub(crate) struct Rest {
    control: RestControl,
    asked: Option<MonoTime>,
    over: bool,
}

/// Puts what drives behind the way to rest, if the arms ask for it.
pub(crate) fn with_rest(
    followers: &[ArmConfig],
    teleoperator: Box<dyn Teleoperator>,
) -> (Option<Rest>, Box<dyn Teleoperator>) {
    let poses: Option<Vec<_>> = followers.iter().map(|arm| arm.rest_on_end).collect();
    let Some(poses) = poses.filter(|poses| !poses.is_empty()) else {
        return (None, teleoperator);
    };
    let (control, resting) = Resting::new(teleoperator, Values::from_arms(&poses));
    let rest = Rest {
        control,
        asked: None,
        over: false,
    };
    (Some(rest), Box::new(resting))
}

impl Rest {
    /// Looks once, after the end was wanted. `None` when there is no more way to rest: the end goes as ever.
    pub(crate) fn look(
        &mut self,
        state: &State,
        input: &InputStatus,
        controls: &Controls,
        clock: &Arc<dyn Clock>,
    ) -> Option<OnTheWay> {
        if self.over {
            return None;
        }
        let now = clock.now();
        let Some(asked) = self.asked else {
            return match state {
                State::Driving | State::Holding => {
                    self.asked = Some(now);
                    self.control.ask();
                    controls.resume();
                    Some(OnTheWay::Going)
                }
                _ => {
                    self.over = true;
                    None
                }
            };
        };
        let late = now.since(asked) > LONGEST;
        match state {
            // A person stopped it: what happens now is that person's decision.
            State::Stopped | State::Idle | State::Releasing => {
                self.over = true;
                None
            }
            State::Faulted(_) => {
                self.over = true;
                Some(OnTheWay::Release)
            }
            State::Driving | State::Holding if input.rested || input.stuck.is_some() || late => {
                self.over = true;
                Some(OnTheWay::Release)
            }
            State::Driving | State::Holding => Some(OnTheWay::Going),
        }
    }
}

#[cfg(test)]
mod tests {
    use arms::ArmKind;
    use stdx::FakeClock;
    use teleop::direct;

    use super::*;

    fn rest(clock: &FakeClock) -> (Rest, Controls, Arc<dyn Clock>) {
        let arm = ArmConfig {
            rest_on_end: Some([0.0; arms::JOINTS]),
            ..ArmConfig::new(ArmKind::Follower, "sim")
        };
        let (rest, _teleoperator) = with_rest(&[arm], Box::new(direct().1));
        (rest.unwrap(), Controls::new(), clock.shared())
    }

    #[test]
    fn the_way_to_rest_ends_in_a_release_unless_a_person_stops_it() {
        let lost = || crate::failure::failure(protocol::ErrorCode::LineLost, "lost", "");
        let fault = || State::Faulted(Arc::new(lost()));
        let there = InputStatus {
            rested: true,
            ..InputStatus::default()
        };
        let stuck = InputStatus {
            stuck: Some(1),
            ..InputStatus::default()
        };
        let going = InputStatus::default();
        for (state, input, seconds, what) in [
            (State::Driving, going, 1, Some(OnTheWay::Going)),
            (State::Driving, there, 1, Some(OnTheWay::Release)),
            (State::Driving, stuck, 1, Some(OnTheWay::Release)),
            (State::Driving, going, 60, Some(OnTheWay::Release)),
            (fault(), going, 1, Some(OnTheWay::Release)),
            (State::Stopped, going, 1, None),
            (State::Releasing, going, 1, None),
        ] {
            let clock = FakeClock::default();
            let (mut rest, controls, shared) = rest(&clock);
            let begun = rest.look(&State::Holding, &going, &controls, &shared);
            assert_eq!(begun, Some(OnTheWay::Going));
            clock.advance(Duration::from_secs(seconds));
            assert_eq!(
                rest.look(&state, &input, &controls, &shared),
                what,
                "{state:?} after {seconds} s"
            );
            if what != Some(OnTheWay::Going) {
                let again = rest.look(&State::Driving, &going, &controls, &shared);
                assert_eq!(again, None, "asked twice");
            }
        }
    }

    #[test]
    fn an_arm_that_is_stopped_or_has_no_torque_does_not_set_out() {
        for state in [State::Stopped, State::Idle, State::Releasing] {
            let clock = FakeClock::default();
            let (mut rest, controls, shared) = rest(&clock);
            let input = InputStatus::default();
            assert_eq!(rest.look(&state, &input, &controls, &shared), None);
            // Nor later.
            let later = rest.look(&State::Driving, &input, &controls, &shared);
            assert_eq!(later, None, "{state:?}");
        }
    }
}
