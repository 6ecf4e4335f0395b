//! What a file of poses holds, and whose it is.

use arms::ArmKind;

use super::*;

const HOME: [f64; JOINTS] = [0.5, -10.0, 20.25, -30.0, 0.0, 55.5];

fn arm(id: &str) -> ArmConfig {
    ArmConfig {
        id: Some(id.to_owned()),
        ..ArmConfig::new(ArmKind::Follower, "sim")
    }
}

#[test]
fn a_pose_is_found_again_replaced_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = PoseBook::open_in(folder.path(), &arm("bench")).unwrap();
    assert!(book.poses().is_empty());
    assert_eq!(book.get(REST).unwrap(), FOLDED);
    book.save("home", [1.0; JOINTS]).unwrap();
    book.save("home", HOME).unwrap();
    book.save(REST, [2.0; JOINTS]).unwrap();
    let mut again = PoseBook::open_in(folder.path(), &arm("bench")).unwrap();
    assert_eq!(again.get("home").unwrap(), HOME);
    assert_eq!(again.get(REST).unwrap(), [2.0; JOINTS]);
    again.delete("home").unwrap();
    let error = again.get("home").unwrap_err().to_string();
    assert!(error.contains("has no pose “home”, only: rest"), "{error}");
    // Another arm has poses of its own.
    let other = PoseBook::open_in(folder.path(), &arm("other")).unwrap();
    assert!(other.poses().is_empty());
}

#[test]
fn the_file_can_be_read_by_a_person() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = PoseBook::open_in(folder.path(), &arm("bench")).unwrap();
    book.save("home", HOME).unwrap();
    book.poses.get_mut("home").unwrap().saved_at = "2026-01-31T08:15:30.123Z".to_owned();
    assert!(book.path().ends_with("so_follower/bench.toml"));
    assert_eq!(
        book.text(),
        "# Poses of one arm. Joints in LeRobot's degrees (0 is the middle of the recorded range), the gripper in percent.\n\
         version = 1\narm_kind = \"so_follower\"\narm_id = \"bench\"\n\n\
         [poses.home]\nunits = \"degrees\"\nsaved_at = \"2026-01-31T08:15:30.123Z\"\n\
         shoulder_pan = 0.500\nshoulder_lift = -10.000\nelbow_flex = 20.250\nwrist_flex = -30.000\n\
         wrist_roll = 0.000\ngripper = 55.500\n"
    );
}

#[test]
fn poses_in_other_units_or_of_another_arm_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = PoseBook::open_in(folder.path(), &arm("bench")).unwrap();
    book.save("home", HOME).unwrap();
    let text = book.text();
    let path = book.path().to_owned();
    let with = |text: &str, arm: &ArmConfig| {
        fs::write(&path, text).unwrap();
        PoseBook::open_in(folder.path(), arm).and_then(|book| book.get("home"))
    };
    let bench = arm("bench");
    let percent = text.replace("\"degrees\"", "\"normalized\"");
    let error = with(&percent, &bench).unwrap_err().to_string();
    assert!(
        error.contains("saved in normalized, not in degrees"),
        "{error}"
    );
    let leader = text.replace("so_follower", "so_leader");
    let error = with(&leader, &bench).unwrap_err().to_string();
    assert!(error.contains("poses of the so_leader “bench”"), "{error}");
    let normalized = ArmConfig {
        use_degrees: false,
        ..bench.clone()
    };
    assert!(matches!(
        with(&text, &normalized),
        Err(PoseError::NotDegrees(_))
    ));
    for (damage, what) in [
        ("version = 1", "version = 2"),
        ("gripper = 55.500\n", ""),
        ("gripper = 55.500", "gripper = nan"),
        ("[poses.home]", "[poses.home"),
    ] {
        let error = with(&text.replace(damage, what), &bench).unwrap_err();
        assert!(matches!(error, PoseError::Wrong { .. }), "{what}: {error}");
    }
    assert_eq!(with(&text, &bench).unwrap(), HOME);
    for name in ["", "a b", "a.b", "ä", "../x"] {
        let refused = book.save(name, HOME);
        assert!(matches!(refused, Err(PoseError::Name(_))), "{name}");
    }
}
