//! The doctor's words about machines that are not there.

use std::path::PathBuf;
use std::sync::Arc;

use arms::ArmKind;
use arms::survey::LineFinding;
use motors::ports::PortInfo;
use motors::scan::Scan;
use protocol::window::{PoolSettings, ProductState, WorkersState};
use protocol::{ErrorCode, Failure};

use super::*;
use crate::access::Permission;
use crate::adapters::{Meddlers, Portless};

fn healthy() -> Machine {
    Machine {
        version: "0.1.0".into(),
        os: "Debian GNU/Linux 13 (trixie)".into(),
        kernel: "Linux 6.12.1".into(),
        arch: "x86_64",
        cpu: Some("A Processor 3000".into()),
        cores: 8,
        realtime: (true, "real-time FIFO 20".into()),
        assembly: true,
        ports: vec![port("/dev/ttyACM0", Some("5A46"), Permission::Open, None)],
        portless: Vec::new(),
        meddlers: Meddlers::default(),
        known_arms: Ok(vec![("bench".into(), ArmKind::Follower)]),
        known_arms_file: "/home/ada/.config/tendon/known-arms.toml".into(),
        calibrations: vec![calibration("robots/so_follower/bench.json", false, None)],
        calibration_folder: Ok("/cal".into()),
        settings: Ok(false),
        settings_unused: Vec::new(),
        settings_file: "/home/ada/.config/tendon/settings.toml".into(),
        log_folder: "/home/ada/.local/state/tendon/log".into(),
        disks: vec![disk(212_000_000_000, true)],
        unfinished: Vec::new(),
        variables: vec![
            variable("HF_HOME", Some("/data/hf")),
            variable("HF_TOKEN", None),
        ],
        workers: Arc::new(WorkersState {
            settings: PoolSettings {
                workers: 6,
                ..PoolSettings::default()
            },
            ..WorkersState::default()
        }),
        scan: None,
    }
}

fn port(
    path: &str,
    serial: Option<&str>,
    permission: Permission,
    latency_ms: Option<u32>,
) -> PortState {
    PortState {
        info: PortInfo {
            path: path.into(),
            vid_pid: Some((0x1a86, 0x55d3)),
            product: Some("USB Single Serial".into()),
            manufacturer: None,
            serial_number: serial.map(str::to_owned),
            looks_like_arm: true,
        },
        permission,
        latency_ms,
    }
}

fn calibration(path: &str, older: bool, wrong: Option<&str>) -> CalibrationFile {
    CalibrationFile {
        path: PathBuf::from("/cal").join(path),
        older,
        wrong: wrong.map(str::to_owned),
    }
}

fn disk(free: u64, writable: bool) -> Disk {
    Disk {
        what: "datasets",
        folder: "/home/ada/.cache/huggingface/lerobot".into(),
        free: Some(free),
        writable,
    }
}

fn variable(name: &'static str, value: Option<&str>) -> Variable {
    Variable {
        name,
        value: value.map(str::to_owned),
    }
}

fn told(machine: &Machine) -> String {
    let lines: Vec<String> = checks(machine)
        .iter()
        .map(|check| {
            let line = format!(
                "{:<4} {}: {}",
                check.level.name(),
                check.topic,
                check.message
            );
            match &check.remedy {
                Some(remedy) => format!("{line}\n       {}", remedy.replace('\n', "\n       ")),
                None => line,
            }
        })
        .collect();
    lines.join("\n")
}

#[test]
fn a_machine_that_is_well_is_told_in_a_few_lines() {
    insta::assert_snapshot!(told(&healthy()), @r"
    ok   tendon: version 0.1.0
    ok   system: Debian GNU/Linux 13 (trixie), Linux 6.12.1
    ok   processor: A Processor 3000 (x86_64), 8 cores
    ok   real time: real-time FIFO 20
    ok   video: H.264 encoder with its assembly
    ok   port: /dev/ttyACM0 1a86:55d3 USB Single Serial, number 5A46, looks like an arm's
    ok   known arms: “bench” (follower)
    ok   calibration: /cal/robots/so_follower/bench.json
    ok   settings: defaults; no file /home/ada/.config/tendon/settings.toml
    ok   log: /home/ada/.local/state/tendon/log/tendon.log
    ok   disk: datasets: 212.0 GB free, /home/ada/.cache/huggingface/lerobot
    ok   workers: up to 6 workers, every product on
    ok   environment: HF_HOME=/data/hf
    ok   environment: HF_TOKEN=(set)
    ");
}

#[test]
fn a_machine_on_which_nothing_is_right_is_told_what_to_do_about_each_point() {
    let failure = |message: &str, remedy: &str| Failure {
        code: ErrorCode::Data,
        message: message.into(),
        remedy: remedy.into(),
    };
    let machine = Machine {
        cores: 1,
        realtime: (
            false,
            "ordinary (real-time refused: RLIMIT_RTPRIO is 0)".into(),
        ),
        assembly: false,
        ports: vec![
            port(
                "/dev/ttyACM0",
                None,
                Permission::JoinGroup {
                    group: "uucp".into(),
                },
                None,
            ),
            port(
                "/dev/ttyACM1",
                Some("1"),
                Permission::LogInAgain {
                    group: "dialout".into(),
                },
                None,
            ),
            port(
                "/dev/ttyACM2",
                Some("2"),
                Permission::NeedsRule {
                    group: Some("dialout".into()),
                },
                None,
            ),
            port("/dev/ttyUSB0", Some("3"), Permission::Open, Some(16)),
        ],
        portless: vec![Portless {
            vid_pid: (0x1a86, 0x7523),
            chip: "CH340",
            brltty: true,
        }],
        meddlers: Meddlers {
            brltty: true,
            modem_manager: true,
        },
        known_arms: Err(failure(
            "a file of Tendon's own makes no sense",
            "Correct it.",
        )),
        calibrations: vec![
            calibration("robots/so101_follower/bench.json", true, None),
            calibration(
                "x.json",
                false,
                Some("the key “id” is missing\nFile: /cal/x.json"),
            ),
        ],
        settings: Err(failure(
            "the settings file is wrong: line 2",
            "Correct the line.",
        )),
        settings_unused: vec![failure(
            "line 3: nothing is called “log.flush”",
            "Correct its name.",
        )],
        disks: vec![
            disk(500_000_000, true),
            disk(50_000_000, true),
            disk(5_000_000_000, false),
        ],
        unfinished: vec![
            Unfinished {
                folder: "/data/cups".into(),
                seconds: Ok(vec![12.5]),
                lost: 0,
            },
            Unfinished {
                folder: "/data/plates".into(),
                seconds: Err("another program records into it".into()),
                lost: 0,
            },
            Unfinished {
                folder: "/data/saucers".into(),
                seconds: Ok(Vec::new()),
                lost: 2,
            },
        ],
        variables: vec![variable("LEROBOT_HOME", Some("/old"))],
        scan: Some(Ok((Scan::default(), vec![LineFinding::Nothing]))),
        ..healthy()
    };
    insta::assert_snapshot!(told(&machine), @r#"
    ok   tendon: version 0.1.0
    ok   system: Debian GNU/Linux 13 (trixie), Linux 6.12.1
    warn processor: A Processor 3000 (x86_64), one core
           The control loop shares one core with everything else: close other programs while recording.
    warn real time: ordinary (real-time refused: RLIMIT_RTPRIO is 0)
           Install rtkit, or put `@users - rtprio 20` into /etc/security/limits.d/tendon.conf and log in again; without it a busy machine makes cycles late.
    warn video: H.264 encoder without its assembly: a picture takes 2.8 times as long
           Install nasm, run `cargo clean -p openh264-sys2 -p video` and build Tendon again.
    fail port: /dev/ttyACM0 1a86:55d3 USB Single Serial, without a number of its own, looks like an arm's: no permission
           The port belongs to the group uucp, and you are not in it. Join it, then log out and in again: sudo usermod -aG uucp $USER
    fail port: /dev/ttyACM1 1a86:55d3 USB Single Serial, number 1, looks like an arm's: no permission
           You are in the group dialout, which owns the port, but not yet in this session: log out and in again (or restart).
    fail port: /dev/ttyACM2 1a86:55d3 USB Single Serial, number 2, looks like an arm's: no permission
           Only root may open the port. Put this line into /etc/udev/rules.d/70-tendon.rules:
           SUBSYSTEM=="tty", ATTRS{idVendor}=="1a86", ATTRS{idProduct}=="55d3", GROUP="dialout", MODE="0660", TAG+="uaccess"
           Then run: sudo udevadm control --reload, and plug the adapter in again. If it is still refused: sudo usermod -aG dialout $USER, then log in again.
    warn port: /dev/ttyUSB0 1a86:55d3 USB Single Serial, number 3, looks like an arm's: keeps bytes for up to 16 ms
           Tendon lowers it when it may; if it stays, run: echo 1 | sudo tee /sys/bus/usb-serial/devices/ttyUSB0/latency_timer
    fail adapter: a CH340 adapter (1a86:7523) is plugged in but has no serial port: the braille driver brltty has probably taken it
           Unless you use a braille display: sudo apt remove brltty, then plug the adapter in again.
    warn ModemManager: it runs, and talks to a new port for some seconds after it was plugged in
           Wait half a minute after plugging in, or keep it away: ENV{ID_MM_DEVICE_IGNORE}="1" in the adapter's udev rule.
    fail known arms: a file of Tendon's own makes no sense
           Correct it.
    warn calibration: of an older LeRobot, which nobody reads there: /cal/robots/so101_follower/bench.json
           If its arm has no newer one: tendon calibrate --import=older
    fail calibration: the key “id” is missing
    File: /cal/x.json
           Bring a former one back (tendon calibrate --rollback), or calibrate again.
    fail settings: the settings file is wrong: line 2
           Correct the line.
    warn settings: line 3: nothing is called “log.flush”
           Correct its name.
    ok   log: /home/ada/.local/state/tendon/log/tendon.log
    warn disk: datasets: 0.5 GB free, /home/ada/.cache/huggingface/lerobot
           Make room soon: a long recording may fill the disk.
    fail disk: datasets: 0.1 GB free, /home/ada/.cache/huggingface/lerobot
           Make room before recording.
    fail disk: datasets: 5.0 GB free, /home/ada/.cache/huggingface/lerobot: not writable
           Check the folder's owner and permissions.
    warn dataset: an episode was left unfinished, 12.5 s in all: /data/cups
           Bring it back: tendon dataset repair /data/cups
    warn dataset: cannot be looked at: another program records into it
           If a recording is under way that is as it must be; otherwise end the program that holds it.
    warn dataset: 2 unfinished episodes were left of which nothing can be kept: /data/saucers
           See why: tendon recover
    ok   workers: up to 6 workers, every product on
    warn environment: LEROBOT_HOME is set: LeRobot refuses to start with it, and Tendon does not read it
           Use HF_LEROBOT_HOME instead, and unset LEROBOT_HOME.
    fail arm: no motor answers at any rate
           Switch the arm's power supply on, check its plug, and the cable from the adapter to the first motor.
    "#);
}

#[test]
fn this_machine_can_be_looked_at_and_no_secret_is_told() {
    let machine = Machine::this();
    assert!(!machine.os.is_empty() && machine.cores > 0);
    assert!(machine.disks.iter().all(|disk| disk.free.is_some()));
    for check in checks(&machine) {
        assert_eq!(
            check.level == Level::Ok,
            check.remedy.is_none(),
            "{check:?}"
        );
    }
    let secret = machine.variables.iter().find(|it| it.name == "HF_TOKEN");
    assert!(secret.is_none_or(|it| it.value.is_none()));
}

#[test]
fn a_product_that_is_switched_off_is_named() {
    let product = |name: &str, on| ProductState {
        name: name.into(),
        on,
        ..ProductState::default()
    };
    let state = WorkersState {
        settings: PoolSettings {
            workers: 1,
            ..PoolSettings::default()
        },
        products: vec![product("preview", false), product("export", true)],
        ..WorkersState::default()
    };
    assert_eq!(
        crate::workers::plain(&state),
        "one worker; switched off: preview"
    );
}
