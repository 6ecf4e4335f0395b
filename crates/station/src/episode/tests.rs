//! Which episodes can be played on which rig.

use arms::ArmKind;
use dataset::DatasetSpec;
use units::MonoTime;

use super::*;

/// A dataset with one episode of these actions under these names.
fn recorded(names: &[&str], robot: &str, rows: &[Vec<f32>]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("data");
    let spec = DatasetSpec {
        fps: 10,
        robot_type: robot.to_owned(),
        state: names.iter().map(|name| (*name).to_owned()).collect(),
        action: names.iter().map(|name| (*name).to_owned()).collect(),
        cameras: Vec::new(),
    };
    let dataset = Dataset::create(&root, spec).unwrap();
    write(&dataset, rows);
    (folder, root)
}

fn follower(degrees: bool) -> Vec<ArmConfig> {
    vec![ArmConfig {
        use_degrees: degrees,
        ..ArmConfig::new(ArmKind::Follower, "sim")
    }]
}

const NAMES: [&str; JOINTS] = [
    "shoulder_pan.pos",
    "shoulder_lift.pos",
    "elbow_flex.pos",
    "wrist_flex.pos",
    "wrist_roll.pos",
    "gripper.pos",
];
const ROW: [f32; JOINTS] = [1.0, 2.0, 3.0, 4.0, 5.0, 60.0];

fn write(dataset: &Dataset, rows: &[Vec<f32>]) {
    let mut draft = dataset.begin_episode("wave").unwrap();
    for (at, row) in rows.iter().enumerate() {
        draft
            .push(dataset::Row {
                state: row,
                action: row,
                observed_at: MonoTime(at as u64 * 100_000_000),
                flags: dataset::RowFlags::default(),
                pictures: &[],
            })
            .unwrap();
    }
    draft.save(serde_json::Value::Null, &[]).unwrap();
}

#[test]
fn joints_go_by_their_names_in_whatever_order_they_stand() {
    let reversed: Vec<&str> = NAMES.iter().rev().copied().collect();
    let row: Vec<f32> = ROW.iter().rev().copied().collect();
    let older = [
        "main_shoulder_pan",
        "main_shoulder_lift",
        "main_elbow_flex",
        "main_wrist_flex",
        "main_wrist_roll",
        "main_gripper",
    ];
    for (names, row) in [
        (&NAMES[..], ROW.to_vec()),
        (&reversed[..], row),
        (&older[..], ROW.to_vec()),
    ] {
        let (_folder, root) = recorded(names, "so_follower", &vec![row; 3]);
        let episode = read(&EpisodeConfig::new(root, 0), &follower(true)).unwrap();
        assert_eq!(episode.rows.len(), 3);
        let wanted: Vec<f64> = ROW.iter().map(|value| f64::from(*value)).collect();
        assert_eq!(episode.rows[0].as_slice(), &wanted[..], "{names:?}");
    }
}

#[test]
fn an_episode_of_another_rig_is_refused_with_the_joint_that_is_missing() {
    let pair: Vec<String> = ["left_", "right_"]
        .iter()
        .flat_map(|side| NAMES.map(|name| format!("{side}{name}")))
        .collect();
    let pair: Vec<&str> = pair.iter().map(String::as_str).collect();
    let base = [&NAMES[..], &["x.vel"][..]].concat();
    let twice = [&NAMES[..5], &["shoulder_pan"][..]].concat();
    for (names, what) in [
        (&pair[..], "has no action for shoulder pan"),
        (&base[..], "“x.vel” is no joint of this rig"),
        (&twice[..], "several actions for shoulder pan"),
        (&NAMES[..5], "has no action for gripper"),
    ] {
        let (_folder, root) = recorded(names, "so_follower", &vec![vec![1.0; names.len()]; 2]);
        let failure = read(&EpisodeConfig::new(root, 0), &follower(true)).unwrap_err();
        assert!(failure.message.contains(what), "{failure}");
        assert_eq!(failure.code, ErrorCode::BadRequest);
    }
    let (_folder, root) = recorded(&pair, "bi_so_follower", &vec![vec![1.0; 12]; 2]);
    let both = [follower(true), follower(true)].concat();
    let episode = read(&EpisodeConfig::new(root, 0), &both).unwrap();
    assert_eq!(episode.rows[0].as_slice().len(), 12);
}

#[test]
fn units_that_cannot_be_meant_are_refused_and_a_person_can_say_what_is_meant() {
    let with = |value: f32| {
        let mut row = ROW.to_vec();
        row[2] = value;
        row
    };
    for (value, robot, degrees, confirmed, what) in [
        (42.0, "so_follower", true, false, None),
        (42.0, "so_follower", false, false, None),
        (120.0, "so_follower", true, false, None),
        (
            120.0,
            "so_follower",
            false,
            true,
            Some("is in degrees (a joint is at 120.0)"),
        ),
        (
            -100.0,
            "so_follower",
            true,
            false,
            Some("3 values are exactly 100 or -100"),
        ),
        (-100.0, "so_follower", true, true, None),
        (-100.0, "so_follower", false, false, None),
        (
            42.0,
            "so100_follower",
            true,
            false,
            Some("its robot type is so100_follower"),
        ),
        (120.0, "so100_follower", true, false, None),
    ] {
        let (_folder, root) = recorded(&NAMES, robot, &vec![with(value); 3]);
        let config = EpisodeConfig {
            units_confirmed: confirmed,
            ..EpisodeConfig::new(root, 0)
        };
        match (read(&config, &follower(degrees)), what) {
            (Ok(_), None) => {}
            (Err(failure), Some(what)) => {
                assert!(failure.message.contains(what), "{failure}");
                assert!(failure.remedy.contains("--robot.use_degrees"), "{failure}");
            }
            (Ok(_), Some(what)) => panic!("not refused: {what}"),
            (Err(failure), None) => panic!("refused: {failure}"),
        }
    }
}

#[test]
fn a_part_is_played_by_its_seconds() {
    let rows: Vec<Vec<f32>> = (0..31).map(|row| vec![row as f32; JOINTS]).collect();
    let (_folder, root) = recorded(&NAMES, "so_follower", &rows);
    let part = |from, to| {
        let config = EpisodeConfig {
            from,
            to,
            ..EpisodeConfig::new(root.clone(), 0)
        };
        read(&config, &follower(true)).map(|episode| {
            let row = |at: usize| episode.rows[at].as_slice()[0];
            (row(0), row(episode.rows.len() - 1), episode.first)
        })
    };
    let seconds = Duration::from_secs_f64;
    assert_eq!(part(None, None).unwrap(), (0.0, 30.0, Duration::ZERO));
    assert_eq!(
        part(Some(0.3), Some(1.0)).unwrap(),
        (3.0, 10.0, seconds(0.3))
    );
    assert_eq!(part(Some(2.95), Some(99.0)).unwrap().0, 30.0);
    for (from, to) in [
        (Some(-1.0), None),
        (Some(4.0), None),
        (Some(2.0), Some(1.0)),
        (Some(f64::NAN), None),
        (None, Some(f64::NAN)),
    ] {
        let failure = part(from, to).unwrap_err();
        assert!(failure.message.contains("lasts 3.0 s"), "{failure}");
    }
    let no_speed = EpisodeConfig {
        speed: 9.0,
        ..EpisodeConfig::new(root.clone(), 0)
    };
    assert!(read(&no_speed, &follower(true)).is_err());
    let missing = read(&EpisodeConfig::new(root.clone(), 7), &follower(true)).unwrap_err();
    assert!(
        missing.message.contains("no episode 7, only 1"),
        "{missing}"
    );
}
