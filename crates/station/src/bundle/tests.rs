//! Bundles of machines that are seeded with what must not be in one.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;

use proptest::prelude::*;
use protocol::window::{CameraSample, HealthSample, LogEntry};

use super::known::{Known, Traces};
use super::scrub::Kind;
use super::source::Sites;
use super::*;
use crate::doctor::Machine;

const HOST: &str = "bench-machine-7";
const SERIAL: &str = "5A46083062";
const CAMERA: &str = "C270A1B2";
/// Of an adapter that is neither plugged in nor known any more.
const GONE: &str = "5B77120034";
const TOKEN: &str = "hf_QwErTyUiOpAsDfGhJkLzXcVb";

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Every file of a ZIP, by name.
fn unpacked(path: &Path) -> BTreeMap<String, String> {
    let mut zip = zip::ZipArchive::new(fs::File::open(path).unwrap()).unwrap();
    let mut files = BTreeMap::new();
    for index in 0..zip.len() {
        let mut file = zip.by_index(index).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.insert(file.name().unwrap().to_string(), text);
    }
    files
}

fn machine() -> Machine {
    let mut machine = Machine::this();
    machine.known_arms = Ok(vec![("grandmas-arm".into(), arms::ArmKind::Follower)]);
    machine.variables = Vec::new();
    machine
}

/// A machine of Grace, whose home is a link where there are links.
fn seeded(folder: &Path) -> (Source, Vec<String>) {
    let real = folder.join("disks/hopper-data");
    fs::create_dir_all(real.join("Downloads")).unwrap();
    let home = folder.join("home/grace");
    fs::create_dir_all(home.parent().unwrap()).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(&real, &home).unwrap();
    #[cfg(not(unix))]
    fs::create_dir_all(home.join("Downloads")).unwrap();
    let sites = Sites {
        settings: home.join(".config/tendon/settings.toml"),
        arms: home.join(".config/tendon/known-arms.toml"),
        cameras: home.join(".config/tendon/cameras.toml"),
        log: home.join("log"),
        datasets: vec![home.join(".cache/huggingface/lerobot"), folder.join("sets")],
        recorded: vec![folder.join("elsewhere/attic-tests")],
        poses: home.join(".config/tendon/poses"),
    };
    let at = home.display().to_string();
    let coded: String = at.bytes().map(|byte| format!("%{byte:02X}")).collect();
    write(
        &sites.settings,
        &format!("# Grace's own, {TOKEN}\n[log]\nfolder = \"{at}/log\"\nlevel = \"debug\"\n"),
    );
    write(
        &sites.arms,
        &format!(
            "version = 1\n[[arm]]\nname = \"grandmas-arm\"\nrole = \"follower\"\nadapter_serial = \"{SERIAL}\"\n"
        ),
    );
    write(
        &sites.cameras,
        &format!(
            "version = 1\n[[camera]]\nname = \"front\"\nsource = \"usb-046d:0825-{CAMERA}\"\n\
             [[camera]]\nname = \"phone\"\nsource = \"http://gh:pa55wort@phone.lan:8080/video\"\n"
        ),
    );
    write(
        &sites.poses.join("so_follower-bench.json"),
        r#"{"version": 1, "arm_id": "granny2", "poses": {"above the sink": {}}}"#,
    );
    let info = r#"{"codebase_version": "v3.0", "fps": 30, "features": {}, "total_episodes": 3, "total_frames": 90,
        "total_tasks": 1, "chunks_size": 1000, "data_path": "data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
        "video_path": null, "robot_type": "so_follower"}"#;
    write(
        &sites.datasets[0].join("hopperg/grandmas-kitchen/meta/info.json"),
        info,
    );
    write(
        &sites.datasets[1].join("grandmas-garden/meta/info.json"),
        info,
    );
    let said = [
        format!("the settings are read\nFile: {at}/.config/tendon/settings.toml")
            .replace('\n', " | "),
        format!("recording into {at}/.cache/huggingface/lerobot/hopperg/grandmas-kitchen"),
        format!("kept below {}", fs::canonicalize(&real).unwrap().display()),
        format!("asked for asset://localhost/{coded}/x.png"),
        format!("adapter {SERIAL} at /dev/serial/by-id/usb-1a86_Serial_{SERIAL}-if00"),
        format!("camera usb-046d:0825-{} opened", CAMERA.to_lowercase()),
        "phone.lan does not answer: http://gh:pa55wort@phone.lan:8080/video".to_owned(),
        format!("GRACE on {} is refused, key {TOKEN}", HOST.to_uppercase()),
        format!("written to {}/grandmas-garden", sites.datasets[1].display()),
        "mail for Grace Hopper at grace@example.org from 192.168.7.9".to_owned(),
        format!(
            "follower: waiting for the adapter with serial number {GONE} to be plugged in again"
        ),
        "arm remembered name=grandmas-arm fingerprint=0".to_owned(),
        "this arm is known as “Uncle Bob” already, pose above the sink of granny2".to_owned(),
        format!(
            "recorded into {}/elsewhere/attic-tests, key=attic-tests:0000",
            folder.display()
        ),
        "an earlier session left 2.0 s of “hand Vera her cup” in this dataset".to_owned(),
    ];
    let line =
        |words: &String| format!("2026-01-31T08:15:30.123Z INFO  r-42 station [main]: {words}\n");
    let log: String = said.iter().map(line).collect();
    write(&sites.log.join("tendon.log"), &log);
    let traces = Traces {
        variables: BTreeMap::from([
            ("USER".into(), "grace".into()),
            ("HF_TOKEN".into(), TOKEN.into()),
            ("TENDON_LOG_DIR".into(), format!("{at}/log")),
        ]),
        home: Some(home.clone()),
        passwd: "grace:x:1000:1000:Grace Hopper,,,:/home/grace:/bin/sh\n".into(),
        hosts: vec![HOST.into()],
        ..Traces::default()
    };
    let history = vec![HealthSample {
        number: 1,
        at_ms: 7,
        cycle: None,
        bus: None,
        cameras: vec![CameraSample {
            name: format!("usb-046d:0825-{CAMERA}"),
            fps: Some(30.0),
            bad: 0,
            missed: 0,
        }],
        cpu: Some(0.1),
        memory: None,
    }];
    let real = fs::canonicalize(&real).unwrap().display().to_string();
    let secrets = [
        "grace",
        "hopper",
        "hopperg",
        "kitchen",
        "garden",
        "pa55wort",
        "phone.lan",
        "192.168.7.9",
        "example.org",
        HOST,
        SERIAL,
        GONE,
        CAMERA,
        TOKEN,
        "grandmas-arm",
        "uncle bob",
        "above the sink",
        "granny2",
        "attic-tests",
        "vera",
        &at,
        &real,
        &coded,
    ];
    (
        Source::at(&sites, traces, machine(), history),
        secrets.map(str::to_lowercase).to_vec(),
    )
}

#[test]
fn a_bundle_of_a_seeded_machine_holds_what_helps_and_nothing_of_the_person() {
    let folder = tempfile::tempdir().unwrap();
    let (source, secrets) = seeded(folder.path());
    let bundle = Bundle::of(&source);
    let preview = bundle.preview();
    let saved = bundle.save().unwrap();
    assert_eq!(saved.path.display().to_string(), preview.path);
    assert_eq!(
        saved.path.parent().unwrap(),
        folder.path().join("home/grace/Downloads")
    );
    assert_eq!(saved.bytes, fs::metadata(&saved.path).unwrap().len());
    let files = unpacked(&saved.path);
    let names: Vec<&str> = preview
        .files
        .iter()
        .map(|file| file.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "about.txt",
            "checks.txt",
            "settings.toml",
            "log.txt",
            "figures.jsonl",
            "datasets.txt"
        ]
    );
    for file in &preview.files {
        let text = &files[&file.name];
        assert_eq!(
            (file.bytes, file.lines),
            (text.len() as u64, text.lines().count() as u64)
        );
        let low = text.to_lowercase();
        for secret in &secrets {
            assert!(!low.contains(secret), "{secret} in {}:\n{text}", file.name);
        }
    }
    // What a reader needs is still there.
    assert!(files["settings.toml"].contains("level = \"debug\""));
    assert!(files["settings.toml"].contains("TENDON_LOG_DIR=<home>/log"));
    assert!(files["log.txt"].contains("INFO  r-42 station [main]: recording into <home>/.cache"));
    assert_eq!(files["log.txt"].lines().count(), 15);
    assert!(files["datasets.txt"].starts_with("2 datasets\n1. v3.0: 3 episodes, 90 rows at 30 Hz"));
    assert!(files["about.txt"].contains("Known arms: 1 follower"));
    assert!(files["about.txt"].contains("Cameras set up: 1 device, 1 network"));
    assert!(files["checks.txt"].contains("known arms: “arm 1” (follower)"));
    assert!(!files["checks.txt"].contains("grandmas-arm"));
    let kinds: Vec<&str> = preview
        .taken_out
        .iter()
        .map(|(kind, _)| kind.as_str())
        .collect();
    assert_eq!(
        kinds,
        ["user", "home", "host", "serial", "token", "network"]
    );
    assert!(preview.taken_out.iter().all(|(_, count)| *count > 0));
}

#[test]
fn a_file_of_arms_that_cannot_be_read_gives_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let (_, _) = seeded(folder.path());
    let home = folder.path().join("home/grace");
    let arms = home.join(".config/tendon/known-arms.toml");
    write(
        &arms,
        &format!(
            "[[arm]]\nadapter_serial = \"{SERIAL}\"\nname = \"adas arm\nfingerprint = \"0\"\n"
        ),
    );
    write(
        &home.join("log/tendon.log"),
        &format!("2026-01-31T08:15:30.123Z INFO  r-42 station [main]: adapter {SERIAL} is gone\n"),
    );
    let sites = Sites {
        settings: home.join("none"),
        arms,
        cameras: home.join("none"),
        log: home.join("log"),
        datasets: Vec::new(),
        recorded: Vec::new(),
        poses: home.join("none"),
    };
    let mut machine = machine();
    let why = format!("line 3\n  |\n3 | name = \"adas arm {SERIAL}");
    machine.known_arms = Err(failure(ErrorCode::Data, why, "Correct the line."));
    let bundle = Bundle::of(&Source::at(&sites, Traces::default(), machine, Vec::new()));
    for name in ["checks.txt", "log.txt"] {
        let text = bundle.text(name).unwrap();
        assert!(
            !text.contains(SERIAL) && !text.contains("adas"),
            "{name}: {text}"
        );
    }
    assert!(bundle.text("checks.txt").unwrap().contains("line 3"));
}

#[test]
fn what_is_shown_in_pages_is_what_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let (mut source, _) = seeded(folder.path());
    let log = source.log.as_mut().unwrap();
    let first = log[0].clone();
    for number in 0..400 {
        let message = format!("{number} \"é\u{1}\" ").repeat(1 + number % 300);
        log.push(LogEntry {
            message,
            ..first.clone()
        });
    }
    let bundle = Bundle::of(&source);
    let saved = bundle.save_to(folder.path()).unwrap();
    for (name, text) in unpacked(&saved.path) {
        let (mut shown, mut from) = (String::new(), Some(0));
        while let Some(at) = from {
            let page = bundle.read(&name, at).unwrap();
            assert!(serde_json::to_string(&page).unwrap().len() <= PAGE);
            assert!(page.next.is_none_or(|next| next > at));
            shown.push_str(&page.text);
            from = page.next;
        }
        assert_eq!(shown, text, "{name}");
        assert_eq!(bundle.read(&name, u64::MAX).unwrap().text, "");
    }
    let failure = bundle.read("secrets.txt", 0).unwrap_err();
    assert!(
        failure.remedy.contains("about.txt, checks.txt"),
        "{failure}"
    );
}

#[test]
fn a_bundle_is_saved_under_a_name_once_and_never_over_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let (source, _) = seeded(folder.path());
    let bundle = Bundle::of(&source);
    let path = folder.path().join("mine.zip");
    assert_eq!(bundle.save_to(&path).unwrap().path, path);
    let before = fs::read(&path).unwrap();
    let failure = bundle.save_to(&path).unwrap_err();
    assert_eq!(failure.code, ErrorCode::BadRequest);
    assert_eq!(fs::read(&path).unwrap(), before);
    let nowhere = bundle
        .save_to(&folder.path().join("no/mine.zip"))
        .unwrap_err();
    assert_eq!(nowhere.code, ErrorCode::Disk);
}

#[test]
fn a_machine_that_has_nothing_has_a_bundle_too() {
    let folder = tempfile::tempdir().unwrap();
    let nowhere = folder.path().join("nowhere");
    let sites = Sites {
        settings: nowhere.join("settings.toml"),
        arms: nowhere.join("arms"),
        cameras: nowhere.join("cameras"),
        log: nowhere.clone(),
        datasets: vec![nowhere.clone()],
        recorded: Vec::new(),
        poses: nowhere,
    };
    let source = Source::at(&sites, Traces::default(), machine(), Vec::new());
    let bundle = Bundle::of(&source);
    assert!(
        bundle
            .text("settings.toml")
            .unwrap()
            .contains("no settings file")
    );
    assert_eq!(bundle.text("log.txt"), Some(""));
    assert_eq!(bundle.text("datasets.txt"), Some("0 datasets\n"));
}

/// How a secret may stand in a text.
fn written(secret: &str, how: u8) -> String {
    match how {
        0 => secret.to_owned(),
        1 => secret.to_uppercase(),
        2 => secret.bytes().map(|byte| format!("%{byte:02x}")).collect(),
        3 => secret
            .bytes()
            .map(|byte| format!("%25{byte:02X}"))
            .collect(),
        4 => secret.replace('/', "\\"),
        5 => secret.replace('/', "\\\\"),
        _ => secret
            .chars()
            .map(|c| format!("\\u{:04x}", u32::from(c)))
            .collect(),
    }
}

/// A text as a stubborn reader would read it.
fn read_through(text: &str) -> String {
    let mut text = text.replace("%25", "%");
    for byte in 0x20_u8..0x7f {
        let read = char::from(byte).to_string();
        for coded in [
            format!("%{byte:02x}"),
            format!("%{byte:02X}"),
            format!("\\u{byte:04x}"),
        ] {
            text = text.replace(&coded, &read);
        }
    }
    text.replace("\\\\", "/").replace('\\', "/").to_lowercase()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_seeded_secret_is_in_any_file(
        user in "[a-z]{6,10}",
        below in "/(home|srv|mnt/data)/[a-z]{3,5}[.-]",
        host in "[a-z]{3,6}-[0-9]{2,4}",
        serial in "[A-Z0-9]{8,14}",
        token in "[A-Za-z0-9!#.]{12,24}",
        places in prop::collection::vec((0_usize..5, 0_u8..7, "[ \"'(=/:_,-]", "[ \"')/:_,.-]"), 1..12),
    ) {
        let home = format!("{below}{user}");
        let secrets = [&user, &home, &host, &serial, &token];
        let kinds = [Kind::User, Kind::Home, Kind::Host, Kind::Serial, Kind::Token];
        let known: Vec<Known> = kinds.iter().zip(secrets).map(|(kind, text)| Known::new(*kind, text)).collect();
        let text: String = places
            .iter()
            .map(|(which, how, before, after)| format!("word{before}{}{after}word\n", written(secrets[*which], *how)))
            .collect();
        let mut scrubber = Scrubber::new(&known);
        let clean = read_through(&cut(&scrubber.scrub(&text)));
        for secret in secrets {
            prop_assert!(!clean.contains(&secret.to_lowercase()), "{secret} in {clean}\nfrom {text}");
        }
        prop_assert_eq!(clean.lines().count(), places.len());
        let counted: u32 = scrubber.counts().iter().map(|(_, count)| count).sum();
        prop_assert!(counted as usize >= places.len());
    }
}
