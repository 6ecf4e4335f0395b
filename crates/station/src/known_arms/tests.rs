//! Two equal adapters cannot be confused, whatever the file says and however often it was written.

use std::fs;

use arms::MotorPrint;
use protocol::ErrorCode;

use super::finding::resolve_among;
use super::*;
use crate::failure::bad_request;

fn print(offset: i32) -> Fingerprint {
    Fingerprint(std::array::from_fn(|joint| {
        Some(MotorPrint {
            model: 777,
            firmware: (3, 10),
            make: 0xfeed_beef,
            homing_offset: offset + joint as i32,
            range_min: 100,
            range_max: 4000,
        })
    }))
}

fn arm(name: &str, serial: Option<&str>, offset: i32) -> KnownArm {
    KnownArm {
        name: name.to_owned(),
        role: ArmKind::Follower,
        id: Some(name.to_owned()),
        adapter_serial: serial.map(str::to_owned),
        port: format!("/nowhere/{name}"),
        fingerprint: print(offset),
    }
}

fn known(folder: &tempfile::TempDir, arms: &[KnownArm]) -> KnownArms {
    let mut known = KnownArms::load(folder.path().join("tendon/known-arms.toml")).unwrap();
    for arm in arms {
        known.remember(arm).unwrap();
    }
    known
}

fn port(path: &str, serial: Option<&str>) -> PortInfo {
    PortInfo {
        path: path.to_owned(),
        vid_pid: Some((0x1a86, 0x7523)),
        product: None,
        manufacturer: None,
        serial_number: serial.map(str::to_owned),
        looks_like_arm: true,
    }
}

#[test]
fn what_is_remembered_is_read_back_and_unknown_keys_stay() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = known(
        &folder,
        &[arm("bench", Some("A1"), -7), arm("lead", None, 300)],
    );
    let text = fs::read_to_string(first.path()).unwrap();
    let text = text.replacen("name = \"bench\"", "colour = \"red\"\nname = \"bench\"", 1);
    fs::write(first.path(), format!("{text}\n[future]\nkey = 1\n")).unwrap();
    first = KnownArms::load(first.path().to_owned()).unwrap();
    assert_eq!(
        first.arms(),
        [arm("bench", Some("A1"), -7), arm("lead", None, 300)]
    );
    first.remember(&arm("bench", None, 5)).unwrap();
    assert!(first.forget("lead").unwrap());
    assert!(!first.forget("lead").unwrap());
    let text = fs::read_to_string(first.path()).unwrap();
    for kept in ["colour = \"red\"", "[future]", "key = 1", "version = 1"] {
        assert!(text.contains(kept), "{kept} is gone:\n{text}");
    }
    assert!(
        !text.contains("A1"),
        "the old adapter is still there:\n{text}"
    );
    let again = KnownArms::load(first.path().to_owned()).unwrap();
    assert_eq!(again.arms(), [arm("bench", None, 5)]);
}

#[test]
fn an_arm_is_what_its_motors_say_and_the_adapter_says_what_was_expected() {
    let folder = tempfile::tempdir().unwrap();
    let known = known(
        &folder,
        &[
            arm("left", Some("A1"), 0),
            arm("right", Some("B2"), 300),
            arm("clone", Some("0001"), 600),
            arm("twin", Some("0001"), 900),
        ],
    );
    let mut exchanged = print(0);
    exchanged.0[2] = exchanged.0[2].map(|motor| MotorPrint { make: 1, ..motor });
    let mut silent = print(0);
    silent.0[5] = None;
    for (serial, now, words) in [
        (Some("A1"), print(0), "this is “left”"),
        (None, print(300), "this is “right”"),
        (Some("ZZ"), print(300), "this is “right”"),
        (
            Some("A1"),
            print(300),
            "this is “right”, on the adapter of “left”",
        ),
        (Some("0001"), print(900), "this is “twin”"),
        (Some("0001"), print(5), "this arm has no name yet"),
        (
            Some("A1"),
            print(5),
            "the arm on the adapter of “left” holds another calibration than “left” had (all joints)",
        ),
        (
            Some("A1"),
            exchanged,
            "the arm on the adapter of “left” has other motors than “left” had (elbow_flex)",
        ),
        (
            Some("A1"),
            silent,
            "whether this is “left” cannot be said: motors do not answer (gripper)",
        ),
        (None, print(5), "this arm has no name yet"),
    ] {
        let found = known.recognise(serial, &now);
        assert_eq!(found.to_string(), words);
        assert_eq!(
            found.remedy().is_empty(),
            matches!(found, Match::Same { .. }),
            "{found:?}"
        );
    }
}

#[test]
fn a_name_leads_to_the_port_on_which_its_motors_are() {
    let folder = tempfile::tempdir().unwrap();
    let known = known(
        &folder,
        &[arm("left", Some("A1"), 0), arm("right", None, 300)],
    );
    let ports = [port("/dev/ttyUSB0", Some("A1")), port("/dev/ttyUSB1", None)];
    let resolve = |name: &str, at: &[(&str, i32)]| {
        resolve_among(&known, name, &ports, |path| {
            at.iter()
                .find(|(there, _)| *there == path)
                .map(|(_, offset)| print(*offset))
                .ok_or_else(|| bad_request("busy", ""))
        })
    };
    let usual = [("/dev/ttyUSB0", 0), ("/dev/ttyUSB1", 300)];
    assert_eq!(resolve("left", &usual).unwrap(), "/dev/ttyUSB0");
    assert_eq!(resolve("right", &usual).unwrap(), "/dev/ttyUSB1");
    // The cables were exchanged: each name still leads to its own motors.
    let exchanged = [("/dev/ttyUSB0", 300), ("/dev/ttyUSB1", 0)];
    assert_eq!(resolve("right", &exchanged).unwrap(), "/dev/ttyUSB0");
    assert_eq!(resolve("left", &exchanged).unwrap(), "/dev/ttyUSB1");

    let refused = resolve("left", &[("/dev/ttyUSB0", 55)]).unwrap_err();
    assert_eq!(refused.code, ErrorCode::Port);
    assert!(
        refused.message.contains("holds another calibration"),
        "{refused}"
    );
    assert!(refused.remedy.contains("/dev/ttyUSB0"), "{refused}");
    let missing = resolve("right", &[("/dev/ttyUSB0", 0), ("/dev/ttyUSB1", 1)]).unwrap_err();
    assert!(missing.message.contains("not on any port"), "{missing}");
    let unknown = resolve("middle", &usual).unwrap_err();
    assert!(
        unknown.message.contains("these are known: left, right"),
        "{unknown}"
    );
}

#[test]
fn without_a_serial_number_the_port_tells_of_an_arm_calibrated_anew_only_with_its_own_file() {
    let folder = tempfile::tempdir().unwrap();
    let known = known(&folder, &[arm("right", None, 300), arm("left", None, 0)]);
    let mut exchanged = print(5);
    exchanged.0[2] = exchanged.0[2].map(|motor| MotorPrint { make: 1, ..motor });
    let anew = Match::Recalibrated {
        name: "left".to_owned(),
        joints: Joint::ALL.to_vec(),
    };
    for (path, serial, now, meant, wanted) in [
        ("/nowhere/left", None, print(5), true, anew),
        ("/nowhere/left", None, print(5), false, Match::Unknown),
        ("/nowhere/left", Some("ZZ"), print(5), true, Match::Unknown),
        ("/nowhere/left", None, exchanged, true, Match::Unknown),
        ("/nowhere/else", None, print(5), true, Match::Unknown),
    ] {
        let found = known.recognise_at(path, serial, &now, |_| meant);
        assert_eq!(found, wanted, "{path} {serial:?} {meant}");
    }
}

#[test]
fn a_file_that_makes_no_sense_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known-arms.toml");
    for text in [
        "version = 2\n",
        "[[arm]]\nname = \"x\"\n",
        "version = 1\n[[arm]]\nname = \"x\"\nrole = \"boss\"\n",
        "version = 1\n[[arm]]\nname = \"x\"\nrole = \"leader\"\n[[arm.motor]]\njoint = \"nose\"\n",
        "version = \n",
    ] {
        fs::write(&path, text).unwrap();
        let error = KnownArms::load(path.clone()).unwrap_err();
        assert_eq!(error.code, ErrorCode::Data, "{text}: {error}");
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_name_that_would_break_a_command_line_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut known = known(&folder, &[]);
    for bad in ["", "  ", "a=b", "x/y", "a\nb"] {
        assert!(known.remember(&arm(bad, None, 0)).is_err(), "{bad:?}");
    }
}
