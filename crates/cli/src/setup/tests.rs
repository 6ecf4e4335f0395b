//! What flags make of arms and of what drives them.

use clap::Parser as _;

use super::*;
use crate::args::{Cli, Command};

/// Everything that `--teleop.type` can be, with what it needs.
const KINDS: [(&str, &[&str]); 10] = [
    ("keyboard", &[]),
    ("keyboard_ee", &[]),
    ("gamepad", &[]),
    ("so101_leader", &["--teleop.port=sim"]),
    ("so100_leader", &["--teleop.port=sim"]),
    ("bi_so_leader", &["--teleop.port=sim"]),
    ("script", &["--teleop.script=SCRIPT"]),
    ("replay", &["--teleop.replay.root=DATASET"]),
    ("pose", &["--teleop.pose=rest"]),
    ("hold", &[]),
];

fn recorded(words: &[String]) -> Result<Input, Failure> {
    let line = [
        "tendon",
        "record",
        "--dataset.repo_id=a/b",
        "--dataset.single_task=c",
    ];
    let line = line.into_iter().map(str::to_owned).chain(words.to_vec());
    let Command::Record(record) = Cli::try_parse_from(line).unwrap().command else {
        panic!("not record")
    };
    let arms = followers(&record.robot)?;
    let input = input(&record.teleop, &record.robot, &arms)?;
    Ok(rig(arms, input)).map(|(rig, held)| Input {
        leaders: rig.leaders,
        teleoperator: rig.teleoperator,
        held,
    })
}

#[test]
fn everything_that_drives_can_be_recorded_filtered_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("wave.script");
    fs::write(&script, "at 1s press w for 1s\n").unwrap();
    let root = folder.path().join("data");
    let dataset =
        dataset::Dataset::create(&root, dataset::DatasetSpec::so_follower(30, false)).unwrap();
    let mut draft = dataset.begin_episode("wave").unwrap();
    for row in 0..10 {
        let values = [row as f32; 6];
        draft
            .push(dataset::Row {
                state: &values,
                action: &values,
                observed_at: units::MonoTime(row * 33_333_333),
                flags: dataset::RowFlags::default(),
                pictures: &[],
            })
            .unwrap();
    }
    draft.save(serde_json::Value::Null, &[]).unwrap();
    for (kind, needs) in KINDS {
        for filter in ["off", "light", "2:0.1"] {
            let robot = if kind.starts_with("bi_") {
                "bi_so_follower"
            } else {
                "so101_follower"
            };
            let mut words = vec![
                format!("--robot.type={robot}"),
                "--robot.port=sim".to_owned(),
                format!("--teleop.type={kind}"),
                format!("--teleop.filter={filter}"),
            ];
            words.extend(needs.iter().map(|word| {
                word.replace("SCRIPT", &script.display().to_string())
                    .replace("DATASET", &root.display().to_string())
            }));
            let input = recorded(&words).unwrap_or_else(|failure| panic!("{kind}: {failure}"));
            let delayed = input.teleoperator.input().delay.is_some();
            assert_eq!(delayed, filter != "off", "{kind} with {filter}");
            assert!(!input.teleoperator.name().is_empty());
            assert_eq!(input.held.arms, if kind.starts_with("bi_") { 2 } else { 1 });
            let led = kind.ends_with("_leader");
            assert_eq!(input.held.clutch.is_some(), led, "{kind}");
            assert_eq!(input.leaders.len(), if led { input.held.arms } else { 0 });
        }
    }
    let Err(unknown) = recorded(&["--robot.port=sim".into(), "--teleop.type=phone".into()]) else {
        panic!("a phone cannot drive")
    };
    for (kind, _) in KINDS {
        assert!(unknown.remedy.contains(kind), "{kind}: {unknown}");
    }
}

#[test]
fn the_arms_of_a_pair_are_named_configured_and_kept_apart_as_lerobot_does() {
    let words = |more: &[&str]| {
        let line = ["tendon", "teleoperate", "--robot.type=bi_so_follower"];
        let Command::Teleoperate(args) = Cli::try_parse_from(line.iter().chain(more))
            .unwrap()
            .command
        else {
            panic!("not teleoperate")
        };
        followers(&args.robot)
    };
    let ports = [
        "--robot.left_arm_config.port=/dev/a",
        "--robot.right_arm_config.port=/dev/b",
    ];
    let mut line = ports.to_vec();
    line.extend([
        "--robot.id=bench",
        "--robot.calibration_dir=/c",
        "--robot.max_relative_target=9",
        "--robot.right_arm_config.max_relative_target=5",
        "--robot.left_arm_config.disable_torque_on_disconnect=false",
        "--robot.use_degrees=false",
    ]);
    let arms = words(&line).unwrap();
    let told: Vec<_> = arms
        .iter()
        .map(|arm| {
            (
                arm.name.as_str(),
                arm.id.as_deref(),
                arm.port.as_str(),
                arm.max_relative_target.map(|target| target[0]),
                arm.disable_torque_on_disconnect,
                arm.use_degrees,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                "left_follower",
                Some("bench_left"),
                "/dev/a",
                Some(9.0),
                false,
                false
            ),
            (
                "right_follower",
                Some("bench_right"),
                "/dev/b",
                Some(5.0),
                true,
                false
            ),
        ]
    );
    assert_eq!(arms[1].calibration_dir.as_deref(), Some("/c".as_ref()));
    assert_eq!(words(&["--robot.port=sim"]).unwrap().len(), 2);
    for (more, what) in [
        (
            &["--robot.port=/dev/a"][..],
            "two arms cannot share --robot.port=/dev/a",
        ),
        (&ports[..1], "--robot.right_arm_config.port is missing"),
        (
            &[
                "--robot.left_arm_config.port=/dev/a",
                "--robot.right_arm_config.port=/dev/a",
            ],
            "both arms are on /dev/a",
        ),
    ] {
        let failure = words(more).unwrap_err();
        assert!(failure.message.contains(what), "{failure}");
    }
}

#[test]
fn a_flag_that_would_do_nothing_is_refused() {
    let says = |words: &[&str]| {
        let line = ["tendon"].iter().chain(words);
        Cli::try_parse_from(line).err().map(|error| error.kind())
    };
    for verb in [
        "scan",
        "doctor",
        "identify",
        "setup-motors",
        "calibrate",
        "release",
    ] {
        assert_eq!(says(&[verb, "--robot.port=sim"]), None, "{verb}");
        for flag in [
            "--robot.joint_limits=gripper=..70",
            "--robot.emergency_stop=release",
            "--robot.max_relative_target=5",
            "--robot.rest_on_end=true",
        ] {
            let unknown = Some(clap::error::ErrorKind::UnknownArgument);
            assert_eq!(says(&[verb, flag]), unknown, "{verb} {flag}");
        }
    }
    for instead in ["--diff", "--write=motors", "--history", "--pair"] {
        for flag in ["--wrist_roll=recorded", "--verify_power"] {
            let clash = Some(clap::error::ErrorKind::ArgumentConflict);
            assert_eq!(
                says(&["calibrate", instead, flag]),
                clash,
                "{instead} {flag}"
            );
        }
    }
}
