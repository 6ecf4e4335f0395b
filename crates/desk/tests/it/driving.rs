//! Driving a simulated arm: keys, sliders, inputs, poses, stops, and an adapter that is pulled out.

use std::time::Duration;

use protocol::ErrorCode;
use protocol::window::{Ask, InputKind, SessionWord, StartDrive, TorqueWord};
use sim::SimArm;

use crate::workbench::{Bench, Page, Plugged, alone, follower, sim};

/// Longest time in which a key that is held must have moved its joint.
const LONG: Duration = Duration::from_secs(20);
/// A joint that moved at all moved by more than this, in degrees; one that stands still by less.
const MOVED: f64 = 2.0;
/// The joint that `KeyW` and `KeyS` move.
const ELBOW: usize = 2;

fn stands_still(bench: &Bench) {
    let mut last = bench.page(|page| page.goal(ELBOW));
    let mut same = 0;
    bench.wait_until("the goal stands still", |page| {
        let now = page.goal(ELBOW);
        same = if (now - last).abs() < 0.01 {
            same + 1
        } else {
            0
        };
        last = now;
        same > 30
    });
}

#[test]
fn nothing_moves_before_a_person_resumes_and_torque_is_on() {
    alone(|_| {
        let bench = Bench::new();
        bench.drive(InputKind::Keys);
        bench.wait_until("torque is on", |page| page.deck.torque == TorqueWord::On);
        let before = bench.page(|page| page.goal(ELBOW));
        bench.holding(&["KeyS"], Duration::from_secs(1), |_| false);
        assert!((bench.page(|page| page.goal(ELBOW)) - before).abs() < 0.5);
        assert!(
            bench.page(|page| page.deck.can_resume && page.deck.session == SessionWord::Holding)
        );
        bench.release();
        bench.wait_until("torque is nobody's", |page| {
            page.deck.torque == TorqueWord::None
        });
    });
}

#[test]
fn a_held_key_moves_its_joint_until_it_is_let_go_or_nobody_says_that_it_is_held() {
    alone(|_| {
        let bench = Bench::new();
        bench.drive(InputKind::Keys);
        bench.resume();
        let moves = |keys: &[&str]| {
            let from = bench.page(|page| page.goal(ELBOW));
            bench.holding(keys, LONG, |page| (page.goal(ELBOW) - from).abs() > MOVED);
            let moved = bench.page(|page| (page.goal(ELBOW) - from).abs());
            assert!(moved > MOVED, "{keys:?} moved it by {moved}");
        };
        moves(&["KeyS"]);
        bench.desk.keys(&[], true);
        stands_still(&bench);
        // No sign of life any more: nobody calls.
        moves(&["KeyW"]);
        stands_still(&bench);
        bench.desk.keys(&[], true);
        moves(&["KeyS"]);
        bench.desk.keys(&["KeyS"], false);
        stands_still(&bench);
        // A session key is no drive key.
        bench.holding(&["KeyN", "Space"], Duration::from_millis(500), |_| false);
        assert_eq!(bench.page(|page| page.word().to_owned()), "driving");
        bench.release();
    });
}

#[test]
fn what_the_loop_measured_and_its_curves_can_be_seen() {
    alone(|_| {
        let bench = Bench::new();
        bench.drive(InputKind::Keys);
        bench.resume();
        bench.wait_until("figures", |page| {
            let drive = page.drive.as_ref().unwrap();
            drive.figures.period_error_us.count > 0
                && drive.figures.histogram.counts.iter().sum::<u64>() > 60
        });
        bench.wait_until("health of every motor", |page| {
            let joints = &page.drive.as_ref().unwrap().followers[0].joints;
            joints
                .iter()
                .all(|joint| joint.voltage.is_some() && joint.temperature.is_some())
        });
        let bytes = bench.desk.curves(0);
        let number = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        let (rows, values) = (number(8), number(12));
        assert!(rows > 10 && values == 12, "{rows} rows of {values}");
        assert_eq!(bytes.len(), 24 + 4 * (rows * values) as usize);
        let newer = bench.desk.curves(u64::from(rows));
        assert_eq!(
            u64::from_le_bytes(newer[..8].try_into().unwrap()),
            u64::from(rows)
        );
        bench.release();
    });
}

#[test]
fn sliders_move_a_joint_within_its_range_and_only_where_they_drive() {
    alone(|_| {
        let bench = Bench::new();
        bench.drive(InputKind::Keys);
        bench.resume();
        let failure = bench
            .try_ask(Ask::StepJoint { index: 2, by: 1.0 })
            .unwrap_err();
        assert!(failure.remedy.contains("Sliders"), "{failure}");
        bench.ask(Ask::ChooseInput(InputKind::Sliders));
        bench.wait_until("sliders drive", |page| {
            page.word() == "driving" && page.drive.as_ref().unwrap().input == InputKind::Sliders
        });
        let to = bench.page(|page| page.goal(ELBOW)) - 10.0;
        // Until the change is through the slider is refused in words, and then it moves.
        let moved = |value| {
            while let Err(failure) = bench.try_ask(Ask::MoveJoint { index: 2, value }) {
                assert_eq!(failure.code, ErrorCode::NotWhile, "{failure}");
            }
        };
        moved(to);
        bench.wait_until("it is there", |page| (page.goal(ELBOW) - to).abs() < 0.5);
        bench.ask(Ask::StepJoint { index: 2, by: 2.0 });
        bench.wait_until("a step", |page| (page.goal(ELBOW) - to - 2.0).abs() < 0.5);
        bench.ask(Ask::MoveJoint {
            index: 2,
            value: -1e9,
        });
        let least = bench.page(|page| page.drive.as_ref().unwrap().followers[0].joints[2].least);
        bench.wait_until("the end of its range", |page| {
            (page.goal(ELBOW) - least).abs() < 0.5
        });
        for index in [6, 255] {
            let failure = bench
                .try_ask(Ask::MoveJoint { index, value: 0.0 })
                .unwrap_err();
            assert_eq!(failure.code, ErrorCode::BadRequest);
        }
        bench.release();
    });
}

#[test]
fn inputs_are_changed_without_a_jump_and_what_is_not_there_says_why() {
    alone(|_| {
        let bench = Bench::new();
        bench.drive(InputKind::Keys);
        bench.resume();
        bench.wait_until("the first move is over", |page| {
            !page.drive.as_ref().unwrap().first_move
        });
        let goals = |page: &Page| -> Vec<f64> { (0..6).map(|joint| page.goal(joint)).collect() };
        for kind in [InputKind::Tip, InputKind::Sliders, InputKind::Keys] {
            let before = bench.page(goals);
            // Held while it is changed: what is down under its old meaning moves nothing under the new one.
            bench.desk.keys(&["KeyW"], true);
            bench.ask(Ask::ChooseInput(kind));
            bench.wait_until("it drives", |page| {
                page.word() == "driving" && page.drive.as_ref().unwrap().input == kind
            });
            let after = bench.page(goals);
            for (joint, (before, after)) in before.iter().zip(&after).enumerate() {
                assert!(
                    (before - after).abs() < MOVED,
                    "{kind:?} moved joint {joint}"
                );
            }
        }
        let leader = bench
            .try_ask(Ask::ChooseInput(InputKind::Leader))
            .unwrap_err();
        assert!(leader.message.contains("leader"), "{leader}");
        bench.page(|page| {
            let inputs = &page.drive.as_ref().unwrap().inputs;
            let why = |kind| {
                let choice = inputs.iter().find(|choice| choice.kind == kind).unwrap();
                choice.why_not.clone()
            };
            assert_ne!(why(InputKind::Leader), "");
            assert_eq!(why(InputKind::Tip), "");
        });
        bench.release();
    });
}

#[test]
fn a_simulated_leader_leads_and_its_clutch_holds_the_follower() {
    alone(|_| {
        let bench = Bench::new();
        let mut arms = sim();
        arms.push(protocol::window::ArmChoice {
            key: "sim".into(),
            role: protocol::window::ArmRole::Leader,
        });
        bench.drive_with(arms, InputKind::Leader, Vec::new());
        bench.resume();
        let from = bench.page(|page| page.goal(0));
        bench.wait_until("the follower is led", |page| {
            (page.goal(0) - from).abs() > MOVED
        });
        assert!(bench.page(|page| {
            page.drive.as_ref().unwrap().leaders[0].joints[0]
                .position
                .is_some()
        }));
        bench.ask(Ask::SetClutch { open: true });
        bench.wait_until("the clutch is open", |page| {
            page.drive.as_ref().unwrap().clutch_open == Some(true)
        });
        stands_still(&bench);
        bench.release();
    });
}

#[test]
fn a_pose_is_kept_gone_to_and_then_what_drove_before_drives_again() {
    alone(|_| {
        let bench = Bench::new();
        bench.drive(InputKind::Sliders);
        bench.resume();
        bench.ask(Ask::SavePose {
            name: "home".into(),
        });
        bench.wait_until("the pose", |page| {
            page.drive.as_ref().unwrap().poses.len() == 1
        });
        let home = bench.page(|page| page.goal(ELBOW));
        bench.ask(Ask::MoveJoint {
            index: 2,
            value: home - 12.0,
        });
        bench.wait_until("away", |page| (page.joint(ELBOW) - home).abs() > 8.0);
        bench.ask(Ask::GoToPose {
            name: "home".into(),
        });
        bench.wait_until("back home", |page| (page.joint(ELBOW) - home).abs() < 1.5);
        bench.wait_until("sliders drive again", |page| {
            page.word() == "driving" && !page.deck.can_resume
        });
        let to = home - 5.0;
        while bench
            .try_ask(Ask::MoveJoint {
                index: 2,
                value: to,
            })
            .is_err()
        {}
        bench.wait_until("a slider", |page| (page.goal(ELBOW) - to).abs() < 0.5);
        let failure = bench
            .try_ask(Ask::GoToPose {
                name: "moon".into(),
            })
            .unwrap_err();
        assert!(failure.message.contains("moon"), "{failure}");
        bench.ask(Ask::DeletePose {
            name: "home".into(),
        });
        bench.wait_until("no pose", |page| {
            page.drive.as_ref().unwrap().poses.is_empty()
        });
        bench.release();
    });
}

#[test]
fn a_stop_holds_the_arm_and_a_person_drives_on_or_lets_it_down() {
    alone(|_| {
        let bench = Bench::new();
        bench.drive(InputKind::Keys);
        bench.resume();
        bench.desk.stop();
        bench.wait_until("stopped", |page| page.deck.session == SessionWord::Stopped);
        assert!(bench.page(|page| page.deck.can_resume && page.deck.torque == TorqueWord::On));
        // However often it is pressed, nothing lets the arm down but who asks for that.
        for _ in 0..3 {
            bench.desk.stop();
            bench.holding(&[], Duration::from_millis(400), |_| false);
            assert_eq!(bench.page(|page| page.deck.session), SessionWord::Stopped);
            assert_eq!(bench.page(|page| page.deck.torque), TorqueWord::On);
        }
        bench.resume();
        bench.desk.stop();
        bench.wait_until("stopped again", |page| page.word() == "stopped");
        bench.release();
        assert!(bench.page(|page| page.deck.torque == TorqueWord::None));
    });
}

#[test]
fn an_adapter_that_is_pulled_out_leaves_torque_unknown_and_its_return_makes_it_known() {
    alone(|home| {
        let bench = Bench::new();
        let plugged = Plugged::new(home, "arm", SimArm::follower());
        let key = plugged.name(&bench, home, "bench");
        bench.drive_with(vec![follower(&key)], InputKind::Keys, Vec::new());
        bench.resume();
        plugged.server.unplug();
        bench.wait_until("the arm is lost", |page| {
            page.deck.torque == TorqueWord::Unknown
                && page.deck.session == SessionWord::Faulted
                && page.deck.trouble.is_some()
        });
        assert!(bench.page(|page| page.drive.as_ref().unwrap().followers[0].lost));
        plugged.server.replug();
        bench.wait_until("it is back", |page| {
            page.deck.torque == TorqueWord::On && page.word() == "driving"
        });
        plugged.server.unplug();
        bench.wait_until("lost again", |page| page.deck.torque == TorqueWord::Unknown);
        bench.ask(Ask::Release);
        bench.wait_until("the session is over", |page| page.drive.is_none());
        let unknown =
            |page: &Page| page.deck.torque == TorqueWord::Unknown && page.deck.trouble.is_some();
        bench.wait_until("nobody knows", unknown);
        plugged.server.replug();
        assert!(bench.page(unknown), "plugging in alone says nothing");
        bench.drive_with(vec![follower(&key)], InputKind::Keys, Vec::new());
        bench.wait_until("known again", |page| page.deck.torque == TorqueWord::On);
        bench.release();
        bench.wait_until("all is well", |page| {
            page.deck.torque == TorqueWord::None && page.deck.trouble.is_none()
        });
    });
}

#[test]
fn closing_lets_the_arm_down_after_it_has_asked() {
    alone(|_| {
        let bench = Bench::new();
        assert_eq!(bench.desk.may_close(), None);
        bench.drive(InputKind::Keys);
        bench.resume();
        assert!(bench.desk.may_close().is_some());
        bench.desk.stop();
        bench.wait_until("stopped", |page| page.word() == "stopped");
        let page = std::sync::Arc::clone(&bench.page);
        bench.desk.close();
        let page = page.lock().unwrap();
        assert!(page.drive.is_none(), "{page:#?}");
        assert_eq!(page.deck.torque, TorqueWord::None);
    });
}

#[test]
fn keys_drive_the_arm_of_a_pair_that_was_chosen() {
    alone(|_| {
        let bench = Bench::new();
        let mut arms = sim();
        arms.extend(sim());
        bench.drive_with(arms, InputKind::Keys, Vec::new());
        bench.resume();
        let goal = |page: &Page, arm: usize| {
            let arms = &page.drive.as_ref().unwrap().followers;
            arms[arm].joints[ELBOW].goal.unwrap()
        };
        bench.wait_until("the first move is over", |page| {
            !page.drive.as_ref().unwrap().first_move
        });
        let before = bench.page(|page| [goal(page, 0), goal(page, 1)]);
        bench.ask(Ask::SelectArm(1));
        bench.holding(&["KeyS"], LONG, |page| {
            (goal(page, 1) - before[1]).abs() > MOVED
        });
        let after = bench.page(|page| [goal(page, 0), goal(page, 1)]);
        assert!((after[1] - before[1]).abs() > MOVED);
        let other = (after[0] - before[0]).abs();
        assert!(other < MOVED, "the other arm moved by {other}");
        assert_eq!(
            bench.page(|page| page.deck.arms.clone()),
            ["Simulated arm, left", "Simulated arm, right"]
        );
        let failure = bench.try_ask(Ask::SelectArm(2)).unwrap_err();
        assert_eq!(failure.code, ErrorCode::BadRequest);
        bench.release();
    });
}

#[test]
fn what_cannot_be_opened_says_why_and_leaves_nothing_open() {
    alone(|home| {
        let bench = Bench::new();
        for (arms, wanted) in [
            (Vec::new(), "0 follower arms"),
            (vec![follower("known:nobody")], "nobody"),
            (vec![follower("nonsense")], "nonsense"),
            (
                vec![follower(&format!("port:{}", home.join("arm").display()))],
                "calibration",
            ),
        ] {
            let failure = bench
                .try_ask(Ask::StartDrive(StartDrive {
                    arms,
                    cameras: Vec::new(),
                    rate_hz: 60.0,
                    input: InputKind::Keys,
                }))
                .unwrap_err();
            assert!(failure.message.contains(wanted), "{wanted}: {failure}");
            assert!(!failure.remedy.is_empty(), "{failure}");
        }
        // Known, calibrated, and gone: that is found out by opening it.
        let plugged = Plugged::new(home, "arm", SimArm::follower());
        let key = plugged.name(&bench, home, "bench");
        drop(plugged);
        bench.ask(Ask::StartDrive(StartDrive {
            arms: vec![follower(&key)],
            cameras: Vec::new(),
            rate_hz: 60.0,
            input: InputKind::Keys,
        }));
        bench.wait_until("it is told and nothing is open", |page| {
            page.drive.is_none() && page.notices.iter().any(|notice| !notice.remedy.is_empty())
        });
        assert!(bench.page(|page| page.deck.torque == TorqueWord::None));
        bench.drive(InputKind::Keys);
        bench.release();
    });
}
