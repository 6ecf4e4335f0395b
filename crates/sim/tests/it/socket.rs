//! The chain on a Unix socket: clients come and go, and unplugging takes the socket away.

use std::io::{ErrorKind, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sim::{Plan, SimArm, SocketConfig, SocketServer};
use stdx::{Clock, SystemClock};

use crate::host::packet;

fn path(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("sim-{name}-{}", std::process::id()))
}

fn serve(path: &Path) -> SocketServer {
    SocketServer::start(SocketConfig {
        chain: SimArm::follower().chain(SystemClock::shared()),
        path: path.to_owned(),
        spin: Duration::ZERO,
        realtime: false,
    })
    .unwrap()
}

fn client(path: &Path) -> UnixStream {
    let client = UnixStream::connect(path).unwrap();
    client
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    client
}

fn ask(client: &mut UnixStream, id: u8) -> std::io::Result<[u8; 6]> {
    client.write_all(&packet(id, 1, &[]))?;
    let mut answer = [0; 6];
    client.read_exact(&mut answer)?;
    Ok(answer)
}

fn until(mut done: impl FnMut() -> bool) {
    for _ in 0..5000 {
        if done() {
            return;
        }
        SystemClock.sleep(Duration::from_millis(1));
    }
    panic!("it never happened");
}

#[test]
fn clients_come_and_go() {
    let path = path("clients");
    let server = serve(&path);
    for _ in 0..3 {
        let mut client = client(&path);
        for id in 1..=6 {
            assert_eq!(ask(&mut client, id).unwrap()[..], packet(id, 0, &[]));
        }
    }
    server.stop().unwrap();
    assert!(!path.exists(), "the socket goes with its server");
}

#[test]
fn unplugging_hangs_up_and_nobody_listens_until_it_is_plugged_in() {
    let path = path("unplug");
    let server = serve(&path);
    let mut first = client(&path);
    ask(&mut first, 1).unwrap();
    server.unplug();
    until(|| !path.exists());
    let gone = first.read(&mut [0; 8]);
    assert!(matches!(gone, Ok(0)) || gone.is_err_and(|e| e.kind() == ErrorKind::ConnectionReset));
    assert!(UnixStream::connect(&path).is_err());
    server.replug();
    until(|| path.exists());
    assert_eq!(ask(&mut client(&path), 2).unwrap()[..], packet(2, 0, &[]));
}

#[test]
fn a_planned_unplugging_comes_and_goes_by_itself() {
    let path = path("plan");
    let server = serve(&path);
    let mut first = client(&path);
    ask(&mut first, 1).unwrap();
    let plan: Plan = "unplug@50ms+80ms".parse().unwrap();
    server.chain().plan(plan).unwrap();
    server.wake();
    // Whether or not the reader wakes in between: what was open before is gone, and there is a new one.
    assert!(!matches!(first.read(&mut [0; 8]), Ok(count) if count > 0));
    until(|| UnixStream::connect(&path).is_ok());
    assert_eq!(ask(&mut client(&path), 2).unwrap()[..], packet(2, 0, &[]));
    assert_eq!(server.chain().injected().unplugged, 1);
}

#[test]
fn a_socket_in_use_is_left_alone_and_an_abandoned_one_is_replaced() {
    let path = path("use");
    let first = serve(&path);
    let config = SocketConfig {
        chain: SimArm::follower().chain(SystemClock::shared()),
        path: path.clone(),
        spin: Duration::ZERO,
        realtime: false,
    };
    let refused = SocketServer::start(config.clone()).unwrap_err();
    assert!(refused.remedy().contains("no other program listens"));
    first.stop().unwrap();
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    assert!(path.exists());
    let again = SocketServer::start(config).unwrap();
    assert_eq!(
        ask(&mut client(again.path()), 3).unwrap()[..],
        packet(3, 0, &[])
    );
}
