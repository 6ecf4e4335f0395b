//! The serial port on a real pseudo terminal, in real time: 1,000,000 baud, exclusive, unplugged.

use std::os::fd::OwnedFd;
use std::time::Duration;

use motors::registers::{GOAL_POSITION, PRESENT_POSITION};
use motors::serial::{self, Latency, PortError, SerialPort};
use motors::{Bus, MotorId, Outcome, Port};
use rustix::pty::OpenptFlags;
use sim::SimArm;
use sim::pty::{PtyConfig, PtyServer};
use stdx::thread::{self, Intent, Joined};
use stdx::{Clock, SystemClock};

const IDS: [MotorId; 2] = [MotorId(1), MotorId(2)];
const REQUEST: &[u8] = &[0xFF, 0xFF, 0xFE, 6, 0x82, 56, 2, 1, 2, 0x3C];
const ANSWERS: &[u8] = &[
    0xFF, 0xFF, 1, 4, 0, 0x10, 0, 0xEA, 0xFF, 0xFF, 2, 4, 0, 0x20, 0, 0xD9,
];

/// The motors' end of a pseudo terminal, and the path of the other.
fn terminal() -> (OwnedFd, String) {
    let motors = rustix::pty::openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    rustix::pty::grantpt(&motors).unwrap();
    rustix::pty::unlockpt(&motors).unwrap();
    let path = rustix::pty::ptsname(&motors, Vec::new())
        .unwrap()
        .into_string()
        .unwrap();
    (motors, path)
}

fn open(path: &str) -> Bus<SerialPort> {
    Bus::new(
        serial::open(path, serial::BAUD, SystemClock::shared()).unwrap(),
        SystemClock::shared(),
    )
}

fn heard(motors: &OwnedFd, bytes: usize) -> Vec<u8> {
    let mut buffer = vec![0; bytes];
    let mut filled = 0;
    while filled < bytes {
        filled += rustix::io::read(motors, &mut buffer[filled..]).unwrap();
    }
    buffer
}

/// Somebody who pulls the adapter out while others wait for an answer.
fn pull_out_soon(motors: OwnedFd) -> Joined<()> {
    thread::spawn("hand", Intent::Background, move || {
        SystemClock.sleep(Duration::from_millis(20));
        drop(motors);
    })
    .unwrap()
}

#[test]
fn bytes_go_both_ways_unchanged_at_a_million_baud() {
    let (motors, path) = terminal();
    let mut bus = open(&path);
    assert_eq!((bus.name(), bus.baud()), (path.as_str(), 1_000_000));
    assert_eq!(bus.port().latency(), &Latency::Unknown);
    bus.begin_group_read(PRESENT_POSITION, &IDS).unwrap();
    assert_eq!(heard(&motors, REQUEST.len()), REQUEST);
    assert_eq!(rustix::io::write(&motors, ANSWERS).unwrap(), ANSWERS.len());
    let mut outcomes = [Outcome::Silent; 2];
    let deadline = SystemClock.now() + Duration::from_secs(5);
    bus.finish_group_read(deadline, &mut outcomes).unwrap();
    assert_eq!(outcomes.map(Outcome::value), [Some(16), Some(32)]);

    // Every byte that a terminal might take for a command.
    let mut port = bus.into_port();
    port.set_baud(115_200).unwrap();
    assert_eq!(port.baud(), 115_200);
    let every: Vec<u8> = (0..=255).collect();
    port.send(&every).unwrap();
    assert_eq!(heard(&motors, every.len()), every);
    assert_eq!(rustix::io::write(&motors, &every).unwrap(), every.len());
    let (mut back, mut buffer) = (Vec::new(), [0; 100]);
    while back.len() < every.len() {
        let got = port.receive(&mut buffer, deadline).unwrap();
        assert_ne!(got, 0, "{} bytes came back", back.len());
        back.extend_from_slice(&buffer[..got]);
    }
    assert_eq!(back, every);
}

#[test]
fn stale_input_is_thrown_away_and_waiting_costs_no_processor_time() {
    let (motors, path) = terminal();
    let mut port = serial::open(&path, serial::BAUD, SystemClock::shared()).unwrap();
    rustix::io::write(&motors, ANSWERS).unwrap();
    // The terminal hands bytes over in its own time.
    let deadline = SystemClock.now() + Duration::from_secs(5);
    assert!(port.receive(&mut [0; 1], deadline).unwrap() > 0);
    port.discard_input().unwrap();

    let used = || {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
    };
    let (before, begun) = (used(), SystemClock.now());
    let got = port
        .receive(&mut [0; 64], begun + Duration::from_millis(100))
        .unwrap();
    let waited = SystemClock.now().since(begun);
    assert_eq!(got, 0);
    assert!(waited >= Duration::from_millis(100), "{waited:?}");
    assert!(
        used() - before < Duration::from_millis(10),
        "waiting used {:?}",
        used() - before
    );
}

#[test]
fn an_unplugged_adapter_is_noticed_at_once_wherever_the_cycle_stands() {
    let long = Duration::from_secs(30);
    let begun = SystemClock.now();
    for pulled in ["before", "while waiting", "in the middle of an answer"] {
        let (motors, path) = terminal();
        let mut bus = open(&path);
        let mut outcomes = [Outcome::Silent; 2];
        let (mut motors, mut hand) = (Some(motors), None);
        if pulled == "before" {
            motors = None;
        }
        let mut cycle = || {
            bus.begin_group_read(PRESENT_POSITION, &IDS)?;
            if let Some(motors) = motors.take() {
                if pulled == "in the middle of an answer" {
                    rustix::io::write(&motors, &ANSWERS[..11]).unwrap();
                } else {
                    hand = Some(pull_out_soon(motors));
                }
            }
            bus.finish_group_read(SystemClock.now() + long, &mut outcomes)
        };
        let error = cycle().unwrap_err();
        assert!(error.line_lost(), "{pulled}: {error}");
        assert!(error.to_string().ends_with(&path), "{error}");
        let error = bus
            .group_write(GOAL_POSITION, &[(IDS[0], 2048)])
            .unwrap_err();
        assert!(error.line_lost(), "{pulled}, writing: {error}");
    }
    assert!(
        SystemClock.now().since(begun) < long,
        "it waited for the deadline"
    );
}

#[test]
fn a_line_that_takes_nothing_is_given_up_after_50_milliseconds() {
    let (_motors, path) = terminal();
    let mut port = serial::open(&path, serial::BAUD, SystemClock::shared()).unwrap();
    let refused = (0..10_000)
        .find_map(|_| port.send(&[0; 250]).err())
        .unwrap();
    assert_eq!(refused.kind(), std::io::ErrorKind::TimedOut);
}

#[test]
fn a_simulated_arm_behind_a_terminal_answers_at_its_own_rate_until_it_is_unplugged() {
    let chain = SimArm::follower().chain(SystemClock::shared());
    let server = PtyServer::start(PtyConfig::serving(chain)).unwrap();
    let mut bus = open(server.path().to_str().unwrap());
    let six = [1, 2, 3, 4, 5, 6].map(MotorId);
    let mut outcomes = [Outcome::Silent; 6];
    for _ in 0..20 {
        bus.group_write(GOAL_POSITION, &six.map(|id| (id, 2048)))
            .unwrap();
        bus.group_read(PRESENT_POSITION, &six, &mut outcomes)
            .unwrap();
        assert!(
            outcomes.iter().all(|outcome| outcome.value().is_some()),
            "{outcomes:?}"
        );
    }
    bus.set_baud(115_200).unwrap();
    assert!(bus.ping(six[0]).is_err());
    bus.set_baud(serial::BAUD).unwrap();
    bus.ping(six[0]).unwrap();

    bus.begin_group_read(PRESENT_POSITION, &six).unwrap();
    server.unplug();
    let lost = (0..3)
        .find_map(|_| bus.group_read(PRESENT_POSITION, &six, &mut outcomes).err())
        .unwrap();
    assert!(lost.line_lost(), "{lost}");
    server.stop().unwrap();
}

#[test]
fn a_port_belongs_to_one_program_at_a_time() {
    let (_motors, path) = terminal();
    let first = serial::open(&path, serial::BAUD, SystemClock::shared()).unwrap();
    let second = serial::open(&path, serial::BAUD, SystemClock::shared()).unwrap_err();
    assert!(matches!(second, PortError::Busy { .. }), "{second:?}");
    drop(first);
    serial::open(&path, serial::BAUD, SystemClock::shared()).unwrap();
}

#[test]
fn what_is_no_serial_port_is_told_with_what_is_there() {
    for path in ["/dev/null", "/dev"] {
        let error = serial::open(path, serial::BAUD, SystemClock::shared()).unwrap_err();
        assert!(
            matches!(error, PortError::NotSerial { .. }),
            "{path}: {error:?}"
        );
    }
    let error =
        serial::open("/dev/tty-of-nobody", serial::BAUD, SystemClock::shared()).unwrap_err();
    assert!(matches!(error, PortError::Missing { .. }), "{error:?}");
    assert!(error.to_string().contains("there"), "{error}");
}
