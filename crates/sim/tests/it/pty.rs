//! The chain on a pseudo-terminal, asked by a client that knows only files and poll.

use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Mode, OFlags};
use sim::{Chain, PtyConfig, PtyServer, SimArm};
use stdx::{Clock, SystemClock};

use crate::host::packet;

struct Client(OwnedFd);

impl Client {
    fn open(path: &Path) -> rustix::io::Result<Self> {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::NONBLOCK;
        rustix::fs::open(path, flags, Mode::empty()).map(Self)
    }

    /// What comes back within a time that no answer needs; ends early once `bytes` are there.
    fn ask(&self, request: &[u8], bytes: usize) -> rustix::io::Result<Vec<u8>> {
        rustix::io::write(&self.0, request)?;
        let until = SystemClock.now() + Duration::from_millis(if bytes == 0 { 30 } else { 2000 });
        let mut heard = Vec::new();
        while heard.len() < bytes.max(1) {
            let left = until.since(SystemClock.now());
            if left.is_zero() {
                break;
            }
            let timeout = Timespec {
                tv_sec: left.as_secs() as _,
                tv_nsec: left.subsec_nanos() as _,
            };
            poll(&mut [PollFd::new(&self.0, PollFlags::IN)], Some(&timeout))?;
            let mut buffer = [0; 64];
            match rustix::io::read(&self.0, &mut buffer) {
                Ok(0) => return Err(rustix::io::Errno::IO),
                Ok(count) => heard.extend_from_slice(&buffer[..count]),
                Err(rustix::io::Errno::AGAIN) => {}
                Err(errno) => return Err(errno),
            }
        }
        Ok(heard)
    }
}

fn chain() -> Chain {
    SimArm::follower().chain(SystemClock::shared())
}

/// Waits for something that another thread does soon.
fn until(mut done: impl FnMut() -> bool) {
    for _ in 0..2000 {
        if done() {
            return;
        }
        SystemClock.sleep(Duration::from_millis(1));
    }
    panic!("it never happened");
}

#[test]
fn a_client_may_come_and_go() {
    let server = PtyServer::start(PtyConfig::serving(chain())).unwrap();
    for _ in 0..3 {
        let client = Client::open(&server.path()).unwrap();
        for id in 1..=6 {
            assert_eq!(
                client.ask(&packet(id, 1, &[]), 6).unwrap(),
                packet(id, 0, &[])
            );
        }
        let group = client
            .ask(&packet(0xfe, 0x82, &[3, 2, 1, 2, 3, 4, 5, 6]), 48)
            .unwrap();
        assert_eq!(
            group,
            (1..=6)
                .flat_map(|id| packet(id, 0, &[9, 3]))
                .collect::<Vec<_>>()
        );
    }
    server.stop().unwrap();
}

#[test]
fn answers_come_no_earlier_than_wire_and_latency_allow_and_goals_are_timed() {
    let server = PtyServer::start(PtyConfig::serving(chain())).unwrap();
    let client = Client::open(&server.path()).unwrap();
    let sent = SystemClock.now();
    client.ask(&packet(1, 1, &[]), 6).unwrap();
    assert!(SystemClock.now().since(sent) >= Duration::from_micros(1120));

    let before = SystemClock.now();
    client
        .ask(&packet(0xfe, 0x83, &[42, 2, 1, 0, 8]), 0)
        .unwrap();
    let mut log = server.chain().take_goal_log(8);
    until(|| {
        if log.is_empty() {
            log = server.chain().take_goal_log(8);
        }
        !log.is_empty()
    });
    let arrival = log.arrivals().next().unwrap();
    assert_eq!(arrival.goal(1), Some(2048));
    assert!(arrival.at > before && arrival.at < SystemClock.now());
}

#[test]
fn the_rate_set_on_the_terminal_is_the_rate_of_the_line() {
    let server = PtyServer::start(PtyConfig::serving(chain())).unwrap();
    let client = Client::open(&server.path()).unwrap();
    for (baud, hears) in [(115_200, false), (1_000_000, true)] {
        let mut settings = rustix::termios::tcgetattr(&client.0).unwrap();
        settings.set_speed(baud).unwrap();
        rustix::termios::tcsetattr(&client.0, rustix::termios::OptionalActions::Now, &settings)
            .unwrap();
        let heard = client
            .ask(&packet(2, 1, &[]), if hears { 6 } else { 0 })
            .unwrap();
        assert_eq!(!heard.is_empty(), hears, "{baud}");
    }
}

#[test]
fn unplugging_hangs_the_terminal_up_and_the_link_finds_the_next_one() {
    let link = std::env::temp_dir().join(format!("sim-link-{}", std::process::id()));
    let mut config = PtyConfig::serving(chain());
    config.link = Some(link.clone());
    let server = PtyServer::start(config).unwrap();
    assert_eq!(server.port(), link);
    let client = Client::open(&link).unwrap();
    assert_eq!(client.ask(&packet(1, 1, &[]), 6).unwrap().len(), 6);

    server.unplug();
    until(|| client.ask(&packet(1, 1, &[]), 0).is_err());
    drop(client);
    server.replug();
    until(|| {
        Client::open(&link).is_ok_and(|client| {
            client
                .ask(&packet(1, 1, &[]), 0)
                .is_ok_and(|heard| heard.len() == 6)
        })
    });
    server.stop().unwrap();
    assert!(
        std::fs::symlink_metadata(&link).is_err(),
        "the link is gone"
    );
}

#[test]
fn a_file_in_the_way_of_the_link_is_left_alone() {
    let path = std::env::temp_dir().join(format!("sim-file-{}", std::process::id()));
    std::fs::write(&path, "mine").unwrap();
    let mut config = PtyConfig::serving(chain());
    config.link = Some(path.clone());
    let refused = PtyServer::start(config).unwrap_err();
    assert!(
        refused
            .to_string()
            .starts_with("no link to the simulated arm")
    );
    assert!(refused.remedy().contains("no file stands"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "mine");
    std::fs::remove_file(&path).unwrap();
}
