//! Set-up, scan, identify and calibration on simulated arms, as a person goes through them.

use arms::{Calibration, JointCalibration};
use protocol::ErrorCode;
use protocol::window::{
    Activity, Answer, ArmRole, Ask, CalibrationPhase, CalibrationStep, CalibrationValues,
    SessionWord, SetupMotorWord, SetupPhase, SetupStep, TravelTag,
};
use sim::{Chain, ChainConfig, Hand, SimArm, table};
use stdx::SystemClock;

use crate::workbench::{Bench, Plugged, alone, follower};

/// The calibration that the page was shown.
fn calibration(values: &[CalibrationValues]) -> Calibration {
    let joint = |at: usize| JointCalibration {
        id: values[at].id,
        drive_mode: 0,
        homing_offset: values[at].homing_offset,
        range_min: values[at].range_min,
        range_max: values[at].range_max,
    };
    Calibration::new(std::array::from_fn(joint)).unwrap()
}

fn phase(bench: &Bench, wanted: CalibrationPhase) {
    bench.wait_until(&format!("{wanted:?}"), |page| {
        let state = page.calibration.as_ref();
        state.is_some_and(|state| state.phase == wanted)
    });
}

fn every_joint_is_through(bench: &Bench) {
    bench.wait_until("every joint is through its travel", |page| {
        let joints = &page.calibration.as_ref().unwrap().joints;
        joints
            .iter()
            .all(|joint| matches!(joint.tag, TravelTag::Enough | TravelTag::NotNeeded))
    });
}

#[test]
fn the_simulated_arm_is_calibrated_reviewed_and_written_and_its_file_is_lerobots() {
    alone(|home| {
        let bench = Bench::new();
        bench.ask(Ask::Calibrate {
            arm: follower("sim"),
            wrist_roll: false,
            verify_power: false,
        });
        phase(&bench, CalibrationPhase::Middle);
        assert!(bench.page(|page| page.deck.session == SessionWord::Calibrating));
        let early = bench.try_ask(Ask::CalibrateStep(CalibrationStep::Write));
        assert_eq!(early.unwrap_err().code, ErrorCode::NotWhile);
        bench.ask(Ask::CalibrateStep(CalibrationStep::HomeHere));
        phase(&bench, CalibrationPhase::Recording);
        // Too early: the joints that are missing say so, and recording goes on.
        bench.ask(Ask::CalibrateStep(CalibrationStep::Review));
        bench.wait_until("a refusal", |page| {
            !page.calibration.as_ref().unwrap().refused.is_empty()
        });
        every_joint_is_through(&bench);
        bench.ask(Ask::CalibrateStep(CalibrationStep::Review));
        phase(&bench, CalibrationPhase::Review);
        let (result, before, path) = bench.page(|page| {
            let state = page.calibration.as_ref().unwrap();
            assert!(state.refused.is_empty() && state.simulated);
            (
                state.result.clone(),
                state.before.clone(),
                state.path.clone(),
            )
        });
        assert_eq!((result.len(), before.len()), (6, 6));
        assert_ne!(result, before);
        assert!(path.starts_with(home.to_str().unwrap()));
        assert!(
            !std::path::Path::new(&path).exists(),
            "nothing is written yet"
        );
        bench.ask(Ask::CalibrateStep(CalibrationStep::Back));
        phase(&bench, CalibrationPhase::Recording);
        bench.ask(Ask::CalibrateStep(CalibrationStep::Review));
        phase(&bench, CalibrationPhase::Review);
        bench.ask(Ask::CalibrateStep(CalibrationStep::Write));
        phase(&bench, CalibrationPhase::Done);
        let (result, path) = bench.page(|page| {
            let state = page.calibration.as_ref().unwrap();
            (state.result.clone(), state.path.clone())
        });
        let file = std::fs::read_to_string(&path).unwrap();
        assert_eq!(file, calibration(&result).to_json());
        bench.wait_until("its card knows", |page| {
            let card = page.bench.arms.iter().find(|card| card.simulated).unwrap();
            card.calibration.is_some() && card.calibrated_at.is_some()
        });
        let history = bench.ask(Ask::CalibrationHistory(follower("sim")));
        let Answer::History(copies) = history else {
            panic!("{history:?}");
        };
        assert_eq!(copies.len(), 1);
        assert_eq!(copies[0].values, result);
        bench.ask(Ask::Finish);
        bench.wait_until("the wizard is closed", |page| page.calibration.is_none());
    });
}

#[test]
fn a_calibration_that_is_given_up_or_stopped_leaves_the_motors_as_they_were() {
    alone(|home| {
        let bench = Bench::new();
        let plugged = Plugged::new(home, "arm", SimArm::follower());
        let key = plugged.name(&bench, home, "bench");
        for by_stop in [false, true] {
            bench.ask(Ask::Calibrate {
                arm: follower(&key),
                wrist_roll: false,
                verify_power: false,
            });
            phase(&bench, CalibrationPhase::Middle);
            bench.ask(Ask::CalibrateStep(CalibrationStep::HomeHere));
            phase(&bench, CalibrationPhase::Recording);
            if by_stop {
                bench.desk.stop();
            } else {
                bench.ask(Ask::Finish);
            }
            phase(&bench, CalibrationPhase::Cancelled);
            bench.wait_until("nothing runs", |page| {
                page.bench.activity == Activity::Nothing
            });
            let diff = bench.ask(Ask::CompareCalibration(follower(&key)));
            let Answer::Diff(diff) = diff else {
                panic!("{diff:?}");
            };
            assert!(diff.joints.iter().all(|joint| joint.agrees), "{diff:?}");
        }
    });
}

#[test]
fn file_and_motors_are_laid_side_by_side_and_made_alike() {
    alone(|home| {
        let bench = Bench::new();
        let plugged = Plugged::new(home, "arm", SimArm::follower());
        let key = plugged.name(&bench, home, "bench");
        let file = home.join("lerobot/calibration/robots/so_follower/bench.json");
        let good = std::fs::read_to_string(&file).unwrap();
        let there = Calibration::from_json(&good).unwrap();
        let mut joints = *there.joints();
        joints[0].range_min += 5;
        let other = Calibration::new(joints).unwrap();
        std::fs::write(&file, other.to_json()).unwrap();
        let diff = |answer| match answer {
            Answer::Diff(diff) => diff,
            other => panic!("{other:?}"),
        };
        let before = diff(bench.ask(Ask::CompareCalibration(follower(&key))));
        let differing: Vec<bool> = before.joints.iter().map(|joint| !joint.agrees).collect();
        assert_eq!(differing, [true, false, false, false, false, false]);
        let after = diff(bench.ask(Ask::TransferCalibration {
            arm: follower(&key),
            to_motors: false,
        }));
        assert!(after.joints.iter().all(|joint| joint.agrees));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), good);
        let history = bench.ask(Ask::CalibrationHistory(follower(&key)));
        let Answer::History(copies) = history else {
            panic!("{history:?}");
        };
        assert!(!copies.is_empty());
        let failure = bench
            .try_ask(Ask::RollBackCalibration {
                arm: follower(&key),
                path: "/nowhere.json".into(),
            })
            .unwrap_err();
        assert_eq!(failure.code, ErrorCode::BadRequest);
        let found = copies.last().unwrap();
        bench.ask(Ask::RollBackCalibration {
            arm: follower(&key),
            path: found.path.clone(),
        });
        let now = Calibration::from_json(&std::fs::read_to_string(&file).unwrap()).unwrap();
        assert_eq!(now, calibration(&found.values));
    });
}

#[test]
fn a_bus_is_looked_through_and_every_motor_is_listed() {
    alone(|_| {
        let bench = Bench::new();
        bench.ask(Ask::Scan {
            key: "sim".into(),
            thorough: false,
        });
        bench.wait_until("the search is over", |page| {
            page.scan.as_ref().is_some_and(|scan| !scan.running)
        });
        bench.page(|page| {
            let scan = page.scan.as_ref().unwrap();
            let ids: Vec<u8> = scan.motors.iter().map(|motor| motor.id).collect();
            assert_eq!(ids, [1, 2, 3, 4, 5, 6]);
            assert!(scan.motors.iter().all(|motor| motor.voltage.is_some()));
            assert_eq!((scan.done, &scan.failure), (1.0, &None));
        });
        // A stop ends it in good order, too.
        bench.ask(Ask::Scan {
            key: "sim".into(),
            thorough: true,
        });
        bench.wait_until("it is looked through", |page| {
            page.bench.activity == Activity::Scanning
        });
        bench.desk.stop();
        bench.wait_until("it was called off", |page| {
            let scan = page.scan.as_ref();
            scan.is_some_and(|scan| !scan.running) && page.bench.activity == Activity::Nothing
        });
    });
}

#[test]
fn motors_are_set_up_one_at_a_time_and_what_is_done_is_remembered() {
    alone(|home| {
        let bench = Bench::new();
        let fresh = Chain::new(ChainConfig::factory_fresh(&[1]), SystemClock::shared());
        let plugged = Plugged::chain(home, "line", SimArm::follower(), fresh);
        let set_up = |bench: &Bench| {
            bench.ask(Ask::SetUp {
                key: plugged.key(),
                role: ArmRole::Follower,
                fresh: false,
            });
            bench.wait_until("it asks for a motor", |page| {
                let setup = page.setup.as_ref();
                setup.is_some_and(|setup| setup.phase == SetupPhase::Connect)
            });
        };
        let word = |bench: &Bench, joint: &str, wanted: SetupMotorWord| {
            bench.wait_until(&format!("{joint} is {wanted:?}"), |page| {
                let setup = page.setup.as_ref().unwrap();
                let mut motors = setup.motors.iter();
                let motor = motors.find(|motor| motor.joint == joint).unwrap();
                motor.word == wanted && setup.phase == SetupPhase::Connect
            });
        };
        set_up(&bench);
        word(&bench, "gripper", SetupMotorWord::Now);
        bench.ask(Ask::SetUpStep(SetupStep::Next));
        word(&bench, "gripper", SetupMotorWord::Done);
        assert_eq!(plugged.chain.ids(), [6]);
        // The same motor once more: refused, and what to do about it.
        bench.ask(Ask::SetUpStep(SetupStep::Next));
        bench.wait_until("a refusal", |page| {
            let setup = page.setup.as_ref().unwrap();
            let remedy = setup.refused.as_ref().map(|notice| notice.remedy.as_str());
            setup.can_go_on_anyway && remedy.is_some_and(|remedy| !remedy.contains("--"))
        });
        bench.ask(Ask::SetUpStep(SetupStep::Skip));
        word(&bench, "wrist_roll", SetupMotorWord::Skipped);
        bench.ask(Ask::Finish);
        bench.wait_until("it was ended", |page| {
            let setup = page.setup.as_ref().unwrap();
            setup.phase == SetupPhase::Ended && setup.failure.is_none()
        });
        bench.wait_until("nothing runs", |page| {
            page.bench.activity == Activity::Nothing
        });
        set_up(&bench);
        word(&bench, "gripper", SetupMotorWord::Done);
        bench.desk.stop();
        bench.wait_until("it was ended", |page| {
            page.setup.as_ref().unwrap().phase == SetupPhase::Ended
        });
    });
}

#[test]
fn an_arm_is_found_by_moving_it_and_is_known_again() {
    alone(|home| {
        let bench = Bench::new();
        let plugged = Plugged::new(home, "arm", SimArm::follower());
        let key = plugged.name(&bench, home, "bench");
        bench.ask(Ask::Identify);
        bench.wait_until("it waits for a hand", |page| {
            page.identify
                .as_ref()
                .is_some_and(|identify| !identify.ports.is_empty())
        });
        let place = plugged.made.middle(2);
        plugged
            .chain
            .hand(3, Some(Hand::HoldsAt(place + 30.0)))
            .unwrap();
        bench.wait_until("it was found", |page| {
            page.identify.as_ref().unwrap().found.is_some()
        });
        bench.page(|page| {
            let identify = page.identify.as_ref().unwrap();
            assert_eq!(identify.found.as_deref(), plugged.port.to_str());
            assert_eq!(identify.moved.as_deref(), Some("elbow_flex"));
            assert_eq!(identify.known.as_deref(), Some("bench"));
            assert!(!identify.running && identify.failure.is_none());
        });
        // Nobody moves one, and somebody stops it.
        bench.ask(Ask::Identify);
        bench.wait_until("it is looked for", |page| {
            page.bench.activity == Activity::Identifying
        });
        bench.desk.stop();
        bench.wait_until("it was called off", |page| {
            let identify = page.identify.as_ref();
            identify.is_some_and(|it| !it.running && it.failure.is_none())
                && page.bench.activity == Activity::Nothing
        });
        // Another name, and then none.
        bench.ask(Ask::NameArm {
            key: key.clone(),
            name: "left".into(),
            role: ArmRole::Leader,
        });
        bench.wait_until("its new name", |page| {
            let mut arms = page.bench.arms.iter();
            let card = arms.find(|card| card.key == "known:left");
            card.is_some_and(|card| card.role == Some(ArmRole::Leader))
        });
        assert!(bench.try_ask(Ask::ForgetArm { key }).is_err());
        bench.ask(Ask::ForgetArm {
            key: "known:left".into(),
        });
        bench.wait_until("nobody knows it", |page| {
            let mut arms = page.bench.arms.iter();
            arms.all(|card| !card.key.starts_with("known:"))
        });
    });
}

#[test]
fn the_motors_of_a_known_arm_are_searched_and_set_up_on_its_adapter_whatever_they_are_now() {
    alone(|home| {
        let bench = Bench::new();
        let plugged = Plugged::new(home, "arm", SimArm::follower());
        let key = plugged.name(&bench, home, "bench");
        // Its gripper was exchanged for a motor out of the box, which is number 1 too: the two talk at once.
        plugged.chain.set_register(6, table::ID, 1).unwrap();
        bench.ask(Ask::Scan {
            key: key.clone(),
            thorough: false,
        });
        bench.wait_until("the search is over", |page| {
            page.scan.as_ref().is_some_and(|scan| !scan.running)
        });
        bench.page(|page| {
            let scan = page.scan.as_ref().unwrap();
            assert_eq!((&scan.arm, &scan.failure), (&key, &None));
            let ids: Vec<u8> = scan.motors.iter().map(|motor| motor.id).collect();
            assert!(ids.contains(&2) && !ids.contains(&6), "{ids:?}");
            assert!(!scan.findings.is_empty());
        });
        bench.ask(Ask::SetUp {
            key,
            role: ArmRole::Follower,
            fresh: true,
        });
        bench.wait_until("it asks for a motor", |page| {
            let setup = page.setup.as_ref();
            setup.is_some_and(|setup| setup.phase == SetupPhase::Connect)
        });
        bench.desk.stop();
    });
}
